//! PV1 as Encounter, with what PV2, ROL and PRT say of it, as EpisodeOfCare and as Coverage (guide:
//! PV1[Encounter], PV1[Coverage], PV1[Patient], MSH[Encounter]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::story::is_visit;
use super::super::time;
use super::super::types::place::Level;
use super::super::types::{coded, identifier, place, practitioner, text, timing};
use super::{
    account, dg1, history, may_lack_patient, mrg, participation, patient_of, pv2, sch, subject,
    subject_required,
};

const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
const IMPORTANCE: &str = "http://hl7.org/fhir/StructureDefinition/patient-importance";
const CLASSIFICATION: &str =
    "http://hl7.org/fhir/StructureDefinition/subject-locationClassification";
const DESCRIPTION: &str = "http://hl7.org/fhir/StructureDefinition/resource-instance-description";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// The Encounter of a PV1.
pub(crate) fn encounter<'m>(cx: &mut Context<'m>, pv1: Seg<'m>) -> Ref {
    if let Some(known) = cx.owned(Kind::Encounter, pv1) {
        return known;
    }
    let patient = patient_of(cx, pv1);
    if let Some(sch) = appointment(cx, pv1).filter(|_| !pv1.any([19, 50])) {
        // It has no number yet, and is known by the appointment that it is for.
        let appointment = sch::appointment(cx, sch);
        let patient = patient.as_ref().map_or(&[][..], |patient| patient.id.bytes());
        return cx.own_of(Kind::Encounter, (pv1, 0), Some(appointment), &[patient]);
    }
    cx.own(Kind::Encounter, pv1, |cx| key(cx, pv1.peek(19), patient))
}

/// The key of a visit: of its number alone, for it may move to another patient (A18, A40, A45). A short one
/// without an authority is that of a sender that begins to number anew at each patient: it counts there.
pub(super) fn key<'m>(
    cx: &mut Context<'m>,
    number: Parts<'m>,
    patient: Option<Ref>,
) -> Option<Key> {
    let mut key = identifier::cx_key(cx, Kind::Encounter, number)?;
    let is_short = number.first().trim_ascii().len() <= SHORT && number.peek(4).is_empty();
    if let Some(patient) = patient.filter(|_| is_short) {
        key.push(patient.id.bytes());
    }
    Some(key)
}

/// So many characters do not number the visits of all patients.
const SHORT: usize = 3;

/// Writes the Encounter, and what else the segment tells of, if there is a visit.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>) {
    if !is_visit(pv1) {
        pv1.done(1);
        pv1.done(2);
        return;
    }
    let own = encounter(cx, pv1);
    pv1.done(1);
    let episode = episode(cx, pv1);
    let pv2 = cx.story.first_of(pv1, b"PV2");
    let status = status(cx, pv1);
    let destination = destination(cx, pv1, own);
    out.resource(own, Some(pv1), |w| {
        if let Some(pv2) = pv2 {
            pv2::meta(w, cx, pv2);
            pv2::text(w, cx, pv2);
        }
        w.array("identifier", |w| {
            identifier::cx_item_typed(w, cx, pv1.get(19), ("VN", "Visit number"));
            for value in pv1.all(50) {
                identifier::cx_item(w, cx, value);
            }
            mrg::visit_identifiers(w, cx, pv1);
        });
        w.literal("status", status);
        class(w, cx, pv1);
        w.array("type", |w| _ = coded::concept_item_by(w, cx, pv1.get(4), Table::AdmissionType));
        coded::concept_by(w, cx, "serviceType", pv1.get(10), Table::HospitalService);
        if let Some(pv2) = pv2 {
            coded::concept_by(w, cx, "priority", pv2.get(25), Table::EncounterPriority);
        }
        subject(w, cx, "subject", pv1);
        if let Some(episode) = episode {
            w.array("episodeOfCare", |w| cx.reference_item(w, episode));
        }
        w.array("participant", |w| {
            participants(w, cx, pv1, pv2);
            participation::participants(w, cx, pv1);
        });
        let end = if goes_on(cx) { Parts::EMPTY } else { pv1.get(45) };
        timing::period(w, cx, "period", [pv1.get(44), end]);
        if let Some(pv2) = pv2 {
            pv2::length(w, cx, pv2);
            w.array("reasonCode", |w| _ = coded::concept_item(w, cx, pv2.get(3)));
        }
        w.array("diagnosis", |w| dg1::diagnoses(w, cx, pv1, "use"));
        w.array("account", |w| account::items(w, cx, pv1));
        w.object("hospitalization", |w| hospitalization(w, cx, pv1, destination));
        w.array("location", |w| locations(w, cx, pv1, pv2, status));
        w.extensions(|w| {
            if let Some(pv2) = pv2 {
                pv2::extensions(w, cx, pv2);
            }
        });
    });
    if let Some(to) = destination {
        place::write_discharge(out, cx, to, pv1.get(37));
    }
    write_bed(out, cx, pv1);
    mrg::write_visits(out, cx, pv1, own);
    write_episode(out, cx, pv1);
    write_coverages(out, cx, pv1);
    history::write(out, cx, pv1);
}

