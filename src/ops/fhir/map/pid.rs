//! PID as Patient, with what PD1, NK1, ROL, PRT, MRG and PV1 say of it, and the mother as RelatedPerson
//! (guide: PID[Patient], PID[Provenance-Patient]).

use crate::core::time::Precision;
use std::cmp::Reverse;
use std::collections::HashSet;

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, name, text};
use super::{account, ctd, facts, mrg, nk1, participation, pd1, provenance, pv1, race, team};

const MOTHERS_MAIDEN_NAME: &str =
    "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";
const BIRTH_TIME: &str = "http://hl7.org/fhir/StructureDefinition/patient-birthTime";
const BIRTH_PLACE: &str = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace";
const RELIGION: &str = "http://hl7.org/fhir/StructureDefinition/patient-religion";

const CITIZENSHIP: &str = "http://hl7.org/fhir/StructureDefinition/patient-citizenship";
const NATIONALITY: &str = "http://hl7.org/fhir/StructureDefinition/patient-nationality";
const ANIMAL: &str = "http://hl7.org/fhir/StructureDefinition/patient-animal";

/// The Patient of a PID.
pub(crate) fn patient<'m>(cx: &mut Context<'m>, pid: Seg<'m>) -> Ref {
    cx.own(Kind::Patient, pid, |cx| key(cx, pid))
}

/// The key of the Patient.
pub(crate) fn key<'m>(cx: &mut Context<'m>, pid: Seg<'m>) -> Option<Key> {
    identifier::cx_key(cx, Kind::Patient, best_id(pid)?)
}

/// The best identifier of PID-3, or PID-2 of old versions.
pub(crate) fn best_id<'m>(pid: Seg<'m>) -> Option<Parts<'m>> {
    best(pid.all_again(3).chain(pid.all_again(2)))
}

/// The one of some identifiers by which a patient is known, wherever it stands among them: the first of
/// the best type, one with an authority before one without.
pub(crate) fn best<'m>(ids: impl Iterator<Item = Parts<'m>>) -> Option<Parts<'m>> {
    let rank = |id: &Parts<'m>| (rank(id.peek(5).peek_raw()), !id.peek(4).is_empty());
    ids.min_by_key(|id| Reverse(rank(id)))
}

/// How well an identifier tells a patient from others, by its type of table 0203: numbers of insurances
/// may be those of a family, those of accounts and visits are others the next time.
pub(crate) fn rank(of_type: &[u8]) -> u8 {
    match of_type {
        b"MR" => 4,
        b"PI" => 3,
        b"HC" | b"MB" | b"SN" => 1,
        b"AN" | b"VN" => 0,
        _ => 2,
    }
}

/// Counts patients beyond the first where the structure of the message has one: what is behind each is of
/// each, but one of them may be told of by mistake.
pub(crate) fn count_others(cx: &mut Context<'_>) {
    let input = cx.story.input();
    if input.count(b"PID") < 2 || !cx.is_about_one_patient() {
        return;
    }
    let mut patients = HashSet::new();
    for pid in input.segs().filter(|seg| seg.is(b"PID")) {
        if !cx.story.is_before(pid) {
            patients.insert(*patient(cx, pid).id.bytes());
        }
    }
    cx.report.other_patients += patients.len().saturating_sub(1) as u64;
}

/// Writes the Patient, and what else the segment tells of.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pid: Seg<'m>) {
    let own = patient(cx, pid);
    pid.done(1);
    out.resource(own, Some(pid), |w| patient_in(w, cx, pid));
    account::write(out, cx, pid);
    write_mother(out, cx, pid);
    team::write(out, cx, pid);
    facts::write(out, cx, pid);
    provenance::write_update(out, cx, pid);
}

fn patient_in<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    w.array("identifier", |w| identifiers(w, cx, pid));
    // A person who is deleted.
    if cx.event() == b"A29" {
        w.boolean("active", false);
    }
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
    w.array("address", |w| addresses(w, cx, pid));
    coded::concept_by(w, cx, "maritalStatus", pid.get(16), Table::MaritalStatus);
    multiple_birth(w, cx, pid);
    w.array("contact", |w| {
        for nk1 in cx.story.of(pid, b"NK1") {
            nk1::contact(w, cx, nk1);
        }
        for ctd in cx.story.of(pid, b"CTD") {
            ctd::contact(w, cx, ctd);
        }
    });
    w.array("communication", |w| {
        w.item(|w| _ = coded::concept(w, cx, "language", pid.get(15)));
    });
    w.array("generalPractitioner", |w| {
        for pd1 in cx.story.of(pid, b"PD1") {
            pd1::general_practitioners(w, cx, pd1);
        }
        participation::general_practitioners(w, cx, pid);
    });
    w.array("link", |w| mrg::links(w, cx, pid));
    w.extensions(|w| extensions(w, cx, pid));
}

