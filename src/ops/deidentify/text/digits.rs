//! Digits, and groups of them.

use super::letters::mix;
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

    /// The date `YYYYMMDD` with the month first, and with the day first.
    pub(super) fn in_other_orders(self) -> [Self; 2] {
        let (year, month, day) = (self.value / 10_000, self.value / 100 % 100, self.value % 100);
        [month * 1_000_000 + day * 10_000 + year, day * 1_000_000 + month * 10_000 + year]
            .map(Self::of_value)
    }

    /// The dates `YYYYMMDD` that these digits are, if the month or the day is first in them.
    pub(super) fn days(self) -> [Self; 2] {
        let (first, second, year) =
            (self.value / 1_000_000, self.value / 10_000 % 100, self.value % 10_000);
        [year * 10_000 + first * 100 + second, year * 10_000 + second * 100 + first]
            .map(Self::of_value)
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
