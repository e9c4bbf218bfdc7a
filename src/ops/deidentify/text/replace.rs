//! Writes what stands in place of what was found.

use super::Context;
use super::found::{Found, Sort};
use super::identity::{AGE_MAX, Noted};
use super::letters::{Case, case, is_alnum};
use super::names::VALUE_MAX;
use super::scan::{Span, What};
use crate::core::escape;
use crate::core::time::{Precision, Timestamp};
use crate::ops::deidentify::Kind;
use jiff::civil;

/// Replaces spans in one value.
pub(super) struct Replacer<'a, 'c, 'm> {
    pub(super) context: Context<'c, 'm>,
    pub(super) found: &'a mut Found,
    /// What is written, before delimiters in it are escaped.
    pub(super) written: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl Replacer<'_, '_, '_> {
    /// Appends what stands in place of a span of `text`.
    pub(super) fn replace(&mut self, text: &[u8], span: &Span, out: &mut Vec<u8>) {
        self.written.clear();
        let spelled = text.get(span.range.clone()).unwrap_or_default();
        let sort = match &span.what {
            What::Own(noted) => self.own(spelled, *noted),
            What::Other(sort) => self.other(spelled, *sort),
            What::Date(date, is_of_birth) => {
                let identity = self.context.identity;
                let date = &date.meant(text, identity, self.context.scope);
                let is_moved =
                    !identity.is_old_date(date) && !identity.tells_only_year(date, *is_of_birth);
                let days = self.context.days.filter(|_| is_moved);
                let sent = self.sent();
                let moved =
                    days.and_then(|days| date.write_moved(text, days, sent, &mut self.written));
                if moved.is_none() {
                    self.written.clear();
                    self.year(date.full_year());
                }
                Sort::Date
            }
            What::BirthYear(year) => {
                match self.context.identity.birth_year(*year, self.context.days) {
                    Some(told) if told == *year => self.written.extend_from_slice(spelled),
                    Some(told) => self.written.extend_from_slice(told.to_string().as_bytes()),
                    None => self.placeholder(Sort::Date),
                }
                Sort::Date
            }
        };
        self.found.count(sort);
        let separators = self.context.scope.message.separators();
        if escape::encode_into(&self.written, &separators, out).is_err() {
            out.extend(self.written.iter().filter(|b| b.is_ascii_alphanumeric()));
        }
    }

    /// The day of MSH-7.
    fn sent(&self) -> Option<civil::Date> {
        let field = self.context.scope.message.header().field(7)?;
        let time = Timestamp::parse(field.raw()).filter(|t| t.precision() >= Precision::Day)?;
        let [month, day] = [time.month(), time.day()].map(|n| i8::try_from(n).ok());
        civil::Date::new(i16::try_from(time.year()).ok()?, month?, day?).ok()
    }

    /// A year alone, unless somebody who was born then would be over 89.
    fn year(&mut self, year: Option<u32>) {
        let now =
            self.context.scope.message.header().field(7).and_then(|field| {
                std::str::from_utf8(field.raw().get(..4)?).ok()?.parse::<u32>().ok()
            });
        match (year, now) {
            (Some(year), Some(now)) if year + AGE_MAX >= now => {
                self.written.extend_from_slice(format!("{year:04}").as_bytes());
            }
            _ => self.placeholder(Sort::Date),
        }
    }

    fn placeholder(&mut self, sort: Sort) {
        let text: &[u8] = match sort {
            Sort::Name => b"[NAME]",
            Sort::Id => b"[ID]",
            Sort::Ssn => b"[SSN]",
            Sort::Phone => b"[PHONE]",
            Sort::Email => b"[EMAIL]",
            Sort::Url => b"[URL]",
            Sort::Address => b"[ADDRESS]",
            Sort::Date => b"[DATE]",
            Sort::Age => b"[AGE]",
            Sort::Word => b"[WORD]",
        };
        self.written.extend_from_slice(text);
    }

    fn own(&mut self, spelled: &[u8], noted: Noted) -> Sort {
        let sort = match noted.kind {
            Kind::Family | Kind::Given | Kind::Organisation => Sort::Name,
            Kind::Id => Sort::Id,
            Kind::Ssn => Sort::Ssn,
            Kind::Phone => Sort::Phone,
            Kind::Email => Sort::Email,
            Kind::Url => Sort::Url,
            Kind::Street | Kind::Place | Kind::Zip => Sort::Address,
            Kind::Date => Sort::Date,
        };
        let Some(surrogates) = self.context.surrogates else {
            self.placeholder(sort);
            return sort;
        };
        let text = self.context.identity.text(noted.value);
        // No name or number is so long; to write all of it for each of its words takes too long.
        let text = if text.len() > VALUE_MAX { spelled } else { text };
        self.value.clear();
        match noted.kind {
            Kind::Family | Kind::Given => {
                write_in_case(text, case(spelled), &mut self.value);
                surrogates.write(noted.kind, &self.value, &mut self.written);
            }
            Kind::Id | Kind::Ssn | Kind::Phone => {
                surrogates.write(noted.kind, text, &mut self.value);
                write_spelled(&self.value, spelled, &mut self.written);
            }
            Kind::Email | Kind::Url => surrogates.write(noted.kind, text, &mut self.written),
            _ => self.placeholder(sort),
        }
        sort
    }

    fn other(&mut self, spelled: &[u8], sort: Sort) -> Sort {
        let kind = match sort {
            Sort::Id => Some(Kind::Id),
            Sort::Ssn => Some(Kind::Ssn),
            Sort::Phone => Some(Kind::Phone),
            Sort::Email => Some(Kind::Email),
            Sort::Url => Some(Kind::Url),
            _ => None,
        };
        match (kind, self.context.surrogates) {
            (Some(kind), Some(surrogates)) => {
                surrogates.write(kind, spelled, &mut self.written);
            }
            _ => self.placeholder(sort),
        }
        sort
    }
}

