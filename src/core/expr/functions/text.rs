//! What functions do to a text. A byte that is no UTF-8 counts as a character of its own.

use super::integer;
use std::str::from_utf8;

/// The most characters that a text is padded to, for the width may stand in a message.
const MAX_WIDTH: usize = 1000;

pub(super) fn upper(text: &[u8]) -> Vec<u8> {
    changed(text, str::to_uppercase, <[u8]>::to_ascii_uppercase)
}

pub(super) fn lower(text: &[u8]) -> Vec<u8> {
    changed(text, str::to_lowercase, <[u8]>::to_ascii_lowercase)
}

/// Words are of letters and digits: `O'Brien-Smith` has three.
pub(super) fn capitalize(text: &[u8]) -> Vec<u8> {
    changed(text, capitalize_unicode, capitalize_ascii)
}

fn capitalize_unicode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut within = false;
    for c in text.to_lowercase().chars() {
        if within {
            out.push(c);
        } else {
            out.extend(c.to_uppercase());
        }
        // An accent belongs to the letter before it.
        within = c.is_alphanumeric() || within && matches!(c, '\u{300}'..='\u{36F}');
    }
    out
}

fn capitalize_ascii(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_ascii_lowercase();
    let mut within = false;
    for byte in &mut out {
        if !within {
            byte.make_ascii_uppercase();
        }
        // A byte beyond ASCII may be a letter.
        within = byte.is_ascii_alphanumeric() || !byte.is_ascii();
    }
    out
}

pub(super) fn trim(text: &[u8]) -> Vec<u8> {
    changed(text, |text| text.trim().to_owned(), |text| text.trim_ascii().to_vec())
}

/// Changes a text; of one that is no UTF-8 only what is ASCII.
fn changed(text: &[u8], unicode: fn(&str) -> String, ascii: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    from_utf8(text).map_or_else(|_| ascii(text), |text| unicode(text).into_bytes())
}

pub(super) fn length(text: &[u8]) -> usize {
    characters(text).count()
}

/// The characters of a text.
fn characters(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
    let mut characters = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        characters
            .extend(valid.char_indices().map(|(at, c)| &valid.as_bytes()[at..][..c.len_utf8()]));
        characters.extend(chunk.invalid().chunks(1));
    }
    characters.into_iter()
}

/// The arguments behind the text are where it starts, from 1, and its length.
pub(super) fn substr(text: &[u8], args: &[&[u8]]) -> Option<Vec<u8>> {
    let characters = characters(text);
    let start = integer(args.get(1)?)?;
    let length = match args.get(2) {
        Some(length) => usize::try_from(integer(length)?).ok()?,
        None => usize::MAX,
    };
    let skip = match usize::try_from(start) {
        Ok(start) => start.saturating_sub(1),
        Err(_) => characters.len().saturating_sub(start.unsigned_abs() as usize),
    };
    Some(characters.skip(skip).take(length).flatten().copied().collect())
}

pub(super) fn replace(x: &[u8], text: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(x.len());
    let mut done = 0;
    // Nothing stands everywhere: it is not replaced.
    if !text.is_empty() {
        for at in memchr::memmem::find_iter(x, text) {
            out.extend_from_slice(&x[done..at]);
            out.extend_from_slice(with);
            done = at + text.len();
        }
    }
    out.extend_from_slice(&x[done..]);
    out
}

/// What a text lacks to a width, filled with a character.
pub(super) fn padding(text: &[u8], width: Option<i32>, fill: &[u8]) -> Option<Vec<u8>> {
    let width = usize::try_from(width?.max(0)).ok().filter(|&width| width <= MAX_WIDTH)?;
    let one = length(fill) == 1;
    one.then(|| fill.repeat(width.saturating_sub(length(text))))
}

/// Piece `n` of a text between separators, from 1, or from the end if negative.
pub(super) fn piece(text: &[u8], separator: &[u8], n: i32) -> Option<Vec<u8>> {
    let before = (n.unsigned_abs() as usize).checked_sub(1)?;
    // Nothing stands everywhere: it separates nothing.
    if separator.is_empty() {
        return (before == 0).then(|| text.to_vec());
    }
    let ends: Vec<_> = memchr::memmem::find_iter(text, separator).collect();
    let n = if n < 0 { ends.len().checked_sub(before)? } else { before };
    let start = if n == 0 { 0 } else { ends.get(n - 1)? + separator.len() };
    let end = ends.get(n).copied().unwrap_or(text.len());
    Some(text[start..end].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_utf8_stays_whole() {
        assert_eq!(capitalize(b"m\xDCLLER x-Y"), b"M\xDCller X-Y");
        assert_eq!(upper(b"m\xFC"), b"M\xFC");
        assert_eq!(padding(b"\xFF\xFE", Some(3), b"\xFF"), Some(b"\xFF".to_vec()));
        assert_eq!(piece(b"a\xFFb\xFFc", b"\xFF", -2), Some(b"b".to_vec()));
    }
}
