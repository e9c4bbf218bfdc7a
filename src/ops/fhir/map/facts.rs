//! What PID, PD1 and DB1 tell of a patient that R4 has no element for, as Observations of the social
//! history (guide: PD1[Observation-LivingWill]; it has no maps of the other fields).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, timing};
use super::{may_lack_patient, patient_of, subject};

/// A field with such a fact.
struct Fact {
    field: usize,
    /// What it tells.
    words: &'static str,
    /// The code of LOINC for that, and what LOINC calls it.
    loinc: Option<(&'static str, &'static str)>,
    /// The field with the time from which on it is so; 0 if there is none.
    since: usize,
}

const fn fact(field: usize, words: &'static str, since: usize) -> Fact {
    Fact { field, words, loinc: None, since }
}

const DIRECTIVES: Option<(&str, &str)> = Some(("42348-3", "Advance directives"));

/// Of PID.
const OF_PID: &[Fact] = &[fact(27, "Veterans military status", 0)];

/// Of PD1.
const OF_PD1: &[Fact] = &[
    fact(1, "Living dependency", 0),
    fact(2, "Living arrangement", 0),
    fact(5, "Student status", 0),
    Fact { field: 7, words: "Living will", loinc: DIRECTIVES, since: 0 },
    fact(8, "Organ donor", 0),
    fact(11, "Publicity", 18),
    fact(12, "Protection of data", 13),
    Fact { field: 15, words: "Advance directive", loinc: DIRECTIVES, since: 22 },
    fact(16, "Immunization registry status", 17),
    fact(19, "Military branch", 0),
    fact(20, "Military rank", 0),
    fact(21, "Military status", 0),
];

/// Writes the Observations of a PID or PD1.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let facts = if seg.is(b"PID") { OF_PID } else { OF_PD1 };
    for fact in facts.iter().filter(|fact| seg.valued(fact.field)) {
        let part = u32::try_from(fact.field).unwrap_or(u32::MAX);
        let patient = patient_of(cx, seg);
        let what: [&[u8]; 2] = [&seg.id(), &part.to_be_bytes()];
        let own = cx.own_of(Kind::Observation, (seg, part), patient, &what);
        out.resource(own, None, |w| {
            w.literal("status", "final");
            w.object("code", |w| {
                if let Some((code, display)) = fact.loinc {
                    w.array("coding", |w| _ = w.item(|w| loinc(w, code, display)));
                }
                w.literal("text", fact.words);
            });
            social_history(w);
            subject(w, cx, "subject", seg);
            time::date_time(w, cx, "effectiveDateTime", seg.get(fact.since));
            let value = seg.get(fact.field);
            match value.first().trim_ascii() {
                b"Y" if fact.field == 12 => w.boolean("valueBoolean", true),
                b"N" if fact.field == 12 => w.boolean("valueBoolean", false),
                _ if fact.field == 7 => {
                    coded::concept_by(w, cx, "valueCodeableConcept", value, Table::LivingWillCode);
                }
                _ => _ = coded::concept(w, cx, "valueCodeableConcept", value),
            }
        });
        may_lack_patient(out, cx, seg);
    }
}

/// Writes the Observation of a disability, DB1.
pub(crate) fn write_disability<'m>(out: &mut Arena, cx: &mut Context<'m>, db1: Seg<'m>) {
    db1.done(1);
    let who = db1.get(2).first();
    let patient = patient_of(cx, db1);
    let what = [b"DB1", who, db1.peek(3).part(1)];
    let own = cx.own_of(Kind::Observation, (db1, 0), patient, &what);
    out.resource(own, Some(db1), |w| {
        w.literal("status", "final");
        w.object("code", |w| w.literal("text", "Disability"));
        social_history(w);
        let patient = cx.story.patient(db1).map(|pid| super::pid::patient(cx, pid));
        let is_patient = matches!(who, b"PT" | b"");
        w.object("subject", |w| {
            if let Some(patient) = patient {
                cx.reference_in(w, patient);
            }
            if is_patient {
                identifier::cx_member(w, cx, "identifier", db1.get(3));
            }
        });
        if !is_patient {
            w.array("focus", |w| {
                w.item_with(
                    |w| w.literal("type", Kind::RelatedPerson.name()),
                    |w| {
                        identifier::cx_member(w, cx, "identifier", db1.get(3));
                        // Table 0334, disabled person.
                        w.literal(
                            "display",
                            match who {
                                b"AP" => "associated party",
                                b"GT" => "guarantor",
                                b"IN" => "insured",
                                _ => "disabled person",
                            },
                        );
                    },
                );
            });
        }
        timing::period(w, cx, "effectivePeriod", [db1.get(5), db1.get(6)]);
        yes_no(w, cx, db1, 4);
        w.array("component", |w| {
            for (field, words) in [(7, "Return to work"), (8, "Unable to work")] {
                w.item_with(
                    |w| code(w, words),
                    |w| _ = time::date_time(w, cx, "valueDateTime", db1.get(field)),
                );
            }
        });
    });
}

/// Writes `valueBoolean` from a field with a code of table 0136.
pub(crate) fn yes_no(w: &mut Json, cx: &mut Context<'_>, seg: Seg<'_>, field: usize) {
    let value = seg.get(field);
    match value.first().trim_ascii() {
        b"Y" => w.boolean("valueBoolean", true),
        b"N" => w.boolean("valueBoolean", false),
        b"" => {}
        _ => cx.give_up(&value, "code"),
    }
}

/// Writes `status`, `category` and `code` of an Observation of the social history.
pub(crate) fn head(w: &mut Json, code: &str, display: &str) {
    w.literal("status", "final");
    social_history(w);
    w.object("code", |w| {
        w.array("coding", |w| _ = w.item(|w| loinc(w, code, display)));
    });
}

/// Writes `code` as words alone.
pub(crate) fn code(w: &mut Json, words: &str) {
    w.object("code", |w| w.literal("text", words));
}

/// Writes whom a fact is about: the patient, and the one related to them who it is of.
pub(crate) fn about<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>, whose: Ref) {
    subject(w, cx, "subject", seg);
    if whose.kind != Kind::Patient {
        w.array("focus", |w| cx.reference_item(w, whose));
    }
}

fn social_history(w: &mut Json) {
    const CATEGORIES: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
    w.array("category", |w| {
        coded::fixed_item(w, CATEGORIES, "social-history", "Social History");
    });
}

/// Writes the members of a Coding of LOINC.
pub(crate) fn loinc(w: &mut Json, code: &str, display: &str) {
    w.literal("system", "http://loinc.org");
    w.literal("code", code);
    w.literal("display", display);
}
