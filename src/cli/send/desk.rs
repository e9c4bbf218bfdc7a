//! What became of messages: told, counted, kept.

mod recent;
mod sheet;
mod shown;

pub(super) use sheet::{Sheet, Source};

use super::FormatArg;
use crate::cli::Verdict;
use crate::core::TextOptions;
use crate::io::pipeline::{Item, Rejected};
use crate::io::source::plain_error;
use crate::io::{Diagnostics, Output, Rejects};
use crate::net::ack::Kind;
use crate::net::reply::Ack;
use crate::net::send::{Answered, Fate, Fingerprint, Journal, Observer, Refusal, Settled};
use anyhow::Result;
use recent::Recent;
use serde_json::Value;
use sheet::Letter;
use shown::error_code;
use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The file beside the rejects that tells why each message is there; a device or a pipe has none.
pub(super) fn sidecar(rejects: &Path) -> Option<PathBuf> {
    if std::fs::metadata(rejects).is_ok_and(|found| !found.is_file()) {
        return None;
    }
    let mut name = OsString::from(rejects);
    name.push(".ndjson");
    Some(name.into())
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    accepted: u64,
    unexpected: u64,
    refused: u64,
    unknown: u64,
    unsent: u64,
    unsendable: u64,
    /// By an earlier run.
    accepted_before: u64,
    refused_before: u64,
}

/// Where what became of messages is told and kept.
pub(super) struct Desk<'d> {
    /// `None` when nobody reads it any more: messages are delivered all the same.
    output: Option<Output>,
    lines: Vec<u8>,
    format: FormatArg,
    rejects: Option<&'d Rejects>,
    /// The source and end of the stray put into the rejects last; what follows on it is the same.
    stray: Option<(usize, u64)>,
    /// Something was put into the rejects since they were synced.
    is_dirty: bool,
    journal: Option<Journal>,
    in_queue: bool,
    /// The run ended before its input, as far as is known.
    left_off: bool,
    /// A refusal behind a CA counts.
    hears_refusals: bool,
    recent: Recent,
    counts: Counts,
    text: TextOptions,
    diagnostics: &'d Diagnostics,
    began: Instant,
}

impl<'d> Desk<'d> {
    pub(super) fn new(
        output: Output,
        format: FormatArg,
        diagnostics: &'d Diagnostics,
        text: TextOptions,
    ) -> Self {
        Self {
            output: Some(output),
            lines: Vec::new(),
            format,
            rejects: None,
            stray: None,
            is_dirty: false,
            journal: None,
            in_queue: false,
            left_off: false,
            hears_refusals: true,
            recent: Recent::default(),
            counts: Counts::default(),
            text,
            diagnostics,
            began: Instant::now(),
        }
    }

    /// Keeps what is refused or not delivered.
    pub(super) fn with_rejects(mut self, rejects: Option<&'d Rejects>) -> Self {
        self.rejects = rejects;
        self
    }

    pub(super) fn with_journal(mut self, journal: Option<Journal>) -> Self {
        self.journal = journal;
        self
    }

    pub(super) fn in_queue(mut self, in_queue: bool) -> Self {
        self.in_queue = in_queue;
        self
    }

    /// Whether what was accepted with CA is remembered, for it may be refused yet.
    pub(super) fn hearing_refusals(mut self, hears_refusals: bool) -> Self {
        self.hears_refusals = hears_refusals;
        self
    }

    /// Whether messages that are not delivered are put aside. Where a run can go on later, it
    /// sends them itself: they must not be in two places.
    pub(super) fn keeps_undelivered(&self) -> bool {
        self.rejects.is_some() && self.journal.is_none()
    }

    /// What comes behind is not read, so nobody knows how much that is.
    pub(super) fn leave_off(&mut self) {
        // Of a queue all is read; what waits stays in it.
        self.left_off = !self.in_queue;
    }

    /// Whether there are any.
    pub(super) fn has_rejects(&self) -> bool {
        self.rejects.is_some()
    }

    /// What identifies a message, if answers are noted.
    pub(super) fn fingerprint(&self, item: &Item<'_>) -> Option<Fingerprint> {
        self.journal.as_ref()?;
        let origin = item.origin();
        Some(Journal::fingerprint(origin.file, origin.offset, item.message.bytes()))
    }

