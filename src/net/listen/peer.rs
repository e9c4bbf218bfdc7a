//! One connection: what is read from it, and what waits to be written to it.
//!
//! Acknowledgments are sent by whoever has stored the messages, which must wait for no peer: what
//! the kernel does not take at once stays here, and a [`Flusher`] writes it as the peer reads.

use crate::core::mllp::Deframer;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustls::{ServerConfig, ServerConnection};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// As long as more waits to be written, in bytes, nothing more is read from the peer.
const MOST_WAITING: usize = 256 << 10;
/// A peer that reads nothing for so long while something waits for it is cut off.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection is read on after its end, so that acknowledgments under way arrive: to
/// close it with unread input resets it.
const DRAIN: Duration = Duration::from_secs(1);
/// A buffer of bytes to be written that is longer is given back when it is empty.
const KEPT: usize = 16 << 10;

/// A connection.
#[derive(Debug)]
pub(super) struct Peer {
    /// Its number, from 1.
    pub(super) id: u64,
    /// The other side.
    pub(super) address: SocketAddr,
    stream: TcpStream,
    encrypted: bool,
    out: Mutex<Out>,
    changed: Condvar,
    begun: Instant,
    /// Milliseconds from `begun` to when something was last read.
    heard: AtomicU64,
    /// A message has begun and is not complete.
    in_message: AtomicBool,
    /// Why it was ended from here.
    cut: OnceLock<&'static str>,
}

#[derive(Debug)]
struct Out {
    tls: Option<Box<ServerConnection>>,
    /// What waits to be written, from `written` on.
    waiting: Vec<u8>,
    written: usize,
    /// When something of it was last taken.
    taken: Instant,
    /// Messages that were read and are not answered yet.
    in_flight: usize,
    /// Nothing can be written any more.
    dead: bool,
    /// The flusher knows of it.
    flushing: bool,
    /// Somebody waits for a change. To wake nobody takes a system call, too.
    awaited: bool,
}

/// What a read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Bytes, of which those that are for us are in the deframer.
    Bytes,
    /// Nothing within the time.
    Silence,
    /// No more comes.
    End,
}

