//! Where messages go that could not be handled: byte for byte into one file.

use super::Output;
use crate::core::Separators;
use crate::core::frame::begins_message;
use memchr::{memchr2, memmem};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The file of `--rejects`. Several threads may add to it.
#[derive(Debug)]
pub struct Rejects(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    output: Output,
    end: End,
    /// The last entry could not be written.
    torn: bool,
    /// Tells why each entry is there.
    reasons: Option<File>,
    /// What was there before the last entry.
    before: (Option<u64>, End),
}

/// How the last entry ends.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// Its last bytes; nothing where nothing was written.
    last: [Option<u8>; 2],
    kind: Kind,
}

/// What an entry is to who reads it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// Lines, of which no message takes another.
    #[default]
    Lines,
    /// A message whose segments end with CR.
    Cr,
    /// A message whose segments end with LF or CRLF.
    Lf,
    /// It may hold a message of any kind.
    Any,
}

impl Rejects {
    /// A file that appears when the run ends, however it ends, readable by its owner alone. Until
    /// then one of that name stays what it is, for it may be among the inputs.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::of(Output::kept(path)?, End::default()))
    }

    /// As [`Rejects::create`] for input that cannot be read again: the file is there at once, and
    /// what was rejected is in it whatever happens to the process.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn growing(path: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self::of(Output::Direct(file), End::default()))
    }

    /// As [`Rejects::growing`], behind what earlier runs put there.
    ///
    /// # Errors
    /// When it cannot be opened or created.
    pub fn appending(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let found = file.metadata()?;
        let end = if found.is_file() && found.len() > 0 {
            End { last: last_bytes(path, found.len()), kind: Kind::Any }
        } else {
            End::default()
        };
        Ok(Self::of(Output::Direct(file), end))
    }

    fn of(output: Output, end: End) -> Self {
        let before = (None, end);
        Self(Mutex::new(Inner { output, end, torn: false, reasons: None, before }))
    }

    /// With a file that gets a line of JSON for each entry, behind what earlier runs put there.
    ///
    /// # Errors
    /// When it cannot be opened or created.
    pub fn with_reasons(self, path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let mut inner = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        inner.reasons = Some(file);
        Ok(Self(Mutex::new(inner)))
    }

    /// Tells why the last entry is there: its file, number and offset, and these pairs.
    ///
    /// # Errors
    /// When it cannot be written; then the entry is gone, too, so that who tries again has it once.
    pub fn explain(
        &self,
        file: &[u8],
        number: Option<u64>,
        offset: u64,
        pairs: &[(&str, Value)],
    ) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { output, end, reasons: Some(reasons), before, .. } = &mut *inner else {
            return Ok(());
        };
        let mut line = Vec::new();
        append_object(&mut line, &[&origin(file, number, offset)[..], pairs].concat());
        let len = reasons.metadata()?.len();
        let told = reasons.write_all(&line);
        if told.is_err() {
            let _ = reasons.set_len(len);
            take_back(output, before.0);
            *end = before.1;
        }
        told
    }

    /// As [`Rejects::explain`], of what could not be handled.
    ///
    /// # Errors
    /// As [`Rejects::explain`].
    pub fn explain_unusable(
        &self,
        file: &[u8],
        number: Option<u64>,
        offset: u64,
        why: &str,
    ) -> io::Result<()> {
        let pairs = [("outcome", "unsendable".into()), ("reason", why.into())];
        self.explain(file, number, offset, &pairs)
    }

    /// Adds bytes as they came. `begins`: they are not the continuation of the last ones, so that
    /// those are ended first where their source ended without: else two would run together.
    ///
    /// # Errors
    /// When they cannot be written; then no part of them is there, and later ones may go well.
    pub fn add(&self, bytes: &[u8], begins: bool) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { output, end, torn, before, .. } = &mut *inner;
        *before = (file_len(output), *end);
        let added = end.add(bytes, begins || *torn, output);
        *torn = added.is_err();
        if *torn {
            take_back(output, before.0);
            *end = before.1;
        }
        added
    }

    /// Brings to disk what was added.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn sync(&self) -> io::Result<()> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.output.sync()?;
        inner.reasons.as_ref().map_or(Ok(()), File::sync_data)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When it cannot have it.
    pub fn finish(self) -> io::Result<()> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).output.finish()
    }
}

/// The length of a file; a device or a pipe has none.
fn file_len(output: &Output) -> Option<u64> {
    let Output::Direct(file) = output else { return None };
    file.metadata().ok().filter(std::fs::Metadata::is_file).map(|found| found.len())
}

