//! What becomes of a message that was judged: what decides about it, what keeps it, its answer.

use super::Reader;
use crate::core::Message;
use crate::core::mllp::{Commit, append_block};
use crate::net::ack::{Code, Condition, Fault, Header};
use crate::net::listen::commit::Item;
use crate::net::listen::duplicates::{Claim, Duplicate, Known};
use crate::net::listen::judge::Refusal;
use crate::net::listen::peer::Peer;
use crate::net::listen::shared::STORAGE;
use crate::net::listen::{Label, Outcome};
use std::time::Instant;

impl Reader<'_> {
    /// Takes a message: what decides about it first, what keeps it then.
    pub(super) fn accept<'a>(
        &mut self,
        message: &Message<'_>,
        header: &Header<'a>,
        content: &[u8],
        begun: Begun,
    ) -> Result<(), Box<Refusal<'a>>> {
        let shared = self.shared;
        let settings = &shared.settings;
        let refuse = |code, why, fault| Refusal::new(Some(*header), code, why, vec![fault]);
        let mut claim = None;
        if let Some(known) = &shared.duplicates {
            let key = known.key(header, message.bytes());
            claim = loop {
                match known.claim(key) {
                    Known::New(claim) => break Some(claim),
                    Known::Pending => {
                        // It may be one of our own.
                        self.submit();
                        known.wait(key);
                    }
                    Known::Accepted if known.then == Duplicate::Ack => {
                        self.answer(header, self.batch.records.len(), begun, None);
                        return Ok(());
                    }
                    Known::Accepted => {
                        let text = "it has come before";
                        let fault = Fault::in_header(10, Condition::DuplicateKey, text);
                        return Err(refuse(Code::Reject, "duplicate", fault).unkept());
                    }
                }
            };
        }
        let start = self.batch.records.len();
        if let Err(why) = settings.pass.append(message, &mut self.batch.records) {
            let fault = Fault::new(Condition::Internal, why.to_string());
            return Err(refuse(Code::Reject, "form", fault));
        }
        if shared.is_full() && (settings.exec.is_some() || self.link.is_some()) {
            // What decides about it must not do so again and again, for nothing.
            let count = self.batch.records.len() - start;
            let files = settings.files.as_ref().is_none_or(|files| files.could_write(count));
            if !files || (settings.stores && !shared.committer.could_store(count)) {
                self.batch.records.truncate(start);
                let fault = Fault::new(Condition::Internal, "it could not be stored");
                return Err(refuse(Code::Error, STORAGE, fault).unkept());
            }
        }
        if let Some(exec) = &settings.exec {
            let record = &self.batch.records[start..];
            let ran = exec.run(record, header, begun.label, self.peer.address);
            if let Err((code, fault)) = ran {
                self.batch.records.truncate(start);
                return Err(refuse(code, "exec", fault).unkept().telling_more());
            }
        }
        let mut forwarded = Vec::new();
        let mut said = "none";
        if let Some(link) = &mut self.link {
            let (peer, flusher) = (self.peer, &shared.committer.flusher);
            // With release 2 the commit block comes first, which waits for the rest.
            let early = !settings.release2;
            let mut interim = |block: &[u8]| {
                if early {
                    Peer::answer(peer, block, 0, flusher);
                }
                early
            };
            let answered = link.send(content, header, &mut forwarded, &mut interim);
            if let Ok(Some((code, kind))) = answered {
                said = code.text(kind);
            }
            match answered {
                Ok(None | Some((Code::Accept, _))) => {}
                Ok(Some((code, _))) => {
                    self.batch.records.truncate(start);
                    self.settle(start, &forwarded, said, code, Some("forward"), begun, None);
                    return Ok(());
                }
                Err(e) => {
                    self.batch.records.truncate(start);
                    let text = format!("no answer: {e}");
                    let fault = Fault::new(Condition::Internal, text);
                    return Err(refuse(Code::Error, "forward", fault).unkept().telling_more());
                }
            }
        }
        if let Some(files) = &settings.files
            && let Err(e) = files.write(&self.batch.records[start..], settings.sync_files)
        {
            // The reason has the name of a file in it, which is no concern of the sender.
            shared.storage_failed(&crate::io::source::plain_error(&e), false);
            self.batch.records.truncate(start);
            let fault = Fault::new(Condition::Internal, "it could not be written");
            return Err(refuse(Code::Error, STORAGE, fault).unkept());
        }
        if !settings.stores && settings.files.is_some() {
            shared.stored();
        }
        if !settings.stores {
            // The other sinks have it; nothing is left to do before the answer.
            self.batch.records.truncate(start);
        }
        if self.link.is_some() {
            self.settle(start, &forwarded, said, Code::Accept, None, begun, claim);
        } else {
            self.answer(header, start, begun, claim);
        }
        Ok(())
    }

    fn answer(&mut self, header: &Header<'_>, start: usize, begun: Begun, claim: Option<Claim>) {
        let mut answers = std::mem::take(&mut self.batch.answers);
        let from = answers.len();
        let said = self.shared.append_answers(Some(header), Code::Accept, &[], &mut answers);
        self.batch.answers = answers;
        self.item(start, from, said, Code::Accept, None, begun, claim);
    }

    /// Passes on answers that came from elsewhere.
    #[allow(clippy::too_many_arguments)]
    fn settle(
        &mut self,
        start: usize,
        answers: &[u8],
        said: &'static str,
        code: Code,
        why: Option<&'static str>,
        begun: Begun,
        claim: Option<Claim>,
    ) {
        let from = self.batch.answers.len();
        let mut said = said;
        if self.shared.settings.release2 && code == Code::Error {
            said = self.shared.append_not_kept(None, &[], &mut self.batch.answers);
        } else {
            if self.shared.settings.release2 {
                append_block(Commit::Ack.content(), &mut self.batch.answers);
            }
            self.batch.answers.extend_from_slice(answers);
        }
        self.item(start, from, said, code, why, begun, claim);
    }

    pub(super) fn refuse(&mut self, refusal: &Refusal<'_>, content: &[u8], begun: Begun) {
        if refusal.kept {
            self.shared.reject_block(content);
        }
        let mut answers = std::mem::take(&mut self.batch.answers);
        let from = answers.len();
        let header = refusal.header.as_ref();
        let faults = &refusal.faults;
        let said = if refusal.code == Code::Error && !refusal.kept {
            self.shared.append_not_kept(header, faults, &mut answers)
        } else {
            self.shared.append_answers(header, refusal.code, faults, &mut answers)
        };
        self.batch.answers = answers;
        let start = self.batch.records.len();
        self.item(start, from, said, refusal.code, Some(refusal.why), begun, None);
        if refusal.tells_more
            && let Some(item) = self.batch.items.last_mut()
        {
            item.outcome.detail = faults.first().map(|fault| fault.text.clone());
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn item(
        &mut self,
        start: usize,
        from: usize,
        said: &'static str,
        code: Code,
        why: Option<&'static str>,
        begun: Begun,
        claim: Option<Claim>,
    ) {
        let Begun { received, label, bytes } = begun;
        self.batch.items.push(Item {
            record: start..self.batch.records.len(),
            answer: from..self.batch.answers.len(),
            outcome: Outcome { label, said, code, why, detail: None, bytes, received, claim },
        });
    }
}

/// What is known of a message from the start.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    received: Instant,
    label: Label,
    bytes: usize,
}

impl Begun {
    pub(super) fn new(received: Instant, content: &[u8], header: Option<&Header<'_>>) -> Self {
        let label = header.map_or(Label::OTHER, Label::of);
        Self { received, label, bytes: content.len() }
    }
}
