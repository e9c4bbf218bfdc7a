//! Profiles of NIST's tools, through the program.

use crate::program::pipehat;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn folder() -> String {
    format!("{}/fixtures/profiles/nist", env!("CARGO_MANIFEST_DIR"))
}

/// The good message of the fixtures, with another text at a place.
fn message(old: &str, new: &str) -> String {
    let text = fs::read_to_string(format!("{}/message.hl7", folder())).unwrap();
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

/// The status, and what is found as `path category classification`, informational entries aside.
fn found(args: &[&str], input: &str) -> (i32, Vec<String>) {
    let all = [&["validate", "-q", "-f", "nist", "--profile"][..], args].concat();
    let out = pipehat(&all).stdin(input).run();
    let mut entries = Vec::new();
    for line in out.text().lines() {
        let report: Value = serde_json::from_str(line).unwrap();
        for kind in ["structure", "content", "value-set"] {
            for entry in report["entries"][kind].as_array().unwrap() {
                let part = |name: &str| entry[name].as_str().unwrap().to_owned();
                entries.push([part("path"), part("category"), part("classification")].join(" "));
            }
        }
    }
    entries.retain(|entry| !entry.ends_with("Informational"));
    (out.code, entries)
}

/// What is found besides the constraint in Java, which the fixtures always have.
fn besides(args: &[&str], input: &str) -> Vec<String> {
    let (_, mut entries) = found(args, input);
    let before = entries.len();
    entries.retain(|entry| entry != PLUGIN);
    assert_eq!(entries.len() + 1, before, "it is told of every message");
    entries
}

const PLUGIN: &str = "ORU_R01[1] Constraint Spec Error Spec Error";

#[test]
fn messages_are_held_against_all_files_of_a_folder() {
    let plugin = PLUGIN.to_owned();
    assert_eq!(found(&[&folder()], &message("", "")), (0, vec![plugin.clone()]));
    let no_iso = message("&1.2.3&ISO", "&1.2.x&ISO");
    let constraint = "PID[1]-3[1].4.2 Constraint Failure Error".to_owned();
    let (code, entries) = found(&[&folder(), "--severity", "FMT-5=off"], &no_iso);
    assert_eq!((code, entries), (1, vec![plugin.clone(), constraint]));
    let no_type = message("|NM|GLU^Glucose^L||5.6", "|ST|GLU^Glucose^L||high");
    let co_constraint = "OBX[1]-2[1] CoConstraint Failure Error".to_owned();
    assert_eq!(found(&[&folder()], &no_type), (1, vec![plugin.clone(), co_constraint]));
    // The newer files are not there for NIST's validator.
    assert_eq!(found(&[&folder(), "--nist-compat"], &no_type), (0, vec![plugin]));
}

#[test]
fn nist_compat_has_the_habits_of_nist() {
    let compat = |input: &str| besides(&[&folder(), "--nist-compat"], input);
    let own = |input: &str| besides(&[&folder()], input);
    // An optional number, and a day that 1900 did not have.
    let optional = message("PID|1|", "PID|x|");
    let leap = message("19800229", "19000229");
    for text in [&optional, &leap] {
        assert_eq!(compat(text), [""; 0]);
    }
    assert_eq!(own(&optional), ["PID[1]-1[1] Format Error"]);
    assert_eq!(own(&leap), ["PID[1]-7[1].1 Format Error"]);
    // Whatever MSH-9 says, the message is held against the only one of the profile.
    let other = message("ORU^R01^ORU_R01", "ADT^A01^ADT_A01");
    assert_eq!(compat(&other.replace("OBX|1|NM", "OBX||NM")), ["OBX[1]-1[1] Usage Error"]);
}

#[test]
fn segments_that_are_not_to_be_used_are_told() {
    let text = message("OBX|1|", "TQ1|1\rOBX|1|");
    assert_eq!(besides(&[&folder()], &text), ["TQ1[1] Usage Error"]);
    assert_eq!(besides(&[&folder(), "--nist-compat"], &text), ["TQ1[1] Usage Error"]);
    let off = ["--severity", "USE-3@TQ1=off"];
    assert_eq!(besides(&[&folder(), off[0], off[1]], &text), [""; 0]);
    // A second note where there may be one is no group without its OBX.
    let twice = message("NTE|1||", "NTE|1||so\rNTE|2||");
    assert_eq!(besides(&[&folder()], &twice), ["NTE[2] Cardinality Error"]);
}

#[test]
fn codes_stand_where_the_profile_says() {
    let own = |input: &str| besides(&[&folder()], input);
    let race = |value: &str| own(&message("|F\r", &format!("|F||{value}\r")));
    assert_eq!(race("2106-3^White^CDCREC^x^^L"), [""; 0]);
    assert_eq!(race("x^^L^2106-3^White^CDCREC"), [""; 0]);
    assert_eq!(race("x^^L^y^^L"), ["PID[1]-10[1].1 Code Not Found (Open ValueSet) Alert"]);
    // Bound from 1.6 on: a code that is not there is not wrong, and what is nothing has no parts.
    assert_eq!(own(&message("|NM|GLU^Glucose^L", "|NM|^Glucose")), [""; 0]);
    assert_eq!(own(&message("Doe^Jane", "^~Doe^Jane")), [""; 0]);
    let test = own(&message("P1||GLU^Glucose^L", "P1||LAC^Lactate^L"));
    assert_eq!(test, ["OBR[1]-4[1].1 Code Not Found Error"]);
}

#[test]
fn files_may_be_named_one_by_one() {
    let file = |name: &str| format!("{}/{name}", folder());
    let (profile, constraints) = (file("profile.xml"), file("constraints.xml"));
    let text = message("&1.2.3&ISO", "&1.2.x&ISO");
    let args = [&*profile, "--profile", &constraints, "--nist-compat"];
    let (code, entries) = found(&args, &text);
    assert_eq!(code, 1);
    assert!(entries.contains(&"PID[1]-3[1].4.2 Constraint Failure Error".to_owned()));
    assert!(entries.contains(&"PID[1]-8[1] VS Not Found Spec Error".to_owned()));
    // What lies beside a profile belongs to it.
    let (_, entries) = found(&[&profile, "--nist-compat"], &text);
    assert!(!entries.contains(&"PID[1]-8[1] VS Not Found Spec Error".to_owned()));
}

#[test]
fn a_broken_profile_is_an_error_with_its_line() {
    let folder_of = |name: &str, text: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        folder
    };
    let refused = |folder: &Path| {
        let out = pipehat(&["validate", "--profile", folder.to_str().unwrap()]).stdin("").run();
        assert_eq!((out.code, out.stdout.len()), (2, 0), "{out:?}");
        out.stderr
    };
    let good = fs::read_to_string(format!("{}/profile.xml", folder())).unwrap();
    let broken = folder_of("p.xml", &good.replacen("Ref=\"PID_S\"", "Ref=\"NONE\"", 1));
    assert!(refused(broken.path()).contains("p.xml:8: no segment has the ID NONE"));
    let alone = folder_of("c.xml", "<ConformanceContext/>");
    assert!(refused(alone.path()).contains("<ConformanceProfile>"));
    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><ConformanceProfile>&b;";
    assert!(refused(folder_of("p.xml", laughs).path()).contains("p.xml:1: "));
    let deep = format!("<ConformanceProfile>{}", "<Group>".repeat(200_000));
    assert!(refused(folder_of("p.xml", &deep).path()).contains("p.xml:1: "));
    let deep = format!("{deep}{}</ConformanceProfile>", "</Group>".repeat(200_000));
    assert!(refused(folder_of("p.xml", &deep).path()).contains("nest deeper than 100"));
}

