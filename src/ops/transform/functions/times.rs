//! Times in formats of others and on clocks of other places.
//!
//! Formats are those of [strtime](jiff::fmt::strtime), time zones those of the IANA database that
//! comes with the program. A clock reading that a change of the clocks left out is taken to be
//! before the change, and one that it repeats is the first; so do RFC 5545 and Temporal.

use super::{Bound, Literals, Unusable, arg};
use crate::core::expr::{ExternalFunction, Host};
use crate::core::time::{Precision, Timestamp};
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use std::sync::Arc;

/// A time of which no part is as if it was not known.
const SAMPLE: &[u8] = b"20241231155958.25+0100";

/// One that is different in all parts.
const OTHER: &[u8] = b"19990716030405.5-0330";

const ZONE: &str = "a time zone in quotes, such as \"Europe/Berlin\"";

#[derive(Debug)]
struct Parse {
    format: Box<str>,
    /// What the format tells of a time.
    precision: Precision,
    zone: Option<TimeZone>,
}

/// `parse_time(x, "format"[, "zone"])`
pub(super) fn parse(args: Literals<'_>) -> Bound {
    let format = args.text(1, "a format in quotes, such as \"%d.%m.%Y %H:%M\"")?;
    if has_customary(format) {
        return Err(unreadable(CUSTOMARY));
    }
    let zone = args.optional(2, ZONE)?.map(|name| zone(2, name)).transpose()?;
    // What a format can read is what it can write.
    let sample = Timestamp::parse(SAMPLE).ok_or_else(|| unreadable("it has no time"))?;
    let text = broken_down(sample).and_then(|time| time.to_string(format));
    let read = text.and_then(|text| BrokenDownTime::parse(format, &text));
    let read = read.map_err(|error| unreadable(&error.to_string()))?;
    let precision = known(&read).ok_or_else(|| unreadable("it has no year, such as %Y"))?;
    let again = timestamp(&read, precision).map(|time| time.with_offset(sample.offset()));
    let same = again.is_some_and(|again| again.truncated(precision) == sample.truncated(precision));
    if !same && read.timestamp().is_none() {
        return Err(unreadable("a time would not come back as it was"));
    }
    Ok(Arc::new(Parse { format: format.into(), precision, zone }))
}

const CUSTOMARY: &str = "what %c, %x, %X and %r stand for is the custom of a place";

/// Whether a format says how times are written by custom: none is known here.
fn has_customary(format: &str) -> bool {
    let mut rest = format.split('%').skip(1);
    while let Some(specifier) = rest.next() {
        if specifier.is_empty() {
            // Two are one sign.
            rest.next();
            continue;
        }
        let letter = specifier.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        if letter.starts_with(['c', 'x', 'X', 'r']) {
            return true;
        }
    }
    false
}

fn unreadable(reason: &str) -> Unusable {
    (1, format!("a format that can be read, but {reason}"))
}

impl Parse {
    fn parsed(&self, text: &[u8]) -> Option<Timestamp> {
        let read = BrokenDownTime::parse(&*self.format, text).ok()?;
        let time = timestamp(&read, self.precision)?;
        let named = read.iana_time_zone().map(TimeZone::get).transpose().ok()?;
        match named.as_ref().or(self.zone.as_ref()) {
            Some(zone) if time.offset().is_none() && time.precision() >= Precision::Hour => {
                to_zone(time, zone, Some(zone))
            }
            Some(zone) if read.timestamp().is_some() => to_zone(time, zone, None),
            _ => Some(time),
        }
    }
}

impl ExternalFunction for Parse {
    fn call(&self, args: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        written(self.parsed(arg(args, 0)))
    }
}

/// What is known of a time, from the year on without a gap.
fn known(read: &BrokenDownTime) -> Option<Precision> {
    if read.timestamp().is_some() {
        return Some(Precision::Second);
    }
    if read.to_date().is_err() {
        read.year()?;
        return Some(if read.month().is_some() { Precision::Month } else { Precision::Year });
    }
    let finer = [
        (read.hour().is_some(), Precision::Hour),
        (read.minute().is_some(), Precision::Minute),
        (read.second().is_some(), Precision::Second),
    ];
    let known = finer.into_iter().take_while(|(known, _)| *known);
    Some(known.last().map_or(Precision::Day, |(_, precision)| precision))
}

/// The time that was read, at a precision, or with a fraction of its second if it has one.
fn timestamp(read: &BrokenDownTime, precision: Precision) -> Option<Timestamp> {
    if let Some(instant) = read.timestamp() {
        let time = of_clock(Offset::UTC.to_datetime(instant), 0)?;
        return Some(time.truncated(precision).with_offset(Some(0)));
    }
    let time = if precision < Precision::Day {
        let first = Date::new(read.year()?, read.month().unwrap_or(1), 1).ok()?;
        of_clock(first.to_datetime(jiff::civil::Time::midnight()), 0)?
    } else {
        let fraction = read.subsec_nanosecond().unwrap_or(0);
        of_clock(read.to_datetime().ok()?, fraction)?
    };
    let precision = match time.precision() {
        Precision::Fraction(digits) if precision == Precision::Second => {
            Precision::Fraction(digits)
        }
        _ => precision,
    };
    let offset = read.offset().map(minutes);
    match offset {
        Some(None) => None,
        offset => Some(time.truncated(precision).with_offset(offset.flatten())),
    }
}

/// A reading of a clock, with as many digits of a fraction as it has.
fn of_clock(clock: DateTime, fraction: i32) -> Option<Timestamp> {
    let mut text = clock.strftime("%Y%m%d%H%M%S").to_string();
    if fraction > 0 {
        text += format!(".{fraction:09}").trim_end_matches('0');
    }
    Timestamp::parse(text.as_bytes())
}