/// Appends a name in the case in which a text has it.
fn write_in_case(name: &[u8], style: Case, out: &mut Vec<u8>) {
    match style {
        Case::Upper => out.extend_from_slice(&upper(name)),
        Case::Lower => out.extend_from_slice(&lower(name)),
        // A name that is written in small letters and capitals is taken as it is.
        Case::Title if case(name) == Case::Title => out.extend_from_slice(name),
        Case::Title => {
            let mut is_inside = false;
            for chunk in lower(name).utf8_chunks() {
                for c in chunk.valid().chars() {
                    let upper = c.to_uppercase().filter(|_| !is_inside);
                    let inside = is_inside.then_some(c);
                    let text: String = upper.chain(inside).collect();
                    out.extend_from_slice(text.as_bytes());
                    is_inside = c.is_alphanumeric();
                }
                out.extend_from_slice(chunk.invalid());
                is_inside |= !chunk.invalid().is_empty();
            }
        }
    }
}

fn upper(name: &[u8]) -> Vec<u8> {
    std::str::from_utf8(name)
        .map_or_else(|_| name.to_ascii_uppercase(), |name| name.to_uppercase().into_bytes())
}

fn lower(name: &[u8]) -> Vec<u8> {
    std::str::from_utf8(name)
        .map_or_else(|_| name.to_ascii_lowercase(), |name| name.to_lowercase().into_bytes())
}

/// Appends the letters and digits of a surrogate with the separators of a spelling. Where the
/// spelling has more of them, they are leading zeros or the code of a country and stay; where it
/// has fewer, it is the end of the number.
fn write_spelled(surrogate: &[u8], spelled: &[u8], out: &mut Vec<u8>) {
    let count = |text: &[u8]| text.iter().filter(|&&b| is_alnum(b)).count();
    let (has, wants) = (count(surrogate), count(spelled));
    let is_number = |text: &[u8]| text.iter().filter(|&&b| is_alnum(b)).all(u8::is_ascii_digit);
    if wants != has && !(is_number(surrogate) && is_number(spelled)) {
        out.extend_from_slice(surrogate);
        return;
    }
    let mut digits = surrogate.iter().filter(|&&b| is_alnum(b)).skip(has.saturating_sub(wants));
    let mut extra = wants.saturating_sub(has);
    for &byte in spelled {
        if is_alnum(byte) && extra == 0 {
            out.extend(digits.next());
        } else {
            extra = extra.saturating_sub(usize::from(is_alnum(byte)));
            out.push(byte);
        }
    }
}
