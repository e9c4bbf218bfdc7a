//! What a reader of CSV passes over: quotes that are not closed, so that cells and rows become one.

/// The line, from 1, where the first quoted cell begins that does not end as RFC 4180 has it.
pub(crate) fn misquoted_line(csv: &[u8]) -> Option<usize> {
    misquoted(csv).map(|at| 1 + memchr::memchr_iter(b'\n', &csv[..at]).count())
}

/// The offset of the first quoted cell that does not end as RFC 4180 has it: with a quote, and behind it,
/// blanks aside, a comma, a line end or the end of the file.
fn misquoted(csv: &[u8]) -> Option<usize> {
    let mut cell = 0;
    while cell < csv.len() {
        let behind = match csv[cell] {
            b'"' => match end_of_quoted(csv, cell + 1) {
                Some(behind) => behind,
                None => return Some(cell),
            },
            _ => cell,
        };
        let rest = &csv[behind..];
        let ends = rest.iter().position(|b| matches!(b, b',' | b'\r' | b'\n'));
        let ends = ends.unwrap_or(rest.len());
        if behind > cell && !rest[..ends].trim_ascii().is_empty() {
            return Some(cell);
        }
        cell = behind + ends + 1;
    }
    None
}

/// What follows the closing quote of a cell whose text begins here.
fn end_of_quoted(csv: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'"', csv.get(at..)?)? + 1;
        if csv.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::misquoted;

    #[test]
    fn quotes_are_closed() {
        for right in [
            "",
            "a,b\n1,2",
            "a,\"b\"\r\n\"1,\n2\",\"x \"\"y\"\"\"\n",
            "\"\",\"\"\n",
            "5\" tube,x\n",
            "\"a\" ,b\n",
            "\"a\"",
        ] {
            assert_eq!(misquoted(right.as_bytes()), None, "{right}");
        }
        for (wrong, at) in [
            ("a,\"b\n1,2\n", 2),
            ("a\n\"b", 2),
            ("x\n1,\"Glucose, fasting\n2,\"Hb\"\n", 4),
            ("\"a\"b,c\n", 0),
            ("\"a\"\"\n", 0),
        ] {
            assert_eq!(misquoted(wrong.as_bytes()), Some(at), "{wrong}");
        }
    }
}
