//! How values are cut into the words and numbers by which they are found.

use super::super::codes::{CodeKey, LONG_MIN};
use super::super::digits::Digits;
use super::super::letters::{
    beginning, fold_text, is_alnum, is_letter, key, mark, misread_utf8, mix, word_at,
};
use super::super::nicknames::forms_of;
use super::super::words::words;
use super::index::Entry;
use super::{
    Hold, Identity, NUMBER_MAX, Noted, Recent, Unless, Value, WAITING_MAX, is_particle, number_mark,
};
use crate::ops::deidentify::Kind;

impl Identity {
    /// Notes a value that identifies somebody.
    ///
    /// `text`: a whole value in UTF-8, escape sequences decoded: a family name with all its
    /// parts, a telephone number with its area.
    pub fn note(&mut self, kind: Kind, text: &[u8]) {
        let text = text.trim_ascii();
        if kind == Kind::Date {
            return self.note_date(text);
        }
        if text.is_empty() || text == b"\"\"" {
            return;
        }
        if is_name(kind) {
            self.pairs.add(kind == Kind::Family, text);
        }
        let hash = key(text);
        let whole = mix(hash, 1 + kind as u64) | 1;
        if !self.is_new(kind, whole) {
            return;
        }
        let signs = signs(text);
        if signs & BEYOND == 0 {
            let value = self.add_value(kind, whole, text, None);
            // Most names are one word, and most numbers digits.
            if is_made_of_words(kind) && signs == LETTER {
                self.note_word(kind, value, text, hash, true);
            } else if kind == Kind::Id && signs & LETTER == 0 {
                self.note_digits(kind, value, text, ID_MIN);
            } else {
                self.note_parts(kind, value, text);
            }
            if is_name(kind) {
                self.note_without_two(value, text);
                self.note_mac(kind, value, text);
                let before = self.values.iter().nth_back(1);
                if text.len() == 3 || before.is_some_and(|before| before.text.len() == 3) {
                    self.note_together(kind, value, text);
                }
            }
            return;
        }
        // Those are few, and no more than some are taken.
        if self.foreign.iter().any(|(_, value)| self.values[*value as usize].key == whole) {
            return;
        }
        let mut folded = std::mem::take(&mut self.folded);
        folded.clear();
        fold_text(text, &mut folded);
        let value = self.add_value(kind, whole, text, Some(&folded));
        self.note_parts(kind, value, &folded);
        if is_name(kind) {
            self.note_spellings(kind, value, text);
            self.note_without_two(value, &folded);
            // A broken byte beside a name may be another one, or none, where the name stands again.
            if std::str::from_utf8(text).is_err() {
                let runs = text.split(|b| !b.is_ascii_alphabetic()).filter(|run| run.len() > 3);
                runs.for_each(|run| self.note_words(kind, value, run));
            }
        }
        self.folded = folded;
    }

    /// Whether a value, by its key, is not known to have been noted. If it was nevertheless, the
    /// index tells when it is made.
    #[inline]
    fn is_new(&mut self, kind: Kind, key: u64) -> bool {
        let recent = &mut self.recent.0[(key >> 7) as usize % Recent::PLACES];
        if std::mem::replace(recent, key) == key {
            return false;
        }
        if self.values.len() >= WAITING_MAX {
            self.index();
        }
        let value = self.values.len() as u32;
        self.index.get_mut().is_none_or(|index| index.take_value(kind, key, value))
    }

    /// Takes a word or number of the last value.
    #[inline]
    fn add(&mut self, key: u64, noted: Noted, is_spelling: bool) {
        let entry = Entry { key, noted, is_spelling };
        match self.index.get_mut() {
            Some(index) => index.add(entry),
            None => self.entries.push(entry),
        }
    }

    fn add_value(&mut self, kind: Kind, key: u64, text: &[u8], folded: Option<&[u8]>) -> u32 {
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(text);
        let text = start..self.texts.len() as u32;
        let folded = match folded {
            Some(folded) => {
                self.texts.extend_from_slice(folded);
                text.end..self.texts.len() as u32
            }
            None => text.clone(),
        };
        let first = self.entries.len() as u32;
        self.values.push(Value { kind, text, folded, key, first });
        self.values.len() as u32 - 1
    }

