//! Whether something that was noted stands in a value that is kept.

use super::super::codes;
use super::super::contacts;
use super::super::digits::digits_end;
use super::super::divided::Behind;
use super::super::letters::{
    Case, beginning, case, fold_text, is_alnum, is_letter, without_look_alikes, word_at,
};
use super::super::meant::Meant;
use super::super::names;
use super::super::words::words;
use super::{Hold, Identity, Noted};
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// Names of fewer letters are not found inside of other words.
const LETTERS_MIN: usize = 5;

impl Identity {
    /// Whether something that was noted stands in a value that is kept, given as text as in
    /// [`Identity::note`]. Short numbers and names that are common words do not count here.
    #[must_use]
    pub fn stands_in(&self, text: &[u8]) -> bool {
        self.stands_in_of(text, |_| true)
    }

    /// As [`Identity::stands_in`], of what was noted of the kinds that count.
    #[must_use]
    pub fn stands_in_of(&self, text: &[u8], counts: fn(Kind) -> bool) -> bool {
        if text.is_ascii() {
            return self.stands_in_folded(text, counts);
        }
        let mut folded = Vec::new();
        fold_text(text, &mut folded);
        self.stands_in_folded(&folded, counts)
    }

    /// How many digits a value has that is a noted number as a whole, signs aside; 0 if it is none.
    #[must_use]
    pub fn digits_of_whole(&self, text: &[u8]) -> usize {
        let Some(at) = text.iter().position(u8::is_ascii_digit) else { return 0 };
        let is_all = |range: &Range<usize>| {
            text.iter().enumerate().all(|(n, &b)| range.contains(&n) || !is_alnum(b))
        };
        codes::own(self, text, at)
            .filter(|(range, noted)| noted.kind != Kind::Zip && is_all(range))
            .map_or(0, |(range, _)| text[range].iter().filter(|b| b.is_ascii_digit()).count())
    }

    fn stands_in_folded(&self, text: &[u8], counts: fn(Kind) -> bool) -> bool {
        let mut has_signs = false;
        let mut stands = |text: &[u8]| self.stands_as_written(text, counts, &mut has_signs);
        if stands(text) {
            return true;
        }
        has_signs
            && Meant::of(text)
                .is_some_and(|meant| self.stands_as_written(meant.text(), counts, &mut has_signs))
    }

    /// `has_signs` becomes true where a sign is met that may stand for another character.
    fn stands_as_written(
        &self,
        text: &[u8],
        counts: fn(Kind) -> bool,
        has_signs: &mut bool,
    ) -> bool {
        // Short numbers do not count.
        let mut has_numbers = None;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if is_letter(byte) {
                let range = word_at(text, at);
                at = range.end;
                let word = text.get(range.clone()).unwrap_or_default();
                let is_alone = is_alone(text, &range);
                if self.names_somebody(word, is_alone, counts)
                    || self.foreign_in(word).is_some_and(|(_, noted)| counts(noted.kind))
                {
                    return true;
                }
            } else if byte.is_ascii_digit() {
                let has_numbers = *has_numbers.get_or_insert_with(|| !codes::is_too_short(text));
                if has_numbers && self.number_stands_at(text, at, counts) {
                    return true;
                }
                at = digits_end(text, at);
            } else if byte == b'@' && self.address_stands_at(text, at) {
                return true;
            } else {
                *has_signs |= matches!(byte, b'&' | b'%' | b'=' | b'\\');
                at += 1;
            }
        }
        false
    }

    fn address_stands_at(&self, text: &[u8], at: usize) -> bool {
        let address = contacts::email(text, at).and_then(|range| text.get(range));
        address.is_some_and(|address| self.of_code(address).is_some())
    }

    fn names_somebody(&self, word: &[u8], is_alone: bool, counts: fn(Kind) -> bool) -> bool {
        let is_whole = || is_alone && word.len() >= 3 && !words().of(word).is_word();
        let is_inside = || {
            let inside = names::inside(self, word, &(0..word.len()), Behind::Initials);
            inside.is_some_and(|(_, noted)| counts(noted.kind))
        };
        if word.len() > LETTERS_MIN && self.may_have_inside(word) && is_inside() {
            return true;
        }
        if let Some(latin) = without_look_alikes(word)
            && self.of_word(&latin).any(|noted| noted.hold == Hold::Strong && counts(noted.kind))
        {
            return true;
        }
        // Where they do not count, an authority is often called as an organisation of the message.
        if !counts(Kind::Organisation) && !self.may_have_other(word) {
            return false;
        }
        self.of_word(word).filter(|noted| counts(noted.kind)).any(|noted| match noted.hold {
            Hold::Strong => true,
            Hold::Capital => noted.kind != Kind::Id && case(word) == Case::Title || is_whole(),
            Hold::Weak => is_whole(),
        })
    }

    /// Whether a name may have been noted that a word has inside: at its beginning, behind an initial
    /// or a small letter.
    fn may_have_inside(&self, word: &[u8]) -> bool {
        let may_begin = |word: &[u8]| beginning(word).is_some_and(|at| self.may_begin_name(at));
        may_begin(word)
            || may_begin(word.get(1..).unwrap_or_default())
            || word.windows(2).any(|two| matches!(two, [b'a'..=b'z', b'A'..=b'Z']))
    }

    /// Whether a noted number begins at `at`.
    fn number_stands_at(&self, text: &[u8], at: usize, counts: fn(Kind) -> bool) -> bool {
        let is_long = |noted: Noted| noted.kind != Kind::Zip && counts(noted.kind);
        codes::own(self, text, at)
            .filter(|(range, _)| {
                let number = text.get(range.clone()).unwrap_or_default();
                let count = number.iter().filter(|&&b| is_alnum(b)).count();
                count >= 6 || count == 5 && is_alone(text, range)
            })
            .is_some_and(|(_, noted)| is_long(noted))
    }
}

/// Whether something is a value as a whole.
fn is_alone(text: &[u8], range: &Range<usize>) -> bool {
    let delimits = |b: &u8| b"|^~&\r".contains(b);
    range.start.checked_sub(1).and_then(|n| text.get(n)).is_none_or(delimits)
        && text.get(range.end).is_none_or(delimits)
}
