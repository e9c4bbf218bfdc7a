//! Numbers and codes that were noted.

use super::digits::{Digits, digits_end, next_group_of_noted};
use super::identity::{Identity, NUMBER_MAX, Noted};
use super::letters::{is_alnum, is_letter, mark, mix};
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// Longer identifiers of letters and digits are not found.
const CODE_MAX: usize = 48;

/// The key of a value of letters and digits: these without the rest, and without the zeros that
/// numbers in it begin with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CodeKey {
    hash: u64,
    was_digit: bool,
    /// How many letters and digits count so far.
    count: u32,
}

impl CodeKey {
    /// How many letters and digits tell most codes apart.
    const BEGINNING: u32 = 3;

    pub(super) fn of(text: &[u8]) -> Self {
        let mut key = Self::default();
        for &byte in text {
            key.push(byte);
        }
        key
    }

    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8) {
        if is_alnum(byte) && (self.was_digit || byte != b'0') {
            self.was_digit = byte.is_ascii_digit();
            self.hash = mix(self.hash ^ 0x517C_C1B7_2722_0A95, u64::from(byte | 0x20)) | 1;
            self.count += 1;
        }
    }

    pub(super) fn value(self) -> u64 {
        self.hash
    }

    /// One bit for how a code begins; none before it is known, or behind it.
    pub(super) fn beginning(self) -> u64 {
        if self.count == Self::BEGINNING { 1 << (self.hash >> 58) } else { 0 }
    }

    /// By what a beginning is told from nearly all others.
    pub(super) fn mark(self) -> u16 {
        mark(self.hash)
    }

    /// Whether nothing tells how it begins.
    pub(super) fn is_short(self) -> bool {
        self.count < Self::BEGINNING
    }
}

/// Whether a value, as a whole, has too few digits, and letters with digits, for a number or code of
/// five or more of them, or of one that is spelled with separators.
pub(super) fn is_too_short(text: &[u8]) -> bool {
    let (mut letters, mut digits, mut run, mut longest) = (0, 0, 0, 0);
    for &byte in text {
        if byte.is_ascii_digit() {
            digits += 1;
            run += 1;
            longest = run.max(longest);
        } else {
            letters += u32::from(is_letter(byte));
            run = 0;
        }
    }
    digits < SPREAD_MIN && longest < WHOLE_MIN && (letters == 0 || letters + digits < WHOLE_MIN)
}

/// The fewest digits of a number in one group, and the fewest letters and digits of a code.
const WHOLE_MIN: u32 = 5;

/// The fewest digits of a number in several groups.
const SPREAD_MIN: u32 = LONG_MIN;

/// The fewest digits of a number that is found among those of a longer one, or in several groups,
/// or that may be a day in another order.
pub(super) const LONG_MIN: u32 = 7;

/// A number or code that was noted, whose digits begin at `at` or that the digits at `at` are part
/// of.
pub(super) fn own(identity: &Identity, text: &[u8], at: usize) -> Option<(Range<usize>, Noted)> {
    let first = at..digits_end(text, at);
    // With letters it is another one than without.
    if identity.has_codes()
        && let Some(code) = own_code(identity, text, &first)
    {
        return Some(code);
    }
    let run = text.get(first.clone())?;
    let mut digits = Digits::of(run);
    let mut group = first.clone();
    let mut found = None;
    for n in 0..NUMBER_MAX {
        if !identity.has_numbers_from(digits.count) {
            break;
        }
        if (n == 0 || digits.count >= SPREAD_MIN)
            && let Some(noted) = identity.of_number(digits)
            && (noted.kind != Kind::Zip || first.len() == 5 || first.len() == 9)
        {
            found = Some((at..group.end, noted));
        }
        let Some(next) = next_group_of_noted(text, group.end) else { break };
        group = next..digits_end(text, next);
        digits.extend(text.get(group.clone())?);
    }
    found.or_else(|| own_within(identity, run, first.start))
}

/// By which of what was noted something can be found at `at` by [`own`], unless it is a code too
/// short to be told by how it begins: adds the marks of short numbers and of how codes begin, and
/// gives how many digits long numbers have, as bits. `None` if no more marks are taken.
pub(super) fn reach(text: &[u8], at: usize, mut add: impl FnMut(u16) -> Option<()>) -> Option<u32> {
    code_starts(text, at).filter_map(|start| beginning_at(text, start)).try_for_each(&mut add)?;
    let first = at..digits_end(text, at);
    let mut digits = Digits::of(text.get(first.clone())?);
    let mut counts = 0;
    if digits.count < LONG_MIN {
        add(digits.mark())?;
    }
    let mut end = first.end;
    for _ in 0..NUMBER_MAX {
        counts |= if digits.count <= NUMBER_MAX { 1 << digits.count } else { 0 };
        let Some(next) = next_group_of_noted(text, end) else { break };
        end = digits_end(text, next);
        digits.extend(text.get(next..end)?);
    }
    let within = LONG_MIN..(NUMBER_MAX + 1).min(first.len() as u32);
    let counts = within.fold(counts, |counts, count| counts | 1 << count);
    Some(counts >> LONG_MIN << LONG_MIN)
}

