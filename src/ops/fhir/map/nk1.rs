//! NK1 as a contact of Patient and as RelatedPerson (guide: NK1[Patient], NK1[RelatedPerson]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, name, organization, timing};
use super::super::wanted::Wanted;

/// The fields with telecoms, and the use that those have which tell none.
const TELECOMS: [(usize, &str); 4] = [(5, ""), (6, "work"), (40, ""), (41, "")];

/// Whether it is a contact only: an employer, an agency, an insurance company (guide: the message
/// maps of ADT).
fn is_contact_only(nk1: Seg<'_>) -> bool {
    matches!(nk1.peek(3).first(), b"EMR" | b"E" | b"F" | b"I" | b"S")
}

/// The organization that NK1-13 names: as elsewhere in the message, unless its contact is told.
fn employer<'m>(cx: &mut Context<'m>, nk1: Seg<'m>) -> Option<Ref> {
    let value = nk1.get(13);
    if Wanted::Organization(value).is_empty() {
        return None;
    }
    if !has_contact(nk1) {
        return cx.refer(Wanted::Organization(value));
    }
    Some(cx.own(Kind::Organization, nk1, |cx| organization::key(cx, value.again())))
}

fn has_contact(nk1: Seg<'_>) -> bool {
    [30, 31, 32].into_iter().any(|n| nk1.valued(n))
}

/// Writes an item of Patient.contact, if there is a detail of the contact (pat-1).
pub(crate) fn contact<'m>(w: &mut Json, cx: &mut Context<'m>, nk1: Seg<'m>) {
    let details = [2, 4, 13].into_iter().chain(TELECOMS.map(|(n, _)| n));
    if !details.into_iter().any(|n| nk1.valued(n)) {
        return;
    }
    let employer = employer(cx, nk1);
    w.item(|w| {
        let start = w.len();
        relationships(w, cx, nk1);
        let before = w.len();
        name::xpn_member(w, cx, "name", nk1.get(2));
        telecoms(w, cx, nk1, false);
        address::member(w, cx, "address", nk1.get(4));
        if let Some(to) = employer {
            cx.reference(w, "organization", to);
        }
        if w.len() == before {
            w.back_to(start);
            return;
        }
        coded::code(w, cx, "gender", nk1.get(15), Table::AdministrativeSex, "");
        timing::period(w, cx, "period", [nk1.get(8), nk1.get(9)]);
    });
}

fn relationships(w: &mut Json, cx: &mut Context<'_>, nk1: Seg<'_>) {
    w.array("relationship", |w| {
        coded::concept_item_by(w, cx, nk1.get(3), Table::Relationship);
        coded::concept_item_by(w, cx, nk1.get(7), Table::ContactRole);
    });
}

/// Writes `telecom`, with that of the contact person (NK1-31) where the person is who has it.
fn telecoms(w: &mut Json, cx: &mut Context<'_>, nk1: Seg<'_>, contact_person: bool) {
    w.array("telecom", |w| {
        for (field, usage) in TELECOMS {
            for value in nk1.all(field) {
                contact::item(w, cx, value, usage);
            }
            if field == 6 && contact_person {
                for value in nk1.all(31) {
                    contact::item(w, cx, value, "");
                }
            }
        }
    });
}

/// The RelatedPerson: of a number with an authority, else of the patient, the relationship and the name.
fn person<'m>(cx: &mut Context<'m>, nk1: Seg<'m>) -> Ref {
    let mut ids = nk1.all_again(33).chain(nk1.all_again(12));
    let id = ids.find(|id| !id.peek(4).is_empty() && !id.peek(1).is_empty());
    if let Some(id) = id {
        return cx
            .own(Kind::RelatedPerson, nk1, |cx| identifier::cx_key(cx, Kind::RelatedPerson, id));
    }
    let patient = super::patient_of(cx, nk1);
    let what = [nk1.peek(3).part(1), nk1.peek(2).peek_raw()];
    cx.own_of(Kind::RelatedPerson, (nk1, 0), patient, &what)
}

/// Writes the RelatedPerson, and the organization if its contact is told here.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, nk1: Seg<'m>) {
    nk1.done(1);
    if !is_contact_only(nk1) {
        let own = person(cx, nk1);
        out.resource(own, Some(nk1), |w| related(w, cx, nk1));
    }
    // Patient.contact refers to it, if there is a patient.
    if nk1.valued(13) && has_contact(nk1) && cx.story.owner(nk1).is_some() {
        let Some(own) = employer(cx, nk1) else { return };
        organization::write_with(out, cx, own, nk1.get(13), |w, cx| {
            w.array("contact", |w| {
                w.item(|w| {
                    name::xpn_member(w, cx, "name", nk1.get(30));
                    w.array("telecom", |w| {
                        for value in nk1.all(31) {
                            contact::item(w, cx, value, "");
                        }
                    });
                    address::member(w, cx, "address", nk1.get(32));
                });
            });
        });
    }
}

fn related<'m>(w: &mut Json, cx: &mut Context<'m>, nk1: Seg<'m>) {
    w.array("identifier", |w| {
        for field in [12, 33] {
            for value in nk1.all(field) {
                identifier::cx_item(w, cx, value);
            }
        }
        identifier::ssn_item(w, cx, nk1.get(37));
    });
    super::subject_required(w, cx, "patient", nk1);
    relationships(w, cx, nk1);
    w.array("name", |w| {
        for field in [2, 30] {
            for value in nk1.all(field) {
                name::xpn_items(w, cx, value);
            }
        }
    });
    telecoms(w, cx, nk1, true);
    coded::code(w, cx, "gender", nk1.get(15), Table::AdministrativeSex, "");
    time::date(w, cx, "birthDate", nk1.get(16));
    w.array("address", |w| {
        for field in [4, 32] {
            for value in nk1.all(field) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        }
    });
    timing::period(w, cx, "period", [nk1.get(8), nk1.get(9)]);
    w.array("communication", |w| {
        w.item(|w| _ = coded::concept(w, cx, "language", nk1.get(20)));
    });
}
