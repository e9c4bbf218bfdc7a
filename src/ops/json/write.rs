//! Messages to JSON, in one pass over their bytes.
//!
//! A table of 256 classes tells for each byte whether it is part of a plain value, ends one, or
//! needs a closer look. The end of a value is always looked for before the value is written, for
//! it tells how to begin: whether the component has subcomponents, whether the field has more than
//! one component. Plain values, nearly all of them, are copied as they are.

use super::sink::{BLOCK, Sink};
use super::text::{must_escape, push_bytes, push_string};
use super::value::{Reading, Scratch, Values};
use crate::core::message::Message;
use crate::core::{LineEnding, Separators, TextOptions};

/// How messages are written as JSON.
#[derive(Clone, Copy, Default)]
pub struct JsonOptions<'n> {
    /// Values stay as written: escape sequences are not decoded, nor is the character set.
    pub raw: bool,
    /// Where the names to write beside the numbers come from; `None` writes no names.
    pub names: Option<&'n dyn NameSource>,
}

impl std::fmt::Debug for JsonOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.names.is_some();
        f.debug_struct("JsonOptions").field("raw", &self.raw).field("names", &names).finish()
    }
}

/// The names of segments and fields.
pub trait NameSource: Sync {
    /// The names of a segment.
    ///
    /// `version`: MSH-12.1 of the message as written, perhaps empty. `id`: the segment's id.
    fn segment(&self, version: &[u8], id: &[u8]) -> Option<SegmentNames>;
}

/// The names of a segment and of its fields, as the members of JSON that they become.
#[derive(Clone, Copy, Debug)]
pub struct SegmentNames {
    /// `,"name":"..."`
    name: &'static str,
    /// `,"n":"..."` for field `n` at `n - 1`; empty for a field without a name.
    fields: &'static [&'static str],
}

impl SegmentNames {
    /// Prepares names; those of the fields begin with field 1, and are empty where there is none.
    ///
    /// What is prepared is never freed: it is meant to be made once for a segment.
    pub fn prepare<'n>(name: &str, fields: impl Iterator<Item = &'n str>) -> Self {
        let member = |key: &str, name: &str| {
            let mut json = format!(",\"{key}\":").into_bytes();
            push_string(name.as_bytes(), &mut json);
            // A name is text, and so is what it is escaped to.
            &*String::from_utf8(json).unwrap_or_default().leak()
        };
        let field = |(n, name): (usize, &str)| match name {
            "" => "",
            name => member(&(n + 1).to_string(), name),
        };
        let fields: Vec<&'static str> = fields.enumerate().map(field).collect();
        Self { name: member("name", name), fields: fields.leak() }
    }
}

/// Writes messages as JSON. Reuse it: it keeps its tables and buffers.
///
/// ```
/// use pipehat::core::{Frame, Frames, Message, TextOptions};
/// use pipehat::ops::json::{JsonOptions, JsonWriter};
/// let Some(Frame::Message(framed)) = Frames::new(b"MSH|^~\\&|LAB\rPID|||1^^X").next() else {
///     panic!("no message")
/// };
/// let mut out = Vec::new();
/// let options = JsonOptions::default();
/// JsonWriter::new().write(&Message::new(framed)?, &options, TextOptions::default(), &mut out);
/// assert_eq!(
///     String::from_utf8_lossy(&out),
///     r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH","3":[{"1":"LAB"}]},{"id":"PID","3":[{"1":"1","3":"X"}]}]}"#
/// );
/// # Ok::<(), pipehat::core::SeparatorsError>(())
/// ```
#[derive(Debug)]
pub struct JsonWriter {
    classes: Classes,
    block: Box<[u8; BLOCK]>,
    scratch: Scratch,
    /// The numbers of the fields written of the current segment, if names are wanted.
    numbers: Vec<usize>,
}

impl Default for JsonWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl JsonWriter {
    /// A writer.
    #[must_use]
    pub fn new() -> Self {
        Self {
            classes: Classes::new(),
            block: Box::new([0; BLOCK]),
            scratch: Scratch::default(),
            numbers: Vec::new(),
        }
    }

