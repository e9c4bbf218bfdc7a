//! A message structure as an automaton over its segment places.
//!
//! A place is a state; a message is a walk from MSH over the places of its segments. What a step
//! from one place to another leaves out or repeats against the structure is its cost, so that a
//! message without faults is a walk that costs nothing, and of one with faults the cheapest walk
//! tells best what is wrong. Nothing is decided before the end of the message: two groups that
//! begin alike (ORC in ORDER and in PRIOR_RESULT of OML_O21) are both followed until one fits.
//!
//! `search.rs` looks for the walk.

use super::layout::{Kind, NOWHERE, Place, children};
use super::model::Usage;
use crate::core::segment_id::{SegmentId, key};
use crate::ops::groups::ANNOTATIONS;

/// A step to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The place.
    pub(super) to: u16,
    /// How many of the open groups stay open, the message being the first.
    pub(super) keep: u16,
    /// What it costs.
    pub(super) cost: u32,
}

/// What leaving out a required segment or group costs.
pub(super) const MISSING: u32 = 4;
/// What a segment costs that repeats and should not.
const REPEATED_SEGMENT: u32 = 3;
/// What a group costs that repeats and should not.
const REPEATED_GROUP: u32 = 4;
/// What is taken off where a group that may repeat begins anew before the one before it has all that
/// it needs, or lacks something in front of a segment that it needs: that something is missing there
/// says more than that what begins it comes twice. What may be left out begins nothing: of two NTE
/// in a group of OBX and one NTE, the second is no group without its OBX.
const BEGUN_ANEW: u32 = 2;
/// What a segment costs that is given no place.
const SKIPPED: u32 = 5;
/// The same for segments that annotate others: that one of them is out of place says more than that
/// what it could annotate is missing.
const SKIPPED_ANNOTATION: u32 = 3;

/// An automaton; see the head of this file.
#[derive(Clone, Debug, Default)]
pub(super) struct Automaton {
    /// Segment ids as numbers, sorted; behind them, if any segment may stand somewhere, one for all
    /// others.
    keys: Vec<u32>,
    takes_any: bool,
    /// The places that have the segment, by symbol.
    candidates: Vec<Box<[u16]>>,
    /// Steps that cost nothing, by place and symbol: a range of `steps`.
    rows: Vec<(u32, u32)>,
    steps: Vec<Step>,
    /// By place: whether it has to be taken.
    required: Vec<bool>,
    /// By place: what its group requires before it.
    before: Vec<u16>,
    /// By place: what its children require together.
    total: Vec<u16>,
}

impl Automaton {
    pub(super) fn of(places: &[Place]) -> Self {
        let mut keys: Vec<u32> = places.iter().filter_map(segment_key).flatten().collect();
        keys.sort_unstable();
        keys.dedup();
        let takes_any = places.iter().any(|p| segment_key(p) == Some(None));
        let mut automaton = Self { keys, takes_any, ..Self::default() };
        automaton.count_required(places);
        automaton.candidates = (0..automaton.symbols())
            .map(|symbol| {
                let key = automaton.keys.get(symbol).copied();
                let takes = |place: &Place| match segment_key(place) {
                    Some(None) => true,
                    Some(own) => own == key,
                    None => false,
                };
                (0..).zip(places).filter(|(_, place)| takes(place)).map(|(at, _)| at).collect()
            })
            .collect();
        for from in 0..places.len() as u16 {
            for symbol in 0..automaton.symbols() {
                let start = automaton.steps.len() as u32;
                if segment_key(&places[usize::from(from)]).is_some() {
                    for at in 0..automaton.candidates[symbol].len() {
                        let to = automaton.candidates[symbol][at];
                        let step = automaton.step(places, from, to);
                        automaton.steps.extend(step.filter(|step| step.cost == 0));
                    }
                    // Where several places take the segment, the innermost is meant.
                    automaton.steps[start as usize..]
                        .sort_by_key(|step| std::cmp::Reverse(step.keep));
                }
                automaton.rows.push((start, automaton.steps.len() as u32));
            }
        }
        automaton
    }

