use super::*;
use crate::core::{Charset, Frame, Framed, Frames, LineEnding, Message, TextOptions};
use serde_json::{Value, json};

mod frames;
mod properties;

fn framed(stream: &[u8]) -> Message<'_> {
    let message = Frames::new(stream).find_map(|frame| match frame {
        Frame::Message(framed) => Some(Message::new(framed).unwrap()),
        _ => None,
    });
    message.expect("a message")
}

fn write_with(stream: &[u8], options: &JsonOptions<'_>) -> String {
    let mut out = b"before ".to_vec();
    JsonWriter::new().write(&framed(stream), options, TextOptions::default(), &mut out);
    String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
}

fn write(stream: &[u8]) -> String {
    write_with(stream, &JsonOptions::default())
}

fn write_raw(stream: &[u8]) -> String {
    write_with(stream, &JsonOptions { raw: true, names: None })
}

fn read_with(json: &str, options: &ReadOptions) -> Result<Vec<u8>, JsonError> {
    let mut out = b"before ".to_vec();
    let result = JsonReader::new().read(json.as_bytes(), options, &mut out);
    let message = out.strip_prefix(b"before ").unwrap().to_vec();
    assert!(result.is_ok() || message.is_empty());
    result.map(|_| message)
}

fn read(json: &str) -> Result<Vec<u8>, JsonError> {
    read_with(json, &ReadOptions::default())
}

fn read_raw(json: &str) -> Result<Vec<u8>, JsonError> {
    read_with(json, &ReadOptions { raw: true, charset: None })
}

