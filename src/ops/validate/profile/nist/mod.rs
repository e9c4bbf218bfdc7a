//! Profiles of NIST's tools (IGAMT, GVT), and how NIST's validator reports.

mod category;

pub use category::{nist_category, nist_path};
