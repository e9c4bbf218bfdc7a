//! What every filter does alike: where it reads, what it says, how it ends.

use crate::folders::{folder, put};
use crate::inputs::{adt, gzip, many};
use crate::program::{binary, pipehat, spawn};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::time::Duration;

/// Each filter with arguments that make it handle messages, and how an input is written for it.
const FILTERS: [(&[&str], Form); 6] = [
    (&["query", "MSH-10"], Form::Hl7),
    (&["parse", "-f", "hl7"], Form::Hl7),
    (&["parse", "-f", "json"], Form::Hl7),
    (&["from-json"], Form::Json),
    (&["transform", "set MSH-5 = HUB"], Form::Hl7),
    (&["validate", "--pass", "--fail-on", "never", "--report", "/dev/null"], Form::Hl7),
];

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Hl7,
    Json,
}

impl Form {
    fn message(self, id: &str) -> String {
        match self {
            Self::Hl7 => adt(id, "Adams"),
            Self::Json => {
                format!(
                    r#"{{"segments":[{{"id":"MSH","9":[{{"1":"ADT"}}],"10":[{{"1":"{id}"}}]}}]}}"#
                ) + "\n"
            }
        }
    }
}

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [args, more].concat()
}

/// The ids of the messages in an output of any of the filters.
fn ids(output: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in output.lines() {
        let at = line.find("ID-").unwrap_or_else(|| panic!("no id in {line}"));
        found.push(line[at..].chars().take_while(|&c| c != '|' && c != '"').collect());
    }
    found
}

#[test]
fn reads_stdin_files_folders_and_lists() {
    for (args, form) in FILTERS {
        let dir = folder();
        let message = |id: &str| form.message(id);
        put(&dir, "in/b.hl7", message("ID-b"));
        put(&dir, "in/a/z.hl7", message("ID-az"));
        put(&dir, "in/a/c.hl7", message("ID-ac"));
        put(&dir, "in/c.txt", message("ID-c"));
        put(&dir, "two words", message("ID-w"));
        put(&dir, "list", "in/b.hl7\n\ntwo words\r\n");
        put(&dir, "list0", "two words\0in/b.hl7");
        let ids_of = |more: &[&str], stdin: &str| {
            ids(&pipehat(&with(args, more)).dir(dir.path()).stdin(stdin).text())
        };
        let piped = message("ID-in");
        assert_eq!(ids_of(&[], &piped), ["ID-in"], "{args:?}");
        assert_eq!(ids_of(&["-"], &piped), ["ID-in"]);
        assert_eq!(ids_of(&["in/b.hl7", "-", "in/c.txt"], &piped), ["ID-b", "ID-in", "ID-c"]);
        assert_eq!(ids_of(&["in"], &piped), ["ID-ac", "ID-az", "ID-b", "ID-c"]);
        assert_eq!(ids_of(&["--files-from", "list"], &piped), ["ID-b", "ID-w"]);
        assert_eq!(ids_of(&["--files-from", "list0", "-0"], ""), ["ID-w", "ID-b"]);
        assert_eq!(ids_of(&["--files-from", "-"], "in/c.txt\nin/b.hl7\n"), ["ID-c", "ID-b"]);
        assert_eq!(ids_of(&["--files-from", "-", "-0"], "two words\0"), ["ID-w"]);
        assert_eq!(ids_of(&["--files-from", "list", "in/c.txt"], ""), ["ID-c", "ID-b", "ID-w"]);
    }
}

#[test]
fn a_folder_is_walked_without_following_links_in_circles() {
    let dir = folder();
    put(&dir, "in/a.hl7", adt("ID-a", "X"));
    std::os::unix::fs::symlink(dir.path().join("in"), dir.path().join("in/loop")).unwrap();
    let shown = pipehat(&["query", "MSH-10", "in"]).dir(dir.path()).text();
    assert_eq!(ids(&shown), ["ID-a"]);
}

