//! What beside a word tells that it is a name or place.

use super::cues::{Cue, cues};
use super::digits::digits_end;
use super::identity::{Hold, Identity, Noted};
use super::letters::{Case, case, is_any, is_any_at, word_at, word_before};
use super::names::{begins_sentence, gap_end, gap_start};
use super::streets::is_street_type;
use super::words::words;
use super::zips::is_state_code;
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// Whether what stands beside a word tells that it is a name or place.
pub(super) fn is_backed(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
    noted: Noted,
    is_code: bool,
) -> bool {
    let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let behind = || word_at(text, gap_end(text, word.end));
    match noted.kind {
        Kind::Family | Kind::Given => is_backed_name(identity, text, word, noted, is_code),
        Kind::Place => {
            let behind = behind();
            let is_state = behind.len() == 2 && case(at(&behind)) == Case::Upper;
            // "RICE TX 75155"
            let has_code = || {
                let digits = digits_end(text, behind.end + 1) - (behind.end + 1).min(text.len());
                digits == 5 && is_state_code(at(&behind))
            };
            is_state && (text.get(word.end) == Some(&b',') || has_code())
        }
        Kind::Street => {
            let digits = text.get(..gap_start(text, word.start)).unwrap_or_default();
            digits.last().is_some_and(u8::is_ascii_digit)
                && (is_street_type(at(&behind())) || has_own_number(identity, digits, noted))
        }
        _ => false,
    }
}

/// Whether a text ends with the number of a street as it was noted, of two digits or more: "418 Old
/// Mill" of 418 Old Mill Road.
fn has_own_number(identity: &Identity, text: &[u8], noted: Noted) -> bool {
    let own = identity.folded(noted.value);
    let own = own.get(..digits_end(own, 0)).unwrap_or_default();
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    own.len() > 1 && text.get(text.len() - digits..) == Some(own)
}

/// Whether what stands beside a word tells that it is a name of a person.
fn is_backed_name(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
    noted: Noted,
    is_code: bool,
) -> bool {
    let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let before = word_before(text, gap_start(text, word.start));
    let behind = word_at(text, gap_end(text, word.end));
    let is_other = |beside: &Range<usize>| is_other_name(identity, at(word), noted, at(beside));
    is_other(&before)
        || is_other(&behind)
        || are_given(identity, text, &before, word, noted)
        || are_given(identity, text, word, &behind, noted)
        || is_initial(identity, text, &behind)
            && is_other(&word_at(text, gap_end(text, behind.end)))
        || cues().of(at(&before)) == Some(Cue::Title)
        || has_degree(text, word, &before, &behind)
        || !is_code
            && (is_unexplained(text, word, &before)
                || is_of_person(text, word)
                || noted.kind == Kind::Family
                    && (has_initial(identity, text, word, &before)
                        || has_listed(text, word, &before)))
}

/// Whether a degree stands behind a name with a capital, or before it: "GRAM MD", "RN May".
fn has_degree(
    text: &[u8],
    word: &Range<usize>,
    before: &Range<usize>,
    behind: &Range<usize>,
) -> bool {
    let at = |range: Range<usize>| text.get(range).unwrap_or_default();
    // A view of the chest is called PA, too.
    let is_degree = |beside: &Range<usize>| {
        let degree = at(beside.clone());
        cues().of(degree) == Some(Cue::Degree) && !is_any(degree, &[b"pa", b"np"])
    };
    let name = at(word.clone());
    let is_verb = is_any(name, &[b"may", b"will"]);
    let next = at(behind.clone());
    case(name) != Case::Lower
        && name.len() > 2
        && (is_degree(behind) && matches!(at(word.end..behind.start), b" " | b", ")
            || is_degree(before)
                && case(name) == Case::Title
                && at(before.end..word.start) == b" "
                && (!is_verb || is_any(next, &[b"notified", b"aware", b"informed"])))
}

/// Whether the word beside a name is the other name of somebody, or surely one.
fn is_other_name(identity: &Identity, name: &[u8], noted: Noted, beside: &[u8]) -> bool {
    // Two words that join others, in small letters, are such words: "may do".
    let joins = |word: &[u8]| case(word) == Case::Lower && words().of(word).is_common();
    let join = || {
        let is_short = beside.len() < 3 || name.len() < 3 && joins(name);
        is_short && joins(beside) && joins(name)
    };
    // "Ms. Long may return", "Ms. Frank rose": of a name both words have a capital, or neither.
    if joins(name) && case(beside) != Case::Lower {
        return false;
    }
    identity.of_word(beside).any(|other| match (noted.kind, other.kind) {
        (Kind::Family, Kind::Given) | (Kind::Given, Kind::Family) => !join(),
        (Kind::Family | Kind::Given, Kind::Family | Kind::Given) => other.hold == Hold::Strong,
        _ => false,
    })
}

