//! A message as maps read it: its fields are found once, and what no map asked for is known.
//!
//! Each field has a mask of what of it was asked for, so that no table need tell which fields have
//! no target: they are those that nobody read.

mod unmapped;

pub(crate) use super::index::Index;
use super::index::{Entry, Known, Place, valued_bit};
use super::parts::{FIRST, Marks, REPETITIONS};
pub(crate) use super::parts::{Parts, component_bits, is_valued};
use crate::core::{Message, Separators};

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
        index.read(message);
        Some(Self { bytes, separators: message.separators(), index })
    }

    /// The number of segments.
    pub(crate) fn len(&self) -> usize {
        self.index.segments.len()
    }

    /// The segment at a position, from 0; one without fields and id beyond the last.
    pub(crate) fn seg(&self, at: usize) -> Seg<'m> {
        let index = self.index;
        let range = |place: &Place| place.first as usize..(place.first + place.count) as usize;
        let place = index.segments.get(at);
        let fields = place.and_then(|place| index.fields.get(range(place)));
        let valued = place.map_or(0, |place| place.valued);
        Seg { input: *self, at, fields: fields.unwrap_or_default(), valued }
    }

    /// The id of the segment at a position; blanks if that has not three letters.
    #[inline]
    pub(crate) fn id_at(&self, at: usize) -> [u8; 3] {
        self.index.segments.get(at).map_or(*b"   ", |place| place.id)
    }

    /// All segments.
    pub(crate) fn segs(&self) -> impl Iterator<Item = Seg<'m>> + use<'m> {
        let input = *self;
        (0..self.len()).map(move |at| input.seg(at))
    }

    /// The first segment with an id.
    pub(crate) fn first(&self, id: &[u8; 3]) -> Option<Seg<'m>> {
        Some(self.seg(self.known(id)?.first as usize))
    }

    /// Whether there is a segment with an id.
    #[inline]
    pub(crate) fn has(&self, id: &[u8; 3]) -> bool {
        self.known(id).is_some()
    }

    /// How many segments have an id.
    pub(crate) fn count(&self, id: &[u8; 3]) -> u32 {
        self.known(id).map_or(0, |known| known.count)
    }

    #[inline]
    fn known(&self, id: &[u8; 3]) -> Option<&'m Known> {
        self.index.known.iter().find(|known| known.id == *id)
    }

    /// How many fields are HL7's null, two double quotes.
    pub(crate) fn nulls(&self) -> u64 {
        self.index.nulls
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
    fields: &'m [Entry],
    /// Which of the fields have a value, as [`valued_bit`] has them.
    valued: u64,
}

