//! Messages held against the standard and against conformance profiles.

mod automaton;
pub mod finding;
pub mod format;
pub mod layout;
pub mod model;
pub mod profile;
pub mod rule;
mod search;
pub mod settings;
pub mod standard;
pub mod validator;

pub use finding::{At, CodeProblem, ConstraintProblem, Finding, Problem};
pub use model::Model;
pub use rule::{Rule, Severity};
pub use settings::{Settings, Severities};
pub use validator::{Checked, Scratch, Validator};
