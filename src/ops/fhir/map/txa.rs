//! TXA as DocumentReference, whose content is in the OBX segments that follow it (guide:
//! TXA[DocumentReference], OBX[DocumentReference], NTE[DocumentReference], TXA[Provenance]).

use crate::core::time::Precision;

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{attachment, coded, identifier, practitioner, text};
use super::{service_request, subject};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;

const DATE: &str = "http://hl7.org/fhir/6.0/StructureDefinition/extension-date";
const ALTERNATE_CODES: &str = "http://hl7.org/fhir/StructureDefinition/alternate-codes";
const AVAILABILITY: &str = "http://terminology.hl7.org/CodeSystem/v2-0273";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// The DocumentReference of a TXA.
pub(crate) fn document<'m>(cx: &mut Context<'m>, txa: Seg<'m>) -> Ref {
    cx.own(Kind::DocumentReference, txa, |cx| {
        identifier::ei_key(cx, Kind::DocumentReference, txa.peek(12))
    })
}

/// Whether an OBX is the content of a document.
pub(crate) fn is_content<'m>(cx: &Context<'m>, obx: Seg<'m>) -> bool {
    cx.story.owner(obx).is_some_and(|owner| owner.is(b"TXA"))
}

/// Writes the DocumentReference.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, txa: Seg<'m>) {
    let own = document(cx, txa);
    txa.done(1);
    out.resource(own, Some(txa), |w| {
        identifier::ei_member(w, cx, "masterIdentifier", txa.get(12), None);
        w.array("identifier", |w| {
            w.item(|w| _ = text::string(w, cx, "value", txa.get(16)));
        });
        status(w, cx, txa);
        coded::code(w, cx, "docStatus", txa.get(17), Table::DocumentCompletionStatus, "");
        coded::concept(w, cx, "type", txa.get(2));
        w.array("category", |w| {
            let mut before: HashSet<&[u8]> = HashSet::new();
            for obx in cx.story.of(txa, b"OBX") {
                let what = obx.peek(3);
                if before.insert(what.peek_raw()) {
                    coded::concept_item(w, cx, what);
                }
            }
        });
        subject(w, cx, "subject", txa);
        let date = txa.get(6);
        let is_whole = time::read(&date).is_some_and(|time| time.precision() >= Precision::Hour);
        let has_date = is_whole && time::instant(w, cx, "date", date);
        w.array("author", |w| {
            for value in txa.all(9) {
                practitioner::member_item(w, cx, value);
            }
        });
        if !practitioner::member(w, cx, "authenticator", txa.get(10)) {
            practitioner::member(w, cx, "authenticator", txa.get(22));
        }
        relates_to(w, cx, txa);
        text::lines(w, cx, "description", txa.all(25));
        w.array("securityLabel", |w| {
            coded::concept_item_by(w, cx, txa.get(18), Table::DocumentConfidentialityStatus);
        });
        w.array("content", |w| contents(w, cx, txa));
        w.object("context", |w| {
            w.array("encounter", |w| {
                if let Some(visit) = cx.story.visit(txa) {
                    let to = super::pv1::encounter(cx, visit);
                    cx.reference_item(w, to);
                }
            });
            w.object("period", |w| _ = time::date_time(w, cx, "start", txa.get(4)));
            w.array("related", |w| {
                for obr in orders(cx, txa) {
                    if service_request::is_wanted(cx, obr) {
                        let to = service_request::request(cx, obr);
                        cx.reference_item(w, to);
                    }
                }
                for (field, role) in [(14, identifier::PLACER), (15, identifier::FILLER)] {
                    for value in txa.all(field) {
                        identifier::ei_reference_item(
                            w,
                            cx,
                            Kind::ServiceRequest,
                            value,
                            Some(role),
                        );
                    }
                }
            });
        });
        w.extensions(|w| {
            if !has_date {
                w.extension(DATE, |w| _ = time::date(w, cx, "valueDate", date));
            }
        });
    });
    provenance(out, cx, txa, own);
}

