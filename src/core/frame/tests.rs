use super::{CR, Cutter, Frame, Framed, Frames, LF, LineEnding};
use proptest::prelude::*;

/// What the frames of a buffer are, in a form that can be compared.
fn frames(buf: &[u8]) -> Vec<(char, usize, Vec<Vec<u8>>)> {
    let mut found = Vec::new();
    for frame in Frames::new(buf) {
        found.push(match frame {
            Frame::Message(m) => {
                assert_eq!(&buf[m.offset..m.offset + m.bytes.len()], m.bytes);
                ('m', m.offset, segments(&m))
            }
            Frame::Envelope { bytes, offset } => ('e', offset, vec![bytes.to_vec()]),
            Frame::Stray { bytes, offset } => ('s', offset, vec![bytes.to_vec()]),
        });
    }
    found
}

/// The plain way: split at each byte or pair that ends a segment.
fn segments(m: &Framed<'_>) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut bytes = m.bytes.iter().peekable();
    while let Some(&b) = bytes.next() {
        match (b, m.line_ending) {
            (CR, _) => {
                bytes.next_if(|&&b| b == LF && m.line_ending == LineEnding::Lf);
                all.push(Vec::new());
            }
            (LF, LineEnding::Lf) => all.push(Vec::new()),
            _ => all.last_mut().unwrap().push(b),
        }
    }
    all
}

/// The messages of a buffer as segments joined by `/`, strays and envelopes marked.
fn told(buf: &[u8]) -> Vec<String> {
    frames(buf)
        .into_iter()
        .map(|(kind, _, parts)| {
            let text = parts.join(&b'/').escape_ascii().to_string();
            if kind == 'm' { text } else { format!("{kind}:{text}") }
        })
        .collect()
}

#[test]
fn every_line_ending() {
    let two = ["MSH|^~\\\\&|a/PID|1", "MSH|^~\\\\&|b/PID|2"];
    for input in [
        "MSH|^~\\&|a\rPID|1\rMSH|^~\\&|b\rPID|2\r",
        "MSH|^~\\&|a\rPID|1\r\nMSH|^~\\&|b\rPID|2\r\n",
        "MSH|^~\\&|a\nPID|1\nMSH|^~\\&|b\nPID|2\n",
        "MSH|^~\\&|a\r\nPID|1\r\nMSH|^~\\&|b\r\nPID|2",
        "MSH|^~\\&|a\nPID|1\n\nMSH|^~\\&|b\rPID|2\r\n",
        "\u{feff}MSH|^~\\&|a\rPID|1\r\r\r\n\n \t\n\u{feff}MSH|^~\\&|b\nPID|2",
        "\x0bMSH|^~\\&|a\rPID|1\r\x1c\r\x0bMSH|^~\\&|b\rPID|2\r\x1c\r",
        "\x0bMSH|^~\\&|a\rPID|1\x1c\r\n\x0bMSH|^~\\&|b\rPID|2\x1c",
        "\x0bMSH|^~\\&|a\rPID|1\x1c\x0bMSH|^~\\&|b\rPID|2\x1c",
        "\x0bMSH|^~\\&|a\nPID|1\n\x1c\r\x0bMSH|^~\\&|b\r\nPID|2\r\n\x1c\r\n",
        "MSH|^~\\&|a\rPID|1\r\x1c\rMSH|^~\\&|b\rPID|2\x1c\r",
        "MSH|^~\\&|a\rPID|1\r\x0bMSH|^~\\&|b\rPID|2",
    ] {
        assert_eq!(told(input.as_bytes()), two, "{input:?}");
    }
}

#[test]
fn a_lone_line_feed_is_content_after_a_carriage_return() {
    assert_eq!(
        told(b"MSH|^~\\&|a\rNTE|1||x\nMSH|y\rPID|2\r\n"),
        [r"MSH|^~\\&|a/NTE|1||x\nMSH|y/PID|2"]
    );
}

