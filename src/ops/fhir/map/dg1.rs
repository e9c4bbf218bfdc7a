//! DG1 as Condition (guide: DG1[Condition], DG1[Encounter], DG1[EpisodeOfCare]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, practitioner};
use super::al1::is_named;
use super::{encounter, note, of_visit, subject_required, visit_of};

const ASSERTED: &str = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate";
const DUE_TO: &str = "http://hl7.org/fhir/StructureDefinition/condition-dueTo";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";

/// The Condition of a DG1: without a number it is the same diagnosis, of the same type, of the same visit.
pub(crate) fn condition<'m>(cx: &mut Context<'m>, dg1: Seg<'m>) -> Ref {
    of_visit(cx, Kind::Condition, dg1, 20, 6)
}

/// Whether it tells of a diagnosis: by its code, its words, or a number by which it is known.
fn is_told(dg1: Seg<'_>) -> bool {
    is_named(dg1.peek(3)) || dg1.valued(4) || dg1.valued(20)
}

/// Whether a diagnosis is taken back (table 0206).
pub(crate) fn is_taken_back(dg1: Seg<'_>) -> bool {
    dg1.peek(21).first() == b"D"
}

/// Writes the Condition, unless it is of nothing.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, dg1: Seg<'m>) {
    if !is_told(dg1) {
        return;
    }
    let own = condition(cx, dg1);
    dg1.done(1);
    out.resource(own, Some(dg1), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, dg1.get(20), None));
        if is_taken_back(dg1) {
            dg1.done(21);
            let (code, display) = ("entered-in-error", "Entered in Error");
            coded::fixed(w, "verificationStatus", VERIFICATION, code, display);
        }
        let words = [dg1.get(4), dg1.get(2)];
        coded::concept_with(w, cx, "code", dg1.get(3), words, |_, _| {});
        subject_required(w, cx, "subject", dg1);
        encounter(w, cx, "encounter", dg1);
        time::date_time(w, cx, "onsetDateTime", dg1.get(5));
        time::date_time(w, cx, "recordedDate", dg1.get(19));
        practitioner::member(w, cx, "asserter", dg1.get(16));
        w.array("note", |w| note::items(w, cx, dg1));
        w.extensions(|w| {
            w.extension(ASSERTED, |w| _ = time::date_time(w, cx, "valueDateTime", dg1.get(19)));
            w.extension(DUE_TO, |w| {
                w.object_with(
                    "valueReference",
                    |w| w.literal("type", "Condition"),
                    |w| _ = identifier::ei_member(w, cx, "identifier", dg1.get(22), None),
                );
            });
        });
    });
}

/// Writes the items of `diagnosis` of a visit, its Encounter or its EpisodeOfCare, which calls the
/// type of a diagnosis `use` or `role`.
pub(crate) fn diagnoses<'m>(w: &mut Json, cx: &mut Context<'m>, pv1: Seg<'m>, kind: &str) {
    let story = cx.story;
    let Some(patient) = story.patient(pv1) else { return };
    let has_others = story.has_other_visits();
    // Those up to the next visit, as Story::visit has it, and of the first visit those before it, too.
    let is_one = has_others && story.owner_at(pv1) == Some(patient.at());
    let of_one = is_one.then(|| {
        let [before, behind] = story.other_visits(pv1);
        let from = before.map_or(patient.at(), |_| pv1.at());
        story.within(patient.at(), from..behind.unwrap_or(usize::MAX), b"DG1")
    });
    let of_one = of_one.into_iter().flatten();
    // What the patient's own visit has is of no visit that stands before the patient.
    let is_own = story.before(patient).is_none_or(|own| own.at() == pv1.at());
    let of_all = (!has_others && is_own).then(|| story.of(patient, b"DG1")).into_iter().flatten();
    for dg1 in of_one.chain(of_all).filter(|dg1| is_told(*dg1) && !is_taken_back(*dg1)) {
        let condition = condition(cx, dg1);
        if is_of_visit_before(cx, dg1, condition) {
            continue;
        }
        w.item(|w| {
            cx.reference(w, "condition", condition);
            coded::concept_by(w, cx, kind, dg1.get(6), Table::DiagnosisType);
            let rank = dg1.get(15);
            if !w.integer("rank", rank.first(), 1) && !rank.is_empty() {
                cx.give_up(&rank, "number");
            }
        });
    }
}

/// Whether a visit has a diagnosis already, with this rank.
fn is_of_visit_before<'m>(cx: &mut Context<'m>, dg1: Seg<'m>, condition: Ref) -> bool {
    let Some(before) = cx.told_before(dg1, condition) else { return false };
    cx.is_told_beside(dg1, condition)
        && dg1.adds_nothing_to(&before, &[6, 15])
        && visit_of(cx, before) == visit_of(cx, dg1)
}

/// Writes the items of an array that refers to the diagnoses of an order or a charge.
pub(crate) fn items_of<'m>(w: &mut Json, cx: &mut Context<'m>, owner: Seg<'m>) {
    let own = cx.story.of(owner, b"DG1");
    items(w, cx, own);
}

/// As [`items_of`], the diagnoses of the visit behind a charge, which are its reason if there is no other charge.
pub(crate) fn items_behind_only<'m>(w: &mut Json, cx: &mut Context<'m>, ft1: Seg<'m>) {
    if cx.story.input().count(b"FT1") == 1
        && let Some(pid) = cx.story.owner_at(ft1)
    {
        let behind = cx.story.within(pid, ft1.at()..usize::MAX, b"DG1");
        items(w, cx, behind);
    }
}

fn items<'m>(w: &mut Json, cx: &mut Context<'m>, all: impl Iterator<Item = Seg<'m>>) {
    for dg1 in all.filter(|dg1| is_told(*dg1) && !is_taken_back(*dg1)) {
        let condition = condition(cx, dg1);
        cx.reference_item(w, condition);
    }
}
