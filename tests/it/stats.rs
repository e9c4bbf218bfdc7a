//! What is in an archive. Expected numbers are counted by hand.

use crate::folders::{folder, put};
use crate::inputs::{fixture, gzip, zstd};
use crate::program::pipehat;
use serde_json::{Value, json};

/// Three messages whose numbers can be counted by eye: lengths 96, 101 and 67.
const THREE: [&str; 3] = [
    "MSH|^~\\&|LAB|NORTH|||20240305100000||ORU^R01^ORU_R01|1|P|2.5.1\r\
     PID|1||11~12||A\rOBX|1|NM|X^a\r\n",
    "MSH|^~\\&|LAB^1.2^ISO|NORTH|||20240305113000||ORU^R01|2|P|2.5.1\r\
     PID|1||13||\"\"\rOBX|1|NM|X^b~Y\rZAB|q\r\n",
    "MSH|^~\\&|||||20240305104500||ADT^A08|3|T|2.4||||||8859/1\rPID|1||11~12\r\n",
];

fn three() -> String {
    THREE.concat()
}

/// The report as JSON.
fn report(args: &[&str], input: impl AsRef<[u8]>) -> Value {
    let out = pipehat(&[&["stats", "-f", "json"], args].concat()).stdin(input).bytes();
    serde_json::from_slice(&out).unwrap()
}

/// The row whose `key` is `value`.
fn row<'r>(rows: &'r Value, key: &str, value: &str) -> &'r Value {
    let found = rows.as_array().unwrap().iter().find(|row| row[key] == value);
    found.unwrap_or_else(|| panic!("no {value} in {rows}"))
}

#[test]
fn messages_are_counted_by_what_they_say_of_themselves() {
    let report = report(&[], three());
    assert_eq!((&report["messages"], &report["sources"]), (&json!(3), &json!(1)));
    let length = |n: usize| THREE[n].len() - 2;
    let lengths =
        json!({"min": length(2), "median": length(0), "p99": length(1), "max": length(1)});
    assert_eq!(report["lengths"], lengths);
    assert_eq!(report["bytes"], length(0) + length(1) + length(2));
    for (list, top) in [
        ("types", json!([{"value": "ORU^R01", "count": 2}, {"value": "ADT^A08", "count": 1}])),
        ("versions", json!([{"value": "2.5.1", "count": 2}, {"value": "2.4", "count": 1}])),
        ("senders", json!([{"value": "LAB|NORTH", "count": 2}, {"value": "|", "count": 1}])),
        ("processing_ids", json!([{"value": "P", "count": 2}, {"value": "T", "count": 1}])),
        ("charsets", json!([{"value": "", "count": 2}, {"value": "8859/1", "count": 1}])),
        ("line_endings", json!([{"value": "CR", "count": 3}])),
    ] {
        assert_eq!(report[list], json!({"top": top, "others": 0}), "{list}");
    }
}

#[test]
fn times_are_told_by_span_and_in_their_order() {
    let times = &report(&[], three())["times"];
    assert_eq!(times["first"], "2024-03-05T10:00:00");
    assert_eq!(times["last"], "2024-03-05T11:30:00");
    assert_eq!(times["unit"], "hour");
    let spans =
        json!([{"from": "2024-03-05T10", "messages": 2}, {"from": "2024-03-05T11", "messages": 1}]);
    assert_eq!(times["spans"], spans);
    // The third is 45 minutes earlier than the second; from the first to the second are 90.
    let order = json!({
        "late": 1, "step_back": 2700, "gap_median": 5400, "gap_p99": 5400, "gap_max": 5400,
        "gap_max_after": "2024-03-05T10:00:00"
    });
    assert_eq!(times["order"], order);
    let head = "MSH|^~\\&|||||";
    let odd = format!("{head}||A\r\n{head}yesterday||A\r\n{head}\"\"||A\r\n{head}2024||A\r\n");
    let times = &report(&[], odd)["times"];
    assert_eq!((&times["missing"], &times["unreadable"]), (&json!(2), &json!(1)));
    assert_eq!(times["first"], "2024");
}

#[test]
fn each_file_has_an_order_of_its_own() {
    let dir = folder();
    let later = put(&dir, "a.hl7", THREE[1]);
    let earlier = put(&dir, "b.hl7", THREE[0]);
    let out = pipehat(&["stats", "-f", "json", &later, &earlier]).bytes();
    let report: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((&report["sources"], &report["times"]["order"]["late"]), (&json!(2), &json!(0)));
}

