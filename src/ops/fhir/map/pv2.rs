//! PV2 as parts of Encounter (guide: PV2[Encounter]).

use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::{Decimal, Json};
use super::super::time;
use super::super::types::coded;

const PLANNED_START: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedStartDate";
const PLANNED_END: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate";
const MODE_OF_ARRIVAL: &str = "http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival";
const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

/// Writes `meta`: a visit that is protected (PV2-22) is restricted.
pub(crate) fn meta(w: &mut Json, cx: &mut Context<'_>, pv2: Seg<'_>) {
    let value = pv2.get(22);
    let (code, display) = match value.first().trim_ascii() {
        b"Y" => ("R", "restricted"),
        b"N" => ("N", "normal"),
        b"" => return,
        _ => return cx.give_up(&value, "code"),
    };
    w.object("meta", |w| {
        w.array("security", |w| {
            w.item(|w| {
                w.literal("system", CONFIDENTIALITY);
                w.literal("code", code);
                w.literal("display", display);
            });
        });
    });
}

/// Writes `text` from PV2-12.
pub(crate) fn text(w: &mut Json, cx: &Context<'_>, pv2: Seg<'_>) {
    let value = pv2.get(12);
    if value.is_empty() {
        return;
    }
    let words = cx.text(value.raw());
    let words = String::from_utf8_lossy(&words);
    let words =
        words.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{FEFF}');
    if words.is_empty() {
        return;
    }
    let mut div = String::from("<div xmlns=\"http://www.w3.org/1999/xhtml\">");
    for c in words.chars() {
        match c {
            '&' => div.push_str("&amp;"),
            '<' => div.push_str("&lt;"),
            '>' => div.push_str("&gt;"),
            c => div.push(c),
        }
    }
    div.push_str("</div>");
    w.object("text", |w| {
        w.literal("status", "additional");
        w.string("div", div.as_bytes());
    });
}

/// Writes `length` from PV2-11, in days.
pub(crate) fn length(w: &mut Json, cx: &mut Context<'_>, pv2: Seg<'_>) {
    let value = pv2.get(11);
    if value.is_empty() {
        return;
    }
    if Decimal::of(value.first()).is_none_or(|days| days.is_negative()) {
        return cx.give_up(&value, "number");
    }
    w.object("length", |w| {
        w.decimal("value", value.first());
        w.literal("unit", "days");
        w.literal("system", "http://unitsofmeasure.org");
        w.literal("code", "d");
    });
}

/// Writes extensions of Encounter.
pub(crate) fn extensions(w: &mut Json, cx: &mut Context<'_>, pv2: Seg<'_>) {
    for (url, field) in [(PLANNED_START, 8), (PLANNED_END, 9)] {
        w.extension(url, |w| _ = time::date_time(w, cx, "valueDateTime", pv2.get(field)));
    }
    w.extension(MODE_OF_ARRIVAL, |w| {
        coded::coding_by(w, cx, "valueCoding", pv2.get(38), Table::ModeOfArrivalCode);
    });
}