    fn count_required(&mut self, places: &[Place]) {
        // A group may be required and yet have nothing that is: then it may be left out.
        self.required = vec![false; places.len()];
        for at in (0..places.len()).rev() {
            let place = &places[at];
            let needs_something = || {
                let mut children =
                    children(places, at as u16).map(|c| self.required[usize::from(c)]);
                if is_choice(place) { children.all(|r| r) } else { children.any(|r| r) }
            };
            self.required[at] = place.usage == Usage::Required
                && place.cardinality.min > 0
                && (segment_key(place).is_some() || needs_something());
        }
        self.before = vec![0; places.len()];
        self.total = vec![0; places.len()];
        for at in 1..places.len() {
            let parent = usize::from(places[at].parent);
            let in_choice = is_choice(&places[parent]);
            self.before[at] = if in_choice { 0 } else { self.total[parent] };
            if !in_choice && self.required[at] {
                self.total[parent] += 1;
            }
        }
    }

    /// How many kinds of segments it tells apart.
    fn symbols(&self) -> usize {
        self.keys.len() + usize::from(self.takes_any)
    }

    /// What kind of segment an id is; `None` if the structure has no place for it.
    #[inline]
    pub(super) fn symbol(&self, key: u32) -> Option<u16> {
        match self.keys.binary_search(&key) {
            Ok(at) => Some(at as u16),
            Err(_) => self.takes_any.then_some(self.keys.len() as u16),
        }
    }

    /// What it costs to give a segment no place.
    pub(super) fn skipping(&self, symbol: u16) -> u32 {
        let key = self.keys.get(usize::from(symbol));
        let is_annotation = key.is_some_and(|key| ANNOTATIONS.contains(key));
        if is_annotation { SKIPPED_ANNOTATION } else { SKIPPED }
    }

    /// Whether the structure names the segment.
    pub(super) fn names(&self, key: u32) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// The steps that cost nothing.
    #[inline]
    pub(super) fn free_steps(&self, from: u16, symbol: u16) -> &[Step] {
        let row = usize::from(from) * self.symbols() + usize::from(symbol);
        let Some(&(start, end)) = self.rows.get(row) else { return &[] };
        &self.steps[start as usize..end as usize]
    }

    /// All places that take a segment.
    pub(super) fn candidates(&self, symbol: u16) -> &[u16] {
        self.candidates.get(usize::from(symbol)).map_or(&[], |places| places)
    }

