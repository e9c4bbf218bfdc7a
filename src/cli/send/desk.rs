//! What became of messages: told, counted, kept.

use super::FormatArg;
use super::letters::Packed;
use crate::cli::Verdict;
use crate::core::{Scope, TextOptions};
use crate::io::pipeline::Item;
use crate::io::source::plain_error;
use crate::io::{Diagnostics, Output, Rejects};
use crate::net::reply::Ack;
use crate::net::send::{Answered, Fate, Fingerprint, Journal, Observer, Parcel, Settled};
use crate::ops::pass::PassOn;
use crate::ops::visible;
use anyhow::{Context, Result};
use serde_json::Value;
use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The file beside the rejects that tells why each message is there.
pub(super) fn sidecar(rejects: &Path) -> PathBuf {
    let mut name = OsString::from(rejects);
    name.push(".ndjson");
    name.into()
}

/// A message on its way, with its place in the input.
pub(super) struct Letter<'v> {
    item: Item<'v>,
    fingerprint: Option<Fingerprint>,
    packed: Packed,
    key: u64,
}

/// The messages that are sent together.
#[derive(Default)]
pub(super) struct Sheet<'v> {
    pub(super) letters: Vec<Letter<'v>>,
}

impl<'v> Sheet<'v> {
    pub(super) fn add(
        &mut self,
        item: Item<'v>,
        fingerprint: Option<Fingerprint>,
        packed: Packed,
        key: u64,
    ) {
        self.letters.push(Letter { item, fingerprint, packed, key });
    }

