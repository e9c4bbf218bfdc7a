//! ST, TX, FT and such as text.

use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;

/// Writes a member with all of a value as text: delimiters in it that the sender did not escape
/// stay. Returns whether it is there.
#[inline(always)]
pub(crate) fn string(w: &mut Json, cx: &Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let raw = value.raw();
    if raw.is_empty() {
        return false;
    }
    match cx.is_plain(raw) {
        // Here the name is known when this is compiled.
        true => w.plain(name, raw),
        false => special(w, cx, name, raw),
    }
}

#[cold]
fn special(w: &mut Json, cx: &Context<'_>, name: &str, raw: &[u8]) -> bool {
    w.string(name, &cx.text(raw))
}

/// As [`string`] for bytes of a value, which `are_plain` as all of it is, or are looked at.
#[inline(always)]
pub(crate) fn piece(w: &mut Json, cx: &Context<'_>, name: &str, raw: &[u8], are_plain: bool) {
    if raw.is_empty() {
        return;
    }
    match are_plain || cx.is_plain(raw) {
        true => w.plain(name, raw),
        false => special(w, cx, name, raw),
    };
}

/// As [`piece`] for an item of an array.
#[inline]
pub(crate) fn piece_item(w: &mut Json, cx: &Context<'_>, raw: &[u8], are_plain: bool) {
    if raw.is_empty() {
        return;
    }
    match are_plain || cx.is_plain(raw) {
        true => w.plain_item(raw),
        false => w.string_item(&cx.text(raw)),
    };
}

/// As [`string`] for an item of an array.
pub(crate) fn string_item(w: &mut Json, cx: &Context<'_>, value: Parts<'_>) -> bool {
    let raw = value.raw();
    if raw.is_empty() {
        return false;
    }
    if cx.is_plain(raw) { w.plain_item(raw) } else { w.string_item(&cx.text(raw)) }
}

/// Writes a member with the repetitions of a text as lines of one, empty ones between them as well.
pub(crate) fn lines<'m>(
    w: &mut Json,
    cx: &Context<'_>,
    name: &str,
    mut values: impl Iterator<Item = Parts<'m>>,
) -> bool {
    let Some(first) = values.next() else { return false };
    let Some(second) = values.next() else { return string(w, cx, name, first) };
    let mut text = cx.text(first.raw()).into_owned();
    let mut end = first.range().end;
    for value in [second].into_iter().chain(values) {
        let range = value.range();
        text.resize(text.len() + cx.repetitions_between(end..range.start), b'\n');
        text.extend_from_slice(&cx.text(value.raw()));
        end = range.end;
    }
    w.string(name, &text)
}

/// Writes a member of type markdown or string from a code or the text of a CWE: CWE.2, else
/// CWE.9, else CWE.1.
pub(crate) fn of_coded(w: &mut Json, cx: &Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let mut parts = [2, 9, 1].into_iter().map(|n| value.get(n));
    let is_there = parts.any(|part| string(w, cx, name, part));
    // A component is carried as a whole or not at all.
    if value.is_split() {
        value.translated();
    }
    is_there
}
