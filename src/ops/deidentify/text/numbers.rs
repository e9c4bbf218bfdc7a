//! Numbers: those that were noted, and those whose form or place tells what they are.

use super::cues::Cue;
use super::found::Sort;
use super::identity::{CodeKey, Identity, Noted};
use super::letters::{is_alnum, is_letter, mix};
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// More groups of digits than these are no number of one thing.
const GROUPS_MAX: usize = 8;

/// Longer identifiers of letters and digits are not found.
const CODE_MAX: usize = 48;

/// The digits of a number, without leading zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digits {
    value: u64,
    /// How many there are; for more than 19 the value is not theirs.
    pub(super) count: u32,
}

impl Digits {
    /// All digits of a text.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut digits = Self::default();
        for &byte in text {
            digits.push(byte);
        }
        digits
    }

    fn push(&mut self, byte: u8) {
        if byte.is_ascii_digit() && (self.count > 0 || byte != b'0') {
            self.value = self.value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.count = self.count.saturating_add(1);
        }
    }

    /// The last digits.
    pub(super) fn last(self, count: u32) -> Self {
        let value = 10_u64.checked_pow(count).map_or(self.value, |power| self.value % power);
        Self { value, count: value.checked_ilog10().map_or(0, |log| log + 1) }
    }

    pub(super) fn key(self) -> u64 {
        mix(u64::from(self.count) ^ 0x2545_F491_4F6C_DD1D, self.value) | 1
    }
}

/// Where the digits at `at` end.
pub(super) fn digits_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len())
}

/// Groups of digits with at most three separators between them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Groups {
    ends: [(usize, usize); GROUPS_MAX],
    count: usize,
}

impl Groups {
    /// The groups from the one that begins at `at` on.
    pub(super) fn at(text: &[u8], at: usize) -> Self {
        let mut groups = Self::default();
        let mut start = at;
        while let Some(slot) = groups.ends.get_mut(groups.count) {
            let end = digits_end(text, start);
            *slot = (start, end);
            groups.count += 1;
            match next_group(text, end) {
                Some(next) => start = next,
                None => break,
            }
        }
        groups
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// A group.
    pub(super) fn range(&self, n: usize) -> Range<usize> {
        match self.ends.get(..self.count).and_then(|ends| ends.get(n)) {
            Some(&(start, end)) => start..end,
            None => 0..0,
        }
    }

    /// How many digits a group has; 0 where there is none.
    pub(super) fn width(&self, n: usize) -> usize {
        self.range(n).len()
    }

    /// What stands between a group and the next.
    pub(super) fn between<'t>(&self, text: &'t [u8], n: usize) -> &'t [u8] {
        if n + 1 >= self.count {
            return b"";
        }
        text.get(self.range(n).end..self.range(n + 1).start).unwrap_or_default()
    }

    /// The digits of a group as a number; a great one if it is long.
    pub(super) fn number(&self, text: &[u8], n: usize) -> u32 {
        let digits = text.get(self.range(n)).unwrap_or_default();
        digits.iter().fold(0_u32, |sum, b| {
            sum.saturating_mul(10).saturating_add(u32::from(b.wrapping_sub(b'0')))
        })
    }
}

fn next_group(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let gap = rest.iter().take(4).position(u8::is_ascii_digit)?;
    let separators = rest.get(..gap)?;
    let fits = !separators.is_empty() && separators.iter().all(|b| b" -./()".contains(b));
    fits.then_some(end + gap)
}

/// A number that was noted, whose digits begin at `at` or that the digits at `at` are part of.
pub(super) fn own(identity: &Identity, text: &[u8], at: usize) -> Option<(Range<usize>, Noted)> {
    let groups = Groups::at(text, at);
    let first = groups.range(0);
    let is_glued = at.checked_sub(1).and_then(|b| text.get(b)).is_some_and(|&b| is_letter(b))
        || text.get(first.end).is_some_and(|&b| is_letter(b));
    // With letters it is another one than without.
    if let Some(code) = own_code(identity, text, at, is_glued) {
        return Some(code);
    }
    let mut found = None;
    let mut digits = Digits::default();
    for n in 0..groups.len() {
        for &byte in text.get(groups.range(n)).unwrap_or_default() {
            digits.push(byte);
        }
        if (n == 0 || digits.count >= 7)
            && let Some(noted) = identity.of_number(digits)
            && (noted.kind != Kind::Zip || first.len() == 5 || first.len() == 9)
        {
            found = Some((at..groups.range(n).end, noted));
        }
        if digits.count > 19 {
            break;
        }
    }
    found.or_else(|| own_within(identity, text.get(first.clone())?, first.start))
}

