//! SFT as Device (guide: SFT[Device]).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::text;

const INSTALL_DATE: &str =
    "https://hl7.org/fhir/5.0/StructureDefinition/extension-Device.version.installDate";

/// The Device of an SFT.
pub(crate) fn device<'m>(cx: &mut Context<'m>, sft: Seg<'m>) -> Ref {
    cx.own(Kind::Device, sft, |_| {
        let key = Key::of(Kind::Device).with(b"SFT");
        Some((1..=6).fold(key, |key, n| key.with(sft.peek(n).peek_raw())))
    })
}

/// Writes the Device.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, sft: Seg<'m>) {
    let own = device(cx, sft);
    out.resource(own, Some(sft), |w| {
        let vendor = sft.get(1);
        let vendor = if vendor.peek(1).is_empty() { vendor.get(10) } else { vendor.get(1) };
        text::string(w, cx, "manufacturer", vendor);
        w.array("deviceName", |w| {
            w.item_with(
                |w| w.literal("type", "manufacturer-name"),
                |w| _ = text::string(w, cx, "name", sft.get(3)),
            );
        });
        text::string(w, cx, "modelNumber", sft.get(4));
        // The date is that of a version, whose value is required.
        if sft.valued(2) {
            w.array("version", |w| {
                w.item(|w| {
                    if !text::string(w, cx, "value", sft.get(2)) {
                        return;
                    }
                    w.array("extension", |w| {
                        w.extension(INSTALL_DATE, |w| {
                            time::date_time(w, cx, "valueDateTime", sft.get(6));
                        });
                    });
                });
            });
        }
        w.array("note", |w| {
            w.item(|w| _ = text::lines(w, cx, "text", sft.all(5)));
        });
    });
}
