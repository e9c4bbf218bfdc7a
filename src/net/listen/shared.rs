//! What all connections of a listener share.

use super::clock::now;
use super::commit::Committer;
use super::control::{Control, Reason};
use super::duplicates::Duplicates;
use super::log::Log;
use super::metrics::Metrics;
use super::peer::Peer;
use super::{Outcome, Settings};
use crate::core::mllp::{Commit, append_block};
use crate::io::Rejects;
use crate::net::ack::{Answer, Code, Fault, Header, Kind};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Bytes of messages that are not complete, over all connections.
const MOST_HELD: usize = 512 << 20;
/// Connections that are refused are told again after so long.
const TELL_AGAIN: Duration = Duration::from_secs(60);
/// Why a message was not accepted that could not be stored.
pub(super) const STORAGE: &str = "storage";

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) control: Arc<Control>,
    pub(super) committer: Committer,
    pub(super) metrics: Metrics,
    pub(super) log: Log,
    pub(super) duplicates: Option<Arc<Duplicates>>,
    rejects: Mutex<Option<Rejects>>,
    /// The last of them could not be written.
    rejects_full: AtomicBool,
    peers: Mutex<HashMap<u64, Arc<Peer>>>,
    /// A connection ended.
    pub(super) left: Condvar,
    /// Messages that may still be taken, if there is a limit.
    tickets: AtomicU64,
    /// Messages that were answered.
    done: AtomicU64,
    /// One was not accepted.
    pub(super) refused: AtomicBool,
    held: AtomicUsize,
    ids: Ids,
    full: AtomicBool,
    /// When a connection that was refused was last told.
    told: Mutex<Option<Instant>>,
}

/// Control ids of our own: 20 characters, the most that old versions allow.
#[derive(Debug)]
struct Ids {
    run: u64,
    next: AtomicU64,
}

