//! Sending: what arrives, what is said of it, and what is kept when things go wrong.

#[path = "send/places.rs"]
mod places;
#[path = "send/queue.rs"]
mod queue;
#[path = "send/rejects.rs"]
mod rejects;
#[path = "send/told.rs"]
mod told;

use crate::folders::{folder, mode, put};
use crate::inputs::{adt, many};
use crate::program::{Out, Run, binary, pipehat};
use crate::receiver::{Do, Host, ack, on, receiver, say};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn send(host: &Host, args: &[&str]) -> Run {
    pipehat(&[&["send", &host.address], args].concat())
}

/// A receiver that accepts everything.
fn friendly() -> Host {
    receiver(|_, id| say("AA", id))
}

/// The lines of a file as JSON.
fn ndjson(path: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A port on which nobody listens. While it is held, no other test gets it.
struct Closed {
    address: String,
    socket: socket2::Socket,
}

impl Closed {
    fn new() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
        socket.bind(&any.into()).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap().to_string();
        Self { address, socket }
    }

    /// Somebody listens from now on.
    fn open(self) -> TcpListener {
        self.socket.listen(128).unwrap();
        self.socket.into()
    }
}

#[test]
fn messages_go_out_as_blocks_and_acknowledgments_come_out() {
    let lines = adt("M-2", "Ädams").replace("\r\n", "\n\n").replace('\r', "\n");
    let input = adt("M-1", "Adams^Ann") + &lines + &adt("M-3", "a\nb");
    let host = friendly();
    let out = send(&host, &[]).stdin(&input).run();
    let acks = ["M-1", "M-2", "M-3"].map(|id| {
        let block = String::from_utf8(ack("AA", id)).unwrap();
        block.replace('\x0b', "").replace("\x1c\r", "\n")
    });
    out.is(0, &acks.concat(), "");
    // What was LF is CR, every segment is ended, and nothing else has changed.
    let expected = [adt("M-1", "Adams^Ann"), adt("M-2", "Ädams"), adt("M-3", "a\nb")];
    for (n, message) in expected.iter().enumerate() {
        let came = host.next();
        assert_eq!(came.bytes, message.strip_suffix('\n').unwrap().as_bytes(), "{n}");
        assert_eq!(came.connection, 0);
    }
    let out = send(&host, &["-f", "none"]).stdin(&input).run();
    out.is(0, "", "");
    let out = send(&host, &["-f", "text"]).stdin(adt("M-1", "A")).run();
    let line = out.text();
    assert!(line.starts_with("AA  M-1  ") && line.ends_with(" ms\n"), "{line}");
    send(&host, &[]).stdin("").run().is(0, "", "");
}

#[test]
fn a_refusal_is_told_and_kept_and_the_run_goes_on() {
    let folder = folder();
    let file = put(&folder, "in.hl7", many(4));
    let rejects = folder.path().join("rejects.hl7").to_str().unwrap().to_owned();
    let host = receiver(|_, id| match id {
        "M-2" => {
            let header = "MSH|^~\\&|R|R|S|S|20240101||ACK|R1|P|2.5";
            let err = "ERR||PID^1^3|204^Unknown key identifier^HL70357|E||||Adams^Ann is unknown";
            let ack = format!("\x0b{header}\rMSA|AE|M-2|no Adams^Ann\r{err}\r\x1c\r");
            vec![Do::Send(ack.into_bytes())]
        }
        "M-3" => say("CR", id),
        id => say("AA", id),
    });
    let out = send(&host, &[&file, "--rejects", &rejects, "-f", "ndjson"]).run();
    assert_eq!(out.code, 1);
    assert_eq!(host.ids(), ["M-1", "M-2", "M-3", "M-4"]);
    assert_eq!(
        fs::read_to_string(&rejects).unwrap(),
        adt("M-2", "Adams^Ann") + &adt("M-3", "Adams^Ann")
    );
    let reasons = ndjson(&format!("{rejects}.ndjson"));
    let line = adt("M-1", "Adams^Ann").len();
    assert_eq!(
        reasons,
        [
            serde_json::json!({"file": file, "number": 2, "offset": line, "outcome": "refused", "code": "AE", "error": "204"}),
            serde_json::json!({"file": file, "number": 3, "offset": 2 * line, "outcome": "refused", "code": "CR", "error": null}),
        ]
    );
    assert_eq!((mode(&rejects), mode(format!("{rejects}.ndjson"))), (0o600, 0o600));
    // On stderr places and codes, on request what the receiver said.
    let expected = format!(
        "pipehat: {file}: message 2 (byte {line}): refused: AE, error 204\n\
         pipehat: {file}: message 3 (byte {}): refused: CR\n\
         pipehat: 2 accepted, 2 refused in ",
        2 * line
    );
    assert!(out.stderr.starts_with(&expected), "{}", out.stderr);
    assert!(!out.stderr.contains("Adams"));
    let told: Vec<serde_json::Value> =
        out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 4);
    assert_eq!(told[1]["text"], "no Adams^Ann");
    assert_eq!((&told[1]["outcome"], &told[3]["outcome"]), (&"refused".into(), &"accepted".into()));
    assert_eq!((&told[1]["control_id"], &told[1]["tries"]), (&"M-2".into(), &1.into()));
}

