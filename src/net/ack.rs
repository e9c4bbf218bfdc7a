//! Acknowledgments: what they say, and their bytes, made from those of the message.
//!
//! Whatever of the message comes back stands as its sender wrote it, byte for byte: delimiters,
//! control id, version, character set. Nothing else of the message is ever in an acknowledgment.

mod fault;

pub use fault::{Condition, Fault, Location, Severity};

use crate::core::time::Timestamp;
use crate::core::{Charset, Separators, escape};

/// What an acknowledgment says, HL7 table 0008.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// AA, CA.
    Accept,
    /// AE, CE: something is wrong with the message, or it could not be kept.
    Error,
    /// AR, CR: it is not what is taken here.
    Reject,
}

/// Which of the two acknowledgments of the enhanced mode it is (chapter 2, section 2.9.3). The
/// only one of the original mode is that of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// AA, AE, AR: what came of the message.
    Application,
    /// CA, CE, CR: whether it is in safe keeping.
    Accept,
}

impl Code {
    /// MSA-1.
    #[must_use]
    pub fn text(self, kind: Kind) -> &'static str {
        match (kind, self) {
            (Kind::Application, Self::Accept) => "AA",
            (Kind::Application, Self::Error) => "AE",
            (Kind::Application, Self::Reject) => "AR",
            (Kind::Accept, Self::Accept) => "CA",
            (Kind::Accept, Self::Error) => "CE",
            (Kind::Accept, Self::Reject) => "CR",
        }
    }

    /// What an MSA-1 says, and in which kind of acknowledgment.
    #[must_use]
    pub fn of(msa1: &[u8]) -> Option<(Self, Kind)> {
        let kind = match msa1.first()? {
            b'A' => Kind::Application,
            b'C' => Kind::Accept,
            _ => return None,
        };
        let code = [Self::Accept, Self::Error, Self::Reject];
        code.into_iter().find(|code| code.text(kind).as_bytes() == msa1).map(|code| (code, kind))
    }
}

/// When an acknowledgment is wanted, HL7 table 0155.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    Never,
    OnSuccess,
    OnError,
}

impl When {
    fn of(field: &[u8]) -> Option<Self> {
        match field {
            b"AL" => Some(Self::Always),
            b"NE" => Some(Self::Never),
            b"SU" => Some(Self::OnSuccess),
            b"ER" => Some(Self::OnError),
            _ => None,
        }
    }

    fn wants(self, code: Code) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::OnSuccess => code == Code::Accept,
            Self::OnError => code != Code::Accept,
        }
    }
}

/// The header of a message, as far as an acknowledgment needs it: raw fields.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    separators: Separators,
    /// MSH-1 and MSH-2 as written.
    delimiters: &'a [u8],
    /// MSH-n at n - 3, from MSH-3 to MSH-18.
    fields: [&'a [u8]; 16],
}

impl<'a> Header<'a> {
    /// Reads the MSH segment that `message` begins with; `None` if its delimiters cannot be used.
    #[must_use]
    pub fn of(message: &'a [u8]) -> Option<Self> {
        let separators = Separators::of(message).ok()?;
        let end = memchr::memchr2(b'\r', b'\n', message).unwrap_or(message.len());
        let segment = &message[..end];
        let delimiters = separators.written(segment);
        let rest = segment.get(3 + delimiters.len() + 1..).unwrap_or_default();
        let mut fields = [&[][..]; 16];
        for (field, slot) in rest.split(|&b| b == separators.field).zip(&mut fields) {
            *slot = field;
        }
        Some(Self { separators, delimiters, fields })
    }

