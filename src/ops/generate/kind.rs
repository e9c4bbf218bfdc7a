//! Which messages are wanted, as users name them.

use super::story::{Kind, Message};
use crate::dictionary::{Version, VersionView, standard};
use std::fmt;

/// A kind of message that is wanted, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is wanted.
    pub what: What,
    /// How often among the others; without, in turn.
    pub weight: Option<u32>,
}

/// A kind of message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A type and trigger event: `ADT^A01`.
    Event(String, String),
    /// Any event of a structure, `ADT_A01`, or of a type without events, `ACK`.
    Structure(String),
    /// Every structure that the version has.
    All,
}

/// Why a text names no messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoType;

impl fmt::Display for NoType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a type and event (ADT^A01), a structure (ADT_A01) or `all` is expected, with =WEIGHT \
             (from 1) behind it if you like",
        )
    }
}

impl std::str::FromStr for Wanted {
    type Err = NoType;

    fn from_str(text: &str) -> Result<Self, NoType> {
        let (name, weight) = match text.split_once('=') {
            Some((name, weight)) => {
                (name, Some(weight.parse().ok().filter(|&weight| weight > 0).ok_or(NoType)?))
            }
            None => (text, None),
        };
        let is_id = |id: &str| {
            (3..=12).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        let mut parts = name.split('^');
        let code = parts.next().unwrap_or_default();
        let event = parts.next();
        // A structure behind the event says nothing more.
        if parts.next().is_some_and(|structure| !is_id(structure)) || parts.next().is_some() {
            return Err(NoType);
        }
        let upper = code.to_ascii_uppercase();
        let what = match event {
            _ if !is_id(code) => return Err(NoType),
            // `a01`; an event such as `Znn` is written as it is.
            Some(event) if event.ends_with(|c: char| c.is_ascii_digit()) && is_id(event) => {
                What::Event(upper, event.to_ascii_uppercase())
            }
            Some(event) if is_id(event) => What::Event(upper, event.to_owned()),
            Some(_) => return Err(NoType),
            None if code.eq_ignore_ascii_case("all") => What::All,
            None => What::Structure(code.to_owned()),
        };
        Ok(Self { what, weight })
    }
}

/// A kind of message that the version lacks, and what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

/// What a hospital sends, and how often.
const HOSPITAL: [(&str, &str, u32); 16] = [
    ("ADT", "A01", 6),
    ("ADT", "A02", 4),
    ("ADT", "A03", 6),
    ("ADT", "A04", 10),
    ("ADT", "A08", 20),
    ("ADT", "A31", 4),
    ("ORM", "O01", 12),
    ("OMG", "O19", 2),
    ("OML", "O21", 2),
    ("ORU", "R01", 24),
    ("SIU", "S12", 6),
    ("SIU", "S14", 2),
    ("MDM", "T02", 4),
    ("DFT", "P03", 5),
    ("RDE", "O11", 3),
    ("VXU", "V04", 3),
];

/// The messages of a hospital, as far as the version has them.
pub(super) fn hospital(version: Version) -> Vec<(Message, u32)> {
    let view = standard().version(version);
    let known = HOSPITAL
        .iter()
        .filter_map(|&(code, event, weight)| Some((message(view, code, event)?, weight)));
    known.collect()
}

/// The messages that are wanted, those of one structure together.
///
/// # Errors
/// If the version has no such messages.
pub(super) fn find(what: &What, version: Version) -> Result<Vec<Vec<Message>>, Unknown> {
    let view = standard().version(version);
    match what {
        What::Event(code, event) => match message(view, code, event) {
            Some(found) => Ok(vec![vec![found]]),
            None => Err(unknown(what, version)),
        },
        What::Structure(id) => {
            let wanted = [id.clone(), id.to_ascii_uppercase()];
            let known = view.structure_ids().find(|known| wanted.iter().any(|id| known == id));
            let found = known.map(|id| of_structure(view, id)).unwrap_or_default();
            if found.is_empty() { Err(unknown(what, version)) } else { Ok(vec![found]) }
        }
        What::All => {
            let all = view.structure_ids().map(|id| of_structure(view, id));
            Ok(all.filter(|found| !found.is_empty()).collect())
        }
    }
}

/// The messages that have a structure; none if the version gives its events another one.
fn of_structure(view: &'static VersionView, id: &'static str) -> Vec<Message> {
    let (code, event) = id.split_once('_').unwrap_or((id, ""));
    let event = if id == "ACK" { "A01" } else { event };
    let own = (code, event);
    let events = view.events_of(id).filter(|named| *named != own);
    let all = std::iter::once(own).chain(events);
    all.filter_map(|(code, event)| message(view, code, event))
        .filter(|message| message.structure == id)
        .collect()
}

/// A message of a type and event; `None` if the version has none.
fn message(view: &'static VersionView, code: &str, event: &str) -> Option<Message> {
    let structure = view.structure_of_event(code, event)?;
    // The dictionary has a structure that is two messages, one behind the other.
    let nodes = view.structure(structure)?.nodes();
    if nodes.iter().skip(1).any(|node| node.name() == "MSH") {
        return None;
    }
    let kind = match code {
        "ORU" | "OUL" | "OPU" | "ORF" | "VXU" | "VXR" | "RAS" | "RDS" => Kind::Result,
        "ORM" | "OMG" | "OML" | "OMP" | "OMI" | "OMD" | "OMS" | "OMN" | "OMB" | "RDE" => {
            Kind::Order
        }
        _ if code.starts_with("OR") || code.starts_with("RR") => Kind::Answer,
        _ => Kind::Other,
    };
    Some(Message { code: own(code), event: own(event), structure, kind })
}

/// A text for the life of the program; there are as many as types and events.
fn own(text: &str) -> &'static str {
    use std::collections::HashSet;
    use std::sync::{LazyLock, Mutex, PoisonError};
    static KNOWN: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match known.get(text) {
        Some(found) => found,
        None => {
            let leaked: &'static str = text.to_owned().leak();
            known.insert(leaked);
            leaked
        }
    }
}

