//! What is to be given, how much of it and when, as one reads it who gives it.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PREDNISONE: &str = "PRED^Prednisone^L";

/// The Bundle of a message of these segments, which has a patient.
#[track_caller]
fn bundle(event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|A|B|||20240501||{event}|1|P|2.5.1\rPID|1||P1^^^HOSP^MR");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap()
}

/// What an order of 40 mg says of its dosages.
#[track_caller]
fn dosages(orc: &str, timing: &str, behind: &[&str], path: &str) -> Vec<String> {
    let rxe = format!("RXE|{timing}|{PREDNISONE}|40||mg");
    let made = bundle("RDE^O11^RDE_O11", &[&[orc, &rxe], behind].concat());
    find(&made, &format!("MedicationRequest.dosageInstruction.{path}"))
}

/// TQ1-12 and the ninth component of TQ (table 0472): less and less is given one after the other, not at once.
#[test]
fn what_follows_is_not_given_at_once() {
    const ORC: &str = "ORC|NW|P1^S";
    for (orc, timing, tq1) in [
        (
            ORC,
            "",
            &["TQ1|1|1|BID||||20240101|||||S", "TQ1|2|1|QD||||20240104|||||A", "TQ1|3|1|QHS"][..],
        ),
        (ORC, "1^BID^^20240101^^^^^S~1^QD^^20240104^^^^^A~1^QHS", &[]),
        ("ORC|NW|P1^S|||||1^BID^^20240101^^^^^S~1^QD^^20240104^^^^^A~1^QHS", "", &[]),
    ] {
        let told = |path: &str| dosages(orc, timing, tq1, path);
        assert_eq!(told("sequence"), ["1", "2", "2"], "{timing}");
        assert_eq!(told("timing.repeat.boundsPeriod.start"), ["2024-01-01", "2024-01-04"]);
        let codes = told("timing.code.coding[0].code");
        assert_eq!(codes, ["BID", "QD", "QHS"], "{timing}");
    }
    // Where nothing tells how they go together, nothing is told.
    assert_eq!(dosages(ORC, "1^BID~1^QHS", &[], "sequence"), [""; 0]);
    assert_eq!(dosages(ORC, "1^BID^^^^^^^S", &[], "sequence"), [""; 0]);
}

/// TQ1-3 may repeat: each pattern has its own times.
#[test]
fn each_pattern_is_a_dosage() {
    let told = |path: &str| dosages("ORC|NW|P1^S", "", &["TQ1|1|1|BID~QHS|||||||||||6"], path);
    assert_eq!(told("timing.code.coding[0].code"), ["BID", "QHS"]);
    // Six of both, not of each.
    assert_eq!(told("timing.repeat.count"), [""; 0]);
    let told = |path: &str| dosages("ORC|NW|P1^S", "", &["TQ1|1|1|BID|||||||||||6"], path);
    assert_eq!(told("timing.repeat.count"), ["6"]);
}

/// A quantity of 1 is the give amount, once (chapter 4A, RXE-3), and not 1 of something beside 40 mg.
#[test]
fn once_the_amount_is_no_other_amount() {
    let amounts = |timing: &str, tq1: &[&str]| {
        let path = "doseAndRate.doseQuantity.value";
        dosages("ORC|NW|P1^S", timing, tq1, path)
    };
    assert_eq!(amounts("1^BID", &[]), [""; 0]);
    assert_eq!(amounts("", &["TQ1|1|1|BID"]), [""; 0]);
    assert_eq!(amounts("", &["TQ1|1|1.0|BID"]), [""; 0]);
    assert_eq!(amounts("", &["TQ1|1|1^TAB|BID"]), ["1"]);
    assert_eq!(amounts("2^BID", &[]), ["2"]);
    let dispensed = [
        "ORC|RE|P1^S|F1^S||||1^BID",
        "RXE||PRED^Prednisone^L|40||mg",
        "RXD|1|PRED^Prednisone^L|20240101|60|TAB",
    ];
    let path = "MedicationDispense.dosageInstruction.doseAndRate.doseQuantity.value";
    assert_eq!(find(&bundle("RDS^O13", &dispensed), path), [""; 0]);
    let made = bundle("RDE^O11", &["ORC|NW|P1^S", "RXE||PRED^Prednisone^L", "TQ1|1|1|BID"]);
    let path = "MedicationRequest.dosageInstruction.doseAndRate.doseQuantity.value";
    assert_eq!(find(&made, path), ["1"]);
}

