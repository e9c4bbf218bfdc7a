//! The model of a profile while an overlay changes it.

use crate::core::SegmentId;
use crate::dictionary::{Version, standard};
use crate::ops::validate::format::Format;
use crate::ops::validate::layout::Layout;
use crate::ops::validate::model::{
    Binding, Cardinality, Codes, Element, Length, MessageDef, Model, Node, SegmentDef, SegmentIx,
    SetIx, StandardCodes, Text, TypeDef, TypeIx, TypeKind, Usage, ValueSet,
};
use crate::ops::validate::settings::PlacePattern;
use crate::ops::validate::standard::{message, model};
use std::collections::HashSet;

/// A model under change. A data type that one element is to have otherwise is copied for it: other
/// elements of the type stay as they are.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) model: Model,
    /// Types that one element alone has.
    own: HashSet<TypeIx>,
}

/// No element is at a place, in the words of a message.
pub(super) type Nowhere = String;

/// The model of a version with all its message structures.
pub(super) fn of_version(version: Version) -> Model {
    let mut own = model(version).clone();
    let ids = standard().version(version).structure_ids();
    let found = ids.filter_map(|id| message(version, id.as_bytes()));
    own.messages = found.cloned().collect();
    own
}

/// Something that may stand anywhere.
pub(in super::super) fn any_element() -> Element {
    Element {
        name: Text::default(),
        usage: Usage::Optional,
        cardinality: Cardinality::OPTIONAL,
        length: Length::default(),
        data_type: None,
        bindings: Vec::new(),
        constant: None,
        pattern: None,
    }
}

impl Draft {
    pub(super) fn new(model: Model) -> Self {
        Self { model, own: HashSet::new() }
    }

    /// Changes the element at a place, in every definition of its segment.
    ///
    /// `add`: elements behind the last one are added to it.
    pub(super) fn change(
        &mut self,
        place: PlacePattern,
        add: bool,
        change: &mut dyn FnMut(&mut Element),
    ) -> Result<(), Nowhere> {
        let segments = (0..self.model.segments.len())
            .filter(|&n| self.model.segments[n].name == place.segment);
        let segments: Vec<_> = segments.collect();
        let id = place.segment.escape_ascii();
        if segments.is_empty() {
            let base = &self.model.name;
            return Err(format!("{base} has no segment {id}; [segments.{id}] can define it"));
        }
        let mut result = Err(String::new());
        for at in segments {
            // The fields are taken out, so that types can be added meanwhile.
            let mut fields = std::mem::take(&mut self.model.segments[at].fields);
            let parts = [place.field, place.component, place.subcomponent];
            let done = self.descend(&mut fields, &parts, add, change);
            self.model.segments[at].fields = fields;
            // One definition of several may have it.
            result = if result.is_ok() { result } else { done };
        }
        result.map_err(|why| format!("{place}: {why}"))
    }

    /// Changes a component of a data type wherever the type is used.
    pub(super) fn change_type(
        &mut self,
        name: &str,
        parts: &[u16],
        change: &mut dyn FnMut(&mut Element),
    ) -> Result<(), Nowhere> {
        let types: Vec<_> = (0..self.model.types.len())
            .filter(|&n| self.model.types[n].name == name)
            .filter(|&n| matches!(self.model.types[n].kind, TypeKind::Composite(_)))
            .collect();
        if types.is_empty() {
            return Err(format!("{} has no data type {name} with components", self.model.name));
        }
        for at in types {
            let TypeKind::Composite(components) = &mut self.model.types[at].kind else { continue };
            let mut components = std::mem::take(components);
            let done = self.descend(&mut components, parts, false, change);
            self.model.types[at].kind = TypeKind::Composite(components);
            done.map_err(|why| format!("{name}: {why}"))?;
        }
        Ok(())
    }

