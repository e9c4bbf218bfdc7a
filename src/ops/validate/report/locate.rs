//! Where in the bytes of a message a finding is.

use super::Subject;
use crate::core::{LineEnding, Segment, Separators};
use crate::ops::validate::finding::Finding;
use memchr::{memchr, memchr2};
use std::ops::Range;

/// Finds the places of findings, which mostly come in the order of their lines.
pub(super) struct Locator<'a> {
    bytes: &'a [u8],
    line_ending: LineEnding,
    separators: Option<Separators>,
    /// A line, from 1, and where it starts.
    line: u32,
    start: usize,
}

impl<'a> Locator<'a> {
    pub(super) fn new(subject: &Subject<'a>) -> Self {
        let separators = Separators::of(subject.bytes).ok();
        let Subject { bytes, line_ending, .. } = *subject;
        Self { bytes, line_ending, separators, line: 1, start: 0 }
    }

    /// The bytes that a finding is about. Where something is missing none: the place where it
    /// would stand, if the segment is there, or else the start of the line.
    pub(super) fn range(&mut self, finding: &Finding<'_>) -> Range<usize> {
        let end = self.bytes.len();
        let (from, to) = (finding.span.0 as usize, finding.span.1 as usize);
        if from < to {
            return from.min(end)..to.min(end);
        }
        let Some(line) = self.go(finding.at.line) else { return end..end };
        let at = self.start + self.field(line, finding);
        at..at
    }

    /// Goes to a line and gives it; `None` behind the last.
    fn go(&mut self, line: u32) -> Option<&'a [u8]> {
        if line < self.line {
            (self.line, self.start) = (1, 0);
        }
        loop {
            let rest = self.bytes.get(self.start..)?;
            let end = match self.line_ending {
                LineEnding::Cr => memchr(b'\r', rest),
                LineEnding::Lf => memchr2(b'\r', b'\n', rest),
            };
            if self.line >= line {
                return Some(&rest[..end.unwrap_or(rest.len())]);
            }
            let end = end?;
            let is_pair = self.line_ending == LineEnding::Lf && rest[end..].starts_with(b"\r\n");
            self.start += end + 1 + usize::from(is_pair);
            self.line += 1;
        }
    }

    /// Where in a line the field of a finding stands.
    fn field(&self, line: &[u8], finding: &Finding<'_>) -> usize {
        let at = finding.at;
        let Some(separators) = self.separators.filter(|_| at.field > 0) else { return 0 };
        let segment = Segment::new(line, separators);
        if !segment.has_id(at.segment) {
            return 0;
        }
        let Some(field) = segment.field(at.field.into()) else { return line.len() };
        let repetition = field.repetition(at.repetition.max(1) as usize);
        let part = repetition.map_or(field.raw(), |repetition| repetition.raw());
        (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Version;
    use crate::ops::validate::finding::{At, Problem};
    use crate::ops::validate::rule::{Rule, Severity};

    #[test]
    fn what_is_missing_has_a_place() {
        let bytes = b"MSH|^~\\&|A||C\r\nPID|1||X~Y^Z|\r\nPV1|1";
        let subject = Subject {
            file: "a",
            number: Some(1),
            offset: 0,
            bytes,
            line_ending: LineEnding::Lf,
            first_line: 1,
            starts_line: true,
            version: Version::NEWEST,
        };
        let mut locator = Locator::new(&subject);
        let mut at = |line, segment: &[u8; 3], field, repetition| {
            let at = At { line, segment: *segment, field, repetition, ..At::default() };
            let problem = Problem::MissingGroup { group: "", expected: Box::default() };
            let (rule, severity) = (Rule::Use1, Severity::Error);
            locator.range(&Finding { rule, severity, at, span: (0, 0), problem })
        };
        assert_eq!(at(1, b"MSH", 4, 1), 11..11);
        assert_eq!(at(2, b"PID", 3, 2), 24..24, "the second repetition");
        assert_eq!(at(2, b"PID", 2, 0), 21..21);
        assert_eq!(at(2, b"PID", 9, 1), 28..28, "the end of the segment");
        assert_eq!(at(3, b"PV1", 0, 0), 30..30);
        assert_eq!(at(2, b"EVN", 0, 0), 15..15, "before the line");
        assert_eq!(at(4, b"OBX", 0, 0), bytes.len()..bytes.len());
        assert_eq!(at(1, b"MSH", 0, 0), 0..0);
    }
}
