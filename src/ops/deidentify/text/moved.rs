//! Dates moved by days, in the spelling in which they were written.

use super::cues::{Cue, FOREIGN_MONTHS, cues};
use super::dates::{Part, Written};
use super::letters::{Case, case, is_letter};
use super::worded;
use jiff::{ToSpan, civil};
use unicode_normalization::UnicodeNormalization;

impl Written {
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
    /// A date without year is the last one of its month and day up to `sent`, or of a year that has no
    /// 29 February. `None` if there is no such date; nothing is appended then.
    pub(super) fn write_moved(
        &self,
        text: &[u8],
        days: i32,
        sent: Option<civil::Date>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        // Which is of no character set that has not its letters, and of few programs.
        let month = text.get(self.month.range.clone())?;
        if !month.is_ascii() && month.iter().all(|&b| is_letter(b)) {
            return None;
        }
        let day = self.day.as_ref().map_or(15, |day| day.value);
        let year = match &self.year {
            None => sent.map_or(2023, |sent| {
                let is_ahead = (self.month.value, day)
                    > (sent.month().unsigned_abs().into(), sent.day().unsigned_abs().into());
                u32::from(sent.year().unsigned_abs()) - u32::from(is_ahead)
            }),
            Some(year) if year.range.len() == 2 => {
                // No century is told: it is the last one in which the year was.
                let sent = sent.map_or(2049, |sent| u32::from(sent.year().unsigned_abs()));
                year.value + if 2000 + year.value <= sent { 2000 } else { 1900 }
            }
            Some(year) => year.value,
        };
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
            write_between(text.get(at..part.range.start)?, out);
            write_part(text.get(part.range.clone())?, value, is_padded, out);
            at = part.range.end;
        }
        Some(())
    }
}

/// Appends what stands between two parts. Korean letters are looked at in parts, and put together
/// again.
fn write_between(text: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(text) {
        Ok(text) if !text.is_ascii() => out.extend(text.nfc().collect::<String>().into_bytes()),
        _ => out.extend_from_slice(text),
    }
}

/// Appends a number or a month in the spelling of another one.
fn write_part(written: &[u8], value: u32, is_padded: bool, out: &mut Vec<u8>) {
    if written.first().is_some_and(|&b| is_letter(b)) {
        return match cues().of(written) {
            Some(Cue::Month(_) | Cue::ForeignMonth(_)) => write_month(written, value, out),
            // A year
            _ if value > 31 => out.extend_from_slice(value.to_string().as_bytes()),
            _ => worded::write_day(written, value, out),
        };
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
    let at = (month as usize).saturating_sub(1);
    let full = foreign(written, at).or_else(|| MONTHS.get(at).copied()).unwrap_or_default();
    // May is both; in full it would be longer than what else is written so.
    let is_short = written.len() <= 4 && !written.eq_ignore_ascii_case(b"june");
    let name = if is_short && foreign(written, at).is_none() {
        full.get(..3).unwrap_or(full)
    } else {
        full
    };
    match case(written) {
        Case::Title if name.starts_with(|c: char| c.is_ascii_lowercase()) => {
            out.extend(name.bytes().take(1).map(|b| b.to_ascii_uppercase()));
            out.extend(name.bytes().skip(1));
        }
        Case::Title => out.extend_from_slice(name.as_bytes()),
        Case::Upper => out.extend(name.bytes().map(|b| b.to_ascii_uppercase())),
        Case::Lower => out.extend(name.bytes().map(|b| b.to_ascii_lowercase())),
    }
}

/// The name of a month, from 0, in the language of another one, if that is none of English.
fn foreign(written: &[u8], month: usize) -> Option<&'static str> {
    if let Some(Cue::Month(_)) = cues().of(written) {
        return None;
    }
    let is_written = |name: &str| written.eq_ignore_ascii_case(name.as_bytes());
    let names = FOREIGN_MONTHS.iter().find(|names| names.split(' ').any(is_written))?;
    names.split(' ').nth(month)
}
