//! Messages held against the standard and against conformance profiles.

mod automaton;
pub mod batch;
mod codes;
pub mod constraint;
mod content;
mod encoding;
pub mod finding;
mod form;
pub mod format;
mod header;
pub mod layout;
pub mod model;
pub mod profile;
pub mod report;
pub mod rule;
mod search;
mod sequence;
pub mod settings;
pub mod standard;
mod structure;
pub mod tree;
pub mod unusable;
pub mod validator;

pub use finding::{At, CodeProblem, ConstraintProblem, Finding, Problem};
pub use model::Model;
pub use rule::{Rule, Severity};
pub use settings::{Settings, Severities};
pub use validator::{Checked, Scratch, Validator, not_checked};

#[cfg(test)]
mod tests;
