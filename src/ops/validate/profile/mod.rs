//! Conformance profiles: what partners have agreed on beyond the standard (chapter 2B).
//!
//! Each reader makes a [`Profile`] of files in its own form; [`Profiles`] tells which of several
//! a message is held against.

mod applies;
mod error;
mod header;
mod hl7v2x;
mod load;
mod map;
pub mod nist;
mod overlay;
mod rules;
mod scan;
mod sheet;
#[cfg(test)]
mod tests;
pub mod xml;

pub use applies::{Applies, Fit, Kind, Wanted};
pub use error::ProfileError;
pub use load::{Store, load};
pub use rules::{Ask, ProfileRule};

use super::finding::{self, At, ConstraintProblem, Finding, Problem};
use super::model::{MessageDef, Model};
use super::rule::{Rule, Severity};
use super::settings::{Override, Severities};
use crate::core::Scope;

/// What messages are held against, as its files tell.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The file or folder it comes from.
    pub source: String,
    /// Structures, segments, data types and value sets; its name is that of the profile.
    pub model: Model,
    /// Which messages it is for, besides those that the model has a structure for.
    pub applies: Applies,
    /// Ids by which MSH-21 names it, in the first component or as universal id in the third.
    pub identifiers: Vec<String>,
    /// Rules of its own.
    pub rules: Vec<ProfileRule>,
    /// Other severities for rules, everywhere or at one place; the last word counts.
    pub severities: Vec<Override>,
    /// What it says that cannot be evaluated.
    pub unevaluated: Vec<Unevaluated>,
}

/// Something in a profile that messages cannot be held against, such as conditions in prose. It is
/// told (PRF-1) of every message that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unevaluated {
    /// How the profile names it; empty if it does not.
    pub id: String,
    /// The id of the message definition that it is in ([`MessageDef::id`]); `None` for all.
    pub message: Option<String>,
    /// What it is.
    pub text: String,
}

/// The profiles of a run.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    /// In the order in which they were given.
    pub all: Vec<Profile>,
    /// What chooses among them; without it they are chosen by what they are for.
    pub map: Option<ProfileMap>,
}

/// Which profile a message is held against, in the words of the user.
#[derive(Clone, Debug, Default)]
pub struct ProfileMap {
    /// What is asked of a message, and the profile for it; the first that fits counts.
    pub entries: Vec<(Applies, Target)>,
    /// For messages that none fits; `None` if they have no profile.
    pub default: Option<Target>,
}

/// What a message is to be held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A profile, by its place in [`Profiles::all`].
    Profile(usize),
    /// The standard.
    Standard,
}

/// What a message is held against.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'p> {
    /// A profile by its place in [`Profiles::all`], and its definition of this kind of message;
    /// `None` if it has none.
    Profile(usize, Option<&'p MessageDef>),
    /// The standard.
    Standard,
    /// No profile fits, although there are some.
    NoneFits,
}

impl Profile {
    /// With nothing but a model.
    #[must_use]
    pub fn of(source: impl Into<String>, model: Model) -> Self {
        Self {
            source: source.into(),
            model,
            applies: Applies::default(),
            identifiers: Vec::new(),
            rules: Vec::new(),
            severities: Vec::new(),
            unevaluated: Vec::new(),
        }
    }

    /// Holds a message against the rules of the profile itself, and appends what is wrong with it,
    /// and what could not be evaluated.
    ///
    /// `scope`: the whole message. `definition`: as chosen with the profile.
    pub fn check_rules<'v>(
        &'v self,
        scope: &Scope<'_, '_>,
        definition: Option<&MessageDef>,
        severities: &Severities,
        findings: &mut Vec<Finding<'v>>,
    ) {
        rules::check(&self.rules, scope, severities, findings);
        let at = At::default();
        let severity = severities.at(Rule::Prf1, &at, None);
        for entry in self.unevaluated.iter().filter(|_| severity > Severity::Off) {
            let is_other = |id: &String| definition.is_none_or(|d| d.id != *id);
            if entry.message.as_ref().is_some_and(is_other) {
                continue;
            }
            let how = ConstraintProblem::NotEvaluated;
            let problem =
                Problem::Constraint { id: &entry.id, description: &entry.text, group: "", how };
            let span = (0, 0);
            finding::add(findings, Finding { rule: Rule::Prf1, severity, at, span, problem });
        }
    }

    /// How well it fits a message, if it does, and its definition of such a message.
    fn fit(&self, scope: &Scope<'_, '_>, kind: &Kind<'_>) -> Option<(Fit, Option<&MessageDef>)> {
        let mut fit = self.applies.fit(scope)?;
        let definition = kind.definition_in(&self.model);
        // One that says itself what it is for has said enough.
        if definition.is_none() && self.applies.header.is_empty() && self.applies.when.is_none() {
            return None;
        }
        let definition = definition.map(|(definition, kind)| {
            fit.kind = fit.kind.max(if self.model.is_profile { kind } else { 0 });
            definition
        });
        fit.named |= self.is_named_by(scope);
        Some((fit, definition))
    }

    /// Whether MSH-21 names it.
    fn is_named_by(&self, scope: &Scope<'_, '_>) -> bool {
        if self.identifiers.is_empty() {
            return false;
        }
        let Some(field) = scope.message.header().field(21) else { return false };
        field.repetitions().any(|repetition| {
            [1, 3].into_iter().filter_map(|n| repetition.component(n)).any(|component| {
                let text = scope.text(component.raw());
                self.identifiers.iter().any(|id| id.as_bytes() == &text[..])
            })
        })
    }
}

impl Profiles {
    /// Whether there is nothing to choose from.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.map.is_none()
    }

    /// What a message is held against: what the map says, or else the profile that fits best. That
    /// is the one that MSH-21 names; else the one that asks for most; else the one for its event,
    /// its structure, its type; of equal ones the first.
    #[must_use]
    pub fn choose(&self, scope: &Scope<'_, '_>) -> Choice<'_> {
        if self.is_empty() {
            return Choice::Standard;
        }
        let kind = Kind::of(scope);
        if let Some(map) = &self.map {
            let mut entries = map.entries.iter();
            let found = entries.find(|(applies, _)| applies.fit(scope).is_some());
            let target = found.map(|(_, target)| *target).or(map.default);
            return match target {
                Some(Target::Standard) => Choice::Standard,
                Some(Target::Profile(at)) => match self.all.get(at) {
                    Some(p) => Choice::Profile(at, kind.definition_in(&p.model).map(|(m, _)| m)),
                    None => Choice::NoneFits,
                },
                None => Choice::NoneFits,
            };
        }
        let fits = self.all.iter().map(|profile| profile.fit(scope, &kind));
        let fits = fits.enumerate().filter_map(|(at, fit)| fit.map(|fit| (at, fit)));
        match fits.rev().max_by_key(|(_, (fit, _))| *fit) {
            Some((at, (_, definition))) => Choice::Profile(at, definition),
            None => Choice::NoneFits,
        }
    }

    /// The only definition of the only profile, for whoever holds all messages against it.
    #[must_use]
    pub fn only(&self) -> Option<(&Profile, &MessageDef)> {
        match &self.all[..] {
            [profile] if self.map.is_none() => match &profile.model.messages[..] {
                [message] => Some((profile, message)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A file of a profile: its name as the user knows it, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// For errors.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}
