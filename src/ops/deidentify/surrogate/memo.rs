//! What was made already, for the values of one message.

use super::super::Kind;
use super::Surrogates;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// The fewest slots, a power of two.
const MIN_SLOTS: usize = 256;

/// The most slots, and bytes, that are kept from one message to the next.
const MAX_KEPT: usize = 1 << 16;

/// Remembers surrogates, so that a value that stands in a message again costs a look-up.
///
/// To be cleared before each message; then it grows with the largest message only. A memo is for
/// one `Surrogates`.
#[derive(Default)]
pub struct Memo {
    entries: Vec<Entry>,
    /// Values and surrogates.
    bytes: Vec<u8>,
    /// The numbers of entries by hash, plus one; 0 is free. Linear probing, at most half full.
    slots: Vec<u32>,
    /// Its seed is secret, so that no message can be made in which all values collide.
    hasher: RandomState,
}

struct Entry {
    hash: u64,
    slot: usize,
    kind: Kind,
    value: Range<usize>,
    surrogate: Range<usize>,
}

impl fmt::Debug for Memo {
    /// Without what it remembers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Memo {
    /// Forgets everything.
    pub fn clear(&mut self) {
        // One by one: after a large message they are few among many.
        for entry in self.entries.drain(..) {
            self.slots[entry.slot] = 0;
        }
        self.bytes.clear();
        self.slots.truncate(MAX_KEPT);
        self.slots.shrink_to(MAX_KEPT);
        self.entries.shrink_to(MAX_KEPT / 2);
        self.bytes.shrink_to(MAX_KEPT);
    }

    /// The surrogate as [`Surrogates::write`] makes it.
    pub fn get(&mut self, surrogates: &Surrogates, kind: Kind, text: &[u8]) -> &[u8] {
        let hash = self.hasher.hash_one((kind, text));
        if self.entries.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let last = self.slots.len() - 1;
        let mut slot = hash as usize & last;
        while let Some(at) = self.slots[slot].checked_sub(1) {
            let entry = &self.entries[at as usize];
            let is_same = entry.hash == hash && entry.kind == kind;
            if is_same && self.bytes[entry.value.clone()] == *text {
                return &self.bytes[entry.surrogate.clone()];
            }
            slot = (slot + 1) & last;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        let end = self.bytes.len();
        surrogates.write(kind, text, &mut self.bytes);
        let surrogate = end..self.bytes.len();
        let value = start..end;
        self.entries.push(Entry { hash, slot, kind, value, surrogate: surrogate.clone() });
        self.slots[slot] = u32::try_from(self.entries.len()).unwrap_or(0);
        &self.bytes[surrogate]
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(MIN_SLOTS)];
        let last = self.slots.len() - 1;
        for (entry, number) in self.entries.iter_mut().zip(1..) {
            entry.slot = entry.hash as usize & last;
            while self.slots[entry.slot] != 0 {
                entry.slot = (entry.slot + 1) & last;
            }
            self.slots[entry.slot] = number;
        }
    }
}
