//! A text as it may be meant: characters that other formats write in ways of their own are decoded,
//! numbers and words that the end of a line or repetition divides are put together.

use super::digits::digits_end;
use super::letters::{SIGN, fold_char, fold_text, is_letter};
use super::look::{Unit, below};
use memchr::{memchr, memchr3};
use std::ops::Range;

/// The longest name of a character in HTML.
const NAME_MAX: usize = 8;

/// A text as it may be meant, with a way back to the text as it is looked at.
pub(super) struct Meant {
    text: Vec<u8>,
    units: Vec<Unit>,
}

impl Meant {
    /// `text`: as it is looked at. `None` if it can only mean itself.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let has_signs = memchr3(b'&', b'=', b'%', text).is_some()
            || memchr3(b'\\', b'~', b'\x1E', text).is_some()
            || memchr(b'\n', text).is_some();
        if !has_signs {
            return None;
        }
        let mut meant = Self { text: Vec::new(), units: Vec::new() };
        let mut copied = 0;
        let mut at = 0;
        let mut one = Vec::new();
        while let Some(&byte) = text.get(at) {
            one.clear();
            let end = match byte {
                b'&' => entity(text, at, &mut one),
                b'=' => quoted(text, at, &mut one),
                b'%' => escaped(text, at, b'%', &mut one),
                b'\\' => escaped(text, at, b'\\', &mut one),
                b'~' | b'-' => divider(text, at),
                _ => None,
            };
            let Some(end) = end else {
                at += 1;
                continue;
            };
            meant.text.extend_from_slice(text.get(copied..at)?);
            let start = meant.text.len();
            meant.text.extend_from_slice(&one);
            meant.units.push(Unit { looked: start..meant.text.len(), raw: at..end });
            (copied, at) = (end, end);
        }
        if meant.units.is_empty() {
            return None;
        }
        meant.text.extend_from_slice(text.get(copied..)?);
        Some(meant)
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a range stands in the text as it is looked at.
    pub(super) fn looked(&self, range: Range<usize>) -> Range<usize> {
        below(&self.units, range)
    }

    /// Whether a range has parts that are put together.
    pub(super) fn is_joined(&self, range: &Range<usize>) -> bool {
        let mut inside = self.units.iter().skip_while(|unit| unit.looked.end <= range.start);
        inside
            .by_ref()
            .take_while(|unit| unit.looked.start < range.end)
            .any(|unit| unit.looked.is_empty())
    }

    /// Whether a range has something that is written in another way.
    pub(super) fn is_decoded(&self, range: &Range<usize>) -> bool {
        let behind = self.units.partition_point(|unit| unit.looked.end <= range.start);
        self.units.get(behind).is_some_and(|unit| unit.looked.start < range.end)
    }
}

/// A character of HTML (`&uuml;`, `&#252;`, `&#xFC;`), also if its ampersand is written so
/// (`&amp;uuml;`).
fn entity(text: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let mut start = at + 1;
    while text.get(start..).is_some_and(|rest| rest.starts_with(b"amp;"))
        && is_entity(text, start + 4)
    {
        start += 4;
    }
    let (name, end) = name_at(text, start)?;
    let number = match name {
        [b'#', b'x' | b'X', hex @ ..] => u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse(),
        _ => {
            named(name, out)?;
            return Some(end);
        }
    };
    push(number.ok()?, out)?;
    Some(end)
}

fn is_entity(text: &[u8], at: usize) -> bool {
    name_at(text, at).is_some_and(|(name, _)| !name.is_empty())
}

/// What stands between `at` and the semicolon behind it, and where that ends.
fn name_at(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(at..)?;
    let end = memchr(b';', rest.get(..rest.len().min(NAME_MAX + 1))?)?;
    let name = rest.get(..end)?;
    let is_name = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#');
    is_name.then_some((name, at + end + 1))
}

