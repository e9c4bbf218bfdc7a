//! What an overlay asks of message structures: segments and groups, where they stand, how often.

use super::super::ProfileError;
use super::super::sheet::{Keys, Value, Word};
use super::Overlay;
use super::values::{self, Uses};
use crate::core::SegmentId;
use crate::ops::validate::layout::Layout;
use crate::ops::validate::model::{
    Cardinality, GroupNode, MessageDef, Node, SegmentIx, SegmentNode, Usage,
};

/// What is asked of a segment or group.
struct Change<'s> {
    usage: Option<Usage>,
    cardinality: Option<Cardinality>,
    /// Where a new segment stands: behind or before this one.
    beside: Option<(Word<'s>, bool)>,
}

/// A key that is a segment or group, and no property.
fn is_node(key: &str) -> bool {
    key.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
}

impl Overlay<'_, '_, '_> {
    /// `[structures.ADT_A01]`, or `[structures."*"]` for all that have what is named.
    pub(super) fn structures(
        &mut self,
        entries: Vec<(Word<'_>, Value<'_>)>,
    ) -> Result<(), ProfileError> {
        for (structure, value) in entries {
            let keys = value.keys()?;
            keys.end(is_node)?;
            let is_any = structure.text == "*";
            if self.draft.messages_of(structure.text).is_empty() {
                let base = &self.draft.model.name;
                return Err(structure.error(format!("{base} has no such message structure")));
            }
            let mut changes = Vec::new();
            collect(&keys, &mut Vec::new(), &mut changes)?;
            for (path, keys) in changes {
                self.change_node(structure.text, is_any, &path, keys)?;
            }
        }
        Ok(())
    }

    fn change_node(
        &mut self,
        structure: &str,
        is_any: bool,
        path: &[Word<'_>],
        mut keys: Keys<'_>,
    ) -> Result<(), ProfileError> {
        let change = Change::of(&mut keys)?;
        keys.end(is_node)?;
        let Some(name) = path.last() else { return Ok(()) };
        let id = <SegmentId>::try_from(name.text.as_bytes()).ok();
        let definition = id.and_then(|id| self.draft.segment_named(id));
        let mut done = 0;
        for message in self.draft.messages_of(structure) {
            let result = match &change.beside {
                Some((anchor, is_behind)) => {
                    let node = change.new_segment(name, id, definition)?;
                    let at = Within { message, what: anchor, is_any };
                    at.insert(node, *is_behind)?
                }
                None => match find(&message.nodes, path, is_any)? {
                    Some(place) => change.apply_at(&mut message.nodes, &place),
                    None => false,
                },
            };
            if result {
                done += 1;
                message.layout = Layout::of(&message.structure, &message.nodes);
            }
        }
        if done == 0 {
            let wrong = match (&change.beside, id) {
                (Some((anchor, _)), _) => {
                    let anchor_text = anchor.text.escape_debug();
                    return Err(anchor.error(format!("{structure} has no {anchor_text}")));
                }
                (None, Some(_)) => "; to add it, say where it stands: after = \"PID\"",
                (None, None) => "",
            };
            let name_text = name.text.escape_debug();
            return Err(name.error(format!("{structure} has no {name_text}{wrong}")));
        }
        Ok(())
    }

    /// `[events]`: trigger events that the base does not know, and their structures.
    pub(super) fn events(
        &mut self,
        entries: Vec<(Word<'_>, Value<'_>)>,
    ) -> Result<(), ProfileError> {
        for (event, value) in entries {
            let structure = value.word()?;
            let (code, name) = event.text.split_once('^').ok_or_else(|| {
                event.error("a message type and an event are expected, such as \"ADT^Z01\"")
            })?;
            let found =
                self.draft.messages_of(structure.text).first().map(|m| MessageDef::clone(m));
            let mut message = found
                .filter(|_| structure.text != "*")
                .ok_or_else(|| structure.error("there is no such message structure"))?;
            message.id = event.text.to_owned().into();
            message.code = code.to_owned().into();
            message.event = name.to_owned().into();
            self.draft.model.messages.retain(|m| m.id != message.id);
            self.draft.model.messages.insert(0, message);
        }
        Ok(())
    }
}

