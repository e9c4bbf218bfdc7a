//! Whether a text is about anybody at all.

use super::identity::Identity;
use super::letters::{is_letter, word_at};
use super::numbers::{self, digits_end};

impl Identity {
    /// Whether anything that was noted can be what is found in a text, in plain ASCII: a word of
    /// it, a part of a word, or a number. If not, the text is to this message what it is to any
    /// other.
    #[must_use]
    pub fn may_name(&self, text: &[u8]) -> bool {
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if is_letter(byte) {
                let word = word_at(text, at);
                at = word.end;
                if text.get(word).is_some_and(|word| self.may_name_by(word)) {
                    return true;
                }
            } else if byte.is_ascii_digit() {
                if numbers::own(self, text, at).is_some() {
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
    fn may_name_by(&self, word: &[u8]) -> bool {
        let may_have =
            |part: Option<&[u8]>| part.is_some_and(|part| self.of_word(part).next().is_some());
        if may_have(Some(word)) {
            return true;
        }
        if word.len() < 5 {
            return false;
        }
        let is_together = || word.windows(2).any(|two| matches!(two, [b'a'..=b'z', b'A'..=b'Z']));
        may_have(word.get(..word.len() - 1)) || may_have(word.get(1..)) || is_together()
    }
}
