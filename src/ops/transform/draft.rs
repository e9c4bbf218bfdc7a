//! A message under edit: its segments, each of which is replaced whole when something in it
//! changes. What no statement touches stays the slice of the input that it is.

use crate::core::Line;
use bumpalo::Bump;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The segments of a message, and those that statements look at now.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    arena: &'a Bump,
    /// All segments there ever were, by their numbers; `None` for one that was deleted.
    segments: Vec<Option<&'a [u8]>>,
    /// Those that statements look at, in order.
    lines: Vec<Line<'a>>,
    /// Segments that were added while not all of them were looked at.
    added: Vec<Added>,
    /// What was looked at before each [`Draft::enter`] that is open.
    outer: Vec<Vec<Line<'a>>>,
    /// Of segments that were moved, by the numbers that they had first: those that they have now.
    moved: HashMap<u32, u32>,
    /// The other way round, for all numbers that they have had since.
    moved_from: HashMap<u32, u32>,
    changed: bool,
}

/// A segment that was added, and beside which.
#[derive(Clone, Copy, Debug)]
struct Added {
    id: u32,
    anchor: u32,
    after: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(arena: &'a Bump, segments: impl Iterator<Item = &'a [u8]>) -> Self {
        let lines: Vec<_> = segments.zip(0..).map(|(bytes, id)| Line { bytes, id }).collect();
        Self {
            arena,
            segments: lines.iter().map(|line| Some(line.bytes)).collect(),
            lines,
            added: Vec::new(),
            outer: Vec::new(),
            moved: HashMap::new(),
            moved_from: HashMap::new(),
            changed: false,
        }
    }