#[test]
fn what_is_given_as_needed_is_told_so_wherever_it_stands() {
    for (tq1, is_as_needed) in [
        ("TQ1|1|1|Q4HPRN", true),
        ("TQ1|1|1|Q4H PRN", true),
        ("TQ1|1|1|BIDprn", true),
        ("TQ1|1|1|Q4H&Every 4 hours as needed&L", true),
        ("TQ1|1|1|Q4H|||||||If in pain, PRN", true),
        ("TQ1|1|1|Q4H|||||||As needed for pain", true),
        ("TQ1|1|1|Q4H|||||||Tell the APRN", false),
        ("TQ1|1|1|Q4H", false),
    ] {
        let told = dosages("ORC|NW|P1^S", "", &[tq1], "asNeededBoolean");
        assert_eq!(!told.is_empty(), is_as_needed, "{tq1}");
    }
    assert_eq!(dosages("ORC|NW|P1^S", "1^Q4HPRN", &[], "asNeededBoolean"), ["true"]);
}

#[test]
fn an_amount_that_is_no_number_is_told_in_words() {
    for (amount, unit, tq1, expected) in [
        ("1-2", "TAB^Tablet", "TQ1|1||BID", "1-2 Tablet"),
        ("1/2", "", "TQ1|1||BID", "1/2"),
        ("1", "TAB", "TQ1|1||BID", ""),
        ("1-2", "TAB", "TQ1|1||BID||||||||Take one or two", "Take one or two"),
    ] {
        let rxe = format!("RXE||{PREDNISONE}|{amount}||{unit}");
        let made = bundle("RDE^O11", &["ORC|NW|P1^S", &rxe, tq1]);
        let told = find(&made, "MedicationRequest.dosageInstruction.text").concat();
        assert_eq!(told, expected, "{amount}");
    }
}

/// RXE-22 to 24: so much in so long, or a unit that says both.
#[test]
fn a_rate_has_one_time() {
    for (per, unit, expected) in [
        ("H8", "mL", ["100", "mL", "8", "h", ""]),
        ("H", "mL", ["100", "mL", "1", "h", ""]),
        ("H1", "mL/hr", ["", "", "", "", "mL/hr"]),
        ("", "mL/hr", ["", "", "", "", "mL/hr"]),
        ("hour", "mL^milliliter", ["", "", "", "", "milliliter/hour"]),
    ] {
        let rxe = format!("RXE||{PREDNISONE}|1||BAG|||||||||||||||||{per}|100|{unit}");
        let made = bundle("RDE^O11", &["ORC|NW|P1^S", &rxe]);
        let told = [
            "rateRatio.numerator.value",
            "rateRatio.numerator.unit",
            "rateRatio.denominator.value",
            "rateRatio.denominator.code",
            "rateQuantity.unit",
        ]
        .map(|path| {
            let path = format!("MedicationRequest.dosageInstruction.doseAndRate.{path}");
            find(&made, &path).concat()
        });
        assert_eq!(told, expected, "{per} {unit}");
    }
}

/// 999 without a unit stands for an amount that nobody knows (chapter 4A, RXA-6).
#[test]
fn an_amount_that_is_not_known_is_not_told() {
    let given = |amount: &str| {
        let rxa = format!("RXA|0|1|20240101||{PREDNISONE}|{amount}");
        let made = bundle("RAS^O17", &["ORC|RE|P1^S", &rxa, "RXR|PO"]);
        find(&made, "MedicationAdministration.dosage.dose.value").concat()
    };
    assert_eq!(given("999"), "");
    assert_eq!(given("999|mg"), "999");
    assert_eq!(given("40|mg"), "40");
}
