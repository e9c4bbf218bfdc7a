//! Reads pieces of the language out of a script, whose statements are not its business.

use super::ast::{Target, Value};
use super::eval::{Env, Place, Text};
use super::host::Vocabulary;
use super::lex::Lexer;
use super::parse::{CONDITION, Parser};
use super::pattern::Pattern;
use super::{Expression, Within, functions};
use crate::core::path::{Cursor, Path, SyntaxError};
use crate::core::scope::Scope;
use std::fmt;
use std::rc::Rc;

/// A place in a script, and what can be read there. `#` begins a comment.
pub struct Reader<'t> {
    parser: Parser<'t>,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("at", &self.parser.lexer.at).finish()
    }
}

/// A value of an expression, such as the right side of an assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    value: Value,
    /// The paths whose text goes into it.
    read: Vec<Path>,
}

impl Term {
    fn new(value: Value) -> Self {
        let mut read = Vec::new();
        value.collect_read(&mut read);
        Self { read: read.into_iter().cloned().collect(), value }
    }
}

impl<'t> Reader<'t> {
    /// At the start of a script that knows these names.
    #[must_use]
    pub fn new(text: &'t str, vocabulary: Rc<dyn Vocabulary>) -> Self {
        let mut lexer = Lexer::new(text, 0);
        lexer.comments = true;
        let mut parser = Parser::new(lexer, Within::Message, 0);
        parser.vocabulary = Some(vocabulary);
        Self { parser }
    }

    /// Behind blanks and comments, where the next piece begins.
    pub fn place(&mut self) -> usize {
        self.parser.lexer.skip_space();
        self.parser.lexer.at
    }

    /// Whether nothing more comes.
    pub fn is_at_end(&mut self) -> bool {
        self.parser.lexer.skip_space();
        self.parser.lexer.is_at_end()
    }

    /// Takes a keyword, in any case, if it comes next.
    pub fn keyword(&mut self, keyword: &str) -> bool {
        self.parser.lexer.take_keyword(keyword)
    }

    /// Takes a symbol, if it comes next.
    pub fn symbol(&mut self, symbol: &str) -> bool {
        self.parser.lexer.take(symbol)
    }

    /// The letters, digits and underscores that come next, which are not taken.
    pub fn peek_word(&mut self) -> &'t str {
        self.parser.lexer.skip_space();
        self.parser.lexer.identifier()
    }

    /// Takes letters, digits and underscores.
    pub fn word(&mut self) -> &'t str {
        let word = self.peek_word();
        self.parser.lexer.at += word.len();
        word
    }

    /// Takes what stands up to the next blank.
    pub fn bare(&mut self) -> &'t str {
        self.parser.lexer.skip_space();
        self.parser.lexer.take_word().unwrap_or_default()
    }

    /// Takes a text in quotes, if one comes next.
    ///
    /// # Errors
    /// When it does not end, or has an escape that there is not.
    pub fn quoted(&mut self) -> Result<Option<String>, SyntaxError> {
        self.parser.lexer.skip_space();
        self.parser.lexer.take_quoted()
    }

    /// Takes a path.
    ///
    /// # Errors
    /// When none comes next.
    pub fn path(&mut self) -> Result<Path, SyntaxError> {
        self.parser.lexer.skip_space();
        let mut cursor = Cursor::new(self.parser.lexer.text(), self.parser.lexer.at, 0);
        let path = cursor.path()?;
        self.parser.lexer.at = cursor.at;
        Ok(path)
    }

    /// Takes a condition.
    ///
    /// # Errors
    /// When none comes next.
    pub fn condition(&mut self) -> Result<Expression, SyntaxError> {
        self.parser.lexer.skip_space();
        let start = self.parser.lexer.at;
        Ok(Expression { test: self.parser.any()?.into_test(start, CONDITION)? })
    }

    /// Takes a value, in which words need no quotes.
    ///
    /// # Errors
    /// When none comes next.
    pub fn term(&mut self) -> Result<Term, SyntaxError> {
        Ok(Term::new(self.parser.right()?))
    }

    /// Takes a regular expression between slashes, with its flags.
    ///
    /// # Errors
    /// When none comes next, or it is none.
    pub fn regex(&mut self) -> Result<Pattern, SyntaxError> {
        let at = self.place();
        self.parser.pattern(at)
    }

    /// Whether a symbol comes next; it is not taken.
    pub fn symbol_ahead(&mut self, symbol: &str) -> bool {
        let at = self.place();
        let found = self.parser.lexer.take(symbol);
        self.parser.lexer.at = at;
        found
    }

    /// Begins something that may hold itself, so that no script nests without end.
    ///
    /// # Errors
    /// When it nests too deep.
    pub fn enter(&mut self) -> Result<(), SyntaxError> {
        self.parser.enter()
    }

    /// Ends what [`Reader::enter`] began.
    pub fn leave(&mut self) {
        self.parser.leave();
    }

    /// An error at the next piece.
    ///
    /// # Errors
    /// Always.
    pub fn error<T>(&mut self, expected: impl Into<String>) -> Result<T, SyntaxError> {
        self.parser.lexer.skip_space();
        self.parser.lexer.error(expected)
    }
}

impl Term {
    /// Its values as text.
    #[must_use]
    pub fn texts<'v>(&'v self, scope: &'v Scope<'v, 'v>) -> Vec<Text<'v>> {
        self.value.texts(Env { scope, place: Place::Message })
    }

    /// The path that it is, if it is nothing else.
    #[must_use]
    pub fn as_path(&self) -> Option<&Path> {
        match &self.value {
            Value::Path(Target::Path(path)) => Some(path),
            _ => None,
        }
    }

    /// The text that it is, if it is nothing else.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        self.value.literal()
    }

    /// The values that it joins, of which the literals are those of the script; itself if it is
    /// nothing that is joined.
    pub fn joined(&self) -> impl Iterator<Item = Self> {
        let parts = match &self.value {
            Value::Joined(parts)
            | Value::Call { function: functions::Function::Concat, args: parts } => parts.clone(),
            value => vec![value.clone()],
        };
        parts.into_iter().map(Self::new)
    }

    /// The first path whose text goes into it although it has parts of its own, which would become
    /// text: `PID-5` of `DOE^JANE`.
    #[must_use]
    pub fn flattened(&self, scope: &Scope<'_, '_>) -> Option<&Path> {
        let s = scope.message.separators();
        self.read.iter().find(|path| {
            let header = path.segment == *b"MSH";
            let position = path.position.as_ref();
            if header && position.is_some_and(|position| position.field < 3) {
                return false;
            }
            let delimits = |b: &u8| {
                *b != s.field && (*b == s.component || *b == s.subcomponent)
                    || *b == s.field && position.is_none()
            };
            let whole = |raw: &[u8]| raw.iter().any(delimits);
            path.for_each(scope, |raw| match whole(raw) {
                true => std::ops::ControlFlow::Break(()),
                false => std::ops::ControlFlow::Continue(()),
            })
            .is_break()
        })
    }

    /// Every path in it.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let mut paths = Vec::new();
        self.value.collect_paths(&mut paths);
        paths.into_iter()
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