#[test]
fn segments_are_told_by_where_they_come_from() {
    // SPM came with 2.5, and no version has QQQ.
    let odd = "MSH|^~\\&|||||20240305||ADT^A08|3|T|2.4\rSPM|1\rQQQ|1\rsmall|x\rQQQ|2\r\n";
    let report = report(&[], three() + odd);
    let segments = &report["segments"];
    for (id, kind, messages, count, mean, max) in [
        ("PID", "standard", 3, 3, 1.0, 1),
        ("OBX", "standard", 2, 2, 1.0, 1),
        ("ZAB", "local", 1, 1, 1.0, 1),
        ("QQQ", "unknown", 1, 2, 2.0, 2),
    ] {
        let row = row(segments, "id", id);
        let found = [&row["kind"], &row["messages"], &row["count"], &row["mean"], &row["max"]];
        let expected = [json!(kind), json!(messages), json!(count), json!(mean), json!(max)];
        assert_eq!(found, [&expected[0], &expected[1], &expected[2], &expected[3], &expected[4]]);
    }
    assert_eq!(row(segments, "id", "PID")["share"], 0.75);
    assert_eq!(row(segments, "id", "QQQ")["has_fields"], false);
    assert_eq!(report["odd_lines"], 1);
    let old = report_of_version("2.4");
    assert_eq!(row(&old["segments"], "id", "SPM")["kind"], "other_version");
    let new = report_of_version("2.5");
    assert_eq!(row(&new["segments"], "id", "SPM")["kind"], "standard");
}

fn report_of_version(version: &str) -> Value {
    report(&[], format!("MSH|^~\\&|||||||ADT^A08|3|T|{version}\rSPM|1\r\n"))
}

#[test]
fn fields_are_told_by_how_they_are_used() {
    let report = report(&[], three());
    let fields = &report["fields"];
    let field = |path: &str| row(fields, "path", path);
    let pid3 = field("PID-3");
    assert_eq!(pid3["name"], "Patient Identifier List");
    assert_eq!((&pid3["filled"], &pid3["rate"]), (&json!(3), &json!(1.0)));
    assert_eq!((&pid3["distinct"], &pid3["estimated"]), (&json!(2), &json!(false)));
    assert_eq!((&pid3["repetitions"], &pid3["longest"]), (&json!(2), &json!(5)));
    assert_eq!(pid3.get("values"), None);
    let pid5 = field("PID-5");
    assert_eq!((&pid5["filled"], &pid5["nulls"]), (&json!(1), &json!(1)));
    assert_eq!(pid5["rate"], 0.3333);
    // Codes are the first components of all repetitions.
    let codes =
        json!({"top": [{"value": "X", "count": 2}, {"value": "Y", "count": 1}], "others": 0});
    assert_eq!(field("OBX-3")["values"], codes);
    assert_eq!(field("OBX-3")["distinct"], 2);
    assert_eq!(field("MSH-2")["repetitions"], 1);
    let paths: Vec<&str> =
        fields.as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
    let of_msh = "MSH-1 MSH-2 MSH-3 MSH-4 MSH-7 MSH-9 MSH-10 MSH-11 MSH-12 MSH-18";
    let others = "OBX-1 OBX-2 OBX-3 PID-1 PID-3 PID-5 ZAB-1";
    assert_eq!(paths.join(" "), format!("{of_msh} {others}"));
}

#[test]
fn delimiters_alone_fill_no_field() {
    let of = |field: &str| format!("MSH|^~\\&|A\rPID|||{field}|7\r\n");
    let report = report(&[], of("^^&") + &of("^~~&") + &of("1^^") + &of("~1"));
    let fields = &report["fields"];
    let pid3 = row(fields, "path", "PID-3");
    assert_eq!((&pid3["filled"], &pid3["rate"]), (&json!(2), &json!(0.5)));
    assert_eq!((&pid3["distinct"], &pid3["repetitions"]), (&json!(2), &json!(2)));
    for path in ["MSH-1", "MSH-2", "PID-4"] {
        assert_eq!(row(fields, "path", path)["rate"], 1.0, "{path}");
    }
}

