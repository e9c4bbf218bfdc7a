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
            "PV1|1|I|4W||||||||||||||||V1^^^HOSP^VN",
            "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
            "OBX|1|ST|X1^One^L||first||||||F",
            "PID|2||P2^^^HOSP^MR||Roe^Ray",
            "OBR|1|PL2^SYS|FI2^SYS|B^Report B^L",
            "OBX|1|ST|X2^Two^L||second||||||F",
        ],
    );
    for (name, code, text) in [("Doe", "A", "first"), ("Roe", "B", "second")] {
        let of = |kind: &str| format!("{kind}[subject -> Patient.name.family={name}]");
        let codes = find(&bundle, &format!("{}.code.coding.code", of("DiagnosticReport")));
        assert_eq!(codes, [code]);
        assert_eq!(find(&bundle, &format!("{}.valueString", of("Observation"))), [text]);
    }
    for (kind, code, visit) in [
        ("DiagnosticReport", "A", &["V1"][..]),
        ("Observation", "X1", &["V1"]),
        ("DiagnosticReport", "B", &[]),
        ("Observation", "X2", &[]),
    ] {
        let path = format!("{kind}[code.coding.code={code}].encounter -> Encounter.identifier");
        assert_eq!(find(&bundle, &format!("{path}.value")), visit, "{kind} {code}");
    }
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
    let visits = ids(&[], "Encounter");
    assert!(
        !visits[0].is_empty() && visits[0] == visits[1] && visits[1] == visits[2],
        "{visits:?}"
    );
    let visits = ids(&["--ids", "message"], "Encounter");
    assert!(visits[0] != visits[1] && visits[1] != visits[2], "{visits:?}");
    let headers = ids(&[], "MessageHeader");
    assert!(headers[0] != headers[1], "each message is another");
}

/// OUL_R22 (chapter 7): a specimen, its orders, and in each the OBR before its ORC.
const BY_SPECIMEN: [&str; 10] = [
    PID,
    "SPM|1|S1&SYS||BLD^Blood^L",
    "OBX|1|ST|COND^Condition^L||fine||||||F",
    "SAC|||C1",
    "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
    "ORC|RE|PL1^SYS|FI1^SYS||CM",
    "OBX|1|ST|X1^One^L||first||||||F",
    "SPM|2|S2&SYS||UR^Urine^L",
    "OBR|2|PL2^SYS|FI2^SYS|B^Report B^L",
    "ORC|RE|PL2^SYS|FI2^SYS||CA",
];

/// What a report says of its order, its specimens and its results.
fn told(bundle: &Value, code: &str) -> [String; 4] {
    let report = format!("DiagnosticReport[code.coding.code={code}]");
    [
        "basedOn -> ServiceRequest.identifier.value",
        "basedOn -> ServiceRequest.status",
        "specimen -> Specimen.identifier.value",
        "result -> Observation.valueString",
    ]
    .map(|path| find(bundle, &format!("{report}.{path}")).join(" "))
}

#[test]
fn an_order_may_stand_behind_what_it_asks_for() {
    for event in ["OUL^R22^OUL_R22", "OUL^R23^OUL_R23", "OPU^R25^OPU_R25"] {
        let bundle = bundle(event, &BY_SPECIMEN);
        assert_eq!(told(&bundle, "A"), ["PL1 FI1", "completed", "S1", "first"], "{event}");
        assert_eq!(told(&bundle, "B"), ["PL2 FI2", "revoked", "S2", ""], "{event}");
        assert_eq!(find(&bundle, "ServiceRequest.code.coding.code"), ["A", "B"], "{event}");
    }
}

/// Senders that have the ORC first in such a message are understood by its place, or its numbers.
#[test]
fn an_order_may_stand_before_it_all_the_same() {
    let mut first = BY_SPECIMEN;
    first.swap(4, 5);
    first.swap(8, 9);
    let second_alone = [&BY_SPECIMEN[..2], &BY_SPECIMEN[4..5], &[first[8], first[9]]].concat();
    let made = bundle("OUL^R22^OUL_R22", &first);
    assert_eq!(told(&made, "A"), ["PL1 FI1", "completed", "S1", "first"]);
    assert_eq!(told(&made, "B"), ["PL2 FI2", "revoked", "S2", ""]);
    let made = bundle("OUL^R22^OUL_R22", &second_alone);
    assert_eq!(told(&made, "A")[..3], ["", "", "S1"].map(str::to_owned));
    assert_eq!(told(&made, "B"), ["PL2 FI2", "revoked", "S1", ""]);
}

