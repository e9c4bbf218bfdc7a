//! Noted names that a text divides, or puts together with something else.

use super::identity::{Hold, Identity, Noted};
use super::letters::{beginning, word_at};
use super::words::words;
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// The most letters of a name that is found in parts.
const LETTERS_MAX: usize = 40;

/// The fewest letters of one.
const LETTERS_MIN: usize = 5;

/// The fewest letters of the first of two names in one word: of shorter ones it is not known how they
/// begin.
const FIRST_MIN: usize = 4;

/// The most bytes of a mark-up tag between two parts.
const TAG_MAX: usize = 32;

/// The noted name whose first letters are the word at `word` and whose others are the next words:
/// `Mac Donald`, `O'Brien` for `OBrien`, `Smi<br>th`, `S M I T H`.
///
/// At least one part must be no listed word: `good man` is not Mr Goodman.
pub(super) fn divided(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
) -> Option<(Range<usize>, Noted)> {
    let mut letters = [0; LETTERS_MAX];
    let (mut count, mut parts) = (0, 0);
    let (mut has_other, mut has_single) = (false, true);
    let mut part = word.clone();
    let mut found = None;
    loop {
        let of_part = text.get(part.clone())?;
        letters.get_mut(count..count + of_part.len())?.copy_from_slice(of_part);
        count += of_part.len();
        parts += 1;
        let whole = letters.get(..count)?;
        if beginning(whole).is_some_and(|at| !identity.may_begin_name(at)) {
            return found;
        }
        has_single &= of_part.len() == 1;
        has_other |= of_part.len() > 1 && !words().of(of_part).is_word();
        if parts > 1 && count >= LETTERS_MIN && (has_other || has_single) {
            let named = name(identity, whole).map(|noted| (word.start..part.end, noted));
            found = named.or(found);
        }
        part = word_at(text, next(text, part.end));
        if part.is_empty() || count + part.len() > LETTERS_MAX {
            return found;
        }
    }
}

/// Where the name among the beginnings of words is that may begin with a word, the next ones
/// included.
pub(super) fn beginning_at(text: &[u8], word: &Range<usize>) -> Option<u16> {
    let mut first = [0; 3];
    let mut part = word.clone();
    let mut count = 0;
    while count < 3 {
        let letters = text.get(part.clone()).filter(|letters| !letters.is_empty())?;
        for &letter in letters.iter().take(3 - count) {
            first[count] = letter;
            count += 1;
        }
        part = word_at(text, next(text, part.end));
    }
    beginning(&first)
}

/// A name that was noted and is found wherever it stands.
fn name(identity: &Identity, word: &[u8]) -> Option<Noted> {
    identity.of_word(word).find(|noted| {
        noted.hold == Hold::Strong && matches!(noted.kind, Kind::Family | Kind::Given)
    })
}

/// Where the next part of a name may begin: behind a blank or line end, one sign, or tags.
fn next(text: &[u8], at: usize) -> usize {
    let mut at = at;
    let is_open = |rest: &&[u8]| rest.starts_with(b"<");
    while let Some(rest) = text.get(at..).filter(is_open) {
        let Some(end) = rest.iter().take(TAG_MAX).position(|&b| b == b'>') else { break };
        at += end + 1;
    }
    let sign = match text.get(at) {
        // What ends a sentence divides more than a name.
        Some(b'.') => return at + 1,
        Some(b'-' | b'\'' | b'_' | b'`' | b'*' | b'&') => 1,
        _ => 0,
    };
    let rest = text.get(at + sign..).unwrap_or_default();
    at + sign + rest.iter().take(3).take_while(|&&b| b" \n\r\t\x1E".contains(&b)).count()
}

/// How much may stand behind a name in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// What cases and adjectives have, and what the names of users and files have behind long names.
    Ending,
    /// Initials, as names of users have them: codes and places may begin as names do.
    Initials,
}

impl Behind {
    /// Whether so many letters may stand behind so many of a name.
    fn fits(self, ending: usize, name: usize) -> bool {
        match self {
            Self::Ending => ending <= 4 || name >= 7,
            Self::Initials => ending <= 2 && name >= 6,
        }
    }
}

/// The noted name that a word begins with: with another one behind it, or with letters that make no
/// word of it, as cases, adjectives and the names of users have them (`Smithsche`, `smithmary`).
pub(super) fn beginning_with(identity: &Identity, word: &[u8], behind: Behind) -> Option<Noted> {
    if !identity.may_begin_name(beginning(word)?) {
        return None;
    }
    // A name of its own is that of somebody else: Martinez is not Mr Martin.
    let listed = words().of(word);
    if listed.is_word() || listed.is_name() {
        return None;
    }
    let is = |noted: &Noted, kind| noted.kind == kind;
    // A given name and the family name make one word together, and say so though each is a word.
    let full = (FIRST_MIN..word.len().saturating_sub(2)).find_map(|end| {
        let (head, rest) = word.split_at_checked(end)?;
        identity.of_word(head).find(|noted| {
            let other = if is(noted, Kind::Given) { Kind::Family } else { Kind::Given };
            (is(noted, Kind::Family) || is(noted, Kind::Given))
                && identity.of_word(rest).any(|noted| is(&noted, other))
        })
    });
    full.or_else(|| beginning_alone(identity, word, behind))
}

/// As [`beginning_with`], of a name that is found wherever it stands.
fn beginning_alone(identity: &Identity, word: &[u8], behind: Behind) -> Option<Noted> {
    (LETTERS_MIN..word.len()).rev().find_map(|end| {
        let (head, rest) = word.split_at_checked(end)?;
        let noted = name(identity, head)?;
        let is_two = rest.len() > 2
            && identity.of_word(rest).any(|other| matches!(other.kind, Kind::Family | Kind::Given));
        (is_two || behind.fits(rest.len(), end)).then_some(noted)
    })
}
