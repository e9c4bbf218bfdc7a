//! A connection over TCP, with TLS or without, that never waits longer than it was told.

use super::Failure;
use super::names::addresses;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use socket2::{SockRef, TcpKeepalive};
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to encrypt, and the name that the certificate must have.
pub type Encryption = (Arc<ClientConfig>, ServerName<'static>);

/// Where a connection leads to.
#[derive(Clone, Debug)]
pub struct Address {
    /// A name or an address, IPv6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// TLS, if it is to be used.
    pub tls: Option<Encryption>,
}

impl FromStr for Address {
    type Err = &'static str;

    /// `HOST:PORT`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
        let whole = host.starts_with('[') == host.ends_with(']')
            && (host.starts_with('[') || !host.contains(':'));
        match port.parse::<u16>() {
            Ok(port) if port > 0 && !host.is_empty() && whole => {
                Ok(Self { host: host.to_owned(), port, tls: None })
            }
            _ => Err("HOST:PORT is expected; IPv6 in brackets, as in [::1]:2575"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Firewalls forget connections on which nothing passes. A link may be idle for hours, so probes
/// begin after a minute and give up two minutes later.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(8);

/// The buffer of a huge message is not kept for small ones.
const KEPT: usize = 1 << 20;

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// Bytes to be written, from `written` on.
    out: Vec<u8>,
    written: usize,
    /// Bytes that were handed on, over all.
    total: u64,
    /// The other side has said something.
    heard: bool,
}

impl Wire {
    /// Connects to the first of the host's addresses that answers.
    ///
    /// # Errors
    /// When none does in time, or the two sides do not come to terms about TLS.
    pub fn connect(address: &Address, timeout: Duration) -> Result<Self, Failure> {
        let Address { host, port, tls } = address;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let until = Instant::now() + timeout;
        let addresses = addresses(bare, *port, timeout)?;
        let left = until.saturating_duration_since(Instant::now());
        Self::connect_any(&addresses, tls.as_ref(), left)
    }

    /// As [`Wire::connect`] to addresses that are known.
    ///
    /// # Errors
    /// As [`Wire::connect`].
    pub(super) fn connect_any(
        addresses: &[SocketAddr],
        tls: Option<&Encryption>,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let until = Instant::now() + timeout;
        let mut last = Failure::name();
        for (address, others) in addresses.iter().zip((0..addresses.len()).rev()) {
            // One that does not answer leaves time for the others.
            let left = until.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(others + 1).unwrap_or(u32::MAX);
            match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
                Err(e) => last = Failure::connect(&e),
                Ok(stream) => return Self::begin(stream, tls, until),
            }
        }
        Err(last)
    }

    fn begin(stream: TcpStream, tls: Option<&Encryption>, until: Instant) -> Result<Self, Failure> {
        let ready = || -> io::Result<()> {
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE)
        };
        ready().map_err(|e| Failure::connect(&e))?;
        let tls = tls.map(|(config, name)| ClientConnection::new(config.clone(), name.clone()));
        let mut tls = tls.transpose().map_err(|e| Failure::tls(&e))?.map(Box::new);
        if let Some(tls) = &mut tls {
            tls.set_buffer_limit(None);
        }
        let mut wire = Self { stream, tls, out: Vec::new(), written: 0, total: 0, heard: false };
        wire.shake_hands(until)?;
        Ok(wire)
    }

    fn shake_hands(&mut self, until: Instant) -> Result<(), Failure> {
        loop {
            self.flush()?;
            if self.tls.as_ref().is_none_or(|tls| !tls.is_handshaking()) {
                self.total = 0;
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(Failure::no_handshake(ErrorKind::TimedOut));
            }
            self.wait(until)?;
            if self.read(&mut [])? == Got::End {
                return Err(Failure::no_handshake(ErrorKind::UnexpectedEof));
            }
        }
    }

    /// Waits whether the other side closes a connection on which nothing was sent.
    ///
    /// # Errors
    /// When it does.
    pub fn stays_open(&mut self, time: Duration) -> Result<(), Failure> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.wait(until)?;
            if self.read(&mut [0; 64])? == Got::End {
                return Err(Failure::closed());
            }
        }
        Ok(())
    }

    /// The version and cipher suite of TLS, if it is used.
    #[must_use]
    pub fn encryption(&self) -> Option<String> {
        let tls = self.tls.as_ref()?;
        let version = tls.protocol_version()?.as_str()?;
        let suite = tls.negotiated_cipher_suite()?.suite();
        Some(format!("{version}, {}", suite.as_str().unwrap_or_default()))
    }

    /// The address of the other side.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer_addr().ok()
    }

    /// The bytes to be written by [`Wire::flush`], to append to.
    pub fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// How many bytes were handed on since the connection was made.
    #[must_use]
    pub fn handed_on(&self) -> u64 {
        self.total
    }

    /// How many bytes wait to be handed on, apart from those that are encrypted already.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.out.len() - self.written
    }

    /// Whether bytes wait to be written.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.written < self.out.len() || self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Writes what can be written without waiting; tells whether anything was.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn flush(&mut self) -> Result<bool, Failure> {
        let before = self.total;
        let Self { stream, tls: Some(tls), out, .. } = self else { return self.flush_plain() };
        if !out.is_empty() {
            tls.writer().write_all(out).map_err(|e| Failure::lost(&e))?;
            out.clear();
            out.shrink_to(KEPT);
        }
        while tls.wants_write() {
            match tls.write_tls(stream) {
                Ok(0) => return Err(Failure::lost(&ErrorKind::WriteZero.into())),
                Ok(n) => self.total += n as u64,
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(Failure::lost(&e)),
            }
        }
        Ok(self.total > before)
    }

    fn flush_plain(&mut self) -> Result<bool, Failure> {
        let before = self.total;
        while self.written < self.out.len() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(0) => return Err(Failure::lost(&ErrorKind::WriteZero.into())),
                Ok(n) => {
                    self.written += n;
                    self.total += n as u64;
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(self.total > before),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(Failure::lost(&e)),
            }
        }
        self.written = 0;
        self.out.clear();
        self.out.shrink_to(KEPT);
        Ok(self.total > before)
    }

    /// Reads what is there without waiting.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn read(&mut self, into: &mut [u8]) -> Result<Got, Failure> {
        let Some(tls) = &mut self.tls else {
            let read = self.stream.read(into);
            if let Ok(n @ 1..) = read {
                let is_first = !std::mem::replace(&mut self.heard, true);
                // The record of an alert, of any version: two bytes follow.
                if is_first && matches!(into[..n], [0x15, 0x03, _, 0, 2, ..]) {
                    return Err(Failure::speaks_tls());
                }
            }
            return got(read);
        };
        loop {
            if !into.is_empty() {
                match tls.reader().read(into) {
                    Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                    // Closed without a farewell, as many do. Nothing is lost by it: an answer that
                    // was cut has no end.
                    Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(Got::End),
                    read => {
                        self.heard = true;
                        return got(read);
                    }
                }
            }
            match tls.read_tls(&mut self.stream) {
                Ok(n) => {
                    if let Err(e) = tls.process_new_packets() {
                        // The other side is told why, if it still listens.
                        let _ = tls.write_tls(&mut self.stream);
                        let of = if self.heard { Failure::tls } else { Failure::tls_at_first };
                        return Err(of(&e));
                    }
                    if n == 0 {
                        return Ok(Got::End);
                    }
                    if into.is_empty() {
                        return Ok(Got::Bytes(0));
                    }
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                read => return got(read),
            }
        }
    }

    /// Waits until something can be read, or written if something is to be, or until then.
    ///
    /// # Errors
    /// When the system cannot.
    pub fn wait(&mut self, until: Instant) -> Result<(), Failure> {
        let mut flags = PollFlags::IN;
        if self.has_more() {
            flags |= PollFlags::OUT;
        }
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 3600, tv_nsec: 0 });
        match poll(&mut [PollFd::new(&self.stream, flags)], Some(&left)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(e) => Err(Failure::lost(&e.into())),
        }
    }
}

impl Drop for Wire {
    /// Says farewell, as TLS asks for it, that nobody may take a cut connection for an end.
    fn drop(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = tls.write_tls(&mut self.stream);
        }
    }
}

/// What reading gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Got {
    /// So many bytes.
    Bytes(usize),
    /// Nothing is there now.
    Nothing,
    /// The other side has closed.
    End,
}

fn got(read: io::Result<usize>) -> Result<Got, Failure> {
    match read {
        Ok(0) => Ok(Got::End),
        Ok(n) => Ok(Got::Bytes(n)),
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(Got::Nothing)
        }
        Err(e) => Err(Failure::lost(&e)),
    }
}
