use super::*;
use crate::core::Charset;

const ADT: &str = "MSH|^~\\&|A|B|C|D|20240101||ADT^A08|M1|P|2.4\rPID|1||M1\r";

/// `taken`, `commit`, or the code and why.
fn judged(rules: &Rules, content: impl AsRef<[u8]>) -> String {
    match rules.judge(content.as_ref()) {
        Judged::Commit => "commit".to_owned(),
        Judged::Taken(message, header) => {
            assert_eq!(header.field(10), b"M1");
            assert!(message.bytes().starts_with(b"MSH"));
            "taken".to_owned()
        }
        Judged::Refused(refusal) => {
            assert_eq!(refusal.faults.len(), 1);
            let id = refusal.header.map(|header| header.field(10).escape_ascii().to_string());
            let kept = if refusal.kept { "kept" } else { "not kept" };
            format!("{:?} {} {id:?} {kept}", refusal.code, refusal.why)
        }
    }
}

#[test]
fn one_whole_message_is_taken() {
    let rules = Rules::default();
    let taken = [
        ADT.to_owned(),
        ADT.trim_end().to_owned(),
        format!("\r\n{ADT}"),
        format!("{ADT}\r\r\n"),
        ADT.replace('\r', "\n"),
        ADT.replace('\r', "\r\n"),
        format!("{ADT}OBX|1|ED|||^^^A\x1cB\r"),
        format!("{ADT}NTE|1||a\nb\r"),
    ];
    for content in taken {
        assert_eq!(judged(&rules, &content), "taken", "{content:?}");
    }
    assert_eq!(judged(&rules, b"\x06"), "commit");
    assert_eq!(judged(&rules, b"\x15"), "commit");
}

#[test]
fn anything_else_is_rejected_and_kept() {
    let rules = Rules::default();
    for content in ["", "hello", "{}", "MSH", "MSHX", "PID|1\rMSH|", "\r\n"] {
        let judged = judged(&rules, content);
        assert!(judged.starts_with("Reject ") && judged.ends_with(" None kept"), "{judged}");
    }
    let id = "Some(\"M1\") kept";
    assert_eq!(judged(&rules, format!("{ADT}{ADT}")), format!("Reject batch {id}"));
    assert_eq!(judged(&rules, format!("{ADT}BTS|1\r")), format!("Reject batch {id}"));
    let batch = format!("FHS|^~\\&\rBHS|^~\\&\r{ADT}BTS|1\rFTS|1\r");
    assert_eq!(judged(&rules, batch), format!("Reject batch {id}"));
    let marked = ADT.replace("|M1|", "|M1\x1c|");
    assert_eq!(judged(&rules, marked), "Reject delimiters None kept");
    assert_eq!(judged(&rules, "BHS|^~\\&\rBTS|0\r"), "Reject batch None kept");
    assert_eq!(judged(&rules, format!("{ADT}\nrest\r")), format!("Reject stray {id}"));
    let unnamed = ADT.replace("|M1|P", "||P");
    assert_eq!(judged(&rules, unnamed), "Reject no control id Some(\"\") kept");
    for id in ["  ", "\"\""] {
        let judged = judged(&rules, ADT.replace("|M1|P", &format!("|{id}|P")));
        assert!(judged.starts_with("Reject no control id "), "{judged}");
    }
    assert_eq!(judged(&rules, ADT.replace("ADT^A08", "")), format!("Reject no message type {id}"));
}

#[test]
fn a_condition_and_a_check() {
    let only = |text: &str| Rules { condition: Some(text.parse().unwrap()), ..Rules::default() };
    assert_eq!(judged(&only("MSH-9.1 = ADT"), ADT), "taken");
    assert_eq!(judged(&only("MSH-9.1 = ORU"), ADT), "Reject condition Some(\"M1\") not kept");
    // The second byte of a character of Shift_JIS can be a field separator.
    let text = TextOptions { charset: Charset::from_label(b"Shift_JIS"), ..Default::default() };
    let rules = Rules { text, ..only("PID-8 = F") };
    let name = [ADT.trim_end().as_bytes(), b"||\x83\x7c||19900101|F\r"].concat();
    assert_eq!(judged(&rules, name), "taken");
    let check: Check = Box::new(|message, _| {
        let fault = Fault::new(Condition::SegmentSequence, "PV1 is missing");
        message.first(*b"PV1").is_none().then(|| (Code::Error, vec![fault]))
    });
    let rules = Rules { check: Some(check), ..Rules::default() };
    assert_eq!(judged(&rules, ADT), "Error validation Some(\"M1\") kept");
    assert_eq!(judged(&rules, format!("{ADT}PV1|1\r")), "taken");
}
