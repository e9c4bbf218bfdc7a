//! Walks the fields, components and subcomponents of a segment along its definition.

mod dynamic;
mod leaf;

use super::codes;
use super::finding::{self, At, CodeProblem, Finding, Problem};
use super::form;
use super::model::{Element, Model, SegmentDef, TypeDef, TypeIx, TypeKind, Usage};
use super::rule::{Rule, Severity};
use super::settings::Severities;
use crate::core::message::first;
use crate::core::{Message, Segment, Separators};
use memchr::memchr;

/// What all segments of a message share.
pub(super) struct Walk<'v, 'w> {
    pub(super) model: &'v Model,
    pub(super) severities: &'v Severities,
    pub(super) message: &'w Message<'w>,
    pub(super) separators: Separators,
    pub(super) findings: &'w mut Vec<Finding<'v>>,
    pub(super) wants: Wants,
    /// The message names a version that the dictionary does not know yet.
    pub(super) is_newer: bool,
    /// The segment under way.
    pub(super) segment: Segment<'w>,
    /// It has an escape character somewhere.
    has_escapes: bool,
    /// Of the time in a value of type TS: the name of the whole, which says more than its own.
    whole: Option<(&'v str, &'v str)>,
}

/// Which rules are looked at, so that those that are not cost nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wants {
    extra: bool,
    lengths: bool,
    codes: bool,
    separators: bool,
    escapes: bool,
    known: bool,
    optional: bool,
    discouraged: bool,
}

impl Wants {
    pub(super) fn of(severities: &Severities) -> Self {
        Self {
            extra: severities.is_on(Rule::Ext1),
            lengths: severities.is_on(Rule::Len1),
            codes: severities.is_on(Rule::Val1),
            separators: severities.is_on(Rule::Enc4),
            escapes: severities.is_on(Rule::Enc3),
            known: severities.is_on(Rule::Use2),
            optional: severities.is_on(Rule::Use5),
            discouraged: severities.is_on(Rule::Use3),
        }
    }
}

/// How deep a value is in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Repetition,
    Component,
    Subcomponent,
}

impl<'v, 'w> Walk<'v, 'w> {
    pub(super) fn new(
        model: &'v Model,
        severities: &'v Severities,
        message: &'w Message<'w>,
        findings: &'w mut Vec<Finding<'v>>,
    ) -> Self {
        Self {
            model,
            severities,
            message,
            separators: message.separators(),
            findings,
            wants: Wants::of(severities),
            is_newer: false,
            segment: message.header(),
            has_escapes: false,
            whole: None,
        }
    }

    /// Checks a segment against its definition.
    pub(super) fn segment(&mut self, definition: &'v SegmentDef, segment: Segment<'w>, at: At) {
        let raw = segment.raw();
        let separators = self.separators;
        self.segment = segment;
        self.has_escapes =
            separators.escape != separators.field && memchr(separators.escape, raw).is_some();
        let is_header = segment.is_header();
        let mut number = 0_usize;
        let mut extra_told = false;
        let mut rest = raw.get(4..);
        if is_header {
            // MSH-1 and MSH-2 are the delimiters themselves.
            number = 2;
            let behind = |bytes: &'w [u8]| memchr(separators.field, bytes).map(|n| &bytes[n + 1..]);
            rest = rest.and_then(behind);
        }
        while let Some(bytes) = rest {
            let (field, after) = cut(bytes, separators.field);
            rest = after;
            number += 1;
            match definition.fields.get(number - 1) {
                Some(element) if field.is_empty() => {
                    self.missing(element, At { field: number as u16, ..at });
                }
                Some(element) => {
                    self.field(definition, element, field, At { field: number as u16, ..at });
                }
                None if !extra_told && self.wants.extra && self.has_content(field) => {
                    extra_told = true;
                    let at = At { field: u16::try_from(number).unwrap_or(u16::MAX), ..at };
                    let defined = definition.fields.len() as u32;
                    self.report(Rule::Ext1, at, field, Problem::Extra { what: "field", defined });
                }
                None => {}
            }
        }
        for (n, element) in definition.fields.iter().enumerate().skip(number) {
            if element.usage != Usage::Optional {
                self.missing(element, At { field: n as u16 + 1, ..at });
            }
        }
    }

