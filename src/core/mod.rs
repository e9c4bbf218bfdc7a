//! HL7 v2 over bytes: framing, messages, paths, escapes, times. No I/O, no copies.

pub mod expr;
pub mod frame;
pub mod message;
pub mod path;
pub mod separators;

pub use frame::{Cutter, Frame, Framed, Frames, LineEnding, Pending};
pub use message::{Component, Field, Message, Repetition, Segment, SegmentId, Value};
pub use path::{Path, Position, Select, SyntaxError};
pub use separators::{Separators, SeparatorsError};
