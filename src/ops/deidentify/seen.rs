//! Fields that come again and again: units, tests, wards, the parties of messages.

use super::text::Identity;
use crate::core::message::pieces;
use std::fmt;
use zeroize::Zeroize;

/// How many fields are remembered, a power of two.
const SLOTS: usize = 2048;

/// The longest field, and the longest that is written for one, that are remembered.
const LONGEST: usize = 76;

/// Uses of a field for which it stays although another one wants its place.
const CREDIT: u8 = 3;

/// Remembers what was written for a field where that is the same in every message about whose
/// persons nothing is said in it; whether there is, is looked up each time.
///
/// Its size is fixed. It is wiped when it is dropped.
#[derive(Default)]
pub(super) struct Seen {
    slots: Vec<Slot>,
}

#[derive(Clone)]
struct Slot {
    /// The rule by its number.
    rule: usize,
    credit: u8,
    /// 0 in a free place.
    length: u8,
    /// How much was written; [`SAME`] if that is the field itself.
    written_length: u8,
    systems: [u8; 3],
    raw: [u8; LONGEST],
    written: [u8; LONGEST],
}

const SAME: u8 = u8::MAX;

const FREE: Slot = Slot {
    rule: 0,
    credit: 0,
    length: 0,
    written_length: 0,
    systems: [0; 3],
    raw: [0; LONGEST],
    written: [0; LONGEST],
};

/// What is written for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'s> {
    /// It stays.
    Same,
    Other(&'s [u8]),
}

/// What depends on who sent a message: systems of codes that are named so are none of the
/// standard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Senders([u8; 2]);

impl Senders {
    pub(super) fn of(names: [&[u8]; 2]) -> Self {
        Self(names.map(digest))
    }
}

impl fmt::Debug for Seen {
    /// Without what it remembers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").finish_non_exhaustive()
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        for slot in &mut self.slots {
            slot.raw.zeroize();
            slot.written.zeroize();
        }
    }
}

impl Seen {
    /// What is written for a field, if that is known and nobody is named in it.
    #[inline]
    pub(super) fn find(
        &mut self,
        rule: usize,
        raw: &[u8],
        senders: Senders,
        identity: &Identity,
    ) -> Option<Written<'_>> {
        let slot = self.slots.get_mut(place(rule, raw))?;
        let is_it = slot.rule == rule && slot.raw.get(..slot.length.into()) == Some(raw);
        // Two names of one digest are taken for the same: then the field is written anew.
        if !is_it || slot.systems.iter().any(|system| senders.0.contains(system)) {
            return None;
        }
        let written = match slot.written_length {
            SAME => Written::Same,
            length => Written::Other(&slot.written[..length.into()]),
        };
        let text = if let Written::Other(text) = written { text } else { raw };
        if identity.may_name(text) {
            return None;
        }
        slot.credit = CREDIT;
        Some(written)
    }

    /// Remembers what was written for a field. It must not depend on the message but for who sent
    /// it, and what it names.
    pub(super) fn learn(&mut self, rule: usize, raw: &[u8], written: &[u8], identity: &Identity) {
        let is_same = raw == written;
        if raw.len() > LONGEST || written.len() > LONGEST || !is_plain(raw) || !is_plain(written) {
            return;
        }
        if identity.may_name(written) {
            return;
        }
        if self.slots.is_empty() {
            self.slots = vec![FREE; SLOTS];
        }
        let Some(slot) = self.slots.get_mut(place(rule, raw)) else { return };
        if slot.credit > 0 {
            slot.credit -= 1;
            return;
        }
        let mut systems = [0; 3];
        for (n, component) in pieces(raw, b'^').enumerate().take(12) {
            if let 2 | 5 | 11 = n {
                systems[n / 4] = digest(component);
            }
        }
        slot.rule = rule;
        slot.credit = 1;
        slot.length = raw.len() as u8;
        slot.written_length = if is_same { SAME } else { written.len() as u8 };
        slot.systems = systems;
        slot.raw[..raw.len()].copy_from_slice(raw);
        slot.written[..written.len()].copy_from_slice(written);
    }
}

/// Whether a field, in a message with the usual delimiters, is text as it stands, with components
/// at most.
fn is_plain(raw: &[u8]) -> bool {
    raw.iter().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'~' | b'&' | b'\\' | b'@'))
}

/// The name of a system, to be compared; 0 for none.
fn digest(name: &[u8]) -> u8 {
    let sum = name.iter().fold(0_u32, |sum, &b| sum.wrapping_mul(31).wrapping_add(b.into()));
    if name.is_empty() { 0 } else { (sum.wrapping_mul(0x9E37_79B1) >> 24) as u8 | 1 }
}

fn place(rule: usize, raw: &[u8]) -> usize {
    let mut hash = (rule as u64) << 8 | raw.len() as u64;
    let mut take =
        |word: u64| hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (words, rest) = raw.as_chunks::<8>();
    words.iter().for_each(|word| take(u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    take(u64::from_le_bytes(last));
    (hash >> 40) as usize & (SLOTS - 1)
}
