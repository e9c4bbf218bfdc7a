//! What must not be told the other way round: what was refused, ruled out, taken back, or is not known.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

/// The Bundle of a message of an event, with a PID and one more segment.
#[track_caller]
fn bundle(event: &str, segment: &str) -> Value {
    let pid = if segment.starts_with("PID") { "" } else { "PID|1||P1^^^HOSP^MR||Doe^Jo\r" };
    let message = format!("MSH|^~\\&|A|B|||20240501||{event}|1|P|2.5.1\r{pid}{segment}\r\n");
    valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap()
}

/// A segment of an id with these fields.
fn segment(id: &str, fields: &[(usize, &str)]) -> String {
    let last = fields.iter().map(|(n, _)| *n).max().unwrap_or(0);
    let field = |n| fields.iter().find(|(m, _)| *m == n).map_or("", |(_, value)| value);
    (1..=last).map(field).fold(id.to_owned(), |segment, field| segment + "|" + field)
}

/// RXA-18 (chapter 4A): any entry means that the patient did not take the substance.
#[test]
fn what_was_refused_was_not_given() {
    let refused = (18, "00^Parental decision^NIP002");
    for (code, event, kind) in [
        ("03^MMR^CVX", "VXU^V04^VXU_V04", "Immunization"),
        ("1191^Aspirin^RXNORM", "RAS^O17^RAS_O17", "MedicationAdministration"),
    ] {
        let status = |more: &[(usize, &str)]| {
            let own = [(1, "0"), (2, "1"), (3, "20240101"), (5, code), (6, "1"), (7, "mL^mL^UCUM")];
            let rxa = segment("RXA", &[&own[..], more].concat());
            find(&bundle(event, &format!("ORC|RE||F1^S\r{rxa}")), &format!("{kind}.status"))
        };
        assert_eq!(status(&[refused]), ["not-done"], "{code}");
        assert_eq!(status(&[refused, (20, "RE")]), ["not-done"], "{code}");
        assert_eq!(status(&[refused, (20, "PA")]), ["completed"], "{code}");
        assert_eq!(status(&[]), ["completed"], "{code}");
        assert_eq!(status(&[refused, (21, "D")]), ["entered-in-error"], "{code}");
    }
}

/// 998 of CVX is no vaccine (CDC guide, RXA-5), and what was given in part is no dose that counts (RXA-20).
#[test]
fn no_vaccine_and_part_of_one_are_no_dose() {
    let told = |code: &str, completion: &str| {
        let own = [(1, "0"), (2, "1"), (3, "20240101"), (5, code), (6, "999"), (20, completion)];
        let made = bundle("VXU^V04^VXU_V04", &format!("ORC|RE||9999^S\r{}", segment("RXA", &own)));
        ["status", "isSubpotent"].map(|path| find(&made, &format!("Immunization.{path}")).concat())
    };
    for completion in ["", "NA", "CP", "XX"] {
        assert_eq!(told("998^No vaccine administered^CVX", completion), ["not-done", ""]);
        assert_eq!(told("NONE^None^L^998^No vaccine administered^CVX", completion)[0], "not-done");
    }
    assert_eq!(told("998^Local^L", ""), ["completed", ""]);
    assert_eq!(told("03^MMR^CVX", "PA"), ["completed", "true"]);
    assert_eq!(told("03^MMR^CVX", "CP"), ["completed", ""]);
}

#[test]
fn a_problem_that_is_ruled_out_is_none() {
    let told = |verification: &str, status: &str| {
        let own = [(1, "AD"), (2, "20240101"), (3, "I21^Infarction^I10"), (4, "P1^S")];
        let prb = segment("PRB", &[&own[..], &[(13, verification), (14, status)]].concat());
        let made = bundle("PPR^PC1^PPR_PC1", &prb);
        ["verificationStatus.coding.code", "clinicalStatus.coding.code", "note.text"]
            .map(|path| find(&made, &format!("Condition.{path}")).concat())
    };
    for (verification, status, expected) in [
        ("^Ruled out", "", ["refuted", "inactive", ""]),
        ("RO^Ruled Out^L", "", ["refuted", "inactive", ""]),
        ("N^Not present^L", "A", ["refuted", "active", ""]),
        ("D^Differential^L", "", ["differential", "active", ""]),
        ("P^Provisional^L", "^Remission", ["provisional", "remission", ""]),
        ("", "X^Gone away^L", ["", "active", "Gone away"]),
        ("7^Ruled out by biopsy^L", "", ["", "active", "Ruled out by biopsy"]),
    ] {
        assert_eq!(told(verification, status), expected, "{verification} {status}");
    }
}

