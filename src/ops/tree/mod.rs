//! A message for people: a line for each position that has a value, with the path that `query`
//! takes, the standard's name and data type, the value, and what it means.
//!
//! It is a view and no data: what would disturb a terminal is always made visible.

mod line;
#[cfg(test)]
mod tests;
mod value;

use crate::core::scope::to_utf8;
use crate::core::{Field, Message, Repetition, Scope, Segment, SegmentId, TextOptions};
use crate::dictionary::{self, DataType, Version, VersionView, standard};
use crate::ops::visible;
use line::{FAINT, Line, MEANING, PLAIN, STRONG};
use std::collections::HashMap;

/// The columns of labels, indented.
const LABEL: usize = 18;
/// The columns of data types.
const TYPE: usize = 4;
/// The least columns for a value, however narrow the terminal.
const LEAST: usize = 12;
/// From how many bytes on a value that was cut has its length beside it.
const HUGE: usize = 256;

/// How a message is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct TreeOptions {
    /// With colours; nothing but SGR sequences.
    pub color: bool,
    /// The columns of the terminal, to which values are cut; without it they are whole.
    pub width: Option<usize>,
    /// Values as written, escape sequences and character set not decoded.
    pub raw: bool,
}

/// Writes messages as trees. One is for many messages.
#[derive(Debug, Default)]
pub struct TreeWriter {
    options: TreeOptions,
    /// Segment ids of the message, how many there are and how many were written. A map, for a
    /// message of junk has as many ids as segments.
    ids: HashMap<SegmentId, (u32, u32)>,
    /// The path of the position being written.
    label: Vec<u8>,
}

/// What the standard says of a position.
#[derive(Clone, Copy, Default)]
struct Defined {
    name: &'static str,
    data_type: &'static str,
    table: Option<&'static str>,
}

/// What is the same for all lines of a message.
struct Setting<'s, 'm> {
    scope: Scope<'s, 'm>,
    view: &'static VersionView,
    options: TreeOptions,
}

