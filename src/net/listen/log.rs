//! A line for each event, without content of messages.

use super::clock::rfc3339;
use super::peer::Peer;
use crate::io::Diagnostics;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

/// Why a connection failed, in words that tell what happened.
pub(super) fn reason(error: &io::Error) -> String {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof, WouldBlock,
    };
    match error.kind() {
        WouldBlock | TimedOut => "no answer in time".to_owned(),
        UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => {
            "the other side closed the connection".to_owned()
        }
        _ => tls_reason(error).unwrap_or_else(|| crate::io::source::plain_error(error)),
    }
}

/// Why the two sides did not come to terms about TLS, if that is what an error is about.
pub(super) fn tls_reason(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(format!("TLS: {}", crate::net::tls::words(error)))
}

/// The form of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// `2026-01-31T23:59:59.123Z message peer=10.0.0.1:4711 type=ADT^A01 code=AA`
    Text,
    /// An object.
    Json,
}

/// Where events are told.
#[derive(Debug)]
pub struct Log {
    /// Without one only what somebody must know is told.
    form: Option<LogForm>,
    diagnostics: Arc<Diagnostics>,
}

impl Log {
    /// Events in this form; without one only what somebody must know is told.
    #[must_use]
    pub fn new(form: Option<LogForm>, diagnostics: Arc<Diagnostics>) -> Self {
        Self { form, diagnostics }
    }

    /// Whether each event is told.
    pub(super) fn is_on(&self) -> bool {
        self.form.is_some()
    }

    /// Tells an event, if all are told. Its name and those of facts are words.
    pub(super) fn event(&self, name: &str, peer: Option<&Peer>, facts: &[(&str, Value)]) {
        let Some(form) = self.form else { return };
        let time = rfc3339(SystemTime::now());
        let of_peer = peer.map(|peer| {
            [("connection", json!(peer.id)), ("peer", json!(peer.address.to_string()))]
        });
        let all = of_peer.iter().flatten().chain(facts);
        let mut line;
        match form {
            LogForm::Json => {
                line = format!("{{\"time\":\"{time}\",\"event\":\"{name}\"");
                for (name, value) in all {
                    line.push_str(&format!(",\"{name}\":{value}"));
                }
                line.push_str("}\n");
            }
            LogForm::Text => {
                line = format!("{time} {name}");
                for (name, value) in all {
                    match value.as_str() {
                        Some(text) if !text.contains([' ', '"', '=']) => {
                            line.push_str(&format!(" {name}={text}"));
                        }
                        _ => line.push_str(&format!(" {name}={value}")),
                    }
                }
                line.push('\n');
            }
        }
        // One write, so that lines do not mix. A closed stderr is no reason to stop.
        let _ = io::stderr().write_all(line.as_bytes());
    }

    /// Tells what somebody must know: as an event, or by itself.
    pub(super) fn warn(&self, peer: Option<&Peer>, text: &str) {
        if self.is_on() {
            self.event("warning", peer, &[("text", json!(text))]);
        } else if let Some(peer) = peer {
            self.diagnostics.note(&format!("{}: {text}", peer.address));
        } else {
            self.diagnostics.note(text);
        }
    }

    /// Tells what somebody must know.
    pub fn note(&self, text: &str) {
        self.warn(None, text);
    }

    /// Tells what also those must see who asked for silence.
    pub fn alert(&self, text: &str) {
        if self.is_on() {
            self.warn(None, text);
        } else {
            self.diagnostics.warn(text);
        }
    }

    /// As [`Log::warn`], and the exit status tells it, too.
    pub(super) fn error(&self, text: &str) {
        if self.is_on() {
            self.event("error", None, &[("text", json!(text))]);
            self.diagnostics.fail();
        } else {
            self.diagnostics.error(text);
        }
    }
}
