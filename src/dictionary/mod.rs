//! The standard as data: HL7 v2.1 to v2.8.2, as published.
//!
//! [`standard`] gives the one [`Dictionary`]; it is inflated on first use, and a version of it is
//! decoded when it is first asked for. What is handed out borrows from it for the life of the
//! program, so a look-up allocates nothing and its result can be kept.
//!
//! ```
//! use pipehat::dictionary::{Version, standard};
//!
//! let field = standard().segment(Version::V2_5_1, b"PID").and_then(|pid| pid.field(3));
//! assert_eq!(field.map(|f| (f.name, f.data_type)), Some(("Patient Identifier List", "CX")));
//! ```
//!
//! The data is `hl7v2.txt` beside this file, made by `tools/dictionary`; `THIRD_PARTY.md` names
//! its sources. Single facts that the sources have wrong are put right in `errata.rs`.

mod element;
mod errata;
mod records;
mod standard;
mod structure;
mod table;
#[cfg(test)]
mod tests;
mod version;
mod view;

pub use element::{Component, DataType, Field, Segment, Usage};
pub use standard::{Dictionary, standard};
pub use structure::{Node, Structure};
#[cfg(feature = "cli")]
pub(crate) use table::has_in_range;
pub use table::{Code, Table};
pub use version::Version;
pub use view::VersionView;
