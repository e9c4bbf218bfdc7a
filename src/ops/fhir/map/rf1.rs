//! RF1 and its PRD segments as ServiceRequest and PractitionerRole. The guide has no maps of them.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::participant::{self, Acting, Function};
use super::super::types::{
    address, coded, contact, identifier, name, place, quantity, text, timing,
};
use super::super::wanted::Wanted;
use super::{dg1, encounter, note, orc, subject_required};

/// Writes the ServiceRequest of a referral.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, rf1: Seg<'m>) {
    let is_of_filler = is_of_filler(cx, rf1);
    let own = cx.own(Kind::ServiceRequest, rf1, |cx| match is_of_filler {
        true => None,
        false => identifier::ei_key(cx, Kind::ServiceRequest, rf1.peek(6)),
    });
    let authorized = cx.refer(Wanted::Acting(
        Function::Plain,
        Box::new(Acting { of: rf1.get(19), ..Acting::alone(rf1.get(20)) }),
    ));
    out.resource(own, Some(rf1), |w| {
        w.array("identifier", |w| {
            identifier::ei_item(w, cx, rf1.get(6), Some(identifier::PLACER));
            identifier::ei_item(w, cx, rf1.get(11), Some(identifier::FILLER));
        });
        if is_of_filler {
            w.array("basedOn", |w| {
                let (kind, placer) = (Kind::ServiceRequest, Some(identifier::PLACER));
                identifier::ei_reference_item(w, cx, kind, rf1.peek(6), placer);
            });
        }
        let told = Table::ReferralStatus.get(rf1.peek(1).first()).map(|code| code.code);
        if cx.event() == b"I14" && told != Some("revoked") {
            // The referral is cancelled (chapter 11), whatever it was before.
            w.literal("status", "revoked");
        } else {
            coded::code(w, cx, "status", rf1.get(1), Table::ReferralStatus, "unknown");
        }
        w.literal("intent", if is_of_filler { orc::OF_FILLER } else { "order" });
        w.array("category", |w| {
            for value in rf1.all(5) {
                coded::concept_item(w, cx, value);
            }
        });
        coded::code(w, cx, "priority", rf1.get(2), Table::ReferralPriority, "");
        let has_code = coded::concept(w, cx, "code", rf1.get(3));
        let has_details = w.array("orderDetail", |w| {
            for value in rf1.all(4) {
                coded::concept_item(w, cx, value);
            }
        });
        if has_details && !has_code {
            w.unknown("code");
        }
        quantity::cq(w, cx, "quantityQuantity", rf1.get(15));
        subject_required(w, cx, "subject", rf1);
        encounter(w, cx, "encounter", rf1);
        timing::period(w, cx, "occurrencePeriod", [rf1.get(7), rf1.get(8)]);
        time::date_time(w, cx, "authoredOn", rf1.get(9));
        let (from, mut to) = parties(cx, rf1);
        to.extend(authorized);
        if let Some(from) = from {
            cx.reference(w, "requester", from);
        }
        w.array("performer", |w| to.into_iter().for_each(|to| cx.reference_item(w, to)));
        w.array("reasonCode", |w| {
            for value in rf1.all(10) {
                coded::concept_item(w, cx, value);
            }
            for value in rf1.all(14) {
                w.item(|w| _ = text::string(w, cx, "text", value));
            }
        });
        w.array("reasonReference", |w| dg1::items_of(w, cx, rf1));
        w.array("note", |w| {
            for value in rf1.all(24) {
                w.item(|w| _ = text::string(w, cx, "text", value));
            }
            note::items(w, cx, rf1);
        });
    });
}

/// Whether an answer (MSA) says no more of a referral than that it is known or accepted: not for what it is. That must
/// not take the place of the referral (PUT replaces).
fn is_of_filler(cx: &Context<'_>, rf1: Seg<'_>) -> bool {
    let state = Table::ReferralStatus.get(rf1.peek(1).first());
    cx.story.input().has(b"MSA")
        && !rf1.any([3, 4, 10])
        && state.is_none_or(|state| matches!(state.code, "active" | "unknown"))
}

