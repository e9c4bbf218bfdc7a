//! Two segments that belong together, compared part by part.

use super::align::{Items, Step, align};
use super::{Change, Place, Side, meaning};
use crate::core::{Component, Field, Path, Repetition, Segment, Select, Separators, escape};
use std::borrow::Cow;

/// How values are compared.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// As written.
    Written,
    /// By what they mean, for the messages have other delimiters.
    Meaning,
}

/// A comparison under way.
pub(super) struct Comparison {
    mode: Mode,
    /// Those of the message before and of the one after.
    separators: [Separators; 2],
    /// MSH-1 counts.
    with_separator: bool,
    pub(super) changes: Vec<Change>,
}

impl Comparison {
    pub(super) fn new(before: Side<'_>, after: Side<'_>, ignore: &[Path]) -> Self {
        let separators = [before.separators, after.separators];
        // MSH-1 cannot be taken away as other positions are.
        let is_separator = |path: &Path| {
            let first = matches!(path.which, Select::All | Select::Nth(1) | Select::Last);
            let field = path.position.as_ref().map(|position| position.field);
            path.segment == *b"MSH" && first && field == Some(1)
        };
        Self {
            mode: if separators[0] == separators[1] { Mode::Written } else { Mode::Meaning },
            separators,
            with_separator: !ignore.iter().any(is_separator),
            changes: Vec::new(),
        }
    }

    /// By what a segment is compared as a whole.
    pub(super) fn content<'s>(&self, segment: Segment<'s>) -> Cow<'s, [u8]> {
        match self.mode {
            Mode::Written => segment.raw().into(),
            Mode::Meaning => meaning::of_segment(segment, self.with_separator).into(),
        }
    }

    /// Adds a change.
    pub(super) fn change(&mut self, place: Place, before: Option<&[u8]>, after: Option<&[u8]>) {
        let [before, after] = [before, after].map(|raw| raw.map(<[u8]>::to_vec));
        self.changes.push(Change { place, before, after });
    }

    /// Compares what is left of two segments with the same id at `places`; `written` are the whole
    /// ones, by which places are named.
    pub(super) fn segment<'m>(
        &mut self,
        places: [Place; 2],
        compared: [Segment<'m>; 2],
        written: [Segment<'m>; 2],
    ) {
        let [before, after] = compared;
        if places[0].segment.is_none() {
            return self.change(places[0], Some(before.raw()), Some(after.raw()));
        }
        let header = before.is_header();
        let fields = |segment: Segment<'m>| segment.fields().map(|(_, field)| field).collect();
        let mut within = Within {
            comparison: self,
            segments: places,
            fields: written.map(fields),
            repetitions: [Vec::new(), Vec::new()],
            components: [Vec::new(), Vec::new()],
        };
        let fields = compared.map(fields);
        within.each(Spot::default(), Spot::field, fields, Field::raw, |this, spot, fields| {
            match spot.field {
                1 if header && !this.comparison.with_separator => {}
                1 | 2 if header => this.literal(spot, fields.map(|field| field.raw())),
                _ => this.repetitions(spot, fields),
            }
        });
    }
}

