//! A message passed on to another system, whose answer is the answer.

use crate::core::mllp::{Deframer, Piece, append_block};
use crate::net::ack::{Code, Header, Kind};
use crate::net::reply::{Reply, replies};
use crate::net::send::Address;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// The longest answer, in bytes.
const MOST: usize = 4 << 20;
/// So long nothing comes until an FS that is the last byte ends its block.
const QUIET: Duration = Duration::from_millis(250);
/// How long an address is tried.
const CONNECT: Duration = Duration::from_secs(10);

/// Another system.
#[derive(Clone, Debug)]
pub struct Forward {
    /// `HOST:PORT`.
    pub to: Address,
    /// How long it may take to answer.
    pub timeout: Duration,
}

/// A connection to it. Each connection that comes in has its own, so that order stays.
#[derive(Debug)]
pub(super) struct Link<'f> {
    forward: &'f Forward,
    open: Option<(TcpStream, Deframer)>,
    /// Messages that were sent over the connection that is open.
    sent: usize,
    /// Something has come back since the last one.
    heard: bool,
    /// The other side closes after each message.
    closes: bool,
}

/// Takes an answer that is not the last one, as a block, and tells whether it was sent on.
pub(super) type Interim<'i> = &'i mut dyn FnMut(&[u8]) -> bool;

impl<'f> Link<'f> {
    pub(super) fn new(forward: &'f Forward) -> Self {
        Self { forward, open: None, sent: 0, heard: false, closes: false }
    }

    /// Sends a message and appends what comes back, in blocks. Returns what the answer that
    /// decides says; `None` if there is none, and that is as it should be: the sender of the
    /// message wants none, or only on error, and no error came in time.
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
    ) -> io::Result<Option<(Code, Kind)>> {
        let kept = answers.len();
        let end = Instant::now() + self.forward.timeout;
        self.drop_if_closed();
        let proven = self.open.is_none() || self.sent > 1;
        let mut sent = self.exchange(content, header, answers, interim, end);
        if sent.as_ref().is_err_and(is_closed) && !proven && !self.heard {
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
    ) -> io::Result<Option<(Code, Kind)>> {
        let mut block = Vec::new();
        append_block(content, &mut block);
        if self.open.is_none() {
            self.sent = 0;
            self.open = Some((connect(&self.forward.to, end)?, Deframer::new(MOST)));
        }
        let Some((stream, deframer)) = &mut self.open else { return Ok(None) };
        self.sent += 1;
        self.heard = false;
        stream.set_write_timeout(Some(left(end)?))?;
        stream.write_all(&block)?;
        let last = header.wanted(Code::Accept).last();
        if last.is_none() && header.wanted(Code::Error).next().is_none() {
            return Ok(None);
        }
        // What is decided unless more comes.
        let mut decided = None;
        loop {
            if let Some(piece) = deframer.next() {
                let Piece::Block(answer) = piece else { continue };
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
                continue;
            }
            let read = left(end).and_then(|left| {
                stream.set_read_timeout(Some(left.min(QUIET)))?;
                stream.read(deframer.space())
            });
            match read {
                Ok(0) if decided.is_none() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count @ 1..) => {
                    self.heard = true;
                    deframer.filled(count);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                // An answer may end without a CR behind its FS.
                Err(e) if is_late(&e) && left(end).is_ok() => deframer.silence(),
                Err(e) if decided.is_none() && !(last.is_none() && is_late(&e)) => return Err(e),
                // Errors only are answered, and none was; or it is in safe keeping there, and the
                // application has not answered. Later answers are to no message.
                Ok(0) | Err(_) => {
                    if last.is_some() {
                        self.open = None;
                    }
                    return Ok(decided);
                }
            }
        }
    }

    /// A receiver may close after each message, or when nothing comes for long.
    fn drop_if_closed(&mut self) {
        let Some((stream, _)) = &self.open else { return };
        let mut byte = [0];
        let nothing = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut byte));
        let alive = match nothing {
            Ok(count) => count > 0,
            Err(e) => e.kind() == io::ErrorKind::WouldBlock,
        };
        if !alive || stream.set_nonblocking(false).is_err() {
            self.closes |= self.sent == 1;
            self.open = None;
        }
    }
}

/// The time until then.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

fn connect(to: &Address, end: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (to.host.trim_matches(['[', ']']), to.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT.min(left(end)?)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// What an answer says if it is to the message with this control id.
fn answer_to(id: &[u8], answer: &[u8]) -> Option<(Code, Kind)> {
    replies(answer).find_map(|reply| match reply {
        Reply::Ack(ack) if ack.control_id == id => Some((ack.code, ack.kind)),
        _ => None,
    })
}
