//! Frames of streams, blocks and answers of links.

use super::{in_pieces, sizes};
use pipehat::core::mllp::{Deframer, Piece};
use pipehat::core::{Cutter, Frame, Framed, Frames, LineEnding, Pending};
use pipehat::net::reply::{Reply, replies};

/// What stands somewhere in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    kind: Kind,
    offset: usize,
    parts: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Envelope,
    Stray,
}

/// The frames of a buffer, found the same whatever the cuts: strays that touch are one, and blanks
/// around their lines do not count.
fn found(frames: Frames<'_>, base: usize, all: &mut Vec<Found>) {
    for frame in frames {
        match frame {
            Frame::Message(m) => {
                assert!(m.whole.starts_with(m.bytes));
                assert!(m.header_len <= m.bytes.len());
                let parts = split(&m);
                assert_eq!(parts[0].len(), m.header_len);
                all.push(Found { kind: Kind::Message, offset: base + m.offset, parts });
            }
            Frame::Envelope { bytes, offset } => {
                let parts = vec![bytes.to_vec()];
                all.push(Found { kind: Kind::Envelope, offset: base + offset, parts });
            }
            Frame::Stray { bytes, offset } => match all.last_mut() {
                Some(Found { kind: Kind::Stray, parts, .. }) => parts.extend(lines(bytes)),
                _ => {
                    let parts = lines(bytes);
                    all.push(Found { kind: Kind::Stray, offset: base + offset, parts });
                }
            },
        }
    }
}

/// Lines of strays without what is blank around them.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split(|b| matches!(b, b'\r' | b'\n' | 0x0B | 0x1C | 0xEF | 0xBB | 0xBF))
        .map(|line| line.trim_ascii().to_vec())
        .filter(|line| !line.is_empty())
        .collect()
}

/// The segments of a message, split the plain way.
fn split(m: &Framed<'_>) -> Vec<Vec<u8>> {
    let lf = m.line_ending == LineEnding::Lf;
    let mut all = Vec::new();
    let mut rest = m.bytes;
    while let Some(at) = rest.iter().position(|&b| b == b'\r' || (lf && b == b'\n')) {
        all.push(rest[..at].to_vec());
        let pair = lf && rest[at..].starts_with(b"\r\n");
        rest = &rest[at + 1 + usize::from(pair)..];
    }
    all.push(rest.to_vec());
    all
}

/// Frames of a whole stream are those of its pieces, and hold all of it.
pub fn framing(data: &[u8]) {
    let (sizes, stream) = sizes(data);
    let mut whole = Vec::new();
    found(Frames::new(stream), 0, &mut whole);
    nothing_dropped(stream);

    let mut pieces = Vec::new();
    let mut cutter = Cutter::default();
    in_pieces(stream, &sizes, |buf, removed, eof| {
        let complete = cutter.advance(buf, eof);
        found(Frames::new(&buf[..complete]), removed, &mut pieces);
        cutter.removed(complete);
        complete
    });
    assert_eq!(pieces, whole);
    // Whatever is given up in the middle, as a reader does that refuses what is too long.
    given_up(stream, &sizes);
}

/// Every byte belongs to a frame or is blank, and frames come in order.
fn nothing_dropped(stream: &[u8]) {
    let blank = |bytes: &[u8]| bytes.iter().all(|b| b" \t\r\n\x0B\x1C\xEF\xBB\xBF".contains(b));
    let mut at = 0;
    for frame in Frames::new(stream) {
        let (offset, bytes, content) = match frame {
            Frame::Message(m) => (m.offset, m.whole, m.bytes),
            Frame::Envelope { bytes, offset } | Frame::Stray { bytes, offset } => {
                (offset, bytes, bytes)
            }
        };
        assert!(offset >= at && !bytes.is_empty());
        assert!(blank(&stream[at..offset]));
        assert!(blank(&bytes[content.len()..]));
        assert_eq!(&stream[offset..offset + bytes.len()], bytes);
        at = offset + bytes.len();
    }
    assert!(blank(&stream[at..]));
}

