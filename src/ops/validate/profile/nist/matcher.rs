//! Seats segments as NIST's parser does (usnistgov/v2-validation 1.5, `DefaultParser`).
//!
//! It goes over the structure once and never back: at each place it takes all segments that fit,
//! however often they may occur, and what is left at the end is unexpected. A group is entered if
//! the next segment is one of those before its first inner group, at whichever of them it is.

use crate::core::{Message, SegmentId, segment_id};
use crate::ops::validate::layout::{Kind, Layout, NOWHERE, Occurrence, Seat, Seating};

/// Seats the segments of a message; those without a place have [`NOWHERE`].
pub(super) fn seat(layout: &Layout, message: &Message<'_>, seating: &mut Seating) {
    seating.clear();
    let nowhere = Seat { place: NOWHERE, group: 0, instance: 0 };
    let by = message.separators().field;
    let mut queue = Vec::with_capacity(32);
    for (number, segment) in (0..).zip(message.segments()) {
        seating.seats.push(nowhere);
        if let Some(id) = id(segment.raw(), by)
            && layout.places().iter().any(|place| takes(&place.kind, id))
        {
            queue.push((number, id));
        }
    }
    let whole = Occurrence { place: 0, parent: 0, instance: 1, start: 0, end: queue.len() as u32 };
    seating.groups.push(whole);
    let mut matcher = Matcher { layout, queue: &queue, next: 0, seating };
    matcher.children(0, 0, 0, true);
    let end = seating.seats.len() as u32;
    if let Some(message) = seating.groups.first_mut() {
        message.end = end;
    }
}

/// The id of a segment that NIST reads as one: the second byte of it is a letter, too.
pub(super) fn id(segment: &[u8], by: u8) -> Option<SegmentId> {
    segment_id::at_head(segment, by)
        .filter(|&id| segment_id::is_proper(id) && id[1].is_ascii_uppercase())
}

fn takes(kind: &Kind, id: SegmentId) -> bool {
    matches!(kind, Kind::Segment { id: Some(own), .. } if *own == id)
}

struct Matcher<'a> {
    layout: &'a Layout,
    queue: &'a [(u32, SegmentId)],
    next: usize,
    seating: &'a mut Seating,
}

impl Matcher<'_> {
    /// Takes the children of a group from the `from`th on. The first, if it is a segment, is taken
    /// once and whatever it is: the group was entered for it.
    fn children(&mut self, of: u16, group: u32, from: usize, mut at_head: bool) {
        let layout = self.layout;
        for place in layout.children(of).skip(from) {
            match layout.place(place).map(|p| &p.kind) {
                Some(Kind::Group { .. }) => self.groups(place, group),
                Some(kind) => {
                    let mut instance = 0;
                    while let Some(&(number, id)) = self.queue.get(self.next)
                        && (takes(kind, id) || (at_head && instance == 0))
                        && !(at_head && instance == 1)
                    {
                        instance += 1;
                        self.next += 1;
                        if let Some(seat) = self.seating.seats.get_mut(number as usize) {
                            *seat = Seat { place, group, instance };
                        }
                    }
                }
                None => {}
            }
            at_head = false;
        }
    }

    /// Takes the occurrences of a group.
    fn groups(&mut self, place: u16, parent: u32) {
        let layout = self.layout;
        let mut instance = 0;
        while let Some(&(start, id)) = self.queue.get(self.next)
            && self.enters(place, id)
        {
            let head = layout.children(place).position(|child| self.begins(child, id));
            let Some(from) = head else { return };
            instance += 1;
            let group = self.seating.groups.len() as u32;
            self.seating.groups.push(Occurrence { place, parent, instance, start, end: start });
            self.children(place, group, from, from == 0);
            let last = self.queue.get(self.next.wrapping_sub(1)).map_or(start, |(n, _)| *n);
            if let Some(occurrence) = self.seating.groups.get_mut(group as usize) {
                occurrence.end = last + 1;
            }
        }
    }

    /// Whether a segment begins a group: it is among the segments before the first inner group, or,
    /// where there are none, in one of the inner groups.
    fn enters(&self, place: u16, id: SegmentId) -> bool {
        let layout = self.layout;
        let is_segment =
            |child: u16| matches!(layout.place(child).map(|p| &p.kind), Some(Kind::Segment { .. }));
        let mut heads = layout.children(place).take_while(|&child| is_segment(child)).peekable();
        if heads.peek().is_none() {
            return layout.children(place).any(|child| self.begins(child, id));
        }
        let mut kinds = heads.filter_map(|child| layout.place(child));
        kinds.any(|child| takes(&child.kind, id))
    }

    fn begins(&self, place: u16, id: SegmentId) -> bool {
        match self.layout.place(place).map(|p| &p.kind) {
            Some(Kind::Group { .. }) => self.enters(place, id),
            Some(kind) => takes(kind, id),
            None => false,
        }
    }
}
