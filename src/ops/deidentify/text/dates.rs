//! Dates in texts: found in whatever spelling, and written in the same.

use super::cues::{Cue, cues};
use super::digits::{Groups, digits_end};
use super::letters::{Case, case, is_alnum, is_letter, word_at};
use jiff::{ToSpan, civil};
use std::ops::Range;

/// A date as it is written in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// From its first to its last part.
    pub(super) range: Range<usize>,
    year: Option<Part>,
    month: Part,
    day: Option<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    range: Range<usize>,
    value: u32,
}

impl Written {
    fn new(year: Option<Part>, month: Part, day: Option<Part>) -> Option<Self> {
        let is_day = day.as_ref().is_none_or(|day| (1..=31).contains(&day.value));
        let parts = [year.as_ref(), Some(&month), day.as_ref()];
        let ranges = parts.into_iter().flatten().map(|part| part.range.clone());
        let start = ranges.clone().map(|r| r.start).min()?;
        let end = ranges.map(|r| r.end).max()?;
        let fits = is_day && (1..=12).contains(&month.value);
        fits.then_some(Self { range: start..end, year, month, day })
    }

    /// The year, if it is written with four digits.
    pub(super) fn full_year(&self) -> Option<u32> {
        let year = self.year.as_ref()?;
        (year.range.len() == 4).then_some(year.value)
    }

    /// Whether days and months below ten have a zero before them, as far as this date can tell.
    fn is_padded(&self, text: &[u8]) -> bool {
        let digits = |part: &Part| {
            let part = text.get(part.range.clone()).unwrap_or_default();
            part.iter().take_while(|b| b.is_ascii_digit()).count()
        };
        let has_zero = |part: &Part| text.get(part.range.start) == Some(&b'0');
        let is_name = digits(&self.month) == 0;
        match &self.day {
            Some(day) if is_name => has_zero(day) || text.get(day.range.end) == Some(&b'-'),
            Some(day) => digits(day) == 2 && digits(&self.month) == 2,
            None => digits(&self.month) == 2,
        }
    }

    /// Appends the date so many days later in the same spelling.
    ///
    /// A date without year is moved as in a year that has no 29 February. `None` if there is no
    /// such date; nothing is appended then.
    pub(super) fn write_moved(&self, text: &[u8], days: i32, out: &mut Vec<u8>) -> Option<()> {
        let year = match &self.year {
            None => 2023,
            Some(year) if year.range.len() == 2 => {
                year.value + if year.value < 50 { 2000 } else { 1900 }
            }
            Some(year) => year.value,
        };
        let day = self.day.as_ref().map_or(15, |day| day.value);
        let date = civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(self.month.value).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        let moved = date.checked_add(i64::from(days).days()).ok()?;
        let mut parts = [
            self.year.as_ref().map(|part| (part, u32::from(moved.year().unsigned_abs()))),
            Some((&self.month, u32::from(moved.month().unsigned_abs()))),
            self.day.as_ref().map(|part| (part, u32::from(moved.day().unsigned_abs()))),
        ];
        parts.sort_by_key(|part| part.as_ref().map(|(part, _)| part.range.start));
        let is_padded = self.is_padded(text);
        let mut at = self.range.start;
        for (part, value) in parts.into_iter().flatten() {
            out.extend_from_slice(text.get(at..part.range.start)?);
            write_part(text.get(part.range.clone())?, value, is_padded, out);
            at = part.range.end;
        }
        Some(())
    }
}

/// Appends a number or a month in the spelling of another one.
fn write_part(written: &[u8], value: u32, is_padded: bool, out: &mut Vec<u8>) {
    if written.first().is_some_and(|&b| is_letter(b)) {
        return write_month(written, value, out);
    }
    let digits = written.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 4 {
        out.extend_from_slice(format!("{value:04}").as_bytes());
    } else if is_padded || value > 99 {
        out.extend_from_slice(format!("{:02}", value % 100).as_bytes());
    } else {
        out.extend_from_slice(value.to_string().as_bytes());
    }
    if digits < written.len() {
        let ordinal = match (value % 10, value / 10) {
            (1, 0 | 2 | 3) => "st",
            (2, 0 | 2) => "nd",
            (3, 0 | 2) => "rd",
            _ => "th",
        };
        out.extend_from_slice(ordinal.as_bytes());
    }
}

