//! What events of ADT do to visits and patients, as a server has them that takes each Bundle.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

/// The Bundle of message `control` of these segments.
#[track_caller]
fn bundle(control: &str, event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|A|B|||20240501120000+0000||ADT^{event}|{control}|P|2.5.1");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    valid(&pipehat(&["to-fhir", "-q", "--no-source"]).stdin(message).run()).pop().unwrap()
}

/// A PV1 of visit V1 with these fields.
fn pv1(fields: &[(usize, &str)]) -> String {
    let all = [&[(1, "1"), (2, "I"), (3, "W1"), (19, "V1^^^HOSP^VN")], fields].concat();
    let field = |n| all.iter().rev().find(|(m, _)| *m == n).map_or("", |(_, value)| value);
    (1..=50).map(field).fold("PV1".to_owned(), |segment, field| segment + "|" + field)
}

/// Nobody is where a visit has ended or has yet to begin, and no place waits for one that does not come.
#[test]
fn places_are_taken_during_a_visit() {
    let told = [(6, "W0"), (42, "W2"), (44, "20240401")];
    for (event, class, expected) in [
        ("A01", "I", &["active", "completed", "reserved"][..]),
        ("A03", "I", &["completed", "completed"]),
        ("A05", "P", &["planned", "completed", "reserved"]),
        ("A11", "I", &["completed"]),
        ("A14", "I", &["planned", "completed", "reserved"]),
        ("A23", "I", &["completed"]),
        ("A27", "I", &["completed"]),
        // Nobody is to be transferred any more.
        ("A26", "I", &["active", "completed"]),
    ] {
        let pv1 = pv1(&[&told[..], &[(2, class)]].concat());
        let found = find(&bundle("1", event, &[PID, &pv1]), "Encounter.location.status");
        assert_eq!(found, expected, "{event}");
    }
}

#[test]
fn a_discharge_that_is_cancelled_leads_nowhere() {
    let left = pv1(&[(36, "01"), (37, "HOME"), (44, "20240401"), (45, "20240430")]);
    for (event, expected) in [
        ("A03", ["01", "HOME"]),
        ("A16", ["01", "HOME"]),
        ("A08", ["01", "HOME"]),
        ("A13", ["", ""]),
        ("A25", ["", ""]),
    ] {
        let made = bundle("1", event, &[PID, &left]);
        let to = "destination -> Location.type.coding.code";
        let told = ["dischargeDisposition.coding.code", to]
            .map(|path| find(&made, &format!("Encounter.hospitalization.{path}")).concat());
        assert_eq!(told, expected, "{event}");
    }
}

#[test]
fn who_is_deleted_is_not_active() {
    let active = |event: &str| find(&bundle("1", event, &[PID, "PV1|1|N"]), "Patient.active");
    assert_eq!(active("A28"), [""; 0]);
    assert_eq!(active("A29"), ["false"]);
}

/// A42, A45 and A50 (chapter 3): a visit that is one with another, or has another number, does not go on beside
/// that one, and what was told of it is found there.
#[test]
fn a_visit_that_there_is_no_more_does_not_go_on() {
    let old = bundle("1", "A01", &[PID, &pv1(&[(19, "V7^^^HOSP^VN"), (44, "20240401")])]);
    for event in ["A42", "A45", "A50"] {
        let mrg = "MRG|P1^^^HOSP^MR||||V7^^^HOSP^VN|V8^^^HOSP";
        let made = bundle("2", event, &[PID, mrg, &pv1(&[(44, "20240401")])]);
        let of = |path: &str| find(&made, &format!("Encounter[identifier.value=V7].{path}"));
        assert_eq!(of("id"), find(&old, "Encounter.id"), "{event}");
        assert_eq!(of("status"), ["entered-in-error"], "{event}");
        assert_eq!(of("identifier.use"), ["old"]);
        assert_eq!(of("subject -> Patient.id"), find(&old, "Patient.id"));
        assert_eq!(of("partOf -> Encounter.identifier[0].value"), ["V1"], "{event}");
        // A server refuses two with one identifier.
        let now = find(&made, "Encounter[identifier.value=V1].identifier.value");
        assert_eq!(now, ["V1", "V8"], "{event}");
        assert_eq!(find(&made, "Encounter[identifier.value=V1].status"), ["in-progress"]);
    }
    // It moves away from who had it.
    let mrg = "MRG|P2^^^HOSP^MR||||V7^^^HOSP^VN";
    let made = bundle("2", "A45", &[PID, mrg, &pv1(&[])]);
    let whose = find(&made, "Encounter[status=entered-in-error].subject.identifier.value");
    assert_eq!(whose, ["P2"]);
    // A number that it had, of an event that leaves it open what is there still.
    let made = bundle("2", "A06", &[PID, "MRG|P1^^^HOSP^MR||||V7^^^HOSP^VN", &pv1(&[])]);
    assert_eq!(find(&made, "Encounter.identifier[use=old].value"), ["V7"]);
    assert_eq!(find(&made, "Encounter.status"), ["in-progress"]);
}

