//! What orders, results and medication become beyond the maps of the guide.

use crate::fhir_path::find;
use crate::program::pipehat;
use crate::r4;
use serde_json::Value;

/// The Bundle of a message of these segments, which is valid.
fn bundle(kind: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|APP|FAC|||202405011200+0100||{kind}|M1|P|2.8");
    let message = [&[&header[..], "PID|||P1^^^HOSP||Doe^Jo"], segments].concat().join("\r") + "\r";
    let out = pipehat(&["to-fhir", "--no-source"]).stdin(message).run();
    assert_eq!(out.code, 0, "{}", out.stderr);
    let bundle = r4::parse(out.text().trim_end().as_bytes()).unwrap();
    assert_eq!(r4::check(&bundle), [""; 0]);
    bundle
}

/// A segment with these fields.
fn segment(id: &str, fields: &[(usize, &str)]) -> String {
    let last = fields.iter().map(|(n, _)| *n).max().unwrap();
    let field = |n| fields.iter().find(|(m, _)| *m == n).map_or("", |(_, value)| value);
    let all: Vec<_> = (1..=last).map(field).collect();
    format!("{id}|{}", all.join("|"))
}

fn one(bundle: &Value, path: &str) -> String {
    find(bundle, path).join("; ")
}

#[test]
fn an_encoded_order_stands_on_the_original_one() {
    let made = bundle(
        "RDE^O11",
        &[
            "ORC|NW|P1^SYS|F1^SYS",
            "RXO|1191^Aspirin^RXNORM",
            &segment(
                "RXE",
                &[
                    (2, "1191^Aspirin^RXNORM"),
                    (3, "1"),
                    (4, "2"),
                    (5, "TAB^Tablet^L"),
                    (15, "RX77"),
                    (22, "H1"),
                    (23, "50"),
                    (24, "mL^^UCUM"),
                    (25, "325"),
                    (26, "mg^^UCUM"),
                ],
            ),
            "TQ1|1||Q6H^^^^6^h|||||||PRN pain|Take with water",
            "RXR|PO^Oral^HL70162",
            "RXC|A|8640^Prednisone^RXNORM|5|mg^^UCUM",
        ],
    );
    assert_eq!(one(&made, "MedicationRequest.intent"), "original-order; order");
    let path = "MedicationRequest[intent=order].basedOn -> MedicationRequest.intent";
    assert_eq!(one(&made, path), "original-order");
    let order = |path: &str| one(&made, &format!("MedicationRequest[intent=order].{path}"));
    assert_eq!(order("status"), "active");
    assert_eq!(order("identifier[1].value"), "F1");
    assert_eq!(order("identifier[2].value"), "RX77");
    assert_eq!(order("dosageInstruction.text"), "Take with water");
    assert_eq!(order("dosageInstruction.additionalInstruction.text"), "PRN pain");
    assert_eq!(order("dosageInstruction.timing.repeat.period"), "6");
    assert_eq!(order("dosageInstruction.route.coding[0].code"), "PO");
    assert_eq!(order("dosageInstruction.doseAndRate.doseRange.high.value"), "2");
    assert_eq!(order("dosageInstruction.doseAndRate.rateRatio.numerator.value"), "50");
    assert_eq!(order("dosageInstruction.doseAndRate.rateRatio.denominator.code"), "h");
    let parts =
        order("medicationReference -> Medication.ingredient.itemCodeableConcept.coding.code");
    assert_eq!(parts, "1191; 8640");
    let strength = order("medicationReference -> Medication.ingredient.strength.numerator.value");
    assert_eq!(strength, "325; 5");
}

