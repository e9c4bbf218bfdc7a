//! Character sets of messages: from the name in MSH-18 to text and back.
//!
//! The names are those of HL7 table 0211 (HL7 v2.8.2, chapter 2C) and what senders write instead;
//! the conversions are those of the WHATWG Encoding Standard, as encoding_rs has them.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use encoding_rs::{
    BIG5, EUC_JP, EncoderResult, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_1252, X_USER_DEFINED,
};
use memchr::{memchr, memchr_iter};

/// A character set that messages can be read from and written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Charset(&'static Encoding);

/// The bytes are not valid in the character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes that are not valid in the character set")
    }
}

impl std::error::Error for Malformed {}

/// The text has a character that the character set has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable {
    /// Where it is: the number of characters before it. The character itself may be personal
    /// data, so it is not part of the error.
    pub at: usize,
}

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {} does not exist in the character set", self.at + 1)
    }
}

impl std::error::Error for Unencodable {}

/// Names, upper-case and without anything but letters and digits, with their WHATWG labels.
///
/// Names that the WHATWG has already (UTF-8, KOI8-R, Shift_JIS, GBK, ...) need no row, unless it
/// takes them for something else than a message can be.
const NAMES: &[(&str, &str)] = &[
    // ASCII, and what nearly always is UTF-8 wherever it is more: bytes in which segments and
    // delimiters could be found are not UTF-16 nor UTF-32.
    ("ASCII", "utf-8"),
    ("USASCII", "utf-8"),
    ("ANSIX341968", "utf-8"),
    ("ISO646US", "utf-8"),
    ("ISOIR6", "utf-8"),
    ("ISO2022IR6", "utf-8"),
    ("ISOIR192", "utf-8"),
    ("UNICODE", "utf-8"),
    ("UNICODE8", "utf-8"),
    ("UNICODEUTF8", "utf-8"),
    ("UNICODEUTF16", "utf-8"),
    ("UNICODEUTF32", "utf-8"),
    ("UTF8", "utf-8"),
    ("UTF16", "utf-8"),
    ("UTF16LE", "utf-8"),
    ("UTF16BE", "utf-8"),
    ("UTF32", "utf-8"),
    ("ISO10646", "utf-8"),
    ("ISO10646UCS2", "utf-8"),
    ("UCS2", "utf-8"),
    ("UNKNOWN8BIT", "utf-8"),
    ("8BIT", "utf-8"),
    // ISO 8859, whose parts are also written without ISO.
    ("88591", "iso-8859-1"),
    ("88592", "iso-8859-2"),
    ("88593", "iso-8859-3"),
    ("88594", "iso-8859-4"),
    ("88595", "iso-8859-5"),
    ("88596", "iso-8859-6"),
    ("88597", "iso-8859-7"),
    ("88598", "iso-8859-8"),
    ("88599", "iso-8859-9"),
    ("885910", "iso-8859-10"),
    ("885911", "iso-8859-11"),
    ("885913", "iso-8859-13"),
    ("885914", "iso-8859-14"),
    ("885915", "iso-8859-15"),
    ("885916", "iso-8859-16"),
    ("LATIN1", "iso-8859-1"),
    ("LATIN2", "iso-8859-2"),
    ("LATIN3", "iso-8859-3"),
    ("LATIN4", "iso-8859-4"),
    ("LATIN5", "iso-8859-9"),
    ("LATIN6", "iso-8859-10"),
    ("LATIN9", "iso-8859-15"),
    // The numbers of the ISO register, as DICOM (PS3.3, C.12.1.1.2) names the same sets.
    ("ISOIR100", "iso-8859-1"),
    ("ISOIR101", "iso-8859-2"),
    ("ISOIR109", "iso-8859-3"),
    ("ISOIR110", "iso-8859-4"),
    ("ISOIR126", "iso-8859-7"),
    ("ISOIR127", "iso-8859-6"),
    ("ISOIR138", "iso-8859-8"),
    ("ISOIR144", "iso-8859-5"),
    ("ISOIR148", "iso-8859-9"),
    ("ISOIR166", "iso-8859-11"),
    ("ISOIR203", "iso-8859-15"),
    ("ISO2022IR100", "iso-8859-1"),
    ("ISO2022IR101", "iso-8859-2"),
    ("ISO2022IR109", "iso-8859-3"),
    ("ISO2022IR110", "iso-8859-4"),
    ("ISO2022IR126", "iso-8859-7"),
    ("ISO2022IR127", "iso-8859-6"),
    ("ISO2022IR138", "iso-8859-8"),
    ("ISO2022IR144", "iso-8859-5"),
    ("ISO2022IR148", "iso-8859-9"),
    ("ISO2022IR166", "iso-8859-11"),
    ("ISO2022IR203", "iso-8859-15"),
    // Japanese: sets that ISO 2022 escapes switch between. JIS X 0201 in 8 bits, as DICOM has it
    // by the number 13, is the part of Shift_JIS that has single bytes.
    ("ISOIR14", "iso-2022-jp"),
    ("ISOIR87", "iso-2022-jp"),
    ("ISOIR159", "iso-2022-jp"),
    ("ISO2022IR13", "iso-2022-jp"),
    ("ISO2022IR14", "iso-2022-jp"),
    ("ISO2022IR87", "iso-2022-jp"),
    ("ISO2022IR159", "iso-2022-jp"),
    ("ISO2022JP", "iso-2022-jp"),
    ("JAS2020", "iso-2022-jp"),
    ("JISX0202", "iso-2022-jp"),
    ("JIS", "iso-2022-jp"),
    ("ISOIR13", "shift_jis"),
    ("SHIFTJIS", "shift_jis"),
    ("SJIS", "shift_jis"),
    ("MS932", "shift_jis"),
    ("CP932", "shift_jis"),
    ("WINDOWS932", "shift_jis"),
    ("EUCJP", "euc-jp"),
    // Chinese and Korean.
    ("GB18030", "gb18030"),
    ("GB180302000", "gb18030"),
    ("GB180302005", "gb18030"),
    ("GB180302022", "gb18030"),
    ("GB2312", "gbk"),
    ("GB231280", "gbk"),
    ("ISOIR58", "gbk"),
    ("CP936", "gbk"),
    ("WINDOWS936", "gbk"),
    ("BIG5", "big5"),
    ("CP950", "big5"),
    ("WINDOWS950", "big5"),
    ("KSX1001", "euc-kr"),
    ("KSC5601", "euc-kr"),
    ("ISOIR149", "euc-kr"),
    ("EUCKR", "euc-kr"),
    ("CP949", "euc-kr"),
    ("WINDOWS949", "euc-kr"),
    // Code pages of Windows.
    ("CP874", "windows-874"),
    ("CP1250", "windows-1250"),
    ("CP1251", "windows-1251"),
    ("CP1252", "windows-1252"),
    ("CP1253", "windows-1253"),
    ("CP1254", "windows-1254"),
    ("CP1255", "windows-1255"),
    ("CP1256", "windows-1256"),
    ("CP1257", "windows-1257"),
    ("CP1258", "windows-1258"),
    ("WINDOWS874", "windows-874"),
    ("WINDOWS1250", "windows-1250"),
    ("WINDOWS1251", "windows-1251"),
    ("WINDOWS1252", "windows-1252"),
    ("WINDOWS1253", "windows-1253"),
    ("WINDOWS1254", "windows-1254"),
    ("WINDOWS1255", "windows-1255"),
    ("WINDOWS1256", "windows-1256"),
    ("WINDOWS1257", "windows-1257"),
    ("WINDOWS1258", "windows-1258"),
    ("ANSI", "windows-1252"),
    ("KOI8R", "koi8-r"),
    ("KOI8U", "koi8-u"),
    ("CP866", "ibm866"),
];

