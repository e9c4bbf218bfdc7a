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
    /// Where delimiters of any kind stand.
    found: Vec<u32>,
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
    /// See [`valued_bit`].
    pub(super) valued: u64,
}

/// The bit of a field, from 1, among those that have a value; all from 64 on have one. Two thirds of what
/// maps ask for is not there, which a bit tells in four instructions.
#[inline]
pub(super) fn valued_bit(n: usize) -> u64 {
    match n {
        0 => 0,
        n => 1 << (n - 1).min(63),
    }
}

#[derive(Debug, Default)]
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
#[derive(Clone, Copy, Debug)]
struct Unfinished {
    start: u32,
    cut: u32,
    repeats: bool,
    is_deep: bool,
}

/// Finds all delimiters. All bytes are looked at first, many at a time: in two thirds of the time, for
/// nothing depends on what was found. Returns how many there are at the beginning of `found`, whose
/// room stays.
fn find_delimiters(bytes: &[u8], s: Separators, found: &mut Vec<u32>) -> usize {
    let bits = |chunk: &[u8; 64]| {
        let is_one = chunk.map(|b| {
            let is_inner = (b == s.component) | (b == s.repetition) | (b == s.subcomponent);
            u8::from((b == s.field) | is_inner)
        });
        // The factor brings the lowest bits of eight bytes into the highest byte.
        let eight =
            |bytes: &[u8; 8]| u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        let words = is_one.as_chunks::<8>().0.iter().rev();
        words.fold(0, |bits, bytes| bits << 8 | eight(bytes))
    };
    let mut count = 0;
    let mut add = |start: usize, mut bits: u64| {
        if found.len() < count + 64 {
            found.resize(count + 4096, 0);
        }
        let Some(room) = found.get_mut(count..).and_then(<[u32]>::first_chunk_mut::<64>) else {
            return;
        };
        let mut n = 0;
        while bits != 0 {
            room[n & 63] = start as u32 + bits.trailing_zeros();
            n += 1;
            bits &= bits - 1;
        }
        count += n;
    };
    let (chunks, rest) = bytes.as_chunks::<64>();
    for (n, chunk) in chunks.iter().enumerate() {
        add(n * 64, bits(chunk));
    }
    let mut last = [0; 64];
    rest.iter().zip(&mut last).for_each(|(b, to)| *to = *b);
    // What fills up the last ones may look like one.
    add(bytes.len() - rest.len(), bits(&last) & ((1 << rest.len()) - 1));
    count
}

/// A vector that is written from its beginning, and whose room stays with what was there before: nothing
/// is asked but whether there is room.
#[derive(Debug)]
struct Writer<'v, T> {
    room: &'v mut [T],
    len: usize,
}

impl<'v, T: Default> Writer<'v, T> {
    /// With room for so many.
    fn new(all: &'v mut Vec<T>, room: usize) -> Self {
        if all.len() < room {
            all.resize_with(room, T::default);
        }
        Self { room: all, len: 0 }
    }

    #[inline(always)]
    fn push(&mut self, item: T) {
        if let Some(place) = self.room.get_mut(self.len) {
            *place = item;
            self.len += 1;
        }
    }
}

impl Index {
    /// Finds the fields of a message, which has less than 4 GiB.
    pub(super) fn read(&mut self, message: &Message<'_>) {
        let separators = message.separators();
        self.segments.clear();
        self.ordinals.clear();
        self.nulls = 0;
        let bytes = message.bytes();
        let mut found = std::mem::take(&mut self.found);
        let count = find_delimiters(bytes, separators, &mut found);
        let mut delimiters = found.get(..count).unwrap_or_default();
        // Each field begins with a delimiter, but for MSH-1.
        let (mut fields, mut cuts) =
            (std::mem::take(&mut self.fields), std::mem::take(&mut self.cuts));
        let mut fields_in = Writer::new(&mut fields, count + 1);
        let mut cuts_in = Writer::new(&mut cuts, count);
        for segment in message.segments() {
            let raw = segment.raw();
            let start = message.offset_of(raw);
            let (start, end) = (start as u32, (start + raw.len()) as u32);
            let first = fields_in.len;
            let is_first = self.segments.is_empty();
            let mut line =
                Line { separators, bytes, fields: &mut fields_in, cuts: &mut cuts_in, nulls: 0 };
            let valued = line.read([start, end], is_first, &mut delimiters);
            self.nulls += line.nulls;
            let name = segment.id();
            let id = *name.first_chunk::<3>().filter(|_| name.len() == 3).unwrap_or(b"   ");
            let ordinal = self.ordinal(id);
            let count = (fields_in.len - first) as u32;
            self.segments.push(Place {
                id,
                start,
                end,
                first: first as u32,
                count,
                ordinal,
                valued,
            });
        }
        (self.found, self.fields, self.cuts) = (found, fields, cuts);
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

/// A segment whose fields are found.
#[derive(Debug)]
struct Line<'l, 'v> {
    separators: Separators,
    bytes: &'l [u8],
    fields: &'l mut Writer<'v, Entry>,
    cuts: &'l mut Writer<'v, u32>,
    nulls: u64,
}

impl Line<'_, '_> {
    /// Finds the fields of a segment, and their components. Returns which have a value.
    #[inline(always)]
    fn read(&mut self, [start, end]: [u32; 2], is_header: bool, delimiters: &mut &[u32]) -> u64 {
        let s = self.separators;
        let first = self.fields.len;
        // Before the first delimiter there is no field, but where MSH-1 is that itself.
        let mut field = Unfinished { start: start + 3, cut: 0, repeats: false, is_deep: false };
        let mut valued = if is_header { self.end_field(field, end.min(start + 4)) } else { 0 };
        let mut is_begun = false;
        let mut rest = *delimiters;
        while let Some((&at, behind)) = rest.split_first() {
            if at >= end {
                break;
            }
            rest = behind;
            let Some(&b) = self.bytes.get(at as usize) else { break };
            // Of two with one byte the outer one counts.
            if b == s.field {
                if is_begun {
                    let n = self.fields.len - first;
                    valued |= self.end_field(field, at) << n.min(63);
                }
                is_begun = true;
                let cut = self.cuts.len as u32;
                field = Unfinished { start: at + 1, cut, repeats: false, is_deep: false };
            } else if b == s.repetition {
                field.repeats = true;
            } else if b == s.component {
                self.cuts.push(at);
            } else {
                field.is_deep = true;
            }
        }
        *delimiters = rest;
        if is_begun {
            let n = self.fields.len - first;
            valued |= self.end_field(field, end) << n.min(63);
        }
        // MSH-2 holds the delimiters, and has none.
        if is_header && let Some(entry) = self.fields.room.get_mut(first + 1) {
            entry.repeats = false;
        }
        valued
    }

    /// Adds a field. Returns 1 if it has a value, else 0.
    #[inline(always)]
    fn end_field(&mut self, field: Unfinished, end: u32) -> u64 {
        let text = self.bytes.get(field.start as usize..end as usize).unwrap_or_default();
        let valued = is_valued(text);
        if !valued && text == b"\"\"" {
            self.nulls += 1;
        }
        self.fields.push(Entry {
            start: field.start,
            end,
            cuts: (field.cut, self.cuts.len as u32),
            valued,
            repeats: field.repeats,
            is_deep: field.is_deep,
            marks: Marks::default(),
        });
        u64::from(valued)
    }
}
