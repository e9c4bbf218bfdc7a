//! Framing: where messages begin and end in a stream of bytes.
//!
//! A message begins at `MSH` at the start of a segment. How its MSH segment ends decides for the
//! whole message ([`LineEnding`]). All of the forms that archives hold are read, mixed in one
//! stream: segments ended by CR, LF or CRLF, MLLP blocks, batches, byte order marks, blank lines.
//!
//! [`Frames`] walks over bytes that end where a message ends and indexes the segments as it goes.
//! [`Cutter`] finds such an end in a buffer that a stream is still filling. Both stand on the same
//! walk, so where a stream was cut never shows in the result.

use memchr::{memchr, memchr2, memchr3, memmem};

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

/// The bytes of one message and where its segments begin.
#[derive(Clone, Copy, Debug)]
pub struct Framed<'a> {
    /// From `MSH` to the end of the last segment, without what ends the message.
    pub bytes: &'a [u8],
    /// The start of each segment in `bytes`; the first is 0.
    pub starts: &'a [u32],
    /// The offset of `bytes` in the buffer.
    pub offset: usize,
    /// The bytes with everything that ended the message (line ending, MLLP trailer).
    pub whole: &'a [u8],
    /// How the segments end.
    pub line_ending: LineEnding,
}

/// The messages, envelopes and strays of a buffer that ends where a message ends.
///
/// Positions of segments are 32-bit: a buffer longer than 4 GiB is not to be given.
#[derive(Debug)]
pub struct Frames<'a> {
    buf: &'a [u8],
    at: usize,
    starts: Vec<u32>,
    /// The buffer begins in the middle of a stray line.
    mid_line: bool,
}

impl<'a> Frames<'a> {
    /// Walks over `buf`, whose end counts as the end of the stream.
    #[must_use]
    pub fn new(buf: &'a [u8]) -> Self {
        Self { buf, at: 0, starts: Vec::with_capacity(64), mid_line: false }
    }

