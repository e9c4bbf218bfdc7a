//! One message in several: which segments each of them has.

use crate::ops::groups::Context;
use std::ops::Range;

/// The longest MSH-10 that every version allows.
pub(super) const CONTROL_ID_MAX: usize = 20;

/// Segments of one message that do not belong into another.
pub(super) struct Others {
    ranges: Vec<Range<usize>>,
    shared: Vec<usize>,
}

impl Others {
    pub(super) fn contains(&self, index: usize) -> bool {
        !self.shared.contains(&index) && self.ranges.iter().any(|range| range.contains(&index))
    }
}

/// What the message for the segment `row` does not have: the groups of the other `rows`, as far
/// out as `row` is not in them. What is in none of the groups is in all messages, and so is an ORC
/// that stands for several OBR.
pub(super) fn others(context: &Context, row: usize, rows: &[usize]) -> Others {
    let groups = |row: usize| context.enclosing(row).map(|(_, range)| range).collect::<Vec<_>>();
    let ranges = rows.iter().filter(|&&other| other != row).map(|&other| {
        let apart = groups(other).into_iter().rev().find(|range| !range.contains(&row));
        apart.unwrap_or(other..other + 1)
    });
    let mut shared = Vec::new();
    context.resolve(row, *b"ORC", &mut shared);
    Others { ranges: ranges.collect(), shared }
}