/// The mark of how a code begins at `start`, if it is not too short to tell.
fn beginning_at(text: &[u8], start: usize) -> Option<u16> {
    let mut key = CodeKey::default();
    text.get(start..)?.iter().take(CODE_MAX).find_map(|&byte| {
        key.push(byte);
        (key.beginning() != 0).then(|| key.mark())
    })
}

/// An identifier of letters and digits, with separators or without.
fn own_code(
    identity: &Identity,
    text: &[u8],
    first: &Range<usize>,
) -> Option<(Range<usize>, Noted)> {
    let at = first.start;
    code_starts(text, at).find_map(|start| code_from(identity, text, start, at))
}

/// Where a code may begin that the digits at `at` are part of: with what is before a separator, and
/// without.
fn code_starts(text: &[u8], at: usize) -> impl Iterator<Item = usize> {
    let token = token_start(text, at);
    let wider = match text.get(..token) {
        Some([rest @ .., b'-' | b' ' | b'.' | b'/' | b'_'])
            if rest.last().is_some_and(|&b| is_alnum(b)) =>
        {
            token_start(text, rest.len())
        }
        _ => token,
    };
    let wider = (wider != token).then_some(wider);
    wider.into_iter().chain([token])
}

/// The longest noted code that begins at `start` and reaches over `at`.
fn code_from(
    identity: &Identity,
    text: &[u8],
    start: usize,
    at: usize,
) -> Option<(Range<usize>, Noted)> {
    let mut found = None;
    let mut key = CodeKey::default();
    let mut groups = 0;
    let rest = text.get(start..)?;
    for (n, &byte) in rest.iter().take(CODE_MAX).enumerate() {
        if is_alnum(byte) {
            let is_begun = key.beginning() != 0;
            key.push(byte);
            // Nearly all numbers are told so from the codes of a message.
            if !is_begun && key.beginning() != 0 && !identity.may_begin_code(key) {
                return None;
            }
            let is_end = !rest.get(n + 1).is_some_and(|&b| is_alnum(b));
            if is_end
                && start + n >= at
                && (!key.is_short() || identity.has_short_codes())
                && let Some(noted) = identity.of_key(key)
            {
                found = Some((start..start + n + 1, noted));
            }
        } else {
            groups += 1;
            let goes_on = rest.get(n + 1).is_some_and(|&b| is_alnum(b));
            if groups > 5 || !goes_on || !b"-./ _".contains(&byte) {
                break;
            }
        }
    }
    found
}

/// A noted number among the digits of a longer one.
fn own_within(identity: &Identity, run: &[u8], start: usize) -> Option<(Range<usize>, Noted)> {
    if run.len() <= LONG_MIN as usize {
        return None;
    }
    for count in (LONG_MIN as usize..=(NUMBER_MAX as usize).min(run.len() - 1)).rev() {
        if !identity.has_number_of(count as u32) {
            continue;
        }
        let least = 10_u64.pow(count as u32 - 1);
        let mut value = 0;
        for (last, byte) in run.iter().enumerate() {
            value = value % least * 10 + u64::from(byte - b'0');
            if value >= least
                && let Some(noted) = identity.of_number(Digits::of_value(value))
            {
                let end = start + last + 1;
                return Some((end - count..end, noted));
            }
        }
    }
    None
}

/// Where the letters and digits before `at` begin, of which no more are looked at than a code has.
pub(super) fn token_start(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    at - before.iter().rev().take(CODE_MAX).take_while(|&&b| is_alnum(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// What is found must be within reach, or a kept value would not be looked at.
        #[test]
        fn what_is_found_is_in_reach(
            noted in proptest::collection::vec("[A-C0-3]{1,3}[-0-3]{0,4}[0-3]{3,6}", 1..6),
            text in "([a-c]{0,2}[0-3. -]{0,6}){0,3}",
            place in 0usize..20,
        ) {
            let mut identity = Identity::default();
            for value in &noted {
                identity.note(Kind::Id, value.as_bytes());
            }
            // One of the values stands in the text, in small letters.
            let place = place.min(text.len());
            let value = noted[0].to_ascii_lowercase();
            for text in [[&text[..place], &value, &text[place..]].concat(), text.clone()] {
                let text = text.as_bytes();
                let is_start = |at: &usize| {
                    text[*at].is_ascii_digit() && (*at == 0 || !text[at - 1].is_ascii_digit())
                };
                for at in (0..text.len()).filter(is_start) {
                    let mut is_marked = false;
                    let counts = reach(text, at, |mark| {
                        is_marked |= identity.may_have_marked(mark);
                        Some(())
                    });
                    let is_found = own(&identity, text, at).is_some();
                    let is_near = is_marked || identity.may_reach(counts.unwrap());
                    prop_assert!(!is_found || is_near);
                }
            }
        }
    }
}
