//! What messages are held against: message structures, segments, data types, value sets.
//!
//! The standard in one version and a conformance profile are the same kind of thing (chapter 2B of
//! the standard): `standard.rs` makes a [`Model`] of the dictionary, `profile/` makes one of files,
//! and one engine checks messages against either.

mod values;

pub(super) use values::CODE_SYSTEMS;
pub use values::{Binding, CodeDef, CodeList, CodeUsage, Codes, StandardCodes, Strength, ValueSet};

use super::constraint::{Constraints, Demand};
use super::layout::Layout;
use crate::core::SegmentId;
use crate::dictionary::Version;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A name or text, of the standard or of a file.
pub type Text = Cow<'static, str>;

/// Whether an element has to be, may be, or must not be sent (chapter 2B, "Usage").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usage {
    /// `R`: has to be sent.
    Required,
    /// `RE`: has to be sent where the sender knows it.
    RequiredIfKnown,
    /// `O`: may be sent.
    #[default]
    Optional,
    /// `C`, `CE`, `C(a/b)`: depends on a condition. A model that can tell the condition holds it
    /// beside; without one this is as `O`.
    Conditional,
    /// `X`: must not be sent.
    NotSupported,
    /// `B`: kept for receivers of older versions.
    Backward,
    /// `W`: withdrawn.
    Withdrawn,
}

/// The place of a segment definition in [`Model::segments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SegmentIx(pub u32);

/// The place of a data type in [`Model::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeIx(pub u32);

/// The place of a value set in [`Model::value_sets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetIx(pub u32);

/// All that messages of one version, or of one profile, are held against.
#[derive(Clone, Debug)]
pub struct Model {
    /// Such as `HL7 2.5.1`, or the name of a profile.
    pub name: Text,
    /// The version whose dictionary fills in what the model does not say (names, tables).
    pub version: Version,
    /// A profile: what it does not define is not expected. The standard leaves more open.
    pub is_profile: bool,
    /// Message structures. Of the standard they are made when first asked for, see `standard.rs`.
    pub messages: Vec<MessageDef>,
    /// Segment definitions; a profile may have several of one id.
    pub segments: Vec<SegmentDef>,
    /// Data types.
    pub types: Vec<TypeDef>,
    /// Value sets.
    pub value_sets: Vec<ValueSet>,
    /// A profile came without the files that have its value sets: what is bound to sets that are
    /// [`Codes::Missing`] is not checked, and that is said once.
    pub lacks_sets: bool,
    /// What a profile asks for beyond structure.
    pub constraints: Constraints,
}

/// The structure of one kind of message.
#[derive(Clone, Debug)]
pub struct MessageDef {
    /// How a profile names it, or the structure's id.
    pub id: Text,
    /// The structure, such as `ADT_A01`.
    pub structure: Text,
    /// Message type, such as `ADT`; empty where it is any.
    pub code: Text,
    /// Trigger event, such as `A04`; empty where it is any.
    pub event: Text,
    /// What it consists of; the first is MSH.
    pub nodes: Vec<Node>,
    /// The same, ready to take the segments of a message.
    pub layout: Layout,
}

/// A position in a message structure.
#[derive(Clone, Debug)]
pub enum Node {
    /// One segment.
    Segment(SegmentNode),
    /// A group, or a choice of one of several.
    Group(GroupNode),
}

/// A segment at its position.
#[derive(Clone, Debug)]
pub struct SegmentNode {
    /// Three letters; `None` where any segment may stand (`ANYHL7SEGMENT`).
    pub id: Option<SegmentId>,
    /// Its definition; `None` of a segment that the model does not define.
    pub definition: Option<SegmentIx>,
    /// Whether it has to be there.
    pub usage: Usage,
    /// How often.
    pub cardinality: Cardinality,
}

/// A group at its position.
#[derive(Clone, Debug)]
pub struct GroupNode {
    /// How a profile names it; the name in the standard.
    pub id: Text,
    /// Such as `ORDER_OBSERVATION`.
    pub name: Text,
    /// Whether it has to be there.
    pub usage: Usage,
    /// How often.
    pub cardinality: Cardinality,
    /// One of the children, instead of all in order.
    pub is_choice: bool,
    /// What it consists of.
    pub children: Vec<Node>,
}

/// How often something may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cardinality {
    /// At least.
    pub min: u32,
    /// At most; `None` is any number.
    pub max: Option<u32>,
}

/// A segment.
#[derive(Clone, Debug)]
pub struct SegmentDef {
    /// How a profile names this definition; else the three letters.
    pub id: Text,
    /// Three letters.
    pub name: SegmentId,
    /// Such as `Patient Identification`.
    pub description: Text,
    /// The fields, field 1 first.
    pub fields: Vec<Element>,
    /// What decides on the data types of fields that vary.
    pub dynamic: Vec<DynamicMapping>,
}

/// A field, component or subcomponent.
#[derive(Clone, Debug)]
pub struct Element {
    /// Such as `Patient Identifier List`.
    pub name: Text,
    /// Whether it has to be sent.
    pub usage: Usage,
    /// Of a field, how many repetitions.
    pub cardinality: Cardinality,
    /// How long one repetition may be.
    pub length: Length,
    /// Its data type; `None` where it is reserved or not known.
    pub data_type: Option<TypeIx>,
    /// Where its codes come from.
    pub bindings: Vec<Binding>,
    /// The only value that it may have.
    pub constant: Option<Text>,
    /// The whole value must match it.
    pub pattern: Option<ValuePattern>,
}

/// A regular expression that a whole value has to match.
#[derive(Clone, Debug)]
pub struct ValuePattern {
    written: Text,
    whole: regex::bytes::Regex,
}

