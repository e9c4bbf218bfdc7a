//! Pieces of the input that end where a message ends.

use super::diagnostics::Diagnostics;
use super::source::{Opened, Packing, Source, Sources, identity, plain_error};
use crate::core::{Cutter, Frame, Frames, Pending};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// The size of a buffer for one thread. Measured on 500 MB: with 128 KiB a query takes a quarter
/// more time, with 256 KiB a twentieth, and with more than this it begins to miss the cache.
pub const CHUNK: usize = 512 << 10;

/// The size of a buffer when many threads have one each.
pub const SHARED_CHUNK: usize = 256 << 10;

/// What is kept of a message that is too long, so that its end is recognised across pieces.
const KEEP: usize = 16;

/// A recycled buffer and what its ranges are.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The bytes; longer than what was read into it.
    pub bytes: Vec<u8>,
    /// What was read, in order.
    pub parts: Vec<Part>,
}

/// A range of a chunk that comes from one source.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where it comes from.
    pub source: Arc<Source>,
    /// Where it is in the chunk.
    pub range: Range<usize>,
    /// Its first byte's offset in the source.
    pub offset: u64,
    /// What it is.
    pub kind: PartKind,
    /// The number of messages of this source before it, if they are counted while reading.
    pub before: u64,
}

/// What a part of a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Whole messages and what stands between them.
    Messages,
    /// The same, beginning inside of a line that belongs to no message.
    MidLine,
    /// A piece of a message that is longer than allowed.
    TooLong {
        /// It is the first piece.
        first: bool,
    },
    /// A message that a failing read cut off.
    CutOff,
}

/// How the stream of a source is cut where something ends: messages by [`Cutter`], other things
/// by their own rules.
pub trait Cut: Default + Send {
    /// As [`Cutter::advance`].
    fn advance(&mut self, buf: &[u8], eof: bool) -> usize;
    /// As [`Cutter::end_pending`].
    fn end_pending(&mut self, buf: &[u8], eof: bool) -> Option<usize>;
    /// As [`Cutter::removed`].
    fn removed(&mut self, n: usize);
    /// As [`Cutter::pending`].
    fn pending(&self) -> Pending;
    /// How many messages a piece holds.
    fn count(buf: &[u8], mid_line: bool) -> u64;
}

impl Cut for Cutter {
    fn advance(&mut self, buf: &[u8], eof: bool) -> usize {
        Cutter::advance(self, buf, eof)
    }

    fn end_pending(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        Cutter::end_pending(self, buf, eof)
    }

    fn removed(&mut self, n: usize) {
        Cutter::removed(self, n);
    }

    fn pending(&self) -> Pending {
        Cutter::pending(self)
    }

    fn count(buf: &[u8], mid_line: bool) -> u64 {
        let frames = if mid_line { Frames::within_stray(buf) } else { Frames::new(buf) };
        frames.filter(|frame| matches!(frame, Frame::Message(_))).count() as u64
    }
}

/// Reads sources into chunks.
pub struct Chunker<C = Cutter> {
    sources: Sources,
    next: Option<Opened>,
    current: Option<Current<C>>,
    /// Bytes read that belong to the next chunk.
    tail: Vec<u8>,
    options: Options,
    followed: VecDeque<Followed<C>>,
    diagnostics: Arc<Diagnostics>,
}

/// How sources are read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The size of a buffer.
    pub chunk: usize,
    /// A longer message is given in pieces, marked as [`PartKind::TooLong`].
    pub max_message: usize,
    /// Each part tells how many messages of its source came before.
    pub count_messages: bool,
    /// Files are read on as they grow; there is no end then.
    pub follow: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { chunk: CHUNK, max_message: 64 << 20, count_messages: false, follow: false }
    }
}

/// A file that is read to its end and may grow.
struct Followed<C> {
    current: Current<C>,
    /// The bytes behind its last whole message.
    tail: Vec<u8>,
}

/// How often a file is looked at that may have grown.
const POLL: Duration = Duration::from_millis(200);

struct Current<C> {
    source: Arc<Source>,
    reader: Box<dyn Read + Send>,
    /// A file that nobody waits for.
    regular: bool,
    /// A file to be read on as it grows, and which one it is.
    followed: Option<(u64, u64)>,
    /// Nothing was new when it was last looked at.
    idle: bool,
    cutter: C,
    /// The offset of the next part.
    offset: u64,
    packing: Packing,
    mid_line: bool,
    too_long: bool,
    messages: u64,
}

/// What reading once into a chunk gave.
enum Filled {
    /// The source goes on.
    More,
    /// The source has ended.
    Ended,
}

impl<C: Cut> Chunker<C> {
    /// Reads `sources`, one after the other.
    #[must_use]
    pub fn new(sources: Sources, options: Options, diagnostics: Arc<Diagnostics>) -> Self {
        Self {
            sources,
            next: None,
            current: None,
            tail: Vec::new(),
            options,
            followed: VecDeque::new(),
            diagnostics,
        }
    }

    /// Leaves the rest of the current source unread.
    pub fn skip_source(&mut self, source: &Source) {
        if self.current.as_ref().is_some_and(|c| *c.source == *source) {
            self.current = None;
            self.tail.clear();
        }
    }

