//! Which messages came before: the last ones, or all of them in bounded memory.

use super::spill::{Sorter, named, temporary};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What messages that are the same have in common.
pub type Fingerprint = [u8; 16];

/// About what a fingerprint takes in a set.
const COST: usize = 48;

/// The last messages.
#[derive(Debug)]
pub struct Recent {
    window: usize,
    order: VecDeque<Option<Fingerprint>>,
    counts: HashMap<Fingerprint, u32>,
}

impl Recent {
    /// Of so many messages.
    #[must_use]
    pub fn new(window: usize) -> Self {
        Self { window, order: VecDeque::new(), counts: HashMap::new() }
    }

    /// Whether none of the last messages is the same; this one is among them from now on. One
    /// without a fingerprint is the same as no other.
    pub fn is_first(&mut self, known: Option<Fingerprint>) -> bool {
        let is_first = known.is_none_or(|known| !self.counts.contains_key(&known));
        if let Some(known) = known {
            *self.counts.entry(known).or_default() += 1;
        }
        self.order.push_back(known);
        if self.order.len() > self.window
            && let Some(Some(oldest)) = self.order.pop_front()
            && let Some(count) = self.counts.get_mut(&oldest)
        {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&oldest);
            }
        }
        is_first
    }
}

/// All messages.
///
/// As long as memory serves, and the first of those that are the same is wanted, each is answered
/// for at once. From then on they wait in a file for the end, when their fingerprints are sorted.
#[derive(Debug)]
pub struct Whole {
    folder: PathBuf,
    limit: usize,
    wants_first: bool,
    seen: HashSet<Fingerprint>,
    waiting: Option<Waiting>,
}

/// Messages that wait.
#[derive(Debug)]
struct Waiting {
    /// Each with its length in 8 bytes, little-endian, before it.
    file: BufWriter<File>,
    count: u64,
    /// Fingerprints with the numbers of their messages from 1, in the order of the input; 0 stands
    /// for one that was answered for.
    known: Sorter,
    /// The numbers of messages that are kept.
    kept: Sorter,
}

impl Whole {
    /// With about so much memory, and temporary files in a folder.
    ///
    /// # Errors
    /// When a temporary file is needed from the start and cannot be made.
    pub fn new(folder: &Path, limit: usize, wants_first: bool) -> io::Result<Self> {
        let folder = folder.to_owned();
        let mut whole = Self { folder, limit, wants_first, seen: HashSet::new(), waiting: None };
        if !wants_first {
            whole.wait()?;
        }
        Ok(whole)
    }

    /// Lets messages wait from now on.
    fn wait(&mut self) -> io::Result<()> {
        let part = self.limit / 2;
        let mut known = Sorter::new(&self.folder, part);
        for fingerprint in std::mem::take(&mut self.seen) {
            known.push(&fingerprint, &0_u64.to_be_bytes())?;
        }
        self.waiting = Some(Waiting {
            file: BufWriter::with_capacity(1 << 20, temporary(&self.folder)?),
            count: 0,
            known,
            kept: Sorter::new(&self.folder, part),
        });
        Ok(())
    }

    /// Takes a message; tells whether it is the one of its kind that is wanted, or `None` if that
    /// is known only at the end.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn take(&mut self, known: Option<Fingerprint>, message: &[u8]) -> io::Result<Option<bool>> {
        if self.waiting.is_none() {
            let Some(known) = known else { return Ok(Some(true)) };
            if self.seen.contains(&known) {
                return Ok(Some(false));
            }
            if (self.seen.len() + 1).saturating_mul(COST) <= self.limit {
                self.seen.insert(known);
                return Ok(Some(true));
            }
        }
        if self.waiting.is_none() {
            self.wait()?;
        }
        let Self { folder, waiting, .. } = self;
        waiting.as_mut().map_or(Ok(()), |waiting| waiting.add(folder, known, message))?;
        Ok(None)
    }

    /// Calls `each` with every message that waits, in the order of the input, and whether it is the
    /// one of its kind that is wanted.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read, or `each` fails.
    pub fn finish(self, each: impl FnMut(&[u8], bool) -> io::Result<()>) -> io::Result<()> {
        match self.waiting {
            None => Ok(()),
            Some(waiting) => waiting.finish(self.wants_first, each),
        }
    }
}

impl Waiting {
    fn add(&mut self, folder: &Path, known: Option<Fingerprint>, message: &[u8]) -> io::Result<()> {
        self.count += 1;
        let length = (message.len() as u64).to_le_bytes();
        let written = self.file.write_all(&length).and_then(|()| self.file.write_all(message));
        written.map_err(|e| named(folder, &e))?;
        let number = self.count.to_be_bytes();
        match known {
            Some(known) => self.known.push(&known, &number),
            None => self.kept.push(&number, b""),
        }
    }

