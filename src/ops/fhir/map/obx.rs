//! OBX as Observation (guide: OBX[Observation]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::quantity::{self, Structured};
use super::super::types::{coded, identifier, text, timing};
use super::{encounter, subject};

/// The Observation of an OBX: known by its report, its code and sub-id, and its place among those.
pub(crate) fn observation<'m>(cx: &mut Context<'m>, obx: Seg<'m>) -> Ref {
    let obr = cx.story.up(obx, b"OBR");
    cx.own(Kind::Observation, obx, |cx| {
        let obr = obr?;
        let report = identifier::ei_key(cx, Kind::DiagnosticReport, obr.peek(3))?.id();
        let same = |other: &Seg<'_>| {
            (other.peek(3).peek_raw(), other.peek(4).peek_raw())
                == (obx.peek(3).peek_raw(), obx.peek(4).peek_raw())
        };
        let before = cx.story.of(obr, b"OBX").take_while(|other| other.at() < obx.at());
        let ordinal = before.filter(same).count();
        let key = super::super::id::Key::new(Kind::Observation.name()).with(report.bytes());
        let key = key.with(obx.peek(3).peek_raw()).with(obx.peek(4).peek_raw());
        Some(key.with(ordinal.to_string().as_bytes()))
    })
}

/// Writes the Observation.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, obx: Seg<'m>) {
    let own = observation(cx, obx);
    obx.done(1);
    out.resource(own, Some(obx), |w| {
        coded::code(w, cx, "status", obx.get(11), Table::ObservationStatus, "unknown");
        if !coded::concept(w, cx, "code", obx.get(3)) {
            w.object("code", |w| w.literal("text", "unknown"));
        }
        subject(w, cx, "subject", obx);
        encounter(w, cx, "encounter", obx);
        time::date_time(w, cx, "effectiveDateTime", obx.get(14));
        value(w, cx, obx);
        w.array("interpretation", |w| {
            for value in obx.all(8) {
                coded::concept_item_by(w, cx, value, Table::InterpretationCodes);
            }
        });
        w.array("note", |w| {
            for note in cx.story.of(obx, b"NTE") {
                note.done(1);
                w.item(|w| _ = text::lines(w, cx, "text", note.all(3)));
            }
        });
        w.array("referenceRange", |w| {
            w.item(|w| _ = text::string(w, cx, "text", obx.get(7)));
        });
    });
}

/// Writes `value[x]` from OBX-5 as OBX-2 says.
fn value<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    let (kind, value) = (obx.get(2), obx.get(5));
    if value.is_empty() {
        return;
    }
    let unit = obx.get(6);
    let is_written = match kind.first().trim_ascii() {
        b"NM" => quantity::quantity(w, cx, "valueQuantity", value.first(), unit),
        b"SN" => quantity::structured(w, cx, "value", value, unit) == Structured::Written,
        b"CQ" => quantity::cq(w, cx, "valueQuantity", value),
        b"CE" | b"CWE" | b"CNE" | b"CF" | b"IS" | b"ID" => {
            coded::concept(w, cx, "valueCodeableConcept", value)
        }
        b"DT" | b"DTM" | b"TS" => time::date_time(w, cx, "valueDateTime", value),
        b"TM" => time::time(w, cx, "valueTime", value),
        b"DR" => timing::range(w, cx, "valuePeriod", value),
        _ => false,
    };
    if !is_written {
        // Whatever it is, it is text.
        string(w, cx, obx.all(5));
    }
}

fn string<'m>(w: &mut Json, cx: &Context<'_>, values: impl Iterator<Item = Parts<'m>>) {
    text::lines(w, cx, "valueString", values);
}
