//! The forms of reports, and that none tells what a message says.

use super::*;

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