#[test]
fn without_an_answer_nothing_overtakes_and_nothing_is_sent_twice() {
    let unlike: [fn(&str) -> Vec<Do>; 8] = [
        |_| vec![],
        |_| say("AA", "X-1"),
        |_| say("AA", ""),
        |_| say("ZZ", "M-2"),
        |_| vec![Do::Send(b"\x0b\x1c\r".to_vec())],
        |_| vec![Do::Send(b"\x0bOK thanks\x1c\r".to_vec())],
        |_| vec![Do::Send(ack("AA", "M-1"))],
        |id| vec![Do::Send(ack("AA", id)[..30].to_vec())],
    ];
    std::thread::scope(|scope| {
        for answer in unlike {
            scope.spawn(move || leaves_the_rest(answer));
        }
    });
}

/// The receiver says this to the second of four messages.
#[track_caller]
fn leaves_the_rest(answer: fn(&str) -> Vec<Do>) {
    let folder = folder();
    let rejects = folder.path().join("rejects.hl7").to_str().unwrap().to_owned();
    let host = receiver(move |_, id| if id == "M-2" { answer(id) } else { say("AA", id) });
    let args = ["--timeout", "1500ms", "--rejects", &rejects, "-f", "none"];
    let out = send(&host, &args).stdin(many(4)).run();
    assert_eq!(out.code, 2, "{out:?}");
    let told = format!(
        "pipehat: stdin: message 2 (byte {}): it may have arrived or not: \
         no acknowledgment within 1.5 s\n",
        adt("M-1", "Adams^Ann").len()
    );
    assert!(out.stderr.starts_with(&told), "{}", out.stderr);
    assert!(out.stderr.contains("1 accepted, 1 unknown, 2 not sent in "), "{}", out.stderr);
    assert_eq!(host.ids(), ["M-1", "M-2"]);
    let kept: String = (2..=4).map(|m| adt(&format!("M-{m}"), "Adams^Ann")).collect();
    assert_eq!(fs::read_to_string(&rejects).unwrap(), kept);
    let outcomes: Vec<_> =
        ndjson(&format!("{rejects}.ndjson")).iter().map(|l| l["outcome"].to_string()).collect();
    assert_eq!(outcomes, ["\"unknown\"", "\"unsent\"", "\"unsent\""]);
    // What is left can be sent.
    let host = friendly();
    assert_eq!(send(&host, &[&rejects, "-f", "none"]).run().code, 0);
    assert_eq!(host.ids(), ["M-2", "M-3", "M-4"]);
}

