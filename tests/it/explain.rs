//! The standard at hand: `explain`, `paths`, and what shells are offered.

use crate::program::pipehat;

#[test]
fn a_component_is_explained_in_its_version() {
    // Chapter 2A of 2.5.1: CX.5 is required by no rule there, of type ID, from table 0203.
    let text = pipehat(&["explain", "PID-3.5", "--version", "2.5.1"]).text();
    assert!(text.starts_with("PID-3.5  Identifier Type Code  (component, 2.5.1)\n"), "{text}");
    for line in [
        "  of        PID-3 Patient Identifier List\n",
        "  type      ID\n",
        "  usage     optional\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(text.contains("\n  table     0203 Identifier Type, fixed by HL7\n"), "{text}");
    assert!(text.contains("\n  MR "), "{text}");
}

#[test]
fn a_code_is_explained_by_the_table_of_its_field() {
    // One code may stand for several.
    let rank = pipehat(&["explain", "DG1-15=3"]).text();
    assert!(rank.contains("2 ...  For ranked secondary diagnoses"), "{rank}");
    let text = pipehat(&["explain", "PID-8=F"]).text();
    assert!(text.ends_with("\n  F  Female\n"), "{text}");
    let out = pipehat(&["explain", "OBX-11=Q", "OBX-11=F"]).run();
    assert_eq!(out.code, 1, "{out:?}");
    assert_eq!(out.stderr, "pipehat: table 0085 of 2.8.2 has no such code\n");
    assert!(out.text().starts_with("OBX-11  "), "what is there is told: {out:?}");
}

#[test]
fn a_message_is_explained_by_its_structure() {
    let text = pipehat(&["explain", "ADT^A04", "--version", "2.5.1"]).text();
    assert!(text.starts_with("ADT^A04^ADT_A01  "), "{text}");
    let place = |words: &[&str]| {
        text.lines().position(|line| line.split_whitespace().eq(words.iter().copied()))
    };
    let (pid, group) = (place(&["PID", "Patient", "Identification"]), place(&["[{", "PROCEDURE"]));
    assert!(pid.is_some() && pid < group, "{text}");
    assert!(text.contains("\n    PR1 "), "a group is indented: {text}");
}

#[test]
fn what_the_standard_lacks_is_told_with_what_there_is() {
    for (subject, why) in [
        ("PID-99", "PID has 40 fields in 2.8.2"),
        ("PID-5.30", "PID-5 has 15 components: its type is XPN"),
        ("PID-1.2", "PID-1 has no parts: its type is SI"),
        ("ADT", "ADT is a message type; ask for a message, such as ADT^A01"),
        ("QQQ", "no version has segment, data type or message structure QQQ"),
        ("ZPV-1", "ZPV is a segment of a site's own, which the standard leaves open"),
    ] {
        pipehat(&["explain", subject]).run().is(1, "", &format!("pipehat: {why}\n"));
    }
    let out = pipehat(&["explain", "--version", "2.3", "ARV"]).run();
    out.is(1, "", "pipehat: version 2.3 has no segment ARV; 2.8.2 has\n");
    assert_eq!(pipehat(&["explain", "PID-"]).run().code, 2);
    assert_eq!(pipehat(&["explain", "--version", "2.9", "PID"]).run().code, 2);
}

/// The messages of a structure are those of table 0354, the one that it is named after among them.
#[test]
fn structures_tell_their_messages() {
    let messages = |id: &str| {
        let text = pipehat(&["explain", "-f", "json", "--version", "2.5.1", id]).text();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["messages"].clone()
    };
    let expected = serde_json::json!(["ADT^A01", "ADT^A04", "ADT^A08", "ADT^A13"]);
    assert_eq!(messages("ADT_A01"), expected);
    assert_eq!(messages("ADT_A02"), serde_json::json!(["ADT^A02"]));
}

#[test]
fn data_types_without_components_are_explained() {
    let text = pipehat(&["explain", "dtm", "ST"]).text();
    let date = "DTM  Date/time  (data type, 2.8.2)\n  form      a date of the calendar with";
    assert!(text.starts_with(date), "{text}");
    assert!(text.contains("[+/-ZZZZ]\n  versions  2.5 to 2.8.2\n"), "{text}");
    assert!(text.contains("\nST  String data  (data type, 2.8.2)\n  versions  2.1 to "), "{text}");
    let out = pipehat(&["explain", "--version", "2.3", "DTM"]).run();
    out.is(1, "", "pipehat: version 2.3 has no data type DTM; 2.8.2 has\n");
    // Every type that a field has can be asked for.
    let paths = pipehat(&["paths", "-cc"]).text().to_owned();
    let types: std::collections::BTreeSet<_> = paths
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .filter(|t| !t.is_empty())
        .collect();
    let all: Vec<&str> = std::iter::once("explain").chain(types).collect();
    assert!(all.len() > 50, "{all:?}");
    assert_eq!(pipehat(&all).run().code, 0);
}

#[test]
fn json_is_an_object_a_line() {
    let text = pipehat(&["explain", "-f", "json", "PID-8", "MSH"]).text();
    let all: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0]["table"]["id"], &all[0]["kind"]), (&"0001".into(), &"field".into()));
    assert_eq!(all[1]["parts"][8]["path"], "MSH-9");
}

