//! Patterns of profiles, which are written for Java.

use std::borrow::Cow;

/// A regular expression that a whole value has to match.
#[derive(Clone, Debug)]
pub struct Pattern {
    expression: Engine,
}

/// What matches it. Most patterns need no more than the first, whose time is linear.
#[derive(Clone, Debug)]
enum Engine {
    Linear(regex::Regex),
    /// Looks around, or back.
    Backtracking(Box<fancy_regex::Regex>),
}

impl Pattern {
    /// Reads a pattern; `None` if it is not understood.
    #[must_use]
    pub fn new(pattern: &str) -> Option<Self> {
        // Digits and spaces are those of ASCII in Java; `$` may stand before the end of the value.
        let whole = format!("^(?:{pattern})$");
        let expression = match regex::Regex::new(&whole) {
            Ok(linear) => Engine::Linear(linear),
            Err(_) => Engine::Backtracking(Box::new(fancy_regex::Regex::new(&whole).ok()?)),
        };
        Some(Self { expression })
    }

    /// Whether a value matches; `None` if that takes too long to find out.
    #[must_use]
    pub fn matches(&self, value: &[u8]) -> Option<bool> {
        let text = match std::str::from_utf8(value) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(value.iter().map(|&b| char::from(b)).collect::<String>()),
        };
        match &self.expression {
            Engine::Linear(expression) => Some(expression.is_match(&text)),
            Engine::Backtracking(expression) => expression.is_match(&*text).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_value_matches() {
        let pattern = Pattern::new("[0-9]{4}|x").unwrap();
        assert_eq!(pattern.matches(b"2024"), Some(true));
        assert_eq!(pattern.matches(b"20240"), Some(false));
        let anchored = Pattern::new("^(\\d{4}|\\d{6})$").unwrap();
        assert_eq!(anchored.matches(b"202401"), Some(true));
    }

    #[test]
    fn looking_ahead_is_understood() {
        let pattern = Pattern::new("^(?!\\s*$).+").unwrap();
        assert_eq!(pattern.matches(b" a"), Some(true));
        assert_eq!(pattern.matches(b"  "), Some(false));
        assert_eq!(pattern.matches(b"\xE4"), Some(true));
        assert!(Pattern::new("(").is_none());
        let slow = Pattern::new("(a|aa|aaa)*(?<!b)c").unwrap();
        assert_ne!(slow.matches(&[b'a'; 200]), Some(true));
    }
}
