//! Where messages are when they are acknowledged.

use super::{Listening, Sender, adt, block, msa, stream, wait_until};
use crate::folders::{folder, mode, put};
use crate::inputs::hl7_files;
use crate::program::{Out, binary, pipehat};
use crate::receiver::{Do, receiver, say};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// All bytes of the files in a folder, in the order of their names.
fn kept(folder: &Path) -> Vec<u8> {
    hl7_files(folder).iter().flat_map(|path| fs::read(path).unwrap()).collect()
}

fn path(folder: &tempfile::TempDir, name: &str) -> (PathBuf, String) {
    let path = folder.path().join(name);
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

#[test]
fn the_archive_has_what_was_acknowledged() {
    for sync in ["group", "message", "none"] {
        let folder = folder();
        let (archive, name) = path(&folder, "in");
        let listening =
            Listening::start(&["--archive", &name, "--sync", sync, "--stdout", "never"]);
        let mut all = Vec::new();
        for n in 0..3 {
            let message = adt(&format!("M{n}"));
            assert_eq!(msa(&listening.answer_to(block(&message))).0, "AA");
            all.push(message);
            assert_eq!(kept(&archive), stream(&all));
        }
        let [file] = &hl7_files(&archive)[..] else { panic!("one file is expected") };
        assert_eq!((mode(&name), mode(file.to_str().unwrap())), (0o700, 0o600));
        listening.signal(rustix::process::Signal::KILL);
        assert_eq!(listening.end().code, -1);
        // Every filter reads it.
        assert_eq!(pipehat(&["query", "-q", "MSH-10", &name]).text(), "M0\nM1\nM2\n");
    }
}

#[test]
fn a_torn_tail_is_cut_off_and_told() {
    let folder = folder();
    let (archive, name) = path(&folder, "in");
    let file = put(&folder, "in/20260131T235959.123Z.hl7", adt("M1") + "\n" + &adt("M2"));
    let args = ["--archive", &name, "--rotate-every", "365d", "--count", "1"];
    let listening = Listening::start(&args);
    listening.answer_to(block(adt("M3")));
    let out = listening.end();
    let told = format!(
        "pipehat: {file}: the last {} bytes were a message that was not complete; they are in {file}.torn now\n",
        adt("M2").len()
    );
    assert!(out.stderr.starts_with(&told), "{}", out.stderr);
    assert_eq!(kept(&archive), stream(&[adt("M1"), adt("M3")]));
    assert_eq!(fs::read_to_string(format!("{file}.torn")).unwrap(), adt("M2"));
}

#[test]
fn the_archive_in_blocks() {
    let folder = folder();
    let (archive, name) = path(&folder, "in");
    let listening = Listening::start(&["--archive", &name, "--mllp", "--count", "2"]);
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))).0, "AA");
    // A block cannot hold the end of a block.
    let odd = adt("M2") + "NTE|a\x1cb\r";
    assert_eq!(msa(&listening.answer_to(block(odd))).0, "AR");
    let out = listening.end();
    assert_eq!((out.code, &out.stdout), (1, &block(adt("M1"))));
    assert_eq!(kept(&archive), block(adt("M1")));
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let folder = folder();
    let (archive, name) = path(&folder, "in");
    let mut acknowledged = Vec::new();
    for round in 0..5_usize {
        let count = Arc::new(AtomicUsize::new(0));
        let listening = Listening::start(&["--archive", &name, "--stdout", "never"]);
        let senders: Vec<_> = (0..4)
            .map(|n| {
                let mut sender = listening.connect();
                let count = count.clone();
                std::thread::spawn(move || {
                    let mut said = Vec::new();
                    for m in 0.. {
                        let id = format!("R{round}-{n}-{m}");
                        let sent = std::io::Write::write_all(&mut sender.stream, &block(adt(&id)));
                        match sent.ok().and_then(|()| sender.block()) {
                            Some(answer) => assert_eq!(msa(&answer), ("AA", &*id)),
                            None => return said,
                        }
                        said.push(id);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    said
                })
            })
            .collect();
        wait_until(|| count.load(Ordering::Relaxed) > 5 + 100 * round);
        listening.signal(rustix::process::Signal::KILL);
        for sender in senders {
            acknowledged.push(sender.join().unwrap());
        }
    }
    // The end of the last run may be torn.
    drop(Listening::start(&["--archive", &name, "--stdout", "never"]));
    let ids = pipehat(&["query", "-q", "MSH-10", archive.to_str().unwrap()]).text();
    let ids: Vec<_> = ids.lines().collect();
    assert!(acknowledged.iter().map(Vec::len).sum::<usize>() > 20);
    for sender in &acknowledged {
        // Each in the order in which they were sent.
        let mut stored = ids.iter();
        for id in sender {
            assert!(stored.any(|stored| stored == id), "{id} is lost or out of order");
        }
    }
}

