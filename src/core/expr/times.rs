//! Which fields are times, so that a year beside them is one.

use crate::core::path::{Part, Position};
use crate::core::segment_id::SegmentId;

/// The fields that are a time (DT, DTM, TS), or begin with one (DR), in every version that has
/// them: lines of a segment's id and its fields' numbers. They come from the dictionary, which this
/// part of the library does without: `UPDATE=1 cargo test --test it generated`.
const TIMES: &str = include_str!("times.txt");

/// Whether the standard has a time there: in the field, or in its first component, which is the
/// time of a TS and the start of a DR.
pub(super) fn is_time(segment: SegmentId, position: &Position) -> bool {
    let Part { component, subcomponent } = position.part;
    if component.unwrap_or(1) != 1 || subcomponent.unwrap_or(1) != 1 {
        return false;
    }
    let mut rows = TIMES.lines().map(|row| row.split(' '));
    let mut fields = rows.find(|row| row.clone().next().is_some_and(|id| id.as_bytes() == segment));
    let mut numbers = fields.iter_mut().flatten().skip(1);
    numbers.any(|number| number.parse() == Ok(position.field))
}
