//! What senders are told.

use super::{Listening, adt, block, msa, stream};
use crate::folders::{folder, put};

#[test]
fn a_message_is_answered_and_printed() {
    let listening = Listening::start(&["--once"]);
    let message = "MSH|^~\\&|KIT|LAB|TUT|HOSP|20260101120000||ORU^R01^ORU_R01|C 1\\T\\|T|2.5.1||||||8859/1\rPID|1\r";
    let answer = listening.answer_to(block(message));
    let fields: Vec<_> = answer.split(['|', '\r']).collect();
    assert_eq!(fields[..6], ["MSH", "^~\\&", "TUT", "HOSP", "KIT", "LAB"]);
    assert_eq!((fields[6].len(), &fields[6][14..]), (19, "+0000"));
    assert_eq!(fields[8], "ACK^R01^ACK");
    assert_eq!(fields[9].len(), 20);
    assert_eq!(fields[10..12], ["T", "2.5.1"]);
    assert_eq!(fields[12..18], ["", "", "", "", "", "8859/1"]);
    assert_eq!(fields[18..], ["MSA", "AA", "C 1\\T\\", ""]);
    let out = listening.end();
    assert_eq!((out.code, &out.stdout), (0, &stream(&[message.to_owned()])), "{out:?}");
}

#[test]
fn many_messages_are_answered_in_order() {
    let listening = Listening::start(&["--count", "500"]);
    let messages: Vec<_> = (0..500).map(|n| adt(&format!("M{n}"))).collect();
    let mut sender = listening.connect();
    sender.send(messages.iter().flat_map(block).collect::<Vec<_>>());
    let mut ids = std::collections::HashSet::new();
    for n in 0..500 {
        let answer = sender.answer();
        assert_eq!(msa(&answer), ("AA", &*format!("M{n}")));
        assert!(ids.insert(answer.split('|').nth(9).unwrap().to_owned()), "an id came twice");
    }
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (0, stream(&messages)));
}

#[test]
fn segments_may_end_otherwise_and_packets_anywhere() {
    let listening = Listening::start(&["--count", "3"]);
    let mut sender = listening.connect();
    for ending in ["\r", "\n", "\r\n"] {
        for byte in block(adt("M1").replace('\r', ending)) {
            sender.send([byte]);
        }
        assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    }
    assert_eq!(listening.end().stdout, stream(&[adt("M1"), adt("M1"), adt("M1")]));
}

#[test]
fn a_sender_that_leaves_out_marks_is_answered() {
    let listening = Listening::start(&["--count", "4"]);
    let mut sender = listening.connect();
    // Neither CR behind FS; the next has no VT; the last ends with the connection.
    sender.send(format!("\x0b{}\x1c", adt("M1")));
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    sender.send(format!("\x0b{}\x1c\x0b{}\x1c\r", adt("M2"), adt("M3")));
    assert_eq!(msa(&sender.answer()), ("AA", "M2"));
    assert_eq!(msa(&sender.answer()), ("AA", "M3"));
    sender.send(format!("{}\x1c", adt("M4")));
    sender.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(msa(&sender.answer()), ("AA", "M4"));
    assert_eq!(sender.block(), None);
    assert_eq!(listening.end().stdout, stream(&["M1", "M2", "M3", "M4"].map(adt)));
}