    /// MSH-n as written, for n from 3 to 18; empty when the segment ends before it.
    #[must_use]
    pub fn field(&self, n: usize) -> &'a [u8] {
        n.checked_sub(3).and_then(|n| self.fields.get(n)).copied().unwrap_or_default()
    }

    /// The delimiters.
    #[must_use]
    pub fn separators(&self) -> Separators {
        self.separators
    }

    /// With other bytes as MSH-n.
    #[must_use]
    pub fn with(mut self, n: usize, field: &'a [u8]) -> Self {
        if let Some(slot) = n.checked_sub(3).and_then(|n| self.fields.get_mut(n)) {
            *slot = field;
        }
        self
    }

    /// Component `n`, from 1, of the first repetition of MSH-`field`.
    #[must_use]
    pub fn component(&self, field: usize, n: usize) -> &'a [u8] {
        let s = self.separators;
        let first = self.field(field).split(|&b| b == s.repetition).next().unwrap_or_default();
        let mut components = first.split(|&b| b == s.component);
        n.checked_sub(1).and_then(|n| components.nth(n)).unwrap_or_default()
    }

    /// The acknowledgments that the sender wants if this is what comes of the message, in the
    /// order in which they are sent.
    ///
    /// Without MSH-15 and MSH-16 it is the one of the original mode. With either, MSH-15 asks for
    /// the accept acknowledgment and MSH-16 for that of the application, and what is not asked
    /// for is not sent. An acknowledgment is answered only where its own MSH-15 asks for it, else
    /// two systems would acknowledge each other for ever.
    pub fn wanted(&self, code: Code) -> impl Iterator<Item = Kind> + use<> {
        let (accept, application) = (When::of(self.field(15)), When::of(self.field(16)));
        let is_ack = self.is_acknowledgment();
        let (accept, application) = match (accept, application) {
            (None, None) => (false, !is_ack),
            (accept, application) => {
                let wanted = |when: Option<When>| when.is_some_and(|when| when.wants(code));
                // What is not taken into keeping no application sees.
                let kept = code == Code::Accept || !wanted(accept);
                (wanted(accept), wanted(application) && kept && !is_ack)
            }
        };
        let accept = accept.then_some(Kind::Accept);
        accept.into_iter().chain(application.then_some(Kind::Application))
    }

    /// Whether the message is an acknowledgment itself.
    #[must_use]
    pub fn is_acknowledgment(&self) -> bool {
        matches!(self.component(9, 1), b"ACK" | b"MCF")
    }

    /// Whether it is of this version of HL7 or a later one; so is a version that is not known.
    fn is_since(&self, version: &[u8]) -> bool {
        let own = self.component(12, 1);
        own.first().is_none_or(|b| !b.is_ascii_digit()) || own >= version
    }
}

/// What an acknowledgment is to say.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The code.
    pub code: Code,
    /// For whom it speaks.
    pub kind: Kind,
    /// Its own control id, MSH-10: letters, digits and `-`.
    pub id: &'a str,
    /// The time now, MSH-7.
    pub now: Option<Timestamp>,
    /// What is wrong.
    pub faults: &'a [Fault],
}

impl Answer<'_> {
    /// Appends the acknowledgment of a message. Each segment ends with CR.
    ///
    /// Sender and receiver change places. Version and processing id are those of the message. MSH-9
    /// has three components since version 2.3.1 and is `ACK` before. Faults are ERR segments since
    /// 2.5, with ERR-2, ERR-3, ERR-4 and ERR-8; before they are repetitions of ERR-1, and the text
    /// of the first is MSA-3, cut to the 80 characters that it has (chapter 2, sections 2.14.5 and
    /// 2.14.8).
    ///
    /// Without a header (`None`: the bytes were no message) MSA-2 is empty.
    pub fn append(&self, header: Option<&Header<'_>>, out: &mut Vec<u8>) {
        let unknown =
            Header { separators: Separators::default(), delimiters: b"|^~\\&", fields: [b""; 16] };
        let header = header.unwrap_or(&unknown);
        let s = header.separators;
        let field = |bytes: &[u8], out: &mut Vec<u8>| {
            out.push(s.field);
            out.extend_from_slice(bytes);
        };
        out.extend_from_slice(b"MSH");
        out.extend_from_slice(header.delimiters);
        for n in [5, 6, 3, 4] {
            field(header.field(n), out);
        }
        out.push(s.field);
        if let Some(now) = &self.now {
            now.write_hl7(out);
        }
        field(b"", out);
        field(b"ACK", out);
        let event = header.component(9, 2);
        // A message without component separators says nothing of an event either.
        if !event.is_empty() && header.is_since(b"2.3.1") {
            out.push(s.component);
            out.extend_from_slice(event);
            out.push(s.component);
            out.extend_from_slice(b"ACK");
        }
        field(self.id.as_bytes(), out);
        let or = |bytes, default| if <[u8]>::is_empty(bytes) { default } else { bytes };
        field(or(header.field(11), b"P"), out);
        field(or(header.field(12), b"2.5.1"), out);
        let named = header.field(18);
        if !named.is_empty() {
            out.extend_from_slice(&[s.field; 6]);
            out.extend_from_slice(named);
        }
        let charset = Charset::of_msh18(named, s.repetition);
        out.extend_from_slice(b"\rMSA");
        field(self.code.text(self.kind).as_bytes(), out);
        field(header.field(10), out);
        if header.is_since(b"2.5") {
            out.push(b'\r');
            self.faults.iter().for_each(|fault| append_err(fault, charset, &s, out));
        } else {
            if let Some(fault) = self.faults.first() {
                out.push(s.field);
                append_short(&fault.text, charset, &s, out);
            }
            out.push(b'\r');
            self.append_old_err(&s, out);
        }
    }

    /// One ERR segment, with the errors in repetitions of ERR-1: segment, sequence, field, code.
    fn append_old_err(&self, s: &Separators, out: &mut Vec<u8>) {
        for (n, fault) in self.faults.iter().enumerate() {
            if n == 0 {
                out.extend_from_slice(b"ERR");
                out.push(s.field);
            } else if s.repetition == s.field {
                break;
            } else {
                out.push(s.repetition);
            }
            if let Some(location) = &fault.location {
                out.extend_from_slice(&location.segment);
                for position in [location.sequence, location.field] {
                    out.push(s.component);
                    append_position(position, out);
                }
            } else {
                out.extend_from_slice(&[s.component; 2]);
            }
            out.push(s.component);
            // Without subcomponents the code alone.
            let by = (s.subcomponent != s.field).then_some(s.subcomponent);
            append_condition(fault.condition, by, s, out);
        }
        if !self.faults.is_empty() {
            out.push(b'\r');
        }
    }
}

