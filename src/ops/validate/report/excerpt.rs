//! The segment that a finding is about, with the place marked.

use super::Subject;
use crate::core::LineEnding;
use crate::ops::visible;
use memchr::{memchr, memchr2, memrchr, memrchr2};
use std::ops::Range;

/// Bytes shown before the place.
const BEFORE: usize = 50;
/// Columns of the place that are shown and marked.
const MARKED: usize = 30;
/// Columns shown behind it.
const AFTER: usize = 30;
/// What both lines begin with.
const INDENT: &[u8] = b"    ";
const MORE: &str = "…";

/// Appends the segment around `range`, cut to a width, and a line with carets under the place.
pub(super) fn append(subject: &Subject<'_>, range: Range<usize>, out: &mut Vec<u8>) {
    let bytes = subject.bytes;
    let start = range.start.min(bytes.len());
    let (before, rest) = bytes.split_at(start);
    let (segment_start, segment_end) = match subject.line_ending {
        LineEnding::Cr => (memrchr(b'\r', before), memchr(b'\r', rest)),
        LineEnding::Lf => (memrchr2(b'\r', b'\n', before), memchr2(b'\r', b'\n', rest)),
    };
    let before = &before[segment_start.map_or(0, |at| at + 1)..];
    let rest = &rest[..segment_end.unwrap_or(rest.len())];
    let length = range.len().min(rest.len());
    let (marked, after) = rest.split_at(length);

    out.extend_from_slice(INDENT);
    let mut indent = 0;
    let cut = before.len().saturating_sub(BEFORE);
    // Not inside of a character.
    let is_inside = |b: &&u8| matches!(b, 0x80..=0xBF);
    let cut = cut + before[cut..].iter().take(3).take_while(is_inside).count();
    if cut > 0 {
        out.extend_from_slice(MORE.as_bytes());
        indent += 1;
    }
    indent += visible::append(&before[cut..], usize::MAX, out).0;
    let (columns, whole) = visible::append(marked, MARKED, out);
    let whole = whole && visible::append(after, AFTER, out).1;
    if !whole {
        out.extend_from_slice(MORE.as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(INDENT);
    out.resize(out.len() + indent, b' ');
    out.resize(out.len() + columns.max(1), b'^');
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Version;

    fn shown(bytes: &[u8], range: Range<usize>) -> String {
        let subject = Subject {
            file: "a",
            number: Some(1),
            offset: 0,
            bytes,
            line_ending: LineEnding::Cr,
            first_line: 1,
            starts_line: true,
            version: Version::NEWEST,
        };
        let mut out = Vec::new();
        append(&subject, range, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_place_is_marked() {
        let message = b"MSH|^~\\&|A\rPID|1||X\x1b1|M\rPV1|1";
        assert_eq!(shown(message, 18..21), "    PID|1||X\\x1b1|M\n           ^^^^^^\n");
        assert_eq!(shown(message, 23..23), "    PID|1||X\\x1b1|M\n                   ^\n");
        assert_eq!(shown(message, 900..901), "    PV1|1\n         ^\n");
    }

    #[test]
    fn long_segments_are_cut_around_the_place() {
        let text = format!("OBX|{}|x|{}", "é".repeat(500), "y".repeat(500));
        let shown = shown(text.as_bytes(), 1005..1006);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].chars().count() < 120, "{shown}");
        let marked = lines[1].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[0].chars().nth(marked), Some('x'));
        assert!(lines[0].starts_with("    …é") && lines[0].ends_with("y…"));
    }
}