    /// Goes on with another buffer and keeps what was allocated. `mid_line` says that it begins
    /// inside of a stray line that the buffer before did not end.
    #[must_use]
    pub fn over<'b>(self, buf: &'b [u8], mid_line: bool) -> Frames<'b> {
        Frames { buf, at: 0, starts: self.starts, mid_line }
    }

    /// The next thing in the buffer; `None` at its end.
    #[allow(clippy::should_implement_trait)] // it lends its index, which an Iterator cannot
    #[inline]
    pub fn next(&mut self) -> Option<Frame<'_>> {
        let buf = self.buf;
        if self.mid_line && !buf.is_empty() {
            self.mid_line = false;
            return Some(self.stray(self.at));
        }
        let framed = skip_blank(buf, &mut self.at);
        let start = self.at;
        match what_starts(buf, start, true) {
            Start::Message => {
                self.starts.clear();
                self.starts.push(0);
                let mut walk = Walk::new(start, framed);
                let starts = &mut self.starts;
                // At the end of the stream the walk always finds an end.
                let end = walk
                    .run(buf, true, |at| starts.push((at - start) as u32))
                    .unwrap_or(End { content: buf.len(), next: buf.len() });
                self.at = end.next;
                let content = trim_empty_segments(&buf[start..end.content], starts);
                Some(Frame::Message(Framed {
                    bytes: content,
                    starts: &self.starts,
                    offset: start,
                    whole: &buf[start..end.next],
                    line_ending: walk.ending.unwrap_or(LineEnding::Cr),
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

    /// Takes lines up to the next that starts something.
    fn stray(&mut self, start: usize) -> Frame<'a> {
        let buf = self.buf;
        let mut end = start;
        loop {
            end = memchr2(CR, LF, &buf[end..]).map_or(buf.len(), |n| end + n + 1);
            self.at = end;
            skip_blank(buf, &mut self.at);
            if self.at >= buf.len()
                || matches!(what_starts(buf, self.at, true), Start::Message | Start::Envelope)
            {
                // The blank skipped may hold the VT of the next block: it is read again.
                self.at = end;
                return Frame::Stray { bytes: &buf[start..end], offset: start };
            }
            end = self.at;
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

/// The end of the envelope segment at `start`.
fn envelope_end(buf: &[u8], start: usize) -> Option<usize> {
    memchr3(CR, LF, FS, &buf[start..]).map(|n| start + n)
}

/// Removes empty segments from the end of a message: they are blank lines before the next one.
#[inline]
fn trim_empty_segments<'a>(content: &'a [u8], starts: &mut Vec<u32>) -> &'a [u8] {
    let mut content = content;
    while let Some(&last) = starts.last()
        && last as usize >= content.len()
        && last > 0
    {
        starts.pop();
        content = without_line_ending(&content[..last as usize]);
    }
    content
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

/// The walk from segment to segment through one message; it can stop where the buffer ends and
/// go on when there is more.
#[derive(Clone, Copy, Debug)]
struct Walk {
    start: usize,
    /// The message stands in an MLLP block, so that FS ends it wherever it comes.
    framed: bool,
    ending: Option<LineEnding>,
    /// Where to look for the next line ending.
    at: usize,
}

impl Walk {
    fn new(start: usize, framed: bool) -> Self {
        Self { start, framed, ending: None, at: start }
    }

    /// Walks to the end of the message and calls `segment` with the start of each segment after
    /// the first. `None` when the buffer ends before the message is known to be complete.
    #[inline]
    fn run(&mut self, buf: &[u8], eof: bool, mut segment: impl FnMut(usize)) -> Option<End> {
        loop {
            let Some(i) = self.line_end(buf) else {
                self.at = buf.len();
                return eof.then(|| {
                    let content = buf.strip_suffix(&[FS]).map_or(buf.len(), <[u8]>::len);
                    End { content: content.max(self.start), next: buf.len() }
                });
            };
            self.at = i;
            let next = match buf[i] {
                FS => return Some(End { content: i, next: i + 1 }),
                CR => match buf.get(i + 1) {
                    None if !eof => return None,
                    Some(&LF) => {
                        if self.ending == Some(LineEnding::Cr) {
                            let content = if buf[i - 1] == FS { i - 1 } else { i };
                            return Some(End { content, next: i + 2 });
                        }
                        self.ending = Some(LineEnding::Lf);
                        i + 2
                    }
                    _ => {
                        self.ending.get_or_insert(LineEnding::Cr);
                        i + 1
                    }
                },
                _ => {
                    self.ending = Some(LineEnding::Lf);
                    i + 1
                }
            };
            // `MSH` stands before the first line ending, so there is a byte before it.
            if buf[i - 1] == FS {
                return Some(End { content: i - 1, next });
            }
            match buf.get(next) {
                None => return eof.then_some(End { content: i, next }),
                Some(&FS) => return Some(End { content: i, next: next + 1 }),
                Some(&VT) => return Some(End { content: i, next }),
                Some(b'M' | b'F' | b'B') => match what_starts(buf, next, eof) {
                    Start::Message | Start::Envelope => return Some(End { content: i, next }),
                    Start::Unknown => return None,
                    Start::Nothing => {}
                },
                Some(0xEF) if !eof && buf.len() < next + BOM.len() + 4 => return None,
                Some(0xEF) if starts_behind_bom(buf, next) => {
                    return Some(End { content: i, next });
                }
                Some(&CR | &LF) if self.ending == Some(LineEnding::Lf) && buf[next - 1] == LF => {
                    if buf[next] == LF || buf.get(next + 1) == Some(&LF) {
                        return Some(End { content: i, next });
                    }
                    if !eof && next + 1 == buf.len() {
                        return None;
                    }
                }
                Some(_) => {}
            }
            segment(next);
            self.at = next;
        }
    }

    /// The next byte that ends a segment, or in an MLLP block the message.
    #[inline]
    fn line_end(&self, buf: &[u8]) -> Option<usize> {
        let rest = &buf[self.at..];
        let found = match (self.ending, self.framed) {
            (Some(LineEnding::Cr), false) => memchr(CR, rest),
            (Some(LineEnding::Cr), true) => memchr2(CR, FS, rest),
            (_, false) => memchr2(CR, LF, rest),
            (_, true) => memchr3(CR, LF, FS, rest),
        };
        found.map(|n| self.at + n)
    }
}

/// Whether a byte order mark and then a message or envelope stand at `at`.
fn starts_behind_bom(buf: &[u8], at: usize) -> bool {
    buf[at..].starts_with(BOM)
        && matches!(what_starts(buf, at + BOM.len(), true), Start::Message | Start::Envelope)
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
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Between messages; the place to go on from.
    Between(usize),
    /// In a message.
    Message(Walk),
    /// In a line that belongs to no message: where to look for its end.
    Stray(usize),
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
    /// A line that belongs to no message.
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
        while self.step(buf) {}
        self.boundary
    }

    /// Tells that `n` bytes, at most the last boundary, were removed from the front of the buffer.
    pub fn removed(&mut self, n: usize) {
        self.boundary = self.boundary.saturating_sub(n);
        self.seen = self.seen.saturating_sub(n);
        match &mut self.state {
            State::Between(at) | State::Stray(at) => *at = at.saturating_sub(n),
            State::Message(walk) => {
                walk.start = walk.start.saturating_sub(n);
                walk.at = walk.at.saturating_sub(n);
            }
        }
    }

    /// What stands behind the boundary.
    #[must_use]
    pub fn pending(&self) -> Pending {
        match self.state {
            State::Between(_) => Pending::Nothing,
            State::Message(_) => Pending::Message,
            State::Stray(_) => Pending::Stray,
        }
    }

    /// Where what is under way began.
    fn place(&self) -> usize {
        match self.state {
            State::Between(at) | State::Stray(at) => at,
            State::Message(walk) => walk.start,
        }
    }

    /// Goes one thing further; false when more bytes are needed.
    fn step(&mut self, buf: &[u8]) -> bool {
        match &mut self.state {
            State::Between(at) => {
                let mut start = *at;
                let framed = skip_blank(buf, &mut start);
                if start >= buf.len() || is_undecided_blank(&buf[start..]) {
                    // Blanks are complete, but a VT and a half line of blanks belong to what
                    // follows.
                    return false;
                }
                match what_starts(buf, start, false) {
                    Start::Unknown => return false,
                    Start::Message => self.state = State::Message(Walk::new(start, framed)),
                    Start::Nothing => self.state = State::Stray(start),
                    Start::Envelope => {
                        let Some(end) = envelope_end(buf, start) else { return false };
                        self.boundary = end;
                        self.state = State::Between(end);
                    }
                }
                true
            }
            State::Message(walk) => {
                let Some(end) = walk.run(buf, false, |_| {}) else { return false };
                self.boundary = end.next;
                self.state = State::Between(end.next);
                true
            }
            State::Stray(at) => {
                let Some(n) = memchr2(CR, LF, &buf[*at..]) else {
                    *at = buf.len();
                    return false;
                };
                let end = *at + n + 1;
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
        let mut frames = Frames::new(buf);
        let mut found = Vec::new();
        while let Some(frame) = frames.next() {
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

    fn segments(m: &Framed<'_>) -> Vec<Vec<u8>> {
        let mut ends: Vec<usize> = m.starts[1..].iter().map(|&s| s as usize).collect();
        ends.push(m.bytes.len());
        let cut = |(i, (&start, &end)): (usize, (&u32, &usize))| {
            let segment = &m.bytes[start as usize..end];
            if i + 1 == m.starts.len() { segment } else { without_line_ending(segment) }.to_vec()
        };
        m.starts.iter().zip(&ends).enumerate().map(cut).collect()
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
            (b"MSH|^~\\&|a\nPID|1\n\n", 17),
            (b"MSH|^~\\&|a\r\nPID|1\r\n\r\n", 19),
            (b"\x0bMSH|^~\\&|a\rPID|1\r\x1c", 19),
            (b"MSH|^~\\&|a\rPID|1\rMSH|", 17),
            (b"MSH|^~\\&|a\rPID|1\rMSH", 0),
        ] {
            assert_eq!(Cutter::default().advance(input, false), complete, "{input:?}");
        }
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
