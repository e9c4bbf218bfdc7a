//! Conformance profiles of HL7 2.x in XML (chapter 2, section 2.12, of version 2.4 on), as the
//! Messaging Workbench writes them, and the table files beside them.
//!
//! What a profile leaves open the standard fills in: the components of a data type that it does
//! not list, the codes of a table if there are no table files. Conditions (usage C and CE) are prose
//! there and cannot be evaluated.

mod tables;
#[cfg(test)]
mod tests;

pub(super) use tables::Tables;

use super::overlay::any_element;
use super::xml::{self, Xml};
use super::{Profile, ProfileError, Unevaluated};
use crate::core::SegmentId;
use crate::dictionary::{Version, standard as dictionary};
use crate::ops::validate::layout::Layout;
use crate::ops::validate::model::{
    Binding, Cardinality, DynamicMapping, Element, GroupNode, Length, MessageDef, Model, Node,
    SegmentDef, SegmentIx, SegmentNode, SetIx, Strength, Text, TypeDef, TypeIx, TypeKind, Usage,
};
use crate::ops::validate::standard;
use std::collections::HashMap;

/// The outermost element of a profile.
pub(super) const ROOT: &str = "HL7v2xConformanceProfile";

/// The outermost element of a file with tables.
pub(super) const TABLES: &str = "Specification";

/// So many conditions that are not evaluated are told by their places.
const PLACES_TOLD: usize = 5;

/// A profile while it is read.
struct Reader<'t> {
    tables: &'t Tables,
    model: Model,
    /// Mappings of the fields that vary in the standard.
    dynamic: HashMap<SegmentId, Vec<DynamicMapping>>,
    types: HashMap<Text, TypeIx>,
    sets: HashMap<String, Option<SetIx>>,
    /// Places of the message under way that conditions are about.
    conditions: Vec<String>,
}

/// Reads a file's text.
///
/// # Errors
/// Where it is not understood, and why.
pub(super) fn read(file: &str, text: &str, tables: &Tables) -> Result<Profile, ProfileError> {
    let xml = Xml::read(file, text)?;
    let root = xml.root();
    if root.name() != ROOT {
        return Err(root.error(format!("<{ROOT}> is expected")));
    }
    let number = root.required("HL7Version")?;
    let version = Version::from_msh12(number.as_bytes())
        .ok_or_else(|| root.error("HL7Version is no version of HL7 v2"))?;
    let mut reader = Reader::new(version, tables);
    let mut profile = Profile::of(file, Model { messages: Vec::new(), ..reader.model.clone() });
    profile.identifiers.extend(root.attribute("Identifier").map(str::to_owned));
    for definition in root.all("HL7v2xStaticDef") {
        let message = reader.message(definition)?;
        profile.identifiers.extend(definition.attribute("Identifier").map(str::to_owned));
        let conditions = std::mem::take(&mut reader.conditions);
        if !conditions.is_empty() {
            profile.unevaluated.push(prose(&message, &conditions));
        }
        reader.model.messages.push(message);
    }
    for reference in root.all("HL7v2xStaticDefRef") {
        profile.unevaluated.push(Unevaluated {
            id: reference.attribute("Identifier").unwrap_or_default().to_owned(),
            message: None,
            text: "the profile refers to a message definition that it does not hold".to_owned(),
        });
    }
    if reader.model.messages.is_empty() {
        return Err(root.error("there is no <HL7v2xStaticDef>, so that nothing is defined"));
    }
    let name = root.child("MetaData").and_then(|data| data.attribute("Name"));
    let name = name.or(root.attribute("Identifier")).unwrap_or(file);
    reader.model.name = name.to_owned().into();
    profile.model = reader.model;
    Ok(profile)
}

/// What is said of conditions.
fn prose(message: &MessageDef, places: &[String]) -> Unevaluated {
    let count = places.len();
    let told = places.get(..PLACES_TOLD.min(count)).unwrap_or_default().join(", ");
    let more = if count > PLACES_TOLD { ", ..." } else { "" };
    let text = format!("conditions in prose, {count} in all: {told}{more}");
    Unevaluated { id: String::new(), message: Some(message.id.to_string()), text }
}