    fn note_parts(&mut self, kind: Kind, value: u32, text: &[u8]) {
        match kind {
            _ if is_made_of_words(kind) => self.note_words(kind, value, text),
            Kind::Id => self.note_id(value, text),
            Kind::Ssn => self.note_digits(kind, value, text, 5),
            Kind::Zip => {
                // Those of other countries: `1016 GV`, `SW1A 2AA`.
                if text.iter().any(|&b| is_letter(b)) {
                    let count = text.iter().filter(|&&b| is_alnum(b)).count();
                    if (5..=8).contains(&count) && text.iter().any(u8::is_ascii_digit) {
                        self.has_codes = true;
                        self.add_code(kind, value, text);
                    }
                }
                // ZIP+4 is found by its first part, too. Zeros that it begins with do not count.
                self.note_digits(kind, value, text, 3);
                if let Some(first) = text.get(..5).filter(|_| text.len() > 5) {
                    self.note_digits(kind, value, first, 3);
                }
            }
            Kind::Phone => self.note_phone(value, text),
            Kind::Email | Kind::Url => self.add_code(kind, value, text),
            _ => {}
        }
    }

    /// Notes in which other ways a name beyond ASCII may be written: `Mueller` for `Müller`, and
    /// what was UTF-8 in a message that says it was not.
    fn note_spellings(&mut self, kind: Kind, value: u32, text: &[u8]) {
        let Ok(text) = std::str::from_utf8(text) else {
            return self.note_readings(kind, value, text);
        };
        let meant = misread_utf8(text);
        let mut other = Vec::new();
        if let Some(meant) = &meant {
            fold_text(meant.as_bytes(), &mut other);
            self.note_words(kind, value, &other);
            other.clear();
        }
        let meant = meant.as_deref().unwrap_or(text);
        // `Ødegård` is Odegaard and Oedegaard: each of the first letters with two or with one.
        let count = meant.chars().filter(|&c| two_letters(c).is_some()).take(SPELLED_MAX).count();
        for spelling in 1..1_usize << count {
            let mut n = 0;
            let mut spelled = String::with_capacity(meant.len() + SPELLED_MAX);
            for c in meant.chars() {
                let two = two_letters(c);
                match two.filter(|_| n >= SPELLED_MAX || spelling >> n & 1 != 0) {
                    Some(two) => spelled.push_str(two),
                    None => spelled.push(c),
                }
                n += usize::from(two.is_some());
            }
            other.clear();
            fold_text(spelled.as_bytes(), &mut other);
            // It is the name itself, though a test of eyes is called Jaeger, too.
            self.note_spelling(kind, value, &other, Unless::WeakCommon);
        }
    }

    /// Notes a name that is no UTF-8 as it reads in the sets that are in use where none is said, and in
    /// other case in the bytes of these.
    #[cold]
    fn note_readings(&mut self, kind: Kind, value: u32, text: &[u8]) {
        for set in [encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_1250, encoding_rs::ISO_8859_2] {
            let Some(read) = set.decode_without_bom_handling_and_without_replacement(text) else {
                continue;
            };
            let mut folded = Vec::new();
            for written in [read.to_lowercase(), read.to_uppercase()] {
                folded.clear();
                fold_text(&set.encode(&written).0, &mut folded);
                self.note_words(kind, value, &folded);
            }
            folded.clear();
            fold_text(read.as_bytes(), &mut folded);
            self.note_words(kind, value, &folded);
            self.note_spellings(kind, value, read.as_bytes());
        }
    }

    /// Notes a name that begins with `Mac` as `Mc`, and one with `Mc` as `Mac`.
    fn note_mac(&mut self, kind: Kind, value: u32, text: &[u8]) {
        let rest = match text {
            [b'M' | b'm', b'a' | b'A', b'c' | b'C', rest @ ..] => (&b"mc"[..], rest),
            [b'M' | b'm', b'c' | b'C', rest @ ..] => (&b"mac"[..], rest),
            _ => return,
        };
        if kind == Kind::Family && rest.1.len() > 3 {
            let other = [rest.0, rest.1].concat();
            self.note_spelling(kind, value, &other, Unless::WeakWord);
        }
    }

    /// Notes the name that may have been written with two letters for one: `Müller`, `Mueller`.
    fn note_without_two(&mut self, value: u32, folded: &[u8]) {
        let is_two = |two: &[u8]| {
            matches!(two, [b'a' | b'o' | b'u' | b'A' | b'O' | b'U', b'e' | b'E'] | b"aa" | b"Aa")
        };
        if !folded.windows(2).any(is_two) {
            return;
        }
        let kind = self.values.get(value as usize).map_or(Kind::Family, |value| value.kind);
        let mut other = std::mem::take(&mut self.other);
        other.clear();
        let mut rest = folded;
        while let Some((&first, behind)) = rest.split_first() {
            other.push(first);
            rest = if rest.get(..2).is_some_and(is_two) { &rest[2..] } else { behind };
        }
        self.note_spelling(kind, value, &other, Unless::WeakWord);
        self.other = other;
    }

