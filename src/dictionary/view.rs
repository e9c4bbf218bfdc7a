//! One version of the dictionary, decoded.

use std::sync::OnceLock;

use super::element::{Component, DataType, Field, Segment};
use super::records::{Records, Variant};
use super::structure::Structure;
use super::{Version, errata, standard};
use crate::core::segment_id;

/// What one version of the standard defines. All look-ups are binary searches.
#[derive(Debug)]
pub struct VersionView {
    version: Version,
    /// The ids of `segments` as numbers, which compare faster.
    segment_keys: Box<[u32]>,
    segments: Box<[Segment]>,
    data_types: Box<[DataType]>,
    structures: Box<[LazyStructure]>,
    events: Box<[Event]>,
    /// Ids of the tables that elements of type ID and CNE take their values from.
    closed: Box<[&'static str]>,
}

/// A message structure, read when it is first asked for.
#[derive(Debug)]
struct LazyStructure {
    id: &'static str,
    grammar: &'static str,
    read: OnceLock<Option<Structure>>,
}

/// A trigger event whose messages have a structure of another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    code: &'static str,
    event: &'static str,
    structure: &'static str,
}

impl VersionView {
    /// Decodes `version`. A malformed record is left out, but a field that cannot be read ends
    /// its segment, so that no other takes its number.
    pub(super) fn of(records: &Records, version: Version) -> Self {
        let mut segments: Vec<Segment> = here(&records.segments, version)
            .map(|v| Segment {
                id: v.id,
                name: v.name,
                fields: v.parts.split(' ').map_while(|at| Field::of(records, at)).collect(),
            })
            .collect();
        correct(&mut segments, version);
        let mut data_types: Box<[DataType]> = here(&records.data_types, version)
            .map(|v| DataType {
                id: v.id,
                name: v.name,
                components: v.parts.split(' ').map_while(|at| Component::of(records, at)).collect(),
            })
            .collect();
        correct_types(&mut data_types, version);
        let added = errata::STRUCTURES.iter().filter(|e| (e.first..=e.last).contains(&version));
        let is_wrong = |id: &str| added.clone().any(|e| e.id == id);
        let mut structures: Vec<LazyStructure> = here(&records.structures, version)
            .map(|v| (v.id, v.parts))
            .filter(|(id, _)| !is_wrong(id))
            .chain(added.clone().map(|e| (e.id, e.grammar)))
            .map(|(id, grammar)| LazyStructure { id, grammar, read: OnceLock::new() })
            .collect();
        structures.sort_by_key(|structure| structure.id);
        Self {
            version,
            segment_keys: segments.iter().filter_map(|s| segment_key(s.id.as_bytes())).collect(),
            closed: closed(&segments, &data_types),
            segments: segments.into_boxed_slice(),
            data_types,
            structures: structures.into_boxed_slice(),
            events: events(records, version),
        }
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// All segments, sorted by id.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segment `id`, such as `b"PID"`.
    #[inline]
    #[must_use]
    pub fn segment(&self, id: &[u8]) -> Option<&Segment> {
        let at = self.segment_keys.binary_search(&segment_key(id)?).ok()?;
        self.segments.get(at)
    }

    /// All data types that have components, sorted by id.
    #[must_use]
    pub fn data_types(&self) -> &[DataType] {
        &self.data_types
    }

    /// The data type `id`, such as `CX`; `None` also for those without components, such as `ST`.
    #[must_use]
    pub fn data_type(&self, id: impl AsRef<[u8]>) -> Option<&DataType> {
        let id = id.as_ref();
        let at = self.data_types.binary_search_by(|d| d.id.as_bytes().cmp(id)).ok()?;
        self.data_types.get(at)
    }

    /// The ids of all message structures, sorted.
    pub fn structure_ids(&self) -> impl Iterator<Item = &'static str> {
        self.structures.iter().map(|s| s.id)
    }

    /// The message structure `id`, such as `ORU_R01` (MSH-9.3), read on first use.
    #[must_use]
    pub fn structure(&self, id: impl AsRef<[u8]>) -> Option<&Structure> {
        let id = id.as_ref();
        let at = self.structures.binary_search_by(|s| s.id.as_bytes().cmp(id)).ok()?;
        let found = self.structures.get(at)?;
        found.read.get_or_init(|| Structure::of(found.id, found.grammar)).as_ref()
    }

