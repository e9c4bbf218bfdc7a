//! What holds across the messages of a source: control ids that do not come twice, and batches
//! that hold what their trailers say.
//!
//! A [`Source`] is told the messages and envelope segments of one source in order, and tells what
//! is wrong. It keeps no bytes of messages: of control ids it keeps 64-bit hashes, and of those
//! the last [`REMEMBERED`] to twice as many.

use super::finding::{At, Finding, Problem};
use super::rule::{Rule, Severity};
use super::settings::Severities;
use crate::core::{Message, SegmentId, Separators};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A control id that comes again within so many messages is always found; one that comes again
/// after more than twice as many is not. About 40 MB in a source of a million messages.
pub const REMEMBERED: usize = 1 << 19;

/// How it is told that one of a pair is not there.
const UNPAIRED: &str = "there is no ";

/// What is kept of a message to hold it against others.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// A hash of MSH-10; `None` where it is empty.
    control_id: Option<u64>,
    /// The same of MSA-2 in an acknowledgment.
    answers: Option<u64>,
    is_acknowledgment: bool,
    separators: Separators,
    /// Where MSH-10 and MSA-2 stand in the message, and the line of the latter.
    places: [(u32, u32); 2],
    msa_line: u32,
}

impl Facts {
    /// Of a message.
    #[must_use]
    pub fn of(message: &Message<'_>) -> Self {
        let field = |bytes: Option<&[u8]>| {
            let bytes = bytes.filter(|&bytes| !bytes.is_empty() && bytes != b"\"\"")?;
            Some((hash(bytes), span(message, bytes)))
        };
        let header = message.header();
        let control_id = field(header.field(10).map(|f| f.raw()));
        let mut facts = Self {
            control_id: control_id.map(|(hash, _)| hash),
            answers: None,
            is_acknowledgment: false,
            separators: message.separators(),
            places: [control_id.map_or((0, 0), |(_, place)| place), (0, 0)],
            msa_line: 0,
        };
        // Where there is one, it is the second segment, or stands behind SFT and UAC.
        let lines = message.segments().take(8).zip(1..);
        if let Some((msa, line)) = lines.into_iter().find(|(s, _)| s.has_id(*b"MSA")) {
            let answers = field(msa.field(2).map(|f| f.raw()));
            facts.is_acknowledgment = true;
            facts.answers = answers.map(|(hash, _)| hash);
            facts.places[1] = answers.map_or((0, 0), |(_, place)| place);
            facts.msa_line = line;
        }
        facts
    }
}

fn span(message: &Message<'_>, bytes: &[u8]) -> (u32, u32) {
    let start = message.offset_of(bytes);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(start), number(start + bytes.len()))
}

