//! The regular expressions of `~` and `!~`.

#[cfg(feature = "regex")]
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

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
    /// `with`: `$1` and `${name}` stand for groups, `$$` for a dollar sign. `whole` are places of
    /// the text, in order, which stay or go as a whole: what would begin or end within one is no
    /// match.
    #[must_use]
    pub fn replace_all(&self, text: &[u8], with: &[u8], whole: &[Range<usize>]) -> Option<Vec<u8>> {
        if whole.is_empty() && text.is_ascii() {
            return match self.regex.replace_all(text, with) {
                Cow::Owned(text) => Some(text),
                Cow::Borrowed(_) => None,
            };
        }
        let mut replaced = Vec::with_capacity(text.len());
        // What is not copied yet, where to look from, and where an empty match would follow on another.
        let (mut copied, mut from, mut behind) = (0, 0, None);
        while from <= text.len()
            && let Some(groups) = self.regex.captures_at(text, from)
        {
            let found = groups.get_match().range();
            let cuts = |at: usize| whole.iter().find(|place| place.start < at && at < place.end);
            if let Some(cut) = cuts(found.start).or_else(|| cuts(found.end)) {
                from = cut.end;
            } else if found.is_empty()
                && (behind == Some(found.start) || is_within_character(text, found.start))
            {
                from = found.end + 1;
            } else {
                replaced.extend_from_slice(&text[copied..found.start]);
                groups.expand(with, &mut replaced);
                (copied, behind) = (found.end, Some(found.end));
                from = found.end + usize::from(found.is_empty());
            }
        }
        behind?;
        replaced.extend_from_slice(&text[copied..]);
        Some(replaced)
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
    pub fn replace_all(&self, _: &[u8], _: &[u8], _: &[Range<usize>]) -> Option<Vec<u8>> {
        match *self {}
    }

    fn parts(&self) -> (&str, &str) {
        match *self {}
    }
}

/// Whether a place is between the bytes of a character, where there is nothing to be matched.
#[cfg(feature = "regex")]
fn is_within_character(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|byte| byte & 0xC0 == 0x80)
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
