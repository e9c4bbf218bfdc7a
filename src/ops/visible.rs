//! Text made safe to look at, in one line and cut to a width.

/// Appends text from messages: line breaks as `⏎`, other control characters and those that are
/// not seen or turn the direction of what follows as `\x1b` and `\u{202e}`, bytes that are not
/// UTF-8 as `\xE9`. At most `most` columns are appended, a character counting as one.
///
/// Returns the columns appended and whether that was all.
pub(crate) fn append(text: &[u8], most: usize, out: &mut Vec<u8>) -> (usize, bool) {
    // Nearly all values are short and plain.
    if text.len() <= most && text.iter().all(|b| (0x20..0x7F).contains(b)) {
        out.extend_from_slice(text);
        return (text.len(), true);
    }
    let mut used = 0;
    let mut escaped = String::new();
    for chunk in text.utf8_chunks() {
        let mut chars = chunk.valid().chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\r' && chars.peek() == Some(&'\n') {
                continue;
            }
            escaped.clear();
            escape(c, &mut escaped);
            let columns = escaped.chars().count();
            if used + columns > most {
                return (used, false);
            }
            used += columns;
            out.extend_from_slice(escaped.as_bytes());
        }
        for byte in chunk.invalid() {
            if used + 4 > most {
                return (used, false);
            }
            used += 4;
            out.extend_from_slice(format!("\\x{byte:02X}").as_bytes());
        }
    }
    (used, true)
}

/// Whether text takes at most so many columns.
pub(crate) fn fits(text: &[u8], most: usize) -> bool {
    let plain = |b: &u8| (0x20..0x7F).contains(b);
    if text.iter().all(plain) { text.len() <= most } else { append(text, most, &mut Vec::new()).1 }
}

fn escape(c: char, out: &mut String) {
    match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('⏎'),
        c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        c if c.is_control() || is_unseen(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        c => out.push(c),
    }
}

/// Characters that have no width, or set the direction of others, or are tags.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8], most: usize) -> (String, usize, bool) {
        let mut out = Vec::new();
        let (used, whole) = append(text, most, &mut out);
        (String::from_utf8(out).unwrap(), used, whole)
    }

    #[test]
    fn nothing_unseen_comes_through() {
        for (text, expected) in [
            (&b"plain"[..], "plain"),
            ("Müller".as_bytes(), "Müller"),
            (b"one\r\ntwo\nthree\rfour", "one⏎two⏎three⏎four"),
            (b"\x1b[31mred\x07\t", "\\x1b[31mred\\x07\\x09"),
            (
                "a\u{202e}b\u{200b}c\u{feff}\u{9b}1m".as_bytes(),
                "a\\u{202e}b\\u{200b}c\\u{feff}\\u{9b}1m",
            ),
            (b"caf\xE9 \x80", "caf\\xE9 \\x80"),
            (b"\x7F\0", "\\x7f\\x00"),
        ] {
            assert_eq!(shown(text, 99), (expected.into(), expected.chars().count(), true));
        }
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(shown(b"abcdef", 6), ("abcdef".into(), 6, true));
        assert_eq!(shown(b"abcdef", 5), ("abcde".into(), 5, false));
        assert_eq!(shown("äöü".as_bytes(), 2), ("äö".into(), 2, false));
        assert_eq!(shown(b"ab\x1b", 4), ("ab".into(), 2, false));
        assert_eq!(shown(b"ab\xFF", 5), ("ab".into(), 2, false));
    }
}
