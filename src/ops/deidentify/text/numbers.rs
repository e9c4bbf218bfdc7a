//! Numbers whose form or place tells what they are.

use super::codes::token_start;
use super::cues::Cue;
use super::dates::is_measured;
use super::digits::Groups;
use super::found::Sort;
use super::letters::{is_alnum, is_letter, word_at, word_before};
use std::ops::Range;

/// What a number is by its form, or by the word before it.
pub(super) fn by_form(
    text: &[u8],
    at: usize,
    groups: &Groups,
    cue: Option<Cue>,
) -> Option<(Range<usize>, Sort)> {
    let before = at.checked_sub(1).and_then(|n| text.get(n)).copied().unwrap_or(b' ');
    let run = groups.range(0);
    if let Some(end) = token_of_id(text, at, groups, cue) {
        let start = token_start(text, at);
        return Some((start..end, if cue == Some(Cue::Ssn) { Sort::Ssn } else { Sort::Id }));
    }
    if let Some(end) = address(text, groups).filter(|_| !is_letter(before)) {
        return Some((at..end, Sort::Url));
    }
    if matches!(before, b'.' | b',' | b'<' | b'>' | b'=') && run.len() < 9 {
        return None;
    }
    if is_ssn(text, groups) && !is_letter(before) {
        return Some((at..groups.range(2).end, Sort::Ssn));
    }
    if let Some(end) = phone(text, groups, before, cue) {
        return Some((at..end, Sort::Phone));
    }
    if let Some(end) = card(text, groups) {
        return Some((at..end, Sort::Id));
    }
    if run.len() >= 9 && !is_snomed(text.get(run.clone())?) && !is_of_genome(text, at) {
        return Some((token_start(text, at)..token_end(text, run.end), Sort::Id));
    }
    None
}

/// Whether a number is that of a variant, a gene or a place in a genome: `rs113993960`,
/// `ENST00000288602`, `chr7:117559593`, `g.117559593G>A`.
fn is_of_genome(text: &[u8], at: usize) -> bool {
    const REGISTERS: [&[u8]; 12] = [
        b"rs", b"ss", b"RCV", b"VCV", b"SCV", b"ENST", b"ENSG", b"ENSP", b"ENSE", b"COSM", b"COSV",
        b"HGNC",
    ];
    // The end of a range.
    let head = text.get(..at).unwrap_or_default();
    let from = head.strip_suffix(b"-").unwrap_or(head);
    let digits = from.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let head = if from.len() < head.len() { &from[..from.len() - digits] } else { head };
    let word = word_before(text, head.len());
    let place = head.strip_suffix(b":").unwrap_or_default();
    let place = place.iter().rposition(|&b| !is_alnum(b)).map_or(place, |at| &place[at + 1..]);
    text.get(word).is_some_and(|word| REGISTERS.contains(&word))
        || head.ends_with(b":g.")
        || head.ends_with(b" g.")
        || place.starts_with(b"chr") && place.len() < 6
}

fn token_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|&b| !is_alnum(b)).unwrap_or(rest.len())
}

/// Where an identifier ends that a word before it announced.
fn token_of_id(text: &[u8], at: usize, groups: &Groups, cue: Option<Cue>) -> Option<usize> {
    let least = match cue? {
        Cue::Ssn | Cue::Record => 3,
        Cue::Number => 5,
        _ => return None,
    };
    let mut end = token_end(text, at);
    while let Some([b'-' | b'/', next, ..]) = text.get(end..)
        && is_alnum(*next)
    {
        end = token_end(text, end + 1);
    }
    if cue == Some(Cue::Ssn) && groups.len() >= 3 && is_ssn(text, groups) {
        return Some(groups.range(2).end);
    }
    let is_in_threes = [groups.width(0), groups.width(1), groups.width(2)] == [3, 3, 4]
        && (0..2).all(|n| groups.between(text, n) == b" ");
    if cue == Some(Cue::Record) && is_in_threes {
        return Some(groups.range(2).end);
    }
    if end - at < 3
        && text.get(end) == Some(&b':')
        && text.get(end + 1).is_some_and(u8::is_ascii_digit)
    {
        return None;
    }
    let digits = text.get(at..end)?.iter().filter(|b| b.is_ascii_digit()).count();
    (digits >= least).then_some(end)
}

/// `ddd-dd-dddd`, also with blanks or dots.
fn is_ssn(text: &[u8], groups: &Groups) -> bool {
    let between = groups.between(text, 0);
    groups.width(0) == 3
        && groups.width(1) == 2
        && groups.width(2) == 4
        && matches!(between, b"-" | b" " | b"." | b"/")
        && groups.between(text, 1) == between
        && groups.between(text, 2) != b"-"
}

