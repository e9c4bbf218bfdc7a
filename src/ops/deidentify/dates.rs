//! Dates that are moved, or cut to their year.

use super::shape::is_moment;
use crate::core::time::{Precision, Time, Timestamp, civil_from_days, days_from_civil};

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Written, moved or cut.
    Written,
    /// Written as it was: nothing, `""`, a year alone, a time of day.
    Kept,
    /// It cannot be read as a date: nothing was written.
    Emptied,
}

/// Appends a date so many days later, or earlier if negative, as it was written: its precision,
/// time of day, zone and spelling stay.
///
/// `value`: of data type DT, DTM or TS (its first component): `YYYY[MM[DD[HH[MM[SS[.S...]]]]]]` with
/// `[+/-ZZZZ]`; or `2023-01-05`, `2023/01/05`, `20230105`, each with `T10:00:00Z` or ` 10:00` behind it;
/// `01/05/2023` (month first, unless that is no month), `5.1.2023` (day first), these two with a time
/// of day behind a blank.
///
/// A year stays: moved by less than a year it is the same or the one before, and which cannot be
/// told. A month becomes its year, as whole weeks do not make months. Times of day have no date
/// and stay, but `HHMMSS` alone, which may be another number or a date with a year of two digits.
pub fn shift(value: &[u8], days: i32, out: &mut Vec<u8>) -> Outcome {
    if let Some((year, month, day)) = plain_day(value) {
        return match moved(year, month, day, days) {
            Some((year, month, day)) => {
                let two = |n: u16| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
                let ([a, b], [c, d]) = (two(year / 100), two(year % 100));
                let ([e, f], [g, h]) = (two(month.into()), two(day.into()));
                out.extend_from_slice(&[a, b, c, d, e, f, g, h]);
                out.extend_from_slice(&value[8..]);
                Outcome::Written
            }
            None => Outcome::Emptied,
        };
    }
    match Date::of(value) {
        Some(Date { month: None, .. }) => {
            out.extend_from_slice(value);
            Outcome::Kept
        }
        Some(date) => date.write_moved(days, out),
        None => keep(value, out),
    }
}

/// Appends the year of a date, in any spelling that [`shift`] knows.
///
/// Times of day (`HHMM`) stay, as there.
pub fn year(value: &[u8], out: &mut Vec<u8>) -> Outcome {
    if plain_day(value).is_some() {
        out.extend_from_slice(&value[..4]);
        return Outcome::Written;
    }
    match Date::of(value) {
        Some(date) => {
            push(date.year.into(), 4, out);
            if value.len() == 4 { Outcome::Kept } else { Outcome::Written }
        }
        None => keep(value, out),
    }
}

/// Whether a value is nothing, or a date or time of day in any spelling that [`shift`] knows.
#[must_use]
pub fn is_date(value: &[u8]) -> bool {
    value.is_empty()
        || plain_day(value).is_some()
        || Date::of(value).is_some()
        || is_time_of_day(value)
}

/// Whether somebody who was born at a date is over 89 at another, so that the year of birth may not
/// stay (45 CFR 164.514(b)(2)(i)(C)).
///
/// Both in any spelling that [`shift`] knows; clocks do not count. What is not known counts for the
/// higher age: of a year or a month of birth the first day, of the other date the last. `true` if
/// one of them cannot be read. Somebody born on 29 February is a year older on 1 March.
#[must_use]
pub fn is_over_89(birth: &[u8], at: &[u8]) -> bool {
    let (Some(birth), Some(at)) = (Date::of(birth), Date::of(at)) else { return true };
    let born = (birth.month.unwrap_or(1), birth.day.unwrap_or(1));
    let then = (at.month.unwrap_or(12), at.day.unwrap_or(31));
    let years = i32::from(at.year) - i32::from(birth.year) - i32::from(then < born);
    years > 89
}

/// A date in a value.
struct Date<'v> {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
    spelling: Spelling<'v>,
}

enum Spelling<'v> {
    /// Year, month and day with this between them, and what is behind the day.
    YearFirst { between: &'v [u8], rest: &'v [u8] },
    /// Month and day, or day and month, and the year; the first two with leading zeros unless one of
    /// them shows that there are none.
    YearLast { is_month_first: bool, between: u8, is_padded: bool, rest: &'v [u8] },
}

