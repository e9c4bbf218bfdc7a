//! Messages of people who do not exist.

use crate::folders::folder;
use crate::program::pipehat;
use std::collections::HashSet;

/// Messages, one a line.
fn generated(args: &[&str]) -> Vec<u8> {
    pipehat(&[&["generate"], args].concat()).bytes()
}

fn count(messages: &[u8]) -> usize {
    messages.iter().filter(|&&b| b == b'\n').count()
}

/// The columns of the messages as `query` tells them.
fn queried(messages: &[u8], args: &[&str]) -> Vec<Vec<String>> {
    let text = pipehat(&[&["query", "-f", "tsv"], args].concat()).stdin(messages).text();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn the_same_arguments_give_the_same_messages() {
    let args = ["ADT^A01", "ORU^R01", "-n", "20"];
    let first = generated(&args);
    assert_eq!((count(&first), &first), (20, &generated(&args)));
    assert_eq!(first, generated(&[&args[..], &["--seed", "0", "--version", "2.5.1"]].concat()));
    let other = generated(&[&args[..], &["--seed", "1"]].concat());
    assert!(first != other && count(&other) == 20);
    // Fewer messages are the beginning of more.
    assert!(first.starts_with(&generated(&["ADT^A01", "ORU^R01", "-n", "7"])));
}

#[test]
fn control_ids_are_unique_and_times_increase() {
    let messages = generated(&["-n", "500", "--start", "2023-12-31T23:00"]);
    let rows = queried(&messages, &["MSH-10", "MSH-7", "MSH-11", "MSH-12"]);
    let ids: HashSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(ids.len(), 500);
    assert!(rows.is_sorted_by(|a, b| a[1] < b[1]));
    assert!(rows[0][1].starts_with("202312312300") && rows[499][1].starts_with("20240101"));
    assert!(rows.iter().all(|row| row[2..] == ["T", "2.5.1"]));
}

#[test]
fn a_message_tells_one_story() {
    let messages = generated(&["ORU^R01", "DFT^P03", "-n", "200", "--seed", "5"]);
    let rows = queried(
        &messages,
        &["PID[1]-8", "PID[1]-13", "PID[1]-7", "PV1[1]-44", "MSH-7", "PID[1]-3.1", "PID[1]-3.2"],
    );
    assert_eq!(rows.len(), 200);
    for row in rows {
        let [sex, phone, birth, admitted, sent, number, digit] = row.as_slice() else { panic!() };
        assert!(["F", "M"].contains(&sex.as_str()));
        assert!(phone.is_empty() || phone.contains("555-01") || phone.contains("55501"), "{phone}");
        assert!(birth < admitted || admitted.is_empty());
        assert!(birth < sent && admitted < sent, "{birth} {admitted} {sent}");
        // Table 0061, M10: chapter 2A, "CX".
        let sum: u32 = (0..)
            .zip(number.bytes().rev())
            .map(|(place, b)| {
                let value = u32::from(b - b'0') * (2 - place % 2);
                value / 10 + value % 10
            })
            .sum();
        assert_eq!(digit.parse::<u32>().unwrap(), (10 - sum % 10) % 10, "{number}");
    }
}

#[test]
fn flags_agree_with_ranges() {
    let messages = generated(&["ORU^R01", "-n", "100"]);
    let args = ["--each", "OBX", "OBX-2", "OBX-5", "OBX-7", "OBX-8"];
    let rows = queried(&messages, &args);
    let mut flags = HashSet::new();
    for row in rows.iter().filter(|row| row[0] == "NM" && row[2].contains('-')) {
        let value: f64 = row[1].parse().unwrap();
        let (low, high) = row[2].split_once('-').unwrap();
        let (low, high): (f64, f64) = (low.parse().unwrap(), high.parse().unwrap());
        let expected = if value < low {
            "L"
        } else if value > high {
            "H"
        } else {
            "N"
        };
        assert_eq!(row[3], expected, "{row:?}");
        flags.insert(expected);
    }
    assert_eq!(flags.len(), 3, "all of them occur");
}

#[test]
fn types_come_in_turn_or_by_weight() {
    let events = |args: &[&str]| -> Vec<String> {
        queried(&generated(args), &["MSH-9.2"]).into_iter().map(|row| row.concat()).collect()
    };
    assert_eq!(events(&["ADT^A01", "ADT^A03", "-n", "4"]), ["A01", "A03", "A01", "A03"]);
    assert_eq!(events(&["adt^a04"]), ["A04"]);
    let drawn = events(&["ADT^A01=9", "ADT^A03", "-n", "1000"]);
    let often = drawn.iter().filter(|event| *event == "A01").count();
    assert!((850..950).contains(&often), "{often} of 1000");
    let of_structure: HashSet<String> = events(&["ADT_A01", "-n", "100"]).into_iter().collect();
    assert!(of_structure.len() > 3 && of_structure.contains("A04"), "{of_structure:?}");
}

#[test]
fn what_there_is_not_is_told() {
    let out = pipehat(&["generate", "ADT^A60", "--version", "2.2"]).run();
    assert_eq!((out.code, out.stdout.len()), (2, 0));
    assert!(
        out.stderr.starts_with("pipehat: version 2.2 has no ADT^A60; of ADT it has A01 A02 "),
        "{out:?}"
    );
    for args in
        [&["ADT^"][..], &["ADT^A01", "--version", "2.9"], &["--start", "1066"], &["-n", "-1"]]
    {
        assert_eq!(pipehat(&[&["generate"], args].concat()).run().code, 2, "{args:?}");
    }
}

#[test]
fn forms_are_those_of_other_commands() {
    assert_eq!(generated(&["-n", "0"]), b"");
    let mllp = generated(&["ADT^A01", "-n", "2", "--mllp"]);
    assert!(mllp.starts_with(b"\x0bMSH|") && mllp.ends_with(b"\r\x1c\r"));
    let lines = generated(&["ADT^A01", "--eol", "lf"]);
    assert!(lines.ends_with(b"\n\n") && !lines.contains(&b'\r'));
    let folder = folder();
    let path = folder.path().join("a.hl7");
    let same = generated(&["-n", "3"]);
    assert_eq!(generated(&["-n", "3", "-o", path.to_str().unwrap()]), b"");
    assert_eq!(std::fs::read(path).unwrap(), same);
}

#[test]
fn nothing_is_found_in_what_has_all_that_is_optional() {
    for version in [
        "2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1",
        "2.8.2",
    ] {
        let messages = generated(&["all", "-n", "400", "--fill", "all", "--version", version]);
        let out = pipehat(&["validate", "--strict"]).stdin(&messages).run();
        let nothing = "400 messages, none invalid: 0 errors, 0 warnings, 0 infos\n";
        assert_eq!((out.code, out.text()), (0, nothing), "{version}");
    }
}

#[test]
fn other_commands_take_them_without_rejects() {
    for version in ["2.1", "2.3.1", "2.5.1", "2.8.2"] {
        let messages = generated(&["all", "-n", "250", "--version", version]);
        let json = pipehat(&["parse", "--raw", "-f", "json"]).stdin(&messages).bytes();
        assert!(pipehat(&["from-json", "--raw"]).stdin(&json).bytes() == messages, "{version}");
        let strict = pipehat(&["validate", "--strict", "-q"]).stdin(&messages).run();
        assert_eq!(strict.code, 0, "{strict:?}");
        for command in ["to-fhir", "deidentify"] {
            let out = pipehat(&[command, "-q"]).stdin(&messages).run();
            assert_eq!((out.code, count(&out.stdout)), (0, 250), "{command} {version}");
        }
    }
}
