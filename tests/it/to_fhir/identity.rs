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
const EVE: &str = "PID|1||222^^^NORTH^MR||BETA^EVE||19800101|F";
const V9: &str = "PV1|1|I|W1^101^A||||||||||||||||V9^^^NORTH^VN";
const V8: &str = "PV1|2|I|W1^102^A||||||||||||||||V8^^^NORTH^VN";

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

/// ADT_A45 (chapter 3): MERGE_INFO is an MRG and the PV1 of the visit that moves.
#[test]
fn each_visit_has_its_own_numbers_from_before() {
    let made = bundle(
        "ADT^A45^ADT_A45",
        &[
            ANNE,
            "MRG|222^^^NORTH^MR||||V7^^^NORTH^VN|A7^^^NORTH",
            V9,
            "MRG|222^^^NORTH^MR||||V8^^^NORTH^VN|A8^^^NORTH",
            V8,
        ],
    );
    for (visit, before) in [("V9", "A7"), ("V8", "A8")] {
        let path = format!("Encounter[identifier[0].value={visit}].identifier[use=old].value");
        assert_eq!(find(&made, &path), [before], "a number that a visit has is none from before");
    }
    let before = "Encounter[identifier[0].value=V7].partOf -> Encounter.identifier[0].value";
    assert_eq!(find(&made, before), ["V9"]);
    assert_eq!(find(&made, "Encounter.id").len(), 3);
    let before = "Encounter[identifier[0].value=V7].subject.identifier.value";
    assert_eq!(find(&made, before), ["222"]);
    assert_eq!(find(&made, "Patient.identifier.value"), ["111"], "who stays keeps their name");
}

/// A number that several MRG tell of is one of a visit all the same, if there is one PV1.
#[test]
fn one_visit_has_all_numbers_from_before() {
    let numbers = ["MRG|222^^^NORTH^MR||||V7^^^NORTH^VN", "MRG|222^^^NORTH^MR||||V6^^^NORTH^VN"];
    for segments in [[numbers[0], numbers[1], V9], [V9, numbers[0], numbers[1]]] {
        let made = bundle("ADT^A42^ADT_A39", &[&[ANNE][..], &segments].concat());
        assert_eq!(find(&made, "Encounter.identifier[use=old].value"), ["V7", "V6"]);
        assert_eq!(find(&made, "Patient.link[type=replaces].type"), ["replaces"]);
    }
}

/// A visit that moves to another patient (chapter 3, A45) is the same visit.
#[test]
fn a_visit_stays_the_same_at_another_patient() {
    let made = bundles(&[
        ("ADT^A01^ADT_A01", "1", &[EVE, V9]),
        ("ADT^A45^ADT_A45", "2", &[ANNE, "MRG|222^^^NORTH^MR||||V9^^^NORTH^VN", V9]),
    ]);
    let [before, now] = [0, 1].map(|n| find(&made[n], "Encounter.id"));
    assert_eq!(before, now);
    assert_eq!(find(&made[1], "Encounter.subject -> Patient.name.given"), ["ANNE"]);
}

/// A number without an authority counts within the sender, and an authority makes it another.
/// Some senders number the visits of each patient from 1 on.
#[test]
fn a_short_number_of_a_visit_counts_within_the_patient() {
    let visit = |pid: &str, number: &str| {
        let pv1 = format!("PV1|1|I|||||||||||||||||{number}");
        find(&bundle("ADT^A08^ADT_A01", &[pid, &pv1]), "Encounter.id")
    };
    for (number, is_same) in [("1", false), ("99", false), ("1^^^NORTH", true), ("10001", true)] {
        assert_eq!(visit(ANNE, number) == visit(EVE, number), is_same, "{number}");
        assert_eq!(visit(ANNE, number), visit(ANNE, number), "{number}");
    }
}

#[test]
fn visits_of_other_authorities_are_others() {
    let visit = |number: &str| {
        let pv1 = format!("PV1|1|I|||||||||||||||||{number}");
        find(&bundle("ADT^A01^ADT_A01", &[ANNE, &pv1]), "Encounter.id").concat()
    };
    let ids = ["1^^^NORTH^VN", "1^^^SOUTH^VN", "1", "2"].map(visit);
    for (n, id) in ids.iter().enumerate() {
        assert!(!ids[..n].contains(id), "{ids:?}");
    }
    assert_eq!(visit("1^^^NORTH"), ids[0]);
}

/// A44 (chapter 3) moves an account to the patient of PID.
#[test]
fn an_account_that_moves_stays_one() {
    let made = bundle(
        "ADT^A44^ADT_A43",
        &[
            "PID|1||111^^^NORTH^MR||ALPHA^ANNE||19700101|F||||||||||ACC1^^^NORTH^AN",
            "MRG|222^^^NORTH^MR||ACC1^^^NORTH^AN",
        ],
    );
    assert_eq!(find(&made, "Account.identifier.value"), ["ACC1"]);
    assert_eq!(find(&made, "Account.subject -> Patient.identifier.value"), ["111"]);
}

