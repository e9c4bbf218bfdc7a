//! `diff`: where two files differ.

use crate::folders::{folder, put};
use crate::inputs::{adt, gzip, many, zstd};
use crate::program::{Out, pipehat, spawn};
use serde_json::{Value, json};
use std::io::{Read, Write};

/// A message of a laboratory: id in MSH-10, family name in PID-5, one result.
fn oru(id: &str, family: &str, value: &str) -> String {
    format!(
        "MSH|^~\\&|LAB|N|C|D|20240101||ORU^R01|{id}|P|2.4\rPID|1||{id}^^^N^MR||{family}^ANN\r\
         OBX|1|NM|718-7^Hb||{value}|g/dL\r\n"
    )
}

/// Runs `diff` on two files `a` and `b`.
fn diff(args: &[&str], a: impl AsRef<[u8]>, b: impl AsRef<[u8]>) -> Out {
    let dir = folder();
    put(&dir, "a", a);
    put(&dir, "b", b);
    pipehat(&[&["diff", "a", "b"], args].concat()).dir(dir.path()).run()
}

#[test]
fn the_same_messages_are_no_difference() {
    let two = many(2);
    diff(&[], &two, &two).is(0, "", "");
    diff(&[], "", "").is(0, "", "");
    diff(&[], "\n\n", "\n").is(1, "", "pipehat: no message in the input\n");
    // In another order, form and packing.
    let [one, other] = [adt("X", "Adams"), adt("Y", "Baker")];
    let lines = format!("{other}{one}").replace("\r\n", "\n\n").replace('\r', "\n");
    diff(&[], format!("{one}{other}"), gzip(lines.as_bytes())).is(0, "", "");
    diff(&[], format!("{one}{other}"), zstd(lines.as_bytes())).is(0, "", "");
    diff(&["-q"], &one, &other).is(1, diff(&[], &one, &other).text(), "");
}

#[test]
fn differences_are_told_by_their_paths() {
    let a = [oru("M1", "DOE", "13.5"), oru("M2", "ROE", "9"), oru("M3", "LEE", "7")].concat();
    let changed = oru("M3", "LEA", "7").replace("g/dL", "g/L").replace("\r\n", "\rZPD|x\r\n");
    let b = [oru("M1", "DOE", "13.5"), changed, oru("M2", "ROE", "9"), oru("M4", "NEW", "1")];
    let at = |n: usize| b[..n].concat().len();
    let third = oru("M1", "DOE", "13.5").len() + oru("M2", "ROE", "9").len();
    let expected = format!(
        "A: message 3 (byte {third}) | B: message 2 (byte {}), MSH-10 M3\n  \
         PID-5.1      \"LEE\" -> \"LEA\"\n  \
         OBX-6        \"g/dL\" -> \"g/L\"\n\
         + ZPD          \"ZPD|x\"\n\
         only in B: message 4 (byte {}), MSH-10 M4\n",
        at(1),
        at(3),
    );
    diff(&[], &a, b.concat()).is(1, &expected, "");
    let headings: String =
        expected.lines().filter(|l| l.contains("MSH-10")).map(|l| format!("{l}\n")).collect();
    diff(&["--brief"], &a, b.concat()).is(1, &headings, "");
    let verbose = diff(&["-v", "--brief"], &a, b.concat());
    let summary = "pipehat: 3 pairs of messages compared, 1 differ; 0 messages are only in A, \
                   1 only in B\n";
    verbose.is(1, &headings, summary);
}

#[test]
fn objects_tell_the_same() {
    let a = [oru("M1", "DOE", "1"), oru("M2", "ROE", "2")].concat();
    let b = [oru("M3", "X", "3"), oru("M1", "DOE", "1").replace("||DOE^ANN", "")].concat();
    let out = diff(&["-f", "ndjson"], &a, &b);
    assert_eq!((out.code, out.stderr.as_str()), (1, ""));
    let objects: Vec<Value> =
        out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let null = Value::Null;
    assert_eq!(
        objects,
        [
            json!({"a":1,"b":2,"key":"M1","path":"PID-5","before":"DOE^ANN","after":null}),
            json!({"a":2,"b":null,"key":"M2","path":null,"before":null,"after":null}),
            json!({"a":null,"b":1,"key":"M3","path":null,"before":null,"after":null}),
        ]
    );
    let out = diff(&["-f", "ndjson", "--by=order"], "MSH|^~\\&|a\r\n", b"MSH|^~\\&|\xFF\r\n");
    let object: Value = serde_json::from_str(out.text()).unwrap();
    assert_eq!(object["after"], json!({"bytes": "/w=="}));
    assert_eq!((&object["before"], &object["key"]), (&json!("a"), &null));
}

