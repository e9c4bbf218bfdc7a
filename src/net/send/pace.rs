//! How fast, and how long to wait before the next try.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets so many messages pass in a time, over all connections.
#[derive(Debug)]
pub struct Pacer {
    step: Duration,
    /// When the next message is due.
    next: Mutex<Option<Instant>>,
}

/// A sender that was held up makes up for so much time, and no more.
const MAKE_UP: Duration = Duration::from_millis(20);

impl Pacer {
    /// One message each `step`.
    #[must_use]
    pub fn new(step: Duration) -> Self {
        Self { step, next: Mutex::new(None) }
    }

    /// Takes the turn of a message.
    ///
    /// # Errors
    /// When none is due: the time to come back.
    pub fn take(&self, now: Instant) -> Result<(), Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let due = next.unwrap_or(now);
        if now < due {
            return Err(due);
        }
        *next = Some(due.max(now.checked_sub(MAKE_UP).unwrap_or(now)) + self.step);
        Ok(())
    }
}

/// How long to wait before a try: twice as long each time, up to a limit, with a fifth of chance,
/// so that many senders do not come back at the same moment.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// Before the first try again.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Backoff {
    /// The time before try `n`, from 1, of those that repeat the first.
    #[must_use]
    pub fn pause(&self, n: u32) -> Duration {
        let doubled = self.first.saturating_mul(1 << n.saturating_sub(1).min(20)).min(self.most);
        // What std seeds its tables with is random enough for this.
        let chance = (RandomState::new().hash_one(n) % 1000) as f64 / 1000.0;
        doubled.mul_f64(0.8 + 0.4 * chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_due_one_after_the_other() {
        let pacer = Pacer::new(Duration::from_millis(100));
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(pacer.take(at(0)), Ok(()));
        assert_eq!(pacer.take(at(1)), Err(at(100)));
        // A little late: the next one is due when it would have been.
        assert_eq!(pacer.take(at(110)), Ok(()));
        assert_eq!(pacer.take(at(199)), Err(at(200)));
        // Much too late: what was missed is not made up for.
        assert_eq!(pacer.take(at(1000)), Ok(()));
        assert_eq!(pacer.take(at(1001)), Err(at(1080)));
    }

    #[test]
    fn pauses_double_up_to_the_limit() {
        let backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(30) };
        let expected = [(1, 1.0), (2, 2.0), (3, 4.0), (6, 30.0), (1000, 30.0), (u32::MAX, 30.0)];
        for (n, seconds) in expected {
            let pause = backoff.pause(n).as_secs_f64();
            assert!((0.8 * seconds..=1.2 * seconds).contains(&pause), "{n}: {pause}");
        }
        let all: std::collections::HashSet<_> = (0..50).map(|_| backoff.pause(1)).collect();
        assert!(all.len() > 1);
    }
}
