//! What belongs to what: segments stand for a tree, and the resources are that tree.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

/// The Bundle of a message of these segments after MSH.
#[track_caller]
fn bundle(event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|LAB|EAST|EHR|WEST|20240501120000+0100||{event}|1|P|2.5.1");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    let out = pipehat(&["to-fhir", "-q"]).stdin(message).run();
    valid(&out).pop().unwrap()
}

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

#[test]
fn notes_stand_with_what_they_follow() {
    let bundle = bundle(
        "ORU^R01^ORU_R01",
        &[
            PID,
            "ORC|RE|PL1^SYS|FI1^SYS",
            "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
            "NTE|1||of the order",
            "OBX|1|ST|X1^One^L||first||||||F",
            "NTE|1||of the first",
            "NTE|2||and on",
            "OBX|2|ST|X2^Two^L||second||||||F",
            "OBX|3|ST|X3^Three^L||third||||||F",
            "NTE|1||of the third",
        ],
    );
    let notes = |code: &str| {
        find(&bundle, &format!("Observation[code.coding.code={code}].note.text")).join(", ")
    };
    assert_eq!(notes("X1").replace('\n', ", "), "of the first, and on");
    assert_eq!(notes("X2"), "");
    assert_eq!(notes("X3"), "of the third");
    let of_order = ["DiagnosticReport.**.valueAnnotation.text", "ServiceRequest.note.text"];
    assert_eq!(of_order.map(|path| find(&bundle, path)).concat(), ["of the order"]);
}

#[test]
fn results_stand_with_their_order_though_orders_share_a_number() {
    let bundle = bundle(
        "ORU^R01^ORU_R01",
        &[
            PID,
            "ORC|RE|SAME^SYS",
            "OBR|1|SAME^SYS||A^Report A^L",
            "OBX|1|ST|X1^One^L||first||||||F",
            "ORC|RE|SAME^SYS",
            "OBR|2|SAME^SYS||B^Report B^L",
            "OBX|1|ST|X2^Two^L||second||||||F",
            "OBX|2|ST|X3^Three^L||third||||||F",
        ],
    );
    let results = |code: &str| {
        let path = format!("DiagnosticReport[code.coding.code={code}].result -> Observation");
        find(&bundle, &format!("{path}.valueString"))
    };
    assert_eq!(results("A"), ["first"]);
    assert_eq!(results("B"), ["second", "third"]);
    assert_eq!(find(&bundle, "ServiceRequest.code.coding.code"), ["A", "B"]);
    for code in ["A", "B"] {
        let path = format!("DiagnosticReport[code.coding.code={code}].basedOn -> ServiceRequest");
        assert_eq!(find(&bundle, &format!("{path}.code.coding.code")), [code]);
    }
}

#[test]
fn specimens_stand_with_their_order() {
    let bundle = bundle(
        "ORU^R01^ORU_R01",
        &[
            PID,
            "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
            "OBX|1|ST|X1^One^L||first||||||F",
            "SPM|1|S1&SYS||BLD^Blood^L",
            "OBX|1|ST|X9^Volume^L||of the blood||||||F",
            "OBR|2|PL2^SYS|FI2^SYS|B^Report B^L",
            "SPM|1|S2&SYS||UR^Urine^L",
            "SPM|2|S3&SYS||SAL^Saliva^L",
        ],
    );
    let specimens = |code: &str| {
        let path = format!("DiagnosticReport[code.coding.code={code}].specimen -> Specimen");
        find(&bundle, &format!("{path}.identifier.value"))
    };
    assert_eq!(specimens("A"), ["S1"]);
    assert_eq!(specimens("B"), ["S2", "S3"]);
    let of_specimen =
        find(&bundle, "Observation[focus -> Specimen.identifier.value=S1].valueString");
    assert_eq!(of_specimen, ["of the blood"]);
}

#[test]
fn what_is_observed_of_a_patient_is_no_result_of_an_order() {
    let bundle = bundle(
        "ORU^R01^ORU_R01",
        &[
            PID,
            "OBX|1|ST|X0^Before^L||of the patient||||||F",
            "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
            "OBX|1|ST|X1^One^L||first||||||F",
        ],
    );
    assert_eq!(find(&bundle, "DiagnosticReport.result -> Observation.valueString"), ["first"]);
    let subject = "Observation[valueString=of the patient].subject -> Patient.name.family";
    assert_eq!(find(&bundle, subject), ["Doe"]);
}