/// The segment behind MSH of a message in which it is `segment`.
fn segment(segment: &str) -> String {
    let json = write(format!("MSH|^~\\&\r{segment}\rEND").as_bytes());
    let head = r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH"},"#;
    json.strip_prefix(head).unwrap().strip_suffix(r#",{"id":"END"}]}"#).unwrap().to_owned()
}

fn both_ways(text: &str, expected: &str) {
    assert_eq!(segment(text), expected, "{text}");
    let json = format!(r#"{{"segments":[{{"id":"MSH"}},{expected}]}}"#);
    let message = format!("MSH|^~\\&\r{text}");
    assert_eq!(
        read(&json).unwrap().escape_ascii().to_string(),
        message.escape_default().to_string()
    );
}

#[test]
fn the_shape_is_that_of_the_design() {
    let message = b"MSH|^~\\&|LAB\rPID|1||123^^^HOSP&1.2.3&ISO^MR~456|||||M|||||||||||\"\"\r\n";
    let json = concat!(
        r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH","3":[{"1":"LAB"}]},"#,
        r#"{"id":"PID","1":[{"1":"1"}],"3":[{"1":"123","4":{"1":"HOSP","2":"1.2.3","3":"ISO"},"#,
        r#""5":"MR"},{"1":"456"}],"8":[{"1":"M"}],"19":[{"1":null}]}]}"#
    );
    assert_eq!(write(message), json);
    assert_eq!(write_raw(message), json.replacen(",", ",\"raw\":true,", 1));
    assert_eq!(read(json).unwrap(), message.strip_suffix(b"\r\n").unwrap());

    // .segments[]|select(.id=="PID")|."3"[]|select(."5"=="MR")|."1"
    let value: Value = serde_json::from_str(json).unwrap();
    let segments = value["segments"].as_array().unwrap();
    let pid = segments.iter().find(|segment| segment["id"] == "PID").unwrap();
    let mr = pid["3"].as_array().unwrap().iter().find(|cx| cx["5"] == "MR").unwrap();
    assert_eq!(mr["1"], "123");
}

#[test]
fn empty_positions_are_left_out_but_for_last_ones() {
    both_ways("PID", r#"{"id":"PID"}"#);
    both_ways("PID|", r#"{"id":"PID","1":[]}"#);
    both_ways("PID||", r#"{"id":"PID","2":[]}"#);
    both_ways("PID|A|", r#"{"id":"PID","1":[{"1":"A"}],"2":[]}"#);
    both_ways("PID||A^^", r#"{"id":"PID","2":[{"1":"A","3":""}]}"#);
    both_ways("PID|^", r#"{"id":"PID","1":[{"2":""}]}"#);
    both_ways("PID|^^B|x", r#"{"id":"PID","1":[{"3":"B"}],"2":[{"1":"x"}]}"#);
    both_ways("PID|a&", r#"{"id":"PID","1":[{"1":{"1":"a","2":""}}]}"#);
    both_ways("PID|&", r#"{"id":"PID","1":[{"1":{"2":""}}]}"#);
    both_ways("PID|&&b^^c", r#"{"id":"PID","1":[{"1":{"3":"b"},"3":"c"}]}"#);
    both_ways("PID|A~", r#"{"id":"PID","1":[{"1":"A"},{}]}"#);
    both_ways("PID|~", r#"{"id":"PID","1":[{},{}]}"#);
    both_ways(
        "PID|~~A&b~^|",
        r#"{"id":"PID","1":[{},{},{"1":{"1":"A","2":"b"}},{"2":""}],"2":[]}"#,
    );
    both_ways("", r#"{"id":""}"#);
    both_ways("|A", r#"{"id":"","1":[{"1":"A"}]}"#);
    both_ways("free text^ ", r#"{"id":"free text^ "}"#);
    both_ways("Z\"\t", r#"{"id":"Z\"\t"}"#);
}

#[test]
fn null_is_two_double_quotes_and_nothing_else() {
    both_ways(
        "PID|\"\"|\"\"^a&\"\"~\"\"",
        concat!(
            r#"{"id":"PID","1":[{"1":null}],"#,
            r#""2":[{"1":null,"2":{"1":"a","2":null}},{"1":null}]}"#
        ),
    );
    both_ways("PID|\"|\"\"\"", r#"{"id":"PID","1":[{"1":"\""}],"2":[{"1":"\"\"\""}]}"#);
    assert_eq!(segment("PID|\\X2222\\"), r#"{"id":"PID","1":[{"1":"\"\""}]}"#);
    let json = r#"{"segments":[{"id":"MSH","3":"\"\"","4":null}]}"#;
    assert!(read(json).is_err());
    let json = r#"{"segments":[{"id":"MSH","3":"\"\"","4":[null]}]}"#;
    assert_eq!(read(json).unwrap(), b"MSH|^~\\&|\\X22\\\"|\"\"");
}

#[test]
fn numbers_of_any_size_are_keys() {
    let many = format!("PID{}x{}y", "|".repeat(200), "^".repeat(150));
    let json = r#"{"id":"PID","200":[{"1":"x","151":"y"}]}"#;
    both_ways(&many, json);
    both_ways(&format!("PID{}x", "|".repeat(127)), r#"{"id":"PID","127":[{"1":"x"}]}"#);
    both_ways(&format!("PID{}x|", "|".repeat(128)), r#"{"id":"PID","128":[{"1":"x"}],"129":[]}"#);
}

#[test]
fn long_values_are_written_whole() {
    for len in [31, 32, 33, 127, 128, 129, 8191, 8192, 100_000] {
        let text = "a".repeat(len);
        both_ways(
            &format!("OBX|{text}|b"),
            &format!(r#"{{"id":"OBX","1":[{{"1":"{text}"}}],"2":[{{"1":"b"}}]}}"#),
        );
        let text = "\"".repeat(len + 3);
        let escaped = text.replace('"', "\\\"");
        both_ways(&format!("OBX|{text}"), &format!(r#"{{"id":"OBX","1":[{{"1":"{escaped}"}}]}}"#));
    }
}

#[test]
fn the_header_begins_at_field_3() {
    assert_eq!(write(b"MSH|^~\\&"), r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH"}]}"#);
    assert_eq!(write(b"MSH|^~\\&|"), r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH","3":[]}]}"#);
    let odd = write(b"MSH#*!?@$#A*B#c$#\rPID#a|b^c");
    assert_eq!(
        odd,
        r##"{"delimiters":"#*!?@$","segments":[{"id":"MSH","3":[{"1":"A","2":"B"}],"4":[{"1":"c$"}],"5":[]},{"id":"PID","1":[{"1":"a|b^c"}]}]}"##
    );
    assert_eq!(
        write(b"MSH|^~|A\\T"),
        r#"{"delimiters":"|^~","segments":[{"id":"MSH","3":[{"1":"A\\T"}]}]}"#
    );
}

#[test]
fn values_are_decoded() {
    assert_eq!(
        segment(r"NTE|a\T\b\F\|\.br\x"),
        r#"{"id":"NTE","1":[{"1":"a&b|"}],"2":[{"1":"\nx"}]}"#
    );
    assert_eq!(
        segment(r"NTE|\H\a\N\|\"),
        r#"{"id":"NTE","1":[{"1":"\\H\\a\\N\\"}],"2":[{"1":"\\"}]}"#
    );
    // A literal text that encoding would take for highlighting.
    assert_eq!(segment(r"NTE|\E\H\E\"), r#"{"id":"NTE","1":[{"1":{"raw":"\\E\\H\\E\\"}}]}"#);
    // Bytes that are no text, though the value is.
    assert_eq!(segment(r"NTE|\XFF\"), r#"{"id":"NTE","1":[{"1":{"raw":"\\XFF\\"}}]}"#);
    assert_eq!(segment("NTE|M\u{fc}ller"), "{\"id\":\"NTE\",\"1\":[{\"1\":\"M\u{fc}ller\"}]}");
    let raw = write_raw(b"MSH|^~\\&|a\\T\\b");
    assert!(raw.contains(r#"{"1":"a\\T\\b"}"#));
}

#[test]
fn character_sets_become_utf8_and_back() {
    let latin = b"MSH|^~\\&||||||||||||||||8859/1|\xFC|\rP\xFC|M\xFC\\XFC\\\\T\\";
    let json = write(latin);
    assert!(json.contains("\"19\":[{\"1\":\"\u{fc}\"}]"));
    assert!(json.ends_with("{\"id\":\"P\u{fc}\",\"1\":[{\"1\":\"M\u{fc}\u{fc}&\"}]}]}"));
    let expected = b"MSH|^~\\&||||||||||||||||8859/1|\xFC|\rP\xFC|M\xFC\xFC\\T\\";
    assert_eq!(
        read(&json).unwrap(),
        b"MSH|^~\\&||||||||||||||||8859/1|\xFC|\rP\xFC|M\xFC\xFC\\T\\"
    );
    assert_eq!(write(expected), json);
    // U+8868 is 95 5C in Shift_JIS.
    let sjis = b"MSH|^~\\&||||||||||||||||SHIFT_JIS\rPID|\x95\x5C^\\X955C\\";
    let json = write(sjis);
    assert!(json.ends_with("{\"id\":\"PID\",\"1\":[{\"1\":\"\u{8868}\",\"2\":\"\u{8868}\"}]}]}"));
    let back = read(&json).unwrap();
    assert_eq!(back, b"MSH|^~\\&||||||||||||||||SHIFT_JIS\rPID|\x95\x5C^\x95\x5C");
    assert_eq!(write(&back), json);
    // Malformed as a whole: what is not ASCII stays as it is.
    let broken = b"MSH|^~\\&||||||||||||||||SHIFT_JIS\rPID|\xFF|\\X955C\\|x\\T\\";
    let json = write(broken);
    assert!(json.contains(
        r#""1":[{"1":{"bytes":"/w=="}}],"2":[{"1":{"raw":"\\X955C\\"}}],"3":[{"1":{"raw":"x\\T\\"}}]"#
    ));
    assert_eq!(read(&json).unwrap(), broken);
    // UTF-8 is what messages without MSH-18 are in.
    let none = b"MSH|^~\\&|\xC3\xBC^\xFC\rP\xFF|x";
    let json = write(none);
    assert!(json.contains("{\"1\":\"\u{fc}\",\"2\":{\"bytes\":\"/A==\"}}"));
    assert!(json.contains(r#"{"id":{"bytes":"UP8="},"1":[{"1":"x"}]}"#));
    assert_eq!(read(&json).unwrap(), none);
    assert_eq!(read_raw(&write_raw(none)).unwrap(), none);
    let mut out = Vec::new();
    let text = TextOptions { charset: Some(Charset::from_label(b"8859/1").unwrap()), now: None };
    JsonWriter::new().write(&framed(b"MSH|^~\\&|\xFC"), &JsonOptions::default(), text, &mut out);
    let json = String::from_utf8(out).unwrap();
    assert!(json.contains("\u{fc}"));
    let options = ReadOptions { raw: false, charset: text.charset };
    assert_eq!(read_with(&json, &options).unwrap(), b"MSH|^~\\&|\xFC");
}

#[test]
fn all_line_endings_separate_segments() {
    let expected = r#"{"delimiters":"|^~\\&","segments":[{"id":"MSH","3":[{"1":"A"}]},{"id":"PID","1":[]},{"id":"OBX"}]}"#;
    for text in
        ["MSH|^~\\&|A\rPID|\rOBX", "MSH|^~\\&|A\nPID|\nOBX\n", "MSH|^~\\&|A\r\nPID|\r\nOBX\r\n"]
    {
        assert_eq!(write(text.as_bytes()), expected);
    }
    // After CR, an LF is content.
    assert!(write(b"MSH|^~\\&|A\rNTE|x\ny").ends_with(r#"{"id":"NTE","1":[{"1":"x\ny"}]}]}"#));
}

struct Names;

impl NameSource for Names {
    fn segment(&self, version: &[u8], id: &[u8]) -> Option<SegmentNames> {
        assert_eq!(version, b"2.5");
        let fields = ["Set ID", "", "List"];
        (id == b"PID").then(|| SegmentNames::prepare("Patient \"X\"", fields.into_iter()))
    }
}

#[test]
fn names_are_additional_members() {
    let message = b"MSH|^~\\&||||||||||2.5^DEU\rPID||2|3\rPID|1|||\rPID\rZZZ|1";
    let json = write_with(message, &JsonOptions { raw: false, names: Some(&Names) });
    assert!(json.contains(r#"{"id":"PID","name":"Patient \"X\"","2":[{"1":"2"}],"3":[{"1":"3"}],"names":{"3":"List"}}"#));
    assert!(json.contains(
        r#"{"id":"PID","name":"Patient \"X\"","1":[{"1":"1"}],"4":[],"names":{"1":"Set ID"}}"#
    ));
    assert!(
        json.ends_with(r#"{"id":"PID","name":"Patient \"X\""},{"id":"ZZZ","1":[{"1":"1"}]}]}"#)
    );
    assert_eq!(read(&json).unwrap(), message);
}

#[test]
fn members_may_come_in_any_order() {
    let json = r#" { "segments" : [ {"3":[{"1":"LAB"}],"id":"MSH"} ,
        {"10":"ten","2":[{"10":"j","2":{"3":"c","1":"a"},"1":"x"},{}],"name":"Foo","id":"PID","names":{"1":[{}]}} ] ,
        "delimiters":"|^~\\&" } "#;
    assert_eq!(read(json).unwrap(), b"MSH|^~\\&|LAB\rPID||x^a&&c^^^^^^^^j~||||||||ten");
}

#[test]
fn shorthands_are_read() {
    let json = r#"{"segments":[{"id":"MSH"},{"id":"PID","1":1,"2":-1.5e3,"3":["a",{"2":2},null],"4":{"1":"b","2":"c"},
        "5":{"raw":"\\H\\"},"6":["\u0041\ud83d\ude00\n",{"bytes":"QQ=="}]}]}"#;
    let expected = "MSH|^~\\&\rPID|1|-1.5e3|a~^2~\"\"|b^c|\\H\\|A\u{1F600}\\.br\\~A";
    assert_eq!(String::from_utf8(read(json).unwrap()).unwrap(), expected);
}

#[test]
fn errors_tell_where_and_not_what() {
    let pid =
        |members: &str| format!(r#"{{"segments":[{{"id":"MSH"}},{{"id":"PID",{members}}}]}}"#);
    // With the delimiters first, the segments are not skipped before they are read.
    let delimited = |members: &str| pid(members).replacen("{", "{\"delimiters\":\"|^~\\\\&\",", 1);
    let cases = [
        (
            pid(r#""5":[{"1":true}]"#),
            "segments[1].\"5\"[0].\"1\": a string, null or an object is expected (byte 48 of the object)",
        ),
        (
            pid(r#""5":null"#),
            "segments[1].\"5\": an array of repetitions, or a string is expected (byte 42 of the object)",
        ),
        (
            pid(r#""5":[{"1":{"1":{"1":"x"}}}]"#),
            "segments[1].\"5\"[0].\"1\".\"1\": a member with an unknown name (byte 54 of the object)",
        ),
        (
            pid(r#""99999999":"x""#),
            "segments[1]: a number from 1 to 9999 is expected (byte 38 of the object)",
        ),
        (
            pid(r#""5":[{"1000":"x"}]"#),
            "segments[1].\"5\"[0]: a number from 1 to 999 is expected (byte 44 of the object)",
        ),
        (pid(r#""0":"x""#), "segments[1]: a member with an unknown name (byte 38 of the object)"),
        (pid(r#""01":"x""#), "segments[1]: a member with an unknown name (byte 38 of the object)"),
        (
            pid(r#""5":[{"1":"Smith","1":"Smith"}]"#),
            "segments[1].\"5\"[0]: a member that stands twice (byte 60 of the object)",
        ),
        (pid(r#""Smith":1"#), "segments[1]: a member with an unknown name (byte 38 of the object)"),
        (
            pid(r#""5":{"bytes":"?"}"#),
            "segments[1].\"5\".bytes: not valid base64 (byte 43 of the object)",
        ),
        (
            pid(r#""5":{"raw":"a|b"}"#),
            "segments[1].\"5\".raw: holds a delimiter (byte 43 of the object)",
        ),
        (
            delimited(r#""5":"\ud800""#),
            "segments[1].\"5\": not a valid JSON string (byte 65 of the object)",
        ),
        (delimited(r#""5":01"#), "segments[1].\"5\": not valid JSON (byte 64 of the object)"),
        (
            r#"{"segments":[{"id":"PID"}]}"#.into(),
            "segments[0]: the first segment is not MSH (byte 19 of the object)",
        ),
        (
            r#"{"segments":[{"id":"MSH","2":"x"}]}"#.into(),
            "segments[0]: MSH-1 and MSH-2 stand in `delimiters` (byte 29 of the object)",
        ),
        (
            r#"{"segments":[{"id":"MSH"},{"id":"MSH"}]}"#.into(),
            "segments[1]: an MSH segment that is not the first (byte 26 of the object)",
        ),
        (
            r#"{"segments":[{"id":"MSH"},{"id":"P|D"}]}"#.into(),
            "segments[1].id: holds a delimiter (byte 32 of the object)",
        ),
        (
            r#"{"segments":[{"id":"MSH"},{"1":"P"}]}"#.into(),
            "segments[1]: id is missing (byte 26 of the object)",
        ),
        (
            r#"{"delimiters":"||","segments":[{"id":"MSH"}]}"#.into(),
            "delimiters: these cannot delimit (byte 14 of the object)",
        ),
        (
            r#"{"delimiters":"|^~\\&|","segments":[{"id":"MSH"}]}"#.into(),
            "delimiters: these cannot delimit (byte 14 of the object)",
        ),
        (
            r#"{"delimiters":"|^~","segments":[{"id":"MSH","3":"a|"}]}"#.into(),
            "segments[0].\"3\": needs an escape character and the delimiters name none (byte 48 of the object)",
        ),
        (
            r#"{"delimiters":"|^~","segments":[{"id":"MSH","3":[{"1":{"2":"a"}}]}]}"#.into(),
            "segments[0].\"3\"[0].\"1\".\"2\": subcomponents, and the delimiters name no character for them (byte 59 of the object)",
        ),
        (r#"{}"#.into(), "segments is missing (byte 2 of the object)"),
        (r#"[]"#.into(), "an object is expected (byte 0 of the object)"),
        (
            r#"{"segments":[{"id":"MSH"}]} x"#.into(),
            "there is more behind the object (byte 28 of the object)",
        ),
        (
            r#"{"segments":[{"id":"MSH"}],"file":1}"#.into(),
            "a member with an unknown name (byte 27 of the object)",
        ),
        (
            r#"{"segments":[{"id":"MSH","18":"8859/1"},{"id":"PID","5":"Łz"}]}"#.into(),
            "segments[1].\"5\": a character that the character set of the message has not (byte 40 of the object)",
        ),
    ];
    for (json, expected) in cases {
        let error = read(&json).expect_err(&json);
        assert_eq!(error.to_string(), expected, "{json}");
    }
    let error = read_raw(&pid(r#""5":[{"1":"a&b"}]"#)).unwrap_err();
    assert_eq!(error.problem, Problem::Delimiter);
    assert_eq!(error.path, "segments[1].\"5\"[0].\"1\"");
    let nested = format!(r#"{{"name":{}"#, "[".repeat(100_000));
    assert_eq!(read(&nested).unwrap_err().problem, Problem::Depth);
    let wide =
        format!(r#"{{"segments":[{{"id":"MSH"}}{}]}}"#, r#",{"id":"Z","9999":""}"#.repeat(2000));
    assert_eq!(read(&wide).unwrap_err().problem, Problem::TooLong);
}
