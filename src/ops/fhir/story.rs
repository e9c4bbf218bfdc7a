//! What belongs to what in a message: each segment's owner, by the order of the segments.
//!
//! The order is what senders get right; groups they leave out, mix and extend. So a segment belongs
//! to the last one before it that can own such a segment, and no type of message is unknown. Where a
//! type has another order, [`Groups`] tells.

use super::groups::{Behind, Groups};
use super::hash::ByName;
use super::input::{Input, Seg};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// The owners of all segments of a message, by their positions; kept from message to message.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    links: Vec<Links>,
    /// The last segment with each id so far.
    latest: Vec<([u8; 3], u32)>,
    /// Each PV1 with the PID that it belongs to.
    visits: Vec<[u32; 2]>,
    /// Whether a patient has several.
    has_other_visits: bool,
}

/// Positions of segments; [`NONE`] where there is none.
#[derive(Clone, Copy, Debug)]
struct Links {
    owner: u32,
    first_child: u32,
    last_child: u32,
    next_sibling: u32,
    /// The ids of those that belong to it, as [`bit_of`] has them.
    children: u64,
    /// Of a PID, its last PV1; of an OBR, the SPM before it where specimens come first; of an SCH, a PV1 and a TXA, see
    /// [`Story::before`].
    aside: u32,
    /// Of a PID, whether it begins results from before.
    is_before: bool,
}

impl Links {
    const NONE: Self = Self {
        owner: NONE,
        first_child: NONE,
        last_child: NONE,
        next_sibling: NONE,
        children: 0,
        aside: NONE,
        is_before: false,
    };
}

const NONE: u32 = u32::MAX;

/// A bit for an id; several ids may have one.
#[inline]
fn bit_of(id: [u8; 3]) -> u64 {
    let word = u32::from_le_bytes([id[0], id[1], id[2], 0]);
    1 << (word.wrapping_mul(0x9E37_79B1) >> 26)
}

