//! JSON: the shape, and the way there and back.

use crate::inputs::{fixture, fixtures};
use crate::program::pipehat;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// The message of the documentation and its JSON.
const EXAMPLE: &str = "MSH|^~\\&|LAB\rPID|1||123^^^HOSP&1.2.3&ISO^MR~456|||||M|||||||||||\"\"\r\n";
const EXAMPLE_JSON: &str = concat!(
    r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH","3":[{"1":"LAB"}]},"#,
    r#"{"id":"PID","1":[{"1":"1"}],"3":[{"1":"123","4":{"1":"HOSP","2":"1.2.3","3":"ISO"},"#,
    r#""5":"MR"},{"1":"456"}],"8":[{"1":"M"}],"19":[{"1":null}]}]}"#,
    "\n"
);

fn parse(args: &[&str], input: impl AsRef<[u8]>) -> String {
    pipehat(&[&["parse", "-f", "json"], args].concat()).stdin(input).text()
}

fn from_json(input: impl AsRef<[u8]>) -> Vec<u8> {
    pipehat(&["from-json"]).stdin(input).bytes()
}

/// jq, if it is installed, else `None`.
fn jq(args: &[&str], input: &[u8]) -> Option<String> {
    let mut command = Command::new("jq");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "jq {args:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_shape_is_the_documented_one() {
    assert_eq!(parse(&[], EXAMPLE), EXAMPLE_JSON);
    assert_eq!(pipehat(&["parse"]).stdin(EXAMPLE).text(), EXAMPLE_JSON, "in a pipe it is JSON");
    assert_eq!(from_json(EXAMPLE_JSON), EXAMPLE.as_bytes());
}

#[test]
fn the_jq_program_of_the_documentation_works() {
    let path = fixture("adt_a01.hl7");
    let json = pipehat(&["parse", "-f", "json", &path]).bytes();
    let program = r#".segments[]|select(.id=="PID")|."3"[]|select(."5"=="MR")|."1""#;
    if let Some(shown) = jq(&["-r", program], &json) {
        assert_eq!(shown, "4711\n");
    }
    let value: Value = serde_json::from_slice(&json).unwrap();
    let pid = value["segments"].as_array().unwrap().iter().find(|s| s["id"] == "PID").unwrap();
    let mr = pid["3"].as_array().unwrap().iter().find(|cx| cx["5"] == "MR").unwrap();
    assert_eq!(mr["1"], "4711");
    assert_eq!(mr["4"], json!({"1": "NORTH", "2": "1.2.3.4", "3": "ISO"}));
    assert_eq!(pid["5"][1], json!({"1": "Brooke", "7": "A"}));
    assert_eq!(pid["22"], json!([{"1": "\"Otterford\"", "3": ""}]));
}

#[test]
fn values_are_decoded_unless_raw() {
    let path = fixture("mdm_t02.hl7");
    let field = |args: &[&str]| {
        let json = pipehat(&[&["parse", "-f", "json", &path], args].concat()).bytes();
        let value: Value = serde_json::from_slice(&json).unwrap();
        (value["segments"][7]["5"][0]["1"].clone(), value["raw"].clone())
    };
    let kept = r"\Zown\";
    assert_eq!(field(&[]), (json!(format!("one\ntwo A\\ {kept} 5^6 ~")), Value::Null));
    let raw = r"one\.br\two \X41\\E\ \Zown\ 5\S\6 \R\";
    assert_eq!(field(&["--raw"]), (json!(raw), json!(true)));
}

#[test]
fn one_object_a_line() {
    for path in fixtures() {
        let out = pipehat(&["parse", "-f", "json", &path]).run();
        let ids = pipehat(&["query", "-c", "--where", "exists(MSH)", &path]).run();
        assert_eq!(format!("{}\n", out.text().lines().count()), ids.text(), "{path}");
        for line in out.text().lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["segments"][0]["id"], "MSH");
        }
    }
}