    /// Changes the element that a chain of numbers leads to, which ends with the first 0.
    fn descend(
        &mut self,
        elements: &mut Vec<Element>,
        parts: &[u16],
        add: bool,
        change: &mut dyn FnMut(&mut Element),
    ) -> Result<(), Nowhere> {
        let [number, rest @ ..] = parts else { return Ok(()) };
        let index = usize::from(*number).checked_sub(1).ok_or("numbers count from 1")?;
        if index >= elements.len() {
            if !add || rest.first().is_some_and(|&next| next > 0) {
                let count = elements.len();
                return Err(format!("there are only {count} here; to add one, give its type"));
            }
            elements.resize_with(index + 1, any_element);
        }
        let element = &mut elements[index];
        if rest.first().is_none_or(|&next| next == 0) {
            change(element);
            return Ok(());
        }
        let ty = element.data_type.ok_or("its data type is not known")?;
        let own = self.own_type(ty)?;
        element.data_type = Some(own);
        let TypeKind::Composite(components) = &mut self.model.types[own.0 as usize].kind else {
            return Err("it has no components".to_owned());
        };
        let mut components = std::mem::take(components);
        let done = self.descend(&mut components, rest, add, change);
        self.model.types[own.0 as usize].kind = TypeKind::Composite(components);
        done
    }

    /// A type with components that no other element has: itself, or a copy.
    fn own_type(&mut self, at: TypeIx) -> Result<TypeIx, Nowhere> {
        if self.own.contains(&at) {
            return Ok(at);
        }
        let found = self.model.data_type(at).ok_or("its data type is not known")?;
        match found.kind {
            TypeKind::Composite(_) => {}
            TypeKind::Primitive(_) => {
                return Err(format!("its type is {}, which has no components", found.name));
            }
            TypeKind::Varies => {
                return Err("another field names its type; a rule can tell".to_owned());
            }
        }
        let copy = TypeIx(self.model.types.len() as u32);
        let found = found.clone();
        self.model.types.push(found);
        self.own.insert(copy);
        Ok(copy)
    }

    /// The element at a place in the first definition of its segment that has it.
    pub(super) fn element(&self, place: PlacePattern) -> Option<&Element> {
        let mut segments = self.model.segments.iter().filter(|s| s.name == place.segment);
        segments.find_map(|segment| {
            let mut elements = &segment.fields;
            let mut found = None;
            for number in [place.field, place.component, place.subcomponent] {
                if number == 0 {
                    break;
                }
                let element = elements.get(usize::from(number) - 1)?;
                found = Some(element);
                let ty = element.data_type.and_then(|at| self.model.data_type(at));
                elements = match ty.map(|ty| &ty.kind) {
                    Some(TypeKind::Composite(components)) => components,
                    _ => const { &Vec::new() },
                };
            }
            found
        })
    }

    /// The data type of that name; one without components is added where the model lacks it.
    pub(super) fn type_named(&mut self, name: &str) -> Option<TypeIx> {
        let types = &mut self.model.types;
        if let Some(at) = types.iter().position(|ty| ty.name == name) {
            return Some(TypeIx(at as u32));
        }
        let primitive = ["DT", "DTM", "FT", "ID", "IS", "NM", "SI", "ST", "TM", "TN", "TX"];
        let name = primitive.into_iter().find(|&primitive| primitive == name)?;
        let kind = TypeKind::Primitive(Format::of(name));
        types.push(TypeDef { id: name.into(), name: name.into(), kind });
        Some(TypeIx(types.len() as u32 - 1))
    }

    /// Whether a type has no components.
    pub(super) fn is_primitive(&self, at: TypeIx) -> bool {
        let found = self.model.data_type(at);
        found.is_some_and(|ty| matches!(ty.kind, TypeKind::Primitive(_)))
    }

    /// Whether another field says what type it is.
    pub(super) fn varies(&self, at: TypeIx) -> bool {
        self.model.data_type(at).is_some_and(|ty| matches!(ty.kind, TypeKind::Varies))
    }

