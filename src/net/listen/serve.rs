//! A connection from its first byte to its last; a thread of its own.

mod decide;

use super::commit::Batch;
use super::forward::Link;
use super::judge::{Judged, Refusal};
use super::peer::{Heard, Peer};
use super::shared::Shared;
use crate::core::mllp::{Deframer, Piece};
use crate::io::pipeline::odd_line;
use crate::net::ack::{Code, Condition, Fault, Header};
use decide::Begun;
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The line is silent if nothing comes for so long: an FS at its end then ends a block.
const SILENCE: Duration = Duration::from_millis(250);
/// How long TLS may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A message gets a second more for so many bytes that have come of it.
const SLOWEST: usize = 16 << 10;
/// More junk than this in a row comes from no sender of messages, in bytes.
const MOST_JUNK: usize = 64 << 10;
/// A batch with more is handed over, in bytes.
const BATCH: usize = 256 << 10;

/// Serves a connection to its end.
pub(super) fn serve(shared: &Shared, peer: &Arc<Peer>) {
    let began = Instant::now();
    shared.log.event("connected", Some(peer), &[]);
    let mut reader = Reader::new(shared, peer);
    let ended = reader.run();
    let (messages, held) = (reader.messages, reader.held);
    shared.hold(held, 0);
    peer.set_in_message(false);
    peer.hang_up(peer, &shared.committer.flusher);
    let why = match ended {
        Ok(why) => why.to_owned(),
        Err(e) => {
            shared.metrics.error("connection", 1);
            if !shared.log.is_on()
                && let Some(why) = super::log::tls_reason(&e)
            {
                shared.refused_connection(peer.address.ip(), &why);
            }
            super::log::reason(&e)
        }
    };
    let why = peer.why_cut().map_or(why, str::to_owned);
    let seconds = (began.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    let facts =
        [("messages", json!(messages)), ("seconds", json!(seconds)), ("reason", json!(why))];
    shared.log.event("closed", Some(peer), &facts);
}

struct Reader<'s> {
    shared: &'s Shared,
    peer: &'s Arc<Peer>,
    batch: Batch,
    link: Option<Link<'s>>,
    /// Each message is handed over by itself, because it takes its time.
    one_by_one: bool,
    messages: u64,
    /// Blocks that came to an end, or never will.
    ended: u64,
    /// Junk in a row.
    junk: usize,
    /// Bytes of an incomplete message that are counted.
    held: usize,
}

/// Whether a connection goes on; if not, why.
type Goes = Result<(), &'static str>;

impl<'s> Reader<'s> {
    fn new(shared: &'s Shared, peer: &'s Arc<Peer>) -> Self {
        let settings = &shared.settings;
        let link = settings.forward.as_ref().map(Link::new);
        let waits = link.is_some() || settings.exec.is_some() || settings.files.is_some();
        Self {
            shared,
            peer,
            batch: Batch::new(peer.clone()),
            link,
            one_by_one: waits || !settings.ack_delay.is_zero(),
            messages: 0,
            ended: 0,
            junk: 0,
            held: 0,
        }
    }

