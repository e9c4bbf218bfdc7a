//! Observations that tell how old somebody is, or when somebody was born.

use crate::core::message::pieces;
use memchr::memchr2_iter;

/// Whether a number stands in a value that is 90 or more, so that it may be capped.
pub(super) fn may_be_old(raw: &[u8]) -> bool {
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
pub(super) fn is_age(code: &[u8], component: u8) -> bool {
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
pub(super) fn year(value: &[u8]) -> Option<u32> {
    let is_year = value.len() == 4 && matches!(value, [b'1', b'8' | b'9', ..] | [b'2', b'0', ..]);
    let digits = std::str::from_utf8(value).ok().filter(|_| is_year)?;
    digits.parse().ok()
}

/// Whether an observation is a date or year of birth, by the code or the name of it; birth weights
/// are none.
pub(super) fn is_birth(code: &[u8], component: u8) -> bool {
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
pub(super) fn cap_ages(units: &[u8], raw: &[u8]) -> Option<Vec<u8>> {
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
