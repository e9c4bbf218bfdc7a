//! A script at work on one message.

use super::draft::Draft;
use super::functions::ControlId;
use super::map::Mapped;
use super::statement::{Anchor, NamePart, Own, Source, Statement, Template, What};
use super::{Fault, Script, Sink, Unmapped, bridge, split};
use crate::core::edit::{self, Change, EditError, delete_in_segment, set_in_segment};
use crate::core::expr::{ExternalFunction, Host, Origin, Pattern, Term};
use crate::core::{
    Line, Message, Part, Path, Position, Scope, Segment, SegmentId, Select, TextOptions, escape,
};
use crate::ops::groups::Context;
use crate::ops::query::Each;
use sha2::{Digest, Sha256};
use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, Range};

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

/// What the variables and functions of the script look at.
#[derive(Debug)]
struct Facts<'a> {
    origin: Origin<'a>,
    bytes: &'a [u8],
    variables: Vec<Vec<Vec<u8>>>,
    fingerprint: OnceCell<[u8; 32]>,
    counts: RefCell<HashMap<Vec<u8>, u64>>,
}

impl Host for Facts<'_> {
    fn variable(&self, number: usize) -> &[Vec<u8>] {
        self.variables.get(number).map(Vec::as_slice).unwrap_or_default()
    }

    fn origin(&self) -> Origin<'_> {
        self.origin
    }

    fn fingerprint(&self) -> [u8; 32] {
        *self.fingerprint.get_or_init(|| {
            let mut digest = Sha256::new();
            let place = [self.origin.number, self.origin.offset].map(u64::to_be_bytes);
            digest.update(place.as_flattened());
            // The message last, for the others have lengths of their own.
            digest.update((self.origin.file.len() as u64).to_be_bytes());
            digest.update(self.origin.file);
            digest.update(self.bytes);
            digest.finalize().into()
        })
    }

    fn count(&self, name: &[u8]) -> u64 {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(name.to_vec()).or_default();
        *count += 1;
        *count
    }
}

/// The run of a script over one message.
pub(super) struct Run<'r, 'a, S> {
    message: &'r Message<'a>,
    options: TextOptions,
    converted: bool,
    draft: Draft<'a>,
    facts: Facts<'r>,
    /// The last segment of what the block under way is about.
    end: Option<u32>,
    unmapped: &'r mut Unmapped,
    sink: &'r mut S,
    changes: Vec<Change>,
    /// How many messages came of it.
    written: usize,
}

/// What came of a statement, or why it cannot be done.
type Done<T> = Result<T, Fault>;

