//! What a block is, and whether it is taken: bytes in, a judgment out.

use super::clock::now;
use crate::core::expr::Expression;
use crate::core::mllp::{Commit, FS, VT};
use crate::core::scope::with_scope;
use crate::core::{Frame, Frames, Message, TextOptions};
use crate::net::ack::{Code, Condition, Fault, Header};
use memchr::memchr2;
use std::fmt;

/// What is answered to a message that is wrong by rules from elsewhere, and why; nothing if it is as
/// it should be.
pub type Check =
    Box<dyn Fn(&Message<'_>, &TextOptions) -> Option<(Code, Vec<Fault>)> + Send + Sync>;

/// Which messages are taken.
#[derive(Default)]
pub struct Rules {
    /// Only those for which it is true; others are rejected.
    pub condition: Option<Expression>,
    /// How values become text for both.
    pub text: TextOptions,
    /// Those that are wrong by it are refused, and kept with the rejects.
    pub check: Option<Check>,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("condition", &self.condition).finish_non_exhaustive()
    }
}

/// What a block is.
// Nearly all are the largest.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Judged<'a> {
    /// A commit block of release 2, which asks for nothing.
    Commit,
    /// A message that is taken.
    Taken(Message<'a>, Header<'a>),
    /// Anything else.
    Refused(Box<Refusal<'a>>),
}

/// Why a block is not taken.
#[derive(Debug)]
pub struct Refusal<'a> {
    /// The header, if there is one.
    pub header: Option<Header<'a>>,
    /// What is answered.
    pub code: Code,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The same in a word, for logs and figures.
    pub why: &'static str,
    /// It could not be handled, and is kept with the rejects.
    pub kept: bool,
    /// The word alone does not tell what happened; what is said of the first fault does.
    pub tells_more: bool,
}

impl<'a> Refusal<'a> {
    /// A block that could not be handled.
    pub(super) fn new(
        header: Option<Header<'a>>,
        code: Code,
        why: &'static str,
        faults: Vec<Fault>,
    ) -> Box<Self> {
        Box::new(Self { header, code, faults, why, kept: true, tells_more: false })
    }

    /// It could be handled, but is not wanted.
    pub(super) fn unkept(mut self: Box<Self>) -> Box<Self> {
        self.kept = false;
        self
    }

    /// Whoever runs the listener is told of the fault, too.
    pub(super) fn telling_more(mut self: Box<Self>) -> Box<Self> {
        self.tells_more = true;
        self
    }
}

impl Rules {
    /// Judges the content of a block.
    ///
    /// It is taken if it is one whole message with a control id: an answer speaks for one message,
    /// and without its id for none.
    #[must_use]
    pub fn judge<'a>(&self, content: &'a [u8]) -> Judged<'a> {
        if Commit::of(content).is_some() {
            return Judged::Commit;
        }
        match self.message(content) {
            Ok((message, header)) => Judged::Taken(message, header),
            Err(refusal) => Judged::Refused(refusal),
        }
    }

    fn message<'a>(
        &self,
        content: &'a [u8],
    ) -> Result<(Message<'a>, Header<'a>), Box<Refusal<'a>>> {
        let reject = |header, why, fault| Err(Refusal::new(header, Code::Reject, why, vec![fault]));
        let sequence = |text: &str| Fault::new(Condition::SegmentSequence, text);
        let mut frames = Frames::new(content);
        let framed = match frames.next() {
            Some(Frame::Message(framed)) => framed,
            Some(Frame::Envelope { .. }) => {
                let header = content.windows(4).position(|four| four == b"\rMSH");
                let header = header.and_then(|at| Header::of(&content[at + 1..]));
                let fault = sequence("a batch; each message in a block of its own is expected");
                return reject(header, "batch", fault);
            }
            Some(Frame::Stray { .. }) | None => {
                return reject(None, "no HL7", sequence("no HL7 message"));
            }
        };
        let header = Header::of(framed.bytes);
        let message = match (Message::new(framed), header) {
            (Ok(message), Some(_)) => message,
            (Err(error), _) => {
                let fault = sequence(&error.to_string());
                return reject(None, "delimiters", fault);
            }
            (Ok(_), None) => {
                return reject(None, "no HL7", sequence("no HL7 message"));
            }
        };
        let refuse = |why, fault| reject(header, why, fault);
        let Some(known) = header else { return refuse("no HL7", sequence("no HL7 message")) };
        match frames.next() {
            None => {}
            Some(Frame::Stray { .. }) => {
                return refuse("stray", sequence("bytes that belong to no segment"));
            }
            Some(Frame::Message(_) | Frame::Envelope { .. }) => {
                return refuse("batch", sequence("more than one message in a block"));
            }
        }
        if memchr2(VT, FS, message.header().raw()).is_some() {
            // What stands in it comes back in the answer, and would end its block.
            return reject(None, "delimiters", sequence("MSH: a VT or FS byte in it"));
        }
        // `""` says that there is none.
        if matches!(known.field(10).trim_ascii(), b"" | b"\"\"") {
            let fault = Fault::in_header(10, Condition::RequiredField, "a control id is missing");
            return refuse("no control id", fault);
        }
        if known.field(9).trim_ascii().is_empty() {
            let fault = Fault::in_header(9, Condition::RequiredField, "a message type is missing");
            return refuse("no message type", fault);
        }
        // The options are those of the start, which may be long ago.
        let text = || TextOptions { now: now(), ..self.text };
        let taken =
            |condition: &Expression| with_scope(&message, text(), |scope| condition.holds(scope));
        if self.condition.as_ref().is_some_and(|condition| !taken(condition)) {
            let fault = Fault::new(Condition::MessageType, "such messages are not taken here");
            return refuse("condition", fault).map_err(Refusal::unkept);
        }
        let wrong = self.check.as_ref().and_then(|check| check(&message, &text()));
        if let Some((code, faults)) = wrong {
            return Err(Refusal::new(header, code, "validation", faults));
        }
        Ok((message, known))
    }
}

#[cfg(test)]
mod tests;
