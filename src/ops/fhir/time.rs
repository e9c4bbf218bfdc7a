//! Times of HL7 as those of FHIR: as precise as they came, never more.
//!
//! A dateTime with a clock needs an offset from UTC (R4, section 2.24.0.1). It is that of the time
//! itself, else that of MSH-7, else that of the zone set for the sender; without any only the date
//! is said. The zone of the machine has no part in it.

use super::context::Context;
use super::input::Parts;
use super::json::Json;
use super::plain::trimmed_ascii;
use super::zones::offset_at;
use crate::core::time::{Precision, Time, Timestamp};
use std::cmp::Ordering;

/// The greatest offset that FHIR has, in minutes.
const FARTHEST: i16 = 14 * 60;

/// Reads DTM, DT, or TS with its second component; also ISO 8601, which some send.
pub(crate) fn read(value: &Parts<'_>) -> Option<Timestamp> {
    let first = trimmed_ascii(value.first());
    if first.is_empty() {
        return None;
    }
    let time = Timestamp::parse(first).or_else(|| Timestamp::parse_iso(first))?;
    let time = match value.is_split() {
        true => Precision::of_code(value.at(2)).map_or(time, |precision| time.truncated(precision)),
        false => time,
    };
    time.offset().is_none_or(|offset| offset.abs() <= FARTHEST).then_some(time)
}

/// The offset of a time, in minutes, with what it was taken from counted.
fn offset_of(cx: &mut Context<'_>, time: &Timestamp) -> Option<i16> {
    if let Some(offset) = time.offset() {
        return Some(offset);
    }
    if let Some(offset) = cx.header_offset() {
        cx.report.zones_of_header += 1;
        return Some(offset);
    }
    let found = cx.zone().and_then(|zone| offset_at(zone, time));
    match found {
        Some(_) => cx.report.zones_of_settings += 1,
        None => cx.report.zones_unknown += 1,
    }
    found
}

/// The offset that a time is written with; dates have none.
fn written_offset(cx: &Context<'_>, time: &Timestamp) -> Option<i16> {
    let zone = || cx.zone().and_then(|zone| offset_at(zone, time));
    let has_clock = time.precision() >= Precision::Hour;
    has_clock.then(|| time.offset().or_else(|| cx.header_offset()).or_else(zone)).flatten()
}

/// Which time as it is written is earlier, as far as both tell.
pub(crate) fn order(cx: &Context<'_>, time: &Timestamp, other: &Timestamp) -> Ordering {
    match (written_offset(cx, time), written_offset(cx, other)) {
        (Some(a), Some(b)) => time.with_offset(Some(a)).compare(&other.with_offset(Some(b))),
        _ => {
            let precision = time.precision().min(other.precision()).min(Precision::Day);
            let date = |time: &Timestamp| time.with_offset(None).truncated(precision);
            date(time).compare(&date(other))
        }
    }
}

/// Whether a time is later than another, and by its date as well.
pub(crate) fn is_of_later_day(cx: &Context<'_>, time: &Timestamp, other: &Timestamp) -> bool {
    let precision = time.precision().min(other.precision()).min(Precision::Day);
    let date = |time: &Timestamp| time.with_offset(None).truncated(precision);
    date(time).compare(&date(other)) == Ordering::Greater
        && order(cx, time, other) == Ordering::Greater
}

/// The ends of a period that are the same as far as both tell, so that FHIR can compare them (per-1): from 13 May
/// 2020 to 2020 is to the end of that year, for a period has all of the time that its end stands
/// for (R4, data type Period). Those that tell equally much stay as they are.
pub(crate) fn told_apart(cx: &Context<'_>, ends: [Timestamp; 2]) -> [Timestamp; 2] {
    let offsets = ends.map(|time| written_offset(cx, &time));
    let [from, to] = [0, 1].map(|n| match offsets[n] {
        Some(_) => Precision::Second,
        None => ends[n].precision().min(Precision::Day),
    });
    let [start, end] = ends;
    let of = |time: Timestamp| time.with_offset(offsets[0].or(offsets[1]));
    match from.cmp(&to) {
        Ordering::Equal => ends,
        Ordering::Less => [of(start.truncated(from).first_moment(to)), end],
        Ordering::Greater => [start, of(end.truncated(to).last_moment(from))],
    }
}

