//! XML looked over before it is parsed, in one pass over its bytes: some of what is well-formed
//! would take a parser hours or all memory.

use super::error::ProfileError;
use memchr::memmem;
use memchr::{memchr, memchr_iter, memchr3};

/// Profiles nest about ten deep, their conditions twenty.
const DEPTH_MAX: usize = 100;

/// Attributes of one element; parsers compare each with all others.
const ATTRIBUTES_MAX: usize = 256;

/// Namespaces with a prefix; parsers repeat them for the elements in which they hold.
const PREFIXES_MAX: usize = 256;

/// Elements of a file: ten times those of the largest value sets.
const ELEMENTS_MAX: usize = 5_000_000;

/// Refuses a file that has more of something than any profile.
///
/// # Errors
/// What there is too much of, and the line.
pub(super) fn check(file: &str, text: &str) -> Result<(), ProfileError> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut elements, mut prefixes) = (0, 0_usize, 0, 0);
    while let Some(before) = memchr(b'<', &bytes[at..]) {
        let start = at + before;
        let rest = &bytes[start..];
        at = start
            + match rest {
                [b'<', b'!', b'-', b'-', ..] => behind(rest, 4, b"-->"),
                [b'<', b'!', b'[', ..] => behind(rest, 3, b"]]>"),
                [b'<', b'!', ..] => doctype(rest),
                [b'<', b'?', ..] => behind(rest, 2, b"?>"),
                [b'<', b'/', ..] => {
                    depth = depth.saturating_sub(1);
                    2
                }
                _ => {
                    let tag = Tag::of(rest);
                    depth += usize::from(!tag.is_empty);
                    elements += 1;
                    prefixes += tag.prefixes;
                    for (count, most, wrong) in [
                        (depth, DEPTH_MAX, "elements nest deeper than"),
                        (tag.attributes, ATTRIBUTES_MAX, "an element has more attributes than"),
                        (prefixes, PREFIXES_MAX, "there are more prefixes of namespaces than"),
                        (elements, ELEMENTS_MAX, "there are more elements than"),
                    ] {
                        if count > most {
                            let line = 1 + memchr_iter(b'\n', &bytes[..start]).count();
                            let wrong = format!("{wrong} {most}");
                            return Err(ProfileError::new(file, line as u32, wrong));
                        }
                    }
                    tag.length
                }
            };
    }
    Ok(())
}

/// What the first tag of some bytes has.
struct Tag {
    length: usize,
    attributes: usize,
    prefixes: usize,
    /// It ends its element, too.
    is_empty: bool,
}

impl Tag {
    fn of(bytes: &[u8]) -> Self {
        let mut tag = Self { length: 1, attributes: 0, prefixes: 0, is_empty: false };
        while let Some(before) = memchr3(b'>', b'"', b'\'', &bytes[tag.length..]) {
            let at = tag.length + before;
            let quote = bytes[at];
            if quote == b'>' {
                tag.is_empty = bytes[at - 1] == b'/';
                tag.length = at + 1;
                return tag;
            }
            tag.attributes += 1;
            let name = &bytes[tag.length..at];
            tag.prefixes += usize::from(memmem::find(name, b"xmlns:").is_some());
            tag.length = behind(bytes, at + 1, &[quote]);
        }
        tag.length = bytes.len();
        tag
    }
}

/// Where something ends that is looked for from an offset on; the end of all where it is missing.
fn behind(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let found = memmem::find(&bytes[from..], end);
    found.map_or(bytes.len(), |before| from + before + end.len())
}

/// The length of a document type, with what is declared in it.
fn doctype(bytes: &[u8]) -> usize {
    let (mut at, mut is_inside) = (2, false);
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'"' | b'\'' => behind(bytes, at + 1, &[byte]),
            b'<' if bytes[at..].starts_with(b"<!--") => behind(bytes, at + 4, b"-->"),
            b'<' if bytes[at..].starts_with(b"<?") => behind(bytes, at + 2, b"?>"),
            b'>' if !is_inside => return at + 1,
            _ => at + 1,
        };
        match byte {
            b'[' => is_inside = true,
            b']' => is_inside = false,
            _ => {}
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(check("p.xml", text).expect_err("refused").to_string(), expected);
    }

    fn attributes(count: usize, name: &str) -> String {
        (0..count).map(|n| format!(" {name}{n} = '>'")).collect()
    }

    #[test]
    fn too_much_is_an_error_with_its_line() {
        let many = attributes(257, "a");
        let wrong = "p.xml:2: an element has more attributes than 256";
        refused(&format!("<a>\n<b{many}/></a>"), wrong);
        // Not hidden by what only looks like a comment.
        refused(&format!("<!DOCTYPE a SYSTEM '<!--'>\n<a{many}/>"), wrong);
        refused(&format!("<!DOCTYPE a [<!-- ' --><!ELEMENT a (b)>]>\n<a{many}/>"), wrong);
        refused(&format!("<a b='<!--'>\n<a{many}/>"), wrong);
        let fine = attributes(256, "a");
        for text in [
            format!("<a{fine}/>"),
            format!("<a><b{fine}/><b{fine}></b></a>"),
            format!("<!-- <a{many}/> --><a/>"),
            format!("<a><![CDATA[<a{many}/>]]><?x <a{many}/>?></a>"),
            "<a/>".repeat(1000),
            "<a></a>".repeat(1000),
        ] {
            assert_eq!(check("p.xml", &text), Ok(()), "{text}");
        }
        refused(&"<a>\n".repeat(200), "p.xml:101: elements nest deeper than 100");
        let spaces = format!(
            "<a>\n<a{}/>\n<a{}/></a>",
            attributes(200, "xmlns:a"),
            attributes(57, "xmlns:b")
        );
        refused(&spaces, "p.xml:3: there are more prefixes of namespaces than 256");
    }

    #[test]
    fn what_has_no_end_ends() {
        for text in
            ["<", "<!", "<!--", "<![", "<?", "</", "<a", "<a b='", "<!DOCTYPE [<!--", "<a '>'"]
        {
            assert_eq!(check("p.xml", text), Ok(()), "{text}");
        }
    }
}
