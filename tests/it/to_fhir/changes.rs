//! What a later message changes: its resource has the id of what an earlier one made, so that a PUT
//! replaces it, and what was taken back does not stay as it was.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

/// The Bundle of message `control` of these segments after MSH.
#[track_caller]
fn bundle(control: &str, event: &str, segments: &[&str]) -> Value {
    let header =
        format!("MSH|^~\\&|APP|EAST|EHR|WEST|20240501120000+0000||{event}|{control}|P|2.5.1");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    let out = pipehat(&["to-fhir", "-q", "--no-source"]).stdin(message).run();
    valid(&out).pop().unwrap()
}

/// Checks that two messages tell of one resource of a type, and returns what the second says at a path.
#[track_caller]
fn changed(event: &str, kind: &str, [before, after]: [&[&str]; 2], path: &str) -> Vec<String> {
    let [first, then] = [bundle("1", event, before), bundle("2", event, after)];
    let id = format!("{kind}.id");
    assert_eq!(find(&then, &id), find(&first, &id), "{after:?}");
    assert_eq!(find(&then, &id).len(), 1);
    find(&then, &format!("{kind}.{path}"))
}

#[test]
fn an_order_of_a_medication_is_the_same_when_it_is_changed_or_stopped() {
    const WARFARIN: &str = "RXE|1^BID^^20240105|WAR^Warfarin^L|5||mg";
    let first = [PID, "ORC|NW|P9^HIS", WARFARIN];
    for (control, detail, status) in [
        ("DC", WARFARIN, "stopped"),
        ("DC", "RXE||WAR^Warfarin sodium^L|5||mg", "stopped"),
        ("CA", WARFARIN, "cancelled"),
        ("OC", WARFARIN, "cancelled"),
        ("HD", "RXE|1^TID^^20240105|WAR^Warfarin^L|5||mg", "on-hold"),
    ] {
        let orc = format!("ORC|{control}|P9^HIS|RX9^PH");
        let after = [PID, &orc, detail];
        let found = changed("RDE^O11", "MedicationRequest", [&first, &after], "status");
        assert_eq!(found, [status], "{control}");
    }
    let found = changed(
        "OMP^O09",
        "MedicationRequest",
        [
            &[PID, "ORC|NW|P9^HIS", "RXO|WAR^Warfarin^L|5||mg"],
            &[PID, "ORC|DC|P9^HIS|RX9^PH", "RXO|WAR^Warfarin 5 mg^L|5||mg"],
        ],
        "status",
    );
    assert_eq!(found, ["stopped"]);
}

/// What is given of an order counts up in RXG-1 (chapter 4A).
#[test]
fn each_that_is_to_be_given_of_an_order_is_one_of_its_own() {
    let give = |count: &str| {
        let rxg = format!("RXG|{count}||1^^^202405011000|WAR^Warfarin^L|5||mg");
        find(&bundle("1", "RGV^O15", &[PID, "ORC|RE|P9^HIS", &rxg]), "MedicationRequest.id")
    };
    assert_ne!(give("1"), give("2"));
}

const SCH: &str = "SCH|A1^SCH|B1^SCHF|||||||30|min|^^30^20240510090000+0000^20240510093000+0000";

#[test]
fn an_appointment_that_does_not_take_place_is_not_booked() {
    let booked = format!("{SCH}{}|Booked^^HL70278", "|".repeat(13));
    let complete = format!("{SCH}{}|Complete^^HL70278", "|".repeat(13));
    let ais = "AIS|1|A|MRI^Head^L|20240510090000+0000|||30|min||Booked";
    let first = [PID, "PV1|1|O|||||||||||||||||V1^^^HOSP", SCH, ais];
    for (event, sch, status, visit) in [
        ("SIU^S12", SCH, "booked", "planned"),
        ("SIU^S15", SCH, "cancelled", "cancelled"),
        ("SIU^S15", &booked, "cancelled", "cancelled"),
        ("SIU^S17", SCH, "entered-in-error", "entered-in-error"),
        ("SIU^S17", &booked, "entered-in-error", "entered-in-error"),
        ("SIU^S26", SCH, "noshow", "cancelled"),
        ("SIU^S26", &booked, "noshow", "cancelled"),
        ("SIU^S14", &complete, "fulfilled", "finished"),
    ] {
        let made = bundle("2", event, &[PID, "PV1|1|O|||||||||||||||||V1^^^HOSP", sch, ais]);
        assert_eq!(find(&made, "Appointment.status"), [status], "{event} {sch}");
        assert_eq!(find(&made, "Encounter.status"), [visit], "{event} {sch}");
        assert_eq!(
            find(&made, "Appointment.id"),
            find(&bundle("1", "SIU^S12", &first), "Appointment.id")
        );
    }
    // Who is in the hospital stays there.
    let made = bundle("1", "SIU^S15", &[PID, "PV1|1|I", SCH, ais]);
    assert_eq!(find(&made, "Encounter.status"), ["in-progress"]);
}