#[test]
fn names_stand_beside_the_numbers() {
    let json = parse(&["--names"], EXAMPLE.replace("LAB", "LAB|||||||||2.5.1"));
    let value: Value = serde_json::from_str(&json).unwrap();
    let pid = &value["segments"][1];
    assert_eq!(pid["name"], "Patient Identification");
    assert_eq!(pid["names"]["3"], "Patient Identifier List");
    assert_eq!(pid["names"]["8"], "Administrative Sex");
    assert_eq!(pid["3"][0]["1"], "123", "the numbers stay");
    assert_eq!(pid["names"].as_object().unwrap().len(), 4, "of what is there");
    let own: Value = serde_json::from_str(&parse(&["--names"], "MSH|^~\\&|A\rZPD|1\r\n")).unwrap();
    assert_eq!(own["segments"][1], json!({"id": "ZPD", "1": [{"1": "1"}]}));
    // They are ignored on the way back.
    for path in fixtures() {
        let names = pipehat(&["parse", "--names", "-f", "json", &path]).run().stdout;
        let plain = pipehat(&["parse", "-f", "json", &path]).run().stdout;
        assert_eq!(from_json(names), from_json(plain), "{path}");
    }
}

#[test]
fn the_way_there_and_back_is_exact_when_raw() {
    for path in fixtures() {
        let clean = pipehat(&["parse", "-f", "hl7", &path]).run().stdout;
        let raw = pipehat(&["parse", "--raw", "-f", "json", &path]).run().stdout;
        // Raw objects say so themselves.
        for args in [&["from-json"][..], &["from-json", "--raw"], &["from-json", "-j2"]] {
            let back = pipehat(args).stdin(&raw).bytes();
            assert_eq!(back.escape_ascii().to_string(), clean.escape_ascii().to_string(), "{path}");
        }
    }
}

#[test]
fn decoded_json_says_the_same_after_a_way_back() {
    for path in fixtures() {
        let json = pipehat(&["parse", "-f", "json", &path]).run().stdout;
        let back = from_json(&json);
        let again = pipehat(&["parse", "-f", "json"]).stdin(&back).bytes();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        assert_eq!(text(&again), text(&json), "{path}");
    }
}

#[test]
fn objects_are_read_in_whatever_layout() {
    let files = [fixture("adt_a01.hl7"), fixture("oru_r01.hl7"), fixture("latin1.hl7")];
    let args: Vec<&str> = ["parse", "--raw", "-f", "json"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    let lines = pipehat(&args).text();
    let expected: Vec<u8> = files.iter().flat_map(|path| fs::read(path).unwrap()).collect();
    let objects: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let each: String = objects.iter().map(|o| pretty(o) + "\n").collect();
    let array = Value::Array(objects);
    let layouts = [
        lines.replace('\n', "\r\n"),
        lines.replace('\n', ""),
        lines.trim_end().to_owned(),
        format!("\u{feff}{lines}"),
        format!("[{}]", lines.trim_end().replace('\n', ",")),
        each.replace('\n', "\r\n"),
        each,
        pretty(&array),
        array.to_string(),
    ];
    for layout in layouts {
        for threads in ["-j1", "-j2"] {
            let back = pipehat(&["from-json", threads]).stdin(&layout).bytes();
            assert!(back == expected, "{layout}");
        }
    }
    // Members sorted by name, `delimiters` and `id` not first.
    for args in [&["-S", "."][..], &["-cS", "."], &["-s", "."], &["--tab", "."]] {
        if let Some(layout) = jq(args, lines.as_bytes()) {
            assert!(from_json(layout) == expected, "jq {args:?}");
        }
    }
}

#[test]
fn values_are_escaped_for_the_message_they_go_to() {
    let json = r##"{"delimiters":"#*!?@","segments":[{"id":"MSH","18":[{"1":"8859/1"}]},
        {"id":"NTE","1":[{"1":"a#b*c!d?e@f|\né"}]}]}"##;
    let expected = b"MSH#*!?@################8859/1\rNTE#a?F?b?S?c?R?d?E?e?T?f|?.br?\xE9\r\n";
    assert_eq!(from_json(json).escape_ascii().to_string(), expected.escape_ascii().to_string());
    let shorthand =
        r#"{"segments":[{"id":"MSH","3":"A"},{"id":"PID","1":1,"5":[{"2":"x"},null]}]}"#;
    assert_eq!(from_json(shorthand), b"MSH|^~\\&|A\rPID|1||||^x~\"\"\r\n");
}

