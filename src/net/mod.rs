//! Links between systems: MLLP, its acknowledgments, TLS.

pub mod ack;
pub mod listen;
pub mod tls;
