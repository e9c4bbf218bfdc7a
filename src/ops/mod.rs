//! What the commands do to a message: pure functions from messages to bytes.

pub mod attach;
pub mod deidentify;
pub mod diff;
pub mod explain;
pub mod fhir;
pub mod generate;
pub mod groups;
pub mod json;
pub mod names;
pub mod pass;
pub mod query;
pub(crate) mod quoted;
pub mod sort;
pub mod stats;
pub mod transform;
pub mod tree;
pub mod validate;
pub(crate) mod visible;