#[test]
fn a_goal_that_is_given_up_is_not_active() {
    for (status, expected) in [
        ("Cancelled", ["cancelled", ""]),
        ("CA^Canceled^L", ["cancelled", ""]),
        ("On Hold", ["on-hold", ""]),
        ("^Achieved", ["completed", ""]),
        ("N^Not achieved^L", ["active", "Not achieved"]),
        ("", ["active", ""]),
    ] {
        let gol = segment("GOL", &[(1, "UP"), (3, "G^Walk^L"), (4, "G1^S"), (18, status)]);
        let made = bundle("PGL^PC6^PGL_PC6", &gol);
        let told = ["lifecycleStatus", "note.text"]
            .map(|path| find(&made, &format!("Goal.{path}")).concat());
        assert_eq!(told, expected, "{status}");
    }
}

/// Table 0278 has `Dc` for what is discontinued; words and other spellings are as common as its codes.
#[test]
fn an_appointment_that_is_called_off_is_not_booked() {
    for (status, expected) in [
        ("Dc", "cancelled"),
        ("DC^Discontinued^HL70278", "cancelled"),
        ("CAN^Cancelled^L", "cancelled"),
        ("Canceled", "cancelled"),
        ("No Show", "noshow"),
        ("F^Completed^L", "fulfilled"),
        ("Arrived", "arrived"),
        ("CI^Checked in^L", "checked-in"),
        ("X^Whatever^L", "booked"),
    ] {
        let fields = [(1, "A1^S"), (11, "^^^202401011000^202401011030"), (25, status)];
        let made = bundle("SIU^S14^SIU_S12", &segment("SCH", &fields));
        assert_eq!(find(&made, "Appointment.status"), [expected], "{status}");
    }
}

#[test]
fn an_appointment_does_not_end_before_it_begins() {
    for (times, length, expected) in [
        ("^^^20240101100000+0000^20240101093000+0000", "30", "2024-01-01T10:30:00Z"),
        ("^^^20240101100000+0000^20240101093000+0000", "", ""),
        ("^^^20240101100000+0000^20240101100000+0000", "", "2024-01-01T10:00:00Z"),
        ("^^^20240101100000+0000^20240101110000+0000", "30", "2024-01-01T11:00:00Z"),
    ] {
        let fields = [(1, "A1^S"), (9, length), (10, "min"), (11, times)];
        let made = bundle("SIU^S12^SIU_S12", &segment("SCH", &fields));
        assert_eq!(find(&made, "Appointment.end").concat(), expected, "{times} {length}");
        assert_eq!(find(&made, "Appointment.start"), ["2024-01-01T10:00:00Z"]);
    }
}

/// PID-30 says whether someone is dead, PID-29 since when.
#[test]
fn who_is_alive_is_not_dead() {
    for (time, indicator, expected) in [
        ("20240101", "Y", ["2024-01-01", ""]),
        ("20240101", "", ["2024-01-01", ""]),
        ("20240101", "\"\"", ["2024-01-01", ""]),
        ("20240101", "N", ["", ""]),
        ("00000000", "N", ["", "false"]),
        ("", "N", ["", "false"]),
        ("", "Y", ["", "true"]),
        ("\"\"", "\"\"", ["", ""]),
    ] {
        let fields = [(3, "P1^^^HOSP^MR"), (29, time), (30, indicator)];
        let made = bundle("ADT^A08^ADT_A01", &segment("PID", &fields));
        let told = ["deceasedDateTime", "deceasedBoolean"]
            .map(|member| find(&made, &format!("Patient.{member}")).concat());
        assert_eq!(told, expected, "{time} {indicator}");
    }
}

