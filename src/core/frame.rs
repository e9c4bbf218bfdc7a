//! Framing: where messages begin and end in a stream of bytes.
//!
//! A message begins at `MSH` at the start of a segment. How its MSH segment ends decides for the
//! whole message ([`LineEnding`]). All of the forms that archives hold are read, mixed in one
//! stream: segments ended by CR, LF or CRLF, MLLP blocks, batches, byte order marks, blank lines.
//!
//! [`Frames`] walks over bytes that end where a message ends and indexes the segments as it goes.
//! [`Cutter`] finds such an end in a buffer that a stream is still filling. Both stand on the same
//! walk, so where a stream was cut never shows in the result.

use super::separators::Separators;
use memchr::{memchr, memchr2, memchr3, memmem, memrchr, memrchr2, memrchr3};

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
        Self { buf, at: 0, finder: HeaderFinder::new(), mid_line: false }
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

/// Moves `at` over what may stand between messages: line endings, blanks, byte order marks, MLLP
/// bytes. Returns whether a VT, the start of an MLLP block, was the last of it.
#[inline]
fn skip_blank(buf: &[u8], at: &mut usize) -> bool {
    let mut framed = false;
    while let Some(&b) = buf.get(*at) {
        match b {
            CR | LF | FS => framed = false,
            // Blanks count only on lines of their own; see `blank_line`.
            b' ' | b'\t' => {
                let Some(end) = blank_line(buf, *at) else { break };
                *at = end;
                continue;
            }
            VT => framed = true,
            0xEF if buf[*at..].starts_with(BOM) => {
                *at += BOM.len();
                continue;
            }
            _ => break,
        }
        *at += 1;
    }
    framed
}

/// The end of a line of spaces and tabs that begins at `at`, `None` if there is more on it.
fn blank_line(buf: &[u8], at: usize) -> Option<usize> {
    let end = buf[at..].iter().position(|b| !matches!(b, b' ' | b'\t')).map(|n| at + n);
    match end {
        None => Some(buf.len()),
        Some(end) if matches!(buf[end], CR | LF) => Some(end),
        Some(_) => None,
    }
}

/// What begins at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Message,
    Envelope,
    Nothing,
    /// More bytes are needed to tell.
    Unknown,
}

/// Tells what begins at `at`: a header is its three letters and then no letter or digit. At the
/// end of the stream (`eof`) the three letters alone are enough.
#[inline]
fn what_starts(buf: &[u8], at: usize, eof: bool) -> Start {
    let head = &buf[at.min(buf.len())..];
    let found = match head {
        [b'M', b'S', b'H', ..] => Start::Message,
        [b'F' | b'B', b'H' | b'T', b'S', ..] => Start::Envelope,
        [] | [b'M' | b'F' | b'B'] | [b'M', b'S'] | [b'F' | b'B', b'H' | b'T'] if !eof => {
            return Start::Unknown;
        }
        _ => return Start::Nothing,
    };
    match head.get(3) {
        Some(b) if b.is_ascii_alphanumeric() => Start::Nothing,
        None if !eof => Start::Unknown,
        _ => found,
    }
}

/// Behind the ending of the line at `start`: CR, LF or CRLF.
fn line_end(buf: &[u8], start: usize) -> Option<usize> {
    let end = start + memchr2(CR, LF, &buf[start..])?;
    Some(if buf[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 })
}

