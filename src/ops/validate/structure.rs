//! Holds the segments of a message against its structure (rules STR).

use super::automaton::{self, Step, is_choice};
use super::content::Walk;
use super::finding::{At, Problem};
use super::layout::{Kind, Layout, NOWHERE, Place, Seat, Seating};
use super::model::{MessageDef, Usage};
use super::rule::{Rule, Severity};
use super::search::Search;
use crate::core::Segment;
use crate::core::segment_id::{SegmentId, key};
use std::collections::HashMap;

/// A segment of the message, with its place in the report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'m> {
    pub(super) segment: Segment<'m>,
    pub(super) at: At,
    /// Its id is of the form that ids have.
    pub(super) is_segment: bool,
}

/// Seats the segments of a message, and reports those that have no place and places that lack
/// theirs.
pub(super) fn check<'v>(
    walk: &mut Walk<'v, '_>,
    definition: &'v MessageDef,
    lines: &[Line<'_>],
    search: &mut Search,
    symbols: &mut Vec<Option<u16>>,
    seating: &mut Seating,
) {
    let layout = &definition.layout;
    let automaton = layout.automaton();
    symbols.clear();
    symbols.extend(lines.iter().skip(1).map(|line| {
        let id = line.at.segment;
        // What sites add may stand anywhere, unless the structure has a place for it.
        let is_own = id[0] == b'Z' && !automaton.names(key(id));
        if line.is_segment && !is_own { automaton.symbol(key(id)) } else { None }
    }));
    let (is_free, last) = search.find(layout, symbols);
    search.seat(layout.places(), seating);
    for (n, line) in lines.iter().enumerate().skip(1) {
        let id = line.at.segment;
        if symbols[n - 1].is_none() && line.is_segment {
            unknown(walk, layout, search.walk[n - 1].from, line, id[0] == b'Z');
        }
    }
    if !is_free {
        explain(walk, definition, lines, (search, symbols, last), seating);
    }
    count(walk, layout, lines, seating);
    if walk.model.is_profile {
        forbidden(walk, layout, lines, seating);
    }
}

/// Reports segments and groups that a profile has a place for, which is not to be taken.
fn forbidden<'v>(
    walk: &mut Walk<'v, '_>,
    layout: &'v Layout,
    lines: &[Line<'_>],
    seating: &Seating,
) {
    let mut present = |at: u16, line: Option<&Line<'_>>| {
        let (Some(place), Some(line)) = (layout.place(at), line) else { return };
        let usual = match place.usage {
            Usage::NotSupported => Severity::Error,
            Usage::Withdrawn => Severity::Warning,
            _ => return,
        };
        let wrong = match &place.kind {
            Kind::Segment { .. } => "the segment is not to be used".to_owned(),
            Kind::Group { name, .. } => format!("the group {name} is not to be used"),
        };
        let expected = format!("none (usage {})", place.usage.letters());
        let problem = Problem::Plain { wrong: wrong.into(), expected: expected.into() };
        walk.report_as(Rule::Use3, line.at, line.segment.raw(), Some(usual), problem);
    };
    for (line, seat) in lines.iter().zip(&seating.seats) {
        if seat.place != NOWHERE {
            present(seat.place, Some(line));
        }
    }
    for group in &seating.groups {
        present(group.place, lines.get(group.start as usize));
    }
}

/// Reports a segment that the structure has no place for.
fn unknown(walk: &mut Walk<'_, '_>, layout: &Layout, from: u16, line: &Line<'_>, is_site: bool) {
    let raw = line.segment.raw();
    if is_site {
        if walk.model.segments.iter().any(|s| s.name == line.at.segment) {
            return;
        }
        let wrong = "a site-defined segment that nothing describes".into();
        let problem = Problem::Plain { wrong, expected: "".into() };
        walk.report(Rule::Str5, line.at, raw, problem);
        return;
    }
    let known =
        super::standard::segment_ix(super::standard::model(walk.model.version), line.at.segment);
    let problem = Problem::Unexpected { expected: expected(layout, from), known: known.is_some() };
    // Segments newer than the dictionary are no errors.
    let usual = (known.is_none() && walk.is_newer).then_some(Severity::Info);
    walk.report_as(Rule::Str1, line.at, raw, usual, problem);
}

