//! Sending messages and waiting for what the receiver says to each.
//!
//! A [`Lane`] has one connection and sends its messages in order. What may have happened to a
//! message is told apart with care ([`Fate`]), for the two mistakes that count are to lose a
//! message and to deliver it twice:
//!
//! - An answer counts for the message whose control id stands in its MSA-2, and only while that
//!   message waits for one. Any other answer is passed over, but for one: who has said CA may still
//!   refuse, and that is told as long as the message is remembered.
//! - When no answer comes in time, the connection is closed: it could come later, and must not
//!   meet another message.
//! - A message of which a byte was written and that got no answer may have arrived. It is sent
//!   again only if retries were asked for.
//! - If a message may not have arrived, those behind it are not sent, for they would overtake it.

mod http;
mod journal;
mod lane;
mod link;
mod names;
mod pace;
mod queue;
mod wire;

pub use http::Http;
pub use journal::{Answered, Fingerprint, Journal};
pub use lane::Lane;
pub use link::{Link, Mllp};
pub use pace::{Backoff, Pacer};
pub use queue::Queue;
pub use wire::{Address, Encryption, Wire};

use super::ack::{Code, Kind};
use super::reply::{Ack, Expect};
use crate::core::time::Timestamp;
use crate::io::source::plain_error;
use std::fmt::{self, Display};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// What is sent: its segments, each ended by CR.
    pub content: &'a [u8],
    /// Its MSH-10; not empty.
    pub control_id: &'a [u8],
    /// Messages of one key keep their order.
    pub key: u64,
}

/// How messages are sent.
pub struct Policy {
    /// Makes a connection.
    pub connect: Box<dyn Fn() -> Result<Box<dyn Link>, Failure> + Send + Sync>,
    /// How many messages of a connection may wait for their answers.
    pub window: usize,
    /// How long to wait for an answer, and for a write to go on.
    pub timeout: Duration,
    /// How often a message is sent again, or a connection tried again; `None` for ever.
    pub retries: Option<u32>,
    /// What is answered by a try again.
    pub retry_on: Vec<Refusal>,
    /// How long to wait before that.
    pub backoff: Backoff,
    /// Which answer to wait for.
    pub expect: Expect,
    /// Not more messages than this in a time.
    pub pacer: Option<Pacer>,
    /// A new connection for each message.
    pub reconnect: bool,
    /// Goes on behind a message that may not have arrived.
    pub keep_going: bool,
    /// Nothing more is sent.
    pub stopped: AtomicBool,
    /// Nor is anything waited for.
    pub interrupted: AtomicBool,
    /// Answers that belonged to no message.
    pub strays: AtomicU64,
    /// The time now, for what is said to answers.
    pub clock: fn() -> Option<Timestamp>,
    /// How many answers were answered.
    pub receipts: AtomicU64,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("window", &self.window).finish_non_exhaustive()
    }
}

impl Policy {
    /// Whether sending has come to an end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Ends sending at once: what is in flight counts as lost.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Whether what was tried so often may be tried again.
    fn goes_on(&self, tries: u32) -> bool {
        !self.is_interrupted() && self.retries.is_none_or(|retries| tries <= retries)
    }

    /// As [`Policy::goes_on`] after a failure. Who tries for ever waits for its cause to be
    /// mended, too, unless the receiver itself has said no.
    fn tries_again(&self, tries: u32, failure: &Failure) -> bool {
        let is_final = failure.is_answer || failure.permanent && self.retries.is_some();
        !is_final && self.goes_on(tries)
    }
}

/// What an answer says, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An acknowledgment with this code.
    Code(Code, Kind),
    /// The commit block NAK of MLLP release 2: not stored.
    Nak,
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code, kind) => f.write_str(code.text(*kind)),
            Self::Nak => f.write_str("NAK"),
        }
    }
}

/// Why something did not come about. No content of a message is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    text: String,
    /// Trying again would not help.
    permanent: bool,
    /// The receiver has taken nothing of what was written.
    untaken: bool,
    /// The receiver has answered so.
    is_answer: bool,
}

