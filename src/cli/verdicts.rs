//! Messages checked on any number of threads, and what depends on the messages before them: in
//! order.
//!
//! Threads check messages one by one, write what is to be said of each, and pass on those that are
//! valid ([`Check`]). Then, chunk by chunk in the order of the input, the messages are held against
//! those before them ([`Verdicts`]). Where that finds something, the message's part of the report
//! is written anew, and if it is invalid now it is taken back from what is passed on. So the output
//! is the same with any number of threads, and no message is out before its verdict.

use crate::core::{LineEnding, TextOptions};
use crate::dictionary::Version;
use crate::io::pipeline::{Job, Mark, Met, Unusable, View};
use crate::io::{Chunk, Output, Source};
use crate::ops::pass::PassOn;
use crate::ops::validate::batch::{self, Facts};
use crate::ops::validate::report::{Form, Options, Subject, Summary, junit, sarif};
use crate::ops::validate::settings::Severities;
use crate::ops::validate::{Finding, Scratch, Validator, unusable};
use std::io::{self, Seek, Write};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use tempfile::SpooledTempFile;

/// How messages are checked.
#[derive(Clone, Copy)]
pub(super) struct Check<'v> {
    pub(super) validator: &'v Validator,
    /// How values become text.
    pub(super) text: TextOptions,
    pub(super) options: Options,
    /// How valid messages are passed on, if they are.
    pub(super) pass: Option<PassOn>,
}

/// What came of a chunk.
#[derive(Default)]
pub(super) struct Done<'v> {
    records: Vec<Record<'v>>,
    /// Of all records, one behind the other.
    findings: Vec<Finding<'v>>,
    /// As `findings`: the parts of the report.
    report: Vec<u8>,
}

/// What came of one message, or envelope segment.
struct Record<'v> {
    part: usize,
    what: What<'v>,
    offset: u64,
    /// The bytes in the chunk.
    bytes: Range<usize>,
    line_ending: LineEnding,
    version: Version,
    /// See [`Subject::first_line`]; known in order.
    line: (u64, bool),
    /// Where its part ends in `findings`, in the report, and in what is passed on.
    ends: (usize, usize, usize),
}

enum What<'v> {
    Message {
        number: u64,
        mark: Mark,
        is_valid: bool,
        /// What it is held against others by, and how severe that is.
        facts: Option<(Facts, &'v Severities)>,
    },
    Envelope {
        before: u64,
    },
}

