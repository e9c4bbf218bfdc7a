//! Names of people who are in no field: what titles, degrees and lists of names tell.

use super::cues::cues;
use super::identity::is_particle;
use super::letters::{Case, case, is_any, word_at, word_before};
use super::names::{gap_end, gap_start};
use super::words::words;
use std::ops::Range;

/// More words than these are no name.
const WORDS_MAX: usize = 3;

/// Parts of the body of which images are made, many of which are names, too, and a drug.
const IMAGED: &str = "head neck brain chest back heart liver spine shoulder knee ankle hip breast pelvis \
                      abdomen arm leg wrist elbow finger toe foot hand face whole body contin";

/// The last word of a name that begins with `word` and is made of names that many people bear.
pub(super) fn listed(text: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let letters = text.get(word.clone())?;
    if !letters.first()?.is_ascii_uppercase() || letters.len() < 2 {
        return None;
    }
    let style = case(letters);
    let mut at = word.end;
    let is_turned = text.get(at) == Some(&b',');
    at += usize::from(is_turned);
    match text.get(at..)? {
        [b' ', initial, b'.', b' ', ..] if initial.is_ascii_uppercase() => at += 4,
        [b' ', initial, b' ', ..] if initial.is_ascii_uppercase() => at += 3,
        [b' ', ..] => at += 1,
        _ => return None,
    }
    let last = word_at(text, at);
    let behind = text.get(last.clone())?;
    // Most words are told by what they look like; the lists are asked last.
    if behind.len() < 2 || case(behind) != style {
        return None;
    }
    // Of what people are allergic to, much is called as people are: Timothy grass.
    if is_any(behind, &[b"grass", b"tree", b"weed", b"pollen"]) {
        return None;
    }
    let first = words().of(letters);
    if !first.is_name() || first.is_common() || style == Case::Upper && first.is_word() {
        return None;
    }
    let second = words().of(behind);
    let fits = if is_turned {
        second.is_given() && !second.is_common()
    } else {
        first.is_given() && (second.is_name() || !second.is_word())
    };
    let is_name = fits
        && !(style == Case::Upper && second.is_word())
        && cues().of(behind).is_none_or(|cue| cue.is_foreign())
        && word.start.checked_sub(1).and_then(|n| text.get(n)) != Some(&b'-');
    is_name.then_some(last)
}

/// Whether what stands where a code should is a name that many people bear: one in small letters with
/// a capital (`Jonathan`), or a given and a family name with a sign between (`SMITH,JOHN`).
#[must_use]
pub fn is_frequent_name(code: &[u8]) -> bool {
    let mut parts = code.split(|b| b",._-".contains(b));
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let has_letters = |part: &[u8]| part.len() > 2 && part.iter().all(u8::is_ascii_alphabetic);
    let listed = |part: &[u8]| Some(words().of(part)).filter(|listed| !listed.is_word());
    let Some(second) = second else {
        return case(first) == Case::Title
            && has_letters(first)
            && first.len() > 3
            && first.iter().skip(1).all(u8::is_ascii_lowercase)
            && listed(first).is_some_and(|listed| listed.is_name());
    };
    if parts.next().is_some() || !has_letters(first) || !has_letters(second) {
        return false;
    }
    let (Some(one), Some(other)) = (listed(first), listed(second)) else { return false };
    one.is_name() && other.is_name() && (one.is_given() || other.is_given())
}

/// Whether a word behind `at` can be a family name: it has a capital and is not everyday English.
pub(super) fn is_before_a_name(text: &[u8], at: usize) -> bool {
    let next = word_at(text, gap_end(text, at));
    let letters = text.get(next).unwrap_or_default();
    let listed = words().of(letters);
    case(letters) == Case::Title && (letters.len() == 1 || listed.is_name() || !listed.is_common())
}

