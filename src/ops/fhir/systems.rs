//! The URIs of coding systems and of authorities, which messages call by names.

use super::hash::ByName;
use super::uri::{Uri, percent_encoded};
use crate::core::uuid::is_uuid;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Names of table 0396 and such as are in use, with the URIs that HL7 Terminology has for them (its
/// NamingSystems). A name that has none there, such as `ISO+`, is not here.
static KNOWN: LazyLock<Uris> = LazyLock::new(|| uris(include_str!("systems.tsv")));

/// OIDs of coding systems and of authorities for which FHIR has URIs, which count before an OID (R4, section 4.3.0.2):
/// those of the systems in [`KNOWN`] and of some of HL7 version 3, as HL7 Terminology has them.
static OIDS: LazyLock<Uris> = LazyLock::new(|| uris(include_str!("oids.tsv")));

/// URIs by names.
type Uris = HashMap<&'static [u8], &'static str, ByName>;

/// Reads lines of a name, a tab and a URI.
fn uris(lines: &'static str) -> Uris {
    let pairs = lines.lines().filter_map(|line| line.split_once('\t'));
    pairs.map(|(name, uri)| (name.as_bytes(), uri)).collect()
}

/// What the OIDs of the tables of HL7 v2 begin with.
const TABLES: &[u8] = b"2.16.840.1.113883.12.";

/// The URI of a table of HL7 v2, up to its number of four digits.
pub(super) const TABLE: &[u8] = b"http://terminology.hl7.org/CodeSystem/v2-";

/// The URIs that a site has for names.
#[derive(Clone, Debug, Default)]
pub struct Systems {
    named: HashMap<Vec<u8>, Vec<u8>>,
}

impl Systems {
    /// Adds the URI of a name.
    ///
    /// # Errors
    /// When it is no absolute URI.
    pub fn add(&mut self, name: &str, uri: &str) -> Result<(), String> {
        if !is_uri(uri.as_bytes()) {
            return Err("an absolute URI is expected, such as http://hospital.example/codes".into());
        }
        self.named.insert(name.as_bytes().to_vec(), uri.as_bytes().to_vec());
        Ok(())
    }

    /// The URI that the site has for a name.
    pub(crate) fn own(&self, name: &[u8]) -> Option<&[u8]> {
        // Most sites have none, and need no hash to know.
        if self.named.is_empty() {
            return None;
        }
        self.named.get(name).map(Vec::as_slice)
    }
}

/// The URI of a name (`LN`, `HL70203`, `99LAB`), an OID or a URI; and whether it is a known one,
/// and not `urn:id:` with the name. `None` for an empty name.
pub(crate) fn uri_of<'n>(own: &'n Systems, name: &'n [u8]) -> Option<(Uri<'n>, bool)> {
    let name = name.trim_ascii();
    if name.is_empty() {
        return None;
    }
    if let Some(uri) = own.own(name) {
        return Some((Uri::there(uri), true));
    }
    let capitals = || name.iter().any(u8::is_ascii_lowercase).then(|| name.to_ascii_uppercase());
    if let Some(uri) = KNOWN.get(name).or_else(|| KNOWN.get(&capitals()?[..])) {
        return Some((Uri::there(uri.as_bytes()), true));
    }
    if let Some(table) = table_number(name) {
        return Some((Uri::of(TABLE, &table), true));
    }
    let oid = name.strip_prefix(b"urn:oid:").unwrap_or(name);
    if is_oid(oid) {
        return Some((uri_of_oid(oid), true));
    }
    if is_uri(name) {
        return Some((Uri::there(name), true));
    }
    Some((own_uri(name), false))
}

/// The URI of a system of the sender's own, though its name is that of another one.
pub(crate) fn own_uri(name: &[u8]) -> Uri<'_> {
    let oid = name.strip_prefix(b"urn:oid:").unwrap_or(name);
    match is_oid(oid) {
        true => Uri::of(b"urn:oid:", oid),
        false => Uri::of(b"urn:id:", &percent_encoded(name)),
    }
}

/// The URI of an OID: what FHIR calls it, else `urn:oid:`.
pub(crate) fn uri_of_oid(oid: &[u8]) -> Uri<'_> {
    if let Some(uri) = OIDS.get(oid) {
        return Uri::there(uri.as_bytes());
    }
    match oid.strip_prefix(TABLES).and_then(four_digits) {
        Some(table) => Uri::of(TABLE, &table),
        None => Uri::of(b"urn:oid:", oid),
    }
}

/// Whether a URI is that of a table of HL7 v2.
pub(crate) fn is_of_hl7(uri: &[u8]) -> bool {
    uri.starts_with(TABLE)
}

/// Whether a URI shows the name that it was made of.
pub(crate) fn shows(uri: &[u8], name: &[u8]) -> bool {
    let name = name.trim_ascii();
    name.is_empty()
        || uri.ends_with(name)
        || uri.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name))
}

/// The four digits of `HL7nnnn`, whose zeros may be missing.
fn table_number(name: &[u8]) -> Option<[u8; 4]> {
    let rest = name.strip_prefix(b"HL7").or_else(|| name.strip_prefix(b"hl7"))?;
    four_digits(rest.trim_ascii_start().strip_prefix(b"-").unwrap_or(rest).trim_ascii_start())
}

