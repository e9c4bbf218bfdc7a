//! Lists of words: what is English or medicine, and what is a name.
//!
//! `words.txt.gz` has four paragraphs of words in lower case, a word a line: common words, other
//! words, family names, given names. `tools/words` makes it.

use super::letters::key;
use flate2::read::GzDecoder;
use std::io::Read;
use std::sync::OnceLock;

static DEFLATED: &[u8] = include_bytes!("words.txt.gz");

/// What the lists tell of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed(u8);

impl Listed {
    const COMMON: u8 = 1;
    const WORD: u8 = 2;
    const FAMILY: u8 = 4;
    const GIVEN: u8 = 8;
    const PARAGRAPHS: [u8; 4] = [Self::COMMON | Self::WORD, Self::WORD, Self::FAMILY, Self::GIVEN];

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
#[derive(Debug)]
pub(super) struct Words {
    /// Fingerprints of words with four bits of what they are, at where their keys put them or
    /// behind; 0 is a free place. Two words can have one fingerprint, with odds of 1 to 10^8.
    table: Vec<u32>,
}

/// The lists, which are inflated when they are first asked for.
pub(super) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut text = Vec::new();
        // The bytes are part of the program; a test reads all of them.
        let _ = GzDecoder::new(DEFLATED).read_to_end(&mut text);
        Words::new(&text)
    })
}

impl Words {
    fn new(text: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', text).count();
        let mut words = Self { table: vec![0; (2 * lines + 2).next_power_of_two()] };
        let mut paragraph = 0;
        for word in text.split(|&b| b == b'\n') {
            match Listed::PARAGRAPHS.get(paragraph) {
                _ if word.is_empty() => paragraph += 1,
                Some(&what) => words.add(word, what),
                None => {}
            }
        }
        words
    }

    fn add(&mut self, word: &[u8], what: u8) {
        let at = self.place(word);
        if let Some(slot) = self.table.get_mut(at) {
            *slot |= fingerprint(word) | u32::from(what);
        }
    }

    /// Where a word is, or would be.
    fn place(&self, word: &[u8]) -> usize {
        let mask = self.table.len() - 1;
        let mut at = key(word) as usize & mask;
        let wanted = fingerprint(word);
        while let Some(&slot) = self.table.get(at)
            && slot != 0
            && slot & !15 != wanted
        {
            at = (at + 1) & mask;
        }
        at
    }

    /// What the lists tell of a word, in any case.
    pub(super) fn of(&self, word: &[u8]) -> Listed {
        Listed(self.table.get(self.place(word)).map_or(0, |slot| (slot & 15) as u8))
    }
}

fn fingerprint(word: &[u8]) -> u32 {
    (key(word) >> 32) as u32 & !15 | 16
}
