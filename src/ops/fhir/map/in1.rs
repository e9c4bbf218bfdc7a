//! IN1 and IN2 as Coverage (guide: IN1[Coverage]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, name, quantity, text, timing};
use super::employment::{self, Job};
use super::{pid, subject_required};

const SUBSCRIBER_ID: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-subscriberId";
const CLASSES: &str = "http://terminology.hl7.org/CodeSystem/coverage-class";
const COPAY: &str = "http://terminology.hl7.org/CodeSystem/coverage-copay-type";

/// Which of the Organizations of an IN1.
#[derive(Clone, Copy)]
enum Party {
    Insurer,
    PolicyHolder,
}

/// The Coverage of an IN1: known by its plan, its policy and the insured's number.
pub(crate) fn coverage<'m>(cx: &mut Context<'m>, in1: Seg<'m>) -> Ref {
    if let Some(known) = cx.owned(Kind::Coverage, in1) {
        return known;
    }
    let patient = super::patient_of(cx, in1);
    let (plan, policy, insured) = (in1.peek(2), in1.peek(36), in1.peek(49));
    if policy.is_empty() && insured.is_empty() {
        let what = [plan, in1.peek(3), in1.peek(4)].map(|part| part.part(1));
        let of = patient.filter(|_| what.iter().any(|part| !part.is_empty()));
        return cx.own_of(Kind::Coverage, (in1, 0), of, &what);
    }
    cx.own(Kind::Coverage, in1, |cx| {
        let key: Key = cx.scope_key(Kind::Coverage).with(patient?.id.bytes());
        Some([plan, policy, insured].iter().fold(key, |key, part| key.with(part.peek_raw())))
    })
}

/// Writes the items of `coverage` of the Account of a patient.
pub(crate) fn of_account<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for in1 in cx.story.of(pid, b"IN1") {
        let to = coverage(cx, in1);
        if !cx.is_told_beside(in1, to) {
            w.item(|w| cx.reference(w, "coverage", to));
        }
    }
}

/// Writes the items of an array that refers to the insurance of the patient whom a segment is about.
pub(crate) fn items<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>) {
    let Some(patient) = cx.story.patient(seg) else { return };
    for in1 in cx.story.of(patient, b"IN1") {
        let to = coverage(cx, in1);
        if !cx.is_told_beside(in1, to) {
            cx.reference_item(w, to);
        }
    }
}

