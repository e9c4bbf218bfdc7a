//! Where the segments of a message and their fields stand, found once for all that is done with it.

use super::marks::{Components, Marks, is_special};
use super::rules::{Rules, SegmentRules};
use crate::core::message::first;
use crate::core::{Message, Separators};
use std::ops::Range;

/// More segments, and fields, than these are not kept room for from one message to the next.
const KEPT_MAX: usize = 1 << 16;

/// The segments of a message with the fields that rules are about.
#[derive(Debug, Default)]
pub(super) struct Split {
    lines: Vec<Known>,
    /// The fields that are not empty, and room for more.
    fields: Vec<Field>,
    marks: Marks,
}

/// A field that is not empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Field {
    /// Its number, from 1.
    pub(super) n: usize,
    /// Where it stands in its segment.
    start: usize,
    end: usize,
}

impl Field {
    #[inline]
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

#[derive(Debug)]
struct Known {
    raw: Range<usize>,
    /// Its rules, by their number.
    rules: Option<usize>,
    fields: Range<usize>,
    end: usize,
}

/// A segment.
#[derive(Clone, Copy)]
pub(super) struct Line<'s, 'm> {
    /// The bytes, id included, line ending not.
    pub(super) raw: &'m [u8],
    /// The fields that there are rules about, but empty ones; MSH-1 is none.
    pub(super) fields: &'s [Field],
    /// Where the fields end that there are rules about.
    pub(super) end: usize,
    rules: Option<usize>,
    /// Where it begins in the message, and what delimiters stand there.
    at: usize,
    marks: &'s Marks,
}

impl Split {
    /// Finds the segments of a message, and the fields of those that have rules.
    pub(super) fn find(&mut self, message: &Message<'_>, rules: &Rules) {
        self.lines.clear();
        self.lines.shrink_to(KEPT_MAX);
        if self.fields.len() > KEPT_MAX {
            self.fields = Vec::new();
        }
        self.marks.find(message.bytes(), message.separators());
        let separator = message.separators().field;
        let mut used = 0;
        for segment in message.segments() {
            let raw = segment.raw();
            let at = message.offset_of(raw);
            let number = match raw.split_first_chunk::<3>() {
                Some((id, rest)) if rest.first().is_none_or(|&b| b == separator) => {
                    rules.number_of(*id)
                }
                _ => None,
            };
            let first = used;
            let mut end = raw.len().min(3);
            if let Some(number) = number {
                let most = rules.segment_of(number).fields.len();
                if self.fields.len() < used + most {
                    self.fields.resize(used + most, Field::default());
                }
                let mut n = 1 + usize::from(has_own_separator(raw));
                if n <= most && raw.len() > 3 {
                    let mut ends = self.marks.fields(at + 4..at + raw.len());
                    let mut start = 4;
                    loop {
                        let next = ends.next();
                        end = next.map_or(raw.len(), |next| next - at);
                        // Empty fields, of which it cannot be foreseen where they are, leave what
                        // was written here to the next one.
                        self.fields[used] = Field { n, start, end };
                        used += usize::from(end > start);
                        if next.is_none() || n == most {
                            break;
                        }
                        n += 1;
                        start = end + 1;
                    }
                }
            }
            let raw = at..at + raw.len();
            self.lines.push(Known { raw, rules: number, fields: first..used, end });
        }
    }

    /// The segments of the message that was split, in order.
    pub(super) fn lines<'s, 'm>(&'s self, bytes: &'m [u8]) -> impl Iterator<Item = Line<'s, 'm>> {
        self.lines.iter().map(|line| Line {
            raw: &bytes[line.raw.clone()],
            fields: &self.fields[line.fields.clone()],
            end: line.end,
            rules: line.rules,
            at: line.raw.start,
            marks: &self.marks,
        })
    }
}

impl<'s, 'm> Line<'s, 'm> {
    /// The rules that are about it.
    #[inline]
    pub(super) fn rules<'r>(&self, rules: &'r Rules) -> Option<&'r SegmentRules> {
        self.rules.map(|number| rules.segment_of(number))
    }

    /// Whether no rule is about it.
    pub(super) fn is_unknown(&self) -> bool {
        self.rules.is_none()
    }

    /// Where a field stands, from 1, if there are rules about it and it is not empty; MSH-1 is
    /// none.
    #[inline]
    pub(super) fn range(&self, n: usize) -> Option<Range<usize>> {
        self.fields.iter().find(|field| field.n >= n).filter(|field| field.n == n).map(Field::range)
    }

    /// A field, from 1; nothing where [`Line::range`] is none.
    #[inline]
    pub(super) fn field(&self, n: usize) -> &'m [u8] {
        self.range(n).map_or(b"", |range| &self.raw[range])
    }

    /// The repetitions of a field with their components, if it is plain ASCII that has no more than
    /// these: no subcomponents and escape sequences.
    #[inline]
    pub(super) fn simple(&self, field: &Field, sep: &Separators) -> Option<Simple<'s, 'm>> {
        let at = self.at + field.start;
        let raw = &self.raw[field.range()];
        let repeats = self.marks.has_others(at..self.at + field.end);
        if repeats && !is_simple(raw, sep) {
            return None;
        }
        let repetition = repeats.then_some(sep.repetition);
        Some(Simple { marks: self.marks, at, rest: Some(raw), repetition })
    }

    /// Whether field 1 is the field separator itself, and field 2 has the other delimiters.
    #[inline]
    pub(super) fn is_header(&self) -> bool {
        has_own_separator(self.raw)
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
}

/// Whether field 1 of a segment is the field separator itself.
fn has_own_separator(segment: &[u8]) -> bool {
    matches!(segment, [b'M', b'S', b'H', ..] | [b'F' | b'B', b'H', b'S', ..])
}

/// Whether nothing stands in a value but plain ASCII, repetitions and components.
#[cold]
fn is_simple(raw: &[u8], sep: &Separators) -> bool {
    !raw.iter().fold(false, |has_special, &b| has_special | is_special(b, *sep))
}

/// The repetitions of a simple field, each with its components.
#[derive(Clone)]
pub(super) struct Simple<'s, 'm> {
    marks: &'s Marks,
    /// Where the rest begins in the message.
    at: usize,
    rest: Option<&'m [u8]>,
    /// What divides it, if anything does.
    repetition: Option<u8>,
}

impl<'s, 'm> Iterator for Simple<'s, 'm> {
    type Item = (&'m [u8], Components<'s, 'm>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest?;
        let at = self.at;
        let end = self.repetition.and_then(|by| first(rest, by));
        let raw = match end {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                self.at += end + 1;
                &rest[..end]
            }
            None => {
                self.rest = None;
                rest
            }
        };
        Some((raw, self.marks.components(at, raw)))
    }
}
