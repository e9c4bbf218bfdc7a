//! Findings as JSON objects.

use super::locate::Locator;
use super::{Options, Subject, Summary, describe, place};
use crate::ops::validate::finding::Finding;
use crate::ops::validate::rule::Severity;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::collections::BTreeMap;

/// One finding.
#[derive(Serialize)]
struct Object<'a> {
    file: &'a str,
    /// `null` of an envelope of a batch.
    message: Option<u64>,
    /// Of the message in the file.
    offset: u64,
    rule: &'static str,
    severity: &'static str,
    /// Of table 0357.
    code: u16,
    /// As `query` takes it; `null` for the whole message.
    path: Option<String>,
    /// The number of the segment.
    line: Option<u32>,
    name: Option<&'a str>,
    problem: String,
    expected: Option<String>,
    /// What it is about: its first byte in the file, and so many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value<'a>>,
}

/// What the message says there, where that may be told.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Bytes { bytes: String },
}

/// Appends an object for each finding, each between `before` and `after`.
pub(super) fn append(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    before: &[u8],
    after: &[u8],
    out: &mut Vec<u8>,
) {
    let mut locator = Locator::new(subject);
    for finding in findings {
        let range = Some(locator.range(finding)).filter(|range| !range.is_empty());
        let words = describe::words(&finding.problem);
        let path = Some(place::path(&finding.at)).filter(|path| !path.is_empty());
        let object = Object {
            file: subject.file,
            message: subject.number,
            offset: subject.offset,
            rule: finding.rule.id(),
            severity: finding.severity.name(),
            code: finding.rule.description().code,
            path,
            line: Some(finding.at.line).filter(|&line| line > 0),
            name: place::name_of(subject, finding),
            problem: words.wrong,
            expected: Some(words.expected).filter(|text| !text.is_empty()),
            byte: range.as_ref().map(|range| subject.offset + range.start as u64),
            bytes: range.map(|range| range.len()),
            value: options.values.then(|| value(subject, finding)).flatten(),
        };
        out.extend_from_slice(before);
        push(&object, out);
        out.extend_from_slice(after);
    }
}

/// The value that a finding is about, where there is one.
pub(super) fn value<'a>(subject: &Subject<'a>, finding: &Finding<'_>) -> Option<Value<'a>> {
    let bytes = subject.bytes.get(finding.span.0 as usize..finding.span.1 as usize)?;
    if bytes.is_empty() {
        return None;
    }
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => Value::Text(text),
        Err(_) => Value::Bytes { bytes: STANDARD.encode(bytes) },
    })
}

/// Appends what closes the array of findings, and the counts.
pub(super) fn end(summary: &Summary, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct Counts {
        messages: u64,
        invalid: u64,
        not_handled: u64,
        errors: u64,
        warnings: u64,
        infos: u64,
        rules: BTreeMap<&'static str, u64>,
    }
    out.extend_from_slice(b"\n],\n\"summary\":");
    let counts = Counts {
        messages: summary.messages,
        invalid: summary.invalid,
        not_handled: summary.not_handled,
        errors: summary.count(Severity::Error),
        warnings: summary.count(Severity::Warning),
        infos: summary.count(Severity::Info),
        rules: summary.rules().into_iter().map(|(rule, count)| (rule.id(), count)).collect(),
    };
    push(&counts, out);
    out.extend_from_slice(b"}\n");
}

/// Appends a value; writing to memory does not fail.
pub(super) fn push(value: &impl Serialize, out: &mut Vec<u8>) {
    _ = serde_json::to_writer(out, value);
}
