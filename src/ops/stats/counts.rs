//! Messages counted, part by part, and all of them.

use super::histogram::Histogram;
use super::problems::{Across, Problems};
use super::segments::Segments;
use super::times::Times;
use super::values::Values;
use super::{Limits, Reading, Settings};
use crate::core::message::pieces;
use crate::core::scope::to_utf8;
use crate::core::segment_id::at_head;
use crate::core::time::Timestamp;
use crate::core::{LineEnding, Message, Scope};
use crate::ops::validate::Severities;

/// What is counted of the messages of a part of a stream.
#[derive(Debug, Default)]
pub struct Counts {
    /// Messages so far, since the counts were made: never anew, for segments tell by it whether
    /// they are in the same message as those before.
    number: u64,
    /// What depends on the messages before, in order.
    headings: Vec<Heading>,
    pub(super) kinds: Kinds,
    pub(super) segments: Segments,
    /// What is wrong with messages, if that is asked for.
    pub problems: Problems,
}

/// What messages say of themselves.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// MSH-9.1 and MSH-9.2.
    pub(super) types: Values,
    /// MSH-12.1.
    pub(super) versions: Values,
    /// MSH-3.1 and MSH-4.1.
    pub(super) senders: Values,
    /// MSH-11.1.
    pub(super) processing: Values,
    /// MSH-18, the first.
    pub(super) charsets: Values,
    /// How segments end.
    pub(super) endings: Values,
    /// Messages whose MSH-7 is empty, and whose MSH-7 is no time.
    pub(super) untimed: u64,
    pub(super) mistimed: u64,
}

/// What is counted of a message in the order of the stream.
#[derive(Clone, Copy, Debug)]
struct Heading {
    /// The index of its source.
    source: usize,
    /// Its length in bytes.
    length: u64,
    /// MSH-7.
    time: Option<Timestamp>,
}

/// What is counted of all messages.
#[derive(Debug, Default)]
pub struct Archive {
    pub(super) counts: Counts,
    /// Sources that have messages, and the last of them.
    pub(super) sources: u64,
    source: Option<usize>,
    pub(super) lengths: Histogram,
    pub(super) times: Times,
    across: Across,
}

/// Different values of so many fields, 4 KB each, are left in the counts of parts.
const LEFT: usize = 1000;

/// The last field of MSH that is looked at.
const LAST: usize = 18;

impl Counts {
    /// Counts a message of a part. `whole` are its bytes with what ended it, `source` is the index
    /// of where it comes from.
    pub fn message(
        &mut self,
        message: &Message<'_>,
        whole: &[u8],
        source: usize,
        settings: &Settings,
    ) {
        self.count(message, whole, source, settings, Limits::PART);
    }

    /// As [`Counts::message`], in the counts of a whole archive, which keep less.
    pub fn message_of_all(
        &mut self,
        message: &Message<'_>,
        whole: &[u8],
        source: usize,
        settings: &Settings,
    ) {
        self.count(message, whole, source, settings, Limits::WHOLE);
    }

    fn count(
        &mut self,
        message: &Message<'_>,
        whole: &[u8],
        source: usize,
        settings: &Settings,
        limits: Limits,
    ) {
        // Where bytes of characters can equal delimiters, the message is split as text.
        let converted = to_utf8(message, settings.text);
        let split = match &converted {
            Some(utf8) => message.with_bytes(utf8.as_bytes()),
            None => *message,
        };
        let scope = match &converted {
            Some(_) => Scope::converted(&split, settings.text),
            None => Scope::with(&split, settings.text),
        };
        let separators = split.separators();
        let reading = Reading { scope, separators, values: settings.values, limits };
        self.number += 1;
        let time = self.segments(&split, &reading);
        self.kinds.endings.add_plain(ending(message, whole), limits.values);
        let length = message.bytes().len() as u64;
        self.headings.push(Heading { source, length, time });
    }

    /// Counts the segments, and tells MSH-7.
    fn segments(&mut self, message: &Message<'_>, reading: &Reading<'_, '_>) -> Option<Timestamp> {
        let mut header = [&b""[..]; LAST + 1];
        for (n, segment) in message.segments().enumerate() {
            let bytes = segment.raw();
            if !segment.is_header() {
                let id = at_head(bytes, reading.separators.field);
                self.segments.add(id, bytes, self.number, reading);
                continue;
            }
            let entry = self.segments.count(Some(*b"MSH"), self.number, &reading.limits);
            if let Some(fields) = entry.and_then(|entry| entry.fields.as_mut()) {
                fields.add_header(bytes, reading, |field, value| {
                    if let Some(known) = header.get_mut(field).filter(|_| n == 0) {
                        *known = value;
                    }
                });
            }
        }
        self.kinds.add(&header, reading)
    }

