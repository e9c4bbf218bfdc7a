//! Messages over connections: acknowledgments, TLS, and the two ends of an MLLP link.
