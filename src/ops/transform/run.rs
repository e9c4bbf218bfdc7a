//! A script at work on one message: which statement comes next, and for what.

use super::draft::Draft;
use super::facts::Facts;
use super::functions::ControlId;
use super::look::Row;
use super::statement::{Anchor, NamePart, Source, Statement, Template, What};
use super::{Fault, Script, Sink, Unmapped, split};
use crate::core::expr::{ExternalFunction, Origin};
use crate::core::{Line, Message, Part, Position, Scope, Segment, SegmentId, Select, TextOptions};
use std::collections::HashSet;

/// What a script may make of one message, in bytes, before it is stopped: values that double again
/// and again would fill any memory.
const MOST: usize = 512 << 20;

const TOO_MUCH: &str = "more than 512 MiB were made of this message";

/// What is left to do when a block ends.
#[derive(Clone, Copy)]
enum Rest<'r> {
    /// The message is done.
    Finish,
    /// Back to who called.
    Return,
    /// These statements, and then the rest.
    Then(&'r [Statement], &'r Rest<'r>),
}

/// How a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// At its end.
    Through,
    /// The message was dropped.
    Dropped,
}

/// The run of a script over one message.
pub(super) struct Run<'r, 'a, S> {
    pub(super) message: &'r Message<'a>,
    pub(super) options: TextOptions,
    pub(super) converted: bool,
    pub(super) draft: Draft<'a>,
    pub(super) facts: Facts<'r>,
    /// The last segment of what the block under way is about.
    end: Option<u32>,
    pub(super) unmapped: &'r mut Unmapped,
    sink: &'r mut S,
}

/// What came of a statement, or why it cannot be done.
pub(super) type Done<T> = Result<T, Fault>;

impl<'r, 'a, S: Sink> Run<'r, 'a, S> {
    pub(super) fn new(
        script: &Script,
        message: &'r Message<'a>,
        scope: &Scope<'_, '_>,
        origin: Origin<'r>,
        draft: Draft<'a>,
        unmapped: &'r mut Unmapped,
        sink: &'r mut S,
    ) -> Self {
        let facts = Facts::new(origin, message.bytes(), script.variables);
        Self {
            message,
            options: scope.options,
            converted: scope.is_converted(),
            draft,
            facts,
            end: None,
            unmapped,
            sink,
        }
    }

    /// Does the script.
    pub(super) fn all(mut self, script: &Script) -> Done<()> {
        self.block(&script.block, &Rest::Finish)?;
        Ok(())
    }

    fn block(&mut self, block: &[Statement], rest: &Rest<'_>) -> Done<Ended> {
        for (n, statement) in block.iter().enumerate() {
            let behind = Rest::Then(&block[n + 1..], rest);
            let done = self.statement(statement, &behind).and_then(|done| {
                let kept = self.draft.kept().max(self.facts.kept());
                if kept > MOST { Err(Fault::of(TOO_MUCH)) } else { Ok(done) }
            });
            let done = done.map_err(|fault| fault.at(statement))?;
            if let Some(ended) = done {
                return Ok(ended);
            }
        }
        match rest {
            Rest::Return => Ok(Ended::Through),
            Rest::Then(block, rest) => self.block(block, rest),
            Rest::Finish => {
                let lines = self.draft.is_changed().then(|| self.draft.lines());
                self.sink.message(lines)?;
                Ok(Ended::Through)
            }
        }
    }

