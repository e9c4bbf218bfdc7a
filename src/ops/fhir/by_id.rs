//! A map by ids that is emptied with every message.

use super::id::Id;

/// What there is of each id. It is emptied by counting on, so that a message takes no more than what
/// it has itself; and as ids are hashes already, their lowest bits tell the place. Sets and maps of
/// the standard library took a fiftieth of all the time.
#[derive(Debug)]
pub(super) struct ById<V> {
    slots: Vec<Slot<V>>,
    /// So many slots are in use for this message: a power of two.
    size: usize,
    len: usize,
    /// Slots with another number are free.
    now: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot<V> {
    id: [u64; 2],
    now: u32,
    value: V,
}

/// So many slots there are at first.
const LEAST: usize = 256;

impl<V> Default for ById<V> {
    fn default() -> Self {
        Self { slots: Vec::new(), size: 0, len: 0, now: 0 }
    }
}

impl<V: Copy + Default> ById<V> {
    /// Empties it and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.size = LEAST;
        self.len = 0;
        self.count_on();
    }

    fn count_on(&mut self) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            // All numbers were there once.
            self.slots.clear();
            self.now = 1;
        }
        if self.slots.len() < self.size {
            let free = Slot { id: [0; 2], now: 0, value: V::default() };
            self.slots.resize(self.size, free);
        }
    }

    /// Where an id stands, or where it would.
    #[inline]
    fn find(&self, id: [u64; 2]) -> usize {
        let last = self.size.wrapping_sub(1);
        let mut at = id[0] as usize & last;
        while let Some(slot) = self.slots.get(at).filter(|slot| slot.now == self.now) {
            if slot.id == id {
                break;
            }
            at = (at + 1) & last;
        }
        at
    }

    /// What there is of an id.
    #[inline]
    pub(super) fn get(&self, id: &Id) -> Option<V> {
        let slot = self.slots.get(self.find(id.words()))?;
        (slot.now == self.now).then_some(slot.value)
    }

    /// Has it that something is there of an id. Returns what was before.
    #[inline]
    pub(super) fn insert(&mut self, id: &Id, value: V) -> Option<V> {
        let id = id.words();
        let at = self.find(id);
        let slot = self.slots.get_mut(at)?;
        if slot.now == self.now {
            return Some(std::mem::replace(&mut slot.value, value));
        }
        *slot = Slot { id, now: self.now, value };
        self.len += 1;
        if self.len > self.size / 2 {
            self.grow();
        }
        None
    }

    /// Half of the slots stay free, so that what is looked for is found at once, or is not there.
    #[cold]
    fn grow(&mut self) {
        let there = self.slots.iter().take(self.size).filter(|slot| slot.now == self.now);
        let there: Vec<Slot<V>> = there.copied().collect();
        self.size *= 2;
        self.count_on();
        for slot in there {
            let at = self.find(slot.id);
            if let Some(to) = self.slots.get_mut(at) {
                *to = Slot { now: self.now, ..slot };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_own() {
        let mut all = ById::default();
        let id = |n: u64| {
            let mut bytes = [0; 16];
            // Half of them meet in each place.
            bytes[..8].copy_from_slice(&(n / 2).to_le_bytes());
            bytes[8..].copy_from_slice(&n.to_le_bytes());
            Id::of(bytes)
        };
        for (round, ids) in [(1, 10), (2, 3000), (3, 100), (4, 5000)] {
            all.clear();
            for n in 0..ids {
                assert_eq!(all.get(&id(n)), None, "{n} of {round}");
                assert_eq!(all.insert(&id(n), n * round), None);
            }
            assert_eq!(all.insert(&id(7), 1), Some(7 * round));
            all.insert(&id(7), 7 * round);
            assert!((0..ids).all(|n| all.get(&id(n)) == Some(n * round)));
            assert_eq!(all.get(&id(ids)), None);
        }
    }

    #[test]
    fn numbers_may_come_again() {
        let mut all = ById::default();
        all.clear();
        let id = Id::of([1; 16]);
        all.insert(&id, 5_u32);
        all.now = u32::MAX;
        all.clear();
        assert_eq!((all.now, all.get(&id)), (1, None));
        assert_eq!(all.insert(&id, 6), None);
        assert_eq!(all.get(&id), Some(6));
    }
}
