//! A comment (NTE) is read by whoever reads what it is about: an order, a result, the patient.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Segments between MSH and an NTE that says `Deaf, calls back`, and where that arrives.
const PLACES: &[(&str, &str)] = &[
    ("", "MessageHeader.extension.valueAnnotation.text"),
    ("SFT|Maker|1|Product|1", "MessageHeader.extension.valueAnnotation.text"),
    ("PID|1||P1^^^H^MR", "Patient.extension.valueAnnotation.text"),
    ("PID|1||P1^^^H^MR\rPD1|S", "Patient.extension.valueAnnotation.text"),
    ("PID|1||P1^^^H^MR\rNK1|1|Roe^Ann|SPO", "RelatedPerson.extension.valueAnnotation.text"),
    ("PID|1||P1^^^H^MR\rPV1|1|I", "Encounter.extension.valueAnnotation.text"),
    ("PID|1||P1^^^H^MR\rAL1|1|DA|70618^Penicillin", "AllergyIntolerance.note.text"),
    ("PID|1||P1^^^H^MR\rDG1|1||J20.9^Bronchitis^I10", "Condition.note.text"),
    ("PID|1||P1^^^H^MR\rPR1|1||44950^Appendectomy^C4", "Procedure.note.text"),
    ("PID|1||P1^^^H^MR\rFT1|1|||20240501||CG|99213^Visit^C4", "ChargeItem.note.text"),
    ("PID|1||P1^^^H^MR\rPRB|AD|20240501|J45^Asthma^I10|1", "Condition.note.text"),
    ("PID|1||P1^^^H^MR\rORC|NW|1\rRXO|1^Drug^L|1||mg\rDG1|1||J20.9", "MedicationRequest.note.text"),
    (
        "PID|1||P1^^^H^MR\rORC|NW|1\rRXE||1^Drug^L|1||mg\rRXR|PO\rRXC|B|2^D5W^L|1|L",
        "MedicationRequest.note.text",
    ),
    (
        "PID|1||P1^^^H^MR\rORC|NW|1\rRXD|1|1^Drug^L|20240501|1\rRXR|PO",
        "MedicationDispense.note.text",
    ),
    ("PID|1||P1^^^H^MR\rORC|NW|1\rOBR|1|1||8^Test^L\rTCD|8^Test^L", "ServiceRequest.note.text"),
    ("PID|1||P1^^^H^MR\rORC|NW|1\rOBR|1|1||8^Test^L\rDG1|1||J20.9", "ServiceRequest.note.text"),
    ("RF1|A|R|MED|||R1\rPID|1||P1^^^H^MR\rPV1|1|O\rPV2|1", "ServiceRequest.note.text"),
];

#[test]
fn a_note_is_told_with_what_it_is_about() {
    for (segments, path) in PLACES {
        let header = "MSH|^~\\&|A|B|||20240501||OML^O21^OML_O21|1|P|2.5.1\r";
        let between = if segments.is_empty() { "" } else { "\r" };
        let note = "NTE|1||Deaf, calls back|RE^Remark^HL70364|7^Roe^Ann^^^^^^H\r\n";
        let message = format!("{header}{segments}{between}{note}");
        let bundle = valid(&pipehat(&["to-fhir", "-q", "--no-source"]).stdin(message).run());
        assert_eq!(find(&bundle[0], path), ["Deaf, calls back"], "{segments}");
        let author = path.replace(".text", ".authorReference.reference");
        assert_eq!(find(&bundle[0], &author).len(), 1, "{segments}");
    }
}

/// The reason for a drug is that of its order, and no diagnosis of the visit.
#[test]
fn a_diagnosis_behind_a_drug_is_the_reason_for_it() {
    let message = "MSH|^~\\&|A|B|||20240501||ORM^O01|1|P|2.5.1\rPID|1||P1^^^H^MR\rPV1|1|O\r\
        ORC|NW|1\rRXO|1^Drug^L|1||mg\rDG1|1||J20.9^Bronchitis^I10\r\n";
    let bundle = valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).remove(0);
    let reason = find(&bundle, "MedicationRequest.reasonReference.reference");
    let condition = find(&bundle, "Condition.id");
    assert_eq!(reason, [format!("urn:uuid:{}", condition[0])]);
    assert!(find(&bundle, "Encounter.diagnosis").is_empty());
}

/// Wherever the structures of the standard have notes.
#[test]
fn no_note_of_any_structure_is_lost() {
    for version in ["2.3.1", "2.5.1", "2.8.2"] {
        let args = ["generate", "all", "-n", "300", "--fill", "all", "--version", version];
        let messages = pipehat(&args).text();
        let mut count = 0;
        let mut numbered = String::new();
        for line in messages.split_inclusive('\r') {
            let mut fields: Vec<&str> = line.split('|').collect();
            let text = format!("note{count}end");
            if fields[0] == "NTE" && fields.len() > 4 {
                fields[3] = &text;
                count += 1;
            }
            numbered += &fields.join("|");
        }
        let out = pipehat(&["to-fhir", "-q", "--no-source"]).stdin(numbered).text();
        let attached = |n: usize| STANDARD.encode(format!("note{n}end"));
        let is_lost =
            |n: &usize| !out.contains(&format!("note{n}end")) && !out.contains(&attached(*n));
        assert!(count > 100, "{count} notes in {version}");
        assert_eq!((0..count).filter(is_lost).collect::<Vec<_>>(), [0; 0], "{version}");
    }
}
