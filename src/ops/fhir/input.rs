//! A message as maps read it: its fields are found once, and what no map asked for is known.
//!
//! Each field has a mask of what of it was asked for, so that no table need tell which fields have
//! no target: they are those that nobody read.

use crate::core::{Message, Separators};
use memchr::memchr_iter;
use std::cell::Cell;

/// Where the fields of a message stand; kept from message to message.
#[derive(Debug, Default)]
pub(crate) struct Index {
    segments: Vec<Place>,
    fields: Vec<Entry>,
    /// How many segments there are so far with each id.
    ordinals: Vec<([u8; 3], u32)>,
}

/// A segment: its id, its bytes, its fields.
#[derive(Clone, Copy, Debug)]
struct Place {
    id: [u8; 3],
    start: u32,
    end: u32,
    first: u32,
    count: u32,
    /// The number among the segments with its id, from 1.
    ordinal: u32,
}

#[derive(Debug)]
struct Entry {
    start: u32,
    end: u32,
    used: Cell<u64>,
}

/// The first repetition was asked for.
const FIRST: u64 = 1 << 62;
/// All repetitions were.
const REPETITIONS: u64 = 1 << 63;
/// All components were: bit `n` stands for component `n`, and bit 0 for those from 61 on.
const COMPONENTS: u64 = FIRST - 1;

/// A message, its fields found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'m> {
    bytes: &'m [u8],
    separators: Separators,
    index: &'m Index,
}

impl<'m> Input<'m> {
    /// Finds all fields. `None` for a message of more than 4 GiB.
    pub(crate) fn read(message: &Message<'m>, index: &'m mut Index) -> Option<Self> {
        let bytes = message.bytes();
        u32::try_from(bytes.len()).ok()?;
        let separators = message.separators();
        index.segments.clear();
        index.fields.clear();
        index.ordinals.clear();
        for segment in message.segments() {
            let raw = segment.raw();
            let base = message.offset_of(raw);
            let first = index.fields.len() as u32;
            let entry = |start: usize, end: usize| Entry {
                start: (base + start) as u32,
                end: (base + end) as u32,
                used: Cell::new(0),
            };
            let mut from = None;
            let is_header = index.segments.is_empty();
            if is_header {
                // MSH-1 is the delimiter itself.
                index.fields.push(entry(3, raw.len().min(4)));
            }
            for at in memchr_iter(separators.field, raw) {
                if let Some(from) = from {
                    index.fields.push(entry(from, at));
                }
                from = Some(at + 1);
            }
            if let Some(from) = from {
                index.fields.push(entry(from, raw.len()));
            }
            let name = segment.id();
            let id = *name.first_chunk::<3>().filter(|_| name.len() == 3).unwrap_or(b"   ");
            let ordinal = match index.ordinals.iter_mut().find(|(known, _)| *known == id) {
                Some((_, ordinal)) => {
                    *ordinal += 1;
                    *ordinal
                }
                None => {
                    index.ordinals.push((id, 1));
                    1
                }
            };
            index.segments.push(Place {
                id,
                start: base as u32,
                end: (base + raw.len()) as u32,
                first,
                count: index.fields.len() as u32 - first,
                ordinal,
            });
        }
        Some(Self { bytes, separators, index })
    }

    /// The number of segments.
    pub(crate) fn len(&self) -> usize {
        self.index.segments.len()
    }

    /// The segment at a position, from 0; one without fields and id beyond the last.
    pub(crate) fn seg(&self, at: usize) -> Seg<'m> {
        Seg { input: *self, at }
    }

    /// All segments.
    pub(crate) fn segs(&self) -> impl Iterator<Item = Seg<'m>> + use<'m> {
        let input = *self;
        (0..self.len()).map(move |at| input.seg(at))
    }

    /// The first segment with an id.
    pub(crate) fn first(&self, id: &[u8; 3]) -> Option<Seg<'m>> {
        self.segs().find(|seg| seg.is(id))
    }

    /// The bytes of the message.
    pub(crate) fn bytes(&self) -> &'m [u8] {
        self.bytes
    }
}

/// A segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seg<'m> {
    input: Input<'m>,
    at: usize,
}

