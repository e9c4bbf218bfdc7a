//! The tokens of JSON.

use super::error::{JsonError, Problem};

/// What a member's name means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A number from 1, without leading zeros; [`u32::MAX`] for any with more than four digits.
    Number(u32),
    Id,
    Segments,
    Delimiters,
    Bytes,
    Raw,
    /// `name` or `names`.
    Ignored,
    Unknown,
}

impl Name {
    #[inline]
    fn of(name: &[u8]) -> Self {
        match name {
            [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => {
                if rest.len() > 3 {
                    return Self::Number(u32::MAX);
                }
                Self::Number(name.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
            }
            b"id" => Self::Id,
            b"segments" => Self::Segments,
            b"delimiters" => Self::Delimiters,
            b"bytes" => Self::Bytes,
            b"raw" => Self::Raw,
            b"name" | b"names" => Self::Ignored,
            _ => Self::Unknown,
        }
    }
}

/// How deep ignored values may be nested.
const DEPTH_MAX: usize = 64;

/// A place in JSON text.
#[derive(Debug)]
pub(super) struct Scan<'j> {
    /// The text, which is UTF-8.
    pub(super) json: &'j [u8],
    pub(super) at: usize,
}

impl<'j> Scan<'j> {
    pub(super) fn fail<T>(&self, problem: Problem) -> Result<T, JsonError> {
        Err(JsonError::new(problem, self.at))
    }

    /// The next byte that is not white space; 0 at the end, which is no token of JSON either.
    #[inline]
    pub(super) fn peek(&mut self) -> u8 {
        loop {
            match self.json.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(&byte) => return byte,
                None => return 0,
            }
        }
    }

    /// Takes a byte, or fails.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() != byte {
            return self.fail(Problem::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether an object or array that `close` closes goes on behind a member; takes the comma or
    /// the closing bracket.
    #[inline]
    pub(super) fn more(&mut self, close: u8) -> Result<bool, JsonError> {
        match self.peek() {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.fail(Problem::Syntax),
        }
    }

    /// Whether an object or array is empty; takes what closes it then. Behind what opens it.
    #[inline]
    pub(super) fn empty(&mut self, close: u8) -> bool {
        let empty = self.peek() == close;
        self.at += usize::from(empty);
        empty
    }

    /// Takes a member's name and the colon.
    #[inline]
    pub(super) fn name(&mut self) -> Result<Name, JsonError> {
        // As the writer writes it.
        let name = match self.json.get(self.at..) {
            Some([b'"', a @ b'1'..=b'9', b'"', b':', ..]) => {
                self.at += 4;
                return Ok(Name::Number(u32::from(a - b'0')));
            }
            Some([b'"', a @ b'1'..=b'9', b @ b'0'..=b'9', b'"', b':', ..]) => {
                self.at += 5;
                return Ok(Name::Number(u32::from(a - b'0') * 10 + u32::from(b - b'0')));
            }
            _ => self.other_name()?,
        };
        self.expect(b':')?;
        Ok(name)
    }

    fn other_name(&mut self) -> Result<Name, JsonError> {
        if self.peek() != b'"' {
            return self.fail(Problem::Syntax);
        }
        let start = self.at + 1;
        let rest = self.json.get(start..).unwrap_or_default();
        match rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20) {
            Some(n) if rest[n] == b'"' => {
                self.at = start + n + 1;
                Ok(Name::of(&rest[..n]))
            }
            _ => {
                let mut name = Vec::new();
                self.string(&mut name)?;
                Ok(Name::of(&name))
            }
        }
    }

    /// Takes a string; appends its text to `out`.
    pub(super) fn string(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        self.expect(b'"')?;
        loop {
            let rest = self.json.get(self.at..).unwrap_or_default();
            let Some(n) = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20) else {
                return self.fail(Problem::Syntax);
            };
            out.extend_from_slice(&rest[..n]);
            self.at += n;
            match rest[n] {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape(out)?,
                _ => return self.fail(Problem::BadString),
            }
        }
    }

    /// Takes an escape sequence of a string.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        let byte = match self.json.get(self.at + 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(&byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'u') => return self.unicode(out),
            _ => return self.fail(Problem::BadString),
        };
        out.push(byte);
        self.at += 2;
        Ok(())
    }

    /// Takes `\uXXXX`, or two of them that are one character.
    fn unicode(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        let unit = |at: usize| -> Option<u32> {
            let [b'\\', b'u', digits @ ..] = self.json.get(at..at + 6)? else { return None };
            digits.iter().try_fold(0, |n, &d| Some(n << 4 | char::from(d).to_digit(16)?))
        };
        let high = unit(self.at);
        let (code, len) = match (high, unit(self.at + 6)) {
            (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                (Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12)
            }
            (code, _) => (code, 6),
        };
        let Some(c) = code.and_then(char::from_u32) else { return self.fail(Problem::BadString) };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.at += len;
        Ok(())
    }

    /// Takes a number; returns it as written.
    pub(super) fn number(&mut self) -> Result<&'j [u8], JsonError> {
        let json = self.json;
        let rest = json.get(self.at..).unwrap_or_default();
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or_default();
            tail.iter().take_while(|b| b.is_ascii_digit()).count()
        };
        let mut len = usize::from(rest.first() == Some(&b'-'));
        let whole = digits(len);
        if whole == 0 || (whole > 1 && rest[len] == b'0') {
            return self.fail(Problem::Syntax);
        }
        len += whole;
        if rest.get(len) == Some(&b'.') {
            let fraction = digits(len + 1);
            if fraction == 0 {
                return self.fail(Problem::Syntax);
            }
            len += 1 + fraction;
        }
        if let Some(b'e' | b'E') = rest.get(len) {
            len += 1 + usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
            let exponent = digits(len);
            if exponent == 0 {
                return self.fail(Problem::Syntax);
            }
            len += exponent;
        }
        self.at += len;
        Ok(&rest[..len])
    }

    /// Takes `null`, `true` or `false`.
    #[inline]
    pub(super) fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        if !self.json.get(self.at..).unwrap_or_default().starts_with(word) {
            return self.fail(Problem::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    /// Takes any value.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        self.skip_nested(0)
    }

    fn skip_nested(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth > DEPTH_MAX {
            return self.fail(Problem::Depth);
        }
        match self.peek() {
            b'"' => self.skip_string(),
            b'{' => {
                self.at += 1;
                if self.empty(b'}') {
                    return Ok(());
                }
                loop {
                    self.peek();
                    self.skip_string()?;
                    self.expect(b':')?;
                    self.skip_nested(depth + 1)?;
                    if !self.more(b'}')? {
                        return Ok(());
                    }
                }
            }
            b'[' => {
                self.at += 1;
                if self.empty(b']') {
                    return Ok(());
                }
                loop {
                    self.skip_nested(depth + 1)?;
                    if !self.more(b']')? {
                        return Ok(());
                    }
                }
            }
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            _ => self.number().map(|_| ()),
        }
    }

    fn skip_string(&mut self) -> Result<(), JsonError> {
        self.expect(b'"')?;
        loop {
            let rest = self.json.get(self.at..).unwrap_or_default();
            let Some(n) = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20) else {
                return self.fail(Problem::Syntax);
            };
            self.at += n;
            match rest[n] {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape(&mut Vec::new())?,
                _ => return self.fail(Problem::BadString),
            }
        }
    }
}
