//! `validate` as users meet it: findings in all forms, the filter, cross-message rules, and that
//! nothing of a message is told unasked.

#[path = "validate/reports.rs"]
mod reports;

use crate::folders::{folder, mode, put};
use crate::inputs::fixture;
use crate::program::{Out, pipehat};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const FORMATS: [&str; 7] = ["text", "ndjson", "json", "nist", "sarif", "junit", "ack"];

fn valid() -> String {
    fixture("validate/valid.hl7")
}

fn faulty() -> String {
    fixture("validate/faulty.hl7")
}

/// A message without a fault, with this control id.
fn clean(id: &str) -> String {
    format!(
        "MSH|^~\\&|REG|NORTH|HUB||20240305081500||ADT^A01^ADT_A01|{id}|P|2.5.1\r\
         EVN||20240305081500\rPID|1||1^^^NORTH^MR||ROE^RAY\rPV1|1|I\r\n"
    )
}

/// As [`clean`] with a date that is none.
fn bad(id: &str) -> String {
    clean(id).replace("EVN||20240305", "EVN||20240230")
}

fn objects(ndjson: &str) -> Vec<Value> {
    ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Rules and paths of the findings in an input.
fn found(args: &[&str], input: &str) -> Vec<(String, String)> {
    let args = [&["validate", "-q", "-f", "ndjson"], args].concat();
    let out = pipehat(&args).stdin(input).run();
    let text = |object: &Value, name: &str| object[name].as_str().unwrap_or_default().to_owned();
    objects(out.text()).iter().map(|o| (text(o, "rule"), text(o, "path"))).collect()
}

#[track_caller]
fn finds(args: &[&str], input: &str, expected: &[(&str, &str)]) {
    let found = found(args, input);
    let found: Vec<_> = found.iter().map(|(rule, path)| (rule.as_str(), path.as_str())).collect();
    assert_eq!(found, expected, "{args:?}");
}

#[test]
fn messages_without_faults_are_clean() {
    let out = pipehat(&["validate", &valid()]).run();
    out.is(0, "2 messages, none invalid: 0 errors, 0 warnings, 0 infos\n", "");
    let strict = pipehat(&["validate", "--strict", &valid()]).run();
    assert_eq!(strict.code, 0, "{strict:?}");
    let none = pipehat(&["validate"]).stdin("").run();
    none.is(0, "0 messages, none invalid: 0 errors, 0 warnings, 0 infos\n", "");
}

#[test]
fn the_report_tells_place_problem_and_rule() {
    let out = pipehat(&["validate", "-f", "ndjson", &faulty()]).run();
    assert_eq!(out.code, 1);
    assert_eq!(out.stderr, "pipehat: 3 messages, 2 invalid: 4 errors, 1 warning, 0 infos\n");
    let told: Vec<_> = objects(out.text())
        .iter()
        .map(|o| {
            let text = |name: &str| o[name].as_str().unwrap_or_default().to_owned();
            let number = |name: &str| o[name].as_u64().unwrap();
            assert_eq!(text("file"), faulty());
            (number("message"), number("line"), text("rule"), text("severity"), text("path"))
        })
        .collect();
    let expected = [
        (1, 3, "FMT-1", "error", "PID[1]-7[1].1"),
        (2, 4, "USE-1", "error", "OBR[1]-4"),
        (2, 5, "FMT-2", "error", "OBX[1]-5[1]"),
        (2, 6, "STR-1", "error", "EVN[1]"),
        (3, 1, "MSG-3", "warning", "MSH[1]-10[1]"),
    ];
    let expected = expected.map(|(message, line, rule, severity, path)| {
        (message, line, rule.to_owned(), severity.to_owned(), path.to_owned())
    });
    // Whether a repetition or component is told of what is missing is not what this is about.
    assert_eq!(told, expected);

    let text = pipehat(&["validate", &faulty()]).run();
    let line = text.text().lines().next().unwrap();
    for part in ["message 1 (byte 0), line 3: error: PID-7.1 ", "[FMT-1]"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(text.text().lines().all(|line| !line.contains("19840231")), "{text:?}");
    let last = text.text().lines().find(|line| line.starts_with("3 messages")).unwrap();
    assert_eq!(last, "3 messages, 2 invalid: 4 errors, 1 warning, 0 infos");
}

#[test]
fn bytes_and_values_are_where_the_file_has_them() {
    let input = fs::read(faulty()).unwrap();
    let out = pipehat(&["validate", "-f", "ndjson", "--show-values", &faulty()]).run();
    let mut values = Vec::new();
    for object in objects(out.text()) {
        let value = object["value"].as_str().unwrap_or_default();
        values.push(value.to_owned());
        if value.is_empty() {
            // What is missing has none.
            assert_eq!((object.get("byte"), object.get("bytes")), (None, None), "{object}");
            continue;
        }
        let from = object["byte"].as_u64().unwrap() as usize;
        let bytes = &input[from..from + object["bytes"].as_u64().unwrap() as usize];
        assert_eq!(bytes, value.as_bytes(), "{object}");
    }
    assert_eq!(values, ["19840231", "", "high", "EVN||20240305120000", "E0001"]);
}

#[test]
fn the_place_is_marked_when_values_are_shown() {
    let out = pipehat(&["validate", "--show-values", "--color", "never", &faulty()]).run();
    let lines: Vec<&str> = out.text().lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with("PID|1||10001")).unwrap();
    let marked = lines[at + 1].find('^').unwrap();
    assert_eq!(&lines[at][marked..marked + 8], "19840231");
    assert_eq!(lines[at + 1].trim(), "^^^^^^^^");
    // What a terminal would act on is shown, not sent.
    let input = clean("A").replace("EVN||20240305081500", "EVN||2024\x1b[31m");
    let out = pipehat(&["validate", "--show-values"]).stdin(input).run();
    assert!(out.text().contains("2024\\x1b[31m") && !out.text().contains('\x1b'), "{out:?}");
    let colored = pipehat(&["validate", "--color", "always", &faulty()]).run();
    assert!(colored.text().contains("\x1b[1m") && colored.code == 1);
}

#[test]
fn fail_on_says_what_is_invalid() {
    let warned = clean("A") + &clean("A");
    for (level, input, code) in [
        ("error", &bad("A"), 1),
        ("error", &warned, 0),
        ("warning", &warned, 1),
        ("warning", &clean("A"), 0),
        ("never", &bad("A"), 0),
    ] {
        let out = pipehat(&["validate", "--fail-on", level]).stdin(input).run();
        assert_eq!(out.code, code, "{level}: {out:?}");
    }
}

#[test]
fn severities_change_by_rule_and_place() {
    let input = bad("A");
    let run = |args: &[&str]| {
        let args = [&["validate", "-q", "-f", "ndjson"], args].concat();
        let out = pipehat(&args).stdin(&input).run();
        let levels: Vec<_> =
            objects(out.text()).iter().map(|o| o["severity"].to_string()).collect();
        (out.code, levels.join(" "))
    };
    assert_eq!(run(&[]), (1, "\"error\"".into()));
    assert_eq!(run(&["--severity", "FMT-1=off"]), (0, String::new()));
    assert_eq!(run(&["--severity", "FMT-1=warning"]), (0, "\"warning\"".into()));
    assert_eq!(run(&["--severity", "fmt-1@EVN-2=info"]), (0, "\"info\"".into()));
    assert_eq!(run(&["--severity", "FMT-1@PID=off"]), (1, "\"error\"".into()));
    let both = ["--severity", "FMT-1=off", "--severity", "FMT-1@EVN=error"];
    assert_eq!(run(&both), (1, "\"error\"".into()));
    assert_eq!(run(&["--strict", "--severity", "FMT-1=off"]).0, 0);
    for wrong in ["FMT-1", "FMT-1=loud", "FMT-9=off", "FMT-1@EVN[2]=off", "FMT-1@=off"] {
        let out = pipehat(&["validate", "--severity", wrong]).stdin(&input).run();
        assert!(out.code == 2 && out.text().is_empty() && !out.stderr.is_empty(), "{out:?}");
    }
}

#[test]
fn strict_is_stricter_and_z_segments_are_refused_on_request() {
    let twice = clean("A") + &clean("A");
    assert_eq!(pipehat(&["validate"]).stdin(&twice).run().code, 0);
    assert_eq!(pipehat(&["validate", "--strict"]).stdin(&twice).run().code, 1);
    let site = clean("A").replace("\r\n", "\rZPI|1\r\n");
    finds(&[], &site, &[]);
    finds(&["--strict"], &site, &[]);
    finds(&["--deny-z"], &site, &[("STR-5", "ZPI[1]")]);
    let lowered = ["--deny-z", "--severity", "STR-5=info"];
    assert_eq!(pipehat(&[&["validate"][..], &lowered].concat()).stdin(&site).run().code, 0);
}

#[test]
fn a_filter_passes_valid_messages_byte_for_byte() {
    // Bytes that no character set explains, blanks and unknown segments are none of its business.
    let odd =
        clean("C").replace("ROE", "R\\X41\\ \t").replace("PV1|1|I", "PV1|1|I||||||\rZZZ|a^b~c|");
    let input = clean("A") + &bad("B") + &odd;
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let report = dir.path().join("report").to_str().unwrap().to_owned();
    for threads in ["-j1", "-j4"] {
        let args = ["validate", "--pass", "--rejects", &rejects, "--report", &report, threads];
        let out = pipehat(&args).stdin(&input).run();
        out.is(1, &(clean("A") + &odd), "");
        assert_eq!(fs::read_to_string(&rejects).unwrap(), bad("B"));
        let told = fs::read_to_string(&report).unwrap();
        assert!(told.starts_with("stdin: message 2 (byte "), "{told}");
        assert!(told.contains("3 messages, 1 invalid"), "{told}");
        assert_eq!((mode(&report), mode(&rejects)), (0o600, 0o600));
    }
    let out = pipehat(&["validate", "--pass"]).stdin(&input).run();
    assert_eq!((out.code, out.text()), (1, (clean("A") + &odd).as_str()));
    assert!(out.stderr.contains("[FMT-1]") && out.stderr.contains("3 messages"), "{out:?}");
    let out = pipehat(&["validate", "--pass", "-q"]).stdin(&input).run();
    out.is(1, &(clean("A") + &odd), "");
    let out = pipehat(&["validate", "--pass", "-q", "--report", &report]).stdin(&input).run();
    out.is(1, &(clean("A") + &odd), "");
    assert!(fs::read_to_string(&report).unwrap().contains("[FMT-1]"));
    // Messages in other forms come in the form between filters.
    let lines = (clean("A")).replace('\r', "\n");
    let out = pipehat(&["validate", "--pass", "--report", "/dev/null"]).stdin(lines).run();
    out.is(0, &clean("A"), "");
}

#[test]
fn the_verdict_comes_before_the_message_goes_out() {
    // The second of two messages with one id is invalid, wherever chunks end.
    let mut input = String::new();
    let mut expected = String::new();
    let mut kept_back = String::new();
    for n in 0..4000 {
        let again = n % 7 == 3 && n > 100;
        let message = clean(&if again { "M-5".to_owned() } else { format!("M-{n}") });
        if again {
            kept_back += &message
        } else {
            expected += &message
        }
        input += &message;
    }
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let mut reports = BTreeSet::new();
    for threads in ["-j1", "-j2", "-j5"] {
        let args = ["validate", "--strict", "--pass", "--rejects", &rejects, threads];
        let out = pipehat(&args).stdin(&input).run();
        assert_eq!(out.code, 1);
        assert!(out.text() == expected, "{threads}");
        assert!(fs::read_to_string(&rejects).unwrap() == kept_back, "{threads}");
        reports.insert(out.stderr);
    }
    assert_eq!(reports.len(), 1);
}

#[test]
fn the_report_is_the_same_with_any_number_of_threads() {
    let mut input = "FHS|^~\\&\rBHS|^~\\&\r".to_owned();
    for n in 0..3000 {
        input +=
            &if n % 3 == 0 { bad(&format!("T-{}", n % 999)) } else { clean(&format!("T-{n}")) };
        if n % 500 == 0 {
            input += "MSH|^^\\&|broken\rPID|1\r\n";
        }
    }
    input += "BTS|7\rFTS|1\r";
    let dir = folder();
    let file = put(&dir, "in.hl7", &input);
    for format in FORMATS.into_iter().filter(|&format| format != "ack") {
        let run = |threads: &str| {
            let args = ["validate", "-f", format, threads, &file, &valid(), &file];
            let out = pipehat(&args).run();
            assert_eq!(out.code, 1, "{format}");
            (out.stdout, out.stderr)
        };
        let one = run("-j1");
        assert!(!one.0.is_empty());
        for threads in ["-j2", "-j7"] {
            assert!(run(threads) == one, "{format} {threads}");
        }
    }
}

#[test]
fn unusable_delimiters_are_a_finding() {
    let broken = "MSH|^^\\&|x\rPID|1\r\n";
    let input = clean("A") + broken + &clean("B");
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let out = pipehat(&["validate", "--pass", "--rejects", &rejects]).stdin(&input).run();
    assert_eq!((out.code, out.text()), (1, (clean("A") + &clean("B")).as_str()));
    assert!(out.stderr.contains("message 2 (byte ") && out.stderr.contains("[ENC-1]"), "{out:?}");
    assert_eq!(fs::read_to_string(&rejects).unwrap(), broken);
    // It cannot be passed on, whatever its verdict: then it could not be handled.
    for args in [
        &["--pass", "--fail-on", "never"][..],
        &["--severity", "ENC-1=off"],
        &["--pass", "--severity", "ENC-1=warning"],
    ] {
        let args = [&["validate", "--rejects", &rejects], args].concat();
        let out = pipehat(&args).stdin(&input).run();
        assert_eq!(out.code, 2, "{args:?} {out:?}");
        assert!(out.stderr.contains("pipehat: stdin: message 2 (byte "), "{out:?}");
        assert_eq!(fs::read_to_string(&rejects).unwrap(), broken);
    }
    // Told and no message is kept back: all is done.
    let out = pipehat(&["validate", "--fail-on", "never"]).stdin(&input).run();
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
}

#[test]
fn what_is_no_message_is_not_done() {
    let input = format!("junk\n{}", clean("A"));
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let out = pipehat(&["validate", "--rejects", &rejects]).stdin(&input).run();
    assert_eq!(out.code, 2);
    assert_eq!(out.stderr, "pipehat: stdin: byte 0: not part of any message\n");
    assert_eq!(fs::read_to_string(&rejects).unwrap(), "junk\n");
    for format in ["text", "json", "sarif", "junit"] {
        let run = |input: &str| pipehat(&["validate", "-f", format]).stdin(input).run();
        let (some, none) = (run(&(input.clone() + "junk\n")), run(&clean("A")));
        assert_eq!((some.code, none.code), (2, 0), "{format}");
        let json = |out: &Out| serde_json::from_slice::<Value>(&out.stdout).unwrap();
        let failures = |out: &Out| match format {
            "text" => u64::from(out.text().contains("infos; 2 not handled\n")) * 2,
            "json" => json(out)["summary"]["not_handled"].as_u64().unwrap(),
            "sarif" => {
                let run = &json(out)["runs"][0]["invocations"][0];
                let told = &run["toolExecutionNotifications"][0]["message"]["text"];
                let count = told.as_str().and_then(|text| text.split(' ').next());
                let count = count.map_or(0, |count| count.parse().unwrap());
                assert_eq!(run["executionSuccessful"], count == 0);
                count
            }
            _ => {
                let document = roxmltree::Document::parse(out.text()).unwrap();
                let error = document.descendants().find(|n| n.has_tag_name("error"));
                let told = error.and_then(|error| error.attribute("message")?.split(' ').next());
                told.map_or(0, |count| count.parse().unwrap())
            }
        };
        assert_eq!((failures(&some), failures(&none)), (2, 0), "{format}: {some:?}");
    }
    let long = bad("A").replace("ROE", &"R".repeat(2000));
    let out = pipehat(&["validate", "--max-message", "1K"]).stdin(clean("B") + &long).run();
    assert_eq!(out.code, 2, "{out:?}");
    assert!(out.text().starts_with("1 message, "), "{out:?}");
}

#[test]
fn control_ids_come_once_in_a_source() {
    finds(&[], &(clean("A") + &clean("B")), &[]);
    finds(&[], &(clean("A") + &clean("B") + &clean("A")), &[("MSG-3", "MSH[1]-10[1]")]);
    // Another file is another source.
    let dir = folder();
    let files = [put(&dir, "a", clean("A")), put(&dir, "b", clean("A"))];
    assert_eq!(pipehat(&["validate", "--fail-on", "warning", &files[0], &files[1]]).run().code, 0);
    let ack = |id: &str, of: &str| {
        format!("MSH|^~\\&|HUB||REG||20240305081501||ACK^A01^ACK|{id}|P|2.5.1\rMSA|AA|{of}\r\n")
    };
    finds(&[], &(clean("A") + &ack("K", "A")), &[]);
    finds(&[], &(clean("A") + &ack("K", "B")), &[("MSG-3", "MSA[1]-2[1]")]);
    // Nothing can be said of acknowledgments alone.
    finds(&[], &(ack("K", "B") + &ack("L", "C")), &[]);
}

#[test]
fn batches_hold_what_their_trailers_say() {
    let two = clean("A") + &clean("B");
    let batch = |count: &str| format!("BHS|^~\\&|REG\r{two}BTS|{count}\r");
    finds(&[], &format!("FHS|^~\\&\r{}FTS|1\r", batch("2")), &[]);
    finds(&[], &batch(""), &[]);
    finds(&[], &batch("2|comment"), &[]);
    finds(&[], &batch("3"), &[("BAT-1", "BTS[1]-1[1]")]);
    finds(&[], &batch("two"), &[("BAT-1", "BTS[1]-1[1]")]);
    finds(&[], &format!("FHS|^~\\&\r{}FTS|2\r", batch("2")), &[("BAT-1", "FTS[1]-1[1]")]);
    finds(&[], &format!("BHS|^~\\&\r{two}"), &[("BAT-1", "BHS[1]")]);
    finds(&[], &format!("{two}BTS|2\r"), &[("BAT-1", "BTS[1]")]);
    finds(&[], &format!("FHS|^~\\&\r{}", batch("2")), &[("BAT-1", "FHS[1]")]);
    finds(&[], &format!("BHS|^~\\&\r{}{}", clean("C"), batch("2")), &[("BAT-1", "BHS[1]")]);
    finds(&[], &format!("FHS|^~\\&\r{two}FTS|1\r"), &[]);
    finds(&[], &format!("FHS|^~\\&\r{two}FTS|2\r"), &[("BAT-1", "FTS[1]-1[1]")]);
    // What could have been cut off is a warning: the structure allows it.
    for cut in [format!("{two}BTS|2\r"), format!("BHS|^~\\&\r{two}")] {
        assert_eq!(pipehat(&["validate"]).stdin(&cut).run().code, 0, "{cut}");
        let args = ["validate", "--severity", "BAT-1=error"];
        assert_eq!(pipehat(&args).stdin(&cut).run().code, 1, "{cut}");
    }
    let other = [("BAT-1", "MSH[1]-2[1]"), ("BAT-1", "MSH[1]-2[1]")];
    finds(&[], &format!("BHS|*~\\&\r{two}BTS|2\r"), &other);
    // Messages that could not be read are in the batch even so.
    let broken = format!("BHS|^~\\&\r{two}MSH|^^\\&|x\r\nBTS|3\r");
    finds(&[], &broken, &[("ENC-1", "MSH[1]-2")]);
    let out = pipehat(&["validate"]).stdin(batch("3")).run();
    assert_eq!(out.code, 1);
    assert!(out.text().contains("expected: 2 messages [BAT-1]"), "{out:?}");
}

#[test]
fn rules_are_explained_and_listed() {
    let data = include_str!("../../src/ops/validate/rules.tsv");
    let listed = pipehat(&["validate", "--list-rules"]).text();
    assert_eq!(listed.lines().count(), data.lines().count());
    for (line, row) in listed.lines().zip(data.lines()).skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [id, code, standard, profile, strict, title, text] = columns[..] else {
            panic!("{row}");
        };
        let told: Vec<&str> = line.split("  ").map(str::trim).filter(|s| !s.is_empty()).collect();
        assert_eq!(told, [id, standard, profile, strict, title]);
        let explained = pipehat(&["validate", "--explain", id]).text();
        for part in [id, code, standard, strict, title, text] {
            assert!(explained.contains(part), "{explained}");
        }
    }
    let small = pipehat(&["validate", "--explain", "str-1"]).text();
    assert_eq!(small, pipehat(&["validate", "--explain", "STR-1"]).text());
    assert_eq!(pipehat(&["validate", "--explain", "NO-1"]).run().code, 2);
}

