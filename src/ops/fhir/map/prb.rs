//! PRB as Condition and GOL as Goal. The guide has no maps of them.

use super::super::bundle::Arena;
use super::super::codes::{Code, Table};
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, text};
use super::al1::is_named;
use super::{encounter, note, obx, subject_required};
use std::collections::HashSet;

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

/// The Condition of a PRB.
fn condition<'m>(cx: &mut Context<'m>, prb: Seg<'m>) -> Ref {
    of_patient(cx, Kind::Condition, prb)
}

/// What a PRB, a GOL or a PTH becomes: of its number and the patient, else of its code and the patient.
pub(super) fn of_patient<'m>(cx: &mut Context<'m>, kind: Kind, seg: Seg<'m>) -> Ref {
    let patient = cx.story.patient(seg).map(|pid| super::pid::patient(cx, pid));
    let [code, number] = if kind == Kind::CarePlan { [2, 3] } else { [3, 4] };
    cx.own(kind, seg, |cx| {
        let patient = patient?;
        if let Some(number) = identifier::ei_key(cx, kind, seg.peek(number)) {
            return Some(number.with(patient.id.bytes()));
        }
        let mut key = Key::of(kind).with(&seg.id()).with(patient.id.bytes());
        identifier::push_code(&mut key, seg.peek(code));
        is_named(seg.peek(code)).then_some(key)
    })
}

/// The segments that tell of what one becomes: a problem stands behind each of its goals, or a goal behind each of
/// its problems.
pub(super) fn all_of<'m>(cx: &mut Context<'m>, own: Ref) -> Vec<Seg<'m>> {
    let input = cx.story.input();
    let known = cx.problems.take().unwrap_or_else(|| {
        let kind = |seg: &Seg<'m>| match &seg.id() {
            b"PRB" => Some(Kind::Condition),
            b"GOL" => Some(Kind::Goal),
            b"PTH" => Some(Kind::CarePlan),
            _ => None,
        };
        let all = input.segs().filter_map(|seg| Some((kind(&seg)?, seg)));
        let entry =
            |(kind, seg): (Kind, Seg<'m>)| (*of_patient(cx, kind, seg).id.bytes(), seg.at() as u32);
        let mut known: Vec<_> = all.map(entry).collect();
        known.sort_unstable();
        known
    });
    let first = known.partition_point(|(id, _)| id < own.id.bytes());
    let all = known[first..].iter().take_while(|(id, _)| id == own.id.bytes());
    let all = all.map(|(_, at)| input.seg(*at as usize)).collect();
    cx.problems = Some(known);
    all
}

/// Whether the action (PRB-1, GOL-1) takes away what links it to what it stands behind.
pub(super) fn is_unlinked(seg: Seg<'_>) -> bool {
    seg.peek(1).first() == b"UN"
}

/// Each of these once.
pub(super) fn once(all: Vec<Ref>) -> impl Iterator<Item = Ref> {
    let mut seen = HashSet::new();
    all.into_iter().filter(move |to| seen.insert(*to.id.bytes()))
}

/// Writes the Condition of a PRB.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, prb: Seg<'m>) {
    let own = condition(cx, prb);
    let told = all_of(cx, own);
    let is_deleted = is_deletion(prb);
    let mut words = Vec::new();
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
            let verified = status(cx, Table::ConditionVerificationStatus, prb.get(13), &mut words);
            clinical_status(w, cx, prb, verified, &mut words);
            if let Some(code) = verified {
                w.object("verificationStatus", |w| {
                    w.array("coding", |w| _ = w.item(|w| coded::code_in(w, code)));
                });
            }
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
        w.array("evidence", |w| {
            w.item(|w| _ = w.array("detail", |w| observations(w, cx, &told)));
        });
        notes(w, cx, &told, &words);
    });
}

/// Writes items that refer to what was observed with a problem or a goal.
fn observations<'m>(w: &mut Json, cx: &mut Context<'m>, told: &[Seg<'m>]) {
    let story = cx.story;
    for obx in told.iter().flat_map(|seg| story.of(*seg, b"OBX")) {
        let to = obx::observation(cx, obx);
        cx.reference_item(w, to);
    }
}

