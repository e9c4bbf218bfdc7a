//! `pipehat listen`: messages taken from connections, kept where they are to be, and answered.
//!
//! A thread reads each connection: it takes messages out of their blocks ([`crate::core::mllp`]),
//! judges them, and has commands and other systems decide about them, for these take their time.
//! What remains is done in one order for all connections by `commit`: storing, waiting for the
//! disk, answering. So a connection that waits for anything holds up no other, but for storing.

mod archive;
mod clock;
mod commit;
mod control;
mod duplicates;
mod exec;
mod files;
mod folder;
mod forward;
mod judge;
mod lag;
mod log;
mod metrics;
mod peer;
mod serve;
mod shared;
mod stats;

pub use archive::{Archive, Rotation, Torn};
pub use commit::Sync;
pub use control::{Control, Reason};
pub use duplicates::Duplicate;
pub use exec::Exec;
pub use files::MessageFiles;
pub use forward::Forward;
pub use judge::{Check, Rules};
pub use log::{Log, LogForm};

use crate::io::{Diagnostics, Rejects};
use crate::net::ack::{Code, Header, Kind};
use crate::net::tls::Server;
use crate::ops::pass::PassOn;
use commit::{Committer, Store};
use duplicates::Claim;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use peer::Peer;
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::json;
use shared::Shared;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use std::fmt;
use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 1024;
/// The stack of a connection's thread, in bytes; only what is used of it takes memory.
const STACK: usize = 1 << 20;

/// What a listener does.
#[derive(Debug)]
pub struct Settings {
    /// The form in which messages are stored and handed on.
    pub pass: PassOn,
    /// Which messages are taken.
    pub rules: Rules,
    /// The longest message, in bytes.
    pub max_message: usize,
    /// What is done with messages that came before, and for how long they are remembered.
    pub duplicates: Option<(Duplicate, Duration)>,
    /// A command that decides about each message.
    pub exec: Option<Exec>,
    /// Another system that does.
    pub forward: Option<Forward>,
    /// Where each message becomes a file.
    pub files: Option<MessageFiles>,
    /// Such a file is on the disk before its message is answered.
    pub sync_files: bool,
    /// Messages go to the archive or the output.
    pub stores: bool,
    /// What could not be handled.
    pub rejects: Option<Rejects>,
    /// So long is waited before each answer.
    pub ack_delay: Duration,
    /// What is answered in place of an acceptance.
    pub ack_code: Option<(Code, Kind)>,
    /// MLLP release 2 is spoken.
    pub release2: bool,
    /// Connections at a time.
    pub max_connections: usize,
    /// A connection without a message is closed after so long.
    pub idle_timeout: Option<Duration>,
    /// So long a message may take to come.
    pub message_timeout: Duration,
    /// The listener ends after so many messages.
    pub count: Option<u64>,
    /// How long what was received may take to be answered when the listener ends.
    pub grace: Duration,
    /// Who may connect; anybody if nobody is named.
    pub allow: Vec<IpNet>,
    /// The zone of times that name none, if the lag of messages is measured.
    pub zone: Option<TimeZone>,
}

/// Where messages are stored.
#[derive(Debug, Default)]
pub struct Storing {
    /// The archive.
    pub archive: Option<Archive>,
    /// When the disk is waited for.
    pub sync: Sync,
    /// The output.
    pub output: Option<File>,
}

/// What is seen of a listener.
#[derive(Debug)]
pub struct Seen {
    /// Where events are told.
    pub log: Log,
    /// Where Prometheus asks.
    pub metrics: Option<TcpListener>,
    /// Figures in the log, so often.
    pub stats: Option<Duration>,
    /// A line on the terminal that is written anew each second.
    pub status: bool,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why it ended.
    pub reason: Reason,
    /// A message was not accepted.
    pub refused: bool,
}

/// The type and event of a message, `ADT^A01`, as far as they are what such codes are: three
/// letters or digits. So nothing else of a message gets into logs and figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label([[u8; 3]; 2]);

impl Label {
    /// Of none that is known.
    pub const OTHER: Self = Self([[0; 3]; 2]);

