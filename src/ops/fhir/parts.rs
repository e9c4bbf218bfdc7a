//! A value of a message and its parts, and which of them were asked for.

use std::cell::Cell;
use std::ops::Range;

/// What of a field was asked for, and what of that could not be carried, in any repetition.
#[derive(Debug, Default)]
pub(super) struct Marks {
    used: Cell<u64>,
    dropped: Cell<u64>,
    /// What was carried in other words, such as the name of a system as its URI.
    translated: Cell<u64>,
}

impl Marks {
    pub(super) const fn new() -> Self {
        Self { used: Cell::new(0), dropped: Cell::new(0), translated: Cell::new(0) }
    }

    /// How many bytes [`Marks::to_bytes`] gives.
    pub(super) const SIZE: usize = 24;

    /// All of it as bytes, for [`Marks::of_bytes`].
    pub(super) fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let all = [&self.used, &self.dropped, &self.translated];
        for (to, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(all) {
            *to = word.get().to_ne_bytes();
        }
        bytes
    }

    #[inline]
    pub(super) fn of_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let word = |n: usize| {
            let word = bytes.as_chunks::<8>().0.get(n).copied().unwrap_or_default();
            Cell::new(u64::from_ne_bytes(word))
        };
        Self { used: word(0), dropped: word(1), translated: word(2) }
    }

    #[inline]
    pub(super) fn add(&self, mask: u64) {
        self.used.set(self.used.get() | mask);
    }

    fn drop(&self, mask: u64) {
        self.dropped.set(self.dropped.get() | mask & COMPONENTS);
    }

    #[inline]
    fn translate(&self, mask: u64) {
        self.translated.set(self.translated.get() | mask & COMPONENTS);
    }

    /// Adds what other marks have.
    #[inline]
    pub(super) fn join(&self, other: &Self) {
        self.add(other.used.get());
        self.dropped.set(self.dropped.get() | other.dropped.get());
        self.translated.set(self.translated.get() | other.translated.get());
    }

    /// Counts all of it as carried.
    pub(super) fn done(&self) {
        self.used.set(u64::MAX);
        self.dropped.set(0);
    }

    /// All that was asked for and carried.
    pub(super) fn mapped(&self) -> u64 {
        self.used.get() & !self.dropped.get()
    }

    /// What was carried in other words.
    pub(super) fn translated(&self) -> u64 {
        self.translated.get()
    }
}

/// The first repetition was asked for.
pub(super) const FIRST: u64 = 1 << 62;
/// All repetitions were.
pub(super) const REPETITIONS: u64 = 1 << 63;
/// All components were: bit `n` stands for component `n`, and bit 0 for those from 61 on.
pub(super) const COMPONENTS: u64 = FIRST - 1;

#[inline]
pub(super) const fn component_bit(n: usize) -> u64 {
    if n > 60 { 1 } else { 1 << n }
}

/// The bits of several components; 0 is none.
#[inline]
pub(crate) const fn component_bits<const N: usize>(numbers: [usize; N]) -> u64 {
    let (mut all, mut n) = (0, 0);
    while n < N {
        if numbers[n] > 0 {
            all |= component_bit(numbers[n]);
        }
        n += 1;
    }
    all
}

/// Whether bytes say anything: not only blanks, delimiters and null values.
#[inline]
pub(crate) fn is_valued(raw: &[u8]) -> bool {
    match raw {
        [] => false,
        [first, ..] if first.is_ascii_alphanumeric() => true,
        raw => is_valued_behind(raw),
    }
}

fn is_valued_behind(raw: &[u8]) -> bool {
    match raw {
        b"\"\"" => false,
        raw => raw.iter().any(|&b| b.is_ascii_alphanumeric() || b >= 0x80) || has_sign(raw),
    }
}

/// Whether there is a sign that is neither blank, quote, nor a usual delimiter: `+`, `<`, `.`.
fn has_sign(raw: &[u8]) -> bool {
    raw.iter().any(|&b| b > b' ' && !matches!(b, b'"' | b'^' | b'~' | b'&' | b'|'))
}