/// Which segments can own one: the last of these before it does.
const CAN_OWN: &[(&[u8; 3], &[&[u8; 3]])] = &[
    (b"PD1", &[b"PID"]),
    (b"NK1", &[b"PID"]),
    (b"PV1", &[b"PID"]),
    (b"PV2", &[b"PV1"]),
    (b"MRG", &[b"PID"]),
    (b"AL1", &[b"PID"]),
    (b"IAM", &[b"PID"]),
    (b"IAR", &[b"IAM"]),
    (b"ARV", &[b"PID"]),
    (b"OH1", &[b"PID"]),
    (b"OH2", &[b"PID"]),
    (b"OH3", &[b"PID"]),
    (b"OH4", &[b"PID"]),
    (b"ACC", &[b"PID"]),
    (b"UB1", &[b"PID"]),
    (b"UB2", &[b"PID"]),
    (b"DB1", &[b"PID"]),
    (b"PDA", &[b"PID"]),
    (b"GT1", &[b"PID"]),
    (b"IN1", &[b"PID"]),
    (b"IN2", &[b"IN1"]),
    (b"IN3", &[b"IN1"]),
    (b"DRG", &[b"DG1", b"FT1", b"PID"]),
    (b"DG1", &[b"PID", b"OBR", b"FT1", b"RF1"]),
    (b"PR1", &[b"PID", b"OBR", b"FT1", b"RF1"]),
    (b"FT1", &[b"PID"]),
    (b"PRB", &[b"PID"]),
    (b"GOL", &[b"PID", b"PRB"]),
    (b"PTH", &[b"PID", b"PRB", b"GOL"]),
    (b"TXA", &[b"PID"]),
    (b"CON", &[b"TXA", b"PID"]),
    (b"ORC", &[b"PID"]),
    (b"OBR", &[b"ORC", b"PID"]),
    (b"RQD", &[b"ORC", b"PID"]),
    (b"ODS", &[b"ORC", b"PID"]),
    (b"RXO", &[b"ORC", b"PID"]),
    (b"RXE", &[b"ORC", b"PID"]),
    (b"RXD", &[b"ORC", b"PID"]),
    (b"RXG", &[b"ORC", b"PID"]),
    (b"RXA", &[b"ORC", b"PID"]),
    (b"RXV", &[b"ORC", b"PID"]),
    (b"RXR", &[b"RXO", b"RXE", b"RXD", b"RXG", b"RXA"]),
    (b"RXC", &[b"RXO", b"RXE", b"RXD", b"RXG"]),
    (b"TQ1", &[b"ORC", b"OBR", b"RXO", b"RXE", b"RXD", b"RXG", b"RXA", b"SCH"]),
    (b"TQ2", &[b"TQ1"]),
    (b"IPC", &[b"ORC", b"OBR"]),
    (b"BLG", &[b"ORC", b"OBR", b"RXE"]),
    (b"CTI", &[b"OBR", b"RXE", b"ORC"]),
    (b"TCD", &[b"OBR", b"OBX"]),
    (b"SPM", &[b"OBR", b"ORC", b"PID"]),
    (b"SAC", &[b"SPM", b"OBR", b"PID"]),
    (b"INV", &[b"SAC", b"OBX", b"EQU"]),
    (b"SID", &[b"TCD", b"OBX"]),
    (
        b"OBX",
        &[
            b"PID", b"PV1", b"OBR", b"SPM", b"SAC", b"RXO", b"RXE", b"RXD", b"RXG", b"RXA", b"RXV",
            b"TXA", b"PRB", b"GOL", b"PTH", b"FT1", b"IN1", b"RQD", b"ODS",
        ],
    ),
    (b"RGS", &[b"SCH"]),
    (b"AIS", &[b"RGS", b"SCH"]),
    (b"AIG", &[b"RGS", b"SCH"]),
    (b"AIL", &[b"RGS", b"SCH"]),
    (b"AIP", &[b"RGS", b"SCH"]),
    (b"APR", &[b"SCH"]),
    (b"CTD", &[b"OBR", b"RF1", b"PRD", b"PID"]),
    (
        b"ROL",
        &[
            b"PID", b"PV1", b"PV2", b"DG1", b"PR1", b"IN1", b"ORC", b"OBR", b"FT1", b"PRB", b"GOL",
            b"PTH",
        ],
    ),
    (
        b"PRT",
        &[
            b"PID", b"PD1", b"NK1", b"PV1", b"PV2", b"DG1", b"PR1", b"IN1", b"ORC", b"OBR", b"OBX",
            b"SPM", b"RXO", b"RXE", b"RXD", b"RXG", b"RXA", b"FT1", b"TXA", b"PRB", b"GOL", b"PTH",
            b"SCH", b"AIS", b"AIG", b"AIL", b"AIP",
        ],
    ),
];

/// The ids of those that can own a segment, and their bits.
type Owned = (&'static [&'static [u8; 3]], u64);

/// [`CAN_OWN`] to look ids up in.
static OWNED: LazyLock<HashMap<[u8; 3], Owned, ByName>> = LazyLock::new(|| {
    let bits = |ids: &[&[u8; 3]]| ids.iter().fold(0, |bits, id| bits | bit_of(**id));
    CAN_OWN.iter().map(|(id, can_own)| (**id, (*can_own, bits(can_own)))).collect()
});

