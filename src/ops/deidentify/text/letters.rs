//! Letters and words: what belongs to one, and when two are the same.

use crate::ops::deidentify::fold::fold;
use std::ops::Range;

/// Whether a byte of a text that is looked at belongs to a word.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether a byte belongs to a word or number.
pub(super) fn is_alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Whether a word is one of some, in any case.
pub(super) fn is_any(word: &[u8], of: &[&[u8]]) -> bool {
    of.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// As [`is_any`], of a word of a text.
pub(super) fn is_any_at(text: &[u8], word: &Range<usize>, of: &[&[u8]]) -> bool {
    text.get(word.clone()).is_some_and(|word| is_any(word, of))
}

/// The key of a word: the same for any case.
#[inline]
pub(super) fn key(word: &[u8]) -> u64 {
    let mut hash = 0x9E37_79B9_7F4A_7C15_u64 ^ word.len() as u64;
    if let Some(last) = word.last_chunk::<8>() {
        let mut rest = word;
        while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
            hash = mix(hash, u64::from_le_bytes(*chunk) | LOWER);
            rest = behind;
        }
        // The last eight bytes once more: quicker than what is left alone.
        return mix(hash, u64::from_le_bytes(*last) | LOWER) | 1;
    }
    let short = match (word.first_chunk::<4>(), word.last_chunk::<4>(), word) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        (_, _, &[a, b, c]) => u64::from(u32::from_le_bytes([a, b, c, 0])),
        (_, _, &[a, b]) => u64::from(u16::from_le_bytes([a, b])),
        (_, _, &[a]) => u64::from(a),
        _ => 0,
    };
    mix(hash, short | LOWER) | 1
}

/// Small letters for capitals, in eight bytes.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// Takes eight bytes into a hash.
pub(super) fn mix(hash: u64, value: u64) -> u64 {
    let product = u128::from(hash ^ value) * 0xA076_1D64_78BD_642F;
    (product as u64) ^ ((product >> 64) as u64)
}

/// Where a word may be in a [`Filter`]: by its first two letters.
fn cell(word: &[u8]) -> (usize, u32) {
    let first = word.first().copied().unwrap_or_default() & 31;
    let second = word.get(1).copied().unwrap_or_default() & 31;
    (usize::from(first) << 5 | usize::from(second), 1 << word.len().min(31))
}

/// Tells of most words that they are not in a set, by their first two letters and length.
#[derive(Debug)]
pub(super) struct Filter(Box<[u32; 1024]>);

impl Default for Filter {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl Filter {
    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn add(&mut self, word: &[u8]) {
        let (at, bit) = cell(word);
        self.0[at] |= bit;
    }

    #[inline]
    pub(super) fn may_have(&self, word: &[u8]) -> bool {
        let (at, bit) = cell(word);
        self.0[at] & bit != 0
    }
}

/// A set of so many small numbers, as bits.
#[derive(Debug)]
pub(super) struct Bits<const WORDS: usize>(Box<[u64; WORDS]>);

impl<const WORDS: usize> Default for Bits<WORDS> {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

impl<const WORDS: usize> Bits<WORDS> {
    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn add(&mut self, at: u16) {
        self.0[usize::from(at / 64)] |= 1 << (at % 64);
    }

    #[inline]
    pub(super) fn has(&self, at: u16) -> bool {
        self.0[usize::from(at / 64) % WORDS] >> (at % 64) & 1 != 0
    }
}

/// The size of [`Bits`] of [`mark`]s.
pub(super) const MARKS: usize = 256;

/// By what a word, of which this is the [`key`], is told from nearly all others: a [`Filter`] of the
/// names of a message takes every eighth text for one that may have some of them.
#[inline]
pub(super) fn mark(key: u64) -> u16 {
    (key >> 40) as u16 % (64 * MARKS) as u16
}

/// The size of [`Bits`] of [`beginning`]s.
pub(super) const BEGINNINGS: usize = 64;

/// How a word begins: by its first three letters; nothing if it has fewer.
#[inline]
pub(super) fn beginning(word: &[u8]) -> Option<u16> {
    let [a, b, c] = word.first_chunk::<3>()?.map(|letter| u16::from(letter & 31));
    Some((a << 7 ^ b << 4 ^ c) % (64 * BEGINNINGS) as u16)
}

/// The word that begins at `at`, or nothing.
pub(super) fn word_at(text: &[u8], at: usize) -> Range<usize> {
    let rest = text.get(at..).unwrap_or_default();
    at..at + rest.iter().position(|&b| !is_letter(b)).unwrap_or(rest.len())
}

/// The word that ends before `end`, or nothing.
pub(super) fn word_before(text: &[u8], end: usize) -> Range<usize> {
    let before = text.get(..end).unwrap_or_default();
    before.iter().rposition(|&b| !is_letter(b)).map_or(0, |at| at + 1)..end
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    /// A capital, and small letters behind it; or mixed.
    Title,
    Upper,
}

/// How a word is written. One capital alone is [`Case::Title`].
pub(super) fn case(word: &[u8]) -> Case {
    let capitals = word.iter().filter(|b| b.is_ascii_uppercase()).count();
    let small = word.iter().filter(|b| b.is_ascii_lowercase()).count();
    match (capitals, small) {
        (2.., 0) => Case::Upper,
        (1.., _) => Case::Title,
        _ => Case::Lower,
    }
}

/// A word in Latin letters, of which some were letters of another alphabet that look like them;
/// `None` where none is, or all are.
pub(super) fn without_look_alikes(word: &[u8]) -> Option<Vec<u8>> {
    const ALIKE: [(char, u8); 38] = [
        ('а', b'a'),
        ('в', b'b'),
        ('с', b'c'),
        ('ԁ', b'd'),
        ('е', b'e'),
        ('һ', b'h'),
        ('і', b'i'),
        ('ј', b'j'),
        ('к', b'k'),
        ('м', b'm'),
        ('н', b'h'),
        ('о', b'o'),
        ('р', b'p'),
        ('ԛ', b'q'),
        ('ѕ', b's'),
        ('т', b't'),
        ('у', b'y'),
        ('ѵ', b'v'),
        ('ԝ', b'w'),
        ('х', b'x'),
        ('α', b'a'),
        ('β', b'b'),
        ('ε', b'e'),
        ('η', b'n'),
        ('ι', b'i'),
        ('κ', b'k'),
        ('μ', b'm'),
        ('ν', b'v'),
        ('ο', b'o'),
        ('ρ', b'p'),
        ('τ', b't'),
        ('υ', b'u'),
        ('χ', b'x'),
        ('γ', b'y'),
        ('ζ', b'z'),
        ('օ', b'o'),
        ('ս', b'u'),
        ('ո', b'n'),
    ];
    if word.is_ascii() || !word.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    let text = std::str::from_utf8(word).ok()?;
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            c if c.is_ascii() => u8::try_from(c).ok(),
            c => ALIKE.iter().find(|(other, _)| *other == c).map(|&(_, letter)| letter),
        })
        .collect()
}

