//! Set ids: the first field of segments that come in numbered lists (rule SEQ-1).

use super::content::Walk;
use super::finding::Problem;
use super::format::Format;
use super::layout::{Kind, Layout, NOWHERE, Seat, Seating};
use super::model::{SegmentDef, TypeKind};
use super::rule::Rule;
use super::structure::Line;
use crate::core::SegmentId;

/// The last number of each list.
#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<List>);

/// The segments at one place of the structure.
#[derive(Debug)]
struct List {
    id: SegmentId,
    place: u16,
    /// The group that they count in.
    owner: u32,
    last: u32,
}

impl Numbers {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Checks the set id of a segment. Numbers count from 1 in the group that the list is in; a list
    /// may also go on where the one in the group before ended.
    pub(super) fn check<'v>(
        &mut self,
        walk: &mut Walk<'v, '_>,
        definition: &'v SegmentDef,
        line: &Line<'_>,
        number: usize,
        seating: &Seating,
        layout: &Layout,
    ) {
        let Some(element) = definition.fields.first() else { return };
        let kind = walk.data_type(element.data_type).map(|t| &t.kind);
        if !matches!(kind, Some(TypeKind::Primitive(Format::SequenceId))) {
            return;
        }
        let Some(seat) = seating.seats.get(number).filter(|s| s.place != NOWHERE) else { return };
        let Some(field) = line.segment.field(1).map(|f| f.raw()) else { return };
        let digits = std::str::from_utf8(field).ok();
        let Some(value) = digits.and_then(|digits| digits.parse::<u32>().ok()) else { return };
        let Some(owner) = owner(seating, layout, seat) else { return };
        let id = line.at.segment;
        let next = |list: &List| list.last.saturating_add(1);
        let own = self.0.iter().position(|list| list.id == id && list.place == seat.place);
        let goes_on = own.map(|at| &self.0[at]).filter(|list| list.owner == owner);
        let expected = (goes_on.map_or(1, next), self.0.iter().rfind(|l| l.id == id).map(next));
        let is_right = value == expected.0 || (goes_on.is_none() && Some(value) == expected.1);
        if !is_right {
            let at = super::At { field: 1, repetition: 1, ..line.at };
            let expected = expected.0.to_string().into();
            let wrong = "the set id does not count on".into();
            walk.report(Rule::Seq1, at, field, Problem::Plain { wrong, expected });
        }
        // The list that was counted last comes last.
        if let Some(at) = own {
            self.0.remove(at);
        }
        self.0.push(List { id, place: seat.place, owner, last: value });
    }
}

/// The group occurrence that a list is in: the innermost one that does not begin anew with each
/// segment of the list, as the group OBSERVATION does with OBX. `None` for what is one too many: a
/// second PID is reported as that (STR-3), and has no number that would be right.
fn owner(seating: &Seating, layout: &Layout, seat: &Seat) -> Option<u32> {
    let Seat { mut place, mut group, mut instance } = *seat;
    loop {
        if layout.place(place)?.cardinality.max.is_some_and(|max| instance > max) {
            return None;
        }
        let around = seating.groups.get(group as usize)?;
        if group == 0 || !is_main(layout, around.place, place) {
            return Some(group);
        }
        (place, group, instance) = (around.place, around.parent, around.instance);
    }
}

/// Whether a group is about what stands at a place: the first that it requires.
fn is_main(layout: &Layout, group: u16, place: u16) -> bool {
    let required = |&at: &u16| {
        layout.place(at).is_some_and(|p| {
            matches!(p.kind, Kind::Segment { .. }) && p.usage == super::model::Usage::Required
        })
    };
    layout.children(group).find(required) == Some(place)
        || layout.place(group).is_some_and(super::automaton::is_choice)
}