fn write_month(written: &[u8], month: u32, out: &mut Vec<u8>) {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let full = (month as usize).checked_sub(1).and_then(|n| MONTHS.get(n)).copied();
    let full = full.unwrap_or_default();
    // May is both; in full it would be longer than what else is written so.
    let name = if written.len() <= 4 && !written.eq_ignore_ascii_case(b"june") {
        full.get(..3).unwrap_or(full)
    } else {
        full
    };
    match case(written) {
        Case::Title => out.extend_from_slice(name.as_bytes()),
        Case::Upper => out.extend(name.bytes().map(|b| b.to_ascii_uppercase())),
        Case::Lower => out.extend(name.bytes().map(|b| b.to_ascii_lowercase())),
    }
}

fn part(text: &[u8], range: Range<usize>) -> Part {
    let digits = text.get(range.clone()).unwrap_or_default();
    let value = digits
        .iter()
        .take(9)
        .take_while(|b| b.is_ascii_digit())
        .fold(0, |sum, b| sum * 10 + u32::from(b - b'0'));
    Part { range, value }
}

fn is_year(value: u32) -> bool {
    (1850..=2100).contains(&value)
}

/// A date of digits that begins at the first group.
pub(super) fn of_digits(text: &[u8], groups: &Groups) -> Option<Written> {
    let first = groups.range(0);
    let glued = |at: Option<usize>| at.and_then(|n| text.get(n)).is_some_and(|&b| is_letter(b));
    if glued(first.start.checked_sub(1)) {
        return None;
    }
    if matches!(groups.width(0), 8 | 10 | 12 | 14) {
        return compact(text, first);
    }
    if groups.width(0) > 4 {
        return None;
    }
    let at = |n: usize| part(text, groups.range(n));
    let between = groups.between(text, 0);
    let is_triple = groups.len() >= 3 && groups.between(text, 1) == between;
    let widths = (groups.width(0), groups.width(1), groups.width(2));
    // Behind the date a time may be glued, but no further group.
    let ends = groups.between(text, 2) != between;
    let written = match (between, widths) {
        (b"-" | b"/" | b".", (4, 1 | 2, 1 | 2)) if is_triple && is_year(at(0).value) => {
            Written::new(Some(at(0)), at(1), Some(at(2)))
        }
        (b"/", (1 | 2, 1 | 2, 2 | 4)) | (b"-", (1 | 2, 1 | 2, 4)) if is_triple && ends => {
            let (month, day) = if at(0).value > 12 { (1, 0) } else { (0, 1) };
            Written::new(Some(at(2)), at(month), Some(at(day)))
        }
        (b"-", (2, 2, 2)) if is_triple && ends && !is_measured(text, groups.range(2).end) => {
            Written::new(Some(at(2)), at(0), Some(at(1)))
        }
        (b".", (1 | 2, 1 | 2, 4)) | (b".", (2, 2, 2)) if is_triple && ends => {
            let (month, day) = if at(1).value > 12 { (0, 1) } else { (1, 0) };
            Written::new(Some(at(2)), at(month), Some(at(day)))
        }
        (b"/", (1 | 2, 4, _)) if is_year(at(1).value) => Written::new(Some(at(1)), at(0), None),
        _ => None,
    };
    let written = written.or_else(|| day_before_month(text, groups))?;
    let fits = written.full_year().is_none_or(is_year);
    (fits && !text.get(written.range.end).is_some_and(|b| b.is_ascii_digit())).then_some(written)
}

/// Whether a unit follows: then the number is a dose, a dilution or a duration.
fn is_measured(text: &[u8], at: usize) -> bool {
    const UNITS: [&[u8]; 26] = [
        b"mg", b"mcg", b"ml", b"g", b"kg", b"l", b"cc", b"cm", b"mm", b"u", b"iu", b"meq", b"mmol",
        b"unit", b"units", b"tab", b"tabs", b"tablet", b"tablets", b"puffs", b"drops", b"percent",
        b"hour", b"hours", b"hrs", b"minutes",
    ];
    let unit = text.get(word_at(text, at + 1)).unwrap_or_default();
    text.get(at) == Some(&b' ') && UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known))
}

