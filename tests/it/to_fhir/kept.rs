//! Nothing is lost: each value of a message stands in its Bundle, in a resource or an extension.

use super::{generated, valid};
use crate::fhir_path::find;
use crate::inputs::fixture;
use crate::program::pipehat;
use crate::r4;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// Escape sequences, which stand for something else than they are.
static ESCAPES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\[^\\]*\\").unwrap());

/// Letters and digits, in lower case: what is left of a value however it is written.
fn flat(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What attachments hold, which is base64 in JSON.
fn attached(value: &Value, out: &mut String) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| attached(item, out)),
        Value::Object(object) => {
            let data = object.get("data").and_then(Value::as_str).map(|data| STANDARD.decode(data));
            if let Some(Ok(bytes)) = data {
                *out += &flat(&String::from_utf8_lossy(&bytes));
            }
            object.values().for_each(|item| attached(item, out));
        }
        _ => {}
    }
}

/// What is written otherwise in FHIR: code systems, kinds of ids, uses of telephones, encodings.
const OTHERWISE: [(&str, &str); 8] = [
    ("i10", "sidicd10"),
    ("i10c", "sidicd10cm"),
    ("i9c", "sidicd9cm"),
    ("sct", "snomed"),
    ("iso", "urnoid"),
    ("prn", "home"),
    ("wpn", "work"),
    ("base64", "data"),
];

/// Of a time, its day is enough, for its zone may be another.
fn is_kept(value: &str, kept: &str) -> bool {
    let is_time = value.len() >= 8 && value.bytes().all(|b| b.is_ascii_digit());
    let table = value.strip_prefix("hl7").filter(|n| n.len() == 4);
    kept.contains(value)
        || is_time && kept.contains(&value[..8])
        || OTHERWISE.iter().any(|(name, other)| *name == value && kept.contains(other))
        || table.is_some_and(|n| kept.contains(&format!("codesystemv2{n}")))
}

/// Places of values of three or more letters and digits that the Bundle does not have.
fn missing(message: &str, bundle: &str) -> (usize, Vec<String>) {
    let mut kept = flat(bundle) + " ";
    attached(&r4::parse(bundle.as_bytes()).unwrap(), &mut kept);
    let (mut count, mut lost) = (0, Vec::new());
    for segment in message.split(['\r', '\n']).filter(|segment| segment.len() > 3) {
        let (id, fields) = segment.split_at(3);
        let skipped = if id == "MSH" { 2 } else { 1 };
        for (n, field) in fields.split('|').enumerate().skip(skipped) {
            let n = n + usize::from(id == "MSH");
            for part in field.split(['~', '^', '&']).flat_map(|part| ESCAPES.split(part)) {
                let value = flat(part);
                if value.chars().count() >= 3 {
                    count += 1;
                    if !is_kept(&value, &kept) {
                        lost.push(format!("{id}-{n}"));
                    }
                }
            }
        }
    }
    (count, lost)
}

/// The share of values of these messages that is kept, and the places of the others.
#[track_caller]
fn share(args: &[&str], messages: &[String]) -> (f64, Vec<String>) {
    let args = [&["to-fhir", "-q", "--no-source"], args].concat();
    let out = pipehat(&args).stdin(messages.concat()).text();
    let mut all = 0;
    let mut lost = Vec::new();
    for (i, (message, line)) in messages.iter().zip(out.lines()).enumerate() {
        let (count, missing) = missing(message, line);
        all += count;
        lost.extend(missing.into_iter().map(|place| format!("message {} {place}", i + 1)));
    }
    assert!(all > 250, "{all} values");
    (1.0 - lost.len() as f64 / all as f64, lost)
}

fn of_fixtures() -> Vec<String> {
    let files = ["adt_a01", "oru_r01", "vxu_v04", "siu_s12", "mdm_t02", "oml_o21", "dft_p03"];
    files
        .iter()
        .map(|name| std::fs::read_to_string(fixture(&format!("{name}.hl7"))).unwrap())
        .collect()
}