#[test]
fn a_receiver_that_talks_without_end_is_no_trap() {
    // An answer without an end, and chatter between messages.
    let host = receiver(|_, _| vec![Do::Send([b"\x0b", &[b'x'; 5 << 20][..]].concat()), Do::Hold]);
    let out = send(&host, &["-f", "none"]).stdin(many(2)).run();
    assert!(out.code == 2 && out.stderr.contains("an answer without an end"), "{out:?}");
    let host = receiver(|_, id| {
        let chatter = ack("AA", "X-1").repeat(10_000);
        vec![Do::Send(ack("AA", id)), Do::Send(chatter)]
    });
    let out = send(&host, &["-f", "none"]).stdin(many(3)).run();
    assert_eq!(out.code, 0, "{out:?}");
    assert_eq!(host.ids(), ["M-1", "M-2", "M-3"]);
}

#[test]
fn who_goes_on_behind_an_unknown_message_says_so() {
    let host = receiver(|_, id| if id == "M-2" { vec![Do::Close] } else { say("AA", id) });
    let out = send(&host, &["--keep-going", "-f", "none"]).stdin(many(4)).run();
    assert_eq!(out.code, 2);
    assert_eq!(host.ids(), ["M-1", "M-2", "M-3", "M-4"]);
    assert!(out.stderr.contains("3 accepted, 1 unknown in "), "{}", out.stderr);
}

#[test]
fn a_late_answer_is_for_no_other_message() {
    // Both messages have the same id, so only the connection tells their answers apart.
    let input = adt("M-1", "Adams") + &adt("M-1", "Baker");
    let host = receiver(|n, id| match n {
        // The answer to the first try comes when the second try has been made.
        0 => vec![Do::Hold, Do::Send(ack("AA", id))],
        1 => vec![],
        _ => say("AE", id),
    });
    let go_on = host.go_on.clone();
    let args = ["--timeout", "1s", "--retries", "2", "--retry-delay", "10ms", "-f", "ndjson"];
    let child = std::thread::spawn({
        let run = send(&host, &args).stdin(input);
        move || run.run()
    });
    let tries = [host.next(), host.next()];
    assert_ne!(tries[0].connection, tries[1].connection);
    go_on.send(()).unwrap();
    let out = child.join().unwrap();
    assert_eq!(out.code, 1, "{out:?}");
    assert!(!out.text().contains("accepted"), "{out:?}");
}

#[test]
fn retries_deliver_what_a_flaky_receiver_lost() {
    let host = receiver(|n, id| if n % 3 == 2 { say("AA", id) } else { vec![Do::Close] });
    let args = ["--retries", "2", "--retry-delay", "1ms", "-f", "ndjson"];
    let out = send(&host, &args).stdin(many(3)).run();
    assert_eq!(out.code, 0, "{out:?}");
    let expected = ["M-1", "M-1", "M-1", "M-2", "M-2", "M-2", "M-3", "M-3", "M-3"];
    assert_eq!(host.ids(), expected);
    assert_eq!(out.text().matches("\"tries\":3").count(), 3);
    // Once more is not enough.
    let host = receiver(|n, id| if n % 3 == 2 { say("AA", id) } else { vec![Do::Close] });
    let args = ["--retries", "1", "--retry-delay", "1ms", "-f", "none"];
    assert_eq!(send(&host, &args).stdin(many(3)).run().code, 2);
    assert_eq!(host.ids(), ["M-1", "M-1"]);
}

#[test]
fn refusals_are_tried_again_only_if_asked() {
    let busy = || receiver(|n, id| say(if n < 2 { "AE" } else { "AA" }, id));
    let host = busy();
    let args = ["--retries", "2", "--retry-delay", "1ms", "--retry-on", "ae,nak", "-f", "none"];
    assert_eq!(send(&host, &args).stdin(many(2)).run().code, 0);
    assert_eq!(host.ids(), ["M-1", "M-1", "M-1", "M-2"]);
    let host = busy();
    let args = ["--retries", "2", "--retry-delay", "1ms", "--retry-on", "AR", "-f", "none"];
    assert_eq!(send(&host, &args).stdin(many(2)).run().code, 1);
    assert_eq!(host.ids(), ["M-1", "M-2"]);
}

