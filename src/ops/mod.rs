//! What the commands do to a message: pure functions from messages to bytes.
pub mod json;
pub mod pass;
pub mod query;
