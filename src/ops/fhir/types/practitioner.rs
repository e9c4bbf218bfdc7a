//! XCN, CNN, PPN, NDL and the CN of old versions as Practitioner and PractitionerRole.

use super::{coded, identifier, name};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::recall::{self, What};
use crate::ops::fhir::wanted::Wanted;

/// Writes a member that refers to the Practitioner of an XCN. Returns whether it is there.
pub(crate) fn member<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, value: Parts<'m>) -> bool {
    let Some(to) = cx.refer(Wanted::Practitioner(value)) else { return false };
    cx.reference(w, name, to);
    true
}

/// Writes an item that refers to the Practitioner of an XCN. Returns whether it is there.
pub(crate) fn member_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) -> bool {
    let Some(to) = cx.refer(Wanted::Practitioner(value)) else { return false };
    cx.reference_item(w, to);
    true
}

/// The key of a practitioner by number and authority.
pub(crate) fn key<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<Key> {
    let from = identifier::hd_again(value.peek(9));
    identifier::key(cx, Kind::Practitioner, value.peek(1), from)
}

/// Writes the Practitioner of an XCN.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    out.resource(own, None, |w| {
        recall::write(w, cx, What::Practitioner, [value], |w, cx| members(w, cx, value, |_, _| {}));
    });
}

/// As [`write`] with what else is told of the person.
pub(crate) fn write_with<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    out.resource(own, None, |w| members(w, cx, value, more));
}

fn members<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    w.array("identifier", |w| identifier_item(w, cx, value));
    w.array("name", |w| name_item(w, cx, value));
    more(w, cx);
    w.array("qualification", |w| {
        w.item(|w| {
            coded::concept_by(w, cx, "code", value.get(7), Table::DegreeLicenseCertificate);
        });
    });
}

/// Writes an item of type Identifier from an XCN.
pub(crate) fn identifier_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    identifier::item_at(w, cx, value, &identifier::XCN);
}

/// Writes an item of type HumanName from an XCN.
pub(crate) fn name_item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    w.item(|w| name::name_in(w, cx, value, name::XCN, ""));
}

/// Writes the Practitioner of an NDL, whose first component is a CNN.
pub(crate) fn write_named<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    // NDL was once a name alone.
    let who = value.get(1);
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            w.item(|w| {
                if who.peek(1).is_empty() {
                    return;
                }
                let from = [who.get(9), who.get(10), who.get(11)];
                identifier::system_and_value(w, cx, from, who.get(1));
            });
        });
        w.array("name", |w| _ = w.item(|w| name::name_in(w, cx, who, name::CNN, "")));
        w.array("qualification", |w| {
            w.item(|w| {
                coded::concept_by(w, cx, "code", who.get(7), Table::DegreeLicenseCertificate);
            });
        });
    });
}
