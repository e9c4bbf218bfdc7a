//! IAM as AllergyIntolerance (guide: IAM[AllergyIntolerance]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, name, practitioner, text};
use super::{al1, note, pid, subject_required};

const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

/// Writes the AllergyIntolerance, unless it is of nothing, and the person who reported it.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, iam: Seg<'m>) {
    if !iam.any([5, 7]) && ![3, 27].into_iter().any(|n| al1::is_named(iam.peek(n))) {
        return;
    }
    let own = match iam.peek(7).part(1) {
        b"" => al1::of_substance(cx, iam),
        _ => cx.own(Kind::AllergyIntolerance, iam, |cx| {
            identifier::ei_key(cx, Kind::AllergyIntolerance, iam.peek(7))
        }),
    };
    iam.done(1);
    let reporter = reporter(cx, iam, own);
    out.resource(own, Some(iam), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, iam.get(7), None));
        statuses(w, cx, iam);
        al1::kind(w, cx, iam.get(2));
        let severity = al1::criticality(w, cx, iam.get(4), iam.valued(5));
        coded::concept_of(w, cx, "code", &[iam.get(3), iam.get(27)]);
        subject_required(w, cx, "patient", iam);
        if !time::date_time(w, cx, "onsetDateTime", iam.get(11)) {
            text::string(w, cx, "onsetString", iam.get(12));
        }
        if !time::date_time(w, cx, "recordedDate", iam.get(13)) {
            time::date_time(w, cx, "recordedDate", iam.get(24));
        }
        match reporter {
            // R4 lets no RelatedPerson record, but it lets one assert.
            Some(person) if person.kind == Kind::RelatedPerson => {
                cx.reference(w, "asserter", person);
            }
            Some(person) => cx.reference(w, "recorder", person),
            None => _ = practitioner::member(w, cx, "recorder", iam.get(23)),
        }
        w.array("note", |w| note::items(w, cx, iam));
        al1::reaction(w, cx, iam, severity);
    });
    for iar in cx.story.of(iam, b"IAR") {
        out.takes(iar);
    }
    let Some(person) = reporter.filter(|person| person.kind != Kind::Patient) else { return };
    out.resource(person, None, |w| {
        if person.kind == Kind::RelatedPerson {
            subject_required(w, cx, "patient", iam);
            w.array("relationship", |w| {
                coded::concept_item_by(w, cx, iam.get(15), Table::Relationship);
            });
        }
        w.array("name", |w| name::xpn_items(w, cx, iam.get(14)));
    });
}

/// Who reported it (IAM-14): the patient, a related person, or else a practitioner.
fn reporter<'m>(cx: &mut Context<'m>, iam: Seg<'m>, of: Ref) -> Option<Ref> {
    let relationship = iam.peek(15);
    if relationship.peek(1).first().eq_ignore_ascii_case(b"SEL") {
        iam.done(15);
        let patient = cx.story.patient(iam)?;
        return Some(pid::patient(cx, patient));
    }
    if iam.peek(14).is_empty() {
        return None;
    }
    let kind = if relationship.is_empty() { Kind::Practitioner } else { Kind::RelatedPerson };
    Some(cx.own_of(kind, (iam, 0), Some(of), &[]))
}

/// IAM-17 (table 0438) and the action IAM-6: an allergy that is an error has no clinical status
/// (ait-2), any other has one (ait-1).
fn statuses(w: &mut Json, cx: &mut Context<'_>, iam: Seg<'_>) {
    let value = iam.get(17);
    let verification = Table::AllergyVerificationStatus.get(value.first());
    let is_deleted = iam.peek(6).peek(1).first() == b"D";
    if is_deleted {
        iam.done(6);
    }
    if is_deleted || verification.is_some_and(|code| code.code == "entered-in-error") {
        if verification.is_none_or(|code| code.code != "entered-in-error") {
            value.give_up();
        }
        coded::fixed(w, "verificationStatus", VERIFICATION, "entered-in-error", "Entered in Error");
        return;
    }
    let clinical = cx.code(Table::AllergyClinicalStatus, value.first());
    w.object("clinicalStatus", |w| {
        w.array("coding", |w| {
            w.item(|w| match clinical {
                Some(code) => coded::code_in(w, code),
                None => {
                    value.give_up();
                    coded::code_in(w, ACTIVE);
                }
            });
        });
    });
    if let Some(code) = verification {
        w.object("verificationStatus", |w| {
            w.array("coding", |w| _ = w.item(|w| coded::code_in(w, code)));
        });
    }
}

const ACTIVE: super::super::codes::Code = super::super::codes::Code {
    code: "active",
    display: "Active",
    system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
    json: concat!(
        r#""system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","#,
        r#""code":"active","display":"Active","#
    )
    .as_bytes(),
};