/// Whether two words that follow one another are given names, though each is a word, and written so:
/// "May Rose", and "MAY ROSE" where not all is in capitals.
fn are_given(
    identity: &Identity,
    text: &[u8],
    first: &Range<usize>,
    second: &Range<usize>,
    noted: Noted,
) -> bool {
    let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let (one, other) = (at(first), at(second));
    let style = case(one);
    let given = |word: &[u8]| {
        let mut given = identity.of_word(word).filter(|noted| noted.kind == Kind::Given);
        given.next().map(|noted| noted.value)
    };
    if noted.kind != Kind::Given
        || style == Case::Lower
        || one.len() < 2
        || other.len() < 2
        || case(other) != style
        || !matches!(at(&(first.end..second.start)), b" " | b"-")
    {
        return false;
    }
    let beside =
        [word_before(text, gap_start(text, first.start)), word_at(text, gap_end(text, second.end))];
    let is_loud = beside.iter().any(|word| word.len() > 1 && case(at(word)) == Case::Upper);
    (style == Case::Title || !is_loud)
        && given(one).zip(given(other)).is_some_and(|(one, other)| one != other)
}

/// Whether a word has a capital for no other reason than that it is a name: it is not the first of
/// a sentence, and the words around have none.
fn is_unexplained(text: &[u8], word: &Range<usize>, before: &Range<usize>) -> bool {
    let at = |range: Range<usize>| text.get(range).unwrap_or_default();
    let previous = at(before.clone());
    let gap = at(before.end..word.start);
    let next = word_at(text, gap_end(text, word.end));
    let is_article = [&b"the"[..], b"a", b"an", b"of", b"type", b"in"].contains(&previous);
    case(at(word.clone())) == Case::Title
        && word.len() > 1
        && !previous.is_empty()
        && case(previous) == Case::Lower
        && !is_article
        && gap.iter().all(|&b| b == b' ')
        && case(at(next)) == Case::Lower
        && !text.get(word.end + 1).is_some_and(u8::is_ascii_digit)
}

/// Whether a word with a capital is who is spoken of: "Pt Long", "name=Long", "LONG DENIES",
/// "Long was seen".
fn is_of_person(text: &[u8], word: &Range<usize>) -> bool {
    let at = |range: Range<usize>| text.get(range).unwrap_or_default();
    let name = at(word.clone());
    let is_single = name.len() == 1 && !matches!(name, b"A" | b"I");
    let has_capital = name.first().is_some_and(u8::is_ascii_uppercase);
    if !has_capital || !(is_single || case(name) != Case::Lower && name.len() > 1) {
        return false;
    }
    let says = says(text, word.end);
    let acts = acts(text, word.end);
    // A name in capitals in a sentence that has none.
    let is_marked = || {
        let verb = at(word_at(text, blank_end(text, word.end)));
        word.len() > 2 && case(name) == Case::Upper && matches!(verb, b"has" | b"had" | b"was")
    };
    if begins_sentence(text, word.start)
        && (says
            || acts
            || is_marked()
            || is_with_own(text, word.end)
            || is_aged(text, word.end)
            || name.len() > 1 && has_own(text, word))
    {
        return true;
    }
    let head = text.get(..word.start).unwrap_or_default();
    let gap = head.iter().rev().take(3).take_while(|b| b" .:=\x1E".contains(b)).count();
    let gap = head.len() - gap..head.len();
    let is_named = at(gap.clone()).iter().any(|b| b":=".contains(b));
    let previous = at(word_before(text, gap.start));
    let is_person = (cues().of(previous) == Some(Cue::Person)
        && !is_any(previous, &[b"by", b"with", b"contact"])
        || is_any(previous, &MET))
        && !gap.is_empty();
    let ends = text.get(word.end).is_none_or(|b| b".,;|~^\n)".contains(b));
    let next = at(word_at(text, gap_end(text, word.end)));
    let is_or_has =
        is_any(next, &[b"is", b"was", b"has", b"had", b"seen", b"arrived", b"presents"]);
    let is_verb = is_any(name, &[b"may", b"will"]);
    let is_title = case(name) == Case::Title && !is_verb && !is_single;
    is_person && (is_named || says || ends || is_title || is_or_has && !is_verb)
}

/// Words behind which somebody is named of whom a note is, or who was spoken to.
const MET: [&[u8]; 15] = [
    b"re",
    b"subject",
    b"regarding",
    b"dear",
    b"saw",
    b"met",
    b"told",
    b"asked",
    b"informed",
    b"advised",
    b"examined",
    b"counseled",
    b"counselled",
    b"interviewed",
    b"reassured",
];

