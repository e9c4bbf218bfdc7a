//! What hostile and broken senders meet.

use super::{LONG, Listening, Sender, adt, block, msa, stream, wait_until};
use std::io::Write;

#[test]
fn a_message_that_is_too_long_is_rejected() {
    let mut listening = Listening::start(&["--max-message", "2K"]);
    let mut sender = listening.connect();
    let longest = adt("M1") + &"x".repeat(2047 - adt("M1").len()) + "\r";
    sender.send(block(&longest));
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    sender.send(block(longest.replace("|M1|", "|M12|")));
    assert_eq!(msa(&sender.answer()), ("AR", "M12"));
    assert_eq!(sender.block(), None);
    listening.wait_for("too long");
    assert_eq!(listening.stop().stdout, stream(&[longest]));
}

#[test]
fn junk_between_blocks_is_skipped_and_kept() {
    let folder = crate::folders::folder();
    let rejects = folder.path().join("rejects");
    let listening = Listening::start(&[
        "--rejects",
        rejects.to_str().unwrap(),
        "--count",
        "2",
        "--log",
        "text",
    ]);
    let mut sender = listening.connect();
    sender.send([b"\r\n  ", &block(adt("M1"))[..], b" keep alive\r\n", &block(adt("M2"))].concat());
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    assert_eq!(msa(&sender.answer()), ("AA", "M2"));
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (0, stream(&["M1", "M2"].map(adt))));
    assert_eq!(std::fs::read(rejects).unwrap(), b"keep alive\r\n");
}

#[test]
fn who_speaks_no_mllp_is_sent_away() {
    let listening = Listening::start(&[]);
    let mut sender = listening.connect();
    let _ = sender.stream.write_all(&vec![b'x'; 100 << 10]);
    assert_eq!(sender.block(), None);
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("AA", "M1"));
}

#[test]
fn a_message_without_an_end_is_not_answered() {
    let folder = crate::folders::folder();
    let rejects = folder.path().join("rejects");
    let mut listening = Listening::start(&["--rejects", rejects.to_str().unwrap(), "--count", "1"]);
    let mut sender = listening.connect();
    sender.send(format!("\x0b{}", adt("M1")));
    sender.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(sender.block(), None);
    listening.wait_for("a message without an end");
    // A new one begins in it.
    let answer = listening.answer_to([b"\x0bMSH|^~\\&|torn", &block(adt("M2"))[..]].concat());
    assert_eq!(msa(&answer), ("AA", "M2"));
    assert_eq!(listening.end().stdout, stream(&[adt("M2")]));
    let kept = std::fs::read_to_string(rejects).unwrap().replace('\n', "");
    assert_eq!(kept.into_bytes(), [block(adt("M1")), block("MSH|^~\\&|torn")].concat());
}

#[test]
fn slow_and_idle_senders_are_sent_away() {
    let mut listening =
        Listening::start(&["--message-timeout", "1s", "--idle-timeout", "2s", "--log", "text"]);
    let mut slow = listening.connect();
    slow.send(b"\x0bMSH|");
    assert_eq!(slow.block(), None);
    listening.wait_for("a message took too long");
    let mut idle = listening.connect();
    assert_eq!(idle.block(), None);
    listening.wait_for("reason=idle");
    // A drop now and then does not help.
    let mut slow = listening.connect();
    for byte in block(adt("M1")) {
        std::thread::sleep(std::time::Duration::from_millis(20));
        if slow.stream.write_all(&[byte]).is_err() {
            break;
        }
    }
    assert_eq!(slow.block(), None);
    assert_eq!(msa(&listening.answer_to(block(adt("M2")))), ("AA", "M2"));
}

