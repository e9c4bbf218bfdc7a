//! What is acknowledged is safe: messages are stored in the order in which they came, and their
//! answers sent when they are where they belong.
//!
//! Where the disk is waited for, readers hand over batches and read on. One thread, the committer,
//! takes all that have come while the disk was busy, and waits once for all of them. If nothing
//! else is under way a reader does it itself, which saves a lone sender two changes of threads. So
//! it always is where nothing is waited for.

use super::Outcome;
use super::archive::{Archive, Failure};
use super::peer::{Flusher, Peer};
use super::shared::{STORAGE, Shared};
use crate::core::mllp::VT;
use crate::net::ack::{Code, Condition, Fault, Header};
use rustix::event::{PollFd, PollFlags, poll};
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Readers wait while more than this is to be stored, in bytes.
const MOST_QUEUED: usize = 32 << 20;
/// A buffer that is longer is given back.
const KEPT: usize = 1 << 20;

/// When the disk is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// After each message.
    Message,
    /// Once for all messages that came while it was busy.
    #[default]
    Group,
    /// Never: a power failure loses what was acknowledged.
    None,
}

/// Where messages are stored, all of them in one order.
#[derive(Debug)]
pub(super) struct Store {
    archive: Option<Archive>,
    sync: Sync,
    output: Option<File>,
    /// What is on the disk is not known any more.
    broken: bool,
    /// Nobody reads the output.
    closed: bool,
    gathered: Vec<u8>,
}

/// Messages of one connection, in order.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) peer: Arc<Peer>,
    /// What is to be stored, one message behind the other.
    pub(super) records: Vec<u8>,
    /// What is to be sent when it is, one answer behind the other.
    pub(super) answers: Vec<u8>,
    pub(super) items: Vec<Item>,
}

/// A message of a batch.
#[derive(Debug)]
pub(super) struct Item {
    /// What is stored of it; empty if nothing is.
    pub(super) record: Range<usize>,
    pub(super) answer: Range<usize>,
    pub(super) outcome: Outcome,
}

impl Batch {
    pub(super) fn new(peer: Arc<Peer>) -> Self {
        Self { peer, records: Vec::new(), answers: Vec::new(), items: Vec::new() }
    }

    fn weight(&self) -> usize {
        self.records.len() + self.answers.len() + 1
    }
}

#[derive(Debug, Default)]
struct Queue {
    batches: Vec<Batch>,
    weight: usize,
    /// The committer waits to be told of one.
    asleep: bool,
}

/// Stores batches and sends their answers.
#[derive(Debug)]
pub(super) struct Committer {
    store: Mutex<Store>,
    /// Storing takes the time of a disk.
    waits: bool,
    queue: Mutex<Queue>,
    more: Condvar,
    room: Condvar,
    pub(super) flusher: Flusher,
}

impl Committer {
    pub(super) fn new(store: Store) -> Self {
        Self {
            waits: store.archive.is_some() && store.sync != Sync::None,
            store: Mutex::new(store),
            queue: Mutex::default(),
            more: Condvar::new(),
            room: Condvar::new(),
            flusher: Flusher::default(),
        }
    }

    /// Takes a batch, now or soon. Batches of one connection stay in order.
    pub(super) fn submit(&self, batch: Batch, shared: &Shared) {
        let before = batch.peer.promise(batch.items.len());
        let store = if self.waits {
            self.store.try_lock().ok().filter(|_| before == 0 && self.is_idle())
        } else {
            Some(self.store.lock().unwrap_or_else(PoisonError::into_inner))
        };
        if let Some(store) = store {
            return self.commit(store, vec![batch], shared);
        }
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        while queue.weight > MOST_QUEUED {
            queue = self.room.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.weight += batch.weight();
        queue.batches.push(batch);
        let asleep = std::mem::take(&mut queue.asleep);
        drop(queue);
        if asleep {
            self.more.notify_one();
        }
    }

    fn is_idle(&self) -> bool {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).batches.is_empty()
    }

    /// Stores what comes for ever; a thread of its own.
    pub(super) fn run(&self, shared: &Shared) {
        loop {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            while queue.batches.is_empty() {
                queue.asleep = true;
                queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            queue.asleep = false;
            drop(queue);
            let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            // Only now: what came while the store was busy is one group.
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let batches = std::mem::take(&mut queue.batches);
            let was_full = queue.weight > MOST_QUEUED;
            queue.weight = 0;
            drop(queue);
            if was_full {
                self.room.notify_all();
            }
            self.commit(store, batches, shared);
        }
    }

    /// Whether so many bytes could be stored now, as far as that can be known.
    pub(super) fn could_store(&self, count: usize) -> bool {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let broken = store.broken;
        let could = match &mut store.archive {
            Some(archive) if !broken => archive.try_room(count),
            _ => Ok(()),
        };
        if matches!(could, Err(Failure::Broken(_))) {
            store.broken = true;
        }
        !broken && could.is_ok()
    }

    /// Waits until nothing is under way and ends the output.
    pub(super) fn finish(&self) -> io::Result<()> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let broken = store.broken;
        let ended = match &mut store.archive {
            Some(archive) if !broken => archive.sync(),
            _ => Ok(()),
        };
        ended.map_err(|(Failure::Refused(e) | Failure::Broken(e))| e)
    }

