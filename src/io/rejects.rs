//! Where messages go that could not be handled: byte for byte into one file.

use super::Output;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The file of `--rejects`. Several threads may add to it.
#[derive(Debug)]
pub struct Rejects(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    output: Output,
    /// The last byte written ended a line.
    at_line_start: bool,
}

impl Rejects {
    /// A file that appears when the run ends, however it ends, readable by its owner alone. Until
    /// then one of that name stays what it is, for it may be among the inputs.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::of(Output::kept(path)?))
    }

    /// As [`Rejects::create`] for input that cannot be read again: the file is there at once, and
    /// what was rejected is in it whatever happens to the process.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn growing(path: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self::of(Output::Direct(file)))
    }

    /// As [`Rejects::growing`], behind what earlier runs put there.
    ///
    /// # Errors
    /// When it cannot be opened or created.
    pub fn appending(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let is_empty = file.metadata()?.len() == 0;
        Ok(Self(Mutex::new(Inner { output: Output::Direct(file), at_line_start: is_empty })))
    }

    fn of(output: Output) -> Self {
        Self(Mutex::new(Inner { output, at_line_start: true }))
    }

    /// Adds bytes as they came. `begins`: they are not the continuation of the last ones, so a
    /// line is ended first where the source ended without; else two messages would run together.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&self, bytes: &[u8], begins: bool) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if begins && !inner.at_line_start {
            inner.output.write_all(b"\n")?;
        }
        if let Some(last) = bytes.last() {
            inner.at_line_start = matches!(last, b'\r' | b'\n');
        }
        inner.output.write_all(bytes)
    }

    /// Brings to disk what was added.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn sync(&self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).output.sync()
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When it cannot have it.
    pub fn finish(self) -> io::Result<()> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).output.finish()
    }
}