    /// The structure of the messages of type `code` (MSH-9.1) for `event` (MSH-9.2): `ADT_A01` for
    /// `ADT` and `A04`.
    ///
    /// A general acknowledgment has the structure `ACK` whatever the event. Without an event, as
    /// messages of 2.1 and 2.2 often are, a message type that has one structure has that.
    #[must_use]
    pub fn structure_of_event(
        &self,
        code: impl AsRef<[u8]>,
        event: impl AsRef<[u8]>,
    ) -> Option<&'static str> {
        let (code, event) = (code.as_ref(), event.as_ref());
        if code == b"ACK" || event.is_empty() {
            return self.structure_of_code(code);
        }
        let key = |e: &Event| (e.code.as_bytes(), e.event.as_bytes()).cmp(&(code, event));
        if let Ok(at) = self.events.binary_search_by(key) {
            return self.events.get(at).map(|e| e.structure);
        }
        let name = || code.iter().chain(b"_").chain(event);
        let at = self.structures.binary_search_by(|s| s.id.as_bytes().iter().cmp(name())).ok()?;
        self.structures.get(at).map(|s| s.id)
    }

    /// The structure that has the name `code`, or else the only one of that message type.
    fn structure_of_code(&self, code: &[u8]) -> Option<&'static str> {
        let from = self.structures.partition_point(|s| s.id.as_bytes() < code);
        let mut of_code = self.structures[from..].iter().map(|s| s.id).take_while(|id| {
            let rest = id.as_bytes().strip_prefix(code);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"_"))
        });
        let first = of_code.next()?;
        (first.len() == code.len() || of_code.next().is_none()).then_some(first)
    }

    /// The messages that have the structure `id`, each as its type and event (MSH-9.1 and MSH-9.2),
    /// sorted.
    pub fn events_of(&self, id: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        let named = self.events.iter().filter(|e| e.structure == id).map(|e| (e.code, e.event));
        let mut all: Vec<_> = named.chain(self.own_event(id)).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }

    /// The message after which a structure is named, unless that has another structure. `MFN_Znn`
    /// stands for the events of sites.
    fn own_event(&self, id: &str) -> Option<(&'static str, &'static str)> {
        let at = self.structures.binary_search_by(|s| s.id.cmp(id)).ok()?;
        let (code, event) = self.structures.get(at)?.id.split_once('_')?;
        let is_event = !event.contains(|c: char| c.is_ascii_lowercase());
        let is_own = is_event && self.structure_of_event(code, event) == Some(id);
        is_own.then_some((code, event))
    }

    /// Whether the table `id` is closed, see [`super::Table::is_closed`].
    pub(super) fn is_closed(&self, id: &str) -> bool {
        let is_of_ids = self.closed.binary_search(&id).is_ok();
        // The type ID stood for user-defined tables too until 2.3 gave them the type IS.
        is_of_ids
            && (self.version >= Version::V2_3 || standard().version(Version::V2_3).is_closed(id))
    }
}

/// The variants that `version` has.
fn here(variants: &[Variant], version: Version) -> impl Iterator<Item = &Variant> {
    variants.iter().filter(move |v| version.is_in(v.mask))
}

/// An id of three bytes as a number.
#[inline]
fn segment_key(id: &[u8]) -> Option<u32> {
    id.try_into().ok().map(segment_id::key)
}

/// Applies the errata of fields.
fn correct(segments: &mut [Segment], version: Version) {
    let here = |e: &&errata::FieldErratum| (e.first..=e.last).contains(&version);
    for erratum in errata::FIELDS.iter().filter(here) {
        let Ok(at) = segments.binary_search_by(|s| s.id.cmp(erratum.segment)) else { continue };
        if let Some(field) = segments[at].fields.get_mut(erratum.field - 1) {
            erratum.correct(field);
        }
    }
}

/// Applies the errata of components.
fn correct_types(data_types: &mut [DataType], version: Version) {
    for &(id, number, of, _) in errata::WITHOUT_TABLE {
        let found = data_types.iter_mut().find(|d| d.id == id && of == version);
        if let Some(component) = found.and_then(|d| d.components.get_mut(number - 1)) {
            component.table = None;
        }
    }
}

