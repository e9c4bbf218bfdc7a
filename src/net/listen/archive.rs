//! The archive: files that messages are appended to, safe on the disk before anybody is told so.

use super::clock::{of_stamp, stamp};
use super::folder::{Folder, identity, named};
use crate::core::mllp::VT;
use memchr::memmem;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
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

/// What a start found at the end of a file.
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
    folder: Folder,
    rotation: Rotation,
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    file: File,
    path: PathBuf,
    identity: (u64, u64),
    len: u64,
    begun: SystemTime,
    /// It holds MLLP blocks; what cannot be told of an empty one.
    blocks: Option<bool>,
}

impl Current {
    fn new(file: File, path: PathBuf, begun: SystemTime) -> io::Result<Self> {
        let found = file.metadata()?;
        let mut current =
            Self { file, path, identity: identity(&found), len: found.len(), begun, blocks: None };
        if current.len > 0 {
            current.blocks = Some(has_blocks(&File::open(&current.path)?)?);
        }
        Ok(current)
    }

    /// Whether it still has its name. Somebody may have moved or removed it, and nobody would
    /// find what is appended.
    fn has_its_name(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|found| identity(&found) == self.identity)
    }
}

impl Archive {
    /// Opens a folder, which is made if need be, for this process alone.
    ///
    /// A run that was killed may have left the beginning of a message at the end of a file. It was
    /// acknowledged to nobody, and is moved to a file beside. All files are looked at: the last
    /// one need not have the newest name, for clocks are set back.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process uses it.
    pub fn open(folder: &Path, rotation: Rotation) -> io::Result<(Self, Vec<Torn>)> {
        let folder = Folder::open(folder)?;
        let mut archive = Self { folder, rotation, current: None };
        let mut files = files(&archive.folder.path)?;
        let mut torn = Vec::new();
        let Some((newest, begun)) = files.pop() else { return Ok((archive, torn)) };
        for (path, _) in &files {
            // One that cannot be read, or was moved just now, is none that was written to.
            let Ok(file) = File::open(path) else { continue };
            if whole_len(&file)? < file.metadata()?.len() {
                let file = appending(path)?;
                torn.extend(cut_torn_tail(&file, path)?);
            }
        }
        let file = appending(&newest)?;
        torn.extend(cut_torn_tail(&file, &newest)?);
        if !torn.is_empty() {
            archive.folder.sync()?;
        }
        archive.current = Some(Current::new(file, newest, begun)?);
        Ok((archive, torn))
    }

    /// Appends messages, all or none of them, and waits for the disk if `sync`. They are of one
    /// form: lines, or MLLP blocks.
    ///
    /// # Errors
    /// When they could not be written, or are where nobody finds them.
    pub fn keep(&mut self, bytes: &[u8], sync: bool) -> Result<(), Failure> {
        // A file that is moved away while it is written to may have been read before: what is in
        // it twice harms less than what is in none.
        for _ in 0..2 {
            self.append(bytes)?;
            if sync {
                self.sync()?;
            }
            if self.current.as_ref().is_some_and(Current::has_its_name) {
                return Ok(());
            }
        }
        Err(Failure::Refused(io::Error::other("the file of the archive was moved away")))
    }

    /// Tries whether there is room for so many bytes, which are gone again then. A process that is
    /// killed here leaves a tail that the next start moves aside.
    ///
    /// # Errors
    /// When there is none.
    pub fn try_room(&mut self, count: usize) -> Result<(), Failure> {
        let now = SystemTime::now();
        if !self.current.as_ref().is_some_and(Current::has_its_name) {
            self.begin(now)?;
        }
        let Some(current) = &mut self.current else { return Ok(()) };
        let tried = current.file.write_all(&vec![b' '; count]);
        let back = current.file.set_len(current.len);
        back.map_err(Failure::Broken).and(tried.map_err(Failure::Refused))
    }

