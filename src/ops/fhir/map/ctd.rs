//! CTD as a contact of the patient; of an order, as RelatedPerson, for it tells where the patient can be
//! reached for it (chapter 4, CTD of OMG^O19); of a referral or a provider, as PractitionerRole of whom
//! to ask. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{address, coded, contact, identifier, name, place};
use super::{rf1, subject_required};

/// What a CTD is, by what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A contact of the patient.
    Patient,
    /// A contact of the patient because of an order.
    Order,
    /// Whom to ask about a referral or a provider.
    Provider,
}

fn part<'m>(cx: &Context<'m>, ctd: Seg<'m>) -> Part {
    match cx.story.owner(ctd).map(|owner| owner.id()).as_ref() {
        Some(b"PID") => Part::Patient,
        Some(b"OBR") => Part::Order,
        _ => Part::Provider,
    }
}

/// The RelatedPersons of the CTD segments of an order.
pub(crate) fn of_order<'m>(w: &mut Json, cx: &mut Context<'m>, obr: Seg<'m>) {
    for ctd in cx.story.of(obr, b"CTD") {
        let to = related(cx, ctd);
        cx.reference_item(w, to);
    }
}

fn related<'m>(cx: &mut Context<'m>, ctd: Seg<'m>) -> Ref {
    cx.own(Kind::RelatedPerson, ctd, |_| None)
}

fn write_related<'m>(out: &mut Arena, cx: &mut Context<'m>, ctd: Seg<'m>) {
    let own = related(cx, ctd);
    out.resource(own, Some(ctd), |w| {
        identifiers(w, cx, ctd);
        subject_required(w, cx, "patient", ctd);
        w.array("relationship", |w| {
            for value in ctd.all(1) {
                coded::concept_item(w, cx, value);
            }
        });
        names(w, cx, ctd);
        telecoms(w, cx, ctd);
        addresses(w, cx, ctd);
    });
}

fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, ctd: Seg<'m>) {
    w.array("identifier", |w| {
        for value in ctd.all(7) {
            identifier::pln_item(w, cx, value);
        }
    });
}

fn names(w: &mut Json, cx: &mut Context<'_>, ctd: Seg<'_>) {
    w.array("name", |w| {
        for value in ctd.all(2) {
            name::xpn_items(w, cx, value);
        }
    });
}

fn addresses(w: &mut Json, cx: &mut Context<'_>, ctd: Seg<'_>) {
    w.array("address", |w| {
        for value in ctd.all(3) {
            address::item(w, cx, value, Parts::EMPTY);
        }
    });
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

/// Writes the RelatedPerson, or the PractitionerRole and the Practitioner.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, ctd: Seg<'m>) {
    match part(cx, ctd) {
        Part::Patient => return,
        Part::Order => return write_related(out, cx, ctd),
        Part::Provider => {}
    }
    let own: Ref = cx.own(Kind::PractitionerRole, ctd, |_| None);
    let has_person = [2, 3].into_iter().any(|n| ctd.valued(n));
    let who = has_person.then(|| cx.own(Kind::Practitioner, ctd, |_| None));
    // Who is to be asked about a provider is of the provider's organization.
    let provider = cx.story.owner(ctd).filter(|owner| owner.is(b"PRD"));
    let organization = provider.and_then(|prd| rf1::organization(cx, prd));
    let place = place::refer(cx, ctd.get(4));
    out.resource(own, Some(ctd), |w| {
        identifiers(w, cx, ctd);
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
        names(w, cx, ctd);
        addresses(w, cx, ctd);
    });
}

/// CTD-5, of which CTD-6 tells what kind is preferred.
fn telecoms(w: &mut Json, cx: &mut Context<'_>, ctd: Seg<'_>) {
    w.array("telecom", |w| {
        let all: Vec<Parts<'_>> = ctd.all(5).collect();
        contact::items_preferring(w, cx, all.into_iter(), ctd.get(6));
    });
}
