//! JSON that becomes messages.

use super::{in_pieces, messages, sizes};
use pipehat::core::{Frame, Frames, LineEnding, Message, TextOptions};
use pipehat::ops::json::{
    JsonCutter, JsonFrame, JsonFrames, JsonOptions, JsonReader, JsonWriter, Problem, ReadOptions,
};

/// What is accepted as JSON is one message that comes back from its own JSON; messages come back
/// from theirs.
pub fn from_json(data: &[u8]) {
    let (sizes, stream) = sizes(data);
    json_cuts(stream, &sizes);
    let mut reader = JsonReader::new();
    let options = [false, true].map(|raw| ReadOptions { raw, charset: None });
    for frame in JsonFrames::new(stream) {
        let JsonFrame::Object { bytes, .. } = frame else { continue };
        for options in &options {
            accepted(&mut reader, bytes, options);
        }
    }
    for options in &options {
        accepted(&mut reader, stream, options);
    }
    for message in messages(stream) {
        let mut want = Vec::new();
        for (n, segment) in message.segments().enumerate() {
            if n > 0 {
                want.push(b'\r');
            }
            want.extend_from_slice(segment.raw());
        }
        raw_comes_back(&message, &want, &mut reader);
        decoded_is_read(&message, &mut reader);
    }
}

/// Objects found in pieces are those of the whole stream.
fn json_cuts(stream: &[u8], sizes: &[usize]) {
    let collect = |buf: &[u8], base: usize, all: &mut Vec<(bool, usize, Vec<u8>)>| {
        for frame in JsonFrames::new(buf) {
            let (object, bytes, offset) = match frame {
                JsonFrame::Object { bytes, offset } => (true, bytes, offset),
                JsonFrame::Stray { bytes, offset } => (false, bytes, offset),
            };
            assert!(bytes.len() <= buf.len() - offset && !bytes.is_empty());
            all.push((object, base + offset, bytes.to_vec()));
        }
    };
    let mut whole = Vec::new();
    collect(stream, 0, &mut whole);
    let mut pieces = Vec::new();
    let mut cutter = JsonCutter::default();
    in_pieces(stream, sizes, |buf, removed, eof| {
        let complete = cutter.advance(buf, eof);
        collect(&buf[..complete], removed, &mut pieces);
        cutter.removed(complete);
        complete
    });
    assert_eq!(pieces, whole);
}

/// If JSON is accepted, it is JSON and exactly one message.
fn accepted(reader: &mut JsonReader, json: &[u8], options: &ReadOptions) {
    let mut out = b"before".to_vec();
    let result = reader.read(json, options, &mut out);
    let bytes = out.strip_prefix(b"before").expect("what was there before");
    if let Err(error) = result {
        assert!(bytes.is_empty() && error.offset <= json.len());
        assert!(!error.to_string().is_empty());
        return;
    }
    let value: serde_json::Value = serde_json::from_slice(json).expect("valid JSON");
    let count = value["segments"].as_array().map_or(0, Vec::len);
    let mut frames = Frames::new(bytes);
    let Some(Frame::Message(framed)) = frames.next() else { panic!("no message") };
    assert!(frames.next().is_none(), "more than one message");
    let message = Message::new(framed).expect("usable delimiters");
    // Empty segments at the end are blank lines to a reader of streams.
    assert!(message.segments().count() <= count);
    assert!(bytes.starts_with(message.bytes()));
    let blank = |b: &u8| matches!(b, b'\r' | b'\n' | 0x1C);
    assert!(bytes[message.bytes().len()..].iter().all(blank));
    assert_eq!(message.line_ending(), LineEnding::Cr);
    raw_comes_back(&message, message.bytes(), reader);
}

/// From raw JSON a message comes back byte for byte.
fn raw_comes_back(message: &Message<'_>, want: &[u8], reader: &mut JsonReader) {
    // Known: of an LF right behind delimiters that end with an FS, the way back makes a CR.
    if message.header().raw().contains(&0x1C) {
        return;
    }
    let mut json = Vec::new();
    let options = JsonOptions { raw: true, names: None };
    JsonWriter::new().write(message, &options, TextOptions::default(), &mut json);
    let mut back = Vec::new();
    match reader.read(&json, &ReadOptions::default(), &mut back) {
        Ok(_) => assert_eq!(back.escape_ascii().to_string(), want.escape_ascii().to_string()),
        // More components than JSON can have.
        Err(error) => assert!(matches!(error.problem, Problem::Number(_)), "{error}"),
    }
}

/// The decoded JSON of a message is read, unless it holds what its character set has not.
fn decoded_is_read(message: &Message<'_>, reader: &mut JsonReader) {
    let mut json = Vec::new();
    JsonWriter::new().write(message, &JsonOptions::default(), TextOptions::default(), &mut json);
    accepted(reader, &json, &ReadOptions::default());
}
