//! Integration tests.

#[path = "it/generated.rs"]
mod generated;
