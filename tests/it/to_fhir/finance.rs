//! Charges: on which account they are, by which code, for which diagnoses, and what takes them back.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo|||||||||||||A1^^^HOSP^AN";
const PV1: &str = "PV1|1|O|||||||||||||||||V1^^^HOSP^VN";

/// The Bundle of a DFT of these segments after MSH.
#[track_caller]
fn bundle(event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|HIS|EAST|FIN|WEST|20240501||DFT^{event}|1|P|2.5.1");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap()
}

fn charge(kind: &str, code: &str) -> String {
    format!("FT1|1|T{code}||20240501||{kind}|{code}^{code}^L||||10")
}

#[test]
fn a_charge_is_on_the_patients_account() {
    let made = bundle("P03", &[PID, PV1, &charge("CG", "A")]);
    assert_eq!(find(&made, "ChargeItem.account -> Account.identifier.value"), ["A1"]);
    let without = bundle("P03", &["PID|1||P1^^^HOSP^MR", PV1, &charge("CG", "A")]);
    assert_eq!(find(&without, "ChargeItem.account.reference"), [""; 0]);
}

/// Who bills all that is billable must bill what takes a charge back, too.
#[test]
fn a_credit_is_billed_with_the_charge() {
    let made = bundle("P03", &[PID, PV1, &charge("CG", "A"), &charge("CD", "A")]);
    let of_bill = |path: &str| find(&made, &format!("ChargeItem[status=billable].{path}"));
    assert_eq!(of_bill("priceOverride.value"), ["10", "-10"]);
}

#[test]
fn a_procedure_is_told_once_and_with_its_modifiers() {
    let code = |of: &str, procedure: &str, modifiers: &str| {
        let ft1 =
            format!("FT1|1|T1||20240501||CG|{of}||||10{}{procedure}|{modifiers}", "|".repeat(14));
        find(&bundle("P03", &[PID, PV1, &ft1]), "ChargeItem.code.coding.code")
    };
    let cpt = "99213^Visit^C4";
    assert_eq!(code(cpt, cpt, ""), ["99213"]);
    assert_eq!(code(cpt, "99213^Office visit^C4", ""), ["99213"]);
    assert_eq!(code(cpt, cpt, "25^Separate^C4~59"), ["99213", "99213:25:59"]);
    assert_eq!(code("V1^Visit^L", cpt, "25"), ["V1", "99213", "99213:25"]);
    assert_eq!(code("99213^Visit^L", cpt, ""), ["99213", "99213"]);
}

/// The diagnoses of DFT_P03 (chapter 6) are behind all charges and of the visit; those of DFT_P11 are of the charge
/// before them.
#[test]
fn diagnoses_behind_all_charges_are_of_the_visit() {
    let [a, b] = ["A", "B"].map(|code| charge("CG", code));
    let [i10, i50] = ["DG1|1||I10^One^I10|||F", "DG1|2||I50^Two^I10|||F"];
    let told = |event: &str, segments: &[&str]| {
        let made = bundle(event, &[&[PID, PV1], segments].concat());
        let of = |path: &str| find(&made, &format!("{path} -> Condition.code.coding.code"));
        let of_charge =
            |code: &str| of(&format!("ChargeItem[code.coding.code={code}].supportingInformation"));
        [of("Encounter.diagnosis.condition"), of_charge("A"), of_charge("B")]
            .map(|codes| codes.join(" "))
    };
    assert_eq!(told("P03", &[&a, &b, i10, i50]), ["I10 I50", "", ""]);
    assert_eq!(told("P03", &[&a, i10, &b, i50]), ["", "I10", "I50"]);
    assert_eq!(told("P03", &[&a, i10, i50]), ["I10 I50", "I10 I50", ""]);
    assert_eq!(told("P11", &[i10, &a, &b, i50]), ["I10", "", "I50"]);
}

/// DFT_P11 has who pays behind each charge: said again, it is the same insurance, guarantor and diagnosis.
#[test]
fn what_comes_with_each_charge_is_one() {
    let [a, b] = ["A", "B"].map(|code| charge("CG", code));
    let with = |insurance: [&str; 2], details: [&str; 2]| {
        let of_charge = |n: usize| {
            [
                format!("DG1|{n}||I10^One^I10|||F|||||||||{n}"),
                format!("GT1|{n}||Doe^Al|||1|||||SPO"),
                format!("IN1|{n}|{}", insurance[n - 1]),
                format!("IN2|{}", details[n - 1]),
            ]
        };
        let [one, two] = [1, 2].map(of_charge);
        let all = [
            &[PID.to_owned(), PV1.to_owned(), a.clone()][..],
            &one,
            std::slice::from_ref(&b),
            &two,
        ];
        let all = all.concat();
        let made = bundle("P11", &all.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(find(&made, "Condition.id").len(), 1);
        assert_eq!(find(&made, "ChargeItem.supportingInformation -> Condition.id").len(), 2);
        assert_eq!(find(&made, "RelatedPerson.relationship.coding[code=GUAR].code").len(), 1);
        assert_eq!(find(&made, "Account.guarantor.party.reference").len(), 1);
        let all = find(&made, "Coverage.id").len();
        assert_eq!(find(&made, "Account.coverage.coverage.reference").len(), all);
        assert_eq!(find(&made, "Organization[name=Insurer].id").len(), all);
        all
    };
    for policy in ["", "7"] {
        let told = format!("PL1^Plan|N1|Insurer||||||||20240101{}{policy}", "|".repeat(24));
        let other = told.replace("20240101", "20230101");
        assert_eq!(with([&told, &told], ["||77", "||77"]), 1, "{policy}");
        assert_eq!(with([&told, &told], ["||77", ""]), 1, "{policy}");
        // What is told otherwise is another.
        assert_eq!(with([&told, &other], ["||77", "||77"]), 2, "{policy}");
        assert_eq!(with([&told, &told], ["||77", "||||||78"]), 2, "{policy}");
    }
}