#[test]
fn the_character_set_is_written_back() {
    for (file, args) in [
        ("latin1.hl7", &[][..]),
        ("dirty/undeclared.hl7", &["--charset", "latin1"]),
        ("shift_jis.hl7", &["--charset", "Shift_JIS"]),
        ("iso2022jp.hl7", &[]),
    ] {
        let path = fixture(file);
        let json = pipehat(&[&["parse", "-f", "json", &path], args].concat()).text();
        assert!(
            json.contains("Müller") || json.contains("ポール") || json.contains("奥"),
            "{json}"
        );
        let back = pipehat(&[&["from-json"], args].concat()).stdin(&json).bytes();
        let original = fs::read(&path).unwrap();
        assert_eq!(back.escape_ascii().to_string(), original.escape_ascii().to_string(), "{file}");
    }
}

#[test]
fn characters_that_msh_18_denies_are_written_and_told() {
    let told = "pipehat: stdin: message 1 (byte 0): has characters that the character set of \
                MSH-18 lacks; they are written in the larger set that it is read as\n";
    let run = |set: &str, value: &str, args: &[&str]| {
        let json = json!({"segments": [{"id": "MSH", "18": set}, {"id": "NTE", "3": value}]});
        let input = json.to_string();
        let out = pipehat(&[&["from-json"], args].concat()).stdin(&input).run();
        let value = out.stdout.rsplit(|&b| b == b'|').next().unwrap().trim_ascii().to_vec();
        (out.code, value, out.stderr)
    };
    let quiet = |value: &[u8]| (0, value.to_vec(), String::new());
    let warned = |value: &[u8]| (0, value.to_vec(), told.to_owned());
    assert_eq!(run("ASCII", "é", &[]), warned("é".as_bytes()));
    assert_eq!(run("8859/1", "é€", &[]), warned(b"\xE9\x80"));
    assert_eq!(run("8859/9", "ğ€", &[]), warned(b"\xF0\x80"));
    assert_eq!(run("8859/1", "é", &[]), quiet(b"\xE9"));
    assert_eq!(run("8859/15", "€", &[]), quiet(b"\xA4"));
    assert_eq!(run("ASCII", "e", &[]), quiet(b"e"));
    assert_eq!(run("UNICODE UTF-8", "€", &[]), quiet("€".as_bytes()));
    // Who asks for a set, or takes values as they stand, knows.
    assert_eq!(run("ASCII", "é", &["--charset", "utf-8"]), quiet("é".as_bytes()));
    assert_eq!(run("ASCII", "é", &["--raw"]), quiet("é".as_bytes()));
    // Bytes are not characters.
    let json = r#"{"segments":[{"id":"MSH","18":"ASCII"},{"id":"NTE","3":{"bytes":"6Q=="}}]}"#;
    assert_eq!(pipehat(&["from-json"]).stdin(json).run().stderr, "");
}

#[test]
fn what_is_no_message_is_reported_and_the_rest_goes_on() {
    let good = r#"{"segments":[{"id":"MSH","10":"M-1"}]}"#;
    for (bad, why) in [
        (
            r#"{"segments":[{"id":"PID"}]}"#,
            "message 2 (byte 39): segments[0]: the first segment is not MSH",
        ),
        (r#"{"segments":[]}"#, "message 2 (byte 39): "),
        (
            r#"{"delimiters":"|^^\\&","segments":[{"id":"MSH"}]}"#,
            "message 2 (byte 39): delimiters: these cannot delimit",
        ),
        (
            r#"{"segments":[{"id":"MSH"},{"id":"PID","3":[{"1":true}]}]}"#,
            "message 2 (byte 39): segments[1].\"3\"[0].\"1\": ",
        ),
        (r#"{"segments":[{"id":"MSH"},{"id":"MSH"}]}"#, "message 2 (byte 39): segments[1]"),
        (r#"{"segments":[{"id":"MSH"}],}"#, "message 2 (byte 39): "),
        (r#"{"segments":[{"id":"MSH"}"#, "byte 39: not a JSON object"),
        ("not JSON", "byte 39: not a JSON object"),
        ("\"text\"", "byte 39: not a JSON object"),
        ("12", "byte 39: not a JSON object"),
    ] {
        for threads in ["-j1", "-j2"] {
            let input = format!("{good}\n{bad}\n{good}\n");
            let out = pipehat(&["from-json", threads]).stdin(&input).run();
            assert_eq!(
                (out.code, out.text()),
                (2, &*"MSH|^~\\&||||||||M-1\r\n".repeat(2)),
                "{bad}"
            );
            let report = out.stderr.strip_prefix("pipehat: stdin: ").unwrap();
            assert!(report.starts_with(why), "{bad}: {report}");
            assert_eq!(report.lines().count(), 1, "{bad}: {report}");
        }
    }
}
