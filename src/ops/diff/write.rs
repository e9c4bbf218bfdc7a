//! Changes as lines for people and scripts, and as members of JSON objects.

use super::Change;
use crate::ops::json::text::{push_string, push_value};
use crate::ops::visible;
use anstyle::{AnsiColor, Style};
use std::io::Write as _;

const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// The columns of paths.
const PATHS: usize = 12;

/// Appends a line for each change: `+` and `-` are for what is only after or only before, blanks
/// for what is another value. Values stand in quotes as they are written; what a terminal would
/// act on is made visible.
///
/// ```text
///   PID-5.1      "DOE" -> "ROE"
/// + ZPD          "ZPD|1|x"
/// - NTE[2]       "NTE|2||old"
/// ```
pub fn write(changes: &[Change], color: bool, out: &mut Vec<u8>) {
    for change in changes {
        let (mark, style) = match (&change.before, &change.after) {
            (Some(_), None) => ('-', Some(REMOVED)),
            (None, Some(_)) => ('+', Some(ADDED)),
            _ => (' ', None),
        };
        let place = format!("{mark} {:PATHS$} ", change.place.to_string());
        match style.filter(|_| color) {
            // Writing to memory does not fail.
            Some(style) => _ = write!(out, "{style}{place}{style:#}"),
            None => out.extend_from_slice(place.as_bytes()),
        }
        if let Some(before) = &change.before {
            value(before, color.then_some(REMOVED), out);
        }
        if change.before.is_some() && change.after.is_some() {
            out.extend_from_slice(b" -> ");
        }
        if let Some(after) = &change.after {
            value(after, color.then_some(ADDED), out);
        }
        out.push(b'\n');
    }
}

fn value(raw: &[u8], style: Option<Style>, out: &mut Vec<u8>) {
    if let Some(style) = style {
        _ = write!(out, "{style}");
    }
    out.push(b'"');
    visible::append(raw, usize::MAX, out);
    out.push(b'"');
    if let Some(style) = style {
        _ = write!(out, "{style:#}");
    }
}

/// Appends the members of a JSON object for a change, without braces: `path`, and `before` and
/// `after`, which are `null` where nothing stood. Bytes that are no UTF-8 are `{"bytes":"base64"}`.
pub fn write_json(change: &Change, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"path\":");
    push_string(change.place.to_string().as_bytes(), out);
    for (name, value) in [("before", &change.before), ("after", &change.after)] {
        out.push(b',');
        push_string(name.as_bytes(), out);
        out.push(b':');
        match value {
            Some(raw) => push_value(raw, out),
            None => out.extend_from_slice(b"null"),
        }
    }
}