impl<'v> Date<'v> {
    fn of(value: &'v [u8]) -> Option<Self> {
        let value = value.trim_ascii();
        let hl7 = || Timestamp::parse(value).map(|time| (time, 0));
        let iso = || Timestamp::parse_iso(value).map(|time| (time, 1));
        let Some((time, hyphen)) = hl7().or_else(iso) else {
            return Self::year_first(value).or_else(|| Self::year_last(value));
        };
        let is_known = |precision| time.precision() >= precision;
        // Six digits are a month, or a time or date of some other kind.
        let is_plausible = is_known(Precision::Day) || (1800..2200).contains(&time.year());
        if is_known(Precision::Month) && !is_plausible {
            return None;
        }
        let rest = value.get(8 + 2 * hyphen..).unwrap_or_default();
        let between = if hyphen == 0 { &b""[..] } else { b"-" };
        Some(Self {
            year: time.year(),
            month: is_known(Precision::Month).then(|| time.month()),
            day: is_known(Precision::Day).then(|| time.day()),
            spelling: Spelling::YearFirst { between, rest },
        })
    }

    /// `20230101T100000Z`, `20230101T10`, `20230101 10:00`, `2023/01/01`.
    fn year_first(value: &'v [u8]) -> Option<Self> {
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0_u16, |n, b| b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0')))
        };
        let width = usize::from(matches!(value.get(4), Some(b'/' | b'-')));
        let between = value.get(4..4 + width)?;
        let year = number(value.get(..4)?)?;
        let month = u8::try_from(number(value.get(4 + width..6 + width)?)?).ok()?;
        let day = u8::try_from(number(value.get(6 + 2 * width..8 + 2 * width)?)?).ok()?;
        let rest = value.get(8 + 2 * width..)?;
        let is_rest = match rest {
            [] => true,
            [b' ' | b'T', clock @ ..] => {
                (2..=24).contains(&clock.len())
                    && clock.first().is_some_and(u8::is_ascii_digit)
                    && (is_clock(clock)
                        || clock.iter().all(|b| b.is_ascii_digit() || b":.+-Z".contains(b)))
            }
            _ => false,
        };
        (is_rest
            && value.get(6 + width..6 + 2 * width)? == between
            && (1800..2200).contains(&year)
            && is_day(year, month, day))
        .then_some(Self {
            year,
            month: Some(month),
            day: Some(day),
            spelling: Spelling::YearFirst { between, rest },
        })
    }

    fn year_last(value: &'v [u8]) -> Option<Self> {
        let mut rest = value;
        let (first, is_first_padded) = short_number(&mut rest)?;
        let (&between, behind) = rest.split_first()?;
        rest = behind;
        let (second, is_second_padded) = short_number(&mut rest)?;
        rest = rest.strip_prefix(&[between])?;
        let (digits, clock) = rest.split_at_checked(4)?;
        let year = digits
            .iter()
            .try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0')))?;
        let is_month_first = match between {
            b'/' | b'-' => first <= 12,
            b'.' => false,
            _ => return None,
        };
        let (month, day) = if is_month_first { (first, second) } else { (second, first) };
        let is_time = match clock {
            [] => true,
            [b' ', clock @ ..] => is_clock(clock),
            _ => false,
        };
        (is_time && is_day(year, month, day)).then_some(Self {
            year,
            month: Some(month),
            day: Some(day),
            spelling: Spelling::YearLast {
                is_month_first,
                between,
                is_padded: is_first_padded && is_second_padded,
                rest: clock,
            },
        })
    }

    fn write_moved(&self, days: i32, out: &mut Vec<u8>) -> Outcome {
        let (Some(month), Some(day)) = (self.month, self.day) else {
            push(self.year.into(), 4, out);
            return Outcome::Written;
        };
        let Some((year, month, day)) = moved(self.year, month, day, days) else {
            return Outcome::Emptied;
        };
        match self.spelling {
            Spelling::YearFirst { between, rest } => {
                push(year.into(), 4, out);
                for part in [month, day] {
                    out.extend_from_slice(between);
                    push(part.into(), 2, out);
                }
                out.extend_from_slice(rest);
            }
            Spelling::YearLast { is_month_first, between, is_padded, rest } => {
                let parts = if is_month_first { [month, day] } else { [day, month] };
                for part in parts {
                    push(part.into(), if is_padded || part > 9 { 2 } else { 1 }, out);
                    out.push(between);
                }
                push(year.into(), 4, out);
                out.extend_from_slice(rest);
            }
        }
        Outcome::Written
    }
}

