//! HD as the URI of an authority.

use crate::core::uuid::is_uuid;
use crate::ops::fhir::authorities::{self, Authority};
use crate::ops::fhir::context::Context;
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::{Parts, component_bits};
use crate::ops::fhir::json::Json;
use crate::ops::fhir::systems;
use crate::ops::fhir::uri::Uri;

/// The URI of an authority: HD, or the components of it that follow another in EI.
///
/// What the site has for the name counts first, then a universal id in a form that URIs have, then
/// the name.
pub(crate) fn authority<'n>(cx: &mut Context<'n>, from: [Parts<'n>; 3]) -> Option<Uri<'n>> {
    let copied = |known: &Authority| (!known.uri.is_empty()).then(|| Uri::of(&known.uri, b""));
    match with_name(cx, from, copied) {
        Some(uri) => uri,
        None => authority_made(cx, from),
    }
}

/// Adds the URI of an authority to a key, as [`authority`]. Returns whether there is one.
pub(crate) fn push<'m>(cx: &mut Context<'m>, key: &mut Key, from: [Parts<'m>; 3]) -> bool {
    match with_name(cx, from, |known| push_uri(key, &known.uri)) {
        Some(is_there) => is_there,
        None => authority_made(cx, from).is_some_and(|uri| push_uri(key, &uri)),
    }
}

/// As [`push`] for a name without subcomponents.
#[inline]
pub(super) fn push_name(cx: &mut Context<'_>, key: &mut Key, name: &[u8]) -> bool {
    of_name(cx, name, |known| push_uri(key, &known.uri))
}

#[inline]
fn push_uri(key: &mut Key, uri: &[u8]) -> bool {
    if !uri.is_empty() {
        key.push(uri);
    }
    !uri.is_empty()
}

/// Looks at an authority of which a name is told and nothing else, as nearly all are; `None` for
/// others.
#[inline]
fn with_name<'m, R>(
    cx: &mut Context<'m>,
    [named, universal, kind]: [Parts<'m>; 3],
    then: impl FnOnce(&Authority) -> R,
) -> Option<R> {
    let name = named.peek_raw();
    if !universal.peek_raw().is_empty()
        || !kind.peek_raw().is_empty()
        || matches!(name, b"" | b"\"\"")
        || named.is_split()
    {
        return None;
    }
    named.ask(component_bits([1]));
    let (made, is_shown) = of_name(cx, name, |known| (then(known), known.is_shown));
    if !is_shown {
        named.translated();
    }
    Some(made)
}

/// Looks at the authority of a name without subcomponents.
#[inline]
pub(super) fn of_name<'m, R>(
    cx: &mut Context<'m>,
    name: &[u8],
    then: impl FnOnce(&Authority) -> R,
) -> R {
    let make = |cx: &mut Context<'m>| {
        let uri = authority_uri(cx, [name, b"", b""])?;
        Some(Uri::of(&uri, b""))
    };
    authorities::with(cx, name, make, then)
}

fn authority_made<'n, 'm: 'n>(
    cx: &mut Context<'m>,
    [named, universal, kind]: [Parts<'n>; 3],
) -> Option<Uri<'n>> {
    if [named, universal, kind].iter().all(|part| part.peek_raw().is_empty()) {
        return None;
    }
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
        return Some(systems::uri_of_oid(universal));
    }
    if is_uuid(universal) && !kind.eq_ignore_ascii_case(b"URI") {
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
    if with_name(cx, from, |known| w.ready(&known.system)).is_some() {
        return;
    }
    if let Some(uri) = authority_made(cx, from) {
        w.string("system", &uri);
    }
}
