//! Where segments, fields and components of a message stand.

use super::parts::{Marks, is_valued};
use crate::core::message::{bits, last_block};
use crate::core::{Message, Separators};

/// Where the fields of a message stand; kept from message to message.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(super) segments: Vec<Place>,
    pub(super) fields: Vec<Entry>,
    /// Where the delimiters of components stand, in the order of the message.
    pub(super) cuts: Vec<u32>,
    pub(super) known: Vec<Known>,
    /// See [`Delimiters`].
    found: Vec<u64>,
    /// How many fields are HL7's null.
    pub(super) nulls: u64,
}

/// The segments with an id: how many, and the place of the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) id: [u8; 3],
    pub(super) count: u32,
    pub(super) first: u32,
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
    /// The [`valued_bit`] of each field that has a value.
    pub(super) valued: u64,
}

/// The bit of a field, from 1; all from 64 on have one. Much of what maps ask for is not there, which a bit
/// tells at once; and to look at those alone that have a value finds what is unmapped in two thirds of
/// the instructions.
#[inline]
pub(super) fn valued_bit(n: usize) -> u64 {
    match n {
        0 => 0,
        n => 1 << (n - 1).min(63),
    }
}

/// The id of what is not known by its id, or tells nothing.
const NOTHING: [u8; 3] = *b"   ";

