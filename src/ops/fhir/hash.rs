//! A hash of short names, for tables of our own and for places where names that meet do no harm.

use std::hash::{BuildHasherDefault, Hasher};

/// Spreads the bits of bytes. A sender can make names that meet: no table that grows with what
/// comes may use it.
#[inline]
pub(crate) fn of(seed: u64, bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        (product >> 64) as u64 ^ product as u64
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    let hash = chunks.iter().fold(seed, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
    let last = rest.iter().fold(bytes.len() as u64, |word, &b| word << 8 | u64::from(b));
    mix(hash, last)
}

/// For maps of names of our own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameHasher(u64);

/// Makes them.
pub(crate) type ByName = BuildHasherDefault<NameHasher>;

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = of(self.0, bytes);
    }

    /// Of the length, which [`of`] counts in.
    fn write_usize(&mut self, _: usize) {}
}
