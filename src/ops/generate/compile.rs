//! Makes of templates and of the dictionary what can be written.

use super::Fill;
use super::rows;
use super::source::{Said, Source};
use super::template::{Piece, Template};
use super::value::{Leaf, Shape, Value};
use crate::dictionary::{Component, Field, Segment, Table, Usage, Version, VersionView, standard};
use crate::ops::validate::format::Format;

/// A segment that is ready to be written.
#[derive(Debug)]
pub(super) struct SegmentPlan {
    pub(super) id: &'static str,
    pub(super) fields: Vec<FieldPlan>,
    /// The first field is a set id.
    pub(super) is_numbered: bool,
}

/// A field that is ready to be written.
#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) number: usize,
    /// How often it is there, in percent.
    pub(super) chance: u8,
    pub(super) value: Value,
}

/// How deep a value is in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Field,
    Component,
    Subcomponent,
}

/// What is to be filled: a field or a part of one.
#[derive(Clone, Copy)]
struct Element {
    data_type: &'static str,
    /// It has to be there.
    required: bool,
    length: Option<u32>,
    table: Option<&'static Table>,
    /// The table whose codes it takes, which is checked if `is_bound`.
    hint: Option<&'static Table>,
    is_bound: bool,
    /// Its components are written although its data type has none.
    is_whole: bool,
    level: Level,
}

/// Of one version.
pub(super) struct Compiler {
    version: Version,
    view: &'static VersionView,
    fill: Fill,
}

/// How often a field without a row is there, in segments that have none.
const OTHER: u8 = 15;

impl Compiler {
    pub(super) fn new(version: Version, fill: Fill) -> Self {
        Self { version, view: standard().version(version), fill }
    }

    /// A segment as messages of type `code` have it.
    pub(super) fn segment(&self, id: &'static str, code: &str) -> SegmentPlan {
        let Some(segment) = self.view.segment(id.as_bytes()) else {
            return SegmentPlan { id, fields: Vec::new(), is_numbered: false };
        };
        let is_known = rows::knows(id);
        let fields = (1..).zip(segment.fields()).filter_map(|(number, field)| {
            // The delimiters stand there already.
            let is_delimiter = id == "MSH" && number < 3;
            if is_delimiter { None } else { self.field(segment, number, field, code, is_known) }
        });
        let mut fields: Vec<FieldPlan> = fields.collect();
        // A segment says something.
        match fields.iter().position(|field| field.chance == 100) {
            Some(_) => {}
            None if fields.is_empty() => fields.extend(self.first_field(segment, code)),
            None => fields[0].chance = 100,
        }
        // What names the data type of another field is there with it.
        for (of, names) in [(("OBX", 5), 2), (("MFE", 4), 5), (("MFA", 5), 6)] {
            if of.0 == id && fields.iter().any(|field| field.number == of.1) {
                fields.iter_mut().filter(|f| f.number == names).for_each(|f| f.chance = 100);
            }
        }
        let is_numbered = is_set_id(segment.field(1));
        SegmentPlan { id, fields, is_numbered }
    }

    /// The first field that can stand alone.
    fn first_field(&self, segment: &'static Segment, code: &str) -> Option<FieldPlan> {
        let all = Self { version: self.version, view: self.view, fill: Fill::All };
        let fields = (1..).zip(segment.fields());
        fields.filter_map(|(number, field)| all.field(segment, number, field, code, true)).next()
    }