    /// Notes a name together with the one before it as one word, if one of them is so short that it is
    /// not found in longer words: `ANNLEE`.
    #[cold]
    fn note_together(&mut self, kind: Kind, value: u32, text: &[u8]) {
        let before = value.checked_sub(1).and_then(|at| self.values.get(at as usize));
        let Some(before) = before.filter(|before| is_name(before.kind) && before.kind != kind)
        else {
            return;
        };
        let other = before.text.start as usize..before.text.end as usize;
        if text.len().min(other.len()) != 3 || text.len() + other.len() > TOGETHER_MAX {
            return;
        }
        let other = self.texts[other].to_vec();
        if other.iter().chain(text).all(u8::is_ascii_alphabetic) {
            for word in [[other.as_slice(), text].concat(), [text, &other].concat()] {
                let key = key(&word);
                self.filter.add(&word);
                self.marks.add(mark(key));
                self.others.add(mark(key));
                let (hold, unless) = (Hold::Strong, Unless::IsWord);
                self.add(key, Noted { value, kind, hold, unless }, true);
            }
        }
    }

    fn note_spelling(&mut self, kind: Kind, value: u32, text: &[u8], unless: Unless) {
        for word in text.split(|&b| !is_letter(b)).filter(|word| word.len() > 3) {
            let noted = Noted { value, kind, hold: Hold::Strong, unless };
            self.mark_word(word, key(word), kind);
            self.add(key(word), noted, true);
        }
    }

    fn note_words(&mut self, kind: Kind, value: u32, text: &[u8]) {
        let mut at = 0;
        while at < text.len() {
            let word = word_at(text, at);
            at = word.end + 1;
            let word = text.get(word).unwrap_or_default();
            self.note_word(kind, value, word, key(word), text.len() == word.len());
        }
        self.note_compact(kind, value, text);
    }

    /// Notes a word of a value, with its key.
    ///
    /// `is_all`: it is the whole value. Then a letter is a name, and so is what joins others: Mr Le.
    #[inline]
    fn note_word(&mut self, kind: Kind, value: u32, word: &[u8], key: u64, is_all: bool) {
        if kind == Kind::Given
            && let Some(first) = word.first()
        {
            self.initials |= 1 << (first & 31);
        }
        if kind == Kind::Family && is_all && word.len() == 1 {
            let noted = Noted { value, kind, hold: Hold::Weak, unless: Unless::Never };
            self.add_word(word, key, noted);
        }
        if word.len() < 2 || !(is_all && is_name(kind)) && is_particle(word) {
            return;
        }
        self.add_foreign(word, value);
        let least = match kind {
            Kind::Family | Kind::Given => 2,
            _ => 4,
        };
        // Names of streets and organisations are made of words.
        let unless = match kind {
            Kind::Street | Kind::Organisation => Unless::WeakWord,
            _ => Unless::WeakCommon,
        };
        let (hold, unless) = match word.len() {
            len if len < least || len < 3 => (Hold::Weak, Unless::Never),
            3 => (Hold::Capital, unless),
            _ => (Hold::Strong, unless),
        };
        self.add_word(word, key, Noted { value, kind, hold, unless });
    }

    /// Notes a name of several parts as one word: O'Brien as OBrien, De Luca as DeLuca.
    fn note_compact(&mut self, kind: Kind, value: u32, text: &[u8]) {
        if !is_name(kind) || text.iter().all(|&b| is_letter(b)) {
            return;
        }
        let mut word = [0; 40];
        let letters = text.iter().filter(|&&b| is_letter(b));
        let count = word.iter_mut().zip(letters).map(|(to, from)| *to = *from).count();
        let word = word.get(..count).unwrap_or_default();
        if word.len() > 3 && !words().of(word).is_common() {
            let noted = Noted { value, kind, hold: Hold::Strong, unless: Unless::Never };
            self.add_word(word, key(word), noted);
        }
    }

    #[inline]
    fn add_word(&mut self, word: &[u8], key: u64, noted: Noted) {
        self.mark_word(word, key, noted.kind);
        self.add(key, noted, false);
    }

    /// Marks a word as one that may be found.
    #[inline]
    fn mark_word(&mut self, word: &[u8], hash: u64, kind: Kind) {
        if is_name(kind)
            && word.len() > 3
            && let Some(at) = beginning(word)
        {
            self.begins.add(at);
        }
        self.filter.add(word);
        self.marks.add(mark(hash));
        if kind == Kind::Given {
            // What was learnt of a text with "Peggy" does not hold for a message about Margaret.
            for &(form, mark) in forms_of(hash) {
                self.filter.add(form);
                self.marks.add(mark);
            }
        }
        if kind != Kind::Organisation {
            self.others.add(mark(hash));
        }
    }

