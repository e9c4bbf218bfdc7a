//! Searches for delimiters in what is short: a field, a segment.
//!
//! They go eight bytes at a time, for a vector search costs more to begin than it saves there.

/// The bytes between delimiters: one piece more than there are delimiters.
#[cfg(feature = "cli")]
#[inline]
pub(crate) fn pieces(bytes: &[u8], by: u8) -> impl Iterator<Item = &[u8]> {
    Pieces { rest: Some(bytes), by }
}

/// The bytes between delimiters, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Pieces<'a> {
    pub(super) rest: Option<&'a [u8]>,
    pub(super) by: u8,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        match first(rest, self.by) {
            Some(n) => {
                self.rest = Some(&rest[n + 1..]);
                Some(&rest[..n])
            }
            None => {
                self.rest = None;
                Some(rest)
            }
        }
    }
}

/// A bit for each byte of a block, the first byte lowest.
#[cfg(feature = "cli")]
#[inline]
pub(crate) fn bits(block: &[u8; 64], is_one: impl Fn(u8) -> bool) -> u64 {
    let ones = block.map(|b| u8::from(is_one(b)));
    // The factor brings the lowest bits of eight bytes into the highest byte.
    let eight =
        |bytes: &[u8; 8]| u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    ones.as_chunks::<8>().0.iter().rev().fold(0, |bits, bytes| bits << 8 | eight(bytes))
}

/// The last block of a message, of less than 64 bytes, filled up, and the bits of its own bytes.
#[cfg(feature = "cli")]
#[inline]
pub(crate) fn last_block(rest: &[u8]) -> ([u8; 64], u64) {
    let mut block = [0; 64];
    rest.iter().zip(&mut block).for_each(|(b, to)| *to = *b);
    (block, (1 << rest.len()) - 1)
}

/// The offset of the first `needle`.
#[inline]
pub(crate) fn first(haystack: &[u8], needle: u8) -> Option<usize> {
    let Some(last) = haystack.last_chunk::<8>() else { return first_of_few(haystack, needle) };
    let (words, _) = haystack.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let hits = hits(*word, needle);
        if hits != 0 {
            return Some(n * 8 + place(hits));
        }
    }
    // The last eight bytes: those that were seen already have none.
    let hits = hits(*last, needle);
    (hits != 0).then(|| haystack.len() - 8 + place(hits))
}

/// As [`first`], in less than eight bytes: without a step for each, of which it cannot be foreseen
/// how many there are.
#[inline]
fn first_of_few(haystack: &[u8], needle: u8) -> Option<usize> {
    let (Some(head), Some(tail)) = (haystack.first_chunk::<4>(), haystack.last_chunk::<4>()) else {
        return haystack.iter().position(|&b| b == needle);
    };
    let both = u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << 32;
    let hits = hits(both.to_le_bytes(), needle);
    let at = place(hits);
    (hits != 0).then(|| if at < 4 { at } else { haystack.len() + at - 8 })
}

/// Of which byte the first bit is that is set.
#[inline]
fn place(hits: u64) -> usize {
    hits.trailing_zeros() as usize / 8
}

/// The offset of the `n`th (from 1) `needle`, and that of the next one behind it or the end.
#[inline]
pub(super) fn nth_and_next(haystack: &[u8], needle: u8, n: usize) -> Option<(usize, usize)> {
    let (words, tail) = haystack.as_chunks::<8>();
    let mut left = n.checked_sub(1)?;
    for (i, word) in words.iter().enumerate() {
        let mut hits = hits(*word, needle);
        // One bit a byte, added up by a product: without POPCNT half the steps of `count_ones`.
        let count = ((hits >> 7).wrapping_mul(ONES) >> 56) as usize;
        if left >= count {
            left -= count;
            continue;
        }
        for _ in 0..left {
            hits &= hits - 1;
        }
        let at = i * 8 + place(hits);
        hits &= hits - 1;
        let next = if hits == 0 {
            let behind = (i + 1) * 8;
            first(&haystack[behind..], needle).map_or(haystack.len(), |n| behind + n)
        } else {
            i * 8 + place(hits)
        };
        return Some((at, next));
    }
    let base = words.len() * 8;
    let mut found = tail.iter().enumerate().filter(|&(_, &b)| b == needle).map(|(i, _)| base + i);
    let at = found.nth(left)?;
    Some((at, found.next().unwrap_or(haystack.len())))
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// A word in which the high bit of each byte is set that equals `needle`, the first byte lowest.
#[inline]
pub(crate) fn hits(word: [u8; 8], needle: u8) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let x = u64::from_le_bytes(word) ^ u64::from_ne_bytes([needle; 8]);
    !(((x & LOW) + LOW) | x | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn searches_find_what_counting_finds(text in "[|a]{0,40}", n in 0usize..20) {
            let places: Vec<_> = text.match_indices('|').map(|(at, _)| at).collect();
            prop_assert_eq!(first(text.as_bytes(), b'|'), places.first().copied());
            let expected = n.checked_sub(1).and_then(|n| places.get(n)).map(|&at| {
                (at, places.get(n).copied().unwrap_or(text.len()))
            });
            prop_assert_eq!(nth_and_next(text.as_bytes(), b'|', n), expected);
        }
    }
}
