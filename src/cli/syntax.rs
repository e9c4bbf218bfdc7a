//! Paths, expressions and what else has a syntax of its own, as values of options.

use crate::core::SyntaxError;
use std::str::FromStr;

/// Reads a value; an error shows the text with a caret under the place.
pub(super) fn parsed<T: FromStr<Err = SyntaxError>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|e: SyntaxError| format!("\n{}", e.explain(text)))
}
