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

    /// The same below 0.
    pub(crate) fn negative(self) -> Self {
        Self { negative: true, ..self }
    }

    /// The text of the product with another, with all of its digits.
    pub(crate) fn times(&self, other: &Decimal<'_>) -> Vec<u8> {
        let digits = |of: &Decimal<'_>| [of.whole, of.fraction].concat();
        let (one, two) = (digits(self), digits(other));
        // Digit by digit from the right, as on paper.
        let mut product = vec![0_u32; one.len() + two.len()];
        for (i, a) in one.iter().rev().enumerate() {
            for (j, b) in two.iter().rev().enumerate() {
                product[i + j] += u32::from(a - b'0') * u32::from(b - b'0');
            }
        }
        let mut carry = 0;
        for digit in &mut product {
            carry += *digit;
            *digit = carry % 10;
            carry /= 10;
        }
        let mut text: Vec<u8> = product.iter().rev().map(|&digit| b'0' + digit as u8).collect();
        let behind = self.fraction.len() + other.fraction.len();
        if behind > 0 {
            text.insert(text.len() - behind, b'.');
        }
        if self.negative != other.negative {
            text.insert(0, b'-');
        }
        text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_exact() {
        let product = |one: &str, two: &str| {
            let (one, two) = (Decimal::of(one.as_bytes())?, Decimal::of(two.as_bytes())?);
            let product = one.times(&two);
            let mut out = Vec::new();
            Decimal::of(&product)?.write(&mut out);
            Some(String::from_utf8(out).unwrap())
        };
        for (one, two, expected) in [
            ("2", "50", "100"),
            ("2", "50.00", "100.00"),
            ("-2", "50", "-100"),
            ("-2", "-0.5", "1.0"),
            ("1.5", ".25", "0.375"),
            ("3", "0.10", "0.30"),
            (
                "99999999999999999999",
                "99999999999999999999",
                "9999999999999999999800000000000000000001",
            ),
            ("0", "12.5", "0.0"),
            ("-0", "12.5", "0.0"),
        ] {
            assert_eq!(product(one, two).as_deref(), Some(expected), "{one} times {two}");
        }
        assert_eq!(product("9".repeat(30).as_str(), "9".repeat(30).as_str()), None);
    }
}
