//! CTD as a contact of the patient, or as PractitionerRole of who is to be asked about an order, a
//! referral or a provider. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{address, coded, contact, identifier, name, place};
use super::super::wanted::Wanted;

/// Whether it is about the patient: those of other segments are about what these tell of.
fn is_of_patient<'m>(cx: &Context<'m>, ctd: Seg<'m>) -> bool {
    cx.story.owner(ctd).is_some_and(|owner| owner.is(b"PID"))
}

/// Writes an item of Patient.contact, if there is a detail of the contact (pat-1).
pub(crate) fn contact<'m>(w: &mut Json, cx: &mut Context<'m>, ctd: Seg<'m>) {
    if ![2, 3, 5].into_iter().any(|n| ctd.valued(n)) {
        return;
    }
    w.item(|w| {
        let start = w.len();
        w.array("relationship", |w| {
            for value in ctd.all(1) {
                coded::concept_item(w, cx, value);
            }
        });
        let before = w.len();
        name::xpn_member(w, cx, "name", ctd.get(2));
        telecoms(w, cx, ctd);
        address::member(w, cx, "address", ctd.get(3));
        if w.len() == before {
            w.back_to(start);
        }
    });
}

/// Writes the PractitionerRole and the Practitioner.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, ctd: Seg<'m>) {
    if is_of_patient(cx, ctd) {
        return;
    }
    let own: Ref = cx.own(Kind::PractitionerRole, ctd, |_| None);
    let has_person = [2, 3].into_iter().any(|n| ctd.valued(n));
    let who = has_person.then(|| cx.own(Kind::Practitioner, ctd, |_| None));
    // Who is to be asked about a provider is of the provider's organization.
    let provider = cx.story.owner(ctd).filter(|owner| owner.is(b"PRD"));
    let organization = provider.and_then(|prd| cx.refer(Wanted::Organization(prd.get(10))));
    let place = place::refer(cx, ctd.get(4));
    out.resource(own, Some(ctd), |w| {
        w.array("identifier", |w| {
            for value in ctd.all(7) {
                identifier::pln_item(w, cx, value);
            }
        });
        if let Some(who) = who {
            cx.reference(w, "practitioner", who);
        }
        if let Some(organization) = organization {
            cx.reference(w, "organization", organization);
        }
        w.array("code", |w| {
            for value in ctd.all(1) {
                coded::concept_item(w, cx, value);
            }
        });
        if let Some(place) = place {
            w.array("location", |w| cx.reference_item(w, place));
        }
        telecoms(w, cx, ctd);
    });
    out.stands_alone();
    let Some(who) = who else { return };
    out.resource(who, None, |w| {
        w.array("name", |w| {
            for value in ctd.all(2) {
                name::xpn_items(w, cx, value);
            }
        });
        w.array("address", |w| {
            for value in ctd.all(3) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
    });
}

/// CTD-5, of which CTD-6 tells what kind is preferred.
fn telecoms(w: &mut Json, cx: &mut Context<'_>, ctd: Seg<'_>) {
    w.array("telecom", |w| {
        let all: Vec<Parts<'_>> = ctd.all(5).collect();
        contact::items_preferring(w, cx, all.into_iter(), ctd.get(6));
    });
}