#[test]
fn one_listener_has_an_archive() {
    let folder = folder();
    let (_, name) = path(&folder, "in");
    let listening = Listening::start(&["--archive", &name]);
    let out = pipehat(&["listen", "0", "--archive", &name]).run();
    out.is(2, "", &format!("pipehat: {name}: another process writes to it\n"));
    assert_eq!(listening.stop().code, 0);
}

#[test]
fn a_file_for_each_message() {
    let folder = folder();
    let (files, name) = path(&folder, "in");
    put(&folder, "in/.pipehat-half", "MSH|");
    let listening = Listening::start(&["--files", &name, "--stdout", "never", "--count", "3"]);
    let mut sender = listening.connect();
    let messages = ["M1", "M2", "M3"].map(adt);
    sender.send(messages.iter().flat_map(block).collect::<Vec<_>>());
    for n in 1..=3 {
        assert_eq!(msa(&sender.answer()), ("AA", &*format!("M{n}")));
    }
    let out = listening.end();
    assert!(out.stderr.contains("1 files were not complete and are gone"), "{}", out.stderr);
    assert_eq!(hl7_files(&files).len(), 3);
    assert_eq!(fs::read_dir(&files).unwrap().count(), 3);
    assert_eq!(kept(&files), stream(&messages));
    assert!(hl7_files(&files).iter().all(|path| mode(path.to_str().unwrap()) == 0o600));
}

#[test]
fn a_command_decides() {
    let folder = folder();
    let (_, seen) = path(&folder, "seen");
    let command = format!(
        "cat >> '{seen}'; echo \"$PIPEHAT_TYPE $PIPEHAT_CONTROL_ID $PIPEHAT_PEER\" >> '{seen}'; \
         echo printed; case $PIPEHAT_CONTROL_ID in no) exit 65;; bad) exit 3;; slow) sleep 600;; esac"
    );
    let args = ["--exec", &command, "--exec-timeout", "5", "--stdout", "always", "--count", "4"];
    let listening = Listening::start(&args);
    let mut sender = listening.connect();
    for (id, code, text) in [
        ("yes", "AA", ""),
        ("no", "AR", "the command rejected it"),
        ("bad", "AE", "the command failed with status 3"),
        ("slow", "AE", "the command took too long"),
    ] {
        sender.send(block(adt(id)));
        let answer = sender.answer();
        assert_eq!(msa(&answer), (code, id));
        assert!(answer.contains(text), "{answer}");
    }
    // Only what was accepted goes on.
    let out = listening.end();
    assert_eq!((out.code, &out.stdout), (1, &stream(&[adt("yes")])), "{out:?}");
    assert_eq!(out.stderr.matches("printed\n").count(), 4);
    for told in [
        "answered AR: exec (the command rejected it)\n",
        "answered AE: exec (the command failed with status 3)\n",
        "answered AE: exec (the command took too long)\n",
    ] {
        assert!(out.stderr.contains(told), "{}", out.stderr);
    }
    let seen = fs::read_to_string(seen).unwrap();
    for id in ["yes", "no", "bad", "slow"] {
        assert!(seen.contains(&format!("{}\nADT^A08 {id} 127.0.0.1\n", adt(id))), "{seen}");
    }
}

#[test]
fn a_system_that_is_not_there_is_told_with_the_reason() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let reason = "no answer: no connection: Connection refused";
    let mut listening = Listening::start(&["--forward", &nobody]);
    assert!(listening.answer_to(block(adt("M"))).contains(reason));
    listening.wait_for(&format!("a message was answered AE: forward ({reason})\n"));
    let mut listening = Listening::start(&["--forward", &nobody, "--log", "json"]);
    assert!(listening.answer_to(block(adt("M"))).contains(reason));
    listening.wait_for(&format!("\"reason\":\"forward\",\"text\":\"{reason}\"}}\n"));
}

