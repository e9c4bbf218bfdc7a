//! A receiver of MLLP for tests: it does what a script tells, and keeps what came.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long to wait for what should be there at once.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// What to do about a message.
#[derive(Clone, Debug)]
pub(crate) enum Do {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Close the connection.
    Close,
    /// Wait until somebody says go on.
    Hold,
}

/// A message that came: on which connection, counted from 0, and its bytes without the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) connection: usize,
    pub(crate) bytes: Vec<u8>,
}

impl Came {
    /// MSH-10.
    pub(crate) fn id(&self) -> String {
        id_of(&self.bytes)
    }
}

/// A receiver at work.
pub(crate) struct Host {
    pub(crate) address: String,
    pub(crate) came: Receiver<Came>,
    /// Ends a [`Do::Hold`].
    pub(crate) go_on: Sender<()>,
}

pub(crate) fn id_of(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    text.split('\r').next().unwrap().split('|').nth(9).unwrap_or_default().to_owned()
}

/// An acknowledgment as a block.
pub(crate) fn ack(code: &str, id: &str) -> Vec<u8> {
    let header = "MSH|^~\\&|R|R|S|S|20240101||ACK|R1|P|2.4";
    format!("\x0b{header}\rMSA|{code}|{id}\r\x1c\r").into_bytes()
}

/// Answers like this.
pub(crate) fn say(code: &str, id: &str) -> Vec<Do> {
    vec![Do::Send(ack(code, id))]
}

/// Starts a receiver. The script gets the number of the message, from 0 over all connections, and
/// its control id.
pub(crate) fn receiver(script: impl Fn(usize, &str) -> Vec<Do> + Send + Sync + 'static) -> Host {
    on(TcpListener::bind("127.0.0.1:0").unwrap(), script)
}

/// As [`receiver`], on a port that is open already.
pub(crate) fn on(
    listener: TcpListener,
    script: impl Fn(usize, &str) -> Vec<Do> + Send + Sync + 'static,
) -> Host {
    let address = listener.local_addr().unwrap().to_string();
    let (sender, came) = channel();
    let (go_on, held) = channel();
    let held = std::sync::Mutex::new(held);
    let count = std::sync::Mutex::new(0);
    let shared = std::sync::Arc::new((script, held, count));
    std::thread::spawn(move || {
        for (connection, stream) in listener.incoming().enumerate() {
            let (sender, shared) = (sender.clone(), shared.clone());
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let (script, held, count) = &*shared;
                while let Some(bytes) = block(&mut stream) {
                    let id = id_of(&bytes);
                    // Messages are told in the order of their numbers.
                    let mut count = count.lock().unwrap();
                    let n = *count;
                    *count += 1;
                    let told = sender.send(Came { connection, bytes });
                    drop(count);
                    if told.is_err() {
                        return;
                    }
                    for step in script(n, &id) {
                        match step {
                            Do::Send(bytes) => {
                                if stream.write_all(&bytes).is_err() {
                                    return;
                                }
                            }
                            Do::Close => return,
                            Do::Hold => {
                                let _ = held.lock().unwrap().recv();
                            }
                        }
                    }
                }
            });
        }
    });
    Host { address, came, go_on }
}

/// The content of the next block, read byte by byte: VT, content, FS, CR, and nothing between.
fn block(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\x1c\r") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return None,
        }
    }
    assert_eq!(bytes[0], 0x0B, "no VT");
    Some(bytes[1..bytes.len() - 2].to_vec())
}

impl Host {
    /// The ids of all messages that came so far.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.came.try_iter().map(|came| came.id()).collect()
    }

    /// Waits for the next message.
    #[track_caller]
    pub(crate) fn next(&self) -> Came {
        self.came.recv_timeout(SOON).unwrap()
    }
}