#[test]
fn nothing_in_is_nothing_out_and_no_fault() {
    let dir = folder();
    put(&dir, "empty.gz", gzip(b""));
    std::fs::create_dir(dir.path().join("docs")).unwrap();
    let others: [&[&str]; 8] = [
        &["parse", "-f", "tree"],
        &["sort"],
        &["dedup"],
        &["deidentify"],
        &["to-fhir"],
        &["attach", "extract", "--dir", "docs"],
        &["attach", "restore", "--dir", "docs"],
        &["send", "localhost:1"],
    ];
    for args in FILTERS.iter().map(|(args, _)| *args).chain(others) {
        // Of nothing, nothing matches.
        let code = if args[0] == "query" { 1 } else { 0 };
        pipehat(args).dir(dir.path()).stdin("").run().is(code, "", "");
        pipehat(&with(args, &["empty.gz", "/dev/null"])).dir(dir.path()).run().is(code, "", "");
        // Where something is, a message is expected: it cannot be that nobody hears of it.
        for blank in ["\r\n\n", "  \n"] {
            let told = "pipehat: no message in the input\n";
            pipehat(args).dir(dir.path()).stdin(blank).run().is(1, "", told);
            pipehat(&with(args, &["-q"])).dir(dir.path()).stdin(blank).run().is(1, "", "");
        }
    }
    // A batch may be empty, on a quiet night.
    let batch = "FHS|^~\\&\rBHS|^~\\&\rBTS|0\rFTS|1\r";
    for args in [&["parse", "-f", "json"][..], &["deidentify"], &["to-fhir"], &["sort"]] {
        pipehat(args).stdin(batch).run().is(0, "", "");
    }
    assert_eq!(pipehat(&["validate"]).stdin(batch).run().code, 0);
    // With a message in one input, the others may be without.
    put(&dir, "blank", "\n");
    put(&dir, "one", adt("ID-1", "X"));
    pipehat(&["parse", "-f", "hl7", "blank", "one"]).dir(dir.path()).bytes();
    let counted = pipehat(&["stats", "-f", "json", "/dev/null"]).text();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&counted).unwrap()["messages"], 0);
    let blank = pipehat(&["stats", "blank"]).dir(dir.path()).run();
    assert_eq!((blank.code, blank.stderr.as_str()), (1, "pipehat: no message in the input\n"));
    // What frames the rows is there even so.
    pipehat(&["query", "-H", "-f", "csv", "MSH-10", "n=@n"]).run().is(1, "MSH-10,n\n", "");
    let none = pipehat(&["query", "-f", "json", "MSH-10"]).run();
    assert_eq!(none.code, 1);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&none.stdout).unwrap(), {
        serde_json::json!([])
    });
    pipehat(&["query", "-c", "--where", "MSH-10 = X"]).run().is(1, "0\n", "");
}

#[test]
fn a_file_that_is_not_there_does_not_stop_the_others() {
    for (args, form) in FILTERS {
        let dir = folder();
        put(&dir, "a", form.message("ID-a"));
        put(&dir, "b", form.message("ID-b"));
        let out = pipehat(&with(args, &["a", "./no such", "b"])).dir(dir.path()).run();
        assert_eq!((out.code, ids(out.text())), (2, vec!["ID-a".into(), "ID-b".into()]));
        assert_eq!(out.stderr, "pipehat: ./no such: No such file or directory\n");
        let out = pipehat(&with(args, &["a", "--files-from", "gone"])).dir(dir.path()).run();
        assert_eq!(out.code, 2);
        assert!(out.stderr.starts_with("pipehat: reading gone: "), "{out:?}");
    }
}

