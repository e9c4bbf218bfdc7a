//! Messages over connections: acknowledgments, TLS, and the two ends of an MLLP link.

pub mod ack;
pub mod listen;
pub mod reply;
pub mod send;
pub mod tls;
