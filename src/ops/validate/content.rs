//! Walks the fields, components and subcomponents of a segment along its definition.

use super::codes;
use super::finding::{self, At, CodeProblem, Finding, Problem};
use super::form;
use super::format::Format;
use super::model::{Element, Model, SegmentDef, TypeDef, TypeIx, TypeKind, Usage};
use super::rule::{Rule, Severity};
use super::settings::Severities;
use crate::core::message::first;
use crate::core::{Message, Segment, Separators, escape};
use crate::dictionary::standard;
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

    /// The data type of a field, which another field may name.
    fn resolve(
        &mut self,
        definition: &'v SegmentDef,
        element: &'v Element,
        field: &[u8],
        at: At,
    ) -> Option<&'v TypeDef> {
        let found = definition.dynamic.iter().find(|mapping| mapping.field == at.field);
        let data_type = element.data_type.and_then(|at| self.model.data_type(at));
        let Some(mapping) = found else { return data_type };
        let first = self.reference(&mapping.reference);
        let second = mapping.second.as_deref().map(|path| self.reference(path));
        if let Some(found) = mapping.find(first, second) {
            return self.model.data_type(found);
        }
        let reference = mapping.reference.split('.').next().and_then(|n| n.parse().ok());
        let at = At { field: reference.unwrap_or(at.field), ..at };
        // A table that the type is not in has nothing to add.
        let is_same = |f: &Finding<'_>| f.rule == Rule::Val1 && f.at.field == at.field;
        let of_line = self.findings.iter().rev().take_while(|f| f.at.line == at.line);
        if let Some(back) = of_line.into_iter().position(is_same) {
            self.findings.remove(self.findings.len() - 1 - back);
        }
        let (wrong, expected, usual) = if first.is_empty() {
            ("has no value, and the one whose data type it names has", "a data type", None)
        } else if !self.model.is_profile && self.is_listed_type(first) {
            return None;
        } else if standard().has_data_type(first) && !self.model.is_profile {
            let wrong = "names a data type of another version; the value is not checked";
            (wrong, "a data type of this version", Some(Severity::Warning))
        } else {
            ("names no data type that is known", "a data type", None)
        };
        let problem = Problem::Plain { wrong: wrong.into(), expected: expected.into() };
        let part = if first.is_empty() { field } else { first };
        self.report_as(Rule::Coc1, at, part, usual, problem);
        None
    }

    /// Whether table 0125 of the version has a data type of which nothing else is known.
    fn is_listed_type(&self, id: &[u8]) -> bool {
        let table = standard().table("0125");
        table.is_some_and(|table| table.code(self.model.version, id).is_some())
    }

    /// The value at `field[.component[.subcomponent]]` of the segment, undecoded; empty if none.
    fn reference(&self, path: &str) -> &'w [u8] {
        let mut numbers = path.split('.').map(|n| n.parse::<usize>().unwrap_or_default());
        let field = numbers.next().and_then(|n| self.segment.field(n));
        let mut value = field.and_then(|f| f.repetition(1)).map_or(&b""[..], |r| r.raw());
        for (n, by) in numbers.zip([self.separators.component, self.separators.subcomponent]) {
            value = value.split(|&b| b == by).nth(n.wrapping_sub(1)).unwrap_or_default();
        }
        value
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

    /// Checks a value that has no parts.
    fn leaf(
        &mut self,
        element: &'v Element,
        data_type: &'v TypeDef,
        format: Format,
        value: &'w [u8],
        at: At,
        level: Level,
    ) {
        let separators = self.separators;
        let divides = |b: &u8| {
            *b == separators.subcomponent && separators.subcomponent != separators.field
                || (level == Level::Repetition && *b == separators.component)
        };
        if value.iter().any(divides) {
            // What follows the first delimiter is no part of the value.
            // Before 2.2 the type alone stood in MSH-9; many write the event with it.
            let is_event = at.line == 1 && at.field == 9 && !self.model.is_profile;
            if self.wants.separators && !is_event && self.has_content(value) {
                let problem =
                    Problem::Separator { name: &element.name, data_type: &data_type.name };
                self.report(Rule::Enc4, at, value, problem);
            }
            return;
        }
        if let Some((rule, expected)) = format.fault(value) {
            let own = (&*element.name, &*data_type.name);
            let (name, data_type) = self.whole.unwrap_or(own);
            self.report(rule, at, value, Problem::Format { name, data_type, expected });
        }
        self.whole = None;
        if self.has_escapes && self.wants.escapes {
            self.escapes(element, data_type, value, at);
        }
        if self.wants.codes && !element.bindings.is_empty() {
            codes::simple(self, element, value, at);
        }
        if self.wants.lengths {
            self.length(element, value, at);
        }
        self.fixed(element, value, at);
    }

    fn escapes(&mut self, element: &'v Element, data_type: &'v TypeDef, value: &'w [u8], at: At) {
        // One finding is enough: what follows a stray escape character is often read wrongly, too.
        let fault = escape::faults(value, &self.separators).next();
        if let Some(range) = fault {
            let (name, data_type) = (&element.name, &data_type.name);
            let expected =
                "an escape sequence that the standard has, closed by an escape character";
            let problem = Problem::Format { name, data_type, expected };
            self.report(Rule::Enc3, at, &value[range], problem);
        }
    }

    fn length(&mut self, element: &'v Element, value: &'w [u8], at: At) {
        let length = element.length;
        let max = length.max.or(match length.conformance {
            Some((conformance, true)) => Some(conformance),
            _ => None,
        });
        if max.is_none() && length.min.is_none() {
            return;
        }
        let found = self.characters(value);
        let min = length.min.unwrap_or(0);
        if found < min || max.is_some_and(|max| found > max) {
            let name = &element.name;
            self.report(Rule::Len1, at, value, Problem::Length { name, found, min, max });
        }
    }

    /// How many characters a value has, escape sequences counted as what they stand for.
    pub(super) fn characters(&self, value: &[u8]) -> u32 {
        let text = escape::decode(value, &self.separators);
        match std::str::from_utf8(&text) {
            Ok(text) => text.chars().count() as u32,
            Err(_) => text.len() as u32,
        }
    }

    #[inline]
    fn fixed(&mut self, element: &'v Element, value: &'w [u8], at: At) {
        if element.constant.is_none() && element.pattern.is_none() {
            return;
        }
        let text = escape::decode(value, &self.separators);
        if let Some(expected) = element.constant.as_deref()
            && text != expected.as_bytes()
        {
            let problem = Problem::Constant { name: &element.name, expected };
            self.report(Rule::Val3, at, value, problem);
        }
        if let Some(pattern) = &element.pattern
            && !pattern.is_match(&text)
        {
            let wrong = "the value has not the pattern of the profile".into();
            let problem = Problem::Plain { wrong, expected: pattern.as_str().into() };
            self.report(Rule::Val3, at, value, problem);
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
