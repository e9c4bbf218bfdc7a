//! What holds for any bytes, a function for each target. They panic where it does not.

use bumpalo::Bump;
use pipehat::core::expr::{Expression, Origin};
use pipehat::core::mllp::{Deframer, Piece};
use pipehat::core::{
    Cutter, Frame, Framed, Frames, Line, LineEnding, Message, Path, Pending, Scope, Segment,
    Separators, SyntaxError, TextOptions, escape,
};
use pipehat::net::reply::{Reply, replies};
use pipehat::ops::deidentify::Kind as Identifies;
use pipehat::ops::deidentify::surrogate::Key;
use pipehat::ops::deidentify::text::{
    Cleaner, Context as Cleaning, Found as TextFound, Identity, Mode,
};
use pipehat::ops::deidentify::{self as deid, Deidentifier, Memory, Rules};
use pipehat::ops::fhir::{self, BundleKind, Converter, Ids, Upsert};
use pipehat::ops::groups::Context;
use pipehat::ops::json::{
    JsonCutter, JsonFrame, JsonFrames, JsonOptions, JsonReader, JsonWriter, Problem, ReadOptions,
};
use pipehat::ops::names::Names;
use pipehat::ops::pass::{Colored, Eol, PassOn};
use pipehat::ops::transform::{Fault, Script, Sink, SourceText, Unmapped};
use pipehat::ops::tree::{TreeOptions, TreeWriter};
use pipehat::ops::validate::profile::{Profile, Profiles, Source, Store, load, nist};
use pipehat::ops::validate::{Finding, Scratch, Settings, Validator};
use std::ops::ControlFlow;
use std::path::{Path as FilePath, PathBuf};

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

/// The messages of a stream.
fn messages(stream: &[u8]) -> impl Iterator<Item = Message<'_>> {
    Frames::new(stream).filter_map(|frame| match frame {
        Frame::Message(framed) => Message::new(framed).ok(),
        _ => None,
    })
}

/// All that is done to a message leads to its bytes and fails on none.
pub fn message(data: &[u8]) {
    let mut writers = Writers::default();
    for message in messages(data) {
        let ends: usize = message.segments().map(|s| s.raw().len()).sum();
        assert!(ends <= message.bytes().len());
        assert_eq!(message.segments().next().map(|s| s.raw()), Some(message.header().raw()));
        for segment in message.segments() {
            structure(segment);
        }
        writers.run(&message);
    }
}

/// Pieces of a segment, by order and by number, join to the segment again.
fn structure(segment: Segment<'_>) {
    let sep = segment.separators();
    let mut joined = segment.id().to_vec();
    let mut count = 0;
    for (number, field) in segment.fields() {
        count += 1;
        let by_number = segment.field(number).expect("the field of this number");
        assert_eq!(by_number.raw(), field.raw());
        // MSH-1 is the delimiter, so MSH-2 follows without another one.
        if segment.is_header() && number == 1 {
            continue;
        }
        joined.push(sep.field);
        joined.extend_from_slice(field.raw());
        if segment.is_header() && number == 2 {
            assert_eq!(field.repetitions().count(), 1);
            continue;
        }
        let mut repetitions = Vec::new();
        for (r, repetition) in field.repetitions().enumerate() {
            let same = field.repetition(r + 1).expect("the repetition of this number");
            assert_eq!(same.raw(), repetition.raw());
            let mut components = Vec::new();
            for (c, component) in repetition.components().enumerate() {
                let same = repetition.component(c + 1).expect("the component of this number");
                assert_eq!(same.raw(), component.raw());
                let subcomponents: Vec<_> = component.subcomponents().collect();
                for (s, bytes) in subcomponents.iter().enumerate() {
                    assert_eq!(component.subcomponent(s + 1), Some(*bytes));
                }
                assert_eq!(component.subcomponent(subcomponents.len() + 1), None);
                assert_eq!(subcomponents.join(&sep.subcomponent), component.raw());
                components.push(component.raw());
            }
            assert!(repetition.component(components.len() + 1).is_none());
            assert_eq!(components.join(&sep.component), repetition.raw());
            repetitions.push(repetition.raw());
        }
        assert!(field.repetition(repetitions.len() + 1).is_none());
        assert_eq!(repetitions.join(&sep.repetition), field.raw());
    }
    assert_eq!(segment.field_count(), count);
    assert!(segment.field(0).is_none() && segment.field(count + 1).is_none());
    assert_eq!(joined, segment.raw());
}

