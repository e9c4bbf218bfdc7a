//! One file for each message.

use super::clock::stamp;
use super::folder::Folder;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

/// What the names of files begin with that are not complete.
const UNFINISHED: &str = ".pipehat-";

/// A folder in which each message becomes a file. Names tell when it came and sort by it; nothing
/// of the message is in them.
#[derive(Debug)]
pub struct MessageFiles {
    folder: RwLock<Folder>,
    number: AtomicU32,
}

impl MessageFiles {
    /// Opens a folder, which is made if need be, for this process alone. What a run that was
    /// killed has not completed was acknowledged to nobody, and is removed; returns how many.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(folder: &Path) -> io::Result<(Self, usize)> {
        let own = Folder::open(folder)?;
        let mut removed = 0;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok((Self { folder: RwLock::new(own), number: AtomicU32::new(0) }, removed))
    }

    /// Whether so many bytes could be written now.
    pub fn could_write(&self, count: usize) -> bool {
        let folder = self.folder.read().unwrap_or_else(PoisonError::into_inner);
        let file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&folder.path);
        file.is_ok_and(|mut file| file.write_all(&vec![b' '; count]).is_ok())
    }

    /// Writes messages into files of their own, which are on the disk when it returns.
    ///
    /// # Errors
    /// When one could not be written; those before it stay.
    pub fn write(&self, message: &[u8], sync: bool) -> io::Result<()> {
        self.folder.write().unwrap_or_else(PoisonError::into_inner).renew()?;
        let folder = self.folder.read().unwrap_or_else(PoisonError::into_inner);
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&folder.path)?;
        file.write_all(message)?;
        if sync {
            file.as_file().sync_all()?;
        }
        let number = self.number.fetch_add(1, Ordering::Relaxed) % 1_000_000;
        let name = format!("{}-{number:06}.hl7", stamp(SystemTime::now(), 6));
        file.persist_noclobber(folder.path.join(name)).map_err(|e| e.error)?;
        if sync { folder.sync() } else { Ok(()) }
    }
}
