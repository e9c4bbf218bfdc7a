//! Paths with their names, for `grep` and for completion.

use crate::dictionary::{DataType, Segment, Usage, Version, VersionView, standard};

/// A path that the standard defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The path: `PID-3`, `PID-3.4`.
    pub path: String,
    /// The data type.
    pub data_type: &'static str,
    /// Whether it has to be sent.
    pub usage: Usage,
    /// Whether it may occur more than once.
    pub repeats: bool,
    /// The code table.
    pub table: Option<&'static str>,
    /// The names of the field and of its parts, the field's first.
    pub names: Vec<&'static str>,
}

/// The paths of a segment in a version: its fields, with `depth` 1 their components too, with 2
/// subcomponents.
#[must_use]
pub fn paths(version: Version, segment: &'static Segment, depth: usize) -> Vec<Listed> {
    let view = standard().version(version);
    let mut all = Vec::new();
    for (n, field) in segment.fields().iter().enumerate() {
        let listed = Listed {
            path: format!("{}-{}", segment.id(), n + 1),
            data_type: field.data_type,
            usage: field.usage,
            repeats: field.is_repeating(),
            table: field.table,
            names: vec![field.name],
        };
        add(view, listed, depth, &mut all);
    }
    all
}

fn add(view: &'static VersionView, listed: Listed, depth: usize, all: &mut Vec<Listed>) {
    let data_type = if depth > 0 { view.data_type(listed.data_type) } else { None };
    all.push(listed.clone());
    for (n, component) in data_type.map(DataType::components).unwrap_or_default().iter().enumerate()
    {
        let below = Listed {
            path: format!("{}.{}", listed.path, n + 1),
            data_type: component.data_type,
            usage: component.usage,
            repeats: false,
            table: component.table,
            names: [listed.names.as_slice(), &[component.name]].concat(),
        };
        add(view, below, depth - 1, all);
    }
}