/// Takes back what a full disk took of an entry: the half of a message must not be read as a whole.
fn take_back(output: &Output, len: Option<u64>) {
    if let (Output::Direct(file), Some(len)) = (output, len)
        && file.set_len(len).is_ok()
    {
        let mut file = file;
        let _ = file.seek(SeekFrom::Start(len));
    }
}

impl End {
    /// Writes an entry, and what ends the one before it.
    fn add(&mut self, bytes: &[u8], begins: bool, output: &mut Output) -> io::Result<()> {
        if begins {
            output.write_all(self.separator(bytes))?;
            self.kind = kind(bytes);
        }
        match *bytes {
            [] => {}
            [only] => self.last = [self.last[1], Some(only)],
            [.., before, last] => self.last = [Some(before), Some(last)],
        }
        output.write_all(bytes)
    }

    /// What stands between an entry and the next, so that nobody reads the second as a part of
    /// the first, and nothing as a part of either (see [`crate::core::Frames`]).
    ///
    /// CR LF ends a message with CR segments, a blank line or a header one with LF, and an FS with
    /// a CR behind it ends both.
    fn separator(self, next: &[u8]) -> &'static [u8] {
        const FS: u8 = 0x1C;
        let [before, Some(last)] = self.last else { return b"" };
        let is_header = begins_message(next);
        // What a message with CR segments needs ends it whatever comes.
        let needs_blank = self.kind != Kind::Cr && !is_header;
        match (self.kind, last) {
            (Kind::Lines, b'\r' | b'\n') => b"",
            (Kind::Lines, _) => b"\n",
            (_, FS) => b"\r",
            (_, b'\n') if before == Some(b'\r') => {
                if needs_blank {
                    b"\n"
                } else {
                    b""
                }
            }
            (Kind::Lf, b'\n') => {
                if needs_blank {
                    b"\n"
                } else {
                    b""
                }
            }
            // Behind a lone LF only a usable header is one; and a CR behind it would make it content.
            (_, b'\n') if Separators::of(next).is_ok() => b"",
            (_, b'\n') => b"\x1c\r\n",
            (_, b'\r') => {
                if needs_blank {
                    b"\n\n"
                } else {
                    b"\n"
                }
            }
            _ => {
                if needs_blank {
                    b"\r\n\n"
                } else {
                    b"\r\n"
                }
            }
        }
    }
}

/// Where an entry comes from, as pairs of an object.
#[must_use]
pub fn origin(file: &[u8], number: Option<u64>, offset: u64) -> [(&'static str, Value); 3] {
    let file = String::from_utf8_lossy(file).into();
    [("file", file), ("number", number.into()), ("offset", offset.into())]
}

/// Appends an object as a line; the pairs stay in order.
pub fn append_object(out: &mut Vec<u8>, pairs: &[(&str, Value)]) {
    for (n, (name, value)) in pairs.iter().enumerate() {
        let begin = if n == 0 { '{' } else { ',' };
        out.extend_from_slice(format!("{begin}\"{name}\":{value}").as_bytes());
    }
    out.extend_from_slice(b"}\n");
}

/// What an entry that begins so is.
fn kind(bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"MSH") {
        let end = memchr2(b'\r', b'\n', bytes);
        return match end.map(|at| (bytes[at], bytes.get(at + 1))) {
            None | Some((b'\r', None)) => Kind::Any,
            Some((b'\r', Some(next))) if *next != b'\n' => Kind::Cr,
            Some(_) => Kind::Lf,
        };
    }
    let holds = |header: &[u8]| memmem::find(bytes, header).is_some();
    let may = [&b"\rMSH"[..], b"\nMSH", b"\x0bMSH"].into_iter().any(holds);
    if may || begins_message(bytes) { Kind::Any } else { Kind::Lines }
}

/// The last two bytes of a file of this length; where they cannot be read, a byte that ends
/// nothing stands for them.
fn last_bytes(path: &Path, len: u64) -> [Option<u8>; 2] {
    let mut last = [0; 2];
    let part = if len < 2 { &mut last[1..] } else { &mut last[..] };
    let from = len - part.len() as u64;
    match File::open(path).and_then(|file| file.read_exact_at(part, from)) {
        Ok(()) => last.map(Some),
        Err(_) => [Some(0), Some(0)],
    }
}

#[cfg(test)]
mod tests;