#[test]
fn what_is_no_message_is_rejected_and_kept() {
    let folder = folder();
    let rejects = put(&folder, "rejects", "there before\n");
    let listening = Listening::start(&["--rejects", &rejects, "--count", "6"]);
    let mut sender = listening.connect();
    let twice = format!("{}{}", adt("M1"), adt("M2"));
    let batch = format!("BHS|^~\\&|A\r{}BTS|1\r", adt("M3"));
    let nameless = adt("");
    let garbage = b"hello \xff\xfe\r";
    for (content, id) in [
        (&garbage[..], ""),
        (b"MSH||x\r", ""),
        (nameless.as_bytes(), ""),
        (twice.as_bytes(), "M1"),
        (batch.as_bytes(), "M3"),
    ] {
        sender.send(block(content));
        let answer = sender.answer();
        assert_eq!(msa(&answer), ("AR", id), "{answer}");
    }
    // None of it stops what is behind.
    sender.send(block(adt("M4")));
    assert_eq!(msa(&sender.answer()), ("AA", "M4"));
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (1, stream(&[adt("M4")])), "{}", out.stderr);
    let kept = std::fs::read(&rejects).unwrap();
    let expected = [
        b"there before\x1c\r".to_vec(),
        block(garbage),
        block("MSH||x\r"),
        block(&nameless),
        block(&twice),
        block(&batch),
    ];
    // Line feeds may stand between them.
    let kept: Vec<u8> = kept.into_iter().filter(|&b| b != b'\n').collect();
    assert_eq!(kept.escape_ascii().to_string(), expected.concat().escape_ascii().to_string());
    // Each is read for itself: the first is no message, and none takes it in.
    let ids = crate::program::pipehat(&["query", "-q", "MSH-10", &rejects]).run();
    assert_eq!(String::from_utf8(ids.stdout).unwrap(), "\nM1\nM2\nM3\n");
}

#[test]
fn the_error_tells_where() {
    let listening = Listening::start(&["--count", "2"]);
    // Version 2.4 before ERR-2 to ERR-4, and 2.5 with them.
    let old = listening.answer_to(block(adt("")));
    assert!(old.contains("\rMSA|AR||a control id is missing\r"), "{old}");
    assert!(old.ends_with("\rERR|MSH^1^10^101&Required field missing&HL70357\r"), "{old}");
    let new = listening.answer_to(block(adt("").replace("|2.4", "|2.5")));
    let err = "\rMSA|AR|\rERR||MSH^1^10|101^Required field missing^HL70357|E||||a control id is missing\r";
    assert!(new.ends_with(err), "{new}");
}

#[test]
fn the_enhanced_mode() {
    let listening = Listening::start(&["--where", "PID-3 != no"]);
    let mut sender = listening.connect();
    let mut said = |accept: &str, application: &str, id: &str| {
        let modes = format!("|2.5|||{accept}|{application}\r");
        sender.send(block(adt(id).replace("|2.4\r", &modes)));
        // What comes before the answer to the next is all.
        sender.send(block(adt("end")));
        let mut said = Vec::new();
        loop {
            let answer = sender.answer();
            match msa(&answer) {
                ("AA", "end") => return said.join(" "),
                (code, of) => {
                    assert_eq!(of, id);
                    said.push(code.to_owned());
                }
            }
        }
    };
    for (accept, application, taken, refused) in [
        ("AL", "NE", "CA", "CR"),
        ("AL", "", "CA", "CR"),
        ("NE", "AL", "AA", "AR"),
        ("AL", "AL", "CA AA", "CR"),
        ("NE", "NE", "", ""),
        ("SU", "ER", "CA", "AR"),
        ("ER", "SU", "AA", "CR"),
    ] {
        assert_eq!(said(accept, application, "yes"), taken, "{accept} {application}");
        assert_eq!(said(accept, application, "no"), refused, "{accept} {application}");
    }
}

#[test]
fn acknowledgments_are_taken_and_not_answered() {
    let listening = Listening::start(&["--count", "2"]);
    let mut sender = listening.connect();
    let ack = "MSH|^~\\&|A|B|C|D|20240101||ACK^A01|K1|P|2.4\rMSA|AA|X1\r".to_owned();
    sender.send(block(&ack));
    sender.send(block(adt("M1")));
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    assert_eq!(listening.end().stdout, stream(&[ack, adt("M1")]));
}

