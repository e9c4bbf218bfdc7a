//! Many output files whose names come up while the work is done.

use super::Output;
use super::folder::make_private;
use super::output::place;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
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
    /// What is written otherwise.
    taken: Vec<PathBuf>,
    /// So many are open at a time.
    most_open: usize,
    /// Those that are open, by when they were written last.
    open: BTreeMap<u64, usize>,
    /// Counts writes.
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    output: Output,
    /// When it was written last, if it is open.
    written: Option<u64>,
}

impl Files {
    /// No files yet, never more than `most_open` of them open, and none of those `taken`.
    #[must_use]
    pub fn new(most_open: usize, taken: Vec<PathBuf>) -> Self {
        Self {
            names: HashMap::new(),
            places: HashMap::new(),
            files: Vec::new(),
            taken,
            most_open: most_open.max(1),
            open: BTreeMap::new(),
            clock: 0,
        }
    }

    /// Adds bytes to a file.
    ///
    /// # Errors
    /// When the file or a folder cannot be created or written. The text does not name it, for the
    /// name may hold values of a message.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.add(name, bytes).map_err(|e| io::Error::other(format!("writing an emitted file: {e}")))
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.clock += 1;
        let number = match self.names.get(name) {
            Some(&number) => number,
            None => self.number(name)?,
        };
        match self.files.get(number).and_then(|entry| entry.written) {
            Some(before) => _ = self.open.remove(&before),
            None => self.make_room(),
        }
        let Some(entry) = self.files.get_mut(number) else { return Ok(()) };
        if entry.written.is_none() {
            entry.output.reopen()?;
        }
        entry.written = Some(self.clock);
        self.open.insert(self.clock, number);
        entry.output.write_all(bytes)
    }

    /// The number of the file that a new name leads to.
    fn number(&mut self, name: &str) -> io::Result<usize> {
        let path = Path::new(name);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        make_private(folder)?;
        let place = place(path)?;
        if self.taken.contains(&place) {
            return Err(io::Error::other("it is written by another option"));
        }
        let number = match self.places.get(&place) {
            Some(&number) => number,
            None => {
                self.make_room();
                let output = Output::file(path)?;
                let number = self.files.len();
                self.files.push(Entry { output, written: Some(self.clock) });
                self.open.insert(self.clock, number);
                self.places.insert(place, number);
                number
            }
        };
        self.names.insert(name.into(), number);
        Ok(number)
    }

    /// Closes the file that was written longest ago, if no more may be open.
    fn make_room(&mut self) {
        if self.open.len() < self.most_open {
            return;
        }
        let oldest = self.open.pop_first().and_then(|(_, number)| self.files.get_mut(number));
        if let Some(entry) = oldest {
            entry.written = None;
            entry.output.close();
        }
    }

    /// Where the files will be.
    pub fn places(&self) -> impl Iterator<Item = &Path> {
        self.places.keys().map(PathBuf::as_path)
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
        // One by one each would wait for the disk.
        let together = self.files.len() > 16;
        if together {
            rustix::fs::sync();
        }
        let mut result = Ok(());
        for Entry { mut output, written } in self.files {
            let opened = if written.is_some() { Ok(()) } else { output.reopen() };
            let finish = if together { Output::finish_synced } else { Output::finish };
            if let Err(e) = opened.and_then(|()| finish(output)) {
                result = Err(io::Error::other(format!("writing an emitted file: {e}")));
            }
        }
        result
    }
}
