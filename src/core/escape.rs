//! Escape sequences of values, both ways (HL7 v2.8.2, chapter 2, section 2.7).
//!
//! # Grammar
//! At an escape character, the bytes up to the next escape character are a *body*. A body of one
//! of the forms below is a sequence together with the two escape characters around it. Any other
//! body, or none because no escape character follows, makes the first escape character a literal
//! one; reading goes on right behind it, so the second one may open a sequence: `\foo\T\` is
//! `\foo&`. Nothing here depends on more than the bytes up to the next escape character, which is
//! why reading takes linear time whatever the bytes.
//!
//! | body | decoded |
//! |------|---------|
//! | `F` `S` `T` `R` `E` | the delimiter of the message, or the recommended one if it has none |
//! | `P` | the truncation character, if the message declares one; else no sequence |
//! | `X` and an even number of hex digits, at least 2 | these bytes |
//! | `.br` `.ce` `.sp` | a line feed |
//! | `.sp` n, `.sp+` n, with n from 1 to 99 in one or two digits | n line feeds |
//! | `H` `N` `.fi` `.nf`, `.in` `.ti` `.sk` `.sp` and a number | *kept* |
//! | `C` and 4 hex digits, `M` and 4 or 6 hex digits | *kept* |
//! | `Z` and at least one graphic ASCII character | *kept* |
//!
//! Case matters except in hex digits. A number is an optional sign and decimal digits; a body is
//! at most [`COMMAND_MAX`] bytes long unless it begins with `X` or `Z`, and holds no delimiter.
//!
//! *Kept* sequences carry no text (highlighting, layout, switches of character set, local ones):
//! they stay in the text as written, and encoding lets them through.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::Separators;

/// The longest body of a sequence, in bytes, that is neither hexadecimal nor a local one.
pub const COMMAND_MAX: usize = 64;

/// The greatest number of lines that `\.sp<n>\` is decoded to; a greater one is kept as written,
/// so that the decoded text is never much longer than the raw value.
const LINES_MAX: u8 = 99;

/// What [`decode_into`] found out about the text that it wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The text has a literal escape character (from `\E\`, say) at which [`encode_into`] would
    /// read a kept sequence: `\E\H\E\` decodes to `\H\`, which encodes to `\H\`, and that switches
    /// highlighting on. The text then says less than the raw value; keep the raw value if it is
    /// to be written back.
    pub ambiguous: bool,
}

/// A value holds a byte that must be escaped, but the message has no escape character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEscape;

impl fmt::Display for NoEscape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value needs an escape character and MSH-2 names none")
    }
}

impl std::error::Error for NoEscape {}

/// Whether [`decode`] may change `raw`: the message has an escape character and it occurs.
#[inline]
#[must_use]
pub fn needs_decoding(raw: &[u8], sep: &Separators) -> bool {
    sep.escape != sep.field && memchr(sep.escape, raw).is_some()
}

/// The text of a raw value, its escape sequences resolved as the [module](self) says.
///
/// Hexadecimal sequences give their bytes as they are. Borrows if the escape character does not
/// occur in `raw`.
#[inline]
#[must_use]
pub fn decode<'a>(raw: &'a [u8], sep: &Separators) -> Cow<'a, [u8]> {
    if !needs_decoding(raw, sep) {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    decode_into(raw, sep, &mut |bytes, out| out.extend_from_slice(bytes), &mut out);
    Cow::Owned(out)
}

