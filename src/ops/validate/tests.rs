//! Each rule of the standard: a message that breaks it, and one that keeps it.

use super::{Finding, Problem, Rule, Scratch, Settings, Severity, Validator};
use crate::core::{Frame, Frames, Message, TextOptions};

/// A result without faults. Each line stands alone, so that a test can change one.
const RESULT: &str = "\
MSH|^~\\&|LAB^2.16.840.1.113883.19.3^ISO|HOSP|EHR|HOSP|20240131102030||ORU^R01^ORU_R01|M1|P|2.5.1
PID|1||123456^^^HOSP^MR||Sample^Ann||19700203|F
PV1|1|I|W1^101^1
ORC|RE|P1|F1
OBR|1|P1|F1|24323-8^Panel^LN|||20240131090000||||||||||||||||||F
OBX|1|NM|2345-7^Glucose^LN||5.1|mmol/L|3.9-6.1|N|||F
NTE|1|L|Fasting.
OBX|2|ST|2345-8^Remark^LN||clear||||||F
SPM|1|S1||119297000^Blood^SCT";

/// What is wrong with a message whose lines end with line feeds here: rule, severity, place.
fn found(text: &str, settings: Settings) -> Vec<(Rule, Severity, String)> {
    let described = |f: &Finding<'_>| {
        let at = &f.at;
        let mut place = format!("{}:{}", at.line, at.segment.escape_ascii());
        for (mark, n) in [('-', at.field), ('.', at.component), ('.', at.subcomponent)] {
            if n > 0 {
                place.push_str(&format!("{mark}{n}"));
            }
        }
        (f.rule, f.severity, place.replace("\\x00", ""))
    };
    findings(text, settings, |f| f.iter().map(described).collect())
}

