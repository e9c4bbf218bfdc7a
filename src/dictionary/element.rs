//! Segments, fields, data types and components of one version.

use std::fmt;

use super::records::{Records, base36, columns};

/// Whether a field or component has to be sent (optionality, column OPT of the standard).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// `R`: has to be sent.
    Required,
    /// `O`: may be sent.
    Optional,
    /// `C`: has to be sent under a condition that the prose of the standard gives.
    Conditional,
    /// `B`: kept for messages of older versions.
    BackwardCompatible,
    /// `W`: withdrawn, not to be sent any more.
    Withdrawn,
    /// `X`: not used; the position is reserved.
    NotUsed,
}

impl Usage {
    /// The letter of the standard.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Required => 'R',
            Self::Optional => 'O',
            Self::Conditional => 'C',
            Self::BackwardCompatible => 'B',
            Self::Withdrawn => 'W',
            Self::NotUsed => 'X',
        }
    }

    /// In a word or two.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Conditional => "conditional",
            Self::BackwardCompatible => "for older versions",
            Self::Withdrawn => "withdrawn",
            Self::NotUsed => "not used",
        }
    }

    fn of(letter: &str) -> Option<Self> {
        Some(match letter {
            "R" => Self::Required,
            "O" => Self::Optional,
            "C" => Self::Conditional,
            "B" => Self::BackwardCompatible,
            "W" => Self::Withdrawn,
            "X" => Self::NotUsed,
            _ => return None,
        })
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// A segment as one version defines it.
#[derive(Debug)]
pub struct Segment {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) fields: Box<[Field]>,
}

/// A field of a segment as one version defines it (attribute table of the segment).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name, such as `Patient Identifier List`.
    pub name: &'static str,
    /// The data type, such as `CX`; `varies` where another field names it (OBX-5), empty where
    /// the field is reserved or withdrawn. In versions to 2.3 a `CM` has the name of its kind
    /// after it: `CM_MSG`.
    pub data_type: &'static str,
    /// Whether it has to be sent.
    pub usage: Usage,
    /// How many times it may occur; `None` is any number, 1 is a field that does not repeat.
    pub repeats: Option<u16>,
    /// Greatest length of one repetition in characters (column LEN). None in most fields of 2.7
    /// and later, which leave it to the data type.
    pub length: Option<u32>,
    /// The code table, four digits.
    pub table: Option<&'static str>,
    /// The number of the data element (column ITEM#).
    pub item: Option<u32>,
}

/// A data type that has components, as one version defines it.
#[derive(Debug)]
pub struct DataType {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) components: Box<[Component]>,
}

/// A component of a data type as one version defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Component {
    /// The name, such as `Assigning Authority`.
    pub name: &'static str,
    /// The data type, such as `HD`; empty where the component is withdrawn.
    pub data_type: &'static str,
    /// Whether it has to be sent; the sources tell no more than required, optional and withdrawn.
    pub usage: Usage,
    /// Greatest length in characters (column LEN); known of versions 2.5 to 2.6, and of some
    /// components elsewhere.
    pub length: Option<u32>,
    /// The code table, four digits.
    pub table: Option<&'static str>,
}

impl Segment {
    /// Three letters, such as `PID`.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The name, such as `Patient Identification`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The fields, field 1 first.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Field `n` as the standard counts, from 1; in MSH, 1 is the field separator.
    #[must_use]
    pub fn field(&self, n: usize) -> Option<&Field> {
        self.fields.get(n.checked_sub(1)?)
    }

    /// The number of the last field.
    #[must_use]
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }
}

impl Field {
    /// Whether it may occur more than once.
    #[must_use]
    pub const fn is_repeating(&self) -> bool {
        !matches!(self.repeats, Some(1))
    }

    /// Reads the `F` line that has the number `at`, in base 36.
    pub(super) fn of(records: &Records, at: &str) -> Option<Self> {
        let line = records.fields.get(base36(at)?)?;
        let [name, data_type, usage, repeats, length, table, item] = columns(line)?;
        Some(Self {
            name: records.name(name)?,
            data_type,
            usage: Usage::of(usage)?,
            repeats: match repeats {
                "" => Some(1),
                "0" => None,
                most => Some(most.parse().ok()?),
            },
            length: number(length)?,
            table: (!table.is_empty()).then_some(table),
            item: number(item)?,
        })
    }
}

impl DataType {
    /// The id, such as `CX`.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The name, such as `Extended composite id with check digit`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The components, component 1 first.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Component `n` as the standard counts, from 1.
    #[must_use]
    pub fn component(&self, n: usize) -> Option<&Component> {
        self.components.get(n.checked_sub(1)?)
    }

    /// The number of the last component.
    #[must_use]
    pub fn component_count(&self) -> usize {
        self.components.len()
    }
}

impl Component {
    /// Reads the `C` line that has the number `at`, in base 36.
    pub(super) fn of(records: &Records, at: &str) -> Option<Self> {
        let line = records.components.get(base36(at)?)?;
        let [name, data_type, usage, length, table] = columns(line)?;
        Some(Self {
            name: records.name(name)?,
            data_type,
            usage: Usage::of(usage)?,
            length: number(length)?,
            table: (!table.is_empty()).then_some(table),
        })
    }
}

/// A number or nothing; the outer `None` is for what is neither.
fn number(digits: &str) -> Option<Option<u32>> {
    if digits.is_empty() { Some(None) } else { digits.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_component_is_well_formed() {
        let records = Records::of(include_str!("hl7v2.txt"));
        let of_segments = records.segments.iter().flat_map(|s| s.parts.split(' '));
        for at in of_segments {
            assert!(Field::of(&records, at).is_some(), "F {at}");
        }
        let of_data_types = records.data_types.iter().flat_map(|d| d.parts.split(' '));
        for at in of_data_types {
            assert!(Component::of(&records, at).is_some(), "C {at}");
        }
    }
}
