//! How much of a growing buffer is whole messages.

use super::start::{Start, envelope_end, is_undecided_blank, line_end, skip_blank, what_starts};
use super::walk::{HeaderFinder, Walk};
use super::{CR, FS, LF, LineEnding, VT, trim_tail};
use memchr::{memmem, memrchr3};

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
        self.finder.forget();
        while self.step(buf) {}
        self.boundary
    }

    /// As [`Cutter::advance`] for the first boundary only: the end of the message under way, `None`
    /// while it is not known.
    pub fn end_pending(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        let State::Message(walk) = &mut self.state else { return Some(self.advance(buf, eof)) };
        self.seen = buf.len();
        self.finder.forget();
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
            State::Message(walk) => walk.removed(n),
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

    /// What was under way is complete.
    fn end_at(&mut self, at: usize) -> bool {
        self.boundary = at;
        self.state = State::Between(at);
        true
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
                self.end_at(next)
            }
            State::Envelope(at) => {
                let Some(end) = envelope_end(buf, *at) else {
                    *at = buf.len();
                    return false;
                };
                self.end_at(end)
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
                self.end_at(end)
            }
        }
    }
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