/// Whether a discharge, or one that was to come, is cancelled: what PV1-36 and 37 tell of it is so no more.
fn stays(cx: &Context<'_>) -> bool {
    matches!(cx.event(), b"A13" | b"A25")
}

/// The kind of place that a patient was discharged to, PV1-37.
fn destination<'m>(cx: &mut Context<'m>, pv1: Seg<'m>, visit: Ref) -> Option<Ref> {
    let is_told = pv1.valued(37) && !stays(cx);
    is_told.then(|| cx.own_of(Kind::Location, (pv1, 1), Some(visit), &[b"PV1-37"]))
}

fn hospitalization<'m>(w: &mut Json, cx: &mut Context<'m>, pv1: Seg<'m>, destination: Option<Ref>) {
    identifier::cx_member(w, cx, "preAdmissionIdentifier", pv1.get(5));
    coded::concept(w, cx, "admitSource", pv1.get(14));
    coded::concept_by(w, cx, "reAdmission", pv1.get(13), Table::ReadmissionIndicator);
    w.array("dietPreference", |w| _ = coded::concept_item(w, cx, pv1.get(38)));
    w.array("specialCourtesy", |w| _ = coded::concept_item(w, cx, pv1.get(16)));
    w.array("specialArrangement", |w| {
        for value in pv1.all(15) {
            coded::concept_item_by(w, cx, value, Table::AmbulatoryStatus);
        }
    });
    if let Some(to) = destination {
        cx.reference(w, "destination", to);
    }
    if !stays(cx) {
        coded::concept(w, cx, "dischargeDisposition", pv1.get(36));
    }
}

/// Writes the items of `location`: PV1-3, 6, 11 and 42, PV2-1.
fn locations<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    pv1: Seg<'m>,
    pv2: Option<Seg<'m>>,
    visit: &str,
) {
    let is_planned = pv1.peek(2).first().trim_ascii() == b"P";
    let assigned = if is_planned { "planned" } else { "active" };
    // Nobody is to be transferred any more.
    let pending = if cx.event() == b"A26" { Parts::EMPTY } else { pv1.get(42) };
    let prior_pending = pv2.map_or(Parts::EMPTY, |pv2| pv2.get(1));
    let places = [
        (pv1.get(3), assigned),
        (pv1.get(6), "completed"),
        (pv1.get(11), "active"),
        (pending, "reserved"),
        (prior_pending, "planned"),
    ];
    for (n, (value, status)) in places.into_iter().enumerate() {
        let to = match n {
            0 => assigned_place(cx, pv1),
            _ => place::refer(cx, value),
        };
        let Some(to) = to else { continue };
        w.item(|w| {
            if n == 2 {
                w.array("extension", temporary);
            }
            cx.reference(w, "location", to);
            if let Some(status) = status_of_place(visit, status) {
                w.literal("status", status);
            }
        });
    }
}

