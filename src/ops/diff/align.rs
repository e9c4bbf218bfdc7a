//! Which items of two sequences belong together: equal ones first, then those of a kind.
//!
//! The common beginning and end cost next to nothing. What is between them takes the algorithm of
//! Myers (1986), whose time grows with the number of differences, up to a fixed number of steps;
//! beyond it each item is matched with the next equal one near by.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// The most steps for one alignment: some milliseconds, and 16 MiB.
const MOST_STEPS: usize = 1 << 22;

/// How far the next equal item is looked for when there are too many differences.
const NEAR: usize = 64;

/// What became of an item; the numbers are places in the two sequences, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The items belong together, equal or not.
    Both(usize, usize),
    /// The item is only in the sequence before.
    Before(usize),
    /// The item is only in the sequence after.
    After(usize),
}

/// One of the two sequences: what items say, and of which kind they are. Both are as long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items<'a, K, D> {
    pub(super) contents: &'a [K],
    pub(super) kinds: &'a [D],
}

/// Aligns two sequences: every item is in one step, and the steps are in order on both sides.
pub(super) fn align<K: Eq + Hash, D: Eq + Hash>(
    before: Items<'_, K, D>,
    after: Items<'_, K, D>,
) -> Vec<Step> {
    let mut steps = Vec::with_capacity(before.contents.len());
    let mut done = (0, 0);
    let end = (before.contents.len(), after.contents.len());
    for (b, a) in matches(before.contents, after.contents) {
        gap(before.kinds, after.kinds, done.0..b, done.1..a, &mut steps);
        steps.push(Step::Both(b, a));
        done = (b + 1, a + 1);
    }
    gap(before.kinds, after.kinds, done.0..end.0, done.1..end.1, &mut steps);
    steps
}

/// Aligns what is between equal items by kind.
fn gap<D: Eq + Hash>(
    before: &[D],
    after: &[D],
    in_before: Range<usize>,
    in_after: Range<usize>,
    steps: &mut Vec<Step>,
) {
    let first = (in_before.start, in_after.start);
    let mut done = first;
    for (b, a) in matches(&before[in_before.clone()], &after[in_after.clone()]) {
        let (b, a) = (first.0 + b, first.1 + a);
        steps.extend((done.0..b).map(Step::Before));
        steps.extend((done.1..a).map(Step::After));
        steps.push(Step::Both(b, a));
        done = (b + 1, a + 1);
    }
    steps.extend((done.0..in_before.end).map(Step::Before));
    steps.extend((done.1..in_after.end).map(Step::After));
}

/// Pairs of equal items, in order on both sides: as many as there can be, unless that would take
/// too long.
fn matches<K: Eq + Hash>(before: &[K], after: &[K]) -> Vec<(usize, usize)> {
    let start = before.iter().zip(after).take_while(|(b, a)| b == a).count();
    let (rest_before, rest_after) = (&before[start..], &after[start..]);
    let ends = rest_before.iter().rev().zip(rest_after.iter().rev());
    let end = ends.take_while(|(b, a)| b == a).count();
    let (rest_before, rest_after) =
        (&rest_before[..rest_before.len() - end], &rest_after[..rest_after.len() - end]);

    let mut pairs: Vec<_> = (0..start).map(|n| (n, n)).collect();
    if !rest_before.is_empty() && !rest_after.is_empty() {
        let between = between(rest_before, rest_after);
        pairs.extend(between.into_iter().map(|(b, a)| (start + b, start + a)));
    }
    pairs.extend((0..end).rev().map(|n| (before.len() - 1 - n, after.len() - 1 - n)));
    pairs
}

/// The pairs where neither the first nor the last items are equal. Items that only one side has
/// are set aside, so that a gap in which nothing is equal costs no search.
fn between<K: Eq + Hash>(before: &[K], after: &[K]) -> Vec<(usize, usize)> {
    let mut numbers: HashMap<&K, u32> = HashMap::new();
    for item in before {
        let next = numbers.len() as u32;
        numbers.entry(item).or_insert(next);
    }
    let mut shared = vec![false; numbers.len()];
    let mut places_after = Vec::new();
    let mut numbers_after = Vec::new();
    for (place, item) in after.iter().enumerate() {
        if let Some(&number) = numbers.get(item) {
            shared[number as usize] = true;
            places_after.push(place);
            numbers_after.push(number);
        }
    }
    let known = before.iter().enumerate().map(|(place, item)| (place, numbers[item]));
    let (places_before, numbers_before): (Vec<_>, Vec<_>) =
        known.filter(|&(_, number)| shared[number as usize]).unzip();
    longest(&numbers_before, &numbers_after)
        .unwrap_or_else(|| near(&numbers_before, &numbers_after))
        .into_iter()
        .map(|(b, a)| (places_before[b], places_after[a]))
        .collect()
}

/// The longest sequence of pairs; `None` if finding it takes more than [`MOST_STEPS`].
///
/// Row `d` tells how far paths with `d` differences come: entry `i` is for those with `i` items
/// that are only before, and says at which item of `before` they are. At which item of `after`
/// follows from it.
fn longest(before: &[u32], after: &[u32]) -> Option<Vec<(usize, usize)>> {
    let mut rows: Vec<Vec<u32>> = Vec::new();
    let mut steps = 0;
    for d in 0..=before.len() + after.len() {
        let mut row = Vec::with_capacity(d + 1);
        for i in 0..=d {
            let mut b = start(rows.last(), i).0;
            while before.get(b).is_some_and(|item| after.get(b + d - 2 * i) == Some(item)) {
                b += 1;
                steps += 1;
            }
            row.push(b as u32);
            if b == before.len() && b + d - 2 * i == after.len() {
                rows.push(row);
                return Some(back(&rows, i));
            }
        }
        steps += row.len();
        if steps > MOST_STEPS {
            return None;
        }
        rows.push(row);
    }
    None
}

