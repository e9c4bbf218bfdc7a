//! OBR as DiagnosticReport (guide: OBR[DiagnosticReport], ORC[DiagnosticReport]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, timing};
use super::super::wanted::Wanted;
use super::{
    asks, encounter, field, fields, note, obx, orc, parent, prt, service_request, spm, subject,
};

const FUNCTION: &str = "http://hl7.org/fhir/StructureDefinition/event-performerFunction";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const STATUS_REASON: &str = "http://hl7.org/fhir/StructureDefinition/event-statusReason";
/// An element of R5.
const NOTE: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-DiagnosticReport.note";

/// The DiagnosticReport of an OBR: of its filler's number, of what was done, and of the result that it is
/// about, for laboratories give all panels of one sample one number.
pub(crate) fn report<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Ref {
    cx.own_by_id(Kind::DiagnosticReport, obr, 0, |cx| {
        let in_orc = || orc::of(cx, obr).map_or(Parts::EMPTY, |orc| orc.peek(3));
        let number = if obr.valued(3) { obr.peek(3) } else { in_orc() };
        let key = identifier::ei_key(cx, Kind::DiagnosticReport, number)?;
        let mut key = key.with(&cx.text(obr.peek(4).first()));
        if obr.valued(26) {
            parent::push_key(&mut key, cx, obr);
        }
        Some(cx.further_of_patient(key, obr))
    })
}

/// Whether an OBR reports results, and does not ask for them.
pub(crate) fn is_report<'m>(cx: &Context<'m>, obr: Seg<'m>) -> bool {
    cx.known_report(obr, || tells_results(cx, obr))
}

fn tells_results<'m>(cx: &Context<'m>, obr: Seg<'m>) -> bool {
    if asks(cx) {
        return is_prior(cx, obr);
    }
    let kind = cx.msh().peek(9).first();
    matches!(kind, b"ORU" | b"OUL" | b"ORA" | b"OPU")
        || obr.valued(22)
        || obr.valued(25)
        || cx.story.first_of(obr, b"OBX").is_some()
}

/// Whether an OBR in a message that asks tells of earlier results: these come with a PID of their
/// own inside of the order (group PRIOR_RESULT, chapter 4 of 2.9).
pub(crate) fn is_prior<'m>(cx: &Context<'m>, obr: Seg<'m>) -> bool {
    let has_results = obr.valued(22) || obr.valued(25) || cx.story.first_of(obr, b"OBX").is_some();
    has_results && cx.story.is_before(obr)
}

/// The earlier reports that belong to the last order before them.
pub(crate) fn prior_reports<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Vec<Ref> {
    if !service_request::is_asked(cx, obr) {
        return Vec::new();
    }
    let input = cx.story.input();
    let mut reports = Vec::new();
    for next in (obr.at() + 1..input.len()).map(|at| input.seg(at)).filter(|seg| seg.is(b"OBR")) {
        if !is_prior(cx, next) {
            break;
        }
        reports.push(report(cx, next));
    }
    reports
}

/// Writes the resources of an OBR: the report, the order, the specimen.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, obr: Seg<'m>) {
    obr.done(1);
    if is_report(cx, obr) {
        write_report(out, cx, obr);
    }
    if service_request::is_wanted(cx, obr) {
        service_request::write(out, cx, obr);
    }
    if spm::is_of_obr(cx, obr) {
        spm::write_of_obr(out, cx, obr);
    }
}

/// When what a report tells was so, from OBR-7 and OBR-8: a time, or a period where it has an end.
pub(super) fn effective(w: &mut Json, cx: &mut Context<'_>, [start, end]: [Parts<'_>; 2]) {
    if end.is_empty() {
        time::date_time(w, cx, "effectiveDateTime", start);
    } else {
        timing::period(w, cx, "effectivePeriod", [start, end]);
    }
}

fn write_report<'m>(out: &mut Arena, cx: &mut Context<'m>, obr: Seg<'m>) {
    let own = report(cx, obr);
    let orc = orc::of(cx, obr);
    out.resource(own, Some(obr), |w| {
        orc::meta(w, cx, orc);
        w.array("identifier", |w| {
            orc::numbers(w, cx, orc, Some(obr));
            orc::group_items(w, cx, orc);
        });
        if service_request::is_wanted(cx, obr) {
            w.array("basedOn", |w| {
                let to = service_request::request(cx, obr);
                cx.reference_item(w, to);
            });
        }
        coded::code(w, cx, "status", obr.get(25), Table::ResultStatus, "unknown");
        w.array("category", |w| {
            coded::concept_item_by(w, cx, obr.get(24), Table::DiagnosticServiceSectionId);
        });
        if !coded::concept(w, cx, "code", obr.get(4)) {
            w.object("code", |w| w.literal("text", "unknown"));
        }
        subject(w, cx, "subject", obr);
        encounter(w, cx, "encounter", obr);
        effective(w, cx, [obr.get(7), obr.get(8)]);
        time::instant(w, cx, "issued", obr.get(22));
        w.array("performer", |w| performers(w, cx, orc, obr));
        w.array("resultsInterpreter", |w| interpreters(w, cx, orc, obr));
        w.array("specimen", |w| spm::references(w, cx, obr));
        w.array("result", |w| {
            for obx in cx.story.of(obr, b"OBX") {
                if obx::is_result(cx, obx) {
                    let to = obx::observation(cx, obx);
                    cx.reference_item(w, to);
                }
            }
        });
        w.extensions(|w| {
            w.extension(STATUS_REASON, |w| {
                coded::concept(w, cx, "valueCodeableConcept", field(orc, 16));
            });
            for nte in cx.story.of(obr, b"NTE") {
                w.extension(NOTE, |w| {
                    _ = w.object("valueAnnotation", |w| note::inside(w, cx, nte))
                });
            }
        });
    });
    if let Some(orc) = orc {
        out.takes(orc);
    }
}

/// OBR-34 and OBR-35, and the PRT of those who did it.
fn performers<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>, obr: Seg<'m>) {
    let functions = [(34, "SPRF", "secondary performer"), (35, "TRANS", "Transcriber")];
    for (n, code, display) in functions {
        for value in obr.all(n) {
            let Some(to) = cx.refer(Wanted::Ndl(value)) else { continue };
            w.item(|w| {
                cx.reference_in(w, to);
                w.array("extension", |w| {
                    w.extension(FUNCTION, |w| {
                        coded::fixed(w, "valueCodeableConcept", PARTICIPATION, code, display);
                    });
                });
            });
        }
    }
    roles(w, cx, orc, obr, &[b"ARI", b"TN", b"TR"]);
}

/// OBR-32 and OBR-33, and the PRT of the principal interpreter.
fn interpreters<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>, obr: Seg<'m>) {
    for value in fields(Some(obr), 32).chain(fields(Some(obr), 33)) {
        if let Some(to) = cx.refer(Wanted::Ndl(value)) {
            cx.reference_item(w, to);
        }
    }
    roles(w, cx, orc, obr, &[b"PRI"]);
}

/// Writes items that refer to the roles of the PRT with these codes.
fn roles<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    orc: Option<Seg<'m>>,
    obr: Seg<'m>,
    codes: &'static [&'static [u8]],
) {
    for owner in orc.into_iter().chain([obr]) {
        for prt in prt::of(cx, owner, codes) {
            if let Some(to) = prt::role(cx, prt) {
                cx.reference_item(w, to);
            }
        }
    }
}