#[test]
fn what_is_taken_out_of_an_appointment_takes_no_part() {
    let needs = [
        "RGS|1",
        "AIS|1|D|XR^Old^L|20240510090000+0000",
        "AIS|2|A|MRI^Head^L|20240510090000+0000",
        "AIG|1|D|M1^Old scanner^L|EQUIP",
        "AIG|2|A|M2^New scanner^L|EQUIP",
        "AIL|1|D|RAD^101",
        "AIL|2|A|RAD^102",
        "AIP|1|D|1001^OLD^AL",
        "AIP|2|A|1002^NEW^BO",
    ];
    let segments = [&[PID, SCH], &needs[..]].concat();
    let made = bundle("1", "SIU^S14", &segments);
    let actor = |path: &str| find(&made, &format!("Appointment.participant.actor -> {path}"));
    assert_eq!(actor("Practitioner.name.family"), ["NEW"]);
    assert_eq!(actor("Device.deviceName.name"), ["New scanner"]);
    assert_eq!(actor("Location.name"), ["102"]);
    assert_eq!(actor("HealthcareService.type.coding.display"), ["Head"]);
    assert_eq!(find(&made, "Appointment.serviceType.coding.display"), ["Head"]);
    // When all of it is called off, it is still told what it was.
    let made = bundle("1", "SIU^S15", &segments);
    let old = "Appointment.participant[status=declined].actor -> Practitioner.name.family";
    assert_eq!(find(&made, old), ["OLD", "NEW"]);
}

/// Who takes part says so by the segment's own status, else by that of the appointment.
#[test]
fn nobody_need_act_on_an_appointment_that_is_booked_or_called_off() {
    for (event, own, expected) in [
        ("S12", "", "accepted"),
        ("S12", "Pending", "needs-action"),
        ("S12", "?", "accepted"),
        ("S15", "", "declined"),
        ("S15", "Booked", "declined"),
        ("S01", "", "needs-action"),
    ] {
        let aip = format!("AIP|1|A|1001^OLD^AL|||||||||{own}");
        let made = bundle("1", &format!("SIU^{event}"), &[PID, SCH, "RGS|1", &aip]);
        let of = "Appointment.participant[actor -> Practitioner.name.family=OLD].status";
        assert_eq!(find(&made, of), [expected], "{event} {own}");
    }
}

#[test]
fn a_referral_that_is_cancelled_is_revoked() {
    for status in ["", "A", "P"] {
        let rf1 = format!("RF1|{status}|R||||R1^EHR");
        let made = bundle("1", "REF^I14", &[&rf1, PID]);
        assert_eq!(find(&made, "ServiceRequest.status"), ["revoked"]);
    }
}

/// The parties of a referral have numbers, and an answer that has no more than one takes nothing from it.
#[test]
fn a_referral_that_is_answered_stays_what_it_was() {
    let prd = ["PRD|RP|Roe^Ray|||||1001^NPI", "PRD|RT|Low^Al|||||1002^NPI~7^SL^NY"];
    let rf1 = "RF1|P|R|CAR^Cardiology^L|||R1^EHR";
    let asked = bundle("1", "REF^I12", &[rf1, prd[0], prd[1], PID]);
    let [id, intent] = ["ServiceRequest.id", "ServiceRequest.intent"];
    let answer = |rf1: &str| bundle("2", "RRI^I12", &["MSA|AA|1", rf1, prd[0], prd[1], PID]);
    let accepted = answer("RF1|A|||||R1^EHR|||||X1^REG");
    assert_ne!(find(&accepted, id), find(&asked, id));
    assert_eq!(find(&accepted, intent), ["filler-order"]);
    assert_eq!(find(&accepted, "ServiceRequest.basedOn.identifier.value"), ["R1"]);
    for (rf1, status) in [(rf1, "active"), ("RF1|R|||||R1^EHR", "revoked")] {
        let made = answer(rf1);
        assert_eq!(find(&made, id), find(&asked, id), "{rf1}");
        assert_eq!(find(&made, "ServiceRequest.status"), [status], "{rf1}");
        assert_eq!(find(&made, "Practitioner.id"), find(&asked, "Practitioner.id"));
    }
    let other = bundle("3", "REF^I12", &[rf1, &prd[0].replace("NPI", "SL"), PID]);
    let known = find(&asked, "Practitioner.id");
    assert!(find(&other, "Practitioner.id").iter().all(|id| !known.contains(id)));
}

