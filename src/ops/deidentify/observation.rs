//! OBX-5: what it is stands in OBX-2, and sometimes in OBX-3.

mod ages;
pub(super) mod named;

use super::rewrite::Rewrite;
use super::rules::parts::{Look, Op, Part, look, op};
use super::rules::{Action, Rule};
use super::shape::{LONG, is_amount, is_range, is_time, may_identify};
use super::split::Line;
use super::subject::Kind;
use crate::core::message::pieces;
use ages::{cap_ages, is_age, is_birth, may_be_old, year};

/// Whether a value of a few letters and digits is a number that stays as it is, in a message with
/// the usual delimiters.
#[inline]
pub(super) fn stays(line: Line<'_, '_>, value: &[u8]) -> bool {
    line.field(2) == b"NM"
        && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-'))
        && !(may_be_old(value) && is_age(line.field(3), b'^'))
        && !(value.len() == 4 && year(value).is_some() && is_birth(line.field(3), b'^'))
}

/// Writes OBX-5.
pub(super) fn write(to: &mut Rewrite<'_, '_>, rule: &Rule, line: Line<'_, '_>, raw: &[u8]) {
    let name = line.field(2);
    let own = to.of.rules.observed.iter().find(|(of, _)| of.as_bytes() == name);
    let action = own.map_or(rule.action, |&(_, action)| action);
    if !rule.components.is_empty() {
        return by_component(to, rule, line, action, raw);
    }
    value(to, rule, line, action, raw);
}

/// Writes a value of which a site has rules for components: those of its data type, or what is
/// between delimiters where that has none.
#[cold]
fn by_component(
    to: &mut Rewrite<'_, '_>,
    rule: &Rule,
    line: Line<'_, '_>,
    action: Action,
    raw: &[u8],
) {
    let sep = to.sep;
    let name = line.field(2);
    let of = if is_plain_type(name) { None } else { type_of(to, name) };
    let action = if to.of.rules.keeps_observed(name) { Action::Keep } else { action };
    to.each(raw, sep.repetition, |to, _, repetition| match of {
        Some(of) => to.typed(rule, of, action, repetition),
        None => to.each(repetition, sep.component, |to, n, part| match rule.of_component(n + 1) {
            Some(_) => {
                let op = if is_date_type(name) { Op::Shift } else { Op::Free };
                to.component(rule, n, op, action, part);
            }
            None if is_date_type(name) && n == 1 => to.leaf(rule, Op::Table, part),
            None => value(to, rule, line, action, part),
        }),
    });
}

fn value(to: &mut Rewrite<'_, '_>, rule: &Rule, line: Line<'_, '_>, action: Action, raw: &[u8]) {
    let rules = &to.of.rules;
    let name = line.field(2);
    match action {
        Action::Keep => return to.kept(rule, raw),
        Action::Remove => return,
        Action::Constant(n) => return to.constant(n),
        _ => {}
    }
    let sep = to.sep;
    let capped = if may_be_old(raw) && is_age(line.field(3), sep.component) {
        cap_ages(line.field(6), raw)
    } else {
        None
    };
    let raw = capped.as_deref().unwrap_or(raw);
    if rules.keeps_observed(name) {
        return to.kept(rule, raw);
    }
    if let Some(year) = year(raw).filter(|_| is_birth(line.field(3), sep.component)) {
        to.varies = true;
        let told = to.identity.birth_year(year, to.days);
        return to.out.extend(told.into_iter().flat_map(|year| year.to_string().into_bytes()));
    }
    // Measured: to ask for each text again took 0.2 % of all steps.
    if (to.is_told || !matches!(name, b"ST" | b"TX" | b"FT"))
        && let Some(part) = named::told(line.field(3), sep.component, raw)
        && identifier(to, rule, name, part, raw)
    {
        return;
    }
    if action.replaces() && type_of(to, name).is_none() {
        // Only a site wants that of plain values.
        let kind = if action == Action::Name { Kind::Family } else { Kind::Id };
        let op = Op::Surrogate(kind, look(action));
        return to.each(raw, sep.repetition, |to, _, value| to.leaf(rule, op, value));
    }
    by_type(to, rule, line, action, raw);
}

