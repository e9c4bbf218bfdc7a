//! RXA as Immunization or MedicationAdministration (guide: RXA[Immunization], RXR[Immunization],
//! ORC[Immunization], ORC[MedicationAdministration]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::place::{self, Form};
use super::super::types::{address, coded, identifier, quantity, text, timing};
use super::super::wanted::Wanted;
use super::{encounter, field, fields, medication, note, orc, prt, rxo, subject_required};

const FUNCTIONS: &str = "http://terminology.hl7.org/CodeSystem/v2-0443";

/// What was given: the Immunization or MedicationAdministration of an RXA.
pub(crate) fn given<'m>(cx: &mut Context<'m>, rxa: Seg<'m>) -> Ref {
    let kind = match is_vaccine(cx, rxa) {
        true => Kind::Immunization,
        false => Kind::MedicationAdministration,
    };
    let patient = cx.story.patient(rxa).map(|pid| super::pid::patient(cx, pid));
    cx.own(kind, rxa, |cx| {
        let orc = orc::of(cx, rxa)?;
        let number = if orc.valued(3) { orc.peek(3) } else { orc.peek(2) };
        let key = identifier::ei_key(cx, kind, number)?.with(patient?.id.bytes());
        let mut key = key.with(rxa.peek(2).peek_raw());
        if kind == Kind::Immunization && is_number_of_dose(orc) {
            return Some(key);
        }
        // One order may be given many times.
        key.push(rxa.peek(3).peek_raw());
        identifier::push_code(&mut key, rxa.peek(5));
        Some(key)
    })
}

/// Whether ORC-3 is the number of one dose, so that whatever is told of it may be corrected. Registries give
/// `9999` to all that they have no number for (CDC guide, ORC-3).
fn is_number_of_dose(orc: Seg<'_>) -> bool {
    orc.valued(3) && orc.peek(3).first() != b"9999"
}

/// Whether an RXA is about a vaccine: by the type of the message, else by a code of CVX.
fn is_vaccine(cx: &Context<'_>, rxa: Seg<'_>) -> bool {
    let code = rxa.peek(5);
    let kind = cx.msh().peek(9).first();
    if kind == b"RAS" {
        return false;
    }
    kind.starts_with(b"VX")
        || code.peek(3).peek_raw() == b"CVX"
        || code.peek(6).peek_raw() == b"CVX"
}

/// Whether what was given is no vaccine at all: 998 of CVX, with which registries tell of immunity or of an
/// appraisal (CDC guide, RXA-5).
fn is_no_vaccine(rxa: Seg<'_>) -> bool {
    let code = rxa.peek(5);
    [(1, 3), (4, 6)].iter().any(|&(code_at, system_at)| {
        code.peek(code_at).peek_raw() == b"998" && code.peek(system_at).peek_raw() == b"CVX"
    })
}

/// Whether nobody knows how much was given: 999 without a unit (chapter 4A, RXA-6).
fn is_unknown_amount(rxa: Seg<'_>) -> bool {
    rxa.peek(6).first() == b"999" && !rxa.valued(7)
}

/// RXA-20. Without it what has a reason of refusal (RXA-18) was not taken (chapter 4A, RXA-18). Nobody knows what a
/// code means that the table lacks: not that it was given.
fn completion(w: &mut Json, cx: &mut Context<'_>, kind: Kind, rxa: Seg<'_>) {
    let assumed = match () {
        () if rxa.valued(18) => "not-done",
        () if !rxa.valued(20) => "completed",
        () if kind == Kind::Immunization => "",
        () => "unknown",
    };
    if !coded::code(w, cx, "status", rxa.get(20), Table::CompletionStatus, assumed) {
        w.unknown("_status");
    }
}

/// Writes what was given.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, rxa: Seg<'m>) {
    let own = given(cx, rxa);
    let orc = orc::of(cx, rxa);
    if own.kind == Kind::Immunization {
        immunization(out, cx, own, orc, rxa);
    } else {
        administration(out, cx, own, orc, rxa);
    }
    if let Some(orc) = orc {
        out.takes(orc);
    }
    if rxa.valued(28) {
        write_place(out, cx, rxa);
    }
}

