//! OBX as Observation (guide: OBX[Observation], OBX[Observation-Component], NTE[Observation],
//! PRT[Observation-Location]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::recall::{self, What};
use super::super::results::{Common, Part};
use super::super::time;
use super::super::types::participant::{self, Acting, Function};
use super::super::types::{coded, identifier, quantity, text};
use super::super::wanted::Wanted;
use super::value::{self, Shape};
use super::{
    encounter, note, obr, parent, patient_of, prt, rxa, rxd, rxo, service_request, spm, subject,
    visit_of,
};

const ALTERNATE: &str = "http://hl7.org/fhir/StructureDefinition/alternate-codes";
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
const RESULT_STATUS: &str = "http://terminology.hl7.org/CodeSystem/v2-0085";
const SUB_ID: &str = "http://hl7.org/fhir/StructureDefinition/observation-v2-subid";
const NATURE: &str = "http://hl7.org/fhir/StructureDefinition/observation-nature-of-abnormal-test";
const ANALYSIS: &str = "http://hl7.org/fhir/StructureDefinition/observation-analysis-date-time";
const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/observation-structure-type";
const LOCATION: &str = "http://hl7.org/fhir/StructureDefinition/event-location";
/// An element of R5 that may hold several.
const SPECIMEN: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.specimen";

/// The Observation of an OBX: known by its report or order, its code with the system, its sub-id, and its
/// place among those with the same.
pub(crate) fn observation<'m>(cx: &mut Context<'m>, obx: Seg<'m>) -> Ref {
    cx.own_by_id(Kind::Observation, obx, 0, |cx| {
        let of = cx.story.up(obx, b"OBR").map(|obr| match obr::is_report(cx, obr) {
            true => obr::report(cx, obr),
            false => service_request::request(cx, obr),
        });
        // What stands elsewhere, such as a weight behind a visit, is another at another time.
        let (of, when) = match of {
            Some(of) => (of, None),
            None => (told_with(cx, obx)?, Some(obx.peek(14).peek_raw())),
        };
        let mut key = Key::of(Kind::Observation);
        key.push(of.id.bytes());
        if let Some(when) = when {
            key.push(when);
        }
        identifier::push_code(&mut key, obx.peek(3));
        key.push(obx.peek(4).peek_raw());
        Some(cx.next_id(&mut key))
    })
}

/// What an OBX without an OBR is told with: what was given or asked for, or the visit, else the patient.
fn told_with<'m>(cx: &mut Context<'m>, obx: Seg<'m>) -> Option<Ref> {
    let owner = cx.story.owner(obx)?;
    match &owner.id() {
        b"RXA" => Some(rxa::given(cx, owner)),
        b"RXD" => Some(rxd::dispense(cx, owner)),
        b"RXO" | b"RXE" | b"RXG" => Some(rxo::request(cx, owner)),
        // Without a time a result may be a further one; what comes with a patient's data is that data again.
        b"PID" | b"PV1" if obx.valued(14) || cx.msh().peek(9).first() == b"ADT" => {
            visit_of(cx, obx).or_else(|| patient_of(cx, obx))
        }
        _ => None,
    }
}

/// Whether an OBX of an OBR is a result, and not the answer to a question that was asked with the
/// order (OBX-29).
pub(crate) fn is_result<'m>(cx: &Context<'m>, obx: Seg<'m>) -> bool {
    let is_answer = matches!(obx.peek(29).first(), b"QST" | b"SCI");
    !is_answer && cx.story.owner(obx).is_some_and(|obr| obr::is_report(cx, obr))
}

