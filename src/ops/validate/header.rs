//! What MSH says of the message as a whole: version, type, structure, processing id (rules MSG).

use super::content::Walk;
use super::finding::{At, Problem};
use super::model::MessageDef;
use super::rule::{Rule, Severity};
use super::standard;
use crate::core::Segment;
use crate::dictionary::{self, Version};
use std::borrow::Cow;

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

/// Version, processing id, and the number of delimiters.
pub(super) fn check(walk: &mut Walk<'_, '_>, header: Segment<'_>) {
    check_version(walk, header);
    let encoding = header.field(2).map_or(&b""[..], |field| field.raw());
    if encoding.len() == 5 && walk.model.version < Version::V2_7 && !walk.model.is_profile {
        let wrong = "has a fifth character, which marks truncation from version 2.7 on".into();
        let problem = Problem::Plain { wrong, expected: "four characters".into() };
        walk.report_as(Rule::Enc1, at(2, 0), encoding, Some(Severity::Warning), problem);
    }
    check_processing_id(walk, header);
}

/// MSH-12 names a version.
fn check_version(walk: &mut Walk<'_, '_>, header: Segment<'_>) {
    let written = component(header, 12, 1);
    let (wrong, usual) = match Version::from_msh12(written) {
        // That it has to be there is another rule.
        None if written.is_empty() => {
            ("is empty; the message is held against the newest version", Some(Severity::Info))
        }
        None => ("is no version of HL7 v2; the message is held against the newest", None),
        Some(version) if written == version.to_string().as_bytes() => return,
        Some(Version::NEWEST) => ("is a version newer than the dictionary", Some(Severity::Info)),
        Some(_) => ("is a version that was never published", Some(Severity::Warning)),
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
            let wrong = "is not in its table".into();
            let expected = format!("a code of table {}", table.id()).into();
            walk.report(Rule::Msg4, at(11, n as u16), written, Problem::Plain { wrong, expected });
        }
    }
}

/// The structure of a message in the standard, by its event or else by MSH-9.3; and what is to be
/// said of MSH-9.
pub(super) fn structure(
    walk: &mut Walk<'_, '_>,
    header: Segment<'_>,
    evn: Option<Segment<'_>>,
) -> Option<&'static MessageDef> {
    let [code, mut event, named] = [1, 2, 3].map(|n| component(header, 9, n));
    let version = walk.model.version;
    if event.is_empty() && version == Version::V2_1 {
        // Before 2.2 the event stood in EVN-1 alone.
        event = evn.and_then(|evn| evn.field(1)).map_or(b"", |field| field.raw());
    }
    let known = dictionary::standard();
    let mapped = known.structure_of_event(version, code, event).filter(|_| !code.is_empty());
    let found = match mapped {
        Some(id) => standard::message(version, id.as_bytes()),
        None => standard::message(version, named),
    };
    let mut report =
        |component: u16, part: &[u8], usual, wrong: Cow<'static, str>, expected: &'static str| {
            let problem = Problem::Plain { wrong, expected: expected.into() };
            walk.report_as(Rule::Msg1, at(9, component), part, usual, problem);
        };
    match mapped {
        // Before 2.3.1 there is no MSH-9.3.
        Some(id) if !named.is_empty() && named != id.as_bytes() => {
            report(3, named, None, "is not the structure of this trigger event".into(), id);
        }
        Some(_) => {}
        None if code.is_empty() => {
            let wrong = "names no message type; the structure is not checked";
            report(0, b"", Some(Severity::Info), wrong.into(), "a message type and event");
        }
        None => {
            let unchecked = if found.is_some() { "" } else { "; the structure is not checked" };
            let is_site = code[0] == b'Z' || event.first() == Some(&b'Z');
            let is_listed = [("0076", code), ("0003", event)].into_iter().all(|(table, code)| {
                known.table(table).is_some_and(|table| table.code(version, code).is_some())
            });
            let wrong = match known_in(code, event) {
                _ if is_site => format!("is a message type and event of a site{unchecked}"),
                _ if is_listed => format!("has no structure in the dictionary{unchecked}"),
                Some(other) => format!(
                    "is a message type and event of version {other}, and not of {version}{unchecked}"
                ),
                None => format!("is no message type and event of the standard{unchecked}"),
            };
            let usual = (is_site || is_listed).then_some(Severity::Info);
            report(1, code, usual, wrong.into(), "");
        }
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
