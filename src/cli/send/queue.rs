//! Store and forward: one thread puts what comes into the queue, another sends what is there.

use super::{Office, Work};
use crate::cli::Tally;
use crate::cli::args::{Plan, Weight};
use crate::io::output::end_unfinished;
use crate::io::pipeline::{Flow, Job, View};
use crate::io::source::plain_error;
use crate::io::{Diagnostics, Output};
use crate::net::send::Queue;
use crate::ops::pass::PassOn;
use anyhow::{Context, Result};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Above this length the state of a queue is begun anew when a file of it is done.
const LONGEST_STATE: u64 = 256 << 10;

/// A queue that cannot be written is tried again after this time.
const FULL_DISK: Duration = Duration::from_secs(2);

/// Runs until the input has ended and all of it is settled, or the receiver was given up.
pub(super) fn run(queue: &Queue, office: &Office<'_>, work: &Mutex<Work<'_>>) -> Result<()> {
    if queue.bytes() == 0 {
        // Numbers of files begin anew, so nothing that is known may be about them.
        work.lock().unwrap_or_else(PoisonError::into_inner).desk.clear_journal(0)?;
    }
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let read = take_in(queue, office);
            queue.close();
            read
        });
        if let Err(error) = send(queue, office, work) {
            leave(&error, office.diagnostics);
        }
        // Who has given up the receiver still keeps what comes, for the next run.
        queue.abandon();
        let failed = |_| Err(io::Error::other("the reading thread failed").into());
        reader.join().unwrap_or_else(failed)
    })
}

/// Ends the process when what was answered cannot be noted: the reading thread may wait for input
/// that never comes, and cannot be told. What is in the queue stays there.
#[allow(clippy::exit)]
fn leave(error: &anyhow::Error, diagnostics: &Diagnostics) -> ! {
    diagnostics.error(&plain_error(error));
    end_unfinished();
    std::process::exit(2)
}

/// Puts what comes on standard input into the queue.
fn take_in(queue: &Queue, office: &Office<'_>) -> Result<()> {
    let Office { common, rejects, diagnostics, .. } = *office;
    let plan = Plan { weight: Weight::Light, in_order: true, rejects, ..Plan::default() };
    let keep = |view: View<'_>, job: &mut Job<Tally>| {
        let mut bytes = Vec::with_capacity(view.bytes.len());
        view.messages(job, |item, job: &mut Job<Tally>| {
            if let Err(why) = PassOn::default().append(&item.message, &mut bytes) {
                job.reject(&item, why.to_string());
            }
        });
        if bytes.is_empty() {
            return;
        }
        while let Err(e) = queue.add(&bytes) {
            // What was read is nowhere else: it is held until it can be kept.
            diagnostics.note(&format!("the queue cannot be written, trying on: {e}"));
            std::thread::sleep(FULL_DISK);
        }
        if !queue.has_room() {
            job.flow = Flow::Stop;
        }
    };
    common.run(&[], &mut Output::Gone, diagnostics, plan, keep).map(|_: Tally| ())
}

/// Sends what is in the queue, file by file.
fn send(queue: &Queue, office: &Office<'_>, work: &Mutex<Work<'_>>) -> Result<()> {
    while let Some(path) = queue.oldest() {
        let files = [path.into_os_string()];
        office.run(&files, &mut Output::Gone, work)?;
        if office.policy.is_stopped() {
            return Ok(());
        }
        queue.remove_oldest().context("the queue")?;
        work.lock().unwrap_or_else(PoisonError::into_inner).desk.clear_journal(LONGEST_STATE)?;
    }
    Ok(())
}
