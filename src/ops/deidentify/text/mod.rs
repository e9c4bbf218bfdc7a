//! Free text: what identifies somebody is found in it and replaced; all else stays as it is.

use super::Kind;
use super::surrogate::Surrogates;
use crate::core::Scope;
use std::ops::AddAssign;

/// What is done with free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is removed. A value of three words at most in which nothing is found stays.
    Drop,
    /// What is known of the message's persons, and what looks like an identifier, is replaced.
    Scrub,
    /// As scrubbed, and every word is masked that is in no list of words.
    Strict,
    /// It stays.
    Keep,
}

/// What is known of the persons of one message.
#[derive(Debug, Default)]
pub struct Identity {}

impl Identity {
    /// Forgets everything, for the next message.
    pub fn clear(&mut self) {}

    /// Notes a value that identifies somebody.
    ///
    /// `text`: a whole value in UTF-8, escape sequences decoded: a family name with all its
    /// parts, a telephone number with its area.
    pub fn note(&mut self, _kind: Kind, _text: &[u8]) {}

    /// To be called when all is noted, before anything is looked for.
    pub fn seal(&mut self) {}

    /// Whether something that was noted stands in a value that is kept, given as text as in
    /// [`Identity::note`]. Short numbers and names that are common words do not count here.
    #[must_use]
    pub fn stands_in(&self, _text: &[u8]) -> bool {
        false
    }
}

/// What a text is cleaned with.
#[derive(Clone, Copy)]
pub struct Context<'c, 'm> {
    /// The message.
    pub scope: &'c Scope<'c, 'm>,
    /// What is known of its persons.
    pub identity: &'c Identity,
    /// What stands in place of what is found; without, `[NAME]`, `[ID]` and such do.
    pub surrogates: Option<&'c Surrogates>,
    /// By how many days dates are moved; without, only their year stays.
    pub days: Option<i32>,
}

/// What was found in texts, by what it was taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {}

impl AddAssign<&Found> for Found {
    fn add_assign(&mut self, _other: &Found) {}
}

/// Cleans texts.
pub struct Cleaner {}

impl Cleaner {
    /// Loads what is needed for a mode.
    #[must_use]
    pub fn new(_mode: Mode) -> Self {
        Self {}
    }

    /// Appends a free text (a field, a repetition or a component) as its mode says.
    ///
    /// `raw`: as it is written in the message, with escape sequences and repetition separators;
    /// what is left of it stays as written, byte for byte.
    pub fn free_text(
        &self,
        _raw: &[u8],
        _context: Context<'_, '_>,
        _found: &mut Found,
        _out: &mut Vec<u8>,
    ) {
    }

    /// Appends a short text beside a code, or a text that is a code: whatever the mode, it is
    /// scrubbed.
    pub fn coded_text(
        &self,
        raw: &[u8],
        context: Context<'_, '_>,
        found: &mut Found,
        out: &mut Vec<u8>,
    ) {
        self.free_text(raw, context, found, out);
    }
}
