//! De-identification: a message with everything that tells of a person removed or replaced.
//!
//! A message is gone through twice. `collect` notes what identifies somebody wherever the rules
//! know it to stand; `rewrite` then writes each field as its rule says, and looks for what was
//! noted in free text and in everything that is kept. What a value becomes depends on the key and
//! the value alone; nothing that is remembered from one message to the next changes it.

mod anchor;
mod choose;
mod collect;
pub mod dates;
mod documents;
mod fold;
mod kept;
mod marks;
mod observation;
mod query;
mod replaced;
mod rewrite;
pub mod rules;
mod seen;
mod settings;
mod shape;
mod simple;
mod slots;
mod split;
mod subject;
pub mod surrogate;
mod tally;
#[cfg(test)]
mod tests;
pub mod text;
pub mod zip3;

pub use rules::{Overlay, OverlayError, Rules, codes};
pub use settings::{BirthDate, Profile, Settings, ShiftScope};
pub use subject::Kind;
pub use tally::Tally;

use crate::core::message::pieces;
use crate::core::scope::{charset_of, splits_safely, to_utf8};
use crate::core::{Message, Scope, Segment, Separators, TextOptions};
use collect::Collect;
use rewrite::Rewrite;
use rules::Rule;
use rules::parts::{Look, Part};
use seen::Seen;
use split::{Line, Split};
use std::fmt;
pub(crate) use surrogate::names;
use surrogate::{Key, Memo, Style, Surrogates};
use text::{Beside, Cleaner, Identity};

/// De-identifies messages.
pub struct Deidentifier {
    rules: Rules,
    own: Surrogates,
    token: Surrogates,
    fake: Surrogates,
    cleaner: Cleaner,
    /// What MSH-11 says of messages for tests, whether they say something or not.
    processing: Option<Vec<u8>>,
}

/// What is used for one message after the other, with one [`Deidentifier`]: it remembers what was
/// written by its rules and with its key.
#[derive(Default)]
pub struct Memory {
    split: Split,
    identity: Identity,
    memo: Memo,
    seen: Seen,
    looked_at: Vec<u8>,
    out: Vec<u8>,
    scratch: Vec<u8>,
    anchor: Vec<u8>,
    encoded: Vec<u8>,
}

/// Why a message cannot be de-identified; without content of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unhandled {
    /// Its bytes are not of its character set, in which they could look like delimiters.
    Undecodable,
    /// What came out has characters that its character set lacks.
    Unencodable,
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undecodable => {
                "its bytes are not of its character set, so that it cannot be split"
            }
            Self::Unencodable => "its character set lacks a character that is to be written",
        })
    }
}

impl std::error::Error for Unhandled {}

