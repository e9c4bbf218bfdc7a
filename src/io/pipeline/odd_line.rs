//! Lines of a message that are no segments.

use crate::core::{Message, Segment, segment_id};

/// What is said of a message with a line that is no segment: a line end inside a field cannot be
/// told from the end of a segment. Nothing of the message is in it.
#[must_use]
pub fn odd_line(message: &Message<'_>) -> Option<String> {
    let separator = message.separators().field;
    // Some senders write ids in small letters.
    let odd = |segment: &Segment<'_>| {
        !segment_id::at_head(segment.raw(), separator)
            .is_some_and(|id| segment_id::is_proper(id.map(|b| b.to_ascii_uppercase())))
    };
    let n = message.segments().position(|segment| odd(&segment))?;
    Some(format!("line {} is not a segment; a line end inside a field?", n + 1))
}
