//! The standard's names beside numbers, for JSON with names.

use super::json::NameSource;
use crate::dictionary::{Segment, Version, standard};
use std::sync::OnceLock;

/// A segment's name and the names of its fields, field 1 first.
type Entry = (&'static str, &'static [&'static str]);

/// Names of segments and fields, as the version of a message has them.
///
/// A look-up is a binary search in a table that is made once for a version.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names;

/// The names of one version.
struct OfVersion {
    /// The ids as numbers, sorted: they compare faster.
    keys: Box<[u32]>,
    entries: Box<[Entry]>,
}

impl Names {
    /// Of the standard in all versions.
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// The name of a segment and of its fields, in the version that the first component of MSH-12
    /// names or else the newest. A segment that this version does not have is named as in the
    /// newest one that has it.
    #[inline]
    #[must_use]
    pub fn segment(&self, version: &[u8], id: &[u8]) -> Option<Entry> {
        let version = Version::from_msh12(version).unwrap_or(Version::NEWEST);
        of_version(version).entry(id).or_else(|| newest(id))
    }
}

/// The names of a segment in the newest version that has it.
#[cold]
fn newest(id: &[u8]) -> Option<Entry> {
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
    fn entry(&self, id: &[u8]) -> Option<Entry> {
        self.entries.get(self.keys.binary_search(&key(id)?).ok()?).copied()
    }
}

fn of_version(version: Version) -> &'static OfVersion {
    static ALL: [OnceLock<OfVersion>; Version::ALL.len()] =
        [const { OnceLock::new() }; Version::ALL.len()];
    ALL[version.index()].get_or_init(|| {
        let segments = standard().version(version).segments();
        // Leaked once for each segment of a version: there are so many and no more.
        let fields = |s: &Segment| s.fields().iter().map(|f| f.name).collect::<Vec<_>>().leak();
        OfVersion {
            keys: segments.iter().map(|s| key(s.id().as_bytes()).unwrap_or(u32::MAX)).collect(),
            entries: segments.iter().map(|s| (s.name(), &*fields(s))).collect(),
        }
    })
}

#[inline]
fn key(id: &[u8]) -> Option<u32> {
    let [a, b, c] = <[u8; 3]>::try_from(id).ok()?;
    Some(u32::from_be_bytes([0, a, b, c]))
}

impl NameSource for Names {
    fn segment(
        &self,
        version: &[u8],
        id: &[u8],
    ) -> Option<(&'static str, &'static [&'static str])> {
        Names::segment(self, version, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_version() {
        let names = Names::new();
        for _ in 0..2 {
            let (name, fields) = names.segment(b"2.5.1", b"PID").unwrap();
            assert_eq!((name, fields.len()), ("Patient Identification", 39));
            assert_eq!((fields[2], fields[7]), ("Patient Identifier List", "Administrative Sex"));
            let (_, fields) = names.segment(b"2.3", b"PID").unwrap();
            assert_eq!((fields[2], fields[7]), ("Patient ID (Internal ID)", "Sex"));
        }
    }

    #[test]
    fn other_versions_and_segments() {
        let names = Names::new();
        // SPM came with 2.5; PRT with 2.7.
        let name = |version: &[u8], id: &[u8]| names.segment(version, id).map(|(name, _)| name);
        assert_eq!(name(b"2.3", b"SPM"), Some("Specimen"));
        assert_eq!(name(b"", b"PV1"), Some("Patient Visit"));
        assert_eq!(name(b"D", b"PRT"), name(b"2.8.2", b"PRT"));
        for id in [&b"ZPI"[..], b"pid", b"PI", b"", b"PIDX", b"P\xE9D"] {
            assert_eq!(name(b"2.5", id), None);
        }
    }

    #[test]
    fn every_segment_of_every_version_has_its_names() {
        for version in Version::ALL {
            for segment in standard().version(version).segments() {
                let id = segment.id().as_bytes();
                let found = Names.segment(version.as_str().as_bytes(), id);
                let (name, fields) = found.unwrap();
                assert_eq!(name, segment.name());
                assert!(fields.iter().copied().eq(segment.fields().iter().map(|f| f.name)));
            }
        }
    }
}
