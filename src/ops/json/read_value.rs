//! Fields from JSON, and all that is in them.

use super::error::{JsonError, Problem, Step};
use super::read::{Done, Run, sort};
use super::scan::Name;
use super::text::bytes_of;
use crate::core::{Separators, escape};

/// The greatest number of a component or subcomponent.
pub const COMPONENT_MAX: u32 = 999;

/// The greatest number of delimiters that are filled in for positions that the JSON does not
/// have, so that a few numbers do not make gigabytes.
const GAPS_MAX: usize = 16 << 20;

/// Whether a byte of a value would end it.
#[inline]
pub(super) fn is_structural(byte: u8, s: Separators) -> bool {
    [s.field, s.component, s.repetition, s.subcomponent, b'\r'].contains(&byte)
}

/// What an object keyed by numbers is.
#[derive(Clone, Copy)]
enum Level {
    Repetition,
    Component,
}

impl Run<'_, '_> {
    /// Writes delimiters up to the next position.
    #[inline]
    pub(super) fn gap(&mut self, delimiter: u8, count: u32) -> Done {
        if count == 1 {
            self.out.push(delimiter);
            return Ok(());
        }
        let count = count as usize;
        self.gaps += count;
        if self.gaps > GAPS_MAX {
            return self.scan.fail(Problem::TooLong);
        }
        self.out.extend(std::iter::repeat_n(delimiter, count));
        Ok(())
    }

    /// Takes a field.
    #[inline]
    pub(super) fn field(&mut self) -> Done {
        match self.scan.peek() {
            b'[' => {
                self.scan.at += 1;
                if self.scan.empty(b']') {
                    return Ok(());
                }
                let mut index = 0;
                loop {
                    self.repetition().map_err(|e| e.within(Step::Element(index)))?;
                    if !self.scan.more(b']')? {
                        return Ok(());
                    }
                    self.out.push(self.separators.repetition);
                    index += 1;
                }
            }
            // A user may write a single repetition, or a single value, by itself.
            b'{' | b'"' | b'-' | b'0'..=b'9' => self.repetition(),
            _ => self.scan.fail(Problem::Expected("an array of repetitions, or a string")),
        }
    }

    /// Takes a repetition.
    #[inline]
    fn repetition(&mut self) -> Done {
        match self.scan.peek() {
            b'{' => self.numbered(Level::Repetition),
            _ => self.leaf(),
        }
    }

    /// Takes a component.
    #[inline]
    fn component(&mut self) -> Done {
        match self.scan.peek() {
            b'{' => self.numbered(Level::Component),
            _ => self.leaf(),
        }
    }

    /// Takes an object keyed by numbers, or one that stands for a string.
    fn numbered(&mut self, level: Level) -> Done {
        let (begin, mark) = (self.scan.at, self.out.len());
        self.scan.at += 1;
        if self.scan.empty(b'}') {
            return Ok(());
        }
        let mut last = 0;
        loop {
            self.scan.peek();
            let at = self.scan.at;
            match self.scan.name()? {
                Name::Number(n) if n > last && n <= COMPONENT_MAX => {
                    self.numbered_value(level, n, last)?;
                    last = n;
                }
                Name::Number(n) if n <= last => {
                    self.back_to(mark, begin);
                    return self.numbered_by_index(level);
                }
                Name::Number(_) => return Err(JsonError::new(Problem::Number(COMPONENT_MAX), at)),
                Name::Bytes | Name::Raw if last == 0 => {
                    self.scan.at = begin;
                    return self.verbatim(true);
                }
                _ => return Err(JsonError::new(Problem::Member, at)),
            }
            if !self.scan.more(b'}')? {
                return Ok(());
            }
        }
    }

    /// As [`Self::numbered`], with the members in any order.
    #[cold]
    fn numbered_by_index(&mut self, level: Level) -> Done {
        self.scan.at += 1;
        let mut members = Vec::new();
        loop {
            self.scan.peek();
            let at = self.scan.at;
            match self.scan.name()? {
                Name::Number(n) if n <= COMPONENT_MAX => members.push((n, self.scan.at)),
                Name::Number(_) => return Err(JsonError::new(Problem::Number(COMPONENT_MAX), at)),
                _ => return Err(JsonError::new(Problem::Member, at)),
            }
            self.scan.skip()?;
            if !self.scan.more(b'}')? {
                break;
            }
        }
        let end = self.scan.at;
        sort(&mut members)?;
        let mut last = 0;
        for (n, at) in members {
            self.scan.at = at;
            self.numbered_value(level, n, last)?;
            last = n;
        }
        self.scan.at = end;
        Ok(())
    }

