//! Code tables.

use std::sync::OnceLock;

use super::records::columns;
use super::{Version, errata, standard};

/// A table of codes, over all versions.
#[derive(Debug)]
pub struct Table {
    id: &'static str,
    name: &'static str,
    /// The code lines, undecoded.
    written: &'static str,
    /// The codes sorted by code, then by first version.
    codes: OnceLock<Box<[Code]>>,
}

/// A code of a table and the versions that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The code as it stands in messages.
    pub code: &'static str,
    /// What it means, in English; empty where the sources do not tell.
    pub display: &'static str,
    /// First and last version, as positions in [`Version::ALL`]; 13 is beyond, version 2.9.
    life: (u8, u8),
}

impl Code {
    /// A code that the versions from the first to the last have.
    pub(super) const fn new(
        code: &'static str,
        display: &'static str,
        first: Version,
        last: Version,
    ) -> Self {
        Self { code, display, life: (first as u8, last as u8) }
    }

    /// Reads the line `.code<TAB>first and last version in hexadecimal<TAB>display`.
    fn of(line: &'static str) -> Option<Self> {
        let [code, life, display] = columns(line.strip_prefix('.')?)?;
        let [first, last] = life.as_bytes() else { return None };
        let hex = |digit: u8| char::from(digit).to_digit(16).map(|n| n as u8);
        Some(Self { code, display, life: (hex(*first)?, hex(*last)?) })
    }

    /// Whether it stands for several, as ranges do: `2 ...`, `70 ... 72`, `E1 ... E9`.
    #[must_use]
    pub fn is_range(&self) -> bool {
        self.code.contains("...")
    }

    /// Whether `version` has the code.
    #[must_use]
    pub const fn is_in(&self, version: Version) -> bool {
        let index = version as u8;
        self.life.0 <= index && index <= self.life.1
    }
}

/// Whether a code of a table stands for several, and for this one among them.
pub(crate) fn has_in_range(range: &str, code: &[u8]) -> bool {
    let Some((first, last)) = range.split_once("...") else { return false };
    let (first, last) = (first.trim_end(), last.trim_start());
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = |code: &str| code.strip_prefix(letters)?.parse::<u16>().ok();
    let (Some(first), Some(n)) = (number(first), str::from_utf8(code).ok().and_then(number)) else {
        return false;
    };
    // No zeros before the number, and no sign.
    let is_plain = code.get(letters.len()).is_some_and(|b| matches!(b, b'1'..=b'9'));
    is_plain && first <= n && (last.is_empty() || number(last).is_some_and(|last| n <= last))
}

impl Table {
    pub(super) const fn new(id: &'static str, name: &'static str, written: &'static str) -> Self {
        Self { id, name, written, codes: OnceLock::new() }
    }

    /// The number, four digits: `0001`.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The name in the newest version that has the table; empty where the sources do not tell.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the standard fixes the codes in `version` (an HL7 table), rather than suggesting
    /// them (a user-defined table): some element of type ID or CNE takes its values from it.
    #[must_use]
    pub fn is_closed(&self, version: Version) -> bool {
        standard().version(version).is_closed(self.id)
    }

    /// Whether any code of `version` is known. Without one the table tells nothing about values:
    /// it is left to sites, or taken from elsewhere, or the sources lack it.
    #[must_use]
    pub fn is_listed(&self, version: Version) -> bool {
        self.codes(version).next().is_some()
    }

    /// What `code` means in `version`, `""` where the sources do not tell; `None` if the version
    /// does not have the code. Codes are compared byte by byte; some tables have ranges, `70 ... 72`.
    #[must_use]
    pub fn code(&self, version: Version, code: &[u8]) -> Option<&'static str> {
        let codes = self.all();
        let from = codes.partition_point(|c| c.code.as_bytes() < code);
        let same = codes[from..].iter().take_while(|c| c.code.as_bytes() == code);
        let in_range = || codes.iter().find(|c| c.is_in(version) && has_in_range(c.code, code));
        same.into_iter().find(|c| c.is_in(version)).or_else(in_range).map(|c| c.display)
    }

    /// Whether only versions after `version` have the code.
    pub(super) fn is_to_come(&self, version: Version, code: &[u8]) -> bool {
        let codes = self.all();
        let first = codes.partition_point(|c| c.code.as_bytes() < code);
        let found = codes.get(first).filter(|c| c.code.as_bytes() == code);
        found.is_some_and(|c| c.life.0 > version as u8)
    }

    /// Whether any version has the code, for tables that are kept apart from the versions.
    #[must_use]
    pub fn knows(&self, code: &[u8]) -> bool {
        self.all().binary_search_by(|c| c.code.as_bytes().cmp(code)).is_ok()
    }

    /// The codes of `version`, sorted by code.
    pub fn codes(&self, version: Version) -> impl Iterator<Item = &Code> + Clone {
        self.all().iter().filter(move |c| c.is_in(version))
    }

    /// The codes of all versions, decoded on first use.
    fn all(&self) -> &[Code] {
        self.codes.get_or_init(|| {
            let errata = errata::CODES.iter().filter(|(table, ..)| *table == self.id);
            let errata = errata.flat_map(|(_, codes, _)| codes.iter().copied());
            let mut codes: Vec<Code> = self.written_codes().flatten().chain(errata).collect();
            codes.sort_unstable_by_key(|c| (c.code, c.life));
            codes.into_boxed_slice()
        })
    }

    /// The code lines as decoded, `None` for a malformed one.
    pub(super) fn written_codes(&self) -> impl Iterator<Item = Option<Code>> {
        self.written.lines().map(Code::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_all_codes_in_them() {
        let ranks = standard().table("0359").unwrap();
        for version in [Version::V2_5_1, Version::V2_8_2] {
            let has = |code: &str| ranks.code(version, code.as_bytes()).is_some();
            assert!(["0", "1", "2", "3", "12"].into_iter().all(has), "{version}");
            assert!(!["02", "+2", "2.5", "x", "", "2 "].into_iter().any(has), "{version}");
        }
        let range = Code::new("E1 ... E9", "", Version::V2_1, Version::NEWEST);
        let has = |code: &str| has_in_range(range.code, code.as_bytes());
        assert!(
            ["E1", "E9"].into_iter().all(has) && !["E0", "E10", "O1", "1"].into_iter().any(has)
        );
    }

    #[test]
    fn every_code_is_well_formed_and_unambiguous() {
        for table in standard().tables() {
            assert!(table.written_codes().all(|code| code.is_some()), "{}", table.id);
            for version in Version::ALL {
                let codes = table.codes(version).map(|c| c.code);
                assert!(codes.is_sorted_by(|a, b| a < b), "{} {version}", table.id);
            }
        }
    }

    #[test]
    fn malformed_codes_are_skipped() {
        let table = Table::new("9998", "", ".A\t0c\tone\n.B\t0\ttwo\n.C\t0x\tthree\n.D\n");
        assert_eq!(table.codes(Version::V2_4).map(|c| c.code).collect::<Vec<_>>(), ["A"]);
    }
}
