//! A connection from its first byte to its last; a thread of its own.

use super::commit::{Batch, Item};
use super::duplicates::{Claim, Duplicate, Known};
use super::forward::Link;
use super::judge::{Judged, Refusal};
use super::peer::{Heard, Peer};
use super::shared::{STORAGE, Shared};
use super::{Label, Outcome};
use crate::core::Message;
use crate::core::mllp::{Commit, Deframer, Piece, append_block};
use crate::net::ack::{Code, Condition, Fault, Header};
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
            super::log::reason(&e)
        }
    };
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
        // When the message that has begun must be complete.
        let mut begun: Option<Instant> = None;
        loop {
            let waits = deframer.waits_for_end();
            let shaking = peer.is_shaking_hands();
            let wanted = if waits {
                Some(SILENCE)
            } else if shaking {
                Some(HANDSHAKE)
            } else if begun.is_some() {
                Some(settings.message_timeout)
            } else {
                settings.idle_timeout
            };
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
            let bytes = deframer.begun();
            peer.set_in_message(bytes.is_some());
            let held = bytes.map_or(0, |_| deframer.held());
            let fits = shared.hold(self.held, held);
            self.held = held;
            if !fits {
                shared.log.warn(Some(peer), "no memory is left for a message this long");
                return Ok("no memory");
            }
            match bytes {
                None => begun = None,
                Some(bytes) => {
                    let since = *begun.get_or_insert(heard);
                    let more = Duration::from_secs((bytes / SLOWEST) as u64);
                    if heard.duration_since(since) > settings.message_timeout + more {
                        self.torn(&deframer, "slow");
                        return Ok("a message took too long");
                    }
                }
            }
        }
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

    /// Takes a message: what decides about it first, what keeps it then.
    fn accept<'a>(
        &mut self,
        message: &Message<'_>,
        header: &Header<'a>,
        content: &[u8],
        begun: Begun,
    ) -> Result<(), Box<Refusal<'a>>> {
        let shared = self.shared;
        let settings = &shared.settings;
        let refuse = |code, why, fault| Refusal::new(Some(*header), code, why, vec![fault]);
        let mut claim = None;
        if let Some(known) = &shared.duplicates {
            let key = known.key(header, message.bytes());
            claim = loop {
                match known.claim(key) {
                    Known::New(claim) => break Some(claim),
                    Known::Pending => {
                        // It may be one of our own.
                        self.submit();
                        known.wait(key);
                    }
                    Known::Accepted if known.then == Duplicate::Ack => {
                        self.answer(header, self.batch.records.len(), begun, None);
                        return Ok(());
                    }
                    Known::Accepted => {
                        let text = "it has come before";
                        let fault = Fault::in_header(10, Condition::DuplicateKey, text);
                        return Err(refuse(Code::Reject, "duplicate", fault).unkept());
                    }
                }
            };
        }
        let start = self.batch.records.len();
        if let Err(why) = settings.pass.append(message, &mut self.batch.records) {
            let fault = Fault::new(Condition::Internal, why.to_string());
            return Err(refuse(Code::Reject, "form", fault));
        }
        if shared.is_full() && (settings.exec.is_some() || self.link.is_some()) {
            // What decides about it must not do so again and again, for nothing.
            let count = self.batch.records.len() - start;
            let files = settings.files.as_ref().is_none_or(|files| files.could_write(count));
            if !files || (settings.stores && !shared.committer.could_store(count)) {
                self.batch.records.truncate(start);
                let fault = Fault::new(Condition::Internal, "it could not be stored");
                return Err(refuse(Code::Error, STORAGE, fault).unkept());
            }
        }
        if let Some(exec) = &settings.exec {
            let record = &self.batch.records[start..];
            let ran = exec.run(record, header, begun.label, self.peer.address);
            if let Err((code, fault)) = ran {
                self.batch.records.truncate(start);
                return Err(refuse(code, "exec", fault).unkept());
            }
        }
        let mut forwarded = Vec::new();
        let mut said = "none";
        if let Some(link) = &mut self.link {
            let (peer, flusher) = (self.peer, &shared.committer.flusher);
            // With release 2 the commit block comes first, which waits for the rest.
            let early = !settings.release2;
            let mut interim = |block: &[u8]| {
                if early {
                    Peer::answer(peer, block, 0, flusher);
                }
                early
            };
            let answered = link.send(content, header, &mut forwarded, &mut interim);
            if let Ok(Some((code, kind))) = answered {
                said = code.text(kind);
            }
            match answered {
                Ok(None | Some((Code::Accept, _))) => {}
                Ok(Some((code, _))) => {
                    self.batch.records.truncate(start);
                    self.settle(start, &forwarded, said, code, Some("forward"), begun, None);
                    return Ok(());
                }
                Err(e) => {
                    self.batch.records.truncate(start);
                    let text = format!("no answer: {}", super::log::reason(&e));
                    let fault = Fault::new(Condition::Internal, text);
                    return Err(refuse(Code::Error, "forward", fault).unkept());
                }
            }
        }
        if let Some(files) = &settings.files
            && let Err(e) = files.write(&self.batch.records[start..], settings.sync_files)
        {
            // The reason has the name of a file in it, which is no concern of the sender.
            shared.storage_failed(&crate::io::source::plain_error(&e), false);
            self.batch.records.truncate(start);
            let fault = Fault::new(Condition::Internal, "it could not be written");
            return Err(refuse(Code::Error, STORAGE, fault).unkept());
        }
        if !settings.stores && settings.files.is_some() {
            shared.stored();
        }
        if !settings.stores {
            // The other sinks have it; nothing is left to do before the answer.
            self.batch.records.truncate(start);
        }
        if self.link.is_some() {
            self.settle(start, &forwarded, said, Code::Accept, None, begun, claim);
        } else {
            self.answer(header, start, begun, claim);
        }
        Ok(())
    }

    fn answer(&mut self, header: &Header<'_>, start: usize, begun: Begun, claim: Option<Claim>) {
        let mut answers = std::mem::take(&mut self.batch.answers);
        let from = answers.len();
        let said = self.shared.append_answers(Some(header), Code::Accept, &[], &mut answers);
        self.batch.answers = answers;
        self.item(start, from, said, Code::Accept, None, begun, claim);
    }

    /// Passes on answers that came from elsewhere.
    #[allow(clippy::too_many_arguments)]
    fn settle(
        &mut self,
        start: usize,
        answers: &[u8],
        said: &'static str,
        code: Code,
        why: Option<&'static str>,
        begun: Begun,
        claim: Option<Claim>,
    ) {
        let from = self.batch.answers.len();
        let mut said = said;
        if self.shared.settings.release2 && code == Code::Error {
            said = self.shared.append_not_kept(None, &[], &mut self.batch.answers);
        } else {
            if self.shared.settings.release2 {
                append_block(Commit::Ack.content(), &mut self.batch.answers);
            }
            self.batch.answers.extend_from_slice(answers);
        }
        self.item(start, from, said, code, why, begun, claim);
    }

    fn refuse(&mut self, refusal: &Refusal<'_>, content: &[u8], begun: Begun) {
        if refusal.kept {
            self.shared.reject_block(content);
        }
        let mut answers = std::mem::take(&mut self.batch.answers);
        let from = answers.len();
        let header = refusal.header.as_ref();
        let faults = &refusal.faults;
        let said = if refusal.code == Code::Error && !refusal.kept {
            self.shared.append_not_kept(header, faults, &mut answers)
        } else {
            self.shared.append_answers(header, refusal.code, faults, &mut answers)
        };
        self.batch.answers = answers;
        let start = self.batch.records.len();
        self.item(start, from, said, refusal.code, Some(refusal.why), begun, None);
    }

    #[allow(clippy::too_many_arguments)]
    fn item(
        &mut self,
        start: usize,
        from: usize,
        said: &'static str,
        code: Code,
        why: Option<&'static str>,
        begun: Begun,
        claim: Option<Claim>,
    ) {
        let Begun { received, label, bytes } = begun;
        self.batch.items.push(Item {
            record: start..self.batch.records.len(),
            answer: from..self.batch.answers.len(),
            outcome: Outcome { label, said, code, why, bytes, received, claim },
        });
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

/// What is known of a message from the start.
#[derive(Clone, Copy)]
struct Begun {
    received: Instant,
    label: Label,
    bytes: usize,
}

impl Begun {
    fn new(received: Instant, content: &[u8], header: Option<&Header<'_>>) -> Self {
        let label = header.map_or(Label::OTHER, Label::of);
        Self { received, label, bytes: content.len() }
    }
}
