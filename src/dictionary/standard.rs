//! The dictionary of all versions.

use std::sync::{LazyLock, OnceLock};

use super::element::{DataType, Segment};
use super::records::{Records, inflate};
use super::structure::Structure;
use super::table::Table;
use super::version::Version;
use super::view::VersionView;

/// The standard in all versions; [`standard`] has the only one.
#[derive(Debug)]
pub struct Dictionary {
    records: Records,
    /// By [`Version::index`], decoded on first use.
    versions: [OnceLock<VersionView>; Version::ALL.len()],
}

/// The dictionary, inflated and indexed on first use.
#[must_use]
pub fn standard() -> &'static Dictionary {
    static STANDARD: LazyLock<Dictionary> = LazyLock::new(|| Dictionary {
        // Leaked once: all that is handed out borrows from it.
        records: Records::of(inflate().leak()),
        versions: Default::default(),
    });
    &STANDARD
}

impl Dictionary {
    /// What `version` defines, decoded on first use. Who looks up much keeps it.
    #[must_use]
    pub fn version(&'static self, version: Version) -> &'static VersionView {
        self.versions[version.index()].get_or_init(|| VersionView::of(&self.records, version))
    }

    /// The segment `id`, such as `b"PID"`, as `version` defines it.
    #[must_use]
    pub fn segment(&'static self, version: Version, id: &[u8]) -> Option<&'static Segment> {
        self.version(version).segment(id)
    }

    /// The segment `id` as `version` defines it, or else as the newest version that has it does.
    #[must_use]
    pub fn segment_or_newest(
        &'static self,
        version: Version,
        id: &[u8],
    ) -> Option<&'static Segment> {
        self.segment(version, id).or_else(|| {
            // The records tell which version has it, so that no other has to be decoded.
            let of_id = self.records.segments.iter().filter(|s| s.id.as_bytes() == id);
            let masks = of_id.fold(0, |masks, s| masks | s.mask);
            let newest = Version::ALL.into_iter().rev().find(|v| v.is_in(masks))?;
            self.segment(newest, id)
        })
    }

    /// The data type `id`, such as `CX`, as `version` defines it; `None` also for those without
    /// components, such as `ST`.
    #[must_use]
    pub fn data_type(
        &'static self,
        version: Version,
        id: impl AsRef<[u8]>,
    ) -> Option<&'static DataType> {
        self.version(version).data_type(id)
    }

    /// Whether some version has a data type with components of that id.
    #[must_use]
    pub fn has_data_type(&self, id: &[u8]) -> bool {
        self.records.data_types.iter().any(|d| d.id.as_bytes() == id)
    }

    /// The code table `id`, four digits such as `0001`.
    #[must_use]
    pub fn table(&'static self, id: impl AsRef<[u8]>) -> Option<&'static Table> {
        let tables = &self.records.tables;
        let at = tables.binary_search_by(|t| t.id().as_bytes().cmp(id.as_ref())).ok()?;
        tables.get(at)
    }

    /// All code tables, sorted by number.
    #[must_use]
    pub fn tables(&'static self) -> &'static [Table] {
        &self.records.tables
    }

    /// The message structure `id`, such as `ORU_R01` (MSH-9.3), as `version` defines it.
    #[must_use]
    pub fn structure(
        &'static self,
        version: Version,
        id: impl AsRef<[u8]>,
    ) -> Option<&'static Structure> {
        self.version(version).structure(id)
    }

    /// The id of the structure of messages of type `code` (MSH-9.1) for `event` (MSH-9.2) in
    /// `version`; see [`VersionView::structure_of_event`].
    #[must_use]
    pub fn structure_of_event(
        &'static self,
        version: Version,
        code: impl AsRef<[u8]>,
        event: impl AsRef<[u8]>,
    ) -> Option<&'static str> {
        self.version(version).structure_of_event(code, event)
    }
}
