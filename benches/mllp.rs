//! How many messages a second a listener takes over loopback, beside an echo server of blocking
//! threads that does nothing else: `cargo bench --bench mllp`.
//!
//! Client and server share the machine, and the client takes a processor of its own: what counts
//! is the ratio to the echo. Each message has about 300 bytes.
//!
//! `cargo bench --bench mllp echo 2575` is that server alone: the measure for `send`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use rustix::event::{PollFd, PollFlags, poll};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const SECONDS: f64 = 3.0;

/// Connections and messages in flight on each.
const LOADS: [(usize, usize); 5] = [(1, 1), (16, 1), (256, 1), (1000, 1), (1, 64)];

fn main() {
    let mut args = std::env::args().skip_while(|arg| arg != "echo");
    if args.next().is_some() {
        return echo(args.next().and_then(|port| port.parse().ok()).unwrap_or(0));
    }
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let [half, most] = disk(folder.path());
    println!("the disk has an append of 32 messages after {half:.2} ms (p50), {most:.2} ms (p99)");
    println!(
        "{:>24} {:>6} {:>6} {:>9} {:>6} {:>8} {:>8} {:>7}",
        "", "conns", "window", "msgs/s", "ratio", "p50 ms", "p99 ms", "RSS MB"
    );
    for (connections, window) in LOADS {
        let mut echoed = 0.0;
        for what in ["echo", "listen > /dev/null", "listen | cat", "listen --archive"] {
            let _ = fs::remove_dir_all(&archive);
            let mut server = Server::start(what, &archive);
            let mut load = Load::new(server.port, connections, window);
            let rate = load.run();
            let memory = server.memory();
            if what == "echo" {
                echoed = rate;
            }
            load.latencies.sort_unstable();
            println!(
                "{what:>24} {connections:>6} {window:>6} {rate:>9.0} {:>6.2} {:>8.2} {:>8.2} {memory:>7}",
                rate / echoed,
                load.percentile(50),
                load.percentile(99)
            );
            server.stop();
        }
    }
}

/// How long the disk is waited for, the median and the 99th percentile in milliseconds: with an
/// archive nothing is faster than that.
fn disk(folder: &Path) -> [f64; 2] {
    let mut file = File::create(folder.join("appended")).unwrap();
    let mut times: Vec<_> = (0..500)
        .map(|_| {
            let begun = Instant::now();
            file.write_all(&[b'x'; 32 * 300]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    [times[250], times[495]]
}

/// A server in a process of its own.
struct Server {
    child: Child,
    reader: Option<Child>,
    port: u16,
}

impl Server {
    fn start(what: &str, archive: &Path) -> Self {
        let mut command = if what == "echo" {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("echo");
            command
        } else {
            let mut command = Command::new(env!("CARGO_BIN_EXE_pipehat"));
            command.args(["listen", "0"]);
            command
        };
        command.stderr(Stdio::piped());
        match what {
            "listen | cat" => drop(command.stdout(Stdio::piped())),
            _ => drop(command.stdout(File::create("/dev/null").unwrap())),
        }
        if what.contains("--archive") {
            command.arg("--archive").arg(archive);
        }
        let mut child = command.spawn().unwrap();
        let reader = child
            .stdout
            .take()
            .map(|output| Command::new("cat").stdin(output).stdout(Stdio::null()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split("127.0.0.1:").nth(1).unwrap();
        let port = port.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        Self { child, reader, port }
    }

    /// Resident memory in MB.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = &mut self.reader {
            let _ = reader.wait();
        }
    }
}

/// Answers each block with a block, from a thread for each connection.
fn echo(port: u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let _ = writeln!(std::io::stderr(), "listening on {}", listener.local_addr().unwrap());
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || answer(stream));
    }
}

/// One write answers all that one read brought.
fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut buffer, mut end) = (vec![0; 64 << 10], 0);
    let mut out = Vec::new();
    loop {
        let count = stream.read(&mut buffer[end..])?;
        if count == 0 {
            return Ok(());
        }
        let (mut at, mut new) = (0, end);
        end += count;
        while let Some(n) = memchr::memchr(0x1C, &buffer[new..end]) {
            let id = buffer[at..new + n].split(|&b| b == b'|').nth(9).unwrap_or_default();
            out.extend_from_slice(b"\x0bMSH|^~\\&|A|B|C|D|20240101||ACK|1|P|2.5\rMSA|AA|");
            out.extend_from_slice(id);
            out.extend_from_slice(b"\r\x1c\r");
            at = (new + n + 2).min(end);
            new = at;
        }
        buffer.copy_within(at..end, 0);
        end -= at;
        stream.write_all(&out)?;
        out.clear();
    }
}