#[test]
fn what_was_dispensed_and_given_refers_to_the_order() {
    let made = bundle(
        "RDS^O13",
        &[
            "ORC|RE|P1^SYS|F1^SYS",
            "RXE||1191^Aspirin^RXNORM|1||TAB",
            &segment(
                "RXD",
                &[
                    (1, "1"),
                    (2, "1191^Aspirin^RXNORM"),
                    (3, "20240501"),
                    (4, "30"),
                    (5, "TAB^Tablet^L"),
                    (7, "RX78"),
                    (9, "Shake"),
                    (10, "55^Pill^Pat"),
                    (18, "LOT5"),
                    (19, "202512"),
                    (20, "ACME^Acme^L"),
                ],
            ),
        ],
    );
    assert_eq!(one(&made, "MedicationDispense.status"), "completed");
    assert_eq!(one(&made, "MedicationDispense.quantity.value"), "30");
    assert_eq!(one(&made, "MedicationDispense.whenHandedOver"), "2024-05-01");
    assert_eq!(one(&made, "MedicationDispense.note.text"), "Shake");
    let path = "MedicationDispense.authorizingPrescription -> MedicationRequest.intent";
    assert_eq!(one(&made, path), "order");
    let path = "MedicationDispense.performer.actor -> Practitioner.name.family";
    assert_eq!(one(&made, path), "Pill");
    let path = "MedicationDispense.medicationReference -> Medication.batch.lotNumber";
    assert_eq!(one(&made, path), "LOT5");

    let made = bundle(
        "RAS^O17",
        &[
            "ORC|RE|P1^SYS|F1^SYS",
            "RXO|1191^Aspirin^RXNORM",
            &segment(
                "RXA",
                &[
                    (2, "1"),
                    (3, "202405011000+0100"),
                    (4, "202405011005+0100"),
                    (5, "1191^Aspirin^RXNORM"),
                    (6, "325"),
                    (7, "mg^^UCUM"),
                    (9, "^Crushed"),
                    (10, "57^Nurse^Nan"),
                    (20, "CP"),
                ],
            ),
            "RXR|PO^Oral^HL70162",
            &segment("RXA", &[(2, "2"), (5, "1191^Aspirin^RXNORM"), (18, "RE^No^L"), (20, "NA")]),
        ],
    );
    assert_eq!(one(&made, "MedicationAdministration.status"), "completed; not-done");
    assert_eq!(
        one(&made, "MedicationAdministration.effectivePeriod.end"),
        "2024-05-01T10:05:00+01:00"
    );
    assert_eq!(one(&made, "MedicationAdministration.dosage.dose.value"), "325");
    assert_eq!(one(&made, "MedicationAdministration.dosage.route.coding[0].code"), "PO");
    assert_eq!(one(&made, "MedicationAdministration.statusReason.coding.code"), "RE");
    let path = "request -> MedicationRequest.intent";
    assert_eq!(
        one(&made, &format!("MedicationAdministration.{path}")),
        "original-order; original-order"
    );
    assert_eq!(one(&made, "MedicationAdministration.note.text"), "Crushed");

    let made = bundle(
        "RGV^O15",
        &[
            "ORC|RE|P1^SYS|F1^SYS",
            "RXO|1191^Aspirin^RXNORM",
            "RXG|1||^^^20240502|1191^Aspirin^RXNORM|1||TAB",
        ],
    );
    let path = "MedicationRequest[intent=instance-order].basedOn -> MedicationRequest.intent";
    assert_eq!(one(&made, path), "original-order");
    let path = "MedicationRequest[intent=instance-order].dosageInstruction.timing.repeat.boundsPeriod.start";
    assert_eq!(one(&made, path), "2024-05-02");
}

#[test]
fn vaccines_are_immunizations_with_what_their_results_tell() {
    let made = bundle(
        "VXU^V04",
        &[
            "ORC|RE||9999^REG",
            "RXA|0|1|20240501||08^Hep B^CVX|999|||00^New record^NIP001",
            "OBX|1|CE|64994-7^Eligibility^LN|1|V02^Medicaid^HL70064||||||F",
            "OBX|2|CE|30956-7^Vaccine type^LN|2|08^Hep B^CVX||||||F",
            "OBX|3|TS|29768-9^Published^LN|2|20120202||||||F",
            "OBX|4|NM|30973-2^Dose^LN|3|2||||||F",
            "ORC|RE||9999^REG",
            "RXA|0|1|||94^MMRV^CVX|0.5|mL^^UCUM||01^Historical^NIP001",
        ],
    );
    assert_eq!(one(&made, "Immunization.status"), "completed; completed");
    assert_eq!(one(&made, "Immunization.primarySource"), "true; false");
    assert_eq!(one(&made, "Immunization.reportOrigin.coding.code"), "01");
    assert_eq!(one(&made, "Immunization.doseQuantity.value"), "0.5");
    assert_eq!(one(&made, "Immunization.programEligibility.coding.code"), "V02");
    assert_eq!(one(&made, "Immunization.education.documentType"), "Hep B");
    assert_eq!(one(&made, "Immunization.education.publicationDate"), "2012-02-02");
    assert_eq!(one(&made, "Immunization.protocolApplied.doseNumberPositiveInt"), "2");
    assert_eq!(one(&made, "Immunization.occurrenceString"), "unknown");
    assert_eq!(find(&made, "Observation.partOf -> Immunization.lotNumber").len(), 0);
    assert_eq!(find(&made, "Observation.partOf").len(), 4);
    let mut ids = find(&made, "Immunization.id");
    ids.dedup();
    assert_eq!(ids.len(), 2, "one number for all that have none");
}

