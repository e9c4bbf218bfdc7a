//! AUT as ClaimResponse: what an insurer has said before it is asked to pay. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, practitioner, quantity, text, timing};
use super::{in1, subject_required};

/// The ClaimResponse of an AUT.
fn claim<'m>(cx: &mut Context<'m>, aut: Seg<'m>) -> Ref {
    cx.own(Kind::ClaimResponse, aut, |cx| identifier::ei_key(cx, Kind::ClaimResponse, aut.peek(6)))
}

/// The insurer, if it is told.
fn insurer<'m>(cx: &mut Context<'m>, aut: Seg<'m>) -> Option<Ref> {
    let is_told = aut.valued(2) || aut.valued(3);
    let of = claim(cx, aut);
    is_told.then(|| cx.own_of(Kind::Organization, (aut, 0), Some(of), &[]))
}

/// The insurance that an authorization is for: the one whose segments stand before it.
fn insurance<'m>(cx: &mut Context<'m>, aut: Seg<'m>) -> Option<Ref> {
    let in1 = cx.story.before(aut)?;
    Some(in1::coverage(cx, in1))
}

/// Writes the ClaimResponse, and the insurer.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, aut: Seg<'m>) {
    let own = claim(cx, aut);
    let insurer = insurer(cx, aut);
    let insurance = insurance(cx, aut);
    out.resource(own, Some(aut), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, aut.get(6), None));
        let action = aut.get(29);
        match action.first() {
            b"D" => w.literal("status", "cancelled"),
            // The event takes it back (chapter 11).
            _ if cx.event() == b"I11" => w.literal("status", "cancelled"),
            _ => {
                action.give_up();
                w.literal("status", "active");
            }
        }
        // Of the kinds of claims that FHIR has, AUT tells none.
        w.object("type", |w| w.literal("text", "unknown"));
        coded::concept(w, cx, "subType", aut.get(13));
        w.literal("use", "preauthorization");
        subject_required(w, cx, "patient", aut);
        if !time::date_time(w, cx, "created", aut.get(10)) {
            let sent = cx.msh().peek(7);
            if !time::date_time(w, cx, "created", sent) {
                w.unknown("_created");
            }
        }
        match insurer {
            Some(insurer) => cx.reference(w, "insurer", insurer),
            None => _ = w.object("insurer", |w| w.literal("display", "unknown")),
        }
        practitioner::member(w, cx, "requestor", aut.get(24));
        let is_settled = aut.valued(6) || aut.valued(14);
        w.literal("outcome", if is_settled { "complete" } else { "queued" });
        text::of_coded(w, cx, "disposition", aut.get(14));
        text::string(w, cx, "preAuthRef", aut.peek(6).get(1));
        timing::period(w, cx, "preAuthPeriod", [aut.get(4), aut.get(5)]);
        w.array("total", |w| {
            total(w, cx, "Reimbursement limit", aut.get(7));
            total(w, cx, "Remaining benefit", aut.get(22));
        });
        w.array("processNote", |w| {
            for field in [17, 28] {
                w.item(|w| _ = text::string(w, cx, "text", aut.get(field)));
            }
        });
        if let Some(insurance) = insurance {
            w.array("insurance", |w| {
                w.item(|w| {
                    w.integer("sequence", b"1", 1);
                    w.boolean("focal", true);
                    cx.reference(w, "coverage", insurance);
                });
            });
        }
    });
    let Some(insurer) = insurer else { return };
    out.resource(insurer, None, |w| {
        w.array("identifier", |w| identifier::cwe_items(w, cx, aut.get(2)));
        if aut.valued(3) {
            text::string(w, cx, "name", aut.get(3));
        } else {
            text::string(w, cx, "name", aut.peek(2).get(2));
        }
    });
}

fn total(w: &mut Json, cx: &mut Context<'_>, words: &str, amount: Parts<'_>) {
    w.item_with(
        |w| _ = w.object("category", |w| w.literal("text", words)),
        |w| _ = quantity::money(w, cx, "amount", amount),
    );
}