/// The end of the envelope segment at `start`.
fn envelope_end(buf: &[u8], start: usize) -> Option<usize> {
    memchr3(CR, LF, FS, &buf[start..]).map(|n| start + n)
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

/// Where a message ends.
#[derive(Clone, Copy, Debug)]
struct End {
    /// The end of its last segment.
    content: usize,
    /// Behind what ends the message.
    next: usize,
}

/// The search for the end of one message; it can stop where the buffer ends and go on when there
/// is more.
#[derive(Clone, Copy, Debug)]
struct Walk {
    start: usize,
    /// The message stands in an MLLP block, so that FS ends it wherever it comes.
    framed: bool,
    ending: Option<LineEnding>,
    /// The length of the MSH segment, once its end is found.
    header_len: usize,
    /// Everything before it has been looked at.
    at: usize,
    /// Whether the last segment that began before `at` is an envelope, and where it began.
    envelope: Option<usize>,
    /// Everything before it has been looked at for that.
    segments: usize,
}

impl Walk {
    fn new(start: usize, framed: bool) -> Self {
        Self {
            start,
            framed,
            ending: None,
            header_len: usize::MAX,
            at: start,
            envelope: None,
            segments: start,
        }
    }

    /// The end of the message; `None` when the buffer ends before the message is known to be
    /// complete.
    #[inline]
    fn run(&mut self, buf: &[u8], eof: bool, finder: &mut HeaderFinder) -> Option<End> {
        if self.ending.is_none() {
            // Only in a block an FS ends it wherever it comes; else it is content like any other.
            let rest = &buf[self.at..];
            let first = if self.framed { memchr3(CR, LF, FS, rest) } else { memchr2(CR, LF, rest) };
            let first = first.map(|n| self.at + n);
            self.at = first.unwrap_or(buf.len());
            self.header_len = self.at - self.start;
            match first.map(|i| (buf[i], buf.get(i + 1))) {
                None => return self.at_end_of_stream(buf, eof),
                Some((CR, None)) if !eof => return None,
                Some((CR, next)) if next != Some(&LF) => self.ending = Some(LineEnding::Cr),
                Some((FS, _)) => self.ending = Some(LineEnding::Cr),
                Some(_) => self.ending = Some(LineEnding::Lf),
            }
            if self.ending == Some(LineEnding::Cr) {
                // An FS at the end of the header ends the message as anywhere.
                self.at = self.start + 3;
            }
        }
        match self.ending {
            Some(LineEnding::Lf) => self.run_lines(buf, eof),
            _ => {
                let end = self.run_segments(buf, eof, finder);
                if end.is_none() {
                    // The owner may take the bytes away before the end of the segment comes.
                    let decided = buf.len().saturating_sub(HeaderFinder::LEAD);
                    self.envelope_before(buf, decided.max(self.segments));
                }
                end
            }
        }
    }

    /// The end of a message whose segments end with CR: a line ending or an MLLP trailer behind a
    /// CR, or the next header.
    ///
    /// Two vector searches, for LF or FS and for the letters of a header within what the first
    /// found: together three times as fast as a walk from CR to CR.
    #[inline]
    fn run_segments(&mut self, buf: &[u8], eof: bool, finder: &mut HeaderFinder) -> Option<End> {
        loop {
            let control = finder.control(buf, self.at);
            let searched = control.unwrap_or(buf.len());
            match finder.header(buf, self.at, searched, eof) {
                Header::At(next) => return Some(End { content: next - 1, next }),
                // Not beyond it while the bytes behind it are missing.
                Header::Undecided(at) => {
                    self.at = at;
                    return None;
                }
                Header::None => {}
            }
            let Some(i) = control else {
                // A header may begin in the last bytes.
                self.at = buf.len().saturating_sub(HeaderFinder::LEAD).max(self.at);
                return self.at_end_of_stream(buf, eof);
            };
            self.at = i;
            let ended = buf[i - 1] == CR;
            let before = without_line_feeds(&buf[..i]).len();
            match (buf[i], buf.get(i + 1)) {
                (LF, _) if ended => return Some(End { content: i - 1, next: i + 1 }),
                (FS, _) if ended => return Some(End { content: i - 1, next: i + 1 }),
                (FS, Some(&CR)) => return Some(End { content: before, next: i + 2 }),
                (FS, _) if self.framed => return Some(End { content: before, next: i + 1 }),
                (FS, None) if eof => return Some(End { content: before, next: i + 1 }),
                (FS, None) => return None,
                (LF, _) => {
                    // Senders forget the CR before the LF that ends a message: what reads as a
                    // header is one.
                    match starts_behind_line_feed(buf, i + 1, eof) {
                        Start::Nothing => {}
                        Start::Unknown => return None,
                        Start::Message | Start::Envelope => {
                            return Some(End { content: before, next: i + 1 });
                        }
                    }
                    // Content, unless it ends an envelope segment: what follows that is not of
                    // this message.
                    match self.envelope_before(buf, i) {
                        None => self.at = i + 1,
                        Some(0) => return Some(End { content: i, next: i + 1 }),
                        Some(start) => return Some(End { content: start - 1, next: start }),
                    }
                }
                _ => {
                    // An envelope with an FS inside would end there: it is a segment like any other.
                    self.envelope_before(buf, i);
                    self.envelope = None;
                    self.at = i + 1;
                }
            }
        }
    }

    /// Where the last segment before `end` begins, if it is an envelope; 0 when that is not in the
    /// buffer any more. Each byte is looked at once.
    fn envelope_before(&mut self, buf: &[u8], end: usize) -> Option<usize> {
        let from = self.segments.min(end);
        if let Some(n) = memrchr(CR, buf.get(from..end).unwrap_or_default()) {
            let start = from + n + 1;
            let is_envelope = what_starts(buf, start, true) == Start::Envelope;
            self.envelope = is_envelope.then_some(start);
        }
        self.segments = end;
        self.envelope
    }

    /// The end of a message whose segments end with LF or CRLF: a blank line, an MLLP trailer, a
    /// header.
    fn run_lines(&mut self, buf: &[u8], eof: bool) -> Option<End> {
        loop {
            let rest = &buf[self.at..];
            let found = if self.framed { memchr3(CR, LF, FS, rest) } else { memchr2(CR, LF, rest) };
            let Some(i) = found.map(|n| self.at + n) else {
                self.at = buf.len();
                return self.at_end_of_stream(buf, eof);
            };
            self.at = i;
            let next = match (buf[i], buf.get(i + 1)) {
                (FS, _) => return Some(End { content: i, next: i + 1 }),
                (CR, None) if !eof => return None,
                (CR, Some(&LF)) => i + 2,
                _ => i + 1,
            };
            if buf[i - 1] == FS {
                return Some(End { content: i - 1, next });
            }
            match buf.get(next) {
                None => return eof.then_some(End { content: i, next }),
                Some(&FS) => return Some(End { content: i, next: next + 1 }),
                Some(&LF) if buf[next - 1] == LF => return Some(End { content: i, next }),
                Some(&CR) if buf[next - 1] == LF => match buf.get(next + 1) {
                    Some(&LF) => return Some(End { content: i, next }),
                    None if !eof => return None,
                    _ => {}
                },
                Some(_) => match what_starts_behind_marks(buf, next, eof) {
                    Start::Message | Start::Envelope => return Some(End { content: i, next }),
                    Start::Unknown => return None,
                    Start::Nothing => {}
                },
            }
            self.at = next;
        }
    }

    /// The buffer ends here: so does the message, when the stream does.
    fn at_end_of_stream(&self, buf: &[u8], eof: bool) -> Option<End> {
        eof.then(|| {
            let content = without_line_feeds(buf.strip_suffix(&[FS]).unwrap_or(buf)).len();
            End { content: content.max(self.start), next: buf.len() }
        })
    }
}

/// Behind a VT or a byte order mark or one of each, as [`behind_cr`] has it.
fn behind_marks(bytes: &[u8]) -> &[u8] {
    match bytes {
        [VT, 0xEF, 0xBB, 0xBF, rest @ ..] | [0xEF, 0xBB, 0xBF, VT, rest @ ..] => rest,
        [VT, rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        rest => rest,
    }
}

/// As [`what_starts`], behind marks.
fn what_starts_behind_marks(buf: &[u8], at: usize, eof: bool) -> Start {
    let rest = behind_marks(&buf[at..]);
    match rest {
        [0xEF] | [0xEF, 0xBB] if !eof => Start::Unknown,
        _ => what_starts(rest, 0, eof),
    }
}

/// What begins behind a lone LF of a message whose segments end with CR, where it would else be
/// content: only what has usable delimiters, for free text may hold the letters.
fn starts_behind_line_feed(buf: &[u8], at: usize, eof: bool) -> Start {
    /// MSH, MSH-1, the most characters that MSH-2 can have, and what ends them.
    const HEADER: usize = 10;
    let rest = behind_marks(&buf[at..]);
    match rest {
        [b'M', b'S', b'H', ..] if !eof && rest.len() < HEADER => Start::Unknown,
        [b'M', b'S', b'H', ..] if Separators::of(rest).is_ok() => Start::Message,
        [b'F' | b'B', b'H' | b'T', b'S', b'|', ..] => Start::Envelope,
        [] | [0xEF] | [0xEF, 0xBB] | [b'M'] | [b'M', b'S'] if !eof => Start::Unknown,
        [b'F' | b'B'] | [b'F' | b'B', b'H' | b'T'] | [b'F' | b'B', b'H' | b'T', b'S'] if !eof => {
            Start::Unknown
        }
        _ => Start::Nothing,
    }
}

/// Cuts LF from the end: they ended the message, and blank lines.
fn without_line_feeds(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., LF] = bytes {
        bytes = rest;
    }
    bytes
}

/// Whether a message with this segment would be read as two, for what stands behind a line feed
/// in it.
#[cfg(feature = "cli")]
pub(crate) fn holds_message(segment: &[u8]) -> bool {
    memchr::memchr_iter(LF, segment)
        .any(|at| starts_behind_line_feed(segment, at + 1, true) != Start::Nothing)
}

/// Whether a segment would begin another message: a header, perhaps behind marks.
#[cfg(feature = "cli")]
pub(crate) fn begins_message(segment: &[u8]) -> bool {
    what_starts_behind_marks(segment, 0, true) == Start::Message
}

/// Whether a segment behind a CR, if it were the last, would be read as an envelope's.
#[cfg(feature = "cli")]
pub(crate) fn is_envelope(segment: &[u8]) -> bool {
    what_starts(segment, 0, true) == Start::Envelope && memchr(FS, segment).is_none()
}

/// Whether a segment other than the first ends its message when segments end with LF.
#[cfg(feature = "cli")]
pub(crate) fn ends_lines(segment: &[u8]) -> bool {
    matches!(segment, [] | [FS, ..] | [.., FS])
        || what_starts_behind_marks(segment, 0, true) != Start::Nothing
}

/// The two searches of [`Walk::run_segments`], prepared once.
#[derive(Debug)]
struct HeaderFinder {
    letters: memmem::Finder<'static>,
    /// The last answer of [`HeaderFinder::control`]: the search began at the first, found the
    /// second. A stream without LF is searched once, not once a message.
    control: (usize, Option<usize>, usize),
}

/// Where the next message begins.
enum Header {
    At(usize),
    None,
    /// There may be one here; more bytes are needed to tell.
    Undecided(usize),
}

impl HeaderFinder {
    /// The bytes before the end of a buffer in which a header may have begun: CR, VT, byte order
    /// mark, `MSH`.
    const LEAD: usize = 8;

    fn new() -> Self {
        Self { letters: memmem::Finder::new(b"MSH"), control: (1, None, 0) }
    }

    /// The next LF or FS at or behind `at`.
    #[inline]
    fn control(&mut self, buf: &[u8], at: usize) -> Option<usize> {
        let (from, found, len) = self.control;
        let still_ahead = from <= at && len == buf.len() && found.is_none_or(|found| at <= found);
        if !still_ahead {
            self.control = (at, memchr2(LF, FS, &buf[at..]).map(|n| at + n), buf.len());
        }
        self.control.1
    }

    /// The next header between `from` and `to`: behind a CR, and perhaps VT or byte order mark.
    #[inline]
    fn header(&self, buf: &[u8], from: usize, to: usize, eof: bool) -> Header {
        let mut at = from;
        while let Some(n) = self.letters.find(&buf[at..to]) {
            let msh = at + n;
            if let Some(start) = behind_cr(buf, msh) {
                match what_starts(buf, msh, eof) {
                    Start::Message => return Header::At(start),
                    Start::Unknown => return Header::Undecided(start - 1),
                    _ => {}
                }
            }
            at = msh + 3;
        }
        Header::None
    }
}

/// Where a header begins whose letters stand at `msh`, if a CR stands before it.
#[inline]
fn behind_cr(buf: &[u8], msh: usize) -> Option<usize> {
    match &buf[..msh] {
        [.., CR] => Some(msh),
        [.., CR, VT] => Some(msh - 1),
        [.., CR, 0xEF, 0xBB, 0xBF] => Some(msh - 3),
        [.., CR, VT, 0xEF, 0xBB, 0xBF] | [.., CR, 0xEF, 0xBB, 0xBF, VT] => Some(msh - 4),
        _ => None,
    }
}

/// Finds how much of a growing buffer is whole messages, looking at each byte about once.
///
/// The owner of the buffer appends bytes and calls [`Cutter::advance`]; what it then removes from
/// the front it tells with [`Cutter::removed`].
#[derive(Debug, Default)]
pub struct Cutter {
    state: State,
    /// Everything before it is complete.
    boundary: usize,
    /// The length of the buffer at the last call.
    seen: usize,
    finder: HeaderFinder,
}

impl Default for HeaderFinder {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Between messages; the place to go on from.
    Between(usize),
    /// In a message.
    Message(Walk),
    /// In a line that belongs to no message: where to look for its end.
    Stray(usize),
    /// In an envelope segment: where to look for its end.
    Envelope(usize),
}

impl Default for State {
    fn default() -> Self {
        Self::Between(0)
    }
}

/// What the bytes behind the last boundary are so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// Nothing, or too little to tell.
    Nothing,
    /// A message that is not complete yet.
    Message,
    /// A line that belongs to no message, perhaps an envelope segment.
    Stray,
}

