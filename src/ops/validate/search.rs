//! Finds the walk of a message over the places of its structure, see `automaton.rs`.

use super::automaton::{Automaton, MISSING, Step};
use super::layout::{Layout, NOWHERE, Occurrence, Place, Seat, Seating};
use crate::ops::groups::HEADER;

/// What is allocated once and used for every message.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The states after each segment, those of one segment side by side.
    states: Vec<State>,
    /// Where the states after each segment begin.
    starts: Vec<u32>,
    /// The steps of the walk that was found, one for each segment but MSH.
    pub(super) walk: Vec<Taken>,
    /// Occurrences that are open while seating.
    open: Vec<u32>,
    /// How often each place was taken in the open occurrences of its groups.
    taken: Vec<u32>,
}

/// A way to have come to a place.
#[derive(Clone, Copy, Debug)]
struct State {
    place: u16,
    /// The groups kept open in the last step; [`SKIP`] if the segment was given no place.
    keep: u16,
    cost: u32,
    /// The state before, counted among those of the segment before.
    before: u32,
}

/// What the walk does with a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// The place before.
    pub(super) from: u16,
    /// The step; `None` if the segment has no place.
    pub(super) step: Option<Step>,
}

const SKIP: u16 = u16::MAX;

/// A faulty message is explained by so many walks at once at most.
const MOST_STATES: usize = 48;

/// A walk that costs so much more than the cheapest is given up.
const MOST_BEHIND: u32 = 24;

impl Search {
    /// Finds the cheapest walk of the segments behind MSH, given as symbols of the automaton;
    /// `None` is for segments that the structure has no place for. Returns whether it is free of
    /// faults, those segments aside, and the last place.
    pub(super) fn find(&mut self, layout: &Layout, symbols: &[Option<u16>]) -> (bool, u16) {
        let automaton = layout.automaton();
        if let Some(last) = self.find_free(automaton, layout.places(), symbols) {
            return (true, last);
        }
        (false, self.find_cheapest(automaton, layout.places(), symbols))
    }

    fn begin(&mut self) {
        self.states.clear();
        self.starts.clear();
        self.starts.push(0);
        self.states.push(State { place: HEADER, keep: 1, cost: 0, before: 0 });
    }

    /// The states after the segment before.
    fn live(&self) -> &[State] {
        let start = self.starts.last().map_or(0, |&at| at as usize);
        &self.states[start..]
    }

    /// Follows steps that cost nothing; `None` if the message cannot be walked so.
    fn find_free(
        &mut self,
        automaton: &Automaton,
        places: &[Place],
        symbols: &[Option<u16>],
    ) -> Option<u16> {
        self.begin();
        for symbol in symbols {
            let Some(symbol) = *symbol else { continue };
            let start = self.starts.last().map_or(0, |&at| at as usize);
            let end = self.states.len();
            for before in start..end {
                for step in automaton.free_steps(self.states[before].place, symbol) {
                    if !self.states[end..].iter().any(|s| s.place == step.to) {
                        let before = (before - start) as u32;
                        self.states.push(State {
                            place: step.to,
                            keep: step.keep,
                            cost: 0,
                            before,
                        });
                    }
                }
            }
            if self.states.len() == end {
                return None;
            }
            self.starts.push(end as u32);
        }
        let ends = |s: &State| automaton.after(places, s.place, 0) == 0;
        let at = self.live().iter().position(ends)?;
        Some(self.trace_back(at, symbols))
    }

