//! The pipeline: chunks are read in order, worked on by any number of threads, and what comes of
//! them is written in the order of the input.

use super::chunk::{Chunk, Chunker, Cut, Part, PartKind};
use super::diagnostics::Diagnostics;
use super::files::Files;
use super::output::Output;
use super::rejects::Rejects;
use super::source::{Source, plain_error};
use crate::core::expr::Origin;
use crate::core::{Cutter, Frame, Frames, LineEnding, Message, Segment};
use indicatif::ProgressBar;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::ops::{AddAssign, Range};
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

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

/// What came of a chunk.
#[derive(Debug, Default)]
pub struct Job<T> {
    /// Results, for the output.
    pub out: Vec<u8>,
    /// Counts of the caller.
    pub tally: T,
    /// Whether to go on.
    pub flow: Flow,
    reports: Vec<Report>,
    /// What goes to files, and to which: the ends of the ranges of `emitted`.
    files: Vec<(Box<str>, usize)>,
    emitted: Vec<u8>,
    /// Messages of the part under way.
    messages: u64,
    /// Messages of each part.
    counts: Vec<u64>,
}

/// A place in a source and what is to be said of it.
#[derive(Debug)]
pub struct Report {
    /// The part of the chunk.
    part: usize,
    /// The message's number in the part, from 1; `None` for what is no message.
    message: Option<u64>,
    /// The bytes in the chunk.
    range: Range<usize>,
    text: String,
    /// They could not be handled, and go to the rejects.
    rejected: bool,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Stray,
    /// The continuation of bytes reported before.
    More,
}

/// A message as the pipeline hands it to a command.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The message.
    pub message: Message<'a>,
    /// Its bytes with what ended it (line ending, MLLP trailer).
    pub whole: &'a [u8],
    /// Where it comes from.
    pub source: &'a Source,
    /// Its number in the source, from 1, if messages are counted.
    pub number: u64,
    /// The offset of its first byte in the source.
    pub offset: u64,
    /// The offset of its first byte in the bytes of the part.
    pub start: usize,
    range: (usize, usize),
    index: (usize, u64),
}

impl<'a> Item<'a> {
    /// Where it comes from, for columns and scripts that tell it.
    #[must_use]
    pub fn origin(&self) -> Origin<'a> {
        let file = self.source.argument().as_bytes();
        Origin { file, number: self.number, offset: self.offset }
    }

    /// Where it comes from, for people, if messages are counted.
    #[must_use]
    pub fn place(&self) -> String {
        place(&self.source.name(), Some(self.number), self.offset)
    }
}

fn place(name: &str, message: Option<u64>, offset: u64) -> String {
    match message {
        Some(number) => format!("{name}: message {number} (byte {offset})"),
        None => format!("{name}: byte {offset}"),
    }
}

impl<T> Job<T> {
    /// Adds bytes to a file, which the caller of the run gave a place ([`Sink::files`]).
    pub fn emit(&mut self, file: &str, bytes: &[u8]) {
        self.emitted.extend_from_slice(bytes);
        self.files.push((file.into(), self.emitted.len()));
    }

    /// Says something about a message, without content of it.
    pub fn warn(&mut self, item: &Item<'_>, text: String) {
        self.report(item, text, false);
    }

    /// Says why a message cannot be handled; it goes to the rejects.
    pub fn reject(&mut self, item: &Item<'_>, text: String) {
        self.report(item, text, true);
    }

    fn report(&mut self, item: &Item<'_>, text: String, rejected: bool) {
        self.reports.push(Report {
            part: item.index.0,
            message: Some(item.index.1),
            range: item.range.0..item.range.1,
            text,
            rejected,
            kind: Kind::Message,
        });
    }
}

/// One part of a chunk, with its bytes.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What it is.
    pub part: &'a Part,
    /// Its bytes.
    pub bytes: &'a [u8],
    index: usize,
    max_message: usize,
}

impl<'a> View<'a> {
    /// Why a message of so many bytes is not handled, if it is too long. One that is longer than
    /// a buffer is never in a view; this makes the limit hold for the others, too.
    #[inline]
    #[must_use]
    pub fn too_long(&self, bytes: usize) -> Option<String> {
        (bytes > self.max_message).then(|| too_long(self.max_message))
    }

