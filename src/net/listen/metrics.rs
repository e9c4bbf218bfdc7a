//! Figures, and how Prometheus reads them (text format 0.0.4).

use super::Label;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// So many types of messages have figures of their own; a sender must not make them grow for ever.
const MOST_TYPES: usize = 300;

/// Seconds from a message to its answer.
const ANSWER: [f64; 12] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];
/// Seconds from MSH-7 to receipt.
const LAG: [f64; 10] = [1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0];

/// What is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    pub(super) messages: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) connections_total: AtomicU64,
    /// Messages by type and answer.
    answered: Mutex<BTreeMap<(Label, &'static str), u64>>,
    /// What went wrong, by a word.
    errors: Mutex<BTreeMap<&'static str, u64>>,
    answer: Histogram<12>,
    lag: Histogram<10>,
    /// Messages from the future: a clock is wrong.
    ahead: AtomicU64,
    last: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            messages: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            connections_total: AtomicU64::new(0),
            answered: Mutex::default(),
            errors: Mutex::default(),
            answer: Histogram::new(ANSWER),
            lag: Histogram::new(LAG),
            ahead: AtomicU64::new(0),
            last: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// A message that was answered, so long after it came.
    pub(super) fn answered(&self, label: Label, said: &'static str, after: Duration) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let full = answered.len() >= MOST_TYPES;
        if full && !answered.contains_key(&(label, said)) {
            *answered.entry((Label::OTHER, said)).or_default() += 1;
        } else {
            *answered.entry((label, said)).or_default() += 1;
        }
        drop(answered);
        self.answer.add(after.as_secs_f64());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last.store(now.as_secs(), Relaxed);
    }

    /// The seconds from MSH-7 to receipt.
    pub(super) fn lag(&self, seconds: f64) {
        // MSH-7 often has seconds only.
        if seconds < -1.0 {
            self.ahead.fetch_add(1, Relaxed);
        } else {
            self.lag.add(seconds.max(0.0));
        }
    }

    /// Something went wrong.
    pub(super) fn error(&self, what: &'static str, count: u64) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        *errors.entry(what).or_default() += count;
    }

    /// All figures.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let head = |out: &mut String, name: &str, kind: &str, help: &str| {
            let _ = write!(out, "# HELP pipehat_{name} {help}\n# TYPE pipehat_{name} {kind}\n");
        };
        head(&mut out, "messages_total", "counter", "Messages by type and acknowledgment.");
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ((label, said), count) in answered {
            let _ =
                writeln!(out, "pipehat_messages_total{{type=\"{label}\",code=\"{said}\"}} {count}");
        }
        head(&mut out, "errors_total", "counter", "What went wrong, by reason.");
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (what, count) in errors {
            let _ = writeln!(out, "pipehat_errors_total{{reason=\"{what}\"}} {count}");
        }
        let figures = [
            ("bytes_total", "counter", "Bytes of messages.", &self.bytes),
            ("connections", "gauge", "Connections now.", &self.connections),
            ("connections_total", "counter", "Connections in all.", &self.connections_total),
            (
                "messages_ahead_total",
                "counter",
                "Messages with an MSH-7 in the future.",
                &self.ahead,
            ),
            ("last_message_timestamp_seconds", "gauge", "When a message last came.", &self.last),
        ];
        for (name, kind, help, figure) in figures {
            head(&mut out, name, kind, help);
            let _ = writeln!(out, "pipehat_{name} {}", figure.load(Relaxed));
        }
        head(&mut out, "ack_seconds", "histogram", "From a whole message to its acknowledgment.");
        self.answer.write("ack_seconds", &mut out);
        head(&mut out, "message_lag_seconds", "histogram", "From MSH-7 to receipt.");
        self.lag.write("message_lag_seconds", &mut out);
        out
    }
}

/// Counts of values up to bounds.
#[derive(Debug)]
struct Histogram<const N: usize> {
    bounds: [f64; N],
    counts: [AtomicU64; N],
    above: AtomicU64,
    micros: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    fn new(bounds: [f64; N]) -> Self {
        let counts = std::array::from_fn(|_| AtomicU64::new(0));
        Self { bounds, counts, above: AtomicU64::new(0), micros: AtomicU64::new(0) }
    }

    fn add(&self, value: f64) {
        let n = self.bounds.iter().position(|&bound| value <= bound);
        let count = n.and_then(|n| self.counts.get(n)).unwrap_or(&self.above);
        count.fetch_add(1, Relaxed);
        // Saturates, and is never negative.
        self.micros.fetch_add((value * 1e6) as u64, Relaxed);
    }

    fn write(&self, name: &str, out: &mut String) {
        let mut total = 0;
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            total += count.load(Relaxed);
            let _ = writeln!(out, "pipehat_{name}_bucket{{le=\"{bound}\"}} {total}");
        }
        total += self.above.load(Relaxed);
        let _ = writeln!(out, "pipehat_{name}_bucket{{le=\"+Inf\"}} {total}");
        let micros = self.micros.load(Relaxed);
        let _ =
            writeln!(out, "pipehat_{name}_sum {}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let _ = writeln!(out, "pipehat_{name}_count {total}");
    }
}

/// How long a request may take, for they are answered one after the other.
const REQUEST: Duration = Duration::from_secs(2);

/// Answers each request with the figures, one after the other; a thread of its own.
pub(super) fn serve(listener: &TcpListener, metrics: &Metrics) {
    for stream in listener.incoming().flatten() {
        let _ = answer(stream, metrics);
    }
}

fn answer(mut stream: TcpStream, metrics: &Metrics) -> io::Result<()> {
    let end = Instant::now() + REQUEST;
    let left = || end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    stream.set_write_timeout(Some(REQUEST))?;
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") && request.len() < 16 << 10 {
        if Instant::now() >= end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left()))?;
        match stream.read(&mut piece)? {
            0 => break,
            count => request.extend_from_slice(&piece[..count]),
        }
    }
    let mut words = request.split(|&b| b == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(|&b| b == b'?').next().unwrap_or_default();
    let (status, body) = match (method, path) {
        (b"GET" | b"HEAD", b"/metrics" | b"/") => ("200 OK", metrics.text()),
        (b"GET" | b"HEAD", _) => ("404 Not Found", "the figures are at /metrics\n".to_owned()),
        _ => ("405 Method Not Allowed\r\nAllow: GET, HEAD", String::new()),
    };
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    if method != b"HEAD" {
        answer.push_str(&body);
    }
    stream.write_all(answer.as_bytes())
}
