//! Which result a result is about: OBR-26, by which a susceptibility panel names its organism.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

/// The Bundle of an ORU of these segments after MSH, in a version.
#[track_caller]
fn bundle_of(version: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|LAB|EAST|EHR|WEST|20240501||ORU^R01|1|P|{version}");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap()
}

#[track_caller]
fn bundle(segments: &[&str]) -> Value {
    bundle_of("2.5.1", segments)
}

/// The results that the result with a code is derived from: of what they are, and what is said of them.
fn about(bundle: &Value, code: &str) -> [String; 2] {
    let of = format!("Observation[code.coding.code={code}].derivedFrom");
    ["-> Observation.valueCodeableConcept.coding.code", "display"].map(|what| {
        let path =
            if what.starts_with('-') { format!("{of} {what}") } else { format!("{of}.{what}") };
        find(bundle, &path).join(", ")
    })
}

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";
const CULTURE: &str = "OBR|1|PL1^SYS|F1^LAB|630-4^Urine culture^LN|||20240430||||||||||||||||||F";
const ECOLI: &str =
    "OBX|1|CWE|6463-4^Bacteria^LN^ORG^Organism^L|1|112283007^Escherichia coli^SCT||||||F";
const STAPH: &str =
    "OBX|2|CWE|6463-4^Bacteria^LN^ORG^Organism^L|2|3092008^Staphylococcus aureus^SCT||||||F";

/// A panel of a filler's number with OBR-26 and OBR-29, and one result.
fn panel(number: u8, parent: &str, order: &str, code: &str) -> [String; 2] {
    let fields = "|".repeat(22 - 8);
    [
        format!(
            "OBR|{number}||S{number}^LAB|29576-6^Panel^LN|||20240430|{fields}|||F|{parent}|||{order}"
        ),
        format!("OBX|1|NM|{code}^Drug {code}^L||0.5|ug/mL|||S|||F"),
    ]
}

/// A message of a culture, and panels of which each is told by OBR-26 and OBR-29. Their results have
/// the codes D2, D3 and so on.
fn with_panels(panels: &[(&str, &str)]) -> Value {
    let of = |(n, (parent, order)): (u8, &(&str, &str))| panel(n, parent, order, &format!("D{n}"));
    let panels: Vec<_> = (2..).zip(panels).flat_map(of).collect();
    let segments: Vec<_> =
        [PID, CULTURE, ECOLI, STAPH].into_iter().chain(panels.iter().map(String::as_str)).collect();
    bundle(&segments)
}

const E: &str = "112283007";
const S: &str = "3092008";

/// Chapter 4, OBR-26: OBX-3 and OBX-4 of the parent result, with OBR-29 the order that has it.
#[test]
fn a_panel_is_of_the_organism_that_it_names() {
    let made = with_panels(&[
        ("6463-4&Bacteria&LN^1^Escherichia coli", "PL1&SYS^F1&LAB"),
        ("6463-4&Bacteria&LN^2", "^F1&LAB"),
        ("ORG&Organism&L^2", "PL1"),
        ("6463-4^1", ""),
    ]);
    assert_eq!(about(&made, "D2"), [E, "Escherichia coli"]);
    for (code, organism) in [("D3", S), ("D4", S), ("D5", E)] {
        assert_eq!(about(&made, code), [organism, ""], "{code}");
    }
    assert!(find(&made, "Observation[code.coding.code=6463-4].derivedFrom").is_empty());
}

/// Versions before 2.5 have the same parts in a CM; OBX-4 of 2.8.2 has components.
#[test]
fn a_panel_is_of_its_organism_in_each_version() {
    let grouped = ECOLI.replace("|1|112", "|A^1^2^ISO1|112");
    for (version, organism, parent) in [
        ("2.2", ECOLI, "6463-4&Bacteria&LN^1^Escherichia coli"),
        ("2.3", ECOLI, "6463-4&Bacteria&LN^1^Escherichia coli"),
        ("2.4", ECOLI, "6463-4&Bacteria&LN^1"),
        ("2.9", &grouped, "6463-4&Bacteria&LN^A"),
        ("2.9", &grouped, "6463-4&Bacteria&LN^A&1&2&ISO1"),
    ] {
        let panel = panel(2, parent, "^F1&LAB", "D2");
        let made = bundle_of(version, &[PID, CULTURE, organism, STAPH, &panel[0], &panel[1]]);
        assert_eq!(about(&made, "D2")[0], E, "{version} {parent}");
    }
}

