//! The ids of one message: which segment or reference has which.

use super::by_id::ById;
use super::id::Id;
use super::input::Seg;
use super::kind::Kind;
use super::map::dg1::is_taken_back;

/// Who has an id.
#[derive(Clone, Copy, Debug)]
pub(super) enum Claim {
    /// The resource of a segment, by its position.
    Segment(u32),
    /// The resource that is wanted, by its position.
    Wanted(u32),
}

impl Default for Claim {
    fn default() -> Self {
        Self::Segment(0)
    }
}

/// The ids of a message; kept from message to message for their memory alone.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) claims: ById<Claim>,
    /// The ids of resources that segments become: by the type and the part, and where the one
    /// before of the same segment stands.
    own: Vec<(Kind, u32, Id, u32)>,
    /// Where the last one of each segment stands.
    last_own: Vec<u32>,
    /// How often each key was asked for.
    pub(super) repeats: ById<u32>,
    /// The segments that say again what another one says, each behind that.
    pub(super) told_again: Vec<[u32; 2]>,
    /// What keys have of identifiers without an authority: who sends, or as the settings say.
    pub(super) scope: Vec<u8>,
    /// Where the place of a segment is put together.
    pub(super) place: Vec<u8>,
}

const NONE: u32 = u32::MAX;

impl Names {
    pub(super) fn own(&self, at: usize, kind: Kind, part: u32) -> Option<Id> {
        let mut next = *self.last_own.get(at)?;
        loop {
            let (its_kind, its_part, id, before) = self.own.get(next as usize)?;
            if (*its_kind, *its_part) == (kind, part) {
                return Some(*id);
            }
            next = *before;
        }
    }

    pub(super) fn add_own(&mut self, at: usize, kind: Kind, part: u32, id: Id) {
        if self.last_own.len() <= at {
            self.last_own.resize(at + 1, NONE);
        }
        if let Some(last) = self.last_own.get_mut(at) {
            let before = std::mem::replace(last, self.own.len() as u32);
            self.own.push((kind, part, id, before));
        }
    }

    pub(super) fn clear(&mut self) {
        self.claims.clear();
        self.own.clear();
        self.last_own.clear();
        self.repeats.clear();
        self.told_again.clear();
    }
}

/// Whether a segment says of a thing with one identifier what one before it said, and no more. A patient
/// or a specimen may come again with every order, who was merged with every visit.
pub(super) fn is_told_again(kind: Kind, before: Seg<'_>, seg: Seg<'_>) -> bool {
    let ids = [before, seg].map(|seg| seg.id());
    match (kind, ids.each_ref().map(|id| &id[..])) {
        (Kind::Patient, [b"PID", b"PID"]) => seg.is_told_by(&before),
        (Kind::Patient, [b"MRG", b"MRG"]) => seg.adds_nothing_to(&before, &[1, 2, 4, 7]),
        (Kind::Account, [b"PID", b"PID"]) => seg.adds_nothing_to(&before, &[3, 18]),
        (Kind::Account, [b"MRG", b"MRG"]) => seg.adds_nothing_to(&before, &[1, 2, 3, 4]),
        (Kind::Organization, [b"IN1", b"IN1"]) => seg.adds_nothing_to(&before, &[3, 4, 5, 6, 7]),
        // A problem comes again with each goal that is about it, and a goal with each of its problems.
        (Kind::Condition, [b"PRB", b"PRB"])
        | (Kind::Goal, [b"GOL", b"GOL"])
        | (Kind::CarePlan, [b"PTH", b"PTH"]) => {
            let is_deleted = |seg: Seg<'_>| seg.peek(1).first() == b"DE";
            is_deleted(before) == is_deleted(seg) && seg.is_told_by(&before)
        }
        // What is behind a charge comes again with the next one (DFT^P11): its insurance, who pays, its
        // diagnoses, which may have another rank there.
        (Kind::Coverage, [b"IN1", b"IN1"]) => {
            let details = more_of(seg)
                .is_none_or(|more| more_of(before).is_some_and(|before| more.is_told_by(&before)));
            details && seg.is_told_by(&before)
        }
        (Kind::RelatedPerson, [b"GT1", b"GT1"]) => seg.is_told_by(&before),
        (Kind::Condition, [b"DG1", b"DG1"]) => {
            is_taken_back(before) == is_taken_back(seg)
                && seg.adds_nothing_to(&before, &[2, 3, 4, 5, 6, 16, 19, 20, 22])
        }
        (Kind::Specimen, _) => before.raw() == seg.raw(),
        _ => false,
    }
}

/// What tells more of an insurance: the IN2 behind an IN1.
pub(super) fn more_of(in1: Seg<'_>) -> Option<Seg<'_>> {
    Some(in1.next()).filter(|next| in1.is(b"IN1") && next.is(b"IN2"))
}

/// Writes the place of a segment in the message, as parts of keys have it: `OBX[3]` and a number.
pub(super) fn write_place(place: &mut Vec<u8>, seg: Seg<'_>, part: u32) {
    place.clear();
    let id = seg.id();
    if id == *b"   " {
        place.extend_from_slice(seg.at().to_string().as_bytes());
        return;
    }
    match id.is_ascii() {
        true => place.extend_from_slice(&id),
        false => place.extend_from_slice(String::from_utf8_lossy(&id).as_bytes()),
    }
    place.push(b'[');
    number(seg.ordinal(), place);
    place.push(b']');
    number(part, place);
}

fn number(n: u32, out: &mut Vec<u8>) {
    if n >= 10 {
        number(n / 10, out);
    }
    out.push(b'0' + (n % 10) as u8);
}
