//! What was done, in numbers. Nothing of a message is in it.

use super::rules::{Rule, Rules};
use super::text::Found;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// What was done with messages.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Values that are not empty, by the number of their rule.
    fields: Vec<u64>,
    /// As [`Tally::fields`]: kept values in which something stood that identifies.
    residual: Vec<u64>,
    /// As there, in fields that no rule knows and that the rules of a site keep.
    unknown_residual: u64,
    /// Segments that no rule knows.
    segments: BTreeMap<[u8; 3], u64>,
    /// Such segments whose id is none that a site gives (Z), which may be anything.
    pub unusual_segments: u64,
    /// Fields, not empty, that no rule knows, in whatever segment.
    pub unknown_fields: u64,
    /// Lines that are no segments, which are left out.
    pub dropped_lines: u64,
    /// Dates that could not be read, which are emptied.
    pub emptied_dates: u64,
    /// Documents and other data within values, which are emptied.
    pub emptied_documents: u64,
    /// What was found in texts.
    pub found: Found,
}

impl Tally {
    #[inline]
    pub(super) fn field(&mut self, rule: usize) {
        count(&mut self.fields, rule, 1);
    }

    #[cold]
    pub(super) fn residual(&mut self, rule: usize) {
        match rule {
            Rule::NO_NUMBER => self.unknown_residual += 1,
            rule => count(&mut self.residual, rule, 1),
        }
    }

    #[cold]
    pub(super) fn segment(&mut self, id: &[u8]) {
        match <[u8; 3]>::try_from(id) {
            // A name can look like the id of a segment, too.
            Ok(id) if usual(&id) && id[0] == b'Z' => *self.segments.entry(id).or_default() += 1,
            _ => self.unusual_segments += 1,
        }
    }

    /// How many values each rule was applied to: the field (`PID-3`), the action, the number.
    pub fn fields<'t>(
        &'t self,
        rules: &'t Rules,
    ) -> impl Iterator<Item = (String, &'static str, u64)> + use<'t> {
        let counts = |n: usize| self.fields.get(n).copied().unwrap_or(0);
        rules
            .all()
            .map(move |(id, rule)| (path(id, rule.field), rule.action.word(), counts(rule.number)))
            .filter(|&(_, _, count)| count > 0)
    }

    /// In how many kept values of which field something stood that identifies, which was taken
    /// out of them. `*` is for all fields that no rule knows.
    pub fn residual_hits<'t>(
        &'t self,
        rules: &'t Rules,
    ) -> impl Iterator<Item = (String, u64)> + use<'t> {
        let counts = |n: usize| self.residual.get(n).copied().unwrap_or(0);
        rules
            .all()
            .map(move |(id, rule)| (path(id, rule.field), counts(rule.number)))
            .chain([("*".to_owned(), self.unknown_residual)])
            .filter(|&(_, count)| count > 0)
    }

    /// Segments that no rule knows, by id.
    pub fn unknown_segments(&self) -> impl Iterator<Item = (String, u64)> + use<'_> {
        self.segments.iter().map(|(id, &count)| (String::from_utf8_lossy(id).into_owned(), count))
    }
}

/// Capitals and digits, a capital first: what an id of a segment looks like.
pub(super) fn usual(id: &[u8; 3]) -> bool {
    id[0].is_ascii_uppercase() && id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn path(id: [u8; 3], field: u16) -> String {
    format!("{}-{field}", String::from_utf8_lossy(&id))
}

fn count(counts: &mut Vec<u64>, at: usize, by: u64) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += by;
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        for (mine, theirs) in
            [(&mut self.fields, &other.fields), (&mut self.residual, &other.residual)]
        {
            for (at, &by) in theirs.iter().enumerate().filter(|&(_, &by)| by > 0) {
                count(mine, at, by);
            }
        }
        for (id, by) in &other.segments {
            *self.segments.entry(*id).or_default() += by;
        }
        self.unknown_residual += other.unknown_residual;
        self.unusual_segments += other.unusual_segments;
        self.unknown_fields += other.unknown_fields;
        self.dropped_lines += other.dropped_lines;
        self.emptied_dates += other.emptied_dates;
        self.emptied_documents += other.emptied_documents;
        self.found += &other.found;
    }
}
