//! Times as HL7 writes them: data types DT, TM, DTM and the older TS (HL7 v2.8.2, chapter 2A).
//!
//! A time is known to a [`Precision`]: `2024` is a year and not its first second. Parts below the
//! precision are held as the start of the period, but are never written.

mod calendar;
mod clock;
#[cfg(test)]
mod tests;

pub use calendar::{civil_from_days, days_from_civil};
pub use clock::Time;

use calendar::days_of_month;
use clock::{SECOND, offsets, pairs, push_digits, split_offset, two_digits};
use std::cmp::Ordering;
use std::fmt;

/// How much of a time is known, from coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `YYYY`
    Year,
    /// `YYYYMM`
    Month,
    /// `YYYYMMDD`
    Day,
    /// `YYYYMMDDHH`
    Hour,
    /// `YYYYMMDDHHMM`
    Minute,
    /// `YYYYMMDDHHMMSS`
    Second,
    /// `YYYYMMDDHHMMSS.S...`, the number of digits after the point. The standard has 1 to 4, up
    /// to 9 are read.
    Fraction(u8),
}

impl Precision {
    /// The precision of a code of table 0529, as the second component of TS has it: `Y` year,
    /// `L` month, `D` day, `H` hour, `M` minute, `S` second.
    #[must_use]
    pub fn of_code(code: &[u8]) -> Option<Self> {
        match code {
            b"Y" => Some(Self::Year),
            b"L" => Some(Self::Month),
            b"D" => Some(Self::Day),
            b"H" => Some(Self::Hour),
            b"M" => Some(Self::Minute),
            b"S" => Some(Self::Second),
            _ => None,
        }
    }
}

/// A point in time or a period, data types DT, DTM and TS, with an offset from UTC or local.
///
/// Always a day of the Gregorian calendar in the years 1 to 9999. Equal values are written alike;
/// [`Timestamp::compare`] tells which is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    year: u16,
    month: u8,
    day: u8,
    /// Its precision and offset are those of the timestamp.
    clock: Time,
}

impl Timestamp {
    /// A point in time by the seconds since 1970 began, in UTC; `None` beyond the year 9999.
    #[must_use]
    pub fn from_unix(seconds: u64) -> Option<Self> {
        let (year, month, day) = civil_from_days(i32::try_from(seconds / 86_400).ok()?)?;
        let second = u32::try_from(seconds % 86_400).ok()?;
        let part = |n: u32| u8::try_from(n).ok();
        let clock = Time {
            hour: part(second / 3600)?,
            minute: part(second / 60 % 60)?,
            second: part(second % 60)?,
            offset: Some(0),
            precision: Precision::Second,
            ..Time::START
        };
        Some(Self { year, month, day, clock })
    }

    /// Reads `YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+/-ZZZZ]`; `None` if these bytes are anything else.
    ///
    /// The day is one of the Gregorian calendar, the year is not 0, the clock is as in
    /// [`Time::parse`].
    #[must_use]
    pub fn parse(raw: &[u8]) -> Option<Self> {
        if let Some(time) = Self::parse_second(raw) {
            return Some(time);
        }
        let (digits, offset) = split_offset(raw, b"")?;
        let mut rest = digits;
        let mut time = Self::parse_year(&mut rest)?;
        time.clock.offset = offset;
        if rest.is_empty() {
            return Some(time);
        }
        time.parse_month(&mut rest)?;
        if rest.is_empty() {
            return Some(time);
        }
        time.parse_day(&mut rest)?;
        if rest.is_empty() {
            return Some(time);
        }
        time.clock = Time { offset, ..Time::parse_clock(rest, b"")? };
        Some(time)
    }

    /// Reads `YYYYMMDDHHMMSS`, as most times are written, all at once.
    #[inline]
    fn parse_second(raw: &[u8]) -> Option<Self> {
        let raw = raw.first_chunk::<14>().filter(|_| raw.len() == 14)?;
        let [century, year, month, day] = pairs(raw.first_chunk()?)?;
        let [_, hour, minute, second] = pairs(raw.last_chunk()?)?;
        let year = u16::from(century) * 100 + u16::from(year);
        if year == 0 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let clock = Time { hour, minute, second, precision: Precision::Second, ..Time::START };
        let is_day = (1..=days_of_month(year, month)).contains(&day);
        is_day.then_some(Self { year, month, day, clock })
    }

    /// Reads both components of the older data type TS: a time, and a code of table 0529 that
    /// limits its precision: `19990102^M` is a day, `199901021030^D` as well.
    ///
    /// A code that is not in the table says nothing, like an empty one.
    ///
    /// ```
    /// use pipehat::core::time::Timestamp;
    /// assert_eq!(Timestamp::parse_ts(b"199901021030", b"D"), Timestamp::parse(b"19990102"));
    /// assert_eq!(Timestamp::parse_ts(b"199901021030", b""), Timestamp::parse(b"199901021030"));
    /// ```
    #[must_use]
    pub fn parse_ts(time: &[u8], code: &[u8]) -> Option<Self> {
        let time = Self::parse(time)?;
        Some(Precision::of_code(code).map_or(time, |precision| time.truncated(precision)))
    }