    /// Appends a message to `out` as one JSON object, without a line ending.
    ///
    /// `text`: the character set to read the message in, if not that of its MSH-18.
    pub fn write(
        &mut self,
        message: &Message<'_>,
        options: &JsonOptions<'_>,
        text: TextOptions,
        out: &mut Vec<u8>,
    ) {
        let separators = message.separators();
        let delimiters = separators.written(message.bytes());
        // The delimiters are no text: they stay out of what is converted.
        let bytes = message.bytes().get(3 + delimiters.len()..).unwrap_or_default();
        let (reading, converted) = Reading::of(message, bytes, options.raw, text);
        let bytes = converted.as_deref().unwrap_or(bytes);
        let key = ClassKey {
            separators,
            line_ending: message.line_ending(),
            decode: !options.raw,
            text: reading == Reading::Text,
        };
        self.classes.set(key);

        let sink = Sink::new(&mut self.block, out);
        let names = options.names.map(|source| {
            let version = message.header().field(12).and_then(|f| f.repetition(1));
            let version = version.and_then(|r| r.component(1)).map_or(&b""[..], |c| c.raw());
            (source, version)
        });
        let mut run = Run {
            bytes,
            key,
            classes: &self.classes.of,
            sink,
            values: Values::new(message, text, reading, options.raw),
            scratch: &mut self.scratch,
            names,
            numbers: &mut self.numbers,
            raw: options.raw,
        };
        run.message(delimiters);
        run.sink.flush();
    }
}

/// Classes of bytes. Those above [`SPECIAL`] end a value.
const PLAIN: u8 = 0;
/// Not to be copied as it is.
const SPECIAL: u8 = 1;
const SUBCOMPONENT: u8 = 2;
const COMPONENT: u8 = 3;
const REPETITION: u8 = 4;
const FIELD: u8 = 5;
/// The end of a segment.
const END: u8 = 6;

/// What the classes of bytes depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ClassKey {
    separators: Separators,
    line_ending: LineEnding,
    /// Escape sequences are to be decoded.
    decode: bool,
    /// All bytes are UTF-8.
    text: bool,
}

/// The class of each byte, kept from message to message while the delimiters are the same.
#[derive(Debug)]
struct Classes {
    key: Option<ClassKey>,
    of: [u8; 256],
}

impl Classes {
    fn new() -> Self {
        Self { key: None, of: [PLAIN; 256] }
    }

    #[inline]
    fn set(&mut self, key: ClassKey) {
        if self.key != Some(key) {
            self.fill(key);
        }
    }

    #[cold]
    fn fill(&mut self, key: ClassKey) {
        self.key = Some(key);
        for (byte, class) in (0..=u8::MAX).zip(&mut self.of) {
            let special = must_escape(byte) || (byte >= 0x80 && !key.text);
            *class = if special { SPECIAL } else { PLAIN };
        }
        let s = key.separators;
        let mut set = |byte: u8, class| self.of[usize::from(byte)] = class;
        if key.decode {
            set(s.escape, SPECIAL);
            if !key.text {
                // It would be escaped on the way back, and such values come back as written.
                set(s.truncation, SPECIAL);
            }
        }
        set(s.subcomponent, SUBCOMPONENT);
        set(s.component, COMPONENT);
        set(s.repetition, REPETITION);
        // Last, for delimiters that the message has not are set to it.
        set(s.field, FIELD);
        set(b'\r', END);
        if key.line_ending == LineEnding::Lf {
            set(b'\n', END);
        }
    }
}

/// Where a value ends.
#[derive(Clone, Copy)]
struct Leaf {
    start: usize,
    end: usize,
    /// The class of the byte behind it.
    class: u8,
    /// It is not plain.
    special: bool,
}