impl ValuePattern {
    /// `written`: as the profile has it; `whole`: the same, held fast at both ends.
    #[must_use]
    pub fn new(written: Text, whole: regex::bytes::Regex) -> Self {
        Self { written, whole }
    }

    /// Whether a value matches.
    #[must_use]
    pub fn is_match(&self, value: &[u8]) -> bool {
        self.whole.is_match(value)
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

/// Lengths in characters, of the unescaped value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Length {
    /// At least.
    pub min: Option<u32>,
    /// At most.
    pub max: Option<u32>,
    /// What receivers must take at least (conformance length), and whether longer values may be
    /// truncated there.
    pub conformance: Option<(u32, bool)>,
}

/// A data type.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// How a profile names this definition; else as `name`.
    pub id: Text,
    /// Such as `CX`.
    pub name: Text,
    /// What it consists of.
    pub kind: TypeKind,
}

/// What a data type consists of.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// One value; the format says of what form.
    Primitive(super::format::Format),
    /// Components, component 1 first.
    Composite(Vec<Element>),
    /// Another field names the type (OBX-5 and OBX-2).
    Varies,
}

/// How the data type of a varying field is found.
#[derive(Clone, Debug)]
pub struct DynamicMapping {
    /// The field whose type varies.
    pub field: u16,
    /// The field or component whose value chooses, as `2` or `3.1`.
    pub reference: Text,
    /// A second one that chooses too.
    pub second: Option<Text>,
    /// Values of the two, and the type that they choose; sorted.
    pub cases: Vec<(Option<Text>, Option<Text>, TypeIx)>,
}

impl DynamicMapping {
    /// The type that these values choose, the second one not mattering where no case names it.
    #[must_use]
    pub fn find(&self, first: &[u8], second: Option<&[u8]>) -> Option<TypeIx> {
        let key = order_key(first);
        let from = self.cases.partition_point(|case| {
            let own = case.0.as_deref().unwrap_or_default().as_bytes();
            match order_key(own).cmp(&key) {
                Ordering::Equal => own < first,
                order => order.is_lt(),
            }
        });
        let same = |case: &&(Option<Text>, Option<Text>, TypeIx)| {
            case.0.as_deref().unwrap_or_default().as_bytes() == first
        };
        let mut own = self.cases.get(from..)?.iter().take_while(same);
        let mut fallback = None;
        own.find_map(|case| match (&case.1, second) {
            (None, _) => {
                fallback = fallback.or(Some(case.2));
                None
            }
            (Some(wanted), Some(second)) => (wanted.as_bytes() == second).then_some(case.2),
            (Some(_), None) => None,
        })
        .or(fallback)
    }
}

/// The first eight bytes as a number of the same order, which compares faster.
fn order_key(bytes: &[u8]) -> u64 {
    (0..8).fold(0, |key, at| key << 8 | u64::from(bytes.get(at).copied().unwrap_or(0)))
}

impl Usage {
    /// As profiles and reports write it.
    #[must_use]
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Required => "R",
            Self::RequiredIfKnown => "RE",
            Self::Optional => "O",
            Self::Conditional => "C",
            Self::NotSupported => "X",
            Self::Backward => "B",
            Self::Withdrawn => "W",
        }
    }
}

impl Cardinality {
    /// Once at most, and perhaps not at all.
    pub const OPTIONAL: Self = Self { min: 0, max: Some(1) };
    /// Once.
    pub const ONE: Self = Self { min: 1, max: Some(1) };
    /// Any number.
    pub const ANY: Self = Self { min: 0, max: None };

    /// Whether it may occur more than once.
    #[must_use]
    pub fn repeats(self) -> bool {
        self.max.is_none_or(|max| max > 1)
    }
}

impl Node {
    /// Whether it has to be there.
    #[must_use]
    pub const fn usage(&self) -> Usage {
        match self {
            Self::Segment(segment) => segment.usage,
            Self::Group(group) => group.usage,
        }
    }

    /// How often.
    #[must_use]
    pub const fn cardinality(&self) -> Cardinality {
        match self {
            Self::Segment(segment) => segment.cardinality,
            Self::Group(group) => group.cardinality,
        }
    }
}

impl Model {
    /// How many bindings are not checked because no file with value sets was given: of fields and
    /// components, and those of contexts.
    #[must_use]
    pub fn unchecked_bindings(&self) -> usize {
        if !self.lacks_sets {
            return 0;
        }
        let is_missing =
            |at: SetIx| self.value_set(at).is_some_and(|set| matches!(set.codes, Codes::Missing));
        let fields = self.segments.iter().flat_map(|segment| &segment.fields);
        let components = self.types.iter().flat_map(|data_type| match &data_type.kind {
            TypeKind::Composite(components) => &components[..],
            _ => &[],
        });
        let bindings = fields.chain(components).flat_map(|element| &element.bindings);
        let contexts = self.constraints.all.iter().filter(|constraint| match &constraint.demand {
            Demand::Codes { bound, .. } => bound.sets.iter().any(|&set| is_missing(set)),
            _ => false,
        });
        bindings.filter(|binding| is_missing(binding.set)).count() + contexts.count()
    }

    /// A segment definition.
    #[must_use]
    pub fn segment(&self, at: SegmentIx) -> Option<&SegmentDef> {
        self.segments.get(at.0 as usize)
    }

    /// A data type.
    #[must_use]
    pub fn data_type(&self, at: TypeIx) -> Option<&TypeDef> {
        self.types.get(at.0 as usize)
    }

    /// A value set.
    #[must_use]
    pub fn value_set(&self, at: SetIx) -> Option<&ValueSet> {
        self.value_sets.get(at.0 as usize)
    }
}
