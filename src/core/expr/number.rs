//! Decimal numbers: read from text without a copy, compared exactly, calculated with.

use std::cmp::Ordering;

/// The most digits that are calculated with, so that sums and products of two numbers fit.
const MAX_DIGITS: usize = 36;

/// The digits of a quotient behind the point, if it has so many.
const QUOTIENT_DIGITS: u32 = 12;

/// A number of any length as it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number<'t> {
    negative: bool,
    /// The digits before the point, without leading zeros.
    whole: &'t [u8],
    /// The digits behind the point, without trailing zeros.
    fraction: &'t [u8],
}

impl<'t> Number<'t> {
    /// Reads `[+-]digits[.digits]`; `.5`, `5.` and leading zeros are numbers, too.
    pub(super) fn read(text: &'t [u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let point = digits.iter().position(|b| !b.is_ascii_digit());
        let (whole, fraction) = match point {
            None => (digits, &[][..]),
            Some(point) if digits[point] == b'.' => (&digits[..point], &digits[point + 1..]),
            Some(_) => return None,
        };
        if whole.len() + fraction.len() == 0 || !fraction.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = whole.iter().take_while(|&&b| b == b'0').count();
        let last = fraction.iter().rposition(|&b| b != b'0').map_or(0, |n| n + 1);
        let (whole, fraction) = (&whole[zeros..], &fraction[..last]);
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    /// Reads a number that can be nothing else: whole, without zeros before other digits, or with
    /// digits behind a point. Whole ones with such zeros may be identifiers, for which they count;
    /// `01.20` is 1.2, as chapter 2A says of NM.
    pub(super) fn read_plain(text: &'t [u8]) -> Option<Self> {
        let digits = match text {
            [b'-' | b'+', digits @ ..] | digits => digits,
        };
        match digits {
            [b'0', rest @ .., last] if rest.first().unwrap_or(last).is_ascii_digit() => {
                Self::read(text).filter(|_| last.is_ascii_digit() && rest.contains(&b'.'))
            }
            _ => Self::read(text),
        }
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |n: &Self| (n.whole.len(), n.whole, n.fraction);
        match (self.negative, other.negative) {
            (false, false) => size(self).cmp(&size(other)),
            (true, true) => size(other).cmp(&size(self)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A number to calculate with: `units` divided by ten to the power of `scale`. Whatever does not
/// fit gives `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    units: i128,
    scale: u32,
}

impl Decimal {
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let number = Number::read(text)?;
        if number.whole.len() + number.fraction.len() > MAX_DIGITS {
            return None;
        }
        let mut units: i128 = 0;
        for digit in number.whole.iter().chain(number.fraction) {
            units = units * 10 + i128::from(digit - b'0');
        }
        let scale = u32::try_from(number.fraction.len()).ok()?;
        Some(Self { units: if number.negative { -units } else { units }, scale })
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let units = self.units_at(scale)?.checked_add(other.units_at(scale)?)?;
        Some(Self { units, scale }.reduced())
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let units = self.units.checked_mul(other.units)?;
        Some(Self { units, scale: self.scale + other.scale }.reduced())
    }

    pub(super) fn over(self, other: Self) -> Option<Self> {
        if other.units == 0 {
            return None;
        }
        // One digit more than asked for would not be enough to round right, the remainder is.
        let scale = QUOTIENT_DIGITS.max(self.scale);
        let dividend = self.units_at(scale)?.checked_mul(power(other.scale)?)?;
        Some(Self { units: divide(dividend, other.units)?, scale }.reduced())
    }

    pub(super) fn negative(self) -> Self {
        Self { units: -self.units, ..self }
    }

    pub(super) fn abs(self) -> Self {
        Self { units: self.units.abs(), ..self }
    }

    /// Rounded to so many digits behind the point, before it if negative; halves away from zero.
    pub(super) fn round(self, digits: i32) -> Option<Self> {
        let drop = i32::try_from(self.scale).ok()?.checked_sub(digits)?;
        let Ok(drop) = u32::try_from(drop) else { return Some(self) };
        let Some(unit) = power(drop) else { return Some(Self { units: 0, scale: 0 }) };
        let units = divide(self.units, unit)?;
        let rounded = match u32::try_from(digits) {
            Ok(scale) => Self { units, scale },
            Err(_) => Self { units: units.checked_mul(power(digits.unsigned_abs())?)?, scale: 0 },
        };
        Some(rounded.reduced())
    }

    /// As a whole number, if it is one.
    pub(super) fn integer(self) -> Option<i32> {
        (self.scale == 0).then(|| i32::try_from(self.units).ok()).flatten()
    }

    pub(crate) fn write(self) -> String {
        let sign = if self.units < 0 { "-" } else { "" };
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    fn units_at(self, scale: u32) -> Option<i128> {
        self.units.checked_mul(power(scale - self.scale)?)
    }

    /// Without zeros at the end of the fraction.
    fn reduced(mut self) -> Self {
        while self.scale > 0 && self.units % 10 == 0 {
            self.units /= 10;
            self.scale -= 1;
        }
        self
    }
}

fn power(n: u32) -> Option<i128> {
    10_i128.checked_pow(n)
}

/// Divides, halves rounded away from zero.
fn divide(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div(divisor)?;
    let rest = dividend.checked_rem(divisor)?.unsigned_abs();
    if rest >= divisor.unsigned_abs() - rest {
        let away = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
        return quotient.checked_add(away);
    }
    Some(quotient)
}
