//! The time, as it is written in names, logs and acknowledgments.

use crate::core::time::{Timestamp, days_from_civil};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time now, in UTC to the second.
pub(super) fn now() -> Option<Timestamp> {
    Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// A time for names of files, which sort by it: `20260131T235959.123Z` with so many digits of the
/// second.
pub(super) fn stamp(time: SystemTime, digits: usize) -> String {
    write(time, digits, "", "")
}

/// A time for people and their tools, RFC 3339: `2026-01-31T23:59:59.123Z`.
pub(super) fn rfc3339(time: SystemTime) -> String {
    write(time, 3, "-", ":")
}

/// `d` stands between the parts of the date, `c` between those of the time of the day.
fn write(time: SystemTime, digits: usize, d: &str, c: &str) -> String {
    let (seconds, fraction) = parts(time, digits);
    let Some(t) = Timestamp::from_unix(seconds) else { return "0".to_owned() };
    let [year, month, day] = [t.year(), t.month().into(), t.day().into()];
    let [hour, minute, second] = [t.hour(), t.minute(), t.second()];
    format!("{year:04}{d}{month:02}{d}{day:02}T{hour:02}{c}{minute:02}{c}{second:02}.{fraction}Z")
}

fn parts(time: SystemTime, digits: usize) -> (u64, String) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut fraction = format!("{:09}", since.subsec_nanos());
    fraction.truncate(digits);
    (since.as_secs(), fraction)
}

/// The time of a [`stamp`]; `None` if these characters are none.
pub(super) fn of_stamp(text: &str) -> Option<SystemTime> {
    let (whole, fraction) = text.strip_suffix('Z')?.split_once('.')?;
    let (date, clock) = whole.split_once('T')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if date.len() != 8 || clock.len() != 6 || ![date, clock, fraction].into_iter().all(digits) {
        return None;
    }
    let t = Timestamp::parse(format!("{date}{clock}").as_bytes())?;
    let days = u64::try_from(days_from_civil(t.year(), t.month(), t.day())).ok()?;
    let clock = u64::from(t.hour()) * 3600 + u64::from(t.minute()) * 60 + u64::from(t.second());
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    UNIX_EPOCH.checked_add(Duration::new(days * 86_400 + clock, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read() {
        let time = UNIX_EPOCH + Duration::from_millis(1_769_903_999_123);
        assert_eq!(stamp(time, 3), "20260131T235959.123Z");
        assert_eq!(rfc3339(time), "2026-01-31T23:59:59.123Z");
        assert_eq!(of_stamp("20260131T235959.123Z"), Some(time));
        for text in ["", "Z", "20260131T235959Z", "20261331T235959.1Z", "2026.Z", "x.T.Z"] {
            assert_eq!(of_stamp(text), None, "{text}");
        }
    }
}