/// Appends the text of a raw value to `out`, its escape sequences resolved.
///
/// `hex` gets the bytes of each run of hexadecimal sequences and appends their text to the given
/// vector, converting them from the message's character set if need be. Sequences that follow one
/// another directly (`\XC3\\XA4\`) are one run, for senders split characters over them.
pub fn decode_into(
    raw: &[u8],
    sep: &Separators,
    hex: &mut dyn FnMut(&[u8], &mut Vec<u8>),
    out: &mut Vec<u8>,
) -> Decoded {
    if sep.escape == sep.field {
        out.extend_from_slice(raw);
        return Decoded::default();
    }
    let mut literals = Literals::default();
    let mut run = Vec::new();
    let mut rest = raw;
    while let Some((plain, body, after)) = split_body(rest, sep.escape) {
        out.extend_from_slice(plain);
        let mut next = after.get(1..).unwrap_or_default();
        match Sequence::of(body, sep) {
            Some(Sequence::Byte(byte)) => {
                if byte == sep.escape {
                    literals.escape_at(out.len(), true, out, sep);
                }
                out.push(byte);
            }
            Some(Sequence::Lines(count)) => {
                out.extend(std::iter::repeat_n(b'\n', usize::from(count)));
            }
            Some(Sequence::Hex) => {
                run.clear();
                push_hex(body, &mut run);
                while let Some(([], body, after)) = split_body(next, sep.escape)
                    && let Some(Sequence::Hex) = Sequence::of(body, sep)
                {
                    push_hex(body, &mut run);
                    next = after.get(1..).unwrap_or_default();
                }
                let start = out.len();
                hex(&run, out);
                for at in memchr_iter(sep.escape, out.get(start..).unwrap_or_default()) {
                    literals.escape_at(start + at, true, out, sep);
                }
            }
            Some(Sequence::Kept) => {
                literals.escape_at(out.len(), false, out, sep);
                out.push(sep.escape);
                out.extend_from_slice(body);
                out.push(sep.escape);
            }
            None => {
                literals.escape_at(out.len(), true, out, sep);
                out.push(sep.escape);
                out.extend_from_slice(body);
                // The escape character behind the body may open a sequence.
                next = after;
            }
        }
        rest = next;
    }
    let start = out.len();
    out.extend_from_slice(rest);
    if let Some(at) = memchr(sep.escape, rest) {
        // The last one, which nothing closes.
        literals.escape_at(start + at, true, out, sep);
    }
    Decoded { ambiguous: literals.ambiguous }
}

/// Where a raw value first has an escape character that begins no sequence: from it to the next one,
/// or to the end. What is behind is often read wrongly, too, so that more than one says little.
#[must_use]
pub fn fault(raw: &[u8], sep: &Separators) -> Option<Range<usize>> {
    if sep.escape == sep.field {
        return None;
    }
    let mut at = 0;
    loop {
        let start = at + memchr(sep.escape, raw.get(at..)?)?;
        let body = raw.get(start + 1..)?;
        let Some(end) = memchr(sep.escape, body) else { return Some(start..raw.len()) };
        let next = start + 1 + end;
        if Sequence::of(&body[..end], sep).is_none() {
            return Some(start..next);
        }
        at = next + 1;
    }
}

/// Appends `text` to `out` as a raw value that [`decode`] gives back.
///
/// The delimiters of the message become `\F\ \S\ \T\ \R\ \E\ \P\`, a line feed becomes `\.br\`,
/// the other control characters `\Xhh\`. Tabs and ESC stay, for ESC introduces the ISO 2022
/// switches of Japanese messages. Kept sequences in the text stay as they are, every other escape
/// character becomes `\E\`.
///
/// # Errors
/// [`NoEscape`] if the message has no escape character and the text holds a delimiter, or a byte
/// that ends a line or an MLLP block (CR, LF, VT, FS). `out` is unchanged then.
pub fn encode_into(text: &[u8], sep: &Separators, out: &mut Vec<u8>) -> Result<(), NoEscape> {
    if sep.escape == sep.field {
        // `field` stands for the escape character here and is a delimiter of its own.
        if text.iter().any(|&b| is_delimiter(b, sep) || matches!(b, b'\r' | b'\n' | 0x0B | 0x1C)) {
            return Err(NoEscape);
        }
        out.extend_from_slice(text);
        return Ok(());
    }
    let special = Special::of(sep);
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&b| special.has(b)) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, behind)) = tail.split_first() else { break };
        rest = behind;
        if byte == sep.escape
            && let Some(close) = memchr(sep.escape, behind)
            && let (body, after) = behind.split_at(close)
            && Sequence::of(body, sep) == Some(Sequence::Kept)
        {
            out.push(sep.escape);
            out.extend_from_slice(body);
            out.push(sep.escape);
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        out.push(sep.escape);
        push_body(byte, sep, out);
        out.push(sep.escape);
    }
    out.extend_from_slice(rest);
    Ok(())
}

