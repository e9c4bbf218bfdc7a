//! EVN as Provenance of the message (guide: EVN[Provenance], MSH[Provenance-Operator]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, practitioner};
use super::super::wanted::Wanted;
use super::{msh, provenance};

/// Writes the Provenance.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, evn: Seg<'m>) {
    let own = cx.own(Kind::Provenance, evn, |_| None);
    let header = msh::header(cx);
    let place = cx.refer(Wanted::Facility(evn.get(7)));
    out.resource(own, Some(evn), |w| {
        w.array("target", |w| cx.reference_item(w, header));
        time::date_time(w, cx, "occurredDateTime", evn.get(6));
        if !time::instant(w, cx, "recorded", evn.get(2)) {
            provenance::recorded(w, cx);
        }
        if let Some(place) = place {
            cx.reference(w, "location", place);
        }
        w.array("reason", |w| {
            if evn.peek(4).first().trim_ascii() == b"U" {
                let value = evn.get(4);
                value.get(1);
                value.get(3);
                w.item(Json::unknown_in);
            } else {
                coded::concept_item_by(w, cx, evn.get(4), Table::EventReason);
            }
        });
        provenance::activity(w, cx, "event", 2, evn.get(1));
        w.array("agent", |w| {
            let mut is_told = false;
            for value in evn.all(5) {
                w.item(|w| is_told |= practitioner::member(w, cx, "who", value));
            }
            if !is_told {
                provenance::senders(w, cx, None);
            }
        });
    });
}

/// Writes MessageHeader.reason.
pub(crate) fn reason(w: &mut Json, cx: &mut Context<'_>) {
    let Some(evn) = cx.story.input().first(b"EVN") else { return };
    if evn.peek(4).first().trim_ascii() != b"U" {
        coded::concept_by(w, cx, "reason", evn.peek(4), Table::EventReason);
    }
}
