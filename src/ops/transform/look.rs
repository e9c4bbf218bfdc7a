//! Where statements look: the segments in view, those that a path selects, and what blocks are
//! done for.

use super::Fault;
use super::run::{Done, Run};
use crate::core::expr::Term;
use crate::core::{Line, Path, Scope, Segment, SegmentId};
use crate::ops::groups::Context;
use crate::ops::query::Each;
use std::ops::Range;

/// What a block is done for: the segments it looks at, and the last of its own.
pub(super) struct Row {
    pub(super) view: Vec<u32>,
    pub(super) end: u32,
}

impl<'a, S> Run<'_, 'a, S> {
    pub(super) fn scope(&self) -> Scope<'_, 'a> {
        let scope = match self.converted {
            true => Scope::converted(self.message, self.options),
            false => Scope::with(self.message, self.options),
        };
        scope.of_lines(self.draft.lines(), &self.facts)
    }

    /// What statements look at, if it were these segments.
    pub(super) fn scope_of<'s>(&'s self, lines: &'s [Line<'a>]) -> Scope<'s, 'a> {
        self.scope().of_lines(lines, &self.facts)
    }

    /// The values of a term, as text. What has parts of its own is no text.
    pub(super) fn texts(&self, term: &Term, scope: &Scope<'_, 'a>) -> Done<Vec<Vec<u8>>> {
        if let Some(path) = term.flattened(scope) {
            let why = format!("{path} has parts here, which would become text; say which part");
            return Err(Fault::of(why));
        }
        Ok(term.texts(scope).into_iter().map(std::borrow::Cow::into_owned).collect())
    }

    pub(super) fn segment(&self, index: usize) -> Segment<'a> {
        let bytes = self.draft.lines().get(index).map_or(&b""[..], |line| line.bytes);
        Segment::new(bytes, self.message.separators())
    }

    /// The segments that a path selects, by their indices among those that are looked at.
    pub(super) fn targets(&self, path: &Path) -> Vec<usize> {
        let all = (0..self.draft.lines().len()).filter(|&n| self.segment(n).has_id(path.segment));
        let scope = self.scope();
        path.which.pick(all, |&n, condition| condition.holds_in_segment(self.segment(n), &scope))
    }

    pub(super) fn context(&self) -> Context {
        let mut context = Context::new();
        let segments = (0..self.draft.lines().len()).map(|n| self.segment(n));
        context.read_segments(self.segment(0), segments);
        context
    }

    /// The segments that a block is done for, one after the other.
    pub(super) fn rows(&self, each: &Each, ids: &[SegmentId]) -> Vec<Row> {
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
    pub(super) fn rows_of(
        &self,
        context: &Context,
        ranges: impl Iterator<Item = Range<usize>>,
        ids: &[SegmentId],
    ) -> Vec<Row> {
        let lines = self.draft.lines();
        let id = |n: usize| lines.get(n).map_or(0, |line| line.id);
        let row = |range: Range<usize>| {
            let end = id(range.end - 1);
            Row { view: context.view(range, ids).into_iter().map(id).collect(), end }
        };
        ranges.filter(|range| !range.is_empty()).map(row).collect()
    }
}
