//! A seated message as a tree of groups, segments, fields, components and subcomponents.
//!
//! Nothing is built: an element is a few numbers and a slice, made when somebody asks for it.
//! What holds nothing but spaces and delimiters is not there, as profiles understand it.

use super::finding::At;
use super::layout::{Kind, Layout, NOWHERE, Place, Seating};
use super::model::{Element, MessageDef, Model, SegmentDef, TypeDef, TypeIx, TypeKind};
use crate::core::{Message, SegmentId, Separators};
use memchr::memchr_iter;
use std::ops::ControlFlow;

/// Two double quotes: the value is to be deleted.
pub const NULL: &[u8] = b"\"\"";

/// Where segments and fields begin; allocated once and used for every message.
#[derive(Debug, Default)]
pub struct Index {
    segments: Vec<Line>,
    /// The offsets of what follows each field separator, those of one segment in a row.
    fields: Vec<u32>,
    /// How many segments there are of each id that has a seat.
    counts: Vec<(SegmentId, u32)>,
}

/// A segment of the message.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: u32,
    end: u32,
    /// Its part of `Index::fields`.
    fields: (u32, u32),
    id: SegmentId,
    /// The how manyth of its id; 0 of one that does not count.
    occurrence: u32,
}

/// A message and the structure that its segments are seated in.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'v, 't> {
    /// What defines the elements.
    pub model: &'v Model,
    /// The structure.
    pub structure: &'v MessageDef,
    /// Its places.
    pub layout: &'v Layout,
    /// The segments in it.
    pub seating: &'t Seating,
    /// The bytes of the message.
    pub bytes: &'t [u8],
    /// Its delimiters.
    pub separators: Separators,
    index: &'t Index,
}

/// An element of the tree.
#[derive(Clone, Copy, Debug)]
pub enum Spot<'v, 't> {
    /// An occurrence of a group, by its number in the seating; 0 is the message.
    Group(u32),
    /// A segment, by its number in the message, from 0.
    Segment(u32),
    /// A field (one repetition), component or subcomponent.
    Value(Value<'v, 't>),
}

/// A field (one repetition), component or subcomponent.
#[derive(Clone, Copy, Debug)]
pub struct Value<'v, 't> {
    /// Where it is.
    pub at: At,
    /// Its bytes.
    pub raw: &'t [u8],
    /// Its definition.
    pub element: &'v Element,
    /// Its data type, `None` where none is known.
    pub data_type: Option<TypeIx>,
}