/// The words of a name that may begin at `at`, behind a word that tells so.
///
/// `is_title`: it is a title, behind which nearly any word is a name.
pub(super) fn behind(text: &[u8], at: usize, is_title: bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = at;
    // A title stays with its name across a line, too.
    let gap: &[u8] = if is_title { b" .:\n\x1E" } else { b" .:\x1E" };
    let takes_small = is_title || may_be_small(text, at);
    while text.get(start).is_some_and(|b| gap.contains(b)) && start < at + 4 {
        start += 1;
    }
    while found.len() < WORDS_MAX {
        let word = word_at(text, start);
        let letters = text.get(word.clone()).unwrap_or_default();
        if letters.is_empty() || (start == at && found.is_empty()) {
            break;
        }
        let is_first = found.is_empty();
        let is_small = is_first && is_small_name(text, at, letters, is_title);
        // "Dr notified", "Per Dr Orders": what is everyday English and nobody's name.
        let listed = words().of(letters);
        let is_said = text.get(at) != Some(&b'.') && listed.is_common() && !listed.is_name();
        let is_sure = is_first && is_title && !is_said;
        // "Frau Weber klagt": behind a name with a capital, a word without is a verb.
        let is_said_of = case(letters) == Case::Lower
            && !is_particle(letters)
            && found.first().map_or(!takes_small, |first| {
                text.get(first.start).is_some_and(u8::is_ascii_uppercase)
            });
        if !is_small && (is_said_of || !is_part(text, &word, is_sure, is_first)) {
            break;
        }
        let end = word.end;
        found.push(word);
        start = match text.get(end..) {
            Some([b'.', b' ', ..]) if letters.len() == 1 => end + 2,
            Some([b',', b' ', ..]) if case(letters) == Case::Upper => end + 2,
            Some([b' ' | b'-' | b'_' | b'\'' | b'^' | b'\x1E', b' ', ..]) => end + 2,
            Some([b' ' | b'-' | b'_' | b'\'' | b'^' | b'\n' | b'\x1E', ..]) => end + 1,
            _ => break,
        };
    }
    while found.last().is_some_and(|last| {
        let letters = text.get(last.clone()).unwrap_or_default();
        is_particle(letters) || letters.len() == 1
    }) {
        found.pop();
    }
    found
}

/// The words of a frequent name behind a word that may stand before one: `Hr. Schneider`, `Tochter
/// Sabine`, but not `16 Fr. Foley`, `John Doe Sr. Taylor`.
pub(super) fn behind_courtesy(text: &[u8], word: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let letters = text.get(word.clone()).unwrap_or_default();
    let head = text.get(..word.start).unwrap_or_default().trim_ascii_end();
    let before = text.get(word_before(text, head.len())).unwrap_or_default();
    let is_senior = is_any(letters, &[b"sr"]) && !before.is_empty() && case(before) != Case::Lower;
    let rest = text.get(word.end..).unwrap_or_default();
    let gap = if rest.starts_with(b". ") { 2 } else { 1 };
    if is_senior || head.last().is_some_and(u8::is_ascii_digit) || rest.get(gap - 1) != Some(&b' ')
    {
        return found;
    }
    let is_baby = is_any(letters, &[b"baby"]);
    let mut at = word.end + gap;
    while found.len() < WORDS_MAX {
        let part = word_at(text, at);
        let name = text.get(part.clone()).unwrap_or_default();
        let listed = words().of(name);
        let is_name = if is_baby { listed.is_given() } else { listed.is_name() };
        if name.len() < 3 || case(name) == Case::Lower || !is_name || listed.is_word() {
            break;
        }
        at = part.end + 1;
        found.push(part);
        if !matches!(text.get(at - 1), Some(b' ' | b'-')) {
            break;
        }
    }
    found
}

/// Whether a word in small letters may be a name behind a word for a person, which ends at `at`: what
/// follows a `Patient` with a capital is a verb, and most of all in languages of which no list has
/// the words ("Patient klagt", "le patient présente", "son traitement").
fn may_be_small(text: &[u8], at: usize) -> bool {
    let person = word_before(text, at);
    let before = text.get(word_before(text, person.start.saturating_sub(1))).unwrap_or_default();
    let letters = text.get(person).unwrap_or_default();
    case(letters) == Case::Lower
        && if letters == b"son" {
            is_any(before, &[b"her", b"his", b"their", b"the", b"older", b"younger"])
        } else {
            before.is_empty() || words().of(before).is_word() && !is_any(before, &[b"le", b"der"])
        }
}

