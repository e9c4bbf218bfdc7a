//! One connection and the messages that go over it, in order.

use super::{Failure, Fate, Link, Observer, Parcel, Policy, Refusal, Settled, lock};
use crate::core::mllp::{Commit, Piece};
use crate::net::ack::{Answer, Code, Header, Kind};
use crate::net::reply::{Ack, Expect, Reply, Verdict, replies};
use std::collections::VecDeque;
use std::fmt::Display;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Some receivers close behind each message. Whether one does is found out once, before the
/// second message of a connection; else that message would go into a closing connection, and
/// nobody could tell whether it arrived.
const UNTIL_CLOSED: Duration = Duration::from_millis(50);

/// A pause is interrupted by the end of the run after so long at most.
const NAP: Duration = Duration::from_millis(50);

/// What is known of the receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Habit {
    #[default]
    Unknown,
    KeepsOpen,
    ClosesEachTime,
}

/// A connection, which outlives the messages of one delivery.
#[derive(Default)]
pub struct Lane {
    link: Option<Box<dyn Link>>,
    /// Messages that were answered on this connection.
    served: u64,
    habit: Habit,
    /// Failures in a row.
    failures: u32,
    /// The last answer was a CA that was enough.
    ends_with_ca: bool,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane").field("served", &self.served).finish_non_exhaustive()
    }
}

/// A message that is to be sent.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    index: usize,
    /// How often it was sent.
    tries: u32,
}

/// A message that was sent and has no answer yet.
#[derive(Clone, Copy, Debug)]
struct Flying {
    index: usize,
    tries: u32,
    /// Where it stands among the bytes of the connection.
    place: u64,
    put: Instant,
    /// Since when its answer is waited for: its last byte was written, or CA came.
    since: Option<Instant>,
    /// CA came, and another answer is to come.
    is_stored: bool,
}

impl Lane {
    /// Sends the parcels with these numbers, and returns when all are settled.
    ///
    /// # Errors
    /// When the observer failed.
    pub fn deliver<O: Observer>(
        &mut self,
        policy: &Policy,
        parcels: &[Parcel<'_>],
        share: &[usize],
        observer: &Mutex<O>,
    ) -> io::Result<()> {
        let waiting = share.iter().map(|&index| Waiting { index, tries: 0 }).collect();
        let flying = VecDeque::with_capacity(policy.window);
        let now = Instant::now();
        Delivery { lane: self, policy, parcels, observer, waiting, flying, due: None, moved: now }
            .all()
    }

    /// Hears what comes behind the last answer. It waits for that only where a CA was enough, though
    /// nobody has asked for it: then an answer of the application may follow.
    ///
    /// # Errors
    /// When the observer failed.
    pub fn hear_out<O: Observer>(
        &mut self,
        policy: &Policy,
        until: Instant,
        observer: &Mutex<O>,
    ) -> io::Result<()> {
        let Some(link) = &mut self.link else { return Ok(()) };
        let waits = self.ends_with_ca && policy.expect == Expect::Either && !policy.is_stopped();
        let until = if waits { until } else { Instant::now() };
        is_gone(&mut **link, until, policy, observer).map(drop)
    }
}

struct Delivery<'d, O> {
    lane: &'d mut Lane,
    policy: &'d Policy,
    parcels: &'d [Parcel<'d>],
    observer: &'d Mutex<O>,
    waiting: VecDeque<Waiting>,
    flying: VecDeque<Flying>,
    /// When the next message may be sent.
    due: Option<Instant>,
    /// When the last bytes left.
    moved: Instant,
}

