//! What a file seems to be that does not begin with messages: known by its first bytes, so that
//! people are told what to do with it.

/// A kind of file that holds no messages as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// What it is.
    pub name: &'static str,
    /// What to do, with `FILE` in place of its name; empty if there is nothing.
    pub advice: &'static str,
}

impl Foreign {
    /// Tells from the first bytes of a source; what stands at offset 262 or later is not looked at.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let begun = head.trim_ascii_start();
        rows().find(|(pattern, _)| pattern.fits(head) || pattern.fits(begun)).map(|(_, kind)| kind)
    }
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "this looks like {}", self.name)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, ": {}", self.advice) }
    }
}

/// Bytes at an offset.
struct Pattern {
    offset: usize,
    bytes: &'static str,
}

impl Pattern {
    fn fits(&self, head: &[u8]) -> bool {
        let mut there = head.iter().skip(self.offset);
        self.bytes.split(' ').all(|expected| match (there.next(), expected) {
            (None, _) => false,
            (Some(&byte), "..") => byte != 0,
            (Some(&byte), hex) => u8::from_str_radix(hex, 16) == Ok(byte),
        })
    }
}

fn rows() -> impl Iterator<Item = (Pattern, Foreign)> {
    let rows = include_str!("foreign.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut cells = line.split('\t');
        let offset = cells.next()?.parse().ok()?;
        let (bytes, name, advice) = (cells.next()?, cells.next()?, cells.next()?);
        Some((Pattern { offset, bytes }, Foreign { name, advice }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(head: &[u8]) -> Option<&'static str> {
        Foreign::of(head).map(|kind| kind.name)
    }

    #[test]
    fn every_row_is_read() {
        let lines = include_str!("foreign.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(rows().count(), lines.count());
        for (pattern, kind) in rows() {
            let is_byte = |cell: &str| cell.len() == 2 && u8::from_str_radix(cell, 16).is_ok();
            assert!(pattern.bytes.split(' ').all(|c| c == ".." || is_byte(c)), "{kind}");
            assert!(!kind.name.is_empty());
        }
    }

    #[test]
    fn what_is_known_is_told() {
        let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(order).collect()
        };
        assert_eq!(name(b"PK\x03\x04\x14\0\x08\0"), Some("a zip archive"));
        assert_eq!(name(b"BZh91AY&SY"), Some("bzip2"));
        assert_eq!(name(b"\xFD7zXZ\0\0\x04"), Some("xz"));
        assert_eq!(name(b"%PDF-1.7\n"), Some("a PDF document"));
        assert_eq!(name(&utf16("FHS|^~", u16::to_le_bytes)), Some("UTF-16"));
        assert_eq!(name(&utf16("\r\nMSH|^~", u16::to_be_bytes)), Some("UTF-16"));
        let utf32 = |order: fn(u32) -> [u8; 4]| -> Vec<u8> {
            "MSH|^~".chars().flat_map(|c| order(u32::from(c))).collect()
        };
        assert_eq!(name(&utf32(u32::to_le_bytes)), Some("UTF-32"));
        assert_eq!(name(&utf32(u32::to_be_bytes)), Some("UTF-32"));
        assert_eq!(
            name(b"<?xml version=\"1.0\"?><ADT_A01 xmlns=\"urn:hl7-org:v2xml\">"),
            Some("XML")
        );
        assert_eq!(name(b" \n{\"resourceType\":\"Bundle\"}"), Some("JSON"));
        assert_eq!(name(b"TVNIfF5+XCZ8"), Some("base64"));
        let mut tar = vec![0; 512];
        tar[..5].copy_from_slice(b"a.hl7");
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(name(&tar), Some("a tar archive"));
    }

    #[test]
    fn what_is_not_known_is_nothing() {
        for head in [
            &b""[..],
            b"P",
            b"[2024-03-07 10:00:01] received",
            b"<13>Mar  7 10:00:01 engine: received",
            b"{",
            b"PID|1||2",
            b"id;name\n",
            &[0; 600],
        ] {
            assert_eq!(name(head), None, "{}", head.escape_ascii());
        }
    }
}