    /// Reads the extended form of ISO 8601 and RFC 3339: `2024`, `2024-01`, `2024-01-31`,
    /// `2024-01-31T10[:20[:30[.123]]]`, the clock with an offset `Z`, `+01:00`, `+0100` or
    /// without one; a space may stand for `T`, and a comma for the point.
    #[must_use]
    pub fn parse_iso(raw: &[u8]) -> Option<Self> {
        let mut rest = raw;
        let mut time = Self::parse_year(&mut rest)?;
        if rest.is_empty() {
            return Some(time);
        }
        rest = rest.strip_prefix(b"-")?;
        time.parse_month(&mut rest)?;
        if rest.is_empty() {
            return Some(time);
        }
        rest = rest.strip_prefix(b"-")?;
        time.parse_day(&mut rest)?;
        if rest.is_empty() {
            return Some(time);
        }
        let [b'T' | b't' | b' ', clock @ ..] = rest else { return None };
        let (digits, offset) = match clock {
            [digits @ .., b'Z' | b'z'] => (digits, Some(0)),
            _ => split_offset(clock, b":")?,
        };
        time.clock = Time { offset, ..Time::parse_clock(digits, b":")? };
        Some(time)
    }

    fn parse_year(rest: &mut &[u8]) -> Option<Self> {
        let century = two_digits(rest, 99)?;
        let year = u16::from(century) * 100 + u16::from(two_digits(rest, 99)?);
        let clock = Time { precision: Precision::Year, ..Time::START };
        (year > 0).then_some(Self { year, month: 1, day: 1, clock })
    }

    fn parse_month(&mut self, rest: &mut &[u8]) -> Option<()> {
        self.month = two_digits(rest, 12).filter(|&month| month > 0)?;
        self.clock.precision = Precision::Month;
        Some(())
    }

    fn parse_day(&mut self, rest: &mut &[u8]) -> Option<()> {
        let last = days_of_month(self.year, self.month);
        self.day = two_digits(rest, last).filter(|&day| day > 0)?;
        self.clock.precision = Precision::Day;
        Some(())
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(&self) -> u8 {
        self.day
    }

    /// Hours, 0 to 23.
    #[must_use]
    pub fn hour(&self) -> u8 {
        self.clock.hour
    }

    /// Minutes, 0 to 59.
    #[must_use]
    pub fn minute(&self) -> u8 {
        self.clock.minute
    }

    /// Seconds, 0 to 59.
    #[must_use]
    pub fn second(&self) -> u8 {
        self.clock.second
    }

    /// Nanoseconds of the second, 0 to 999999999.
    #[must_use]
    pub fn nanosecond(&self) -> u32 {
        self.clock.nanosecond
    }

    /// How far the clock is ahead of UTC, in minutes; `None` for local time.
    #[must_use]
    pub fn offset(&self) -> Option<i16> {
        self.clock.offset
    }

    /// What is known.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.clock.precision
    }