fn expected(layout: &Layout, from: u16) -> Box<[SegmentId]> {
    layout.automaton().expected(layout.places(), from).into()
}

/// Reports what the walk leaves out, skips and repeats.
fn explain<'v>(
    walk: &mut Walk<'v, '_>,
    definition: &'v MessageDef,
    lines: &[Line<'_>],
    (search, symbols, last): (&Search, &[Option<u16>], u16),
    seating: &Seating,
) {
    let layout = &definition.layout;
    let automaton = layout.automaton();
    let places = layout.places();
    let seats = seating.seats.iter().skip(1);
    let steps = search.walk.iter().zip(symbols);
    for ((line, seat), (taken, _)) in
        lines.iter().skip(1).zip(seats).zip(steps).filter(|(_, (_, symbol))| symbol.is_some())
    {
        let Some(step) = taken.step else {
            let expected = expected(layout, taken.from);
            let problem = Problem::Unexpected { expected, known: true };
            walk.report(Rule::Str1, line.at, line.segment.raw(), problem);
            continue;
        };
        if step.cost == 0 {
            continue;
        }
        let left_out = automaton.left_out(places, taken.from, Some(step));
        missing(walk, layout, &left_out, line.at.line);
        if step.cost > left_out.len() as u32 * automaton::MISSING {
            repeated(walk, places, step, line, (seat, seating));
        }
    }
    let end = lines.last().map_or(1, |line| line.at.line);
    missing(walk, layout, &automaton.left_out(places, last, None), end + 1);
}

/// Reports required places that are not taken, in front of a line.
fn missing<'v>(walk: &mut Walk<'v, '_>, layout: &'v Layout, left_out: &[u16], line: u32) {
    let places = layout.places();
    for &number in left_out {
        let place = &places[usize::from(number)];
        let at = At { line, ..At::default() };
        match &place.kind {
            Kind::Segment { id, .. } => {
                let group = match places.get(usize::from(place.parent)).map(|p| &p.kind) {
                    Some(Kind::Group { name, .. }) if place.parent != 0 => name,
                    _ => "",
                };
                let id = id.unwrap_or(*b"???");
                let at = At { segment: id, ..at };
                walk.report(Rule::Str2, at, &[], Problem::MissingSegment { id, group });
            }
            Kind::Group { name, .. } => {
                let expected = beginnings(layout, number).into();
                let (rule, problem) = if is_choice(place) {
                    (Rule::Str4, Problem::MissingChoice { expected })
                } else {
                    (Rule::Str2, Problem::MissingGroup { group: name, expected })
                };
                walk.report(rule, at, &[], problem);
            }
        }
    }
}

/// Reports the segment or group that a step repeats although it must not.
fn repeated<'v>(
    walk: &mut Walk<'v, '_>,
    places: &'v [Place],
    step: Step,
    line: &Line<'_>,
    (seat, seating): (&Seat, &Seating),
) {
    let place = |at: u16| places.get(usize::from(at));
    // The segment, or the group around it that is begun anew.
    let (mut again, mut found) = (step.to, seat.instance);
    let mut group = seat.group;
    while place(again).is_some_and(|p| p.depth > step.keep)
        && let Some(around) = seating.groups.get(group as usize)
    {
        (again, found, group) = (around.place, around.instance, around.parent);
    }
    let Some(place) = place(again) else { return };
    let group = match &place.kind {
        Kind::Segment { .. } => "",
        Kind::Group { name, .. } => name,
    };
    if is_choice(place) {
        let wrong = "a second one of several segments or groups of which one is to be there".into();
        let problem = Problem::Plain { wrong, expected: "".into() };
        walk.report(Rule::Str4, line.at, line.segment.raw(), problem);
        return;
    }
    let problem = Problem::Occurrences { group, found, min: place.cardinality.min, max: Some(1) };
    walk.report(Rule::Str3, line.at, line.segment.raw(), problem);
}

