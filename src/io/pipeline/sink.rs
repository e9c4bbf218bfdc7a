//! Where what came of each chunk goes, in the order of the input.

use super::job::{Fate, Job, Kind, Report};
use crate::io::chunk::{Chunk, Part};
use crate::io::diagnostics::Diagnostics;
use crate::io::files::Files;
use crate::io::foreign::Foreign;
use crate::io::output::Output;
use crate::io::rejects::Rejects;
use indicatif::ProgressBar;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

/// What is said of a stray.
pub(super) const NO_MESSAGE: &str = "not part of any message";

/// What is said of the first stray of a source whose lines end with CR CR LF.
const DOUBLED: &str = "lines end with CR CR LF here: tr -d '\\r' < FILE | pipehat ...";

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
    pub(super) numbers: HashMap<usize, u64>,
    /// The source and end of the stray reported last; what follows on it is the same stray.
    stray: Option<(usize, u64)>,
    /// The source that seems to be something else, as long as no message is found in it: the one
    /// report tells it, more are for those who ask for them.
    foreign: Option<usize>,
    /// The source of which it was told that its lines end with CR CR LF.
    doubled: Option<usize>,
    /// The source and end of the part before, if that ended with CR CR LF.
    behind_doubled: Option<(usize, u64)>,
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
            doubled: None,
            behind_doubled: None,
            seen: (0, 0),
            has_envelopes: false,
        }
    }

    /// Takes what came of a chunk.
    pub(super) fn take<T>(&mut self, chunk: &Chunk, job: &mut Job<T>) -> io::Result<()> {
        let mut reports = job.reports.drain(..).peekable();
        for (index, (part, count)) in chunk.parts.iter().zip(&job.counts).enumerate() {
            let before = self.numbers.get(&part.source.index).copied().unwrap_or(0);
            self.foreign.take_if(|source| *source == part.source.index && before + count > 0);
            while let Some(report) = reports.next_if(|r| r.part == index) {
                self.report(chunk, part, (before, *count), report)?;
            }
            let end = part.offset + part.range.len() as u64;
            let has_doubled = ends_doubled(&chunk.bytes, part.range.end);
            self.behind_doubled = has_doubled.then_some((part.source.index, end));
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
    pub(super) fn emits(&self) -> bool {
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
                } else if begins
                    && self.doubled != Some(part.source.index)
                    && (ends_doubled(&chunk.bytes, range.start)
                        || self.behind_doubled == Some((part.source.index, offset)))
                    && is_segment(&chunk.bytes, range.clone())
                {
                    self.doubled = Some(part.source.index);
                    text = format!("{NO_MESSAGE}; {DOUBLED}");
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

pub(super) fn place(name: &str, message: Option<u64>, offset: u64) -> String {
    match message {
        Some(number) => format!("{name}: message {number} (byte {offset})"),
        None => format!("{name}: byte {offset}"),
    }
}

/// What a source seems to be that does not begin with messages, if nothing but blanks stands before the
/// stray at `start`.
fn seems(chunk: &Chunk, part: &Part, start: usize) -> Option<Foreign> {
    let before = chunk.bytes.get(part.range.start..start)?;
    let is_head = part.offset == 0 && before.iter().all(u8::is_ascii_whitespace);
    is_head.then(|| Foreign::of(chunk.bytes.get(part.range.clone())?)).flatten()
}

/// Whether CR CR LF stands before a place, which closes a message: what writes CR LF for each LF,
/// twice over, takes messages apart so.
fn ends_doubled(bytes: &[u8], place: usize) -> bool {
    bytes.get(..place).is_some_and(|before| before.ends_with(b"\r\r\n"))
}

/// Whether a stray begins as segments do.
fn is_segment(bytes: &[u8], stray: Range<usize>) -> bool {
    let id = bytes.get(stray).and_then(<[u8]>::first_chunk);
    id.is_some_and(|[id @ .., sign]: &[u8; 4]| {
        id.iter().all(u8::is_ascii_alphanumeric) && sign.is_ascii_punctuation()
    })
}