    /// Does a statement; tells how the block ended if it goes on nowhere behind it.
    fn statement(&mut self, statement: &Statement, rest: &Rest<'_>) -> Done<Option<Ended>> {
        match &statement.what {
            What::Set { path, source, own } => {
                self.set(path, source, own)?;
            }
            What::Add { path, source, own } => self.add(path, source, own)?,
            What::Delete(path) => self.delete(path),
            What::DeleteGroup(name) => self.delete_group(name),
            What::DeleteAlike(start) => {
                let s = self.message.separators();
                let is_id = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
                self.draft.delete(|line| {
                    let id = Segment::new(line.bytes, s).id();
                    id.len() == 3 && id.starts_with(start.as_bytes()) && id.iter().all(is_id)
                });
            }
            What::Move { from, to, own } => {
                // Nothing is lost for want of a place.
                if self.set(to, &Source::Path(from.clone()), own)? {
                    self.delete(from);
                }
            }
            What::Shift { from, to, after } => self.shift(from, to, *after)?,
            What::Insert { segment, at, block, ids } => {
                if self.insert(segment, at, block, ids)? == Ended::Dropped {
                    return Ok(Some(Ended::Dropped));
                }
            }
            What::Map(map) => self.map(map)?,
            What::Replace { path, pattern, with } => self.replace(path, pattern, with)?,
            What::When { branches, otherwise, splits } => {
                let found = branches.iter().find(|(condition, _)| condition.holds(&self.scope()));
                let block = found.map_or(otherwise, |(_, block)| block);
                if *splits {
                    return self.block(block, rest).map(Some);
                }
                if self.block(block, &Rest::Return)? == Ended::Dropped {
                    return Ok(Some(Ended::Dropped));
                }
            }
            What::Each { each, condition, block, ids } => {
                let added = self.draft.added();
                let unset = self.facts.unset();
                for row in self.rows(each, ids) {
                    self.facts.forget(&unset);
                    self.draft.enter(row.view.into_iter());
                    let end = self.end.replace(row.end);
                    let wanted = condition.as_ref().is_none_or(|c| c.holds(&self.scope()));
                    let ended = match wanted {
                        true => self.block(block, &Rest::Return),
                        false => Ok(Ended::Through),
                    };
                    self.draft.leave();
                    self.end = end;
                    if ended? == Ended::Dropped {
                        return Ok(Some(Ended::Dropped));
                    }
                }
                self.draft.refresh(added);
            }
            What::Drop => return Ok(Some(Ended::Dropped)),
            What::Reject(why) => return Err(Fault::of(why.clone())),
            What::Let { number, term } => {
                let values = self.texts(term, &self.scope())?;
                if let Some(variable) = self.facts.variables.get_mut(*number) {
                    *variable = values;
                }
            }
            What::Emit(parts) => {
                let name = self.file_name(parts)?;
                let lines = self.draft.is_changed().then(|| self.draft.all());
                self.sink.emit(&name, lines.as_deref())?;
            }
            What::Split(id) => return self.split(*id, rest),
            What::Bridge(bridge) => self.bridge(bridge)?,
        }
        Ok(None)
    }

    fn insert(
        &mut self,
        segment: &Template,
        at: &Anchor,
        block: &[Statement],
        ids: &[SegmentId],
    ) -> Done<Ended> {
        let bytes = self.markup(&segment.0)?;
        self.end = self.end.map(|id| self.draft.now(id));
        let separators = self.message.separators();
        let others = |run: &Self, view: Vec<u32>| -> Vec<u32> {
            let own = |line: &&Line<'_>| Segment::new(line.bytes, separators).has_id(segment.id());
            let own: HashSet<u32> =
                run.draft.lines().iter().filter(own).map(|line| line.id).collect();
            view.into_iter().filter(|id| !own.contains(id)).collect()
        };
        let all = |run: &Self| run.draft.lines().iter().map(|line| line.id).collect::<Vec<_>>();
        // What the block sees beside the new segment, and beside which that stands.
        let (rows, after) = match at {
            Anchor::End => {
                let view = all(self);
                let end = self.end.or(view.last().copied()).unwrap_or(0);
                (vec![Row { view: others(self, view), end }], true)
            }
            Anchor::Before(path) | Anchor::After(path) => {
                let targets = self.targets(path).into_iter().map(|n| n..n + 1);
                let mut rows = self.rows_of(&self.context(), targets, ids);
                if !block.is_empty() {
                    let own = others(self, all(self)).into_iter().collect::<HashSet<_>>();
                    rows.iter_mut().for_each(|row| row.view.retain(|id| own.contains(id)));
                }
                (rows, matches!(at, Anchor::After(_)))
            }
        };
        let anchors: Vec<u32> = rows.iter().map(|row| row.end).collect();
        let new = self.draft.insert(&bytes, &anchors, after);
        let added = self.draft.added();
        for (row, id) in rows.into_iter().zip(new) {
            if after && self.end == Some(row.end) {
                self.end = Some(id);
            }
            if block.is_empty() {
                continue;
            }
            self.draft.enter(row.view.into_iter().chain([id]));
            let end = self.end.replace(id);
            let ended = self.block(block, &Rest::Return);
            self.draft.leave();
            self.end = end;
            if ended? == Ended::Dropped {
                return Ok(Ended::Dropped);
            }
        }
        if !block.is_empty() {
            self.draft.refresh(added);
        }
        Ok(Ended::Through)
    }