/// The OBR of the orders that a document is of: all of a message about one document. Of several each has those
/// between it and the one before, and the last those behind it. Elsewhere a document stands in an order, behind its
/// ORC or its OBR (OUL, ORU; chapter 7).
fn orders<'m>(cx: &Context<'m>, txa: Seg<'m>) -> Vec<Seg<'m>> {
    let input = cx.story.input();
    match cx.story.before(txa).filter(|_| cx.msh().peek(9).first() != b"MDM") {
        Some(orc) if orc.is(b"ORC") => return cx.story.of(orc, b"OBR").collect(),
        Some(obr) => return vec![obr],
        None => {}
    }
    let other = |seg: &Seg<'m>| seg.is(b"TXA");
    let from = (0..txa.at()).rev().find(|at| other(&input.seg(*at))).unwrap_or(0);
    let behind = txa.at() + 1..input.len();
    let is_last = !behind.clone().any(|at| other(&input.seg(at)));
    let to = if is_last { input.len() } else { txa.at() };
    (from..to).map(|at| input.seg(at)).filter(|seg| seg.is(b"OBR")).collect()
}

/// The status is required: TXA-19 (table 0273), kept as it came where it is not `current`; the
/// event of a cancelled document.
fn status(w: &mut Json, cx: &mut Context<'_>, txa: Seg<'_>) {
    let value = txa.get(19);
    let code = cx.code(Table::DocumentAvailabilityStatus, value.first());
    let status = match code {
        _ if cx.event() == b"T11" => "entered-in-error",
        Some(code) => code.code,
        None => {
            value.give_up();
            "current"
        }
    };
    w.literal("status", status);
    if code.is_some() && value.first() != b"AV" {
        w.object("_status", |w| {
            w.array("extension", |w| {
                w.extension(ALTERNATE_CODES, |w| {
                    w.object("valueCodeableConcept", |w| {
                        w.array("coding", |w| {
                            w.item(|w| {
                                w.literal("system", AVAILABILITY);
                                w.code("code", &cx.text(value.get(1).first()));
                            });
                        });
                    });
                });
            });
        });
    }
}

/// The parent document (TXA-13), which this one replaces or adds to by its event.
fn relates_to<'m>(w: &mut Json, cx: &mut Context<'m>, txa: Seg<'m>) {
    let code = match cx.event() {
        b"T09" | b"T10" => "replaces",
        _ => "appends",
    };
    w.array("relatesTo", |w| {
        w.item_with(
            |w| w.literal("code", code),
            |w| {
                w.object_with(
                    "target",
                    |w| w.literal("type", "DocumentReference"),
                    |w| _ = identifier::ei_member(w, cx, "identifier", txa.get(13), None),
                );
            },
        );
    });
}

/// What a segment OBX of a document holds.
fn is_text(obx: Seg<'_>) -> bool {
    !matches!(obx.peek(2).first().trim_ascii(), b"ED" | b"RP")
}

/// Writes the items of `content`, one at least: lines of text in segments that follow each other
/// and are called the same are one.
fn contents<'m>(w: &mut Json, cx: &mut Context<'m>, txa: Seg<'m>) {
    let start = w.len();
    let story = cx.story;
    // What was deleted or posted wrongly (OBX-11) is not in the document.
    let is_there = |obx: &Seg<'m>| !matches!(obx.peek(11).first(), b"D" | b"W");
    let all: Vec<Seg<'m>> = story.of(txa, b"OBX").filter(is_there).collect();
    let mut rest = &all[..];
    while let Some(&first) = rest.first() {
        let same =
            |obx: &&Seg<'m>| is_text(**obx) && obx.peek(3).peek_raw() == first.peek(3).peek_raw();
        let count = if is_text(first) { rest.iter().take_while(same).count().max(1) } else { 1 };
        let (these, others) = rest.split_at(count);
        rest = others;
        content(w, cx, txa, these);
        for note in these.iter().flat_map(|obx| story.of(*obx, b"NTE")) {
            notes(w, cx, note);
        }
    }
    for note in story.of(txa, b"NTE") {
        notes(w, cx, note);
    }
    if w.len() == start {
        w.item(|w| {
            w.object("attachment", |w| {
                if !mime(w, txa, "") {
                    w.literal("title", "unknown");
                }
            });
        });
    }
}