struct Connection {
    stream: TcpStream,
    sent: VecDeque<Instant>,
}

struct Load {
    connections: Vec<Connection>,
    window: usize,
    number: u64,
    /// In microseconds.
    latencies: Vec<u32>,
}

impl Load {
    fn new(port: u16, connections: usize, window: usize) -> Self {
        let connect = |_| {
            let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.set_nodelay(true).unwrap();
            Connection { stream, sent: VecDeque::new() }
        };
        let connections = (0..connections).map(connect).collect();
        Self { connections, window, number: 0, latencies: Vec::new() }
    }

    /// Messages a second.
    fn run(&mut self) -> f64 {
        let begun = Instant::now();
        let mut buffer = vec![0; 256 << 10];
        for n in 0..self.connections.len() {
            self.fill(n);
        }
        while begun.elapsed().as_secs_f64() < SECONDS {
            let mut fds: Vec<_> = self
                .connections
                .iter()
                .map(|connection| PollFd::new(&connection.stream, PollFlags::IN))
                .collect();
            poll(&mut fds, None).unwrap();
            let ready: Vec<_> = (0..fds.len()).filter(|&n| !fds[n].revents().is_empty()).collect();
            drop(fds);
            for n in ready {
                let connection = &mut self.connections[n];
                let count = connection.stream.read(&mut buffer).unwrap();
                assert!(count > 0, "the server has closed");
                let now = Instant::now();
                for _ in buffer[..count].iter().filter(|&&b| b == 0x1C) {
                    let sent = connection.sent.pop_front().unwrap();
                    let took = now.duration_since(sent).as_micros();
                    self.latencies.push(u32::try_from(took).unwrap());
                }
                self.fill(n);
            }
        }
        #[allow(clippy::cast_precision_loss)]
        let answered = self.latencies.len() as f64;
        answered / begun.elapsed().as_secs_f64()
    }

    fn fill(&mut self, n: usize) {
        let connection = &mut self.connections[n];
        // Not one by one: a sender that pipelines writes more than one at a time.
        if connection.sent.len() > self.window / 2 {
            return;
        }
        let mut bytes = Vec::new();
        let now = Instant::now();
        while connection.sent.len() < self.window {
            self.number += 1;
            let id = self.number;
            let _ = write!(
                bytes,
                "\x0bMSH|^~\\&|KIT|LAB|TUT|HOSP|20260101120000||ADT^A01^ADT_A01|M{id:010}|P|2.5.1\r\
                 EVN|A01|20260101120000\r\
                 PID|1||{id}^^^KIT^MR||KITFAMILY^GIVEN||19700101|U|||1 TEST ROAD^^TOWN^^12345\r\
                 PV1|1|I|W^1^1^KIT||||0001^DOCTOR^TEST|||MED||||1||||||V{id}\r\
                 OBX|1|NM|8302-2^HEIGHT^LN||170|cm|||||F\r\x1c\r"
            );
            connection.sent.push_back(now);
        }
        connection.stream.write_all(&bytes).unwrap();
    }

    /// In milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let at = self.latencies.len() * percent / 100;
        f64::from(self.latencies.get(at).copied().unwrap_or(0)) / 1000.0
    }
}
