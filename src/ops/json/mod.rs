//! Messages as JSON, and JSON as messages.
//!
//! # The shape
//! One object a message:
//!
//! ```json
//! {"delimiters":"|^~\\&","segments":[
//!   {"id":"MSH","3":[{"1":"LAB"}]},
//!   {"id":"PID","1":[{"1":"1"}],"3":[{"1":"123","4":{"1":"HOSP","2":"1.2.3"},"5":"MR"},{"1":"456"}],"19":[{"1":null}]}]}
//! ```
//!
//! - A field is an array of repetitions, a repetition an object keyed by component number, a
//!   component a string, or an object keyed by subcomponent number if it holds a subcomponent
//!   separator. `null` is HL7's null, two double quotes.
//! - MSH-1 and MSH-2 are `delimiters`, as written; the other fields of MSH begin at `"3"`.
//! - Empty positions are left out, except a last one that was written: `A^^` is
//!   `{"1":"A","3":""}`, an empty last field is `[]`, an empty repetition `{}`.
//! - Where a string may stand, `{"bytes":"base64"}` holds the bytes of a value that its character
//!   set does not know, and `{"raw":"text"}` a value as written whose decoded text would not lead
//!   back to it.
//! - With names, a segment has also `"name"` and, by field number, `"names"`. Reading ignores both.
//!
//! Values are decoded: no escape sequences but those without a text, UTF-8 whatever the character
//! set of the message. In raw mode they stay as written, an object says so with `"raw":true`, and
//! reading what was written gives the message back byte for byte.
//!
//! [`JsonWriter`] writes this shape, [`JsonReader`] reads it, [`JsonCutter`] and [`JsonFrames`]
//! find the objects in a stream.

mod cut;
mod encode;
mod error;
mod read;
mod read_value;
mod scan;
mod sink;
pub(crate) mod text;
mod value;
mod write;

pub use cut::{JsonCutter, JsonFrame, JsonFrames};
pub use encode::Fit;
pub use error::{JsonError, Problem};
pub use read::{FIELD_MAX, JsonReader, ReadOptions};
pub use read_value::COMPONENT_MAX;
pub use write::{JsonOptions, JsonWriter, NameSource, SegmentNames};

#[cfg(test)]
mod tests;