    /// The name of a file, in which values of the message lead nowhere.
    fn file_name(&self, parts: &[NamePart]) -> Done<String> {
        let mut name = String::new();
        for part in parts {
            match part {
                NamePart::Fixed(text) => name.push_str(text),
                NamePart::Value(term) => {
                    let scope = self.scope();
                    let value = term.texts(&scope).into_iter().next().unwrap_or_default();
                    if value.is_empty() {
                        return Err(Fault::of("a part of the file's name has no value"));
                    }
                    push_safe(&value, &mut name);
                }
            }
        }
        if name.is_empty() || name.ends_with('/') {
            return Err(Fault::of("the name of the file is empty"));
        }
        if name.split('/').any(|part| part.len() > 255) {
            return Err(Fault::of("a part of the file's name is too long"));
        }
        Ok(name)
    }

    /// Goes on with one message for each segment of an id, if there are several.
    fn split(&mut self, id: SegmentId, rest: &Rest<'_>) -> Done<Option<Ended>> {
        let context = self.context();
        let is_row = |&n: &usize| self.segment(n).has_id(id) && !context.is_apart(n);
        let rows: Vec<usize> = (0..self.draft.lines().len()).filter(is_row).collect();
        if rows.len() < 2 {
            return Ok(None);
        }
        let whole = self.draft.clone();
        let variables = self.facts.variables.clone();
        let parts = split::Parts::new(&context, rows);
        for n in 0..parts.len() {
            let without = parts.without(n, &context);
            self.draft = whole.narrowed(|index| without.get(index) != Some(&true));
            self.facts.variables.clone_from(&variables);
            self.number(n + 1)?;
            self.block(&[], rest)?;
        }
        Ok(Some(Ended::Through))
    }

    /// Gives part `n` of a message that was split a control id of its own.
    fn number(&mut self, n: usize) -> Done<()> {
        let field = self.segment(0).field(10);
        let own = field.map(|field| field.raw()).unwrap_or_default();
        let mut id = own.to_vec();
        id.extend_from_slice(format!("-{n}").as_bytes());
        if own.is_empty() || id.len() > split::CONTROL_ID_MAX {
            id = ControlId.call(&[], &self.facts);
        }
        let position = Position { field: 10, repetition: Select::All, part: Part::WHOLE };
        self.set_field(0, &position, &id)
    }
}

/// Appends a value to a file's name: letters, digits, `-`, `_` and `.` stay, but not a dot at its
/// start, and no more than 100 characters.
fn push_safe(value: &[u8], name: &mut String) {
    let start = name.len();
    for c in String::from_utf8_lossy(value).chars().take(100) {
        let stays =
            c.is_alphanumeric() || matches!(c, '-' | '_') || (c == '.' && name.len() > start);
        name.push(if stays { c } else { '_' });
    }
}
