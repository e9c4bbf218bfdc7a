//! Surrogates of names and of other words.

use super::super::fold::fold;
use super::prf::{Digest, first_64};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Upper,
    Lower,
    /// As the lists have it.
    Title,
}

impl Case {
    fn of(text: &[u8]) -> Self {
        let (mut has_upper, mut has_lower) = (false, false);
        let mut see = |is_upper, is_lower| {
            has_upper |= is_upper;
            has_lower |= is_lower;
        };
        if text.is_ascii() {
            text.iter().for_each(|b| see(b.is_ascii_uppercase(), b.is_ascii_lowercase()));
        } else {
            let chars = text.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
            chars.for_each(|c| see(c.is_uppercase(), c.is_lowercase()));
        }
        match (has_upper, has_lower) {
            (true, false) => Self::Upper,
            (false, true) => Self::Lower,
            _ => Self::Title,
        }
    }
}

/// Appends the letters and digits of a text as they are compared: without case, accents, blanks
/// and punctuation, so that `O'Brien`, `OBRIEN` and `o brien` are one name. A text without any is
/// appended as it is.
pub(super) fn normalise(text: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    fold(text, out);
    let mut end = start;
    for at in start..out.len() {
        let b = out[at];
        if b.is_ascii_alphanumeric() || !b.is_ascii() {
            out[end] = b;
            end += 1;
        }
    }
    if end == start {
        out.truncate(start);
        out.extend_from_slice(text);
    } else {
        out.truncate(end);
    }
}

/// Appends what stands for a name or another text, in its case.
pub(super) fn write_like(text: &[u8], entry: &str, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(entry.as_bytes());
    match Case::of(text) {
        Case::Upper => out[start..].make_ascii_uppercase(),
        Case::Lower => out[start..].make_ascii_lowercase(),
        Case::Title => {}
    }
}

/// Another letter if a value, normalised, is a single one: an initial.
pub(super) fn initial(value: &[u8], digest: &Digest) -> Option<u8> {
    let [letter @ b'a'..=b'z'] = value else { return None };
    // One of the 25 others.
    let step = 1 + (first_64(digest) % 25) as u8;
    Some(b'A' + (letter - b'a' + step) % 26)
}

/// Appends an initial in the case of the value, and with its point.
pub(super) fn write_initial(text: &[u8], letter: u8, out: &mut Vec<u8>) {
    out.push(if Case::of(text) == Case::Lower { letter.to_ascii_lowercase() } else { letter });
    if text.trim_ascii().ends_with(b".") {
        out.push(b'.');
    }
}
