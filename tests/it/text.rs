//! Character sets.

use crate::inputs::fixture;
use crate::program::pipehat;
use std::fs;

#[test]
fn the_character_set_is_told_by_the_message_or_the_user() {
    for (args, file, shown) in [
        (&[][..], "latin1.hl7", "Müller\tZoë\n"),
        (&["--charset", "latin1"], "latin1.hl7", "Müller\tZoë\n"),
        (&["--charset", "8859/1"], "dirty/undeclared.hl7", "Müller\t\n"),
        (&["--charset", "windows-1252"], "dirty/undeclared.hl7", "Müller\t\n"),
        // What the user says counts more than what the message says.
        (&["--charset", "8859/5"], "latin1.hl7", "Mќller\tZoы\n"),
        (&[], "iso2022jp.hl7", "奥\t愛\n"),
        (&["--charset", "Shift_JIS"], "shift_jis.hl7", "ポール\t表\n"),
        (&["--charset", "ISO-2022-JP"], "iso2022jp.hl7", "奥\t愛\n"),
    ] {
        let path = fixture(file);
        let args = [&["query", "PID-5.1", "PID-5.2"], args, &[&path]].concat();
        assert_eq!(pipehat(&args).text(), shown, "{args:?}");
    }
}

#[test]
fn a_character_with_a_byte_of_a_delimiter_is_one_character() {
    // The names hold `|`, `&` and `\` as halves of characters.
    let jis = fs::read(fixture("iso2022jp.hl7")).unwrap();
    assert!(jis.windows(2).any(|w| w == b"1|") && jis.windows(2).any(|w| w == b"0&"));
    for (args, file) in [(&[][..], "iso2022jp.hl7"), (&["--charset", "Shift_JIS"], "shift_jis.hl7")]
    {
        let path = fixture(file);
        let query = |more: &[&str]| pipehat(&[&["query"], args, more, &[&path]].concat()).text();
        assert_eq!(query(&["PID-7"]), "19900101\n");
        let each = query(&["--each", "PID", "PID-7"]);
        assert_eq!(each, "19900101\n");
        let where_ = query(&["--where", "PID-5.2 in (愛, 表) and PID-7 = 1990-01-01", "PID-7"]);
        assert_eq!(where_, "19900101\n");
        let tree = pipehat(&[&["parse", "-f", "tree"], args, &[&path]].concat()).text();
        assert!(tree.contains("愛") || tree.contains("表"), "{tree}");
        let json = pipehat(&[&["parse"], args, &[&path]].concat()).text();
        assert!(json.contains(r#""7":[{"1":"19900101"}]"#), "{json}");
        // Passed on whole, it is not touched.
        let clean = pipehat(&[&["parse", "-f", "hl7"], args, &[&path]].concat()).bytes();
        assert_eq!(clean, fs::read(&path).unwrap());
        let found = pipehat(&[&["query", "--messages"], args, &[&path]].concat()).bytes();
        assert_eq!(found, clean);
    }
}

#[test]
fn conditions_see_text_not_bytes() {
    let path = fixture("latin1.hl7");
    for condition in ["PID-5.1 = 'Müller'", "PID-5.1 ~ /^M.ller$/", "length(PID-5.1) = 6"] {
        let shown = pipehat(&["query", "--where", condition, "MSH-10", &path]).text();
        assert_eq!(shown, "L-1\n", "{condition}");
    }
}

#[test]
fn wrong_bytes_pass_through() {
    // Declared as UTF-8, and one name is not.
    let message =
        b"MSH|^~\\&|A|||||||M-1|P|2.5||||||UNICODE UTF-8\rPID|||\xC3\xBC||\xFCx^\xC3\xBC\r\n";
    let shown = pipehat(&["query", "PID-3", "PID-5.1", "PID-5.2"]).stdin(message).bytes();
    assert_eq!(shown, b"\xC3\xBC\t\xFCx\t\xC3\xBC\n");
    let json = pipehat(&["parse"]).stdin(message).text();
    assert!(json.contains(r#""5":[{"1":{"bytes":"/Hg="},"2":"ü"}]"#), "{json}");
    assert_eq!(pipehat(&["from-json"]).stdin(&json).bytes(), message);
    // JSON of a query is JSON whatever the bytes.
    let row = pipehat(&["query", "-f", "ndjson", "PID-5.1", "PID-3"]).stdin(message).bytes();
    let row: serde_json::Value = serde_json::from_slice(&row).unwrap();
    assert_eq!(row["PID-3"][0], "ü");
}

#[test]
fn a_charset_that_nobody_knows_is_no_reason_to_stop() {
    let message = "MSH|^~\\&|A|||||||M-1|P|2.5||||||KLINGON\rPID|||1||ü\r\n";
    let out = pipehat(&["query", "PID-5"]).stdin(message).run();
    assert_eq!((out.code, out.text()), (0, "ü\n"));
}
