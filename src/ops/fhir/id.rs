//! Ids of resources: name-based UUIDs, so that equal input gives equal ids on any machine.

use super::kind::Kind;
use super::plain::trimmed_ascii;
use sha1::{Digest, Sha1};
use std::sync::LazyLock;

/// The namespace of all ids (RFC 9562, section 5.5), a UUID made once at random.
const NAMESPACE: [u8; 16] = [
    0x7d, 0x0e, 0x3b, 0x1a, 0x52, 0xf4, 0x4c, 0x3e, 0x9d, 0x0b, 0x6a, 0x4f, 0x1e, 0x7c, 0x8b, 0x25,
];

/// A UUID of version 5, with its text, for it is written three times on average.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id {
    bytes: [u8; 16],
    text: [u8; 36],
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Id {}

/// The text of which an id is made: a word, and parts with `|` before each. It is put together and then
/// hashed at once, which takes half of the time.
///
/// With the namespace, and zeros behind it, the word is the first block of the hash. What becomes of that
/// is known of each type, and nearly all that is behind it is one block more.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    word: &'static str,
    /// The hash of the first block.
    state: State,
    /// What is behind it.
    text: [u8; SHORT],
    len: usize,
    /// The hash of text that has no room.
    long: Option<Box<Sha1>>,
}

/// Two blocks of the hash; nearly all keys are shorter, with what is hashed behind them.
const SHORT: usize = 128;

/// A hash under way.
type State = [u32; 5];

/// The first block of keys that begin with a word.
fn first_block(word: &str) -> [u8; 64] {
    let mut block = [0; 64];
    let (namespace, name) = block.split_at_mut(NAMESPACE.len());
    namespace.copy_from_slice(&NAMESPACE);
    name.iter_mut().zip(word.bytes()).for_each(|(to, b)| *to = b);
    block
}

fn first_state(word: &str) -> State {
    let mut state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    sha1::block_api::compress(&mut state, &[first_block(word)]);
    state
}

/// The first states of all types.
static OF_KINDS: LazyLock<Vec<State>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| first_state(kind.name())).collect());

impl Key {
    /// Begins with a word.
    pub(crate) fn new(word: &'static str) -> Self {
        Self { word, state: first_state(word), text: [0; SHORT], len: 0, long: None }
    }

    /// Begins with the type of the resource.
    #[inline]
    pub(crate) fn of(kind: Kind) -> Self {
        let state = OF_KINDS.get(kind as usize).copied().unwrap_or_default();
        Self { word: kind.name(), state, text: [0; SHORT], len: 0, long: None }
    }

    /// Adds a part, without the blanks around it.
    #[must_use]
    #[inline(always)]
    pub(crate) fn with(mut self, part: &[u8]) -> Self {
        self.push(part);
        self
    }

    /// As [`Key::with`], in place.
    #[inline]
    pub(crate) fn push(&mut self, part: &[u8]) {
        let part = trimmed_ascii(part);
        let end = self.len + 1 + part.len();
        match self.text.get_mut(self.len..end) {
            Some([bar, text @ ..]) if end < SHORT - 8 && self.long.is_none() => {
                *bar = b'|';
                text.copy_from_slice(part);
                self.len = end;
            }
            _ => {
                self.add_long(b"|");
                self.add_long(part);
            }
        }
    }

    /// Adds parts that [`join`] put together.
    #[must_use]
    #[inline(always)]
    pub(crate) fn and(mut self, parts: &[u8]) -> Self {
        self.add(parts);
        self
    }

    /// As [`Key::and`], in place.
    #[inline]
    pub(super) fn add(&mut self, part: &[u8]) {
        let end = self.len + part.len();
        match self.text.get_mut(self.len..end) {
            Some(text) if end < SHORT - 8 && self.long.is_none() => {
                text.copy_from_slice(part);
                self.len = end;
            }
            _ => self.add_long(part),
        }
    }

    #[cold]
    fn add_long(&mut self, part: &[u8]) {
        let short = self.text.get(..self.len).unwrap_or_default();
        let hash = self.long.get_or_insert_with(|| {
            let hash = Sha1::new_with_prefix(first_block(self.word));
            Box::new(hash.chain_update(short))
        });
        hash.update(part);
    }

    /// The id. It pads the text where it stands, and takes that back.
    pub(crate) fn id(&mut self) -> Id {
        let mut bytes = match &self.long {
            Some(hash) => {
                let hash = hash.as_ref().clone().finalize();
                hash.first_chunk().copied().unwrap_or_default()
            }
            None => self.short_hash(),
        };
        bytes[6] = bytes[6] & 0x0F | 0x50;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        Id::of(bytes)
    }

