//! Paths: `SEG[i]-F[r].C.S`, where a value stands in a message.
//!
//! `PID-3`, `PID-3.1`, `PID-5[1].2`, `OBX[2]-5`, `PID-3[5=MR].1`, `OBX[3.1=718-7]-5`, `ZPD-2`.
//! `-` and `.` are alike. Without an index every one is meant, as with `[*]`; `[n]` counts from 1,
//! `[last]` is the last one, any other text in brackets is a condition.

use super::expr::{Condition, Within};
use super::message::{Field, Message, Repetition, Segment};
use super::scope::Scope;
use super::segment_id::SegmentId;
use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;

/// Where in a message values stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The segment's id.
    pub segment: SegmentId,
    /// Which of the segments with this id.
    pub which: Select,
    /// Where in the segment; without it, the whole segment is meant.
    pub position: Option<Position>,
}

/// Where in a segment values stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The field's number, from 1.
    pub field: u16,
    /// Which of its repetitions.
    pub repetition: Select,
    /// Where in the repetition.
    pub part: Part,
}

/// Where in a repetition values stand. Numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The component's number; `None` for all of the repetition.
    pub component: Option<u16>,
    /// The subcomponent's number; `None` for all of the component.
    pub subcomponent: Option<u16>,
}

/// Which of several segments or repetitions.
#[derive(Clone, Debug, PartialEq)]
pub enum Select {
    /// Every one.
    All,
    /// The one with this number, from 1.
    Nth(u32),
    /// The last.
    Last,
    /// Those for which a condition holds.
    Where(Arc<Condition>),
}

/// Why a path or an expression cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The byte of the text at which it went wrong, from 0.
    pub at: usize,
    /// What was expected there, as a phrase.
    pub expected: String,
}

impl SyntaxError {
    /// An error at byte `at` of the text.
    pub fn new(at: usize, expected: impl Into<String>) -> Self {
        Self { at, expected: expected.into() }
    }

    /// The text with a caret under the place, and what was expected.
    #[must_use]
    pub fn explain(&self, text: &str) -> String {
        let at = (0..=self.at.min(text.len())).rev().find(|&n| text.is_char_boundary(n));
        let (before, after) = text.split_at(at.unwrap_or(0));
        let line = before.rfind('\n').map_or(0, |n| n + 1);
        let whole = after.find('\n').map_or(text, |n| &text[..before.len() + n]);
        let column = before[line..].chars().count();
        // Not as a width, of which there is a greatest.
        format!("{}\n{}^ expected {}", &whole[line..], " ".repeat(column), self.expected)
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: expected {}", self.at + 1, self.expected)
    }
}

impl std::error::Error for SyntaxError {}

impl FromStr for Path {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let mut cursor = Cursor::new(text, 0, 0);
        let path = cursor.path()?;
        if cursor.at < text.len() {
            let more = match path.position.as_ref().map(|p| p.part) {
                None => "`-` and a field number, or the end of the path",
                Some(Part { component: None, .. }) => "`.` and a component number, or `[`",
                Some(Part { subcomponent: None, .. }) => "`.` and a subcomponent number",
                Some(_) => "the end of the path",
            };
            return Err(SyntaxError::new(cursor.at, more));
        }
        Ok(path)
    }
}