/// `YYYYMMDD`, with a time behind it or without.
pub(super) fn compact(text: &[u8], run: Range<usize>) -> Option<Written> {
    let start = run.start;
    let (year, month, day) = (
        part(text, start..start + 4),
        part(text, start + 4..start + 6),
        part(text, start + 6..start + 8),
    );
    let time = text.get(start + 8..run.end)?;
    let is_time = |at: usize, below: u8| {
        time.get(at..at + 2).is_none_or(|d| 10 * (d[0] - b'0') + (d[1] - b'0') < below)
    };
    let fits =
        (1890..=2100).contains(&year.value) && is_time(0, 24) && is_time(2, 60) && is_time(4, 60);
    fits.then(|| Written::new(Some(year), month, Some(day))).flatten()
}

/// `D Month YYYY`, `DD-Mon-YYYY`, `DDMonYYYY`, and such without year.
fn day_before_month(text: &[u8], groups: &Groups) -> Option<Written> {
    let digits = groups.range(0);
    if digits.len() > 2 {
        return None;
    }
    let mut at = digits.end;
    let ordinal = [&b"st"[..], b"nd", b"rd", b"th"];
    if text.get(at..at + 2).is_some_and(|b| ordinal.iter().any(|o| b.eq_ignore_ascii_case(o))) {
        at += 2;
    }
    let day = Part { range: digits.start..at, value: part(text, digits).value };
    at = skip(text, at, b" -/.,", 2);
    let rest = text.get(at..)?;
    if rest.get(..3).is_some_and(|b| b.eq_ignore_ascii_case(b"of ")) {
        at += 3;
    }
    let word = word_at(text, at);
    let Some(Cue::Month(value)) = cues().of(text.get(word.clone())?) else { return None };
    let month = Part { range: word.clone(), value: u32::from(value) };
    let behind = skip(text, word.end, b" -/.,", 2);
    let year = digits_at(text, behind).filter(|year| year.range.len() == 4 && is_year(year.value));
    let short = digits_at(text, behind)
        .filter(|year| year.range.len() == 2 && text.get(word.end) == Some(&b'-'));
    let name = text.get(word.clone())?;
    let year = year.or(short);
    // "5 may" and "2 mar" are words without a year or a capital.
    if year.is_none() && (case(name) == Case::Lower && name.len() <= 5) {
        return None;
    }
    Written::new(year, month, Some(day))
}

/// A date that begins with the name of a month.
pub(super) fn of_month(text: &[u8], word: Range<usize>, month: u8) -> Option<Written> {
    let name = text.get(word.clone())?;
    let month = Part { range: word.clone(), value: u32::from(month) };
    let at = skip(text, word.end, b" .-/,", 2);
    let first = digits_at(text, at)?;
    if first.range.len() == 4 {
        return (is_year(first.value) && case(name) != Case::Lower
            || name.len() > 3 && is_year(first.value))
        .then(|| Written::new(Some(first), month, None))
        .flatten();
    }
    if first.range.len() > 2 || at == word.end && name.len() > 3 {
        return None;
    }
    let mut day = first;
    let mut at = day.range.end;
    let ordinal = text.get(at..at + 2).unwrap_or_default();
    if [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|o| ordinal.eq_ignore_ascii_case(o)) {
        at += 2;
        day.range.end = at;
    }
    let behind = skip(text, at, b" ,-/.'", 2);
    let year = digits_at(text, behind)
        .filter(|year| behind > at && year.range.len() == 4 && is_year(year.value));
    let apart = text.get(word.end) == Some(&b'-') && text.get(at) == Some(&b'-');
    let short = digits_at(text, behind).filter(|year| apart && year.range.len() == 2);
    let year = year.or(short);
    let next = text.get(at).copied().unwrap_or(b' ');
    let is_number = is_alnum(next)
        || next == b'%'
        || next == b'/'
        || (matches!(next, b'.' | b',') && text.get(at + 1).is_some_and(u8::is_ascii_digit));
    let is_number = is_number || is_measured(text, at);
    if year.is_none() && (is_number || case(name) == Case::Lower && name.len() <= 5) {
        return None;
    }
    Written::new(year, month, Some(day))
}

fn skip(text: &[u8], at: usize, what: &[u8], most: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(most).take_while(|b| what.contains(b)).count()
}

fn digits_at(text: &[u8], at: usize) -> Option<Part> {
    let end = digits_end(text, at);
    (end > at).then(|| part(text, at..end))
}
