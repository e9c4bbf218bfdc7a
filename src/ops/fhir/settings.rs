//! How messages are converted.

use super::codes::LocalCodes;
use super::systems::Systems;
use super::zones::Zones;

/// The type of the Bundles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BundleKind {
    /// A message of FHIR: its MessageHeader comes first.
    #[default]
    Message,
    /// Put on a server all or not at all.
    Transaction,
    /// Put on a server one by one.
    Batch,
    /// Nothing but resources that belong together.
    Collection,
}

impl BundleKind {
    /// Its code in FHIR.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Transaction => "transaction",
            Self::Batch => "batch",
            Self::Collection => "collection",
        }
    }
}

/// Of what ids are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ids {
    /// Of identifiers, so that the same thing has the same id in every message.
    #[default]
    Business,
    /// Of the message and the place in it.
    Message,
}

/// How a server is asked to keep resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upsert {
    /// Under their ids, which it creates or updates.
    #[default]
    Put,
    /// Patients, practitioners, organizations, places and visits only if it knows none with their
    /// identifier; accounts and specimens, too, where only their number is told, else they update what has
    /// that; all others under their ids.
    Conditional,
    /// As `Conditional`, but messages that maintain patients and visits (ADT) or staff (MFN, PMU) update those
    /// that have their identifiers.
    Maintain,
}

impl Upsert {
    /// How a message of a type (MSH-9.1) asks. Others tell little of patients, visits and staff, and what they tell
    /// must not take the place of all that was told before.
    pub(super) fn of_message(self, kind: &[u8]) -> Self {
        match self {
            Self::Maintain if !matches!(kind, b"ADT" | b"MFN" | b"PMU") => Self::Conditional,
            other => other,
        }
    }
}

/// How messages are converted.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The type of the Bundles.
    pub bundle: BundleKind,
    /// How a transaction asks the server to keep them.
    pub upsert: Upsert,
    /// Resources alone, without Bundles.
    pub resources: bool,
    /// Of what ids are made.
    pub ids: Ids,
    /// What joins ids whose identifiers have no authority, in place of the sender.
    pub id_scope: Option<String>,
    /// The zones of times without an offset.
    pub zones: Zones,
    /// The URIs of names.
    pub systems: Systems,
    /// What local codes are elsewhere.
    pub codes: LocalCodes,
    /// With the message itself, in a DocumentReference.
    pub source: bool,
    /// With an extension for every value that has no place in a resource.
    pub unmapped: bool,
    /// With all that a report has; else fields, codes and systems are not counted.
    pub counts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bundle: BundleKind::default(),
            upsert: Upsert::default(),
            resources: false,
            ids: Ids::default(),
            id_scope: None,
            zones: Zones::default(),
            systems: Systems::default(),
            codes: LocalCodes::default(),
            source: true,
            unmapped: false,
            counts: true,
        }
    }
}
