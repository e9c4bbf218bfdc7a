//! The search for the end of a message.

use super::start::{Start, starts_behind_line_feed, what_starts, what_starts_behind_marks};
use super::{CR, FS, LF, LineEnding, VT};
use memchr::{memchr2, memchr3, memmem, memrchr};

/// Where a message ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// The end of its last segment.
    pub(super) content: usize,
    /// Behind what ends the message.
    pub(super) next: usize,
}

/// The search for the end of one message; it can stop where the buffer ends and go on when there
/// is more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) start: usize,
    /// The message stands in an MLLP block, so that FS ends it wherever it comes.
    framed: bool,
    pub(super) ending: Option<LineEnding>,
    /// The length of the MSH segment, once its end is found.
    pub(super) header_len: usize,
    /// Everything before it has been looked at.
    at: usize,
    /// Whether the last segment that began before `at` is an envelope, and where it began.
    envelope: Option<usize>,
    /// Everything before it has been looked at for that.
    segments: usize,
}

impl Walk {
    pub(super) fn new(start: usize, framed: bool) -> Self {
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

    /// Tells that `n` bytes were removed from the front of the buffer.
    pub(super) fn removed(&mut self, n: usize) {
        self.start = self.start.saturating_sub(n);
        self.at = self.at.saturating_sub(n);
        self.segments = self.segments.saturating_sub(n);
        self.envelope = self.envelope.map(|start| start.saturating_sub(n));
    }

    /// The end of the message; `None` when the buffer ends before the message is known to be
    /// complete.
    #[inline]
    pub(super) fn run(&mut self, buf: &[u8], eof: bool, finder: &mut HeaderFinder) -> Option<End> {
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

/// Cuts LF from the end: they ended the message, and blank lines.
fn without_line_feeds(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., LF] = bytes {
        bytes = rest;
    }
    bytes
}

/// The two searches of [`Walk::run_segments`], prepared once.
#[derive(Debug)]
pub(super) struct HeaderFinder {
    letters: memmem::Finder<'static>,
    /// The last answer of [`HeaderFinder::control`]: the search began at the first, found the
    /// second. A stream without LF is searched once, not once a message.
    control: (usize, Option<usize>, usize),
}

impl Default for HeaderFinder {
    fn default() -> Self {
        Self { letters: memmem::Finder::new(b"MSH"), control: NOTHING_FOUND }
    }
}

/// An answer that is about no buffer.
const NOTHING_FOUND: (usize, Option<usize>, usize) = (1, None, 0);

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

    /// Forgets the last answer, which may be about other bytes.
    pub(super) fn forget(&mut self) {
        self.control = NOTHING_FOUND;
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
