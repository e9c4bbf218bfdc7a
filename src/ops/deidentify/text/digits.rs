//! Digits, and groups of them.

use super::letters::{mark, mix};
use crate::ops::deidentify::shape::are_digits;
use std::ops::Range;

/// More groups of digits than these are no number of one thing.
pub(super) const GROUPS_MAX: usize = 8;

/// The digits of a number, without leading zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digits {
    value: u64,
    /// How many there are; for more than 19 the value is not theirs.
    pub(super) count: u32,
}

impl Digits {
    /// All digits of a text.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut digits = Self::default();
        digits.extend(text);
        digits
    }

    /// Takes more digits; other bytes do not count.
    pub(super) fn extend(&mut self, text: &[u8]) {
        for &byte in text {
            self.push(byte);
        }
    }

    fn push(&mut self, byte: u8) {
        if byte.is_ascii_digit() && (self.count > 0 || byte != b'0') {
            self.value = self.value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.count = self.count.saturating_add(1);
        }
    }

    /// The last digits.
    pub(super) fn last(self, count: u32) -> Self {
        Self::of_value(10_u64.checked_pow(count).map_or(self.value, |power| self.value % power))
    }

    /// The digits of a number.
    pub(super) fn of_value(value: u64) -> Self {
        Self { value, count: value.checked_ilog10().map_or(0, |log| log + 1) }
    }

    /// Those of a day, `YYYYMMDD`, all at once; nothing if there is anything else.
    pub(super) fn of_day(day: &[u8; 8]) -> Option<Self> {
        if !are_digits(day) {
            return None;
        }
        let digits = u64::from_le_bytes(*day) & 0x0F0F_0F0F_0F0F_0F0F;
        // Two digits, four, eight.
        let two = (digits.wrapping_mul(10) + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
        let four = (two.wrapping_mul(100) + (two >> 16)) & 0x0000_FFFF_0000_FFFF;
        let value = (four.wrapping_mul(10_000) + (four >> 32)) & 0xFFFF_FFFF;
        let count = if value >= 10_000_000 { 8 } else { Self::of_value(value).count };
        Some(Self { value, count })
    }

    /// How many digits the date `YYYYMMDD` has with the month first, and with the day first, as
    /// bits.
    pub(super) fn counts_in_other_orders(self) -> u32 {
        let (year, month, day) = (self.value / 10_000, self.value / 100 % 100, self.value % 100);
        let count = |first, second| match first {
            10.. => 8,
            1..10 => 7,
            _ => Self::of_value(second * 10_000 + year).count,
        };
        1 << count(month, day) | 1 << count(day, month)
    }

    /// The dates `YYYYMMDD` that these digits are, if the month or the day is first in them.
    pub(super) fn days(self) -> [Self; 2] {
        let (first, second, year) =
            (self.value / 1_000_000, self.value / 10_000 % 100, self.value % 10_000);
        [year * 10_000 + first * 100 + second, year * 10_000 + second * 100 + first]
            .map(Self::of_value)
    }

    /// By what a number is told from nearly all others.
    pub(super) fn mark(self) -> u16 {
        mark(self.key())
    }

    pub(super) fn key(self) -> u64 {
        mix(u64::from(self.count) ^ 0x2545_F491_4F6C_DD1D, self.value) | 1
    }
}

/// Where the digits at `at` end.
pub(super) fn digits_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len())
}

/// Groups of digits with at most three separators between them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Groups {
    ends: [(usize, usize); GROUPS_MAX],
    count: usize,
}

impl Groups {
    /// The groups from the one that begins at `at` on.
    pub(super) fn at(text: &[u8], at: usize) -> Self {
        let mut groups = Self::default();
        let mut start = at;
        while let Some(slot) = groups.ends.get_mut(groups.count) {
            let end = digits_end(text, start);
            *slot = (start, end);
            groups.count += 1;
            match next_group(text, end) {
                Some(next) => start = next,
                None => break,
            }
        }
        groups
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// A group.
    pub(super) fn range(&self, n: usize) -> Range<usize> {
        match self.ends.get(..self.count).and_then(|ends| ends.get(n)) {
            Some(&(start, end)) => start..end,
            None => 0..0,
        }
    }

    /// How many digits a group has; 0 where there is none.
    pub(super) fn width(&self, n: usize) -> usize {
        self.range(n).len()
    }

    /// What stands between a group and the next.
    pub(super) fn between<'t>(&self, text: &'t [u8], n: usize) -> &'t [u8] {
        if n + 1 >= self.count {
            return b"";
        }
        text.get(self.range(n).end..self.range(n + 1).start).unwrap_or_default()
    }

    /// The digits of a group as a number; a great one if it is long.
    pub(super) fn number(&self, text: &[u8], n: usize) -> u32 {
        let digits = text.get(self.range(n)).unwrap_or_default();
        digits.iter().fold(0_u32, |sum, b| {
            sum.saturating_mul(10).saturating_add(u32::from(b.wrapping_sub(b'0')))
        })
    }
}

/// Where the next group of digits begins behind one.
pub(super) fn next_group(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let gap = rest.iter().take(4).position(u8::is_ascii_digit)?;
    let separators = rest.get(..gap)?;
    let fits = !separators.is_empty() && separators.iter().all(|b| b" -./()_".contains(b));
    fits.then_some(end + gap)
}

/// Where the next group of digits of a number begins that was noted, which may have other separators
/// and go on in the next line.
pub(super) fn next_group_of_noted(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let gap = rest.iter().take(4).position(u8::is_ascii_digit)?;
    let separators = rest.get(..gap)?;
    let is_one = |b: &u8| b" -./()_,:;*~'\n\r\t\x1E\x1F".contains(b);
    (!separators.is_empty() && separators.iter().all(is_one)).then_some(end + gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_other_numbers_are() {
        for day in [b"20240131", b"00000000", b"00010203", b"99999999", b"20240012", b"19991200"] {
            let digits = Digits::of(day);
            assert_eq!(Digits::of_day(day), Some(digits));
            let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
            let of = |parts: [&[u8]; 3]| 1 << Digits::of(&parts.concat()).count;
            let expected = of([month, day, year]) | of([day, month, year]);
            assert_eq!(digits.counts_in_other_orders(), expected);
        }
        for other in [b"2024-1-1", b"2024013:", b"2024013/", b"\xB02024013", b"1234567\xFF"] {
            assert_eq!(Digits::of_day(other), None);
        }
    }
}
