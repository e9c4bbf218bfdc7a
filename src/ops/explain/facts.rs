//! What the standard says of a subject.

use super::entry::{Coded, Entry, Era, Part, TableFacts};
use super::structure;
use super::subject::{Subject, Thing};
use crate::dictionary::{
    Component, DataType, Field, Table, Usage, Version, VersionView, has_in_range, standard,
};
use crate::ops::validate::format::Format;
use std::fmt;

/// The standard does not define a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDefined(String);

impl fmt::Display for NotDefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn lacks(what: impl Into<String>) -> NotDefined {
    NotDefined(what.into())
}

/// What the standard says of a subject: in `version`, or in the newest that has it. A name can be
/// that of a segment and that of a data type.
///
/// # Errors
/// When no version, or not the one that was asked for, has it; the reason tells what there is.
pub fn explain(subject: &Subject, version: Option<Version>) -> Result<Vec<Entry>, NotDefined> {
    let mut found = match &subject.of {
        Thing::Named(id) => named(id, version)?,
        Thing::Field(id, numbers) => vec![field(id, *numbers, version)?],
        Thing::Component(id, numbers) => vec![component(id, *numbers, version)?],
        Thing::Table(id) => vec![table(id, version)?],
        Thing::Structure(id) => vec![structure_of(id, version)?],
        Thing::Message(code, event) => vec![message(code, event, version)?],
    };
    if let Some(code) = &subject.code {
        for entry in &mut found {
            keep_code(entry, code)?;
        }
    }
    Ok(found)
}

