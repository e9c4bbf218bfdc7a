//! ORC: what it tells of the things that are ordered, and the Provenance of them (guide:
//! ORC[Provenance]; ORC[ServiceRequest], ORC[DiagnosticReport] and such are in the files of these).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::participant::{self, Acting, FILLER_GROUP, Function, PLACER_GROUP};
use super::super::types::{coded, identifier};
use super::super::wanted::Wanted;
use super::{asks, field, obr, rxa, rxd, rxo, service_request, valued};

const BUSINESS_EVENT: &str = "http://hl7.org/fhir/StructureDefinition/businessEvent";
const AGENT_TYPES: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
const OPERATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";

/// Writes what an ORC becomes: an order, unless there are segments with its details, and where it
/// comes from.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, orc: Seg<'m>) {
    let details: Vec<Seg<'m>> = cx.story.children(orc).filter(|seg| is_detail(*seg)).collect();
    if details.is_empty() {
        service_request::write(out, cx, orc);
    }
    let has_agents = [10, 11, 17, 18, 19].into_iter().any(|n| orc.valued(n));
    if !has_agents && !asks(cx) {
        return;
    }
    let targets: Vec<Ref> = match details.is_empty() {
        true => vec![service_request::request(cx, orc)],
        false => details.into_iter().map(|detail| made_of(cx, detail)).collect(),
    };
    provenance(out, cx, orc, &targets);
}

fn is_detail(seg: Seg<'_>) -> bool {
    matches!(&seg.id(), b"OBR" | b"RXO" | b"RXE" | b"RXD" | b"RXG" | b"RXA")
}

/// The resource that the detail of an order becomes.
fn made_of<'m>(cx: &mut Context<'m>, detail: Seg<'m>) -> Ref {
    match &detail.id() {
        b"OBR" if service_request::is_wanted(cx, detail) => service_request::request(cx, detail),
        b"OBR" => obr::report(cx, detail),
        b"RXA" => rxa::given(cx, detail),
        b"RXD" => rxd::dispense(cx, detail),
        _ => rxo::request(cx, detail),
    }
}

/// The ORC of a detail; an ORC that stands alone is its own.
pub(crate) fn of<'m>(cx: &Context<'m>, detail: Seg<'m>) -> Option<Seg<'m>> {
    cx.story.order(detail)
}

/// Writes `meta` with what may not be shown to everybody, ORC-28.
pub(crate) fn meta<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>) {
    let value = field(orc, 28);
    if value.is_empty() {
        return;
    }
    w.object("meta", |w| {
        w.array("security", |w| {
            if let Some(code) = cx.code(Table::ConfidentialityCode, value.first()) {
                w.item(|w| coded::code_in(w, code));
            }
            coded::coding_first_item(w, cx, value);
        });
    });
}

/// A field of the ORC and the same of its detail: both are given only where they differ.
pub(crate) fn either<'m>(
    orc: Option<Seg<'m>>,
    in_orc: usize,
    detail: Option<Seg<'m>>,
    in_detail: usize,
) -> [Parts<'m>; 2] {
    let (first, second) = (field(orc, in_orc), field(detail, in_detail));
    if second.peek_raw() == first.peek_raw() {
        second.raw();
        return [first, Parts::EMPTY];
    }
    [first, second]
}

/// Writes items of type Identifier with the numbers that placer and filler gave.
pub(crate) fn numbers<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    orc: Option<Seg<'m>>,
    obr: Option<Seg<'m>>,
) {
    for value in either(orc, 2, obr, 2) {
        identifier::ei_item(w, cx, value, Some(identifier::PLACER));
    }
    for value in either(orc, 3, obr, 3) {
        identifier::ei_item(w, cx, value, Some(identifier::FILLER));
    }
}

/// The numbers of the group of an order that placer and filler gave: ORC-4 was an EI, in 2.8.2 an
/// EIP, and then an EI again, with ORC-38 for the filler's.
pub(crate) fn groups<'m>(cx: &Context<'m>, orc: Option<Seg<'m>>) -> [Parts<'m>; 2] {
    let (group, filler) = (field(orc, 4), field(orc, 38));
    let is_pair = group.peek(1).is_split() || cx.msh().peek(12).first() == b"2.8.2";
    let placer = if is_pair { group.get(1) } else { group };
    let filler = match filler.is_empty() && is_pair {
        true => group.get(2),
        false => filler,
    };
    [placer, filler]
}

/// As [`groups`], items of type Identifier.
pub(crate) fn group_items<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>) {
    let [placer, filler] = groups(cx, orc);
    identifier::ei_item(w, cx, filler, Some(FILLER_GROUP));
    identifier::ei_item(w, cx, placer, Some(PLACER_GROUP));
}

/// Writes the extension for what happened to an order, ORC-1, and when, ORC-9.
pub(crate) fn business_event<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>) {
    w.extension(BUSINESS_EVENT, |w| {
        w.array("extension", |w| {
            w.extension("value", |w| control(w, cx, orc));
            w.extension("date", |w| {
                time::date_time(w, cx, "valueDateTime", field(orc, 9));
            });
        });
    });
}

/// As [`business_event`], with ORC-1 alone and as the value of the extension.
pub(crate) fn business_event_code<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>) {
    w.extension(BUSINESS_EVENT, |w| control(w, cx, orc));
}

fn control<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>) {
    let value = field(orc, 1);
    let system = (!value.is_empty()).then(|| cx.system_of(b"HL70119", value.first())).flatten();
    w.object("valueCodeableConcept", |w| {
        w.array("coding", |w| {
            w.item_with(
                |w| {
                    if let Some(uri) = &system {
                        w.string("system", uri);
                    }
                },
                |w| _ = w.code("code", &cx.text(value.get(1).first())),
            );
        });
    });
}

