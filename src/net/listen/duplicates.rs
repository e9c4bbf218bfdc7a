//! Messages that came before.
//!
//! A sender that has seen no answer sends again. The same message is known by sender (MSH-3 and
//! MSH-4), control id and content. A control id that comes again with other content is no
//! repetition: to acknowledge it without keeping it would lose a message.

use crate::net::ack::Header;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many messages are remembered at most.
const MOST: usize = 1 << 20;

/// What is done with a message that came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicate {
    /// It is answered as the first was, and not kept again.
    Ack,
    /// It is rejected.
    Reject,
}

/// Messages that were accepted within a span of time.
#[derive(Debug)]
pub(super) struct Duplicates {
    /// What is done with them.
    pub(super) then: Duplicate,
    window: Duration,
    hasher: RandomState,
    seen: Mutex<Seen>,
    /// What came of a message that was under way is known.
    settled: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    /// Messages that are under way.
    pending: HashSet<Key>,
    contents: HashMap<u64, u64>,
    order: VecDeque<(Instant, Key)>,
}

/// A message by what it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    sender: u64,
    content: u64,
}

/// A message that is under way, and the only one of its key.
#[derive(Debug)]
pub(super) struct Claim {
    of: Arc<Duplicates>,
    key: Key,
}

impl Claim {
    /// It is accepted, and remembered.
    pub(super) fn accepted(&self, now: Instant) {
        let mut seen = self.of.lock();
        seen.forget(now, self.of.window);
        seen.contents.insert(self.key.sender, self.key.content);
        seen.order.push_back((now, self.key));
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.of.lock().pending.remove(&self.key);
        self.of.settled.notify_all();
    }
}

/// What a message is.
#[derive(Debug)]
pub(super) enum Known {
    /// It was not accepted before.
    New(Claim),
    /// It came before and is under way.
    Pending,
    /// It was accepted.
    Accepted,
}

impl Duplicates {
    /// Remembers for as long as `window`.
    pub(super) fn new(then: Duplicate, window: Duration) -> Self {
        Self {
            then,
            window,
            hasher: RandomState::new(),
            seen: Mutex::default(),
            settled: Condvar::new(),
        }
    }

    /// By what a message is known.
    pub(super) fn key(&self, header: &Header<'_>, content: &[u8]) -> Key {
        let sender = (header.field(3), header.field(4), header.field(10));
        Key { sender: self.hasher.hash_one(sender), content: self.hasher.hash_one(content) }
    }

    /// Takes a message, unless it was accepted before or is under way.
    pub(super) fn claim(self: &Arc<Self>, key: Key) -> Known {
        let mut seen = self.lock();
        seen.forget(Instant::now(), self.window);
        if seen.contents.get(&key.sender) == Some(&key.content) {
            Known::Accepted
        } else if seen.pending.insert(key) {
            Known::New(Claim { of: self.clone(), key })
        } else {
            Known::Pending
        }
    }

    /// Waits while a message is under way. Who waits must hold no claim that waits for it.
    pub(super) fn wait(&self, key: Key) {
        let mut seen = self.lock();
        while seen.pending.contains(&key) {
            seen = self.settled.wait(seen).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn forget(&mut self, now: Instant, window: Duration) {
        while let Some(&(when, key)) = self.order.front()
            && (now.saturating_duration_since(when) > window || self.order.len() >= MOST)
        {
            self.order.pop_front();
            if self.contents.get(&key.sender) == Some(&key.content) {
                self.contents.remove(&key.sender);
            }
        }
    }
}
