//! What of a segment has a value and was not carried: a field that no map asked for, or parts of one.

use super::super::index::Entry;
use super::super::parts::{COMPONENTS, FIRST, REPETITIONS, component_bit, is_valued};
use super::Seg;

impl<'m> Seg<'m> {
    /// Calls `each` with what has a value and was not carried as it came: whether it was not at all,
    /// field, repetition (from 1, 0 for all of the field), component (0 for all of it), and the
    /// value as written. What was carried in other words is told only if `with_translated`.
    pub(crate) fn unmapped(
        &self,
        with_translated: bool,
        mut each: impl FnMut(bool, [usize; 3], &'m [u8]),
    ) {
        // The last bit is that of all from 64 on.
        let mut rest = self.valued & (u64::MAX >> 1);
        while rest != 0 {
            let n = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if let Some(entry) = self.fields.get(n)
                && !entry.is_mapped(with_translated)
            {
                self.unmapped_of(n + 1, entry, with_translated, &mut each);
            }
        }
        if self.valued >> 63 != 0 {
            for (n, entry) in (1..).zip(self.fields).skip(63).filter(|(_, entry)| entry.valued) {
                self.unmapped_of(n, entry, with_translated, &mut each);
            }
        }
    }

    /// As [`Seg::unmapped`] for a field with a value.
    fn unmapped_of(
        &self,
        n: usize,
        entry: &'m Entry,
        with_translated: bool,
        each: &mut impl FnMut(bool, [usize; 3], &'m [u8]),
    ) {
        let mapped = entry.marks.mapped();
        let used = entry.used(with_translated);
        if entry.is_mapped(with_translated) {
            return;
        }
        let raw = self.bytes_of(entry);
        if used & FIRST == 0 {
            each(true, [n, 0, 0], raw);
            return;
        }
        let (begin, end) = entry.cuts;
        if !entry.repeats && end - begin < 60 {
            let parts = self.parts(entry, raw, entry.start as usize);
            let mut missing = components(end - begin) & !used;
            while missing != 0 {
                let c = missing.trailing_zeros() as usize;
                missing &= missing - 1;
                let component = parts.peek(c).peek_raw();
                if is_valued(component) {
                    each(mapped & component_bit(c) == 0, [n, 1, c], component);
                }
            }
            return;
        }
        let mut first = true;
        for (r, repetition) in self.split(entry).enumerate() {
            if !is_valued(repetition) {
                continue;
            }
            if !first && used & REPETITIONS == 0 {
                each(true, [n, r + 1, 0], repetition);
                continue;
            }
            first = false;
            let by = self.input.separators.component;
            for (c, component) in (1..).zip(repetition.split(|&b| b == by)) {
                if used & component_bit(c) == 0 && is_valued(component) {
                    each(mapped & component_bit(c) == 0, [n, r + 1, c], component);
                }
            }
        }
    }

    /// All repetitions of a field, as written.
    fn split(&self, entry: &'m Entry) -> impl Iterator<Item = &'m [u8]> + use<'m> {
        let (by, repeats) = (self.input.separators.repetition, entry.repeats);
        self.bytes_of(entry).split(move |&b| repeats && b == by)
    }
}

impl Entry {
    /// What of it was carried as it came.
    #[inline]
    fn used(&self, with_translated: bool) -> u64 {
        let told = if with_translated { self.marks.translated() } else { 0 };
        self.marks.mapped() & !told
    }

    /// Whether all of it was: one question to most of them, which a processor knows the answer to.
    #[inline]
    fn is_mapped(&self, with_translated: bool) -> bool {
        let (first, last) = self.cuts;
        let repetitions = if self.repeats { REPETITIONS } else { 0 };
        let needed = FIRST | repetitions | components(last - first);
        self.used(with_translated) & needed == needed
    }
}

/// The bits of the components of a field with so many delimiters.
#[inline]
fn components(cuts: u32) -> u64 {
    if cuts < 60 { (2 << (cuts + 1)) - 2 } else { COMPONENTS }
}
