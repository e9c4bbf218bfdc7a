//! What holds for any bytes, a function for each target. They panic where it does not.

mod bundles;
mod json;
mod language;
mod messages;
mod privacy;
mod scripts;
mod streams;
mod validation;

pub use bundles::to_fhir;
pub use json::from_json;
pub use language::{expression, path};
pub use messages::{escape, message};
pub use privacy::{deid_text, deidentify};
pub use scripts::{script, transform};
pub use streams::{ack_reader, deframe, framing};
pub use validation::{nist_profile, profile, validate};

use pipehat::core::{Frame, Frames, Message};

/// A check of any bytes.
pub type Check = fn(&[u8]);

/// All targets by their names.
pub const ALL: [(&str, Check); 16] = [
    ("framing", framing),
    ("message", message),
    ("escape", escape),
    ("path", path),
    ("expression", expression),
    ("from_json", from_json),
    ("script", script),
    ("transform", transform),
    ("validate", validate),
    ("profile", profile),
    ("nist_profile", nist_profile),
    ("deframe", deframe),
    ("ack_reader", ack_reader),
    ("deidentify", deidentify),
    ("deid_text", deid_text),
    ("to_fhir", to_fhir),
];

/// Takes a first byte as a number and so many bytes behind it as the sizes of pieces.
fn sizes(data: &[u8]) -> (Vec<usize>, &[u8]) {
    let Some((&count, rest)) = data.split_first() else { return (vec![1], data) };
    let (sizes, rest) = rest.split_at(usize::from(count % 8).min(rest.len()));
    let mut sizes: Vec<_> = sizes.iter().map(|&n| usize::from(n) + 1).collect();
    if sizes.is_empty() {
        sizes.push(1);
    }
    (sizes, rest)
}

/// Feeds a stream in pieces. `take` gets what is there, where that begins in the stream, and whether
/// no more comes, and tells how much of it is done with.
fn in_pieces(stream: &[u8], sizes: &[usize], mut take: impl FnMut(&[u8], usize, bool) -> usize) {
    let mut buf = Vec::new();
    let (mut fed, mut removed) = (0, 0);
    for size in sizes.iter().cycle() {
        let eof = fed == stream.len();
        let next = fed.saturating_add(*size).min(stream.len());
        buf.extend_from_slice(&stream[fed..next]);
        fed = next;
        let done = take(&buf, removed, eof);
        assert!(done <= buf.len());
        buf.drain(..done);
        removed += done;
        if eof {
            break;
        }
    }
    assert!(buf.is_empty());
}

/// The messages of a stream.
fn messages(stream: &[u8]) -> impl Iterator<Item = Message<'_>> {
    Frames::new(stream).filter_map(|frame| match frame {
        Frame::Message(framed) => Message::new(framed).ok(),
        _ => None,
    })
}