/// Takes away what is pending once it is long, as a reader of streams does, and goes on: all
/// messages that were not given up are those of the whole stream.
fn given_up(stream: &[u8], sizes: &[usize]) {
    const MOST: usize = 32;
    const KEEP: usize = 16;
    let mut cutter = Cutter::default();
    let (mut mid_line, mut too_long) = (false, false);
    let mut left = Vec::new();
    in_pieces(stream, sizes, |mut buf, mut removed, eof| {
        let mut done = 0;
        let mut end = 0;
        if too_long && let Some(found) = cutter.end_pending(buf, eof) {
            cutter = Cutter::default();
            too_long = false;
            buf = &buf[found..];
            removed += found;
            done = found;
        }
        if !too_long {
            end = cutter.advance(buf, eof);
        }
        assert!(end <= buf.len());
        let endless = end == 0 && buf.len() > MOST;
        if endless {
            end = buf.len() - KEEP;
        }
        let of_message = endless && cutter.pending() == Pending::Message;
        let piece = &buf[..end];
        if of_message {
            too_long = true;
        } else if end > 0 {
            let frames = if mid_line { Frames::within_stray(piece) } else { Frames::new(piece) };
            let messages = whole_messages(frames, removed);
            left.extend(messages.map(|(at, bytes)| (at, &stream[at..at + bytes.len()])));
            mid_line = endless && cutter.pending() == Pending::Stray;
        }
        cutter.removed(end);
        done + end
    });
    // A line of blanks that is given up is no longer one.
    let blank = |b: &u8| b" \t\x0B\x1C\xEF\xBB\xBF".contains(b);
    if stream.windows(KEEP).any(|run| run.iter().all(blank)) {
        return;
    }
    // A message behind which an envelope without end comes is not known to be complete.
    let long = |frame| matches!(frame, Frame::Envelope { bytes, .. } if bytes.len() > KEEP / 2);
    if Frames::new(stream).any(long) {
        return;
    }
    let all: Vec<_> = whole_messages(Frames::new(stream), 0).collect();
    assert!(left.iter().all(|message| all.contains(message)), "a message that is none");
    if stream.windows(2).any(|two| matches!(two, b"HS" | b"TS")) {
        // An envelope on the heels of a message is cut off only when both are there.
        return;
    }
    for frame in Frames::new(stream) {
        // With what ends it: blank lines are of the message before until they end.
        if let Frame::Message(m) = frame
            && m.whole.len() <= KEEP
        {
            assert!(left.contains(&(m.offset, m.bytes)), "one was dropped");
        }
    }
}

/// Where messages are, and they themselves.
fn whole_messages(frames: Frames<'_>, base: usize) -> impl Iterator<Item = (usize, &[u8])> {
    frames.filter_map(move |frame| match frame {
        Frame::Message(m) => Some((base + m.offset, m.bytes)),
        _ => None,
    })
}

/// The pieces of a connection are the same whatever the packets, and nothing but blanks and the
/// marks of blocks is lost.
pub fn deframe(data: &[u8]) {
    let (sizes, stream) = sizes(data);
    let max = 1 + usize::from(data.first().copied().unwrap_or(0)) * 4;
    let whole = deframed(stream, &[stream.len().max(1)], max);
    assert_eq!(deframed(stream, &sizes, max), whole);
    let longest = whole.iter().filter(|(kind, _)| *kind != 'j').map(|(_, bytes)| bytes.len()).max();
    assert!(longest.unwrap_or(0) <= max + 2);
    if whole.iter().all(|(kind, _)| *kind != 'l') {
        let told: usize = whole.iter().map(|(_, bytes)| bytes.len()).sum();
        let marks = |b: &&u8| matches!(b, 0x0B | 0x1C | b'\r' | b'\n' | b' ' | b'\t');
        assert!(told >= stream.len() - stream.iter().filter(marks).count());
    }
}

/// Pieces by kind; junk in a row is one.
fn deframed(stream: &[u8], sizes: &[usize], max: usize) -> Vec<(char, Vec<u8>)> {
    let mut deframer = Deframer::new(max);
    let mut all: Vec<(char, Vec<u8>)> = Vec::new();
    let mut keep = |piece: Piece<'_>| match piece {
        Piece::Block(bytes) => all.push(('b', bytes.to_vec())),
        Piece::Torn(bytes) => all.push(('t', bytes.to_vec())),
        Piece::TooLong(bytes) => all.push(('l', bytes.to_vec())),
        Piece::Junk(bytes) => match all.last_mut() {
            Some(('j', junk)) => junk.extend_from_slice(bytes),
            _ => all.push(('j', bytes.to_vec())),
        },
    };
    in_pieces(stream, sizes, |buf, _, eof| {
        deframer.feed(buf);
        if eof {
            deframer.silence();
        }
        while let Some(piece) = deframer.next() {
            keep(piece);
        }
        buf.len()
    });
    if let Some(piece) = deframer.rest() {
        keep(piece);
    }
    all
}

/// What a receiver sends is read the same whatever the packets. An answer is taken for one only if
/// it is a message that has in an MSA a code of table 0008 and a control id, as they stand there.
pub fn ack_reader(data: &[u8]) {
    let (sizes, stream) = sizes(data);
    let whole = answers(stream, &[stream.len().max(1)]);
    assert_eq!(answers(stream, &sizes), whole);
}

/// The codes and control ids of all answers in a stream.
fn answers(stream: &[u8], sizes: &[usize]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (kind, content) in deframed(stream, sizes, 1 << 20) {
        if kind != 'b' {
            continue;
        }
        for reply in replies(&content) {
            match reply {
                Reply::Ack(ack) => {
                    let code = ack.code.text(ack.kind);
                    let id = ack.control_id;
                    let field = ack.message.separators().field;
                    assert!(!id.is_empty() && !id.contains(&field));
                    let msa = [b"MSA", &[field][..], code.as_bytes(), &[field], id].concat();
                    let mut segments = ack.message.segments();
                    assert!(segments.any(|segment| segment.raw().starts_with(&msa)));
                    let _ = (ack.condition(), ack.text());
                    all.push((code.to_owned(), id.to_vec()));
                }
                Reply::Commit(commit) => {
                    assert_eq!(content, commit.content());
                    all.push((format!("{commit:?}"), Vec::new()));
                }
                Reply::Other => all.push(("other".to_owned(), Vec::new())),
            }
        }
    }
    all
}
