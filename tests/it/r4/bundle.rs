//! A Bundle: its entries, and what refers to what in it.

use super::primitive::is_absolute;
use super::walk::{self, Object, Reference, items};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// All problems of a Bundle, each with its place: `entry[2] Patient.gender: ...`.
pub(crate) fn check(bundle: &Value) -> Vec<String> {
    if bundle["resourceType"] != "Bundle" {
        return vec!["it is no Bundle".to_owned()];
    }
    let mut problems = walk::resource(bundle).problems;
    problems.extend(rules(bundle));
    let index = index(bundle);
    for (i, entry) in items(bundle.get("entry")).enumerate() {
        let Some(resource) = entry.get("resource") else { continue };
        let mut seen = walk::resource(resource);
        for reference in std::mem::take(&mut seen.references) {
            if let Some(problem) = refers(&reference, resource, &index) {
                seen.problem(&reference.path, problem);
            }
        }
        for (n, participant) in items(resource.get("participant")).enumerate() {
            let member = participant["member"]["reference"].as_str();
            let target = member.and_then(|url| index.get(url));
            if resource["resourceType"] == "CareTeam"
                && participant.get("onBehalfOf").is_some()
                && target.is_some_and(|t| t["resourceType"] != "Practitioner")
            {
                let place = format!("CareTeam.participant[{n}]");
                seen.problem(&place, "ctm-1: on behalf of, but no practitioner");
            }
        }
        problems.extend(seen.problems.into_iter().map(|problem| format!("entry[{i}] {problem}")));
    }
    problems
}

/// Places of entries that nothing ties to the first one, directly or through others.
pub(crate) fn orphans(bundle: &Value) -> Vec<String> {
    let index = index(bundle);
    let entries: Vec<_> = items(bundle.get("entry")).collect();
    let place: HashMap<*const Value, usize> =
        entries.iter().enumerate().map(|(i, e)| (&raw const e["resource"], i)).collect();
    let mut tied = vec![HashSet::new(); entries.len()];
    for (i, entry) in entries.iter().enumerate() {
        for reference in walk::resource(&entry["resource"]).references {
            let url = reference.value.get("reference").and_then(Value::as_str);
            if let Some(target) = url.and_then(|url| index.get(url)) {
                let j = place[&(*target as *const Value)];
                tied[i].insert(j);
                tied[j].insert(i);
            }
        }
    }
    let mut reached = HashSet::from([0]);
    let mut next = vec![0];
    while let Some(i) = next.pop() {
        next.extend(tied.get(i).into_iter().flatten().filter(|j| reached.insert(**j)));
    }
    let is_alone = |i: &usize| !reached.contains(i);
    (0..entries.len())
        .filter(is_alone)
        .map(|i| format!("entry[{i}] {}", entries[i]["resource"]["resourceType"]))
        .collect()
}

/// Resources by all that may refer to them: `urn:uuid:...`, `Patient/...`.
fn index(bundle: &Value) -> HashMap<String, &Value> {
    let mut found = HashMap::new();
    for entry in items(bundle.get("entry")) {
        let Some(resource) = entry.get("resource") else { continue };
        if let Some(url) = entry["fullUrl"].as_str() {
            found.insert(url.to_owned(), resource);
        }
        let (kind, id) = (resource["resourceType"].as_str(), resource["id"].as_str());
        if let (Some(kind), Some(id)) = (kind, id) {
            found.insert(format!("{kind}/{id}"), resource);
        }
    }
    found
}

/// What is wrong with a reference.
fn refers(
    reference: &Reference<'_>,
    resource: &Value,
    index: &HashMap<String, &Value>,
) -> Option<String> {
    let url = reference.value.get("reference")?.as_str()?;
    let target = match url.strip_prefix('#') {
        Some("") => Some(resource),
        Some(id) => items(resource.get("contained")).find(|r| r["id"] == id),
        None => index.get(url).copied(),
    };
    let Some(target) = target else { return Some(format!("refers to {url}, which is not there")) };
    let kind = target["resourceType"].as_str().unwrap_or_default();
    if reference.value.get("type").is_some_and(|stated| stated != kind) {
        return Some(format!("is of another type than its target, {kind}"));
    }
    let fits = reference.targets.is_empty() || reference.targets.contains(&kind);
    (!fits).then(|| format!("may not refer to {kind}"))
}