/// What an element is made of.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'v> {
    /// One value.
    Simple(Option<&'v TypeDef>),
    /// Components.
    Composite(&'v TypeDef, &'v [Element]),
    /// A field of components that is null.
    Null(&'v TypeDef),
    /// A field whose type the message should tell, and does not.
    Unresolved,
}

impl Index {
    /// Finds the segments of a message, and the fields of those that have a seat. `only_seated`:
    /// segments without one do not count among those of their id.
    pub fn read(&mut self, message: &Message<'_>, seating: &Seating, only_seated: bool) {
        self.segments.clear();
        self.fields.clear();
        self.counts.clear();
        for (at, segment) in message.segments().enumerate() {
            let raw = segment.raw();
            let start = message.offset_of(raw);
            let first = self.fields.len() as u32;
            let seated = seating.seats.get(at).is_some_and(|seat| seat.place != NOWHERE);
            if seated {
                let field = message.separators().field;
                self.fields.extend(memchr_iter(field, raw).map(|n| (start + n + 1) as u32));
            }
            let id = raw.first_chunk().copied().unwrap_or_default();
            if seated && !self.counts.iter().any(|(known, _)| *known == id) {
                self.counts.push((id, 0));
            }
            let fields = (first, self.fields.len() as u32);
            let (start, end) = (start as u32, (start + raw.len()) as u32);
            self.segments.push(Line { start, end, fields, id, occurrence: 0 });
        }
        // Of ids that have no seat anywhere there may be any number, and nobody asks for theirs.
        for (line, seat) in self.segments.iter_mut().zip(&seating.seats) {
            if (seat.place != NOWHERE || !only_seated)
                && let Some((_, count)) = self.counts.iter_mut().find(|(id, _)| *id == line.id)
            {
                *count += 1;
                line.occurrence = *count;
            }
        }
    }
}

impl<'v, 't> Tree<'v, 't> {
    /// Of a message that was seated and indexed.
    #[must_use]
    pub fn new(
        model: &'v Model,
        structure: &'v MessageDef,
        seating: &'t Seating,
        index: &'t Index,
        message: &Message<'t>,
    ) -> Self {
        let (bytes, separators) = (message.bytes(), message.separators());
        let layout = &structure.layout;
        Self { model, structure, layout, seating, bytes, separators, index }
    }

    /// Where a segment is.
    #[must_use]
    pub fn segment_at(&self, segment: u32) -> At {
        let line = self.index.segments.get(segment as usize);
        let (id, occurrence) = line.map_or(([0; 3], 0), |l| (l.id, l.occurrence));
        At { line: segment + 1, segment: id, occurrence, ..At::default() }
    }

    /// The bytes of a segment as a part of the message.
    #[must_use]
    pub fn segment_span(&self, segment: u32) -> (u32, u32) {
        self.index.segments.get(segment as usize).map_or((0, 0), |line| (line.start, line.end))
    }

    /// The place of a group's occurrence in the structure.
    #[must_use]
    pub fn group_place(&self, group: u32) -> Option<&'v Place> {
        let occurrence = self.seating.groups.get(group as usize)?;
        self.layout.place(occurrence.place)
    }

    /// The definition of a seated segment.
    #[must_use]
    pub fn definition(&self, segment: u32) -> Option<&'v SegmentDef> {
        let seat = self.seating.seats.get(segment as usize)?;
        match &self.layout.place(seat.place)?.kind {
            Kind::Segment { definition, .. } => self.model.segment((*definition)?),
            Kind::Group { .. } => None,
        }
    }

    /// Where an element is; of a group, where it begins.
    #[must_use]
    pub fn at(&self, spot: Spot<'v, 't>) -> At {
        match spot {
            Spot::Group(group) => {
                let occurrence = self.seating.groups.get(group as usize);
                let (start, instance) = occurrence.map_or((0, 1), |o| (o.start, o.instance));
                At { line: start + 1, occurrence: instance, ..At::default() }
            }
            Spot::Segment(segment) => self.segment_at(segment),
            Spot::Value(value) => value.at,
        }
    }

    /// The bytes of an element as a part of the message; of a group none.
    #[must_use]
    pub fn span(&self, spot: Spot<'v, 't>) -> (u32, u32) {
        match spot {
            Spot::Group(_) => (0, 0),
            Spot::Segment(segment) => self.segment_span(segment),
            Spot::Value(value) => self.span_of(value.raw),
        }
    }

    /// A slice of the message as a part of it.
    #[must_use]
    pub fn span_of(&self, raw: &[u8]) -> (u32, u32) {
        let start = (raw.as_ptr() as usize).saturating_sub(self.bytes.as_ptr() as usize);
        (start as u32, (start + raw.len()) as u32)
    }

    /// The name of the group that an element is; empty of others.
    #[must_use]
    pub fn group_name(&self, spot: Spot<'v, 't>) -> &'v str {
        let Spot::Group(group) = spot else { return "" };
        match self.group_place(group).map(|place| &place.kind) {
            Some(Kind::Group { name, .. }) => name,
            _ => "",
        }
    }

    /// The how manyth of its kind an element is in what it is in.
    #[must_use]
    pub fn instance(&self, spot: Spot<'v, 't>) -> u32 {
        match spot {
            Spot::Group(group) => self.seating.groups.get(group as usize).map_or(1, |g| g.instance),
            Spot::Segment(at) => self.seating.seats.get(at as usize).map_or(1, |s| s.instance),
            Spot::Value(Value { at, .. }) if at.component > 0 => 1,
            Spot::Value(value) => value.at.repetition,
        }
    }

    /// The occurrences of a group, or the segments, at a place in an occurrence of the group
    /// around it.
    pub fn members(
        &self,
        group: u32,
        place: u16,
    ) -> impl Iterator<Item = Spot<'v, 't>> + use<'v, 't> {
        let Seating { groups, seats } = self.seating;
        let around = groups.get(group as usize).copied();
        let (start, end) = around.map_or((0, 0), |o| (o.start, o.end));
        let of_segments =
            matches!(self.layout.place(place).map(|p| &p.kind), Some(Kind::Segment { .. }));
        let segments = if of_segments { start..end } else { 0..0 };
        let segments = segments.filter(move |&at| {
            seats.get(at as usize).is_some_and(|s| s.place == place && s.group == group)
        });
        let inner =
            if of_segments { &[][..] } else { groups.get(group as usize + 1..).unwrap_or(&[]) };
        let inner = (group + 1..).zip(inner).take_while(move |(_, o)| o.start < end);
        let inner = inner.filter(move |(_, o)| o.place == place && o.parent == group);
        segments.map(Spot::Segment).chain(inner.map(|(at, _)| Spot::Group(at)))
    }

    /// What is in an element at a position, from 1: of a group segments and groups, of a segment
    /// the repetitions of a field. `instance` narrows it to one.
    ///
    /// # Errors
    /// When the element has no parts.
    pub fn each_child(
        &self,
        of: Spot<'v, 't>,
        position: u16,
        instance: Option<u32>,
        then: &mut dyn FnMut(Spot<'v, 't>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, NoParts> {
        let wanted = |number: u32| instance.is_none_or(|instance| instance == number);
        match of {
            Spot::Group(group) => {
                let Some(around) = self.seating.groups.get(group as usize) else {
                    return Ok(ControlFlow::Continue(()));
                };
                let mut children = self.layout.children(around.place);
                let Some(place) = children.nth(usize::from(position) - 1) else {
                    return Ok(ControlFlow::Continue(()));
                };
                for member in self.members(group, place) {
                    if wanted(self.instance(member)) && then(member).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Spot::Segment(segment) => {
                for value in self.field(segment, position) {
                    if wanted(value.at.repetition) && then(Spot::Value(value)).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Spot::Value(value) => match self.shape(&value) {
                Shape::Simple(_) | Shape::Unresolved => return Err(NoParts),
                Shape::Null(_) => {}
                Shape::Composite(_, elements) => {
                    if wanted(1)
                        && let Some(part) = self.part(&value, elements, position)
                        && then(Spot::Value(part)).is_break()
                    {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            },
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The bytes of a field; `None` where the segment ends before it.
    #[must_use]
    pub fn field_raw(&self, segment: u32, field: u16) -> Option<&'t [u8]> {
        let line = self.index.segments.get(segment as usize)?;
        let mut number = usize::from(field.checked_sub(1)?);
        if line.id == *b"MSH" {
            if number == 0 {
                return self.bytes.get(line.start as usize + 3..line.start as usize + 4);
            }
            number -= 1;
        }
        let own = &self.index.fields[line.fields.0 as usize..line.fields.1 as usize];
        let start = *own.get(number)?;
        let end = own.get(number + 1).map_or(line.end, |next| next - 1);
        self.bytes.get(start as usize..end as usize)
    }

    /// How many fields a segment has up to the last that is not empty.
    #[must_use]
    pub fn field_count(&self, segment: u32) -> u16 {
        let Some(line) = self.index.segments.get(segment as usize) else { return 0 };
        let header = u32::from(line.id == *b"MSH");
        let mut count = (line.fields.1 - line.fields.0 + header).min(u32::from(u16::MAX)) as u16;
        while count > 0 && self.field_raw(segment, count).is_none_or(<[u8]>::is_empty) {
            count -= 1;
        }
        count
    }

    /// The repetitions of a field that hold something; none of a field that is not defined.
    pub fn field(
        &self,
        segment: u32,
        field: u16,
    ) -> impl Iterator<Item = Value<'v, 't>> + use<'v, 't> {
        let definition = self.definition(segment);
        let element = definition.and_then(|d| d.fields.get(usize::from(field).wrapping_sub(1)));
        let raw = self.field_raw(segment, field).filter(|raw| !raw.is_empty());
        let data_type = match (raw, definition) {
            (Some(_), Some(definition)) => self.field_type(segment, field, definition),
            _ => None,
        };
        let at = At { field, ..self.segment_at(segment) };
        let separators = self.separators;
        let delimiters = at.segment == *b"MSH" && field <= 2;
        let pieces = pieces(raw.unwrap_or_default(), separators.repetition, delimiters);
        let both = element.filter(|_| raw.is_some()).map(|element| {
            (1..).zip(pieces).filter_map(move |(repetition, raw)| {
                let blank = raw.iter().all(|&b| {
                    is_space(b) || b == separators.component || b == separators.subcomponent
                });
                let at = At { repetition, ..at };
                (!blank || (delimiters && field == 1)).then_some(Value {
                    at,
                    raw,
                    element,
                    data_type,
                })
            })
        });
        both.into_iter().flatten()
    }

    /// A component of a field, or a subcomponent of a component, if it holds something.
    #[must_use]
    pub fn part(
        &self,
        of: &Value<'v, 't>,
        elements: &'v [Element],
        position: u16,
    ) -> Option<Value<'v, 't>> {
        let element = elements.get(usize::from(position).checked_sub(1)?)?;
        let raw = pieces(of.raw, self.delimiter(of), false).nth(usize::from(position) - 1)?;
        self.made(of, element, position, raw)
    }

    /// All of its definitions, with the components of a field, or subcomponents of a component, that
    /// hold something.
    pub fn parts(
        &self,
        of: &Value<'v, 't>,
        elements: &'v [Element],
    ) -> impl Iterator<Item = (u16, &'v Element, Option<Value<'v, 't>>)> {
        let mut pieces = pieces(of.raw, self.delimiter(of), false);
        (1..).zip(elements).map(move |(position, element)| {
            let part = pieces.next().and_then(|raw| self.made(of, element, position, raw));
            (position, element, part)
        })
    }

    fn delimiter(&self, of: &Value<'v, 't>) -> u8 {
        match of.at.component {
            0 => self.separators.component,
            _ => self.separators.subcomponent,
        }
    }

    fn made(
        &self,
        of: &Value<'v, 't>,
        element: &'v Element,
        position: u16,
        raw: &'t [u8],
    ) -> Option<Value<'v, 't>> {
        let blank = raw.iter().all(|&b| is_space(b) || b == self.separators.subcomponent);
        let at = match of.at.component {
            0 => At { component: position, ..of.at },
            _ => At { subcomponent: position, ..of.at },
        };
        (!blank).then_some(Value { at, raw, element, data_type: element.data_type })
    }

    /// How many components a field has, or subcomponents a component, up to the last that is not
    /// empty.
    #[must_use]
    pub fn part_count(&self, of: &Value<'v, 't>) -> usize {
        let by = self.delimiter(of);
        let end = of.raw.iter().rposition(|&b| b != by).map_or(0, |at| at + 1);
        1 + memchr_iter(by, &of.raw[..end]).count()
    }

    /// What an element is made of.
    #[must_use]
    pub fn shape(&self, value: &Value<'v, 't>) -> Shape<'v> {
        let Some(found) = value.data_type.and_then(|ix| self.model.data_type(ix)) else {
            let varies = value.element.data_type.and_then(|ix| self.model.data_type(ix));
            return if varies.is_some() { Shape::Unresolved } else { Shape::Simple(None) };
        };
        match &found.kind {
            TypeKind::Primitive(_) => Shape::Simple(Some(found)),
            // What would be deeper than subcomponents is read as it stands.
            TypeKind::Composite(_) if value.at.subcomponent > 0 => Shape::Simple(Some(found)),
            TypeKind::Composite(_) if value.at.component == 0 && value.raw == NULL => {
                Shape::Null(found)
            }
            TypeKind::Composite(elements) => Shape::Composite(found, elements),
            // Nothing says what chooses the type.
            TypeKind::Varies => Shape::Simple(Some(found)),
        }
    }

    /// The data type of a field; `None` if the message should name it and does not.
    fn field_type(&self, segment: u32, field: u16, definition: &SegmentDef) -> Option<TypeIx> {
        let own = definition.fields.get(usize::from(field) - 1)?.data_type;
        let Some(mapping) = definition.dynamic.iter().find(|m| m.field == field) else {
            return own;
        };
        let Ok(first) = self.reference(segment, &mapping.reference) else { return own };
        let second = match &mapping.second {
            None => None,
            Some(path) => match self.reference(segment, path) {
                Ok(second) => second,
                Err(NoParts) => return own,
            },
        };
        mapping.find(first.unwrap_or_default(), second)
    }

    /// The value at `2` or `3.1` of a segment; an error where the path leads beyond its end, which
    /// leaves the types of all its fields as they are.
    fn reference(&self, segment: u32, path: &str) -> Result<Option<&'t [u8]>, NoParts> {
        let mut steps = path.split('.').map(|step| step.parse::<u16>().unwrap_or(0));
        let field = steps.next().unwrap_or(0);
        let raw = self.field_raw(segment, field);
        let Some(component) = steps.next() else {
            return Ok(raw.filter(|raw| !raw.is_empty()));
        };
        if field > self.field_count(segment) {
            return Err(NoParts);
        }
        let by = [self.separators.component, self.separators.subcomponent];
        let mut raw = raw;
        for (step, by) in std::iter::once(component).chain(steps).zip(by) {
            let whole = raw.unwrap_or_default();
            let mut parts = pieces(whole, by, false);
            raw = usize::from(step).checked_sub(1).and_then(|n| parts.nth(n));
        }
        Ok(raw)
    }
}

/// The element is one value, or its type is not known: nothing in it can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoParts;

/// What `\s` matches in Java.
#[must_use]
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Bytes between delimiters.
fn pieces(raw: &[u8], by: u8, whole: bool) -> impl Iterator<Item = &[u8]> {
    raw.split(move |&b| b == by && !whole)
}