/// Whether what only a person does is said behind a word: "denies", "c/o".
fn says(text: &[u8], end: usize) -> bool {
    const VERBS: [&[u8]; 36] = [
        b"denies",
        b"denied",
        b"states",
        b"stated",
        b"reports",
        b"reported",
        b"complains",
        b"complained",
        b"presents",
        b"presented",
        b"arrived",
        b"arrives",
        b"underwent",
        b"tolerated",
        b"verbalizes",
        b"verbalized",
        b"refuses",
        b"refused",
        b"declines",
        b"declined",
        b"agrees",
        b"agreed",
        b"admits",
        b"endorses",
        b"endorsed",
        b"returns",
        b"feels",
        b"felt",
        b"says",
        b"said",
        b"called",
        b"lives",
        b"smokes",
        b"drinks",
        b"ambulates",
        b"requests",
    ];
    let next = word_at(text, gap_end(text, end));
    let complains = text.get(next.start..next.start + 3);
    text.get(next).is_some_and(|next| is_any(next, &VERBS))
        || complains.is_some_and(|b| b.eq_ignore_ascii_case(b"c/o"))
}

/// Whether what is done with persons, or is said of them, stands behind a word: "was seen", "is a
/// 45 year old", "has no complaints".
fn acts(text: &[u8], end: usize) -> bool {
    const DONE: [&[u8]; 36] = [
        b"seen",
        b"admitted",
        b"readmitted",
        b"discharged",
        b"evaluated",
        b"examined",
        b"brought",
        b"referred",
        b"transferred",
        b"advised",
        b"instructed",
        b"told",
        b"born",
        b"diagnosed",
        b"counseled",
        b"counselled",
        b"contacted",
        b"informed",
        b"intubated",
        b"extubated",
        b"consented",
        b"hospitalized",
        b"hospitalised",
        b"interviewed",
        b"assessed",
        b"reassured",
        b"asked",
        b"able",
        b"unable",
        b"alert",
        b"awake",
        b"here",
        b"accompanied",
        b"married",
        b"doing",
        b"feeling",
    ];
    let is_word = |range: &Range<usize>, of: &[&[u8]]| {
        text.get(range.clone()).is_some_and(|word| is_any(word, of))
    };
    let verb = word_at(text, blank_end(text, end));
    let next = word_at(text, blank_end(text, verb.end));
    let last = word_at(text, blank_end(text, next.end));
    let is_been = is_word(&verb, &[b"has", b"had"]) && is_word(&next, &[b"been"]);
    is_word(&verb, &[b"is", b"was"])
        && (is_word(&next, &DONE)
            || is_word(&next, &[b"a", b"an"]) && is_age(text, blank_end(text, next.end)))
        || is_been && is_word(&last, &DONE)
        || is_word(&verb, &[b"has", b"had"])
            && is_word(&next, &[b"no", b"a"])
            && is_word(&last, &[b"complaints", b"history", b"hx", b"allergies"])
}

/// Whether an age stands behind a word: "Long, 45 yo", "Long (45 y/o", "Long is 45 years old".
fn is_aged(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let signs = rest.iter().take(3).take_while(|b| b" ,(".contains(b)).count();
    let is = word_at(text, end + signs);
    let is_verb = text.get(is.clone()).is_some_and(|word| is_any(word, &[b"is", b"a", b"an"]));
    let at = if is_verb { blank_end(text, is.end) } else { end + signs };
    // "Hope, 36, with her dad"
    let digits = digits_end(text, at);
    let is_alone = (1..=2).contains(&(digits - at)) && text.get(digits) == Some(&b',');
    signs > 0 && (is_age(text, at) || is_alone && rest.starts_with(b", "))
}

/// Whether an age begins at `at`: digits and a word for years.
fn is_age(text: &[u8], at: usize) -> bool {
    let digits = digits_end(text, at);
    let rest = text.get(digits..).unwrap_or_default();
    let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b" ")).unwrap_or(rest);
    let is_unit =
        |unit: &&[u8]| rest.get(..unit.len()).is_some_and(|head| head.eq_ignore_ascii_case(unit));
    (1..=3).contains(&(digits - at))
        && [&b"year"[..], b"yr", b"yo", b"y/o", b"y.o"].iter().any(is_unit)
}