/// Reads a value; one that is there and no time counts as dropped.
pub(super) fn read_or_drop(cx: &mut Context<'_>, value: &Parts<'_>) -> Option<Timestamp> {
    if value.is_empty() {
        return None;
    }
    let time = read(value);
    if time.is_none() {
        cx.give_up(value, "time");
    }
    time
}

/// Writes a member of type dateTime. Returns whether it is there.
pub(crate) fn date_time(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let Some(time) = read_or_drop(cx, &value) else { return false };
    date_time_of(w, cx, name, &time);
    true
}

/// Writes a member of type dateTime with a time that was read before.
pub(crate) fn date_time_of(w: &mut Json, cx: &mut Context<'_>, name: &str, time: &Timestamp) {
    let offset = match time.precision() >= Precision::Hour {
        true => offset_of(cx, time),
        false => None,
    };
    w.verbatim(name, |out| match offset {
        Some(offset) => write_clock(time, offset, out),
        None => write_date(time, out),
    });
}

/// Writes a member of type date. Returns whether it is there.
pub(crate) fn date(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let Some(time) = read_or_drop(cx, &value) else { return false };
    w.verbatim(name, |out| write_date(&time, out));
    true
}

/// Writes a member of type instant, if the time is known to the minute and its offset is.
/// Returns whether it is there.
pub(crate) fn instant(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let Some(time) = read_or_drop(cx, &value) else { return false };
    let is_there = instant_of(w, cx, name, &time);
    if !is_there {
        cx.give_up(&value, "time");
    }
    is_there
}

/// As [`instant`] for a time that was read before. Returns whether it is there.
pub(crate) fn instant_of(w: &mut Json, cx: &mut Context<'_>, name: &str, time: &Timestamp) -> bool {
    let offset = match time.precision() >= Precision::Hour {
        true => offset_of(cx, time),
        false => None,
    };
    let Some(offset) = offset else { return false };
    w.verbatim(name, |out| write_clock(time, offset, out));
    true
}

/// Writes a member of type time, from TM or the clock of DTM; FHIR's has no offset. Returns
/// whether it is there.
pub(crate) fn time(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    if value.is_empty() {
        return false;
    }
    let Some(clock) = clock_of(&value) else {
        cx.give_up(&value, "time");
        return false;
    };
    w.verbatim(name, |out| write_hours(&clock, out));
    true
}

/// As [`time`], an item of an array.
pub(crate) fn time_item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) -> bool {
    let Some(clock) = clock_of(&value) else {
        cx.give_up(&value, "time");
        return false;
    };
    w.verbatim_item(|out| write_hours(&clock, out));
    true
}

/// As [`time`], an item of an array from the text of a TM. Returns whether it is there.
pub(crate) fn time_of_item(w: &mut Json, text: &[u8]) -> bool {
    let Some(clock) = Time::parse(text.trim_ascii()) else { return false };
    w.verbatim_item(|out| write_hours(&clock, out));
    true
}

/// The time of day of a TM or DTM.
pub(crate) fn clock_of(value: &Parts<'_>) -> Option<Time> {
    let text = value.first().trim_ascii();
    Time::parse(text).or_else(|| Time::parse(text.get(8..)?))
}

fn write_hours(clock: &Time, out: &mut Vec<u8>) {
    two(clock.hour(), out);
    out.push(b':');
    two(clock.minute(), out);
    out.push(b':');
    two(clock.second(), out);
    fraction(clock.precision(), clock.nanosecond(), out);
}

/// `YYYY-MM-DD`
fn date_of(time: &Timestamp) -> [u8; 10] {
    let [a, b] = digits(u8::try_from(time.year() / 100).unwrap_or(0));
    let [c, d] = digits(u8::try_from(time.year() % 100).unwrap_or(0));
    let ([e, f], [g, h]) = (digits(time.month()), digits(time.day()));
    [a, b, c, d, b'-', e, f, b'-', g, h]
}

/// Appends `YYYY[-MM[-DD]]`.
pub(crate) fn write_date(time: &Timestamp, out: &mut Vec<u8>) {
    let text = date_of(time);
    match time.precision() {
        precision if precision >= Precision::Day => out.extend_from_slice(&text),
        Precision::Month => out.extend_from_slice(&text[..7]),
        _ => out.extend_from_slice(&text[..4]),
    }
}

