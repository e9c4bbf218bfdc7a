//! Links between systems: acknowledgments.

pub mod ack;
