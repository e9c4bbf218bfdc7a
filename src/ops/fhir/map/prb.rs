//! PRB as Condition and GOL as Goal. The guide has no maps of them.

use super::super::bundle::Arena;
use super::super::codes::{Code, Table};
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, text};
use super::{encounter, subject_required};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

/// The Condition of a PRB.
fn condition<'m>(cx: &mut Context<'m>, prb: Seg<'m>) -> Ref {
    let patient = cx.story.patient(prb).map(|pid| super::pid::patient(cx, pid));
    cx.own(Kind::Condition, prb, |cx| {
        let number = identifier::ei_key(cx, Kind::Condition, prb.peek(4))?;
        Some(number.with(patient?.id.bytes()))
    })
}

/// Writes the Condition of a PRB.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, prb: Seg<'m>) {
    let own = condition(cx, prb);
    let is_deleted = is_deletion(prb);
    out.resource(own, Some(prb), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, prb.get(4), None));
        if is_deleted {
            coded::fixed(
                w,
                "verificationStatus",
                VERIFICATION,
                "entered-in-error",
                "Entered in Error",
            );
        } else {
            clinical_status(w, cx, prb);
            verification_status(w, cx, prb);
        }
        w.array("category", |w| {
            coded::fixed_item(w, CATEGORY, "problem-list-item", "Problem List Item");
            coded::concept_item(w, cx, prb.get(10));
        });
        coded::concept(w, cx, "severity", prb.get(25));
        coded::concept(w, cx, "code", prb.get(3));
        subject_required(w, cx, "subject", prb);
        encounter(w, cx, "encounter", prb);
        if !time::date_time(w, cx, "onsetDateTime", prb.get(16)) {
            text::string(w, cx, "onsetString", prb.get(17));
        }
        // An end and an error exclude each other (con-4, con-5).
        if !is_deleted {
            time::date_time(w, cx, "abatementDateTime", prb.get(9));
        }
        if !time::date_time(w, cx, "recordedDate", prb.get(7)) {
            time::date_time(w, cx, "recordedDate", prb.get(2));
        }
        notes(w, cx, prb);
    });
}

/// Whether the action (PRB-1, GOL-1, table 0287) deletes.
fn is_deletion(seg: Seg<'_>) -> bool {
    let action = seg.get(1);
    let is_deleted = action.first() == b"DE";
    if !is_deleted {
        action.give_up();
    }
    is_deleted
}

/// PRB-14, the life cycle; what has an end is over (con-4), what is on the list has a status (con-3).
fn clinical_status(w: &mut Json, cx: &mut Context<'_>, prb: Seg<'_>) {
    let value = prb.get(14);
    let found = Table::ConditionClinicalStatus.get(value.first());
    let found = found.or_else(|| Table::ConditionClinicalStatus.get(value.peek(2).first()));
    let has_ended = time::read(&prb.peek(9)).is_some();
    let (code, display) = match found {
        Some(Code { code: "active" | "recurrence" | "relapse", .. }) if has_ended => {
            value.give_up();
            ("resolved", "Resolved")
        }
        Some(code) => (code.code, code.display),
        None => {
            if !value.is_empty() {
                cx.report.code(Table::ConditionClinicalStatus.name(), value.first());
                value.give_up();
            }
            if has_ended { ("resolved", "Resolved") } else { ("active", "Active") }
        }
    };
    coded::fixed(w, "clinicalStatus", CLINICAL, code, display);
}

/// PRB-13, table 0438's kind of words.
fn verification_status(w: &mut Json, cx: &mut Context<'_>, prb: Seg<'_>) {
    let value = prb.get(13);
    match cx.code(Table::ConditionVerificationStatus, value.first()) {
        Some(code) => {
            w.object("verificationStatus", |w| {
                w.array("coding", |w| _ = w.item(|w| coded::code_in(w, code)));
            });
        }
        None => value.give_up(),
    }
}

fn notes<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>) {
    w.array("note", |w| {
        for note in cx.story.of(seg, b"NTE") {
            note.done(1);
            w.item(|w| _ = text::lines(w, cx, "text", note.all(3)));
        }
    });
}

/// Writes the Goal of a GOL.
pub(crate) fn write_goal<'m>(out: &mut Arena, cx: &mut Context<'m>, gol: Seg<'m>) {
    let patient = cx.story.patient(gol).map(|pid| super::pid::patient(cx, pid));
    let own = cx.own(Kind::Goal, gol, |cx| {
        let number = identifier::ei_key(cx, Kind::Goal, gol.peek(4))?;
        Some(number.with(patient?.id.bytes()))
    });
    let is_deleted = is_deletion(gol);
    out.resource(own, Some(gol), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, gol.get(4), None));
        if is_deleted {
            w.literal("lifecycleStatus", "entered-in-error");
        } else {
            coded::code(
                w,
                cx,
                "lifecycleStatus",
                gol.get(18),
                Table::GoalLifecycleStatus,
                "active",
            );
        }
        w.array("category", |w| {
            coded::concept_item(w, cx, gol.get(9));
            coded::concept_item(w, cx, gol.get(10));
        });
        if !coded::concept(w, cx, "description", gol.get(3)) {
            w.object("description", |w| w.literal("text", "unknown"));
        }
        subject_required(w, cx, "subject", gol);
        time::date(w, cx, "startDate", gol.get(7));
        w.array("target", |w| {
            w.item(|w| _ = time::date(w, cx, "dueDate", gol.get(8)));
        });
        time::date(w, cx, "statusDate", gol.get(19));
        w.array("addresses", |w| {
            // A problem has its goals behind it, or a goal its problems (PPR, PGL).
            let owner = cx.story.owner(gol).filter(|owner| owner.is(b"PRB"));
            for prb in owner.into_iter().chain(cx.story.of(gol, b"PRB")) {
                let to = condition(cx, prb);
                cx.reference_item(w, to);
            }
        });
        notes(w, cx, gol);
    });
}
