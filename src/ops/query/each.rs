//! Several rows a message: one for each segment of an id, or for each group.

use crate::core::{Path, Scope, Segment, SegmentId, SyntaxError};
use crate::ops::groups::{Context, is_group_name, nearest_group};
use std::ops::{ControlFlow, Range};
use std::str::FromStr;

/// What gets a row of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Each {
    /// A segment: a path without a field, such as `OBX` or `OBX[3.1=718-7]`.
    Segment(Path),
    /// A group of the message structure, such as `ORDER_OBSERVATION`.
    Group(String),
}

impl FromStr for Each {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let group = text.to_ascii_uppercase();
        if is_group_name(&group) {
            return Ok(Self::Group(group));
        }
        match text.parse::<Path>() {
            Ok(path) if path.position.is_none() => Ok(Self::Segment(path)),
            Ok(_) => Err(SyntaxError::new(3, "the end of the segment's path, without a field")),
            Err(error) if error.at > 0 => Err(error),
            Err(_) => Err(SyntaxError::new(0, Self::expected(text))),
        }
    }
}

impl Each {
    /// What was expected in the place of a word that is neither a segment nor a group.
    pub(crate) fn expected(word: &str) -> String {
        let near = nearest_group(word);
        let word = if near.is_some() { "perhaps" } else { "such as" };
        format!("a segment such as OBX, or a group, {word} {}", near.unwrap_or("ORDER_OBSERVATION"))
    }
}

/// The rows of one message, and which segments belong to each.
#[derive(Debug, Default)]
pub(super) struct Walk<'a> {
    context: Context,
    segments: Vec<Segment<'a>>,
    rows: Vec<Range<usize>>,
    /// The rows are groups, which hold more than their first segment.
    groups: bool,
    indices: Vec<usize>,
}

impl<'a> Walk<'a> {
    /// Finds the rows of a message and returns how many they are.
    pub(super) fn rows(&mut self, each: &Each, scope: &Scope<'_, 'a>) -> usize {
        self.segments.clear();
        self.segments.extend(scope.message.segments());
        self.context.read(scope.message);
        self.rows.clear();
        self.groups = matches!(each, Each::Group(_));
        match each {
            Each::Group(name) => self.rows.extend(self.context.occurrences(name)),
            Each::Segment(path) => {
                // A segment's bytes tell which it is: they are slices of the one message.
                let mut next = 0;
                let _ = path.for_each(scope, |raw| {
                    while let Some(segment) = self.segments.get(next) {
                        next += 1;
                        if std::ptr::eq(segment.raw(), raw) {
                            self.rows.push(next - 1..next);
                            break;
                        }
                    }
                    ControlFlow::Continue(())
                });
            }
        }
        self.rows.len()
    }

    /// Finds the segments of each id that belong to a row.
    pub(super) fn find(&mut self, row: usize, ids: &[SegmentId], found: &mut [Vec<Segment<'a>>]) {
        let row = self.rows[row].clone();
        for (id, found) in ids.iter().zip(found) {
            found.clear();
            if self.groups {
                let inside = self.segments[row.clone()].iter().filter(|s| s.has_id(*id));
                found.extend(inside.copied());
                if !found.is_empty() {
                    continue;
                }
            }
            self.context.resolve(row.start, *id, &mut self.indices);
            found.extend(self.indices.iter().filter_map(|&i| self.segments.get(i)).copied());
        }
    }
}
