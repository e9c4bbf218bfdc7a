//! Ctrl-C and its kin: what is in flight is settled and told before the signal does its work.

use super::Work;
use crate::cli::Verdict;
use crate::cli::signals::{end_by, ending};
use crate::net::send::Policy;
use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A run that has settled nothing for so long waits for input.
const IDLE: Duration = Duration::from_secs(1);

/// How often that is looked at.
const NAP: Duration = Duration::from_millis(20);

/// Runs `all`, and tells what came of it. The first signal that ends a process lets the run come
/// to its end, as after a failure; the second does what it always does.
pub(super) fn until_done(
    policy: &Policy,
    work: &Mutex<Work<'_>>,
    all: impl FnOnce() -> Result<()>,
) -> Result<Verdict> {
    let mut signals = ending().context("waiting for signals")?;
    let handle = signals.handle();
    let (came, done) = (AtomicI32::new(0), AtomicBool::new(false));
    let (came, done) = (&came, &done);
    let result = std::thread::scope(|scope| {
        scope.spawn(move || {
            for signal in signals.forever() {
                if came.swap(signal, Ordering::Relaxed) != 0 {
                    end_by(signal);
                }
                policy.interrupt();
                scope.spawn(move || end_when_idle(signal, policy, work, done));
            }
        });
        let result = all();
        done.store(true, Ordering::Relaxed);
        handle.close();
        result
    });
    result?;
    let verdict = finish(policy, &mut work.lock().unwrap_or_else(PoisonError::into_inner));
    match came.load(Ordering::Relaxed) {
        0 => {}
        signal => end_by(signal),
    }
    verdict
}

fn finish(policy: &Policy, work: &mut Work<'_>) -> Result<Verdict> {
    work.desk.finish(policy.strays.load(Ordering::Relaxed))
}

/// Ends a run that waits for input: nobody can tell the thread that reads.
fn end_when_idle(signal: i32, policy: &Policy, work: &Mutex<Work<'_>>, done: &AtomicBool) {
    let mut parts = None;
    let mut since = Instant::now();
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(NAP);
        let Ok(mut work) = work.try_lock() else {
            since = Instant::now();
            continue;
        };
        if parts.replace(work.parts) != Some(work.parts) {
            since = Instant::now();
        }
        if since.elapsed() >= IDLE && !done.load(Ordering::Relaxed) {
            // With the lock, so that nothing more is settled.
            let _ = finish(policy, &mut work);
            end_by(signal);
        }
    }
}