impl<'v> Check<'v> {
    fn severities(&self) -> &'v Severities {
        self.validator.severities_around()
    }

    /// Checks the messages of a part.
    pub(super) fn messages(&self, view: View<'_>, job: &mut Job<Done<'v>>) {
        let mut done = std::mem::take(&mut job.tally);
        let mut scratch = Scratch::default();
        let file = view.part.source.name();
        view.walk(job, |met, job| {
            let record = match met {
                Met::Message(item) => {
                    let start = done.findings.len();
                    let message = &item.message;
                    let findings = &mut done.findings;
                    let checked = self.validator.check(message, &self.text, &mut scratch, findings);
                    let is_valid = !self.options.fails(&done.findings[start..]);
                    let passed = match &self.pass {
                        Some(pass) if is_valid => pass.append(message, &mut job.out),
                        _ => Ok(()),
                    };
                    if let Err(why) = passed {
                        job.reject(&item, why.to_string());
                    } else if !is_valid {
                        job.set_aside(item.mark);
                    }
                    let facts = Some((Facts::of(message), checked.severities));
                    let bytes = item.mark.range().start;
                    Record {
                        part: view.index,
                        what: What::Message {
                            number: item.number,
                            mark: item.mark,
                            is_valid,
                            facts,
                        },
                        offset: item.offset,
                        bytes: bytes..bytes + message.bytes().len(),
                        line_ending: message.line_ending(),
                        version: checked.model.version,
                        line: Default::default(),
                        ends: Default::default(),
                    }
                }
                Met::Unusable(found) => self.unusable(&found, &mut done, job),
                Met::Envelope { bytes, offset, before } => {
                    let start = (offset - view.part.offset) as usize + view.part.range.start;
                    Record {
                        part: view.index,
                        what: What::Envelope { before },
                        offset,
                        bytes: start..start + bytes.len(),
                        line_ending: LineEnding::Lf,
                        version: Version::NEWEST,
                        line: Default::default(),
                        ends: Default::default(),
                    }
                }
            };
            let start = done.records.last().map_or(0, |record| record.ends.0);
            if matches!(record.what, What::Message { .. }) && !self.options.form.counts_lines() {
                let base = view.part.range.start;
                let bytes = &view.bytes[record.bytes.start - base..record.bytes.end - base];
                let subject = record.subject(&file, bytes);
                self.options.append(&subject, &done.findings[start..], &mut done.report);
            }
            let ends = (done.findings.len(), done.report.len(), job.out.len());
            done.records.push(Record { ends, ..record });
        });
        job.tally = done;
    }

    /// A message whose delimiters cannot be used is invalid, and cannot be passed on.
    fn unusable(
        &self,
        found: &Unusable<'_>,
        done: &mut Done<'v>,
        job: &mut Job<Done<'v>>,
    ) -> Record<'v> {
        let finding = unusable::finding(found.error, found.framed.bytes, self.severities());
        let is_told = finding.is_some();
        let start = done.findings.len();
        done.findings.extend(finding);
        let is_valid = !self.options.fails(&done.findings[start..]);
        if !is_valid {
            job.set_aside(found.mark);
        } else if self.pass.is_some() || !is_told {
            job.reject_marked(found.mark, found.error.to_string());
        }
        let bytes = found.mark.range().start;
        Record {
            part: found.mark.part(),
            what: What::Message { number: found.number, mark: found.mark, is_valid, facts: None },
            offset: found.offset,
            bytes: bytes..bytes + found.framed.bytes.len(),
            line_ending: found.framed.line_ending,
            version: Version::NEWEST,
            line: Default::default(),
            ends: Default::default(),
        }
    }
}

impl Record<'_> {
    fn subject<'a>(&self, file: &'a str, bytes: &'a [u8]) -> Subject<'a> {
        let number = match self.what {
            What::Message { number, .. } => Some(number),
            What::Envelope { .. } => None,
        };
        let Self { offset, line_ending, version, line: (first_line, starts_line), .. } = *self;
        Subject { file, number, offset, bytes, line_ending, first_line, starts_line, version }
    }
}

/// The source under way.
struct Current {
    source: Arc<Source>,
    name: String,
    /// What is known of its messages.
    batch: batch::Source,
    lines: Lines,
    /// Offset and line of the last file header and of the last batch header.
    headers: [(u64, (u64, bool)); 2],
    suite: Option<Suite>,
}

/// Lines of a source, counted as it is read.
struct Lines {
    /// Line feeds so far.
    feeds: u64,
    /// The last byte was one.
    at_start: bool,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8]) {
        self.feeds += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.at_start = bytes.last().map_or(self.at_start, |&b| b == b'\n');
    }
}

/// The cases of a source, kept until all of them are known: their number stands before them.
struct Suite {
    cases: SpooledTempFile,
    tests: u64,
    failures: u64,
}

/// So much of a suite is kept in memory.
const KEPT: usize = 1 << 20;

/// The report under way.
pub(super) struct Verdicts<'v, 'o> {
    check: Check<'v>,
    report: &'o mut Output,
    summary: Summary,
    source: Option<Current>,
    /// What is to be written of the report.
    buffer: Vec<u8>,
    /// Nothing stands in the report yet but its beginning.
    is_empty: bool,
}

impl<'v, 'o> Verdicts<'v, 'o> {
    /// Begins a report.
    pub(super) fn begin(check: Check<'v>, report: &'o mut Output) -> io::Result<Self> {
        let mut begun = Self {
            check,
            report,
            summary: Summary::default(),
            source: None,
            buffer: Vec::new(),
            is_empty: true,
        };
        check.options.begin(&mut begun.buffer);
        begun.write()?;
        Ok(begun)
    }

