//! Where messages go that could not be handled: byte for byte into one file.

use super::Output;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file of `--rejects`.
#[derive(Debug)]
pub struct Rejects {
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
        Ok(Self { output: Output::kept(path)?, at_line_start: true })
    }

    /// As [`Rejects::create`] for input that cannot be read again: the file is there at once, and
    /// what was rejected is in it whatever happens to the process.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn growing(path: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self { output: Output::Direct(file), at_line_start: true })
    }

    /// A file that is there at once and keeps what it has, for a run that goes on for long.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn appending(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let at_line_start = file.metadata()?.len() == 0;
        Ok(Self { output: Output::Direct(file), at_line_start })
    }

    /// Adds bytes as they came. `begins`: they are not the continuation of the last ones, so a
    /// line is ended first where the source ended without; else two messages would run together.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&mut self, bytes: &[u8], begins: bool) -> io::Result<()> {
        if begins && !self.at_line_start {
            self.output.write_all(b"\n")?;
        }
        if let Some(last) = bytes.last() {
            self.at_line_start = matches!(last, b'\r' | b'\n');
        }
        self.output.write_all(bytes)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When it cannot have it.
    pub fn finish(self) -> io::Result<()> {
        self.output.finish()
    }
}
