//! Which patient's identifier says by how many days dates are moved.

use super::query;
use super::rules::Special;
use crate::core::message::pieces;
use crate::core::{Scope, Segment, Separators};

/// Appends the identifier of a patient that a PID segment has: of PID-3 the one of the pinned
/// authority, else the medical record number (MR), else the internal one (PI), else the first;
/// else PID-2, PID-4, PID-18.
pub(super) fn of_pid(
    segment: Segment<'_>,
    scope: &Scope<'_, '_>,
    authority: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> bool {
    let sep = segment.separators();
    let list = segment.field(3).map_or(&b""[..], |field| field.raw());
    let field = |n| segment.field(n).map_or(&b""[..], |field| field.raw());
    of_list(list, sep, scope, authority, out)
        || [2, 4, 18].into_iter().any(|n| of_list(field(n), sep, scope, None, out))
}

/// As [`of_pid`], of a message that has no PID segment: of what a query asks for, or a merge.
pub(super) fn elsewhere(
    segment: Segment<'_>,
    scope: &Scope<'_, '_>,
    authority: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> bool {
    let sep = segment.separators();
    let field = |n| segment.field(n).map_or(&b""[..], |field| field.raw());
    if segment.has_id(*b"QPD") {
        let mut found = false;
        query::values(Special::Parameter, field(3), &sep, &mut |named, value| {
            found = found || (named.is_patient() && append(value, scope, out));
        });
        return found;
    }
    if segment.has_id(*b"QRD") {
        return of_list(field(8), sep, scope, None, out);
    }
    segment.has_id(*b"MRG") && of_list(field(1), sep, scope, authority, out)
}

fn of_list(
    raw: &[u8],
    sep: Separators,
    scope: &Scope<'_, '_>,
    authority: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> bool {
    let mut best: Option<(u8, &[u8])> = None;
    for repetition in pieces(raw, sep.repetition) {
        let mut components = pieces(repetition, sep.component);
        let number = components.next().unwrap_or_default();
        if number.trim_ascii().is_empty() || number == b"\"\"" {
            continue;
        }
        let by = components.nth(2).unwrap_or_default();
        let kind = components.next().unwrap_or_default();
        let mut names = pieces(by, sep.subcomponent);
        let pinned = authority.is_some_and(|wanted| names.any(|name| name == wanted));
        let rank = match kind {
            _ if pinned => 3,
            b"MR" => 2,
            b"PI" => 1,
            _ => 0,
        };
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, number));
        }
    }
    best.is_some_and(|(_, number)| {
        append(pieces(number, sep.subcomponent).next().unwrap_or_default(), scope, out)
    })
}

/// Appends a number as it is compared: without leading zeros.
fn append(raw: &[u8], scope: &Scope<'_, '_>, out: &mut Vec<u8>) -> bool {
    let text = scope.text(raw);
    let text = text.trim_ascii();
    let zeros = text.iter().take_while(|&&b| b == b'0').count();
    let number = text.get(zeros..).filter(|rest| !rest.is_empty()).unwrap_or(text);
    out.extend(number.iter().map(u8::to_ascii_uppercase));
    !number.is_empty()
}
