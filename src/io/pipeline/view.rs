//! What a command sees of the input: the messages of a part, and what stands between them.

use super::job::{Fate, Job, Kind, Report};
use super::odd_line::odd_line;
use super::sink::{NO_MESSAGE, place};
use super::too_long;
use crate::core::expr::Origin;
use crate::core::{Frame, Framed, Frames, LineEnding, Message, SeparatorsError};
use crate::io::chunk::{Part, PartKind};
use crate::io::source::Source;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

/// A message as the pipeline hands it to a command.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The message.
    pub message: Message<'a>,
    /// Its bytes with what ended it (line ending, MLLP trailer).
    pub whole: &'a [u8],
    /// Where it comes from.
    pub source: &'a Source,
    /// Its number in the source, from 1, if messages are counted.
    pub number: u64,
    /// The offset of its first byte in the source.
    pub offset: u64,
    /// The offset of its first byte in the bytes of the part.
    pub start: usize,
    /// By which the job finds it again.
    pub mark: Mark,
}

/// A message whose delimiters cannot be used.
#[derive(Clone, Copy, Debug)]
pub struct Unusable<'a> {
    /// Its bytes.
    pub framed: Framed<'a>,
    /// Why.
    pub error: SeparatorsError,
    /// Where it comes from.
    pub source: &'a Source,
    /// As [`Item::number`].
    pub number: u64,
    /// As [`Item::offset`].
    pub offset: u64,
    /// As [`Item::mark`].
    pub mark: Mark,
}

/// Which bytes of a chunk a message is, for what is said of it later.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub(super) part: usize,
    /// Its number in the part, from 1.
    pub(super) message: u64,
    pub(super) range: (usize, usize),
}

/// What [`View::walk`] meets.
#[derive(Clone, Copy, Debug)]
pub enum Met<'a> {
    /// A message.
    Message(Item<'a>),
    /// A message whose delimiters cannot be used.
    Unusable(Unusable<'a>),
    /// An envelope segment of a batch.
    Envelope {
        /// The segment, without its line ending.
        bytes: &'a [u8],
        /// Its offset in the source.
        offset: u64,
        /// The number of messages before it in the source, if they are counted.
        before: u64,
    },
}

impl<'a> Item<'a> {
    /// Where it comes from, for columns and scripts that tell it.
    #[must_use]
    pub fn origin(&self) -> Origin<'a> {
        let file = self.source.argument().as_bytes();
        Origin { file, number: self.number, offset: self.offset }
    }

    /// Where it comes from, for people, if messages are counted.
    #[must_use]
    pub fn place(&self) -> String {
        place(&self.source.name(), Some(self.number), self.offset)
    }
}

impl Mark {
    /// The part of the chunk, by its place in [`Chunk::parts`](crate::io::Chunk::parts).
    #[must_use]
    pub fn part(&self) -> usize {
        self.part
    }

    /// The bytes in the chunk, with everything that ended the message.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.0..self.range.1
    }
}

/// What could not be handled.
#[derive(Clone, Debug)]
pub struct Rejected<'a> {
    /// The message with everything that ended it, or lines that belong to none.
    pub bytes: &'a [u8],
    /// The offset in the source.
    pub offset: u64,
    /// The number of the message in the source, from 1; `None` for what is no message.
    pub number: Option<u64>,
    /// Why, without content.
    pub why: String,
}

/// One part of a chunk, with its bytes.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What it is.
    pub part: &'a Part,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its place in the chunk.
    pub index: usize,
    pub(super) max_message: usize,
}

impl<'a> View<'a> {
    /// Why a message of so many bytes is not handled, if it is too long. One that is longer than
    /// a buffer is never in a view; this makes the limit hold for the others, too.
    #[inline]
    #[must_use]
    pub fn too_long(&self, bytes: usize) -> Option<String> {
        (bytes > self.max_message).then(|| too_long(self.max_message))
    }