#[test]
fn a_sender_that_reads_no_answers_holds_up_nobody() {
    let folder = crate::folders::folder();
    let name = folder.path().join("in");
    let listening = Listening::start(&[
        "--archive",
        name.to_str().unwrap(),
        "--stdout",
        "never",
        "--sync",
        "none",
    ]);
    let mut deaf = listening.connect();
    deaf.stream.set_nonblocking(true).unwrap();
    let blocks: Vec<u8> = (0..1000).flat_map(|n| block(adt(&format!("D{n}")))).collect();
    // Until it takes no more: it waits for the answers to be read.
    let mut sent = 0_usize;
    let mut refusals = 0;
    while refusals < 20 && sent < 200 << 20 {
        match deaf.stream.write(&blocks[sent % blocks.len()..]) {
            Ok(count) => (sent, refusals) = (sent + count, 0),
            Err(_) => {
                refusals += 1;
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
    assert!(sent < 200 << 20, "it takes whatever comes");
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("AA", "M1"));
    // And goes on when they are.
    deaf.stream.set_nonblocking(false).unwrap();
    let whole = sent / block(adt("D000")).len() / 2;
    for n in 0..whole.min(2000) {
        assert_eq!(msa(&deaf.answer()), ("AA", &*format!("D{}", n % 1000)));
    }
}

#[test]
fn connections_are_limited() {
    let mut listening = Listening::start(&["--max-connections", "2", "--log", "text"]);
    let mut first = listening.connect();
    // With the message that is answered it has read the beginning of the next one; that it is in the
    // middle of a message is noted a few steps later.
    first.send([&block(adt("M1"))[..], &block(adt("M3"))[..20]].concat());
    first.answer();
    let mut second = listening.connect();
    second.send([&block(adt("M2"))[..], &block(adt("M4"))[..20]].concat());
    second.answer();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut third = listening.connect();
    assert_eq!(third.block(), None);
    listening.wait_for("too many connections");
    second.send(&block(adt("M4"))[20..]);
    assert_eq!(msa(&second.answer()), ("AA", "M4"));
    // Who forgets a connection can still connect, as soon as that is known to be idle.
    let mut fifth = None;
    wait_until(|| {
        let mut sender = listening.connect();
        fifth = sender.stream.write_all(&block(adt("M5"))).ok().and_then(|()| sender.block());
        fifth.is_some()
    });
    assert_eq!(fifth.as_deref().map(msa), Some(("AA", "M5")));
    assert_eq!(second.block(), None);
    listening.wait_for("reason=\"idle, and made room for another\"");
    first.send(&block(adt("M3"))[20..]);
    assert_eq!(msa(&first.answer()), ("AA", "M3"));
}

#[test]
fn a_message_that_is_decided_about_is_not_idle() {
    let folder = crate::folders::folder();
    let path = |name: &str| folder.path().join(name);
    let command = format!(
        "touch '{}'; while [ ! -e '{}' ]; do sleep 0.05; done",
        path("runs").display(),
        path("done").display()
    );
    let listening = Listening::start(&["--max-connections", "1", "--exec", &command]);
    let mut first = listening.connect();
    first.send(block(adt("M1")));
    wait_until(|| path("runs").exists());
    assert_eq!(listening.connect().block(), None);
    std::fs::write(path("done"), "").unwrap();
    assert_eq!(msa(&first.answer()), ("AA", "M1"));
    let out = listening.stop();
    let told = "a connection from 127.0.0.1 was refused: too many connections";
    assert!(out.stderr.contains(told), "{}", out.stderr);
}

#[test]
fn other_protocols_are_told() {
    for (bytes, what) in [(&b"GET / HTTP/1.1\r\n"[..], "HTTP"), (b"\x16\x03\x01\x02\x00", "TLS")] {
        let mut listening = Listening::start(&[]);
        let mut sender = listening.connect();
        sender.send(bytes);
        assert_eq!(sender.block(), None);
        listening.wait_for(&format!("looks like {what}"));
    }
}

#[test]
fn a_pause_in_a_document_ends_no_message() {
    let listening = Listening::start(&["--count", "1"]);
    let mut sender = listening.connect();
    sender.send(format!("\x0b{}OBX|1|ED|||a\x1c", adt("M1")));
    std::thread::sleep(std::time::Duration::from_millis(600));
    sender.send("b\r\x1c\r");
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    assert_eq!(listening.end().stdout, stream(&[adt("M1") + "OBX|1|ED|||a\x1cb\r"]));
}

#[test]
fn only_some_may_connect() {
    let mut listening = Listening::start(&["--allow", "10.1.0.0/16", "--log", "text"]);
    assert_eq!(listening.connect().block(), None);
    listening.wait_for("reason=address");
    let listening = Listening::start(&["--allow", "10.1.0.0/16", "--allow", "127.0.0.0/8"]);
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("AA", "M1"));
}

#[test]
fn a_sender_that_is_never_between_messages_is_not_slow() {
    let listening = Listening::start(&["--message-timeout", "2s", "--count", "25"]);
    let mut sender = listening.connect();
    let mut before = Vec::new();
    for n in 0..25 {
        // The end of one message, and the beginning of the next.
        let next = block(adt(&format!("M{n}")));
        let (head, tail) = next.split_at(30);
        sender.send([&before[..], head].concat());
        before = tail.to_vec();
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    sender.send(before);
    for n in 0..25 {
        assert_eq!(msa(&sender.answer()), ("AA", &*format!("M{n}")));
    }
    assert_eq!(listening.end().code, 0);
}

#[test]
fn an_address_with_many_connections_makes_room_for_others() {
    let mut listening = Listening::start(&["--max-connections", "2", "--log", "text"]);
    let mut idle = listening.connect();
    idle.send(block(adt("M1")));
    idle.answer();
    let mut busy = listening.connect();
    busy.send(block(adt("M2")));
    busy.answer();
    busy.send(b"\x0bMSH|");
    let from: std::net::SocketAddr = "127.0.0.2:0".parse().unwrap();
    if std::net::TcpListener::bind(from).is_err() {
        // Only Linux has all of 127.0.0.0/8.
        return;
    }
    let to: std::net::SocketAddr = format!("127.0.0.1:{}", listening.port).parse().unwrap();
    let other = || {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        socket.bind(&from.into()).unwrap();
        socket.connect(&to.into()).unwrap();
        socket.set_read_timeout(Some(LONG)).unwrap();
        Sender { stream: socket.into(), read: Vec::new() }
    };
    // As soon as the idle one is known to be in no message.
    let mut answer = None;
    wait_until(|| {
        let mut other = other();
        answer = other.stream.write_all(&block(adt("M3"))).ok().and_then(|()| other.block());
        answer.is_some()
    });
    assert_eq!(answer.as_deref().map(msa), Some(("AA", "M3")));
    assert!(idle.block().is_none());
    listening.wait_for("closed");
}
