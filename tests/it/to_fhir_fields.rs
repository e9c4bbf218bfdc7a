//! What each field that the HL7 V2-to-FHIR guide 1.0.0 maps becomes, from `tests/fhir/fields.tsv`, and
//! what those become that it does not map, from `tests/fhir/beyond.tsv` (docs/fhir-deviations.md).
//!
//! A line `@SEG` has what a segment holds where a row says nothing else. A line `##` begins a map
//! of the guide: its name, the type of the message (MSH-9), the segments after MSH. A row has the
//! field, its value, a path (see `fhir_path`; ` or ` stands between two where the guide leaves it
//! open) and what is found there: `*` anything, `~words`
//! something with these words in it; then what else stands in the message (`PV1-2=P ; PV2-3=X`).
//! The field is a segment's name where the guide maps the segment as such. The path `!` says that
//! R4 cannot hold the field, and why; then `--unmapped extension` keeps it.

use crate::fhir_path::find;
use crate::program::pipehat;
use crate::r4;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const TABLE: &str = include_str!("../fhir/fields.tsv");
const BEYOND: &str = include_str!("../fhir/beyond.tsv");

struct Row {
    map: &'static str,
    field: &'static str,
    value: &'static str,
    path: &'static str,
    expected: &'static str,
    message: Vec<u8>,
}

fn rows(table: &'static str) -> Vec<Row> {
    let mut defaults = HashMap::new();
    let mut map = ["", "", ""];
    let mut rows = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let columns: Vec<_> = line.split('\t').collect();
        if let Some(segment) = line.strip_prefix('@') {
            defaults.insert(&segment[..3], columns[1]);
        } else if let Some(name) = columns[0].strip_prefix("## ") {
            map = [name, columns[1], columns[2]];
        } else {
            let [field, value, path, expected] = columns[..4] else { panic!("{line}") };
            let id = format!("F{}", rows.len() + 1);
            let own = if field.contains('-') { format!("{field}={value}") } else { String::new() };
            let more = columns.get(4).copied().unwrap_or_default();
            let given =
                [&format!("MSH-9={}", map[1]), &format!("MSH-10={id}"), more, &own].join(" ; ");
            let message = message(&format!("MSH {}", map[2]), &defaults, &given);
            rows.push(Row { map: map[0], field, value, path, expected, message });
        }
    }
    rows
}

/// A message of these segments.
fn message(segments: &str, defaults: &HashMap<&str, &'static str>, given: &str) -> Vec<u8> {
    let mut message = Vec::new();
    let mut used = BTreeSet::new();
    for segment in segments.split(' ') {
        let mut fields = BTreeMap::new();
        let usual = defaults.get(segment).copied().unwrap_or_default();
        for (place, value) in [usual, given].into_iter().flat_map(assignments) {
            let (id, number) = place.split_once('-').unwrap();
            if id == segment {
                fields.insert(number.parse::<usize>().unwrap(), value);
                used.insert(place);
            }
        }
        message.extend_from_slice(segment.as_bytes());
        let first = if segment == "MSH" { 2 } else { 1 };
        fields.entry(first).or_insert(if segment == "MSH" { "^~\\&" } else { "" });
        for n in first..=*fields.keys().max().unwrap() {
            message.push(b'|');
            message.extend_from_slice(fields.get(&n).copied().unwrap_or_default().as_bytes());
        }
        message.push(b'\r');
    }
    for (place, _) in assignments(given) {
        assert!(used.contains(place), "no segment for {place} in {segments}");
    }
    message.push(b'\n');
    message
}

fn assignments(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(" ; ").filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap())
}

/// The Bundles of all rows, in one run.
fn bundles(rows: &[Row], args: &[&str]) -> Vec<Value> {
    let input: Vec<u8> = rows.iter().flat_map(|row| row.message.clone()).collect();
    let out = pipehat(&[&["to-fhir"], args].concat()).stdin(input).run();
    assert_eq!(out.code, 0, "{}", out.stderr);
    let found: Vec<_> = out.text().lines().map(|l| r4::parse(l.as_bytes()).unwrap()).collect();
    assert_eq!(found.len(), rows.len());
    found
}

/// What is at the paths of a row.
fn found(row: &Row, bundle: &Value) -> Vec<String> {
    row.path.split(" or ").flat_map(|path| find(bundle, path)).collect()
}

fn is_found(row: &Row, found: &[String]) -> bool {
    match (row.expected, row.expected.strip_prefix('~')) {
        ("*", _) => !found.is_empty(),
        (_, Some(words)) => found.iter().any(|text| text.contains(words)),
        (expected, None) => found.iter().any(|text| text == expected),
    }
}

/// The guide maps 398 fields, and ten segments as such, in 590 pairs of a field and a map.
#[test]
fn all_fields_of_the_guide_have_a_row() {
    let rows = rows(TABLE);
    let pairs: BTreeSet<_> = rows.iter().map(|row| (row.field, row.map)).collect();
    let places: BTreeSet<_> = rows.iter().map(|row| row.field).collect();
    let fields = places.iter().filter(|place| place.contains('-')).count();
    assert_eq!((fields, places.len(), pairs.len()), (398, 408, 590));
}

#[test]
fn each_field_arrives_where_the_guide_says() {
    arrives(TABLE);
}

#[test]
fn fields_beyond_the_guide_arrive_too() {
    arrives(BEYOND);
}

#[track_caller]
fn arrives(table: &'static str) {
    let rows: Vec<_> = rows(table).into_iter().filter(|row| row.path != "!").collect();
    let mut lost = BTreeMap::<_, Vec<_>>::new();
    for (row, bundle) in rows.iter().zip(bundles(&rows, &[])) {
        let problems = r4::check(&bundle);
        if !problems.is_empty() {
            let words =
                format!("  {}={}: not valid: {}", row.field, row.value, problems.join("; "));
            lost.entry(row.map).or_default().push(words);
        }
        let there = found(row, &bundle);
        if !is_found(row, &there) {
            let Row { field, value, path, expected, .. } = row;
            let words = format!("  {field}={value}: {path} is not {expected} but {there:?}");
            lost.entry(row.map).or_default().push(words);
        }
    }
    let count: usize = lost.values().map(Vec::len).sum();
    let report: String =
        lost.iter().map(|(map, rows)| format!("{map}\n{}\n", rows.join("\n"))).collect();
    assert!(lost.is_empty(), "{count} of {} rows:\n{report}", rows.len());
}

/// What R4 cannot hold is kept.
#[test]
fn what_has_no_place_is_kept_on_request() {
    let rows: Vec<_> = rows(TABLE).into_iter().filter(|row| row.path == "!").collect();
    assert!(!rows.is_empty());
    for (row, bundle) in
        rows.iter().zip(bundles(&rows, &["--unmapped", "extension", "--no-source"]))
    {
        assert_eq!(r4::check(&bundle), [""; 0], "{}", row.field);
        let kept = bundle.to_string();
        for part in row.value.split(['^', '&', '~']).filter(|part| !part.is_empty()) {
            assert!(kept.contains(part), "{}: {part} is gone", row.field);
        }
    }
}
