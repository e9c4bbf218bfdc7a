//! The checker itself: a valid Bundle passes, and each single fault put into it is found, by the
//! words that name it.

use crate::r4::{check, orphans, parse};
use serde_json::{Value, json};

const VALID: &str = include_str!("../fhir/valid.json");
const MUTATIONS: &str = include_str!("../fhir/mutations.tsv");

fn valid() -> Value {
    parse(VALID.as_bytes()).unwrap()
}

/// Puts a value where the pointer says, or takes away what is there.
fn change(bundle: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match (bundle.pointer_mut(parent).unwrap(), value) {
        (Value::Object(object), Some(value)) => _ = object.insert(key.to_owned(), value),
        (Value::Object(object), None) => _ = object.remove(key).unwrap(),
        (Value::Array(list), Some(value)) => list[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer} is no place to change"),
    }
}

#[test]
fn the_valid_bundle_passes() {
    assert_eq!(check(&valid()), [""; 0]);
    assert_eq!(orphans(&valid()), [""; 0]);
}

#[test]
fn each_single_fault_is_found() {
    let mut count = 0;
    let mut missed = Vec::new();
    for line in MUTATIONS.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let [place, value, words] = columns[..] else { panic!("not three columns: {line}") };
        let mut bundle = valid();
        let value = (value != "-").then(|| serde_json::from_str(value).unwrap());
        change(&mut bundle, &place.replace('|', "/resource"), value);
        let problems = check(&bundle);
        if !problems.iter().any(|problem| problem.contains(words)) {
            missed.push(format!("{line}: {problems:?}"));
        }
        count += 1;
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(count > 130, "only {count} faults");
}

#[test]
fn requests_suit_their_resources() {
    let mut bundle = valid();
    change(&mut bundle, "/type", Some("transaction".into()));
    for i in 0..bundle["entry"].as_array().unwrap().len() {
        let resource = &bundle["entry"][i]["resource"];
        let text = |name: &str| resource[name].as_str().unwrap().to_owned();
        let url = format!("{}/{}", text("resourceType"), text("id"));
        bundle["entry"][i]["request"] = json!({"method": "PUT", "url": url});
    }
    assert_eq!(check(&bundle), [""; 0]);
    for (pointer, value) in [
        ("/entry/1/request/url", json!("Patient/1")),
        ("/entry/1/request/url", json!("Patient")),
        ("/entry/1/request/method", json!("POST")),
        ("/entry/1/request/method", json!("DELETE")),
    ] {
        let mut changed = bundle.clone();
        change(&mut changed, pointer, Some(value));
        assert!(!check(&changed).is_empty(), "{pointer}");
    }
}

#[test]
fn what_nothing_refers_to_is_an_orphan() {
    let mut bundle = valid();
    change(&mut bundle, "/entry/0/resource/focus/0/reference", Some(json!("urn:uuid:gone")));
    change(&mut bundle, "/entry/14/resource/participant/0/onBehalfOf", None);
    change(&mut bundle, "/entry/9/resource/target/0/reference", Some(json!("urn:uuid:gone")));
    assert_eq!(orphans(&bundle), ["entry[8] \"Organization\"", "entry[9] \"Provenance\""]);
}
