//! What is in an archive: kinds of messages, segments, fields, times.
//!
//! Messages are counted into [`Counts`], one for each part of a stream, which are merged in order
//! into an [`Archive`]; [`Report`] tells what came of it, for people and programs. Memory is bounded
//! whatever the messages say, and the result is the same however the stream was split:
//!
//! - sums and greatest values do not depend on order;
//! - different values are estimated by HyperLogLog (`distinct`), which does not, either;
//! - values are counted as long as there are few; of many, the first of the stream (`values`);
//! - what depends on the messages before (`times`) is done when parts are merged.
//!
//! Of what messages say, a report tells the values of MSH that say what kind of messages they are
//! and where they come from, and codes of fields that tell nothing of a person
//! ([`codes`](super::deidentify::codes)); of all fields only if [`Settings::values`] asks for it.

mod counts;
pub mod csv;
mod distinct;
mod fields;
mod hash;
mod histogram;
pub mod html;
mod problems;
pub mod report;
mod segments;
pub mod text;
mod times;
mod values;

pub use counts::{Archive, Counts};
pub use report::Report;

use crate::core::{Scope, Separators, TextOptions};

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Values are told of all fields, whatever they tell of persons.
    pub values: bool,
    /// How values become text.
    pub text: TextOptions,
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Segments of sites whose fields are counted.
    segments: usize,
    /// Values of a field, and of what MSH says of messages.
    values: usize,
    /// Values of a field of a segment of a site.
    local: usize,
}

impl Limits {
    /// Of an archive.
    const WHOLE: Self = Self { segments: 100, values: 1000, local: 100 };
    /// Of a part of it, which has as many as stand in so many bytes.
    const PART: Self = Self { segments: usize::MAX, values: usize::MAX, local: usize::MAX };
}

/// A message as it is read.
struct Reading<'s, 'm> {
    scope: Scope<'s, 'm>,
    separators: Separators,
    /// As [`Settings::values`].
    values: bool,
    limits: Limits,
}
