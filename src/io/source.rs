//! What to read: files, folders, lists of files, the standard input; plain, gzip or zstd.

use super::diagnostics::Diagnostics;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Where a message came from.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Counts the sources of a run, from 0.
    pub index: usize,
    /// The file's path; `None` for the standard input.
    pub path: Option<PathBuf>,
}

impl Source {
    /// The name for people.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "stdin".to_owned(), |p| p.display().to_string())
    }

    /// The name as it can be given as an argument, `-` for the standard input.
    #[must_use]
    pub fn argument(&self) -> &OsStr {
        self.path.as_ref().map_or(OsStr::new("-"), |p| p.as_os_str())
    }
}

/// A source that is open.
pub struct Opened {
    /// Which it is.
    pub source: Arc<Source>,
    /// Its bytes, as they are in the file.
    pub reader: Box<dyn Read + Send>,
    /// A regular file, whose bytes are there without waiting.
    pub regular: bool,
    /// Which file it is, whatever its name: device and inode.
    pub identity: (u64, u64),
}

/// Files that a run writes, which it must not read: what is read would be replaced. The last look is
/// taken when a source is opened, for a list can name any file, and a folder hold it.
#[derive(Debug, Default)]
pub struct Written {
    files: Vec<(u64, u64)>,
    met: OnceLock<PathBuf>,
    /// What was read, if names of files to write come up only then.
    read: Option<Mutex<HashSet<(u64, u64)>>>,
}

impl Written {
    /// Of files; those that are not there yet, and devices, are no inputs.
    #[must_use]
    pub fn of<'p>(paths: impl Iterator<Item = &'p Path>) -> Self {
        let found = paths.filter_map(|path| fs::metadata(path).ok());
        let files = found.filter(fs::Metadata::is_file).map(|found| identity(&found));
        Self { files: files.collect(), met: OnceLock::new(), read: None }
    }

    /// Remembers what is read, for [`Written::was_read`].
    #[must_use]
    pub fn with_memory(mut self) -> Self {
        self.read = Some(Mutex::default());
        self
    }

    /// Whether that file, if there is one, was among the sources.
    #[must_use]
    pub fn was_read(&self, path: &Path) -> bool {
        let Some(read) = &self.read else { return false };
        let read = read.lock().unwrap_or_else(PoisonError::into_inner);
        fs::metadata(path).is_ok_and(|found| found.is_file() && read.contains(&identity(&found)))
    }

    /// The source that is one of them. The run ended there.
    #[must_use]
    pub fn met(&self) -> Option<&Path> {
        self.met.get().map(PathBuf::as_path)
    }
}

/// All sources of a run, in order, opened one after the other.
pub struct Sources {
    pending: Vec<Pending>,
    list: Option<List>,
    written: Arc<Written>,
    diagnostics: Arc<Diagnostics>,
    count: usize,
}

enum Pending {
    Stdin,
    Named(PathBuf),
    /// Found in a folder: folders behind links are not entered.
    Found(PathBuf),
}

/// No name of a file is that long.
const PATH_MAX: u64 = 4096;

struct List {
    name: String,
    lines: Box<dyn BufRead + Send>,
    end: u8,
}

