//! What is called after somebody who is nobody of the message: `Jones fracture`, `Saint John's wort`.
//!
//! `eponyms.txt` has a name a line, of one word or more, and behind a colon the words one of which
//! follows it, in the singular. Few enough are there that none is an ordinary sentence about somebody.

use super::cues::{Cue, cues};
use super::identity::Identity;
use super::letters::{Case, case, is_any_at, key, word_at, word_before};
use super::names::gap_start;
use super::words::words;
use crate::ops::deidentify::Kind;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

static EPONYMS: &str = include_str!("eponyms.txt");

type Eponym = (&'static str, &'static str);

/// Names and what follows them, by the key of each word of the name.
fn eponyms() -> &'static HashMap<u64, Vec<Eponym>> {
    static TABLE: OnceLock<HashMap<u64, Vec<Eponym>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<u64, Vec<Eponym>> = HashMap::new();
        for (name, nouns) in EPONYMS.lines().filter_map(|line| line.split_once(": ")) {
            for word in name.split(' ') {
                table.entry(key(word.as_bytes())).or_default().push((name, nouns));
            }
        }
        table
    })
}

/// Where the name ends that a word belongs to, if that is one of a disease, a sign or a device, and
/// nothing before it tells of a person.
pub(super) fn eponym(identity: &Identity, text: &[u8], word: &Range<usize>) -> Option<usize> {
    let letters = text.get(word.clone())?;
    if is_foley(text, word) && !is_of_somebody(identity, text, word.start) {
        return Some(word.end);
    }
    let table = eponyms();
    let known = |letters: &[u8]| table.get(&key(letters));
    let found = known(letters).or_else(|| known(singular(letters)))?;
    let name = found.iter().find_map(|eponym| around(text, word, eponym))?;
    (!is_of_somebody(identity, text, name.start)).then_some(name.end)
}

/// Whether a word is the catheter that hospitals call a Foley, and nothing else: written small, or with
/// what is said of it.
fn is_foley(text: &[u8], word: &Range<usize>) -> bool {
    const BEFORE: [&[u8]; 12] = [
        b"new",
        b"indwelling",
        b"remove",
        b"replace",
        b"insert",
        b"maintain",
        b"discontinue",
        b"change",
        b"has",
        b"without",
        b"no",
        b"via",
    ];
    const BEHIND: [&[u8]; 10] = [
        b"draining",
        b"drained",
        b"intact",
        b"patent",
        b"care",
        b"output",
        b"drainage",
        b"removal",
        b"insertion",
        b"bulb",
    ];
    const PLACES: [[&[u8]; 2]; 3] = [[b"to", b"gravity"], [b"in", b"place"], [b"in", b"situ"]];
    if !is_any_at(text, word, &[b"foley"]) {
        return false;
    }
    let rest = text.get(word.end..).unwrap_or_default();
    let next = word_at(text, word.end + 1);
    let place = [next.clone(), word_at(text, next.end + 1)];
    let head = text.get(..word.start).unwrap_or_default();
    let size = rest.strip_prefix(b" ").unwrap_or_default();
    let digits = size.iter().take_while(|b| b.is_ascii_digit()).count();
    let size = size.get(digits..).unwrap_or_default().trim_ascii_start();
    case(text.get(word.clone()).unwrap_or_default()) == Case::Lower
        || rest.starts_with(b" d/c")
        || rest.starts_with(b" ") && is_any_at(text, &next, &BEHIND)
        || PLACES.iter().any(|of| place.iter().zip(of).all(|(at, of)| is_any_at(text, at, &[of])))
        || (1..3).contains(&digits)
            && size.get(..2).is_some_and(|fr| fr.eq_ignore_ascii_case(b"fr"))
        || head.ends_with(b"w/o ")
        || head.ends_with(b" ") && is_any_at(text, &word_before(text, word.start - 1), &BEFORE)
}

/// The name around one of its words, if all of it stands there, and what follows it.
fn around(text: &[u8], word: &Range<usize>, (name, nouns): &Eponym) -> Option<Range<usize>> {
    let letters = text.get(word.clone())?;
    let at = name.split(' ').position(|part| is(letters, part))?;
    let mut whole = word.clone();
    for n in (0..at).rev() {
        let before = word_before(text, whole.start.checked_sub(1)?);
        let is_joined = matches!(text.get(before.end), Some(b' ' | b'-'));
        let is_part = is(text.get(before.clone())?, name.split(' ').nth(n)?);
        whole.start = Some(before.start).filter(|_| is_joined && is_part)?;
    }
    for part in name.split(' ').skip(at + 1) {
        let behind = word_at(text, joined(text, whole.end)?);
        whole.end = Some(behind.end).filter(|_| text.get(behind).is_some_and(|b| is(b, part)))?;
    }
    let rest = text.get(whole.end..)?;
    let own = [&b"'s"[..], b"'S", b"'"].into_iter().find(|own| rest.starts_with(own));
    let noun = word_at(text, joined(text, whole.end + own.map_or(0, <[u8]>::len))?);
    let noun = text.get(noun)?;
    nouns.split(' ').any(|known| is(noun, known)).then_some(whole)
}

/// Where the word begins that is joined to what ends at `at`.
fn joined(text: &[u8], at: usize) -> Option<usize> {
    matches!(text.get(at), Some(b' ' | b'-')).then_some(at + 1)
}

/// Whether a word is a listed one, with an `s` or without.
fn is(word: &[u8], listed: &str) -> bool {
    word.eq_ignore_ascii_case(listed.as_bytes())
        || singular(word).eq_ignore_ascii_case(listed.as_bytes())
}

fn singular(word: &[u8]) -> &[u8] {
    word.strip_suffix(b"s").or_else(|| word.strip_suffix(b"S")).unwrap_or(word)
}

/// Whether a title, another name or an initial stands before: "Mr. Jones", "T. Jones".
fn is_of_somebody(identity: &Identity, text: &[u8], start: usize) -> bool {
    let before = word_before(text, gap_start(text, start));
    let before = text.get(before).unwrap_or_default();
    let listed = words().of(before);
    let is_initial = matches!(before, [b] if b.is_ascii_uppercase() && identity.is_initial(*b));
    is_initial
        || cues().of(before) == Some(Cue::Title)
        || listed.is_given() && !listed.is_word() && case(before) != Case::Lower
        || case(before) != Case::Lower
            && identity
                .of_word(before)
                .any(|noted| matches!(noted.kind, Kind::Family | Kind::Given))
}
