//! The standard as models, one a version, made of the dictionary when first asked for.

use super::constraint::Constraints;
use super::format::Format;
use super::layout::Layout;
use super::model::{
    Binding, Cardinality, Codes, DynamicMapping, Element, GroupNode, Length, MessageDef, Model,
    Node, SegmentDef, SegmentIx, SegmentNode, SetIx, StandardCodes, Strength, Text, TypeDef,
    TypeIx, TypeKind, Usage, ValueSet,
};
use crate::core::SegmentId;
use crate::dictionary::{self, Component, Field, Version, standard};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Fields of type `varies`, and the field that names the type (table 0125 or 0355).
const VARYING: &[(SegmentId, u16, &str)] =
    &[(*b"OBX", 5, "2"), (*b"MFE", 4, "5"), (*b"MFA", 5, "6")];

/// What one version of the standard says. Its messages are not in it, see [`message`].
#[must_use]
pub fn model(version: Version) -> &'static Model {
    static ALL: [OnceLock<Model>; Version::ALL.len()] =
        [const { OnceLock::new() }; Version::ALL.len()];
    ALL[version.index()].get_or_init(|| Builder::new(version).build())
}

/// The structure `id` of a version, such as `ADT_A01`.
#[must_use]
pub fn message(version: Version, id: &[u8]) -> Option<&'static MessageDef> {
    type OfVersion = Box<[(&'static str, OnceLock<Option<MessageDef>>)]>;
    static ALL: [OnceLock<OfVersion>; Version::ALL.len()] =
        [const { OnceLock::new() }; Version::ALL.len()];
    let all = ALL[version.index()].get_or_init(|| {
        let ids = standard().version(version).structure_ids();
        ids.map(|id| (id, OnceLock::new())).collect()
    });
    let at = all.binary_search_by(|(known, _)| known.as_bytes().cmp(id)).ok()?;
    let (id, made) = &all[at];
    made.get_or_init(|| make_message(version, id)).as_ref()
}

fn make_message(version: Version, id: &'static str) -> Option<MessageDef> {
    let model = model(version);
    let found = standard().structure(version, id)?;
    let nodes = nodes(model, found.nodes());
    let code = id.split_once('_').map_or(id, |(code, _)| code);
    Some(MessageDef {
        id: id.into(),
        structure: id.into(),
        code: code.into(),
        event: Text::default(),
        layout: Layout::of(&id.into(), &nodes),
        nodes,
    })
}

fn nodes(model: &Model, found: &[dictionary::Node]) -> Vec<Node> {
    let each = |node: &dictionary::Node| {
        let usage = if node.is_optional() { Usage::Optional } else { Usage::Required };
        let cardinality = Cardinality {
            min: u32::from(!node.is_optional()),
            max: (!node.is_repeating()).then_some(1),
        };
        match node {
            dictionary::Node::Segment { id, .. } => {
                let id = <SegmentId>::try_from(id.as_bytes()).ok();
                let definition = id.and_then(|id| segment_ix(model, id));
                Node::Segment(SegmentNode { id, definition, usage, cardinality })
            }
            dictionary::Node::Group { name, children, .. }
            | dictionary::Node::Choice { name, children, .. } => Node::Group(GroupNode {
                id: (*name).into(),
                name: (*name).into(),
                usage,
                cardinality,
                is_choice: matches!(node, dictionary::Node::Choice { .. }),
                children: nodes(model, children),
            }),
        }
    };
    found.iter().map(each).collect()
}

/// The definition of a segment in a model of the standard, whose segments are sorted.
#[must_use]
pub fn segment_ix(model: &Model, id: SegmentId) -> Option<SegmentIx> {
    let at = model.segments.binary_search_by_key(&id, |s| s.name).ok()?;
    Some(SegmentIx(at as u32))
}

/// Table 0291, subtype of referenced data.
const MEDIA_SUBTYPES: &str = "0291";

struct Builder {
    version: Version,
    types: Vec<TypeDef>,
    by_type: HashMap<&'static str, TypeIx>,
    sets: Vec<ValueSet>,
    by_table: HashMap<&'static str, SetIx>,
}

impl Builder {
    fn new(version: Version) -> Self {
        Self {
            version,
            types: Vec::new(),
            by_type: HashMap::new(),
            sets: Vec::new(),
            by_table: HashMap::new(),
        }
    }

    fn build(mut self) -> Model {
        let view = standard().version(self.version);
        // Types may hold each other, so that all have a place before any is filled.
        for found in view.data_types() {
            let kind = TypeKind::Composite(Vec::new());
            self.add_type(found.id(), kind);
        }
        for (at, found) in view.data_types().iter().enumerate() {
            let mut components: Vec<Element> =
                found.components().iter().map(|c| self.component(c)).collect();
            if found.id() == "TS" {
                // Before 2.5 the time has the type ST; what it holds is the same.
                let time = self.data_type("DTM");
                if let Some(first) = components.first_mut() {
                    first.data_type = time;
                }
            }
            self.types[at].kind = TypeKind::Composite(components);
        }
        let segments = view.segments().iter().map(|s| self.segment(s)).collect();
        Model {
            name: format!("HL7 {}", self.version).into(),
            version: self.version,
            is_profile: false,
            messages: Vec::new(),
            segments,
            types: self.types,
            value_sets: self.sets,
            lacks_sets: false,
            constraints: Constraints::default(),
        }
    }

    fn segment(&mut self, found: &'static dictionary::Segment) -> SegmentDef {
        let name = <SegmentId>::try_from(found.id().as_bytes()).unwrap_or(*b"???");
        let varying = VARYING.iter().filter(|(id, field, _)| {
            let varies = |f: &Field| f.data_type == "varies";
            *id == name && found.field(usize::from(*field)).is_some_and(varies)
        });
        let dynamic = varying
            .map(|&(_, field, reference)| DynamicMapping {
                field,
                reference: reference.into(),
                second: None,
                cases: self.all_types(),
            })
            .collect();
        SegmentDef {
            id: found.id().into(),
            name,
            description: found.name().into(),
            fields: found.fields().iter().map(|f| self.field(f)).collect(),
            dynamic,
        }
    }

    fn field(&mut self, field: &'static Field) -> Element {
        let usage = usage(field.usage);
        Element {
            name: field.name.into(),
            usage,
            cardinality: Cardinality {
                min: u32::from(usage == Usage::Required),
                max: field.repeats.map(u32::from),
            },
            length: Length { min: None, max: field.length, conformance: None },
            data_type: self.data_type(field.data_type),
            bindings: self.bindings(field.table),
            constant: None,
            pattern: None,
        }
    }

    fn component(&mut self, component: &'static Component) -> Element {
        // Before 2.5 the standard does not tell which components are required.
        let usage = match usage(component.usage) {
            Usage::Required if self.version < Version::V2_5 => Usage::Optional,
            usage => usage,
        };
        Element {
            name: component.name.into(),
            usage,
            cardinality: Cardinality { min: u32::from(usage == Usage::Required), max: Some(1) },
            length: Length { min: None, max: component.length, conformance: None },
            data_type: self.data_type(component.data_type),
            bindings: self.bindings(component.table),
            constant: None,
            pattern: None,
        }
    }

    /// The type of that id; `None` where the standard gives none or does not say what is in it.
    fn data_type(&mut self, id: &'static str) -> Option<TypeIx> {
        if matches!(id, "" | "CM") {
            return None;
        }
        if let Some(&known) = self.by_type.get(id) {
            return Some(known);
        }
        let kind = match id {
            "varies" => TypeKind::Varies,
            id => TypeKind::Primitive(Format::of(id)),
        };
        Some(self.add_type(id, kind))
    }

    fn add_type(&mut self, id: &'static str, kind: TypeKind) -> TypeIx {
        let at = TypeIx(self.types.len() as u32);
        self.types.push(TypeDef { id: id.into(), name: id.into(), kind });
        self.by_type.insert(id, at);
        at
    }

    /// All types that a field can name.
    fn all_types(&mut self) -> Vec<(Option<Text>, Option<Text>, TypeIx)> {
        for primitive in ["DT", "DTM", "FT", "GTS", "ID", "IS", "NM", "SI", "ST", "TM", "TN", "TX"]
        {
            self.data_type(primitive);
        }
        let mut ids: Vec<_> = self.by_type.iter().filter(|&(&id, _)| id != "varies").collect();
        ids.sort_unstable_by_key(|&(id, _)| *id);
        ids.into_iter().map(|(&id, &at)| (Some(id.into()), None, at)).collect()
    }

    fn bindings(&mut self, table: Option<&'static str>) -> Vec<Binding> {
        let Some(found) = table.and_then(|id| standard().table(id)) else { return Vec::new() };
        // A table without codes tells nothing.
        if !found.is_listed(self.version) {
            return Vec::new();
        }
        // Subtypes of media are those of IANA, of which the table lists a few.
        let is_open = !found.is_closed(self.version) || found.id() == MEDIA_SUBTYPES;
        let set = *self.by_table.entry(found.id()).or_insert_with(|| {
            self.sets.push(ValueSet {
                id: found.id().into(),
                name: found.name().into(),
                is_open,
                is_excluded: false,
                stability: Text::default(),
                codes: Codes::Standard(StandardCodes::new(found, self.version)),
            });
            SetIx(self.sets.len() as u32 - 1)
        });
        let strength = if is_open { Strength::Suggested } else { Strength::Required };
        vec![Binding { set, strength, location: None }]
    }
}

const fn usage(found: dictionary::Usage) -> Usage {
    match found {
        dictionary::Usage::Required => Usage::Required,
        dictionary::Usage::Optional => Usage::Optional,
        dictionary::Usage::Conditional => Usage::Conditional,
        dictionary::Usage::BackwardCompatible => Usage::Backward,
        dictionary::Usage::Withdrawn => Usage::Withdrawn,
        dictionary::Usage::NotUsed => Usage::NotSupported,
    }
}
