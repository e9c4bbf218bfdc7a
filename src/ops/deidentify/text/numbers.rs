//! Numbers whose form or place tells what they are.

use super::codes::token_start;
use super::cues::Cue;
use super::dates::is_measured;
use super::digits::Groups;
use super::found::Sort;
use super::letters::{is_alnum, is_letter, word_before};
use super::verhoeff;
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
    // The end of a longer number, such as that of a kind of image.
    let goes_on = || matches!(text.get(..at), Some([.., b'0'..=b'9', b'.']));
    if let Some(end) = address(text, groups).filter(|_| !is_letter(before) && !goes_on()) {
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
        _ if is_spanish(text, groups) => Some(groups.range(3).end),
        _ if is_brazilian(text, groups, before) => Some(groups.range(2).end),
        _ if is_italian(text, groups) => Some(groups.range(1).end),
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

/// Where a telephone number ends that is written in twos, as in France (`01 23 45 67 89`), in fours
/// behind its area code, as in Japan (`03-1234-5678`) and Australia (`(02) 9374 4000`), or in one piece
/// behind that of a mobile, as in the Netherlands (`06-12345678`).
fn in_twos_or_fours(text: &[u8], groups: &Groups) -> Option<usize> {
    let has = |widths: &[usize]| {
        widths.iter().enumerate().all(|(n, &width)| groups.width(n) == width)
            && (1..widths.len() - 1).all(|n| groups.between(text, n) == groups.between(text, 0))
    };
    let sign = groups.between(text, 0);
    if has(&[2, 2, 2, 2, 2]) && matches!(sign, b" " | b"." | b"-") {
        return Some(groups.range(4).end);
    }
    if has(&[2, 8]) && groups.number(text, 0) == 6 && matches!(sign, b"-" | b" ") {
        return Some(groups.range(1).end);
    }
    let is_in_fours = [2, 4, 4].iter().enumerate().all(|(n, &width)| groups.width(n) == width);
    let signs = [sign, groups.between(text, 1)];
    let is_signed = matches!(signs, [b"-", b"-"] | [b" " | b") ", b" "]);
    (is_in_fours && is_signed).then(|| groups.range(2).end)
}

/// A telephone number as in Brazil: `(11) 91234-5678`.
fn is_brazilian(text: &[u8], groups: &Groups, before: u8) -> bool {
    before == b'('
        && (groups.width(0), groups.width(2)) == (2, 4)
        && matches!(groups.width(1), 4 | 5)
        && groups.between(text, 0) == b") "
        && groups.between(text, 1) == b"-"
}

/// A mobile number as in Italy: `335 1234567`. Of cells, too, so many are counted.
fn is_italian(text: &[u8], groups: &Groups) -> bool {
    (groups.width(0), groups.width(1)) == (3, 7)
        && matches!(groups.between(text, 0), b" " | b"/" | b"-")
        && text.get(groups.range(0).start) == Some(&b'3')
        && !is_amount(text, groups.range(1).end)
}

/// A telephone number as in Spain: nine digits from 6, 7 or 9 on, `677 88 99 00`.
fn is_spanish(text: &[u8], groups: &Groups) -> bool {
    [3, 2, 2, 2].iter().enumerate().all(|(n, &width)| groups.width(n) == width)
        && (0..3).all(|n| groups.between(text, n) == b" ")
        && groups.len() == 4
        && matches!(text.get(groups.range(0).start), Some(b'6' | b'7' | b'9'))
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
        // When somebody was called: "at 0415 03/11/2024".
        let is_day = groups.width(n) < 3 && groups.width(n + 1) < 3;
        if is_day && n + 1 < groups.len() && groups.between(text, n) == b"/" {
            break;
        }
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
/// its last digit is right (SNOMED CT Release File Specification, section 6).
fn is_snomed(digits: &[u8]) -> bool {
    let [.., b'0' | b'1', b'0'..=b'2', _] = digits else { return false };
    digits.len() <= 18 && verhoeff::is_right(digits)
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