#[test]
fn an_order_that_is_cancelled_is_not_active() {
    let first: &[&str] = &[PID, "ORC|NW|P9^HIS", "OBR|1|P9^HIS||GLU^Glucose^L"];
    for control in ["CA", "DC", "OC"] {
        let orc = format!("ORC|{control}|P9^HIS|F9^LAB");
        let after: &[&str] = &[PID, &orc, "OBR|1|P9^HIS|F9^LAB|GLU^Glucose^L"];
        let found = changed("ORM^O01", "ServiceRequest", [first, after], "status");
        assert_eq!(found, ["revoked"], "{control}");
    }
}

#[test]
fn a_discharge_that_is_cancelled_ends_nothing() {
    let pv1 = format!("PV1|1|I{}V1^^^HOSP{}20240501|20240503", "|".repeat(17), "|".repeat(25));
    let made = bundle("1", "ADT^A13", &["EVN||20240504", PID, &pv1]);
    assert_eq!(find(&made, "Encounter.status"), ["in-progress"]);
    assert_eq!(find(&made, "Encounter.period.start"), ["2024-05-01"]);
    assert_eq!(find(&made, "Encounter.period.end"), [""; 0]);
}

#[test]
fn a_diagnosis_that_is_taken_back_is_none_of_the_visit() {
    let dg1 = format!("DG1|1||I20^Angina^I10C|||W{}D1^HIS|D", "|".repeat(14));
    let made = bundle("1", "ADT^A08", &["EVN||20240504", PID, "PV1|1|I", &dg1]);
    assert_eq!(find(&made, "Condition.verificationStatus.coding.code"), ["entered-in-error"]);
    assert_eq!(find(&made, "Encounter.diagnosis.condition.reference"), [""; 0]);
}

#[test]
fn a_result_that_is_corrected_is_the_same_though_its_words_are_others() {
    let result = |code: &str, value: &str, status: &str| {
        format!("OBX|1|NM|{code}||{value}|g/dL^^UCUM|||||{status}")
    };
    let obr = "OBR|1|P9^HIS|F9^LAB|CBC^Blood count^L|||20240501";
    let first = result("718-7^Hemoglobin^LN", "9.8", "P");
    for code in [
        "718-7^Hemoglobin [Mass/volume] in Blood^LN",
        "718-7^^LN",
        "718-7^Hemoglobin^LN^HB^Hb^L",
        "718-7^Hemoglobin^LN^^^^2.74",
    ] {
        let after = result(code, "12.8", "C");
        let messages: [&[&str]; 2] = [&[PID, obr, &first], &[PID, obr, &after]];
        let found = changed("ORU^R01", "Observation", messages, "valueQuantity.value");
        assert_eq!(found, ["12.8"], "{code}");
    }
    // What is another code, or the same of another system, is another result.
    let both = [PID, obr, &first, &result("718-7^Other^L", "1", "F"), &result("^Words", "2", "F")];
    let made = bundle("1", "ORU^R01", &both);
    let ids: std::collections::BTreeSet<_> = find(&made, "Observation.id").into_iter().collect();
    assert_eq!(ids.len(), 3);
}

fn dose(number: &str, date: &str, vaccine: &str, action: &str) -> [String; 3] {
    let rxa = format!("RXA|0|1|{date}||{vaccine}|0.5|mL^^UCUM{}CP|{action}", "|".repeat(13));
    [PID.to_owned(), format!("ORC|RE|{number}"), rxa]
}

#[test]
fn a_dose_of_a_vaccine_is_the_same_when_its_date_or_vaccine_is_corrected() {
    let first = dose("P1^EHR|F1^EHR", "20240501", "03^MMR^CVX", "A");
    let first = first.each_ref().map(String::as_str);
    for (date, vaccine) in
        [("20240502", "03^MMR^CVX"), ("20240501", "03^Measles^CVX"), ("20240501", "94^MMRV^CVX")]
    {
        let after = dose("P1^EHR|F1^EHR", date, vaccine, "U");
        let after = after.each_ref().map(String::as_str);
        let code = &vaccine[..2];
        let path = "vaccineCode.coding[0].code";
        assert_eq!(changed("VXU^V04", "Immunization", [&first, &after], path), [code]);
    }
}