    /// Weighs all explanations of a faulty message against each other.
    fn find_cheapest(
        &mut self,
        automaton: &Automaton,
        places: &[Place],
        symbols: &[Option<u16>],
    ) -> u16 {
        self.begin();
        let mut next: Vec<State> = Vec::new();
        for symbol in symbols {
            let Some(symbol) = *symbol else { continue };
            next.clear();
            for (before, state) in (0_u32..).zip(self.live()) {
                for &to in automaton.candidates(symbol) {
                    let Some(step) = automaton.step(places, state.place, to) else { continue };
                    let cost = state.cost + step.cost;
                    offer(&mut next, State { place: to, keep: step.keep, cost, before });
                }
                let cost = state.cost + automaton.skipping(symbol);
                offer(&mut next, State { place: state.place, keep: SKIP, cost, before });
            }
            next.sort_by_key(|s| s.cost);
            let limit = next.first().map_or(0, |s| s.cost) + MOST_BEHIND;
            next.truncate(next.partition_point(|s| s.cost <= limit).min(MOST_STATES));
            self.starts.push(self.states.len() as u32);
            self.states.append(&mut next);
        }
        let cost = |s: &State| s.cost + automaton.after(places, s.place, 0) * MISSING;
        let best = (0..).zip(self.live()).min_by_key(|(_, s)| cost(s)).map_or(0, |(at, _)| at);
        self.trace_back(best, symbols)
    }

    /// Writes the walk down that ends in the given state of the last segment; returns its place.
    fn trace_back(&mut self, state: usize, symbols: &[Option<u16>]) -> u16 {
        self.walk.clear();
        self.walk.resize(symbols.len(), Taken { from: NOWHERE, step: None });
        let mut group = self.starts.len() - 1;
        let mut at = self.starts[group] as usize + state;
        let last = self.states[at].place;
        for (taken, symbol) in self.walk.iter_mut().zip(symbols).rev() {
            let here = self.states[at];
            taken.from = here.place;
            if symbol.is_none() || group == 0 {
                continue;
            }
            group -= 1;
            at = self.starts[group] as usize + here.before as usize;
            let before = self.states[at];
            taken.from = before.place;
            if here.keep != SKIP {
                let cost = here.cost - before.cost;
                taken.step = Some(Step { to: here.place, keep: here.keep, cost });
            }
        }
        last
    }

    /// Opens and closes groups along the walk.
    pub(super) fn seat(&mut self, places: &[Place], seating: &mut Seating) {
        seating.clear();
        self.open.clear();
        self.taken.clear();
        self.taken.resize(places.len(), 0);
        self.open.push(0);
        seating.groups.push(Occurrence { place: 0, parent: 0, instance: 1, start: 0, end: 0 });
        seating.seats.push(Seat { place: HEADER, group: 0, instance: 1 });
        for (at, taken) in (1_u32..).zip(&self.walk) {
            let group = self.open.last().copied().unwrap_or(0);
            let Some(step) = taken.step else {
                seating.seats.push(Seat { place: NOWHERE, group, instance: 0 });
                continue;
            };
            for closed in self.open.drain(usize::from(step.keep).min(self.open.len())..) {
                seating.groups[closed as usize].end = at;
            }
            let mut around = Vec::new();
            let mut group = places[usize::from(step.to)].parent;
            while usize::from(places[usize::from(group)].depth) >= self.open.len() {
                around.push(group);
                group = places[usize::from(group)].parent;
            }
            for group in around.into_iter().rev() {
                let parent = self.open.last().copied().unwrap_or(0);
                let instance = bump(&mut self.taken, group);
                // What it holds is counted anew.
                let end = usize::from(places[usize::from(group)].end);
                self.taken[usize::from(group) + 1..end].fill(0);
                self.open.push(seating.groups.len() as u32);
                seating.groups.push(Occurrence {
                    place: group,
                    parent,
                    instance,
                    start: at,
                    end: at,
                });
            }
            let group = self.open.last().copied().unwrap_or(0);
            let instance = bump(&mut self.taken, step.to);
            seating.seats.push(Seat { place: step.to, group, instance });
        }
        let end = seating.seats.len() as u32;
        for &open in &self.open {
            seating.groups[open as usize].end = end;
        }
    }
}

/// Keeps the cheapest way to each place.
fn offer(states: &mut Vec<State>, new: State) {
    match states.iter_mut().find(|s| s.place == new.place) {
        Some(known) if known.cost <= new.cost => {}
        Some(known) => *known = new,
        None => states.push(new),
    }
}

fn bump(taken: &mut [u32], place: u16) -> u32 {
    let count = &mut taken[usize::from(place)];
    *count += 1;
    *count
}
