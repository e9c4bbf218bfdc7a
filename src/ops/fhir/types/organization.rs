//! XON, HD and names as Organization.

use super::{coded, identifier, keys, text};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::recall::{self, What};

/// The key of an XON by its identifier.
pub(crate) fn key<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<Key> {
    let mut key = Key::of(Kind::Organization);
    push_key(cx, &mut key, value).then_some(key)
}

/// Adds the identifier of an XON to a key, XON.10 or the older XON.3. Returns whether it is there.
pub(crate) fn push_key<'m>(cx: &mut Context<'m>, key: &mut Key, value: Parts<'m>) -> bool {
    let number = if value.peek(10).is_empty() { value.part(3) } else { value.part(10) };
    keys::push_of(cx, key, number, value.peek(6))
}

/// Writes the Organization of an XON.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    out.resource(own, None, |w| {
        recall::write(w, cx, What::Organization, [value], |w, cx| members(w, cx, value));
    });
}

fn members<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    w.array("identifier", |w| {
        for at in [identifier::XON, identifier::OLD_XON] {
            identifier::item_at(w, cx, value, &at);
        }
    });
    text::string(w, cx, "name", value.get(1));
}

/// As [`write`] with what else is told of it.
pub(crate) fn write_with<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    out.resource(own, None, |w| {
        members(w, cx, value);
        more(w, cx);
    });
}

/// Writes the Organization of an XON, of which a CWE tells the type.
pub(crate) fn write_typed<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    kind: Parts<'m>,
) {
    write_with(out, cx, own, value, |w, cx| {
        w.array("type", |w| _ = coded::concept_item(w, cx, kind));
    });
}

/// Writes the Organization of an HD. `country`: where it is.
pub(crate) fn write_authority<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    country: Parts<'m>,
) {
    out.resource(own, None, |w| {
        recall::write(w, cx, What::Sender, [value, country], |w, cx| {
            w.array("identifier", |w| identifier::hd_items(w, cx, value));
            text::string(w, cx, "name", value.get(1));
            w.array("address", |w| _ = w.item(|w| _ = text::string(w, cx, "country", country)));
        });
    });
}

/// Writes the Organization of a name or of a CWE, and what else is told of it.
pub(crate) fn write_named<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    out.resource(own, None, |w| {
        recall::write(w, cx, What::NamedOrganization, [value], |w, cx| {
            if !value.is_split() {
                text::string(w, cx, "name", value);
                return;
            }
            w.array("identifier", |w| {
                w.item(|w| {
                    if let Some(uri) = cx.system(value.at(3)) {
                        w.string("system", &uri);
                    }
                    text::string(w, cx, "value", value.get(1));
                });
            });
            text::of_coded(w, cx, "name", value);
        });
        more(w, cx);
    });
}