/// Where an IPv4 address ends.
fn address(text: &[u8], groups: &Groups) -> Option<usize> {
    let is_address = groups.len() >= 4
        && (0..3).all(|n| groups.between(text, n) == b".")
        && (0..4).all(|n| groups.width(n) <= 3 && groups.number(text, n) < 256)
        && groups.between(text, 3) != b".";
    is_address.then(|| groups.range(3).end)
}

/// Where a telephone number ends.
fn phone(text: &[u8], groups: &Groups, before: u8, cue: Option<Cue>) -> Option<usize> {
    let number = |n: usize| text.get(groups.range(n)).unwrap_or_default();
    // Those of North America, which are the same with 1 before them (NANPA: NXX-NXX-XXXX).
    let skip = usize::from(number(0) == b"1");
    let is_national = groups.width(skip) == 3
        && groups.width(skip + 1) == 3
        && groups.width(skip + 2) == 4
        && matches!(number(skip).first(), Some(b'2'..=b'9'))
        && matches!(number(skip + 1).first(), Some(b'2'..=b'9'));
    let is_written_so = [skip, skip + 1].iter().any(|&n| groups.between(text, n) != b" ");
    let ends = !matches!(groups.between(text, skip + 2), b"-" | b"." | b"/");
    if is_national && ends && (is_written_so || skip == 1 || cue == Some(Cue::Phone)) {
        return Some(groups.range(skip + 2).end);
    }
    match (before, cue) {
        (b'+', _) => digits_of_phone(text, groups, 8..=15, 12),
        (_, Some(Cue::Phone)) => digits_of_phone(text, groups, 7..=15, 10),
        _ if !number(0).starts_with(b"0") || is_drug_code(text, groups) => None,
        // The country code behind the prefix for calls abroad.
        _ if number(0).starts_with(b"00") && groups.width(0) > 2 => {
            digits_of_phone(text, groups, 9..=15, 12).filter(|_| groups.len() > 1)
        }
        // An area code with the digit for long distance.
        _ if (3..=5).contains(&groups.width(0)) => {
            digits_of_phone(text, groups, 9..=12, 9).filter(|_| groups.len() > 1)
        }
        _ => in_twos_or_fours(text, groups),
    }
}

/// Where a telephone number ends that is written in twos, as in France (`01 23 45 67 89`), or in
/// fours behind its area code, as in Japan (`03-1234-5678`).
fn in_twos_or_fours(text: &[u8], groups: &Groups) -> Option<usize> {
    let has = |widths: &[usize]| {
        widths.iter().enumerate().all(|(n, &width)| groups.width(n) == width)
            && (1..widths.len() - 1).all(|n| groups.between(text, n) == groups.between(text, 0))
    };
    let sign = groups.between(text, 0);
    if has(&[2, 2, 2, 2, 2]) && matches!(sign, b" " | b"." | b"-") {
        return Some(groups.range(4).end);
    }
    (has(&[2, 4, 4]) && sign == b"-").then(|| groups.range(2).end)
}

/// A National Drug Code (21 CFR 207.33): labeller, product and package in 10 or 11 digits.
fn is_drug_code(text: &[u8], groups: &Groups) -> bool {
    let widths = (groups.width(0), groups.width(1), groups.width(2));
    matches!(widths, (5, 4, 2) | (4, 4, 2) | (5, 3, 2) | (5, 4, 1))
        && groups.between(text, 0) == b"-"
        && groups.between(text, 1) == b"-"
}

/// Where the groups end that have so many digits together. Behind `enough`, a blank ends them.
fn digits_of_phone(
    text: &[u8],
    groups: &Groups,
    count: std::ops::RangeInclusive<usize>,
    enough: usize,
) -> Option<usize> {
    let is_year = groups.width(0) == 4 && (1850..=2100).contains(&groups.number(text, 0));
    if is_year && groups.width(1) == 2 && groups.width(2) == 2 {
        return None;
    }
    // No exchange of North America begins so.
    if groups.width(0) == 7 && matches!(text.get(groups.range(0).start), Some(b'0' | b'1')) {
        return None;
    }
    let mut digits = 0;
    let mut end = None;
    for n in 0..groups.len() {
        digits += groups.width(n);
        if digits > *count.end() {
            break;
        }
        if digits >= *count.start() {
            end = Some(groups.range(n).end);
            if digits >= enough && groups.between(text, n) == b" " {
                break;
            }
        }
    }
    end
}

