//! What could not be delivered, and who is told of it.

use super::*;
use std::path::Path;

#[test]
fn rejects_are_in_order_and_nothing_in_them_is_joined() {
    let folder = folder();
    let rejects = folder.path().join("rejects.hl7").to_str().unwrap().to_owned();
    let message = |id: &str| adt(id, "Adams^Ann").replace("\r\n", "\r");
    let (stray, unnamed) = ("OBX|1|TX|a||x\r", message(""));
    let one = put(&folder, "1.hl7", message("M-1"));
    let two =
        put(&folder, "2.hl7", stray.to_owned() + &message("M-2") + &unnamed + &message("M-3"));
    // Where the code of an error should be, somebody writes a name.
    let host = receiver(|_, id| {
        let header = "MSH|^~\\&|R|R|S|S|20240101||ACK|R1|P|2.5";
        let ack = format!("\x0b{header}\rMSA|AE|{id}\rERR||PID^1^3|Adams^Ann|E\r\x1c\r");
        vec![Do::Send(ack.into_bytes())]
    });
    let args = [&one, &two, "--rejects", &rejects, "-f", "none"];
    assert_eq!(send(&host, &args).run().code, 2);
    let sent: Vec<_> = host.came.try_iter().collect();
    let kept = fs::read_to_string(&rejects).unwrap();
    let [m1, m2, m3] = ["M-1", "M-2", "M-3"].map(message);
    assert_eq!(kept, [&m1, "\n", stray, &m2, "\n", &unnamed, "\n", &m3].concat());
    let reasons = ndjson(&format!("{rejects}.ndjson"));
    let told: Vec<_> = reasons.iter().map(|r| (&r["outcome"], &r["number"], &r["error"])).collect();
    let (refused, unsendable) = (&"refused".into(), &"unsendable".into());
    let (none, numbers) = (&serde_json::Value::Null, [1, 2, 3].map(serde_json::Value::from));
    assert_eq!(
        told,
        [
            (refused, &numbers[0], none),
            (unsendable, none, none),
            (refused, &numbers[0], none),
            (unsendable, &numbers[1], none),
            (refused, &numbers[2], none),
        ]
    );
    // Sent again they are what they were, and a second run keeps what the first has kept.
    let again = receiver(|_, id| say(if id == "M-2" { "AE" } else { "AA" }, id));
    let other = folder.path().join("other.hl7").to_str().unwrap().to_owned();
    let args = [&rejects, "--rejects", &other, "-f", "none"];
    assert_eq!(send(&again, &args).run().code, 2);
    assert!(again.came.try_iter().map(|c| c.bytes).eq(sent.into_iter().map(|c| c.bytes)));
    send(&again, &args).run();
    let once = [stray, &m2, "\n", &unnamed, "\n"].concat();
    assert_eq!(fs::read_to_string(&other).unwrap(), [&once[..], "\n", &once].concat());
    assert_eq!(ndjson(&format!("{other}.ndjson")).len(), 6);
    // A device has nothing beside it.
    send(&again, &["--rejects", "/dev/null", "-f", "none"]).stdin(many(1)).run().is(0, "", "");
    assert!(!Path::new("/dev/null.ndjson").exists());
}

#[test]
fn no_file_is_for_two_things() {
    let folder = folder();
    let file = put(&folder, "in.hl7", many(2));
    let host = receiver(|_, id| say("AE", id));
    for args in [
        &["--state", "a", "--rejects", "a"][..],
        &["--state", "r.ndjson", "--rejects", "r"],
        &["--state", "a", "-o", "a"],
        &["--queue", "q", "--rejects", "q/state"],
        &["--queue", "q", "-o", "q/rejects.hl7"],
    ] {
        let files: &[&str] = if args[0] == "--queue" { &[] } else { &[&file] };
        let out = send(&host, &[args, files].concat()).dir(folder.path()).stdin(many(1)).run();
        assert!(out.code == 2 && out.stderr.contains("one file for two things"), "{out:?}");
    }
    assert!(host.ids().is_empty());
}

