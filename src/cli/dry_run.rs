//! What a script would do to a message, told by paths.

use crate::core::{Line, Message};
use crate::ops::diff::{Side, compare, write};

/// What came of one message.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A message as it would be written, by its segments.
    Written(Vec<Vec<u8>>),
    /// As [`Outcome::Written`], to this file.
    Emitted(String, Vec<Vec<u8>>),
}

/// The segments of what a script made of a message.
pub(super) fn segments(message: &Message<'_>, lines: Option<&[Line<'_>]>) -> Vec<Vec<u8>> {
    match lines {
        Some(lines) => lines.iter().map(|line| line.bytes.to_vec()).collect(),
        None => message.segments().map(|segment| segment.raw().to_vec()).collect(),
    }
}

/// Appends what would become of a message; nothing if it would be passed on as it came.
pub(super) fn tell(
    heading: &str,
    message: &Message<'_>,
    outcomes: &[Outcome],
    color: bool,
    out: &mut Vec<u8>,
) {
    let written = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written(_))).count();
    let separators = message.separators();
    let before: Vec<&[u8]> = message.segments().map(|segment| segment.raw()).collect();
    let mut told = Vec::new();
    if written == 0 {
        told.extend_from_slice(b"  dropped\n");
    }
    let mut number = 0;
    for outcome in outcomes {
        let segments = match outcome {
            Outcome::Emitted(file, segments) => {
                told.extend_from_slice(format!("  emitted to {file:?}\n").as_bytes());
                segments
            }
            Outcome::Written(segments) => {
                number += 1;
                if written > 1 {
                    told.extend_from_slice(format!("  part {number} of {written}\n").as_bytes());
                }
                segments
            }
        };
        let after: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
        let changes = compare(
            Side { segments: &before, separators },
            Side { segments: &after, separators },
            &[],
        );
        write(&changes, color, &mut told);
    }
    if !told.is_empty() {
        out.extend_from_slice(heading.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(&told);
    }
}
