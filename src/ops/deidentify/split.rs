//! Where the segments of a message and their fields stand, found once for all that is done with it.

use super::rules::{Rules, SegmentRules};
use crate::core::Message;
use crate::core::message::offsets;
use std::ops::Range;

/// More segments, and fields, than these are not kept room for from one message to the next.
const KEPT_MAX: usize = 1 << 16;

/// The segments of a message with the fields that rules are about.
#[derive(Debug, Default)]
pub(super) struct Split {
    lines: Vec<Known>,
    /// Where the fields of segments end, and their ids, from the beginning of the segment.
    ends: Vec<usize>,
}

#[derive(Debug)]
struct Known {
    raw: Range<usize>,
    /// Its rules, by their number.
    rules: Option<usize>,
    ends: Range<usize>,
}

/// A segment.
#[derive(Clone, Copy)]
pub(super) struct Line<'s, 'm> {
    /// The bytes, id included, line ending not.
    pub(super) raw: &'m [u8],
    rules: Option<usize>,
    ends: &'s [usize],
    /// 1 where field 1 is the field separator itself.
    skipped: usize,
}

impl Split {
    /// Finds the segments of a message, and the fields of those that have rules.
    pub(super) fn find(&mut self, message: &Message<'_>, rules: &Rules) {
        self.lines.clear();
        self.ends.clear();
        self.lines.shrink_to(KEPT_MAX);
        self.ends.shrink_to(KEPT_MAX);
        let separator = message.separators().field;
        for segment in message.segments() {
            let raw = segment.raw();
            let at = message.offset_of(raw);
            let number = match raw.split_first_chunk::<3>() {
                Some((id, rest)) if rest.first().is_none_or(|&b| b == separator) => {
                    rules.number_of(*id)
                }
                _ => None,
            };
            let start = self.ends.len();
            if let Some(number) = number {
                let most = rules.segment_of(number).fields.len() + 1 - skipped(raw);
                offsets(raw, separator, most, &mut self.ends);
                if self.ends.len() - start < most {
                    self.ends.push(raw.len());
                }
            }
            let ends = start..self.ends.len();
            self.lines.push(Known { raw: at..at + raw.len(), rules: number, ends });
        }
    }

    /// The segments of the message that was split, in order.
    pub(super) fn lines<'s, 'm>(&'s self, bytes: &'m [u8]) -> impl Iterator<Item = Line<'s, 'm>> {
        self.lines.iter().map(|line| {
            let raw = &bytes[line.raw.clone()];
            let ends = &self.ends[line.ends.clone()];
            Line { raw, rules: line.rules, ends, skipped: skipped(raw) }
        })
    }
}

impl<'m> Line<'_, 'm> {
    /// The rules that are about it.
    #[inline]
    pub(super) fn rules<'r>(&self, rules: &'r Rules) -> Option<&'r SegmentRules> {
        self.rules.map(|number| rules.segment_of(number))
    }

    /// Whether no rule is about it.
    pub(super) fn is_unknown(&self) -> bool {
        self.rules.is_none()
    }

    /// Where a field stands, from 1, if there are rules about it and it is there; MSH-1 is not.
    #[inline]
    pub(super) fn range(&self, n: usize) -> Option<Range<usize>> {
        let before = (n - 1).checked_sub(self.skipped)?;
        Some(self.ends.get(before)? + 1..*self.ends.get(before + 1)?)
    }

    /// A field, from 1; nothing where [`Line::range`] is none.
    #[inline]
    pub(super) fn field(&self, n: usize) -> &'m [u8] {
        self.range(n).map_or(b"", |range| &self.raw[range])
    }

    /// Whether field 1 is the field separator itself, and field 2 has the other delimiters.
    #[inline]
    pub(super) fn is_header(&self) -> bool {
        self.skipped > 0
    }

    /// Whether it is a line of a text: a note, a report, a display.
    #[inline]
    pub(super) fn is_line_of_text(&self) -> bool {
        match self.raw.first_chunk::<3>() {
            Some(b"NTE" | b"DSP") => true,
            Some(b"OBX") => matches!(self.field(2), b"TX" | b"FT" | b"ST" | b""),
            _ => false,
        }
    }

    /// The field that has the text of a line.
    pub(super) fn text(&self) -> &'m [u8] {
        self.field(if self.raw.starts_with(b"OBX") { 5 } else { 3 })
    }

    /// Whether the text of another line goes on in this one: of the same observation, or the same
    /// note.
    pub(super) fn goes_on_from(&self, before: &Self) -> bool {
        self.is_line_of_text()
            && self.raw.first_chunk::<3>() == before.raw.first_chunk::<3>()
            && (!self.raw.starts_with(b"OBX") || self.field(3) == before.field(3))
    }

    /// Where the fields end that there are rules about.
    #[inline]
    pub(super) fn end(&self) -> usize {
        self.ends.last().map_or(0, |&end| end)
    }
}

/// How many fields are the field separator itself.
fn skipped(segment: &[u8]) -> usize {
    usize::from(matches!(segment, [b'M', b'S', b'H', ..] | [b'F' | b'B', b'H', b'S', ..]))
}
