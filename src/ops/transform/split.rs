//! One message in several: which segments each of them has.

use crate::ops::groups::Context;
use std::ops::Range;

/// The longest MSH-10 that every version allows.
pub(super) const CONTROL_ID_MAX: usize = 20;

/// The segments that a message is split by, and the groups that each of them is in.
pub(super) struct Parts {
    rows: Vec<usize>,
    /// From outside in.
    groups: Vec<Vec<Range<usize>>>,
}

impl Parts {
    pub(super) fn new(context: &Context, mut rows: Vec<usize>) -> Self {
        rows.extend(others(context, &rows));
        rows.sort_unstable();
        rows.dedup();
        let groups = rows.iter().map(|&row| {
            let mut groups: Vec<_> = context.enclosing(row).map(|(_, range)| range).collect();
            groups.reverse();
            groups
        });
        Self { groups: groups.collect(), rows }
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Which segments the message for row `n` does not have: the groups of the other rows, as far
    /// out as it is not in them. What is in none of the groups is in all messages, and so is an
    /// ORC that stands for several OBR.
    pub(super) fn without(&self, n: usize, context: &Context) -> Vec<bool> {
        let mut without = vec![false; context.len()];
        let row = self.rows[n];
        let mut last = 0..0;
        for (other, groups) in self.rows.iter().zip(&self.groups) {
            if *other == row {
                continue;
            }
            let apart = groups.iter().find(|range| !range.contains(&row)).cloned();
            let apart = apart.unwrap_or(*other..other + 1);
            // Many rows may be in the same group.
            if apart != last {
                without.get_mut(apart.clone()).unwrap_or_default().fill(true);
                last = apart;
            }
        }
        let mut shared = Vec::new();
        context.resolve(row, *b"ORC", &mut shared);
        for at in shared {
            if let Some(without) = without.get_mut(at) {
                *without = false;
            }
        }
        without
    }
}

/// Where groups begin that are like those of the rows, which are in order, have none, and belong to
/// none: an order of a medicine among orders of tests. In the messages of all the others it would
/// be asked for as often as there are rows.
fn others(context: &Context, rows: &[usize]) -> Vec<usize> {
    let count = |range: &Range<usize>| {
        let before = |end: usize| rows.partition_point(|&row| row < end);
        before(range.end) - before(range.start)
    };
    // The outermost group that a row has for itself.
    let own =
        |&row: &usize| context.enclosing(row).take_while(|(_, range)| count(range) == 1).last();
    let (mut names, owned): (Vec<&str>, Vec<Range<usize>>) = rows.iter().filter_map(own).unzip();
    names.sort_unstable();
    names.dedup();
    // Results are a row's where it stands behind their order, though others stand behind results.
    // No two rows have the same.
    let is_owned = |range: &Range<usize>| {
        let before = owned.partition_point(|own| own.start <= range.start).checked_sub(1);
        before.is_some_and(|at| range.start < owned[at].end)
    };
    let like = names.into_iter().flat_map(|name| context.occurrences(name));
    like.filter(|range| count(range) == 0 && !is_owned(range)).map(|range| range.start).collect()
}
