//! Integration tests: the program as users meet it. Expected values come from the standard and
//! from what the documentation promises, never from what the program printed.
#![allow(clippy::unwrap_used)]

#[path = "it/attach.rs"]
mod attach;
#[path = "it/corpora.rs"]
mod corpora;
#[path = "it/deidentify.rs"]
mod deidentify;
#[path = "it/diff.rs"]
mod diff;
#[path = "it/dirty.rs"]
mod dirty;
#[path = "it/endings.rs"]
mod endings;
#[path = "it/explain.rs"]
mod explain;
#[path = "it/fhir_path.rs"]
mod fhir_path;
#[path = "it/folders.rs"]
mod folders;
#[path = "it/generate.rs"]
mod generate;
#[path = "it/generated.rs"]
mod generated;
#[path = "it/help.rs"]
mod help;
#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/inputs.rs"]
mod inputs;
#[path = "it/json.rs"]
mod json;
#[path = "it/listen.rs"]
mod listen;
#[path = "it/live.rs"]
mod live;
#[path = "it/manners.rs"]
mod manners;
#[path = "it/nist.rs"]
mod nist;
#[path = "it/output.rs"]
mod output;
#[path = "it/privacy.rs"]
mod privacy;
#[path = "it/profiles.rs"]
mod profiles;
#[path = "it/program.rs"]
mod program;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/query.rs"]
mod query;
#[path = "it/r4.rs"]
mod r4;
#[path = "it/r4_mutations.rs"]
mod r4_mutations;
#[path = "it/readme.rs"]
mod readme;
#[path = "it/receiver.rs"]
mod receiver;
#[path = "it/recipes.rs"]
mod recipes;
#[path = "it/scale.rs"]
mod scale;
#[path = "it/send.rs"]
mod send;
#[path = "it/services.rs"]
mod services;
#[path = "it/sort.rs"]
mod sort;
#[path = "it/stats.rs"]
mod stats;
#[path = "it/supply.rs"]
mod supply;
#[path = "it/text.rs"]
mod text;
#[path = "it/to_fhir.rs"]
mod to_fhir;
#[path = "it/to_fhir_adt.rs"]
mod to_fhir_adt;
#[path = "it/to_fhir_fields.rs"]
mod to_fhir_fields;
#[path = "it/to_fhir_orders.rs"]
mod to_fhir_orders;
#[path = "it/transform.rs"]
mod transform;
#[path = "it/tree.rs"]
mod tree;
#[path = "it/validate.rs"]
mod validate;
