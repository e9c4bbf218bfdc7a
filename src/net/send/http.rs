//! HL7 over HTTP, as HAPI's "HoH" has it: each message a POST, its acknowledgment in the response.

use super::wire::{Encryption, Got, Wire};
use super::{Failure, Link};
use crate::core::mllp::Piece;
use crate::core::scope::charset_of;
use crate::core::{Frame, Frames, Message, TextOptions};
use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers};
use ureq::unversioned::transport::{NextTimeout, Transport};

/// No response is read beyond this.
const LONGEST_ACK: u64 = 1 << 20;

/// A sender of POST requests to one URL; it keeps its connection.
pub struct Http {
    agent: Agent,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    answer: Vec<u8>,
    /// Nobody has seen the answer yet.
    fresh: bool,
    /// Bytes of the request under way have left.
    touched: Arc<AtomicBool>,
}

impl Http {
    /// For a URL; nothing is connected yet. With `https` all of it goes by `tls`.
    #[must_use]
    pub fn new(
        url: String,
        headers: Vec<(String, String)>,
        tls: Option<Encryption>,
        connect_timeout: Duration,
    ) -> Self {
        let touched = Arc::new(AtomicBool::new(false));
        let config = Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(connect_timeout))
            .timeout_resolve(Some(connect_timeout))
            .max_idle_connections_per_host(1)
            .user_agent(concat!("pipehat/", env!("CARGO_PKG_VERSION")))
            .build();
        let wires = Wires { tls, connect_timeout, touched: touched.clone() };
        let agent = Agent::with_parts(config, wires, DefaultResolver::default());
        Self { agent, url, headers, body: None, answer: Vec::new(), fresh: false, touched }
    }

    fn post(&mut self, body: &[u8], timeout: Duration) -> Result<Vec<u8>, Failure> {
        self.touched.store(false, Ordering::Relaxed);
        let mut request = self.agent.post(&self.url).config().timeout_global(Some(timeout)).build();
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.content_type(content_type(body));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = request.send(body).map_err(|e| failure(&e))?;
        let status = response.status();
        let mut answer = Vec::new();
        let mut reader = response.body_mut().as_reader().take(LONGEST_ACK + 1);
        reader.read_to_end(&mut answer).map_err(|e| Failure::lost(&e))?;
        // Line ends, a byte order mark or the bytes of MLLP may stand around it.
        let has_message = Frames::new(&answer).any(|frame| matches!(frame, Frame::Message(_)));
        let is_ack = has_message && answer.len() as u64 <= LONGEST_ACK;
        // Whatever the status: all codes of acknowledgments come with 200 from some receivers,
        // with others from others.
        if is_ack {
            return Ok(answer);
        }
        Err(Failure::status(status.as_u16()))
    }
}

/// The type of an ER7 message in its character set.
fn content_type(body: &[u8]) -> String {
    let message = Frames::new(body).find_map(|frame| match frame {
        Frame::Message(framed) => Message::new(framed).ok(),
        _ => None,
    });
    let charset = message.map_or("UTF-8", |m| charset_of(&m, TextOptions::default()).name());
    // MSH-18 `8859/1` is read as windows-1252, its superset.
    let charset = if charset == "windows-1252" { "ISO-8859-1" } else { charset };
    format!("x-application/hl7-v2+er7; charset={charset}")
}

fn failure(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Io(e) => match e.get_ref().and_then(|e| e.downcast_ref::<Failure>()) {
            Some(failure) => failure.clone(),
            None => Failure::lost(e),
        },
        ureq::Error::Timeout(_) => Failure::of("no response in time"),
        ureq::Error::HostNotFound => Failure::name(),
        error => Failure::of(format!("HTTP: {error}")),
    }
}

impl Link for Http {
    fn put(&mut self, content: &[u8]) -> u64 {
        self.body = Some(content.to_vec());
        0
    }

    fn answer(&mut self, _: &[u8]) {}

    fn is_untouched(&self, _: u64) -> bool {
        !self.touched.load(Ordering::Relaxed)
    }

    fn flush(&mut self) -> bool {
        false
    }

    fn has_more(&self) -> bool {
        false
    }

    fn wait(&mut self, until: Instant) -> Result<(), Failure> {
        let Some(body) = self.body.take() else {
            return Err(Failure::of("the response is for another message"));
        };
        let left = until.saturating_duration_since(Instant::now());
        self.answer = self.post(&body, left)?;
        self.fresh = true;
        Ok(())
    }

    fn look(&mut self, _: Instant) -> Result<(), Failure> {
        Ok(())
    }

    fn take(&mut self) -> Option<Piece<'_>> {
        if !std::mem::take(&mut self.fresh) {
            return None;
        }
        Some(Piece::Block(&self.answer))
    }
}

/// Makes connections for the agent.
struct Wires {
    tls: Option<Encryption>,
    connect_timeout: Duration,
    touched: Arc<AtomicBool>,
}

impl fmt::Debug for Wires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wires").finish_non_exhaustive()
    }
}

impl Connector for Wires {
    type Out = Channel;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Channel>, ureq::Error> {
        let wire = Wire::connect_any(&details.addrs, self.tls.as_ref(), self.connect_timeout);
        let wire = wire.map_err(|failure| ureq::Error::Io(std::io::Error::other(failure)))?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Channel { wire, buffers, touched: self.touched.clone() }))
    }
}

/// A connection as the agent sees it.
#[derive(Debug)]
struct Channel {
    wire: Wire,
    buffers: LazyBuffers,
    touched: Arc<AtomicBool>,
}

fn until(timeout: &NextTimeout) -> Instant {
    let longest = Duration::from_secs(3600);
    Instant::now() + timeout.not_zero().map_or(longest, |left| (*left).min(longest))
}

fn io(failure: Failure) -> ureq::Error {
    ureq::Error::Io(std::io::Error::other(failure))
}

impl Transport for Channel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let until = until(&timeout);
        let bytes = self.buffers.output().get(..amount).unwrap_or_default();
        self.wire.out().extend_from_slice(bytes);
        loop {
            if self.wire.flush().map_err(io)? {
                self.touched.store(true, Ordering::Relaxed);
            }
            if !self.wire.has_more() {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(ureq::Error::Timeout(timeout.reason));
            }
            self.wire.wait(until).map_err(io)?;
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let until = until(&timeout);
        loop {
            match self.wire.read(self.buffers.input_append_buf()).map_err(io)? {
                Got::Bytes(count) => {
                    self.buffers.input_appended(count);
                    return Ok(count > 0);
                }
                Got::End => {
                    self.buffers.input_appended(0);
                    return Ok(false);
                }
                Got::Nothing if Instant::now() >= until => {
                    return Err(ureq::Error::Timeout(timeout.reason));
                }
                Got::Nothing => self.wire.wait(until).map_err(io)?,
            }
        }
    }

    fn is_tls(&self) -> bool {
        self.wire.encryption().is_some()
    }

    fn is_open(&mut self) -> bool {
        // Nothing is expected: bytes are no better than an end.
        matches!(self.wire.read(&mut [0]), Ok(Got::Nothing))
    }
}