impl Deidentifier {
    /// By rules, with a key.
    #[must_use]
    pub fn new(rules: Rules, key: &Key) -> Self {
        let style = match rules.settings.profile {
            Profile::SafeHarbor => Style::Token,
            Profile::Pseudonymise => Style::Pseudonym,
            Profile::TestData => Style::TestData,
        };
        Self {
            own: Surrogates::new(key, style),
            token: Surrogates::new(key, Style::Token),
            fake: Surrogates::new(key, Style::TestData),
            cleaner: Cleaner::new(rules.settings.text),
            processing: rules.processing(),
            rules,
        }
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// A message with all that identifies somebody removed or replaced: its segments, separated by
    /// CR, in the message's own character set.
    ///
    /// # Errors
    /// When it cannot be handled; nothing of it may be passed on then.
    pub fn message<'o>(
        &self,
        message: &Message<'_>,
        options: TextOptions,
        memory: &'o mut Memory,
        tally: &mut Tally,
    ) -> Result<&'o [u8], Unhandled> {
        let Some(text) = to_utf8(message, options) else {
            let unsafe_set = charset_of(message, options).structure_unsafe();
            if unsafe_set && !splits_safely(message.bytes()) {
                return Err(Unhandled::Undecodable);
            }
            self.convert(&Scope::with(message, options), memory, tally);
            return Ok(&memory.out);
        };
        let converted = message.with_bytes(text.as_bytes());
        self.convert(&Scope::converted(&converted, options), memory, tally);
        let text = std::str::from_utf8(&memory.out).map_err(|_| Unhandled::Undecodable)?;
        memory.encoded.clear();
        charset_of(message, options)
            .encode_into(text, &mut memory.encoded)
            .map_err(|_| Unhandled::Unencodable)?;
        Ok(&memory.encoded)
    }

    fn convert(&self, scope: &Scope<'_, '_>, memory: &mut Memory, tally: &mut Tally) {
        let Memory { split, identity, memo, seen, looked_at, out, scratch, anchor, .. } = memory;
        let message = scope.message;
        let sep = message.separators();
        identity.clear();
        out.clear();
        split.find(message, &self.rules);
        let mut collect = Collect {
            rules: &self.rules,
            scope,
            sep,
            identity,
            newest: *b"00000000",
            scratch,
            ids: [b""; collect::IDS],
            count: 0,
            is_told: false,
            last: [(Rule::NO_NUMBER, b""); collect::LAST],
        };
        for line in split.lines(message.bytes()) {
            collect.segment(line);
        }
        let (newest, is_told) = (collect.newest, collect.is_told);
        if self.own.gain_together() {
            memo.foresee(Look::Own as u8, &self.own, &collect.ids[..collect.count]);
        }
        let header = |n| message.header().field(n).map_or(&b""[..], |field| field.raw());
        // A clock that was never set, or is far ahead, tells nothing; of two days the later one
        // makes people older, which is the safe side.
        let is_day = |day: &[u8; 8]| {
            day.iter().all(u8::is_ascii_digit) && (b"19850000"..b"21000000").contains(&day)
        };
        let sent = header(7).first_chunk().copied();
        let today = sent.into_iter().chain([newest]).filter(is_day).max();
        let settings = &self.rules.settings;
        let caps_age = settings.profile == Profile::SafeHarbor || settings.cap_age;
        let days = self.days(scope, anchor);
        let years_only = days.is_some() && settings.birth_date == BirthDate::Year;
        identity.tell_births(caps_age, today, years_only);
        let mut rewrite = Rewrite {
            of: self,
            scope,
            sep,
            is_usual: sep == Separators { truncation: sep.truncation, ..Separators::default() },
            identity,
            parties: [3, 4, 5, 6]
                .map(|n| pieces(header(n), sep.component).next().unwrap_or_default()),
            days,
            is_abroad: false,
            of_type: None,
            has_sub: false,
            standard: 0,
            is_coded: false,
            beside: Beside::default(),
            is_told,
            caps_age,
            today,
            memo,
            seen,
            learns: false,
            varies: false,
            looked_at,
            tally,
            out,
            scratch,
        };
        let is_pid = |line: &Line<'_, '_>| line.raw.starts_with(b"PID") && !line.is_unknown();
        let several =
            rewrite.days.is_some() && split.lines(message.bytes()).filter(is_pid).nth(1).is_some();
        let mut before: &[u8] = b"";
        let mut lines = split.lines(message.bytes()).peekable();
        while let Some(line) = lines.next() {
            if line.is_line_of_text() {
                let behind = lines.peek().filter(|next| next.goes_on_from(&line));
                let behind = behind.map_or(&b""[..], Line::text);
                rewrite.beside = Beside { before, behind };
                before = if behind.is_empty() { b"" } else { line.text() };
            } else {
                rewrite.beside = Beside::default();
                before = b"";
            }
            if several && is_pid(&line) {
                let pid = Segment::new(line.raw, sep);
                rewrite.days = self.days_of(pid, scope, anchor).or(rewrite.days);
            }
            self.segment(line, &mut rewrite);
        }
        // A line end behind the last segment.
        while out.last() == Some(&b'\r') {
            out.pop();
        }
    }

    fn segment(&self, line: Line<'_, '_>, to: &mut Rewrite<'_, '_>) {
        let raw = line.raw;
        if raw.is_empty() {
            return;
        }
        let start = to.out.len();
        if start > 0 {
            to.out.push(b'\r');
        }
        if let Some(rules) = line.rules(&self.rules) {
            to.segment(line, rules);
            if let Some(processing) = self.processing.as_ref().filter(|_| line.is_header()) {
                process(to.out, start, &to.sep, processing);
            }
            return;
        }
        if let Some((id, rest)) = raw.split_first_chunk::<3>()
            && rest.first() == Some(&to.sep.field)
            && id[0].is_ascii_alphabetic()
            && id.iter().all(u8::is_ascii_alphanumeric)
            && !to.identity.stands_in(id)
        {
            to.tally.segment(id);
            return to.unknown(line, self.rules.unknown(id));
        }
        to.out.truncate(start);
        to.tally.dropped_lines += 1;
    }

    /// By how many days dates before the first or only patient are moved.
    fn days(&self, scope: &Scope<'_, '_>, anchor: &mut Vec<u8>) -> Option<i32> {
        let settings = &self.rules.settings;
        if settings.profile == Profile::SafeHarbor {
            return None;
        }
        anchor.clear();
        if settings.shift_scope == ShiftScope::Patient {
            let authority = settings.anchor.as_deref();
            let pid = scope.message.first(*b"PID");
            if !pid.is_some_and(|pid| anchor::of_pid(pid, scope, authority, anchor)) {
                let mut others = scope.message.segments();
                others.find(|segment| anchor::elsewhere(*segment, scope, authority, anchor));
            }
        }
        Some(self.own.days(anchor))
    }

    fn days_of(
        &self,
        pid: Segment<'_>,
        scope: &Scope<'_, '_>,
        anchor: &mut Vec<u8>,
    ) -> Option<i32> {
        let settings = &self.rules.settings;
        anchor.clear();
        let found = settings.shift_scope == ShiftScope::Patient
            && anchor::of_pid(pid, scope, settings.anchor.as_deref(), anchor);
        found.then(|| self.own.days(anchor))
    }

    fn looking(&self, look: Look) -> &Surrogates {
        match look {
            Look::Own => &self.own,
            Look::Token => &self.token,
            Look::Fake => &self.fake,
        }
    }
}

