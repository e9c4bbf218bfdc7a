//! The data types of HL7 v2 as those of FHIR, one function a pair. Each takes the value as a field
//! or as a component, and writes a member by name, or an item of an array.

pub(super) mod address;
pub(super) mod attachment;
mod authority;
pub(super) mod coded;
pub(super) mod contact;
pub(super) mod identifier;
pub(super) mod keys;
pub(super) mod name;
pub(super) mod organization;
pub(super) mod participant;
pub(super) mod place;
pub(super) mod practitioner;
pub(super) mod quantity;
pub(super) mod sampled;
pub(super) mod software;
pub(super) mod text;
pub(super) mod timing;
