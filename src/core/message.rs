//! A message as a view over its bytes: segments, fields, repetitions, components, subcomponents.
//!
//! Numbers count from 1 as the standard does; nothing is copied and nothing is decoded.

mod search;

pub(crate) use search::hits;
#[cfg(feature = "cli")]
pub(crate) use search::{bits, first, last_block, pieces};

use super::frame::{Framed, LineEnding};
use super::segment_id::SegmentId;
use super::separators::{Separators, SeparatorsError};
use memchr::{memchr, memchr_iter, memchr2};
use search::{Pieces, nth_and_next};

/// A message: its bytes, its delimiters, and how its segments end.
///
/// ```
/// use pipehat::core::{Frame, Frames, Message};
/// let stream = b"MSH|^~\\&|LAB\rPID|1||123^^^HOSP^MR~456\r\n";
/// let Some(Frame::Message(framed)) = Frames::new(stream).next() else { panic!("no message") };
/// let message = Message::new(framed)?;
/// let pid = message.first(*b"PID").expect("a PID segment");
/// assert_eq!(pid.field(3).and_then(|f| f.repetition(2)).map(|r| r.raw()), Some(&b"456"[..]));
/// # Ok::<(), pipehat::core::SeparatorsError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    separators: Separators,
    line_ending: LineEnding,
    header_len: usize,
}

impl<'a> Message<'a> {
    /// Reads MSH-1 and MSH-2 of a framed message; the rest is not touched.
    ///
    /// # Errors
    /// When the two give no usable delimiters.
    #[inline]
    pub fn new(framed: Framed<'a>) -> Result<Self, SeparatorsError> {
        let separators = Separators::of(framed.bytes)?;
        let Framed { bytes, line_ending, header_len, .. } = framed;
        Ok(Self { bytes, separators, line_ending, header_len })
    }

    /// The bytes from `MSH` to the end of the last segment.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The delimiters.
    #[inline]
    #[must_use]
    pub fn separators(&self) -> Separators {
        self.separators
    }

    /// How the segments end.
    #[inline]
    #[must_use]
    pub fn line_ending(&self) -> LineEnding {
        self.line_ending
    }

    /// The same structure over other bytes, for a message that was converted as a whole.
    #[must_use]
    pub fn with_bytes<'b>(&self, bytes: &'b [u8]) -> Message<'b> {
        let header_len = memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
        Message { bytes, separators: self.separators, line_ending: self.line_ending, header_len }
    }

    /// All segments in order.
    #[inline]
    #[must_use]
    pub fn segments(&self) -> Segments<'a> {
        Segments {
            rest: Some(self.bytes),
            separators: self.separators,
            line_ending: self.line_ending,
        }
    }

    /// The segments with an id.
    #[inline]
    pub fn segments_named(&self, id: SegmentId) -> impl Iterator<Item = Segment<'a>> + use<'a> {
        self.segments().filter(move |segment| segment.has_id(id))
    }

    /// The first segment with an id.
    #[inline]
    #[must_use]
    pub fn first(&self, id: SegmentId) -> Option<Segment<'a>> {
        self.segments_named(id).next()
    }

    /// The MSH segment.
    #[inline]
    #[must_use]
    pub fn header(&self) -> Segment<'a> {
        let bytes = self.bytes.get(..self.header_len).unwrap_or(self.bytes);
        Segment { bytes, separators: self.separators }
    }

    /// Where `part`, a slice of this message, stands in its bytes.
    #[must_use]
    pub fn offset_of(&self, part: &[u8]) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.bytes.as_ptr() as usize)
    }
}

/// The segments of a message in order.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'a> {
    rest: Option<&'a [u8]>,
    separators: Separators,
    line_ending: LineEnding,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    #[inline]
    fn next(&mut self) -> Option<Segment<'a>> {
        let rest = self.rest?;
        let end = match self.line_ending {
            LineEnding::Cr => memchr(b'\r', rest),
            LineEnding::Lf => memchr2(b'\r', b'\n', rest),
        };
        let bytes = match end {
            None => {
                self.rest = None;
                rest
            }
            Some(end) => {
                let pair = self.line_ending == LineEnding::Lf && rest[end..].starts_with(b"\r\n");
                self.rest = Some(&rest[end + 1 + usize::from(pair)..]);
                &rest[..end]
            }
        };
        Some(Segment { bytes, separators: self.separators })
    }
}

/// A segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    bytes: &'a [u8],
    separators: Separators,
}

impl<'a> Segment<'a> {
    /// A segment on its own, without its line ending.
    #[must_use]
    pub fn new(bytes: &'a [u8], separators: Separators) -> Self {
        Self { bytes, separators }
    }