    /// MSH-9.1 and MSH-9.2.
    #[must_use]
    pub fn of(header: &Header<'_>) -> Self {
        let part = |n| -> Option<[u8; 3]> {
            let code: [u8; 3] = header.component(9, n).try_into().ok()?;
            let is_code = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
            code.iter().all(is_code).then_some(code)
        };
        part(1).map_or(Self::OTHER, |of_type| Self([of_type, part(2).unwrap_or_default()]))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [of_type, event] = self.0.map(|part| part.map(char::from));
        match (of_type[0], event[0]) {
            ('\0', _) => return f.write_str("other"),
            (_, '\0') => {}
            _ => return write!(f, "{}^{}", String::from_iter(of_type), String::from_iter(event)),
        }
        f.write_str(&String::from_iter(of_type))
    }
}

/// What came of a message.
#[derive(Debug)]
struct Outcome {
    label: Label,
    code: Code,
    /// MSA-1 of the last answer, or a word if there was none.
    said: &'static str,
    /// Why it was not accepted.
    why: Option<&'static str>,
    /// The same in more words, without content of the message.
    detail: Option<String>,
    bytes: usize,
    received: Instant,
    /// Until it is dropped, the same message waits.
    claim: Option<Claim>,
}

/// Opens a socket that connections come to.
///
/// # Errors
/// When the address is taken, or is none of this machine.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` is for IPv4, too.
        let _ = socket.set_only_v6(false);
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A listener that is about to begin.
#[derive(Debug)]
pub struct Listener {
    shared: Arc<Shared>,
    tls: Option<Arc<Server>>,
}

