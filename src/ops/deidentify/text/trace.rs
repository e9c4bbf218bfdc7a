//! What of a text could be noted: enough to see of the next message that it is about nobody in it.

use super::codes;
use super::divided;
use super::identity::Identity;
use super::initials;
use super::letters::{is_letter, key, mark, word_at};
use zeroize::Zeroize;

/// The most marks, beginnings of names, and bytes of parts with numbers that are kept.
const MARKS_MAX: usize = 32;
const BEGINS_MAX: usize = 12;
const NUMBERS_MAX: usize = 40;

/// What of a text could be noted.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Trace {
    count: u8,
    begins_count: u8,
    length: u8,
    /// How names would begin that its words are parts of.
    begins: [u16; BEGINS_MAX],
    /// The marks of its words, and of parts of them that can be names; of short numbers, and of how
    /// codes begin.
    marks: [u16; MARKS_MAX],
    /// The parts with numbers.
    numbers: [u8; NUMBERS_MAX],
    /// How many digits long numbers have that may be found in them, as bits. With the marks this
    /// spares nearly all looking for numbers, which took a fortieth of all steps.
    counts: u32,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            count: 0,
            begins_count: 0,
            length: 0,
            begins: [0; BEGINS_MAX],
            marks: [0; MARKS_MAX],
            numbers: [0; NUMBERS_MAX],
            counts: 0,
        }
    }
}

impl Trace {
    /// That of parts in plain ASCII with `|` behind each; `None` if they have too many words or
    /// numbers, words written together, or initials.
    #[must_use]
    pub fn of(parts: &[u8]) -> Option<Self> {
        let mut trace = Self::default();
        let mut at = 0;
        while let Some(&byte) = parts.get(at) {
            if !is_letter(byte) {
                at += 1;
                continue;
            }
            let range = word_at(parts, at);
            at = range.end;
            // Initials are nobody's alone.
            if range.len() == 1 && initials::dotted(parts, range.start).is_some() {
                return None;
            }
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
        let numbers = trace.numbers;
        let numbers = &numbers[..trace.length.into()];
        for at in digits_in(numbers) {
            trace.counts |= codes::reach(numbers, at, |mark| trace.add_mark(mark))?;
        }
        Some(trace)
    }

    /// Leaves nothing of the text in memory.
    pub fn wipe(&mut self) {
        self.marks.zeroize();
        self.begins.zeroize();
        self.numbers.zeroize();
        self.counts.zeroize();
    }

    fn add_word(&mut self, word: &[u8]) -> Option<()> {
        self.add_mark(mark(key(word)))
    }

    fn add_mark(&mut self, mark: u16) -> Option<()> {
        *self.marks.get_mut(usize::from(self.count))? = mark;
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
        let marks = &trace.marks[..trace.count.into()];
        marks.iter().any(|&mark| self.may_have_marked(mark))
            || trace.begins[..trace.begins_count.into()].iter().any(|&at| self.may_begin_name(at))
            || (trace.length > 0
                && self.may_reach(trace.counts)
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
