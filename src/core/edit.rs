//! Edits of a message that leave every byte alone which they do not change.
//!
//! An edit finds the places of a path, and copies the message with others bytes at these places:
//! what is between them is copied whole, however odd it is. Values are bytes as they are to stand
//! in the message, escaped already (see [`super::escape::encode_into`]).

use super::expr::Condition;
use super::message::{Message, Repetition, Segment};
use super::path::{Part, Path, Position, Select};
use super::scope::Scope;
use std::fmt;
use std::ops::{ControlFlow, Range};

/// Why an edit cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// MSH-1, MSH-2 and the MSH segment as a whole hold the delimiters, which no edit changes.
    Delimiters,
    /// The message has no character for a delimiter that the place needs.
    NoDelimiter,
    /// The path names no place where something can be inserted: a segment, or a repetition of a
    /// field by its number.
    NoPlace,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delimiters => "the delimiters of a message cannot be edited",
            Self::NoDelimiter => "the message has no delimiter for this place",
            Self::NoPlace => "nothing can be inserted there",
        })
    }
}

impl std::error::Error for EditError {}

/// What stands at a place and what will.
#[derive(Debug)]
pub(crate) struct Change {
    /// The bytes of the message that go.
    range: Range<usize>,
    /// Delimiters before the value: how many, and which.
    padding: Vec<(usize, u8)>,
    /// The value comes here; without it the bytes only go.
    with_value: bool,
    /// A delimiter behind the value.
    behind: Option<u8>,
}

/// Copies the message of `scope` to `out` with `value` at every place of `path`, and returns how
/// many places that were.
///
/// Fields, repetitions (`[n]`), components and subcomponents that are not there yet are added, with
/// the delimiters that they need. Segments are not.
///
/// ```
/// use pipehat::core::{Frame, Frames, Message, Scope, edit};
/// let text = b"MSH|^~\\&|LAB\rPID|1||12";
/// let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!("no message") };
/// let message = Message::new(framed)?;
/// let mut out = Vec::new();
/// assert_eq!(edit::set(&Scope::new(&message), &"PID-5.2".parse()?, b"ANN", &mut out)?, 1);
/// assert_eq!(out, b"MSH|^~\\&|LAB\rPID|1||12||^ANN");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EditError::Delimiters`], [`EditError::NoDelimiter`]; `out` is unchanged then.
pub fn set(
    scope: &Scope<'_, '_>,
    path: &Path,
    value: &[u8],
    out: &mut Vec<u8>,
) -> Result<usize, EditError> {
    let message = scope.message;
    guard(path)?;
    let mut changes = Vec::new();
    for segment in segments(scope, path) {
        let Some(position) = &path.position else {
            changes.push(Change::replace(message.bytes(), segment.raw()));
            continue;
        };
        set_in_segment(message.bytes(), scope, segment, position, &mut changes)?;
    }
    Ok(apply(message, &changes, value, out))
}

/// Copies the message of `scope` to `out` without what stands at `path`, and returns how many
/// places that were.
///
/// A segment goes with its line ending, a repetition with its separator. Fields, components and
/// subcomponents become empty, so that those behind them keep their numbers.
///
/// ```
/// # use pipehat::core::{Frame, Frames, Message, Scope, edit};
/// # let text = b"MSH|^~\\&|LAB\rPID|1||12\rOBX|1\rOBX|2";
/// # let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!("no message") };
/// # let message = Message::new(framed)?;
/// let mut out = Vec::new();
/// assert_eq!(edit::delete(&Scope::new(&message), &"OBX[1]".parse()?, &mut out)?, 1);
/// assert_eq!(out, b"MSH|^~\\&|LAB\rPID|1||12\rOBX|2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EditError::Delimiters`]; `out` is unchanged then.
pub fn delete(scope: &Scope<'_, '_>, path: &Path, out: &mut Vec<u8>) -> Result<usize, EditError> {
    let message = scope.message;
    guard(path)?;
    let mut changes = Vec::new();
    for segment in segments(scope, path) {
        match &path.position {
            None => changes.push(Change::remove_segment(message, segment)),
            Some(position) => {
                delete_in_segment(message.bytes(), scope, segment, position, &mut changes);
            }
        }
    }
    Ok(apply(message, &changes, &[], out))
}

