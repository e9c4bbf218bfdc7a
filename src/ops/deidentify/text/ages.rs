//! Ages over 89, in digits and in words.

use super::cues::Cue;
use super::digits::Groups;
use super::letters::{is_alnum, is_any_at, word_at, word_before};
use std::ops::Range;

/// Words before the decade in which somebody is.
const OF_DECADES: [&[u8]; 6] = [b"her", b"his", b"their", b"early", b"mid", b"late"];

/// Where an age over 89 ends, years included, that the digits at `at` begin.
pub(super) fn in_digits(text: &[u8], groups: &Groups, cue: Option<Cue>) -> Option<usize> {
    let years = groups.number(text, 0);
    if !(90..=130).contains(&years) || groups.width(0) > 3 {
        return None;
    }
    let end = groups.range(0).end;
    let rest = text.get(end..)?;
    let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b" ")).unwrap_or(rest);
    let begins =
        |unit: &&[u8]| rest.get(..unit.len()).is_some_and(|head| head.eq_ignore_ascii_case(unit));
    let is_of_years = [&b"year"[..], b"yr", b"yo", b"y/o", b"y.o", b"y o", b"y-o", b"th birthday"]
        .iter()
        .any(begins)
        || is_foreign_age(text, end, rest)
        || rest.starts_with(b"old ");
    let plural = rest.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"years"));
    let is_share = rest.first().is_some_and(|b| b"%/".contains(b))
        || rest.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"percent"));
    let is_aged = cue == Some(Cue::Age) && !is_share;
    // Nothing else lasts so long.
    let is_all = plural && rest.get(5..).is_some_and(ends_sentence);
    let start = groups.range(0).start;
    let is_said = is_said_of_somebody(text, start) && text.get(end..).is_some_and(ends_sentence)
        || is_decade_of_somebody(text, start, end)
        || is_of_sex(text, start, end);
    ((is_of_years && !plural) || (plural && is_years_of_age(rest)) || is_aged || is_all || is_said)
        .then_some(end)
}

/// Whether a text ends here, or a part of its sentence does.
fn ends_sentence(rest: &[u8]) -> bool {
    match rest {
        [] | [b',' | b';' | b')' | b'!' | b'?' | b'\n', ..] => true,
        [b'.', behind @ ..] => !behind.first().is_some_and(u8::is_ascii_digit),
        _ => false,
    }
}

/// Whether the words before a number are those before an age: `she is`, `patient turned`.
fn is_said_of_somebody(text: &[u8], number: usize) -> bool {
    let is = |range: &Range<usize>, of: &[&[u8]]| is_any_at(text, range, of);
    let verb = word_before(text, number.saturating_sub(1));
    let who = word_before(text, verb.start.saturating_sub(1));
    is(&verb, &[b"is", b"was", b"turned", b"turns"])
        && is(&who, &[b"she", b"he", b"who", b"patient", b"pt", b"mother", b"father"])
}

/// Whether a number is that of the years in which somebody is: `in her 90s`, `late 90s`.
fn is_decade_of_somebody(text: &[u8], start: usize, end: usize) -> bool {
    let before = word_before(text, start.saturating_sub(1));
    text.get(end) == Some(&b's')
        && !text.get(end + 1).is_some_and(|&b| is_alnum(b))
        && is_any_at(text, &before, &OF_DECADES)
}

/// Whether a number is the age of a man or woman: `a 92 M`, `a 92F`. No temperature has an article.
fn is_of_sex(text: &[u8], start: usize, end: usize) -> bool {
    let before = word_before(text, start.saturating_sub(1));
    let at = end + usize::from(text.get(end) == Some(&b' '));
    let sex = word_at(text, at);
    is_any_at(text, &before, &[b"a", b"an"])
        && text.get(start.wrapping_sub(1)) == Some(&b' ')
        && is_any_at(text, &sex, &[b"m", b"f", b"male", b"female", b"man", b"woman", b"lady"])
}

/// Whether `years` is about an age, as in "years old" and "years of age".
fn is_years_of_age(rest: &[u8]) -> bool {
    let behind = rest.get(5..).unwrap_or_default();
    [&b" old"[..], b"-old", b" of age", b" young"]
        .iter()
        .any(|tail| behind.get(..tail.len()).is_some_and(|b| b.eq_ignore_ascii_case(tail)))
}

