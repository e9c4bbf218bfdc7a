//! Scripts that edit messages: their statements, and how they are done.
//!
//! [`Script::compile`] reads a script, [`Script::apply`] does it to a message. Statements are done
//! one after the other, each on what the one before it left. What no statement touches is passed
//! on as it came, byte for byte.

mod bridge;
mod compile;
mod compile_map;
mod draft;
mod edits;
mod exchange;
mod facts;
pub mod functions;
mod hints;
mod look;
mod map;
mod reach;
mod run;
mod split;
mod statement;
#[cfg(test)]
mod tests;

pub use map::{Unmapped, UnmappedCode};

use crate::core::expr::Origin;
use crate::core::scope::{charset_of, to_utf8};
use crate::core::{Charset, Line, Message, Scope, SyntaxError, TextOptions};
use bumpalo::Bump;
use draft::Draft;
use statement::{Block, Statement};
use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

/// A script, ready for any number of messages.
#[derive(Debug)]
pub struct Script {
    block: Block,
    /// How many variables it has.
    variables: usize,
}

/// A text that is a script or a part of one.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// How it is called in reports: the file's name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Where the names of files in it start from.
    pub folder: PathBuf,
}

/// Where messages go that a script is done with.
pub trait Sink {
    /// Takes a message.
    ///
    /// `lines`: its segments; `None` for the message as it came.
    ///
    /// # Errors
    /// When it cannot be written so.
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault>;

    /// As [`Sink::message`], to a file.
    ///
    /// # Errors
    /// As [`Sink::message`].
    fn emit(&mut self, file: &str, lines: Option<&[Line<'_>]>) -> Result<(), Fault>;
}

/// Why a message cannot be handled; without content of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place of the statement, and what it is about.
    statement: Option<String>,
    why: String,
}

impl Fault {
    /// What is wrong, as a phrase.
    pub fn of(why: impl Into<String>) -> Self {
        Self { statement: None, why: why.into() }
    }

    /// The innermost statement tells.
    fn at(self, statement: &Statement) -> Self {
        let place = || format!("{}: {}", statement.place, statement.title);
        Self { statement: Some(self.statement.unwrap_or_else(place)), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.statement {
            None => f.write_str(&self.why),
            Some(statement) => write!(f, "{statement}: {}", self.why),
        }
    }
}

impl std::error::Error for Fault {}

impl Script {
    /// Reads a script of several texts, one behind the other.
    ///
    /// # Errors
    /// The number of the text that leaves the grammar, where, and what was expected there.
    pub fn compile(texts: &[SourceText]) -> Result<Self, (usize, SyntaxError)> {
        let variables = Rc::default();
        let mut block = Vec::new();
        for (n, source) in texts.iter().enumerate() {
            let read = compile::compile(source, &variables);
            block.extend(read.map_err(|error| (n, error))?);
        }
        let variables = variables.borrow().len();
        Ok(Self { block, variables })
    }

    /// Does the script to a message; what comes of it, any number of messages, goes to the sink.
    ///
    /// # Errors
    /// When a statement cannot be done. What the sink took of this message is then to be taken
    /// back.
    pub fn apply(
        &self,
        message: &Message<'_>,
        origin: Origin<'_>,
        options: TextOptions,
        arena: &Bump,
        unmapped: &mut Unmapped,
        sink: &mut impl Sink,
    ) -> Result<(), Fault> {
        let Some(text) = to_utf8(message, options) else {
            let draft = Draft::new(arena, message.segments().map(|segment| segment.raw()));
            let scope = Scope::with(message, options);
            return run::Run::new(self, message, &scope, origin, draft, unmapped, sink).all(self);
        };
        let message_in_utf8 = message.with_bytes(text.as_bytes());
        let charset = charset_of(message, options);
        let mut exact = Vec::with_capacity(message.bytes().len());
        let exact = charset.encode_into(&text, &mut exact).is_ok() && exact == message.bytes();
        let mut sink = Encoding { charset, exact, sink };
        let draft = Draft::new(arena, message_in_utf8.segments().map(|segment| segment.raw()));
        let scope = Scope::converted(&message_in_utf8, options);
        run::Run::new(self, &message_in_utf8, &scope, origin, draft, unmapped, &mut sink).all(self)
    }
}

/// Messages that were converted to UTF-8 as a whole, on their way back.
struct Encoding<'s, S> {
    charset: Charset,
    /// The way there and back gives the same bytes.
    exact: bool,
    sink: &'s mut S,
}

impl<S: Sink> Encoding<'_, S> {
    fn encoded(&self, lines: &[Line<'_>]) -> Result<Vec<Vec<u8>>, Fault> {
        if !self.exact {
            let name = self.charset.name();
            return Err(Fault::of(format!(
                "its bytes cannot be written again as they are in {name}"
            )));
        }
        let encoded = lines.iter().map(|line| {
            let mut bytes = Vec::with_capacity(line.bytes.len());
            let text = std::str::from_utf8(line.bytes).ok();
            let written =
                text.is_some_and(|text| self.charset.encode_into(text, &mut bytes).is_ok());
            let why = "a character that the message's character set does not have";
            if written { Ok(bytes) } else { Err(Fault::of(why)) }
        });
        encoded.collect()
    }
}

impl<S: Sink> Sink for Encoding<'_, S> {
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        let Some(lines) = lines else { return self.sink.message(None) };
        let encoded = self.encoded(lines)?;
        self.sink.message(Some(&as_lines(&encoded)))
    }

    fn emit(&mut self, file: &str, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        let Some(lines) = lines else { return self.sink.emit(file, None) };
        let encoded = self.encoded(lines)?;
        self.sink.emit(file, Some(&as_lines(&encoded)))
    }
}

fn as_lines(segments: &[Vec<u8>]) -> Vec<Line<'_>> {
    segments.iter().zip(0..).map(|(bytes, id)| Line { bytes, id }).collect()
}
