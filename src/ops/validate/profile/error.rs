//! Why a profile cannot be used, and where in which file.

use std::fmt;

/// What is wrong with a file of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// The file.
    pub file: String,
    /// Line and column, from 1; `None` where it is about all of the file.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub wrong: String,
}

impl ProfileError {
    /// About all of a file.
    #[must_use]
    pub fn of(file: &str, wrong: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: None, wrong: wrong.into() }
    }

    /// At byte `at` of the file's text.
    #[must_use]
    pub fn at(file: &str, text: &str, at: usize, wrong: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Self { place: Some((line, column)), ..Self::of(file, wrong) }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            None => write!(f, "{}: {}", self.file, self.wrong),
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.wrong),
        }
    }
}

impl std::error::Error for ProfileError {}
