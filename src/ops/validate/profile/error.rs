//! What is wrong with a profile, and where.

use std::fmt;

/// A profile that can't be used: the file, the line in it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// The file as the user names it.
    pub file: String,
    /// The line, from 1; 0 where it is about the file as a whole.
    pub line: u32,
    /// What is wrong.
    pub wrong: String,
}

impl ProfileError {
    /// About a line of a file, or about all of it (line 0).
    #[must_use]
    pub fn new(file: &str, line: u32, wrong: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, wrong: wrong.into() }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.wrong),
            line => write!(f, "{}:{line}: {}", self.file, self.wrong),
        }
    }
}

impl std::error::Error for ProfileError {}
