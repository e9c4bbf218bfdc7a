//! The regular expressions of `~` and `!~`.

use std::fmt;

/// The most memory that a compiled expression may take, in bytes.
#[cfg(feature = "regex")]
const SIZE_LIMIT: usize = 2 << 20;

/// A regular expression, compiled.
#[cfg(feature = "regex")]
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written between the slashes, `\/` included.
    source: String,
    flags: String,
    regex: regex::bytes::Regex,
}

/// There are none without the feature `regex`.
#[cfg(not(feature = "regex"))]
#[derive(Clone, Debug)]
pub enum Pattern {}

#[cfg(feature = "regex")]
impl Pattern {
    /// Compiles what stands between the slashes; an error is a reason of one line.
    pub(super) fn new(source: &str, flags: &str) -> Result<Self, String> {
        let has = |flag| flags.contains(flag);
        // Escaping a slash is allowed by `regex` itself.
        let regex = regex::bytes::RegexBuilder::new(source)
            .case_insensitive(has('i'))
            .dot_matches_new_line(has('s'))
            .multi_line(has('m'))
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .build()
            .map_err(|error| reason(&error))?;
        Ok(Self { source: source.to_owned(), flags: flags.to_owned(), regex })
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }

    /// The text with each match replaced; `None` if there is none.
    ///
    /// `with`: `$1` and `${name}` stand for groups, `$$` for a dollar sign.
    #[must_use]
    pub fn replace_all(&self, text: &[u8], with: &[u8]) -> Option<Vec<u8>> {
        match self.regex.replace_all(text, with) {
            std::borrow::Cow::Owned(text) => Some(text),
            std::borrow::Cow::Borrowed(_) => None,
        }
    }

    fn parts(&self) -> (&str, &str) {
        (&self.source, &self.flags)
    }
}

#[cfg(not(feature = "regex"))]
impl Pattern {
    pub(super) fn new(_: &str, _: &str) -> Result<Self, String> {
        Err("this build has none (it lacks the feature `regex`)".to_owned())
    }

    pub(super) fn is_match(&self, _: &[u8]) -> bool {
        match *self {}
    }

    /// Nothing is ever replaced.
    #[must_use]
    pub fn replace_all(&self, _: &[u8], _: &[u8]) -> Option<Vec<u8>> {
        match *self {}
    }

    fn parts(&self) -> (&str, &str) {
        match *self {}
    }
}

/// The last line of what `regex` says, which draws a picture above it.
#[cfg(feature = "regex")]
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().next_back().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, flags) = self.parts();
        write!(f, "/{source}/{flags}")
    }
}
