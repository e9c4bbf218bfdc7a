//! Values that are ready to be written: what of a template a version takes.

use super::source::{Moment, Source};
use super::story::Story;
use super::template::Piece;
use crate::ops::validate::format::Format;

/// A value of a field or of a part of it.
#[derive(Debug)]
pub(super) enum Value {
    Leaf(Leaf),
    /// Parts by their places, those left out that are never there.
    Parts {
        parts: Vec<(usize, Value)>,
        /// Without the first, a code, the others say nothing.
        needs_first: bool,
    },
}

/// A value without parts.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) pieces: Vec<Piece>,
    pub(super) shape: Shape,
    /// So many characters at most.
    pub(super) most: usize,
    /// It has to be there.
    pub(super) required: bool,
    /// The codes that it can be, with what they mean.
    pub(super) codes: Vec<(&'static str, &'static str)>,
    /// The name of the code system of those.
    pub(super) system: Option<&'static str>,
    /// The codes of its table, which lacks some that it can be.
    pub(super) listed: Option<Vec<&'static str>>,
}

/// The form that a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A date, a time of day or both.
    Time { date: bool, time: bool },
    /// Of another form.
    Of(Format),
    /// As it comes, with its components.
    Raw,
}

impl Value {
    /// Appends it; nothing if the story has nothing for it. `delimiters` are those of its parts.
    pub(super) fn write(&self, story: &mut Story<'_>, delimiters: &[u8], out: &mut Vec<u8>) {
        let (Self::Parts { parts, needs_first }, Some((&by, inner))) =
            (self, delimiters.split_first())
        else {
            if let Self::Leaf(leaf) = self {
                leaf.write(story, out);
            }
            return;
        };
        let mut written = 0;
        for (place, part) in parts {
            let start = out.len();
            out.resize(start + place - written, by);
            let before = out.len();
            part.write(story, inner, out);
            if out.len() == before {
                out.truncate(start);
                if *needs_first && *place == 0 {
                    return;
                }
            } else {
                written = *place;
            }
        }
    }
}

impl Leaf {
    fn write(&self, story: &mut Story<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Source(source) => self.write_source(source, story, out),
            }
        }
        if self.is_wrong(out, start) {
            out.truncate(start);
        }
        if out.len() == start && self.required {
            self.write_spare(story, out);
        }
    }

    fn write_source(&self, source: &Source, story: &mut Story<'_>, out: &mut Vec<u8>) {
        let code = || self.codes.get(story.pick as usize % self.codes.len().max(1));
        match (source, self.shape) {
            (Source::Time(moment), Shape::Time { date, time }) => {
                story.write_time(*moment, date, time, out);
            }
            (Source::Time(moment), _) => story.write_time(*moment, true, false, out),
            (Source::Code, _) => match code() {
                Some((code, _)) => out.extend_from_slice(code.as_bytes()),
                None => {
                    out.extend_from_slice(LOCAL[story.pick as usize % LOCAL.len()].0.as_bytes())
                }
            },
            (Source::Display, _) => match code() {
                Some((_, display)) => out.extend_from_slice(display.as_bytes()),
                None => {
                    out.extend_from_slice(LOCAL[story.pick as usize % LOCAL.len()].1.as_bytes())
                }
            },
            (Source::System, _) => {
                out.extend_from_slice(self.system.unwrap_or("L").as_bytes());
            }
            (Source::Spare, _) => self.write_spare(story, out),
            (source, _) => source.write(story, out),
        }
    }

    /// Makes what is too long shorter, and tells what cannot stand here.
    fn is_wrong(&self, out: &mut Vec<u8>, start: usize) -> bool {
        let length = out.len() - start;
        if let Some(listed) = &self.listed
            && !listed.iter().any(|code| code.as_bytes() == &out[start..])
        {
            return true;
        }
        match self.shape {
            Shape::Raw => {
                while out.len() > start && out.ends_with(b"^") {
                    out.pop();
                }
                false
            }
            Shape::Of(Format::Text) if length > self.most => {
                out.truncate(start + self.most);
                while out.len() > start && out.ends_with(b" ") {
                    out.pop();
                }
                false
            }
            _ if length > self.most => true,
            Shape::Time { .. } | Shape::Of(Format::Text | Format::Code) => false,
            Shape::Of(format) => length > 0 && format.fault(&out[start..]).is_some(),
        }
    }

    /// Appends something that the data type allows.
    fn write_spare(&self, story: &mut Story<'_>, out: &mut Vec<u8>) {
        if !self.codes.is_empty() {
            let (code, _) = self.codes[story.random.at(self.codes.len())];
            return out.extend_from_slice(code.as_bytes());
        }
        match self.shape {
            Shape::Time { date, time } => story.write_time(Moment::Occurred, date, time, out),
            Shape::Of(Format::Number | Format::SequenceId) => {
                out.push(b'1' + story.random.at(9) as u8);
            }
            Shape::Of(Format::Telephone) => out.extend_from_slice(b"555-0100"),
            Shape::Of(Format::Code) => out.push(b'A' + story.random.at(3) as u8),
            _ => {
                let fitting = LOCAL.iter().filter(|(_, word)| word.len() <= self.most);
                let at = story.random.at(fitting.clone().count());
                match fitting.map(|(_, word)| word).nth(at) {
                    Some(word) => out.extend_from_slice(word.as_bytes()),
                    None => out.push(b'A'),
                }
            }
        }
    }
}

/// Codes of our own, where no table has any, and words.
const LOCAL: [(&str, &str); 8] = [
    ("A10", "Standard"),
    ("B20", "Extended"),
    ("C30", "Regular"),
    ("D40", "Special"),
    ("E50", "Basic"),
    ("F60", "Routine"),
    ("G70", "Short"),
    ("H80", "Full"),
];
