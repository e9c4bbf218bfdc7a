//! Findings as NIST's validator reports them, in the JSON shape that CDC made of it: an object for
//! each message.

use super::json::{Value, push, value};
use super::locate::Locator;
use super::{Options, Subject, describe};
use crate::core::LineEnding;
use crate::ops::validate::finding::{Finding, Problem};
use crate::ops::validate::profile::nist::{nist_category, nist_path};
use memchr::{memrchr, memrchr2};
use serde::Serialize;

/// What was found in one message.
#[derive(Serialize)]
struct Object<'a> {
    file: &'a str,
    message: Option<u64>,
    entries: Kinds<Vec<Entry<'a>>>,
    #[serde(rename = "error-count")]
    errors: Kinds<usize>,
    #[serde(rename = "warning-count")]
    warnings: Kinds<usize>,
    status: &'static str,
}

/// One of each kind of findings.
#[derive(Default, Serialize)]
struct Kinds<T> {
    structure: T,
    content: T,
    #[serde(rename = "value-set")]
    value_set: T,
}

#[derive(Serialize)]
struct Entry<'a> {
    line: u32,
    /// In the segment, from 1.
    column: usize,
    path: String,
    description: String,
    category: &'static str,
    classification: &'static str,
    #[serde(rename = "stackTrace")]
    stack_trace: Option<()>,
    #[serde(rename = "metaData")]
    meta_data: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value<'a>>,
}

impl<T> Kinds<T> {
    fn of(&mut self, problem: &Problem<'_>) -> &mut T {
        match problem {
            Problem::Constraint { .. } | Problem::Constant { .. } => &mut self.content,
            Problem::Code { .. } => &mut self.value_set,
            _ => &mut self.structure,
        }
    }

    fn map<U>(&self, each: impl Fn(&T) -> U) -> Kinds<U> {
        let Self { structure, content, value_set } = self;
        Kinds { structure: each(structure), content: each(content), value_set: each(value_set) }
    }
}

/// Appends the object of a message, also of one without findings.
pub(super) fn append(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    out: &mut Vec<u8>,
) {
    let mut entries: Kinds<Vec<Entry<'_>>> = Kinds::default();
    let mut locator = Locator::new(subject);
    for finding in findings {
        let (category, classification) = nist_category(finding);
        entries.of(&finding.problem).push(Entry {
            line: finding.at.line,
            column: column(subject, locator.range(finding).start),
            path: Some(nist_path(finding)).filter(|p| !p.starts_with('\0')).unwrap_or_default(),
            description: describe::sentence(subject, finding),
            category,
            classification,
            stack_trace: None,
            meta_data: None,
            value: options.values.then(|| value(subject, finding)).flatten(),
        });
    }
    let count = |class: &'static str| {
        let of_class = move |entry: &&Entry<'_>| entry.classification == class;
        entries.map(|entries| entries.iter().filter(of_class).count())
    };
    let (errors, warnings) = (count("Error"), count("Warning"));
    let status = match errors {
        Kinds { structure: 1.., .. } => "STRUCTURE_ERRORS",
        Kinds { structure: 0, content: 0, value_set: 0 } => "VALID_MESSAGE",
        Kinds { .. } => "CONTENT_ERRORS",
    };
    let (file, message) = (subject.file, subject.number);
    push(&Object { file, message, entries, errors, warnings, status }, out);
    out.push(b'\n');
}

/// The number of the character in its segment, from 1.
fn column(subject: &Subject<'_>, at: usize) -> usize {
    let before = subject.bytes.get(..at).unwrap_or_default();
    let start = match subject.line_ending {
        LineEnding::Cr => memrchr(b'\r', before),
        LineEnding::Lf => memrchr2(b'\r', b'\n', before),
    };
    let segment = &before[start.map_or(0, |at| at + 1)..];
    segment.iter().filter(|&&b| !matches!(b, 0x80..=0xBF)).count() + 1
}