    /// The bytes, id included, line ending not.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// What stands before the first field separator: three letters in any proper segment.
    #[inline]
    #[must_use]
    pub fn id(&self) -> &'a [u8] {
        let end = memchr(self.separators.field, self.bytes).unwrap_or(self.bytes.len());
        &self.bytes[..end]
    }

    /// Whether it has this id.
    #[inline]
    #[must_use]
    pub fn has_id(&self, id: SegmentId) -> bool {
        match self.bytes {
            [a, b, c, rest @ ..] if [*a, *b, *c] == id => {
                rest.first().is_none_or(|&b| b == self.separators.field)
            }
            _ => false,
        }
    }

    /// The delimiters of its message.
    #[inline]
    #[must_use]
    pub fn separators(&self) -> Separators {
        self.separators
    }

    /// Whether fields count as in MSH, whose field 1 is the field separator itself.
    #[inline]
    #[must_use]
    pub fn is_header(&self) -> bool {
        self.bytes.starts_with(b"MSH")
    }

    /// Field `n`, from 1; `None` when the segment ends before it.
    #[inline]
    #[must_use]
    pub fn field(&self, n: usize) -> Option<Field<'a>> {
        let s = self.separators;
        let skipped = if self.is_header() {
            match n {
                0 => return None,
                1 => {
                    return Some(Field {
                        bytes: self.bytes.get(3..4)?,
                        separators: s,
                        plain: true,
                    });
                }
                _ => n - 1,
            }
        } else {
            n
        };
        let (before, after) = nth_and_next(self.bytes, s.field, skipped)?;
        let bytes = &self.bytes[before + 1..after];
        Some(Field { bytes, separators: s, plain: self.is_header() && n == 2 })
    }

    /// All fields with their numbers.
    pub fn fields(&self) -> impl Iterator<Item = (usize, Field<'a>)> + use<'a> {
        let segment = *self;
        let header = self.is_header();
        let first = header.then(|| segment.field(1)).flatten().map(|f| (1, f));
        let rest = memchr(self.separators.field, self.bytes).map(|n| &self.bytes[n + 1..]);
        let pieces = Pieces { rest, by: self.separators.field };
        first.into_iter().chain(pieces.enumerate().map(move |(i, bytes)| {
            let n = if header { i + 2 } else { i + 1 };
            (n, Field { bytes, separators: segment.separators, plain: header && n == 2 })
        }))
    }

    /// The number of the last field.
    #[must_use]
    pub fn field_count(&self) -> usize {
        memchr_iter(self.separators.field, self.bytes).count() + usize::from(self.is_header())
    }
}

/// A field with all its repetitions.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    bytes: &'a [u8],
    separators: Separators,
    /// MSH-1 and MSH-2: delimiters, which are not to be split at themselves.
    plain: bool,
}

impl<'a> Field<'a> {
    /// The bytes of the whole field.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// Repetition `n`, from 1.
    #[inline]
    #[must_use]
    pub fn repetition(&self, n: usize) -> Option<Repetition<'a>> {
        self.repetitions().nth(n.checked_sub(1)?)
    }

    /// All repetitions; an empty field has one empty repetition.
    #[inline]
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition<'a>> + use<'a> {
        let separators = self.separators;
        let plain = self.plain;
        let by = if plain { IN_NO_FIELD } else { separators.repetition };
        Pieces { rest: Some(self.bytes), by }.map(move |bytes| Repetition {
            bytes,
            separators,
            plain,
        })
    }
}

/// One repetition of a field.
#[derive(Clone, Copy, Debug)]
pub struct Repetition<'a> {
    bytes: &'a [u8],
    separators: Separators,
    plain: bool,
}

impl<'a> Repetition<'a> {
    /// The bytes.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// Component `n`, from 1.
    #[inline]
    #[must_use]
    pub fn component(&self, n: usize) -> Option<Component<'a>> {
        self.components().nth(n.checked_sub(1)?)
    }

    /// All components.
    #[inline]
    pub fn components(&self) -> impl Iterator<Item = Component<'a>> + use<'a> {
        let separators = self.separators;
        let plain = self.plain;
        let by = if plain { IN_NO_FIELD } else { separators.component };
        Pieces { rest: Some(self.bytes), by }.map(move |bytes| Component {
            bytes,
            separators,
            plain,
        })
    }
}

/// One component of a repetition.
#[derive(Clone, Copy, Debug)]
pub struct Component<'a> {
    bytes: &'a [u8],
    separators: Separators,
    plain: bool,
}

