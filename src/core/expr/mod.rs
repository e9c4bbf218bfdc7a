//! The expression language of conditions: `query --where EXPR` and the brackets of paths.
//!
//! ```text
//! MSH-9.1 = ORU and OBX-5 > 100
//! PID-3[5=MR].1 ~ /^0*12/ and not valued(PID-30)
//! PV1-2 in (I, E) or age(PID-7) >= 65
//! ```
//!
//! # Grammar
//!
//! ```text
//! condition  = all { ("or" | "||") all }
//! all        = one { ("and" | "&&") one }
//! one        = ("not" | "!") one | comparison
//! comparison = sum [ ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=") right
//!                  | ["not"] "in" "(" right { "," right } ")"
//!                  | ("~" | "!~") "/" regex "/" { "i" | "s" | "m" } ]
//! sum        = product { ("+" | "-") product }
//! product    = unary { ("*" | "/") unary }
//! unary      = "-" unary | operand
//! operand    = path | number | "text" | 'text' | name "(" [ sum { "," sum } ] ")" | "(" condition ")"
//! right      = a sum whose operands may be bare words
//! ```
//!
//! Keywords and names of functions are read in any case. Texts know the escapes `\"`, `\'`,
//! `\\`, `\n`, `\r` and `\t`. A condition of a path alone means `valued(path)`; what a function or
//! a sum gives holds if it is not empty, not null and neither `0` nor `false`. A number or a text
//! alone is no condition.
//!
//! # Words and paths
//!
//! * On the right of a comparison and in the list of `in`, a word needs no quotes: `ORU`, `A01`,
//!   `718-7`, `ADT^A01`, `10*3/uL`, `2024-01-31`. It ends at a blank, a bracket, a comma, `=`,
//!   `<`, `>`, `!`, `~`, `|` or `&&`, so arithmetic there needs blanks around its operators:
//!   `OBX-5 > 2 * 10`. A word directly before `(` names a function. Even `OR` and `IN`, which
//!   are states, are words there.
//! * What has the form of a path is one on either side: three letters or digits that start with
//!   a letter, then `-` or `.` and a number, or `[`. So a text such as `ABC-1` must be quoted.
//! * Three letters alone (`ORU`, `PID`) are a word on the right, and the segment as a whole
//!   everywhere else.
//!
//! # Brackets of paths
//!
//! In the brackets behind a field a leading number is a component (`5`, `4.1`), in those behind a
//! segment it is a field (`3`, `3.1`, `3[2].1`): `PID-3[5=MR]`, `OBX[3.1=718-7]`. Leading means
//! at the start of the left side or of a function's argument there. On the right, behind an
//! arithmetic operator, and where a function wants a count, a number is a number. Paths that start
//! with a segment look at the whole message, in brackets as well.
//!
//! # Values
//!
//! A path with several values makes a comparison true if any of its values does, also for `!=`,
//! `!~` and `not in`; `not (PID-8 = F)` asks that none is. Of two sides with several values each,
//! any pair will do. Functions and arithmetic go over several values one by one, those of several
//! paths side by side. A path into a segment that is not there has no values, so that every
//! comparison is false; an absent or empty position of a segment that is there is the empty text.
//! HL7's null is the text `""`, two quotes, which is equal to nothing else.
//!
//! # Comparisons
//!
//! `=` and `!=`: texts are equal if they are the same. Beyond that
//!
//! * numbers are equal as numbers (`7.0 = 7`, `01.20 = 1.2`) unless the literal is quoted; `00123`,
//!   with leading zeros and no point, is an identifier and equal to itself alone;
//! * a value is equal to a literal that is a time if it is equal at the precision of the literal:
//!   `MSH-7 = 2024-01-31` and `MSH-7 = 20240131` hold for all times of that day. A value that is
//!   known less precisely than the literal is not equal. A literal is a time if it has the form
//!   of ISO 8601 with at least a month, or starts with eight digits and is an HL7 time; beside a
//!   path to a field that is a time in the standard, years and months are times, too (`PID-7 = 1985`).
//!   HL7 times in quotes are equal to the same digits alone.
//!
//! `<`, `<=`, `>`, `>=`, for which quotes make no difference:
//!
//! * a literal that is a time (a year alone, `1985`, is a number beside anything but a field of
//!   times) compares with a value that is an HL7 time at the literal's precision; a value that is
//!   coarser counts as its first moment. Two times with an offset from UTC compare as instants,
//!   else what their clocks show. Without a literal, both are times if both start with eight digits
//!   and are HL7 times;
//! * else two numbers compare as numbers, exactly, leading zeros allowed;
//! * else two texts compare byte by byte;
//! * what is of two kinds has no order, so that the comparison is false: `<0.5` and `>100`, as
//!   they stand in OBX-5, are texts and neither less nor greater than any number. Nor has an
//!   empty value or a null any order.
//!
//! Arithmetic is in decimals, not in binary fractions: `0.1 + 0.2 = 0.3`. Quotients have up to 12
//! digits behind the point. What is no number makes the result empty.
//!
//! A sum without `-` that has a text in quotes among its operands joins texts, several values side
//! by side: `"out/" + MSH-4`, `PID-5.1 + ", " + PID-5.2`. That is so for all of its operands,
//! `1 + 2 + "x"` is `12x`, but not for those in parentheses of their own: `(1 + 2) + "x"` is `3x`.

