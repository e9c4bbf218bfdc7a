//! What paths and expressions are evaluated against: a message, and how its bytes become text.

#[cfg(feature = "charset")]
use super::charset::{self, Charset};
use super::escape;
use super::expr::Host;
use super::message::{Message, Segment, hits};
use super::segment_id::SegmentId;
use super::time::Timestamp;
use std::borrow::Cow;

/// How bytes of messages become text, and what is the same for all messages of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    /// The character set to read every message in, whatever its MSH-18 says.
    #[cfg(feature = "charset")]
    pub charset: Option<Charset>,
    /// The time of the run, for functions such as `now()`.
    pub now: Option<Timestamp>,
}

/// A segment of a message under edit: its bytes, and a number that stays with it while segments
/// before it come and go.
#[derive(Clone, Copy, Debug)]
pub struct Line<'m> {
    /// The segment, without line ending.
    pub bytes: &'m [u8],
    /// Its number.
    pub id: u32,
}

/// A message to evaluate paths and expressions against.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s, 'm> {
    /// The message.
    pub message: &'s Message<'m>,
    /// How its bytes become text.
    pub options: TextOptions,
    /// The segments to look at in place of those of the message; the first is MSH.
    pub lines: Option<&'s [Line<'m>]>,
    /// Where the variables and functions of a script get what they tell.
    pub host: Option<&'s dyn Host>,
    /// The message was converted to UTF-8 as a whole already.
    #[cfg(feature = "charset")]
    converted: bool,
}

impl<'s, 'm> Scope<'s, 'm> {
    /// A message whose own MSH-18 tells its character set.
    #[must_use]
    pub fn new(message: &'s Message<'m>) -> Self {
        Self::with(message, TextOptions::default())
    }

    /// A message, read with options.
    #[must_use]
    pub fn with(message: &'s Message<'m>, options: TextOptions) -> Self {
        Self {
            message,
            options,
            lines: None,
            host: None,
            #[cfg(feature = "charset")]
            converted: false,
        }
    }

    /// A message whose bytes were converted to UTF-8 by [`to_utf8`].
    #[cfg(feature = "charset")]
    #[must_use]
    pub fn converted(message: &'s Message<'m>, options: TextOptions) -> Self {
        Self { converted: true, ..Self::with(message, options) }
    }

    /// The same message with other segments.
    #[must_use]
    pub fn of_lines(self, lines: &'s [Line<'m>], host: &'s dyn Host) -> Self {
        Self { lines: Some(lines), host: Some(host), ..self }
    }

    /// Whether the message was converted to UTF-8 as a whole.
    #[cfg(feature = "charset")]
    #[must_use]
    pub fn is_converted(&self) -> bool {
        self.converted
    }

    /// The MSH segment.
    #[inline]
    pub(super) fn header(&self) -> Segment<'m> {
        match self.lines.and_then(<[_]>::first) {
            None => self.message.header(),
            Some(line) => Segment::new(line.bytes, self.message.separators()),
        }
    }

    /// The segments with an id among [`Scope::lines`].
    pub(super) fn among_lines(
        &self,
        lines: &'s [Line<'m>],
        id: SegmentId,
    ) -> impl Iterator<Item = Segment<'m>> + use<'s, 'm> {
        let separators = self.message.separators();
        lines
            .iter()
            .map(move |line| Segment::new(line.bytes, separators))
            .filter(move |s| s.has_id(id))
    }

    /// A value as text: in UTF-8, escape sequences decoded.
    ///
    /// `raw`: the bytes of a value of this message as written. Bytes that its character set does
    /// not know stay as they are, so that the text may not be UTF-8; broken escape sequences and
    /// such as carry no text stay, too.
    #[inline]
    #[must_use]
    pub fn text<'r>(&self, raw: &'r [u8]) -> Cow<'r, [u8]> {
        let separators = self.message.separators();
        if is_plain(raw, separators.escape) { Cow::Borrowed(raw) } else { self.decode(raw) }
    }

    #[cold]
    fn decode<'r>(&self, raw: &'r [u8]) -> Cow<'r, [u8]> {
        let separators = self.message.separators();
        let escaped = escape::needs_decoding(raw, &separators);
        #[cfg(not(feature = "charset"))]
        {
            if escaped { escape::decode(raw, &separators) } else { Cow::Borrowed(raw) }
        }
        #[cfg(feature = "charset")]
        {
            let charset = self.charset();
            let utf8 = match escaped.then(|| charset::decode_switches(raw, separators.escape)) {
                Some(Some(text)) => Cow::Owned(text.into_bytes()),
                _ => self.convert(raw, charset),
            };
            if !escaped {
                return utf8;
            }
            let mut text = Vec::with_capacity(utf8.len());
            let mut hex = hex_in(charset);
            escape::decode_into(&utf8, &separators, &mut hex, &mut text);
            Cow::Owned(text)
        }
    }

    #[cfg(feature = "charset")]
    fn convert<'r>(&self, raw: &'r [u8], charset: Charset) -> Cow<'r, [u8]> {
        if self.converted || charset == Charset::UTF_8 {
            return Cow::Borrowed(raw);
        }
        match charset.decode(raw) {
            Ok(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
            Ok(Cow::Borrowed(_)) | Err(_) => Cow::Borrowed(raw),
        }
    }

    /// The character set of the message: as the options say, else its MSH-18, else UTF-8.
    #[cfg(feature = "charset")]
    #[must_use]
    pub fn charset(&self) -> Charset {
        charset_of(self.message, self.options)
    }
}

