//! `pipehat to-fhir`: whatever comes in, what goes out is valid FHIR R4.

#[path = "to_fhir/changes.rs"]
mod changes;
#[path = "to_fhir/dosage.rs"]
mod dosage;
#[path = "to_fhir/finance.rs"]
mod finance;
#[path = "to_fhir/generated.rs"]
mod generated;
#[path = "to_fhir/grouping.rs"]
mod grouping;
#[path = "to_fhir/identity.rs"]
mod identity;
#[path = "to_fhir/kept.rs"]
mod kept;
#[path = "to_fhir/microbiology.rs"]
mod microbiology;
#[path = "to_fhir/notes.rs"]
mod notes;
#[path = "to_fhir/nothing.rs"]
mod nothing;
#[path = "to_fhir/options.rs"]
mod options;
#[path = "to_fhir/problems.rs"]
mod problems;
#[path = "to_fhir/sizes.rs"]
mod sizes;
#[path = "to_fhir/specimens.rs"]
mod specimens;
#[path = "to_fhir/status.rs"]
mod status;
#[path = "to_fhir/visits.rs"]
mod visits;

use crate::folders::{folder, put};
use crate::inputs::{adt, fixture, fixtures};
use crate::program::{Out, pipehat};
use crate::r4;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::BTreeMap;

const KINDS: [&str; 4] = ["message", "transaction", "batch", "collection"];

/// Checks the Bundles of a run, and returns them. Each kind of problem is told once, with where it
/// is first.
#[track_caller]
fn valid(out: &Out) -> Vec<Value> {
    let mut bundles = Vec::new();
    let mut found = BTreeMap::new();
    for (i, line) in out.stdout.split_inclusive(|b| *b == b'\n').enumerate() {
        let bundle = r4::parse(line).unwrap_or_else(|why| panic!("line {}: {why}", i + 1));
        let mut problems = r4::check(&bundle);
        problems.extend(r4::orphans(&bundle).into_iter().map(|place| format!("{place}: orphan")));
        for problem in problems {
            let event = &bundle["entry"][0]["resource"]["eventCoding"]["display"];
            let kind: String = problem.chars().filter(|c| !c.is_ascii_digit()).collect();
            found.entry(kind).or_insert(format!("line {} ({event}): {problem}", i + 1));
        }
        bundles.push(bundle);
    }
    let found: Vec<_> = found.into_values().collect();
    assert!(found.is_empty(), "{} kinds of problems:\n{}", found.len(), found.join("\n"));
    bundles
}

/// All fixtures in one run.
fn of_fixtures(args: &[&str]) -> Out {
    let files = fixtures();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    pipehat(&[&["to-fhir"], args, &files].concat()).run()
}

#[test]
fn fixtures_become_valid_bundles_of_each_kind() {
    for kind in KINDS {
        for unmapped in ["none", "extension"] {
            let out = of_fixtures(&["--bundle", kind, "--unmapped", unmapped]);
            let bundles = valid(&out);
            assert!(bundles.len() > 50, "{} Bundles", bundles.len());
            assert!(bundles.iter().all(|bundle| bundle["type"] == kind));
        }
    }
}

#[test]
fn resources_alone_are_valid() {
    let out = of_fixtures(&["--resources"]);
    let lines: Vec<_> = out.text().lines().collect();
    assert!(lines.len() > 300, "{} resources", lines.len());
    for line in lines {
        let resource = r4::parse(line.as_bytes()).unwrap();
        assert_eq!(r4::problems(&resource), [""; 0], "{line}");
    }
}

#[test]
fn threads_and_the_machines_zone_make_no_difference() {
    for args in [&["--unmapped", "extension"][..], &["--bundle", "transaction", "--ids", "message"]]
    {
        let one = of_fixtures(&[args, &["-j1"]].concat());
        let two = of_fixtures(&[args, &["-j2"]].concat());
        assert!(one.stdout == two.stdout && one.code == two.code);
        for zone in ["Asia/Kathmandu", "America/St_Johns", "UTC"] {
            let input = one_of_each();
            let run =
                |zone| pipehat(&[&["to-fhir"], args].concat()).env("TZ", zone).stdin(&input).run();
            assert_eq!(run(zone), run("Europe/Oslo"));
        }
    }
}