fn extensions<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for value in pid.all(6) {
        w.extension(MOTHERS_MAIDEN_NAME, |w| _ = name::words(w, cx, "valueString", value));
    }
    race::extensions(w, cx, pid);
    w.extension(RELIGION, |w| {
        coded::concept_by(w, cx, "valueCodeableConcept", pid.get(17), Table::Religion);
    });
    w.extension(BIRTH_PLACE, |w| {
        w.object("valueAddress", |w| _ = text::string(w, cx, "text", pid.get(23)));
    });
    for (url, field) in [(CITIZENSHIP, 26), (NATIONALITY, 28), (CITIZENSHIP, 39)] {
        for value in pid.all(field) {
            w.extension(url, |w| _ = w.array("extension", |w| coded_part(w, cx, "code", value)));
        }
    }
    // It has a species always, a breed only with it.
    if pid.valued(35) {
        w.extension(ANIMAL, |w| {
            w.array("extension", |w| {
                coded_part(w, cx, "species", pid.get(35));
                coded_part(w, cx, "breed", pid.get(36));
            });
        });
    }
    for pd1 in cx.story.of(pid, b"PD1") {
        pd1::extensions(w, cx, pd1);
    }
    for pv1 in cx.story.of(pid, b"PV1").take(1) {
        pv1::importance(w, cx, pv1);
    }
}

/// Writes an extension within one, that is a code.
fn coded_part(w: &mut Json, cx: &mut Context<'_>, url: &str, value: Parts<'_>) {
    w.extension(url, |w| _ = coded::concept(w, cx, "valueCodeableConcept", value));
}

/// PID-11, and PID-12: the county of the one address that has none of its own, else an address of its
/// own.
fn addresses(w: &mut Json, cx: &mut Context<'_>, pid: Seg<'_>) {
    let county = pid.get(12);
    let mut all = pid.all_again(11);
    let only = all.next().filter(|_| all.next().is_none());
    let joins = only.is_some_and(|only| only.peek(9).is_empty());
    let is_there = only.is_some_and(|only| {
        let told = only.peek(9);
        !told.is_empty() && [1, 2].into_iter().any(|n| told.peek(n).peek_raw() == county.at(1))
    });
    let mut joined = false;
    for value in pid.all(11) {
        let district = if joins { county } else { Parts::EMPTY };
        joined = address::item(w, cx, value, district) && joins;
    }
    if !joined && !is_there {
        w.item(|w| _ = text::of_coded(w, cx, "district", county));
    }
}

/// Whether an NK1 tells of the mother whose numbers PID-21 has.
fn is_mother(pid: Seg<'_>, nk1: Seg<'_>) -> bool {
    let same = |one: Parts<'_>, other: Parts<'_>| {
        [1, 4].into_iter().all(|n| one.peek(n).peek_raw() == other.peek(n).peek_raw())
    };
    let mut all = pid.all_again(21);
    nk1.peek(3).first() == b"MTH" && all.all(|id| nk1.all_again(33).any(|number| same(number, id)))
}

/// Writes the mother, PID-21, as RelatedPerson, unless that of an NK1 is she.
fn write_mother<'m>(out: &mut Arena, cx: &mut Context<'m>, pid: Seg<'m>) {
    if !pid.valued(21) {
        return;
    }
    if cx.story.of(pid, b"NK1").any(|nk1| is_mother(pid, nk1)) {
        pid.all(21).for_each(|id| _ = id.raw());
        return;
    }
    let patient = patient(cx, pid);
    let own = cx.own_of(Kind::RelatedPerson, (pid, 0), Some(patient), &[b"PID-21"]);
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            for value in pid.all(21) {
                identifier::cx_item(w, cx, value);
            }
        });
        super::subject(w, cx, "patient", pid);
        w.array("relationship", |w| {
            const ROLES: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
            coded::fixed_item(w, ROLES, "MTH", "mother");
        });
    });
}

fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for field in [3, 2, 4] {
        for value in pid.all(field) {
            identifier::cx_item(w, cx, value);
        }
    }
    identifier::ssn_item(w, cx, pid.get(19));
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

/// PID-29, else PID-30: R4 has room for one of them. Who is said to be alive and has a time of death is not
/// said to be either.
fn deceased(w: &mut Json, cx: &mut Context<'_>, pid: Seg<'_>) {
    if pid.peek(30).first().trim_ascii() == b"N" && time::read(&pid.peek(29)).is_some() {
        cx.give_up(&pid.get(29), "death");
        pid.get(30).give_up();
        return;
    }
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
