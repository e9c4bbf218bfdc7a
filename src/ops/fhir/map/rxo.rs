//! RXO, RXE and RXG as MedicationRequest (guide: RXO[MedicationRequest]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::participant::PLACER_GROUP;
use super::super::types::{
    address, coded, contact, identifier, organization, practitioner, quantity, text,
};
use super::medication::{self, Places};
use super::{dg1, encounter, field, note, orc, prt, subject_required, tq1, valued};

/// The fields of a segment that asks for a medication, besides those of all.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// What it asks for: the code of `intent`.
    intent: &'static str,
    /// NM: which of several of one order it is.
    count: usize,
    at: Places,
    /// CWE: for whom dispenses it.
    dispensing: usize,
    substitution: usize,
    /// NM, CWE, NM: how much is dispensed, and how often again.
    dispense: [usize; 3],
    orderer: usize,
    /// ST
    number: usize,
    indication: usize,
    /// CWE, XAD, XTN: the pharmacy that is to dispense it.
    pharmacy: [usize; 3],
}

const RXO: Layout = Layout {
    intent: "original-order",
    count: 0,
    at: Places {
        code: 1,
        amount: [2, 3, 4],
        form: 5,
        strength: [18, 19],
        volume: [25, 26],
        daily: 23,
        rate: [21, 22, 17],
        timing: 0,
        instructions: 7,
        batch: [0, 0, 0],
    },
    dispensing: 6,
    substitution: 9,
    dispense: [11, 12, 13],
    orderer: 14,
    number: 0,
    indication: 20,
    pharmacy: [32, 33, 36],
};

const RXE: Layout = Layout {
    intent: "order",
    count: 0,
    at: Places {
        code: 2,
        amount: [3, 4, 5],
        form: 6,
        strength: [25, 26],
        volume: [33, 34],
        daily: 19,
        rate: [23, 24, 22],
        timing: 1,
        instructions: 7,
        batch: [0, 0, 0],
    },
    dispensing: 21,
    substitution: 0,
    dispense: [10, 11, 12],
    orderer: 13,
    number: 15,
    indication: 27,
    pharmacy: [40, 41, 45],
};

/// What is to be given now: an instance of an order.
const RXG: Layout = Layout {
    intent: "instance-order",
    count: 1,
    at: Places {
        code: 4,
        amount: [5, 6, 7],
        form: 8,
        strength: [17, 18],
        volume: [23, 24],
        daily: 0,
        rate: [15, 16, 14],
        timing: 3,
        instructions: 13,
        batch: [19, 20, 21],
    },
    dispensing: 9,
    substitution: 0,
    dispense: [0, 0, 0],
    orderer: 0,
    number: 0,
    indication: 22,
    pharmacy: [0, 0, 0],
};

fn layout(seg: Seg<'_>) -> Layout {
    match &seg.id() {
        b"RXE" => RXE,
        b"RXG" => RXG,
        _ => RXO,
    }
}

/// The MedicationRequest of an RXO, RXE or RXG: by the placer's number, which it has from the beginning,
/// and not by what may be changed.
pub(crate) fn request<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    cx.own(Kind::MedicationRequest, seg, |cx| {
        let orc = orc::of(cx, seg)?;
        if orc::is_of_filler(cx, Some(orc)) {
            return None;
        }
        let number = if orc.valued(2) { orc.peek(2) } else { orc.peek(3) };
        let key = identifier::ei_key(cx, Kind::MedicationRequest, number)?;
        let Layout { intent, count, .. } = layout(seg);
        Some(key.with(intent.as_bytes()).with(seg.peek(count).peek_raw()))
    })
}

/// The segment of the order behind another of the same ORC: RXE follows RXO, RXD and RXG both.
pub(crate) fn behind<'m>(cx: &Context<'m>, seg: Seg<'m>) -> Option<Seg<'m>> {
    let orc = orc::of(cx, seg)?;
    let is_order = |other: &Seg<'m>| other.is(b"RXO") || other.is(b"RXE");
    cx.story.children(orc).take_while(|other| other.at() < seg.at()).filter(is_order).last()
}

/// The state of an order in the codes of a MedicationRequest.
fn status<'m>(cx: &mut Context<'m>, orc: Option<Seg<'m>>) -> &'static str {
    let is_ended = |code: &[u8]| matches!(code, b"DC" | b"OD" | b"DR" | b"DF");
    let ended = is_ended(field(orc, 5).first()) || is_ended(field(orc, 1).first());
    match orc::status(cx, orc) {
        "revoked" if ended => "stopped",
        "revoked" => "cancelled",
        "unknown" if is_carried_out(cx, orc) => "active",
        status => status,
    }
}

/// Whether a pharmacy encodes, dispenses or gives what is ordered, and tells nothing else of the order: where it was
/// active before, it must not be unknown because of that.
fn is_carried_out<'m>(cx: &Context<'m>, orc: Option<Seg<'m>>) -> bool {
    let Some(orc) = orc.filter(|orc| orc.peek(1).first() == b"RE" && !orc.valued(5)) else {
        return false;
    };
    cx.story.children(orc).any(|seg| matches!(&seg.id(), b"RXE" | b"RXD" | b"RXG" | b"RXA"))
}

