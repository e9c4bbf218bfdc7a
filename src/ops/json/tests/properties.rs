//! What holds of messages and objects of every kind.

use super::frames::{frames, frames_of_cuts};
use super::*;
use proptest::prelude::*;
use std::sync::OnceLock;

/// Messages of every kind, sound in their delimiters.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let head = prop_oneof![
        4 => Just(&b"MSH|^~\\&"[..]),
        1 => Just(&b"MSH|^~"[..]),
        1 => Just(&b"MSH|^~&"[..]),
        1 => Just(&b"MSH|^~\\"[..]),
        1 => Just(&b"MSH|^~\\&#"[..]),
        1 => Just(&b"MSH|^~\\&\xE9"[..]),
        1 => Just(&b"MSH\t*!?."[..]),
        1 => Just(&b"MSH#*!\x01@$"[..]),
    ];
    let charset = prop_oneof![
        3 => Just(""),
        1 => Just("||||||||||||||||8859/1|"),
        1 => Just("||||||||||||||||SHIFT_JIS|"),
        1 => Just("||||||||||||||||ISO IR87|"),
        1 => Just("||||||||||||||||KS X 1001|"),
        1 => Just("||||||||||||||||UNICODE UTF-8|"),
        1 => Just("||||||||||||||||?|"),
    ];
    let token = prop_oneof![
        8 => prop::sample::select(&b"||||^^^~~&&\\\\\"\"aZ1 "[..]).prop_map(|b| vec![b]),
        2 => prop::sample::select(&[
            "\"\"", "\\T\\", "\\F\\", "\\E\\", "\\H\\", "\\.br\\", "\\.sp3\\", "\\XC3\\\\XBC\\",
            "\\XFF\\", "\\X2222\\", "\\X00\\", "\\X0D\\", "\\X1B\\", "\\X1B2842\\", "\\C2842\\", "\\C2442\\",
            "\\X955C\\", "\\P\\", "\\Zx\\", "\u{fc}", "\u{8868}", "\u{1F600}", "PID", "#", "@", "!", "*",
        ][..]).prop_map(|s: &str| s.as_bytes().to_vec()),
        1 => Just(b"\rOBX|".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => prop::sample::select(vec![&b"\x95\x5C"[..], b"\xFC", b"\xFF", b"\x1B$B", b"\x1B(B", b"\xB0\xA1", b"\x0E"])
            .prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|b| vec![b]),
    ];
    (head, charset, prop::collection::vec(token, 0..40)).prop_map(|(head, charset, tokens)| {
        let mut message = head.to_vec();
        message.extend(charset.bytes().map(|b| if b == b'|' { head[3] } else { b }));
        if charset.is_empty() && !tokens.is_empty() {
            message.push(head[3]);
        }
        message.extend(tokens.concat());
        message
    })
}

fn with_cr(message: &Message<'_>) -> Vec<u8> {
    let segments: Vec<_> = message.segments().map(|s| s.raw()).collect();
    segments.join(&b'\r')
}

