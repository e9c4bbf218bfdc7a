//! Messages on disk that wait for a receiver: files in a folder, oldest first.
//!
//! Messages that come together are one file, one message a line as between filters, so that the
//! other commands can look at what waits. A file is written under another name, synced, and only
//! then takes its name; it goes when all of it was answered. So the names of the files are all
//! that there is to know, whenever the process dies.

use crate::io::folder::make_private;
use rustix::fs::{FlockOperation, flock};
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A folder of messages that wait.
#[derive(Debug)]
pub struct Queue {
    folder: PathBuf,
    /// So many bytes at most, unless a single file has more.
    most: u64,
    state: Mutex<State>,
    changed: Condvar,
    _lock: File,
}

#[derive(Debug, Default)]
struct State {
    /// Numbers and lengths of the files, oldest first.
    files: VecDeque<(u64, u64)>,
    bytes: u64,
    next: u64,
    /// Nothing more is added.
    closed: bool,
    /// Nothing more is taken.
    abandoned: bool,
}

const EXTENSION: &str = "hl7";

impl Queue {
    /// Opens or creates a queue of `most` bytes.
    ///
    /// # Errors
    /// When it cannot be read or written, or another process uses it.
    pub fn open(folder: &Path, most: u64) -> io::Result<Self> {
        make_private(folder)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(folder.join("lock"))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| io::Error::other("in use by another process"))?;
        let mut state = State::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            let extension = path.extension().and_then(|e| e.to_str());
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let number = stem.filter(|stem| stem.len() == 16).and_then(|stem| stem.parse().ok());
            match (number, extension) {
                (Some(number), Some(EXTENSION)) => {
                    state.files.push_back((number, entry.metadata()?.len()));
                }
                // Never finished, so nobody relies on it.
                (Some(_), Some("new")) => fs::remove_file(&path)?,
                _ => {}
            }
        }
        state.files.make_contiguous().sort_unstable();
        state.bytes = state.files.iter().map(|(_, bytes)| bytes).sum();
        state.next = state.files.back().map_or(1, |(number, _)| number + 1);
        let changed = Condvar::new();
        Ok(Self { folder: folder.to_owned(), most, state: state.into(), changed, _lock: lock })
    }

    /// How many bytes wait.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// Waits until there is room; false if none will come, for nothing is taken any more.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let full = |state: &mut State| state.bytes >= self.most && !state.abandoned;
        let state = self.changed.wait_while(self.lock(), full);
        state.unwrap_or_else(PoisonError::into_inner).bytes < self.most
    }

    /// Adds messages, one a line. They are on disk when this returns.
    ///
    /// # Errors
    /// When they cannot be written; then none of them is in the queue.
    pub fn add(&self, messages: &[u8]) -> io::Result<()> {
        let number = self.lock().next;
        let new = self.folder.join(format!("{number:016}.new"));
        let written = || -> io::Result<()> {
            let mut file = OpenOptions::new();
            let file = file.write(true).create(true).truncate(true).mode(0o600);
            let mut file = file.open(&new)?;
            file.write_all(messages)?;
            file.sync_all()?;
            fs::rename(&new, self.path(number))
        };
        if let Err(e) = written() {
            let _ = fs::remove_file(&new);
            return Err(e);
        }
        self.sync()?;
        let mut state = self.lock();
        state.files.push_back((number, messages.len() as u64));
        state.bytes += messages.len() as u64;
        state.next = number + 1;
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Nothing more will be added.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Nothing more will be taken.
    pub fn abandon(&self) {
        self.lock().abandoned = true;
        self.changed.notify_all();
    }

    /// Waits for the oldest file; `None` when there is none and none will come.
    #[must_use]
    pub fn oldest(&self) -> Option<PathBuf> {
        let empty = |state: &mut State| state.files.is_empty() && !state.closed;
        let state = self.changed.wait_while(self.lock(), empty);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        state.files.front().map(|(number, _)| self.path(*number))
    }

    /// Removes the oldest file: all of it was answered.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove_oldest(&self) -> io::Result<()> {
        let Some((number, bytes)) = self.lock().files.front().copied() else { return Ok(()) };
        fs::remove_file(self.path(number))?;
        self.sync()?;
        let mut state = self.lock();
        state.files.pop_front();
        state.bytes -= bytes;
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:016}.{EXTENSION}"))
    }

    /// Names are on disk as well.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(queue: &Queue) -> String {
        let text = fs::read_to_string(queue.oldest().unwrap()).unwrap();
        queue.remove_oldest().unwrap();
        text
    }

    #[test]
    fn what_comes_first_goes_first_whoever_looks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queue");
        let queue = Queue::open(&path, 100).unwrap();
        for text in ["one", "two", "three"] {
            queue.add(text.as_bytes()).unwrap();
        }
        assert!(Queue::open(&path, 100).unwrap_err().to_string().contains("another process"));
        assert_eq!(take(&queue), "one");
        drop(queue);
        // Killed while a file was written.
        fs::write(path.join("0000000000000004.new"), "fo").unwrap();
        fs::write(path.join("rejects.hl7"), "other").unwrap();
        let queue = Queue::open(&path, 100).unwrap();
        assert_eq!(queue.bytes(), 8);
        queue.add(b"four").unwrap();
        queue.close();
        assert_eq!([take(&queue), take(&queue), take(&queue)], ["two", "three", "four"]);
        assert_eq!(queue.oldest(), None);
        assert!(!path.join("0000000000000004.new").exists());
    }

    #[test]
    fn a_full_queue_waits_for_room() {
        let folder = tempfile::tempdir().unwrap();
        let queue = Queue::open(folder.path(), 4).unwrap();
        queue.add(b"12345").unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| queue.has_room());
            queue.remove_oldest().unwrap();
            assert!(waits.join().unwrap());
        });
        queue.abandon();
        assert!(queue.has_room());
        queue.add(b"12345").unwrap();
        assert!(!queue.has_room());
    }
}