    /// The segments that statements look at, the first of which is MSH.
    pub(super) fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    /// Whether all segments are looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.outer.is_empty()
    }

    /// All segments of the message in order, whichever are looked at.
    pub(super) fn all(&self) -> Cow<'_, [Line<'a>]> {
        let Some(outermost) = self.outer.first() else { return Cow::Borrowed(&self.lines) };
        let lines = outermost.clone();
        let mut whole = Self { lines, outer: Vec::new(), ..self.clone() };
        whole.refresh(0);
        Cow::Owned(whole.lines)
    }

    /// Whether anything is not as it came.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// So many bytes were kept, those that were replaced meanwhile with them.
    pub(super) fn kept(&self) -> usize {
        self.arena.allocated_bytes()
    }

    /// Keeps bytes as long as the message is worked on.
    pub(super) fn keep(&self, bytes: &[u8]) -> &'a [u8] {
        self.arena.alloc_slice_copy(bytes)
    }

    /// Replaces the segment at an index of [`Draft::lines`].
    pub(super) fn replace(&mut self, index: usize, bytes: &[u8]) {
        let Some(line) = self.lines.get_mut(index).filter(|line| line.bytes != bytes) else {
            return;
        };
        line.bytes = self.arena.alloc_slice_copy(bytes);
        self.changed = true;
        if let Some(segment) = self.segments.get_mut(line.id as usize) {
            *segment = Some(line.bytes);
        }
    }

    /// Deletes the segments for which `gone` holds, but never the first.
    pub(super) fn delete(&mut self, gone: impl Fn(&Line<'a>) -> bool) {
        let (segments, changed) = (&mut self.segments, &mut self.changed);
        let mut first = true;
        self.lines.retain(|line| {
            if std::mem::take(&mut first) || !gone(line) {
                return true;
            }
            *changed = true;
            if let Some(segment) = segments.get_mut(line.id as usize) {
                *segment = None;
            }
            false
        });
    }

    /// Adds a segment beside each of those with these numbers; returns the numbers of the new ones
    /// in order.
    pub(super) fn insert(&mut self, bytes: &[u8], anchors: &[u32], after: bool) -> Vec<u32> {
        let bytes = self.keep(bytes);
        let first = self.segments.len() as u32;
        let ids: Vec<u32> = (first..).take(anchors.len()).collect();
        self.segments.resize(self.segments.len() + anchors.len(), Some(bytes));
        self.changed |= !anchors.is_empty();
        if !self.outer.is_empty() {
            let added = ids.iter().zip(anchors);
            self.added.extend(added.map(|(&id, &anchor)| Added { id, anchor, after }));
        }
        // One pass for any number of them.
        let mut new: HashMap<u32, u32> = anchors.iter().copied().zip(ids.iter().copied()).collect();
        let mut lines = Vec::with_capacity(self.lines.len() + anchors.len());
        for line in &self.lines {
            let id = new.remove(&line.id);
            let added = id.map(|id| Line { bytes, id });
            lines.extend(added.filter(|_| !after));
            lines.push(*line);
            lines.extend(added.filter(|_| after));
        }
        self.lines = lines;
        ids
    }

    /// Puts the segments at some indices of [`Draft::lines`] beside the one at another, in their
    /// order. Each gets a new number, as if it were added there and deleted where it stood.
    pub(super) fn shift(&mut self, indices: &[usize], anchor: usize, after: bool) {
        let found = |n: &usize| self.lines.get(*n).copied();
        let lines: Vec<Line<'a>> = indices.iter().filter_map(found).collect();
        let Some(anchor) = found(&anchor).map(|line| line.id) else { return };
        let first = self.segments.len() as u32;
        let new: Vec<Line<'a>> =
            lines.iter().zip(first..).map(|(line, id)| Line { bytes: line.bytes, id }).collect();
        self.segments.extend(new.iter().map(|line| Some(line.bytes)));
        for (old, new) in lines.iter().zip(&new) {
            let first = self.moved_from.get(&old.id).copied().unwrap_or(old.id);
            self.moved.insert(first, new.id);
            self.moved_from.insert(new.id, first);
            if let Some(segment) = self.segments.get_mut(old.id as usize) {
                *segment = None;
            }
        }
        if !self.outer.is_empty() {
            let mut added: Vec<_> =
                new.iter().map(|line| Added { id: line.id, anchor, after }).collect();
            if after {
                added.reverse();
            }
            self.added.extend(added);
        }
        let gone: HashSet<u32> = lines.iter().map(|line| line.id).collect();
        let mut all = Vec::with_capacity(self.lines.len());
        for line in self.lines.iter().filter(|line| !gone.contains(&line.id)) {
            let here = if line.id == anchor { &new[..] } else { &[] };
            all.extend_from_slice(if after { &[] } else { here });
            all.push(*line);
            all.extend_from_slice(if after { here } else { &[] });
        }
        self.lines = all;
        self.changed = true;
    }

    /// The number that a segment has now, wherever it was moved meanwhile.
    pub(super) fn now(&self, id: u32) -> u32 {
        let first = self.moved_from.get(&id).unwrap_or(&id);
        self.moved.get(first).copied().unwrap_or(id)
    }

    /// Looks at some segments only, by their numbers, in order; those deleted meanwhile are left
    /// out.
    pub(super) fn enter(&mut self, ids: impl Iterator<Item = u32>) {
        let segments = &self.segments;
        let lines = ids.map(|id| self.now(id)).filter_map(|id| {
            segments.get(id as usize).copied().flatten().map(|bytes| Line { bytes, id })
        });
        let lines = lines.collect();
        self.outer.push(std::mem::replace(&mut self.lines, lines));
    }

    /// Ends [`Draft::enter`]. [`Draft::refresh`] is to follow, once for any number of levels.
    pub(super) fn leave(&mut self) {
        self.lines = self.outer.pop().unwrap_or_default();
    }

    /// Brings the segments that are looked at up to date with what changed since `added` segments
    /// had been added. Later ones stand nearer to what they were added beside.
    pub(super) fn refresh(&mut self, added: usize) {
        let mut beside: HashMap<u32, Vec<Added>> = HashMap::new();
        for new in self.added.get(added..).unwrap_or_default() {
            beside.entry(new.anchor).or_default().push(*new);
        }
        if self.outer.is_empty() {
            self.added.clear();
        }
        let mut lines = Vec::with_capacity(self.lines.len() + beside.len());
        for line in std::mem::take(&mut self.lines) {
            // Segments may have been added beside added ones: a stack, not the call stack.
            let mut open = vec![(line.id, false)];
            while let Some((id, itself)) = open.pop() {
                let around = beside.get(&id).filter(|_| !itself);
                if let Some(around) = around {
                    let after = around.iter().filter(|new| new.after);
                    open.extend(after.map(|new| (new.id, false)));
                    open.push((id, true));
                    let before = around.iter().filter(|new| !new.after).rev();
                    open.extend(before.map(|new| (new.id, false)));
                } else if let Some(bytes) = self.segments.get(id as usize).copied().flatten() {
                    lines.push(Line { bytes, id });
                }
            }
        }
        self.lines = lines;
    }

    /// How many segments were added so far within inner levels.
    pub(super) fn added(&self) -> usize {
        self.added.len()
    }

    /// Goes on with some of the segments only.
    pub(super) fn narrowed(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut narrowed = self.clone();
        let mut index = 0;
        narrowed.lines.retain(|_| {
            index += 1;
            keep(index - 1)
        });
        narrowed.changed = true;
        narrowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_lines(lines: &[Line<'_>]) -> String {
        let names: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line.bytes)).collect();
        names.join(" ")
    }

    fn shown(draft: &Draft<'_>) -> String {
        shown_lines(draft.lines())
    }

    #[test]
    fn what_is_added_inside_stands_where_it_was_added() {
        let arena = Bump::new();
        let segments = ["MSH", "PID", "OBX", "NTE"];
        let mut draft = Draft::new(&arena, segments.iter().map(|s| s.as_bytes()));
        let added = draft.added();
        draft.enter([0, 2].into_iter());
        assert_eq!(shown(&draft), "MSH OBX");
        let first = draft.insert(b"A", &[2], true);
        draft.insert(b"B", &[2], true);
        draft.insert(b"C", &first, true);
        draft.insert(b"D", &[2], false);
        draft.insert(b"E", &[2], false);
        draft.replace(3, b"OBX|1");
        assert_eq!(shown(&draft), "MSH D E OBX|1 B A C");
        assert_eq!(shown_lines(&draft.all()), "MSH PID D E OBX|1 B A C NTE");
        draft.leave();
        draft.refresh(added);
        assert_eq!(shown(&draft), "MSH PID D E OBX|1 B A C NTE");
        draft.delete(|line| line.bytes.starts_with(b"OBX") || line.id == 0);
        assert_eq!(shown(&draft), "MSH PID D E B A C NTE");
        assert!(draft.is_changed());
    }

    #[test]
    fn what_is_moved_inside_stands_there_outside_too() {
        let arena = Bump::new();
        let segments = ["MSH", "PID", "A", "B", "C", "D"];
        let mut draft = Draft::new(&arena, segments.iter().map(|s| s.as_bytes()));
        draft.shift(&[4, 2], 1, true);
        assert_eq!(shown(&draft), "MSH PID C A B D");
        let added = draft.added();
        // By the numbers that they had when they came.
        draft.enter([0, 4, 2, 5].into_iter());
        assert_eq!(shown(&draft), "MSH C A D");
        draft.shift(&[1, 2], 3, true);
        assert_eq!(shown(&draft), "MSH D C A");
        draft.insert(b"E", &[draft.now(4)], false);
        draft.shift(&[1], 2, false);
        assert_eq!(shown(&draft), "MSH D E C A");
        assert_eq!(shown_lines(&draft.all()), "MSH PID B D E C A");
        draft.leave();
        draft.refresh(added);
        assert_eq!(shown(&draft), "MSH PID B D E C A");
    }
}
