//! Findings as JUnit XML, as test runners write it: a suite for each file, a case for each message.
//!
//! There is no standard of it; elements and attributes are those that Jenkins, GitLab and GitHub
//! actions read.

use super::{NOT_HANDLED, Options, Subject, Summary, text};
use crate::ops::validate::finding::Finding;
use crate::ops::visible;
use std::fmt::Write as _;

/// Appends the head of the document.
pub(super) fn begin(out: &mut Vec<u8>) {
    out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.extend_from_slice(b"<testsuites name=\"pipehat validate\">\n");
}

/// Appends the end of the document.
///
/// What could not be handled is an error in a suite of its own.
pub(super) fn end(summary: &Summary, out: &mut Vec<u8>) {
    if summary.not_handled > 0 {
        let text = format!(
            "<testsuite name=\"input\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n\
             <testcase classname=\"input\" name=\"all is handled\">\n\
             <error type=\"input\" message=\"{} {NOT_HANDLED}\"/>\n</testcase>\n</testsuite>\n",
            summary.not_handled
        );
        out.extend_from_slice(text.as_bytes());
    }
    out.extend_from_slice(b"</testsuites>\n");
}

/// Appends the head of a suite, which comes when its cases are known.
pub fn open(file: &str, tests: u64, failures: u64, out: &mut Vec<u8>) {
    let mut head = String::from("<testsuite name=\"");
    push(file.as_bytes(), &mut head);
    // Writing to memory does not fail.
    _ = writeln!(head, "\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">");
    out.extend_from_slice(head.as_bytes());
}

/// Appends the end of a suite.
pub fn close(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</testsuite>\n");
}

/// Appends the case of a message, or of an envelope that has findings: what makes it invalid is
/// its failure, all else its output.
pub(super) fn append(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    out: &mut Vec<u8>,
) {
    if findings.is_empty() && subject.number.is_none() {
        return;
    }
    let mut case = String::from("<testcase classname=\"");
    push(subject.file.as_bytes(), &mut case);
    _ = match subject.number {
        Some(number) => write!(case, "\" name=\"message {number}\""),
        None => write!(case, "\" name=\"batch at byte {}\"", subject.offset),
    };
    if findings.is_empty() {
        case += "/>\n";
        out.extend_from_slice(case.as_bytes());
        return;
    }
    case += ">\n";
    let is_failure = |finding: &&Finding<'_>| options.fails(std::slice::from_ref(*finding));
    let (failures, others): (Vec<_>, Vec<_>) = findings.iter().partition(is_failure);
    if let Some(first) = failures.first() {
        _ = write!(case, "<failure type=\"{}\" message=\"", first.rule);
        let problems = if failures.len() == 1 { "problem" } else { "problems" };
        _ = write!(case, "{} {problems}: {}", failures.len(), first.rule.description().title);
        case += "\">";
        lines(options, subject, &failures, &mut case);
        case += "</failure>\n";
    }
    if !others.is_empty() {
        case += "<system-out>";
        lines(options, subject, &others, &mut case);
        case += "</system-out>\n";
    }
    case += "</testcase>\n";
    out.extend_from_slice(case.as_bytes());
}

/// Appends what the report for people says.
fn lines(options: &Options, subject: &Subject<'_>, findings: &[&Finding<'_>], case: &mut String) {
    let options = Options { color: false, ..*options };
    let mut told = Vec::new();
    for finding in findings {
        text::append(&options, subject, std::slice::from_ref(*finding), &mut told);
    }
    push_shown(&told, case);
}

/// Appends text of any bytes.
fn push(text: &[u8], to: &mut String) {
    let mut shown = Vec::new();
    visible::append(text, usize::MAX, &mut shown);
    push_shown(&shown, to);
}

/// Appends text that is fit for people, as the content of an element or attribute (XML 1.0, sections
/// 2.4 and 3.3.1), without characters that XML has not (section 2.2, Char): there are some that
/// nobody sees and a terminal does not mind.
fn push_shown(shown: &[u8], to: &mut String) {
    for c in String::from_utf8_lossy(shown).chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            // So that no text has the end of a CDATA section, `]]>`.
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\'' => to.push_str("&apos;"),
            '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => {
                to.push(c);
            }
            other => to.extend(other.escape_unicode()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_not_is_shown() {
        let mut shown = String::new();
        for bytes in ["a\u{FFFE}\u{FFFF}<\u{FFFD}\u{1FFFF}\u{1}".as_bytes(), b"\xFF"] {
            push(bytes, &mut shown);
        }
        let document = format!("<a>{shown}</a>");
        let read = roxmltree::Document::parse(&document).unwrap();
        let text = read.root_element().text().unwrap();
        assert!(text.starts_with("a\\u{fffe}\\u{ffff}<\u{FFFD}"), "{text}");
        assert!(text.ends_with("\\xFF"), "{text}");
    }

    #[test]
    fn markup_is_text() {
        let text = "<a b=\"c\" d='e'>&amp; ]]> &#65;</a>";
        let mut shown = String::new();
        push(text.as_bytes(), &mut shown);
        let document = format!("<t a=\"{shown}\" b='{shown}'>{shown}</t>");
        let read = roxmltree::Document::parse(&document).unwrap();
        let root = read.root_element();
        assert_eq!(root.text(), Some(text));
        assert_eq!([root.attribute("a"), root.attribute("b")], [Some(text); 2]);
    }
}
