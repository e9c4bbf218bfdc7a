//! ACC as Observation of an accident. The guide has no map of it, and R4 no resource: Claim.accident is of
//! a claim, AdverseEvent of what care did.

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, identifier, practitioner, text};
use super::{encounter, facts, patient_of, subject};

const PLACE: &str = "http://hl7.org/fhir/StructureDefinition/event-location";

/// The Observation of an accident: of its number, else of the patient and its time.
fn accident<'m>(cx: &mut Context<'m>, acc: Seg<'m>) -> Ref {
    if acc.peek(13).part(1).is_empty() {
        let patient = patient_of(cx, acc);
        return cx.own_of(Kind::Observation, (acc, 0), patient, &[b"ACC", acc.peek(1).first()]);
    }
    cx.own(Kind::Observation, acc, |cx| identifier::ei_key(cx, Kind::Observation, acc.peek(13)))
}

/// The Location of an accident, if it is told.
fn place<'m>(cx: &mut Context<'m>, acc: Seg<'m>) -> Option<Ref> {
    let is_told = [3, 4, 11].into_iter().any(|n| acc.valued(n));
    is_told.then(|| {
        let of = accident(cx, acc);
        cx.own_of(Kind::Location, (acc, 0), Some(of), &[])
    })
}

/// Writes the Observation, and the Location.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, acc: Seg<'m>) {
    let own = accident(cx, acc);
    let place = place(cx, acc);
    out.resource(own, Some(acc), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, acc.get(13), None));
        w.literal("status", "final");
        w.object("code", |w| w.literal("text", "Accident"));
        subject(w, cx, "subject", acc);
        encounter(w, cx, "encounter", acc);
        time::date_time(w, cx, "effectiveDateTime", acc.get(1));
        w.array("performer", |w| _ = practitioner::member_item(w, cx, acc.get(7)));
        coded::concept(w, cx, "valueCodeableConcept", acc.get(2));
        w.array("note", |w| _ = w.item(|w| _ = text::string(w, cx, "text", acc.get(8))));
        w.array("component", |w| components(w, cx, acc));
        w.extensions(|w| {
            w.extension(PLACE, |w| {
                if let Some(place) = place {
                    cx.reference(w, "valueReference", place);
                }
            });
        });
    });
    let Some(place) = place else { return };
    out.resource(place, None, |w| {
        text::string(w, cx, "name", acc.get(3));
        w.literal("mode", "instance");
        let state = acc.get(4);
        if acc.valued(11) {
            address::member(w, cx, "address", acc.get(11));
            state.give_up();
        } else {
            w.object("address", |w| _ = text::of_coded(w, cx, "state", state));
        }
    });
}

fn components<'m>(w: &mut Json, cx: &mut Context<'m>, acc: Seg<'m>) {
    for (field, words) in [(5, "Job related"), (6, "Death"), (10, "Police notified")] {
        w.item_with(|w| facts::code(w, words), |w| facts::yes_no(w, cx, acc, field));
    }
    let words = |w: &mut Json, cx: &Context<'_>, value: Parts<'_>| {
        text::string(w, cx, "valueString", value);
    };
    w.item_with(|w| facts::code(w, "Brought in by"), |w| words(w, cx, acc.get(9)));
    w.item_with(|w| facts::code(w, "Degree of patient liability"), |w| words(w, cx, acc.get(12)));
}
