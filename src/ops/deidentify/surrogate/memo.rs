//! What was made already.

use super::super::Kind;
use super::super::slots::{place, tag};
use super::Surrogates;
use std::fmt;
use zeroize::Zeroize;

/// How many values are remembered, a power of two: as much as a processor has close at hand.
const SLOTS: usize = 8192;

/// The longest value, and the longest surrogate, that are remembered. Nearly all are shorter, and
/// a slot of them is one line of a processor's cache.
const LONGEST: usize = 29;

/// Remembers surrogates, so that a value that comes again costs a look-up: providers, places and
/// senders through a whole archive, the number of an order in each of its segments.
///
/// It remembers from one message to the next, for what becomes of a value depends on the key and
/// the value alone. Its size is fixed: a value takes the place of another. What it remembers is
/// wiped when it is dropped. A memo is for the surrogates of one key.
#[derive(Default)]
pub struct Memo {
    /// The [`tag`] of the value in each slot, 0 in a free place. A value that is not there, as most
    /// numbers of patients and orders, is told by it alone; slots are too many to be at hand.
    tags: Vec<u32>,
    slots: Vec<Slot>,
    /// The last surrogate that was made.
    last: Vec<u8>,
}

#[derive(Clone)]
#[repr(align(64))]
struct Slot {
    /// What the value is and how its surrogate looks; `None` in a free place.
    of: Option<(u8, Kind)>,
    length: u8,
    surrogate_length: u8,
    /// Whether the surrogate has letters and digits alone, so that no message has to escape it.
    is_plain: bool,
    value: [u8; LONGEST],
    surrogate: [u8; LONGEST],
}

const FREE: Slot = Slot {
    of: None,
    length: 0,
    surrogate_length: 0,
    is_plain: false,
    value: [0; LONGEST],
    surrogate: [0; LONGEST],
};

/// A surrogate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made<'m> {
    /// The text.
    pub text: &'m [u8],
    /// Whether it has letters and digits alone.
    pub is_plain: bool,
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
            slot.value.zeroize();
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
        if self.slots.is_empty() {
            self.slots = vec![FREE; SLOTS];
            self.tags = vec![0; SLOTS];
        }
        let hash = hash(look, kind, text);
        let at = place(hash, SLOTS);
        let is_same = self.tags[at] == tag(hash) && self.slots[at].holds(look, kind, text);
        if !is_same && !self.make(hash, look, surrogates, kind, text) {
            return Made { text: &self.last, is_plain: false };
        }
        let slot = &self.slots[at];
        let text = &slot.surrogate[..slot.surrogate_length.into()];
        Made { text, is_plain: slot.is_plain }
    }

    /// Makes a surrogate and remembers it at a place, or says that it is too long for that.
    fn make(
        &mut self,
        hash: u64,
        look: u8,
        surrogates: &Surrogates,
        kind: Kind,
        text: &[u8],
    ) -> bool {
        self.last.clear();
        surrogates.write(kind, text, &mut self.last);
        let at = place(hash, SLOTS);
        let slot = &mut self.slots[at];
        let (Some(value), Some(surrogate)) =
            (slot.value.get_mut(..text.len()), slot.surrogate.get_mut(..self.last.len()))
        else {
            return false;
        };
        value.copy_from_slice(text);
        surrogate.copy_from_slice(&self.last);
        self.tags[at] = tag(hash);
        slot.of = Some((look, kind));
        slot.is_plain = self.last.iter().all(u8::is_ascii_alphanumeric);
        // Both are at most LONGEST.
        (slot.length, slot.surrogate_length) = (text.len() as u8, self.last.len() as u8);
        true
    }
}

impl Slot {
    /// Whether it is of a value.
    #[inline]
    fn holds(&self, look: u8, kind: Kind, text: &[u8]) -> bool {
        self.of == Some((look, kind)) && self.value[..self.length.into()] == *text
    }
}

/// Tells values apart by their length, their beginning and their end. Who makes values that share
/// a place gains nothing but the time that the memo saves.
#[inline]
fn hash(look: u8, kind: Kind, text: &[u8]) -> u64 {
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
            }
            _ => (text.iter().fold(0, |sum, &b| sum << 8 | u64::from(b)), 0),
        },
    };
    let of = u64::from(look) << 16 | (kind as u64) << 8 | text.len() as u64;
    let hash = (first ^ of << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash.rotate_left(23) ^ last).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