#[test]
fn an_order_that_is_carried_out_is_not_unknown() {
    const RXE: &str = "RXE||1191^Aspirin^RXNORM|1||TAB";
    let status = |orc: &str, event: &str, detail: &str| {
        let made = bundle(event, &format!("{orc}\r{RXE}\r{detail}"));
        find(&made, "MedicationRequest[intent=order].status").concat()
    };
    for (event, detail) in [
        ("RDS^O13", "RXD|1|1191^Aspirin^RXNORM|20240101|60"),
        ("RGV^O15", "RXG|1|||1191^Aspirin^RXNORM|1"),
        ("RAS^O17", "RXA|0|1|20240101||1191^Aspirin^RXNORM|1"),
    ] {
        assert_eq!(status("ORC|RE|P1^S", event, detail), "active", "{event}");
        assert_eq!(status("ORC|RE|P1^S|||CM", event, detail), "completed", "{event}");
        assert_eq!(status("ORC|UC|P1^S", event, detail), "unknown", "{event}");
    }
    assert_eq!(status("ORC|RE|P1^S", "RDE^O11", "NTE|1"), "active");
    assert_eq!(status("ORC|UC|P1^S", "RDE^O11", "NTE|1"), "unknown");
}

/// P02 and P06 (chapter 6) end an account.
#[test]
fn an_account_that_is_closed_is_not_active() {
    let pid = segment("PID", &[(3, "P1^^^HOSP^MR"), (18, "ACC1")]);
    for (event, expected) in
        [("P01", "active"), ("P02", "inactive"), ("P05", "active"), ("P06", "inactive")]
    {
        let made = bundle(&format!("BAR^{event}"), &pid);
        assert_eq!(find(&made, "Account.status"), [expected], "{event}");
    }
}

/// Table 0119: the placer asks that it be held (HD), and then that it go on (RL).
#[test]
fn an_order_that_is_held_is_not_active() {
    for (control, expected) in [("HD", "on-hold"), ("RL", "active"), ("NW", "active")] {
        let orc = format!("ORC|{control}|P1^S");
        let made = bundle("OMG^O19^OMG_O19", &format!("{orc}\rOBR|1|P1^S||A^B^L"));
        assert_eq!(find(&made, "ServiceRequest.status"), [expected], "{control}");
        let made = bundle("RDE^O11^RDE_O11", &format!("{orc}\rRXE||1191^Aspirin^RXNORM|1||TAB"));
        assert_eq!(find(&made, "MedicationRequest.status"), [expected], "{control}");
    }
}

/// Senders have an empty AL1 for whom no allergy is known.
#[test]
fn an_allergy_to_nothing_is_none() {
    for (segment, count) in [
        ("AL1|1", 0),
        ("AL1|1|DA|\"\"", 0),
        ("AL1|1|DA|^\"\"^L|\"\"|\"\"", 0),
        ("AL1|1|DA|PEN^Penicillin^L", 1),
        ("AL1|1|DA||SV|Rash", 1),
        ("AL1|1|DA|^No known allergies", 1),
        ("IAM|1|DA|\"\"", 0),
        ("IAM|1|DA|||||I1^S", 1),
        ("IAM|1|DA||||D|I1^S", 1),
    ] {
        let made = bundle("ADT^A60^ADT_A60", segment);
        assert_eq!(find(&made, "AllergyIntolerance.id").len(), count, "{segment}");
    }
}

/// IAR (chapter 3 of 2.9): what an allergy did, and how badly.
#[test]
fn an_allergy_tells_its_reactions() {
    let segments = [
        "IAM|1|DA|PEN^Penicillin^L||||I1^S",
        "NTE|1||seen twice",
        "IAR|39579001^Anaphylaxis^SCT|SV^Severe^HL70128|AL|Epinephrine",
        "IAR|247472004^Hives^SCT|MI",
        "IAM|2|FA|PEA^Peanut^L|||||||||||||",
        "IAR|271807003^Rash^SCT",
    ];
    let made = bundle("ADT^A60^ADT_A60", &segments.join("\r"));
    let told = |code: &str, path: &str| {
        find(&made, &format!("AllergyIntolerance[code.coding.code={code}].{path}"))
    };
    let did = told("PEN", "reaction.manifestation.coding.code");
    assert_eq!(did, ["39579001", "247472004"]);
    assert_eq!(told("PEN", "reaction.severity"), ["severe", "mild"]);
    assert_eq!(told("PEN", "reaction.note.text"), ["Epinephrine"]);
    assert_eq!(told("PEN", "note.text"), ["seen twice"]);
    assert_eq!(told("PEA", "reaction.manifestation.coding.code"), ["271807003"]);
}

