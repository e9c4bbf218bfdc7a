//! PID as Patient (guide: PID[Patient]).

use crate::core::time::Precision;

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, name, text};

const MOTHERS_MAIDEN_NAME: &str =
    "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";
const BIRTH_TIME: &str = "http://hl7.org/fhir/StructureDefinition/patient-birthTime";
const BIRTH_PLACE: &str = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace";
const RELIGION: &str = "http://hl7.org/fhir/StructureDefinition/patient-religion";

/// The Patient of a PID.
pub(crate) fn patient<'m>(cx: &mut Context<'m>, pid: Seg<'m>) -> Ref {
    cx.own(Kind::Patient, pid, |cx| {
        // The first identifier with an authority; PID-2 of old versions.
        let mut ids = pid.all_again(3).chain(pid.all_again(2));
        let first = ids.clone().find(|id| !id.peek(4).is_empty()).or_else(|| ids.next())?;
        identifier::cx_key(cx, Kind::Patient, first)
    })
}

/// Writes the Patient.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pid: Seg<'m>) {
    let own = patient(cx, pid);
    pid.done(1);
    out.resource(own, Some(pid), |w| {
        w.array("identifier", |w| identifiers(w, cx, pid));
        w.array("name", |w| {
            for value in pid.all(5) {
                name::xpn_items(w, cx, value);
            }
            for value in pid.all(9) {
                name::xpn_item(w, cx, value, "old");
            }
        });
        w.array("telecom", |w| {
            for (field, usage) in [(13, "home"), (14, "work"), (40, "")] {
                for value in pid.all(field) {
                    contact::item(w, cx, value, usage);
                }
            }
        });
        coded::code(w, cx, "gender", pid.get(8), Table::AdministrativeSex, "");
        birth(w, cx, pid.get(7));
        deceased(w, cx, pid);
        w.array("address", |w| {
            let mut district = pid.get(12);
            for value in pid.all(11) {
                address::item(w, cx, value, district);
                district = Parts::EMPTY;
            }
        });
        coded::concept_by(w, cx, "maritalStatus", pid.get(16), Table::MaritalStatus);
        multiple_birth(w, cx, pid);
        w.array("communication", |w| {
            w.item(|w| _ = coded::concept(w, cx, "language", pid.get(15)));
        });
        w.extensions(|w| {
            for value in pid.all(6) {
                w.extension(MOTHERS_MAIDEN_NAME, |w| {
                    let family = value.get(1);
                    text::string(w, cx, "valueString", family.get(1));
                });
            }
            w.extension(RELIGION, |w| {
                coded::concept_by(w, cx, "valueCodeableConcept", pid.get(17), Table::Religion);
            });
            w.extension(BIRTH_PLACE, |w| {
                w.object("valueAddress", |w| _ = text::string(w, cx, "text", pid.get(23)));
            });
        });
    });
}

fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for field in [3, 2, 4] {
        for value in pid.all(field) {
            identifier::cx_item(w, cx, value);
        }
    }
    let social = pid.get(19);
    if !social.is_empty() {
        w.item(|w| {
            coded::fixed(w, "type", identifier::TYPES, "SS", "Social Security number");
            w.literal("system", "http://hl7.org/fhir/sid/us-ssn");
            text::string(w, cx, "value", social.get(1));
        });
    }
    identifier::dln_item(w, cx, pid.get(20));
}

/// PID-7: the date, and the time of day if there is one.
fn birth(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    if time::date(w, cx, "birthDate", value)
        && time::read(&value).is_some_and(|time| time.precision() >= Precision::Hour)
    {
        w.object("_birthDate", |w| {
            w.array("extension", |w| {
                w.extension(BIRTH_TIME, |w| _ = time::date_time(w, cx, "valueDateTime", value));
            });
        });
    }
}

/// PID-29, else PID-30: R4 has room for one of them.
fn deceased(w: &mut Json, cx: &mut Context<'_>, pid: Seg<'_>) {
    if time::date_time(w, cx, "deceasedDateTime", pid.get(29)) {
        if pid.get(30).first() == b"Y" {
            pid.done(30);
        }
        return;
    }
    yes_no(w, cx, "deceasedBoolean", pid.get(30));
}

/// PID-25, else PID-24.
fn multiple_birth(w: &mut Json, cx: &mut Context<'_>, pid: Seg<'_>) {
    let order = pid.get(25);
    if Decimal::of(order.first()).and_then(|n| n.whole()).is_some() {
        w.integer("multipleBirthInteger", order.first(), 1);
        pid.done(24);
        return;
    }
    yes_no(w, cx, "multipleBirthBoolean", pid.get(24));
}

/// Writes a member that is true or false by table 0136.
fn yes_no(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) {
    match value.first().trim_ascii() {
        b"Y" => w.boolean(name, true),
        b"N" => w.boolean(name, false),
        b"" => {}
        _ => cx.give_up(&value, "code"),
    }
}
