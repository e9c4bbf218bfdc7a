//! PD1 as parts of Patient, and the living will as Observation (guide: PD1[Patient],
//! PD1[Observation-LivingWill]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{coded, text};
use super::super::wanted::Wanted;
use super::subject;

const DISABILITY: &str = "http://hl7.org/fhir/StructureDefinition/patient-disability";
const CONGREGATION: &str = "http://hl7.org/fhir/StructureDefinition/patient-congregation";

/// Writes items of Patient.generalPractitioner.
pub(crate) fn general_practitioners<'m>(w: &mut Json, cx: &mut Context<'m>, pd1: Seg<'m>) {
    for value in pd1.all(3) {
        if let Some(to) = cx.refer(Wanted::Organization(value)) {
            cx.reference_item(w, to);
        }
    }
    for value in pd1.all(4) {
        if let Some(to) = cx.refer(Wanted::Practitioner(value)) {
            cx.reference_item(w, to);
        }
    }
}

/// Writes extensions of Patient.
pub(crate) fn extensions(w: &mut Json, cx: &mut Context<'_>, pd1: Seg<'_>) {
    for value in pd1.all(6) {
        w.extension(DISABILITY, |w| _ = coded::concept(w, cx, "valueCodeableConcept", value));
    }
    for value in pd1.all(14) {
        w.extension(CONGREGATION, |w| {
            // XON.10 stands for a name that is not there.
            let name = if value.peek(1).is_empty() { value.get(10) } else { value.get(1) };
            text::string(w, cx, "valueString", name);
        });
    }
}

/// Writes the Observation of the living will.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pd1: Seg<'m>) {
    if !pd1.valued(7) {
        return;
    }
    let own = cx.own(Kind::Observation, pd1, |_| None);
    out.resource(own, None, |w| {
        w.literal("status", "final");
        w.object("code", |w| {
            w.array("coding", |w| {
                w.item(|w| {
                    w.literal("system", "http://loinc.org");
                    w.literal("code", "42348-3");
                    w.literal("display", "Advance directives");
                });
            });
            w.literal("text", "Living will");
        });
        subject(w, cx, "subject", pd1);
        coded::concept_by(w, cx, "valueCodeableConcept", pd1.get(7), Table::LivingWillCode);
    });
}
