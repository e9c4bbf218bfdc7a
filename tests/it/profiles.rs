//! Profiles on the command line: which are read, which is taken, and what is said of broken ones.

use crate::folders::{folder, put};
use crate::inputs::fixture;
use crate::program::pipehat;

const ADT: &str = "MSH|^~\\&|A|NORTH|||20240131||ADT^A01^ADT_A01|1|P|2.5.1\rEVN||20240131\r\
     PID|1||4711^^^N^MR||Brook^Wilma||19800229|F\rPV1|1|I\r\n";

/// The lines of findings: severity, rule, path, of all messages.
fn findings(args: &[&str], input: &str) -> (i32, Vec<String>) {
    let mut all = vec!["validate", "-q", "-f", "ndjson"];
    all.extend(args);
    let out = pipehat(&all).stdin(input).run();
    assert_eq!(out.stderr, "");
    let lines = out.text().lines().map(|line| {
        let found: serde_json::Value = serde_json::from_str(line).unwrap();
        let [severity, rule, path] =
            ["severity", "rule", "path"].map(|key| found[key].as_str().unwrap_or("").to_owned());
        format!("{severity} {rule} {path}")
    });
    (out.code, lines.collect())
}

#[test]
fn the_example_of_the_document_is_the_fixture() {
    let document = std::fs::read_to_string(fixture("../docs/profile-format.md")).unwrap();
    for name in ["otterford.toml", "map.toml"] {
        let text = std::fs::read_to_string(fixture(&format!("profiles/{name}"))).unwrap();
        assert!(document.contains(&format!("```toml\n{text}```\n")), "{name}");
    }
}

