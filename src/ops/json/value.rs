//! Values that are not plain as JSON: those to decode, to convert, or to escape.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::text::{push_bytes, push_raw, push_string};
use crate::core::message::Message;
use crate::core::scope::{charset_of, hex_in};
use crate::core::{Charset, Separators, TextOptions, charset, escape};

/// How the bytes of values become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// All of the message is UTF-8.
    Text,
    /// Each value is to be converted by itself, for some cannot be.
    Each,
    /// The message should have been converted as a whole and cannot be: only ASCII is certain.
    Broken,
}

impl Reading {
    /// How to read `bytes`, part of `message`, and all of them in UTF-8 if they were converted.
    pub(super) fn of(
        message: &Message<'_>,
        bytes: &[u8],
        raw: bool,
        text: TextOptions,
    ) -> (Self, Option<Vec<u8>>) {
        let ascii = bytes.is_ascii();
        // Without ESC, which switches the sets of ISO-2022-JP, ASCII is the same in all sets.
        if ascii && (raw || memchr(0x1B, bytes).is_none()) {
            return (Self::Text, None);
        }
        let utf8 = || if std::str::from_utf8(bytes).is_ok() { Self::Text } else { Self::Each };
        if raw {
            return (utf8(), None);
        }
        let charset = charset_of(message, text);
        if charset == Charset::UTF_8 {
            return (utf8(), None);
        }
        match to_utf8(bytes, charset) {
            Some(text) => (Self::Text, Some(text)),
            None if charset.structure_unsafe() => (Self::Broken, None),
            None => (Self::Each, None),
        }
    }
}

/// All of `bytes` in UTF-8, if all of them are of the character set.
fn to_utf8(bytes: &[u8], charset: Charset) -> Option<Vec<u8>> {
    if charset.structure_unsafe() {
        return charset.decode(bytes).ok().map(|text| text.into_owned().into_bytes());
    }
    // Segment by segment, for those in ASCII, most of them, are copied.
    let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    for segment in bytes.split_inclusive(|&b| b == b'\r') {
        if segment.is_ascii() {
            text.extend_from_slice(segment);
        } else {
            text.extend_from_slice(charset.decode(segment).ok()?.as_bytes());
        }
    }
    Some(text)
}

/// Buffers for values that are not plain.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The JSON of a value.
    pub(super) json: Vec<u8>,
    /// Its text.
    text: Vec<u8>,
    /// Its text encoded again.
    check: Vec<u8>,
}

/// How values that are not plain are written.
pub(super) struct Values<'r, 'm> {
    message: &'r Message<'m>,
    options: TextOptions,
    reading: Reading,
    /// The character set of the message, once it was needed.
    charset: Option<Charset>,
    separators: Separators,
}

impl<'r, 'm> Values<'r, 'm> {
    pub(super) fn new(
        message: &'r Message<'m>,
        options: TextOptions,
        reading: Reading,
        raw: bool,
    ) -> Self {
        // Raw values are UTF-8 or mere bytes, whatever the message says.
        let charset = raw.then_some(Charset::UTF_8);
        Self { message, options, reading, charset, separators: message.separators() }
    }

    fn charset(&mut self) -> Charset {
        let (message, options) = (self.message, self.options);
        *self.charset.get_or_insert_with(|| charset_of(message, options))
    }