/// Appends text to be looked at: case stays, accents go as [`fold`] takes them.
pub(super) fn fold_text(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        return out.extend_from_slice(text);
    }
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            fold_char(c, out);
        }
        for &byte in chunk.invalid() {
            fold_byte(byte, out);
        }
    }
}

/// Appends a character; see [`fold_text`]. Nothing for an accent that stands alone.
pub(super) fn fold_char(c: char, out: &mut Vec<u8>) {
    let start = out.len();
    match c {
        '\0'..='\x7F' => out.push(c as u8),
        // Nothing is seen of them.
        '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => {}
        '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' | '\u{3000}' => out.push(b' '),
        // An accent that stands alone, or a prime, is typed for an apostrophe: `O´Brien`.
        '\u{2018}'..='\u{201B}' | '\u{2BC}' | '\u{B4}' | '\u{2032}' => out.push(b'\''),
        '\u{2010}'..='\u{2015}' => out.push(b'-'),
        // ASCII as wide as Chinese, less what could be taken for a delimiter.
        '\u{FF01}'..='\u{FF5E}' if !"｜＾～＆＼".contains(c) => {
            out.extend(u8::try_from(u32::from(c) - 0xFEE0));
        }
        _ => {
            let mut bytes = [0; 4];
            fold(c.encode_utf8(&mut bytes).as_bytes(), out);
            let folded = out.get(start..).unwrap_or_default();
            let is_digit = folded.iter().all(u8::is_ascii_digit);
            if let Some(digit) = digit(c) {
                out.truncate(start);
                out.push(digit);
            } else if !c.is_alphabetic() && !is_digit {
                out.truncate(start);
                out.push(SIGN);
            } else if c.is_uppercase() {
                out[start..].make_ascii_uppercase();
            }
        }
    }
}

/// A digit in another writing, as ASCII: Arabic, Persian, those of India, Thai.
fn digit(c: char) -> Option<u8> {
    const ZEROS: [u32; 13] = [
        0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
        0x0E50, 0x0ED0,
    ];
    let value =
        ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|n| *n < 10))?;
    u8::try_from(value).ok().map(|value| b'0' + value)
}

/// Stands for a sign beyond ASCII.
pub(super) const SIGN: u8 = 0x1F;

/// Appends a byte that is no UTF-8, as the letter that it is in Latin-1. Where other sets have a
/// letter (Latin-2, Windows-1250), it is one that resembles no other. FF, a letter that hardly any
/// name has, is what broken text is full of: a blank. Apostrophes are those of Windows.
pub(super) fn fold_byte(byte: u8, out: &mut Vec<u8>) {
    match byte {
        0x8A
        | 0x8C..=0x8F
        | 0x9A
        | 0x9C..=0x9F
        | 0xA1
        | 0xA3
        | 0xA5
        | 0xA6
        | 0xA9
        | 0xAC
        | 0xAE
        | 0xAF
        | 0xB1
        | 0xB3
        | 0xB6
        | 0xB9
        | 0xBC
        | 0xBE
        | 0xBF => out.push(byte),
        0xFF => out.push(b' '),
        0x91 | 0x92 => out.push(b'\''),
        _ => fold_char(char::from(byte), out),
    }
}

/// The text whose UTF-8 was read in a character set of single bytes: `MÃ¼ller` is `Müller`. `None` if
/// it was not.
pub(super) fn misread_utf8(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    [
        encoding_rs::WINDOWS_1252,
        encoding_rs::ISO_8859_2,
        encoding_rs::ISO_8859_5,
        encoding_rs::ISO_8859_7,
        encoding_rs::WINDOWS_1254,
    ]
    .into_iter()
    .find_map(|set| {
        let (bytes, _, has_others) = set.encode(text);
        String::from_utf8(bytes.into_owned()).ok().filter(|_| !has_others)
    })
}
