//! Messages passed on whole.

use super::visible;
use crate::core::frame::{ends_lines, holds_message, is_envelope};
use crate::core::{Frame, Frames, LineEnding, Message, Segment, Separators};
use memchr::{memchr, memchr2};
use std::fmt;

const VT: u8 = 0x0B;
const FS: u8 = 0x1C;

/// How segments end in what is passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eol {
    /// CR, and LF behind the message: one message a line.
    #[default]
    Cr,
    /// LF, and an empty line behind the message.
    Lf,
    /// CRLF, and an empty line behind the message.
    Crlf,
}

impl Eol {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Cr => b"\r",
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
        }
    }
}

/// The form in which messages are passed on. Nothing inside a segment is touched.
#[derive(Clone, Copy, Debug, Default)]
pub struct PassOn {
    /// How segments end.
    pub eol: Eol,
    /// Each message in an MLLP block.
    pub mllp: bool,
    /// For people: a segment a line, control characters made visible, ids coloured if so.
    pub terminal: Option<Colored>,
}

/// Whether a terminal shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colored(pub bool);

impl PassOn {
    /// One message a line, or for a terminal a segment a line.
    #[must_use]
    pub fn new(terminal: bool, color: bool) -> Self {
        Self { terminal: (terminal || color).then_some(Colored(color)), ..Self::default() }
    }

    /// The form of files that are written beside the output: never that for people.
    #[must_use]
    pub fn in_files(self) -> Self {
        Self { terminal: None, ..self }
    }

    /// Appends a message that was written in the form of [`PassOn::in_files`].
    pub fn append_written(&self, written: &[u8], out: &mut Vec<u8>) {
        if let Some(Colored(color)) = self.terminal
            && let Some(Frame::Message(framed)) = Frames::new(written).next()
            && let Ok(message) = Message::new(framed)
        {
            show(message.segments(), color, out);
        } else {
            out.extend_from_slice(written);
        }
    }

    /// Appends a message.
    ///
    /// # Errors
    /// When something in a segment would be read as an end in this form; nothing is appended then.
    #[inline]
    pub fn append(&self, message: &Message<'_>, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        if let Some(Colored(color)) = self.terminal {
            show(message.segments(), color, out);
            return Ok(());
        }
        if message.line_ending() == LineEnding::Cr {
            self.append_bytes(message.bytes(), out)
        } else {
            let mut bytes = Vec::with_capacity(message.bytes().len());
            for (n, segment) in message.segments().enumerate() {
                if n > 0 {
                    bytes.push(b'\r');
                }
                bytes.extend_from_slice(segment.raw());
            }
            self.append_bytes(&bytes, out)
        }
    }

    /// Appends a message that was edited, by its segments.
    ///
    /// # Errors
    /// As [`PassOn::append`].
    pub fn append_segments(
        &self,
        segments: &[&[u8]],
        separators: Separators,
        out: &mut Vec<u8>,
    ) -> Result<(), Unwritable> {
        if let Some(Colored(color)) = self.terminal {
            show(segments.iter().map(|&bytes| Segment::new(bytes, separators)), color, out);
            return Ok(());
        }
        // In a message that was read no segment ends so, but a copied value can.
        if segments.iter().any(|segment| segment.ends_with(&[FS])) {
            return Err(Unwritable::Mllp);
        }
        if segments.last().is_some_and(|segment| is_envelope(segment))
            || segments.iter().any(|segment| holds_message(segment))
        {
            return Err(Unwritable::Segment);
        }
        self.append_bytes(&segments.join(&b'\r'), out)
    }

    /// Appends a message whose segments are separated by CR.
    ///
    /// # Errors
    /// As [`PassOn::append`].
    #[inline]
    pub fn append_bytes(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Unwritable> {
        if self.eol != Eol::Cr && memchr(b'\n', bytes).is_some() {
            return Err(Unwritable::LineFeed);
        }
        if self.eol != Eol::Cr {
            let mut segments = bytes.split(|&b| b == b'\r');
            let header = segments.next().unwrap_or_default();
            if header.ends_with(&[FS]) || segments.any(ends_lines) {
                return Err(Unwritable::Segment);
            }
        }
        if self.mllp {
            if memchr2(VT, FS, bytes).is_some() {
                return Err(Unwritable::Mllp);
            }
            out.push(VT);
        }
        if self.eol == Eol::Cr {
            out.extend_from_slice(bytes);
        } else {
            for (n, segment) in bytes.split(|&b| b == b'\r').enumerate() {
                if n > 0 {
                    out.extend_from_slice(self.eol.bytes());
                }
                out.extend_from_slice(segment);
            }
        }
        self.end(out);
        Ok(())
    }

    /// Appends what ends a message: with CR the line ends, else an empty line follows.
    fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.eol.bytes());
        out.extend_from_slice(match (self.mllp, self.eol) {
            (true, _) => &[FS, b'\r'],
            (false, Eol::Crlf) => b"\r\n",
            (false, _) => b"\n",
        });
    }

    /// Appends an envelope segment of a batch.
    pub fn append_envelope(&self, segment: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(segment);
        out.extend_from_slice(if self.eol == Eol::Lf { b"\n" } else { b"\r\n" });
    }
}

/// Why a message cannot be written in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// It holds a line feed inside a segment, which would end the segment.
    LineFeed,
    /// It holds a segment that is empty or an envelope's, which would end it.
    Segment,
    /// It holds a VT or FS, which would end the MLLP block.
    Mllp,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineFeed => "a line feed inside a segment would end it in this form",
            Self::Segment => "a segment inside, empty or an envelope, would end it in this form",
            Self::Mllp => "a VT or FS byte inside would end the message in this form",
        })
    }
}

/// Appends a message for people. What a terminal would act on is shown, not sent.
fn show<'a>(segments: impl Iterator<Item = Segment<'a>>, color: bool, out: &mut Vec<u8>) {
    let (bold, plain) = if color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    for segment in segments {
        let id = segment.id();
        out.extend_from_slice(bold.as_bytes());
        visible::append(id, usize::MAX, out);
        out.extend_from_slice(plain.as_bytes());
        visible::append(&segment.raw()[id.len()..], usize::MAX, out);
        out.push(b'\n');
    }
    out.push(b'\n');
}
