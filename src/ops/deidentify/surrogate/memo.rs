//! What was made already.

use super::super::Kind;
use super::super::slots::{place, short_tag};
use super::Surrogates;
use super::ff1::LANES;
use std::fmt;
use zeroize::Zeroize;

/// How many values that came again are remembered, a power of two: as much as a processor has close
/// at hand.
const SLOTS: usize = 8192;

/// How many of the last values that were new, a power of two: more than a message has.
const RECENT: usize = 128;

/// The longest value that is remembered: it is three numbers, which are compared at once. Nearly all
/// are shorter.
const LONGEST: usize = 24;

/// The longest surrogate that is remembered: a slot is one line of a processor's cache.
const LONGEST_MADE: usize = 35;

/// Remembers surrogates, so that a value that comes again costs a look-up: providers, places and
/// senders through a whole archive, the number of an order in each of its segments.
///
/// It remembers from one message to the next, for what becomes of a value depends on the key and
/// the value alone. Its size is fixed: a value takes the place of another. What it remembers is
/// wiped when it is dropped. A memo is for the surrogates of one key.
///
/// Most values never come again, or in the same message only. When they all took a slot, of which
/// there are too many to be at hand, a fourteenth of all time was spent waiting for memory; half of
/// that is gone.
#[derive(Default)]
pub struct Memo {
    /// The [`short_tag`] of the last value that was met for each slot, 0 if none was.
    tags: Vec<u16>,
    /// Values that were met again when they were no longer among the recent ones; behind them
    /// [`RECENT`] that were met for the first time.
    slots: Vec<Slot>,
    /// The last surrogate that was made.
    last: Vec<u8>,
}

#[derive(Clone)]
#[repr(align(64))]
struct Slot {
    /// `None` in a free place.
    of: Option<Value>,
    surrogate_length: u8,
    /// Whether the surrogate has letters and digits alone, so that no message has to escape it.
    is_plain: bool,
    surrogate: [u8; LONGEST_MADE],
}

const FREE: Slot =
    Slot { of: None, surrogate_length: 0, is_plain: false, surrogate: [0; LONGEST_MADE] };

/// A value, with what it is and how its surrogate looks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Value {
    /// Its beginning, its end and what is between them.
    words: [u64; 3],
    length: u8,
    look: u8,
    kind: Kind,
}

/// A surrogate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made<'m> {
    /// The text.
    pub text: &'m [u8],
    /// Whether it has letters and digits alone.
    pub is_plain: bool,
    /// The text and what is behind it, if it is remembered.
    place: &'m [u8],
}

impl Made<'_> {
    /// Appends the text.
    #[inline]
    pub fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.text.len();
        match self.place.first_chunk::<32>() {
            // To copy always as much takes no step that depends on the length.
            Some(place) if self.text.len() <= place.len() => {
                out.extend_from_slice(place);
                out.truncate(end);
            }
            _ => out.extend_from_slice(self.text),
        }
    }
}

impl fmt::Debug for Memo {
    /// Without what it remembers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

impl Drop for Memo {
    fn drop(&mut self) {
        self.tags.zeroize();
        for slot in &mut self.slots {
            if let Some(value) = &mut slot.of {
                value.words.zeroize();
            }
            slot.surrogate.zeroize();
        }
        self.last.zeroize();
    }
}

impl Memo {
    /// The surrogate as [`Surrogates::write`] makes it.
    ///
    /// `look`: a number for these surrogates among those of the key.
    #[inline]
    pub fn get(&mut self, look: u8, surrogates: &Surrogates, kind: Kind, text: &[u8]) -> Made<'_> {
        let Some(value) = Value::of(look, kind, text) else {
            self.last.clear();
            surrogates.write(kind, text, &mut self.last);
            return Made { text: &self.last, is_plain: false, place: b"" };
        };
        let (at, is_known) = self.place_of(&value);
        if !is_known {
            self.last.clear();
            surrogates.write(kind, text, &mut self.last);
            if !self.slots[at].take(value, &self.last) {
                return Made { text: &self.last, is_plain: false, place: b"" };
            }
        }
        let slot = &self.slots[at];
        let text = &slot.surrogate[..slot.surrogate_length.into()];
        Made { text, is_plain: slot.is_plain, place: &slot.surrogate }
    }

    /// Makes the surrogates of identifiers that are soon asked for, as far as several take less time
    /// together.
    pub fn foresee(&mut self, look: u8, surrogates: &Surrogates, ids: &[&[u8]]) {
        let mut places = [0; LANES];
        let mut wanted: [(&[u8], Option<Value>); LANES] = [(b"", None); LANES];
        let mut count = 0;
        for (n, id) in ids.iter().enumerate() {
            if surrogates.are_made_together(id)
                && let Some(value) = Value::of(look, Kind::Id, id)
                && let (at, false) = self.place_of(&value)
            {
                places[count] = at;
                wanted[count] = (id, Some(value));
                count += 1;
            }
            if count == LANES || n + 1 == ids.len() {
                let texts = wanted.map(|(text, _)| text);
                surrogates.write_together(&texts[..count], |n, made| {
                    if let (_, Some(value)) = wanted[n] {
                        self.slots[places[n]].take(value, made);
                    }
                });
                count = 0;
            }
        }
    }

    /// Where a value is, or where it is to be, and whether it is there.
    #[inline]
    fn place_of(&mut self, value: &Value) -> (usize, bool) {
        if self.slots.is_empty() {
            self.slots = vec![FREE; SLOTS + RECENT];
            self.tags = vec![0; SLOTS];
        }
        let hash = value.hash();
        let (at, recent) = (place(hash, SLOTS), SLOTS + place(hash, RECENT));
        let tag = short_tag(hash);
        let holds = |at: usize| self.slots[at].of.as_ref() == Some(value);
        if self.tags[at] != tag {
            self.tags[at] = tag;
            (recent, false)
        } else if holds(recent) {
            (recent, true)
        } else {
            (at, holds(at))
        }
    }
}

impl Slot {
    /// Takes the place of another, unless it is too long.
    fn take(&mut self, value: Value, made: &[u8]) -> bool {
        let Some(surrogate) = self.surrogate.get_mut(..made.len()) else { return false };
        surrogate.copy_from_slice(made);
        self.of = Some(value);
        self.is_plain = made.iter().all(u8::is_ascii_alphanumeric);
        // At most LONGEST_MADE.
        self.surrogate_length = made.len() as u8;
        true
    }
}

impl Value {
    /// `None` if it is too long.
    #[inline]
    fn of(look: u8, kind: Kind, text: &[u8]) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let words = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) => {
                let between = if text.len() > 16 { text[8..].first_chunk() } else { None };
                [first, last, between.unwrap_or(&[0; 8])].map(|word| u64::from_le_bytes(*word))
            }
            _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    [u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into(), 0]
                }
                _ => [text.iter().fold(0, |sum, &b| sum << 8 | u64::from(b)), 0, 0],
            },
        };
        // At most LONGEST.
        Some(Self { words, length: text.len() as u8, look, kind })
    }

    /// By its length, its beginning and its end. Who makes values that share a place gains nothing
    /// but the time that the memo saves.
    #[inline]
    fn hash(&self) -> u64 {
        let of = u64::from(self.look) << 16 | (self.kind as u64) << 8 | u64::from(self.length);
        let hash = (self.words[0] ^ of << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (hash.rotate_left(23) ^ self.words[1]).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}