/// OUL_R22 of 2.9: the document of an order is a TXA with its OBX before it; results follow.
#[test]
fn a_document_of_an_order_has_no_results() {
    let segments = [
        &BY_SPECIMEN[..6],
        &["OBX|1|TX|D^Document^L||words||||||F", "TXA|1|DI|TX|||||||||D1^SYS"],
        &BY_SPECIMEN[6..],
    ]
    .concat();
    let bundle = bundle("OUL^R22^OUL_R22", &segments);
    assert_eq!(told(&bundle, "A")[3], "first");
    let words = "DocumentReference[content.attachment.title=Document].content.attachment.data";
    assert_eq!(find(&bundle, words), ["d29yZHM="]);
}

/// OUL_R24: an order, its specimens with their containers, and then its results.
#[test]
fn results_may_stand_behind_specimens() {
    let bundle = bundle(
        "OUL^R24^OUL_R24",
        &[
            PID,
            "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
            "ORC|RE|PL1^SYS|FI1^SYS||CM",
            "SPM|1|S1&SYS||BLD^Blood^L",
            "OBX|1|ST|COND^Condition^L||fine||||||F",
            "SAC|||C1",
            "OBX|1|ST|X1^One^L||first||||||F",
            "NTE|1||noted",
            "OBX|2|ST|X2^Two^L||second||||||F",
            "OBR|2|PL2^SYS|FI2^SYS|B^Report B^L",
            "ORC|RE|PL2^SYS|FI2^SYS||CM",
            "SPM|1|S2&SYS||UR^Urine^L",
            "OBX|1|ST|X3^Three^L||third||||||F",
        ],
    );
    assert_eq!(told(&bundle, "A"), ["PL1 FI1", "completed", "S1", "first second"]);
    assert_eq!(told(&bundle, "B"), ["PL2 FI2", "completed", "S2", "third"]);
    let of_specimen = "Observation[focus -> Specimen.identifier.value=S1].valueString";
    assert_eq!(find(&bundle, of_specimen), ["fine"]);
}

/// OML_O21 (chapter 4): orders repeat under one patient, each with results from before.
#[test]
fn an_order_behind_results_from_before_is_of_the_patient() {
    let bundle = bundle(
        "OML^O21^OML_O21",
        &[
            PID,
            "PV1|1|I|4W||||||||||||||||V1^^^HOSP^VN",
            "ORC|NW|PL1^SYS",
            "OBR|1|PL1^SYS||A^Order A^L",
            "PID|2||P7^^^ELSE^MR||Doe^J",
            "PV1|1|O|X||||||||||||||||V7^^^ELSE^VN",
            "ORC|PR|PL0^SYS|FI0^SYS",
            "OBR|1|PL0^SYS|FI0^SYS|Z^Order Z^L|||20230101",
            "OBX|1|ST|X0^Old^L||from before||||||F",
            "FT1|1|||20240501||CG|99^Fee^L",
            "ORC|NW|PL2^SYS",
            "OBR|2|PL2^SYS||B^Order B^L",
            "DG1|1||I10^Hypertension^I10",
            "OBX|1|NM|W^Weight^L||70||||||F",
        ],
    );
    for code in ["A", "B"] {
        let order = format!("ServiceRequest[code.coding.code={code}]");
        let of = |path: &str| find(&bundle, &format!("{order}.{path}.identifier.value"));
        assert_eq!(of("subject -> Patient"), ["P1"], "{code}");
        assert_eq!(of("encounter -> Encounter"), ["V1"], "{code}");
    }
    let subject = |of: &str| find(&bundle, &format!("{of}.subject -> Patient.identifier.value"));
    assert_eq!(subject("DiagnosticReport[code.coding.code=Z]"), ["P7"]);
    assert_eq!(subject("Observation[valueString=from before]"), ["P7"]);
    assert_eq!(subject("Observation[code.coding.code=W]"), ["P1"]);
    assert_eq!(subject("Condition"), ["P1"]);
    assert_eq!(subject("ChargeItem"), ["P1"]);
    let prior = "ServiceRequest.supportingInfo -> DiagnosticReport.code.coding.code";
    assert_eq!(find(&bundle, prior), ["Z"]);
}