/// Two results with one OBX-3 and one OBX-4 are one observation (7.4.2.4).
#[test]
fn an_observation_of_several_segments_is_named_by_all() {
    let more = "OBX|2|CWE|6463-4^Bacteria^LN|1|1^biotype^L||||||F";
    let panel = panel(2, "6463-4&Bacteria&LN^1", "^F1&LAB", "D2");
    let made = bundle(&[PID, CULTURE, ECOLI, more, STAPH, &panel[0], &panel[1]]);
    assert_eq!(about(&made, "D2")[0], format!("{E}, 1"));
}

/// Nothing is guessed: which drug works on which bacterium must not be told wrongly.
#[test]
fn what_is_not_there_is_told_in_words() {
    let made = with_panels(&[
        ("6463-4&Bacteria&LN^3^Klebsiella", "^F1&LAB"),
        ("6463-4&Bacteria&LN^1^Escherichia coli", "^F9&LAB"),
        ("6463-4&Bacteria&LN", "^F1&LAB"),
        ("6463-4&Bacteria&L^1", "^F1&LAB"),
        ("9999-9^1", "^F1&OTHER"),
        ("^^Proteus", ""),
    ]);
    for (code, words) in [
        ("D2", "Bacteria (3): Klebsiella"),
        ("D3", "Bacteria (1): Escherichia coli"),
        ("D4", "Bacteria"),
        ("D5", "Bacteria (1)"),
        ("D6", "9999-9 (1)"),
        ("D7", "Proteus"),
    ] {
        assert_eq!(about(&made, code), ["", words], "{code}");
    }
    assert_eq!(find(&made, "Observation.derivedFrom.type"), ["Observation"; 6]);
}

/// PRL.3 is OBX-5 of the parent: where the rest leaves it open, it tells.
#[test]
fn the_name_of_the_organism_tells_it_too() {
    let made = with_panels(&[
        ("6463-4&Bacteria&LN^^Staphylococcus aureus", "^F1&LAB"),
        ("^1^Escherichia coli", "^F1&LAB"),
        ("^^112283007", ""),
    ]);
    for (code, organism) in [("D2", S), ("D3", E), ("D4", E)] {
        assert_eq!(about(&made, code)[0], organism, "{code}");
    }
}

/// Without OBR-29 two cultures may be meant, unless the organism is told.
#[test]
fn of_two_cultures_none_is_taken_for_the_other() {
    let other = "OBR|2|PL2^SYS|F2^LAB|600-7^Blood culture^LN|||20240430";
    for (parent, order, of) in [
        ("6463-4^1", "", ""),
        ("6463-4^1^Staphylococcus aureus", "", S),
        ("6463-4^1", "PL2", S),
        ("6463-4^1", "^F1", E),
        ("6463-4^1^Staphylococcus aureus", "^F1", E),
    ] {
        let (panel, in_other) = (panel(3, parent, order, "D3"), STAPH.replace("|2|309", "|1|309"));
        let made = bundle(&[PID, CULTURE, ECOLI, other, &in_other, &panel[0], &panel[1]]);
        assert_eq!(about(&made, "D3")[0], of, "{parent} {order}");
    }
}

#[test]
fn the_organism_of_another_patient_is_not_meant() {
    let panel = panel(2, "6463-4&Bacteria&LN^1", "^F1&LAB", "D2");
    let other = "PID|2||P2^^^HOSP^MR||Roe^Ray";
    let made = bundle(&[PID, CULTURE, ECOLI, other, &panel[0], &panel[1]]);
    assert_eq!(about(&made, "D2"), ["", "Bacteria (1)"]);
    let made = bundle(&[PID, CULTURE, ECOLI, PID, &panel[0], &panel[1]]);
    assert_eq!(about(&made, "D2"), [E, ""]);
}

/// An order for a test of a result has no results yet: what it is about supports it.
#[test]
fn an_order_is_about_a_result() {
    let message = format!(
        "MSH|^~\\&|LAB|EAST|EHR|WEST|20240501||OML^O21^OML_O21|1|P|2.5.1\r{PID}\rORC|NW|PL7^SYS\r\
         OBR|1|PL7^SYS||29576-6^Panel^LN||||||||||||||||||||||6463-4&Bacteria&LN^1^E. coli|||PL1&SYS\r\n"
    );
    let made = valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap();
    assert_eq!(find(&made, "ServiceRequest.supportingInfo.display"), ["Bacteria (1): E. coli"]);
}