/// Copies the message of `scope` to `out` with `value` inserted before each place of `path`, and
/// returns how many places that were.
///
/// The path names segments (`OBX[2]`: the value is a segment, without line ending), or repetitions
/// by number (`PID-3[2]`: the value is a repetition; behind the last one it is added).
///
/// ```
/// # use pipehat::core::{Frame, Frames, Message, Scope, edit};
/// # let text = b"MSH|^~\\&|LAB\rPID|1||12\rOBX|1\rOBX|2";
/// # let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!("no message") };
/// # let message = Message::new(framed)?;
/// let mut out = Vec::new();
/// edit::insert_before(&Scope::new(&message), &"PID-3[1]".parse()?, b"7", &mut out)?;
/// assert_eq!(out, b"MSH|^~\\&|LAB\rPID|1||7~12\rOBX|1\rOBX|2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EditError::NoPlace`] for other paths, [`EditError::Delimiters`], [`EditError::NoDelimiter`];
/// `out` is unchanged then.
pub fn insert_before(
    scope: &Scope<'_, '_>,
    path: &Path,
    value: &[u8],
    out: &mut Vec<u8>,
) -> Result<usize, EditError> {
    guard(path)?;
    insert(scope, path, value, false, out)
}

/// As [`insert_before`], behind each place.
///
/// ```
/// # use pipehat::core::{Frame, Frames, Message, Scope, edit};
/// # let text = b"MSH|^~\\&|LAB\rPID|1||12\rOBX|1\rOBX|2";
/// # let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!("no message") };
/// # let message = Message::new(framed)?;
/// let mut out = Vec::new();
/// edit::insert_after(&Scope::new(&message), &"OBX[1]".parse()?, b"NTE|1||low", &mut out)?;
/// assert_eq!(out, b"MSH|^~\\&|LAB\rPID|1||12\rOBX|1\rNTE|1||low\rOBX|2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`insert_before`]; but a segment can be inserted behind MSH.
pub fn insert_after(
    scope: &Scope<'_, '_>,
    path: &Path,
    value: &[u8],
    out: &mut Vec<u8>,
) -> Result<usize, EditError> {
    if path.position.is_some() {
        guard(path)?;
    }
    insert(scope, path, value, true, out)
}

fn insert(
    scope: &Scope<'_, '_>,
    path: &Path,
    value: &[u8],
    after: bool,
    out: &mut Vec<u8>,
) -> Result<usize, EditError> {
    let message = scope.message;
    let mut changes = Vec::new();
    for segment in segments(scope, path) {
        let Some(position) = &path.position else {
            let raw = range_of(message.bytes(), segment.raw());
            let at = if after { raw.end } else { raw.start };
            changes.push(if after {
                Change { padding: vec![(1, b'\r')], ..Change::at(at) }
            } else {
                Change { behind: Some(b'\r'), ..Change::at(at) }
            });
            continue;
        };
        let (Select::Nth(n), Part::WHOLE) = (&position.repetition, position.part) else {
            return Err(EditError::NoPlace);
        };
        let n = *n as usize;
        let s = segment.separators();
        let repetition = segment.field(position.field.into()).and_then(|f| f.repetition(n));
        match repetition {
            Some(repetition) => {
                needs(s.repetition, s.field)?;
                let raw = range_of(message.bytes(), repetition.raw());
                changes.push(if after {
                    Change { padding: vec![(1, s.repetition)], ..Change::at(raw.end) }
                } else {
                    Change { behind: Some(s.repetition), ..Change::at(raw.start) }
                });
            }
            // Behind the last one inserting is setting.
            None => set_in_segment(message.bytes(), scope, segment, position, &mut changes)?,
        }
    }
    Ok(apply(message, &changes, value, out))
}

/// Refuses paths to the delimiters.
pub(crate) fn guard(path: &Path) -> Result<(), EditError> {
    let header = path.segment == *b"MSH";
    match &path.position {
        _ if !header => Ok(()),
        Some(position) if position.field > 2 => Ok(()),
        _ => Err(EditError::Delimiters),
    }
}

fn needs(delimiter: u8, field_separator: u8) -> Result<(), EditError> {
    if delimiter == field_separator { Err(EditError::NoDelimiter) } else { Ok(()) }
}

