//! What was found in a message: a rule, a place, and what is wrong there.
//!
//! No finding holds content of the message: it says where to look, and what the model expects.

use super::rule::{Rule, Severity};
use crate::core::SegmentId;
use std::borrow::Cow;

/// Something wrong with a message.
#[derive(Clone, Debug)]
pub struct Finding<'m> {
    /// The rule that is broken.
    pub rule: Rule,
    /// How bad it is, settings taken into account.
    pub severity: Severity,
    /// Where.
    pub at: At,
    /// The bytes of the message that it is about; empty where something is missing.
    pub span: (u32, u32),
    /// What is wrong.
    pub problem: Problem<'m>,
}

/// So many findings of one message are told. More would help nobody, and could take a thousand
/// times the memory of the message.
pub const MOST: usize = 10_000;

/// Adds a finding to those of its message. Behind [`MOST`] of them one more says that there are
/// more, and is as severe as the worst of those.
pub fn add<'m>(findings: &mut Vec<Finding<'m>>, finding: Finding<'m>) {
    if findings.len() < MOST {
        findings.push(finding);
        return;
    }
    let is_worse = |last: &Finding<'_>| finding.severity > last.severity;
    if findings.len() > MOST && !findings.last().is_some_and(is_worse) {
        return;
    }
    findings.truncate(MOST);
    let wrong = "there are more problems in this message than are told".into();
    let problem = Problem::Plain { wrong, expected: "".into() };
    findings.push(Finding { span: (0, 0), problem, ..finding });
}

/// A place in a message. Numbers count from 1; 0 where the place is not that narrow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// The line: the number of the segment in the message, 1 being MSH.
    pub line: u32,
    /// Three letters; zeros if the place is the whole message.
    pub segment: SegmentId,
    /// Which of the segments of that id it is.
    pub occurrence: u32,
    /// Field.
    pub field: u16,
    /// Repetition of the field.
    pub repetition: u32,
    /// Component.
    pub component: u16,
    /// Subcomponent.
    pub subcomponent: u16,
}

impl At {
    /// By this places come in the order in which they stand in a message.
    #[must_use]
    pub fn position(&self) -> (u32, u16, u32, u16, u16) {
        (self.line, self.field, self.repetition, self.component, self.subcomponent)
    }
}

