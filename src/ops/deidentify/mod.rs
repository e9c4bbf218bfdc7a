//! De-identification: a message with everything that tells of a person removed or replaced.
//!
//! A message is gone through twice. `collect` notes what identifies somebody wherever the rules
//! know it to stand; `rewrite` then writes each field as its rule says, and looks for what was
//! noted in free text and in everything that is kept. Nothing is remembered from one message to
//! the next: what a value becomes depends on the key and the value alone.

pub mod dates;
mod fold;
mod subject;
pub mod surrogate;
pub mod text;
pub mod zip3;

pub use subject::Kind;
