//! Where something is in a table of a fixed size that remembers, by a hash whose upper bits are its
//! best.

/// The slot, of so many, a power of two.
#[inline]
pub(super) fn place(hash: u64, slots: usize) -> usize {
    (hash >> 40) as usize & (slots - 1)
}

/// What nearly always tells two things apart that share a slot; never 0, which is in free ones.
#[inline]
pub(super) fn tag(hash: u64) -> u32 {
    (hash >> 8) as u32 | 1
}

/// As [`tag`], in half the space.
#[inline]
pub(super) fn short_tag(hash: u64) -> u16 {
    (hash >> 24) as u16 | 1
}
