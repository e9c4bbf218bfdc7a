use super::*;
use proptest::prelude::*;

/// A piece with bytes of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Got {
    Block(Vec<u8>),
    Torn(Vec<u8>),
    Junk(Vec<u8>),
    TooLong(Vec<u8>),
}

use Got::{Block, Junk, TooLong, Torn};

fn take(deframer: &mut Deframer, all: &mut Vec<Got>) {
    while let Some(piece) = deframer.next() {
        keep(piece, all);
    }
}

fn keep(piece: Piece<'_>, all: &mut Vec<Got>) {
    match piece {
        Piece::Block(bytes) => all.push(Block(bytes.to_vec())),
        Piece::Torn(bytes) => all.push(Torn(bytes.to_vec())),
        Piece::TooLong(bytes) => all.push(TooLong(bytes.to_vec())),
        Piece::Junk(bytes) => match all.last_mut() {
            Some(Junk(junk)) => junk.extend_from_slice(bytes),
            _ => all.push(Junk(bytes.to_vec())),
        },
    }
}

/// The pieces of a stream that comes in pieces of these sizes and then ends.
fn pieces(stream: &[u8], sizes: &[usize], max: usize) -> Vec<Got> {
    let mut deframer = Deframer::new(max);
    let mut all = Vec::new();
    let mut rest = stream;
    for size in sizes.iter().cycle() {
        let (now, later) = rest.split_at((*size).min(rest.len()));
        deframer.feed(now);
        take(&mut deframer, &mut all);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    deframer.silence();
    take(&mut deframer, &mut all);
    if let Some(piece) = deframer.rest() {
        keep(piece, &mut all);
    }
    all
}

/// As [`pieces`], in one piece; any other cut gives the same.
#[track_caller]
fn all(stream: &[u8]) -> Vec<Got> {
    let whole = pieces(stream, &[stream.len().max(1)], 1000);
    for size in [1, 2, 3, 7] {
        assert_eq!(pieces(stream, &[size], 1000), whole, "in pieces of {size}");
    }
    whole
}

fn block(content: &[u8]) -> Got {
    Block(content.to_vec())
}

fn junk(bytes: &[u8]) -> Got {
    Junk(bytes.to_vec())
}

fn torn(bytes: &[u8]) -> Got {
    Torn(bytes.to_vec())
}

#[test]
fn blocks_one_behind_the_other() {
    assert_eq!(
        all(b"\x0bMSH|a\r\x1c\r\x0bMSH|b\r\x1c\r\x0b\x1c\r"),
        [block(b"MSH|a\r"), block(b"MSH|b\r"), block(b"")]
    );
}

#[test]
fn an_fs_with_anything_else_behind_it_is_content() {
    assert_eq!(all(b"\x0bMSH|A\x1cB\x1c\x1c|C\r\x1c\r"), [block(b"MSH|A\x1cB\x1c\x1c|C\r")]);
}

#[test]
fn the_cr_behind_an_fs_may_be_missing() {
    assert_eq!(all(b"\x0bMSH|a\r\x1c\x0bMSH|b\r\x1c"), [block(b"MSH|a\r"), block(b"MSH|b\r")]);
    assert_eq!(
        all(b"\x0bMSH|a\r\x1c\n\x0bMSH|b\r\x1c\r\n"),
        [block(b"MSH|a\r"), block(b"MSH|b\r")]
    );
    // Nothing is known until there is silence.
    let mut deframer = Deframer::new(1000);
    deframer.feed(b"\x0bMSH|a\r\x1c");
    assert_eq!(deframer.next(), None);
    assert!(deframer.waits_for_end());
    deframer.silence();
    assert_eq!(deframer.next(), Some(Piece::Block(b"MSH|a\r")));
    assert!(!deframer.waits_for_end());
    // Silence is over when something comes.
    deframer.feed(b"\r\x0bMSH|b\r\x1c");
    assert_eq!(deframer.next(), None);
    deframer.feed(b"x\r\x1c\r");
    assert_eq!(deframer.next(), Some(Piece::Block(b"MSH|b\r\x1cx\r")));
}

#[test]
fn silence_in_a_document_ends_no_block() {
    let mut deframer = Deframer::new(1000);
    deframer.feed(b"\x0bMSH|a\rOBX|1|ED|||a\x1c");
    assert!(!deframer.waits_for_end());
    deframer.silence();
    assert_eq!(deframer.next(), None);
    deframer.feed(b"b\r\x1c\r");
    assert_eq!(deframer.next(), Some(Piece::Block(b"MSH|a\rOBX|1|ED|||a\x1cb\r")));
    assert_eq!(all(b"\x0bMSH|a\rOBX|\x1c"), [torn(b"MSH|a\rOBX|\x1c")]);
    assert_eq!(all(b"\x0bMSH|a\n\x1c"), [block(b"MSH|a\n")]);
}

#[test]
fn a_block_in_a_block_leaves_a_torn_one() {
    assert_eq!(all(b"\x0bMSH|a\x0bMSH|b\r\x1c\r"), [torn(b"MSH|a"), block(b"MSH|b\r")]);
    assert_eq!(all(b"\x0b\x0bMSH|b\r\x1c\r"), [block(b"MSH|b\r")]);
    assert_eq!(all(b"\x0bMSH|a\x0bc\x1c\r"), [block(b"MSH|a\x0bc")]);
    assert_eq!(all(b"\x0bMSH|a"), [torn(b"MSH|a")]);
    assert_eq!(all(b"\x0b"), [torn(b"")]);
}

#[test]
fn junk_is_told_and_blanks_are_not() {
    assert_eq!(
        all(b" \r\n\x0bMSH|a\x1c\r\n \x00\x00 keep alive\r\n\x0bMSH|b\x1c\r\r\n"),
        [block(b"MSH|a"), junk(b"\x00\x00 keep alive\r\n"), block(b"MSH|b")]
    );
    assert_eq!(all(b"GET / HTTP/1.1\r\n"), [junk(b"GET / HTTP/1.1\r\n")]);
    assert_eq!(
        all(b"\x0bMSH|a\x1c\r\x1c\r\x0bMSH|b\x1c\r"),
        [block(b"MSH|a"), junk(b"\x1c\r"), block(b"MSH|b")]
    );
}

#[test]
fn a_vt_may_be_missing_where_a_block_can_begin() {
    assert_eq!(all(b"MSH|a\r\x1c\r\nMSH|b\r\x1c\r"), [block(b"MSH|a\r"), block(b"MSH|b\r")]);
    assert_eq!(all(b"x MSH|a\r\x1c\r"), [junk(b"x MSH|a\r\x1c\r")]);
    assert_eq!(all(b"MSHA\x1c\r"), [junk(b"MSHA\x1c\r")]);
    assert_eq!(all(b"MSH"), [junk(b"MSH")]);
}

#[test]
fn nothing_comes_behind_a_block_that_is_too_long() {
    let stream = b"\x0b0123456789A\x1c\r\x0bMSH\x1c\r";
    for size in 1..stream.len() {
        assert_eq!(pieces(stream, &[size], 10), [TooLong(b"0123456789".to_vec())]);
        assert_eq!(pieces(stream, &[size], 11), [block(b"0123456789A"), block(b"MSH")]);
    }
}

#[test]
fn commit_blocks_of_release_2() {
    for commit in [Commit::Ack, Commit::Nak] {
        let mut bytes = Vec::new();
        append_block(commit.content(), &mut bytes);
        assert_eq!(all(&bytes), [block(commit.content())]);
        assert_eq!(Commit::of(commit.content()), Some(commit));
    }
    assert_eq!(Commit::of(b"MSH"), None);
}

#[test]
fn memory_stays_small_with_many_blocks() {
    let mut deframer = Deframer::new(1 << 20);
    let mut blocks = 0;
    for n in 0..10_000_usize {
        // Cuts at all places.
        let mut bytes = Vec::new();
        append_block(&[b'x'; 300], &mut bytes);
        let (a, b) = bytes.split_at(n % bytes.len());
        for part in [a, b] {
            deframer.feed(part);
            while let Some(piece) = deframer.next() {
                assert_eq!(piece, Piece::Block(&[b'x'; 300]));
                blocks += 1;
            }
        }
    }
    assert_eq!(blocks, 10_000);
    assert!(deframer.held() <= 64 << 10, "{} bytes", deframer.held());
}

proptest! {
    #[test]
    fn cuts_never_show(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                &b"\x0b"[..], b"\x1c", b"\r", b"\n", b"MSH|", b"MSH", b"M", b"x", b" ", b"\x1c\r",
                b"\r\x1c\r\x0b",
            ]), 0..40),
        sizes in prop::collection::vec(1usize..9, 1..6),
        max in 1usize..60,
    ) {
        let stream = parts.concat();
        let whole = pieces(&stream, &[stream.len().max(1)], max);
        prop_assert_eq!(pieces(&stream, &sizes, max), whole);
    }

    #[test]
    fn what_is_put_into_blocks_comes_out(
        contents in prop::collection::vec("[^\u{b}\u{1c}]{0,30}", 0..10),
        sizes in prop::collection::vec(1usize..40, 1..6),
    ) {
        let mut stream = Vec::new();
        for content in &contents {
            append_block(content.as_bytes(), &mut stream);
        }
        let expected: Vec<_> = contents.iter().map(|content| block(content.as_bytes())).collect();
        prop_assert_eq!(pieces(&stream, &sizes, 1000), expected);
    }
}