/// The tables that elements of type ID and CNE refer to, sorted.
fn closed(segments: &[Segment], data_types: &[DataType]) -> Box<[&'static str]> {
    let fields = segments.iter().flat_map(|s| s.fields.iter()).map(|f| (f.data_type, f.table));
    let components =
        data_types.iter().flat_map(|d| d.components.iter()).map(|c| (c.data_type, c.table));
    let mut tables: Vec<&str> = fields
        .chain(components)
        .filter_map(|(data_type, table)| matches!(data_type, "ID" | "CNE").then_some(table?))
        .collect();
    tables.sort_unstable();
    tables.dedup();
    tables.into_boxed_slice()
}

/// The events of `version`, errata included, sorted.
///
/// The data fills what a source lacks in one version from the others, and so has some events in versions
/// that are older than they. Table 0003 tells since when there is an event.
fn events(records: &Records, version: Version) -> Box<[Event]> {
    let mut events = Vec::new();
    let table = records.tables.iter().find(|table| table.id() == "0003");
    let is_to_come = |event: &str| table.is_some_and(|t| t.is_to_come(version, event.as_bytes()));
    for group in records.events.iter().filter(|e| version.is_in(e.mask)) {
        let structure = group.structure;
        for written in group.events.split(' ') {
            // An event alone is of the message type that the structure is named after.
            let of_structure = structure.split_once('_').map(|(code, _)| (code, written));
            let parts = written.split_once('_').or(of_structure);
            if let Some((code, event)) = parts.filter(|(_, event)| !is_to_come(event)) {
                events.push(Event { code, event, structure });
            }
        }
    }
    for e in errata::EVENTS.iter().filter(|e| (e.first..=e.last).contains(&version)) {
        events.retain(|known| known.code != e.code || !e.events.contains(&known.event));
        let added = e.events.iter();
        events.extend(added.map(|&event| Event { code: e.code, event, structure: e.structure }));
    }
    events.sort_unstable();
    events.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_whole() {
        for version in Version::ALL {
            let view = standard().version(version);
            assert_eq!(view.segment_keys.len(), view.segments.len());
            assert!(view.segment_keys.is_sorted_by(|a, b| a < b), "{version}");
            assert!(view.data_types.is_sorted_by(|a, b| a.id < b.id), "{version}");
            assert!(view.structures.is_sorted_by(|a, b| a.id < b.id), "{version}");
            let events = view.events.iter().map(|e| (e.code, e.event));
            assert!(events.is_sorted_by(|a, b| a < b), "{version}");
            for segment in &view.segments {
                assert!(segment.field_count() > 0, "{version} {}", segment.id);
                for (at, field) in segment.fields.iter().enumerate() {
                    assert!(!field.name.is_empty(), "{version} {}-{}", segment.id, at + 1);
                }
            }
            for id in view.structure_ids() {
                let structure = view.structure(id);
                let headers = structure.map(|s| s.nodes().iter().map(|n| n.name() == "MSH"));
                // One message, not a query and its response.
                let headers: Vec<bool> = headers.into_iter().flatten().collect();
                assert!(headers[0] && !headers[1..].contains(&true), "{version} {id}");
            }
            for event in &view.events {
                assert!(view.structure(event.structure).is_some(), "{version} {event:?}");
            }
        }
    }

    /// Errata that the data has taken up since, or that name nothing, are to be removed.
    #[test]
    fn every_erratum_corrects_something() {
        let records = Records::of(include_str!("hl7v2.txt"));
        for erratum in errata::FIELDS {
            let found = Version::ALL
                .into_iter()
                .filter(|v| (erratum.first..=erratum.last).contains(v))
                .filter_map(|version| {
                    let of = |v: &&Variant| v.id == erratum.segment;
                    let variant = here(&records.segments, version).find(of)?;
                    let at = variant.parts.split(' ').nth(erratum.field - 1)?;
                    let before = Field::of(&records, at)?;
                    let mut after = before;
                    erratum.correct(&mut after);
                    Some(before != after)
                });
            assert!(found.into_iter().any(|changed| changed), "{}", erratum.segment);
        }
        for &(id, number, version, _) in errata::WITHOUT_TABLE {
            let variant = here(&records.data_types, version).find(|v| v.id == id).unwrap();
            let at = variant.parts.split(' ').nth(number - 1).unwrap();
            assert!(Component::of(&records, at).unwrap().table.is_some(), "{id}");
        }
    }
}
