//! Profiles of NIST's tools (IGAMT, GVT), and messages looked at as NIST's validator does.
//!
//! A profile is a set of XML files told apart by their outermost elements: the profile itself
//! (`ConformanceProfile`), constraints (`ConformanceContext`), value sets (`ValueSetLibrary`), and
//! from version 1.6 on bindings (`ValueSetBindingsContext`), co-constraints
//! (`CoConstraintContext`) and slicings (`ProfileSlicing`).

mod bindings;
mod category;
pub(in crate::ops::validate) mod codes;
mod context;
mod expressions;
mod matcher;
mod sets;
mod structure;
mod text;
mod walk;

pub use category::{nist_category, nist_path};
pub(in crate::ops::validate) use text::unescape;
pub use walk::check;

use super::xml::{self, Xml};
use super::{ProfileError, Source};
use crate::ops::validate::model::Model;

/// The outermost elements of the files that a profile consists of.
pub const ROOTS: [&str; 6] = [
    PROFILE,
    "ConformanceContext",
    "ValueSetLibrary",
    "ValueSetBindingsContext",
    "CoConstraintContext",
    "ProfileSlicing",
];

/// The outermost element of the profile itself.
pub const PROFILE: &str = "ConformanceProfile";

/// Reads a profile; `files` are in any order, and only those of [`ROOTS`].
///
/// Value sets that no file has are looked for among the tables of the standard, unless `nist`.
///
/// # Errors
/// When a file is no XML, something in it can't be used, or there is not exactly one profile.
pub fn read(files: &[Source<'_>], nist: bool) -> Result<Model, ProfileError> {
    let texts: Vec<_> = files.iter().map(|file| xml::text(file.bytes)).collect();
    let named = files.iter().zip(&texts).map(|(file, text)| Xml::read(file.name, text));
    let all: Vec<Xml<'_>> = named.collect::<Result<_, _>>()?;
    let mut profiles = all.iter().map(Xml::root).filter(|root| root.name() == PROFILE);
    let name = files.first().map_or("", |file| file.name);
    let Some(profile) = profiles.next() else {
        let wrong = format!("none of the files is the profile itself, <{PROFILE}>");
        return Err(ProfileError::new(name, 0, wrong));
    };
    if let Some(second) = profiles.next() {
        return Err(second.error(format!("a second profile; the first is {}", profile.file())));
    }
    let mut sets = sets::Sets::new(structure::version(&profile), nist);
    for root in all.iter().map(Xml::root).filter(|root| root.name() == "ValueSetLibrary") {
        sets.read(&root)?;
    }
    let mut model = structure::read(&profile, &mut sets)?;
    let mut contexts = context::Contexts::default();
    for root in all.iter().map(Xml::root) {
        match root.name() {
            PROFILE | "ValueSetLibrary" => {}
            "ConformanceContext" => contexts.read(&root, &mut sets)?,
            "ValueSetBindingsContext" => bindings::read(&root, &mut contexts, &mut sets)?,
            "CoConstraintContext" => bindings::co_constraints(&root, &mut contexts, &mut sets)?,
            "ProfileSlicing" => bindings::slicings(&root, &mut contexts),
            other => return Err(root.error(format!("<{other}> is no part of a profile"))),
        }
    }
    model.value_sets = sets.into_sets();
    let has_sets = all.iter().any(|xml| xml.root().name() == "ValueSetLibrary");
    // NIST's validator reports each element that is bound to a set that it does not have.
    model.lacks_sets = !has_sets && !nist;
    model.constraints = contexts.into_constraints(&model);
    Ok(model)
}

#[cfg(test)]
mod tests;
