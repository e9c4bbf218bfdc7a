//! What is told of messages, and what is not.

use super::{Listening, adt, block, msa, wait_until};
use std::io::{Read, Write};
use std::net::TcpStream;

/// A message of which each value is a secret.
fn secret() -> String {
    "MSH|^~\\&|SECRET1|SECRET2|SECRET3|SECRET4|20240101||SECRET5^SECRET6|SECRET7|P|2.4\rPID|1||SECRET8\r"
        .to_owned()
}

#[test]
fn nothing_that_a_message_says_is_told() {
    let folder = crate::folders::folder();
    let rejects = folder.path().join("rejects");
    for log in [&[][..], &["--log", "text"], &["--log", "json"], &["--stats", "1"]] {
        let args = [log, &["--rejects", rejects.to_str().unwrap(), "--where", "PID-3 != SECRET8"]]
            .concat();
        let mut listening = Listening::start(&args);
        let mut sender = listening.connect();
        for content in [secret(), secret() + &secret(), "SECRET".to_owned(), adt("SECRET9")] {
            sender.send(block(content));
            let answer = sender.answer();
            assert!(!answer.split_once("\rERR").is_some_and(|(_, err)| err.contains("SECRET")));
        }
        sender.send(b"SECRET ");
        sender.send(&block(secret())[..60]);
        drop(sender);
        listening.wait_for("without an end");
        let out = listening.stop();
        assert!(!out.stderr.contains("SECRET"), "{}", out.stderr);
        assert!(!out.stderr.is_empty());
    }
    assert_eq!(crate::folders::mode(rejects.to_str().unwrap()), 0o600);
}

#[test]
fn events_are_told() {
    let mut listening = Listening::start(&["--log", "json"]);
    listening.answer_to(block(adt("M1")));
    let line = listening.wait_for("\"message\"");
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&event["event"], &event["type"]), (&"message".into(), &"ADT^A08".into()));
    assert_eq!((&event["code"], &event["bytes"]), (&"AA".into(), &adt("M1").len().into()));
    assert_eq!((&event["connection"], event["ms"].is_number()), (&1.into(), true));
    assert!(event["peer"].as_str().unwrap().starts_with("127.0.0.1:"));
    let time = event["time"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    let line = listening.wait_for("\"closed\"");
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&event["messages"], &event["reason"]), (&1.into(), &"closed by the peer".into()));
    let mut listening = Listening::start(&["--log", "text"]);
    listening.answer_to(block("x"));
    let line = listening.wait_for(" message ");
    assert!(line.contains(" type=other code=AR bytes=1 ") && line.contains("\"no HL7\""), "{line}");
}

#[test]
fn prometheus_gets_figures() {
    let mut command = std::process::Command::new(crate::program::binary());
    command.args(["listen", "0", "--metrics", "0"]).stdout(std::process::Stdio::null());
    let mut listening = Listening::of(&mut command);
    let line = listening.wait_for("for metrics");
    let address = line.split_whitespace().find(|word| word.starts_with("127.")).unwrap().to_owned();
    // On a busy machine a request may take so long that it is sent away as one that dawdles: it asks again.
    let whole = |request: &str| {
        loop {
            let mut stream = TcpStream::connect(&address).unwrap();
            let mut text = String::new();
            let request = format!("{request} HTTP/1.1\r\nHost: x\r\n\r\n");
            let sent = stream.write_all(request.as_bytes());
            if sent.and_then(|()| stream.read_to_string(&mut text)).is_ok_and(|count| count > 0) {
                return text;
            }
        }
    };
    let ask = |path: &str| whole(&format!("GET {path}"));
    let mut sender = listening.connect();
    for content in [adt("M1"), adt("M2"), "x".to_owned()] {
        sender.send(block(content));
        sender.answer();
    }
    // The last is counted a moment after it is answered.
    let text = loop {
        let text = ask("/metrics");
        if text.contains("pipehat_ack_seconds_count 3\n") {
            break text;
        }
    };
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    for line in [
        "pipehat_messages_total{type=\"ADT^A08\",code=\"AA\"} 2",
        "pipehat_messages_total{type=\"other\",code=\"AR\"} 1",
        "pipehat_errors_total{reason=\"no HL7\"} 1",
        "pipehat_connections 1",
        "pipehat_connections_total 1",
        "pipehat_ack_seconds_bucket{le=\"+Inf\"} 3",
        "# TYPE pipehat_message_lag_seconds histogram",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    let bytes = adt("M1").len() * 2 + 1;
    assert!(text.contains(&format!("pipehat_bytes_total {bytes}\n")), "{text}");
    // MSH-7 of those messages has no time of the day; one with it is long ago.
    sender.send(block(adt("M3").replace("|20240101|", "|20240101000000+0000|")));
    sender.answer();
    while !ask("/metrics").contains("pipehat_message_lag_seconds_count 1\n") {}
    assert!(ask("/metrics").contains("pipehat_message_lag_seconds_bucket{le=\"86400\"} 0\n"));
    assert!(ask("/elsewhere").starts_with("HTTP/1.1 404 "));
    assert!(ask("/metrics?x=1").starts_with("HTTP/1.1 200 "));
    // One that dawdles holds up the others for two seconds in all.
    let mut slow = TcpStream::connect(&address).unwrap();
    let dawdler = std::thread::spawn(move || {
        let mut sent = 0;
        while sent < 150 && slow.write_all(b"x").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(100));
            sent += 1;
        }
        sent
    });
    let head = whole("HEAD /metrics");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(whole("POST /metrics").starts_with("HTTP/1.1 405 "));
    assert!(dawdler.join().unwrap() < 150);
}

