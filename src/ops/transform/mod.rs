//! The statements of a script that changes messages.

pub mod functions;
