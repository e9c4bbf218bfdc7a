//! `pipehat transform`: what the statements do, and what is left alone.

use crate::folders::{folder, put};
use crate::inputs::fixtures;
use crate::program::pipehat;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Statements none of which acts on any message.
pub(crate) const ACTS_ON_NOTHING: &str = "
    when MSH-3 = 'no such sender' { set PID-5 = X delete OBX } set QQQ-1 = 1
    replace QQQ-2 /a/ 'b' each QQQ { drop } set MSH-3 = MSH-3";

/// A result with two orders, in the form between filters.
const ORU: &str = "MSH|^~\\&|LAB|NORTH|||20240131||ORU^R01^ORU_R01|M-1|P|2.5.1\r\
    PID|1||123^^^HOSP^MR~456^^^SSA^SS||DOE^JANE^Q&R||19800131|F\r\
    ORC|RE\r\
    OBR|1|A|B|CBC^Blood count\r\
    OBX|1|NM|718-7^Hb^LN||13.5|g/dL\r\
    NTE|1||first\r\
    OBR|2|A|C|GLU^Glucose\r\
    OBX|1|NM|2345-7^Glucose^LN||99|mg/dL\r\
    OBX|2|NM|15074-8^Glucose^LN||5.5~5.6|mmol/L\r\
    ZPD|x\r\n";

/// What a script makes of [`ORU`], of which only the segments that changed are told: `-` before
/// and `+` after, `PID|1|..` as they are.
#[track_caller]
fn changes(script: &str) -> String {
    let out = pipehat(&["transform", script]).stdin(ORU).text();
    let lines = |text: &str| -> Vec<String> {
        text.trim_end_matches(['\r', '\n']).split('\r').map(str::to_owned).collect()
    };
    let (before, after) = (lines(ORU), lines(&out));
    assert!(out.ends_with("\r\n"));
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("-{line}"));
    let new = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+{line}"));
    gone.chain(new).collect::<Vec<_>>().join("\n")
}

/// Only what is new.
#[track_caller]
fn made(script: &str) -> String {
    let changes = changes(script);
    let new = changes.lines().filter_map(|line| line.strip_prefix('+'));
    new.collect::<Vec<_>>().join("\n")
}

#[test]
fn set_writes_every_position() {
    let msh = |app: &str| format!("MSH|^~\\&|{app}|NORTH|||20240131||ORU^R01^ORU_R01|M-1|P|2.5.1");
    assert_eq!(made("set MSH-3 = X"), msh("X"));
    assert_eq!(made("set MSH-3.2 = 'X'"), msh("LAB^X"));
    assert_eq!(made("set MSH-3.2.3 = 'X'"), msh("LAB^&&X"));
    assert_eq!(made("set ZPD-3 = 1"), "ZPD|x||1");
    assert_eq!(made("set ZPD-2[3].2 = 1"), "ZPD|x|~~^1");
    assert_eq!(made("set PID-3[5=MR].1 = 9").split('|').nth(3), Some("9^^^HOSP^MR~456^^^SSA^SS"));
    assert_eq!(made("set PID-3[last].1 = 9").split('|').nth(3), Some("123^^^HOSP^MR~9^^^SSA^SS"));
    assert_eq!(made("set PID-3 = 9").split('|').nth(3), Some("9"));
    assert_eq!(made("set PID-3.4 = H").split('|').nth(3), Some("123^^^H^MR~456^^^H^SS"));
    assert_eq!(made("set PID-8 = '\"\"'").split('|').nth(8), Some("\"\""));
    assert_eq!(made("set OBX[2]-8 = H"), "OBX|1|NM|2345-7^Glucose^LN||99|mg/dL||H");
    assert_eq!(made("set OBX[3.1=718-7]-8 = H"), "OBX|1|NM|718-7^Hb^LN||13.5|g/dL||H");
    // A segment that is not there gets no field, and nothing is put where nothing is.
    assert_eq!(changes("set NK1-2 = X"), "");
    assert_eq!(changes("set PID-30 = ''"), "");
    assert_eq!(changes("set PID-2 = NK1-2"), "");
}