    /// Reports an element that is empty and has to be there.
    #[inline]
    fn missing(&mut self, element: &'v Element, at: At) {
        let rule = match element.usage {
            Usage::Required => Rule::Use1,
            Usage::RequiredIfKnown if self.wants.known => Rule::Use2,
            _ => return,
        };
        let problem = Problem::MissingElement { name: &element.name, usage: element.usage };
        self.report(rule, at, &[], problem);
    }

    fn field(&mut self, definition: &'v SegmentDef, element: &'v Element, field: &'w [u8], at: At) {
        if !self.has_content(field) {
            self.missing(element, at);
            return;
        }
        self.present(element, at, field);
        let separators = self.separators;
        let data_type = self.resolve(definition, element, field, at);
        let mut rest = Some(field);
        let mut repetition = 0;
        while let Some(bytes) = rest {
            let (value, after) = cut(bytes, separators.repetition);
            rest = after;
            repetition += 1;
            // Delimiters alone are no value.
            if !self.has_content(value) {
                continue;
            }
            let at = At { repetition, ..at };
            if value == b"\"\"" {
                if field.len() > 2 {
                    let found =
                        1 + field.iter().filter(|&&b| b == separators.repetition).count() as u32;
                    let name = &element.name;
                    self.report(Rule::Car1, at, value, Problem::NullBesideOthers { name, found });
                }
                continue;
            }
            if let Some(data_type) = data_type {
                self.value(element, data_type, value, at, Level::Repetition);
            }
        }
        let cardinality = element.cardinality;
        if cardinality.max.is_some_and(|max| repetition > max)
            || (repetition < cardinality.min && cardinality.min > 1)
        {
            let (min, max) = (cardinality.min, cardinality.max);
            let name = &element.name;
            let problem = Problem::Repetitions { name, found: repetition, min, max };
            self.report(Rule::Car1, at, field, problem);
        }
    }

    /// Reports an element that is there and should not be.
    #[inline]
    fn present(&mut self, element: &'v Element, at: At, bytes: &[u8]) {
        let usual = match element.usage {
            Usage::Optional if self.wants.optional && self.model.is_profile => {
                let problem = Problem::OptionalPresent { name: &element.name };
                self.report(Rule::Use5, at, bytes, problem);
                return;
            }
            Usage::NotSupported => Severity::Error,
            Usage::Withdrawn => Severity::Warning,
            Usage::Backward => Severity::Info,
            _ => return,
        };
        if self.wants.discouraged {
            let problem = Problem::PresentElement { name: &element.name, usage: element.usage };
            self.report_as(Rule::Use3, at, bytes, Some(usual), problem);
        }
    }

    /// Checks one value, whole or with parts, against its data type.
    fn value(
        &mut self,
        element: &'v Element,
        data_type: &'v TypeDef,
        value: &'w [u8],
        at: At,
        level: Level,
    ) {
        match &data_type.kind {
            TypeKind::Primitive(format) => self.leaf(element, data_type, *format, value, at, level),
            TypeKind::Composite(components) => {
                if level == Level::Subcomponent {
                    // Subcomponents have no parts: of a type with components, the first is meant.
                    if let Some((first, data_type)) = self.first_of(components) {
                        self.value(first, data_type, value, at, level);
                    }
                } else {
                    if data_type.name == "TS" {
                        self.whole = Some((&element.name, &data_type.name));
                    }
                    self.composite(components, value, at, level);
                    form::check(self, element, data_type, value, at);
                    if self.wants.codes && !element.bindings.is_empty() {
                        codes::coded(self, element, data_type, value, at);
                    }
                    // The standard's lengths of values with parts are not meant to be kept.
                    if self.wants.lengths && self.model.is_profile {
                        self.length(element, value, at);
                    }
                    self.fixed(element, value, at);
                }
            }
            TypeKind::Varies => {}
        }
    }