impl<O: Observer> Delivery<'_, O> {
    fn all(&mut self) -> io::Result<()> {
        while !(self.waiting.is_empty() && self.flying.is_empty()) {
            if self.policy.is_stopped() {
                if self.flying.is_empty() {
                    return self.leave_rest();
                }
                if self.policy.is_interrupted() {
                    self.lost(&Failure::of("interrupted"))?;
                    continue;
                }
            } else {
                self.fill()?;
            }
            if !self.flying.is_empty() {
                self.exchange()?;
            }
        }
        Ok(())
    }

    /// Puts as many messages on the connection as may be.
    fn fill(&mut self) -> io::Result<()> {
        let Self { policy, parcels, .. } = *self;
        self.due = None;
        while self.flying.len() < policy.window {
            let Some(&Waiting { index, tries }) = self.waiting.front() else { break };
            let parcel = &parcels[index];
            // Their answers could not be told apart.
            if self.flying.iter().any(|f| parcels[f.index].control_id == parcel.control_id) {
                break;
            }
            if self.flying.is_empty() && !self.connected()? {
                return Ok(());
            }
            let now = Instant::now();
            if let Some(Err(due)) = policy.pacer.as_ref().map(|pacer| pacer.take(now)) {
                if self.flying.is_empty() {
                    self.pause(due.saturating_duration_since(now));
                    return Ok(());
                }
                self.due = Some(due);
                break;
            }
            let Some(link) = &mut self.lane.link else { break };
            if !link.has_more() {
                self.moved = now;
            }
            let place = link.put(parcel.content);
            self.waiting.pop_front();
            self.flying.push_back(Flying {
                index,
                tries: tries + 1,
                place,
                put: now,
                since: None,
                is_stored: false,
            });
        }
        Ok(())
    }

    /// Sees to it that there is a connection that the receiver has not closed.
    fn connected(&mut self) -> io::Result<bool> {
        let lane = &mut *self.lane;
        if let Some(link) = &mut lane.link {
            let closes = self.policy.reconnect || lane.habit == Habit::ClosesEachTime;
            let wait = if lane.habit == Habit::Unknown && lane.served == 1 {
                UNTIL_CLOSED
            } else {
                Duration::ZERO
            };
            let until = Instant::now() + wait;
            if (closes && lane.served > 0)
                || is_gone(&mut **link, until, self.policy, self.observer)?
            {
                lane.link = None;
                if lane.served == 1 {
                    lane.habit = Habit::ClosesEachTime;
                }
            } else if lane.served == 1 {
                lane.habit = Habit::KeepsOpen;
            }
        }
        if lane.link.is_some() {
            return Ok(true);
        }
        lane.served = 0;
        match (self.policy.connect)() {
            Ok(link) => {
                lane.link = Some(link);
                Ok(true)
            }
            Err(failure) => {
                self.not_connected(&failure)?;
                Ok(false)
            }
        }
    }

    /// Writes, waits for answers, and settles what they are about.
    fn exchange(&mut self) -> io::Result<()> {
        let Some(link) = &mut self.lane.link else {
            return self.lost(&Failure::closed());
        };
        let wrote = link.flush();
        let now = Instant::now();
        if wrote {
            self.moved = now;
        }
        let mut since = Some(self.moved);
        if !link.has_more() {
            for flying in &mut self.flying {
                flying.since.get_or_insert(now);
            }
            since = self.flying.iter().filter_map(|flying| flying.since).min();
        }
        let late = since.unwrap_or(now) + self.policy.timeout;
        let until = self.due.map_or(late, |due| due.min(late));
        if let Err(failure) = link.wait(until) {
            return self.lost(&failure);
        }
        let settled = self.take()?;
        if let Err(failure) = settled {
            return self.lost(&failure);
        }
        let overdue = |f: &Flying| f.since.is_some_and(|t| t.elapsed() >= self.policy.timeout);
        let stuck = self.lane.link.as_ref().is_some_and(|link| link.has_more());
        if self.flying.iter().any(overdue) || stuck && self.moved.elapsed() >= self.policy.timeout {
            let seconds = self.policy.timeout.as_secs_f64();
            return self.lost(&Failure::of(format!("no acknowledgment within {seconds} s")));
        }
        Ok(())
    }

    /// Takes all answers that have come.
    fn take(&mut self) -> io::Result<Result<(), Failure>> {
        let Self { lane, policy, parcels, observer, waiting, flying, .. } = self;
        let Some(link) = &mut lane.link else { return Ok(Ok(())) };
        let mut observer = lock(observer);
        let mut any = false;
        let mut retry = None;
        let mut failed = Ok(());
        let mut receipts = Vec::new();
        let stray = || policy.strays.fetch_add(1, Ordering::Relaxed);
        'pieces: while let Some(piece) = link.take() {
            let content = match piece {
                Piece::Block(content) => content,
                Piece::Torn(_) | Piece::Junk(_) => {
                    stray();
                    continue;
                }
                Piece::TooLong(_) => {
                    failed = Err(Failure::of("an answer without an end"));
                    break;
                }
            };
            for reply in replies(content) {
                let (at, ack) = match about(reply, flying, parcels) {
                    About::Flying(at, ack) => (at, ack),
                    About::Nothing => continue,
                    About::Other(Some(ack))
                        if counts_late(&ack, policy) && observer.refused_later(&ack)? =>
                    {
                        any = true;
                        receipts.extend(receipt(&ack, policy));
                        continue;
                    }
                    About::Other(_) => {
                        stray();
                        continue;
                    }
                    About::AnyOfSeveral => {
                        failed = Err(Failure::of("a commit NAK that may be for any of several"));
                        break 'pieces;
                    }
                };
                let Some(fate) = fate(ack.as_ref(), policy) else {
                    // Only once, or a receiver could go on for ever.
                    if !std::mem::replace(&mut flying[at].is_stored, true) {
                        flying[at].since = Some(Instant::now());
                    }
                    continue;
                };
                let Some(Flying { index, tries, put, .. }) = flying.remove(at) else { continue };
                lane.served += 1;
                receipts.extend(ack.as_ref().and_then(|ack| receipt(ack, policy)));
                if let Fate::Refused(refusal, _) = fate
                    && policy.retry_on.contains(&refusal)
                    && policy.goes_on(tries)
                {
                    waiting.push_front(Waiting { index, tries });
                    retry = Some((index, tries, refusal));
                    continue;
                }
                lane.failures = 0;
                lane.ends_with_ca = matches!(fate, Fate::Accepted(ack) if ack.kind == Kind::Accept);
                any = true;
                let settled = Settled { index, fate, took: put.elapsed(), tries };
                observer.settled(&settled, parcels[index].control_id)?;
            }
        }
        if any {
            observer.commit()?;
        }
        for receipt in receipts {
            link.answer(&receipt);
        }
        if let Some((index, tries, refusal)) = retry {
            let pause = policy.backoff.pause(tries);
            observer.retrying(index, &refusal, pause);
            drop(observer);
            self.pause(pause);
        }
        Ok(failed)
    }

    /// The connection is gone, and nobody knows what became of what was sent on it.
    fn lost(&mut self, failure: &Failure) -> io::Result<()> {
        let link = self.lane.link.take();
        let untouched = |f: &Flying| {
            failure.untaken || link.as_ref().is_some_and(|link| link.is_untouched(f.place))
        };
        let flying: Vec<Flying> = self.flying.drain(..).collect();
        // What did not leave is no try.
        let none_left = flying.iter().all(untouched);
        let mut lost = Vec::new();
        for f in flying.into_iter().rev() {
            let tries = f.tries - u32::from(untouched(&f));
            if tries < f.tries || self.policy.tries_again(tries, failure) {
                self.waiting.push_front(Waiting { index: f.index, tries });
            } else {
                lost.push(f);
            }
        }
        if none_left {
            // It closed while nothing was under way.
            let was_of_use = self.lane.served > 0 && !failure.untaken;
            return if was_of_use { Ok(()) } else { self.not_connected(failure) };
        }
        self.lane.failures += 1;
        if !lost.is_empty() {
            self.lane.failures = 0;
            if !self.policy.keep_going {
                self.policy.stopped.store(true, Ordering::Relaxed);
            }
            let mut observer = lock(self.observer);
            for &Flying { index, tries, put, .. } in lost.iter().rev() {
                let fate = Fate::Unknown(failure);
                let settled = Settled { index, fate, took: put.elapsed(), tries };
                observer.settled(&settled, self.parcels[index].control_id)?;
            }
            observer.commit()?;
        }
        if self.waiting.front().is_some_and(|next| next.tries > 0) {
            self.back_off(failure);
        }
        Ok(())
    }

    /// No connection came about.
    fn not_connected(&mut self, failure: &Failure) -> io::Result<()> {
        self.lane.failures += 1;
        if self.policy.tries_again(self.lane.failures, failure) {
            self.back_off(failure);
            return Ok(());
        }
        self.policy.stopped.store(true, Ordering::Relaxed);
        if let Some(Waiting { index, tries }) = self.waiting.pop_front() {
            // One that was sent before may have arrived.
            let fate = if tries > 0 { Fate::Unknown(failure) } else { Fate::Unsent(Some(failure)) };
            self.settle(Settled { index, fate, took: Duration::ZERO, tries })?;
        }
        Ok(())
    }

    /// Waits before the next try, if there is something to be tried.
    fn back_off(&mut self, why: &dyn Display) {
        let Some(next) = self.waiting.front() else { return };
        if self.policy.is_stopped() {
            return;
        }
        let pause = self.policy.backoff.pause(self.lane.failures);
        lock(self.observer).retrying(next.index, why, pause);
        self.pause(pause);
    }

    /// What waits when the run has stopped is not sent.
    fn leave_rest(&mut self) -> io::Result<()> {
        let again = Failure::of("no acknowledgment, and the run stopped before it was sent again");
        for Waiting { index, tries } in std::mem::take(&mut self.waiting) {
            let fate = if tries > 0 { Fate::Unknown(&again) } else { Fate::Unsent(None) };
            self.settle(Settled { index, fate, took: Duration::ZERO, tries })?;
        }
        lock(self.observer).commit()
    }

    fn settle(&self, settled: Settled<'_>) -> io::Result<()> {
        let mut observer = lock(self.observer);
        observer.settled(&settled, self.parcels[settled.index].control_id)?;
        observer.commit()
    }

    fn pause(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.policy.is_stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(NAP));
        }
    }
}