impl Listener {
    /// Starts what works beside the connections.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn new(
        settings: Settings,
        storing: Storing,
        seen: Seen,
        tls: Option<Arc<Server>>,
        control: Arc<Control>,
        diagnostics: Arc<Diagnostics>,
    ) -> io::Result<Self> {
        let watched = storing.output.as_ref().map(File::try_clone).transpose()?;
        let store = Store::new(storing.archive, storing.sync, storing.output);
        let shared = Arc::new(Shared::new(settings, control, Committer::new(store), seen.log));
        let of = shared.clone();
        thread("commit", move || of.committer.run(&of))?;
        let of = shared.clone();
        thread("flush", move || of.committer.flusher.run())?;
        if let Some(output) = watched {
            let of = shared.clone();
            thread("output", move || watch(&output, &of))?;
        }
        if let Some(listener) = seen.metrics {
            let of = shared.clone();
            thread("metrics", move || metrics::serve(&listener, &of.metrics))?;
        }
        if seen.stats.is_some() || seen.status {
            let of = shared.clone();
            let every = seen.stats;
            let status = seen.status.then_some(diagnostics);
            thread("stats", move || stats::run(&of, every, status.as_deref()))?;
        }
        Ok(Self { shared, tls })
    }

    /// Tells where it listens.
    pub fn tell_of(&self, address: SocketAddr, what: &str) {
        let log = &self.shared.log;
        if log.is_on() {
            let facts = [("address", json!(address.to_string())), ("for", json!(what))];
            log.event("listening", None, &facts);
        } else {
            log.warn(None, &format!("listening on {address} for {what}"));
        }
    }

    /// Ends what works for us elsewhere, for this process ends at once.
    pub fn end_commands(&self) {
        if let Some(exec) = &self.shared.settings.exec {
            exec.kill();
        }
    }

    /// What somebody changes while it runs: certificates, the file of rejects. Whether profiles
    /// could be read anew, and if not why, the caller knows.
    pub fn reload(&self, rejects: Option<&Path>, profiles: Result<(), String>) {
        let log = &self.shared.log;
        let mut kept = Vec::new();
        if let Err(why) = profiles {
            log.alert(&format!("the profiles stay what they were: {why}"));
            kept.push("profiles");
        }
        if let Some(tls) = &self.tls {
            if let Err(e) = tls.reload() {
                let why = crate::io::source::plain_error(&e);
                log.alert(&format!("the certificates stay what they were: {why}"));
                kept.push("certificates");
            } else {
                tls.identity().concerns().iter().for_each(|concern| log.alert(concern));
            }
        }
        if let Some(path) = rejects
            && !self.shared.reopen_rejects(path)
        {
            kept.push("rejects");
        }
        if kept.is_empty() {
            log.event("reloaded", None, &[]);
        } else {
            log.event("not reloaded", None, &[("kept", json!(kept.join(", ")))]);
        }
    }

    /// Takes connections until it is told to end, and then ends: what was received is answered.
    ///
    /// # Errors
    /// When no connection can be taken.
    pub fn run(&self, listeners: Vec<TcpListener>) -> io::Result<Ended> {
        let shared = &self.shared;
        self.accept(&listeners)?;
        drop(listeners);
        shared.log.event("stopping", None, &[]);
        let peers: Vec<_> = shared.lock_peers().values().cloned().collect();
        peers.iter().for_each(|peer| peer.stop_reading());
        let complete = shared.wait_for_all(Instant::now() + shared.settings.grace);
        if let Some(exec) = shared.settings.exec.as_ref().filter(|_| !complete) {
            exec.kill();
        }
        if !complete {
            let text = "not all that was received was answered within the time of --grace";
            shared.log.error(text);
        }
        if complete && let Err(e) = shared.committer.finish() {
            shared.log.error(&crate::io::source::plain_error(&e));
        }
        Ok(Ended {
            reason: shared.control.reason().unwrap_or(Reason::Asked),
            refused: shared.refused.load(std::sync::atomic::Ordering::Relaxed),
        })
    }

    fn accept(&self, listeners: &[TcpListener]) -> io::Result<()> {
        let shared = &self.shared;
        for listener in listeners {
            listener.set_nonblocking(true)?;
        }
        let mut number = 0;
        while !shared.control.is_stopping() {
            let woken = PollFd::new(shared.control.woken(), PollFlags::IN);
            let mut fds: Vec<_> =
                listeners.iter().map(|listener| PollFd::new(listener, PollFlags::IN)).collect();
            fds.push(woken);
            match poll(&mut fds, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
            for listener in listeners {
                match listener.accept() {
                    Ok((stream, address)) => {
                        number += 1;
                        self.admit(number, stream, address);
                    }
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    Err(e) => {
                        // Of the connection, or no descriptors are left: others may end.
                        shared.metrics.error("accept", 1);
                        let why = crate::io::source::plain_error(&e);
                        shared.log.event("not accepted", None, &[("reason", json!(why))]);
                        let _ = shared.control.sleep(Duration::from_millis(10));
                    }
                }
            }
        }
        Ok(())
    }

    fn admit(&self, number: u64, stream: TcpStream, address: SocketAddr) {
        let shared = &self.shared;
        let ip = address.ip().to_canonical();
        let address = SocketAddr::new(ip, address.port());
        let allow = &shared.settings.allow;
        let refuse = |what: &'static str| {
            shared.metrics.error(what, 1);
            let facts = [("peer", json!(address.to_string())), ("reason", json!(what))];
            if shared.log.is_on() {
                shared.log.event("refused", None, &facts);
            } else {
                shared.refused_connection(ip, what);
            }
        };
        if !allow.is_empty() && !allow.iter().any(|net| net.contains(&ip)) {
            return refuse("address");
        }
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(60))
            .with_interval(Duration::from_secs(15))
            .with_retries(4);
        // They make a link better; it works without.
        let _ = stream.set_nodelay(true);
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
        if stream.set_nonblocking(false).is_err() {
            return refuse("connection");
        }
        let tls = self.tls.as_ref().map(|tls| tls.config());
        let Ok(peer) = Peer::new(number, stream, address, tls) else { return refuse("TLS") };
        let peer = Arc::new(peer);
        if !shared.admit(&peer) {
            return refuse("too many connections");
        }
        shared.metrics.connections_total.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (of, served) = (shared.clone(), peer.clone());
        let started = thread("connection", move || {
            serve::serve(&of, &served);
            of.leave(&served);
        });
        if started.is_err() {
            shared.leave(&peer);
            refuse("no thread");
        }
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK);
    builder.spawn(work).map(drop)
}

/// Ends the listener when nobody reads its output any more, also while nothing comes.
fn watch(output: &File, shared: &Shared) {
    loop {
        let mut fds = [PollFd::new(output, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) if fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => {
                return shared.stop_for_closed_output();
            }
            // A file, which always is ready.
            Ok(_) => return,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
