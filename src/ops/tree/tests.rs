use super::*;
use crate::core::{Frame, Frames};

fn tree(message: &[u8], options: TreeOptions) -> String {
    let Some(Frame::Message(framed)) = Frames::new(message).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let mut out = Vec::new();
    let mut writer = TreeWriter::new(options);
    writer.write(&message, TextOptions::default(), "a.hl7: message 1 (byte 0)", &mut out);
    let first = out.clone();
    out.clear();
    writer.write(&message, TextOptions::default(), "a.hl7: message 1 (byte 0)", &mut out);
    assert_eq!(first, out, "a writer is for many messages");
    String::from_utf8(out).unwrap()
}

/// The line of a path, its columns between single spaces.
fn line(tree: &str, path: &str) -> String {
    let mut lines = tree.lines().filter(|line| line.split_whitespace().next() == Some(path));
    let found = lines.next().unwrap_or_else(|| panic!("no {path} in\n{tree}"));
    assert!(lines.next().is_none(), "{path} twice");
    found.split_whitespace().collect::<Vec<_>>().join(" ")
}

const ADT: &[u8] = b"MSH|^~\\&|EPIC|HOSP|||20240131120000+0100||ADT^A01^ADT_A01|1|P|2.5.1\r\
    PID|1||123^^^HOSP&1.2.3&ISO^MR~456||O'Neil^Anna\\T\\||19800229|F|||\"\"\r\
    NK1|1|A|MTH\rNK1|2|B\rZPD|x^y&z\r";

#[test]
fn the_whole_picture() {
    let expected = "\
a.hl7: message 1 (byte 0)   ADT^A01^ADT_A01  2.5.1
MSH  Message Header
  MSH-1            Field Separator          ST   |
  MSH-2            Encoding Characters      ST   ^~\\&
  MSH-3            Sending Application      HD   EPIC
  MSH-4            Sending Facility         HD   HOSP
  MSH-7            Date/Time of Message     TS   20240131120000+0100 › 2024-01-…
  MSH-9            Message Type             MSG
    MSH-9.1        Message Code             ID   ADT › ADT message
";
    let shown = tree(ADT, TreeOptions { width: Some(80), ..TreeOptions::default() });
    assert!(shown.starts_with(expected), "{shown}");
    assert!(shown.ends_with("\n\n"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80 && !line.ends_with(' ')));
}

#[test]
fn every_value_has_its_path_name_type_and_meaning() {
    let shown = tree(ADT, TreeOptions::default());
    for (path, expected) in [
        ("MSH-7", "Date/Time of Message TS 20240131120000+0100 › 2024-01-31 12:00:00 +01:00"),
        ("MSH-9.1", "Message Code ID ADT › ADT message"),
        ("MSH-9.3", "Message Structure ID ADT_A01"),
        ("MSH-11", "Processing ID PT P › Production"),
        ("PID-3", "Patient Identifier List CX"),
        ("PID-3[1].1", "ID Number ST 123"),
        ("PID-3[1].4", "Assigning Authority HD"),
        ("PID-3[1].4.3", "Universal ID Type ID ISO"),
        ("PID-3[1].5", "Identifier Type Code ID MR › Medical record number"),
        ("PID-3[2]", "CX 456"),
        ("PID-5.2", "Given Name ST Anna&"),
        ("PID-7", "Date/Time of Birth TS 19800229 › 1980-02-29"),
        ("PID-8", "Administrative Sex IS F › Female"),
        ("PID-11", "Patient Address XAD \"\" › null: delete"),
        ("NK1[1]-3", "Relationship CE MTH › Mother"),
        ("NK1[2]-2", "Name XPN B"),
        ("ZPD-1.1", "x"),
        ("ZPD-1.2.2", "z"),
    ] {
        let found = line(&shown, path);
        // What follows the standard's own meaning (ISO ...) is its wording.
        assert!(found.starts_with(&format!("{path} {expected}")), "{found}");
    }
    assert!(!shown.contains("PID-2 ") && shown.contains("\nZPD\n"));
    assert!(shown.contains("\nNK1[2]  Next of Kin / Associated Parties\n"), "{shown}");
}

#[test]
fn observations_have_the_type_they_name() {
    let shown = tree(
        b"MSH|^~\\&|||||||ORU^R01|1|P|2.5.1\r\
        OBX|1|CWE|718-7^Hb^LN||A^Alpha^L||||||F\rOBX|2|SN|||>^5\rOBX|3|TS|||20240101\r\
        OBX|4||||x^y\rOBX|5|NM|||5.5\rOBX|6|XX|||5^5\r",
        TreeOptions::default(),
    );
    for (path, expected) in [
        ("OBX[1]-2", "Value Type ID CWE › Coded with exceptions"),
        ("OBX[1]-3.1", "Identifier ST 718-7"),
        ("OBX[1]-5", "Observation Value CWE"),
        ("OBX[1]-5.2", "Text ST Alpha"),
        ("OBX[2]-5.1", "Comparator ST >"),
        ("OBX[2]-5.2", "Num1 NM 5"),
        ("OBX[3]-5", "Observation Value TS 20240101 › 2024-01-01"),
        ("OBX[4]-5", "Observation Value var"),
        ("OBX[4]-5.2", "y"),
        ("OBX[5]-5", "Observation Value NM 5.5"),
        ("OBX[6]-5.1", "5"),
    ] {
        assert_eq!(line(&shown, path), format!("{path} {expected}"));
    }
    assert!(line(&shown, "OBX[1]-11").starts_with("OBX[1]-11 Observation Result Status ID F › "));
}

