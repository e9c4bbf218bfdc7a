//! Messages that came before.
//!
//! A sender that has seen no answer sends again. The same message is known by sender (MSH-3 and
//! MSH-4), control id and content. A control id that comes again with other content is no
//! repetition: to acknowledge it without keeping it would lose a message.

use crate::net::ack::Header;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
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
}

#[derive(Debug, Default)]
struct Seen {
    contents: HashMap<u64, u64>,
    order: VecDeque<(Instant, Key)>,
}

/// A message by what it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    sender: u64,
    content: u64,
}

impl Duplicates {
    /// Remembers for as long as `window`.
    pub(super) fn new(then: Duplicate, window: Duration) -> Self {
        Self { then, window, hasher: RandomState::new(), seen: Mutex::default() }
    }

    /// By what a message is known.
    pub(super) fn key(&self, header: &Header<'_>, content: &[u8]) -> Key {
        let sender = (header.field(3), header.field(4), header.field(10));
        Key { sender: self.hasher.hash_one(sender), content: self.hasher.hash_one(content) }
    }

    /// Whether it was accepted before.
    pub(super) fn has(&self, key: Key) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget(Instant::now(), self.window);
        seen.contents.get(&key.sender) == Some(&key.content)
    }

    /// Remembers it, now that it is accepted.
    pub(super) fn add(&self, key: Key, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget(now, self.window);
        seen.contents.insert(key.sender, key.content);
        seen.order.push_back((now, key));
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