fn findings<T>(text: &str, settings: Settings, each: impl Fn(&[Finding<'_>]) -> T) -> T {
    let bytes = text.replace('\n', "\r");
    let Some(Frame::Message(framed)) = Frames::new(bytes.as_bytes()).next() else {
        panic!("no message")
    };
    let message = Message::new(framed).expect("delimiters");
    let validator = Validator::standard(settings);
    let mut findings = Vec::new();
    validator.check(&message, &TextOptions::default(), &mut Scratch::default(), &mut findings);
    each(&findings)
}

/// [`RESULT`] with one part replaced.
fn with(old: &str, new: &str) -> String {
    assert_eq!(RESULT.matches(old).count(), 1, "{old:?} is to stand there once");
    RESULT.replace(old, new)
}

#[track_caller]
fn assert_found(text: &str, expected: &[(Rule, Severity, &str)]) {
    let found = found(text, Settings::new());
    let found: Vec<_> = found.iter().map(|(r, s, p)| (*r, *s, p.as_str())).collect();
    assert_eq!(found, expected, "in {text}");
}

/// Breaks one rule, and keeps all of them.
#[track_caller]
fn assert_rule(rule: Rule, severity: Severity, place: &str, old: &str, wrong: &str, right: &str) {
    assert_found(&with(old, wrong), &[(rule, severity, place)]);
    assert_found(&with(old, right), &[]);
}

use Rule::*;
use Severity::{Error, Info, Warning};

#[test]
fn a_message_without_faults_has_no_findings() {
    assert_found(RESULT, &[]);
    assert_found(&format!("{RESULT}\n"), &[]);
}

#[test]
fn enc_2_lines_that_are_no_segments() {
    assert_rule(Enc2, Error, "8:", "Fasting.", "Fasting\nsince noon.", "Fasting since noon.");
    assert_rule(Enc2, Error, "3:", "PV1|1", "pv1|1", "PV1|1");
}

#[test]
fn enc_3_escape_sequences() {
    for wrong in ["a\\Q\\b", "50\\", "\\XA\\", "C:\\temp"] {
        assert_found(&with("Fasting.", wrong), &[(Enc3, Warning, "7:NTE-3")]);
    }
    for right in ["a\\T\\b", "\\.br\\", "\\X0D0A\\", "\\H\\bold\\N\\", "\\Zown\\", "\\.sp2\\"] {
        assert_found(&with("Fasting.", right), &[]);
    }
}

#[test]
fn enc_4_delimiters_in_simple_values() {
    assert_rule(Enc4, Warning, "7:NTE-3", "Fasting.", "salt & water", "salt \\T\\ water");
    assert_rule(Enc4, Warning, "2:PID-8", "|F\nPV1", "|F^female\nPV1", "|F\nPV1");
    assert_rule(Enc4, Warning, "2:PID-3.1", "123456", "123&456", "123\\T\\456");
}

#[test]
fn enc_5_characters() {
    assert_rule(Enc5, Warning, "7:NTE-3", "Fasting.", "Fast\u{0}ing", "Fast\ting");
    let unknown = with("|2.5.1\n", "|2.5.1||||||KLINGON\n");
    assert_found(&unknown, &[(Enc5, Info, "1:MSH-18"), (Val1, Warning, "1:MSH-18")]);
    assert_found(&with("|2.5.1\n", "|2.5.1||||||UNICODE UTF-8\n"), &[]);
    assert_rule(Enc5, Warning, "7:NTE-3", "Fasting.", "Fast\u{7}ing", "F\u{fc}sting");
}

#[test]
fn enc_5_bytes_that_are_no_text() {
    let check = |bytes: &[u8]| {
        let Some(Frame::Message(framed)) = Frames::new(bytes).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let validator = Validator::standard(Settings::new());
        let mut findings = Vec::new();
        validator.check(&message, &TextOptions::default(), &mut Scratch::default(), &mut findings);
        findings.iter().map(|f| (f.rule, f.at.line)).collect::<Vec<_>>()
    };
    let head = RESULT.replace('\n', "\r");
    let latin = [head.as_bytes(), b"\rOBX|1|ST|1^a^LN||caf\xE9||||||F"].concat();
    assert_eq!(check(&latin), [(Enc5, 10)]);
    let header = head.replace("|2.5.1\r", "|2.5.1||||||8859/1\r");
    let named = [header.as_bytes(), b"\rOBX|1|ST|1^a^LN||caf\xE9||||||F"];
    assert_eq!(check(&named.concat()), []);
    let windows = RESULT.replace('\n', "\r\n");
    assert_eq!(check(windows.as_bytes()), []);
    let ascii = head.replace("|2.5.1\r", "|2.5.1||||||ASCII\r").replace("Fasting", "F\u{fc}r");
    assert_eq!(check(ascii.as_bytes()), [(Enc5, 7)]);
    let utf8 = ascii.replace("ASCII", "UNICODE UTF-8");
    assert_eq!(check(utf8.as_bytes()), []);
}

#[test]
fn enc_6_delimiters_at_the_end_only_if_asked_for() {
    let text = with("W1^101^1", "W1^101^1^^");
    assert_found(&text, &[]);
    let mut settings = Settings::new();
    settings.set(Enc6, None, Info);
    assert_eq!(found(&text, settings.clone()), [(Enc6, Info, "3:PV1".into())]);
    assert_eq!(found(RESULT, settings), []);
}

#[test]
fn msg_1_type_and_structure() {
    let a04 = "MSH|^~\\&|A|B|C|D|20240131||ADT^A04^ADT_A01|1|P|2.5.1\nEVN||20240131\n\
               PID|1||1^^^H^MR||Sample^Ann\nPV1|1|O";
    assert_found(a04, &[]);
    let usual_mistake = a04.replace("ADT_A01", "ADT_A04");
    assert_found(&usual_mistake, &[(Msg1, Warning, "1:MSH-9.3")]);
    assert_found(&a04.replace("ADT^A04", "ADT^X99"), &[(Msg1, Warning, "1:MSH-9.1")]);
    assert_found(&a04.replace("ADT^A04^ADT_A01", "ADT^A04"), &[]);
}

#[test]
fn msg_2_version() {
    assert_rule(Msg2, Error, "1:MSH-12.1", "P|2.5.1", "P|D", "P|2.5.1");
    assert_rule(Msg2, Warning, "1:MSH-12.1", "P|2.5.1", "P|2.5.2", "P|2.5.1");
    assert_rule(Msg2, Info, "1:MSH-12.1", "P|2.5.1", "P|2.9", "P|2.5.1");
}

#[test]
fn msg_4_processing_id() {
    assert_rule(Msg4, Warning, "1:MSH-11.1", "|P|2.5.1", "|X|2.5.1", "|T|2.5.1");
}

#[test]
fn str_1_segments_in_their_places() {
    assert_rule(Str1, Error, "2:NK1", "PID|1", "NK1|1\nPID|1", "PID|1");
    // A segment of the dictionary that the structure does not have, one that is in no dictionary.
    assert_rule(Str1, Error, "4:DG1", "ORC|RE", "DG1|1||||20240131|A\nORC|RE", "ORC|RE");
    assert_rule(Str1, Error, "4:QQQ", "ORC|RE", "QQQ|1\nORC|RE", "ZZZ|1\nORC|RE");
}

#[test]
fn str_1_tells_what_could_stand_there() {
    let text = with("PID|1", "NK1|1\nPID|1");
    let expected = findings(&text, Settings::new(), |f| match &f[0].problem {
        Problem::Unexpected { expected, known } => (expected.to_vec(), *known),
        other => panic!("{other:?}"),
    });
    // Behind MSH: software segments, or the first group with or without a patient.
    assert_eq!(expected, (vec![*b"SFT", *b"PID", *b"ORC", *b"OBR"], true));
}

#[test]
fn str_2_required_segments_and_groups() {
    let obr = "OBR|1|P1|F1|24323-8^Panel^LN|||20240131090000||||||||||||||||||F\n";
    assert_found(&with(obr, ""), &[(Str2, Error, "5:OBR")]);
    let (head, _) = RESULT.split_once("\nORC").unwrap();
    assert_found(head, &[(Str2, Error, "4:")]);
}

/// Where a group may come again, what the one before lacks is missing.
#[test]
fn str_2_in_the_first_of_two_groups() {
    let merge = "MSH|^~\\&|A|B|C|D|20240131||ADT^A40^ADT_A39|1|P|2.5\nEVN||20240131\n\
                 PID|1||1^^^H^MR||Sample^Ann\nMRG|2^^^H^MR\nPID|2||3^^^H^MR||Sample^Bea\nMRG|4^^^H^MR";
    assert_found(merge, &[]);
    let lacking = merge.replace("MRG|2^^^H^MR\n", "");
    assert_found(&lacking, &[(Str2, Error, "4:MRG")]);
    let two = with("PV1|1", "PID|2||1^^^H^MR||Sample^Ann\nPV1|1");
    assert_found(&two, &[(Str2, Error, "3:")]);
}

#[test]
fn str_3_repetition() {
    let a01 = "MSH|^~\\&|A|B|C|D|20240131||ADT^A01^ADT_A01|1|P|2.5.1\nEVN||20240131\n\
               PID|1||1^^^H^MR||Sample^Ann\nPV1|1|I";
    assert_found(a01, &[]);
    let twice = a01.replace("PV1|1", "PID|2||2^^^H^MR||Sample^Bea\nPV1|1");
    assert_found(&twice, &[(Str3, Error, "4:PID")]);
    // Whatever its number is: none would be right.
    assert_found(&twice.replace("PID|2", "PID|1"), &[(Str3, Error, "4:PID")]);
    assert_rule(Str3, Error, "4:PV1", "ORC|RE", "PV1|2|I\nORC|RE", "ORC|RE");
    // Also where a group begins with it in which the next segment would be missing.
    let contacts = ["CTD|C\nCTD|C\nOBX|1", "CTD|C\nOBX|1"];
    assert_rule(Str3, Error, "7:CTD", "OBX|1", contacts[0], contacts[1]);
}

#[test]
fn str_4_choices() {
    let order = "MSH|^~\\&|A|B|C|D|20240131||ORM^O01|1|P|2.4\nPID|1||1||Sample^Ann\nORC|NW|1\n";
    let detail = "OBR|1|1||X^Y|||||||||||||||||||||||||||||||||||||||\n";
    assert_found(&format!("{order}{detail}"), &[]);
    // A diagnosis belongs to the details, of which one kind has to be there.
    let without = format!("{order}DG1|1||X||20240131|A\n");
    assert_found(&without, &[(Str4, Error, "4:")]);
}

#[test]
fn str_5_site_segments_are_refused_on_demand() {
    let text = with("ORC|RE", "ZPI|1\nORC|RE");
    assert_found(&text, &[]);
    let mut settings = Settings::new();
    settings.set(Str5, None, Error);
    assert_eq!(found(&text, settings.clone()), [(Str5, Error, "4:ZPI".into())]);
    assert_eq!(found(RESULT, settings), []);
}

/// Two groups that begin alike: what follows decides which is meant.
#[test]
fn groups_that_begin_alike_are_told_apart() {
    let head =
        "MSH|^~\\&|A|B|C|D|20240131||OML^O21^OML_O21|1|P|2.5.1\nPID|1||1^^^H^MR||Sample^Ann\n";
    let order = "ORC|NW|1\nOBR|1|1||X^Y\n";
    let observation = "OBX|1|NM|1^a^L||1||||||F\n";
    let specimen = "SPM|1|||B^Blood^L\n";
    let prior = "PID|1||1^^^H^MR||Sample^Ann\nORC|RE|0\nOBR|1|0||X^Y\nOBX|1|NM|1^a^L||1||||||F\n";
    for body in [
        format!("{order}{order}"),
        format!("{order}{observation}{specimen}{observation}{order}{specimen}"),
        format!("{order}{observation}{prior}{order}"),
        format!("{order}{specimen}{specimen}{prior}"),
    ] {
        let body = renumbered(&body);
        assert_found(&format!("{head}{body}"), &[]);
    }
    let two_obr = format!("{head}{order}OBR|1|1||X^Y\n");
    let rules: Vec<_> = found(&two_obr, Settings::new()).into_iter().map(|f| (f.0, f.2)).collect();
    assert_eq!(rules[0], (Str2, "5:ORC".to_owned()));
}

/// SPM in the same order are numbered on.
fn renumbered(body: &str) -> String {
    body.replacen("SPM|1|||B^Blood^L\nSPM|1", "SPM|1|||B^Blood^L\nSPM|2", 1)
}

#[test]
fn use_1_required_elements() {
    assert_rule(Use1, Error, "1:MSH-10", "|M1|", "||", "|M1|");
    assert_rule(Use1, Error, "2:PID-5", "||Sample^Ann||", "||^||", "||^Ann||");
    assert_rule(Use1, Error, "8:OBX-11", "||||||F\nSPM", "\nSPM", "||||||P\nSPM");
    assert_rule(Use1, Error, "2:PID-3.1", "123456^^^", "^^^", "1^^^");
}

#[test]
fn use_3_elements_not_to_be_used() {
    // EVN-1 is kept for older versions in 2.5.1, and withdrawn in 2.7.
    let text = |version: &str, evn: &str| {
        format!(
            "MSH|^~\\&|A|B|C|D|20240131||ADT^A01^ADT_A01|1|P|{version}\nEVN|{evn}|20240131\n\
             PID|1||1^^^H^MR||Sample^Ann\nPV1|1|I"
        )
    };
    assert_found(&text("2.5.1", "A01"), &[(Use3, Info, "2:EVN-1")]);
    assert_found(&text("2.7", "A01"), &[(Use3, Warning, "2:EVN-1")]);
    assert_found(&text("2.7", ""), &[]);
    // Reserved in 2.5.1.
    assert_rule(
        Use3,
        Error,
        "8:OBX-20",
        "||||||F\nSPM",
        "||||||F|||||||||x\nSPM",
        "||||||F||||||||||\nSPM",
    );
}

#[test]
fn car_1_repetition_of_fields() {
    assert_rule(Car1, Error, "2:PID-8", "|F\nPV1", "|F~M\nPV1", "|F\nPV1");
    assert_rule(Car1, Error, "2:PID-5", "Sample^Ann", "Sample^Ann~\"\"", "Sample^Ann~Example^A");
}

#[test]
fn ext_1_nothing_beyond_the_definition() {
    assert_rule(Ext1, Warning, "7:NTE-5", "Fasting.", "Fasting.||x||y", "Fasting.|||");
    assert_rule(Ext1, Warning, "6:OBX-3.7", "Glucose^LN", "Glucose^LN^^^^v1", "Glucose^LN^^^^");
    assert_rule(
        Ext1,
        Warning,
        "3:PV1-3.4.4",
        "W1^101^1",
        "W1^101^1^H&1.2&ISO&x",
        "W1^101^1^H&1.2&ISO",
    );
}

#[test]
fn len_1_only_if_asked_for() {
    let text = with("|P1|F1|24", "|P1|F1|24323-8901234567890123");
    assert_found(&text, &[]);
    let mut settings = Settings::new();
    settings.set(Len1, None, Warning);
    assert_eq!(found(&text, settings.clone()), [(Len1, Warning, "5:OBR-4.1".into())]);
    assert_eq!(found(RESULT, settings), []);
}

#[test]
fn fmt_1_dates_and_times() {
    for wrong in ["20240230", "202401312400", "2024-01-31", "yesterday", "20240131102030+2500"] {
        assert_found(&with("20240131090000", wrong), &[(Fmt1, Error, "5:OBR-7.1")]);
    }
    for right in ["2024", "20240229", "202401310900-0500", "20240131090000.1234+0100"] {
        assert_found(&with("20240131090000", right), &[]);
    }
    assert_rule(Fmt1, Error, "2:PID-7.1", "19700203", "19700229", "19720229");
}

#[test]
fn fmt_2_numbers() {
    assert_rule(Fmt2, Error, "6:OBX-5", "||5.1|", "||>5.1|", "||-5.1|");
    assert_rule(Fmt2, Error, "8:OBX-1", "OBX|2|ST", "OBX|two|ST", "OBX|2|ST");
}

#[test]
fn fmt_3_other_forms() {
    assert_rule(
        Fmt3,
        Warning,
        "6:OBX-5.1",
        "NM|2345-7^Glucose^LN||5.1|",
        "SN|2345-7^Glucose^LN||under^5|",
        "SN|2345-7^Glucose^LN||<^5|",
    );
    let ed = |data: &str| format!("ED|2345-8^Remark^LN||^AP^^Base64^{data}|");
    let old = "ST|2345-8^Remark^LN||clear|";
    assert_rule(Fmt3, Warning, "8:OBX-5.5", old, &ed("abc"), &ed("aGVsbG8="));
}

#[test]
fn fmt_4_check_digits() {
    // Chapter 2A gives 5 for 12345 by M10 and 4 for 1234567 by M11.
    for (wrong, right) in [("12345^6^M10", "12345^5^M10"), ("1234567^5^M11", "1234567^4^M11")] {
        assert_rule(
            Fmt4,
            Warning,
            "2:PID-3.2",
            "123456^^^",
            &format!("{wrong}^"),
            &format!("{right}^"),
        );
    }
    assert_rule(Fmt4, Warning, "2:PID-3.2", "123456^^^", "1234567890^^NPI^", "1234567893^^NPI^");
    // The schemes are about digits: of a number with letters they tell nothing.
    assert_rule(Fmt4, Warning, "2:PID-3.2", "123456^^^", "1234567^5^M11^", "AB1234567^5^M11^");
}

#[test]
fn fmt_5_universal_ids() {
    assert_rule(Fmt5, Warning, "1:MSH-3.2", "2.16.840.1.113883.19.3", "2.16.840.01", "2.16.840.1");
    assert_rule(
        Fmt5,
        Warning,
        "2:PID-3.4.2",
        "^HOSP^MR",
        "^HOSP&lab.&DNS^MR".replace("lab.", "a..b").as_str(),
        "^HOSP&lab.example&DNS^MR",
    );
}

#[test]
fn val_1_tables() {
    // Ranks of diagnoses go on from 2: a code may stand for several.
    let rank = |rank: &str| {
        with("|3.9-6.1|N|||F", "|3.9-6.1|N|||F") + &format!("\nDG1|1||A^a^L|||W|||||||||{rank}")
    };
    let of_rank = |f: &(Rule, Severity, String)| f.2.ends_with("DG1-15");
    assert!(!found(&rank("3"), Settings::new()).iter().any(of_rank));
    assert!(found(&rank("x"), Settings::new()).iter().any(of_rank));
    assert_rule(Val1, Warning, "6:OBX-11", "|3.9-6.1|N|||F", "|3.9-6.1|N|||Q", "|3.9-6.1|N|||P");
    // A code of another system is not looked up; one of the table's own system is.
    let spm = "119297000^Blood^SCT";
    assert_rule(Val1, Warning, "9:SPM-4.3", spm, "119297000^Blood^Own", "119297000^Blood^99OWN");
    // Of systems in families, table 0396 tells one name for all; new ones come between versions.
    for system in ["ISO3166", "X12DE738", "IBT0001", "NCPDP0123ABC", "HL70487", "NCIT", "HGVS.c"] {
        assert_found(&with(spm, &format!("119297000^Blood^{system}")), &[]);
    }
    for system in ["ISO31661", "X12DE", "IBT1", "HL7487", "NCI", "OWN", "SNOMED"] {
        let wrong = with(spm, &format!("119297000^Blood^{system}"));
        assert_found(&wrong, &[(Val1, Warning, "9:SPM-4.3")]);
    }
    // What 2.8 lists in table 0088 are the systems that procedure codes are of.
    let procedure = RESULT.replace("F\nOBX|1", &format!("F{}99213\nOBX|1", "|".repeat(19)));
    let of_code = |f: &(Rule, Severity, String)| f.0 == Val1 && f.2.contains("OBR-44");
    let newer = procedure.replace("P|2.5.1", "P|2.8");
    assert!(newer.contains("99213") && !found(&newer, Settings::new()).iter().any(of_code));
    // Sites define PID-8 and PV1-2 themselves.
    assert_found(&with("|F\nPV1", "|Q\nPV1"), &[]);
    let mut settings = Settings::new();
    let place = super::settings::PlacePattern { segment: *b"PID", field: 8, ..Default::default() };
    settings.set(Val1, Some(place), Error);
    assert_eq!(found(&with("|F\nPV1", "|Q\nPV1"), settings), [(Val1, Error, "2:PID-8".into())]);
}

#[test]
fn coc_1_observation_types() {
    assert_rule(Coc1, Error, "8:OBX-2", "OBX|2|ST|", "OBX|2||", "OBX|2|TX|");
    assert_found(&with("OBX|2|ST|", "OBX|2|QQ|"), &[(Coc1, Error, "8:OBX-2")]);
    // TQ came to an end with 2.7.1: the value cannot be checked, which is less than wrong.
    let newer = with("OBX|2|ST|", "OBX|2|TQ|").replace("P|2.5.1", "P|2.8");
    let of_type = |f: &&(Rule, Severity, String)| f.0 == Coc1;
    let found = found(&newer, Settings::new());
    assert_eq!(found.iter().find(of_type), Some(&(Coc1, Warning, "8:OBX-2".to_owned())));
    // Without a value none is needed.
    assert_found(&with("OBX|2|ST|2345-8^Remark^LN||clear|", "OBX|2||2345-8^Remark^LN|||"), &[]);
}

#[test]
fn seq_1_set_ids() {
    assert_rule(Seq1, Warning, "8:OBX-1", "OBX|2|ST", "OBX|1|ST", "OBX|2|ST");
    let more = "\nOBR|2|P2|F2|X^Y^LN|||20240131||||||||||||||||||F\nOBX|1|NM|1^a^LN||1||||||F";
    assert_found(&format!("{RESULT}{more}"), &[]);
    // Numbers may also go on through the message.
    assert_found(&format!("{RESULT}{more}").replace("OBX|1|NM|1^a", "OBX|3|NM|1^a"), &[]);
    let jump = format!("{RESULT}{more}").replace("OBX|1|NM|1^a", "OBX|7|NM|1^a");
    assert_found(&jump, &[(Seq1, Warning, "11:OBX-1")]);
}

#[test]
fn strict_raises_all() {
    let text = with("OBX|2|ST", "OBX|1|ST");
    assert_eq!(found(&text, Settings::strict())[0].1, Error);
    let open_table = with("|F\nPV1", "|Q\nPV1");
    let of_table = |f: &&(Rule, Severity, String)| f.0 == Val1;
    let found = found(&open_table, Settings::strict());
    assert_eq!(found.iter().find(of_table).map(|f| f.1), Some(Info));
}

#[test]
fn what_is_asked_for_by_name_counts_more_than_strict() {
    let text = with("|3.9-6.1|N|||F", "|3.9-6.1|N|||Q");
    let mut settings = Settings::strict();
    settings.set(Val1, None, Info);
    let of_table = |f: &&(Rule, Severity, String)| f.0 == Val1;
    let found = found(&text, settings);
    assert_eq!(found.iter().find(of_table), Some(&(Val1, Info, "6:OBX-11".to_owned())));
}

/// Any number of patients may come in the answer to a query for candidates (table 0354: RSP_K22).
#[test]
fn answers_with_several_patients() {
    let head = "MSH|^~\\&|A|B|C|D|20240131||RSP^K22^RSP_K22|1|P|2.5\nMSA|AA|1\nQAK|1|OK\nQPD|Q22^Find^HL70471|1\n";
    let patients = "PID|1||1^^^H^MR||Sample^Ann\nPID|2||2^^^H^MR||Sample^Bea";
    assert_found(&format!("{head}{patients}"), &[]);
}

/// In version 2.1 the event stands in EVN-1; many write it in MSH-9 as well.
#[test]
fn events_of_version_2_1() {
    for kind in ["ADT", "ADT^A01"] {
        let text = format!(
            "MSH|^~\\&|A|B|C|D|20240131||{kind}|1|P|2.1\nEVN|A01|20240131\nPID|||1||Sample^Ann\nPV1||I|W1"
        );
        let found = found(&text, Settings::new());
        assert!(found.iter().all(|f| f.0 != Msg1 && f.0 != Enc4), "{kind}: {found:?}");
    }
}

#[test]
fn the_part_that_is_wrong_is_named() {
    let named = |text: &str| {
        findings(text, Settings::new(), |f| match f.first().map(|f| &f.problem) {
            Some(
                Problem::Format { name, data_type, .. } | Problem::Misfit { name, data_type, .. },
            ) => format!("{name}, {data_type}"),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(named(&with("19700203", "19700229")), "Date/Time of Birth, TS");
    assert_eq!(named(&with("123456^^^", "12345^6^M10^")), "Check Digit, CX");
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Nothing panics, and every place and span is in the message.
        #[test]
        fn any_message_can_be_checked(body in "((MSH|PID|OBR|OBX|NTE|ZZZ|[A-Z]{3})[|^~&\\\\a-z0-9\"]{0,40}\r){0,12}",
                                      kind in "(ADT\\^A01|ORU\\^R01|OML\\^O21|[A-Z]{3}\\^[A-Z0-9]{3})",
                                      version in "(2\\.[1-9](\\.[12])?|x|)") {
            let text = format!("MSH|^~\\&|A|B|C|D|2024||{kind}|1|P|{version}\r{body}");
            let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { return Ok(()) };
            let Ok(message) = Message::new(framed) else { return Ok(()) };
            let lines = message.segments().count() as u32;
            let validator = Validator::standard(Settings::strict());
            let mut findings = Vec::new();
            let mut scratch = Scratch::default();
            validator.check(&message, &TextOptions::default(), &mut scratch, &mut findings);
            prop_assert!(findings.iter().all(|f| f.at.line <= lines + 1));
            prop_assert!(findings.iter().all(|f| f.span.0 <= f.span.1 && f.span.1 as usize <= text.len()));
            prop_assert!(findings.is_sorted_by_key(|f| f.at.line));
        }
    }
}
