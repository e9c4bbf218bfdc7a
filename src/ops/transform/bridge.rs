//! Messages of one version as messages of another.
//!
//! `upgrade` leaves alone what is of that version or a later one, `downgrade` what is of that or an
//! earlier one. Else what changes is what the standard says must, and nothing else:
//!
//! * MSH-12.1 becomes the version.
//! * MSH-9.3, the message structure, exists from 2.3.1 on. It becomes that of the trigger event in
//!   the new version, if the standard has one; in an older version it goes.
//! * Fields that were withdrawn, and for which the standard names another that takes their values
//!   ([`SUCCESSORS`]): their values become further repetitions of that one.
//!
//! A CE is a CWE as it stands, an ST an ID: data types that were replaced by wider ones need no
//! change. Fields that were withdrawn without a successor stay where they are, for that loses
//! nothing; so do those that an older version does not know.

use super::Fault;
use super::map::put;
use crate::core::Segment;
use crate::dictionary::{Version, standard};

/// A field that was withdrawn, and the field that takes its values.
#[derive(Clone, Copy)]
struct Successor {
    segment: &'static [u8; 3],
    field: usize,
    /// The version in which it was withdrawn.
    since: Version,
    to: usize,
    /// What kind of identifier it held, which the values now must tell (component 5 of a CX, HL7
    /// table 0203); empty if they are CX already.
    kind: &'static [u8],
}

/// The rules, from what HL7 v2.7, chapter 3, says of PID-2, PID-4, PID-19, PID-20, MRG-2, MRG-4.
static SUCCESSORS: [Successor; 6] = {
    use Version::V2_7;
    [
        Successor { segment: b"PID", field: 2, since: V2_7, to: 3, kind: b"" },
        Successor { segment: b"PID", field: 4, since: V2_7, to: 3, kind: b"" },
        Successor { segment: b"PID", field: 19, since: V2_7, to: 3, kind: b"SS" },
        Successor { segment: b"PID", field: 20, since: V2_7, to: 3, kind: b"DL" },
        Successor { segment: b"MRG", field: 2, since: V2_7, to: 1, kind: b"" },
        Successor { segment: b"MRG", field: 4, since: V2_7, to: 1, kind: b"" },
    ]
};

/// A statement that makes messages ones of another version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bridge {
    pub(super) to: Version,
    /// Only from an older one, or only from a newer one.
    pub(super) upgrade: bool,
}

