//! Many senders have all segments for everybody, with a set id and nothing else: nobody has a relative, an insurance,
//! an accident or a cause of death by that.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

/// The Bundle of a patient with these segments.
#[track_caller]
fn bundle(segments: &str) -> Value {
    let header = "MSH|^~\\&|A|B|||20240501||ADT^A08^ADT_A01|1|P|2.8\rPID|1||P1^^^HOSP^MR||Doe^Jo";
    let message = format!("{header}\r{segments}\r\n");
    valid(&pipehat(&["to-fhir", "-q", "--unmapped", "extension"]).stdin(message).run()).remove(0)
}

#[test]
fn a_segment_with_nothing_but_its_number_becomes_nothing() {
    for (empty, one, kind) in [
        ("NK1|1", "NK1|1|Roe^Ann", "RelatedPerson"),
        ("GT1|1", "GT1|1||Roe^Gil", "RelatedPerson"),
        ("IN1|1", "IN1|1|PLAN1", "Coverage"),
        ("PR1|1", "PR1|1||99^Proc^L", "Procedure"),
        ("DB1|1", "DB1|1|PT", "Observation"),
        ("ARV|1", "ARV|1|A", "Flag"),
        ("CON|1", "CON|1|001", "Consent"),
        ("PV1|1", "PV1|1|I", "Encounter"),
        ("PV1|1", "PV1|1||W1", "Encounter"),
        ("ACC|", "ACC|20240501", "Observation"),
        ("PDA|", "PDA|I21^Infarction^I10", "Observation"),
        ("AUT|", "AUT|P1", "ClaimResponse"),
        ("PRB|", "PRB|AD||I10^Hypertension^I10", "Condition"),
        ("GOL|", "GOL|AD||G1^Walk^L", "Goal"),
        ("PTH|", "PTH|AD|PW^Path^L|1^S", "CarePlan"),
        ("ROL|", "ROL||AD|PP|9^Who", "CareTeam"),
        ("PRT|", "PRT||AD||OP|9^Who", "CareTeam"),
    ] {
        let count = |segments: &str| find(&bundle(segments), &format!("{kind}.id")).len();
        for nothing in [empty.to_owned(), format!("{empty}|\"\"||"), format!("{empty}||~^&||")] {
            assert_eq!(count(&nothing), 0, "{nothing}");
            // It does not count among those that tell something.
            assert_eq!(count(&format!("{nothing}\r{one}")), count(one), "{nothing}");
        }
        // As it was before: with something.
        assert!(one.starts_with("ROL") || one.starts_with("PRT") || count(one) > 0, "{one}");
    }
}

#[test]
fn places_are_those_of_the_message() {
    let made = bundle("IN1|1\rIN1|2|PLAN1|||||||||||||||||||||||Z9");
    let ids = find(&made, "Coverage.extension(v2-field).extension(id).valueString");
    assert_eq!(ids, ["IN1[2]-25"]);
}

/// An IN1 is not nothing if IN2 tells more of it.
#[test]
fn an_insurance_that_is_told_of_behind_is_one() {
    let told = |segments: &str| find(&bundle(segments), "Coverage.id").len();
    assert_eq!(told("IN1|1\rIN2||123456789"), 1);
    assert_eq!(told("IN1|1|P1\rIN2||1\rIN1|2\rIN2||2"), 2);
    assert_eq!(told("IN1|1\rIN2|"), 0);
}

/// As is a procedure behind which somebody does it.
#[test]
fn a_procedure_that_somebody_does_is_one() {
    let doers =
        |segments: &str| find(&bundle(segments), "Procedure.performer.actor.reference").len();
    assert_eq!(doers("PR1|1\rROL||AD|AT|9^Who"), 1);
    assert_eq!(doers("PR1|1\rPV1|1|I\rROL||AD|AT|9^Who"), 0);
}
