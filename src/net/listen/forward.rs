//! A message passed on to another system, whose answer is the answer.

use crate::core::mllp::{Deframer, Piece, append_block};
use crate::net::ack::{Code, Header, Kind};
use memchr::memchr2;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// The longest answer, in bytes.
const MOST: usize = 4 << 20;
/// How long an address is tried.
const CONNECT: Duration = Duration::from_secs(10);

/// Another system.
#[derive(Clone, Debug)]
pub struct Forward {
    /// `HOST:PORT`.
    pub to: String,
    /// How long it may take to answer.
    pub timeout: Duration,
}

/// A connection to it. Each connection that comes in has its own, so that order stays.
#[derive(Debug)]
pub(super) struct Link<'f> {
    forward: &'f Forward,
    open: Option<(TcpStream, Deframer)>,
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
    ) -> io::Result<Option<(Code, Kind)>> {
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
    ) -> io::Result<Option<(Code, Kind)>> {
        let mut block = Vec::new();
        append_block(content, &mut block);
        self.drop_if_closed();
        let (stream, deframer) = match &mut self.open {
            Some(open) => open,
            closed => closed.insert((connect(&self.forward.to)?, Deframer::new(MOST))),
        };
        let end = Instant::now() + self.forward.timeout;
        stream.set_write_timeout(Some(self.forward.timeout))?;
        stream.write_all(&block)?;
        let mut wanted = header.wanted(Code::Accept).last();
        let mut decided = None;
        while let Some(last) = wanted {
            if let Some(piece) = deframer.next() {
                let Piece::Block(answer) = piece else { continue };
                let Some((said, kind)) = answer_to(header.field(10), answer) else { continue };
                append_block(answer, answers);
                decided = Some((said, kind));
                // Many answer in the original mode, whatever is asked for.
                if said != Code::Accept || kind == Kind::Application || kind == last {
                    wanted = None;
                }
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            match stream.read(deframer.space()) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => deframer.filled(count),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(decided)
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
            self.open = None;
        }
    }
}

fn connect(to: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in to.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
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
    let header = answer.trim_ascii_start();
    let separator = *header.get(3).filter(|_| header.starts_with(b"MSH"))?;
    let msa = header
        .split(|b| matches!(b, b'\r' | b'\n'))
        .find(|segment| segment.starts_with(b"MSA") && segment.get(3) == Some(&separator))?;
    let mut fields = msa.get(4..)?.split(|&b| b == separator);
    let code = Code::of(fields.next()?)?;
    (fields.next()? == id && memchr2(b'\r', b'\n', id).is_none()).then_some(code)
}