#[test]
fn the_example_finds_what_it_asks_for() {
    let input = std::fs::read_to_string(fixture("profiles/otterford.hl7")).unwrap();
    let (code, found) = findings(&["--profile", &fixture("profiles/otterford.toml")], &input);
    assert_eq!(code, 1);
    // The first message is as agreed. The second: no MR, a code for the sex that is not agreed on,
    // no discharge time, no ZPD. The third: no range, a test that is not listed, another number.
    let expected = [
        "error COC-3 PID[1]-3",
        "error VAL-1 PID[1]-8[1]",
        "error USE-4 PV1[1]-44",
        "error STR-2 ZPD",
        "error COC-3 OBX[2]-7",
        "warning VAL-1 OBX[3]-3[1].1",
        "warning COC-3 OBR[2]-2",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_map_chooses() {
    let input = std::fs::read_to_string(fixture("profiles/otterford.hl7")).unwrap();
    let map = fixture("profiles/map.toml");
    let (_, by_map) = findings(&["--profile-map", &map], &input);
    let (_, by_profile) = findings(&["--profile", &fixture("profiles/otterford.toml")], &input);
    assert_eq!(by_map, by_profile);
    // Registrations have a profile of their own, which asks for less; others have none.
    let registration = input.replace("ADT^A01", "ADT^A04");
    let (_, found) = findings(&["--profile-map", &map], &registration);
    assert!(
        found.iter().all(|told| !told.contains("ZPD") && !told.contains("PV1-44")),
        "{found:?}"
    );
    let elsewhere = input.replace("|NORTH|", "|WEST|");
    let (_, standard) = findings(&[], &elsewhere);
    assert_eq!(findings(&["--profile-map", &map], &elsewhere).1, standard);
}

#[test]
fn what_the_command_line_says_counts_more_than_a_profile() {
    let folder = folder();
    let text =
        "extends = \"2.5.1\"\nfields.PID-6.usage = \"R\"\n[severities]\n\"USE-1@PID-6\" = \"info\"";
    let profile = put(&folder, "p.toml", text);
    let with = |level: &str| findings(&["--profile", &profile, "--severity", level], ADT);
    assert_eq!(
        findings(&["--profile", &profile], ADT),
        (0, vec!["info USE-1 PID[1]-6".to_owned()])
    );
    assert_eq!(with("USE-1@PID-6=error"), (1, vec!["error USE-1 PID[1]-6".to_owned()]));
    assert_eq!(with("USE-1=off"), (0, vec![]));
}

#[test]
fn a_profile_says_how_severe_the_rules_across_messages_are() {
    let folder = folder();
    let profile = |name: &str, kind: &str, level: &str| {
        let text = format!(
            "extends = \"2.5.1\"\napplies-to.msh-9 = \"{kind}\"\n[severities]\n\
             \"MSG-3\" = \"{level}\"\n\"BAT-1\" = \"{level}\"\n"
        );
        put(&folder, name, text)
    };
    let off = profile("off/p.toml", "ADT", "off");
    let error = profile("error/p.toml", "ADT", "error");
    let twice = ADT.to_owned() + ADT;
    assert_eq!(findings(&["--profile", &off], &twice), (0, vec![]));
    let told = "error MSG-3 MSH[1]-10[1]".to_owned();
    assert_eq!(findings(&["--profile", &error], &twice), (1, vec![told]));
    let passed = pipehat(&["validate", "-q", "--pass", "--profile", &error]).stdin(&twice).run();
    assert_eq!(passed.text(), ADT);
    // What is around messages has no profile of its own: the only one there is will do.
    let batch = format!("BHS|^~\\&\r{ADT}BTS|2\r");
    assert_eq!(findings(&["--profile", &off], &batch), (0, vec![]));
    let told = "error BAT-1 BTS[1]-1[1]".to_owned();
    assert_eq!(findings(&["--profile", &error], &batch), (1, vec![told]));
    // Of several, each is for its own messages.
    let other = profile("error/q.toml", "ACK", "off");
    let ack = "MSH|^~\\&|A|B|||20240131||ACK|1|P|2.5.1\rMSA|AA|1\r\n";
    let both = ["--profile", &error, "--profile", &other];
    assert_eq!(findings(&both, &(twice.clone() + ack)).1, ["error MSG-3 MSH[1]-10[1]"]);
    assert_eq!(findings(&both, &(ADT.to_owned() + ack + ack)), (0, vec![]));
}

#[test]
fn several_profiles_are_taken_each_for_its_messages() {
    let folder = folder();
    let own = |kind: &str, field: &str| {
        format!("extends = \"2.5.1\"\napplies-to.msh-9 = \"{kind}\"\nfields.{field}.usage = \"R\"")
    };
    let adt = put(&folder, "all/adt.toml", own("ADT", "PID-6"));
    let ack = put(&folder, "all/ack.toml", own("ACK", "MSA-3"));
    let input = ADT.to_owned() + "MSH|^~\\&|A|B|||20240131||ACK|2|P|2.5.1\rMSA|AA|1\r\n";
    let expected = (1, vec!["error USE-1 PID[1]-6".to_owned(), "error USE-1 MSA[1]-3".to_owned()]);
    assert_eq!(findings(&["--profile", &ack, "--profile", &adt], &input), expected);
    assert_eq!(findings(&["--profile", folder.path().to_str().unwrap()], &input), expected);
    let (code, found) = findings(&["--profile", &adt], &input);
    assert_eq!((code, &found[1][..]), (1, "warning PRF-1 MSH[1]"));
}

#[test]
fn a_broken_profile_is_an_error_with_its_line() {
    let folder = folder();
    for (name, text, expected) in [
        (
            "a.toml",
            "extends = \"2.5.1\"\n[feilds]",
            "a.toml:2: `feilds` is no key here; perhaps `fields` is meant",
        ),
        ("b.toml", "extends = \"b.toml\"", "b.toml: the profile extends itself"),
        (
            "c.xml",
            "<HL7v2xConformanceProfile\n HL7Version='2.5'/>",
            "c.xml:1: there is no <HL7v2xStaticDef>",
        ),
        (
            "d.xml",
            "<!DOCTYPE a [\n<!ENTITY a 'a'>]>\n<a>&a;</a>",
            "d.xml:2: the file defines entities",
        ),
        ("e.hl7", ADT, "e.hl7: this is no profile"),
        ("f.toml", "extends = \"2.5.1\"\nname = \"\u{0}\"", "f.toml:2: "),
    ] {
        let path = put(&folder, name, text);
        let out = pipehat(&["validate", "--profile", &path]).stdin(ADT).run();
        assert_eq!((out.code, out.text()), (2, ""), "{name}");
        assert!(out.stderr.contains(&format!("/{expected}")), "{name}: {}", out.stderr);
        assert_eq!(out.stderr.lines().count(), 1, "{}", out.stderr);
    }
    let out = pipehat(&["validate", "--profile", "/nowhere/p.toml"]).stdin(ADT).run();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("/nowhere/p.toml: No such file"), "{}", out.stderr);
    let latin = put(&folder, "l.toml", b"extends = \"2.5.1\"\n# M\xFCller");
    let out = pipehat(&["validate", "--profile", &latin]).stdin(ADT).run();
    assert!(out.code == 2 && out.stderr.contains("l.toml:2: the file is not in UTF-8"), "{out:?}");
}

#[test]
fn a_folder_without_profiles_is_an_error() {
    let dir = folder();
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let out = pipehat(&["validate", "--profile", "empty"]).dir(dir.path()).stdin(ADT).run();
    out.is(2, "", "pipehat: empty: no profile in this folder\n");
    // Tables without a profile do not switch profiles off either.
    put(&dir, "t.xml", "<Specification><hl7tables/></Specification>");
    let out = pipehat(&["validate", "--profile", "t.xml"]).dir(dir.path()).stdin(ADT).run();
    assert_eq!((out.code, out.text()), (2, ""), "{out:?}");
    // Files of others do not make a folder unusable; they are told.
    put(&dir, "p/own.toml", "extends = \"2.5.1\"");
    put(&dir, "p/Cargo.toml", "[package]\nname = \"x\"");
    put(&dir, "p/other.xml", "<html/>");
    let out = pipehat(&["validate", "--profile", "p"]).dir(dir.path()).stdin(ADT).run();
    let notes = "pipehat: p/Cargo.toml: no profile; it is not read\n\
                 pipehat: p/other.xml: no profile; it is not read\n";
    assert_eq!((out.code, out.stderr.as_str()), (0, notes), "{out:?}");
}

#[test]
fn xml_that_takes_too_long_is_refused_at_once() {
    let dir = folder();
    let attributes: String = (0..400_000).map(|n| format!(" a{n}=\"\"")).collect();
    put(
        &dir,
        "p.xml",
        format!("<ConformanceProfile>\n<Messages{attributes}/></ConformanceProfile>"),
    );
    let out = pipehat(&["validate", "--profile", "p.xml"]).dir(dir.path()).stdin(ADT).run();
    out.is(2, "", "pipehat: p.xml:2: an element has more attributes than 256\n");
}

#[test]
fn what_an_overlay_says_is_told_as_it_says_it() {
    let dir = folder();
    put(&dir, "p.toml", "extends = \"2.5.1\"\n[fields]\n\"PID-3.1\" = { pattern = \"[a-z]+\" }");
    let run = |input: &str| {
        let args = ["validate", "-q", "--profile", "p.toml"];
        pipehat(&args).dir(dir.path()).stdin(input).run()
    };
    let out = run(ADT);
    assert!(out.text().contains("; expected: [a-z]+ [VAL-3]"), "{out:?}");
    assert!(!out.text().contains("PRF-1"), "{out:?}");
    // A message of another version is held against the one of the profile, which is told.
    let out = run(&ADT.replace("2.5.1", "2.8"));
    assert_eq!(out.text().matches("info: MSH-12 Version ID: ").count(), 1, "{out:?}");
    let asked = "extends = \"2.5.1\"\n[applies-to]\nmsh-9 = \"ADT\"\nmsh-12 = \"2.8\"";
    put(&dir, "p.toml", asked);
    assert!(!run(&ADT.replace("2.5.1", "2.8")).text().contains("PRF-1"));
    for each in ["NOGROUP", "QQQ"] {
        let rule = format!("[[rules]]\neach = \"{each}\"\nrequire = \"PID-3\"");
        put(&dir, "p.toml", format!("extends = \"2.5.1\"\n{rule}"));
        let told = "pipehat: p.toml:3: there is no such segment or group\n";
        let args = ["validate", "--profile", "p.toml"];
        pipehat(&args).dir(dir.path()).stdin(ADT).run().is(2, "", told);
    }
}
