//! Where JSON objects begin and end in a stream of bytes.
//!
//! Between objects stand white space, byte order marks, and `[`, `,` and `]`: so one object a
//! line, objects one behind another and one array of objects are all read. An object ends with
//! the brace that closes it. Whatever is open, a line that begins with `{` begins an object unless
//! the line before it ends with `,`, `:`, `[` or `{`: in JSON no other can. So an object that was
//! cut off spoils nothing behind it.
//!
//! What does not begin with `{` is a stray, up to the end of its line; an object that nothing
//! closes is a stray, too.

use memchr::{memchr, memmem};

use crate::core::Pending;

/// What stands in a stream that should hold JSON objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFrame<'a> {
    /// An object, from brace to brace. What is between them need not be right.
    Object {
        /// The bytes.
        bytes: &'a [u8],
        /// Their offset in the buffer.
        offset: usize,
    },
    /// Bytes that are no object.
    Stray {
        /// The bytes, with the line ending if they have one.
        bytes: &'a [u8],
        /// Their offset in the buffer.
        offset: usize,
    },
}

/// The objects and strays of a buffer that ends where an object or a line of strays ends.
#[derive(Debug)]
pub struct JsonFrames<'a> {
    buf: &'a [u8],
    at: usize,
    lines: memmem::Finder<'static>,
    /// The next line that surely begins an object.
    limit: usize,
}

impl<'a> JsonFrames<'a> {
    /// Walks over `buf`, whose end counts as the end of the stream.
    #[must_use]
    pub fn new(buf: &'a [u8]) -> Self {
        Self { buf, at: 0, lines: memmem::Finder::new(LINE), limit: 0 }
    }

    /// The next line behind `at` that surely begins an object, or the end of the buffer.
    #[inline]
    fn limit_behind(&mut self, at: usize) -> usize {
        if self.limit <= at {
            let mut from = at;
            self.limit = loop {
                let Some(n) = self.lines.find(&self.buf[from..]) else { break self.buf.len() };
                from += n + 1;
                if is_sure(self.buf, at, from) {
                    break from;
                }
            };
        }
        self.limit
    }
}

impl<'a> Iterator for JsonFrames<'a> {
    type Item = JsonFrame<'a>;

    #[inline]
    fn next(&mut self) -> Option<JsonFrame<'a>> {
        let buf = self.buf;
        let offset = skip_between(buf, self.at);
        let first = *buf.get(offset)?;
        let limit = self.limit_behind(offset);
        if first == b'{'
            && let Some(n) = Nesting::default().run(&buf[offset..limit])
        {
            self.at = offset + n;
            return Some(JsonFrame::Object { bytes: &buf[offset..self.at], offset });
        }
        self.at = if first == b'{' { limit } else { line_end(buf, offset).unwrap_or(buf.len()) };
        Some(JsonFrame::Stray { bytes: &buf[offset..self.at], offset })
    }
}

/// A line that begins with a brace.
const LINE: &[u8] = b"\n{";

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Whether the line at `line`, which begins with `{`, surely begins an object: none that is open
/// since `start` can go on with it.
fn is_sure(buf: &[u8], start: usize, line: usize) -> bool {
    let before = buf.get(start..line).unwrap_or_default();
    let last = before.iter().rfind(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
    !matches!(last, Some(b',' | b':' | b'[' | b'{'))
}

/// Behind what may stand between objects.
#[inline]
fn skip_between(buf: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = buf.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' => at += 1,
            0xEF if buf[at..].starts_with(BOM) => at += BOM.len(),
            _ => break,
        }
    }
    at
}

/// Behind the end of the line at `at`.
fn line_end(buf: &[u8], at: usize) -> Option<usize> {
    memchr(b'\n', &buf[at..]).map(|n| at + n + 1)
}

/// How deep in braces a place is; can stop anywhere and go on.
#[derive(Clone, Copy, Debug, Default)]
struct Nesting {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Reads on; returns where the first brace is closed.
    #[inline]
    fn run(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        if self.escaped && !bytes.is_empty() {
            self.escaped = false;
            at = 1;
        }
        loop {
            if self.in_string {
                // Strings are short: a vector search would not pay.
                let n = bytes[at..].iter().position(|b| matches!(b, b'"' | b'\\'))?;
                at += n + 1;
                if bytes[at - 1] == b'"' {
                    self.in_string = false;
                } else if at < bytes.len() {
                    at += 1;
                } else {
                    self.escaped = true;
                    return None;
                }
            } else {
                let n = bytes[at..].iter().position(|b| matches!(b, b'"' | b'{' | b'}'))?;
                at += n + 1;
                match bytes[at - 1] {
                    b'"' => self.in_string = true,
                    b'{' => self.depth += 1,
                    _ => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return Some(at);
                        }
                    }
                }
            }
        }
    }
}