    /// Which time is earlier, missing parts counting as the start of the period.
    ///
    /// As instants if both have an offset, else by what the local clocks show. So this orders
    /// times of one kind; among times with and without offsets there may be no order.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let (mine, others) = offsets(self.offset(), other.offset());
        self.since_epoch(mine).cmp(&other.since_epoch(others))
    }

    /// Seconds since 1970 and nanoseconds of the second, missing parts counting as the start of the
    /// period and local time as UTC: an order of all times.
    #[must_use]
    pub fn instant(&self) -> (i64, i64) {
        self.since_epoch(offsets(self.offset(), self.offset()).0)
    }

    /// In seconds and nanoseconds apart, for together they would not fit 64 bits.
    fn since_epoch(&self, offset: i64) -> (i64, i64) {
        let days = i64::from(days_from_civil(self.year, self.month, self.day));
        let clock = self.clock.nanoseconds() - offset;
        (days * 86_400 + clock.div_euclid(SECOND), clock.rem_euclid(SECOND))
    }

    /// The time cut to a precision, finer parts forgotten; as it is if it is no finer.
    #[must_use]
    pub fn truncated(&self, precision: Precision) -> Self {
        let mut time = Self { clock: self.clock.truncated(precision), ..*self };
        time.clock.precision = time.clock.precision.min(self.clock.precision);
        if precision < Precision::Hour {
            time.clock.hour = 0;
            time.clock.precision = precision.min(self.clock.precision);
        }
        if precision < Precision::Day {
            time.day = 1;
        }
        if precision < Precision::Month {
            time.month = 1;
        }
        time
    }

    /// The first moment of the period that a time stands for, at a finer precision up to that of
    /// seconds: `2024` is `20240101`. As it is if it is no coarser.
    #[must_use]
    pub fn first_moment(&self, precision: Precision) -> Self {
        let precision = self.precision().max(precision.min(Precision::Second));
        Self { clock: Time { precision, ..self.clock }, ..*self }
    }

    /// As [`Timestamp::first_moment`] the last one: `2024` is `20241231`.
    #[must_use]
    pub fn last_moment(&self, precision: Precision) -> Self {
        let own = self.precision();
        let mut time = self.first_moment(precision);
        if own < Precision::Month {
            time.month = 12;
        }
        if own < Precision::Day {
            time.day = days_of_month(time.year, time.month);
        }
        for (part, of, last) in [
            (&mut time.clock.hour, Precision::Hour, 23),
            (&mut time.clock.minute, Precision::Minute, 59),
            (&mut time.clock.second, Precision::Second, 59),
        ] {
            if own < of {
                *part = last;
            }
        }
        time.truncated(time.precision())
    }

    /// The time so many days later, or earlier if negative, the clock and the precision as they
    /// are; `None` outside the years 1 to 9999.
    ///
    /// A month or a year counts as its first day, and what that is moved to is cut again.
    #[must_use]
    pub fn add_days(&self, days: i32) -> Option<Self> {
        let moved = days_from_civil(self.year, self.month, self.day).checked_add(days)?;
        let (year, month, day) = civil_from_days(moved)?;
        Some(Self { year, month, day, ..*self }.truncated(self.precision()))
    }

    /// The time so many minutes later on the same clock, or earlier if negative; `None` outside the
    /// years 1 to 9999, and for a time that is not known to the minute, or to the hour if these are
    /// whole hours.
    #[must_use]
    pub fn add_minutes(&self, minutes: i32) -> Option<Self> {
        let finest = if minutes % 60 == 0 { Precision::Hour } else { Precision::Minute };
        if self.precision() < finest {
            return None;
        }
        let minutes =
            (i32::from(self.hour()) * 60 + i32::from(self.minute())).checked_add(minutes)?;
        let mut moved = self.add_days(minutes.div_euclid(1440))?;
        let minutes = minutes.rem_euclid(1440);
        moved.clock.hour = u8::try_from(minutes / 60).ok()?;
        moved.clock.minute = u8::try_from(minutes % 60).ok()?;
        Some(moved)
    }

    /// The same instant on a clock with another offset; `None` for local time and outside the
    /// years 1 to 9999. A time without hours stays as it is.
    #[must_use]
    pub fn at_offset(&self, offset: i16) -> Option<Self> {
        let shift = i32::from(offset) - i32::from(self.offset()?);
        if shift == 0 || self.precision() < Precision::Hour {
            return Some(*self);
        }
        let mut moved = *self;
        if shift % 60 != 0 {
            moved.clock.precision = self.precision().max(Precision::Minute);
        }
        Some(moved.add_minutes(shift)?.with_offset(Some(offset)))
    }

    /// What the clock shows with another offset, or as local time: another instant.
    #[must_use]
    pub fn with_offset(&self, offset: Option<i16>) -> Self {
        Self { clock: Time { offset, ..self.clock }, ..*self }
    }

    /// Appends the HL7 form at its precision, which [`Timestamp::parse`] reads: `20240131+0100`.
    pub fn write_hl7(&self, out: &mut Vec<u8>) {
        self.write_date("", out);
        if self.precision() >= Precision::Hour {
            self.clock.write_hl7(out);
        } else {
            self.clock.write_offset("", out);
        }
    }

    /// Appends the form of ISO 8601 at its precision, which [`Timestamp::parse_iso`] reads:
    /// `2024-01-31T10:20:30.5+01:00`. Dates lose their offset, for ISO 8601 has none for them.
    pub fn write_iso(&self, out: &mut Vec<u8>) {
        self.write_date("-", out);
        if self.precision() >= Precision::Hour {
            out.push(b'T');
            self.clock.write_iso(out);
        }
    }

    fn write_date(&self, hyphen: &str, out: &mut Vec<u8>) {
        push_digits(self.year.into(), 4, out);
        if self.precision() >= Precision::Month {
            out.extend_from_slice(hyphen.as_bytes());
            push_digits(self.month.into(), 2, out);
        }
        if self.precision() >= Precision::Day {
            out.extend_from_slice(hyphen.as_bytes());
            push_digits(self.day.into(), 2, out);
        }
    }
}

impl fmt::Display for Timestamp {
    /// The HL7 form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::with_capacity(32);
        self.write_hl7(&mut out);
        f.write_str(&String::from_utf8_lossy(&out))
    }
}
