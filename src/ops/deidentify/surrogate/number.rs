//! Surrogates of social security and telephone numbers.

use super::id::is_separator;
use super::prf::{Digest, Prf, first_128, write_token};

/// The most digits that a number has.
const MAX: usize = 20;

/// The digits of a number, in ASCII.
pub(super) struct Digits {
    bytes: [u8; MAX],
    count: usize,
}

impl Digits {
    /// The digits of a text; `None` without any, or with more than 20.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let mut digits = Self { bytes: [0; MAX], count: 0 };
        for &b in text.iter().filter(|b| b.is_ascii_digit()) {
            *digits.bytes.get_mut(digits.count)? = b;
            digits.count += 1;
        }
        (digits.count > 0).then_some(digits)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.count]
    }

    /// The digits of a telephone number without the country code of North America.
    pub(super) fn national(&self) -> &[u8] {
        match self.as_bytes() {
            [b'1', national @ ..] if national.len() == 10 => national,
            all => all,
        }
    }

    /// As many digits, the first of them given and the others by a digest; never the same ones.
    fn replaced(&self, begin: &[u8], digest: &Digest) -> Self {
        let mut new = Self { bytes: [0; MAX], count: self.count };
        // The bits of a digest are many more than those of 20 digits, so none is likelier.
        let mut rest = first_128(digest);
        for place in (0..self.count).rev() {
            new.bytes[place] = begin.get(place).copied().unwrap_or(b'0' + (rest % 10) as u8);
            rest /= 10;
        }
        if new.bytes == self.bytes {
            let last = &mut new.bytes[self.count - 1];
            *last = if *last == b'9' { b'0' } else { *last + 1 };
        }
        new
    }
}

/// Appends the surrogate of a social security number: nine digits begin with 9, which no number
/// begins with (Social Security Administration, POMS RM 10201.035); others, as the last four, may
/// be any.
pub(super) fn write_security_number(text: &[u8], digest: &Digest, out: &mut Vec<u8>) {
    match Digits::of(text) {
        Some(digits) => {
            let begin: &[u8] = if digits.count == 9 { b"9" } else { b"" };
            lay_out(text, digits.replaced(begin, digest).as_bytes(), out);
        }
        None => write_token(digest, out),
    }
}

/// Appends the surrogate of a telephone number.
pub(super) fn write_phone(text: &[u8], digest: &Digest, extensions: &Prf, out: &mut Vec<u8>) {
    let (main, extension) = split_phone(text);
    match Digits::of(main) {
        Some(digits) => lay_out(main, phone_number(&digits, digest).as_bytes(), out),
        None => write_token(digest, out),
    }
    if let Some((mark, digits)) = extension {
        let digest = extensions.digest(&[digest, digits.as_bytes()].concat());
        out.extend_from_slice(mark);
        out.extend_from_slice(digits.replaced(b"", &digest).as_bytes());
    }
}

/// The digits that stand for those of a telephone number: as many, in area 555, which is not
/// assigned; numbers without an area (up to 7 digits) may be any. A country code 1 stays.
pub(super) fn phone_number(digits: &Digits, digest: &Digest) -> Digits {
    let begin: &[u8] = match digits.count {
        ..=7 => b"",
        // An area that is 555 must not stay. Codes with 9 in the middle are reserved for longer
        // numbers (North American Numbering Plan).
        count if digits.national().starts_with(b"555") => {
            if digits.national().len() < count {
                b"1595"
            } else {
                b"595"
            }
        }
        count if digits.national().len() < count => b"1555",
        _ => b"555",
    };
    digits.replaced(begin, digest)
}

/// What is dialled of a telephone number, and the extension behind it: `X123`, `ext. 123`, `#123`.
///
/// A number ends at the first letter. What else is behind it is no number and has no surrogate.
pub(super) fn split_phone(text: &[u8]) -> (&[u8], Option<(&[u8], Digits)>) {
    let is_mark = |b: &u8| !b.is_ascii_digit() && !is_separator(*b) || *b == b'#';
    let end = text.iter().position(is_mark).unwrap_or(text.len());
    let (main, rest) = text.split_at(end);
    let at = rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
    let (mark, number) = rest.split_at(at);
    let known: [&[u8]; 5] = [b"x", b"ext", b"ext.", b"x.", b"#"];
    let is_known = known.iter().any(|known| mark.trim_ascii().eq_ignore_ascii_case(known));
    let is_extension = is_known && number.len() <= 8 && number.iter().all(u8::is_ascii_digit);
    (main, Digits::of(number).filter(|_| is_extension).map(|digits| (mark, digits)))
}

/// Appends digits where a text has some, and what else stands between parts of numbers.
///
/// `form` has as many digits as there are; if it has more, the last are `0`.
pub fn lay_out(form: &[u8], digits: &[u8], out: &mut Vec<u8>) {
    let mut digits = digits.iter().copied();
    out.extend(form.iter().filter_map(|&b| match b {
        b'0'..=b'9' => Some(digits.next().unwrap_or(b'0')),
        _ => is_separator(b).then_some(b),
    }));
}