fn content<'m>(w: &mut Json, cx: &mut Context<'m>, txa: Seg<'m>, these: &[Seg<'m>]) {
    let Some(&first) = these.first() else { return };
    these.iter().for_each(|obx| [1, 2].into_iter().for_each(|n| obx.done(n)));
    if !is_text(first) {
        let is_data = first.peek(2).first().trim_ascii() == b"ED";
        for value in first.all(5) {
            attached(w, cx, first, |w, cx| match is_data {
                true => attachment::ed_in(w, cx, value),
                false => attachment::rp_in(w, cx, value),
            });
        }
        return;
    }
    let mut lines = Vec::new();
    for value in these.iter().flat_map(|obx| obx.all(5)) {
        if !lines.is_empty() {
            lines.push(b'\n');
        }
        lines.extend_from_slice(&cx.text(value.raw()));
    }
    if lines.is_empty() {
        return;
    }
    attached(w, cx, first, |w, _| {
        mime(w, txa, "text/plain");
        w.string("data", STANDARD.encode(&lines).as_bytes());
    });
    these[1..].iter().for_each(|obx| obx.done(3));
}

/// Writes an item of `content`: what the segment holds, its name and its time.
fn attached<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    obx: Seg<'m>,
    inside: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    w.item(|w| {
        w.object("attachment", |w| {
            let before = w.len();
            inside(w, cx);
            if w.len() == before {
                return;
            }
            let has_title = w.bytes()[before..].windows(8).any(|part| part == b"\"title\":");
            if !has_title {
                text::of_coded(w, cx, "title", obx.get(3));
            }
            time::date_time(w, cx, "creation", obx.get(14));
        });
    });
}

/// Writes the type of the contents from TXA-3 (table 0191), else as told. Returns whether it is
/// there.
fn mime(w: &mut Json, txa: Seg<'_>, otherwise: &str) -> bool {
    let value = txa.get(3);
    let kind = attachment::mime(value.first(), b"");
    // Text has come as text, whatever it is said to present.
    match kind {
        Some(kind) if otherwise.is_empty() || kind.starts_with("text/") => {
            w.string("contentType", kind.as_bytes())
        }
        _ => {
            value.give_up();
            w.string("contentType", otherwise.as_bytes())
        }
    }
}

/// Writes a note as contents of its own: its text, and its codes.
fn notes<'m>(w: &mut Json, cx: &mut Context<'m>, note: Seg<'m>) {
    note.done(1);
    let text: Vec<Vec<u8>> = note.all(3).map(|value| cx.text(value.raw()).into_owned()).collect();
    let codes: Vec<Vec<u8>> = note.all(9).map(|value| coded_comment(cx, value)).collect();
    for lines in [text, codes] {
        let text = lines.join(&b'\n');
        w.item(|w| {
            w.object("attachment", |w| {
                if !text.is_empty() {
                    w.literal("contentType", "text/plain");
                    w.string("data", STANDARD.encode(&text).as_bytes());
                }
            });
        });
    }
}

/// NTE-9 as the guide writes it: the original text, and below it `code-text-system`.
fn coded_comment(cx: &Context<'_>, value: Parts<'_>) -> Vec<u8> {
    let part = |n| cx.text(value.get(n).raw()).into_owned();
    let code = [part(1), part(2), part(3)].join(&b'-');
    let original = part(9);
    if original.is_empty() { code } else { [original, code].join(&b'\n') }
}

/// Writes who edited it when, if TXA-8 tells that.
fn provenance<'m>(out: &mut Arena, cx: &mut Context<'m>, txa: Seg<'m>, target: Ref) {
    let edited = txa.all_again(8).filter_map(|value| time::read(&value));
    let Some(edited) = edited.max_by(|a, b| a.compare(b)) else { return };
    let own = cx.own(Kind::Provenance, txa, |_| None);
    out.resource(own, None, |w| {
        w.array("target", |w| cx.reference_item(w, target));
        if time::instant_of(w, cx, "recorded", &edited) {
            if txa.all_again(8).count() == 1 {
                txa.done(8);
            }
        } else {
            w.unknown("_recorded");
        }
        w.array("reason", |w| {
            w.item(|w| _ = text::lines(w, cx, "text", txa.all(21)));
        });
        w.array("agent", |w| {
            let before = w.len();
            let roles = [(9, "AUT", "author (originator)"), (23, "IRCP", "information recipient")];
            for (field, code, display) in roles {
                for value in txa.all(field) {
                    w.item_with(
                        |w| {
                            w.array("role", |w| coded::fixed_item(w, PARTICIPATION, code, display));
                        },
                        |w| _ = practitioner::member(w, cx, "who", value),
                    );
                }
            }
            if w.len() == before {
                w.item(|w| _ = w.object("who", |w| w.literal("display", "unknown")));
            }
        });
    });
}
