//! FHIR.

use super::messages;
use pipehat::core::TextOptions;
use pipehat::ops::fhir::{self, BundleKind, Converter, Ids, Upsert};

/// The rules of R4, as the tests have them.
#[allow(clippy::unwrap_used)]
#[path = "../../../tests/it/r4.rs"]
mod r4;

/// Any message becomes a valid Bundle, or resources that are, and every reference leads to an entry; the same
/// message gives the same bytes again, whatever was converted before.
pub fn to_fhir(data: &[u8]) {
    let plain = || fhir::Settings { source: false, ..fhir::Settings::default() };
    let mut settings = [
        fhir::Settings::default(),
        fhir::Settings { unmapped: true, bundle: BundleKind::Batch, ..plain() },
        fhir::Settings {
            bundle: BundleKind::Transaction,
            upsert: Upsert::Conditional,
            ids: Ids::Message,
            ..plain()
        },
        fhir::Settings { resources: true, ..plain() },
    ];
    settings[1].zones.add("Europe/Berlin").expect("a known zone");
    for settings in settings {
        let is_bundle = !settings.resources;
        let converter = Converter::new(settings);
        let mut memory = fhir::Memory::default();
        let mut report = fhir::Report::default();
        for message in messages(data) {
            let options = TextOptions::default();
            let (mut made, mut again) = (Vec::new(), Vec::new());
            let mut fresh = fhir::Memory::default();
            let done = converter.message(&message, options, &mut memory, &mut report, &mut made);
            let other = converter.message(&message, options, &mut fresh, &mut report, &mut again);
            assert_eq!((done, &made), (other, &again));
            assert!(done.is_err() || made.ends_with(b"\n"));
            let lines: Vec<_> = made.split_inclusive(|&b| b == b'\n').collect();
            assert!(!is_bundle || lines.len() == usize::from(done.is_ok()));
            for line in lines {
                let value = r4::parse(line).expect("JSON");
                assert_is_full(&value);
                if is_bundle {
                    assert_resolves(&value);
                    assert_eq!(r4::check(&value), [""; 0]);
                    assert_eq!(r4::orphans(&value), [""; 0]);
                } else {
                    assert_eq!(r4::problems(&value), [""; 0]);
                }
            }
        }
        for line in report.to_ndjson().split_inclusive(|&b| b == b'\n') {
            assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
        }
    }
}

/// Nothing in FHIR is empty (R4, section 2.6.2).
fn assert_is_full(value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            assert!(!members.is_empty());
            members.values().for_each(assert_is_full);
        }
        Value::Array(items) => {
            assert!(!items.is_empty());
            items.iter().filter(|item| !item.is_null()).for_each(assert_is_full);
        }
        Value::String(text) => assert!(!text.trim().is_empty()),
        _ => {}
    }
}

/// Every reference of a Bundle leads to an entry of it, and no two entries have one id.
fn assert_resolves(bundle: &serde_json::Value) {
    use serde_json::Value;
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("reference").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let entries = bundle["entry"].as_array().expect("entries");
    let mut known = std::collections::HashSet::new();
    for entry in entries {
        let resource = &entry["resource"];
        let name = entry["fullUrl"].as_str().expect("a name");
        let id = name.strip_prefix("urn:uuid:").expect("a UUID");
        // Without one the server finds it by an identifier.
        assert!(resource.get("id").is_none_or(|own| own == id), "{id} is not its own");
        let kind = resource["resourceType"].as_str().expect("a type");
        assert!(known.insert(format!("urn:uuid:{id}")), "{id} stands twice");
        known.insert(format!("{kind}/{id}"));
    }
    let mut found = Vec::new();
    references(bundle, &mut found);
    for reference in found {
        assert!(known.contains(reference), "{reference} leads nowhere");
    }
}