/// Reads paths out of a text; the expression language reads its paths with it, too.
pub(super) struct Cursor<'t> {
    text: &'t str,
    pub(super) at: usize,
    /// How many brackets and such are open around the place.
    depth: u16,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, at: usize, depth: u16) -> Self {
        Self { text, at, depth }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// A path from its segment on.
    pub(super) fn path(&mut self) -> Result<Path, SyntaxError> {
        let segment = self.segment()?;
        let which = self.select(Within::Segment(segment))?;
        let position = if self.separator() { Some(self.position()?) } else { None };
        Ok(Path { segment, which, position })
    }

    /// A position from its field number on.
    pub(super) fn position(&mut self) -> Result<Position, SyntaxError> {
        let field = self.number("a field number")?;
        let repetition = self.select(Within::Field)?;
        let part = if self.separator() { self.part()? } else { Part::WHOLE };
        Ok(Position { field, repetition, part })
    }

    /// A part from its component number on.
    pub(super) fn part(&mut self) -> Result<Part, SyntaxError> {
        let component = Some(self.number("a component number")?);
        let subcomponent =
            if self.separator() { Some(self.number("a subcomponent number")?) } else { None };
        Ok(Part { component, subcomponent })
    }

    fn segment(&mut self) -> Result<SegmentId, SyntaxError> {
        let expected = || SyntaxError::new(self.at, "a segment id such as PID");
        let head = self.text.as_bytes().get(self.at..self.at + 3).ok_or_else(expected)?;
        let mut id = [head[0], head[1], head[2]];
        id.make_ascii_uppercase();
        let more = self.text.as_bytes().get(self.at + 3).is_some_and(u8::is_ascii_alphanumeric);
        if more || !id[0].is_ascii_alphabetic() || !id.iter().all(u8::is_ascii_alphanumeric) {
            return Err(expected());
        }
        self.at += 3;
        Ok(id)
    }

    /// Takes `-` or `.` if a number comes behind it.
    fn separator(&mut self) -> bool {
        let found = matches!(self.peek(), Some(b'-' | b'.'));
        if found {
            self.at += 1;
        }
        found
    }

    fn number(&mut self, expected: &'static str) -> Result<u16, SyntaxError> {
        let digits = self.digits();
        let start = self.at;
        self.at += digits.len();
        match digits.parse() {
            Ok(0) => Err(SyntaxError::new(start, format!("{expected}, which counts from 1"))),
            Ok(n) => Ok(n),
            Err(_) => Err(SyntaxError::new(start, expected)),
        }
    }

    fn digits(&self) -> &'t str {
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        &rest[..end]
    }

    /// An index or condition in brackets, if there is one.
    fn select(&mut self, within: Within) -> Result<Select, SyntaxError> {
        if self.peek() != Some(b'[') {
            return Ok(Select::All);
        }
        self.at += 1;
        let inside = &self.text[self.at..];
        for (word, select) in [("*]", Select::All), ("last]", Select::Last)] {
            if inside.starts_with(word) {
                self.at += word.len();
                return Ok(select);
            }
        }
        let digits = self.digits();
        if !digits.is_empty() && inside[digits.len()..].starts_with(']') {
            let Some(n) = digits.parse().ok().filter(|&n| n > 0) else {
                return Err(SyntaxError::new(self.at, "a number, which counts from 1"));
            };
            self.at += digits.len() + 1;
            return Ok(Select::Nth(n));
        }
        let (condition, end) = Condition::parse_within(self.text, self.at, within, self.depth)?;
        // Behind the `]`.
        self.at = end + 1;
        Ok(Select::Where(Arc::new(condition)))
    }
}

impl Select {
    /// Those of several that are meant. `holds`: whether a condition holds for one of them.
    pub(crate) fn pick<T>(
        &self,
        mut all: impl Iterator<Item = T>,
        holds: impl Fn(&T, &Condition) -> bool,
    ) -> Vec<T> {
        match self {
            Self::All => all.collect(),
            Self::Nth(n) => all.nth(*n as usize - 1).into_iter().collect(),
            Self::Last => all.last().into_iter().collect(),
            Self::Where(condition) => all.filter(|one| holds(one, condition)).collect(),
        }
    }
}

impl Part {
    /// All of a repetition.
    pub const WHOLE: Self = Self { component: None, subcomponent: None };

    /// The bytes at this part of a repetition; `None` when it ends before.
    #[inline]
    #[must_use]
    pub fn of<'m>(self, repetition: Repetition<'m>) -> Option<&'m [u8]> {
        let Some(n) = self.component else { return Some(repetition.raw()) };
        let component = repetition.component(n.into())?;
        match self.subcomponent {
            None => Some(component.raw()),
            Some(n) => component.subcomponent(n.into()),
        }
    }
}