    /// Calls `each` with every message in order. What is no message, and messages whose
    /// delimiters cannot be used, are reported and go to the rejects.
    #[inline]
    pub fn messages<T>(&self, job: &mut Job<T>, each: impl FnMut(Item<'a>, &mut Job<T>)) {
        self.frames(job, each, |_, _| {});
    }

    /// As [`View::messages`], and calls `envelope` with every envelope segment of a batch.
    #[inline]
    pub fn frames<T>(
        &self,
        job: &mut Job<T>,
        mut each: impl FnMut(Item<'a>, &mut Job<T>),
        mut envelope: impl FnMut(&'a [u8], &mut Job<T>),
    ) {
        self.walk(job, |met, job| match met {
            Met::Message(item) => {
                if item.message.line_ending() == LineEnding::Lf
                    && let Some(text) = odd_line(&item.message)
                {
                    job.warn(&item, text);
                }
                each(item, job);
            }
            Met::Unusable(Unusable { mark, error, .. }) => {
                job.report(mark, error.to_string(), Fate::Rejected);
            }
            Met::Envelope { bytes, .. } => envelope(bytes, job),
        });
    }

    /// Calls `each` with every message and envelope segment in order. What is no message, and
    /// messages that are too long, are reported and go to the rejects; all else is left to `each`.
    #[inline]
    pub fn walk<T>(&self, job: &mut Job<T>, mut each: impl FnMut(Met<'a>, &mut Job<T>)) {
        let bytes = self.bytes;
        let base = self.part.range.start;
        let source = &*self.part.source;
        let frames = if self.part.kind == PartKind::MidLine {
            Frames::within_stray(bytes)
        } else {
            Frames::new(bytes)
        };
        for frame in frames {
            match frame {
                Frame::Message(framed) => {
                    job.messages += 1;
                    let start = framed.offset;
                    let range = (base + start, base + start + framed.whole.len());
                    let mark = Mark { part: self.index, message: job.messages, range };
                    if let Some(text) = self.too_long(framed.whole.len()) {
                        job.report(mark, text, Fate::Rejected);
                        continue;
                    }
                    let number = self.part.before + job.messages;
                    let offset = self.part.offset + start as u64;
                    let met = match Message::new(framed) {
                        Ok(message) => Met::Message(Item {
                            message,
                            whole: framed.whole,
                            source,
                            number,
                            offset,
                            start,
                            mark,
                        }),
                        Err(error) => {
                            Met::Unusable(Unusable { framed, error, source, number, offset, mark })
                        }
                    };
                    each(met, job);
                    if job.flow != super::Flow::Continue {
                        return;
                    }
                }
                Frame::Envelope { bytes, offset } => {
                    job.has_envelopes = true;
                    let offset = self.part.offset + offset as u64;
                    let before = self.part.before + job.messages;
                    each(Met::Envelope { bytes, offset, before }, job);
                }
                Frame::Stray { bytes, offset } => {
                    let continues = self.part.kind == PartKind::MidLine && offset == 0;
                    job.reports.push(Report {
                        part: self.index,
                        message: None,
                        range: base + offset..base + offset + bytes.len(),
                        text: String::new(),
                        fate: Fate::Rejected,
                        kind: if continues { Kind::More } else { Kind::Stray },
                    });
                }
            }
        }
    }

    /// What was rejected of the part so far, for work that puts it into the rejects itself, each at
    /// its place: the run only tells of it.
    pub fn keep_rejected<T>(&self, job: &mut Job<T>) -> Vec<Rejected<'a>> {
        let base = self.part.range.start;
        let of_part = |r: &&mut Report| r.part == self.index && r.fate == Fate::Rejected;
        let keep = |report: &mut Report| {
            report.fate = Fate::Kept;
            let (start, end) = (report.range.start - base, report.range.end - base);
            Rejected {
                bytes: self.bytes.get(start..end).unwrap_or_default(),
                offset: self.part.offset + start as u64,
                number: report.message.map(|n| self.part.before + n),
                why: if report.text.is_empty() { NO_MESSAGE } else { &report.text }.to_owned(),
            }
        };
        job.reports.iter_mut().filter(of_part).map(keep).collect()
    }

    /// Where a range of the part's bytes is reported, for commands that do their own framing.
    pub fn report<T>(&self, job: &mut Job<T>, range: Range<usize>, is_message: bool, text: String) {
        let base = self.part.range.start;
        job.messages += u64::from(is_message);
        job.reports.push(Report {
            part: self.index,
            message: is_message.then_some(job.messages),
            range: base + range.start..base + range.end,
            text,
            fate: Fate::Rejected,
            kind: if is_message { Kind::Message } else { Kind::Stray },
        });
    }

    /// Says something of the message that was counted last; it was handled.
    pub fn warn<T>(&self, job: &mut Job<T>, range: Range<usize>, text: String) {
        let base = self.part.range.start;
        job.reports.push(Report {
            part: self.index,
            message: Some(job.messages),
            range: base + range.start..base + range.end,
            text,
            fate: Fate::Told,
            kind: Kind::Message,
        });
    }

    /// Counts a message, for commands that do their own framing.
    pub fn count<T>(&self, job: &mut Job<T>) {
        job.messages += 1;
    }
}
