//! A table of fixed size for what came before, in which what comes often stays.

/// Each hash has two places, so that two values that come often are seldom in each other's way.
/// What comes for the first time takes none: most of what comes once never comes again.
///
/// Whether something is there is told by a few bytes of its own, which stay in the caches of a
/// processor where the items do not: a twentieth of all the time.
#[derive(Debug)]
pub(super) struct Ways<T> {
    sets: Vec<Set>,
    items: Vec<[T; 2]>,
}

impl<T> Default for Ways<T> {
    fn default() -> Self {
        Self { sets: Vec::new(), items: Vec::new() }
    }
}

/// The two items of some hashes, by [`tag`]s.
#[derive(Clone, Copy, Debug, Default)]
struct Set {
    /// What was looked for last and not there.
    missed: u16,
    tags: [u16; 2],
    /// Which of the two was found last.
    recent: u16,
}

/// What a set knows of a hash besides its place; two may have the same.
#[inline]
fn tag(hash: u64) -> u16 {
    (hash >> 32) as u16
}

impl<T: Default> Ways<T> {
    /// Empties it.
    pub(super) fn clear(&mut self, sets: usize) {
        let sets = sets.next_power_of_two();
        self.sets = vec![Set::default(); sets];
        self.items.clear();
        self.items.resize_with(sets, Default::default);
    }

    /// The lower bits of this hash are its best.
    #[inline]
    fn at(&self, hash: u64) -> usize {
        hash as usize & self.sets.len().wrapping_sub(1)
    }

    /// What there is with a hash, if it `is_it`.
    #[inline]
    pub(super) fn get(&mut self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<&mut T> {
        let at = self.at(hash);
        let set = self.sets.get_mut(at)?;
        let n = usize::from(set.tags[0] != tag(hash));
        if set.tags[n] != tag(hash) {
            return None;
        }
        let item = &mut self.items.get_mut(at)?[n];
        if !is_it(item) {
            return None;
        }
        set.recent = n as u16;
        Some(item)
    }

    /// Whether what is not there was looked for before. Seldom it is said of what was not.
    #[inline]
    pub(super) fn is_awaited(&mut self, hash: u64) -> bool {
        let at = self.at(hash);
        let set = self.sets.get_mut(at);
        set.is_some_and(|set| std::mem::replace(&mut set.missed, tag(hash)) == tag(hash))
    }

    /// A place for what is not there.
    pub(super) fn place(&mut self, hash: u64) -> Option<&mut T> {
        let at = self.at(hash);
        let set = self.sets.get_mut(at)?;
        let n = usize::from(set.recent == 0);
        set.recent = n as u16;
        set.tags[n] = tag(hash);
        Some(&mut self.items.get_mut(at)?[n])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_stays() {
        let mut ways = Ways::<u8>::default();
        ways.clear(1);
        let [a, b, c] = [7, 8, 9].map(|hash: u64| hash << 32);
        assert!(!ways.is_awaited(a));
        assert!(ways.is_awaited(a));
        for (hash, item) in [(a, 1), (b, 2)] {
            *ways.place(hash).unwrap() = item;
        }
        assert_eq!(ways.get(a, |_| true).copied(), Some(1));
        // The other one goes.
        *ways.place(c).unwrap() = 3;
        assert_eq!(ways.get(a, |_| true).copied(), Some(1));
        assert_eq!(ways.get(b, |_| true), None);
        assert_eq!(ways.get(c, |&item| item == 4), None);
    }
}
