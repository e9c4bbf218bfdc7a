//! Documents in messages: taken out, and put back byte for byte.
//!
//! In place of a document stands a name made of the digest of its content. A document in base64
//! that encoding it again writes the same way is kept decoded, so that any program can read it;
//! all else (line breaks inside, missing padding, no base64 at all) is kept as it is written.

use crate::core::scope::to_utf8;
use crate::core::{Message, Path, Scope, Segment, TextOptions};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::ops::{ControlFlow, Range};

/// What names begin with.
const PREFIX: &[u8] = b"pipehat-sha256-";
/// The hexadecimal digits of a digest.
const DIGITS: usize = 64;
/// What the name of a document ends with that is kept as it is written.
const AS_WRITTEN: &str = "b64";

/// A document of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document<'m> {
    /// Its bytes as written.
    pub written: &'m [u8],
    /// The subtype that the message gives (ED.3): `PDF`.
    subtype: &'m [u8],
}

/// A document as a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<'m> {
    /// The name that stands in the message: the digest of the content, and its type.
    pub name: String,
    /// The content.
    pub content: Cow<'m, [u8]>,
}

/// Why a message cannot be handled; without content of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unhandled {
    /// A character of names is a delimiter of the message.
    Delimiter,
    /// It would have to be converted to be split, and would not be the same after.
    Charset,
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delimiter => "one of its delimiters is a character of the names of files",
            Self::Charset => "in its character set, parts of characters look like delimiters",
        })
    }
}

impl std::error::Error for Unhandled {}

/// The documents of a message of `least` bytes or more, in their order: those at `paths`, or
/// without any those of type ED in base64 in OBX-5.
///
/// # Errors
/// When names could not stand in the message.
pub fn documents<'m>(
    message: &Message<'m>,
    paths: &[Path],
    least: usize,
    options: TextOptions,
) -> Result<Vec<Document<'m>>, Unhandled> {
    let mut found = Vec::new();
    if paths.is_empty() {
        for obx in message.segments_named(*b"OBX") {
            encapsulated(obx, &mut found);
        }
    } else {
        let scope = Scope::with(message, options);
        for path in paths {
            let _ = path.for_each(&scope, |written| {
                found.push(Document { written, subtype: b"" });
                ControlFlow::Continue(())
            });
        }
        found.sort_by_key(|document| message.offset_of(document.written));
    }
    // Of paths that lead into each other the first one counts.
    let mut taken = 0;
    found.retain(|document| {
        let Range { start, end } = range(message, document.written);
        let wanted = start >= taken && end - start >= least && !is_name(document.written);
        if wanted {
            taken = end;
        }
        wanted
    });
    if found.is_empty() {
        return Ok(found);
    }
    if to_utf8(message, options).is_some() {
        return Err(Unhandled::Charset);
    }
    // Letters and digits are never delimiters.
    let s = message.separators();
    let delimits = [s.field, s.component, s.repetition, s.subcomponent, s.escape];
    if delimits.iter().any(|b| matches!(b, b'-' | b'.')) {
        return Err(Unhandled::Delimiter);
    }
    Ok(found)
}

/// The documents of an OBX segment: the fifth components of OBX-5 if its type is ED and the fourth
/// says base64 (standard, chapter 2A, ED).
fn encapsulated<'m>(obx: Segment<'m>, found: &mut Vec<Document<'m>>) {
    if obx.field(2).is_none_or(|field| field.raw() != b"ED") {
        return;
    }
    for value in obx.field(5).iter().flat_map(|field| field.repetitions()) {
        let part = |n| value.component(n).map_or(&b""[..], |component| component.raw());
        if part(4).eq_ignore_ascii_case(b"base64") && !part(5).is_empty() {
            found.push(Document { written: part(5), subtype: part(3) });
        }
    }
}

impl<'m> Document<'m> {
    /// What is kept of it, under which name.
    #[must_use]
    pub fn stored(&self) -> Stored<'m> {
        let decoded = STANDARD.decode(self.written).ok();
        // The way back has one result only.
        let decoded = decoded.filter(|bytes| STANDARD.encode(bytes).as_bytes() == self.written);
        match decoded {
            Some(content) => Stored {
                name: name(&content, extension(&content, self.subtype)),
                content: Cow::Owned(content),
            },
            None => Stored {
                name: name(self.written, AS_WRITTEN),
                content: Cow::Borrowed(self.written),
            },
        }
    }
}

