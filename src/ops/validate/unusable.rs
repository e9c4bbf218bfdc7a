//! Messages whose delimiters cannot be used, of which nothing else can be said.

use super::finding::{At, Finding, Problem};
use super::rule::{Rule, Severity};
use super::settings::Severities;
use crate::core::SeparatorsError;

/// What is wrong with a message whose first bytes give no usable delimiters; `None` if nobody
/// wants to know.
#[must_use]
pub fn finding(
    error: SeparatorsError,
    bytes: &[u8],
    severities: &Severities,
) -> Option<Finding<'static>> {
    let (field, start) = match error {
        SeparatorsError::NoHeader => (0, 0),
        SeparatorsError::Field => (1, 3),
        _ => (2, 4),
    };
    let at = At { line: 1, segment: *b"MSH", occurrence: 1, field, ..At::default() };
    let severity = severities.at(Rule::Enc1, &at, None);
    let end = match field {
        0 => 3,
        1 => 4,
        _ => {
            let rest = bytes.iter().skip(start);
            let length = rest.take_while(|&b| Some(b) != bytes.get(3) && *b >= b' ').count();
            start + length.min(8)
        }
    };
    let span = (start.min(bytes.len()) as u32, end.min(bytes.len()) as u32);
    let text = error.to_string();
    // The place is told already.
    let wrong = text.split_once(": ").map_or(text.as_str(), |(_, wrong)| wrong).to_owned();
    let expected = "two to five different characters that are no letters or digits".into();
    let problem = Problem::Plain { wrong: wrong.into(), expected };
    (severity > Severity::Off).then_some(Finding { rule: Rule::Enc1, severity, at, span, problem })
}
