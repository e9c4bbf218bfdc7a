//! Which structure a message has, and the state machine made of it, kept for the whole run.

use super::grammar::Grammar;
use crate::core::Segment;
use crate::core::expr::nearest;
use crate::core::segment_id::key;
use crate::dictionary::{Node, Version, standard};
use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

/// A structure of the standard, its state machine made on first use.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: &'static str,
    grammar: OnceLock<Option<Grammar>>,
}

/// The structures of one version, sorted by id.
type OfVersion = Box<[Known]>;

fn of_version(version: Version) -> &'static [Known] {
    static ALL: [OnceLock<OfVersion>; Version::ALL.len()] =
        [const { OnceLock::new() }; Version::ALL.len()];
    ALL[version.index()].get_or_init(|| {
        let ids = standard().version(version).structure_ids();
        ids.map(|id| Known { id, grammar: OnceLock::new() }).collect()
    })
}

/// The state machine of a structure in a version.
fn grammar(version: Version, id: &[u8]) -> Option<(&'static str, &'static Grammar)> {
    let all = of_version(version);
    let at = all.binary_search_by(|known| known.id.as_bytes().cmp(id)).ok()?;
    let known = all.get(at)?;
    let made = known.grammar.get_or_init(|| {
        let structure = standard().structure(version, known.id)?;
        Grammar::of(structure.nodes())
    });
    Some((known.id, made.as_ref()?))
}

/// The structure that a message of this MSH-9 and MSH-12 has: MSH-9.3, else that of its event; in
/// its version, else in the newest other version that knows the one or the other.
pub(super) fn structure_of(header: Segment<'_>) -> Option<(&'static str, &'static Grammar)> {
    let component = |field: usize, n: usize| {
        let found = header.field(field)?.repetition(1)?.component(n)?;
        Some(found.raw().trim_ascii())
    };
    let [code, event, id] = [1, 2, 3].map(|n| component(9, n).unwrap_or_default());
    if code.is_empty() && id.is_empty() {
        return None;
    }
    let own = component(12, 1).and_then(Version::from_msh12);
    let others = Version::ALL.into_iter().rev().filter(|&version| Some(version) != own);
    own.into_iter().chain(others).find_map(|version| {
        let named = if id.is_empty() { None } else { grammar(version, id) };
        named.or_else(|| {
            let id = standard().structure_of_event(version, code, event)?;
            grammar(version, id.as_bytes())
        })
    })
}

/// Whether a message of this MSH-9 and MSH-12 is about one patient, as far as the standard tells.
pub(crate) fn is_about_one_patient(header: Segment<'_>) -> bool {
    structure_of(header).is_some_and(|(_, grammar)| grammar.comes_once(key(*b"PID")))
}

/// What stands in for the structure of a message that the standard does not know: patients, their
/// visits and orders, what was ordered, observations, with notes to all of them.
pub(super) fn usual() -> Option<&'static Grammar> {
    static USUAL: LazyLock<Option<Grammar>> = LazyLock::new(|| {
        let observation = group(vec![one("OBX"), any("NTE")]);
        let specimen = group(vec![one("SPM"), any("NTE")]);
        let request = group(vec![one("OBR"), any("NTE"), observation, specimen]);
        let order = group(vec![optional("ORC"), any("NTE"), request]);
        let visit = group(vec![one("PV1"), optional("PV2"), any("NTE")]);
        let patient = vec![optional("PID"), optional("PD1"), any("NTE"), any("NK1"), visit, order];
        Grammar::of(&[one("MSH"), any("NTE"), group(patient)])
    });
    USUAL.as_ref()
}

fn one(id: &'static str) -> Node {
    Node::Segment { id, optional: false, repeating: false }
}

fn optional(id: &'static str) -> Node {
    Node::Segment { id, optional: true, repeating: false }
}

fn any(id: &'static str) -> Node {
    Node::Segment { id, optional: true, repeating: true }
}

fn group(children: Vec<Node>) -> Node {
    Node::Group { name: "", children, optional: true, repeating: true }
}

/// The names of the groups of all structures of all versions, many of them often.
fn group_names() -> impl Iterator<Item = &'static str> {
    let structures = Version::ALL.into_iter().rev().flat_map(|version| {
        let view = standard().version(version);
        view.structure_ids().filter_map(|id| view.structure(id))
    });
    structures.flat_map(|structure| {
        let mut rest: Vec<&Node> = structure.nodes().iter().collect();
        let nodes = std::iter::from_fn(move || {
            let node = rest.pop()?;
            rest.extend(node.children());
            Some(node)
        });
        nodes.filter(|node| matches!(node, Node::Group { .. })).map(Node::name)
    })
}

/// Whether any structure of any version has a group of this name, so that a misspelt one can be
/// told from one that a message lacks.
#[must_use]
pub fn is_group_name(name: &str) -> bool {
    group_names().any(|known| known == name)
}

/// The name of a group that one may have meant who wrote another.
#[must_use]
pub fn nearest_group(name: &str) -> Option<&'static str> {
    nearest(name, group_names().collect::<BTreeSet<_>>().into_iter())
}