/// As the CDC implementation guide for immunizations 1.5 has them: a group of OBX, by OBX-4, for each paper.
#[test]
fn each_paper_given_to_read_has_its_own_dates() {
    let made = bundle(
        "VXU^V04",
        &[
            "ORC|RE||1^REG",
            "RXA|0|1|20240501||110^Pediarix^CVX|0.5|mL^^UCUM",
            "OBX|1|CE|69764-9^Document type^LN|1|^^cdcgs1vis||||||F",
            "OBX|2|DT|29769-7^Presented^LN|1|20240430||||||F",
            "OBX|3|CE|69764-9^Document type^LN|2|V1^DTaP VIS^cdcgs1vis||||||F",
            "OBX|4|DT|29769-7^Presented^LN|2|20240501||||||F",
            "OBX|5|CE|69764-9^Document type^LN|3|V2^Polio VIS^cdcgs1vis||||||F",
            "OBX|6|DT|29768-9^Published^LN|3|20230806||||||F",
            "OBX|7|DT|29769-7^Presented^LN|3|20240502||||||F",
        ],
    );
    // That of which nothing is known but the date stays an observation alone (imm-1).
    assert_eq!(one(&made, "Immunization.education.documentType"), "DTaP VIS; Polio VIS");
    assert_eq!(one(&made, "Immunization.education.presentationDate"), "2024-05-01; 2024-05-02");
    assert_eq!(one(&made, "Immunization.education.publicationDate"), "2023-08-06");
    assert_eq!(one(&made, "Observation.valueDateTime").split("; ").count(), 4);
}

#[test]
fn orders_ask_and_reports_tell() {
    let segments = ["ORC|NW|P1^SYS", "OBR|1|||718-7^Hemoglobin^LN", "OBX|1|ST|Q1^Fasting?^L||Yes"];
    let order = bundle("OML^O21", &segments);
    assert!(find(&order, "DiagnosticReport.id").is_empty());
    assert_eq!(one(&order, "ServiceRequest.supportingInfo -> Observation.valueString"), "Yes");
    let report = bundle("ORU^R01", &segments);
    assert_eq!(one(&report, "DiagnosticReport.basedOn -> ServiceRequest.identifier.value"), "P1");
    assert_eq!(one(&report, "DiagnosticReport.result -> Observation.valueString"), "Yes");
    assert!(find(&report, "ServiceRequest.supportingInfo").is_empty());
    let cancelled = bundle("ORM^O01", &["ORC|CA|P1^SYS||||||||||55^Doc^Di"]);
    assert_eq!(one(&cancelled, "ServiceRequest.status"), "revoked");
    assert_eq!(one(&cancelled, "Provenance.activity.coding[code=CANCEL].display"), "cancel");
}

#[test]
fn results_of_before_are_reports_that_the_order_refers_to() {
    let made = bundle(
        "OML^O21",
        &[
            "ORC|NW|P1^SYS",
            "OBR|1|||718-7^Hemoglobin^LN",
            "PID|||P1^^^HOSP||Doe^Jo",
            "ORC|PR|P0^SYS",
            "OBR|1||F0^LAB|718-7^Hemoglobin^LN|||20230101|||||||||||||||||F",
            "OBX|1|NM|718-7^Hemoglobin^LN||13.1|g/dL^^UCUM|12-16||||F",
        ],
    );
    let path = "ServiceRequest.supportingInfo -> DiagnosticReport.result -> Observation.valueQuantity.value";
    assert_eq!(one(&made, path), "13.1");
    assert_eq!(one(&made, "Observation.referenceRange.high.value"), "16");
    assert_eq!(find(&made, "Patient.id").len(), 1);
}

