//! What holds for any script and message.

use super::*;
use crate::core::{Frame, Frames, Path, Separators};
use crate::ops::diff::{Side, compare};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// The segments of the messages that came of one.
#[derive(Default)]
struct Kept(Vec<Option<Vec<Vec<u8>>>>);

impl Sink for Kept {
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        self.0.push(lines.map(|lines| lines.iter().map(|line| line.bytes.to_vec()).collect()));
        Ok(())
    }

    fn emit(&mut self, _: &str, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        self.message(lines)
    }
}

fn framed(bytes: &[u8]) -> Message<'_> {
    let Some(Frame::Message(framed)) = Frames::new(bytes).next() else { panic!("no message") };
    Message::new(framed).unwrap()
}

/// What a script makes of a message: the same if nothing changed.
fn done(script: &str, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let source =
        SourceText { name: "script".to_owned(), text: script.to_owned(), folder: "".into() };
    let script = Script::compile(&[source]).unwrap_or_else(|(_, e)| panic!("{script}: {e}"));
    let message = framed(bytes);
    let mut kept = Kept::default();
    let (origin, text) = (Origin::default(), TextOptions::default());
    script.apply(&message, origin, text, &Bump::new(), &mut Unmapped::default(), &mut kept)?;
    Ok(match kept.0.remove(0) {
        None => message.bytes().to_vec(),
        Some(segments) => segments.join(&b'\r'),
    })
}

fn values(path: &str, bytes: &[u8]) -> Vec<Vec<u8>> {
    let path: Path = path.parse().unwrap();
    let message = framed(bytes);
    let scope = Scope::new(&message);
    let mut values = Vec::new();
    let _ = path.for_each(&scope, |raw| {
        values.push(scope.text(raw).into_owned());
        ControlFlow::Continue(())
    });
    values
}

/// Messages with fields of any depth, among them missing, empty and null ones.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let leaf = || prop::sample::select(vec!["", "a", "b c", "\"\"", "7.5", "x\\T\\y", "é", "p\nq"]);
    let component = prop::collection::vec(leaf(), 1..3).prop_map(|parts| parts.join("&"));
    let repetition = prop::collection::vec(component, 1..4).prop_map(|parts| parts.join("^"));
    let field = prop::collection::vec(repetition, 1..3).prop_map(|parts| parts.join("~"));
    let id = || prop::sample::select(vec!["PID", "OBR", "OBX", "NTE", "ZPD"]);
    let segment = (id(), prop::collection::vec(field, 0..5))
        .prop_map(|(id, fields)| [vec![id.to_owned()], fields].concat().join("|"));
    prop::collection::vec(segment, 0..8).prop_map(|segments| {
        let header = "MSH|^~\\&|LAB||||||ORU^R01|1|P|2.5.1".to_owned();
        [vec![header], segments].concat().join("\r").into_bytes()
    })
}

/// Paths to places that a text can be put at.
fn path() -> impl Strategy<Value = String> {
    let id = prop::sample::select(vec!["PID", "OBR", "OBX[1]", "OBX", "OBX[last]", "NTE[2]"]);
    let index = prop::sample::select(vec!["", "[1]", "[2]", "[last]"]);
    let part = prop::sample::select(vec!["", ".1", ".2", ".1.2", ".3.1", ".2.3"]);
    (id, 1..7, index, part)
        .prop_map(|(id, field, index, part)| format!("{id}-{field}{index}{part}"))
}

