//! The pieces of an expression's text. What a piece is depends on where it stands (`718-7` is a
//! word on the right of `=`, `/` begins a regular expression behind `~`), so the parser asks for
//! what it can use instead of getting a list.

use super::compare::Op;
use crate::core::path::SyntaxError;

/// Words that no segment and no function may be called.
const KEYWORDS: [&str; 4] = ["and", "or", "not", "in"];

/// Reads pieces off a text.
pub(super) struct Lexer<'t> {
    text: &'t str,
    /// Where the next piece is looked for, always between characters.
    pub(super) at: usize,
    /// From `#` to the end of its line is a comment.
    pub(super) comments: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at, comments: false }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Skips blanks, line ends too, and comments.
    pub(super) fn skip_space(&mut self) {
        loop {
            self.at = self.text.len() - self.rest().trim_start().len();
            if !self.comments || self.peek() != Some(b'#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn error<T>(&self, expected: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(self.at, expected))
    }

    /// Takes a symbol behind blanks, if it comes next.
    pub(super) fn take(&mut self, symbol: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    /// The letters, digits and underscores that come next.
    pub(super) fn identifier(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.bytes().position(|b| !b.is_ascii_alphanumeric() && b != b'_');
        &rest[..end.unwrap_or(rest.len())]
    }

    /// Takes a keyword behind blanks, if it comes next as a whole word.
    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        self.skip_space();
        let found = self.identifier().eq_ignore_ascii_case(keyword);
        if found {
            self.at += keyword.len();
        }
        found
    }

    /// Takes a comparison operator behind blanks.
    pub(super) fn take_comparison(&mut self) -> Option<Op> {
        self.skip_space();
        let (length, op) = match self.rest().as_bytes() {
            [b'=', b'=', ..] => (2, Op::Equal),
            [b'=', ..] => (1, Op::Equal),
            [b'!', b'=', ..] => (2, Op::Unequal),
            [b'<', b'=', ..] => (2, Op::LessOrEqual),
            [b'<', ..] => (1, Op::Less),
            [b'>', b'=', ..] => (2, Op::GreaterOrEqual),
            [b'>', ..] => (1, Op::Greater),
            _ => return None,
        };
        self.at += length;
        Some(op)
    }

    /// Takes a text in quotes of either kind and gives what it stands for.
    pub(super) fn take_quoted(&mut self) -> Result<Option<String>, SyntaxError> {
        let Some(quote @ (b'"' | b'\'')) = self.peek() else { return Ok(None) };
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.text[start + 1..].char_indices();
        while let Some((offset, c)) = chars.next() {
            let at = start + 1 + offset;
            match c {
                '\\' => text.push(match chars.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, 'r')) => '\r',
                    Some((_, 't')) => '\t',
                    Some((_, c @ ('"' | '\'' | '\\'))) => c,
                    _ => {
                        let escapes = r#"one of the escapes \" \' \\ \n \r \t"#;
                        return Err(SyntaxError::new(at, escapes));
                    }
                }),
                c if c == char::from(quote) => {
                    self.at = at + 1;
                    return Ok(Some(text));
                }
                c => text.push(c),
            }
        }
        let quote = char::from(quote);
        Err(SyntaxError::new(self.text.len(), format!("`{quote}`, the end of the text")))
    }

    /// Takes a number or a time with a sign or none, as it may stand on the left.
    pub(super) fn take_number(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(rest.starts_with(['-', '+']));
        let whole = digits(&rest[sign..]);
        if whole == 0 {
            return None;
        }
        let mut end = sign + whole;
        let behind = rest.as_bytes().get(end..).unwrap_or_default();
        if let (0, 4, [b'-', b'0'..=b'9', b'0'..=b'9', ..]) = (sign, whole, behind) {
            // A time of ISO 8601: `2024-01-31T10:30+01:00`.
            let more = |b: u8| b.is_ascii_digit() || b"-:.+TZ".contains(&b);
            end += behind.iter().take_while(|&&b| more(b)).count();
        } else if let [b'.', b'0'..=b'9', ..] = behind {
            end += 1 + digits(&rest[end + 1..]);
        }
        self.at += end;
        Some(&rest[..end])
    }

    /// Takes a bare word, as it may stand on the right.
    pub(super) fn take_word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let first = |c: char| c.is_alphanumeric() || "_.^:%@#$".contains(c);
        let number = matches!(bytes, [b'-' | b'+', b'0'..=b'9', ..]);
        if !number && !rest.starts_with(first) {
            return None;
        }
        let end = rest.char_indices().find(|&(at, c)| ends_word(&bytes[at..], c));
        let word = &rest[..end.map_or(rest.len(), |(at, _)| at)];
        self.at += word.len();
        Some(word)
    }

    /// Whether a path comes next by its form: a segment id with a number or brackets behind it.
    pub(super) fn is_path(&self) -> bool {
        let bytes = self.rest().as_bytes();
        let [a, b, c, behind @ ..] = bytes else { return false };
        if !a.is_ascii_alphabetic() || !b.is_ascii_alphanumeric() || !c.is_ascii_alphanumeric() {
            return false;
        }
        let mut rest = behind;
        let mut numbers = 0;
        loop {
            match rest {
                [b'[', ..] => return true,
                [b'-' | b'.', b'0'..=b'9', ..] => {
                    let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
                    rest = &rest[1 + digits..];
                    numbers += 1;
                }
                _ => break,
            }
        }
        let next = self.text[self.text.len() - rest.len()..].chars().next();
        let ends = next.is_none_or(|c| "+*/".contains(c) || ends_word(rest, c));
        (1..=3).contains(&numbers) && ends
    }

    /// Whether the identifier that comes next can be the id of a segment.
    pub(super) fn is_segment(&self) -> bool {
        let word = self.identifier();
        word.len() == 3
            && word.as_bytes()[0].is_ascii_alphabetic()
            && !word.contains('_')
            && !KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
    }

    /// Takes the name of a function, if one is called next; blanks may stand before its `(`.
    pub(super) fn take_called(&mut self, blanks: bool) -> Option<&'t str> {
        let name = self.identifier();
        let behind = &self.rest()[name.len()..];
        let trimmed = if blanks { behind.trim_start() } else { behind };
        let named = name.starts_with(|c: char| !c.is_ascii_digit());
        let keyword = KEYWORDS.iter().any(|keyword| name.eq_ignore_ascii_case(keyword));
        if !named || keyword || !trimmed.starts_with('(') {
            return None;
        }
        self.at = self.text.len() - trimmed.len() + 1;
        Some(name)
    }

    /// Takes a regular expression between slashes and the flags behind it.
    pub(super) fn take_regex(&mut self) -> Result<(&'t str, &'t str), SyntaxError> {
        if !self.take("/") {
            return self.error("`/`, a regular expression and `/`");
        }
        let start = self.at;
        let mut escaped = false;
        let end = self.rest().bytes().position(|b| {
            let ends = b == b'/' && !escaped;
            escaped = b == b'\\' && !escaped;
            ends
        });
        let Some(end) = end else {
            return Err(SyntaxError::new(
                self.text.len(),
                "`/`, the end of the regular expression",
            ));
        };
        let source = &self.rest()[..end];
        self.at = start + end + 1;
        let flags = self.identifier();
        if let Some(bad) = flags.bytes().position(|b| !b"ism".contains(&b)) {
            return Err(SyntaxError::new(self.at + bad, "one of the flags `i`, `s` and `m`"));
        }
        self.at += flags.len();
        Ok((source, flags))
    }
}

/// Whether a bare word ends before `c`, the first character of `rest`.
fn ends_word(rest: &[u8], c: char) -> bool {
    c.is_whitespace() || "()[]{},;=<>!~|\"".contains(c) || rest.starts_with(b"&&")
}
