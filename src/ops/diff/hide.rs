//! What a comparison leaves out: it is taken away on both sides before they are compared.

use super::Side;
use crate::core::expr::Condition;
use crate::core::{
    Component, Field, Framed, LineEnding, Message, Part, Path, Position, Repetition, Scope,
    Segment, Select, TextOptions,
};
use std::borrow::Cow;

/// The segments of a side without what `ignore` names; `None` for a segment that is left out
/// whole. Positions become empty. Where something ends in front of or with such a position, empty
/// parts at its end go with their delimiters: whether they were written may depend on what is left
/// out, and a side that has nothing there at all is to be no different.
pub(super) fn hide<'a>(side: Side<'a>, ignore: &[Path]) -> Vec<Option<Cow<'a, [u8]>>> {
    // Conditions look at a message as a whole; most paths have none.
    let joined = if ignore.iter().any(has_condition) { side.joined() } else { Vec::new() };
    let message = Message::new(Framed {
        bytes: &joined,
        offset: 0,
        whole: &joined,
        line_ending: LineEnding::Cr,
        header_len: side.segments.first().map_or(0, |header| header.len()),
    });
    let message = message.ok();
    let scope = message.as_ref().map(|m| Scope::converted(m, TextOptions::default()));

    let segments = side.segments.iter().map(|raw| Segment::new(raw, side.separators));
    let segments: Vec<_> = segments.collect();
    let mut positions: Vec<Option<Vec<&Position>>> = vec![Some(Vec::new()); segments.len()];
    for path in ignore {
        let named = (0..segments.len()).filter(|&n| segments[n].has_id(path.segment));
        let holds = |&n: &usize, condition: &Condition| {
            scope.as_ref().is_some_and(|scope| condition.holds_in_segment(segments[n], scope))
        };
        for n in path.which.pick(named, holds) {
            match (&path.position, &mut positions[n]) {
                (None, hidden) => *hidden = None,
                (Some(position), Some(hidden)) => hidden.push(position),
                (Some(_), None) => {}
            }
        }
    }
    let hidden = segments.iter().zip(side.segments).zip(positions);
    hidden
        .map(|((segment, raw), positions)| {
            let positions = positions?;
            Some(if positions.is_empty() {
                Cow::Borrowed(*raw)
            } else {
                Cow::Owned(without(*segment, &positions, scope.as_ref()))
            })
        })
        .collect()
}

fn has_condition(path: &Path) -> bool {
    let repetition = path.position.as_ref().map(|position| &position.repetition);
    matches!(path.which, Select::Where(_)) || matches!(repetition, Some(Select::Where(_)))
}

/// A segment without what stands at positions.
fn without(
    segment: Segment<'_>,
    positions: &[&Position],
    scope: Option<&Scope<'_, '_>>,
) -> Vec<u8> {
    let to = positions.iter().map(|position| usize::from(position.field)).max();
    let mut parent = Parent::new(segment.separators().field, to.unwrap_or(0));
    parent.add(0, Child::Kept(segment.id().into()));
    for (n, field) in segment.fields() {
        if segment.is_header() && n == 1 {
            // It is the separator in front of MSH-2.
            continue;
        }
        let meant = positions.iter().filter(|position| usize::from(position.field) == n);
        parent.add(n, without_in_field(field, segment, meant.copied(), scope));
    }
    parent.end().into_bytes()
}

fn without_in_field<'f>(
    field: Field<'f>,
    segment: Segment<'_>,
    positions: impl Iterator<Item = &'f Position>,
    scope: Option<&Scope<'_, '_>>,
) -> Child<'f> {
    let repetitions: Vec<Repetition<'f>> = field.repetitions().collect();
    let mut parts: Vec<Vec<Part>> = vec![Vec::new(); repetitions.len()];
    let mut to = 0;
    for position in positions {
        if let Select::Nth(n) = position.repetition {
            to = to.max(n as usize);
        }
        let holds = |&n: &usize, condition: &Condition| {
            scope.is_some_and(|scope| condition.holds_in_repetition(repetitions[n], scope))
        };
        for n in position.repetition.pick(0..repetitions.len(), holds) {
            parts[n].push(position.part);
            to = to.max(n + 1);
        }
    }
    if to == 0 {
        return Child::Kept(field.raw().into());
    }
    let mut parent = Parent::new(segment.separators().repetition, to);
    for (n, (repetition, parts)) in (1..).zip(repetitions.iter().zip(parts)) {
        parent.add(n, without_in_repetition(*repetition, segment, &parts));
    }
    parent.end()
}

fn without_in_repetition<'f>(
    repetition: Repetition<'f>,
    segment: Segment<'_>,
    parts: &[Part],
) -> Child<'f> {
    if parts.is_empty() {
        return Child::Kept(repetition.raw().into());
    }
    if parts.contains(&Part::WHOLE) {
        return Child::Hidden;
    }
    let to = parts.iter().filter_map(|part| part.component.map(usize::from)).max();
    let mut parent = Parent::new(segment.separators().component, to.unwrap_or(0));
    for (n, component) in (1..).zip(repetition.components()) {
        let meant = parts.iter().filter(|part| part.component.map(usize::from) == Some(n));
        let meant: Vec<_> = meant.map(|part| part.subcomponent.map(usize::from)).collect();
        parent.add(n, without_in_component(component, segment, &meant));
    }
    parent.end()
}

/// `parts` are numbers of subcomponents, or `None` for the whole component.
fn without_in_component<'f>(
    component: Component<'f>,
    segment: Segment<'_>,
    parts: &[Option<usize>],
) -> Child<'f> {
    if parts.is_empty() {
        return Child::Kept(component.raw().into());
    }
    if parts.contains(&None) {
        return Child::Hidden;
    }
    let to = parts.iter().copied().flatten().max();
    let mut parent = Parent::new(segment.separators().subcomponent, to.unwrap_or(0));
    for (n, raw) in (1..).zip(component.subcomponents()) {
        let hidden = parts.contains(&Some(n));
        parent.add(n, if hidden { Child::Hidden } else { Child::Kept(raw.into()) });
    }
    parent.end()
}

/// A part of something, as it is to be compared.
enum Child<'a> {
    /// These bytes.
    Kept(Cow<'a, [u8]>),
    /// Nothing: all that stood there is left out.
    Hidden,
}

impl Child<'_> {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Kept(bytes) => bytes.into_owned(),
            Self::Hidden => Vec::new(),
        }
    }
}

/// Something being put together from its parts.
struct Parent {
    separator: u8,
    bytes: Vec<u8>,
    /// The end of the last part that is not empty.
    end: usize,
    /// The number of the last part, once there is one.
    last: Option<usize>,
    /// The number of the last part that is left out, wholly or in parts, were it there.
    to: usize,
}

impl Parent {
    fn new(separator: u8, to: usize) -> Self {
        Self { separator, bytes: Vec::new(), end: 0, last: None, to }
    }

    fn add(&mut self, number: usize, child: Child<'_>) {
        if self.last.is_some() {
            self.bytes.push(self.separator);
        }
        self.last = Some(number);
        if let Child::Kept(bytes) = child
            && !bytes.is_empty()
        {
            self.bytes.extend_from_slice(&bytes);
            self.end = self.bytes.len();
        }
    }

    fn end(mut self) -> Child<'static> {
        if self.last <= Some(self.to) {
            self.bytes.truncate(self.end);
            if self.bytes.is_empty() {
                return Child::Hidden;
            }
        }
        Child::Kept(self.bytes.into())
    }
}