    /// Adds what comes behind, and empties it.
    fn merge(&mut self, other: &mut Self, limits: &Limits) {
        self.headings.append(&mut other.headings);
        self.kinds.merge(&mut other.kinds, limits.values);
        self.segments.merge(&mut other.segments, limits);
        self.problems.merge(&mut other.problems);
    }
}

impl Kinds {
    /// Counts what MSH says, its fields by their numbers, and tells MSH-7.
    fn add(&mut self, header: &[&[u8]; LAST + 1], reading: &Reading<'_, '_>) -> Option<Timestamp> {
        let by = reading.separators;
        let limit = reading.limits.values;
        let component = |field: usize, n: usize| {
            let first = pieces(header[field], by.repetition).next().unwrap_or_default();
            pieces(first, by.component).nth(n).unwrap_or_default()
        };
        let add = |values: &mut Values, value: &[u8]| {
            values.add(value, super::hash::hash(value), limit, |raw| reading.scope.text(raw));
        };
        let event = component(9, 1);
        if event.is_empty() {
            add(&mut self.types, component(9, 0));
        } else {
            add(&mut self.types, &[component(9, 0), b"^", event].concat());
        }
        add(&mut self.versions, component(12, 0));
        add(&mut self.processing, component(11, 0));
        add(&mut self.charsets, component(18, 0));
        let named = |field| match component(field, 0) {
            [] => component(field, 1),
            name => name,
        };
        add(&mut self.senders, &[named(3), b"|", named(4)].concat());
        match component(7, 0) {
            [] | b"\"\"" => {
                self.untimed += 1;
                None
            }
            raw => {
                let time = Timestamp::parse(raw);
                self.mistimed += u64::from(time.is_none());
                time
            }
        }
    }

    fn merge(&mut self, other: &mut Self, limit: usize) {
        let Self { types, versions, senders, processing, charsets, endings, .. } = self;
        for (own, theirs) in [
            (types, &mut other.types),
            (versions, &mut other.versions),
            (senders, &mut other.senders),
            (processing, &mut other.processing),
            (charsets, &mut other.charsets),
            (endings, &mut other.endings),
        ] {
            own.merge(theirs, limit);
        }
        self.untimed += std::mem::take(&mut other.untimed);
        self.mistimed += std::mem::take(&mut other.mistimed);
    }
}

impl Archive {
    /// The counts of all messages, for a run of one thread, which needs none of parts: see
    /// [`Counts::message_of_all`].
    pub fn counts_mut(&mut self) -> &mut Counts {
        &mut self.counts
    }

    /// Adds the counts of the next part, and empties them to be used again, for a part wherever it
    /// stands. Only which different values there were is left in them, unless it is much: it does
    /// not depend on the order, and to merge it once ([`Archive::merge_rest`]) is less work.
    pub fn merge(&mut self, part: &mut Counts) {
        self.counts.merge(part, &Limits::WHOLE);
        if part.segments.estimated() > LEFT {
            self.merge_rest(part);
        }
    }

    /// Adds what is left in counts that are used no more.
    pub fn merge_rest(&mut self, part: &mut Counts) {
        self.counts.segments.merge_distinct(&mut part.segments);
    }

    /// Counts what depends on the messages before. `severities`: how severe problems are, if they
    /// are looked for.
    pub fn settle(&mut self, severities: Option<&Severities>) {
        for Heading { source, length, time } in self.counts.headings.drain(..) {
            if self.source != Some(source) {
                self.source = Some(source);
                self.sources += 1;
                self.times.begin_source();
            }
            self.lengths.add(length);
            if let Some(time) = time {
                self.times.add(time);
            }
        }
        if let Some(severities) = severities {
            self.across.settle(&mut self.counts.problems, severities);
        }
    }

    /// Ends the last source.
    pub fn end(&mut self, severities: Option<&Severities>) {
        self.settle(severities);
        if let Some(severities) = severities {
            self.across.end(&mut self.counts.problems, severities);
        }
    }

    /// How many messages were counted.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.lengths.count()
    }
}

/// How the segments of a message end.
fn ending(message: &Message<'_>, whole: &[u8]) -> &'static [u8] {
    let after = whole.get(message.header().raw().len()..).unwrap_or_default();
    match message.line_ending() {
        LineEnding::Cr => b"CR",
        LineEnding::Lf if after.starts_with(b"\r\n") => b"CRLF",
        LineEnding::Lf => b"LF",
    }
}