/// The newest version, of all or the one asked for, for which `find` finds something.
fn newest<T>(
    version: Option<Version>,
    find: impl Fn(&'static VersionView) -> Option<T>,
) -> Option<(&'static VersionView, T)> {
    let all = Version::ALL.into_iter().rev().filter(|v| version.is_none_or(|wanted| wanted == *v));
    all.map(|v| standard().version(v)).find_map(|view| Some((view, find(view)?)))
}

/// The versions in which it is the same, one after the other.
fn history(era: impl Fn(&'static VersionView) -> Option<Era>) -> Vec<Era> {
    let mut eras: Vec<Era> = Vec::new();
    for version in Version::ALL {
        let Some(found) = era(standard().version(version)) else { continue };
        let what = |e: &Era| (e.name, e.data_type, e.usage, e.table);
        match eras.last_mut() {
            Some(last) if what(last) == what(&found) => last.last = version.as_str(),
            _ => eras.push(Era { first: version.as_str(), last: version.as_str(), ..found }),
        }
    }
    eras
}

fn era(name: &'static str) -> Era {
    Era { first: "", last: "", name, data_type: "", usage: None, table: None }
}

fn none_has(what: &str, version: Option<Version>) -> NotDefined {
    match version {
        Some(version) => lacks(format!("version {version} has no {what}")),
        None => lacks(format!("no version has {what}")),
    }
}

fn named(id: &str, version: Option<Version>) -> Result<Vec<Entry>, NotDefined> {
    let mut found = Vec::new();
    if let Some((view, segment)) = newest(version, |view| view.segment(id.as_bytes())) {
        let parts = segment.fields().iter().enumerate();
        found.push(Entry {
            subject: id.to_owned(),
            kind: "segment",
            name: segment.name(),
            version: view.version().as_str(),
            parts: parts.map(|(n, f)| part(format!("{id}-{}", n + 1), &Position::of(f))).collect(),
            history: history(|view| view.segment(id.as_bytes()).map(|s| era(s.name()))),
            ..Entry::default()
        });
    }
    if let Some((view, data_type)) = newest(version, |view| view.data_type(id)) {
        found.push(Entry {
            subject: id.to_owned(),
            kind: "data type",
            name: data_type.name(),
            version: view.version().as_str(),
            parts: components_of(id, '.', data_type),
            history: history(|view| view.data_type(id).map(|d| era(d.name()))),
            ..Entry::default()
        });
    }
    if found.is_empty() {
        found.extend(primitive(id, version).or_else(|| structure_of(id, version).ok()));
    }
    if found.is_empty() {
        return Err(nothing_named(id, version));
    }
    Ok(found)
}

/// Why there is nothing of a name.
fn nothing_named(id: &str, version: Option<Version>) -> NotDefined {
    if let Some(wanted) = version
        && let Some(other) = named(id, None).ok().and_then(|mut found| found.pop())
    {
        return lacks(format!(
            "version {wanted} has no {} {id}; {} has",
            other.kind, other.version
        ));
    }
    if id.starts_with('Z') {
        return lacks(format!("{id} is a segment of a site's own, which the standard leaves open"));
    }
    let events = || standard().table("0003").into_iter().flat_map(|t| t.codes(Version::NEWEST));
    let is_event = |event: &str| newest(None, |view| view.structure_of_event(id, event)).is_some();
    if let Some(event) = events().map(|event| event.code).find(|event| is_event(event)) {
        return lacks(format!("{id} is a message type; ask for a message, such as {id}^{event}"));
    }
    none_has(&format!("segment, data type or message structure {id}"), version)
}

/// A data type without components, which the standard's data have as that of other things alone.
fn primitive(id: &str, version: Option<Version>) -> Option<Entry> {
    let find = |view: &'static VersionView| {
        let fields = view.segments().iter().flat_map(|s| s.fields().iter().map(|f| f.data_type));
        let types = view.data_types().iter();
        let parts = types.flat_map(|d| d.components().iter().map(|c| c.data_type));
        fields.chain(parts).find(|data_type| data_type.eq_ignore_ascii_case(id))
    };
    let (view, id) = newest(version, find)?;
    // The newest table has those of all versions.
    let name = standard().table("0440").and_then(|t| t.code(Version::NEWEST, id.as_bytes()));
    Some(Entry {
        subject: id.to_owned(),
        kind: "data type",
        name: name.unwrap_or_default(),
        version: view.version().as_str(),
        form: Format::of(id).expected(),
        history: history(|view| find(view).map(|_| era(name.unwrap_or_default()))),
        ..Entry::default()
    })
}

/// What fields and components have in common.
#[derive(Clone, Copy)]
struct Position {
    name: &'static str,
    data_type: &'static str,
    usage: Usage,
    repeats: Option<Option<u16>>,
    length: Option<u32>,
    table: Option<&'static str>,
}

impl Position {
    fn of(field: &Field) -> Self {
        let Field { name, data_type, usage, repeats, length, table, .. } = *field;
        Self { name, data_type, usage, repeats: Some(repeats), length, table }
    }

    fn of_component(component: &Component) -> Self {
        let Component { name, data_type, usage, length, table, .. } = *component;
        Self { name, data_type, usage, repeats: None, length, table }
    }

    fn era(self) -> Era {
        let Self { name, data_type, usage, table, .. } = self;
        Era { data_type, usage: Some(usage.letter()), table, ..era(name) }
    }
}

fn part(path: String, at: &Position) -> Part {
    Part {
        path,
        name: at.name,
        data_type: at.data_type,
        usage: at.usage.letter(),
        repeats: at.repeats.is_some_and(|most| most != Some(1)),
        table: at.table,
    }
}

fn components_of(path: &str, before: char, data_type: &DataType) -> Vec<Part> {
    let components = data_type.components().iter().enumerate();
    components
        .map(|(n, c)| part(format!("{path}{before}{}", n + 1), &Position::of_component(c)))
        .collect()
}

/// The position of a path, and the names of what it is in, the outermost first.
fn find(
    view: &'static VersionView,
    id: &str,
    [field, component, subcomponent]: [usize; 3],
) -> Option<(Position, Vec<(String, &'static str)>)> {
    let segment = view.segment(id.as_bytes())?;
    let mut of = vec![(id.to_owned(), segment.name())];
    let mut at = Position::of(segment.field(field)?);
    let mut path = format!("{id}-{field}");
    for n in [component, subcomponent].into_iter().take_while(|&n| n > 0) {
        of.push((path.clone(), at.name));
        at = below(view, at, n)?;
        path += &format!(".{n}");
    }
    Some((at, of))
}

/// Component `n` of a position; the first component of what has none is itself.
fn below(view: &'static VersionView, at: Position, n: usize) -> Option<Position> {
    match view.data_type(at.data_type) {
        Some(data_type) => data_type.component(n).map(Position::of_component),
        None if n == 1 && !at.data_type.is_empty() => Some(Position { repeats: None, ..at }),
        None => None,
    }
}

fn path_of(id: &str, numbers: [usize; 3]) -> String {
    let written: Vec<String> =
        numbers.iter().take_while(|&&n| n > 0).map(ToString::to_string).collect();
    format!("{id}-{}", written.join("."))
}

fn field(id: &str, numbers: [usize; 3], version: Option<Version>) -> Result<Entry, NotDefined> {
    let Some((view, (at, of))) = newest(version, |view| find(view, id, numbers)) else {
        return Err(no_field(id, numbers, version));
    };
    let mut entry = position(
        path_of(id, numbers),
        if numbers[1] == 0 { "field" } else { "component" },
        view,
        at,
    );
    entry.of = of.into_iter().rev().collect();
    entry.history = history(|view| find(view, id, numbers).map(|(at, _)| at.era()));
    Ok(entry)
}

/// Why there is no such field.
fn no_field(id: &str, numbers: [usize; 3], version: Option<Version>) -> NotDefined {
    let path = path_of(id, numbers);
    if let Some(wanted) = version
        && let Some((other, _)) = newest(None, |view| find(view, id, numbers))
    {
        return lacks(format!("version {wanted} has no {path}; {} has", other.version()));
    }
    if id.starts_with('Z') {
        return lacks(format!("{id} is a segment of a site's own, which the standard leaves open"));
    }
    let Some((view, segment)) = newest(version, |view| view.segment(id.as_bytes())) else {
        return none_has(&format!("segment {id}"), version);
    };
    let [n, component, _] = numbers;
    match segment.field(n) {
        None => lacks(format!("{id} has {} fields in {}", segment.field_count(), view.version())),
        Some(found) => {
            let (path, data_type) = match below(view, Position::of(found), component) {
                Some(found) => (format!("{id}-{n}.{component}"), found.data_type),
                None => (format!("{id}-{n}"), found.data_type),
            };
            let count = view.data_type(data_type).map_or(0, DataType::component_count);
            lacks(match count {
                0 => format!("{path} has no parts: its type is {data_type}"),
                1 => format!("{path} has one component: its type is {data_type}"),
                _ => format!("{path} has {count} components: its type is {data_type}"),
            })
        }
    }
}

fn component(
    id: &str,
    [n, subcomponent]: [usize; 2],
    version: Option<Version>,
) -> Result<Entry, NotDefined> {
    let find = |view: &'static VersionView| {
        let data_type = view.data_type(id)?;
        let at = Position::of_component(data_type.component(n)?);
        let of = vec![(id.to_owned(), data_type.name())];
        match subcomponent {
            0 => Some((at, of)),
            s => Some((below(view, at, s)?, [vec![(format!("{id}.{n}"), at.name)], of].concat())),
        }
    };
    let path = match subcomponent {
        0 => format!("{id}.{n}"),
        s => format!("{id}.{n}.{s}"),
    };
    let Some((view, (at, of))) = newest(version, find) else {
        let count =
            newest(version, |view| view.data_type(id)).map(|(view, d)| (view, d.component_count()));
        return Err(match count {
            Some((view, count)) if n > count => {
                lacks(format!("{id} has {count} components in {}", view.version()))
            }
            Some(_) => lacks(format!("{id}.{n} has no component {subcomponent}")),
            None => none_has(&format!("data type with components {id}"), version),
        });
    };
    let mut entry = position(path, "component", view, at);
    entry.of = of;
    entry.history = history(|view| find(view).map(|(at, _)| at.era()));
    Ok(entry)
}

fn position(path: String, kind: &'static str, view: &'static VersionView, at: Position) -> Entry {
    let version = view.version();
    let data_type = view.data_type(at.data_type);
    let table = at.table.and_then(|id| standard().table(id));
    Entry {
        kind,
        name: at.name,
        version: version.as_str(),
        data_type: Some(at.data_type).filter(|t| !t.is_empty()),
        data_type_name: data_type.map(DataType::name),
        usage: Some(at.usage.letter()),
        usage_word: at.usage.word(),
        repeats: at.repeats.map(|most| most != Some(1)),
        most: at.repeats.flatten().filter(|&most| most > 1),
        length: at.length,
        parts: data_type.map(|d| components_of(&path, '.', d)).unwrap_or_default(),
        codes: table.map(|table| codes(table, version)).unwrap_or_default(),
        table: table.map(|table| table_facts(table, version)),
        subject: path,
        ..Entry::default()
    }
}

fn table_facts(table: &'static Table, version: Version) -> TableFacts {
    TableFacts { id: table.id(), name: table.name(), fixed: table.is_closed(version) }
}

fn codes(table: &'static Table, version: Version) -> Vec<Coded> {
    table.codes(version).map(|c| Coded { code: c.code, meaning: c.display }).collect()
}

fn table(id: &str, version: Option<Version>) -> Result<Entry, NotDefined> {
    let table = standard().table(id).ok_or_else(|| lacks(format!("there is no table {id}")))?;
    let newest = Version::ALL.into_iter().rev().find(|v| table.is_listed(*v));
    let version = version.or(newest).unwrap_or(Version::NEWEST);
    let view = standard().version(version);
    let mut used_by = Vec::new();
    for segment in view.segments() {
        let fields = segment.fields().iter().enumerate();
        let own = fields.filter(|(_, field)| field.table == Some(table.id()));
        used_by.extend(own.map(|(n, _)| format!("{}-{}", segment.id(), n + 1)));
    }
    for data_type in view.data_types() {
        let components = data_type.components().iter().enumerate();
        let own = components.filter(|(_, component)| component.table == Some(table.id()));
        used_by.extend(own.map(|(n, _)| format!("{}.{}", data_type.id(), n + 1)));
    }
    Ok(Entry {
        subject: table.id().to_owned(),
        kind: "table",
        name: table.name(),
        version: version.as_str(),
        table: Some(table_facts(table, version)),
        codes: codes(table, version),
        used_by,
        ..Entry::default()
    })
}

fn structure_of(id: &str, version: Option<Version>) -> Result<Entry, NotDefined> {
    let found = newest(version, |view| view.structure(id));
    let (view, found) =
        found.ok_or_else(|| none_has(&format!("message structure {id}"), version))?;
    let messages = view.events_of(id).map(|(code, event)| format!("{code}^{event}")).collect();
    Ok(Entry {
        subject: id.to_owned(),
        kind: "message structure",
        version: view.version().as_str(),
        messages,
        structure: structure::lines(found, view),
        history: history(|view| view.structure(id).map(|_| era(""))),
        ..Entry::default()
    })
}

fn message(code: &str, event: &str, version: Option<Version>) -> Result<Entry, NotDefined> {
    let found = newest(version, |view| view.structure_of_event(code, event));
    let (view, id) = found.ok_or_else(|| none_has(&format!("message {code}^{event}"), version))?;
    let mut entry = structure_of(id, Some(view.version()))?;
    entry.name = standard()
        .table("0003")
        .and_then(|table| table.code(view.version(), event.as_bytes()))
        .unwrap_or_default();
    entry.subject = format!("{code}^{event}^{id}");
    Ok(entry)
}

/// Leaves of the codes the one that is asked for.
fn keep_code(entry: &mut Entry, code: &str) -> Result<(), NotDefined> {
    let Some(table) = entry.table else {
        return Err(lacks(format!("{} takes its values from no table", entry.subject)));
    };
    // Itself, or a range that has it.
    let is_there = entry.codes.iter().any(|c| c.code == code);
    let is_meant =
        |c: &Coded| if is_there { c.code == code } else { has_in_range(c.code, code.as_bytes()) };
    entry.codes.retain(is_meant);
    entry.parts.clear();
    entry.history.clear();
    match (entry.codes.is_empty(), table.fixed) {
        (false, _) => Ok(()),
        (true, true) => {
            Err(lacks(format!("table {} of {} has no such code", table.id, entry.version)))
        }
        (true, false) => Err(lacks(format!(
            "table {} of {} does not suggest such a code; sites may have their own",
            table.id, entry.version
        ))),
    }
}
