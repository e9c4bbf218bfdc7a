//! Problems in words. Nothing here comes from a message.

use super::Subject;
use super::place;
use crate::core::{SegmentId, segment_id};
use crate::ops::validate::finding::{CodeProblem, ConstraintProblem, Finding, Problem};
use crate::ops::validate::model::Usage;

/// So many of the segments that could stand at a place are told.
const MOST_EXPECTED: usize = 8;

/// A problem in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What is wrong: `occurs 3 times`.
    pub wrong: String,
    /// What was expected: `at most 1`; empty where the first says it.
    pub expected: String,
}

/// Puts a problem into words.
#[must_use]
pub fn words(problem: &Problem<'_>) -> Words {
    match problem {
        Problem::Plain { wrong, expected } => both(wrong.as_ref(), expected.as_ref()),
        Problem::Unexpected { expected, known: true } => {
            both("the segment has no place here", ids(expected))
        }
        Problem::Unexpected { expected, known: false } => {
            both("the message structure has no such segment", ids(expected))
        }
        Problem::MissingSegment { id, group: "" } => {
            wrong(format!("the segment {} is missing", id.escape_ascii()))
        }
        Problem::MissingSegment { id, group } => {
            wrong(format!("the segment {} of the group {group} is missing", id.escape_ascii()))
        }
        Problem::MissingGroup { group, expected } => {
            both(format!("the group {group} is missing"), ids(expected))
        }
        Problem::MissingChoice { expected } => {
            both("one of several segments or groups is missing", ids(expected))
        }
        Problem::Occurrences { group: "", found, min, max } => {
            both(format!("the segment occurs {}", times(*found)), bounds(*min, *max))
        }
        Problem::Occurrences { group, found, min, max } => {
            both(format!("the group {group} occurs {}", times(*found)), bounds(*min, *max))
        }
        Problem::MissingElement { usage, .. } => {
            both("has no value", format!("a value (usage {})", usage.letters()))
        }
        Problem::PresentElement { usage: Usage::Withdrawn, .. } => {
            both("has a value, and was withdrawn", "nothing (usage W)")
        }
        Problem::PresentElement { usage: Usage::Backward, .. } => {
            wrong("has a value, and is only kept for older versions (usage B)")
        }
        Problem::PresentElement { usage, .. } => {
            both("has a value", format!("nothing (usage {})", usage.letters()))
        }
        Problem::OptionalPresent { .. } => {
            wrong("has a value, and the profile leaves it open (usage O)")
        }
        Problem::Repetitions { found, min, max, .. } => {
            both(format!("occurs {}", times(*found)), bounds(*min, *max))
        }
        Problem::NullBesideOthers { found, .. } => {
            both(format!("has a null among {found} repetitions"), "a null alone")
        }
        Problem::Extra { what, defined } => both(
            format!("has more {what}s than are defined"),
            match defined {
                0 => format!("no {what}"),
                1 => format!("1 {what}"),
                _ => format!("at most {defined} {what}s"),
            },
        ),
        Problem::Length { found, min, max, .. } => {
            let characters = if *found == 1 { "character" } else { "characters" };
            both(format!("is {found} {characters} long"), bounds(*min, *max))
        }
        Problem::Format { data_type, expected, .. } => {
            both(format!("is no value of type {data_type}"), *expected)
        }
        Problem::Misfit { data_type, expected, .. } => {
            both(format!("does not fit in the value of type {data_type}"), *expected)
        }
        Problem::Separator { data_type, .. } => both(
            "has a delimiter, but no parts",
            format!("one value of type {data_type}, delimiters in it escaped"),
        ),
        Problem::Code { set, set_name, how, .. } => code(set, set_name, *how),
        Problem::Constant { expected, .. } => {
            both("is not the fixed value", format!("\"{expected}\""))
        }
        Problem::Constraint { id, description, how, .. } => constraint(id, description, *how),
        Problem::LengthNotSaid { .. } => {
            wrong("not checked: the profile gives no length, or two that exclude each other")
        }
    }
}

/// The path, the name, what is wrong and what was expected, in one sentence.
#[must_use]
pub fn sentence(subject: &Subject<'_>, finding: &Finding<'_>) -> String {
    let mut text = place::short_path(&finding.at);
    if !text.is_empty() {
        if let Some(name) = place::name_of(subject, finding) {
            text += &format!(" ({name})");
        }
        text += ": ";
    }
    let words = words(&finding.problem);
    text += &words.wrong;
    if !words.expected.is_empty() {
        text += "; expected: ";
        text += &words.expected;
    }
    text
}

