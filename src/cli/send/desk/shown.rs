//! What is shown of a message whose fate is known.

use crate::cli::send::FormatArg;
use crate::core::expr::Origin;
use crate::core::{Scope, TextOptions};
use crate::io::{append_object, origin};
use crate::net::reply::Ack;
use crate::net::send::{Fate, Settled};
use crate::ops::pass::PassOn;
use crate::ops::visible;
use serde_json::Value;
use std::fmt::Write as _;

/// Appends what is shown of a message.
pub(super) fn append(
    format: FormatArg,
    from: Origin<'_>,
    control_id: &[u8],
    settled: &Settled<'_>,
    reading: TextOptions,
    out: &mut Vec<u8>,
) {
    let milliseconds = settled.took.as_secs_f64() * 1000.0;
    let ack = settled.fate.ack();
    match format {
        FormatArg::None => {}
        FormatArg::Ack => {
            if let Some(ack) = ack {
                // A line of its own in any case: this form can hold every message.
                let _ = PassOn::default().append(&ack.message, out);
            }
        }
        FormatArg::Text => {
            let code = settled.fate.code().map_or("--".to_owned(), |code| code.to_string());
            out.extend_from_slice(format!("{code:<3} ").as_bytes());
            visible::append(control_id, 40, out);
            let mut what = String::new();
            if settled.tries > 0 {
                let _ = write!(what, "  {milliseconds:.1} ms");
            }
            match settled.fate {
                Fate::Accepted(_) => {}
                fate => {
                    let _ = write!(what, "  {}", fate.name());
                    if let Some(code) = ack.and_then(|ack| error_code(ack)) {
                        let _ = write!(what, ", error {code}");
                    }
                    if let Some(failure) = fate.failure() {
                        let _ = write!(what, ": {failure}");
                    }
                }
            }
            out.extend_from_slice(what.as_bytes());
            out.push(b'\n');
        }
        FormatArg::Ndjson => {
            let mut pairs = origin(from.file, Some(from.number), from.offset).to_vec();
            pairs.push(("control_id", text(control_id)));
            pairs.push(("outcome", settled.fate.name().into()));
            if let Some(code) = settled.fate.code() {
                pairs.push(("code", code.to_string().into()));
            }
            if let Some(ack) = ack {
                let scope = Scope::with(&ack.message, reading);
                for (name, raw) in [("error", ack.condition()), ("text", ack.text())] {
                    if !raw.is_empty() {
                        pairs.push((name, text(&scope.text(raw))));
                    }
                }
            }
            if let Some(failure) = settled.fate.failure() {
                pairs.push(("reason", failure.to_string().into()));
            }
            pairs.push(("tries", settled.tries.into()));
            if settled.tries > 0 {
                pairs.push(("ms", ((milliseconds * 1000.0).round() / 1000.0).into()));
            }
            append_object(out, &pairs);
        }
    }
}

fn text(bytes: &[u8]) -> Value {
    String::from_utf8_lossy(bytes).into()
}

/// The error code of an acknowledgment, if it is one of table 0357 by its form: other texts could
/// be anything, and are shown only where answers are asked for.
pub(super) fn error_code<'a>(ack: &Ack<'a>) -> Option<&'a str> {
    let code = std::str::from_utf8(ack.condition()).ok()?;
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}
