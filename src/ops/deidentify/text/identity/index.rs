//! Keys of words and numbers, with what they were noted for.

use super::{Hold, Noted};
use crate::ops::deidentify::Kind;

/// So many values of one kind are told apart that share a word or number. More tell nothing new,
/// and all of them would be gone through for each.
const SHARED_MAX: usize = 4;

/// A table of more places is not kept for the next message.
const KEPT_MAX: usize = 4096;

/// Open addressing; a key can be there several times, with several values.
#[derive(Debug, Default)]
pub(super) struct Index {
    slots: Vec<Slot>,
    used: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// 0 in a free place.
    key: u64,
    noted: Noted,
}

/// A word or number that is to be found by its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: u64,
    pub(super) noted: Noted,
    /// It is none if the same value has the key already.
    pub(super) is_spelling: bool,
}

impl Index {
    /// Forgets all keys.
    pub(super) fn clear(&mut self) {
        if self.slots.len() > KEPT_MAX {
            self.slots = Vec::new();
        }
        self.slots.fill(Slot::default());
        self.used = 0;
    }

    /// Takes a key, not 0, unless as many values of the kind have it that are told apart.
    fn insert(&mut self, key: u64, noted: Noted) {
        self.make_room();
        let mask = self.slots.len() - 1;
        let mut at = place(key, mask);
        let mut shared = 0;
        while let Some(slot) = self.slots.get(at)
            && slot.key != 0
        {
            let is_like = slot.noted.kind == noted.kind && slot.noted.unless == noted.unless;
            shared += usize::from(slot.key == key && is_like);
            if shared == SHARED_MAX {
                return;
            }
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { key, noted };
            self.used += 1;
        }
    }

    /// Takes a word or number of the last value.
    pub(super) fn add(&mut self, entry: Entry) {
        let Entry { key, noted, is_spelling } = entry;
        if !is_spelling || !self.find(key).any(|known| known.value == noted.value) {
            self.insert(key, noted);
        }
    }

    /// Takes a value, of which what it consists of is to follow; `false` if it is known. A date has
    /// the key of its day.
    pub(super) fn take_value(&mut self, kind: Kind, key: u64, value: u32) -> bool {
        match kind {
            Kind::Date => !self.find(key).any(|noted| noted.kind == Kind::Date),
            _ => self.insert_new(key, value),
        }
    }

    /// Takes the key of a whole value; `false` if it is known.
    fn insert_new(&mut self, key: u64, value: u32) -> bool {
        self.make_room();
        let mask = self.slots.len() - 1;
        let mut at = place(key, mask);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.key == key {
                return false;
            }
            if slot.key == 0 {
                *slot = Slot { key, noted: Noted { value, hold: Hold::Weak, ..Noted::default() } };
                self.used += 1;
                break;
            }
            at = (at + 1) & mask;
        }
        true
    }

    #[inline]
    fn make_room(&mut self) {
        if self.slots.len() < 2 * (self.used + 1) {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(256);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        self.used = 0;
        for slot in old.into_iter().filter(|slot| slot.key != 0) {
            self.insert(slot.key, slot.noted);
        }
    }

    /// What has a key, in the order of insertion.
    #[inline]
    pub(super) fn find(&self, key: u64) -> impl Iterator<Item = Noted> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = place(key, mask);
        std::iter::from_fn(move || {
            loop {
                let slot = self.slots.get(at).filter(|slot| slot.key != 0)?;
                at = (at + 1) & mask;
                if slot.key == key {
                    return Some(slot.noted);
                }
            }
        })
    }
}

/// The place of a key in a table.
fn place(key: u64, mask: usize) -> usize {
    (key >> 7) as usize & mask
}