/// Where a path goes on behind its last difference, and whether that is an item only before.
fn start(last: Option<&Vec<u32>>, i: usize) -> (usize, bool) {
    let Some(last) = last else { return (0, false) };
    let only_before = i.checked_sub(1).map(|i| last[i] as usize + 1);
    let only_after = last.get(i).map(|&b| b as usize);
    if only_before > only_after {
        (only_before.unwrap_or(0), true)
    } else {
        (only_after.unwrap_or(0), false)
    }
}

/// Goes back from the end of the path in entry `i` of the last row and collects its pairs.
fn back(rows: &[Vec<u32>], mut i: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (d, row) in rows.iter().enumerate().rev() {
        let (start, only_before) = start(d.checked_sub(1).map(|d| &rows[d]), i);
        pairs.extend((start..row[i] as usize).rev().map(|b| (b, b + d - 2 * i)));
        i -= usize::from(only_before);
    }
    pairs.reverse();
    pairs
}

/// Each item with the next equal one, if that is near.
fn near(before: &[u32], after: &[u32]) -> Vec<(usize, usize)> {
    let mut next = 0;
    let mut pairs = Vec::new();
    for (b, item) in before.iter().enumerate() {
        if let Some(skipped) = after[next..].iter().take(NEAR).position(|other| other == item) {
            pairs.push((b, next + skipped));
            next += skipped + 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Letters are items, of one kind if they differ only in case.
    fn steps(before: &str, after: &str) -> Vec<Step> {
        let kinds = [before, after].map(str::to_ascii_lowercase);
        align(
            Items { contents: before.as_bytes(), kinds: kinds[0].as_bytes() },
            Items { contents: after.as_bytes(), kinds: kinds[1].as_bytes() },
        )
    }

    /// The length of the longest common subsequence, by the book.
    fn common(before: &[u8], after: &[u8]) -> usize {
        let mut row = vec![0; after.len() + 1];
        for b in before {
            let mut diagonal = 0;
            for (n, a) in after.iter().enumerate() {
                let here = if a == b { diagonal + 1 } else { row[n].max(row[n + 1]) };
                diagonal = std::mem::replace(&mut row[n + 1], here);
            }
        }
        row[after.len()]
    }

    #[test]
    fn equal_items_come_first_then_those_of_a_kind_in_order() {
        use Step::{After, Before, Both};
        assert_eq!(steps("", ""), []);
        assert_eq!(steps("mp", "mp"), [Both(0, 0), Both(1, 1)]);
        assert_eq!(steps("mpo", "mPo"), [Both(0, 0), Both(1, 1), Both(2, 2)]);
        assert_eq!(steps("mpo", "mpzo"), [Both(0, 0), Both(1, 1), After(2), Both(2, 3)]);
        assert_eq!(steps("mpzo", "mpo"), [Both(0, 0), Both(1, 1), Before(2), Both(3, 2)]);
        assert_eq!(steps("mx", "my"), [Both(0, 0), Before(1), After(1)]);
        // The one that is equal keeps its partner, though another of the kind comes first.
        assert_eq!(steps("mo", "mOo"), [Both(0, 0), After(1), Both(1, 2)]);
        assert_eq!(steps("mooo", "mOO"), [Both(0, 0), Both(1, 1), Both(2, 2), Before(3)]);
    }

    #[test]
    fn too_many_differences_are_matched_near_by() {
        // One reversed list of items that are all different has no long common sequence.
        let before: Vec<u32> = (0..6000).collect();
        let after: Vec<u32> = before.iter().rev().copied().collect();
        assert_eq!(longest(&before, &after), None);
        let kinds = vec![(); 6000];
        let found = align(
            Items { contents: &before, kinds: &kinds },
            Items { contents: &after, kinds: &kinds },
        );
        assert!(found.len() <= 12_000);
        // A shift by one in a long list is a single difference.
        let shifted: Vec<u32> = std::iter::once(9999).chain(before.iter().copied()).collect();
        let more = vec![(); 6001];
        let found = align(
            Items { contents: &before, kinds: &kinds },
            Items { contents: &shifted, kinds: &more },
        );
        assert_eq!(found[..2], [Step::After(0), Step::Both(0, 1)]);
        assert_eq!(found.len(), 6001);
    }

    proptest! {
        #[test]
        fn every_item_is_in_one_step_in_order(before in "[abABx]{0,12}", after in "[abABy]{0,12}") {
            let (mut b, mut a) = (0, 0);
            for step in steps(&before, &after) {
                if let Step::Both(n, _) | Step::Before(n) = step {
                    prop_assert_eq!(n, b);
                    b += 1;
                }
                if let Step::Both(_, n) | Step::After(n) = step {
                    prop_assert_eq!(n, a);
                    a += 1;
                }
                if let Step::Both(b, a) = step {
                    prop_assert!(before.as_bytes()[b].eq_ignore_ascii_case(&after.as_bytes()[a]));
                }
            }
            prop_assert_eq!((b, a), (before.len(), after.len()));
        }

        #[test]
        fn as_many_as_can_be_are_matched(before in "[abc]{0,14}", after in "[abcd]{0,14}") {
            let (before, after) = (before.as_bytes(), after.as_bytes());
            let found = matches(before, after);
            prop_assert!(found.iter().all(|&(b, a)| before[b] == after[a]));
            prop_assert!(found.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            prop_assert_eq!(found.len(), common(before, after));
        }
    }
}
