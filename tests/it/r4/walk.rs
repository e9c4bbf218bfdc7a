//! One resource held against the table: members, cardinality, types, formats, codes, extensions.

use super::invariants;
use super::primitive;
use super::table::{Member, R4};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) type Object = Map<String, Value>;

/// The codes that R4 has of the tables of HL7 v2, by the URIs of these. Of table 0203 the guide asks for two more,
/// which HL7 Terminology has since.
static V2_CODES: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let table = |line: &'static str| {
        let (number, codes) = line.split_once('\t').unwrap();
        (format!("http://terminology.hl7.org/CodeSystem/v2-{number}"), codes.split('\t').collect())
    };
    include_str!("../../../src/ops/fhir/v2codes.tsv").lines().map(table).collect()
});

/// What was seen in a resource.
#[derive(Default)]
pub(super) struct Seen<'v> {
    pub(super) problems: Vec<String>,
    pub(super) references: Vec<Reference<'v>>,
}

/// A reference, where it stands, and what it may refer to (empty: anything).
pub(super) struct Reference<'v> {
    pub(super) value: &'v Object,
    pub(super) path: String,
    pub(super) targets: &'static [&'static str],
}

/// Walks a resource from its root.
pub(super) fn resource(value: &Value) -> Seen<'_> {
    let mut seen = Seen::default();
    let name = value["resourceType"].as_str().unwrap_or("?");
    seen.resource(value, name);
    seen
}

/// Where something stands.
#[derive(Clone, Copy)]
struct At<'a> {
    /// `Patient.name[0]`
    path: &'a str,
    /// How definitions of extensions name the place: `Patient.name`.
    element: &'a str,
    /// The type of the primitive value that an object adds extensions to.
    primitive: Option<&'a str>,
}

impl<'v> Seen<'v> {
    pub(super) fn problem(&mut self, path: &str, what: impl std::fmt::Display) {
        self.problems.push(format!("{path}: {what}"));
    }

    fn resource(&mut self, value: &'v Value, path: &str) {
        let name = value["resourceType"].as_str().unwrap_or("?");
        if R4.is_resource(name) {
            self.complex(name, value, At { path, element: name, primitive: None });
        } else {
            self.problem(path, format_args!("{name} is no type of resource that is known here"));
        }
    }

    fn complex(&mut self, type_name: &str, value: &'v Value, at: At<'_>) {
        let Some(object) = value.as_object() else {
            return self.problem(at.path, format_args!("is no {type_name}"));
        };
        if object.keys().all(|key| key == "resourceType") {
            return self.problem(at.path, "is empty");
        }
        let kind = &R4.types[type_name];
        let mut labels = Vec::new();
        for key in object.keys() {
            let name = key.strip_prefix('_').unwrap_or(key);
            match kind.members.get(name).filter(|m| m.is_primitive || name == key) {
                // Once, where both the value and its extensions are there.
                Some(_) if name != key && object.contains_key(name) => {}
                Some(member) => {
                    labels.push(member.label);
                    self.member(member, object, at);
                }
                None if key == "resourceType" && R4.is_resource(type_name) => {}
                None => self.problem(at.path, format_args!("{type_name} has no {key}")),
            }
        }
        for label in kind.required.iter().filter(|label| !labels.contains(label)) {
            self.problem(at.path, format_args!("{label} is missing"));
        }
        for (i, label) in labels.iter().enumerate() {
            if labels[..i].contains(label) {
                self.problem(at.path, format_args!("more than one {label}"));
            }
        }
        if type_name == "Coding" {
            self.coding(object, at.path);
        }
        if type_name == "Extension" {
            self.extension(object, at.path);
        }
        for extension in items(object.get("extension")) {
            self.context(type_name, extension, at);
        }
        for broken in invariants::broken(type_name, object) {
            self.problem(at.path, broken);
        }
    }

    fn member(&mut self, member: &'static Member, object: &'v Object, at: At<'_>) {
        let path = format!("{}.{}", at.path, member.name);
        let companion = object.get(&format!("_{}", member.name));
        let value = object.get(member.name);
        for written in value.into_iter().chain(companion) {
            match written.as_array() {
                Some(list) if list.is_empty() => self.problem(&path, "is an empty array"),
                Some(_) if !member.repeats => return self.problem(&path, "may not repeat"),
                None if member.repeats => return self.problem(&path, "is no array"),
                _ => {}
            }
        }
        if let (Some(Value::Array(a)), Some(Value::Array(b))) = (value, companion)
            && a.len() != b.len()
        {
            self.problem(&path, "has other extensions than values");
        }
        let element = member.element.as_str();
        for (i, item) in items(value).enumerate() {
            let path = if member.repeats { format!("{path}[{i}]") } else { path.clone() };
            let has_companion = companion.is_some_and(|c| !c[i].is_null());
            self.item(member, item, has_companion, At { path: &path, element, primitive: None });
        }
        for (i, item) in items(companion).enumerate() {
            let has_value = value.is_some_and(|v| !v.is_array() || !v[i].is_null());
            if item.is_null() && has_value && member.repeats {
                continue;
            }
            let path = if member.repeats { format!("{path}[{i}]") } else { path.clone() };
            let primitive = Some(member.type_name);
            self.complex("Element", item, At { path: &path, element, primitive });
            if !has_value && item["extension"].is_null() {
                self.problem(&path, "has neither a value nor an extension");
            }
        }
    }

