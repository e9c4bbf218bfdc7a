//! RXD as MedicationDispense.

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{
    address, coded, contact, identifier, place, practitioner, quantity, text,
};
use super::medication::{self, Places};
use super::{encounter, note, orc, rxo, subject};

const AT: Places = Places {
    code: 2,
    amount: [0, 0, 0],
    form: 6,
    strength: [16, 17],
    volume: [28, 29],
    daily: 12,
    rate: [0, 0, 0],
    timing: 0,
    instructions: 0,
    batch: [18, 19, 20],
};

/// The MedicationDispense of an RXD. The time is part of its key, though it may be corrected: RXD-1 is 1 in every
/// refill of many senders, and one must not replace the other.
pub(crate) fn dispense<'m>(cx: &mut Context<'m>, rxd: Seg<'m>) -> Ref {
    cx.own(Kind::MedicationDispense, rxd, |cx| {
        let orc = orc::of(cx, rxd)?;
        let number = if orc.valued(3) { orc.peek(3) } else { orc.peek(2) };
        let key = identifier::ei_key(cx, Kind::MedicationDispense, number)?;
        Some(key.with(rxd.peek(1).peek_raw()).with(rxd.peek(3).peek_raw()))
    })
}

/// Writes the MedicationDispense and the Medication.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, rxd: Seg<'m>) {
    let own = dispense(cx, rxd);
    let orc = orc::of(cx, rxd);
    let medication = medication::medication(cx, rxd);
    // The pharmacy that it is dispensed to.
    let pharmacy = rxd.valued(30).then(|| cx.own_of(Kind::Location, (rxd, 0), Some(own), &[]));
    out.resource(own, Some(rxd), |w| {
        orc::meta(w, cx, orc);
        w.array("identifier", |w| {
            orc::numbers(w, cx, orc, None);
            orc::group_items(w, cx, orc);
            w.item(|w| _ = text::string(w, cx, "value", rxd.get(7)));
            identifier::ei_item(w, cx, rxd.get(35), None);
        });
        // What is told of has been dispensed, unless the order says otherwise.
        let status = match orc::status(cx, orc) {
            "on-hold" => "on-hold",
            "revoked" => "cancelled",
            "entered-in-error" => "entered-in-error",
            _ => "completed",
        };
        w.literal("status", status);
        cx.reference(w, "medicationReference", medication);
        subject(w, cx, "subject", rxd);
        encounter(w, cx, "context", rxd);
        w.array("performer", |w| {
            for value in rxd.all(10) {
                w.item(|w| _ = practitioner::member(w, cx, "actor", value));
            }
        });
        if let Some(behind) = rxo::behind(cx, rxd) {
            w.array("authorizingPrescription", |w| {
                let to = rxo::request(cx, behind);
                cx.reference_item(w, to);
            });
        }
        coded::concept(w, cx, "type", rxd.get(33));
        quantity::simple(w, cx, "quantity", rxd.get(4).first(), rxd.get(5));
        time::date_time(w, cx, "whenHandedOver", rxd.get(3));
        if let Some(pharmacy) = pharmacy {
            cx.reference(w, "destination", pharmacy);
        }
        w.array("note", |w| {
            for value in rxd.all(9) {
                w.item(|w| _ = text::string(w, cx, "text", value));
            }
            for value in rxd.all(15) {
                w.item(|w| _ = text::of_coded(w, cx, "text", value));
            }
            note::items(w, cx, rxd);
        });
        w.array("dosageInstruction", |w| medication::dosages(w, cx, orc, rxd, AT));
        w.extensions(|w| orc::business_event(w, cx, orc));
    });
    if let Some(orc) = orc {
        out.takes(orc);
    }
    if let Some(pharmacy) = pharmacy {
        place::write_named(out, cx, pharmacy, rxd.get(30), |w, cx| {
            w.literal("mode", "instance");
            w.array("telecom", |w| {
                for value in rxd.all(34) {
                    contact::item(w, cx, value, "work");
                }
            });
            address::member(w, cx, "address", rxd.get(31));
        });
    }
    medication::write(out, cx, rxd, AT);
}
