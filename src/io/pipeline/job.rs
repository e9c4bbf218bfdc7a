//! What came of a chunk: results, and reports of messages by their place.

use super::Flow;
use super::view::{Item, Mark};
use std::ops::Range;

/// What came of a chunk.
#[derive(Debug, Default)]
pub struct Job<T> {
    /// Results, for the output.
    pub out: Vec<u8>,
    /// Counts of the caller.
    pub tally: T,
    /// Whether to go on.
    pub flow: Flow,
    pub(super) reports: Vec<Report>,
    /// What goes to files, and to which: the ends of the ranges of `emitted`.
    pub(super) files: Vec<(Box<str>, usize)>,
    pub(super) emitted: Vec<u8>,
    /// Messages of the part under way.
    pub(super) messages: u64,
    /// Messages of each part.
    pub(super) counts: Vec<u64>,
    /// Whether there was an envelope segment.
    pub(super) has_envelopes: bool,
}

/// A place in a source and what is to be said of it.
#[derive(Debug)]
pub struct Report {
    /// The part of the chunk.
    pub(super) part: usize,
    /// The message's number in the part, from 1; `None` for what is no message.
    pub(super) message: Option<u64>,
    /// The bytes in the chunk.
    pub(super) range: Range<usize>,
    pub(super) text: String,
    pub(super) fate: Fate,
    pub(super) kind: Kind,
}

/// What becomes of bytes that are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
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
pub(super) enum Kind {
    Message,
    Stray,
    /// The continuation of bytes reported before.
    More,
}

impl<T> Job<T> {
    /// Adds bytes to a file, which the caller of the run gave a place ([`Sink::files`](super::Sink::files)).
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
    pub(super) fn report(&mut self, mark: Mark, text: String, fate: Fate) {
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
