//! `pipehat to-fhir`: what happens to patients and visits, and how messages are answered. The fields
//! of the guide are in `to_fhir_fields.rs`; this is what it has no map of.

use crate::fhir_path::find;
use crate::program::pipehat;
use crate::r4;
use serde_json::Value;

/// The Bundle of a message with these segments.
#[track_caller]
fn bundle(event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|A|F|B|G|20240501120000+0000||{event}|M1|P|2.8");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    let out = pipehat(&["to-fhir"]).stdin(&message).run();
    assert_eq!(out.code, 0, "{}", out.stderr);
    let bundle = r4::parse(out.text().as_bytes()).unwrap();
    assert_eq!(r4::check(&bundle), [""; 0]);
    bundle
}

#[track_caller]
fn assert_found(bundle: &Value, path: &str, expected: &[&str]) {
    assert_eq!(find(bundle, path), expected, "{path}");
}

const SURVIVING: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

#[test]
fn a_merged_patient_is_replaced() {
    for event in ["ADT^A40", "ADT^A18", "ADT^A30", "ADT^A34", "ADT^A39", "ADT^A47"] {
        let made = bundle(event, &["EVN||20240501", SURVIVING, "MRG|P0^^^HOSP^MR||||||Doe^Joanna"]);
        assert_found(
            &made,
            "Patient.link[type=replaces].other -> Patient.identifier.value",
            &["P0"],
        );
        let replaced = "Patient[active=false].link[type=replaced-by].other -> Patient.name.given";
        assert_found(&made, replaced, &["Jo"]);
        assert_found(&made, "Patient[active=false].name.given", &["Joanna"]);
    }
}

/// Chapter 3, A43 to A45: what moves leaves a patient who stays.
#[test]
fn where_something_moves_both_patients_stay() {
    for event in ["ADT^A43", "ADT^A44", "ADT^A45"] {
        let made = bundle(event, &[SURVIVING, "MRG|P0^^^HOSP^MR||ACC7^^^HOSP"]);
        assert_found(&made, "Patient.link.type", &[]);
        assert_found(&made, "Patient.active", &[]);
        // Nothing but the number is told of who stays: it must not take the place of a name.
        assert_found(&made, "Patient.identifier.value", &["P1"]);
    }
}

/// Chapter 3: accounts go with the patient who is merged (A40) or to whom they are moved (A44), with A45 a visit
/// goes and its account stays. A number in whose place another one comes is never referred to again (A41, A49).
#[test]
fn accounts_go_where_the_event_takes_them() {
    let [pid, with_account] =
        [SURVIVING.to_owned(), format!("{SURVIVING}{}|ACC8^^^HOSP", "|".repeat(12))];
    for (event, pid, mrg, status, patient) in [
        ("ADT^A44", &pid, "P0", "unknown", "P1"),
        ("ADT^A44", &with_account, "P0", "inactive", "P1"),
        ("ADT^A40", &pid, "P0", "unknown", "P1"),
        ("ADT^A40", &with_account, "P0", "inactive", "P1"),
        ("ADT^A41", &with_account, "P1", "inactive", "P1"),
        ("ADT^A49", &with_account, "P1", "inactive", "P1"),
    ] {
        let made = bundle(event, &[pid, &format!("MRG|{mrg}^^^HOSP^MR||ACC7^^^HOSP")]);
        let found = |path: &str| find(&made, &format!("Account[identifier.value=ACC7].{path}"));
        assert_eq!(found("status"), [status], "{event}");
        assert_eq!(found("subject -> Patient.identifier.value"), [patient], "{event}");
    }
    for pid in [&pid, &with_account] {
        let made = bundle("ADT^A45", &[pid, "MRG|P0^^^HOSP^MR||ACC7^^^HOSP"]);
        let account = "Account[status=unknown][identifier.value=ACC7].subject";
        assert_found(&made, &format!("{account}[type=Patient].identifier.value"), &["P0"]);
    }
}