/// Tables 0335 and 0485: what is given when it is needed is not given by the clock.
#[test]
fn what_is_given_as_needed_is_told_so() {
    for (timing, is_as_needed) in [
        ("TQ1|1|1|PRN", true),
        ("TQ1|1|1|PRNQ6H", true),
        ("TQ1|1|1|Q6H||||||PRN^As needed^HL70485", true),
        ("TQ1|1|1|Q6H|||||||prn pain", true),
        ("TQ1|1|1|Q6H||||||R^Routine^HL70485", false),
    ] {
        let expected = if is_as_needed { vec!["true"] } else { vec![] };
        let rxe = format!("ORC|NW|P1^S\rRXE||1191^Aspirin^RXNORM|1||TAB\r{timing}");
        let made = bundle("RDE^O11^RDE_O11", &rxe);
        let dosage = "MedicationRequest.dosageInstruction.asNeededBoolean";
        assert_eq!(find(&made, dosage), expected, "{timing}");
        let made = bundle("OMG^O19^OMG_O19", &format!("ORC|NW|P1^S\rOBR|1|P1^S||A^B^L\r{timing}"));
        let condition = find(&made, "ServiceRequest.asNeededCodeableConcept.text").len();
        let told = find(&made, "ServiceRequest.asNeededBoolean").len() + condition;
        assert_eq!(told, expected.len(), "{timing}");
    }
    let made = bundle("ORM^O01^ORM_O01", "ORC|NW|P1^S|||||1^PRN&\rOBR|1|P1^S||A^B^L");
    assert_eq!(find(&made, "ServiceRequest.asNeededBoolean"), ["true"]);
    for (timing, condition) in [("1^Q6H^^^^PRN", &[][..]), ("1^Q6H^^^^^PRN pain", &["PRN pain"])] {
        let rxe = format!("ORC|NW|P1^S\rRXE|{timing}|1191^Aspirin^RXNORM|1||TAB");
        let made = bundle("RDE^O11^RDE_O11", &rxe);
        let dosage =
            |path: &str| find(&made, &format!("MedicationRequest.dosageInstruction.{path}"));
        assert_eq!(dosage("asNeededBoolean"), ["true"], "{timing}");
        assert_eq!(dosage("additionalInstruction.text"), condition, "{timing}");
    }
}

/// A number is none without its unit, whatever the sender has behind it.
#[test]
fn a_number_with_a_remark_keeps_its_unit() {
    for (kind, value, expected) in [
        ("NM", "4.5 H", "4.5 H mg/L"),
        ("NM", "<0.1*", "<0.1* mg/L"),
        ("ST", "4.5 (corrected)", "4.5 (corrected) mg/L"),
        ("ST", "5 mg/L", "5 mg/L"),
        ("ST", "1+ cells", "1+ cells"),
        ("ST", "NEGATIVE", "NEGATIVE"),
        ("TX", "5 of them", "5 of them"),
    ] {
        let obx = format!("OBR|1|P1^S||A^B^L\rOBX|1|{kind}|X^Y^L||{value}|mg/L|||||F");
        let made = bundle("ORU^R01^ORU_R01", &obx);
        assert_eq!(find(&made, "Observation.valueString"), [expected], "{kind} {value}");
    }
}

/// OBX-11 (table 0085): D deletes, W was posted wrongly, for the wrong patient.
#[test]
fn what_was_taken_back_is_not_in_a_document() {
    let line =
        |n: u8, text: &str, status: &str| format!("OBX|{n}|TX|R^Report^L||{text}||||||{status}");
    let [first, deleted, wrong, last] =
        [line(1, "one", "F"), line(2, "two", "D"), line(3, "three", "W"), line(4, "four", "C")];
    let txa = "TXA|1|DS^Summary^L|TX|||||||||D1^S|||||AU";
    let all = [txa, &first, &deleted, &wrong, &last].join("\r");
    let made = bundle("MDM^T02^MDM_T02", &all);
    let text = find(&made, "DocumentReference[docStatus=final].content.attachment.data");
    assert_eq!(text, ["b25lCmZvdXI="], "one and four");
}

