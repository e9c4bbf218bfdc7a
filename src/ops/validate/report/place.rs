//! Places in messages as paths, and what stands there by name.

use super::{Subject, describe};
use crate::core::segment_id;
use crate::dictionary::{Field, Version, standard};
use crate::ops::validate::finding::{At, Finding};
use std::fmt::Write as _;

/// The path of a place, as `query` takes it: `OBX[2]-5[1].2`. Empty for the whole message.
///
/// Numbers are told even where there is only one, so that a path means one place.
#[must_use]
pub fn path(at: &At) -> String {
    write(at, true)
}

/// As [`path`] for people: without numbers where it is the first.
#[must_use]
pub fn short_path(at: &At) -> String {
    write(at, false)
}

fn write(at: &At, exact: bool) -> String {
    let mut path = String::new();
    if at.segment == [0; 3] {
        return path;
    }
    let wants = |number: u32| number > 1 || (exact && number > 0);
    // What does not look like an id may be text of a patient.
    let id = if segment_id::is_proper(at.segment) { at.segment } else { *b"???" };
    path.extend(id.iter().map(|&b| char::from(b)));
    // Writing to memory does not fail.
    if wants(at.occurrence) {
        _ = write!(path, "[{}]", at.occurrence);
    }
    if at.field > 0 {
        _ = write!(path, "-{}", at.field);
        if wants(at.repetition) {
            _ = write!(path, "[{}]", at.repetition);
        }
    }
    for number in [at.component, at.subcomponent] {
        if number == 0 {
            break;
        }
        _ = write!(path, ".{number}");
    }
    path
}

/// The name of what a finding is about: as the model has it, else as the standard.
#[must_use]
pub fn name_of<'a>(subject: &Subject<'_>, finding: &'a Finding<'_>) -> Option<&'a str> {
    match describe::name(&finding.problem) {
        "" => name(subject.version, &finding.at),
        name => Some(name),
    }
}

/// The standard's name of what stands at a place, as `version` has it.
#[must_use]
pub fn name(version: Version, at: &At) -> Option<&'static str> {
    let segment = standard().segment_or_newest(version, &at.segment)?;
    if at.field == 0 {
        return Some(segment.name());
    }
    let Field { name, data_type, .. } = segment.field(at.field.into())?;
    if at.component == 0 {
        return Some(name);
    }
    let component = standard().data_type(version, data_type)?.component(at.component.into())?;
    if at.subcomponent == 0 {
        return Some(component.name);
    }
    let part = standard().data_type(version, component.data_type)?;
    Some(part.component(at.subcomponent.into())?.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_queries() {
        let at = At { segment: *b"OBX", occurrence: 1, field: 5, repetition: 1, ..At::default() };
        assert_eq!((path(&at).as_str(), short_path(&at).as_str()), ("OBX[1]-5[1]", "OBX-5"));
        let at = At { occurrence: 2, repetition: 3, component: 4, subcomponent: 2, ..at };
        assert_eq!((path(&at), short_path(&at)), ("OBX[2]-5[3].4.2".into(), path(&at)));
        assert_eq!(path(&At::default()), "");
        assert!(path(&at).parse::<crate::core::Path>().is_ok());
    }

    #[test]
    fn what_is_no_id_is_not_told() {
        let at = At { segment: *b"Doe", occurrence: 1, ..At::default() };
        assert_eq!(path(&at), "???[1]");
    }

    #[test]
    fn names_of_every_depth() {
        let name = |field, component, subcomponent| {
            let at = At { segment: *b"PID", field, component, subcomponent, ..At::default() };
            super::name(Version::V2_5_1, &at)
        };
        assert_eq!(name(0, 0, 0), Some("Patient Identification"));
        assert_eq!(name(3, 0, 0), Some("Patient Identifier List"));
        assert_eq!(name(3, 4, 0), Some("Assigning Authority"));
        assert_eq!(name(3, 4, 2), Some("Universal ID"));
        assert_eq!(name(99, 0, 0), None);
        assert_eq!(name(8, 2, 0), None);
    }
}
