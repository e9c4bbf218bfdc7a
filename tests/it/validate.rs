//! `validate` as users meet it: findings in all forms, the filter, cross-message rules, and that
//! nothing of a message is told unasked.

use crate::util::*;
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
fn json_is_one_document() {
    let read = |args: &[&str]| -> (i32, Value) {
        let out = pipehat(&[&["validate", "-q", "-f", "json"], args].concat()).run();
        (out.code, serde_json::from_slice(&out.stdout).unwrap())
    };
    let (code, all) = read(&[&faulty(), &valid()]);
    let lines = pipehat(&["validate", "-q", "-f", "ndjson", &faulty(), &valid()]).run();
    assert_eq!(code, 1);
    assert_eq!(all["findings"].as_array().unwrap(), &objects(lines.text()));
    assert_eq!(all["summary"]["messages"], 5);
    assert_eq!(all["summary"]["invalid"], 2);
    assert_eq!(all["summary"]["errors"], 4);
    assert_eq!(all["summary"]["rules"]["FMT-1"], 1);
    let (code, none) = read(&[&valid()]);
    assert_eq!((code, none["findings"].as_array().unwrap().len()), (0, 0));
}

#[test]
fn nist_reports_have_the_shape_of_its_validator() {
    let out = pipehat(&["validate", "-q", "-f", "nist", &faulty(), &valid()]).run();
    let reports = objects(out.text());
    let status: Vec<_> = reports.iter().map(|r| r["status"].as_str().unwrap()).collect();
    let valid = "VALID_MESSAGE";
    assert_eq!(status, ["STRUCTURE_ERRORS", "STRUCTURE_ERRORS", valid, valid, valid]);
    for report in &reports {
        for kind in ["structure", "content", "value-set"] {
            let entries = report["entries"][kind].as_array().unwrap();
            let errors = entries.iter().filter(|e| e["classification"] == "Error").count();
            assert_eq!(report["error-count"][kind], errors);
            for entry in entries {
                let names: BTreeSet<_> = entry.as_object().unwrap().keys().cloned().collect();
                let expected = [
                    "line",
                    "column",
                    "path",
                    "description",
                    "category",
                    "classification",
                    "stackTrace",
                    "metaData",
                ];
                assert_eq!(names, expected.map(str::to_owned).into());
            }
        }
    }
    let entry = &reports[0]["entries"]["structure"][0];
    assert_eq!(entry["path"], "PID[1]-7[1].1");
    assert_eq!((&entry["category"], &entry["line"]), (&"Format".into(), &3.into()));
    assert_eq!(entry["column"], 43, "the date begins at the 43rd character of PID");
}

