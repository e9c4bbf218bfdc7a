//! What belongs to what in a message: each segment's owner, by the order of the segments.
//!
//! The order is what senders get right; groups they leave out, mix and extend. So a segment belongs
//! to the last one before it that can own such a segment, and no type of message is unknown. Where a
//! type has another order, [`Groups`] tells.

use super::groups::Groups;
use super::input::{Input, Seg};
use super::owners::{Links, NONE, Owners, bit_of};
use std::ops::Range;

/// The parts of a message as they belong together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Story<'m> {
    input: Input<'m>,
    owners: &'m Owners,
    /// See [`Groups`].
    specimens_first: bool,
}

impl<'m> Story<'m> {
    /// Finds the owner of each segment.
    pub(crate) fn read(input: Input<'m>, memory: &'m mut Owners) -> Self {
        let groups = Groups::of(input);
        memory.read(input, &groups);
        Self { input, owners: memory, specimens_first: groups.specimens_first }
    }

    fn links(&self, seg: Seg<'m>) -> Option<&'m Links> {
        self.owners.links.get(seg.at())
    }

    fn at(&self, at: u32) -> Option<Seg<'m>> {
        (at != NONE).then(|| self.input.seg(at as usize))
    }

    /// The segment that one belongs to.
    pub(crate) fn owner(&self, seg: Seg<'m>) -> Option<Seg<'m>> {
        self.at(self.links(seg)?.owner)
    }

    /// The position of that.
    pub(crate) fn owner_at(&self, seg: Seg<'m>) -> Option<usize> {
        self.links(seg).map(|links| links.owner).filter(|&at| at != NONE).map(|at| at as usize)
    }

    /// The segments that belong to one.
    pub(crate) fn children(&self, owner: Seg<'m>) -> Children<'m> {
        let next = self.links(owner).map_or(NONE, |links| links.first_child);
        Children { story: *self, id: None, next }
    }

    /// The segments with an id that belong to one.
    #[inline]
    pub(crate) fn of(&self, owner: Seg<'m>, id: &'static [u8; 3]) -> Children<'m> {
        let next = if self.may_have(owner, id) { self.children(owner).next } else { NONE };
        Children { story: *self, id: Some(id), next }
    }

    /// Whether segments with an id belong to one. Seldom it is said where none do; most have none, which
    /// need not be looked for among all others.
    #[inline]
    pub(crate) fn may_have(&self, owner: Seg<'m>, id: &'static [u8; 3]) -> bool {
        self.links(owner).is_some_and(|links| links.children & bit_of(*id) != 0)
    }

    /// The first segment with an id that belongs to one.
    pub(crate) fn first_of(&self, owner: Seg<'m>, id: &'static [u8; 3]) -> Option<Seg<'m>> {
        self.of(owner, id).next()
    }