/// The status of a place during a visit of a status: nobody is where a visit has ended, or has yet to begin, and
/// no place waits for one that does not come.
fn status_of_place(visit: &str, place: &'static str) -> Option<&'static str> {
    match (visit, place) {
        ("finished", "active") => Some("completed"),
        ("planned", "active") => Some("planned"),
        ("finished" | "cancelled" | "entered-in-error", "active" | "reserved" | "planned") => None,
        _ => Some(place),
    }
}

/// Writes the extension that tells that a location is a temporary one.
pub(super) fn temporary(w: &mut Json) {
    w.extension(CLASSIFICATION, |w| {
        const SYSTEM: &str = "http://hl7.org/fhir/subject-locationClassification";
        coded::fixed(w, "valueCodeableConcept", SYSTEM, "temporary", "Temporary");
    });
}

/// Whether PV1-40 tells the status of a room or bed.
fn has_bed_status(pv1: Seg<'_>) -> bool {
    let place = pv1.peek(3);
    let level = place::innermost(place);
    pv1.valued(40) && matches!(level, Some(Level::Bed | Level::Room))
}

/// The Location of PV1-3: one of its own if there is a status of the bed.
fn assigned_place<'m>(cx: &mut Context<'m>, pv1: Seg<'m>) -> Option<Ref> {
    let value = pv1.get(3);
    if !has_bed_status(pv1) {
        return place::refer(cx, value);
    }
    let level = place::innermost(value)?;
    Some(cx.own(Kind::Location, pv1, |cx| Some(place::key(cx, value.again(), level))))
}

/// Writes the Location of PV1-3 with the status of the bed.
fn write_bed<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>) {
    if !has_bed_status(pv1) {
        return;
    }
    let value = pv1.get(3);
    let (Some(own), Some(level)) = (assigned_place(cx, pv1), place::innermost(value)) else {
        return;
    };
    place::write_with(out, cx, own, value, level, |w, cx| {
        coded::coding_by(w, cx, "operationalStatus", pv1.get(40), Table::BedStatus);
    });
}

/// The EpisodeOfCare that a visit is part of, if PV1-53 or PV1-54 tells of one.
pub(super) fn episode<'m>(cx: &mut Context<'m>, pv1: Seg<'m>) -> Option<Ref> {
    if !pv1.valued(53) && !pv1.valued(54) {
        return None;
    }
    if pv1.peek(54).peek(1).is_empty() {
        let visit = encounter(cx, pv1);
        return Some(cx.own_of(Kind::EpisodeOfCare, (pv1, 0), Some(visit), &[b"PV1-53"]));
    }
    Some(cx.own(Kind::EpisodeOfCare, pv1, |cx| {
        identifier::cx_key(cx, Kind::EpisodeOfCare, pv1.peek(54))
    }))
}

fn write_episode<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>) {
    let Some(own) = episode(cx, pv1) else { return };
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            for value in pv1.all(54) {
                identifier::cx_item(w, cx, value);
            }
        });
        // The status is required, and no code of it says that it is not known.
        w.literal("status", "active");
        w.array("diagnosis", |w| dg1::diagnoses(w, cx, pv1, "role"));
        subject_required(w, cx, "patient", pv1);
        w.extensions(|w| {
            w.extension(DESCRIPTION, |w| _ = text::string(w, cx, "valueString", pv1.get(53)));
        });
    });
}

/// Writes a Coverage for each financial class, PV1-20.
fn write_coverages<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>) {
    for (n, value) in (0..).zip(pv1.all(20)) {
        let visit = Some(encounter(cx, pv1));
        let own = cx.own_of(Kind::Coverage, (pv1, n), visit, &[b"PV1-20", value.part(1)]);
        out.resource(own, None, |w| {
            w.literal("status", "active");
            coded::concept(w, cx, "type", value.get(1));
            subject_required(w, cx, "beneficiary", pv1);
            w.object("period", |w| _ = time::date_time(w, cx, "start", value.get(2)));
            w.array("payor", |w| _ = w.item(|w| w.literal("display", "unknown")));
        });
        may_lack_patient(out, cx, pv1);
    }
}

/// Writes the extension of Patient for PV1-16.
pub(super) fn importance(w: &mut Json, cx: &mut Context<'_>, pv1: Seg<'_>) {
    w.extension(IMPORTANCE, |w| {
        _ = coded::concept(w, cx, "valueCodeableConcept", pv1.get(16));
    });
}

