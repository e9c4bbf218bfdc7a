//! CX, EI, EIP and HD as keys of what they identify.

use super::authority::{push, push_name};
use crate::ops::fhir::context::Context;
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::{Parts, is_valued};
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::plain::trimmed_ascii;

/// The key of a resource by CX, whose authority may be missing; then the sender stands for it.
pub(crate) fn cx_key<'m>(cx: &mut Context<'m>, kind: Kind, value: Parts<'m>) -> Option<Key> {
    let mut key = Key::of(kind);
    push_of(cx, &mut key, value.part(1), value.peek(4)).then_some(key)
}

/// The key of a resource by EI.
pub(crate) fn ei_key<'m>(cx: &mut Context<'m>, kind: Kind, value: Parts<'m>) -> Option<Key> {
    let mut key = Key::of(kind);
    push_ei(cx, &mut key, value).then_some(key)
}

/// The key of a resource by EIP: the filler's identifier, else the placer's.
pub(crate) fn eip_key<'m>(cx: &mut Context<'m>, kind: Kind, value: Parts<'m>) -> Option<Key> {
    let mut key = Key::of(kind);
    push_eip(cx, &mut key, value).then_some(key)
}

/// The components of an HD, not counted as mapped.
fn hd_again(value: Parts<'_>) -> [Parts<'_>; 3] {
    if !value.is_split() {
        return [value.peek(1), Parts::EMPTY, Parts::EMPTY];
    }
    [value.peek(1), value.peek(2), value.peek(3)]
}

/// Adds the URI of an authority, an HD, to a key. Returns whether there is one; else nothing is added.
pub(crate) fn push_authority<'m>(cx: &mut Context<'m>, key: &mut Key, value: Parts<'m>) -> bool {
    push(cx, key, hd_again(value))
}

/// Adds the identifier of an EI to a key, as [`push_of`].
pub(crate) fn push_ei<'m>(cx: &mut Context<'m>, key: &mut Key, value: Parts<'m>) -> bool {
    push_from(cx, key, value.part(1), [value.peek(2), value.peek(3), value.peek(4)])
}

/// Adds one of the identifiers of an EIP to a key, as [`push_of`].
pub(crate) fn push_eip<'m>(cx: &mut Context<'m>, key: &mut Key, value: Parts<'m>) -> bool {
    push_ei(cx, key, value.peek(2)) || push_ei(cx, key, value.peek(1))
}

/// Adds the code of a CWE and its system to a key: its words may be others in a correction. What has no code
/// is known by all of it.
pub(crate) fn push_code(key: &mut Key, value: Parts<'_>) {
    match value.part(1) {
        b"" => key.push(value.peek_raw()),
        code => [code, value.part(3)].into_iter().for_each(|part| key.push(part)),
    }
}

/// As [`push_code`], the parts of the key.
pub(crate) fn code_parts<'m>(value: Parts<'m>) -> [&'m [u8]; 2] {
    match value.part(1) {
        b"" => [value.peek_raw(), b""],
        code => [code, value.part(3)],
    }
}

/// Adds an identifier and its authority, an HD, to a key. Returns whether it is there; else nothing is
/// added.
pub(crate) fn push_of<'m>(
    cx: &mut Context<'m>,
    key: &mut Key,
    value: &[u8],
    from: Parts<'m>,
) -> bool {
    if from.is_split() {
        return push_from(cx, key, value, hd_again(from));
    }
    // Nearly all have a name alone.
    if trimmed_ascii(value).is_empty() {
        return false;
    }
    let name = from.part(1);
    if !is_valued(name) || !push_name(cx, key, name) {
        cx.push_scope(key);
    }
    key.push(&cx.text(value));
    true
}

/// As [`push_of`] for an authority in three parts.
fn push_from<'m>(cx: &mut Context<'m>, key: &mut Key, value: &[u8], from: [Parts<'m>; 3]) -> bool {
    if value.trim_ascii().is_empty() {
        return false;
    }
    let has_authority = !from[0].is_empty() || !from[1].is_empty();
    if !has_authority || !push(cx, key, from) {
        cx.push_scope(key);
    }
    key.push(&cx.text(value));
    true
}