    /// Fills a chunk with whole messages: of one source, or of several small files. Returns as
    /// soon as there is one, so that a slow stream is passed on at once; false at the end.
    pub fn fill(&mut self, chunk: &mut Chunk) -> bool {
        chunk.parts.clear();
        let size = self.options.chunk;
        if chunk.bytes.len() < size {
            chunk.bytes.resize(size, 0);
        } else if chunk.bytes.len() > 4 * size && self.tail.len() < size {
            // A huge message has been here; its buffer is not kept for the small ones.
            chunk.bytes = vec![0; size];
        }
        let mut len = 0;
        loop {
            if self.current.is_none() && !self.open_next(len > 0) {
                if !chunk.parts.is_empty() {
                    return true;
                }
                if !self.take_followed() {
                    return false;
                }
            }
            match self.fill_from_current(chunk, &mut len) {
                Filled::More => return true,
                Filled::Ended => {
                    self.current = None;
                    if len > size / 2 {
                        return true;
                    }
                }
            }
        }
    }

    /// Opens the next source. With bytes `waiting` to be worked on only a regular file is read
    /// first, for it does not make them wait.
    fn open_next(&mut self, waiting: bool) -> bool {
        if self.next.is_none() {
            self.next = self.sources.next_open();
        }
        let Some(opened) = self.next.take_if(|next| !waiting || next.regular) else {
            return false;
        };
        self.current = Some(Current {
            source: opened.source,
            reader: opened.reader,
            regular: opened.regular && !self.options.follow,
            followed: (opened.regular && self.options.follow).then_some(opened.identity),
            idle: false,
            cutter: C::default(),
            offset: 0,
            packing: Packing::Unknown,
            mid_line: false,
            too_long: false,
            messages: 0,
        });
        true
    }

    fn fill_from_current(&mut self, chunk: &mut Chunk, len: &mut usize) -> Filled {
        let Some(current) = &mut self.current else { return Filled::Ended };
        let Options { max_message, count_messages, .. } = self.options;
        let start = *len;
        chunk.begin_with(&mut self.tail, len, self.options.chunk);
        loop {
            let read = match current.read(chunk, start, len) {
                Ok(Some(read)) => read,
                Ok(None) => continue,
                Err(e) => {
                    let name = current.source.name();
                    self.diagnostics.error(&format!("{name}: {}", plain_error(&e)));
                    current.add_cut_off(chunk, start..*len);
                    return Filled::Ended;
                }
            };
            let eof = read == 0 && current.followed.is_none();
            let held = &chunk.bytes[start..*len];
            let complete = if !current.too_long {
                current.cutter.advance(held, eof)
            } else if let Some(end) = current.cutter.end_pending(held, eof) {
                // Only the message that is too long; what follows it is read as ever.
                self.tail.extend_from_slice(&held[end..]);
                current.add(chunk, start..start + end, count_messages);
                current.cutter.removed(end);
                return Filled::More;
            } else {
                0
            };
            if eof {
                current.add(chunk, start..*len, count_messages);
                return Filled::Ended;
            }
            if read == 0 {
                self.put_aside(chunk, start, len, complete);
                return Filled::Ended;
            }
            current.idle = false;
            // A regular file is read on until the chunk is full, for nobody waits for it.
            if complete > 0 && (!current.regular || *len == chunk.bytes.len()) {
                self.tail.extend_from_slice(&held[complete..]);
                current.add(chunk, start..start + complete, count_messages);
                current.cutter.removed(complete);
                return Filled::More;
            }
            if complete == 0 && held.len() > max_message {
                let end = held.len() - KEEP;
                self.tail.extend_from_slice(&held[end..]);
                current.add_endless(chunk, start..start + end, count_messages);
                current.cutter.removed(end);
                return Filled::More;
            }
        }
    }
}

impl Chunk {
    /// Puts what was read for this chunk before at `len`, and leaves room for half a chunk of
    /// `size` and more behind it.
    fn begin_with(&mut self, tail: &mut Vec<u8>, len: &mut usize, size: usize) {
        if tail.is_empty() {
            return;
        }
        let end = *len + tail.len();
        if self.bytes.len() < end + size / 2 {
            self.bytes.resize(end + size, 0);
        }
        self.bytes[*len..end].copy_from_slice(tail);
        *len = end;
        tail.clear();
    }
}

impl<C: Cut> Chunker<C> {
    /// Puts the current file aside until it grows: its whole messages are part of the chunk, what
    /// is behind them is kept.
    fn put_aside(&mut self, chunk: &mut Chunk, start: usize, len: &mut usize, complete: usize) {
        let Some(mut current) = self.current.take() else { return };
        let end = start + complete;
        let tail = chunk.bytes[end..*len].to_vec();
        current.add(chunk, start..end, self.options.count_messages);
        current.cutter.removed(complete);
        current.idle = true;
        *len = end;
        self.followed.push_back(Followed { current, tail });
    }