/// Statements that move segments, some of them in blocks in blocks.
fn moves() -> impl Strategy<Value = String> {
    let id = || prop::sample::select(vec!["PID", "OBR", "OBX", "NTE", "ZPD"]);
    let which = || prop::sample::select(vec!["[1]", "[2]", "[last]"]);
    let moved = (id(), prop::sample::select(vec!["", "[1]", "[last]"]));
    let side = prop::sample::select(vec!["before", "after"]);
    let one = (moved, side, id(), which())
        .prop_map(|((from, some), side, to, one)| format!("move {from}{some} {side} {to}{one} "));
    let leaf = prop_oneof![4 => one, 1 => Just("append QQQ ".to_owned())];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let block = prop::collection::vec(inner, 1..4);
        (id(), block).prop_map(|(id, block)| format!("each {id} {{ {} }} ", block.concat()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn what_was_set_stands_there_and_all_else_as_before(
        bytes in message(),
        path in path(),
        text in prop::sample::select(vec!["v", "a|b", "x\\y&z", "été", "two words"]),
    ) {
        let after = done(&format!("set {path} = concat({text:?})"), &bytes).unwrap();
        let there = values(&path, &after);
        prop_assert!(there.iter().all(|value| value == text.as_bytes()), "{there:?}");
        // As many segments as before, and in them nothing is different but at the path.
        let separators = Separators::default();
        let sides = [&bytes, &after].map(|bytes| bytes.split(|&b| b == b'\r').collect::<Vec<_>>());
        let [before, after] = [&sides[0], &sides[1]].map(|segments| Side { segments, separators });
        let ignored: Path = path.parse().unwrap();
        let changes = compare(before, after, &[ignored]);
        // What was empty before the place may now have its delimiters.
        let filled = |bytes: &Option<Vec<u8>>| bytes.as_deref().unwrap_or_default().to_vec();
        for change in changes {
            let [before, after] = [&change.before, &change.after].map(filled);
            let bare = |bytes: &[u8]| -> Vec<u8> {
                bytes.iter().copied().filter(|b| !b"|~^&".contains(b)).collect()
            };
            prop_assert_eq!(bare(&before), bare(&after), "{}", change.place);
        }
    }

    #[test]
    fn what_was_deleted_is_empty(bytes in message(), path in path()) {
        let after = done(&format!("delete {path}"), &bytes).unwrap();
        // A repetition goes whole, so that the next one can stand in its place.
        if !path.contains("[2]") && !path.contains("-1[") && !path.contains("[1]") && !path.contains("[last]") {
            let there = values(&path, &after);
            prop_assert!(there.iter().all(Vec::is_empty), "{there:?}");
        }
    }

    #[test]
    fn what_is_moved_is_there_once(
        bytes in message(),
        moves in prop::collection::vec(moves(), 1..5),
    ) {
        let bytes: Vec<_> = bytes.split(|&b| b == b'\r').enumerate().map(|(n, segment)| {
            [segment, format!("|#{n}").as_bytes()].concat()
        }).collect();
        let after = done(&moves.concat(), &bytes.join(&b'\r')).unwrap();
        let mut after: Vec<_> = after.split(|&b| b == b'\r').filter(|s| *s != b"QQQ").collect();
        prop_assert_eq!(after[0], &bytes[0]);
        let mut before: Vec<&[u8]> = bytes.iter().map(|segment| &**segment).collect();
        after.sort_unstable();
        before.sort_unstable();
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_copy_is_what_was_copied(bytes in message(), from in 1..6, to in 7..9) {
        let after = done(&format!("copy PID[1]-{from} to OBX[1]-{to}"), &bytes).unwrap();
        let [from, to] = [(format!("PID[1]-{from}")), format!("OBX[1]-{to}")];
        let (copied, source) = (values(&to, &after), values(&from, &bytes));
        let says = |value: &Vec<u8>| value.iter().any(|b| !b"^&".contains(b));
        if !source.iter().any(says) {
            prop_assert_eq!(copied, values(&to, &bytes), "nothing replaces nothing");
        } else if !copied.is_empty() {
            prop_assert_eq!(copied, source);
        }
    }

    #[test]
    fn what_sets_values_to_themselves_changes_nothing(bytes in message(), path in path()) {
        prop_assert_eq!(done(&format!("set {path} = {path}"), &bytes).unwrap(), bytes.clone());
        let each = format!("each OBX {{ set {path} = {path} }} each NTE {{ append ZZZ delete ZZZ }}");
        prop_assert_eq!(done(&each, &bytes).unwrap(), bytes);
    }
}