/// The details of an order: of each kind one belongs to an ORC, and a second is an order of its
/// own that came without one.
const ONE_OF_ORDER: &[&[u8; 3]] = &[b"OBR", b"RXO", b"RXE", b"RXD", b"RXG", b"RQD", b"ODS"];

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
        memory.links.clear();
        memory.links.resize(input.len(), Links::NONE);
        memory.latest.clear();
        memory.visits.clear();
        memory.has_other_visits = false;
        let mut before_note = NONE;
        let mut behind = Behind::default();
        // The PID of the orders, while another one has results from before.
        let mut patient = NONE;
        for seg in input.segs() {
            let (id, at) = (seg.id(), seg.at() as u32);
            let ends_before = match &id {
                b"ORC" if behind.order == Some(at) => false,
                b"ORC" => patient != NONE && !groups.tells_of_before(seg),
                b"SPM" => groups.specimens_first,
                b"FT1" => true,
                _ => false,
            };
            if ends_before && patient != NONE {
                memory.note(*b"PID", patient);
                patient = NONE;
            }
            let owner = match &id {
                b"NTE" => before_note,
                // As the one before it: what comes between them is of it.
                b"OBX" if before_note != NONE && input.id_at(before_note as usize) == *b"OBX" => {
                    memory.owner_at(before_note)
                }
                b"OBX" => memory.owner_of_observation(input, &behind, at),
                b"OBR" => {
                    behind = groups.behind(seg);
                    let owner = memory.owner_of(input, id);
                    let has_order = owner != NONE && input.id_at(owner as usize) == *b"ORC";
                    behind.order.filter(|_| !has_order).unwrap_or(owner)
                }
                b"SPM" if groups.specimens_first => memory.last(&[b"PID"]),
                b"SPM" => match memory.owner_of(input, id) {
                    // Of what is asked for, though its ORC is behind that.
                    owner if behind.order == Some(owner) => memory.last(&[b"OBR"]),
                    owner => owner,
                },
                b"GOL" if groups.goals_first => memory.last(&[b"PID"]),
                b"PRB" if groups.goals_first => memory.last(&[b"GOL", b"PID"]),
                _ => memory.owner_of(input, id),
            };
            memory.add(at, owner, id);
            match &id {
                b"PV1" if !is_visit(seg) => {}
                b"PV1" => {
                    memory.add_visit(owner, at);
                    memory.put_aside(at, memory.last(&[b"SCH"]));
                }
                b"SCH" => {
                    let pid = match memory.last_at(&[b"SCH"]) {
                        Some(other) => {
                            memory.links.get(other as usize).map_or(NONE, |links| links.aside)
                        }
                        None => memory.last(&[b"PID"]),
                    };
                    memory.put_aside(at, pid);
                }
                b"AUT" => {
                    let insurance = memory.insurance_before(input, at);
                    memory.put_aside(at, insurance);
                }
                b"TXA" => memory.put_aside(at, memory.last(&[b"ORC", b"OBR"])),
                // Results from before are of other specimens.
                b"OBR" if groups.specimens_first && patient == NONE => {
                    memory.put_aside(at, memory.last(&[b"SPM"]));
                }
                b"PID" => {
                    let first = if patient == NONE { memory.last(&[b"PID"]) } else { patient };
                    let is_within = first != NONE && memory.last_at(&[b"OBR"]) > Some(first);
                    let is_before = is_within && groups.tells_of_before(seg);
                    patient = if is_before { first } else { NONE };
                    memory.set_before(at, is_before);
                }
                _ => {}
            }
            if &id == b"NTE" {
                continue;
            }
            before_note = at;
            memory.note(id, at);
        }
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
/// applicable (table 0004).
pub(super) fn is_visit(pv1: Seg<'_>) -> bool {
    pv1.peek(2).first() != b"N" || pv1.any([19, 44, 45, 50])
}

impl Owners {
    /// As [`Owners::last`], if there is one.
    fn last_at(&self, ids: &[&[u8; 3]]) -> Option<u32> {
        Some(self.last(ids)).filter(|&at| at != NONE)
    }

    /// The last of the segments with one of these ids.
    fn last(&self, ids: &[&[u8; 3]]) -> u32 {
        self.last_of(ids, ids.iter().fold(0, |bits, id| bits | bit_of(**id)))
    }

    /// As [`Owners::last`]. `bits`: those of the ids.
    fn last_of(&self, ids: &[&[u8; 3]], bits: u64) -> u32 {
        let among = |id: &[u8; 3]| bits & bit_of(*id) != 0 && ids.contains(&id);
        let last = self.latest.iter().filter(|(id, _)| among(id)).map(|(_, at)| *at).max();
        last.unwrap_or(NONE)
    }

