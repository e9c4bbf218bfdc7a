//! The archive: files that messages are appended to, safe on the disk before anybody is told so.

use super::clock::{of_stamp, stamp};
use crate::io::source::plain_error;
use memchr::memmem;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What ends the names of archive files.
const SUFFIX: &str = ".hl7";

/// How an archive is cut into files.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// A file gets no further message that would make it longer, in bytes.
    pub size: u64,
    /// A new file begins with each such span of time since midnight UTC; none if zero.
    pub every: Duration,
}

/// Why bytes are not in the archive.
#[derive(Debug)]
pub enum Failure {
    /// They were taken back: later ones may go well.
    Refused(io::Error),
    /// What is on the disk is not known: nothing may be told to be safe any more.
    Broken(io::Error),
}

/// What a start found at the end of the newest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The file.
    pub file: PathBuf,
    /// Where the bytes are now.
    pub kept: PathBuf,
    /// How many.
    pub bytes: u64,
}

/// A folder of files `20260131T235959.123Z.hl7`, named for when they were begun.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    rotation: Rotation,
    current: Option<Current>,
    /// Nobody else appends to the files while it is open.
    lock: File,
}

#[derive(Debug)]
struct Current {
    file: File,
    len: u64,
    begun: SystemTime,
}

impl Archive {
    /// Opens a folder, which is made if need be, for this process alone.
    ///
    /// A run that was killed may have left the beginning of a message at the end of the newest
    /// file. It was acknowledged to nobody, and is moved to a file beside.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process uses it.
    pub fn open(folder: &Path, rotation: Rotation) -> io::Result<(Self, Option<Torn>)> {
        let lock = own_folder(folder)?;
        let mut archive = Self { folder: folder.to_owned(), rotation, current: None, lock };
        let Some((path, begun)) = newest(folder)? else { return Ok((archive, None)) };
        let file = OpenOptions::new().read(true).append(true).open(&path)?;
        let torn = cut_torn_tail(&file, &path)?;
        if torn.is_some() {
            archive.lock.sync_all()?;
        }
        let len = file.metadata()?.len();
        archive.current = Some(Current { file, len, begun });
        Ok((archive, torn))
    }

    /// Appends messages, all or none of them.
    ///
    /// # Errors
    /// When they could not be written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let now = SystemTime::now();
        let fits = self.current.as_ref().is_some_and(|current| {
            let room = current.len == 0 || current.len + bytes.len() as u64 <= self.rotation.size;
            room && self.period(current.begun) == self.period(now)
        });
        if !fits {
            self.begin(now)?;
        }
        let Some(current) = &mut self.current else {
            return Err(Failure::Broken(io::Error::other("no file is open")));
        };
        if let Err(error) = current.file.write_all(bytes) {
            // A full disk takes a part.
            return Err(match current.file.set_len(current.len) {
                Ok(()) => Failure::Refused(error),
                Err(_) => Failure::Broken(error),
            });
        }
        current.len += bytes.len() as u64;
        Ok(())
    }

    /// Waits until all that was appended is on the disk.
    ///
    /// # Errors
    /// When it may not be; the kernel forgets what it could not write.
    pub fn sync(&mut self) -> Result<(), Failure> {
        match &self.current {
            None => Ok(()),
            Some(current) => current.file.sync_data().map_err(Failure::Broken),
        }
    }

    fn begin(&mut self, now: SystemTime) -> Result<(), Failure> {
        if let Some(current) = &self.current {
            current.file.sync_data().map_err(Failure::Broken)?;
        }
        let mut begun = now;
        let file = loop {
            let path = self.folder.join(format!("{}{SUFFIX}", stamp(begun, 3)));
            let made = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path);
            match made {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    begun += Duration::from_millis(1);
                }
                made => break made.map_err(Failure::Refused)?,
            }
        };
        self.current = None;
        // The name must be on the disk, too.
        self.lock.sync_all().map_err(Failure::Broken)?;
        self.current = Some(Current { file, len: 0, begun });
        Ok(())
    }

    fn period(&self, time: SystemTime) -> u64 {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        seconds.checked_div(self.rotation.every.as_secs()).unwrap_or(0)
    }
}

/// Makes a folder if need be, for its owner alone, and keeps other listeners off it as long as
/// the returned file is open.
///
/// # Errors
/// When it cannot be used.
pub(super) fn own_folder(folder: &Path) -> io::Result<File> {
    let named = |e: io::Error| {
        io::Error::new(e.kind(), format!("{}: {}", folder.display(), plain_error(&e)))
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(named)?;
    let file = File::open(folder).map_err(named)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| named(io::Error::other("another process writes to it")))?;
    Ok(file)
}

/// The archive file that was begun last, and when.
fn newest(folder: &Path) -> io::Result<Option<(PathBuf, SystemTime)>> {
    let mut newest: Option<(String, SystemTime)> = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(begun) = name.strip_suffix(SUFFIX).and_then(of_stamp) else { continue };
        if entry.file_type()?.is_file() && newest.as_ref().is_none_or(|(last, _)| *last < name) {
            newest = Some((name, begun));
        }
    }
    Ok(newest.map(|(name, begun)| (folder.join(name), begun)))
}

/// Moves what stands behind the last whole message into a file beside.
fn cut_torn_tail(mut file: &File, path: &Path) -> io::Result<Option<Torn>> {
    let len = file.metadata()?.len();
    let whole = whole_len(file, len)?;
    if whole == len {
        return Ok(None);
    }
    let mut kept = path.as_os_str().to_owned();
    kept.push(".torn");
    let kept = PathBuf::from(kept);
    let mut beside = OpenOptions::new().append(true).create(true).mode(0o600).open(&kept)?;
    file.seek(SeekFrom::Start(whole))?;
    io::copy(&mut file.take(len - whole), &mut beside)?;
    beside.sync_all()?;
    file.set_len(whole)?;
    file.sync_all()?;
    Ok(Some(Torn { file: path.to_owned(), kept, bytes: len - whole }))
}

/// The length up to which a file holds whole messages: the last ends with CR LF, or in a file of
/// MLLP blocks with FS CR.
fn whole_len(mut file: &File, len: u64) -> io::Result<u64> {
    const STEP: u64 = 1 << 20;
    let mut first = [0];
    file.seek(SeekFrom::Start(0))?;
    let marked = file.read(&mut first)? == 1 && first == [crate::core::mllp::VT];
    let end: &[u8] = if marked { b"\x1c\r" } else { b"\r\n" };
    let mut upto = len;
    let mut buffer = Vec::new();
    while upto > 0 {
        let from = upto.saturating_sub(STEP);
        buffer.clear();
        file.seek(SeekFrom::Start(from))?;
        // One byte more, so that an end on the border is seen.
        file.take(upto - from + 1).read_to_end(&mut buffer)?;
        if let Some(at) = memmem::rfind(&buffer, end) {
            return Ok(from + at as u64 + 2);
        }
        upto = from;
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