#[test]
fn a_receiver_may_close_behind_each_message() {
    let host = receiver(|_, id| vec![Do::Send(ack("AA", id)), Do::Close]);
    assert_eq!(send(&host, &["-f", "none"]).stdin(many(10)).run().code, 0);
    let came: Vec<_> = host.came.try_iter().collect();
    assert_eq!(came.iter().map(|c| c.connection).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    let host = friendly();
    assert_eq!(send(&host, &["-f", "none", "--reconnect"]).stdin(many(3)).run().code, 0);
    assert_eq!(host.came.try_iter().map(|c| c.connection).max(), Some(2));
}

#[test]
fn a_window_takes_answers_in_any_order() {
    // Four answers at once, the last first: with less in flight nobody would get any.
    let held = std::sync::Mutex::new(Vec::new());
    let host = receiver(move |n, id| {
        let mut held = held.lock().unwrap();
        held.insert(0, Do::Send(ack("AA", id)));
        if n % 4 == 3 { std::mem::take(&mut held) } else { vec![] }
    });
    let out = send(&host, &["--window", "4", "-f", "none"]).stdin(many(8)).run();
    assert_eq!(out.code, 0, "{out:?}");
    let ids: Vec<_> = (1..=8).map(|n| format!("M-{n}")).collect();
    assert_eq!(host.ids(), ids);
    // Two of one id are never in flight together: their answers could not be told apart.
    let host = receiver(|n, id| say(if n == 0 { "AE" } else { "AA" }, id));
    let input = adt("M-1", "A") + &adt("M-1", "B");
    let out = send(&host, &["--window", "4", "-f", "ndjson"]).stdin(input).run();
    let outcomes: Vec<_> = out.text().lines().map(|l| l.contains("\"refused\"")).collect();
    assert_eq!(outcomes, [true, false]);
}

#[test]
fn connections_keep_the_order_of_each_key() {
    let message = |n: usize| {
        let (id, key) = (format!("M-{n}"), n % 7);
        adt(&id, "A").replace(&format!("PID|1||{id}|"), &format!("PID|1||P{key}^^^H|"))
    };
    let input: String = (0..70).map(message).collect();
    // The first message waits for its answer until one has come on another connection.
    let host =
        receiver(
            |n, id| if n == 0 { vec![Do::Hold, Do::Send(ack("AA", id))] } else { say("AA", id) },
        );
    let go_on = host.go_on.clone();
    let run = send(&host, &["--connections", "4", "-f", "none"]).stdin(input);
    let child = std::thread::spawn(move || run.run());
    let mut came = vec![host.next()];
    while came.iter().all(|c| c.connection == came[0].connection) {
        came.push(host.next());
    }
    go_on.send(()).unwrap();
    assert_eq!(child.join().unwrap().code, 0);
    came.extend(host.came.try_iter());
    assert_eq!(came.len(), 70);
    for key in 0..7 {
        let of_key: Vec<_> = came
            .iter()
            .map(|c| (c.connection, c.id()[2..].parse::<usize>().unwrap()))
            .filter(|(_, n)| n % 7 == key)
            .collect();
        assert!(of_key.is_sorted_by_key(|(_, n)| *n), "{key}: {of_key:?}");
        assert!(of_key.iter().all(|(connection, _)| *connection == of_key[0].0));
    }
}

#[test]
fn who_is_interrupted_gives_an_account() {
    use std::os::unix::process::ExitStatusExt;
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let signal = |child: &Running, name: &str| {
        Command::new("kill").args([name, &child.0.id().to_string()]).status().unwrap();
    };
    let host = receiver(|_, id| if id == "M-2" { vec![Do::Hold] } else { say("AA", id) });
    let (rejects, output) = (path("rejects.hl7"), path("out"));
    let args = ["send", &host.address, "--rejects", &rejects, "-f", "ndjson", "-o", &output];
    let mut child = start(&args);
    child.0.stdin.take().unwrap().write_all(many(4).as_bytes()).unwrap();
    assert_eq!([host.next(), host.next()].map(|c| c.id()), ["M-1", "M-2"]);
    signal(&child, "-INT");
    assert_eq!(child.0.wait().unwrap().signal(), Some(2));
    let kept: String = (2..=4).map(|m| adt(&format!("M-{m}"), "Adams^Ann")).collect();
    assert_eq!(fs::read_to_string(&rejects).unwrap(), kept);
    let outcomes = |path: &str| {
        let lines = ndjson(path);
        lines.iter().map(|l| l["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&format!("{rejects}.ndjson")), ["unknown", "unsent", "unsent"]);
    assert_eq!(outcomes(&output), ["accepted", "unknown", "unsent", "unsent"]);
    // One that waits for input that does not come ends, too.
    let host = friendly();
    let state = path("state");
    let args = ["send", &host.address, "-f", "ndjson", "-o", &output, "--state", &state];
    let mut child = start(&args);
    let mut stdin = child.0.stdin.take().unwrap();
    stdin.write_all(many(1).as_bytes()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !fs::read_to_string(&state).is_ok_and(|text| text.contains("\nA ")) {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, "-TERM");
    assert_eq!(child.0.wait().unwrap().signal(), Some(15));
    assert_eq!(outcomes(&output), ["accepted"]);
}

/// A process that is killed when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(args: &[&str]) -> Running {
    let mut command = Command::new(binary());
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    Running(command.spawn().unwrap())
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let folder = folder();
    let file = put(&folder, "in.hl7", many(6));
    let state = folder.path().join("state").to_str().unwrap().to_owned();
    let rejects = folder.path().join("rejects").to_str().unwrap().to_owned();
    let host = receiver(|n, id| match n {
        1 => say("AE", id),
        3 => vec![Do::Hold],
        _ => say("AA", id),
    });
    let args =
        ["send", &host.address, &file, "--state", &state, "--rejects", &rejects, "-f", "none"];
    let mut first = start(&args);
    let came: Vec<_> = (0..4).map(|_| host.next().id()).collect();
    assert_eq!(came, ["M-1", "M-2", "M-3", "M-4"]);
    // While it runs, nobody else sends by this state.
    let out = pipehat(&args).run();
    assert!(out.code == 2 && out.stderr.contains("in use by another process"), "{out:?}");
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    // The one in flight is sent again, those with an answer are not; what was refused stays so.
    let out = pipehat(&args).run();
    assert_eq!(out.code, 1, "{out:?}");
    assert_eq!(host.ids(), ["M-4", "M-5", "M-6"]);
    assert!(out.stderr.contains("3 accepted, 2 accepted before, 1 refused before"), "{out:?}");
    assert_eq!(fs::read_to_string(&rejects).unwrap(), adt("M-2", "Adams^Ann"));
    assert_eq!(pipehat(&args).run().code, 1);
    assert_eq!(host.ids(), [""; 0]);
    // What is new is sent, what has changed, too.
    fs::write(&file, many(7).replace("M-3|P", "X-3|P")).unwrap();
    pipehat(&args).run();
    assert_eq!(host.ids(), ["X-3", "M-7"]);
    // The state is about one receiver.
    let other = friendly();
    let out = send(&other, &[&file, "--state", &state]).run();
    assert!(out.code == 2 && other.ids().is_empty(), "{out:?}");
    assert!(out.stderr.contains(&format!("it is about messages to {}", host.address)), "{out:?}");
}

#[test]
fn messages_are_changed_only_on_request() {
    let host = friendly();
    let args = ["--set", "MSH-10 = control_id()", "--set", "MSH-3=\"LAB\"", "--enhanced"];
    let out = send(&host, &args).stdin(many(1)).run();
    assert_eq!(out.code, 0, "{out:?}");
    let came = host.next();
    let id = came.id();
    assert_eq!(id.len(), 20);
    let text = String::from_utf8(came.bytes).unwrap();
    let expected = format!("MSH|^~\\&|LAB|B|C|D|20240101||ADT^A08|{id}|P|2.4|||AL|NE\r");
    assert!(text.starts_with(&expected), "{text}");
    // The same message gets the same id, so that a receiver knows it again.
    assert_eq!(send(&host, &args).stdin(many(1)).run().code, 0);
    assert_eq!(host.next().id(), id);
    let out = send(&host, &["--set", "MSH-10 ="]).stdin(many(1)).run();
    assert!(out.code == 2 && out.stderr.contains("--set:"), "{out:?}");
    for script in ["MSH-3 = \"A\" drop", "MSH-3 = \"A\" emit \"x\""] {
        let out = send(&host, &["--set", script]).stdin(many(1)).run();
        assert_eq!(out.code, 2, "{out:?}");
    }
    assert!(host.ids().is_empty());
}

#[test]
fn the_expected_acknowledgment_decides() {
    let both = |code: &'static str| {
        receiver(move |_, id| vec![Do::Send(ack("CA", id)), Do::Send(ack(code, id))])
    };
    let run = |host: &Host, args: &[&str]| {
        send(host, &[args, &["-f", "none", "--timeout", "10s"]].concat()).stdin(many(2)).run().code
    };
    assert_eq!(run(&both("AA"), &["--expect", "AA"]), 0);
    assert_eq!(run(&both("AE"), &["--expect", "AA"]), 1);
    assert_eq!(run(&both("AE"), &["--expect", "ca"]), 0);
    assert_eq!(run(&friendly(), &["--expect", "CA"]), 1);
    assert_eq!(run(&friendly(), &["--expect", "AA"]), 0);
    // An answer that asks for one itself gets it.
    let asks = |id: &str| {
        let header = "MSH|^~\\&|R1|R2|S1|S2|20240101||ACK^A08^ACK|R9|P|2.5|||AL|NE";
        format!("\x0b{header}\rMSA|AA|{id}\r\x1c\r").into_bytes()
    };
    let host = receiver(move |n, id| match n % 2 {
        0 => vec![Do::Send(ack("CA", id)), Do::Send(asks(id))],
        _ => vec![],
    });
    assert_eq!(run(&host, &["--expect", "AA", "--enhanced"]), 0);
    let came: Vec<_> = (0..4).map(|_| host.next()).collect();
    assert_eq!((came[0].id().as_str(), came[2].id().as_str()), ("M-1", "M-2"));
    for n in [1, 3] {
        let receipt = String::from_utf8(came[n].bytes.clone()).unwrap();
        assert!(receipt.starts_with("MSH|^~\\&|S1|S2|R1|R2|"), "{receipt}");
        assert!(receipt.ends_with("\rMSA|CA|R9\r"), "{receipt}");
    }
    // One CA after the other is no answer either: the time runs from the first.
    let host = receiver(|_, id| {
        (0..400).map(|n| if n % 2 == 0 { Do::Send(ack("CA", id)) } else { Do::Hold }).collect()
    });
    let go_on = host.go_on.clone();
    let args = ["--expect", "AA", "-f", "none", "--timeout", "500ms"];
    let child = std::thread::spawn({
        let run = send(&host, &args).stdin(many(1));
        move || run.run()
    });
    let again = (0..200).take_while(|_| {
        std::thread::sleep(Duration::from_millis(250));
        go_on.send(()).unwrap();
        !child.is_finished()
    });
    assert!(again.count() < 200);
    assert_eq!(child.join().unwrap().code, 2);
    // Only a CA came: whether the application took it is not known.
    let host = receiver(|_, id| say("CA", id));
    let args = ["--expect", "AA", "-f", "none", "--timeout", "200ms"];
    assert_eq!(send(&host, &args).stdin(many(1)).run().code, 2);
}

#[test]
fn commit_blocks_of_release_2() {
    let host =
        receiver(|_, id| vec![Do::Send(b"\x0b\x06\x1c\r".to_vec()), Do::Send(ack("AA", id))]);
    assert_eq!(send(&host, &["-f", "none"]).stdin(many(2)).run().code, 0);
    let host = receiver(|_, _| vec![Do::Send(b"\x0b\x15\x1c\r".to_vec())]);
    let out = send(&host, &["-f", "ndjson"]).stdin(many(1)).run();
    assert_eq!(out.code, 1);
    assert!(out.text().contains("\"code\":\"NAK\""), "{out:?}");
}

#[test]
fn what_cannot_be_sent_is_told_and_the_rest_is_sent() {
    let folder = folder();
    let rejects = folder.path().join("rejects").to_str().unwrap().to_owned();
    let host = friendly();
    let bad = [adt("", "A"), adt("M-2", "a\x1cb")];
    let input = adt("M-1", "A") + &bad[0] + &bad[1] + &adt("M-4", "A");
    let out = send(&host, &["-f", "none", "--rejects", &rejects]).stdin(input).run();
    assert_eq!(out.code, 2);
    assert_eq!(host.ids(), ["M-1", "M-4"]);
    assert_eq!(fs::read_to_string(&rejects).unwrap(), bad.concat());
    let place = adt("M-1", "A").len();
    let told = format!("message 2 (byte {place}): no control id in MSH-10");
    assert!(out.stderr.contains(&told), "{out:?}");
    let outcomes: Vec<_> =
        ndjson(&format!("{rejects}.ndjson")).iter().map(|l| l["outcome"].to_string()).collect();
    assert_eq!(outcomes, ["\"unsendable\"", "\"unsendable\""]);
}

#[test]
fn no_connection_is_no_delivery() {
    let closed = Closed::new();
    let address = &closed.address;
    let args = ["send", address, "--retries", "2", "--retry-delay", "1ms", "-f", "ndjson"];
    let out = pipehat(&args).stdin(many(2)).run();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("message 1 (byte 0): not sent: no connection: Connection refused"));
    assert_eq!(out.text().matches("\"outcome\":\"unsent\"").count(), 2);
    let out = pipehat(&["send", "--ping", address]).run();
    out.is(2, "", &format!("pipehat: {address}: no connection: Connection refused\n"));
    let host = friendly();
    let out = pipehat(&["send", "--ping", &host.address]).run();
    assert!(out.code == 0 && out.text().starts_with(&host.address), "{out:?}");
    assert!(host.ids().is_empty());
}

#[test]
fn nobody_need_read_the_answers() {
    let host = friendly();
    let mut child = start_with_closed_output(&["send", &host.address]);
    child.0.stdin.take().unwrap().write_all(many(300).as_bytes()).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
    assert_eq!(host.ids().len(), 300);
}

fn start_with_closed_output(args: &[&str]) -> Running {
    let mut command = Command::new(binary());
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    Running(child)
}

#[test]
fn a_rate_is_kept() {
    let host = friendly();
    let start = Instant::now();
    assert_eq!(send(&host, &["--rate", "20/s", "-f", "none"]).stdin(many(5)).run().code, 0);
    // Four steps of 50 ms, less what may be made up for.
    assert!(start.elapsed() >= Duration::from_millis(170));
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let host = friendly();
    for args in [
        &["--retry-on", "ae"][..],
        &["--retry-on", "ae", "--retries", "1", "--window", "2"],
        &["--window", "2", "--reconnect"],
        &["--ca", "x.pem"],
        &["--insecure"],
        &["--tls", "--cert", "x.pem"],
        &["--queue-max", "1G"],
        &["--queue", "q", "--state", "s"],
        &["--queue", "q", "in.hl7"],
        &["--window", "0"],
        &["--timeout", "0"],
        &["--ping", "in.hl7"],
        &["--state", "/dev/null"],
    ] {
        let folder = folder();
        let out = send(&host, args).dir(folder.path()).stdin(many(1)).run();
        assert!(out.code == 2 && !out.stderr.is_empty(), "{args:?}: {out:?}");
    }
    assert!(host.ids().is_empty());
    assert_eq!(pipehat(&["send"]).run().code, 2);
    assert_eq!(pipehat(&["send", "in.hl7"]).run().code, 2);
}