    fn field(
        &self,
        segment: &Segment,
        number: usize,
        field: &'static Field,
        code: &str,
        is_known: bool,
    ) -> Option<FieldPlan> {
        let is_allowed =
            matches!(field.usage, Usage::Required | Usage::Optional | Usage::Conditional);
        if !is_allowed || field.data_type.is_empty() {
            return None;
        }
        let row = rows::field(segment.id(), number, self.version, code);
        let set_id = Template(vec![vec![vec![Piece::Source(Source::Said(Said::SetId))]]]);
        let is_numbered = number == 1 && is_set_id(Some(field));
        let template = if is_numbered { Some(&set_id) } else { row.map(|row| &row.template) };
        // What names the data type of a required field is as required.
        let names_type = matches!((segment.id(), number), ("OBX", 2 | 5) | ("MFE", 5) | ("MFA", 6));
        let chance = match (field.usage, self.fill, row) {
            (Usage::Required, ..) => 100,
            _ if names_type => 100,
            (_, Fill::Typical, None) if is_numbered => 100,
            (_, Fill::Required, _) => return None,
            (_, Fill::All, _) => 100,
            (_, Fill::Typical, Some(row)) => row.chance,
            (_, Fill::Typical, None) if is_known => 0,
            (_, Fill::Typical, None) => OTHER,
        };
        if chance == 0
            || (row.is_none() && field.data_type == "varies" && field.usage != Usage::Required)
        {
            return None;
        }
        let mut element = element_of(field);
        let is_header = segment.id() == "MSH" && matches!(number, 9 | 11 | 12);
        element.is_bound = !is_header;
        // In 2.1 the data type knows no event, and yet it stands there.
        element.is_whole = is_header && number == 9;
        let value = self.value_of(element, template, is_header)?;
        Some(FieldPlan { number, chance, value })
    }

    fn value_of(
        &self,
        element: Element,
        template: Option<&Template>,
        is_header: bool,
    ) -> Option<Value> {
        match template {
            // A template whose codes the version lacks is none.
            Some(template) if is_header || self.suits(element, template) => {
                self.value(Element { is_bound: element.is_bound, ..element }, Some(template))
            }
            _ => self.value(element, None),
        }
    }

    /// Whether the code of a coded value is in the table of the field.
    fn suits(&self, element: Element, template: &Template) -> bool {
        if !is_coded(element.data_type) {
            return true;
        }
        let Some(table) = element.table.filter(|table| self.is_closed(table)) else { return true };
        has_own_system(template) || template.first().is_none_or(|leaf| self.are_codes(table, leaf))
    }

    /// Whether all that a leaf can be are codes of a table.
    fn are_codes(&self, table: &Table, leaf: &[Piece]) -> bool {
        // Code systems are kept apart from the versions.
        let is_code = |code: &&str| {
            let code = code.as_bytes();
            code.is_empty()
                || table.code(self.version, code).is_some()
                || (table.id() == CODE_SYSTEMS && (table.knows(code) || code.starts_with(b"HL7")))
        };
        match leaf {
            [Piece::Text(text)] => is_code(text),
            [Piece::Source(Source::Code | Source::Spare | Source::System)] => true,
            // Of those that the version has, see observed.rs.
            [Piece::Source(Source::Said(Said::TestType))] => true,
            [Piece::Source(source)] => source.values().is_some_and(|all| all.iter().all(is_code)),
            _ => false,
        }
    }

    fn is_closed(&self, table: &Table) -> bool {
        table.is_listed(self.version) && table.is_closed(self.version)
    }

