//! Queries: values at paths as rows, or the messages for which a condition holds.

mod cells;
mod column;
mod each;
mod seek;

pub use cells::Format;
pub use column::{Column, Content};
pub use each::Each;

use super::json::text::push_value;
use crate::core::expr::{Expression, Origin};
use crate::core::scope::{splits_safely, to_utf8, with_scope};
use crate::core::{Message, Scope, Segment, SegmentId, TextOptions};
use cells::{Cells, csv_row, is_simple, text_or_raw, tsv};
use seek::Seeker;
use std::ops::{ControlFlow, Range};

/// What to show of which messages.
#[derive(Debug, Default)]
pub struct Query {
    /// The columns of a row.
    pub columns: Vec<Column>,
    /// The form of the rows.
    pub format: Format,
    /// What joins several values in a cell: `~` unless given; in JSON they are an array unless
    /// given.
    pub join: Option<Vec<u8>>,
    /// Only the first value of each cell.
    pub first: bool,
    /// Values as written, not as text.
    pub as_written: bool,
    /// A row for each of these in a message; else one for the message.
    pub each: Option<Each>,
    /// Which messages; all without it.
    pub condition: Option<Expression>,
    /// Those for which it does not hold.
    pub invert: bool,
    /// How values become text.
    pub text: TextOptions,
}

/// A query at work on the messages of one buffer.
pub struct Rows<'q, 'a> {
    query: &'q Query,
    seeker: Seeker<'a>,
    ids: Vec<SegmentId>,
    /// The segments of each id that belong to the row under way.
    found: Vec<Vec<Segment<'a>>>,
    walk: each::Walk<'a>,
    /// For each column the number of its segment among those sought.
    sought: Vec<Option<usize>>,
    cells: Cells,
    /// Of each column the segment shown in the row before, and where its cell stands.
    last: Vec<(&'a [u8], Range<usize>)>,
}

impl Query {
    /// Whether a message is wanted.
    #[inline]
    #[must_use]
    pub fn wants(&self, message: &Message<'_>) -> bool {
        let Some(condition) = &self.condition else { return true };
        with_scope(message, self.text, |scope| condition.holds(scope)) != self.invert
    }

    /// Whether a column shows the number of the message.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        self.columns.iter().any(|c| c.content == Content::Number)
    }

    /// Prepares for the messages of a buffer.
    #[must_use]
    pub fn rows<'q, 'a>(&'q self, buffer: &'a [u8]) -> Rows<'q, 'a> {
        let mut ids: Vec<SegmentId> = Vec::new();
        let sought = self.columns.iter().map(|column| match &column.content {
            Content::Path(path) if path.segment != *b"MSH" => {
                Some(ids.iter().position(|id| *id == path.segment).unwrap_or_else(|| {
                    ids.push(path.segment);
                    ids.len() - 1
                }))
            }
            _ => None,
        });
        let sought = sought.collect();
        Rows {
            query: self,
            seeker: Seeker::new(buffer, &ids),
            found: vec![Vec::new(); ids.len()],
            ids,
            walk: each::Walk::default(),
            sought,
            cells: Cells::default(),
            last: Vec::new(),
        }
    }

    /// The line that names the columns, if the format has one.
    pub fn header(&self, out: &mut Vec<u8>) {
        let names = self.columns.iter().map(|c| c.name.as_bytes());
        match self.format {
            Format::Tsv => {
                for (n, name) in names.enumerate() {
                    if n > 0 {
                        out.push(b'\t');
                    }
                    tsv(name, false, out);
                }
                out.push(b'\n');
            }
            Format::Csv => csv_row(names, out),
            Format::Json | Format::Ndjson | Format::Values => {}
        }
    }
}

