//! What functions do to a time, in the form of HL7 or of ISO 8601.

use crate::core::time::{Precision, Timestamp, days_from_civil};

/// What `precision` can cut a time to.
pub(in crate::core::expr) const UNITS: &str =
    r#"one of "year", "month", "day", "hour", "minute" and "second""#;

/// What a time is known to, by its name in any case.
pub(in crate::core::expr) fn unit(name: &str) -> Option<Precision> {
    let units = [
        ("year", Precision::Year),
        ("month", Precision::Month),
        ("day", Precision::Day),
        ("hour", Precision::Hour),
        ("minute", Precision::Minute),
        ("second", Precision::Second),
    ];
    let found = units.into_iter().find(|(unit, _)| name.eq_ignore_ascii_case(unit))?;
    Some(found.1)
}

fn read(text: &[u8]) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse_iso(text))
}

fn write(time: Timestamp) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    time.write_hl7(&mut out);
    out
}

pub(super) fn hl7(text: &[u8]) -> Option<Vec<u8>> {
    read(text).map(write)
}

pub(super) fn iso(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(32);
    read(text)?.write_iso(&mut out);
    Some(out)
}

pub(super) fn cut(text: &[u8], name: Option<&[u8]>) -> Option<Vec<u8>> {
    let unit = unit(str::from_utf8(name?).ok()?)?;
    Some(write(read(text)?.truncated(unit)))
}

/// A time that is not known to the day has no day that others could follow.
pub(super) fn add_days(text: &[u8], days: Option<i32>) -> Option<Vec<u8>> {
    let time = read(text).filter(|time| time.precision() >= Precision::Day)?;
    time.add_days(days?).map(write)
}

/// Adds `count` times so many minutes: 60 for hours.
pub(super) fn add_minutes(text: &[u8], count: Option<i32>, minutes: i32) -> Option<Vec<u8>> {
    read(text)?.add_minutes(count?.checked_mul(minutes)?).map(write)
}

/// The day in the form of HL7, or what is known of it; without an offset, which days need not.
pub(super) fn day(time: Timestamp) -> Vec<u8> {
    let text = match time.precision() {
        Precision::Year => format!("{:04}", time.year()),
        Precision::Month => format!("{:04}{:02}", time.year(), time.month()),
        _ => format!("{:04}{:02}{:02}", time.year(), time.month(), time.day()),
    };
    text.into_bytes()
}

pub(super) fn date(text: &[u8]) -> Option<Vec<u8>> {
    read(text).map(day)
}

pub(super) fn year(text: &[u8]) -> Option<Vec<u8>> {
    Some(read(text)?.year().to_string().into_bytes())
}

pub(super) fn month(text: &[u8]) -> Option<Vec<u8>> {
    let time = read(text).filter(|time| time.precision() >= Precision::Month)?;
    Some(time.month().to_string().into_bytes())
}

/// Nobody has an age before birth.
pub(super) fn age(birth: &[u8], at: Option<&[u8]>, now: Option<Timestamp>) -> Option<Vec<u8>> {
    let birth = read(birth)?;
    let at = at.map_or(now, read)?;
    // What is known to the month or year has a first and a last day.
    let (first, last) = (
        |time: Timestamp| (time.month(), time.day()),
        |time: Timestamp| match time.precision() {
            Precision::Year => (12, 31),
            Precision::Month => (time.month(), 31),
            _ => (time.month(), time.day()),
        },
    );
    let years = i32::from(at.year()) - i32::from(birth.year());
    let [least, most] = [first(at) < last(birth), last(at) < first(birth)]
        .map(|is_before_birthday| years - i32::from(is_before_birthday));
    (least == most && most >= 0).then(|| most.to_string().into_bytes())
}

pub(super) fn days(from: &[u8], to: Option<&[u8]>) -> Option<Vec<u8>> {
    let number = |text| {
        let time = read(text).filter(|time| time.precision() >= Precision::Day)?;
        Some(days_from_civil(time.year(), time.month(), time.day()))
    };
    let days = number(to?)? - number(from)?;
    Some(days.to_string().into_bytes())
}
