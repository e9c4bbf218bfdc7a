//! Links between systems: MLLP, its acknowledgments, TLS.

pub mod tls;
