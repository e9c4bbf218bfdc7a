//! Names and places that were noted.

use super::backed::is_backed;
use super::divided::{Behind, beginning_with};
use super::identity::{Hold, Identity, Noted};
use super::initials;
use super::letters::{Case, case, is_any, is_letter, word_at, word_before};
use super::nicknames::nickname_of;
use super::streets::street;
use super::words::words;
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// Longer values than these are found word by word; to compare them as wholes takes too long.
pub(super) const VALUE_MAX: usize = 200;

/// The noted value whose word stands at `word`, with the other words of it around, if there is
/// enough that tells.
///
/// `is_code`: the text is the name of a code, in which names of people are words of medicine.
pub(super) fn own(
    identity: &Identity,
    text: &[u8],
    word: Range<usize>,
    is_code: bool,
) -> Option<(Range<usize>, Noted)> {
    let letters = text.get(word.clone())?;
    identity.of_word(letters).find_map(|noted| {
        if matches!(noted.kind, Kind::Family | Kind::Given) && is_placeholder(letters) {
            return None;
        }
        let mut is_initialled = false;
        let whole = whole(identity, text, &word, noted);
        let (mut range, is_whole) = whole.unwrap_or((word.clone(), false));
        if noted.kind == Kind::Family {
            range = with_initials(identity, text, range);
        }
        if noted.kind == Kind::Given
            && text.get(range.end) == Some(&b' ')
            && let Some(end) = initials::behind_given(
                identity,
                text,
                letters,
                range.end,
                noted.hold != Hold::Strong,
            )
        {
            range.end = end;
            is_initialled = true;
        }
        let tells = match noted.hold {
            _ if is_whole && words_of(identity.folded(noted.value)).count() > 1 => true,
            // "Hope W."
            _ if is_initialled && case(letters) != Case::Lower => true,
            Hold::Strong if is_code && words().of(letters).is_word() => {
                is_backed(identity, text, &word, noted, is_code)
            }
            Hold::Strong if is_adjective(letters) => {
                is_backed(identity, text, &word, noted, is_code)
            }
            Hold::Strong => true,
            Hold::Capital if noted.kind == Kind::Id => case(letters) == Case::Upper,
            Hold::Capital if case(letters) != Case::Lower => true,
            _ => is_backed(identity, text, &word, noted, is_code),
        };
        tells.then_some((range, noted))
    })
}

/// The given name that was noted of which another form stands at `word`: of names of codes, none.
pub(super) fn nickname(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
    is_code: bool,
) -> Option<Noted> {
    let noted = nickname_of(identity, text.get(word.clone())?).filter(|_| !is_code)?;
    (noted.hold != Hold::Weak || is_backed(identity, text, word, noted, is_code)).then_some(noted)
}

/// Whether a word stands where a name should and nobody is known: it is nobody's name.
fn is_placeholder(word: &[u8]) -> bool {
    const NOBODY: [&[u8]; 12] = [
        b"unknown",
        b"patient",
        b"test",
        b"baby",
        b"boy",
        b"girl",
        b"infant",
        b"newborn",
        b"mother",
        b"father",
        b"provider",
        b"doctor",
    ];
    is_any(word, &NOBODY)
}

/// Whether a frequent family name, in small letters, is what it means in its language: `globuli rossi`,
/// `petit pelvis`, `3 cm lang`.
fn is_adjective(word: &[u8]) -> bool {
    const ADJECTIVES: &str = "rossi bianchi neri verdi bruni grassi grossi belli petit grand gros blanc \
                              noir brun roux court klein gross weiss schwarz braun lang kurz jung alt \
                              frisch stark hart groot jong kort zwart blanco rubio moreno calvo delgado";
    case(word) == Case::Lower
        && ADJECTIVES.split_ascii_whitespace().any(|adjective| adjective.as_bytes() == word)
}

fn words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&b| !is_letter(b)).filter(|word| !word.is_empty())
}

/// A word of a noted value together with those words of it that stand around, and whether these are
/// all.
fn whole(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
    noted: Noted,
) -> Option<(Range<usize>, bool)> {
    let value = identity.folded(noted.value);
    if value.len() > VALUE_MAX {
        return None;
    }
    let letters = text.get(word.clone())?;
    let at = words_of(value).position(|part| part.eq_ignore_ascii_case(letters))?;
    let mut range = word.clone();
    let mut count = 1;
    for part in words_of(value).skip(at + 1) {
        let next = word_at(text, gap_end(text, range.end));
        if !text.get(next.clone())?.eq_ignore_ascii_case(part) {
            break;
        }
        range.end = next.end;
        count += 1;
    }
    for n in (0..at).rev() {
        let part = words_of(value).nth(n)?;
        let previous = word_before(text, gap_start(text, range.start));
        if !text.get(previous.clone())?.eq_ignore_ascii_case(part) {
            break;
        }
        range.start = previous.start;
        count += 1;
    }
    let is_whole = count == words_of(value).count();
    if noted.kind == Kind::Street {
        range = street(text, range);
    }
    Some((range, is_whole))
}

