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

/// What is known of a message before anything decides about it.
enum Claimed {
    /// Nothing, if what came before is not remembered; else that it is the first of its kind.
    First(Option<Claim>),
    /// It was accepted before, and is only answered.
    Again,
}

/// What another system answered to a message.
struct Forwarded {
    answers: Vec<u8>,
    said: &'static str,
    code: Code,
}

impl Reader<'_> {
    /// Takes a message: what decides about it first, what keeps it then.
    pub(super) fn accept<'a>(
        &mut self,
        message: &Message<'_>,
        header: &Header<'a>,
        content: &[u8],
        begun: Begun,
    ) -> Result<(), Box<Refusal<'a>>> {
        let claim = match self.claim(message, header)? {
            Claimed::First(claim) => claim,
            Claimed::Again => {
                self.answer(header, self.batch.records.len(), begun, None);
                return Ok(());
            }
        };
        let start = self.batch.records.len();
        let forwarded = self
            .decide(message, header, content, begun)
            .inspect_err(|_| self.batch.records.truncate(start))?;
        let accepted = forwarded.as_ref().is_none_or(|answer| answer.code == Code::Accept);
        if !accepted || !self.shared.settings.stores {
            // Nobody wants it, or the other sinks have it: nothing is left to do before the answer.
            self.batch.records.truncate(start);
        }
        match forwarded {
            None => self.answer(header, start, begun, claim),
            Some(forwarded) => {
                self.settle(start, &forwarded, begun, claim.filter(|_| accepted));
            }
        }
        Ok(())
    }

    /// Claims the message, so that no other connection accepts it as well.
    fn claim<'a>(
        &mut self,
        message: &Message<'_>,
        header: &Header<'a>,
    ) -> Result<Claimed, Box<Refusal<'a>>> {
        let Some(known) = &self.shared.duplicates else { return Ok(Claimed::First(None)) };
        let key = known.key(header, message.bytes());
        loop {
            match known.claim(key) {
                Known::New(claim) => return Ok(Claimed::First(Some(claim))),
                Known::Pending => {
                    // It may be one of our own.
                    self.submit();
                    known.wait(key);
                }
                Known::Accepted if known.then == Duplicate::Ack => return Ok(Claimed::Again),
                Known::Accepted => {
                    let text = "it has come before";
                    let fault = Fault::in_header(10, Condition::DuplicateKey, text);
                    return Err(refusal(header, Code::Reject, "duplicate", fault).unkept());
                }
            }
        }
    }

    /// Makes the record of a message, and asks all that decides about it in turn; what another
    /// system answered, if there is one.
    fn decide<'a>(
        &mut self,
        message: &Message<'_>,
        header: &Header<'a>,
        content: &[u8],
        begun: Begun,
    ) -> Result<Option<Forwarded>, Box<Refusal<'a>>> {
        let settings = &self.shared.settings;
        let start = self.batch.records.len();
        if let Err(why) = settings.pass.append(message, &mut self.batch.records) {
            let fault = Fault::new(Condition::Internal, why.to_string());
            return Err(refusal(header, Code::Reject, "form", fault));
        }
        if self.shared.is_full() && (settings.exec.is_some() || self.link.is_some()) {
            // What decides about it must not do so again and again, for nothing.
            self.could_store(header, self.batch.records.len() - start)?;
        }
        if let Some(exec) = &settings.exec {
            let record = &self.batch.records[start..];
            exec.run(record, header, begun.label, self.peer.address).map_err(|(code, fault)| {
                refusal(header, code, "exec", fault).unkept().telling_more()
            })?;
        }
        let forwarded = self.forward(header, content)?;
        if forwarded.as_ref().is_none_or(|answer| answer.code == Code::Accept) {
            self.write_files(header, start)?;
        }
        Ok(forwarded)
    }

    /// Whether `count` bytes could be stored now.
    fn could_store<'a>(&self, header: &Header<'a>, count: usize) -> Result<(), Box<Refusal<'a>>> {
        let settings = &self.shared.settings;
        let files = settings.files.as_ref().is_none_or(|files| files.could_write(count));
        if files && (!settings.stores || self.shared.committer.could_store(count)) {
            return Ok(());
        }
        let fault = Fault::new(Condition::Internal, "it could not be stored");
        Err(refusal(header, Code::Error, STORAGE, fault).unkept())
    }

    /// Asks the other system, if there is one.
    fn forward<'a>(
        &mut self,
        header: &Header<'a>,
        content: &[u8],
    ) -> Result<Option<Forwarded>, Box<Refusal<'a>>> {
        let Some(link) = &mut self.link else { return Ok(None) };
        let (peer, flusher) = (self.peer, &self.shared.committer.flusher);
        // With release 2 the commit block comes first, which waits for the rest.
        let early = !self.shared.settings.release2;
        let mut interim = |block: &[u8]| {
            if early {
                Peer::answer(peer, block, 0, flusher);
            }
            early
        };
        let mut answers = Vec::new();
        match link.send(content, header, &mut answers, &mut interim) {
            Ok(None) => Ok(Some(Forwarded { answers, said: "none", code: Code::Accept })),
            Ok(Some((code, kind))) => Ok(Some(Forwarded { answers, said: code.text(kind), code })),
            Err(e) => {
                let fault = Fault::new(Condition::Internal, format!("no answer: {e}"));
                Err(refusal(header, Code::Error, "forward", fault).unkept().telling_more())
            }
        }
    }

    /// Writes the record into a file of its own, if there are such.
    fn write_files<'a>(&self, header: &Header<'a>, start: usize) -> Result<(), Box<Refusal<'a>>> {
        let (shared, settings) = (self.shared, &self.shared.settings);
        let Some(files) = &settings.files else { return Ok(()) };
        if let Err(e) = files.write(&self.batch.records[start..], settings.sync_files) {
            // The reason has the name of a file in it, which is no concern of the sender.
            shared.storage_failed(&crate::io::source::plain_error(&e), false);
            let fault = Fault::new(Condition::Internal, "it could not be written");
            return Err(refusal(header, Code::Error, STORAGE, fault).unkept());
        }
        if !settings.stores {
            shared.stored();
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
    fn settle(&mut self, start: usize, answer: &Forwarded, begun: Begun, claim: Option<Claim>) {
        let &Forwarded { ref answers, mut said, code } = answer;
        let from = self.batch.answers.len();
        if self.shared.settings.release2 && code == Code::Error {
            said = self.shared.append_not_kept(None, &[], &mut self.batch.answers);
        } else {
            if self.shared.settings.release2 {
                append_block(Commit::Ack.content(), &mut self.batch.answers);
            }
            self.batch.answers.extend_from_slice(answers);
        }
        let why = (code != Code::Accept).then_some("forward");
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

fn refusal<'a>(
    header: &Header<'a>,
    code: Code,
    why: &'static str,
    fault: Fault,
) -> Box<Refusal<'a>> {
    Refusal::new(Some(*header), code, why, vec![fault])
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