    /// Notes an identifier: by its digits if it has no letters, else whole.
    fn note_id(&mut self, value: u32, text: &[u8]) {
        if !text.iter().any(|&b| is_letter(b)) {
            return self.note_digits(Kind::Id, value, text, ID_MIN);
        }
        let count = text.iter().filter(|&&b| is_alnum(b)).count();
        let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
        if digits >= 2 && count >= 5 {
            self.has_codes = true;
            self.add_code(Kind::Id, value, text);
            // What letters stand before or behind a number is often left out.
            let begins = text.iter().position(u8::is_ascii_digit).unwrap_or_default();
            let ends = text.iter().rposition(u8::is_ascii_digit).unwrap_or_default();
            let number = text.get(begins..=ends).unwrap_or_default();
            if !number.iter().any(|&b| is_letter(b)) {
                self.note_digits(Kind::Id, value, number, ID_MIN);
            }
        } else if digits == 0 && count >= 5 && text.iter().all(|&b| is_letter(b)) {
            let (kind, hold, unless) = (Kind::Id, Hold::Capital, Unless::IsWord);
            self.add_word(text, key(text), Noted { value, kind, hold, unless });
        }
    }

    fn add_code(&mut self, kind: Kind, value: u32, text: &[u8]) {
        let mut key = CodeKey::default();
        for &byte in text {
            key.push(byte);
            if key.beginning() != 0 {
                self.code_begins |= key.beginning();
                self.marks.add(key.mark());
            }
        }
        if key.is_short() {
            self.code_begins = u64::MAX;
        }
        let noted = Noted { value, kind, hold: Hold::Strong, unless: Unless::Never };
        self.numbers.add(number_mark(key.value()));
        self.add(key.value(), noted, false);
    }

    fn note_digits(&mut self, kind: Kind, value: u32, text: &[u8], least: u32) {
        let number = Digits::of(text);
        if number.count >= least {
            self.add_number(number, kind, value);
        }
    }

    fn note_phone(&mut self, value: u32, text: &[u8]) {
        // What follows is an extension.
        let end = text.iter().position(|b| matches!(b, b'x' | b'X' | b'e' | b'E'));
        let number = Digits::of(text.get(..end.unwrap_or(text.len())).unwrap_or_default());
        if number.count < 7 {
            return;
        }
        self.add_number(number, Kind::Phone, value);
        for digits in [10, 7] {
            if number.count > digits {
                self.add_number(number.last(digits), Kind::Phone, value);
            }
        }
    }

    /// Notes the day of a date. Other ways to write it are found by it, see
    /// [`Identity::of_number`].
    fn note_date(&mut self, text: &[u8]) {
        let Some(day) = text.first_chunk().and_then(Digits::of_day) else { return };
        if day.count < 5 || !self.is_new(Kind::Date, day.key()) {
            return;
        }
        // The text of a date is not asked for.
        let value = self.add_value(Kind::Date, day.key(), b"", None);
        self.lengths |= day.counts_in_other_orders();
        self.has_days = true;
        self.add_number(day, Kind::Date, value);
    }

    fn add_number(&mut self, number: Digits, kind: Kind, value: u32) {
        if number.count <= NUMBER_MAX {
            self.lengths |= 1 << number.count;
            if number.count < LONG_MIN {
                self.marks.add(number.mark());
            }
            let noted = Noted { value, kind, hold: Hold::Strong, unless: Unless::Never };
            self.numbers.add(number_mark(number.key()));
            self.add(number.key(), noted, false);
        }
    }
}

/// The fewest digits of an identifier that is found.
const ID_MIN: u32 = 5;

/// What stands in a text, as bits.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const OTHER: u8 = 4;
const BEYOND: u8 = 8;

const SIGNS: [u8; 256] = {
    let mut signs = [BEYOND; 256];
    let mut byte = 0;
    while byte < 0x80 {
        signs[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b'0'..=b'9' => DIGIT,
            _ => OTHER,
        };
        byte += 1;
    }
    signs
};

/// Which letters, digits and others a text has.
#[inline]
fn signs(text: &[u8]) -> u8 {
    text.iter().fold(0, |signs, &b| signs | SIGNS[usize::from(b)])
}

fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::Family | Kind::Given)
}

/// Whether each word of a value is noted.
fn is_made_of_words(kind: Kind) -> bool {
    is_name(kind) || matches!(kind, Kind::Street | Kind::Place | Kind::Organisation)
}

/// Two names of more letters are not looked for in one word.
const TOGETHER_MAX: usize = 24;

/// So many letters of a name are spelled with two letters or one in each way.
const SPELLED_MAX: usize = 3;

/// How a letter is written where there are no dots and rings.
fn two_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'Ä' => "ae",
        'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
        'ü' | 'Ü' => "ue",
        'å' | 'Å' => "aa",
        'đ' | 'Đ' => "dj",
        _ => return None,
    })
}
