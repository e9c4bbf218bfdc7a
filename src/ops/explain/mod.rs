//! The standard at hand: what a segment, field, data type, table or message is, in any version.

mod facts;
mod paths;
mod structure;
mod subject;
mod text;

pub use facts::{Entry, NotDefined, explain};
pub use paths::{Listed, paths};
pub use subject::{NoSubject, Subject, Thing};
