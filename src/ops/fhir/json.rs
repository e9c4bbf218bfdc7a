//! JSON written straight into a buffer, in which nothing is ever empty.
//!
//! FHIR knows no empty object, array or string (R4, section 2.6.2). So each is written as if it
//! held something, and taken back if it does not: a map says what goes where, and asks for nothing
//! first.

use std::borrow::Cow;

/// Appends members and items to JSON text. A comma is written before what does not come first,
/// which the last byte tells.
#[derive(Debug, Default)]
pub(crate) struct Json {
    out: Vec<u8>,
    /// Where the last array `extension` that was written ends.
    extension_end: usize,
    /// What is written is an Organization, which is nowhere at home (org-2, org-3).
    of_organization: bool,
}

impl Json {
    /// The text so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// How long the text is.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Empties the text and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.out.clear();
    }

    /// Writes an object that stands alone. Returns whether it holds anything.
    pub(crate) fn root(&mut self, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.out.len();
        self.out.push(b'{');
        self.closed(start, b'}', inside)
    }

    /// Writes a member that is an object, unless it stays empty. Returns whether it is there.
    pub(crate) fn object(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.key(name);
        self.out.push(b'{');
        self.closed(start, b'}', inside)
    }

    /// Writes a member that is an array, unless it stays empty. Returns whether it is there.
    pub(crate) fn array(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.key(name);
        self.out.push(b'[');
        self.closed(start, b']', inside)
    }

    /// Writes the array of extensions, as [`Json::array`].
    pub(crate) fn extensions(&mut self, inside: impl FnOnce(&mut Self)) -> bool {
        let is_there = self.array("extension", inside);
        if is_there {
            self.extension_end = self.out.len();
        }
        is_there
    }

    /// Tells whether what is written next is an Organization.
    pub(super) fn begin_organization(&mut self, is_one: bool) {
        self.of_organization = is_one;
    }

    /// The use of an address or a telecom, unless it cannot be one here.
    pub(crate) fn allowed_use<'u>(&self, usage: &'u str) -> &'u str {
        if self.of_organization && usage == "home" { "" } else { usage }
    }

    /// Where the last array ends that [`Json::extensions`] wrote.
    pub(super) fn extension_end(&self) -> usize {
        self.extension_end
    }

    /// Ends what was written, so that no comma follows.
    pub(super) fn begin(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    /// What was written since the text had a length, when [`Json::begin`] was called.
    pub(super) fn root_range(&self, start: usize) -> std::ops::Range<usize> {
        (start + usize::from(start > 0))..self.out.len()
    }

    /// Writes an object in an array, unless it stays empty. Returns whether it is there.
    pub(crate) fn item(&mut self, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.out.len();
        self.comma();
        self.out.push(b'{');
        self.closed(start, b'}', inside)
    }

    /// Writes an object in an array that says something only with what `inside` adds to what
    /// `fixed` writes; else nothing. Returns whether it is there.
    pub(crate) fn item_with(
        &mut self,
        fixed: impl FnOnce(&mut Self),
        inside: impl FnOnce(&mut Self),
    ) -> bool {
        self.item(|w| w.provided(fixed, inside))
    }

    /// As [`Json::item_with`] for a member.
    pub(crate) fn object_with(
        &mut self,
        name: &str,
        fixed: impl FnOnce(&mut Self),
        inside: impl FnOnce(&mut Self),
    ) -> bool {
        self.object(name, |w| w.provided(fixed, inside))
    }

    /// Writes an extension in an array of such, if `value` adds a value or extensions of its own.
    pub(crate) fn extension(&mut self, url: &str, value: impl FnOnce(&mut Self)) -> bool {
        self.item_with(|w| w.literal("url", url), value)
    }

    fn provided(&mut self, fixed: impl FnOnce(&mut Self), inside: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        fixed(self);
        let before = self.out.len();
        inside(self);
        if self.out.len() == before {
            self.out.truncate(start);
        }
    }

    fn closed(&mut self, start: usize, close: u8, inside: impl FnOnce(&mut Self)) -> bool {
        let before = self.out.len();
        inside(self);
        if self.out.len() == before {
            self.out.truncate(start);
            return false;
        }
        self.out.push(close);
        true
    }

    /// Takes back what was written since the text had this length.
    pub(crate) fn back_to(&mut self, len: usize) {
        self.out.truncate(len);
    }

    #[inline]
    fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b'\n')) {
            self.out.push(b',');
        }
    }

    /// Writes the name of a member; returns where it begins, with its comma.
    #[inline]
    fn key(&mut self, name: &str) -> usize {
        let start = self.out.len();
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        start
    }

    /// Writes a member with text of our own, which needs no escapes.
    #[inline]
    pub(crate) fn literal(&mut self, name: &str, text: &str) {
        self.key(name);
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    /// Writes a member that is true or false.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.key(name);
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes a member with text, cut of the blanks around it, unless nothing stays. What JSON
    /// escapes is escaped, what FHIR does not allow replaced. Returns whether it is there.
    #[inline]
    pub(crate) fn string(&mut self, name: &str, text: &[u8]) -> bool {
        let start = self.key(name);
        self.value_or_back(start, text)
    }

    /// Writes text in an array, as [`Json::string`].
    #[inline]
    pub(crate) fn string_item(&mut self, text: &[u8]) -> bool {
        let start = self.out.len();
        self.comma();
        self.value_or_back(start, text)
    }

    #[inline]
    fn value_or_back(&mut self, start: usize, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        self.out.push(b'"');
        let before = self.out.len();
        self.push_text(text);
        if self.out.len() == before {
            self.out.truncate(start);
            return false;
        }
        self.out.push(b'"');
        true
    }

    /// Writes a member with a code: no blanks but single spaces (R4, section 2.24.0.1).
    pub(crate) fn code(&mut self, name: &str, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        let single = text.windows(2).all(|pair| pair != b"  ") && !text.iter().any(|&b| b < b' ');
        if single && text.is_ascii() {
            return self.string(name, text);
        }
        let text = String::from_utf8_lossy(text);
        let words: Vec<&str> =
            text.split(|c: char| c.is_whitespace() || c < ' ').filter(|w| !w.is_empty()).collect();
        self.string(name, words.join(" ").as_bytes())
    }

    /// Writes a member with text that stands for itself in JSON and is valid, such as a time.
    pub(crate) fn verbatim(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.key(name);
        self.out.push(b'"');
        write(&mut self.out);
        self.out.push(b'"');
    }

    /// Writes text in an array, as [`Json::verbatim`].
    pub(crate) fn verbatim_item(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.comma();
        self.out.push(b'"');
        write(&mut self.out);
        self.out.push(b'"');
    }

    /// Writes null in an array, for an element that has no extension beside one that has.
    pub(crate) fn null_item(&mut self) {
        self.comma();
        self.out.extend_from_slice(b"null");
    }

    /// Writes a member with a decimal number, if the text is one of HL7 (NM, chapter 2A). The
    /// precision stays. Returns whether it is there.
    pub(crate) fn decimal(&mut self, name: &str, text: &[u8]) -> bool {
        let Some(number) = Decimal::of(text) else { return false };
        self.key(name);
        number.write(&mut self.out);
        true
    }

    /// Writes a member with a whole number from `least` on, if the text is one that 32 bits hold.
    /// Returns whether it is there.
    pub(crate) fn integer(&mut self, name: &str, text: &[u8], least: i32) -> bool {
        let Some(number) = Decimal::of(text) else { return false };
        let Some(number) = number.whole().filter(|&n| n >= least) else { return false };
        self.count(name, number);
        true
    }

    /// Writes a member with a number.
    pub(crate) fn count(&mut self, name: &str, number: i32) {
        self.key(name);
        self.out.extend_from_slice(number.to_string().as_bytes());
    }

    /// As [`Json::count`] for what adds up.
    pub(crate) fn total(&mut self, name: &str, number: u64) {
        self.key(name);
        self.out.extend_from_slice(number.to_string().as_bytes());
    }

    /// Writes an object in an array, as JSON made before.
    pub(crate) fn made_item(&mut self, json: &[u8]) {
        self.comma();
        self.out.extend_from_slice(json);
    }

    #[inline]
    fn push_text(&mut self, text: &[u8]) {
        let is_plain = |b: u8| (0x20..0x7F).contains(&b) & (b != b'"') & (b != b'\\');
        let plain = text.iter().fold(true, |plain, &b| plain & is_plain(b));
        if plain {
            self.out.extend_from_slice(text);
        } else {
            self.push_special(text);
        }
    }

    #[cold]
    fn push_special(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        for c in trimmed(&text).chars() {
            match c {
                '"' | '\\' => {
                    self.out.push(b'\\');
                    self.out.push(c as u8);
                }
                '\n' => self.out.extend_from_slice(b"\\n"),
                '\r' => self.out.extend_from_slice(b"\\r"),
                '\t' => self.out.extend_from_slice(b"\\t"),
                // Not in the grammar of FHIR's string, and a program may refuse them.
                c if c.is_control() => self.out.extend_from_slice("\u{FFFD}".as_bytes()),
                c if c.is_whitespace() || c == '\u{FEFF}' => self.out.push(b' '),
                c => self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }
}

/// Text without what counts as blanks around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}

/// A number of HL7 in parts: sign, digits without leading zeros, digits behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'t> {
    negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
}

impl<'t> Decimal<'t> {
    /// Reads `[+|-]digits[.digits]`, where one of the two groups of digits may be missing. More
    /// than 40 digits are no number that anybody measured.
    pub(crate) fn of(text: &'t [u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let point = digits.iter().position(|&b| b == b'.');
        let (whole, fraction) = match point {
            None => (digits, &b""[..]),
            Some(at) => (&digits[..at], &digits[at + 1..]),
        };
        let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > 40 {
            return None;
        }
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let zeros = whole.iter().take_while(|&&b| b == b'0').count();
        Some(Self { negative, whole: &whole[zeros..], fraction })
    }

    /// Whether it is 0.
    pub(crate) fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.iter().all(|&b| b == b'0')
    }

    /// Whether it is below 0.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// As a whole number, if it is one.
    pub(crate) fn whole(&self) -> Option<i32> {
        if self.fraction.iter().any(|&b| b != b'0') || self.whole.len() > 10 {
            return None;
        }
        let number =
            self.whole.iter().fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        i32::try_from(if self.negative { -number } else { number }).ok()
    }

    /// Appends it in the grammar of JSON.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if self.is_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(if self.whole.is_empty() { b"0" } else { self.whole });
        if !self.fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(self.fraction);
        }
    }
}

