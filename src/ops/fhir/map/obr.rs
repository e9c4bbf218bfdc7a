//! OBR as DiagnosticReport (guide: OBR[DiagnosticReport]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier};
use super::{encounter, subject};

/// The DiagnosticReport of an OBR.
pub(crate) fn report<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Ref {
    cx.own(Kind::DiagnosticReport, obr, |cx| {
        identifier::ei_key(cx, Kind::DiagnosticReport, obr.peek(3))
    })
}

/// Writes the DiagnosticReport.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, obr: Seg<'m>) {
    let own = report(cx, obr);
    obr.done(1);
    out.resource(own, Some(obr), |w| {
        w.array("identifier", |w| {
            identifier::ei_item(w, cx, obr.get(2), Some(identifier::PLACER));
            identifier::ei_item(w, cx, obr.get(3), Some(identifier::FILLER));
        });
        coded::code(w, cx, "status", obr.get(25), Table::ResultStatus, "unknown");
        w.array("category", |w| {
            coded::concept_item_by(w, cx, obr.get(24), Table::DiagnosticServiceSectionId);
        });
        if !coded::concept(w, cx, "code", obr.get(4)) {
            w.object("code", |w| w.literal("text", "unknown"));
        }
        subject(w, cx, "subject", obr);
        encounter(w, cx, "encounter", obr);
        time::date_time(w, cx, "effectiveDateTime", obr.get(7));
        time::instant(w, cx, "issued", obr.get(22));
        w.array("result", |w| {
            for obx in cx.story.of(obr, b"OBX") {
                let to = super::obx::observation(cx, obx);
                cx.reference_item(w, to);
            }
        });
    });
}
