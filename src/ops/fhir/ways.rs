//! A table of fixed size for what came before, in which what comes often stays.

/// Each hash has two places, so that two values that come often are seldom in each other's way.
/// What comes for the first time takes none: most of what comes once never comes again.
#[derive(Debug)]
pub(super) struct Ways<T> {
    sets: Vec<Set<T>>,
}

impl<T> Default for Ways<T> {
    fn default() -> Self {
        Self { sets: Vec::new() }
    }
}

#[derive(Debug, Default)]
struct Set<T> {
    /// What was looked for last and not there.
    missed: u64,
    hashes: [u64; 2],
    /// Which of the two was found last.
    recent: usize,
    items: [T; 2],
}

impl<T: Default> Ways<T> {
    /// Empties it.
    pub(super) fn clear(&mut self, sets: usize) {
        self.sets.clear();
        self.sets.resize_with(sets.next_power_of_two(), Set::default);
    }

    #[inline]
    fn set(&mut self, hash: u64) -> Option<&mut Set<T>> {
        // The lower bits of this hash are its best.
        let at = hash as usize & self.sets.len().wrapping_sub(1);
        self.sets.get_mut(at)
    }

    /// What there is with a hash, if it `is_it`.
    #[inline]
    pub(super) fn get(&mut self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<&mut T> {
        let set = self.set(hash)?;
        let n = usize::from(set.hashes[0] != hash);
        if set.hashes[n] != hash || !is_it(&set.items[n]) {
            return None;
        }
        set.recent = n;
        Some(&mut set.items[n])
    }

    /// Whether what is not there was looked for before.
    #[inline]
    pub(super) fn is_awaited(&mut self, hash: u64) -> bool {
        self.set(hash).is_some_and(|set| std::mem::replace(&mut set.missed, hash) == hash)
    }

    /// A place for what is not there.
    pub(super) fn place(&mut self, hash: u64) -> Option<&mut T> {
        let set = self.set(hash)?;
        let n = 1 - set.recent;
        set.recent = n;
        set.hashes[n] = hash;
        Some(&mut set.items[n])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_stays() {
        let mut ways = Ways::<u8>::default();
        ways.clear(1);
        assert!(!ways.is_awaited(7));
        assert!(ways.is_awaited(7));
        for (hash, item) in [(7, 1), (8, 2)] {
            *ways.place(hash).unwrap() = item;
        }
        assert_eq!(ways.get(7, |_| true).copied(), Some(1));
        // The other one goes.
        *ways.place(9).unwrap() = 3;
        assert_eq!(ways.get(7, |_| true).copied(), Some(1));
        assert_eq!(ways.get(8, |_| true), None);
        assert_eq!(ways.get(9, |&item| item == 4), None);
    }
}