/// Whether the action (PRB-1, GOL-1, table 0287) deletes.
pub(super) fn is_deletion(seg: Seg<'_>) -> bool {
    let action = seg.get(1);
    let is_deleted = action.first() == b"DE";
    if !is_deleted {
        action.give_up();
    }
    is_deleted
}

/// The code that a status has, by its code or its words. What the table has neither of goes into `words`, for
/// a note: `not achieved` or `ruled out by biopsy` must not be lost behind a status that is assumed.
pub(super) fn status<'m>(
    cx: &mut Context<'m>,
    table: Table,
    value: Parts<'m>,
    words: &mut Vec<Parts<'m>>,
) -> Option<Code> {
    if value.is_empty() {
        return None;
    }
    let by_words = || table.get(value.peek(2).first().trim_ascii());
    let found = table.get(value.first().trim_ascii()).or_else(by_words);
    if found.is_none() {
        cx.report.code(table.name(), value.first());
        words.push(value);
    }
    found
}

/// PRB-14, the life cycle; what has an end is over (con-4), what is on the list has a status (con-3).
fn clinical_status<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    prb: Seg<'m>,
    verified: Option<Code>,
    words: &mut Vec<Parts<'m>>,
) {
    let value = prb.get(14);
    let has_ended = time::read(&prb.peek(9)).is_some();
    let is_refuted = verified.is_some_and(|code| code.code == "refuted");
    let (code, display) = match status(cx, Table::ConditionClinicalStatus, value, words) {
        Some(Code { code: "active" | "recurrence" | "relapse", .. }) if has_ended => {
            value.give_up();
            ("resolved", "Resolved")
        }
        Some(code) => (code.code, code.display),
        None if has_ended => ("resolved", "Resolved"),
        None if is_refuted => ("inactive", "Inactive"),
        None => ("active", "Active"),
    };
    coded::fixed(w, "clinicalStatus", CLINICAL, code, display);
}

/// The notes of all segments that tell of it, and the words of a status that no code has.
pub(super) fn notes<'m>(w: &mut Json, cx: &mut Context<'m>, told: &[Seg<'m>], words: &[Parts<'m>]) {
    let story = cx.story;
    let mut written = HashSet::new();
    w.array("note", |w| {
        for &value in words {
            w.item(|w| _ = text::of_coded(w, cx, "text", value));
        }
        for nte in told.iter().flat_map(|seg| story.of(*seg, b"NTE")) {
            // What comes again may have the same notes.
            if told.len() > 1 && !written.insert(nte.run(3, 9)) {
                [1, 3, 4, 5, 6, 9].into_iter().for_each(|n| nte.done(n));
                continue;
            }
            w.item(|w| note::inside(w, cx, nte));
        }
    });
}

/// Writes the Goal of a GOL.
pub(crate) fn write_goal<'m>(out: &mut Arena, cx: &mut Context<'m>, gol: Seg<'m>) {
    let own = of_patient(cx, Kind::Goal, gol);
    let told = all_of(cx, own);
    let is_deleted = is_deletion(gol);
    let mut words = Vec::new();
    out.resource(own, Some(gol), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, gol.get(4), None));
        if is_deleted {
            w.literal("lifecycleStatus", "entered-in-error");
        } else {
            let status = status(cx, Table::GoalLifecycleStatus, gol.get(18), &mut words);
            w.literal("lifecycleStatus", status.map_or("active", |code| code.code));
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
            let mut written = Vec::new();
            for &gol in &told {
                // A problem has its goals behind it, or a goal its problems (PPR, PGL).
                let owner = cx.story.owner(gol);
                let owner = owner.filter(|owner| owner.is(b"PRB") && !is_unlinked(gol));
                let linked = cx.story.of(gol, b"PRB").filter(|prb| !is_unlinked(*prb));
                written.extend(owner.into_iter().chain(linked).map(|prb| condition(cx, prb)));
            }
            for to in once(written) {
                cx.reference_item(w, to);
            }
        });
        w.array("outcomeReference", |w| observations(w, cx, &told));
        notes(w, cx, &told, &words);
    });
}
