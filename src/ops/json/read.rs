//! JSON to messages.
//!
//! Members of objects may come in any order. As long as they come in that of their numbers, as
//! they do from the writer, the message is written while the JSON is read. An object whose members
//! do not is read again from an index of them.

use std::ops::Range;

use memchr::{memchr, memrchr2};

use super::encode::Fit;
use super::error::{JsonError, Problem, Step};
use super::read_value::is_structural;
use super::scan::{Name, Scan};
use crate::core::frame::{begins_message, holds_message, is_envelope};
use crate::core::{Charset, Separators};

/// How JSON is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions {
    /// Values stay as they are: no escape sequences are written, UTF-8 is not converted. An object
    /// that says `"raw":true` is read so anyway.
    pub raw: bool,
    /// The character set to write in, if not that which MSH-18 names.
    pub charset: Option<Charset>,
}

/// The greatest number of a field.
pub const FIELD_MAX: u32 = 9999;

/// Reads messages from JSON. Reuse it: it keeps its tables and buffers.
///
/// ```
/// use pipehat::ops::json::{JsonReader, ReadOptions};
/// let json = br#"{"segments":[{"id":"MSH","3":"LAB"},{"id":"PID","3":[{"1":"1","4":"A&B"}]}]}"#;
/// let mut out = Vec::new();
/// JsonReader::new().read(json, &ReadOptions::default(), &mut out)?;
/// assert_eq!(out, b"MSH|^~\\&|LAB\rPID|||1^^^A\\T\\B");
/// # Ok::<(), pipehat::ops::json::JsonError>(())
/// ```
#[derive(Debug, Default)]
pub struct JsonReader {
    classes: Classes,
    scratch: Scratch,
}

#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The text of a string that has escape sequences.
    pub(super) text: Vec<u8>,
    /// Where in the output bytes stand that are not to be converted.
    pub(super) fixed: Vec<Range<usize>>,
    /// Where in the JSON the segments begin.
    pub(super) segments: Vec<usize>,
    /// The message in UTF-8, to be converted.
    pub(super) utf8: Vec<u8>,
}

impl JsonReader {
    /// A reader.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the message of a JSON object to `out`, its segments separated by CR.
    ///
    /// # Errors
    /// [`JsonError`] if it is no message in the shape of the [module](super), or one that cannot
    /// be written. `out` is unchanged then.
    pub fn read(
        &mut self,
        json: &[u8],
        options: &ReadOptions,
        out: &mut Vec<u8>,
    ) -> Result<Fit, JsonError> {
        let start = out.len();
        self.try_read(json, options, out).inspect_err(|_| out.truncate(start))
    }

    fn try_read(
        &mut self,
        json: &[u8],
        options: &ReadOptions,
        out: &mut Vec<u8>,
    ) -> Result<Fit, JsonError> {
        if let Err(error) = std::str::from_utf8(json) {
            return Err(JsonError::new(Problem::NotUtf8, error.valid_up_to()));
        }
        self.scratch.fixed.clear();
        self.scratch.segments.clear();
        let mut run = Run {
            scan: Scan { json, at: 0 },
            start: out.len(),
            out,
            raw: options.raw,
            separators: Separators::default(),
            classes: &mut self.classes,
            scratch: &mut self.scratch,
            gaps: 0,
        };
        run.message()?;
        if run.raw { Ok(Fit::Within) } else { run.convert(options.charset) }
    }
}

/// Which bytes of a JSON string can be copied into a value as they are; kept from message to
/// message while the delimiters are the same.
#[derive(Debug)]
pub(super) struct Classes {
    key: Option<(Separators, bool)>,
    pub(super) plain: [bool; 256],
}

impl Default for Classes {
    fn default() -> Self {
        Self { key: None, plain: [false; 256] }
    }
}

impl Classes {
    fn set(&mut self, separators: Separators, raw: bool) {
        if self.key == Some((separators, raw)) {
            return;
        }
        self.key = Some((separators, raw));
        let s = separators;
        for (byte, plain) in (0..=u8::MAX).zip(&mut self.plain) {
            let delimiter =
                is_structural(byte, s) || (!raw && [s.escape, s.truncation].contains(&byte));
            *plain = byte >= 0x20 && byte != b'"' && byte != b'\\' && !delimiter;
        }
    }
}

/// The reading of one message.
pub(super) struct Run<'r, 'j> {
    pub(super) scan: Scan<'j>,
    pub(super) out: &'r mut Vec<u8>,
    /// Where the message begins in `out`.
    pub(super) start: usize,
    pub(super) raw: bool,
    pub(super) separators: Separators,
    pub(super) classes: &'r mut Classes,
    pub(super) scratch: &'r mut Scratch,
    pub(super) gaps: usize,
}

pub(super) type Done = Result<(), JsonError>;

