//! The time zones of senders, for times that come without an offset.

use crate::core::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Which time zone holds where neither a time nor its message tells.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    /// By the sending facility or application.
    of_senders: Vec<(String, TimeZone)>,
    /// Of all others.
    all: Option<TimeZone>,
}

impl Zones {
    /// Adds `ZONE`, or `SENDER=ZONE` for messages whose MSH-4.1 or MSH-3.1 is that sender; a zone
    /// is a name of the IANA database (`Europe/Berlin`), an offset (`+01:00`) or `UTC`.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let (sender, zone) = match text.rsplit_once('=') {
            Some((sender, zone)) => (Some(sender), zone),
            None => (None, text),
        };
        let zone = zone_of(zone).ok_or_else(|| {
            format!("{zone}: no such time zone; for example Europe/Berlin, -05:00")
        })?;
        match sender {
            Some(sender) => self.of_senders.push((sender.to_owned(), zone)),
            None => self.all = Some(zone),
        }
        Ok(())
    }

    /// The zone of a message by its sending facility and application, the one before the other.
    pub(crate) fn of(&self, facility: &[u8], application: &[u8]) -> Option<&TimeZone> {
        let named = |name: &[u8]| {
            self.of_senders.iter().find(|(sender, _)| sender.as_bytes() == name).map(|(_, z)| z)
        };
        named(facility).or_else(|| named(application)).or(self.all.as_ref())
    }
}

fn zone_of(text: &str) -> Option<TimeZone> {
    if matches!(text, "Z" | "UTC") {
        return Some(TimeZone::UTC);
    }
    if text.starts_with(['+', '-']) {
        let (hours, minutes) = match text.as_bytes().get(1..)? {
            [a, b, c, d] | [a, b, b':', c, d] => (two_digits(*a, *b)?, two_digits(*c, *d)?),
            _ => return None,
        };
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return None;
        }
        let seconds = (hours * 60 + minutes) * 60;
        let seconds = if text.starts_with('-') { -seconds } else { seconds };
        return Offset::from_seconds(seconds).ok().map(TimeZone::fixed);
    }
    TimeZone::get(text).ok()
}

fn two_digits(tens: u8, ones: u8) -> Option<i32> {
    let digit = |b: u8| b.is_ascii_digit().then(|| i32::from(b - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// How far a zone was ahead of UTC, in minutes, when its clocks showed a time. The earlier of two
/// offsets where clocks were put back, and the one before where they were put forward.
pub(crate) fn offset_at(zone: &TimeZone, time: &Timestamp) -> Option<i16> {
    let part = |n: u8| i8::try_from(n).ok();
    let (month, day) = (part(time.month())?, part(time.day())?);
    let (hour, minute, second) = (part(time.hour())?, part(time.minute())?, part(time.second())?);
    let year = i16::try_from(time.year()).ok()?;
    let clock = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let offset = match zone.to_ambiguous_timestamp(clock).offset() {
        jiff::tz::AmbiguousOffset::Unambiguous { offset } => offset,
        jiff::tz::AmbiguousOffset::Gap { before, .. }
        | jiff::tz::AmbiguousOffset::Fold { before, .. } => before,
    };
    i16::try_from(offset.seconds() / 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(zone: &str, time: &[u8]) -> Option<i16> {
        offset_at(&zone_of(zone)?, &Timestamp::parse(time)?)
    }

    #[test]
    fn zones_know_summer_time() {
        assert_eq!(offset("Europe/Berlin", b"20240115120000"), Some(60));
        assert_eq!(offset("Europe/Berlin", b"20240715120000"), Some(120));
        // 02:30 came twice on that night; the first time it was still summer.
        assert_eq!(offset("Europe/Berlin", b"20241027023000"), Some(120));
        assert_eq!(offset("-05:00", b"20240715120000"), Some(-300));
        assert_eq!(offset("+0530", b"20240715120000"), Some(330));
        for wrong in ["Nowhere/City", "+5", "+15:00", "+1:000", ""] {
            assert!(zone_of(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn senders_have_zones() {
        let mut zones = Zones::default();
        zones.add("UTC").unwrap();
        zones.add("LAB=Europe/Berlin").unwrap();
        assert!(zones.add("LAB=Atlantis").is_err());
        let name = |zone: Option<&TimeZone>| zone.and_then(|z| z.iana_name().map(str::to_owned));
        assert_eq!(name(zones.of(b"H", b"LAB")).as_deref(), Some("Europe/Berlin"));
        assert_eq!(name(zones.of(b"H", b"ADT")).as_deref(), Some("UTC"));
    }
}