impl Leaf {
    #[inline]
    fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// The writing of one message.
struct Run<'r, 'm> {
    /// The message from the end of MSH-2 on.
    bytes: &'r [u8],
    key: ClassKey,
    classes: &'r [u8; 256],
    sink: Sink<'r>,
    values: Values<'r, 'm>,
    scratch: &'r mut Scratch,
    names: Option<(&'r dyn NameSource, &'r [u8])>,
    numbers: &'r mut Vec<usize>,
    /// Values are as written, which is told.
    raw: bool,
}

impl Run<'_, '_> {
    /// Finds the end of the value that begins at `start`.
    #[inline(always)]
    fn leaf(&self, start: usize) -> Leaf {
        let mut end = start;
        let mut special = false;
        while let Some(&byte) = self.bytes.get(end) {
            let class = self.classes[usize::from(byte)];
            if class > SPECIAL {
                return Leaf { start, end, class, special };
            }
            special |= class == SPECIAL;
            end += 1;
        }
        Leaf { start, end, class: END, special }
    }

    fn message(&mut self, delimiters: &[u8]) {
        self.sink.put(b"{\"delimiters\":");
        self.verbatim(delimiters, std::str::from_utf8(delimiters).is_ok());
        if self.raw {
            self.sink.put(b",\"raw\":true");
        }
        self.sink.put(b",\"segments\":[");
        self.sink.put(b"{\"id\":\"MSH\"");
        let mut at = self.fields(b"MSH", 0, 2);
        while let Some(end) = at {
            at = self.segment(self.segment_after(end));
        }
        self.sink.put(b"]}");
    }

    /// Where the segment begins that follows a segment end.
    #[inline]
    fn segment_after(&self, end: usize) -> usize {
        let pair = self.key.line_ending == LineEnding::Lf
            && self.bytes.get(end..end + 2).is_some_and(|pair| pair == b"\r\n");
        end + 1 + usize::from(pair)
    }

    /// Writes the segment that begins at `start`; returns where it ends, unless all ends there.
    #[inline]
    fn segment(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        let mut end = start;
        let mut special = false;
        // Only field separators and segment ends matter here, not the other delimiters.
        while let Some(&byte) = bytes.get(end) {
            let class = self.classes[usize::from(byte)];
            if class >= FIELD {
                break;
            }
            special |= class != PLAIN;
            end += 1;
        }
        let id = bytes.get(start..end).unwrap_or_default();
        self.sink.room();
        self.sink.fixed(b",{\"id\":\"", 8);
        if special {
            self.sink.take_back();
            let id = self.values.id(id, self.scratch);
            self.sink.put(id);
        } else {
            self.sink.leaf(bytes, start, end);
            self.sink.fixed(b"\"", 1);
        }
        self.fields(id, end, 0)
    }

    /// Writes the fields of a segment and closes it.
    ///
    /// `at`: where the id ends, or MSH-2. `number`: the number of the last field before it.
    /// Returns where the segment ends, unless the message ends there.
    #[inline(always)]
    fn fields(&mut self, id: &[u8], at: usize, number: usize) -> Option<usize> {
        let names = self.names.and_then(|(source, version)| source.segment(version, id));
        if let Some(names) = names {
            self.sink.put(names.name.as_bytes());
            self.numbers.clear();
        }
        let mut end = at;
        let mut number = number;
        if self.class_at(end) == FIELD {
            loop {
                number += 1;
                let leaf = self.leaf(end + 1);
                end = self.field(number, leaf);
                if names.is_some() && (end > leaf.start || self.class_at(end) == END) {
                    self.numbers.push(number);
                }
                if self.class_at(end) != FIELD {
                    break;
                }
            }
        }
        if let Some(names) = names {
            self.field_names(names.fields);
        }
        self.sink.room();
        self.sink.fixed(b"}", 1);
        (end < self.bytes.len()).then_some(end)
    }

    #[inline]
    fn class_at(&self, at: usize) -> u8 {
        self.bytes.get(at).map_or(END, |&byte| self.classes[usize::from(byte)])
    }