#[test]
fn one_number_for_two_orders_makes_two_of_them() {
    let made = bundle(
        "ORM^O01",
        &["ORC|NW|P1^SYS", "OBR|1|P1^SYS||A", "ORC|NW|P1^SYS", "OBR|2|P1^SYS||B"],
    );
    assert_eq!(one(&made, "ServiceRequest.code.coding.code"), "A; B");
    let mut ids = find(&made, "ServiceRequest.id");
    ids.dedup();
    assert_eq!(ids.len(), 2);
}

#[test]
fn specimens_have_containers_and_belong_to_results() {
    let made = bundle(
        "ORU^R01",
        &[
            "OBR|1||F1^LAB|A^^L|||202405010800|||1^Stick^Sid",
            &segment(
                "SPM",
                &[(2, "S1&LAB^S2&LAB"), (4, "BLD^Blood^HL70487"), (21, "RB^Broken^HL70490")],
            ),
            &segment("SAC", &[(3, "C1^LAB"), (22, "5"), (24, "mL^^UCUM")]),
            "OBX|1|NM|VOL^Volume^L||5|||||||F",
        ],
    );
    assert_eq!(one(&made, "Specimen.container.identifier.value"), "C1");
    assert_eq!(one(&made, "Specimen.container.specimenQuantity.value"), "5");
    assert_eq!(one(&made, "Specimen.condition.coding[0].code"), "RB");
    assert_eq!(one(&made, "Specimen.collection.collector -> Practitioner.name.family"), "Stick");
    assert_eq!(one(&made, "DiagnosticReport.specimen -> Specimen.identifier[0].value"), "S1");
}

#[test]
fn values_are_what_they_look_like() {
    let value = |kind: &str, value: &str, path: &str| {
        let obx = format!("OBX|1|{kind}|A^^L||{value}|mg^^UCUM|||||F");
        one(&bundle("ORU^R01", &["OBR|1|||A^^L", &obx]), &format!("Observation.{path}"))
    };
    assert_eq!(value("NM", "not done", "valueString"), "not done");
    assert_eq!(value("TX", "one~two", "valueString"), "one\ntwo");
    assert_eq!(value("SN", "^3^-^1", "valueString"), "3 - 1 mg");
    assert_eq!(value("NR", "3^1", "valueString"), "3^1");
    assert_eq!(value("DT", "20240230", "valueString"), "20240230");
    assert_eq!(value("XCN", "1^Doe", "valueString"), "1^Doe");
    assert_eq!(value("NA", "1^2~3^4", "valueSampledData.data"), "1 3 2 4");
    assert_eq!(value("NA", "1^2~3^4", "valueSampledData.dimensions"), "2");
    assert_eq!(value("NA", "1^x", "valueString"), "1^x");
}

/// OBX-14 is sent where it is not the time of the report: HL7 2.8.2, 7.4.2.14.
#[test]
fn a_result_without_a_time_has_that_of_its_report() {
    let obr = |end: &str| segment("OBR", &[(1, "1"), (4, "CBC^^L"), (7, "20240501"), (8, end)]);
    let obx = |n: &str, time: &str| {
        segment("OBX", &[(1, n), (2, "NM"), (3, "HGB^^L"), (4, n), (5, "9"), (11, "F"), (14, time)])
    };
    let both = [&*obr(""), &obx("1", ""), &obx("2", "20240502")];
    let made = bundle("ORU^R01", &both);
    assert_eq!(one(&made, "Observation.effectiveDateTime"), "2024-05-01; 2024-05-02");
    let made = bundle("ORU^R01", &[&*obr("20240503"), &obx("1", "")]);
    assert_eq!(one(&made, "Observation.effectivePeriod.start"), "2024-05-01");
    assert_eq!(one(&made, "Observation.effectivePeriod.end"), "2024-05-03");
    // What is asked with an order was not so when the order's specimen is taken.
    let made = bundle("ORM^O01", &["ORC|NW|P1^SYS", &obr(""), &obx("1", "")]);
    assert_eq!(find(&made, "Observation.effectiveDateTime"), [""; 0]);
}