#[derive(Debug)]
struct Format {
    format: Box<str>,
    /// What a time must be known to.
    precision: Precision,
}

/// `format_time(x, "format")`
pub(super) fn format(args: Literals<'_>) -> Bound {
    let format = args.text(1, "a format in quotes, such as \"%d.%m.%Y\"")?;
    let unusable = |reason: &str| (1, format!("a format, but {reason}"));
    if has_customary(format) {
        return Err(unusable(CUSTOMARY));
    }
    let time = |text| Timestamp::parse(text).ok_or_else(|| unusable("there is no time"));
    let (sample, other) = (time(SAMPLE)?, time(OTHER)?);
    let written = |time| broken_down(time).and_then(|time| time.to_string(format)).ok();
    // `YYYY-MM-DD` would stand in the place of every date.
    if written(sample).is_some_and(|text| written(other) == Some(text)) {
        return Err(unusable("it has no part of a time, such as %Y, %m or %d"));
    }
    let text = |precision| broken_down(sample.truncated(precision))?.to_string(format);
    let units = [
        Precision::Year,
        Precision::Month,
        Precision::Day,
        Precision::Hour,
        Precision::Minute,
        Precision::Second,
    ];
    // Some specifiers take what is not known to be zero, so what is written is compared. Only
    // the fraction may be left out: `%.f`.
    let precision = match text(Precision::Second) {
        Ok(whole) => {
            let enough = |&unit: &Precision| text(unit).is_ok_and(|text| text == whole);
            units.into_iter().find(enough).unwrap_or(Precision::Second)
        }
        Err(_) => {
            text(Precision::Fraction(9)).map_err(|error| unusable(&error.to_string()))?;
            Precision::Fraction(1)
        }
    };
    Ok(Arc::new(Format { format: format.into(), precision }))
}

impl ExternalFunction for Format {
    fn call(&self, args: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        let time = read(arg(args, 0)).filter(|time| time.precision() >= self.precision);
        let text = time.and_then(|time| broken_down(time).ok()?.to_string(&*self.format).ok());
        text.unwrap_or_default().into_bytes()
    }
}

/// The parts of a time that are known.
fn broken_down(time: Timestamp) -> Result<BrokenDownTime, jiff::Error> {
    let at = |precision| time.precision() >= precision;
    let part = |precision, value: u8| at(precision).then(|| value.cast_signed());
    let mut parts = BrokenDownTime::default();
    parts.set_year(Some(time.year().cast_signed()))?;
    parts.set_month(part(Precision::Month, time.month()))?;
    parts.set_day(part(Precision::Day, time.day()))?;
    parts.set_hour(part(Precision::Hour, time.hour()))?;
    parts.set_minute(part(Precision::Minute, time.minute()))?;
    parts.set_second(part(Precision::Second, time.second()))?;
    let fraction = at(Precision::Fraction(1)).then(|| time.nanosecond().cast_signed());
    parts.set_subsec_nanosecond(fraction)?;
    parts.set_offset(time.offset().and_then(offset));
    Ok(parts)
}

#[derive(Debug)]
struct InZone {
    zone: TimeZone,
    /// Where clocks without an offset stand.
    from: Option<TimeZone>,
}

/// `in_zone(x, "zone"[, "from"])`
pub(super) fn in_zone(args: Literals<'_>) -> Bound {
    let to = zone(1, args.text(1, ZONE)?)?;
    let from = args.optional(2, ZONE)?.map(|name| zone(2, name)).transpose()?;
    Ok(Arc::new(InZone { zone: to, from }))
}

impl ExternalFunction for InZone {
    fn call(&self, args: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        let time = read(arg(args, 0)).filter(|time| time.precision() >= Precision::Hour);
        written(time.and_then(|time| to_zone(time, &self.zone, self.from.as_ref())))
    }
}

fn zone(n: usize, name: &str) -> Result<TimeZone, Unusable> {
    TimeZone::get(name).map_err(|_| (n, ZONE.into()))
}

/// The same instant on the clocks of a zone; a time without an offset is one of `from`.
///
/// Offsets with seconds, as there were before standard time, HL7 cannot write: `None`.
fn to_zone(time: Timestamp, zone: &TimeZone, from: Option<&TimeZone>) -> Option<Timestamp> {
    let clock = clock(time)?;
    let ahead = match time.offset() {
        Some(ahead) => ahead,
        None => minutes(match from?.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        })?,
    };
    let instant = offset(ahead)?.to_timestamp(clock).ok()?;
    time.with_offset(Some(ahead)).at_offset(minutes(zone.to_offset(instant))?)
}

/// What a clock shows at a time.
fn clock(time: Timestamp) -> Option<DateTime> {
    let part = u8::cast_signed;
    let (year, month, day) = (time.year().cast_signed(), part(time.month()), part(time.day()));
    let (hour, minute, second) = (part(time.hour()), part(time.minute()), part(time.second()));
    let nanosecond = time.nanosecond().cast_signed();
    DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()
}

/// An offset from UTC of so many minutes.
fn offset(minutes: i16) -> Option<Offset> {
    Offset::from_seconds(i32::from(minutes) * 60).ok()
}

/// An offset from UTC in minutes, if it is of whole ones and one that HL7 has.
fn minutes(offset: Offset) -> Option<i16> {
    let whole = offset.seconds() % 60 == 0;
    i16::try_from(offset.seconds() / 60).ok().filter(|minutes| whole && minutes.abs() < 15 * 60)
}

fn read(text: &[u8]) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse_iso(text))
}

fn written(time: Option<Timestamp>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(time) = time {
        time.write_hl7(&mut out);
    }
    out
}