#[test]
fn wrong_usage_is_2_with_nothing_on_stdout() {
    let dir = folder();
    put(&dir, "a.hl7", adt("ID-a", "X"));
    let cases: [&[&str]; 45] = [
        &["query", "--no-such", "MSH-10"],
        &["parse", "--no-such"],
        &["from-json", "--no-such"],
        &["no-such"],
        &[],
        &["query"],
        &["query", "a.hl7"],
        &["query", "PID-3", "-j", "0"],
        &["query", "PID-3", "--max-message", "1"],
        &["query", "PID-3", "--charset", "no such"],
        &["query", "PID-3", "-q", "--verbose"],
        &["query", "PID-3", "-0"],
        &["query", "PID-3", "-v"],
        &["query", "PID-3", "--messages", "-f", "csv"],
        &["query", "PID-3", "--messages", "--raw"],
        &["query", "PID-3", "-c", "-f", "json"],
        &["query", "PID-3", "-c", "--header"],
        &["query", "PID-3", "-c", "--raw"],
        &["query", "PID-3", "-l", "--first"],
        &["query", "PID-3", "-l", "--join", ";"],
        &["query", "PID-3", "-l", "--each", "PID"],
        &["query", "-w", "PID-3", "-f", "csv", "a.hl7"],
        &["query", "-w", "PID-3", "-H", "a.hl7"],
        &["query", "-w", "PID-3", "--each", "PID", "a.hl7"],
        &["stats", "--problems", "-f", "csv", "a.hl7"],
        &["send", "h:1", "--order-by", "MSH-4", "a.hl7"],
        &["send", "h:1", "--retry-delay", "2", "a.hl7"],
        &["query", "--where", "PID-3 ="],
        &["query", "--where", "nosuch(PID-3)"],
        &["query", "PID-3", "--each", "no group"],
        &["query", "PID_3", "a.hl7"],
        &["query", "PID-3", "-m", "0", "a.hl7"],
        &["query", "PID-3", "-H", "-f", "json", "a.hl7"],
        &["stats", "a.hl7", "-o", "a.hl7"],
        &["generate", "ADT^A01=0"],
        &["parse", "-", "-"],
        &["parse", "-f", "json", "--eol", "lf"],
        &["parse", "-f", "hl7", "--names"],
        &["parse", "-f", "hl7", "--raw"],
        &["parse", "--batch", "--mllp"],
        &["validate", "--report", "x"],
        &["validate", "--severity", "USE-1"],
        &["validate", "--explain", "USE-1", "a.hl7"],
        &["validate", "-f", "xml"],
        &["validate", "--nist-compat", "a.hl7"],
    ];
    for args in cases {
        let out = pipehat(args).dir(dir.path()).stdin(adt("ID-1", "X")).run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}: {out:?}");
        assert!(!out.stderr.is_empty(), "{args:?}");
    }
}

/// What people mistype first is told with what they meant.
#[test]
fn common_mistakes_are_told_with_a_way_out() {
    let dir = folder();
    put(&dir, "a.hl7", adt("ID-a", "X"));
    let told = |args: &[&str]| {
        let out = pipehat(args).dir(dir.path()).stdin("").run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}: {out:?}");
        out.stderr
    };
    assert_eq!(
        told(&["a.hl7"]),
        "pipehat: a.hl7 is a file; a command comes first, for example: pipehat parse a.hl7\n"
    );
    assert!(told(&["qury", "PID-5", "a.hl7"]).contains("'query'"));
    assert!(told(&["query", "--were", "PID-5 = X", "a.hl7"]).contains("'--where'"));
    for path in ["PID-3[5=MR", "x=PID-3[5=MR", "PID-5^1", "PID-0"] {
        let stderr = told(&["query", path, "a.hl7"]);
        assert!(stderr.contains("not a path, and there is no such file:\n"), "{stderr}");
        assert!(stderr.lines().last().unwrap().trim_start().starts_with("^ expected "), "{stderr}");
    }
    assert_eq!(told(&["parse", ""]), "pipehat: '': No such file or directory\n");
    assert_eq!(
        told(&["from-json", "a.hl7"]),
        "pipehat: a.hl7: byte 0: not a JSON object; other commands read HL7 v2\n"
    );
}

/// Who names no file on a terminal is told what is waited for. Needs util-linux's `script`.
#[test]
fn a_terminal_as_input_is_told() {
    let command = format!("{} query MSH-10", binary().display());
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).stdin(std::process::Stdio::piped());
    let Ok(mut child) = script.stdout(std::process::Stdio::piped()).spawn() else { return };
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    shown.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), "pipehat: reading messages from the terminal; Ctrl-D ends them");
    child.stdin.take().unwrap().write_all(b"\x04").unwrap();
    child.wait().unwrap();
}

