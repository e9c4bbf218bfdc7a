//! XCN, CNN, PPN, NDL and the CN of old versions as Practitioner and PractitionerRole.

use super::{coded, identifier, name, place, timing};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
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
        w.array("identifier", |w| {
            w.item(|w| {
                if value.peek(1).is_empty() {
                    return;
                }
                identifier::check_digit(w, cx, value.get(11), value.get(12));
                identifier::identifier_type(w, cx, value.get(13), None);
                identifier::system_and_value(w, cx, identifier::hd(value.get(9)), value.get(1));
                identifier::assigner(w, cx, value.peek(9).peek(1));
            });
        });
        w.array("name", |w| _ = w.item(|w| name::name_in(w, cx, value, name::XCN, "")));
        w.array("qualification", |w| {
            w.item(|w| {
                coded::concept_by(w, cx, "code", value.get(7), Table::DegreeLicenseCertificate);
            });
        });
    });
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

/// Writes the PractitionerRole of a practitioner, an organization and a place.
pub(crate) fn write_role<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    [who, of, at]: [Parts<'m>; 3],
) {
    let organization = cx.refer(Wanted::Organization(of));
    out.resource(own, None, |w| {
        member(w, cx, "practitioner", who);
        if let Some(organization) = organization {
            cx.reference(w, "organization", organization);
        }
        if let Some(place) = place::refer(cx, at) {
            w.array("location", |w| cx.reference_item(w, place));
        }
    });
}

/// The PractitionerRole of an NDL: the person, when and where.
pub(crate) fn ndl_period(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    timing::period(w, cx, name, [value.get(2), value.get(3)])
}

/// The name of an XCN for people.
pub(crate) fn display(w: &mut Json, cx: &Context<'_>, value: Parts<'_>) {
    let parts = [value.get(6), value.get(3), value.get(4), value.get(2)];
    let words: Vec<Vec<u8>> = parts
        .iter()
        .map(|part| cx.text(part.first()).trim_ascii().to_vec())
        .filter(|word| !word.is_empty())
        .collect();
    w.string("display", &words.join(&b' '));
}