/// Some senders have the status of the report there, one field too far.
#[test]
fn a_status_is_no_result() {
    let made = with_panels(&[("F", ""), ("6463-4&Bacteria", "")]);
    assert_eq!(about(&made, "D2"), ["", ""]);
    assert_eq!(about(&made, "D3"), ["", "Bacteria"]);
    assert_eq!(find(&made, "Observation.derivedFrom.type"), ["Observation"]);
}

/// All of OBR-26 counts as carried where it is, and a code that is told in words is kept.
#[test]
fn nothing_of_it_is_lost() {
    let parents = ["6463-4&Bacteria&LN^1^Escherichia coli", "7777-7&Fungi&LN^4"];
    for (parent, lost) in parents.into_iter().zip([0, 1]) {
        let panel = panel(2, parent, "^F1&LAB", "D2");
        let message = format!(
            "MSH|^~\\&|LAB|EAST|EHR|WEST|20240501||ORU^R01|1|P|2.5.1\r{}\r\n",
            [PID, CULTURE, ECOLI, &panel[0], &panel[1]].join("\r")
        );
        let args = ["to-fhir", "-q", "--unmapped", "extension"];
        let made = valid(&pipehat(&args).stdin(message).run()).pop().unwrap();
        let places = find(&made, "DiagnosticReport.extension.extension[url=id].valueString");
        let of = places.iter().filter(|place| place.contains("-26")).count();
        assert_eq!(of, lost, "{parent}: {places:?}");
    }
}

/// The ids of the resources of a type, with the values at a path of each.
fn ids(bundle: &Value, kind: &str, path: &str) -> Vec<[String; 2]> {
    let all = |path: &str| find(bundle, &format!("{kind}.{path}"));
    all("id").into_iter().zip(all(path)).map(|(id, value)| [id, value]).collect()
}

/// Laboratories give the culture and all panels one number. The panel of one organism must not take the place of
/// that of another, nor stay preliminary for good beside the final one.
#[test]
fn a_panel_is_told_by_its_organism() {
    let told = |status: &str, panels: &[(u8, &str)]| {
        let mut segments = vec![PID.to_owned(), "ORC|RE|PL1^SYS|F1^LAB".into(), CULTURE.into()];
        segments.extend([ECOLI, STAPH].map(String::from));
        for (n, drug) in panels {
            let panel = panel(9, &format!("6463-4&Bacteria&LN^{n}"), "PL1&SYS^F1&LAB", drug);
            let obr = panel[0].replace("|S9^LAB|", "|F1^LAB|").replace("||F1", "|PL1^SYS|F1");
            segments.push("ORC|RE|PL1^SYS|F1^LAB".into());
            segments.push(obr.replace("|||F|", &format!("|||{status}|")));
            segments.push(panel[1].clone());
        }
        bundle(&segments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let first = told("P", &[(1, "A"), (2, "A")]);
    let then = told("F", &[(2, "A")]);
    for kind in ["DiagnosticReport", "ServiceRequest", "Observation"] {
        let path = if kind == "Observation" { "code.coding[0].code" } else { "status" };
        let [before, after] = [&first, &then].map(|made| ids(made, kind, path));
        let [ids, again] =
            [&before, &after].map(|all| all.iter().map(|[id, _]| id).collect::<Vec<_>>());
        assert_eq!(again, [&ids[..ids.len() - 2], &ids[ids.len() - 1..]].concat(), "{kind}");
    }
    assert_eq!(find(&then, "ServiceRequest.basedOn -> ServiceRequest.code.coding.code"), ["630-4"]);
    // A panel that comes alone is not the culture.
    let panel = panel(9, "6463-4&Bacteria&LN^2", "PL1&SYS^F1&LAB", "A");
    let alone =
        panel[0].replace("|S9^LAB|", "|F1^LAB|").replace("||F1^LAB|29", "|PL1^SYS|F1^LAB|29");
    let alone = bundle(&[PID, "ORC|RE|PL1^SYS|F1^LAB", &alone, &panel[1]]);
    let id = "ServiceRequest.id";
    assert_eq!(find(&alone, id), [find(&first, id)[2].clone()]);
}