#[test]
fn resources_hold_nine_values_of_ten() {
    let (share, lost) = share(&[], &of_fixtures());
    assert!(share >= 0.9, "{share}: {lost:?}");
}

#[test]
fn extensions_hold_the_rest() {
    // Each value is looked for in all of the Bundle, which takes its time: so not in all messages.
    let generated = generated::messages().into_iter().step_by(7).collect();
    for messages in [of_fixtures(), generated] {
        let (share, lost) = share(&["--unmapped", "extension"], &messages);
        let some = &lost[..lost.len().min(100)];
        assert!(share >= 0.99, "{share}, {} of them: {some:?}", lost.len());
    }
}

/// A query by example (chapter 5) has what is sought, which is no record: a patient of whom a number is asked
/// must not lose the name.
#[test]
fn what_is_sought_is_no_record() {
    let segments = "PID|1||P1^^^HOSP^MR\rPV1|1|I\rORC|NW|O1^HIS\rOBR|1|O1^HIS||A^A^L";
    for (event, is_query) in [
        ("QBP^Q11^QBP_Q11", true),
        ("QRY^A19", true),
        ("SQM^S25", true),
        ("RSP^K11^RSP_K11", false),
        ("ADR^A19", false),
    ] {
        let message =
            format!("MSH|^~\\&|A|B|C|D|20240501||{event}|1|P|2.5.1\rQPD|Q11|1\r{segments}\r\n");
        for args in [&["--bundle", "transaction"][..], &["--unmapped", "extension"]] {
            let out = pipehat(&[&["to-fhir", "-q"], args].concat()).stdin(message.clone()).run();
            let made = valid(&out).pop().unwrap();
            let kinds = ["Patient", "Encounter", "ServiceRequest"];
            let there = kinds.map(|kind| find(&made, &format!("{kind}.id")).len());
            assert_eq!(there, if is_query { [0; 3] } else { [1; 3] }, "{event}");
            let has_name = out.text().contains("PID-3[1].1") || out.text().contains("\"PID-3\"");
            assert_eq!(has_name, is_query && args[0] == "--unmapped", "{event}");
        }
    }
}

/// What has no place stands on the resource of its segment, though another segment told of that before.
#[test]
fn what_is_told_again_keeps_its_values_there() {
    let dg1 = "DG1|1||I10^Hypertension^I10|||F";
    let message = format!(
        "MSH|^~\\&|A|B|||20240501||ADT^A01|1|P|2.5.1\rPID|1||P1^^^H\rPV1|1|I\r{dg1}\r{dg1}|7\r\n"
    );
    let args = ["to-fhir", "-q", "--no-source", "--unmapped", "extension"];
    let made = valid(&pipehat(&args).stdin(message).run()).pop().unwrap();
    let ids = "extension(v2-field).extension(id).valueString";
    assert_eq!(find(&made, &format!("Patient.{ids}")), [""; 0]);
    let kept = find(&made, &format!("Condition.{ids}"));
    assert!(kept.contains(&"DG1[2]-7".to_owned()), "{kept:?}");
}

/// TX, FT and ST are one element, and so are CE and CWE: of which type a value was is told in an extension.
#[test]
fn the_type_of_a_value_is_kept() {
    for (kind, value) in
        [("ST", "a"), ("TX", "a"), ("FT", "a"), ("NM", "1"), ("SN", "^1"), ("CWE", "A^a^L")]
    {
        let message = format!(
            "MSH|^~\\&|A|B|||20240501||ORU^R01|1|P|2.5.1\rPID|1||P1^^^H^MR\rOBR|1||F1|8^Test^L\r\
             OBX|1|{kind}|8^Test^L||{value}||||||F\r\n"
        );
        let told = |unmapped: &str| {
            let args = ["to-fhir", "-q", "--no-source", "--unmapped", unmapped];
            let bundle = valid(&pipehat(&args).stdin(message.clone()).run()).remove(0);
            find(&bundle, "Observation.extension.extension.valueString")
        };
        let place = "OBX-2.1".to_owned();
        assert!(told("extension").windows(2).any(|pair| *pair == [place.clone(), kind.into()]));
        assert!(!told("none").contains(&place));
    }
}