/// The state of an order by ORC-5, else by ORC-1, in the codes of a ServiceRequest.
pub(crate) fn status<'m>(cx: &mut Context<'m>, orc: Option<Seg<'m>>) -> &'static str {
    let (state, control) = (field(orc, 5), field(orc, 1));
    if let Some(code) = cx.code(Table::OrderStatus, state.first()) {
        return code.code;
    }
    state.give_up();
    let code = Table::OrderControlStatus.get(control.first());
    code.map_or("unknown", |code| code.code)
}

/// Whether an answer (MSA), or what tells how an order stands (SC, SR; OSU), says no more of it than that it is known
/// and goes on: not whose it is, or not what. That is the filler's view of the order, and must not take its place.
pub(crate) fn is_of_filler<'m>(cx: &Context<'m>, orc: Option<Seg<'m>>) -> bool {
    let Some(orc) = orc else { return false };
    if !cx.story.input().has(b"MSA") && !matches!(orc.peek(1).first(), b"SC" | b"SR") {
        return false;
    }
    let tells = cx.story.patient(orc).is_some() && cx.story.children(orc).any(is_detail);
    let state = Table::OrderStatus.get(orc.peek(5).first());
    let state = state.or_else(|| Table::OrderControlStatus.get(orc.peek(1).first()));
    !tells && state.is_none_or(|state| matches!(state.code, "active" | "unknown"))
}

/// The code of `intent` of such an answer.
pub(crate) const OF_FILLER: &str = "filler-order";

/// Writes an item that refers to the order that an answer is about, by its number.
pub(crate) fn answered_item<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>) {
    let kind = match cx.msh().peek(9).first() {
        b"ORP" | b"RRE" | b"RRD" | b"RRG" | b"RRA" => Kind::MedicationRequest,
        _ => Kind::ServiceRequest,
    };
    identifier::ei_reference_item(w, cx, kind, field(orc, 2), Some(identifier::PLACER));
}

/// Who ordered: the practitioner with their organization, by ORC-12 and ORC-21 to 24.
pub(crate) fn orderer<'m>(orc: Option<Seg<'m>>) -> Acting<'m> {
    Acting {
        who: field(orc, 12),
        who_at: field(orc, 24),
        of: field(orc, 21),
        of_at: field(orc, 22),
        of_call: field(orc, 23),
    }
}

/// As [`orderer`], as a PractitionerRole, if any is told.
pub(crate) fn orderer_role<'m>(cx: &mut Context<'m>, orc: Option<Seg<'m>>) -> Option<Ref> {
    let role = orderer(orc);
    if role.who.is_empty() && role.of.is_empty() {
        return None;
    }
    cx.refer(Wanted::Acting(Function::Plain, Box::new(role)))
}

/// Writes where the orders come from.
fn provenance<'m>(out: &mut Arena, cx: &mut Context<'m>, orc: Seg<'m>, targets: &[Ref]) {
    let own = cx.own(Kind::Provenance, orc, |_| None);
    let activity = match orc.peek(1).first() {
        b"NW" => Some(("CREATE", "create")),
        b"SC" => Some(("UPDATE", "revise")),
        b"OC" | b"CA" => Some(("CANCEL", "cancel")),
        _ => None,
    };
    out.resource(own, None, |w| {
        meta(w, cx, Some(orc));
        w.array("target", |w| targets.iter().for_each(|&to| cx.reference_item(w, to)));
        time::date_time(w, cx, "occurredDateTime", orc.peek(9));
        let when = [orc.peek(9), cx.msh().peek(7)];
        if !when.into_iter().any(|when| time::instant(w, cx, "recorded", when)) {
            w.unknown("_recorded");
        }
        let site = [orc.get(21), orc.get(22), orc.get(23)];
        if valued(Some(orc), 21)
            && let Some(site) = cx.refer(Wanted::Site(Box::new(site)))
        {
            cx.reference(w, "location", site);
        }
        if let Some((code, display)) = activity {
            coded::fixed(w, "activity", OPERATIONS, code, display);
        }
        w.array("agent", |w| agents(w, cx, orc));
    });
}

/// Who entered, verified, ordered and did; where none is told, who sent.
fn agents<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Seg<'m>) {
    let before = w.len();
    let office = cx.refer(Wanted::NamedOrganization(orc.get(17)));
    let mut office = office;
    for (n, code, display) in [
        (10, "enterer", "Enterer"),
        (11, "verifier", "Verifier"),
        (12, "author", "Author"),
        (19, "performer", "Performer"),
    ] {
        for value in orc.all(n) {
            let at = if n == 12 { orc.get(24) } else { Parts::EMPTY };
            let Some(who) = participant::person(cx, value, at) else { continue };
            w.item(|w| {
                coded::fixed(w, "type", AGENT_TYPES, code, display);
                cx.reference(w, "who", who);
                if let Some(office) = office.take_if(|_| n == 10) {
                    cx.reference(w, "onBehalfOf", office);
                }
            });
        }
    }
    // An office that entered it without a person.
    if let Some(office) = office {
        w.item(|w| {
            coded::fixed(w, "type", AGENT_TYPES, "enterer", "Enterer");
            cx.reference(w, "who", office);
        });
    }
    if let Some(device) = cx.refer(Wanted::CodedDevice(orc.get(18))) {
        w.item(|w| cx.reference(w, "who", device));
    }
    if w.len() > before {
        return;
    }
    let sender = cx.refer(Wanted::Authority(cx.msh().peek(4)));
    w.item(|w| {
        coded::fixed(w, "type", AGENT_TYPES, "author", "Author");
        match sender {
            Some(sender) => cx.reference(w, "who", sender),
            None => _ = w.object("who", |w| w.literal("display", "unknown")),
        }
    });
}