#[test]
fn values_of_persons_are_told_only_if_asked_for() {
    // Where a person is told: identifiers, names, addresses, numbers, dates, places, texts; a
    // segment of a site; a text, a name and a number where codes should be.
    let person = |n: usize| {
        format!(
            "MSH|^~\\&|A|B|||20240101||ADT^A01|Canary10|P|2.5.1|Canary13|Canary14\r\
             PID|1|Canary2|Canary{n}^^^H^MR|Canary4|Canary5^Ann|Canary6|19800229|F|Canary9|Canary10|\
             Canary11^^Town|Canary12|555-0134|Canary14|CAN|Canary16|Canary17|Canary18|Canary19\r\
             NK1|1|Canary2|SPO|Canary4|Canary5\r\
             PV1|1|I|Canary3|Canary Four|219099999|Canary6|Canary7^Doe|||219099999\r\
             IN1|1|Canary2|Canary3|||||Canary8||||||||Canary16\r\
             OBX|1|ST|LAB77^Canary two||Canary5||||||F|||20240101||Canary16\r\
             NTE|1|L|Canary text\rZPI|Canary1|Canary2\r\n"
        )
    };
    let input: String = (0..30).map(person).collect();
    let told = ["Canary", "CAN", "Ann", "Doe", "Four", "Town", "555-0134", "1980", "219099999"];
    for format in ["text", "json", "csv", "html"] {
        for more in [&["--problems"][..], &["--top", "1000"], &["-j1"]] {
            if format == "csv" && more == ["--problems"] {
                continue;
            }
            let args = [&["stats", "-f", format][..], more].concat();
            let out = pipehat(&args).stdin(&input).text();
            for word in told {
                assert!(!out.contains(word), "{args:?} tells {word}: {out}");
            }
            // Codes are told.
            assert!(out.contains("LAB77"), "{args:?}: {out}");
        }
        let out = pipehat(&["stats", "-f", format, "--values"]).stdin(&input).text();
        assert!(out.contains("Canary5^Ann") && out.contains("Canary text"), "{out}");
    }
}

#[test]
fn any_number_of_threads_tells_the_same() {
    // More than a few chunks, more values than are kept, and sites with many segments.
    let message = |n: usize| {
        let (z, day) = (n % 700, 1 + n % 28);
        let id =
            format!("Z{}{}", char::from(b'A' + (z / 26) as u8), char::from(b'A' + (z % 26) as u8));
        format!(
            "MSH|^~\\&|APP{}|F|||202401{day:02}10{:02}||ORU^R01|{n}|P|2.5.1\rPID|1||{n}^^^A||N{}\r\
             OBX|1|NM|C{}||{}|mg|||||F\r{id}|{n}|{}\r{}\r\n",
            n % 1500,
            n % 60,
            n / 3,
            n % 3000,
            "9".repeat(n % 90),
            n % 7,
            "NTE|1|L|some text that makes it longer".repeat(1 + n % 9),
        )
    };
    let input: String = (0..12_000).map(message).collect();
    for more in [&["--values"][..], &["--problems"], &["--where", "OBX-6 = mg and PID-3.1 > 100"]] {
        let of = |threads: &str| {
            let args = [&["stats", "-f", "json", "-j", threads], more].concat();
            pipehat(&args).stdin(&input).text()
        };
        let alone = of("1");
        assert!(of("2") == alone && of("5") == alone, "{more:?}");
        let report: Value = serde_json::from_str(&alone).unwrap();
        if more == ["--values"] {
            assert_eq!(report["messages"], 12_000);
            // The first 1,000 of 3,000 codes are kept; each occurs four times.
            let codes = &row(&report["fields"], "path", "OBX-3")["values"];
            assert_eq!(codes["top"][0]["count"], 4);
            assert_eq!(codes["others"], 12_000 - 10 * 4);
            let distinct = row(&report["fields"], "path", "PID-3")["distinct"].as_f64().unwrap();
            assert!((distinct / 12_000.0 - 1.0).abs() < 0.05, "{distinct}");
            let counted = report["segments"].as_array().unwrap().iter();
            let local = counted.filter(|row| row["kind"] == "local" && row["has_fields"] == true);
            assert_eq!(local.count(), 100, "fields are counted of the first segments of sites");
        }
    }
}

#[test]
fn a_condition_and_the_number_of_values_restrict() {
    let of = |condition: &str| report(&["--where", condition, "--top", "1"], three());
    let oru = of("MSH-9.1 = ORU");
    assert_eq!(
        (&oru["messages"], &oru["types"]["top"][0]["value"]),
        (&json!(2), &json!("ORU^R01"))
    );
    let all = of("exists(PID)");
    assert_eq!(all["types"], json!({"top": [{"value": "ORU^R01", "count": 2}], "others": 1}));
    assert_eq!(pipehat(&["stats", "--where", "PID-3 ="]).stdin("").run().code, 2);
    assert_eq!(pipehat(&["stats", "--top", "0"]).stdin("").run().code, 2);
}

