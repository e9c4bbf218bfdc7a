//! ROL and PRT: who takes part in what (guide: ROL and PRT, all of their maps but those of orders).
//!
//! What a segment becomes follows from the segment that it belongs to and from the role.

mod part;

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{
    address, coded, contact, identifier, organization, place, practitioner, timing,
};
use super::super::wanted::Wanted;
use part::{PRT, Part, ROL, fields, is_participation, part};

/// Writes what a ROL or PRT becomes of its own.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    match part(cx, seg) {
        Part::General | Part::Visit | Part::Performer => write_role(out, cx, seg),
        Part::Related => write_related(out, cx, seg),
        Part::Team => {
            if is_role_of_team(seg) {
                write_role(out, cx, seg);
            } else {
                write_parts(out, cx, seg);
            }
        }
        Part::GeneralPerson | Part::Other => {}
    }
}

/// Whether the message has such segments, which most have not.
fn has_any(cx: &Context<'_>) -> bool {
    let input = cx.story.input();
    input.has(b"ROL") || input.has(b"PRT")
}

/// The segments that belong to one of these.
fn of<'m>(
    cx: &Context<'m>,
    owner: Seg<'m>,
    through: &'static [u8; 3],
) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let story = cx.story;
    let all = has_any(cx).then(|| {
        let further = story.of(owner, through).flat_map(move |seg| story.children(seg));
        story.children(owner).chain(further).filter(|seg| is_participation(*seg))
    });
    all.into_iter().flatten()
}

/// Writes the items of Patient.generalPractitioner.
pub(crate) fn general_practitioners<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for seg in of(cx, pid, b"PD1") {
        match part(cx, seg) {
            Part::General => {
                let to = role(cx, seg);
                cx.reference_item(w, to);
            }
            Part::GeneralPerson => {
                let role = seg.get(PRT.role);
                role.get(1);
                role.get(3);
                if let Some(to) = cx.refer(Wanted::Practitioner(seg.get(PRT.person))) {
                    cx.reference_item(w, to);
                }
            }
            _ => {}
        }
    }
}

/// Writes the items of Encounter.participant.
pub(crate) fn participants<'m>(w: &mut Json, cx: &mut Context<'m>, pv1: Seg<'m>) {
    for seg in of(cx, pv1, b"PV2") {
        if part(cx, seg) != Part::Visit {
            continue;
        }
        let f = fields(seg);
        let to = role(cx, seg);
        w.item(|w| {
            w.array("type", |w| {
                coded::concept_item_by(w, cx, seg.get(f.role), f.roles);
            });
            timing::period(w, cx, "period", [seg.get(f.start), seg.get(f.end)]);
            cx.reference(w, "individual", to);
        });
    }
}

/// Writes the items of Procedure.performer.
pub(crate) fn performers<'m>(w: &mut Json, cx: &mut Context<'m>, pr1: Seg<'m>) {
    for seg in cx.story.children(pr1) {
        if part(cx, seg) != Part::Performer {
            continue;
        }
        let to = role(cx, seg);
        w.item(|w| {
            let f = fields(seg);
            coded::concept_by(w, cx, "function", seg.get(f.role), f.roles);
            cx.reference(w, "actor", to);
        });
    }
}

/// Whether a member of the care team is the role of a person, and not the person.
fn is_role_of_team(seg: Seg<'_>) -> bool {
    seg.is(b"PRT") && seg.valued(PRT.kind)
}

/// The members of the care team of a patient.
pub(crate) fn members<'m>(cx: &Context<'m>, pid: Seg<'m>) -> Vec<Seg<'m>> {
    if !has_any(cx) {
        return Vec::new();
    }
    let is_member = |seg: &Seg<'m>| {
        is_participation(*seg)
            && matches!(part(cx, *seg), Part::Team | Part::Related)
            && cx.story.up(*seg, b"PID").is_some_and(|of| of.at() == pid.at())
    };
    cx.story.input().segs().filter(is_member).collect()
}