/// What writes messages, kept from one to the next as commands do.
#[derive(Default)]
struct Writers {
    json: JsonWriter,
    context: Context,
}

impl Writers {
    fn run(&mut self, message: &Message<'_>) {
        self.json(message);
        self.groups(message);
        pass_on(message);
        for (width, raw) in [(None, false), (Some(30), true)] {
            let options = TreeOptions { color: raw, width, raw };
            let mut out = Vec::new();
            let text = TextOptions::default();
            TreeWriter::new(options).write(message, text, "heading", &mut out);
            let shown = |b: &u8| *b == b'\n' || (raw && *b == 0x1B) || !b.is_ascii_control();
            assert!(out.iter().all(shown), "control characters in a tree");
        }
    }

    fn json(&mut self, message: &Message<'_>) {
        let names = Names::new();
        let values = [
            JsonOptions::default(),
            JsonOptions { raw: true, names: None },
            JsonOptions { raw: false, names: Some(&names) },
        ]
        .map(|options| {
            let mut out = Vec::new();
            self.json.write(message, &options, TextOptions::default(), &mut out);
            let value: serde_json::Value = serde_json::from_slice(&out).expect("valid JSON");
            assert!(!out.contains(&b'\n'), "JSON on one line");
            value
        });
        let count = message.segments().count();
        for value in &values {
            assert_eq!(value["segments"].as_array().map(Vec::len), Some(count));
        }
    }

    fn groups(&mut self, message: &Message<'_>) {
        self.context.read(message);
        let count = message.segments().count();
        assert_eq!(self.context.len(), count);
        let mut found = Vec::new();
        for row in 0..count.min(64) {
            for (_, range) in self.context.enclosing(row) {
                assert!(range.contains(&row) && range.end <= count);
                // Asked again by the same group's name, this occurrence is among them.
            }
            for id in [*b"PID", *b"OBX", *b"NTE", *b"ORC", *b"OBR", *b"ZPD", *b"MSH", *b"SPM"] {
                self.context.resolve(row, id, &mut found);
                assert!(found.is_sorted() && found.iter().all(|&at| at < count));
                for &at in &found {
                    let segment = message.segments().nth(at).expect("a segment");
                    assert!(segment.has_id(id));
                }
            }
        }
        // A context that has read other messages tells what a fresh one does.
        let mut fresh = Context::new();
        fresh.read(message);
        for group in ["PATIENT_RESULT", "ORDER_OBSERVATION", "PATIENT", ""] {
            let one: Vec<_> = self.context.occurrences(group).collect();
            assert_eq!(one, fresh.occurrences(group).collect::<Vec<_>>());
            assert!(one.iter().all(|range| range.start < range.end && range.end <= count));
        }
    }
}

/// Passed on in the standard form, a message is read again as the same segments.
fn pass_on(message: &Message<'_>) {
    let segments: Vec<_> = message.segments().map(|s| s.raw().to_vec()).collect();
    assert!(segments.len() == 1 || segments.last().is_some_and(|last| !last.is_empty()));
    for eol in [Eol::Cr, Eol::Lf, Eol::Crlf] {
        for mllp in [false, true] {
            let mut out = Vec::new();
            let form = PassOn { eol, mllp, terminal: None };
            if form.append(message, &mut out).is_err() {
                assert!(out.is_empty());
                continue;
            }
            let mut again = messages(&out);
            let read: Vec<_> = again.next().into_iter().flat_map(|m| m.segments()).collect();
            assert!(read.iter().map(|s| s.raw()).eq(segments.iter()), "{eol:?} {mllp}");
            assert!(again.next().is_none());
        }
    }
    let mut out = Vec::new();
    let form = PassOn { terminal: Some(Colored(false)), ..PassOn::default() };
    assert!(form.append(message, &mut out).is_ok());
    assert!(out.iter().all(|&b| b == b'\n' || !b.is_ascii_control()));
}