#[test]
fn an_answer_from_elsewhere() {
    let folder = folder();
    let (archive, name) = path(&folder, "copies");
    let far = Listening::start(&["--where", "MSH-10 != no", "--count", "3"]);
    let to = format!("127.0.0.1:{}", far.port);
    let args = ["--forward", &to, "--archive", &name, "--stdout", "never", "--count", "3"];
    let near = Listening::start(&args);
    let mut sender = near.connect();
    let odd = adt("M1") + "NTE|1||a\x1cb\r";
    for (message, said) in
        [(odd.clone(), ("AA", "M1")), (adt("no"), ("AR", "no")), (adt("M2"), ("AA", "M2"))]
    {
        sender.send(block(message));
        let answer = sender.answer();
        assert_eq!(msa(&answer), said);
    }
    assert_eq!(far.end().stdout, stream(&[odd.clone(), adt("M2")]));
    assert_eq!(near.end().code, 1);
    assert_eq!(kept(&archive), stream(&[odd, adt("M2")]));
    // Nobody is there.
    let near = Listening::start(&["--forward", "127.0.0.1:1", "--archive", &name, "--once"]);
    assert_eq!(msa(&near.answer_to(block(adt("M3")))), ("AE", "M3"));
    assert_eq!(near.end().stdout, b"");
}

/// Another system that does this with each connection, one after the other.
fn far(serve: impl Fn(Sender) + Send + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            serve(Sender { stream, read: Vec::new() });
        }
    });
    address
}

fn ack(code: &str, id: &str) -> Vec<u8> {
    block(format!("MSH|^~\\&|||||||ACK|1|P|2.4\rMSA|{code}|{id}\r"))
}

#[test]
fn silence_is_success_where_only_errors_are_answered() {
    let of = |id: &str| adt(id).replacen("|2.4\r", "|2.4|||NE|ER\r", 1);
    assert!(of("M1").contains("ER"));
    for (far, code) in [
        (far(|mut sender| while sender.block().is_some() {}), None),
        (far(|mut sender| drop(sender.block())), Some("AE")),
        (
            far(|mut sender| {
                sender.block();
                sender.send(ack("AR", "M1"));
                sender.block();
            }),
            Some("AR"),
        ),
    ] {
        let args =
            ["--forward", &far, "--forward-timeout", "500ms", "--stdout", "always", "--once"];
        let listening = Listening::start(&args);
        let mut sender = listening.connect();
        sender.send(block(of("M1")));
        let said = sender.block();
        assert_eq!(said.as_ref().map(|answer| msa(answer).0), code);
        assert_eq!(listening.end().stdout.is_empty(), code.is_some());
    }
}

#[test]
fn a_system_that_closes_after_each_message() {
    let far = far(|mut sender| {
        let message = sender.block().unwrap();
        let id = message.split('|').nth(9).unwrap();
        sender.send(ack("AA", id));
    });
    let listening = Listening::start(&["--forward", &far, "--count", "20"]);
    let mut sender = listening.connect();
    sender.send((0..20).flat_map(|n| block(adt(&format!("M{n}")))).collect::<Vec<_>>());
    for n in 0..20 {
        assert_eq!(msa(&sender.answer()), ("AA", &*format!("M{n}")));
    }
}

#[test]
fn an_accept_acknowledgment_is_passed_on_at_once() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let far = far(move |mut sender| {
        sender.block();
        sender.send(ack("CA", "M1"));
        wait.recv().unwrap();
        sender.send(ack("AA", "M1"));
        sender.block();
    });
    let listening = Listening::start(&["--forward", &far, "--once"]);
    let mut sender = listening.connect();
    sender.send(block(adt("M1").replacen("|2.4\r", "|2.4|||AL|AL\r", 1)));
    assert_eq!(msa(&sender.answer()), ("CA", "M1"));
    go.send(()).unwrap();
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    assert_eq!(sender.block(), None);
}

#[test]
fn the_command_is_not_run_while_nothing_can_be_stored() {
    let folder = folder();
    let (archive, name) = path(&folder, "in");
    let (_, ran) = path(&folder, "ran");
    let command = format!("echo x >> '{ran}'");
    let listening = Listening::start(&[
        "--archive",
        &name,
        "--exec",
        &command,
        "--stdout",
        "never",
        "--count",
        "4",
    ]);
    fs::remove_dir_all(&archive).unwrap();
    let mut sender = listening.connect();
    for n in 0..3 {
        sender.send(block(adt(&format!("M{n}"))));
        assert_eq!(msa(&sender.answer()).0, "AE");
    }
    assert_eq!(fs::read_to_string(&ran).unwrap(), "x\n");
    fs::create_dir(&archive).unwrap();
    sender.send(block(adt("M4")));
    assert_eq!(msa(&sender.answer()), ("AA", "M4"));
    assert_eq!(kept(&archive), stream(&[adt("M4")]));
    let out = listening.end();
    assert_eq!(out.stderr.matches("cannot be stored").count(), 1, "{}", out.stderr);
    assert!(!out.stderr.contains("a message was answered"), "{}", out.stderr);
}

