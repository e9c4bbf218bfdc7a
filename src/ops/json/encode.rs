//! The character set of a message that was read from JSON.

use super::error::{JsonError, Problem, Step};
use super::read::Run;
use crate::core::{Charset, Segment};
use memchr::memchr;

/// Whether a message has only what the character set has that its MSH-18 names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// It has.
    #[default]
    Within,
    /// It has characters of the larger set that this one is read as, and they were written: those
    /// of Unicode where it names ASCII, of windows-1252 where it names ISO 8859-1. Many senders
    /// mean the larger one, and what came from them is to go back to them as it was.
    Beyond,
}

impl Run<'_, '_> {
    /// Converts the message from UTF-8 to its character set.
    pub(super) fn convert(&mut self, asked: Option<Charset>) -> Result<Fit, JsonError> {
        let message = self.out.get(self.start..).unwrap_or_default();
        // Without ESC, which switches the sets of ISO-2022-JP, ASCII is the same in all sets.
        if message.is_ascii() && memchr(0x1B, message).is_none() {
            return Ok(Fit::Within);
        }
        let header = message.split(|&b| b == b'\r').next().unwrap_or_default();
        let named = Segment::new(header, self.separators).field(18);
        let named = named.filter(|_| asked.is_none()).map_or(&b""[..], |field| field.raw());
        let named_set = Charset::of_msh18(named, self.separators.repetition);
        let charset = asked.or(named_set).unwrap_or_default();
        let lacking = Charset::lacking(named);
        if charset == Charset::UTF_8 && lacking.is_none() {
            return Ok(Fit::Within);
        }
        let utf8 = &mut self.scratch.utf8;
        utf8.clear();
        utf8.extend_from_slice(message);
        self.out.truncate(self.start);
        let mut fit = Fit::Within;
        let mut at = 0;
        let end = utf8.len()..utf8.len();
        let fixed = self.scratch.fixed.iter();
        for range in fixed.map(|r| r.start - self.start..r.end - self.start).chain([end]) {
            let piece = utf8.get(at..range.start).unwrap_or_default();
            // Always UTF-8, for it is made of strings and ASCII.
            let text = std::str::from_utf8(piece).unwrap_or_default();
            let written = self.out.len();
            encode(text, charset, self.out).map_err(|before| {
                let place = utf8.get(..at + before).unwrap_or_default();
                unencodable(place, self.separators.field, &self.scratch.segments)
            })?;
            let written = self.out.get(written..).unwrap_or_default();
            if lacking.as_ref().is_some_and(|set| written.iter().any(|b| set.contains(b))) {
                fit = Fit::Beyond;
            }
            self.out.extend_from_slice(utf8.get(range.clone()).unwrap_or_default());
            at = range.end;
        }
        Ok(fit)
    }
}

/// Appends `text` in a character set; fails with where the character is that the set has not.
fn encode(text: &str, charset: Charset, out: &mut Vec<u8>) -> Result<(), usize> {
    // By far the most common set, and the encoder would search its table for each character.
    if charset.name() == "windows-1252" {
        let mut rest = text;
        while let Some(n) = rest.bytes().position(|b| !b.is_ascii()) {
            out.extend_from_slice(rest.get(..n).unwrap_or_default().as_bytes());
            rest = rest.get(n..).unwrap_or_default();
            let Some(c) = rest.chars().next() else { break };
            let (character, behind) = rest.split_at(c.len_utf8());
            match u8::try_from(c) {
                Ok(byte @ 0xA0..) => out.push(byte),
                _ => charset.encode_into(character, out).map_err(|_| text.len() - rest.len())?,
            }
            rest = behind;
        }
        out.extend_from_slice(rest.as_bytes());
        return Ok(());
    }
    charset
        .encode_into(text, out)
        .map_err(|error| text.char_indices().nth(error.at).map_or(0, |(n, _)| n))
}

/// The error for the character behind `before`, the beginning of a message.
#[cold]
fn unencodable(before: &[u8], field: u8, segments: &[usize]) -> JsonError {
    let index = before.iter().filter(|&&b| b == b'\r').count();
    let segment = before.rsplit(|&b| b == b'\r').next().unwrap_or_default();
    let fields = segment.iter().filter(|&&b| b == field).count() + usize::from(index == 0);
    let error = JsonError::new(Problem::Unencodable, segments.get(index).copied().unwrap_or(0));
    let step = match u32::try_from(fields) {
        Ok(number @ 1..) => Step::Number(number),
        _ => Step::Name("id"),
    };
    error.within(step).within(Step::Element(index)).within(Step::Name("segments"))
}
