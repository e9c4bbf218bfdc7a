//! The pipeline: chunks are read in order, worked on by any number of threads, and what comes of
//! them is written in the order of the input.

mod job;
mod odd_line;
mod parallel;
mod sink;
mod view;

pub use job::{Job, Report};
pub use odd_line::odd_line;
pub use sink::Sink;
pub use view::{Item, Mark, Met, Rejected, Unusable, View};

use super::chunk::{Chunk, Chunker, Cut, PartKind};
use super::source::Source;
use crate::core::Cutter;
use job::{Fate, Kind};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Whether a run goes on. Only a run of one thread can be told to do less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// On to the next message.
    #[default]
    Continue,
    /// Nothing more is wanted of this source.
    SkipSource,
    /// Nothing more is wanted.
    Stop,
}

/// What a run does with each part of its input: it gets the part, and the job to append to. Threads
/// share it.
pub trait Work<T>: Fn(View<'_>, &mut Job<T>) + Sync {}

impl<T, F: Fn(View<'_>, &mut Job<T>) + Sync> Work<T> for F {}

/// What is done with what came of each chunk, in the order of the input, before it is written: for
/// what depends on messages that came before.
pub trait Gather<T>: FnMut(&Chunk, &mut Job<T>) -> io::Result<()> {}

impl<T, F: FnMut(&Chunk, &mut Job<T>) -> io::Result<()>> Gather<T> for F {}

/// Reads all chunks, lets `work` make something of each part and `gather` take what came of each
/// chunk, and writes it in order.
///
/// `work` runs on `threads` threads, and with one thread on the caller's alone. The tally of a job
/// is as `gather` leaves it when the job is used for another chunk. What a run that ends early has
/// not read is not touched.
///
/// # Errors
/// When the output or the rejects cannot be written, or `gather` fails; a closed pipe as
/// [`io::ErrorKind::BrokenPipe`].
pub fn run_gathered<C: Cut, T: Default + Send>(
    chunks: Chunker<C>,
    threads: usize,
    sink: &mut Sink<'_>,
    work: impl Work<T>,
    mut gather: impl Gather<T> + Send,
) -> io::Result<()> {
    let result = if threads > 1 {
        parallel::run(chunks, threads, sink, &work, &mut gather)
    } else {
        alone(chunks, sink, &work, &mut gather)
    };
    // A closed output is a quiet end, unless files were to be written, too.
    result.map_err(|e| if sink.emits() { io::Error::other(e) } else { e })
}

fn alone<C: Cut, T: Default + Send>(
    chunks: Chunker<C>,
    sink: &mut Sink<'_>,
    work: &impl Work<T>,
    gather: &mut impl Gather<T>,
) -> io::Result<()> {
    let mut steps = Steps::new(chunks);
    while let Some(flow) = steps.step_gathered(sink, work, gather)? {
        if flow == Flow::Stop {
            break;
        }
    }
    Ok(())
}

/// A run on the caller's thread, a chunk at a time, for commands that read several inputs in step.
pub struct Steps<T, C = Cutter> {
    chunks: Chunker<C>,
    chunk: Chunk,
    job: Job<T>,
}

impl<T: Default, C: Cut> Steps<T, C> {
    /// A run over all chunks.
    #[must_use]
    pub fn new(chunks: Chunker<C>) -> Self {
        Self { chunks, chunk: Chunk::default(), job: Job::default() }
    }

    /// Works on the next chunk; returns its tally and whether to go on, `None` at the end.
    ///
    /// # Errors
    /// As [`run_gathered`].
    pub fn step(
        &mut self,
        sink: &mut Sink<'_>,
        work: &impl Work<T>,
    ) -> io::Result<Option<(T, Flow)>> {
        let mut tally = T::default();
        let flow = self.step_gathered(sink, work, &mut |_: &Chunk, job: &mut Job<T>| {
            tally = std::mem::take(&mut job.tally);
            Ok(())
        })?;
        Ok(flow.map(|flow| (tally, flow)))
    }

    fn step_gathered(
        &mut self,
        sink: &mut Sink<'_>,
        work: &impl Work<T>,
        gather: &mut impl Gather<T>,
    ) -> io::Result<Option<Flow>> {
        let Self { chunks, chunk, job } = self;
        if !chunks.fill(chunk) {
            return Ok(None);
        }
        // One thread knows how many messages came before.
        number(chunk, &sink.numbers);
        let skipped = apply(chunk, job, sink.max_message, work);
        let flow = std::mem::take(&mut job.flow);
        gather(chunk, job)?;
        sink.take(chunk, job)?;
        if let Some(source) = skipped
            && flow != Flow::Stop
        {
            chunks.skip_source(&source);
        }
        Ok(Some(flow))
    }
}

/// Tells each part how many messages of its source came before.
fn number(chunk: &mut Chunk, numbers: &HashMap<usize, u64>) {
    for part in &mut chunk.parts {
        part.before = numbers.get(&part.source.index).copied().unwrap_or(0);
    }
}

fn too_long(max_message: usize) -> String {
    format!("longer than the {max_message} bytes of --max-message")
}

/// Works on each part of a chunk; returns the source of which nothing more is wanted, if it is
/// the last one.
fn apply<T>(
    chunk: &mut Chunk,
    job: &mut Job<T>,
    max_message: usize,
    work: &impl Work<T>,
) -> Option<Arc<Source>> {
    let mut skipped: Option<Arc<Source>> = None;
    for (index, part) in chunk.parts.iter().enumerate() {
        job.messages = 0;
        if skipped.as_ref() == Some(&part.source) || job.flow == Flow::Stop {
            job.counts.push(0);
            continue;
        }
        match part.kind {
            PartKind::Messages | PartKind::MidLine => {
                let bytes = &chunk.bytes[part.range.clone()];
                work(View { part, bytes, index, max_message }, job);
            }
            PartKind::TooLong { first } => {
                job.messages = u64::from(first);
                job.reports.push(Report {
                    part: index,
                    message: Some(1),
                    range: part.range.clone(),
                    text: too_long(max_message),
                    fate: Fate::Rejected,
                    kind: if first { Kind::Message } else { Kind::More },
                });
            }
            PartKind::CutOff => {
                job.messages = 1;
                job.reports.push(Report {
                    part: index,
                    message: Some(1),
                    range: part.range.clone(),
                    text: "cut off, for its source could not be read on".to_owned(),
                    fate: Fate::Rejected,
                    kind: Kind::Message,
                });
            }
        }
        job.counts.push(job.messages);
        if job.flow == Flow::SkipSource {
            job.flow = Flow::Continue;
            skipped = Some(part.source.clone());
        }
    }
    skipped
}