#[test]
fn sarif_is_what_code_scanning_takes() {
    let dir = folder();
    let text = bad("A") + &clean("B") + &bad("C");
    put(&dir, "in/one a.hl7", &text);
    put(&dir, "in/two.hl7", bad("D").replace('\r', "\n"));
    let absolute = dir.path().canonicalize().unwrap().join("in/two.hl7");
    let args = ["validate", "-q", "-f", "sarif", "in/one a.hl7", absolute.to_str().unwrap()];
    let out = pipehat(&args).dir(dir.path()).run();
    let log: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((out.code, &log["version"]), (1, &"2.1.0".into()));
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run") };
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(run["tool"]["driver"]["name"], "pipehat");
    for rule in rules {
        for name in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[name]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["none", "note", "warning", "error"].contains(&level));
    }
    let results = run["results"].as_array().unwrap();
    let mut prints = BTreeSet::new();
    let mut places = Vec::new();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        assert!(prints.insert(print.to_owned()), "twice {print}");
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap().to_owned();
        let region = &place["region"];
        let number = |name: &str| region[name].as_u64().unwrap();
        if result["ruleId"] == "FMT-1" {
            let from = number("byteOffset") as usize;
            assert_eq!(number("byteLength"), 14);
            if uri == "in/one%20a.hl7" {
                assert_eq!(&text[from..from + 14], "20240230081500");
            }
            places.push((uri, number("startLine"), number("startColumn")));
        }
    }
    let column = text.find("20240230").unwrap() as u64 + 1;
    let one = || "in/one%20a.hl7".to_owned();
    let expected = [(one(), 1, column), (one(), 3, column), ("in/two.hl7".to_owned(), 2, 6)];
    assert_eq!(places, expected);
    // The alerts of a file are known again when lines are added around them.
    let again = pipehat(&args).dir(dir.path()).run();
    assert_eq!(again.stdout, out.stdout);
    let none = pipehat(&["validate", "-q", "-f", "sarif", &valid()]).run();
    let none: Value = serde_json::from_slice(&none.stdout).unwrap();
    assert_eq!(none["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn junit_has_a_suite_a_file_and_a_case_a_message() {
    let dir = folder();
    let warned = bad("A") + &clean("B") + &clean("B") + "MSH|^^\\&|<&>\r\n";
    put(&dir, "a&b.hl7", warned);
    put(&dir, "empty.hl7", "");
    let args = ["validate", "-q", "-f", "junit", "a&b.hl7", "empty.hl7", &valid()];
    let out = pipehat(&args).dir(dir.path()).run();
    assert_eq!(out.code, 1);
    let document = roxmltree::Document::parse(out.text()).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    let suites: Vec<_> = document.root_element().children().filter(|n| n.is_element()).collect();
    let count = |n: &roxmltree::Node<'_, '_>, name: &str| {
        n.descendants().filter(|d| d.has_tag_name(name)).count()
    };
    let mut seen = Vec::new();
    for suite in &suites {
        assert!(suite.has_tag_name("testsuite"));
        let cases = count(suite, "testcase");
        let failures = count(suite, "failure");
        assert_eq!(suite.attribute("tests").unwrap(), cases.to_string());
        assert_eq!(suite.attribute("failures").unwrap(), failures.to_string());
        seen.push((suite.attribute("name").unwrap().to_owned(), cases, failures));
    }
    let expected = [("a&b.hl7".to_owned(), 4, 2), (valid(), 2, 0)];
    seen.retain(|suite| suite.0 != "empty.hl7");
    assert_eq!(seen, expected);
    let cases: Vec<_> = suites[0].children().filter(|n| n.has_tag_name("testcase")).collect();
    assert_eq!(cases[0].attribute("name"), Some("message 1"));
    let failure = cases[0].children().find(|n| n.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("type"), Some("FMT-1"));
    assert!(failure.text().unwrap().contains("EVN-2"));
    assert_eq!(count(&cases[1], "failure") + count(&cases[1], "system-out"), 0);
    let output = cases[2].children().find(|n| n.has_tag_name("system-out")).unwrap();
    assert!(output.text().unwrap().contains("[MSG-3]"));
}

#[test]
fn acknowledgments_answer_each_message() {
    let old = bad("B").replace("2.5.1", "2.4");
    let input = clean("A") + &bad("B") + &old.replace("|B|", "|O|") + "MSH|^^\\&|x\r\n";
    let out = pipehat(&["validate", "-q", "-f", "ack"]).stdin(&input).run();
    assert_eq!(out.code, 1);
    let acks = pipehat(&["query", "MSA-1", "MSA-2", "MSH-9.1", "MSH-5"]).stdin(&out.stdout).text();
    assert_eq!(acks, "AA\tA\tACK\tREG\nAE\tB\tACK\tREG\nAE\tO\tACK\tREG\nAR\t\tACK\t\n");
    let errors = pipehat(&["query", "ERR-2", "ERR-3.1", "ERR-4"]).stdin(&out.stdout).text();
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines[0], "\t\t");
    assert!(lines[1].starts_with("EVN^1^2^1") && lines[1].ends_with("\t102\tE"), "{errors}");
    assert_eq!(lines[2], "\t\t");
    assert!(lines[3].starts_with("MSH^1^") && lines[3].ends_with("\t199\tE"), "{errors}");
    let old = pipehat(&["query", "--where", "MSA-2 = O", "ERR-1"]).stdin(&out.stdout).text();
    assert!(old.starts_with("EVN^1^2^102"), "{old}");
    // Nobody acknowledges an acknowledgment.
    let out = pipehat(&["validate", "-q", "-f", "ack"]).stdin(&out.stdout).run();
    assert_eq!(out.text(), "");
}

/// Stands wherever a patient's data could.
const CANARY: &str = "Canary";

/// Messages with the canary in every field, each with other faults.
fn leaky() -> Vec<String> {
    let fields = |id: &str, n: usize| {
        let field = |i: usize| format!("Canary{i}^Canary&Canary^Canary~Canary\\Q\\");
        format!("{id}|{}", (1..=n).map(field).collect::<Vec<_>>().join("|"))
    };
    let header = |kind: &str, version: &str| {
        format!(
            "MSH|^~\\&|Canary|Canary|Canary|Canary|Canary|Canary|{kind}|Canary|Canary|{version}"
        )
    };
    let segments = ["EVN", "PID", "PV1", "ORC", "OBR", "OBX", "NTE", "SPM", "ZPI", "Canary", "CAN"];
    let body: Vec<_> = segments.iter().map(|id| fields(id, 60)).collect();
    let body = body.join("\r");
    let mut inputs = Vec::new();
    for kind in ["ADT^A01^ADT_A01", "ORU^R01^ORU_R01", "Canary^Canary^Canary", "ADT^Canary", "ACK"]
    {
        for version in ["2.3", "2.5.1", "2.8", "Canary", ""] {
            inputs.push(format!("{}\r{body}\rMSA|Canary|Canary\r\n", header(kind, version)));
        }
    }
    let plain = header("ADT^A01^ADT_A01", "2.5.1");
    inputs.push(format!("{plain}\rPID|1||Canary\nCanary line\rCanary\r\n").repeat(2));
    inputs.push(format!("{plain}\nPID|1||Canary\nCanary line\nCanary|Canary\n"));
    inputs.push("MSH|^^\\&|Canary\rPID|Canary\r\nMSH|Canary|Canary\rPID|Canary\r\n".to_owned());
    inputs.push(format!(
        "FHS|^~\\&|Canary|||||Canary\rBHS|*~\\&|Canary\r{plain}\rPID|Canary\rBTS|Canary\rFTS|Canary|Canary\r"
    ));
    inputs.push(format!("{plain}\rPID|1||{}\r\n", "Canary~".repeat(3000)));
    inputs
}