    /// Writes a field whose first value is `leaf`; returns where it ends.
    #[inline(always)]
    fn field(&mut self, number: usize, leaf: Leaf) -> usize {
        if leaf.class >= FIELD {
            if leaf.is_empty() {
                if leaf.class == END {
                    self.sink.room();
                    self.sink.field_key(number);
                    self.sink.fixed(b"]", 1);
                }
                return leaf.end;
            }
            if !leaf.special {
                self.sink.field(number, self.bytes, leaf.start, leaf.end);
                return leaf.end;
            }
        }
        self.repetitions(number, leaf)
    }

    /// Writes a field that is not just one plain value.
    fn repetitions(&mut self, number: usize, first: Leaf) -> usize {
        self.sink.room();
        self.sink.field_key(number);
        let mut leaf = first;
        loop {
            leaf = self.repetition(leaf);
            if leaf.class != REPETITION {
                break;
            }
            self.sink.fixed(b"},", 2);
            leaf = self.leaf(leaf.end + 1);
        }
        self.sink.fixed(b"}]", 2);
        leaf.end
    }

    /// Writes a repetition but for the brace that closes it; returns its last value.
    #[inline(always)]
    fn repetition(&mut self, first: Leaf) -> Leaf {
        let mut leaf = first;
        self.sink.room();
        self.sink.fixed(b"{", 1);
        let mut number = 1;
        let mut written = false;
        loop {
            if leaf.class == SUBCOMPONENT {
                self.sink.room();
                self.sink.key(number, written);
                self.sink.take_back();
                leaf = self.subcomponents(leaf);
                written = true;
            } else if !leaf.is_empty() || (number > 1 && leaf.class != COMPONENT) {
                self.value(number, written, leaf);
                written = true;
            }
            if leaf.class != COMPONENT {
                break;
            }
            number += 1;
            leaf = self.leaf(leaf.end + 1);
        }
        self.sink.room();
        leaf
    }

    /// Writes a component that has subcomponents; returns its last value.
    fn subcomponents(&mut self, first: Leaf) -> Leaf {
        let mut leaf = first;
        self.sink.fixed(b"{", 1);
        let mut number = 1;
        let mut written = false;
        loop {
            if !leaf.is_empty() || leaf.class != SUBCOMPONENT {
                self.value(number, written, leaf);
                written = true;
            }
            if leaf.class != SUBCOMPONENT {
                break;
            }
            number += 1;
            leaf = self.leaf(leaf.end + 1);
        }
        self.sink.room();
        self.sink.fixed(b"}", 1);
        leaf
    }

    /// Writes a value with its key, `comma` before it.
    #[inline(always)]
    fn value(&mut self, number: usize, comma: bool, leaf: Leaf) {
        if !leaf.special {
            self.sink.value(number, comma, self.bytes, leaf.start, leaf.end);
            return;
        }
        self.sink.room();
        self.sink.key(number, comma);
        self.sink.take_back();
        let raw = self.bytes.get(leaf.start..leaf.end).unwrap_or_default();
        let value = self.values.value(raw, self.key.decode, self.scratch);
        self.sink.put(value);
    }

    /// Writes bytes as they are: a string if they are `text`.
    fn verbatim(&mut self, bytes: &[u8], text: bool) {
        let out = &mut self.scratch.json;
        out.clear();
        if text {
            push_string(bytes, out)
        } else {
            push_bytes(bytes, out)
        }
        self.sink.put(out);
    }

    /// Writes the names of the fields that the segment has.
    fn field_names(&mut self, names: &[&str]) {
        let mut any = false;
        for &number in self.numbers.iter() {
            let Some(member) = names.get(number - 1).filter(|member| !member.is_empty()) else {
                continue;
            };
            if any {
                self.sink.put(member.as_bytes());
            } else {
                self.sink.put(b",\"names\":{");
                self.sink.put(&member.as_bytes()[1..]);
            }
            any = true;
        }
        if any {
            self.sink.put(b"}");
        }
    }
}
