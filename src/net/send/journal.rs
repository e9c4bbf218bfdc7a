//! What a receiver has answered, on disk, so that a run that ended early goes on where it was.
//!
//! The file is text: a line that names the receiver, and a line for each message, `A` (accepted),
//! `R` (refused) or `U` (it cannot be sent) and the fingerprint of the message and its place. A line
//! is written and synced after the answer came and before another message is sent: what a crash can
//! lose are answers to messages in flight, and those are sent again.

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Yes.
    Accepted,
    /// No; it went to the rejects.
    Refused,
    /// Nothing: it cannot be sent, or is no message, and went to the rejects.
    PutAside,
}

/// A message and its place: the first half of a SHA-256.
pub type Fingerprint = u128;

/// The file of `--state`.
#[derive(Debug)]
pub struct Journal {
    file: File,
    /// What earlier runs noted.
    known: HashMap<Fingerprint, Answered>,
    /// Lines to be written.
    lines: Vec<u8>,
    /// The length of the first line.
    header: u64,
}

impl Journal {
    /// Opens or creates the journal of messages to `receiver`. A line that a crash cut off goes.
    ///
    /// # Errors
    /// When it cannot be read or written, is in use by another process, or is of another receiver.
    pub fn open(path: &Path, receiver: &str) -> io::Result<Self> {
        let mut file = OpenOptions::new();
        let file = file.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = file.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(invalid("no regular file"));
        }
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| invalid("in use by another process"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let header = format!("pipehat send {receiver}\n");
        let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
        bytes.truncate(whole);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut journal =
            Self { file, known: HashMap::new(), lines: Vec::new(), header: header.len() as u64 };
        if whole == 0 {
            journal.lines = header.into_bytes();
            journal.commit()?;
            return Ok(journal);
        }
        let lines = bytes.strip_prefix(b"pipehat send ").ok_or_else(|| invalid("no state file"))?;
        let lines = bytes.strip_prefix(header.as_bytes()).ok_or_else(|| {
            let other = lines.split(|&b| b == b'\n').next().unwrap_or_default();
            invalid(&format!("it is about messages to {}", String::from_utf8_lossy(other)))
        })?;
        for line in lines.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let (fingerprint, answered) =
                entry(line).ok_or_else(|| invalid("a line in it is none of a state file"))?;
            journal.known.insert(fingerprint, answered);
        }
        Ok(journal)
    }

    /// What identifies a message: the file it is in, where, and all of its bytes.
    #[must_use]
    pub fn fingerprint(file: &[u8], offset: u64, message: &[u8]) -> Fingerprint {
        let mut digest = Sha256::new();
        digest.update((file.len() as u64).to_be_bytes());
        digest.update(file);
        digest.update(offset.to_be_bytes());
        digest.update(message);
        let half = digest.finalize().first_chunk::<16>().copied().unwrap_or_default();
        u128::from_be_bytes(half)
    }

    /// What an earlier run noted about a message.
    #[must_use]
    pub fn known(&self, fingerprint: Fingerprint) -> Option<Answered> {
        self.known.get(&fingerprint).copied()
    }

    /// Notes an answer; [`Journal::commit`] keeps it.
    pub fn note(&mut self, fingerprint: Fingerprint, answered: Answered) {
        let mark = match answered {
            Answered::Accepted => 'A',
            Answered::Refused => 'R',
            Answered::PutAside => 'U',
        };
        self.lines.extend_from_slice(format!("{mark} {fingerprint:032x}\n").as_bytes());
    }

    /// Brings to disk what was noted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn commit(&mut self) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.lines)?;
        self.lines.clear();
        self.file.sync_data()
    }

    /// Forgets all messages, for those that are gone themselves.
    ///
    /// # Errors
    /// As [`Journal::commit`].
    pub fn forget(&mut self) -> io::Result<()> {
        self.known.clear();
        self.lines.clear();
        self.file.set_len(self.header)?;
        self.file.seek(SeekFrom::End(0))?;
        self.file.sync_data()
    }

    /// Bytes of the file.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

fn entry(line: &[u8]) -> Option<(Fingerprint, Answered)> {
    let (mark, digits) = (line.get(..2)?, line.get(2..)?);
    let answered = match mark {
        b"A " => Answered::Accepted,
        b"R " => Answered::Refused,
        b"U " => Answered::PutAside,
        _ => return None,
    };
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 32)?;
    Some((u128::from_str_radix(digits, 16).ok()?, answered))
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_was_noted_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let of = |message: &[u8]| Journal::fingerprint(b"a.hl7", 7, message);
        let mut journal = Journal::open(&path, "lab:1").unwrap();
        journal.note(of(b"1"), Answered::Accepted);
        journal.note(of(b"2"), Answered::Refused);
        journal.commit().unwrap();
        // A crash in the middle of a line.
        journal.file.write_all(b"A 0123").unwrap();
        assert!(Journal::open(&path, "lab:1").unwrap_err().to_string().contains("another process"));
        drop(journal);
        let mut journal = Journal::open(&path, "lab:1").unwrap();
        assert_eq!(journal.known(of(b"1")), Some(Answered::Accepted));
        assert_eq!(journal.known(of(b"2")), Some(Answered::Refused));
        assert_eq!(journal.known(of(b"3")), None);
        journal.note(of(b"3"), Answered::Accepted);
        journal.commit().unwrap();
        drop(journal);
        assert!(Journal::open(&path, "lab:2").unwrap_err().to_string().ends_with("to lab:1"));
        let mut journal = Journal::open(&path, "lab:1").unwrap();
        assert_eq!(journal.known.len(), 3);
        journal.forget().unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path, "lab:1").unwrap().known.len(), 0);
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, "MSH|^~\\&|A\n").unwrap();
        assert_eq!(Journal::open(&path, "lab:1").unwrap_err().to_string(), "no state file");
    }

    #[test]
    fn place_and_bytes_make_a_fingerprint() {
        let of = Journal::fingerprint;
        let one = of(b"a", 1, b"x");
        for other in [of(b"b", 1, b"x"), of(b"a", 2, b"x"), of(b"a", 1, b"y"), of(b"ax", 1, b"")] {
            assert_ne!(one, other);
        }
    }
}
