//! What is said on stderr never holds what a message says.

use crate::receiver::{Do, receiver};
use crate::util::*;

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

#[test]
fn reports_about_messages_hold_none_of_them() {
    let mut reported = 0;
    for args in [
        &["query", "PID-3", "PID-7"][..],
        &["query", "--where", "PID-7 > 2000 and age(PID-7) < 3 or PID-3 ~ /^C/"],
        &["query", "--each", "PID", "-f", "ndjson", "PID-3"],
        &["parse"],
        &["parse", "-f", "tree"],
        &["parse", "-f", "hl7"],
        &["parse", "-f", "hl7", "--mllp"],
        &["parse", "-f", "hl7", "--eol", "lf"],
        &["parse", "--charset", "ISO-2022-JP"],
        &["stats", "--where", "PID-3 ~ /^C/", "--problems"],
    ] {
        let args = [args, &["--verbose", "--max-message", "1K"]].concat();
        for input in inputs() {
            let out = pipehat(&args).stdin(&input).run();
            assert!(out.code >= 0, "{args:?}: {out:?}");
            assert!(!out.stderr.contains(CANARY), "{args:?}: {}", out.stderr);
            reported += out.stderr.lines().count();
        }
    }
    assert!(reported > 60, "the inputs lead to reports: {reported}");
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