#[test]
fn a_header_behind_a_lone_line_feed_is_one() {
    for input in [
        "MSH|^~\\&|a\rPID|1\nMSH|^~\\&|b\rPID|2\n",
        "MSH|^~\\&|a\rPID|1\n\nMSH|^~\\&|b\rPID|2\n\n",
        "MSH|^~\\&|a\rPID|1\n\x0bMSH|^~\\&|b\rPID|2\n\x1c\r",
        "MSH|^~\\&|a\rPID|1\nMSH|^~\\&|b\nPID|2",
    ] {
        assert_eq!(told(input.as_bytes()), ["MSH|^~\\\\&|a/PID|1", "MSH|^~\\\\&|b/PID|2"]);
    }
    // Free text.
    let text = "MSH|^~\\&|a\rNTE|1||x\nMSH: 12 pg/ml\nMSH|y\rPID|2\r\n";
    let read = "MSH|^~\\\\&|a/NTE|1||x\\nMSH: 12 pg/ml\\nMSH|y/PID|2";
    assert_eq!(told(text.as_bytes()), [read]);
    let batch = "MSH|^~\\&|a\rPID|1\nBTS|1\n";
    assert_eq!(told(batch.as_bytes()), ["MSH|^~\\\\&|a/PID|1", "e:BTS|1"]);
}

#[test]
fn empty_segments_inside_stay_and_at_the_end_go() {
    assert_eq!(told(b"MSH|^~\\&|a\r\rPID|1\r\r\r\n"), [r"MSH|^~\\&|a//PID|1"]);
}

#[test]
fn header_alone() {
    for input in ["MSH|^~\\&", "MSH|^~\\&\r", "MSH|^~\\&\r\n", "\x0bMSH|^~\\&\x1c\r"] {
        assert_eq!(told(input.as_bytes()), [r"MSH|^~\\&"], "{input:?}");
    }
}

#[test]
fn an_envelope_ends_a_message_whatever_ends_the_envelope() {
    assert_eq!(
        told(b"MSH|^~\\&|a\rPID|1\rBHS|^~\\&\nMSH|^~\\&|b\nPID|2\n"),
        [r"MSH|^~\\&|a/PID|1", r"e:BHS|^~\\&", r"MSH|^~\\&|b/PID|2"]
    );
}

#[test]
fn envelopes_are_no_messages_and_strays_are_told() {
    assert_eq!(
        told(b"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|a\rPID|1\rBTS|1\rFTS|1\r"),
        [r"e:FHS|^~\\&", r"e:BHS|^~\\&", r"MSH|^~\\&|a/PID|1", "e:BTS|1", "e:FTS|1"]
    );
    assert_eq!(
        told(b"started\nok \n\nMSH|^~\\&|a\rPID|1\r\nlost\nMSHX|\nMSH|^~\\&|b"),
        [r"s:started\nok \n", r"MSH|^~\\&|a/PID|1", r"s:lost\nMSHX|\n", r"MSH|^~\\&|b"]
    );
    assert!(told(b"").is_empty());
    assert!(told(b"\r\n \n\n\x1c\r").is_empty());
}

#[test]
fn a_live_message_is_complete_at_its_end() {
    for (input, complete) in [
        (&b"MSH|^~\\&|a\rPID|1\r"[..], 0),
        (b"MSH|^~\\&|a\rPID|1\r\n", 18),
        (b"MSH|^~\\&|a\nPID|1\n", 0),
        (b"MSH|^~\\&|a\nPID|1\n\n", 18),
        (b"MSH|^~\\&|a\r\nPID|1\r\n\r\n", 21),
        (b"\x0bMSH|^~\\&|a\rPID|1\r\x1c", 19),
        (b"MSH|^~\\&|a\rPID|1\rMSH|", 17),
        (b"MSH|^~\\&|a\rPID|1\rMSH", 0),
    ] {
        assert_eq!(Cutter::default().advance(input, false), complete, "{input:?}");
    }
}

