//! Account numbers of banks (ISO 13616).

use super::letters::is_alnum;
use std::ops::Range;

/// The fewest and the most letters and digits of one.
const LEAST: usize = 15;
const MOST: usize = 34;

/// The account number whose check digits are at `at`, with blanks in it or without: `DE86 6071 ...`.
pub(super) fn iban(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at.checked_sub(2)?;
    let country = text.get(start..at)?;
    let is_part =
        start.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|&b| is_alnum(b));
    let [b'0'..=b'9', b'0'..=b'9', next, ..] = text.get(at..)? else { return None };
    if is_part || !country.iter().all(u8::is_ascii_uppercase) || !is_alnum(*next) && *next != b' ' {
        return None;
    }
    // The country and the check digits count as the last.
    let last = country.iter().chain(text.get(at..at + 2)?).fold((0, 1), rest);
    let mut of_bank = (0, 1);
    let mut count = 4;
    let mut found = None;
    for (n, byte) in text.iter().enumerate().skip(at + 2) {
        match byte {
            b'A'..=b'Z' | b'0'..=b'9' => {
                count += 1;
                of_bank = rest(of_bank, byte);
            }
            b' ' => continue,
            _ => break,
        }
        if count > MOST {
            break;
        }
        let is_end = !text.get(n + 1).is_some_and(|&b| is_alnum(b));
        if is_end && count >= LEAST && (of_bank.0 * last.1 + last.0) % 97 == 1 {
            found = Some(start..n + 1);
        }
    }
    found
}

/// The remainder by 97 with a digit or letter more, of which A is 10, and that of the power of ten by
/// which what stands before is multiplied.
fn rest((rest, power): (u32, u32), byte: &u8) -> (u32, u32) {
    match byte {
        b'A'..=b'Z' => ((rest * 100 + u32::from(byte - b'A') + 10) % 97, power * 100 % 97),
        digit => ((rest * 10 + u32::from(digit.wrapping_sub(b'0'))) % 97, power * 10 % 97),
    }
}
