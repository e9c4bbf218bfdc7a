//! UUIDs as text (RFC 9562, section 4).

/// Whether text is a UUID in its usual form: hexadecimal digits in groups of 8, 4, 4, 4 and 12, with hyphens.
#[must_use]
pub fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(n, b)| match n {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn uuids_have_five_groups() {
        assert!(is_uuid(b"550e8400-e29b-41d4-a716-446655440000"));
        assert!(is_uuid(b"550E8400-E29B-41D4-A716-446655440000"));
        for text in [
            &b"550e8400e29b41d4a716446655440000"[..],
            b"550e8400-e29b-41d4-a716-44665544000",
            b"550e8400-e29b-41d4-a716-44665544000g",
            b"550e8400-e29b-41d4a-716-446655440000",
        ] {
            assert!(!is_uuid(text));
        }
    }
}
