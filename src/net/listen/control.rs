//! When and why the listener ends.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was told to.
    Asked,
    /// It has had as many messages as were wanted.
    Count,
    /// Nobody reads its output.
    Closed,
    /// It cannot store messages any more.
    Broken,
}

/// Ends a listener from anywhere.
#[derive(Debug)]
pub struct Control {
    stopping: AtomicBool,
    reason: Mutex<Option<Reason>>,
    changed: Condvar,
    /// Wakes the thread that accepts connections.
    wake: UnixStream,
    woken: UnixStream,
}

impl Control {
    /// For a listener that is about to begin.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new() -> std::io::Result<Self> {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        Ok(Self {
            stopping: AtomicBool::new(false),
            reason: Mutex::new(None),
            changed: Condvar::new(),
            wake,
            woken,
        })
    }

    /// Ends it; the first reason counts. What was received is answered.
    pub fn stop(&self, reason: Reason) {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
        self.stopping.store(true, Ordering::SeqCst);
        self.changed.notify_all();
        let _ = (&self.wake).write_all(b"x");
    }

    /// Whether it ends.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Why it ends.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for so long, or until it ends. Returns whether it does.
    #[must_use]
    pub fn sleep(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut reason = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if reason.is_some() || left.is_zero() {
                return reason.is_some();
            }
            reason =
                self.changed.wait_timeout(reason, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Becomes readable when it ends.
    pub(super) fn woken(&self) -> &UnixStream {
        &self.woken
    }
}