/// Writes an item of CareTeam.participant.
pub(crate) fn member<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>) {
    let f = fields(seg);
    let kind = part(cx, seg);
    let who = match kind {
        Part::Related => Some(related(cx, seg)),
        _ if is_role_of_team(seg) => Some(role(cx, seg)),
        _ => person(cx, seg),
    };
    // A role has its organization itself.
    let organization = match who.map(|who| who.kind) {
        None | Some(Kind::Practitioner) => organization(cx, seg),
        Some(_) => None,
    };
    w.item(|w| {
        w.array("role", |w| {
            if kind == Part::Related {
                coded::concept_item_by(w, cx, seg.peek(f.role), Table::Relationship);
            } else {
                coded::concept_item_by(w, cx, seg.get(f.role), f.roles);
            }
            if seg.is(b"ROL") {
                for value in seg.all(f.kind) {
                    coded::concept_item(w, cx, value);
                }
            }
        });
        if let Some(to) = who.or(organization) {
            cx.reference(w, "member", to);
        }
        // Of a person alone it can be said on whose behalf they act (ctm-1).
        if let (Some(Kind::Practitioner), Some(to)) = (who.map(|who| who.kind), organization) {
            cx.reference(w, "onBehalfOf", to);
        }
        timing::period(w, cx, "period", [seg.get(f.start), seg.get(f.end)]);
    });
}

/// Writes the items of CareTeam.reasonCode.
pub(crate) fn reasons<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>) {
    if seg.is(b"ROL") {
        coded::concept_item(w, cx, seg.get(ROL.reason));
    }
}

/// Writes the items of CareTeam.telecom.
pub(crate) fn telecoms<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>) {
    if part(cx, seg) == Part::Team && seg.is(b"ROL") {
        for value in seg.all(ROL.telecoms) {
            contact::item(w, cx, value, "");
        }
    }
}

/// The PractitionerRole of a ROL or PRT.
fn role<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    own(cx, Kind::PractitionerRole, seg)
}

/// The RelatedPerson of a ROL or PRT.
fn related<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    own(cx, Kind::RelatedPerson, seg)
}

/// What a ROL or PRT becomes: it is told of again with each message about the visit or the patient, and known by
/// these, by what is done and by who does it.
fn own<'m>(cx: &mut Context<'m>, kind: Kind, seg: Seg<'m>) -> Ref {
    if let Some(known) = cx.owned(kind, seg) {
        return known;
    }
    let of = match part(cx, seg) {
        Part::Visit => super::visit_of(cx, seg),
        _ => super::patient_of(cx, seg),
    };
    let f = fields(seg);
    let person = seg.peek(f.person);
    let [who, authority] = match person.part(1).is_empty() {
        true => [person.peek_raw(), b""],
        false => [person.part(1), person.part(9)],
    };
    let what = [seg.peek(f.role).part(1), who, authority, seg.peek(f.organization).peek_raw()];
    cx.own_of(kind, (seg, 0), of, &what)
}

/// Whose address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Person,
    Organization,
    Place,
}

/// Of a general practitioner by the type of the address, else of who is told of (guide:
/// ROL[Patient-GeneralPractitioner], ROL-11).
fn whose(cx: &Context<'_>, seg: Seg<'_>, value: Parts<'_>) -> Whose {
    let f = fields(seg);
    let has_person = !seg.peek(f.person).is_empty();
    let has_organization = !seg.peek(f.organization).is_empty();
    let by_type = seg.is(b"ROL") && part(cx, seg) == Part::General;
    match value.peek(7).first() {
        b"M" | b"O" | b"S" | b"SH" | b"TM" if by_type => Whose::Place,
        b"B" | b"BI" | b"L" if by_type && has_organization => Whose::Organization,
        _ if has_person => Whose::Person,
        _ if has_organization => Whose::Organization,
        _ => Whose::Place,
    }
}

