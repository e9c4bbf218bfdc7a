//! A message structure laid out as one list of places, parents before children.

use super::automaton::Automaton;
use super::model::{Cardinality, Node, SegmentIx, Text, Usage};
use crate::core::SegmentId;
use std::sync::OnceLock;

/// No place.
pub const NOWHERE: u16 = u16::MAX;

/// A message structure as a list of places. The first is the message itself, a group; the second
/// its MSH.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    places: Vec<Place>,
    /// Made when the first message is to be seated.
    automaton: OnceLock<Automaton>,
}

/// A segment, group or choice of a message structure.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it is.
    pub kind: Kind,
    /// The group or choice that it is in; [`NOWHERE`] of the message.
    pub parent: u16,
    /// The end of what it holds in the list.
    pub end: u16,
    /// Its number among the children of its parent, from 1 (how profiles number positions).
    pub position: u16,
    /// How many groups and choices it is in.
    pub depth: u16,
    /// Whether it has to be there.
    pub usage: Usage,
    /// How often.
    pub cardinality: Cardinality,
}

/// What stands at a place.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A segment.
    Segment {
        /// Three letters; `None` where any segment may stand.
        id: Option<SegmentId>,
        /// Its definition.
        definition: Option<SegmentIx>,
    },
    /// A group.
    Group {
        /// How a profile names it.
        id: Text,
        /// Its name in the standard.
        name: Text,
        /// One of its children, instead of all in order.
        is_choice: bool,
    },
}

impl Layout {
    /// Of the nodes of a message structure, the first of which is MSH; empty for a structure too
    /// large to number.
    #[must_use]
    pub fn of(structure: &Text, nodes: &[Node]) -> Self {
        let mut layout = Self::default();
        let message =
            Kind::Group { id: structure.clone(), name: structure.clone(), is_choice: false };
        layout.places.push(Place {
            kind: message,
            parent: NOWHERE,
            end: 0,
            position: 1,
            depth: 0,
            usage: Usage::Required,
            cardinality: Cardinality::ONE,
        });
        if layout.add_all(nodes, 0, 1).is_none() {
            return Self::default();
        }
        layout.places[0].end = layout.places.len() as u16;
        layout
    }

    fn add_all(&mut self, nodes: &[Node], parent: u16, depth: u16) -> Option<()> {
        for (position, node) in (1_u16..).zip(nodes) {
            let at = self.places.len();
            let number = u16::try_from(at).ok().filter(|&n| n < NOWHERE)?;
            let kind = match node {
                Node::Segment(s) => Kind::Segment { id: s.id, definition: s.definition },
                Node::Group(g) => {
                    Kind::Group { id: g.id.clone(), name: g.name.clone(), is_choice: g.is_choice }
                }
            };
            let (usage, cardinality) = (node.usage(), node.cardinality());
            self.places.push(Place { kind, parent, end: 0, position, depth, usage, cardinality });
            if let Node::Group(group) = node {
                self.add_all(&group.children, number, depth + 1)?;
            }
            self.places[at].end = self.places.len() as u16;
        }
        Some(())
    }

    /// All places.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// A place.
    #[must_use]
    pub fn place(&self, at: u16) -> Option<&Place> {
        self.places.get(usize::from(at))
    }

    /// The children of a group, in order.
    pub fn children(&self, of: u16) -> impl Iterator<Item = u16> + '_ {
        children(&self.places, of)
    }

    /// Whether some place has bounds other than none, one, or any number.
    pub(super) fn counts(&self) -> bool {
        let counts = |p: &Place| p.cardinality.min > 1 || p.cardinality.max.is_some_and(|m| m > 1);
        self.places.iter().any(counts)
    }

    pub(super) fn automaton(&self) -> &Automaton {
        self.automaton.get_or_init(|| Automaton::of(&self.places))
    }
}

/// The children of a group, in order.
pub(super) fn children(places: &[Place], of: u16) -> impl Iterator<Item = u16> + '_ {
    let end = places.get(usize::from(of)).map_or(0, |p| p.end);
    let mut next = of.saturating_add(1);
    std::iter::from_fn(move || {
        let at = (next < end).then_some(next)?;
        next = places.get(usize::from(at))?.end;
        Some(at)
    })
}

/// The segments of a message at the places of its structure.
#[derive(Clone, Debug, Default)]
pub struct Seating {
    /// For each segment of the message, in order.
    pub seats: Vec<Seat>,
    /// Occurrences of groups in order of their starts, outer before inner; the first is the message.
    pub groups: Vec<Occurrence>,
}

/// Where a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its place, or [`NOWHERE`].
    pub place: u16,
    /// The innermost group occurrence that it is in.
    pub group: u32,
    /// The how manyth segment at this place in that occurrence, from 1.
    pub instance: u32,
}

/// One occurrence of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The group's place.
    pub place: u16,
    /// The occurrence around it; of the message, its own number.
    pub parent: u32,
    /// The how manyth of this group in that occurrence, from 1.
    pub instance: u32,
    /// The segments from its first to behind its last, from 0.
    pub start: u32,
    /// Behind the last.
    pub end: u32,
}

impl Seating {
    /// Forgets the message before.
    pub fn clear(&mut self) {
        self.seats.clear();
        self.groups.clear();
    }
}
