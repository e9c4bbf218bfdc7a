//! What is known of the persons of one message.

use super::contacts;
use super::letters::{Case, Filter, case, fold_text, is_alnum, is_letter, key, mix, word_at};
use super::numbers::Digits;
use super::words::words;
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// So many values of one kind are told apart that share a word or number. More tell nothing new,
/// and all of them would be gone through for each.
const SHARED_MAX: usize = 4;

/// A table of more places is not kept for the next message.
const KEPT_MAX: usize = 4096;

/// A digit count that no number has that is looked for in others.
const NUMBER_MAX: u32 = 19;

/// What is known of the persons of one message.
///
/// Values are cut into words and numbers, each in a table by what of it counts: letters without
/// case and accents, digits without separators and leading zeros.
#[derive(Debug, Default)]
pub struct Identity {
    /// Open addressing; a key can be there several times, with several values.
    slots: Vec<Slot>,
    used: usize,
    filter: Filter,
    values: Vec<Value>,
    texts: Vec<u8>,
    /// Which numbers of digits, from 1 to [`NUMBER_MAX`], the noted numbers have.
    lengths: u32,
    has_codes: bool,
    /// With which letters given names begin.
    initials: u32,
    folded: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// 0 in a free place.
    key: u64,
    value: u32,
    hold: Hold,
}

/// How much a word or number that was noted tells where it stands alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hold {
    /// It is found wherever it stands.
    #[default]
    Strong,
    /// It is found where it is written with a capital.
    Capital,
    /// It is a word like others, or too short: something beside it must tell.
    Weak,
}

#[derive(Clone, Debug)]
struct Value {
    kind: Kind,
    text: Range<u32>,
    folded: Range<u32>,
}

/// What a word or number was noted for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) value: u32,
    pub(super) kind: Kind,
    pub(super) hold: Hold,
}

impl Identity {
    /// Forgets everything, for the next message.
    pub fn clear(&mut self) {
        if self.slots.len() > KEPT_MAX {
            self.slots = Vec::new();
        }
        self.slots.fill(Slot::default());
        self.used = 0;
        self.filter.clear();
        self.values.clear();
        self.texts.clear();
        self.lengths = 0;
        self.has_codes = false;
        self.initials = 0;
    }

    /// Notes a value that identifies somebody.
    ///
    /// `text`: a whole value in UTF-8, escape sequences decoded: a family name with all its
    /// parts, a telephone number with its area.
    pub fn note(&mut self, kind: Kind, text: &[u8]) {
        let text = text.trim_ascii();
        if text.is_empty() || text == b"\"\"" {
            return;
        }
        let whole = mix(key(text), 1 + kind as u64);
        if self.find(whole).next().is_some() {
            return;
        }
        let value = self.add_value(kind, text);
        self.insert(whole, value, Hold::Weak);
        let folded = std::mem::take(&mut self.folded);
        self.note_parts(kind, value, &folded);
        self.folded = folded;
    }

    /// To be called when all is noted, before anything is looked for.
    pub fn seal(&mut self) {}

    fn add_value(&mut self, kind: Kind, text: &[u8]) -> u32 {
        self.folded.clear();
        fold_text(text, &mut self.folded);
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(text);
        let middle = self.texts.len() as u32;
        self.texts.extend_from_slice(&self.folded);
        let end = self.texts.len() as u32;
        self.values.push(Value { kind, text: start..middle, folded: middle..end });
        self.values.len() as u32 - 1
    }

    fn note_parts(&mut self, kind: Kind, value: u32, text: &[u8]) {
        match kind {
            Kind::Family | Kind::Given | Kind::Street | Kind::Place | Kind::Organisation => {
                self.note_words(kind, value, text);
            }
            Kind::Id => self.note_id(value, text),
            Kind::Ssn => self.note_digits(value, text, 5),
            Kind::Zip => {
                // ZIP+4 is found by its first part, too. Zeros that it begins with do not count.
                self.note_digits(value, text, 3);
                if let Some(first) = text.get(..5).filter(|_| text.len() > 5) {
                    self.note_digits(value, first, 3);
                }
            }
            Kind::Phone => self.note_phone(value, text),
            Kind::Date => self.note_date(value, text),
            Kind::Email | Kind::Url => self.insert(CodeKey::of(text).0, value, Hold::Strong),
        }
    }

    fn note_words(&mut self, kind: Kind, value: u32, text: &[u8]) {
        let least = match kind {
            Kind::Family | Kind::Given => 2,
            _ => 4,
        };
        let mut at = 0;
        while at < text.len() {
            let word = word_at(text, at);
            at = word.end + 1;
            let word = text.get(word).unwrap_or_default();
            if kind == Kind::Given
                && let Some(first) = word.first()
            {
                self.initials |= 1 << (first & 31);
            }
            if word.len() < 2 || is_particle(word) {
                continue;
            }
            let hold = if word.len() < least || word.len() < 3 || words().of(word).is_common() {
                Hold::Weak
            } else if word.len() == 3 {
                Hold::Capital
            } else {
                Hold::Strong
            };
            self.add_word(word, value, hold);
        }
        self.note_compact(kind, value, text);
    }