/// A script, unless it would read files elsewhere than in an empty folder.
fn compiled(text: &str) -> Option<Script> {
    let lower = text.to_ascii_lowercase();
    let reads = ["lookup", "convert", "hash", "map"].iter().any(|word| lower.contains(word));
    if reads && lower.contains(['/', '\\', '.']) {
        return None;
    }
    let source =
        SourceText { name: "script".to_owned(), text: text.to_owned(), folder: "/nowhere".into() };
    match Script::compile(&[source]) {
        Ok(script) => Some(script),
        Err((0, error)) => {
            assert!(error.at <= text.len() && !error.expected.is_empty());
            assert!(error.explain(text).contains('^'));
            None
        }
        Err(_) => panic!("an error in a text that there is not"),
    }
}

/// Any text is a script or an error at a place of it.
pub fn script(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        compiled(text);
    }
}

/// Any script does to any message something that is a message again.
pub fn transform(data: &[u8]) {
    let Some(end) = data.iter().position(|&b| b == 0) else { return };
    let (script, stream) = (&data[..end], &data[end + 1..]);
    let Some(script) = std::str::from_utf8(script).ok().and_then(compiled) else { return };
    let mut arena = Bump::new();
    for (number, message) in (1..).zip(messages(stream)) {
        arena.reset();
        let origin = Origin { file: b"file", number, offset: 0 };
        let mut sink = Rewritten { message };
        let mut unmapped = Unmapped::default();
        let options = TextOptions::default();
        let done = script.apply(&message, origin, options, &arena, &mut unmapped, &mut sink);
        if let Err(fault) = done {
            assert!(!fault.to_string().is_empty());
        }
    }
}

struct Rewritten<'m> {
    message: Message<'m>,
}

impl Sink for Rewritten<'_> {
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        let Some(lines) = lines else { return Ok(()) };
        let mut segments: Vec<&[u8]> = lines.iter().map(|line| line.bytes).collect();
        assert_eq!(segments[0].get(..4), self.message.bytes().get(..4));
        let mut out = Vec::new();
        let separators = self.message.separators();
        if PassOn::default().append_segments(&segments, separators, &mut out).is_err() {
            assert!(out.is_empty());
            return Ok(());
        }
        // Empty segments at the end are blank lines.
        while segments.last().is_some_and(|last| last.is_empty()) {
            segments.pop();
        }
        let mut again = messages(&out);
        let read: Vec<_> = again.next().into_iter().flat_map(|m| m.segments()).collect();
        assert!(read.iter().map(|s| s.raw()).eq(segments), "{}", out.escape_ascii());
        assert!(again.next().is_none());
        Ok(())
    }

    fn emit(&mut self, file: &str, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        assert!(!file.is_empty());
        self.message(lines)
    }
}

/// Text comes back from its raw value, under any delimiters.
pub fn escape(data: &[u8]) {
    let Some((head, text)) = data.split_at_checked(7) else { return };
    let odd = [&b"MSH"[..], &head[..2 + usize::from(head[6] % 5)], &head[..1]].concat();
    let default = Separators::default();
    let sep = Separators::of(&odd).unwrap_or(default);
    for sep in [sep, default] {
        let decoded = escape::decode(text, &sep);
        assert_eq!(escape::decode(text, &sep), decoded);
        if !escape::needs_decoding(text, &sep) {
            assert_eq!(decoded, text);
        }
        for text in [text, &decoded] {
            let mut raw = b"before".to_vec();
            if escape::encode_into(text, &sep, &mut raw).is_err() {
                assert_eq!(sep.escape, sep.field);
                assert_eq!(raw, b"before");
                continue;
            }
            let raw = raw.strip_prefix(b"before").expect("what was there before");
            for b in [sep.field, sep.component, sep.repetition, sep.subcomponent, b'\r', b'\n'] {
                assert!(b == sep.escape || !raw.contains(&b), "an unescaped {b:02X}");
            }
            assert_eq!(escape::decode(raw, &sep), text);
        }
    }
}

