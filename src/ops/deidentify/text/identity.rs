//! What is known of the persons of one message.

mod births;
mod foreign;
mod index;
mod initials;
mod kept;
mod note;

use super::codes::CodeKey;
use super::digits::Digits;
use super::labels::Labels;
use super::letters::{BEGINNINGS, Bits, Filter, MARKS, key, mark};
use super::words::words;
use crate::ops::deidentify::Kind;
pub(super) use births::AGE_MAX;
use births::Births;
use index::{Entry, Index};
use initials::Initials;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::ops::Range;

/// A digit count that no number has that is looked for in others.
pub(super) const NUMBER_MAX: u32 = 19;

/// What is known of the persons of one message.
///
/// Values are cut into words and numbers, each in a table by what of it counts: letters without
/// case and accents, digits without separators and leading zeros.
///
/// Of nearly all words and numbers that are looked for, bits tell that they were not noted; so the
/// table is made when something is asked for that they cannot tell, in every second message.
/// Measured: to make it for each took 3 % more steps.
#[derive(Debug, Default)]
pub struct Identity {
    index: OnceCell<Index>,
    /// An index to be filled.
    spare: Spare,
    /// What the index is made of, value by value.
    entries: Vec<Entry>,
    /// Keys of the last values, each at the place that it gives, for many come again.
    recent: Recent,
    filter: Filter,
    /// By the [`mark`]s of words, of short numbers and of how codes begin.
    marks: Bits<MARKS>,
    /// The same of words that are not those of organisations alone.
    others: Bits<MARKS>,
    /// By the [`mark`]s of numbers and whole codes.
    numbers: Bits<NUMBERS>,
    values: Vec<Value>,
    texts: Vec<u8>,
    /// Which numbers of digits, from 1 to [`NUMBER_MAX`], the noted numbers have.
    lengths: u32,
    has_codes: bool,
    has_days: bool,
    /// How noted codes begin, as bits of [`CodeKey::beginning`].
    code_begins: u64,
    /// With which letters given names begin.
    initials: u32,
    /// With which letters given and family names of the same persons begin.
    pairs: Initials,
    /// How names begin that are found inside of longer words, and divided ones.
    begins: Bits<BEGINNINGS>,
    /// Words of names beyond the Latin letters: where in `texts`, and of which value.
    foreign: Vec<(Range<u32>, u32)>,
    births: Births,
    folded: Vec<u8>,
    other: Vec<u8>,
    /// Stays from one message to the next: nothing in it is anybody's.
    pub(super) labels: RefCell<Labels>,
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

/// What the lists of words change of this; they are asked when a word is met, for most never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unless {
    #[default]
    Never,
    /// A common word is [`Hold::Weak`].
    WeakCommon,
    /// Any listed word is [`Hold::Weak`].
    WeakWord,
    /// A listed word is none.
    IsWord,
}

/// The size of [`Bits`] of the marks of numbers.
const NUMBERS: usize = 64;

/// So many values wait for the index to be made; with more it is made at once, so that those that
/// come again and again take no room.
const WAITING_MAX: usize = 4096;

/// Room for more entries is not kept for the next message.
const ENTRIES_KEPT: usize = 1 << 14;

#[derive(Default)]
struct Spare(Cell<Index>);

impl fmt::Debug for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spare").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Recent([u64; Self::PLACES]);

impl Recent {
    const PLACES: usize = 64;
}

impl Default for Recent {
    fn default() -> Self {
        Self([0; Self::PLACES])
    }
}

#[derive(Clone, Debug)]
struct Value {
    kind: Kind,
    text: Range<u32>,
    folded: Range<u32>,
    /// By what it is told from all others.
    key: u64,
    /// Where its entries begin.
    first: u32,
}

/// What a word or number was noted for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) value: u32,
    pub(super) kind: Kind,
    pub(super) hold: Hold,
    unless: Unless,
}

impl Default for Noted {
    fn default() -> Self {
        Self { value: 0, kind: Kind::Family, hold: Hold::default(), unless: Unless::default() }
    }
}

impl Identity {
    /// Forgets everything, for the next message.
    pub fn clear(&mut self) {
        if let Some(mut index) = self.index.take() {
            index.clear();
            self.spare.0.set(index);
        }
        self.entries.clear();
        self.entries.shrink_to(ENTRIES_KEPT);
        self.recent = Recent::default();
        self.filter.clear();
        self.marks.clear();
        self.others.clear();
        self.numbers.clear();
        self.values.clear();
        self.texts.clear();
        self.lengths = 0;
        self.has_codes = false;
        self.has_days = false;
        self.code_begins = 0;
        self.initials = 0;
        self.pairs.clear();
        self.begins.clear();
        self.foreign.clear();
        self.births.clear();
    }

    /// All words and numbers by their keys.
    #[inline]
    fn index(&self) -> &Index {
        self.index.get_or_init(|| self.make_index())
    }

    #[cold]
    fn make_index(&self) -> Index {
        let mut index = self.spare.0.take();
        let ends = self.values.iter().skip(1).map(|next| next.first as usize);
        let ends = ends.chain([self.entries.len()]);
        for ((n, value), end) in (0..).zip(&self.values).zip(ends) {
            let entries = self.entries.get(value.first as usize..end).unwrap_or_default();
            if index.take_value(value.kind, value.key, n) {
                entries.iter().for_each(|&entry| index.add(entry));
            }
        }
        index
    }

