//! Numbers that states give to persons, where their form leaves no doubt.

use super::digits::Groups;
use super::letters::is_alnum;
use std::ops::Range;

/// The letters by which numbers of Spain are checked, by the remainder of 23.
const SPANISH: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// The number of a person around the digits at `at`: of Italy (codice fiscale), Spain (DNI and NIE,
/// with their letter) or France (NIR, in groups).
pub(super) fn number(text: &[u8], at: usize, groups: &Groups) -> Option<Range<usize>> {
    italian(text, at).or_else(|| spanish(text, at, groups)).or_else(|| french(text, at, groups))
}

/// Whether a range of letters and digits stands alone.
fn is_alone(text: &[u8], range: &Range<usize>) -> bool {
    let is_part = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|&b| is_alnum(b));
    !is_part(range.start.checked_sub(1)) && !is_part(Some(range.end))
}

/// `RSSGPP51C12H501X`: letters of names, day and place of birth.
fn italian(text: &[u8], at: usize) -> Option<Range<usize>> {
    const FORM: &[u8; 16] = b"AAAAAA00A00A000A";
    let start = at.checked_sub(6)?;
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'A' => byte.is_ascii_alphabetic(),
        _ => byte.is_ascii_digit(),
    };
    let range = start..start + FORM.len();
    let is_it = text.get(range.clone())?.iter().zip(FORM).all(fits) && is_alone(text, &range);
    is_it.then_some(range)
}

/// `12345678Z`, `12.345.678-Z`, `X1234567L`.
fn spanish(text: &[u8], at: usize, groups: &Groups) -> Option<Range<usize>> {
    let is_dotted = [groups.width(0), groups.width(1), groups.width(2)] == [2, 3, 3]
        && groups.between(text, 0) == b"."
        && groups.between(text, 1) == b".";
    let last = if is_dotted { 2 } else { 0 };
    let end = groups.range(last).end;
    let hyphen = usize::from(text.get(end) == Some(&b'-'));
    let letter = *text.get(end + hyphen)?;
    let head = at.checked_sub(1).and_then(|before| text.get(before)).copied();
    let digits = text.get(at..end)?.iter().filter(|b| b.is_ascii_digit());
    let count = digits.clone().count();
    let (start, first) = match head {
        Some(head @ (b'X' | b'Y' | b'Z')) if count == 7 => (at - 1, u32::from(head - b'X')),
        _ if count == 8 => (at, 0),
        _ => return None,
    };
    let number = digits.fold(first, |sum, b| sum * 10 + u32::from(b - b'0'));
    let range = start..end + hyphen + 1;
    (SPANISH.get(number as usize % 23) == Some(&letter) && is_alone(text, &range)).then_some(range)
}

/// `1 52 08 69 123 456 78`: sex, year, month and place of birth; the last two check.
fn french(text: &[u8], at: usize, groups: &Groups) -> Option<Range<usize>> {
    const WIDTHS: [usize; 6] = [1, 2, 2, 2, 3, 3];
    let fits = |(n, &width): (usize, &usize)| groups.width(n) == width;
    let is_it = WIDTHS.iter().enumerate().all(fits)
        && (0..5).all(|n| groups.between(text, n) == b" ")
        && matches!(text.get(at), Some(b'1' | b'2'));
    let last = if groups.width(6) == 2 && groups.between(text, 5) == b" " { 6 } else { 5 };
    is_it.then(|| at..groups.range(last).end)
}