/// The longest name that is looked up, in bytes; longer than any that exists.
const NAME_MAX: usize = 64;

impl Default for Charset {
    fn default() -> Self {
        Self::UTF_8
    }
}

/// A name without what does not matter in it.
fn plain_name(label: &[u8]) -> String {
    let letters = label.iter().filter(|b| b.is_ascii_alphanumeric());
    letters.map(|b| char::from(b.to_ascii_uppercase())).collect()
}

impl Charset {
    /// UTF-8, the character set of messages that name none.
    pub const UTF_8: Self = Self(UTF_8);

    /// The character set of a name of table 0211, or of another common name for one.
    ///
    /// Case, spaces and punctuation do not matter. ASCII and all of Unicode are read as UTF-8.
    /// ISO 8859-1, -9 and -11 are windows-1252, -1254 and -874, as the WHATWG has it: they differ
    /// in the bytes 0x80 to 0x9F alone, control characters that no sender means. In windows-1252
    /// all 256 bytes are characters of their own, so reading and writing loses nothing.
    ///
    /// `None` for an unknown name, and for sets without a conversion: CNS 11643-1992, ISO-2022-KR,
    /// ISO-2022-CN.
    #[must_use]
    pub fn from_label(label: &[u8]) -> Option<Self> {
        if label.len() > NAME_MAX {
            return None;
        }
        // As most messages name theirs.
        match label {
            b"UNICODE UTF-8" => return Some(Self(UTF_8)),
            b"8859/1" => return Some(Self(WINDOWS_1252)),
            _ => {}
        }
        let name = plain_name(label);
        // The year of a standard (`ISO_8859-1:1987`) is left to the WHATWG's own table.
        let short = name.strip_prefix("ISO").filter(|part| part.starts_with("8859"));
        let key = short.unwrap_or(&name);
        let known = NAMES.iter().find(|(known, _)| *known == key);
        let found = match known {
            Some((_, label)) => Encoding::for_label(label.as_bytes()),
            None => Encoding::for_label_no_replacement(label),
        };
        found.filter(|e| ![UTF_16LE, UTF_16BE, X_USER_DEFINED].contains(e)).map(Self)
    }

