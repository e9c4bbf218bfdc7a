//! The expression language of conditions.

use super::message::{Repetition, Segment};
use super::path::SyntaxError;
use super::scope::Scope;
use std::fmt;

/// A condition in the brackets of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {}

impl Condition {
    pub(super) fn parse_within(_: &str, at: usize) -> Result<(Self, usize), SyntaxError> {
        Err(SyntaxError::new(at, "a number"))
    }

    /// Whether it holds for a repetition of a field.
    #[must_use]
    pub fn holds_in_repetition(&self, _: Repetition<'_>, _: &Scope<'_, '_>) -> bool {
        false
    }

    /// Whether it holds for a segment.
    #[must_use]
    pub fn holds_in_segment(&self, _: Segment<'_>, _: &Scope<'_, '_>) -> bool {
        false
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