/// Finds how much of a growing buffer is whole objects, looking at each byte about once.
///
/// As [`crate::core::Cutter`], for JSON: the owner of the buffer appends bytes and calls
/// [`JsonCutter::advance`]; what it then removes from the front it tells with
/// [`JsonCutter::removed`].
#[derive(Debug, Default)]
pub struct JsonCutter {
    state: State,
    /// Everything before it is complete.
    boundary: usize,
    /// The length of the buffer at the last call.
    seen: usize,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// At the boundary, between objects.
    #[default]
    Between,
    /// In the object that begins at the boundary; the place to go on from.
    Object(Nesting, usize),
    /// In a line of strays that begins at the boundary; the place to go on from.
    Stray(usize),
}

impl JsonCutter {
    /// Looks at the bytes that are new in `buf` and returns how many from its front are complete.
    ///
    /// `eof`: there will be no more bytes, so that all of them are complete.
    pub fn advance(&mut self, buf: &[u8], eof: bool) -> usize {
        if eof {
            self.boundary = buf.len();
            self.state = State::Between;
            self.seen = buf.len();
            return self.boundary;
        }
        // What stands before a line that surely begins an object need not be looked at.
        let new = self.seen.saturating_sub(1).max(self.boundary);
        let mut end = buf.len();
        while let Some(n) = buf.get(new..end).and_then(|new| memmem::rfind(new, LINE)) {
            end = new + n + 1;
            if is_sure(buf, self.boundary, end) {
                self.boundary = end;
                self.state = State::Between;
                break;
            }
        }
        self.seen = buf.len();
        while self.step(buf) {}
        self.boundary
    }

    /// As [`JsonCutter::advance`] for the first boundary only: the end of the object under way,
    /// `None` while it is not known.
    pub fn end_pending(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        let State::Object(nesting, at) = &mut self.state else {
            return Some(self.advance(buf, eof));
        };
        let from = (*at).min(buf.len());
        let lines = memmem::find_iter(&buf[from.saturating_sub(1)..], LINE);
        let mut lines = lines.map(|n| from.saturating_sub(1) + n + 1);
        let line = lines.find(|&line| is_sure(buf, 0, line));
        let limit = line.unwrap_or(buf.len());
        let closed = nesting.run(&buf[from..limit]).map(|n| from + n);
        let Some(end) = closed.or(line).or(eof.then_some(limit)) else {
            *at = buf.len();
            return None;
        };
        self.boundary = end;
        self.seen = end;
        self.state = State::Between;
        Some(end)
    }

    /// Tells that `n` bytes, at most the last boundary, were removed from the front of the buffer.
    pub fn removed(&mut self, n: usize) {
        self.boundary = self.boundary.saturating_sub(n);
        self.seen = self.seen.saturating_sub(n);
        match &mut self.state {
            State::Between => {}
            State::Object(_, at) | State::Stray(at) => *at = at.saturating_sub(n),
        }
    }

    /// What stands behind the boundary: an object counts as a message.
    #[must_use]
    pub fn pending(&self) -> Pending {
        match self.state {
            State::Between => Pending::Nothing,
            State::Object(..) => Pending::Message,
            State::Stray(_) => Pending::Stray,
        }
    }

    /// Moves over one object, or what else there is; returns whether there may be more to do.
    fn step(&mut self, buf: &[u8]) -> bool {
        let end = match &mut self.state {
            State::Between => {
                self.boundary = skip_between(buf, self.boundary);
                let rest = buf.get(self.boundary..).unwrap_or_default();
                self.state = match rest {
                    // Perhaps the beginning of a byte order mark.
                    [] | [0xEF] | [0xEF, 0xBB] => return false,
                    [b'{', ..] => State::Object(Nesting::default(), self.boundary),
                    _ => State::Stray(self.boundary),
                };
                return true;
            }
            State::Object(nesting, at) => {
                let from = std::mem::replace(at, buf.len());
                nesting.run(buf.get(from..).unwrap_or_default()).map(|n| from + n)
            }
            State::Stray(at) => {
                let from = std::mem::replace(at, buf.len());
                line_end(buf, from.min(buf.len()))
            }
        };
        let Some(end) = end else { return false };
        self.boundary = end;
        self.state = State::Between;
        true
    }
}
