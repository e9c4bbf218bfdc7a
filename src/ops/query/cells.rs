//! How the cells of a row are written.

use crate::core::Scope;
use std::borrow::Cow;

/// The form of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Cells between tabs, a row a line; tab, line ends and backslash in a cell are written `\t`,
    /// `\n`, `\r`, `\\`.
    #[default]
    Tsv,
    /// Cells between commas as RFC 4180 has it, but for the end of a row, which is LF.
    Csv,
    /// One array of objects.
    Json,
    /// An object a line.
    Ndjson,
    /// Each value on a line of its own, with the escapes of a TSV cell.
    Values,
}

/// A value as it is to be shown: the text, or the bytes as written.
#[inline]
pub(super) fn text_or_raw<'r>(
    scope: &Scope<'_, '_>,
    raw: &'r [u8],
    as_written: bool,
) -> Cow<'r, [u8]> {
    if as_written { Cow::Borrowed(raw) } else { scope.text(raw) }
}

/// Whether a value is shown in a TSV cell as it stands in the message: printable ASCII without
/// backslash or `escape`. Eight bytes at a time, for most values have about that many.
#[inline]
pub(super) fn is_simple(raw: &[u8], escape: u8) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The high bit of some byte is set if a byte is below 0x20, above 0x7F, or one of the two.
    let odd = |bytes: [u8; 8]| {
        let word = u64::from_le_bytes(bytes);
        let zero = |x: u64| x.wrapping_sub(ONES) & !x;
        let below = word.wrapping_sub(ONES * 0x20) & !word;
        let escaped = zero(word ^ (ONES * u64::from(escape)));
        (word | below | escaped | zero(word ^ (ONES * u64::from(b'\\')))) & HIGH
    };
    let (words, tail) = raw.as_chunks::<8>();
    let mut rest = [b' '; 8];
    rest[..tail.len()].copy_from_slice(tail);
    (words.iter().fold(0, |found, word| found | odd(*word)) | odd(rest)) == 0
}

/// Appends a value to a TSV cell, or as a line. As written, a backslash stays one: it is HL7's own.
#[inline]
pub(super) fn tsv(value: &[u8], as_written: bool, out: &mut Vec<u8>) {
    let special = |b: u8| b == b'\t' || b == b'\n' || b == b'\r' || (b == b'\\' && !as_written);
    if !value.iter().fold(false, |found, &b| found | special(b)) {
        out.extend_from_slice(value);
        return;
    }
    for &b in value {
        match b {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' if !as_written => out.extend_from_slice(b"\\\\"),
            b => out.push(b),
        }
    }
}

/// Appends a row of CSV cells.
pub(super) fn csv_row<'c>(cells: impl Iterator<Item = &'c [u8]>, out: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    // Writing to memory does not fail.
    for cell in cells {
        let _ = writer.write_field(cell);
    }
    let _ = writer.write_record(None::<&[u8]>);
    let _ = writer.flush();
}

/// The cells of one row in one buffer.
#[derive(Debug, Default)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds to the cell under way.
    pub(super) fn add(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// Ends the cell under way.
    pub(super) fn end(&mut self) {
        self.ends.push(self.bytes.len());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn simple_is_what_needs_no_change(
            value in prop::collection::vec(prop_oneof![0x20u8..0x7F, any::<u8>()], 0..30),
            escape in prop::sample::select(vec![b'\\', b'!', b'|']),
        ) {
            let plain = |b: u8| (0x20..0x80).contains(&b) && b != escape && b != b'\\';
            prop_assert_eq!(is_simple(&value, escape), value.iter().all(|&b| plain(b)));
        }
    }
}