/// Writes what the name of its observation says to be a name, a number or an address; `false` if its
/// data type says more.
#[cold]
fn identifier(to: &mut Rewrite<'_, '_>, rule: &Rule, name: &[u8], part: Part, raw: &[u8]) -> bool {
    let op = op(part, Action::Clean, &to.of.rules.settings);
    let is_text = matches!(name, b"ST" | b"TX" | b"FT" | b"" | b"ID" | b"IS");
    let is_code = matches!(name, b"CE" | b"CWE" | b"CNE" | b"CF");
    if is_text {
        to.each(raw, to.sep.repetition, |to, _, value| to.leaf(rule, op, value));
    } else if is_plain_type(name) && !is_date_type(name) && name != b"TN" {
        // Another number would be as plausible.
        to.tally.residual(rule.number);
    } else if is_code && matches!(op, Op::Drop | Op::Zip3) {
        // A place has a code, too.
        to.tally.residual(rule.number);
    } else {
        return false;
    }
    true
}

/// Writes a value as its data type says, which stands in OBX-2.
fn by_type(to: &mut Rewrite<'_, '_>, rule: &Rule, line: Line<'_, '_>, action: Action, raw: &[u8]) {
    let sep = to.sep;
    let name = line.field(2);
    match name {
        b"ST" | b"TX" | b"FT" | b"" => results(to, rule, line, raw),
        b"NM" | b"SN" | b"NR" | b"NA" | b"MA" | b"SI" | b"CP" | b"MO" | b"CQ" => {
            let has_unit = has_unit(line);
            to.each(raw, sep.repetition, |to, _, value| {
                if is_numeric(value, sep.component, sep.subcomponent) {
                    amounts(to, rule, value, has_unit);
                } else {
                    to.found_goes(rule, value, begins_number(value, sep.component), Rewrite::free);
                }
            });
        }
        b"ID" | b"IS" => {
            to.each(raw, sep.repetition, |to, _, value| to.leaf(rule, Op::Code, value));
        }
        b"TM" => to.each(raw, sep.repetition, |to, _, value| {
            if is_time(value) { to.out.extend_from_slice(value) } else { to.free(value) }
        }),
        b"DT" | b"TS" | b"DTM" => to.each(raw, sep.repetition, |to, _, value| {
            let year = action == Action::Year || to.days.is_none();
            // Behind it may stand how precise it is (TS.2).
            let ops = [if year { Op::Year } else { Op::Shift }, Op::Table];
            let parts = pieces(value, sep.component).zip(ops).enumerate();
            for (n, (part, op)) in parts {
                if n > 0 {
                    to.out.push(sep.component);
                }
                to.leaf(rule, op, part);
            }
        }),
        b"TN" => to.each(raw, sep.repetition, |to, _, value| {
            if to.days.is_some() {
                to.leaf(rule, Op::Surrogate(Kind::Phone, Look::Own), value);
            }
        }),
        // That of a study, as archives of images tell it; who assigns numbers is no observation.
        b"HD" => to.each(raw, sep.repetition, |to, _, value| {
            to.assigner(rule, action, sep.component, value);
        }),
        _ => match type_of(to, name) {
            Some(of) => to.each(raw, sep.repetition, |to, _, value| {
                if name == b"ED" || name == b"RP" {
                    to.tally.emptied_documents += 1;
                }
                to.typed(rule, of, action, value);
            }),
            None => to.line(raw),
        },
    }
}

/// Whether a data type is of dates and has no components but, once, how precise one is.
fn is_date_type(name: &[u8]) -> bool {
    matches!(name, b"DT" | b"TS" | b"DTM")
}

/// Whether a data type has no components, or amounts in them.
fn is_plain_type(name: &[u8]) -> bool {
    const PLAIN: [&[u8]; 20] = [
        b"", b"ST", b"TX", b"FT", b"NM", b"SN", b"NR", b"NA", b"MA", b"SI", b"CP", b"MO", b"CQ",
        b"ID", b"IS", b"TM", b"DT", b"TS", b"DTM", b"TN",
    ];
    PLAIN.contains(&name)
}

