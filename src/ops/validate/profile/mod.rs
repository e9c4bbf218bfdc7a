//! Conformance profiles: files that say more than the standard does, read into a
//! [`Model`](super::Model).

mod error;
pub mod nist;
pub mod xml;

pub use error::ProfileError;

/// A file of a profile: its name as the user knows it, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// For errors.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}
