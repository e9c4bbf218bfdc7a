//! `--output` and `--rejects`: files that appear whole, hold bytes as they came, and are read by
//! their owner alone.

use crate::folders::{folder, mode, put};
use crate::inputs::{adt, many};
use crate::program::{binary, pipehat};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn an_output_file_holds_what_stdout_would() {
    let dir = folder();
    let input = many(3);
    for args in [&["query", "MSH-10"][..], &["parse", "-f", "hl7"], &["parse"]] {
        let expected = pipehat(args).stdin(&input).bytes();
        let path = dir.path().join("out").to_str().unwrap().to_owned();
        let args = [args, &["-o", &path]].concat();
        assert_eq!(pipehat(&args).stdin(&input).text(), "");
        assert_eq!(fs::read(&path).unwrap(), expected);
        assert_eq!(mode(&path), 0o600, "messages are for their owner");
        fs::remove_file(&path).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing else is left");
    }
}

#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    let dir = folder();
    let path = put(&dir, "out", "old");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    pipehat(&["query", "MSH-10", "-o", &path]).stdin(many(1)).bytes();
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("M-1\n", 0o640));
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    pipehat(&["query", "@n", "-o", link.to_str().unwrap()]).stdin(many(1)).bytes();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n");
}

/// The rule is one for all commands: what is rejected, left out, or no message would be gone.
/// What a shell has opened is written on, though it is a file with a name of its own.
#[test]
fn a_stream_by_its_name_is_no_file_to_replace() {
    let dir = folder();
    let log = dir.path().join("log");
    let input = put(&dir, "in.hl7", many(1));
    for (name, opened) in
        [("/dev/stdout", ">"), ("/dev/fd/1", ">"), ("/proc/self/fd/1", ">"), ("/dev/fd/3", ">>")]
    {
        fs::write(&log, "").unwrap();
        let script = format!(
            "exec {opened}{} 3>&1; echo head; {} query MSH-10 {input} -o {name}; echo tail",
            log.display(),
            binary().display()
        );
        let run = std::process::Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(run.success());
        assert_eq!(fs::read_to_string(&log).unwrap(), "head\nM-1\ntail\n", "{name}");
    }
}

#[test]
fn an_input_is_never_replaced() {
    let dir = folder();
    let input = format!("{}lost\n{}", many(2), adt("M-3", "X"));
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    put(&dir, "in/a.hl7", &input);
    put(&dir, "b.hl7", &input);
    put(&dir, "list", "b.hl7\nin\n");
    std::fs::hard_link(dir.path().join("in/a.hl7"), dir.path().join("other name")).unwrap();
    std::fs::create_dir(dir.path().join("docs")).unwrap();
    let commands: [&[&str]; 14] = [
        &["parse", "-f", "hl7"],
        &["parse", "-f", "json"],
        &["query", "--where", "MSH-10 = M-1"],
        &["query", "-m", "1", "MSH-10"],
        &["sort"],
        &["dedup"],
        &["transform", "drop"],
        &["from-json"],
        &["attach", "extract", "--dir", "docs"],
        &["attach", "restore", "--dir", "docs"],
        &["deidentify"],
        &["to-fhir"],
        &["stats"],
        &["validate", "--pass", "--report", "/dev/null"],
    ];
    let how = "; write another file, and mv it here if the exit status is 0\n";
    for command in commands {
        for (operands, is_output) in [
            (&["b.hl7", "-o", "in/../b.hl7"][..], true),
            (&["in", "b.hl7", "-o", "in/a.hl7"], true),
            (&["in", "-o", "other name"], true),
            (&["--files-from", "list", "-o", "b.hl7"], true),
            (&["--files-from", "list", "-o", "in/a.hl7"], true),
            (&["b.hl7", "--rejects", "./b.hl7"], false),
            (&["--files-from", "list", "--rejects", "in/a.hl7"], false),
        ] {
            let out = pipehat(&[command, operands].concat()).dir(dir.path()).run();
            let case = format!("{command:?} {operands:?}: {out:?}");
            assert_eq!((out.code, out.text().is_empty() || !is_output), (2, true), "{case}");
            let end = if is_output { how } else { "\n" };
            assert!(out.stderr.ends_with(&format!(": it is an input, too{end}")), "{case}");
            assert_eq!((read("in/a.hl7"), read("b.hl7")), (input.clone(), input.clone()), "{case}");
        }
    }
    let left = fs::read_dir(dir.path()).unwrap().count()
        + fs::read_dir(dir.path().join("in")).unwrap().count();
    assert_eq!(left, 6, "nothing else is left");
    // Nor is the file that standard input comes from.
    let file = fs::File::open(dir.path().join("b.hl7")).unwrap();
    let mut command = std::process::Command::new(binary());
    command.args(["sort", "-o", "b.hl7"]).current_dir(dir.path()).stdin(file);
    let out = command.output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(out.stderr).unwrap(),
        format!("pipehat: b.hl7: it is an input, too{how}")
    );
    assert_eq!(read("b.hl7"), input);
    // Devices take anything.
    let out = pipehat(&["parse", "/dev/null", "-o", "/dev/null"]).run();
    assert!(!out.stderr.contains("input"), "{out:?}");
}

