//! What begins at a place: a message, an envelope, blanks between them.

use super::{BOM, CR, FS, LF, VT};
use crate::core::separators::Separators;
use memchr::{memchr, memchr2, memchr3};

/// Moves `at` over what may stand between messages: line endings, blanks, byte order marks, MLLP
/// bytes. Returns whether a VT, the start of an MLLP block, was the last of it.
#[inline]
pub(super) fn skip_blank(buf: &[u8], at: &mut usize) -> bool {
    let mut framed = false;
    while let Some(&b) = buf.get(*at) {
        match b {
            CR | LF | FS => framed = false,
            // Blanks count only on lines of their own; see `blank_line`.
            b' ' | b'\t' => {
                let Some(end) = blank_line(buf, *at) else { break };
                *at = end;
                continue;
            }
            VT => framed = true,
            0xEF if buf[*at..].starts_with(BOM) => {
                *at += BOM.len();
                continue;
            }
            _ => break,
        }
        *at += 1;
    }
    framed
}

/// The end of a line of spaces and tabs that begins at `at`, `None` if there is more on it.
fn blank_line(buf: &[u8], at: usize) -> Option<usize> {
    let end = buf[at..].iter().position(|b| !matches!(b, b' ' | b'\t')).map(|n| at + n);
    match end {
        None => Some(buf.len()),
        Some(end) if matches!(buf[end], CR | LF) => Some(end),
        Some(_) => None,
    }
}

/// What begins at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Message,
    Envelope,
    Nothing,
    /// More bytes are needed to tell.
    Unknown,
}

/// Tells what begins at `at`: a header is its three letters and then no letter or digit. At the
/// end of the stream (`eof`) the three letters alone are enough.
#[inline]
pub(super) fn what_starts(buf: &[u8], at: usize, eof: bool) -> Start {
    let head = &buf[at.min(buf.len())..];
    let found = match head {
        [b'M', b'S', b'H', ..] => Start::Message,
        [b'F' | b'B', b'H' | b'T', b'S', ..] => Start::Envelope,
        [] | [b'M' | b'F' | b'B'] | [b'M', b'S'] | [b'F' | b'B', b'H' | b'T'] if !eof => {
            return Start::Unknown;
        }
        _ => return Start::Nothing,
    };
    match head.get(3) {
        Some(b) if b.is_ascii_alphanumeric() => Start::Nothing,
        None if !eof => Start::Unknown,
        _ => found,
    }
}

/// Behind the ending of the line at `start`: CR, LF or CRLF.
pub(super) fn line_end(buf: &[u8], start: usize) -> Option<usize> {
    let end = start + memchr2(CR, LF, &buf[start..])?;
    Some(if buf[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 })
}

/// The end of the envelope segment at `start`.
pub(super) fn envelope_end(buf: &[u8], start: usize) -> Option<usize> {
    memchr3(CR, LF, FS, &buf[start..]).map(|n| start + n)
}

/// Behind a VT or a byte order mark or one of each, as they may stand behind a CR.
fn behind_marks(bytes: &[u8]) -> &[u8] {
    match bytes {
        [VT, 0xEF, 0xBB, 0xBF, rest @ ..] | [0xEF, 0xBB, 0xBF, VT, rest @ ..] => rest,
        [VT, rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        rest => rest,
    }
}

/// As [`what_starts`], behind marks.
pub(super) fn what_starts_behind_marks(buf: &[u8], at: usize, eof: bool) -> Start {
    let rest = behind_marks(&buf[at..]);
    match rest {
        [0xEF] | [0xEF, 0xBB] if !eof => Start::Unknown,
        _ => what_starts(rest, 0, eof),
    }
}

/// What begins behind a lone LF of a message whose segments end with CR, where it would else be
/// content: only what has usable delimiters, for free text may hold the letters.
pub(super) fn starts_behind_line_feed(buf: &[u8], at: usize, eof: bool) -> Start {
    /// MSH, MSH-1, the most characters that MSH-2 can have, and what ends them.
    const HEADER: usize = 10;
    let rest = behind_marks(&buf[at..]);
    match rest {
        [b'M', b'S', b'H', ..] if !eof && rest.len() < HEADER => Start::Unknown,
        [b'M', b'S', b'H', ..] if has_delimiters(&rest[..HEADER.min(rest.len())]) => Start::Message,
        [b'F' | b'B', b'H' | b'T', b'S', b'|', ..] => Start::Envelope,
        [] | [0xEF] | [0xEF, 0xBB] | [b'M'] | [b'M', b'S'] if !eof => Start::Unknown,
        [b'F' | b'B'] | [b'F' | b'B', b'H' | b'T'] | [b'F' | b'B', b'H' | b'T', b'S'] if !eof => {
            Start::Unknown
        }
        _ => Start::Nothing,
    }
}

/// Whether a header has usable delimiters, before an FS: this may end the block, and then a reader may not have
/// what stands behind it.
fn has_delimiters(header: &[u8]) -> bool {
    let end = memchr(FS, header).unwrap_or(header.len());
    Separators::of(&header[..end]).is_ok()
}

/// Whether the bytes at the end of a buffer may yet turn out to be blank: spaces of an unfinished
/// line, or the beginning of a byte order mark.
pub(super) fn is_undecided_blank(rest: &[u8]) -> bool {
    rest.iter().all(|b| matches!(b, b' ' | b'\t'))
        || (rest.len() < BOM.len() && BOM.starts_with(rest))
}

/// Whether a message with this segment would be read as two, for what stands behind a line feed
/// in it.
#[cfg(feature = "cli")]
pub(crate) fn holds_message(segment: &[u8]) -> bool {
    memchr::memchr_iter(LF, segment)
        .any(|at| starts_behind_line_feed(segment, at + 1, true) != Start::Nothing)
}

/// Whether a segment would begin another message: a header, perhaps behind marks.
#[cfg(feature = "cli")]
pub(crate) fn begins_message(segment: &[u8]) -> bool {
    what_starts_behind_marks(segment, 0, true) == Start::Message
}

/// Whether a segment behind a CR, if it were the last, would be read as an envelope's.
#[cfg(feature = "cli")]
pub(crate) fn is_envelope(segment: &[u8]) -> bool {
    what_starts(segment, 0, true) == Start::Envelope && memchr::memchr(FS, segment).is_none()
}

/// Whether a segment other than the first ends its message when segments end with LF.
#[cfg(feature = "cli")]
pub(crate) fn ends_lines(segment: &[u8]) -> bool {
    matches!(segment, [] | [FS, ..] | [.., FS])
        || what_starts_behind_marks(segment, 0, true) != Start::Nothing
}