impl Failure {
    /// In these words.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), permanent: false, untaken: false, is_answer: false }
    }

    fn name() -> Self {
        Self::of("no connection: the name leads to no address")
    }

    fn connect(error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "timed out".to_owned(),
            io::ErrorKind::UnexpectedEof => "closed by the receiver".to_owned(),
            _ => plain_error(error),
        };
        Self::of(format!("no connection: {why}"))
    }

    fn tls(error: &rustls::Error) -> Self {
        Self { permanent: true, ..Self::of(format!("TLS: {}", crate::net::tls::words(error))) }
    }

    /// The other side closed, or said nothing, when the two were to come to terms about TLS.
    fn no_handshake(kind: io::ErrorKind) -> Self {
        let Self { text, .. } = Self::connect(&kind.into());
        Self::of(format!("{text} before TLS began; does it speak TLS?"))
    }

    /// Bytes without TLS were answered with an alert of TLS: nothing of them was read.
    fn speaks_tls() -> Self {
        let text = "the receiver speaks TLS here, and TLS was not asked for";
        Self { permanent: true, untaken: true, ..Self::of(text) }
    }

    /// As [`Failure::tls`], on a connection on which the other side has said nothing yet: with TLS
    /// 1.3 it may refuse the certificate of this side, or that there is none, when the first
    /// message is on its way (RFC 8446, section 4.4.2.4). Then it reads nothing of it.
    fn tls_at_first(error: &rustls::Error) -> Self {
        use rustls::AlertDescription as Alert;
        let is_about_us = matches!(
            error,
            rustls::Error::AlertReceived(
                Alert::CertificateRequired
                    | Alert::BadCertificate
                    | Alert::UnsupportedCertificate
                    | Alert::CertificateRevoked
                    | Alert::CertificateExpired
                    | Alert::CertificateUnknown
                    | Alert::UnknownCA
                    | Alert::AccessDenied
            )
        );
        Self { untaken: is_about_us, ..Self::tls(error) }
    }

    /// A status of HTTP without an acknowledgment. Those that say that the request was not for
    /// this place, or not from this sender, leave no doubt (RFC 9110, section 15).
    fn status(status: u16) -> Self {
        let text = format!("HTTP status {status}, without an acknowledgment");
        let no =
            matches!(status, 300..=399 | 401 | 403 | 404 | 405 | 407 | 410 | 411 | 413..=415 | 421);
        Self { permanent: no, untaken: no, is_answer: no, ..Self::of(text) }
    }

    fn lost(error: &io::Error) -> Self {
        Self::of(format!("connection lost: {}", plain_error(error)))
    }

    fn closed() -> Self {
        Self::of("the receiver closed the connection")
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// What became of a message.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'a> {
    /// The receiver has it.
    Accepted(&'a Ack<'a>),
    /// The receiver has it, but answered in the mode that was not expected.
    Unexpected(&'a Ack<'a>),
    /// The receiver does not want it.
    Refused(Refusal, Option<&'a Ack<'a>>),
    /// It was sent, and no answer came: it may have arrived or not.
    Unknown(&'a Failure),
    /// It was not sent; without a reason because one before it stopped the run.
    Unsent(Option<&'a Failure>),
}

impl<'a> Fate<'a> {
    /// Its name in reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Unexpected(_) => "unexpected",
            Self::Refused(..) => "refused",
            Self::Unknown(_) => "unknown",
            Self::Unsent(_) => "unsent",
        }
    }

    /// The acknowledgment, if there was one.
    #[must_use]
    pub fn ack(&self) -> Option<&'a Ack<'a>> {
        match self {
            Self::Accepted(ack) | Self::Unexpected(ack) => Some(ack),
            Self::Refused(_, ack) => *ack,
            Self::Unknown(_) | Self::Unsent(_) => None,
        }
    }

    /// What stood in MSA-1, or came as a commit block.
    #[must_use]
    pub fn code(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal, _) => Some(*refusal),
            fate => fate.ack().map(|ack| Refusal::Code(ack.code, ack.kind)),
        }
    }

    /// Why there was no answer.
    #[must_use]
    pub fn failure(&self) -> Option<&'a Failure> {
        match self {
            Self::Unknown(failure) => Some(failure),
            Self::Unsent(failure) => *failure,
            _ => None,
        }
    }
}

/// A message whose fate is known.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// The number of its parcel.
    pub index: usize,
    /// What became of it.
    pub fate: Fate<'a>,
    /// From when it was last sent to the answer.
    pub took: Duration,
    /// How often it was sent.
    pub tries: u32,
}

/// Who is told what happens.
pub trait Observer: Send {
    /// The fate of the message with this control id is known.
    ///
    /// # Errors
    /// When it cannot be kept; the run ends.
    fn settled(&mut self, settled: &Settled<'_>, control_id: &[u8]) -> io::Result<()>;

    /// What was told so far is to be kept before anything more is sent.
    ///
    /// # Errors
    /// As [`Observer::settled`].
    fn commit(&mut self) -> io::Result<()>;

    /// A refusal came that is for no message in flight. It may be for one that was accepted with
    /// CA, and then counts for it; false if it is for none that is known.
    ///
    /// # Errors
    /// As [`Observer::settled`].
    fn refused_later(&mut self, ack: &Ack<'_>) -> io::Result<bool>;

    /// A message will be sent again, or a connection tried again.
    fn retrying(&mut self, index: usize, why: &dyn Display, pause: Duration);
}

/// Sends parcels over lanes, those of one key over one lane, and returns when all are settled.
///
/// # Errors
/// When the observer failed; then the fate of some may not have been told.
pub fn deliver<O: Observer>(
    lanes: &mut [Lane],
    policy: &Policy,
    parcels: &[Parcel<'_>],
    observer: &Mutex<O>,
) -> io::Result<()> {
    let count = lanes.len() as u64;
    let mut shares: Vec<Vec<usize>> = vec![Vec::new(); lanes.len()];
    for (index, parcel) in parcels.iter().enumerate() {
        let lane = usize::try_from(parcel.key.checked_rem(count).unwrap_or(0)).unwrap_or(0);
        shares[lane].push(index);
    }
    let mut busy: Vec<_> =
        lanes.iter_mut().zip(&shares).filter(|(_, share)| !share.is_empty()).collect();
    if let [(lane, share)] = &mut busy[..] {
        return lane.deliver(policy, parcels, share, observer);
    }
    std::thread::scope(|scope| {
        let work = busy.into_iter().map(|(lane, share)| {
            scope.spawn(move || {
                let done = lane.deliver(policy, parcels, share, observer);
                if done.is_err() {
                    policy.stopped.store(true, Ordering::Relaxed);
                }
                done
            })
        });
        let work: Vec<_> = work.collect();
        let failed = |_| Err(io::Error::other("a sending thread failed"));
        work.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(failed))
    })
}

/// The observer, whatever happened to a thread that had it.
fn lock<O>(observer: &Mutex<O>) -> std::sync::MutexGuard<'_, O> {
    observer.lock().unwrap_or_else(PoisonError::into_inner)
}
