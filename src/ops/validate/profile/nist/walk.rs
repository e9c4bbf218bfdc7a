//! Holds a message against a profile as NIST's validator does (usnistgov/v2-validation 1.5,
//! packages `structure` and `vs`).
//!
//! At each position its usage comes first; where that is broken, nothing else is looked at. Values
//! of usage O are not looked at at all, and their codes only where they are not bound. A null that
//! does not stand alone makes it forget what it found before in the same segment.

use super::{codes, expressions, matcher, text};
use crate::core::Message;
use crate::ops::validate::constraint::{
    self, Bound, Wrong, is_date, is_date_time, is_number, is_time,
};
use crate::ops::validate::finding::{self, At, CodeProblem, Finding, Problem};
use crate::ops::validate::layout::{Kind, NOWHERE, Seating};
use crate::ops::validate::model::{Cardinality, Element, MessageDef, Model, TypeDef, Usage};
use crate::ops::validate::rule::{Rule, Severity};
use crate::ops::validate::settings::Severities;
use crate::ops::validate::tree::{Index, NULL, Shape, Spot, Tree, Value};

/// Appends what NIST's validator finds in a message. `structure` is one of the model's messages.
pub fn check<'v>(
    model: &'v Model,
    structure: &'v MessageDef,
    severities: &'v Severities,
    message: &Message<'_>,
    (seating, index): (&mut Seating, &mut Index),
    findings: &mut Vec<Finding<'v>>,
) {
    matcher::seat(&structure.layout, message, seating);
    index.read(message, seating, true);
    let tree = Tree::new(model, structure, seating, index, message);
    let mut walk = Walk { tree, severities, findings, wrong: Vec::new() };
    walk.lines(message);
    if seating.seats.first().is_some_and(|seat| seat.place != NOWHERE) {
        walk.group(0);
    }
    constraint::check(&tree, true, severities, findings);
}

struct Walk<'v, 't, 'f> {
    tree: Tree<'v, 't>,
    severities: &'v Severities,
    findings: &'f mut Vec<Finding<'v>>,
    wrong: Vec<Wrong<'t>>,
}