fn addresses_of<'m>(
    cx: &Context<'m>,
    seg: Seg<'m>,
    of: Whose,
) -> impl Iterator<Item = usize> + Clone + use<'m> {
    let values = seg.all_again(fields(seg).addresses);
    let owners: Vec<Whose> = values.map(|value| whose(cx, seg, value)).collect();
    owners.into_iter().enumerate().filter(move |(_, whose)| *whose == of).map(|(n, _)| n)
}

fn has_address(cx: &Context<'_>, seg: Seg<'_>, of: Whose) -> bool {
    seg.valued(fields(seg).addresses) && addresses_of(cx, seg, of).next().is_some()
}

/// Writes the items of `address` of one of these.
fn addresses<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>, of: Whose) {
    let all: Vec<usize> = addresses_of(cx, seg, of).collect();
    for (n, value) in seg.all(fields(seg).addresses).enumerate() {
        if !all.contains(&n) {
            continue;
        }
        address::item(w, cx, value, Parts::EMPTY);
    }
}

/// Whether the telecoms are those of the person or organization, not of a role or team.
fn telecoms_are_of_member(cx: &Context<'_>, seg: Seg<'_>) -> bool {
    seg.is(b"PRT") && part(cx, seg) == Part::Team && !is_role_of_team(seg)
}

/// The Practitioner: as elsewhere in the message, unless more is told of them here.
fn person<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Option<Ref> {
    let value = seg.get(fields(seg).person);
    if value.is_empty() {
        return None;
    }
    if !has_more(cx, seg, Whose::Person) {
        return cx.refer(Wanted::Practitioner(value));
    }
    Some(cx.own(Kind::Practitioner, seg, |cx| practitioner::key(cx, value.again())))
}

fn has_more(cx: &Context<'_>, seg: Seg<'_>, of: Whose) -> bool {
    has_address(cx, seg, of)
        || telecoms_are_of_member(cx, seg)
            && seg.valued(fields(seg).telecoms)
            && (of == Whose::Person || seg.peek(fields(seg).person).is_empty())
}

/// The Organization: as elsewhere in the message, unless more is told of it here.
fn organization<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Option<Ref> {
    let f = fields(seg);
    let value = seg.get(f.organization);
    if Wanted::Organization(value).is_empty() {
        return None;
    }
    if !seg.valued(f.unit) && !has_more(cx, seg, Whose::Organization) {
        return cx.refer(Wanted::Organization(value));
    }
    Some(cx.own(Kind::Organization, seg, |cx| organization::key(cx, value.again())))
}

/// The Location: as elsewhere in the message, unless its address is told here.
fn location<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Option<Ref> {
    let value = seg.get(fields(seg).place);
    if !has_address(cx, seg, Whose::Place) {
        return place::refer(cx, value);
    }
    Some(cx.own(Kind::Location, seg, |cx| {
        Some(place::key(cx, value.again(), place::innermost(value.again())?))
    }))
}

/// Writes the PractitionerRole, and those of its parts that are told of here only.
fn write_role<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let f = fields(seg);
    let own = role(cx, seg);
    let kind = part(cx, seg);
    let who = person(cx, seg);
    let organization = organization(cx, seg);
    let place = location(cx, seg);
    out.resource(own, Some(seg), |w| {
        w.array("identifier", |w| {
            identifier::ei_item(w, cx, seg.get(f.id), None);
            for value in seg.all(f.licences) {
                identifier::pln_item(w, cx, value);
            }
        });
        if matches!(kind, Part::General | Part::Performer) {
            timing::period(w, cx, "period", [seg.get(f.start), seg.get(f.end)]);
        }
        if let Some(to) = who {
            cx.reference(w, "practitioner", to);
        }
        if let Some(to) = organization {
            cx.reference(w, "organization", to);
        }
        w.array("code", |w| {
            // In a team the member has the role that PRT-4 tells.
            if kind == Part::Team {
                coded::concept_item(w, cx, seg.get(f.kind));
            } else {
                coded::concept_item_by(w, cx, seg.get(f.role), f.roles);
            }
        });
        if kind != Part::Team {
            w.array("specialty", |w| {
                for value in seg.all(f.kind) {
                    coded::concept_item(w, cx, value);
                }
            });
        }
        if let Some(to) = place {
            w.array("location", |w| cx.reference_item(w, to));
        }
        w.array("telecom", |w| {
            let all = seg.all(f.telecoms).collect::<Vec<_>>();
            contact::items_preferring(w, cx, all.into_iter(), seg.get(f.method));
        });
    });
    write_parts(out, cx, seg);
}

