//! `pipehat transform`: what the statements do, and what is left alone.

#[path = "transform/files.rs"]
mod files;
#[path = "transform/scripts.rs"]
mod scripts;
#[path = "transform/split.rs"]
mod split;
#[path = "transform/tables.rs"]
mod tables;

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
fn delimiters_alone_replace_nothing() {
    let input = "MSH|^~\\&|A|||||||1||2.3\rPID||^^|7^^^N^MR|^^&|^DOE||||||||||||||^|^^\r\n";
    for script in [
        "copy PID-4 to PID-3",
        "append PID-3 = PID-4",
        "move PID-4 to PID-3",
        "copy PID-4.3 to PID-3.4",
        "each PID where PID-4 { set PID-3 = 9 }",
    ] {
        let out = pipehat(&["transform", script]).stdin(input).text();
        assert_eq!(out, input, "{script}");
    }
    // What the script itself says goes there.
    let out = pipehat(&["transform", "set PID-3 = hl7('^^^X')"]).stdin(input).text();
    assert!(out.contains("||^^|^^^X|"), "{out}");
    let upgraded = pipehat(&["transform", "upgrade to 2.8"]).stdin(input).text();
    assert!(upgraded.contains("|7^^^N^MR|"), "{upgraded}");
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
    // A text that looks like one cannot be written again beside what is new: it stays, or its
    // message is rejected.
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
