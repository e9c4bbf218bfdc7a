//! Which messages a profile is for: what their headers have to say.

use crate::core::expr::Expression;
use crate::core::{Scope, SyntaxError};
use crate::dictionary::{Version, standard};
use crate::ops::validate::model::{MessageDef, Model};
use std::borrow::Cow;

/// What kind a message is: MSH-9, and the structure that it has.
#[derive(Clone, Debug, Default)]
pub struct Kind<'m> {
    /// Message type, such as `ADT`.
    pub code: Cow<'m, [u8]>,
    /// Trigger event, such as `A04`; empty if none is named.
    pub event: Cow<'m, [u8]>,
    /// What MSH-9.3 says, such as `ADT_A01`; empty if it says nothing.
    pub structure: Cow<'m, [u8]>,
}

/// What a message has to be for a profile to be used; all of it has to hold.
#[derive(Clone, Debug, Default)]
pub struct Applies {
    /// Fields of MSH, and what one of their repetitions has to be.
    pub header: Vec<(u16, Vec<Wanted>)>,
    /// What has to hold.
    pub when: Option<Expression>,
}

/// How well a profile fits a message, a better fit being greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    /// It is the profile that MSH-21 names.
    pub named: bool,
    /// So many other things of the header, and conditions, are asked for.
    pub asked: usize,
    /// How much of the kind of message is asked for: 3 the event, 2 the structure, 1 the type.
    pub kind: u8,
}

/// What a repetition of a field has to begin with: components, of which empty ones are any.
/// A structure (`ADT_A05`) asked of MSH-9 stands for all events that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    components: Vec<String>,
}

impl<'m> Kind<'m> {
    /// Of a message.
    #[must_use]
    pub fn of(scope: &Scope<'_, 'm>) -> Self {
        let field = scope.message.header().field(9).and_then(|field| field.repetition(1));
        let part = |n| {
            let raw = field.and_then(|f| f.component(n)).map(|c| c.raw().trim_ascii());
            scope.text(raw.unwrap_or_default())
        };
        Self { code: part(1), event: part(2), structure: part(3) }
    }

    /// The structure in a version: that of the event, else the one that MSH-9.3 names.
    #[must_use]
    pub fn structure_in(&self, version: Version) -> &[u8] {
        let of_event = standard().structure_of_event(version, &self.code, &self.event);
        of_event.map_or(&self.structure[..], str::as_bytes)
    }

    /// The definition of such a message in a model, and how much of the kind it names.
    #[must_use]
    pub fn definition_in<'p>(&self, model: &'p Model) -> Option<(&'p MessageDef, u8)> {
        let structure = self.structure_in(model.version);
        let fit = |m: &MessageDef| {
            let same = |own: &str, other: &[u8]| own.as_bytes() == other;
            if same(&m.code, &self.code) && !m.event.is_empty() && same(&m.event, &self.event) {
                return 3;
            }
            if !model.is_profile && m.event.is_empty() {
                return if same(&m.structure, structure) { 2 } else { 0 };
            }
            let is_other = |own: &str, other: &[u8]| !own.is_empty() && own.as_bytes() != other;
            let other_kind = is_other(&m.code, &self.code) || is_other(&m.event, &self.event);
            if other_kind || self.code.is_empty() && self.structure.is_empty() {
                return 0;
            }
            if same(&m.structure, structure) || same(&m.structure, &self.structure) {
                return 2;
            }
            // A general acknowledgment, and what profiles give no structure.
            u8::from(!m.code.is_empty() && m.event.is_empty() && m.structure.is_empty())
        };
        let fits = model.messages.iter().map(|message| (message, fit(message)));
        // Of equal ones the first.
        fits.rev().max_by_key(|(_, fit)| *fit).filter(|(_, fit)| *fit > 0)
    }
}

impl Applies {
    /// Whether a message is as asked, and how well it fits.
    #[must_use]
    pub fn fit(&self, scope: &Scope<'_, '_>) -> Option<Fit> {
        let mut fit = Fit::default();
        for (number, wanted) in &self.header {
            let kind = wanted.iter().filter_map(|wanted| wanted.fit(*number, scope)).max()?;
            match number {
                9 => fit.kind = kind,
                21 => fit.named = true,
                _ => fit.asked += 1,
            }
        }
        if let Some(when) = &self.when {
            if !when.holds(scope) {
                return None;
            }
            fit.asked += 1;
        }
        Some(fit)
    }
}

impl Wanted {
    /// Reads what is asked for, components between `^`.
    ///
    /// # Errors
    /// When nothing is asked for.
    pub fn of(text: &str) -> Result<Self, SyntaxError> {
        let components: Vec<_> = text.split('^').map(|part| part.trim().to_owned()).collect();
        if components.iter().all(String::is_empty) {
            return Err(SyntaxError::new(0, "a value, such as ACME or ADT^A01"));
        }
        Ok(Self { components })
    }

    /// How much of the field is asked for, in components, if it is as asked; of MSH-9 as in
    /// [`Fit::kind`].
    fn fit(&self, field: u16, scope: &Scope<'_, '_>) -> Option<u8> {
        let is = |own: &str, other: &[u8]| own.is_empty() || own.as_bytes() == other;
        if field == 9 {
            let kind = Kind::of(scope);
            return match &self.components[..] {
                [id] if id.contains('_') => {
                    let version = scope.message.header().field(12);
                    let version = version.and_then(|v| v.repetition(1)?.component(1));
                    let version = version.and_then(|v| Version::from_msh12(v.raw()));
                    let structure = kind.structure_in(version.unwrap_or(Version::NEWEST));
                    (is(id, structure) || is(id, &kind.structure)).then_some(2)
                }
                [code] => is(code, &kind.code).then_some(1),
                [code, event, rest @ ..] => {
                    let structure = rest.first().is_none_or(|id| is(id, &kind.structure));
                    (is(code, &kind.code) && is(event, &kind.event) && structure).then_some(3)
                }
                [] => None,
            };
        }
        let mut repetitions = scope.message.header().field(field.into())?.repetitions();
        repetitions.find_map(|repetition| {
            let mut found = repetition.components();
            let all = self.components.iter().all(|own| {
                let raw = found.next().map(|component| component.raw()).unwrap_or_default();
                is(own, &scope.text(raw))
            });
            all.then_some(1)
        })
    }
}