impl<'a> Component<'a> {
    /// The bytes.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// Subcomponent `n`, from 1, as its bytes.
    #[inline]
    #[must_use]
    pub fn subcomponent(&self, n: usize) -> Option<&'a [u8]> {
        self.subcomponents().nth(n.checked_sub(1)?)
    }

    /// All subcomponents as their bytes.
    #[inline]
    pub fn subcomponents(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let by = if self.plain { IN_NO_FIELD } else { self.separators.subcomponent };
        Pieces { rest: Some(self.bytes), by }
    }
}

/// What stands at a position, as the standard tells it apart (chapter 2, section 2.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The structure ends before the position.
    Absent,
    /// Nothing between the delimiters.
    Empty,
    /// Two double quotes: the value is to be deleted.
    Null,
    /// Bytes as written.
    Text(&'a [u8]),
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(bytes: Option<&'a [u8]>) -> Self {
        match bytes {
            None => Self::Absent,
            Some([]) => Self::Empty,
            Some(b"\"\"") => Self::Null,
            Some(text) => Self::Text(text),
        }
    }
}

/// Ends segments in every message, so that no field holds it.
const IN_NO_FIELD: u8 = b'\r';

#[cfg(test)]
mod tests {
    use super::super::frame::{Frame, Frames};
    use super::*;
    use proptest::prelude::*;

    const TEXT: &[u8] =
        b"MSH|^~\\&|LAB^2.16&ISO|\"\"\rPID|1||123^^^HOSP&1.2&ISO~~456|\nx|A^B\rpid|1\rPID\rZZ";

    fn message() -> Message<'static> {
        let Some(Frame::Message(framed)) = Frames::new(TEXT).next() else { panic!() };
        Message::new(framed).unwrap()
    }

    fn value<'a>(message: &Message<'a>, id: &[u8; 3], path: [usize; 4]) -> Value<'a> {
        let [field, rep, component, sub] = path;
        let bytes = message
            .first(*id)
            .and_then(|s| s.field(field))
            .and_then(|f| f.repetition(rep))
            .and_then(|r| r.component(component))
            .and_then(|c| c.subcomponent(sub));
        Value::from(bytes)
    }

    #[test]
    fn every_position_can_be_reached() {
        let m = message();
        let at = |id, path| value(&m, id, path);
        assert_eq!(at(b"MSH", [1, 1, 1, 1]), Value::Text(b"|"));
        assert_eq!(at(b"MSH", [2, 1, 1, 1]), Value::Text(b"^~\\&"));
        assert_eq!(at(b"MSH", [3, 1, 1, 1]), Value::Text(b"LAB"));
        assert_eq!(at(b"MSH", [3, 1, 2, 2]), Value::Text(b"ISO"));
        assert_eq!(at(b"MSH", [4, 1, 1, 1]), Value::Null);
        assert_eq!(at(b"MSH", [5, 1, 1, 1]), Value::Absent);
        assert_eq!(at(b"PID", [2, 1, 1, 1]), Value::Empty);
        assert_eq!(at(b"PID", [3, 1, 4, 2]), Value::Text(b"1.2"));
        assert_eq!(at(b"PID", [3, 2, 1, 1]), Value::Empty);
        assert_eq!(at(b"PID", [3, 3, 1, 1]), Value::Text(b"456"));
        assert_eq!(at(b"PID", [3, 4, 1, 1]), Value::Absent);
        assert_eq!(at(b"PID", [4, 1, 1, 1]), Value::Text(b"\nx"));
        assert_eq!(at(b"PID", [0, 1, 1, 1]), Value::Absent);
    }

    #[test]
    fn segments_by_id_and_order() {
        let m = message();
        let ids: Vec<_> = m.segments().map(|s| s.id().escape_ascii().to_string()).collect();
        assert_eq!(ids, ["MSH", "PID", "pid", "PID", "ZZ"]);
        let named: Vec<_> = m.segments_named(*b"PID").map(|s| s.raw().len()).collect();
        assert_eq!(named, [37, 3]);
        let numbers: Vec<_> = m.header().fields().map(|(n, f)| (n, f.raw().len())).collect();
        assert_eq!(numbers, [(1, 1), (2, 4), (3, 12), (4, 2)]);
        assert_eq!(m.header().field_count(), 4);
        assert_eq!(m.first(*b"PID").unwrap().field_count(), 5);
    }

    proptest! {
        #[test]
        fn fields_by_number_are_the_fields_in_order(text in "(MSH|PID)[|^a]{0,40}") {
            let segment = Segment::new(text.as_bytes(), Separators::default());
            for (n, field) in segment.fields() {
                prop_assert_eq!(segment.field(n).map(|f| f.raw()), Some(field.raw()));
            }
            prop_assert!(segment.field(segment.field_count() + 1).is_none());
        }
    }
}
