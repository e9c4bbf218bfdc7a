//! Sorting of more than fits into memory: sorted runs in temporary files, merged at the end.

use rayon::slice::ParallelSliceMut;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// So many runs are merged at a time: each has a file that is open and a buffer.
const FAN: usize = 64;
/// The buffer of a run that is written or read.
const BUFFER: usize = 256 << 10;

/// Sorts records by their keys, byte by byte; those with equal keys stay in their order.
///
/// Records are kept in memory up to a limit. What is more goes to files without a name, which
/// nobody else can open and which are gone when the process is.
#[derive(Debug)]
pub struct Sorter {
    folder: PathBuf,
    limit: usize,
    /// Keys and values, one behind the other.
    bytes: Vec<u8>,
    records: Vec<Record>,
    runs: Vec<File>,
}

/// Where a record is among the bytes.
#[derive(Clone, Debug)]
struct Record {
    key: Range<usize>,
    end: usize,
}

impl Sorter {
    /// A sorter that takes about `limit` bytes of memory and spills into files of `folder`.
    #[must_use]
    pub fn new(folder: &Path, limit: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            limit,
            bytes: Vec::new(),
            records: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// When a run cannot be written.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let taken = self.bytes.len() + self.records.len() * size_of::<Record>();
        if !self.records.is_empty() && taken + key.len() + value.len() > self.limit {
            self.spill()?;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.records.push(Record { key: start..start + key.len(), end: self.bytes.len() });
        Ok(())
    }

    fn sort(&mut self) {
        let Self { bytes, records, .. } = self;
        // Where they stand in memory is their order; that makes any sort a stable one.
        records.par_sort_unstable_by(|a, b| {
            bytes[a.key.clone()].cmp(&bytes[b.key.clone()]).then(a.key.start.cmp(&b.key.start))
        });
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self) -> io::Result<()> {
        self.write_run().map_err(|e| named(&self.folder, &e))
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.sort();
        let mut file = Writer::new(&self.folder)?;
        for Record { key, end } in self.records.drain(..) {
            file.record(&self.bytes[key.clone()], &self.bytes[key.end..end])?;
        }
        self.bytes.clear();
        self.runs.push(file.finish()?);
        if self.runs.len() >= FAN {
            let mut merged = Writer::new(&self.folder)?;
            merge(std::mem::take(&mut self.runs), |key, value| merged.record(key, value))?;
            // Its records came before all that are to come.
            self.runs.push(merged.finish()?);
        }
        Ok(())
    }

    /// Calls `each` with key and value of all records in order.
    ///
    /// # Errors
    /// When a file cannot be written or read, or `each` fails.
    pub fn finish(
        mut self,
        mut each: impl FnMut(&[u8], &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.runs.is_empty() {
            self.sort();
            for Record { key, end } in &self.records {
                each(&self.bytes[key.clone()], &self.bytes[key.end..*end])?;
            }
            return Ok(());
        }
        self.spill()?;
        let Self { runs, bytes, records, .. } = self;
        drop((bytes, records));
        merge(runs, each)
    }
}

/// Writes records into a file: the lengths of key and value in 4 bytes each, little-endian, and
/// both.
#[derive(Debug)]
struct Writer(BufWriter<File>);

impl Writer {
    fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self(BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?)))
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let length = |part: &[u8]| u32::try_from(part.len()).map_err(io::Error::other);
        self.0.write_all(&length(key)?.to_le_bytes())?;
        self.0.write_all(&length(value)?.to_le_bytes())?;
        self.0.write_all(key)?;
        self.0.write_all(value)
    }

    fn finish(self) -> io::Result<File> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

/// A file without a name in a folder.
///
/// # Errors
/// When it cannot be made.
pub fn temporary(folder: &Path) -> io::Result<File> {
    tempfile::tempfile_in(folder).map_err(|e| named(folder, &e))
}

/// What went wrong with a temporary file, with its folder, which may be full while others are not.
pub(super) fn named(folder: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("a temporary file in {}: {error}", folder.display()))
}

/// The next record of a run.
#[derive(Debug)]
struct Run {
    file: BufReader<File>,
    /// Its place among the runs, which is its place in the input.
    number: usize,
    bytes: Vec<u8>,
    key: usize,
}

impl Run {
    /// Reads the next record; `false` at the end.
    fn next(&mut self) -> io::Result<bool> {
        let mut lengths = [0; 8];
        match self.file.read_exact(&mut lengths) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(e) => return Err(e),
        }
        let [a, b, c, d, e, f, g, h] = lengths;
        self.key = u32::from_le_bytes([a, b, c, d]) as usize;
        self.bytes.resize(self.key + u32::from_le_bytes([e, f, g, h]) as usize, 0);
        self.file.read_exact(&mut self.bytes)?;
        Ok(true)
    }

    fn rank(&self) -> (&[u8], usize) {
        (&self.bytes[..self.key], self.number)
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Run {}

impl PartialOrd for Run {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Run {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

fn merge(runs: Vec<File>, mut each: impl FnMut(&[u8], &[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut heap = BinaryHeap::new();
    for (number, file) in runs.into_iter().enumerate() {
        let file = BufReader::with_capacity(BUFFER, file);
        let mut run = Run { file, number, bytes: Vec::new(), key: 0 };
        if run.next()? {
            heap.push(Reverse(run));
        }
    }
    while let Some(mut top) = heap.peek_mut() {
        let Reverse(run) = &mut *top;
        each(&run.bytes[..run.key], &run.bytes[run.key..])?;
        if !run.next()? {
            std::collections::binary_heap::PeekMut::pop(top);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order is that of a stable sort, however little memory there is and however many runs
    /// that makes.
    #[test]
    fn spilling_makes_no_difference() {
        let records: Vec<(String, String)> =
            (0..2000_u32).map(|n| (format!("{:03}", n * 7919 % 331), n.to_string())).collect();
        let mut expected = records.clone();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        for limit in [1, 2_000, 20_000, 1 << 20] {
            let mut sorter = Sorter::new(&std::env::temp_dir(), limit);
            for (key, value) in &records {
                assert!(sorter.push(key.as_bytes(), value.as_bytes()).is_ok());
            }
            let mut sorted = Vec::new();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let done = sorter.finish(|key, value| {
                sorted.push((text(key), text(value)));
                Ok(())
            });
            assert!(done.is_ok());
            assert_eq!(sorted, expected, "limit {limit}");
        }
    }

    #[test]
    fn nothing_is_sorted_too() {
        let done = Sorter::new(&std::env::temp_dir(), 10).finish(|_, _| panic!("a record"));
        assert!(done.is_ok());
    }
}