    /// The ids that could stand after a place without fault, nearest first.
    pub(super) fn expected(&self, places: &[Place], from: u16) -> Vec<SegmentId> {
        let mut found: Vec<(u16, SegmentId)> = Vec::new();
        for symbol in 0..self.keys.len() as u16 {
            let [_, a, b, c] = self.keys[usize::from(symbol)].to_be_bytes();
            for step in self.free_steps(from, symbol) {
                let is_any = segment_key(&places[usize::from(step.to)]) == Some(None);
                if !is_any {
                    // Places before this one are reached by repeating a group.
                    found.push((step.to.wrapping_sub(from), [a, b, c]));
                }
            }
        }
        found.sort_unstable();
        let mut ids: Vec<SegmentId> = Vec::new();
        for (_, id) in found {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// The cheapest step from one place to another; `None` if the structure has none.
    pub(super) fn step(&self, places: &[Place], from: u16, to: u16) -> Option<Step> {
        let mut best: Option<Step> = None;
        let mut offer = |keep: u16, cost: u32| {
            if best.is_none_or(|b| cost < b.cost) {
                best = Some(Step { to, keep, cost });
            }
        };
        let place = |at: u16| places.get(usize::from(at));
        // The innermost group around both, and the branches of it that they are in.
        let (mut a, mut b) = (from, to);
        while a != b {
            let (pa, pb) = (place(a)?, place(b)?);
            if pa.parent == pb.parent {
                break;
            }
            if pa.depth >= pb.depth { a = pa.parent } else { b = pb.parent }
        }
        if a != b {
            let group = place(a)?.parent;
            let around = place(group)?;
            if place(a)?.position < place(b)?.position && !is_choice(around) {
                let between = self.before[usize::from(b)]
                    - self.before[usize::from(a)]
                    - u16::from(self.required[usize::from(a)]);
                let missing =
                    self.after(places, from, a) + u32::from(between) + self.ahead(places, to, b);
                offer(around.depth + 1, missing * MISSING);
            }
            a = group;
        }
        // Around again: the segment itself, or a group around both.
        let mut around = a;
        while around != 0 && around != NOWHERE {
            let p = place(around)?;
            let after = self.after(places, from, around);
            let missing = after + self.ahead(places, to, around);
            let over = match p.kind {
                _ if p.cardinality.repeats() => {
                    let begins = after > 0 || self.required[usize::from(to)];
                    let discount = if missing > 0 && begins { BEGUN_ANEW } else { 0 };
                    offer(p.depth, missing * MISSING - discount);
                    around = p.parent;
                    continue;
                }
                Kind::Segment { .. } => REPEATED_SEGMENT,
                Kind::Group { .. } => REPEATED_GROUP,
            };
            offer(p.depth, missing * MISSING + over);
            around = p.parent;
        }
        best
    }

    /// How much is required behind `from` in the groups around it, up to what `until` holds.
    pub(super) fn after(&self, places: &[Place], from: u16, until: u16) -> u32 {
        let mut at = from;
        let mut missing = 0;
        while at != until && at != 0 {
            missing += u32::from(self.required_after(places, at));
            at = places[usize::from(at)].parent;
        }
        missing
    }

    /// How much is required before `to` in the groups around it, up to what `until` holds.
    fn ahead(&self, places: &[Place], to: u16, until: u16) -> u32 {
        let mut at = to;
        let mut missing = 0;
        while at != until && at != 0 {
            missing += u32::from(self.before[usize::from(at)]);
            at = places[usize::from(at)].parent;
        }
        missing
    }

    /// How many siblings behind a place are required.
    fn required_after(&self, places: &[Place], at: u16) -> u16 {
        let place = &places[usize::from(at)];
        let parent = usize::from(place.parent);
        if is_choice(&places[parent]) {
            return 0;
        }
        self.total[parent]
            - self.before[usize::from(at)]
            - u16::from(self.required[usize::from(at)])
    }

    /// The required places that a step leaves out. `to` is `None` at the end of the message.
    pub(super) fn left_out(&self, places: &[Place], from: u16, step: Option<Step>) -> Vec<u16> {
        let parent = |at: u16| places[usize::from(at)].parent;
        let required = |of: u16, keep: &dyn Fn(u16) -> bool, found: &mut Vec<u16>| {
            if !is_choice(&places[usize::from(of)]) {
                let children = children(places, of).filter(|&c| keep(c));
                found.extend(children.filter(|&c| self.required[usize::from(c)]));
            }
        };
        let mut found = Vec::new();
        // Groups deeper than this are left.
        let kept = step.map_or(0, |step| step.keep);
        let mut at = from;
        while at != 0 && places[usize::from(parent(at))].depth >= kept {
            required(parent(at), &|c| c > at, &mut found);
            at = parent(at);
        }
        let Some(step) = step else { return found };
        // Groups are entered down to the place.
        let mut path = vec![step.to];
        while let Some(&last) = path.last()
            && last != 0
            && places[usize::from(parent(last))].depth >= kept
        {
            path.push(parent(last));
        }
        let top = path.last().copied().unwrap_or(step.to);
        if at != top && parent(at) == parent(top) {
            required(parent(top), &|c| c > at && c < top, &mut found);
        }
        for pair in path.windows(2).rev() {
            required(pair[1], &|c| c < pair[0], &mut found);
        }
        found
    }
}

/// The key of a segment place, `Some(None)` for one that takes any; `None` for a group.
fn segment_key(place: &Place) -> Option<Option<u32>> {
    match &place.kind {
        Kind::Segment { id, .. } => Some(id.map(key)),
        Kind::Group { .. } => None,
    }
}

pub(super) fn is_choice(place: &Place) -> bool {
    matches!(place.kind, Kind::Group { is_choice: true, .. })
}
