//! ORC and OBR as ServiceRequest (guide: ORC[ServiceRequest], OBR[ServiceRequest],
//! TQ1[ServiceRequest], NTE[ServiceRequest]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::participant::{Function, PLACER_GROUP};
use super::super::types::{coded, contact, identifier, practitioner, quantity, text};
use super::super::wanted::Wanted;
use super::{
    asks, ctd, dg1, encounter, field, fields, in1, note, obr, obx, orc, parent, prt, spm, subject,
    subject_required, tq1, valued,
};

const CALLBACK: &str =
    "http://hl7.org/fhir/StructureDefinition/servicerequest-order-callback-phone-number";
const STATUS_REASON: &str = "http://hl7.org/fhir/StructureDefinition/request-statusReason";

/// The ServiceRequest of an OBR, or of an ORC that has no details: of its number. Several may have one, as the
/// panels of susceptibilities that of their culture: then it is known by what is asked for, too.
pub(crate) fn request<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    cx.own_by_id(Kind::ServiceRequest, seg, 0, |cx| {
        let (orc, obr) = pair(cx, seg);
        if orc::is_of_filler(cx, orc) {
            return None;
        }
        let peek = |seg: Option<Seg<'m>>, n| seg.map_or(Parts::EMPTY, |seg| seg.peek(n));
        let numbers = [(1, peek(orc, 2)), (1, peek(obr, 2)), (2, peek(orc, 3)), (2, peek(obr, 3))];
        let (n, number) = numbers.into_iter().find(|(_, number)| !number.peek(1).is_empty())?;
        let mut key = identifier::ei_key(cx, Kind::ServiceRequest, number)?;
        let Some(obr) = obr else { return Some(cx.further_of_patient(key, seg)) };
        let is_of_parent = obr.valued(29) && parent::is_number(obr.peek(29).peek(n), number);
        if !is_of_parent && let Some(id) = cx.free_id(&mut key) {
            return Some(id);
        }
        identifier::push_code(&mut key, obr.peek(4));
        parent::push_key(&mut key, cx, obr);
        Some(cx.further_of_patient(key, obr))
    })
}

/// The ORC and the OBR of an order.
fn pair<'m>(cx: &Context<'m>, seg: Seg<'m>) -> (Option<Seg<'m>>, Option<Seg<'m>>) {
    (orc::of(cx, seg), Some(seg).filter(|seg| seg.is(b"OBR")))
}

/// Whether an OBR is an order, or tells of the order behind a result.
pub(crate) fn is_wanted<'m>(cx: &Context<'m>, obr: Seg<'m>) -> bool {
    let tells = [5, 6, 13, 16, 17, 27, 29, 31, 46, 47, 53];
    !obr::is_report(cx, obr)
        || orc::of(cx, obr).is_some()
        || tells.into_iter().any(|n| obr.valued(n))
}

/// The text that OBR-13 has of the patient, which is an Observation: all but whether they fasted.
fn clinical<'m>(cx: &Context<'m>, obr: Seg<'m>) -> impl Iterator<Item = (u32, Parts<'m>)> {
    let takes_fasting = spm::is_of_obr(cx, obr);
    (1..)
        .zip(obr.all_again(13))
        .filter(move |(_, value)| !(takes_fasting && spm::is_fasting(value)))
}

/// The Observation of what OBR-13 has as its `n`th.
fn clinical_fact<'m>(cx: &mut Context<'m>, obr: Seg<'m>, n: u32) -> Ref {
    let of = request(cx, obr);
    cx.own_of(Kind::Observation, (obr, n), Some(of), &[b"OBR-13", &n.to_be_bytes()])
}

