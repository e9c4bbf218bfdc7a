//! Check digits by the schemes of table 0061 (HL7 v2.8.2, chapter 2A, "CX").

/// The check digit that a scheme gives a number, as a digit in ASCII.
///
/// `M10`, `M11` and `NPI` are known; a number of 10 digits for `NPI` has its check digit at its
/// end, which does not count. `None` for other schemes (`ISO` does not say which of the systems of
/// ISO 7064 it is, `BCV` has no definition) and for numbers that are not all digits.
#[must_use]
pub fn check_digit(scheme: &[u8], number: &[u8]) -> Option<u8> {
    match (scheme, number.len()) {
        (b"M10", _) => mod10(number),
        (b"M11", _) => mod11(number),
        (b"NPI", 9 | 10) => npi(number[..9].try_into().ok()?),
        _ => None,
    }
}

/// The check digit of scheme M10, in ASCII: each second digit, from the right, is doubled.
/// `None` if something is no digit, or nothing there.
#[must_use]
pub fn mod10(number: &[u8]) -> Option<u8> {
    let sum = luhn(0, number)?;
    (!number.is_empty()).then_some(sum)
}

/// The check digit of scheme M11, in ASCII: weights from 2 to 7, again and again. `None` if
/// something is no digit, or nothing there.
#[must_use]
pub fn mod11(number: &[u8]) -> Option<u8> {
    let mut sum = 0_u64;
    for (weight, &b) in (2..=7).cycle().zip(number.iter().rev()) {
        sum += weight * digit_value(b)?;
    }
    let rest = (sum % 11).max(1);
    (!number.is_empty()).then_some(b'0' + ((11 - rest) % 10) as u8)
}

/// The check digit of the first nine digits of a US national provider identifier, in ASCII: M10
/// with `80840` before them (45 CFR 162.406). `None` if something is no digit.
#[must_use]
pub fn npi(nine: &[u8; 9]) -> Option<u8> {
    // By M10, 80840 adds 24: 8 + 0 + 8 + 0 + 8, for 4 stands in a doubled place.
    luhn(24, nine)
}

/// Whether this is a US national provider identifier: ten digits, the first 1 or 2, the last the
/// check digit of the others (45 CFR 162.406).
#[must_use]
pub fn is_npi(number: &[u8]) -> bool {
    let [nine @ .., last] = number else { return false };
    matches!(number[0], b'1' | b'2')
        && nine.try_into().ok().and_then(npi).is_some_and(|digit| digit == *last)
}

/// M10 with a sum to begin with.
fn luhn(sum: u64, number: &[u8]) -> Option<u8> {
    let mut sum = sum;
    for (place, &b) in number.iter().rev().enumerate() {
        let value = digit_value(b)?;
        let doubled = if place % 2 == 0 { value * 2 } else { value };
        sum += doubled / 10 + doubled % 10;
    }
    Some(b'0' + ((10 - sum % 10) % 10) as u8)
}

fn digit_value(b: u8) -> Option<u64> {
    b.is_ascii_digit().then(|| u64::from(b - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of chapter 2A of the standard.
    #[test]
    fn check_digits_are_those_of_the_standard() {
        for (number, digit) in [("12345", b'5'), ("401", b'0'), ("9999", b'4'), ("99999999", b'8')]
        {
            assert_eq!(mod10(number.as_bytes()), Some(digit), "{number}");
        }
        assert_eq!(mod11(b"1234567"), Some(b'4'));
        assert_eq!(mod10(b"12a"), None);
        assert_eq!((mod10(b""), mod11(b"")), (None, None));
    }

    /// The example of the NPI check digit standard (CMS), 123456789 and 3.
    #[test]
    fn national_provider_identifiers() {
        assert_eq!(npi(b"123456789"), Some(b'3'));
        assert_eq!(mod10(b"80840123456789"), Some(b'3'));
        assert!(is_npi(b"1234567893"));
        for wrong in ["1234567890", "123456789", "12345678933", "3234567891", "", "123456789x"] {
            assert!(!is_npi(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn schemes_by_their_codes() {
        assert_eq!(check_digit(b"M10", b"12345"), Some(b'5'));
        assert_eq!(check_digit(b"M11", b"1234567"), Some(b'4'));
        assert_eq!(check_digit(b"NPI", b"123456789"), Some(b'3'));
        assert_eq!(check_digit(b"NPI", b"1234567890"), Some(b'3'));
        assert_eq!(check_digit(b"NPI", b"12345678"), None);
        assert_eq!(check_digit(b"ISO", b"12345"), None);
        assert_eq!(check_digit(b"", b"12345"), None);
    }
}
