//! The table of R4 in memory. `tools/fhir/README.md` tells the form of the file.

use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

type Strings = Vec<&'static str>;

/// All facts of the table.
#[derive(Default)]
pub(super) struct Table {
    pub(super) types: HashMap<&'static str, Type>,
    pub(super) primitives: HashMap<&'static str, Regex>,
    /// Value set -> code -> systems that have it there.
    pub(super) value_sets: HashMap<&'static str, HashMap<&'static str, Strings>>,
    /// System -> all of its codes.
    pub(super) systems: HashMap<&'static str, Strings>,
    pub(super) extensions: HashMap<&'static str, Extension>,
}

/// A resource, a data type, or a part of one with members of its own (`Patient.contact`).
#[derive(Default)]
pub(super) struct Type {
    /// Its name and those of the types that it stands on.
    pub(super) line: Strings,
    /// Its members and theirs, by name.
    pub(super) members: HashMap<&'static str, Member>,
    /// Members of which there has to be one: `code`, `value[x]`.
    pub(super) required: Strings,
}

/// One way in which an element can be written; a choice of types has a member for each.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) name: &'static str,
    /// The element: `Patient.contact`, `Observation.value[x]`.
    pub(super) element: String,
    pub(super) repeats: bool,
    pub(super) type_name: &'static str,
    pub(super) is_primitive: bool,
    /// What tells of its kind whether it is there: `contact`, `value[x]`.
    pub(super) label: &'static str,
    pub(super) value_set: Option<&'static str>,
    /// What it may refer to; empty means anything.
    pub(super) targets: Strings,
}

/// An extension of the core specification.
pub(super) struct Extension {
    /// `Patient`, `HumanName.family`, `Element`
    pub(super) contexts: Strings,
    pub(super) types: Strings,
    /// `code=CodeableConcept`
    pub(super) parts: Strings,
}

pub(super) static R4: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../fhir/r4.tsv")));

fn words(text: &'static str) -> Strings {
    text.split(' ').filter(|w| !w.is_empty()).collect()
}

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut bases = HashMap::new();
    let mut current = "";
    for line in text.lines() {
        let columns: Strings = line.split('\t').collect();
        let column = |n: usize| columns.get(n).copied().unwrap_or_default();
        let (kind, name) = (column(0), column(1));
        match kind {
            "T" => {
                current = name;
                bases.insert(name, column(2));
                table.types.insert(name, Type { line: vec![name], ..Type::default() });
            }
            "." => {
                let (min, max) = column(2).split_once("..").unwrap();
                let label = if column(4).is_empty() { name } else { column(4) };
                let kind = table.types.get_mut(current).unwrap();
                if min != "0" && !kind.required.contains(&label) {
                    kind.required.push(label);
                }
                let member = Member {
                    name,
                    element: format!("{current}.{label}"),
                    repeats: max != "1",
                    type_name: column(3),
                    is_primitive: false,
                    label,
                    value_set: (!column(5).is_empty()).then(|| column(5)),
                    targets: words(column(6)),
                };
                kind.members.insert(name, member);
            }
            "P" => {
                table.primitives.insert(name, Regex::new(&format!("^(?:{})$", column(2))).unwrap());
            }
            "V" => {
                let codes = table.value_sets.entry(name).or_default();
                for list in &columns[2..] {
                    let (system, members) = list.split_once(' ').unwrap();
                    for code in members.split(' ') {
                        codes.entry(code).or_default().push(system);
                    }
                }
            }
            "S" => {
                table.systems.insert(name, words(column(2)));
            }
            "E" => {
                let (contexts, types, parts) = (column(3), column(4), column(5));
                let (contexts, types, parts) = (words(contexts), words(types), words(parts));
                table.extensions.insert(name, Extension { contexts, types, parts });
            }
            _ => assert!(line.starts_with('#'), "a line of no kind: {line}"),
        }
    }
    inherit(&mut table, &bases);
    table
}

/// Gives each type what it has from those that it stands on.
fn inherit(table: &mut Table, bases: &HashMap<&'static str, &'static str>) {
    for name in bases.keys() {
        let mut base = bases[name];
        while !base.is_empty() {
            let Type { members, required, .. } = &table.types[base];
            let (members, required) = (members.clone(), required.clone());
            let own = table.types.get_mut(name).unwrap();
            own.line.push(base);
            for (key, member) in members {
                own.members.entry(key).or_insert(member);
            }
            own.required.extend(required);
            base = bases[base];
        }
    }
    for member in table.types.values_mut().flat_map(|kind| kind.members.values_mut()) {
        member.is_primitive = table.primitives.contains_key(member.type_name);
    }
}

impl Table {
    pub(super) fn is_resource(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|kind| kind.line.contains(&"Resource"))
    }
}