    /// Notes a name of several parts as one word: O'Brien as OBrien, De Luca as DeLuca.
    fn note_compact(&mut self, kind: Kind, value: u32, text: &[u8]) {
        if !matches!(kind, Kind::Family | Kind::Given) || text.iter().all(|&b| is_letter(b)) {
            return;
        }
        let mut word = [0; 40];
        let letters = text.iter().filter(|&&b| is_letter(b));
        let count = word.iter_mut().zip(letters).map(|(to, from)| *to = *from).count();
        let word = word.get(..count).unwrap_or_default();
        if word.len() > 3 && !words().of(word).is_common() {
            self.add_word(word, value, Hold::Strong);
        }
    }

    fn add_word(&mut self, word: &[u8], value: u32, hold: Hold) {
        self.filter.add(word);
        self.insert(key(word), value, hold);
    }

    /// Notes an identifier: by its digits if it has no letters, else whole.
    fn note_id(&mut self, value: u32, text: &[u8]) {
        if !text.iter().any(|&b| is_letter(b)) {
            return self.note_digits(value, text, 5);
        }
        let count = text.iter().filter(|&&b| is_alnum(b)).count();
        let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
        if digits >= 2 && count >= 5 {
            self.has_codes = true;
            self.insert(CodeKey::of(text).0, value, Hold::Strong);
        } else if digits == 0
            && count >= 5
            && text.iter().all(|&b| is_letter(b))
            && !words().of(text).is_word()
        {
            self.add_word(text, value, Hold::Capital);
        }
    }

    fn note_digits(&mut self, value: u32, text: &[u8], least: u32) {
        let number = Digits::of(text);
        if number.count >= least {
            self.add_number(number, value);
        }
    }

    fn note_phone(&mut self, value: u32, text: &[u8]) {
        // What follows is an extension.
        let end = text.iter().position(|b| matches!(b, b'x' | b'X' | b'e' | b'E'));
        let number = Digits::of(text.get(..end.unwrap_or(text.len())).unwrap_or_default());
        if number.count < 7 {
            return;
        }
        self.add_number(number, value);
        for digits in [10, 7] {
            if number.count > digits {
                self.add_number(number.last(digits), value);
            }
        }
    }

    /// Notes the day of a date.
    fn note_date(&mut self, value: u32, text: &[u8]) {
        if let Some(day) = text.get(..8)
            && day.iter().all(u8::is_ascii_digit)
        {
            self.add_number(Digits::of(day), value);
        }
    }

    fn add_number(&mut self, number: Digits, value: u32) {
        if number.count <= NUMBER_MAX {
            self.lengths |= 1 << number.count;
            self.insert(number.key(), value, Hold::Strong);
        }
    }