/// Takes the tables of segments and groups out of each other: what the groups around one are, and
/// what is said of it.
fn collect<'s>(
    keys: &Keys<'s>,
    around: &mut Vec<Word<'s>>,
    changes: &mut Vec<(Vec<Word<'s>>, Keys<'s>)>,
) -> Result<(), ProfileError> {
    for (name, value) in keys.inner(is_node) {
        let inner = value.keys()?;
        around.push(name);
        let says = inner.all().iter().any(|(key, _)| !is_node(key.text));
        collect(&inner, around, changes)?;
        if says || inner.all().is_empty() {
            changes.push((around.clone(), inner));
        }
        around.pop();
    }
    Ok(())
}

impl<'s> Change<'s> {
    fn of(keys: &mut Keys<'s>) -> Result<Self, ProfileError> {
        let usage = match keys.word("usage")? {
            None => None,
            Some(word) => match values::usage(&word)? {
                Uses::Always(usage) => Some(usage),
                Uses::If(..) => {
                    let wrong =
                        "[[rules]] can say when a segment is there: require = \"exists(PV2)\"";
                    return Err(word.error(wrong));
                }
            },
        };
        let cardinality = keys.take("cardinality").map(values::cardinality).transpose()?;
        let (behind, before) = (keys.word("after")?, keys.word("before")?);
        if let (Some(_), Some(word)) = (&behind, &before) {
            return Err(word.error("`after` or `before` is expected, not both"));
        }
        let beside = behind.map(|word| (word, true)).or(before.map(|word| (word, false)));
        Ok(Self { usage, cardinality, beside })
    }

    /// Changes the node at a place; one that is not to be sent is taken out of the structure.
    fn apply_at(&self, nodes: &mut Vec<Node>, place: &[usize]) -> bool {
        let Some((nodes, at)) = around(nodes, place) else { return false };
        if self.usage == Some(Usage::NotSupported) {
            nodes.remove(at);
        } else if let Some(node) = nodes.get_mut(at) {
            self.apply(node);
        }
        true
    }

    fn apply(&self, node: &mut Node) {
        let (usage, cardinality) = match node {
            Node::Segment(segment) => (&mut segment.usage, &mut segment.cardinality),
            Node::Group(group) => (&mut group.usage, &mut group.cardinality),
        };
        if let Some(wanted) = self.usage {
            *usage = wanted;
            cardinality.min = match wanted {
                Usage::Required => cardinality.min.max(1),
                _ => 0,
            };
        }
        if let Some(wanted) = self.cardinality {
            *cardinality = wanted;
            // One that must be there is required.
            if self.usage.is_none() && wanted.min > 0 && *usage == Usage::Optional {
                *usage = Usage::Required;
            }
        }
    }

    fn new_segment(
        &self,
        name: &Word<'_>,
        id: Option<SegmentId>,
        definition: Option<SegmentIx>,
    ) -> Result<Node, ProfileError> {
        let Some(id) = id.filter(|_| is_node(name.text)) else {
            return Err(
                name.error("a segment of three letters is expected; groups cannot be added")
            );
        };
        let (usage, cardinality) = (Usage::Optional, Cardinality::OPTIONAL);
        let mut node = Node::Segment(SegmentNode { id: Some(id), definition, usage, cardinality });
        self.apply(&mut node);
        Ok(node)
    }
}

/// A place in a message structure that a word names.
struct Within<'m, 'w, 's> {
    message: &'m mut MessageDef,
    what: &'w Word<'s>,
    is_any: bool,
}