/// `9999` stands for all doses that have no number (CDC guide for immunization messaging, ORC-3).
#[test]
fn doses_without_a_number_of_their_own_differ_by_date_and_vaccine() {
    for number in ["P1^EHR|9999^EHR", "P1^EHR|"] {
        let id = |date: &str, vaccine: &str| {
            let dose = dose(number, date, vaccine, "A");
            find(&bundle("1", "VXU^V04", &dose.each_ref().map(String::as_str)), "Immunization.id")
        };
        let one = id("20240501", "03^MMR^CVX");
        assert_eq!(one, id("20240501", "03^Measles, mumps, rubella^CVX"));
        assert_ne!(one, id("20240502", "03^MMR^CVX"));
        assert_ne!(one, id("20240501", "94^MMRV^CVX"));
    }
}

#[test]
fn a_charge_is_the_same_though_its_words_are_others_and_a_credit_is_not_it() {
    let charge = |kind: &str, words: &str, amount: &str| {
        format!("FT1|1|T1||20240501||{kind}|99213^{words}^C4||||{amount}")
    };
    let first = charge("CG", "Visit", "100");
    let messages: [&[&str]; 2] = [&[PID, &first], &[PID, &charge("CG", "Office visit", "90")]];
    assert_eq!(changed("DFT^P03", "ChargeItem", messages, "priceOverride.value"), ["90"]);
    let id = |ft1: &str| find(&bundle("1", "DFT^P03", &[PID, ft1]), "ChargeItem.id");
    assert_ne!(id(&first), id(&charge("CD", "Visit", "100")));
}

/// Of several appointments each has the patient behind it, or the one before them all, and no other.
#[test]
fn an_appointment_has_its_own_patient() {
    let sch = |n: &str| format!("SCH|A{n}^SCH|||||||||||||||||||||||||O{n}^HIS");
    let pid =
        |n: &str| format!("PID|1||P{n}^^^HOSP^MR||Doe{n}^Jo\rPV1|1|O|||||||||||||||||V{n}^^^H");
    let who = |groups: &[String]| {
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let made = bundle("1", "SQR^S25", &groups);
        ["Appointment.participant", "ServiceRequest"].map(|path| {
            let member = if path == "ServiceRequest" { "subject" } else { "actor" };
            find(&made, &format!("{path}.{member} -> Patient.name.family"))
        })
    };
    let [a, b, c] = ["1", "2", "3"];
    assert_eq!(who(&[sch(a), pid(a), sch(b), pid(b)]), [["Doe1", "Doe2"], ["Doe1", "Doe2"]]);
    assert_eq!(who(&[pid(c), sch(a), sch(b), pid(b)]), [["Doe3", "Doe2"], ["Doe3", "Doe2"]]);
    assert_eq!(who(&[sch(a), pid(a), sch(b)]), [["Doe1"], ["Doe1"]]);
    assert_eq!(who(&[sch(a), pid(a), pid(b)])[0], ["Doe1", "Doe2"]);
    // The visits are by their own appointments.
    let cancelled = format!("{}|||||||||||||||||||||||||Cancelled", "SCH");
    let made = bundle("1", "SQR^S25", &[&sch(a), &pid(a), &cancelled, &pid(b)]);
    assert_eq!(find(&made, "Encounter.status"), ["planned", "cancelled"]);
}