/// Appends a character by its name in HTML, as it is looked at: a letter without its accent.
fn named(name: &[u8], out: &mut Vec<u8>) -> Option<()> {
    const ACCENTS: [&[u8]; 15] = [
        b"acute", b"grave", b"circ", b"tilde", b"uml", b"ring", b"cedil", b"slash", b"strok",
        b"caron", b"ogon", b"breve", b"macr", b"dblac", b"dot",
    ];
    let text: &[u8] = match name {
        b"amp" => b"&",
        b"lt" => b"<",
        b"gt" => b">",
        b"quot" => b"\"",
        b"apos" | b"lsquo" | b"rsquo" => b"'",
        b"nbsp" | b"ensp" | b"emsp" | b"thinsp" => b" ",
        b"ndash" | b"mdash" | b"hyphen" | b"dash" => b"-",
        b"comma" => b",",
        b"period" => b".",
        b"commat" => b"@",
        b"lowbar" => b"_",
        b"sol" => b"/",
        b"shy" | b"zwj" | b"zwnj" => b"",
        b"szlig" => b"ss",
        b"aelig" => b"ae",
        b"AElig" => b"AE",
        b"oelig" => b"oe",
        b"OElig" => b"OE",
        b"eth" => b"d",
        b"ETH" => b"D",
        b"thorn" => b"th",
        b"THORN" => b"TH",
        b"imath" | b"inodot" => b"i",
        [letter, accent @ ..] if letter.is_ascii_alphabetic() && ACCENTS.contains(&accent) => {
            std::slice::from_ref(letter)
        }
        _ => return None,
    };
    out.extend_from_slice(text);
    Some(())
}

/// Letters beyond ASCII as mail has them (quoted-printable, RFC 2045, section 6.7), and the end of a
/// line that is none.
fn quoted(text: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    if let Some(b'\n' | b'\x1E') = text.get(at + 1) {
        return Some(at + 2);
    }
    let first = hex(text, at + 1, 2)?;
    if first < 0x80 { None } else { bytes(text, at, b"=", out) }
}

/// Characters of URLs (`%C3%BC`, RFC 3986, section 2.1), of JavaScript (`\u00fc`, `\xFC`, `%u00FC`)
/// and of RTF (`\'fc`, `\u252?`).
fn escaped(text: &[u8], at: usize, sign: u8, out: &mut Vec<u8>) -> Option<usize> {
    if sign == b'\\' && text.get(at + 1) == Some(&b'\'') {
        return bytes(text, at, b"\\'", out);
    }
    if text.get(at + 1) == Some(&b'u') {
        let end = digits_end(text, at + 2);
        let is_rtf = (2..6).contains(&(end - at - 2)) && text.get(end) == Some(&b'?');
        if sign == b'\\' && is_rtf {
            push(std::str::from_utf8(text.get(at + 2..end)?).ok()?.parse().ok()?, out)?;
            return Some(end + 1);
        }
        push(hex(text, at + 2, 4)?, out)?;
        return Some(at + 6);
    }
    let sign: &[u8] = if sign == b'%' { b"%" } else { b"\\x" };
    bytes(text, at, sign, out)
}

/// Appends the bytes at `at`, each two hexadecimal digits behind a sign: one of ASCII, or all that
/// follow one another beyond.
fn bytes(text: &[u8], at: usize, sign: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let byte_at = |at: usize| {
        let is_sign = text.get(at..)?.starts_with(sign);
        is_sign.then(|| hex(text, at + sign.len(), 2)).flatten()
    };
    let width = sign.len() + 2;
    let first = byte_at(at)?;
    if first < 0x80 {
        push(first, out)?;
        return Some(at + width);
    }
    let mut end = at;
    let mut run = Vec::new();
    while let Some(byte @ 0x80..) = byte_at(end) {
        run.push(byte as u8);
        end += width;
    }
    fold_text(&run, out);
    // A number that looks so.
    (out.as_slice() != [SIGN]).then_some(end)
}

/// Appends a character as it is looked at, unless it is a control character.
fn push(number: u32, out: &mut Vec<u8>) -> Option<()> {
    let c = char::from_u32(number).filter(|c| !c.is_control())?;
    fold_char(c, out);
    Some(())
}

fn hex(text: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = text.get(at..at + count)?;
    digits.iter().try_fold(0, |sum, b| Some(sum << 4 | char::from(*b).to_digit(16)?))
}

/// Where what divides a number or a word ends: the repetition separator, or a hyphen and the end of a
/// line or repetition.
fn divider(text: &[u8], at: usize) -> Option<usize> {
    let (&before, &sign) = (text.get(at.checked_sub(1)?)?, text.get(at)?);
    let end = match text.get(at + 1) {
        Some(b'~' | b'\n' | b'\x1E') if sign == b'-' => at + 2,
        _ if sign == b'~' => at + 1,
        _ => return None,
    };
    let &behind = text.get(end)?;
    let is_number = before.is_ascii_digit() && behind.is_ascii_digit() && sign == b'~';
    (is_number || is_letter(before) && is_letter(behind)).then_some(end)
}