    /// A value of an element, by a template or by its data type.
    fn value(&self, element: Element, template: Option<&Template>) -> Option<Value> {
        let components = self.view.data_type(element.data_type).map(|found| found.components());
        let Some(components) = components else {
            return self.leaf(element, template);
        };
        if element.level == Level::Subcomponent {
            // Subcomponents have no parts: of a type with components, the first is meant.
            let first = self.part(element, 0, components.first()?, Level::Subcomponent)?;
            return self.value(Element { required: element.required, ..first }, template);
        }
        let own = match template {
            Some(template) => Some(template),
            None => rows::data_type(element.data_type),
        };
        let has_own_system = is_coded(element.data_type) && own.is_some_and(has_own_system);
        let level = match element.level {
            Level::Field => Level::Component,
            _ => Level::Subcomponent,
        };
        let mut parts = Vec::new();
        for (at, component) in components.iter().enumerate() {
            let Some(part) = self.part(element, at, component, level) else { continue };
            let template = own.and_then(|template| template.component(at));
            // Without a template the first stands for all.
            let wanted = template.is_some()
                || part.required
                || (own.is_none() && (self.fill == Fill::All || parts.is_empty()));
            if !wanted {
                continue;
            }
            // Of what has to be there, something is.
            let required = part.required || (element.required && parts.is_empty());
            // Codes of another system are not those of the table.
            let table = part.table.filter(|_| at > 0 || !has_own_system);
            let part = Element { required, table, ..part };
            if let Some(value) = self.value(part, template.as_ref()) {
                parts.push((at, value));
            }
        }
        if element.required && parts.is_empty() {
            let part = self.part(element, 0, components.first()?, level)?;
            parts.push((0, self.value(Element { required: true, ..part }, None)?));
        }
        let needs_first =
            is_coded(element.data_type) && parts.first().is_some_and(|(at, _)| *at == 0);
        (!parts.is_empty()).then_some(Value::Parts { parts, needs_first })
    }

    /// A component as an element; `None` if it must not be there.
    fn part(
        &self,
        whole: Element,
        at: usize,
        component: &'static Component,
        level: Level,
    ) -> Option<Element> {
        // Before 2.5 the standard does not tell which components are required.
        let required = match component.usage {
            Usage::Required => self.version >= Version::V2_5,
            Usage::Optional | Usage::Conditional => false,
            _ => return None,
        };
        if component.data_type.is_empty() {
            return None;
        }
        let table = component.table.and_then(|id| standard().table(id));
        let is_code = at == 0 && is_coded(whole.data_type);
        // What a code means, and its system, are of the same table.
        let hint = if at < 3 { table.filter(|_| at == 0).or(whole.hint) } else { table };
        let data_type = match (whole.data_type, at) {
            ("TS", 0) => "DTM",
            _ => component.data_type,
        };
        Some(Element {
            data_type,
            required,
            length: component.length,
            table: table.or(whole.table.filter(|_| is_code)),
            hint: hint.or(table),
            is_bound: whole.is_bound,
            is_whole: false,
            level,
        })
    }

    /// A value without parts; `None` if nothing that the data type allows is in the table.
    fn leaf(&self, element: Element, template: Option<&Template>) -> Option<Value> {
        let most = element.length.map_or(usize::MAX, |length| length as usize);
        let shape = match element.data_type {
            "varies" => Shape::Raw,
            _ if element.is_whole => Shape::Raw,
            "CM" => Shape::Of(Format::Text),
            data_type => match Format::of(data_type) {
                Format::Date => Shape::Time { date: true, time: false },
                Format::Time => Shape::Time { date: false, time: true },
                Format::DateTime => Shape::Time { date: true, time: most >= 14 },
                format => Shape::Of(format),
            },
        };
        let closed = element.table.filter(|t| element.is_bound && self.is_closed(t));
        let source = element.table.or(element.hint);
        let codes = match source {
            Some(table) if !matches!(shape, Shape::Time { .. }) => self.codes(table, most, shape),
            _ => Vec::new(),
        };
        if closed.is_some() && codes.is_empty() && !element.required {
            return None;
        }
        let spare = || vec![Piece::Source(Source::Spare)];
        let mut pieces = match template.map(|template| (template, template.first())) {
            Some((template, None)) if shape == Shape::Raw => whole(template),
            Some((template, Some(_))) if shape == Shape::Raw => whole(template),
            Some((_, Some(leaf))) => leaf.clone(),
            _ => spare(),
        };
        let mut listed = None;
        let bound = element.table.filter(|t| element.is_bound && t.is_listed(self.version));
        if let Some(table) = bound.filter(|table| !self.are_codes(table, &pieces)) {
            match pieces.as_slice() {
                // A single code that is not known is better left out than replaced.
                [Piece::Text(_)] => pieces = Vec::new(),
                [Piece::Source(source)]
                    if source.values().is_some() || matches!(source, Source::Said(Said::Event)) =>
                {
                    listed = Some(table.codes(self.version).map(|code| code.code).collect());
                }
                _ if closed.is_some() => pieces = spare(),
                _ => {}
            }
        }
        let hint = element.hint.filter(|table| table.is_listed(self.version));
        let system = hint.map(system);
        let codes = match (&pieces[..], hint) {
            // What is told of a code is told of the same.
            ([Piece::Source(Source::Display)], Some(hint)) => {
                self.codes(hint, usize::MAX, Shape::Of(Format::Text))
            }
            ([Piece::Source(Source::Display)], None) => Vec::new(),
            _ => codes,
        };
        let required = element.required;
        Some(Value::Leaf(Leaf { pieces, shape, most, required, codes, system, listed }))
    }