/// An identifier of letters and digits, with separators or without.
fn own_code(
    identity: &Identity,
    text: &[u8],
    at: usize,
    is_glued: bool,
) -> Option<(Range<usize>, Noted)> {
    if !identity.has_codes() {
        return None;
    }
    let before = text.get(..at)?;
    let token = token_start(text, at);
    let wider = match before.get(..token)? {
        [rest @ .., b'-' | b' ' | b'.' | b'/'] if rest.last().is_some_and(|&b| is_alnum(b)) => {
            token_start(text, rest.len())
        }
        _ => token,
    };
    let starts = if is_glued || wider != token { [wider, token] } else { [token, token] };
    starts.into_iter().find_map(|start| code_from(identity, text, start, at))
}

/// The longest noted code that begins at `start` and reaches over `at`.
fn code_from(
    identity: &Identity,
    text: &[u8],
    start: usize,
    at: usize,
) -> Option<(Range<usize>, Noted)> {
    let mut found = None;
    let mut key = CodeKey::default();
    let mut groups = 0;
    let rest = text.get(start..)?;
    for (n, &byte) in rest.iter().take(CODE_MAX).enumerate() {
        if is_alnum(byte) {
            key.push(byte);
            let is_end = !rest.get(n + 1).is_some_and(|&b| is_alnum(b));
            if is_end
                && start + n >= at
                && let Some(noted) = identity.of_key(key)
            {
                found = Some((start..start + n + 1, noted));
            }
        } else {
            groups += 1;
            let goes_on = rest.get(n + 1).is_some_and(|&b| is_alnum(b));
            if groups > 5 || !goes_on || !b"-./ ".contains(&byte) {
                break;
            }
        }
    }
    found
}

/// A noted number among the digits of a longer one.
fn own_within(identity: &Identity, run: &[u8], start: usize) -> Option<(Range<usize>, Noted)> {
    if run.len() < 8 {
        return None;
    }
    for count in 7..=19.min(run.len() - 1) {
        if !identity.has_number_of(count as u32) {
            continue;
        }
        for (at, window) in run.windows(count).enumerate() {
            if window.first() != Some(&b'0')
                && let Some(noted) = identity.of_number(Digits::of(window))
            {
                return Some((start + at..start + at + count, noted));
            }
        }
    }
    None
}

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
    if run.len() >= 9 && !is_snomed(text.get(run.clone())?) {
        return Some((token_start(text, at)..token_end(text, run.end), Sort::Id));
    }
    None
}

/// Where the letters and digits before `at` begin, of which no more are looked at than a code has.
fn token_start(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    at - before.iter().rev().take(CODE_MAX).take_while(|&&b| is_alnum(b)).count()
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
        // An area code with the digit for long distance.
        _ if number(0).starts_with(b"0")
            && (3..=5).contains(&groups.width(0))
            && !is_drug_code(text, groups) =>
        {
            digits_of_phone(text, groups, 9..=11, 9).filter(|_| groups.len() > 1)
        }
        _ => None,
    }
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

/// Where an age over 89 ends, years included, that the digits at `at` begin.
pub(super) fn age(text: &[u8], groups: &Groups, cue: Option<Cue>) -> Option<usize> {
    let years = groups.number(text, 0);
    if !(90..=130).contains(&years) || groups.width(0) > 3 {
        return None;
    }
    let end = groups.range(0).end;
    let rest = text.get(end..)?;
    let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b" ")).unwrap_or(rest);
    let is_of_years = [&b"year"[..], b"yr", b"yo", b"y/o", b"y.o", b"y o"]
        .iter()
        .any(|unit| rest.get(..unit.len()).is_some_and(|head| head.eq_ignore_ascii_case(unit)));
    let plural = rest.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"years"));
    let is_share = rest.first().is_some_and(|b| b"%/".contains(b))
        || rest.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"percent"));
    let is_aged = cue == Some(Cue::Age) && !is_share;
    ((is_of_years && !plural) || (plural && is_years_of_age(rest)) || is_aged).then_some(end)
}

/// Whether `years` is about an age, as in "years old" and "years of age".
fn is_years_of_age(rest: &[u8]) -> bool {
    let behind = rest.get(5..).unwrap_or_default();
    [&b" old"[..], b"-old", b" of age"]
        .iter()
        .any(|tail| behind.get(..tail.len()).is_some_and(|b| b.eq_ignore_ascii_case(tail)))
}