/// No bytes, at a place that can be read. What a slice of none points to otherwise cannot, and then a
/// comparison with such takes hundreds of cycles on some processors: a twentieth of all the time.
pub(super) const NOTHING: &[u8] = {
    static PLACE: [u8; 64] = [0; 64];
    PLACE.split_at(0).0
};

/// A value and the delimiter of its parts. So one function serves a type as a field, whose parts
/// are components, and as a component, whose parts are subcomponents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'m> {
    raw: &'m [u8],
    /// Where the delimiters of its components stand in the message, if it has such: components are
    /// asked for so often that they are found before. Those of subcomponents are looked for.
    cuts: &'m [u32],
    /// Where it begins in the message.
    start: u32,
    /// The delimiter of its parts if there are no `cuts`; CR, which no value holds, if it has none.
    by: u8,
    /// The delimiter of the parts' parts.
    then: u8,
    used: Option<&'m Marks>,
    /// The bits of `used` that all of it stands for.
    mask: u64,
}

impl<'m> Parts<'m> {
    /// No value.
    pub(crate) const EMPTY: Self =
        Self { raw: NOTHING, cuts: &[], start: 0, by: b'\r', then: b'\r', used: None, mask: 0 };

    /// A field or a repetition, which begins at `start` and has delimiters of components at `cuts`.
    /// `then`: the delimiter of subcomponents, CR if there are none.
    #[inline]
    pub(super) fn of_field(raw: &'m [u8], start: u32, cuts: &'m [u32], then: u8) -> Self {
        // A value without components is its first one.
        Self { raw, cuts, start, by: b'\r', then, used: None, mask: COMPONENTS }
    }

