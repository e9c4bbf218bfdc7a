//! MSH as MessageHeader, with what SFT, EVN, MSA and ERR say of it (guide: MSH[MessageHeader],
//! SFT[MessageHeader], MSA[MessageHeader]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::systems;
use super::super::types::{coded, identifier, text};
use super::super::wanted::Wanted;
use super::{ack, evn};
use crate::core::uuid::is_uuid;

/// The MessageHeader.
pub(crate) fn header<'m>(cx: &mut Context<'m>) -> Ref {
    cx.header()
}

/// The Organization that sends, MSH-4, with its country, MSH-17.
pub(super) fn sender<'m>(cx: &mut Context<'m>) -> Option<Ref> {
    let msh = cx.msh();
    if msh.valued(4) && msh.valued(17) {
        cx.refer(Wanted::Sender(msh.get(4), msh.get(17)))
    } else {
        cx.refer(Wanted::Authority(msh.get(4)))
    }
}

/// The Organization that is responsible for what is sent, MSH-22.
pub(super) fn responsible<'m>(cx: &mut Context<'m>) -> Option<Ref> {
    let value = cx.msh().get(22);
    cx.refer(Wanted::Organization(value))
}

/// Writes the MessageHeader; what the message is about must be written before.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    let msh = cx.msh();
    [1, 2, 7].into_iter().for_each(|n| msh.done(n));
    let own = header(cx);
    let focus = out.focus();
    let sender = sender(cx);
    let responsible = responsible(cx);
    out.resource(own, Some(msh), |w| {
        meta(w, cx, msh);
        language(w, cx, msh.get(19));
        event(w, cx, msh);
        w.array("destination", |w| destination(w, cx, msh));
        if let Some(sender) = sender {
            cx.reference(w, "sender", sender);
        }
        w.object("source", |w| source(w, cx, msh));
        if let Some(responsible) = responsible {
            cx.reference(w, "responsible", responsible);
        }
        evn::reason(w, cx);
        ack::response(w, cx);
        w.array("focus", |w| {
            for to in focus {
                cx.reference_item(w, to);
            }
        });
    });
}

/// Writes `meta`: the security labels of MSH-8, 26 and 27, and what MSH-11 says the message is for.
fn meta(w: &mut Json, cx: &mut Context<'_>, msh: Seg<'_>) {
    w.object("meta", |w| {
        w.array("security", |w| {
            w.item(|w| _ = w.code("code", &cx.text(msh.get(8).raw())));
            for field in [26, 27] {
                for value in msh.all(field) {
                    coded::coding_first_item(w, cx, value);
                }
            }
        });
        w.array("tag", |w| {
            let (id, mode) = (msh.get(11).get(1), msh.get(11).get(2));
            for (table, value) in [(Table::ProcessingId, id), (Table::ProcessingMode, mode)] {
                match cx.code(table, value.first()) {
                    Some(code) => _ = w.item(|w| coded::code_in(w, code)),
                    None => value.give_up(),
                }
            }
        });
    });
}

/// MSH-19: a language as BCP 47 has it, or nearly so.
fn language(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    let code = value.first().trim_ascii();
    if code.is_empty() {
        return;
    }
    if code.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'-') {
        w.code("language", code);
    } else {
        cx.give_up(&value.get(1), "code");
    }
}

/// MSH-9: the event as a code, without one the type of the message; the whole field as its display.
fn event(w: &mut Json, cx: &mut Context<'_>, msh: Seg<'_>) {
    let code = cx.event();
    let kind = msh.get(9);
    w.object("eventCoding", |w| {
        let (table, code) =
            if code.is_empty() { (b"HL70076", kind.at(1)) } else { (b"HL70003", code) };
        let code = code.trim_ascii();
        let uri = if code.is_empty() { None } else { cx.system_of(table, code) };
        if let Some(uri) = uri {
            w.string("system", &uri);
        }
        if !w.code("code", &cx.text(code)) {
            w.literal("code", "unknown");
        }
        text::string(w, cx, "display", kind);
    });
}

/// Writes the item of `destination`: MSH-5, 6, 23 and 25.
fn destination<'m>(w: &mut Json, cx: &mut Context<'m>, msh: Seg<'m>) {
    if ![5, 6, 23, 25].into_iter().any(|n| msh.valued(n)) {
        return;
    }
    let application = msh.get(5);
    let receiver = match msh.valued(23) {
        true => cx.refer(Wanted::Organization(msh.get(23))),
        false => cx.refer(Wanted::Authority(msh.get(6))),
    };
    // Where both are told, the facility is that of the application.
    let facility = if msh.valued(23) { msh.get(6) } else { Parts::EMPTY };
    let target = cx.refer(Wanted::Application(application, facility));
    w.item(|w| {
        name(w, cx, application, msh.get(25));
        if let Some(target) = target {
            cx.reference(w, "target", target);
        }
        if !endpoint(w, cx, msh.get(25), application) {
            w.unknown("_endpoint");
        }
        if let Some(receiver) = receiver {
            cx.reference(w, "receiver", receiver);
        }
    });
}

/// Writes the members of `source`: MSH-3 and 24, and the first SFT.
fn source<'m>(w: &mut Json, cx: &mut Context<'m>, msh: Seg<'m>) {
    let application = msh.get(3);
    name(w, cx, application, msh.get(24));
    let sft = cx.story.input().first(b"SFT");
    let product = sft.map_or(Parts::EMPTY, |sft| sft.get(3));
    let is_uri = uri(application).is_some();
    if !text::string(w, cx, "software", product) && !is_uri {
        text::string(w, cx, "software", application.get(2));
    }
    text::string(w, cx, "version", sft.map_or(Parts::EMPTY, |sft| sft.get(2)));
    if !endpoint(w, cx, msh.get(24), application) {
        w.unknown("_endpoint");
    }
}

/// Writes the name of an application, or that of its address on the network.
fn name(w: &mut Json, cx: &Context<'_>, application: Parts<'_>, network: Parts<'_>) {
    if !text::string(w, cx, "name", application.get(1)) {
        text::string(w, cx, "name", network.get(1));
    }
}

/// Writes the endpoint: the address on the network, else the universal id of the application, if
/// that is a URI. Returns whether it is there.
fn endpoint<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    network: Parts<'m>,
    application: Parts<'m>,
) -> bool {
    for value in [network, application] {
        if let Some(uri) = uri(value) {
            value.get(2).raw();
            value.get(3).raw();
            return w.string("endpoint", &uri);
        }
    }
    let uri = identifier::authority(cx, identifier::hd(network));
    uri.is_some_and(|uri| w.string("endpoint", &uri))
}

/// The universal id of an HD as a URI.
fn uri(value: Parts<'_>) -> Option<Vec<u8>> {
    let universal = value.peek(2).first().trim_ascii();
    let kind = value.peek(3).first();
    if systems::is_oid(universal) {
        return Some([b"urn:oid:", universal].concat());
    }
    if is_uuid(universal) {
        return Some([b"urn:uuid:", &universal.to_ascii_lowercase()[..]].concat());
    }
    let is_host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if kind.eq_ignore_ascii_case(b"DNS") && !universal.is_empty() && universal.iter().all(is_host) {
        return Some([b"urn:dns:", universal].concat());
    }
    systems::is_uri(universal).then(|| universal.to_vec())
}