#[test]
fn accounts_and_visits_of_one_patient_are_merged() {
    let mrg = "MRG|P1^^^HOSP^MR||ACC7^^^HOSP||V7^^^HOSP|V8^^^HOSP";
    let made = bundle("ADT^A42", &[SURVIVING, mrg, "PV1||I|||||||||||||||||V9^^^HOSP"]);
    assert_found(&made, "Patient.identifier.value", &["P1"]);
    assert_found(&made, "Patient.link.type", &[]);
    assert_found(&made, "Account[status=unknown].identifier.value", &["ACC7"]);
    assert_found(&made, "Account.subject -> Patient.name.family", &["Doe"]);
    // The visit of before is one of its own, which leads to this one.
    assert_found(&made, "Encounter[status=in-progress].identifier[use=old].value", &["V8"]);
    assert_found(
        &made,
        "Encounter[identifier.value=V7].partOf -> Encounter.identifier[0].value",
        &["V9"],
    );
}

/// A number of an insurance, which a family may share, or of an account does not make the id, and the order
/// of the numbers makes no difference to it.
#[test]
fn patients_are_known_by_their_record_number() {
    let id = |pid_3: &str| {
        let made = bundle("ADT^A08", &[&format!("PID|1||{pid_3}||Doe^Jo")]);
        find(&made, "Patient.id").concat()
    };
    let mother = id("777^^^BCBS^HC~10001^^^NORTH^MR");
    assert_ne!(mother, id("777^^^BCBS^HC~10002^^^NORTH^MR"));
    assert_eq!(mother, id("10001^^^NORTH^MR~777^^^BCBS^HC"));
    assert_eq!(mother, id("A9^^^NORTH^AN~10001^^^NORTH^MR~4^^^NORTH^PI"));
    assert_eq!(id("9^^^SSA^SS~4^^^NORTH^PI"), id("4^^^NORTH^PI"));
    assert_eq!(id("777^^^BCBS^HC~12^^^NORTH"), id("12^^^NORTH"));
    assert_eq!(id("13~12^^^NORTH"), id("12^^^NORTH"));
    assert_eq!(id("777^^^BCBS^HC"), id("777^^^BCBS^HC~A9^^^NORTH^AN"));

    let survivor = "PID|1||777^^^BCBS^HC~P1^^^HOSP^MR||Doe^Jo";
    let made = bundle("ADT^A50", &[survivor, "MRG|P1^^^HOSP^MR~777^^^BCBS^HC||||V7^^^HOSP"]);
    assert_found(&made, "Patient.active", &[]);
    assert_found(&made, "Patient.link.type", &[]);
}

/// Laboratories number a sample, and report each of its panels alone.
#[test]
fn panels_with_one_number_are_reports_of_their_own() {
    let id = |obr_4: &str| {
        let obr = format!("OBR|1|P1|F1|{obr_4}|||20240501");
        let made = bundle("ORU^R01", &[SURVIVING, &obr, "OBX|1|NM|1^a^L||1||||||F"]);
        ["DiagnosticReport.id", "Observation.id"].map(|path| find(&made, path).concat())
    };
    let ([blood, hb], [metabolic, sodium]) = (id("CBC^Blood^L"), id("BMP^Metabolic^L"));
    assert!(blood != metabolic && hb != sodium);
    assert_eq!([blood, hb], id("CBC^Blood count^L"));
}

/// Chapter 7, OBX-5: repetitions of a text are its lines, and some are empty.
#[test]
fn a_text_keeps_its_empty_lines() {
    let obx = |text: &str| format!("OBX|1|TX|1^a^L||{text}||||||F");
    for (text, expected) in
        [("L1~~L3", "L1\n\nL3"), ("L1~L2", "L1\nL2"), ("a~~~b~c", "a\n\n\nb\nc"), ("~a~", "a")]
    {
        let made = bundle("ORU^R01", &[SURVIVING, "OBR|1||F1|CBC^x^L", &obx(text)]);
        assert_found(&made, "Observation.valueString", &[expected]);
    }
}

#[test]
fn linked_patients_see_each_other() {
    let other = "PID|1||P2^^^HOSP^MR||Doe^Jane";
    let made = bundle("ADT^A24", &[SURVIVING, other]);
    let links = "Patient.link[type=seealso].other -> Patient.name.given";
    assert_found(&made, links, &["Jane", "Jo"]);
}