/// Writes the ServiceRequest.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let own = request(cx, seg);
    let (orc, obr) = pair(cx, seg);
    let timing = tq1::of(cx, orc, obr).next();
    let old = field(orc, 7);
    let old = if old.is_empty() { field(obr, 27) } else { old };
    let when = tq1::When::first(timing, old);
    out.resource(own, Some(seg), |w| {
        orc::meta(w, cx, orc);
        w.array("identifier", |w| identifiers(w, cx, orc, obr));
        let is_of_filler = orc::is_of_filler(cx, orc);
        w.array("basedOn", |w| {
            if is_of_filler {
                orc::answered_item(w, cx, orc);
            }
            let parent = if valued(obr, 29) { field(obr, 29) } else { field(orc, 8) };
            parents(w, cx, own, parent);
        });
        let [group, _] = orc::groups(cx, orc);
        identifier::ei_member(w, cx, "requisition", group, Some(PLACER_GROUP));
        w.literal("status", status(cx, orc, obr));
        w.literal("intent", if is_of_filler { orc::OF_FILLER } else { intent(obr) });
        tq1::priority(w, cx, timing, [field(obr, 5), old.get(6)]);
        let has_code = coded::concept(w, cx, "code", field(obr, 4));
        let has_details = w.array("orderDetail", |w| {
            for value in fields(obr, 46).chain(fields(obr, 47)) {
                coded::concept_item(w, cx, value);
            }
        });
        if has_details && !has_code {
            w.unknown("code");
        }
        let amount = timing.map_or(Parts::EMPTY, |tq1| tq1.get(2));
        let amount = if amount.is_empty() { old.get(1) } else { amount };
        quantity::cq(w, cx, "quantityQuantity", amount);
        subject_required(w, cx, "subject", seg);
        encounter(w, cx, "encounter", seg);
        if !tq1::member(w, cx, "occurrenceTiming", when) {
            time::date_time(w, cx, "occurrenceDateTime", field(obr, 6));
        }
        let is_conditional = w.object("asNeededCodeableConcept", |w| {
            let condition = timing.map_or(Parts::EMPTY, |tq1| tq1.get(10));
            let condition = if condition.is_empty() { old.get(7) } else { condition };
            text::string(w, cx, "text", condition);
        });
        if !is_conditional && tq1::is_as_needed(when) {
            w.boolean("asNeededBoolean", true);
        }
        if orc.is_some_and(|orc| orc.peek(1).first() == b"NW") {
            time::date_time(w, cx, "authoredOn", field(orc, 9));
        }
        requester(w, cx, orc, obr);
        w.array("locationCode", |w| {
            coded::concept_item_by(w, cx, field(orc, 29), Table::OrderType);
        });
        w.array("reasonCode", |w| {
            for value in fields(obr, 31) {
                coded::concept_item(w, cx, value);
            }
        });
        w.array("reasonReference", |w| {
            for owner in orc.into_iter().chain(obr) {
                dg1::items_of(w, cx, owner);
            }
        });
        w.array("insurance", |w| in1::items(w, cx, seg));
        if let Some(obr) = obr {
            supporting(w, cx, obr);
        }
        w.array("note", |w| notes(w, cx, orc, obr, (timing, old)));
        w.extensions(|w| {
            orc::business_event(w, cx, orc);
            let callback = if valued(obr, 17) { (obr, 17) } else { (orc, 14) };
            for value in fields(callback.0, callback.1) {
                w.extension(CALLBACK, |w| _ = contact::member(w, cx, "valueContactPoint", value));
            }
            w.extension(STATUS_REASON, |w| {
                coded::concept(w, cx, "valueCodeableConcept", field(orc, 16));
            });
        });
    });
    if let Some(orc) = orc {
        out.takes(orc);
    }
    if let Some(obr) = obr {
        write_clinical(out, cx, obr);
    }
}

fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>, obr: Option<Seg<'m>>) {
    orc::numbers(w, cx, orc, obr);
    let [_, group] = orc::groups(cx, orc);
    identifier::ei_item(w, cx, group, Some(super::super::types::participant::FILLER_GROUP));
    let others = if valued(obr, 53) { (obr, 53) } else { (orc, 33) };
    for value in fields(others.0, others.1) {
        identifier::cx_item_typed(w, cx, value, identifier::PLACER);
    }
}

/// Writes items that refer to the order that this is part of, from EIP: to its resource if it stands before
/// this, else by its numbers.
fn parents<'m>(w: &mut Json, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    for n in [1, 2] {
        let key = identifier::ei_key(cx, Kind::ServiceRequest, value.peek(n));
        let parent = key.and_then(|key| cx.known(Kind::ServiceRequest, key));
        if let Some(parent) = parent.filter(|parent| *parent != own) {
            // The number stands there.
            value.get(n).raw();
            cx.reference_item(w, parent);
            return;
        }
    }
    for (n, kind) in [(1, identifier::PLACER), (2, identifier::FILLER)] {
        w.item_with(
            |w| w.literal("type", Kind::ServiceRequest.name()),
            |w| _ = identifier::ei_member(w, cx, "identifier", value.get(n), Some(kind)),
        );
    }
}

/// The state by ORC, else of an order that results are told of by these (OBR-25, table 0123): where it was active
/// before, it must not be unknown because they come. What was done before anybody asked for it, and is to become an
/// order now (R30, R31), is done when its results are final: nobody need do it.
fn status<'m>(cx: &mut Context<'m>, orc: Option<Seg<'m>>, obr: Option<Seg<'m>>) -> &'static str {
    let results = obr.filter(|obr| obr::is_report(cx, *obr));
    match (orc::status(cx, orc), results.map(|obr| obr.peek(25).first())) {
        ("unknown", Some(b"F" | b"C")) => "completed",
        ("active", Some(b"F" | b"C")) if is_unordered(cx, orc) => "completed",
        ("unknown", Some(b"A" | b"I" | b"M" | b"N" | b"O" | b"P" | b"R" | b"S")) => "active",
        ("unknown", Some(b"X")) => "revoked",
        (status, _) => status,
    }
}