    /// Whether an earlier run had the answer.
    pub(super) fn is_settled(&mut self, fingerprint: Option<Fingerprint>) -> bool {
        let known = fingerprint.zip(self.journal.as_ref());
        match known.and_then(|(fingerprint, journal)| journal.known(fingerprint)) {
            // What could not be sent then may be sendable now.
            None | Some(Answered::PutAside) => return false,
            Some(Answered::Accepted) => self.counts.accepted_before += 1,
            Some(Answered::Refused) => self.counts.refused_before += 1,
        }
        true
    }

    /// The journal forgets what it need not know any more.
    pub(super) fn clear_journal(&mut self, longest: u64) -> io::Result<()> {
        match &mut self.journal {
            Some(journal) if journal.bytes()? > longest => journal.forget(),
            _ => Ok(()),
        }
    }

    /// Counts a message that cannot be sent.
    pub(super) fn count_unsendable(&mut self) {
        self.counts.unsendable += 1;
    }

    /// An observer of the messages of a sheet.
    pub(super) fn over<'s>(&'s mut self, sheet: &'s Sheet<'s>) -> Watch<'s, 'd> {
        let outcomes = sheet.letters.iter().map(|_| None).collect();
        Watch { desk: self, sheet, outcomes, letters_kept: 0, rejected_kept: 0 }
    }

    /// Puts into the rejects what is no message or cannot be sent, unless an earlier run has.
    fn keep_rejected(&mut self, rejected: &Rejected<'_>, source: Source<'_>) -> io::Result<()> {
        let Some(rejects) = self.rejects else { return Ok(()) };
        let Rejected { bytes, offset, number, ref why } = *rejected;
        if let Some(journal) = &mut self.journal {
            let ends = bytes.iter().rev().take_while(|b| matches!(b, b'\r' | b'\n' | 0x1C)).count();
            // What ends it may come only when its file grows.
            let content = &bytes[..bytes.len() - ends];
            let fingerprint = Journal::fingerprint(source.file, offset, content);
            if journal.known(fingerprint) == Some(Answered::PutAside) {
                return Ok(());
            }
            journal.note(fingerprint, Answered::PutAside);
        }
        let mut begins = true;
        if number.is_none() {
            begins = self.stray != Some((source.index, offset));
            self.stray = Some((source.index, offset + bytes.len() as u64));
        }
        self.is_dirty = true;
        rejects.add(bytes, begins)?;
        if begins { rejects.explain_unusable(source.file, number, offset, why) } else { Ok(()) }
    }

    /// Puts a message into the rejects whose fate allows it, and notes what was answered.
    fn keep(&mut self, letter: &Letter<'_>, outcome: Outcome) -> io::Result<()> {
        if let (Some(pairs), Some(rejects)) = (outcome.rejected, self.rejects) {
            let Item { whole, .. } = letter.item;
            let from = letter.item.origin();
            self.is_dirty = true;
            rejects.add(whole, true)?;
            rejects.explain(from.file, Some(from.number), from.offset, &pairs)?;
        }
        if let (Some(answered), Some(fingerprint), Some(journal)) =
            (outcome.answered, letter.fingerprint, &mut self.journal)
        {
            journal.note(fingerprint, answered);
        }
        Ok(())
    }

    /// A refusal came of a message that was accepted with CA; false if no such message is known.
    fn refused_later(&mut self, ack: &Ack<'_>) -> io::Result<bool> {
        let Some(stored) = self.recent.take(ack.control_id) else { return Ok(false) };
        self.counts.accepted = self.counts.accepted.saturating_sub(1);
        self.counts.refused += 1;
        let code = Refusal::Code(ack.code, ack.kind);
        let (place, error) = (&stored.place, error_text(Some(ack)));
        self.diagnostics.note(&format!("{place}: refused: {code} after CA{error}"));
        let settled = Settled {
            index: 0,
            fate: Fate::Refused(code, Some(ack)),
            took: stored.sent.elapsed(),
            tries: stored.tries,
        };
        let (from, lines) = (stored.origin(), &mut self.lines);
        shown::append(self.format, from, &stored.control_id, &settled, self.text, lines);
        if let Some(rejects) = self.rejects {
            self.is_dirty = true;
            rejects.add(&stored.whole, true)?;
            rejects.explain(from.file, Some(from.number), from.offset, &reasons(&settled))?;
        }
        if let (Some(fingerprint), Some(journal)) = (stored.fingerprint, &mut self.journal) {
            journal.note(fingerprint, Answered::Refused);
        }
        Ok(true)
    }

    /// Tells of a message that was not accepted, without content of it.
    fn report(&self, item: &Item<'_>, settled: &Settled<'_>) {
        let place = item.place();
        match settled.fate {
            Fate::Accepted(_) | Fate::Unsent(None) => {}
            Fate::Refused(code, ack) => {
                let error = error_text(ack);
                self.diagnostics.note(&format!("{place}: refused: {code}{error}"));
            }
            Fate::Unexpected(ack) => {
                let code = ack.code.text(ack.kind);
                self.diagnostics.note(&format!("{place}: accepted with {code}, not as expected"));
            }
            Fate::Unknown(failure) => {
                self.diagnostics.error(&format!("{place}: it may have arrived or not: {failure}"));
            }
            Fate::Unsent(Some(failure)) => {
                self.diagnostics.error(&format!("{place}: not sent: {failure}"));
            }
        }
    }

    /// Writes what is shown. That nobody can read it is no reason not to deliver.
    fn write_lines(&mut self) {
        if let Some(output) = &mut self.output
            && !self.lines.is_empty()
            && let Err(e) = output.write_all(&self.lines)
        {
            if e.kind() != ErrorKind::BrokenPipe {
                let e = plain_error(&e);
                self.diagnostics.error(&format!("writing the output, which ends here: {e}"));
            }
            self.output = None;
        }
        self.lines.clear();
    }

    /// What must outlast the process comes first, and the note that a message is done comes behind
    /// the rejects that have it.
    fn commit(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_dirty)
            && self.journal.is_some()
            && let Some(rejects) = self.rejects
        {
            rejects.sync().map_err(|e| named("the rejects", &e))?;
        }
        if let Some(journal) = &mut self.journal {
            journal.commit().map_err(|e| named("the state", &e))?;
        }
        self.write_lines();
        Ok(())
    }

    /// Ends the run: what came of all messages.
    pub(super) fn finish(&mut self, strays: u64) -> Result<Verdict> {
        self.commit()?;
        if let Some(output) = self.output.take() {
            output.finish()?;
        }
        if let Some(rejects) = self.rejects {
            rejects.sync()?;
        }
        let counts = self.counts;
        let not_delivered = counts.unknown + counts.unsent;
        let all_well = not_delivered + counts.refused + counts.unexpected + counts.unsendable == 0;
        let mut summary = counts.summary(self.began.elapsed());
        if self.left_off {
            summary.push_str("; nothing more was read");
        }
        if not_delivered > 0 {
            self.diagnostics.fail();
        }
        if all_well && counts.refused_before == 0 {
            self.diagnostics.detail(&summary);
        } else {
            self.diagnostics.conclude(&summary);
        }
        if strays > 0 {
            let text = format!("answers that belonged to no message in flight: {strays}");
            self.diagnostics.conclude(&text);
        }
        let said_no = counts.refused + counts.refused_before + counts.unexpected > 0;
        Ok(if said_no { Verdict::No } else { Verdict::Yes })
    }
}