impl<'m> Seg<'m> {
    #[inline]
    fn place(&self) -> Option<&'m Place> {
        self.input.index.segments.get(self.at)
    }

    /// Its position in the message, from 0.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Its id; blanks if that has not three letters.
    #[inline]
    pub(crate) fn id(&self) -> [u8; 3] {
        self.place().map_or(*b"   ", |place| place.id)
    }

    /// The segment behind it; one without fields and id behind the last.
    pub(crate) fn next(&self) -> Self {
        self.input.seg(self.at + 1)
    }

    /// Whether it has this id.
    #[inline]
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

    /// Field `n`, if it has a value.
    #[inline]
    fn entry(&self, n: usize) -> Option<&'m Entry> {
        if self.valued & valued_bit(n) == 0 {
            return None;
        }
        // The bit of those from 64 on is that of all of them.
        self.fields.get(n.wrapping_sub(1)).filter(|entry| n < 64 || entry.valued)
    }

    #[inline]
    fn bytes_of(&self, entry: &Entry) -> &'m [u8] {
        self.input.bytes.get(entry.start as usize..entry.end as usize).unwrap_or_default()
    }

    /// The bytes from field `first` to field `last`, or to the last one that there is.
    #[inline]
    pub(super) fn run(&self, first: usize, last: usize) -> &'m [u8] {
        let Some(start) = self.fields.get(first.wrapping_sub(1)) else { return &[] };
        let last = last.min(self.fields.len()).wrapping_sub(1);
        let end = self.fields.get(last).map_or(start.end, |entry| entry.end);
        self.input.bytes.get(start.start as usize..end as usize).unwrap_or_default()
    }

    /// Whether each of some fields says the same as in another segment, or nothing.
    pub(super) fn adds_nothing_to(&self, other: &Self, fields: &[usize]) -> bool {
        let is_same = |n| !self.valued(n) || self.run(n, n) == other.run(n, n);
        fields.iter().all(|&n| is_same(n))
    }

    /// As [`Seg::adds_nothing_to`] for all fields but the first, which is a number in most segments.
    pub(super) fn is_told_by(&self, other: &Self) -> bool {
        (2..=self.fields.len()).all(|n| self.adds_nothing_to(other, &[n]))
    }

    /// Counts fields that say the same as in another segment as mapped if they are there.
    pub(super) fn count_as(&self, other: &Self) {
        for n in 1..=self.fields.len() {
            if let Some(known) = other.entry(n).filter(|_| self.run(n, n) == other.run(n, n)) {
                self.mark(n, &known.marks);
            }
        }
    }

    /// Marks what was asked of field `n` where it was the same.
    #[inline]
    pub(super) fn mark(&self, n: usize, marks: &Marks) {
        if let Some(entry) = self.entry(n) {
            entry.marks.join(marks);
        }
    }

    /// The delimiter of components.
    pub(crate) fn component_separator(&self) -> u8 {
        self.input.separators.component
    }

    /// A value of a field: all of it, or a repetition.
    #[inline]
    fn parts(&self, entry: &'m Entry, raw: &'m [u8], start: usize) -> Parts<'m> {
        let s = self.input.separators;
        let cuts = entry.cuts.0 as usize..entry.cuts.1 as usize;
        let mut cuts = self.input.index.cuts.get(cuts).unwrap_or_default();
        if entry.repeats {
            let before = cuts.partition_point(|&cut| (cut as usize) < start);
            cuts = &cuts[before..];
            let inside = cuts.partition_point(|&cut| (cut as usize) < start + raw.len());
            cuts = &cuts[..inside];
        }
        let then = if entry.is_deep { s.subcomponent } else { b'\r' };
        Parts::of_field(raw, start as u32, cuts, then)
    }

    /// The first repetition of a field that has a value.
    #[inline]
    fn first_of(&self, entry: &'m Entry) -> Parts<'m> {
        match entry.repeats {
            false => self.parts(entry, self.bytes_of(entry), entry.start as usize),
            true => self.first_repetition(entry),
        }
    }

    #[cold]
    fn first_repetition(&self, entry: &'m Entry) -> Parts<'m> {
        Repetitions { seg: *self, entry: Some(entry), next: 0 }.next().unwrap_or(Parts::EMPTY)
    }

    /// The first repetition of field `n` that has a value. What is asked of it counts as mapped.
    #[inline]
    pub(crate) fn get(&self, n: usize) -> Parts<'m> {
        let Some(entry) = self.entry(n) else { return Parts::EMPTY };
        entry.marks.add(FIRST);
        self.first_of(entry).marking(&entry.marks)
    }

    /// As [`Seg::get`] for what may be asked of field `n` later: it does not count as asked for yet.
    #[inline]
    pub(crate) fn untouched(&self, n: usize) -> Parts<'m> {
        let Some(entry) = self.entry(n) else { return Parts::EMPTY };
        self.first_of(entry).marking(&entry.marks)
    }

    /// All repetitions of field `n` that have a value. What is asked of them counts as mapped.
    #[inline]
    pub(crate) fn all(&self, n: usize) -> impl Iterator<Item = Parts<'m>> + use<'m> {
        let entry = self.entry(n);
        if let Some(entry) = entry {
            entry.marks.add(FIRST | REPETITIONS);
        }
        let all = Repetitions { seg: *self, entry, next: 0 };
        all.map(move |parts| match entry {
            Some(entry) => parts.marking(&entry.marks),
            None => parts,
        })
    }

    /// The first repetition of field `n` that has a value, without counting it as mapped.
    #[inline]
    pub(crate) fn peek(&self, n: usize) -> Parts<'m> {
        self.entry(n).map_or(Parts::EMPTY, |entry| self.first_of(entry))
    }

    /// All repetitions of field `n` that have a value, without counting them as mapped.
    #[inline]
    pub(crate) fn all_again(&self, n: usize) -> impl Iterator<Item = Parts<'m>> + Clone + use<'m> {
        Repetitions { seg: *self, entry: self.entry(n), next: 0 }
    }

    /// Counts all of field `n` as mapped.
    #[inline]
    pub(crate) fn done(&self, n: usize) {
        if let Some(entry) = self.entry(n) {
            entry.marks.done();
        }
    }

    /// Whether something of field `n` was asked for.
    pub(crate) fn is_used(&self, n: usize) -> bool {
        self.entry(n).is_some_and(|entry| entry.marks.mapped() & FIRST != 0)
    }

    /// Whether field `n` has a value.
    #[inline]
    pub(crate) fn valued(&self, n: usize) -> bool {
        self.entry(n).is_some()
    }

    /// Whether any field but the first has a value.
    pub(super) fn has_more(&self) -> bool {
        self.valued & !valued_bit(1) != 0
    }

    /// Whether any of these fields, which are below 64, has a value.
    #[inline]
    pub(crate) fn any<const N: usize>(&self, fields: [usize; N]) -> bool {
        self.valued & fields.into_iter().fold(0, |bits, n| bits | valued_bit(n)) != 0
    }
}

