//! Specimens and their containers, of one order and of several.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

/// The Bundle of a message of these segments after MSH.
#[track_caller]
fn bundle(event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|LAB|EAST|EHR|WEST|20240501||{event}|1|P|2.5.1");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap()
}

/// OUL_R21 (chapter 7) has the container before the order that it is of.
#[test]
fn a_container_before_an_order_is_of_that_order() {
    let made = bundle(
        "OUL^R21^OUL_R21",
        &[
            PID,
            "SAC|||C1^LAB",
            "ORC|RE|PL1^SYS|F1^LAB",
            "OBR|1|PL1^SYS|F1^LAB|A^A^L|||20240430",
            "OBX|1|NM|X^X^L||1||||||F",
            "SAC|||C2^LAB",
            "ORC|RE|PL2^SYS|F2^LAB",
            "OBR|2|PL2^SYS|F2^LAB|B^B^L|||20240430",
            "OBX|1|NM|Y^Y^L||2||||||F",
            "ORC|RE|PL3^SYS|F3^LAB",
            "OBR|3|PL3^SYS|F3^LAB|C^C^L|||20240430",
        ],
    );
    let container = |code: &str| {
        let path = "specimen -> Specimen.container.identifier.value";
        find(&made, &format!("DiagnosticReport[code.coding.code={code}].{path}"))
    };
    assert_eq!(["A", "B", "C"].map(container), [vec!["C1"], vec!["C2"], vec![]]);
}

/// OUL_R23 (chapter 7): the containers of a specimen, and the orders of each.
#[test]
fn a_specimen_has_all_its_containers() {
    let made = bundle(
        "OUL^R23^OUL_R23",
        &[
            PID,
            "SPM|1|S1&SYS||BLD^Blood^L||EDTA^EDTA^L",
            "SAC|||C1^LAB||||||||||||||||||10|8||mL",
            "OBR|1|PL1^SYS|F1^LAB|A^A^L|||20240430",
            "ORC|RE|PL1^SYS|F1^LAB",
            "SAC|||C2^LAB||||||||||||||||||20|9||mL|||HEP^Heparin^L",
            "OBR|2|PL2^SYS|F2^LAB|B^B^L|||20240430",
            "ORC|RE|PL2^SYS|F2^LAB",
        ],
    );
    let told = |path: &str| find(&made, &format!("Specimen.container.{path}"));
    assert_eq!(told("identifier.value"), ["C1", "C2"]);
    assert_eq!(told("capacity.value"), ["10", "20"]);
    assert_eq!(told("additiveCodeableConcept.coding.code"), ["EDTA", "HEP"]);
    let of = "DiagnosticReport.specimen -> Specimen.identifier.value";
    assert_eq!(find(&made, of), ["S1", "S1"]);
}
