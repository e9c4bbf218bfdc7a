//! OBX-5: what it is stands in OBX-2, and sometimes in OBX-3.

use super::rewrite::Rewrite;
use super::rules::parts::{Look, Op, look};
use super::rules::{Action, Rule};
use super::shape::{LONG, is_amount, is_range, is_time, may_identify};
use super::split::Line;
use super::subject::Kind;
use crate::core::message::pieces;
use memchr::{memchr_iter, memchr2_iter};

/// Data that is written as letters and digits is longer than any word.
const LONGEST_WORD: usize = 24;

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
    let rules = &to.of.rules;
    let name = line.field(2);
    let own = rules.observed.iter().find(|(of, _)| of.as_bytes() == name);
    let action = own.map_or(rule.action, |&(_, action)| action);
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
    let of = || std::str::from_utf8(name).ok().and_then(|name| rules.type_of(name));
    if action.replaces() && of().is_none() {
        // Only a site wants that of plain values.
        let kind = if action == Action::Name { Kind::Family } else { Kind::Id };
        let op = Op::Surrogate(kind, look(action));
        return to.each(raw, sep.repetition, |to, _, value| to.leaf(rule, op, value));
    }
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
            let date = pieces(value, sep.component).next().unwrap_or_default();
            let year = action == Action::Year || to.days.is_none();
            to.leaf(rule, if year { Op::Year } else { Op::Shift }, date);
        }),
        b"TN" => to.each(raw, sep.repetition, |to, _, value| {
            if to.days.is_some() {
                to.leaf(rule, Op::Surrogate(Kind::Phone, Look::Own), value);
            }
        }),
        _ => match of() {
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

/// Whether a number stands in a value that is 90 or more, so that it may be capped.
fn may_be_old(raw: &[u8]) -> bool {
    let mut digits = 0;
    let mut is_ninety = false;
    raw.iter().any(|&b| {
        digits = if b.is_ascii_digit() { digits + 1 } else { 0 };
        is_ninety = if digits == 1 { b == b'9' } else { is_ninety };
        digits > 2 || (digits == 2 && is_ninety)
    })
}

/// LOINC codes of ages: reported, estimated, calculated, current, at some event.
fn is_age_code(code: &[u8]) -> bool {
    matches!(
        code,
        b"30525-0"
            | b"21612-7"
            | b"29553-5"
            | b"63900-5"
            | b"35659-2"
            | b"30972-4"
            | b"21611-9"
            | b"46251-5"
            | b"39016-1"
    )
}

/// Whether an observation is an age, by the code or the name of it.
fn is_age(code: &[u8], component: u8) -> bool {
    let is_word = |text: &[u8]| {
        let has = |wanted: &[u8]| {
            let mut words = text.split(|b| !b.is_ascii_alphanumeric());
            words.any(|word| word.eq_ignore_ascii_case(wanted))
        };
        has(b"age") && !has(b"gestational") && !has(b"gestation")
    };
    // Words need not be told apart where nothing like it is written.
    let is_written = memchr2_iter(b'g', b'G', code).any(|at| {
        let before = at.checked_sub(1).and_then(|at| code.get(at));
        matches!((before, code.get(at + 1)), (Some(b'a' | b'A'), Some(b'e' | b'E')))
    });
    pieces(code, component).take(6).enumerate().any(|(n, part)| match n {
        0 | 3 => is_age_code(part) || (is_written && is_word(part)),
        1 | 4 => is_written && is_word(part),
        _ => false,
    })
}

/// A year, if that is all of a value.
fn year(value: &[u8]) -> Option<u32> {
    let is_year = value.len() == 4 && matches!(value, [b'1', b'8' | b'9', ..] | [b'2', b'0', ..]);
    let digits = std::str::from_utf8(value).ok().filter(|_| is_year)?;
    digits.parse().ok()
}

/// Whether an observation is a date or year of birth, by the code or the name of it; birth weights
/// are none.
fn is_birth(code: &[u8], component: u8) -> bool {
    pieces(code, component).take(6).any(|part| {
        let has = |wanted: &[u8]| {
            let mut words = part.split(|b| !b.is_ascii_alphanumeric());
            words.any(|word| word.eq_ignore_ascii_case(wanted))
        };
        // LOINC
        matches!(part, b"80904-6" | b"21112-8")
            || has(b"yob")
            || has(b"dob")
            || has(b"birth") && (has(b"year") || has(b"date"))
    })
}

/// A value with 90 years in place of every greater number; `None` when there is none, or when its
/// unit is none of time.
fn cap_ages(units: &[u8], raw: &[u8]) -> Option<Vec<u8>> {
    let units = units.split(|b| b"^~&".contains(b)).next().unwrap_or_default();
    let units: Vec<u8> =
        units.iter().filter(|b| !b"{}. ".contains(b)).map(u8::to_ascii_lowercase).collect();
    let most = match units.as_slice() {
        b"" | b"a" | b"y" | b"yr" | b"yrs" | b"year" | b"years" | b"yo" => 90,
        b"mo" | b"mos" | b"mon" | b"month" | b"months" | b"mth" => 90 * 12,
        b"wk" | b"wks" | b"w" | b"week" | b"weeks" => 90 * 52,
        b"d" | b"day" | b"days" => 90 * 365,
        b"h" | b"hr" | b"hrs" | b"hour" | b"hours" => 90 * 8760,
        _ => return None,
    };
    let mut out = Vec::with_capacity(raw.len());
    let mut is_capped = false;
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        let digits = raw[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        // More digits are a date, or no age.
        let is_age = (1..=6).contains(&digits);
        let age = raw[at..at + digits]
            .iter()
            .fold(0_u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')));
        if is_age && age >= most {
            is_capped = true;
            out.extend_from_slice(most.to_string().as_bytes());
            at += digits;
            if raw.get(at) == Some(&b'.') {
                at += 1 + raw[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
            }
        } else if digits > 0 {
            out.extend_from_slice(&raw[at..at + digits]);
            at += digits;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    is_capped.then_some(out)
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

/// A text without data in base64 or hexadecimal digits; `None` if it has none.
pub(super) fn without_documents(raw: &[u8]) -> Option<Vec<u8>> {
    let data = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    if raw.len() <= LONGEST_WORD {
        return None;
    }
    if is_document(raw) {
        return Some(Vec::new());
    }
    let mut out: Option<Vec<u8>> = None;
    let mut taken = 0;
    // Where a run may begin: behind something else.
    let mut from = 0;
    // Long runs have one of each so many bytes; others need not be looked at.
    while let Some(byte) = raw.get(from + LONGEST_WORD) {
        let at = from + LONGEST_WORD;
        if !data(byte) {
            from = at + 1;
            continue;
        }
        let before = raw[from..at].iter().rev().take_while(|b| data(b)).count();
        let behind = raw[at..].iter().take_while(|b| data(b)).count();
        let run = at - before..at + behind;
        from = run.end + 1;
        if run.len() > LONGEST_WORD && is_data(&raw[run.clone()]) {
            out.get_or_insert_default().extend_from_slice(&raw[taken..run.start]);
            taken = run.end;
        }
    }
    if let Some(out) = &mut out {
        out.extend_from_slice(&raw[taken..]);
    }
    out
}

/// Whether a text is a document whose own fields tell whom it is about, so that no scrubbing finds
/// them: a message in HL7 or a part of one, XML, JSON, PDF.
fn is_document(raw: &[u8]) -> bool {
    const SEGMENTS: [&[u8]; 16] = [
        b"MSH", b"EVN", b"PID", b"PD1", b"MRG", b"NK1", b"PV1", b"PV2", b"GT1", b"IN1", b"IN2",
        b"STF", b"ORC", b"OBR", b"FHS", b"BHS",
    ];
    let text = raw.trim_ascii_start();
    let is_segment = |at: usize| {
        let (id, rest) = text[at..].split_at_checked(3).unwrap_or_default();
        SEGMENTS.contains(&id) && (rest.starts_with(b"\\F\\") || rest.starts_with(b"|"))
    };
    match text.first() {
        Some(b'<') => {
            [&b"<?xml"[..], b"<ClinicalDocument", b"<Bundle", b"<Patient"]
                .iter()
                .any(|begin| text.starts_with(begin))
                || text.windows(6).any(|part| part == b"xmlns=" || part == b"xmlns:")
        }
        Some(b'{' | b'[') => {
            let begin: Vec<u8> =
                text.iter().copied().filter(|b| !b.is_ascii_whitespace()).take(3).collect();
            matches!(begin.as_slice(), [b'{', b'"', ..] | [b'[', b'{', b'"'])
                && text.windows(2).any(|two| two == b"\":" || two == b"\" ")
        }
        Some(b'%') => text.starts_with(b"%PDF-"),
        _ => {
            // Nearly all texts are one line.
            let mut line = 0;
            let lines = memchr_iter(b'\\', text).filter_map(|at| {
                let is_end = at >= line && text[at..].starts_with(b"\\.br\\");
                line = if is_end { at + 5 } else { line };
                is_end.then_some(line)
            });
            is_segment(0) || lines.take(LINES_MAX).any(is_segment)
        }
    }
}

/// Whether a text beside a code of the standard is no name of one: a document, or data in base64.
pub(super) fn is_no_name(raw: &[u8]) -> bool {
    let is_data = |run: &[u8]| {
        let has = |test: fn(&u8) -> bool| run.iter().any(test);
        run.len() > LONGEST_NAME
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_uppercase)
    };
    raw.len() > LONGEST_WORD
        && (is_document(raw)
            || raw.split(|b| !b.is_ascii_alphanumeric() && !b"+/=".contains(b)).any(is_data))
}

/// No word of the name of a code is longer and has digits, capitals and small letters.
const LONGEST_NAME: usize = 40;

/// So many lines of a text are looked at for one that is a segment.
const LINES_MAX: usize = 64;

/// Whether a run of letters and digits is no word: it has digits, or capitals among small letters.
fn is_data(run: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| run.iter().any(test);
    has(u8::is_ascii_digit)
        || (has(u8::is_ascii_lowercase) && run.iter().skip(1).any(u8::is_ascii_uppercase))
}
