//! What a script adds to the language of conditions: variables, and functions that know more than
//! their arguments.

use std::fmt::{self, Debug};
use std::sync::Arc;

/// What the variables and functions of a script look at while a message is worked on.
pub trait Host: Debug {
    /// The values of a variable, by its number.
    fn variable(&self, number: usize) -> &[Vec<u8>];

    /// Where the message comes from.
    fn origin(&self) -> Origin<'_>;

    /// A digest of the message as it came and of where it stands: the same for the same input.
    fn fingerprint(&self) -> [u8; 32];

    /// How often it was asked for under this name in this message, from 1.
    fn count(&self, name: &[u8]) -> u64;
}

/// Where a message comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The file's name.
    pub file: &'a [u8],
    /// The number of the message in the file, from 1.
    pub number: u64,
    /// Its offset in bytes.
    pub offset: u64,
}

/// The names that a script knows beyond those of conditions.
pub trait Vocabulary {
    /// The number of a variable.
    fn variable(&self, name: &str) -> Option<usize>;

    /// All functions.
    fn functions(&self) -> &[Signature];

    /// Prepares a function for one place of the script.
    ///
    /// `literals`: of each argument the text, if it is a literal.
    ///
    /// # Errors
    /// The number of the argument that cannot be used, and what was expected there.
    fn bind(
        &self,
        name: &str,
        literals: &[Option<&str>],
    ) -> Result<Arc<dyn ExternalFunction>, (usize, String)>;
}

/// How a function of a script is called.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `lookup("codes.csv", key, column)`.
    pub usage: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The fewest arguments that it takes.
    pub min_arguments: usize,
    /// The most arguments that it takes.
    pub max_arguments: usize,
}

/// A function of a script, prepared.
pub trait ExternalFunction: Debug + Send + Sync {
    /// Its value for one value of each argument, as text; empty if there is none.
    fn call(&self, args: &[&[u8]], host: &dyn Host) -> Vec<u8>;
}

/// A function of a script at its place in an expression.
#[derive(Clone, Debug)]
pub(super) struct External {
    pub(super) name: Box<str>,
    pub(super) call: Arc<dyn ExternalFunction>,
}

impl PartialEq for External {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A host without variables, for a message that stands alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn variable(&self, _: usize) -> &[Vec<u8>] {
        &[]
    }

    fn origin(&self) -> Origin<'_> {
        Origin::default()
    }

    fn fingerprint(&self) -> [u8; 32] {
        [0; 32]
    }

    fn count(&self, _: &[u8]) -> u64 {
        1
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.usage)
    }
}
