//! Lists of words: what is English or medicine, and what is a name.
//!
//! `words.txt.gz` has four paragraphs of words in lower case, a word a line: common words, other
//! words, family names, given names. `words.table` has the same as it is looked up here, so that
//! nothing need be made of it at the start (of one message that was two thirds of the time).
//! `tools/words` makes both.

use super::letters::key;

/// Numbers of four bytes, little-endian: where each bucket begins, counted in words, and where the
/// last ends; then the words, in order within a bucket, each a fingerprint of 28 bits with four
/// bits of what it is. A word that is in no list has the place of one with odds of 1 to 10^7.
static TABLE: &[u8] = include_bytes!("words.table");

const BUCKETS: usize = 8192;

/// What the lists tell of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed(u8);

impl Listed {
    const COMMON: u8 = 1;
    const WORD: u8 = 2;
    const FAMILY: u8 = 4;
    const GIVEN: u8 = 8;
    /// Everyday English, or a word that medicine cannot do without.
    pub(super) fn is_common(self) -> bool {
        self.0 & Self::COMMON != 0
    }

    /// A word that tells of nobody.
    pub(super) fn is_word(self) -> bool {
        self.0 & Self::WORD != 0
    }

    /// A frequent given name.
    pub(super) fn is_given(self) -> bool {
        self.0 & Self::GIVEN != 0
    }

    /// A frequent name.
    pub(super) fn is_name(self) -> bool {
        self.0 & (Self::GIVEN | Self::FAMILY) != 0
    }
}

/// The lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(&'static [[u8; 4]]);

/// The lists.
pub(super) fn words() -> Words {
    Words(TABLE.as_chunks().0)
}

impl Words {
    /// What the lists tell of a word, in any case.
    pub(super) fn of(self, word: &[u8]) -> Listed {
        self.find(word).unwrap_or_default()
    }

    fn find(self, word: &[u8]) -> Option<Listed> {
        let key = key(word);
        let bucket = (key >> 8) as usize % BUCKETS;
        let (start, end) = (self.number(bucket)? as usize, self.number(bucket + 1)? as usize);
        let words = self.0.get(BUCKETS + 1..)?.get(start..end)?;
        let fingerprint = (key >> 32) as u32 & !15;
        let at = words.partition_point(|&word| u32::from_le_bytes(word) < fingerprint);
        let found = u32::from_le_bytes(*words.get(at)?);
        (found & !15 == fingerprint).then_some(Listed((found & 15) as u8))
    }

    fn number(self, at: usize) -> Option<u32> {
        self.0.get(at).map(|&number| u32::from_le_bytes(number))
    }
}