#[test]
fn of_a_hopeless_message_not_all_is_told_and_memory_stays_bounded() {
    let observation = |value: &str, count: usize| {
        let values = vec![value; count].join("~");
        format!(
            "MSH|^~\\&|A|B|C||20240305||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||1||R\r\
             OBR|1|||1^x^L\rOBX|1|DT|1^x^L||{values}||||||F\r\n"
        )
    };
    let out = pipehat(&["validate", "-q", "-f", "ndjson"]).stdin(observation("x", 200_000)).run();
    let lines: Vec<&str> = out.text().lines().collect();
    assert_eq!((out.code, lines.len()), (1, 10_001));
    assert!(lines.last().unwrap().contains("there are more problems"), "{}", lines[10_000]);
    // What is not told counts even so: warnings first, and an error behind all of them.
    let mut message = observation("20240305", 1).replace("\r\n", "\r");
    message += &"NTE|1||a\\x\r".repeat(11_000);
    message += "OBX|2|DT|1^x^L||x||||||F\r\n";
    let out = pipehat(&["validate", "-q", "--pass", "--report", "/dev/null"]).stdin(message).run();
    out.is(1, "", "");
}

#[test]
fn huge_and_broken_messages_are_told_and_the_stream_goes_on() {
    let long = clean("L").replace("ROE^RAY", &"x".repeat(3 << 20));
    let many = clean("M").replace("1^^^NORTH^MR", &"1^^^NORTH^MR~".repeat(10_000));
    let cut = "MSH|^~\\&|REG|NORTH|HUB||2024";
    let input = long + &many + &clean("A") + cut;
    for format in FORMATS {
        let out = pipehat(&["validate", "-f", format]).stdin(&input).run();
        assert!((0..=1).contains(&out.code), "{format}");
    }
    let out = pipehat(&["validate", "--pass", "--report", "/dev/null"]).stdin(&input).run();
    assert!(out.text().contains("|A|P|2.5.1\rEVN") && !out.text().ends_with("2024\r\n"));
}

