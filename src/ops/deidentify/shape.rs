//! What a value looks like: whether it can be what it should be, or may be something else.

use crate::core::message::pieces;
use crate::core::uuid::is_uuid;
use std::sync::LazyLock;

/// Words of a few tables, by their first column: titles behind and before names, kinds of
/// documents, names of states and provinces, coding systems (table 0396, and as they are often
/// called). In small letters, without blanks, dots or hyphens.
const WORDS: &str = include_str!("rules/words.tsv");

/// A table of [`WORDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Title,
    Document,
    State,
    System,
}

/// The words of all tables, each at a place that it gives. Nearly every coded value has a system
/// that is asked for here.
struct Known(Vec<Option<(Table, &'static [u8])>>);

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known(vec![None; Known::PLACES]);
    for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
        let Some((table, words)) = line.split_once('\t') else { continue };
        let table = match table {
            "title" => Table::Title,
            "document" => Table::Document,
            "state" => Table::State,
            _ => Table::System,
        };
        for word in words.split(' ').map(str::as_bytes) {
            let at = known.place(table, word);
            known.0[at] = Some((table, word));
        }
    }
    known
});

impl Known {
    /// Some times as many as there are words, a power of two.
    const PLACES: usize = 2048;
    const LONGEST: usize = 40;

    /// Where a word is, or the free place where it would be.
    fn place(&self, table: Table, word: &[u8]) -> usize {
        let add = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        let hash = word.iter().fold(0x811C_9DC5 ^ table as u32, add);
        let mut at = (hash ^ hash >> 15) as usize & (Self::PLACES - 1);
        while self.0[at].is_some_and(|known| known != (table, word)) {
            at = (at + 1) & (Self::PLACES - 1);
        }
        at
    }
}

/// From how many digits on a number is that of somebody or something.
pub(super) const LONG: usize = 8;

/// A code: short and without blanks.
pub(super) fn is_code(raw: &[u8]) -> bool {
    raw.len() <= 20 && raw.iter().all(u8::is_ascii_graphic)
}

