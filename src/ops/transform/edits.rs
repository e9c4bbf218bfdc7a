//! The statements that edit what stands in segments.

use super::Fault;
use super::bridge::Bridge;
use super::run::{Done, Run};
use super::statement::{Own, Source};
use crate::core::edit::{self, Change, EditError, delete_in_segment, set_in_segment};
use crate::core::expr::Pattern;
use crate::core::{
    Charset, Line, Part, Path, Position, Scope, Segment, Select, Separators, escape,
};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// A segment by its index, and the values that it gets.
type Assigned<'a> = (usize, Vec<&'a [u8]>);

impl<'a, S> Run<'_, 'a, S> {
    /// The values of a source, as they are to stand at a path.
    pub(super) fn values(
        &self,
        source: &Source,
        to: &Path,
        scope: &Scope<'_, 'a>,
    ) -> Done<Vec<&'a [u8]>> {
        let s = self.message.separators();
        let part = to.position.as_ref().map_or(Part::WHOLE, |position| position.part);
        match source {
            Source::Text(text) => Ok(vec![self.written(text.as_bytes())?]),
            Source::Markup(text) => Ok(vec![self.draft.keep(&self.markup(text)?)]),
            Source::Term(term) => {
                let texts = self.texts(term, scope)?;
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
        let lacks = || Fault::of("a character that the message's character set does not have");
        let mut bytes = Vec::with_capacity(raw.len());
        self.scope().charset().encode_into(text, &mut bytes).map_err(|_| lacks())?;
        if self.is_beyond_its_set(&bytes) {
            return Err(lacks());
        }
        Ok(self.draft.keep(&bytes))
    }

    /// Whether bytes are not of the set that the message names, but of the larger one that it is read as.
    /// Many senders mean the larger one: then the message that came has such bytes, too.
    fn is_beyond_its_set(&self, bytes: &[u8]) -> bool {
        let named = self.message.header().field(18).map(|field| field.raw());
        let Some(lacking) = named.and_then(Charset::lacking) else { return false };
        let has_such = |bytes: &[u8]| bytes.iter().any(|b| lacking.contains(b));
        self.options.charset.is_none() && has_such(bytes) && !has_such(self.message.bytes())
    }

    /// HL7 of the script, with the delimiters of the message and in its character set.
    pub(super) fn markup(&self, text: &str) -> Done<Vec<u8>> {
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
    pub(super) fn repeated(&self, values: &[&[u8]]) -> Done<Vec<u8>> {
        let s = self.message.separators();
        if values.len() > 1 && s.repetition == s.field {
            return Err(Fault::of(EditError::NoDelimiter.to_string()));
        }
        Ok(values.join(&s.repetition))
    }

    /// Puts values at the places of a path; tells whether there are both, for each segment.
    pub(super) fn set(&mut self, path: &Path, source: &Source, own: &Own) -> Done<bool> {
        let Some(position) = &path.position else { return Ok(false) };
        let whole = position.repetition == Select::All && position.part == Part::WHOLE;
        let assigned = self.assigned(path, source, own)?;
        let mut done = !assigned.is_empty();
        let s = self.message.separators();
        // Only the script itself empties a place: a value that came out empty replaces nothing.
        let empties = matches!(source, Source::Text(_) | Source::Markup(_));
        for (index, mut values) in assigned {
            if matches!(source, Source::Term(_)) {
                self.keep_for_empty(index, position, whole && own.is_some(), &mut values);
            }
            if !empties && !values.iter().any(|value| s.has_value(value)) {
                done = false;
                continue;
            }
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
            let (values, changes): (Vec<&[u8]>, Vec<_>) = changes
                .into_iter()
                .enumerate()
                .map(|(n, change)| (value(n), change))
                .filter(|(value, _)| empties || s.has_value(value))
                .unzip();
            self.splice(index, changes, |n| values[n]);
        }
        Ok(done)
    }

    /// Counts worked out values that came out empty where something stands that they would replace.
    /// Among those that go to repetitions one by one, what stands there takes their place, if
    /// `whole` says that they are all of the field.
    fn keep_for_empty(
        &mut self,
        index: usize,
        position: &Position,
        whole: bool,
        values: &mut [&'a [u8]],
    ) {
        if values.iter().all(|value| !value.is_empty()) {
            return;
        }
        let mut there = Vec::new();
        let _ = position.for_each(self.segment(index), &self.scope(), &mut |raw| {
            there.push(raw);
            ControlFlow::Continue(())
        });
        let separators = self.message.separators();
        let stands = |raw: &&[u8]| separators.has_value(raw);
        if values.len() != there.len() {
            if values.iter().all(|value| value.is_empty()) && there.iter().any(stands) {
                self.unmapped.count_empty();
            }
            return;
        }
        let empty = values.iter_mut().zip(there).filter(|(value, _)| value.is_empty());
        for (value, raw) in empty.filter(|(_, raw)| stands(raw)) {
            self.unmapped.count_empty();
            if whole {
                *value = raw;
            }
        }
    }

    /// The segments that a path selects, and the values that each of them gets: its own, or all of
    /// them the same. Without any value there is nothing to set.
    pub(super) fn assigned(
        &self,
        path: &Path,
        source: &Source,
        own: &Own,
    ) -> Done<Vec<Assigned<'a>>> {
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
    pub(super) fn set_field(
        &mut self,
        index: usize,
        position: &Position,
        value: &[u8],
    ) -> Done<()> {
        let segment = self.segment(index);
        let mut changes = Vec::new();
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
    pub(super) fn splice<'v>(
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
    }

    pub(super) fn add(&mut self, path: &Path, source: &Source, own: &Own) -> Done<()> {
        let Some(position) = &path.position else { return Ok(()) };
        for (index, mut values) in self.assigned(path, source, own)? {
            values.retain(|value| self.message.separators().has_value(value));
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

    pub(super) fn delete(&mut self, path: &Path) {
        let targets = self.targets(path);
        let Some(position) = &path.position else {
            let lines = self.draft.lines();
            let gone: HashSet<u32> =
                targets.iter().filter_map(|&n| lines.get(n)).map(|line| line.id).collect();
            self.draft.delete(|line| gone.contains(&line.id));
            return;
        };
        for index in targets {
            let segment = self.segment(index);
            let mut changes = Vec::new();
            delete_in_segment(segment.raw(), &self.scope(), segment, position, &mut changes);
            self.splice(index, changes, |_| &[]);
        }
    }

    /// Puts segments beside another one, unless they stand there. In a block there may be others
    /// between them that it does not see.
    pub(super) fn shift(&mut self, from: &Path, to: &Path, after: bool) -> Done<()> {
        let anchor = match self.targets(to)[..] {
            [] => return Ok(()),
            [one] => one,
            ref several => {
                let count = several.len();
                return Err(Fault::of(format!(
                    "{count} segments to stand beside; say which, or go through them with each"
                )));
            }
        };
        let mut moved = self.targets(from);
        moved.retain(|&n| n != anchor);
        let start = if after { anchor + 1 } else { anchor.saturating_sub(moved.len()) };
        let stands = self.draft.is_whole() && moved.iter().copied().eq(start..start + moved.len());
        if !stands {
            self.draft.shift(&moved, anchor, after);
        }
        Ok(())
    }

    pub(super) fn delete_group(&mut self, name: &str) {
        let context = self.context();
        let lines = self.draft.lines();
        let gone: HashSet<u32> = context
            .occurrences(name)
            .flat_map(|range| lines.get(range).unwrap_or_default())
            .map(|line| line.id)
            .collect();
        self.draft.delete(|line| gone.contains(&line.id));
    }

    /// Replaces in the text of each value by itself, so that structure stays what it is, and so do
    /// sequences that have no text.
    pub(super) fn replace(&mut self, path: &Path, pattern: &Pattern, with: &str) -> Done<()> {
        let s = self.message.separators();
        for index in self.targets(path) {
            let segment = self.segment(index);
            let mut replaced = Vec::new();
            for leaf in self.leaves(segment, path) {
                let text = self.scope().text(leaf);
                let kept: Vec<_> = escape::kept_in(&text, &s).collect();
                if let Some(text) = pattern.replace_all(&text, with.as_bytes(), &kept) {
                    if !kept.is_empty() && is_ambiguous(leaf, &s) {
                        return Err(Fault::of("a text that would become an escape sequence"));
                    }
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
    pub(super) fn leaves(&self, segment: Segment<'a>, path: &Path) -> Vec<&'a [u8]> {
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

    pub(super) fn bridge(&mut self, to: &Bridge) -> Done<()> {
        let lines: Vec<Segment<'a>> =
            (0..self.draft.lines().len()).map(|n| self.segment(n)).collect();
        for (index, bytes) in to.changes(&lines)? {
            self.draft.replace(index, &bytes);
        }
        Ok(())
    }
}

/// Whether a value says `\E\H\E\`, the text `\H\`, which written again would be the sequence.
fn is_ambiguous(raw: &[u8], s: &Separators) -> bool {
    let hex = &mut |bytes: &[u8], out: &mut Vec<u8>| out.extend_from_slice(bytes);
    escape::decode_into(raw, s, hex, &mut Vec::new()).ambiguous
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

impl From<EditError> for Fault {
    fn from(error: EditError) -> Self {
        Self::of(error.to_string())
    }
}