#[test]
fn a_cut_is_where_the_frames_go_on_behind_a_batch_trailer() {
    // The message, the trailer that is no segment of it, and the line ending are complete.
    let input = b"MSH|^~\\&|x\rFHS|1\r\n ";
    assert_eq!(Cutter::default().advance(input, false), 18);
    // With an FS inside it would end there, so that it is a segment like any other.
    let input = b"MSH|^~\\&|x\rFHS|1\x1cMSH|^~\\&|x\r\n ";
    assert_eq!(Cutter::default().advance(input, false), 29);
    // An FS in the header tells nothing of how segments end.
    assert_eq!(told(b"MSH|^~\\&|\x1cb\nPID|1\n"), [r"MSH|^~\\&|\x1cb/PID|1"]);
    assert_eq!(told(b"MSH|^~\\&|\x1cb\rPID|1\n2\r\n"), [r"MSH|^~\\&|\x1cb/PID|1\n2"]);
    assert_eq!(told(b"MSH|^~\\&|b\x1c\rPID|1\r\n"), [r"MSH|^~\\&|b", r"s:PID|1\r\n"]);
    // Nor does a line feed behind it make it one.
    assert_eq!(told(b"MSH|\rFTS|\x1cFTS|\x1cMSH\n"), [r"MSH|/FTS|\x1cFTS|\x1cMSH"]);
}

/// Streams with everything that framing must cope with.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("MSH|^~\\&|x"),
        Just("MSH|^~\\&"),
        Just("MSH"),
        Just("MSHX|"),
        Just("PID|1"),
        Just("FHS|1"),
        Just("BTS|"),
        Just("BTSA"),
        Just("text"),
        Just("M"),
        Just("\r"),
        Just("\r"),
        Just("\n"),
        Just("\n"),
        Just("\r\n"),
        Just("\x0b"),
        Just("\x1c"),
        Just(" "),
        Just("\u{feff}"),
        Just("\r\nMSH|^~\\&|y\rPV1|2\r\n"),
        Just("\nMSH|^~\\&|z|"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Whatever the pieces in which a stream arrives, the same is found in it.
    #[test]
    fn cuts_never_show(input in stream(), sizes in prop::collection::vec(1usize..9, 1..40)) {
        let mut cutter = Cutter::default();
        let mut buf = Vec::new();
        let mut removed = 0;
        let mut fed = 0;
        let mut found = Vec::new();
        let mut sizes = sizes.iter().cycle();
        loop {
            let eof = fed == input.len();
            if !eof {
                let n = (*sizes.next().unwrap()).min(input.len() - fed);
                buf.extend_from_slice(&input[fed..fed + n]);
                fed += n;
            }
            let complete = cutter.advance(&buf, eof);
            for (kind, offset, parts) in frames(&buf[..complete]) {
                found.push((kind, offset + removed, parts));
            }
            buf.drain(..complete);
            cutter.removed(complete);
            removed += complete;
            if eof {
                break;
            }
        }
        prop_assert_eq!(joined(found), joined(frames(&input)));
    }

    /// Every byte that is not blank belongs to something.
    #[test]
    fn nothing_is_dropped(input in stream()) {
        let mut left = input.clone();
        for (_, offset, parts) in frames(&input) {
            let mut at = offset;
            for part in parts {
                while !input[at..].starts_with(&part) {
                    at += 1;
                }
                left[at..at + part.len()].fill(b' ');
                at += part.len();
            }
        }
        let blank = |b: &u8| matches!(b, b' ' | b'\r' | b'\n' | 0x0b | 0x1c | 0xef | 0xbb | 0xbf);
        prop_assert!(left.iter().all(blank), "{:?}", left.escape_ascii().to_string());
    }
}

/// Joins strays that touch: how many lines of them come at once is not promised.
fn joined(found: Vec<(char, usize, Vec<Vec<u8>>)>) -> Vec<(char, usize, Vec<Vec<u8>>)> {
    let mut all: Vec<(char, usize, Vec<Vec<u8>>)> = Vec::new();
    for (kind, offset, parts) in found {
        match all.last_mut() {
            Some(('s', _, before)) if kind == 's' => {
                before.extend(parts.iter().flat_map(|p| lines(p)));
            }
            _ if kind == 's' => all.push((kind, offset, lines(&parts[0]))),
            _ => all.push((kind, offset, parts)),
        }
    }
    all
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split(|b| matches!(b, b'\r' | b'\n' | 0x0b | 0x1c | 0xef | 0xbb | 0xbf))
        .map(|l| l.trim_ascii().to_vec())
        .filter(|l| !l.is_empty())
        .collect()
}