/// The segments that a path selects.
fn segments<'m>(scope: &Scope<'_, 'm>, path: &Path) -> Vec<Segment<'m>> {
    let whole = Path { position: None, ..path.clone() };
    let mut found = Vec::new();
    let separators = scope.message.separators();
    let _ = whole.for_each(scope, |raw| {
        found.push(Segment::new(raw, separators));
        ControlFlow::Continue(())
    });
    found
}

/// Adds the changes that put a value at every place of a position in a segment of `base`.
pub(crate) fn set_in_segment(
    base: &[u8],
    scope: &Scope<'_, '_>,
    segment: Segment<'_>,
    position: &Position,
    changes: &mut Vec<Change>,
) -> Result<(), EditError> {
    let s = segment.separators();
    let number = usize::from(position.field);
    let Some(field) = segment.field(number) else {
        // The field is added, and in it as many repetitions as the path asks for.
        let repetitions = match position.repetition {
            Select::All | Select::Last => 0,
            Select::Nth(n) => n as usize - 1,
            Select::Where(_) => return Ok(()),
        };
        let mut padding = vec![(number - segment.field_count(), s.field)];
        if repetitions > 0 {
            needs(s.repetition, s.field)?;
            padding.push((repetitions, s.repetition));
        }
        pad_part(position.part, segment, &mut padding)?;
        changes.push(Change { padding, ..Change::at(range_of(base, segment.raw()).end) });
        return Ok(());
    };
    let selected = selected(scope, segment, position);
    if let (Select::Nth(n), true) = (&position.repetition, selected.is_empty()) {
        needs(s.repetition, s.field)?;
        let mut padding = vec![(*n as usize - field.repetitions().count(), s.repetition)];
        pad_part(position.part, segment, &mut padding)?;
        changes.push(Change { padding, ..Change::at(range_of(base, field.raw()).end) });
    }
    for repetition in selected {
        changes.push(set_in_repetition(base, segment, repetition, position.part)?);
    }
    Ok(())
}

fn set_in_repetition(
    base: &[u8],
    segment: Segment<'_>,
    repetition: Repetition<'_>,
    part: Part,
) -> Result<Change, EditError> {
    if let Some(raw) = part.of(repetition) {
        return Ok(Change::replace(base, raw));
    }
    let s = segment.separators();
    let number = usize::from(part.component.unwrap_or(1));
    let (count, whole) = (repetition.components().count(), repetition.raw());
    let mut padding = Vec::new();
    let end = match repetition.component(number) {
        Some(component) => {
            needs(s.subcomponent, s.field)?;
            let missing =
                usize::from(part.subcomponent.unwrap_or(1)) - component.subcomponents().count();
            padding.push((missing, s.subcomponent));
            range_of(base, component.raw()).end
        }
        None => {
            needs(s.component, s.field)?;
            padding.push((number - count, s.component));
            let subcomponent = Part { component: Some(1), ..part };
            pad_part(subcomponent, segment, &mut padding)?;
            range_of(base, whole).end
        }
    };
    Ok(Change { padding, ..Change::at(end) })
}

/// The delimiters before a part of a repetition that is empty yet.
fn pad_part(
    part: Part,
    segment: Segment<'_>,
    padding: &mut Vec<(usize, u8)>,
) -> Result<(), EditError> {
    let s = segment.separators();
    for (number, delimiter) in [(part.component, s.component), (part.subcomponent, s.subcomponent)]
    {
        let missing = usize::from(number.unwrap_or(1)) - 1;
        if missing > 0 {
            needs(delimiter, s.field)?;
            padding.push((missing, delimiter));
        }
    }
    Ok(())
}