impl<'v, 't> Walk<'v, 't, '_> {
    fn report(&mut self, rule: Rule, at: At, span: (u32, u32), problem: Problem<'v>) {
        self.report_as(rule, at, span, None, problem);
    }

    fn report_as(
        &mut self,
        rule: Rule,
        at: At,
        span: (u32, u32),
        usual: Option<Severity>,
        problem: Problem<'v>,
    ) {
        let severity = self.severities.at(rule, &at, usual);
        if severity > Severity::Off {
            finding::add(self.findings, Finding { rule, severity, at, span, problem });
        }
    }

    /// Reports lines that are no segments, and segments that have no place.
    fn lines(&mut self, message: &Message<'_>) {
        let by = message.separators().field;
        for (number, segment) in (0..).zip(message.segments()) {
            let seat = self.tree.seating.seats.get(number as usize);
            if seat.is_some_and(|seat| seat.place != NOWHERE) {
                continue;
            }
            let span = self.tree.segment_span(number);
            let at = self.tree.segment_at(number);
            if let Some(segment) = matcher::id(segment.raw(), by) {
                let model = self.tree.model;
                let known = model.segments.iter().any(|s| s.name == segment);
                let problem = Problem::Unexpected { expected: Box::default(), known };
                self.report(Rule::Str1, At { segment, ..at }, span, problem);
            } else if !segment.raw().is_empty() {
                let wrong = "the line is no segment".into();
                let expected = "a segment id and the field separator".into();
                self.report(Rule::Enc2, at, span, Problem::Plain { wrong, expected });
            }
        }
    }

    fn group(&mut self, group: u32) {
        let tree = self.tree;
        let Some(occurrence) = tree.seating.groups.get(group as usize) else { return };
        let here = tree.at(Spot::Group(group));
        for place_at in tree.layout.children(occurrence.place) {
            let Some(place) = tree.layout.place(place_at) else { continue };
            let members: Vec<_> = tree.members(group, place_at).collect();
            let (id, name) = match &place.kind {
                Kind::Segment { id, .. } => (id.unwrap_or_default(), ""),
                Kind::Group { name, .. } => ([0; 3], &**name),
            };
            if members.is_empty() {
                let at = At { segment: id, occurrence: 1, ..here };
                if let Some(rule) = missing(place.usage, Rule::Str2) {
                    let problem = match &place.kind {
                        Kind::Segment { .. } => Problem::MissingSegment { id, group: "" },
                        Kind::Group { name, .. } => {
                            Problem::MissingGroup { group: name, expected: Box::default() }
                        }
                    };
                    self.report(rule, at, (0, 0), problem);
                }
                continue;
            }
            if is_forbidden(place.usage) {
                for member in members {
                    let (at, span) = (tree.at(member), tree.span(member));
                    let name = tree.group_name(member);
                    let problem = Problem::PresentElement { name, usage: place.usage };
                    self.report(Rule::Use3, at, span, problem);
                }
                continue;
            }
            self.occurrences(&members, place.cardinality, name);
            for member in members {
                match member {
                    Spot::Group(inner) => self.group(inner),
                    Spot::Segment(segment) => self.segment(segment),
                    Spot::Value(_) => {}
                }
            }
        }
    }

    /// Reports segments and groups beyond the most, or the last one if there are too few.
    fn occurrences(&mut self, members: &[Spot<'v, 't>], limits: Cardinality, group: &'v str) {
        let Cardinality { min, max } = limits;
        let found = members.len() as u32;
        let first = if found < min { found } else { max.unwrap_or(found).saturating_add(1) };
        for (number, &member) in (1..).zip(members) {
            if number >= first {
                let (at, span) = (self.tree.at(member), self.tree.span(member));
                let problem = Problem::Occurrences { group, found: number, min, max };
                self.report(Rule::Str3, at, span, problem);
            }
        }
    }

    fn segment(&mut self, segment: u32) {
        let tree = self.tree;
        let Some(definition) = tree.definition(segment) else { return };
        let at = tree.segment_at(segment);
        let before = self.findings.len();
        let mut codes = Vec::new();
        for (field, element) in (1..).zip(&definition.fields) {
            let values: Vec<_> = tree.field(segment, field).collect();
            let at = At { field, repetition: 1, ..at };
            if !self.usage(element, values.is_empty(), at, values.iter()) {
                continue;
            }
            let is_null = |value: &Value<'_, '_>| matches!(tree.shape(value), Shape::Null(_));
            if values.iter().any(is_null) {
                if let [first, _, ..] = &values[..] {
                    self.findings.truncate(before);
                    let (name, found) = (&*element.name, values.len() as u32);
                    let problem = Problem::NullBesideOthers { name, found };
                    self.report(Rule::Car1, first.at, tree.span_of(first.raw), problem);
                }
                continue;
            }
            self.repetitions(element, &values);
            for value in &values {
                self.value(value);
            }
        }
        if usize::from(tree.field_count(segment)) > definition.fields.len() {
            let defined = definition.fields.len() as u32;
            let problem = Problem::Extra { what: "field", defined };
            self.report(Rule::Ext1, at, tree.segment_span(segment), problem);
        }
        // Codes are looked at on their own, whatever was found of usage.
        for (field, element) in (1..).zip(&definition.fields) {
            if !is_unchecked(element) {
                codes.extend(tree.field(segment, field));
            }
        }
        for value in codes {
            self.codes(&value);
        }
    }

    /// Reports an element that is missing, or there and must not be; returns whether to go on.
    fn usage<'e>(
        &mut self,
        element: &'v Element,
        is_missing: bool,
        at: At,
        values: impl Iterator<Item = &'e Value<'v, 't>>,
    ) -> bool
    where
        'v: 'e,
        't: 'e,
    {
        let name = &*element.name;
        let usage = element.usage;
        if is_missing {
            if let Some(rule) = missing(usage, Rule::Use1) {
                self.report(rule, at, (0, 0), Problem::MissingElement { name, usage });
            }
            return false;
        }
        if !is_forbidden(usage) {
            return true;
        }
        for value in values {
            let span = self.tree.span_of(value.raw);
            self.report(Rule::Use3, value.at, span, Problem::PresentElement { name, usage });
        }
        false
    }

    /// Reports repetitions beyond the most, or the last one if there are too few.
    fn repetitions(&mut self, element: &'v Element, values: &[Value<'v, 't>]) {
        let Cardinality { min, max } = element.cardinality;
        let last = values.last().map_or(0, |value| value.at.repetition);
        let first =
            if last < min { last } else { max.map_or(u32::MAX, |max| max.saturating_add(1)) };
        for value in values.iter().filter(|value| value.at.repetition >= first) {
            let found = value.at.repetition;
            let problem = Problem::Repetitions { name: &element.name, found, min, max };
            self.report(Rule::Car1, value.at, self.tree.span_of(value.raw), problem);
        }
    }

    fn value(&mut self, value: &Value<'v, 't>) {
        let span = self.tree.span_of(value.raw);
        match self.tree.shape(value) {
            Shape::Simple(data_type) => self.simple(value, data_type, span),
            Shape::Null(_) => {}
            Shape::Unresolved => {
                let wrong = "the field that names the data type has none of the profile".into();
                let expected = (&*value.element.name).into();
                self.report(Rule::Coc1, value.at, span, Problem::Plain { wrong, expected });
            }
            Shape::Composite(_, elements) => {
                let tree = self.tree;
                for (position, element, part) in tree.parts(value, elements) {
                    let at = match value.at.component {
                        0 => At { component: position, ..value.at },
                        _ => At { subcomponent: position, ..value.at },
                    };
                    if self.usage(element, part.is_none(), at, part.iter())
                        && let Some(part) = part
                    {
                        self.value(&part);
                    }
                }
                if self.tree.part_count(value) > elements.len() {
                    let what = if value.at.component == 0 { "component" } else { "subcomponent" };
                    let defined = elements.len() as u32;
                    self.report(Rule::Ext1, value.at, span, Problem::Extra { what, defined });
                }
            }
        }
    }

    fn simple(&mut self, value: &Value<'v, 't>, data_type: Option<&'v TypeDef>, span: (u32, u32)) {
        let Value { at, raw, element, .. } = *value;
        let name = &*element.name;
        if element.usage == Usage::Optional {
            return self.report(Rule::Use5, at, span, Problem::OptionalPresent { name });
        }
        if raw == NULL && at.component == 0 {
            return;
        }
        let data_type = data_type.map_or("", |of| &of.name);
        let fault = match data_type {
            "NM" | "SI" => (!is_number(raw)).then_some((Rule::Fmt2, "[+|-]digits[.digits]")),
            "DT" => (!is_date(raw)).then_some((Rule::Fmt1, "YYYY[MM[DD]]")),
            "TM" => (!is_time(raw)).then_some((Rule::Fmt1, "HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]")),
            "DTM" => (!is_date_time(raw))
                .then_some((Rule::Fmt1, "YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]")),
            _ => {
                let s = self.tree.separators;
                let delimiters = [s.field, s.component, s.subcomponent, s.repetition];
                let is_header = at.segment == *b"MSH" && at.field <= 2;
                if !is_header && raw.iter().any(|b| delimiters.contains(b)) {
                    self.report(Rule::Enc4, at, span, Problem::Separator { name, data_type });
                }
                None
            }
        };
        if let Some((rule, expected)) = fault {
            self.report(rule, at, span, Problem::Format { name, data_type, expected });
        }
        self.length(value, span);
    }

    fn length(&mut self, value: &Value<'v, 't>, span: (u32, u32)) {
        let name = &*value.element.name;
        let length = value.element.length;
        let (min, max) = match (length.min, length.conformance) {
            (Some(min), None) => (min, length.max),
            (None, Some((conformance, _))) => (1, Some(conformance)),
            // Neither, or both.
            _ => return self.report(Rule::Prf1, value.at, span, Problem::LengthNotSaid { name }),
        };
        let found = text::length(&text::unescape(value.raw, &self.tree.separators));
        if found < min || max.is_some_and(|max| found > max) {
            self.report(Rule::Len1, value.at, span, Problem::Length { name, found, min, max });
        }
    }

    fn codes(&mut self, value: &Value<'v, 't>) {
        let element = value.element;
        if is_unchecked(element) {
            return;
        }
        if let Some(binding) = element.bindings.first() {
            let bound = Bound {
                sets: element.bindings.iter().map(|b| b.set).collect(),
                strength: binding.strength,
                positions: binding.location.as_deref().and_then(expressions::positions),
                places: Vec::new(),
            };
            let mut wrong = std::mem::take(&mut self.wrong);
            wrong.clear();
            codes::check(&self.tree, value, &bound, &mut wrong);
            for wrong in &wrong {
                self.code(element, wrong);
            }
            self.wrong = wrong;
        }
        if let Shape::Composite(_, elements) = self.tree.shape(value) {
            let tree = self.tree;
            for part in tree.parts(value, elements).filter_map(|(.., part)| part) {
                self.codes(&part);
            }
        }
    }

    fn code(&mut self, element: &'v Element, wrong: &Wrong<'t>) {
        let Some(set) = self.tree.model.value_set(wrong.set) else { return };
        let (rule, usual) = match wrong.how {
            CodeProblem::NoSuchSet if wrong.is_coded => (Rule::Val1, None),
            CodeProblem::NotInSet
            | CodeProblem::NotInOpenSet
            | CodeProblem::Excluded
            | CodeProblem::System
            | CodeProblem::NotOne => (Rule::Val1, None),
            CodeProblem::Permitted => (Rule::Val1, Some(Severity::Info)),
            CodeProblem::NotChecked => (Rule::Val2, Some(Severity::Info)),
            _ => (Rule::Val2, None),
        };
        let usual = if wrong.is_alert { Some(Severity::Info) } else { usual };
        let (set, set_name) = (&*set.id, &*set.name);
        let problem = Problem::Code { name: &element.name, set, set_name, how: wrong.how };
        self.report_as(rule, wrong.at, self.tree.span_of(wrong.raw), usual, problem);
    }
}

/// The rule that an element breaks by not being there.
fn missing(usage: Usage, required: Rule) -> Option<Rule> {
    match usage {
        Usage::Required => Some(required),
        Usage::RequiredIfKnown => Some(Rule::Use2),
        _ => None,
    }
}

fn is_forbidden(usage: Usage) -> bool {
    matches!(usage, Usage::NotSupported | Usage::Withdrawn)
}

/// Neither the codes of an optional element that is bound are looked at, nor what is in it.
fn is_unchecked(element: &Element) -> bool {
    element.usage == Usage::Optional && !element.bindings.is_empty()
}
