//! The standard at hand: what a segment, field, data type, table or message is, in any version.

mod entry;
mod facts;
mod paths;
mod structure;
mod subject;
mod text;

pub use entry::{Coded, Entry, Era, Part, TableFacts};
pub use facts::{NotDefined, explain};
pub use paths::{Listed, paths};
pub use subject::{NoSubject, Subject, Thing};
