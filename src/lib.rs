//! Composable filters for HL7 v2 messages.
//!
//! The crate is the library beneath the `pipehat` program. [`core`] is the zero-copy reading of
//! messages over bytes and needs nothing but memchr; the rest is built on top of it.

#[cfg(feature = "cli")]
pub mod cli;
pub mod core;
#[cfg(feature = "dictionary")]
pub mod dictionary;
#[cfg(feature = "cli")]
pub mod io;
#[cfg(feature = "cli")]
pub mod net;
#[cfg(feature = "cli")]
pub mod ops;
