//! What values mean: codes of tables, times, the null value.

use super::{Defined, Setting};
use crate::core::time::{Precision, Time, Timestamp};
use crate::dictionary::{Version, standard};
use std::borrow::Cow;

/// The events that have a message structure: that is no meaning of the structure's name.
const STRUCTURES: &str = "0354";

/// What `text` at a position means; empty if that is not known.
pub(super) fn meaning(setting: &Setting<'_, '_>, at: Defined, text: &[u8]) -> Cow<'static, [u8]> {
    const UNKNOWN: Cow<'static, [u8]> = Cow::Borrowed(b"");
    if text == b"\"\"" {
        return Cow::Borrowed(b"null: delete");
    }
    // No code and no time is longer.
    if text.is_empty() || text.len() > 64 {
        return UNKNOWN;
    }
    // A value without delimiters stands for the first part of a type that has parts.
    let mut at = at;
    let mut table = at.table;
    for _ in 0..3 {
        if at.data_type == "TS" {
            break;
        }
        let Some(data_type) = setting.data_type(at.data_type) else { break };
        at = setting.part(Some(data_type), 1);
        table = at.table.or(table);
    }
    let time = match at.data_type {
        "TS" | "DTM" | "DT" => Timestamp::parse(text).map(readable),
        "TM" => Time::parse(text).map(|time| {
            let mut out = Vec::with_capacity(24);
            time.write_iso(&mut out);
            out
        }),
        _ => None,
    };
    if let Some(time) = time {
        return Cow::Owned(time);
    }
    let Some(table) = table.filter(|&id| id != STRUCTURES).and_then(|id| standard().table(id))
    else {
        return UNKNOWN;
    };
    let version = setting.view.version();
    let display = table.code(version, text).or_else(|| table.code(Version::NEWEST, text));
    // A code that means itself says nothing.
    let display = display.map(str::as_bytes).filter(|display| *display != text);
    Cow::Borrowed(display.unwrap_or_default())
}

/// A time as people write it: `2024-01-31 12:00:00 +01:00`.
fn readable(time: Timestamp) -> Vec<u8> {
    let mut iso = Vec::with_capacity(40);
    time.write_iso(&mut iso);
    if let Some(t) = iso.get_mut(10).filter(|b| **b == b'T') {
        *t = b' ';
    }
    if time.precision() < Precision::Hour {
        return iso;
    }
    match time.offset() {
        None => {}
        Some(0) => {
            iso.pop();
            iso.extend_from_slice(b" UTC");
        }
        // Six bytes: a sign, hours and minutes with a colon.
        Some(_) => iso.insert(iso.len().saturating_sub(6), b' '),
    }
    iso
}

/// The data type that a field such as OBX-2 names, if the standard has it.
pub(super) fn type_named(id: &[u8]) -> Option<&'static str> {
    const SIMPLE: [&str; 12] =
        ["ST", "TX", "FT", "NM", "DT", "TM", "DTM", "ID", "IS", "SI", "GTS", "TN"];
    let simple = SIMPLE.into_iter().find(|simple| simple.as_bytes() == id);
    simple.or_else(|| {
        let versions = Version::ALL.into_iter().rev();
        let mut found = versions.filter_map(|version| standard().data_type(version, id));
        found.next().map(|data_type| data_type.id())
    })
}