impl TreeWriter {
    /// With these options.
    #[must_use]
    pub fn new(options: TreeOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Appends a message and an empty line after it. The heading is its first line, followed by
    /// type and version; it names the input, such as `adt.hl7: message 12 (byte 48211)`.
    pub fn write(
        &mut self,
        message: &Message<'_>,
        text: TextOptions,
        heading: &str,
        out: &mut Vec<u8>,
    ) {
        let converted = if self.options.raw { None } else { to_utf8(message, text) };
        match &converted {
            Some(utf8) => {
                let message = message.with_bytes(utf8.as_bytes());
                self.message(Scope::converted(&message, text), heading, out);
            }
            None => self.message(Scope::with(message, text), heading, out),
        }
    }

    fn message(&mut self, scope: Scope<'_, '_>, heading: &str, out: &mut Vec<u8>) {
        let header = scope.message.header();
        let version = header.field(12).and_then(|field| field.repetition(1));
        let version = version.and_then(|first| first.component(1)).map(|first| first.raw());
        let version_read = version.and_then(Version::from_msh12).unwrap_or(Version::NEWEST);
        let view = standard().version(version_read);
        let setting = Setting { scope, view, options: self.options };

        let mut line = Line::new(out, self.options.color);
        line.text(heading.as_bytes(), usize::MAX, STRONG);
        let kind = header.field(9).map(|field| field.raw()).unwrap_or_default();
        line.space(if line.at() == 0 { 0 } else { 3 });
        line.text(kind, usize::MAX, PLAIN);
        line.space(if line.at() == 0 { 0 } else { 2 });
        line.text(version.unwrap_or_default(), usize::MAX, FAINT);
        line.end();

        self.count(scope.message);
        for segment in scope.message.segments() {
            if !segment.raw().trim_ascii().is_empty() {
                self.segment(&setting, segment, out);
            }
        }
        out.push(b'\n');
    }

    /// Counts the segments of each id: only where there are several, a path needs a number.
    fn count(&mut self, message: &Message<'_>) {
        self.ids.clear();
        for segment in message.segments() {
            let Ok(id) = <SegmentId>::try_from(segment.id()) else { continue };
            self.ids.entry(id).or_default().0 += 1;
        }
    }

    fn segment(&mut self, setting: &Setting<'_, '_>, segment: Segment<'_>, out: &mut Vec<u8>) {
        let id = segment.id();
        self.label.clear();
        self.label.extend_from_slice(id);
        if let Some((count, written)) = self.ids.get_mut(id) {
            *written += 1;
            if *count > 1 {
                index(*written as usize, &mut self.label);
            }
        }
        let defined = standard().segment_or_newest(setting.view.version(), id);
        let mut line = Line::new(out, self.options.color);
        line.text(&self.label, usize::MAX, STRONG);
        line.space(2);
        line.text(defined.map_or(b"", |segment| segment.name().as_bytes()), usize::MAX, STRONG);
        line.end();

        self.label.push(b'-');
        let length = self.label.len();
        for (n, field) in segment.fields() {
            if field.raw().is_empty() {
                continue;
            }
            self.label.truncate(length);
            number(n, &mut self.label);
            let of_field = defined.and_then(|segment| segment.field(n));
            let of_field = of_field.map_or_else(Defined::default, |found| Defined {
                name: found.name,
                data_type: type_of(found, segment, n),
                table: found.table,
            });
            if segment.is_header() && n <= 2 {
                self.value(setting, 1, of_field, field.raw(), true, out);
            } else {
                self.field(setting, of_field, field, out);
            }
        }
    }

    fn field(
        &mut self,
        setting: &Setting<'_, '_>,
        defined: Defined,
        field: Field<'_>,
        out: &mut Vec<u8>,
    ) {
        if field.repetitions().nth(1).is_none() {
            if let Some(only) = field.repetition(1) {
                self.repetition(setting, 1, defined, only, out);
            }
            return;
        }
        self.line(setting, 1, defined, None, out);
        let length = self.label.len();
        for (n, repetition) in field.repetitions().enumerate() {
            if repetition.raw().is_empty() {
                continue;
            }
            self.label.truncate(length);
            index(n + 1, &mut self.label);
            // The name stands in the line of the field.
            let unnamed = Defined { name: "", ..defined };
            self.repetition(setting, 2, unnamed, repetition, out);
        }
    }

    fn repetition(
        &mut self,
        setting: &Setting<'_, '_>,
        depth: usize,
        defined: Defined,
        repetition: Repetition<'_>,
        out: &mut Vec<u8>,
    ) {
        if repetition.components().nth(1).is_none()
            && repetition.component(1).is_none_or(|c| c.subcomponents().nth(1).is_none())
        {
            return self.value(setting, depth, defined, repetition.raw(), false, out);
        }
        self.line(setting, depth, defined, None, out);
        let data_type = setting.data_type(defined.data_type);
        let length = self.label.len();
        for (n, component) in repetition.components().enumerate() {
            if component.raw().is_empty() {
                continue;
            }
            self.label.truncate(length);
            self.label.push(b'.');
            number(n + 1, &mut self.label);
            let mut of_component = setting.part(data_type, n + 1);
            if n == 0 && of_component.table.is_none() {
                of_component.table = defined.table;
            }
            self.component(setting, depth + 1, of_component, component, out);
        }
    }

    fn component(
        &mut self,
        setting: &Setting<'_, '_>,
        depth: usize,
        defined: Defined,
        component: crate::core::Component<'_>,
        out: &mut Vec<u8>,
    ) {
        if component.subcomponents().nth(1).is_none() {
            return self.value(setting, depth, defined, component.raw(), false, out);
        }
        self.line(setting, depth, defined, None, out);
        let data_type = setting.data_type(defined.data_type);
        let length = self.label.len();
        for (n, raw) in component.subcomponents().enumerate() {
            if raw.is_empty() {
                continue;
            }
            self.label.truncate(length);
            self.label.push(b'.');
            number(n + 1, &mut self.label);
            let mut of_part = setting.part(data_type, n + 1);
            if n == 0 && of_part.table.is_none() {
                of_part.table = defined.table;
            }
            self.value(setting, depth + 1, of_part, raw, false, out);
        }
    }

    /// A line with a value; `literal` for delimiters, which are not to be decoded.
    fn value(
        &self,
        setting: &Setting<'_, '_>,
        depth: usize,
        defined: Defined,
        raw: &[u8],
        literal: bool,
        out: &mut Vec<u8>,
    ) {
        let written = literal || setting.options.raw;
        self.line(setting, depth, defined, Some((raw, written)), out);
    }

    /// A line: label, name, data type and, for a position that has no parts, value and meaning.
    fn line(
        &self,
        setting: &Setting<'_, '_>,
        depth: usize,
        defined: Defined,
        value: Option<(&[u8], bool)>,
        out: &mut Vec<u8>,
    ) {
        let width = setting.options.width;
        let names = width.map_or(34, |width| (width / 4 + 4).clamp(LEAST, 34));
        let mut line = Line::new(out, setting.options.color);
        line.space(2 * depth);
        line.text(&self.label, usize::MAX, FAINT);
        line.tab(LABEL + 1);
        line.cut(defined.name.as_bytes(), names, PLAIN);
        line.tab(LABEL + names + 2);
        // `CM_MSG` is how the dictionary tells the kinds of CM apart.
        let shown = defined.data_type.split('_').next().unwrap_or_default();
        let shown = if shown == "varies" { "var" } else { shown };
        line.text(shown.as_bytes(), usize::MAX, FAINT);
        if let Some((raw, written)) = value {
            line.tab(LABEL + names + TYPE + 3);
            setting.value(&mut line, defined, raw, written);
        }
        line.end();
    }
}

impl Setting<'_, '_> {
    /// A data type that has components, in the version or else in the newest.
    fn data_type(&self, id: &str) -> Option<&'static DataType> {
        // Most are of these, which have no components.
        if matches!(id, "" | "ST" | "ID" | "IS" | "NM" | "SI" | "TX" | "FT" | "DT" | "TM" | "DTM") {
            return None;
        }
        self.view.data_type(id).or_else(|| standard().data_type(Version::NEWEST, id))
    }

