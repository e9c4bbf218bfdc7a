//! The standard's names beside numbers, for JSON with names.

use super::json::{NameSource, SegmentNames};
use crate::core::segment_id;
use crate::dictionary::{Version, standard};
use std::sync::OnceLock;

/// Names of segments and fields, as the version of a message has them.
///
/// A look-up is a binary search in a table that is made once for a version.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names;

/// The names of one version.
struct OfVersion {
    /// The ids as numbers, sorted: they compare faster.
    keys: Box<[u32]>,
    entries: Box<[SegmentNames]>,
}

impl Names {
    /// Of the standard in all versions.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl NameSource for Names {
    /// The names in the version that the first component of MSH-12 names or else the newest. A
    /// segment that this version does not have is named as in the newest one that has it.
    #[inline]
    fn segment(&self, version: &[u8], id: &[u8]) -> Option<SegmentNames> {
        let version = Version::from_msh12(version).unwrap_or(Version::NEWEST);
        of_version(version).entry(id).or_else(|| newest(id))
    }
}

/// The names of a segment in the newest version that has it.
#[cold]
fn newest(id: &[u8]) -> Option<SegmentNames> {
    // The standard leaves these to sites.
    if id.starts_with(b"Z") {
        return None;
    }
    // Whether there is one is asked first, so that no version is read for what none has.
    standard().segment_or_newest(Version::NEWEST, id)?;
    Version::ALL.into_iter().rev().find_map(|version| of_version(version).entry(id))
}

impl OfVersion {
    #[inline]
    fn entry(&self, id: &[u8]) -> Option<SegmentNames> {
        self.entries.get(self.keys.binary_search(&key(id)?).ok()?).copied()
    }
}

fn of_version(version: Version) -> &'static OfVersion {
    static ALL: [OnceLock<OfVersion>; Version::ALL.len()] =
        [const { OnceLock::new() }; Version::ALL.len()];
    ALL[version.index()].get_or_init(|| {
        let segments = standard().version(version).segments();
        OfVersion {
            keys: segments.iter().map(|s| key(s.id().as_bytes()).unwrap_or(u32::MAX)).collect(),
            entries: segments
                .iter()
                .map(|s| SegmentNames::prepare(s.name(), s.fields().iter().map(|f| f.name)))
                .collect(),
        }
    })
}

#[inline]
fn key(id: &[u8]) -> Option<u32> {
    id.try_into().ok().map(segment_id::key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of a segment and of one of its fields.
    fn names(version: &[u8], id: &[u8], field: usize) -> Option<(String, String)> {
        let names = format!("{:?}", Names::new().segment(version, id)?);
        let between = |from: &str, to: &str| {
            let at = names.find(from)? + from.len();
            names[at..].find(to).map(|end| names[at..at + end].to_owned())
        };
        let end = r#"\""#;
        let name = between(r#",\"name\":\""#, end)?;
        Some((name, between(&format!(r#",\"{field}\":\""#), end).unwrap_or_default()))
    }

    #[test]
    fn names_are_those_of_the_version() {
        let named = |segment: &str, field: &str| Some((segment.to_owned(), field.to_owned()));
        for _ in 0..2 {
            let pid = "Patient Identification";
            assert_eq!(names(b"2.5.1", b"PID", 3), named(pid, "Patient Identifier List"));
            assert_eq!(names(b"2.5.1", b"PID", 8), named(pid, "Administrative Sex"));
            assert_eq!(names(b"2.5.1", b"PID", 40), named(pid, ""));
            assert_eq!(names(b"2.3", b"PID", 8), named(pid, "Sex"));
        }
    }

    #[test]
    fn other_versions_and_segments() {
        // SPM came with 2.5; PRT with 2.7.
        let name = |version: &[u8], id: &[u8]| names(version, id, 1).map(|(name, _)| name);
        assert_eq!(name(b"2.3", b"SPM"), Some("Specimen".to_owned()));
        assert_eq!(name(b"", b"PV1"), Some("Patient Visit".to_owned()));
        assert_eq!(name(b"D", b"PRT"), name(b"2.8.2", b"PRT"));
        for id in [&b"ZPI"[..], b"pid", b"PI", b"", b"PIDX", b"P\xE9D"] {
            assert_eq!(name(b"2.5", id), None);
        }
    }
}
