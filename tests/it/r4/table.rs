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
    pub(super) base: Option<&'static str>,
    pub(super) members: Vec<Member>,
}

/// One way in which an element can be written; a choice of types has a member for each.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) repeats: bool,
    pub(super) type_name: &'static str,
    /// `value[x]`
    pub(super) choice: Option<&'static str>,
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

fn given(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut current = "";
    for line in text.lines() {
        let columns: Strings = line.split('\t').collect();
        let column = |n: usize| columns.get(n).copied().unwrap_or_default();
        let (kind, name) = (column(0), column(1));
        match kind {
            "T" => {
                current = name;
                table.types.insert(name, Type { base: given(column(2)), members: Vec::new() });
            }
            "." => {
                let (min, max) = column(2).split_once("..").unwrap();
                table.types.get_mut(current).unwrap().members.push(Member {
                    name,
                    required: min != "0",
                    repeats: max != "1",
                    type_name: column(3),
                    choice: given(column(4)),
                    value_set: given(column(5)),
                    targets: words(column(6)),
                });
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
    table
}

impl Table {
    /// A type and what it stands on, the type first.
    pub(super) fn line_of(&self, name: &str) -> impl Iterator<Item = (&'static str, &Type)> {
        let mut next = self.types.get_key_value(name);
        std::iter::from_fn(move || {
            let (name, found) = next?;
            next = found.base.and_then(|base| self.types.get_key_value(base));
            Some((*name, found))
        })
    }

    pub(super) fn is_resource(&self, name: &str) -> bool {
        self.line_of(name).any(|(n, _)| n == "Resource")
    }
}