#[test]
fn an_input_is_not_replaced_by_its_report() {
    let dir = folder();
    put(&dir, "in/a.hl7", bad("A"));
    for args in [
        &["-o", "in/a.hl7", "in/a.hl7"][..],
        &["-o", "in/../in/a.hl7", "in"],
        &["--rejects", "in/a.hl7", "in/a.hl7"],
        &["--pass", "-o", "in/a.hl7", "in/a.hl7"],
        &["--pass", "--report", "in/a.hl7", "in/a.hl7"],
    ] {
        let out = pipehat(&[&["validate"], args].concat()).dir(dir.path()).run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}");
        assert!(out.stderr.contains("a.hl7: it is an input, too"), "{out:?}");
        assert_eq!(fs::read_to_string(dir.path().join("in/a.hl7")).unwrap(), bad("A"));
    }
    // So for what other filters cannot handle.
    let out = pipehat(&["query", "--rejects", "a.hl7", "MSH-10", "a.hl7"])
        .dir(&dir.path().join("in"))
        .run();
    assert_eq!((out.code, out.text()), (2, ""), "{out:?}");
    // So for what a list names, or a folder in it, in whatever way the list comes.
    put(&dir, "list", "in/../in/a.hl7\n");
    put(&dir, "folders", "in\n");
    for args in [
        &["validate", "--files-from", "list", "-o", "in/a.hl7"][..],
        &["validate", "--files-from", "-", "-o", "in/a.hl7"],
        &["validate", "--files-from", "folders", "--pass", "-o", "in/a.hl7"],
        &["validate", "--files-from", "list", "--pass", "--report", "in/a.hl7"],
        &["validate", "--files-from", "list", "--rejects", "in/a.hl7"],
        &["query", "--files-from", "list", "--rejects", "in/a.hl7", "MSH-10"],
    ] {
        let out = pipehat(args).dir(dir.path()).stdin("in/a.hl7\n").run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}");
        assert!(out.stderr.contains("a.hl7: it is an input, too"), "{out:?}");
        assert_eq!(fs::read_to_string(dir.path().join("in/a.hl7")).unwrap(), bad("A"));
    }
    // A file that is not read yet is none of the inputs.
    let out = pipehat(&["validate", "-o", "in/new", "in/a.hl7"]).dir(dir.path()).run();
    assert_eq!((out.code, out.text()), (1, ""), "{out:?}");
}