/// A segment by its index, and the values that it gets.
type Assigned<'a> = (usize, Vec<&'a [u8]>);

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
        let facts = Facts {
            origin,
            bytes: message.bytes(),
            variables: vec![Vec::new(); script.variables],
            fingerprint: OnceCell::new(),
            counts: RefCell::default(),
        };
        Self {
            message,
            options: scope.options,
            converted: scope.is_converted(),
            draft,
            facts,
            end: None,
            unmapped,
            sink,
            changes: Vec::new(),
            written: 0,
        }
    }

    /// Does the script; returns how many messages came of the message.
    pub(super) fn all(mut self, script: &Script) -> Result<usize, Fault> {
        self.block(&script.block, &Rest::Finish)?;
        Ok(self.written)
    }

    fn block(&mut self, block: &[Statement], rest: &Rest<'_>) -> Done<Ended> {
        for (n, statement) in block.iter().enumerate() {
            let behind = Rest::Then(&block[n + 1..], rest);
            let done = self.statement(statement, &behind).map_err(|fault| fault.at(statement))?;
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
                self.written += 1;
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
            What::Delete(path) => self.delete(path)?,
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
                    self.delete(from)?;
                }
            }
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
                for row in self.rows(each, ids) {
                    let outer = self.draft.enter(row.view.into_iter());
                    let end = self.end.replace(row.end);
                    let wanted = condition.as_ref().is_none_or(|c| c.holds(&self.scope()));
                    let ended = match wanted {
                        true => self.block(block, &Rest::Return),
                        false => Ok(Ended::Through),
                    };
                    self.draft.leave(outer);
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
                let values = self.texts(term);
                if let Some(variable) = self.facts.variables.get_mut(*number) {
                    *variable = values;
                }
            }
            What::Emit(parts) => {
                let name = self.file_name(parts)?;
                let lines = self.draft.is_changed().then(|| self.draft.lines());
                self.sink.emit(&name, lines)?;
            }
            What::Split(id) => return self.split(*id, rest),
            What::Bridge(bridge) => self.bridge(bridge)?,
        }
        Ok(None)
    }

    fn scope(&self) -> Scope<'_, 'a> {
        let scope = match self.converted {
            true => Scope::converted(self.message, self.options),
            false => Scope::with(self.message, self.options),
        };
        scope.of_lines(self.draft.lines(), &self.facts)
    }

    /// What statements look at, if it were these segments.
    fn scope_of<'s>(&'s self, lines: &'s [Line<'a>]) -> Scope<'s, 'a> {
        self.scope().of_lines(lines, &self.facts)
    }

    fn texts(&self, term: &Term) -> Vec<Vec<u8>> {
        self.texts_in(term, &self.scope())
    }

    fn texts_in(&self, term: &Term, scope: &Scope<'_, 'a>) -> Vec<Vec<u8>> {
        term.texts(scope).into_iter().map(std::borrow::Cow::into_owned).collect()
    }

    fn segment(&self, index: usize) -> Segment<'a> {
        let bytes = self.draft.lines().get(index).map_or(&b""[..], |line| line.bytes);
        Segment::new(bytes, self.message.separators())
    }

    /// The segments that a path selects, by their indices among those that are looked at.
    fn targets(&self, path: &Path) -> Vec<usize> {
        let count = self.draft.lines().len();
        let mut found: Vec<_> =
            (0..count).filter(|&n| self.segment(n).has_id(path.segment)).collect();
        match &path.which {
            Select::All => {}
            Select::Nth(n) => found = found.get(*n as usize - 1).copied().into_iter().collect(),
            Select::Last => found = found.last().copied().into_iter().collect(),
            Select::Where(condition) => {
                let scope = self.scope();
                found.retain(|&n| condition.holds_in_segment(self.segment(n), &scope));
            }
        }
        found
    }

    /// The values of a source, as they are to stand at a path.
    fn values(&self, source: &Source, to: &Path, scope: &Scope<'_, 'a>) -> Done<Vec<&'a [u8]>> {
        let s = self.message.separators();
        let part = to.position.as_ref().map_or(Part::WHOLE, |position| position.part);
        match source {
            Source::Text(text) => Ok(vec![self.written(text.as_bytes())?]),
            Source::Markup(text) => Ok(vec![self.draft.keep(&self.markup(text)?)]),
            Source::Term(term) => {
                let texts = self.texts_in(term, scope);
                texts.iter().map(|text| self.written(text)).collect()
            }
            Source::Path(path) => {
                let mut values = Vec::new();
                let _ = path.for_each(scope, |raw| {
                    values.push(raw);
                    ControlFlow::Continue(())
                });
                let held = |b: u8| {
                    (b == s.component && part.component.is_some())
                        || (b == s.subcomponent && part.subcomponent.is_some())
                };
                let too_much = |raw: &&[u8]| raw.iter().any(|&b| b != s.field && held(b));
                if values.iter().any(too_much) {
                    return Err(Fault::of("what is copied has parts that the place cannot have"));
                }
                Ok(values)
            }
        }
    }

    /// A text as it is to stand in the message: escaped, in its character set.
    pub(super) fn written(&self, text: &[u8]) -> Done<&'a [u8]> {
        let mut raw = Vec::with_capacity(text.len() + 8);
        escape::encode_into(text, &self.message.separators(), &mut raw)
            .map_err(|error| Fault::of(error.to_string()))?;
        if self.converted || raw.is_ascii() {
            return Ok(self.draft.keep(&raw));
        }
        // What is no UTF-8 came so from the message, whose bytes stay what they are.
        let Ok(text) = std::str::from_utf8(&raw) else { return Ok(self.draft.keep(&raw)) };
        let mut bytes = Vec::with_capacity(raw.len());
        self.scope()
            .charset()
            .encode_into(text, &mut bytes)
            .map_err(|_| Fault::of("a character that the message's character set does not have"))?;
        Ok(self.draft.keep(&bytes))
    }

    /// HL7 of the script, with the delimiters of the message and in its character set.
    fn markup(&self, text: &str) -> Done<Vec<u8>> {
        let s = self.message.separators();
        let mut bytes = Vec::with_capacity(text.len() + 8);
        let mut rest = text;
        while let Some(at) = rest.find(['|', '^', '~', '\\', '&']) {
            let (plain, behind) = rest.split_at(at);
            bytes.extend_from_slice(self.written(plain.as_bytes())?);
            let own = match behind.as_bytes()[0] {
                b'|' => s.field,
                b'^' => s.component,
                b'~' => s.repetition,
                b'&' => s.subcomponent,
                _ => s.escape,
            };
            if own == s.field && !behind.starts_with('|') {
                return Err(EditError::NoDelimiter.into());
            }
            bytes.push(own);
            rest = &behind[1..];
        }
        bytes.extend_from_slice(self.written(rest.as_bytes())?);
        Ok(bytes)
    }

    /// Several values as the repetitions of a field.
    fn repeated(&self, values: &[&[u8]]) -> Done<Vec<u8>> {
        let s = self.message.separators();
        if values.len() > 1 && s.repetition == s.field {
            return Err(Fault::of(EditError::NoDelimiter.to_string()));
        }
        Ok(values.join(&s.repetition))
    }

    /// Puts values at the places of a path; tells whether there are both, for each segment.
    fn set(&mut self, path: &Path, source: &Source, own: &Own) -> Done<bool> {
        let Some(position) = &path.position else { return Ok(false) };
        let whole = position.repetition == Select::All && position.part == Part::WHOLE;
        let assigned = self.assigned(path, source, own)?;
        let mut done = !assigned.is_empty();
        for (index, values) in assigned {
            if whole {
                let value = self.repeated(&values)?;
                self.set_field(index, position, &value)?;
                continue;
            }
            let segment = self.segment(index);
            let mut changes = Vec::new();
            set_in_segment(segment.raw(), &self.scope(), segment, position, &mut changes)?;
            if changes.is_empty() {
                done = false;
                continue;
            }
            let paired = own.is_some() && values.len() == changes.len();
            if values.len() > 1 && !paired {
                return Err(several(values.len()));
            }
            let value = |n: usize| match &values[..] {
                [one] => *one,
                several => several.get(n).copied().unwrap_or_default(),
            };
            self.splice(index, changes, value);
        }
        Ok(done)
    }

    /// The segments that a path selects, and the values that each of them gets: its own, or all of
    /// them the same. Without any value there is nothing to set.
    fn assigned(&self, path: &Path, source: &Source, own: &Own) -> Done<Vec<Assigned<'a>>> {
        let targets = self.targets(path);
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let mut assigned = Vec::with_capacity(targets.len());
        match own {
            Some(others) if targets.len() > 1 || is_seen_alone(path, source) => {
                let lines = self.draft.lines();
                let separators = self.message.separators();
                let seen = |line: &&Line<'a>| {
                    let segment = Segment::new(line.bytes, separators);
                    segment.has_id(*b"MSH") || others.iter().any(|&id| segment.has_id(id))
                };
                // The others, and behind them one after the other each that is set.
                let mut view: Vec<Line<'a>> = lines.iter().filter(seen).copied().collect();
                for index in targets {
                    view.push(lines[index]);
                    let values = self.values(source, path, &self.scope_of(&view))?;
                    view.pop();
                    assigned.push((index, values));
                }
            }
            _ => {
                let values = self.values(source, path, &self.scope())?;
                if values.len() > 1 && targets.len() > 1 {
                    return Err(several(values.len()));
                }
                assigned.extend(targets.into_iter().map(|index| (index, values.clone())));
            }
        }
        assigned.retain(|(_, values)| !values.is_empty());
        Ok(assigned)
    }

    /// Puts a value in place of all of a field.
    fn set_field(&mut self, index: usize, position: &Position, value: &[u8]) -> Done<()> {
        let segment = self.segment(index);
        let mut changes = std::mem::take(&mut self.changes);
        changes.clear();
        match segment.field(position.field.into()) {
            Some(field) => changes.push(Change::replace(segment.raw(), field.raw())),
            None => {
                set_in_segment(segment.raw(), &self.scope(), segment, position, &mut changes)?;
            }
        }
        self.splice(index, changes, |_| value);
        Ok(())
    }

    /// Makes changes in a segment, but puts nothing where nothing is.
    fn splice<'v>(
        &mut self,
        index: usize,
        changes: Vec<Change>,
        value: impl Fn(usize) -> &'v [u8],
    ) {
        let kept = changes.iter().enumerate();
        let kept = kept.filter(|(n, change)| !change.is_new() || !value(*n).is_empty());
        let segment = self.segment(index).raw();
        let mut bytes = Vec::with_capacity(segment.len() + 32);
        let numbers: Vec<usize> = kept.map(|(n, _)| n).collect();
        let kept = numbers.iter().filter_map(|&n| changes.get(n));
        edit::splice_segment(segment, kept, |n| value(numbers[n]), &mut bytes);
        self.draft.replace(index, &bytes);
        self.changes = changes;
    }

    fn add(&mut self, path: &Path, source: &Source, own: &Own) -> Done<()> {
        let Some(position) = &path.position else { return Ok(()) };
        for (index, mut values) in self.assigned(path, source, own)? {
            values.retain(|value| !value.is_empty());
            if values.is_empty() {
                continue;
            }
            let field = self.segment(index).field(position.field.into());
            let there = field.map(|field| field.raw()).filter(|raw| !raw.is_empty());
            let all: Vec<_> = there.into_iter().chain(values).collect();
            let value = self.repeated(&all)?;
            self.set_field(index, position, &value)?;
        }
        Ok(())
    }

    fn delete(&mut self, path: &Path) -> Done<()> {
        let targets = self.targets(path);
        let Some(position) = &path.position else {
            let lines = self.draft.lines();
            let gone: HashSet<u32> =
                targets.iter().filter_map(|&n| lines.get(n)).map(|line| line.id).collect();
            self.draft.delete(|line| gone.contains(&line.id));
            return Ok(());
        };
        for index in targets {
            let segment = self.segment(index);
            let mut changes = Vec::new();
            delete_in_segment(segment.raw(), &self.scope(), segment, position, &mut changes);
            self.splice(index, changes, |_| &[]);
        }
        Ok(())
    }

    fn delete_group(&mut self, name: &str) {
        let context = self.context();
        let lines = self.draft.lines();
        let gone: HashSet<u32> = context
            .occurrences(name)
            .flat_map(|range| lines.get(range).unwrap_or_default())
            .map(|line| line.id)
            .collect();
        self.draft.delete(|line| gone.contains(&line.id));
    }

    fn context(&self) -> Context {
        let mut context = Context::new();
        let segments = (0..self.draft.lines().len()).map(|n| self.segment(n));
        context.read_segments(self.segment(0), segments);
        context
    }

    /// The segments that a block is done for, one after the other.
    fn rows(&self, each: &Each, ids: &[SegmentId]) -> Vec<Row> {
        let context = self.context();
        match each {
            Each::Segment(path) => {
                let targets = self.targets(path).into_iter();
                self.rows_of(&context, targets.map(|n| n..n + 1), ids)
            }
            Each::Group(name) => self.rows_of(&context, context.occurrences(name), ids),
        }
    }

    /// For each range of segments the view of a block that looks at segments with these ids: what
    /// stands in the range, else what belongs to it.
    fn rows_of(
        &self,
        context: &Context,
        ranges: impl Iterator<Item = Range<usize>>,
        ids: &[SegmentId],
    ) -> Vec<Row> {
        let lines = self.draft.lines();
        let mut found = Vec::new();
        let mut row = |range: Range<usize>| {
            let mut indices = vec![0];
            indices.extend(range.clone());
            for &id in ids {
                // The segment itself stands for its id, and so do those of a group.
                if range.clone().any(|n| self.segment(n).has_id(id)) || id == *b"MSH" {
                    continue;
                }
                context.resolve(range.start, id, &mut found);
                indices.extend_from_slice(&found);
            }
            indices.sort_unstable();
            indices.dedup();
            let id = |n: usize| lines.get(n).map_or(0, |line| line.id);
            Row { view: indices.into_iter().map(id).collect(), end: id(range.end - 1) }
        };
        ranges.filter(|range| !range.is_empty()).map(&mut row).collect()
    }

    fn insert(
        &mut self,
        segment: &Template,
        at: &Anchor,
        block: &[Statement],
        ids: &[SegmentId],
    ) -> Done<Ended> {
        let bytes = self.markup(&segment.0)?;
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
            let outer = self.draft.enter(row.view.into_iter().chain([id]));
            let end = self.end.replace(id);
            let ended = self.block(block, &Rest::Return);
            self.draft.leave(outer);
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

    /// Replaces in each value by itself, so that structure and escapes stay what they are.
    fn replace(&mut self, path: &Path, pattern: &Pattern, with: &str) -> Done<()> {
        for index in self.targets(path) {
            let segment = self.segment(index);
            let mut replaced = Vec::new();
            for leaf in self.leaves(segment, path) {
                let text = self.scope().text(leaf);
                if let Some(text) = pattern.replace_all(&text, with.as_bytes()) {
                    replaced.push((Change::replace(segment.raw(), leaf), self.written(&text)?));
                }
            }
            if !replaced.is_empty() {
                let (changes, values): (Vec<_>, Vec<_>) = replaced.into_iter().unzip();
                self.splice(index, changes, |n| values[n]);
            }
        }
        Ok(())
    }

    /// The smallest parts at a path of a segment, which hold no delimiters.
    fn leaves(&self, segment: Segment<'a>, path: &Path) -> Vec<&'a [u8]> {
        let s = self.message.separators();
        let within = |b: &u8| {
            *b == s.field || *b == s.repetition || *b == s.component || *b == s.subcomponent
        };
        let mut leaves = Vec::new();
        let Some(position) = &path.position else {
            leaves.extend(segment.raw().split(within).skip(1));
            return leaves;
        };
        let _ = position.for_each(segment, &self.scope(), &mut |raw| {
            leaves.extend(raw.split(within));
            ControlFlow::Continue(())
        });
        // Where nothing is there is no slice of the segment.
        leaves.retain(|leaf| !leaf.is_empty());
        leaves
    }

    fn map(&mut self, map: &super::map::Map) -> Done<()> {
        let s = self.message.separators();
        let Some(position) = &map.path.position else { return Ok(()) };
        for index in self.targets(&map.path) {
            let segment = self.segment(index);
            let mut values: Vec<&'a [u8]> = Vec::new();
            let _ = position.for_each(segment, &self.scope(), &mut |raw| {
                values.push(raw);
                ControlFlow::Continue(())
            });
            let mut replaced = Vec::new();
            for raw in values.into_iter().filter(|raw| !raw.is_empty()) {
                let scope = self.scope();
                let text = |raw: &'a [u8]| scope.text(raw);
                let parts: Vec<&'a [u8]> = match position.part {
                    Part::WHOLE => raw.split(|&b| b == s.component).collect(),
                    _ => vec![raw],
                };
                let texts: Vec<_> = parts.iter().take(3).map(|part| text(part)).collect();
                match map.look_up(&texts) {
                    Mapped::Same => {}
                    Mapped::Unknown(keep) => {
                        self.unmapped.count(map, &texts);
                        match keep {
                            super::map::Keep::Code => {}
                            super::map::Keep::Reject => {
                                return Err(Fault::of("a code that the table does not have"));
                            }
                            super::map::Keep::Nothing => replaced.push((raw, &b""[..])),
                            super::map::Keep::Text(text) => {
                                let code = self.written(text.as_bytes())?;
                                let new = map.rewritten(&parts, [Some(code), None, None], s)?;
                                replaced.push((raw, self.draft.keep(&new)));
                            }
                        }
                    }
                    Mapped::To(row) => {
                        let mut new = [None; 3];
                        for (new, text) in new.iter_mut().zip(row) {
                            *new = text.map(|text| self.written(text)).transpose()?;
                        }
                        let new = map.rewritten(&parts, new, s)?;
                        replaced.push((raw, self.draft.keep(&new)));
                    }
                }
            }
            if !replaced.is_empty() {
                let change =
                    |(raw, new): &(&[u8], &'a [u8])| (Change::replace(segment.raw(), raw), *new);
                let (changes, values): (Vec<_>, Vec<_>) = replaced.iter().map(change).unzip();
                self.splice(index, changes, |n| values[n]);
            }
        }
        Ok(())
    }

    /// The name of a file, in which values of the message lead nowhere.
    fn file_name(&self, parts: &[NamePart]) -> Done<String> {
        let mut name = String::new();
        for part in parts {
            match part {
                NamePart::Fixed(text) => name.push_str(text),
                NamePart::Value(term) => {
                    let value = self.texts(term).into_iter().next().unwrap_or_default();
                    push_safe(&value, &mut name);
                }
            }
        }
        if name.is_empty() || name.ends_with('/') {
            return Err(Fault::of("the name of the file is empty"));
        }
        Ok(name)
    }

    /// Goes on with one message for each segment of an id, if there are several.
    fn split(&mut self, id: SegmentId, rest: &Rest<'_>) -> Done<Option<Ended>> {
        let context = self.context();
        let rows: Vec<usize> =
            (0..self.draft.lines().len()).filter(|&n| self.segment(n).has_id(id)).collect();
        if rows.len() < 2 {
            return Ok(None);
        }
        let whole = self.draft.clone();
        let variables = self.facts.variables.clone();
        let count = rows.len();
        let parts = split::Parts::new(&context, rows);
        for n in 0..count {
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

    fn bridge(&mut self, to: &bridge::Bridge) -> Done<()> {
        let lines: Vec<Segment<'a>> =
            (0..self.draft.lines().len()).map(|n| self.segment(n)).collect();
        for (index, bytes) in to.changes(&lines)? {
            self.draft.replace(index, &bytes);
        }
        Ok(())
    }
}

fn several(count: usize) -> Fault {
    Fault::of(format!("{count} values for one place; say which, or go through them with each"))
}

/// Whether a source means the one segment of a path that an index selects: others may stand beside
/// it. A number in the source counts among all of them.
fn is_seen_alone(path: &Path, source: &Source) -> bool {
    let numbered =
        |other: &Path| other.segment == path.segment && matches!(other.which, Select::Nth(_));
    let numbered = match source {
        Source::Path(other) => numbered(other),
        Source::Term(term) => term.paths().any(numbered),
        Source::Text(_) | Source::Markup(_) => true,
    };
    path.which != Select::All && !numbered
}

/// What a block is done for: the segments it looks at, and the last of its own.
struct Row {
    view: Vec<u32>,
    end: u32,
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
    if name.len() == start {
        name.push('_');
    }
}

impl From<EditError> for Fault {
    fn from(error: EditError) -> Self {
        Self::of(error.to_string())
    }
}
