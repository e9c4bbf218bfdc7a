//! PR1 as Procedure (guide: PR1[Procedure]).

use crate::core::time::Precision;

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, place, practitioner};
use super::{encounter, note, of_visit, participation, subject_required};

const SNOMED: &str = "http://snomed.info/sct";

/// The Procedure of a PR1: without a number it is what was done in a visit at that time.
pub(crate) fn procedure<'m>(cx: &mut Context<'m>, pr1: Seg<'m>) -> Ref {
    of_visit(cx, Kind::Procedure, pr1, 19, 5)
}

/// Writes the Procedure.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pr1: Seg<'m>) {
    let own = procedure(cx, pr1);
    pr1.done(1);
    out.resource(own, Some(pr1), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, pr1.get(19), None));
        w.array("partOf", |w| {
            identifier::ei_reference_item(w, cx, Kind::Procedure, pr1.get(25), None);
        });
        w.literal("status", status(cx, pr1));
        coded::concept(w, cx, "category", pr1.get(6));
        let words = [pr1.get(4), pr1.get(2)];
        coded::concept_with(w, cx, "code", pr1.get(3), words, |w, cx| {
            coded::modified_item(w, cx, pr1.peek(3), pr1.all(16));
        });
        subject_required(w, cx, "subject", pr1);
        encounter(w, cx, "encounter", pr1);
        performed(w, cx, pr1);
        w.array("performer", |w| performers(w, cx, pr1));
        if let Some(place) = place::refer(cx, pr1.get(23)) {
            cx.reference(w, "location", place);
        }
        w.array("reasonCode", |w| {
            for value in pr1.all(15) {
                coded::concept_item(w, cx, value);
            }
        });
        w.array("note", |w| note::items(w, cx, pr1));
    });
}

/// The status is required. What is charged for was done.
fn status<'m>(cx: &Context<'m>, pr1: Seg<'m>) -> &'static str {
    if pr1.peek(20).first() == b"D" {
        pr1.done(20);
        return "entered-in-error";
    }
    match cx.story.owner(pr1) {
        Some(owner) if owner.is(b"FT1") => "completed",
        _ => "unknown",
    }
}

/// PR1-5, and with the minutes of PR1-7 the period from then on.
fn performed(w: &mut Json, cx: &mut Context<'_>, pr1: Seg<'_>) {
    let (start, minutes) = (pr1.get(5), pr1.peek(7));
    let length = Decimal::of(minutes.first()).and_then(|n| n.whole()).filter(|&n| n > 0);
    let time = time::read(&start).filter(|time| time.precision() >= Precision::Minute);
    let end = time.zip(length).and_then(|(time, minutes)| time.add_minutes(minutes));
    let Some(end) = end else {
        time::date_time(w, cx, "performedDateTime", start);
        return;
    };
    pr1.done(7);
    w.object("performedPeriod", |w| {
        time::date_time(w, cx, "start", start);
        time::date_time_of(w, cx, "end", &end);
    });
}

fn performers<'m>(w: &mut Json, cx: &mut Context<'m>, pr1: Seg<'m>) {
    for (field, code, display) in
        [(8, "88189002", "Anesthesiologist"), (11, "304292004", "Surgeon"), (12, "", "")]
    {
        for value in pr1.all(field) {
            w.item_with(
                |w| {
                    if !code.is_empty() {
                        coded::fixed(w, "function", SNOMED, code, display);
                    }
                },
                |w| _ = practitioner::member(w, cx, "actor", value),
            );
        }
    }
    participation::performers(w, cx, pr1);
}
