//! Inputs that are made to break a reader.

use crate::folders::{folder, put};
use crate::inputs::{adt, gzip, many};
use crate::program::pipehat;
use std::fs;

const HEAD: &str = "MSH|^~\\&|A|B|C|D|20240101||ADT^A08|H-1|P|2.4\r";

/// All that can be done with messages; none of it may fail on a message that can be read.
const ALL: [&[&str]; 8] = [
    &["query", "PID-3", "PID-3[last].1", "OBX-5", "@n"],
    &["query", "-c", "--where", "PID-3 ~ /9/ or count(OBX) > 3"],
    &["query", "--each", "OBX", "OBX-1", "OBR-1", "PID-3[1]"],
    &["parse", "-f", "hl7"],
    &["parse", "-f", "json"],
    &["parse", "-f", "json", "--raw", "--names"],
    &["parse", "-f", "tree"],
    &["stats", "--values", "--problems"],
];

#[track_caller]
fn survives(input: &[u8]) {
    for args in ALL {
        let out = pipehat(args).stdin(input).run();
        assert!((0..=1).contains(&out.code) && out.stderr.is_empty(), "{args:?} {}", out.stderr);
    }
    let raw = pipehat(&["parse", "--raw"]).stdin(input).bytes();
    let clean = pipehat(&["parse", "-f", "hl7"]).stdin(input).bytes();
    assert!(pipehat(&["from-json"]).stdin(raw).bytes() == clean);
}

#[test]
fn nul_bytes_are_content() {
    let message = [HEAD.as_bytes(), b"PID|\0||\0\0^\0~\0|\0\r\0\0\r\n"].concat();
    survives(&message);
    let shown = pipehat(&["query", "PID-3[1]"]).stdin(&message).bytes();
    assert_eq!(shown, b"\0\0^\0\n");
}

#[test]
fn a_hundred_thousand_repetitions() {
    let values: Vec<String> = (1..=100_000).map(|n| n.to_string()).collect();
    let message = format!("{HEAD}PID|1||{}\r\n", values.join("~"));
    survives(message.as_bytes());
    let last = pipehat(&["query", "PID-3[99999]", "PID-3[last]"]).stdin(&message).text();
    assert_eq!(last, "99999\t100000\n");
    let all = pipehat(&["query", "-f", "values", "PID-3"]).stdin(&message).text();
    assert!(all.lines().eq(values.iter().map(String::as_str)));
}

#[test]
fn a_hundred_thousand_segments() {
    let segments: String = (1..=100_000).map(|n| format!("OBX|{n}|NM|A||{n}\r")).collect();
    let message = format!("{}PID|||P\rOBR|1\r{segments}\n", HEAD.replace("ADT^A08", "ORU^R01"));
    survives(message.as_bytes());
    let rows = pipehat(&["query", "--each", "OBX", "OBX-1", "OBR-1", "PID-3"]);
    let rows = rows.stdin(&message).text();
    assert!(rows.lines().eq((1..=100_000).map(|n| format!("{n}\t1\tP"))));
}

#[test]
fn many_components_fields_and_escapes() {
    for filler in ["^", "&", "|", "\\", "\\.br\\", "\"\"~", "\\E\\", "[", "\x1b$B", "\u{feff}"] {
        survives(format!("{HEAD}PID|1||{}x\r\n", filler.repeat(900)).as_bytes());
    }
}

#[test]
fn delimiters_that_cannot_be_used_are_rejected() {
    let dir = folder();
    let good = adt("M-1", "Adams");
    for head in [
        "MSH|^^\\&|",
        "MSH|||||",
        "MSH|^~\\^|",
        "MSH^^~\\&^",
        "MSHA^~\\&A",
        "MSH|",
        "MSH",
        "MSH|a~\\&|",
    ] {
        let bad = format!("{head}A|B\rPID|1||x\r\n");
        let path = dir.path().join("bad").to_str().unwrap().to_owned();
        for args in ALL {
            let args = [args, &["--rejects", &path]].concat();
            let out = pipehat(&args).stdin(format!("{good}{bad}{good}")).run();
            assert_eq!(out.code, 2, "{head} {args:?}");
            let report = out.stderr.strip_prefix("pipehat: stdin: ").unwrap();
            let place = format!("(byte {}): ", good.len());
            let stray = format!("byte {}: ", good.len());
            assert!(report.contains(&place) || report.starts_with(&stray), "{report}");
            assert_eq!(report.lines().count(), 1, "{report}");
            assert_eq!(fs::read_to_string(&path).unwrap(), bad, "{head}");
        }
        let shown = pipehat(&["query", "MSH-10"]).stdin(format!("{good}{bad}{good}")).run();
        assert_eq!(shown.text(), "M-1\nM-1\n", "{head}");
    }
}