/// A comparison within two segments.
struct Within<'c, 'm> {
    comparison: &'c mut Comparison,
    segments: [Place; 2],
    /// As written: the fields, the repetitions of the field under way, and the components of the
    /// repetition under way.
    fields: [Vec<Field<'m>>; 2],
    repetitions: [Vec<Repetition<'m>>; 2],
    components: [Vec<Component<'m>>; 2],
}

/// A place in two segments, as deep as they have been followed; numbers count from 1.
#[derive(Clone, Copy, Default)]
struct Spot {
    field: usize,
    /// The repetition before and after, which need not have the same number.
    repetition: [Option<usize>; 2],
    component: Option<usize>,
    subcomponent: Option<usize>,
}

impl Spot {
    fn field(self, field: usize) -> Self {
        Self { field, ..self }
    }

    fn component(self, n: usize) -> Self {
        Self { component: Some(n), ..self }
    }

    fn subcomponent(self, n: usize) -> Self {
        Self { subcomponent: Some(n), ..self }
    }
}

impl<'m> Within<'_, 'm> {
    fn repetitions(&mut self, spot: Spot, fields: [Field<'m>; 2]) {
        self.repetitions = [0, 1].map(|side| {
            let written = self.fields[side].get(spot.field - 1);
            written.map(|field| field.repetitions().collect()).unwrap_or_default()
        });
        let repetitions = fields.map(|field| field.repetitions().collect::<Vec<_>>());
        let contents = [0, 1].map(|side| self.contents(&repetitions[side], side));
        let kinds = [0, 1].map(|side| vec![(); repetitions[side].len()]);
        let steps = align(
            Items { contents: &contents[0], kinds: &kinds[0] },
            Items { contents: &contents[1], kinds: &kinds[1] },
        );
        for step in steps {
            let (before, after) = match step {
                Step::Both(b, a) if contents[0][b] == contents[1][a] => continue,
                Step::Both(b, a) => (Some(b), Some(a)),
                Step::Before(b) => (Some(b), None),
                Step::After(a) => (None, Some(a)),
            };
            let numbers = [before, after].map(|place| place.map(|n| n + 1));
            let spot = Spot { repetition: numbers, ..spot };
            let pair = [before.map(|b| repetitions[0][b]), after.map(|a| repetitions[1][a])];
            self.pair(spot, pair, Repetition::raw, Self::components);
        }
    }

    /// By what repetitions are compared as a whole.
    fn contents(&self, repetitions: &[Repetition<'m>], side: usize) -> Vec<Cow<'m, [u8]>> {
        let content = |repetition: &Repetition<'m>| match self.comparison.mode {
            Mode::Written => repetition.raw().into(),
            Mode::Meaning => {
                meaning::of_repetition(*repetition, self.comparison.separators[side]).into()
            }
        };
        repetitions.iter().map(content).collect()
    }

    fn components(&mut self, spot: Spot, repetitions: [Repetition<'m>; 2]) {
        self.components = [0, 1].map(|side| {
            let written = spot.repetition[side].and_then(|n| self.repetitions[side].get(n - 1));
            written.map(|repetition| repetition.components().collect()).unwrap_or_default()
        });
        let components = repetitions.map(|repetition| repetition.components().collect());
        self.each(spot, Spot::component, components, Component::raw, Self::subcomponents);
    }

    fn subcomponents(&mut self, spot: Spot, components: [Component<'m>; 2]) {
        let subcomponents = components.map(|component| component.subcomponents().collect());
        self.each(spot, Spot::subcomponent, subcomponents, |raw| *raw, Self::value);
    }

    fn value(&mut self, spot: Spot, values: [&'m [u8]; 2]) {
        let [before, after] = values;
        let [sep_before, sep_after] = &self.comparison.separators;
        let same = match self.comparison.mode {
            Mode::Written => before == after,
            Mode::Meaning => escape::decode(before, sep_before) == escape::decode(after, sep_after),
        };
        if !same {
            self.change(spot, values.map(Some));
        }
    }

    /// A value that is not to be decoded.
    fn literal(&mut self, spot: Spot, values: [&'m [u8]; 2]) {
        if values[0] != values[1] {
            self.change(spot, values.map(Some));
        }
    }

    /// Compares parts number by number. A part that is only on one side is told if it is not
    /// empty, or the last one that was written: those before it are there through it.
    fn each<T: Copy>(
        &mut self,
        parent: Spot,
        spot: fn(Spot, usize) -> Spot,
        parts: [Vec<T>; 2],
        raw: fn(&T) -> &'m [u8],
        deeper: impl Fn(&mut Self, Spot, [T; 2]),
    ) {
        let most = parts[0].len().max(parts[1].len());
        for n in 0..most {
            let pair = [parts[0].get(n).copied(), parts[1].get(n).copied()];
            let told = n + 1 == most || pair.iter().flatten().any(|part| !raw(part).is_empty());
            if told {
                self.pair(spot(parent, n + 1), pair, raw, &deeper);
            }
        }
    }

    /// Compares two parts: whole if one is empty or not there, else what is in them.
    fn pair<T: Copy>(
        &mut self,
        spot: Spot,
        pair: [Option<T>; 2],
        raw: fn(&T) -> &'m [u8],
        deeper: impl Fn(&mut Self, Spot, [T; 2]),
    ) {
        let raws = pair.each_ref().map(|part| part.as_ref().map(raw));
        match (pair, raws) {
            ([Some(before), Some(after)], [Some(b), Some(a)]) if b.is_empty() == a.is_empty() => {
                if b != a || matches!(self.comparison.mode, Mode::Meaning) {
                    deeper(self, spot, [before, after]);
                }
            }
            _ => self.change(spot, raws),
        }
    }

    fn change(&mut self, spot: Spot, values: [Option<&[u8]>; 2]) {
        // What is only after is counted there.
        let side = usize::from(values[0].is_none());
        let place = self.place(spot, side);
        self.comparison.change(place, values[0], values[1]);
    }

    /// The shortest path to a spot on one side: a number is left out where neither message has
    /// several.
    fn place(&self, spot: Spot, side: usize) -> Place {
        let many_repetitions = self.repetitions.iter().any(|repetitions| repetitions.len() > 1);
        let many_components = self.components.iter().any(|components| components.len() > 1);
        let many_subcomponents = spot.component.is_some_and(|n| {
            let mut components = self.components.iter().filter_map(|all| all.get(n - 1));
            components.any(|component| component.subcomponents().nth(1).is_some())
        });
        Place {
            field: Some(spot.field),
            repetition: spot.repetition[side].filter(|_| many_repetitions),
            component: spot.component.filter(|_| many_components || many_subcomponents),
            subcomponent: spot.subcomponent.filter(|_| many_subcomponents),
            ..self.segments[side]
        }
    }
}
