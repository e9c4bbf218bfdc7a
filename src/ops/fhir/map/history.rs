//! PV1-43 as Basic that stands for EncounterHistory of R5 (guide: PV1[Basic-EncounterHistory]).

use super::super::bundle::Arena;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::types::place;
use super::pv1;
use super::subject;

const ENCOUNTER: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-EncounterHistory.encounter";
const LOCATION: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-EncounterHistory.location";

/// Writes the history of a visit: where the patient was for a time.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>) {
    let Some(place) = place::refer(cx, pv1.get(43)) else { return };
    let encounter = pv1::encounter(cx, pv1);
    let what = [b"PV1-43", place.id.bytes() as &[u8]];
    let own = cx.own_of(Kind::Basic, (pv1, 0), Some(encounter), &what);
    out.resource(own, None, |w| {
        w.object("code", |w| {
            w.array("coding", |w| {
                w.item(|w| {
                    w.literal("system", "http://hl7.org/fhir/fhir-types");
                    w.literal("code", "EncounterHistory");
                });
            });
        });
        subject(w, cx, "subject", pv1);
        w.extensions(|w| {
            w.extension(ENCOUNTER, |w| cx.reference(w, "valueReference", encounter));
            w.extension(LOCATION, |w| {
                w.array("extension", |w| {
                    w.extension("location", |w| cx.reference(w, "valueReference", place));
                    pv1::temporary(w);
                });
            });
        });
    });
}