/// Whether a segment tells nothing, though its id alone would say that there is an insurance, a guarantor, an accident
/// or a cause of death: many senders have all segments for everybody. Of some the first field is a set id.
/// `valued`: the fields that have a value.
fn is_nothing(id: &[u8; 3], valued: u64) -> bool {
    match id {
        b"NK1" | b"GT1" | b"IN1" | b"PR1" | b"DB1" | b"ARV" | b"CON" => valued & !1 == 0,
        b"ACC" | b"AUT" | b"GOL" | b"PDA" | b"PRB" | b"PRT" | b"PTH" | b"ROL" => valued == 0,
        _ => false,
    }
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

/// The delimiters of a message, one after the other.
#[derive(Debug)]
struct Delimiters {
    /// A bit for each byte that is one. All bytes are looked at first, many at a time: in two thirds of
    /// the time, for nothing depends on what was found.
    found: Vec<u64>,
    /// The word under way, and what is left of it.
    n: usize,
    rest: u64,
}

impl Delimiters {
    /// Finds all. `found`: memory to use.
    fn of(bytes: &[u8], s: Separators, mut found: Vec<u64>) -> Self {
        let of_block = |block: &[u8; 64]| {
            bits(block, |b| {
                let is_inner = (b == s.component) | (b == s.repetition) | (b == s.subcomponent);
                (b == s.field) | is_inner
            })
        };
        let (chunks, rest) = bytes.as_chunks::<64>();
        found.clear();
        found.extend(chunks.iter().map(of_block));
        // What fills it up may look like one.
        let (last, own) = last_block(rest);
        found.push(of_block(&last) & own);
        let first = found.first().copied().unwrap_or_default();
        Self { found, n: 0, rest: first }
    }

    /// The position of the next one before `end`.
    #[inline]
    fn next_before(&mut self, end: usize) -> Option<usize> {
        while self.rest == 0 {
            self.rest = *self.found.get(self.n + 1)?;
            self.n += 1;
        }
        let at = self.n * 64 + self.rest.trailing_zeros() as usize;
        if at >= end {
            return None;
        }
        self.rest &= self.rest - 1;
        Some(at)
    }
}

impl Index {
    /// Finds the fields of a message, which has less than 4 GiB.
    pub(super) fn read(&mut self, message: &Message<'_>) {
        let separators = message.separators();
        self.segments.clear();
        self.fields.clear();
        self.cuts.clear();
        self.known.clear();
        self.nulls = 0;
        let bytes = message.bytes();
        let mut delimiters = Delimiters::of(bytes, separators, std::mem::take(&mut self.found));
        for segment in message.segments() {
            let raw = segment.raw();
            let start = message.offset_of(raw);
            let first = self.fields.len() as u32;
            let is_first = self.segments.is_empty();
            let range = [start, start + raw.len()];
            let valued = self.add_fields(separators, bytes, range, is_first, &mut delimiters);
            let name = segment.id();
            let id = *name.first_chunk::<3>().filter(|_| name.len() == 3).unwrap_or(&NOTHING);
            let ordinal = self.ordinal(id);
            let is_nothing = valued & !1 == 0 && is_nothing(&id, valued);
            match &id {
                b"IN2" | b"IN3" if valued != 0 => self.take_back(b"IN1", bytes),
                b"ROL" | b"PRT" if valued != 0 => self.take_back(b"PR1", bytes),
                _ => {}
            }
            self.segments.push(Place {
                id: if is_nothing { NOTHING } else { id },
                start: start as u32,
                end: (start + raw.len()) as u32,
                first,
                count: self.fields.len() as u32 - first,
                ordinal,
                valued: if is_nothing { 0 } else { valued },
            });
        }
        self.found = delimiters.found;
    }

    /// What stands last with an id is not nothing, for more is told of it behind it.
    fn take_back(&mut self, id: &[u8; 3], bytes: &[u8]) {
        let last = self.segments.last_mut().filter(|place| place.id == NOTHING);
        let has_id = |place: &&mut Place| {
            bytes.get(place.start as usize..).is_some_and(|rest| rest.starts_with(id))
        };
        if let Some(place) = last.filter(has_id) {
            place.id = *id;
        }
    }

    /// Finds the fields of a segment, and their components. Returns the [`valued_bit`] of each field that
    /// has a value.
    fn add_fields(
        &mut self,
        s: Separators,
        bytes: &[u8],
        [start, end]: [usize; 2],
        is_header: bool,
        delimiters: &mut Delimiters,
    ) -> u64 {
        let first = self.fields.len();
        let mut field = Unfinished { cut: self.cuts.len() as u32, ..Unfinished::default() };
        let (mut is_begun, mut valued, mut bit) = (false, 0, 1);
        if is_header {
            // MSH-1 is the delimiter itself.
            field.start = start + 3;
            valued = self.end_field(field, bytes, end.min(start + 4), s.repetition);
            bit = 2;
        }
        while let Some(at) = delimiters.next_before(end) {
            let Some(&b) = bytes.get(at) else { break };
            // Of two with one byte the outer one counts.
            if b == s.field {
                if is_begun {
                    valued |= bit * self.end_field(field, bytes, at, s.repetition);
                    bit = bit << 1 | bit & 1 << 63;
                }
                is_begun = true;
                let cut = self.cuts.len() as u32;
                field = Unfinished { start: at + 1, cut, ..Unfinished::default() };
            } else if b == s.repetition {
                field.repeats = true;
            } else if b == s.component {
                self.cuts.push(at as u32);
            } else {
                field.is_deep = true;
            }
        }
        if is_begun {
            valued |= bit * self.end_field(field, bytes, end, s.repetition);
        }
        // MSH-2 holds the delimiters, and has none.
        if is_header && let Some(entry) = self.fields.get_mut(first + 1) {
            entry.repeats = false;
        }
        valued
    }

    /// Adds a field. Returns 1 if it has a value, else 0. Where it is called and not inlined, all
    /// takes a fifth longer.
    #[inline(always)]
    fn end_field(&mut self, field: Unfinished, bytes: &[u8], end: usize, by: u8) -> u64 {
        let text = bytes.get(field.start..end).unwrap_or_default();
        // As its repetitions are, one by one: their delimiter may be another than the usual one.
        let valued = match field.repeats {
            true => text.split(|&b| b == by).any(is_valued),
            false => is_valued(text),
        };
        if !valued && text == b"\"\"" {
            self.nulls += 1;
        }
        self.fields.push(Entry {
            start: field.start as u32,
            end: end as u32,
            cuts: (field.cut, self.cuts.len() as u32),
            valued,
            repeats: field.repeats,
            is_deep: field.is_deep,
            marks: Marks::default(),
        });
        u64::from(valued)
    }

    /// The number of the segment that is read next among those with its id.
    fn ordinal(&mut self, id: [u8; 3]) -> u32 {
        if let Some(known) = self.known.iter_mut().find(|known| known.id == id) {
            known.count += 1;
            return known.count;
        }
        self.known.push(Known { id, count: 1, first: self.segments.len() as u32 });
        1
    }
}
