//! What is wrong with a script is told before anything is read.

use super::*;

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
        ("move MSH after PID", "another segment, for MSH is the first"),
        ("move PID before MSH", "another segment, for MSH is the first"),
        ("move NTE to OBX-5", "`before` or `after` and a segment, or `-` and a field number"),
        ("delete MSH", "needs its MSH segment"),
        ("set PID-5 = 'a^b'", "hl7(\"a^b\")"),
        ("when PID-8 = F { set PID-8 = M", "`}`, for the block that begins in line 1"),
        ("# one\neach OBX {\n when OBX-8 = N {\n}\n", "`}`, for the block that begins in line 2"),
        ("each PID-3 { }", "a segment, without a field"),
        ("each OBSERVATON { }", "a segment such as OBX, or a group, perhaps OBSERVATION"),
        ("each QQQQQQ { }", "a segment such as OBX, or a group, such as ORDER_OBSERVATION"),
        ("each OBX { split by OBR }", "outside of each"),
        ("insert 'MSH|' after PID", "does not begin a message"),
        ("append OBX[2]", "a segment with its id"),
        ("delete Z *", "a segment id"),
        ("frobnicate PID-3", "a statement: set"),
        ("if PID-8 = F { drop }", "perhaps `when CONDITION { ... }`"),
        ("foreach OBX { drop }", "perhaps `each SEGMENT { ... }`"),
        ("Delet NTE", "perhaps `delete PATH`"),
        ("PID-8 = F", "perhaps `set PATH = VALUE`"),
        ("PID[1]-8 = F", "perhaps `set PATH = VALUE`"),
        ("delete OBX where OBX-8 = N", "conditions stand in brackets"),
        ("set PID-7 = format_time(PID-7, 'YYYY-MM-DD')", "it has no part of a time, such as %Y"),
        ("set PID-7 = parse_time(PID-7, 'YYYY-MM-DD')", "it has no year, such as %Y"),
        ("map PID-8 with 'nosuch.csv'", "a table, but"),
        ("upgrade to 3.0", "a version: 2.1, 2.2"),
        ("set PID-5.1 = uper(PID-5.1)", "perhaps `upper`"),
        ("when PID-8 = F { drop } else if PID-8 = M { drop }", "`{`, or `when` and a condition"),
        ("set MSH-7 = now", "`(` or quotes, for `now` is a function"),
        ("set MSH-10 = control_id", "`(` or quotes, for `control_id` is a function"),
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
