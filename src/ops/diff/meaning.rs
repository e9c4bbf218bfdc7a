//! What is written with some delimiters, in a form that does not depend on them.
//!
//! The form is no message. It is there to be compared: equal for what has the same parts with the
//! same text, and for nothing else.

use super::id_of;
use crate::core::{Repetition, Segment, Separators, escape};

/// Ends a field, a repetition, a component, a subcomponent. A byte up to the last of them that is
/// text itself has [`TEXT`] in front.
const FIELD: u8 = 1;
const REPETITION: u8 = 2;
const COMPONENT: u8 = 3;
const SUBCOMPONENT: u8 = 4;
const TEXT: u8 = 0;

/// What a segment says, with its id; MSH-1 only if `separator`. A line that is no segment has no
/// parts.
pub(super) fn of_segment(segment: Segment<'_>, separator: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(segment.raw().len() + 8);
    if id_of(segment).is_none() {
        out.push(TEXT);
        out.extend_from_slice(segment.raw());
        return out;
    }
    out.extend_from_slice(segment.id());
    for (n, field) in segment.fields() {
        out.push(FIELD);
        if segment.is_header() && n <= 2 {
            if separator || n == 2 {
                text(field.raw(), &mut out);
            }
            continue;
        }
        for (n, repetition) in field.repetitions().enumerate() {
            if n > 0 {
                out.push(REPETITION);
            }
            append_repetition(repetition, segment.separators(), &mut out);
        }
    }
    out
}

/// What a repetition says.
pub(super) fn of_repetition(repetition: Repetition<'_>, separators: Separators) -> Vec<u8> {
    let mut out = Vec::with_capacity(repetition.raw().len() + 8);
    append_repetition(repetition, separators, &mut out);
    out
}

fn append_repetition(repetition: Repetition<'_>, separators: Separators, out: &mut Vec<u8>) {
    for (n, component) in repetition.components().enumerate() {
        if n > 0 {
            out.push(COMPONENT);
        }
        for (n, raw) in component.subcomponents().enumerate() {
            if n > 0 {
                out.push(SUBCOMPONENT);
            }
            text(&escape::decode(raw, &separators), out);
        }
    }
}

fn text(text: &[u8], out: &mut Vec<u8>) {
    for &b in text {
        if b <= SUBCOMPONENT {
            out.push(TEXT);
        }
        out.push(b);
    }
}