#[test]
fn connections_keep_the_order_of_the_rejects() {
    let folder = folder();
    let rejects = folder.path().join("rejects.hl7").to_str().unwrap().to_owned();
    // The first message is refused when others have been.
    let host =
        receiver(
            |n, id| if n == 0 { vec![Do::Hold, Do::Send(ack("AE", id))] } else { say("AE", id) },
        );
    let args = ["--connections", "2", "--order-by", "MSH-10", "--rejects", &rejects, "-f", "none"];
    let run = send(&host, &args).stdin(many(40));
    let child = std::thread::spawn(move || run.run());
    let mut came = vec![host.next()];
    while came.iter().filter(|c| c.connection != came[0].connection).count() < 2 {
        came.push(host.next());
    }
    host.go_on.send(()).unwrap();
    assert_eq!(child.join().unwrap().code, 1);
    assert_eq!(fs::read_to_string(&rejects).unwrap(), many(40));
    let numbers: Vec<_> = ndjson(&format!("{rejects}.ndjson"))
        .iter()
        .map(|r| r["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}

#[test]
fn a_state_knows_what_cannot_be_sent() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (rejects, state) = (path("rejects.hl7"), path("state"));
    let unusable = "MSH|broken\r\n";
    let odd = ["stray one\nstray two\n\n", &adt("", "Adams"), unusable];
    let file = put(&folder, "in.hl7", odd.concat() + &many(1));
    let host = friendly();
    let args = [&file, "--state", &state, "--rejects", &rejects, "-f", "none"];
    // It is told each time, and kept once.
    for _ in 0..3 {
        let out = send(&host, &args).run();
        assert!(out.code == 2 && out.stderr.contains("no control id"), "{out:?}");
        assert!(out.stderr.contains("byte 0: not part of any message"), "{out:?}");
        let kept = fs::read_to_string(&rejects).unwrap();
        for entry in ["stray one", "|Adams", "MSH|broken"] {
            assert_eq!(kept.matches(entry).count(), 1, "{kept}");
        }
        assert_eq!(ndjson(&format!("{rejects}.ndjson")).len(), 3);
    }
    assert_eq!(host.ids(), ["M-1"]);
    // What can be sent at last is sent, once.
    for _ in 0..2 {
        send(&host, &[&args[..], &["--set", "MSH-10 = \"NEW\""]].concat()).run();
    }
    assert_eq!(host.ids(), ["NEW"]);
    // Where nothing was kept, nothing is known.
    let other = path("other");
    send(&host, &[&file, "--state", &other, "-f", "none"]).run();
    fs::remove_file(&rejects).unwrap();
    send(&host, &[&file, "--state", &other, "--rejects", &rejects, "-f", "none"]).run();
    assert_eq!(ndjson(&format!("{rejects}.ndjson")).len(), 6);
}

#[test]
fn a_queue_rejects_what_cannot_be_sent_once() {
    let folder = folder();
    let queue = folder.path().join("queue");
    let name = queue.to_str().unwrap();
    let closed = Closed::new();
    let args = ["send", &closed.address, "--queue", name, "--retries", "0", "-f", "none"];
    pipehat(&args).stdin(adt("", "Adams") + &many(1)).run();
    for _ in 0..2 {
        assert_eq!(pipehat(&args).stdin("").run().code, 2);
    }
    assert_eq!(fs::read_to_string(queue.join("rejects.hl7")).unwrap(), adt("", "Adams"));
}

/// Accepts each message with CA, and then refuses the second.
fn changing_its_mind() -> Host {
    receiver(|_, id| {
        let mut steps = say("CA", id);
        if id == "M-2" {
            steps.extend(say("AE", id));
        }
        steps
    })
}

#[test]
fn a_refusal_behind_a_ca_is_told() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let line = adt("M-1", "Adams^Ann").len();
    // Also if it comes behind the last message.
    for count in [2, 3] {
        let (rejects, state) = (path(&format!("rejects{count}")), path(&format!("state{count}")));
        let file = put(&folder, &format!("{count}.hl7"), many(count));
        let host = changing_its_mind();
        let args = [&file, "--rejects", &rejects, "--state", &state, "-f", "ndjson"];
        let out = send(&host, &args).run();
        assert_eq!(out.code, 1, "{out:?}");
        let told = format!("pipehat: {file}: message 2 (byte {line}): refused: AE after CA\n");
        assert!(out.stderr.contains(&told), "{out:?}");
        assert!(out.stderr.contains(&format!("{} accepted, 1 refused in", count - 1)), "{out:?}");
        assert!(!out.stderr.contains("no message in flight"), "{out:?}");
        assert_eq!(fs::read_to_string(&rejects).unwrap(), adt("M-2", "Adams^Ann"));
        let reason = &ndjson(&format!("{rejects}.ndjson"))[0];
        let expected = (&2.into(), &"refused".into(), &"AE".into());
        assert_eq!((&reason["number"], &reason["outcome"], &reason["code"]), expected);
        let last = out.text().lines().rfind(|l| l.contains("\"M-2\"")).unwrap().to_owned();
        assert!(last.contains("\"refused\"") && last.contains("\"code\":\"AE\""), "{last}");
        // The state knows it, too.
        let out = send(&host, &args).run();
        assert!(out.code == 1 && out.stderr.contains("1 refused before"), "{out:?}");
        assert_eq!(host.ids().len(), count);
    }
}

#[test]
fn an_answer_behind_a_ca_that_is_no_refusal_changes_nothing() {
    let host = receiver(|_, id| [say("CA", id), say("AA", id), say("AE", "M-9")].concat());
    let out = send(&host, &["-f", "none"]).stdin(many(3)).run();
    assert_eq!(out.code, 0, "{out:?}");
    assert!(out.stderr.contains("answers that belonged to no message in flight: 6"), "{out:?}");
}
