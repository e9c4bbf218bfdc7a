//! Dates in texts, in whatever spelling.

use super::cues::{Cue, cues};
use super::digits::{Groups, digits_end};
use super::letters::{Case, case, is_alnum, is_letter, word_at};
use std::ops::Range;

/// A date as it is written in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// From its first to its last part.
    pub(super) range: Range<usize>,
    pub(super) year: Option<Part>,
    pub(super) month: Part,
    pub(super) day: Option<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    pub(super) value: u32,
}

impl Written {
    pub(super) fn new(year: Option<Part>, month: Part, day: Option<Part>) -> Option<Self> {
        let is_day = day.as_ref().is_none_or(|day| (1..=31).contains(&day.value));
        let parts = [year.as_ref(), Some(&month), day.as_ref()];
        let ranges = parts.into_iter().flatten().map(|part| part.range.clone());
        let start = ranges.clone().map(|r| r.start).min()?;
        let end = ranges.map(|r| r.end).max()?;
        let fits = is_day && (1..=12).contains(&month.value);
        fits.then_some(Self { range: start..end, year, month, day })
    }

    /// The year, if it is written with four digits, or in words.
    pub(super) fn full_year(&self) -> Option<u32> {
        let year = self.year.as_ref()?;
        (year.range.len() >= 4).then_some(year.value)
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

pub(super) fn is_year(value: u32) -> bool {
    (1850..=2100).contains(&value)
}

/// A date of digits that begins at the first group.
pub(super) fn of_digits(text: &[u8], groups: &Groups) -> Option<Written> {
    let first = groups.range(0);
    let glued = |at: Option<usize>| at.and_then(|n| text.get(n)).is_some_and(|&b| is_letter(b));
    let is_glued = glued(first.start.checked_sub(1));
    // `DOB19450302`, and `A19450302`, which is no less of a date for being in a number.
    if matches!(groups.width(0), 8 | 10 | 12 | 14) && !(is_glued && first.len() == 10) {
        return compact(text, first.clone()).or_else(|| reversed(text, first));
    }
    if is_glued {
        return None;
    }
    if groups.width(0) > 4 {
        return None;
    }
    let at = |n: usize| part(text, groups.range(n));
    // With blanks before or behind it, a sign is the same.
    let spaced = groups.between(text, 0);
    let between = if spaced == b" " { spaced } else { spaced.trim_ascii() };
    let is_spaced = between.len() < spaced.len();
    let is_triple =
        groups.len() >= 3 && groups.between(text, 1).trim_ascii() == between.trim_ascii();
    let widths = (groups.width(0), groups.width(1), groups.width(2));
    // Behind the date a time may be glued, but no further group.
    let ends = groups.between(text, 2) != between || between == b" ";
    let is_amount = || is_measured(text, groups.range(2).end);
    let is_whole = is_triple && ends;
    let written = match (between, widths) {
        (b"-" | b"/" | b"." | b"_", (4, 1 | 2, 1 | 2)) | (b" ", (4, 2, 2))
            if is_triple && is_year(at(0).value) =>
        {
            Written::new(Some(at(0)), at(1), Some(at(2)))
        }
        (b"/", (1 | 2, 1 | 2, 2)) if is_whole && !is_spaced => month_first(at(0), at(1), at(2)),
        (b"/" | b"-" | b"_", (1 | 2, 1 | 2, 4)) | (b" ", (2, 2, 4)) if is_whole => {
            month_first(at(0), at(1), at(2))
        }
        (b"-", (1 | 2, 1 | 2, 2)) if is_whole && !is_spaced && !is_amount() => {
            month_first(at(0), at(1), at(2))
        }
        (b".", (1 | 2, 1 | 2, 4)) if is_whole => day_first(at(0), at(1), at(2)),
        (b".", (1 | 2, 1 | 2, 2)) if is_whole && !is_spaced => day_first(at(0), at(1), at(2)),
        (b"/", (1 | 2, 1 | 2, 4)) if !is_spaced && groups.between(text, 1) == b" " => {
            month_first(at(0), at(1), at(2))
        }
        (b"/", (1 | 2, 4, _)) if is_year(at(1).value) => Written::new(Some(at(1)), at(0), None),
        (b"-", (2, 4, _)) if is_year(at(1).value) && !is_spaced && groups.len() == 2 => {
            Written::new(Some(at(1)), at(0), None)
        }
        (b"-", (4, 2, _)) if is_year(at(0).value) && !is_spaced && groups.len() == 2 => {
            Written::new(Some(at(0)), at(1), None)
        }
        _ => None,
    };
    let written = written
        .or_else(|| day_before_month(text, groups))
        .or_else(|| year_before_month(text, groups))?;
    let fits = written.full_year().is_none_or(is_year);
    (fits && !text.get(written.range.end).is_some_and(|b| b.is_ascii_digit())).then_some(written)
}

/// The date of a month, a day and a year, unless only the first can be the day.
fn month_first(first: Part, second: Part, year: Part) -> Option<Written> {
    let (month, day) = if first.value > 12 { (second, first) } else { (first, second) };
    Written::new(Some(year), month, Some(day))
}

/// The date of a day, a month and a year, unless only the first can be the month.
fn day_first(first: Part, second: Part, year: Part) -> Option<Written> {
    let (month, day) = if second.value > 12 { (first, second) } else { (second, first) };
    Written::new(Some(year), month, Some(day))
}

/// `MMDDYYYY` or `DDMMYYYY`.
fn reversed(text: &[u8], run: Range<usize>) -> Option<Written> {
    let start = run.start;
    let year = part(text, start + 4..start + 8);
    let fits = run.len() == 8 && (1900..=2100).contains(&year.value);
    let two = |at: usize| part(text, start + at..start + at + 2);
    fits.then(|| month_first(two(0), two(2), year)).flatten()
}

/// Whether a unit follows: then the number is a dose, a dilution or a duration.
pub(super) fn is_measured(text: &[u8], at: usize) -> bool {
    const UNITS: [&[u8]; 37] = [
        b"mg", b"mcg", b"ml", b"g", b"kg", b"l", b"cc", b"cm", b"mm", b"u", b"iu", b"meq", b"mmol",
        b"unit", b"units", b"tab", b"tabs", b"tablet", b"tablets", b"puffs", b"drops", b"percent",
        b"hour", b"hours", b"hrs", b"minutes", b"day", b"days", b"week", b"weeks", b"wks",
        b"month", b"months", b"times", b"mmhg", b"fr", b"french",
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
    let starts_with = |at: usize, word: &[u8]| {
        text.get(at..at + word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    if text.get(at..at + 2).is_some_and(|b| ordinal.iter().any(|o| b.eq_ignore_ascii_case(o))) {
        at += 2;
    }
    let day = Part { range: digits.start..at, value: part(text, digits).value };
    // In French, the first of a month.
    at += if starts_with(at, b"er ") { 2 } else { 0 };
    at = skip(text, at, b" -/.,", 2);
    at += if starts_with(at, b"of ") || starts_with(at, b"de ") { 3 } else { 0 };
    let word = word_at(text, at);
    let (value, is_foreign) = match cues().of(text.get(word.clone())?)? {
        Cue::Month(value) => (value, false),
        Cue::ForeignMonth(value) => (value, true),
        _ => return None,
    };
    let month = Part { range: word.clone(), value: u32::from(value) };
    let mut behind = skip(text, word.end, b" -/.,", 2);
    behind += match () {
        () if is_foreign && starts_with(behind, b"de ") => 3,
        () if is_foreign && starts_with(behind, b"del ") => 4,
        () => 0,
    };
    let year = digits_at(text, behind).filter(|year| year.range.len() == 4 && is_year(year.value));
    let is_glued = word.start == day.range.end && behind == word.end;
    let name = text.get(word.clone())?;
    let is_last = |year: &Part| {
        let ends = matches!(text.get(year.range.end..), Some([] | [b',' | b'.' | b';' | b')', ..]));
        ends && name.len() == 3 && text.get(word.end) == Some(&b' ')
    };
    let short = digits_at(text, behind).filter(|year| {
        year.range.len() == 2 && (is_glued || text.get(word.end) == Some(&b'-') || is_last(year))
    });
    let year = year.or(short);
    // "5 may" and "2 mar" are words without a year or a capital.
    if year.is_none() && (case(name) == Case::Lower && name.len() <= 5 && !is_foreign) {
        return None;
    }
    Written::new(year, month, Some(day))
}

/// `YYYY Month D`, also with signs between.
fn year_before_month(text: &[u8], groups: &Groups) -> Option<Written> {
    let year = part(text, groups.range(0));
    if year.range.len() != 4 || !is_year(year.value) {
        return None;
    }
    let word = word_at(text, skip(text, year.range.end, b" -/.", 2));
    let (Cue::Month(value) | Cue::ForeignMonth(value)) = cues().of(text.get(word.clone())?)? else {
        return None;
    };
    let day = digits_at(text, skip(text, word.end, b" -/.", 2))?;
    let month = Part { range: word, value: u32::from(value) };
    (day.range.len() <= 2).then(|| Written::new(Some(year), month, Some(day))).flatten()
}

/// A month in another language, and its year, or a day and its year.
pub(super) fn of_foreign_month(text: &[u8], word: Range<usize>, month: u8) -> Option<Written> {
    let month = Part { range: word.clone(), value: u32::from(month) };
    let at = skip(text, word.end, b" .", 2);
    if let Some(day) = digits_at(text, at).filter(|day| day.range.len() <= 2)
        && let behind = skip(text, day.range.end, b" ,.", 2)
        && let Some(year) = digits_at(text, behind)
        && year.range.len() == 4
        && is_year(year.value)
    {
        return Written::new(Some(year), month, Some(day));
    }
    let at = skip(text, word.end, b" .", 2);
    let rest = text.get(at..)?;
    let at = at + if rest.starts_with(b"de ") { 3 } else { 0 };
    let year = digits_at(text, at).filter(|year| year.range.len() == 4 && is_year(year.value))?;
    Written::new(Some(year), month, None)
}

/// A date of digits with signs behind them, as in Chinese, Japanese and Korean: `1975年3月2日`.
/// `true` if its year is of an era, so that it is no date of this calendar.
pub(super) fn of_signs(text: &[u8], at: usize) -> Option<(Written, bool)> {
    // As texts are looked at: Korean letters are taken apart.
    const YEAR: [&str; 2] = ["年", "\u{1102}\u{1167}\u{11AB}"];
    const MONTH: [&str; 2] = ["月", "\u{110B}\u{116F}\u{11AF}"];
    const DAY: [&str; 4] = ["日", "号", "號", "\u{110B}\u{1175}\u{11AF}"];
    let signed = |at: usize, signs: &[&str]| {
        let number = digits_at(text, skip(text, at, b" ", 1))?;
        let rest = text.get(number.range.end..)?;
        let sign = signs.iter().find(|sign| rest.starts_with(sign.as_bytes()))?;
        Some((number.range.end + sign.len(), number))
    };
    let year = signed(at, &YEAR).filter(|(_, year)| matches!(year.range.len(), 1 | 2 | 4));
    let (behind, month) = signed(year.as_ref().map_or(at, |(end, _)| *end), &MONTH)?;
    let day = signed(behind, &DAY).map(|(_, day)| day);
    let is_of_era = year.as_ref().is_some_and(|(_, year)| year.range.len() < 4);
    let fits = if is_of_era || year.is_none() { day.is_some() } else { true };
    let written = Written::new(year.map(|(_, year)| year), month, day)?;
    fits.then_some((written, is_of_era))
}

/// Where a date begins and ends that is not moved, but goes: a week or a day of a year
/// (`1961-W19-5`, `1961-132`, ISO 8601), a month in Roman numerals (`12.V.1961`), a year of a
/// Japanese era (`S36.5.12`).
pub(super) fn other(text: &[u8], groups: &Groups) -> Option<Range<usize>> {
    let first = groups.range(0);
    let number = |n: usize| groups.number(text, n);
    let rest = text.get(first.end..)?;
    let before = text.get(..first.start)?;
    if first.len() == 4 && is_year(number(0)) {
        let day = digits_at(text, first.end + 1).filter(|_| rest.starts_with(b"-"));
        if let Some(day) = day.filter(|day| day.range.len() == 3 && (1..=366).contains(&day.value))
        {
            return Some(first.start..day.range.end);
        }
        let week = rest.strip_prefix(b"-").unwrap_or(rest).strip_prefix(b"W")?;
        let at = text.len() - week.len();
        let week = digits_at(text, at).filter(|week| matches!(week.range.len(), 2 | 3))?;
        let day = digits_at(text, week.range.end + 1)
            .filter(|day| day.range.len() == 1 && text.get(week.range.end) == Some(&b'-'));
        return Some(first.start..day.map_or(week.range.end, |day| day.range.end));
    }
    if first.len() > 2 {
        return None;
    }
    if let [rest @ .., b'M' | b'T' | b'S' | b'H' | b'R'] = before
        && !rest.last().is_some_and(|&b| is_alnum(b) || b == b'.')
        && groups.len() >= 3
        && matches!(groups.between(text, 0), b"." | b"/")
        && groups.between(text, 1) == groups.between(text, 0)
        && (1..=12).contains(&number(1))
        && (1..=31).contains(&number(2))
        && groups.between(text, 2) != b"."
    {
        return Some(first.start - 1..groups.range(2).end);
    }
    let sign = rest.first().filter(|b| b"./-".contains(b))?;
    let start = skip(text, first.end + 1, b" ", 1);
    let month = word_at(text, start);
    let is_roman = text.get(month.clone()).is_some_and(|word| ROMAN.contains(&word));
    let at = skip(text, month.end + 1, b" ", 1);
    let year = digits_at(text, at).filter(|_| is_roman && text.get(month.end) == Some(sign))?;
    matches!(year.range.len(), 2 | 4).then_some(first.start..year.range.end)
}

/// Where a date of birth ends that nothing but the word before it tells: six digits, a day and a
/// month.
pub(super) fn short(text: &[u8], groups: &Groups) -> Option<usize> {
    let number = |n: usize| groups.number(text, n);
    if groups.width(0) == 6 && groups.len() == 1 {
        return Some(groups.range(0).end);
    }
    let (least, most) = (number(0).min(number(1)), number(0).max(number(1)));
    let fits = matches!(groups.between(text, 0), b"/" | b"." | b"-" | b". ")
        && (1..=12).contains(&least)
        && most <= 31;
    fits.then(|| groups.range(1).end)
}

/// The months in Roman numerals.
const ROMAN: [&[u8]; 12] =
    [b"I", b"II", b"III", b"IV", b"V", b"VI", b"VII", b"VIII", b"IX", b"X", b"XI", b"XII"];

/// A date that begins with the name of a month.
pub(super) fn of_month(text: &[u8], word: Range<usize>, month: u8) -> Option<Written> {
    let name = text.get(word.clone())?;
    let month = Part { range: word.clone(), value: u32::from(month) };
    let at = skip(text, word.end, b" .-/,", 2);
    let is_of = text.get(at..at + 3).is_some_and(|of| of.eq_ignore_ascii_case(b"of "));
    let at = if is_of { at + 3 } else { at };
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
    let behind = skip(text, at, b" ,-/.'", 3);
    let year = digits_at(text, behind)
        .filter(|year| behind > at && year.range.len() == 4 && is_year(year.value));
    let apart = text.get(word.end) == Some(&b'-') && text.get(at) == Some(&b'-');
    let is_short = apart || text.get(..behind).is_some_and(|text| text.ends_with(b"'"));
    let short = digits_at(text, behind).filter(|year| is_short && year.range.len() == 2);
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

pub(super) fn skip(text: &[u8], at: usize, what: &[u8], most: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(most).take_while(|b| what.contains(b)).count()
}

pub(super) fn digits_at(text: &[u8], at: usize) -> Option<Part> {
    let end = digits_end(text, at);
    (end > at).then(|| part(text, at..end))
}
