//! Where segments, fields and components of a message stand.

use super::parts::{Marks, is_valued};
use crate::core::{Message, Separators};

/// Where the fields of a message stand; kept from message to message.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(super) segments: Vec<Place>,
    pub(super) fields: Vec<Entry>,
    /// Where the delimiters of components stand, in the order of the message.
    pub(super) cuts: Vec<u32>,
    /// How many segments there are so far with each id.
    pub(super) ordinals: Vec<([u8; 3], u32)>,
    /// Which bytes of a segment are delimiters.
    found: Vec<u8>,
    /// How many fields are HL7's null.
    pub(super) nulls: u64,
}

/// A segment: its id, its bytes, its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) id: [u8; 3],
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    /// The number among the segments with its id, from 1.
    pub(super) ordinal: u32,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The first of its delimiters of components, and the first behind them.
    pub(super) cuts: (u32, u32),
    /// It has a value in any repetition.
    pub(super) valued: bool,
    /// It has several repetitions.
    pub(super) repeats: bool,
    /// It has subcomponents.
    pub(super) is_deep: bool,
    pub(super) marks: Marks,
}

/// A field whose end was not found yet.
#[derive(Clone, Copy, Debug, Default)]
struct Unfinished {
    start: usize,
    cut: u32,
    repeats: bool,
    is_deep: bool,
}

impl Index {
    /// Finds the fields of a message, which has less than 4 GiB.
    pub(super) fn read(&mut self, message: &Message<'_>) {
        let separators = message.separators();
        self.segments.clear();
        self.fields.clear();
        self.cuts.clear();
        self.ordinals.clear();
        self.nulls = 0;
        for segment in message.segments() {
            let raw = segment.raw();
            let base = message.offset_of(raw);
            let first = self.fields.len() as u32;
            self.add_fields(separators, raw, base, self.segments.is_empty());
            let name = segment.id();
            let id = *name.first_chunk::<3>().filter(|_| name.len() == 3).unwrap_or(b"   ");
            let ordinal = self.ordinal(id);
            self.segments.push(Place {
                id,
                start: base as u32,
                end: (base + raw.len()) as u32,
                first,
                count: self.fields.len() as u32 - first,
                ordinal,
            });
        }
    }

    /// Finds the fields of a segment, and their components. `base`: where it begins.
    fn add_fields(&mut self, s: Separators, raw: &[u8], base: usize, is_header: bool) {
        let first = self.fields.len();
        let mut field = Unfinished { cut: self.cuts.len() as u32, ..Unfinished::default() };
        let mut is_begun = false;
        if is_header {
            // MSH-1 is the delimiter itself.
            field.start = 3;
            self.end_field(field, raw, base, raw.len().min(4));
        }
        // First all bytes are looked at, many at a time; then eight at a time are passed over.
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        found.extend(raw.iter().map(|&b| {
            let is_inner = (b == s.component) | (b == s.repetition) | (b == s.subcomponent);
            u8::from((b == s.field) | is_inner)
        }));
        found.resize(raw.len().next_multiple_of(8), 0);
        for (n, eight) in found.as_chunks::<8>().0.iter().enumerate() {
            let mut eight = u64::from_le_bytes(*eight);
            while eight != 0 {
                let within = eight.trailing_zeros() as usize / 8;
                eight &= eight - 1;
                let at = n * 8 + within;
                let Some(&b) = raw.get(at) else { break };
                // Of two with one byte the outer one counts.
                if b == s.field {
                    if is_begun {
                        self.end_field(field, raw, base, at);
                    }
                    is_begun = true;
                    let cut = self.cuts.len() as u32;
                    field = Unfinished { start: at + 1, cut, ..Unfinished::default() };
                } else if b == s.repetition {
                    field.repeats = true;
                } else if b == s.component {
                    self.cuts.push((base + at) as u32);
                } else {
                    field.is_deep = true;
                }
            }
        }
        self.found = found;
        if is_begun {
            self.end_field(field, raw, base, raw.len());
        }
        // MSH-2 holds the delimiters, and has none.
        if is_header && let Some(entry) = self.fields.get_mut(first + 1) {
            entry.repeats = false;
        }
    }

    #[inline]
    fn end_field(&mut self, field: Unfinished, raw: &[u8], base: usize, end: usize) {
        let text = raw.get(field.start..end).unwrap_or_default();
        let valued = is_valued(text);
        if !valued && text == b"\"\"" {
            self.nulls += 1;
        }
        self.fields.push(Entry {
            start: (base + field.start) as u32,
            end: (base + end) as u32,
            cuts: (field.cut, self.cuts.len() as u32),
            valued,
            repeats: field.repeats,
            is_deep: field.is_deep,
            marks: Marks::default(),
        });
    }

    fn ordinal(&mut self, id: [u8; 3]) -> u32 {
        if let Some((_, ordinal)) = self.ordinals.iter_mut().find(|(known, _)| *known == id) {
            *ordinal += 1;
            return *ordinal;
        }
        self.ordinals.push((id, 1));
        1
    }
}
