//! The report for people.

use super::locate::Locator;
use super::{Options, Subject, Summary, describe, excerpt, place};
use crate::ops::validate::finding::Finding;
use crate::ops::validate::rule::Severity;
use crate::ops::visible;
use anstyle::{AnsiColor, Style};
use std::io::Write as _;

/// Appends a line for each finding, and under it, where values may be shown, the segment with the
/// place marked.
///
/// ```text
/// adt.hl7: message 2 (byte 293), line 3: warning: PID-8 Administrative Sex: the code is not in table 0001 (Administrative Sex) [VAL-1]
///     PID|1||10002||BAKER||19550704|Q
///                                   ^
/// ```
pub(super) fn append(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    out: &mut Vec<u8>,
) {
    let mut locator = Locator::new(subject);
    for finding in findings {
        line(options, subject, finding, out);
        if options.values && finding.at.segment != [0; 3] && !subject.bytes.is_empty() {
            excerpt::append(subject, locator.range(finding), out);
        }
    }
}

fn line(options: &Options, subject: &Subject<'_>, finding: &Finding<'_>, out: &mut Vec<u8>) {
    let style = |style: Style| if options.color { style } else { Style::new() };
    visible::append(subject.file.as_bytes(), usize::MAX, out);
    // Writing to memory does not fail.
    match subject.number {
        Some(number) => _ = write!(out, ": message {number} (byte {})", subject.offset),
        None => _ = write!(out, ": byte {}", subject.offset),
    }
    if finding.at.line > 0 && subject.number.is_some() {
        _ = write!(out, ", line {}", finding.at.line);
    }
    let level = style(match finding.severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Info | Severity::Off => AnsiColor::Cyan.on_default(),
    });
    _ = write!(out, ": {level}{}{level:#}", finding.severity);
    let path = place::short_path(&finding.at);
    if !path.is_empty() {
        let bold = style(Style::new().bold());
        _ = write!(out, ": {bold}{path}{bold:#}");
        if let Some(name) = place::name_of(subject, finding) {
            out.push(b' ');
            visible::append(name.as_bytes(), usize::MAX, out);
        }
    }
    let words = describe::words(&finding.problem);
    out.extend_from_slice(b": ");
    visible::append(words.wrong.as_bytes(), usize::MAX, out);
    if !words.expected.is_empty() {
        out.extend_from_slice(b"; expected: ");
        visible::append(words.expected.as_bytes(), usize::MAX, out);
    }
    _ = writeln!(out, " [{}]", finding.rule);
}

/// Appends the counts of a run.
pub(super) fn end(summary: &Summary, out: &mut Vec<u8>) {
    _ = writeln!(out, "{summary}");
    for (rule, count) in summary.rules() {
        _ = writeln!(out, "{count:8}  {rule}  {}", rule.description().title);
    }
}