fn immunization<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    orc: Option<Seg<'m>>,
    rxa: Seg<'m>,
) {
    let rxr = cx.story.first_of(rxa, b"RXR");
    let maker = cx.refer(Wanted::NamedOrganization(rxa.get(17)));
    let place = place_of(cx, rxa);
    out.resource(own, Some(rxa), |w| {
        orc::meta(w, cx, orc);
        w.array("identifier", |w| {
            orc::numbers(w, cx, orc, None);
            orc::group_items(w, cx, orc);
        });
        let is_error = rxa.peek(21).first() == b"D";
        if is_error {
            rxa.done(21);
            w.literal("status", "entered-in-error");
        } else if is_no_vaccine(rxa) {
            w.literal("status", "not-done");
            if !matches!(rxa.peek(20).first(), b"NA" | b"RE" | b"") {
                cx.give_up(&rxa.get(20), "code");
            }
        } else {
            completion(w, cx, own.kind, rxa);
        }
        coded::concept(w, cx, "statusReason", rxa.get(18));
        if !coded::concept(w, cx, "vaccineCode", rxa.get(5)) {
            w.object("vaccineCode", |w| w.literal("text", "unknown"));
        }
        subject_required(w, cx, "patient", rxa);
        encounter(w, cx, "encounter", rxa);
        if !time::date_time(w, cx, "occurrenceDateTime", rxa.get(3)) {
            w.literal("occurrenceString", "unknown");
        }
        if !time::date_time(w, cx, "recorded", field(orc, 9))
            && matches!(rxa.peek(21).first(), b"A" | b"")
        {
            rxa.done(21);
            time::date_time(w, cx, "recorded", rxa.get(22));
        }
        source(w, cx, rxa);
        if let Some(place) = place {
            cx.reference(w, "location", place);
        }
        if let Some(maker) = maker {
            cx.reference(w, "manufacturer", maker);
        }
        text::string(w, cx, "lotNumber", rxa.get(15));
        time::date(w, cx, "expirationDate", rxa.get(16));
        coded::concept_by(w, cx, "site", field(rxr, 2), Table::BodyParts);
        coded::concept_by(w, cx, "route", field(rxr, 1), Table::RouteOfAdministration);
        if !is_unknown_amount(rxa) {
            quantity::simple(w, cx, "doseQuantity", rxa.get(6).first(), rxa.get(7));
        }
        // What was given in part does not count as a dose.
        if rxa.peek(20).first() == b"PA" {
            w.boolean("isSubpotent", true);
        }
        w.array("performer", |w| {
            if let Some(role) = orc::orderer_role(cx, orc) {
                performer(w, cx, "OP", role);
            }
            for value in rxa.all(10) {
                if let Some(to) = cx.refer(Wanted::Practitioner(value)) {
                    performer(w, cx, "AP", to);
                }
            }
            participants(w, cx, orc, rxa);
        });
        w.array("note", |w| notes(w, cx, orc, rxa));
        w.array("reasonCode", |w| {
            for value in rxa.all(19) {
                coded::concept_item(w, cx, value);
            }
        });
        from_results(w, cx, rxa);
    });
}

/// RXA-9 by the table NIP001: whether who gave it tells, and else where it is known from.
fn source<'m>(w: &mut Json, cx: &mut Context<'m>, rxa: Seg<'m>) {
    let Some(value) = rxa.all_again(9).find(is_source) else { return };
    let is_new = value.peek(1).first() == b"00";
    w.boolean("primarySource", is_new);
    if !is_new {
        coded::concept(w, cx, "reportOrigin", value);
    }
}

fn is_source(value: &Parts<'_>) -> bool {
    value.peek(3).peek_raw() == b"NIP001"
}

fn notes<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>, rxa: Seg<'m>) {
    for value in rxa.all(9) {
        if is_source(&value) && rxa.is(b"RXA") && is_vaccine(cx, rxa) {
            continue;
        }
        w.item(|w| _ = text::of_coded(w, cx, "text", value));
    }
    for owner in orc.into_iter().chain([rxa]) {
        note::items(w, cx, owner);
    }
}

/// Writes an item of `performer`.
fn performer(w: &mut Json, cx: &Context<'_>, function: &str, actor: Ref) {
    w.item(|w| {
        let display = if function == "OP" { "Ordering Provider" } else { "Administering Provider" };
        coded::fixed(w, "function", FUNCTIONS, function, display);
        cx.reference(w, "actor", actor);
    });
}

/// The PRT of those who ordered and gave it.
fn participants<'m>(w: &mut Json, cx: &mut Context<'m>, orc: Option<Seg<'m>>, rxa: Seg<'m>) {
    for owner in orc.into_iter().chain([rxa]) {
        for prt in prt::of(cx, owner, &[b"OP", b"AP"]) {
            let function = if prt.peek(4).first() == b"OP" { "OP" } else { "AP" };
            if let Some(role) = prt::role(cx, prt) {
                performer(w, cx, function, role);
            }
        }
    }
}

/// Where it was given: RXA-27 and its address RXA-28, or RXA-11 of old versions.
fn place_of<'m>(cx: &mut Context<'m>, rxa: Seg<'m>) -> Option<Ref> {
    if rxa.valued(28) {
        let of = given(cx, rxa);
        return Some(cx.own_of(Kind::Location, (rxa, 0), Some(of), &[]));
    }
    match rxa.valued(27) {
        true => place::refer(cx, rxa.get(27)),
        false => place::refer_as(cx, rxa.get(11), Form::La2),
    }
}

fn write_place<'m>(out: &mut Arena, cx: &mut Context<'m>, rxa: Seg<'m>) {
    let Some(own) = place_of(cx, rxa) else { return };
    let around = place::refer(cx, rxa.get(27));
    out.resource(own, Some(rxa), |w| {
        w.literal("mode", "instance");
        address::member(w, cx, "address", rxa.get(28));
        if let Some(around) = around {
            cx.reference(w, "partOf", around);
        }
    });
}

