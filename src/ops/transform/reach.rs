//! What statements look at and what they change, as far as the script tells: which paths go
//! together, and which segments a block needs.

use super::statement::{Anchor, Block, NamePart, Own, Source, What};
use crate::core::edit::guard;
use crate::core::{Path, SegmentId, Select};

/// Whether what stands at one path can stand at another as it is written.
pub(super) fn copied(from: &Path, to: &Path) -> Result<Source, String> {
    if from.position.is_none() {
        return Err("a field of the segment".to_owned());
    }
    if guard(from).is_err() {
        return Err("another field, for the delimiters are no value".to_owned());
    }
    if to.position.is_none() {
        return Err("a field to copy to".to_owned());
    }
    Ok(Source::Path(from.clone()))
}

/// Whether a source looks into the segments of `to`.
pub(super) fn own(to: &Path, source: &Source) -> Result<Own, String> {
    let paths: Vec<&Path> = match source {
        Source::Path(path) => vec![path],
        Source::Term(term) => term.paths().collect(),
        Source::Text(_) | Source::Markup(_) => Vec::new(),
    };
    let (own, others): (Vec<&Path>, Vec<&Path>) =
        paths.into_iter().partition(|path| path.segment == to.segment);
    // The same brackets as those of the segment that is set mean that one, too.
    let itself = |path: &&&Path| path.which == Select::All || path.which == to.which;
    let every = own.iter().filter(itself).count();
    if every == 0 {
        return Ok(None);
    }
    // A number counts among all of them: where it stands, it stands everywhere.
    let numbers = own.iter().filter(|path| matches!(path.which, Select::Nth(_))).count();
    if every < own.len() || !(numbers == 0 || numbers == own.len()) {
        let id = to.segment.escape_ascii();
        return Err(format!(
            "either {id}, the segment that is set, or {id} with an index; `let` keeps the other"
        ));
    }
    Ok(Some(others.into_iter().map(|path| path.segment).collect()))
}

/// Whether a place of one path may be one of the other, or a part of it.
pub(super) fn meet(one: &Path, other: &Path) -> bool {
    fn apart(one: &Select, other: &Select) -> bool {
        matches!((one, other), (Select::Nth(n), Select::Nth(m)) if n != m)
    }
    fn differ(one: Option<u16>, other: Option<u16>) -> bool {
        one.zip(other).is_some_and(|(one, other)| one != other)
    }
    let (Some(a), Some(b)) = (&one.position, &other.position) else { return false };
    one.segment == other.segment
        && !apart(&one.which, &other.which)
        && a.field == b.field
        && !apart(&a.repetition, &b.repetition)
        && !differ(a.part.component, b.part.component)
        && !differ(a.part.subcomponent, b.part.subcomponent)
}

/// The segments that the statements of a block look at, and `more`, in order.
pub(super) fn ids_of(block: &Block, more: impl IntoIterator<Item = SegmentId>) -> Vec<SegmentId> {
    let mut ids: Vec<_> = more.into_iter().collect();
    collect_ids(block, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn collect_ids(block: &Block, ids: &mut Vec<SegmentId>) {
    fn source(source: &Source, ids: &mut Vec<SegmentId>) {
        match source {
            Source::Path(path) => ids.push(path.segment),
            Source::Term(term) => ids.extend(term.paths().map(|path| path.segment)),
            Source::Text(_) | Source::Markup(_) => {}
        }
    }
    for statement in block {
        match &statement.what {
            What::Set { path, source: from, .. } | What::Add { path, source: from, .. } => {
                ids.push(path.segment);
                source(from, ids);
            }
            What::Delete(path) | What::Replace { path, .. } => ids.push(path.segment),
            What::Move { from, to, .. } | What::Shift { from, to, .. } => {
                ids.extend([from.segment, to.segment])
            }
            What::Insert { at, block, segment, .. } => {
                if let Anchor::Before(path) | Anchor::After(path) = at {
                    ids.push(path.segment);
                }
                ids.push(segment.id());
                collect_ids(block, ids);
            }
            What::Map(map) => ids.push(map.path.segment),
            What::When { branches, otherwise, .. } => {
                for (condition, block) in branches {
                    ids.extend(condition.paths().map(|path| path.segment));
                    collect_ids(block, ids);
                }
                collect_ids(otherwise, ids);
            }
            What::Each { ids: inner, .. } => ids.extend(inner),
            What::Let { term, .. } => {
                ids.extend(term.paths().map(|path| path.segment));
            }
            What::Emit(parts) => {
                for part in parts {
                    if let NamePart::Value(term) = part {
                        ids.extend(term.paths().map(|path| path.segment));
                    }
                }
            }
            What::Bridge(_)
            | What::Drop
            | What::Reject(_)
            | What::Split(_)
            | What::DeleteAlike(_)
            | What::DeleteGroup(_) => {}
        }
    }
}