    /// What the standard says of a component or subcomponent. Where the version tells no table,
    /// that of the newest is taken: older ones had the codes before the table had a column.
    fn part(&self, data_type: Option<&'static DataType>, n: usize) -> Defined {
        let Some((of, found)) = data_type.and_then(|of| Some((of, of.component(n)?))) else {
            return Defined::default();
        };
        let newest = || {
            let coded = matches!(found.data_type, "ID" | "IS");
            let id = if of.id() == "CM_MSG" { "MSG" } else { of.id() };
            let same = coded.then(|| standard().data_type(Version::NEWEST, id))?;
            same?.component(n)?.table
        };
        let table = found.table.or_else(newest);
        Defined { name: found.name, data_type: found.data_type, table }
    }

    /// A value and its meaning, cut to the width.
    fn value(&self, line: &mut Line<'_>, defined: Defined, raw: &[u8], written: bool) {
        let room = self.options.width.map(|width| width.saturating_sub(line.at()).max(LEAST));
        // What is decoded but not shown costs time alone.
        let most = room.map_or(usize::MAX, |room| room * 16 + HUGE).min(raw.len());
        let decoded = if written { raw[..most].into() } else { self.scope.text(&raw[..most]) };
        let Some(room) = room else {
            line.text(&decoded, usize::MAX, STRONG);
            self.meaning(line, defined, &decoded, usize::MAX);
            return;
        };
        if most == raw.len() && visible::fits(&decoded, room) {
            let begin = line.at();
            line.text(&decoded, room, STRONG);
            self.meaning(line, defined, &decoded, room - (line.at() - begin).min(room));
            return;
        }
        let length =
            if raw.len() >= HUGE { format!("… ({} bytes)", raw.len()) } else { "…".into() };
        let beside = length.chars().count().min(room);
        line.text(&decoded, room - beside, STRONG);
        line.text(length.as_bytes(), beside, FAINT);
    }

    /// What a value means, if that is known and there is room for it.
    fn meaning(&self, line: &mut Line<'_>, defined: Defined, text: &[u8], room: usize) {
        const MARK: &[u8] = " › ".as_bytes();
        let meaning = value::meaning(self, defined, text);
        if meaning.is_empty() || room < LEAST {
            return;
        }
        line.text(MARK, 3, FAINT);
        line.cut(&meaning, room - 3, MEANING);
    }
}

/// The data type of a field; some are named by another field of the segment.
fn type_of(field: &dictionary::Field, segment: Segment<'_>, n: usize) -> &'static str {
    if field.data_type != "varies" {
        return field.data_type;
    }
    let by = match (segment.id(), n) {
        (b"OBX", 5) => 2,
        (b"MFE", 4) => 5,
        (b"MFA", 5) => 6,
        _ => return field.data_type,
    };
    let named = segment.field(by).and_then(|field| field.repetition(1));
    let named = named.map(|first| first.raw().trim_ascii()).unwrap_or_default();
    value::type_named(named).unwrap_or(field.data_type)
}

/// Appends `[n]`.
fn index(n: usize, out: &mut Vec<u8>) {
    out.push(b'[');
    number(n, out);
    out.push(b']');
}

/// Appends a number in digits.
fn number(n: usize, out: &mut Vec<u8>) {
    if n >= 10 {
        number(n / 10, out);
    }
    out.push(b'0' + u8::try_from(n % 10).unwrap_or(0));
}
