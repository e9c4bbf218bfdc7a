//! What reads and writes a message.

use super::messages;
use pipehat::core::{Message, Segment, Separators, TextOptions, escape};
use pipehat::ops::groups::Context;
use pipehat::ops::json::{JsonOptions, JsonWriter};
use pipehat::ops::names::Names;
use pipehat::ops::pass::{Colored, Eol, PassOn};
use pipehat::ops::tree::{TreeOptions, TreeWriter};

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
