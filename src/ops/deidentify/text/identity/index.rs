//! Keys of words and numbers, with what they were noted for.

use super::{Hold, Noted};

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
    pub(super) fn insert(&mut self, key: u64, noted: Noted) {
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

    /// Takes the key of a whole value; `false` if it is known.
    #[inline]
    pub(super) fn insert_new(&mut self, key: u64, value: u32) -> bool {
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