    fn commit(&self, mut store: MutexGuard<'_, Store>, mut batches: Vec<Batch>, shared: &Shared) {
        if store.sync == Sync::Message && store.archive.is_some() {
            for batch in &mut batches {
                for n in 0..batch.items.len() {
                    let record = batch.items[n].record.clone();
                    let kept = store.keep(&batch.records[record]);
                    self.settle(batch, n..n + 1, &kept, shared);
                }
            }
            return;
        }
        let kept = match &batches[..] {
            [batch] => store.keep(&batch.records),
            batches => {
                let mut gathered = std::mem::take(&mut store.gathered);
                gathered.clear();
                for batch in batches {
                    gathered.extend_from_slice(&batch.records);
                }
                let kept = store.keep(&gathered);
                if gathered.capacity() <= KEPT {
                    store.gathered = gathered;
                }
                kept
            }
        };
        // Others may store meanwhile, but nothing of connections that are to be answered.
        drop(store);
        for batch in &mut batches {
            let all = 0..batch.items.len();
            self.settle(batch, all, &kept, shared);
        }
    }

    /// Answers messages of a batch.
    fn settle(&self, batch: &mut Batch, which: Range<usize>, kept: &Kept, shared: &Shared) {
        let Some(items) = batch.items.get_mut(which) else { return };
        let (Some(first), Some(last)) = (items.first(), items.last()) else { return };
        let count = items.len();
        match kept {
            Kept::Yes => {
                let bytes = batch.answers.get(first.answer.start..last.answer.end);
                Peer::answer(&batch.peer, bytes.unwrap_or_default(), count, &self.flusher);
                if items.iter().any(|item| !item.record.is_empty()) {
                    shared.stored();
                }
            }
            Kept::No { why, .. } => {
                let mut answers = Vec::new();
                for item in items.iter_mut() {
                    if item.record.is_empty() {
                        answers.extend_from_slice(&batch.answers[item.answer.clone()]);
                    } else {
                        let record = &batch.records[item.record.clone()];
                        let fault = Fault::new(Condition::Internal, why.clone());
                        item.outcome.code = Code::Error;
                        item.outcome.why = Some(STORAGE);
                        let header = Header::of(record.strip_prefix(&[VT]).unwrap_or(record));
                        let said = shared.append_not_kept(header.as_ref(), &[fault], &mut answers);
                        item.outcome.said = said;
                    }
                }
                Peer::answer(&batch.peer, &answers, count, &self.flusher);
            }
            Kept::Closed => {
                // Not acknowledged: the sender knows that it must send again.
                batch.peer.cut("nobody reads standard output");
                Peer::answer(&batch.peer, b"", count, &self.flusher);
                return shared.stop_for_closed_output();
            }
        }
        let now = Instant::now();
        for item in items {
            shared.settled(&batch.peer, &item.outcome, now);
        }
        if let Kept::No { why, broken } = kept {
            shared.storage_failed(why, *broken);
        }
    }
}

/// What came of storing.
#[derive(Clone, Debug)]
enum Kept {
    Yes,
    /// Nothing of it.
    No {
        why: String,
        /// Nor will anything be later.
        broken: bool,
    },
    /// Nobody reads the output.
    Closed,
}

impl Store {
    pub(super) fn new(archive: Option<Archive>, sync: Sync, output: Option<File>) -> Self {
        Self { archive, sync, output, broken: false, closed: false, gathered: Vec::new() }
    }

    /// Puts messages where they belong; on the disk before the output.
    fn keep(&mut self, bytes: &[u8]) -> Kept {
        if bytes.is_empty() {
            return Kept::Yes;
        }
        if self.broken {
            return Kept::No { why: "storing has failed before".to_owned(), broken: true };
        }
        if self.closed {
            return Kept::Closed;
        }
        if let Some(archive) = &mut self.archive {
            match archive.keep(bytes, self.sync != Sync::None) {
                Ok(()) => {}
                Err(Failure::Refused(e)) => return Kept::No { why: reason(&e), broken: false },
                Err(Failure::Broken(e)) => {
                    self.broken = true;
                    return Kept::No { why: reason(&e), broken: true };
                }
            }
        }
        let Some(output) = &mut self.output else { return Kept::Yes };
        match write_all(output, bytes) {
            Ok(()) => Kept::Yes,
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Kept::Closed
            }
            // A part may be in it, which cannot be taken back.
            Err(e) => {
                self.broken = true;
                Kept::No { why: reason(&e), broken: true }
            }
        }
    }
}

/// Writes all, also where another process has made the pipe one that never waits.
fn write_all(mut output: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match output.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                let _ = poll(&mut [PollFd::new(output, PollFlags::OUT)], None);
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// What the system says, without numbers.
fn reason(error: &io::Error) -> String {
    crate::io::source::plain_error(error)
}
