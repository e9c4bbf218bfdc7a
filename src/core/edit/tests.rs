use super::*;
use crate::core::frame::{Frame, Frames};
use proptest::prelude::*;

const HEAD: &str = "MSH|^~\\&|LAB";

/// The segments behind MSH of an edited message, or the error, or `-` when nothing was changed.
fn edited(
    edit: impl Fn(&Scope<'_, '_>, &Path, &mut Vec<u8>) -> Result<usize, EditError>,
    segments: &str,
    path: &str,
) -> String {
    let text = format!("{HEAD}\r{segments}");
    let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let mut out = Vec::new();
    match edit(&Scope::new(&message), &path.parse().unwrap(), &mut out) {
        Err(error) => format!("{error:?}"),
        Ok(0) => {
            assert_eq!(out, text.as_bytes());
            "-".to_owned()
        }
        Ok(_) => {
            let text = String::from_utf8(out).unwrap();
            text.strip_prefix(HEAD).unwrap().trim_start_matches('\r').to_owned()
        }
    }
}

#[test]
fn set_writes_every_kind_of_place() {
    for (segments, path, expected) in [
        ("PID|1|2|3", "PID-2", "PID|1|X|3"),
        ("PID|1|a^b&c^d|3", "PID-2.2.2", "PID|1|a^b&X^d|3"),
        ("PID|1|a^b&c^d|3", "PID-2.2", "PID|1|a^X^d|3"),
        ("PID|1|a~b~c|3", "PID-2", "PID|1|X~X~X|3"),
        ("PID|1|a~b~c|3", "PID-2[last]", "PID|1|a~b~X|3"),
        ("PID|1|a^1~b^2|3", "PID-2[2=2].1", "PID|1|a^1~X^2|3"),
        ("PID|1", "PID-3", "PID|1||X"),
        ("PID", "PID-1", "PID|X"),
        ("PID|1", "PID-3[2].2.3", "PID|1||~^&&X"),
        ("PID|1||a", "PID-3[3].2", "PID|1||a~~^X"),
        ("PID|1||a", "PID-3.3", "PID|1||a^^X"),
        ("PID|1||a^b", "PID-3.2.3", "PID|1||a^b&&X"),
        ("PID|1||", "PID-3.3.2", "PID|1||^^&X"),
        ("OBX|1\rNTE|1\rOBX|2", "OBX-1", "OBX|X\rNTE|1\rOBX|X"),
        ("OBX|1\rNTE|1\rOBX|2", "OBX[2]-3", "OBX|1\rNTE|1\rOBX|2||X"),
        ("OBX|1\rNTE|1", "OBX", "X\rNTE|1"),
        ("OBX|1", "PID-3", "-"),
        ("PID|1|a", "PID-2[1=b].1", "-"),
        ("PID|1", "MSH-2", "Delimiters"),
        ("PID|1", "MSH", "Delimiters"),
    ] {
        let set_x =
            |scope: &Scope<'_, '_>, path: &Path, out: &mut Vec<u8>| set(scope, path, b"X", out);
        assert_eq!(edited(set_x, segments, path), expected, "{path} in {segments}");
    }
}

#[test]
fn delete_keeps_the_numbers_of_what_stays() {
    for (segments, path, expected) in [
        ("PID|1|2|3", "PID-2", "PID|1||3"),
        ("PID|1|a^b^c|3", "PID-2.2", "PID|1|a^^c|3"),
        ("PID|1|a^b&c|3", "PID-2.2.1", "PID|1|a^&c|3"),
        ("PID|1|a~b~c|3", "PID-2[1]", "PID|1|b~c|3"),
        ("PID|1|a~b~c|3", "PID-2[2]", "PID|1|a~c|3"),
        ("PID|1|a~b~c|3", "PID-2[last]", "PID|1|a~b|3"),
        ("PID|1|a~b~c|3", "PID-2[1 in (a, b)]", "PID|1|c|3"),
        ("PID|1|a~b~c|3", "PID-2[1 in (b, c)]", "PID|1|a|3"),
        ("PID|1|a~b~c|3", "PID-2[1 in (a, c)]", "PID|1|b|3"),
        ("PID|1|a~b|3", "PID-2[valued(1)]", "PID|1||3"),
        ("OBX|1\rNTE|1\rOBX|2", "OBX", "NTE|1"),
        ("OBX|1\rNTE|1\rOBX|2", "OBX[2]", "OBX|1\rNTE|1"),
        ("OBX|1", "OBX-7", "-"),
        ("OBX|1", "MSH", "Delimiters"),
    ] {
        assert_eq!(edited(delete, segments, path), expected, "{path} in {segments}");
    }
}