impl<'t> Reader<'t> {
    fn new(version: Version, tables: &'t Tables) -> Self {
        let base = standard::model(version);
        let named = base.types.iter().zip(0..).map(|(ty, at)| (ty.name.clone(), TypeIx(at)));
        let varying = base.segments.iter().filter(|segment| !segment.dynamic.is_empty());
        Self {
            tables,
            types: named.collect(),
            dynamic: varying.map(|s| (s.name, s.dynamic.clone())).collect(),
            model: Model { is_profile: true, segments: Vec::new(), ..base.clone() },
            sets: HashMap::new(),
            conditions: Vec::new(),
        }
    }

    fn message(&mut self, of: xml::Element<'_>) -> Result<MessageDef, ProfileError> {
        let code = of.required("MsgType")?;
        let event = of.attribute("EventType").filter(|event| *event != "ALL").unwrap_or_default();
        let structure = of.attribute("MsgStructID").unwrap_or_default();
        let nodes = self.nodes(of)?;
        let is_header = |node: &Node| matches!(node, Node::Segment(s) if s.id == Some(*b"MSH"));
        if !nodes.first().is_some_and(is_header) {
            return Err(of.error("a message begins with <Segment Name=\"MSH\">"));
        }
        let owned = |text: &str| -> Text { text.to_owned().into() };
        let structure = owned(if structure.is_empty() { code } else { structure });
        Ok(MessageDef {
            id: owned([code, event].join("_").trim_end_matches('_')),
            layout: Layout::of(&structure, &nodes),
            structure,
            code: owned(code),
            event: owned(event),
            nodes,
        })
    }

    fn nodes(&mut self, of: xml::Element<'_>) -> Result<Vec<Node>, ProfileError> {
        let mut nodes = Vec::new();
        for child in of.children() {
            let before = (self.conditions.len(), self.model.segments.len());
            let node = match child.name() {
                "Segment" => Node::Segment(self.segment(child)?),
                "SegGroup" => Node::Group(self.group(child)?),
                _ => continue,
            };
            match node.usage() {
                // What is not to be sent has no place.
                Usage::NotSupported => {
                    self.conditions.truncate(before.0);
                    self.model.segments.truncate(before.1);
                }
                _ => nodes.push(node),
            }
        }
        Ok(nodes)
    }

    fn group(&mut self, of: xml::Element<'_>) -> Result<GroupNode, ProfileError> {
        let name: Text = of.required("Name")?.to_owned().into();
        let (usage, cardinality) = self.uses(of, &name)?;
        let children = self.nodes(of)?;
        if children.is_empty() {
            return Err(of.error("there is nothing in the group"));
        }
        Ok(GroupNode { id: name.clone(), name, usage, cardinality, is_choice: false, children })
    }

    fn segment(&mut self, of: xml::Element<'_>) -> Result<SegmentNode, ProfileError> {
        let name = of.required("Name")?;
        let id = SegmentId::try_from(name.as_bytes())
            .map_err(|_| of.error("the name of a segment has three letters"))?;
        let (usage, cardinality) = self.uses(of, name)?;
        let mut fields = Vec::new();
        for (number, field) in (1..).zip(of.all("Field")) {
            fields.push(self.element(field, &format!("{name}-{number}"), 0)?);
        }
        self.model.segments.push(SegmentDef {
            id: name.to_owned().into(),
            name: id,
            description: of.attribute("LongName").unwrap_or_default().to_owned().into(),
            fields,
            dynamic: self.dynamic.get(&id).cloned().unwrap_or_default(),
        });
        let definition = Some(SegmentIx(self.model.segments.len() as u32 - 1));
        Ok(SegmentNode { id: Some(id), definition, usage, cardinality })
    }

