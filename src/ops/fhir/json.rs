//! JSON written straight into a buffer, in which nothing is ever empty.
//!
//! FHIR knows no empty object, array or string (R4, section 2.6.2). So each is written as if it
//! held something, and taken back if it does not: a map says what goes where, and asks for nothing
//! first.

pub(crate) use super::decimal::Decimal;
use super::id::Id;
use super::plain::{is_plain, trimmed_ascii};
use super::special;
use std::ops::Range;

/// Appends members and items to JSON text. A comma is written behind each, and that behind the last
/// becomes the bracket that closes: nothing need be looked at before something is written.
#[derive(Debug, Default)]
pub(crate) struct Json {
    out: Vec<u8>,
    /// Where the last array `extension` that was written ends.
    extension_end: usize,
    /// What is written is an Organization, which is nowhere at home (org-2, org-3).
    of_organization: bool,
}

impl Json {
    /// One that goes on where text ends.
    pub(super) fn over(text: Vec<u8>) -> Self {
        Self { out: text, ..Self::default() }
    }

    /// All of the text.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

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

    /// Writes a resource: `opening` begins it and ends with its id, which is written over what stands
    /// there, and a comma behind it.
    #[inline(always)]
    pub(super) fn resource(&mut self, opening: &[u8], id: &Id, inside: impl FnOnce(&mut Self)) {
        // Of another resource, or of one of an earlier message that was as long.
        self.extension_end = 0;
        self.ready_with_id(opening, opening.len() - 36 - 2, id);
        inside(self);
        if let Some(last) = self.out.last_mut() {
            *last = b'}';
        }
    }

    /// Writes an object that stands alone. Returns whether it holds anything.
    #[inline]
    pub(crate) fn root(&mut self, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.out.len();
        self.out.push(b'{');
        inside(self);
        if self.out.len() == start + 1 {
            self.out.truncate(start);
            return false;
        }
        if let Some(last) = self.out.last_mut() {
            *last = b'}';
        }
        true
    }

    /// Writes a member that is an object, unless it stays empty. Returns whether it is there.
    #[inline(always)]
    pub(crate) fn object(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.open(name, b'{');
        let before = self.out.len();
        inside(self);
        self.close(start, before, b'}')
    }

    /// Writes a member that is an array, unless it stays empty. Returns whether it is there.
    #[inline(always)]
    pub(crate) fn array(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.open(name, b'[');
        let before = self.out.len();
        inside(self);
        self.close(start, before, b']')
    }

    /// Writes the array of extensions, as [`Json::array`].
    #[inline]
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

    /// Where the last array ends that [`Json::extensions`] wrote, with the comma behind it.
    pub(super) fn extension_end(&self) -> usize {
        self.extension_end
    }

    /// Writes an object in an array, unless it stays empty. Returns whether it is there.
    #[inline(always)]
    pub(crate) fn item(&mut self, inside: impl FnOnce(&mut Self)) -> bool {
        let start = self.out.len();
        self.out.push(b'{');
        inside(self);
        self.close(start, start + 1, b'}')
    }

    /// Writes an object in an array that says something only with what `inside` adds to what
    /// `fixed` writes; else nothing. Returns whether it is there.
    #[inline(always)]
    pub(crate) fn item_with(
        &mut self,
        fixed: impl FnOnce(&mut Self),
        inside: impl FnOnce(&mut Self),
    ) -> bool {
        let start = self.out.len();
        self.out.push(b'{');
        fixed(self);
        let before = self.out.len();
        inside(self);
        self.close(start, before, b'}')
    }

    /// As [`Json::item_with`] for a member.
    #[inline]
    pub(crate) fn object_with(
        &mut self,
        name: &str,
        fixed: impl FnOnce(&mut Self),
        inside: impl FnOnce(&mut Self),
    ) -> bool {
        let start = self.open(name, b'{');
        fixed(self);
        let before = self.out.len();
        inside(self);
        self.close(start, before, b'}')
    }

    /// Writes an extension in an array of such, if `value` adds a value or extensions of its own.
    #[inline(always)]
    pub(crate) fn extension(&mut self, url: &str, value: impl FnOnce(&mut Self)) -> bool {
        self.item_with(|w| w.literal("url", url), value)
    }

