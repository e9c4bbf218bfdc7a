//! Findings as reports, in forms for people and for programs. Bytes are appended to a buffer;
//! where they go, and in which order, is the caller's.

pub mod describe;
mod excerpt;
mod json;
pub mod place;
mod text;

use super::finding::Finding;
use super::rule::{Rule, Severity};
use crate::core::LineEnding;
use crate::dictionary::Version;
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
}

/// How to report.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// In which form.
    pub form: Form,
    /// Text has colours.
    pub color: bool,
    /// What messages say may be shown.
    pub values: bool,
    /// Findings as severe as this one make a message invalid; `None`: none does.
    pub fail_on: Option<Severity>,
}

/// What findings are about: a message, or an envelope segment around messages.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name of the file, for people.
    pub file: &'a str,
    /// The number of the message in it, from 1; `None` of an envelope.
    pub number: Option<u64>,
    /// The offset of its first byte in the file.
    pub offset: u64,
    /// The bytes, without what ends the message.
    pub bytes: &'a [u8],
    /// How its segments end.
    pub line_ending: LineEnding,
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
    /// Findings by the place of their rule in [`Rule::ALL`].
    of: [[u64; 4]; Rule::ALL.len()],
}

impl Default for Summary {
    fn default() -> Self {
        Self { messages: 0, invalid: 0, of: [[0; 4]; Rule::ALL.len()] }
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
        })
    }
}

impl Options {
    /// Whether findings make a message invalid.
    #[must_use]
    pub fn fails(&self, findings: &[Finding<'_>]) -> bool {
        self.fail_on.is_some_and(|level| findings.iter().any(|f| f.severity >= level))
    }

    /// Appends what stands before all findings.
    pub fn begin(&self, out: &mut Vec<u8>) {
        match self.form {
            Form::Text | Form::Ndjson => {}
            Form::Json => out.extend_from_slice(b"{\"findings\":["),
        }
    }

    /// Appends what was found in one message, or about one envelope.
    pub fn append(&self, subject: &Subject<'_>, findings: &[Finding<'_>], out: &mut Vec<u8>) {
        match self.form {
            Form::Text => text::append(self, subject, findings, out),
            Form::Ndjson => json::append(self, subject, findings, b"", b"\n", out),
            Form::Json => json::append(self, subject, findings, b",\n", b"", out),
        }
    }

    /// What stands between two findings, which has no place before the first of them.
    #[must_use]
    pub fn joint(&self) -> &'static [u8] {
        match self.form {
            Form::Text | Form::Ndjson => b"",
            Form::Json => b",",
        }
    }

    /// Appends what stands behind all findings.
    pub fn end(&self, summary: &Summary, out: &mut Vec<u8>) {
        match self.form {
            Form::Text => text::end(summary, out),
            Form::Ndjson => {}
            Form::Json => json::end(summary, out),
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