    /// Takes what came of a chunk.
    pub(super) fn take(&mut self, chunk: &Chunk, job: &mut Job<Done<'v>>) -> io::Result<()> {
        let mut done = std::mem::take(&mut job.tally);
        let mut revoked = Vec::new();
        let mut begin = (0, 0, 0);
        let counts_lines = self.check.options.form.counts_lines();
        let mut records = done.records.iter_mut().peekable();
        for (index, part) in chunk.parts.iter().enumerate() {
            self.enter(&part.source)?;
            let mut rest = part.range.clone();
            while let Some(record) = records.next_if(|record| record.part == index) {
                if let Some(current) = self.source.as_mut().filter(|_| counts_lines) {
                    let Current { lines, headers, .. } = current;
                    lines.pass(&chunk.bytes[rest.start..record.bytes.start]);
                    rest.start = record.bytes.start;
                    record.line = (lines.feeds + 1, lines.at_start);
                    match chunk.bytes[rest.start..record.bytes.end] {
                        [b'F', b'H', ..] => headers[0] = (record.offset, record.line),
                        [b'B', b'H', ..] => headers[1] = (record.offset, record.line),
                        _ => {}
                    }
                }
                let findings = &done.findings[begin.0..record.ends.0];
                let bytes = chunk.bytes.get(record.bytes.clone()).unwrap_or_default();
                let more = self.across(record, bytes);
                if more.is_empty() && !counts_lines {
                    self.count(record, findings, true);
                    self.add(&done.report[begin.1..record.ends.1])?;
                } else {
                    let mut all: Vec<_> = findings.iter().cloned().chain(more).collect();
                    all.sort_by_key(|finding| finding.at.position());
                    let is_still_valid = !self.check.options.fails(&all);
                    self.count(record, &all, is_still_valid);
                    self.append(record, bytes, &all)?;
                    if let What::Message { mark, is_valid: true, .. } = record.what
                        && !is_still_valid
                    {
                        job.set_aside(mark);
                        revoked.push(begin.2..record.ends.2);
                    }
                }
                begin = record.ends;
            }
            if let Some(Current { lines, .. }) = self.source.as_mut().filter(|_| counts_lines) {
                lines.pass(&chunk.bytes[rest]);
            }
        }
        remove(&mut job.out, &revoked);
        done.records.clear();
        done.findings.clear();
        done.report.clear();
        job.tally = done;
        self.write()
    }

    /// Ends the report. `not_handled`: how often something was told as not handled.
    pub(super) fn end(mut self, not_handled: u64) -> io::Result<Summary> {
        self.leave()?;
        self.summary.not_handled = not_handled;
        let Self { check, summary, buffer, .. } = &mut self;
        check.options.end(summary, buffer);
        self.write()?;
        Ok(self.summary)
    }

    /// What a message, or an envelope, has against those before it.
    fn across(&mut self, record: &Record<'_>, bytes: &[u8]) -> Vec<Finding<'v>> {
        let mut findings = Vec::new();
        let Some(Current { batch: source, .. }) = &mut self.source else { return findings };
        match &record.what {
            What::Message { facts: Some((facts, severities)), number, .. } => {
                source.message(facts, *number, severities, &mut findings);
            }
            What::Message { facts: None, .. } => {}
            What::Envelope { before } => {
                let severities = self.check.severities();
                source.envelope(bytes, record.offset, *before, severities, &mut findings);
            }
        }
        findings
    }

    fn count(&mut self, record: &Record<'_>, findings: &[Finding<'_>], is_valid: bool) {
        findings.iter().for_each(|finding| self.summary.add(finding));
        let is_message = matches!(record.what, What::Message { .. });
        if let What::Message { is_valid: was_valid, .. } = record.what {
            self.summary.messages += 1;
            self.summary.invalid += u64::from(!(was_valid && is_valid));
        }
        self.count_case(is_message, findings);
    }