#[test]
fn no_report_tells_what_a_message_says() {
    let inputs = leaky();
    let dir = folder();
    let report = dir.path().join("report").to_str().unwrap().to_owned();
    let shows = |format: &str, out: &[u8]| {
        // An acknowledgment names its receiver and the message by what the sender wrote there.
        let text = String::from_utf8_lossy(out).replace("\\", "");
        match format {
            "ack" => text
                .split(['\r', '\n'])
                .filter(|segment| segment.starts_with("ERR"))
                .any(|segment| segment.contains(CANARY)),
            _ => text.contains(CANARY),
        }
    };
    for format in FORMATS {
        let mut told = 0;
        for (n, input) in inputs.iter().enumerate() {
            for strict in [&[][..], &["--strict", "--deny-z"]] {
                let args = [&["validate", "-f", format, "--verbose"], strict].concat();
                let out = pipehat(&args).stdin(input).run();
                assert!(out.code >= 0, "{format} {n}: {out:?}");
                assert!(!shows(format, &out.stdout), "{format} {n}: {out:?}");
                assert!(!out.stderr.contains(CANARY), "{format} {n}: {}", out.stderr);
                told += out.stdout.len();
            }
        }
        assert!(told > 10_000, "{format}: something is told of the faults");
        let args = ["validate", "-q", "-f", format, "--pass", "--report", &report];
        pipehat(&args).stdin(&inputs[0]).run();
        assert!(!shows(format, &fs::read(&report).unwrap()), "{format}");
        if !matches!(format, "ack") {
            let out = pipehat(&["validate", "-f", format, "--show-values"]).stdin(&inputs[0]).run();
            assert!(shows(format, &out.stdout), "{format}: values are shown when asked for");
        }
    }
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
        assert!(out.stderr.ends_with("a.hl7: it is an input, too\n"), "{out:?}");
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
        assert!(out.stderr.ends_with("a.hl7: it is an input, too\n"), "{out:?}");
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
fn junit_is_xml_whatever_a_message_says() {
    let dir = folder();
    let name = "a\u{FFFE}\u{FFFF}\u{1}.hl7";
    put(&dir, name, bad("A\u{FFFF}").replace("20240230081500", "2024\u{FFFE}"));
    let args = ["validate", "-f", "junit", "--show-values", name];
    let out = pipehat(&args).dir(dir.path()).run();
    roxmltree::Document::parse(out.text()).unwrap();
}

#[test]
fn an_acknowledgment_is_usable_itself() {
    let odd = |from: &str, to: &str| {
        let out =
            pipehat(&["validate", "-q", "-f", "ack"]).stdin(clean("A").replace(from, to)).run();
        let head = ["query", "MSA-1", "MSH-9", "MSH-11", "MSH-12", "MSH-18"];
        pipehat(&head).stdin(&out.stdout).text()
    };
    // Tables 0104 (versions), 0103 (processing ids), 0211 (character sets).
    assert_eq!(odd("|2.5.1", "|2.5.1"), "AA\tACK^A01^ACK\tP\t2.5.1\t\n");
    assert_eq!(
        odd("|P|2.5.1", "|T^A|2.6^USA||||||UNICODE UTF-8"),
        "AA\tACK^A01^ACK\tT\t2.6\tUNICODE UTF-8\n"
    );
    assert_eq!(odd("|2.5.1", "|Smith"), "AR\tACK^A01^ACK\tP\t2.5.1\t\n");
    assert!(odd("|P|2.5.1", "|Smith|2.5.1").ends_with("\tACK^A01^ACK\tP\t2.5.1\t\n"));
    assert!(odd("|P|2.5.1", "|P|2.5.1||||||Smith").ends_with("\tACK^A01^ACK\tP\t2.5.1\t\n"));
    assert!(odd("ADT^A01^ADT_A01", "ADT^Smith").ends_with("\tACK\tP\t2.5.1\t\n"));
    // MSA-3 has 80 characters before 2.5.
    let old = bad("A").replace("2.5.1", "2.3").replace("EVN||", "EVN|A01|");
    let out = pipehat(&["validate", "-q", "-f", "ack"]).stdin(old).run();
    let text = pipehat(&["query", "MSA-3"]).stdin(&out.stdout).text();
    let length = text.trim_end().chars().count();
    assert!(text.starts_with("EVN-2") && (60..=80).contains(&length), "{text}");
}

#[test]
fn sarif_names_files_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let dir = folder();
    let name = std::ffi::OsStr::from_bytes(b"a \xFF.hl7");
    fs::write(dir.path().join(name), bad("A")).unwrap();
    let args = [std::ffi::OsStr::new("validate"), "-fsarif".as_ref(), name];
    let out = pipehat(&args).dir(dir.path()).run();
    assert!(out.text().contains("\"uri\":\"a%20%FF.hl7\""), "{out:?}");
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