impl Cutter {
    /// Looks at the bytes that are new in `buf` and returns how many from its front are complete.
    ///
    /// `eof`: there will be no more bytes, so that all of them are complete.
    pub fn advance(&mut self, buf: &[u8], eof: bool) -> usize {
        if eof {
            self.boundary = buf.len();
            self.state = State::Between(buf.len());
            self.seen = buf.len();
            return self.boundary;
        }
        if let Some(start) = last_sure_start(buf, self.seen.saturating_sub(8))
            && start > self.place()
        {
            self.boundary = start;
            self.state = State::Between(start);
        }
        self.seen = buf.len();
        self.finder.control = (1, None, 0);
        while self.step(buf) {}
        self.boundary
    }

    /// As [`Cutter::advance`] for the first boundary only: the end of the message under way, `None`
    /// while it is not known.
    pub fn end_pending(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        let State::Message(walk) = &mut self.state else { return Some(self.advance(buf, eof)) };
        self.seen = buf.len();
        self.finder.control = (1, None, 0);
        let end = walk.run(buf, eof, &mut self.finder)?.next;
        self.boundary = end;
        self.seen = end;
        self.state = State::Between(end);
        Some(end)
    }

    /// Tells that `n` bytes, at most the last boundary, were removed from the front of the buffer.
    pub fn removed(&mut self, n: usize) {
        self.boundary = self.boundary.saturating_sub(n);
        self.seen = self.seen.saturating_sub(n);
        match &mut self.state {
            State::Between(at) | State::Stray(at) | State::Envelope(at) => {
                *at = at.saturating_sub(n);
            }
            State::Message(walk) => {
                walk.start = walk.start.saturating_sub(n);
                walk.at = walk.at.saturating_sub(n);
                walk.segments = walk.segments.saturating_sub(n);
                walk.envelope = walk.envelope.map(|start| start.saturating_sub(n));
            }
        }
    }

