//! Names beyond the Latin letters, which are found inside of longer words.

use super::{Hold, Identity, Noted, Unless};
use std::ops::Range;

/// More words of names beyond the Latin letters are found only where they stand alone.
const FOREIGN_MAX: usize = 32;

impl Identity {
    pub(super) fn add_foreign(&mut self, word: &[u8], value: u32) {
        if !word.is_ascii() && self.foreign.len() < FOREIGN_MAX {
            let start = self.texts.len() as u32;
            self.texts.extend_from_slice(word);
            self.foreign.push((start..self.texts.len() as u32, value));
        }
    }

    /// A noted name in a word beyond the Latin letters: anywhere in it where the writing has no
    /// blanks between words, else at its beginning, for an ending may follow.
    pub(in super::super) fn foreign_in(&self, word: &[u8]) -> Option<(Range<usize>, Noted)> {
        if self.foreign.is_empty() || word.is_ascii() {
            return None;
        }
        let names = || {
            self.foreign.iter().filter_map(|(range, value)| {
                let name = self.texts.get(range.start as usize..range.end as usize)?;
                Some((name, *value))
            })
        };
        let (mut range, value) = (0..word.len()).find_map(|at| {
            let rest = word.get(at..)?;
            let (name, value) = names().find(|(name, _)| {
                let fits = match spread(name) {
                    Some(of_one) => name.len() >= 2 * of_one,
                    None => at == 0 && name.len() >= 8 && rest.len() <= name.len() + 6,
                };
                fits && rest.starts_with(name)
            })?;
            Some((at..at + name.len(), value))
        })?;
        // A family name of one character is found beside the given name.
        for (name, _) in names().filter(|(name, _)| spread(name).is_some()) {
            if word.get(..range.start).is_some_and(|before| before.ends_with(name)) {
                range.start -= name.len();
            } else if word.get(range.end..).is_some_and(|behind| behind.starts_with(name)) {
                range.end += name.len();
            }
        }
        let kind = self.values.get(value as usize)?.kind;
        Some((range, Noted { value, kind, hold: Hold::Strong, unless: Unless::Never }))
    }
}

/// How many bytes a syllable or word has at least in a writing that has no blanks: kana, Han,
/// Hangul (which is decomposed). `None` for others.
fn spread(name: &[u8]) -> Option<usize> {
    match name {
        [0xE1, 0x84..=0x87, ..] => Some(6),
        [0xE3..=0xED, ..] => Some(3),
        _ => None,
    }
}
