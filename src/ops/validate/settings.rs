//! What the user asks for: which rules count how much, and how strictly.

use super::finding::At;
use super::rule::{Rule, Severity};
use crate::core::path::Select;
use crate::core::{Path, SegmentId};
use std::fmt;
use std::str::FromStr;

/// How messages are held against a model.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How severe each rule is against the standard.
    pub severities: Severities,
    /// How severe each rule is against a profile.
    pub profile_severities: Severities,
    /// Looks at messages as NIST's validator does, its gaps included.
    pub nist: bool,
    /// What was asked for by name, in order.
    asked: Vec<Override>,
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

impl FromStr for PlacePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path: Path = text.parse().map_err(|e| format!("{text}: {e}"))?;
        let Path { segment, which, position } = path;
        let mut pattern = Self { segment, ..Self::default() };
        let mut everywhere = which == Select::All;
        if let Some(position) = position {
            everywhere &= position.repetition == Select::All;
            pattern.field = position.field;
            pattern.component = position.part.component.unwrap_or(0);
            pattern.subcomponent = position.part.subcomponent.unwrap_or(0);
        }
        if everywhere {
            Ok(pattern)
        } else {
            Err(format!("{text}: a place without brackets is expected, such as PID-3.1"))
        }
    }
}

impl fmt::Display for PlacePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.segment.escape_ascii())?;
        let numbers = [('-', self.field), ('.', self.component), ('.', self.subcomponent)];
        let given = numbers.into_iter().take_while(|&(_, number)| number > 0);
        given.into_iter().try_for_each(|(mark, number)| write!(f, "{mark}{number}"))
    }
}

/// What `RULE=LEVEL` or `RULE@PATH=LEVEL` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// The rule.
    pub rule: Rule,
    /// Where; everywhere without.
    pub place: Option<PlacePattern>,
    /// How severe it is to break it there.
    pub severity: Severity,
}

impl FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (what, level) = text
            .rsplit_once('=')
            .ok_or("RULE=LEVEL or RULE@PATH=LEVEL is expected, such as VAL-1@PID-8=error")?;
        let (rule, place) = match what.split_once('@') {
            Some((rule, place)) => (rule, Some(place.parse()?)),
            None => (what, None),
        };
        Ok(Self { rule: rule.parse()?, place, severity: level.parse()? })
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
            asked: Vec::new(),
        }
    }

    /// As the data of the rules says for `--strict`.
    #[must_use]
    pub fn strict() -> Self {
        let mut strict = Severities::by(|rule| rule.description().strict);
        strict.is_strict = true;
        Self {
            severities: strict.clone(),
            profile_severities: strict,
            nist: false,
            asked: Vec::new(),
        }
    }

    /// Gives a rule another severity, everywhere or at one place. The last word counts.
    pub fn set(&mut self, rule: Rule, place: Option<PlacePattern>, severity: Severity) {
        self.severities.set(rule, place, severity);
        self.profile_severities.set(rule, place, severity);
        self.asked.push(Override { rule, place, severity });
    }

    /// As [`Settings::severities`], or those of profiles, with what a profile says itself. It counts
    /// less than what was asked for by name.
    #[must_use]
    pub fn beneath(&self, is_profile: bool, says: &[Override]) -> Severities {
        let own = if is_profile { &self.profile_severities } else { &self.severities };
        let mut severities = own.clone();
        for said in says.iter().chain(&self.asked) {
            severities.set(said.rule, said.place, said.severity);
        }
        severities
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
            Some(Severity::Off) if !self.is_strict => Severity::Off,
            Some(usual) if self.fixed[rule as usize] && usual > Severity::Off => own,
            Some(usual) if self.is_strict => usual.raised(),
            Some(usual) => usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(segment: &[u8; 3], field: u16, component: u16) -> At {
        At { segment: *segment, field, component, ..At::default() }
    }

    #[test]
    fn the_last_word_on_a_place_counts() {
        let mut severities = Settings::new().severities;
        for text in ["VAL-1=off", "val-1@PID-8=error", "VAL-1@PID-8.2=info"] {
            let Override { rule, place, severity } = text.parse().unwrap();
            severities.set(rule, place, severity);
        }
        let severity = |at: At| severities.at(Rule::Val1, &at, None);
        assert_eq!(severity(at(b"PV1", 2, 0)), Severity::Off);
        assert_eq!(severity(at(b"PID", 8, 1)), Severity::Error);
        assert_eq!(severity(at(b"PID", 8, 2)), Severity::Info);
        assert!(severities.is_on(Rule::Val1));
        severities.set(Rule::Val1, None, Severity::Off);
        assert!(!severities.is_on(Rule::Val1));
    }

    #[test]
    fn places_are_read_and_written() {
        for text in ["PID", "PID-3", "PID-3.4", "PID-3.4.2"] {
            assert_eq!(text.parse::<PlacePattern>().unwrap().to_string(), text);
        }
        for text in ["", "PI", "PID-3[1]", "PID[2]-3", "PID-3[5=MR].1", "PID-0"] {
            assert!(text.parse::<PlacePattern>().is_err(), "{text}");
        }
        for text in ["VAL-1", "VAL-1=bad", "VAL-9=off", "VAL-1@=off", "=off"] {
            assert!(text.parse::<Override>().is_err(), "{text}");
        }
    }
}
