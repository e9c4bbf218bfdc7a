//! The delimiters of one message, as its MSH-1 and MSH-2 give them.

use std::fmt;

/// The delimiters of a message (HL7 v2.8.2, chapter 2, section 2.5.4).
///
/// A delimiter that MSH-2 does not name is set to [`Separators::field`]: that byte cannot occur
/// inside a field, so looking for it finds nothing and no reader needs a special case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    /// Between fields, MSH-1; usually `|`.
    pub field: u8,
    /// Between components; usually `^`.
    pub component: u8,
    /// Between repetitions of a field; usually `~`.
    pub repetition: u8,
    /// Around escape sequences; usually `\`.
    pub escape: u8,
    /// Between subcomponents; usually `&`.
    pub subcomponent: u8,
    /// Marks truncated values since version 2.7; usually `#`, mostly absent.
    pub truncation: u8,
}

impl Default for Separators {
    /// The recommended delimiters `|^~\&`, without a truncation character.
    fn default() -> Self {
        Self {
            field: b'|',
            component: b'^',
            repetition: b'~',
            escape: b'\\',
            subcomponent: b'&',
            truncation: b'|',
        }
    }
}

/// Why the head of a message gives no usable delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeparatorsError {
    /// The bytes do not begin with `MSH` and a delimiter.
    NoHeader,
    /// MSH-1 is a byte that cannot delimit (a letter, a digit, a control or non-ASCII byte).
    Field,
    /// MSH-2 has fewer than 2 or more than 5 characters; the number found.
    Count(usize),
    /// MSH-2 has a character that cannot delimit; its position, from 1.
    Encoding(usize),
    /// Two delimiters are the same character.
    Duplicate,
    /// The escape character stands twice, as in JSON and in source code.
    Doubled,
    /// `&` stands as `&amp;`, as in XML.
    Xml,
}

impl fmt::Display for SeparatorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeader => f.write_str("no MSH segment with delimiters"),
            Self::Field => f.write_str("MSH-1: not a character that can delimit fields"),
            Self::Count(n) => {
                write!(f, "MSH-2: 2 to 5 encoding characters are expected, there are {n}")
            }
            Self::Encoding(n) => write!(f, "MSH-2: character {n} cannot be a delimiter"),
            Self::Duplicate => f.write_str("MSH-2: the delimiters are not all different"),
            Self::Doubled => f.write_str(
                "MSH-2: the backslash stands twice, as in JSON or source code; it must be undone first",
            ),
            Self::Xml => f.write_str("MSH-2: & stands as &amp;, as in XML; it must be undone first"),
        }
    }
}

impl std::error::Error for SeparatorsError {}

impl Separators {
    /// Reads the delimiters from the first bytes of a message.
    ///
    /// `message` begins with `MSH`. Three encoding characters of which the third is `&` are read
    /// as component, repetition and subcomponent, for this is what senders without an escape
    /// character mean; any other third character is the escape character, as the standard says.
    ///
    /// # Errors
    /// [`SeparatorsError`] tells which of MSH-1 and MSH-2 cannot be used and why.
    #[inline]
    pub fn of(message: &[u8]) -> Result<Self, SeparatorsError> {
        if message.starts_with(b"MSH|^~\\&|") {
            return Ok(Self::default());
        }
        Self::of_unusual(message)
    }

    /// Whether a repetition, or a part of one, says anything. Delimiters with nothing between them
    /// (`^^&&^`) do not. MSH-1 and MSH-2 do, for neither has delimiters of parts alone.
    #[inline]
    #[must_use]
    pub fn has_value(&self, raw: &[u8]) -> bool {
        // Where there is no such delimiter, its byte is that of fields.
        raw.iter().any(|&b| b == self.field || b != self.component && b != self.subcomponent)
    }