impl<'a> Rows<'_, 'a> {
    /// Appends the rows of a message of the buffer, which begins at `start` in it, and returns how
    /// many they are.
    #[inline]
    pub fn append(
        &mut self,
        message: &Message<'a>,
        start: usize,
        origin: Origin<'_>,
        out: &mut Vec<u8>,
    ) -> u64 {
        let scope = Scope::with(message, self.query.text);
        if self.query.each.is_none() {
            self.seeker.look(message, start, &mut self.found);
            if self.splits_safely(message) {
                self.write(&scope, origin, out);
                return 1;
            }
        }
        match to_utf8(message, self.query.text) {
            None => self.append_scope(&scope, start, origin, out),
            Some(text) => {
                let converted = message.with_bytes(text.as_bytes());
                let scope = Scope::converted(&converted, self.query.text);
                self.query.rows(text.as_bytes()).append_scope(&scope, 0, origin, out)
            }
        }
    }

    /// Whether the segments that the columns show can be split whatever the character set: then
    /// there is no need to look which it is.
    #[inline]
    fn splits_safely(&self, message: &Message<'a>) -> bool {
        let found = self.found.iter().flatten().all(|segment| splits_safely(segment.raw()));
        found && (self.sought.iter().all(Option::is_some) || splits_safely(message.header().raw()))
    }

    #[inline]
    fn append_scope(
        &mut self,
        scope: &Scope<'_, 'a>,
        start: usize,
        origin: Origin<'_>,
        out: &mut Vec<u8>,
    ) -> u64 {
        let Some(each) = &self.query.each else {
            self.seeker.look(scope.message, start, &mut self.found);
            self.write(scope, origin, out);
            return 1;
        };
        let mut walk = std::mem::take(&mut self.walk);
        let rows = walk.rows(each, scope);
        self.last.clear();
        for row in 0..rows {
            walk.find(row, &self.ids, &mut self.found);
            self.write(scope, origin, out);
        }
        self.walk = walk;
        rows as u64
    }

    #[inline]
    fn write(&mut self, scope: &Scope<'_, 'a>, origin: Origin<'_>, out: &mut Vec<u8>) {
        let columns = 0..self.query.columns.len();
        match self.query.format {
            Format::Tsv => {
                for column in columns {
                    if column > 0 {
                        out.push(b'\t');
                    }
                    self.tsv_cell(column, scope, origin, out);
                }
                out.push(b'\n');
            }
            Format::Csv => {
                let mut cells = std::mem::take(&mut self.cells);
                cells.clear();
                for column in columns {
                    self.joined(column, scope, origin, |value, _| cells.add(value));
                    cells.end();
                }
                csv_row(cells.iter(), out);
                self.cells = cells;
            }
            Format::Json | Format::Ndjson => {
                out.extend_from_slice(if self.query.format == Format::Json {
                    b",\n{"
                } else {
                    b"{"
                });
                for column in columns {
                    if column > 0 {
                        out.push(b',');
                    }
                    self.json_member(column, scope, origin, out);
                }
                out.extend_from_slice(if self.query.format == Format::Json {
                    b"}"
                } else {
                    b"}\n"
                });
            }
            Format::Values => {
                for column in columns {
                    self.each_value(column, scope, origin, |value| {
                        if !value.is_empty() {
                            let as_written = self.query.as_written;
                            tsv(&text_or_raw(scope, value, as_written), as_written, out);
                            out.push(b'\n');
                        }
                    });
                }
            }
        }
    }

    /// Appends a TSV cell; if it shows the same segment as in the row before, what stands there.
    #[inline]
    fn tsv_cell(
        &mut self,
        column: usize,
        scope: &Scope<'_, 'a>,
        origin: Origin<'_>,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        let shown = match self.sought[column] {
            _ if self.query.each.is_none() => None,
            None => Some(scope.message.header().raw()),
            Some(n) => match &self.found[n][..] {
                [segment] => Some(segment.raw()),
                _ => None,
            },
        };
        if let Some(shown) = shown {
            self.last.resize(self.query.columns.len(), (&[], 0..0));
            let (last, cell) = &self.last[column];
            if std::ptr::eq(*last, shown) {
                out.extend_from_within(cell.clone());
                self.last[column].1 = start..out.len();
                return;
            }
        }
        let escape = scope.message.separators().escape;
        let query = self.query;
        let join = query.join.as_deref().unwrap_or(b"~");
        let mut several = false;
        self.each_value(column, scope, origin, |raw| {
            if std::mem::replace(&mut several, true) {
                tsv(join, true, out);
            }
            if is_simple(raw, escape) {
                out.extend_from_slice(raw);
            } else {
                tsv(&text_or_raw(scope, raw, query.as_written), query.as_written, out);
            }
        });
        if let Some(shown) = shown {
            self.last[column] = (shown, start..out.len());
        }
    }

    /// Appends `"NAME":` and an array of the values, the first value, or the joined values.
    fn json_member(
        &self,
        column: usize,
        scope: &Scope<'_, 'a>,
        origin: Origin<'_>,
        out: &mut Vec<u8>,
    ) {
        let Column { name, content } = &self.query.columns[column];
        push_value(name.as_bytes(), out);
        out.push(b':');
        let single = match content {
            Content::Number => return out.extend_from_slice(origin.number.to_string().as_bytes()),
            Content::Offset => return out.extend_from_slice(origin.offset.to_string().as_bytes()),
            Content::File => return push_value(origin.file, out),
            Content::Path(_) => self.query.first,
        };
        if let Some(join) = &self.query.join {
            let mut cell = Vec::new();
            let mut several = false;
            self.each_value(column, scope, origin, |raw| {
                if std::mem::replace(&mut several, true) {
                    cell.extend_from_slice(join);
                }
                cell.extend_from_slice(&text_or_raw(scope, raw, self.query.as_written));
            });
            return push_value(&cell, out);
        }
        let mut count = 0;
        if !single {
            out.push(b'[');
        }
        self.each_value(column, scope, origin, |raw| {
            if count > 0 {
                out.push(b',');
            }
            count += 1;
            if raw == b"\"\"" {
                out.extend_from_slice(b"null");
            } else {
                push_value(&text_or_raw(scope, raw, self.query.as_written), out);
            }
        });
        match (single, count) {
            (true, 0) => out.extend_from_slice(b"\"\""),
            (true, _) => {}
            (false, _) => out.push(b']'),
        }
    }

    /// Hands over the values of a column with what joins them; of each whether it is as written.
    #[inline]
    fn joined(
        &self,
        column: usize,
        scope: &Scope<'_, 'a>,
        origin: Origin<'_>,
        mut add: impl FnMut(&[u8], bool),
    ) {
        let query = self.query;
        let join = query.join.as_deref().unwrap_or(b"~");
        let mut several = false;
        self.each_value(column, scope, origin, |raw| {
            if std::mem::replace(&mut several, true) {
                add(join, true);
            }
            add(&text_or_raw(scope, raw, query.as_written), query.as_written);
        });
    }

    #[inline]
    fn each_value(
        &self,
        column: usize,
        scope: &Scope<'_, 'a>,
        origin: Origin<'_>,
        mut each: impl FnMut(&[u8]),
    ) {
        let first = self.query.first;
        let path = match &self.query.columns[column].content {
            Content::Path(path) => path,
            Content::File => return each(origin.file),
            Content::Number => return each(origin.number.to_string().as_bytes()),
            Content::Offset => return each(origin.offset.to_string().as_bytes()),
        };
        let found = |raw: &'a [u8]| {
            each(raw);
            if first { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let _ = match self.sought[column] {
            None => path.for_each(scope, found),
            Some(n) => path.for_each_among(self.found[n].iter().copied(), scope, found),
        };
    }
}