/// Writes the Coverage, its insurer, its policy holder and its subscriber.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, in1: Seg<'m>) {
    let own = coverage(cx, in1);
    if cx.told_before(in1, own).is_some() {
        return;
    }
    let in2 = cx.story.first_of(in1, b"IN2");
    let insurer = insurer(cx, in1);
    let holder = holder(cx, in1);
    let subscriber = subscriber(cx, in1);
    in1.done(1);
    out.resource(own, Some(in1), |w| {
        w.array("identifier", |w| identifiers(w, cx, in1, in2));
        w.literal("status", "active");
        coded::concept(w, cx, "type", in1.get(15));
        if let Some(holder) = holder {
            cx.reference(w, "policyHolder", holder);
        }
        if let Some(subscriber) = subscriber {
            cx.reference(w, "subscriber", subscriber);
        }
        text::string(w, cx, "subscriberId", in1.peek(49).peek(1));
        subject_required(w, cx, "beneficiary", in1);
        coded::concept_by(w, cx, "relationship", in1.get(17), Table::Relationship);
        timing::period(w, cx, "period", [in1.get(12), in1.get(13)]);
        w.array("payor", |w| match insurer {
            Some(insurer) => cx.reference_item(w, insurer),
            None => _ = w.item(|w| w.literal("display", "unknown")),
        });
        w.array("class", |w| classes(w, cx, in1));
        let order = in1.get(22);
        if !w.integer("order", order.first(), 1) {
            order.give_up();
        }
        w.array("costToBeneficiary", |w| {
            w.item_with(
                |w| coded::fixed(w, "type", COPAY, "deductible", "Deductible"),
                |w| _ = quantity::money(w, cx, "valueMoney", in1.get(37)),
            );
        });
        w.extensions(|w| {
            for value in in1.all(49).chain(in1.all(10).filter(is_subscriber_number)) {
                w.extension(SUBSCRIBER_ID, |w| {
                    identifier::cx_member(w, cx, "valueIdentifier", value);
                });
            }
        });
    });
    if let Some(insurer) = insurer {
        write_insurer(out, cx, in1, insurer);
    }
    if let Some(holder) = holder {
        out.resource(holder, None, |w| {
            w.array("identifier", |w| {
                for value in in1.all(10).filter(|value| !is_subscriber_number(value)) {
                    identifier::cx_item(w, cx, value);
                }
            });
            organization_name(w, cx, in1.get(11));
        });
    }
    if let Some(person) = subscriber.filter(|person| person.kind == Kind::RelatedPerson) {
        write_subscriber(out, cx, in1, in2, person);
    }
    if let Some(holder) = subscriber {
        let of_in2 = |n| super::field(in2, n);
        employment::write(
            out,
            cx,
            &Job {
                seg: in1,
                holder,
                organization: of_in2(70),
                // The names of an XCN follow its number.
                person: Parts::EMPTY,
                number: Parts::EMPTY,
                address: in1.get(44),
                phone: Parts::EMPTY,
                contact: [of_in2(49), of_in2(50), of_in2(51)],
                period: [of_in2(44), of_in2(45)],
                title: of_in2(46),
                code: of_in2(47),
            },
        );
    }
}

/// IN1-2, IN1-36, and the numbers of IN2 that name the insured.
fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, in1: Seg<'m>, in2: Option<Seg<'m>>) {
    identifier::cwe_items(w, cx, in1.get(2));
    w.item_with(
        |w| _ = w.object("type", |w| w.literal("text", "Policy number")),
        |w| _ = text::string(w, cx, "value", in1.get(36)),
    );
    let Some(in2) = in2 else { return };
    let numbers = [
        (6, "MC", "Patient's Medicare number"),
        (8, "MA", "Patient Medicaid number"),
        (61, "MB", "Member Number"),
    ];
    for (field, code, display) in numbers {
        for value in in2.all(field) {
            identifier::cx_item_typed(w, cx, value, (code, display));
        }
    }
}

/// The plan (IN1-2) and the group (IN1-8, IN1-9).
fn classes<'m>(w: &mut Json, cx: &mut Context<'m>, in1: Seg<'m>) {
    let group = in1.get(9);
    let parts = [
        ("plan", "Plan", in1.get(2).get(1), in1.get(2).get(2)),
        ("group", "Group", in1.get(8), group.get(1)),
    ];
    for (code, display, value, name) in parts {
        // The value is required.
        let value = if value.is_empty() { name } else { value };
        w.item_with(
            |w| coded::fixed(w, "type", CLASSES, code, display),
            |w| {
                if text::string(w, cx, "value", value) {
                    text::string(w, cx, "name", name);
                }
            },
        );
    }
}

/// Whether IN1-10 is the number of the subscriber.
fn is_subscriber_number(value: &Parts<'_>) -> bool {
    value.peek(5).peek(1).peek_raw() == b"SN"
}

fn insurer<'m>(cx: &mut Context<'m>, in1: Seg<'m>) -> Option<Ref> {
    if ![3, 4, 5, 7].into_iter().any(|field| in1.valued(field)) {
        return None;
    }
    let (number, part) = (in1.peek(3), Party::Insurer as u32);
    // A number without an authority may be any insurer's.
    if number.peek(4).is_empty() || number.peek(1).is_empty() {
        let of = coverage(cx, in1);
        return Some(cx.own_of(Kind::Organization, (in1, part), Some(of), &[b"IN1-3"]));
    }
    let key = |cx: &mut Context<'m>| identifier::cx_key(cx, Kind::Organization, number);
    Some(cx.own_part(Kind::Organization, in1, part, key))
}

