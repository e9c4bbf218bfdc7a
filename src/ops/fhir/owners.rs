//! Who owns each segment of a message: what [`Story`](super::story::Story) tells is found here, in one reading.

use super::groups::{Behind, Groups};
use super::hash::ByName;
use super::input::{Input, Seg};
use super::story::is_visit;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The owners of all segments of a message, by their positions; kept from message to message.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    pub(super) links: Vec<Links>,
    /// The last segment with each id so far.
    latest: Vec<([u8; 3], u32)>,
    /// Each PV1 with the PID that it belongs to.
    pub(super) visits: Vec<[u32; 2]>,
    /// Whether a patient has several.
    pub(super) has_other_visits: bool,
}

/// Positions of segments; [`NONE`] where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Links {
    pub(super) owner: u32,
    pub(super) first_child: u32,
    pub(super) last_child: u32,
    pub(super) next_sibling: u32,
    /// The ids of those that belong to it, as [`bit_of`] has them.
    pub(super) children: u64,
    /// Of a PID, its last PV1; of an OBR, the SPM before it where specimens come first; of an SCH, a PV1 and a TXA, see
    /// [`Story::before`].
    pub(super) aside: u32,
    /// Of a PID, whether it begins results from before.
    pub(super) is_before: bool,
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

/// No position.
pub(super) const NONE: u32 = u32::MAX;

