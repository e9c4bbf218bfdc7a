//! Which of the two first numbers of a date is its month.

use super::dates::Written;
use super::digits::Digits;
use super::identity::Identity;
use crate::core::Scope;

impl Written {
    /// The date as it is meant: what could be `3/4/2024` of March and of April is that which a field
    /// of the message has, else that of the order of the message's country.
    pub(super) fn meant(&self, text: &[u8], identity: &Identity, scope: &Scope<'_, '_>) -> Self {
        let Some(turned) = self.turned(text) else { return self.clone() };
        let is_noted = |date: &Self| date.digits().is_some_and(|day| identity.has_day(day));
        let is_turned = match (is_noted(self), is_noted(&turned)) {
            (true, false) => false,
            (false, true) => true,
            _ => self.month.range.start < turned.month.range.start && is_day_first(scope),
        };
        if is_turned { turned } else { self.clone() }
    }

    /// The date with the day for the month, if both are numbers before the year.
    fn turned(&self, text: &[u8]) -> Option<Self> {
        let (year, day) = (self.year.as_ref()?, self.day.as_ref()?);
        let both = [self.month.range.clone(), day.range.clone()];
        let fits = both.into_iter().all(|range| {
            range.start < year.range.start
                && text.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        });
        let turned = || Self::new(Some(year.clone()), day.clone(), Some(self.month.clone()));
        if fits { turned() } else { None }
    }

    /// As it is noted, if all of it is told.
    fn digits(&self) -> Option<Digits> {
        let (year, day) = (self.full_year()?, self.day.as_ref()?.value);
        Some(Digits::of_value(u64::from(year * 10_000 + self.month.value * 100 + day)))
    }
}

/// Whether dates with strokes are written with the day first where a message is from (MSH-17), or in its
/// language (MSH-19). In Canada both are in use, and nothing tells.
fn is_day_first(scope: &Scope<'_, '_>) -> bool {
    const MONTH_FIRST: [&[u8]; 9] =
        [b"USA", b"US", b"840", b"CAN", b"CA", b"PHL", b"PRI", b"GUM", b"FSM"];
    let header = scope.message.header();
    let [country, language] =
        [17, 19].map(|n| header.field(n).map_or(&b""[..], |field| field.raw()));
    match (country, language) {
        (b"" | b"\"\"", language) => {
            language.first().is_some_and(u8::is_ascii_alphabetic)
                && !language.get(..2).is_some_and(|en| en.eq_ignore_ascii_case(b"en"))
        }
        (country, _) => !MONTH_FIRST.iter().any(|one| country.eq_ignore_ascii_case(one)),
    }
}