impl Counts {
    fn summary(&self, time: Duration) -> String {
        let mut text = format!("{} accepted", self.accepted);
        for (count, what) in [
            (self.unexpected, "accepted with another code"),
            (self.refused, "refused"),
            (self.unknown, "unknown"),
            (self.unsent, "not sent"),
            (self.unsendable, "that cannot be sent"),
            (self.accepted_before, "accepted before"),
            (self.refused_before, "refused before"),
        ] {
            if count > 0 {
                let _ = write!(text, ", {count} {what}");
            }
        }
        let _ = write!(text, " in {:.1} s", time.as_secs_f64());
        text
    }
}

/// Is told what becomes of the messages of a sheet.
pub(super) struct Watch<'s, 'd> {
    desk: &'s mut Desk<'d>,
    sheet: &'s Sheet<'s>,
    /// Of letters that are settled, but not kept yet.
    outcomes: Vec<Option<Outcome>>,
    /// So many letters are done with.
    letters_kept: usize,
    /// So much that was rejected is.
    rejected_kept: usize,
}

/// What is to be kept of a message that is settled.
struct Outcome {
    answered: Option<Answered>,
    /// It goes to the rejects, for these reasons.
    rejected: Option<Vec<(&'static str, Value)>>,
}

impl Watch<'_, '_> {
    /// Keeps what is settled in the order of the input: what comes behind a message that is not
    /// settled has to wait, unless nothing more will be settled (`all`).
    fn keep(&mut self, all: bool) -> io::Result<()> {
        let Sheet { letters, rejected, source } = self.sheet;
        loop {
            let letter = letters.get(self.letters_kept);
            let before = letter.map_or(u64::MAX, |letter| letter.item.offset);
            match (rejected.get(self.rejected_kept), letter) {
                (Some(first), _) if first.offset < before => {
                    self.rejected_kept += 1;
                    self.desk.keep_rejected(first, *source)?;
                }
                (_, Some(letter)) => {
                    let outcome = self.outcomes.get_mut(self.letters_kept).and_then(Option::take);
                    match outcome {
                        Some(outcome) => self.desk.keep(letter, outcome)?,
                        None if !all => return Ok(()),
                        None => {}
                    }
                    self.letters_kept += 1;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Ends the sheet: nothing more will be settled.
    pub(super) fn close(&mut self) -> io::Result<()> {
        let kept = self.keep(true).map_err(|e| named("the rejects", &e));
        // What was accepted is noted also when what was refused could not be kept.
        kept.and(self.desk.commit())
    }
}

/// Why a message is in the rejects. Of what the receiver says only codes: its texts may be about
/// the patient.
fn reasons(settled: &Settled<'_>) -> Vec<(&'static str, Value)> {
    let fate = &settled.fate;
    let mut pairs = vec![("outcome", fate.name().into())];
    if let Some(code) = fate.code() {
        pairs.push(("code", code.to_string().into()));
    }
    if let Some(ack) = fate.ack() {
        pairs.push(("error", error_code(ack).into()));
    }
    if let Some(failure) = fate.failure() {
        pairs.push(("reason", failure.to_string().into()));
    }
    pairs
}

impl Observer for Watch<'_, '_> {
    fn settled(&mut self, settled: &Settled<'_>, control_id: &[u8]) -> io::Result<()> {
        let Self { desk, sheet, outcomes, .. } = self;
        let Some(letter) = sheet.letters.get(settled.index) else { return Ok(()) };
        let counts = &mut desk.counts;
        let answered = match settled.fate {
            Fate::Accepted(ack) => {
                counts.accepted += 1;
                if ack.kind == Kind::Accept && desk.hears_refusals {
                    desk.recent.add(letter, control_id, settled, desk.rejects.is_some());
                }
                Some(Answered::Accepted)
            }
            Fate::Unexpected(_) => {
                counts.unexpected += 1;
                Some(Answered::Accepted)
            }
            Fate::Refused(..) => {
                counts.refused += 1;
                Some(Answered::Refused)
            }
            Fate::Unknown(_) => {
                counts.unknown += 1;
                None
            }
            Fate::Unsent(_) => {
                counts.unsent += 1;
                None
            }
        };
        let is_refused = answered == Some(Answered::Refused);
        let is_kept = is_refused || answered.is_none() && desk.keeps_undelivered();
        desk.report(&letter.item, settled);
        let from = letter.item.origin();
        shown::append(desk.format, from, control_id, settled, desk.text, &mut desk.lines);
        if !is_kept {
            // Nothing has to be in order, so nothing need wait.
            desk.keep(letter, Outcome { answered, rejected: None })?;
        }
        if let Some(outcome) = outcomes.get_mut(settled.index) {
            let rejected = is_kept.then(|| reasons(settled));
            let answered = answered.filter(|_| is_kept);
            *outcome = Some(Outcome { answered, rejected });
        }
        self.keep(false).map_err(|e| named("the rejects", &e))
    }

    fn commit(&mut self) -> io::Result<()> {
        self.desk.commit()
    }

    fn refused_later(&mut self, ack: &Ack<'_>) -> io::Result<bool> {
        self.desk.refused_later(ack).map_err(|e| named("the rejects", &e))
    }

    fn retrying(&mut self, index: usize, why: &dyn Display, pause: Duration) {
        let Some(letter) = self.sheet.letters.get(index) else { return };
        let (place, pause) = (letter.item.place(), pause.as_secs_f64());
        self.desk.diagnostics.note(&format!("{place}: {why}; once more in {pause:.1} s"));
    }
}

/// The error code of an answer as a part of a report.
fn error_text(ack: Option<&Ack<'_>>) -> String {
    ack.and_then(error_code).map(|code| format!(", error {code}")).unwrap_or_default()
}

fn named(what: &str, error: &io::Error) -> io::Error {
    io::Error::other(format!("writing {what}: {error}"))
}