/// JSON's numbers keep their digits, which a reader of JSON may not show.
#[test]
fn numbers_keep_their_digits() {
    for (sent, written) in [("5.10", "5.10"), ("0.500", "0.500"), ("-3", "-3"), ("100", "100")] {
        let message = format!("{}OBX|1|NM|A^B^L||{sent}\r\n", adt("1", "A").trim_end());
        let message = message.replace("AOBX", "A\rOBX");
        let text = pipehat(&["to-fhir", "--no-source"]).stdin(message).text();
        assert!(text.contains(&format!("\"value\":{written}}}")), "{sent}: {text}");
    }
}

fn one_of_each() -> Vec<u8> {
    let names = ["adt_a01", "oru_r01", "vxu_v04", "siu_s12", "mdm_t02", "oml_o21", "dft_p03"];
    names.iter().flat_map(|n| std::fs::read(fixture(&format!("{n}.hl7"))).unwrap()).collect()
}

/// The source that a Bundle carries is the message, byte for byte.
#[test]
fn the_message_goes_along() {
    for name in ["cr", "latin1", "shift_jis", "odd_delimiters", "no_escape", "mdm_t02"] {
        let file = fixture(&format!("{name}.hl7"));
        let out = pipehat(&["to-fhir", &file]).run();
        let whole = std::fs::read(&file).unwrap();
        let mut all = Vec::new();
        for bundle in valid(&out) {
            let sources = crate::fhir_path::find(
                &bundle,
                "Provenance.entity[role=source].what -> DocumentReference.content.attachment.data",
            );
            assert!(sources.iter().all(|source| *source == sources[0]), "{name}");
            let bytes = STANDARD.decode(&sources[0]).unwrap();
            let is_there = whole.windows(bytes.len()).any(|part| part == bytes);
            assert!(bytes.starts_with(b"MSH") && is_there, "{name}");
            all.extend(bytes);
        }
        let without_ends = |bytes: &[u8]| {
            let is_end = |b: &u8| matches!(b, b'\r' | b'\n');
            bytes.iter().copied().filter(|b| !is_end(b)).collect::<Vec<_>>()
        };
        assert!(without_ends(&all) == without_ends(&whole), "{name}: all of it");
        let out = pipehat(&["to-fhir", "--no-source", &file]).run();
        assert!(!out.text().contains(&STANDARD.encode(&whole[..30])), "{name}");
    }
}

#[test]
fn what_cannot_be_read_goes_to_the_rejects() {
    let folder = folder();
    let rejects = put(&folder, "rejects", "");
    let bad = "MSH|||||\rPID|1||Canary\r\n";
    let input = format!("{}{bad}{}", adt("A", "Adams"), adt("B", "Brown"));
    let out = pipehat(&["to-fhir", "--rejects", &rejects]).stdin(&input).run();
    assert_eq!(out.code, 2);
    let ids: Vec<_> = valid(&out).iter().map(|b| b["identifier"]["value"].clone()).collect();
    assert_eq!(ids, ["A", "B"]);
    assert!(out.stderr.contains("message 2") && !out.stderr.contains("Canary"), "{}", out.stderr);
    assert_eq!(std::fs::read_to_string(&rejects).unwrap(), bad);
}