    /// Calls `each` with every message in order. What is no message, and messages whose
    /// delimiters cannot be used, are reported and go to the rejects.
    #[inline]
    pub fn messages<T>(&self, job: &mut Job<T>, each: impl FnMut(Item<'a>, &mut Job<T>)) {
        self.frames(job, each, |_, _| {});
    }

    /// As [`View::messages`], and calls `envelope` with every envelope segment of a batch.
    #[inline]
    pub fn frames<T>(
        &self,
        job: &mut Job<T>,
        mut each: impl FnMut(Item<'a>, &mut Job<T>),
        mut envelope: impl FnMut(&'a [u8], &mut Job<T>),
    ) {
        let bytes = self.bytes;
        let base = self.part.range.start;
        let frames = if self.part.kind == PartKind::MidLine {
            Frames::within_stray(bytes)
        } else {
            Frames::new(bytes)
        };
        for frame in frames {
            match frame {
                Frame::Message(framed) => {
                    job.messages += 1;
                    let start = framed.offset;
                    let range = (base + start, base + start + framed.whole.len());
                    if let Some(text) = self.too_long(framed.whole.len()) {
                        job.reports.push(Report {
                            part: self.index,
                            message: Some(job.messages),
                            range: range.0..range.1,
                            text,
                            rejected: true,
                            kind: Kind::Message,
                        });
                        continue;
                    }
                    match Message::new(framed) {
                        Ok(message) => {
                            let item = Item {
                                message,
                                whole: framed.whole,
                                source: &self.part.source,
                                number: self.part.before + job.messages,
                                offset: self.part.offset + start as u64,
                                start,
                                range,
                                index: (self.index, job.messages),
                            };
                            if message.line_ending() == LineEnding::Lf {
                                self.check_lines(&item, job);
                            }
                            each(item, job);
                            if job.flow != Flow::Continue {
                                return;
                            }
                        }
                        Err(error) => job.reports.push(Report {
                            part: self.index,
                            message: Some(job.messages),
                            range: range.0..range.1,
                            text: error.to_string(),
                            rejected: true,
                            kind: Kind::Message,
                        }),
                    }
                }
                Frame::Envelope { bytes, .. } => envelope(bytes, job),
                Frame::Stray { bytes, offset } => {
                    let continues = self.part.kind == PartKind::MidLine && offset == 0;
                    job.reports.push(Report {
                        part: self.index,
                        message: None,
                        range: base + offset..base + offset + bytes.len(),
                        text: String::new(),
                        rejected: true,
                        kind: if continues { Kind::More } else { Kind::Stray },
                    });
                }
            }
        }
    }

    /// Tells of a line that is no segment: in a message whose segments end with LF, a line feed
    /// inside a field cannot be told from the end of a segment.
    fn check_lines<T>(&self, item: &Item<'_>, job: &mut Job<T>) {
        let separator = item.message.separators().field;
        let odd = |segment: &Segment<'_>| !has_segment_id(segment.raw(), separator);
        if let Some(n) = item.message.segments().position(|segment| odd(&segment)) {
            let text = format!("line {} is not a segment; a line end inside a field?", n + 1);
            job.warn(item, text);
        }
    }

    /// Where a range of the part's bytes is reported, for commands that do their own framing.
    pub fn report<T>(&self, job: &mut Job<T>, range: Range<usize>, is_message: bool, text: String) {
        let base = self.part.range.start;
        job.messages += u64::from(is_message);
        job.reports.push(Report {
            part: self.index,
            message: is_message.then_some(job.messages),
            range: base + range.start..base + range.end,
            text,
            rejected: true,
            kind: if is_message { Kind::Message } else { Kind::Stray },
        });
    }

    /// Counts a message, for commands that do their own framing.
    pub fn count<T>(&self, job: &mut Job<T>) {
        job.messages += 1;
    }
}

fn too_long(max_message: usize) -> String {
    format!("longer than the {max_message} bytes of --max-message")
}

/// Whether a line begins as segments do: a letter, two letters or digits, a field separator.
fn has_segment_id(line: &[u8], separator: u8) -> bool {
    match line {
        [a, b, c, rest @ ..] => {
            a.is_ascii_alphabetic()
                && b.is_ascii_alphanumeric()
                && c.is_ascii_alphanumeric()
                && rest.first().is_none_or(|&b| b == separator)
        }
        _ => false,
    }
}

/// Where a run's results, reports and rejects go.
pub struct Sink<'a> {
    /// Results; `None` for a run that has none.
    pub output: Option<&'a mut Output>,
    /// Reports.
    pub diagnostics: &'a Diagnostics,
    /// What could not be handled.
    pub rejects: Option<&'a Rejects>,
    /// Where [`Job::emit`] leads.
    pub files: Option<&'a mut Files>,
    /// Advanced by the bytes read.
    pub progress: Option<&'a ProgressBar>,
    /// What a message is allowed to be long, for the report of one that is longer.
    pub max_message: usize,
    /// So many bytes of the results are not written.
    pub drop_first: usize,
    /// Messages seen of each source under way, by its index.
    numbers: HashMap<usize, u64>,
    /// The source and end of the stray reported last; what follows on it is the same stray.
    stray: Option<(usize, u64)>,
}

impl<'a> Sink<'a> {
    /// A sink for results and reports.
    pub fn new(output: &'a mut Output, diagnostics: &'a Diagnostics, max_message: usize) -> Self {
        Self { output: Some(output), ..Self::of_reports(diagnostics, max_message) }
    }

    /// A sink for reports alone.
    #[must_use]
    pub fn of_reports(diagnostics: &'a Diagnostics, max_message: usize) -> Self {
        Self {
            output: None,
            diagnostics,
            rejects: None,
            files: None,
            progress: None,
            max_message,
            drop_first: 0,
            numbers: HashMap::new(),
            stray: None,
        }
    }

    /// Takes what came of a chunk.
    fn take<T>(&mut self, chunk: &Chunk, job: &mut Job<T>) -> io::Result<()> {
        let mut reports = job.reports.drain(..).peekable();
        for (index, (part, count)) in chunk.parts.iter().zip(&job.counts).enumerate() {
            let before = self.numbers.get(&part.source.index).copied().unwrap_or(0);
            while let Some(report) = reports.next_if(|r| r.part == index) {
                self.report(chunk, part, before, report)?;
            }
            if *count > 0 {
                self.numbers.insert(part.source.index, before + count);
            }
            if let Some(bar) = self.progress {
                bar.inc(part.range.len() as u64);
            }
        }
        job.counts.clear();
        drop(reports);
        self.emit(job)?;
        if let Some(output) = &mut self.output
            && !job.out.is_empty()
        {
            let dropped = self.drop_first.min(job.out.len());
            self.drop_first -= dropped;
            let written = output.write_all(&job.out[dropped..]);
            written.map_err(|e| io::Error::new(e.kind(), format!("writing the output: {e}")))?;
            job.out.clear();
        }
        Ok(())
    }

    /// Whether anything was written to files.
    fn emits(&self) -> bool {
        self.files.as_ref().is_some_and(|files| !files.is_empty())
    }

    /// Writes what goes to files, in order for each file, as much at once as there is.
    fn emit<T>(&mut self, job: &mut Job<T>) -> io::Result<()> {
        if job.files.is_empty() {
            return Ok(());
        }
        let mut of_file: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        let mut start = 0;
        for (name, end) in &job.files {
            let bytes = job.emitted.get(start..*end).unwrap_or_default();
            of_file.entry(name).or_default().extend_from_slice(bytes);
            start = *end;
        }
        if let Some(files) = &mut self.files {
            of_file.into_iter().try_for_each(|(name, bytes)| files.write(name, &bytes))?;
        }
        job.files.clear();
        job.emitted.clear();
        Ok(())
    }

    fn report(
        &mut self,
        chunk: &Chunk,
        part: &Part,
        before: u64,
        report: Report,
    ) -> io::Result<()> {
        let Report { message, range, mut text, rejected, kind, .. } = report;
        let offset = part.offset + (range.start - part.range.start) as u64;
        let end = offset + range.len() as u64;
        let mut begins = kind != Kind::More;
        if matches!(kind, Kind::Stray | Kind::More) {
            // What goes on where nothing was reported is reported itself.
            let is_line = message.is_none();
            begins = is_line && self.stray != Some((part.source.index, offset));
            self.stray = Some((part.source.index, end));
            if text.is_empty() {
                text = "not part of any message".to_owned();
            }
        }
        if begins {
            let number = message.map(|n| before + n);
            let place = place(&part.source.name(), number, offset);
            let line = format!("{place}: {text}");
            if rejected {
                self.diagnostics.error(&line);
            } else {
                self.diagnostics.note(&line);
            }
        }
        match self.rejects {
            Some(rejects) if rejected => rejects
                .add(chunk.bytes.get(range).unwrap_or_default(), begins)
                // Not of its own kind: a closed pipe here is no closed output.
                .map_err(|e| io::Error::other(format!("writing the rejects: {e}"))),
            _ => Ok(()),
        }
    }
}

/// Reads all chunks, lets `work` make something of each part, and writes it in order.
///
/// `work` gets a part and the job to append to; it runs on `threads` threads, and with one thread
/// on the caller's alone. Returns the sum of the tallies. A closed output ends the run without an
/// error; what is left unread is not touched.
///
/// # Errors
/// When the output or the rejects cannot be written; a closed pipe as
/// [`io::ErrorKind::BrokenPipe`].
pub fn run<C, T, F>(
    chunks: Chunker<C>,
    threads: usize,
    sink: &mut Sink<'_>,
    work: F,
) -> io::Result<T>
where
    C: Cut,
    T: AddAssign + Default + Send,
    F: Fn(View<'_>, &mut Job<T>) + Sync,
{
    let result = if threads > 1 {
        in_parallel(chunks, threads, sink, &work)
    } else {
        alone(chunks, sink, &work)
    };
    // A closed output is a quiet end, unless files were to be written, too.
    result.map_err(|e| if sink.emits() { io::Error::other(e) } else { e })
}

fn alone<C, T, F>(chunks: Chunker<C>, sink: &mut Sink<'_>, work: &F) -> io::Result<T>
where
    C: Cut,
    T: AddAssign + Default + Send,
    F: Fn(View<'_>, &mut Job<T>) + Sync,
{
    let mut steps = Steps::new(chunks);
    let mut total = T::default();
    while let Some((tally, flow)) = steps.step(sink, work)? {
        total += tally;
        if flow == Flow::Stop {
            break;
        }
    }
    Ok(total)
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
    /// As [`run`].
    pub fn step<F>(&mut self, sink: &mut Sink<'_>, work: &F) -> io::Result<Option<(T, Flow)>>
    where
        F: Fn(View<'_>, &mut Job<T>) + Sync,
    {
        let Self { chunks, chunk, job } = self;
        if !chunks.fill(chunk) {
            return Ok(None);
        }
        // One thread knows how many messages came before.
        number(chunk, &sink.numbers);
        let skipped = apply(chunk, job, sink.max_message, work);
        let tally = std::mem::take(&mut job.tally);
        let flow = std::mem::take(&mut job.flow);
        sink.take(chunk, job)?;
        if let Some(source) = skipped
            && flow != Flow::Stop
        {
            chunks.skip_source(&source);
        }
        Ok(Some((tally, flow)))
    }
}

/// Tells each part how many messages of its source came before.
fn number(chunk: &mut Chunk, numbers: &HashMap<usize, u64>) {
    for part in &mut chunk.parts {
        part.before = numbers.get(&part.source.index).copied().unwrap_or(0);
    }
}

/// Works on each part of a chunk; returns the source of which nothing more is wanted, if it is
/// the last one.
fn apply<T, F>(
    chunk: &mut Chunk,
    job: &mut Job<T>,
    max_message: usize,
    work: &F,
) -> Option<Arc<Source>>
where
    F: Fn(View<'_>, &mut Job<T>) + Sync,
{
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
                    rejected: true,
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
                    rejected: true,
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

/// A reader (this thread), a pool of workers, and a writer that takes the results in the order
/// in which their chunks were read: a queue of one-shot receivers, so that order needs no sequence
/// numbers and memory is bounded by the length of the queue. Buffers are recycled; fresh ones
/// for each chunk cost half as much processor time again.
fn in_parallel<C, T, F>(
    mut chunks: Chunker<C>,
    threads: usize,
    sink: &mut Sink<'_>,
    work: &F,
) -> io::Result<T>
where
    C: Cut,
    T: AddAssign + Default + Send,
    F: Fn(View<'_>, &mut Job<T>) + Sync,
{
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
        let writer = scope.spawn(move || -> io::Result<T> {
            let mut total = T::default();
            for result in results {
                // A worker that ends without a result has panicked, which ends the process.
                let Ok((chunk, mut job)) = result.recv() else { break };
                total += std::mem::take(&mut job.tally);
                if let Err(e) = sink.take(&chunk, &mut job) {
                    stopped.store(true, Ordering::Relaxed);
                    leave_if_closed(&e, sink);
                    return Err(e);
                }
                let _ = recycle.send((chunk, job));
            }
            Ok(total)
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
        super::output::end_unfinished();
        if sink.emits() {
            sink.diagnostics.error(&plain_error(error));
        }
        std::process::exit(if sink.emits() { 2 } else { 0 });
    }
}
