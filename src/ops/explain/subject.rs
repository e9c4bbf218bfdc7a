//! What is asked about: a segment, a field and its parts, a data type, a code table, a message.

use crate::dictionary::{Version, standard};
use std::fmt;

/// What the standard is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The thing.
    pub of: Thing,
    /// A code of its table whose meaning is asked for.
    pub code: Option<String>,
}

/// A thing that the standard defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A segment or data type as a whole: `PID`, `CX`.
    Named(String),
    /// A part of a field, component and subcomponent 0 if it is all of it: `PID-3`, `PID-3.4.1`.
    Field(String, [usize; 3]),
    /// A component of a data type, and 0 or its subcomponent: `CX.4`, `CX.4.1`.
    Component(String, [usize; 2]),
    /// A code table by its four digits: `0203`, `HL70203`.
    Table(String),
    /// A message structure: `ADT_A01`.
    Structure(String),
    /// A message by type and event: `ADT^A04`.
    Message(String, String),
}

/// Why a text asks about nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSubject;

impl fmt::Display for NoSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "it is none of: a segment (PID), a path (PID-3, PID-3.5), a data type (CX, CX.4), a table \
             (0203), a message (ADT^A04) or its structure (ADT_A01), or one with a code (PID-8=F); \
             what has a name is found by `pipehat paths | grep -i NAME`",
        )
    }
}

impl std::str::FromStr for Subject {
    type Err = NoSubject;

    /// Letters may be of either case; indices of segments and repetitions, which mean the same
    /// everywhere, are passed over: `obx[2]-5[1]` is `OBX-5`.
    fn from_str(text: &str) -> Result<Self, NoSubject> {
        let (name, code) = split(text.trim()).ok_or(NoSubject)?;
        if code == Some("") {
            return Err(NoSubject);
        }
        let (name, code) = (name.to_ascii_uppercase(), code.map(str::to_owned));
        Ok(Self { of: thing(&name).ok_or(NoSubject)?, code })
    }
}

fn thing(name: &str) -> Option<Thing> {
    let digits = name.strip_prefix("HL7").unwrap_or(name);
    if (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Thing::Table(format!("{digits:0>4}")));
    }
    if let Some((code, event)) = name.split_once('^') {
        let event = event.split('^').next().unwrap_or_default();
        return (is_id(code, 3..=3) && is_id(event, 3..=3))
            .then(|| Thing::Message(code.to_owned(), event.to_owned()));
    }
    if let Some((segment, numbers)) = name.split_once('-') {
        let numbers = numbers_of(numbers)?;
        return is_id(segment, 3..=3).then(|| Thing::Field(segment.to_owned(), numbers));
    }
    if let Some((id, numbers)) = name.split_once('.') {
        let numbers = numbers_of(numbers)?;
        // Paths have a point there, too.
        if is_segment(id) {
            return Some(Thing::Field(id.to_owned(), numbers));
        }
        let [component, subcomponent, 0] = numbers else { return None };
        return is_id(id, 2..=6)
            .then(|| Thing::Component(id.to_owned(), [component, subcomponent]));
    }
    if name.len() > 3 && name.contains('_') && !name.starts_with("CM_") {
        return is_id(name, 3..=20).then(|| Thing::Structure(name.to_owned()));
    }
    is_id(name, 2..=12).then(|| Thing::Named(name.to_owned()))
}

/// Whether an id is that of a segment in some version, and of no data type.
fn is_segment(id: &str) -> bool {
    let mut views = Version::ALL.into_iter().map(|version| standard().version(version));
    views.clone().any(|view| view.segment(id.as_bytes()).is_some())
        && !views.any(|view| view.data_type(id).is_some())
}

/// Up to three numbers from 1 between points, 0 for those that are not there.
fn numbers_of(text: &str) -> Option<[usize; 3]> {
    let mut numbers = [0; 3];
    let mut written = text.split('.');
    for (number, written) in numbers.iter_mut().zip(written.by_ref()) {
        *number = written.parse().ok().filter(|&n| (1..=999).contains(&n))?;
    }
    written.next().is_none().then_some(numbers)
}

fn is_id(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A name without what stands in brackets, and what comes behind an equals sign.
fn split(text: &str) -> Option<(String, Option<&str>)> {
    let mut name = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '=']) {
        name.push_str(&rest[..at]);
        let (sign, after) = rest[at..].split_at(1);
        if sign == "=" {
            return Some((name, Some(after)));
        }
        rest = after.split_once(']')?.1;
    }
    name.push_str(rest);
    Some((name, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Thing> {
        text.parse::<Subject>().ok().map(|subject| subject.of)
    }

    #[test]
    fn a_point_stands_behind_a_segment_too() {
        assert_eq!(read("PID.8"), Some(Thing::Field("PID".to_owned(), [8, 0, 0])));
        assert_eq!(read("pid.3.4.2"), Some(Thing::Field("PID".to_owned(), [3, 4, 2])));
        assert_eq!(read("CX.4"), Some(Thing::Component("CX".to_owned(), [4, 0])));
    }

    #[test]
    fn reads_what_people_write() {
        let field = |id: &str, n| Some(Thing::Field(id.to_owned(), n));
        assert_eq!(read("PID-3"), field("PID", [3, 0, 0]));
        assert_eq!(read("pid-3.4.1"), field("PID", [3, 4, 1]));
        assert_eq!(read("OBX[2]-5[1].2"), field("OBX", [5, 2, 0]));
        assert_eq!(read("PID-3[5=MR].1"), field("PID", [3, 1, 0]));
        assert_eq!(read("CX.4"), Some(Thing::Component("CX".into(), [4, 0])));
        assert_eq!(read("PID"), Some(Thing::Named("PID".into())));
        assert_eq!(read("CM_MSG"), Some(Thing::Named("CM_MSG".into())));
        for table in ["0076", "76", "HL70076"] {
            assert_eq!(read(table), Some(Thing::Table("0076".into())), "{table}");
        }
        assert_eq!(read("ADT_A01"), Some(Thing::Structure("ADT_A01".into())));
        assert_eq!(read("ADT^A04"), Some(Thing::Message("ADT".into(), "A04".into())));
        assert_eq!(read("ADT^A04^ADT_A01"), Some(Thing::Message("ADT".into(), "A04".into())));
        let coded: Option<Subject> = "PID-8=F".parse().ok();
        assert_eq!(coded.and_then(|s| s.code).as_deref(), Some("F"));
    }

    #[test]
    fn refuses_what_is_nothing() {
        for text in [
            "",
            "P",
            "PID-",
            "PID-0",
            "PID-3.",
            "PID-1.2.3.4",
            "PID-x",
            "12345",
            "PID-3=",
            "[",
            "a b",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
