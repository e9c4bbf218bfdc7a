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
    let seed = seed ^ (bytes.len() as u64) << 56;
    let Some(last) = bytes.last_chunk::<8>() else { return mix(seed, word(bytes)) };
    // The last eight again, so that each step has as many.
    let (chunks, _) = bytes.as_chunks::<8>();
    let hash = chunks.iter().fold(seed, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
    mix(hash, u64::from_le_bytes(*last))
}

/// Less than eight bytes as a word, in which nothing else stands, for some stand twice; 0 for none.
#[inline]
pub(super) fn word(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    match *bytes {
        [] => 0,
        [a] => u64::from_le_bytes([a; 8]),
        [a, b] => u64::from_le_bytes([a, b, a, b, a, b, a, b]),
        [a, b, c, ..] => u64::from_le_bytes([a, b, c, a, a, b, c, a]),
    }
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
