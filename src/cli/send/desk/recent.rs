//! Messages that were accepted with CA a moment ago: the application behind may still refuse them.

use super::sheet::Letter;
use crate::core::expr::Origin;
use crate::net::send::{Fingerprint, Settled};
use std::collections::VecDeque;
use std::time::Instant;

/// So many messages are remembered.
const MOST: usize = 1024;
/// So many bytes of them; one message may have more.
const MOST_BYTES: usize = 16 << 20;

/// The messages that were accepted last.
#[derive(Debug, Default)]
pub(super) struct Recent {
    messages: VecDeque<Stored>,
    bytes: usize,
}

/// A message that was accepted, with all that a refusal needs.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) control_id: Vec<u8>,
    /// Where it stands, for people.
    pub(super) place: String,
    file: Vec<u8>,
    number: u64,
    offset: u64,
    pub(super) fingerprint: Option<Fingerprint>,
    /// Its bytes with what ended it; empty where there are no rejects.
    pub(super) whole: Vec<u8>,
    /// When it was last sent.
    pub(super) sent: Instant,
    pub(super) tries: u32,
}

impl Stored {
    pub(super) fn origin(&self) -> Origin<'_> {
        Origin { file: &self.file, number: self.number, offset: self.offset }
    }
}

impl Recent {
    /// Remembers a message, and forgets the oldest if there are too many.
    pub(super) fn add(
        &mut self,
        letter: &Letter<'_>,
        control_id: &[u8],
        settled: &Settled<'_>,
        has_rejects: bool,
    ) {
        let Origin { file, number, offset } = letter.item.origin();
        let now = Instant::now();
        let whole = if has_rejects { letter.item.whole.to_vec() } else { Vec::new() };
        self.bytes += whole.len();
        self.messages.push_back(Stored {
            control_id: control_id.to_vec(),
            place: letter.item.place(),
            file: file.to_vec(),
            number,
            offset,
            fingerprint: letter.fingerprint,
            whole,
            sent: now.checked_sub(settled.took).unwrap_or(now),
            tries: settled.tries,
        });
        while self.messages.len() > MOST || self.messages.len() > 1 && self.bytes > MOST_BYTES {
            self.remove(0);
        }
    }

    /// Takes out the message with this control id that was accepted last.
    pub(super) fn take(&mut self, control_id: &[u8]) -> Option<Stored> {
        self.remove(self.messages.iter().rposition(|stored| stored.control_id == control_id)?)
    }

    fn remove(&mut self, at: usize) -> Option<Stored> {
        let stored = self.messages.remove(at)?;
        self.bytes -= stored.whole.len();
        Some(stored)
    }
}