/// Whether results come without an order, and are to become one: nothing but the event tells its state.
fn is_unordered<'m>(cx: &Context<'m>, orc: Option<Seg<'m>>) -> bool {
    matches!(cx.event(), b"R30" | b"R31") && !valued(orc, 5)
}

/// OBR-11: `G` is an order that a result gave rise to. R4 has no code for what is added on.
fn intent(obr: Option<Seg<'_>>) -> &'static str {
    match obr {
        Some(obr) if obr.peek(11).first() == b"G" => {
            obr.done(11);
            "reflex-order"
        }
        _ => "order",
    }
}

/// ORC-12 and ORC-21, else the PRT of the orderer, else OBR-16.
fn requester<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>, obr: Option<Seg<'m>>) {
    let participant = [orc, obr]
        .into_iter()
        .flatten()
        .filter_map(|owner| prt::of(cx, owner, &[b"OP"]).next())
        .next();
    if valued(orc, 12) {
        // The same person may stand in both.
        if let (Some(orc), Some(obr)) = (orc, obr)
            && orc.peek(12).peek(1).peek_raw() == obr.peek(16).peek(1).peek_raw()
            && orc.peek(12).peek(2).peek_raw() == obr.peek(16).peek(2).peek_raw()
        {
            obr.get(16).raw();
        }
    } else if let Some(role) = participant.and_then(|prt| prt::role(cx, prt)) {
        cx.reference(w, "requester", role);
        return;
    } else if !valued(orc, 21) {
        practitioner::member(w, cx, "requester", field(obr, 16));
        return;
    }
    let mut role = orc::orderer(orc);
    if role.who.is_empty() {
        role.who = field(obr, 16);
    }
    if let Some(role) = cx.refer(Wanted::Acting(Function::Plain, Box::new(role))) {
        cx.reference(w, "requester", role);
    }
}

/// Writes what helps to do it: answers to questions, what OBR-13 tells, and specimens.
fn supporting<'m>(w: &mut Json, cx: &mut Context<'m>, obr: Seg<'m>) {
    w.array("supportingInfo", |w| {
        for obx in cx.story.of(obr, b"OBX") {
            if !obx::is_result(cx, obx) {
                let to = obx::observation(cx, obx);
                cx.reference_item(w, to);
            }
        }
        let clinical: Vec<u32> = clinical(cx, obr).map(|(n, _)| n).collect();
        for n in clinical {
            let to = clinical_fact(cx, obr, n);
            cx.reference_item(w, to);
        }
        for prior in obr::prior_reports(cx, obr) {
            cx.reference_item(w, prior);
        }
        ctd::of_order(w, cx, obr);
        // Else its results tell.
        if obr.valued(26) && !cx.story.of(obr, b"OBX").any(|obx| obx::is_result(cx, obx)) {
            parent::items(w, cx, obr);
        }
    });
    w.array("specimen", |w| spm::references(w, cx, obr));
}

fn notes<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    orc: Option<Seg<'m>>,
    obr: Option<Seg<'m>>,
    (timing, old): (Option<Seg<'m>>, Parts<'m>),
) {
    if let Some(orc) = orc {
        note::items(w, cx, orc);
    }
    if let Some(obr) = obr.filter(|obr| !obr::is_report(cx, *obr)) {
        note::items(w, cx, obr);
    }
    for text in [timing.map_or(Parts::EMPTY, |tq1| tq1.get(11)), old.get(8)] {
        w.item(|w| _ = text::string(w, cx, "text", text));
    }
}

/// Writes the Observations of OBR-13.
fn write_clinical<'m>(out: &mut Arena, cx: &mut Context<'m>, obr: Seg<'m>) {
    let takes_fasting = spm::is_of_obr(cx, obr);
    for (n, value) in (1..).zip(obr.all(13)) {
        if takes_fasting && spm::is_fasting(&value) {
            continue;
        }
        let own = clinical_fact(cx, obr, n);
        out.resource(own, Some(obr), |w| {
            w.literal("status", "unknown");
            w.object("code", |w| w.literal("text", "Relevant clinical information"));
            subject(w, cx, "subject", obr);
            encounter(w, cx, "encounter", obr);
            if value.is_split() {
                coded::concept(w, cx, "valueCodeableConcept", value);
            } else {
                text::string(w, cx, "valueString", value);
            }
        });
    }
}

/// Whether what an OBR tells of is asked for in this message.
pub(crate) fn is_asked<'m>(cx: &Context<'m>, obr: Seg<'m>) -> bool {
    asks(cx) && !obr::is_prior(cx, obr)
}
