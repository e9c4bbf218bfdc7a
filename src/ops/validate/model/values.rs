//! Value sets: the codes that an element may have.

use super::{SetIx, Text};
use crate::dictionary::{Code, Table, Version};
use std::collections::HashMap;
use std::sync::OnceLock;

/// A value set that an element is bound to.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The set.
    pub set: SetIx,
    /// How binding it is.
    pub strength: Strength,
    /// In which components the code may stand, as written in a profile (`1`, `1:4`); `None` is the
    /// element itself, or the first component of a coded one.
    pub location: Option<Text>,
}

/// How binding a value set is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strength {
    /// `R`: other codes are errors.
    #[default]
    Required,
    /// `S`: other codes may be used.
    Suggested,
    /// `U`: not said.
    Undetermined,
}

/// A set of codes.
#[derive(Clone, Debug)]
pub struct ValueSet {
    /// Four digits of a table, or how a profile names it.
    pub id: Text,
    /// Such as `Administrative Sex`.
    pub name: Text,
    /// Sites may add codes.
    pub is_open: bool,
    /// It is listed, but not to be checked.
    pub is_excluded: bool,
    /// Whether its content may change (profiles: `Static`, `Dynamic`, `Undefined`).
    pub stability: Text,
    /// What is in it.
    pub codes: Codes,
}

/// The codes of a set.
#[derive(Clone, Debug)]
pub enum Codes {
    /// A table of the standard, in the model's version.
    Standard(StandardCodes),
    /// Codes of a profile.
    Listed(CodeList),
    /// The profile names the set and does not have it.
    Missing,
}

/// A table of the standard. Nearly all codes are so short that they fit a number, and numbers are
/// found four times as fast as texts.
#[derive(Clone, Debug)]
pub struct StandardCodes {
    table: &'static Table,
    version: Version,
    /// The codes of at most eight bytes, sorted, and whether some stand for several; made on first use.
    short: OnceLock<(Box<[u64]>, bool)>,
}

/// The table of code systems. HL7 keeps it apart from the versions: a code of any of them will do.
pub(in crate::ops::validate) const CODE_SYSTEMS: &str = "0396";

impl StandardCodes {
    /// The codes that `version` has.
    #[must_use]
    pub const fn new(table: &'static Table, version: Version) -> Self {
        Self { table, version, short: OnceLock::new() }
    }

    /// Whether the version has the code.
    #[must_use]
    pub fn has(&self, code: &[u8]) -> bool {
        let is_of_all = self.table.id() == CODE_SYSTEMS;
        let Some(key) = short_key(code) else {
            return if is_of_all {
                self.table.knows(code)
            } else {
                self.table.code(self.version, code).is_some()
            };
        };
        let (short, has_ranges) = self.short.get_or_init(|| {
            let versions = Version::ALL.into_iter().filter(|&v| is_of_all || v == self.version);
            let codes = versions.flat_map(|version| self.table.codes(version));
            let has_ranges = codes.clone().any(Code::is_range);
            let mut keys: Vec<u64> = codes.filter_map(|c| short_key(c.code.as_bytes())).collect();
            keys.sort_unstable();
            keys.dedup();
            (keys.into(), has_ranges)
        });
        short.binary_search(&key).is_ok()
            || *has_ranges && self.table.code(self.version, code).is_some()
    }
}

/// A code as a number. One that begins with NUL, as none of the standard does, would have that of
/// another.
fn short_key(code: &[u8]) -> Option<u64> {
    if code.len() > 8 || code.starts_with(b"\0") {
        return None;
    }
    Some(code.iter().fold(0, |key, &b| key << 8 | u64::from(b)))
}

/// Codes of a profile.
#[derive(Clone, Debug, Default)]
pub struct CodeList {
    /// In the order of the file.
    pub codes: Vec<CodeDef>,
    /// Places of a code in `codes`: one code may come from several systems.
    pub by_code: HashMap<Box<[u8]>, Vec<u32>>,
    /// Places of those that are patterns.
    pub patterns: Vec<u32>,
}

/// A code of a profile.
#[derive(Clone, Debug)]
pub struct CodeDef {
    /// As it stands in messages.
    pub code: Text,
    /// What it means.
    pub display: Text,
    /// The code system, as it stands in messages; empty where any will do.
    pub system: Text,
    /// R, P or E (to be used, may be used, must not be used).
    pub usage: CodeUsage,
    /// Instead of one code: what all of them match.
    pub pattern: Option<regex::bytes::Regex>,
}

/// Whether a code may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeUsage {
    /// `R`.
    #[default]
    Required,
    /// `P`.
    Permitted,
    /// `E`.
    Excluded,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::standard;

    #[test]
    fn codes_are_those_of_the_version_and_nothing_else() {
        let table = |id: &str| standard().table(id).expect("a table");
        let sex = |version| StandardCodes::new(table("0001"), version);
        // N, not applicable, came with 2.4.
        assert!(sex(Version::V2_3).has(b"F") && !sex(Version::V2_3).has(b"N"));
        assert!(sex(Version::V2_5).has(b"F") && sex(Version::V2_5).has(b"N"));
        for wrong in [&b""[..], b"f", b"FF", b"\0F", b"F\0", b"\0", b"FEMALE OR NOT"] {
            assert!(!sex(Version::V2_5).has(wrong), "{wrong:?}");
        }
        // Longer than eight bytes.
        let charsets = StandardCodes::new(table("0211"), Version::V2_5);
        assert!(charsets.has(b"UNICODE UTF-8") && !charsets.has(b"UNICODE UTF-9"));
    }
}
