//! HL7 v2 over bytes: framing, messages, paths, escapes, times. No I/O, no copies.

pub mod frame;
pub mod separators;

pub use separators::{Separators, SeparatorsError};