    fn owner_at(&self, at: u32) -> u32 {
        self.links.get(at as usize).map_or(NONE, |links| links.owner)
    }

    fn owner_of(&self, input: Input<'_>, id: [u8; 3]) -> u32 {
        let Some(&(can_own, bits)) = OWNED.get(&id) else { return NONE };
        let owner = self.last_of(can_own, bits);
        let is_order = owner != NONE && input.seg(owner as usize).is(b"ORC");
        // The last one belongs to the ORC, which may be behind it; or it is behind the ORC, and
        // something else has belonged to that since.
        let before = self.latest.iter().find(|(known, _)| *known == id).map(|(_, at)| *at);
        let is_taken = is_order
            && ONE_OF_ORDER.contains(&&id)
            && before.is_some_and(|before| before > owner || self.owner_at(before) == owner);
        if is_taken { self.last(&[b"PID"]) } else { owner }
    }

    /// The owner of an OBX, of which the OBR before it tells more.
    fn owner_of_observation(&self, input: Input<'_>, behind: &Behind, at: u32) -> u32 {
        let owner = self.owner_of(input, *b"OBX");
        if owner == NONE {
            return owner;
        }
        match (&input.id_at(owner as usize), behind.document, behind.results_from) {
            (b"TXA", Some(document), _) if document < at => self.last(&[b"OBR"]),
            (_, Some(document), _) if at < document => document,
            (b"SPM" | b"SAC", _, Some(from)) if from < at => self.last(&[b"OBR"]),
            _ => owner,
        }
    }

    /// The IN1 of the segments before an AUT; of one behind another it is the same.
    fn insurance_before(&self, input: Input<'_>, aut: u32) -> u32 {
        let is_more = |at: &u32| matches!(&input.id_at(*at as usize), b"IN2" | b"IN3" | b"ROL");
        let Some(last) = (0..aut).rev().find(|at| !is_more(at)) else { return NONE };
        match &input.id_at(last as usize) {
            b"IN1" => last,
            b"AUT" => self.links.get(last as usize).map_or(NONE, |links| links.aside),
            _ => NONE,
        }
    }

    /// Notes the last segment with an id.
    fn note(&mut self, id: [u8; 3], at: u32) {
        match self.latest.iter_mut().find(|(known, _)| *known == id) {
            Some((_, last)) => *last = at,
            None => self.latest.push((id, at)),
        }
    }

    fn set_before(&mut self, pid: u32, is_before: bool) {
        if let Some(links) = self.links.get_mut(pid as usize) {
            links.is_before = is_before;
        }
    }

    fn add_visit(&mut self, pid: u32, pv1: u32) {
        self.visits.push([pid, pv1]);
        if let Some(links) = self.links.get_mut(pid as usize) {
            self.has_other_visits |= links.aside != NONE;
            links.aside = pv1;
        }
    }

    fn put_aside(&mut self, of: u32, at: u32) {
        if let Some(links) = self.links.get_mut(of as usize) {
            links.aside = at;
        }
    }

    fn add(&mut self, at: u32, owner: u32, id: [u8; 3]) {
        if let Some(links) = self.links.get_mut(at as usize) {
            links.owner = owner;
        }
        let Some(links) = self.links.get_mut(owner as usize) else { return };
        links.children |= bit_of(id);
        let before = std::mem::replace(&mut links.last_child, at);
        if before == NONE {
            links.first_child = at;
        } else if let Some(links) = self.links.get_mut(before as usize) {
            links.next_sibling = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::Index;
    use super::*;
    use crate::core::{Frame, Frames, Message};

    /// The ids of the segments, each with the id and position of its owner.
    fn owners(ids: &str) -> Vec<String> {
        let text = format!("MSH|^~\\&\r{}", ids.replace(' ', "\r"));
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
