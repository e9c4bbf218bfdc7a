//! The groups of a message structure, and which segments belong to which.
//!
//! [`Context`] assigns the segments of a message to the groups of its structure (`PATIENT_RESULT`,
//! `ORDER_OBSERVATION`, ...). Real messages have unexpected, missing and site-defined segments, so
//! nothing is refused: `grammar.rs` tells how a segment finds its place, and one that has none
//! stays with the segment before it. Messages whose structure the standard does not know are read
//! as patients with visits and orders; the groups found so have no names.

mod grammar;
mod known;
#[cfg(test)]
mod tests;

pub(crate) use grammar::{ANNOTATIONS, HEADER};
pub(crate) use known::is_about_one_patient;
pub use known::{is_group_name, nearest_group};

use crate::core::segment_id::{self, SegmentId, key};
use crate::core::{Message, Segment, Separators};
use grammar::{Grammar, NO_REACH, NOWHERE, Place};
use known::{structure_of, usual};
use std::ops::Range;

const NTE: u32 = key(*b"NTE");
const ORC: u32 = key(*b"ORC");
const PID: u32 = key(*b"PID");

/// One occurrence of a group in a message.
#[derive(Clone, Copy, Debug)]
struct Occurrence {
    /// Its node in the structure.
    group: u16,
    /// The occurrence around it; of the message itself, its own number.
    parent: u32,
    /// The segments from its first to behind its last.
    start: u32,
    end: u32,
}

/// A segment in its message.
#[derive(Clone, Copy, Debug)]
struct Seated {
    key: u32,
    /// Its position in the structure, [`NOWHERE`] if it has none.
    place: u16,
    /// The innermost group occurrence that it is in.
    occurrence: u32,
    /// Itself if it has a position, else the last segment before it that has one and is no note.
    owner: u32,
}

/// The segments of a message in their groups. One is read again for each message, so that it
/// allocates only while it grows.
#[derive(Debug, Default)]
pub struct Context {
    grammar: Option<&'static Grammar>,
    structure: Option<&'static str>,
    segments: Vec<Seated>,
    /// In order of their starts, outer before inner; the first is the message.
    occurrences: Vec<Occurrence>,
    /// Segments by id and then by place in the message.
    by_id: Vec<(u32, u32)>,
    /// Segments without a place, by id, group occurrence that they are one of a kind in, and place
    /// in the message.
    strays: Vec<(u32, u32, u32)>,
    /// Occurrences that are open while reading.
    open: Vec<u32>,
    /// MSH-9 and MSH-12 of the message read last, and its delimiters, without which they say nothing:
    /// the next one often has the same structure.
    kind: Vec<u8>,
    separators: Separators,
}

impl Context {
    /// Without a message; every look-up finds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a message in place of the one before.
    pub fn read(&mut self, message: &Message<'_>) {
        self.read_segments(message.header(), message.segments());
    }