#[test]
fn every_path_can_be_asked_for() {
    let a = "MSH|^~\\&|A|||||||1\rPID|1||1^^^N&1.2~2^^^S\rOBX|1|a\rOBX|2|b^c\r\n";
    let b = "MSH|^~\\&|B|||||||1\rPID|1||1^^^N&1.3~2^^^T\rOBX|1|x\rOBX|2|b^z|y\r\n";
    let out = diff(&["-f", "ndjson"], a, b);
    let mut paths = Vec::new();
    for line in out.text().lines() {
        let change: Value = serde_json::from_str(line).unwrap();
        let path = change["path"].as_str().unwrap();
        for (message, side) in [(a, "before"), (b, "after")] {
            let shown = pipehat(&["query", "--raw", path]).stdin(message).text();
            assert_eq!(shown.trim_end_matches('\n'), change[side].as_str().unwrap_or(""), "{path}");
        }
        paths.push(path.to_owned());
    }
    let expected = ["MSH-3", "PID-3[1].4.2", "PID-3[2].4", "OBX[1]-2", "OBX[2]-2.2", "OBX[2]-3"];
    assert_eq!(paths, expected);
}

#[test]
fn what_is_ignored_makes_no_difference() {
    let a = oru("M1", "DOE", "13.5");
    let b =
        a.replace("20240101", "20250101").replace("^N^MR", "^S^MR").replace("\r\n", "\rZPD\r\n");
    assert_eq!(diff(&[], &a, &b).text().lines().count(), 4);
    diff(&["--ignore", "MSH-7", "--ignore", "PID-3.4", "--ignore=zpd"], &a, &b).is(0, "", "");
    let left = diff(&["--ignore=MSH-7", "--ignore=PID-3[5=PI].4", "--ignore=ZPD"], &a, &b);
    assert_eq!(left.code, 1);
    assert!(left.text().ends_with("\n  PID-3.4      \"N\" -> \"S\"\n"), "{left:?}");
}

#[test]
fn messages_are_paired_by_what_one_asks_for() {
    let a = [adt("1", "Adams"), adt("1", "Baker"), adt("2", "Clark")].concat();
    let b = [adt("2", "Clark"), adt("1", "Adams"), adt("1", "Bauer")].concat();
    // Several with one key, in order.
    let out = diff(&["--brief"], &a, &b);
    assert_eq!(out.text().lines().count(), 1, "{out:?}");
    assert!(out.text().starts_with("A: message 2 (byte "), "{out:?}");
    let out = diff(&["--brief", "--by", "order"], &a, &b);
    assert_eq!(out.text().lines().count(), 3, "{out:?}");
    assert!(out.text().starts_with("A: message 1 (byte 0) | B: message 1 (byte 0)\n"), "{out:?}");
    let out = diff(&["--by", "PID-5.1", "--ignore=MSH-10", "--ignore=PID-3"], &a, &b);
    let length = adt("1", "Adams").len();
    let only = |side, n: usize, name| {
        format!("only in {side}: message {n} (byte {}), PID-5.1 {name}\n", (n - 1) * length)
    };
    out.is(1, &(only("A", 2, "Baker") + &only("B", 3, "Bauer")), "");
    // Those without a key are paired, too; that none has one is told, for the path may be wrong.
    let none = adt("", "Adams");
    let told =
        |path| format!("pipehat: no message has a value at {path}; they are paired in order\n");
    diff(&[], &none, &none).is(0, "", &told("MSH-10"));
    let out = diff(&["--brief"], &none, adt("", "Baker"));
    let text = "A: message 1 (byte 0) | B: message 1 (byte 0), no MSH-10\n";
    out.is(1, text, &told("MSH-10"));
    diff(&["--by", "PID-55"], &a, &a).is(0, "", &told("PID-55"));
    diff(&[], [adt("1", "A"), none.clone()].concat(), [adt("1", "A"), none].concat()).is(0, "", "");
    diff(&[], "", "").is(0, "", "");
}