    /// Where a field or a repetition stands in the message.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.raw.len()
    }

    /// The same, marking what is asked of it.
    #[inline]
    pub(super) fn marking<'s>(self, marks: &'s Marks) -> Parts<'s>
    where
        'm: 's,
    {
        Parts { used: Some(marks), ..self }
    }

    /// Marks what was asked of the same value before.
    #[inline]
    pub(super) fn add(&self, marks: &Marks) {
        if let Some(used) = self.used {
            used.add(marks.used.get());
            used.drop(marks.dropped.get());
            used.translate(marks.translated.get());
        }
    }

    /// Begins to note what is asked of it. Returns what was asked before, for [`Parts::noted`].
    pub(super) fn note(&self) -> Marks {
        let Some(used) = self.used else { return Marks::new() };
        Marks {
            used: Cell::new(used.used.take()),
            dropped: Cell::new(used.dropped.take()),
            translated: Cell::new(used.translated.take()),
        }
    }

    /// What was asked of it since.
    pub(super) fn noted(&self, before: Marks) -> Marks {
        let Some(used) = self.used else { return Marks::new() };
        let noted = Marks {
            used: used.used.clone(),
            dropped: used.dropped.clone(),
            translated: used.translated.clone(),
        };
        self.add(&before);
        noted
    }

    /// Tells values with the same bytes apart: which component of its field it is or is part of, 62 for
    /// all of it; above 127 if it does not matter what is asked of it.
    #[inline]
    pub(super) fn place(&self) -> u8 {
        let is_field = self.mask == COMPONENTS;
        match self.used {
            None => 128 | u8::from(is_field) << 1 | u8::from(self.by != b'\r'),
            Some(_) if is_field => 62,
            Some(_) => self.mask.trailing_zeros() as u8,
        }
    }

    /// Part `n`, from 1; empty if there is none, or if it is HL7's null.
    #[inline]
    pub(crate) fn get(&self, n: usize) -> Self {
        let part = self.peek(n);
        let Some(used) = self.used else { return part };
        let mask = if self.mask == COMPONENTS { component_bit(n) } else { self.mask };
        used.add(mask);
        Self { used: self.used, mask, ..part }
    }

    /// Counts components as mapped, or all of it if it is one; so each of them need not be asked for
    /// if it is not there.
    #[inline]
    pub(crate) fn ask(&self, components: u64) {
        if let Some(used) = self.used {
            used.add(if self.mask == COMPONENTS { components } else { self.mask });
        }
    }

    /// A number that none of its parts is beyond.
    #[inline]
    pub(crate) fn last(&self) -> usize {
        match self.cuts {
            [] if self.by == b'\r' => 1,
            [] => usize::MAX,
            cuts => cuts.len() + 1,
        }
    }

    /// Part `n` without counting it as mapped.
    #[inline]
    pub(crate) fn peek(&self, n: usize) -> Self {
        let raw = self.part(n);
        Self { raw, cuts: &[], start: 0, by: self.then, then: b'\r', used: None, mask: 0 }
    }

    /// The bytes of part `n`, without counting them as mapped.
    #[inline]
    pub(crate) fn part(&self, n: usize) -> &'m [u8] {
        let raw = match self.cuts {
            [] if self.by == b'\r' => {
                if n == 1 {
                    self.raw
                } else {
                    NOTHING
                }
            }
            [] => self.raw.split(|&b| b == self.by).nth(n.wrapping_sub(1)).unwrap_or(NOTHING),
            cuts => {
                let at = |cut: &u32| cut.wrapping_sub(self.start) as usize;
                let start = match n {
                    0 => return NOTHING,
                    1 => 0,
                    n => match cuts.get(n - 2) {
                        Some(cut) => at(cut) + 1,
                        None => return NOTHING,
                    },
                };
                let end = cuts.get(n - 1).map_or(self.raw.len(), at);
                self.raw.get(start..end).unwrap_or(NOTHING)
            }
        };
        if raw == b"\"\"" { NOTHING } else { raw }
    }

    /// The components of a field that has `N` at most, and no subcomponents; they are not counted as
    /// mapped.
    #[inline]
    pub(crate) fn flat<const N: usize>(&self) -> Option<[&'m [u8]; N]> {
        let is_field = self.mask == COMPONENTS && self.by == b'\r' && self.then == b'\r';
        if !is_field || self.cuts.len() >= N {
            return None;
        }
        let mut components = [NOTHING; N];
        let mut start = 0;
        for (component, cut) in components.iter_mut().zip(self.cuts) {
            let end = cut.wrapping_sub(self.start) as usize;
            *component = self.raw.get(start..end)?;
            start = end + 1;
        }
        *components.get_mut(self.cuts.len())? = self.raw.get(start..)?;
        Some(components)
    }

    /// Remembers that a component was carried in other words, or that it could not be.
    #[inline]
    pub(crate) fn ask_in_words(&self, n: usize, is_carried: bool) {
        let Some(used) = self.used else { return };
        match is_carried {
            true => used.translate(component_bit(n)),
            false => used.drop(component_bit(n)),
        }
    }

    /// The bytes of all of it as written, which counts all of it as mapped.
    #[inline]
    pub(crate) fn raw(&self) -> &'m [u8] {
        if let Some(used) = self.used {
            used.add(self.mask);
        }
        self.raw
    }

    /// Remembers that it was carried, but in other words.
    #[inline]
    pub(crate) fn translated(&self) {
        if let Some(used) = self.used {
            used.translate(self.mask);
        }
    }

    /// Counts it as not mapped after all, whatever other repetitions are: it could not be carried.
    pub(crate) fn give_up(&self) {
        if let Some(used) = self.used {
            used.drop(self.mask);
        }
    }

    /// The bytes without counting them as mapped.
    pub(crate) fn peek_raw(&self) -> &'m [u8] {
        self.raw
    }

    /// The bytes of the first part that has no parts, as written.
    #[inline]
    pub(crate) fn first(&self) -> &'m [u8] {
        self.at(1)
    }

    /// The bytes of part `n`, or of its first part if it has such.
    #[inline]
    pub(crate) fn at(&self, n: usize) -> &'m [u8] {
        let part = self.get(n);
        part.part(1)
    }

    /// Whether there is a value.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.raw.is_empty() || !is_valued(self.raw)
    }

    /// Whether it has more than one part.
    pub(crate) fn is_split(&self) -> bool {
        !self.cuts.is_empty() || (self.by != b'\r' && self.raw.contains(&self.by))
    }

    /// The same value, whose use counts for no field: for what was mapped before.
    pub(crate) fn again(&self) -> Self {
        Self { used: None, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