/// Whether a word is said to have something, and is no time that does: "Long's mother".
fn has_own(text: &[u8], word: &Range<usize>) -> bool {
    const TIMES: [&[u8]; 9] =
        [b"day", b"may", b"june", b"april", b"august", b"summer", b"winter", b"week", b"young"];
    text.get(word.end..word.end + 3).is_some_and(|end| end.eq_ignore_ascii_case(b"'s "))
        && !text.get(word.clone()).is_some_and(|word| is_any(word, &TIMES))
}

/// Whether somebody of a person's own stands behind a name: "and her dad".
fn is_with_own(text: &[u8], end: usize) -> bool {
    let and = word_at(text, blank_end(text, end));
    let whose = word_at(text, blank_end(text, and.end));
    is_any_at(text, &and, &[b"and"]) && is_any_at(text, &whose, &[b"her", b"his"])
}

/// Where the blanks at `at` end.
fn blank_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(2).take_while(|&&b| b == b' ').count()
}

/// Whether a word is the initial of a given name.
fn is_initial(identity: &Identity, text: &[u8], word: &Range<usize>) -> bool {
    let initial = text.get(word.clone());
    matches!(initial, Some(&[b]) if b.is_ascii_uppercase() && identity.is_initial(b))
}

/// Whether the initial of a given name stands before or behind a family name: "M. Long", "M Long",
/// "Long, M.", "Long M was seen".
fn has_initial(
    identity: &Identity,
    text: &[u8],
    word: &Range<usize>,
    before: &Range<usize>,
) -> bool {
    let at = |range: Range<usize>| text.get(range).unwrap_or_default();
    let name = at(word.clone());
    if !name.first().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let is_said = |end: usize| {
        let verb = at(word_at(text, blank_end(text, end)));
        says(text, end)
            || acts(text, end)
            || is_aged(text, end)
            || is_any(verb, &[b"is", b"was", b"has", b"had"])
    };
    let is_long = name.len() > 1 && case(name) != Case::Lower;
    if is_initial(identity, text, before) {
        let gap = at(before.end..word.start);
        let is_alone = before.start.checked_sub(1).and_then(|n| text.get(n));
        let is_alone = is_alone.is_none_or(|b| b" .,:;(\n\x1E".contains(b));
        // Words, and sides of the body, unless somebody is spoken of.
        let is_name = !matches!(at(before.clone()), b"A" | b"I" | b"L" | b"R") || is_said(word.end);
        if gap.first() == Some(&b'.')
            || is_long && gap == b" " && is_alone && is_name && !is_of_class(text, before)
        {
            return true;
        }
    }
    let behind = word_at(text, gap_end(text, word.end));
    let is_beside = matches!(at(word.end..behind.start), b" " | b", ");
    // "LONG, H MRN": no sentence has a letter so, but for words and sides of the body.
    let is_listed = || {
        let is_word = matches!(at(behind.clone()), b"A" | b"I" | b"L" | b"R");
        let degree = at(word_at(text, behind.end + 1));
        behind.start - word.end == 2
            && text.get(behind.end).is_some_and(|b| b" /".contains(b))
            && (!is_word || cues().of(degree) == Some(Cue::Degree))
    };
    is_long
        && is_beside
        && is_initial(identity, text, &behind)
        && (text.get(behind.end).is_none_or(|b| b".,;)\n\x1E".contains(b))
            || is_said(behind.end)
            || is_listed())
}

/// Whether a letter is one of a class, and no initial: "type A", "vitamin K".
fn is_of_class(text: &[u8], letter: &Range<usize>) -> bool {
    const CLASSES: [&[u8]; 20] = [
        b"type",
        b"group",
        b"vitamin",
        b"hepatitis",
        b"influenza",
        b"strep",
        b"class",
        b"grade",
        b"stage",
        b"level",
        b"factor",
        b"plan",
        b"part",
        b"unit",
        b"room",
        b"ward",
        b"wing",
        b"section",
        b"protein",
        b"site",
    ];
    let class = word_before(text, gap_start(text, letter.start));
    text.get(class).is_some_and(|class| is_any(class, &CLASSES))
}

/// Whether a given name that many people bear stands before a family name, or behind it and a comma:
/// "Tom Long", "LONG, TOM".
fn has_listed(text: &[u8], word: &Range<usize>, before: &Range<usize>) -> bool {
    let at = |range: Range<usize>| text.get(range).unwrap_or_default();
    let style = case(at(word.clone()));
    let is_given = |given: &[u8]| {
        let listed = words().of(given);
        given.len() > 1 && case(given) == style && listed.is_given() && !listed.is_common()
    };
    let behind = word_at(text, gap_end(text, word.end));
    style != Case::Lower
        && word.len() > 1
        && (at(before.end..word.start) == b" " && is_given(at(before.clone()))
            || at(word.end..behind.start) == b", " && is_given(at(behind)))
}
