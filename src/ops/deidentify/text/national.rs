//! Numbers that states give to persons, where their form leaves no doubt.

use super::letters::is_alnum;
use super::verhoeff;
use crate::core::check_digit::mod10;
use std::ops::Range;

/// How a number is written: `9` is a digit, `A` a letter, `*` a letter or digit or `+` or `-`, and all
/// else as it stands; and what its digits and letters must be.
type Form = (&'static [u8], fn(&[u8]) -> bool);

/// The forms by how many digits their first group has, up to eight; a longer one goes before the one
/// that it begins with.
const FORMS: [&[Form]; 8] = [
    // France.
    &[(b"9 99 99 99 999 999 99", is_french), (b"9 99 99 99 999 999", is_french)],
    // Belgium, Germany, Spain twice, the United Kingdom, Italy.
    &[
        (b"99.99.99-999.99", always),
        (b"99 999999 A 999", is_german),
        (b"99/99999999/99", is_spanish_insured),
        (b"99.999.999-A", is_spanish),
        (b"99.999.999A", is_spanish),
        (b"AA 99 99 99 A", is_british),
        (b"AAAAAA99A99A999A", always),
    ],
    // The National Health Service, Switzerland, Brazil: of taxes and of health.
    &[
        (b"999 999 9999", is_nhs),
        (b"756.9999.9999.99", always),
        (b"999.999.999-99", always),
        (b"999 9999 9999 9999", is_brazilian),
    ],
    // The Netherlands, Australia, India and Japan, Austria.
    &[
        (b"9999.99.999", is_dutch),
        (b"9999 99999 9", is_australian),
        (b"9999 9999 9999", is_in_fours),
        (b"9999-9999-9999", is_in_fours),
        (b"9999 999999", is_austrian),
    ],
    &[],
    // Korea, Denmark and Sweden, Sweden, the Czech and Slovak republics, Finland, South Africa, Norway,
    // the United Kingdom, Hong Kong, Mexico.
    &[
        (b"999999-9999999", is_korean),
        (b"999999-9999", is_danish_or_swedish),
        (b"999999+9999", is_swedish),
        (b"999999/9999", is_czech),
        (b"999999*999*", is_finnish),
        (b"999999 9999 999", is_south_african),
        (b"999999 99999", is_norwegian),
        (b"AA999999A", is_british),
        (b"A999999(*)", is_of_hong_kong),
        (b"AAAA999999AAAAAA*9", is_mexican),
    ],
    // Spain, Singapore.
    &[(b"A9999999A", |of| is_spanish(of) || is_of_singapore(of))],
    // Sweden, Germany, Spain.
    &[
        (b"99999999-9999", |of| of.get(2..).is_some_and(is_swedish)),
        (b"99999999A999", is_german),
        (b"99999999A", is_spanish),
        (b"99999999-A", is_spanish),
    ],
];

/// The number of a person around the digits at `at`, of which there are `count`.
#[inline]
pub(super) fn number(text: &[u8], at: usize, count: usize) -> Option<Range<usize>> {
    let forms = FORMS.get(count.checked_sub(1)?)?;
    forms.iter().find_map(|form| of_form(text, at, form))
}

fn of_form(text: &[u8], at: usize, &(form, is_right): &Form) -> Option<Range<usize>> {
    let before = form.iter().position(|&b| b.is_ascii_digit())?;
    let start = at.checked_sub(before)?;
    let range = start..start + form.len();
    let value = text.get(range.clone())?;
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        b'*' => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'),
        _ => byte == form,
    };
    if !value.iter().zip(form).all(fits) || !is_alone(text, &range) {
        return None;
    }
    // Of a card.
    let rest = text.get(range.end..)?;
    if form.ends_with(b" 9999 9999") && matches!(rest, [b' ', b'0'..=b'9', ..]) {
        return None;
    }
    let mut letters = [0; 20];
    let of = value.iter().filter(|b| b.is_ascii_alphanumeric());
    let length = letters.iter_mut().zip(of).map(|(to, from)| *to = *from).count();
    is_right(letters.get(..length)?).then_some(range)
}

/// Whether a range of letters and digits stands alone, and no further digits go on.
fn is_alone(text: &[u8], range: &Range<usize>) -> bool {
    let is_part = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|&b| is_alnum(b));
    let goes_on = matches!(text.get(range.end..), Some([b'-' | b'.' | b'/', b'0'..=b'9', ..]));
    !is_part(range.start.checked_sub(1)) && !is_part(Some(range.end)) && !goes_on
}

fn always(_: &[u8]) -> bool {
    true
}

/// The digits of a number, without its letters.
fn digits(of: &[u8]) -> impl DoubleEndedIterator<Item = u32> + Clone {
    of.iter().filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'))
}

/// The digits as one number.
fn whole(of: &[u8]) -> u64 {
    digits(of).fold(0, |sum, digit| sum * 10 + u64::from(digit))
}