/// Writes the Observation.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, obx: Seg<'m>) {
    let own = observation(cx, obx);
    let owner = cx.story.owner(obx);
    obx.done(1);
    let shape = value::shape(obx);
    let number = value::number(obx, shape);
    let mut common = match shape {
        Shape::Components => Common::Made,
        _ if obx.valued(29) || !obx.valued(11) => Common::Made,
        _ => Common::of(cx, obx, number.is_some().into()),
    };
    out.resource(own, Some(obx), |w| {
        if obx.valued(21) {
            w.array("identifier", |w| {
                identifier::ei_item(w, cx, obx.get(21), Some(identifier::FILLER));
            });
        }
        part_of(w, cx, owner);
        common.write(w, cx, Part::Head, |w, cx| {
            status(w, cx, obx, owner);
            category(w, cx, obx);
            if !coded::concept(w, cx, "code", obx.get(3)) {
                w.object("code", |w| w.literal("text", "unknown"));
            }
        });
        subject(w, cx, "subject", obx);
        if let Some(spm) = owner.filter(|owner| owner.is(b"SPM")) {
            w.array("focus", |w| {
                let to = spm::specimen(cx, spm);
                cx.reference_item(w, to);
            });
        }
        encounter(w, cx, "encounter", obx);
        effective(w, cx, obx, owner);
        w.array("performer", |w| performers(w, cx, obx));
        let has_value = match number {
            Some(number) => value::quantity(w, obx, number, |w| {
                common.write(w, cx, Part::Unit, |w, cx| quantity::unit_in(w, cx, obx.get(6)));
            }),
            None => shape == Shape::Value && value::value(w, cx, obx),
        };
        if shape == Shape::Nothing {
            value::type_told(obx);
        }
        if !has_value && shape == Shape::Nothing {
            absent(w, obx);
        }
        common.write(w, cx, Part::Interpretation, |w, cx| {
            w.array("interpretation", |w| {
                for value in obx.all(8) {
                    coded::concept_item_by(w, cx, value, Table::InterpretationCodes);
                }
            });
        });
        w.array("note", |w| note::items(w, cx, obx));
        if obx.any([17, 20]) {
            coded::concept(w, cx, "bodySite", obx.get(20));
            coded::concept(w, cx, "method", obx.get(17));
        }
        specimen(w, cx, obx, owner);
        device(w, cx, obx);
        derived_from(w, cx, obx, owner);
        if shape == Shape::Components {
            w.array("component", |w| value::components(w, cx, obx));
        } else {
            common.write(w, cx, Part::Range, |w, cx| reference_range(w, cx, obx));
        }
        w.extensions(|w| extensions(w, cx, obx));
    });
    common.remember(cx);
}

/// OBX-14, which a result needs only if its time is not that of its report (2.8.2, 7.4.2.14); else
/// OBR-7 and OBR-8.
fn effective<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>, owner: Option<Seg<'m>>) {
    if obx.valued(14) {
        time::date_time(w, cx, "effectiveDateTime", obx.get(14));
    } else if let Some(obr) = owner.filter(|owner| owner.is(b"OBR"))
        && is_result(cx, obx)
    {
        obr::effective(w, cx, [obr.peek(7), obr.peek(8)]);
    }
}

/// What a result was found with: what was given.
fn part_of<'m>(w: &mut Json, cx: &mut Context<'m>, owner: Option<Seg<'m>>) {
    let Some(owner) = owner else { return };
    let to = match &owner.id() {
        b"RXA" => rxa::given(cx, owner),
        b"RXD" => rxd::dispense(cx, owner),
        b"RXO" | b"RXE" | b"RXG" => {
            let to = rxo::request(cx, owner);
            w.array("basedOn", |w| cx.reference_item(w, to));
            return;
        }
        _ => return,
    };
    w.array("partOf", |w| cx.reference_item(w, to));
}

/// OBX-11, and the code itself where that of R4 says less; without it what all of the report is.
fn status<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>, owner: Option<Seg<'m>>) {
    let value = obx.get(11);
    if value.is_empty()
        && let Some(obr) = owner.filter(|owner| owner.is(b"OBR"))
        && is_result(cx, obx)
        && let Some(code) = status_of_report(cx, obr)
    {
        w.literal("status", code);
        return;
    }
    recall::write(w, cx, What::ObservationStatus, [value], |w, cx| status_of(w, cx, value));
}

/// The status that all results of a report have by OBR-25. Without that it is final in the versions that have F as
/// what an empty OBX-11 means (so 7.4.2.11 of later ones).
fn status_of_report<'m>(cx: &Context<'m>, obr: Seg<'m>) -> Option<&'static str> {
    match obr.peek(25).first() {
        b"F" => Some("final"),
        b"C" => Some("corrected"),
        b"P" | b"R" => Some("preliminary"),
        b"" if matches!(cx.msh().peek(12).first(), b"2.1" | b"2.2") => Some("final"),
        _ => None,
    }
}