/// The repetitions of a field that have a value, where no mark is set.
#[derive(Clone, Copy, Debug)]
struct Repetitions<'m> {
    seg: Seg<'m>,
    /// The field, until all were told.
    entry: Option<&'m Entry>,
    /// Where the next one begins in the field.
    next: usize,
}

impl<'m> Iterator for Repetitions<'m> {
    type Item = Parts<'m>;

    #[inline]
    fn next(&mut self) -> Option<Parts<'m>> {
        let entry = self.entry?;
        if entry.repeats {
            return self.next_of(entry);
        }
        self.entry = None;
        Some(self.seg.parts(entry, self.seg.bytes_of(entry), entry.start as usize))
    }
}

impl<'m> Repetitions<'m> {
    /// The next one of a field that has several.
    fn next_of(&mut self, entry: &'m Entry) -> Option<Parts<'m>> {
        let field = self.seg.bytes_of(entry);
        let by = self.seg.input.separators.repetition;
        while self.entry.is_some() {
            let from = self.next;
            let rest = field.get(from..)?;
            let raw = match memchr::memchr(by, rest) {
                Some(length) => {
                    self.next = from + length + 1;
                    &rest[..length]
                }
                None => {
                    self.entry = None;
                    rest
                }
            };
            if is_valued(raw) {
                return Some(self.seg.parts(entry, raw, entry.start as usize + from));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Frame, Frames};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

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
        assert_eq!(input.nulls(), 1);
    }

    #[test]
    fn fields_are_found_wherever_they_stand() {
        // Delimiters at each place of the words that they are found by.
        for length in 0..150 {
            let text =
                [b"MSH|^~\\&|", &vec![b'x'; length][..], b"|a^b||c~d&e|\rZ|", &[b'y'; 70], b"^|z"];
            let text = text.concat();
            let message = message(&text);
            let mut index = Index::default();
            let input = Input::read(&message, &mut index).unwrap();
            let msh = input.seg(0);
            assert_eq!(msh.get(3).raw().len(), length);
            assert_eq!((msh.get(4).at(2), msh.get(5).raw()), (&b"b"[..], &b""[..]), "{length}");
            let last: Vec<_> = msh.all(6).map(|repetition| repetition.get(1).at(2)).collect();
            assert_eq!(last, [&b""[..], b"e"], "{length}");
            assert!(msh.get(7).is_empty() && !msh.valued(8));
            let z = input.seg(1);
            assert_eq!((z.get(1).at(1).len(), z.get(2).raw()), (70, &b"z"[..]), "{length}");
        }
    }

    /// The parts of bytes that say something.
    fn valued_parts(raw: &[u8], by: u8) -> Vec<&[u8]> {
        raw.split(|&b| b == by).filter(|part| is_valued(part)).collect()
    }

    proptest! {
        #[test]
        fn fields_are_those_of_the_segment(
            body in vec(select(b"||||||||^~&\"x7 \rQ".as_slice()), 0..400),
            header in select(vec![&b"MSH|^~\\&|"[..], b"MSH|~^\\&|", b"MSH|^&\\~|"]),
        ) {
            let text = [header, &body].concat();
            let message = message(&text);
            let mut index = Index::default();
            // What was there before makes no difference.
            for text in [&b"MSH|^~\\&|a^b~c&d|e|f|g|h\rPID|1||\"\"|3^4"[..], &text] {
                Input::read(&self::message(text), &mut index).unwrap();
            }
            let input = Input::read(&message, &mut index).unwrap();
            let s = message.separators();
            for (seg, segment) in input.segs().zip(message.segments()) {
                for n in 1..90 {
                    let raw = segment.field(n).map_or(&b""[..], |field| field.raw());
                    assert_eq!(seg.valued(n), is_valued(raw), "{n}");
                    assert!(n > 63 || seg.any([n]) == seg.valued(n));
                    if !is_valued(raw) {
                        continue;
                    }
                    assert_eq!(seg.run(n, n), raw);
                    let by = if (seg.at(), n) == (0, 2) { b'\r' } else { s.repetition };
                    let parts = valued_parts(raw, by);
                    let found: Vec<_> = seg.all_again(n).map(|part| part.peek_raw()).collect();
                    assert_eq!(found, parts);
                    assert_eq!(seg.peek(n).peek_raw(), parts.first().copied().unwrap_or_default());
                }
                // A field of which nothing was asked is told as a whole.
                let mut told = Vec::new();
                seg.unmapped(false, |lost, place, _| told.push((lost, place)));
                let valued = (1..500).filter(|&n| seg.valued(n));
                assert_eq!(told, valued.map(|n| (true, [n, 0, 0])).collect::<Vec<_>>());
            }
        }
    }

    /// With delimiters that are usually others, a field of them alone has no repetition that says anything.
    #[test]
    fn a_field_is_valued_if_a_repetition_is() {
        let message = message(b"MSH|~\\^|\rEVN|^~\\&|a\\&|\\\\");
        let mut index = Index::default();
        let input = Input::read(&message, &mut index).unwrap();
        let evn = input.seg(1);
        assert_eq!([1, 2, 3].map(|n| evn.valued(n)), [false, true, false]);
        assert_eq!([1, 2, 3].map(|n| evn.all(n).count()), [0, 1, 0]);
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
        pid.unmapped(false, |_, [f, r, c], raw| found.push((f, r, c, raw)));
        assert_eq!(
            found,
            [(3, 1, 2, &b"b"[..]), (3, 2, 0, b"c^d"), (4, 0, 0, b"x"), (5, 1, 4, b"z")]
        );
        pid.all(3).for_each(|p| _ = p.raw());
        pid.get(5).get(3).give_up();
        found.clear();
        pid.unmapped(false, |_, [f, r, c], raw| found.push((f, r, c, raw)));
        assert_eq!(found, [(4, 0, 0, &b"x"[..]), (5, 1, 3, b"y"), (5, 1, 4, b"z")]);
    }
}