#[test]
fn what_is_no_charge_has_no_price() {
    for kind in ["PY", "AJ", "CO", "REFUND"] {
        let ft1 = segment("FT1", &[(4, "20240501"), (6, kind), (7, "99^Visit^L"), (11, "50")]);
        let made = bundle("DFT^P03", &["PV1|1|O", &ft1]);
        assert_eq!(one(&made, "ChargeItem.priceOverride.value"), "", "{kind}");
        assert_eq!(one(&made, "ChargeItem.extension(transaction-amount).valueMoney.value"), "50");
        assert_ne!(one(&made, "ChargeItem.status"), "billable");
    }
}

#[test]
fn an_order_that_is_part_of_another_refers_to_it() {
    for parent in ["P1&SYS^F1&LAB", "P1&SYS", "P0&SYS^F1&LAB"] {
        let number = if parent.starts_with("P0") { "" } else { "P1^SYS" };
        let culture =
            segment("OBR", &[(2, number), (3, "F1^LAB"), (4, "CULT^Culture^L"), (13, "x")]);
        let susceptibility = segment(
            "OBR",
            &[(2, "P2^SYS"), (3, "F2^LAB"), (4, "SUSC^Susceptibility^L"), (29, parent)],
        );
        let made = bundle(
            "ORU^R01",
            &[&culture, "OBX|1|ST|ORG^Organism^L||E. coli||||||F", &susceptibility],
        );
        let path = "ServiceRequest.basedOn -> ServiceRequest.code.coding.code";
        assert_eq!(one(&made, path), "CULT", "{parent}");
        assert_eq!(one(&made, "ServiceRequest.basedOn.identifier.value"), "");
    }
    // It may be in no message, and nothing is part of itself.
    for parent in ["P7&SYS", "P2&SYS"] {
        let obr = segment("OBR", &[(2, "P2^SYS"), (4, "SUSC^Susceptibility^L"), (29, parent)]);
        let made = bundle("ORU^R01", &[&obr]);
        assert_eq!(one(&made, "ServiceRequest.basedOn.identifier.value"), &parent[..2]);
        assert_eq!(one(&made, "ServiceRequest.basedOn.reference"), "");
    }
}

#[test]
fn a_number_that_is_text_keeps_its_unit() {
    for (kind, value, unit, expected) in [
        ("NM", "1,234", "mg/dL", "1,234 mg/dL"),
        ("NM", "1e5", "CFU/mL^^UCUM", "1e5 CFU/mL"),
        ("ST", "12.5", "mg", "12.5 mg"),
        ("ST", ">100,000", "CFU/mL", ">100,000 CFU/mL"),
        ("TX", "0-5", "/HPF", "0-5 /HPF"),
        ("ST", "NEGATIVE", "mg/dL", "NEGATIVE"),
        ("ST", "2+", "mg/dL", "2+"),
        ("ST", "12.5 mg", "mg", "12.5 mg"),
        ("ST", "HLA-B27", "mg", "HLA-B27"),
        ("ST", "12.5", "", "12.5"),
    ] {
        let obx = format!("OBX|1|{kind}|X^X^L||{value}|{unit}|||||F");
        let made = bundle("ORU^R01", &["OBR|1||F1^LAB|A^A^L", &obx]);
        assert_eq!(one(&made, "Observation.valueString"), expected, "{kind} {value}");
    }
}

#[test]
fn a_base_may_be_active() {
    let rxc = |kind: &str| {
        let rxc = format!("RXC|{kind}|4850^Glucose^RXNORM|500|mL^^UCUM");
        let rxe = "RXE||TPN^Nutrition^L|1||BAG";
        let made = bundle("RDE^O11", &["ORC|NW|P1^SYS", rxe, &rxc]);
        one(&made, "Medication.ingredient.isActive")
    };
    assert_eq!(rxc("B"), "");
    assert_eq!(rxc("A"), "true");
}