/// Whether a number is said to be an age in short, or in other languages: `97y`, `97M with`,
/// `97-jährige`, `97 ans`.
///
/// `rest`: what is behind the number and a blank or hyphen.
fn is_foreign_age(text: &[u8], end: usize, rest: &[u8]) -> bool {
    /// Years, where they are not written as in English, of what lasts less than ninety, and ages.
    const YEARS: [&str; 23] = [
        "y", "jahre", "jahr", "jahren", "jaar", "ans", "anos", "anni", "ani", "arig", "arige",
        "arigt", "aring", "vuotias", "vuotiaan", "eves", "letni", "letnia", "letniej", "letniego",
        "лет", "года", "ετων",
    ];
    let word = rest.get(word_at(rest, 0)).unwrap_or_default();
    let behind = rest.get(word.len()..).unwrap_or_default();
    if YEARS.iter().any(|years| word.eq_ignore_ascii_case(years.as_bytes()))
        || word.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"jahrige"))
        || word.get(..6).is_some_and(|head| head.eq_ignore_ascii_case(b"jarige"))
        || ["歳", "才", "岁", "歲", "летн", "\u{1109}\u{1166}"]
            .iter()
            .any(|years| word.starts_with(years.as_bytes()))
    {
        return true;
    }
    // 97F is a temperature, unless something is said of who is so old.
    const SAID: [&[u8]; 8] =
        [b" with", b" w/", b" c/o", b" who", b" present", b" admitted", b" s/p", b" h/o"];
    let said =
        |said: &&[u8]| behind.get(..said.len()).is_some_and(|b| b.eq_ignore_ascii_case(said));
    matches!(text.get(end), Some(b'M' | b'F' | b'm' | b'f' | b' '))
        && matches!(word, b"M" | b"F" | b"m" | b"f")
        && SAID.iter().any(said)
}

/// Where an age over 89 begins and ends that is told in words, of which one is at `word`:
/// `ninety-two year old`, `in her nineties`, `centenarian`.
pub(super) fn in_words(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let is = |range: &Range<usize>, of: &[&[u8]]| is_any_at(text, range, of);
    let gap = |at: usize| at + usize::from(matches!(text.get(at), Some(b' ' | b'-')));
    let before = word_before(text, word.start.saturating_sub(1));
    let is_german = text.get(word.clone()).is_some_and(|word| {
        [&b"jahrige"[..], b"jahriger", b"jahrigen"].iter().any(|end| {
            let at = word.len().checked_sub(end.len());
            at.is_some_and(|at| word[at..].eq_ignore_ascii_case(end))
        })
    });
    if is_german || is(&word, &[b"nonagenarian", b"centenarian", b"supercentenarian"]) {
        return Some(word);
    }
    if is(&word, &[b"nineties"]) {
        return is(&before, &OF_DECADES).then_some(word);
    }
    let start = match is(&word, &[b"hundred"]) && is(&before, &[b"one", b"a"]) {
        true => before.start,
        false => word.start,
    };
    let announced = word_before(text, start.saturating_sub(1));
    let mut end = word.end;
    let mut next = word_at(text, gap(end));
    if is(&next, &[b"and"]) {
        next = word_at(text, gap(next.end));
    }
    const ONES: [&[u8]; 12] = [
        b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine", b"ten",
        b"eleven", b"twelve",
    ];
    if is(&next, &ONES) {
        end = next.end;
        next = word_at(text, gap(end));
    }
    let tail = word_at(text, gap(next.end));
    let is_age = is(&next, &[b"year", b"yr", b"yo"])
        || is(&next, &[b"years", b"yrs"])
            && (is(&tail, &[b"old", b"of", b"young"])
                || text.get(next.end..).is_some_and(ends_sentence))
        || is(&announced, &[b"age", b"aged", b"turned"]) && is(&word, &[b"ninety"])
        || is(&word, &[b"ninety"])
            && is_said_of_somebody(text, start)
            && text.get(end..).is_some_and(ends_sentence);
    is_age.then_some(start..end)
}
