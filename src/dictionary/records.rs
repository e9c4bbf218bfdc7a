//! The embedded text and an index of its lines. The form of the lines is told in
//! `tools/dictionary/README.md`.

use std::io::Read;

use flate2::bufread::GzDecoder;

use super::table::Table;

/// `hl7v2.txt`, deflated.
const DEFLATED: &[u8] = include_bytes!("hl7v2.txt.gz");

/// The lines of the text by kind, in the order of the text. What is referred to by number is
/// kept undecoded: a version uses a third of it.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The `$` lines: names of fields and components.
    pub(super) names: Vec<&'static str>,
    /// The `F` lines without their letter.
    pub(super) fields: Vec<&'static str>,
    /// The `C` lines without their letter.
    pub(super) components: Vec<&'static str>,
    /// The `S` lines, sorted by id.
    pub(super) segments: Vec<Variant>,
    /// The `D` lines, sorted by id.
    pub(super) data_types: Vec<Variant>,
    /// The `M` lines, sorted by id; they have no name, the list is the grammar.
    pub(super) structures: Vec<Variant>,
    /// The `E` lines.
    pub(super) events: Vec<Events>,
    /// The `T` lines with the code lines after them, sorted by id.
    pub(super) tables: Vec<Table>,
    /// How many lines could not be read; 0 of the embedded text.
    pub(super) malformed: usize,
}

/// One form of a segment, data type or message structure, and the versions that have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub(super) id: &'static str,
    /// Bit i is set for version i.
    pub(super) mask: u16,
    pub(super) name: &'static str,
    /// The parts: numbers in base 36, or the grammar of a message structure.
    pub(super) parts: &'static str,
}

/// Trigger events whose messages have the structure `structure`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Events {
    /// Bit i is set for version i.
    pub(super) mask: u16,
    pub(super) structure: &'static str,
    /// `A04` for the message type of the structure, or in full as in `ACK_R01`.
    pub(super) events: &'static str,
}

/// Inflates the embedded text; empty if it is damaged, which a test rules out.
pub(super) fn inflate() -> String {
    // The last four bytes of gzip are the length inflated.
    let length = DEFLATED.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
    let mut text = String::with_capacity(length);
    match GzDecoder::new(DEFLATED).read_to_string(&mut text) {
        Ok(_) => text,
        Err(_) => String::new(),
    }
}

impl Records {
    /// Indexes the lines in one pass.
    pub(super) fn of(text: &'static str) -> Self {
        let mut records = Self::default();
        records.names.reserve(4096);
        records.fields.reserve(8192);
        records.components.reserve(2048);
        // The table whose code lines are being passed: its id, name and where they begin.
        let mut open: Option<(&str, &str, usize)> = None;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
            let line = &text[start..end];
            let line_start = std::mem::replace(&mut start, end + 1);
            if line.starts_with('.') && open.is_some() {
                continue;
            }
            if let Some((id, name, codes)) = open.take() {
                records.tables.push(Table::new(id, name, &text[codes..line_start]));
            }
            if let Some(("T", rest)) = line.split_once('\t') {
                open = table_head(rest).map(|(id, name)| (id, name, start));
                records.malformed += usize::from(open.is_none());
            } else if records.add(line).is_none() {
                records.malformed += 1;
            }
        }
        if let Some((id, name, codes)) = open {
            records.tables.push(Table::new(id, name, &text[codes..start]));
        }
        records
    }

    /// Takes up one line that is neither of a table nor of a code; `None` if it is malformed.
    fn add(&mut self, line: &'static str) -> Option<()> {
        let (kind, rest) = line.split_once('\t')?;
        match kind {
            "$" => self.names.push(rest),
            "F" => self.fields.push(rest),
            "C" => self.components.push(rest),
            "S" => self.segments.push(Variant::of(rest)?),
            "D" => self.data_types.push(Variant::of(rest)?),
            "M" => {
                let [id, mask, parts] = columns(rest)?;
                self.structures.push(Variant { id, mask: mask_of(mask)?, name: "", parts });
            }
            "E" => {
                let [mask, structure, events] = columns(rest)?;
                self.events.push(Events { mask: mask_of(mask)?, structure, events });
            }
            _ => return None,
        }
        Some(())
    }

    /// The name with the number `at`, in base 36.
    pub(super) fn name(&self, at: &str) -> Option<&'static str> {
        self.names.get(base36(at)?).copied()
    }
}

impl Variant {
    fn of(line: &'static str) -> Option<Self> {
        let [id, mask, name, parts] = columns(line)?;
        Some(Self { id, mask: mask_of(mask)?, name, parts })
    }
}

/// Id and name of a table; the kind between them is that of any version, which
/// [`super::VersionView`] knows better.
fn table_head(line: &'static str) -> Option<(&'static str, &'static str)> {
    let [id, _kind, name] = columns(line)?;
    Some((id, name))
}

/// Exactly `N` columns between tabs.
pub(super) fn columns<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let mut found = [""; N];
    let mut columns = line.split('\t');
    for column in &mut found {
        *column = columns.next()?;
    }
    columns.next().is_none().then_some(found)
}

fn mask_of(hex: &str) -> Option<u16> {
    u16::from_str_radix(hex, 16).ok()
}

/// A number in base 36, lower case.
pub(super) fn base36(digits: &str) -> Option<usize> {
    usize::from_str_radix(digits, 36).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deflated_text_is_the_readable_one() {
        assert!(inflate() == include_str!("hl7v2.txt"), "gzip -9n hl7v2.txt again");
    }

    #[test]
    fn every_line_is_well_formed_and_sorted() {
        let text: &'static str = include_str!("hl7v2.txt");
        assert!(text.ends_with('\n') && !text.contains('\r'));
        let records = Records::of(text);
        assert_eq!(records.malformed, 0);
        assert!(records.segments.iter().map(|s| s.id).is_sorted());
        assert!(records.data_types.iter().map(|s| s.id).is_sorted());
        assert!(records.structures.iter().map(|s| s.id).is_sorted());
        assert!(records.tables.iter().map(Table::id).is_sorted_by(|a, b| a < b));
        let codes: usize = records.tables.iter().map(|t| t.written_codes().count()).sum();
        let kept = records.names.len()
            + records.fields.len()
            + records.components.len()
            + records.segments.len()
            + records.data_types.len()
            + records.structures.len()
            + records.events.len()
            + records.tables.len();
        assert_eq!(kept + codes, text.lines().count());
    }

    #[test]
    fn malformed_lines_are_skipped() {
        let records =
            Records::of("$\tName\nS\tPID\nM\tX\tzz\tMSH\n?\nT\t0001\n.A\t0c\nE\t1\tA\tB\n");
        assert_eq!((records.names.len(), records.events.len(), records.malformed), (1, 1, 5));
    }
}