/// A family name with the initials of given names before or behind it.
fn with_initials(identity: &Identity, text: &[u8], name: Range<usize>) -> Range<usize> {
    let mut range = name;
    let is_initial = |word: &Range<usize>| {
        word.len() == 1
            && text
                .get(word.start)
                .is_some_and(|&b| b.is_ascii_uppercase() && identity.is_initial(b))
    };
    for _ in 0..2 {
        let before = word_before(text, gap_start(text, range.start));
        if before.end < range.start && is_initial(&before) {
            range.start = before.start;
        }
    }
    let behind = word_at(text, gap_end(text, range.end));
    // Behind a sentence that ends, somebody else's name may begin.
    let gap = text.get(range.end..behind.start).unwrap_or_default();
    let is_divided = gap.len() > 1 && gap.starts_with(b".");
    if !gap.is_empty() && !is_divided && is_initial(&behind) {
        range.end = behind.end;
        // "Hutchinson, M.E."
        while let Some(b'.') = text.get(range.end) {
            let next = word_at(text, range.end + 1);
            if !is_initial(&next) {
                break;
            }
            range.end = next.end;
        }
    }
    range
}

/// What may stand between the words of a name: blanks, or one of a hyphen, an apostrophe, a comma
/// and such with blanks.
fn is_gap(byte: u8) -> bool {
    b" -'.,_^&\n\x1E".contains(&byte)
}

pub(super) fn gap_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(3).take_while(|&&b| is_gap(b)).count()
}

pub(super) fn gap_start(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    at - before.iter().rev().take(3).take_while(|&&b| is_gap(b)).count()
}

/// A noted name inside of a word: with an ending, with an initial, or written together with
/// another one.
pub(super) fn inside(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
    behind: Behind,
) -> Option<(Range<usize>, Noted)> {
    let letters = text.get(word.clone())?;
    let (first, last) = (letters.first()?, letters.last()?);
    let end = letters.len();
    if end < 5 && letters.is_ascii() {
        return None;
    }
    let named = |range: Range<usize>, least: usize| {
        let part = letters.get(range.clone()).filter(|part| part.len() >= least)?;
        let mut noted = identity.of_word(part).filter(|noted| {
            noted.hold == Hold::Strong && matches!(noted.kind, Kind::Family | Kind::Given)
        });
        Some((word.start + range.start..word.start + range.end, noted.next()?))
    };
    let is_ending = last.eq_ignore_ascii_case(&b's') || identity.is_initial(*last);
    let found = None
        .or_else(|| if is_ending { named(0..end - 1, 5) } else { None })
        .or_else(|| if identity.is_initial(*first) { named(1..end, 5) } else { None });
    if found.is_some() && !words().of(letters).is_word() {
        return found;
    }
    if behind == Behind::Ending
        && let Some(found) = of_user(identity, letters)
    {
        return Some((word.clone(), found));
    }
    if let Some((range, noted)) = identity.foreign_in(letters) {
        return Some((word.start + range.start..word.start + range.end, noted));
    }
    let mut start = 0;
    let has_capital = letters.iter().skip(1).any(u8::is_ascii_uppercase);
    for (n, pair) in letters.windows(2).enumerate().filter(|_| has_capital) {
        if matches!(pair, [b'a'..=b'z', b'A'..=b'Z']) {
            if let Some(found) = named(start..n + 1, 4) {
                return Some(found);
            }
            start = n + 1;
        }
    }
    let last = if start > 0 { named(start..end, 4) } else { None };
    last.or_else(|| beginning_with(identity, letters, behind).map(|noted| (word.clone(), noted)))
}

/// A family name that is a word, with an initial before or behind it, as names of users have it
/// (`BROWNM`): together they are no word, and no other name.
fn of_user(identity: &Identity, word: &[u8]) -> Option<Noted> {
    let family = |part: &[u8]| {
        let family = identity.of_word(part).find(|noted| noted.kind == Kind::Family);
        family.filter(|_| part.len() > 3)
    };
    let (&first, rest) = word.split_first()?;
    let (&last, head) = word.split_last()?;
    let noted = if identity.is_initial(last) { family(head) } else { None }
        .or_else(|| if identity.is_initial(first) { family(rest) } else { None })?;
    let listed = words().of(word);
    (!listed.is_word() && !listed.is_name()).then_some(noted)
}

/// Whether a sentence or a line begins at `at`.
pub(super) fn begins_sentence(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let last = before.iter().rev().find(|&&b| b != b' ');
    last.is_none_or(|b| b".!?:;\n|~^\x1E\"-([>".contains(b))
}