/// Says what a version has instead.
fn unknown(what: &What, version: Version) -> Unknown {
    let (name, code) = match what {
        What::Event(code, event) => (format!("{code}^{event}"), code.as_str()),
        What::Structure(id) => (id.clone(), id.split('_').next().unwrap_or_default()),
        What::All => (String::new(), ""),
    };
    let others = Version::ALL.into_iter().filter(|v| find_quietly(what, *v));
    let others: Vec<&str> = others.map(Version::as_str).collect();
    let view = standard().version(version);
    let mut all: Vec<(&str, &str)> = view
        .structure_ids()
        .flat_map(|id| of_structure(view, id))
        .map(|message| (message.code, message.event))
        .collect();
    all.sort_unstable();
    all.dedup();
    let of_code: Vec<&str> = all.iter().filter(|m| m.0 == code).map(|m| m.1).collect();
    let there_is = if of_code.is_empty() {
        let mut codes: Vec<&str> = all.iter().map(|message| message.0).collect();
        codes.dedup();
        format!("it has {}", codes.join(" "))
    } else {
        format!("of {code} it has {}", of_code.join(" "))
    };
    let elsewhere = match others.as_slice() {
        [] => String::new(),
        others => format!("; versions with it: {}", others.join(" ")),
    };
    Unknown(format!("version {version} has no {name}; {there_is}{elsewhere}"))
}

fn find_quietly(what: &What, version: Version) -> bool {
    let view = standard().version(version);
    match what {
        What::Event(code, event) => message(view, code, event).is_some(),
        What::Structure(id) => view.structure_ids().any(|known| known == id),
        What::All => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let read = |text: &str| text.parse::<Wanted>().ok();
        let event = |code: &str, event: &str| What::Event(code.to_owned(), event.to_owned());
        assert_eq!(read("adt^A01"), Some(Wanted { what: event("ADT", "A01"), weight: None }));
        let weighted = Wanted { what: event("ORU", "R01"), weight: Some(5) };
        assert_eq!(read("ORU^R01^ORU_R01=5"), Some(weighted));
        let structure = Wanted { what: What::Structure("ADT_A01".into()), weight: None };
        assert_eq!(read("ADT_A01"), Some(structure));
        assert_eq!(read("all").map(|wanted| wanted.what), Some(What::All));
        for text in ["", "A", "ADT^", "ADT^A01=", "ADT^A01=x", "ADT^A01=-1", "A B", "ADT^A01^x^y"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn says_what_there_is() {
        let wanted: Wanted = "ADT^A40".parse().unwrap();
        let why = find(&wanted.what, Version::V2_1).unwrap_err().to_string();
        assert!(why.starts_with("version 2.1 has no ADT^A40; of ADT it has A01 "), "{why}");
        assert!(why.contains("; versions with it: 2.3"), "{why}");
    }
}
