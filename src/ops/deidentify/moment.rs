//! Dates of messages.

use crate::core::time::Timestamp;

/// Appends a date moved by days.
pub(super) fn shift(raw: &[u8], days: i32, out: &mut Vec<u8>) -> bool {
    let Some(time) = Timestamp::parse(raw) else { return false };
    if raw.len() < 8 {
        return year(raw, out);
    }
    let Some(moved) = time.add_days(days) else { return false };
    out.extend_from_slice(
        format!("{:04}{:02}{:02}", moved.year(), moved.month(), moved.day()).as_bytes(),
    );
    out.extend_from_slice(raw.get(8..).unwrap_or_default());
    true
}

/// Appends the year of a date.
pub(super) fn year(raw: &[u8], out: &mut Vec<u8>) -> bool {
    if Timestamp::parse(raw).is_none() {
        return false;
    }
    out.extend_from_slice(raw.get(..4).unwrap_or_default());
    true
}

/// Appends what of a postal code stays.
pub(super) fn zip3(_text: &[u8], _out: &mut Vec<u8>) {}