impl Bridge {
    /// The segments that change, by their numbers.
    pub(super) fn changes(self, segments: &[Segment<'_>]) -> Result<Vec<(usize, Vec<u8>)>, Fault> {
        let before = segments.first().and_then(version_of);
        let there = before
            .is_some_and(|before| if self.upgrade { before >= self.to } else { before <= self.to });
        if there { Ok(Vec::new()) } else { to(self.to, before, segments) }
    }
}

/// The version that a message says it is of.
fn version_of(header: &Segment<'_>) -> Option<Version> {
    Version::from_msh12(header.field(12)?.repetition(1)?.component(1)?.raw())
}

/// The segments that change when a message of the version `before` becomes one of another.
fn to(
    version: Version,
    before: Option<Version>,
    segments: &[Segment<'_>],
) -> Result<Vec<(usize, Vec<u8>)>, Fault> {
    let Some(header) = segments.first() else { return Ok(Vec::new()) };
    let s = header.separators();
    let component = |field: usize, n: usize| {
        let found = header.field(field)?.repetition(1)?.component(n)?;
        Some(found.raw())
    };
    let mut changed = Vec::new();

    let mut fields: Vec<Vec<u8>> =
        header.raw().split(|&b| b == s.field).map(<[u8]>::to_vec).collect();
    let name = version.to_string();
    let at = 11;
    if fields.len() <= at {
        fields.resize(at + 1, Vec::new());
    }
    fields[at] = with_component(&fields[at], s.component, 1, Some(name.as_bytes()));
    let [code, event] = [1, 2].map(|n| component(9, n).unwrap_or_default());
    if let Some(kind) = fields.get_mut(8).filter(|kind| !kind.is_empty()) {
        if version < Version::V2_3_1 {
            *kind = with_component(kind, s.component, 3, None);
        } else if let Some(structure) = standard().structure_of_event(version, code, event)
            && s.component != s.field
        {
            *kind = with_component(kind, s.component, 3, Some(structure.as_bytes()));
        }
    }
    changed.push((0, fields.join(&s.field)));

    for (index, segment) in segments.iter().enumerate().skip(1) {
        let rules = SUCCESSORS.iter().filter(|rule| {
            segment.has_id(*rule.segment)
                && version >= rule.since
                && before.is_none_or(|before| before < rule.since)
        });
        let mut bytes: Option<Vec<u8>> = None;
        for rule in rules {
            let current = bytes.as_deref().unwrap_or(segment.raw());
            if let Some(moved) = moved(Segment::new(current, s), rule)? {
                bytes = Some(moved);
            }
        }
        changed.extend(bytes.map(|bytes| (index, bytes)));
    }
    Ok(changed)
}

/// A segment in which the values of a field have become repetitions of its successor.
fn moved(segment: Segment<'_>, rule: &Successor) -> Result<Option<Vec<u8>>, Fault> {
    let s = segment.separators();
    let values = segment.field(rule.field).map(|field| field.raw()).unwrap_or_default();
    if values.is_empty() {
        return Ok(None);
    }
    let missing = || Fault::of("the message has no delimiter for this place");
    let mut fields: Vec<&[u8]> = segment.raw().split(|&b| b == s.field).collect();
    let old = fields.get(rule.to).copied().unwrap_or_default();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    if !old.is_empty() {
        kept.extend(old.split(|&b| b == s.repetition && b != s.field).map(<[u8]>::to_vec));
    }
    for value in values.split(|&b| b == s.repetition && b != s.field) {
        if value == b"\"\"" || !s.has_value(value) {
            continue;
        }
        // A driver's licence has its own components, of which the first is the number.
        let value = match rule.kind {
            b"" => value.to_vec(),
            _ if s.component == s.field => return Err(missing()),
            // Of a driver's licence (DLN: number, state, end) the state becomes the jurisdiction,
            // CX.9, and its end that of the identifier, CX.8.
            kind => {
                let mut parts = value.split(|&b| b == s.component);
                let [number, state, end] = [(); 3].map(|()| parts.next().unwrap_or_default());
                let cx = [number, b"", b"", b"", kind, b"", b"", end, state];
                let last = cx.iter().rposition(|part| !part.is_empty()).unwrap_or(0);
                cx[..=last].join(&s.component)
            }
        };
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    if kept.len() > 1 && s.repetition == s.field {
        return Err(missing());
    }
    let joined = kept.join(&s.repetition);
    if let Some(field) = fields.get_mut(rule.field) {
        *field = b"";
    }
    if let Some(field) = fields.get_mut(rule.to) {
        *field = &joined;
    }
    Ok(Some(fields.join(&s.field)))
}

/// A value with another component `n`; without one, it and those behind it go.
fn with_component(value: &[u8], separator: u8, n: usize, new: Option<&[u8]>) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = value.split(|&b| b == separator).collect();
    match new {
        None => parts.truncate(n - 1),
        Some(new) => put(&mut parts, n - 1, new),
    }
    parts.join(&separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Usage;

    #[test]
    fn the_fields_are_withdrawn_in_that_version_and_not_before() {
        for rule in &SUCCESSORS {
            for version in Version::ALL {
                let field = standard().segment(version, rule.segment).and_then(|segment| {
                    segment.fields().get(rule.field - 1).map(|field| field.usage)
                });
                let name = rule.segment.escape_ascii();
                let withdrawn = field == Some(Usage::Withdrawn);
                assert_eq!(withdrawn, version >= rule.since, "{name}-{} {version}", rule.field);
            }
        }
    }

    #[test]
    fn a_licence_keeps_its_state_and_end() {
        let s = crate::core::Separators::default();
        let pid = b"PID|1||1^^^A||||||||||||||||||X77^NY^20300101";
        let pid = Segment::new(&pid[..], s);
        let fields: Vec<_> = pid.raw().split(|&b| b == b'|').collect();
        let place = fields.iter().position(|field| field.starts_with(b"X77"));
        let rule = Successor { field: place.unwrap(), ..SUCCESSORS[3] };
        let new = moved(pid, &rule).ok().flatten().unwrap();
        assert!(
            new.starts_with(b"PID|1||1^^^A~X77^^^^DL^^^20300101^NY|"),
            "{}",
            new.escape_ascii()
        );
    }
}
