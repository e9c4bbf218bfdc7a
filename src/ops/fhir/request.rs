//! How an entry of a transaction or batch asks a server to keep it.

use super::context::Ref;
use super::kind::Kind;
use super::map::pid;
use super::settings::Upsert;
use super::uri::percent_encoded;
use serde_json::Value;
use std::cmp::Reverse;

/// What many messages tell of, and a server may know by an identifier under an id of its own.
const SHARED: [Kind; 5] =
    [Kind::Patient, Kind::Practitioner, Kind::Organization, Kind::Location, Kind::Encounter];

/// The member `request` for a resource, with a comma before it: PUT under its id, or POST for one
/// that the server may know by its identifier (R4, section 3.1.0.8.1).
pub(super) fn of(resource: &[u8], own: Ref, upsert: Upsert) -> Vec<u8> {
    let query = match upsert {
        Upsert::Conditional if SHARED.contains(&own.kind) => query(own.kind, resource),
        _ => None,
    };
    let mut out = Vec::with_capacity(128);
    out.extend_from_slice(b",\"request\":{\"method\":\"");
    out.extend_from_slice(if query.is_some() { b"POST" } else { b"PUT" });
    out.extend_from_slice(b"\",\"url\":\"");
    out.extend_from_slice(own.kind.name().as_bytes());
    if let Some(query) = query {
        out.extend_from_slice(b"\",\"ifNoneExist\":\"");
        out.extend_from_slice(&query);
    } else {
        out.push(b'/');
        own.id.write(&mut out);
    }
    out.extend_from_slice(b"\"}");
    out
}

/// The search for the first identifier that has a system; for a patient that of the best type, as ids
/// are made of it.
fn query(kind: Kind, resource: &[u8]) -> Option<Vec<u8>> {
    let resource: Value = serde_json::from_slice(resource).ok()?;
    let identifiers = resource.get("identifier")?.as_array()?;
    let pair = |one: &Value| {
        let text = |name| one.get(name).and_then(Value::as_str).map(str::to_owned);
        let of_type = one.pointer("/type/coding/0/code").and_then(Value::as_str);
        let rank = match kind {
            Kind::Patient => pid::rank(of_type.unwrap_or_default().as_bytes()),
            _ => 0,
        };
        Some((rank, text("system")?, text("value")?))
    };
    let pairs = identifiers.iter().filter_map(pair);
    let (_, system, value) = pairs.min_by_key(|(rank, ..)| Reverse(*rank))?;
    // What has a meaning in a search is escaped (R4, section 3.1.1.4.0.2), then what has one in a
    // URL.
    let encoded = |text: &str| {
        let mut escaped = Vec::new();
        for byte in text.bytes() {
            if b"\\$,|".contains(&byte) {
                escaped.push(b'\\');
            }
            escaped.push(byte);
        }
        percent_encoded(&escaped).into_owned()
    };
    Some([b"identifier=", &encoded(&system)[..], b"%7C", &encoded(&value)].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_is_for_system_and_value() {
        let patient =
            br#"{"identifier":[{"value":"1"},{"system":"http://h.example/a","value":"A|2 b"}]}"#;
        assert_eq!(
            query(Kind::Patient, patient).as_deref(),
            Some(&b"identifier=http%3A%2F%2Fh.example%2Fa%7CA%5C%7C2%20b"[..])
        );
        let family =
            br#"{"identifier":[{"system":"urn:b","value":"7","type":{"coding":[{"code":"HC"}]}},
            {"system":"urn:h","value":"1","type":{"coding":[{"code":"MR"}]}}]}"#;
        let found = query(Kind::Patient, family);
        assert_eq!(found.as_deref(), Some(&b"identifier=urn%3Ah%7C1"[..]));
        assert_eq!(query(Kind::Patient, br#"{"identifier":[{"value":"1"}]}"#), None);
        assert_eq!(query(Kind::Patient, b"{}"), None);
    }
}