#[test]
fn other_delimiters_and_character_sets_are_told_alone() {
    let usual = "MSH|^~\\&|A|||||||1\rPID|||1^2~3||a\\T\\b\r\n";
    let odd = "MSH#*!?@#A#######1\rPID###1*2!3##a&b\r\n";
    let text = "A: message 1 (byte 0) | B: message 1 (byte 0), MSH-10 1\n  \
        MSH-1        \"|\" -> \"#\"\n  MSH-2        \"^~\\&\" -> \"*!?@\"\n";
    diff(&[], usual, odd).is(1, text, "");
    diff(&["--ignore=MSH-1", "--ignore=MSH-2"], usual, odd).is(0, "", "");

    let head = "MSH|^~\\&|A|||||||1||||||||";
    let latin1 = [format!("{head}8859/1\rPID|1||").as_bytes(), b"M\xFCller\r\n"].concat();
    let utf8 = format!("{head}UNICODE UTF-8\rPID|1||Müller\r\n");
    let out = diff(&[], &latin1, &utf8);
    assert!(out.text().ends_with("\n  MSH-18       \"8859/1\" -> \"UNICODE UTF-8\"\n"), "{out:?}");
    let other = [format!("{head}8859/1\rPID|1||").as_bytes(), b"M\xF6ller\r\n"].concat();
    let out = diff(&[], &latin1, &other);
    assert!(out.text().ends_with("\n  PID-3        \"Müller\" -> \"Möller\"\n"), "{out:?}");
}

#[test]
fn what_cannot_be_compared_makes_status_2() {
    let good = adt("1", "Adams");
    let broken = "MSH||broken\rPID|1\r\n";
    let reports = "pipehat: b: message 1 (byte 0): MSH-2: 2 to 5 encoding characters are \
                   expected, there are 0\n";
    diff(&[], &good, format!("{broken}{good}")).is(2, "", reports);
    let junk = diff(&[], &good, format!("{good}\njunk\n"));
    assert_eq!((junk.code, junk.text()), (2, ""));
    assert!(junk.stderr.starts_with("pipehat: b: byte ") && junk.stderr.lines().count() == 1);
    assert!(junk.stderr.ends_with(": not part of any message\n"), "{junk:?}");
    // By order, a message that cannot be handled keeps its place.
    let [x, y] = [adt("1", "Adams"), adt("2", "Baker")];
    let out = diff(&["--by=order"], [&x[..], &x, &y].concat(), [&x[..], broken, &y].concat());
    assert_eq!(out.code, 2);
    assert_eq!(out.text(), format!("only in A: message 2 (byte {})\n", x.len()));

    let dir = folder();
    let path = put(&dir, "a", &good);
    let run = |args: &[&str]| pipehat(args).dir(dir.path()).run();
    let missing = run(&["diff", &path, "none"]);
    missing.is(2, "", "pipehat: none: No such file or directory\n");
    assert_eq!(run(&["diff", "-", "-"]).code, 2);
    assert_eq!(run(&["diff", &path]).code, 2);
    assert_eq!(run(&["diff", &path, &path, "--by", "PIDX"]).code, 2);
    assert_eq!(run(&["diff", &path, &path, "--brief", "-f", "ndjson"]).code, 2);
    let long = adt("1", &"x".repeat(5000));
    let out = diff(&["--max-message", "2K"], &long, &long);
    assert_eq!((out.code, out.text(), out.stderr.lines().count()), (2, "", 2));
}