/// A bit for an id; several ids may have one.
#[inline]
pub(super) fn bit_of(id: [u8; 3]) -> u64 {
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
    (b"DG1", &[b"PID", b"OBR", b"RXO", b"RXE", b"FT1", b"RF1"]),
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
    (b"STF", &[b"MFE"]),
    (b"PRA", &[b"STF"]),
    (b"LAN", &[b"STF"]),
    (b"EDU", &[b"STF"]),
    (b"CER", &[b"STF"]),
    (b"AFF", &[b"STF"]),
    (b"ORG", &[b"STF"]),
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

/// Details: an NTE behind one of them is about what it belongs to.
const NOTED_WITH_OWNER: &[&[u8; 3]] = &[
    b"PD1", b"ARV", b"PV2", b"DG1", b"IN2", b"IN3", b"PRT", b"ROL", b"CTD", b"TCD", b"SID", b"TQ2",
    b"RXR", b"RXC", b"IPC", b"BLG", b"CTI",
];

/// Where the reading of a message is.
struct Reading<'r, 'm> {
    input: Input<'m>,
    groups: &'r Groups<'m>,
    owners: &'r mut Owners,
    /// What is behind the last OBR.
    behind: Behind,
    /// The last segment that is no NTE.
    before_note: u32,
    /// The PID of the orders, while another one has results from before.
    patient: u32,
}

impl Reading<'_, '_> {
    fn take(&mut self, seg: Seg<'_>) {
        let (id, at) = (seg.id(), seg.at() as u32);
        if self.patient != NONE && self.ends_before(seg) {
            self.owners.note(*b"PID", self.patient);
            self.patient = NONE;
        }
        let owner = self.owner(seg);
        self.owners.add(at, owner, id);
        self.put_aside(seg, owner);
        if &id != b"NTE" {
            self.before_note = at;
            self.owners.note(id, at);
        }
    }

    /// Whether results from before end here.
    fn ends_before(&self, seg: Seg<'_>) -> bool {
        match &seg.id() {
            b"ORC" if self.behind.order == Some(seg.at() as u32) => false,
            b"ORC" => !self.groups.tells_of_before(seg),
            b"SPM" => self.groups.specimens_first,
            b"FT1" => true,
            _ => false,
        }
    }

    fn owner(&mut self, seg: Seg<'_>) -> u32 {
        let Self { input, groups, ref owners, .. } = *self;
        let id = seg.id();
        match &id {
            b"NTE" => self.owner_of_note(),
            b"OBX" => self.owner_of_observation(seg.at() as u32),
            b"OBR" => {
                self.behind = groups.behind(seg);
                let owner = owners.owner_of(input, id);
                let has_order = owner != NONE && input.id_at(owner as usize) == *b"ORC";
                self.behind.order.filter(|_| !has_order).unwrap_or(owner)
            }
            b"SPM" if groups.specimens_first => owners.last(&[b"PID"]),
            b"SPM" => match owners.owner_of(input, id) {
                // Of what is asked for, though its ORC is behind that.
                owner if self.behind.order == Some(owner) => owners.last(&[b"OBR"]),
                owner => owner,
            },
            b"DG1" if groups.is_of_visit(seg) => owners.last(&[b"PID"]),
            b"SAC" if groups.specimens_first => owners.last(&[b"SPM", b"PID"]),
            b"SAC" if groups.containers_first => {
                groups.order_of(seg).unwrap_or_else(|| owners.last(&[b"PID"]))
            }
            b"GOL" if groups.goals_first => owners.last(&[b"PID"]),
            b"PRB" if groups.goals_first => owners.last(&[b"GOL", b"PID"]),
            _ => owners.owner_of(input, id),
        }
    }

    /// The owner of an OBX, of which the OBR before it tells more.
    fn owner_of_observation(&self, at: u32) -> u32 {
        let Self { input, ref owners, ref behind, before_note, .. } = *self;
        // As the one before it: what comes between them is of it.
        if before_note != NONE && input.id_at(before_note as usize) == *b"OBX" {
            return owners.owner_at(before_note);
        }
        let owner = owners.owner_of(input, *b"OBX");
        if owner == NONE {
            return owner;
        }
        match (&input.id_at(owner as usize), behind.document, behind.results_from) {
            (b"TXA", Some(document), _) if document < at => owners.last(&[b"OBR"]),
            (_, Some(document), _) if at < document => document,
            (b"SPM" | b"SAC", _, Some(from)) if from < at => owners.last(&[b"OBR"]),
            _ => owner,
        }
    }

    /// The owner of an NTE: the segment before it, or what that is a detail of.
    fn owner_of_note(&self) -> u32 {
        std::iter::successors(Some(self.before_note), |at| self.detail_of(*at))
            .last()
            .unwrap_or(NONE)
    }

    /// What a segment is a detail of, so that an NTE behind it is about that: the notes of a group stand behind all
    /// that begins it (`PID PD1 NTE`, `OBR TCD NTE`), and those of a referral behind its visit.
    fn detail_of(&self, at: u32) -> Option<u32> {
        let Self { input, ref owners, .. } = *self;
        let owner = owners.owner_at(at);
        let of = match &input.id_at(at as usize) {
            b"SFT" | b"UAC" => 0,
            b"PV1" => owners.last(&[b"RF1"]),
            // No version has notes of a diagnosis that an order is for.
            b"DG1" if input.id_at(owner as usize) == *b"PID" => NONE,
            id if NOTED_WITH_OWNER.contains(&id) => owner,
            _ => NONE,
        };
        (of < at).then_some(of)
    }

    /// Notes what a segment has beside its owner, see [`Links::aside`].
    fn put_aside(&mut self, seg: Seg<'_>, owner: u32) {
        let Self { input, groups, ref mut owners, .. } = *self;
        let at = seg.at() as u32;
        match &seg.id() {
            b"PV1" if !is_visit(seg) => {}
            b"PV1" => {
                owners.add_visit(owner, at);
                owners.put_aside(at, owners.last(&[b"SCH"]));
            }
            b"SCH" => {
                let pid = match owners.last_at(&[b"SCH"]) {
                    Some(other) => owners.aside(other),
                    None => owners.last(&[b"PID"]),
                };
                owners.put_aside(at, pid);
            }
            b"AUT" => owners.put_aside(at, owners.insurance_before(input, at)),
            b"TXA" => owners.put_aside(at, owners.last(&[b"ORC", b"OBR"])),
            // Results from before are of other specimens.
            b"OBR" if groups.specimens_first && self.patient == NONE => {
                owners.put_aside(at, owners.last(&[b"SPM"]));
            }
            b"PID" => {
                let first =
                    if self.patient == NONE { owners.last(&[b"PID"]) } else { self.patient };
                let is_within = first != NONE && owners.last_at(&[b"OBR"]) > Some(first);
                let is_before = is_within && groups.tells_of_before(seg);
                self.patient = if is_before { first } else { NONE };
                owners.set_before(at, is_before);
            }
            _ => {}
        }
    }
}

impl Owners {
    /// Finds the owner of each segment.
    pub(super) fn read(&mut self, input: Input<'_>, groups: &Groups<'_>) {
        self.links.clear();
        self.links.resize(input.len(), Links::NONE);
        self.latest.clear();
        self.visits.clear();
        self.has_other_visits = false;
        let behind = Behind::default();
        let mut reading =
            Reading { input, groups, owners: self, behind, before_note: NONE, patient: NONE };
        input.segs().for_each(|seg| reading.take(seg));
    }

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

    pub(super) fn owner_at(&self, at: u32) -> u32 {
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

    /// The IN1 of the segments before an AUT; of one behind another it is the same.
    fn insurance_before(&self, input: Input<'_>, aut: u32) -> u32 {
        let is_more = |at: &u32| matches!(&input.id_at(*at as usize), b"IN2" | b"IN3" | b"ROL");
        let Some(last) = (0..aut).rev().find(|at| !is_more(at)) else { return NONE };
        match &input.id_at(last as usize) {
            b"IN1" => last,
            b"AUT" => self.aside(last),
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

    fn aside(&self, of: u32) -> u32 {
        self.links.get(of as usize).map_or(NONE, |links| links.aside)
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