    #[cold]
    fn of_unusual(message: &[u8]) -> Result<Self, SeparatorsError> {
        let (Some(b"MSH"), Some(&field)) = (message.get(..3), message.get(3)) else {
            return Err(SeparatorsError::NoHeader);
        };
        if matches!(field, b'\r' | b'\n') {
            return Err(SeparatorsError::NoHeader);
        }
        if !can_delimit(field) {
            return Err(SeparatorsError::Field);
        }
        let rest = &message[4..];
        let end = rest
            .iter()
            .take(64)
            .position(|&b| b == field || matches!(b, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        let encoding = &rest[..end];
        if encoding.ends_with(b"&amp;") {
            return Err(SeparatorsError::Xml);
        }
        if encoding.get(2..4) == Some(br"\\") {
            return Err(SeparatorsError::Doubled);
        }
        if !(2..=5).contains(&encoding.len()) {
            return Err(SeparatorsError::Count(encoding.len()));
        }
        if let Some(at) = encoding.iter().take(4).position(|&b| !can_delimit(b)) {
            return Err(SeparatorsError::Encoding(at + 1));
        }
        for (at, b) in encoding.iter().enumerate() {
            if encoding[..at].contains(b) {
                return Err(SeparatorsError::Duplicate);
            }
        }
        let (escape, subcomponent) = match encoding.get(2..) {
            None | Some([]) => (field, field),
            Some([b'&']) => (field, b'&'),
            Some([escape]) => (*escape, field),
            Some([escape, subcomponent, ..]) => (*escape, *subcomponent),
        };
        let truncation = encoding.get(4).copied().filter(|&b| can_delimit(b)).unwrap_or(field);
        Ok(Self {
            field,
            component: encoding[0],
            repetition: encoding[1],
            escape,
            subcomponent,
            truncation,
        })
    }

    /// MSH-1 and MSH-2 as they stand in `message`, without the field separator after them.
    #[must_use]
    pub fn written<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        let rest = message.get(4..).unwrap_or_default();
        let end = rest
            .iter()
            .position(|&b| b == self.field || matches!(b, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        &message[3..4 + end]
    }
}

/// Whether `byte` may be a delimiter: printable ASCII or a control character, but no letter,
/// digit, space, double quote (it writes the null value), or byte that ends lines or MLLP blocks.
fn can_delimit(byte: u8) -> bool {
    match byte {
        0 | b'\n' | b'\r' | 0x0B | 0x1B | 0x1C | b' ' | b'"' | 0x7F.. => false,
        b => !b.is_ascii_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_usual_delimiters() {
        let usual = Separators::default();
        assert_eq!(Separators::of(b"MSH|^~\\&|A"), Ok(usual));
        assert_eq!(Separators::of(b"MSH|^~\\&"), Ok(usual));
        assert_eq!(Separators::of(b"MSH|^~\\&\rPID|1"), Ok(usual));
    }

    #[test]
    fn text_of_another_notation_is_told() {
        assert_eq!(Separators::of(br"MSH|^~\\&|A"), Err(SeparatorsError::Doubled));
        assert_eq!(Separators::of(br"MSH|^~\&amp;|A"), Err(SeparatorsError::Xml));
        assert_eq!(Separators::of(br"MSH|\\~^&|A"), Err(SeparatorsError::Duplicate));
    }

    #[test]
    fn reads_two_to_five_encoding_characters() {
        let s = Separators::of(b"MSH#*!?@#A").unwrap();
        assert_eq!(
            [s.field, s.component, s.repetition, s.escape, s.subcomponent, s.truncation],
            *b"#*!?@#"
        );
        let s = Separators::of(b"MSH|^~\\&#|A").unwrap();
        assert_eq!(s.truncation, b'#');
        let s = Separators::of(b"MSH|^~|A").unwrap();
        assert_eq!((s.escape, s.subcomponent), (b'|', b'|'));
        let s = Separators::of(b"MSH|^~\\|A").unwrap();
        assert_eq!((s.escape, s.subcomponent), (b'\\', b'|'));
        let s = Separators::of(b"MSH|^~&|A").unwrap();
        assert_eq!((s.escape, s.subcomponent), (b'|', b'&'));
    }

    #[test]
    fn refuses_what_cannot_delimit() {
        use SeparatorsError::{Count, Duplicate, Encoding, Field, NoHeader};
        assert_eq!(Separators::of(b"MSH"), Err(NoHeader));
        assert_eq!(Separators::of(b"MSH\r"), Err(NoHeader));
        assert_eq!(Separators::of(b"PID|1"), Err(NoHeader));
        assert_eq!(Separators::of(b"MSHA^~\\&"), Err(Field));
        assert_eq!(Separators::of(b"MSH||A"), Err(Count(0)));
        assert_eq!(Separators::of(b"MSH|^~\\&#%|A"), Err(Count(6)));
        assert_eq!(Separators::of(b"MSH|^A\\&|A"), Err(Encoding(2)));
        assert_eq!(Separators::of(b"MSH|^^^^|A"), Err(Duplicate));
    }
}