impl Peer {
    /// A connection that was accepted.
    pub(super) fn new(
        id: u64,
        stream: TcpStream,
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        let mut session = None;
        if let Some(config) = tls {
            let mut connection = ServerConnection::new(config).map_err(io::Error::other)?;
            // It is written on at once, and what waits is bounded here.
            connection.set_buffer_limit(None);
            session = Some(Box::new(connection));
        }
        let now = Instant::now();
        Ok(Self {
            id,
            address,
            stream,
            encrypted: session.is_some(),
            out: Mutex::new(Out {
                tls: session,
                waiting: Vec::new(),
                written: 0,
                taken: now,
                in_flight: 0,
                dead: false,
                flushing: false,
                awaited: false,
            }),
            changed: Condvar::new(),
            begun: now,
            heard: AtomicU64::new(0),
            in_message: AtomicBool::new(false),
            cut: OnceLock::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'m>(&self, mut out: MutexGuard<'m, Out>) -> MutexGuard<'m, Out> {
        out.awaited = true;
        self.changed.wait(out).unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a read waits; for ever without.
    pub(super) fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(timeout)
    }

    /// Reads what there is into `deframer`. `cipher` is room for what TLS has made of it.
    pub(super) fn read(
        &self,
        deframer: &mut Deframer,
        cipher: &mut Vec<u8>,
        flusher: &Flusher,
        this: &Arc<Self>,
    ) -> io::Result<Heard> {
        let room = if self.encrypted {
            cipher.resize(16 << 10, 0);
            &mut cipher[..]
        } else {
            deframer.space()
        };
        let count = loop {
            match (&self.stream).read(room) {
                Ok(0) => return Ok(Heard::End),
                Ok(count) => break count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if is_timeout(&e) => return Ok(Heard::Silence),
                Err(e) => return Err(e),
            }
        };
        let since = self.begun.elapsed().as_millis();
        self.heard.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
        if !self.encrypted {
            deframer.filled(count);
            return Ok(Heard::Bytes);
        }
        let mut out = self.lock();
        let heard = out.decrypt(cipher.get(..count).unwrap_or_default(), deframer);
        // Also the alert that tells why a handshake fails.
        self.write_on(&mut out, this, flusher);
        heard
    }

    /// Whether TLS is still agreeing on its keys.
    pub(super) fn is_shaking_hands(&self) -> bool {
        self.encrypted && self.lock().tls.as_ref().is_some_and(|tls| tls.is_handshaking())
    }

    /// Tells others whether the peer is in the middle of a message.
    pub(super) fn set_in_message(&self, in_message: bool) {
        self.in_message.store(in_message, Ordering::Relaxed);
    }

    /// For how long it has been idle: nothing begun, nothing to be answered.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        if self.in_message.load(Ordering::Relaxed) || self.lock().in_flight > 0 {
            return None;
        }
        let heard = Duration::from_millis(self.heard.load(Ordering::Relaxed));
        Some(self.begun.elapsed().saturating_sub(heard))
    }

    /// So many more messages are to be answered. Waits first while the peer does not read the
    /// answers it has. Returns how many are to be answered before them.
    pub(super) fn promise(&self, count: usize) -> usize {
        let mut out = self.lock();
        while out.waiting.len() - out.written > MOST_WAITING && !out.dead {
            out = self.wait(out);
        }
        out.in_flight += count;
        out.in_flight - count
    }

    /// Writes the answers of so many messages, or as much as the kernel takes now.
    pub(super) fn answer(this: &Arc<Self>, bytes: &[u8], count: usize, flusher: &Flusher) {
        let mut out = this.lock();
        out.in_flight = out.in_flight.saturating_sub(count);
        let mut rest = bytes;
        if out.tls.is_none() && out.waiting.is_empty() && !out.dead && !rest.is_empty() {
            match send(&this.stream, rest, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(_) => out.dead = true,
            }
        }
        if !rest.is_empty() && !out.dead {
            out.put(rest);
            this.write_on(&mut out, this, flusher);
        }
        let awaited = std::mem::take(&mut out.awaited);
        drop(out);
        if awaited {
            this.changed.notify_all();
        }
    }

    /// Writes what waits; leaves to the flusher what the kernel does not take.
    fn write_on(&self, out: &mut Out, this: &Arc<Self>, flusher: &Flusher) {
        out.take_from_tls();
        self.flush(out);
        if !out.waiting.is_empty() && !out.dead && !out.flushing {
            out.flushing = true;
            flusher.add(this.clone());
        }
    }

    fn flush(&self, out: &mut Out) {
        while !out.dead && out.written < out.waiting.len() {
            let rest = &out.waiting[out.written..];
            match send(&self.stream, rest, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => {
                    out.written += count;
                    out.taken = Instant::now();
                }
                Err(Errno::AGAIN) => return,
                Err(Errno::INTR) => {}
                Err(_) => out.dead = true,
            }
        }
        out.written = 0;
        out.waiting.clear();
        if out.waiting.capacity() > KEPT {
            out.waiting = Vec::new();
        }
    }

    /// Nothing is read any more, whatever comes; what was read is answered.
    pub(super) fn stop_reading(&self) {
        let _ = self.stream.shutdown(Shutdown::Read);
    }

    /// Ends the connection now.
    pub(super) fn cut(&self, why: &'static str) {
        self.lock().dead = true;
        self.shut(why);
        self.changed.notify_all();
    }

    /// Ends the connection, which to its reader looks as if the peer had closed it.
    fn shut(&self, why: &'static str) {
        let _ = self.cut.set(why);
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Why it was ended from here, if it was.
    pub(super) fn why_cut(&self) -> Option<&'static str> {
        self.cut.get().copied()
    }

    /// Ends the connection when all is answered and written.
    pub(super) fn hang_up(&self, this: &Arc<Self>, flusher: &Flusher) {
        let mut out = self.lock();
        while out.in_flight > 0 && !out.dead {
            out = self.wait(out);
        }
        if let Some(tls) = &mut out.tls {
            tls.send_close_notify();
        }
        self.write_on(&mut out, this, flusher);
        while !out.waiting.is_empty() && !out.dead {
            out = self.wait(out);
        }
        let dead = std::mem::replace(&mut out.dead, true);
        drop(out);
        if dead || self.stream.shutdown(Shutdown::Write).is_err() {
            let _ = self.stream.shutdown(Shutdown::Both);
            return;
        }
        let end = Instant::now() + DRAIN;
        let _ = self.stream.set_read_timeout(Some(DRAIN / 10));
        let mut sink = [0; 4096];
        while Instant::now() < end
            && matches!(recv(&self.stream, &mut sink, RecvFlags::empty()), Ok((1.., _)))
        {}
    }
}