/// What a code means that the table lacks nobody knows: it does not say that the patient got it.
#[test]
fn what_nobody_knows_was_not_given() {
    for (code, event, kind, expected) in [
        ("03^MMR^CVX", "VXU^V04^VXU_V04", "Immunization", &[][..]),
        ("1191^Aspirin^RXNORM", "RAS^O17^RAS_O17", "MedicationAdministration", &["unknown"]),
    ] {
        let own = [(1, "0"), (2, "1"), (3, "20240101"), (5, code), (6, "1"), (20, "OMITTED")];
        let made = bundle(event, &format!("ORC|RE||F1^S\r{}", segment("RXA", &own)));
        assert_eq!(find(&made, &format!("{kind}.status")), expected, "{code}");
    }
}

/// An appointment that is called off does not say that its order is not wanted any more, nor that it is.
#[test]
fn an_order_is_not_known_by_an_appointment_that_is_called_off() {
    for (event, status, expected) in [
        ("S12", "", "active"),
        ("S15", "", "unknown"),
        ("S15", "Booked", "unknown"),
        ("S15", "Cancelled", "revoked"),
        ("S26", "", "unknown"),
        ("S14", "Complete", "completed"),
        ("S13", "", "active"),
        ("S01", "", "unknown"),
    ] {
        let fields =
            [(1, "A1^S"), (11, "^^^202401011000^202401011030"), (25, status), (26, "P1^S")];
        let made = bundle(&format!("SIU^{event}^SIU_S12"), &segment("SCH", &fields));
        assert_eq!(find(&made, "ServiceRequest.status"), [expected], "{event} {status}");
    }
}

/// No code stands under a table of HL7 v2 that lacks it.
#[test]
fn codes_are_of_the_tables_that_have_them() {
    for (event, system, code) in [
        ("ADT^A08", "http://terminology.hl7.org/CodeSystem/v2-0003", "A08"),
        ("ADT^Z99", "urn:id:HL70003", "Z99"),
        ("ADT", "http://terminology.hl7.org/CodeSystem/v2-0076", "ADT"),
        ("ZZZ", "urn:id:HL70076", "ZZZ"),
    ] {
        let made = bundle(event, "PV1|1|I");
        assert_eq!(find(&made, "MessageHeader.eventCoding.system"), [system], "{event}");
        assert_eq!(find(&made, "MessageHeader.eventCoding.code"), [code], "{event}");
    }
    let made = bundle("ORM^O01", "ORC|ZZ|P1^S\rOBR|1|P1^S||A^B^L");
    let event = "ServiceRequest.extension.extension.valueCodeableConcept.coding.system";
    assert_eq!(find(&made, event), ["urn:id:HL70119"]);
}

/// What asks for a change, or tells that it was made, leaves the order as it was; and results do not make it unknown.
#[test]
fn an_order_that_is_changed_or_done_is_not_unknown() {
    for (control, expected) in [
        ("XO", "active"),
        ("XX", "active"),
        ("XR", "active"),
        ("OE", "active"),
        ("OF", "active"),
        ("OP", "active"),
        ("PA", "active"),
        ("RP", "revoked"),
        ("RU", "revoked"),
        ("UA", "revoked"),
        ("UR", "on-hold"),
        ("UC", "unknown"),
        ("RE", "unknown"),
    ] {
        let order = format!("ORC|{control}|P1^S|F1^L\rOBR|1|P1^S|F1^L|A^B^L");
        let made = bundle("OMG^O19^OMG_O19", &order);
        assert_eq!(find(&made, "ServiceRequest.status"), [expected], "{control}");
    }
    for (control, result, expected) in [
        ("RE", "P", "active"),
        ("RE", "I", "active"),
        ("RE", "F", "completed"),
        ("RE", "C", "completed"),
        ("RE", "X", "revoked"),
        ("RE", "Z", "unknown"),
        ("RE CM", "P", "completed"),
        ("CA", "F", "revoked"),
    ] {
        let (control, state) = control.split_once(' ').unwrap_or((control, ""));
        let orc = segment("ORC", &[(1, control), (2, "P1^S"), (3, "F1^L"), (5, state)]);
        let obr = [(2, "P1^S"), (3, "F1^L"), (4, "A^B^L"), (25, result)];
        let made = bundle("ORU^R01^ORU_R01", &format!("{orc}\r{}", segment("OBR", &obr)));
        assert_eq!(find(&made, "ServiceRequest.status"), [expected], "{control} {state} {result}");
    }
}