/// Puts the first component of MSH-11, with the fields before it, where the header ends before or has
/// another one; the header begins at `start`.
fn process(out: &mut Vec<u8>, start: usize, sep: &Separators, processing: &[u8]) {
    if !out[start..].starts_with(b"MSH") {
        return;
    }
    let mut ends = (start..out.len()).filter(|&at| out[at] == sep.field);
    // MSH-1 is the first of them.
    if let Some(before) = ends.clone().nth(9) {
        let delimiters = [sep.field, sep.component, sep.repetition, sep.subcomponent];
        let value = out[before + 1..].iter().position(|b| delimiters.contains(b));
        let end = value.map_or(out.len(), |length| before + 1 + length);
        out.splice(before + 1..end, processing.iter().copied());
    } else {
        let missing = 10 - ends.by_ref().count();
        out.resize(out.len() + missing, sep.field);
        out.extend_from_slice(processing);
    }
}

/// What a text beside a number is, in a field that identifies.
fn own_kind(rule: &Rule) -> Kind {
    match rule.part {
        Part::Is(Kind::Id) | Part::Code | Part::Free => Kind::Family,
        Part::Is(kind) => kind,
        _ => Kind::Family,
    }
}

/// Whether an address with this country (XAD.6) is none of the United States.
fn is_abroad(country: &[u8]) -> bool {
    !matches!(country, b"" | b"\"\"" | b"US" | b"USA" | b"840")
}

/// What a value for a telephone number is by what stands in it.
#[inline]
fn look(kind: Kind, raw: &[u8]) -> Kind {
    if !matches!(kind, Kind::Phone | Kind::Email) {
        return kind;
    }
    if raw.contains(&b'@') {
        Kind::Email
    } else if raw.windows(3).any(|part| part == b"://")
        || raw.starts_with(b"www.")
        || (kind == Kind::Email && !raw.iter().any(u8::is_ascii_digit))
    {
        Kind::Url
    } else {
        Kind::Phone
    }
}