fn hash(bytes: &[u8]) -> u64 {
    // Without a random key, so that a run can be repeated.
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The control ids of the last messages, with the numbers of the messages that have them.
#[derive(Debug, Default)]
struct Seen {
    recent: HashMap<u64, u64>,
    older: HashMap<u64, u64>,
}

impl Seen {
    fn get(&self, id: u64) -> Option<u64> {
        self.recent.get(&id).or_else(|| self.older.get(&id)).copied()
    }

    /// Remembers an id by the first message that has it.
    fn add(&mut self, id: u64, number: u64, limit: usize) {
        if self.recent.len() >= limit {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.entry(id).or_insert(number);
    }
}

/// A header whose trailer has not come yet.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Its offset in the source.
    offset: u64,
    /// Messages of the source before it.
    before: u64,
    /// Batches that ended since.
    batches: u64,
    /// `None` where they cannot be used.
    separators: Option<Separators>,
}

/// One source under way.
#[derive(Debug)]
pub struct Source {
    seen: Seen,
    /// Messages that are no acknowledgments have been there.
    has_originals: bool,
    file: Option<Open>,
    batch: Option<Open>,
    /// Messages before the end of the last batch, or the begin of the file: those behind are a
    /// batch of their own if no header opens one.
    ended: u64,
    remembered: usize,
}

impl Default for Source {
    fn default() -> Self {
        Self::remembering(REMEMBERED)
    }
}

impl Source {
    /// A source of whose messages so many are remembered at least.
    fn remembering(remembered: usize) -> Self {
        Self {
            seen: Seen::default(),
            has_originals: false,
            file: None,
            batch: None,
            ended: 0,
            remembered,
        }
    }

    /// Looks at the next message, which has this number in the source.
    pub fn message(
        &mut self,
        facts: &Facts,
        number: u64,
        severities: &Severities,
        findings: &mut Vec<Finding<'_>>,
    ) {
        if severities.is_on(Rule::Msg3) {
            self.control_ids(facts, number, severities, findings);
        }
        self.has_originals |= !facts.is_acknowledgment;
        let around = [(self.batch, "BHS"), (self.file, "FHS")];
        let other = around.into_iter().find(|(open, _)| {
            let theirs = open.and_then(|open| open.separators);
            theirs.is_some_and(|theirs| !agree(theirs, facts.separators))
        });
        if let Some((_, header)) = other {
            let at = place(*b"MSH", 2, 1);
            let problem = plain(format!("the delimiters are not those of {header}"), "");
            let usual = Some(Severity::Warning);
            push(Rule::Bat1, at, (3, 8), usual, problem, severities, findings);
        }
    }

    fn control_ids(
        &mut self,
        facts: &Facts,
        number: u64,
        severities: &Severities,
        findings: &mut Vec<Finding<'_>>,
    ) {
        let is_unknown = |id: u64| self.has_originals && self.seen.get(id).is_none();
        if facts.answers.is_some_and(is_unknown) {
            let at = place(*b"MSA", 2, facts.msa_line);
            let problem = plain("no message before it has this control id", "");
            // The message may be in another file.
            let usual = Some(Severity::Info);
            push(Rule::Msg3, at, facts.places[1], usual, problem, severities, findings);
        }
        let Some(id) = facts.control_id else { return };
        let first = self.seen.get(id);
        if let Some(first) = first {
            let at = place(*b"MSH", 10, 1);
            let wrong = format!("message {first} has the same control id");
            let problem = plain(wrong, "one of its own");
            push(Rule::Msg3, at, facts.places[0], None, problem, severities, findings);
        }
        self.seen.add(id, first.unwrap_or(number), self.remembered);
    }

    /// A batch ends, if there is one: one that a header began, or messages without a header.
    fn end_batch(&mut self, before: u64) {
        let is_batch = self.batch.take().is_some() || before > self.ended;
        if let Some(file) = self.file.as_mut().filter(|_| is_batch) {
            file.batches += 1;
        }
        self.ended = before;
    }

    /// Looks at an envelope segment, which stands at `offset` and has `before` messages of the
    /// source before it.
    ///
    /// A file is `[FHS] { [BHS] { messages } [BTS] } [FTS]` (chapter 2, section 2.10.3): each of
    /// the four may be missing. Where only the other one of a pair is there, something may have
    /// been cut off, which is a warning.
    pub fn envelope(
        &mut self,
        bytes: &[u8],
        offset: u64,
        before: u64,
        severities: &Severities,
        findings: &mut Vec<Finding<'_>>,
    ) {
        let Some(id) = bytes.first_chunk::<3>().copied() else { return };
        let all = (0, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let mut tell = |field: u16, span: (u32, u32), wrong: &'static str, expected: String| {
            let at = place(id, field, 1);
            // Without the other one of its pair it is allowed.
            let usual = wrong.starts_with(UNPAIRED).then_some(Severity::Warning);
            push(Rule::Bat1, at, span, usual, plain(wrong, expected), severities, findings);
        };
        if matches!(&id, b"FHS" | b"BHS") {
            let separators = separators_of(bytes);
            let delimiters = (3, all.1.min(8));
            if separators.is_none() {
                tell(2, delimiters, "the delimiters cannot be used", String::new());
            }
            let around = self.file.and_then(|file| file.separators).filter(|_| &id == b"BHS");
            if separators.zip(around).is_some_and(|(own, file)| !agree(own, file)) {
                tell(2, delimiters, "the delimiters are not those of FHS", String::new());
            }
            let open = Some(Open { offset, before, batches: 0, separators });
            if self.batch.is_some() {
                tell(0, all, "there is no BTS for the batch before it", String::new());
            }
            self.end_batch(before);
            if &id == b"BHS" {
                self.batch = open;
                return;
            }
            if self.file.is_some() {
                tell(0, all, "there is no FTS for the file before it", String::new());
            }
            self.file = open;
            return;
        }
        let is_file = &id == b"FTS";
        if is_file && self.batch.is_some() {
            tell(0, all, "there is no BTS for the batch before it", String::new());
        }
        let batch = self.batch;
        self.end_batch(before);
        let open = if is_file { self.file.take() } else { batch };
        let Some(open) = open else {
            let header =
                if is_file { "there is no FHS before it" } else { "there is no BHS before it" };
            tell(0, all, header, String::new());
            return;
        };
        let (found, what) =
            if is_file { (open.batches, "batch") } else { (before - open.before, "message") };
        let separator = bytes.get(3).copied();
        if let (Some(theirs), Some(own)) = (open.separators, separator)
            && theirs.field != own
        {
            tell(0, (3, 4), "its delimiters are not those of its header", String::new());
            return;
        }
        let Some(separator) = separator else { return };
        let count = bytes[4..].split(|&b| b == separator).next().unwrap_or_default();
        let span = (4, 4 + u32::try_from(count.len()).unwrap_or(u32::MAX));
        let digits = count.trim_ascii();
        if digits.is_empty() || digits == b"\"\"" {
            return;
        }
        let plural = if what == "batch" { "batches" } else { "messages" };
        let counted = if found == 1 { format!("1 {what}") } else { format!("{found} {plural}") };
        let number = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u64>().ok());
        match number {
            Some(number) if number == found => {}
            Some(_) => tell(1, span, "the count is not that of what is there", counted),
            None => tell(1, span, "the count is no number", counted),
        }
    }

    /// Looks at what is still open at the end of the source. Each finding comes with the offset of
    /// the header that it is about.
    #[must_use]
    pub fn end(self, severities: &Severities) -> Vec<(u64, Finding<'static>)> {
        let open = [(self.file, *b"FHS", "FTS"), (self.batch, *b"BHS", "BTS")];
        let mut findings = Vec::new();
        for (open, id, trailer) in open {
            let Some(open) = open else { continue };
            let mut found = Vec::new();
            let problem = plain(format!("there is no {trailer} behind it"), "");
            let usual = Some(Severity::Warning);
            push(Rule::Bat1, place(id, 0, 1), (0, 0), usual, problem, severities, &mut found);
            findings.extend(found.into_iter().map(|finding| (open.offset, finding)));
        }
        findings
    }
}