#[test]
fn problems_are_those_that_validate_finds() {
    let input = std::fs::read(fixture("oru_r01.hl7")).unwrap();
    let batch = std::fs::read(fixture("batch.hl7")).unwrap();
    let twice = [&input[..], b"\r\n", &batch, b"\r\n", &input].concat();
    for input in [input, batch, twice, three().into_bytes()] {
        let found = &report(&["--problems"], &input)["problems"];
        let out = pipehat(&["validate", "-f", "ndjson"]).stdin(&input).run();
        let findings: Vec<Value> =
            out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let rules = found["rules"].as_array().unwrap();
        let sum: u64 = rules.iter().map(|row| row["findings"].as_u64().unwrap()).sum();
        assert_eq!(sum, findings.len() as u64);
        for row in rules {
            let count = findings.iter().filter(|f| f["rule"] == row["rule"]).count();
            assert_eq!(row["findings"], count, "{row}");
        }
    }
    assert_eq!(report(&[], three()).get("problems"), None);
}

#[test]
fn the_exit_status_tells_whether_all_was_counted() {
    let none = pipehat(&["stats", "-f", "json"]).stdin("").run();
    assert_eq!((none.code, none.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_slice(&none.stdout).unwrap();
    assert_eq!((&report["messages"], &report["lengths"]), (&json!(0), &Value::Null));
    let nothing = pipehat(&["stats", "--where", "PID-3 = 99"]).stdin(three()).run();
    assert_eq!(nothing.code, 1);
    let dir = folder();
    let rejects = dir.path().join("rejects");
    let bad = three() + "MSH|^^^|broken\rPID|1\r\n";
    let args = ["stats", "-f", "json", "--rejects", rejects.to_str().unwrap()];
    let out = pipehat(&args).stdin(bad).run();
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((out.code, &report["messages"], &report["not_handled"]), (2, &json!(3), &json!(1)));
    assert_eq!(std::fs::read_to_string(rejects).unwrap(), "MSH|^^^|broken\rPID|1\r\n");
    assert_eq!(pipehat(&["stats", "no-such-file"]).run().code, 2);
}

#[test]
fn files_folders_and_packed_files_are_read() {
    let dir = folder();
    put(&dir, "in/a.hl7", THREE[0]);
    put(&dir, "in/b.hl7.gz", gzip(THREE[1].as_bytes()));
    put(&dir, "in/c.zst", zstd(THREE[2].as_bytes()));
    let out = pipehat(&["stats", "-f", "json", "-o", "report.json", "in"]).dir(dir.path()).bytes();
    assert_eq!(out, b"");
    let written = std::fs::read(dir.path().join("report.json")).unwrap();
    let mut of_files: Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(of_files["sources"], 3);
    // But for the order, which each file has for itself, it is all the same.
    let mut of_stream = report(&[], three());
    for report in [&mut of_files, &mut of_stream] {
        report["times"]["order"] = Value::Null;
        report["sources"] = Value::Null;
    }
    assert_eq!(of_files, of_stream);
}

#[test]
fn text_in_a_pipe_is_plain() {
    let out = pipehat(&["stats"]).stdin(three()).text();
    assert!(out.bytes().all(|b| b == b'\n' || (0x20..0x7F).contains(&b)), "{out}");
    assert!(out.lines().all(|line| !line.ends_with(' ')), "{out}");
    assert!(out.starts_with("messages     3 in 1 file, "), "{out}");
    assert!(out.contains("\nORU^R01         2   66.7%  ####"), "{out}");
    let coloured = pipehat(&["stats", "--color", "always"]).stdin(three()).text();
    assert!(coloured.contains("\x1b[1m"), "{coloured}");
}

#[test]
fn csv_has_a_row_for_each_field() {
    let out = pipehat(&["stats", "-f", "csv"]).stdin(three()).text();
    let mut lines = out.lines();
    let header = "path,name,filled,rate,nulls,distinct,repetitions,longest,values";
    assert_eq!(lines.next(), Some(header));
    for row in [
        "PID-3,Patient Identifier List,3,1.0000,0,2,2,5,",
        "PID-5,Patient Name,1,0.3333,1,1,1,1,",
        "OBX-3,Observation Identifier,2,1.0000,0,2,2,5,X=2 Y=1",
        "ZAB-1,,1,1.0000,0,1,1,1,",
    ] {
        assert!(out.lines().any(|line| line == row), "{row}\n{out}");
    }
}

#[test]
fn a_page_needs_nothing_and_runs_nothing() {
    let evil = "<script>alert(1)</script>";
    let input = format!(
        "MSH|^~\\&|{evil}|\"onload='x'|||20240101||A<B^R01|1|P|2.5.1\rPID|1||{evil}||{evil}\rOBX|1|{evil}\r\n"
    );
    let page = pipehat(&["stats", "-f", "html", "--values", "--problems"]).stdin(input).text();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for bad in ["<script", "http", "src=", "url(", "@import", "onload='", "A<B"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("prefers-color-scheme:dark") && page.contains("<svg"));
    // It is well-formed but for its first line and the void element, so that nothing is left open.
    let xml = page.replacen("<!DOCTYPE html>", "", 1);
    let (mut open, mut rest) = (Vec::new(), xml.as_str());
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') && name != "meta" {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn hostile_archives_are_counted_in_bounds() {
    let head = "MSH|^~\\&|A|B|||20240101||ADT^A01|1|P|2.5.1\r";
    let ids: String = (0..20_000_u32)
        .map(|n| {
            let letter = |n: u32| char::from(b'A' + (n % 26) as u8);
            format!("{}{}{}|x\r", letter(n / 676), letter(n / 26), letter(n))
        })
        .collect();
    let wide = format!("ZZZ|{}{}\r", "x|".repeat(100_000), "x");
    let repeated = format!("PID|1||{}\r", "a~".repeat(100_000));
    let long = format!("OBX|1|{}\r", "N".repeat(1_000_000));
    let bytes =
        [head.as_bytes(), b"PID|\0||\0\0^\0~\xFF|\x1B[31m\r\0\0\rOBX\rOBX|\rEVN|\x07\r\n"].concat();
    for input in [
        format!("{head}{ids}\n").into_bytes(),
        format!("{head}{wide}\n").into_bytes(),
        format!("{head}{repeated}\n").into_bytes(),
        format!("{head}{long}\n").into_bytes(),
        bytes,
        b"MSH|^~\\&\r\n".to_vec(),
        b"MSH|^~\\&|\r\n".to_vec(),
        b"MSH#*#*\r\nMSH|^~\r\n".to_vec(),
    ] {
        for format in ["text", "json", "csv", "html"] {
            let args = ["stats", "-f", format, "--values", "--top", "1000", "-q"];
            let out = pipehat(&args).stdin(&input).run();
            assert!((0..=2).contains(&out.code), "{out:?}");
            assert!(out.stdout.len() < 4_000_000 && !out.stdout.contains(&0x1B));
        }
    }
    let fields = report(&[], format!("{head}{wide}\n"));
    let zzz = row(&fields["segments"], "id", "ZZZ");
    assert_eq!(zzz["fields_beyond"], 100_001 - 128);
    let repetitions = report(&[], format!("{head}{repeated}\n"));
    assert_eq!(row(&repetitions["fields"], "path", "PID-3")["repetitions"], 100_001);
}

#[test]
fn character_sets_are_read_before_fields_are_split() {
    let fields = |name: &str| {
        let out = pipehat(&["stats", "-f", "json", "--values", &fixture(name)]).bytes();
        serde_json::from_slice::<Value>(&out).unwrap()["fields"].clone()
    };
    let latin = fields("latin1.hl7");
    let names = &row(&latin, "path", "PID-5")["values"]["top"];
    let cells = pipehat(&["query", "--first", "PID-5", &fixture("latin1.hl7")]).text();
    let first = cells.lines().next().unwrap();
    let known =
        names.as_array().unwrap().iter().any(|v| v["value"].as_str().unwrap().starts_with(first));
    assert!(known, "{first} in {names}");
    // U+30DD is 83 7C in Shift_JIS, and 7C is the field separator.
    let message = b"MSH|^~\\&||||||||||||||||SHIFT_JIS\rPID|||||\x83\x7C|\r\n";
    let fields = &report(&["--values"], message)["fields"];
    let pid5 = &row(fields, "path", "PID-5")["values"]["top"];
    assert_eq!(*pid5, json!([{"value": "\u{30DD}", "count": 1}]));
    assert!(!fields.as_array().unwrap().iter().any(|field| field["path"] == "PID-6"));
}