/// Where the kept sequences stand in text that was decoded, as [`encode_into`] would read it.
pub(crate) fn kept_in(text: &[u8], sep: &Separators) -> impl Iterator<Item = Range<usize>> {
    let mut from = if sep.escape == sep.field { text.len() } else { 0 };
    std::iter::from_fn(move || {
        loop {
            let open = from + memchr(sep.escape, text.get(from..)?)?;
            let close = open + 1 + memchr(sep.escape, &text[open + 1..])?;
            if Sequence::of(&text[open + 1..close], sep) == Some(Sequence::Kept) {
                from = close + 1;
                return Some(open..from);
            }
            from = open + 1;
        }
    })
}

/// Changes text that was decoded, but for the kept sequences in it, which have no text.
pub(crate) fn change_text(
    text: &[u8],
    sep: &Separators,
    change: impl Fn(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let mut changed = Vec::with_capacity(text.len());
    let mut done = 0;
    for kept in kept_in(text, sep) {
        changed.extend(change(&text[done..kept.start]));
        changed.extend_from_slice(&text[kept.clone()]);
        done = kept.end;
    }
    changed.extend(change(&text[done..]));
    changed
}

/// Appends the body of the sequence that stands for a byte that cannot stand for itself.
fn push_body(byte: u8, sep: &Separators, out: &mut Vec<u8>) {
    let letter = match byte {
        b if b == sep.escape => b'E',
        // Before the others, for a delimiter that is missing equals it.
        b if b == sep.field => b'F',
        b if b == sep.component => b'S',
        b if b == sep.subcomponent => b'T',
        b if b == sep.repetition => b'R',
        b if b == sep.truncation => b'P',
        // A message that delimits with `.` cannot write the command.
        b'\n' if !is_delimiter(b'.', sep) => {
            out.extend_from_slice(b".br");
            return;
        }
        b => {
            let digit = |n: u8| if n < 10 { b'0' + n } else { b'A' - 10 + n };
            out.extend_from_slice(&[b'X', digit(b >> 4), digit(b & 15)]);
            return;
        }
    };
    out.push(letter);
}

/// Whether `byte` is one of the delimiters that the message has, truncation included.
fn is_delimiter(byte: u8, sep: &Separators) -> bool {
    byte == sep.field
        || byte == sep.component
        || byte == sep.repetition
        || byte == sep.escape
        || byte == sep.subcomponent
        || byte == sep.truncation
}

/// Splits at the first escape character that another one follows: the bytes before it, those
/// between the two, and those from the second on. `None` if fewer than two occur.
fn split_body(raw: &[u8], escape: u8) -> Option<(&[u8], &[u8], &[u8])> {
    let (plain, tail) = raw.split_at(memchr(escape, raw)?);
    let inner = tail.get(1..)?;
    let (body, after) = inner.split_at(memchr(escape, inner)?);
    Some((plain, body, after))
}

/// What a body between two escape characters means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequence {
    /// This byte.
    Byte(u8),
    /// So many line feeds.
    Lines(u8),
    /// The bytes whose hex digits follow the first byte of the body.
    Hex,
    /// No text; stays as written.
    Kept,
}

