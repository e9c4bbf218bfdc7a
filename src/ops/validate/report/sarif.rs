//! Findings as SARIF 2.1.0 (OASIS, 2020), as code scanning takes it: one document for a run.
//!
//! `(3.x)` names sections of that standard.

use super::json::push;
use super::locate::Locator;
use super::{NOT_HANDLED, Options, Subject, Summary, describe, place};
use crate::ops::validate::finding::Finding;
use crate::ops::validate::rule::{Rule, Severity};
use memchr::{memchr_iter, memrchr};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// A result (3.27).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location<'a>; 1],
    partial_fingerprints: Fingerprints,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: Artifact<'a>,
    region: Region<'a>,
}

#[derive(Serialize)]
struct Artifact<'a> {
    uri: &'a str,
}

/// A region (3.30): a line of the file for people, bytes of it for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'a> {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
    byte_offset: u64,
    byte_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Snippet<'a>>,
}

#[derive(Serialize)]
struct Snippet<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

/// By these code scanning knows an alert again (3.27.17).
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "primaryLocationLineHash")]
    line_hash: String,
}

/// Appends the head of the document: the tool with its rules, and the beginning of the results.
pub(super) fn begin(out: &mut Vec<u8>) {
    let rules: Vec<_> = Rule::ALL.iter().map(|&rule| descriptor(rule)).collect();
    out.extend_from_slice(
        b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\n\
          \"runs\":[{\"columnKind\":\"unicodeCodePoints\",\n\"tool\":{\"driver\":",
    );
    let version = env!("CARGO_PKG_VERSION");
    push(&json!({ "name": "pipehat", "semanticVersion": version, "rules": rules }), out);
    out.extend_from_slice(b"},\n\"results\":[");
}

/// A rule (3.49).
fn descriptor(rule: Rule) -> serde_json::Value {
    let told = rule.description();
    let help = format!("{} `pipehat validate --explain {rule}` tells more.", told.text);
    json!({
        "id": rule.id(),
        "shortDescription": { "text": told.title },
        "fullDescription": { "text": told.text },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": {
            "enabled": told.default > Severity::Off,
            "level": level(told.default),
        },
        "properties": { "tags": ["hl7"], "precision": "very-high" },
    })
}

/// Appends a result for each finding, with a comma before it.
pub(super) fn append(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    out: &mut Vec<u8>,
) {
    let mut cursor = Cursor { bytes: subject.bytes, at: 0, lines: 0, column: 0 };
    let mut locator = Locator::new(subject);
    let mut known: HashMap<(Rule, String), u32> = HashMap::new();
    for finding in findings {
        let path = place::path(&finding.at);
        let range = locator.range(finding);
        cursor.go(range.start);
        let starts_line = subject.starts_line || cursor.lines > 0;
        let value = subject.bytes.get(range.clone());
        let value = value.filter(|value| options.values && !value.is_empty());
        let again = known.entry((finding.rule, path.clone())).or_default();
        *again += 1;
        let fingerprint = fingerprint(subject.file, subject.number, finding.rule, &path);
        let result = Report {
            rule_id: finding.rule.id(),
            rule_index: finding.rule as usize,
            level: level(finding.severity),
            message: Text { text: text(subject, finding) },
            locations: [Location {
                physical_location: Physical {
                    artifact_location: Artifact { uri: subject.file },
                    region: Region {
                        start_line: subject.first_line + cursor.lines,
                        start_column: starts_line.then_some(cursor.column + 1),
                        byte_offset: subject.offset + range.start as u64,
                        byte_length: range.len(),
                        snippet: value
                            .map(|bytes| Snippet { text: String::from_utf8_lossy(bytes) }),
                    },
                },
                logical_locations: if path.is_empty() {
                    Vec::new()
                } else {
                    vec![Logical { fully_qualified_name: path, kind: "element" }]
                },
            }],
            partial_fingerprints: Fingerprints { line_hash: format!("{fingerprint}:{again}") },
        };
        out.extend_from_slice(b",\n");
        push(&result, out);
    }
}

/// Appends the end of the document: how the run went (3.20), which an empty list of results does
/// not tell.
pub(super) fn end(summary: &Summary, out: &mut Vec<u8>) {
    let count = summary.not_handled;
    let text = format!("{count} {NOT_HANDLED}");
    let told = json!([{ "level": "error", "message": { "text": text } }]);
    let mut invocation = json!({ "executionSuccessful": count == 0 });
    if count > 0 {
        invocation["toolExecutionNotifications"] = told;
    }
    out.extend_from_slice(b"\n],\n\"invocations\":");
    push(&json!([invocation]), out);
    out.extend_from_slice(b"}]}\n");
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "none",
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn text(subject: &Subject<'_>, finding: &Finding<'_>) -> String {
    let mut text = match subject.number {
        Some(number) => format!("Message {number}"),
        None => "Batch".to_owned(),
    };
    text += ": ";
    text += &describe::sentence(subject, finding);
    text
}

/// What stays the same when other lines of the file change, and tells nothing of the message.
fn fingerprint(uri: &str, number: Option<u64>, rule: Rule, path: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{uri}\0{}\0{rule}\0{path}", number.unwrap_or(0)));
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A file's name as a URI reference (RFC 3986): relative, unless the name is absolute.
/// Bytes that are no text stay what they are.
#[must_use]
pub fn uri(file: &[u8]) -> String {
    let mut uri = String::new();
    if file.starts_with(b"/") {
        uri += "file://";
    }
    let file = file.strip_prefix(b"./").unwrap_or(file);
    for &byte in file {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

/// A place in the bytes of a message that mostly moves on.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Line feeds before it, and characters between the last of them and it.
    lines: u64,
    column: usize,
}

impl Cursor<'_> {
    fn go(&mut self, to: usize) {
        let to = to.min(self.bytes.len());
        if to < self.at {
            (self.at, self.lines, self.column) = (0, 0, 0);
        }
        let mut passed = &self.bytes[self.at..to];
        if let Some(last) = memrchr(b'\n', passed) {
            self.lines += memchr_iter(b'\n', passed).count() as u64;
            self.column = 0;
            passed = &passed[last + 1..];
        }
        self.column += passed.iter().filter(|&&b| !matches!(b, 0x80..=0xBF)).count();
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_uri_references() {
        assert_eq!(uri(b"in/a b#1.hl7"), "in/a%20b%231.hl7");
        assert_eq!(uri("./Zo\u{eb}.hl7".as_bytes()), "Zo%C3%AB.hl7");
        assert_eq!(uri(b"/in/a:1.hl7"), "file:///in/a%3A1.hl7");
        assert_eq!(uri(b"a\xFF.hl7"), "a%FF.hl7");
    }

    #[test]
    fn the_cursor_counts_lines_and_characters() {
        let mut cursor = Cursor { bytes: "ab\ncé\r\nf".as_bytes(), at: 0, lines: 0, column: 0 };
        for (to, lines, column) in [(1, 0, 1), (3, 1, 0), (6, 1, 2), (8, 2, 0), (2, 0, 2)] {
            cursor.go(to);
            assert_eq!((cursor.lines, cursor.column), (lines, column), "{to}");
        }
    }
}
