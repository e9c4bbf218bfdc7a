//! Where results go: the standard output, or a file that appears whole.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::{NamedTempFile, TempPath};

/// Where the results of a run go.
#[derive(Debug)]
pub enum Output {
    /// The standard output, or a device or pipe named with `--output`.
    Direct(File),
    /// A temporary file beside the one it will replace.
    Whole {
        /// What is written.
        temporary: NamedTempFile,
        /// What it will be.
        path: PathBuf,
    },
    /// A file as above that is closed for now.
    Closed {
        /// Where it is, removed unless it takes its name.
        temporary: TempPath,
        /// What it will be.
        path: PathBuf,
    },
    /// Nothing, while one becomes the other.
    Gone,
}

/// The temporary files of this process, and the names that those take which are kept even if the
/// run does not come to its end.
static UNFINISHED: Mutex<BTreeMap<PathBuf, Option<PathBuf>>> = Mutex::new(BTreeMap::new());

impl Output {
    /// The standard output, without the line buffer of the standard library.
    ///
    /// # Errors
    /// When it is closed.
    pub fn stdout() -> io::Result<Self> {
        Ok(Self::Direct(File::from(io::stdout().as_fd().try_clone_to_owned()?)))
    }

    /// The standard error.
    ///
    /// # Errors
    /// When it is closed.
    pub fn stderr() -> io::Result<Self> {
        Ok(Self::Direct(File::from(io::stderr().as_fd().try_clone_to_owned()?)))
    }

    /// A file that takes its name only when it is finished; its owner alone can read it, unless
    /// it replaces a file, whose permissions it takes.
    ///
    /// # Errors
    /// When no file can be created there.
    pub fn file(path: &Path) -> io::Result<Self> {
        Self::temporary(path, false)
    }

    /// As [`Output::file`], but what there is takes its name also when the run is ended before.
    ///
    /// # Errors
    /// As [`Output::file`].
    pub(super) fn kept(path: &Path) -> io::Result<Self> {
        Self::temporary(path, true)
    }

    fn temporary(path: &Path, kept: bool) -> io::Result<Self> {
        if let Some(open) = Self::already_open(path) {
            return open;
        }
        // Through a link the file behind it is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&path).ok();
        if let Some(existing) = &existing
            && !existing.is_file()
        {
            return Ok(Self::Direct(File::options().write(true).open(&path)?));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        // Known from the moment it is there.
        let temporary = unfinished(|files| -> io::Result<_> {
            let temporary = tempfile::Builder::new()
                .prefix(".pipehat-")
                .tempfile_in(folder.unwrap_or(Path::new(".")))?;
            files.insert(temporary.path().to_owned(), kept.then(|| path.clone()));
            Ok(temporary)
        })?;
        let mode = existing.map_or(0o600, |m| m.permissions().mode());
        temporary.as_file().set_permissions(Permissions::from_mode(mode))?;
        Ok(Self::Whole { temporary, path })
    }

    /// A stream of the process by its name: what was written to it before stays, also where it is a file.
    fn already_open(path: &Path) -> Option<io::Result<Self>> {
        let number = path.strip_prefix("/dev/fd").or_else(|_| path.strip_prefix("/proc/self/fd"));
        match (path.to_str()?, number.map(Path::to_str)) {
            ("/dev/stdout", _) | (_, Ok(Some("1"))) => Some(Self::stdout()),
            ("/dev/stderr", _) | (_, Ok(Some("2"))) => Some(Self::stderr()),
            (_, Ok(Some(_))) => Some(File::options().append(true).open(path).map(Self::Direct)),
            _ => None,
        }
    }

    /// Whether people read it as it is written.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Direct(file) => file.is_terminal(),
            Self::Whole { .. } | Self::Closed { .. } | Self::Gone => false,
        }
    }

    /// Closes a file that goes on later, so that not too many are open. Others stay open.
    pub(super) fn close(&mut self) {
        *self = match std::mem::replace(self, Self::Gone) {
            Self::Whole { temporary, path } => {
                Self::Closed { temporary: temporary.into_temp_path(), path }
            }
            other => other,
        };
    }

    /// Opens a file again at its end.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        let Self::Closed { temporary, .. } = &*self else { return Ok(()) };
        let file = File::options().append(true).open(temporary)?;
        if let Self::Closed { temporary, path } = std::mem::replace(self, Self::Gone) {
            let temporary = NamedTempFile::from_parts(file, temporary);
            *self = Self::Whole { temporary, path };
        }
        Ok(())
    }

    /// Brings to disk what was written, if it goes to a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn sync(&self) -> io::Result<()> {
        match self {
            Self::Whole { temporary, .. } => temporary.as_file().sync_data(),
            Self::Direct(file) if file.metadata()?.is_file() => file.sync_data(),
            Self::Direct(_) | Self::Closed { .. } | Self::Gone => Ok(()),
        }
    }

    /// Writes results; an error tells that it was the output, and is of its own kind.
    ///
    /// # Errors
    /// When they cannot be written; a closed pipe as [`io::ErrorKind::BrokenPipe`].
    pub fn put(&mut self, results: &[u8]) -> io::Result<()> {
        result_written(self.write_all(results))
    }

    /// Ends the output: a file takes its name.
    ///
    /// # Errors
    /// When it cannot; then the file that was there stays.
    pub fn finish(self) -> io::Result<()> {
        if let Self::Whole { temporary, .. } = &self {
            temporary.as_file().sync_data()?;
        }
        self.finish_synced()
    }

    /// As [`Output::finish`] for what is on the disk already.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub(super) fn finish_synced(self) -> io::Result<()> {
        match self {
            Self::Direct(_) | Self::Closed { .. } | Self::Gone => Ok(()),
            Self::Whole { temporary, path } => {
                let name = temporary.path().to_owned();
                temporary.persist(&path).map_err(|e| e.error)?;
                unfinished(|files| files.remove(&name));
                Ok(())
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(file) => file.write(bytes),
            Self::Whole { temporary, .. } => temporary.as_file_mut().write(bytes),
            Self::Closed { .. } | Self::Gone => Err(io::Error::other("the file is closed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What came of writing results, with what was written before the reason.
///
/// # Errors
/// As the result is one, of the same kind.
pub fn result_written(result: io::Result<()>) -> io::Result<()> {
    result.map_err(|e| io::Error::new(e.kind(), format!("writing the output: {e}")))
}

/// Where a file is or will be, whatever name leads to it.
///
/// # Errors
/// When there is no such folder.
pub fn place(path: &Path) -> io::Result<PathBuf> {
    if let Ok(place) = fs::canonicalize(path) {
        return Ok(place);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(fs::canonicalize(folder.unwrap_or(Path::new(".")))?.join(file))
}

fn unfinished<T>(change: impl FnOnce(&mut BTreeMap<PathBuf, Option<PathBuf>>) -> T) -> T {
    change(&mut UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Ends all outputs that are not finished, for a process that is about to end: their temporary
/// files go, or take their names if they are kept.
pub fn end_unfinished() {
    let mut files = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for (temporary, kept) in std::mem::take(&mut *files) {
        let _ = match kept {
            Some(path) => fs::rename(temporary, path),
            None => fs::remove_file(temporary),
        };
    }
    // Other threads may be about to make one more: they wait until the process is gone.
    std::mem::forget(files);
}