impl Sources {
    /// Sources for arguments; none or `-` is the standard input.
    ///
    /// # Errors
    /// When the standard input is named twice.
    pub fn new(files: &[OsString], diagnostics: Arc<Diagnostics>) -> io::Result<Self> {
        if files.iter().filter(|f| f.as_os_str() == "-").count() > 1 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the standard input can be read only once",
            ));
        }
        let pending = files.iter().rev().map(|f| match f.as_os_str().as_bytes() {
            b"-" => Pending::Stdin,
            _ => Pending::Named(PathBuf::from(f)),
        });
        let (list, written) = (None, Arc::default());
        Ok(Self { pending: pending.collect(), list, written, diagnostics, count: 0 })
    }

    /// The standard input.
    #[must_use]
    pub fn stdin(diagnostics: Arc<Diagnostics>) -> Self {
        let (pending, list, written) = (vec![Pending::Stdin], None, Arc::default());
        Self { pending, list, written, diagnostics, count: 0 }
    }

    /// Adds the files that a list names, one a line, or ended by NUL; `-` is the standard input.
    ///
    /// # Errors
    /// When the list cannot be opened.
    pub fn with_list(mut self, list: &OsStr, end: u8) -> io::Result<Self> {
        let (name, lines): (_, Box<dyn BufRead + Send>) = if list == "-" {
            ("stdin".to_owned(), Box::new(BufReader::new(stdin()?)))
        } else {
            (list.display().to_string(), Box::new(BufReader::new(File::open(list)?)))
        };
        self.list = Some(List { name, lines, end });
        Ok(self)
    }

    /// Ends the sources at one that is among what is written.
    #[must_use]
    pub fn beside(mut self, written: Arc<Written>) -> Self {
        self.written = written;
        self
    }

    /// The next source that can be opened; those that cannot are reported.
    pub fn next_open(&mut self) -> Option<Opened> {
        let opened = self.next_readable()?;
        if let Some(read) = &self.written.read {
            read.lock().unwrap_or_else(PoisonError::into_inner).insert(opened.identity);
        }
        if !self.written.files.contains(&opened.identity) {
            return Some(opened);
        }
        // Set once, for nothing is opened behind it.
        _ = self.written.met.set(PathBuf::from(opened.source.argument()));
        self.pending.clear();
        self.list = None;
        None
    }

    fn next_readable(&mut self) -> Option<Opened> {
        loop {
            let pending = self.pending.pop().or_else(|| self.next_listed())?;
            let (path, named) = match pending {
                Pending::Stdin => match self.open_stdin() {
                    Ok(opened) => return Some(opened),
                    Err(e) => {
                        self.diagnostics.error(&format!("stdin: {}", plain_error(&e)));
                        continue;
                    }
                },
                Pending::Named(path) => (path, true),
                Pending::Found(path) => (path, false),
            };
            match self.open(&path, named) {
                Ok(Some(opened)) => return Some(opened),
                Ok(None) => {}
                Err(e) => {
                    // An empty name is most often a variable that is not set.
                    let name = if path.as_os_str().is_empty() {
                        "''".into()
                    } else {
                        path.to_string_lossy()
                    };
                    self.diagnostics.error(&format!("{name}: {}", plain_error(&e)));
                }
            }
        }
    }

    fn source(&mut self, path: Option<PathBuf>) -> Arc<Source> {
        let index = self.count;
        self.count += 1;
        Arc::new(Source { index, path })
    }

    fn open_stdin(&mut self) -> io::Result<Opened> {
        let file = stdin()?;
        if file.is_terminal() {
            // Who forgot to name a file would wait for nothing.
            self.diagnostics.note("reading messages from the terminal; Ctrl-D ends them");
        }
        let metadata = file.metadata()?;
        if metadata.file_type().is_fifo() {
            widen_pipe(&file);
        }
        let (regular, identity) = (metadata.is_file(), identity(&metadata));
        Ok(Opened { source: self.source(None), reader: Box::new(file), regular, identity })
    }

    /// Opens a file; a folder's entries are put before what is pending.
    fn open(&mut self, path: &Path, named: bool) -> io::Result<Option<Opened>> {
        if !named {
            // In a folder, only what can be read without waiting is opened: no pipes, no devices.
            let is_link = path.symlink_metadata()?.is_symlink();
            let kind = fs::metadata(path)?.file_type();
            if !(kind.is_file() || kind.is_dir() && !is_link) {
                return Ok(None);
            }
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            let mut names = fs::read_dir(path)?
                .map(|entry| entry.map(|e| e.file_name()))
                .collect::<io::Result<Vec<_>>>()?;
            names.sort_unstable_by(|a, b| b.cmp(a));
            self.pending.extend(names.into_iter().map(|n| Pending::Found(path.join(n))));
            return Ok(None);
        }
        if !named && !metadata.is_file() {
            return Ok(None);
        }
        let (regular, identity) = (metadata.is_file(), identity(&metadata));
        let source = self.source(Some(path.to_owned()));
        Ok(Some(Opened { source, reader: Box::new(file), regular, identity }))
    }

    fn next_listed(&mut self) -> Option<Pending> {
        let list = self.list.as_mut()?;
        loop {
            let mut line = Vec::new();
            match list.lines.by_ref().take(PATH_MAX).read_until(list.end, &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(e) => {
                    self.diagnostics.error(&format!("{}: {}", list.name, plain_error(&e)));
                    return None;
                }
            }
            // What is no name is not printed, for it may be a message that was given as the list.
            if line.len() as u64 == PATH_MAX || line.starts_with(b"MSH|") {
                self.diagnostics.error(&format!("{}: not a list of files", list.name));
                return None;
            }
            if line.ends_with(&[list.end]) {
                line.pop();
            }
            if list.end == b'\n' && line.ends_with(b"\r") {
                line.pop();
            }
            match &line[..] {
                [] => {}
                b"-" if list.name != "stdin" => return Some(Pending::Stdin),
                _ => return Some(Pending::Named(PathBuf::from(OsString::from_vec(line)))),
            }
        }
    }
}

