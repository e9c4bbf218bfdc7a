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
    pub(super) fn new(context: &Context, rows: Vec<usize>) -> Self {
        let groups = rows.iter().map(|&row| {
            let mut groups: Vec<_> = context.enclosing(row).map(|(_, range)| range).collect();
            groups.reverse();
            groups
        });
        Self { groups: groups.collect(), rows }
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