/// What is around two places is one place.
#[test]
fn rooms_are_in_one_house() {
    let visit = "PV1|1|I|W1^101^A^NORTH|||W1^102^B^NORTH^^^^^by the door";
    let made = bundle("ADT^A02^ADT_A02", &[ANNE, visit]);
    let mut names = find(&made, "Location.name");
    names.sort();
    assert_eq!(names, ["101", "102", "A", "B", "NORTH", "W1"]);
    let wards = "Location[physicalType.coding.code=ro].partOf -> Location.name";
    assert_eq!(find(&made, wards), ["W1", "W1"]);
}

/// Numbers of messages (MSH-10) begin anew, and MSH-7 may be a date.
#[test]
fn messages_about_two_patients_share_nothing() {
    let allergy = "AL1|1|DA|PEN^Penicillin^L";
    let made = bundles(&[
        ("ADT^A08^ADT_A01", "1", &[ANNE, allergy]),
        ("ADT^A08^ADT_A01", "1", &[EVE, allergy]),
        ("ADT^A08^ADT_A01", "1", &[ANNE, allergy]),
    ]);
    let ids: Vec<_> = made.iter().map(|made| find(made, "AllergyIntolerance.id")).collect();
    assert_ne!(ids[0], ids[1]);
    assert_eq!(ids[0], ids[2]);
}

/// Where no patient has a number, all of the message tells it from another of the same number.
#[test]
fn messages_without_a_patient_share_nothing() {
    let (allergy, visit) = ("AL1|1|DA|PEN^Penicillin^L", "PV1|1|O|W1");
    for pid in [None, Some("PID|1||^^^NORTH^MR||ALPHA^ANNE"), Some("PID|1||\"\"||ALPHA^ANNE")] {
        let of = |more: [&'static str; 2]| pid.into_iter().chain(more).collect::<Vec<_>>();
        let (one, other) = (of([allergy, visit]), of([allergy, "PV1|1|I|W1"]));
        let made = bundles(&[
            ("ADT^A08^ADT_A01", "1", &one),
            ("ADT^A08^ADT_A01", "1", &other),
            ("ADT^A08^ADT_A01", "1", &one),
        ]);
        for kind in ["MessageHeader", "AllergyIntolerance", "Encounter"] {
            let ids: Vec<_> = made.iter().map(|made| find(made, &format!("{kind}.id"))).collect();
            assert!(!ids[0].is_empty() && ids[0] != ids[1] && ids[0] == ids[2], "{kind} {pid:?}");
        }
    }
}

/// RXD-1 is 1 in every refill of many senders: no dispense replaces another one.
#[test]
fn dispenses_of_one_order_stay_apart() {
    let dispense = |rxd: &str| {
        let made = bundle("RDS^O13^RDS_O13", &[ANNE, "ORC|RE|P1^EHR|F1^PHARM", rxd]);
        find(&made, "MedicationDispense.id").concat()
    };
    let first = dispense("RXD|1|1191^Aspirin^RXNORM|20240101|30|TAB||RX77");
    assert_eq!(first, dispense("RXD|1|1191^Aspirin 81^RXNORM|20240101|28|TAB||RX77"));
    for other in ["RXD|1|1191^Aspirin^RXNORM|20240201|30|TAB||RX77", "RXD|2|1191||20240101"] {
        assert_ne!(first, dispense(other), "{other}");
    }
}

/// Blanks around a value are none of it: who is told of with and without them is not left behind by what would
/// refer to them.
#[test]
fn who_is_told_of_with_blanks_is_no_orphan() {
    let made = bundle(
        "ORU^R01^ORU_R01",
        &[
            ANNE,
            "OBR|1|P1^LAB|F1^LAB|A^A^L",
            "OBX|1|NM|1^A^L||1|||||||||||5^Roe^Ann",
            "OBX|2|NM|2^B^L||1||||||||||| 5^Roe^Ann",
        ],
    );
    assert_eq!(
        find(&made, "Observation.performer -> PractitionerRole.practitioner.reference").len(),
        2
    );
}

/// PID-21 and an NK1 with the number of PID-21 tell of one mother.
#[test]
fn a_newborn_has_one_mother() {
    let mothers = |relationship: &str, number: &str| {
        let pid = format!("PID|1||3^^^NORTH^MR||ALPHA^BOY{}111^^^NORTH^MR", "|".repeat(16));
        let nk1 = format!("NK1|1|ALPHA^ANNE|{relationship}{}{number}", "|".repeat(30));
        let made = bundle("ADT^A01^ADT_A01", &[&pid, &nk1]);
        let found = "RelatedPerson.relationship.coding[system=http://terminology.hl7.org/CodeSystem/v3-RoleCode]";
        let by_number = find(&made, "RelatedPerson[identifier.value=111].id").len();
        (find(&made, &format!("{found}[code=MTH].code")).len(), by_number)
    };
    assert_eq!(mothers("MTH", "111^^^NORTH^MR"), (1, 1));
    assert_eq!(mothers("MTH", "222^^^NORTH^MR").1, 1);
    assert_eq!(mothers("MTH", "111^^^SOUTH^MR"), (2, 2));
    assert_eq!(mothers("FTH", "111^^^NORTH^MR").1, 2);
}
