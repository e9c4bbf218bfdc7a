//! Which fields hold codes that tell nothing of a person, for those who show what messages say.

use super::FIELDS;
use crate::core::SegmentId;
use crate::ops::deidentify::shape;
use std::sync::LazyLock;

/// The data types of codes.
const CODED: [&str; 6] = ["ID", "IS", "CE", "CWE", "CNE", "CF"];

/// Whether a field holds codes and nothing else in every version of the standard, and none by which
/// somebody is told from others: sex, race or marital status are such, taken together.
#[must_use]
pub fn holds_codes(segment: SegmentId, field: u16) -> bool {
    static ALL: LazyLock<Vec<(SegmentId, u16)>> = LazyLock::new(|| {
        let mut all: Vec<_> = FIELDS.lines().filter_map(read).collect();
        all.sort_unstable();
        all
    });
    ALL.binary_search(&(segment, field)).is_ok()
}

/// Whether what stands where a code should is like one: short, ASCII, without blanks, and no number
/// of somebody by its form, as a long one is, which stands there when senders shift their fields.
#[must_use]
pub fn is_like_a_code(raw: &[u8]) -> bool {
    shape::is_code(raw) && !shape::may_identify(raw)
}

/// A line of the rules, if its field holds codes.
fn read(line: &'static str) -> Option<(SegmentId, u16)> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (segment, field, types, category) = (next()?, next()?, next()?, next()?);
    let (_, kind) = (next()?, next()?);
    let is_coded = kind == "code"
        && matches!(category, "none" | "coded")
        && types.split('/').all(|name| CODED.contains(&name));
    is_coded.then_some((segment.as_bytes().try_into().ok()?, field.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_and_persons_are_not() {
        for (segment, field) in [(b"OBX", 2), (b"OBX", 3), (b"OBX", 11), (b"PV1", 2), (b"DG1", 6)] {
            assert!(holds_codes(*segment, field), "{}-{field}", segment.escape_ascii());
        }
        // Numbers, names, places, texts and dates; what tells persons apart; what once was text.
        for (segment, field) in [
            (b"PID", 3),
            (b"PID", 5),
            (b"PID", 7),
            (b"PID", 8),
            (b"PID", 10),
            (b"PID", 11),
            (b"PID", 15),
            (b"PV1", 3),
            (b"PV1", 7),
            (b"PV1", 39),
            (b"OBX", 5),
            (b"OBX", 8),
            (b"OBX", 15),
            (b"NTE", 3),
            (b"AL1", 3),
            (b"MSH", 10),
            (b"ZPV", 1),
            (b"PID", 99),
        ] {
            assert!(!holds_codes(*segment, field), "{}-{field}", segment.escape_ascii());
        }
    }

    #[test]
    fn a_name_with_a_blank_or_a_long_number_is_no_code() {
        for code in [&b"718-7"[..], b"58410-2", b"10*3/uL", b"S72.001A", b"mm[Hg]", b"A01"] {
            assert!(is_like_a_code(code), "{}", code.escape_ascii());
        }
        for text in [
            &b"Ann Adams"[..],
            b"M\xFCller",
            b"a-text-of-more-than-twenty-bytes",
            b"12345678",
            b"219-09-9999",
            b"555-0134",
            b"1980-02-29",
            b"a@b.example",
        ] {
            assert!(!is_like_a_code(text), "{}", text.escape_ascii());
        }
    }
}
