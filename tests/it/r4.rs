//! The rules of FHIR R4, to hold Bundles against: allowed members, cardinality, types, formats, codes,
//! references and invariants. The facts are in `tests/fhir/r4.tsv`, which `tools/fhir` makes from
//! the definitions of R4.

#[path = "r4/bundle.rs"]
mod bundle;
#[path = "r4/invariants.rs"]
mod invariants;
#[path = "r4/parse.rs"]
mod parse;
#[path = "r4/primitive.rs"]
mod primitive;
#[path = "r4/table.rs"]
mod table;
#[path = "r4/walk.rs"]
mod walk;

pub(crate) use bundle::{check, orphans};
pub(crate) use parse::parse;

/// All problems of a resource by itself; what it refers to is not looked for.
pub(crate) fn problems(resource: &serde_json::Value) -> Vec<String> {
    walk::resource(resource).problems
}
