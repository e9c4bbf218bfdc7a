//! Times of day.

use super::Precision;
use std::cmp::Ordering;
use std::fmt;

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

/// A time of day, data type TM, with an offset from UTC or as local time.
///
/// Equal values are written alike; [`Time::compare`] tells which is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) nanosecond: u32,
    pub(super) offset: Option<i16>,
    pub(super) precision: Precision,
}

impl Time {
    /// Midnight, known to the hour; where finer parts are read into.
    pub(super) const START: Self = Self {
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        offset: None,
        precision: Precision::Hour,
    };

    /// Reads `HH[MM[SS[.S...]]][+/-ZZZZ]`; `None` if these bytes are anything else.
    ///
    /// Hours are at most 23, minutes and seconds 59, fractions 1 to 9 digits, offsets 14 hours
    /// and 59 minutes.
    #[must_use]
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let (digits, offset) = split_offset(raw, b"")?;
        Some(Self { offset, ..Self::parse_clock(digits, b"")? })
    }

    /// Reads hour, minute, second with `colon` between them, and a fraction.
    pub(super) fn parse_clock(raw: &[u8], colon: &[u8]) -> Option<Self> {
        let mut time = Self::START;
        let mut rest = raw;
        time.hour = two_digits(&mut rest, 23)?;
        if rest.is_empty() {
            return Some(time);
        }
        if !colon.is_empty() {
            rest = rest.strip_prefix(colon)?;
        }
        time.minute = two_digits(&mut rest, 59)?;
        time.precision = Precision::Minute;
        if rest.is_empty() {
            return Some(time);
        }
        if !colon.is_empty() {
            rest = rest.strip_prefix(colon)?;
        }
        time.second = two_digits(&mut rest, 59)?;
        time.precision = Precision::Second;
        let digits = match rest {
            [] => return Some(time),
            [b'.', digits @ ..] => digits,
            // ISO 8601 prefers a comma; HL7 has points only.
            [b',', digits @ ..] if !colon.is_empty() => digits,
            _ => return None,
        };
        let count = u8::try_from(digits.len()).ok().filter(|n| (1..=9).contains(n))?;
        for &digit in digits {
            time.nanosecond = time.nanosecond * 10 + u32::from(digit_value(digit)?);
        }
        time.nanosecond *= 10_u32.pow(9 - u32::from(count));
        time.precision = Precision::Fraction(count);
        Some(time)
    }

    /// Hours, 0 to 23.
    #[must_use]
    pub fn hour(&self) -> u8 {
        self.hour
    }

    /// Minutes, 0 to 59.
    #[must_use]
    pub fn minute(&self) -> u8 {
        self.minute
    }

    /// Seconds, 0 to 59.
    #[must_use]
    pub fn second(&self) -> u8 {
        self.second
    }

    /// Nanoseconds of the second, 0 to 999999999.
    #[must_use]
    pub fn nanosecond(&self) -> u32 {
        self.nanosecond
    }

    /// How far the clock is ahead of UTC, in minutes; `None` for local time.
    #[must_use]
    pub fn offset(&self) -> Option<i16> {
        self.offset
    }

    /// What is known; at least [`Precision::Hour`].
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Nanoseconds since midnight of its own clock.
    pub(super) fn nanoseconds(&self) -> i64 {
        let seconds =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        seconds * SECOND + i64::from(self.nanosecond)
    }

    /// Which time is earlier on the same day, as
    /// [`Timestamp::compare`](super::Timestamp::compare) does.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let (mine, others) = offsets(self.offset, other.offset);
        (self.nanoseconds() - mine).cmp(&(other.nanoseconds() - others))
    }

    /// The time cut to a precision, finer parts forgotten; at least the hour stays.
    #[must_use]
    pub fn truncated(&self, precision: Precision) -> Self {
        let mut time =
            Self { precision: self.precision.min(precision.max(Precision::Hour)), ..*self };
        if time.precision < Precision::Minute {
            time.minute = 0;
        }
        if time.precision < Precision::Second {
            time.second = 0;
        }
        match time.precision {
            Precision::Fraction(count @ 1..=8) => {
                time.nanosecond -= time.nanosecond % 10_u32.pow(9 - u32::from(count));
            }
            Precision::Fraction(9..) => {}
            _ => time.nanosecond = 0,
        }
        if time.precision == Precision::Fraction(0) {
            time.precision = Precision::Second;
        }
        time
    }

    /// Appends the HL7 form, which [`Time::parse`] reads: `102030.5+0100`.
    pub fn write_hl7(&self, out: &mut Vec<u8>) {
        self.write_clock("", out);
        self.write_offset("", out);
    }

    /// Appends the form of ISO 8601: `10:20:30.5+01:00`, with `Z` for UTC.
    pub fn write_iso(&self, out: &mut Vec<u8>) {
        self.write_clock(":", out);
        if self.offset == Some(0) {
            out.push(b'Z');
        } else {
            self.write_offset(":", out);
        }
    }

    fn write_clock(&self, colon: &str, out: &mut Vec<u8>) {
        push_digits(self.hour.into(), 2, out);
        if self.precision >= Precision::Minute {
            out.extend_from_slice(colon.as_bytes());
            push_digits(self.minute.into(), 2, out);
        }
        if self.precision >= Precision::Second {
            out.extend_from_slice(colon.as_bytes());
            push_digits(self.second.into(), 2, out);
        }
        if let Precision::Fraction(count @ 1..=9) = self.precision {
            out.push(b'.');
            let count = u32::from(count);
            push_digits(self.nanosecond / 10_u32.pow(9 - count), count, out);
        }
    }

    pub(super) fn write_offset(&self, colon: &str, out: &mut Vec<u8>) {
        if let Some(offset) = self.offset {
            out.push(if offset < 0 { b'-' } else { b'+' });
            let minutes = u32::from(offset.unsigned_abs());
            push_digits(minutes / 60, 2, out);
            out.extend_from_slice(colon.as_bytes());
            push_digits(minutes % 60, 2, out);
        }
    }
}