/// Invariants of a Bundle (`bdl-1` to `bdl-12`), and how its entries are named.
fn rules(bundle: &Value) -> Vec<String> {
    let kind = bundle["type"].as_str().unwrap_or_default();
    let entries: Vec<_> = items(bundle.get("entry")).collect();
    let mut problems = Vec::new();
    let mut problem = |holds: bool, words: &str| {
        if !holds {
            problems.push(format!("Bundle: {words}"));
        }
    };
    let all_or_none = |name: &str, kinds: &[&str]| {
        entries.iter().all(|e| e.get(name).is_some() == kinds.contains(&kind))
    };
    let first = entries.first().map(|e| &e["resource"]["resourceType"]);
    let is_document = kind == "document";
    problem(
        bundle.get("total").is_none() || ["searchset", "history"].contains(&kind),
        "bdl-1: a total of what is no search",
    );
    problem(
        entries.iter().all(|e| e.get("search").is_none()) || kind == "searchset",
        "bdl-2: search of what is no search",
    );
    problem(
        all_or_none("request", &["batch", "transaction", "history"]),
        "bdl-3: requests are for transactions and batches",
    );
    problem(
        all_or_none("response", &["batch-response", "transaction-response", "history"]),
        "bdl-4: responses are for answers",
    );
    problem(
        entries
            .iter()
            .all(|e| ["resource", "request", "response"].iter().any(|n| e.get(n).is_some())),
        "bdl-5: an entry with nothing in it",
    );
    let mut urls = HashSet::new();
    problem(
        entries.iter().filter_map(|e| e.get("fullUrl")).all(|url| urls.insert(url.as_str())),
        "bdl-7: a fullUrl stands twice",
    );
    problem(
        entries.iter().all(|e| !e["fullUrl"].as_str().unwrap_or_default().contains("/_history/")),
        "bdl-8: a fullUrl of a version",
    );
    problem(!is_document, "a converter makes no documents");
    problem(
        kind != "message" || first.is_some_and(|name| name == "MessageHeader"),
        "bdl-12: the first entry of a message is its header",
    );
    for (i, entry) in entries.iter().enumerate() {
        problems.extend(entry_rules(entry).map(|words| format!("Bundle.entry[{i}]: {words}")));
    }
    problems
}

fn entry_rules(entry: &Value) -> impl Iterator<Item = &'static str> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (url, id) = (text(&entry["fullUrl"]), text(&entry["resource"]["id"]));
    let kind = text(&entry["resource"]["resourceType"]);
    let request: Option<&Object> = entry.get("request").and_then(Value::as_object);
    let url_of = |request: &Object| request.get("url").map(&text).unwrap_or_default();
    // An update by a search has no id in the resource: the server has it (R4, section 3.1.0.7.1).
    let is_searched =
        request.is_some_and(|request| url_of(request).starts_with(&format!("{kind}?identifier=")));
    let suits = |request: &Object| match request.get("method").and_then(Value::as_str) {
        Some("PUT") if is_searched => id.is_empty(),
        Some("PUT") => request.get("url") == Some(&format!("{kind}/{id}").into()),
        Some("POST") => request.get("url") == Some(&kind.clone().into()),
        _ => false,
    };
    [
        (is_absolute(&url), "the fullUrl is no absolute URI"),
        (is_searched || url == format!("urn:uuid:{id}"), "the fullUrl and the id differ"),
        (request.is_none_or(suits), "the request does not suit the resource"),
    ]
    .into_iter()
    .filter_map(|(holds, words)| (!holds).then_some(words))
}
