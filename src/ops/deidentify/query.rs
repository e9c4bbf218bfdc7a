//! Parameters of queries, which name the field whose values they hold: `@PID.5.1^SMITH`.

use super::rules::parts::Part;
use super::rules::{Rule, Rules, Special};
use crate::core::message::pieces;
use crate::core::{SegmentId, Separators};

/// A field that a query names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    segment: SegmentId,
    field: u16,
    component: Option<u8>,
    subcomponent: Option<u8>,
}

impl Named {
    /// Whether it is the number of the patient.
    pub(super) fn is_patient(&self) -> bool {
        self.segment == *b"PID"
            && matches!(self.field, 2..=4)
            && matches!(self.component, None | Some(1))
    }
}

/// Reads `@PID.5.1`, with or without the sign, and with a hyphen, too.
pub(super) fn read(name: &[u8]) -> Option<Named> {
    let name = std::str::from_utf8(name.strip_prefix(b"@").unwrap_or(name)).ok()?;
    let mut parts = name.split(['.', '-']);
    let segment = parts.next()?.as_bytes().try_into().ok()?;
    if !super::tally::usual(&segment) {
        return None;
    }
    let field = parts.next()?.parse().ok()?;
    let component = parts.next().map(str::parse).transpose().ok()?;
    let subcomponent = parts.next().map(str::parse).transpose().ok()?;
    parts.next().is_none().then_some(Named { segment, field, component, subcomponent })
}

/// Which component has the values.
pub(super) fn place(special: Special) -> usize {
    if special == Special::Criterion { 2 } else { 1 }
}

/// Calls `each` for every value of a query's parameters whose name can be read.
pub(super) fn values(
    special: Special,
    raw: &[u8],
    sep: &Separators,
    each: &mut dyn FnMut(Named, &[u8]),
) {
    for repetition in pieces(raw, sep.repetition) {
        let mut components = pieces(repetition, sep.component);
        let Some(named) = components.next().and_then(read) else { continue };
        let Some(values) = components.nth(place(special) - 1) else { continue };
        for value in pieces(values, sep.subcomponent) {
            each(named, value);
        }
    }
}

/// The rule of a field that a query names.
pub(super) fn named(rules: &Rules, named: Named) -> Option<&Rule> {
    rules.segment(named.segment)?.fields.get(usize::from(named.field).checked_sub(1)?)
}

/// What a value is that is compared with the named field.
pub(super) fn part(rules: &Rules, rule: &Rule, named: Named) -> Part {
    let Some(&of) = rule.types.last() else { return rule.part };
    let at = usize::from(named.component.unwrap_or(1).max(1)) - 1;
    match rules.parts(of).get(at) {
        Some(Part::Nested(of)) => {
            let at = usize::from(named.subcomponent.unwrap_or(1).max(1)) - 1;
            rules.parts(*of).get(at).copied().unwrap_or(Part::Drop)
        }
        Some(part) => *part,
        None => Part::Drop,
    }
}