/// Table 0004: `N` is not applicable, where a message about a person has to have a PV1.
#[test]
fn a_person_without_a_visit_has_none() {
    for (pv1, visits) in [
        ("PV1|1|N", 0),
        ("PV1|1|N|||||9^Who", 0),
        ("PV1|1|I", 1),
        ("PV1|1|N|||||||||||||||||V1", 1),
    ] {
        let rest = format!("{pv1}\rDG1|1||J18^Pneumonia^I10\rAL1|1||PCN");
        let made = bundle("ADT^A28^ADT_A05", &format!("PID|1||P1^^^H^MR\r{rest}"));
        assert_eq!(find(&made, "Encounter.id").len(), visits, "{pv1}");
        assert_eq!(find(&made, "Condition.encounter.reference").len(), visits, "{pv1}");
        assert_eq!(find(&made, "AllergyIntolerance.id").len(), 1, "{pv1}");
    }
}

/// An empty OBX-11 means what all of the report is, and F in old versions.
#[test]
fn a_result_without_a_status_has_that_of_its_report() {
    for (version, report, own, expected) in [
        ("2.5.1", "F", "", "final"),
        ("2.5.1", "P", "", "preliminary"),
        ("2.5.1", "R", "", "preliminary"),
        ("2.5.1", "C", "", "corrected"),
        ("2.5.1", "A", "", "unknown"),
        ("2.5.1", "", "", "unknown"),
        ("2.5.1", "F", "P", "preliminary"),
        ("2.5.1", "F", "?", "unknown"),
        ("2.2", "", "", "final"),
        ("2.1", "", "", "final"),
        ("2.1", "P", "", "preliminary"),
        ("2.1", "I", "", "unknown"),
    ] {
        let obr = segment("OBR", &[(3, "F1^LAB"), (4, "A^A^L"), (25, report)]);
        let obx = segment("OBX", &[(2, "NM"), (3, "X^X^L"), (5, "1"), (11, own)]);
        let message =
            format!("MSH|^~\\&|A|B|||20240501||ORU^R01|1|P|{version}\rPID|1||P1\r{obr}\r{obx}\r\n");
        let made = valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap();
        let status = find(&made, "Observation.status");
        assert_eq!(status, [expected], "{version} {report} {own}");
    }
    // What is asked with an order is no result.
    let made = bundle("OML^O21", "ORC|NW|P1\rOBR|1|P1||A^A^L\rOBX|1|NM|X^X^L||1");
    assert_eq!(find(&made, "Observation.status"), ["unknown"]);
}

/// Who measures first and orders then (ORU^R30, R31) has an order that nobody need do any more.
#[test]
fn an_order_for_results_that_are_there_is_done() {
    for (event, state, result, expected) in [
        ("R30", "", "F", "completed"),
        ("R31", "", "F", "completed"),
        ("R30", "", "P", "active"),
        ("R30", "IP", "F", "active"),
        ("R01", "", "F", "active"),
    ] {
        let obr = segment("OBR", &[(3, "F1^LAB"), (4, "A^A^L"), (25, result)]);
        let rest = format!("PID|1||P1\rORC|NW||||{state}\r{obr}\rOBX|1|NM|X^X^L||1||||||F");
        let made = bundle(&format!("ORU^{event}"), &rest);
        assert_eq!(find(&made, "ServiceRequest.status"), [expected], "{event} {state} {result}");
    }
}