/// Writes the Practitioner, Organization and Location that are told of here only.
fn write_parts<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let f = fields(seg);
    let telecoms = telecoms_are_of_member(cx, seg);
    let contacts = |w: &mut Json, cx: &mut Context<'m>| {
        w.array("telecom", |w| {
            let all = seg.all(f.telecoms).collect::<Vec<_>>();
            contact::items_preferring(w, cx, all.into_iter(), seg.get(f.method));
        });
    };
    let has_person = !seg.peek(f.person).is_empty();
    if has_person && has_more(cx, seg, Whose::Person) {
        let Some(own) = person(cx, seg) else { return };
        practitioner::write_with(out, cx, own, seg.get(f.person), |w, cx| {
            if telecoms {
                contacts(w, cx);
            }
            w.array("address", |w| addresses(w, cx, seg, Whose::Person));
        });
        out.may_stand_alone();
    }
    let value = seg.get(f.organization);
    if !Wanted::Organization(value).is_empty()
        && (seg.valued(f.unit) || has_more(cx, seg, Whose::Organization))
    {
        let Some(own) = organization(cx, seg) else { return };
        organization::write_with(out, cx, own, value, |w, cx| {
            w.array("type", |w| _ = coded::concept_item(w, cx, seg.get(f.unit)));
            if telecoms && !has_person {
                contacts(w, cx);
            }
            w.array("address", |w| addresses(w, cx, seg, Whose::Organization));
        });
        out.may_stand_alone();
    }
    if has_address(cx, seg, Whose::Place) {
        let Some(own) = location(cx, seg) else { return };
        let value = seg.get(f.place);
        let first = addresses_of(cx, seg, Whose::Place).next();
        let at = first.and_then(|n| seg.all(f.addresses).nth(n)).unwrap_or(Parts::EMPTY);
        let level = place::innermost(value).unwrap_or(place::Level::Described);
        place::write_with(out, cx, own, value, level, |w, cx| {
            address::member(w, cx, "address", at);
        });
        out.may_stand_alone();
    }
}

/// Writes the RelatedPerson.
fn write_related<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let f = fields(seg);
    let own = related(cx, seg);
    out.resource(own, Some(seg), |w| {
        let who = seg.get(f.person);
        w.array("identifier", |w| {
            practitioner::identifier_item(w, cx, who);
            identifier::ei_item(w, cx, seg.get(f.id), None);
            for value in seg.all(f.licences) {
                identifier::pln_item(w, cx, value);
            }
        });
        super::subject_required(w, cx, "patient", seg);
        w.array("relationship", |w| {
            coded::concept_item_by(w, cx, seg.get(f.role), Table::Relationship);
        });
        w.array("name", |w| practitioner::name_item(w, cx, who));
        w.array("telecom", |w| {
            let all = seg.all(f.telecoms).collect::<Vec<_>>();
            contact::items_preferring(w, cx, all.into_iter(), seg.get(f.method));
        });
        w.array("address", |w| {
            for value in seg.all(f.addresses) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
        timing::period(w, cx, "period", [seg.get(f.start), seg.get(f.end)]);
    });
}
