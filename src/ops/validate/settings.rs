//! What the user asks for: which rules count how much, and how strictly.

use super::finding::At;
use super::rule::{Rule, Severity};
use crate::core::SegmentId;

/// How messages are held against a model.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How severe each rule is against the standard.
    pub severities: Severities,
    /// How severe each rule is against a profile.
    pub profile_severities: Severities,
    /// Looks at messages as NIST's validator does, its gaps included.
    pub nist: bool,
}

/// How severe each rule is, by its place in [`Rule::ALL`]; and exceptions by path.
#[derive(Clone, Debug)]
pub struct Severities {
    of: [Severity; Rule::ALL.len()],
    /// The user said so, whatever the rule says of single cases.
    fixed: [bool; Rule::ALL.len()],
    is_strict: bool,
    exceptions: Vec<Exception>,
}

/// Another severity at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub place: PlacePattern,
    /// How severe.
    pub severity: Severity,
}

/// `PID`, `PID-3`, `PID-3.1` or `PID-3.4.2`: there and below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlacePattern {
    /// Three letters.
    pub segment: SegmentId,
    /// Field, 0 for any; and so on.
    pub field: u16,
    /// Component.
    pub component: u16,
    /// Subcomponent.
    pub subcomponent: u16,
}

impl PlacePattern {
    /// Whether a place is there or below.
    #[must_use]
    pub fn holds(&self, at: &At) -> bool {
        let same = |own: u16, other: u16| own == 0 || own == other;
        self.segment == at.segment
            && same(self.field, at.field)
            && same(self.component, at.component)
            && same(self.subcomponent, at.subcomponent)
    }
}

impl Settings {
    /// As the data of the rules says.
    #[must_use]
    pub fn new() -> Self {
        Self {
            severities: Severities::by(|rule| rule.description().default),
            profile_severities: Severities::by(|rule| rule.description().profile),
            nist: false,
        }
    }

    /// As the data of the rules says for `--strict`.
    #[must_use]
    pub fn strict() -> Self {
        let mut strict = Severities::by(|rule| rule.description().strict);
        strict.is_strict = true;
        strict.of[Rule::Str5 as usize] = Severity::Off;
        Self { severities: strict.clone(), profile_severities: strict, nist: false }
    }

    /// Gives a rule another severity, everywhere or at one place. The last word counts.
    pub fn set(&mut self, rule: Rule, place: Option<PlacePattern>, severity: Severity) {
        self.severities.set(rule, place, severity);
        self.profile_severities.set(rule, place, severity);
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Severities {
    fn by(severity: impl Fn(Rule) -> Severity) -> Self {
        let mut of = [Severity::Off; Rule::ALL.len()];
        for &rule in Rule::ALL {
            of[rule as usize] = severity(rule);
        }
        Self { of, fixed: [false; Rule::ALL.len()], is_strict: false, exceptions: Vec::new() }
    }

    /// Gives a rule another severity, everywhere or at one place. The last word counts.
    pub fn set(&mut self, rule: Rule, place: Option<PlacePattern>, severity: Severity) {
        match place {
            None => {
                self.of[rule as usize] = severity;
                self.fixed[rule as usize] = true;
                self.exceptions.retain(|e| e.rule != rule);
            }
            Some(place) => self.exceptions.push(Exception { rule, place, severity }),
        }
    }

    /// Whether a rule is looked at anywhere.
    #[inline]
    #[must_use]
    pub fn is_on(&self, rule: Rule) -> bool {
        self.of[rule as usize] > Severity::Off || self.exceptions.iter().any(|e| e.rule == rule)
    }

    /// How severe it is to break a rule at a place. `usual` is what the rule says of this case,
    /// where cases differ: a withdrawn field is less than one that was never allowed.
    #[must_use]
    pub fn at(&self, rule: Rule, at: &At, usual: Option<Severity>) -> Severity {
        let exception = self.exceptions.iter().rev().find(|e| e.rule == rule && e.place.holds(at));
        if let Some(exception) = exception {
            return exception.severity;
        }
        let own = self.of[rule as usize];
        match usual {
            _ if own == Severity::Off => Severity::Off,
            None => own,
            Some(usual) if self.is_strict => usual.raised(),
            Some(Severity::Off) => Severity::Off,
            Some(_) if self.fixed[rule as usize] => own,
            Some(usual) => usual,
        }
    }
}