/// What is wrong. Names are of the model, so that a report can tell them without asking again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem<'m> {
    /// Something in words, for rules that need no more: what is wrong, what was expected.
    Plain {
        /// What is wrong.
        wrong: Cow<'static, str>,
        /// What was expected; empty where it says itself.
        expected: Cow<'m, str>,
    },
    /// A segment that has no place here; what could stand here instead.
    Unexpected {
        /// Segments that were expected, nearest first.
        expected: Box<[SegmentId]>,
        /// The model has the segment, elsewhere; else it does not know it.
        known: bool,
    },
    /// A segment that must be there is not.
    MissingSegment {
        /// Its id.
        id: SegmentId,
        /// The group that it belongs to; empty for the message.
        group: &'m str,
    },
    /// A group that must be there is not.
    MissingGroup {
        /// Its name.
        group: &'m str,
        /// The segments with which it can begin.
        expected: Box<[SegmentId]>,
    },
    /// Of several segments or groups none is there, and one must be.
    MissingChoice {
        /// The segments that there can be.
        expected: Box<[SegmentId]>,
    },
    /// A segment or group occurs too often or too seldom.
    Occurrences {
        /// The group; empty for a segment.
        group: &'m str,
        /// So often.
        found: u32,
        /// At least.
        min: u32,
        /// At most.
        max: Option<u32>,
    },
    /// A field, component or subcomponent that must be there is empty.
    MissingElement {
        /// Its name.
        name: &'m str,
        /// `R` or `RE`.
        usage: super::model::Usage,
    },
    /// A field, component or subcomponent that must not be there (X, W), or better were not (B).
    PresentElement {
        /// Its name.
        name: &'m str,
        /// `X`, `W` or `B`.
        usage: super::model::Usage,
    },
    /// An element that the model leaves open is there (NIST reports that).
    OptionalPresent {
        /// Its name.
        name: &'m str,
    },
    /// Repetitions of a field.
    Repetitions {
        /// Its name.
        name: &'m str,
        /// So many.
        found: u32,
        /// At least.
        min: u32,
        /// At most.
        max: Option<u32>,
    },
    /// A null beside other repetitions.
    NullBesideOthers {
        /// The field's name.
        name: &'m str,
        /// So many repetitions.
        found: u32,
    },
    /// More fields, components or subcomponents than defined.
    Extra {
        /// What there are too many of: `field`, `component`, `subcomponent`.
        what: &'static str,
        /// So many are defined.
        defined: u32,
    },
    /// A length out of its bounds.
    Length {
        /// The element's name.
        name: &'m str,
        /// So many characters.
        found: u32,
        /// At least.
        min: u32,
        /// At most.
        max: Option<u32>,
    },
    /// A value that has not the form of its data type.
    Format {
        /// The element's name.
        name: &'m str,
        /// The data type.
        data_type: &'m str,
        /// The form that is expected, or what is wrong with it.
        expected: &'static str,
    },
    /// A part that does not fit in with the others of its value.
    Misfit {
        /// The part's name.
        name: &'m str,
        /// The data type of the value.
        data_type: &'m str,
        /// What would fit.
        expected: &'static str,
    },
    /// A delimiter in a value that has no parts.
    Separator {
        /// The element's name.
        name: &'m str,
        /// The data type.
        data_type: &'m str,
    },
    /// A code that is not in its table or value set.
    Code {
        /// The element's name.
        name: &'m str,
        /// The set's id, such as `0001`.
        set: &'m str,
        /// The set's name.
        set_name: &'m str,
        /// How it is wrong.
        how: CodeProblem,
    },
    /// A value other than the only one allowed.
    Constant {
        /// The element's name.
        name: &'m str,
        /// The value.
        expected: &'m str,
    },
    /// A rule of a profile: a constraint, predicate, co-constraint or pattern.
    Constraint {
        /// Its id in the profile.
        id: &'m str,
        /// What it says, in the words of the profile.
        description: &'m str,
        /// The group that it is about, [`At::occurrence`] being which of them; empty if it is
        /// about a segment or what is in one.
        group: &'m str,
        /// How it came out.
        how: ConstraintProblem,
    },
    /// A length that could not be checked: the profile says none, or two that exclude each other.
    LengthNotSaid {
        /// The element's name.
        name: &'m str,
    },
}

/// How a code is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    /// The set is closed and lacks it.
    NotInSet,
    /// The set lacks it, but is open.
    NotInOpenSet,
    /// The set has it as one that must not be used.
    Excluded,
    /// The set has it as one that better were not used.
    Permitted,
    /// The code is in the set, its code system is not.
    System,
    /// A coded element has none or several of the codes that one is expected of.
    NotOne,
    /// The set is not in the profile.
    NoSuchSet,
    /// The set has no codes.
    EmptySet,
    /// The set is not to be checked.
    NotChecked,
    /// How binding the set is, is not said.
    NoStrength,
    /// The message has no one code where the binding says that it stands.
    Location,
    /// The set or its binding contradicts itself: a code twice, no location.
    Specification,
}

/// How a constraint came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintProblem {
    /// It does not hold.
    Failed,
    /// It does not hold, and is about the data of a test case rather than about the profile.
    ContentFailed,
    /// The usage that a condition makes of an element does not hold.
    PredicateFailed,
    /// A co-constraint does not hold.
    CoConstraintFailed,
    /// It could not be evaluated.
    NotEvaluated,
    /// The condition of a predicate could not be evaluated.
    PredicateNotEvaluated,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_most_are_kept_and_the_worst_is_told() {
        let finding = |line: usize, severity: Severity| Finding {
            rule: Rule::Fmt1,
            severity,
            at: At { line: line as u32, ..At::default() },
            span: (0, 1),
            problem: Problem::MissingGroup { group: "A", expected: Box::default() },
        };
        let mut findings = Vec::new();
        for line in 1..=MOST {
            add(&mut findings, finding(line, Severity::Info));
        }
        assert_eq!(findings.len(), MOST);
        for (severity, told) in [
            (Severity::Info, Severity::Info),
            (Severity::Error, Severity::Error),
            (Severity::Warning, Severity::Error),
        ] {
            add(&mut findings, finding(MOST + 1, severity));
            assert_eq!(findings.len(), MOST + 1);
            assert_eq!(findings[MOST].severity, told);
            assert!(matches!(findings[MOST].problem, Problem::Plain { .. }));
        }
        assert_eq!(findings[MOST - 1].at.line as usize, MOST);
    }
}