#[test]
fn a_message_that_is_too_long_goes_whole_to_the_rejects() {
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    // Longer than the limit, than a buffer, than several.
    for length in [3_000, 300_000, 1_500_000] {
        let long: String = (0..length / 10).map(|n| format!("{n:09},")).collect();
        let bad = adt("LONG", &long);
        let input = many(2) + &bad + &many(2) + &bad + &many(1);
        let file = put(&dir, "in", &input);
        let offset = many(2).len();
        for args in [
            &["query", "MSH-10", "@n"][..],
            &["query", "MSH-10", "@n", "-j3"],
            &["query", "MSH-10", "@n", &file],
            &["query", "MSH-10", "@n", "-j2", &file],
        ] {
            let args = [args, &["--max-message", "1K", "--rejects", &rejects]].concat();
            let out = pipehat(&args).stdin(&input).run();
            assert_eq!(
                (out.code, out.text()),
                (2, "M-1\t1\nM-2\t2\nM-1\t4\nM-2\t5\nM-1\t7\n"),
                "{length} {args:?}"
            );
            let name = if args.contains(&file.as_str()) { &file } else { "stdin" };
            let places = [
                format!("pipehat: {name}: message 3 (byte {offset}): longer than "),
                format!(
                    "pipehat: {name}: message 6 (byte {}): longer than ",
                    2 * offset + bad.len()
                ),
            ];
            assert_eq!(out.stderr.lines().count(), 2, "{out:?}");
            for (line, place) in out.stderr.lines().zip(&places) {
                assert!(line.starts_with(place), "{length} {args:?} {line}");
            }
            let rejected = fs::read_to_string(&rejects).unwrap();
            assert!(rejected == bad.repeat(2), "{length} {args:?}: {} bytes", rejected.len());
        }
        // What is allowed to be so long is read.
        let shown = pipehat(&["query", "-c", "--where", "MSH-10 = LONG"]).stdin(&input).text();
        assert_eq!(shown, "2\n");
    }
}

#[test]
fn a_message_that_is_too_long_and_cut_off_is_reported_once() {
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let mut seed = 7_u64;
    let long: String = (0..150_000)
        .map(|n| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n);
            format!("{:010}", seed >> 31)
        })
        .collect();
    let input = many(1) + &adt("LONG", &long);
    let packed = gzip(input.as_bytes());
    for threads in ["-j1", "-j2"] {
        let args = ["query", "MSH-10", "--max-message", "1K", "--rejects", &rejects, threads];
        let out = pipehat(&args).stdin(&packed[..packed.len() * 9 / 10]).run();
        assert_eq!((out.code, out.text()), (2, "M-1\n"));
        // Of the message, and of the file; which of them comes first does not matter.
        assert_eq!(out.stderr.lines().count(), 2, "{out:?}");
        assert_eq!(out.stderr.matches("message 2 (byte").count(), 1, "{out:?}");
        let rejected = fs::read_to_string(&rejects).unwrap();
        assert!(rejected.len() > 1_000_000 && input[many(1).len()..].starts_with(&rejected));
    }
}

#[test]
fn an_object_that_is_too_long_goes_whole_to_the_rejects() {
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let object = |id: &str| format!("{{\"segments\":[{{\"id\":\"MSH\",\"3\":\"{id}\"}}]}}\n");
    for length in [3_000, 300_000, 1_500_000] {
        let bad = object(&"x".repeat(length));
        let input = object("a") + &bad + &object("b") + &object("c") + &bad + &object("d");
        for threads in ["-j1", "-j3"] {
            let args = ["from-json", "--max-message", "1K", "--rejects", &rejects, threads];
            let out = pipehat(&args).stdin(&input).run();
            let expected: String =
                ["a", "b", "c", "d"].map(|id| format!("MSH|^~\\&|{id}\r\n")).concat();
            assert_eq!((out.code, out.text()), (2, &*expected), "{length} {threads}");
            let places: Vec<&str> =
                out.stderr.lines().map(|line| line.split_once(" (byte").unwrap().0).collect();
            assert_eq!(places, ["pipehat: stdin: message 2", "pipehat: stdin: message 5"]);
            let rejected = fs::read_to_string(&rejects).unwrap();
            assert!(rejected.lines().eq([bad.trim_end(); 2]), "{length} {threads}");
        }
    }
}

#[test]
fn junk_without_end_is_reported_once() {
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    let junk = "junk ".repeat(200_000);
    let good = adt("M-1", "Adams");
    for threads in ["-j1", "-j2"] {
        for limit in ["1K", "64M"] {
            let args = ["query", "MSH-10", "--rejects", &rejects, threads, "--max-message", limit];
            let out = pipehat(&args).stdin(format!("{good}{junk}\n{good}{junk}")).run();
            assert_eq!((out.code, out.text()), (2, "M-1\nM-1\n"), "{limit}");
            let first = good.len();
            let second = first + junk.len() + 1 + good.len();
            let expected = [first, second]
                .map(|at| format!("pipehat: stdin: byte {at}: not part of any message\n"));
            assert_eq!(out.stderr, expected.concat());
            assert!(fs::read_to_string(&rejects).unwrap() == format!("{junk}\n{junk}"), "{limit}");
        }
    }
}

#[test]
fn objects_that_nest_deeply_or_never_end() {
    for input in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "{\"segments\":".to_owned() + &"[".repeat(100_000),
    ] {
        let out = pipehat(&["from-json"]).stdin(&input).run();
        assert!(out.code == 2 || (out.code == 1 && input.starts_with('[')), "{out:?}");
        assert!(out.stdout.is_empty());
    }
}

#[test]
fn conditions_that_nest_deeply_are_refused() {
    let deep = "(".repeat(100_000) + "PID-3";
    let out = pipehat(&["query", "--where", &deep, "PID-3"]).run();
    assert_eq!((out.code, out.text()), (2, ""));
}
