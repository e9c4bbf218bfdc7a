//! Where objects begin and end in a stream.

use super::*;

pub(super) fn frames(buf: &[u8]) -> Vec<(bool, usize, Vec<u8>)> {
    JsonFrames::new(buf)
        .map(|frame| match frame {
            JsonFrame::Object { bytes, offset } => (true, offset, bytes.to_vec()),
            JsonFrame::Stray { bytes, offset } => (false, offset, bytes.to_vec()),
        })
        .collect()
}

fn pieces(text: &str) -> Vec<(bool, String)> {
    let frames = frames(text.as_bytes()).into_iter();
    frames.map(|(object, _, bytes)| (object, String::from_utf8(bytes).unwrap())).collect()
}

#[test]
fn objects_are_found_in_every_layout() {
    let a = (true, r#"{"a":"}\"{"}"#.to_owned());
    let b = (true, "{\"b\":[{},\n{\n}\n]}".to_owned());
    for (before, between, after) in [
        ("", "\n", "\n"),
        ("", "", ""),
        ("[", ",", "]"),
        ("\u{FEFF}[\n", ",\n", "\n]\n"),
        (" ", "\r\n\t", " "),
    ] {
        let text = format!("{before}{}{between}{}{between}{}{after}", a.1, b.1, a.1);
        assert_eq!(pieces(&text), [a.clone(), b.clone(), a.clone()], "{text}");
    }
    assert!(pieces(" [\n] ").is_empty());
}

#[test]
fn strays_end_with_their_line() {
    let object = (true, "{}".to_owned());
    let stray = |text: &str| (false, text.to_owned());
    assert_eq!(
        pieces("hello {\nwörld\n{}12\n{}"),
        [stray("hello {\n"), stray("wörld\n"), object.clone(), stray("12\n"), object.clone()]
    );
    // An object that was cut off, in a string or not, ends where the next line begins one.
    assert_eq!(
        pieces("{\"a\":\"x\n{}\n{}"),
        [stray("{\"a\":\"x\n"), object.clone(), object.clone()]
    );
    assert_eq!(
        pieces("{\"a\":{\"b\":1\r\n{}\n{\"a\":"),
        [stray("{\"a\":{\"b\":1\r\n"), object.clone(), stray("{\"a\":")]
    );
    assert_eq!(pieces("{}}\n{}"), [object.clone(), stray("}\n"), object]);
}

/// The frames found when the stream comes in pieces of these lengths.
pub(super) fn frames_of_cuts(stream: &[u8], cuts: &[usize]) -> Vec<(bool, usize, Vec<u8>)> {
    let mut cutter = JsonCutter::default();
    let mut buf = Vec::new();
    let mut found = Vec::new();
    let mut base = 0;
    let mut rest = stream;
    for &cut in cuts.iter().cycle() {
        let (piece, behind) = rest.split_at(cut.min(rest.len()));
        rest = behind;
        buf.extend_from_slice(piece);
        let end = cutter.advance(&buf, rest.is_empty());
        assert!(end <= buf.len());
        found.extend(frames(&buf[..end]).into_iter().map(|(o, at, bytes)| (o, at + base, bytes)));
        buf.drain(..end);
        cutter.removed(end);
        base += end;
        if rest.is_empty() {
            break;
        }
    }
    found
}
