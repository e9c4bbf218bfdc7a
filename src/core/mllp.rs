//! MLLP blocks: messages on a connection, put in and taken out. No I/O.
//!
//! A block of release 1 is VT, content, FS, CR (HL7 Minimal Lower Layer Protocol). Release 2 adds
//! blocks whose content is one byte, ACK or NAK, by which the other side tells that it has stored
//! a block, or not ([`Commit`]).
//!
//! [`Deframer`] reads what real senders write. Where they leave the form, it goes by these rules:
//!
//! - FS ends a block if CR, LF or VT follows. It also does if nothing follows, because the sender
//!   falls silent or closes, but only behind the end of a segment (CR or LF): FS may be a byte of a
//!   document in OBX-5, and what is silent then is in the middle of a message.
//! - FS with any other byte behind it is content.
//! - VT in a block begins a new one if `MSH` follows. What was there before is torn: its sender
//!   never ended it. Any other VT is content.
//! - `MSH` and a delimiter right behind the end of a block, or first on the connection, begin a
//!   block whose VT is missing.
//! - CR, LF and blanks between blocks are nothing. Anything else there is told as junk.

use memchr::{memchr, memchr2};

/// Begins a block.
pub const VT: u8 = 0x0B;
/// Ends a block, with CR behind it.
pub const FS: u8 = 0x1C;
const CR: u8 = b'\r';
const LF: u8 = b'\n';

/// Room that a read is given at first, in bytes; most messages are shorter.
const ROOM: usize = 4 << 10;
/// Room that a read is given at most.
const MOST_ROOM: usize = 256 << 10;
/// A buffer longer than this is given back when it is empty.
const KEPT: usize = 32 << 10;

/// Appends a block with this content.
pub fn append_block(content: &[u8], out: &mut Vec<u8>) {
    out.reserve(content.len() + 3);
    out.push(VT);
    out.extend_from_slice(content);
    out.extend_from_slice(&[FS, CR]);
}

/// What a commit block of release 2 tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// The block is stored; the message may still be refused.
    Ack,
    /// It is not.
    Nak,
}

impl Commit {
    /// The commit block that a block's content makes it.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        match content {
            [0x06] => Some(Self::Ack),
            [0x15] => Some(Self::Nak),
            _ => None,
        }
    }

    /// The content of such a block.
    #[must_use]
    pub fn content(self) -> &'static [u8] {
        match self {
            Self::Ack => &[0x06],
            Self::Nak => &[0x15],
        }
    }
}