#[test]
fn each_patient_has_his_own() {
    let bundle = bundle(
        "ORU^R01^ORU_R01",
        &[
            PID,
            "PV1|1|I|4W|||||||||||||||||V1^^^HOSP^VN",
            "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
            "OBX|1|ST|X1^One^L||first||||||F",
            "PID|2||P2^^^HOSP^MR||Roe^Ray",
            "OBR|1|PL2^SYS|FI2^SYS|B^Report B^L",
            "OBX|1|ST|X1^One^L||second||||||F",
        ],
    );
    for (name, code, text) in [("Doe", "A", "first"), ("Roe", "B", "second")] {
        let of = |kind: &str| format!("{kind}[subject -> Patient.name.family={name}]");
        let codes = find(&bundle, &format!("{}.code.coding.code", of("DiagnosticReport")));
        assert_eq!(codes, [code]);
        assert_eq!(find(&bundle, &format!("{}.valueString", of("Observation"))), [text]);
    }
    let visits = find(&bundle, "DiagnosticReport[encounter -> Encounter.status=*].code.text");
    assert!(visits.is_empty());
    let visit = "Observation[valueString=second].encounter -> Encounter.id";
    assert!(find(&bundle, visit).is_empty(), "a visit of another patient");
}

/// A second PID within an order begins results from before.
#[test]
fn results_from_before_are_not_of_the_order() {
    let bundle = bundle(
        "OML^O21^OML_O21",
        &[
            PID,
            "ORC|NW|PL1^SYS",
            "OBR|1|PL1^SYS||A^Order A^L",
            "PID|1||P1^^^HOSP^MR||Doe^Jo",
            "OBR|1|PL0^SYS|FI0^SYS|Z^Order Z^L|||20230101",
            "OBX|1|ST|X0^Old^L||from before||||||F",
            "ORC|NW|PL2^SYS",
            "OBR|2|PL2^SYS||B^Order B^L",
        ],
    );
    assert_eq!(find(&bundle, "Patient.name.family"), ["Doe"], "one patient, told of twice");
    for code in ["A", "B"] {
        let path = format!("ServiceRequest[code.coding.code={code}].supportingInfo -> Observation");
        assert_eq!(find(&bundle, &format!("{path}.valueString")), [""; 0], "{code}");
    }
    assert_eq!(find(&bundle, "Observation.valueString"), ["from before"]);
}

#[test]
fn observations_stand_with_their_vaccination() {
    let bundle = bundle(
        "VXU^V04^VXU_V04",
        &[
            PID,
            "ORC|RE||FI1^SYS",
            "RXA|0|1|20240101|20240101|03^MMR^CVX|1|mL^mL^UCUM||||||||L1||||||CP|A",
            "RXR|IM^Intramuscular^HL70162",
            "OBX|1|ST|X1^One^L||of MMR||||||F",
            "ORC|RE||FI2^SYS",
            "RXA|0|1|20240101|20240101|08^Hep B^CVX|1|mL^mL^UCUM||||||||L2||||||CP|A",
            "OBX|1|ST|X1^One^L||of Hep B||||||F",
        ],
    );
    for (code, text) in [("03", "of MMR"), ("08", "of Hep B")] {
        let path = format!("Observation[partOf -> Immunization.vaccineCode.coding.code={code}]");
        assert_eq!(find(&bundle, &format!("{path}.valueString")), [text]);
    }
}

#[test]
fn merged_patients_are_linked() {
    let bundle = bundle(
        "ADT^A40^ADT_A39",
        &[
            "EVN|A40|20240501",
            PID,
            "MRG|P0^^^HOSP^MR",
            "PID|2||P2^^^HOSP^MR||Roe^Ray",
            "MRG|P9^^^HOSP^MR",
        ],
    );
    for (stays, goes) in [("P1", "P0"), ("P2", "P9")] {
        let path =
            format!("Patient[identifier.value={stays}].link[type=replaces].other -> Patient");
        assert_eq!(find(&bundle, &format!("{path}.identifier.value")), [goes]);
        assert_eq!(find(&bundle, &format!("Patient[identifier.value={goes}].active")), ["false"]);
    }
}

#[test]
fn the_same_thing_has_the_same_id_in_each_message() {
    let message = |id: &str, time: &str, patient: &str| {
        format!(
            "MSH|^~\\&|LAB|EAST|EHR|WEST|{time}||ADT^A08^ADT_A01|{id}|P|2.5.1\rPID|1||{patient}\r\
             PV1|1|I|||||||||||||||||V1^^^HOSP^VN\r\n"
        )
    };
    let input = [
        message("1", "20240101", "P1^^^HOSP^MR"),
        message("2", "20240102", "P1^^^HOSP^MR~OTHER^^^X"),
        message("3", "20240102", "P1^^^ELSE^MR"),
    ]
    .concat();
    let ids = |args: &[&str], kind: &str| -> Vec<String> {
        let out = pipehat(&[&["to-fhir", "-q"], args].concat()).stdin(&input).run();
        let of_kind = |bundle: &Value| find(bundle, &format!("{kind}.id")).join(" ");
        valid(&out).iter().map(of_kind).collect()
    };
    let patients = ids(&[], "Patient");
    assert!(patients[0] == patients[1] && patients[0] != patients[2], "{patients:?}");
    let patients = ids(&["--ids", "message"], "Patient");
    assert!(patients[0] != patients[1] && patients[1] != patients[2], "{patients:?}");
    let headers = ids(&[], "MessageHeader");
    assert!(headers[0] != headers[1], "each message is another");
}
