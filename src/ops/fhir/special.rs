//! Text with what JSON escapes, or what FHIR does not allow.

/// Appends text without the blanks around it.
#[cold]
pub(super) fn push(out: &mut Vec<u8>, text: &[u8]) {
    if text.is_ascii() {
        return push_ascii(out, text);
    }
    let text = String::from_utf8_lossy(text);
    for c in text.trim_matches(is_blank).chars() {
        match c {
            '"' | '\\' => out.extend_from_slice(&[b'\\', c as u8]),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            // Not in the grammar of FHIR's string, and a program may refuse them.
            c if c.is_control() => out.extend_from_slice("\u{FFFD}".as_bytes()),
            c if is_blank(c) => out.push(b' '),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// White space, and the byte order mark, which was once a space of no width and is white space to some readers.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

/// The same for ASCII, of which all is appended at once up to what needs an escape.
fn push_ascii(out: &mut Vec<u8>, text: &[u8]) {
    let is_blank = |b: &u8| matches!(b, b'\t'..=b'\r' | b' ');
    let start = text.iter().position(|b| !is_blank(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_blank(b)).map_or(start, |at| at + 1);
    let mut rest = text.get(start..end).unwrap_or_default();
    loop {
        let is_special = |b: &u8| !matches!(b, b' '..=b'~') || matches!(b, b'"' | b'\\');
        let length = rest.iter().position(is_special).unwrap_or(rest.len());
        let (plain, more) = rest.split_at(length);
        out.extend_from_slice(plain);
        let Some((&b, more)) = more.split_first() else { return };
        rest = more;
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.extend_from_slice("\u{FFFD}".as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_escaped_as_all_text_is() {
        for text in ["a\"b\\c", " \x0B\tx\ny\r \x0C", "\x01\x7F\x1F", "\n", "", "x\x0By"] {
            // With a letter behind it that is none of ASCII.
            let (mut ascii, mut any) = (Vec::new(), Vec::new());
            push(&mut ascii, format!("{text}e").as_bytes());
            push(&mut any, format!("{text}\u{E9}").as_bytes());
            assert_eq!(ascii[..ascii.len() - 1], any[..any.len() - 2], "{text:?}");
        }
        let mut out = Vec::new();
        push(&mut out, b" a\"\x01 b\n");
        assert_eq!(out, "a\\\"\u{FFFD} b".as_bytes());
    }
}
