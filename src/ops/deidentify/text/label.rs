//! Values so short and so plain that they are no narrative.

use super::cues::{Cue, cues};
use super::digits::digits_end;
use super::identity::Identity;
use super::letters::{Case, case, is_alnum, is_any, is_letter, word_at, word_before};
use super::strangers::{is_imaged, is_method};
use super::streets::is_street_type;
use super::words::words;
use std::ops::Range;

/// More digits than these may be a number of somebody.
const DIGITS_MAX: usize = 5;

/// The length of the longest label of so many words and numbers, in bytes.
pub(super) fn longest(most: usize) -> usize {
    10 * (most + 1)
}

/// Whether a text, folded, is a label or a result of so many words and numbers at most: each word
/// is listed and nobody's name, and the numbers are too short for dates and identifiers.
pub(super) fn is_label(identity: &Identity, text: &[u8], most: usize) -> bool {
    if text.len() > longest(most) {
        return false;
    }
    let (mut parts, mut digits, mut numbers) = (0, 0, 0);
    let (mut has_cue, mut has_year, mut was_decimal) = (false, false, false);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        // Of an address of mail.
        if byte == b'@' {
            return false;
        }
        if !is_alnum(byte) {
            at += 1;
            continue;
        }
        // Letters and digits together are one: a unit, a vertebra, an antigen.
        let is_glued = at.checked_sub(1).and_then(|n| text.get(n)).is_some_and(|&b| is_alnum(b));
        parts += usize::from(!is_glued);
        if is_letter(byte) {
            let range = word_at(text, at);
            at = range.end;
            let word = text.get(range.clone()).unwrap_or_default();
            let is_short = word.len() == 1 || word.len() <= 3 && is_glued;
            match cues().of(word) {
                Some(Cue::Title) if is_method(text, &range) => continue,
                Some(Cue::Title) => return false,
                Some(Cue::Link | Cue::Age | Cue::Street) | None => has_cue |= is_street_type(word),
                Some(_) => has_cue = true,
            }
            if !(is_short || tells_of_nobody(word)) || identity.of_word(word).next().is_some() {
                return false;
            }
            if !is_glued && is_named(text, &range) {
                return false;
            }
        } else {
            let end = digits_end(text, at);
            let number = text.get(at..end).unwrap_or_default();
            let is_decimal = at >= 2
                && matches!(text.get(at - 1), Some(b'.' | b','))
                && text.get(at - 2).is_some_and(u8::is_ascii_digit);
            // Two points are those of a date or an address.
            if is_decimal && was_decimal {
                return false;
            }
            was_decimal = is_decimal;
            parts -= usize::from(is_decimal);
            has_year |= matches!(number, [b'1', b'8' | b'9', _, _] | [b'2', b'0', _, _]);
            digits += end - at;
            numbers += usize::from(!is_decimal);
            at = end;
        }
    }
    parts <= most
        && digits <= DIGITS_MAX
        && numbers < 3
        && !(has_cue && numbers > 0)
        && !(has_year && numbers > 1)
}

/// Whether an everyday word is a name by the word before it: `Rose Price`, `son Mark`, `seen by Price`.
fn is_named(text: &[u8], range: &Range<usize>) -> bool {
    // Words behind frequent given names that are words, too, which are seldom a family name there.
    const FINDINGS: [&[u8]; 7] =
        [b"blood", b"clear", b"few", b"large", b"light", b"marker", b"small"];
    let word = text.get(range.clone()).unwrap_or_default();
    let style = case(word);
    let listed = words().of(word);
    if style == Case::Lower || !listed.is_name() {
        return false;
    }
    let Some(end) = range.start.checked_sub(1).filter(|&end| text.get(end) == Some(&b' ')) else {
        return false;
    };
    let before = text.get(word_before(text, end)).unwrap_or_default();
    let is_pair = case(before) == style
        && words().of(before).is_given()
        && !is_imaged(word)
        && !is_any(word, &FINDINGS);
    let is_by = style == Case::Title && is_any(before, &[b"by"]);
    let is_told = || {
        matches!(cues().of(before), Some(Cue::Person | Cue::Courtesy))
            || is_any(before, &[b"call", b"ask", b"told", b"per"])
    };
    is_pair || is_by || listed.is_given() && is_told()
}

/// Whether a word is in a list of words, and no frequent name unless it is everyday English.
fn tells_of_nobody(word: &[u8]) -> bool {
    let listed = words().of(word.strip_prefix("μ".as_bytes()).unwrap_or(word));
    listed.is_word() && (listed.is_common() || !listed.is_name())
        // A unit, though some are named so.
        || word.eq_ignore_ascii_case(b"min")
        || word == "μ".as_bytes()
        || word.strip_prefix("μ".as_bytes()).is_some_and(|unit| unit.len() == 1)
}
