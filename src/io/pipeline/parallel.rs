//! A run on several threads.

use super::{Gather, Job, Sink, Work, apply};
use crate::io::chunk::{Chunk, Chunker, Cut};
use crate::io::source::plain_error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

/// A reader (this thread), a pool of workers, and a writer that takes the results in the order
/// in which their chunks were read: a queue of one-shot receivers, so that order needs no sequence
/// numbers and memory is bounded by the length of the queue. Buffers are recycled; fresh ones
/// for each chunk cost half as much processor time again.
pub(super) fn run<C: Cut, T: Default + Send>(
    mut chunks: Chunker<C>,
    threads: usize,
    sink: &mut Sink<'_>,
    work: &impl Work<T>,
    gather: &mut (impl Gather<T> + Send),
) -> io::Result<()> {
    type Done<T> = (Chunk, Job<T>);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|n| format!("worker-{n}"))
        .build()
        .map_err(io::Error::other)?;
    let max_message = sink.max_message;
    let stopped = AtomicBool::new(false);
    let (queue, results) = sync_channel::<Receiver<Done<T>>>(threads + 1);
    let (recycle, recycled) = std::sync::mpsc::channel::<Done<T>>();
    std::thread::scope(|scope| {
        let stopped = &stopped;
        let writer = scope.spawn(move || -> io::Result<()> {
            for result in results {
                // A worker that ends without a result has panicked, which ends the process.
                let Ok((chunk, mut job)) = result.recv() else { break };
                let written = gather(&chunk, &mut job);
                if let Err(e) = written.and_then(|()| sink.take(&chunk, &mut job)) {
                    stopped.store(true, Ordering::Relaxed);
                    leave_if_closed(&e, sink);
                    return Err(e);
                }
                let _ = recycle.send((chunk, job));
            }
            Ok(())
        });
        pool.in_place_scope_fifo(|workers| {
            loop {
                let (mut chunk, mut job) = recycled.try_recv().unwrap_or_default();
                if stopped.load(Ordering::Relaxed) || !chunks.fill(&mut chunk) {
                    break;
                }
                let (done, result) = sync_channel(1);
                if queue.send(result).is_err() {
                    break;
                }
                workers.spawn_fifo(move |_| {
                    apply(&mut chunk, &mut job, max_message, work);
                    let _ = done.send((chunk, job));
                });
            }
            drop(queue);
        });
        writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer failed")))
    })
}

/// Ends the process when nobody reads its output any more: the reading thread may wait for input
/// that never comes, and cannot be told.
#[allow(clippy::exit)]
fn leave_if_closed(error: &io::Error, sink: &Sink<'_>) {
    if error.kind() == io::ErrorKind::BrokenPipe {
        crate::io::output::end_unfinished();
        if sink.emits() {
            sink.diagnostics.error(&plain_error(error));
        }
        std::process::exit(if sink.emits() { 2 } else { 0 });
    }
}
