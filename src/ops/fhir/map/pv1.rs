//! PV1 as Encounter (guide: PV1[Encounter]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{coded, identifier, place, practitioner, timing};
use super::subject;

const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// The Encounter of a PV1.
pub(crate) fn encounter<'m>(cx: &mut Context<'m>, pv1: Seg<'m>) -> Ref {
    let patient = cx.story.patient(pv1).map(|pid| super::pid::patient(cx, pid));
    cx.own(Kind::Encounter, pv1, |cx| {
        let number: Key = identifier::cx_key(cx, Kind::Encounter, pv1.peek(19))?;
        Some(match patient {
            Some(patient) => number.with(patient.id.bytes()),
            None => number,
        })
    })
}

/// Writes the Encounter.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>) {
    let own = encounter(cx, pv1);
    pv1.done(1);
    out.resource(own, Some(pv1), |w| {
        w.array("identifier", |w| {
            identifier::cx_item_typed(w, cx, pv1.get(19), ("VN", "Visit number"));
            identifier::cx_item(w, cx, pv1.get(50));
        });
        status(w, cx, pv1);
        class(w, cx, pv1);
        w.array("type", |w| _ = coded::concept_item_by(w, cx, pv1.get(4), Table::AdmissionType));
        coded::concept_by(w, cx, "serviceType", pv1.get(10), Table::HospitalService);
        subject(w, cx, "subject", pv1);
        w.array("participant", |w| participants(w, cx, pv1));
        timing::period(w, cx, "period", [pv1.get(44), pv1.get(45)]);
        w.object("hospitalization", |w| {
            identifier::cx_member(w, cx, "preAdmissionIdentifier", pv1.get(5));
            coded::concept(w, cx, "admitSource", pv1.get(14));
            coded::concept_by(w, cx, "reAdmission", pv1.get(13), Table::ReadmissionIndicator);
            coded::concept(w, cx, "dischargeDisposition", pv1.get(36));
        });
        w.array("location", |w| {
            for (field, status) in [(3, "active"), (6, "completed"), (11, "active")] {
                if let Some(place) = place::refer(cx, pv1.get(field)) {
                    w.item(|w| {
                        cx.reference(w, "location", place);
                        w.literal("status", status);
                    });
                }
            }
        });
    });
}

/// The status is required: by discharge, by event, by class.
fn status(w: &mut Json, cx: &mut Context<'_>, pv1: Seg<'_>) {
    let discharged = !pv1.peek(45).is_empty();
    let by_event = Table::EventEncounterStatus.get(cx.event()).map(|code| code.code);
    let by_class = Table::PatientClassEncounterStatus.get(pv1.peek(2).first());
    let status = match by_event {
        _ if discharged => "finished",
        Some(status) if status != "unknown" => status,
        _ => by_class.map_or("unknown", |code| code.code),
    };
    w.literal("status", status);
}

/// The class is required: table 0004, else as it came.
fn class(w: &mut Json, cx: &mut Context<'_>, pv1: Seg<'_>) {
    let value = pv1.get(2);
    match cx.code(Table::PatientClassEncounterClass, value.first()) {
        Some(code) => {
            w.object("class", |w| coded::code_in(w, code));
        }
        None => {
            if !coded::coding(w, cx, "class", value) {
                w.object("class", |w| {
                    w.literal("system", NULL_FLAVOR);
                    w.literal("code", "UNK");
                    w.literal("display", "Unknown");
                });
            }
        }
    }
}

/// PV1-7, 8, 9, 17 and 52.
fn participants<'m>(w: &mut Json, cx: &mut Context<'m>, pv1: Seg<'m>) {
    let roles = [
        (7, "ATND", "attender"),
        (8, "REF", "referrer"),
        (9, "CON", "consultant"),
        (17, "ADM", "admitter"),
        (52, "PART", "Participation"),
    ];
    for (field, code, display) in roles {
        for value in pv1.all(field) {
            w.item_with(
                |w| {
                    w.array("type", |w| coded::fixed_item(w, PARTICIPATION, code, display));
                },
                |w| _ = practitioner::member(w, cx, "individual", value),
            );
        }
    }
}
