//! Messages for people.

use crate::folders::{folder, put};
use crate::inputs::{adt, fixture, many};
use crate::program::pipehat;

/// The line of a path, its columns between single spaces.
fn line(tree: &str, path: &str) -> String {
    let mut lines = tree.lines().filter(|line| line.split_whitespace().next() == Some(path));
    let found = lines.next().unwrap_or_else(|| panic!("no {path} in\n{tree}"));
    assert!(lines.next().is_none(), "{path} twice");
    found.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn positions_have_names_types_and_meanings() {
    let path = fixture("adt_a01.hl7");
    let tree = pipehat(&["parse", "-f", "tree", &path]).text();
    let heading = tree.lines().next().unwrap();
    assert!(heading.starts_with(&format!("{path}: message 1 (byte 0)")), "{heading}");
    assert!(heading.contains("ADT^A01^ADT_A01") && heading.contains("2.5.1"), "{heading}");
    for (path, expected) in [
        ("PID", "Patient Identification"),
        ("PID-3[1].1", "ID Number ST 4711"),
        ("PID-3[2].5", "Identifier Type Code ID SS › Social Security number"),
        ("PID-5[1].2", "Given Name ST Wilma"),
        ("PID-8", "Administrative Sex IS F › Female"),
        ("PV1-2", "Patient Class IS I › Inpatient"),
        ("NK1[2]-2.2", "Given Name ST Pebbles"),
        ("MSH-9.2", "Trigger Event ID A01 › "),
        ("AL1-2", "Allergen Type Code CE DA › Drug allergy"),
    ] {
        let found = line(&tree, path);
        assert!(found.starts_with(&format!("{path} {expected}")), "{found}");
    }
    assert!(tree.ends_with("\n\n"));
}

#[test]
fn every_label_is_a_path_that_query_takes() {
    for file in ["adt_a01.hl7", "oru_r01.hl7", "odd_delimiters.hl7"] {
        let path = fixture(file);
        let tree = pipehat(&["parse", "-f", "tree", "--raw", &path]).text();
        let labels: Vec<&str> = tree
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().next())
            .filter(|label| label.contains('-'))
            .collect();
        assert!(labels.len() > 15);
        let mut args = vec!["query", "--raw", "-f", "ndjson", "--first"];
        args.extend(&labels);
        args.push(&path);
        let row: serde_json::Value = serde_json::from_slice(&pipehat(&args).bytes()).unwrap();
        for label in labels {
            let value = row[label].as_str().map_or("\"\"", |text| text);
            assert!(!value.is_empty(), "{label}");
            // A line without parts ends with the value, or it is followed by its meaning.
            let line = tree.lines().find(|l| l.split_whitespace().next() == Some(label)).unwrap();
            let parts =
                tree.contains(&format!(" {label}.")) || tree.contains(&format!(" {label}["));
            assert!(parts || line.contains(value), "{label}: {line}");
        }
    }
}

#[test]
fn several_messages_and_sources_are_told_apart() {
    let dir = folder();
    put(&dir, "a", many(2));
    put(&dir, "b", adt("X", "Baker"));
    let tree = pipehat(&["parse", "-f", "tree", "-j2", "a", "b"]).dir(dir.path()).text();
    let places = ["a: message 1 (byte 0)", "a: message 2 (byte ", "b: message 1 (byte 0)"];
    let found: Vec<usize> = places.iter().map(|p| tree.find(p).expect(p)).collect();
    assert!(found.is_sorted());
    let piped = pipehat(&["parse", "-f", "tree"]).stdin(many(1)).text();
    assert!(piped.starts_with("stdin: message 1 (byte 0)"));
}

#[test]
fn colours_come_when_asked_for_and_add_nothing_else() {
    let path = fixture("adt_a01.hl7");
    let tree = |args: &[&str]| pipehat(&[&["parse", "-f", "tree", &path], args].concat());
    let plain = tree(&[]).text();
    assert!(!plain.contains('\x1b'), "no terminal, no colours");
    assert_eq!(tree(&["--color", "never"]).text(), plain);
    assert_eq!(tree(&["--color=auto"]).env("TERM", "xterm").text(), plain);
    let coloured = tree(&["--color", "always"]).env("NO_COLOR", "1").text();
    assert!(coloured.contains("\x1b["), "`always` is stronger than NO_COLOR");
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        stripped.push_str(before);
        let (codes, after) = after.split_once('m').unwrap();
        assert!(codes.bytes().all(|b| b.is_ascii_digit() || b == b';'), "only SGR: {codes}");
        rest = after;
    }
    assert_eq!(stripped + rest, plain);
}

#[test]
fn what_would_act_on_a_terminal_is_shown() {
    let message = "MSH|^~\\&|A\x1b[31m\rNTE|1||a\x07b\x1b]0;x\x07\u{9b}c\u{202e}d\r\n";
    for args in [&["parse", "-f", "tree"][..], &["parse", "-f", "tree", "--raw"]] {
        let tree = pipehat(args).stdin(message).text();
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!tree.contains(acts), "{tree:?}");
    }
    // Data is passed on as it is.
    assert_eq!(pipehat(&["parse", "-f", "hl7"]).stdin(message).text(), message);
}