    /// The bytes that the only set lacks which a raw MSH-18 names, though the set that it is read as has
    /// them: of ASCII all beyond it, of ISO 8859-1, -9 and -11 those of control characters. `None` for
    /// other sets.
    #[must_use]
    pub(crate) fn lacking(raw_field: &[u8]) -> Option<RangeInclusive<u8>> {
        let name = plain_name(raw_field.get(..NAME_MAX).unwrap_or(raw_field));
        match name.strip_prefix("ISO").unwrap_or(&name) {
            "ASCII" | "USASCII" | "IR6" => Some(0x80..=0xFF),
            "88591" | "88599" | "885911" => Some(0x80..=0x9F),
            _ => None,
        }
    }

    /// The character set that a raw MSH-18 names.
    ///
    /// The field repeats: the first repetition is the default set, the others are those that
    /// ISO 2022 escapes can switch to. ISO-2022-JP if any is Japanese of that kind, else the
    /// first one that is known. An empty field, or the null value `""`, is UTF-8; `None` if all
    /// names are unknown.
    #[must_use]
    pub fn of_msh18(raw_field: &[u8], repetition_separator: u8) -> Option<Self> {
        let mut first = None;
        let mut named = false;
        for label in raw_field.split(|&b| b == repetition_separator) {
            let label = label.trim_ascii();
            if label.is_empty() || label == b"\"\"" {
                continue;
            }
            named = true;
            let found = Self::from_label(label);
            if found == Some(Self(ISO_2022_JP)) {
                return found;
            }
            first = first.or(found);
        }
        if named { first } else { Some(Self::UTF_8) }
    }