    /// Whether a type has a code in its first component.
    pub(super) fn is_coded(&self, at: TypeIx) -> bool {
        let found = self.model.data_type(at);
        found.is_some_and(|ty| matches!(&*ty.name, "CE" | "CWE" | "CNE" | "CF"))
    }

    pub(super) fn add_type(&mut self, name: &str, components: Vec<Element>) -> TypeIx {
        let name: Text = name.to_owned().into();
        let kind = TypeKind::Composite(components);
        self.model.types.push(TypeDef { id: name.clone(), name, kind });
        TypeIx(self.model.types.len() as u32 - 1)
    }

    pub(super) fn add_segment(&mut self, id: SegmentId, description: &str) -> SegmentIx {
        self.model.segments.push(SegmentDef {
            id: id.escape_ascii().to_string().into(),
            name: id,
            description: description.to_owned().into(),
            fields: Vec::new(),
            dynamic: Vec::new(),
        });
        SegmentIx(self.model.segments.len() as u32 - 1)
    }

    /// The first definition of a segment.
    pub(super) fn segment_named(&self, id: SegmentId) -> Option<SegmentIx> {
        let at = self.model.segments.iter().position(|segment| segment.name == id)?;
        Some(SegmentIx(at as u32))
    }

    pub(super) fn add_set(&mut self, set: ValueSet) -> SetIx {
        self.model.value_sets.push(set);
        SetIx(self.model.value_sets.len() as u32 - 1)
    }

    /// The value set of that id: the last one that has it, or a table of the standard, as `0001`
    /// or `HL70001`.
    pub(super) fn set_named(&mut self, id: &str) -> Option<SetIx> {
        let table = id.strip_prefix("HL7").unwrap_or(id);
        let sets = &self.model.value_sets;
        let found = sets.iter().rposition(|set| set.id == id);
        if let Some(at) = found.or_else(|| sets.iter().rposition(|set| set.id == table)) {
            return Some(SetIx(at as u32));
        }
        let table = standard().table(table)?;
        let version = self.model.version;
        let is_listed = table.is_listed(version);
        is_listed.then(|| {
            self.add_set(ValueSet {
                id: table.id().into(),
                name: table.name().into(),
                is_open: !table.is_closed(self.model.version),
                is_excluded: false,
                stability: Text::default(),
                codes: Codes::Standard(StandardCodes::new(table, version)),
            })
        })
    }

    /// The messages with a structure; all of them for `*`.
    pub(super) fn messages_of(&mut self, structure: &str) -> Vec<&mut MessageDef> {
        let is_meant =
            |m: &&mut MessageDef| structure == "*" || m.structure == structure || m.id == structure;
        self.model.messages.iter_mut().filter(is_meant).collect()
    }
}

impl Draft {
    /// The model, its segments sorted as those of the standard are.
    pub(super) fn end(mut self) -> Model {
        let segments = &self.model.segments;
        if self.model.is_profile || segments.is_sorted_by_key(|segment| segment.name) {
            return self.model;
        }
        let mut order: Vec<usize> = (0..segments.len()).collect();
        order.sort_by_key(|&at| segments[at].name);
        let mut new = vec![SegmentIx(0); order.len()];
        for (to, &from) in (0..).zip(&order) {
            new[from] = SegmentIx(to);
        }
        self.model.segments.sort_by_key(|segment| segment.name);
        for message in &mut self.model.messages {
            renumber(&mut message.nodes, &new);
            message.layout = Layout::of(&message.structure, &message.nodes);
        }
        self.model
    }
}

fn renumber(nodes: &mut [Node], new: &[SegmentIx]) {
    for node in nodes {
        match node {
            Node::Group(group) => renumber(&mut group.children, new),
            Node::Segment(segment) => {
                let at = segment.definition.and_then(|at| new.get(at.0 as usize));
                segment.definition = at.copied();
            }
        }
    }
}

/// What binds an element to a set.
pub(super) fn binding(set: SetIx, strength: crate::ops::validate::model::Strength) -> Binding {
    Binding { set, strength, location: None }
}
