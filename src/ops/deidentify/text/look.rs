//! A raw value as it is looked at: escape sequences decoded and letters folded, with a way back to
//! the bytes as written.

use super::letters;
use crate::core::scope::hex_in;
use crate::core::{Charset, Scope, Separators, escape, scope};
use memchr::memchr;
use std::borrow::Cow;
use std::ops::Range;

/// Stands for a delimiter: nothing that is looked for goes across.
const DELIMITER: u8 = 0x1D;
/// Stands for an escape sequence without text: highlighting, layout.
const SILENT: u8 = 0x1E;

/// A value to look at.
///
/// ASCII stays as it is, case included. Other letters become ASCII where they resemble some; what
/// stays beyond ASCII counts as letters.
pub(super) struct Look<'r> {
    text: Cow<'r, [u8]>,
    units: Vec<Unit>,
    silent_inside: bool,
}

/// Bytes as written that are not looked at one for one.
pub(super) struct Unit {
    pub(super) looked: Range<usize>,
    pub(super) raw: Range<usize>,
}

impl<'r> Look<'r> {
    /// A value as it stands in a message.
    pub(super) fn new(raw: &'r [u8], scope: &Scope<'_, '_>) -> Self {
        Self::up_to(usize::MAX, raw, scope)
    }

    /// The same, of which no more need be looked at than so many bytes.
    pub(super) fn up_to(most: usize, raw: &'r [u8], scope: &Scope<'_, '_>) -> Self {
        if is_plain(raw, &scope.message.separators()) {
            return Self { text: Cow::Borrowed(raw), units: Vec::new(), silent_inside: false };
        }
        Builder::new(raw, scope, false).look(most)
    }

    /// The same value with words put together that sequences without text divide (`Smi\H\th`);
    /// `None` if there are none.
    pub(super) fn joined(&self, raw: &'r [u8], scope: &Scope<'_, '_>) -> Option<Self> {
        self.silent_inside.then(|| Builder::new(raw, scope, true).look(usize::MAX))
    }

    /// What is looked at.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a range of the text stands as written.
    pub(super) fn raw(&self, range: Range<usize>) -> Range<usize> {
        below(&self.units, range)
    }
}

/// Where a range stands in what is below some units.
pub(super) fn below(units: &[Unit], range: Range<usize>) -> Range<usize> {
    let start = match units.partition_point(|u| u.looked.start <= range.start).checked_sub(1) {
        None => range.start,
        Some(at) => {
            let unit = &units[at];
            if range.start < unit.looked.end {
                unit.raw.start
            } else {
                unit.raw.end + (range.start - unit.looked.end)
            }
        }
    };
    let end = match units.partition_point(|u| u.looked.start < range.end).checked_sub(1) {
        None => range.end,
        Some(at) => {
            let unit = &units[at];
            unit.raw.end + range.end.saturating_sub(unit.looked.end)
        }
    };
    start..end.max(start)
}

/// Whether a value is looked at as it is written.
pub(super) fn is_plain(raw: &[u8], separators: &Separators) -> bool {
    scope::is_plain(raw, separators.escape) && is_usual(separators)
}

/// Whether no delimiter is a character that an identifier is written with.
pub(super) fn is_usual(separators: &Separators) -> bool {
    [separators.component, separators.repetition, separators.subcomponent, separators.field]
        .iter()
        .all(|b| matches!(b, b'|' | b'^' | b'~' | b'&'))
}

struct Builder<'r> {
    raw: &'r [u8],
    separators: Separators,
    /// The character set, unless the text is UTF-8.
    charset: Option<Charset>,
    join: bool,
    text: Vec<u8>,
    units: Vec<Unit>,
    silent_inside: bool,
}