/// Adds the changes that remove what stands at a position in a segment of `base`.
pub(crate) fn delete_in_segment(
    base: &[u8],
    scope: &Scope<'_, '_>,
    segment: Segment<'_>,
    position: &Position,
    changes: &mut Vec<Change>,
) {
    let Some(field) = segment.field(position.field.into()) else { return };
    let whole = range_of(base, field.raw());
    if position.part == Part::WHOLE && position.repetition == Select::All {
        return changes.push(Change { with_value: false, ..Change::replace(base, field.raw()) });
    }
    let selected = selected(scope, segment, position);
    if position.part != Part::WHOLE {
        let parts = selected.into_iter().filter_map(|r| position.part.of(r));
        changes.extend(parts.map(|raw| Change { with_value: false, ..Change::replace(base, raw) }));
        return;
    }
    let mut some_stay = false;
    // Both are in order.
    let mut selected = selected.into_iter().peekable();
    for repetition in field.repetitions() {
        if selected.next_if(|r| std::ptr::eq(r.raw(), repetition.raw())).is_none() {
            some_stay = true;
            continue;
        }
        // With the separator before it, or while none has stayed, the one behind it.
        let mut range = range_of(base, repetition.raw());
        if some_stay {
            range.start -= 1;
        } else if range.end < whole.end {
            range.end += 1;
        }
        changes.push(Change { range, with_value: false, ..Change::at(0) });
    }
}

/// The repetitions that a position selects, which are there.
fn selected<'m>(
    scope: &Scope<'_, 'm>,
    segment: Segment<'m>,
    position: &Position,
) -> Vec<Repetition<'m>> {
    let Some(field) = segment.field(position.field.into()) else { return Vec::new() };
    let holds = |r: &Repetition<'m>, c: &Condition| c.holds_in_repetition(*r, scope);
    position.repetition.pick(field.repetitions(), holds)
}

/// Where a part of `base` stands in it.
fn range_of(base: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(base.as_ptr() as usize);
    start..start + part.len()
}

impl Change {
    /// Whether the place is not there yet.
    #[cfg(feature = "cli")]
    pub(crate) fn is_new(&self) -> bool {
        self.padding.iter().any(|(count, _)| *count > 0)
    }

    /// Something new at a place.
    fn at(place: usize) -> Self {
        Self { range: place..place, padding: Vec::new(), with_value: true, behind: None }
    }

    /// In place of a part of `base`.
    pub(crate) fn replace(base: &[u8], raw: &[u8]) -> Self {
        Self { range: range_of(base, raw), ..Self::at(0) }
    }

    /// A segment goes with the line ending before it: MSH, the first one, stays.
    fn remove_segment(message: &Message<'_>, segment: Segment<'_>) -> Self {
        let mut range = range_of(message.bytes(), segment.raw());
        let before = &message.bytes()[..range.start];
        range.start = super::frame::without_line_ending(before).len();
        Self { range, with_value: false, ..Self::at(0) }
    }
}

/// Copies the message with the changes, which are in order, and returns their number. A CR among
/// the delimiters is a line ending, which is written as those of the message.
fn apply(message: &Message<'_>, changes: &[Change], value: &[u8], out: &mut Vec<u8>) -> usize {
    let line_ending: &[u8] = match &message.bytes()[message.header().raw().len()..] {
        [b'\r', b'\n', ..] => b"\r\n",
        [b'\n', ..] => b"\n",
        _ => b"\r",
    };
    splice(message.bytes(), changes.iter(), |_| value, line_ending, out);
    changes.len()
}

/// Copies a segment to `out` with the changes, which are in order and of places in it; the value
/// of each by its number.
#[cfg(feature = "cli")]
pub(crate) fn splice_segment<'c, 'v>(
    segment: &[u8],
    changes: impl Iterator<Item = &'c Change>,
    value: impl FnMut(usize) -> &'v [u8],
    out: &mut Vec<u8>,
) {
    splice(segment, changes, value, b"\r", out);
}

fn splice<'c, 'v>(
    bytes: &[u8],
    changes: impl Iterator<Item = &'c Change>,
    mut value: impl FnMut(usize) -> &'v [u8],
    line_ending: &[u8],
    out: &mut Vec<u8>,
) {
    let mut copied = 0;
    for (n, change) in changes.enumerate() {
        out.extend_from_slice(&bytes[copied..change.range.start]);
        copied = change.range.end;
        for &(count, delimiter) in &change.padding {
            match delimiter {
                b'\r' => out.extend_from_slice(line_ending),
                _ => out.resize(out.len() + count, delimiter),
            }
        }
        if change.with_value {
            out.extend_from_slice(value(n));
        }
        match change.behind {
            Some(b'\r') => out.extend_from_slice(line_ending),
            behind => out.extend(behind),
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}

#[cfg(test)]
mod tests;