impl Out {
    fn put(&mut self, bytes: &[u8]) {
        if self.waiting.is_empty() {
            self.taken = Instant::now();
        }
        match &mut self.tls {
            None => self.waiting.extend_from_slice(bytes),
            // Its buffer has no limit.
            Some(tls) => self.dead |= tls.writer().write_all(bytes).is_err(),
        }
    }

    fn take_from_tls(&mut self) {
        if let Some(tls) = &mut self.tls {
            if self.waiting.is_empty() {
                self.taken = Instant::now();
            }
            while tls.wants_write() {
                if tls.write_tls(&mut self.waiting).is_err() {
                    self.dead = true;
                    break;
                }
            }
        }
    }

    fn decrypt(&mut self, mut cipher: &[u8], deframer: &mut Deframer) -> io::Result<Heard> {
        let Some(tls) = &mut self.tls else { return Ok(Heard::End) };
        while !cipher.is_empty() {
            tls.read_tls(&mut cipher)?;
            tls.process_new_packets().map_err(io::Error::other)?;
            loop {
                match tls.reader().read(deframer.space()) {
                    Ok(0) => return Ok(Heard::End),
                    Ok(count) => deframer.filled(count),
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(Heard::Bytes)
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Writes on to peers that do not read as fast as they are answered.
#[derive(Debug, Default)]
pub(super) struct Flusher {
    slow: Mutex<Vec<Arc<Peer>>>,
    added: Condvar,
}

impl Flusher {
    fn add(&self, peer: Arc<Peer>) {
        self.slow.lock().unwrap_or_else(PoisonError::into_inner).push(peer);
        self.added.notify_one();
    }

    /// Serves slow peers for ever; a thread of its own.
    pub(super) fn run(&self) {
        let mut peers: Vec<Arc<Peer>> = Vec::new();
        loop {
            {
                let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
                while slow.is_empty() && peers.is_empty() {
                    slow = self.added.wait(slow).unwrap_or_else(PoisonError::into_inner);
                }
                peers.append(&mut slow);
            }
            let mut fds: Vec<_> =
                peers.iter().map(|peer| PollFd::new(&peer.stream, PollFlags::OUT)).collect();
            // Peers that are added meanwhile wait no longer than this.
            let timeout = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
            let _ = poll(&mut fds, Some(&timeout));
            drop(fds);
            peers.retain(|peer| {
                let mut out = peer.lock();
                peer.flush(&mut out);
                if out.taken.elapsed() > PATIENCE {
                    out.dead = true;
                    peer.shut("it does not read its answers");
                }
                let goes_on = !out.waiting.is_empty() && !out.dead;
                out.flushing = goes_on;
                drop(out);
                peer.changed.notify_all();
                goes_on
            });
        }
    }
}
