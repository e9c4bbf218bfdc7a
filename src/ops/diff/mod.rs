//! Where two messages differ: segments that are only in one of them, and in those that are in
//! both the fields, repetitions, components and subcomponents that are not the same.
//!
//! Segments are aligned first, the equal ones among them, then what is between these by their
//! ids, in order; repetitions of a field in the same way. A difference is told at the deepest
//! level: `PID-5.1` and not PID-5. It is told whole where one side has nothing: a segment, a
//! repetition, a field that was empty and is not now.
//!
//! Values are compared as they are written. Only if the messages have other delimiters they are
//! compared by what they mean: position by position, escape sequences decoded. Sequences that
//! carry no text, such as `\H\`, are kept by [`crate::core::escape`] and compared as written.
//!
//! Empty positions count where they are the last that was written: `PID|1|` has a PID-2, which is
//! empty, and `PID|1` has none.
//!
//! ```
//! use pipehat::core::Separators;
//! use pipehat::ops::diff::{Side, compare, write};
//! let separators = Separators::default();
//! let before = Side { segments: &[b"MSH|^~\\&|LAB", b"PID|1||12||DOE^JO"], separators };
//! let after = Side { segments: &[b"MSH|^~\\&|LAB", b"PID|1||12||ROE^JO", b"ZPD|x"], separators };
//! let mut text = Vec::new();
//! write(&compare(before, after, &[]), false, &mut text);
//! assert_eq!(text, b"  PID-5.1      \"DOE\" -> \"ROE\"\n+ ZPD          \"ZPD|x\"\n");
//! ```

mod align;
mod hide;
mod meaning;
mod parts;
#[cfg(test)]
mod tests;
mod write;

pub use write::{write, write_json};

use crate::core::{Path, Segment, SegmentId, Separators, segment_id};
use align::{Items, Step, align};
use parts::Comparison;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// A message to compare: its segments without line endings, of which the first is MSH.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The segments in order. They may stand anywhere in memory.
    pub segments: &'a [&'a [u8]],
    /// The delimiters, as MSH gives them.
    pub separators: Separators,
}

impl Side<'_> {
    /// The segments with a CR between them.
    fn joined(&self) -> Vec<u8> {
        self.segments.join(&b'\r')
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it is: in the message before, or in the one after for what is only there.
    pub place: Place,
    /// What stood there, as written; `None` if nothing did, not even an empty value.
    pub before: Option<Vec<u8>>,
    /// What stands there now, as written; `None` if nothing does.
    pub after: Option<Vec<u8>>,
}

/// A place in a message; numbers count from 1. It is shown as the path that reaches it, `OBX[2]-5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The number of the segment in the message.
    pub line: usize,
    /// The segment's id; `None` for a line that does not begin as segments do, which no path
    /// reaches. It is shown as `line 4`.
    pub segment: Option<SegmentId>,
    /// Which of the segments with this id, if either message has several.
    pub which: Option<usize>,
    /// The field; `None` for the whole segment.
    pub field: Option<usize>,
    /// The repetition, if the field has several in either message.
    pub repetition: Option<usize>,
    /// The component; `None` for all of the repetition.
    pub component: Option<usize>,
    /// The subcomponent; `None` for all of the component.
    pub subcomponent: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(id) = self.segment else { return write!(f, "line {}", self.line) };
        let index = |f: &mut fmt::Formatter<'_>, number: Option<usize>| match number {
            Some(n) => write!(f, "[{n}]"),
            None => Ok(()),
        };
        write!(f, "{}", id.escape_ascii())?;
        index(f, self.which)?;
        let Some(field) = self.field else { return Ok(()) };
        write!(f, "-{field}")?;
        index(f, self.repetition)?;
        for part in [self.component, self.subcomponent].into_iter().flatten() {
            write!(f, ".{part}")?;
        }
        Ok(())
    }
}

/// All differences between two messages, in order.
///
/// Changes at and below a path of `ignore` are left out, on both sides: what stands there is taken
/// away before the messages are compared. So a path without an index leaves out every occurrence,
/// `ZPD` whole segments, and `PID-3.4` a component of each repetition.
///
/// Takes time and memory in proportion to the messages and the number of differences between them,
/// up to a limit from which on fewer segments are matched.
#[must_use]
pub fn compare(before: Side<'_>, after: Side<'_>, ignore: &[Path]) -> Vec<Change> {
    if before.separators == after.separators && before.segments == after.segments {
        return Vec::new();
    }
    let mut comparison = Comparison::new(before, after, ignore);
    let lines = [before, after].map(|side| Lines::of(side, ignore));
    let contents = [0, 1].map(|side| {
        let segments = lines[side].lines.iter().map(Line::segment);
        segments.map(|segment| comparison.content(segment)).collect::<Vec<_>>()
    });
    let kinds = [0, 1].map(|side| lines[side].lines.iter().map(|line| line.id).collect::<Vec<_>>());
    let steps = align(
        Items { contents: &contents[0], kinds: &kinds[0] },
        Items { contents: &contents[1], kinds: &kinds[1] },
    );
    let place = |line: &Line<'_>| {
        let several = |id| lines.iter().any(|side| side.counts.get(&id).is_some_and(|&n| n > 1));
        Place {
            line: line.number,
            segment: line.id,
            which: line.id.is_some_and(several).then_some(line.which),
            ..Place::default()
        }
    };
    for step in steps {
        match step {
            Step::Both(b, a) if contents[0][b] == contents[1][a] => {}
            Step::Both(b, a) => {
                let (b, a) = (&lines[0].lines[b], &lines[1].lines[a]);
                let compared = [b.segment(), a.segment()];
                comparison.segment([place(b), place(a)], compared, [b.written, a.written]);
            }
            Step::Before(b) => {
                let line = &lines[0].lines[b];
                comparison.change(place(line), Some(&line.raw), None);
            }
            Step::After(a) => {
                let line = &lines[1].lines[a];
                comparison.change(place(line), None, Some(&line.raw));
            }
        }
    }
    comparison.changes
}

/// The segments of a side that are compared.
struct Lines<'a> {
    lines: Vec<Line<'a>>,
    /// How many segments of each id the message has.
    counts: HashMap<SegmentId, usize>,
}

/// A segment.
struct Line<'a> {
    written: Segment<'a>,
    /// Without what is left out.
    raw: Cow<'a, [u8]>,
    /// Its number in the message.
    number: usize,
    id: Option<SegmentId>,
    /// Its number among those with its id.
    which: usize,
}

impl<'a> Lines<'a> {
    fn of(side: Side<'a>, ignore: &[Path]) -> Self {
        let mut counts = HashMap::new();
        let mut lines = Vec::with_capacity(side.segments.len());
        for (n, raw) in hide::hide(side, ignore).into_iter().enumerate() {
            let written = Segment::new(side.segments[n], side.separators);
            let id = id_of(written);
            let which = id.map_or(0, |id| {
                let count = counts.entry(id).or_insert(0);
                *count += 1;
                *count
            });
            lines.extend(raw.map(|raw| Line { written, raw, number: n + 1, id, which }));
        }
        Self { lines, counts }
    }
}

impl Line<'_> {
    fn segment(&self) -> Segment<'_> {
        Segment::new(&self.raw, self.written.separators())
    }
}

/// The id of a segment, if it is one that a path can name.
fn id_of(segment: Segment<'_>) -> Option<SegmentId> {
    segment_id::at_head(segment.raw(), segment.separators().field)
        .filter(|&id| segment_id::is_proper(id))
}
