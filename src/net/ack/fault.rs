//! What is wrong with a message: where, what, and how grave, as an ERR segment tells it.

use std::fmt;

/// Where in a message something is wrong: segment, field and so on, all counted from 1; 0 for
/// what is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The segment's id.
    pub segment: [u8; 3],
    /// Which of the segments with that id.
    pub sequence: usize,
    /// The field.
    pub field: usize,
    /// Which repetition of it.
    pub repetition: usize,
    /// The component.
    pub component: usize,
    /// The subcomponent.
    pub subcomponent: usize,
}

impl Location {
    /// A field of the header.
    #[must_use]
    pub fn header(field: usize) -> Self {
        Self { segment: *b"MSH", sequence: 1, field, ..Self::default() }
    }

    /// The positions behind the segment's id, up to the last that is told.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        let all = [self.sequence, self.field, self.repetition, self.component, self.subcomponent];
        let told = all.iter().rposition(|&n| n > 0).map_or(0, |n| n + 1);
        all.into_iter().take(told)
    }
}

/// What is wrong, HL7 table 0357.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Condition {
    /// The segments are not in the order of the message structure, or one is missing.
    SegmentSequence = 100,
    /// A field that must be there is not.
    RequiredField = 101,
    /// A value is not of its data type.
    DataType = 102,
    /// A code is not in its table.
    TableValue = 103,
    /// A value is longer than it may be.
    ValueTooLong = 104,
    /// It occurs too often or too seldom.
    Cardinality = 198,
    /// Something else.
    OtherError = 199,
    /// Messages of this type are not taken.
    MessageType = 200,
    /// Messages of this event are not taken.
    Event = 201,
    /// The processing id (MSH-11) is not served.
    ProcessingId = 202,
    /// The version (MSH-12) is not served.
    Version = 203,
    /// What the message is about is not known.
    UnknownKey = 204,
    /// It is there already.
    DuplicateKey = 205,
    /// It is in use.
    Locked = 206,
    /// The trouble is on this side.
    Internal = 207,
}

impl Condition {
    /// The code.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The condition that has a code.
    #[must_use]
    pub fn of(code: u16) -> Option<Self> {
        let all = [
            Self::SegmentSequence,
            Self::RequiredField,
            Self::DataType,
            Self::TableValue,
            Self::ValueTooLong,
            Self::Cardinality,
            Self::OtherError,
            Self::MessageType,
            Self::Event,
            Self::ProcessingId,
            Self::Version,
            Self::UnknownKey,
            Self::DuplicateKey,
            Self::Locked,
            Self::Internal,
        ];
        all.into_iter().find(|condition| condition.code() == code)
    }

    /// Its meaning in the table.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::SegmentSequence => "Segment sequence error",
            Self::RequiredField => "Required field missing",
            Self::DataType => "Data type error",
            Self::TableValue => "Table value not found",
            Self::ValueTooLong => "Value too long",
            Self::Cardinality => "Non-Conformant Cardinality",
            Self::OtherError => "Other HL7 Error",
            Self::MessageType => "Unsupported message type",
            Self::Event => "Unsupported event code",
            Self::ProcessingId => "Unsupported processing id",
            Self::Version => "Unsupported version id",
            Self::UnknownKey => "Unknown key identifier",
            Self::DuplicateKey => "Duplicate key identifier",
            Self::Locked => "Application record locked",
            Self::Internal => "Application internal error",
        }
    }
}

/// How grave it is, HL7 table 0516.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Severity {
    /// E.
    #[default]
    Error,
    /// F: no processing can be expected.
    Fatal,
    /// W.
    Warning,
    /// I.
    Information,
}

impl Severity {
    pub(super) fn letter(self) -> u8 {
        match self {
            Self::Error => b'E',
            Self::Fatal => b'F',
            Self::Warning => b'W',
            Self::Information => b'I',
        }
    }
}

/// Something that is wrong with a message: an ERR segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, if it is at a place.
    pub location: Option<Location>,
    /// What.
    pub condition: Condition,
    /// How grave.
    pub severity: Severity,
    /// For people, without content of the message.
    pub text: String,
}

impl Fault {
    /// An error with the message as a whole.
    #[must_use]
    pub fn new(condition: Condition, text: impl Into<String>) -> Self {
        Self { location: None, condition, severity: Severity::Error, text: text.into() }
    }

    /// An error in a field of the header.
    #[must_use]
    pub fn in_header(field: usize, condition: Condition, text: impl Into<String>) -> Self {
        Self { location: Some(Location::header(field)), ..Self::new(condition, text) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