/// What a reply is about.
enum About<'a> {
    /// The message at this place of those under way; without an acknowledgment it is refused by MLLP.
    Flying(usize, Option<Ack<'a>>),
    /// One of those under way, but none is named.
    AnyOfSeveral,
    /// No message under way.
    Other(Option<Ack<'a>>),
    /// MLLP has stored a message, which is no answer yet.
    Nothing,
}

fn about<'a>(reply: Reply<'a>, flying: &VecDeque<Flying>, parcels: &[Parcel<'_>]) -> About<'a> {
    match reply {
        Reply::Ack(ack) => {
            let is_it = |f: &Flying| parcels[f.index].control_id == ack.control_id;
            match flying.iter().position(is_it) {
                Some(at) => About::Flying(at, Some(ack)),
                None => About::Other(Some(ack)),
            }
        }
        Reply::Commit(Commit::Ack) => About::Nothing,
        Reply::Commit(Commit::Nak) => match flying.len() {
            0 => About::Other(None),
            1 => About::Flying(0, None),
            _ => About::AnyOfSeveral,
        },
        Reply::Other => About::Other(None),
    }
}

/// What has become of a message by its answer; nothing yet if another answer is to come.
fn fate<'a>(ack: Option<&'a Ack<'a>>, policy: &Policy) -> Option<Fate<'a>> {
    let Some(ack) = ack else { return Some(Fate::Refused(Refusal::Nak, None)) };
    match policy.expect.verdict(ack.code, ack.kind) {
        Verdict::Accepted => Some(Fate::Accepted(ack)),
        Verdict::Unexpected => Some(Fate::Unexpected(ack)),
        Verdict::Refused => Some(Fate::Refused(Refusal::Code(ack.code, ack.kind), Some(ack))),
        Verdict::Interim => None,
    }
}

/// The accept acknowledgment of an acknowledgment, if it asks for one: in the enhanced mode that of
/// the application is a message of its own (chapter 2, section 2.9.3.2).
fn receipt(ack: &Ack<'_>, policy: &Policy) -> Option<Vec<u8>> {
    if ack.kind != Kind::Application {
        return None;
    }
    let header = Header::of(ack.message.bytes())?;
    let mut wanted = header.wanted(Code::Accept);
    if !wanted.any(|kind| kind == Kind::Accept) {
        return None;
    }
    let number = policy.receipts.fetch_add(1, Ordering::Relaxed) + 1;
    let id = format!("{}-{number}", std::process::id());
    let (code, kind, now) = (Code::Accept, Kind::Accept, (policy.clock)());
    let mut receipt = Vec::new();
    Answer { code, kind, id: &id, now, faults: &[] }.append(Some(&header), &mut receipt);
    Some(receipt)
}

/// Whether the receiver has closed while nothing was under way. What came meanwhile belongs to
/// no message that waits; one that does not stop talking is as good as gone.
fn is_gone<O: Observer>(
    link: &mut dyn Link,
    until: Instant,
    policy: &Policy,
    observer: &Mutex<O>,
) -> io::Result<bool> {
    const PATIENCE: usize = 64;
    for _ in 0..PATIENCE {
        let mut gone = link.look(until).is_err();
        let mut any = false;
        while let Some(piece) = link.take() {
            any = true;
            gone |= matches!(piece, Piece::TooLong(_));
            if !is_late_refusal(&piece, policy, observer)? {
                policy.strays.fetch_add(1, Ordering::Relaxed);
            }
        }
        if gone || !any {
            return Ok(gone);
        }
    }
    Ok(true)
}

/// Whether a message is refused that was accepted with CA.
fn is_late_refusal<O: Observer>(
    piece: &Piece<'_>,
    policy: &Policy,
    observer: &Mutex<O>,
) -> io::Result<bool> {
    let Piece::Block(content) = piece else { return Ok(false) };
    let mut observer = lock(observer);
    let mut any = false;
    for reply in replies(content) {
        if let Reply::Ack(ack) = reply
            && counts_late(&ack, policy)
        {
            any |= observer.refused_later(&ack)?;
        }
    }
    if any {
        observer.commit()?;
    }
    Ok(any)
}

/// Whether an answer may take back the CA before it: a refusal, unless CA is all that is asked for.
fn counts_late(ack: &Ack<'_>, policy: &Policy) -> bool {
    policy.expect == Expect::Either && matches!(ack.code, Code::Error | Code::Reject)
}