impl<'m> Seg<'m> {
    fn place(&self) -> Option<&'m Place> {
        self.input.index.segments.get(self.at)
    }

    /// Its position in the message, from 0.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Its id; blanks if that has not three letters.
    pub(crate) fn id(&self) -> [u8; 3] {
        self.place().map_or(*b"   ", |place| place.id)
    }

    /// Whether it has this id.
    pub(crate) fn is(&self, id: &[u8; 3]) -> bool {
        self.id() == *id
    }

    /// Its number among the segments with its id, from 1: 3 in `OBX[3]`.
    pub(crate) fn ordinal(&self) -> u32 {
        self.place().map_or(0, |place| place.ordinal)
    }

    /// Its bytes.
    pub(crate) fn raw(&self) -> &'m [u8] {
        let range = self.place().map(|place| place.start as usize..place.end as usize);
        range.and_then(|range| self.input.bytes.get(range)).unwrap_or_default()
    }

    /// How many fields it has.
    pub(crate) fn field_count(&self) -> usize {
        self.place().map_or(0, |place| place.count as usize)
    }

    fn entry(&self, n: usize) -> Option<&'m Entry> {
        let place = self.place()?;
        let n = n.checked_sub(1).filter(|&n| n < place.count as usize)?;
        self.input.index.fields.get(place.first as usize + n)
    }

    fn bytes_of(&self, entry: &Entry) -> &'m [u8] {
        self.input.bytes.get(entry.start as usize..entry.end as usize).unwrap_or_default()
    }

    fn parts(&self, raw: &'m [u8], used: Option<&'m Cell<u64>>) -> Parts<'m> {
        let s = self.input.separators;
        Parts { raw, by: s.component, then: s.subcomponent, used, mask: COMPONENTS }
    }

    /// The first repetition of field `n` that has a value. What is asked of it counts as mapped.
    pub(crate) fn get(&self, n: usize) -> Parts<'m> {
        let Some(entry) = self.entry(n) else { return Parts::EMPTY };
        entry.used.set(entry.used.get() | FIRST);
        let first = self.split(self.bytes_of(entry)).find(|raw| is_valued(raw));
        first.map_or(Parts::EMPTY, |raw| self.parts(raw, Some(&entry.used)))
    }

    /// All repetitions of field `n` that have a value. What is asked of them counts as mapped.
    pub(crate) fn all(&self, n: usize) -> impl Iterator<Item = Parts<'m>> + use<'m> {
        let entry = self.entry(n);
        if let Some(entry) = entry {
            entry.used.set(entry.used.get() | FIRST | REPETITIONS);
        }
        let seg = *self;
        let field = entry.map_or(&b""[..], |entry| self.bytes_of(entry));
        let used = entry.map(|entry| &entry.used);
        seg.split(field).filter(|raw| is_valued(raw)).map(move |raw| seg.parts(raw, used))
    }

    /// The first repetition of field `n` that has a value, without counting it as mapped.
    pub(crate) fn peek(&self, n: usize) -> Parts<'m> {
        let Some(entry) = self.entry(n) else { return Parts::EMPTY };
        let first = self.split(self.bytes_of(entry)).find(|raw| is_valued(raw));
        first.map_or(Parts::EMPTY, |raw| self.parts(raw, None))
    }

    /// All repetitions of field `n` that have a value, without counting them as mapped.
    pub(crate) fn all_again(&self, n: usize) -> impl Iterator<Item = Parts<'m>> + Clone + use<'m> {
        let seg = *self;
        let field = self.entry(n).map_or(&b""[..], |entry| self.bytes_of(entry));
        seg.split(field).filter(|raw| is_valued(raw)).map(move |raw| seg.parts(raw, None))
    }

    /// Counts all of field `n` as mapped.
    pub(crate) fn done(&self, n: usize) {
        if let Some(entry) = self.entry(n) {
            entry.used.set(u64::MAX);
        }
    }

    /// Counts as mapped what is in every message and has no meaning of its own, such as Set ID.
    pub(crate) fn valued(&self, n: usize) -> bool {
        self.entry(n).is_some_and(|entry| is_valued(self.bytes_of(entry)))
    }

    fn split(&self, field: &'m [u8]) -> impl Iterator<Item = &'m [u8]> + Clone + use<'m> {
        let by = self.input.separators.repetition;
        // MSH-2 holds the separators.
        let whole = self.at == 0 && field.as_ptr() == self.input.bytes[4..].as_ptr();
        field.split(move |&b| b == by && !whole)
    }

    /// Calls `each` with what has a value and was not asked for: field, repetition (from 1, 0 for
    /// all of the field), component (0 for all of it), and the value as written.
    pub(crate) fn unmapped(&self, mut each: impl FnMut(usize, usize, usize, &'m [u8])) {
        for n in 1..=self.field_count() {
            let Some(entry) = self.entry(n) else { return };
            let used = entry.used.get();
            let raw = self.bytes_of(entry);
            if used == u64::MAX || raw.is_empty() || !is_valued(raw) {
                continue;
            }
            if used & FIRST == 0 {
                each(n, 0, 0, raw);
                continue;
            }
            if used & COMPONENTS == COMPONENTS && used & REPETITIONS != 0 {
                continue;
            }
            let mut first = true;
            for (r, repetition) in self.split(raw).enumerate() {
                if !is_valued(repetition) {
                    continue;
                }
                if !first && used & REPETITIONS == 0 {
                    each(n, r + 1, 0, repetition);
                    continue;
                }
                first = false;
                let by = self.input.separators.component;
                for (c, component) in (1..).zip(repetition.split(|&b| b == by)) {
                    if used & component_bit(c) == 0 && is_valued(component) {
                        each(n, r + 1, c, component);
                    }
                }
            }
        }
    }

    /// How many of its fields are HL7's null, two double quotes.
    pub(crate) fn nulls(&self) -> usize {
        (1..=self.field_count())
            .filter_map(|n| self.entry(n))
            .filter(|entry| self.bytes_of(entry) == b"\"\"")
            .count()
    }
}

