//! Where delimiters stand in a message, as bits: all bytes are looked at once, many at a time, for
//! all that asks for fields and components. To search each value for its components, where it is
//! noted and where it is written, took a tenth of all steps.

use crate::core::Separators;
use crate::core::message::{bits, last_block};
use std::ops::Range;

/// More room than for so many times 64 bytes is not kept for the next message.
const KEPT_MAX: usize = 1 << 16;

/// The delimiters of a message.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Word>);

/// Those among 64 bytes, a bit for each.
#[derive(Clone, Copy, Debug)]
struct Word {
    fields: u64,
    components: u64,
    /// Those of repetitions and subcomponents, and all that is no text as it stands: escapes, and
    /// bytes beyond ASCII.
    others: u64,
}

impl Marks {
    /// Finds those of a message.
    pub(super) fn find(&mut self, bytes: &[u8], sep: Separators) {
        self.0.clear();
        self.0.shrink_to(KEPT_MAX);
        let (chunks, rest) = bytes.as_chunks::<64>();
        self.0.extend(chunks.iter().map(|chunk| Word::of(chunk, sep)));
        // What fills it up may look like one.
        let (last, own) = last_block(rest);
        let word = Word::of(&last, sep);
        self.0.push(Word {
            fields: word.fields & own,
            components: word.components & own,
            others: word.others & own,
        });
    }

    /// The delimiters of fields in a part of the message.
    #[inline]
    pub(super) fn fields(&self, range: Range<usize>) -> Fields<'_> {
        let n = range.start / 64;
        let rest = self.0.get(n).map_or(0, |word| word.fields & (!0 << (range.start % 64)));
        Fields { words: &self.0, n, rest, end: range.end }
    }

    /// Whether anything stands in a part of the message, which is not empty, but plain text and
    /// delimiters of fields and components.
    #[inline]
    pub(super) fn has_others(&self, range: Range<usize>) -> bool {
        if range.len() <= 64 {
            return window(&self.0, range.start, range.len(), |word| word.others) != 0;
        }
        let (first, last) = (range.start / 64, (range.end - 1) / 64);
        let from = !0 << (range.start % 64);
        let to = !0 >> (63 - (range.end - 1) % 64);
        let Some(words) = self.0.get(first..=last) else { return true };
        match words {
            [first, between @ .., last] => {
                first.others & from != 0
                    || last.others & to != 0
                    || between.iter().any(|word| word.others != 0)
            }
            _ => true,
        }
    }

    /// The components of a value.
    ///
    /// `at`: where it begins in the message.
    #[inline]
    pub(super) fn components<'s, 'm>(&'s self, at: usize, raw: &'m [u8]) -> Components<'s, 'm> {
        let mut components = Components { words: &self.0, at, raw, start: 0, base: 0, bits: 0 };
        components.bits = components.window();
        components
    }
}

impl Word {
    #[inline]
    fn of(chunk: &[u8; 64], sep: Separators) -> Self {
        Self {
            fields: bits(chunk, |b| b == sep.field),
            components: bits(chunk, |b| b == sep.component),
            others: bits(chunk, |b| (b == sep.repetition) | is_special(b, sep)),
        }
    }
}

/// Some of the bits of so many bytes from `at` on, of 64 at most.
#[inline]
fn window(words: &[Word], at: usize, length: usize, of: impl Fn(&Word) -> u64) -> u64 {
    let (n, shift) = (at / 64, at % 64);
    let word = |n: usize| words.get(n).map_or(0, &of);
    // Twice, for a shift by 64 is none.
    let bits = word(n) >> shift | word(n + 1) << 1 << (63 - shift);
    if length < 64 { bits & !(!0 << length) } else { bits }
}

/// Whether a byte divides components, or is no text as it stands.
#[inline]
pub(super) fn is_special(b: u8, sep: Separators) -> bool {
    (b == sep.subcomponent) | (b == sep.escape) | (b == 0x1B) | (b >= 0x80)
}

/// The positions of delimiters in a message, in order.
#[derive(Debug)]
pub(super) struct Fields<'s> {
    words: &'s [Word],
    /// The word under way, and what is left of it.
    n: usize,
    rest: u64,
    end: usize,
}

impl Iterator for Fields<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.rest == 0 {
            self.n += 1;
            self.rest = self.words.get(self.n).filter(|_| self.n * 64 < self.end)?.fields;
        }
        let at = self.n * 64 + self.rest.trailing_zeros() as usize;
        self.rest &= self.rest - 1;
        (at < self.end).then_some(at)
    }
}

/// The components of a value, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Components<'s, 'm> {
    words: &'s [Word],
    /// Where the value begins in the message.
    at: usize,
    raw: &'m [u8],
    /// Where the next component begins in the value; behind its end if there is none.
    start: usize,
    /// What is left of the delimiters among the 64 bytes of the value from here on: most values have
    /// no more, and need no step from block to block.
    base: usize,
    bits: u64,
}

impl Components<'_, '_> {
    /// The delimiters among the 64 bytes from the base on.
    #[inline]
    fn window(&self) -> u64 {
        let length = self.raw.len() - self.base;
        window(self.words, self.at + self.base, length, |word| word.components)
    }
}

impl<'m> Iterator for Components<'_, 'm> {
    type Item = &'m [u8];

    #[inline]
    fn next(&mut self) -> Option<&'m [u8]> {
        while self.bits == 0 {
            if self.raw.len() - self.base <= 64 {
                let last = self.raw.get(self.start..);
                self.start = self.raw.len() + 1;
                return last;
            }
            self.base += 64;
            self.bits = self.window();
        }
        let end = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        let piece = self.raw.get(self.start..end);
        self.start = end + 1;
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::message::pieces;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_what_counting_finds(
            text in "[|^a]{0,8}([|^~&a-c]{0,90}|[|^a-z]{0,300})[é\\\\|^]{0,4}",
            start in 0usize..400,
            length in 1usize..200,
        ) {
            let bytes = text.as_bytes();
            let mut marks = Marks::default();
            marks.find(bytes, Separators::default());
            let start = start.min(bytes.len());
            let end = (start + length).min(bytes.len());
            let part = &bytes[start..end];
            let expected: Vec<_> =
                (start..end).filter(|&at| bytes[at] == b'|').collect();
            prop_assert_eq!(marks.fields(start..end).collect::<Vec<_>>(), expected);
            let components: Vec<_> = marks.components(start, part).collect();
            prop_assert_eq!(components, pieces(part, b'^').collect::<Vec<_>>());
            if !part.is_empty() {
                let is_other = |b: &u8| b"~&\\".contains(b) || !b.is_ascii();
                prop_assert_eq!(marks.has_others(start..end), part.iter().any(is_other));
            }
        }
    }
}
