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

/// What one message tells all of and another no more than the number: an order the container of its specimen, a
/// result the account. These are known by their identifiers, so that a number alone takes nothing away.
const NUMBERED: [Kind; 2] = [Kind::Account, Kind::Specimen];

/// What messages of ADT maintain, and those about staff.
const MAINTAINED: [Kind; 3] = [Kind::Patient, Kind::Encounter, Kind::Practitioner];

/// The request for an entry.
pub(super) struct Request {
    /// The member `request`, with a comma before it.
    pub(super) json: Vec<u8>,
    /// The server knows what is updated by its identifier alone, and has an id for it, which may be another.
    pub(super) is_nameless: bool,
}

/// The request for a resource: PUT under its id, or POST for one that the server may know by its identifier, or
/// PUT to whatever has that (R4, sections 3.1.0.8.1 and 3.1.0.7.1).
pub(super) fn of(resource: &[u8], own: Ref, upsert: Upsert) -> Request {
    let is_numbered = NUMBERED.contains(&own.kind);
    let is_shared = upsert != Upsert::Put && (is_numbered || SHARED.contains(&own.kind));
    let resource: Option<Value> =
        is_shared.then(|| serde_json::from_slice(resource).ok()).flatten();
    let query = resource.as_ref().and_then(|resource| query(own.kind, resource));
    let is_maintained = upsert == Upsert::Maintain && MAINTAINED.contains(&own.kind);
    let updates = (is_maintained || is_numbered)
        && resource.is_some_and(|resource| tells_all(own.kind, &resource));
    let is_post = query.is_some() && !updates;
    let is_nameless = query.is_some() && updates;
    let mut out = Vec::with_capacity(128);
    out.extend_from_slice(b",\"request\":{\"method\":\"");
    out.extend_from_slice(if is_post { b"POST" } else { b"PUT" });
    out.extend_from_slice(b"\",\"url\":\"");
    out.extend_from_slice(own.kind.name().as_bytes());
    match query {
        Some(query) => {
            out.extend_from_slice(if updates { b"?" } else { b"\",\"ifNoneExist\":\"" });
            out.extend_from_slice(&query);
        }
        None => {
            out.push(b'/');
            own.id.write(&mut out);
        }
    }
    out.extend_from_slice(b"\"}");
    Request { json: out, is_nameless }
}

/// Whether what a message tells may take the place of all that was told before. A merge or a link may have no more
/// of a patient than numbers; that one is merged into another is all of it, and that an account is closed. Whether
/// somebody works there is told of staff alone (STF-7).
fn tells_all(kind: Kind, resource: &Value) -> bool {
    let has = |name| resource.get(name).is_some();
    match kind {
        Kind::Patient => has("name") || resource.get("active") == Some(&Value::Bool(false)),
        Kind::Practitioner => has("active"),
        Kind::Account => {
            has("coverage")
                || has("guarantor")
                || resource.get("status") == Some(&"inactive".into())
        }
        Kind::Specimen => {
            let of_number = ["resourceType", "id", "meta", "identifier", "subject", "request"];
            let members = resource.as_object().into_iter().flatten();
            members.into_iter().any(|(name, _)| !of_number.contains(&name.as_str()))
        }
        _ => true,
    }
}

/// The search for the first identifier that has a system; for a patient that of the best type, as ids
/// are made of it.
fn query(kind: Kind, resource: &Value) -> Option<Vec<u8>> {
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

    fn query(kind: Kind, resource: &[u8]) -> Option<Vec<u8>> {
        super::query(kind, &serde_json::from_slice(resource).unwrap())
    }

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
