//! A folder that one process writes to.

use crate::io::folder::make_private;
use crate::io::source::plain_error;
use rustix::fs::{Access, AtFlags, CWD, FlockOperation, accessat, flock};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A folder, and the lock that keeps other listeners off it.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes a folder if need be, for its owner alone, and keeps others off it.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        make_private(path).map_err(|e| named(path, &e))?;
        // The first message would find out, and somebody may wait for it for long.
        let is_writable = Access::WRITE_OK | Access::EXEC_OK;
        let allowed = accessat(CWD, path, is_writable, AtFlags::EACCESS);
        allowed.map_err(|e| named(path, &e.into()))?;
        Ok(Self { path: path.to_owned(), lock: lock(path)? })
    }

    /// Sees to it that the folder is the one of that name. Somebody may have moved it away and
    /// made another; names in the old one would be safe on the disk, and nobody would find them.
    ///
    /// # Errors
    /// When there is none any more. It is not made again: that may be a disk that is not mounted.
    pub(super) fn renew(&mut self) -> io::Result<()> {
        if identity(&fs::metadata(&self.path)?) != identity(&self.lock.metadata()?) {
            self.lock = lock(&self.path)?;
        }
        Ok(())
    }

    /// Waits until the names in it are on the disk.
    ///
    /// # Errors
    /// When they may not be.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.lock.sync_all()
    }
}

/// By what a file is known, whatever its name.
pub(super) fn identity(of: &Metadata) -> (u64, u64) {
    (of.dev(), of.ino())
}

fn lock(path: &Path) -> io::Result<File> {
    let file = File::open(path).map_err(|e| named(path, &e))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| named(path, &io::Error::other("another process writes to it")))?;
    Ok(file)
}

/// The error with the name of a file before it.
pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {}", path.display(), plain_error(error)))
}