/// Table 0003: what events do to a visit; a discharge that is taken back leaves its date in PV1-45.
#[test]
fn events_tell_the_status_of_a_visit() {
    let cases = [
        ("A01", "I", "", "in-progress"),
        ("A03", "I", "", "finished"),
        ("A05", "I", "", "planned"),
        ("A08", "I", "20240430", "finished"),
        ("A08", "P", "", "planned"),
        ("A11", "I", "20240430", "cancelled"),
        ("A13", "I", "20240430", "in-progress"),
        ("A14", "I", "", "planned"),
        ("A16", "I", "20240430", "in-progress"),
        ("A25", "I", "20240430", "in-progress"),
        ("A21", "I", "", "onleave"),
        ("A23", "I", "", "entered-in-error"),
        ("A27", "I", "", "cancelled"),
        ("A38", "I", "", "cancelled"),
        ("A60", "X", "", "unknown"),
    ];
    for (event, class, discharge, status) in cases {
        let pv1 = format!("PV1||{class}{}{discharge}", "|".repeat(43));
        let made = bundle(&format!("ADT^{event}"), &[SURVIVING, &pv1]);
        assert_eq!(find(&made, "Encounter.status"), [status], "{event} {class} {discharge}");
    }
}

/// 2.8.2, 3.3.4: who is registered has arrived, at the time of PV1-44.
#[test]
fn who_is_registered_has_arrived() {
    for (class, arrived, status) in [
        ("E", "", "planned"),
        ("E", "20240430", "in-progress"),
        ("P", "20240430", "planned"),
        ("", "20240430", "arrived"),
    ] {
        let pv1 = format!("PV1||{class}{}{arrived}", "|".repeat(42));
        let made = bundle("ADT^A04", &[SURVIVING, &pv1]);
        assert_eq!(find(&made, "Encounter.status"), [status], "{class} {arrived}");
    }
}

#[test]
fn an_answer_tells_what_was_wrong() {
    let errors = [
        "MSA|AE|M7",
        "ERR||PID^1^3^2^1|101^Required field missing^HL70357|E|X1^No number^L||in the list|Tell us",
        "ERR||PV1^1|204^Unknown key identifier^HL70357|W",
    ];
    let made = bundle("ACK^A01^ACK", &errors);
    assert_found(&made, "MessageHeader.response.code", &["transient-error"]);
    assert_found(&made, "MessageHeader.response.identifier", &["M7"]);
    let outcome = "MessageHeader.response.details -> OperationOutcome.issue";
    for (member, expected) in [
        ("severity", &["error", "warning"][..]),
        ("code", &["required", "not-found"]),
        ("details.coding.code", &["101", "X1", "204"]),
        ("details.text", &["Tell us"]),
        ("diagnostics", &["in the list"]),
        ("location", &["PID[1]-3[2].1", "PV1[1]"]),
    ] {
        assert_found(&made, &format!("{outcome}.{member}"), expected);
    }
}

/// `MessageHeader.response.identifier` is an id: letters, digits, `-` and `.`, at most 64.
#[test]
fn an_answer_to_a_message_that_has_no_id_of_fhir() {
    let made = bundle("ACK", &["MSA|AR|M 7/8|Not known"]);
    assert_found(&made, "MessageHeader.response.code", &["fatal-error"]);
    assert_found(&made, "MessageHeader.response.identifier", &[]);
    assert_found(
        &made,
        "MessageHeader.response.details -> OperationOutcome.issue.diagnostics",
        &["Not known"],
    );
}

/// Who is taken out (ROL-2, PRT-2) takes no part.
#[test]
fn who_leaves_is_no_member_of_the_care_team() {
    let members = "CareTeam.participant.member -> Practitioner.name.family";
    for (action, expected) in [("AD", &["Cay"][..]), ("DE", &[])] {
        let rol = format!("ROL||{action}|CP^Consulting^HL70443|7^Cay");
        assert_found(&bundle("ADT^A08", &[SURVIVING, &rol]), members, expected);
    }
}
