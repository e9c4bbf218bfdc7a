//! Many output files whose names come up while the work is done.

use super::Output;
use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Files by their names. Each appears whole when all is done, its owner alone can read it, and
/// folders are made as needed. Names that lead to the same file are one.
#[derive(Debug)]
pub struct Files {
    /// The number of the file that a name leads to.
    names: HashMap<Box<str>, usize>,
    /// The same, with what links and dots stand for.
    places: HashMap<PathBuf, usize>,
    files: Vec<Entry>,
    /// So many are open at a time.
    most_open: usize,
    open: usize,
    /// Counts writes, so that the file that was written longest ago is closed first.
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    name: Box<str>,
    output: Output,
    written: u64,
    open: bool,
}

impl Files {
    /// No files yet, and never more than `most_open` of them open.
    #[must_use]
    pub fn new(most_open: usize) -> Self {
        Self {
            names: HashMap::new(),
            places: HashMap::new(),
            files: Vec::new(),
            most_open: most_open.max(1),
            open: 0,
            clock: 0,
        }
    }

    /// Adds bytes to a file.
    ///
    /// # Errors
    /// When the file or a folder cannot be created or written; the text names it.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.add(name, bytes).map_err(|e| io::Error::other(format!("writing {name}: {e}")))
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.clock += 1;
        let number = match self.names.get(name) {
            Some(&number) => number,
            None => self.number(name)?,
        };
        if !self.files.get(number).is_some_and(|entry| entry.open) {
            self.make_room()?;
            self.open += 1;
        }
        let Some(entry) = self.files.get_mut(number) else { return Ok(()) };
        if !entry.open {
            entry.output.reopen()?;
            entry.open = true;
        }
        entry.written = self.clock;
        entry.output.write_all(bytes)
    }

    /// The number of the file that a new name leads to.
    fn number(&mut self, name: &str) -> io::Result<usize> {
        let path = Path::new(name);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if !fs::exists(folder)? {
            // They hold messages: for their owner alone.
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let file = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let place = fs::canonicalize(path)
            .or_else(|_| Ok::<_, io::Error>(fs::canonicalize(folder)?.join(file)))?;
        let number = match self.places.get(&place) {
            Some(&number) => number,
            None => {
                self.make_room()?;
                let output = Output::file(path)?;
                self.files.push(Entry {
                    name: name.into(),
                    output,
                    written: self.clock,
                    open: true,
                });
                self.open += 1;
                self.places.insert(place, self.files.len() - 1);
                self.files.len() - 1
            }
        };
        self.names.insert(name.into(), number);
        Ok(number)
    }

    /// Closes a file if no more may be open.
    fn make_room(&mut self) -> io::Result<()> {
        if self.open >= self.most_open { self.close_one() } else { Ok(()) }
    }

    fn close_one(&mut self) -> io::Result<()> {
        let oldest = self.files.iter_mut().filter(|entry| entry.open).min_by_key(|e| e.written);
        if let Some(entry) = oldest {
            entry.output.close()?;
            entry.open = false;
            self.open -= 1;
        }
        Ok(())
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing was written to any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Gives all files their names.
    ///
    /// # Errors
    /// When one cannot be named; the others are.
    pub fn finish(self) -> io::Result<()> {
        let mut result = Ok(());
        for mut entry in self.files {
            let done = if entry.open { Ok(()) } else { entry.output.reopen() };
            let done = done.and_then(|()| entry.output.finish());
            if let Err(e) = done {
                result = Err(io::Error::other(format!("writing {}: {e}", entry.name)));
            }
        }
        result
    }
}