/// The character set in which to read a message: as the options say, else its MSH-18, else UTF-8.
#[cfg(feature = "charset")]
#[must_use]
pub fn charset_of(message: &Message<'_>, options: TextOptions) -> Charset {
    options.charset.unwrap_or_else(|| {
        let declared = message.header().field(18).map(|field| field.raw());
        declared
            .and_then(|raw| Charset::of_msh18(raw, message.separators().repetition))
            .unwrap_or(Charset::UTF_8)
    })
}

/// Takes the bytes of a `\X..\` sequence into UTF-8 text; bytes that the character set does not
/// know stay as they are.
#[cfg(feature = "charset")]
pub(crate) fn hex_in(charset: Charset) -> impl FnMut(&[u8], &mut Vec<u8>) {
    move |bytes, out| match charset.decode(bytes) {
        Ok(text) => out.extend_from_slice(text.as_bytes()),
        Err(_) => out.extend_from_slice(bytes),
    }
}

/// A message converted to UTF-8 as a whole, if it must be before it can be split: in some
/// character sets the bytes of a character can look like delimiters. `None` when it need not or
/// when its bytes are not of its character set.
#[cfg(feature = "charset")]
#[must_use]
pub fn to_utf8(message: &Message<'_>, options: TextOptions) -> Option<String> {
    let charset = match options.charset {
        Some(charset) => charset,
        None => {
            // Most headers end before field 18, which counting tells fastest, or name a set that
            // splits as it stands.
            let header = message.header();
            if header.field_count() < 18 {
                return None;
            }
            let declared = header.field(18)?.raw();
            let usual = [&b""[..], b"UNICODE UTF-8", b"8859/1", b"ASCII"];
            if usual.contains(&declared) {
                return None;
            }
            charset_of(message, options)
        }
    };
    if !charset.structure_unsafe() {
        return None;
    }
    match charset.decode(message.bytes()) {
        Ok(Cow::Owned(text)) => Some(text),
        Ok(Cow::Borrowed(_)) | Err(_) => None,
    }
}

/// Calls `then` with the scope of a message, converted to UTF-8 before if it must be ([`to_utf8`]).
#[cfg(feature = "charset")]
pub fn with_scope<T>(
    message: &Message<'_>,
    options: TextOptions,
    then: impl FnOnce(&Scope<'_, '_>) -> T,
) -> T {
    match to_utf8(message, options) {
        None => then(&Scope::with(message, options)),
        Some(text) => then(&Scope::converted(&message.with_bytes(text.as_bytes()), options)),
    }
}

/// Whether bytes can be split at delimiters in any character set: ASCII without the escape
/// character of ISO 2022. Where a segment is so, what [`to_utf8`] would do changes nothing in it.
#[inline]
#[must_use]
pub fn splits_safely(raw: &[u8]) -> bool {
    !raw.iter().fold(false, |odd, &b| odd | (b >= 0x80) | (b == 0x1B))
}

/// Whether bytes are text as they stand: ASCII without escape sequences of HL7 or ISO 2022.
#[inline]
#[must_use]
pub fn is_plain(raw: &[u8], escape: u8) -> bool {
    // Eight bytes at a time: values are so short that vectors cost more than they save.
    let plain = |b: u8| (b < 0x80) & (b != escape) & (b != 0x1B);
    let (words, tail) = raw.as_chunks::<8>();
    words.iter().all(|word| is_plain_word(*word, escape)) && tail.iter().all(|&b| plain(b))
}

#[inline]
fn is_plain_word(word: [u8; 8], escape: u8) -> bool {
    let beyond = u64::from_le_bytes(word) & 0x8080_8080_8080_8080;
    beyond | hits(word, escape) | hits(word, 0x1B) == 0
}

#[cfg(test)]
#[cfg(feature = "charset")]
mod tests {
    use super::super::frame::{Frame, Frames};
    use super::*;

    fn text_of(message: &[u8], raw: &[u8]) -> Vec<u8> {
        let Some(Frame::Message(framed)) = Frames::new(message).next() else { panic!() };
        let Ok(message) = Message::new(framed) else { panic!() };
        Scope::new(&message).text(raw).into_owned()
    }

    #[test]
    fn values_become_utf8() {
        let latin = b"MSH|^~\\&||||||||||||||||8859/1";
        let utf8 = b"MSH|^~\\&||||||||||||||||UNICODE UTF-8";
        let none = b"MSH|^~\\&";
        assert_eq!(text_of(latin, b"M\xFCller"), "Müller".as_bytes());
        assert_eq!(text_of(latin, b"M\\XFC\\ller \\T\\"), "Müller &".as_bytes());
        assert_eq!(text_of(utf8, "Müller".as_bytes()), "Müller".as_bytes());
        assert_eq!(text_of(none, "Müller".as_bytes()), "Müller".as_bytes());
        assert_eq!(text_of(none, b"M\xFCller\\F\\"), b"M\xFCller|");
        assert_eq!(text_of(none, b"plain"), b"plain");
    }

    #[test]
    fn a_message_whose_characters_hold_delimiters_is_converted_first() {
        // U+8868 is 95 5C in Shift_JIS, and 5C is the escape character.
        let message = b"MSH|^~\\&||||||||||||||||SHIFT_JIS\rPID|\x95\x5C";
        let Some(Frame::Message(framed)) = Frames::new(message).next() else { panic!() };
        let converted = to_utf8(&Message::new(framed).unwrap(), TextOptions::default());
        assert!(converted.is_some_and(|text| text.ends_with("PID|\u{8868}")));
    }
}
