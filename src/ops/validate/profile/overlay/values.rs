//! How an overlay writes usages, cardinalities, lengths, places and conditions.

use super::super::ProfileError;
use super::super::sheet::{Value, Word};
use crate::core::expr::Expression;
use crate::ops::validate::model::{Cardinality, Length, Usage, ValuePattern};
use crate::ops::validate::settings::PlacePattern;

/// The greatest number of a pattern's memory, in bytes.
const PATTERN_SIZE: usize = 4 << 20;

/// A usage, or one that depends on a condition: `C(R/X)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Uses {
    Always(Usage),
    /// Where the condition holds, and else.
    If(Usage, Usage),
}

pub(super) fn usage(word: &Word<'_>) -> Result<Uses, ProfileError> {
    let one = |text: &str| {
        Some(match text {
            "R" => Usage::Required,
            "RE" => Usage::RequiredIfKnown,
            "O" => Usage::Optional,
            "C" => Usage::Conditional,
            "X" => Usage::NotSupported,
            "B" => Usage::Backward,
            "W" => Usage::Withdrawn,
            _ => return None,
        })
    };
    let two = || {
        let (a, b) = word.text.strip_prefix("C(")?.strip_suffix(')')?.split_once('/')?;
        let plain = |usage: &Usage| *usage != Usage::Conditional;
        Some(Uses::If(one(a.trim()).filter(plain)?, one(b.trim()).filter(plain)?))
    };
    one(word.text).map(Uses::Always).or_else(two).ok_or_else(|| {
        word.error("a usage is expected: R, RE, O, C, X, B or W, or C(R/X) with `when`")
    })
}

/// `3`, `1..3`, `1..`, `..3`; a star is as nothing. Numbers alone are the greatest allowed.
fn range(value: Value<'_>, what: &str) -> Result<(Option<u32>, Option<u32>), ProfileError> {
    let wrong =
        || value.error(format!("{what} is expected, such as 3, \"1..3\", \"1..*\" or \"..3\""));
    if let Some(most) = value.as_number() {
        return Ok((None, Some(most)));
    }
    let word = value.as_word().ok_or_else(wrong)?;
    let number = |text: &str| match text.trim() {
        "" | "*" => Some(None),
        digits => digits.parse().ok().map(Some),
    };
    let (least, most) = word.text.split_once("..").unwrap_or(("", word.text));
    let (least, most) = number(least).zip(number(most)).ok_or_else(wrong)?;
    match least.zip(most) {
        Some((least, most)) if least > most => {
            Err(value.error(format!("no number is both {least} or more and {most} or less")))
        }
        _ => Ok((least, most)),
    }
}

pub(super) fn cardinality(value: Value<'_>) -> Result<Cardinality, ProfileError> {
    let (min, max) = range(value, "a cardinality")?;
    Ok(Cardinality { min: min.unwrap_or(0), max })
}

pub(super) fn length(value: Value<'_>) -> Result<Length, ProfileError> {
    let (min, max) = range(value, "a length")?;
    Ok(Length { min, max, conformance: None })
}

/// `PID`, `PID-3`, `PID-3.1`, `PID-3.4.2`.
pub(super) fn place(word: &Word<'_>) -> Result<PlacePattern, ProfileError> {
    word.text.parse().map_err(|why: String| word.error(why))
}

pub(super) fn condition(word: &Word<'_>) -> Result<Expression, ProfileError> {
    word.text.parse().map_err(|error| word.error(format!("{error}")))
}

/// A regular expression that all of a value has to match.
pub(super) fn pattern(word: &Word<'_>) -> Result<ValuePattern, ProfileError> {
    let build = |source: &str| {
        let mut builder = regex::bytes::RegexBuilder::new(source);
        builder.size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE).build()
    };
    // By itself first: what it says must not end the group around it.
    let built = build(word.text).and_then(|_| build(&format!(r"\A(?:{})\z", word.text)));
    let built = built.map(|whole| ValuePattern::new(word.text.to_owned().into(), whole));
    built.map_err(|error| {
        let text = error.to_string();
        let last = text.lines().next_back().unwrap_or_default();
        let why = last.strip_prefix("error: ").unwrap_or(last);
        word.error(format!("no regular expression: {why}"))
    })
}