fn place(segment: SegmentId, field: u16, line: u32) -> At {
    let repetition = u32::from(field > 0);
    At { line, segment, occurrence: 1, field, repetition, ..At::default() }
}

fn plain(
    wrong: impl Into<Cow<'static, str>>,
    expected: impl Into<Cow<'static, str>>,
) -> Problem<'static> {
    Problem::Plain { wrong: wrong.into(), expected: expected.into() }
}

fn push(
    rule: Rule,
    at: At,
    span: (u32, u32),
    usual: Option<Severity>,
    problem: Problem<'static>,
    severities: &Severities,
    findings: &mut Vec<Finding<'_>>,
) {
    let severity = severities.at(rule, &at, usual);
    if severity > Severity::Off {
        findings.push(Finding { rule, severity, at, span, problem });
    }
}

/// The delimiters of a batch header, whose first two fields are as those of MSH.
fn separators_of(header: &[u8]) -> Option<Separators> {
    let head = header.get(3..header.len().min(80))?;
    Separators::of(&[b"MSH", head].concat()).ok()
}

/// Whether delimiters are the same. The truncation character is not one of batches before 2.7.
fn agree(a: Separators, b: Separators) -> bool {
    let five = |s: Separators| [s.field, s.component, s.repetition, s.escape, s.subcomponent];
    five(a) == five(b)
}

#[cfg(test)]
mod tests;
