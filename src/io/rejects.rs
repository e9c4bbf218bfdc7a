//! Where messages go that could not be handled: byte for byte into one file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file of `--rejects`.
#[derive(Debug)]
pub struct Rejects {
    file: File,
    /// The last byte written ended a line.
    at_line_start: bool,
}

impl Rejects {
    /// Creates the file, readable by its owner alone, or empties it.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self { file, at_line_start: true })
    }

    /// Adds bytes as they came. `begins`: they are not the continuation of the last ones, so a
    /// line is ended first where the source ended without; else two messages would run together.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&mut self, bytes: &[u8], begins: bool) -> io::Result<()> {
        if begins && !self.at_line_start {
            self.file.write_all(b"\n")?;
        }
        if let Some(last) = bytes.last() {
            self.at_line_start = matches!(last, b'\r' | b'\n');
        }
        self.file.write_all(bytes)
    }
}
