//! Messages as Bundles of FHIR R4, by the HL7 Version 2 to FHIR Implementation Guide 1.0.0.
//!
//! JSON is written straight into a buffer; there is no tree of a resource. What goes where is in
//! `map`, one file a segment, and in `types`, one file for the types that become one of FHIR.
//! `story` tells which segments belong together, whatever the type of the message, so that every
//! message becomes a Bundle.

/// The URL of an extension of ours by its name; docs/to-fhir.md tells what each is.
macro_rules! ours {
    ($name:literal) => {
        concat!("https://pipehat.dev/fhir/StructureDefinition/", $name)
    };
}

/// What stands for an id in JSON of ours until it is written there.
macro_rules! blank_id {
    () => {
        "00000000-0000-0000-0000-000000000000"
    };
}

mod authorities;
mod bundle;
mod by_id;
mod codes;
mod context;
mod decimal;
mod groups;
mod hash;
mod id;
mod index;
mod input;
mod json;
mod kind;
mod map;
mod names;
mod owners;
mod parts;
mod plain;
mod recall;
mod report;
mod request;
mod results;
mod settings;
mod special;
mod story;
mod systems;
#[cfg(test)]
mod testing;
mod time;
mod types;
mod uri;
mod v2codes;
mod wanted;
mod ways;
mod zones;

pub use codes::LocalCodes;
pub use report::Report;
pub use settings::{BundleKind, Ids, Settings, Upsert};
pub use systems::Systems;
pub use zones::Zones;

use crate::core::scope::to_utf8;
use crate::core::{Message, Scope, TextOptions};
use context::Context;
use input::Input;
use std::fmt;
use story::Story;

/// Converts messages.
#[derive(Clone, Debug, Default)]
pub struct Converter {
    settings: Settings,
}

/// What a thread keeps from message to message, for one converter.
#[derive(Debug, Default)]
pub struct Memory {
    index: input::Index,
    owners: owners::Owners,
    arena: bundle::Arena,
    names: names::Names,
    recall: recall::Recall,
    results: results::Results,
}

/// A message is too long to be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the message is too long to be converted")
    }
}

impl Converter {
    /// A converter.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Appends a message as a Bundle on a line, or as resources on a line each.
    ///
    /// # Errors
    /// When it has more than 4 GiB.
    pub fn message(
        &self,
        message: &Message<'_>,
        text: TextOptions,
        memory: &mut Memory,
        report: &mut Report,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        let Memory { index, owners, arena, names, recall, results } = memory;
        arena.begin(&self.settings);
        report.counts_names(self.settings.counts);
        let source = message.bytes();
        let converted = to_utf8(message, text);
        let utf8 = converted.as_ref().map(|text| message.with_bytes(text.as_bytes()));
        let message = utf8.as_ref().unwrap_or(message);
        let scope = match converted {
            Some(_) => Scope::converted(message, text),
            None => Scope::with(message, text),
        };
        let input = Input::read(message, index).ok_or(TooLong)?;
        let story = Story::read(input, owners);
        let kept = (names, recall, results);
        let mut cx = Context::new(&self.settings, story, scope, source, report, kept);
        bundle::write(arena, &mut cx, out);
        Ok(())
    }
}