/// Appends a date with a clock, whose minutes and seconds are 0 if they are not known, as FHIR
/// asks for.
fn write_clock(time: &Timestamp, offset: i16, out: &mut Vec<u8>) {
    let [a, b, c, d, _, e, f, _, g, h] = date_of(time);
    let ([i, j], [k, l], [m, n]) =
        (digits(time.hour()), digits(time.minute()), digits(time.second()));
    out.extend_from_slice(&[
        a, b, c, d, b'-', e, f, b'-', g, h, b'T', i, j, b':', k, l, b':', m, n,
    ]);
    fraction(time.precision(), time.nanosecond(), out);
    if offset == 0 {
        out.push(b'Z');
        return;
    }
    let minutes = offset.unsigned_abs();
    let [a, b] = digits(u8::try_from(minutes / 60).unwrap_or(0));
    let [c, d] = digits(u8::try_from(minutes % 60).unwrap_or(0));
    out.extend_from_slice(&[if offset < 0 { b'-' } else { b'+' }, a, b, b':', c, d]);
}

fn fraction(precision: Precision, nanosecond: u32, out: &mut Vec<u8>) {
    let Precision::Fraction(digits @ 1..=9) = precision else { return };
    out.push(b'.');
    let all = format!("{nanosecond:09}");
    out.extend_from_slice(&all.as_bytes()[..usize::from(digits)]);
}

fn two(number: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(&digits(number));
}

fn digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10 % 10, b'0' + number % 10]
}

#[cfg(test)]
mod tests {
    use super::super::testing::with_context;
    use super::*;

    fn date_times(header: &str, zone: Option<&str>, value: &str) -> String {
        let message = format!("MSH|^~\\&|A|F|||{header}||ADT^A01|1|P|2.5\rPID|{value}");
        with_context(&message, |settings| {
            if let Some(zone) = zone {
                settings.zones.add(zone).unwrap();
            }
        })
        .write(|w, cx, input| _ = date_time(w, cx, "d", input.seg(1).get(1)))
    }

    #[test]
    fn precision_is_kept() {
        let of = |value| date_times("", None, value);
        assert_eq!(of("2024"), r#"{"d":"2024"}"#);
        assert_eq!(of("202402"), r#"{"d":"2024-02"}"#);
        assert_eq!(of("20240229"), r#"{"d":"2024-02-29"}"#);
        assert_eq!(of("20240229^Y"), r#"{"d":"2024"}"#);
        assert_eq!(of("202402291030+0100"), r#"{"d":"2024-02-29T10:30:00+01:00"}"#);
        assert_eq!(of("20240229103015.25-0530"), r#"{"d":"2024-02-29T10:30:15.25-05:30"}"#);
        assert_eq!(of("2024022910+0000"), r#"{"d":"2024-02-29T10:00:00Z"}"#);
        for wrong in ["20240230", "00000000", "yesterday", "202402291030+1430"] {
            assert_eq!(of(wrong), "", "{wrong}");
        }
    }

    #[test]
    fn offsets_come_from_the_time_the_header_or_the_settings() {
        assert_eq!(date_times("", None, "20240715103000"), r#"{"d":"2024-07-15"}"#);
        let of = date_times("202407151031-0400", Some("UTC"), "20240715103000");
        assert_eq!(of, r#"{"d":"2024-07-15T10:30:00-04:00"}"#);
        let of = date_times("202407151031", Some("F=Europe/Berlin"), "20240715103000");
        assert_eq!(of, r#"{"d":"2024-07-15T10:30:00+02:00"}"#);
    }

    #[test]
    fn instants_and_times_are_whole() {
        let message = "MSH|^~\\&\rPID|20240715|20240715103000+0200|1030|20240715103015";
        let written = with_context(message, |_| {}).write(|w, cx, input| {
            let pid = input.seg(1);
            instant(w, cx, "a", pid.get(1));
            instant(w, cx, "b", pid.get(2));
            time(w, cx, "c", pid.get(3));
            time(w, cx, "d", pid.get(4));
            date(w, cx, "e", pid.get(2));
        });
        assert_eq!(
            written,
            r#"{"b":"2024-07-15T10:30:00+02:00","c":"10:30:00","d":"10:30:15","e":"2024-07-15"}"#
        );
    }
}