    /// Whether a word may have been noted, by its mark.
    #[inline]
    pub(super) fn may_have_marked(&self, mark: u16) -> bool {
        self.marks.has(mark)
    }

    /// Whether a word may have been noted.
    #[inline]
    pub(super) fn may_have(&self, word: &[u8]) -> bool {
        self.filter.may_have(word)
    }

    /// Whether a word may have been noted of anything but an organisation.
    #[inline]
    fn may_have_other(&self, word: &[u8]) -> bool {
        self.filter.may_have(word) && self.others.has(mark(key(word)))
    }

    /// Whether a name was noted that begins so, see [`beginning`](super::letters::beginning).
    #[inline]
    pub(super) fn may_begin_name(&self, at: u16) -> bool {
        self.begins.has(at)
    }

    /// What a word was noted for.
    #[inline]
    pub(super) fn of_word(&self, word: &[u8]) -> impl Iterator<Item = Noted> {
        let key = Some(word).filter(|word| self.filter.may_have(word)).map(key);
        let key = key.filter(|&key| self.marks.has(mark(key)));
        let found = key.map(|key| self.index().find(key));
        found.into_iter().flatten().filter_map(|noted| match noted.unless {
            Unless::Never => Some(noted),
            Unless::WeakCommon if words().of(word).is_common() => {
                Some(Noted { hold: Hold::Weak, ..noted })
            }
            Unless::WeakWord if words().of(word).is_word() => {
                Some(Noted { hold: Hold::Weak, ..noted })
            }
            Unless::IsWord if words().of(word).is_word() => None,
            _ => Some(noted),
        })
    }

    /// What a number was noted for. A date is noted with its year first; without separators, the
    /// month or the day may be.
    #[inline]
    pub(super) fn of_number(&self, number: Digits) -> Option<Noted> {
        if !self.has_number_of(number.count) {
            return None;
        }
        let found = self.find_number(number.key()).next();
        if !self.has_days || !(7..=8).contains(&number.count) {
            return found;
        }
        let days = number
            .days()
            .into_iter()
            .filter_map(|day| self.find_number(day.key()).find(|noted| noted.kind == Kind::Date));
        found.into_iter().chain(days).min_by_key(|noted| noted.value)
    }

    /// Whether a date was noted, with its year first.
    pub(super) fn has_day(&self, day: Digits) -> bool {
        self.has_days && self.find_number(day.key()).any(|noted| noted.kind == Kind::Date)
    }

    /// What the key of a number or whole code was noted for.
    #[inline]
    fn find_number(&self, key: u64) -> impl Iterator<Item = Noted> {
        let may_have = self.numbers.has(number_mark(key));
        may_have.then(|| self.index().find(key)).into_iter().flatten()
    }

    /// What an identifier of letters and digits was noted for, an e-mail address or a URL.
    pub(super) fn of_code(&self, code: &[u8]) -> Option<Noted> {
        self.of_key(CodeKey::of(code))
    }

    /// What an identifier of letters and digits was noted for, by its key.
    pub(super) fn of_key(&self, key: CodeKey) -> Option<Noted> {
        self.find_number(key.value()).next()
    }

    /// Whether identifiers of letters and digits were noted.
    pub(super) fn has_codes(&self) -> bool {
        self.has_codes
    }

    /// Whether an identifier of letters and digits was noted that may begin so.
    #[inline]
    pub(super) fn may_begin_code(&self, key: CodeKey) -> bool {
        self.code_begins & key.beginning() != 0
    }

    /// Whether an identifier was noted that is too short to be told by how it begins.
    pub(super) fn has_short_codes(&self) -> bool {
        self.code_begins == u64::MAX
    }

    /// Whether a number of so many digits was noted.
    #[inline]
    pub(super) fn has_number_of(&self, count: u32) -> bool {
        count <= NUMBER_MAX && self.lengths >> count & 1 != 0
    }

    /// Whether a number of so many digits or more was noted.
    #[inline]
    pub(super) fn has_numbers_from(&self, count: u32) -> bool {
        count <= NUMBER_MAX && self.lengths >> count != 0
    }

    /// Whether a number was noted that has one of these counts of digits, as bits, or a code that
    /// is too short to be told by how it begins.
    #[inline]
    pub(super) fn may_reach(&self, counts: u32) -> bool {
        self.lengths & counts != 0 || self.has_short_codes()
    }

    /// A value as it was noted; of a date, nothing.
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

    /// Whether somebody's given and family name begin with these letters.
    pub(super) fn are_initials(&self, given: u8, family: u8) -> bool {
        self.pairs.are(given, family)
    }
}

/// By what a number or whole code, of which this is the key, is told from nearly all others.
#[inline]
fn number_mark(key: u64) -> u16 {
    mark(key) % (64 * NUMBERS) as u16
}

/// Whether a word of a name says nothing alone.
pub(super) fn is_particle(word: &[u8]) -> bool {
    const LONGEST: usize = 5;
    if word.len() > LONGEST {
        return false;
    }
    let mut lower = [0; LONGEST];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    matches!(
        lower.get(..word.len()).unwrap_or_default(),
        b"van"
            | b"von"
            | b"der"
            | b"den"
            | b"de"
            | b"del"
            | b"della"
            | b"di"
            | b"da"
            | b"do"
            | b"dos"
            | b"du"
            | b"la"
            | b"le"
            | b"el"
            | b"al"
            | b"bin"
            | b"ibn"
            | b"ben"
            | b"ten"
            | b"ter"
            | b"und"
    )
}