/// A message for paths and expressions.
const SAMPLE: &[u8] =
    b"MSH|^~\\&|LAB|NORTH|||20240131120000+0100||ORU^R01^ORU_R01|1|P|2.5.1|||||||\
    \rPID|1||123^^^HOSP&1.2^MR~456^^^^SS||DOE^JANE\\T\\X||19800229|F|||\"\"\
    \rOBR|1||7|718-7^Hb\rOBX|1|NM|718-7^Hb||13.5|g/dL|12-16|N\rNTE|1||a note\
    \rOBX|2|NM|4544-3^Hct||40~41|%||H\rOBX|3|ST|X||<0.5\rZPD|a|b&c|-1|20240131|00123";

fn with_sample(check: impl FnOnce(&Scope<'_, '_>)) {
    let message = messages(SAMPLE).next().expect("a message");
    check(&Scope::new(&message));
}

fn explains(error: &SyntaxError, text: &str) {
    assert!(error.at <= text.len() && text.is_char_boundary(error.at));
    assert!(!error.expected.is_empty());
    assert!(error.explain(text).ends_with(&error.expected));
    assert!(!error.to_string().is_empty());
}

/// What prints may nest deeper than what was read, and so be too deep.
fn is_too_deep(error: &SyntaxError) -> bool {
    error.expected.contains("brackets in each other")
}

/// A path is read or refused, prints as it reads, and can be evaluated.
pub fn path(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    match text.parse::<Path>() {
        Err(error) => explains(&error, text),
        Ok(path) => {
            match path.to_string().parse::<Path>() {
                Ok(again) => assert_eq!(again, path),
                Err(error) => assert!(is_too_deep(&error), "{path}: {error}"),
            }
            with_sample(|scope| {
                let mut values = Vec::new();
                let flow = path.for_each(scope, |raw| {
                    values.push(raw);
                    ControlFlow::Continue(())
                });
                assert!(flow.is_continue());
                assert_eq!(path.first(scope.message), values.first().copied());
            });
        }
    }
}

/// An expression is read or refused, prints as what means the same, and can be evaluated.
pub fn expression(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    match text.parse::<Expression>() {
        Err(error) => explains(&error, text),
        Ok(expression) => with_sample(|scope| {
            let holds = expression.holds(scope);
            match expression.to_string().parse::<Expression>() {
                Ok(again) => {
                    assert_eq!(again, expression, "{expression}");
                    assert_eq!(again.holds(scope), holds);
                }
                Err(error) => assert!(is_too_deep(&error), "{expression}: {error}"),
            }
            assert!(expression.paths().all(|path| !path.to_string().is_empty()));
        }),
    }
}

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
        Ok(()) => assert_eq!(back.escape_ascii().to_string(), want.escape_ascii().to_string()),
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

/// Any message can be held against the standard.
pub fn validate(data: &[u8]) {
    held_against(&Validator::standard(Settings::strict()), data);
}

/// Any text is a profile, or told to be none; any message can be held against what it is.
pub fn profile(data: &[u8]) {
    let end = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (profile, stream) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let store = OneFile(profile);
    match load(&store, &[FILE.into()], None, false) {
        Ok(profiles) => held_against(&Validator::new(Settings::strict(), profiles), stream),
        Err(error) => assert!(!error.wrong.is_empty() && !error.file.is_empty()),
    }
}

/// The name of a profile that is the only file there is.
const FILE: &str = "profile.toml";

#[derive(Debug)]
struct OneFile<'a>(&'a [u8]);

impl Store for OneFile<'_> {
    fn read(&self, path: &FilePath) -> Result<Vec<u8>, String> {
        if path == FilePath::new(FILE) {
            Ok(self.0.to_vec())
        } else {
            Err("no such file".to_owned())
        }
    }

    fn list(&self, _: &FilePath) -> Result<Option<Vec<PathBuf>>, String> {
        Ok(None)
    }
}