    fn run(&mut self) -> io::Result<&'static str> {
        let (shared, peer) = (self.shared, self.peer);
        let settings = &shared.settings;
        let mut deframer = Deframer::new(settings.max_message);
        let mut cipher = Vec::new();
        let mut timeout = Some(Duration::ZERO);
        let mut heard = Instant::now();
        let connected = heard;
        // Since when there is a message that is not complete.
        let mut begun: Option<Instant> = None;
        loop {
            let waits = deframer.waits_for_end();
            let shaking = peer.is_shaking_hands();
            let wanted = self.patience(waits, shaking, begun.is_some());
            if wanted != timeout {
                peer.set_timeout(wanted)?;
                timeout = wanted;
            }
            let flusher = &shared.committer.flusher;
            let read = peer.read(&mut deframer, &mut cipher, flusher, peer);
            if read.is_err() {
                self.torn(&deframer, "torn");
            }
            match read? {
                Heard::Bytes => heard = Instant::now(),
                Heard::Silence if waits => deframer.silence(),
                Heard::Silence if shaking => return Ok("TLS took too long"),
                Heard::Silence if begun.is_some() => {
                    self.torn(&deframer, "slow");
                    return Ok("a message took too long");
                }
                Heard::Silence => return Ok("idle"),
                // What is not complete now was not received.
                Heard::End if shared.control.is_stopping() => {
                    if self.take(&mut deframer).is_ok() {
                        self.torn(&deframer, "torn");
                    }
                    self.submit();
                    return Ok("stopping");
                }
                Heard::End => {
                    deframer.silence();
                    let taken = self.take(&mut deframer);
                    self.submit();
                    if taken.is_ok() {
                        self.torn(&deframer, "torn");
                    }
                    return Ok(taken.err().unwrap_or("closed by the peer"));
                }
            }
            let ended = self.ended;
            let taken = self.take(&mut deframer);
            self.submit();
            if self.ended > ended {
                // What has begun now is another one.
                begun = None;
            }
            if let Err(why) = taken {
                return Ok(why);
            }
            if shared.control.is_stopping() {
                self.torn(&deframer, "torn");
                return Ok("stopping");
            }
            if shaking && connected.elapsed() > HANDSHAKE {
                return Ok("TLS took too long");
            }
            if let Err(why) = self.keep_begun(&deframer, heard, &mut begun) {
                return Ok(why);
            }
        }
    }

    /// How long the peer may be silent.
    fn patience(&self, waits: bool, is_shaking: bool, in_message: bool) -> Option<Duration> {
        let settings = &self.shared.settings;
        if waits {
            Some(SILENCE)
        } else if is_shaking {
            Some(HANDSHAKE)
        } else if in_message {
            Some(settings.message_timeout)
        } else {
            settings.idle_timeout
        }
    }

    /// Keeps what has begun of a message, unless there is no room for it, or it takes too long;
    /// `begun`: since when it has.
    fn keep_begun(
        &mut self,
        deframer: &Deframer,
        heard: Instant,
        begun: &mut Option<Instant>,
    ) -> Goes {
        let (shared, peer) = (self.shared, self.peer);
        let bytes = deframer.begun();
        peer.set_in_message(bytes.is_some());
        let held = bytes.map_or(0, |_| deframer.held());
        let fits = shared.hold(self.held, held);
        self.held = held;
        if !fits {
            shared.log.warn(Some(peer), "no memory is left for a message this long");
            return Err("no memory");
        }
        let Some(bytes) = bytes else {
            *begun = None;
            return Ok(());
        };
        let since = *begun.get_or_insert(heard);
        let more = Duration::from_secs((bytes / SLOWEST) as u64);
        if heard.duration_since(since) > shared.settings.message_timeout + more {
            self.torn(deframer, "slow");
            return Err("a message took too long");
        }
        Ok(())
    }

    /// Takes all that is complete.
    fn take(&mut self, deframer: &mut Deframer) -> Goes {
        while let Some(piece) = deframer.next() {
            if !matches!(piece, Piece::Junk(_)) {
                self.junk = 0;
                self.ended += 1;
            }
            match piece {
                Piece::Block(content) => self.block(content)?,
                Piece::Torn(content) => self.incomplete(content, "torn"),
                Piece::Junk(bytes) => self.stray(bytes)?,
                Piece::TooLong(head) => {
                    let header = Header::of(head);
                    let max = self.shared.settings.max_message;
                    let text = format!("longer than the {max} bytes that are taken");
                    let fault = Fault::new(Condition::OtherError, text);
                    let refusal =
                        Refusal::new(header, Code::Reject, "too long", vec![fault]).unkept();
                    let begun = Begun::new(Instant::now(), head, header.as_ref());
                    self.refuse(&refusal, head, begun);
                    return Err("a message is too long");
                }
            }
        }
        Ok(())
    }

    /// What was left of a message at the end.
    fn torn(&mut self, deframer: &Deframer, what: &'static str) {
        match deframer.rest() {
            Some(Piece::Torn(content)) => self.incomplete(content, what),
            Some(Piece::Junk(bytes)) => drop(self.stray(bytes)),
            _ => {}
        }
    }

    /// A message without an end, which is not answered: its sender knows that it must send again.
    fn incomplete(&mut self, content: &[u8], what: &'static str) {
        let shared = self.shared;
        shared.metrics.error(what, 1);
        let text = format!("a message without an end, {} bytes; it is not answered", content.len());
        shared.log.warn(Some(self.peer), &text);
        shared.reject_block(content);
    }

    fn stray(&mut self, bytes: &[u8]) -> Goes {
        let shared = self.shared;
        let looks = (self.messages == 0 && self.junk == 0).then(|| looks_like(bytes)).flatten();
        if let Some(what) = looks {
            shared.metrics.error("junk", 1);
            shared.log.warn(Some(self.peer), &format!("no MLLP is spoken; it looks like {what}"));
            shared.reject(bytes, true);
            return Err("no MLLP is spoken");
        }
        if self.junk == 0 {
            shared.metrics.error("junk", 1);
            shared.log.warn(Some(self.peer), "bytes that are in no MLLP block are skipped");
        }
        shared.reject(bytes, self.junk == 0);
        self.junk += bytes.len();
        if self.junk >= MOST_JUNK { Err("no MLLP is spoken") } else { Ok(()) }
    }

    fn block(&mut self, content: &[u8]) -> Goes {
        let shared = self.shared;
        let received = Instant::now();
        let judged = shared.settings.rules.judge(content);
        if matches!(judged, Judged::Commit) {
            return Ok(());
        }
        if !shared.ticket() {
            return Err("as many messages as were wanted");
        }
        self.messages += 1;
        // It is not idle while something decides about it.
        self.peer.set_in_message(true);
        match judged {
            Judged::Commit => {}
            Judged::Refused(refusal) => {
                let begun = Begun::new(received, content, refusal.header.as_ref());
                self.refuse(&refusal, content, begun);
            }
            Judged::Taken(message, header) => {
                let begun = Begun::new(received, content, Some(&header));
                self.lag(&header);
                if let Some(text) = odd_line(&message) {
                    shared.metrics.error("odd line", 1);
                    shared.log.warn(Some(self.peer), &text);
                }
                if let Err(refusal) = self.accept(&message, &header, content, begun) {
                    self.refuse(&refusal, content, begun);
                }
            }
        }
        if self.one_by_one || self.batch.records.len().max(self.batch.answers.len()) >= BATCH {
            self.submit();
        }
        Ok(())
    }

    /// Hands over what there is.
    fn submit(&mut self) {
        if self.batch.items.is_empty() {
            return;
        }
        let delay = self.shared.settings.ack_delay;
        if !delay.is_zero() {
            let _ = self.shared.control.sleep(delay);
        }
        let batch = std::mem::replace(&mut self.batch, Batch::new(self.peer.clone()));
        self.shared.committer.submit(batch, self.shared);
    }

    /// How long a message was under way since its MSH-7.
    fn lag(&self, header: &Header<'_>) {
        let Some(zone) = &self.shared.settings.zone else { return };
        if let Some(seconds) = super::lag::seconds(header.component(7, 1), zone) {
            self.shared.metrics.lag(seconds);
        }
    }
}

/// What somebody speaks who takes this for another port.
fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const HTTP: [&[u8]; 5] = [b"GET /", b"POST /", b"PUT /", b"HEAD /", b"OPTIONS "];
    match bytes {
        // A handshake record of any version.
        [0x16, 0x03, ..] => Some("TLS"),
        _ => HTTP.iter().any(|method| bytes.starts_with(method)).then_some("HTTP"),
    }
}
