//! What is known of the persons of one message.

use super::contacts;
use super::letters::{
    Case, Filter, case, fold_text, is_alnum, is_letter, key, misread_utf8, mix, word_at,
};
use super::numbers::Digits;
use super::words::words;
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// So many values of one kind are told apart that share a word or number. More tell nothing new,
/// and all of them would be gone through for each.
const SHARED_MAX: usize = 4;

/// A table of more places is not kept for the next message.
const KEPT_MAX: usize = 4096;

/// More words of names beyond the Latin letters are found only where they stand alone.
const FOREIGN_MAX: usize = 32;

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
    /// Words of names beyond the Latin letters: where in `texts`, and of which value.
    foreign: Vec<(Range<u32>, u32)>,
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
        self.foreign.clear();
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
        if let Kind::Family | Kind::Given = kind {
            self.note_spellings(kind, value, text, &folded);
            // A broken byte beside a name may be another one, or none, where the name stands again.
            if std::str::from_utf8(text).is_err() {
                let runs = text.split(|b| !b.is_ascii_alphabetic()).filter(|run| run.len() > 3);
                runs.for_each(|run| self.note_words(kind, value, run));
            }
        }
        self.folded = folded;
    }

    /// Notes in which other ways a name may be written: `Mueller` for `Müller` and the other way
    /// round, and what was UTF-8 in a message that says it was not.
    fn note_spellings(&mut self, kind: Kind, value: u32, text: &[u8], folded: &[u8]) {
        if let Ok(text) = std::str::from_utf8(text)
            && !text.is_ascii()
        {
            let meant = misread_utf8(text);
            let mut other = Vec::new();
            if let Some(meant) = &meant {
                fold_text(meant.as_bytes(), &mut other);
                self.note_words(kind, value, &other);
                other.clear();
            }
            let spelled: String =
                meant.as_deref().unwrap_or(text).chars().flat_map(spelled_with_two).collect();
            fold_text(spelled.as_bytes(), &mut other);
            self.note_spelling(value, &other);
        }
        let is_two = |two: &[u8]| {
            matches!(two, [b'a' | b'o' | b'u' | b'A' | b'O' | b'U', b'e' | b'E'] | b"aa" | b"Aa")
        };
        if folded.windows(2).any(is_two) {
            let mut other = Vec::new();
            let mut rest = folded;
            while let Some((&first, behind)) = rest.split_first() {
                other.push(first);
                rest = if rest.get(..2).is_some_and(is_two) { &rest[2..] } else { behind };
            }
            self.note_spelling(value, &other);
        }
    }

    fn note_spelling(&mut self, value: u32, text: &[u8]) {
        for word in text.split(|&b| !is_letter(b)).filter(|word| word.len() > 3) {
            if !words().of(word).is_word() && !self.of_word(word).any(|n| n.value == value) {
                self.add_word(word, value, Hold::Strong);
            }
        }
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
            if kind == Kind::Family && text.len() == 1 {
                self.add_word(word, value, Hold::Weak);
            }
            if word.len() < 2 || is_particle(word) {
                continue;
            }
            self.add_foreign(word, value);
            let listed = words().of(word);
            // Names of streets and organisations are made of words.
            let is_made_of_words = matches!(kind, Kind::Street | Kind::Organisation);
            let is_plain = listed.is_common() || is_made_of_words && listed.is_word();
            let hold = if word.len() < least || word.len() < 3 || is_plain {
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

    fn add_foreign(&mut self, word: &[u8], value: u32) {
        if !word.is_ascii() && self.foreign.len() < FOREIGN_MAX {
            let start = self.texts.len() as u32;
            self.texts.extend_from_slice(word);
            self.foreign.push((start..self.texts.len() as u32, value));
        }
    }

    /// A noted name in a word beyond the Latin letters: anywhere in it where the writing has no
    /// blanks between words, else at its beginning, for an ending may follow.
    pub(super) fn foreign_in(&self, word: &[u8]) -> Option<(Range<usize>, Noted)> {
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
        Some((range, Noted { value, kind, hold: Hold::Strong }))
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
            let (year, of_year) = day.split_at(4);
            let (month, of_month) = of_year.split_at(2);
            // Without separators, the month or the day may be first.
            for parts in [[month, of_month, year], [of_month, month, year]] {
                self.add_number(Digits::of(&parts.concat()), value);
            }
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
                let range = word_at(text, at);
                at = range.end;
                let word = text.get(range.clone()).unwrap_or_default();
                if self.filter.may_have(word) && self.names_somebody(word, is_alone(text, &range))
                    || self.foreign_in(word).is_some()
                {
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

    fn names_somebody(&self, word: &[u8], is_alone: bool) -> bool {
        let is_whole = || is_alone && word.len() >= 3 && !words().of(word).is_word();
        self.of_word(word).any(|noted| match noted.hold {
            Hold::Strong => true,
            Hold::Capital => noted.kind != Kind::Id && case(word) == Case::Title || is_whole(),
            Hold::Weak => is_whole(),
        })
    }

    /// Whether a noted number begins at `at`, or else where the digits end.
    fn number_stands_at(&self, text: &[u8], at: usize) -> Result<(), usize> {
        let end = super::numbers::digits_end(text, at);
        let is_long = |noted: Noted| noted.kind != Kind::Zip;
        let found = super::numbers::own(self, text, at)
            .filter(|(range, _)| {
                let number = text.get(range.clone()).unwrap_or_default();
                let count = number.iter().filter(|&&b| is_alnum(b)).count();
                count >= 6 || count == 5 && is_alone(text, range)
            })
            .is_some_and(|(_, noted)| is_long(noted));
        if found { Ok(()) } else { Err(end) }
    }
}

/// Whether something is a value as a whole.
fn is_alone(text: &[u8], range: &Range<usize>) -> bool {
    let delimits = |b: &u8| b"|^~&\r".contains(b);
    range.start.checked_sub(1).and_then(|n| text.get(n)).is_none_or(delimits)
        && text.get(range.end).is_none_or(delimits)
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

/// A letter as it is written where there are no dots and rings.
fn spelled_with_two(c: char) -> impl Iterator<Item = char> {
    let two = match c {
        'ä' | 'Ä' => "ae",
        'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
        'ü' | 'Ü' => "ue",
        'å' | 'Å' => "aa",
        _ => "",
    };
    two.chars().chain(two.is_empty().then_some(c))
}

/// The place of a key in a table.
fn place(key: u64, mask: usize) -> usize {
    (key >> 7) as usize & mask
}

/// The key of a value of letters and digits: these without the rest, and without the zeros that
/// numbers in it begin with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CodeKey(u64, bool);

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
        if is_alnum(byte) && (self.1 || byte != b'0') {
            self.1 = byte.is_ascii_digit();
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
