//! The pipeline: chunks are read in order, worked on by any number of threads, and what comes of
//! them is written in the order of the input.

mod parallel;
mod view;

pub use view::{Item, Mark, Met, Rejected, Unusable, View};

use super::chunk::{Chunk, Chunker, Cut, Part, PartKind};
use super::diagnostics::Diagnostics;
use super::files::Files;
use super::foreign::Foreign;
use super::output::Output;
use super::rejects::Rejects;
use super::source::Source;
use crate::core::Cutter;
use indicatif::ProgressBar;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
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
    /// Whether there was an envelope segment.
    has_envelopes: bool,
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
    fate: Fate,
    kind: Kind,
}

/// What becomes of bytes that are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Something is said of them.
    Told,
    /// They could not be handled: it is said, and they go to the rejects.
    Rejected,
    /// They go to the rejects, and somebody else says why.
    SetAside,
    /// As rejected, but the work has put them into the rejects itself.
    Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Stray,
    /// The continuation of bytes reported before.
    More,
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
        self.report(item.mark, text, Fate::Told);
    }

    /// Says why a message cannot be handled; it goes to the rejects.
    pub fn reject(&mut self, item: &Item<'_>, text: String) {
        self.report(item.mark, text, Fate::Rejected);
    }

    /// As [`Job::reject`], for a message of the chunk that is at hand.
    pub fn reject_marked(&mut self, mark: Mark, text: String) {
        self.report(mark, text, Fate::Rejected);
    }

    /// Puts a message into the rejects that could be handled, but is not wanted. Nothing is said
    /// of it here.
    pub fn set_aside(&mut self, mark: Mark) {
        self.report(mark, String::new(), Fate::SetAside);
    }

    /// Adds a report at its place among the others.
    fn report(&mut self, mark: Mark, text: String, fate: Fate) {
        let place = (mark.part, mark.range.0);
        let at = self.reports.partition_point(|r| (r.part, r.range.start) <= place);
        let report = Report {
            part: mark.part,
            message: Some(mark.message),
            range: mark.range(),
            text,
            fate,
            kind: Kind::Message,
        };
        self.reports.insert(at, report);
    }
}

/// What is said of a stray.
const NO_MESSAGE: &str = "not part of any message";

fn too_long(max_message: usize) -> String {
    format!("longer than the {max_message} bytes of --max-message")
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
    /// The source that seems to be something else, as long as no message is found in it: the one
    /// report tells it, more are for those who ask for them.
    foreign: Option<usize>,
    /// Bytes and messages of all sources.
    seen: (u64, u64),
    /// Whether there was an envelope segment in any of them.
    has_envelopes: bool,
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
            foreign: None,
            seen: (0, 0),
            has_envelopes: false,
        }
    }

    /// Takes what came of a chunk.
    fn take<T>(&mut self, chunk: &Chunk, job: &mut Job<T>) -> io::Result<()> {
        let mut reports = job.reports.drain(..).peekable();
        for (index, (part, count)) in chunk.parts.iter().zip(&job.counts).enumerate() {
            let before = self.numbers.get(&part.source.index).copied().unwrap_or(0);
            self.foreign.take_if(|source| *source == part.source.index && before + count > 0);
            while let Some(report) = reports.next_if(|r| r.part == index) {
                self.report(chunk, part, (before, *count), report)?;
            }
            self.seen.0 += part.range.len() as u64;
            self.seen.1 += count;
            if *count > 0 {
                self.numbers.insert(part.source.index, before + count);
            }
            if let Some(bar) = self.progress {
                bar.inc(part.range.len() as u64);
            }
        }
        job.counts.clear();
        drop(reports);
        self.has_envelopes |= std::mem::take(&mut job.has_envelopes);
        self.emit(job)?;
        if let Some(output) = &mut self.output
            && !job.out.is_empty()
        {
            let dropped = self.drop_first.min(job.out.len());
            self.drop_first -= dropped;
            output.put(&job.out[dropped..])?;
            job.out.clear();
        }
        Ok(())
    }

    /// Whether something was read, and no message in it. A batch that is empty is none the less
    /// what was to be read.
    #[must_use]
    pub fn found_nothing(&self) -> bool {
        matches!(self.seen, (1.., 0)) && !self.has_envelopes
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
        (before, count): (u64, u64),
        report: Report,
    ) -> io::Result<()> {
        let Report { message, range, mut text, fate, kind, .. } = report;
        let offset = part.offset + (range.start - part.range.start) as u64;
        let end = offset + range.len() as u64;
        let mut begins = kind != Kind::More;
        let mut is_known = false;
        if matches!(kind, Kind::Stray | Kind::More) {
            // What goes on where nothing was reported is reported itself.
            let is_line = message.is_none();
            begins = is_line && self.stray != Some((part.source.index, offset));
            self.stray = Some((part.source.index, end));
            is_known = self.foreign == Some(part.source.index);
            if text.is_empty() {
                text = NO_MESSAGE.to_owned();
                if let Some(kind) = begins.then(|| seems(chunk, part, range.start)).flatten() {
                    text = format!("{NO_MESSAGE}; {kind}");
                    self.foreign = (before + count == 0).then_some(part.source.index);
                }
            }
        }
        let number = message.map(|n| before + n);
        if begins && fate != Fate::SetAside {
            let place = place(&part.source.name(), number, offset);
            let line = format!("{place}: {text}");
            if is_known {
                self.diagnostics.fail();
                self.diagnostics.detail(&line);
            } else if matches!(fate, Fate::Rejected | Fate::Kept) {
                self.diagnostics.error(&line);
            } else {
                self.diagnostics.note(&line);
            }
        }
        match self.rejects {
            Some(rejects) if !matches!(fate, Fate::Told | Fate::Kept) => {
                let bytes = chunk.bytes.get(range).unwrap_or_default();
                let mut added = rejects.add(bytes, begins);
                if begins && fate == Fate::Rejected {
                    let file = part.source.argument().as_bytes();
                    added =
                        added.and_then(|()| rejects.explain_unusable(file, number, offset, &text));
                }
                // Not of its own kind: a closed pipe here is no closed output.
                added.map_err(|e| io::Error::other(format!("writing the rejects: {e}")))
            }
            _ => Ok(()),
        }
    }
}

/// What a source seems to be that does not begin with messages, if nothing but blanks stands before the
/// stray at `start`.
fn seems(chunk: &Chunk, part: &Part, start: usize) -> Option<Foreign> {
    let before = chunk.bytes.get(part.range.start..start)?;
    let is_head = part.offset == 0 && before.iter().all(u8::is_ascii_whitespace);
    is_head.then(|| Foreign::of(chunk.bytes.get(part.range.clone())?)).flatten()
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
