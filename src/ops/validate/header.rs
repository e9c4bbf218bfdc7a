//! What MSH says of the message as a whole: version, type, structure, processing id (rules MSG).

use super::content::Walk;
use super::finding::{At, Problem};
use super::model::MessageDef;
use super::rule::{Rule, Severity};
use super::standard;
use crate::core::Segment;
use crate::dictionary::{self, Version};

/// Component `n` of field `field` of MSH, blanks around it aside; empty if there is none.
pub(super) fn component(header: Segment<'_>, field: usize, n: usize) -> &[u8] {
    let found = header.field(field).and_then(|f| f.repetition(1)).and_then(|r| r.component(n));
    found.map_or(b"", |c| c.raw().trim_ascii())
}

/// The version that MSH-12 names, or the newest; and whether it is newer than the dictionary.
pub(super) fn version(header: Segment<'_>) -> (Version, bool) {
    let written = component(header, 12, 1);
    let Some(version) = Version::from_msh12(written) else { return (Version::NEWEST, false) };
    let is_newer = version == Version::NEWEST && written != version.to_string().as_bytes();
    (version, is_newer)
}

fn at(field: u16, component: u16) -> At {
    At {
        line: 1,
        segment: *b"MSH",
        occurrence: 1,
        field,
        repetition: 1,
        component,
        subcomponent: 0,
    }
}

/// Version and processing id.
pub(super) fn check(walk: &mut Walk<'_, '_>, header: Segment<'_>) {
    check_version(walk, header);
    check_processing_id(walk, header);
}

/// MSH-12 names a version.
fn check_version(walk: &mut Walk<'_, '_>, header: Segment<'_>) {
    let written = component(header, 12, 1);
    if written.is_empty() {
        return;
    }
    let (wrong, usual) = match Version::from_msh12(written) {
        None => ("not a version of HL7 v2", None),
        Some(version) if written == version.to_string().as_bytes() => return,
        Some(Version::NEWEST) => ("a version newer than the dictionary", Some(Severity::Info)),
        Some(_) => ("a version that was never published", Some(Severity::Warning)),
    };
    let expected = format!("one from 2.1 to {}", Version::NEWEST).into();
    walk.report_as(
        Rule::Msg2,
        at(12, 1),
        written,
        usual,
        Problem::Plain { wrong: wrong.into(), expected },
    );
}

/// MSH-11 is a processing id with or without a processing mode (tables 0103, 0207).
fn check_processing_id(walk: &mut Walk<'_, '_>, header: Segment<'_>) {
    for (n, table) in [(1, "0103"), (2, "0207")] {
        let written = component(header, 11, n);
        let known = dictionary::standard().table(table);
        let Some(table) = known.filter(|t| t.is_listed(walk.model.version)) else { continue };
        if !written.is_empty() && table.code(walk.model.version, written).is_none() {
            let wrong = "the code is not in its table".into();
            let expected = format!("a code of table {}", table.id()).into();
            walk.report(Rule::Msg4, at(11, n as u16), written, Problem::Plain { wrong, expected });
        }
    }
}

/// The structure of a message in the standard, by its event or else by MSH-9.3, and whether the two
/// agree.
pub(super) fn structure(
    walk: &mut Walk<'_, '_>,
    header: Segment<'_>,
) -> Option<&'static MessageDef> {
    let [code, event, named] = [1, 2, 3].map(|n| component(header, 9, n));
    let version = walk.model.version;
    let mapped = if code.is_empty() {
        None
    } else {
        dictionary::standard().structure_of_event(version, code, event)
    };
    let found = match mapped {
        Some(id) => standard::message(version, id.as_bytes()),
        None => standard::message(version, named),
    };
    let problem = |wrong: &'static str, expected: String| Problem::Plain {
        wrong: wrong.into(),
        expected: expected.into(),
    };
    match mapped {
        // Before 2.3.1 there is no MSH-9.3.
        Some(id) if !named.is_empty() && named != id.as_bytes() => {
            let problem = problem("not the structure of this trigger event", id.to_owned());
            walk.report(Rule::Msg1, at(9, 3), named, problem);
        }
        None if !code.is_empty() => {
            let problem = match known_in(code, event) {
                Some(other) => problem(
                    "a message type and event that this version does not have",
                    format!("version {other} has it"),
                ),
                None if found.is_some() => problem(
                    "a message type and event that the standard does not have",
                    String::new(),
                ),
                None => problem(
                    "a message type and event that the standard does not have; \
                     the structure is not checked",
                    String::new(),
                ),
            };
            let usual = (code[0] == b'Z' || event.first() == Some(&b'Z')).then_some(Severity::Info);
            walk.report_as(Rule::Msg1, at(9, 1), code, usual, problem);
        }
        _ => {}
    }
    found
}

/// The oldest version that has a message type and event.
fn known_in(code: &[u8], event: &[u8]) -> Option<Version> {
    let has = |version: &Version| {
        dictionary::standard().structure_of_event(*version, code, event).is_some()
    };
    Version::ALL.into_iter().find(has)
}