#[test]
fn paths_are_lines_for_grep() {
    let text = pipehat(&["paths", "--version", "2.5.1", "PID"]).text();
    assert_eq!(text.lines().count(), 39, "PID has 39 fields in 2.5.1");
    assert_eq!(text.lines().nth(7), Some("PID-8\tIS\tO\t\t0001\tAdministrative Sex"));
    let deep = pipehat(&["paths", "-c", "--version", "2.5.1", "PID"]).text();
    let line = "PID-3.4\tHD\tO\t\t0363\tPatient Identifier List / Assigning Authority\n";
    assert!(deep.contains(line), "{deep}");
    pipehat(&["paths", "QQQ"]).run().is(1, "", "pipehat: no version has segment QQQ\n");
    let out = pipehat(&["paths", "PID-3"]).run();
    assert!(out.code == 1 && out.stderr.contains("`pipehat explain PID-3`"), "{out:?}");
    let out = pipehat(&["explain", "admit date"]).run();
    assert!(out.code == 2 && out.stderr.contains("`pipehat paths | grep -i NAME`"), "{out:?}");
}

/// What bash would offer behind the words before.
fn offered(words: &[&str]) -> String {
    let index = (words.len() - 1).to_string();
    pipehat(&[&["--"], words].concat())
        .env("PIPEHAT_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", &index)
        .env("_CLAP_IFS", " ")
        .text()
}

#[test]
fn shells_are_offered_fields_and_options() {
    assert!(offered(&["pipehat", "query", "PID-3."]).starts_with("PID-3.1 PID-3.2 "));
    assert!(offered(&["pipehat", "query", "--where", "MSH-9 = A and PID-8"]).ends_with("PID-8"));
    assert_eq!(offered(&["pipehat", "query", "--whe"]), "--where");
    assert_eq!(offered(&["pipehat", "deid"]), "deidentify");
}

#[test]
fn shells_are_offered_rules_and_their_severities() {
    assert_eq!(offered(&["pipehat", "validate", "--explain", "BA"]), "BAT-1");
    assert_eq!(offered(&["pipehat", "validate", "--severity", "COC-"]), "COC-1 COC-2 COC-3");
    let place = offered(&["pipehat", "validate", "--severity", "VAL-1@PID-8"]);
    assert_eq!(place, "VAL-1@PID-8");
    let level = offered(&["pipehat", "validate", "--severity", "VAL-1@PID-8=o"]);
    assert_eq!(level, "VAL-1@PID-8=off");
}