#[test]
fn names_are_those_of_the_version() {
    let shown = |version: &str| {
        let text = format!("MSH|^~\\&|||||||ORU^R01|1|P|{version}\rPID|||1\rSPM|1\r");
        tree(text.as_bytes(), TreeOptions::default())
    };
    let old = shown("2.3");
    assert_eq!(line(&old, "PID-3"), "PID-3 Patient ID (Internal ID) CX 1");
    assert_eq!(line(&old, "MSH-9"), "MSH-9 Message Type CM");
    assert!(line(&old, "MSH-9.2").contains(" R01 › "), "{old}");
    // Came with 2.5.
    assert_eq!(line(&old, "SPM-1"), "SPM-1 Set ID - SPM SI 1");
    assert_eq!(line(&shown("D"), "PID-3"), "PID-3 Patient Identifier List CX 1");
}

#[test]
fn nothing_hostile_comes_through() {
    let message = "MSH|^~\\&|\x1b]0;x\x07|||||\x1b[2J|||\r\
        PID|||a\u{202e}b\u{200b}|||\\X1B\\[31m\\.br\\x\rZ\x1b[1m|x\rNTE|1||caf"
        .as_bytes();
    let message = [message, b"\xE9\r"].concat();
    for raw in [false, true] {
        let shown = tree(&message, TreeOptions { raw, ..TreeOptions::default() });
        let hostile =
            |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{200b}'));
        assert!(!shown.contains(hostile), "{shown:?}");
        assert_eq!(line(&shown, "MSH-3").split(' ').next_back(), Some("\\x1b]0;x\\x07"));
        assert!(line(&shown, "PID-3").ends_with("a\\u{202e}b\\u{200b}"));
        assert!(line(&shown, "NTE-3").ends_with("caf\\xE9"));
        let expected = if raw { "\\X1B\\[31m\\.br\\x" } else { "\\x1b[31m⏎x" };
        assert!(line(&shown, "PID-6").ends_with(expected), "{shown}");
    }
}

#[test]
fn long_values_are_cut_on_a_terminal_alone() {
    let long = "ä".repeat(40_000);
    let text = format!("MSH|^~\\&|||||||ORU|||2.5\rNTE|1||{long}\rNTE|2||{}\r", "b".repeat(50));
    let whole = tree(text.as_bytes(), TreeOptions::default());
    assert!(whole.contains(&long));
    for width in [1, 40, 80, 133, 300] {
        let options = TreeOptions { width: Some(width), ..TreeOptions::default() };
        let shown = tree(text.as_bytes(), options);
        assert!(line(&shown, "NTE[1]-3").contains("… (80000 bytes)") || width < 80);
        if (61..100).contains(&width) {
            assert!(shown.lines().all(|line| line.chars().count() <= width), "{shown}");
            assert!(line(&shown, "NTE[2]-3").ends_with("bb…"));
        }
    }
}

#[test]
fn colours_are_sgr_and_enclose_no_spaces() {
    let plain = tree(ADT, TreeOptions::default());
    let colored = tree(ADT, TreeOptions { color: true, ..TreeOptions::default() });
    let mut rest = colored.as_str();
    let mut stripped = String::new();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        stripped.push_str(before);
        let (codes, after) = after.split_once('m').unwrap();
        assert!(codes.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{codes}");
        rest = after;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
    assert!(colored.contains("\x1b[1mADT\x1b[0m"), "{colored:?}");
    assert!(colored.contains("\x1b[36mADT message\x1b[0m"));
    assert!(colored.lines().all(|line| !line.ends_with(' ')));
}

#[test]
fn character_sets_are_decoded() {
    // U+8868 is 95 5C in Shift_JIS, and 5C is the escape character.
    let message = b"MSH|^~\\&|||||||ADT|1|P|2.5||||||SHIFT_JIS\rPID|||||\x95\x5C^\x95\x5C";
    let shown = tree(message, TreeOptions::default());
    assert_eq!(line(&shown, "PID-5.2"), "PID-5.2 Given Name ST \u{8868}");
    let latin = b"MSH|^~\\&|||||||ADT|1|P|2.5||||||8859/1\rPID|||||M\xFCller";
    let shown = tree(latin, TreeOptions::default());
    assert_eq!(line(&shown, "PID-5"), "PID-5 Patient Name XPN Müller");
    assert!(
        tree(latin, TreeOptions { raw: true, ..TreeOptions::default() }).contains("M\\xFCller")
    );
}
