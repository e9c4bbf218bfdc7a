//! Where what is written comes from: the message, those who sent it, and its conversion (guide: the
//! maps of Provenance of MSH and PID).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::id::{Id, Key};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::coded;
use super::super::wanted::Wanted;
use super::msh;
use std::sync::LazyLock;

const AGENTS: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/// Writes `recorded` from MSH-7: the time of the conversion would make each run another.
pub(super) fn recorded(w: &mut Json, cx: &mut Context<'_>) {
    let sent = cx.msh().peek(7);
    if !time::instant(w, cx, "recorded", sent) {
        w.unknown("_recorded");
    }
}

/// Writes `activity`: `what` and as many components of MSH-9, and another event (EVN-1) if the sender
/// tells one.
pub(super) fn activity<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    what: &str,
    components: usize,
    event: Parts<'m>,
) {
    let kind = cx.msh().peek(9);
    let mut words = Vec::with_capacity(64);
    words.extend_from_slice(what.as_bytes());
    words.extend_from_slice(b" - ");
    for n in 1..=components {
        let part = kind.peek(n);
        if part.is_empty() && (n > 1 || components == 1) {
            break;
        }
        if n > 1 {
            words.push(b'^');
        }
        words.extend_from_slice(&cx.text(part.peek_raw()));
    }
    w.object("activity", |w| {
        w.array("coding", |w| {
            w.item(|w| _ = w.string("display", &words));
            let code = event.first();
            if code.is_empty() || code == cx.event() {
                return;
            }
            w.item(|w| {
                if let Some(uri) = cx.system_of(b"HL70003", code.trim_ascii()) {
                    w.string("system", &uri);
                }
                w.code("code", &cx.text(code));
            });
        });
    });
}

/// Writes the item of `agent` for who sent the message: MSH-22, else MSH-4, else unknown.
pub(super) fn senders<'m>(w: &mut Json, cx: &mut Context<'m>, kind: Option<(&str, &str)>) {
    let who = msh::responsible(cx).or_else(|| msh::sender(cx));
    w.item(|w| agent_in(w, cx, kind, who));
}

fn agent_in(w: &mut Json, cx: &Context<'_>, kind: Option<(&str, &str)>, who: Option<Ref>) {
    if let Some((code, display)) = kind {
        coded::fixed(w, "type", AGENTS, code, display);
    }
    match who {
        Some(who) => cx.reference(w, "who", who),
        None => _ = w.object("who", |w| w.literal("display", "unknown")),
    }
}

/// Writes the Provenance of the last update of a patient, PID-33 and PID-34.
pub(super) fn write_update<'m>(out: &mut Arena, cx: &mut Context<'m>, pid: Seg<'m>) {
    if !pid.valued(33) && !pid.valued(34) {
        return;
    }
    let own = cx.own(Kind::Provenance, pid, |_| None);
    let patient = super::pid::patient(cx, pid);
    let who = match pid.valued(34) {
        true => cx.refer(Wanted::Authority(pid.get(34))),
        false => msh::responsible(cx).or_else(|| msh::sender(cx)),
    };
    out.resource(own, None, |w| {
        w.array("target", |w| cx.reference_item(w, patient));
        time::date_time(w, cx, "occurredDateTime", pid.get(33));
        recorded(w, cx);
        const OPERATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
        coded::fixed(w, "activity", OPERATIONS, "UPDATE", "revise");
        w.array("agent", |w| {
            w.item(|w| agent_in(w, cx, Some(("performer", "Performer")), who));
        });
    });
}

/// Writes the Provenance of the conversion, and this program as Device. The message that was converted
/// is an entity of the other Provenance.
pub(super) fn write_conversion<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    static PROGRAM: LazyLock<Id> =
        LazyLock::new(|| Key::of(Kind::Device).with(b"pipehat").with(VERSION.as_bytes()).id());
    let device = Ref { kind: Kind::Device, id: *PROGRAM };
    out.resource(device, None, |w| {
        w.array("deviceName", |w| {
            w.item(|w| {
                w.literal("name", "pipehat");
                w.literal("type", "manufacturer-name");
            });
        });
        w.array("version", |w| _ = w.item(|w| w.literal("value", VERSION)));
    });
    let header = msh::header(cx);
    let id = cx.message_id(Key::new("conversion").with(Kind::Provenance.name().as_bytes()));
    out.resource(Ref { kind: Kind::Provenance, id }, None, |w| {
        w.array("target", |w| cx.reference_item(w, header));
        recorded(w, cx);
        w.array("policy", |w| _ = w.string_item(b"http://hl7.org/fhir/uv/v2mappings"));
        w.object("activity", |w| {
            w.array("coding", |w| {
                w.item(|w| {
                    w.literal(
                        "system",
                        "http://hl7.org/fhir/uv/v2mappings/CodeSystem/provenance-activity-type-v2-to-fhir",
                    );
                    w.literal("code", "v2-fhir-transformation");
                });
            });
        });
        w.array("agent", |w| {
            w.item(|w| agent_in(w, cx, Some(("assembler", "Assembler")), Some(device)));
        });
    });
}
