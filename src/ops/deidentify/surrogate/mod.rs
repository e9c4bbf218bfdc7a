//! What stands in place of a value: the same for the same value and key, without a table.

mod key;

pub use key::{Key, KeyError};

use super::Kind;

/// How surrogates look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Sixteen letters and digits for whatever it is.
    Token,
    /// In the form of the value: as many digits, a name, a telephone number.
    Pseudonym,
    /// As pseudonyms, and streets, places and organisations as they could be, too.
    TestData,
}

/// Makes surrogates by a key.
pub struct Surrogates {}

impl Surrogates {
    /// Derives what is needed of a key.
    #[must_use]
    pub fn new(_key: &Key, _style: Style) -> Self {
        Self {}
    }

    /// Appends the surrogate of a value as text, in ASCII.
    ///
    /// `text`: the value in UTF-8, escape sequences decoded, as it stands (case, blanks,
    /// punctuation). What counts of it is what its kind says; the form follows the value's.
    pub fn write(&self, _kind: Kind, text: &[u8], out: &mut Vec<u8>) {
        out.extend(text.iter().map(|_| b'X'));
    }

    /// By how many days the dates of an anchor (a patient's identifier) are moved: whole weeks
    /// into the past, 7 to 364 days; negative.
    #[must_use]
    pub fn days(&self, _anchor: &[u8]) -> i32 {
        -7
    }
}