#[test]
fn a_log_in_json_is_nothing_else() {
    let folder = crate::folders::folder();
    crate::folders::put(&folder, "in/20260131T235959.123Z.hl7", adt("M1"));
    let archive = folder.path().join("in").to_str().unwrap().to_owned();
    let runs = folder.path().join("runs");
    let command = format!("cat; cat >&2; touch '{}'; sleep 60", runs.display());
    let args = ["--archive", &archive, "--exec", &command, "--log", "json", "--grace", "100ms"];
    let listening = Listening::start(&args);
    let mut sender = listening.connect();
    sender.send(block(adt("M2")));
    wait_until(|| runs.exists());
    let out = listening.stop();
    assert_eq!(out.code, 2);
    for line in out.stderr.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(event["event"].is_string(), "{line}");
    }
    assert!(out.stderr.contains("were a message that was not complete"), "{}", out.stderr);
    assert!(out.stderr.contains("within the time of --grace"), "{}", out.stderr);
}

#[test]
fn a_quiet_listener_still_tells_its_port() {
    let listening = Listening::start(&["-q", "--once"]);
    listening.answer_to(block(adt("M1")));
    assert_eq!(listening.end().stderr.lines().count(), 1);
}

#[test]
fn figures_are_told_as_often_as_was_asked_for() {
    let stats = ["--stats", "50ms"];
    for log in [&[][..], &["--log", "json"], &["--log", "text"]] {
        let mut listening = Listening::start(&[&stats[..], log].concat());
        let mut sender = listening.connect();
        for content in [adt("M1"), adt("M2"), "x".to_owned()] {
            sender.send(block(content));
            sender.answer();
        }
        let told = match log {
            [_, "json"] => "\"event\":\"stats\",\"messages\":3,\"refused\":1,",
            [_, _] => " stats messages=3 refused=1 ",
            _ => "pipehat: 3 messages, 1 refused, ",
        };
        let line = listening.wait_for(told);
        let bytes = adt("M1").len() * 2 + 1;
        match log {
            [_, "json"] => {
                let event: serde_json::Value = serde_json::from_str(&line).unwrap();
                assert_eq!((&event["bytes"], &event["connections"]), (&bytes.into(), &1.into()));
                assert!(event["per_second"].is_u64() && event["time"].is_string(), "{line}");
            }
            [_, _] => {
                assert!(line.contains(&format!(" bytes={bytes} per_second=")), "{line}");
                assert!(line.ends_with(" connections=1\n"), "{line}");
            }
            _ => assert!(line.ends_with(" a second, 1 connections\n"), "{line}"),
        }
        // Again, while nothing comes.
        let line = listening.wait_for(told);
        let idle = ["\"per_second\":0,", " per_second=0 ", ", 0 a second, "];
        let is_idle = |line: &str| idle.iter().any(|text| line.contains(text));
        assert!(is_idle(&line) || is_idle(&listening.wait_for(told)), "{line}");
    }
}

#[test]
fn a_line_that_is_no_segment_is_told() {
    let torn =
        |end: &str| adt("M1").replace('\r', end) + &format!("OBX|1|TX|a||no{end}SECRET1{end}");
    let told = "line 4 is not a segment; a line end inside a field?";
    for log in [&[][..], &["--log", "text"], &["--log", "json"]] {
        let mut listening = Listening::start(&[log, &["--stdout", "never"]].concat());
        for end in ["\n", "\r"] {
            assert_eq!(msa(&listening.answer_to(block(torn(end)))), ("AA", "M1"));
            listening.wait_for(told);
        }
        listening.answer_to(block(adt("M2")));
        let out = listening.stop();
        assert_eq!(out.stderr.matches(told).count(), 2, "{}", out.stderr);
        assert!(!out.stderr.contains("SECRET"), "{}", out.stderr);
    }
}