    /// Takes the file up again that was put aside the longest time ago; waits if none has grown
    /// since. False when no file is followed.
    fn take_followed(&mut self) -> bool {
        let Some(mut next) = self.followed.pop_front() else { return false };
        if next.current.idle && self.followed.iter().all(|f| f.current.idle) {
            std::thread::sleep(POLL / (self.followed.len() as u32 + 1));
        }
        if let Some(replaced) = next.current.replaced(next.tail.len()) {
            // What is behind the last whole message of the old file will not be completed.
            if !next.tail.is_empty() {
                let name = next.current.source.name();
                self.diagnostics.error(&format!("{name}: replaced in the middle of a message"));
            }
            next = Followed { current: replaced, tail: Vec::new() };
        }
        self.current = Some(next.current);
        self.tail = next.tail;
        true
    }
}

impl<C: Cut> Current<C> {
    /// The file that has taken the name of this one, or this one from its start when it has become
    /// shorter than the bytes read of it; `pending` of those are in no part yet.
    fn replaced(&self, pending: usize) -> Option<Self> {
        let path = self.source.path.as_ref()?;
        let file = File::open(path).ok()?;
        let metadata = file.metadata().ok()?;
        let read = self.offset + pending as u64;
        let identity = identity(&metadata);
        if Some(identity) == self.followed && metadata.len() >= read {
            return None;
        }
        Some(Self {
            source: self.source.clone(),
            reader: Box::new(file),
            regular: false,
            followed: Some(identity),
            idle: false,
            cutter: C::default(),
            offset: 0,
            packing: Packing::Plain,
            mid_line: false,
            too_long: false,
            messages: self.messages,
        })
    }

    /// Reads once behind `len`, where what was read from `start` on is; how many bytes came, 0 at
    /// the end. None: there is nothing to be looked at yet.
    fn read(
        &mut self,
        chunk: &mut Chunk,
        start: usize,
        len: &mut usize,
    ) -> io::Result<Option<usize>> {
        if *len == chunk.bytes.len() {
            let more = chunk.bytes.len().min(64 << 20);
            chunk.bytes.resize(chunk.bytes.len() + more, 0);
        }
        let read = match self.reader.read(&mut chunk.bytes[*len..]) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Ok(None),
            read => read?,
        };
        *len += read;
        if self.packing != Packing::Unknown {
            return Ok(Some(read));
        }
        let is_plain = self.unpack(&chunk.bytes[start..*len], read == 0);
        if !matches!(self.packing, Packing::Plain | Packing::Unknown) {
            // What was packed is no part of the input.
            *len = start;
        }
        Ok(is_plain?.then_some(read))
    }

    /// Looks at the first bytes; true when they are plain and can be used as they are. Else the
    /// reader unpacks from now on, or more bytes are needed.
    fn unpack(&mut self, head: &[u8], eof: bool) -> io::Result<bool> {
        self.packing = Packing::of(head, eof);
        match self.packing {
            Packing::Plain => Ok(true),
            Packing::Unknown => Ok(false),
            packing => {
                let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
                self.reader = packing.unpack(head.to_vec(), reader)?;
                Ok(false)
            }
        }
    }

    fn add(&mut self, chunk: &mut Chunk, range: Range<usize>, count: bool) {
        let kind = if self.too_long {
            PartKind::TooLong { first: false }
        } else if self.mid_line {
            PartKind::MidLine
        } else {
            PartKind::Messages
        };
        if count && matches!(kind, PartKind::Messages | PartKind::MidLine) {
            let found = C::count(&chunk.bytes[range.clone()], self.mid_line);
            self.push(chunk, range, kind);
            self.messages += found;
        } else {
            self.push(chunk, range, kind);
        }
        self.too_long = false;
        self.mid_line = false;
    }

    /// Adds a piece of something that does not end within what is allowed.
    fn add_endless(&mut self, chunk: &mut Chunk, range: Range<usize>, count: bool) {
        if self.cutter.pending() == Pending::Message {
            let first = !self.too_long;
            self.push(chunk, range, PartKind::TooLong { first });
            self.messages += u64::from(first && count);
            self.too_long = true;
        } else {
            let is_stray = self.cutter.pending() == Pending::Stray;
            self.add(chunk, range, count);
            // Blanks are no line that could go on.
            self.mid_line = is_stray;
        }
    }

    /// Adds what was there when reading failed: whole messages, and the one that was cut off.
    fn add_cut_off(&mut self, chunk: &mut Chunk, range: Range<usize>) {
        if self.too_long {
            // Reported already; this is the rest of it.
            self.too_long = false;
            return self.push(chunk, range, PartKind::TooLong { first: false });
        }
        let complete = range.start + self.cutter.advance(&chunk.bytes[range.clone()], false);
        if complete > range.start {
            self.add(chunk, range.start..complete, false);
        }
        if range.end > complete {
            self.push(chunk, complete..range.end, PartKind::CutOff);
        }
    }

    fn push(&mut self, chunk: &mut Chunk, range: Range<usize>, kind: PartKind) {
        let offset = self.offset;
        self.offset += range.len() as u64;
        if range.is_empty() {
            return;
        }
        let before = self.messages;
        chunk.parts.push(Part { source: self.source.clone(), range, offset, kind, before });
    }
}
