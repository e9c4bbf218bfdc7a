use super::*;
use crate::core::{Frame, Frames};
use proptest::prelude::*;

/// What is in a stream: messages, and the lines of strays.
fn found(bytes: &[u8]) -> Vec<(char, Vec<u8>)> {
    let mut all = Vec::new();
    for frame in Frames::new(bytes) {
        match frame {
            Frame::Message(message) => all.push(('m', message.bytes.to_vec())),
            Frame::Stray { bytes, .. } => {
                let lines = bytes.split(|b| matches!(b, b'\r' | b'\n'));
                let lines = lines.filter(|line| line.iter().any(|b| !b" \t\x1c".contains(b)));
                all.extend(lines.map(|line| ('s', line.to_vec())));
            }
            Frame::Envelope { .. } => {}
        }
    }
    all
}

/// The entries of a stream: its messages and strays, byte for byte.
fn entries(stream: &[u8]) -> Vec<Vec<u8>> {
    let entry = |frame| match frame {
        Frame::Message(message) => Some(message.whole.to_vec()),
        Frame::Stray { bytes, .. } => Some(bytes.to_vec()),
        Frame::Envelope { .. } => None,
    };
    Frames::new(stream).filter_map(entry).collect()
}

/// Rejects with these entries. `reopened`: each is added by a run of its own.
fn written(entries: &[Vec<u8>], reopened: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects");
    let mut rejects = Rejects::growing(&path).unwrap();
    for entry in entries {
        if reopened {
            rejects = Rejects::appending(&path).unwrap();
        }
        // In two pieces, as what is long comes.
        let (begin, rest) = entry.split_at(entry.len().min(12));
        let begin = if reopened { entry } else { begin };
        rejects.add(begin, true).unwrap();
        if !reopened {
            rejects.add(rest, false).unwrap();
        }
    }
    drop(rejects);
    std::fs::read(&path).unwrap()
}

#[test]
fn what_is_ended_needs_nothing_and_the_rest_is_ended() {
    let of = |entries: &[&str]| {
        let entries: Vec<_> = entries.iter().map(|entry| entry.as_bytes().to_vec()).collect();
        String::from_utf8(written(&entries, false)).unwrap()
    };
    let (crlf, cr, lf) = ("MSH|^~\\&|a\rPID|1\r\n", "MSH|^~\\&|b\rPID|2\r", "MSH|^~\\&|c\nPID|3\n");
    assert_eq!(of(&[crlf, crlf, lf, lf]), [crlf, crlf, lf, lf].concat());
    assert_eq!(of(&[cr, cr, crlf]), [cr, "\n", cr, "\n", crlf].concat());
    let stray = "OBX|1|TX|a||x\r";
    assert_eq!(of(&[cr, stray, cr]), [cr, "\n", stray, cr].concat());
    assert_eq!(of(&[lf, stray]), [lf, "\n", stray].concat());
    assert_eq!(of(&["MSH|^~\\&|a\rPID|1", stray]), ["MSH|^~\\&|a\rPID|1\r\n", stray].concat());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// Whatever was rejected of whatever streams, reading it back finds the same, in order.
    #[test]
    fn nothing_is_joined(
        pieces in prop::collection::vec(prop::sample::select(&[
            "MSH|^~\\&|x", "MSH|^~\\&", "MSH", "MSH|", "MSHX|", "PID|1", "OBX|2", "text", "M", "\r", "\r",
            "\n", "\n", "\r\n", "\x0b", "\x1c", "\x1c\r", "FHS|1", " ", "\u{feff}",
            "\r\nMSH|^~\\&|y\rPV1|2\r", "\nMSH|^~\\&|z|\nPV1|3\n", "\x0bMSH|^~\\&|w\rPV1|4\r\x1c\r",
        ][..]), 0..24),
        turn in 0usize..8,
        left_out in 0usize..6,
        reopened: bool,
    ) {
        let mut entries = entries(pieces.concat().as_bytes());
        let turn = turn.min(entries.len());
        entries.rotate_left(turn);
        if left_out < entries.len() {
            entries.remove(left_out);
        }
        let expected: Vec<_> = entries.iter().flat_map(|entry| found(entry)).collect();
        let read = written(&entries, reopened);
        prop_assert_eq!(found(&read), expected, "{}", read.escape_ascii());
    }
}