impl<'r> Builder<'r> {
    fn new(raw: &'r [u8], scope: &Scope<'_, '_>, join: bool) -> Self {
        let charset = scope.charset();
        Self {
            raw,
            separators: scope.message.separators(),
            charset: (!scope.is_converted() && charset != Charset::UTF_8).then_some(charset),
            join,
            text: Vec::new(),
            units: Vec::new(),
            silent_inside: false,
        }
    }

    fn look(mut self, most: usize) -> Look<'r> {
        let mut at = 0;
        self.text.reserve(self.raw.len().min(most));
        while self.text.len() <= most
            && let Some(&byte) = self.raw.get(at)
        {
            at = if byte == self.separators.escape && byte != self.separators.field {
                self.sequence(at)
            } else if byte >= 0x80 {
                self.beyond_ascii(at)
            } else {
                self.text.push(self.of_delimiter(byte));
                at + 1
            };
        }
        Look { text: Cow::Owned(self.text), units: self.units, silent_inside: self.silent_inside }
    }

    /// A delimiter other than the usual ones could be taken for a part of what is looked for.
    fn of_delimiter(&self, byte: u8) -> u8 {
        let s = &self.separators;
        let delimits = [s.field, s.component, s.repetition, s.subcomponent].contains(&byte);
        if delimits && !matches!(byte, b'|' | b'^' | b'~' | b'&') { DELIMITER } else { byte }
    }

    fn push(&mut self, raw: Range<usize>, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        write(&mut self.text);
        self.units.push(Unit { looked: start..self.text.len(), raw });
    }

    /// Reads the escape sequence at `at`; gives where to go on.
    fn sequence(&mut self, at: usize) -> usize {
        let Some(mut end) = self.end_of_sequence(at) else {
            self.text.push(self.separators.escape);
            return at + 1;
        };
        if self.raw.get(at + 1) == Some(&b'X') {
            // Characters may be spread over sequences that follow one another.
            while self.raw.get(end) == Some(&self.separators.escape)
                && self.raw.get(end + 1) == Some(&b'X')
                && let Some(next) = self.end_of_sequence(end)
            {
                end = next;
            }
        }
        let raw = self.raw.get(at..end).unwrap_or_default();
        let mut decoded = Vec::new();
        let mut hex = hex_in(self.charset.unwrap_or(Charset::UTF_8));
        escape::decode_into(raw, &self.separators, &mut hex, &mut decoded);
        if decoded == raw {
            self.silent_inside |= !self.join;
            let join = self.join;
            self.push(at..end, |text| text.extend((!join).then_some(SILENT)));
        } else {
            self.push(at..end, |text| letters::fold_text(&decoded, text));
        }
        end
    }

    fn end_of_sequence(&self, at: usize) -> Option<usize> {
        let body = self.raw.get(at + 1..)?;
        let end = at + memchr(self.separators.escape, body)? + 2;
        let whole = self.raw.get(at..end)?;
        escape::fault(whole, &self.separators).is_none().then_some(end)
    }

    /// Reads the bytes beyond ASCII at `at`; gives where to go on.
    fn beyond_ascii(&mut self, at: usize) -> usize {
        let rest = self.raw.get(at..).unwrap_or_default();
        let end = at + rest.iter().position(|&b| b < 0x80).unwrap_or(rest.len());
        let run = self.raw.get(at..end).unwrap_or_default();
        if let Some(charset) = self.charset
            && let Ok(text) = charset.decode(run)
        {
            // Many senders write UTF-8 whatever they say.
            let text = letters::misread_utf8(&text).unwrap_or_else(|| text.into_owned());
            self.push(at..end, |out| letters::fold_text(text.as_bytes(), out));
            return end;
        }
        let mut at = at;
        for chunk in run.utf8_chunks() {
            for c in chunk.valid().chars() {
                let start = at;
                at += c.len_utf8();
                self.push(start..at, |out| letters::fold_char(c, out));
            }
            for &byte in chunk.invalid() {
                at += 1;
                self.push(at - 1..at, |out| letters::fold_byte(byte, out));
            }
        }
        end
    }
}