    fn item(&mut self, member: &'static Member, item: &'v Value, has_companion: bool, at: At<'_>) {
        if item.is_null() && member.repeats && member.is_primitive && has_companion {
            return;
        }
        if member.is_primitive {
            if let Some(fault) = primitive::fault(member.type_name, item) {
                self.problem(at.path, fault);
            }
        } else if member.type_name == "Resource" {
            self.contained(item, at);
        } else {
            self.complex(member.type_name, item, at);
        }
        if let Some(value_set) = member.value_set {
            self.binding(value_set, item, at.path);
        }
        if member.type_name == "Reference"
            && let Some(value) = item.as_object()
        {
            let targets = &member.targets;
            self.references.push(Reference { value, path: at.path.to_owned(), targets });
        }
    }

    /// Resources of a Bundle are looked at each by itself.
    fn contained(&mut self, item: &'v Value, at: At<'_>) {
        if at.element != "Bundle.entry.resource" {
            self.resource(item, at.path);
        }
    }

    /// A code, Coding, CodeableConcept or Quantity has a code of this value set.
    fn binding(&mut self, value_set: &str, value: &Value, path: &str) {
        let codes = &R4.value_sets[value_set];
        let is_member = |system: Option<&str>, code: Option<&str>| {
            let systems = code.and_then(|code| codes.get(code));
            systems.is_some_and(|known| system.is_none_or(|s| known.contains(&s)))
        };
        let of_coding = |c: &Value| is_member(c["system"].as_str(), c["code"].as_str());
        let found = match (value.as_str(), value["coding"].as_array()) {
            (Some(code), _) => is_member(None, Some(code)),
            (None, Some(codings)) => codings.iter().any(of_coding),
            (None, None) => of_coding(value),
        };
        if !found {
            self.problem(path, format_args!("{value} is not in {value_set}"));
        }
    }

    fn coding(&mut self, coding: &Object, path: &str) {
        let text = |name: &str| coding.get(name).and_then(Value::as_str);
        let (Some(system), Some(code)) = (text("system"), text("code")) else { return };
        let known = R4.systems.get(system).or_else(|| V2_CODES.get(system));
        let is_newer = system.ends_with("/v2-0203") && ["PGN", "FGN"].contains(&code);
        if known.is_some_and(|codes| !codes.contains(&code)) && !is_newer {
            self.problem(path, format_args!("{system} has no code {code}"));
        }
    }

    /// An extension stands where its definition allows it.
    fn context(&mut self, type_name: &str, extension: &Value, at: At<'_>) {
        let url = extension["url"].as_str().unwrap_or_default();
        let Some(known) = R4.extensions.get(url) else { return };
        let is_here = |context: &&str| {
            *context == "Element"
                || *context == at.element
                || at.primitive == Some(context)
                || R4.types[type_name].line.contains(context)
        };
        if !known.contexts.iter().any(is_here) {
            let place = at.primitive.unwrap_or(type_name);
            self.problem(at.path, format_args!("{url} is not for {} ({place})", at.element));
        }
    }

    /// What the core specification says of its own extensions.
    fn extension(&mut self, extension: &Object, path: &str) {
        let url = extension.get("url").and_then(Value::as_str).unwrap_or_default();
        let Some(known) = R4.extensions.get(url) else { return };
        let value = extension.keys().find(|key| key.starts_with("value"));
        let is_type = |t: &&str| value.is_some_and(|v| v[5..].eq_ignore_ascii_case(t));
        if known.parts.is_empty() && !known.types.iter().any(is_type) {
            self.problem(path, format_args!("{url} has a value of {}", known.types.join(" or ")));
        }
        for part in items(extension.get("extension")).filter(|_| !known.parts.is_empty()) {
            let name = part["url"].as_str().unwrap_or_default();
            let fits = known.parts.iter().filter_map(|p| p.split_once('=')).any(|(n, types)| {
                let is_there = |t: &str| {
                    part.get(format!("value{}{}", t[..1].to_uppercase(), &t[1..])).is_some()
                };
                n == name && (types.is_empty() || types.split(',').any(is_there))
            });
            if !fits {
                self.problem(path, format_args!("{url} has no such part {name}"));
            }
        }
    }
}

/// The items of an array, or the one value.
pub(super) fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(list)) => list.iter(),
        Some(one) => std::slice::from_ref(one).iter(),
        None => [].iter(),
    }
}