impl Run<'_, '_> {
    fn message(&mut self) -> Done {
        if self.scan.peek() != b'{' {
            return self.scan.fail(Problem::Expected("an object"));
        }
        self.scan.at += 1;
        let mut delimiters = false;
        // Where the segments are that came before the delimiters.
        let mut early = None;
        let mut segments = false;
        if !self.scan.empty(b'}') {
            loop {
                let name_at = self.scan.at;
                match self.scan.name()? {
                    Name::Delimiters if !delimiters => {
                        self.delimiters().map_err(|e| e.within(Step::Name("delimiters")))?;
                        delimiters = true;
                    }
                    Name::Segments if !segments => {
                        segments = true;
                        if delimiters {
                            self.segments()?;
                        } else {
                            early = Some(self.scan.at);
                            self.scan.skip()?;
                        }
                    }
                    Name::Raw => {
                        if self.boolean()? && !self.raw {
                            self.raw = true;
                            if segments || delimiters {
                                return self.again();
                            }
                        }
                    }
                    Name::Ignored => self.scan.skip()?,
                    Name::Delimiters | Name::Segments => {
                        return Err(JsonError::new(Problem::Twice, name_at));
                    }
                    _ => return Err(JsonError::new(Problem::Member, name_at)),
                }
                if !self.scan.more(b'}')? {
                    break;
                }
            }
        }
        let end = self.scan.at;
        if self.scan.peek() != 0 || self.scan.at < self.scan.json.len() {
            return self.scan.fail(Problem::Trailing);
        }
        if !segments {
            return Err(JsonError::new(Problem::Missing("segments"), end));
        }
        if let Some(at) = early {
            if !delimiters {
                self.out.extend_from_slice(b"MSH|^~\\&");
                self.classes.set(self.separators, self.raw);
            }
            self.scan.at = at;
            self.segments()?;
        }
        Ok(())
    }

    /// Reads the object from its start, now that it is known to be raw.
    #[cold]
    fn again(&mut self) -> Done {
        self.out.truncate(self.start);
        self.scratch.fixed.clear();
        self.scratch.segments.clear();
        self.gaps = 0;
        self.scan.at = 0;
        self.message()
    }

    fn boolean(&mut self) -> Result<bool, JsonError> {
        self.scan.peek();
        let rest = self.scan.json.get(self.scan.at..).unwrap_or_default();
        for (word, value) in [(&b"true"[..], true), (b"false", false)] {
            if rest.starts_with(word) {
                self.scan.at += word.len();
                return Ok(value);
            }
        }
        self.scan.fail(Problem::Expected("true or false"))
    }

    /// Takes the delimiters; writes them with the id of the MSH segment.
    fn delimiters(&mut self) -> Done {
        self.scan.peek();
        let at = self.scan.at;
        self.out.extend_from_slice(b"MSH");
        let from = self.out.len();
        match self.scan.peek() {
            b'"' => self.scan.string(self.out)?,
            b'{' => self.verbatim(false)?,
            _ => return self.scan.fail(Problem::Expected("a string")),
        }
        let header = self.out.get(self.start..).unwrap_or_default();
        let separators = Separators::of(header)
            .ok()
            .filter(|s| s.written(header).len() == self.out.len() - from)
            .ok_or_else(|| JsonError::new(Problem::Delimiters, at))?;
        self.separators = separators;
        self.classes.set(separators, self.raw);
        Ok(())
    }

    fn segments(&mut self) -> Done {
        let named = |e: JsonError| e.within(Step::Name("segments"));
        if self.scan.peek() != b'[' {
            return self.scan.fail(Problem::Expected("an array")).map_err(named);
        }
        self.scan.at += 1;
        if self.scan.empty(b']') {
            return self.scan.fail(Problem::NoHeader).map_err(named);
        }
        let mut index = 0;
        loop {
            self.segment(index)
                .map_err(|e| e.within(Step::Element(index)).within(Step::Name("segments")))?;
            index += 1;
            if !self.scan.more(b']').map_err(named)? {
                return self.end().map_err(named);
            }
        }
    }

    /// Refuses a last segment that readers of the message would take for one of a batch.
    fn end(&self) -> Done {
        let mut written = self.out.get(self.start..).unwrap_or_default();
        while let [rest @ .., b'\r'] = written {
            written = rest;
        }
        let last = memrchr2(b'\r', b'\n', written).map_or(0, |n| n + 1);
        let (before, last) = written.split_at(last);
        if before.ends_with(b"\r") && is_envelope(last) {
            let begin = self.scratch.segments.last().copied().unwrap_or(0);
            return Err(JsonError::new(Problem::Envelope, begin));
        }
        Ok(())
    }