impl Within<'_, '_, '_> {
    /// Puts a node beside another one; `false` if that is not there.
    fn insert(self, node: Node, is_behind: bool) -> Result<bool, ProfileError> {
        let names: Vec<_> = self.what.text.split('.').collect();
        let nodes = &mut self.message.nodes;
        let Some(place) = one(&matches(nodes, &names), self.what, self.is_any)? else {
            return Ok(false);
        };
        let Some((nodes, last)) = around(nodes, &place) else { return Ok(false) };
        nodes.insert(last + usize::from(is_behind), node);
        Ok(true)
    }
}

/// Where the node is that names lead to, the groups around it first, as many of them as are needed:
/// its number among its siblings, those of the groups around it before.
fn find(
    nodes: &[Node],
    path: &[Word<'_>],
    is_any: bool,
) -> Result<Option<Vec<usize>>, ProfileError> {
    let names: Vec<_> = path.iter().map(|word| word.text).collect();
    let Some(last) = path.last() else { return Ok(None) };
    one(&matches(nodes, &names), last, is_any)
}

/// The siblings of a node, and its number among them.
fn around<'n>(nodes: &'n mut Vec<Node>, place: &[usize]) -> Option<(&'n mut Vec<Node>, usize)> {
    let (last, groups) = place.split_last()?;
    let mut nodes = nodes;
    for &step in groups {
        match nodes.get_mut(step)? {
            Node::Group(group) => nodes = &mut group.children,
            Node::Segment(_) => return None,
        }
    }
    Some((nodes, *last))
}

/// The only one of several places; the first where any will do.
fn one(
    places: &[Vec<usize>],
    what: &Word<'_>,
    is_any: bool,
) -> Result<Option<Vec<usize>>, ProfileError> {
    // What stands in no group needs no groups to be named.
    let outermost: Vec<_> = places.iter().filter(|place| place.len() == 1).collect();
    match (places, &outermost[..]) {
        ([], _) => Ok(None),
        ([only], _) => Ok(Some(only.clone())),
        (_, [only]) => Ok(Some((*only).clone())),
        ([first, ..], _) if is_any => Ok(Some(first.clone())),
        (places, _) => {
            let (name, count) = (what.text.escape_debug(), places.len());
            let wrong = "name the group around it, or which of them:";
            Err(what.error(format!("{name} stands at {count} places; {wrong} \"{name}[2]\"")))
        }
    }
}

/// All places that end with these names, `[2]` behind the last choosing among them.
fn matches(nodes: &[Node], names: &[&str]) -> Vec<Vec<usize>> {
    let Some((last, around)) = names.split_last() else { return Vec::new() };
    let which = last.strip_suffix(']').and_then(|rest| {
        let (name, number) = rest.split_once('[')?;
        Some((name, number.parse::<usize>().ok()?.checked_sub(1)?))
    });
    let name = which.map_or(*last, |(name, _)| name);
    let mut places = Vec::new();
    walk(nodes, name, around, &mut Vec::new(), &mut Vec::new(), &mut places);
    match which {
        None => places,
        Some((_, number)) => places.into_iter().nth(number).into_iter().collect(),
    }
}

fn walk<'n>(
    nodes: &'n [Node],
    name: &str,
    around: &[&str],
    groups: &mut Vec<&'n str>,
    at: &mut Vec<usize>,
    places: &mut Vec<Vec<usize>>,
) {
    for (index, node) in nodes.iter().enumerate() {
        at.push(index);
        let is_it = match node {
            Node::Segment(segment) => segment.id.is_some_and(|id| id == name.as_bytes()),
            Node::Group(group) => group.name == name || group.id == name,
        };
        if is_it && groups.ends_with(around) {
            places.push(at.clone());
        }
        if let Node::Group(GroupNode { name: own, children, .. }) = node {
            groups.push(own);
            walk(children, name, around, groups, at, places);
            groups.pop();
        }
        at.pop();
    }
}
