//! Texts that are met again and again, with what was said of them.

use super::codes;
use super::digits::digits_end;
use super::divided;
use super::identity::Identity;
use super::initials;
use super::letters::{is_letter, key, mark, word_at};
use crate::ops::deidentify::slots;
use std::fmt;

/// How many texts are remembered, a power of two.
const SLOTS: usize = 1024;

/// The longest text that is remembered, in bytes.
const LONGEST: usize = 61;

/// What can be asked of a text, each with the answer for a message about nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether nothing is found in it.
    Clean,
    /// The same where it is the name of a code.
    CleanCode,
    /// The same where words are masked that no list has.
    CleanStrict,
    /// The same where it repeats what somebody typed.
    CleanEcho,
    /// Whether it is a label in which nothing is found.
    Label,
    /// The same of the length that labels of codes have.
    CodedLabel,
}

/// Remembers what texts are whoever a message is about: `Hemoglobin`, again and again. It is no
/// more than a short cut: the same text of another message is about its persons, which is looked up
/// each time.
///
/// Its size is fixed: a text takes the place of another.
#[derive(Default)]
pub(super) struct Labels {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy)]
struct Slot {
    length: u8,
    /// Which questions have an answer, as bits.
    known: u8,
    /// To which it is yes.
    answers: u8,
    text: [u8; LONGEST],
}

impl fmt::Debug for Labels {
    /// Without what it remembers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labels").finish_non_exhaustive()
    }
}

impl Labels {
    /// The answer for a text in plain ASCII, if it is known.
    pub(super) fn ask(&self, question: Question, text: &[u8]) -> Option<bool> {
        let slot = self.slots.get(place(text))?;
        let is_it = slot.text.get(..slot.length.into()) == Some(text);
        let bit = 1 << question as u8;
        (is_it && slot.known & bit != 0).then_some(slot.answers & bit != 0)
    }

    /// Remembers the answer for a text in plain ASCII, which must be the same for every message.
    pub(super) fn learn(&mut self, question: Question, text: &[u8], answer: bool) {
        let Some(length) = u8::try_from(text.len()).ok().filter(|_| is_short(text)) else { return };
        if self.slots.is_empty() {
            let free = Slot { length: 0, known: 0, answers: 0, text: [0; LONGEST] };
            self.slots = vec![free; SLOTS];
        }
        let Some(slot) = self.slots.get_mut(place(text)) else { return };
        let is_it = slot.text.get(..slot.length.into()) == Some(text);
        if !is_it {
            *slot = Slot { length, known: 0, answers: 0, text: [0; LONGEST] };
            slot.text[..text.len()].copy_from_slice(text);
        }
        let bit = 1 << question as u8;
        slot.known |= bit;
        slot.answers = if answer { slot.answers | bit } else { slot.answers & !bit };
    }
}

/// Whether a text, in plain ASCII, is short enough to be remembered.
pub(super) fn is_short(text: &[u8]) -> bool {
    text.len() <= LONGEST
}

/// Whether anything that was noted can be what is found in a text, in plain ASCII: a word of it, a
/// part of a word or a number. If not, the text is to this message what it is to any other.
pub(super) fn may_name(identity: &Identity, text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if is_letter(byte) {
            let word = word_at(text, at);
            at = word.end;
            if word.len() == 1 && initials::own(identity, text, word.start).is_some() {
                return true;
            }
            let is_divided = divided::beginning_at(text, &word)
                .is_some_and(|beginning| identity.may_begin_name(beginning));
            if is_divided || text.get(word).is_some_and(|word| may_name_by(identity, word)) {
                return true;
            }
        } else if byte.is_ascii_digit() {
            if codes::own(identity, text, at).is_some() {
                return true;
            }
            at = digits_end(text, at);
        } else {
            at += 1;
        }
    }
    false
}

/// Whether a word may be found, or a part of it: without an ending or an initial, or of words
/// written together.
fn may_name_by(identity: &Identity, word: &[u8]) -> bool {
    let may_have =
        |word: &[u8]| identity.may_have(word) && identity.may_have_marked(mark(key(word)));
    if may_have(word) {
        return true;
    }
    if word.len() < 5 {
        return false;
    }
    let is_together = || word.windows(2).any(|two| matches!(two, [b'a'..=b'z', b'A'..=b'Z']));
    may_have(&word[..word.len() - 1]) || may_have(&word[1..]) || is_together()
}

/// Where a text is remembered.
fn place(text: &[u8]) -> usize {
    let mut hash = text.len() as u64;
    let mut take = |chunk: u64| {
        hash = (hash.rotate_left(23) ^ chunk).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    };
    let (chunks, rest) = text.as_chunks::<8>();
    chunks.iter().for_each(|chunk| take(u64::from_le_bytes(*chunk)));
    match (text.last_chunk::<8>(), rest) {
        (_, []) => {}
        (Some(last), _) => take(u64::from_le_bytes(*last)),
        _ => take(rest.iter().fold(0, |sum, b| sum << 8 | u64::from(*b))),
    }
    slots::place(hash, SLOTS)
}