/// Names, ids and words; codes and the names of systems are what the report is about.
#[test]
fn neither_the_report_nor_stderr_tells_of_patients() {
    let folder = folder();
    let report = put(&folder, "report", "");
    let input = "MSH|^~\\&|A|B|C|D|20240101||ADT^A08|Canary|P|2.4\r\
        EVN|A08|2024Canary|||Canary^Canary^Canary\r\
        PID|1|Canary|Canary^Canary|Canary|Canary^Canary|Canary|Canary||Canary||Canary^Canary\r\
        PV1|1||Canary^Canary|||Canary|Canary^Canary||||||||||||Canary\r\
        OBX|1|NM|X^Y^L||Canary|||||||||Canary\rOBX|2|TX|X^Y^L||Canary\r\
        NTE|1||Canary\rZZZ|Canary|Canary^Canary\r\n";
    for unmapped in ["none", "extension"] {
        let args = ["to-fhir", "--verbose", "--report", &report, "--unmapped", unmapped];
        let out = pipehat(&args).stdin(input).run();
        assert_eq!(valid(&out).len(), 1);
        assert!(!out.stderr.contains("Canary"), "{}", out.stderr);
        let lines = std::fs::read_to_string(&report).unwrap();
        assert!(lines.contains("\"ZZZ-1\"") && !lines.contains("Canary"), "{lines}");
    }
}

#[test]
fn hostile_input_gives_valid_bundles_or_rejects() {
    let header = "MSH|^~\\&|A|B|C|D|20240101||ADT^A08|1|P|2.4";
    let long = "x".repeat(300_000);
    let many = "~^&".repeat(20_000);
    let inputs: Vec<Vec<u8>> = vec![
        b"MSH|^~\\&\r\n".to_vec(),
        b"MSH|^~\\&|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"\rPID|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"|\"\"\r\n".to_vec(),
        format!("{header}\rPID|1||{long}^^^{long}||{long}^{long}|{long}|{long}|{long}\r\n").into_bytes(),
        format!("{header}\rPID|{many}|{many}|{many}|{many}|{many}\rOBX|1|CWE|{many}||{many}\r\n").into_bytes(),
        format!("{header}\r{}\r\n", "OBX||||\r".repeat(3000)).into_bytes(),
        format!("{header}\rPID|1||1||\x01\x02\x1f\x7f^\u{85}\u{a0}\u{2028}^\u{fffe}|||\u{feff}\rNTE|||\t\t \u{3000}\r\n").into_bytes(),
        [header.as_bytes(), b"\rPID|1||\xff\xfe\xc3(^\xed\xa0\x80||\xf0\x9f\x98\x80\xf0\x9f^\xc0\x80\r\n"].concat(),
        format!("{header}\rOBX|1|NM|a||1e999\rOBX|2|NM|a||-0\rOBX|3|NM|a||.5\rOBX|4|NM|a||+5.\rOBX|5|NM|a||0x1\rOBX|6|NM|a||1_000\rOBX|7|SN|a||>^1^-^a\rOBX|8|NA|a||1^x\r\n").into_bytes(),
        format!("{header}\rPID|1||1||A|||||||||||||||||||||||20230229|\rPV1|1|I||||||||||||||||||||||||||||||||||||||||||00000000|99999999\r\n").into_bytes(),
        format!("{header}\rPID|\\\r|\\\\X00\\\\XZZ\\\\.br\\\\E|\\F\\\\H\\|\\C2842\\|\\M24\\|\r\n").into_bytes(),
        format!("{header}\rPID\rPV1\rORC\rOBR\rOBX\rNTE\rSPM\rRXA\rIN1\rDG1\rAL1\rTXA\rSCH\rAIS\r\n").into_bytes(),
        format!("{header}\rOBX|1|NM|a||1\rOBR|1\rPID|1\rPID|2\rMRG|1\rOBR|2\rPID|3\rPV1\rPV1\r\n").into_bytes(),
        format!("{header}\rPID|1||urn:x^^^a b\"<>{{}}\u{e9}&not an oid&ISO~2^^^&1.02&ISO~3^^^&zz&UUID~4^^^& &URI\r\n").into_bytes(),
    ];
    for kind in KINDS {
        for args in [&["--unmapped", "extension"][..], &["--ids", "message", "--no-source"]] {
            for input in &inputs {
                let args = [&["to-fhir", "-q", "--bundle", kind], args].concat();
                let out = pipehat(&args).stdin(input).run();
                let count = valid(&out).len();
                assert!((out.code, count) == (0, 1) || (out.code, count) == (2, 0), "{}", out.code);
            }
        }
    }
}