/// What OBX tells of the immunization itself (CDC implementation guide for immunizations 1.5): who
/// may have it paid, who pays, what the patient was given to read, and which dose it is.
fn from_results<'m>(w: &mut Json, cx: &mut Context<'m>, rxa: Seg<'m>) {
    let story = cx.story;
    let with = |code: &'static [u8]| {
        story.of(rxa, b"OBX").filter(move |obx| obx.peek(3).peek(1).peek_raw() == code)
    };
    let (eligible, funded) = (with(b"64994-7"), with(b"30963-3").next());
    let papers: Vec<Seg<'m>> = with(b"69764-9").chain(with(b"30956-7")).collect();
    let dose = with(b"30973-2").next();
    w.array("education", |w| {
        for paper in papers {
            w.item(|w| {
                // Without it there may be no dates (imm-1).
                if !text::of_coded(w, cx, "documentType", paper.peek(5)) {
                    return;
                }
                // The dates are those in the same group of observations.
                let same = |date: &Seg<'m>| date.peek(4).peek_raw() == paper.peek(4).peek_raw();
                for (name, code) in
                    [("publicationDate", b"29768-9"), ("presentationDate", b"29769-7")]
                {
                    if let Some(date) = with(code).find(same) {
                        time::date_time(w, cx, name, date.peek(5));
                    }
                }
            });
        }
    });
    w.array("programEligibility", |w| {
        for obx in eligible {
            coded::concept_item(w, cx, obx.peek(5));
        }
    });
    if let Some(obx) = funded {
        coded::concept(w, cx, "fundingSource", obx.peek(5));
    }
    if let Some(obx) = dose {
        w.array("protocolApplied", |w| {
            w.item(|w| {
                let number = obx.peek(5);
                if !w.integer("doseNumberPositiveInt", number.first(), 1) {
                    text::string(w, cx, "doseNumberString", number);
                }
            });
        });
    }
}

const AT: medication::Places = medication::Places {
    code: 5,
    amount: [0, 0, 0],
    form: 8,
    strength: [13, 14],
    volume: [23, 24],
    daily: 0,
    rate: [0, 0, 0],
    timing: 0,
    instructions: 0,
    batch: [15, 16, 17],
};

fn administration<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    orc: Option<Seg<'m>>,
    rxa: Seg<'m>,
) {
    let rxr = cx.story.first_of(rxa, b"RXR");
    let medication = medication::medication(cx, rxa);
    out.resource(own, Some(rxa), |w| {
        orc::meta(w, cx, orc);
        w.array("identifier", |w| {
            orc::numbers(w, cx, orc, None);
            orc::group_items(w, cx, orc);
        });
        if rxa.peek(21).first() == b"D" {
            rxa.done(21);
            w.literal("status", "entered-in-error");
        } else {
            completion(w, cx, own.kind, rxa);
        }
        w.array("statusReason", |w| {
            for value in fields(Some(rxa), 18).chain(fields(orc, 16)) {
                coded::concept_item(w, cx, value);
            }
        });
        cx.reference(w, "medicationReference", medication);
        subject_required(w, cx, "subject", rxa);
        encounter(w, cx, "context", rxa);
        let is_told = match rxa.valued(4) && rxa.peek(4).peek_raw() != rxa.peek(3).peek_raw() {
            true => timing::period(w, cx, "effectivePeriod", [rxa.get(3), rxa.get(4)]),
            false => {
                rxa.done(4);
                time::date_time(w, cx, "effectiveDateTime", rxa.get(3))
            }
        };
        if !is_told {
            w.unknown("_effectiveDateTime");
        }
        w.array("performer", |w| {
            for value in fields(orc, 12) {
                if let Some(to) = cx.refer(Wanted::Practitioner(value)) {
                    performer(w, cx, "OP", to);
                }
            }
            for value in rxa.all(10) {
                if let Some(to) = cx.refer(Wanted::Practitioner(value)) {
                    performer(w, cx, "AP", to);
                }
            }
            participants(w, cx, orc, rxa);
        });
        w.array("reasonCode", |w| {
            for value in rxa.all(19) {
                coded::concept_item(w, cx, value);
            }
        });
        if let Some(behind) = rxo::behind(cx, rxa) {
            let to = rxo::request(cx, behind);
            cx.reference(w, "request", to);
        }
        w.array("note", |w| notes(w, cx, orc, rxa));
        // A dosage tells of a dose (mad-1).
        if Decimal::of(rxa.peek(6).first()).is_some() && !is_unknown_amount(rxa) {
            w.object("dosage", |w| {
                coded::concept_by(w, cx, "site", field(rxr, 2), Table::BodyParts);
                coded::concept_by(w, cx, "route", field(rxr, 1), Table::RouteOfAdministration);
                coded::concept_by(w, cx, "method", field(rxr, 4), Table::AdministrationMethod);
                quantity::simple(w, cx, "dose", rxa.get(6).first(), rxa.get(7));
            });
        }
        w.extensions(|w| orc::business_event_code(w, cx, orc));
    });
    medication::write(out, cx, rxa, AT);
}