/// The day of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, which nearly all dates are.
#[inline]
fn plain_day(value: &[u8]) -> Option<(u16, u8, u8)> {
    if !is_moment(value) {
        return None;
    }
    let two = |at: usize| (value[at] - b'0') * 10 + (value[at + 1] - b'0');
    let year = u16::from(two(0)) * 100 + u16::from(two(2));
    let (month, day) = (two(4), two(6));
    let is_clock =
        value.len() == 8 || two(8) < 24 && two(10) < 60 && (value.len() == 12 || two(12) < 60);
    (is_clock && is_day(year, month, day)).then_some((year, month, day))
}

/// Whether there is such a day.
fn is_day(year: u16, month: u8, day: u8) -> bool {
    let is_sure = day <= 28 && (1..=12).contains(&month) && day > 0 && year > 0;
    // Days that not all months have are the same when they are reckoned there and back.
    is_sure
        || ((1..=12).contains(&month) && (29..=31).contains(&day) && year > 0)
            && civil_from_days(days_from_civil(year, month, day)) == Some((year, month, day))
}

/// The days of a year before each month and behind the last; the second row is that of leap years.
const BEFORE: [[i32; 13]; 2] = {
    let mut before = [[0; 13]; 2];
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while month < 12 {
        before[0][month + 1] = before[0][month] + lengths[month];
        before[1][month + 1] = before[1][month] + lengths[month] + (month == 1) as i32;
        month += 1;
    }
    before
};

fn days_before(year: u16) -> &'static [i32; 13] {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    &BEFORE[usize::from(is_leap)]
}

/// A day that is moved, if it stays between the years 1 and 9999.
fn moved(year: u16, month: u8, day: u8, days: i32) -> Option<(u16, u8, u8)> {
    // By less than a year into the past, as nearly all are: without reckoning in centuries.
    if (-364..=0).contains(&days) && year > 1 && (1..=12).contains(&month) {
        let mut of_year = days_before(year)[usize::from(month) - 1] + i32::from(day) + days;
        let mut year = year;
        if of_year <= 0 {
            year -= 1;
            of_year += days_before(year)[12];
        }
        let before = days_before(year);
        // No month is longer than 32 days, and none begins so late that it is not the next one.
        let likely = (of_year as usize - 1) / 32;
        let month = likely + usize::from(of_year > before[(likely + 1).min(12)]);
        let day = of_year - before[month.min(11)];
        return Some((year, month as u8 + 1, day as u8));
    }
    civil_from_days(days_from_civil(year, month, day).checked_add(days)?)
}

/// Keeps what has no date; empties all else.
fn keep(value: &[u8], out: &mut Vec<u8>) -> Outcome {
    if !value.is_empty() && value != b"\"\"" && !is_time_of_day(value) {
        return Outcome::Emptied;
    }
    out.extend_from_slice(value);
    Outcome::Kept
}

/// Whether this is a time of day. Six digits alone are as likely a date with a year of two digits,
/// or no date at all.
fn is_time_of_day(value: &[u8]) -> bool {
    let is_unclear = value.len() == 6 && value.iter().all(u8::is_ascii_digit);
    !is_unclear && Time::parse(value).is_some()
}

/// `10:30`, `10:30:15`, with AM or PM or without.
fn is_clock(clock: &[u8]) -> bool {
    let halves: [&[u8]; 4] = [b" AM", b" PM", b"AM", b"PM"];
    let digits = halves.iter().find_map(|half| {
        let at = clock.len().checked_sub(half.len())?;
        clock[at..].eq_ignore_ascii_case(half).then(|| &clock[..at])
    });
    let parts = digits.unwrap_or(clock).split(|&b| b == b':');
    let count = parts.clone().count();
    (2..=3).contains(&count)
        && parts
            .clone()
            .all(|part| (1..=2).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
}

/// Takes a number of one or two digits off the front, and whether it has two.
fn short_number(rest: &mut &[u8]) -> Option<(u8, bool)> {
    let length = rest.iter().take_while(|b| b.is_ascii_digit()).take(2).count();
    let (digits, behind) = rest.split_at(length);
    *rest = behind;
    let number = digits.iter().fold(0, |n, b| n * 10 + (b - b'0'));
    (length > 0).then_some((number, length == 2))
}

/// Appends the last digits of a number.
fn push(number: u32, count: u32, out: &mut Vec<u8>) {
    out.extend((0..count).rev().map(|place| b'0' + (number / 10_u32.pow(place) % 10) as u8));
}

#[cfg(test)]
mod tests;
