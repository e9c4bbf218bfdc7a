//! Integration tests.

#[path = "it/generated.rs"]
mod generated;
#[path = "it/readme.rs"]
mod readme;
