//! The message itself as DocumentReference, and the Provenance of all that was made of it (guide:
//! MSH[Provenance-Source]).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::Parts;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::identifier;
use super::super::wanted::Wanted;
use super::{msh, provenance, sft};
use base64::Engine;
use base64::engine::general_purpose::PAD;
use sha1::{Digest, Sha1};
use std::sync::LazyLock;

/// Many bytes at a time where the processor can: a thirtieth less of all instructions.
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
static BASE64: LazyLock<base64::engine::Simd> =
    LazyLock::new(|| base64::engine::Simd::standard(PAD));
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
static BASE64: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, PAD));

/// Writes the document, unless the settings leave it out, and the Provenances.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    let focus = out.focus();
    let document = cx.settings.source.then(|| write_document(out, cx));
    let own = Ref {
        kind: Kind::Provenance,
        id: cx.message_id(Key::new("source").with(Kind::Provenance.name().as_bytes())),
    };
    let header = msh::header(cx);
    let msh = cx.msh();
    let application = match msh.valued(24) {
        true => cx.refer(Wanted::Application(msh.get(3), Parts::EMPTY)),
        false => None,
    };
    let software = cx.story.input().segs().filter(|seg| seg.is(b"SFT"));
    out.resource(own, None, |w| {
        w.array("target", |w| {
            cx.reference_item(w, header);
            for to in focus {
                cx.reference_item(w, to);
            }
        });
        time::date_time(w, cx, "occurredDateTime", msh.peek(7));
        provenance::recorded(w, cx);
        w.array("policy", |w| {
            for value in msh.all(21) {
                let uri = identifier::authority(cx, [value.get(1), value.get(3), value.get(4)]);
                w.string_item(&uri.unwrap_or_default());
            }
        });
        provenance::activity(w, cx, "message", 3, Parts::EMPTY);
        w.array("agent", |w| provenance::senders(w, cx, Some(("author", "Author"))));
        w.array("entity", |w| {
            for to in document.into_iter().chain(application) {
                entity(w, cx, "source", to);
            }
            // The first is the one that made the message, each further one changed it.
            for (n, sft) in software.enumerate() {
                let to = sft::device(cx, sft);
                entity(w, cx, if n == 0 { "source" } else { "derivation" }, to);
            }
        });
    });
    provenance::write_conversion(out, cx);
}

fn entity(w: &mut Json, cx: &Context<'_>, role: &str, what: Ref) {
    w.item(|w| {
        w.literal("role", role);
        cx.reference(w, "what", what);
    });
}

fn write_document<'m>(out: &mut Arena, cx: &mut Context<'m>) -> Ref {
    let document = Ref {
        kind: Kind::DocumentReference,
        id: cx.message_id(Key::new("source").with(Kind::DocumentReference.name().as_bytes())),
    };
    let bytes = cx.source();
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
    document
}

fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = BASE64.encode_slice(bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
}