    /// As [`Context::read`], from the segments of a message, the first of which is its MSH.
    pub fn read_segments<'a>(
        &mut self,
        header: Segment<'a>,
        segments: impl Iterator<Item = Segment<'a>>,
    ) {
        self.choose(header);
        self.clear();
        let Some(grammar) = self.grammar else { return };
        self.open.push(0);
        self.occurrences.push(Occurrence { group: 0, parent: 0, start: 0, end: 0 });
        let (mut state, mut owner) = (HEADER, 0);
        // The last state that is in no group apart.
        let mut outside = HEADER;
        for (at, segment) in (0_u32..).zip(segments) {
            let id = segment_id::at_head(segment.raw(), segment.separators().field);
            let key = id.map_or(0, key);
            let from = if key == ORC && is_asked_for(segment) { outside } else { state };
            let place = if at == 0 { HEADER } else { self.seat(grammar, key, from, at) };
            if place != NOWHERE {
                state = place;
                if self.place(place).is_some_and(|place| place.apart == 0) {
                    outside = place;
                }
            }
            // What follows a note belongs to what the note is about.
            if place != NOWHERE && key != NTE {
                owner = at;
            }
            let occurrence = self.open.last().copied().unwrap_or(0);
            let owner = if place == NOWHERE { owner } else { at };
            self.segments.push(Seated { key, place, occurrence, owner });
            self.by_id.push((key, at));
        }
        self.close(0, self.segments.len() as u32);
        self.by_id.sort_unstable();
        self.index_strays(grammar);
    }

    fn clear(&mut self) {
        self.segments.clear();
        self.occurrences.clear();
        self.by_id.clear();
        self.strays.clear();
        self.open.clear();
    }

    /// Finds the place of a segment behind another place, and enters the groups around it.
    #[inline]
    fn seat(&mut self, grammar: &Grammar, key: u32, from: u16, at: u32) -> u16 {
        let Some(symbol) = grammar.symbol(key) else { return NOWHERE };
        let step = grammar.step(from, symbol);
        if step.to != NOWHERE {
            self.enter(grammar, step.to, usize::from(step.keep), at);
        }
        step.to
    }

    /// Enters each segment without a place in all groups around it in which it can be found.
    fn index_strays(&mut self, grammar: &Grammar) {
        let mut strays = std::mem::take(&mut self.strays);
        strays.clear();
        for (at, stray) in (0_u32..).zip(&self.segments) {
            if stray.place != NOWHERE {
                continue;
            }
            let owner = self.segments.get(stray.owner as usize);
            let place = owner.and_then(|owner| self.place(owner.place));
            let group = self.occurrences.get(stray.occurrence as usize).map(|own| own.group);
            let (Some(place), Some(group)) = (place, group) else { continue };
            if place.repeating {
                continue;
            }
            let around = self.outwards(stray.occurrence).take_while(|&number| {
                let around = self.occurrences.get(number as usize);
                around.is_some_and(|around| grammar.is_single(group, around.group))
            });
            strays.extend(around.map(|number| (stray.key, number, at)));
        }
        strays.sort_unstable();
        self.strays = strays;
    }

    /// Finds the structure of a message, or keeps the one of the message before.
    fn choose(&mut self, header: Segment<'_>) {
        let [kind, version] = [9, 12].map(|n| header.field(n).map(|f| f.raw()).unwrap_or_default());
        let before = self.kind.strip_prefix(kind).and_then(|rest| rest.strip_prefix(b"\r"));
        let separators = header.separators();
        if before == Some(version) && self.separators == separators && self.grammar.is_some() {
            return;
        }
        self.separators = separators;
        self.kind.clear();
        self.kind.extend_from_slice(kind);
        self.kind.push(b'\r');
        self.kind.extend_from_slice(version);
        let found = structure_of(header);
        self.structure = found.map(|(id, _)| id);
        self.grammar = found.map(|(_, grammar)| grammar).or_else(usual);
    }

    /// Closes all but the outer `keep` groups and opens those around a position.
    fn enter(&mut self, grammar: &Grammar, place: u16, keep: usize, at: u32) {
        let keep = keep.max(1);
        if self.open.len() > keep {
            self.close(keep, at);
        }
        let depth = grammar.places.get(usize::from(place)).map_or(1, |p| usize::from(p.depth));
        while self.open.len() < depth {
            // Groups are opened from outside in.
            let inner = depth - 1 - self.open.len();
            let Some(group) = grammar.groups_of(place).nth(inner) else { break };
            let parent = self.open.last().copied().unwrap_or(0);
            self.open.push(self.occurrences.len() as u32);
            self.occurrences.push(Occurrence { group, parent, start: at, end: at });
        }
    }

    fn close(&mut self, keep: usize, at: u32) {
        for open in self.open.drain(keep.min(self.open.len())..) {
            if let Some(occurrence) = self.occurrences.get_mut(open as usize) {
                occurrence.end = at;
            }
        }
    }

    /// The id of the message's structure, such as `ORU_R01`; `None` if the standard knows none.
    #[must_use]
    pub fn structure(&self) -> Option<&'static str> {
        self.structure
    }

    /// How many segments the message has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether no message was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The segments of each occurrence of a group, by their numbers from 0.
    ///
    /// Groups of that name anywhere in the structure are meant, names not being unique.
    pub fn occurrences<'a>(&'a self, group: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let of_name = move |found: &&Occurrence| self.name(found) == group;
        let found = self.occurrences.iter().skip(1).filter(move |_| !group.is_empty());
        found.filter(of_name).map(|found| found.start as usize..found.end as usize)
    }

    /// The groups that a segment is in, from inside out, without the message: their names and the
    /// segments that each occurrence has. A name is empty if the structure is not known.
    pub fn enclosing(&self, segment: usize) -> impl Iterator<Item = (&'static str, Range<usize>)> {
        let innermost = self.segments.get(segment).map(|seated| seated.occurrence);
        let chain = innermost.into_iter().flat_map(|innermost| self.outwards(innermost));
        let chain = chain.filter(|&at| at > 0);
        chain
            .filter_map(|at| self.occurrences.get(at as usize))
            .map(|found| (self.name(found), found.start as usize..found.end as usize))
    }

    /// Whether a segment is of prior results inside of an order, or of another group with a patient of its
    /// own inside of what has its patient before it.
    #[must_use]
    pub fn is_apart(&self, segment: usize) -> bool {
        let place = self.segments.get(segment).and_then(|seated| self.place(seated.place));
        place.is_some_and(|place| place.apart > 0)
    }

    fn name(&self, of: &Occurrence) -> &'static str {
        self.place(of.group).map_or("", |place| place.name)
    }

    fn place(&self, at: u16) -> Option<&'static Place> {
        self.grammar?.places.get(usize::from(at))
    }

    /// An occurrence and those around it, the message last.
    fn outwards(&self, from: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(from), |&at| {
            let parent = self.occurrences.get(at as usize)?.parent;
            (parent != at).then_some(parent)
        })
    }

    /// The segments with an id, by their numbers within a range.
    fn with_id(&self, key: u32, within: Range<u32>) -> impl Iterator<Item = u32> {
        let from = self.by_id.partition_point(|&entry| entry < (key, within.start));
        let rest = self.by_id.get(from..).unwrap_or_default();
        rest.iter().take_while(move |&&(k, at)| k == key && at < within.end).map(|&(_, at)| at)
    }

    /// What can be seen from some segments when ids are looked for: the header, the segments
    /// themselves, and for each id of `ids` that none of them has what belongs to the first of
    /// them. In order.
    #[must_use]
    pub fn view(&self, of: Range<usize>, ids: &[SegmentId]) -> Vec<usize> {
        let mut view = vec![0];
        view.extend(of.clone());
        let mut found = Vec::new();
        for &id in ids {
            // The segment itself stands for its id, and so do those of a group, but those of prior
            // results in it.
            let own = self.segments.get(of.clone()).unwrap_or_default();
            let apart = |at: &Seated| self.place(at.place).map_or(0, |place| place.apart);
            let first = own.first().map_or(0, apart);
            let is_own = |at: &Seated| at.key == key(id) && apart(at) == first;
            if id == *b"MSH" || own.iter().any(is_own) {
                continue;
            }
            self.resolve(of.start, id, &mut found);
            view.extend_from_slice(&found);
        }
        view.sort_unstable();
        view.dedup();
        view
    }

    /// The segments with an id that belong to the segment `row`, by their numbers, in order.
    ///
    /// 1. Of its own id, a segment has only itself.
    /// 2. Segments that have no place in the structure belong to the segment before them, and it
    ///    to them: `ZDS` to the OBX that it follows, an unexpected NTE as well. Of two kinds of them
    ///    that take turns, the one that comes first is that of the others up to the next of it.
    /// 3. Else the innermost group around the row that can have such a segment tells: its own
    ///    ones, or those of the groups that are least deep within it. From an OBX, OBR is the one
    ///    of its `ORDER_OBSERVATION`, PID that of its `PATIENT_RESULT`, SPM those of its order;
    ///    from an OBR, OBX are those of its order. A segment that begins several groups
    ///    stands for each of them: if its `PATIENT` has none, PID has those of `PATIENT_RESULT`.
    ///    Prior results inside of an order (`PRIOR_RESULT`) have a patient and orders of their own, and
    ///    tell nothing of what is outside of them.
    /// 4. A group that lacks the segment it begins with has that of the last one before it: the
    ///    second OBR under an ORC has this ORC.
    /// 5. Segments without a place, farther away: those in the groups around the row, unless
    ///    they follow a segment that itself is one of many there.
    ///
    /// Notes (NTE) belong to the segment that their group is about, OBX or OBR or PID, and to
    /// the one right before them; they are never taken from farther out.
    pub fn resolve(&self, row: usize, id: SegmentId, found: &mut Vec<usize>) {
        found.clear();
        let Some(grammar) = self.grammar else { return };
        let Some(seated) = self.segments.get(row) else { return };
        let (row, key) = (row as u32, key(id));
        if seated.key == key {
            found.push(row as usize);
            return;
        }
        if self.with_id(key, 0..self.segments.len() as u32).next().is_none() {
            return;
        }
        if seated.owner != row
            && self.segments.get(seated.owner as usize).is_some_and(|s| s.key == key)
        {
            found.push(seated.owner as usize);
            return;
        }
        self.followers(row, seated, key, found);
        if !found.is_empty() {
            return;
        }
        if key == NTE {
            return self.notes(seated, found);
        }
        if let Some(symbol) = grammar.symbol(key) {
            self.grouped(grammar, seated, key, symbol, found);
        }
        if found.is_empty() {
            self.strays(seated, key, found);
        }
    }

    /// Segments without a place that follow the row or, if it has none either, its owner.
    fn followers(&self, row: u32, seated: &Seated, key: u32, found: &mut Vec<usize>) {
        let end = self.segments.len() as u32;
        let owned = |&at: &u32| {
            let segment = self.segments.get(at as usize);
            segment.is_some_and(|s| s.place == NOWHERE && s.owner == seated.owner)
        };
        if seated.place == NOWHERE {
            self.leaders(row, seated, key, owned, found);
            if !found.is_empty() {
                return;
            }
        }
        // Behind the row up to the next of its kind, if any are there.
        let next = self.with_id(seated.key, row + 1..end).next().filter(owned);
        found.extend(self.with_id(key, row..next.unwrap_or(end)).take_while(owned).map(index));
        if found.is_empty() && seated.place == NOWHERE {
            found.extend(self.with_id(key, seated.owner..end).take_while(owned).map(index));
        }
    }

    /// Of two kinds of segments without a place that take turns, the one that comes first leads
    /// the other, as ORC does OBR; but notes lead nothing. Those before a row that is led, from the
    /// last one before them that is of the row's kind.
    fn leaders(
        &self,
        row: u32,
        seated: &Seated,
        key: u32,
        owned: impl Fn(&u32) -> bool,
        found: &mut Vec<usize>,
    ) {
        let mut before = self.with_id(seated.key, seated.owner..row).filter(&owned).peekable();
        let first = before.peek().copied().unwrap_or(row);
        let leads = self.with_id(key, seated.owner..first).any(|at| owned(&at));
        if key == NTE || !(leads || seated.key == NTE) {
            return;
        }
        let Some(last) = self.with_id(key, seated.owner..row).filter(&owned).last() else { return };
        let start = before.take_while(|&at| at < last).last().unwrap_or(seated.owner);
        found.extend(self.with_id(key, start..row).filter(owned).map(index));
    }

    /// The notes of a segment that have a place.
    fn notes(&self, seated: &Seated, found: &mut Vec<usize>) {
        let Some(around) = self.occurrences.get(seated.occurrence as usize) else { return };
        let is_main = self.place(seated.place).is_some_and(|place| place.is_main);
        let belongs = |&at: &u32| {
            let own = self.segments.get(at as usize);
            own.is_some_and(|s| s.occurrence == seated.occurrence && s.place != NOWHERE)
                && (is_main || {
                    let before = self.segments.get(..at as usize).unwrap_or_default();
                    let noted = before.iter().rev().find(|s| s.key != NTE);
                    noted.is_some_and(|s| s.owner == seated.owner)
                })
        };
        found.extend(self.with_id(NTE, around.start..around.end).filter(belongs).map(index));
    }

    /// Segments with a place in the groups around a segment.
    fn grouped(
        &self,
        grammar: &Grammar,
        seated: &Seated,
        key: u32,
        symbol: usize,
        found: &mut Vec<usize>,
    ) {
        for number in self.outwards(seated.occurrence) {
            let Some(around) = self.occurrences.get(number as usize) else { return };
            let whole = self.until_next(seated, number, around);
            if seated.place == HEADER {
                found.extend(self.with_id(key, whole).map(index));
                return;
            }
            let least = grammar.reach(around.group, symbol);
            if least == NO_REACH {
                continue;
            }
            let apart = self.place(around.group).map_or(0, |place| place.apart);
            self.at_depth(key, whole, (apart, least), found);
            if found.is_empty() {
                self.deeper(seated, key, around, apart, found);
            }
            if !found.is_empty() {
                return;
            }
            // Prior results without a patient of their own are of the patient of the message.
            if apart == around.group && apart > 0 {
                continue;
            }
            if grammar.begins_with(around.group, key) {
                found.extend(self.head_before(number, key).map(index));
                return;
            }
            let outer = self.occurrences.get(around.parent as usize);
            let stands_for_outer = outer.is_some_and(|outer| outer.start == seated.owner);
            if !stands_for_outer {
                return;
            }
        }
    }

    /// The segments with an id in the groups least deep within one. They are the row's own only
    /// before the next of its kind: the prior results of an order have orders of their own.
    fn deeper(
        &self,
        seated: &Seated,
        key: u32,
        around: &Occurrence,
        apart: u16,
        found: &mut Vec<usize>,
    ) {
        let next = self.with_id(seated.key, seated.owner + 1..around.end).next();
        let rest = seated.owner..next.unwrap_or(around.end);
        let present = self.with_id(key, rest.clone()).filter_map(|at| self.level(at));
        if let Some(level) = present.filter(|&(group, _)| group == apart).min() {
            self.at_depth(key, rest, level, found);
        }
    }

    /// The part of an occurrence that belongs to a segment: all of it, but if the segment stands
    /// there more than once although it should not, from it to the next.
    fn until_next(&self, seated: &Seated, number: u32, around: &Occurrence) -> Range<u32> {
        let whole = around.start..around.end;
        let repeating = self.place(seated.place).is_none_or(|place| place.repeating);
        if repeating || seated.occurrence != number {
            return whole;
        }
        let alike = |&at: &u32| {
            let other = self.segments.get(at as usize);
            other.is_some_and(|s| s.occurrence == number && s.place == seated.place)
        };
        let row = seated.owner;
        let before = self.with_id(seated.key, around.start..row).find(alike);
        let next = self.with_id(seated.key, row + 1..around.end).find(alike);
        if before.is_none() && next.is_none() {
            return whole;
        }
        // What stands before the first of them is of all.
        let start = if before.is_some() { row } else { around.start };
        start..next.unwrap_or(around.end)
    }

    /// The group apart that a segment with a place is in, and how many groups in all.
    fn level(&self, at: u32) -> Option<(u16, u8)> {
        let place = self.place(self.segments.get(at as usize)?.place)?;
        Some((place.apart, place.depth))
    }

    /// The segments with an id in a range whose places are at a level.
    fn at_depth(&self, key: u32, within: Range<u32>, level: (u16, u8), found: &mut Vec<usize>) {
        let here = |&at: &u32| self.level(at) == Some(level);
        found.extend(self.with_id(key, within).filter(here).map(index));
    }

    /// The segment with which the last occurrence of the same group before one begins. No
    /// patient is taken from another group.
    fn head_before(&self, number: u32, key: u32) -> Option<u32> {
        let of = self.occurrences.get(number as usize)?;
        // No sibling begins before the group around them.
        let around = self.occurrences.get(of.parent as usize)?.start;
        let before = self.occurrences.get(..number as usize)?.iter().rev();
        let before = before.take_while(|o| o.start >= around);
        let siblings = before.filter(|o| o.group == of.group && o.parent == of.parent);
        let mut heads = siblings.filter_map(|other| {
            let first = self.segments.get(other.start as usize)?;
            (first.key == key).then_some(other.start)
        });
        heads.next().filter(|_| key != PID)
    }

    /// Segments without a place in the groups around a segment.
    fn strays(&self, seated: &Seated, key: u32, found: &mut Vec<usize>) {
        for number in self.outwards(seated.occurrence) {
            let from = self.strays.partition_point(|&entry| entry < (key, number, 0));
            let rest = self.strays.get(from..).unwrap_or_default();
            let here = rest.iter().take_while(|&&(k, n, _)| (k, n) == (key, number));
            found.extend(here.map(|&(.., at)| index(at)));
            if !found.is_empty() {
                return;
            }
        }
    }
}

/// Whether an ORC asks for something, by its order control code (table 0119). By its place in a message
/// alone it could be one more of the prior results of the order before it.
fn is_asked_for(orc: Segment<'_>) -> bool {
    let control = orc.field(1).map_or(&b""[..], |field| field.raw());
    matches!(control, b"NW" | b"CA" | b"DC" | b"XO" | b"HD" | b"RL" | b"RP" | b"PA" | b"CH")
}

fn index(at: u32) -> usize {
    at as usize
}