/// Systems tell all of a patient with each message about the patient, most of it without numbers.
#[test]
fn what_is_told_again_without_a_number_is_the_same() {
    const ALL: [&str; 22] = [
        "PID|1||P1^^^HOSP^MR||Doe^Jo||||||||||||||||M1^^^HOSP^MR||||||VET^Veteran^L",
        "PD1|||||||Y||||||||||||ARMY^Army^L",
        "ARV|1|A|DEM^Demographics^L|VIP^Known^L",
        "ROL|1|AD|RP^Responsible^L|9^Nurse^Ann",
        "NK1|1|Doe^Jim|SPO^Spouse^HL70063",
        "NK1|2|Doe^Ann|MTH^Mother^HL70063",
        "PV1|1|I|W1^1^A||||||||||||||||V1^^^HOSP^VN|C^20240101",
        "DB1|1|PT||Y",
        "AL1|1|DA|PCN^Penicillin^L|SV|Rash",
        "AL1|2|FA|^Nuts^|MO|Hives",
        "DG1|1||J18.9^Pneumonia^I10|||A",
        "DG1|2||J18.9^Pneumonia^I10|||F",
        "DG1|3|||Broken leg||F",
        "PR1|1||99^Cast^L||20240501",
        "GT1|1||Doe^Jim||||||||SPO||||||||||||||||||||||||||||||||||Roe^Ray",
        "IN1|1|PL^Plan^L|I1|Insurer||||||||||||Doe^Jim|SPO",
        "ACC|20240430|AU^Car^L|Road",
        "PDA|R95^Sudden^I10|||||Y",
        "ORC|RE|O1^HIS|F1^LAB",
        "OBR|1|O1^HIS|F1^LAB|A^A^L|||20240501||||||Fever||BLD",
        "ORC|RE|O2^HIS|F2^PH",
        "RXA|0|1|20240501|20240501|AMOX^Amoxicillin^L|1",
    ];
    let told = ["1", "2"].map(|control| bundle(control, "ADT^A08^ADT_A01", &ALL));
    let of_message = ["MessageHeader", "Provenance", "Device", "PractitionerRole", "Practitioner"];
    let ids = told.each_ref().map(|made| {
        let resources = made["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
        let name = |r: &Value| (r["resourceType"].to_string(), r["id"].to_string());
        let mut ids: Vec<_> = resources.map(name).collect();
        ids.retain(|(kind, _)| !of_message.contains(&kind.trim_matches('"')));
        ids.sort();
        ids
    });
    let lost: Vec<_> = ids[0].iter().filter(|id| !ids[1].contains(id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(ids[0].len() > 35, "{:?}", ids[0]);

    // Of another patient it is something else.
    let other = ALL.map(|seg| seg.replace("|P1^", "|P2^").replace("|V1^", "|V2^"));
    let other = other.each_ref().map(String::as_str);
    let made = bundle("1", "ADT^A08^ADT_A01", &other);
    for kind in
        ["AllergyIntolerance", "Condition", "Procedure", "Coverage", "RelatedPerson", "Flag"]
    {
        let path = format!("{kind}.id");
        let known = find(&told[0], &path);
        assert!(
            !known.is_empty() && find(&made, &path).iter().all(|id| !known.contains(id)),
            "{kind}"
        );
    }
}

/// What is observed outside of a report is one thing as long as its time is the same.
#[test]
fn an_observation_without_a_report_is_the_same() {
    let visit = "PV1|1|I|||||||||||||||||V1^^^HOSP^VN";
    let weight =
        |value: &str, time: &str| format!("OBX|1|NM|W^Weight^L||{value}|kg|||||F|||{time}");
    let [first, again, later] =
        [weight("70", "20240501"), weight("71", "20240501"), weight("72", "20240502")];
    let value = "valueQuantity.value";
    let found = |before: &str, after: &str| {
        let messages: [&[&str]; 2] = [&[PID, visit, before], &[PID, visit, after]];
        changed("ADT^A08^ADT_A01", "Observation", messages, value)
    };
    assert_eq!(found(&first, &again), ["71"]);
    let other = bundle("3", "ADT^A08^ADT_A01", &[PID, visit, &later]);
    let known = bundle("1", "ADT^A08^ADT_A01", &[PID, visit, &first]);
    assert_ne!(find(&other, "Observation.id"), find(&known, "Observation.id"));

    let dose = ["ORC|RE||I1^REG", "RXA|0|1|20240501||08^HepB^CVX|1"];
    let [first, again] = ["1", "2"].map(|n| format!("OBX|1|NM|30973-2^Dose^LN||{n}||||||F"));
    let messages: [&[&str]; 2] =
        [&[PID, dose[0], dose[1], &first], &[PID, dose[0], dose[1], &again]];
    assert_eq!(changed("VXU^V04^VXU_V04", "Observation", messages, value), ["2"]);
}

/// What is taken back without a number is what was told without one.
#[test]
fn what_has_no_number_is_taken_back() {
    let visit = "PV1|1|I|||||||||||||||||V1^^^HOSP^VN";
    let wrong = |kind: &str, before: &str, after: &str, path: &str| {
        let messages: [&[&str]; 2] = [&[PID, visit, before], &[PID, visit, after]];
        changed("ADT^A08^ADT_A01", kind, messages, path)
    };
    let verification = "verificationStatus.coding.code";
    let found = wrong(
        "AllergyIntolerance",
        "AL1|1|DA|PCN^Penicillin^L",
        "IAM|1|DA|PCN^Penicillin V^L|||D",
        verification,
    );
    assert_eq!(found, ["entered-in-error"]);
    let deleted = format!("DG1|1||J18^Pneumonia^I10|||A{}D", "|".repeat(15));
    let found = wrong("Condition", "DG1|1||J18^Pneumonia^I10|||A", &deleted, verification);
    assert_eq!(found, ["entered-in-error"]);
    let found = wrong("Flag", "ARV|1|A|DEM^Data^L", "ARV|1|D|DEM^Data^L", "status");
    assert_eq!(found, ["inactive"]);
}

/// A segment for whom no diagnosis is known is none.
#[test]
fn a_diagnosis_of_nothing_is_none() {
    for dg1 in ["DG1|1||\"\"", "DG1|1||^^I10|\"\"|20240501|A", "DG1|1"] {
        let visit = "PV1|1|I|||||||||||||||||V1^^^HOSP^VN";
        let made = bundle("1", "ADT^A01^ADT_A01", &[PID, visit, dg1]);
        assert_eq!(find(&made, "Condition.id").len(), 0, "{dg1}");
        assert_eq!(find(&made, "Encounter.diagnosis.use.coding.code").len(), 0, "{dg1}");
    }
}

/// An answer that leaves the patient or the details out says nothing against them.
#[test]
fn an_answer_does_not_take_the_place_of_the_order() {
    const OBR: &str = "OBR|1|A1^HIS||CBC^Blood^L";
    let orders = [
        ("OML^O21", "ORL^O22", "ServiceRequest", OBR),
        ("RDE^O11", "RRE^O12", "MedicationRequest", "RXE||WAR^Warfarin^L|5||mg"),
    ];
    for (order, answer, kind, detail) in orders {
        let asked =
            find(&bundle("1", order, &[PID, "ORC|NW|A1^HIS", detail]), &format!("{kind}.id"));
        let said = |segments: &[&str], of: &str| {
            let made = bundle("2", answer, &[&["MSA|AA|1"], segments].concat());
            ["id", "intent", "basedOn.identifier.value", "basedOn.type"]
                .map(|path| find(&made, &format!("{of}.{path}")).concat())
        };
        // Without the patient.
        let [id, told @ ..] = said(&["ORC|OK|A1^HIS|F1^LAB", detail], kind);
        assert_eq!(told, ["filler-order", "A1", kind], "{answer}");
        assert_ne!([id], asked[..], "{answer}");
        // Without what was asked for.
        let [id, told @ ..] = said(&[PID, "ORC|OK|A1^HIS|F1^LAB"], "ServiceRequest");
        assert_eq!(told, ["filler-order", "A1", kind], "{answer}");
        assert_ne!([id], asked[..], "{answer}");
        // All of it, and what is not done.
        for segments in
            [&[PID, "ORC|OK|A1^HIS|F1^LAB", detail][..], &["ORC|UA|A1^HIS|F1^LAB", detail]]
        {
            let [id, told @ ..] = said(segments, kind);
            assert_eq!(told, ["order", "", ""], "{answer}");
            assert_eq!([id], asked[..], "{answer}");
        }
    }
}

/// OSU, and any ORC that tells how an order stands (SC, SR): without what was ordered it takes nothing from the order.
#[test]
fn an_order_whose_state_is_told_stays_what_it_was() {
    let detail = "OBR|1|A1^HIS||CBC^Blood count^L";
    let asked = find(&bundle("1", "OML^O21", &[PID, "ORC|NW|A1^HIS", detail]), "ServiceRequest.id");
    let told = |segments: &[&str]| {
        let made = bundle("2", "OSU^O51", &[&[PID], segments].concat());
        ["id", "intent", "status"].map(|path| find(&made, &format!("ServiceRequest.{path}")))
    };
    for orc in ["ORC|SC|A1^HIS|F1^LAB||IP", "ORC|SR|A1^HIS|F1^LAB||IP"] {
        let [id, intent, status] = told(&[orc]);
        assert_eq!([intent, status], [["filler-order"], ["active"]], "{orc}");
        assert_ne!(id, asked, "{orc}");
        // With what was ordered, it is the order.
        assert_eq!(told(&[orc, detail])[0], asked, "{orc}");
    }
    // What is done is done.
    let [id, intent, status] = told(&["ORC|SC|A1^HIS|F1^LAB||CM"]);
    assert_eq!([intent, status], [["order"], ["completed"]]);
    assert_eq!(id, asked);
}