    /// Appends messages, all or none of them.
    ///
    /// # Errors
    /// When they could not be written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let now = SystemTime::now();
        let fits = self.current.as_ref().is_some_and(|current| {
            let room = current.len == 0 || current.len + bytes.len() as u64 <= self.rotation.size;
            let form = current.blocks.is_none_or(|blocks| blocks == starts_block(bytes));
            room && form && self.period(current.begun) == self.period(now) && current.has_its_name()
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
        current.blocks = Some(starts_block(bytes));
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
        self.current = None;
        self.folder.renew().map_err(Failure::Refused)?;
        let mut begun = now;
        let (file, path) = loop {
            let path = self.folder.path.join(format!("{}{SUFFIX}", stamp(begun, 3)));
            let made = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path);
            match made {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    begun += Duration::from_millis(1);
                }
                made => break (made.map_err(Failure::Refused)?, path),
            }
        };
        // The name must be on the disk, too.
        self.folder.sync().map_err(Failure::Broken)?;
        self.current = Some(Current::new(file, path, begun).map_err(Failure::Refused)?);
        Ok(())
    }

    fn period(&self, time: SystemTime) -> u64 {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        seconds.checked_div(self.rotation.every.as_secs()).unwrap_or(0)
    }
}

fn appending(path: &Path) -> io::Result<File> {
    let opened = OpenOptions::new().read(true).append(true).open(path);
    opened.map_err(|e| named(path, &e))
}

/// The files of an archive and when they were begun, the newest last.
fn files(folder: &Path) -> io::Result<Vec<(PathBuf, SystemTime)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(begun) = name.strip_suffix(SUFFIX).and_then(of_stamp) else { continue };
        if entry.file_type()?.is_file() {
            files.push((entry.path(), begun));
        }
    }
    files.sort();
    Ok(files)
}

/// Moves what stands behind the last whole message into a file beside.
fn cut_torn_tail(mut file: &File, path: &Path) -> io::Result<Option<Torn>> {
    let len = file.metadata()?.len();
    let whole = whole_len(file)?;
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

fn starts_block(bytes: &[u8]) -> bool {
    bytes.first() == Some(&VT)
}

/// Whether a file begins with an MLLP block.
fn has_blocks(mut file: &File) -> io::Result<bool> {
    let mut first = [0];
    file.seek(SeekFrom::Start(0))?;
    Ok(file.read(&mut first)? == 1 && starts_block(&first))
}

/// The length up to which a file holds whole messages: the last ends with CR LF, or in a file of
/// MLLP blocks with FS CR. Another program may have appended the other form. A line holds no FS
/// CR; but CR LF may stand in a block.
fn whole_len(mut file: &File) -> io::Result<u64> {
    const BLOCK: &[u8] = b"\x1c\r";
    const LINE: &[u8] = b"\r\n";
    let len = file.metadata()?.len();
    if !has_blocks(file)? {
        return last_end(file, &[LINE, BLOCK], len);
    }
    let end = last_end(file, &[BLOCK], len)?;
    let mut next = [0];
    file.seek(SeekFrom::Start(end))?;
    if file.read(&mut next)? == 0 || starts_block(&next) {
        return Ok(end);
    }
    Ok(last_end(file, &[LINE], len)?.max(end))
}

/// Where the last of these ends is over; 0 without one.
fn last_end(mut file: &File, ends: &[&[u8]], len: u64) -> io::Result<u64> {
    const STEP: u64 = 1 << 20;
    let mut upto = len;
    let mut buffer = Vec::new();
    // Mostly it is right at the end.
    let mut step = 4 << 10;
    while upto > 0 {
        let from = upto.saturating_sub(step);
        step = STEP;
        buffer.clear();
        file.seek(SeekFrom::Start(from))?;
        // One byte more, so that an end on the border is seen.
        file.take(upto - from + 1).read_to_end(&mut buffer)?;
        if let Some(at) = ends.iter().filter_map(|end| memmem::rfind(&buffer, end)).max() {
            return Ok(from + at as u64 + 2);
        }
        upto = from;
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
