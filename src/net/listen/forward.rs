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
    /// `HOST:PORT`.
    pub to: Address,
    /// How long it may take to answer, from when a connection is sought.
    pub timeout: Duration,
}

/// A connection to it. Each connection that comes in has its own, so that order stays.
#[derive(Debug)]
pub(super) struct Link<'f> {
    forward: &'f Forward,
    open: Option<Mllp>,
    /// Messages that were sent over the connection that is open.
    sent: usize,
    /// The other side closes after each message.
    closes: bool,
}

/// Takes an answer that is not the last one, as a block, and tells whether it was sent on.
pub(super) type Interim<'i> = &'i mut dyn FnMut(&[u8]) -> bool;

/// What the answer that decides says; `None` if there is none, and that is as it should be: the
/// sender of the message wants none, or only on error, and no error came in time.
type Answered = Result<Option<(Code, Kind)>, Failure>;

impl<'f> Link<'f> {
    pub(super) fn new(forward: &'f Forward) -> Self {
        Self { forward, open: None, sent: 0, closes: false }
    }

    /// Sends a message and appends what comes back, in blocks.
    ///
    /// # Errors
    /// When there is no answer to this message in time. The connection is closed then, so that a
    /// late answer is not taken for that of the next one.
    pub(super) fn send(
        &mut self,
        content: &[u8],
        header: &Header<'_>,
        answers: &mut Vec<u8>,
        interim: Interim<'_>,
    ) -> Answered {
        let kept = answers.len();
        let end = Instant::now() + self.forward.timeout;
        self.drop_if_closed();
        let is_second = self.open.is_some() && self.sent == 1;
        let mut sent = self.exchange(content, header, answers, interim, end);
        if is_second && self.open.as_ref().is_some_and(Mllp::has_closed_in_silence) {
            // It has closed behind the first message before it saw the second.
            self.closes = true;
            self.open = None;
            sent = self.exchange(content, header, answers, interim, end);
        }
        if sent.is_err() || self.closes {
            self.open = None;
        }
        if sent.is_err() {
            answers.truncate(kept);
        }
        sent
    }

    fn exchange(
        &mut self,
        content: &[u8],
        header: &Header<'_>,
        answers: &mut Vec<u8>,
        interim: Interim<'_>,
        end: Instant,
    ) -> Answered {
        let link = match &mut self.open {
            Some(link) => link,
            none => {
                let left = end.saturating_duration_since(Instant::now());
                self.sent = 0;
                none.insert(Mllp::connect(&self.forward.to, CONNECT.min(left))?)
            }
        };
        self.sent += 1;
        link.put(content);
        let last = header.wanted(Code::Accept).last();
        let wants = last.is_some() || header.wanted(Code::Error).next().is_some();
        let mut block = Vec::new();
        // What is decided unless more comes.
        let mut decided = None;
        loop {
            link.flush();
            if !wants && !link.has_more() {
                return Ok(None);
            }
            while let Some(piece) = link.take() {
                let answer = match piece {
                    Piece::Block(answer) => answer,
                    Piece::Torn(_) | Piece::Junk(_) => continue,
                    Piece::TooLong(_) => return Err(Failure::of("an answer without an end")),
                };
                let Some((said, kind)) = answer_to(header.field(10), answer) else { continue };
                block.clear();
                append_block(answer, &mut block);
                decided = Some((said, kind));
                // Many answer in the original mode, whatever is asked for.
                let done = said != Code::Accept
                    || kind == Kind::Application
                    || last.is_none_or(|last| kind == last);
                if done || !interim(&block) {
                    answers.extend_from_slice(&block);
                }
                if done {
                    return Ok(decided);
                }
            }
            let is_late = Instant::now() >= end;
            let late = || Err(Failure::of("no answer in time"));
            let Err(why) = (if is_late { late() } else { link.wait(end) }) else { continue };
            if decided.is_some() {
                // It is in safe keeping there, and the application has not answered. Later answers
                // are to no message.
                self.open = None;
                return Ok(decided);
            }
            // Errors only are answered, and none was.
            let is_well = is_late && last.is_none() && !link.has_more();
            return if is_well { Ok(None) } else { Err(why) };
        }
    }

    /// A receiver may close after each message, or when nothing comes for long. What came since
    /// the last answer is to no message.
    fn drop_if_closed(&mut self) {
        let Some(link) = &mut self.open else { return };
        let mut is_gone = link.look(Instant::now()).is_err();
        while let Some(piece) = link.take() {
            is_gone |= matches!(piece, Piece::TooLong(_));
        }
        if is_gone {
            self.closes |= self.sent == 1;
            self.open = None;
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
