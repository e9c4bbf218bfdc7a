//! The rows of fields.tsv, types.tsv and segments.tsv: what stands in fields, values, messages.

use super::lists::{self, table};
use super::template::Template;
use crate::dictionary::Version;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What stands in a field.
#[derive(Debug)]
pub(super) struct FieldRow {
    /// How often it is there where it may be absent, in percent.
    pub(super) chance: u8,
    pub(super) template: Template,
    when: When,
}

/// The messages that a row is for.
#[derive(Debug)]
enum When {
    Always,
    Versions(Version, Version),
    Codes(Vec<&'static str>),
}

/// How often a segment is there.
#[derive(Clone, Debug)]
pub(super) struct SegmentRow {
    /// In percent, where it may be absent.
    pub(super) chance: u8,
    /// How many there are where it may repeat.
    pub(super) most: u8,
    /// The lists of which it draws rows.
    pub(super) drawn: Vec<usize>,
}

type Fields = HashMap<(&'static str, usize), Vec<FieldRow>>;

static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let mut fields = Fields::new();
    for row in table(include_str!("data/fields.tsv")).filter_map(field_row) {
        fields.entry(row.0).or_default().push(row.1);
    }
    fields
});

static TYPES: LazyLock<HashMap<&'static str, Template>> = LazyLock::new(|| {
    let rows = table(include_str!("data/types.tsv")).filter_map(|row| row.split_once('\t'));
    rows.filter_map(|(id, template)| Some((id, Template::of(template)?))).collect()
});

static SEGMENTS: LazyLock<HashMap<&'static str, SegmentRow>> = LazyLock::new(|| {
    table(include_str!("data/segments.tsv")).skip(1).filter_map(segment_row).collect()
});

/// What stands in a field of a segment, in messages of type `code` of a version.
pub(super) fn field(
    segment: &'static str,
    number: usize,
    version: Version,
    code: &str,
) -> Option<&'static FieldRow> {
    FIELDS.get(&(segment, number))?.iter().find(|row| match &row.when {
        When::Always => true,
        When::Versions(first, last) => (*first..=*last).contains(&version),
        When::Codes(codes) => codes.contains(&code),
    })
}

/// Whether any field of a segment has a row.
pub(super) fn knows(segment: &'static str) -> bool {
    (1..8).any(|number| FIELDS.contains_key(&(segment, number)))
}

/// Whether it depends on the type of the message what stands in a segment.
pub(super) fn depends_on_type(segment: &'static str) -> bool {
    static DEPENDENT: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let is_dependent = |row: &FieldRow| matches!(row.when, When::Codes(_));
        let dependent = FIELDS.iter().filter(|(_, rows)| rows.iter().any(is_dependent));
        dependent.map(|((segment, _), _)| *segment).collect()
    });
    DEPENDENT.contains(segment)
}

/// What stands in values of a data type.
pub(super) fn data_type(id: &str) -> Option<&'static Template> {
    TYPES.get(id)
}

/// How often a segment is there.
pub(super) fn segment(id: &str) -> SegmentRow {
    let other = SegmentRow { chance: 8, most: 1, drawn: Vec::new() };
    SEGMENTS.get(id).cloned().unwrap_or(other)
}

fn field_row(row: &'static str) -> Option<((&'static str, usize), FieldRow)> {
    let mut columns = row.split('\t');
    let (segment, number) = columns.next()?.split_once('-')?;
    let chance = columns.next()?.parse().ok()?;
    let template = Template::of(columns.next()?)?;
    let when = columns.next().map_or(Some(When::Always), When::of)?;
    Some(((segment, number.parse().ok()?), FieldRow { chance, template, when }))
}

fn segment_row(row: &'static str) -> Option<(&'static str, SegmentRow)> {
    let mut columns = row.split('\t');
    let id = columns.next()?;
    let chance = columns.next()?.parse().ok()?;
    let most = columns.next()?.parse().ok()?;
    let drawn = columns.next().unwrap_or_default().split(' ').filter(|name| !name.is_empty());
    let drawn = drawn.map(lists::find).collect::<Option<_>>()?;
    Some((id, SegmentRow { chance, most, drawn }))
}

impl When {
    fn of(text: &'static str) -> Option<Self> {
        let Some((first, last)) = text.split_once('-') else {
            return Some(Self::Codes(text.split(',').collect()));
        };
        let version = |text: &str, open| match text {
            "" => Some(open),
            text => Version::ALL.into_iter().find(|v| v.as_str() == text),
        };
        Some(Self::Versions(version(first, Version::V2_1)?, version(last, Version::NEWEST)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::standard;

    #[test]
    fn every_row_is_well_formed_and_names_what_there_is() {
        let fields = table(include_str!("data/fields.tsv"));
        for row in fields {
            let Some(((segment, number), _)) = field_row(row) else { panic!("{row}") };
            let newest = standard().segment_or_newest(Version::NEWEST, segment.as_bytes());
            let known = Version::ALL.into_iter().any(|version| {
                let segment = standard().segment(version, segment.as_bytes());
                segment.is_some_and(|segment| segment.field(number).is_some())
            });
            assert!(newest.is_some() && known, "{row}");
        }
        let rows = table(include_str!("data/types.tsv"));
        assert_eq!(rows.count(), TYPES.len());
        for row in table(include_str!("data/segments.tsv")).skip(1) {
            assert!(segment_row(row).is_some(), "{row}");
        }
    }
}