    /// The codes of a table that can stand in a message as they are.
    fn codes(
        &self,
        table: &'static Table,
        most: usize,
        shape: Shape,
    ) -> Vec<(&'static str, &'static str)> {
        let is_plain = |text: &str| {
            text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control() || b"|^~\\&".contains(&b))
        };
        let fits = |(code, display): &(&str, &str)| {
            let is_right = match shape {
                Shape::Of(format) => format.fault(code.as_bytes()).is_none(),
                _ => true,
            };
            is_right && code.len() <= most && is_plain(code) && is_plain(display) && *code != "\"\""
        };
        let all = table.codes(self.version).map(|code| (code.code, code.display)).filter(fits);
        let all: Vec<_> = all.collect();
        // Tables have remarks and patterns among their codes.
        let is_word = |(code, _): &&(&str, &str)| {
            code.bytes().any(|b| b.is_ascii_alphanumeric())
                && !code.contains(['.', ' ', '"', '<', '>', '(', '*'])
        };
        let words: Vec<_> = all.iter().filter(is_word).copied().collect();
        if words.is_empty() { all } else { words }
    }
}

/// Whether the first field of a segment numbers it.
fn is_set_id(field: Option<&Field>) -> bool {
    field.is_some_and(|field| Format::of(field.data_type) == Format::SequenceId)
}

/// Data types whose first component is a code of the table of the field.
fn is_coded(data_type: &str) -> bool {
    matches!(data_type, "CE" | "CWE" | "CNE" | "CF")
}

/// The table of code systems.
const CODE_SYSTEMS: &str = "0396";

/// Whether a coded value names a code system that is not of HL7.
fn has_own_system(template: &Template) -> bool {
    let system = template.component(2);
    let leaf = system.as_ref().and_then(Template::first).map(Vec::as_slice);
    matches!(leaf, Some([Piece::Text(text)]) if !text.starts_with("HL7"))
}

/// A template as one text, for fields whose data type is known only in the message.
fn whole(template: &Template) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (n, component) in template.0.iter().enumerate() {
        if n > 0 {
            pieces.push(Piece::Text("^"));
        }
        for (n, leaf) in component.iter().enumerate() {
            if n > 0 {
                pieces.push(Piece::Text("&"));
            }
            pieces.extend(leaf.iter().cloned());
        }
    }
    pieces
}

/// The name of a table as a code system.
fn system(table: &'static Table) -> &'static str {
    use std::collections::HashMap;
    use std::sync::LazyLock;
    static NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        let tables = standard().tables().iter();
        tables.map(|table| (table.id(), &*format!("HL7{}", table.id()).leak())).collect()
    });
    NAMES.get(table.id()).copied().unwrap_or("L")
}

/// What a field is to the values that are made for it.
fn element_of(field: &'static Field) -> Element {
    let table = field.table.and_then(|id| standard().table(id));
    Element {
        data_type: field.data_type,
        required: field.usage == Usage::Required,
        length: field.length,
        table,
        hint: table,
        is_bound: true,
        is_whole: false,
        level: Level::Field,
    }
}
