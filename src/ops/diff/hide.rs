//! What a comparison leaves out: it is taken away on both sides before they are compared.

use super::Side;
use crate::core::expr::Condition;
use crate::core::{
    Component, Field, Framed, LineEnding, Message, Part, Path, Position, Repetition, Scope,
    Segment, Select, TextOptions,
};
use std::borrow::Cow;

/// The segments of a side without what `ignore` names; `None` for a segment that is left out
/// whole. Positions become empty, and what is empty only through that at the end of its parent
/// goes with its delimiters, so that a side that has nothing there at all is no different.
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
        let named = (0..segments.len()).filter(|&n| segments[n].has_id(path.segment)).collect();
        let holds = |n: usize, condition: &Condition| {
            scope.as_ref().is_some_and(|scope| condition.holds_in_segment(segments[n], scope))
        };
        for n in selected(named, &path.which, holds) {
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

/// Those of `all` that are meant.
fn selected<T: Copy>(all: Vec<T>, which: &Select, holds: impl Fn(T, &Condition) -> bool) -> Vec<T> {
    match which {
        Select::All => all,
        Select::Nth(n) => all.get(*n as usize - 1).copied().into_iter().collect(),
        Select::Last => all.last().copied().into_iter().collect(),
        Select::Where(condition) => all.into_iter().filter(|one| holds(*one, condition)).collect(),
    }
}

/// A segment without what stands at positions.
fn without(
    segment: Segment<'_>,
    positions: &[&Position],
    scope: Option<&Scope<'_, '_>>,
) -> Vec<u8> {
    let mut parent = Parent::new(segment.separators().field);
    parent.add(Child::Kept(segment.id().into()));
    for (n, field) in segment.fields() {
        if segment.is_header() && n == 1 {
            // It is the separator in front of MSH-2.
            continue;
        }
        let meant = positions.iter().filter(|position| usize::from(position.field) == n);
        parent.add(without_in_field(field, segment, meant.copied(), scope));
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
    let mut untouched = true;
    for position in positions {
        let holds = |n: usize, condition: &Condition| {
            scope.is_some_and(|scope| condition.holds_in_repetition(repetitions[n], scope))
        };
        for n in selected((0..repetitions.len()).collect(), &position.repetition, holds) {
            parts[n].push(position.part);
            untouched = false;
        }
    }
    if untouched {
        return Child::Kept(field.raw().into());
    }
    let mut parent = Parent::new(segment.separators().repetition);
    for (repetition, parts) in repetitions.iter().zip(parts) {
        parent.add(without_in_repetition(*repetition, segment, &parts));
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
    let mut parent = Parent::new(segment.separators().component);
    for (n, component) in (1..).zip(repetition.components()) {
        let meant = parts.iter().filter(|part| part.component.map(usize::from) == Some(n));
        let meant: Vec<_> = meant.map(|part| part.subcomponent.map(usize::from)).collect();
        parent.add(without_in_component(component, segment, &meant));
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
    let mut parent = Parent::new(segment.separators().subcomponent);
    for (n, raw) in (1..).zip(component.subcomponents()) {
        let hidden = parts.contains(&Some(n));
        parent.add(if hidden { Child::Hidden } else { Child::Kept(raw.into()) });
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
    begun: bool,
    /// The last part is hidden.
    hidden: bool,
}

impl Parent {
    fn new(separator: u8) -> Self {
        Self { separator, bytes: Vec::new(), end: 0, begun: false, hidden: false }
    }

    fn add(&mut self, child: Child<'_>) {
        if self.begun {
            self.bytes.push(self.separator);
        }
        self.begun = true;
        self.hidden = matches!(child, Child::Hidden);
        if let Child::Kept(bytes) = child
            && !bytes.is_empty()
        {
            self.bytes.extend_from_slice(&bytes);
            self.end = self.bytes.len();
        }
    }

    fn end(mut self) -> Child<'static> {
        if self.hidden {
            self.bytes.truncate(self.end);
            if self.bytes.is_empty() {
                return Child::Hidden;
            }
        }
        Child::Kept(self.bytes.into())
    }
}