fn component_bit(n: usize) -> u64 {
    if n > 60 { 1 } else { 1 << n }
}

/// Whether bytes say anything: not only blanks, delimiters and null values.
fn is_valued(raw: &[u8]) -> bool {
    match raw {
        [] | b"\"\"" => false,
        [first, ..] if first.is_ascii_alphanumeric() => true,
        raw => raw.iter().any(|&b| b.is_ascii_alphanumeric() || b >= 0x80) || has_sign(raw),
    }
}

/// Whether there is a sign that is neither blank, quote, nor a usual delimiter: `+`, `<`, `.`.
fn has_sign(raw: &[u8]) -> bool {
    raw.iter().any(|&b| b > b' ' && !matches!(b, b'"' | b'^' | b'~' | b'&' | b'|'))
}

/// A value and the delimiter of its parts. So one function serves a type as a field, whose parts
/// are components, and as a component, whose parts are subcomponents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'m> {
    raw: &'m [u8],
    /// The delimiter of its parts; CR, which no value holds, if it has none.
    by: u8,
    /// The delimiter of the parts' parts.
    then: u8,
    used: Option<&'m Cell<u64>>,
    /// The bits of `used` that all of it stands for.
    mask: u64,
}

impl<'m> Parts<'m> {
    /// No value.
    pub(crate) const EMPTY: Self = Self { raw: b"", by: b'\r', then: b'\r', used: None, mask: 0 };

    /// Part `n`, from 1; empty if there is none, or if it is HL7's null.
    #[inline]
    pub(crate) fn get(&self, n: usize) -> Self {
        let part = self.peek(n);
        let Some(used) = self.used else { return part };
        let mask = if self.mask == COMPONENTS { component_bit(n) } else { self.mask };
        used.set(used.get() | mask);
        Self { used: self.used, mask, ..part }
    }

    /// Part `n` without counting it as mapped.
    #[inline]
    pub(crate) fn peek(&self, n: usize) -> Self {
        let by = self.by;
        let raw = self.raw.split(|&b| b == by).nth(n.wrapping_sub(1)).unwrap_or_default();
        let raw = if raw == b"\"\"" { b"" } else { raw };
        Self { raw, by: self.then, then: b'\r', used: None, mask: 0 }
    }

