//! The bytes of a message: segment ids, characters, delimiters at ends (rules ENC).

use super::content::Walk;
use super::finding::{At, Problem};
use super::rule::{Rule, Severity};
use super::structure::Line;
use crate::core::{Charset, LineEnding, Message, TextOptions};

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
    // What ends the only segment may be what ends the message in a file.
    if message.line_ending() == LineEnding::Lf && bytes.contains(&b'\n') {
        let problem = plain("segments end with line feeds", "carriage returns");
        walk.report_as(Rule::Enc5, head(0, 0), &[], Some(Severity::Off), problem);
    }
    let named = message.header().field(18).map_or(&b""[..], |f| f.raw());
    let repetition = message.separators().repetition;
    let charset = options.charset.or_else(|| Charset::of_msh18(named, repetition));
    let line_feeds = message.line_ending() == LineEnding::Lf;
    // Switches between sets begin with ESC.
    let switches =
        charset.is_some_and(|set| set.name() == "ISO-2022-JP") || named.contains(&repetition);
    let is_control = |b: u8| {
        (b < 0x20 || b == 0x7F)
            && !matches!(b, b'\r' | b'\t')
            && !(b == b'\n' && line_feeds)
            && !(b == ESC && switches)
    };
    // All at once first, and roughly: that is done for many bytes at a time.
    let may_be = |b: u8| (b < 0x20 && b != b'\r') | (b == 0x7F);
    if bytes.iter().fold(false, |found, &b| found | may_be(b)) {
        for line in lines {
            let raw = line.segment.raw();
            if let Some(at) = raw.iter().position(|&b| is_control(b)) {
                let problem = plain("a control character", "an escape sequence \\Xhh\\");
                walk.report(Rule::Enc5, field_at(line, at).0, &raw[at..=at], problem);
            }
        }
    }
    let Some(charset) = charset else {
        let problem = plain("a character set that cannot be checked", "");
        walk.report_as(Rule::Enc5, head(18, 1), named, Some(Severity::Info), problem);
        return;
    };
    let first = named.split(|&b| b == repetition).next().unwrap_or_default().trim_ascii();
    let is_ascii = options.charset.is_none() && ASCII.contains(&first) && !switches;
    let is_wrong = |raw: &[u8]| !raw.is_ascii() && (is_ascii || charset.decode(raw).is_err());
    if !is_wrong(bytes) {
        return;
    }
    let expected = match (options.charset, first) {
        (Some(_), _) => format!("{}, as asked for", charset.name()),
        (None, b"") => format!("{}, since MSH-18 is empty", charset.name()),
        (None, _) if is_ascii => "ASCII, as MSH-18 says".to_owned(),
        (None, _) => format!("{}, as MSH-18 says", charset.name()),
    };
    for line in lines.iter().filter(|line| is_wrong(line.segment.raw())) {
        let raw = line.segment.raw();
        let by = line.segment.separators().field;
        let wrong_field = raw.split(|&b| b == by).find(|field| is_wrong(field)).unwrap_or(raw);
        let start = wrong_field.as_ptr() as usize - raw.as_ptr() as usize;
        let (at, field) = field_at(line, start);
        let wrong = "bytes that are no text in the character set of the message".into();
        walk.report(
            Rule::Enc5,
            at,
            field,
            Problem::Plain { wrong, expected: expected.clone().into() },
        );
    }
}

/// Names of ASCII in table 0211.
const ASCII: [&[u8]; 2] = [b"ASCII", b"ISO IR6"];

fn head(field: u16, repetition: u32) -> At {
    At { line: 1, segment: *b"MSH", occurrence: 1, field, repetition, ..At::default() }
}

/// The field that a byte of a segment is in, and its bytes.
fn field_at<'m>(line: &Line<'m>, byte: usize) -> (At, &'m [u8]) {
    let by = line.segment.separators().field;
    let raw = line.segment.raw();
    let before = raw.iter().take(byte).filter(|&&b| b == by).count();
    let field = before + usize::from(line.segment.is_header());
    let bytes = raw.split(|&b| b == by).nth(before).unwrap_or_default();
    (At { field: u16::try_from(field).unwrap_or(u16::MAX), ..line.at }, bytes)
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
