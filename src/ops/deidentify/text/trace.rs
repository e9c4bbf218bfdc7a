//! What of a text could be noted: enough to see of the next message that it is about nobody in it.

use super::codes;
use super::divided;
use super::identity::Identity;
use super::letters::{is_letter, key, mark, word_at};
use zeroize::Zeroize;

/// The most words with parts of them, beginnings of names, and bytes of parts with numbers that are
/// kept.
const WORDS_MAX: usize = 24;
const BEGINS_MAX: usize = 12;
const NUMBERS_MAX: usize = 40;

/// What of a text could be noted.
#[derive(Clone, Copy, Debug)]
pub struct Trace {
    /// The marks of its words, and of parts of them that can be names.
    words: [u16; WORDS_MAX],
    count: u8,
    /// How names would begin that its words are parts of.
    begins: [u16; BEGINS_MAX],
    begins_count: u8,
    /// The parts with numbers.
    numbers: [u8; NUMBERS_MAX],
    length: u8,
    /// By which of what was noted something can be found in them, see [`codes::reach`].
    code_begins: u64,
    counts: u32,
}

impl Trace {
    /// That of parts in plain ASCII with `|` behind each; `None` if they have too many words or
    /// numbers, or words written together.
    #[must_use]
    pub fn of(parts: &[u8]) -> Option<Self> {
        let mut trace = Self {
            words: [0; WORDS_MAX],
            count: 0,
            begins: [0; BEGINS_MAX],
            begins_count: 0,
            numbers: [0; NUMBERS_MAX],
            length: 0,
            code_begins: 0,
            counts: 0,
        };
        let mut at = 0;
        while let Some(&byte) = parts.get(at) {
            if !is_letter(byte) {
                at += 1;
                continue;
            }
            let range = word_at(parts, at);
            at = range.end;
            if let Some(beginning) = divided::beginning_at(parts, &range) {
                *trace.begins.get_mut(usize::from(trace.begins_count))? = beginning;
                trace.begins_count += 1;
            }
            let word = parts.get(range)?;
            trace.add_word(word)?;
            // Without an ending, or an initial.
            if word.len() > 4 {
                trace.add_word(word.get(1..)?)?;
                trace.add_word(word.get(..word.len() - 1)?)?;
                if word.windows(2).any(|two| matches!(two, [b'a'..=b'z', b'A'..=b'Z'])) {
                    return None;
                }
            }
        }
        for part in parts.split(|&b| b == b'|').filter(|part| !codes::is_too_short(part)) {
            if part.iter().any(u8::is_ascii_digit) {
                trace.add_numbers(part)?;
                trace.add_numbers(b"|")?;
            }
        }
        let numbers = &trace.numbers[..trace.length.into()];
        for (begins, counts) in digits_in(numbers).map(|at| codes::reach(numbers, at)) {
            trace.code_begins |= begins;
            trace.counts |= counts;
        }
        Some(trace)
    }

    /// Leaves nothing of the text in memory.
    pub fn wipe(&mut self) {
        self.words.zeroize();
        self.begins.zeroize();
        self.numbers.zeroize();
        self.code_begins.zeroize();
        self.counts.zeroize();
    }

    fn add_word(&mut self, word: &[u8]) -> Option<()> {
        *self.words.get_mut(usize::from(self.count))? = mark(key(word));
        self.count += 1;
        Some(())
    }

    fn add_numbers(&mut self, text: &[u8]) -> Option<()> {
        let start = usize::from(self.length);
        self.numbers.get_mut(start..start + text.len())?.copy_from_slice(text);
        self.length += text.len() as u8;
        Some(())
    }
}

impl Identity {
    /// Whether anything that was noted can be what is found in a text: a word of it, a part of a
    /// word, or a number. If not, the text is to this message what it is to any other.
    #[must_use]
    #[inline]
    pub fn may_name(&self, trace: &Trace) -> bool {
        let words = &trace.words[..trace.count.into()];
        words.iter().any(|&mark| self.may_have_marked(mark))
            || trace.begins[..trace.begins_count.into()].iter().any(|&at| self.may_begin_name(at))
            || (trace.length > 0
                && self.may_reach(trace.code_begins, trace.counts)
                && self.may_number(&trace.numbers[..trace.length.into()]))
    }

    #[cold]
    fn may_number(&self, text: &[u8]) -> bool {
        digits_in(text).any(|at| codes::own(self, text, at).is_some())
    }
}

/// Where runs of digits begin.
fn digits_in(text: &[u8]) -> impl Iterator<Item = usize> {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    (0..text.len()).filter(move |&at| is_digit(at) && (at == 0 || !is_digit(at - 1)))
}
