//! How a listener ends.

use super::{Listening, adt, block, msa, stream, wait_until};
use crate::folders::{folder, put};
use crate::program::{binary, pipehat};
use rustix::process::Signal;
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[test]
fn asked_to_end_it_answers_what_was_received() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = folder();
        let name = folder.path().join("in");
        let runs = folder.path().join("runs");
        let command = format!("touch '{}'; sleep 0.3", runs.display());
        let args = ["--exec", &command, "--archive", name.to_str().unwrap(), "--stdout", "always"];
        let mut listening = Listening::start(&args);
        let mut idle = listening.connect();
        let mut half = listening.connect();
        half.send(&block(adt("M2"))[..20]);
        let mut whole = listening.connect();
        whole.send(block(adt("M1")));
        let mut told = listening.connect();
        told.send(block("x"));
        assert_eq!(msa(&told.answer()).0, "AR");
        listening.wait_for("no HL7");
        wait_until(|| runs.exists());
        listening.signal(signal);
        assert_eq!(msa(&whole.answer()), ("AA", "M1"));
        assert_eq!((whole.block(), half.block(), idle.block()), (None, None, None));
        let out = listening.end();
        assert_eq!((out.code, out.stdout), (0, stream(&[adt("M1")])));
    }
}

#[test]
fn what_takes_too_long_is_given_up() {
    let folder = folder();
    let runs = folder.path().join("runs");
    let command = format!("touch '{}'; sleep 600", runs.display());
    let listening = Listening::start(&["--exec", &command, "--grace", "100ms"]);
    let mut sender = listening.connect();
    sender.send(block(adt("M1")));
    wait_until(|| runs.exists());
    let out = listening.stop();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("within the time of --grace"), "{}", out.stderr);
    // The command was ended, which may still be told.
    assert!(sender.block().is_none_or(|answer| msa(&answer) == ("AE", "M1")));
}

#[test]
fn a_closed_output_ends_it_without_an_answer() {
    let mut listening = Listening::start(&[]);
    let mut output = listening.output();
    let mut sender = listening.connect();
    sender.send(block(adt("M1")));
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    let mut line = vec![0; adt("M1").len() + 1];
    output.read_exact(&mut line).unwrap();
    assert_eq!(line, stream(&[adt("M1")]));
    drop(output);
    // It may be gone already.
    let _ = std::io::Write::write_all(&mut sender.stream, &block(adt("M2")));
    assert_eq!(sender.block(), None);
    let out = listening.end();
    assert_eq!(out.code, 0, "{}", out.stderr);
}

#[test]
fn a_closed_output_ends_it_while_nothing_comes() {
    let mut listening = Listening::start(&[]);
    drop(listening.output());
    assert_eq!(listening.end().code, 0);
}

#[test]
fn it_takes_no_more_than_it_was_to() {
    let listening = Listening::start(&["--count", "2"]);
    let mut sender = listening.connect();
    sender.send(["M1", "M2", "M3"].iter().flat_map(|id| block(adt(id))).collect::<Vec<_>>());
    assert_eq!(msa(&sender.answer()), ("AA", "M1"));
    assert_eq!(msa(&sender.answer()), ("AA", "M2"));
    assert_eq!(sender.block(), None);
    assert_eq!(listening.end().stdout, stream(&["M1", "M2"].map(adt)));
}

#[test]
fn what_it_cannot_do_it_tells_at_once() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = format!("pipehat: 127.0.0.1:{port}: Address already in use\n");
    pipehat(&["listen", &port]).run().is(2, "", &told);
    let folder = folder();
    let file = put(&folder, "file", "");
    for (args, told) in [
        (vec!["listen"], "a port is missing"),
        (vec!["listen", "x"], "PORT or ADDRESS:PORT is expected"),
        (vec!["listen", "0", "--where", "MSH-9 ="], "^"),
        (vec!["listen", "0", "--archive", &file], "file: not a directory"),
        (vec!["listen", "0", "--tls-cert", &file], "--tls-key"),
        (vec!["listen", "0", "--tls-cert", &file, "--tls-key", &file], "file: "),
        (vec!["listen", "0", "--ack-code", "XX"], "AA, AE, AR"),
        (vec!["listen", "0", "--allow", "10.0.0.0/33"], "an address is expected"),
        (vec!["listen", "0", "--forward", "host"], "HOST:PORT is expected"),
    ] {
        let out = pipehat(&args).run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}");
        assert!(out.stderr.contains(told), "{args:?}: {}", out.stderr);
    }
}