/// Whether a word ends as those of medicine do, of which no list has all: `Radiology`.
fn is_of_medicine(word: &[u8]) -> bool {
    const ENDS: [&[u8]; 12] = [
        b"ology", b"ologie", b"ologist", b"surgery", b"iatrics", b"iatry", b"therapy", b"itis",
        b"osis", b"ectomy", b"graphy", b"plasty",
    ];
    let ends = |end: &&[u8]| {
        let at = word.len().checked_sub(end.len()).filter(|&at| at > 2);
        at.and_then(|at| word.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    ENDS.iter().any(ends)
}

/// Whether what stands before a `with` or `by` is done with drugs and dressings: "treated with".
pub(super) fn is_treated(text: &[u8], with: &Range<usize>) -> bool {
    const DONE: [&[u8]; 16] = [
        b"treated",
        b"managed",
        b"started",
        b"covered",
        b"loaded",
        b"medicated",
        b"premedicated",
        b"sedated",
        b"induced",
        b"reversed",
        b"irrigated",
        b"wrapped",
        b"dressed",
        b"closed",
        b"stained",
        b"anticoagulated",
    ];
    let before = word_before(text, with.start.saturating_sub(1));
    text.get(before).is_some_and(|done| is_any(done, &DONE))
}

/// A title with the ending of a woman's: `Dott.ssa`, `Dr.in`.
pub(super) fn whole_title(text: &[u8], title: Range<usize>) -> Range<usize> {
    let rest = text.get(title.end..).unwrap_or_default();
    let ending = match rest {
        [b'.', b's', b's', b'a', b' ', ..] => 4,
        [b'.', b'i', b'n', b' ', ..] => 3,
        _ => 0,
    };
    title.start..title.end + ending
}

/// Whether a title is none, but a method: `MR Brain`, `DR Chest`, `LC-MS/MS`, `GC-MS Confirmation`.
pub(super) fn is_method(text: &[u8], title: &Range<usize>) -> bool {
    let at = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    let (before, behind) = (at(title.start.checked_sub(1)), at(Some(title.end)));
    let letters = text.get(title.clone()).unwrap_or_default();
    if !matches!(letters, b"MR" | b"MS" | b"DR") {
        return false;
    }
    if matches!(before, b'-' | b'/') || matches!(behind, b'-' | b'/') {
        return true;
    }
    let next = text.get(word_at(text, title.end + 1)).unwrap_or_default();
    let listed = words().of(next);
    behind == b' ' && (listed.is_word() && !listed.is_name() || is_imaged(next))
}

/// Whether a word is a part of the body of which images are made, or such.
pub(super) fn is_imaged(word: &[u8]) -> bool {
    IMAGED.split(' ').any(|part| word.eq_ignore_ascii_case(part.as_bytes()))
}

/// Whether a word in small letters is a frequent name, behind the word that ends at `at`: any behind
/// the title of a person alone (`mr brown`), else one that is no word (`pt smith`).
fn is_small_name(text: &[u8], at: usize, letters: &[u8], is_title: bool) -> bool {
    const VERBS: [&[u8]; 4] = [b"may", b"will", b"can", b"see"];
    if case(letters) != Case::Lower || letters.len() < 3 {
        return false;
    }
    let listed = words().of(letters);
    if !listed.is_name() || cues().of(letters).is_some() || VERBS.contains(&letters) {
        return false;
    }
    let title = text.get(word_before(text, at)).unwrap_or_default();
    if is_title {
        return is_any(title, &[b"mr", b"mrs", b"ms", b"miss", b"dr"]) || !listed.is_word();
    }
    !listed.is_word() && is_any(title, &[b"pt", b"patient", b"nurse"])
}

/// Whether a word can be part of a name that no field has.
fn is_part(text: &[u8], word: &Range<usize>, is_sure: bool, is_first: bool) -> bool {
    let letters = text.get(word.clone()).unwrap_or_default();
    let listed = words().of(letters);
    let style = case(letters);
    if cues().of(letters).is_some_and(|cue| !cue.may_be_a_name()) {
        return false;
    }
    if is_particle(letters) {
        return true;
    }
    if letters.len() == 1 {
        return letters.first().is_some_and(u8::is_ascii_uppercase)
            && text.get(word.end).is_some_and(|b| b". ".contains(b));
    }
    match style {
        _ if is_sure && is_first && style != Case::Lower => true,
        Case::Title if is_of_medicine(letters) => false,
        Case::Title => !listed.is_common() || listed.is_given() && !is_first,
        Case::Upper => !listed.is_word() && letters.len() > 2,
        Case::Lower => !listed.is_word() && !listed.is_name() && letters.len() > 3,
    }
}

/// The first of two frequent names, though they may be words: `Chase Walker`.
fn two_names(text: &[u8], family: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..family.start)?.strip_suffix(b" ")?;
    let first = word_before(text, before.len());
    let (given, name) = (text.get(first.clone())?, text.get(family.clone())?);
    let are_written_so = case(given) == Case::Title && case(name) == Case::Title;
    (are_written_so && words().of(given).is_name() && words().of(name).is_name()).then_some(first)
}

/// The words of a name that ends before `end`, where a degree stands.
pub(super) fn before(text: &[u8], end: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut end = end;
    while found.len() < WORDS_MAX {
        let gap = gap_start(text, end);
        let word = word_before(text, gap);
        let letters = text.get(word.clone()).unwrap_or_default();
        if found.is_empty()
            && let Some(first) = two_names(text, &word)
        {
            return vec![first, word];
        }
        if letters.is_empty() || gap == end || !is_part(text, &word, false, false) {
            break;
        }
        end = word.start;
        found.push(word);
    }
    if found.iter().all(|word| word.len() == 1) {
        found.clear();
    }
    found.reverse();
    found
}