/// Where the number of a payment card ends (ISO/IEC 7812-1, annex B: its check digit).
fn card(text: &[u8], groups: &Groups) -> Option<usize> {
    let mut count = 0;
    for n in 0..groups.len() {
        count += groups.width(n);
        if count > 19 {
            return None;
        }
        if count >= 13 && (n == 0 || groups.width(0) == 4) {
            let end = groups.range(n).end;
            let digits = text.get(groups.range(0).start..end)?.iter().rev();
            let sum: u32 = digits
                .filter(|b| b.is_ascii_digit())
                .enumerate()
                .map(|(n, b)| {
                    let digit = u32::from(b - b'0') << (n % 2);
                    if digit > 9 { digit - 9 } else { digit }
                })
                .sum();
            if sum.is_multiple_of(10) && !matches!(groups.between(text, n), b"-" | b" ") {
                return Some(end);
            }
        }
    }
    None
}

/// Whether a number is an identifier of SNOMED CT: its partition is of the core or an extension,
/// its last digit is right (SNOMED CT Release File Specification, section 6, Verhoeff).
fn is_snomed(digits: &[u8]) -> bool {
    const TIMES: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let [.., b'0' | b'1', b'0'..=b'2', _] = digits else { return false };
    if digits.len() > 18 {
        return false;
    }
    let check = digits.iter().rev().enumerate().fold(0_u8, |check, (n, byte)| {
        let turned = (0..n % 8).fold(byte.wrapping_sub(b'0'), |d, _| {
            TURN.get(usize::from(d)).copied().unwrap_or_default()
        });
        TIMES
            .get(usize::from(check))
            .and_then(|row| row.get(usize::from(turned)))
            .copied()
            .unwrap_or_default()
    });
    check == 0
}

/// Whether what is behind a number tells that it was measured: `/uL`, ` x10^9`, ` mg`, `%`.
pub(super) fn is_amount(text: &[u8], end: usize) -> bool {
    const UNITS: [&[u8]; 16] = [
        b"/ul", b"/ml", b"/dl", b"/l", b"/mm3", b"/cmm", b"/hpf", b"/lpf", b"k/ul", b"x10",
        b"x 10", b"10*", b"10^", b"cells", b"copies", b"%",
    ];
    let rest = text.get(end..).unwrap_or_default();
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    UNITS.iter().any(|unit| {
        let (head, behind) = rest.split_at_checked(unit.len()).unwrap_or_default();
        let ends = !unit.last().is_some_and(|&b| is_letter(b))
            || behind.first().is_none_or(|&b| !is_letter(b));
        head.eq_ignore_ascii_case(unit) && ends
    }) || is_measured(text, end)
}

/// Where an age over 89 ends, years included, that the digits at `at` begin.
pub(super) fn age(text: &[u8], groups: &Groups, cue: Option<Cue>) -> Option<usize> {
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

/// Whether a word is one of some, in any case.
fn is_one_of(text: &[u8], word: &Range<usize>, of: &[&[u8]]) -> bool {
    text.get(word.clone()).is_some_and(|word| of.iter().any(|w| word.eq_ignore_ascii_case(w)))
}

/// Whether the words before a number are those before an age: `she is`, `patient turned`.
fn is_said_of_somebody(text: &[u8], number: usize) -> bool {
    let is = |range: &Range<usize>, of: &[&[u8]]| is_one_of(text, range, of);
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
        && is_one_of(text, &before, &[b"her", b"his", b"their", b"early", b"mid", b"late"])
}

/// Whether a number is the age of a man or woman: `a 92 M`, `a 92F`. No temperature has an article.
fn is_of_sex(text: &[u8], start: usize, end: usize) -> bool {
    let before = word_before(text, start.saturating_sub(1));
    let at = end + usize::from(text.get(end) == Some(&b' '));
    let sex = word_at(text, at);
    is_one_of(text, &before, &[b"a", b"an"])
        && text.get(start.wrapping_sub(1)) == Some(&b' ')
        && is_one_of(text, &sex, &[b"m", b"f", b"male", b"female", b"man", b"woman", b"lady"])
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
pub(super) fn age_in_words(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let is = |range: &Range<usize>, of: &[&[u8]]| is_one_of(text, range, of);
    let gap = |at: usize| at + usize::from(matches!(text.get(at), Some(b' ' | b'-')));
    let before = word_before(text, word.start.saturating_sub(1));
    if is(&word, &[b"nonagenarian", b"centenarian", b"supercentenarian"]) {
        return Some(word);
    }
    if is(&word, &[b"nineties"]) {
        return is(&before, &[b"her", b"his", b"their", b"early", b"mid", b"late"]).then_some(word);
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
        || is(&announced, &[b"age", b"aged", b"turned"]) && is(&word, &[b"ninety"]);
    is_age.then_some(start..end)
}