#[test]
fn huge_messages_are_held_against_a_profile() {
    // Neither many segments nor many repetitions take time beyond measure.
    let mut text = message("", "");
    for n in 2..5_000 {
        text.push_str(&format!("OBX|{n}|NM|GLU^Glucose^L||{n}\r"));
    }
    let (code, entries) = found(&[&folder(), "--nist-compat"], &text);
    let missing = entries.iter().filter(|e| e.ends_with("] Usage Warning")).count();
    assert_eq!((code, missing), (0, 4_998), "all but the first lack a note");
    assert_eq!(found(&[&folder()], &text).0, 0);
    let names = "Doe^Jo~".repeat(10_000);
    let (code, _) = found(&[&folder()], &message("Doe^Jane", &format!("{names}Doe^Jane")));
    assert_eq!(code, 0);
}

/// Without the files that have its value sets, a profile says once of each message, and once on
/// stderr, how much is not checked.
#[test]
fn missing_value_sets_are_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("profile.xml");
    fs::copy(format!("{}/profile.xml", folder()), &profile).unwrap();
    let profile = profile.to_str().unwrap();
    let text = message("", "").repeat(2);
    let out = pipehat(&["validate", "-f", "ndjson", "--profile", profile]).stdin(&text).run();
    // Of the fields PID-8, PID-10, NTE-2 and OBR-4, and of two components of CX.
    let said = "value sets are not loaded: 6 bindings not checked";
    assert_eq!(out.stderr.matches(&format!("profile.xml: {said}\n")).count(), 1, "{out:?}");
    let all = out.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told = all.filter(|finding| finding["rule"] == "VAL-2").map(|finding| {
        assert_eq!((&finding["severity"], &finding["problem"]), (&"info".into(), &said.into()));
        finding["message"].as_u64().unwrap()
    });
    assert_eq!(told.collect::<Vec<_>>(), [1, 2]);
    // It can be asked for that all is checked.
    let asked = ["validate", "-q", "--severity", "VAL-2=error", "--profile", profile];
    assert_eq!(pipehat(&asked).stdin(&text).run().code, 1);
    // NIST's validator tells of each element; that is left as it is.
    let (_, entries) = found(&[profile, "--nist-compat"], &text);
    let each = "PID[1]-8[1] VS Not Found Spec Error";
    assert_eq!(entries.iter().filter(|entry| *entry == each).count(), 2);
    assert!(
        !pipehat(&["validate", "--nist-compat", "--profile", profile])
            .stdin(&text)
            .run()
            .stderr
            .contains(said)
    );
}
