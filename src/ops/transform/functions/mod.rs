//! The functions of a script, beyond those of conditions: they look at tables, keys, time zones,
//! the environment and the message they are used in.
//!
//! All that can be wrong with a file, a key, a zone or a format is found when the script is read;
//! while messages are worked on, what cannot be answered is an empty value. Texts of errors name
//! files and lines, but neither keys nor cells nor what the environment holds.

mod codes;
mod identity;
mod secret;
pub mod tables;
#[cfg(test)]
mod tests;
mod times;

pub(super) use identity::ControlId;

use crate::core::expr::{ExternalFunction, Host, Signature};
use std::env::{self, VarError};
use std::path::Path;
use std::sync::Arc;
use tables::Tables;

/// The number of an argument, from 0, that cannot be used, and what was expected there.
type Unusable = (usize, String);

/// A function at its place in a script, or why there can be none.
type Bound = Result<Arc<dyn ExternalFunction>, Unusable>;

/// Prepares the functions of a script, and holds the tables that they share.
#[derive(Debug, Default)]
pub struct Functions {
    tables: Arc<Tables>,
}

#[rustfmt::skip]
static SIGNATURES: [Signature; 10] = [
    signature("lookup", r#"lookup("file.csv", key, "column"[, default])"#, (3, 4), "the cell of a table in the row whose first cell is the key"),
    signature("convert", r#"convert(x, from, to, "units.csv")"#, (4, 4), "the number x in another unit"),
    signature("env", r#"env("NAME"[, "default"])"#, (1, 2), "a variable of the environment"),
    signature("hash", r#"hash(x, "keyfile"[, length])"#, (2, 3), "a pseudonym of x that only who has the key can make"),
    signature("uuid", "uuid()", (0, 0), "a UUID, the same for the same message and place"),
    signature("control_id", "control_id()", (0, 0), "20 capital letters and digits, the same for the same message and place"),
    signature("counter", "counter([name])", (0, 1), "1, 2, 3 and so on within a message"),
    signature("parse_time", r#"parse_time(x, "format"[, "zone"])"#, (2, 3), "the time x, written in a format, in the form of HL7"),
    signature("format_time", r#"format_time(x, "format")"#, (2, 2), "the time x, written in a format"),
    signature("in_zone", r#"in_zone(x, "zone"[, "from"])"#, (2, 3), "the time x as clocks of a time zone show it"),
];

const fn signature(
    name: &'static str,
    usage: &'static str,
    (min_arguments, max_arguments): (usize, usize),
    about: &'static str,
) -> Signature {
    Signature { name, usage, about, min_arguments, max_arguments }
}

impl Functions {
    /// With tables that may be shared with the rest of a script; names of files start from their
    /// folder.
    #[must_use]
    pub fn new(tables: Arc<Tables>) -> Self {
        Self { tables }
    }

    /// With no tables yet. `folder`: what relative names of files start from.
    #[must_use]
    pub fn of_folder(folder: &Path) -> Self {
        Self::new(Arc::new(Tables::new(folder)))
    }

    /// The tables that were loaded.
    #[must_use]
    pub fn tables(&self) -> &Arc<Tables> {
        &self.tables
    }

    /// How they all are called.
    #[must_use]
    pub fn signatures() -> &'static [Signature] {
        &SIGNATURES
    }

    /// Prepares a function, of which [`Functions::signatures`] has the name, for one place of the
    /// script. `literals`: of each argument the text, if it is a literal.
    ///
    /// # Errors
    /// The number of the argument that cannot be used, and what was expected there.
    pub fn bind(
        &self,
        name: &str,
        literals: &[Option<&str>],
    ) -> Result<Arc<dyn ExternalFunction>, (usize, String)> {
        let args = Literals(literals);
        match name {
            "lookup" => codes::lookup(&self.tables, args),
            "convert" => codes::convert(&self.tables, args),
            "env" => environment(args),
            "hash" => secret::hash(&self.tables, args),
            "uuid" => Ok(Arc::new(identity::Uuid)),
            "control_id" => Ok(Arc::new(identity::ControlId)),
            "counter" => Ok(Arc::new(identity::Counter)),
            "parse_time" => times::parse(args),
            "format_time" => times::format(args),
            "in_zone" => times::in_zone(args),
            _ => Err((0, "a function of scripts".into())),
        }
    }
}

/// The arguments of a function as far as they are known when the script is read.
#[derive(Clone, Copy)]
struct Literals<'a>(&'a [Option<&'a str>]);

impl<'a> Literals<'a> {
    /// An argument that must be a literal.
    fn text(self, n: usize, expected: &str) -> Result<&'a str, Unusable> {
        self.optional(n, expected)?.ok_or_else(|| (n, expected.into()))
    }

    /// An argument that must be a literal, if it is there.
    fn optional(self, n: usize, expected: &str) -> Result<Option<&'a str>, Unusable> {
        match self.0.get(n) {
            None => Ok(None),
            Some(Some(text)) => Ok(Some(text)),
            Some(None) => Err((n, expected.into())),
        }
    }
}

/// A value of the arguments; empty if there are not so many.
fn arg<'a>(args: &[&'a [u8]], n: usize) -> &'a [u8] {
    args.get(n).copied().unwrap_or_default()
}

/// What was known when the script was read.
#[derive(Debug)]
struct Constant(Vec<u8>);

impl ExternalFunction for Constant {
    fn call(&self, _: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        self.0.clone()
    }
}

fn environment(args: Literals<'_>) -> Bound {
    let name = args.text(0, "the name of a variable in quotes")?;
    let default = args.optional(1, "a default in quotes")?;
    // Whatever this asks of the system, it asks for a name that can be one.
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    let value = match if possible { env::var(name) } else { Err(VarError::NotPresent) } {
        Ok(value) => value,
        Err(VarError::NotUnicode(_)) => {
            return Err((0, "a variable of the environment in UTF-8".into()));
        }
        Err(VarError::NotPresent) => match default {
            Some(default) => default.to_owned(),
            None => {
                return Err((0, "a variable that the environment has, or a default".into()));
            }
        },
    };
    Ok(Arc::new(Constant(value.into_bytes())))
}