/// A data type with components, by its name.
fn type_of(to: &Rewrite<'_, '_>, name: &[u8]) -> Option<u8> {
    std::str::from_utf8(name).ok().and_then(|name| to.of.rules.type_of(name))
}

/// Writes a text, which may be a number that was measured.
fn results(to: &mut Rewrite<'_, '_>, rule: &Rule, line: Line<'_, '_>, raw: &[u8]) {
    let is_sign = |b: &u8| b.is_ascii_digit() || b" <>=.+-".contains(b);
    let may_be_amount = raw.first().is_some_and(is_sign) && raw.last().is_some_and(is_sign);
    if !may_be_amount || !pieces(raw, to.sep.repetition).all(is_amount) {
        to.line(raw);
    } else if has_unit(line) {
        to.each(raw, to.sep.repetition, |to, _, value| amounts(to, rule, value, true));
    } else {
        // A month and its year are moved.
        to.found_goes(rule, raw, !raw.contains(&b'-'), Rewrite::line);
    }
}

/// Writes what OBX-7 has, if that is from one amount to another; `false` if it is something else.
pub(super) fn range(to: &mut Rewrite<'_, '_>, rule: &Rule, line: Line<'_, '_>, raw: &[u8]) -> bool {
    let is_it = rule.field == 7 && line.raw.starts_with(b"OBX") && is_range(raw);
    if is_it && !rule.is_kept_by_site {
        amounts(to, rule, raw, has_unit(line));
        return true;
    }
    false
}

/// Writes amounts, or nothing: another number would be as plausible, and nobody would see that it is
/// none that was measured.
///
/// A number that is one of somebody's as a whole goes, unless it has a unit and is no longer than
/// amounts are; so does what is one by its form.
fn amounts(to: &mut Rewrite<'_, '_>, rule: &Rule, value: &[u8], has_unit: bool) {
    let sep = to.sep;
    let parts = value.split(|&b| b == sep.component || b == sep.subcomponent);
    let start = to.out.len();
    let mut goes = false;
    for part in parts {
        to.looks_at(part);
        let digits = to.identity.digits_of_whole(part);
        to.varies |= digits > 0;
        let is_amount = is_amount(part);
        if digits > 0 {
            goes |= !has_unit || !is_amount || digits >= LONG;
        } else if may_identify(part) && !is_amount && !(has_unit && is_plain(part)) {
            to.text(part);
            goes |= to.out.get(start..) != Some(part);
            to.out.truncate(start);
        }
    }
    if goes {
        to.tally.residual(rule.number);
    } else {
        to.out.extend_from_slice(value);
    }
}

/// Whether an observation says in what it was measured.
fn has_unit(line: Line<'_, '_>) -> bool {
    !matches!(line.field(6), b"" | b"\"\"")
}

/// Digits with a point at most: no number of a telephone is written so.
fn is_plain(part: &[u8]) -> bool {
    part.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

/// Whether a value begins with an amount, of which what is behind it says more.
fn begins_number(value: &[u8], component: u8) -> bool {
    let is_before = |b: &&u8| **b == component || b"<>=+-~ ".contains(b);
    value.iter().find(|b| !is_before(b)).is_some_and(u8::is_ascii_digit)
}

/// Numbers with what compares and joins them, and a unit or currency behind.
fn is_numeric(raw: &[u8], component: u8, subcomponent: u8) -> bool {
    raw.len() <= 64
        && raw.split(|&b| b == component || b == subcomponent).all(|part| {
            let part = part.trim_ascii();
            let sign = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'E' | b'e');
            let compares =
                |b: &u8| matches!(b, b'<' | b'>' | b'=' | b'~' | b'-' | b'/' | b':' | b'+');
            is_range(part)
                || (part.len() <= 16
                    && part.iter().all(sign)
                    && !part.iter().all(u8::is_ascii_alphabetic))
                || part.is_empty()
                || (part.len() <= 2 && part.iter().all(compares))
                || (part.len() == 3 && part.iter().all(u8::is_ascii_uppercase))
        })
}
