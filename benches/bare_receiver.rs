//! A receiver of MLLP that does nothing but answer: the measure for `send`. Blocking threads, one
//! write for all answers to what one read brought. Not part of the program:
//!
//! ```sh
//! rustc -O --edition 2024 benches/bare_receiver.rs -o /tmp/bare_receiver
//! /tmp/bare_receiver 2575
//! ```

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut buf, mut end) = (vec![0; 1 << 20], 0);
    let mut answers = Vec::new();
    loop {
        let count = stream.read(&mut buf[end..])?;
        if count == 0 {
            return Ok(());
        }
        end += count;
        let mut at = 0;
        while let Some(n) = buf[at..end].iter().position(|&b| b == 0x1C) {
            let id = buf[at..at + n].split(|&b| b == b'|').nth(9).unwrap_or_default();
            answers.extend_from_slice(b"\x0bMSH|^~\\&|R|R|S|S|20240101||ACK|1|P|2.4\rMSA|AA|");
            answers.extend_from_slice(id);
            answers.extend_from_slice(b"\r\x1c\r");
            at += n + 2;
        }
        at = at.min(end);
        buf.copy_within(at..end, 0);
        end -= at;
        stream.write_all(&answers)?;
        answers.clear();
    }
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(2575);
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let stream = stream?;
        std::thread::spawn(move || serve(stream));
    }
    Ok(())
}