fn objects() -> &'static [String] {
    static OBJECTS: OnceLock<Vec<String>> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let texts: [&[u8]; 3] = [
            b"MSH|^~\\&|LAB\rPID|1||123^^^HOSP&1.2&ISO~~456|\"\"|a\\T\\b\\X00\\",
            b"MSH|^~\\&||||||||||||||||8859/1\rPID|M\xFCller|\\E\\H\\E\\",
            b"MSH#*!?@#x\xFF\r\rZZZ#",
        ];
        let mut objects: Vec<_> = texts.iter().map(|text| write(text)).collect();
        let value: Value = serde_json::from_str(&objects[0]).unwrap();
        objects.push(serde_json::to_string_pretty(&value).unwrap());
        objects.push(
            json!({"segments": [{"id": "MSH", "3": 1.5, "4": {"bytes": "QUI="}}]}).to_string(),
        );
        objects
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn raw_comes_back_byte_for_byte(bytes in message()) {
        for frame in Frames::new(&bytes) {
            let Frame::Message(framed) = frame else { continue };
            let Ok(message) = Message::new(framed) else { continue };
            let mut json = Vec::new();
            let options = JsonOptions { raw: true, names: None };
            JsonWriter::new().write(&message, &options, TextOptions::default(), &mut json);
            prop_assert!(serde_json::from_slice::<Value>(&json).is_ok());
            prop_assert!(!json.contains(&b'\n'));
            let back = read_raw(std::str::from_utf8(&json).unwrap());
            prop_assert_eq!(back.map(|b| b.escape_ascii().to_string()), Ok(with_cr(&message).escape_ascii().to_string()));
        }
    }

    #[test]
    fn decoded_comes_back_with_the_same_meaning(bytes in message()) {
        for frame in Frames::new(&bytes) {
            let Frame::Message(framed) = frame else { continue };
            let Ok(message) = Message::new(framed) else { continue };
            let mut json = Vec::new();
            JsonWriter::new().write(&message, &JsonOptions::default(), TextOptions::default(), &mut json);
            prop_assert!(serde_json::from_slice::<Value>(&json).is_ok());
            let json = String::from_utf8(json).unwrap();
            let back = match read(&json) {
                Ok(back) => back,
                // Switches of character sets give text that the declared one has not.
                Err(e) if e.problem == Problem::Unencodable => continue,
                Err(e) => return Err(TestCaseError::fail(format!("{e}: {json}"))),
            };
            // Not framed again, for framing would cut off an empty segment at the end.
            let header_len = back.iter().position(|&b| b == b'\r').unwrap_or(back.len());
            let framed = Framed { bytes: &back, offset: 0, whole: &back, line_ending: LineEnding::Cr, header_len };
            let mut again = Vec::new();
            let message = Message::new(framed).unwrap();
            JsonWriter::new().write(&message, &JsonOptions::default(), TextOptions::default(), &mut again);
            prop_assert_eq!(String::from_utf8(again).unwrap(), json, "{}", back.escape_ascii());
        }
    }

    #[test]
    fn a_sorted_object_is_the_same_message(bytes in message()) {
        for frame in Frames::new(&bytes) {
            let Frame::Message(framed) = frame else { continue };
            let Ok(message) = Message::new(framed) else { continue };
            let mut json = Vec::new();
            JsonWriter::new().write(&message, &JsonOptions::default(), TextOptions::default(), &mut json);
            // serde_json sorts members by their names, as `jq -S` does.
            let sorted: Value = serde_json::from_slice(&json).unwrap();
            let json = String::from_utf8(json).unwrap();
            prop_assert_eq!(read(&sorted.to_string()).ok(), read(&json).ok());
            let pretty = serde_json::to_string_pretty(&sorted).unwrap();
            prop_assert_eq!(read(&pretty).ok(), read(&json).ok());
        }
    }

    #[test]
    fn the_reader_survives_anything(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        which in 0usize..5,
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"{}[]\",:\\0919nutd|^~& \n\xFF"[..]), 0u8..3), 0..6),
    ) {
        let mut json = objects()[which].clone().into_bytes();
        for (at, byte, edit) in edits {
            if json.is_empty() { break }
            let at = at.index(json.len());
            match edit { 0 => json[at] = byte, 1 => json.insert(at, byte), _ => { json.remove(at); } }
        }
        for input in [&bytes, &json] {
            for raw in [false, true] {
                let mut out = b"x".to_vec();
                let result = JsonReader::new().read(input, &ReadOptions { raw, charset: None }, &mut out);
                if result.is_ok() {
                    prop_assert!(serde_json::from_slice::<Value>(input).is_ok());
                    prop_assert!(out.starts_with(b"xMSH"));
                } else {
                    prop_assert_eq!(&out, b"x");
                }
            }
        }
    }

    #[test]
    fn cuts_do_not_show(
        tokens in prop::collection::vec(prop::sample::select(&[
            "{", "}", "{}", "[", "]", ",", ":", "\"", "\\", "\n", "\r\n", " ", "x", "\u{FEFF}", "{\"a\":\"b\"}", "\n{", "},\n{", "\"}\"",
        ][..]), 0..60),
        cuts in prop::collection::vec(1usize..12, 1..8),
    ) {
        let stream = tokens.concat();
        let expected = frames(stream.as_bytes());
        prop_assert_eq!(frames_of_cuts(stream.as_bytes(), &cuts), expected);
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(512)
}
