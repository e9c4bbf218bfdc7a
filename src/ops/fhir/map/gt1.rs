//! GT1 as RelatedPerson or Organization, the guarantor of an Account. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, name, text, timing};
use super::super::wanted::Wanted;
use super::subject_required;

/// The guarantor: a person (GT1-3), else an organization (GT1-21).
pub(crate) fn guarantor<'m>(cx: &mut Context<'m>, gt1: Seg<'m>) -> Option<Ref> {
    if gt1.valued(3) || gt1.valued(2) || !gt1.valued(21) {
        return Some(cx.own(Kind::RelatedPerson, gt1, |_| None));
    }
    cx.refer(Wanted::Organization(gt1.get(21)))
}

/// Writes the RelatedPerson.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, gt1: Seg<'m>) {
    gt1.done(1);
    let Some(own) = guarantor(cx, gt1).filter(|own| own.kind == Kind::RelatedPerson) else {
        return;
    };
    out.resource(own, Some(gt1), |w| {
        w.array("identifier", |w| {
            for value in gt1.all(2) {
                identifier::cx_item(w, cx, value);
            }
            w.item_with(
                |w| {
                    coded::fixed(w, "type", identifier::TYPES, "SS", "Social Security number");
                    w.literal("system", "http://hl7.org/fhir/sid/us-ssn");
                },
                |w| _ = text::string(w, cx, "value", gt1.get(12)),
            );
        });
        subject_required(w, cx, "patient", gt1);
        w.array("relationship", |w| {
            coded::concept_item_by(w, cx, gt1.get(11), Table::Relationship);
            coded::fixed_item(
                w,
                "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
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
}

/// Writes the items of `guarantor` of the Account of a patient.
pub(crate) fn guarantors<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    for gt1 in cx.story.of(pid, b"GT1") {
        if let Some(to) = guarantor(cx, gt1) {
            w.item(|w| cx.reference(w, "party", to));
        }
    }
}