    /// A field (level 0), component (1) or subcomponent (2).
    fn element(
        &mut self,
        of: xml::Element<'_>,
        place: &str,
        level: usize,
    ) -> Result<Element, ProfileError> {
        let (usage, cardinality) = self.uses(of, place)?;
        let parts = ["Component", "SubComponent", ""][level.min(2)];
        let mut elements = Vec::new();
        for (number, part) in (1..).zip(of.all(parts)) {
            elements.push(self.element(part, &format!("{place}.{number}"), level + 1)?);
        }
        let name = of.attribute("Datatype").unwrap_or_default();
        let length =
            of.attribute("Length").map(|length| number(of, "Length", length)).transpose()?;
        Ok(Element {
            name: of.attribute("Name").unwrap_or_default().to_owned().into(),
            usage,
            cardinality,
            length: Length { max: length.filter(|&n| n > 0), ..Length::default() },
            data_type: self.data_type(name, elements, level),
            bindings: of.attribute("Table").map_or_else(Vec::new, |table| self.bindings(table)),
            constant: of.attribute("ConstantValue").map(|value| value.to_owned().into()),
            ..any_element()
        })
    }

    /// The data type with these parts; without any, as the standard has it.
    fn data_type(&mut self, name: &str, parts: Vec<Element>, level: usize) -> Option<TypeIx> {
        if !parts.is_empty() {
            let name: Text = name.to_owned().into();
            let kind = TypeKind::Composite(parts);
            self.model.types.push(TypeDef { id: name.clone(), name, kind });
            return Some(TypeIx(self.model.types.len() as u32 - 1));
        }
        let name = match name {
            "*" | "Varies" | "var" => "varies",
            // What a time is below components.
            "TS" if level > 1 => "DTM",
            name => name,
        };
        let found = *self.types.get(name)?;
        // Nothing is below subcomponents.
        let kind = self.model.data_type(found).map(|ty| &ty.kind);
        (level < 2 || matches!(kind, Some(TypeKind::Primitive(_)))).then_some(found)
    }

    /// What a table binds to: that of the table files, or else of the standard if there are none.
    fn bindings(&mut self, id: &str) -> Vec<Binding> {
        let set = match self.sets.get(id) {
            Some(known) => *known,
            None => {
                let found = self.set(id);
                self.sets.insert(id.to_owned(), found);
                found
            }
        };
        // A table number alone names the table, and does not say that it was checked to fit.
        let is_given = !self.tables.is_empty();
        let strength = if is_given { Strength::Required } else { Strength::Suggested };
        let bind = |set: SetIx| Binding { set, strength, location: None };
        set.map(bind).into_iter().collect()
    }

    fn set(&mut self, id: &str) -> Option<SetIx> {
        let number = id.strip_prefix("HL7").unwrap_or(id);
        if !self.tables.is_empty() {
            let set = self.tables.set(id).or_else(|| self.tables.set(number))?;
            self.model.value_sets.push(set);
            return Some(SetIx(self.model.value_sets.len() as u32 - 1));
        }
        dictionary().table(number)?;
        let at = self.model.value_sets.iter().position(|set| set.id == number)?;
        Some(SetIx(at as u32))
    }

    /// Usage, Min and Max. A minimum is of what has to be there.
    fn uses(
        &mut self,
        of: xml::Element<'_>,
        place: &str,
    ) -> Result<(Usage, Cardinality), ProfileError> {
        let usage = match &*of.required("Usage")?.to_ascii_uppercase() {
            "R" => Usage::Required,
            "RE" => Usage::RequiredIfKnown,
            "O" => Usage::Optional,
            "C" | "CE" => {
                self.conditions.push(place.to_owned());
                Usage::Conditional
            }
            "X" => Usage::NotSupported,
            "B" => Usage::Backward,
            "W" => Usage::Withdrawn,
            _ => return Err(of.error("Usage is one of R, RE, O, C, CE, X, B, W")),
        };
        let min = of.attribute("Min").map(|min| number(of, "Min", min)).transpose()?;
        let max = match of.attribute("Max") {
            Some("*" | "unbounded") => None,
            Some(max) => Some(number(of, "Max", max)?),
            None => Some(1),
        };
        let min = match usage {
            Usage::Required => min.unwrap_or(1).max(1),
            _ => 0,
        };
        // Nothing is to be there, which is said by the usage already.
        let max = max.filter(|&max| max > 0 || usage != Usage::NotSupported);
        if max.is_some_and(|max| max < min) {
            return Err(of.error("Max is less than Min"));
        }
        Ok((usage, Cardinality { min, max }))
    }
}

fn number(of: xml::Element<'_>, name: &str, digits: &str) -> Result<u32, ProfileError> {
    digits.trim().parse().map_err(|_| of.error(format!("{name} is no number")))
}