/// Which file it is, whatever its name: device and inode.
pub(super) fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// The standard input without the buffer and the lock of the standard library.
fn stdin() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Asks for a pipe of 1 MiB, which lifts `cat file | pipehat` from 1 to 4 GB/s. The system may
/// refuse, then the pipe stays as it is.
fn widen_pipe(pipe: &File) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 20);
    #[cfg(not(target_os = "linux"))]
    let _ = pipe;
}

/// The text of an error without the `(os error 2)` that tells a user nothing.
#[must_use]
pub fn plain_error(error: &dyn std::fmt::Display) -> String {
    let mut text = format!("{error:#}");
    if let Some(end) = text.rfind(" (os error") {
        text.truncate(end);
    }
    text
}

/// How the bytes of a source are packed, as their beginning tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
    Utf16Le,
    Utf16Be,
    /// More bytes are needed to tell.
    Unknown,
}

impl Packing {
    /// The first that fits counts.
    const MAGICS: [(&[u8], Self); 7] = [
        (b"\x1F\x8B", Self::Gzip),
        (b"\x28\xB5\x2F\xFD", Self::Zstd),
        // UTF-32, which is only told (`foreign`); no text in UTF-16 begins with NUL.
        (b"\xFF\xFE\0\0", Self::Plain),
        (b"\xFF\xFE", Self::Utf16Le),
        (b"\xFE\xFF", Self::Utf16Be),
        (b"M\0S\0H\0", Self::Utf16Le),
        (b"\0M\0S\0H", Self::Utf16Be),
    ];

    /// Tells from the first bytes of a source. `eof`: there are no more.
    pub(super) fn of(head: &[u8], eof: bool) -> Self {
        let partial = |magic: &[u8]| head.len() < magic.len() && magic.starts_with(head);
        if !eof && Self::MAGICS.iter().any(|(magic, _)| partial(magic)) {
            return Self::Unknown;
        }
        let known = Self::MAGICS.iter().find(|(magic, _)| head.starts_with(magic));
        known.map_or(Self::Plain, |(_, packing)| *packing)
    }

    /// A reader of the unpacked bytes; `head` was read from `reader` already.
    ///
    /// # Errors
    /// When there is no memory for the decoder.
    pub(super) fn unpack(
        self,
        head: Vec<u8>,
        reader: Box<dyn Read + Send>,
    ) -> io::Result<Box<dyn Read + Send>> {
        let packed = io::Cursor::new(head).chain(reader);
        Ok(match self {
            Self::Plain | Self::Unknown => Box::new(packed),
            Self::Gzip => {
                let buffered = BufReader::with_capacity(64 << 10, packed);
                Box::new(flate2::bufread::MultiGzDecoder::new(buffered))
            }
            Self::Zstd => Box::new(zstd::stream::read::Decoder::new(packed)?),
            Self::Utf16Le => Box::new(utf16(encoding_rs::UTF_16LE, packed)),
            Self::Utf16Be => Box::new(utf16(encoding_rs::UTF_16BE, packed)),
        })
    }
}

/// Reads UTF-16 as UTF-8: no other form of it can be split at delimiters.
fn utf16(encoding: &'static encoding_rs::Encoding, packed: impl Read) -> impl Read {
    encoding_rs_io::DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(packed)
}
