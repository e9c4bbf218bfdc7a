//! How reports of NIST's validator name what was found: path, category and classification.
//!
//! Facts from its `reference.conf` (usnistgov/v2-validation 1.5, public domain).

use crate::core::SegmentId;
use crate::ops::validate::finding::{At, CodeProblem, ConstraintProblem, Finding, Problem};
use crate::ops::validate::model::Usage;
use crate::ops::validate::rule::{Rule, Severity};
use std::fmt::Write as _;

const ERROR: &str = "Error";
const WARNING: &str = "Warning";
const ALERT: &str = "Alert";
const INFORMATIONAL: &str = "Informational";
const SPEC_ERROR: &str = "Spec Error";

/// The category and the classification of a finding, such as `Usage` and `Error`.
#[must_use]
pub fn nist_category(finding: &Finding<'_>) -> (&'static str, &'static str) {
    let severity = finding.severity;
    match &finding.problem {
        Problem::Unexpected { .. } => ("Unexpected", ERROR),
        Problem::MissingSegment { .. }
        | Problem::MissingGroup { .. }
        | Problem::MissingChoice { .. } => {
            ("Usage", if finding.rule == Rule::Use2 { WARNING } else { ERROR })
        }
        Problem::MissingElement { usage, .. } => {
            ("Usage", if *usage == Usage::RequiredIfKnown { WARNING } else { ERROR })
        }
        Problem::PresentElement { .. } => ("Usage", ERROR),
        Problem::OptionalPresent { .. } => ("O-Usage", INFORMATIONAL),
        Problem::Occurrences { .. }
        | Problem::Repetitions { .. }
        | Problem::NullBesideOthers { .. } => ("Cardinality", ERROR),
        Problem::Extra { .. } => ("Extra", ERROR),
        Problem::Length { .. } => ("Length", WARNING),
        Problem::LengthNotSaid { .. } => ("Length Spec Error", SPEC_ERROR),
        Problem::Format { .. } | Problem::Misfit { .. } => ("Format", ERROR),
        Problem::Separator { .. } => ("Unescaped Separator", ERROR),
        Problem::Code { how, .. } => code(*how, finding.rule, severity),
        Problem::Constant { .. } => ("Constant Value", by(severity)),
        Problem::Constraint { how, .. } => match how {
            ConstraintProblem::Failed => ("Constraint Failure", by(severity)),
            ConstraintProblem::ContentFailed => ("Content Failure", by(severity)),
            ConstraintProblem::PredicateFailed => ("Predicate Failure", ERROR),
            ConstraintProblem::CoConstraintFailed => ("CoConstraint Failure", ERROR),
            ConstraintProblem::NotEvaluated => ("Constraint Spec Error", SPEC_ERROR),
            ConstraintProblem::PredicateNotEvaluated => ("Predicate Spec Error", SPEC_ERROR),
        },
        Problem::Plain { .. } => plain(finding.rule, severity),
    }
}

/// The path of a finding, such as `OBX[10]-5[1].2`; groups go by their name: `SPECIMEN[1]`.
#[must_use]
pub fn nist_path(finding: &Finding<'_>) -> String {
    let At { segment, occurrence, field, repetition, component, subcomponent, .. } = finding.at;
    let mut path = String::new();
    // Writing into a string does not fail.
    let _ = match &finding.problem {
        Problem::MissingSegment { id, .. } => write!(path, "{}[1]", letters(id)),
        Problem::MissingGroup { group, .. } => write!(path, "{group}[1]"),
        Problem::Occurrences { group, .. } | Problem::Constraint { group, .. }
            if !group.is_empty() =>
        {
            write!(path, "{group}[{}]", occurrence.max(1))
        }
        Problem::Unexpected { .. } => write!(path, "{}", letters(&segment)),
        Problem::MissingChoice { .. } => Ok(()),
        _ if finding.rule == Rule::Enc2 => Ok(()),
        _ => write!(path, "{}[{}]", letters(&segment), occurrence.max(1)),
    };
    if field > 0 {
        let _ = write!(path, "-{field}[{}]", repetition.max(1));
    }
    for part in [component, subcomponent] {
        if part > 0 {
            let _ = write!(path, ".{part}");
        }
    }
    path
}

fn letters(id: &SegmentId) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(id)
}