/// Text as it may stand in a URI: all but unreserved characters percent-encoded (RFC 3986, 2.1).
pub(crate) fn percent_encoded(text: &[u8]) -> Cow<'_, [u8]> {
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    if text.iter().all(|&b| is_unreserved(b)) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    for &b in text {
        if is_unreserved(b) {
            out.push(b);
        } else {
            out.push(b'%');
            for digit in [b >> 4, b & 15] {
                out.push(if digit < 10 { b'0' + digit } else { b'A' - 10 + digit });
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut w = Json::default();
        w.root(write);
        String::from_utf8(w.out).unwrap()
    }

    #[test]
    fn what_stays_empty_is_not_there() {
        assert_eq!(
            written(|w| {
                w.array("name", |w| {
                    w.item(|w| {
                        w.string("family", b"  ");
                        w.object("period", |_| {});
                    });
                    w.item(|w| {
                        w.string("family", b" Doe ");
                    });
                });
                w.array("telecom", |_| {});
                w.boolean("active", true);
            }),
            r#"{"name":[{"family":"Doe"}],"active":true}"#
        );
        assert_eq!(written(|_| {}), "");
    }

    #[test]
    fn an_extension_needs_a_value() {
        let made = written(|w| {
            w.array("extension", |w| {
                w.extension("http://a", |w| {
                    w.string("valueString", b"");
                });
                w.extension("http://b", |w| {
                    w.string("valueString", b"x");
                });
            });
        });
        assert_eq!(made, r#"{"extension":[{"url":"http://b","valueString":"x"}]}"#);
    }

    #[test]
    fn text_is_valid_whatever_comes() {
        let text = |text: &[u8]| written(|w| _ = w.string("s", text));
        assert_eq!(text(b"a\"b\\c"), r#"{"s":"a\"b\\c"}"#);
        assert_eq!(text(b"a\nb\tc"), r#"{"s":"a\nb\tc"}"#);
        assert_eq!(text(b"a\x01b"), "{\"s\":\"a\u{FFFD}b\"}");
        assert_eq!(text(b"a\xFFb"), "{\"s\":\"a\u{FFFD}b\"}");
        assert_eq!(text("a\u{A0}b\u{A0}".as_bytes()), "{\"s\":\"a b\"}");
        assert_eq!(text("\u{A0}".as_bytes()), "");
    }

    #[test]
    fn codes_have_single_spaces() {
        assert_eq!(written(|w| _ = w.code("c", b" a  b\tc ")), r#"{"c":"a b c"}"#);
    }

    #[test]
    fn numbers_are_those_of_json() {
        let number = |text: &[u8]| written(|w| _ = w.decimal("n", text));
        assert_eq!(number(b"1.50"), r#"{"n":1.50}"#);
        assert_eq!(number(b"+007"), r#"{"n":7}"#);
        assert_eq!(number(b"-.5"), r#"{"n":-0.5}"#);
        assert_eq!(number(b"12."), r#"{"n":12}"#);
        assert_eq!(number(b"-0"), r#"{"n":0}"#);
        for wrong in [&b""[..], b".", b"-", b"1e5", b"1 2", b"<5", b"1,5"] {
            assert_eq!(number(wrong), "", "{}", String::from_utf8_lossy(wrong));
        }
        assert_eq!(written(|w| _ = w.integer("n", b"0", 1)), "");
        assert_eq!(written(|w| _ = w.integer("n", b"2.0", 1)), r#"{"n":2}"#);
        assert_eq!(written(|w| _ = w.integer("n", b"3000000000", 0)), "");
    }

    #[test]
    fn uris_are_encoded() {
        assert_eq!(&*percent_encoded("L\u{E4}b 1".as_bytes()), b"L%C3%A4b%201");
    }
}
