//! NM as a decimal number of JSON.

/// A number of HL7 in parts: sign, digits without leading zeros, digits behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'t> {
    negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
}

impl<'t> Decimal<'t> {
    /// Reads `[+|-]digits[.digits]`, where one of the two groups of digits may be missing. More
    /// than 40 digits are no number that anybody measured.
    pub(crate) fn of(text: &'t [u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let point = digits.iter().position(|&b| b == b'.');
        let (whole, fraction) = match point {
            None => (digits, &b""[..]),
            Some(at) => (&digits[..at], &digits[at + 1..]),
        };
        let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > 40 {
            return None;
        }
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let zeros = whole.iter().take_while(|&&b| b == b'0').count();
        Some(Self { negative, whole: &whole[zeros..], fraction })
    }

    /// Whether it is 0.
    pub(crate) fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.iter().all(|&b| b == b'0')
    }

    /// Whether it is below 0.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// As a whole number, if it is one.
    pub(crate) fn whole(&self) -> Option<i32> {
        if self.fraction.iter().any(|&b| b != b'0') || self.whole.len() > 10 {
            return None;
        }
        let number =
            self.whole.iter().fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        i32::try_from(if self.negative { -number } else { number }).ok()
    }

    /// Appends it in the grammar of JSON.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if self.is_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(if self.whole.is_empty() { b"0" } else { self.whole });
        if !self.fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(self.fraction);
        }
    }
}