    fn segment(&mut self, index: usize) -> Done {
        if self.scan.peek() != b'{' {
            return self.scan.fail(Problem::Expected("an object"));
        }
        let begin = self.scan.at;
        self.scratch.segments.push(begin);
        if index > 0 {
            self.out.push(b'\r');
        }
        let mark = self.out.len();
        if !self.segment_in_order(index)? {
            self.back_to(mark, begin);
            self.segment_by_index(index)?;
        }
        // The delimiters stand before the rest of MSH, and may hold an FS.
        let from = if index == 0 { self.start } else { mark };
        let written = self.out.get(from..).unwrap_or_default();
        // An LF at its beginning would end the message; one in MSH would say that all segments end
        // with LF.
        match index {
            0 if memchr(b'\n', written).is_some() => Err(JsonError::new(Problem::Delimiter, begin)),
            0 => Ok(()),
            _ if begins_message(written) || holds_message(written) => {
                Err(JsonError::new(Problem::Header, begin))
            }
            _ if matches!(written, [b'\n' | 0x1C, ..]) => {
                Err(JsonError::new(Problem::Delimiter, begin))
            }
            _ => Ok(()),
        }
    }

    /// Takes a segment, writing it; `false` when its members are not in order.
    fn segment_in_order(&mut self, index: usize) -> Result<bool, JsonError> {
        self.scan.at += 1;
        let mut last = None;
        if self.scan.empty(b'}') {
            return self.scan.fail(Problem::Missing("id"));
        }
        loop {
            match (self.member()?, last) {
                (None, _) => {}
                (Some(0), None) => {
                    self.id(index)?;
                    last = Some(first_field(index));
                }
                (Some(n), Some(before)) if n > before => {
                    self.numbered_field(n, before)?;
                    last = Some(n);
                }
                _ => return Ok(false),
            }
            if !self.scan.more(b'}')? {
                break;
            }
        }
        if last.is_none() {
            return self.scan.fail(Problem::Missing("id"));
        }
        Ok(true)
    }

    /// As [`Self::segment_in_order`], with the members in any order.
    #[cold]
    fn segment_by_index(&mut self, index: usize) -> Done {
        let begin = self.scan.at;
        self.scan.at += 1;
        let mut members = Vec::new();
        loop {
            if let Some(n) = self.member()? {
                members.push((n, self.scan.at));
                self.scan.skip()?;
            }
            if !self.scan.more(b'}')? {
                break;
            }
        }
        let end = self.scan.at;
        sort(&mut members)?;
        let mut rest = members.iter();
        let Some(&(0, id)) = rest.next() else {
            return Err(JsonError::new(Problem::Missing("id"), begin));
        };
        self.scan.at = id;
        self.id(index)?;
        let mut before = first_field(index);
        for &(n, at) in rest {
            self.scan.at = at;
            if n <= before {
                return self.scan.fail(Problem::HeaderField);
            }
            self.numbered_field(n, before)?;
            before = n;
        }
        self.scan.at = end;
        Ok(())
    }

    /// Takes the name of a segment's member: 0 for the id, else the number of a field. `None` for
    /// a member to be ignored, which it takes.
    #[inline]
    fn member(&mut self) -> Result<Option<u32>, JsonError> {
        self.scan.peek();
        let at = self.scan.at;
        match self.scan.name()? {
            Name::Number(n) if n <= FIELD_MAX => Ok(Some(n)),
            Name::Number(_) => Err(JsonError::new(Problem::Number(FIELD_MAX), at)),
            Name::Id => Ok(Some(0)),
            Name::Ignored => self.scan.skip().map(|()| None),
            _ => Err(JsonError::new(Problem::Member, at)),
        }
    }

    /// Takes the id of a segment.
    fn id(&mut self, index: usize) -> Done {
        self.scan.peek();
        let at = self.scan.at;
        let mark = self.out.len();
        let result = match self.scan.peek() {
            b'"' => self.scan.string(self.out),
            b'{' => self.verbatim(false),
            _ => self.scan.fail(Problem::Expected("a string")),
        };
        result.map_err(|e| e.within(Step::Name("id")))?;
        let id = self.out.get(mark..).unwrap_or_default();
        if index == 0 {
            // It is written already, with the delimiters.
            let is_header = id == b"MSH";
            self.out.truncate(mark);
            return if is_header { Ok(()) } else { Err(JsonError::new(Problem::NoHeader, at)) };
        }
        if id.iter().any(|&b| b == self.separators.field || b == b'\r') {
            return Err(JsonError::new(Problem::Delimiter, at).within(Step::Name("id")));
        }
        Ok(())
    }

    /// Takes field `number`, which is behind the field `before`.
    #[inline]
    fn numbered_field(&mut self, number: u32, before: u32) -> Done {
        self.gap(self.separators.field, number - before)?;
        self.field().map_err(|e| e.within(Step::Number(number)))
    }

    /// Takes back what was written from `mark` on, to read the JSON from `begin` again.
    pub(super) fn back_to(&mut self, mark: usize, begin: usize) {
        self.out.truncate(mark);
        self.scratch.fixed.retain(|range| range.start < mark);
        self.scan.at = begin;
    }
}

/// The number of the field that stands before the first one to come.
fn first_field(index: usize) -> u32 {
    if index == 0 { 2 } else { 0 }
}

/// Sorts members, each a number and where its value is, by their numbers.
pub(super) fn sort(members: &mut [(u32, usize)]) -> Done {
    members.sort_unstable();
    match members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(JsonError::new(Problem::Twice, pair[1].1)),
        None => Ok(()),
    }
}