impl Shared {
    pub(super) fn new(
        mut settings: Settings,
        control: Arc<Control>,
        committer: Committer,
        log: Log,
    ) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Microseconds in 12 hexadecimal digits.
        let run = u64::try_from(since.as_micros()).unwrap_or_default() & 0xFFFF_FFFF_FFFF;
        Self {
            duplicates: settings
                .duplicates
                .take()
                .map(|(then, window)| Arc::new(Duplicates::new(then, window))),
            rejects: Mutex::new(settings.rejects.take()),
            rejects_full: AtomicBool::new(false),
            tickets: AtomicU64::new(settings.count.unwrap_or(u64::MAX)),
            settings,
            control,
            committer,
            metrics: Metrics::default(),
            log,
            peers: Mutex::default(),
            left: Condvar::new(),
            done: AtomicU64::new(0),
            refused: AtomicBool::new(false),
            held: AtomicUsize::new(0),
            ids: Ids { run, next: AtomicU64::new(0) },
            full: AtomicBool::new(false),
            told: Mutex::new(None),
        }
    }

    /// Appends the blocks that answer a message; returns what they say, in a word.
    pub(super) fn append_answers(
        &self,
        header: Option<&Header<'_>>,
        code: Code,
        faults: &[Fault],
        out: &mut Vec<u8>,
    ) -> &'static str {
        let mut block = Vec::with_capacity(256);
        if self.settings.release2 {
            append_block(Commit::Ack.content(), out);
        }
        let now = now();
        let mut append = |code, kind| {
            let n = self.ids.next.fetch_add(1, Ordering::Relaxed);
            let id = format!("{:012X}{:08X}", self.ids.run, n & 0xFFFF_FFFF);
            block.clear();
            Answer { code, kind, id: &id, now, faults }.append(header, &mut block);
            append_block(&block, out);
            code.text(kind)
        };
        match (self.settings.ack_code, header) {
            (Some((forced, kind)), _) if code == Code::Accept => append(forced, kind),
            (_, None) => append(code, Kind::Application),
            (_, Some(header)) => {
                let mut said = "none";
                for kind in header.wanted(code) {
                    said = append(code, kind);
                }
                said
            }
        }
    }

    /// As [`Shared::append_answers`] for a message that could not be kept, and may come again.
    pub(super) fn append_not_kept(
        &self,
        header: Option<&Header<'_>>,
        faults: &[Fault],
        out: &mut Vec<u8>,
    ) -> &'static str {
        if self.settings.release2 {
            append_block(Commit::Nak.content(), out);
            return "NAK";
        }
        self.append_answers(header, Code::Error, faults, out)
    }

    /// Keeps the content of a block that could not be handled, as a block: what came in another
    /// one never becomes a part of it.
    pub(super) fn reject_block(&self, content: &[u8]) {
        let mut block = Vec::new();
        append_block(content, &mut block);
        self.reject(&block, true);
    }

    /// Keeps bytes that are in no block. If they cannot be written the next ones are tried all the
    /// same, for a full disk does not stay full.
    pub(super) fn reject(&self, bytes: &[u8], begins: bool) {
        let rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(added) = rejects.as_ref().map(|file| file.add(bytes, begins)) else { return };
        drop(rejects);
        match (added, self.rejects_full.load(Ordering::Relaxed)) {
            (Ok(()), false) | (Err(_), true) => {}
            (Ok(()), true) => {
                self.rejects_full.store(false, Ordering::Relaxed);
                self.log.warn(None, "the rejects can be written again");
            }
            (Err(_), false) => {
                self.rejects_full.store(true, Ordering::Relaxed);
                let text = "the rejects cannot be written; each is tried, and lost until they can";
                self.log.error(text);
            }
        }
    }

    /// Begins the file of rejects anew, when somebody has moved it away.
    pub(super) fn reopen_rejects(&self, path: &std::path::Path) -> bool {
        match Rejects::appending(path) {
            Ok(file) => {
                *self.rejects.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
                true
            }
            Err(_) => {
                self.log.error(
                    "the file of the rejects cannot be opened anew; they go to the one before",
                );
                false
            }
        }
    }

    /// Whether one more message may be taken.
    pub(super) fn ticket(&self) -> bool {
        if self.settings.count.is_none() {
            return true;
        }
        let take = |left: u64| left.checked_sub(1);
        self.tickets.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }

    /// A message was answered.
    pub(super) fn settled(&self, peer: &Peer, outcome: &Outcome, now: Instant) {
        if outcome.code == Code::Accept {
            if let Some(claim) = &outcome.claim {
                claim.accepted(now);
            }
        } else {
            self.refused.store(true, Ordering::Relaxed);
            self.metrics.refused.fetch_add(1, Ordering::Relaxed);
        }
        let after = now.saturating_duration_since(outcome.received);
        self.metrics.messages.fetch_add(1, Ordering::Relaxed);
        self.metrics.bytes.fetch_add(outcome.bytes as u64, Ordering::Relaxed);
        self.metrics.answered(outcome.label, outcome.said, after);
        if let Some(why) = outcome.why {
            self.metrics.error(why, 1);
        }
        if self.log.is_on() {
            let mut facts = vec![
                ("type", json!(outcome.label.to_string())),
                ("code", json!(outcome.said)),
                ("bytes", json!(outcome.bytes)),
                ("ms", json!((after.as_secs_f64() * 1e5).round() / 100.0)),
            ];
            if let Some(why) = outcome.why {
                facts.push(("reason", Value::from(why)));
            }
            if let Some(detail) = &outcome.detail {
                facts.push(("text", json!(detail)));
            }
            self.log.event("message", Some(peer), &facts);
        } else if let Some(why) = outcome.why.filter(|why| *why != STORAGE) {
            // That nothing can be stored is told once.
            let detail = outcome.detail.as_ref().map(|text| format!(" ({text})"));
            let detail = detail.unwrap_or_default();
            let text = format!("a message was answered {}: {why}{detail}", outcome.said);
            self.log.warn(Some(peer), &text);
        }
        let done = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        if self.settings.count == Some(done) {
            self.control.stop(Reason::Count);
        }
    }

    pub(super) fn stop_for_closed_output(&self) {
        self.control.stop(Reason::Closed);
    }

    /// Messages were stored.
    pub(super) fn stored(&self) {
        if self.full.load(Ordering::Relaxed) && self.full.swap(false, Ordering::Relaxed) {
            self.log.warn(None, "messages can be stored again");
        }
    }

    pub(super) fn storage_failed(&self, why: &str, broken: bool) {
        if broken {
            self.log.error(&format!("messages cannot be stored any more: {why}"));
            self.control.stop(Reason::Broken);
        } else if !self.full.swap(true, Ordering::Relaxed) {
            self.log.error(&format!("messages cannot be stored: {why}"));
        }
    }

    /// Notes that a connection holds `now` bytes of an incomplete message, and before held
    /// `before`; `false` if that is more than all together may.
    pub(super) fn hold(&self, before: usize, now: usize) -> bool {
        if now <= before {
            self.held.fetch_sub(before - now, Ordering::Relaxed);
            return true;
        }
        let most = MOST_HELD.max(self.settings.max_message.saturating_mul(2));
        self.held.fetch_add(now - before, Ordering::Relaxed) + (now - before) <= most
    }

    /// Tells that a connection was refused, at most once a minute: who tries may try often.
    pub(super) fn refused_connection(&self, address: IpAddr, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|when| when.elapsed() >= TELL_AGAIN) {
            *told = Some(Instant::now());
            drop(told);
            self.log.warn(None, &format!("a connection from {address} was refused: {why}"));
        }
    }

    /// Whether messages could not be stored when it was last tried.
    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Registers a connection. When there are as many as may be, the address that has the most
    /// makes room with its longest idle one, if the new one's has fewer; or else its own does: a
    /// sender that forgets connections must not lock itself out.
    pub(super) fn admit(&self, peer: &Arc<Peer>) -> bool {
        let ip = |peer: &Peer| peer.address.ip();
        let mut peers = self.lock_peers();
        if peers.len() >= self.settings.max_connections {
            let mut counts: HashMap<IpAddr, usize> = HashMap::new();
            peers.values().for_each(|peer| *counts.entry(ip(peer)).or_default() += 1);
            let own = counts.get(&ip(peer)).copied().unwrap_or(0);
            let Some((&most, &count)) = counts.iter().max_by_key(|(_, count)| **count) else {
                return false;
            };
            let idle = |of: IpAddr| {
                peers
                    .values()
                    .filter(|peer| ip(peer) == of)
                    .filter_map(|peer| Some((peer.idle_for()?, peer)))
                    .max_by_key(|(time, _)| *time)
            };
            let others = (own + 1 < count).then(|| idle(most)).flatten();
            let Some((_, idle)) = others.or_else(|| idle(ip(peer))) else { return false };
            idle.cut("idle, and made room for another");
            let id = idle.id;
            peers.remove(&id);
        }
        peers.insert(peer.id, peer.clone());
        self.metrics.connections.store(peers.len() as u64, Ordering::Relaxed);
        true
    }

    /// A connection has ended.
    pub(super) fn leave(&self, peer: &Peer) {
        let mut peers = self.lock_peers();
        peers.remove(&peer.id);
        self.metrics.connections.store(peers.len() as u64, Ordering::Relaxed);
        drop(peers);
        self.left.notify_all();
    }

    /// The connections by their numbers.
    pub(super) fn lock_peers(&self) -> MutexGuard<'_, HashMap<u64, Arc<Peer>>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all connections have ended; `false` if some have not by then.
    pub(super) fn wait_for_all(&self, end: Instant) -> bool {
        let mut peers = self.lock_peers();
        while !peers.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let left = left.min(Duration::from_millis(200));
            peers = self.left.wait_timeout(peers, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}