#[test]
fn inputs_are_files_streams_and_folders() {
    let dir = folder();
    let [a, b] = [put(&dir, "old/1", adt("1", "Adams")), put(&dir, "new/1", adt("1", "Bauer"))];
    put(&dir, "old/2", adt("2", "Clark"));
    put(&dir, "new/2", adt("2", "Clark"));
    let out = pipehat(&["diff", &a, "-"]).stdin(adt("1", "Bauer")).run();
    assert_eq!(out.text(), pipehat(&["diff", &a, &b]).run().text());
    assert_eq!(pipehat(&["diff", "-", &a]).stdin(adt("1", "Adams")).text(), "");
    let out = pipehat(&["diff", "--brief", "old", "new"]).dir(dir.path()).run();
    let text = "A: old/1: message 1 (byte 0) | B: new/1: message 1 (byte 0), MSH-10 1\n";
    out.is(1, text, "");
    let out = pipehat(&["diff", "old", "new", "--by=order", "--brief"]).dir(dir.path()).run();
    assert_eq!(out.code, 1);
    let file = dir.path().join("out");
    let out = pipehat(&["diff", &a, &b, "-o", file.to_str().unwrap()]).run();
    out.is(1, "", "");
    assert_eq!(std::fs::read_to_string(file).unwrap(), pipehat(&["diff", &a, &b]).run().text());
    for args in [["diff", &a, &b, "-o", &b], ["diff", &a, "new", "-o", &b]] {
        let out = pipehat(&args).dir(dir.path()).run();
        assert!(out.stderr.contains("/1: it is an input, too;"), "{out:?}");
        assert_eq!(std::fs::read_to_string(&b).unwrap(), adt("1", "Bauer"));
    }
}

#[test]
fn a_difference_is_shown_before_the_streams_end() {
    let dir = folder();
    let path = put(&dir, "a", many(3));
    let mut child = spawn(&["diff", "--brief", &path, "-"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(adt("M-1", "Other").as_bytes()).unwrap();
    let heading = "A: message 1 (byte 0) | B: message 1 (byte 0), MSH-10 M-1\n";
    let mut shown = vec![0; heading.len()];
    child.stdout.as_mut().unwrap().read_exact(&mut shown).unwrap();
    assert_eq!(shown, heading.as_bytes());
    drop(stdin);
    let mut rest = String::new();
    child.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest.lines().count(), 2);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn many_messages_in_any_order_find_their_partners() {
    let count = 5000;
    let message = |n: usize| adt(&format!("M-{n}"), if n == 17 { "Odd" } else { "Even" });
    let a: String = (0..count).map(|n| adt(&format!("M-{n}"), "Even")).collect();
    let b: String = (0..count).rev().map(message).collect();
    let out = diff(&["-f", "ndjson"], &a, &b);
    assert_eq!(out.code, 1);
    let object: Value = serde_json::from_str(out.text()).unwrap();
    let expected = json!({"a": 18, "b": count - 17, "key": "M-17", "path": "PID-5",
        "before": "Even", "after": "Odd"});
    assert_eq!(object, expected);
}

#[test]
fn colours_come_when_asked_for() {
    let [a, b] = [adt("1", "Adams"), adt("1", "\x1b[7mBauer")];
    assert!(!diff(&[], &a, &b).text().contains('\x1b'));
    let coloured = diff(&["--color=always"], &a, &b);
    assert!(coloured.text().contains("\x1b[31m\"Adams\"\x1b[0m"), "{coloured:?}");
    assert!(coloured.text().contains("\x1b[32m\"\\x1b[7mBauer\"\x1b[0m"), "{coloured:?}");
}

#[test]
fn a_closed_output_is_no_error() {
    let dir = folder();
    let a = put(&dir, "a", many(20_000));
    let b = put(&dir, "b", many(20_000).replace("Adams", "Bauer"));
    let mut child = spawn(&["diff", &a, &b]);
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn reports_hold_nothing_of_a_message() {
    let junk = format!("Canary\n{}Canary\n", adt("Canary", "Canary"));
    let lines = "MSH|^~\\&|Canary\nNTE|1||Canary\nCanary in a note\n\nMSH|Canary|\rPID|Canary\r\n";
    for args in [&["-v"][..], &["--by=order", "-v"], &["-f", "ndjson", "--by=PID-5"]] {
        let out = diff(args, &junk, lines);
        assert_eq!(out.code, 2);
        assert!(!out.stderr.contains("Canary") && out.stderr.lines().count() > 3, "{}", out.stderr);
    }
}
