//! PD1 as parts of Patient (guide: PD1[Patient]).

use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::types::{coded, text};
use super::super::wanted::Wanted;

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
