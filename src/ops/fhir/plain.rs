//! Text that needs no second look, as nearly all does.

use super::hash;

/// As [`slice::trim_ascii`], which looks at each byte; most values have no blanks around them.
#[inline]
pub(super) fn trimmed_ascii(text: &[u8]) -> &[u8] {
    match text {
        [] => text,
        [first, .., last] if *first > b' ' && *last > b' ' => text,
        _ => text.trim_ascii(),
    }
}

/// Whether text stands for itself in JSON: printable ASCII without quotes and backslashes.
///
/// Eight bytes at a time, the last eight again: values are too short for vectors. A byte is tested
/// by what borrows or carries into its highest bit; what goes on into the next byte comes from one that
/// fails, too.
#[inline]
pub(crate) fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = 0x80 * ONES;
    let special = |word: u64| {
        let quote = (word ^ (ONES * 0x22)).wrapping_sub(ONES);
        let backslash = (word ^ (ONES * 0x5C)).wrapping_sub(ONES);
        let control = word.wrapping_sub(0x20 * ONES);
        let delete = word.wrapping_add(ONES);
        quote | backslash | control | delete | word
    };
    if let Some(last) = text.last_chunk::<8>() {
        let (chunks, _) = text.as_chunks::<8>();
        let all = chunks.iter().fold(special(u64::from_le_bytes(*last)), |all, chunk| {
            all | special(u64::from_le_bytes(*chunk))
        });
        return all & HIGH == 0;
    }
    text.is_empty() || special(hash::word(text)) & HIGH == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_seen_at_each_place() {
        for length in 1..=20 {
            for at in 0..length {
                for b in 0..=u8::MAX {
                    let mut text = vec![b'x'; length];
                    text[at] = b;
                    let expected = (0x20..0x7F).contains(&b) && b != b'"' && b != b'\\';
                    assert_eq!(is_plain(&text), expected, "{b:#x} at {at} of {length}");
                }
            }
        }
    }
}