/// The segments that a referral comes with: up to the next one, of the first those before it, too.
fn group<'m>(cx: &Context<'m>, rf1: Seg<'m>) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let input = cx.story.input();
    let is_first = input.first(b"RF1").is_some_and(|first| first.at() == rf1.at());
    let from = if is_first { 0 } else { rf1.at() };
    let segs = (from..input.len()).map(move |at| input.seg(at));
    segs.take_while(move |seg| seg.at() <= rf1.at() || !seg.is(b"RF1"))
}

/// Who refers (table 0286: RP), and to whom (RT).
fn parties<'m>(cx: &mut Context<'m>, rf1: Seg<'m>) -> (Option<Ref>, Vec<Ref>) {
    let (mut from, mut to) = (None, Vec::new());
    for prd in group(cx, rf1).filter(|seg| seg.is(b"PRD")) {
        let is =
            |sought: &[u8]| prd.all_again(1).any(|role| role.first().eq_ignore_ascii_case(sought));
        if from.is_none() && is(b"RP") {
            from = Some(role(cx, prd));
        } else if is(b"RT") {
            to.push(role(cx, prd));
        }
    }
    (from, to)
}

/// The PractitionerRole of a PRD.
fn role<'m>(cx: &mut Context<'m>, prd: Seg<'m>) -> Ref {
    cx.own(Kind::PractitionerRole, prd, |_| None)
}

/// The Practitioner of a PRD: of the first number that tells of what kind it is (PRD-7, PLN).
fn practitioner<'m>(cx: &mut Context<'m>, prd: Seg<'m>) -> Ref {
    cx.own(Kind::Practitioner, prd, |_| {
        let is_told = |number: &Parts<'m>| [1, 2].into_iter().all(|n| !number.peek(n).is_empty());
        let number = prd.all_again(7).find(is_told)?;
        let key = Key::of(Kind::Practitioner).with(b"PRD-7");
        Some([2, 3, 1].into_iter().fold(key, |key, n| key.with(number.part(n))))
    })
}

/// The Organization of a PRD, with its address and its number.
pub(crate) fn organization<'m>(cx: &mut Context<'m>, prd: Seg<'m>) -> Option<Ref> {
    participant::of(cx, prd.get(10), prd.get(11), prd.get(13))
}

/// Writes the PractitionerRole of a PRD, and the Practitioner.
pub(crate) fn write_provider<'m>(out: &mut Arena, cx: &mut Context<'m>, prd: Seg<'m>) {
    let own = role(cx, prd);
    let has_person = prd.valued(2) || prd.valued(7) || prd.valued(3);
    let who = has_person.then(|| practitioner(cx, prd));
    let organization = organization(cx, prd);
    let place = place::refer(cx, prd.get(4));
    out.resource(own, Some(prd), |w| {
        timing::period(w, cx, "period", [prd.get(8), prd.get(9)]);
        if let Some(who) = who {
            cx.reference(w, "practitioner", who);
        }
        if let Some(organization) = organization {
            cx.reference(w, "organization", organization);
        }
        w.array("code", |w| {
            for value in prd.all(1) {
                coded::concept_item(w, cx, value);
            }
        });
        if let Some(place) = place {
            w.array("location", |w| cx.reference_item(w, place));
        }
        w.array("telecom", |w| {
            for value in prd.all(5) {
                contact::item(w, cx, value, "work");
            }
        });
    });
    let Some(who) = who else { return };
    out.resource(who, None, |w| {
        w.array("identifier", |w| {
            for value in prd.all(7) {
                identifier::pln_item(w, cx, value);
            }
        });
        w.array("name", |w| {
            for value in prd.all(2) {
                name::xpn_items(w, cx, value);
            }
        });
        w.array("address", |w| {
            for value in prd.all(3) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
    });
}