#[test]
fn a_folder_that_cannot_be_written_ends_the_start() {
    let folder = folder();
    let name = folder.path().join("in");
    fs::create_dir(&name).unwrap();
    fs::set_permissions(&name, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(name.join("x"), "").is_ok() {
        // Whom nothing is forbidden.
        return;
    }
    for option in ["--archive", "--files"] {
        let out = pipehat(&["listen", "0", option, name.to_str().unwrap()]).run();
        assert_eq!(out.code, 2);
        assert!(out.stderr.contains("in: Permission denied"), "{}", out.stderr);
    }
}

/// What a service tells systemd.
struct Systemd {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Systemd {
    fn new(folder: &tempfile::TempDir) -> Self {
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(super::LONG)).unwrap();
        Self { socket, path }
    }

    fn hear(&self) -> String {
        let mut text = [0; 256];
        let count = self.socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..count]).into_owned()
    }
}

#[test]
fn the_watchdog_of_systemd_hears_of_it() {
    let folder = folder();
    let systemd = Systemd::new(&folder);
    let mut command = Command::new(binary());
    command.args(["listen", "0"]).env("NOTIFY_SOCKET", &systemd.path).stdout(Stdio::null());
    command.env("WATCHDOG_USEC", "40000");
    let listening = Listening::of(&mut command);
    assert!(systemd.hear().contains("READY=1"));
    for _ in 0..4 {
        assert_eq!(systemd.hear().trim_end(), "WATCHDOG=1");
    }
    listening.signal(Signal::TERM);
    while !systemd.hear().contains("STOPPING=1") {}
    assert_eq!(listening.end().code, 0);
}

#[test]
fn systemd_opens_the_socket_and_hears_of_it() {
    let folder = folder();
    let systemd = Systemd::new(&folder);
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" listen --once 3<&0 0</dev/null";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(binary()).env("NOTIFY_SOCKET", &systemd.path);
    command.stdin(Stdio::from(std::os::fd::OwnedFd::from(socket)));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    assert!(systemd.hear().contains("READY=1"));
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    std::io::Write::write_all(&mut stream, &block(adt("M1"))).unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), out.stdout), (Some(0), super::stream(&[adt("M1")])));
    let told = String::from_utf8(out.stderr).unwrap();
    assert_eq!(told, format!("pipehat: listening on 127.0.0.1:{port} for messages\n"));
}

#[test]
fn a_second_signal_ends_the_commands_too() {
    let folder = folder();
    let runs = folder.path().join("runs");
    let command = format!("touch '{}'; sleep 600; :", runs.display());
    let args = ["--exec", &command, "--grace", "600", "--log", "text"];
    let mut listening = Listening::start(&args);
    let mut sender = listening.connect();
    sender.send(block(adt("M1")));
    wait_until(|| runs.exists());
    listening.signal(Signal::TERM);
    // It hears of the first before the second.
    listening.wait_for("stopping");
    listening.signal(Signal::TERM);
    drop(listening.output());
    // The command has the same stderr: as long as it runs that is not at its end.
    let began = std::time::Instant::now();
    // It may just have time to answer AE, and then all was answered.
    assert!(matches!(listening.end().code, -1 | 0));
    assert!(began.elapsed() < std::time::Duration::from_secs(300));
}

#[test]
fn an_output_that_never_waits_is_waited_for() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    let mut command = Command::new(binary());
    let listening = Listening::of(command.args(["listen", "0", "--once"]).stdout(writer));
    // The pipe of the command is another descriptor of the same one, and must not stay open.
    drop(command);
    let long = adt("L") + &format!("NTE|1||{}\r", "x".repeat(1 << 20));
    let mut sender = listening.connect();
    sender.send(block(&long));
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut all = Vec::new();
    reader.read_to_end(&mut all).unwrap();
    assert!(all == stream(&[long]));
    assert_eq!(msa(&sender.answer()), ("AA", "L"));
    assert_eq!(listening.end().code, 0);
}

#[test]
fn files_of_less_than_a_second_are_refused() {
    let out = pipehat(&["listen", "0", "--rotate-every", "500ms"]).run();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("whole seconds are expected"), "{}", out.stderr);
}

/// Who says how an archive rotates and forgets to name it would keep nothing.
#[test]
fn options_of_what_is_not_asked_for_are_refused() {
    for (option, value, missing) in [
        ("--rotate-size", "1M", "--archive"),
        ("--rotate-every", "1h", "--archive"),
        ("--sync", "message", "--archive or --files"),
        ("--exec-timeout", "5", "--exec"),
        ("--exec-jobs", "2", "--exec"),
        ("--forward-timeout", "5", "--forward"),
        ("--duplicate-window", "5m", "--duplicate"),
    ] {
        let out = pipehat(&["listen", "192.0.2.1:1", option, value]).run();
        assert!(out.code == 2 && out.stderr.contains(missing), "{option}: {}", out.stderr);
    }
}