    #[inline]
    fn pad(&mut self, blocks: usize, mark: u8, bits: u64) {
        self.text[self.len] = mark;
        self.text[64 * blocks - 8..64 * blocks].copy_from_slice(&bits.to_be_bytes());
    }

    /// The first bytes of the hash of text that has room (RFC 3174, section 4).
    fn short_hash(&mut self) -> [u8; 16] {
        let blocks = if self.len < 56 { 1 } else { 2 };
        let mut state = self.state;
        self.pad(blocks, 0x80, (64 + self.len as u64) * 8);
        sha1::block_api::compress(&mut state, &self.text.as_chunks::<64>().0[..blocks]);
        self.pad(blocks, 0, 0);
        let mut out = [0; 16];
        for (to, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *to = word.to_be_bytes();
        }
        out
    }
}

/// Adds a part, as [`Key::with`], to parts for [`Key::and`].
pub(crate) fn join(parts: &mut Vec<u8>, part: &[u8]) {
    parts.push(b'|');
    parts.extend_from_slice(part.trim_ascii());
}

impl Id {
    /// One whose bytes are known.
    pub(super) fn of(bytes: [u8; 16]) -> Self {
        let (words, _) = bytes.as_chunks::<4>();
        let word = |n: usize| words.get(n).map_or(0, |word| u32::from_be_bytes(*word));
        let mut text = [b'-'; 36];
        let (first, second) = (digits(word(0)), digits(word(1)));
        let (third, last) = (digits(word(2)), digits(word(3)));
        text[..8].copy_from_slice(&first);
        text[9..13].copy_from_slice(&second[..4]);
        text[14..18].copy_from_slice(&second[4..]);
        text[19..23].copy_from_slice(&third[..4]);
        text[24..28].copy_from_slice(&third[4..]);
        text[28..].copy_from_slice(&last);
        Self { bytes, text }
    }

    /// `xxxxxxxx-xxxx-5xxx-xxxx-xxxxxxxxxxxx`
    #[inline]
    pub(crate) fn text(&self) -> &[u8; 36] {
        &self.text
    }

    /// Appends [`Id::text`].
    #[inline]
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.text);
    }

    /// All of it as two numbers, for tables of ids.
    #[inline]
    pub(super) fn words(&self) -> [u64; 2] {
        let (words, _) = self.bytes.as_chunks::<8>();
        [0, 1].map(|n| words.get(n).map_or(0, |word| u64::from_le_bytes(*word)))
    }

    /// The bytes, as parts of further keys.
    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.bytes
    }
}

/// Four bytes as hexadecimal digits, all at once.
#[inline]
fn digits(word: u32) -> [u8; 8] {
    // A digit in each byte.
    let mut spread = u64::from(word);
    for (shift, mask) in
        [(16, 0x0000_FFFF_0000_FFFF_u64), (8, 0x00FF_00FF_00FF_00FF), (4, 0x0F0F_0F0F_0F0F_0F0F)]
    {
        spread = (spread | spread << shift) & mask;
    }
    // Those above 9 are letters: adding 6 carries into the fifth bit.
    const ONES: u64 = u64::MAX / 255;
    let letters = (spread + ONES * 6) >> 4 & ONES;
    (spread + ONES * 0x30 + letters * 0x27).to_be_bytes()
}

/// For small numbers, whose bits are spread.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    fn write_u64(&mut self, word: u64) {
        self.0 = self.0.rotate_left(5) ^ word;
    }

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
    fn keys_of_any_length_are_hashed_as_the_standard_says() {
        for length in 0..200 {
            let part = vec![b'x'; length];
            let text = [&NAMESPACE[..], b"Basic", &[0; 43], b"|", &part].concat();
            let hash = Sha1::digest(&text);
            let mut key = Key::new("Basic").with(&part);
            let id = key.id();
            assert_eq!(key.id(), id, "{length}");
            assert_eq!(Key::of(Kind::Basic).with(&part).id(), id, "{length}");
            assert_eq!(id.bytes()[..6], hash[..6], "{length}");
            assert_eq!(id.bytes()[9..], hash[9..16], "{length}");
        }
    }

    #[test]
    fn keys_differ_by_type_and_parts() {
        let id = |kind: &'static str, parts: &[&[u8]]| {
            parts.iter().fold(Key::new(kind), |key, part| key.with(part)).id()
        };
        assert_eq!(id("Patient", &[b"a", b"b"]), id("Patient", &[b"a", b" b"]));
        assert_ne!(id("Patient", &[b"a", b"b"]), id("Patient", &[b"ab"]));
        assert_ne!(id("Patient", &[b"a"]), id("Person", &[b"a"]));
    }
}