    fn finish(
        self,
        wants_first: bool,
        mut each: impl FnMut(&[u8], bool) -> io::Result<()>,
    ) -> io::Result<()> {
        let Self { file, known, mut kept, .. } = self;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        let mut messages = Messages {
            file: BufReader::with_capacity(1 << 20, file),
            number: 0,
            bytes: Vec::new(),
        };
        // Of each run of equal fingerprints one is kept, unless it was answered for.
        let mut run: Option<(Fingerprint, [u8; 8])> = None;
        let mut keep = |number: [u8; 8]| match u64::from_be_bytes(number) {
            0 => Ok(()),
            _ => kept.push(&number, b""),
        };
        known.finish(|fingerprint, number| {
            let (Ok(fingerprint), Ok(number)) = (fingerprint.try_into(), number.try_into()) else {
                return Ok(());
            };
            match &mut run {
                Some((same, chosen)) if *same == fingerprint => {
                    if !wants_first {
                        *chosen = number;
                    }
                    Ok(())
                }
                _ => match run.replace((fingerprint, number)) {
                    Some((_, chosen)) => keep(chosen),
                    None => Ok(()),
                },
            }
        })?;
        if let Some((_, chosen)) = run {
            keep(chosen)?;
        }
        kept.finish(|number, _| {
            let wanted = number.try_into().map_or(0, u64::from_be_bytes);
            while messages.number + 1 < wanted {
                if !messages.next()? {
                    return Ok(());
                }
                each(&messages.bytes, false)?;
            }
            if messages.next()? { each(&messages.bytes, true) } else { Ok(()) }
        })?;
        while messages.next()? {
            each(&messages.bytes, false)?;
        }
        Ok(())
    }
}

/// The messages that waited, one after the other.
struct Messages {
    file: BufReader<File>,
    number: u64,
    bytes: Vec<u8>,
}

impl Messages {
    /// Reads the next message; `false` at the end.
    fn next(&mut self) -> io::Result<bool> {
        let mut length = [0; 8];
        match self.file.read_exact(&mut length) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(e) => return Err(e),
        }
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?;
        self.bytes.resize(length, 0);
        self.file.read_exact(&mut self.bytes)?;
        self.number += 1;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(n: u32) -> Fingerprint {
        let mut bytes = [7; 16];
        bytes[..4].copy_from_slice(&n.to_le_bytes());
        bytes
    }

    /// What is left of messages that are the same if their numbers are: the places of those kept.
    fn kept(numbers: &[Option<u32>], limit: usize, wants_first: bool) -> Vec<usize> {
        let Ok(mut whole) = Whole::new(&std::env::temp_dir(), limit, wants_first) else { panic!() };
        let mut kept = Vec::new();
        for (at, number) in numbers.iter().enumerate() {
            let message = at.to_string();
            match whole.take(number.map(fingerprint), message.as_bytes()) {
                Ok(Some(true)) => kept.push(at),
                Ok(_) => {}
                Err(e) => panic!("{e}"),
            }
        }
        let mut seen = Vec::new();
        let done = whole.finish(|message, is_wanted| {
            let at: usize = String::from_utf8_lossy(message).parse().map_err(io::Error::other)?;
            seen.push(at);
            if is_wanted {
                kept.push(at);
            }
            Ok(())
        });
        assert!(done.is_ok());
        assert!(seen.is_sorted(), "they come out in their order");
        kept
    }

    #[test]
    fn memory_makes_no_difference() {
        let numbers: Vec<_> = (0..500_u32).map(|n| (n % 11 != 0).then_some(n * 7 % 90)).collect();
        for wants_first in [true, false] {
            let expected: Vec<usize> = (0..numbers.len())
                .filter(|&at| {
                    let (before, after) = (&numbers[..at], &numbers[at + 1..]);
                    let others = if wants_first { before } else { after };
                    numbers[at].is_none() || !others.contains(&numbers[at])
                })
                .collect();
            for limit in [1, COST, 10 * COST, 1 << 20] {
                assert_eq!(kept(&numbers, limit, wants_first), expected, "{limit} {wants_first}");
            }
        }
    }

    #[test]
    fn a_window_forgets() {
        let mut recent = Recent::new(2);
        let mut is_first = |n: u32| recent.is_first(Some(fingerprint(n)));
        assert_eq!(
            [1, 1, 2, 1, 3, 4, 1].map(&mut is_first),
            [true, false, true, false, true, true, true]
        );
        assert!(recent.is_first(None) && recent.is_first(None));
    }
}