    /// Takes value `number` of a level, which is behind the value `before`, or 0.
    #[inline]
    fn numbered_value(&mut self, level: Level, number: u32, before: u32) -> Done {
        let gap = number - before.max(1);
        match level {
            Level::Repetition => {
                self.gap(self.separators.component, gap)?;
                self.component()
            }
            Level::Component => {
                if gap > 0 && self.separators.subcomponent == self.separators.field {
                    self.scan.fail(Problem::NoSubcomponent)
                } else {
                    self.gap(self.separators.subcomponent, gap)?;
                    match self.scan.peek() {
                        b'{' => self.verbatim(true),
                        _ => self.leaf(),
                    }
                }
            }
        }
        .map_err(|e| e.within(Step::Number(number)))
    }

    /// Takes a string, null or number.
    #[inline]
    fn leaf(&mut self) -> Done {
        match self.scan.peek() {
            b'"' => {
                let start = self.scan.at + 1;
                let rest = self.scan.json.get(start..).unwrap_or_default();
                let end = rest.iter().position(|&b| !self.classes.plain[usize::from(b)]);
                match end {
                    Some(n) if rest[n] == b'"' => {
                        self.out.extend_from_slice(&rest[..n]);
                        self.scan.at = start + n + 1;
                        Ok(())
                    }
                    _ => self.special_string(),
                }
            }
            b'n' => {
                self.scan.word(b"null")?;
                self.out.extend_from_slice(b"\"\"");
                Ok(())
            }
            b'-' | b'0'..=b'9' => {
                let at = self.scan.at;
                let number = self.scan.number()?;
                self.value(number, at)
            }
            _ => self.scan.fail(Problem::Expected("a string, null or an object")),
        }
    }

    /// Takes a string that is not to be copied as it is.
    fn special_string(&mut self) -> Done {
        let at = self.scan.at;
        let mut text = std::mem::take(&mut self.scratch.text);
        text.clear();
        let result = self.scan.string(&mut text).and_then(|()| self.value(&text, at));
        self.scratch.text = text;
        result
    }

    /// Writes the text of a value.
    fn value(&mut self, text: &[u8], at: usize) -> Done {
        if self.raw {
            return self.as_written(text, at);
        }
        // As it is it would be the null value.
        if text == b"\"\"" {
            let escape = self.separators.escape;
            if escape == self.separators.field {
                return Err(JsonError::new(Problem::NoEscape, at));
            }
            self.out.extend_from_slice(&[escape, b'X', b'2', b'2', escape, b'"']);
            return Ok(());
        }
        escape::encode_into(text, &self.separators, self.out)
            .map_err(|_| JsonError::new(Problem::NoEscape, at))
    }

    /// Writes bytes as they are, unless they would end the value.
    fn as_written(&mut self, bytes: &[u8], at: usize) -> Done {
        if bytes.iter().any(|&b| is_structural(b, self.separators)) {
            return Err(JsonError::new(Problem::Delimiter, at));
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Takes `{"bytes":"..."}` or `{"raw":"..."}`. `value`: it stands for a value, which no
    /// delimiter must end.
    #[cold]
    pub(super) fn verbatim(&mut self, value: bool) -> Done {
        self.scan.expect(b'{')?;
        self.scan.peek();
        let at = self.scan.at;
        let name = self.scan.name()?;
        let step = match name {
            Name::Bytes => Step::Name("bytes"),
            Name::Raw if value => Step::Name("raw"),
            _ => return Err(JsonError::new(Problem::Member, at)),
        };
        let mut text = Vec::new();
        if self.scan.peek() != b'"' {
            return self.scan.fail(Problem::Expected("a string")).map_err(|e| e.within(step));
        }
        self.scan.string(&mut text).map_err(|e| e.within(step))?;
        if name == Name::Bytes {
            let bytes = bytes_of(&text);
            text = bytes.ok_or_else(|| JsonError::new(Problem::Base64, at).within(step))?;
            self.scratch.fixed.push(self.out.len()..self.out.len() + text.len());
        }
        if value {
            self.as_written(&text, at).map_err(|e| e.within(step))?;
        } else {
            self.out.extend_from_slice(&text);
        }
        if self.scan.more(b'}')? { self.scan.fail(Problem::Member) } else { Ok(()) }
    }
}
