//! AL1 as AllergyIntolerance (guide: AL1[AllergyIntolerance]), and what it shares with IAM.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, text};
use super::{note, patient_of, subject_required};

const ALTERNATE_CODES: &str = "http://hl7.org/fhir/StructureDefinition/alternate-codes";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";

/// Writes the AllergyIntolerance, unless it is of nothing: senders have an AL1 without values, or with nulls,
/// for whom no allergy is known, which is none.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, al1: Seg<'m>) {
    if !al1.valued(5) && !is_named(al1.peek(3)) {
        return;
    }
    let own = of_substance(cx, al1);
    al1.done(1);
    out.resource(own, Some(al1), |w| {
        coded::fixed(w, "clinicalStatus", CLINICAL, "active", "Active");
        kind(w, cx, al1.get(2));
        let severity = criticality(w, cx, al1.get(4), al1.valued(5));
        coded::concept(w, cx, "code", al1.get(3));
        subject_required(w, cx, "patient", al1);
        time::date_time(w, cx, "onsetDateTime", al1.get(6));
        w.array("note", |w| note::items(w, cx, al1));
        reaction(w, cx, al1, severity);
    });
}

/// The AllergyIntolerance of a patient to a substance (AL1-3, IAM-3): it comes with each message about the patient.
pub(crate) fn of_substance<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    let patient = patient_of(cx, seg).filter(|_| is_named(seg.peek(3)));
    let what = identifier::code_parts(seg.peek(3));
    cx.own_of(Kind::AllergyIntolerance, (seg, 0), patient, &what)
}

/// Whether a CWE has a code or words, and not the name of a system alone.
pub(crate) fn is_named(value: Parts<'_>) -> bool {
    [1, 2, 4, 5, 9].into_iter().any(|n| !value.peek(n).is_empty())
}

/// Writes `type` and `category`, with the code that the category was.
pub(crate) fn kind<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    if value.is_empty() {
        return;
    }
    if let Some(code) = Table::AllergyType.get(value.first()) {
        w.string("type", code.code.as_bytes());
    }
    let category = cx.code(Table::AllergenCategory, value.first());
    let start = w.len();
    w.array("category", |w| match category {
        Some(code) => _ = w.string_item(code.code.as_bytes()),
        // The place of the code that its extension is on.
        None => w.made_item(b"null"),
    });
    let is_told = w.array("_category", |w| {
        w.item(|w| original(w, cx, value, Table::AllergenOriginalCategory));
    });
    if category.is_none() && !is_told {
        w.back_to(start);
    }
}

/// Writes `criticality` with the code that it was. Returns the severity of the reaction, if the
/// code tells that and no criticality, and there is a reaction.
pub(crate) fn criticality<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    has_reaction: bool,
) -> Option<&'static str> {
    if value.is_empty() {
        return None;
    }
    let code = Table::AllergyCriticality.get(value.first());
    if let Some(code) = code {
        w.string("criticality", code.code.as_bytes());
    }
    w.object("_criticality", |w| original(w, cx, value, Table::AllergyCriticalityOriginal));
    match code {
        None if has_reaction => {
            cx.code(Table::AllergyReactionSeverity, value.first()).map(|c| c.code)
        }
        _ => None,
    }
}

fn original<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>, table: Table) {
    w.array("extension", |w| {
        w.extension(ALTERNATE_CODES, |w| {
            coded::concept_by(w, cx, "valueCodeableConcept", value, table);
        });
    });
}

/// Writes `reaction` from the texts of field 5, of which some senders make codes, and from each IAR.
pub(crate) fn reaction<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    seg: Seg<'m>,
    severity: Option<&'static str>,
) {
    w.array("reaction", |w| {
        w.item(|w| {
            w.array("manifestation", |w| {
                for value in seg.all(5) {
                    if value.is_split() {
                        coded::concept_item(w, cx, value);
                    } else {
                        w.item(|w| _ = text::string(w, cx, "text", value));
                    }
                }
            });
            w.string("severity", severity.unwrap_or_default().as_bytes());
        });
        for iar in cx.story.of(seg, b"IAR") {
            w.item(|w| reaction_of(w, cx, iar));
        }
    });
}

/// Writes the members of a reaction from IAR (2.9): what it was, how severe, and what was done.
fn reaction_of<'m>(w: &mut Json, cx: &mut Context<'m>, iar: Seg<'m>) {
    let is_told = w.array("manifestation", |w| _ = coded::concept_item(w, cx, iar.get(1)));
    if !is_told {
        return;
    }
    let severity = iar.get(2);
    match cx.code(Table::AllergyReactionSeverity, severity.first()) {
        Some(code) => w.literal("severity", code.code),
        None => severity.give_up(),
    }
    w.array("note", |w| _ = w.item(|w| _ = text::string(w, cx, "text", iar.get(4))));
}
