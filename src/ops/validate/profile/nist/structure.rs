//! `ConformanceProfile`: messages, segments and data types (`Profile.xsd`).

use super::super::ProfileError;
use super::super::xml::Element as Tag;
use super::sets::Sets;
use crate::core::SegmentId;
use crate::dictionary::Version;
use crate::ops::validate::constraint::Constraints;
use crate::ops::validate::format::Format;
use crate::ops::validate::layout::Layout;
use crate::ops::validate::model::{
    Binding, Cardinality, DynamicMapping, Element, GroupNode, Length, MessageDef, Model, Node,
    SegmentDef, SegmentIx, SegmentNode, Strength, Text, TypeDef, TypeIx, TypeKind, Usage,
};
use std::collections::HashMap;

/// The version that a profile is about.
pub(super) fn version(profile: &Tag<'_>) -> Version {
    let own = profile.attribute("HL7Version").and_then(|v| Version::from_msh12(v.as_bytes()));
    own.unwrap_or_else(|| {
        let segments = profile.child("Segments").into_iter().flat_map(|s| s.children());
        let mut versions =
            segments.filter_map(|s| Version::from_msh12(s.attribute("Version")?.as_bytes()));
        versions.next().unwrap_or(Version::V2_5_1)
    })
}

/// Reads a profile without its constraints; value sets that it names get a place in `sets`.
pub(super) fn read(profile: &Tag<'_>, sets: &mut Sets) -> Result<Model, ProfileError> {
    let part = |name: &str| {
        profile.child(name).ok_or_else(|| profile.error(format!("the profile has no <{name}>")))
    };
    let types = part("Datatypes")?;
    let mut reader = Reader { types: HashMap::new(), segments: HashMap::new(), sets };
    // Types refer to each other, so that all have a place before any is read.
    for (at, tag) in (0..).zip(types.all("Datatype")) {
        reader.types.insert(tag.required("ID")?.to_owned(), TypeIx(at));
    }
    let types: Vec<Tag<'_>> = types.all("Datatype").collect();
    let defs = types.iter().map(|tag| reader.data_type(tag)).collect::<Result<Vec<_>, _>>()?;
    refuse_cycles(&defs, &types)?;
    let mut segments = Vec::new();
    for tag in part("Segments")?.all("Segment") {
        let at = SegmentIx(segments.len() as u32);
        let segment = reader.segment(&tag)?;
        reader.segments.insert(segment.id.to_string(), (at, segment.name));
        segments.push(segment);
    }
    let messages = part("Messages")?.all("Message").map(|tag| reader.message(&tag));
    let messages = messages.collect::<Result<Vec<_>, _>>()?;
    let Some(first) = messages.first() else {
        return Err(profile.error("the profile has no <Message>"));
    };
    let meta = profile.child("MetaData");
    let name = meta.as_ref().and_then(|meta| meta.attribute("Name"));
    Ok(Model {
        name: text(name.unwrap_or(&first.id)),
        version: version(profile),
        is_profile: true,
        messages,
        segments,
        types: defs,
        value_sets: Vec::new(),
        lacks_sets: false,
        constraints: Constraints::default(),
    })
}

pub(super) fn text(text: &str) -> Text {
    Text::Owned(text.to_owned())
}

struct Reader<'s> {
    types: HashMap<String, TypeIx>,
    segments: HashMap<String, (SegmentIx, SegmentId)>,
    sets: &'s mut Sets,
}

