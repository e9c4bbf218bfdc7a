//! The expression language of conditions.

use super::message::{Message, Repetition, Segment};
use super::path::SyntaxError;
use std::fmt;

/// What an expression is evaluated against.
#[derive(Clone, Copy)]
pub struct Scope<'s, 'm> {
    /// The message.
    pub message: &'s Message<'m>,
}

impl<'s, 'm> Scope<'s, 'm> {
    /// A message.
    #[must_use]
    pub fn new(message: &'s Message<'m>) -> Self {
        Self { message }
    }
}

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