    /// The bytes of all of it as written, which counts all of it as mapped.
    #[inline]
    pub(crate) fn raw(&self) -> &'m [u8] {
        if let Some(used) = self.used {
            used.set(used.get() | self.mask);
        }
        self.raw
    }

    /// Counts it as not mapped after all: it could not be carried.
    pub(crate) fn give_up(&self) {
        if let Some(used) = self.used {
            used.set(used.get() & !self.mask);
        }
    }

    /// The bytes without counting them as mapped.
    pub(crate) fn peek_raw(&self) -> &'m [u8] {
        self.raw
    }

    /// The bytes of the first part that has no parts, as written.
    #[inline]
    pub(crate) fn first(&self) -> &'m [u8] {
        let part = self.get(1);
        part.peek(1).raw
    }

    /// The bytes of part `n`, or of its first part if it has such.
    #[inline]
    pub(crate) fn at(&self, n: usize) -> &'m [u8] {
        self.get(n).peek(1).raw
    }

    /// Whether there is a value.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        !is_valued(self.raw)
    }

    /// Whether it has more than one part.
    pub(crate) fn is_split(&self) -> bool {
        self.raw.contains(&self.by)
    }

    /// The same value, whose use counts for no field: for what was mapped before.
    pub(crate) fn again(&self) -> Self {
        Self { used: None, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Frame, Frames};

    fn message(text: &[u8]) -> Message<'_> {
        let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!() };
        Message::new(framed).unwrap()
    }

    #[test]
    fn positions_are_those_of_the_standard() {
        let message = message(b"MSH|^~\\&|LAB^1.2&x|\rPID|1||~12^^^H&1.2&ISO~34|\"\"\rOBX\rOBX|7");
        let mut index = Index::default();
        let input = Input::read(&message, &mut index).unwrap();
        let msh = input.seg(0);
        assert_eq!(msh.get(2).raw(), b"^~\\&");
        assert_eq!(msh.get(3).at(1), b"LAB");
        assert_eq!(msh.get(3).get(2).at(2), b"x");
        let pid = input.seg(1);
        assert_eq!(pid.get(3).at(1), b"12");
        assert_eq!(pid.get(3).get(4).at(3), b"ISO");
        assert_eq!(pid.all(3).map(|p| p.at(1)).collect::<Vec<_>>(), [&b"12"[..], b"34"]);
        assert!(pid.get(4).is_empty() && pid.get(9).is_empty() && pid.get(0).is_empty());
        assert_eq!((input.seg(3).ordinal(), input.seg(3).get(1).raw()), (2, &b"7"[..]));
        assert_eq!(pid.nulls(), 1);
    }

    #[test]
    fn what_nobody_asked_for_is_unmapped() {
        let message = message(b"MSH|^~\\&\rPID|1||a^b~c^d|x|^^y^z|\"\"");
        let mut index = Index::default();
        let input = Input::read(&message, &mut index).unwrap();
        let pid = input.seg(1);
        pid.done(1);
        assert_eq!(pid.get(3).at(1), b"a");
        assert_eq!(pid.get(5).at(3), b"y");
        let mut found = Vec::new();
        pid.unmapped(|f, r, c, raw| found.push((f, r, c, raw)));
        assert_eq!(
            found,
            [(3, 1, 2, &b"b"[..]), (3, 2, 0, b"c^d"), (4, 0, 0, b"x"), (5, 1, 4, b"z")]
        );
        pid.all(3).for_each(|p| _ = p.raw());
        pid.get(5).get(3).give_up();
        found.clear();
        pid.unmapped(|f, r, c, raw| found.push((f, r, c, raw)));
        assert_eq!(found, [(4, 0, 0, &b"x"[..]), (5, 1, 3, b"y"), (5, 1, 4, b"z")]);
    }

    #[test]
    fn values_say_something() {
        for valued in [&b"a"[..], b"-", b"^a", b"\xC3\xA4", b"^^^&x"] {
            assert!(is_valued(valued));
        }
        for empty in [&b""[..], b"\"\"", b"^^", b"^\"\"&", b"  "] {
            assert!(!is_valued(empty));
        }
    }
}
