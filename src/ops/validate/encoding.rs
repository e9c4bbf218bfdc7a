//! The bytes of a message: segment ids, characters, delimiters at ends (rules ENC).

use super::content::Walk;
use super::finding::{At, Problem};
use super::rule::{Rule, Severity};
use super::structure::Line;
use crate::core::{Charset, LineEnding, Message, TextOptions};
use crate::dictionary::standard;

const ESC: u8 = 0x1B;

/// Checks all that concerns bytes.
pub(super) fn check(
    walk: &mut Walk<'_, '_>,
    message: &Message<'_>,
    options: &TextOptions,
    lines: &[Line<'_>],
) {
    check_segment_ids(walk, lines);
    check_characters(walk, message, options, lines);
    check_ends(walk, lines);
}

/// Lines that are no segments.
fn check_segment_ids(walk: &mut Walk<'_, '_>, lines: &[Line<'_>]) {
    for line in lines.iter().filter(|line| !line.is_segment && !line.segment.raw().is_empty()) {
        let wrong = "not a segment".into();
        let expected = "three capital letters or digits and the field separator".into();
        let problem = Problem::Plain { wrong, expected };
        walk.report(Rule::Enc2, line.at, line.segment.raw(), problem);
    }
}

/// Bytes that are no text in the message's character set, and control characters.
fn check_characters(
    walk: &mut Walk<'_, '_>,
    message: &Message<'_>,
    options: &TextOptions,
    lines: &[Line<'_>],
) {
    let plain = |wrong: &'static str, expected: &'static str| Problem::Plain {
        wrong: wrong.into(),
        expected: expected.into(),
    };
    let bytes = message.bytes();
    if message.line_ending() == LineEnding::Lf {
        let problem = plain("segments end with line feeds", "carriage returns");
        walk.report_as(Rule::Enc5, head(18, 0), &[], Some(Severity::Info), problem);
    }
    let line_feeds = message.line_ending() == LineEnding::Lf;
    let is_control =
        |b: u8| b < 0x20 && !matches!(b, b'\r' | b'\t' | ESC) && !(b == b'\n' && line_feeds);
    // All at once first: that is done for many bytes at a time.
    if bytes.iter().fold(false, |found, &b| found | is_control(b)) {
        for line in lines {
            let raw = line.segment.raw();
            if let Some(at) = raw.iter().position(|&b| is_control(b)) {
                let problem = plain("a control character", "an escape sequence \\Xhh\\");
                walk.report(Rule::Enc5, field_at(line, at), &raw[at..=at], problem);
            }
        }
    }
    let named = message.header().field(18).map_or(&b""[..], |f| f.raw());
    let charset =
        options.charset.or_else(|| Charset::of_msh18(named, message.separators().repetition));
    let Some(charset) = charset else {
        let table = standard().table("0211");
        let (wrong, usual) = if table.is_some_and(|t| t.knows(named)) {
            ("a character set that cannot be checked", Some(Severity::Info))
        } else {
            ("not a character set that is known", None)
        };
        walk.report_as(Rule::Enc5, head(18, 1), named, usual, plain(wrong, "a code of table 0211"));
        return;
    };
    if bytes.is_ascii() || charset.decode(bytes).is_ok() {
        return;
    }
    let invalid = |raw: &[u8]| !raw.is_ascii() && charset.decode(raw).is_err();
    for line in lines.iter().filter(|line| invalid(line.segment.raw())) {
        let raw = line.segment.raw();
        let at = std::str::from_utf8(raw).map_or_else(|error| error.valid_up_to(), |_| 0);
        let wrong = "bytes that are no text in the character set of the message".into();
        let expected = format!("{} (MSH-18)", charset.name()).into();
        let at = if charset == Charset::UTF_8 { field_at(line, at) } else { line.at };
        walk.report(Rule::Enc5, at, raw, Problem::Plain { wrong, expected });
    }
}

fn head(field: u16, repetition: u32) -> At {
    At { line: 1, segment: *b"MSH", occurrence: 1, field, repetition, ..At::default() }
}

/// The field that a byte of a segment is in.
fn field_at(line: &Line<'_>, byte: usize) -> At {
    let by = line.segment.separators().field;
    let before = line.segment.raw().iter().take(byte).filter(|&&b| b == by).count();
    let field = before + usize::from(line.segment.is_header());
    At { field: u16::try_from(field).unwrap_or(u16::MAX), ..line.at }
}

/// Delimiters behind the last value of a segment or field.
fn check_ends(walk: &mut Walk<'_, '_>, lines: &[Line<'_>]) {
    if !walk.severities.is_on(Rule::Enc6) {
        return;
    }
    let s = walk.separators;
    for line in lines.iter().filter(|line| line.is_segment) {
        let raw = line.segment.raw();
        let in_fields = |b: &u8| *b == s.component || *b == s.subcomponent || *b == s.repetition;
        let ends = |field: &&[u8]| field.last().is_some_and(in_fields);
        // MSH-2 is made of delimiters.
        let skip = if line.segment.is_header() { 2 } else { 1 };
        let mut fields = raw.split(|&b| b == s.field).skip(skip);
        let is_open = raw.len() > 4 && raw.last() == Some(&s.field);
        if is_open || fields.any(|field| ends(&field)) {
            let problem = Problem::Plain {
                wrong: "delimiters behind the last value".into(),
                expected: "".into(),
            };
            walk.report(Rule::Enc6, line.at, raw, problem);
        }
    }
}
