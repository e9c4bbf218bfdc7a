//! Many output files whose names come up while the work is done.

use super::Output;
use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Files by their names. Each appears whole when all is done, its owner alone can read it, and
/// folders are made as needed.
#[derive(Debug)]
pub struct Files {
    files: HashMap<Box<str>, Entry>,
    /// So many are open at a time.
    most_open: usize,
    open: usize,
    /// Counts writes, so that the file that was written longest ago is closed first.
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    output: Output,
    written: u64,
    open: bool,
}

impl Files {
    /// No files yet, and never more than `most_open` of them open.
    #[must_use]
    pub fn new(most_open: usize) -> Self {
        Self { files: HashMap::new(), most_open: most_open.max(1), open: 0, clock: 0 }
    }

    /// Adds bytes to a file.
    ///
    /// # Errors
    /// When the file or a folder cannot be created or written; the text names it.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let named = |e: io::Error| io::Error::other(format!("writing {name}: {e}"));
        self.clock += 1;
        let is_open = self.files.get(name).is_some_and(|entry| entry.open);
        if !is_open && self.open >= self.most_open {
            self.close_one().map_err(named)?;
        }
        if !self.files.contains_key(name) {
            let entry =
                Entry { output: create(Path::new(name)).map_err(named)?, written: 0, open: true };
            self.files.insert(name.into(), entry);
            self.open += 1;
        }
        let Some(entry) = self.files.get_mut(name) else { return Ok(()) };
        if !entry.open {
            entry.output.reopen().map_err(named)?;
            entry.open = true;
            self.open += 1;
        }
        entry.written = self.clock;
        entry.output.write_all(bytes).map_err(named)
    }

    fn close_one(&mut self) -> io::Result<()> {
        let oldest = self.files.values_mut().filter(|entry| entry.open).min_by_key(|e| e.written);
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
        for (name, mut entry) in self.files {
            let done = if entry.open { Ok(()) } else { entry.output.reopen() };
            let done = done.and_then(|()| entry.output.finish());
            if let Err(e) = done {
                result = Err(io::Error::other(format!("writing {name}: {e}")));
            }
        }
        result
    }
}

fn create(path: &Path) -> io::Result<Output> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        && !fs::exists(folder)?
    {
        // They hold messages: for their owner alone.
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    Output::file(path)
}