/// Writes the MedicationRequest and the Medication.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let own = request(cx, seg);
    let orc = orc::of(cx, seg);
    let layout = layout(seg);
    let medication = medication::medication(cx, seg);
    let timing = tq1::of(cx, orc, Some(seg)).next();
    let [pharmacy, address_of, phone] = layout.pharmacy;
    let place = (seg, 0);
    let pharmacy =
        seg.valued(pharmacy).then(|| cx.own_of(Kind::Organization, place, Some(own), &[]));
    out.resource(own, Some(seg), |w| {
        orc::meta(w, cx, orc);
        w.array("identifier", |w| {
            orc::numbers(w, cx, orc, None);
            let [_, group] = orc::groups(cx, orc);
            identifier::ei_item(w, cx, group, Some(super::super::types::participant::FILLER_GROUP));
            w.item(|w| _ = text::string(w, cx, "value", seg.get(layout.number)));
        });
        w.literal("status", status(cx, orc));
        coded::concept(w, cx, "statusReason", field(orc, 16));
        let is_of_filler = orc::is_of_filler(cx, orc);
        w.literal("intent", if is_of_filler { orc::OF_FILLER } else { layout.intent });
        let old =
            if seg.valued(layout.at.timing) { seg.get(layout.at.timing) } else { field(orc, 7) };
        tq1::priority(w, cx, timing, [old.get(6)]);
        cx.reference(w, "medicationReference", medication);
        subject_required(w, cx, "subject", seg);
        encounter(w, cx, "encounter", seg);
        time::date_time(w, cx, "authoredOn", field(orc, 9));
        requester(w, cx, orc, seg, layout);
        w.array("reasonCode", |w| {
            for value in seg.all(layout.indication) {
                coded::concept_item(w, cx, value);
            }
        });
        w.array("reasonReference", |w| dg1::items_of(w, cx, seg));
        w.array("basedOn", |w| {
            if is_of_filler {
                orc::answered_item(w, cx, orc);
            }
            if let Some(behind) = behind(cx, seg) {
                let to = request(cx, behind);
                cx.reference_item(w, to);
            }
        });
        let [group, _] = orc::groups(cx, orc);
        identifier::ei_member(w, cx, "groupIdentifier", group, Some(PLACER_GROUP));
        w.array("note", |w| {
            for value in seg.all(layout.dispensing) {
                w.item(|w| _ = text::of_coded(w, cx, "text", value));
            }
            if let Some(orc) = orc {
                note::items(w, cx, orc);
            }
            note::items(w, cx, seg);
        });
        w.array("dosageInstruction", |w| medication::dosages(w, cx, orc, seg, layout.at));
        w.object("dispenseRequest", |w| {
            let [amount, unit, refills] = layout.dispense;
            w.integer("numberOfRepeatsAllowed", seg.get(refills).first(), 0);
            quantity::simple(w, cx, "quantity", seg.get(amount).first(), seg.get(unit));
            if let Some(pharmacy) = pharmacy {
                cx.reference(w, "performer", pharmacy);
            }
        });
        w.object("substitution", |w| {
            let value = seg.get(layout.substitution);
            coded::concept_by(w, cx, "allowedCodeableConcept", value, Table::AllowSubstitution);
        });
        w.extensions(|w| orc::business_event(w, cx, orc));
    });
    if let Some(orc) = orc {
        out.takes(orc);
    }
    if let Some(pharmacy) = pharmacy {
        let value = seg.get(layout.pharmacy[0]);
        organization::write_named(out, cx, pharmacy, value, |w, cx| {
            w.array("telecom", |w| {
                for value in seg.all(phone) {
                    contact::item(w, cx, value, "work");
                }
            });
            w.array("address", |w| {
                for value in seg.all(address_of) {
                    address::item(w, cx, value, Parts::EMPTY);
                }
            });
        });
    }
    medication::write(out, cx, seg, layout.at);
}

/// ORC-12, else the PRT of the orderer, else the provider of the segment.
fn requester<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    orc: Option<Seg<'m>>,
    seg: Seg<'m>,
    layout: Layout,
) {
    let owners = orc.into_iter().chain([seg]);
    let participant = owners.filter_map(|owner| prt::of(cx, owner, &[b"OP"]).next()).next();
    let role = match participant.filter(|_| !valued(orc, 12)) {
        Some(prt) => prt::role(cx, prt),
        None => None,
    };
    let own: Parts<'m> = seg.get(layout.orderer);
    let role = match role {
        None if own.is_empty() || valued(orc, 12) => orc::orderer_role(cx, orc),
        role => role,
    };
    match role {
        Some(role) => {
            cx.reference(w, "requester", role);
            if !own.is_empty() && own.peek(1).peek_raw() != field(orc, 12).peek(1).peek_raw() {
                own.give_up();
            } else {
                own.raw();
            }
        }
        None => _ = practitioner::member(w, cx, "requester", own),
    }
}
