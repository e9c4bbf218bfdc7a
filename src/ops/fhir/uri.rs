//! A URI without memory of its own, unless it is long, and text in one.

use std::borrow::Cow;
use std::ops::Deref;

/// Nearly all URIs are shorter.
const SHORT: usize = 94;

/// The bytes of a URI.
#[derive(Clone, Debug)]
pub(crate) enum Uri<'n> {
    /// The bytes and how many they are.
    Short([u8; SHORT], u8),
    /// One that is there already, or is long.
    Other(Cow<'n, [u8]>),
}

impl Default for Uri<'_> {
    fn default() -> Self {
        Self::there(b"")
    }
}

impl<'n> Uri<'n> {
    /// One of two parts.
    pub(crate) fn of(before: &[u8], rest: &[u8]) -> Self {
        let mut short = [0; SHORT];
        let len = before.len() + rest.len();
        let (Some(text), Ok(n)) = (short.get_mut(..len), u8::try_from(len)) else {
            return Self::Other(Cow::Owned([before, rest].concat()));
        };
        let (first, second) = text.split_at_mut(before.len());
        first.copy_from_slice(before);
        second.copy_from_slice(rest);
        Self::Short(short, n)
    }

    /// One that is there.
    pub(crate) fn there(uri: &'n [u8]) -> Self {
        Self::Other(Cow::Borrowed(uri))
    }
}

impl Deref for Uri<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Short(text, len) => text.get(..usize::from(*len)).unwrap_or_default(),
            Self::Other(text) => text,
        }
    }
}

/// Text as it may stand in a URI: all but unreserved characters percent-encoded (RFC 3986, 2.1).
pub(crate) fn percent_encoded(text: &[u8]) -> Cow<'_, [u8]> {
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    if text.iter().all(|&b| is_unreserved(b)) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    for &b in text {
        if is_unreserved(b) {
            out.push(b);
        } else {
            out.push(b'%');
            for digit in [b >> 4, b & 15] {
                out.push(if digit < 10 { b'0' + digit } else { b'A' - 10 + digit });
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_encoded() {
        assert_eq!(&*percent_encoded("L\u{E4}b 1".as_bytes()), b"L%C3%A4b%201");
    }
}
