//! Framing: where messages begin and end in a stream of bytes.
//!
//! A message begins at `MSH` at the start of a segment. How its MSH segment ends decides for the
//! whole message ([`LineEnding`]). All of the forms that archives hold are read, mixed in one
//! stream: segments ended by CR, LF or CRLF, MLLP blocks, batches, byte order marks, blank lines.
//!
//! [`Frames`] walks over bytes that end where a message ends.
//! [`Cutter`] finds such an end in a buffer that a stream is still filling. Both stand on the same
//! walk, so where a stream was cut never shows in the result.

mod cut;
mod start;
#[cfg(test)]
mod tests;
mod walk;

pub use cut::{Cutter, Pending};
#[cfg(feature = "cli")]
pub(crate) use start::{begins_message, ends_lines, holds_message, is_envelope};

use memchr::{memchr, memrchr2};
use start::{Start, envelope_end, line_end, skip_blank, what_starts};
use walk::{End, HeaderFinder, Walk};

const CR: u8 = b'\r';
const LF: u8 = b'\n';
/// Start of an MLLP block.
const VT: u8 = 0x0B;
/// End of an MLLP block.
const FS: u8 = 0x1C;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// How the segments of a message end.
///
/// Told by the end of the MSH segment. After a lone CR, a later lone LF is content (free text
/// holds them) and CR LF closes the message; after LF or CRLF, each LF ends a segment and a blank
/// line closes the message. A CR ends a segment in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnding {
    /// CR, as the standard says.
    Cr,
    /// LF or CRLF.
    Lf,
}

/// What [`Frames`] finds in a stream.
#[derive(Debug)]
pub enum Frame<'a> {
    /// A message.
    Message(Framed<'a>),
    /// A batch or file envelope segment (FHS, BHS, BTS, FTS), without its line ending.
    Envelope {
        /// The segment.
        bytes: &'a [u8],
        /// Its offset in the buffer.
        offset: usize,
    },
    /// Lines that belong to no message.
    Stray {
        /// The bytes with their line endings.
        bytes: &'a [u8],
        /// Their offset in the buffer.
        offset: usize,
    },
}

/// The bytes of one message.
#[derive(Clone, Copy, Debug)]
pub struct Framed<'a> {
    /// From `MSH` to the end of the last segment, without what ends the message.
    pub bytes: &'a [u8],
    /// The offset of `bytes` in the buffer.
    pub offset: usize,
    /// The bytes with everything that ended the message (line ending, MLLP trailer).
    pub whole: &'a [u8],
    /// How the segments end.
    pub line_ending: LineEnding,
    /// The length of the MSH segment.
    pub header_len: usize,
}

/// The messages, envelopes and strays of a buffer that ends where a message ends.
#[derive(Debug)]
pub struct Frames<'a> {
    buf: &'a [u8],
    at: usize,
    finder: HeaderFinder,
    /// The buffer begins in the middle of a stray line.
    mid_line: bool,
}

impl<'a> Frames<'a> {
    /// Walks over `buf`, whose end counts as the end of the stream.
    #[must_use]
    pub fn new(buf: &'a [u8]) -> Self {
        Self { buf, at: 0, finder: HeaderFinder::default(), mid_line: false }
    }

    /// As [`Frames::new`] for a buffer that begins inside of a stray line, which the buffer
    /// before it did not end.
    #[must_use]
    pub fn within_stray(buf: &'a [u8]) -> Self {
        Self { mid_line: true, ..Self::new(buf) }
    }

    /// Takes lines up to a blank one or the next that starts something. A line ends behind CR, LF
    /// or CRLF, so that no byte of it is lost, and where a buffer is cut between two of them they
    /// are the same two lines.
    fn stray(&mut self, start: usize) -> Frame<'a> {
        let buf = self.buf;
        let mut end = start;
        loop {
            end = line_end(buf, end).unwrap_or(buf.len());
            self.at = end;
            let mut next = end;
            skip_blank(buf, &mut next);
            let goes_on = next == end && what_starts(buf, end, true) == Start::Nothing;
            if end == buf.len() || !goes_on {
                return Frame::Stray { bytes: &buf[start..end], offset: start };
            }
        }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    #[inline]
    fn next(&mut self) -> Option<Frame<'a>> {
        let buf = self.buf;
        if self.mid_line && !buf.is_empty() {
            self.mid_line = false;
            return Some(self.stray(self.at));
        }
        let framed = skip_blank(buf, &mut self.at);
        let start = self.at;
        match what_starts(buf, start, true) {
            Start::Message => {
                let mut walk = Walk::new(start, framed);
                // At the end of the stream the walk always finds an end.
                let end = walk
                    .run(buf, true, &mut self.finder)
                    .unwrap_or(End { content: buf.len(), next: buf.len() });
                let line_ending = walk.ending.unwrap_or(LineEnding::Cr);
                let (bytes, next) = trim_tail(buf, start, end, line_ending);
                self.at = next;
                let mut header_len = walk.header_len.min(bytes.len());
                if bytes.get(header_len) == Some(&FS) {
                    // It did not end the message, so that it is content.
                    header_len = memchr(CR, bytes).unwrap_or(bytes.len());
                }
                Some(Frame::Message(Framed {
                    bytes,
                    offset: start,
                    whole: &buf[start..next],
                    line_ending,
                    header_len,
                }))
            }
            Start::Envelope => {
                let end = envelope_end(buf, start).unwrap_or(buf.len());
                self.at = end;
                Some(Frame::Envelope { bytes: &buf[start..end], offset: start })
            }
            Start::Nothing | Start::Unknown if start < buf.len() => Some(self.stray(start)),
            Start::Nothing | Start::Unknown => None,
        }
    }
}

/// Removes from the end of a message what is not its own: empty segments, which are blank lines
/// before what follows, and envelope segments (a batch trailer on the heels of its last message).
/// Returns the message and where to go on.
#[inline]
fn trim_tail(buf: &[u8], start: usize, end: End, line_ending: LineEnding) -> (&[u8], usize) {
    let mut content = without_block_end(&buf[start..end.content]);
    let mut next = end.next;
    while let Some(n) = memrchr2(CR, LF, content) {
        let last = n + 1;
        if last < content.len() {
            // A lone LF may stand before it, which is content after a CR: then it only looks
            // like an envelope when a CR segment does, too. One with an FS would end there.
            if content[n] != CR
                || what_starts(content, last, true) != Start::Envelope
                || memchr(FS, &content[last..]).is_some()
            {
                break;
            }
            next = start + last;
        } else if content[n] == LF && line_ending == LineEnding::Cr && !content.ends_with(b"\r\n") {
            break;
        }
        content = without_block_end(without_line_ending(&content[..last]));
    }
    (content, next)
}

/// Cuts FS bytes from the end: the next reader would take the last one for the end of a block.
#[inline]
fn without_block_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., FS] = bytes {
        bytes = rest;
    }
    bytes
}

/// Cuts one CR, LF or CRLF from the end.
#[inline]
pub(crate) fn without_line_ending(bytes: &[u8]) -> &[u8] {
    match bytes {
        [rest @ .., CR, LF] | [rest @ .., CR | LF] => rest,
        _ => bytes,
    }
}
