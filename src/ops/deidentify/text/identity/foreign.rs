//! Names beyond the Latin letters, which are found inside of longer words.

use super::{Hold, Identity, Noted, Unless};
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// More words of names beyond the Latin letters are found only where they stand alone.
const FOREIGN_MAX: usize = 32;

impl Identity {
    pub(super) fn add_foreign(&mut self, word: &[u8], value: u32) {
        if !word.is_ascii() && self.foreign.len() < FOREIGN_MAX {
            let start = self.texts.len() as u32;
            self.texts.extend_from_slice(word);
            let end = self.texts.len() as u32;
            self.foreign.push((start..end, value));
            // Without what changes from case to case, or the article.
            let ending = ending(word) as u32;
            if ending > 0 {
                self.foreign.push((start..end - ending, value));
            }
            if word.starts_with("ال".as_bytes()) && word.len() >= 12 {
                self.foreign.push((start + 4..end, value));
            }
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
            let (name, value) = names().find(|&(name, value)| {
                let behind = rest.get(name.len()..).unwrap_or_default();
                let fits = match spread(name) {
                    // One character is found beside another name, too: two make most full names.
                    Some(of_one) => {
                        name.len() >= 2 * of_one
                            || is_honoured(behind)
                            || names().any(|(other, of)| {
                                spread(other).is_some()
                                    && behind.starts_with(other)
                                    && self.kind_of(of) != self.kind_of(value)
                            })
                    }
                    None if name.len() < 8 => {
                        behind.is_empty() && is_preposition(name, &word[..at])
                    }
                    None => {
                        (at == 0 || at <= 4 && is_prefixed(name)) && rest.len() <= name.len() + 6
                    }
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
        let kind = self.kind_of(value)?;
        Some((range, Noted { value, kind, hold: Hold::Strong, unless: Unless::Never }))
    }

    fn kind_of(&self, value: u32) -> Option<Kind> {
        self.values.get(value as usize).map(|value| value.kind)
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

/// Whether what stands behind a name of one character is said to persons alone: Chinese, Japanese,
/// Korean, the last as texts are looked at.
fn is_honoured(behind: &[u8]) -> bool {
    const HONOURS: [&str; 18] = [
        "先生",
        "女士",
        "小姐",
        "太太",
        "夫人",
        "医生",
        "醫生",
        "大夫",
        "医师",
        "醫師",
        "教授",
        "様",
        "氏",
        "殿",
        "さん",
        "\u{1102}\u{1175}\u{11B7}",
        "\u{110A}\u{1175}",
        "\u{1109}\u{1165}\u{11AB}\u{1109}\u{1162}\u{11BC}",
    ];
    HONOURS.iter().any(|word| behind.starts_with(word.as_bytes()))
}

/// Whether articles and prepositions are written together with a name: Hebrew, Arabic.
fn is_prefixed(name: &[u8]) -> bool {
    matches!(name, [0xD6..=0xDB, ..])
}

/// Whether what stands before a name of three letters is one of the letters that mean "and", "for",
/// "in" and such there: another one makes another word.
fn is_preposition(name: &[u8], before: &[u8]) -> bool {
    const LETTERS: [&str; 12] = ["ו", "ה", "ב", "ל", "מ", "ש", "כ", "و", "ل", "ب", "ك", "ف"];
    name.len() == 6 && is_prefixed(name) && LETTERS.iter().any(|one| one.as_bytes() == before)
}

/// How many bytes of a name change from case to case, as far as enough is left: a vowel of Cyrillic,
/// a vowel and sigma of Greek.
fn ending(name: &[u8]) -> usize {
    const LONG: usize = 14;
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end.as_bytes()));
    match name.len() {
        ..LONG => 0,
        _ if ends(&["οσ", "ησ", "ασ"]) => 4,
        _ if ends(&["а", "я", "о", "е", "и", "ь", "у", "ю", "ы", "α", "η"]) => 2,
        _ => 0,
    }
}
