//! A hash of values, the same in every run and on every machine.

const SEEDS: [u64; 3] = [0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3];

/// A hash of all bytes and of how many they are, in the manner of wyhash: words multiplied to twice
/// their width and folded. Nobody who wants collisions is kept from them; they lead to wrong counts
/// and to nothing worse.
#[inline]
pub(super) fn hash(value: &[u8]) -> u64 {
    let mut seed = SEEDS[0];
    let (first, second) = match value {
        [] => (0, 0),
        [a] => (u64::from(*a), 0),
        [a, b] => (u64::from(*a) | u64::from(*b) << 8, 0),
        [a, b, c] => (u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16, 0),
        _ if value.len() < 8 => (half(value, 0), half(value, value.len() - 4)),
        _ => {
            let mut rest = value;
            while rest.len() > 16 {
                seed = fold(word(rest, 0) ^ SEEDS[1], word(rest, 8) ^ seed);
                rest = &rest[16..];
            }
            // The last words may overlap what was taken in before.
            match rest.len() {
                ..8 => (word(value, value.len() - 16), word(value, value.len() - 8)),
                len => (word(rest, 0), word(rest, len - 8)),
            }
        }
    };
    fold(fold(first ^ SEEDS[1], second ^ seed) ^ SEEDS[2], SEEDS[1] ^ value.len() as u64)
}

#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

#[inline]
fn half(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |half| u64::from(u32::from_le_bytes(*half)))
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::hash;
    use std::collections::HashSet;

    #[test]
    fn every_byte_and_the_length_count() {
        for len in 0..70 {
            let value = vec![b'a'; len];
            let mut seen = HashSet::from([hash(&value), hash(&[&value[..], b"a"].concat())]);
            for at in 0..len {
                let mut other = value.clone();
                other[at] = b'b';
                seen.insert(hash(&other));
            }
            assert_eq!(seen.len(), len + 2, "values of {len} bytes");
        }
        assert_ne!(hash(b""), hash(b"\0"));
        assert_ne!(hash(b"\0\0\0"), hash(b"\0\0"));
    }
}