#[test]
fn files_go_into_the_folder_that_is_there() {
    let folder = folder();
    let (files, name) = path(&folder, "in");
    let listening = Listening::start(&["--files", &name, "--stdout", "never", "--count", "2"]);
    fs::remove_dir(&files).unwrap();
    assert_eq!(msa(&listening.answer_to(block(adt("M1")))), ("AE", "M1"));
    fs::create_dir(&files).unwrap();
    assert_eq!(msa(&listening.answer_to(block(adt("M2")))), ("AA", "M2"));
    assert_eq!(kept(&files), stream(&[adt("M2")]));
}

#[test]
fn the_answer_of_another_message_is_none() {
    // It comes first; and what is the answer has no CR behind its FS. The next has none in time.
    let host = receiver(|n, id| match n {
        0 => {
            let mut answers = [ack("AA", "M0"), ack("AE", id)].concat();
            answers.pop();
            vec![Do::Send(answers)]
        }
        1 => vec![Do::Send(ack("AA", "M1"))],
        _ => say("AA", id),
    });
    let args = ["--forward", &host.address, "--forward-timeout", "3", "--count", "3"];
    let near = Listening::start(&[&args[..], &["--stdout", "always"]].concat());
    let mut sender = near.connect();
    let mut answer = |id: &str| {
        sender.send(block(adt(id)));
        sender.answer()
    };
    // Byte for byte.
    assert_eq!(block(answer("M1")), ack("AE", "M1"));
    let late = answer("M2");
    assert_eq!(msa(&late), ("AE", "M2"));
    assert!(late.contains("in time"), "{late}");
    assert_eq!(msa(&answer("M3")), ("AA", "M3"));
    // Behind a late answer the connection is another one.
    let came = [host.next(), host.next(), host.next()].map(|came| (came.connection, came.id()));
    assert_eq!(came, [(0, "M1"), (0, "M2"), (1, "M3")].map(|(n, id)| (n, id.to_owned())));
    assert_eq!(near.end().stdout, stream(&[adt("M3")]));
}

#[test]
fn a_commit_block_that_says_no_is_not_waited_behind() {
    // ACK of release 2 decides nothing, NAK says that the message is not stored.
    let host = receiver(|n, id| match n {
        0 => vec![Do::Send([block("\x06"), ack("AA", id)].concat())],
        _ => vec![Do::Send(block("\x15"))],
    });
    let near = Listening::start(&["--forward", &host.address, "--count", "2"]);
    let mut sender = near.connect();
    sender.send(block(adt("M1")));
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    sender.send(block(adt("M2")));
    let answer = sender.answer();
    assert_eq!(msa(&answer), ("AE", "M2"));
    assert!(answer.contains("NAK"), "{answer}");
}

#[test]
fn a_second_answer_is_for_no_later_message() {
    let host = receiver(|n, id| match n {
        0 => vec![Do::Send([ack("AA", id), ack("AA", id)].concat())],
        _ => say("AE", id),
    });
    let near = Listening::start(&["--forward", &host.address, "--count", "2"]);
    let mut sender = near.connect();
    for code in ["AA", "AE"] {
        sender.send(block(adt("M1")));
        assert_eq!(msa(&sender.answer()), (code, "M1"));
    }
    assert_eq!(near.end().code, 1);
}

#[test]
fn a_full_disk_is_not_acknowledged() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let mut command = Command::new(binary());
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let listening = Listening::of(command.args(["listen", "0"]).stdout(full));
    let answer = listening.answer_to(block(adt("M1")));
    assert_eq!(msa(&answer), ("AE", "M1"));
    assert!(answer.contains("207&"), "{answer}");
    let out: Out = listening.end();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("messages cannot be stored any more"), "{}", out.stderr);
}

#[test]
fn rejects_go_on_when_a_full_disk_has_room() {
    let folder = folder();
    let (file, name) = path(&folder, "rejects");
    fs::write(&file, "old\n").unwrap();
    // A file of this process cannot be longer than a block of 512 or 1024 bytes.
    let limited = "ulimit -f 1; trap '' XFSZ; exec \"$@\"";
    let mut command = Command::new("sh");
    let binary = binary();
    command.args(["-c", limited, "sh"]).arg(binary).args(["listen", "0", "--rejects", &name]);
    let mut listening = Listening::of(command.stdout(std::process::Stdio::null()));
    let long = format!("long {}", "x".repeat(2000));
    for _ in 0..2 {
        listening.answer_to(block(&long));
    }
    // Nothing is there by half.
    assert_eq!(fs::read_to_string(&file).unwrap(), "old\n");
    listening.answer_to(block("short"));
    listening.wait_for("the rejects can be written again");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old\n\x1c\r\n\x0bshort\x1c\r");
    let out = listening.stop();
    assert_eq!(out.stderr.matches("the rejects cannot be written").count(), 1, "{}", out.stderr);
}
