//! Why a JSON object is not a message.

use std::fmt;

/// What is wrong with a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are not UTF-8, as JSON must be.
    NotUtf8,
    /// Not JSON.
    Syntax,
    /// A string with a control character, or with an escape sequence that JSON does not know.
    BadString,
    /// Nested too deeply.
    Depth,
    /// Something behind the object.
    Trailing,
    /// Another kind of value is expected; which.
    Expected(&'static str),
    /// The object has no such member.
    Missing(&'static str),
    /// A member that the shape does not know.
    Member,
    /// A number that no field, component or subcomponent can have; the greatest there is.
    Number(u32),
    /// A member stands twice.
    Twice,
    /// The delimiters cannot be used.
    Delimiters,
    /// The first segment is not MSH.
    NoHeader,
    /// A segment that begins another message.
    Header,
    /// A last segment that is no segment of a message, but of the batch around it.
    Envelope,
    /// An id, or a value that is taken as written, with a byte that would end it.
    Delimiter,
    /// A value that needs escape sequences, and the delimiters name no escape character.
    NoEscape,
    /// Subcomponents, and the delimiters name no character between them.
    NoSubcomponent,
    /// MSH-1 or MSH-2, which are the delimiters.
    HeaderField,
    /// Base64 is expected.
    Base64,
    /// A character that the character set of the message has not.
    Unencodable,
    /// Too many empty positions.
    TooLong,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotUtf8 => "not UTF-8",
            Self::Syntax => "not valid JSON",
            Self::BadString => "not a valid JSON string",
            Self::Depth => "nested too deeply",
            Self::Trailing => "there is more behind the object",
            Self::Expected(what) => return write!(f, "{what} is expected"),
            Self::Missing(what) => return write!(f, "{what} is missing"),
            Self::Member => "a member with an unknown name",
            Self::Number(most) => return write!(f, "a number from 1 to {most} is expected"),
            Self::Twice => "a member that stands twice",
            Self::Delimiters => "these cannot delimit",
            Self::NoHeader => "the first segment is not MSH",
            Self::Header => "an MSH segment that is not the first",
            Self::Envelope => "an envelope segment at the end of a message",
            Self::Delimiter => "holds a delimiter",
            Self::NoEscape => "needs an escape character and the delimiters name none",
            Self::NoSubcomponent => "subcomponents, and the delimiters name no character for them",
            Self::HeaderField => "MSH-1 and MSH-2 stand in `delimiters`",
            Self::Base64 => "not valid base64",
            Self::Unencodable => "a character that the character set of the message has not",
            Self::TooLong => "too many empty positions",
        };
        f.write_str(text)
    }
}

/// Why and where a JSON object is not a message. Says nothing of what the message holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub problem: Problem,
    /// The byte of the object at which it is wrong; for a character that cannot be encoded, where
    /// its segment begins.
    pub offset: usize,
    /// Where, as jq would write it: `segments[3]."5"[0]."1"`. Empty for the object itself.
    pub path: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} (byte {} of the object)", self.problem, self.offset)
    }
}

impl std::error::Error for JsonError {}

impl JsonError {
    #[cold]
    pub(super) fn new(problem: Problem, offset: usize) -> Self {
        Self { problem, offset, path: String::new() }
    }

    /// The same error, seen from one level farther out.
    #[cold]
    pub(super) fn within(mut self, step: Step) -> Self {
        let dot = !matches!(self.path.as_bytes(), [] | [b'[', ..]);
        if dot {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, &step.to_string());
        self
    }
}

/// One step of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Name(&'static str),
    Number(u32),
    Element(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Number(n) => write!(f, "\"{n}\""),
            Self::Element(n) => write!(f, "[{n}]"),
        }
    }
}
