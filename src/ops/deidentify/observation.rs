//! OBX-5: what it is stands in OBX-2, and sometimes in OBX-3.

use super::rewrite::{Rewrite, is_time};
use super::rules::parts::{Look, Op};
use super::rules::{Action, Rule};
use super::subject::Kind;
use crate::core::Segment;
use crate::core::message::pieces;
use std::borrow::Cow;

/// LOINC codes of ages: reported, estimated, calculated.
const AGES: [&[u8]; 3] = [b"30525-0", b"21612-7", b"29553-5"];

/// Data that is written as letters and digits is longer than any word.
const LONGEST_WORD: usize = 24;

/// Writes OBX-5.
pub(super) fn write(to: &mut Rewrite<'_, '_, '_>, rule: &Rule, segment: Segment<'_>, raw: &[u8]) {
    let name = segment.field(2).map_or(&b""[..], |field| field.raw());
    let own = to.of.rules.observed.iter().find(|(of, _)| of.as_bytes() == name);
    let action = own.map_or(rule.action, |&(_, action)| action);
    match action {
        Action::Keep => return to.kept(rule, raw),
        Action::Remove => return,
        _ => {}
    }
    let sep = to.sep;
    let by_value = |to: &mut Rewrite<'_, '_, '_>,
                    each: &mut dyn FnMut(&mut Rewrite<'_, '_, '_>, &[u8])| {
        for (n, value) in pieces(raw, sep.repetition).enumerate() {
            if n > 0 {
                to.out.push(sep.repetition);
            }
            each(to, value);
        }
    };
    if is_age(segment, sep.component) && caps_age(segment, raw, to.out) {
        return;
    }
    match name {
        b"NM" | b"SN" | b"NR" | b"NA" | b"MA" | b"SI" | b"CP" | b"MO" | b"CQ" => {
            by_value(to, &mut |to, value| {
                if is_numeric(value, sep.component, sep.subcomponent) {
                    to.kept(rule, value);
                } else {
                    to.free(value);
                }
            });
        }
        b"ID" | b"IS" => by_value(to, &mut |to, value| to.leaf(rule, Op::Code, value)),
        b"TM" => by_value(to, &mut |to, value| {
            if is_time(value) { to.out.extend_from_slice(value) } else { to.free(value) }
        }),
        b"DT" | b"TS" | b"DTM" => by_value(to, &mut |to, value| {
            let end = value.iter().position(|&b| b == sep.component).unwrap_or(value.len());
            let year = action == Action::Year || to.days.is_none();
            to.leaf(rule, if year { Op::Year } else { Op::Shift }, &value[..end]);
        }),
        b"TN" => by_value(to, &mut |to, value| {
            if to.days.is_some() {
                to.leaf(rule, Op::Surrogate(Kind::Phone, Look::Own), value);
            }
        }),
        _ => {
            let of = std::str::from_utf8(name).ok().and_then(|name| to.of.rules.type_of(name));
            match of {
                Some(of) => by_value(to, &mut |to, value| {
                    if name == b"ED" || name == b"RP" {
                        to.tally.emptied_documents += 1;
                    }
                    to.typed(rule, of, action, value);
                }),
                None => to.free(raw),
            }
        }
    }
}

fn is_age(segment: Segment<'_>, component: u8) -> bool {
    let Some(field) = segment.field(3) else { return false };
    let mut parts = field.raw().split(|&b| b == component);
    parts.next().is_some_and(|code| AGES.contains(&code))
        || parts.nth(2).is_some_and(|code| AGES.contains(&code))
}

/// Writes 90 years in place of more; nothing when it is not more.
fn caps_age(segment: Segment<'_>, raw: &[u8], out: &mut Vec<u8>) -> bool {
    let units = segment.field(6).map_or(&b""[..], |field| field.raw());
    let a_year = match units.first().map(u8::to_ascii_lowercase) {
        Some(b'm') => 12,
        Some(b'w') => 52,
        Some(b'd') => 365,
        Some(b'h') => 8760,
        _ => 1,
    };
    // The first number, whatever stands around it.
    let Some(at) = raw.iter().position(u8::is_ascii_digit) else { return false };
    let digits = raw[at..].iter().take_while(|b| b.is_ascii_digit());
    let age = digits.fold(0_u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')));
    if age < 90 * a_year {
        return false;
    }
    out.extend_from_slice((90 * a_year).to_string().as_bytes());
    true
}

/// Numbers with what compares and joins them, and a unit or currency behind.
fn is_numeric(raw: &[u8], component: u8, subcomponent: u8) -> bool {
    raw.len() <= 64
        && raw.split(|&b| b == component || b == subcomponent).all(|part| {
            let part = part.trim_ascii();
            let sign = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'E' | b'e');
            let compares =
                |b: &u8| matches!(b, b'<' | b'>' | b'=' | b'~' | b'-' | b'/' | b':' | b'+');
            (part.len() <= 16 && part.iter().all(sign) && !part.iter().all(u8::is_ascii_alphabetic))
                || part.is_empty()
                || (part.len() <= 2 && part.iter().all(compares))
                || (part.len() == 3 && part.iter().all(u8::is_ascii_uppercase))
        })
}

/// A text without data in base64 or hexadecimal digits; `None` if it has none.
pub(super) fn without_documents(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let data = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    if raw.len() <= LONGEST_WORD {
        return None;
    }
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < raw.len() {
        let run = raw[at..].iter().take_while(|b| data(b)).count();
        if run > LONGEST_WORD && is_data(&raw[at..at + run]) {
            out.get_or_insert_with(|| raw[..at].to_vec());
            at += run;
            continue;
        }
        let end = (at + run + 1).min(raw.len());
        if let Some(out) = &mut out {
            out.extend_from_slice(&raw[at..end]);
        }
        at = end;
    }
    out.map(Cow::Owned)
}

/// Whether a run of letters and digits is no word: it has digits, or capitals among small letters.
fn is_data(run: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| run.iter().any(test);
    has(u8::is_ascii_digit)
        || (has(u8::is_ascii_lowercase) && run.iter().skip(1).any(u8::is_ascii_uppercase))
}