impl Reader<'_> {
    fn message(&self, tag: &Tag<'_>) -> Result<MessageDef, ProfileError> {
        let structure = tag.required("StructID")?;
        let nodes = self.nodes(tag)?;
        let is_header = |node: &Node| matches!(node, Node::Segment(s) if s.id == Some(*b"MSH"));
        if !nodes.first().is_some_and(is_header) {
            return Err(tag.error("a message begins with the segment MSH"));
        }
        let layout = Layout::of(&text(structure), &nodes);
        if layout.places().is_empty() {
            return Err(tag.error("the message has more segments and groups than can be numbered"));
        }
        Ok(MessageDef {
            id: text(tag.required("ID")?),
            structure: text(structure),
            code: text(tag.attribute("Type").unwrap_or_default()),
            event: text(tag.attribute("Event").unwrap_or_default()),
            nodes,
            layout,
        })
    }

    fn nodes(&self, tag: &Tag<'_>) -> Result<Vec<Node>, ProfileError> {
        let node = |child: Tag<'_>| {
            let (usage, cardinality) = (usage(&child)?, cardinality(&child)?);
            match child.name() {
                "Segment" => {
                    let id = child.required("Ref")?;
                    let Some(&(definition, id)) = self.segments.get(id) else {
                        return Err(child.error(format!("no segment has the ID {id}")));
                    };
                    let (id, definition) = (Some(id), Some(definition));
                    Ok(Node::Segment(SegmentNode { id, definition, usage, cardinality }))
                }
                "Group" => {
                    let name = child.required("Name")?;
                    // A name with a path before it is meant for people.
                    let children = self.nodes(&child)?;
                    if children.is_empty() {
                        return Err(child.error(format!("the group {name} is empty")));
                    }
                    Ok(Node::Group(GroupNode {
                        id: text(child.attribute("ID").unwrap_or(name)),
                        name: text(name),
                        usage,
                        cardinality,
                        is_choice: false,
                        children,
                    }))
                }
                other => Err(child.error(format!("<{other}> is neither a segment nor a group"))),
            }
        };
        tag.children().map(node).collect()
    }

    fn segment(&mut self, tag: &Tag<'_>) -> Result<SegmentDef, ProfileError> {
        let name = tag.required("Name")?;
        let name = <SegmentId>::try_from(name.as_bytes())
            .map_err(|_| tag.error(format!("{name} is no segment, which has three letters")))?;
        let fields = tag.all("Field").map(|field| self.element(&field));
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        let mappings = tag.child("DynamicMapping");
        let mappings = mappings.iter().flat_map(|m| m.all("Mapping"));
        let dynamic = mappings.map(|m| self.mapping(&m)).collect::<Result<_, _>>()?;
        Ok(SegmentDef {
            id: text(tag.required("ID")?),
            name,
            description: text(tag.attribute("Description").unwrap_or_default()),
            fields,
            dynamic,
        })
    }

    fn mapping(&self, tag: &Tag<'_>) -> Result<DynamicMapping, ProfileError> {
        let case = |case: Tag<'_>| {
            let found = self.type_of(&case)?;
            let value = |name: &str| case.attribute(name).map(text);
            Ok((value("Value"), value("SecondValue"), found))
        };
        let mut cases = tag.all("Case").map(case).collect::<Result<Vec<_>, ProfileError>>()?;
        cases.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        Ok(DynamicMapping {
            field: number(tag, "Position")?.unwrap_or(0) as u16,
            reference: text(tag.attribute("Reference").unwrap_or_default()),
            second: tag.attribute("SecondReference").map(text),
            cases,
        })
    }

    fn data_type(&mut self, tag: &Tag<'_>) -> Result<TypeDef, ProfileError> {
        let components = tag.all("Component").map(|component| self.element(&component));
        let components = components.collect::<Result<Vec<_>, _>>()?;
        let name = tag.required("Name")?;
        let kind = if !components.is_empty() {
            TypeKind::Composite(components)
        } else if name.eq_ignore_ascii_case("varies") {
            TypeKind::Varies
        } else {
            TypeKind::Primitive(Format::of(name))
        };
        Ok(TypeDef { id: text(tag.required("ID")?), name: text(name), kind })
    }

    fn type_of(&self, tag: &Tag<'_>) -> Result<TypeIx, ProfileError> {
        let id = tag.required("Datatype")?;
        let found = self.types.get(id).copied();
        found.ok_or_else(|| tag.error(format!("no data type has the ID {id}")))
    }

    fn element(&mut self, tag: &Tag<'_>) -> Result<Element, ProfileError> {
        let strength = strength(tag)?;
        let location = tag.attribute("BindingLocation").map(text);
        let sets = tag.attribute("Binding").into_iter().flat_map(|ids| ids.split(':'));
        let bindings = sets.map(|id| {
            let set = self.sets.named(id);
            Binding { set, strength, location: location.clone() }
        });
        Ok(Element {
            name: text(tag.attribute("Name").unwrap_or_default()),
            usage: usage(tag)?,
            cardinality: cardinality(tag)?,
            length: length(tag),
            bindings: bindings.collect(),
            data_type: Some(self.type_of(tag)?),
            constant: tag.attribute("ConstantValue").map(text),
            pattern: None,
        })
    }
}