/// A number of one to four digits with zeros before it.
fn four_digits(digits: &[u8]) -> Option<[u8; 4]> {
    if !(1..=4).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut number = *b"0000";
    number[4 - digits.len()..].copy_from_slice(digits);
    Some(number)
}

/// Whether text is an OID as FHIR has it (R4, section 2.24.0.1): arcs without leading zeros, of
/// which the first is 0, 1 or 2.
pub(crate) fn is_oid(text: &[u8]) -> bool {
    if !matches!(text.first(), Some(b'0'..=b'2')) {
        return false;
    }
    let mut arcs = text.split(|&b| b == b'.');
    let is_arc = |arc: &[u8]| {
        !arc.is_empty() && arc.iter().all(u8::is_ascii_digit) && (arc == b"0" || arc[0] != b'0')
    };
    matches!(arcs.next(), Some(b"0" | b"1" | b"2")) && arcs.clone().count() >= 1 && arcs.all(is_arc)
}

/// Whether text is an absolute URI of a kind that identifies systems: `http:`, `https:`, `urn:`,
/// with a known namespace in a form that this has.
pub(crate) fn is_uri(text: &[u8]) -> bool {
    // Most names can be told by one byte.
    if !matches!(text.first(), Some(b'u' | b'h')) {
        return false;
    }
    let allowed = |b: &u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(b);
    if !text.iter().all(allowed) {
        return false;
    }
    if let Some(oid) = text.strip_prefix(b"urn:oid:") {
        return is_oid(oid);
    }
    if let Some(uuid) = text.strip_prefix(b"urn:uuid:") {
        return is_uuid(uuid) && !uuid.iter().any(u8::is_ascii_uppercase);
    }
    if let Some(rest) = text.strip_prefix(b"urn:") {
        return rest.iter().position(|&b| b == b':').is_some_and(|n| n > 1 && n + 1 < rest.len());
    }
    let rest = text.strip_prefix(b"http://").or_else(|| text.strip_prefix(b"https://"));
    rest.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(name: &str) -> String {
        let systems = Systems::default();
        let (uri, _) = uri_of(&systems, name.as_bytes()).unwrap();
        String::from_utf8(uri.to_vec()).unwrap()
    }

    #[test]
    fn names_have_uris() {
        assert_eq!(uri("LN"), "http://loinc.org");
        assert_eq!(uri("SCT"), "http://snomed.info/sct");
        assert_eq!(uri("ucum"), "http://unitsofmeasure.org");
        // As HL7 Terminology has them; ATC of table 0396 is the American Type Culture Collection.
        assert_eq!(uri("SNT"), "http://terminology.hl7.org/CodeSystem/SNT");
        assert_eq!(uri("I9"), "http://terminology.hl7.org/CodeSystem/icd9");
        assert_eq!(uri("I9C"), "http://hl7.org/fhir/sid/icd-9-cm");
        assert_eq!(uri("ICDO"), "http://terminology.hl7.org/CodeSystem/icd-o");
        assert_eq!(uri("ICDO3"), "http://terminology.hl7.org/CodeSystem/icd-o-3");
        assert_eq!(uri("WC"), "http://www.whocc.no/atc");
        assert_eq!(uri("ATC"), "urn:id:ATC");
        assert_eq!(uri("ISO+"), "urn:id:ISO%2B");
        assert_eq!(uri("SCT2"), "urn:id:SCT2");
        assert_eq!(uri("HL70203"), "http://terminology.hl7.org/CodeSystem/v2-0203");
        assert_eq!(uri("HL7 78"), "http://terminology.hl7.org/CodeSystem/v2-0078");
        assert_eq!(uri("2.16.840.1.113883.6.1"), "http://loinc.org");
        assert_eq!(uri("urn:oid:2.16.840.1.113883.6.96"), "http://snomed.info/sct");
        assert_eq!(uri("2.16.840.1.113883.4.6"), "http://hl7.org/fhir/sid/us-npi");
        let null = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
        assert_eq!(uri("2.16.840.1.113883.5.1008"), null);
        let yes_or_no = "http://terminology.hl7.org/CodeSystem/v2-0136";
        assert_eq!(uri("2.16.840.1.113883.12.136"), yes_or_no);
        assert_eq!(uri("2.16.840.1.113883.12.292"), "http://hl7.org/fhir/sid/cvx");
        assert_eq!(uri("1.2.840.99"), "urn:oid:1.2.840.99");
        assert_eq!(uri("http://h.example/x"), "http://h.example/x");
        assert_eq!(uri("99 LAB"), "urn:id:99%20LAB");
        assert_eq!(uri("1.02.3"), "urn:id:1.02.3");
        assert_eq!(uri("urn:oid:3.1"), "urn:id:urn%3Aoid%3A3.1");
        assert!(uri_of(&Systems::default(), b" ").is_none());
    }

    #[test]
    fn a_site_has_its_own() {
        let mut systems = Systems::default();
        systems.add("99LAB", "http://lab.example/codes").unwrap();
        assert!(systems.add("X", "lab codes").is_err());
        let (uri, known) = uri_of(&systems, b"99LAB").unwrap();
        assert_eq!((&*uri, known), (&b"http://lab.example/codes"[..], true));
    }
}
