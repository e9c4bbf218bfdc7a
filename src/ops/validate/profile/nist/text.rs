//! Texts as NIST's validator reads them.

use crate::core::Separators;
use memchr::memchr;
use std::borrow::Cow;

/// The text of a value: escape sequences for delimiters are resolved, all others stay as they are.
pub(in crate::ops::validate) fn unescape<'a>(raw: &'a [u8], sep: &Separators) -> Cow<'a, [u8]> {
    let escape = sep.escape;
    if escape == sep.field || memchr(escape, raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(escape, rest) {
        text.extend_from_slice(&rest[..at]);
        let delimiter = match rest[at..] {
            [_, b'F', end, ..] if end == escape => Some(sep.field),
            [_, b'S', end, ..] if end == escape => Some(sep.component),
            [_, b'T', end, ..] if end == escape => Some(sep.subcomponent),
            [_, b'R', end, ..] if end == escape => Some(sep.repetition),
            [_, b'E', end, ..] if end == escape => Some(escape),
            [_, b'P', end, ..] if end == escape && sep.truncation != sep.field => {
                Some(sep.truncation)
            }
            _ => None,
        };
        text.push(delimiter.unwrap_or(escape));
        rest = &rest[at + if delimiter.is_some() { 3 } else { 1 }..];
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}

/// The length of a text as Java counts it: in units of UTF-16.
pub(super) fn length(text: &[u8]) -> u32 {
    match std::str::from_utf8(text) {
        Ok(text) if text.is_ascii() => text.len() as u32,
        Ok(text) => text.encode_utf16().count() as u32,
        Err(_) => text.len() as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_delimiters_are_unescaped() {
        let read = |raw: &[u8]| {
            String::from_utf8(unescape(raw, &Separators::default()).into_owned()).unwrap()
        };
        assert_eq!(read(b"a\\F\\b\\S\\\\T\\\\R\\\\E\\"), "a|b^&~\\");
        assert_eq!(read(b"\\X41\\\\P\\\\.br\\x\\"), "\\X41\\\\P\\\\.br\\x\\");
        assert_eq!(length("a\u{1F600}\u{e4}".as_bytes()), 4);
    }
}
