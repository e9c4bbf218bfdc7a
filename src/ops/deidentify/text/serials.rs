//! Serial numbers of devices, numbers of vehicles, and identifiers of studies and images, which may be in
//! no field.

use super::codes::token_start;
use super::digits::digits_end;
use super::letters::is_alnum;
use crate::core::uuid::is_uuid;
use crate::ops::deidentify::shape::is_of_instance;
use std::ops::Range;

/// Longer runs of letters and digits are none of these numbers.
const LONGEST: usize = 24;

/// The number of a device or vehicle that the digits at `at` are part of, by its form.
pub(super) fn by_form(text: &[u8], at: usize) -> Option<Range<usize>> {
    let token = token_start(text, at)..token_end(text, at);
    of_device(text, at)
        .or_else(|| text.get(token.clone()).filter(|id| is_vehicle(id)).map(|_| token))
}

/// The object identifier of a study, an image or such that begins at `at`: it has one surrogate, and
/// no other than in a field.
#[inline]
pub(super) fn of_instance(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if !matches!(rest, [b'0'..=b'2', b'.', b'0'..=b'9', ..]) || token_start(text, at) != at {
        return None;
    }
    let count = rest.iter().take_while(|&&b| b.is_ascii_digit() || b == b'.').count();
    // A sentence may end behind it.
    let end = rest[..count].iter().rposition(u8::is_ascii_digit)? + 1;
    is_of_instance(&rest[..end]).then_some(at..at + end)
}

/// The UUID whose first hyphen is at `hyphen`.
#[inline]
pub(super) fn uuid(text: &[u8], hyphen: usize) -> Option<Range<usize>> {
    if [0, 5, 10].iter().any(|n| text.get(hyphen + n) != Some(&b'-')) {
        return None;
    }
    let start = hyphen.checked_sub(8)?;
    let range = start..start + 36;
    let beside = [start.checked_sub(1), Some(range.end)].into_iter().flatten();
    let is_alone = !beside.into_iter().any(|at| text.get(at).is_some_and(|&b| is_alnum(b)));
    (is_alone && is_uuid(text.get(range.clone())?)).then_some(range)
}

/// Whether `S/N` or such stands before the digits at `at`, or the letters that they stand with.
pub(super) fn is_announced(text: &[u8], at: usize) -> bool {
    let before = text.get(..token_start(text, at)).unwrap_or_default();
    let signs = before.iter().rev().take(3).take_while(|b| b" .:#-".contains(b)).count();
    let before = before.get(..before.len() - signs).unwrap_or_default();
    let word = before.last_chunk::<3>();
    signs > 0 && word.is_some_and(|word| word.eq_ignore_ascii_case(b"s/n"))
}

/// A vehicle's plate, whose digits are at `at` and which a word announces that ends at `from`:
/// `plate ABC 1234`, `plate # 1ABC234`.
pub(super) fn plate(text: &[u8], from: usize, at: usize) -> Option<Range<usize>> {
    let gap = text.get(from..at)?;
    let signs = gap.iter().take_while(|b| b" .:#".contains(b)).count();
    let (_, letters) = gap.split_at(signs);
    let end = token_end(text, at);
    let count = letters.iter().filter(|b| b.is_ascii_uppercase()).count();
    let is_prefix = match letters {
        [rest @ .., b' ' | b'-'] => (1..=3).contains(&count) && rest.len() == count,
        _ => letters.len() == count && count <= 3,
    };
    let has_letters = count > 0 || text.get(at..end)?.iter().any(u8::is_ascii_uppercase);
    let is_long = (2..=6).contains(&(digits_end(text, at) - at)) || end - at > 4;
    let is_plate = is_prefix && has_letters && is_long;
    (signs > 0 && is_plate).then_some(from + signs..end)
}

/// The serial number in the identifier of a device as people read it: what is behind `(21)` (GS1
/// General Specifications, section 3.5.2).
fn of_device(text: &[u8], at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?.strip_suffix(b"(")?;
    let serial = text.get(at..)?.strip_prefix(b"21)")?;
    let is_inside = before.last().is_some_and(|&b| is_alnum(b));
    let ends = |b: &u8| *b <= b' ' || b"(|^~&,;".contains(b);
    let length = serial.iter().take(20).position(ends).unwrap_or(serial.len().min(20));
    (is_inside && length > 0).then_some(at + 3..at + 3 + length)
}

/// Whether letters and digits are the number of a vehicle: 17 of them, the ninth of which tells that
/// the others are right (49 CFR 565.15).
fn is_vehicle(id: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if id.len() != WEIGHTS.len() {
        return false;
    }
    let values = id.iter().map(|b| match b.to_ascii_uppercase() {
        b @ b'0'..=b'9' => Some(u32::from(b - b'0')),
        b @ b'A'..=b'H' => Some(u32::from(b - b'A') + 1),
        b @ (b'J'..=b'N' | b'P' | b'R') => Some(u32::from(b - b'J') + 1),
        b @ b'S'..=b'Z' if b != b'Q' => Some(u32::from(b - b'S') + 2),
        _ => None,
    });
    let sum: Option<u32> = values.zip(WEIGHTS).map(|(value, weight)| Some(value? * weight)).sum();
    let check = sum.map(|sum| sum % 11);
    match id.get(8) {
        Some(b'X' | b'x') => check == Some(10),
        Some(&digit) => check.is_some_and(|check| check == u32::from(digit.wrapping_sub(b'0'))),
        None => false,
    }
}

/// Where letters and digits end, of which no more are looked at than any of these numbers has.
fn token_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(LONGEST).take_while(|&&b| is_alnum(b)).count()
}