/// Places of what is found are in the message, and it comes out the same when it is checked again
/// with what another message left behind.
fn held_against(validator: &Validator, data: &[u8]) {
    let mut scratch = Scratch::default();
    let places = |findings: &[Finding<'_>]| {
        findings.iter().map(|f| (f.rule, f.severity, f.at, f.span)).collect::<Vec<_>>()
    };
    for frame in Frames::new(data) {
        let Frame::Message(framed) = frame else { continue };
        let Ok(message) = Message::new(framed) else { continue };
        let options = TextOptions::default();
        let check = |scratch: &mut Scratch| {
            let mut findings = Vec::new();
            validator.check(&message, &options, scratch, &mut findings);
            let lines = message.segments().count() as u32;
            for finding in &findings {
                assert!(finding.at.line <= lines + 1);
                assert!(finding.span.0 <= finding.span.1);
                assert!(finding.span.1 as usize <= message.bytes().len());
            }
            places(&findings)
        };
        assert_eq!(check(&mut scratch), check(&mut Scratch::default()));
    }
}

/// Any file is a profile of NIST, a part of one, or an error with its line; and a message can be held
/// against what is read of it, whichever way.
pub fn nist_profile(data: &[u8]) {
    let small = include_bytes!("../../fixtures/profiles/nist/profile.xml");
    let message = include_bytes!("../../fixtures/profiles/nist/message.hl7");
    let alone = [Source { name: "data", bytes: data }];
    let part = [Source { name: "small", bytes: small }, Source { name: "data", bytes: data }];
    for files in [&alone[..], &part] {
        for nist in [false, true] {
            let model = match nist::read(files, nist) {
                Ok(model) => model,
                Err(error) => {
                    let lines = 1 + data.iter().filter(|&&b| b == b'\n').count();
                    assert!(error.file != "data" || error.line as usize <= lines, "{error}");
                    continue;
                }
            };
            let all = vec![Profile::of("data", model)];
            let mut settings = Settings::strict();
            settings.nist = nist;
            let validator = Validator::new(settings, Profiles { all, map: None });
            held_against(&validator, message);
        }
    }
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

/// Any message keeps its delimiters and has no segment more; the same rules and key give the same
/// bytes again.
pub fn deidentify(data: &[u8]) {
    use deid::Profile::{Pseudonymise, SafeHarbor, TestData};
    let Ok(key) = Key::from_hex("0123456789abcdef".repeat(4).as_bytes()) else { return };
    for profile in [SafeHarbor, Pseudonymise, TestData] {
        let rules = Rules::new(&deid::Settings::of(profile));
        let deidentifier = Deidentifier::new(rules, &key);
        let (mut memory, mut other) = (Memory::default(), Memory::default());
        let mut tally = deid::Tally::default();
        for message in messages(data) {
            let options = TextOptions::default();
            let done = deidentifier.message(&message, options, &mut memory, &mut tally);
            let again = deidentifier.message(&message, options, &mut other, &mut tally);
            assert_eq!(done, again);
            let Ok(done) = done else { continue };
            assert_eq!(done.get(..4), message.bytes().get(..4));
            let count = done.split(|&b| b == b'\r').count();
            assert!(count <= message.segments().count());
        }
    }
}

/// Any message becomes a Bundle, or resources, of JSON in which nothing is empty and every reference
/// leads to an entry; the same message gives the same bytes again, whatever was converted before.
pub fn to_fhir(data: &[u8]) {
    let plain = || fhir::Settings { source: false, ..fhir::Settings::default() };
    let mut settings = [
        fhir::Settings::default(),
        fhir::Settings { unmapped: true, bundle: BundleKind::Batch, ..plain() },
        fhir::Settings {
            bundle: BundleKind::Transaction,
            upsert: Upsert::Conditional,
            ids: Ids::Message,
            ..plain()
        },
        fhir::Settings { resources: true, ..plain() },
    ];
    settings[1].zones.add("Europe/Berlin").expect("a known zone");
    for settings in settings {
        let is_bundle = !settings.resources;
        let converter = Converter::new(settings);
        let mut memory = fhir::Memory::default();
        let mut report = fhir::Report::default();
        for message in messages(data) {
            let options = TextOptions::default();
            let (mut made, mut again) = (Vec::new(), Vec::new());
            let mut fresh = fhir::Memory::default();
            let done = converter.message(&message, options, &mut memory, &mut report, &mut made);
            let other = converter.message(&message, options, &mut fresh, &mut report, &mut again);
            assert_eq!((done, &made), (other, &again));
            assert!(done.is_err() || made.ends_with(b"\n"));
            let lines: Vec<_> = made.split_inclusive(|&b| b == b'\n').collect();
            assert!(!is_bundle || lines.len() == usize::from(done.is_ok()));
            for line in lines {
                let value = serde_json::from_slice(line).expect("JSON");
                assert_is_full(&value);
                if is_bundle {
                    assert_resolves(&value);
                }
            }
        }
        for line in report.to_ndjson().split_inclusive(|&b| b == b'\n') {
            assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
        }
    }
}

/// Nothing in FHIR is empty (R4, section 2.6.2).
fn assert_is_full(value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            assert!(!members.is_empty());
            members.values().for_each(assert_is_full);
        }
        Value::Array(items) => {
            assert!(!items.is_empty());
            items.iter().filter(|item| !item.is_null()).for_each(assert_is_full);
        }
        Value::String(text) => assert!(!text.trim().is_empty()),
        _ => {}
    }
}

