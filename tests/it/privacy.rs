//! What is said on stderr never holds what a message says.

use crate::folders::{folder, put, secret};
use crate::inputs::{adt, gzip};
use crate::program::pipehat;
use crate::receiver::{Do, receiver};

/// Stands wherever a patient's data could.
const CANARY: &str = "Canary";

/// Inputs that lead to reports, each with the canary everywhere.
fn inputs() -> Vec<Vec<u8>> {
    let header = "MSH|^~\\&|Canary|Canary|||20240101||ADT^A08|Canary|P|2.4";
    let long = "Canary".repeat(500);
    [
        "Canary log line\r\n".to_owned(),
        format!("{}Canary\n{}", adt("Canary", "Canary"), adt("Canary", "Canary")),
        "MSH|^^\\&|Canary\rPID|1||Canary||Canary\r\n".to_owned(),
        "MSHCanary\rPID|Canary\r\n".to_owned(),
        "MSH|Canary|Canary\rPID|Canary\r\n".to_owned(),
        "MSH\rPID|Canary\r\n".to_owned(),
        "MSH^Canary^Canary\r\n".to_owned(),
        format!("{header}\nPID|1||Canary\nCanary in a note\nCanary|x\n"),
        format!("{header}\rPID|1||{long}\r\n"),
        format!("{header}||||||Canary\rPID|1||\u{e9}Canary\r\n"),
        format!("{header}\rPID|1||Canary\\Canary\\ \\XCanary\\ \\X4\\\rcanary Canary\rCanary|\r\n"),
        format!("{header}\rNTE|1||Canary\nCanary\x0b\x1cCanary\r\n"),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([[header.as_bytes(), b"\rPID|1||Canary\xFF\xC3(\x80\r\n"].concat()])
    .collect()
}

/// Every command that reads messages, in ways that lead to reports. `DIR` is a folder to write to.
const READERS: &[&[&str]] = &[
    &["query", "PID-3", "PID-7"],
    &["query", "--where", "PID-7 > 2000 and age(PID-7) < 3 or PID-3 ~ /^C/"],
    &["query", "--each", "PID", "-f", "ndjson", "PID-3"],
    &["parse"],
    &["parse", "-f", "tree"],
    &["parse", "-f", "hl7"],
    &["parse", "-f", "hl7", "--mllp"],
    &["parse", "-f", "hl7", "--eol", "lf"],
    &["parse", "--charset", "ISO-2022-JP"],
    &["stats", "--where", "PID-3 ~ /^C/", "--problems"],
    &["transform", "-e", "set PID-7 = PID-3 + 1; set PID-8 = upper(PID)"],
    &[
        "transform",
        "-e",
        "map MSH-3 with \"DIR/map.csv\" default reject",
        "--report",
        "DIR/codes.csv",
    ],
    &["transform", "-e", "when PID-3 ~ /C/ { reject \"no\" }"],
    &["validate", "--pass", "--strict", "--deny-z"],
    &["to-fhir"],
    &["to-fhir", "--unmapped", "extension", "--report", "DIR/fhir.ndjson"],
    &["to-fhir", "--resources", "--out-dir", "DIR/fhir"],
    &["deidentify"],
    &["deidentify", "--profile", "pseudonymise", "--fail-on-residual"],
    &["deidentify", "--profile", "test-data", "--text", "strict", "--report", "DIR/report.json"],
    &["deidentify", "--text", "keep", "--dry-run"],
    &["sort", "--by", "PID-3:number", "--by", "PID-7:time"],
    &["dedup", "--by", "PID-3", "--duplicates", "DIR/duplicates.hl7"],
    &["dedup", "--whole", "--keep", "last"],
    &["attach", "extract", "--dir", "DIR/documents", "--path", "PID-3", "--min-size", "1"],
    &["attach", "restore", "--dir", "DIR/documents"],
];

#[test]
fn reports_about_messages_hold_none_of_them() {
    let dir = folder();
    put(&dir, "map.csv", "from,to\na,b\n");
    let key = secret(&dir, "key", &"00112233445566778899aabbccddeeff".repeat(2));
    let rejects = dir.path().join("rejects.hl7");
    for args in READERS {
        let mut args: Vec<String> =
            args.iter().map(|arg| arg.replace("DIR", dir.path().to_str().unwrap())).collect();
        args.extend(["--verbose", "--max-message", "1K", "--rejects"].map(String::from));
        args.push(rejects.to_str().unwrap().to_owned());
        let mut reported = 0;
        for input in inputs() {
            let out = pipehat(&args).env("PIPEHAT_KEY_FILE", &key).stdin(&input).run();
            assert!(out.code >= 0, "{args:?}: {out:?}");
            assert!(!out.stderr.contains(CANARY), "{args:?}: {}", out.stderr);
            // Wrong usage would report, too, but of the command line alone.
            assert!(!out.stderr.contains("--help"), "{args:?}: {}", out.stderr);
            reported += out.stderr.lines().count();
        }
        assert!(reported > 5, "{args:?}: the inputs lead to reports: {reported}");
    }
}

#[test]
fn reports_about_two_files_hold_none_of_them() {
    let dir = folder();
    let other = put(&dir, "other.hl7", adt("Canary", "Canary"));
    let mut reported = 0;
    for (n, input) in inputs().iter().enumerate() {
        let one = put(&dir, &format!("{n}.hl7"), input);
        for by in ["MSH-10", "order", "PID-3"] {
            let args = ["diff", &one, &other, "--by", by, "--verbose", "--max-message", "1K"];
            let out = pipehat(&args).run();
            assert!(out.code >= 0 && !out.stderr.contains(CANARY), "{args:?}: {}", out.stderr);
            reported += out.stderr.lines().count();
        }
    }
    assert!(reported > 10, "the inputs lead to reports: {reported}");
}

/// What ends in the midst of something: archives that were cut, a disk that is full.
#[test]
fn reports_about_broken_files_hold_none_of_them() {
    let dir = folder();
    let message = adt("Canary", "Canary");
    let packed = gzip(message.repeat(500).as_bytes());
    put(&dir, "cut.hl7.gz", &packed[..packed.len() / 2]);
    let mut bent = packed.clone();
    bent[packed.len() / 2] ^= 0xff;
    put(&dir, "bent.hl7.gz", bent);
    put(&dir, "whole.hl7", message);
    let dir = dir.path();
    for args in [&["parse", "-f", "hl7"][..], &["to-fhir"], &["deidentify"], &["sort"], &["dedup"]]
    {
        for file in ["cut.hl7.gz", "bent.hl7.gz"] {
            let out = pipehat(&[args, &[file]].concat()).dir(dir).run();
            assert_eq!(out.code, 2, "{args:?} {file}: {out:?}");
            assert!(!out.stderr.is_empty() && !out.stderr.contains(CANARY), "{}", out.stderr);
        }
        let out = pipehat(&[args, &["whole.hl7", "-o", "/dev/full"]].concat()).dir(dir).run();
        assert_eq!(out.code, 2, "{args:?}: {out:?}");
        assert!(!out.stderr.is_empty() && !out.stderr.contains(CANARY), "{}", out.stderr);
    }
}

#[test]
fn reports_about_what_was_sent_hold_none_of_it() {
    let refuses = receiver(|_, id| {
        let err = "ERR||Canary|Canary^Canary|E||||Canary";
        let ack = format!(
            "MSH|^~\\&|Canary|C|C|C|20240101||ACK|Canary|P|2.5\rMSA|AE|{id}|Canary\r{err}\r"
        );
        vec![Do::Send(format!("\x0b{ack}\x1c\r").into_bytes())]
    });
    let closes = receiver(|_, _| vec![Do::Send(b"Canary \x0bCanary".to_vec()), Do::Close]);
    for address in [&refuses.address, &closes.address] {
        for input in inputs() {
            let args = ["send", address, "--verbose", "--retries", "1", "--retry-delay", "1ms"];
            let out = pipehat(&args).stdin(&input).run();
            assert!(out.code > 0 && !out.stderr.contains(CANARY), "{}", out.stderr);
        }
    }
}

#[test]
fn reports_about_objects_hold_none_of_them() {
    let msh = r#"{"id":"MSH","18":[{"1":"8859/1"}]}"#;
    for input in [
        "Canary\n".to_owned(),
        "[\"Canary\"]\n".to_owned(),
        "{\"Canary\":\"Canary\"}\n".to_owned(),
        "{\"segments\":\"Canary\"}\n".to_owned(),
        "{\"segments\":[{\"id\":\"Canary\"}]}\n".to_owned(),
        format!("{{\"segments\":[{msh},{{\"id\":\"PID\",\"Canary\":1}}]}}\n"),
        format!("{{\"segments\":[{msh},{{\"id\":\"PID\",\"3\":{{\"Canary\":1}}}}]}}\n"),
        format!("{{\"segments\":[{msh},{{\"id\":\"PID\",\"3\":[{{\"Canary\":\"Canary\"}}]}}]}}\n"),
        format!(
            "{{\"segments\":[{msh},{{\"id\":\"PID\",\"3\":[{{\"1\":\"Canary\u{5c71}\"}}]}}]}}\n"
        ),
        format!(
            "{{\"segments\":[{msh},{{\"id\":\"PID\",\"3\":[{{\"1\":{{\"bytes\":\"Canary\"}}}}]}}]}}\n"
        ),
        format!(
            "{{\"raw\":true,\"segments\":[{msh},{{\"id\":\"PID\",\"3\":[{{\"1\":\"Canary|\"}}]}}]}}\n"
        ),
        "{\"delimiters\":\"Canary\",\"segments\":[{\"id\":\"MSH\"}]}\n".to_owned(),
        format!("{{\"segments\":[{msh}] Canary}}\n"),
        format!("{{\"segments\":[{msh}],\"Canary\\q\":1}}\n"),
        "{\"Canary\":\n".to_owned(),
    ] {
        let out = pipehat(&["from-json", "--verbose"]).stdin(&input).run();
        assert_eq!((out.code, out.text()), (2, ""), "{input}");
        let mut lines = out.stderr.lines();
        let place = |line: &str| {
            line.starts_with("pipehat: stdin: message 1 (byte 0): ")
                || line.starts_with("pipehat: stdin: byte ")
        };
        assert!(lines.next().is_some_and(place), "{input}{}", out.stderr);
        assert!(!out.stderr.contains(CANARY), "{input}{}", out.stderr);
    }
}
