//! PDA as Observation of what a patient died of, and as Procedure of the autopsy. The guide has no map of
//! it.

use super::super::bundle::Arena;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, place, practitioner, timing};
use super::{encounter, facts, may_lack_patient, patient_of, subject, subject_required};

const PLACE: &str = "http://hl7.org/fhir/StructureDefinition/event-location";

/// Writes the Observation and the Procedure.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pda: Seg<'m>) {
    let patient = patient_of(cx, pda);
    let own = cx.own_of(Kind::Observation, (pda, 0), patient, &[b"PDA"]);
    let place = place::refer(cx, pda.get(2));
    out.resource(own, Some(pda), |w| {
        w.literal("status", "final");
        w.object("code", |w| {
            w.array("coding", |w| {
                w.item(|w| {
                    facts::loinc(w, "69453-9", "Cause of death [US Standard Certificate of Death]");
                });
            });
        });
        subject(w, cx, "subject", pda);
        encounter(w, cx, "encounter", pda);
        w.array("performer", |w| _ = practitioner::member_item(w, cx, pda.get(5)));
        // All causes are codings of one value: R4 has room for no more.
        let causes: Vec<_> = pda.all(1).collect();
        coded::concept_of(w, cx, "valueCodeableConcept", &causes);
        w.array("component", |w| {
            for (field, words) in [(3, "Death certified"), (9, "Coroner")] {
                w.item_with(|w| facts::code(w, words), |w| facts::yes_no(w, cx, pda, field));
            }
            w.item_with(
                |w| facts::code(w, "Death certificate signed"),
                |w| _ = time::date_time(w, cx, "valueDateTime", pda.get(4)),
            );
        });
        w.extensions(|w| {
            w.extension(PLACE, |w| {
                if let Some(place) = place {
                    cx.reference(w, "valueReference", place);
                }
            });
        });
    });
    write_autopsy(out, cx, pda);
}

fn write_autopsy<'m>(out: &mut Arena, cx: &mut Context<'m>, pda: Seg<'m>) {
    if ![6, 7, 8].into_iter().any(|n| pda.valued(n)) {
        return;
    }
    let patient = patient_of(cx, pda);
    let own = cx.own_of(Kind::Procedure, (pda, 0), patient, &[b"PDA"]);
    out.resource(own, None, |w| {
        let is_done = match pda.get(6).first() {
            b"N" => "not-done",
            _ if pda.peek(7).peek(2).is_empty() => "unknown",
            _ => "completed",
        };
        w.literal("status", is_done);
        const SNOMED: &str = "http://snomed.info/sct";
        coded::fixed(w, "code", SNOMED, "29240004", "Autopsy examination");
        subject_required(w, cx, "subject", pda);
        timing::range(w, cx, "performedPeriod", pda.get(7));
        w.array("performer", |w| {
            w.item(|w| _ = practitioner::member(w, cx, "actor", pda.get(8)));
        });
    });
    may_lack_patient(out, cx, pda);
}