    fn count_case(&mut self, is_message: bool, findings: &[Finding<'_>]) {
        let suite = self.source.as_mut().and_then(|source| source.suite.as_mut());
        if let Some(suite) = suite.filter(|_| is_message || !findings.is_empty()) {
            suite.tests += 1;
            suite.failures += u64::from(self.check.options.fails(findings));
        }
    }

    fn append(
        &mut self,
        record: &Record<'_>,
        bytes: &[u8],
        findings: &[Finding<'_>],
    ) -> io::Result<()> {
        let is_message = matches!(record.what, What::Message { .. });
        if !is_message && findings.is_empty() {
            return Ok(());
        }
        let file = self.source.as_ref().map_or("", |source| &source.name);
        let mut out = Vec::new();
        self.check.options.append(&record.subject(file, bytes), findings, &mut out);
        self.add(&out)
    }

    /// Adds a part of the report. What joins it to the part before has no place before the first.
    fn add(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        if let Some(Current { suite: Some(suite), .. }) = &mut self.source {
            return suite.cases.write_all(bytes);
        }
        if self.is_empty {
            bytes = bytes.strip_prefix(self.check.options.joint()).unwrap_or(bytes);
            self.is_empty = false;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Goes on to a source, unless it is the one under way.
    fn enter(&mut self, source: &Arc<Source>) -> io::Result<()> {
        if self.source.as_ref().is_some_and(|current| current.source.index == source.index) {
            return Ok(());
        }
        self.leave()?;
        let is_suite = self.check.options.form == Form::Junit;
        self.source = Some(Current {
            source: source.clone(),
            name: self.name(source),
            batch: batch::Source::default(),
            lines: Lines { feeds: 0, at_start: true },
            headers: Default::default(),
            suite: is_suite.then(|| Suite {
                cases: SpooledTempFile::new(KEPT),
                tests: 0,
                failures: 0,
            }),
        });
        Ok(())
    }

    /// The name of a source in the report. For code scanning it is a URI, relative to the current
    /// folder, where it looks for files.
    fn name(&self, source: &Source) -> String {
        let path = source.path.as_deref().filter(|_| self.check.options.form == Form::Sarif);
        let Some(path) = path else { return source.name() };
        let here = std::env::current_dir().ok();
        let relative = here.and_then(|here| path.strip_prefix(here).ok());
        sarif::uri(relative.unwrap_or(path).as_os_str().as_bytes())
    }

    /// Ends the source under way: what is still open has no end.
    fn leave(&mut self) -> io::Result<()> {
        let Some(current) = &mut self.source else { return Ok(()) };
        let name = current.name.clone();
        let headers = current.headers;
        let batch = std::mem::take(&mut current.batch);
        for (offset, finding) in batch.end(self.check.severities()) {
            let header = headers.iter().find(|header| header.0 == offset);
            let (first_line, starts_line) = header.map_or((1, false), |header| header.1);
            let subject = Subject {
                file: &name,
                number: None,
                offset,
                bytes: b"",
                line_ending: LineEnding::Lf,
                first_line,
                starts_line,
                version: Version::NEWEST,
            };
            let findings = [finding];
            self.summary.add(&findings[0]);
            self.count_case(false, &findings);
            let mut out = Vec::new();
            self.check.options.append(&subject, &findings, &mut out);
            self.add(&out)?;
        }
        if let Some(Current { suite: Some(mut suite), .. }) = self.source.take() {
            junit::open(&name, suite.tests, suite.failures, &mut self.buffer);
            self.write()?;
            suite.cases.rewind()?;
            let copied = io::copy(&mut suite.cases, self.report);
            copied.map_err(|e| self.error(&e))?;
            junit::close(&mut self.buffer);
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.report.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|e| self.error(&e))
    }

    /// Only where the report is the output, its end is a quiet one.
    fn error(&self, error: &io::Error) -> io::Error {
        let is_output = self.check.pass.is_none();
        let kind = if is_output { error.kind() } else { io::ErrorKind::Other };
        io::Error::new(kind, format!("writing the report: {error}"))
    }
}

/// Removes ranges, which are in order.
fn remove(out: &mut Vec<u8>, ranges: &[Range<usize>]) {
    if ranges.is_empty() {
        return;
    }
    let mut kept = Vec::with_capacity(out.len());
    let mut from = 0;
    for range in ranges {
        kept.extend_from_slice(&out[from..range.start]);
        from = range.end;
    }
    kept.extend_from_slice(&out[from..]);
    *out = kept;
}
