//! What the end of a text and the beginning of the next one tell together: a name that the end of a
//! line divides, or of which the first line has the title.

use super::cues::{Cue, cues};
use super::divided::beginning_at;
use super::letters::{Case, case, is_alnum, is_letter, word_at, word_before};
use super::look::Look;
use super::scan::{Care, Span, What, scan};
use super::streets::is_street_type;
use super::words::words;
use super::{Context, Identity};
use std::ops::Range;

/// The texts before and behind one, as they are written, that go on in it and in which it goes on:
/// lines of a note or of a report. Nothing where there are none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'m> {
    /// The text before.
    pub before: &'m [u8],
    /// The text behind.
    pub behind: &'m [u8],
}

impl Beside<'_> {
    /// Whether a text neither goes on nor is what another one goes on in.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.before.is_empty() && self.behind.is_empty()
    }
}

/// So many bytes of each text are looked at.
const REACH: usize = 48;

/// So many bytes may stand between two parts of a name.
const GAP: usize = 3;

/// Something found in two texts together: where it is in one of them, as written.
pub(super) struct Divided {
    pub(super) range: Range<usize>,
    pub(super) span: Span,
    /// Whether it begins in this text, so that what stands in its place does.
    pub(super) begins: bool,
    /// What it was found in.
    pub(super) text: Vec<u8>,
}

/// What is found in a text together with those beside it, in order.
pub(super) fn divided(
    raw: &[u8],
    beside: Beside<'_>,
    care: Care,
    context: Context<'_, '_>,
) -> Vec<Divided> {
    let mut found = Vec::new();
    if let Some(pair) = Pair::of(beside.before, raw, context.identity) {
        for (range, span, text) in pair.found(care, context) {
            if range.end > pair.joint.end {
                let start = range.start.max(pair.joint.end) - pair.joint.end;
                let begins = range.start >= pair.joint.end;
                let range = start..(range.end - pair.joint.end).min(raw.len());
                found.push(Divided { range, span, begins, text });
            }
        }
    }
    if let Some(pair) = Pair::of(raw, beside.behind, context.identity) {
        let start = raw.len() - pair.joint.start;
        for (range, span, text) in pair.found(care, context) {
            if range.start < pair.joint.start {
                let range = start + range.start..start + range.end.min(pair.joint.start);
                found.push(Divided { range, span, begins: true, text });
            }
        }
    }
    found
}

/// The end of a text and the beginning of the next.
struct Pair {
    raw: Vec<u8>,
    /// What is between them.
    joint: Range<usize>,
}

impl Pair {
    fn of(first: &[u8], second: &[u8], identity: &Identity) -> Option<Self> {
        if first.is_empty() || second.is_empty() || first == b"\"\"" || second == b"\"\"" {
            return None;
        }
        // From a blank on, so that no word and no escape sequence is cut.
        let cut = first.len().saturating_sub(REACH);
        let tail = first.get(cut..)?;
        let blank = if cut == 0 { None } else { tail.iter().position(|&b| b == b' ') };
        let tail = tail.get(blank.unwrap_or_default()..)?;
        let head = second.get(..REACH.min(second.len()))?;
        let cut =
            if head.len() == second.len() { None } else { head.iter().rposition(|&b| b == b' ') };
        let head = head.get(..cut.unwrap_or(head.len()))?;
        let is_address = tail.ends_with(b"@") || head.starts_with(b"@");
        let is_glued = is_address || matches!(tail.last(), Some(b'-' | b'_' | b'/'));
        let joint: &[u8] = if is_glued { b"" } else { b" " };
        let joined = [tail, joint, head].concat();
        let joint = tail.len()..tail.len() + joint.len();
        let pair = Self { raw: joined, joint };
        (is_address || pair.may_tell(identity)).then_some(pair)
    }

    /// Whether something could be found that is not found in either alone. Most lines end and begin
    /// with words that tell nothing.
    fn may_tell(&self, identity: &Identity) -> bool {
        let text = &self.raw;
        let last = text.get(..self.joint.start).unwrap_or_default();
        let Some(end) = last.iter().rposition(|&b| is_alnum(b)).map(|at| at + 1) else {
            return false;
        };
        let rest = text.get(self.joint.end..).unwrap_or_default();
        let Some(start) = rest.iter().position(|&b| is_alnum(b)) else { return false };
        if last.len() - end > GAP || start > GAP {
            return false;
        }
        let start = self.joint.end + start;
        let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let (before, behind) = (word_before(text, end), word_at(text, start));
        let is_number = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
        let is_told = |range: &Range<usize>| {
            cues()
                .of(at(range))
                .is_some_and(|cue| !matches!(cue, Cue::Link | Cue::Web | Cue::Domain))
        };
        // A sentence that ends tells nothing of the next, but for what has a point: Dr., tel.
        if last.iter().rfind(|&&b| b != b' ').is_some_and(|b| b".!?;".contains(b)) {
            return is_told(&before);
        }
        if is_number(end - 1) {
            return is_number(start)
                || is_told(&behind)
                || is_street_type(at(&behind))
                || identity.may_have(at(&behind));
        }
        !text.is_ascii()
            || is_told(&before)
            || beginning_at(text, &before).is_some_and(|at| identity.may_begin_name(at))
            || cues().of(at(&behind)) == Some(Cue::Degree)
            || is_street_type(at(&behind))
            || case(at(&before)) != Case::Lower && words().of(at(&before)).is_name()
    }

    /// What is found across, and beside where the texts meet.
    fn found(&self, care: Care, context: Context<'_, '_>) -> Vec<(Range<usize>, Span, Vec<u8>)> {
        let look = Look::new(&self.raw, context.scope);
        let spans = scan(context.identity, look.text(), care);
        let places: Vec<Range<usize>> =
            spans.iter().map(|span| look.raw(span.range.clone())).collect();
        let is_near = |from: usize, to: usize| {
            let gap = self.raw.get(from..to).unwrap_or_default();
            gap.len() <= GAP + 1 && !gap.iter().any(|&b| is_letter(b) || b.is_ascii_digit())
        };
        // What meets the other text, and what that meets.
        let mut meets: Vec<bool> = places
            .iter()
            .map(|range| range.start < self.joint.start && range.end > self.joint.end)
            .collect();
        let mut edge = self.joint.end;
        for (range, meets) in places.iter().zip(&mut meets) {
            if range.start >= self.joint.end && is_near(edge, range.start) {
                *meets = true;
                edge = range.end;
            }
        }
        let mut edge = self.joint.start;
        for (range, meets) in places.iter().zip(&mut meets).rev() {
            if range.end <= self.joint.start && is_near(range.end, edge) {
                *meets = true;
                edge = range.start;
            }
        }
        let found = spans.into_iter().zip(places).zip(meets);
        found
            .filter(|((span, _), meets)| {
                *meets && !matches!(span.what, What::Other(super::Sort::Word))
            })
            .map(|((span, range), _)| (range, span, look.text().to_vec()))
            .collect()
    }
}