    /// The name of the WHATWG Encoding Standard: `UTF-8`, `windows-1252`, `ISO-2022-JP`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The text of bytes, exactly: nothing is replaced, and a byte order mark is a character.
    ///
    /// Borrows where the bytes are UTF-8 as they are.
    ///
    /// # Errors
    /// [`Malformed`] if any bytes are not valid. The character set of ISO IR159, JIS X 0212, is
    /// not part of ISO-2022-JP: text switched to it is malformed.
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, str>, Malformed> {
        if self.0 == UTF_8 {
            return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Malformed);
        }
        self.0.decode_without_bom_handling_and_without_replacement(bytes).ok_or(Malformed)
    }

    /// Appends the bytes of `text` to `out`.
    ///
    /// Half-width katakana become full-width ones in ISO-2022-JP, which has no others.
    ///
    /// # Errors
    /// [`Unencodable`] if the set lacks a character of the text; `out` is unchanged then. Yen sign
    /// and overline are lacking in Shift_JIS and EUC-JP: the bytes that the WHATWG writes for them
    /// are those of `\` and `~`, which are delimiters.
    pub fn encode_into(&self, text: &str, out: &mut Vec<u8>) -> Result<(), Unencodable> {
        if self.0 == UTF_8 || (self.0.is_ascii_compatible() && text.is_ascii()) {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        if [SHIFT_JIS, EUC_JP].contains(&self.0)
            && let Some(at) = text.chars().position(|c| matches!(c, '\u{A5}' | '\u{203E}'))
        {
            // The first that cannot be written is the one to report.
            let before: String = text.chars().take(at).collect();
            return self.convert(&before, &mut Vec::new()).and(Err(Unencodable { at }));
        }
        let start = out.len();
        self.convert(text, out).inspect_err(|_| out.truncate(start))
    }

    /// Appends what of `text` can be encoded, up to the first character that cannot.
    fn convert(&self, text: &str, out: &mut Vec<u8>) -> Result<(), Unencodable> {
        let mut encoder = self.0.new_encoder();
        let mut read = 0;
        loop {
            let rest = text.get(read..).unwrap_or_default();
            // The estimate is `None` on overflow alone; any progress will do.
            let need = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
            out.reserve(need.unwrap_or(rest.len()).max(64));
            let (result, taken) =
                encoder.encode_from_utf8_to_vec_without_replacement(rest, out, true);
            read += taken;
            match result {
                EncoderResult::InputEmpty => return Ok(()),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(_) => {
                    // The character is among those taken.
                    let count = text.get(..read).unwrap_or_default().chars().count();
                    return Err(Unencodable { at: count.saturating_sub(1) });
                }
            }
        }
    }

    /// Whether bytes of multi-byte characters can equal delimiters.
    ///
    /// A message in such a set cannot be split at its delimiters: all of it must be converted to
    /// UTF-8 first. (The second bytes of EUC-KR are letters at worst, those of EUC-JP are not
    /// ASCII; letters cannot be delimiters.)
    #[must_use]
    pub fn structure_unsafe(&self) -> bool {
        [SHIFT_JIS, GBK, GB18030, BIG5, ISO_2022_JP].contains(&self.0)
    }
}

/// The text of a value that switches character sets by escape sequences (HL7 v2.8.2, chapter 2,
/// section 2.7.2).
///
/// Each `\Cxxyy\`, `\Mxxyy\` and `\Mxxyyzz\` is replaced by ESC and these bytes, and all of it is
/// read as ISO-2022-JP. Other escape sequences stay as written, to be decoded from the result.
/// `escape` is the escape character of the message, which must have one.
///
/// `None` if `raw` has no such sequence, or is not valid ISO-2022-JP with them replaced (bytes
/// that are not ASCII never are, nor is JIS X 0212): the value stands as written then.
#[must_use]
pub fn decode_switches(raw: &[u8], escape: u8) -> Option<String> {
    // Of the texts that have escape sequences few have such.
    let is_switch = |at| raw.get(at..).is_some_and(|tail| switch_at(tail, escape).is_some());
    if !memchr_iter(escape, raw).any(is_switch) {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = raw;
    while let Some(at) = memchr(escape, rest) {
        let (plain, tail) = rest.split_at(at);
        bytes.extend_from_slice(plain);
        if let Some((length, switch)) = switch_at(tail, escape) {
            bytes.push(0x1B);
            bytes.extend_from_slice(&switch);
            rest = tail.get(length..).unwrap_or_default();
        } else {
            bytes.push(escape);
            rest = tail.get(1..).unwrap_or_default();
        }
    }
    bytes.extend_from_slice(rest);
    Charset(ISO_2022_JP).decode(&bytes).ok().map(Cow::into_owned)
}

/// The length of the switching sequence at the start of `tail`, and the bytes that it names.
fn switch_at(tail: &[u8], escape: u8) -> Option<(usize, Vec<u8>)> {
    let (&kind, args) = tail.get(1..)?.split_first()?;
    if !matches!(kind, b'C' | b'M') {
        return None;
    }
    let digits = args.iter().take_while(|b| b.is_ascii_hexdigit()).take(7).count();
    let fits = match kind {
        b'C' => digits == 4,
        b'M' => matches!(digits, 4 | 6),
        _ => false,
    };
    if !fits || args.get(digits) != Some(&escape) {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let mut bytes = Vec::new();
    for &[high, low] in args.get(..digits)?.as_chunks::<2>().0 {
        bytes.push(value(high)? << 4 | value(low)?);
    }
    Some((digits + 3, bytes))
}

#[cfg(test)]
mod tests;