    /// What stands behind the boundary.
    #[must_use]
    pub fn pending(&self) -> Pending {
        match self.state {
            State::Between(_) => Pending::Nothing,
            State::Message(_) => Pending::Message,
            State::Stray(_) | State::Envelope(_) => Pending::Stray,
        }
    }

    /// Where what is under way began.
    fn place(&self) -> usize {
        match self.state {
            State::Between(at) | State::Stray(at) | State::Envelope(at) => at,
            State::Message(walk) => walk.start,
        }
    }

    /// Goes one thing further; false when more bytes are needed.
    fn step(&mut self, buf: &[u8]) -> bool {
        match &mut self.state {
            State::Between(at) => {
                let mut start = *at;
                let framed = skip_blank(buf, &mut start);
                // Blanks are complete, but a VT and a half line of blanks belong to what follows.
                if let Some(n) = memrchr3(CR, LF, FS, &buf[*at..start]) {
                    *at += n + 1;
                    self.boundary = *at;
                }
                if start >= buf.len() || is_undecided_blank(&buf[start..]) {
                    return false;
                }
                match what_starts(buf, start, false) {
                    Start::Unknown => return false,
                    Start::Message => self.state = State::Message(Walk::new(start, framed)),
                    Start::Nothing => self.state = State::Stray(start),
                    Start::Envelope => self.state = State::Envelope(start),
                }
                true
            }
            State::Message(walk) => {
                let Some(end) = walk.run(buf, false, &mut self.finder) else { return false };
                // As `Frames` goes on, which may be before the end that the walk found.
                let ending = walk.ending.unwrap_or(LineEnding::Cr);
                let (_, next) = trim_tail(buf, walk.start, end, ending);
                self.boundary = next;
                self.state = State::Between(next);
                true
            }
            State::Envelope(at) => {
                let Some(end) = envelope_end(buf, *at) else {
                    *at = buf.len();
                    return false;
                };
                self.boundary = end;
                self.state = State::Between(end);
                true
            }
            State::Stray(at) => {
                let Some(end) = line_end(buf, *at) else {
                    *at = buf.len();
                    return false;
                };
                if end == buf.len() && buf[end - 1] == CR {
                    // Its LF may be the next byte.
                    *at = end - 1;
                    return false;
                }
                self.boundary = end;
                self.state = State::Between(end);
                true
            }
        }
    }
}

