//! The ids of segments, such as `PID`.

/// The three letters of a segment.
pub type SegmentId = [u8; 3];

/// The id at the head of a segment's bytes, whatever its letters are: three bytes with the field
/// separator or nothing behind them.
#[inline]
#[must_use]
pub fn at_head(segment: &[u8], separator: u8) -> Option<SegmentId> {
    match segment {
        [a, b, c, rest @ ..] if rest.first().is_none_or(|&next| next == separator) => {
            Some([*a, *b, *c])
        }
        _ => None,
    }
}

/// Whether it is of the form that the standard's ids have, and those of sites (`ZPD`): a capital
/// letter, and two capital letters or digits.
#[inline]
#[must_use]
pub fn is_proper(id: SegmentId) -> bool {
    let [first, rest @ ..] = id;
    let follows = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    first.is_ascii_uppercase() && rest.into_iter().all(follows)
}

/// As a number of the same order, which compares faster than three bytes.
#[inline]
#[must_use]
pub const fn key(id: SegmentId) -> u32 {
    u32::from_be_bytes([0, id[0], id[1], id[2]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_ends_at_the_separator_or_with_the_segment() {
        assert_eq!(at_head(b"PID", b'|'), Some(*b"PID"));
        assert_eq!(at_head(b"PID|1", b'|'), Some(*b"PID"));
        assert_eq!(at_head(b"a b|1", b'|'), Some(*b"a b"));
        assert_eq!(at_head(b"PID^1", b'|'), None);
        assert_eq!(at_head(b"PIDX", b'|'), None);
        assert_eq!(at_head(b"PI", b'|'), None);
        assert_eq!(at_head(b"", b'|'), None);
    }

    #[test]
    fn an_id_begins_with_a_capital_letter() {
        for id in [b"PID", b"PV1", b"ZZ9", b"Z10"] {
            assert!(is_proper(*id), "{}", id.escape_ascii());
        }
        for id in [b"pid", b"PId", b"1PD", b"PI ", b"P\xC9D", b"\0\0\0"] {
            assert!(!is_proper(*id), "{}", id.escape_ascii());
        }
    }

    #[test]
    fn keys_are_in_the_order_of_ids() {
        assert!(key(*b"OBR") < key(*b"OBX"));
        assert!(key(*b"PV1") < key(*b"PVA"));
        assert!(key(*b"AZZ") < key(*b"BAA"));
    }
}
