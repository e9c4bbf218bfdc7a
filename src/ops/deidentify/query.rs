//! Parameters of queries, which name the field whose values they hold: `@PID.5.1^SMITH`; or one that is
//! the identifier of the patient: `1234^^^HOSP^MR`.

use super::rewrite::Rewrite;
use super::rules::parts::{Part, op};
use super::rules::{Rule, Rules, Special};
use super::shape::is_table;
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
    /// The list of the patient's identifiers.
    const PATIENT: Self = Self { segment: *b"PID", field: 3, component: None, subcomponent: None };

    /// Whether it is the number of the patient.
    pub(super) fn is_patient(&self) -> bool {
        self.segment == *b"PID"
            && matches!(self.field, 2..=4)
            && matches!(self.component, None | Some(1))
    }
}

/// Reads `@PID.5.1`, with or without the sign, and with a hyphen, too.
fn read(name: &[u8]) -> Option<Named> {
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
fn place(special: Special) -> usize {
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
        if let Some(number) = patient(special, repetition, sep) {
            each(Named::PATIENT, number);
            continue;
        }
        let mut components = pieces(repetition, sep.component);
        let Some(named) = components.next().and_then(read) else { continue };
        let Some(values) = components.nth(place(special) - 1) else { continue };
        for value in pieces(values, sep.subcomponent) {
            each(named, value);
        }
    }
}

/// The number of a patient (CX), where a query has that in place of a field's name and values, as those
/// for the other identifiers of somebody (PIX) and for immunizations do.
fn patient<'m>(special: Special, raw: &'m [u8], sep: &Separators) -> Option<&'m [u8]> {
    let mut components = pieces(raw, sep.component);
    let (number, digit, scheme) = (components.next()?, components.next()?, components.next()?);
    let has_authority = components.next().is_some_and(|by| !by.is_empty());
    let is_number = number.iter().any(u8::is_ascii_digit) && digit.len() < 2 && scheme.len() < 4;
    (special == Special::Parameter && has_authority && is_number && read(number).is_none())
        .then_some(number)
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

/// Writes what a query asks for, by the rule of the field that it names.
pub(super) fn write(to: &mut Rewrite<'_, '_>, rule: &Rule, raw: &[u8]) {
    let rules = &to.of.rules;
    let place = place(rule.special);
    let sep = to.sep;
    to.each(raw, sep.repetition, |to, _, repetition| {
        if patient(rule.special, repetition, &sep).is_some() {
            let rule = named(rules, Named::PATIENT);
            if let Some(rule) = rule.filter(|rule| !to.as_a_whole(rule, repetition)) {
                to.plain(rule, repetition);
            }
            return;
        }
        let mut found = None;
        to.each(repetition, sep.component, |to, n, component| {
            if n == 0 {
                // What a text is of that a query names, nothing tells.
                found = read(component)
                    .and_then(|of| Some((of, named(rules, of)?)))
                    .filter(|(_, rule)| rule.special == Special::None && !rule.free);
                if found.is_some() {
                    to.out.extend_from_slice(component);
                }
            } else if let Some((named, rule)) = found {
                if n == place {
                    let op = op(part(rules, rule, named), rule.action, &rules.settings);
                    to.each(component, sep.subcomponent, |to, _, value| to.leaf(rule, op, value));
                } else if is_table(component) {
                    // An operator, or how the next parameter is joined.
                    to.out.extend_from_slice(component);
                }
            }
        });
    });
}