    /// The nearest segment with an id that one belongs to, or belongs to what it belongs to.
    pub(crate) fn up(&self, seg: Seg<'m>, id: &[u8; 3]) -> Option<Seg<'m>> {
        let mut at = seg.at();
        while self.input.id_at(at) != *id {
            at = match self.owners.owner_at(u32::try_from(at).ok()?) {
                NONE => return None,
                owner => owner as usize,
            };
        }
        Some(self.input.seg(at))
    }

    /// The PID of the patient that a segment is about: the one that it belongs to, else the first.
    pub(crate) fn patient(&self, seg: Seg<'m>) -> Option<Seg<'m>> {
        self.up(seg, b"PID").or_else(|| self.input.first(b"PID"))
    }

    /// The PV1 of the visit that a segment is about: that of its patient. Of several it is the last one before
    /// the segment, as where results from before come with a visit and no PID, else the next.
    pub(crate) fn visit(&self, seg: Seg<'m>) -> Option<Seg<'m>> {
        let Some(patient) = self.patient(seg) else {
            return self.input.first(b"PV1").filter(|pv1| is_visit(*pv1));
        };
        if !self.owners.has_other_visits {
            return self.at(self.links(patient)?.aside);
        }
        let last = self.at(self.links(patient)?.aside)?;
        if last.at() <= seg.at() {
            return Some(last);
        }
        let of_patient = |[pid, _]: &&[u32; 2]| *pid as usize == patient.at();
        let next = self.owners.visits.partition_point(|[_, pv1]| *pv1 as usize <= seg.at());
        let (before, behind) = self.owners.visits.split_at(next);
        // None stands before its patient.
        let mut before = before.iter().rev().take_while(|[_, pv1]| *pv1 as usize > patient.at());
        let visit = before.find(of_patient).or_else(|| behind.iter().find(of_patient));
        self.at(visit?[1])
    }

    /// Whether a patient has several visits, so that what belongs to one segment may be of one or another.
    pub(crate) fn has_other_visits(&self) -> bool {
        self.owners.has_other_visits
    }

    /// The PV1 of the same patient before a PV1, and the one behind it.
    pub(crate) fn other_visits(&self, pv1: Seg<'m>) -> [Option<usize>; 2] {
        let Some(pid) = self.owner_at(pv1) else { return [None; 2] };
        let visits = &self.owners.visits;
        let at = visits.partition_point(|[_, at]| (*at as usize) < pv1.at());
        let (before, from) = visits.split_at(at);
        let place = |[of, at]: &[u32; 2]| (*of as usize == pid).then_some(*at as usize);
        let end = self.end_of(pid);
        // Those of a patient are behind its PID, and none behind the last that belongs to it.
        let mut before = before.iter().rev().take_while(|[_, at]| *at as usize > pid);
        let mut behind = from.iter().skip(1).take_while(|[_, at]| (*at as usize) < end);
        [before.find_map(place), behind.find_map(place)]
    }

    /// The segments with an id that belong to a PID, of those at some positions.
    pub(crate) fn within(
        &self,
        pid: usize,
        positions: Range<usize>,
        id: &'static [u8; 3],
    ) -> impl Iterator<Item = Seg<'m>> + use<'m> {
        let story = *self;
        let found = positions.start.max(pid)..positions.end.min(self.end_of(pid));
        let is_it = move |seg: &Seg<'m>| seg.is(id) && story.owner_at(*seg) == Some(pid);
        found.map(move |at| story.input.seg(at)).filter(is_it)
    }

    /// The position behind the last segment that belongs to one.
    fn end_of(&self, at: usize) -> usize {
        let last = self.owners.links.get(at).map(|links| links.last_child);
        last.filter(|&last| last != NONE).map_or(at, |last| last as usize + 1)
    }

    /// Whether a segment is among results from before, which an order comes with.
    pub(crate) fn is_before(&self, seg: Seg<'m>) -> bool {
        let patient = self.up(seg, b"PID").and_then(|pid| self.links(pid));
        patient.is_some_and(|links| links.is_before)
    }

    /// The ORC of the order that a segment belongs to.
    pub(crate) fn order(&self, seg: Seg<'m>) -> Option<Seg<'m>> {
        self.up(seg, b"ORC")
    }

    /// The SPM segments of an OBR: those behind it, or the last one before it where specimens come
    /// first.
    pub(crate) fn specimens(&self, obr: Seg<'m>) -> impl Iterator<Item = Seg<'m>> + use<'m> {
        let before = self.specimens_first.then(|| self.at(self.links(obr)?.aside));
        self.of(obr, b"SPM").chain(before.flatten())
    }

    /// The last SCH before a PV1, the last ORC or OBR before a TXA, the IN1 of an AUT, and of each SCH the last PID before the first one.
    pub(crate) fn before(&self, seg: Seg<'m>) -> Option<Seg<'m>> {
        self.at(self.links(seg)?.aside)
    }

    /// The whole message.
    pub(crate) fn input(&self) -> Input<'m> {
        self.input
    }
}

/// Segments that belong to one, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Children<'m> {
    story: Story<'m>,
    /// Those with this id, if not all.
    id: Option<&'static [u8; 3]>,
    /// Where the next one stands that may be one.
    next: u32,
}

impl<'m> Iterator for Children<'m> {
    type Item = Seg<'m>;

    #[inline]
    fn next(&mut self) -> Option<Seg<'m>> {
        while self.next != NONE {
            let at = self.next as usize;
            self.next = self.story.owners.links.get(at).map_or(NONE, |links| links.next_sibling);
            if self.id.is_none_or(|id| self.story.input.id_at(at) == *id) {
                return Some(self.story.input.seg(at));
            }
        }
        None
    }
}

/// Whether a PV1 tells of a visit: events about persons have one because it is required, with `N` for not
/// applicable (table 0004), or with nothing at all.
pub(super) fn is_visit(pv1: Seg<'_>) -> bool {
    match pv1.peek(2).first() {
        b"N" => pv1.any([19, 44, 45, 50]),
        b"" => pv1.has_more(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::Index;
    use super::*;
    use crate::core::{Frame, Frames, Message};

    /// The ids of the segments, each with the id and position of its owner.
    fn owners(ids: &str) -> Vec<String> {
        // Some tell nothing without a value.
        let text = format!("MSH|^~\\&|\r{}||1", ids.replace(' ', "||1\r"));
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let (mut index, mut memory) = (Index::default(), Owners::default());
        let story = Story::read(Input::read(&message, &mut index).unwrap(), &mut memory);
        let name = |seg: Seg<'_>| String::from_utf8(seg.id().to_vec()).unwrap();
        let told = |seg: Seg<'_>| match story.owner(seg) {
            Some(owner) => format!("{}<{}{}", name(seg), name(owner), owner.ordinal()),
            None => name(seg),
        };
        story.input().segs().skip(1).map(told).collect()
    }

    #[test]
    fn results_belong_to_their_orders() {
        let found = owners("PID NTE PV1 ORC OBR NTE OBX NTE NTE OBR OBX SPM OBX ORC OBR");
        let expected = [
            "PID", "NTE<PID1", "PV1<PID1", "ORC<PID1", "OBR<ORC1", "NTE<OBR1", "OBX<OBR1",
            "NTE<OBX1", "NTE<OBX1", "OBR<PID1", "OBX<OBR2", "SPM<OBR2", "OBX<SPM1", "ORC<PID1",
            "OBR<ORC2",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn specimens_may_come_first() {
        let found = owners("PID SPM ORC OBR SPM ORC OBR");
        let expected =
            ["PID", "SPM<PID1", "ORC<PID1", "OBR<ORC1", "SPM<PID1", "ORC<PID1", "OBR<ORC2"];
        assert_eq!(found, expected);
    }

    #[test]
    fn medication_appointments_and_insurance() {
        let found = owners("SCH TQ1 PID IN1 IN2 RGS AIS NTE ORC RXO RXR RXE TQ1 RXC ZZZ");
        let expected = [
            "SCH", "TQ1<SCH1", "PID", "IN1<PID1", "IN2<IN11", "RGS<SCH1", "AIS<RGS1", "NTE<AIS1",
            "ORC<PID1", "RXO<ORC1", "RXR<RXO1", "RXE<ORC1", "TQ1<RXE1", "RXC<RXE1", "ZZZ",
        ];
        assert_eq!(found, expected);
    }
}