impl Position {
    /// Calls `found` with the bytes of each value at this position of a segment, one for each
    /// selected repetition: empty where the repetition or the segment ends before the position,
    /// so that the values of two paths into the same repetitions stand side by side.
    #[inline]
    pub fn for_each<'m>(
        &self,
        segment: Segment<'m>,
        scope: &Scope<'_, 'm>,
        found: &mut impl FnMut(&'m [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(field) = segment.field(self.field.into()) else {
            return match self.repetition {
                Select::All => found(&[]),
                _ => ControlFlow::Continue(()),
            };
        };
        self.for_each_in(field, scope, found)
    }

    #[inline]
    fn for_each_in<'m>(
        &self,
        field: Field<'m>,
        scope: &Scope<'_, 'm>,
        found: &mut impl FnMut(&'m [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let emit = |r: Repetition<'m>| found(self.part.of(r).unwrap_or_default());
        match &self.repetition {
            Select::All => field.repetitions().try_for_each(emit),
            Select::Nth(n) => field.repetition(*n as usize).map_or(ControlFlow::Continue(()), emit),
            Select::Last => field.repetitions().last().map_or(ControlFlow::Continue(()), emit),
            Select::Where(condition) => field
                .repetitions()
                .filter(|r| condition.holds_in_repetition(*r, scope))
                .try_for_each(emit),
        }
    }
}