    fn insert(&mut self, key: u64, value: u32, hold: Hold) {
        if self.slots.len() < 2 * (self.used + 1) {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = place(key, mask);
        let kind_of = |value: u32| self.values.get(value as usize).map(|v| v.kind);
        let kind = kind_of(value);
        let mut shared = 0;
        while let Some(slot) = self.slots.get(at)
            && slot.key != 0
        {
            shared += usize::from(slot.key == key && kind_of(slot.value) == kind);
            if shared == SHARED_MAX {
                return;
            }
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { key, value, hold };
            self.used += 1;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(256);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        self.used = 0;
        for slot in old.into_iter().filter(|slot| slot.key != 0) {
            self.insert(slot.key, slot.value, slot.hold);
        }
    }

    fn find(&self, key: u64) -> impl Iterator<Item = Noted> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = place(key, mask);
        std::iter::from_fn(move || {
            loop {
                let slot = self.slots.get(at).filter(|slot| slot.key != 0)?;
                at = (at + 1) & mask;
                if slot.key == key
                    && let Some(value) = self.values.get(slot.value as usize)
                {
                    return Some(Noted { value: slot.value, kind: value.kind, hold: slot.hold });
                }
            }
        })
    }

    /// What a word was noted for.
    #[inline]
    pub(super) fn of_word(&self, word: &[u8]) -> impl Iterator<Item = Noted> {
        self.filter.may_have(word).then(|| self.find(key(word))).into_iter().flatten()
    }

    /// What a number was noted for.
    #[inline]
    pub(super) fn of_number(&self, number: Digits) -> Option<Noted> {
        let is_length = number.count <= NUMBER_MAX && self.lengths >> number.count & 1 != 0;
        is_length.then(|| self.find(number.key()).next()).flatten()
    }

    /// What an identifier of letters and digits was noted for, an e-mail address or a URL.
    pub(super) fn of_code(&self, code: &[u8]) -> Option<Noted> {
        self.of_key(CodeKey::of(code))
    }

    /// What an identifier of letters and digits was noted for, by its key.
    pub(super) fn of_key(&self, key: CodeKey) -> Option<Noted> {
        self.find(key.0).next()
    }

    /// Whether identifiers of letters and digits were noted.
    pub(super) fn has_codes(&self) -> bool {
        self.has_codes
    }

    /// Whether a number of so many digits was noted.
    pub(super) fn has_number_of(&self, count: u32) -> bool {
        count <= NUMBER_MAX && self.lengths >> count & 1 != 0
    }

    /// A value as it was noted.
    pub(super) fn text(&self, value: u32) -> &[u8] {
        let range = self.values.get(value as usize).map(|v| v.text.clone()).unwrap_or_default();
        self.texts.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// A value as texts are looked at.
    pub(super) fn folded(&self, value: u32) -> &[u8] {
        let range = self.values.get(value as usize).map(|v| v.folded.clone()).unwrap_or_default();
        self.texts.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// Whether a given name begins with a letter.
    pub(super) fn is_initial(&self, letter: u8) -> bool {
        letter.is_ascii_alphabetic() && self.initials >> (letter & 31) & 1 != 0
    }

    /// Whether something that was noted stands in a value that is kept, given as text as in
    /// [`Identity::note`]. Short numbers and names that are common words do not count here.
    #[must_use]
    pub fn stands_in(&self, text: &[u8]) -> bool {
        if text.is_ascii() {
            return self.stands_in_folded(text);
        }
        let mut folded = Vec::new();
        fold_text(text, &mut folded);
        self.stands_in_folded(&folded)
    }

    fn stands_in_folded(&self, text: &[u8]) -> bool {
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if is_letter(byte) {
                let word = word_at(text, at);
                at = word.end;
                let word = text.get(word).unwrap_or_default();
                if self.filter.may_have(word) && self.names_somebody(word) {
                    return true;
                }
            } else if byte.is_ascii_digit() {
                match self.number_stands_at(text, at) {
                    Ok(()) => return true,
                    Err(end) => at = end,
                }
            } else if byte == b'@' && self.address_stands_at(text, at) {
                return true;
            } else {
                at += 1;
            }
        }
        false
    }

    fn address_stands_at(&self, text: &[u8], at: usize) -> bool {
        let address = contacts::email(text, at).and_then(|range| text.get(range));
        address.is_some_and(|address| self.of_code(address).is_some())
    }

    fn names_somebody(&self, word: &[u8]) -> bool {
        self.of_word(word).any(|noted| match noted.hold {
            Hold::Strong => true,
            Hold::Capital => noted.kind != Kind::Id && case(word) == Case::Title,
            Hold::Weak => false,
        })
    }

    /// Whether a noted number begins at `at`, or else where the digits end.
    fn number_stands_at(&self, text: &[u8], at: usize) -> Result<(), usize> {
        let end = super::numbers::digits_end(text, at);
        let is_long = |noted: Noted| noted.kind != Kind::Zip;
        let found = super::numbers::own(self, text, at)
            .filter(|(range, _)| {
                text.get(range.clone()).unwrap_or_default().iter().filter(|&&b| is_alnum(b)).count()
                    >= 6
            })
            .is_some_and(|(_, noted)| is_long(noted));
        if found { Ok(()) } else { Err(end) }
    }
}

/// The place of a key in a table.
fn place(key: u64, mask: usize) -> usize {
    (key >> 7) as usize & mask
}

/// The key of a value of letters and digits: these without the rest and without leading zeros.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CodeKey(u64);

impl CodeKey {
    fn of(text: &[u8]) -> Self {
        let mut key = Self::default();
        for &byte in text {
            key.push(byte);
        }
        key
    }

    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8) {
        if is_alnum(byte) && (self.0 != 0 || byte != b'0') {
            self.0 = mix(self.0 ^ 0x517C_C1B7_2722_0A95, u64::from(byte | 0x20)) | 1;
        }
    }
}

/// Whether a word of a name says nothing alone.
pub(super) fn is_particle(word: &[u8]) -> bool {
    const PARTICLES: [&[u8]; 22] = [
        b"van", b"von", b"der", b"den", b"de", b"del", b"della", b"di", b"da", b"do", b"dos",
        b"du", b"la", b"le", b"el", b"al", b"bin", b"ibn", b"ben", b"ten", b"ter", b"und",
    ];
    PARTICLES.iter().any(|particle| word.eq_ignore_ascii_case(particle))
}
