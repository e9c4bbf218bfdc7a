//! Results in many files of a folder, by the lines they come in.

use super::output::Output;
use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Makes a folder and those above it for their owner alone, for they hold messages. One that is
/// there stays as it is.
///
/// # Errors
/// When it cannot be made; [`io::ErrorKind::NotADirectory`] where something else has the name.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    match DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            Err(io::ErrorKind::NotADirectory.into())
        }
        made => made,
    }
}

/// A folder that results go to. Only the owner can read the files, and a folder that was not there.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Files that grow until the end.
    open: BTreeMap<String, Output>,
}

impl Folder {
    /// A folder, made unless it is there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        make_private(path)?;
        Ok(Self { path: path.to_owned(), open: BTreeMap::new() })
    }

    /// Writes a file whole; one of its name is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let write = |path: &Path| {
            let mut file = Output::file(path)?;
            file.write_all(bytes)?;
            // There may be very many: each is whole when it has its name, which need not be on disk.
            file.finish_synced()
        };
        write(&self.path.join(name)).map_err(|e| self.named(name, &e))
    }

    /// Adds to a file that takes its name when all is done.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if !self.open.contains_key(name) {
            let file = Output::file(&self.path.join(name)).map_err(|e| self.named(name, &e))?;
            self.open.insert(name.to_owned(), file);
        }
        let written = self.open.get_mut(name).map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|e| self.named(name, &e))
    }

    /// What went wrong with a file, with its name.
    fn named(&self, name: &str, error: &io::Error) -> io::Error {
        let path = self.path.join(name);
        io::Error::new(error.kind(), format!("writing {}: {error}", path.display()))
    }

    /// Gives the files that grew their names.
    ///
    /// # Errors
    /// When one cannot take it.
    pub fn finish(self) -> io::Result<()> {
        self.open.into_values().try_for_each(Output::finish)
    }
}