/// OPL_O37 (chapter 7): the ORC of results from before is behind their OBR.
#[test]
fn results_from_before_of_a_population_order() {
    let bundle = bundle(
        "OPL^O37^OPL_O37",
        &[
            PID,
            "SPM|1|S1&SYS||BLD^Blood^L",
            "ORC|NW|PL1^SYS",
            "OBR|1|PL1^SYS||A^Order A^L",
            "PID|2||P7^^^ELSE^MR||Doe^J",
            "OBR|1|PL0^SYS|FI0^SYS|Z^Order Z^L|||20230101",
            "ORC|PR|PL0^SYS|FI0^SYS||CM",
            "OBX|1|ST|X0^Old^L||from before||||||F",
        ],
    );
    assert_eq!(told(&bundle, "Z"), ["PL0 FI0", "completed", "", "from before"]);
    let subject = |of: &str| find(&bundle, &format!("{of}.subject -> Patient.identifier.value"));
    assert_eq!(subject("DiagnosticReport"), ["P7"]);
    assert_eq!(subject("ServiceRequest[code.coding.code=A]"), ["P1"]);
}

/// No structure has several patients with orders, but senders do: a new order is no result from before.
#[test]
fn the_next_patient_is_no_result_from_before() {
    let bundle = bundle(
        "ORM^O01^ORM_O01",
        &[
            PID,
            "ORC|NW|PL1^SYS",
            "OBR|1|PL1^SYS||A^Order A^L",
            "PID|2||P2^^^HOSP^MR||Roe^Ray",
            "ORC|NW|PL2^SYS",
            "OBR|2|PL2^SYS||B^Order B^L",
            "OBX|1|NM|W^Weight^L||70||||||F",
            "ORC|NW|PL3^SYS",
            "OBR|3|PL3^SYS||C^Order C^L",
        ],
    );
    for (code, patient) in [("A", "P1"), ("B", "P2"), ("C", "P2")] {
        let path = format!("ServiceRequest[code.coding.code={code}].subject -> Patient");
        assert_eq!(find(&bundle, &format!("{path}.identifier.value")), [patient], "{code}");
    }
    assert!(find(&bundle, "DiagnosticReport.id").is_empty());
}

/// PATIENT_VISIT_PRIOR (chapter 4) may come without PATIENT_PRIOR; some senders have a visit before each order.
#[test]
fn an_order_is_of_the_visit_before_it() {
    let visit = |number: &str| format!("PV1|1|O|W||||||||||||||||{number}^^^HOSP^VN");
    let (first, second) = (visit("V1"), visit("V2"));
    for event in ["OMG^O19^OMG_O19", "ORU^R01^ORU_R01"] {
        let made = bundle(
            event,
            &[
                PID,
                &first,
                "ORC|SC|PL1^SYS",
                "OBR|1|PL1^SYS|FI1^SYS|A^Report A^L",
                "OBX|1|ST|X1^One^L||first||||||F",
                &second,
                "ORC|SC|PL2^SYS",
                "OBR|2|PL2^SYS|FI2^SYS|B^Report B^L",
                "OBX|1|ST|X2^Two^L||second||||||F",
            ],
        );
        for (order, result, number) in [("A", "X1", "V1"), ("B", "X2", "V2")] {
            for (kind, code) in [("ServiceRequest", order), ("Observation", result)] {
                let path = format!("{kind}[code.coding.code={code}].encounter -> Encounter");
                let numbers = find(&made, &format!("{path}.identifier.value"));
                assert_eq!(numbers, [number], "{event} {kind} {code}");
            }
        }
    }
    // Diagnoses, too, are of the visit before them.
    let diagnoses = ["DG1|1||I10^One^I10", "DG1|2||I11^Two^I10"];
    let made = bundle("ADT^A08^ADT_A01", &[PID, &first, diagnoses[0], &second, diagnoses[1]]);
    for (number, code) in [("V1", "I10"), ("V2", "I11")] {
        let path = format!("Encounter[identifier.value={number}].diagnosis.condition -> Condition");
        assert_eq!(find(&made, &format!("{path}.code.coding.code")), [code]);
    }
    // A visit that comes last is that of all, as in REF_I12.
    let made = bundle("REF^I12^REF_I12", &[PID, "OBR|1|PL1^SYS||A^Order A^L", &first]);
    let visits = find(&made, "ServiceRequest.encounter -> Encounter.identifier.value");
    assert_eq!(visits, ["V1"]);
}

