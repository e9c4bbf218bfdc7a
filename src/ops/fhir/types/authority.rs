//! HD as the URI of an authority.

use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::recall::{self, What};
use crate::ops::fhir::systems;
use crate::ops::fhir::uri::Uri;

/// The URI of an authority: HD, or the components of it that follow another in EI.
///
/// What the site has for the name counts first, then a universal id in a form that URIs have, then
/// the name.
pub(crate) fn authority<'n>(
    cx: &mut Context<'n>,
    [named, universal, kind]: [Parts<'n>; 3],
) -> Option<Uri<'n>> {
    // Nearly all have a name alone, and there are few names.
    if universal.peek_raw().is_empty() && kind.peek_raw().is_empty() {
        return recall::uri(cx, named, |cx| {
            let uri = authority_made(cx, [named, Parts::EMPTY, Parts::EMPTY])?;
            Some(Uri::of(&uri, b""))
        });
    }
    authority_made(cx, [named, universal, kind])
}

fn authority_made<'n, 'm: 'n>(
    cx: &mut Context<'m>,
    [named, universal, kind]: [Parts<'n>; 3],
) -> Option<Uri<'n>> {
    let uri = authority_uri(cx, [named.first(), universal.first(), kind.first()])?;
    for part in [named, universal] {
        if !systems::shows(&uri, part.first()) {
            part.translated();
        }
    }
    if !is_kind_of_uri(kind.first()) {
        kind.translated();
    }
    Some(uri)
}

/// Whether the form of a URI tells of which type a universal id is (table 0301).
pub(super) fn is_kind_of_uri(kind: &[u8]) -> bool {
    matches!(kind.trim_ascii(), b"" | b"ISO" | b"UUID" | b"GUID" | b"URI")
}

fn authority_uri<'n, 'm: 'n>(
    cx: &mut Context<'m>,
    [name, universal, kind]: [&'n [u8]; 3],
) -> Option<Uri<'n>> {
    let settings = cx.settings;
    if let Some(uri) = settings.systems.own(name).or_else(|| settings.systems.own(universal)) {
        return Some(Uri::of(uri, b""));
    }
    let universal = universal.trim_ascii();
    if systems::is_oid(universal) {
        return Some(Uri::of(b"urn:oid:", universal));
    }
    if systems::is_uuid(universal) && !kind.eq_ignore_ascii_case(b"URI") {
        return Some(Uri::of(b"urn:uuid:", &universal.to_ascii_lowercase()));
    }
    if systems::is_uri(universal) {
        return Some(Uri::there(universal));
    }
    let named = if name.is_empty() { universal } else { name };
    cx.system(named)
}

/// Writes `system`.
pub(super) fn system<'m>(w: &mut Json, cx: &mut Context<'m>, from: [Parts<'m>; 3]) {
    let write = |w: &mut Json, cx: &mut Context<'m>, from: [Parts<'_>; 3]| {
        if let Some(uri) = authority_made(cx, from) {
            w.string("system", &uri);
        }
    };
    let [named, universal, kind] = from;
    if !universal.peek_raw().is_empty() || !kind.peek_raw().is_empty() {
        return write(w, cx, from);
    }
    if !named.peek_raw().is_empty() {
        recall::write(w, cx, What::System, [named], |w, cx| {
            write(w, cx, [named, Parts::EMPTY, Parts::EMPTY]);
        });
    }
}
