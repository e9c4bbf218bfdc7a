//! HL7 v2 over bytes: framing, messages, paths, escapes, times. No I/O, no copies.

#[cfg(feature = "charset")]
pub mod charset;
pub mod check_digit;
pub mod edit;
pub mod escape;
pub mod expr;
pub mod frame;
pub mod message;
pub mod mllp;
pub mod path;
pub mod scope;
pub mod segment_id;
pub mod separators;
pub mod time;
pub mod uuid;

#[cfg(feature = "charset")]
pub use charset::Charset;
pub use frame::{Cutter, Frame, Framed, Frames, LineEnding, Pending};
pub use message::{Component, Field, Message, Repetition, Segment, Segments, Value};
pub use path::{Part, Path, Position, Select, SyntaxError};
pub use scope::{Line, Scope, TextOptions};
pub use segment_id::SegmentId;
pub use separators::{Separators, SeparatorsError};