fn append_err(fault: &Fault, charset: Option<Charset>, s: &Separators, out: &mut Vec<u8>) {
    out.extend_from_slice(b"ERR");
    out.extend_from_slice(&[s.field; 2]);
    if let Some(location) = &fault.location {
        out.extend_from_slice(&location.segment);
        for position in location.positions() {
            out.push(s.component);
            append_position(position, out);
        }
    }
    out.push(s.field);
    append_condition(fault.condition, Some(s.component), s, out);
    out.push(s.field);
    out.push(fault.severity.letter());
    if !fault.text.is_empty() {
        out.extend_from_slice(&[s.field; 4]);
        append_text(&fault.text, charset, s, out);
    }
    out.push(b'\r');
}

fn append_position(position: usize, out: &mut Vec<u8>) {
    if position > 0 {
        out.extend_from_slice(position.to_string().as_bytes());
    }
}

/// Code, meaning, coding system.
fn append_condition(condition: Condition, by: Option<u8>, s: &Separators, out: &mut Vec<u8>) {
    out.extend_from_slice(condition.code().to_string().as_bytes());
    if let Some(by) = by {
        out.push(by);
        append_text(condition.meaning(), None, s, out);
        out.push(by);
        out.extend_from_slice(b"HL70357");
    }
}

/// A text that cannot be written with these delimiters is left out. A character that the character
/// set of the answer has not, or that could be taken for a delimiter in it, is told as `?`.
fn append_text(text: &str, charset: Option<Charset>, s: &Separators, out: &mut Vec<u8>) {
    let charset = charset.filter(|charset| !charset.structure_unsafe());
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let put = |charset: Charset| {
            let mut one = Vec::new();
            charset.encode_into(c.encode_utf8(&mut [0; 4]), &mut one).ok().map(|()| one)
        };
        match u8::try_from(c) {
            Ok(ascii) if ascii.is_ascii() => bytes.push(ascii),
            _ => bytes.extend(charset.and_then(put).unwrap_or_else(|| b"?".to_vec())),
        }
    }
    let _ = escape::encode_into(&bytes, s, out);
}

/// As [`append_text`], as much as MSA-3 takes before version 2.5.
fn append_short(text: &str, charset: Option<Charset>, s: &Separators, out: &mut Vec<u8>) {
    const LENGTH: usize = 80;
    let mut all = Vec::new();
    append_text(text, charset, s, &mut all);
    if all.len() <= LENGTH {
        out.extend_from_slice(&all);
        return;
    }
    // Not inside of a character or an escape sequence.
    let mut part = Vec::new();
    let mut left = LENGTH;
    for c in text.chars() {
        part.clear();
        append_text(c.encode_utf8(&mut [0; 4]), charset, s, &mut part);
        let length = if c.is_ascii() { part.len() } else { 1 };
        let Some(rest) = left.checked_sub(length) else { break };
        left = rest;
        out.extend_from_slice(&part);
    }
}

#[cfg(test)]
mod tests;