/// OUL_R22 (chapter 7) has a document within each order, MDM_T02 orders before the document.
#[test]
fn a_document_is_of_its_order() {
    let orders = ["OBR|1|PL1^SYS|FI1^SYS|A^A^L|||||||||||||||||||||F", "ORC|RE|PL1^SYS|FI1^SYS"];
    let others = ["OBR|2|PL2^SYS|FI2^SYS|B^B^L|||||||||||||||||||||F", "ORC|RE|PL2^SYS|FI2^SYS"];
    let document = ["OBX|1|TX|D^Document^L||words||||||F", "TXA|1|DI|TX|||||||||D1^SYS"];
    let specimen = ["SPM|1|S1&SYS||BLD^Blood^L"];
    let related = "DocumentReference.context.related -> ServiceRequest.code.coding.code";
    let made =
        bundle("OUL^R22^OUL_R22", &[&[PID][..], &specimen, &orders, &document, &others].concat());
    assert_eq!(find(&made, related), ["A"]);
    let made =
        bundle("OUL^R22^OUL_R22", &[&[PID][..], &specimen, &orders, &others, &document].concat());
    assert_eq!(find(&made, related), ["B"]);
    // ORU_R01 of 2.8 has the document between the ORC and its OBR.
    let segments = [&[PID, orders[1]][..], &document, &[orders[0], others[1], others[0]]].concat();
    let made = bundle("ORU^R01^ORU_R01", &segments);
    assert_eq!(find(&made, related), ["A"]);
    let ([first, second], [text, txa]) = ([orders, others], document);
    let segments = [PID, first[1], first[0], second[1], second[0], txa, text];
    let made = bundle("MDM^T02^MDM_T02", &segments);
    assert_eq!(find(&made, related), ["A", "B"]);
}

/// PGL_PC6 (chapter 12) has problems behind their goal, PPR_PC1 goals behind their problem.
#[test]
fn goals_are_about_their_problems() {
    let (goals, problems) = (
        ["GOL|AD|20240105|G1^Walk^L|GOL1^EHR", "GOL|AD|20240105|G2^Quit^L|GOL2^EHR"],
        ["PRB|AD|20240105|M17^Knee^I10|PRB1^EHR", "PRB|AD|20240105|F17^Smoke^I10|PRB2^EHR"],
    );
    let by_goal = bundle("PGL^PC6^PGL_PC6", &[PID, goals[0], problems[0], goals[1], problems[1]]);
    let by_problem =
        bundle("PPR^PC1^PPR_PC1", &[PID, problems[0], goals[0], problems[1], goals[1]]);
    for made in [by_goal, by_problem] {
        for (goal, problem) in [("G1", "M17"), ("G2", "F17")] {
            let path = format!("Goal[description.coding.code={goal}].addresses -> Condition");
            assert_eq!(find(&made, &format!("{path}.code.coding.code")), [problem]);
        }
    }
}

/// A visit before its PID has the diagnoses of a patient who has no visit of their own.
#[test]
fn a_visit_before_its_patient_has_no_diagnoses_of_others() {
    let told = |segments: &[&str]| {
        let made = bundle("ADT^A08^ADT_A01", segments);
        ["V8", "V9"].map(|visit| {
            let path =
                format!("Encounter[identifier.value={visit}].diagnosis.condition -> Condition");
            find(&made, &format!("{path}.code.coding.code")).join(" ")
        })
    };
    let visit = |n: u8| format!("PV1|1|I|||||||||||||||||V{n}^^^N^VN");
    let [v8, v9, a, b] = [visit(8), visit(9), "DG1|1||A^a^L".into(), "DG1|1||B^b^L".into()];
    let other = "PID|2||222^^^N^MR";
    assert_eq!(told(&[&v8, PID, &a]), ["A", ""]);
    assert_eq!(told(&[&v8, PID, &v9, &a]), ["", "A"]);
    assert_eq!(told(&[&v8, PID, &a, other, &v9, &b]), ["A", "B"]);
    assert_eq!(told(&[PID, &v8, &a, other, &v9, &b]), ["A", "B"]);
}

/// Who refers and to whom is told behind each referral, or before the first.
#[test]
fn a_referral_has_its_own_parties() {
    let [first, then] = ["R1", "R2"].map(|n| format!("RF1|A|||||{n}^S"));
    let [from, to, other] = ["RP|From", "RT|To", "RT|Other"].map(|told| format!("PRD|{told}^Who"));
    let made = bundle("REF^I12^REF_I12", &[&from, &first, &to, &then, &other, PID]);
    let told = |number: &str| {
        ["requester", "performer"].map(|member| {
            let request = format!("ServiceRequest[identifier.value={number}].{member}");
            find(
                &made,
                &format!("{request} -> PractitionerRole.practitioner -> Practitioner.name.family"),
            )
            .concat()
        })
    };
    assert_eq!(told("R1"), ["From", "To"]);
    assert_eq!(told("R2"), ["", "Other"]);
}