#[test]
fn standard_output_is_named_by_a_dash() {
    let dir = folder();
    put(&dir, "a.hl7", bad("A"));
    let out = pipehat(&["validate", "-o", "-", "a.hl7"]).dir(dir.path()).run();
    assert!(out.code == 1 && out.text().contains("[FMT-1]"), "{out:?}");
    for args in [&["--rejects", "-"][..], &["--pass", "--report", "-"]] {
        let out = pipehat(&[&["validate", "a.hl7"], args].concat()).dir(dir.path()).run();
        assert_eq!((out.code, out.text()), (2, ""), "{out:?}");
    }
    assert!(!dir.path().join("-").exists());
}

#[test]
fn denied_site_segments_are_not_let_through_by_another_option() {
    let args = ["validate", "--deny-z", "--severity", "STR-5=off"];
    let out = pipehat(&args).stdin("").run();
    assert_eq!((out.code, out.text()), (2, ""), "{out:?}");
    assert!(out.stderr.ends_with("--deny-z and --severity STR-5=off exclude each other\n"));
    // One segment may be let through, and all be less severe.
    let text = clean("A").replace("PV1|", "ZPI|1\rZPD|1\rPV1|");
    for (severity, told) in [
        ("STR-5@ZPD=off", &["error ZPI[1]"][..]),
        ("STR-5=warning", &["warning ZPI[1]", "warning ZPD[1]"]),
    ] {
        let args = ["validate", "--deny-z", "--severity", severity, "-q", "-f", "ndjson"];
        let out = pipehat(&args).stdin(&text).run();
        let of_site = out.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of_site = of_site.filter(|finding| finding["rule"] == "STR-5");
        let found: Vec<_> = of_site
            .map(|f| format!("{} {}", f["severity"].as_str().unwrap(), f["path"].as_str().unwrap()))
            .collect();
        assert_eq!(found, told, "{severity}");
    }
}