#[test]
fn help_and_version_are_answers() {
    for args in [
        &["--help"][..],
        &["--version"],
        &["-h"],
        &["query", "--help"],
        &["parse", "-h"],
        &["from-json", "--help"],
    ] {
        let out = pipehat(args).run();
        assert!(out.code == 0 && out.stderr.is_empty() && !out.stdout.is_empty(), "{args:?}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(pipehat(&["completions", shell]).text().contains("PIPEHAT_COMPLETE"));
    }
}

/// Reads one line of what a filter prints and closes the pipe, as `head -1` does.
fn head(args: &[&str], input: &[u8], keep_open: bool) {
    let mut child = spawn(args);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let feeder = std::thread::spawn(move || {
        // It ends with a closed pipe when the program has left.
        while stdin.write_all(&input).is_ok() && keep_open {
            if is_done.recv_timeout(Duration::from_millis(1)).is_ok() {
                break;
            }
        }
    });
    let mut line = Vec::new();
    let mut stdout = BufReader::with_capacity(64, child.stdout.take().unwrap());
    stdout.read_until(b'\n', &mut line).unwrap();
    assert!(line.ends_with(b"\n"), "{args:?}");
    drop(stdout);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let status = child.wait().unwrap();
    let _ = done.send(());
    feeder.join().unwrap();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{args:?}");
}

#[test]
fn a_closed_stdout_is_no_error() {
    for (args, form) in FILTERS {
        let input = form.message("ID-1").repeat(20_000);
        for threads in ["-j1", "-j2"] {
            head(&with(args, &[threads]), input.as_bytes(), false);
        }
    }
    head(&["completions", "bash"], b"", false);
}

#[test]
fn a_closed_stdout_ends_a_run_whose_input_stays_open() {
    for (args, form) in FILTERS {
        for threads in ["-j1", "-j2"] {
            head(&with(args, &[threads]), form.message("ID-1").repeat(50).as_bytes(), true);
        }
    }
}

#[test]
fn a_full_device_is_an_error() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    for (args, form) in FILTERS {
        let out = pipehat(&with(args, &["-o", "/dev/full"])).stdin(form.message("ID-1")).run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}");
        assert!(out.stderr.contains("No space left"), "{out:?}");
    }
}

/// What is written beside the output may stand on another disk: it is told which is full.
#[test]
fn what_is_full_is_told_by_its_name() {
    let dir = folder();
    put(&dir, "in", many(20_000));
    for (args, expected) in [
        ("sort --memory 1M --temp-dir . in", "a temporary file in .: File too large"),
        ("dedup --keep last --temp-dir . in", "a temporary file in .: File too large"),
        ("to-fhir --out-dir out --resources in", ".ndjson: File too large"),
    ] {
        let mut command = std::process::Command::new("sh");
        // In units of 512 bytes, or of a KiB.
        let limit = "ulimit -f 200; trap '' XFSZ; exec \"$0\" \"$@\"";
        command.args(["-c", limit]).arg(binary()).args(args.split(' '));
        let out = command.current_dir(dir.path()).stdout(Stdio::null()).output().unwrap();
        let stderr = String::from_utf8(out.stderr).unwrap();
        assert!(out.status.code() == Some(2) && stderr.contains(expected), "{args}: {stderr}");
    }
}

/// Whatever a command writes, it says in the same words that it could not.
#[test]
fn a_full_stdout_is_told_alike_by_all() {
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else { return };
    let dir = folder();
    put(&dir, "a", adt("ID-1", "X"));
    put(&dir, "b", adt("ID-2", "X"));
    for args in [
        &["attach", "extract", "--dir", "docs", "a"][..],
        &["completions", "bash"],
        &["dedup", "a"],
        &["deidentify", "a"],
        &["deidentify", "--list-rules"],
        &["diff", "a", "b"],
        &["explain", "PID-3"],
        &["generate"],
        &["parse", "a"],
        &["paths", "PID"],
        &["query", "MSH-10", "a"],
        &["query", "-c", "MSH-10", "a"],
        &["sort", "a"],
        &["stats", "a"],
        &["to-fhir", "a"],
        &["transform", "set MSH-5 = HUB", "a"],
        &["validate", "--list-rules"],
    ] {
        let mut command = std::process::Command::new(binary());
        command.args(args).current_dir(dir.path()).stdout(full.try_clone().unwrap());
        let out = command.output().unwrap();
        let stderr = String::from_utf8(out.stderr).unwrap();
        let expected = "pipehat: writing the output: No space left on device\n";
        assert_eq!((out.status.code(), stderr.as_str()), (Some(2), expected), "{args:?}");
    }
}

#[test]
fn quiet_says_nothing_and_the_status_tells() {
    for (args, form) in FILTERS {
        let input = format!("junk\n{}", form.message("ID-1"));
        let loud = pipehat(args).stdin(&input).run();
        assert_eq!((loud.code, ids(loud.text())), (2, vec!["ID-1".into()]), "{loud:?}");
        assert_eq!(loud.stderr.lines().count(), 1, "{loud:?}");
        let quiet = pipehat(&with(args, &["-q"])).stdin(&input).run();
        assert_eq!((quiet.code, quiet.stdout, quiet.stderr.as_str()), (2, loud.stdout, ""));
        pipehat(&with(args, &["-q", "no such file"])).run().is(2, "", "");
    }
}