/// Every reference of a Bundle leads to an entry of it, and no two entries have one id.
fn assert_resolves(bundle: &serde_json::Value) {
    use serde_json::Value;
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("reference").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let entries = bundle["entry"].as_array().expect("entries");
    let mut known = std::collections::HashSet::new();
    for entry in entries {
        let resource = &entry["resource"];
        let id = resource["id"].as_str().expect("an id");
        let kind = resource["resourceType"].as_str().expect("a type");
        assert!(known.insert(format!("urn:uuid:{id}")), "{id} stands twice");
        known.insert(format!("{kind}/{id}"));
    }
    let mut found = Vec::new();
    references(bundle, &mut found);
    for reference in found {
        assert!(known.contains(reference), "{reference} leads nowhere");
    }
}

/// Texts are cleaned without a panic: what was noted goes, what a text without any of it and
/// without anything that looks so has stays.
pub fn deid_text(data: &[u8]) {
    const OWN: &[u8] = b"Zvarkae";
    // The first byte chooses the delimiters, the next where in the text the name stands.
    let [choice, place, raw @ ..] = data else { return };
    let headers: [&[u8]; 3] = [
        b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||UNICODE UTF-8",
        b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||8859/1",
        b"MSH#$*!%#A#B#C#D#20230601##ADT$A08#1#P#2.5.1",
    ];
    let header = headers[usize::from(*choice) % headers.len()];
    let Some(Frame::Message(framed)) = Frames::new(header).next() else { panic!() };
    let message = Message::new(framed).expect("a header that can be read");
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    let clean = |identity: &Identity, mode, days, raw: &[u8]| {
        let context = Cleaning { scope: &scope, identity, surrogates: None, days };
        let mut out = Vec::new();
        Cleaner::new(mode).free_text(raw, context, &mut TextFound::default(), &mut out);
        out
    };
    for kind in [
        Identifies::Given,
        Identifies::Id,
        Identifies::Phone,
        Identifies::Street,
        Identifies::Date,
        Identifies::Email,
    ] {
        identity.note(kind, raw);
    }
    identity.note(Identifies::Family, OWN);
    for mode in [Mode::Drop, Mode::Scrub, Mode::Strict] {
        clean(&identity, mode, Some(-21), raw);
        clean(&identity, mode, None, raw);
    }
    let _ = identity.stands_in(raw);

    identity.clear();
    identity.note(Identifies::Family, OWN);
    let at = usize::from(*place).min(raw.len());
    // Blanks and a line feed keep the name apart from escape sequences that are not closed.
    let text = [&raw[..at], b"\n ", OWN, b" \n", &raw[at..]].concat();
    let is_alone = !raw.windows(OWN.len()).any(|part| part.eq_ignore_ascii_case(OWN));
    if is_alone && !raw.contains(&message.separators().escape) {
        let out = clean(&identity, Mode::Scrub, None, &text);
        assert!(!out.windows(OWN.len()).any(|part| part == OWN));
        assert!(identity.stands_in(&text));
    }
}
