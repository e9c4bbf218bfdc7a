//! `pipehat listen`: what senders are told, and where messages are then.

#[path = "listen/answers.rs"]
mod answers;
#[path = "listen/checked.rs"]
mod checked;
#[path = "listen/ends.rs"]
mod ends;
#[path = "listen/keeping.rs"]
mod keeping;
#[path = "listen/limits.rs"]
mod limits;
#[path = "listen/links.rs"]
mod links;
#[path = "listen/seeing.rs"]
mod seeing;

use crate::program::{Out, binary};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longer than anything takes on a machine with much to do.
const LONG: Duration = Duration::from_secs(60);

/// A listener that runs.
pub(crate) struct Listening {
    child: Child,
    pub(crate) port: u16,
    stderr: Receiver<String>,
    /// What it has told on stderr so far.
    told: String,
}

impl Listening {
    /// Starts `listen 0` with these arguments, and waits until it listens.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(["listen", "0"]).args(args).stdout(Stdio::piped());
        Self::of(&mut command)
    }

    /// As [`Listening::start`] for a command that is prepared.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = lines(child.stderr.take().unwrap());
        let mut listening = Self { child, port: 0, stderr, told: String::new() };
        let line = listening.wait_for("messages");
        let port = line.split("127.0.0.1:").nth(1).unwrap();
        listening.port = port.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        listening
    }

    /// The next line on stderr with this in it.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = self.stderr.recv_timeout(LONG);
            let line = line.unwrap_or_else(|_| panic!("no {text:?} in {}", self.told));
            self.told.push_str(&line);
            if line.contains(text) {
                return line;
            }
        }
    }

    pub(crate) fn connect(&self) -> Sender {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        Sender { stream, read: Vec::new() }
    }

    /// Sends these bytes over a connection of their own, and reads an answer.
    #[track_caller]
    pub(crate) fn answer_to(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut sender = self.connect();
        sender.send(bytes);
        sender.answer()
    }

    /// Reads so many lines of its output.
    pub(crate) fn output(&mut self) -> Box<dyn Read + Send> {
        Box::new(self.child.stdout.take().unwrap())
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Waits for its end, and tells what came of it.
    pub(crate) fn end(mut self) -> Out {
        let mut stdout = Vec::new();
        if let Some(mut output) = self.child.stdout.take() {
            output.read_to_end(&mut stdout).unwrap();
        }
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        self.told.extend(self.stderr.iter());
        Out { code, stdout, stderr: std::mem::take(&mut self.told) }
    }

    /// Ends it as systemd does.
    pub(crate) fn stop(self) -> Out {
        self.signal(rustix::process::Signal::TERM);
        self.end()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, which another process brings about.
#[track_caller]
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "it never was so");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The lines of a stream, as they come.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (told, lines) = channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|count| count > 0) {
            if told.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    lines
}

/// A connection to a listener.
pub(crate) struct Sender {
    pub(crate) stream: TcpStream,
    pub(crate) read: Vec<u8>,
}

impl Sender {
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// The content of the next block.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> String {
        self.block().expect("an answer")
    }

    /// The content of the next block; `None` if the other side closes.
    #[track_caller]
    pub(crate) fn block(&mut self) -> Option<String> {
        let mut piece = [0; 4096];
        loop {
            if let Some(end) = self.read.windows(2).position(|two| two == b"\x1c\r") {
                let block: Vec<_> = self.read.drain(..end + 2).collect();
                let content = block.strip_prefix(b"\x0b").unwrap();
                return Some(String::from_utf8(content[..content.len() - 2].to_vec()).unwrap());
            }
            match self.stream.read(&mut piece) {
                Ok(0) => {
                    assert!(self.read.is_empty(), "half a block");
                    return None;
                }
                Ok(count) => self.read.extend_from_slice(&piece[..count]),
                Err(e) if e.kind() == ErrorKind::ConnectionReset => return None,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => panic!("no answer: {e}"),
            }
        }
    }
}

/// MSA-1 and MSA-2.
#[track_caller]
pub(crate) fn msa(answer: &str) -> (&str, &str) {
    let msa = answer.split('\r').find(|segment| segment.starts_with("MSA")).unwrap();
    let mut fields = msa.split('|').skip(1);
    (fields.next().unwrap(), fields.next().unwrap())
}

/// A message in the form between filters, without the line feed.
pub(crate) fn adt(id: &str) -> String {
    crate::inputs::adt(id, "Adams^Ann").trim_end().to_owned() + "\r"
}

/// A block with this content.
pub(crate) fn block(content: impl AsRef<[u8]>) -> Vec<u8> {
    [b"\x0b", content.as_ref(), b"\x1c\r"].concat()
}

/// What the form between filters is of these messages.
pub(crate) fn stream(messages: &[String]) -> Vec<u8> {
    messages.iter().map(|message| format!("{message}\n")).collect::<String>().into_bytes()
}