/// The name that a problem has of the element that it is about.
#[must_use]
pub fn name<'p>(problem: &'p Problem<'_>) -> &'p str {
    match problem {
        Problem::MissingElement { name, .. }
        | Problem::PresentElement { name, .. }
        | Problem::OptionalPresent { name }
        | Problem::Repetitions { name, .. }
        | Problem::NullBesideOthers { name, .. }
        | Problem::Length { name, .. }
        | Problem::LengthNotSaid { name }
        | Problem::Format { name, .. }
        | Problem::Misfit { name, .. }
        | Problem::Separator { name, .. }
        | Problem::Code { name, .. }
        | Problem::Constant { name, .. } => name,
        _ => "",
    }
}

fn both(wrong: impl Into<String>, expected: impl Into<String>) -> Words {
    Words { wrong: wrong.into(), expected: expected.into() }
}

fn wrong(wrong: impl Into<String>) -> Words {
    both(wrong, "")
}

fn code(set: &str, set_name: &str, how: CodeProblem) -> Words {
    let is_table = set.len() == 4 && set.bytes().all(|b| b.is_ascii_digit());
    let kind = if is_table { "table" } else { "value set" };
    let named = match set_name {
        "" => format!("{kind} {set}"),
        name if name == set => format!("{kind} {set}"),
        name => format!("{kind} {set} ({name})"),
    };
    wrong(match how {
        CodeProblem::NotInSet => format!("the code is not in {named}"),
        CodeProblem::NotInOpenSet => {
            format!("the code is not in {named}, to which sites may add codes")
        }
        CodeProblem::Excluded => format!("the code is one that must not be used of {named}"),
        CodeProblem::Permitted => {
            format!("the code is permitted in {named}, but not one to be used")
        }
        CodeProblem::System => format!("the code system is not that of the code in {named}"),
        CodeProblem::NotOne => format!("exactly one code of {named} is expected"),
        CodeProblem::NoSuchSet => format!("not checked: there is no {named}"),
        CodeProblem::EmptySet => format!("not checked: {named} has no codes"),
        CodeProblem::NotChecked => format!("not checked: {named} is excluded from validation"),
        CodeProblem::NoStrength => {
            format!("not checked: how binding {named} is, the profile does not say")
        }
        CodeProblem::Location => {
            format!("no single code stands where one of {named} is expected")
        }
        CodeProblem::Specification => {
            format!("not checked: {named} or its binding contradicts itself")
        }
    })
}

fn constraint(id: &str, description: &str, how: ConstraintProblem) -> Words {
    let says = match description.trim() {
        "" => String::new(),
        description => format!(": {description}"),
    };
    let id = if id.is_empty() { String::new() } else { format!(" {id}") };
    wrong(match how {
        ConstraintProblem::Failed | ConstraintProblem::ContentFailed => {
            format!("does not meet the constraint{id}{says}")
        }
        ConstraintProblem::PredicateFailed => {
            format!("is not used as the condition{id} says{says}")
        }
        ConstraintProblem::CoConstraintFailed => {
            format!("does not meet the co-constraint{id}{says}")
        }
        ConstraintProblem::NotEvaluated => {
            format!("not checked: the constraint{id} cannot be evaluated{says}")
        }
        ConstraintProblem::PredicateNotEvaluated => {
            format!("not checked: the condition{id} cannot be evaluated{says}")
        }
    })
}

/// `OBX, NTE or SPM`.
fn ids(expected: &[SegmentId]) -> String {
    let known: Vec<_> = expected.iter().filter(|&&id| segment_id::is_proper(id)).collect();
    let told = known.iter().take(MOST_EXPECTED);
    let mut ids: Vec<_> = told.map(|id| id.escape_ascii().to_string()).collect();
    if known.len() > MOST_EXPECTED {
        ids.push("others".to_owned());
    }
    match ids.pop() {
        Some(last) if !ids.is_empty() => format!("{} or {last}", ids.join(", ")),
        last => last.unwrap_or_default(),
    }
}

fn times(n: u32) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

/// `at most 3`.
fn bounds(min: u32, max: Option<u32>) -> String {
    match (min, max) {
        (0, None) => String::new(),
        (min, None) => format!("at least {min}"),
        (0 | 1, Some(max)) => format!("at most {max}"),
        (min, Some(max)) if min == max => format!("exactly {max}"),
        (min, Some(max)) => format!("{min} to {max}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_segments_the_nearest_are_named() {
        let expected = |ids: &[SegmentId]| {
            let problem = Problem::MissingGroup { group: "A", expected: ids.into() };
            words(&problem).expected
        };
        assert_eq!(expected(&[]), "");
        assert_eq!(expected(&[*b"OBX"]), "OBX");
        assert_eq!(expected(&[*b"OBX", *b"NTE", *b"SPM"]), "OBX, NTE or SPM");
        let nine: Vec<_> = (b'1'..=b'9').map(|n| [b'Z', b'Z', n]).collect();
        let eight = "ZZ1, ZZ2, ZZ3, ZZ4, ZZ5, ZZ6, ZZ7";
        assert_eq!(expected(&nine[..8]), format!("{eight} or ZZ8"));
        assert_eq!(expected(&nine), format!("{eight}, ZZ8 or others"));
    }
}
