//! A report as one page.

use super::Report;

/// Writes a page.
#[must_use]
pub fn write(_report: &Report) -> String {
    String::new()
}
