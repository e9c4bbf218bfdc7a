//! Streams that stay open: a message is handed on as soon as it is known to be complete.

use crate::folders::{folder, put};
use crate::inputs::adt;
use crate::program::{binary, spawn};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long to wait for what should be there at once.
const SOON: Duration = Duration::from_secs(60);

/// The lines that a child prints, as they come.
fn lines(child: &mut Child) -> Receiver<String> {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let mut line = Vec::new();
        while stdout.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            if sender.send(String::from_utf8(std::mem::take(&mut line)).unwrap()).is_err() {
                break;
            }
        }
    });
    lines
}

#[track_caller]
fn ended(mut child: Child) {
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_row_comes_when_its_message_is_complete() {
    let complete = [
        adt("M-1", "Adams"),
        // A blank line behind a message of lines.
        adt("M-1", "Adams").replace("\r\n", "\n\n").replace('\r', "\n"),
        adt("M-1", "Adams").replace("\r\n", "\r\n\r\n"),
        format!("\x0b{}\x1c\r", adt("M-1", "Adams").trim_end_matches('\n')),
        // The next header ends the message before.
        adt("M-1", "Adams").replace('\n', "") + "MSH|^~",
        adt("M-1", "Adams").replace("\r\n", "\n").replace('\r', "\n") + "MSH|^~",
    ];
    for args in [
        &["query", "PID-3"][..],
        &["query", "PID-3", "-j2"],
        &["parse", "-f", "json", "-j2"],
        &["parse", "-f", "hl7"],
    ] {
        for message in &complete {
            let mut child = spawn(args);
            let shown = lines(&mut child);
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(message.as_bytes()).unwrap();
            let line = shown.recv_timeout(SOON);
            assert!(line.as_ref().is_ok_and(|l| l.contains("M-1")), "{args:?}: {message:?}");
            drop(stdin);
            while shown.recv_timeout(SOON).is_ok() {}
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            child.wait().unwrap();
        }
    }
}

#[test]
fn rows_come_one_by_one() {
    for args in [&["query", "PID-3"][..], &["parse", "-f", "json", "-j3"]] {
        let mut child = spawn(args);
        let shown = lines(&mut child);
        let mut stdin = child.stdin.take().unwrap();
        for n in 0..20 {
            stdin.write_all(adt(&format!("M-{n}"), "Adams").as_bytes()).unwrap();
            let line = shown.recv_timeout(SOON).unwrap();
            assert!(line.contains(&format!("M-{n}")), "{line}");
        }
        drop(stdin);
        ended(child);
    }
}

#[test]
fn an_object_comes_when_it_is_closed() {
    let mut child = spawn(&["from-json", "-j2"]);
    let shown = lines(&mut child);
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..3 {
        stdin.write_all(b"{\"segments\":[{\"id\":\"MSH\",\"3\":\"A\"}]}\n").unwrap();
        assert_eq!(shown.recv_timeout(SOON).unwrap(), "MSH|^~\\&|A\r\n");
    }
    drop(stdin);
    ended(child);
}

#[test]
fn filters_in_a_row_pass_on_at_once() {
    let mut first = spawn(&["query", "--where", "PID-5.1 = Adams", "--messages"]);
    let between = first.stdout.take().unwrap();
    let mut second = Command::new(binary())
        .args(["query", "MSH-10"])
        .stdin(between)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let shown = lines(&mut second);
    let mut stdin = first.stdin.take().unwrap();
    stdin.write_all((adt("M-0", "Baker") + &adt("M-1", "Adams")).as_bytes()).unwrap();
    assert_eq!(shown.recv_timeout(SOON).unwrap(), "M-1\n");
    drop(stdin);
    ended(first);
    ended(second);
}

#[test]
fn max_ends_a_run_whose_input_stays_open() {
    let mut child = spawn(&["query", "-m", "1", "MSH-10"]);
    let shown = lines(&mut child);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(adt("M-1", "Adams").as_bytes()).unwrap();
    assert_eq!(shown.recv_timeout(SOON).unwrap(), "M-1\n");
    ended(child);
}

#[test]
fn a_file_that_grows_is_followed() {
    let dir = folder();
    let path = put(&dir, "feed.hl7", adt("M-1", "Adams"));
    let mut child = spawn(&["query", "--follow", "@n", "MSH-10", &path]);
    let shown = lines(&mut child);
    assert_eq!(shown.recv_timeout(SOON).unwrap(), "1\tM-1\n");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    let second = adt("M-2", "Baker");
    let (half, rest) = second.split_at(30);
    file.write_all(half.as_bytes()).unwrap();
    assert!(shown.recv_timeout(Duration::from_millis(500)).is_err(), "half a message is none");
    file.write_all(rest.as_bytes()).unwrap();
    assert_eq!(shown.recv_timeout(SOON).unwrap(), "2\tM-2\n");
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_signal_removes_the_unfinished_output() {
    let dir = folder();
    let out = dir.path().join("out");
    let mut child = spawn(&["query", "MSH-10", "-o", out.to_str().unwrap()]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(adt("M-1", "Adams").as_bytes()).unwrap();
    let entries = || fs::read_dir(dir.path()).unwrap().count();
    let started = std::time::Instant::now();
    while entries() == 0 && started.elapsed() < SOON {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(entries(), 1, "written beside its place");
    assert!(!out.exists(), "not before it is whole");
    // The thread that waits for signals starts before the output does.
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2), "130 to a shell");
    assert_eq!(entries(), 0);
}

#[test]
fn rejects_of_a_stream_are_there_at_once() {
    let dir = folder();
    let rejects = dir.path().join("bad.hl7");
    let mut child = spawn(&["query", "MSH-10", "--rejects", rejects.to_str().unwrap()]);
    let shown = lines(&mut child);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"MSH||broken\rPID|1\r\n").unwrap();
    stdin.write_all(adt("M-1", "Adams").as_bytes()).unwrap();
    assert_eq!(shown.recv_timeout(SOON).unwrap(), "M-1\n");
    let read = || fs::read(&rejects).unwrap_or_default();
    let started = std::time::Instant::now();
    while read().is_empty() && started.elapsed() < SOON {
        std::thread::sleep(Duration::from_millis(5));
    }
    // Nothing can take it away any more.
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(read(), b"MSH||broken\rPID|1\r\n");
}

#[test]
fn a_signal_keeps_the_rejects() {
    let dir = folder();
    // More than a pipe holds that nobody reads, so that the run waits in the middle.
    let many: String = (0..40_000).map(|n| adt(&format!("M-{n}"), "Adams")).collect();
    let input = put(&dir, "in.hl7", ["MSH||broken\rPID|1\r\n", &many].concat());
    let rejects = dir.path().join("bad.hl7");
    let mut child =
        spawn(&["parse", "-j1", "-f", "hl7", &input, "--rejects", rejects.to_str().unwrap()]);
    let written = || {
        let entries = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap());
        let mut temporary =
            entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b".pipehat-"));
        temporary.any(|entry| entry.metadata().is_ok_and(|found| found.len() > 0))
    };
    let started = std::time::Instant::now();
    while !written() && started.elapsed() < SOON {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(written() && !rejects.exists());
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    child.wait().unwrap();
    assert_eq!(fs::read(&rejects).unwrap(), b"MSH||broken\rPID|1\r\n");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn a_closed_output_is_told_where_files_were_to_be_written() {
    for threads in ["-j1", "-j2"] {
        let dir = folder();
        let many: String = (0..40_000).map(|n| adt(&format!("M-{n}"), "Adams")).collect();
        let input = put(&dir, "in.hl7", ["MSH||broken\rPID|1\r\n", &many].concat());
        let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let script = format!("emit {:?}", path("all.hl7"));
        let mut child =
            spawn(&["transform", threads, &script, &input, "--rejects", &path("bad.hl7")]);
        drop(child.stdout.take());
        let status = child.wait().unwrap();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(status.code(), Some(2), "{threads}: {told}");
        assert!(told.contains("writing the output"), "{threads}: {told}");
        assert_eq!(fs::read(path("bad.hl7")).unwrap(), b"MSH||broken\rPID|1\r\n", "{threads}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "{threads}: no emitted file");
    }
}