#[test]
fn a_condition_takes_some() {
    let listening = Listening::start(&["--where", "MSH-10 ~ /^M/", "--count", "2"]);
    assert_eq!(msa(&listening.answer_to(block(adt("X1")))), ("AR", "X1"));
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("AA", "M1"));
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (1, stream(&[adt("M1")])));
}

#[test]
fn messages_that_came_before() {
    let other = adt("M1").replace("Adams", "Baker");
    let from_elsewhere = adt("M1").replace("|A|B|", "|A|X|");
    for (what, second) in [("ack", ("AA", "M1")), ("reject", ("AR", "M1"))] {
        let listening = Listening::start(&["--duplicate", what, "--count", "4"]);
        let mut sender = listening.connect();
        let mut say = |message: &String| {
            sender.send(block(message));
            sender.answer()
        };
        assert_eq!(msa(&say(&adt("M1"))), ("AA", "M1"));
        assert_eq!(msa(&say(&adt("M1"))), second);
        // Neither of these came before.
        assert_eq!(msa(&say(&from_elsewhere)), ("AA", "M1"));
        assert_eq!(msa(&say(&other)), ("AA", "M1"));
        assert_eq!(
            listening.end().stdout,
            stream(&[adt("M1"), from_elsewhere.clone(), other.clone()])
        );
    }
    let listening = Listening::start(&["--count", "2"]);
    listening.answer_to(block(adt("M1")));
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("AA", "M1"));
    assert_eq!(listening.end().stdout, stream(&[adt("M1"), adt("M1")]));
}

#[test]
fn answers_for_tests_of_senders() {
    let listening = Listening::start(&["--once", "--ack-code", "ce", "--ack-delay", "20ms"]);
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("CE", "M1"));
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (0, stream(&[adt("M1")])));
}

#[test]
fn release_2_commits_first() {
    let listening = Listening::start(&["--release2", "--count", "2"]);
    let mut sender = listening.connect();
    for (message, code) in [(adt("M1"), "AA"), ("hello".to_owned(), "AR")] {
        sender.send(block(&message));
        assert_eq!(sender.answer(), "\u{6}");
        assert_eq!(msa(&sender.answer()).0, code);
        // The sender commits our answer, which asks for nothing more.
        sender.send(block("\u{6}"));
    }
    assert_eq!(sender.block(), None);
}

#[test]
fn release_2_tells_that_a_message_is_kept_nowhere() {
    let folder = folder();
    let gone = folder.path().join("files");
    let name = gone.to_str().unwrap();
    let command = "exit 3".to_owned();
    for args in [["--exec", &command], ["--forward", "127.0.0.1:1"], ["--files", name]] {
        let listening = Listening::start(&[&args[..], &["--release2", "--once"]].concat());
        let _ = std::fs::remove_dir(&gone);
        let mut sender = listening.connect();
        sender.send(block(adt("M1")));
        assert_eq!(sender.answer(), "\x15", "{args:?}");
        assert_eq!(sender.block(), None);
    }
}

#[test]
fn a_repetition_waits_for_the_first() {
    let folder = folder();
    let seen = folder.path().join("seen");
    let command = format!("echo x >> '{}'; sleep 0.5", seen.display());
    for args in [&["--exec", command.as_str()][..], &[]] {
        let args = [args, &["--duplicate", "ack", "--count", "4", "--stdout", "always"]].concat();
        let listening = Listening::start(&args);
        let mut sender = listening.connect();
        let mut other = listening.connect();
        sender.send([block(adt("M1")), block(adt("M1")), block(adt("M1"))].concat());
        other.send(block(adt("M1")));
        for _ in 0..3 {
            assert_eq!(msa(&sender.answer()), ("AA", "M1"));
        }
        assert_eq!(msa(&other.answer()), ("AA", "M1"));
        assert_eq!(listening.end().stdout, stream(&[adt("M1")]));
    }
    assert_eq!(std::fs::read_to_string(seen).unwrap(), "x\n");
}
