use super::*;

const FROM: &str = "MSH|^~\\&|KIT|LAB|TUT|HOSP|20260101120000||ADT^A01^ADT_A01|C-1|T|";

fn header(text: &str) -> Header<'_> {
    Header::of(text.as_bytes()).unwrap()
}

fn answer(message: &str, code: Code, faults: &[Fault]) -> String {
    String::from_utf8(answer_bytes(message, code, faults)).unwrap()
}

fn answer_bytes(message: &str, code: Code, faults: &[Fault]) -> Vec<u8> {
    let now = Timestamp::parse(b"20260102030405+0000");
    let answer = Answer { code, kind: Kind::Application, id: "X1", now, faults };
    let mut out = Vec::new();
    answer.append(Header::of(message.as_bytes()).as_ref(), &mut out);
    out
}

fn pid7() -> Fault {
    let location =
        Location { segment: *b"PID", sequence: 1, field: 7, repetition: 1, ..Location::default() };
    Fault { location: Some(location), ..Fault::new(Condition::DataType, "not a date & time") }
}

#[test]
fn accepts() {
    assert_eq!(
        answer(&format!("{FROM}2.5.1\rPID|1\r"), Code::Accept, &[]),
        "MSH|^~\\&|TUT|HOSP|KIT|LAB|20260102030405+0000||ACK^A01^ACK|X1|T|2.5.1\rMSA|AA|C-1\r"
    );
    // Version with components, character set.
    assert_eq!(
        answer(&format!("{FROM}2.8^DEU|||AL|NE||8859/1"), Code::Accept, &[]),
        "MSH|^~\\&|TUT|HOSP|KIT|LAB|20260102030405+0000||ACK^A01^ACK|X1|T|2.8^DEU||||||8859/1\r\
         MSA|AA|C-1\r"
    );
}

#[test]
fn tells_faults_by_the_rules_of_the_version() {
    let newer = answer(&format!("{FROM}2.5\r"), Code::Error, &[pid7()]);
    assert_eq!(
        newer.split_once("MSA").unwrap().1,
        "|AE|C-1\rERR||PID^1^7^1|102^Data type error^HL70357|E||||not a date \\T\\ time\r"
    );
    let older = answer(
        &format!("{FROM}2.3.1\r"),
        Code::Error,
        &[pid7(), Fault::new(Condition::Internal, "full")],
    );
    assert_eq!(
        older.split_once("MSA").unwrap().1,
        "|AE|C-1|not a date \\T\\ time\r\
         ERR|PID^1^7^102&Data type error&HL70357~^^^207&Application internal error&HL70357\r"
    );
}

#[test]
fn texts_are_in_the_character_set_of_the_message() {
    let fault = Fault::new(Condition::OtherError, "\u{fc}ber \u{4e2d} | 3");
    let told = |charset: &str| {
        let header = format!("{FROM}2.5||||||{charset}\r");
        let answer = answer_bytes(&header, Code::Error, std::slice::from_ref(&fault));
        answer.rsplit(|&b| b == b'|').next().unwrap().escape_ascii().to_string()
    };
    for utf8 in ["", "UNICODE UTF-8"] {
        assert_eq!(told(utf8), r"\xc3\xbcber \xe4\xb8\xad \\F\\ 3\r");
    }
    assert_eq!(told("8859/1"), r"\xfcber ? \\F\\ 3\r");
    // In GB 18030 bytes of a character can be those of delimiters.
    for other in ["GB 18030-2000", "no such set"] {
        assert_eq!(told(other), r"?ber ? \\F\\ 3\r", "{other}");
    }
}

#[test]
fn the_type_has_one_component_before_2_3_1() {
    assert!(answer(&format!("{FROM}2.3"), Code::Accept, &[]).contains("||ACK|X1|"));
    assert!(answer(&format!("{FROM}2.3.1"), Code::Accept, &[]).contains("||ACK^A01^ACK|X1|"));
    assert!(answer("MSH|^~\\&|||||||QRY|C|P|2.6", Code::Accept, &[]).contains("||ACK|X1|P|2.6\r"));
}

#[test]
fn delimiters_and_control_id_are_those_of_the_message() {
    assert_eq!(
        answer(
            "MSH#*~!@#KIT#LAB*1#TUT#HOSP###ADT*A01#a !T! \u{e9}#P#2.5",
            Code::Reject,
            &[Fault::in_header(9, Condition::MessageType, "no # here")]
        ),
        "MSH#*~!@#TUT#HOSP#KIT#LAB*1#20260102030405+0000##ACK*A01*ACK#X1#P#2.5\r\
         MSA#AR#a !T! \u{e9}\r\
         ERR##MSH*1*9#200*Unsupported message type*HL70357#E####no !F! here\r"
    );
}

#[test]
fn what_is_no_message_is_answered_too() {
    let fault = Fault::new(Condition::SegmentSequence, "no HL7 message");
    assert_eq!(
        answer("hello", Code::Reject, &[fault]),
        "MSH|^~\\&|||||20260102030405+0000||ACK|X1|P|2.5.1\rMSA|AR|\r\
         ERR|||100^Segment sequence error^HL70357|E||||no HL7 message\r"
    );
}

#[test]
fn a_header_that_ends_early() {
    for text in ["MSH|^~\\&", "MSH|^~\\&|", "MSH|^~\\&|A\rPID|1"] {
        let header = header(text);
        assert_eq!(
            (header.field(10), header.field(18), header.field(19)),
            (&b""[..], &b""[..], &b""[..])
        );
    }
    assert!(Header::of(b"MSH").is_none());
    assert!(Header::of(b"").is_none());
}

#[test]
fn who_wants_which_acknowledgment() {
    let wanted = |type_: &str, accept: &str, application: &str, code| {
        let text = format!("MSH|^~\\&|||||||{type_}|C|P|2.5|||{accept}|{application}");
        header(&text).wanted(code).map(|kind| code.text(kind)).collect::<Vec<_>>().join(" ")
    };
    let both = |accept: &str, application: &str| {
        [Code::Accept, Code::Error].map(|code| wanted("ADT^A01", accept, application, code))
    };
    assert_eq!(both("", ""), ["AA", "AE"]);
    assert_eq!(both("AL", "NE"), ["CA", "CE"]);
    assert_eq!(both("AL", ""), ["CA", "CE"]);
    assert_eq!(both("NE", "AL"), ["AA", "AE"]);
    assert_eq!(both("", "AL"), ["AA", "AE"]);
    assert_eq!(both("AL", "AL"), ["CA AA", "CE"]);
    assert_eq!(both("NE", "NE"), ["", ""]);
    assert_eq!(both("ER", "SU"), ["AA", "CE"]);
    assert_eq!(both("SU", "ER"), ["CA", "AE"]);
    // What is in no table asks for nothing.
    assert_eq!(both("XX", ""), ["AA", "AE"]);
    // An acknowledgment is answered only if it says so.
    assert_eq!(wanted("ACK^A01", "", "", Code::Accept), "");
    assert_eq!(wanted("ACK^A01", "AL", "AL", Code::Accept), "CA");
    assert_eq!(wanted("ACK", "NE", "AL", Code::Accept), "");
}

#[test]
fn codes_are_read() {
    assert_eq!(Code::of(b"AA"), Some((Code::Accept, Kind::Application)));
    assert_eq!(Code::of(b"CR"), Some((Code::Reject, Kind::Accept)));
    assert_eq!(Code::of(b"AAA"), None);
    assert_eq!(Code::of(b""), None);
}