/// A code of a table of the standard: up to five capitals and digits.
pub(super) fn is_table(raw: &[u8]) -> bool {
    raw.len() <= 5 && raw.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// A country, or a code of a few letters.
pub(super) fn is_letters(raw: &[u8]) -> bool {
    raw.len() <= 5 && raw.iter().all(u8::is_ascii_alphabetic)
}

/// A state or province: its code, or its name.
pub(super) fn is_state(raw: &[u8]) -> bool {
    ((2..=3).contains(&raw.len()) && raw.iter().all(u8::is_ascii_alphabetic))
        || is_known(Table::State, raw)
}

/// Titles, each of them known, with blanks or commas between them.
pub(super) fn is_title(raw: &[u8]) -> bool {
    let mut words = raw.split(|b| matches!(b, b' ' | b',')).filter(|word| !word.is_empty());
    raw.len() <= 40 && words.all(|word| is_known(Table::Title, word))
}

/// A kind of document, of media or of encoding (tables 0191, 0291, 0299, and media types).
pub(super) fn is_document(raw: &[u8]) -> bool {
    is_known(Table::Document, raw)
}

fn is_known(table: Table, raw: &[u8]) -> bool {
    if raw.len() > Known::LONGEST {
        return false;
    }
    let mut word = [0; Known::LONGEST];
    let mut length = 0;
    for byte in raw.iter().filter(|b| !b" .-".contains(b)) {
        word[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    KNOWN.0[KNOWN.place(table, &word[..length])].is_some()
}

/// A namespace, a domain, an OID or UUID; not a number of somebody.
pub(super) fn is_authority(raw: &[u8]) -> bool {
    is_code(raw) && !may_identify(raw) && digits(raw) < 6 || is_universal(raw)
}

/// An object identifier: numbers with points between.
fn is_oid(raw: &[u8]) -> bool {
    raw.len() <= 128
        && pieces(raw, b'.').count() >= 4
        && matches!(raw, [b'0'..=b'2', b'.', ..])
        && pieces(raw, b'.').all(|arc| !arc.is_empty() && arc.iter().all(u8::is_ascii_digit))
}

/// Whether an identifier that nothing else has is one of a study, an image or such, and not of an
/// authority or a table: a UUID, or an object identifier with a long number or very many digits.
pub(super) fn is_of_instance(raw: &[u8]) -> bool {
    let has_long = || pieces(raw, b'.').any(|arc| arc.len() >= LONG);
    is_uuid(raw) || pieces(raw, b'.').count() > 4 && is_oid(raw) && (has_long() || digits(raw) > 27)
}

/// An OID, a UUID, or the name of a host.
fn is_universal(raw: &[u8]) -> bool {
    let is_host = || {
        raw.len() <= 64
            && raw.contains(&b'.')
            && digits(raw) < 6
            && raw.last().is_some_and(u8::is_ascii_alphabetic)
            && raw.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    };
    is_oid(raw) || is_uuid(raw) || is_host()
}

/// An amount: up to seven digits, and what is behind the point. A day of the calendar is none.
pub(super) fn is_number(raw: &[u8]) -> bool {
    let bare = raw.strip_prefix(b"-").or_else(|| raw.strip_prefix(b"+")).unwrap_or(raw);
    let mut parts = pieces(bare, b'.');
    let whole = parts.next().unwrap_or_default();
    let part = parts.next().unwrap_or_default();
    let is_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    parts.next().is_none()
        && is_digits(whole)
        && is_digits(part)
        && whole.len() < LONG
        && part.len() <= 10
        && !bare.is_empty()
}

/// A time of day with its zone: `HH[MM[SS[.SSSS]]][+/-ZZZZ]`.
pub(super) fn is_time(raw: &[u8]) -> bool {
    let end = raw.iter().position(|b| matches!(b, b'+' | b'-')).unwrap_or(raw.len());
    let (clock, zone) = raw.split_at(end);
    let mut parts = pieces(clock, b'.');
    let whole = parts.next().unwrap_or_default();
    let part = parts.next().unwrap_or_default();
    let is_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let two = |at: usize| whole.get(at..at + 2).map_or(0, |two| (two[0] & 15) * 10 + (two[1] & 15));
    parts.next().is_none()
        && matches!(whole.len(), 2 | 4 | 6)
        && is_digits(whole)
        && part.len() <= 4
        && is_digits(part)
        && two(0) < 24
        && two(2) < 60
        && two(4) < 61
        && (zone.is_empty() || (zone.len() == 5 && is_digits(&zone[1..])))
}

/// Times of day with commas between them, also as `12:30` or `12:30:05`.
pub(super) fn are_times(raw: &[u8]) -> bool {
    let is_clock = |time: &[u8]| {
        let mut parts = pieces(time, b':');
        matches!(time.len(), 5 | 8)
            && parts.all(|part| part.len() == 2 && part.iter().all(u8::is_ascii_digit))
    };
    pieces(raw, b',').all(|time| is_time(time) || is_clock(time))
}

/// From one amount to another, or more or less than one: `12.0-16.0`, `<5`, `>=1.5`.
pub(super) fn is_range(raw: &[u8]) -> bool {
    let bare = raw.trim_ascii().trim_ascii_start();
    let bare = bare.strip_prefix(b"<").or_else(|| bare.strip_prefix(b">")).unwrap_or(bare);
    let bare = bare.strip_prefix(b"=").unwrap_or(bare).trim_ascii();
    let at = bare.iter().skip(1).position(|&b| b == b'-').map(|at| at + 1);
    match at {
        None => is_number(bare),
        Some(at) => {
            is_number(bare[..at].trim_ascii())
                && is_number(bare[at + 1..].trim_ascii())
                // A telephone number without its area.
                && !(at == 3 && bare.len() == 8 && digits(bare) == 7)
        }
    }
}

/// An amount or a range of amounts, also with commas between or behind the digits: `150,000`, `4,5`.
pub(super) fn is_amount(raw: &[u8]) -> bool {
    let is_grouped = || {
        let bare = raw.trim_ascii();
        let bare = bare.strip_prefix(b"<").or_else(|| bare.strip_prefix(b">")).unwrap_or(bare);
        let bare = bare.strip_prefix(b"=").unwrap_or(bare).trim_ascii();
        bare.first().is_some_and(u8::is_ascii_digit)
            && bare.contains(&b',')
            && bare.iter().all(|b| b.is_ascii_digit() || b",.".contains(b))
            && digits(bare) < LONG
    };
    is_number(raw) || is_range(raw) || is_grouped()
}

/// How many digits a value has.
pub(super) fn digits(raw: &[u8]) -> usize {
    raw.iter().filter(|b| b.is_ascii_digit()).count()
}

/// Whether something could stand in a code or number that is an identifier by its form: an address
/// of mail, many digits, or digits with what is between those of telephone numbers and dates.
#[inline]
pub(super) fn may_identify(raw: &[u8]) -> bool {
    let (mut digits, mut marks) = (0, 0);
    for &byte in raw {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'-' | b'/' | b'.' | b'(' | b')' => marks += 1,
            b'@' => return true,
            _ => {}
        }
    }
    digits >= LONG || (digits >= 7 && marks >= 1) || (digits >= 4 && marks >= 2)
}

/// Whether nine digits stand in a value as in a social security number, `123-45-6789`.
pub(super) fn has_ssn(raw: &[u8]) -> bool {
    raw.windows(11).any(|part| {
        part.iter().enumerate().all(|(n, b)| match n {
            3 | 6 => *b == b'-',
            _ => b.is_ascii_digit(),
        })
    })
}

/// Whether nothing but a code, an amount or such can stand in a value, so that it need not be
/// looked at closer: short, without blanks, escapes, and words that could be names.
pub(super) fn is_harmless(raw: &[u8], words: bool) -> bool {
    let mut letters = 0;
    for &byte in raw {
        letters = if byte.is_ascii_alphabetic() { letters + 1 } else { 0 };
        if !byte.is_ascii_graphic() || byte == b'\\' || (letters > 5 && !words) {
            return false;
        }
    }
    raw.len() <= 64
        && (!may_identify(raw) || is_range(raw) || is_universal(raw) && !is_of_instance(raw))
}

/// Letters and digits, signs, and what is neither in a code, each in a byte of its own.
const COUNTED: [u32; 256] = {
    let mut counted = [1 << 24; 256];
    let mut byte = 0x21;
    while byte < 0x7F {
        counted[byte] = match byte as u8 {
            b'0'..=b'9' => 1,
            b'A'..=b'Z' | b'a'..=b'z' => 1 << 8,
            b'-' | b'/' | b'.' | b'(' | b')' => 1 << 16,
            b'|' | b'^' | b'~' | b'&' | b'\\' | b'@' | b'"' => 1 << 24,
            _ => 0,
        };
        byte += 1;
    }
    counted
};

/// Whether a value, in a message with the usual delimiters, has none of them, no escapes and no
/// blanks, and so few letters and digits that nothing that is noted can stand in it
/// ([`super::text::Identity::stands_in`]), nor be taken for an identifier by its form.
#[inline]
pub(super) fn tells_nothing(raw: &[u8]) -> bool {
    if raw.len() > 12 {
        return false;
    }
    let counted = raw.iter().fold(0, |sum, &b| sum + COUNTED[usize::from(b)]);
    let [digits, letters, signs, others] = counted.to_le_bytes();
    others == 0 && letters < 3 && digits + letters < 5 && (digits < 4 || signs < 2)
}

/// Whether a value is a day in digits, or a day with hours and minutes, or seconds.
#[inline]
pub(super) fn is_moment(raw: &[u8]) -> bool {
    // All are in the first or the last eight bytes.
    matches!(raw.len(), 8 | 12 | 14)
        && raw.first_chunk().is_some_and(are_digits)
        && raw.last_chunk().is_some_and(are_digits)
}

/// Whether eight bytes are digits, all at once.
#[inline]
pub(super) fn are_digits(bytes: &[u8; 8]) -> bool {
    let raw = u64::from_le_bytes(*bytes);
    let (up, down) = (0x4646_4646_4646_4646, 0x3030_3030_3030_3030);
    (raw.wrapping_add(up) | raw.wrapping_sub(down)) & 0x8080_8080_8080_8080 == 0
}

/// Whether a coding system (CWE.3) is one that others than its site know: by its name in table 0396,
/// or by the numbers that it has.
fn is_standard(system: &[u8]) -> bool {
    let numbered = |name: &[u8]| {
        system
            .strip_prefix(name)
            .is_some_and(|rest| rest.len() == 4 && rest.iter().all(u8::is_ascii_digit))
    };
    !system.is_empty()
        && (is_known(Table::System, system)
            || numbered(b"HL7")
            || numbered(b"IBT")
            || numbered(b"ISO")
            || is_universal(system))
}

/// A system of codes: a known one, or a code without small letters.
pub(super) fn is_system(raw: &[u8]) -> bool {
    is_code(raw) && (!raw.iter().any(u8::is_ascii_lowercase) || is_standard(raw))
}

/// Which components of a coded value (CWE: code, text, system; thrice) stand with a code of a
/// system that others know, as bits.
pub(super) fn standard<'v>(components: impl Iterator<Item = &'v [u8]>) -> u32 {
    let mut parts: [&[u8]; 12] = [b""; 12];
    for (to, part) in parts.iter_mut().zip(components) {
        *to = part;
    }
    let mut bits = 0;
    for at in [0, 3, 9] {
        let code = parts[at];
        if !code.is_empty() && is_code(code) && is_standard(parts[at + 2]) {
            bits |= 0b111 << at;
        }
    }
    // What was said, in place of which the codes stand.
    if bits == 0 { 0 } else { bits | 1 << 8 }
}