mod ast;
mod compare;
mod eval;
mod functions;
mod host;
mod lex;
mod number;
mod parse;
mod pattern;
mod reader;
mod times;

use super::message::{Repetition, Segment};
use super::path::{Path, SyntaxError};
use super::scope::Scope;
use super::segment_id::SegmentId;
use ast::Test;
use eval::{Env, Place};
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "cli")]
pub(crate) use functions::nearest;
pub use functions::{FunctionInfo, functions};
#[cfg(feature = "cli")]
pub(crate) use number::Decimal;

pub use host::{ExternalFunction, Host, NoHost, Origin, Signature, Vocabulary};
pub use pattern::Pattern;
pub use reader::{Reader, Term};

/// A condition over a message, such as `MSH-9.1 = ORU and count(OBX) > 3`.
///
/// ```
/// use pipehat::core::{Frame, Frames, Message, Scope, expr::Expression};
/// let stream = b"MSH|^~\\&|LAB||||||ORU^R01\rOBX|1|NM|718-7||13.5\r\n";
/// let Some(Frame::Message(framed)) = Frames::new(stream).next() else { panic!("no message") };
/// let message = Message::new(framed)?;
/// let expression: Expression = "MSH-9.1 = ORU and OBX[3.1=718-7]-5 > 13".parse()?;
/// assert!(expression.holds(&Scope::new(&message)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    test: Test,
}

impl Expression {
    /// Reads all of a text as a condition.
    ///
    /// # Errors
    /// Where the text leaves the grammar, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self { test: parse::expression(text)? })
    }

    /// Whether it holds for the message of a scope.
    #[inline]
    #[must_use]
    pub fn holds(&self, scope: &Scope<'_, '_>) -> bool {
        self.test.holds(Env { scope, place: Place::Message })
    }

    /// Every path in it that starts with a segment, those in brackets of other paths too.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let mut paths = Vec::new();
        self.test.collect_paths(&mut paths);
        paths.into_iter()
    }
}

impl FromStr for Expression {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text)
    }
}

impl fmt::Display for Expression {
    /// A text that reads as the same expression. It may nest deeper, so one at the limit of
    /// nesting may print as a text beyond it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.test.fmt(f)
    }
}

/// What a number at the start of a comparison counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// Nothing, it is a number: outside of brackets.
    Message,
    /// Fields: in the brackets behind a segment, of which this is the id.
    Segment(SegmentId),
    /// Components: in the brackets behind a field.
    Field,
}

impl Within {
    fn segment(self) -> Option<SegmentId> {
        match self {
            Self::Segment(id) => Some(id),
            Self::Message | Self::Field => None,
        }
    }
}

/// A condition in the brackets of a path: the same language with relative paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    test: Test,
}

impl Condition {
    /// Reads the condition at byte `at` of a text, up to the `]` behind it, and tells where that
    /// stands. `depth`: how many brackets and such are open around it.
    pub(super) fn parse_within(
        text: &str,
        at: usize,
        within: Within,
        depth: u16,
    ) -> Result<(Self, usize), SyntaxError> {
        let (test, end) = parse::condition(text, at, within, depth)?;
        Ok((Self { test }, end))
    }

    /// Whether it holds for a repetition of a field.
    #[must_use]
    pub fn holds_in_repetition(&self, repetition: Repetition<'_>, scope: &Scope<'_, '_>) -> bool {
        self.test.holds(Env { scope, place: Place::Repetition(repetition) })
    }

    /// Whether it holds for a segment.
    #[must_use]
    pub fn holds_in_segment(&self, segment: Segment<'_>, scope: &Scope<'_, '_>) -> bool {
        self.test.holds(Env { scope, place: Place::Segment(segment) })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.test.fmt(f)
    }
}

#[cfg(test)]
mod tests;
