//! When somebody was born, as far as texts may tell it.

use super::super::dates::Written;
use super::Identity;
use jiff::{ToSpan, civil};

/// So many dates of birth are kept of a message.
const MOST: usize = 16;

/// An age that may be told: under Safe Harbor 89 (45 CFR 164.514(b)(2)(i)(C)).
pub(in super::super) const AGE_MAX: u32 = 89;

/// The dates of birth of a message, and how much may be told of them.
#[derive(Debug, Default)]
pub(super) struct Births {
    /// As in HL7, zeros for what is not known.
    days: Vec<[u8; 8]>,
    /// Who was born in this year or before is older than may be told.
    oldest: Option<u32>,
    /// Only the year may be told.
    years_only: bool,
}

impl Births {
    pub(super) fn clear(&mut self) {
        self.days.clear();
        self.oldest = None;
        self.years_only = false;
    }
}

impl Identity {
    /// Notes a date of birth.
    pub fn note_birth(&mut self, raw: &[u8]) {
        let digits = raw.iter().take(8).take_while(|b| b.is_ascii_digit()).count();
        if digits >= 4 && self.births.days.len() < MOST {
            let mut day = *b"00000000";
            day.iter_mut().zip(raw.iter().take(digits)).for_each(|(to, b)| *to = *b);
            self.births.days.push(day);
        }
    }

    /// What may be told, in a message of `today`: of ages over 89 nothing, or nothing but years.
    pub fn tell_births(&mut self, caps_ages: bool, today: Option<[u8; 8]>, years_only: bool) {
        let oldest = || today.map_or(u32::MAX, |day| number(&day[..4]).saturating_sub(AGE_MAX + 1));
        self.births.oldest = caps_ages.then(oldest);
        self.births.years_only = years_only;
    }

    /// Whether what is found in a value depends on how old somebody is.
    pub(in crate::ops::deidentify) fn may_tell_age(&self, raw: &[u8]) -> bool {
        self.births.oldest.is_some()
            && raw.windows(4).any(|four| {
                matches!(four, [b'1', b'8' | b'9', c, d] if c.is_ascii_digit() && d.is_ascii_digit())
            })
    }

    /// Whether a year alone tells that somebody is too old: it is that of a birth.
    pub(in super::super) fn is_old_year(&self, year: u32, is_of_birth: bool) -> bool {
        self.births.oldest.is_some_and(|oldest| {
            (1850..=oldest).contains(&year)
                && (is_of_birth || self.births.days.iter().any(|day| number(&day[..4]) == year))
        })
    }

    /// What may be told of a year of birth that stands alone: nothing of who is too old; of who has a
    /// date of birth in this message the year of that as it is moved, else the two would tell by how
    /// much.
    pub(in crate::ops::deidentify) fn birth_year(
        &self,
        year: u32,
        days: Option<i32>,
    ) -> Option<u32> {
        if self.is_old_year(year, true) {
            return None;
        }
        let moved = || {
            let born = self.births.days.iter().find(|day| number(&day[..4]) == year)?;
            let part = |at: usize| i8::try_from(number(&born[at..at + 2])).ok();
            let date = civil::Date::new(i16::try_from(year).ok()?, part(4)?, part(6)?).ok()?;
            let moved = date.checked_add(i64::from(days?).days()).ok()?;
            Some(moved.year().unsigned_abs().into())
        };
        Some(moved().unwrap_or(year))
    }

    /// Whether a date tells that somebody is too old.
    pub(in super::super) fn is_old_date(&self, date: &Written) -> bool {
        self.births.oldest.is_some_and(|oldest| match date.full_year() {
            Some(year) => year <= oldest,
            None => {
                let mut old = self.births.days.iter().filter(|day| number(&day[..4]) <= oldest);
                old.any(|day| is_same(day, date))
            }
        })
    }

    /// Whether of a date only the year may be told, if it is one of birth.
    pub(in super::super) fn tells_only_year(&self, date: &Written, is_of_birth: bool) -> bool {
        self.births.years_only
            && (is_of_birth || self.births.days.iter().any(|day| is_same(day, date)))
    }
}

/// Whether a day is the one of a date, of which the century may not be told.
fn is_same(day: &[u8; 8], date: &Written) -> bool {
    let year = number(&day[..4]);
    date.month.value == number(&day[4..6])
        && date.day.as_ref().is_none_or(|part| part.value == number(&day[6..]))
        && date.year.as_ref().is_none_or(|part| part.value == year || part.value == year % 100)
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, b| sum * 10 + u32::from(b.wrapping_sub(b'0')))
}
