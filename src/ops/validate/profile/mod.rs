//! Conformance profiles: files that say more than the standard does, read into a
//! [`Model`](super::Model).

mod error;
pub mod nist;
pub mod xml;

pub use error::ProfileError;
