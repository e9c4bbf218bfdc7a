//! Streets: those that were noted, and those that their form tells of.

use super::letters::{Case, case, word_at};
use super::names::gap_end;
use std::ops::Range;

/// Words that streets end with.
pub(super) fn is_street_type(word: &[u8]) -> bool {
    const TYPES: [&[u8]; 33] = [
        b"street",
        b"st",
        b"avenue",
        b"ave",
        b"av",
        b"road",
        b"rd",
        b"lane",
        b"ln",
        b"drive",
        b"dr",
        b"court",
        b"ct",
        b"boulevard",
        b"blvd",
        b"place",
        b"pl",
        b"way",
        b"terrace",
        b"ter",
        b"circle",
        b"cir",
        b"highway",
        b"hwy",
        b"parkway",
        b"pkwy",
        b"square",
        b"sq",
        b"trail",
        b"trl",
        b"loop",
        b"alley",
        b"strasse",
    ];
    TYPES.iter().any(|kind| word.eq_ignore_ascii_case(kind))
}

/// The name of a street with its number and what kind of street it is.
pub(super) fn street(text: &[u8], name: Range<usize>) -> Range<usize> {
    let mut range = name;
    let next = word_at(text, gap_end(text, range.end));
    if text.get(next.clone()).is_some_and(is_street_type) {
        range.end = next.end;
    }
    let before = text.get(..range.start).unwrap_or_default().trim_ascii_end();
    let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if (1..=6).contains(&digits) && range.start - before.len() <= 2 {
        range.start = before.len() - digits;
    }
    range
}

/// A street that is in no field: a number, words with capitals, and what kind of street it is.
pub(super) fn unknown_street(text: &[u8], number: Range<usize>) -> Option<Range<usize>> {
    if number.len() > 5 {
        return None;
    }
    let mut at = number.end;
    for n in 0..5 {
        if text.get(at) != Some(&b' ') {
            return None;
        }
        let word = word_at(text, at + 1);
        let letters = text.get(word.clone())?;
        if n > 0 && is_street_type(letters) && case(letters) != Case::Lower {
            return Some(number.start..word.end);
        }
        if letters.is_empty() || case(letters) == Case::Lower {
            return None;
        }
        at = word.end + usize::from(text.get(word.end) == Some(&b'.'));
    }
    None
}
