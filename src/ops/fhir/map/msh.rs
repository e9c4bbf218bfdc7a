//! MSH as MessageHeader (guide: MSH[MessageHeader]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::systems;
use super::super::types::{coded, text};
use super::super::wanted::Wanted;

const EVENTS: &str = "http://terminology.hl7.org/CodeSystem/v2-0003";

/// The MessageHeader.
pub(crate) fn header<'m>(cx: &mut Context<'m>) -> Ref {
    let id = cx.message_id(Key::new(Kind::MessageHeader.name()));
    Ref { kind: Kind::MessageHeader, id }
}

/// Writes the MessageHeader; what the message is about must be written before.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    let msh = cx.msh();
    [1, 2, 7].into_iter().for_each(|n| msh.done(n));
    let own = header(cx);
    let focus: Vec<Ref> = out.focus().collect();
    let sender = cx.refer(Wanted::Authority(msh.get(4)));
    let responsible = cx.refer(Wanted::Organization(msh.get(22)));
    out.resource(own, Some(msh), |w| {
        w.object("meta", |w| {
            w.array("tag", |w| {
                let (id, mode) = (msh.get(11).at(1), msh.get(11).at(2));
                for (table, code) in [(Table::ProcessingId, id), (Table::ProcessingMode, mode)] {
                    if let Some(code) = cx.code(table, code) {
                        w.item(|w| coded::code_in(w, code));
                    }
                }
            });
        });
        event(w, cx, msh);
        w.array("destination", |w| {
            w.item(|w| {
                let application = msh.get(5);
                if application.is_empty() {
                    return;
                }
                text::string(w, cx, "name", application.get(1));
                endpoint(w, cx, application);
            });
        });
        if let Some(sender) = sender {
            cx.reference(w, "sender", sender);
        }
        w.object("source", |w| {
            text::string(w, cx, "name", msh.get(3).get(1));
            endpoint(w, cx, msh.get(3));
        });
        if let Some(responsible) = responsible {
            cx.reference(w, "responsible", responsible);
        }
        w.array("focus", |w| {
            for to in focus {
                cx.reference_item(w, to);
            }
        });
    });
}

/// MSH-9: the event as a code, the whole field as its display.
fn event(w: &mut Json, cx: &mut Context<'_>, msh: Seg<'_>) {
    let code = cx.event();
    let kind = msh.get(9);
    w.object("eventCoding", |w| {
        w.literal("system", EVENTS);
        let code = if code.is_empty() { kind.at(1) } else { code };
        if !w.code("code", &cx.text(code)) {
            w.literal("code", "unknown");
        }
        text::string(w, cx, "display", kind);
    });
}

/// Writes the endpoint, which is required, from the universal id of HD; else that it is unknown.
fn endpoint(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    let universal = value.get(2).first().trim_ascii();
    let uri = match () {
        () if systems::is_oid(universal) => [b"urn:oid:", universal].concat(),
        () if systems::is_uuid(universal) => {
            [b"urn:uuid:", &universal.to_ascii_lowercase()[..]].concat()
        }
        () if systems::is_uri(universal) => universal.to_vec(),
        () => Vec::new(),
    };
    if !w.string("endpoint", &uri) {
        if !universal.is_empty() {
            cx.give_up(&value.get(2), "uri");
        }
        unknown(w, "_endpoint");
    }
}

/// Writes that a required element is not known.
pub(crate) fn unknown(w: &mut Json, name: &str) {
    w.object(name, |w| {
        w.array("extension", |w| {
            w.extension("http://hl7.org/fhir/StructureDefinition/data-absent-reason", |w| {
                w.literal("valueCode", "unknown");
            });
        });
    });
}
