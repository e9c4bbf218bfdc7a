//! A message passed on to another system, whose answer is the answer.

use crate::core::mllp::{Piece, append_block};
use crate::net::ack::{Code, Header, Kind};
use crate::net::reply::{Reply, replies};
use crate::net::send::{Address, Failure, Link as _, Mllp};
use std::time::{Duration, Instant};

/// How long a connection is tried.
const CONNECT: Duration = Duration::from_secs(10);

/// Another system.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Where it is.
    pub to: Address,
    /// How long it may take to answer.
    pub timeout: Duration,
}

/// A connection to it. Each connection that comes in has its own, so that order stays.
#[derive(Debug)]
pub(super) struct Link<'f> {
    forward: &'f Forward,
    open: Option<Mllp>,
}

impl<'f> Link<'f> {
    pub(super) fn new(forward: &'f Forward) -> Self {
        Self { forward, open: None }
    }

    /// Sends a message and appends what comes back, in blocks. Returns what the answer that
    /// decides says; `None` if the sender of the message wants none.
    ///
    /// # Errors
    /// When there is no answer to this message in time. The connection is closed then, so that a
    /// late answer is not taken for that of the next one.
    pub(super) fn send(
        &mut self,
        content: &[u8],
        header: &Header<'_>,
        answers: &mut Vec<u8>,
    ) -> Result<Option<(Code, Kind)>, Failure> {
        let kept = answers.len();
        let sent = self.exchange(content, header, answers);
        if sent.is_err() {
            self.open = None;
            answers.truncate(kept);
        }
        sent
    }

    fn exchange(
        &mut self,
        content: &[u8],
        header: &Header<'_>,
        answers: &mut Vec<u8>,
    ) -> Result<Option<(Code, Kind)>, Failure> {
        // A receiver may close after each message, or when nothing comes for long.
        self.open.take_if(|link| link.look(Instant::now()).is_err());
        let link = match &mut self.open {
            Some(link) => link,
            closed => closed.insert(Mllp::connect(&self.forward.to, CONNECT)?),
        };
        let until = Instant::now() + self.forward.timeout;
        link.put(content);
        link.flush();
        let wanted = header.wanted(Code::Accept).last();
        let mut decided = None;
        loop {
            while let Some(last) = wanted {
                let Some(piece) = link.take() else { break };
                let Piece::Block(answer) = piece else { continue };
                let Some((said, kind)) = answer_to(header.field(10), answer) else { continue };
                append_block(answer, answers);
                decided = Some((said, kind));
                // Many answer in the original mode, whatever is asked for.
                if said != Code::Accept || kind == Kind::Application || kind == last {
                    return Ok(decided);
                }
            }
            if wanted.is_none() && !link.has_more() {
                return Ok(decided);
            }
            if Instant::now() >= until {
                return Err(Failure::of("timed out"));
            }
            link.wait(until)?;
            link.flush();
        }
    }
}

/// What an answer says if it is to the message with this control id.
fn answer_to(id: &[u8], answer: &[u8]) -> Option<(Code, Kind)> {
    replies(answer).find_map(|reply| match reply {
        Reply::Ack(ack) if ack.control_id == id => Some((ack.code, ack.kind)),
        _ => None,
    })
}
