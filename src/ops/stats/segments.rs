//! Segments by their ids.

use super::fields::{Fields, is_local};
use super::{Limits, Reading};
use crate::core::SegmentId;
use crate::core::segment_id::is_proper;
use crate::dictionary::{Version, standard};

/// What is counted of all segments.
#[derive(Clone, Debug, Default)]
pub(super) struct Segments {
    /// By [`place`]: the number of the entry, from 1; 0 is none.
    places: Vec<u16>,
    pub(super) entries: Vec<Entry>,
    /// Those of which there are any, in the order in which they came.
    touched: Vec<u16>,
    /// Entries of sites whose fields are counted.
    local: usize,
    /// Lines that do not begin as segments do.
    pub(super) odd: u64,
}

/// What is counted of the segments with an id.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: SegmentId,
    /// How many there are.
    pub(super) count: u64,
    /// How many messages have one.
    pub(super) messages: u64,
    /// The most in one message.
    pub(super) most: u64,
    /// `None` if they are not counted.
    pub(super) fields: Option<Fields>,
    /// How many there are in the message last seen that has one, and which message that is.
    in_message: u64,
    seen_in: u64,
}

/// How many ids there can be: a capital letter, and two capital letters or digits; with all 36 in
/// each place.
const IDS: usize = 36 * 36 * 36;

impl Segments {
    /// The entry of a segment in a message, where it is counted; `None` for an id that no segment
    /// can have. `number` is that of the message, from 1.
    #[inline]
    pub(super) fn count(
        &mut self,
        id: Option<SegmentId>,
        number: u64,
        limits: &Limits,
    ) -> Option<&mut Entry> {
        let Some(id) = id.filter(|&id| is_proper(id)) else {
            self.odd += 1;
            return None;
        };
        let at = self.at(id, limits);
        let entry = &mut self.entries[at];
        if entry.count == 0 {
            self.touched.push(at as u16);
        }
        entry.count += 1;
        if entry.seen_in != number {
            entry.seen_in = number;
            entry.in_message = 0;
            entry.messages += 1;
        }
        entry.in_message += 1;
        entry.most = entry.most.max(entry.in_message);
        Some(entry)
    }

    #[inline]
    fn at(&mut self, id: SegmentId, limits: &Limits) -> usize {
        self.known(id).unwrap_or_else(|| self.begin(id, limits))
    }

    #[inline]
    fn known(&self, id: SegmentId) -> Option<usize> {
        usize::from(*self.places.get(place(id))?).checked_sub(1)
    }

    #[cold]
    fn begin(&mut self, id: SegmentId, limits: &Limits) -> usize {
        let is_counted = if is_local(id) {
            self.local += 1;
            self.local <= limits.segments
        } else {
            standard().segment_or_newest(Version::NEWEST, &id).is_some()
        };
        self.places.resize(IDS, 0);
        self.entries.push(Entry {
            id,
            count: 0,
            messages: 0,
            most: 0,
            fields: is_counted.then(Fields::default),
            in_message: 0,
            seen_in: 0,
        });
        self.places[place(id)] = u16::try_from(self.entries.len()).unwrap_or(0);
        self.entries.len() - 1
    }

    /// Counts a segment and its fields.
    #[inline]
    pub(super) fn add(
        &mut self,
        id: Option<SegmentId>,
        bytes: &[u8],
        number: u64,
        reading: &Reading<'_, '_>,
    ) {
        if let Some(entry) = self.count(id, number, &reading.limits)
            && let Some(fields) = &mut entry.fields
            && let Some(rest) = bytes.get(4..)
        {
            fields.add(entry.id, rest, reading);
        }
    }

    /// Adds the different values of a part, and empties it of them. All its segments have been
    /// merged before.
    pub(super) fn merge_distinct(&mut self, other: &mut Self) {
        for theirs in &mut other.entries {
            let own = self.known(theirs.id).and_then(|at| self.entries[at].fields.as_mut());
            if let Some(fields) = &mut theirs.fields {
                fields.give_distinct(own);
            }
        }
    }

    /// How many fields have so many values that they are estimated.
    pub(super) fn estimated(&self) -> usize {
        self.entries.iter().filter_map(|entry| entry.fields.as_ref()).map(Fields::estimated).sum()
    }

    /// Adds what comes behind, and empties it, but for the different values; its entries stay, to
    /// be used again.
    pub(super) fn merge(&mut self, other: &mut Self, limits: &Limits) {
        self.odd += std::mem::take(&mut other.odd);
        for at in other.touched.drain(..) {
            let theirs = &mut other.entries[usize::from(at)];
            let at = self.at(theirs.id, limits);
            let own = &mut self.entries[at];
            own.count += std::mem::take(&mut theirs.count);
            own.messages += std::mem::take(&mut theirs.messages);
            own.most = own.most.max(std::mem::take(&mut theirs.most));
            if let (Some(own), Some(fields)) = (&mut own.fields, &mut theirs.fields) {
                own.merge(theirs.id, fields, limits);
            }
        }
    }
}

/// The place of a proper id among all.
#[inline]
fn place(id: SegmentId) -> usize {
    let digit = |b: u8| usize::from(if b.is_ascii_digit() { b - b'0' } else { b - b'A' + 10 });
    (digit(id[0]) * 36 + digit(id[1])) * 36 + digit(id[2])
}