/// The segments with which a group can begin, in order.
fn beginnings(layout: &Layout, group: u16) -> Vec<SegmentId> {
    let mut ids = Vec::new();
    let in_choice = layout.place(group).is_some_and(is_choice);
    for child in layout.children(group) {
        let Some(place) = layout.place(child) else { break };
        match &place.kind {
            Kind::Segment { id, .. } => ids.extend(*id),
            Kind::Group { .. } => ids.extend(beginnings(layout, child)),
        }
        if place.usage == Usage::Required && !in_choice {
            break;
        }
    }
    ids
}

/// Reports segments and groups that occur too often or too seldom, where the structure counts.
fn count<'v>(walk: &mut Walk<'v, '_>, layout: &'v Layout, lines: &[Line<'_>], seating: &Seating) {
    if !layout.counts() {
        return;
    }
    let place = |at: u16| layout.place(at);
    let too_many = |at: u16, instance: u32| {
        let cardinality = place(at)?.cardinality;
        let max = cardinality.max.filter(|&max| max > 1)?;
        (instance > max).then_some(cardinality)
    };
    for (line, seat) in lines.iter().zip(&seating.seats) {
        if seat.place != NOWHERE
            && let Some(c) = too_many(seat.place, seat.instance)
        {
            let problem =
                Problem::Occurrences { group: "", found: seat.instance, min: c.min, max: c.max };
            walk.report(Rule::Str3, line.at, line.segment.raw(), problem);
        }
    }
    for group in &seating.groups {
        let Some(first) = lines.get(group.start as usize) else { continue };
        let name = |at: u16| match place(at).map(|p| &p.kind) {
            Some(Kind::Group { name, .. }) => name.as_ref(),
            _ => "",
        };
        if let Some(c) = too_many(group.place, group.instance) {
            let group_name = name(group.place);
            let found = group.instance;
            let problem = Problem::Occurrences { group: group_name, found, min: c.min, max: c.max };
            walk.report(Rule::Str3, first.at, first.segment.raw(), problem);
        }
    }
    too_few(walk, layout, lines, seating);
}

/// Places that must be taken more than once.
fn too_few<'v>(walk: &mut Walk<'v, '_>, layout: &'v Layout, lines: &[Line<'_>], seating: &Seating) {
    if !layout.places().iter().any(|p| p.cardinality.min > 1) {
        return;
    }
    // What each occurrence of a group holds of each place.
    let mut counts: HashMap<(u32, u16), u32> = HashMap::new();
    let seats = seating.seats.iter().map(|seat| (seat.group, seat.place));
    let groups = seating.groups.iter().skip(1).map(|group| (group.parent, group.place));
    for key in seats.chain(groups) {
        *counts.entry(key).or_default() += 1;
    }
    for (number, around) in (0_u32..).zip(&seating.groups) {
        for child in layout.children(around.place) {
            let Some(place) = layout.place(child) else { continue };
            let (min, max) = (place.cardinality.min, place.cardinality.max);
            let found = counts.get(&(number, child)).copied().unwrap_or(0);
            // None at all is reported as missing.
            if found == 0 || found >= min {
                continue;
            }
            let (group, segment) = match &place.kind {
                Kind::Segment { id, .. } => ("", id.unwrap_or_default()),
                Kind::Group { name, .. } => (name.as_ref(), [0; 3]),
            };
            let line = lines.get(around.end.saturating_sub(1) as usize).map_or(1, |l| l.at.line);
            let at = At { line, segment, ..At::default() };
            walk.report(Rule::Str3, at, &[], Problem::Occurrences { group, found, min, max });
        }
    }
}
