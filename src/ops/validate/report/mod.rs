//! Findings as reports, in forms for people and for programs. Bytes are appended to a buffer;
//! where they go, and in which order, is the caller's.

mod ack;
pub mod describe;
mod excerpt;
mod json;
pub mod junit;
mod locate;
mod nist;
pub mod place;
pub mod sarif;
mod text;

use super::finding::Finding;
use super::rule::{Rule, Severity};
use crate::core::LineEnding;
use crate::core::time::Timestamp;
use crate::dictionary::Version;
use crate::net::ack::{Code, Fault};
use std::fmt;

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A line for each problem, for people.
    #[default]
    Text,
    /// A JSON object a line, one for each problem.
    Ndjson,
    /// One JSON document: an array of the same objects, and the counts.
    Json,
    /// An object a line, one for each message, in the shape of NIST's validator.
    Nist,
    /// One SARIF document.
    Sarif,
    /// One JUnit document.
    Junit,
    /// An acknowledgment a line, one for each message.
    Ack,
}

impl Form {
    /// Whether what is appended depends on what stands before in the file: on the number of lines
    /// there.
    #[must_use]
    pub fn counts_lines(self) -> bool {
        self == Self::Sarif
    }
}

/// How to report.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// In which form.
    pub form: Form,
    /// Text has colours.
    pub color: bool,
    /// People read it as it is written.
    pub terminal: bool,
    /// What messages say may be shown.
    pub values: bool,
    /// Findings as severe as this one make a message invalid; `None`: none does.
    pub fail_on: Option<Severity>,
    /// The time of the run, for acknowledgments.
    pub now: Option<Timestamp>,
}

/// What is told of what could not be handled, besides how much it was.
const NOT_HANDLED: &str = "times something could not be handled; standard error tells what";

/// What findings are about: a message, or an envelope segment around messages.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name of the file, for people; in SARIF its [`sarif::uri`].
    pub file: &'a str,
    /// The number of the message in it, from 1; `None` of an envelope.
    pub number: Option<u64>,
    /// The offset of its first byte in the file.
    pub offset: u64,
    /// The bytes, without what ends the message.
    pub bytes: &'a [u8],
    /// How its segments end.
    pub line_ending: LineEnding,
    /// The line of the file on which it begins, from 1, and whether that line begins with it; for
    /// forms that count lines.
    pub first_line: u64,
    /// See `first_line`.
    pub starts_line: bool,
    /// The version whose names are told.
    pub version: Version,
}

/// What a run has counted.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Messages looked at.
    pub messages: u64,
    /// Those that are invalid.
    pub invalid: u64,
    /// What could not be handled, such as bytes between messages, or files that cannot be read.
    pub not_handled: u64,
    /// Findings by the place of their rule in [`Rule::ALL`].
    of: [[u64; 4]; Rule::ALL.len()],
}

impl Default for Summary {
    fn default() -> Self {
        Self { messages: 0, invalid: 0, not_handled: 0, of: [[0; 4]; Rule::ALL.len()] }
    }
}

impl Summary {
    /// Counts a finding.
    pub fn add(&mut self, finding: &Finding<'_>) {
        self.of[finding.rule as usize][finding.severity as usize] += 1;
    }

    /// Findings so severe.
    #[must_use]
    pub fn count(&self, severity: Severity) -> u64 {
        self.of.iter().map(|of| of[severity as usize]).sum()
    }

    /// Findings of a rule.
    #[must_use]
    pub fn of_rule(&self, rule: Rule) -> u64 {
        self.of[rule as usize].iter().sum()
    }

    /// The rules that were broken, the most frequent first.
    #[must_use]
    pub fn rules(&self) -> Vec<(Rule, u64)> {
        let all = Rule::ALL.iter().map(|&rule| (rule, self.of_rule(rule)));
        let mut broken: Vec<_> = all.filter(|&(_, count)| count > 0).collect();
        broken.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        broken
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: u64| if n == 1 { "" } else { "s" };
        write!(f, "{} message{}, ", self.messages, plural(self.messages))?;
        match self.invalid {
            0 => write!(f, "none invalid")?,
            invalid => write!(f, "{invalid} invalid")?,
        }
        let counts = [
            (": ", Severity::Error, "error"),
            (", ", Severity::Warning, "warning"),
            (", ", Severity::Info, "info"),
        ];
        counts.into_iter().try_for_each(|(before, severity, what)| {
            let count = self.count(severity);
            write!(f, "{before}{count} {what}{}", plural(count))
        })?;
        match self.not_handled {
            0 => Ok(()),
            count => write!(f, "; {count} not handled"),
        }
    }
}

impl Options {
    /// Whether findings make a message invalid.
    #[must_use]
    pub fn fails(&self, findings: &[Finding<'_>]) -> bool {
        self.fail_on.is_some_and(|level| findings.iter().any(|f| f.severity >= level))
    }

    /// What a receiver answers to a message with these findings: AA if it is valid, AR if it is not
    /// HL7 or of a kind, version or processing id that is wrong, else AE.
    ///
    /// Errors and warnings come as faults. Before 2.5 an answer has no place for how grave they are:
    /// there only what makes the message invalid is told.
    #[must_use]
    pub fn judge(&self, subject: &Subject<'_>, findings: &[Finding<'_>]) -> (Code, Vec<Fault>) {
        ack::judge(self, subject, findings, ack::fatal_in(subject.version))
    }

    /// Appends what stands before all findings.
    pub fn begin(&self, out: &mut Vec<u8>) {
        match self.form {
            Form::Text | Form::Ndjson | Form::Nist | Form::Ack => {}
            Form::Json => out.extend_from_slice(b"{\"findings\":["),
            Form::Sarif => sarif::begin(out),
            Form::Junit => junit::begin(out),
        }
    }

    /// Appends what was found in one message, or about one envelope.
    pub fn append(&self, subject: &Subject<'_>, findings: &[Finding<'_>], out: &mut Vec<u8>) {
        match self.form {
            Form::Text => text::append(self, subject, findings, out),
            Form::Ndjson => json::append(self, subject, findings, b"", b"\n", out),
            Form::Json => json::append(self, subject, findings, b",\n", b"", out),
            Form::Nist => nist::append(self, subject, findings, out),
            Form::Sarif => sarif::append(self, subject, findings, out),
            Form::Junit => junit::append(self, subject, findings, out),
            Form::Ack => ack::append(self, subject, findings, out),
        }
    }

    /// What stands between two findings, which has no place before the first of them.
    #[must_use]
    pub fn joint(&self) -> &'static [u8] {
        match self.form {
            Form::Text | Form::Ndjson | Form::Nist | Form::Junit | Form::Ack => b"",
            Form::Json | Form::Sarif => b",",
        }
    }

    /// Appends what stands behind all findings.
    pub fn end(&self, summary: &Summary, out: &mut Vec<u8>) {
        match self.form {
            Form::Text => text::end(summary, out),
            Form::Ndjson | Form::Nist | Form::Ack => {}
            Form::Json => json::end(summary, out),
            Form::Sarif => sarif::end(summary, out),
            Form::Junit => junit::end(summary, out),
        }
    }

    /// Whether findings of a run are such that it has failed.
    #[must_use]
    pub fn has_failed(&self, summary: &Summary) -> bool {
        let levels = [Severity::Info, Severity::Warning, Severity::Error].into_iter();
        self.fail_on.is_some_and(|least| {
            levels.filter(|&level| level >= least).any(|level| summary.count(level) > 0)
        })
    }

    /// Whether the report itself tells the counts.
    #[must_use]
    pub fn tells_summary(&self) -> bool {
        self.form == Form::Text
    }
}