fn status_of(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    coded::code(w, cx, "status", value, Table::ObservationStatus, "unknown");
    let code = value.first();
    if matches!(code, b"B" | b"I" | b"N" | b"O" | b"R" | b"S" | b"U" | b"V" | b"X") {
        w.object("_status", |w| {
            w.array("extension", |w| {
                w.extension(ALTERNATE, |w| coding(w, RESULT_STATUS, code));
            });
        });
    }
}

/// Writes `valueCodeableConcept` with one coding.
fn coding(w: &mut Json, system: &str, code: &[u8]) {
    w.object("valueCodeableConcept", |w| {
        w.array("coding", |w| {
            w.item_with(|w| w.literal("system", system), |w| _ = w.code("code", code));
        });
    });
}

/// OBX-29, a code of table 0936.
fn category<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    let value = obx.get(29);
    if value.is_empty() {
        return;
    }
    w.array("category", |w| {
        w.item(|w| {
            w.array("coding", |w| {
                w.item(|w| {
                    w.literal("system", "http://terminology.hl7.org/CodeSystem/v2-0936");
                    w.code("code", &cx.text(value.get(1).first()));
                });
            });
        });
    });
}

/// Why there is no value, which only OBX-11 tells.
fn absent(w: &mut Json, obx: Seg<'_>) {
    let (code, display) = match obx.peek(11).first() {
        b"N" => ("not-asked", "Not Asked"),
        b"X" => ("unknown", "Unknown"),
        _ => return,
    };
    coded::fixed(w, "dataAbsentReason", ABSENT, code, display);
}

/// OBX-16, then OBX-25 and OBX-23, OBX-15, and the PRT of people.
fn performers<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    let none = Parts::EMPTY;
    for who in obx.all(16) {
        if let Some(to) = cx.refer(Wanted::Person(Function::Observer, who)) {
            cx.reference_item(w, to);
        }
    }
    if obx.valued(23) || obx.valued(25) {
        let of_at = if obx.valued(23) { obx.get(24) } else { none };
        let laboratory = match obx.valued(25) {
            true => {
                let role = Acting { of: obx.get(23), of_at, ..Acting::alone(obx.get(25)) };
                cx.refer(Wanted::Acting(Function::Director, Box::new(role)))
            }
            false => participant::of(cx, obx.get(23), of_at, none),
        };
        if let Some(to) = laboratory {
            cx.reference_item(w, to);
        }
    }
    if let Some(to) = cx.refer(Wanted::NamedOrganization(obx.get(15))) {
        cx.reference_item(w, to);
    }
    for prt in cx.story.of(obx, b"PRT") {
        if let Some(to) = prt::role(cx, prt) {
            cx.reference_item(w, to);
        }
    }
}

/// OBX-33, else the specimen that the OBX belongs to, or the only one of its OBR.
fn specimen<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>, owner: Option<Seg<'m>>) {
    let to = match obx.all_again(33).take(2).count() {
        1 => spm::by_id(cx, obx.get(33)),
        2.. => None,
        0 => cx.same_owner(obx, 2, |cx| match owner {
            Some(owner) if owner.is(b"SPM") => Some(spm::specimen(cx, owner)),
            Some(owner) if owner.is(b"OBR") => spm::only(cx, owner),
            _ => None,
        }),
    };
    if let Some(to) = to {
        cx.reference(w, "specimen", to);
    }
}

/// The result that this one is about, such as the organism that a drug works on.
#[inline]
fn derived_from<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>, owner: Option<Seg<'m>>) {
    if let Some(obr) = owner.filter(|owner| owner.valued(26) && owner.is(b"OBR"))
        && is_result(cx, obx)
    {
        w.array("derivedFrom", |w| parent::items(w, cx, obr));
    }
}

/// The PRT of a device, else OBX-18.
fn device<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    let told = cx.story.of(obx, b"PRT").find_map(|prt| prt::device(cx, prt));
    let to = told.or_else(|| cx.refer(Wanted::Device(obx.get(18))));
    if let Some(to) = to {
        cx.reference(w, "device", to);
    }
}