    /// The JSON of a value.
    pub(super) fn value<'s>(
        &mut self,
        raw: &[u8],
        decode: bool,
        scratch: &'s mut Scratch,
    ) -> &'s [u8] {
        scratch.json.clear();
        if raw == b"\"\"" {
            scratch.json.extend_from_slice(b"null");
        } else if decode {
            self.decoded(raw, scratch);
        } else if self.reading == Reading::Text || std::str::from_utf8(raw).is_ok() {
            push_string(raw, &mut scratch.json);
        } else {
            push_bytes(raw, &mut scratch.json);
        }
        &scratch.json
    }

    /// The JSON of a segment's id, which has no escape sequences.
    #[cold]
    pub(super) fn id<'s>(&mut self, raw: &[u8], scratch: &'s mut Scratch) -> &'s [u8] {
        scratch.json.clear();
        match self.convert(raw) {
            Some(text) => push_string(text.as_bytes(raw), &mut scratch.json),
            None => push_bytes(raw, &mut scratch.json),
        }
        &scratch.json
    }

    /// A value in UTF-8, escape sequences as they are; `None` if it is not of its character set.
    fn convert(&mut self, raw: &[u8]) -> Option<Converted> {
        match self.reading {
            Reading::Text => Some(Converted::Same),
            Reading::Each => match self.charset().decode(raw).ok()? {
                Cow::Borrowed(_) => Some(Converted::Same),
                Cow::Owned(text) => Some(Converted::Text(text)),
            },
            Reading::Broken => is_certain(raw).then_some(Converted::Same),
        }
    }

    /// Appends the JSON of a value that is decoded.
    fn decoded(&mut self, raw: &[u8], scratch: &mut Scratch) {
        let Some(converted) = self.convert(raw) else {
            push_bytes(raw, &mut scratch.json);
            return;
        };
        let utf8 = converted.as_bytes(raw);
        if self.reading == Reading::Broken {
            // It comes back byte for byte: in another spelling it might make sense as a whole.
            scratch.check.clear();
            let encoded = escape::encode_into(utf8, &self.separators, &mut scratch.check);
            if encoded.is_ok() && scratch.check == utf8 {
                push_string(utf8, &mut scratch.json);
            } else {
                push_raw(utf8, &mut scratch.json);
            }
        } else if !escape::needs_decoding(utf8, &self.separators) {
            // What ends lines cannot be encoded without an escape character.
            let lost = self.separators.escape == self.separators.field
                && utf8.iter().any(|b| matches!(b, b'\n' | 0x0B | 0x1C));
            if lost {
                push_raw(utf8, &mut scratch.json)
            } else {
                push_string(utf8, &mut scratch.json)
            }
        } else if self.unescape(utf8, scratch) {
            push_string(&scratch.text, &mut scratch.json);
        } else {
            push_raw(utf8, &mut scratch.json);
        }
    }

    /// Decodes the escape sequences of a value to `scratch.text`. Whether the text leads back to
    /// a value of the same meaning.
    fn unescape(&mut self, utf8: &[u8], scratch: &mut Scratch) -> bool {
        let separators = self.separators;
        let charset = self.charset();
        let text = &mut scratch.text;
        text.clear();
        let (mut hexadecimal, mut switches) = (false, false);
        for at in memchr_iter(separators.escape, utf8) {
            match utf8.get(at + 1) {
                Some(b'X') => hexadecimal = true,
                Some(b'C' | b'M') => switches = true,
                _ => {}
            }
        }
        let switched =
            switches.then(|| charset::decode_switches(utf8, separators.escape)).flatten();
        let source = switched.as_deref().map_or(utf8, str::as_bytes);
        let mut hex = hex_in(charset);
        let decoded = escape::decode_into(source, &separators, &mut hex, text);
        if decoded.ambiguous || text.is_empty() {
            return false;
        }
        if hexadecimal && std::str::from_utf8(text).is_err() {
            return false;
        }
        // Hexadecimal bytes that are not of the character set came through as they are.
        if switched.is_none() && charset != Charset::UTF_8 && hexadecimal {
            let check = &mut scratch.check;
            check.clear();
            let encoded = escape::encode_into(text, &separators, check);
            let text = std::str::from_utf8(check).unwrap_or_default();
            if encoded.is_err() || charset.encode_into(text, &mut Vec::new()).is_err() {
                return false;
            }
        }
        // Sequences that switch character sets but did not make sense, and stayed: with what
        // stands around them encoded in another way, they may make sense.
        if switches && switched.is_none() {
            let check = &mut scratch.check;
            check.clear();
            return escape::encode_into(text, &separators, check).is_ok()
                && charset::decode_switches(check, separators.escape).is_none();
        }
        true
    }
}

/// Whether bytes are the same text in all character sets: ASCII without ESC, SO and SI, which
/// switch sets.
fn is_certain(bytes: &[u8]) -> bool {
    bytes.iter().all(|&b| b.is_ascii() && !matches!(b, 0x0E | 0x0F | 0x1B))
}

/// A value in UTF-8.
enum Converted {
    /// The bytes are UTF-8 already.
    Same,
    Text(String),
}

impl Converted {
    fn as_bytes<'t>(&'t self, raw: &'t [u8]) -> &'t [u8] {
        match self {
            Self::Same => raw,
            Self::Text(text) => text.as_bytes(),
        }
    }
}