    /// Closes what begins at `start`, or takes it back if nothing was written since `before`.
    /// Returns whether it is there.
    #[inline]
    fn close(&mut self, start: usize, before: usize, bracket: u8) -> bool {
        if self.out.len() == before {
            self.out.truncate(start);
            return false;
        }
        if let Some(last) = self.out.last_mut() {
            *last = bracket;
        }
        self.out.push(b',');
        true
    }

    /// Writes a required member as one that nobody knows: `code`, or `_status` of one that is no object.
    pub(crate) fn unknown(&mut self, name: &str) {
        self.object(name, Self::unknown_in);
    }

    /// Writes the extension that says that an element is not known.
    pub(crate) fn unknown_in(&mut self) {
        self.array("extension", |w| {
            w.extension("http://hl7.org/fhir/StructureDefinition/data-absent-reason", |w| {
                w.literal("valueCode", "unknown");
            });
        });
    }

    /// Takes back what was written since the text had this length.
    pub(crate) fn back_to(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// Takes out what stands at a place.
    pub(super) fn remove(&mut self, place: Range<usize>) {
        self.out.drain(place);
    }

    /// Puts what was written since the text had the length `end` before what begins at `start`.
    pub(crate) fn put_first(&mut self, start: usize, end: usize) {
        let length = self.out.len() - end;
        if self.extension_end > start {
            self.extension_end += length;
        }
        if let Some(members) = self.out.get_mut(start..) {
            members.rotate_right(length);
        }
    }

    /// Writes `"name":` and a bracket; returns where it begins.
    #[inline(always)]
    fn open(&mut self, name: &str, bracket: u8) -> usize {
        let start = self.out.len();
        self.key(name, bracket);
        start
    }

    /// Writes `"name":` and a byte behind it: room for it at once, and then over that. Names are known
    /// when this is compiled, so that few instructions are left of it; and a processor need not
    /// wait as it does for what was put together beside: 3 % of all the time.
    #[inline(always)]
    fn key(&mut self, name: &str, then: u8) {
        let start = self.out.len();
        let Some(room) = [b'"'; 64].get(..name.len() + 4) else {
            return self.long_key(name, then);
        };
        self.out.extend_from_slice(room);
        if let Some([_, rest @ ..]) = self.out.get_mut(start..)
            && let Some((place, [_, colon, last])) = rest.split_at_mut_checked(name.len())
        {
            place.copy_from_slice(name.as_bytes());
            (*colon, *last) = (b':', then);
        }
    }

    #[cold]
    fn long_key(&mut self, name: &str, then: u8) {
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(&[b'"', b':', then]);
    }

    /// Writes a member with text of our own, which needs no escapes.
    #[inline(always)]
    pub(crate) fn literal(&mut self, name: &str, text: &str) {
        self.key(name, b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.extend_from_slice(b"\",");
    }

    /// Writes members, or items, that are JSON of our own, each with a comma behind it.
    #[inline]
    pub(crate) fn ready(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    /// As [`Json::ready`] for JSON with a place for an id, from `at` on. To put it together beside and
    /// append that has the processor wait for what it has just written: 1 % of all the time.
    #[inline(always)]
    pub(crate) fn ready_with_id(&mut self, json: &[u8], at: usize, id: &Id) {
        let start = self.out.len() + at;
        self.out.extend_from_slice(json);
        if let Some(place) = self.out.get_mut(start..).and_then(<[u8]>::first_chunk_mut::<36>) {
            *place = *id.text();
        }
    }

    /// Writes a member that is true or false.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        let (first, rest) = if value { (b't', &b"rue,"[..]) } else { (b'f', &b"alse,"[..]) };
        self.key(name, first);
        self.out.extend_from_slice(rest);
    }

    /// Writes a member with text, cut of the blanks around it, unless nothing stays. What JSON
    /// escapes is escaped, what FHIR does not allow replaced. Returns whether it is there.
    #[inline]
    pub(crate) fn string(&mut self, name: &str, text: &[u8]) -> bool {
        if text.is_empty() {
            return false;
        }
        let start = self.open(name, b'"');
        self.value_or_back(start, text)
    }

    /// Writes text in an array, as [`Json::string`].
    #[inline]
    pub(crate) fn string_item(&mut self, text: &[u8]) -> bool {
        if text.is_empty() {
            return false;
        }
        let start = self.out.len();
        self.out.push(b'"');
        self.value_or_back(start, text)
    }

    /// As [`Json::string`] for text that [`is_plain`].
    #[inline(always)]
    pub(crate) fn plain(&mut self, name: &str, text: &[u8]) -> bool {
        let start = self.open(name, b'"');
        self.plain_or_back(start, text)
    }

    fn plain_or_back(&mut self, start: usize, text: &[u8]) -> bool {
        let text = trimmed_ascii(text);
        if text.is_empty() {
            self.out.truncate(start);
            return false;
        }
        self.out.extend_from_slice(text);
        self.out.extend_from_slice(b"\",");
        true
    }

    /// As [`Json::string_item`] for text that [`is_plain`].
    pub(crate) fn plain_item(&mut self, text: &[u8]) -> bool {
        let start = self.out.len();
        self.out.push(b'"');
        self.plain_or_back(start, text)
    }

    fn value_or_back(&mut self, start: usize, text: &[u8]) -> bool {
        let text = trimmed_ascii(text);
        let before = self.out.len();
        if is_plain(text) {
            self.out.extend_from_slice(text);
        } else {
            special::push(&mut self.out, text);
        }
        if self.out.len() == before {
            self.out.truncate(start);
            return false;
        }
        self.out.extend_from_slice(b"\",");
        true
    }

    /// Writes a member with a code: no blanks but single spaces (R4, section 2.24.0.1).
    #[inline]
    pub(crate) fn code(&mut self, name: &str, text: &[u8]) -> bool {
        // Most codes have no blanks at all.
        match is_plain(text) && !text.contains(&b' ') {
            true => self.plain(name, text),
            false => self.code_with_blanks(name, text),
        }
    }

    fn code_with_blanks(&mut self, name: &str, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        let single = text.windows(2).all(|pair| pair != b"  ") && !text.iter().any(|&b| b < b' ');
        if single && text.is_ascii() {
            return self.string(name, text);
        }
        let text = String::from_utf8_lossy(text);
        let is_between = |c: char| special::is_blank(c) || c < ' ';
        let words: Vec<&str> = text.split(is_between).filter(|word| !word.is_empty()).collect();
        self.string(name, words.join(" ").as_bytes())
    }

    /// Writes a member with text that stands for itself in JSON and is valid, such as a time.
    #[inline]
    pub(crate) fn verbatim(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.key(name, b'"');
        write(&mut self.out);
        self.out.extend_from_slice(b"\",");
    }

    /// Writes text in an array, as [`Json::verbatim`].
    #[inline]
    pub(crate) fn verbatim_item(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(b'"');
        write(&mut self.out);
        self.out.extend_from_slice(b"\",");
    }

    /// Writes null in an array, for an element that has no extension beside one that has.
    pub(crate) fn null_item(&mut self) {
        self.out.extend_from_slice(b"null,");
    }

    /// Writes a member with a decimal number, if the text is one of HL7 (NM, chapter 2A). The
    /// precision stays. Returns whether it is there.
    pub(crate) fn decimal(&mut self, name: &str, text: &[u8]) -> bool {
        let Some(number) = Decimal::of(text) else { return false };
        self.decimal_of(name, &number);
        true
    }

    /// As [`Json::decimal`] for a number that was read before.
    #[inline]
    pub(crate) fn decimal_of(&mut self, name: &str, number: &Decimal<'_>) {
        self.number(name, |out| number.write(out));
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
        self.number(name, |out| out.extend_from_slice(number.to_string().as_bytes()));
    }

    /// As [`Json::count`] for what adds up.
    pub(crate) fn total(&mut self, name: &str, number: u64) {
        self.number(name, |out| out.extend_from_slice(number.to_string().as_bytes()));
    }

    #[inline]
    fn number(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.key(name, b' ');
        self.out.pop();
        write(&mut self.out);
        self.out.push(b',');
    }

    /// Writes an object in an array, as JSON made before.
    pub(crate) fn made_item(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
        self.out.push(b',');
    }
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
        let with_marks = "\u{FEFF} a \u{FEFF} b\u{FEFF}c\u{A0}";
        assert_eq!(written(|w| _ = w.code("c", with_marks.as_bytes())), r#"{"c":"a b c"}"#);
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
}