    /// The messages as they are sent, which stand in `bytes`.
    pub(super) fn parcels<'b>(&self, bytes: &'b [u8]) -> Vec<Parcel<'b>> {
        let part = |range: &std::ops::Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        let parcel = |letter: &Letter<'_>| Parcel {
            content: part(&letter.packed.content),
            control_id: part(&letter.packed.control_id),
            key: letter.key,
        };
        self.letters.iter().map(parcel).collect()
    }
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
    sidecar: Option<File>,
    reasons: Vec<u8>,
    journal: Option<Journal>,
    in_queue: bool,
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
            sidecar: None,
            reasons: Vec::new(),
            journal: None,
            in_queue: false,
            counts: Counts::default(),
            text,
            diagnostics,
            began: Instant::now(),
        }
    }

    /// Keeps what is refused or not delivered, and why. `append`: behind what is there.
    pub(super) fn with_rejects(
        mut self,
        rejects: Option<&'d Rejects>,
        sidecar: Option<&Path>,
        append: bool,
    ) -> Result<Self> {
        self.rejects = rejects;
        if let Some(path) = sidecar {
            let mut file = OpenOptions::new();
            file.create(true).append(append).write(true).truncate(!append).mode(0o600);
            let file = file.open(path).with_context(|| format!("creating {}", path.display()))?;
            self.sidecar = Some(file);
        }
        Ok(self)
    }

    pub(super) fn with_journal(mut self, journal: Option<Journal>) -> Self {
        self.journal = journal;
        self
    }

    pub(super) fn in_queue(mut self, in_queue: bool) -> Self {
        self.in_queue = in_queue;
        self
    }

    /// Whether messages that are not delivered are put aside. Where a run can go on later, it
    /// sends them itself: they must not be in two places.
    pub(super) fn keeps_undelivered(&self) -> bool {
        self.rejects.is_some() && self.journal.is_none()
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
            None => return false,
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

    /// Tells of a message that cannot be sent; it is in the rejects otherwise.
    pub(super) fn unsendable(&mut self, item: &Item<'_>, why: &str) -> io::Result<()> {
        self.counts.unsendable += 1;
        let pairs = [("outcome", "unsendable".into()), ("reason", why.into())];
        self.tell(item, &pairs);
        self.commit()
    }

    /// An observer of the messages of a sheet.
    pub(super) fn over<'s>(&'s mut self, letters: &'s [Letter<'s>]) -> Watch<'s, 'd> {
        Watch { desk: self, letters }
    }

    /// Adds a line to the sidecar of the rejects.
    fn tell(&mut self, item: &Item<'_>, pairs: &[(&str, Value)]) {
        if self.sidecar.is_some() {
            object(&mut self.reasons, &[&place(item)[..], pairs].concat());
        }
    }

    fn reject(&mut self, item: &Item<'_>, settled: &Settled<'_>) -> io::Result<()> {
        let Some(rejects) = self.rejects else { return Ok(()) };
        rejects.add(item.whole, true).map_err(|e| named("the rejects", &e))?;
        let mut pairs = vec![("outcome", settled.fate.name().into())];
        if let Some(code) = settled.fate.code() {
            pairs.push(("code", code.to_string().into()));
        }
        if let Some(ack) = settled.fate.ack() {
            pairs.push(("error", text(ack.condition())));
        }
        if let Some(failure) = settled.fate.failure() {
            pairs.push(("reason", failure.to_string().into()));
        }
        self.tell(item, &pairs);
        Ok(())
    }

    /// Appends what is shown of a message.
    fn show(&mut self, letter: &Letter<'_>, control_id: &[u8], settled: &Settled<'_>) {
        let out = &mut self.lines;
        let milliseconds = settled.took.as_secs_f64() * 1000.0;
        let ack = settled.fate.ack();
        match self.format {
            FormatArg::None => {}
            FormatArg::Ack => {
                if let Some(ack) = ack {
                    // A line of its own in any case: this form can hold every message.
                    let _ = PassOn::default().append(&ack.message, out);
                }
            }
            FormatArg::Text => {
                let code = settled.fate.code().map_or("--".to_owned(), |code| code.to_string());
                out.extend_from_slice(format!("{code:<3} ").as_bytes());
                visible::append(control_id, 40, out);
                let mut what = String::new();
                if settled.tries > 0 {
                    let _ = write!(what, "  {milliseconds:.1} ms");
                }
                match settled.fate {
                    Fate::Accepted(_) => {}
                    fate => {
                        let _ = write!(what, "  {}", fate.name());
                        if let Some(code) = ack.and_then(|ack| error_code(ack)) {
                            let _ = write!(what, ", error {code}");
                        }
                        if let Some(failure) = fate.failure() {
                            let _ = write!(what, ": {failure}");
                        }
                    }
                }
                out.extend_from_slice(what.as_bytes());
                out.push(b'\n');
            }
            FormatArg::Ndjson => {
                let mut pairs = place(&letter.item).to_vec();
                pairs.push(("control_id", text(control_id)));
                pairs.push(("outcome", settled.fate.name().into()));
                if let Some(code) = settled.fate.code() {
                    pairs.push(("code", code.to_string().into()));
                }
                if let Some(ack) = ack {
                    let scope = Scope::with(&ack.message, self.text);
                    for (name, raw) in [("error", ack.condition()), ("text", ack.text())] {
                        if !raw.is_empty() {
                            pairs.push((name, text(&scope.text(raw))));
                        }
                    }
                }
                if let Some(failure) = settled.fate.failure() {
                    pairs.push(("reason", failure.to_string().into()));
                }
                pairs.push(("tries", settled.tries.into()));
                if settled.tries > 0 {
                    pairs.push(("ms", ((milliseconds * 1000.0).round() / 1000.0).into()));
                }
                object(out, &pairs);
            }
        }
    }

    /// Tells of a message that was not accepted, without content of it.
    fn report(&self, item: &Item<'_>, settled: &Settled<'_>) {
        let place = item.place();
        match settled.fate {
            Fate::Accepted(_) | Fate::Unsent(None) => {}
            Fate::Refused(code, ack) => {
                let error = ack.and_then(error_code).map(|code| format!(", error {code}"));
                let error = error.unwrap_or_default();
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
        if let Some(file) = &mut self.sidecar
            && !self.reasons.is_empty()
        {
            file.write_all(&self.reasons).map_err(|e| named("the reasons of the rejects", &e))?;
            self.reasons.clear();
            if self.journal.is_some() {
                let rejects = self.rejects.map_or(Ok(()), Rejects::sync);
                rejects.and_then(|()| file.sync_data()).map_err(|e| named("the rejects", &e))?;
            }
        }
        if let Some(journal) = &mut self.journal {
            journal.commit().map_err(|e| named("the state", &e))?;
        }
        self.write_lines();
        Ok(())
    }

    /// Ends the run: what came of all messages.
    pub(super) fn finish(mut self, strays: u64) -> Result<Verdict> {
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
        let summary = counts.summary(self.began.elapsed());
        if not_delivered > 0 {
            self.diagnostics.error(&summary);
        } else if all_well && counts.refused_before == 0 {
            self.diagnostics.detail(&summary);
        } else {
            self.diagnostics.note(&summary);
        }
        if strays > 0 {
            let text = format!("answers that belonged to no message in flight: {strays}");
            self.diagnostics.note(&text);
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
    letters: &'s [Letter<'s>],
}

impl Observer for Watch<'_, '_> {
    fn settled(&mut self, settled: &Settled<'_>, control_id: &[u8]) -> io::Result<()> {
        let Self { desk, letters } = self;
        let Some(letter) = letters.get(settled.index) else { return Ok(()) };
        let counts = &mut desk.counts;
        let answered = match settled.fate {
            Fate::Accepted(_) => {
                counts.accepted += 1;
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
        if is_refused || answered.is_none() && desk.keeps_undelivered() {
            desk.reject(&letter.item, settled)?;
        }
        if let (Some(answered), Some(fingerprint), Some(journal)) =
            (answered, letter.fingerprint, &mut desk.journal)
        {
            journal.note(fingerprint, answered);
        }
        desk.report(&letter.item, settled);
        desk.show(letter, control_id, settled);
        Ok(())
    }

    fn commit(&mut self) -> io::Result<()> {
        self.desk.commit()
    }

    fn retrying(&mut self, index: usize, why: &dyn Display, pause: Duration) {
        let Some(letter) = self.letters.get(index) else { return };
        let (place, pause) = (letter.item.place(), pause.as_secs_f64());
        self.desk.diagnostics.note(&format!("{place}: {why}; once more in {pause:.1} s"));
    }
}

/// Where a message stands, as pairs of an object.
fn place(item: &Item<'_>) -> [(&'static str, Value); 3] {
    let origin = item.origin();
    [
        ("file", text(origin.file)),
        ("number", origin.number.into()),
        ("offset", origin.offset.into()),
    ]
}

fn text(bytes: &[u8]) -> Value {
    String::from_utf8_lossy(bytes).into()
}

/// Appends an object as a line; the pairs stay in order.
fn object(out: &mut Vec<u8>, pairs: &[(&str, Value)]) {
    for (n, (name, value)) in pairs.iter().enumerate() {
        let begin = if n == 0 { '{' } else { ',' };
        out.extend_from_slice(format!("{begin}\"{name}\":{value}").as_bytes());
    }
    out.extend_from_slice(b"}\n");
}

/// The error code of an acknowledgment, if it is one of table 0357 by its form: other texts could
/// be anything, and are shown only where answers are asked for.
fn error_code<'a>(ack: &Ack<'a>) -> Option<&'a str> {
    let code = std::str::from_utf8(ack.condition()).ok()?;
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

fn named(what: &str, error: &io::Error) -> io::Error {
    io::Error::other(format!("writing {what}: {error}"))
}