fn code(how: CodeProblem, rule: Rule, severity: Severity) -> (&'static str, &'static str) {
    // Of two codes of a coded element one may be foreign: that is an alert.
    let class = if severity == Severity::Info { ALERT } else { ERROR };
    match how {
        CodeProblem::NotInSet => ("Code Not Found", class),
        CodeProblem::NotInOpenSet => ("Code Not Found (Open ValueSet)", class),
        CodeProblem::Excluded => ("EVS", class),
        CodeProblem::Permitted => ("PVS", ALERT),
        CodeProblem::System | CodeProblem::NotOne => ("Coded Element", class),
        // Coded elements have another category than all others.
        CodeProblem::NoSuchSet if rule == Rule::Val1 => ("Coded Element", ERROR),
        CodeProblem::NoSuchSet => ("VS Not Found", SPEC_ERROR),
        CodeProblem::EmptySet => ("Empty VS", ALERT),
        CodeProblem::NotChecked => ("Excluded From Validation", INFORMATIONAL),
        CodeProblem::NoStrength => ("Undetermined Binding Strength", ALERT),
        CodeProblem::Location if class == ALERT => ("Binding Location", ALERT),
        CodeProblem::Location => ("Binding Location", SPEC_ERROR),
        CodeProblem::Specification => ("VS Error", SPEC_ERROR),
    }
}

/// What has a rule here and no words of its own there, under the nearest category.
fn plain(rule: Rule, severity: Severity) -> (&'static str, &'static str) {
    let category = match rule {
        Rule::Enc2 => return ("Invalid Content", ERROR),
        Rule::Coc1 => return ("Unresolved Field Model", ERROR),
        Rule::Prf1 => return ("Constraint Spec Error", SPEC_ERROR),
        Rule::Str1 | Rule::Str5 => "Unexpected",
        Rule::Str2 | Rule::Str4 | Rule::Use1 | Rule::Use2 | Rule::Use3 | Rule::Use4 => "Usage",
        Rule::Use5 => "O-Usage",
        Rule::Str3 | Rule::Car1 => "Cardinality",
        Rule::Ext1 | Rule::Enc6 => "Extra",
        Rule::Len1 => "Length",
        Rule::Enc4 => "Unescaped Separator",
        Rule::Val1 => "Code Not Found",
        Rule::Val2 => "VS Error",
        Rule::Coc2 => "CoConstraint Failure",
        Rule::Val3 | Rule::Coc3 | Rule::Seq1 | Rule::Bat1 => "Constraint Failure",
        Rule::Enc1
        | Rule::Enc3
        | Rule::Enc5
        | Rule::Msg1
        | Rule::Msg2
        | Rule::Msg3
        | Rule::Msg4
        | Rule::Fmt1
        | Rule::Fmt2
        | Rule::Fmt3
        | Rule::Fmt4
        | Rule::Fmt5 => "Format",
    };
    (category, by(severity))
}

const fn by(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Info => ALERT,
        Severity::Off => INFORMATIONAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: Rule, at: At, problem: Problem<'static>) -> Finding<'static> {
        Finding { rule, severity: Severity::Error, at, span: (0, 0), problem }
    }

    #[test]
    fn paths_are_those_of_the_reports() {
        let obx = At { line: 12, segment: *b"OBX", occurrence: 10, field: 5, ..At::default() };
        let part = At { repetition: 2, component: 2, subcomponent: 3, ..obx };
        let extra = || Problem::Extra { what: "component", defined: 1 };
        assert_eq!(nist_path(&finding(Rule::Ext1, obx, extra())), "OBX[10]-5[1]");
        assert_eq!(nist_path(&finding(Rule::Ext1, part, extra())), "OBX[10]-5[2].2.3");
        let group = At { line: 3, occurrence: 2, ..At::default() };
        let missing = Problem::MissingGroup { group: "SPECIMEN", expected: Box::default() };
        assert_eq!(nist_path(&finding(Rule::Use2, group, missing)), "SPECIMEN[1]");
        let often = Problem::Occurrences { group: "VISIT", found: 2, min: 0, max: Some(1) };
        assert_eq!(nist_path(&finding(Rule::Str3, group, often)), "VISIT[2]");
        let line = At { field: 0, ..obx };
        let lost = Problem::Unexpected { expected: Box::default(), known: true };
        assert_eq!(nist_path(&finding(Rule::Str1, line, lost)), "OBX");
    }

    #[test]
    fn a_missing_element_is_an_error_or_a_warning_by_its_usage() {
        let missing = |usage| Problem::MissingElement { name: "x", usage };
        let of = |rule, problem| nist_category(&finding(rule, At::default(), problem));
        assert_eq!(of(Rule::Use1, missing(Usage::Required)), ("Usage", "Error"));
        assert_eq!(of(Rule::Use2, missing(Usage::RequiredIfKnown)), ("Usage", "Warning"));
        let segment = || Problem::MissingSegment { id: *b"NTE", group: "" };
        assert_eq!(of(Rule::Use2, segment()), ("Usage", "Warning"));
        assert_eq!(of(Rule::Str2, segment()), ("Usage", "Error"));
    }
}