/// What [`Deframer`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The content of a block, without VT, FS and CR.
    Block(&'a [u8]),
    /// The content of a block that has no end: another began in it, or the stream ended.
    Torn(&'a [u8]),
    /// Bytes between blocks. More of them may follow in the next piece.
    Junk(&'a [u8]),
    /// The beginning of a block longer than the limit. Nothing comes behind it.
    TooLong(&'a [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the end of a block, or at the beginning.
    Between,
    /// In bytes that are no block.
    Junk,
    /// In a block, the content of which begins where `at` is.
    Block,
    /// In a block that is too long.
    Over,
}

/// Takes blocks out of a stream of bytes that comes in pieces of any size.
///
/// ```
/// use pipehat::core::mllp::{Deframer, Piece};
/// let mut deframer = Deframer::new(1 << 20);
/// deframer.feed(b"\x0bMSH|^~\\&|A\r\x1c\r\x0bMSH|");
/// assert_eq!(deframer.next(), Some(Piece::Block(b"MSH|^~\\&|A\r")));
/// assert_eq!(deframer.next(), None);
/// ```
#[derive(Debug)]
pub struct Deframer {
    /// Bytes from `at` to `end` are there, those behind are room.
    buf: Vec<u8>,
    at: usize,
    end: usize,
    /// Everything before it has been looked at.
    searched: usize,
    state: State,
    /// No more bytes come for now.
    silent: bool,
    /// How much room the next read is given.
    room: usize,
    max: usize,
}

impl Deframer {
    /// For blocks of at most `max` bytes of content.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self {
            buf: Vec::new(),
            at: 0,
            end: 0,
            searched: 0,
            state: State::Between,
            silent: false,
            room: ROOM,
            max,
        }
    }

    /// Room to read into; [`Deframer::filled`] tells how much was read. Never empty.
    pub fn space(&mut self) -> &mut [u8] {
        if self.at == self.end {
            (self.at, self.end, self.searched) = (0, 0, 0);
            if self.buf.len() > KEPT {
                self.buf = Vec::new();
            }
        } else if self.buf.len() - self.end < self.room && self.at > 0 {
            self.buf.copy_within(self.at..self.end, 0);
            self.searched -= self.at;
            self.end -= self.at;
            self.at = 0;
        }
        if self.buf.len() - self.end < self.room {
            self.buf.resize(self.end + self.room, 0);
        }
        &mut self.buf[self.end..]
    }

    /// So many bytes were read into [`Deframer::space`].
    pub fn filled(&mut self, count: usize) {
        let room = self.buf.len() - self.end;
        let count = count.min(room);
        if count == room {
            self.room = (self.room * 2).min(MOST_ROOM);
        } else if count < ROOM / 2 && self.at == self.end {
            self.room = ROOM;
        }
        self.end += count;
        self.silent = self.silent && count == 0;
    }

    /// Takes bytes from elsewhere.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = self.space();
            let count = space.len().min(bytes.len());
            space[..count].copy_from_slice(&bytes[..count]);
            self.filled(count);
            bytes = &bytes[count..];
        }
    }

    /// No bytes have come for a while, or none come any more: an FS that is the last byte ends
    /// its block, if it stands behind the end of a segment.
    pub fn silence(&mut self) {
        self.silent = true;
    }

    /// Whether silence would end a block: its FS is the last byte that came.
    #[must_use]
    pub fn waits_for_end(&self) -> bool {
        self.state == State::Block
            && matches!(self.buf[self.at..self.end], [.., before, FS] if ends_segment(before))
    }

    /// Bytes of a block that has begun; `None` between blocks.
    #[must_use]
    pub fn begun(&self) -> Option<usize> {
        match self.state {
            State::Block | State::Over => Some(self.end - self.at),
            State::Between | State::Junk => None,
        }
    }

    /// The bytes of memory it holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.buf.len()
    }

    /// The next piece; `None` when more bytes are needed.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Piece<'_>> {
        if self.state == State::Between {
            self.begin();
        }
        match self.state {
            State::Between | State::Over => None,
            State::Junk => self.junk(),
            State::Block => self.block(),
        }
    }

    /// What is left at the end of the stream, once [`Deframer::next`] has no more after
    /// [`Deframer::silence`].
    #[must_use]
    pub fn rest(&self) -> Option<Piece<'_>> {
        let bytes = &self.buf[self.at..self.end];
        match self.state {
            State::Block => Some(Piece::Torn(bytes)),
            State::Between | State::Junk if !bytes.is_empty() => Some(Piece::Junk(bytes)),
            _ => None,
        }
    }

    /// Skips what may stand between blocks and tells what begins behind it.
    fn begin(&mut self) {
        let bytes = &self.buf[self.at..self.end];
        let blanks = bytes.iter().take_while(|&&b| matches!(b, CR | LF | b' ' | b'\t')).count();
        self.at += blanks;
        self.searched = self.at;
        match &bytes[blanks..] {
            [] => {}
            [VT, ..] => {
                self.at += 1;
                self.state = State::Block;
            }
            [b'M'] | [b'M', b'S'] | [b'M', b'S', b'H'] if !self.silent => {}
            [b'M', b'S', b'H', byte, ..] if byte.is_ascii_punctuation() => {
                self.state = State::Block;
            }
            _ => self.state = State::Junk,
        }
        self.searched = self.at;
    }

    /// Junk up to the next VT.
    fn junk(&mut self) -> Option<Piece<'_>> {
        let start = self.at;
        let found = memchr(VT, &self.buf[start..self.end]);
        let end = found.map_or(self.end, |n| start + n);
        if found.is_some() {
            self.state = State::Between;
        }
        (self.at, self.searched) = (end, end);
        if end == start {
            return if found.is_some() { self.next() } else { None };
        }
        Some(Piece::Junk(&self.buf[start..end]))
    }

    fn block(&mut self) -> Option<Piece<'_>> {
        let start = self.at;
        while let Some(n) = memchr2(VT, FS, &self.buf[self.searched..self.end]) {
            let found = self.searched + n;
            if found - start > self.max {
                break;
            }
            let behind = &self.buf[found + 1..self.end];
            if self.buf[found] == VT {
                match behind {
                    [b'M', b'S', b'H', ..] => {
                        (self.at, self.searched) = (found, found);
                        self.state = State::Between;
                        if found == start {
                            // VT twice.
                            return self.next();
                        }
                        return Some(Piece::Torn(&self.buf[start..found]));
                    }
                    [] | [b'M'] | [b'M', b'S'] if !self.silent => {
                        self.searched = found;
                        return None;
                    }
                    _ => self.searched = found + 1,
                }
                continue;
            }
            let ended = match behind.first() {
                Some(&CR) => Some(found + 2),
                Some(&(LF | VT)) => Some(found + 1),
                None if self.silent
                    && self.buf[start..found].last().copied().is_some_and(ends_segment) =>
                {
                    Some(found + 1)
                }
                None => {
                    self.searched = found;
                    return None;
                }
                Some(_) => None,
            };
            if let Some(next) = ended {
                (self.at, self.searched) = (next, next);
                self.state = State::Between;
                return Some(Piece::Block(&self.buf[start..found]));
            }
            self.searched = found + 1;
        }
        if self.end - start > self.max {
            self.state = State::Over;
            return Some(Piece::TooLong(&self.buf[start..start + self.max]));
        }
        self.searched = self.searched.max(self.end);
        None
    }
}

fn ends_segment(byte: u8) -> bool {
    matches!(byte, CR | LF)
}

#[cfg(test)]
mod tests;