impl Path {
    /// Calls `found` with the bytes, as written, of each value that the path reaches in the
    /// message of `scope`, in order.
    #[inline]
    pub fn for_each<'m>(
        &self,
        scope: &Scope<'_, 'm>,
        mut found: impl FnMut(&'m [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.segment == *b"MSH" && matches!(self.which, Select::All | Select::Nth(1)) {
            return self.for_each_within(scope.header(), scope, &mut found);
        }
        if let Some(lines) = scope.lines {
            return self.for_each_among(scope.among_lines(lines, self.segment), scope, found);
        }
        self.for_each_among(scope.message.segments_named(self.segment), scope, found)
    }

    /// As [`Path::for_each`] among given segments, which have the id of the path already.
    #[inline]
    pub fn for_each_among<'m>(
        &self,
        mut segments: impl Iterator<Item = Segment<'m>>,
        scope: &Scope<'_, 'm>,
        mut found: impl FnMut(&'m [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let within = |segment| self.for_each_within(segment, scope, &mut found);
        match &self.which {
            Select::All => segments.try_for_each(within),
            Select::Nth(n) => {
                segments.nth(*n as usize - 1).map_or(ControlFlow::Continue(()), within)
            }
            Select::Last => segments.last().map_or(ControlFlow::Continue(()), within),
            Select::Where(condition) => {
                segments.filter(|s| condition.holds_in_segment(*s, scope)).try_for_each(within)
            }
        }
    }

    #[inline]
    fn for_each_within<'m>(
        &self,
        segment: Segment<'m>,
        scope: &Scope<'_, 'm>,
        found: &mut impl FnMut(&'m [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match &self.position {
            None => found(segment.raw()),
            Some(position) => position.for_each(segment, scope, found),
        }
    }

    /// The first value, as written.
    #[must_use]
    pub fn first<'m>(&self, message: &Message<'m>) -> Option<&'m [u8]> {
        let mut first = None;
        let _ = self.for_each(&Scope::new(message), |raw| {
            first = Some(raw);
            ControlFlow::Break(())
        });
        first
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.segment.escape_ascii(), self.which)?;
        match &self.position {
            None => Ok(()),
            Some(position) => write!(f, "-{position}"),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field, self.repetition)?;
        match self.part.component {
            None => Ok(()),
            Some(_) => write!(f, ".{}", self.part),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(component) = self.component else { return Ok(()) };
        write!(f, "{component}")?;
        match self.subcomponent {
            None => Ok(()),
            Some(subcomponent) => write!(f, ".{subcomponent}"),
        }
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Nth(n) => write!(f, "[{n}]"),
            Self::Last => f.write_str("[last]"),
            Self::Where(condition) => write!(f, "[{condition}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::{Frame, Frames};
    use super::*;

    const TEXT: &[u8] = b"MSH|^~\\&|LAB|\"\"\rPID|1||123^^^HOSP&1.2^MR~456^^^^SS||DOE^JANE\r\
        OBX|1|NM|718-7^Hb||13.5\rOBX|2|NM|4544-3^Hct||40~41\rZPD|a|b";

    fn values(path: &str) -> Vec<String> {
        let Some(Frame::Message(framed)) = Frames::new(TEXT).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let path: Path = path.parse().unwrap_or_else(|e: SyntaxError| panic!("{path}: {e}"));
        let mut values = Vec::new();
        let _ = path.for_each(&Scope::new(&message), |raw| {
            values.push(raw.escape_ascii().to_string());
            ControlFlow::Continue(())
        });
        values
    }

    #[test]
    fn every_form_reaches_its_values() {
        assert_eq!(values("PID-3.1"), ["123", "456"]);
        assert_eq!(values("PID.3.1"), ["123", "456"]);
        assert_eq!(values("PID-3[*].1"), ["123", "456"]);
        assert_eq!(values("pid-3[2]"), ["456^^^^SS"]);
        assert_eq!(values("PID-3[last].1"), ["456"]);
        assert_eq!(values("PID-3[3].1"), [""; 0]);
        assert_eq!(values("PID-3.4.2"), ["1.2", ""]);
        assert_eq!(values("PID-5"), ["DOE^JANE"]);
        assert_eq!(values("PID-5.1.1"), ["DOE"]);
        assert_eq!(values("PID-5.1.2"), [""]);
        assert_eq!(values("OBX-5"), ["13.5", "40", "41"]);
        assert_eq!(values("OBX[2]-5[1]"), ["40"]);
        assert_eq!(values("OBX[last]-5"), ["40", "41"]);
        assert_eq!(values("OBX[3]-5"), [""; 0]);
        assert_eq!(values("OBX-8"), ["", ""]);
        assert_eq!(values("MSH-1"), ["|"]);
        assert_eq!(values("MSH-2"), [r"^~\\&"]);
        assert_eq!(values("MSH-4"), [r#"\"\""#]);
        assert_eq!(values("ZPD-2"), ["b"]);
        assert_eq!(values("ZPD"), ["ZPD|a|b"]);
        assert_eq!(values("NK1-2"), [""; 0]);
    }

    #[test]
    fn errors_point_at_the_place() {
        for (text, at) in [
            ("", 0),
            ("PI", 0),
            ("PIDX-3", 0),
            ("1ID-3", 0),
            ("PID-", 4),
            ("PID-x", 4),
            ("PID-0", 4),
            ("PID-3[0]", 6),
            ("PID-3[1", 7),
            ("PID-3.1.2.3", 9),
            ("PID-3 ", 5),
            ("PID-99999", 4),
            ("ÜID-3", 0),
        ] {
            let error = text.parse::<Path>().expect_err(text);
            assert_eq!(error.at, at, "{text}: {error}");
        }
        let error = "PID-3.x".parse::<Path>().unwrap_err();
        assert_eq!(error.explain("PID-3.x"), "PID-3.x\n      ^ expected a component number");
        let far = SyntaxError::new(70_000, "an end");
        let text = "x".repeat(70_001);
        assert_eq!(far.explain(&text), format!("{text}\n{}^ expected an end", " ".repeat(70_000)));
    }

    #[test]
    fn a_path_prints_as_it_reads() {
        for text in ["PID", "PID-3", "PID-3[2].1", "OBX[2]-5[last].1.2", "ZZ1[last]-1"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }
}
