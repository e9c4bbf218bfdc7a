//! PRT of orders, results and specimens as PractitionerRole, Device and Location (guide:
//! PRT[PractitionerRole], PRT[Device], PRT[Observation-Location]).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{
    address, coded, contact, identifier, organization, participant, place, text, timing,
};

/// What PRT of the clinical segments belong to; those of patients and visits are told elsewhere.
fn is_ours<'m>(cx: &Context<'m>, prt: Seg<'m>) -> bool {
    let owner = cx.story.owner(prt).map(|owner| owner.id());
    owner.is_some_and(|id| {
        matches!(
            &id,
            b"ORC" | b"OBR" | b"OBX" | b"SPM" | b"RXO" | b"RXE" | b"RXD" | b"RXG" | b"RXA"
        )
    })
}

/// The PRT of a segment whose role (PRT-4) has one of these codes.
pub(crate) fn of<'m>(
    cx: &Context<'m>,
    owner: Seg<'m>,
    codes: &'static [&'static [u8]],
) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    cx.story.of(owner, b"PRT").filter(move |prt| codes.contains(&prt.peek(4).peek(1).peek_raw()))
}

/// The PractitionerRole of a PRT, if it tells of a person or an organization.
pub(crate) fn role<'m>(cx: &mut Context<'m>, prt: Seg<'m>) -> Option<Ref> {
    let is_there = [5, 6, 8].into_iter().any(|n| prt.valued(n));
    is_there.then(|| cx.own(Kind::PractitionerRole, prt, |_| None))
}

/// The Device of a PRT, if it tells of one.
pub(crate) fn device<'m>(cx: &mut Context<'m>, prt: Seg<'m>) -> Option<Ref> {
    let is_there = [10, 16, 17, 18, 19, 20, 21, 22].into_iter().any(|n| prt.valued(n));
    is_there
        .then(|| cx.own(Kind::Device, prt, |cx| identifier::ei_key(cx, Kind::Device, prt.peek(10))))
}

/// The Location of a PRT of a result, if it tells of one.
pub(crate) fn location<'m>(cx: &mut Context<'m>, prt: Seg<'m>) -> Option<Ref> {
    if prt.valued(14) && !prt.valued(5) {
        return Some(cx.own(Kind::Location, prt, |_| None));
    }
    place::refer(cx, prt.get(9))
}

/// Writes the resources of a PRT.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, prt: Seg<'m>) {
    if !is_ours(cx, prt) {
        // Who is taken out takes no part (table 0287).
        if !matches!(prt.peek(2).first(), b"D" | b"DE" | b"UN")
            && let Some(own) = device(cx, prt)
        {
            write_device(out, cx, own, prt);
            out.stands_alone();
        }
        return;
    }
    let of_result = cx.story.owner(prt).is_some_and(|owner| owner.is(b"OBX"));
    // Not all roles have an element that refers to them.
    if let Some(own) = role(cx, prt) {
        write_role(out, cx, own, prt, of_result);
    }
    if let Some(own) = device(cx, prt) {
        write_device(out, cx, own, prt);
        out.stands_alone();
    }
    if of_result && prt.valued(14) && !prt.valued(5) {
        write_location(out, cx, prt);
    }
}

fn write_role<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, prt: Seg<'m>, of_result: bool) {
    let who = participant::person(cx, prt.get(5), prt.get(14));
    let kind = prt.valued(7) && prt.valued(8);
    let of = match kind {
        true => Some(cx.own(Kind::Organization, prt, |_| None)),
        false => participant::of(cx, prt.get(8), Parts::EMPTY, Parts::EMPTY),
    };
    let place = if of_result { None } else { place::refer(cx, prt.get(9)) };
    out.resource(own, Some(prt), |w| {
        w.array("identifier", |w| {
            for value in prt.all(24) {
                identifier::pln_item(w, cx, value);
            }
        });
        timing::period(w, cx, "period", [prt.get(11), prt.get(12)]);
        if let Some(who) = who {
            cx.reference(w, "practitioner", who);
        }
        if let Some(of) = of {
            cx.reference(w, "organization", of);
        }
        w.array("code", |w| participant::role_code(w, cx, prt.get(4)));
        w.array("specialty", |w| _ = coded::concept_item(w, cx, prt.get(6)));
        if let Some(place) = place {
            w.array("location", |w| cx.reference_item(w, place));
        }
        w.array("telecom", |w| {
            contact::items_preferring(w, cx, prt.all_again(15), prt.get(23));
            prt.all(15).for_each(|value| _ = value.raw());
        });
    });
    out.stands_alone();
    if kind {
        let of = cx.own(Kind::Organization, prt, |_| None);
        organization::write_typed(out, cx, of, prt.get(8), prt.get(7));
    }
}

fn write_device<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, prt: Seg<'m>) {
    out.resource(own, Some(prt), |w| {
        let is_carrier = prt.peek(10).first().starts_with(b"(01)");
        if !is_carrier {
            w.array("identifier", |w| {
                identifier::ei_item(w, cx, prt.get(10), None);
                // The number is the distinct identifier, too, which has no system.
                if !prt.peek(21).peek(3).is_empty() {
                    identifier::ei_item(w, cx, prt.get(21), None);
                }
            });
        }
        w.array("udiCarrier", |w| {
            if is_carrier {
                w.item(|w| _ = text::string(w, cx, "carrierHRF", prt.get(10)));
            }
            w.item(|w| carrier(w, cx, prt.get(16)));
        });
        text::string(w, cx, "distinctIdentifier", prt.get(21).get(1));
        time::date_time(w, cx, "manufactureDate", prt.get(17));
        time::date_time(w, cx, "expirationDate", prt.get(18));
        text::string(w, cx, "lotNumber", prt.get(19));
        text::string(w, cx, "serialNumber", prt.get(20));
        coded::concept(w, cx, "type", prt.get(22));
    });
}

/// PRT-16: the part of a UDI that names the device, and who issues such.
fn carrier<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    if !text::string(w, cx, "deviceIdentifier", value.get(1)) {
        return;
    }
    let from = [value.get(2), value.get(3), value.get(4)];
    if let Some(uri) = identifier::authority(cx, from) {
        w.string("issuer", &uri);
    }
}

/// A place of which the address is told (PRT-14), and perhaps what it is part of (PRT-9).
fn write_location<'m>(out: &mut Arena, cx: &mut Context<'m>, prt: Seg<'m>) {
    let own = cx.own(Kind::Location, prt, |_| None);
    let around = place::refer(cx, prt.get(9));
    out.resource(own, Some(prt), |w| {
        w.literal("mode", "instance");
        address::member(w, cx, "address", prt.get(14));
        if let Some(around) = around {
            cx.reference(w, "partOf", around);
        }
    });
}
