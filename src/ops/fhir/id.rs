//! Ids of resources: name-based UUIDs, so that equal input gives equal ids on any machine.

use sha1::{Digest, Sha1};

/// The namespace of all ids (RFC 9562, section 5.5), a UUID made once at random.
const NAMESPACE: [u8; 16] = [
    0x7d, 0x0e, 0x3b, 0x1a, 0x52, 0xf4, 0x4c, 0x3e, 0x9d, 0x0b, 0x6a, 0x4f, 0x1e, 0x7c, 0x8b, 0x25,
];

/// A UUID of version 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id([u8; 16]);

/// The text of which an id is made: parts with `|` between them.
#[derive(Clone, Debug)]
pub(crate) struct Key(Sha1);

impl Key {
    /// Begins with the type of the resource.
    pub(crate) fn new(kind: &str) -> Self {
        let mut hash = Sha1::new();
        hash.update(NAMESPACE);
        hash.update(kind);
        Self(hash)
    }

    /// Adds a part, without the blanks around it.
    #[must_use]
    pub(crate) fn with(mut self, part: &[u8]) -> Self {
        self.0.update(b"|");
        self.0.update(part.trim_ascii());
        self
    }

    /// The id.
    pub(crate) fn id(self) -> Id {
        let hash = self.0.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        bytes[6] = bytes[6] & 0x0F | 0x50;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        Id(bytes)
    }
}

impl Id {
    /// Appends `xxxxxxxx-xxxx-5xxx-xxxx-xxxxxxxxxxxx`.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (n, byte) in self.0.into_iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = DIGITS[usize::from(byte >> 4)];
            text[at + 1] = DIGITS[usize::from(byte & 15)];
            at += 2;
        }
        out.extend_from_slice(&text);
    }

    /// The bytes, as parts of further keys.
    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// For ids, which are hashes already, and for small numbers, whose bits are spread.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^ (mixed >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = self.0.rotate_left(5) ^ u64::from_le_bytes(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_5() {
        let mut text = Vec::new();
        Key::new("Patient").with(b"http://h").with(b" 1 ").id().write(&mut text);
        let text = String::from_utf8(text).unwrap();
        let groups: Vec<&str> = text.split('-').collect();
        assert_eq!(groups.iter().map(|g| g.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(groups[2].starts_with('5') && "89ab".contains(&groups[3][..1]));
        assert!(text.bytes().all(|b| b == b'-' || b"0123456789abcdef".contains(&b)));
    }

    #[test]
    fn keys_differ_by_type_and_parts() {
        let id = |kind: &str, parts: &[&[u8]]| {
            parts.iter().fold(Key::new(kind), |key, part| key.with(part)).id()
        };
        assert_eq!(id("Patient", &[b"a", b"b"]), id("Patient", &[b"a", b" b"]));
        assert_ne!(id("Patient", &[b"a", b"b"]), id("Patient", &[b"ab"]));
        assert_ne!(id("Patient", &[b"a"]), id("Person", &[b"a"]));
    }
}