fn name(content: &[u8], extension: &str) -> String {
    let mut name = String::from_utf8_lossy(PREFIX).into_owned();
    for byte in Sha256::digest(content) {
        let _ = write!(name, "{byte:02x}");
    }
    name + "." + extension
}

/// What content is by its first bytes, or else by what the message says.
fn extension(content: &[u8], subtype: &[u8]) -> &'static str {
    const BEGINNINGS: [(&[u8], &str); 11] = [
        (b"%PDF", "pdf"),
        (b"\xFF\xD8\xFF", "jpg"),
        (b"\x89PNG\r\n\x1A\n", "png"),
        (b"GIF8", "gif"),
        (b"II*\0", "tif"),
        (b"MM\0*", "tif"),
        (b"BM", "bmp"),
        (b"{\\rtf", "rtf"),
        (b"PK\x03\x04", "zip"),
        (b"\x1F\x8B", "gz"),
        (b"<?xml", "xml"),
    ];
    const SUBTYPES: [(&[u8], &str); 10] = [
        (b"PDF", "pdf"),
        (b"JPEG", "jpg"),
        (b"JPG", "jpg"),
        (b"PNG", "png"),
        (b"GIF", "gif"),
        (b"TIFF", "tif"),
        (b"RTF", "rtf"),
        (b"HTML", "html"),
        (b"XML", "xml"),
        (b"DICOM", "dcm"),
    ];
    let begins = BEGINNINGS.iter().find(|(beginning, _)| content.starts_with(beginning));
    let told = || SUBTYPES.iter().find(|(told, _)| subtype.eq_ignore_ascii_case(told));
    begins.or_else(told).map_or("bin", |(_, extension)| extension)
}

/// Where names of documents stand in a message.
#[must_use]
pub fn names<'m>(message: &Message<'m>) -> Vec<&'m str> {
    let bytes = message.bytes();
    let separators = message.separators();
    let delimits = |b: &u8| {
        let own = [separators.field, separators.component, separators.repetition];
        own.contains(b) || *b == separators.subcomponent || matches!(b, b'\r' | b'\n')
    };
    let mut found = Vec::new();
    for start in memmem::find_iter(bytes, PREFIX) {
        let rest = &bytes[start..];
        let end = rest.iter().position(delimits).unwrap_or(rest.len());
        let is_whole = start == 0 || delimits(&bytes[start - 1]);
        if is_whole
            && is_name(&rest[..end])
            && let Ok(name) = std::str::from_utf8(&rest[..end])
        {
            found.push(name);
        }
    }
    found
}

fn is_name(value: &[u8]) -> bool {
    let digits = value.strip_prefix(PREFIX).and_then(|rest| rest.split_at_checked(DIGITS));
    digits.is_some_and(|(digits, extension)| {
        digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && (2..=5).contains(&extension.len())
            && extension[0] == b'.'
            && extension[1..].iter().all(u8::is_ascii_alphanumeric)
    })
}

/// A document as it was written, if the content of the file is that of the name.
#[must_use]
pub fn restored(name: &str, content: Vec<u8>) -> Option<Vec<u8>> {
    let (_, extension) = name.rsplit_once('.')?;
    if self::name(&content, extension) != name {
        return None;
    }
    Some(if extension == AS_WRITTEN { content } else { STANDARD.encode(content).into_bytes() })
}

/// A message with parts of it replaced, in their order; everything else is as it was.
#[must_use]
pub fn replaced(message: &Message<'_>, parts: &[(&[u8], Vec<u8>)]) -> Vec<u8> {
    let bytes = message.bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for (part, instead) in parts {
        let Range { start, end } = range(message, part);
        out.extend_from_slice(&bytes[from..start]);
        out.extend_from_slice(instead);
        from = end;
    }
    out.extend_from_slice(&bytes[from..]);
    out
}

fn range(message: &Message<'_>, part: &[u8]) -> Range<usize> {
    let start = message.offset_of(part);
    start..start + part.len()
}