    fn first_of(&self, components: &'v [Element]) -> Option<(&'v Element, &'v TypeDef)> {
        let first = components.first()?;
        Some((first, self.data_type(first.data_type)?))
    }

    pub(super) fn data_type(&self, at: Option<TypeIx>) -> Option<&'v TypeDef> {
        at.and_then(|at| self.model.data_type(at))
    }

    fn composite(&mut self, components: &'v [Element], value: &'w [u8], at: At, level: Level) {
        let (by, inner) = match level {
            Level::Repetition => (self.separators.component, Level::Component),
            _ => (self.separators.subcomponent, Level::Subcomponent),
        };
        let place = |n: usize| {
            let n = u16::try_from(n).unwrap_or(u16::MAX);
            if inner == Level::Component {
                At { component: n, ..at }
            } else {
                At { subcomponent: n, ..at }
            }
        };
        let mut rest = Some(value);
        let mut number = 0;
        while let Some(bytes) = rest {
            let (part, after) = cut(bytes, by);
            rest = after;
            number += 1;
            let Some(element) = components.get(number - 1) else {
                if self.wants.extra && self.has_content(bytes) {
                    let what = if inner == Level::Component { "component" } else { "subcomponent" };
                    let defined = components.len() as u32;
                    self.report(Rule::Ext1, place(number), bytes, Problem::Extra { what, defined });
                }
                return;
            };
            let whole = self.whole.take().filter(|_| number == 1);
            if part.is_empty() || (element.usage != Usage::Optional && !self.has_content(part)) {
                if element.usage != Usage::Optional {
                    self.missing(element, place(number));
                }
                continue;
            }
            self.present(element, place(number), part);
            if part != b"\"\""
                && let Some(data_type) = self.data_type(element.data_type)
            {
                self.whole = whole;
                self.value(element, data_type, part, place(number), inner);
            }
        }
        for (n, element) in components.iter().enumerate().skip(number) {
            if element.usage != Usage::Optional {
                self.missing(element, place(n + 1));
            }
        }
    }

    /// Whether there is anything but blanks and delimiters.
    #[inline]
    pub(super) fn has_content(&self, bytes: &[u8]) -> bool {
        let s = self.separators;
        bytes
            .iter()
            .any(|&b| !(b == s.component || b == s.subcomponent || b == s.repetition || b == b' '))
    }

    /// Reports that a code is not as its set says.
    pub(super) fn code(
        &mut self,
        element: &'v Element,
        set: &'v super::model::ValueSet,
        how: CodeProblem,
        value: &[u8],
        at: At,
        usual: Option<Severity>,
    ) {
        let (name, set_name) = (&*element.name, &*set.name);
        let rule = match how {
            CodeProblem::NoSuchSet
            | CodeProblem::EmptySet
            | CodeProblem::NotChecked
            | CodeProblem::NoStrength
            | CodeProblem::Location => Rule::Val2,
            _ => Rule::Val1,
        };
        self.report_as(rule, at, value, usual, Problem::Code { name, set: &set.id, set_name, how });
    }

    /// Reports at the severity of the rule.
    #[inline(never)]
    pub(super) fn report(&mut self, rule: Rule, at: At, part: &[u8], problem: Problem<'v>) {
        self.report_as(rule, at, part, None, problem);
    }

    /// Reports with the severity that is usual in this case.
    pub(super) fn report_as(
        &mut self,
        rule: Rule,
        at: At,
        part: &[u8],
        usual: Option<Severity>,
        problem: Problem<'v>,
    ) {
        let severity = self.severities.at(rule, &at, usual);
        if severity == Severity::Off {
            return;
        }
        let span = if part.is_empty() {
            (0, 0)
        } else {
            let start = self.message.offset_of(part);
            (start as u32, (start + part.len()) as u32)
        };
        finding::add(self.findings, Finding { rule, severity, at, span, problem });
    }
}

/// The bytes before a delimiter, and those behind it if it is there.
#[inline]
pub(super) fn cut(bytes: &[u8], by: u8) -> (&[u8], Option<&[u8]>) {
    match first(bytes, by) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    }
}
