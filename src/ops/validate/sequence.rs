//! Set ids: the first field of segments that come in numbered lists (rule SEQ-1).

use super::content::Walk;
use super::finding::Problem;
use super::format::Format;
use super::layout::{Kind, Layout, NOWHERE, Seating};
use super::model::{SegmentDef, TypeKind};
use super::rule::Rule;
use super::structure::Line;
use crate::core::SegmentId;

/// The last number of each kind of segment, and the group that it counts in.
#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<(SegmentId, u32, u32)>);

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
        let owner = owner(seating, layout, seat.group, seat.place);
        let id = line.at.segment;
        let known = self.0.iter_mut().find(|(known, ..)| *known == id);
        let expected = match &known {
            Some((_, last_owner, last)) if *last_owner == owner => (last.saturating_add(1), 0),
            Some((_, _, last)) => (1, last.saturating_add(1)),
            None => (1, 0),
        };
        if value != expected.0 && (expected.1 == 0 || value != expected.1) {
            let at = super::At { field: 1, repetition: 1, ..line.at };
            let expected = expected.0.to_string().into();
            let wrong = "the set id does not count on".into();
            walk.report(Rule::Seq1, at, field, Problem::Plain { wrong, expected });
        }
        match known {
            Some(known) => (known.1, known.2) = (owner, value),
            None => self.0.push((id, owner, value)),
        }
    }
}

/// The group occurrence that a list is in: the innermost one that does not begin anew with each
/// segment of the list, as the group OBSERVATION does with OBX.
fn owner(seating: &Seating, layout: &Layout, group: u32, place: u16) -> u32 {
    let (mut group, mut place) = (group, place);
    while let Some(around) = seating.groups.get(group as usize)
        && group != 0
        && is_main(layout, around.place, place)
    {
        place = around.place;
        group = around.parent;
    }
    group
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
