//! What a receiver answers to a message, and what the answer means (HL7 v2, chapter 2, section 2.9).

use crate::core::mllp::Commit;
use crate::core::{Frame, Frames, Message};
use crate::net::ack::{Code, Kind};

/// An acknowledgment of one message.
#[derive(Clone, Copy, Debug)]
pub struct Ack<'a> {
    /// MSA-1: what it says.
    pub code: Code,
    /// MSA-1: whether storage or the application says it.
    pub kind: Kind,
    /// MSA-2 as written: MSH-10 of the message it is about. Never empty.
    pub control_id: &'a [u8],
    /// The message that the acknowledgment is.
    pub message: Message<'a>,
}

impl<'a> Ack<'a> {
    /// The error code of the first ERR segment, table 0357 if the receiver goes by the standard:
    /// ERR-3.1 since version 2.5, ERR-1.4.1 before; empty without.
    #[must_use]
    pub fn condition(&self) -> &'a [u8] {
        let Some(err) = self.message.first(*b"ERR") else { return b"" };
        let part = |field, component| {
            let repetition = err.field(field)?.repetition(1)?;
            repetition.component(component)?.subcomponent(1).filter(|code| !code.is_empty())
        };
        part(3, 1).or_else(|| part(1, 4)).unwrap_or_default()
    }

    /// MSA-3, or else ERR-8: what the receiver says for people. It may quote the message.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        let field = |id, n| self.message.first(id)?.field(n).map(|field| field.raw());
        let text = field(*b"MSA", 3).filter(|text| !text.is_empty());
        text.or_else(|| field(*b"ERR", 8)).unwrap_or_default()
    }
}

/// What a block from a receiver is.
#[derive(Clone, Copy, Debug)]
pub enum Reply<'a> {
    /// An acknowledgment.
    Ack(Ack<'a>),
    /// A commit block of MLLP release 2.
    Commit(Commit),
    /// Anything else: no HL7, no MSA, a code that table 0008 has not, no control id.
    Other,
}

/// Reads a block's content; a batch in it may hold several acknowledgments.
pub fn replies(content: &[u8]) -> impl Iterator<Item = Reply<'_>> {
    let commit = Commit::of(content).map(Reply::Commit);
    let frames = if commit.is_some() { &[] } else { content };
    let of_frames = Frames::new(frames).filter_map(|frame| match frame {
        Frame::Envelope { .. } => None,
        Frame::Stray { .. } => Some(Reply::Other),
        Frame::Message(framed) => {
            let ack = Message::new(framed).ok().and_then(ack);
            Some(ack.map_or(Reply::Other, Reply::Ack))
        }
    });
    commit.into_iter().chain(of_frames)
}

fn ack(message: Message<'_>) -> Option<Ack<'_>> {
    let msa = message.first(*b"MSA")?;
    let (code, kind) = Code::of(msa.field(1)?.raw())?;
    let control_id = msa.field(2)?.raw();
    (!control_id.is_empty()).then_some(Ack { code, kind, control_id, message })
}

/// Which acknowledgment a sender waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// The first: AA and CA both mean that the receiver has the message.
    #[default]
    Either,
    /// The application's: behind a CA it goes on waiting.
    Application,
    /// The one for storage.
    Accept,
}

/// What a code means to a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has the message.
    Accepted,
    /// The receiver has it, but answered in the other mode.
    Unexpected,
    /// The receiver does not want it.
    Refused,
    /// Another answer comes.
    Interim,
}

impl Expect {
    /// What a code means.
    #[must_use]
    pub fn verdict(self, code: Code, kind: Kind) -> Verdict {
        match (code, self, kind) {
            (Code::Error | Code::Reject, ..) => Verdict::Refused,
            (Code::Accept, Self::Application, Kind::Accept) => Verdict::Interim,
            (Code::Accept, Self::Accept, Kind::Application) => Verdict::Unexpected,
            (Code::Accept, ..) => Verdict::Accepted,
        }
    }
}

#[cfg(test)]
mod tests;