fn write_insurer<'m>(out: &mut Arena, cx: &mut Context<'m>, in1: Seg<'m>, own: Ref) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            for value in in1.all(3) {
                identifier::cx_item(w, cx, value);
            }
        });
        organization_name(w, cx, in1.get(4));
        w.array("telecom", |w| {
            for value in in1.all(7) {
                contact::item(w, cx, value, "");
            }
        });
        w.array("address", |w| {
            for value in in1.all(5) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
        w.array("contact", |w| {
            for value in in1.all(6) {
                w.item(|w| _ = name::xpn_member(w, cx, "name", value));
            }
        });
    });
}

/// The name of an XON, and its number where nothing else carries that.
fn organization_name<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    text::string(w, cx, "name", value.get(1));
}

fn holder<'m>(cx: &mut Context<'m>, in1: Seg<'m>) -> Option<Ref> {
    let has_number = in1.all_again(10).any(|value| !is_subscriber_number(&value));
    if !has_number && !in1.valued(11) {
        return None;
    }
    let of = coverage(cx, in1);
    let part = Party::PolicyHolder as u32;
    Some(cx.own_of(Kind::Organization, (in1, part), Some(of), &[b"IN1-11"]))
}

/// Who is insured (IN1-16): the patient, or a related person.
fn subscriber<'m>(cx: &mut Context<'m>, in1: Seg<'m>) -> Option<Ref> {
    let relationship = in1.peek(17);
    let code = relationship.peek(1).first().to_ascii_uppercase();
    let name = in1.peek(16);
    let patient = cx.story.patient(in1);
    let same_name = |pid: Seg<'m>| {
        let of = |value: Parts<'m>| [value.peek(1).peek_raw(), value.peek(2).peek_raw()];
        of(pid.peek(5)) == of(name)
    };
    let is_patient = match &code[..] {
        b"SEL" | b"SELF" | b"S" | b"18" | b"ONESELF" => true,
        b"" => patient.is_some_and(same_name),
        _ => false,
    };
    if is_patient {
        if patient.is_some_and(same_name) {
            in1.done(16);
        }
        return patient.map(|pid| pid::patient(cx, pid));
    }
    if name.is_empty() {
        return None;
    }
    let of = coverage(cx, in1);
    Some(cx.own_of(Kind::RelatedPerson, (in1, 0), Some(of), &[b"IN1-16"]))
}

fn write_subscriber<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    in1: Seg<'m>,
    in2: Option<Seg<'m>>,
    own: Ref,
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            let Some(in2) = in2 else { return };
            for value in in2.all(1) {
                identifier::cx_item_typed(w, cx, value, identifier::EMPLOYEE);
            }
            identifier::ssn_item(w, cx, in2.get(2));
            const MILITARY: &str = "Military ID number";
            w.item_with(
                |w| coded::fixed(w, "type", identifier::TYPES, "MI", MILITARY),
                |w| _ = text::string(w, cx, "value", in2.get(10)),
            );
        });
        subject_required(w, cx, "patient", in1);
        w.array("relationship", |w| {
            coded::concept_item_by(w, cx, in1.peek(17), Table::Relationship);
        });
        w.array("name", |w| {
            for value in in1.all(16) {
                name::xpn_items(w, cx, value);
            }
        });
        w.array("telecom", |w| {
            let Some(in2) = in2 else { return };
            for (field, usage) in [(63, "home"), (64, "work")] {
                for value in in2.all(field) {
                    contact::item(w, cx, value, usage);
                }
            }
        });
        coded::code(w, cx, "gender", in1.get(43), Table::AdministrativeSex, "");
        time::date(w, cx, "birthDate", in1.get(18));
        w.array("address", |w| {
            for value in in1.all(19) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
        w.array("communication", |w| {
            let Some(in2) = in2 else { return };
            w.item(|w| _ = coded::concept(w, cx, "language", in2.get(34)));
        });
    });
}