/// The SCH of the appointment that a visit is told of with.
fn appointment<'m>(cx: &Context<'m>, pv1: Seg<'m>) -> Option<Seg<'m>> {
    cx.story.before(pv1).or_else(|| cx.story.input().first(b"SCH"))
}

/// The status of a visit that an appointment is made, or asked for: nobody has come yet, or nobody comes. Who is
/// in the hospital anyway is there already.
fn status_by_appointment(cx: &Context<'_>, pv1: Seg<'_>, lies_ahead: bool) -> Option<&'static str> {
    let is_outside = matches!(pv1.peek(2).first(), b"O" | b"P" | b"");
    let is_to_come = lies_ahead || is_outside && pv1.peek(44).is_empty();
    if !is_to_come {
        return None;
    }
    let Some(sch) = appointment(cx, pv1) else {
        return cx.story.input().has(b"ARQ").then_some("planned");
    };
    match sch::status(cx, sch).0 {
        "proposed" | "pending" | "booked" | "waitlist" => Some("planned"),
        "cancelled" | "noshow" => Some("cancelled"),
        "entered-in-error" => Some("entered-in-error"),
        "fulfilled" => Some("finished"),
        _ => None,
    }
}

/// Whether the time in a field is of a later day than the message: clocks may differ by minutes.
fn lies_ahead(cx: &Context<'_>, seg: Seg<'_>, field: usize) -> bool {
    let Some(time) = time::read(&seg.peek(field)) else { return false };
    time::read(&cx.msh().peek(7)).is_some_and(|now| time::is_of_later_day(cx, &time, &now))
}

/// Whether a visit goes on whatever PV1-45 says: the discharge is cancelled (A13), or was to come (A16), or not
/// even that any more (A25).
fn goes_on(cx: &Context<'_>) -> bool {
    matches!(cx.event(), b"A13" | b"A16" | b"A25")
}

/// The status, which is required: that of an event that takes back, by discharge, by the appointment, by event, by
/// class.
fn status(cx: &Context<'_>, pv1: Seg<'_>) -> &'static str {
    let is_past = |field| !pv1.peek(field).is_empty() && !lies_ahead(cx, pv1, field);
    let event = cx.event();
    let takes_back = goes_on(cx) || matches!(event, b"A11" | b"A23" | b"A27" | b"A38");
    let by_event = Table::EventEncounterStatus.get(event).map(|code| code.code);
    let by_class = Table::PatientClassEncounterStatus.get(pv1.peek(2).first());
    match by_event {
        Some(status) if takes_back => status,
        _ if is_past(45) => "finished",
        // Who is registered has arrived (2.8.2, 3.3.4), though the guide has all of them planned.
        _ if event == b"A04" && is_past(44) => by_class.map_or("arrived", |c| c.code),
        Some(status) if status != "unknown" => status,
        _ => {
            let by_class = by_class.map(|code| code.code);
            let lies_ahead = lies_ahead(cx, pv1, 44);
            let by_day = lies_ahead.then_some("planned");
            let by_appointment = status_by_appointment(cx, pv1, lies_ahead);
            by_appointment.or(by_day).or(by_class).unwrap_or("unknown")
        }
    }
}

/// The class is required: table 0004, else as it came.
pub(super) fn class(w: &mut Json, cx: &mut Context<'_>, pv1: Seg<'_>) {
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

/// PV1-7, 8, 9, 17 and 52, and PV2-13.
fn participants<'m>(w: &mut Json, cx: &mut Context<'m>, pv1: Seg<'m>, pv2: Option<Seg<'m>>) {
    let roles = [
        (Some(pv1), 7, "ATND", "attender"),
        (Some(pv1), 8, "REF", "referrer"),
        (Some(pv1), 9, "CON", "consultant"),
        (Some(pv1), 17, "ADM", "admitter"),
        (Some(pv1), 52, "PART", "Participation"),
        (pv2, 13, "REF", "referrer"),
    ];
    for (seg, field, code, display) in roles {
        for value in seg.into_iter().flat_map(|seg| seg.all(field)) {
            w.item_with(
                |w| {
                    w.array("type", |w| coded::fixed_item(w, PARTICIPATION, code, display));
                },
                |w| _ = practitioner::member(w, cx, "individual", value),
            );
        }
    }
}
