//! GT1 as RelatedPerson or Organization, the guarantor of an Account. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, name, timing};
use super::super::wanted::Wanted;
use super::employment::{self, Job};
use super::{may_lack_patient, subject_required};

/// Whether the guarantor is a person (GT1-3), and no organization (GT1-21).
fn is_person(gt1: Seg<'_>) -> bool {
    gt1.valued(3) || gt1.valued(2) || !gt1.valued(21)
}

/// The guarantor.
pub(crate) fn guarantor<'m>(cx: &mut Context<'m>, gt1: Seg<'m>) -> Option<Ref> {
    if is_person(gt1) {
        let patient = super::patient_of(cx, gt1);
        let what = match gt1.peek(2).part(1) {
            b"" => [b"GT1", gt1.peek(3).peek_raw()],
            number => [b"GT1-2", number],
        };
        return Some(cx.own_of(Kind::RelatedPerson, (gt1, 0), patient, &what));
    }
    cx.refer(Wanted::Organization(gt1.get(21)))
}

/// Writes the RelatedPerson.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, gt1: Seg<'m>) {
    gt1.done(1);
    // An organization is written where the account refers to it.
    let Some(own) = is_person(gt1).then(|| guarantor(cx, gt1)).flatten() else { return };
    if cx.told_before(gt1, own).is_some() {
        return;
    }
    out.resource(own, Some(gt1), |w| {
        w.array("identifier", |w| {
            for value in gt1.all(2) {
                identifier::cx_item(w, cx, value);
            }
            identifier::ssn_item(w, cx, gt1.get(12));
            for value in gt1.all(19) {
                identifier::cx_item_typed(w, cx, value, identifier::EMPLOYEE);
            }
        });
        subject_required(w, cx, "patient", gt1);
        w.array("relationship", |w| {
            coded::concept_item_by(w, cx, gt1.get(11), Table::Relationship);
            coded::concept_item(w, cx, gt1.get(10));
            coded::fixed_item(
                w,
                "http://terminology.hl7.org/CodeSystem/v3-RoleClass",
                "GUAR",
                "guarantor",
            );
        });
        w.array("name", |w| {
            for value in gt1.all(3) {
                name::xpn_items(w, cx, value);
            }
        });
        w.array("telecom", |w| {
            for (field, usage) in [(6, "home"), (7, "work")] {
                for value in gt1.all(field) {
                    contact::item(w, cx, value, usage);
                }
            }
        });
        coded::code(w, cx, "gender", gt1.get(9), Table::AdministrativeSex, "");
        time::date(w, cx, "birthDate", gt1.get(8));
        w.array("address", |w| {
            for value in gt1.all(5) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
        timing::period(w, cx, "period", [gt1.get(13), gt1.get(14)]);
        w.array("communication", |w| {
            w.item(|w| _ = coded::concept(w, cx, "language", gt1.get(36)));
        });
    });
    write_near(out, cx, gt1, 4, "Spouse of guarantor");
    write_near(out, cx, gt1, 45, "Contact person of guarantor");
    employment::write(
        out,
        cx,
        &Job {
            seg: gt1,
            holder: own,
            organization: gt1.get(51),
            person: gt1.get(16),
            number: gt1.get(29),
            address: gt1.get(17),
            phone: gt1.get(18),
            contact: [Parts::EMPTY; 3],
            period: [gt1.get(31), gt1.get(32)],
            title: gt1.get(49),
            code: gt1.get(50),
        },
    );
}

/// Writes one who is near to the guarantor as RelatedPerson: the spouse (GT1-4), or whom to ask about the
/// bills (GT1-45, with the number and the relationship behind).
fn write_near<'m>(out: &mut Arena, cx: &mut Context<'m>, gt1: Seg<'m>, field: usize, words: &str) {
    if !gt1.valued(field) {
        return;
    }
    let part = u32::try_from(field).unwrap_or(u32::MAX);
    let guarantor = guarantor(cx, gt1);
    let own = cx.own_of(Kind::RelatedPerson, (gt1, part), guarantor, &[words.as_bytes()]);
    out.resource(own, None, |w| {
        subject_required(w, cx, "patient", gt1);
        w.array("relationship", |w| {
            w.item(|w| w.literal("text", words));
            if field == 45 {
                coded::concept_item_by(w, cx, gt1.get(48), Table::Relationship);
            }
        });
        w.array("name", |w| {
            for value in gt1.all(field) {
                name::xpn_items(w, cx, value);
            }
        });
        w.array("telecom", |w| {
            if field == 45 {
                for value in gt1.all(46) {
                    contact::item(w, cx, value, "");
                }
            }
        });
    });
    may_lack_patient(out, cx, gt1);
}

/// Writes the items of `guarantor` of the Account of a patient.
pub(crate) fn guarantors<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for gt1 in cx.story.of(pid, b"GT1") {
        if let Some(to) = guarantor(cx, gt1)
            && !cx.is_told_beside(gt1, to)
        {
            w.item(|w| {
                cx.reference(w, "party", to);
                let on_hold = gt1.get(22);
                match on_hold.first() {
                    b"Y" => w.boolean("onHold", true),
                    b"N" => w.boolean("onHold", false),
                    _ => on_hold.give_up(),
                }
            });
        }
    }
}
