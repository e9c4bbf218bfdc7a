//! Fields that come again and again: units, tests, wards, the parties of messages.

use super::rules::Rule;
use super::slots::{place, tag};
use super::text::{Identity, Trace};
use std::fmt;
use zeroize::Zeroize;

/// How many fields are remembered, a power of two.
const SLOTS: usize = 2048;

/// Uses of a field for which it stays although another one wants its place.
const CREDIT: u8 = 3;

/// Remembers what was written for a field where that is the same in every message about whose
/// persons nothing is said in it; whether there is, is looked up each time.
///
/// Its size is fixed. It is wiped when it is dropped.
#[derive(Default)]
pub(super) struct Seen {
    /// The [`tag`] of the field in each slot, or of one that was met once: a field that is not there is
    /// told by it alone, slots are too many to be at hand.
    tags: Vec<u32>,
    /// For how many uses by others each stays.
    credits: Vec<u8>,
    slots: Vec<Slot>,
}

/// In the order in which it is looked at: most are short, and stay, and take no more than two lines
/// of a processor's cache.
#[derive(Clone)]
#[repr(C, align(64))]
struct Slot {
    /// The rule by its number.
    rule: usize,
    /// 0 in a free place.
    length: u8,
    /// How much was written; [`SAME`] if that is the field itself.
    written_length: u8,
    raw: [u8; Seen::LONGEST],
    /// What of it could be noted of somebody.
    trace: Trace,
    written: [u8; Seen::LONGEST],
}

const SAME: u8 = u8::MAX;

/// What is written for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'s> {
    /// It stays.
    Same,
    Other(&'s [u8]),
}

impl fmt::Debug for Seen {
    /// Without what it remembers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").finish_non_exhaustive()
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.tags.zeroize();
        for slot in &mut self.slots {
            slot.trace.wipe();
            slot.raw.zeroize();
            slot.written.zeroize();
        }
    }
}

impl Seen {
    /// The longest field, and the longest that is written for one, that are remembered.
    pub(super) const LONGEST: usize = 76;

    /// In place of the number of a rule, for values that are kept whatever field they stand in.
    pub(super) const KEPT: usize = usize::MAX - 1;

    /// What is written for a field, if that is known and nobody is named in it.
    #[inline]
    pub(super) fn find(
        &mut self,
        rule: usize,
        raw: &[u8],
        identity: &Identity,
    ) -> Option<Written<'_>> {
        let hash = hash(rule, raw);
        let at = place(hash, SLOTS);
        if self.tags.get(at) != Some(&tag(hash)) {
            return None;
        }
        let slot = self.slots.get_mut(at)?;
        let is_it = slot.rule == rule && slot.raw.get(..slot.length.into()) == Some(raw);
        if !is_it || identity.may_name(&slot.trace) {
            return None;
        }
        self.credits[at] = CREDIT;
        Some(match slot.written_length {
            SAME => Written::Same,
            length => Written::Other(&slot.written[..length.into()]),
        })
    }

    /// Remembers that nothing stands in a value that is kept, as far as nobody is named in it.
    pub(super) fn learn_kept(&mut self, raw: &[u8], identity: &Identity) {
        let mut looked_at = [b'|'; Self::LONGEST + 1];
        if raw.len() <= Self::LONGEST {
            looked_at[..raw.len()].copy_from_slice(raw);
            self.learn(Self::KEPT, raw, raw, &looked_at[..=raw.len()], identity);
        }
    }

    /// Remembers what was written for a field. It must not depend on the message but for whether
    /// what was looked at is about its persons.
    ///
    /// `looked_at`: the parts in which something was looked for, with `|` behind each.
    pub(super) fn learn(
        &mut self,
        rule: usize,
        raw: &[u8],
        written: &[u8],
        looked_at: &[u8],
        identity: &Identity,
    ) {
        let hash = hash(rule, raw);
        let at = place(hash, SLOTS);
        if let Some(credit @ 1..) = self.credits.get_mut(at) {
            *credit -= 1;
            return;
        }
        // Most that come never come again.
        if self.tags.get(at) != Some(&tag(hash)) {
            self.make_room();
            self.tags[at] = tag(hash);
            return;
        }
        if raw.len() > Seen::LONGEST || written.len() > Seen::LONGEST || !is_plain(raw) {
            return;
        }
        let Some(trace) = Trace::of(looked_at).filter(|trace| !identity.may_name(trace)) else {
            return;
        };
        let slot = &mut self.slots[at];
        self.credits[at] = 1;
        slot.rule = rule;
        slot.length = raw.len() as u8;
        slot.written_length = if raw == written { SAME } else { written.len() as u8 };
        slot.trace = trace;
        slot.raw[..raw.len()].copy_from_slice(raw);
        slot.written[..written.len()].copy_from_slice(written);
    }

    fn make_room(&mut self) {
        if self.slots.is_empty() {
            let (raw, written) = ([0; Seen::LONGEST], [0; Seen::LONGEST]);
            let trace = Trace::default();
            let rule = Rule::NO_NUMBER;
            let free = Slot { rule, length: 0, written_length: 0, raw, trace, written };
            self.slots = vec![free; SLOTS];
            self.credits = vec![0; SLOTS];
            self.tags = vec![0; SLOTS];
        }
    }
}

/// Whether a field, in a message with the usual delimiters, is text as it stands, with components
/// at most, and no sign that could stand for another one.
fn is_plain(raw: &[u8]) -> bool {
    raw.iter().all(|b| matches!(b, b' '..=b'~') && !b"~&\\@%=".contains(b))
}

#[inline]
fn hash(rule: usize, raw: &[u8]) -> u64 {
    let mut hash = (rule as u64) << 8 | raw.len() as u64;
    let mut take =
        |word: u64| hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (words, rest) = raw.as_chunks::<8>();
    words.iter().for_each(|word| take(u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    take(u64::from_le_bytes(last));
    hash
}
