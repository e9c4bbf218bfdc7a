//! The message itself as DocumentReference, and the Provenance of all that was made of it (guide:
//! MSH[Provenance-Source]).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::coded;
use super::super::wanted::Wanted;
use super::msh;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// Writes both, unless the settings leave them out.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    if !cx.settings.source {
        return;
    }
    let document = Ref {
        kind: Kind::DocumentReference,
        id: cx.message_id(Key::new("source").with(Kind::DocumentReference.name().as_bytes())),
    };
    let bytes = cx.source();
    let focus: Vec<Ref> = out.focus().collect();
    out.resource(document, None, |w| {
        w.literal("status", "current");
        w.array("content", |w| {
            w.item(|w| {
                w.object("attachment", |w| {
                    w.literal("contentType", "x-application/hl7-v2+er7");
                    w.verbatim("data", |out| encode(bytes, out));
                    w.verbatim("hash", |out| encode(&Sha1::digest(bytes), out));
                });
            });
        });
    });
    let own = Ref {
        kind: Kind::Provenance,
        id: cx.message_id(Key::new("source").with(Kind::Provenance.name().as_bytes())),
    };
    let header = msh::header(cx);
    let sender = cx.refer(Wanted::Authority(cx.msh().get(4)));
    out.resource(own, None, |w| {
        w.array("target", |w| {
            cx.reference_item(w, header);
            for to in focus {
                cx.reference_item(w, to);
            }
        });
        if !time::instant(w, cx, "recorded", cx.msh().peek(7)) {
            msh::unknown(w, "_recorded");
        }
        w.array("agent", |w| {
            w.item(|w| {
                const TYPES: &str =
                    "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
                coded::fixed(w, "type", TYPES, "author", "Author");
                match sender {
                    Some(sender) => cx.reference(w, "who", sender),
                    None => _ = w.object("who", |w| w.literal("display", "unknown")),
                }
            });
        });
        w.array("entity", |w| {
            w.item(|w| {
                w.literal("role", "source");
                cx.reference(w, "what", document);
            });
        });
    });
}

fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
}