/// Names that come up in the work are looked at when all is done.
#[test]
fn an_input_is_not_replaced_by_what_a_script_emits() {
    let dir = folder();
    put(&dir, "in/a.hl7", many(2));
    put(&dir, "list", "in/a.hl7\n");
    for operands in [&["in"][..], &["in/a.hl7", "-j1"], &["--files-from", "list"]] {
        let script = "when MSH-10 = M-1 { emit 'in/a.hl7' } drop";
        let out = pipehat(&[&["transform", script], operands].concat()).dir(dir.path()).run();
        assert_eq!(out.code, 2, "{out:?}");
        assert!(out.stderr.ends_with("in/a.hl7: it is an input, too\n"), "{out:?}");
        assert_eq!(fs::read_to_string(dir.path().join("in/a.hl7")).unwrap(), many(2));
        assert_eq!(fs::read_dir(dir.path().join("in")).unwrap().count(), 1);
    }
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let dir = folder();
    put(&dir, "in", many(1));
    for target in ["no such folder/out", "."] {
        let args = ["query", "MSH-10", "in", "-o", target];
        let out = pipehat(&args).dir(dir.path()).run();
        assert_eq!((out.code, out.text()), (2, ""), "{out:?}");
        assert!(out.stderr.starts_with("pipehat: "), "{out:?}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let out = pipehat(&["query", "MSH-10", "in", "--rejects", target]).dir(dir.path()).run();
        assert_eq!((out.code, out.text()), (2, ""), "{out:?}");
    }
}

#[test]
fn a_run_that_fails_leaves_no_output() {
    // The rejects cannot be written, which ends the run.
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let dir = folder();
    put(&dir, "old", "old");
    for name in ["new", "old"] {
        let args = ["parse", "-f", "hl7", "-o", name, "--rejects", "/dev/full"];
        let out = pipehat(&args).dir(dir.path()).stdin(format!("{}junk\n", many(1))).run();
        assert_eq!((out.code, out.text()), (2, ""));
        assert!(out.stderr.contains("No space left"), "{out:?}");
    }
    assert!(!dir.path().join("new").exists());
    assert_eq!(fs::read_to_string(dir.path().join("old")).unwrap(), "old");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn rejects_are_byte_for_byte_and_private() {
    let dir = folder();
    let bad = [
        &b"log line \xFF\x00\n"[..],
        b"MSH|^^\\&|x\rPID|1||\x80\xFE\r\n",
        b"\xC3\x28 junk\r\n",
        b"MSH\rPID|1\r\n",
    ];
    let good = adt("M-1", "Adams").into_bytes();
    let mut input = Vec::new();
    for piece in bad {
        input.extend_from_slice(piece);
        input.extend_from_slice(&good);
    }
    for threads in ["-j1", "-j2"] {
        let path = dir.path().join("bad").to_str().unwrap().to_owned();
        let args = ["query", "MSH-10", "--rejects", &path, threads];
        let out = pipehat(&args).stdin(&input).run();
        assert_eq!((out.code, out.text()), (2, "M-1\nM-1\nM-1\nM-1\n"));
        assert_eq!(out.stderr.lines().count(), 4, "{out:?}");
        let rejected = fs::read(&path).unwrap();
        assert_eq!(rejected.escape_ascii().to_string(), bad.concat().escape_ascii().to_string());
        assert_eq!(mode(&path), 0o600);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn rejects_of_objects_are_byte_for_byte() {
    let dir = folder();
    let path = dir.path().join("bad").to_str().unwrap().to_owned();
    let bad = ["{\"segments\":[{\"id\":\"PID\"}]}", "{\"no\": 1 }", "{\"segments\":3}"];
    let good = r#"{"segments":[{"id":"MSH","10":[{"1":"M-1"}]}]}"#;
    let input: String = bad.iter().map(|bad| format!("{bad}\n{good}\n")).collect();
    let out = pipehat(&["from-json", "--rejects", &path]).stdin(&input).run();
    assert_eq!(out.code, 2);
    assert_eq!(out.text(), "MSH|^~\\&||||||||M-1\r\n".repeat(3));
    assert_eq!(out.stderr.lines().count(), 3, "{out:?}");
    for (n, (line, bad)) in out.stderr.lines().zip(bad).enumerate() {
        let place = format!("message {} (byte {})", 2 * n + 1, input.find(bad).unwrap());
        assert!(line.starts_with(&format!("pipehat: stdin: {place}: ")), "{line}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap().lines().collect::<Vec<_>>(), bad);
}

#[test]
fn without_bad_messages_the_rejects_are_empty() {
    let dir = folder();
    let path = put(&dir, "bad", "of a run before");
    pipehat(&["parse", "--rejects", &path]).stdin(many(1)).bytes();
    assert_eq!(fs::read(&path).unwrap(), b"");
}
