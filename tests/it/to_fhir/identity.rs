//! What is one thing: the same id for it, wherever and however often it is told of.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

/// The Bundles of messages, each of its event, its MSH-10 and its segments after MSH.
#[track_caller]
fn bundles(messages: &[(&str, &str, &[&str])]) -> Vec<Value> {
    let of = |(event, id, segments): &(&str, &str, &[&str])| {
        let header = format!("MSH|^~\\&|REG|NORTH|HUB|C|20240105||{event}|{id}|P|2.5.1");
        format!("{header}\r{}\r\n", segments.join("\r"))
    };
    let input: String = messages.iter().map(of).collect();
    valid(&pipehat(&["to-fhir", "-q"]).stdin(input).run())
}

#[track_caller]
fn bundle(event: &str, segments: &[&str]) -> Value {
    bundles(&[(event, "1", segments)]).pop().unwrap()
}

const ANNE: &str = "PID|1||111^^^NORTH^MR||ALPHA^ANNE||19700101|F";

/// A patient of whom no more is told the second time is one Patient; one with another name is not.
#[test]
fn a_patient_is_told_of_twice() {
    let again = [
        ("PID|2||111^^^NORTH^MR||ALPHA^ANNE", 1),
        ("PID|7||111^^^NORTH^MR", 1),
        ("PID|7||111^^^NORTH^MR\rPID|1||111^^^NORTH^MR||ALPHA^ANNE", 1),
        ("PID|2||111^^^NORTH^MR||ALPHA^ANN", 2),
        ("PID|2||111^^^NORTH^MR||||||||1 Main^^X", 2),
    ];
    for (pid, patients) in again {
        let report = "OBR|1|P1^LAB|F1^LAB|A^A^L";
        let made = bundle("ORU^R01^ORU_R01", &[ANNE, report, pid, "OBR|2|P2^LAB|F2^LAB|B^B^L"]);
        assert_eq!(find(&made, "Patient.id").len(), patients, "{pid}");
        let subjects = find(&made, "DiagnosticReport.subject.reference");
        assert_eq!(subjects[0] == subjects[1], patients == 1, "{pid}");
    }
}

#[test]
fn an_insurer_of_several_policies_is_one() {
    let made = bundle(
        "BAR^P01^BAR_P01",
        &[
            ANNE,
            "IN1|1|P1^One^L|C2^^^NAIC|Company two|||||||20230101",
            "IN1|2|P2^Two^L|C2^^^NAIC|Company two|||||||20240101",
            "IN1|3|P3^Three^L|C2^^^NAIC|Another name|||||||20240101",
        ],
    );
    assert_eq!(
        find(&made, "Organization[identifier.value=C2].name"),
        ["Company two", "Another name"]
    );
    let insurers = find(&made, "Coverage.payor -> Organization.name");
    assert_eq!(insurers, ["Company two", "Company two", "Another name"]);
}