#[test]
fn insert_adds_segments_and_repetitions() {
    let before = |scope: &Scope<'_, '_>, path: &Path, out: &mut Vec<u8>| {
        insert_before(scope, path, b"X", out)
    };
    let after = |scope: &Scope<'_, '_>, path: &Path, out: &mut Vec<u8>| {
        insert_after(scope, path, b"X", out)
    };
    assert_eq!(edited(before, "OBX|1\rOBX|2", "OBX"), "X\rOBX|1\rX\rOBX|2");
    assert_eq!(edited(after, "OBX|1\rOBX|2", "OBX[last]"), "OBX|1\rOBX|2\rX");
    assert_eq!(edited(after, "OBX|1", "MSH"), "X\rOBX|1");
    assert_eq!(edited(before, "OBX|1", "MSH"), "Delimiters");
    assert_eq!(edited(before, "PID|a~b", "PID-1[2]"), "PID|a~X~b");
    assert_eq!(edited(after, "PID|a~b", "PID-1[2]"), "PID|a~b~X");
    assert_eq!(edited(before, "PID|a", "PID-1[3]"), "PID|a~~X");
    assert_eq!(edited(before, "PID|a", "PID-1.2"), "NoPlace");
}

#[test]
fn line_endings_are_those_of_the_message() {
    let text = b"MSH|^~\\&|LAB\nPID|1\nPV1|1";
    let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut out = Vec::new();
    insert_after(&scope, &"PID".parse().unwrap(), b"ZPI|1", &mut out).unwrap();
    assert_eq!(out, b"MSH|^~\\&|LAB\nPID|1\nZPI|1\nPV1|1");
    out.clear();
    delete(&scope, &"PID".parse().unwrap(), &mut out).unwrap();
    assert_eq!(out, b"MSH|^~\\&|LAB\nPV1|1");
}

#[test]
fn a_place_that_needs_a_missing_delimiter_is_refused() {
    let text = b"MSH|^~|LAB\rPID|1";
    let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let path = "PID-1.1.2".parse().unwrap();
    let mut out = Vec::new();
    assert_eq!(set(&Scope::new(&message), &path, b"X", &mut out), Err(EditError::NoDelimiter));
    assert!(out.is_empty());
}

proptest! {
    /// What was set is there, and everything that was there before and is not below it stays.
    #[test]
    fn what_is_set_is_read(
        body in "PID[|^~&a]{0,30}(\rOBX[|^~&b]{0,10})?",
        field in 1u16..6,
        repetition in 1u32..4,
        component in prop::option::of(1u16..4),
        subcomponent in prop::option::of(1u16..4),
    ) {
        let text = format!("{HEAD}\r{body}");
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let part = Part { component, subcomponent: component.and(subcomponent) };
        let position = Position { field, repetition: Select::Nth(repetition), part };
        let path = Path { segment: *b"PID", which: Select::Nth(1), position: Some(position) };
        let mut out = Vec::new();
        let places = set(&Scope::new(&message), &path, b"XYZ", &mut out).unwrap();
        let Some(Frame::Message(framed)) = Frames::new(&out).next() else { panic!() };
        let edited = Message::new(framed).unwrap();
        if message.first(*b"PID").is_none() {
            prop_assert_eq!(places, 0);
            return Ok(());
        }
        prop_assert_eq!(path.first(&edited), Some(&b"XYZ"[..]));
        // All other segments, fields and repetitions are as they were.
        for (before, after) in message.segments().zip(edited.segments()) {
            if !before.has_id(*b"PID") {
                prop_assert_eq!(before.raw(), after.raw());
                continue;
            }
            for (n, old) in before.fields() {
                let new = after.field(n).unwrap();
                if n != usize::from(field) {
                    prop_assert_eq!(old.raw(), new.raw());
                    continue;
                }
                for (r, (old, new)) in old.repetitions().zip(new.repetitions()).enumerate() {
                    prop_assert!(r + 1 == repetition as usize || old.raw() == new.raw());
                }
            }
        }
    }
}