impl Sequence {
    /// The meaning of `body`, which holds no escape character; `None` if it has no known form.
    fn of(body: &[u8], sep: &Separators) -> Option<Self> {
        let or = |own: u8, usual: u8| if own == sep.field { usual } else { own };
        let (&first, args) = body.split_first()?;
        if args.is_empty() {
            return match first {
                b'F' => Some(Self::Byte(sep.field)),
                b'S' => Some(Self::Byte(or(sep.component, b'^'))),
                b'T' => Some(Self::Byte(or(sep.subcomponent, b'&'))),
                b'R' => Some(Self::Byte(or(sep.repetition, b'~'))),
                b'E' => Some(Self::Byte(sep.escape)),
                b'P' if sep.truncation != sep.field => Some(Self::Byte(sep.truncation)),
                b'H' | b'N' => Some(Self::Kept),
                _ => None,
            };
        }
        let hex = || args.iter().all(u8::is_ascii_hexdigit);
        match first {
            b'X' => (args.len() % 2 == 0 && hex()).then_some(Self::Hex),
            b'C' => (args.len() == 4 && hex()).then_some(Self::Kept),
            b'M' => (matches!(args.len(), 4 | 6) && hex()).then_some(Self::Kept),
            b'Z' => args
                .iter()
                .all(|&b| b.is_ascii_graphic() && !is_delimiter(b, sep))
                .then_some(Self::Kept),
            b'.' if body.len() <= COMMAND_MAX && !body.iter().any(|&b| is_delimiter(b, sep)) => {
                Self::of_command(args)
            }
            _ => None,
        }
    }

    /// The meaning of a formatting command, without its dot (section 2.7.6).
    fn of_command(command: &[u8]) -> Option<Self> {
        let (name, number) = command.split_at_checked(2)?;
        match (name, number) {
            (b"br" | b"ce" | b"sp", []) => Some(Self::Lines(1)),
            (b"fi" | b"nf", []) => Some(Self::Kept),
            (b"sp", _) if is_number(number) => {
                let digits = number.strip_prefix(b"+").unwrap_or(number);
                let count = match digits {
                    [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'] => {
                        digits.iter().fold(0, |n, d| n * 10 + (d - b'0'))
                    }
                    _ => 0,
                };
                // Numbers without a sensible meaning are not worth losing what was written.
                let sensible = (1..=LINES_MAX).contains(&count);
                Some(if sensible { Self::Lines(count) } else { Self::Kept })
            }
            (b"in" | b"ti" | b"sk", _) if is_number(number) => Some(Self::Kept),
            _ => None,
        }
    }
}

/// Whether these bytes are an optional sign and decimal digits.
fn is_number(bytes: &[u8]) -> bool {
    let digits = match bytes {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// Appends the bytes of a hexadecimal body: `X` and an even number of hex digits.
fn push_hex(body: &[u8], run: &mut Vec<u8>) {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10) & 15,
    };
    let digits = body.get(1..).unwrap_or_default();
    run.extend(digits.as_chunks::<2>().0.iter().map(|&[high, low]| value(high) << 4 | value(low)));
}

/// Follows the escape characters of decoded text to tell whether it is ambiguous.
///
/// Encoding reads the text from its start like decoding the raw value: both agree until a
/// literal escape character begins what looks like a kept sequence. So it is enough to look, for
/// every literal one, at what lies between it and the next escape character of the text.
#[derive(Default)]
struct Literals {
    /// Where the last escape character of the text is, if it is a literal one.
    last: Option<usize>,
    ambiguous: bool,
}

impl Literals {
    /// Takes note of the escape character at `at` of `text`; it need not be there yet.
    fn escape_at(&mut self, at: usize, literal: bool, text: &[u8], sep: &Separators) {
        if let Some(last) = self.last
            && let Some(body) = text.get(last + 1..at)
            && Sequence::of(body, sep) == Some(Sequence::Kept)
        {
            self.ambiguous = true;
        }
        self.last = literal.then_some(at);
    }
}

/// The bytes that [`encode_into`] cannot copy, as a set of 256 bits: cheap to set up for the short
/// values that most are. The word of a byte is its upper two bits, so no index is out of bounds.
struct Special([u64; 4]);

impl Special {
    /// The control characters but for tab and ESC, and the delimiters.
    fn of(sep: &Separators) -> Self {
        let mut set = Self([0xFFFF_FFFF & !(1 << b'\t' | 1 << 0x1B), 0, 0, 0]);
        for b in
            [sep.field, sep.component, sep.repetition, sep.escape, sep.subcomponent, sep.truncation]
        {
            set.0[usize::from(b >> 6)] |= 1 << (b & 63);
        }
        set
    }

    #[inline]
    fn has(&self, b: u8) -> bool {
        self.0[usize::from(b >> 6)] >> (b & 63) & 1 != 0
    }
}

#[cfg(test)]
mod tests;
