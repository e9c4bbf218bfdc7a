//! Messages that go to files of their own, and which files they are.

use super::*;

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

#[test]
fn names_that_lead_to_one_file_are_one() {
    let dir = folder();
    let script = "when @n = 1 { emit 'x.hl7' } else { emit './sub/.././x.hl7' } drop";
    put(&dir, "sub/keep", "");
    pipehat(&["transform", script]).stdin([ORU, ORU].concat()).dir(dir.path()).run().is(0, "", "");
    assert_eq!(fs::read_to_string(dir.path().join("x.hl7")).unwrap(), [ORU, ORU].concat());
}

/// The ids and first fields of the segments that a script makes of [`ORU`].
fn order(script: &str) -> String {
    let text = pipehat(&["transform", script]).stdin(ORU).text();
    let short = |line: &str| line.get(..5).unwrap_or(line).replace('|', "");
    text.trim_end().split('\r').skip(1).map(short).collect::<Vec<_>>().join(" ")
}

#[test]
fn segments_are_moved_beside_others() {
    let came = "PID1 ORCR OBR1 OBX1 NTE1 OBR2 OBX1 OBX2 ZPDx";
    for (script, order_then) in [
        ("move ZPD after PID", "PID1 ZPDx ORCR OBR1 OBX1 NTE1 OBR2 OBX1 OBX2"),
        ("move OBX before ORC", "PID1 OBX1 OBX1 OBX2 ORCR OBR1 NTE1 OBR2 ZPDx"),
        ("move OBX after ORC", "PID1 ORCR OBX1 OBX1 OBX2 OBR1 NTE1 OBR2 ZPDx"),
        ("move OBX[last] after MSH", "OBX2 PID1 ORCR OBR1 OBX1 NTE1 OBR2 OBX1 ZPDx"),
        // The one beside which they go stays, and so do others that are not selected.
        ("move OBX after OBX[1]", "PID1 ORCR OBR1 OBX1 OBX1 OBX2 NTE1 OBR2 ZPDx"),
        ("move OBX[5=99] after NTE", "PID1 ORCR OBR1 OBX1 NTE1 OBX1 OBR2 OBX2 ZPDx"),
        ("move ZPD after OBX[last]", came),
        ("move ORC before OBR[1]", came),
        ("move QQQ after PID", came),
        ("move ZPD after QQQ", came),
        ("move ORC after ORC", came),
        // In a block they stand where they went outside of it, too, and are seen from the next one.
        ("each OBR { move OBX before OBR }", "PID1 ORCR OBX1 OBR1 NTE1 OBX1 OBX2 OBR2 ZPDx"),
        (
            "each OBR { move PID after OBR when PID-8 = F { append NTE } }",
            "ORCR OBR1 NTE OBX1 NTE1 OBR2 NTE PID1 OBX1 OBX2 ZPDx",
        ),
        (
            "each NTE { move NTE after OBR append ZZZ }",
            "PID1 ORCR OBR1 NTE1 ZZZ OBX1 OBR2 OBX1 OBX2 ZPDx",
        ),
    ] {
        assert_eq!(order(script), order_then, "{script}");
    }
    // What stands where it is to stand is not touched.
    let lf = ORU.replace('\r', "\n");
    pipehat(&["transform", "move PID after MSH"]).stdin(&lf).run().is(0, ORU, "");
    assert_eq!(changes("move PID after MSH"), "");
    let out = pipehat(&["transform", "move ZPD before OBX"]).stdin(ORU).run();
    assert_eq!((out.code, out.text()), (2, ""));
    let why = "move ZPD before OBX: 3 segments to stand beside; say which, or go through them with each\n";
    assert!(out.stderr.ends_with(why), "{}", out.stderr);
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
    // Nor does it among the repetitions of a field, of which each gets its own value.
    let several = |script: &str, expected: &str| {
        let some = ORU.replace("|13.5|", "|<1~7~~x~8|");
        let out = pipehat(&["transform", script]).stdin(&some).run();
        let values = pipehat(&["query", "OBX[1]-5"]).stdin(&out.stdout).text();
        assert_eq!((out.code, values.trim_end()), (0, expected), "{script}");
        assert_eq!(
            out.stderr, "pipehat: 2 values came out empty and replaced nothing\n",
            "{script}"
        );
    };
    several("set OBX[1]-5 = OBX-5 * 2", "<1~14~~x~16");
    several("set OBX[1]-5.1 = OBX-5.1 * 2", "<1~14~~x~16");
    several("each OBX[1] { set OBX-5 = round(OBX-5 / 2, 0) }", "<1~4~~x~4");
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