/// A20 tells of a bed, which is that of the visits there.
#[test]
fn a_bed_has_its_status() {
    let made = bundle("1", "A20", &["EVN||20240501", "NPU|W1^101^A^HOSP|H"]);
    let bed = "MessageHeader.focus -> Location";
    assert_eq!(find(&made, &format!("{bed}.operationalStatus.code")), ["H"]);
    assert_eq!(find(&made, &format!("{bed}.name")), ["A"]);
    let visit = bundle("2", "A01", &[PID, &pv1(&[(3, "W1^101^A^HOSP")])]);
    let path = "Encounter.location.location -> Location.id";
    assert_eq!(find(&visit, path), find(&made, &format!("{bed}.id")));
}

/// What is told again of a visit stays one: where the patient was for a time, and where they went.
#[test]
fn where_the_patient_was_is_told_once() {
    let told = pv1(&[(37, "HOME"), (43, "XRAY^^^HOSP"), (44, "20240401")]);
    let [first, then] = ["1", "2"].map(|control| bundle(control, "A08", &[PID, &told]));
    for path in ["Basic.id", "Encounter.hospitalization.destination -> Location.id"] {
        assert_eq!(find(&first, path).len(), 1);
        assert_eq!(find(&first, path), find(&then, path), "{path}");
    }
}

/// ROL is told again with each message: whoever takes part is no other, though their name is corrected.
#[test]
fn who_takes_part_is_told_once() {
    let roles = |control: &str, name: &str| {
        let visit = pv1(&[]);
        let rol = format!("ROL||UP|AT^Attending^HL70443|7^{name}^^^^^^^HOSP");
        let other = "ROL||UP|CP^Consulting^HL70443|7^Cay^^^^^^^HOSP";
        let made = bundle(control, "A08", &[PID, &visit, &rol, other]);
        find(&made, "Encounter.participant.individual -> PractitionerRole.id")
    };
    let first = roles("1", "Cay");
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, roles("2", "Kay"));
}

/// The message is of 1 May. 2.8.2, 3.3.4: who is registered has arrived; but not before the day that PV1-44 tells.
#[test]
fn nobody_has_come_or_left_before_the_day() {
    for (event, class, from, to, expected) in [
        ("A04", "O", "20240501080000", "", "in-progress"),
        // Clocks differ by minutes.
        ("A04", "O", "20240501120300", "", "in-progress"),
        ("A04", "O", "20240502080000", "", "planned"),
        ("A08", "I", "20240502", "", "planned"),
        ("A08", "I", "20240430", "20240502", "in-progress"),
        ("A08", "I", "20240430", "20240501", "finished"),
        // The second of May there, and the first here.
        ("A08", "I", "20240430", "20240502010000+1400", "finished"),
        ("A05", "P", "20240502", "20240503", "planned"),
        // It is told by the event.
        ("A01", "I", "20240502", "", "in-progress"),
        ("A03", "I", "20240430", "20240502", "finished"),
    ] {
        let made = bundle("1", event, &[PID, &pv1(&[(2, class), (44, from), (45, to)])]);
        assert_eq!(find(&made, "Encounter.status"), [expected], "{event} {from} {to}");
    }
}

/// The Bundle of a message about the appointment F1 of a patient, with a PV1.
#[track_caller]
fn appointment(kind: &str, control: &str, first: &str, pv1: &str) -> Value {
    let header = format!("MSH|^~\\&|A|B|||20240501120000+0000||{kind}|{control}|P|2.5.1");
    let message = format!("{header}\r{first}\r{PID}\r{pv1}\r\n");
    valid(&pipehat(&["to-fhir", "-q", "--no-source"]).stdin(message).run()).pop().unwrap()
}

/// What an appointment is made for stays one visit while it is moved, and does not go on beside that when it is
/// called off.
#[test]
fn a_visit_without_a_number_is_known_by_its_appointment() {
    let visit = |event: &str, control: &str, number: &str, pv1: &str| {
        let sch = format!("SCH||{number}^S|||||||||^^^202405201000^202405201030");
        let made = appointment(&format!("SIU^{event}^SIU_S12"), control, &sch, pv1);
        ["id", "status"].map(|path| find(&made, &format!("Encounter.{path}")).concat())
    };
    let [booked, planned] = visit("S12", "1", "F1", "PV1|1|O|CLINIC");
    let [called_off, cancelled] = visit("S15", "2", "F1", "PV1|1|O|CLINIC2");
    assert_eq!([planned, cancelled], ["planned", "cancelled"]);
    assert_eq!(booked, called_off);
    assert_ne!(booked, visit("S12", "3", "F2", "PV1|1|O|CLINIC")[0]);
    // With a number it is known by that, in any message.
    let numbered = visit("S12", "4", "F1", &pv1(&[(2, "O")]));
    assert_eq!(numbered[0], find(&bundle("5", "A04", &[PID, &pv1(&[])]), "Encounter.id").concat());
}

/// SRM asks for an appointment (ARQ): nobody has come.
#[test]
fn what_an_appointment_is_asked_for_has_not_begun() {
    for (class, expected) in [("O", "planned"), ("", "planned"), ("I", "in-progress")] {
        let made = appointment("SRM^S01^SRM_S01", "1", "ARQ|1", &format!("PV1|1|{class}|CLINIC"));
        assert_eq!(find(&made, "Encounter.status"), [expected], "{class}");
    }
}