/// Writes `referenceRange` from OBX-7: its text, and its ends if it is of the form `3.5-5.0` and
/// the value is a number.
pub(crate) fn reference_range<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    let range = obx.get(7);
    if range.is_empty() {
        return;
    }
    let is_number = matches!(value::kind(obx), b"NM" | b"SN");
    let made_of = [range, obx.untouched(6)];
    recall::write(w, cx, What::ReferenceRange(is_number), made_of, |w, cx| {
        reference_range_of(w, cx, obx, range, is_number);
    });
}

fn reference_range_of<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    obx: Seg<'m>,
    range: Parts<'m>,
    is_number: bool,
) {
    w.array("referenceRange", |w| {
        w.item(|w| {
            if let Some((low, high)) = ends(range.peek_raw()).filter(|_| is_number) {
                let unit = obx.get(6);
                quantity::simple(w, cx, "low", low, unit);
                quantity::simple(w, cx, "high", high, unit);
            }
            text::string(w, cx, "text", range);
        });
    });
}

/// The two numbers of a range with a hyphen between them.
fn ends(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii();
    // A hyphen that comes first is a sign.
    let at = 1 + text.get(1..)?.iter().position(|&b| b == b'-')?;
    let (low, high) = (text[..at].trim_ascii(), text[at + 1..].trim_ascii());
    let are_numbers = Decimal::of(low).is_some() && Decimal::of(high).is_some();
    (are_numbers && quantity::is_ordered(low, high)).then_some((low, high))
}

fn extensions<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    if !obx.any([4, 10, 19, 30, 33]) && !cx.story.may_have(obx, b"PRT") && !value::is_document(obx)
    {
        return;
    }
    if obx.valued(4) {
        sub_id(w, cx, obx.get(4));
    }
    for value in obx.all(10) {
        w.extension(NATURE, |w| {
            coded::concept_by(w, cx, "valueCodeableConcept", value, Table::NatureOfAbnormalTesting);
        });
    }
    if obx.valued(19) {
        w.extension(ANALYSIS, |w| _ = time::date_time(w, cx, "valueDateTime", obx.get(19)));
    }
    if obx.valued(30) {
        w.extension(STRUCTURE, |w| {
            let system = "http://terminology.hl7.org/CodeSystem/v2-0937";
            let code = cx.text(obx.get(30).raw());
            coding(w, system, &code);
        });
    }
    if obx.valued(33) && obx.all_again(33).count() > 1 {
        for value in obx.all(33) {
            if let Some(to) = spm::by_id(cx, value) {
                w.extension(SPECIMEN, |w| cx.reference(w, "valueReference", to));
            }
        }
    }
    for prt in cx.story.of(obx, b"PRT") {
        if let Some(to) = prt::location(cx, prt) {
            w.extension(LOCATION, |w| cx.reference(w, "valueReference", to));
        }
    }
    value::attachment(w, cx, obx);
}

/// OBX-4: all of it, or its parts in the versions that have OG.
fn sub_id<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    w.extension(SUB_ID, |w| {
        w.array("extension", |w| {
            if !value.is_split() {
                w.extension("original-sub-identifier", |w| {
                    text::string(w, cx, "valueString", value);
                });
                return;
            }
            w.extension("original-sub-identifier", |w| {
                text::string(w, cx, "valueString", value.get(1));
            });
            for (n, name) in [(2, "group"), (3, "sequence")] {
                let part = value.get(n);
                w.extension(name, |w| _ = w.decimal("valueDecimal", part.first()));
                if Decimal::of(part.first()).is_none() && !part.is_empty() {
                    cx.give_up(&part, "number");
                }
            }
            w.extension("identifier", |w| {
                text::string(w, cx, "valueString", value.get(4));
            });
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_two_ends() {
        assert_eq!(ends(b"3.5-5.0"), Some((&b"3.5"[..], &b"5.0"[..])));
        assert_eq!(ends(b"-2 - 2"), Some((&b"-2"[..], &b"2"[..])));
        for text in [&b""[..], b"-", b"<5", b"5-3", b"1-2-3", b"neg - pos"] {
            assert_eq!(ends(text), None);
        }
    }
}