#[test]
fn reports_stop_at_a_hundred_unless_verbose() {
    let bad = "MSH|^^^^|x\rPID|1\r\n".repeat(250);
    for (args, threads) in [("hl7", "-j1"), ("hl7", "-j3"), ("json", "-j3")] {
        let args = ["parse", "-f", args, threads];
        let out = pipehat(&args).stdin(&bad).run();
        assert_eq!((out.code, out.text()), (2, ""));
        let lines: Vec<&str> = out.stderr.lines().collect();
        assert_eq!(lines.len(), 102, "a hundred, that more follow, and how many in all");
        assert!(lines[99].starts_with("pipehat: stdin: message 100 (byte "), "{}", lines[99]);
        assert!(lines[101].contains("250"), "{}", lines[101]);
        let out = pipehat(&with(&args, &["--verbose"])).stdin(&bad).run();
        assert_eq!(out.stderr.lines().count(), 250);
    }
}

#[test]
fn reports_name_file_message_and_byte() {
    let dir = folder();
    let good = adt("ID-1", "Adams");
    let bad = "MSH|^^\\&|x\rPID|1\r\n";
    put(&dir, "in/a.hl7", format!("{good}{bad}{good}lost\n{bad}"));
    put(&dir, "in/b.hl7", format!("{bad}{good}"));
    let second = good.len();
    let lost = second + bad.len() + good.len();
    let why = "MSH-2: the delimiters are not all different";
    let expected = format!(
        "pipehat: in/a.hl7: message 2 (byte {second}): {why}\n\
         pipehat: in/a.hl7: byte {lost}: not part of any message\n\
         pipehat: in/a.hl7: message 4 (byte {}): {why}\n\
         pipehat: in/b.hl7: message 1 (byte 0): {why}\n",
        lost + 5
    );
    for args in [&["query", "MSH-10", "in"][..], &["parse", "-f", "json", "in"]] {
        for threads in ["-j1", "-j2"] {
            let out = pipehat(&with(args, &[threads])).dir(dir.path()).run();
            assert_eq!((out.code, &out.stderr), (2, &expected), "{args:?}");
            assert_eq!(ids(out.text()).len(), 3);
        }
    }
}

#[test]
fn input_that_is_a_device_or_pipe_is_read() {
    pipehat(&["query", "MSH-10", "/dev/null"]).run().is(1, "", "");
    let dir = folder();
    let fifo = dir.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let path = fifo.clone();
    let writer = std::thread::spawn(move || fs::write(path, adt("ID-f", "X")));
    assert_eq!(pipehat(&["query", "MSH-10", fifo.to_str().unwrap()]).text(), "ID-f\n");
    writer.join().unwrap().unwrap();
}

#[test]
fn progress_for_programs_is_an_object_a_line() {
    let dir = folder();
    let input = many(100);
    let file = put(&dir, "in.hl7", &input);
    let out = pipehat(&["parse", "-f", "hl7", "--progress", "json", &file]).run();
    assert_eq!((out.code, out.text()), (0, input.as_str()));
    let last: serde_json::Value = serde_json::from_str(out.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(last["bytes"], input.len());
    assert_eq!((&last["total"], &last["done"]), (&input.len().into(), &true.into()));
    let out = pipehat(&["parse", "-f", "hl7", "--progress", "json"]).stdin(&input).run();
    let last: serde_json::Value = serde_json::from_str(out.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&last["bytes"], &last["total"]), (&input.len().into(), &serde_json::Value::Null));
}

#[test]
fn the_version_tells_what_it_is_made_of() {
    let short = pipehat(&["-V"]).text();
    assert_eq!(short, format!("pipehat {}\n", env!("CARGO_PKG_VERSION")));
    let long = pipehat(&["--version"]).text();
    assert!(long.starts_with(short.trim_end()), "{long}");
    assert!(long.contains("\nstandard: HL7 v2.1 to v2.8.2\n"), "{long}");
    assert!(long.contains("\ncommit: "), "{long}");
}
