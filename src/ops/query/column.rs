//! The columns of a query.

use crate::core::{Path, SyntaxError};
use std::str::FromStr;

/// What a column shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The values at a path.
    Path(Path),
    /// The file of the message, `@file`.
    File,
    /// The number of the message in its file, `@n`.
    Number,
    /// The offset of the message in its file in bytes, `@offset`.
    Offset,
}

/// A column: what it shows, under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name in headers and JSON.
    pub name: String,
    /// What it shows.
    pub content: Content,
}

impl FromStr for Column {
    type Err = SyntaxError;

    /// Reads `PATH`, `NAME=PATH`, `@file`, `@n`, `@offset`.
    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let (name, what) = match text.split_once('=') {
            Some((name, what)) if is_name(name) => (name, what),
            _ => (text, text),
        };
        let content = match what {
            "@file" => Content::File,
            "@n" => Content::Number,
            "@offset" => Content::Offset,
            path if path.starts_with('@') => {
                let at = text.len() - path.len();
                return Err(SyntaxError::new(at, "a path, @file, @n or @offset"));
            }
            path => Content::Path(path.parse().map_err(|e: SyntaxError| {
                SyntaxError::new(e.at + text.len() - path.len(), e.expected)
            })?),
        };
        Ok(Self { name: name.to_owned(), content })
    }
}

/// Whether this can name a column: a word, or what looks like no path and no condition.
fn is_name(text: &str) -> bool {
    let is_word = text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_free = !text.contains(|c: char| c.is_control() || "@[]=<>!~|".contains(c));
    !text.is_empty() && (is_word || is_free && text.parse::<Path>().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_names() {
        let column = |text: &str| text.parse::<Column>().unwrap();
        assert_eq!(column("PID-3.1").name, "PID-3.1");
        assert_eq!(column("mrn=PID-3[5=MR].1").name, "mrn");
        assert_eq!(column("patient id, from MR=PID-3[5=MR].1").name, "patient id, from MR");
        assert_eq!(column("born-on=PID-7").name, "born-on");
        assert_eq!(column("file=@file").content, Content::File);
        assert_eq!(column("@n").content, Content::Number);
        // Somebody meant a condition.
        assert_eq!("PID-3=PID-4".parse::<Column>().unwrap_err().at, 5);
        assert_eq!("PID-3.1=1".parse::<Column>().unwrap_err().at, 7);
        assert_eq!("x=@what".parse::<Column>().unwrap_err().at, 2);
        assert_eq!("x=PID-0".parse::<Column>().unwrap_err().at, 6);
    }
}
