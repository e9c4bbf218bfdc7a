//! Which participation a ROL or PRT tells of, and in which fields.

use super::super::super::codes::Table;
use super::super::super::context::Context;
use super::super::super::input::Seg;

/// Where a segment tells what of a participation; 0 for what it does not tell.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) action: usize,
    /// EI
    pub(super) id: usize,
    pub(super) role: usize,
    pub(super) roles: Table,
    /// XCN
    pub(super) person: usize,
    /// What kind of provider the person is.
    pub(super) kind: usize,
    /// What kind of unit the organization is.
    pub(super) unit: usize,
    /// XON
    pub(super) organization: usize,
    /// PL
    pub(super) place: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: usize,
    pub(super) addresses: usize,
    pub(super) telecoms: usize,
    pub(super) method: usize,
    /// PLN
    pub(super) licences: usize,
}

/// In ROL.
pub(super) const ROL: Fields = Fields {
    action: 2,
    id: 1,
    role: 3,
    roles: Table::ProviderRole,
    person: 4,
    kind: 9,
    unit: 10,
    organization: 14,
    place: 13,
    start: 5,
    end: 6,
    reason: 8,
    addresses: 11,
    telecoms: 12,
    method: 0,
    licences: 0,
};

/// In PRT.
pub(super) const PRT: Fields = Fields {
    action: 2,
    id: 1,
    role: 4,
    roles: Table::Participation,
    person: 5,
    kind: 6,
    unit: 7,
    organization: 8,
    place: 9,
    start: 11,
    end: 12,
    reason: 3,
    addresses: 14,
    telecoms: 15,
    method: 23,
    licences: 24,
};

/// What a participation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Of the general practitioner of the patient.
    General,
    /// The same, of whom nothing but the person is told.
    GeneralPerson,
    /// Of a person whom the patient is related to.
    Related,
    /// Of a member of the care team of the patient.
    Team,
    /// Of a participant in the visit.
    Visit,
    /// Of one who performed a procedure.
    Performer,
    /// It is no business of these maps.
    Other,
}

/// Whether a segment is one of these.
pub(super) fn is_participation(seg: Seg<'_>) -> bool {
    seg.is(b"ROL") || seg.is(b"PRT")
}

/// Where a ROL or PRT tells what.
pub(super) fn fields(seg: Seg<'_>) -> &'static Fields {
    if seg.is(b"ROL") { &ROL } else { &PRT }
}

/// What a ROL or PRT is, by what it belongs to and by its role.
pub(super) fn part(cx: &Context<'_>, seg: Seg<'_>) -> Part {
    let f = fields(seg);
    let Some(owner) = cx.story.owner(seg) else { return Part::Other };
    let is_visit = owner.is(b"PV1") || owner.is(b"PV2");
    if !is_visit && cx.story.up(seg, b"PID").is_none() {
        return Part::Other;
    }
    // Who is taken out takes no part (tables 0206 and 0287).
    if !is_participation(seg) || matches!(seg.peek(f.action).first(), b"D" | b"DE" | b"UN") {
        return Part::Other;
    }
    let role = seg.peek(f.role);
    let (code, system) = (role.peek(1).first(), role.peek(3).first());
    match &owner.id() {
        _ if is_visit => Part::Visit,
        b"PR1" => Part::Performer,
        b"PID" | b"PD1" if code == b"PP" => {
            let more = [f.id, f.kind, f.unit, f.organization, f.place, f.start, f.end];
            let more = more.into_iter().chain([f.addresses, f.telecoms, f.licences]);
            let is_person = seg.is(b"PRT") && !more.into_iter().any(|n| seg.valued(n));
            // Before 2.8 PRT came with orders only, where the guide has a role.
            if is_person && cx.msh().peek(9).at(1) == b"ADT" {
                Part::GeneralPerson
            } else {
                Part::General
            }
        }
        b"PID" | b"PD1" | b"IN1" | b"DG1" | b"PRB" | b"GOL" | b"PTH" => match () {
            () if code == b"EQUIP" => Part::Other,
            () if seg.peek(f.person).is_empty() => Part::Team,
            () if system == b"HL70063" || code == b"GT" => Part::Related,
            () if f.roles.get(code).is_none() && Table::Relationship.get(code).is_some() => {
                Part::Related
            }
            () => Part::Team,
        },
        _ => Part::Other,
    }
}
