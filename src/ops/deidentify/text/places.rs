//! Places that are told by numbers: boxes of post offices, coordinates.

use super::digits::{Groups, digits_end};
use super::letters::{is_any_at, word_before};
use std::ops::Range;

/// A box of a post office whose number is a group: `PO Box 123`, `P.O. Box 123`.
pub(super) fn post_box(text: &[u8], number: Range<usize>) -> Option<Range<usize>> {
    let is = |range: &Range<usize>, of: &[u8]| is_any_at(text, range, &[of]);
    let signs = |at: usize| {
        let head = text.get(..at).unwrap_or_default();
        at - head.iter().rev().take(2).take_while(|b| b" .#".contains(b)).count()
    };
    let word = word_before(text, signs(number.start));
    if !is(&word, b"box") {
        return None;
    }
    let office = word_before(text, signs(word.start));
    let post = word_before(text, signs(office.start));
    (is(&office, b"po") || is(&office, b"o") && is(&post, b"p")).then_some(number)
}

/// Coordinates that begin with a group, with four digits behind the point or more: `42.3601,
/// -71.0589`.
pub(super) fn coordinates(text: &[u8], groups: &Groups) -> Option<Range<usize>> {
    let is_degrees = |whole: usize, part: usize| (1..=3).contains(&whole) && part > 3;
    if groups.between(text, 0) != b"." || !is_degrees(groups.width(0), groups.width(1)) {
        return None;
    }
    let end = groups.range(1).end;
    let rest = text.get(end..)?.strip_prefix(b",")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let rest = rest.strip_prefix(b"-").unwrap_or(rest);
    let start = text.len() - rest.len();
    let point = digits_end(text, start);
    let last = digits_end(text, point + 1);
    let fits = text.get(point) == Some(&b'.') && is_degrees(point - start, last - point - 1);
    fits.then(|| groups.range(0).start..last)
}