impl fmt::Display for Time {
    /// The HL7 form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::with_capacity(24);
        self.write_hl7(&mut out);
        f.write_str(&String::from_utf8_lossy(&out))
    }
}

/// Both offsets in nanoseconds if both are known, else none.
pub(super) fn offsets(a: Option<i16>, b: Option<i16>) -> (i64, i64) {
    a.zip(b).map_or((0, 0), |(a, b)| (i64::from(a) * 60 * SECOND, i64::from(b) * 60 * SECOND))
}

/// Splits off an offset `+/-ZZZZ` at the end, in minutes; `colon` may be between its parts.
pub(super) fn split_offset<'a>(raw: &'a [u8], colon: &[u8]) -> Option<(&'a [u8], Option<i16>)> {
    // Most have none, and all that a time has besides is above the signs.
    if raw.iter().fold(u8::MAX, |least, &b| least.min(b)) > b'-' {
        return Some((raw, None));
    }
    let Some(at) = raw.iter().position(|b| matches!(b, b'+' | b'-')) else {
        return Some((raw, None));
    };
    let (digits, offset) = raw.split_at(at);
    let (sign, mut rest) = offset.split_first()?;
    let hours = two_digits(&mut rest, 14)?;
    rest = rest.strip_prefix(colon).unwrap_or(rest);
    let minutes = two_digits(&mut rest, 59)?;
    if !rest.is_empty() {
        return None;
    }
    let ahead = i16::from(hours) * 60 + i16::from(minutes);
    Some((digits, Some(if *sign == b'-' { -ahead } else { ahead })))
}

/// Takes a number of two digits, at most `max`, off the front.
pub(super) fn two_digits(rest: &mut &[u8], max: u8) -> Option<u8> {
    let [tens, ones, behind @ ..] = *rest else { return None };
    let value = digit_value(*tens)? * 10 + digit_value(*ones)?;
    *rest = behind;
    (value <= max).then_some(value)
}

/// Eight digits as four numbers of two.
#[inline]
pub(super) fn pairs(text: &[u8; 8]) -> Option<[u8; 4]> {
    const ONES: u64 = u64::MAX / 255;
    let word = u64::from_le_bytes(*text);
    // What is a digit begins with 3, and still does with 6 more.
    let begins = |word: u64| word & (ONES * 0xF0);
    if begins(word) != ONES * 0x30 || begins(word.wrapping_add(ONES * 6)) != ONES * 0x30 {
        return None;
    }
    let digits = word & (ONES * 0x0F);
    // The first digit is in the lower byte of each two.
    let [a, _, b, _, c, _, d, _] = (digits * 10 + (digits >> 8)).to_le_bytes();
    Some([a, b, c, d])
}

fn digit_value(digit: u8) -> Option<u8> {
    digit.is_ascii_digit().then(|| digit - b'0')
}

/// Appends the last `count` decimal digits of a number.
pub(super) fn push_digits(number: u32, count: u32, out: &mut Vec<u8>) {
    for place in (0..count).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}
