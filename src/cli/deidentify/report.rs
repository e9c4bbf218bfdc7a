//! What a run did, in numbers: nothing of what a message says.

use super::Done;
use crate::ops::deidentify::Deidentifier;
use crate::ops::deidentify::text::Mode;
use anyhow::Result;
use serde_json::{Map, Value, json};

/// The report as a JSON document that ends with a line end.
///
/// `key_id`: by which two runs can be seen to have the same key; none for a key of one run.
/// `unhandled`: messages and lines that were not written.
pub(super) fn json(
    deidentifier: &Deidentifier,
    key_id: Option<String>,
    total: &Done,
    unhandled: u64,
) -> Result<String> {
    let (rules, tally) = (deidentifier.rules(), &total.done);
    let settings = rules.settings();
    let fields = tally
        .fields(rules)
        .map(|(path, action, count)| json!({ "path": path, "action": action, "count": count }));
    let document = json!({
        "pipehat": env!("CARGO_PKG_VERSION"),
        "profile": settings.profile.name(),
        "text": text(settings.text),
        "rules": rules.hash(),
        "key": key_id,
        "messages": {
            "read": total.messages.matched,
            "written": total.written,
            "rejected": unhandled,
        },
        "fields": fields.collect::<Vec<_>>(),
        "texts": counts(tally.found.iter().filter(|&(_, count)| count > 0)),
        "residual": counts(tally.residual_hits(rules)),
        "unknown_segments": counts(tally.unknown_segments()),
        "unusual_segments": tally.unusual_segments,
        "unknown_fields": tally.unknown_fields,
        "dropped_lines": tally.dropped_lines,
        "emptied_dates": tally.emptied_dates,
        "emptied_documents": tally.emptied_documents,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// As on the command line.
fn text(mode: Mode) -> &'static str {
    match mode {
        Mode::Drop => "drop",
        Mode::Scrub => "scrub",
        Mode::Strict => "strict",
        Mode::Keep => "keep",
    }
}

fn counts<N: Into<String>>(counts: impl Iterator<Item = (N, u64)>) -> Value {
    Value::Object(counts.map(|(name, count)| (name.into(), count.into())).collect::<Map<_, _>>())
}
