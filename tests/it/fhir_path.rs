//! Paths into the resources of a Bundle, for tests: a small language of our own.
//!
//! `Patient.name[use=official].family` goes from all Patients down; arrays are walked by
//! themselves. `[1]` takes the second item of an array, `[path=value]` what has that value there,
//! `extension(NAME)` the extensions whose URL is NAME or ends with `/NAME`, `**` all that is
//! below. ` -> Practitioner` goes on at the resource of that type that a reference names.

use serde_json::Value;

/// The values at a path, as text.
pub(crate) fn find(bundle: &Value, path: &str) -> Vec<String> {
    let entries = bundle["entry"].as_array().into_iter().flatten();
    let resources = entries.map(|entry| &entry["resource"]).chain([bundle]).collect();
    let (first, rest) = path.split_at(legs(path)[0].len());
    let start = of_type(resources, first);
    from(bundle, start.0, &format!("{}{rest}", start.1)).into_iter().map(text).collect()
}

/// The resources of the type that a leg begins with, and the rest of the leg.
fn of_type<'b, 'p>(resources: Vec<&'b Value>, leg: &'p str) -> (Vec<&'b Value>, &'p str) {
    let end = leg.find(['.', '[']).unwrap_or(leg.len());
    let is_it = |r: &&Value| r["resourceType"] == leg[..end];
    (resources.into_iter().filter(is_it).collect(), leg[end..].trim_start_matches('.'))
}

/// The values at a path from these values on.
fn from<'b>(bundle: &'b Value, values: Vec<&'b Value>, path: &str) -> Vec<&'b Value> {
    let legs = legs(path);
    let mut found = walk(bundle, values, legs[0]);
    for leg in &legs[1..] {
        let targets = found.into_iter().filter_map(|reference| resolve(bundle, reference));
        let (resources, rest) = of_type(targets.collect(), leg);
        found = walk(bundle, resources, rest);
    }
    found
}

fn resolve<'b>(bundle: &'b Value, reference: &Value) -> Option<&'b Value> {
    let url = reference["reference"].as_str()?;
    bundle["entry"].as_array()?.iter().find_map(|entry| {
        let resource = &entry["resource"];
        let (kind, id) = (resource["resourceType"].as_str()?, resource["id"].as_str()?);
        (entry["fullUrl"] == url || format!("{kind}/{id}") == url).then_some(resource)
    })
}

fn walk<'b>(bundle: &'b Value, values: Vec<&'b Value>, path: &str) -> Vec<&'b Value> {
    let mut found = values;
    for step in split(path, ".").into_iter().filter(|step| !step.is_empty()) {
        let (name, mut filters) = step.split_at(step.find('[').unwrap_or(step.len()));
        found = found.into_iter().flat_map(|value| children(value, name)).collect();
        while !filters.is_empty() {
            let end = closing(filters);
            found = keep(bundle, found, &filters[1..end]);
            filters = &filters[end + 1..];
        }
        found = found.into_iter().flat_map(items).collect();
    }
    found
}

/// What an object has under a name; an array is kept whole, so that an item of it can be chosen.
fn children<'b>(value: &'b Value, name: &str) -> Vec<&'b Value> {
    if name.is_empty() {
        return vec![value];
    }
    if name == "**" {
        let below = value.as_object().into_iter().flat_map(|object| object.values());
        let below = below.flat_map(items);
        return below.flat_map(|v| [vec![v], children(v, name)].concat()).collect();
    }
    let Some(url) = name.strip_prefix("extension(").and_then(|n| n.strip_suffix(')')) else {
        return value.get(name).into_iter().collect();
    };
    let is_it = |extension: &&Value| {
        let own = extension["url"].as_str().unwrap_or_default();
        own == url || own.ends_with(&format!("/{url}"))
    };
    items(&value["extension"]).into_iter().filter(is_it).collect()
}

fn keep<'b>(bundle: &'b Value, found: Vec<&'b Value>, filter: &str) -> Vec<&'b Value> {
    if let Ok(n) = filter.parse::<usize>() {
        return found.into_iter().filter_map(|value| value.get(n)).collect();
    }
    let path = split(filter, "=")[0];
    let wanted = &filter[path.len() + 1..];
    let has =
        |value: &&Value| from(bundle, vec![value], path).into_iter().any(|v| text(v) == wanted);
    found.into_iter().flat_map(items).filter(has).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn items(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

fn legs(path: &str) -> Vec<&str> {
    split(path, " -> ")
}

/// Splits a path where no bracket is open.
fn split<'p>(path: &'p str, by: &str) -> Vec<&'p str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, c) in path.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ if depth == 0 && path[i..].starts_with(by) => {
                parts.push(&path[start..i]);
                start = i + by.len();
            }
            _ => {}
        }
    }
    parts.push(&path[start..]);
    parts
}

/// Where the bracket closes that the text begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    let found = text.find(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        depth == 0
    });
    found.unwrap()
}

#[test]
fn paths_find_what_they_name() {
    let bundle = serde_json::json!({"resourceType": "Bundle", "type": "message", "entry": [
        {"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient", "id": "p",
            "name": [{"use": "official", "family": "Doe", "given": ["Jo", "Ann"]},
                     {"use": "nickname", "given": ["J"]}],
            "_birthDate": {"extension": [{"url": "http://x/birthTime", "valueString": "now"}]},
            "extension": [{"url": "http://x/origin", "extension": [{"url": "code", "valueDecimal": 1.5}]}]}},
        {"fullUrl": "urn:uuid:e", "resource": {"resourceType": "Encounter", "id": "e",
            "subject": {"reference": "urn:uuid:p"},
            "participant": [
                {"type": [{"coding": [{"code": "ATND"}]}], "individual": {"reference": "Practitioner/d"}},
                {"type": [{"coding": [{"code": "REF"}]}], "individual": {"reference": "urn:uuid:p"}}]}},
        {"fullUrl": "urn:uuid:d", "resource": {"resourceType": "Practitioner", "id": "d",
            "name": [{"family": "House"}]}}]});
    for (path, found) in [
        ("Bundle.type", &["message"][..]),
        ("Patient.name.given", &["Jo", "Ann", "J"]),
        ("Patient.name[use=official].family", &["Doe"]),
        ("Patient.name[1].given", &["J"]),
        ("Patient.name.given[1]", &["Ann"]),
        ("Patient._birthDate.extension(birthTime).valueString", &["now"]),
        ("Patient.extension(origin).extension(code).valueDecimal", &["1.5"]),
        ("Patient.**.valueString", &["now"]),
        ("Patient.gender", &[]),
        ("Encounter.subject -> Patient.name.family", &["Doe"]),
        ("Encounter.subject -> Practitioner.name.family", &[]),
        (
            "Encounter.participant[type.coding.code=ATND].individual -> Practitioner.name.family",
            &["House"],
        ),
        ("Encounter.participant[individual -> Patient.name.family=Doe].type.coding.code", &["REF"]),
        ("Encounter[subject -> Patient.name[use=official].family=Doe].id", &["e"]),
        ("Encounter[subject -> Patient.name.family=Roe].id", &[]),
    ] {
        assert_eq!(find(&bundle, path), found, "{path}");
    }
}