/// Refuses types that hold themselves.
fn refuse_cycles(types: &[TypeDef], tags: &[Tag<'_>]) -> Result<(), ProfileError> {
    // How far each type was looked into: not yet, under way, done.
    let mut done = vec![None; types.len()];
    fn look(at: usize, types: &[TypeDef], done: &mut [Option<bool>]) -> bool {
        match done[at] {
            Some(finished) => return finished,
            None => done[at] = Some(false),
        }
        let TypeKind::Composite(elements) = &types[at].kind else {
            done[at] = Some(true);
            return true;
        };
        let inner = elements.iter().filter_map(|element| element.data_type);
        for TypeIx(inner) in inner {
            if !look(inner as usize, types, done) {
                return false;
            }
        }
        done[at] = Some(true);
        true
    }
    for (at, tag) in tags.iter().enumerate() {
        if !look(at, types, &mut done) {
            return Err(tag.error(format!("the data type {} holds itself", types[at].id)));
        }
    }
    Ok(())
}

/// The usage of an element.
pub(super) fn usage(tag: &Tag<'_>) -> Result<Usage, ProfileError> {
    let letters = tag.required("Usage")?;
    named_usage(letters).ok_or_else(|| tag.error(format!("{letters} is no usage")))
}

pub(super) fn named_usage(letters: &str) -> Option<Usage> {
    Some(match letters {
        "R" => Usage::Required,
        "RE" => Usage::RequiredIfKnown,
        "O" => Usage::Optional,
        "C" | "CE" => Usage::Conditional,
        "X" => Usage::NotSupported,
        "B" => Usage::Backward,
        "W" => Usage::Withdrawn,
        _ if letters.starts_with("C(") => Usage::Conditional,
        _ => return None,
    })
}

pub(super) fn cardinality(tag: &Tag<'_>) -> Result<Cardinality, ProfileError> {
    let Some(min) = number(tag, "Min")? else { return Ok(Cardinality::ANY) };
    let max = match tag.attribute("Max") {
        Some("*") | None => None,
        Some(_) => number(tag, "Max")?,
    };
    if max.is_some_and(|max| max < min) {
        return Err(tag.error("Max is less than Min"));
    }
    Ok(Cardinality { min, max })
}

fn number(tag: &Tag<'_>, name: &str) -> Result<Option<u32>, ProfileError> {
    let Some(digits) = tag.attribute(name) else { return Ok(None) };
    let number = digits.parse().map_err(|_| tag.error(format!("{name}: {digits} is no number")))?;
    Ok(Some(number))
}

/// The lengths of an element: `NA` stands for none.
fn length(tag: &Tag<'_>) -> Length {
    let number = |name: &str| tag.attribute(name).and_then(|n| n.parse().ok());
    let open = tag.attribute("MaxLength") == Some("*");
    let max = number("MaxLength");
    let min = number("MinLength").filter(|_| open || max.is_some());
    let conformance = tag.attribute("ConfLength").and_then(|written| {
        let digits = written.strip_suffix(['=', '#']).unwrap_or(written);
        Some((digits.parse().ok()?, written.ends_with('#')))
    });
    Length { min, max: max.filter(|_| min.is_some()), conformance }
}

pub(super) fn strength(tag: &Tag<'_>) -> Result<Strength, ProfileError> {
    match tag.attribute("BindingStrength") {
        Some("R") | None => Ok(Strength::Required),
        Some("S") => Ok(Strength::Suggested),
        Some("U") => Ok(Strength::Undetermined),
        Some(other) => Err(tag.error(format!("BindingStrength: {other} is none of R, S, U"))),
    }
}