/// The sum of the digits, each so many times.
fn weighed(of: &[u8], weights: &[u32]) -> u32 {
    digits(of).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// ISO/IEC 7812-1, annex B.
fn is_luhn(of: &[u8]) -> bool {
    of.split_last().is_some_and(|(last, number)| mod10(number) == Some(*last))
}

/// Two digits.
fn two(of: &[u8], at: usize) -> u64 {
    of.get(at..at + 2).map_or(0, whole)
}

fn is_day(day: u64, month: u64) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// Whether it begins with a day, a month and a year.
fn begins_with_day(of: &[u8]) -> bool {
    is_day(two(of, 0), two(of, 2))
}

/// Whether it begins with a year, a month and a day.
fn begins_with_year(of: &[u8]) -> bool {
    is_day(two(of, 4), two(of, 2))
}

/// Sex, year, month and place of birth.
fn is_french(of: &[u8]) -> bool {
    matches!(of.first(), Some(b'1' | b'2'))
}

/// An office, a date of birth and the letter of a name.
fn is_german(of: &[u8]) -> bool {
    of.get(2..).is_some_and(begins_with_day)
}

/// Of social insurance: the last two check.
fn is_spanish_insured(of: &[u8]) -> bool {
    let (head, check) = of.split_at(of.len().saturating_sub(2));
    whole(head) % 97 == whole(check)
}

/// DNI and NIE: the letter checks; of a foreigner, another one stands for the first digit.
fn is_spanish(of: &[u8]) -> bool {
    const CHECKS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let first = match of.first() {
        Some(letter @ b'X'..=b'Z') => u64::from(letter - b'X') * 10_000_000,
        Some(b'0'..=b'9') => 0,
        _ => return false,
    };
    CHECKS.get((first + whole(of)) as usize % 23) == of.last()
}

/// National insurance: its last letter is one of four.
fn is_british(of: &[u8]) -> bool {
    let letters = || of.iter().filter(|b| !b.is_ascii_digit());
    letters().all(u8::is_ascii_uppercase) && matches!(of.last(), Some(b'A'..=b'D'))
}

fn is_nhs(of: &[u8]) -> bool {
    weighed(of, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// CNS.
fn is_brazilian(of: &[u8]) -> bool {
    let weights = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    matches!(of.first(), Some(b'1' | b'2' | b'7'..=b'9'))
        && weighed(of, &weights).is_multiple_of(11)
}

/// BSN.
fn is_dutch(of: &[u8]) -> bool {
    let (head, last) = of.split_at(of.len().saturating_sub(1));
    u64::from(weighed(head, &[9, 8, 7, 6, 5, 4, 3, 2])) % 11 == whole(last)
}

/// Medicare: the last digit but one checks.
fn is_australian(of: &[u8]) -> bool {
    let check = digits(of).nth(8);
    matches!(of.first(), Some(b'2'..=b'6'))
        && Some(weighed(of, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10) == check
}

/// Aadhaar of India, or My Number of Japan.
fn is_in_fours(of: &[u8]) -> bool {
    let check = match weighed(of, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        rest @ 2.. => 11 - rest,
        _ => 0,
    };
    matches!(of.first(), Some(b'2'..=b'9')) && verhoeff::is_right(of)
        || digits(of).next_back() == Some(check)
}

/// SVNR: the fourth digit checks, a date of birth is behind.
fn is_austrian(of: &[u8]) -> bool {
    let check = digits(of).nth(3);
    of.get(4..).is_some_and(begins_with_day)
        && Some(weighed(of, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11) == check
}

/// A date of birth, then sex and century.
fn is_korean(of: &[u8]) -> bool {
    begins_with_year(of) && matches!(of.get(6), Some(b'1'..=b'8'))
}

/// CPR has a date of birth with the day first, and not always a check digit.
fn is_danish_or_swedish(of: &[u8]) -> bool {
    begins_with_day(of) || is_swedish(of)
}

/// Personnummer; of who has none, the day is 60 more.
fn is_swedish(of: &[u8]) -> bool {
    is_luhn(of)
        && (is_day(two(of, 4), two(of, 2)) || is_day(two(of, 4).wrapping_sub(60), two(of, 2)))
}

/// Rodné číslo: of women, the month is 50 more; 20 more where numbers of a day were used up.
fn is_czech(of: &[u8]) -> bool {
    let month = two(of, 2);
    let months = [0, 20, 50, 70].map(|more| month.wrapping_sub(more));
    months.into_iter().any(|month| is_day(two(of, 4), month)) && whole(of).is_multiple_of(11)
}

/// HETU: a sign or letter for the century, which has gone here if it was a sign, and one that checks.
fn is_finnish(of: &[u8]) -> bool {
    const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let Some((check, head)) = of.split_last() else { return false };
    let is_century = match of.len() {
        11 => matches!(of.get(6), Some(b'A'..=b'F' | b'U'..=b'Y')),
        _ => of.len() == 10,
    };
    is_century && begins_with_day(of) && CHECKS.get(whole(head) as usize % 31) == Some(check)
}

fn is_south_african(of: &[u8]) -> bool {
    begins_with_year(of) && is_luhn(of)
}

/// Fødselsnummer: two digits check.
fn is_norwegian(of: &[u8]) -> bool {
    weighed(of, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighed(of, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// HKID of one letter, which counts from 10 on.
fn is_of_hong_kong(of: &[u8]) -> bool {
    let [letter @ b'A'..=b'Z', rest @ .., check] = of else { return false };
    let check = match check {
        b'A' => 10,
        digit => u32::from(digit.wrapping_sub(b'0')),
    };
    let sum = 36 * 9 + (u32::from(letter - b'A') + 10) * 8 + weighed(rest, &[7, 6, 5, 4, 3, 2]);
    (sum + check).is_multiple_of(11)
}

/// CURP: letters of names, a date of birth, sex, where.
fn is_mexican(of: &[u8]) -> bool {
    of.get(4..).is_some_and(begins_with_year) && matches!(of.get(10), Some(b'H' | b'M'))
}

/// NRIC and FIN.
fn is_of_singapore(of: &[u8]) -> bool {
    let (checks, more) = match of.first() {
        Some(b'S') => (b"JZIHGFEDCBA", 0),
        Some(b'T') => (b"JZIHGFEDCBA", 4),
        Some(b'F') => (b"XWUTRQPNMLK", 0),
        Some(b'G') => (b"XWUTRQPNMLK", 4),
        _ => return false,
    };
    checks.get((weighed(of, &[2, 7, 6, 5, 4, 3, 2]) + more) as usize % 11) == of.last()
}