/// Whether the bytes at the end of a buffer may yet turn out to be blank: spaces of an unfinished
/// line, or the beginning of a byte order mark.
fn is_undecided_blank(rest: &[u8]) -> bool {
    rest.iter().all(|b| matches!(b, b' ' | b'\t'))
        || (rest.len() < BOM.len() && BOM.starts_with(rest))
}

/// The last place behind `from` where a message begins whatever came before it: an `MSH` behind
/// a CR, for that ends a segment in every message. Behind a lone LF only the walk can tell, so
/// then there is no answer.
fn last_sure_start(buf: &[u8], from: usize) -> Option<usize> {
    let finder = memmem::FinderRev::new(b"MSH");
    let mut end = buf.len();
    // Free text may hold the letters; a text full of them is left to the walk.
    for _ in 0..8 {
        let msh = from + finder.rfind(buf.get(from..end)?)?;
        let delimited = buf.get(msh + 3).is_some_and(|b| !b.is_ascii_alphanumeric());
        let start = if msh > 0 && buf[msh - 1] == VT { msh - 1 } else { msh };
        if delimited {
            match &buf[..start] {
                [.., CR] | [.., CR, LF] => return Some(start),
                [.., LF] => return None,
                _ => {}
            }
        }
        end = msh;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the frames of a buffer are, in a form that can be compared.
    fn frames(buf: &[u8]) -> Vec<(char, usize, Vec<Vec<u8>>)> {
        let mut found = Vec::new();
        for frame in Frames::new(buf) {
            found.push(match frame {
                Frame::Message(m) => {
                    assert_eq!(&buf[m.offset..m.offset + m.bytes.len()], m.bytes);
                    ('m', m.offset, segments(&m))
                }
                Frame::Envelope { bytes, offset } => ('e', offset, vec![bytes.to_vec()]),
                Frame::Stray { bytes, offset } => ('s', offset, vec![bytes.to_vec()]),
            });
        }
        found
    }

    /// The plain way: split at each byte or pair that ends a segment.
    fn segments(m: &Framed<'_>) -> Vec<Vec<u8>> {
        let mut all = vec![Vec::new()];
        let mut bytes = m.bytes.iter().peekable();
        while let Some(&b) = bytes.next() {
            match (b, m.line_ending) {
                (CR, _) => {
                    bytes.next_if(|&&b| b == LF && m.line_ending == LineEnding::Lf);
                    all.push(Vec::new());
                }
                (LF, LineEnding::Lf) => all.push(Vec::new()),
                _ => all.last_mut().unwrap().push(b),
            }
        }
        all
    }

    /// The messages of a buffer as segments joined by `/`, strays and envelopes marked.
    fn told(buf: &[u8]) -> Vec<String> {
        frames(buf)
            .into_iter()
            .map(|(kind, _, parts)| {
                let text = parts.join(&b'/').escape_ascii().to_string();
                if kind == 'm' { text } else { format!("{kind}:{text}") }
            })
            .collect()
    }

    #[test]
    fn every_line_ending() {
        let two = ["MSH|^~\\\\&|a/PID|1", "MSH|^~\\\\&|b/PID|2"];
        for input in [
            "MSH|^~\\&|a\rPID|1\rMSH|^~\\&|b\rPID|2\r",
            "MSH|^~\\&|a\rPID|1\r\nMSH|^~\\&|b\rPID|2\r\n",
            "MSH|^~\\&|a\nPID|1\nMSH|^~\\&|b\nPID|2\n",
            "MSH|^~\\&|a\r\nPID|1\r\nMSH|^~\\&|b\r\nPID|2",
            "MSH|^~\\&|a\nPID|1\n\nMSH|^~\\&|b\rPID|2\r\n",
            "\u{feff}MSH|^~\\&|a\rPID|1\r\r\r\n\n \t\n\u{feff}MSH|^~\\&|b\nPID|2",
            "\x0bMSH|^~\\&|a\rPID|1\r\x1c\r\x0bMSH|^~\\&|b\rPID|2\r\x1c\r",
            "\x0bMSH|^~\\&|a\rPID|1\x1c\r\n\x0bMSH|^~\\&|b\rPID|2\x1c",
            "\x0bMSH|^~\\&|a\rPID|1\x1c\x0bMSH|^~\\&|b\rPID|2\x1c",
            "\x0bMSH|^~\\&|a\nPID|1\n\x1c\r\x0bMSH|^~\\&|b\r\nPID|2\r\n\x1c\r\n",
            "MSH|^~\\&|a\rPID|1\r\x1c\rMSH|^~\\&|b\rPID|2\x1c\r",
            "MSH|^~\\&|a\rPID|1\r\x0bMSH|^~\\&|b\rPID|2",
        ] {
            assert_eq!(told(input.as_bytes()), two, "{input:?}");
        }
    }

    #[test]
    fn a_lone_line_feed_is_content_after_a_carriage_return() {
        assert_eq!(
            told(b"MSH|^~\\&|a\rNTE|1||x\nMSH|y\rPID|2\r\n"),
            [r"MSH|^~\\&|a/NTE|1||x\nMSH|y/PID|2"]
        );
    }

    #[test]
    fn a_header_behind_a_lone_line_feed_is_one() {
        for input in [
            "MSH|^~\\&|a\rPID|1\nMSH|^~\\&|b\rPID|2\n",
            "MSH|^~\\&|a\rPID|1\n\nMSH|^~\\&|b\rPID|2\n\n",
            "MSH|^~\\&|a\rPID|1\n\x0bMSH|^~\\&|b\rPID|2\n\x1c\r",
            "MSH|^~\\&|a\rPID|1\nMSH|^~\\&|b\nPID|2",
        ] {
            assert_eq!(told(input.as_bytes()), ["MSH|^~\\\\&|a/PID|1", "MSH|^~\\\\&|b/PID|2"]);
        }
        // Free text.
        let text = "MSH|^~\\&|a\rNTE|1||x\nMSH: 12 pg/ml\nMSH|y\rPID|2\r\n";
        let read = "MSH|^~\\\\&|a/NTE|1||x\\nMSH: 12 pg/ml\\nMSH|y/PID|2";
        assert_eq!(told(text.as_bytes()), [read]);
        let batch = "MSH|^~\\&|a\rPID|1\nBTS|1\n";
        assert_eq!(told(batch.as_bytes()), ["MSH|^~\\\\&|a/PID|1", "e:BTS|1"]);
    }

    #[test]
    fn empty_segments_inside_stay_and_at_the_end_go() {
        assert_eq!(told(b"MSH|^~\\&|a\r\rPID|1\r\r\r\n"), [r"MSH|^~\\&|a//PID|1"]);
    }

    #[test]
    fn header_alone() {
        for input in ["MSH|^~\\&", "MSH|^~\\&\r", "MSH|^~\\&\r\n", "\x0bMSH|^~\\&\x1c\r"] {
            assert_eq!(told(input.as_bytes()), [r"MSH|^~\\&"], "{input:?}");
        }
    }

    #[test]
    fn an_envelope_ends_a_message_whatever_ends_the_envelope() {
        assert_eq!(
            told(b"MSH|^~\\&|a\rPID|1\rBHS|^~\\&\nMSH|^~\\&|b\nPID|2\n"),
            [r"MSH|^~\\&|a/PID|1", r"e:BHS|^~\\&", r"MSH|^~\\&|b/PID|2"]
        );
    }

    #[test]
    fn envelopes_are_no_messages_and_strays_are_told() {
        assert_eq!(
            told(b"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|a\rPID|1\rBTS|1\rFTS|1\r"),
            [r"e:FHS|^~\\&", r"e:BHS|^~\\&", r"MSH|^~\\&|a/PID|1", "e:BTS|1", "e:FTS|1"]
        );
        assert_eq!(
            told(b"started\nok \n\nMSH|^~\\&|a\rPID|1\r\nlost\nMSHX|\nMSH|^~\\&|b"),
            [r"s:started\nok \n", r"MSH|^~\\&|a/PID|1", r"s:lost\nMSHX|\n", r"MSH|^~\\&|b"]
        );
        assert!(told(b"").is_empty());
        assert!(told(b"\r\n \n\n\x1c\r").is_empty());
    }

    #[test]
    fn a_live_message_is_complete_at_its_end() {
        for (input, complete) in [
            (&b"MSH|^~\\&|a\rPID|1\r"[..], 0),
            (b"MSH|^~\\&|a\rPID|1\r\n", 18),
            (b"MSH|^~\\&|a\nPID|1\n", 0),
            (b"MSH|^~\\&|a\nPID|1\n\n", 18),
            (b"MSH|^~\\&|a\r\nPID|1\r\n\r\n", 21),
            (b"\x0bMSH|^~\\&|a\rPID|1\r\x1c", 19),
            (b"MSH|^~\\&|a\rPID|1\rMSH|", 17),
            (b"MSH|^~\\&|a\rPID|1\rMSH", 0),
        ] {
            assert_eq!(Cutter::default().advance(input, false), complete, "{input:?}");
        }
    }

    #[test]
    fn a_cut_is_where_the_frames_go_on_behind_a_batch_trailer() {
        // The message, the trailer that is no segment of it, and the line ending are complete.
        let input = b"MSH|^~\\&|x\rFHS|1\r\n ";
        assert_eq!(Cutter::default().advance(input, false), 18);
        // With an FS inside it would end there, so that it is a segment like any other.
        let input = b"MSH|^~\\&|x\rFHS|1\x1cMSH|^~\\&|x\r\n ";
        assert_eq!(Cutter::default().advance(input, false), 29);
        // An FS in the header tells nothing of how segments end.
        assert_eq!(told(b"MSH|^~\\&|\x1cb\nPID|1\n"), [r"MSH|^~\\&|\x1cb/PID|1"]);
        assert_eq!(told(b"MSH|^~\\&|\x1cb\rPID|1\n2\r\n"), [r"MSH|^~\\&|\x1cb/PID|1\n2"]);
        assert_eq!(told(b"MSH|^~\\&|b\x1c\rPID|1\r\n"), [r"MSH|^~\\&|b", r"s:PID|1\r\n"]);
        // Nor does a line feed behind it make it one.
        assert_eq!(told(b"MSH|\rFTS|\x1cFTS|\x1cMSH\n"), [r"MSH|/FTS|\x1cFTS|\x1cMSH"]);
    }

    /// Streams with everything that framing must cope with.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just("MSH|^~\\&|x"),
            Just("MSH|^~\\&"),
            Just("MSH"),
            Just("MSHX|"),
            Just("PID|1"),
            Just("FHS|1"),
            Just("BTS|"),
            Just("BTSA"),
            Just("text"),
            Just("M"),
            Just("\r"),
            Just("\r"),
            Just("\n"),
            Just("\n"),
            Just("\r\n"),
            Just("\x0b"),
            Just("\x1c"),
            Just(" "),
            Just("\u{feff}"),
            Just("\r\nMSH|^~\\&|y\rPV1|2\r\n"),
            Just("\nMSH|^~\\&|z|"),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        /// Whatever the pieces in which a stream arrives, the same is found in it.
        #[test]
        fn cuts_never_show(input in stream(), sizes in prop::collection::vec(1usize..9, 1..40)) {
            let mut cutter = Cutter::default();
            let mut buf = Vec::new();
            let mut removed = 0;
            let mut fed = 0;
            let mut found = Vec::new();
            let mut sizes = sizes.iter().cycle();
            loop {
                let eof = fed == input.len();
                if !eof {
                    let n = (*sizes.next().unwrap()).min(input.len() - fed);
                    buf.extend_from_slice(&input[fed..fed + n]);
                    fed += n;
                }
                let complete = cutter.advance(&buf, eof);
                for (kind, offset, parts) in frames(&buf[..complete]) {
                    found.push((kind, offset + removed, parts));
                }
                buf.drain(..complete);
                cutter.removed(complete);
                removed += complete;
                if eof {
                    break;
                }
            }
            prop_assert_eq!(joined(found), joined(frames(&input)));
        }

        /// Every byte that is not blank belongs to something.
        #[test]
        fn nothing_is_dropped(input in stream()) {
            let mut left = input.clone();
            for (_, offset, parts) in frames(&input) {
                let mut at = offset;
                for part in parts {
                    while !input[at..].starts_with(&part) {
                        at += 1;
                    }
                    left[at..at + part.len()].fill(b' ');
                    at += part.len();
                }
            }
            let blank = |b: &u8| matches!(b, b' ' | b'\r' | b'\n' | 0x0b | 0x1c | 0xef | 0xbb | 0xbf);
            prop_assert!(left.iter().all(blank), "{:?}", left.escape_ascii().to_string());
        }
    }

    /// Joins strays that touch: how many lines of them come at once is not promised.
    fn joined(found: Vec<(char, usize, Vec<Vec<u8>>)>) -> Vec<(char, usize, Vec<Vec<u8>>)> {
        let mut all: Vec<(char, usize, Vec<Vec<u8>>)> = Vec::new();
        for (kind, offset, parts) in found {
            match all.last_mut() {
                Some(('s', _, before)) if kind == 's' => {
                    before.extend(parts.iter().flat_map(|p| lines(p)));
                }
                _ if kind == 's' => all.push((kind, offset, lines(&parts[0]))),
                _ => all.push((kind, offset, parts)),
            }
        }
        all
    }

    fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
        bytes
            .split(|b| matches!(b, b'\r' | b'\n' | 0x0b | 0x1c | 0xef | 0xbb | 0xbf))
            .map(|l| l.trim_ascii().to_vec())
            .filter(|l| !l.is_empty())
            .collect()
    }
}