#[test]
fn text_is_escaped_and_a_path_is_copied_as_written() {
    let field = |script: &str| made(script).split('|').nth(3).unwrap_or_default().to_owned();
    assert_eq!(field(r#"set ZPD-3 = "a|b & c\\""#), r"a\F\b \T\ c\E\");
    assert_eq!(field(r#"set ZPD-3.1 = "a^b~c""#), r"a\S\b\R\c");
    assert_eq!(field(r#"set ZPD-3 = hl7("a^b&c~d")"#), "a^b&c~d");
    assert_eq!(field("set ZPD-3 = PID-5"), "DOE^JANE^Q&R");
    assert_eq!(field("set ZPD-3.2 = PID-5.3"), "^Q&R");
    // What has parts is no text: it would come out escaped, its structure lost.
    for script in ["set ZPD-3 = concat(PID-5)", "set PID-5 = default(PID-5, 'X')", "let x = PID-3"]
    {
        let out = pipehat(&["transform", script]).stdin(ORU).run();
        assert!(out.code == 2 && out.stderr.contains("has parts here"), "{script}: {out:?}");
    }
    assert_eq!(field("set ZPD-3 = count(PID-3) + ' ' + PID-5.1"), "2 DOE");
    assert_eq!(field("copy PID-3 to ZPD-3"), "123^^^HOSP^MR~456^^^SSA^SS");
    // Structure that a place cannot have is not squeezed in.
    let out = pipehat(&["transform", "set ZPD-3.1 = PID-5"]).stdin(ORU).run();
    assert_eq!((out.code, out.text()), (2, ""));
    assert!(out.stderr.contains("script:1: set ZPD-3.1: what is copied has parts"), "{out:?}");
}

#[test]
fn other_delimiters_and_character_sets_are_those_of_the_message() {
    let odd = "MSH#*!?@#LAB###############8859/1\rZPD#x\r\n";
    let script = r#"set ZPD-2 = hl7("a^b&c~d") set ZPD-3 = concat("a#b*é^")"#;
    let out = pipehat(&["transform", script]).stdin(odd).bytes();
    let end = b"ZPD#x#a*b@c!d#a?F?b?S?\xE9^\r\n";
    assert!(out.ends_with(end), "{}", out.escape_ascii());
    // So is HL7 of the script, in which the message's own delimiters are text.
    let odd = odd.replace("*!?@", "*~?@");
    let script = r#"set ZPD-2 = hl7("a#b*cé^d") append "NTE|1||é\\T\\""#;
    let out = pipehat(&["transform", script]).stdin(&odd).bytes();
    let end = b"ZPD#x#a?F?b?S?c\xE9*d\rNTE#1##\xE9?T?\r\n";
    assert!(out.ends_with(end), "{}", out.escape_ascii());
    // What the set has not is not replaced by something else.
    let out = pipehat(&["transform", "set ZPD-2 = '日'"]).stdin(&odd).run();
    assert_eq!((out.code, out.stdout.len()), (2, 0));
    assert!(out.stderr.contains("character"), "{out:?}");
    // ISO 8859-1 is read as windows-1252, which many mean by it, and ASCII as UTF-8. What they lack is
    // written only into messages that have such characters.
    for (set, own, code) in [
        ("8859/1", &b"caf\xE9"[..], 2),
        ("8859/1", b"O\x92Brien", 0),
        ("ISO 8859-9", b"x", 2),
        ("WINDOWS-1252", b"x", 0),
        ("ASCII", b"x", 2),
        ("ASCII", "é".as_bytes(), 0),
        ("", b"x", 0),
    ] {
        let head = format!("MSH|^~\\&||||||||||||||||{set}\rPID|1||");
        let message = [head.as_bytes(), own, b"\r\n"].concat();
        let out = pipehat(&["transform", "set PID-4 = '5 €'"]).stdin(&message).run();
        assert_eq!(out.code, code, "{set} {}", own.escape_ascii());
        assert_eq!(out.stdout.is_empty(), code == 2);
    }
    // The second byte of 表 in Shift_JIS is a backslash: what is not touched keeps its bytes, and
    // what is set is written in that set.
    let japanese = b"MSH|^~\\&||||||||||||||||SHIFT_JIS\rPID|1||\x95\x5C^x||\x95\x5C\r\n";
    let out = pipehat(&["transform", "set PID-3.2 = 表 set PID-4 = '|'"]).stdin(japanese).bytes();
    let end = b"\rPID|1||\x95\x5C^\x95\x5C|\\F\\|\x95\x5C\r\n";
    assert!(out.ends_with(end), "{}", out.escape_ascii());
    let out = pipehat(&["transform", "set PID-30 = ''"]).stdin(japanese).bytes();
    assert_eq!(out, japanese);
}

#[test]
fn several_values_go_to_as_many_places() {
    assert_eq!(
        made("set OBX-5 = OBX-5 * 2"),
        "OBX|1|NM|718-7^Hb^LN||27|g/dL\nOBX|1|NM|2345-7^Glucose^LN||198|mg/dL\n\
         OBX|2|NM|15074-8^Glucose^LN||11~11.2|mmol/L"
    );
    assert_eq!(
        made("set PID-3.1 = 'x' + PID-3.1").split('|').nth(3),
        Some("x123^^^HOSP^MR~x456^^^SSA^SS")
    );
    let out = pipehat(&["transform", "set OBX-8.1 = OBR-4.1"]).stdin(ORU).run();
    assert_eq!((out.code, out.text()), (2, ""));
    assert!(out.stderr.contains("2 values for one place"), "{out:?}");
    // As many values as places is no reason to put them there: which belongs to which?
    let two = "delete OBX[3] set OBX-4 = OBR-4.1";
    assert_eq!(pipehat(&["transform", two]).stdin(ORU).run().code, 2);
    // Each segment has its own values; one that has none keeps what it has.
    assert_eq!(made("set OBX-4 = OBX-5[2]"), "OBX|2|NM|15074-8^Glucose^LN|5.6|5.5~5.6|mmol/L");
    assert_eq!(
        made("set OBX-5 = PID-1 + OBX-1 + '!'"),
        "OBX|1|NM|718-7^Hb^LN||11!|g/dL\nOBX|1|NM|2345-7^Glucose^LN||11!|mg/dL\n\
         OBX|2|NM|15074-8^Glucose^LN||12!|mmol/L"
    );
    // Also where an index selects just one of them.
    for script in [
        "set OBX[3.1=718-7]-8 = OBX-6",
        "set OBX[3.1=718-7]-8 = OBX[3.1=718-7]-6",
        "set OBX[1]-8 = OBX-6",
        "set OBX[1]-8 = OBX[1]-6",
    ] {
        assert_eq!(made(script), "OBX|1|NM|718-7^Hb^LN||13.5|g/dL||g/dL", "{script}");
    }
    assert_eq!(made("set OBX[2]-8 = OBX[2]-6"), "OBX|1|NM|2345-7^Glucose^LN||99|mg/dL||mg/dL");
    assert_eq!(made("set OBX[last]-8 = OBX-6").split('|').nth(8), Some("mmol/L"));
    assert_eq!(
        changes("move OBX[2]-5 to OBX[2]-8"),
        changes("move OBX-5 to OBX[2]-8"),
        "only from the segment that gets it"
    );
    let mixed = pipehat(&["transform", "set OBX-5 = OBX-5 - OBX[1]-5"]).stdin(ORU).run();
    assert!(mixed.stderr.contains("either OBX, the segment that is set"), "{mixed:?}");
    // Without a place it does not matter what would go there.
    assert_eq!(changes("set NK1-2.1 = PID-5 set PID-3[5=X].1 = OBX-5 set NK1-1.1 = OBX-5"), "");
    // No value of the message is told.
    assert!(!out.stderr.contains("GLU"), "{out:?}");
}

#[test]
fn delete_move_append() {
    assert_eq!(changes("delete ZPD"), "-ZPD|x");
    assert_eq!(
        changes("delete NTE delete OBX[2]"),
        "-NTE|1||first\n-OBX|1|NM|2345-7^Glucose^LN||99|mg/dL"
    );
    assert_eq!(made("delete PID-5.2").split('|').nth(5), Some("DOE^^Q&R"));
    assert_eq!(made("delete PID-3[5=SS]").split('|').nth(3), Some("123^^^HOSP^MR"));
    assert_eq!(made("delete PID-3").split('|').nth(3), Some(""));
    let moved = made("move PID-8 to PID-9");
    assert_eq!(moved.split('|').skip(8).collect::<Vec<_>>(), ["", "F"]);
    assert_eq!(
        made("append PID-3 = '789'").split('|').nth(3),
        Some("123^^^HOSP^MR~456^^^SSA^SS~789")
    );
    assert_eq!(made("append PID-2 = hl7('7^^^X')").split('|').nth(2), Some("7^^^X"));
    assert_eq!(changes("append 'ZZZ|1|a^b'"), "+ZZZ|1|a^b");
    assert_eq!(changes("append ZZZ { set ZZZ-2 = PID-5.1 }"), "+ZZZ||DOE");
    // Neither an empty value, nor what an empty field holds, becomes a repetition.
    assert_eq!(changes("append PID-3 = '' append PID-3 = PID-9"), "");
    let out = pipehat(&["transform", "insert 'PV1|1|I' after PID"]).stdin(ORU).text();
    assert!(out.contains("19800131|F\rPV1|1|I\rORC|RE\r"));
    let out = pipehat(&["transform", "insert NTE before OBX { set NTE-3 = @n }"]).stdin(ORU).text();
    assert_eq!(out.matches("\rNTE|||1\rOBX|").count(), 3);
    // The block sees what belongs to the segment beside which the new one stands.
    let out = pipehat(&["transform", "insert NTE after OBX { set NTE-3 = OBX-6 + ' ' + OBR-4.1 }"]);
    let notes = pipehat(&["query", "-f", "values", "NTE-3"]).stdin(out.stdin(ORU).text()).text();
    assert_eq!(notes, "g/dL CBC\nfirst\nmg/dL GLU\nmmol/L GLU\n");
    assert_eq!(changes("delete ORDER_OBSERVATION").lines().count(), 8);
}

#[test]
fn segments_are_deleted_by_the_start_of_their_ids() {
    assert_eq!(changes("delete Z*"), "-ZPD|x");
    assert_eq!(changes("delete n*"), "-NTE|1||first");
    assert_eq!(changes("delete NT* delete ZX*"), "-NTE|1||first");
    // MSH stays, and so does a line that is no segment.
    let odd = "MSH|^~\\&|A\rMSA|AA\rMr. Roe\r\n";
    let out = pipehat(&["transform", "delete M*"]).stdin(odd).text();
    assert_eq!(out, "MSH|^~\\&|A\rMr. Roe\r\n");
}

#[test]
fn nothing_is_lost_on_the_way() {
    // There is no such segment and no such repetition: what was to go there stays.
    assert_eq!(changes("move PID-8 to NK1-2 move PID-8 to PID-30[5=X] move NK1-2 to PID-8"), "");
    assert_eq!(
        made("move OBX[1]-5 to OBX[2]-5"),
        "OBX|1|NM|718-7^Hb^LN|||g/dL\nOBX|1|NM|2345-7^Glucose^LN||13.5|mg/dL"
    );
    for script in [
        "move PID-3 to PID-3",
        "move PID-5 to PID-5.1",
        "move PID-5.3.1 to PID-5.3",
        "move PID-3[1] to PID-3[last]",
        "move PID-3[5=MR] to PID-3[1]",
    ] {
        let out = pipehat(&["transform", script]).stdin(ORU).run();
        assert_eq!((out.code, out.text()), (2, ""), "{script}");
        assert!(out.stderr.contains("may be a part of what is moved"), "{script}: {out:?}");
    }
}

/// Highlighting and formatting (chapter 2, "Use of escape sequences in text fields") are no text.
#[test]
fn sequences_without_a_text_stay_as_they_are() {
    const NTE: &str =
        "MSH|^~\\&|A\rNTE|1||\\H\\Critical\\N\\ \\.in+4\\Value \\T\\ \\E\\x\\Z1a\\ c:\\E\\d\r\n";
    for (function, expected) in [
        ("upper", r"\H\CRITICAL\N\ \.in+4\VALUE \T\ \E\X\Z1a\ C:\E\D"),
        ("lower", r"\H\critical\N\ \.in+4\value \T\ \E\x\Z1a\ c:\E\d"),
        ("capitalize", r"\H\Critical\N\ \.in+4\Value \T\ \E\X\Z1a\ C:\E\D"),
    ] {
        let script = format!("set NTE-3 = {function}(NTE-3)");
        let out = pipehat(&["transform", &script]).stdin(NTE).text();
        assert_eq!(out, format!("MSH|^~\\&|A\rNTE|1||{expected}\r\n"));
    }
}

#[test]
fn each_sees_what_belongs_to_it() {
    let each = "each OBX { set OBX-4 = OBR-4.1 }";
    assert_eq!(
        made(each),
        "OBX|1|NM|718-7^Hb^LN|CBC|13.5|g/dL\nOBX|1|NM|2345-7^Glucose^LN|GLU|99|mg/dL\n\
         OBX|2|NM|15074-8^Glucose^LN|GLU|5.5~5.6|mmol/L"
    );
    assert_eq!(
        made("each OBX where OBX-6 = g/dL { set OBX-8 = H }"),
        "OBX|1|NM|718-7^Hb^LN||13.5|g/dL||H"
    );
    assert_eq!(
        made("each ORDER_OBSERVATION { set OBR-18 = count(OBX) }"),
        "OBR|1|A|B|CBC^Blood count||||||||||||||1\nOBR|2|A|C|GLU^Glucose||||||||||||||2"
    );
    // A note goes into the observation that it is about.
    let notes = "each OBX where exists(NTE) { set OBX-17.2 = NTE-3 delete NTE }";
    assert_eq!(
        changes(notes),
        "-OBX|1|NM|718-7^Hb^LN||13.5|g/dL\n-NTE|1||first\n\
         +OBX|1|NM|718-7^Hb^LN||13.5|g/dL|||||||||||^first"
    );
    let nested = "each ORDER_OBSERVATION { each OBX { set OBX-1 = OBR-1 + '.' + OBX-1 } }";
    let ids: Vec<_> =
        made(nested).lines().map(|l| l.split('|').nth(1).unwrap().to_owned()).collect();
    assert_eq!(ids, ["1.1", "2.1", "2.2"]);
    // What a block adds stands where it was added.
    let out =
        pipehat(&["transform", "each OBX { append 'NTE|1||x' append 'NTE|2||y' }"]).stdin(ORU);
    assert_eq!(out.text().matches("\rNTE|1||x\rNTE|2||y\r").count(), 3);
}

#[test]
fn conditions_and_variables() {
    assert_eq!(made("when PID-8 = F { set ZPD-1 = a } else { set ZPD-1 = b }"), "ZPD|a");
    assert_eq!(
        made("when PID-8 = M { set ZPD-1 = a } else when count(OBX) > 2 { set ZPD-1 = b }"),
        "ZPD|b"
    );
    assert_eq!(made("when PID-8 = M { set ZPD-1 = a } else { set ZPD-1 = c }"), "ZPD|c");
    assert_eq!(
        made("let name = PID-5.1 set PID-5.1 = X set ZPD-2 = lower($name)").lines().nth(1),
        Some("ZPD|x|doe")
    );
    let out = pipehat(&["transform", "set ZPD-2 = $nobody"]).stdin(ORU).run();
    assert!(
        out.code == 2 && out.stderr.contains("a variable that `let` has set before"),
        "{out:?}"
    );
}

#[test]
fn replace_works_on_each_value_by_itself() {
    assert_eq!(made("replace PID-5 /[aeiou]/i '_'").split('|').nth(5), Some("D__^J_N_^Q&R"));
    assert_eq!(
        made(r"replace PID-7 /^(\d{4})(\d\d)/ '$2/$1/'").split('|').nth(7),
        Some("01/1980/31")
    );
    assert_eq!(made("replace ZPD /x/ '|'"), r"ZPD|\F\");
    assert_eq!(changes("replace PID-5 /nothing/ 'x'"), "");
    // A line feed inside a field becomes the sequence for it.
    let broken = "MSH|^~\\&|A\rOBX|1|TX|||two\nlines\r\n";
    let out = pipehat(&["transform", r#"replace OBX-5 /\n/ "\n""#]).stdin(broken).text();
    assert_eq!(out, "MSH|^~\\&|A\rOBX|1|TX|||two\\.br\\lines\r\n");
}

#[test]
fn replace_leaves_sequences_and_characters_whole() {
    // Highlighting and the like have no text: a match that would take a part of such a sequence is none.
    let marked = "MSH|^~\\&|A\rNTE|1||\\H\\Hot\\N\\ \\T\\ \\.in+4\\4 N\\Zq\\\r\n";
    let replaced = |script: &str| {
        let out = pipehat(&["transform", script]).stdin(marked).text();
        out.trim_end().rsplit('|').next().unwrap_or_default().to_owned()
    };
    assert_eq!(replaced("replace NTE-3 /[HN]/ 'x'"), r"\H\xot\N\ \T\ \.in+4\4 x\Zq\");
    assert_eq!(replaced("replace NTE-3 /[0-9]/ '5'"), r"\H\Hot\N\ \T\ \.in+4\5 N\Zq\");
    assert_eq!(replaced("replace NTE-3 /^/ '>'"), r">\H\Hot\N\ \T\ \.in+4\4 N\Zq\");
    assert_eq!(replaced("replace NTE-3 /$/ '<'"), r"\H\Hot\N\ \T\ \.in+4\4 N\Zq\<");
    assert_eq!(replaced(r"replace NTE-3 /\\[HN]\\/ ''"), r"Hot \T\ \.in+4\4 N\Zq\");
    assert_eq!(replaced("replace NTE-3 /^.*$/ 'gone'"), "gone");
    assert_eq!(replaced("replace NTE-3 /(o)(t)/ '${2}a$1'"), r"\H\Htao\N\ \T\ \.in+4\4 N\Zq\");
    assert_eq!(replaced("replace NTE-3 /x*/ '-'"), r"-\H\-H-o-t-\N\- -\T\- -\.in+4\-4- -N-\Zq\-");
    // A text that looks like one cannot be written again beside what is new: it stays, or its message is rejected.
    let literal = marked.replace("Hot", "\\E\\H\\E\\ot");
    let out = pipehat(&["transform", "replace NTE-3 /x/ 'y'"]).stdin(&literal).text();
    assert_eq!(out, literal);
    let out = pipehat(&["transform", "replace NTE-3 /o/ 'y'"]).stdin(&literal).run();
    let why = "script:1: replace NTE-3: a text that would become an escape sequence\n";
    assert!(out.code == 2 && out.stdout.is_empty() && out.stderr.ends_with(why), "{out:?}");
    // What matches nothing matches it between characters, not between their bytes.
    let name = pipehat(&["transform", "replace PID-5 /x*/ '-'"]);
    let out = name.stdin("MSH|^~\\&|A\rPID|||||Mül\r\n").text();
    assert_eq!(out, "MSH|^~\\&|A\rPID|||||-M-ü-l-\r\n");
}

#[test]
fn drop_and_reject() {
    let three = [ORU, &ORU.replace("M-1", "M-2"), &ORU.replace("M-1", "M-3")].concat();
    let out =
        pipehat(&["transform", "when MSH-10 = M-2 { drop } set ZPD-2 = 1"]).stdin(&three).text();
    assert_eq!(pipehat(&["query", "MSH-10"]).stdin(&out).text(), "M-1\nM-3\n");

    let dir = folder();
    let rejects = dir.path().join("bad.hl7").to_str().unwrap().to_owned();
    let script = "set ZPD-2 = 1 when MSH-10 = M-2 { reject 'no such sender' }";
    let out = pipehat(&["transform", script, "--rejects", &rejects]).stdin(&three).run();
    assert_eq!(out.code, 2);
    assert_eq!(pipehat(&["query", "MSH-10"]).stdin(out.text()).text(), "M-1\nM-3\n");
    let offset = ORU.len();
    assert_eq!(
        out.stderr,
        format!("pipehat: stdin: message 2 (byte {offset}): script:1: reject: no such sender\n")
    );
    // As it came, not as it was when it was rejected.
    assert_eq!(fs::read_to_string(rejects).unwrap(), ORU.replace("M-1", "M-2"));
}

#[test]
fn emit_routes_to_files_with_safe_names() {
    let dir = folder();
    let input = [ORU, &ORU.replace("NORTH", "../SOUTH/..\\x"), ORU].concat();
    let script = "emit 'out/' + MSH-4 + '.hl7' set MSH-4 = X emit 'all.hl7' drop";
    for threads in ["-j1", "-j3"] {
        let run = pipehat(&["transform", threads, "--max-open=1", script]).stdin(&input);
        run.dir(dir.path()).run().is(0, "", "");
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(read("out/NORTH.hl7"), [ORU, ORU].concat());
        let mut names: Vec<_> =
            fs::read_dir(dir.path().join("out")).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            ["NORTH.hl7", "_._SOUTH_.._x.hl7"].map(std::ffi::OsString::from).to_vec().as_slice()
        );
        assert_eq!(pipehat(&["query", "MSH-4"]).stdin(read("all.hl7")).text(), "X\nX\nX\n");
        let mode = fs::metadata(dir.path().join("all.hl7")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no temporary file is left");
    }
}

#[test]
fn emit_writes_the_whole_message_wherever_it_stands() {
    let dir = folder();
    let script = "set ZPD-2 = 1 each OBX where OBX-1 = 2 { append NTE { emit 'a.hl7' } delete OBX emit 'b.hl7' }";
    let out = pipehat(&["transform", script]).stdin(ORU).dir(dir.path()).text();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let third = "OBX|2|NM|15074-8^Glucose^LN||5.5~5.6|mmol/L\r";
    let set = ORU.replace("ZPD|x", "ZPD|x|1");
    assert_eq!(read("a.hl7"), set.replace(third, &format!("{third}NTE\r")));
    assert_eq!(read("b.hl7"), set.replace(third, "NTE\r"));
    assert_eq!(out, read("b.hl7"));
}

/// An order without the segment that a message is split by is asked for once, not with each of the others.
#[test]
fn split_asks_for_no_order_twice() {
    const ORM: &str = "MSH|^~\\&|A|B|||20240101||ORM^O01^ORM_O01|C1|P|2.5.1\rPID|1||7\r\
        ORC|NW|L1\rOBR|1|L1||718-7\rORC|NW|M1\rRXO|DIGOXIN\rORC|NW|L2\rOBR|2|L2||2345-7\r\n";
    let out = pipehat(&["transform", "split by OBR"]).stdin(ORM).text();
    let shown =
        pipehat(&["query", "MSH-10", "PID-3", "ORC-2", "RXO-1", "OBR-2"]).stdin(&out).text();
    assert_eq!(shown, "C1-1\t7\tL1\t\tL1\nC1-2\t7\tM1\tDIGOXIN\t\nC1-3\t7\tL2\t\tL2\n");
    // Prior results are no orders of the message.
    const OML: &str = "MSH|^~\\&|A|B|||20240101||OML^O21^OML_O21|C1|P|2.5.1\rPID|1||7\r\
        ORC|NW|L1\rOBR|1|L1||718-7\rPID|1||7A\rORC|RE|P1\rOBR|1|P1||718-7\rOBX|1|NM|718-7||9\r\
        ORC|NW|L2\rOBR|2|L2||2345-7\r\n";
    let out = pipehat(&["transform", "split by OBR"]).stdin(OML).text();
    let shown = pipehat(&["query", "MSH-10", "OBR-2", "OBX-5"]).stdin(&out).text();
    assert_eq!(shown, "C1-1\tL1~P1\t9\nC1-2\tL2\t\n");
    // Whose order it is can be asked in each of them.
    let rows = pipehat(&["query", "--each", "OBR", "OBR-2", "PID-3", "ORC-2"]).stdin(OML).text();
    assert_eq!(rows, "L1\t7\tL1\nP1\t7A\tP1\nL2\t7\tL2\n");
}

#[test]
fn what_a_segment_was_told_is_not_told_of_the_next() {
    const OBX: &str =
        "MSH|^~\\&|A||||20240101||ORU^R01|1|P|2.5.1\rOBR|1\rOBX|1|NM|a||1\rOBX|2|NM|b||2\r\n";
    let each = "each OBX { when OBX-5 < 2 { let flag = \"L\" } set OBX-8 = $flag }";
    let flags = |script: &str| {
        let out = pipehat(&["transform", script]).stdin(OBX).text();
        pipehat(&["query", "--each", "OBX", "OBX-8"]).stdin(out).text()
    };
    assert_eq!(flags(each), "L\n\n");
    // What had a value before is counted on.
    let count = "let n = 0 each OBX { let n = $n + 1 set OBX-8 = $n }";
    assert_eq!(flags(count), "1\n2\n");
}

#[test]
fn a_table_that_is_torn_is_not_used() {
    let dir = folder();
    for (table, line) in [
        ("from,to,display\nGLU,2345-7,\"Glucose\n718-7,HB,Hb\n", 2),
        ("from,to,display\nGLU,2345-7,\"Glucose\n718-7,HB,\"Hb\"\n", 2),
        ("from,to,display\nHB,718-7,Hb\nGLU,2345-7,Glucose, fasting\n", 3),
    ] {
        let file = dir.path().join("codes.csv");
        fs::write(&file, table).unwrap();
        let script = format!("map OBX-3 with \"{}\"", file.display());
        let run = pipehat(&["transform", &script]).stdin(ORU).run();
        assert_eq!(run.code, 2, "{table}");
        assert!(run.stdout.is_empty() && run.stderr.contains(&format!("line {line} ")), "{run:?}");
        assert!(!run.stderr.contains("fasting"), "{}", run.stderr);
    }
}

#[test]
fn split_makes_a_message_of_each_order() {
    let out =
        pipehat(&["transform", "set MSH-5 = Q split by OBR set ZPD-2 = MSH-10"]).stdin(ORU).text();
    let messages: Vec<_> = out.lines().map(|line| line.trim_end_matches('\r')).collect();
    assert_eq!(messages.len(), 2);
    let ids = |message: &str| {
        message.split('\r').map(|s| s[..3].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids(messages[0]), "MSH PID ORC OBR OBX NTE");
    // The ORC stands for both orders.
    assert_eq!(ids(messages[1]), "MSH PID ORC OBR OBX OBX ZPD");
    assert_eq!(pipehat(&["query", "MSH-10", "MSH-5"]).stdin(&out).text(), "M-1-1\tQ\nM-1-2\tQ\n");
    assert!(messages[1].ends_with("ZPD|x|M-1-2"));
    // Many orders take no time of their own for each pair of them.
    let order = |n: usize| format!("OBR|{n}\rOBX|1|||x\rNTE|1\r");
    let many: String =
        ORU.split_inclusive('\r').take(2).map(str::to_owned).chain((1..=3000).map(order)).collect();
    let out = pipehat(&["transform", "split by OBR"]).stdin(many + "\n").text();
    assert!(out.lines().count() == 3000 && out.matches('\r').count() == 5 * 3000);
    // A segment of the site is behind the order here, and behind results there: the first has all results of its order.
    let order = |n: usize, rest: &str| format!("OBR|{n}|||X\r{rest}");
    let mixed = ORU.split_inclusive('\r').take(2).map(str::to_owned).collect::<String>()
        + &order(1, "ZRS|a\rOBX|1|NM|A\rOBX|2|NM|B\r")
        + &order(2, "OBX|1|NM|C\rZRS|c\rOBX|2|NM|D\rZRS|d\r\n");
    let out = pipehat(&["transform", "split by ZRS"]).stdin(mixed).text();
    let found = pipehat(&["query", "ZRS-1", "OBR-1", "OBX-3"]).stdin(out).text();
    assert_eq!(found, "a\t1\tA~B\nc\t2\tC\nd\t2\tD\n");
    // One order is no reason for another message.
    assert_eq!(pipehat(&["transform", "split by PID"]).stdin(ORU).text(), ORU);
    assert_eq!(
        pipehat(&["transform", "when MSH-9 = ORU^R01^ORU_R01 { split by OBR } drop"])
            .stdin(ORU)
            .run()
            .stdout,
        b""
    );
}

#[test]
fn versions_change_what_the_standard_says() {
    let old = "MSH|^~\\&|A||||||ADT^A04|M|P|2.2\rPID|1|7|123^^^H~7^^^X|7~8|DOE||||||||||||||99\rMRG|1|2||3\r\n";
    let out = pipehat(&["transform", "upgrade to 2.7"]).stdin(old).text();
    // A04 has the structure of A01; PID-2 and PID-4 are identifiers of PID-3, PID-19 is one of
    // kind SS, MRG-2 and MRG-4 are identifiers of MRG-1.
    assert_eq!(
        out,
        "MSH|^~\\&|A||||||ADT^A04^ADT_A01|M|P|2.7\r\
         PID|1||123^^^H~7^^^X~7~8~99^^^^SS||DOE||||||||||||||\rMRG|1~2~3|||\r\n"
    );
    let out = pipehat(&["transform", "upgrade to 2.5.1"]).stdin(old).text();
    assert_eq!(out, old.replace("A04|M|P|2.2", "A04^ADT_A01|M|P|2.5.1"));
    let back = pipehat(&["transform", "downgrade to 2.2"]).stdin(&out).text();
    assert_eq!(back, old);
    // A message that is as far as that, or farther, stays as it is.
    for script in ["upgrade to 2.2", "upgrade to 2.1", "downgrade to 2.2", "downgrade to 2.8"] {
        assert_eq!(pipehat(&["transform", script]).stdin(old).text(), old, "{script}");
    }
}

#[test]
fn errors_of_a_script_show_where() {
    let dir = folder();
    let file = put(&dir, "rules.hat", "# repairs\nset MSH-3 = X\n  set PID-5. = Y\n");
    let out = pipehat(&["transform", "-f", &file]).stdin(ORU).run();
    assert_eq!(out.code, 2);
    let name = format!("{file}:3:13:");
    assert!(out.stderr.contains(&name) || out.stderr.contains(&format!("{file}:3:12:")), "{out:?}");
    assert!(out.stderr.contains("\n  set PID-5. = Y\n            ^ expected "), "{out:?}");
    for (script, expected) in [
        ("set", "a segment id"),
        ("set PID = 1", "a field number"),
        ("set MSH-2 = 1", "the delimiters cannot be edited"),
        ("delete MSH", "needs its MSH segment"),
        ("set PID-5 = 'a^b'", "hl7(\"a^b\")"),
        ("when PID-8 = F { set PID-8 = M", "`}`"),
        ("each PID-3 { }", "a segment, without a field"),
        ("each OBX { split by OBR }", "outside of each"),
        ("insert 'MSH|' after PID", "does not begin a message"),
        ("append OBX[2]", "a segment with its id"),
        ("delete Z *", "a segment id"),
        ("frobnicate PID-3", "a statement: set"),
        ("map PID-8 with 'nosuch.csv'", "a table, but"),
        ("upgrade to 3.0", "a version: 2.1, 2.2"),
        ("set PID-5.1 = uper(PID-5.1)", "perhaps `upper`"),
    ] {
        let out = pipehat(&["transform", script]).stdin(ORU).run();
        assert_eq!((out.code, out.text()), (2, ""), "{script}");
        assert!(
            out.stderr.contains(expected) && out.stderr.contains('^'),
            "{script}: {}",
            out.stderr
        );
    }
    pipehat(&["transform", "--check", "set MSH-3 = X"]).run().is(0, "", "");
    assert_eq!(pipehat(&["transform", "--check", "set MSH-3 X"]).run().code, 2);
    assert_eq!(pipehat::<&str>(&["transform"]).run().code, 2);
    // Comments, several files and -e, one behind the other.
    let one = put(&dir, "one.hat", "let a = 1 # the first\n");
    let two = put(&dir, "two.hat", "# nothing\n");
    let args = ["transform", "-f", &one, "-f", &two, "-e", "set ZPD-2 = $a", "-e", "set ZPD-3 = 2"];
    assert!(pipehat(&args).stdin(ORU).text().ends_with("ZPD|x|1|2\r\n"));
}

#[test]
fn codes_are_mapped() {
    let dir = folder();
    let table = "from,to,display,system\nCBC,58410-2,\"CBC, automated\",LN\nA,1,,\n";
    put(&dir, "codes.csv", table);
    let transform = |script: &str, more: &[&str]| {
        let args = [&["transform", script], more].concat();
        pipehat(&args).stdin(ORU).dir(dir.path()).run()
    };
    let field = |script: &str| {
        let out = transform(script, &[]);
        let line =
            out.text().split('\r').find(|l| l.starts_with("OBR|1")).unwrap_or_default().to_owned();
        (line.split('|').nth(4).unwrap_or_default().to_owned(), out.code)
    };
    let mapped = |tail: &str| field(&format!("map OBR-4 with 'codes.csv'{tail}"));
    assert_eq!(mapped(""), ("58410-2^CBC, automated^LN".to_owned(), 0));
    let kept = "58410-2^CBC, automated^LN^CBC^Blood count".to_owned();
    assert_eq!(mapped(" keep original"), (kept, 0));
    // Where there is an alternate code already it is told, or replaced whole.
    let twice = |tail: &str| {
        field(&format!("set OBR-4.4 = ALT set OBR-4.6 = L map OBR-4 with 'codes.csv'{tail}"))
    };
    assert_eq!(twice(" keep original").1, 2);
    let replaced = "58410-2^CBC, automated^LN^CBC^Blood count^".to_owned();
    assert_eq!(twice(" keep original always"), (replaced, 0));
    assert_eq!(field("map OBR-4.1 with 'codes.csv'"), ("58410-2^Blood count".to_owned(), 0));

    // GLU is in no table.
    let second = |tail: &str| {
        let out = transform(&format!("map OBR-4 with 'codes.csv' {tail}"), &[]);
        let line = out.text().split('\r').find(|l| l.starts_with("OBR|2")).map(str::to_owned);
        (line.map(|l| l.split('|').nth(4).unwrap_or_default().to_owned()), out.code)
    };
    assert_eq!(second(""), (Some("GLU^Glucose".to_owned()), 0));
    assert_eq!(second("default keep"), (Some("GLU^Glucose".to_owned()), 0));
    assert_eq!(second("default empty"), (Some(String::new()), 0));
    assert_eq!(second("default 'UNK'"), (Some("UNK^Glucose".to_owned()), 0));
    assert_eq!(second("default reject"), (None, 2));
    let out = transform("map OBR-4 with 'codes.csv'", &["--report", "unmapped.csv"]);
    assert_eq!(out.stderr, "pipehat: 1 code was in no table\n");
    let report = fs::read_to_string(dir.path().join("unmapped.csv")).unwrap();
    assert_eq!(report, "table,path,code,system,count\ncodes.csv,OBR-4,GLU,,1\n");

    // Names of columns, and codes that mean different things in different systems.
    put(&dir, "systems.csv", "local,sys,loinc\n718-7,LN,good\n718-7,L,bad\n2345-7,,any\n");
    let script = "map OBX-3 with 'systems.csv' (from: 'local', from_system: 'sys', to: 'loinc')";
    let out = transform(script, &[]);
    let codes = pipehat(&["query", "OBX-3.1"]).stdin(out.text()).text();
    assert_eq!(codes, "good~any~15074-8\n");
    for (script, expected) in [
        ("map OBX-3 with 'systems.csv'", "a column \"from\""),
        ("map OBX-3 with 'systems.csv' (from: 'x')", "has no \"x\""),
        ("map OBX-3.1 with 'codes.csv' keep original", "a whole field"),
    ] {
        let out = transform(script, &[]);
        assert!(out.code == 2 && out.stderr.contains(expected), "{script}: {out:?}");
    }
}

#[test]
fn a_message_on_which_nothing_acts_is_passed_on_as_it_came() {
    for path in fixtures() {
        let passed = pipehat(&["parse", "-f", "hl7", &path]).run();
        for threads in ["-j1", "-j2"] {
            let done = pipehat(&["transform", threads, ACTS_ON_NOTHING, &path]).run();
            assert_eq!(done.stdout, passed.stdout, "{path}");
        }
    }
}

#[test]
fn the_output_is_the_same_at_any_number_of_threads() {
    let many: String = (1..=3000).map(|n| ORU.replace("M-1", &format!("M-{n}"))).collect();
    let script = "set ZPD-2 = @n set ZPD-3 = uuid() set ZPD-4 = control_id() each OBX { set OBX-1 = counter() } \
                  when MSH-10 ~ /7$/ { drop } split by OBR";
    let one = pipehat(&["transform", "-j1", script]).stdin(&many).bytes();
    let four = pipehat(&["transform", "-j4", script]).stdin(&many).bytes();
    assert!(one == four && !one.is_empty());
    let ids = pipehat(&["query", "ZPD-4"]).stdin(&one).text();
    let mut unique: Vec<_> = ids.lines().filter(|id| !id.is_empty()).collect();
    let count = unique.len();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!((unique.len(), count), (2700, 2700));
}

#[test]
fn forms_of_the_output() {
    let out = pipehat(&["transform", "--eol=lf", "delete NTE", "-"]).stdin(ORU).text();
    assert!(out.ends_with("ZPD|x\n\n") && !out.contains('\r') && !out.contains("NTE"));
    let out = pipehat(&["transform", "--mllp", "delete NTE"]).stdin(ORU).text();
    assert!(out.starts_with("\u{b}MSH") && out.ends_with("ZPD|x\r\u{1c}\r"));
    pipehat(&["transform", "set MSH-3 = X"]).run().is(0, "", "");
    let out = pipehat(&["transform", "drop"]).stdin(ORU).run();
    out.is(0, "", "");
}

#[test]
fn what_grows_without_end_is_stopped() {
    let many = format!("{}{}", ORU.trim_end(), "\rOBX|1".repeat(40)) + "\r\n";
    let script =
        "let x = 'abcdefgh' each OBX { let x = $x + $x + '' } append NTE { set NTE-3 = $x }";
    let out = pipehat(&["transform", script]).stdin([&many, ORU].concat()).run();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("script:1: let x: more than 512 MiB were made"), "{}", out.stderr);
    // The next message is another one.
    assert_eq!(out.text().lines().count(), 1);
}

#[test]
fn names_that_lead_to_one_file_are_one() {
    let dir = folder();
    let script = "when @n = 1 { emit 'x.hl7' } else { emit './sub/.././x.hl7' } drop";
    put(&dir, "sub/keep", "");
    pipehat(&["transform", script]).stdin([ORU, ORU].concat()).dir(dir.path()).run().is(0, "", "");
    assert_eq!(fs::read_to_string(dir.path().join("x.hl7")).unwrap(), [ORU, ORU].concat());
}

#[test]
fn what_comes_out_empty_replaces_nothing() {
    for script in [
        "move PID-2 to PID-3",
        "copy PID-30 to PID-3",
        "set PID-3 = PID-2",
        "set PID-3[1].4 = NK1-2",
    ] {
        assert_eq!(changes(script), "", "{script}");
    }
    let less = ORU.replace("|13.5|", "|<13.5|");
    let out = pipehat(&["transform", "set OBX-5 = OBX-5 * 2"]).stdin(&less).run();
    assert_eq!(out.code, 0);
    let values = pipehat(&["query", "OBX-5"]).stdin(out.text()).text();
    assert_eq!(values, "<13.5~198~11~11.2\n");
    assert_eq!(out.stderr, "pipehat: 1 value came out empty and replaced nothing\n");
    // The script itself can empty a place.
    assert_eq!(made("set PID-3 = ''").split('|').nth(3), Some(""));
}

#[test]
fn files_are_not_written_twice() {
    let dir = folder();
    put(&dir, "in.hl7", ORU);
    let run = |args: &[&str]| pipehat(&[&["transform"], args].concat()).dir(dir.path()).run();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    // An input is no place for its own rejects, nor for what is said of it.
    put(&dir, "list", "in.hl7\n");
    for args in [
        &["reject 'no'", "--rejects", "./in.hl7", "in.hl7"][..],
        &["drop", "--report", "./in.hl7", "in.hl7"],
        &["drop", "--report", "in.hl7", "--files-from", "list"],
    ] {
        let out = run(args);
        assert_eq!((out.code, read("in.hl7").as_str()), (2, ORU), "{args:?}");
        assert!(out.stderr.ends_with("in.hl7: it is an input, too\n"), "{args:?}: {out:?}");
    }
    for args in [
        &["drop", "-o", "a", "--rejects", "./a", "in.hl7"][..],
        &["drop", "-o", "a", "--report", "a", "in.hl7"],
        &["emit 'a' drop", "-o", "a", "-j1", "in.hl7"],
        &["emit 'a' drop", "--rejects", "a", "-j2", "in.hl7"],
    ] {
        let out = run(args);
        assert!(out.code == 2 && !out.stderr.is_empty(), "{args:?}: {out:?}");
    }
}

#[test]
fn names_of_files_are_told_to_nobody_and_bound_in_length() {
    let dir = folder();
    let long = ORU.replace("DOE^JANE", &"N".repeat(90));
    let script = "emit 'o/' + PID-5.1 + PID-5.1 + PID-5.1 + '.hl7' drop";
    let out = pipehat(&["transform", script]).stdin([&long, ORU].concat()).dir(dir.path()).run();
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("too long") && !out.stderr.contains("NNN"), "{out:?}");
    assert!(dir.path().join("o/DOEDOEDOE.hl7").exists());
    let out = pipehat(&["transform", "emit 'o/' + PID-2 drop"]).stdin(ORU).dir(dir.path()).run();
    assert!(out.code == 2 && out.stderr.contains("has no value"), "{out:?}");
    put(&dir, "file", "");
    let out =
        pipehat(&["transform", "emit 'file/' + PID-5.1 drop"]).stdin(ORU).dir(dir.path()).run();
    assert!(out.code == 2 && !out.stderr.contains("DOE"), "{out:?}");
}

#[test]
fn scripts_that_could_not_be_done_are_refused() {
    let many = "when MSH-3 = A { split by OBR }\n".repeat(3000);
    for (script, expected) in [
        ("set PID-3[4294967295] = X", "no number above 9999"),
        ("set PID-65000 = X", "no number above 9999"),
        ("each PID { upgrade to 2.7 }", "no change of version here"),
        (many.as_str(), "at most 100 `when`"),
    ] {
        let out = pipehat(&["transform", script]).stdin(ORU).run();
        assert!(out.code == 2 && out.stderr.contains(expected), "{}", out.stderr);
    }
    let dir = folder();
    put(&dir, "empty.csv", "from,to\nA,1\nB,\n");
    let script = "map OBR-4 with 'empty.csv'";
    let out = pipehat(&["transform", script]).stdin(ORU).dir(dir.path()).run();
    assert!(out.code == 2 && out.stderr.contains("line 3 has none"), "{out:?}");
    // A new code does not keep the coding system of the old one.
    put(&dir, "codes.csv", "from,to\n718-7,X1\n");
    let out =
        pipehat(&["transform", "map OBX-3 with 'codes.csv'"]).stdin(ORU).dir(dir.path()).run();
    assert!(out.text().contains("|X1^Hb^|"), "{out:?}");
    // A file with a byte order mark is a script; an input in its place is told.
    let file = put(&dir, "bom.hat", "\u{feff}set ZPD-2 = 1");
    assert!(pipehat(&["transform", "-f", &file]).stdin(ORU).text().ends_with("ZPD|x|1\r\n"));
    let out = pipehat(&["transform", &file]).stdin(ORU).run();
    assert!(out.stderr.contains("a script is expected first"), "{out:?}");
}
