//! Which values there are and how often, in bounded memory.
//!
//! The values that come first are counted, each exactly, up to a limit; those that come first when
//! the limit is reached are counted together as the others. What came first does not depend on how
//! a stream is split, as long as its parts are merged in order and a part counts all of its values.
//! Sketches that keep the most frequent values (Misra-Gries, space-saving) do not have that: what
//! they keep, and how much they are wrong, changes with every cut.

use super::hash::hash;
use std::borrow::Cow;

/// So much is kept of a value.
const KEPT: usize = 64;

/// Values and how often each occurs.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// By hash: the number of the entry, from 1; 0 is an empty place.
    places: Vec<u32>,
    entries: Vec<Entry>,
    others: u64,
    /// The entry that occurred last.
    last: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    hash: u64,
    count: u64,
    text: Box<[u8]>,
    is_cut: bool,
}

/// A value and how often it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted<'v> {
    /// Its first bytes.
    pub(super) text: &'v [u8],
    pub(super) is_cut: bool,
    pub(super) count: u64,
}

impl Values {
    /// Counts a value. `text` makes of it what is kept, when it is new and within the limit.
    #[inline]
    pub(super) fn add<'v>(
        &mut self,
        value: &'v [u8],
        hash: u64,
        limit: usize,
        text: impl FnOnce(&'v [u8]) -> Cow<'v, [u8]>,
    ) {
        match self.entries.get_mut(self.last) {
            Some(entry) if entry.hash == hash => entry.count += 1,
            _ => match self.find(hash) {
                Ok(at) => {
                    self.entries[at].count += 1;
                    self.last = at;
                }
                Err(_) if self.entries.len() >= limit => self.others += 1,
                Err(place) => {
                    let text = text(value);
                    let kept = &text[..text.len().min(KEPT)];
                    let is_cut = kept.len() < text.len();
                    self.last = self.entries.len();
                    self.put(place, Entry { hash, count: 1, text: kept.into(), is_cut });
                }
            },
        }
    }

    /// As [`Values::add`] for a value that is kept as it is.
    pub(super) fn add_plain(&mut self, value: &[u8], limit: usize) {
        self.add(value, hash(value), limit, Cow::Borrowed);
    }

    /// Counts something that is not to be kept.
    pub(super) fn add_other(&mut self) {
        self.others += 1;
    }

    /// The entry with a hash, or the place where it would be.
    fn find(&mut self, hash: u64) -> Result<usize, usize> {
        if self.places.len() <= self.entries.len() * 2 {
            self.grow();
        }
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.places[place] as usize {
                0 => return Err(place),
                at if self.entries[at - 1].hash == hash => return Ok(at - 1),
                _ => place = (place + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let bigger = (self.places.len() * 2).max(8);
        self.places.clear();
        self.places.resize(bigger, 0);
        for (entry, number) in self.entries.iter().zip(1..) {
            let mut place = entry.hash as usize & (bigger - 1);
            while self.places[place] != 0 {
                place = (place + 1) & (bigger - 1);
            }
            self.places[place] = number;
        }
    }

    fn put(&mut self, place: usize, entry: Entry) {
        self.entries.push(entry);
        self.places[place] = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
    }

    /// Adds the values of what comes behind, and empties it.
    pub(super) fn merge(&mut self, other: &mut Self, limit: usize) {
        for entry in other.entries.drain(..) {
            match self.find(entry.hash) {
                Ok(at) => self.entries[at].count += entry.count,
                Err(_) if self.entries.len() >= limit => self.others += entry.count,
                Err(place) => self.put(place, entry),
            }
        }
        self.others += other.others;
        other.others = 0;
        other.places.fill(0);
    }

    /// All values that are kept, the most frequent first.
    pub(super) fn ranked(&self) -> Vec<Counted<'_>> {
        let of = |e| {
            let Entry { count, text, is_cut, .. }: &Entry = e;
            Counted { text, is_cut: *is_cut, count: *count }
        };
        let mut all: Vec<Counted<'_>> = self.entries.iter().map(of).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(b.text)));
        all
    }

    /// How many values occurred that are not kept.
    pub(super) fn others(&self) -> u64 {
        self.others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(words: &[String], limit: usize) -> Values {
        let mut values = Values::default();
        words.iter().for_each(|word| values.add_plain(word.as_bytes(), limit));
        values
    }

    #[test]
    fn the_first_values_are_counted_and_the_rest_are_others() {
        let words: Vec<String> = "a b a c d a b d".split(' ').map(str::to_owned).collect();
        let values = of(&words, 3);
        let ranked: Vec<_> = values.ranked().iter().map(|v| (v.text, v.count)).collect();
        assert_eq!(ranked, [(&b"a"[..], 3), (b"b", 2), (b"c", 1)]);
        assert_eq!(values.others(), 2);
    }

    #[test]
    fn long_values_are_told_apart_and_cut() {
        let words = ["x".repeat(65), "x".repeat(66), "x".repeat(64)];
        let values = of(&words, 9);
        let ranked = values.ranked();
        assert_eq!(ranked.iter().filter(|v| v.is_cut && v.text.len() == 64).count(), 2);
        assert_eq!(ranked.len(), 3);
    }

    proptest! {
        #[test]
        fn parts_make_no_difference(
            words in proptest::collection::vec("[a-f]{1,2}", 0..60),
            cut in 0usize..60,
            limit in 1usize..12,
        ) {
            let whole = of(&words, limit);
            let (first, rest) = words.split_at(cut.min(words.len()));
            let mut merged = Values::default();
            for part in [first, rest] {
                merged.merge(&mut of(part, usize::MAX), limit);
            }
            prop_assert_eq!(merged.ranked(), whole.ranked());
            prop_assert_eq!(merged.others(), whole.others());
        }
    }
}
