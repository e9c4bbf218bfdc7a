//! Awkward inputs that other tools read wrongly without a word: every one gives the right values
//! and comes out right, or is reported.

use crate::folders::{folder, put};
use crate::inputs::{fixture, gzip, many};
use crate::program::{Out, pipehat, spawn};
use std::fs;
use std::io::{BufRead, BufReader, Write};

struct Row {
    file: &'static str,
    code: i32,
    /// What `query PID-5.1` prints.
    names: &'static str,
    /// What `parse -f hl7` prints.
    clean: Vec<u8>,
    /// The reports, without `pipehat: FILE: `.
    reports: &'static [&'static str],
}

fn message(id: &str, name: &[u8]) -> Vec<u8> {
    let head = format!("MSH|^~\\&|A|B|C|D|20240101||ADT^A08|{id}|P|2.4\rPID|1||{id}||");
    [head.as_bytes(), name, b"\r\n"].concat()
}

fn rows() -> Vec<Row> {
    let two = [message("M-1", b"Adams^Ann"), message("M-2", b"Baker^Bob")].concat();
    let one = message("M-1", b"Adams^Ann");
    let row = |file, names, clean: &[u8]| Row {
        file,
        code: 0,
        names,
        clean: clean.to_vec(),
        reports: &[],
    };
    let own = |file, names| row(file, names, &fs::read(fixture(file)).unwrap());
    let five: Vec<u8> = [&two[..]]
        .into_iter()
        .map(<[u8]>::to_vec)
        .chain([
            message("M-3", b"Clark^Cleo"),
            message("M-4", b"Doyle^Dora"),
            message("M-5", b"Evans^Eve"),
        ])
        .flatten()
        .collect();
    vec![
        row("two.hl7", "Adams\nBaker\n", &two),
        row("cr.hl7", "Adams\nBaker\n", &two),
        row("lf.hl7", "Adams\nBaker\n", &two),
        row("crlf.hl7", "Adams\nBaker\n", &two),
        row("mllp.hl7", "Adams\nBaker\n", &two),
        row("batch.hl7", "Adams\nBaker\n", &two),
        row("no_end.hl7", "Adams\n", &one),
        row("dirty/bom.hl7", "Adams\n", &one),
        row("dirty/blank_lines.hl7", "Adams\nBaker\n", &two),
        row("dirty/mixed_endings.hl7", "Adams\nBaker\nClark\nDoyle\nEvans\n", &five),
        own("latin1.hl7", "Müller\n"),
        own("odd_delimiters.hl7", "Adams\n"),
        own("truncation.hl7", "Adams\n"),
        own("no_escape.hl7", "Adams\n"),
        own("dirty/nul.hl7", "Ad\0ams\n"),
        // After a lone CR a lone LF is content: nothing is cut, nothing is wrong.
        own("dirty/embedded_lf.hl7", "Adams\nBaker\n"),
        Row {
            // Where LF ends segments it cannot be told: the line is kept and reported.
            reports: &["message 1 (byte 0): line 4 is not a segment; a line end inside a field?"],
            ..row(
                "dirty/embedded_lf_lines.hl7",
                "Adams\n",
                b"MSH|^~\\&|A|B|C|D|20240101||ADT^A08|E-1|P|2.4\rPID|1||E-1||Adams^Ann\r\
                  OBX|1|TX|N^Note||first line\rsecond line||||||F\rOBX|2|TX|N^Note||after\r\n",
            )
        },
        Row {
            code: 2,
            reports: &["byte 0: not part of any message"],
            ..row("dirty/log_before.hl7", "Adams\nBaker\n", &two)
        },
        Row {
            code: 2,
            reports: &["byte 68: not part of any message"],
            ..row("dirty/junk_between.hl7", "Adams\nBaker\n", &two)
        },
        Row {
            code: 2,
            reports: &["message 2 (byte 68): MSH-2: the delimiters are not all different"],
            ..row("dirty/equal_delimiters.hl7", "Adams\nBaker\n", &two)
        },
    ]
}

/// What is known by its first bytes is told once, with what to do, and nothing else of it is said.
#[test]
fn what_a_file_seems_to_be_is_told() {
    let dir = folder();
    // Random bytes hold blank lines, behind which a stray begins anew.
    let zip = [b"PK\x03\x04".repeat(3), b"\n\n\x01\x02\n\nSECRET\n\n".repeat(50)].concat();
    put(&dir, "a.zip", &zip);
    put(&dir, "b.pdf", "%PDF-1.7\nSECRET\n");
    put(&dir, "c.xml", "\n<?xml version=\"1.0\"?>\n<ADT_A01>SECRET</ADT_A01>\n");
    put(&dir, "d.gz", gzip(&gzip(many(1).as_bytes())));
    put(&dir, "e.hl7", many(1));
    let files = ["a.zip", "b.pdf", "c.xml", "d.gz", "e.hl7"];
    for threads in ["-j1", "-j3"] {
        let args = [&["parse", "-f", "hl7", "--rejects", "bad", threads][..], &files].concat();
        let out = pipehat(&args).dir(dir.path()).run();
        assert_eq!((out.code, out.text()), (2, many(1).as_str()));
        let no = "not part of any message; this looks like";
        let expected = format!(
            "pipehat: a.zip: byte 0: {no} a zip archive: unzip -p FILE | pipehat ...\n\
             pipehat: b.pdf: byte 0: {no} a PDF document\n\
             pipehat: c.xml: byte 1: {no} XML: of HL7 v2 only the encoding with delimiters is read\n\
             pipehat: d.gz: byte 0: {no} gzip, packed twice: zcat FILE | pipehat ...\n"
        );
        assert_eq!(out.stderr, expected);
        let kept = std::fs::read(dir.path().join("bad")).unwrap();
        assert_eq!(kept.iter().filter(|&&b| b == b'S').count(), 52, "nothing is dropped");
    }
    let out = pipehat(&["parse", "--verbose", "a.zip"]).dir(dir.path()).run();
    assert_eq!((out.code, out.stderr.lines().count()), (2, 101));
    // A log may begin as JSON does, and hold messages all the same: then each place is told.
    let log = format!("{{\"level\":\"info\"}}\n{}lost\n{}", many(1), many(1));
    let out = pipehat(&["query", "MSH-10"]).stdin(log).run();
    assert_eq!((out.code, out.stderr.lines().count()), (2, 2), "{out:?}");
}

#[test]
fn values_and_clean_streams_are_right() {
    for row in rows() {
        let path = fixture(row.file);
        let reports: String =
            row.reports.iter().map(|r| format!("pipehat: {path}: {r}\n")).collect();
        for threads in ["-j1", "-j2"] {
            pipehat(&["query", "PID-5.1", threads, &path]).run().is(row.code, row.names, &reports);
            let out = pipehat(&["parse", "-f", "hl7", threads, &path]).run();
            let expected =
                Out { code: row.code, stdout: row.clean.clone(), stderr: reports.clone() };
            assert_eq!(out, expected, "{}", row.file);
        }
    }
}

#[test]
fn a_clean_stream_stays_as_it_is() {
    for row in rows() {
        let again = pipehat(&["parse", "-f", "hl7"]).stdin(&row.clean).run();
        assert_eq!((again.code, &again.stdout), (0, &row.clean), "{}", row.file);
    }
}

#[test]
fn bytes_that_no_character_set_explains_pass_through() {
    for (file, name) in
        [("dirty/raw_bytes.hl7", &b"\x80\xFF\n"[..]), ("dirty/undeclared.hl7", b"M\xFCller\n")]
    {
        let path = fixture(file);
        assert_eq!(pipehat(&["query", "PID-5.1", &path]).bytes(), name);
        assert_eq!(pipehat(&["query", "PID-5.1", "--raw", &path]).bytes(), name);
        assert_eq!(pipehat(&["parse", "-f", "hl7", &path]).bytes(), fs::read(&path).unwrap());
    }
}

#[test]
fn a_line_feed_in_free_text_is_content() {
    let text = "first line\nsecond line\nPID-like third";
    let path = fixture("dirty/embedded_lf.hl7");
    let first = pipehat(&["query", "-f", "values", "OBX[1]-5", &path]).text();
    assert_eq!(first, format!("{}\n", text.replace('\n', "\\n")));
    // In rows, too, it stays on its line.
    let row = pipehat(&["query", "OBX-5", "MSH-10", &path]).text();
    let expected = format!("{}~after\tE-1\n\tM-2\n", text.replace('\n', "\\n"));
    assert_eq!(row, expected);
    // What would end a segment there is not written so, but reported.
    let out = pipehat(&["parse", "-f", "hl7", "--eol", "lf", &path]).run();
    assert_eq!((out.code, out.text().matches("MSH").count()), (2, 1), "{out:?}");
    assert_eq!(out.stderr.lines().count(), 1);
}

#[test]
fn values_of_other_rows_of_the_table() {
    let adt = fixture("adt_a01.hl7");
    for (path, shown) in [
        ("PID-3[*].1", "4711~900-12-345\n"),
        ("PID-3[1].4.2", "1.2.3.4\n"),
        ("PID-3[3].1", "\n"),
        ("PID-22.1", "\"Otterford\"\n"),
        ("PV1-16", "\"\"\n"),
        ("PV1-18", "IP\n"),
        ("AL1-5", "Hives & swelling\\nseen twice\n"),
        ("ZPD-1.2.2", "sub\n"),
        ("ZPD-2", "x~y\n"),
        ("MSH-1", "|\n"),
        ("MSH-2", "^~\\\\&\n"),
        ("PID-99", "\n"),
        ("ZZZ-1", "\n"),
        // A component of a value without components is the value.
        ("PID-7.1.1", "19800229\n"),
        ("PID-7.2", "\n"),
    ] {
        assert_eq!(pipehat(&["query", path, &adt]).text(), shown, "{path}");
    }
    let odd = fixture("odd_delimiters.hl7");
    let shown = pipehat(&["query", "PID-3[1].2.2", "PID-3[2]", "PID-5.2", "MSH-2", &odd]).text();
    assert_eq!(shown, "y\tO-2\tAnn#\t*!?@\n");
    assert_eq!(pipehat(&["query", "PID-5.2", &fixture("truncation.hl7")]).text(), "Ann##\n");
    assert_eq!(
        pipehat(&["query", "-f", "values", "PID-5.2", &fixture("no_escape.hl7")]).text(),
        "Ann\\\\T\\\\\n"
    );
}

/// So it is where the header came alone, and was passed on before the rest came.
#[test]
fn line_ends_that_were_doubled_are_told_of_a_live_stream() {
    let mut child = spawn(&["parse", "-f", "hl7"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"MSH|^~\\&|A\r\r\n").unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    shown.read_line(&mut line).unwrap();
    assert_eq!(line, "MSH|^~\\&|A\r\n");
    stdin.write_all(b"PID|1\r\r\n").unwrap();
    drop(stdin);
    let out = child.wait_with_output().unwrap();
    let told = String::from_utf8(out.stderr).unwrap();
    assert!(told.contains("; lines end with CR CR LF here: "), "{told}");
}

#[test]
fn line_ends_that_were_doubled_are_told_once() {
    let messages = [message("M-1", b"Adams^Ann"), message("M-2", b"Baker^Bob")].concat();
    let doubled =
        String::from_utf8(messages).unwrap().replace("\r\n", "\r").replace('\r', "\r\r\n");
    let out = pipehat(&["query", "MSH-10", "PID-5.1"]).stdin(&doubled).run();
    assert_eq!((out.code, out.text()), (2, "M-1\t\nM-2\t\n"));
    let told: Vec<_> = out.stderr.lines().collect();
    let [first, second] = told[..] else { panic!("{told:?}") };
    let way_out = "; lines end with CR CR LF here: tr -d '\\r' < FILE | pipehat ...";
    assert!(first.ends_with(&format!("not part of any message{way_out}")), "{first}");
    assert!(second.ends_with("not part of any message"), "{second}");
    let mended = doubled.replace('\r', "");
    let out = pipehat(&["query", "MSH-10", "PID-5.1"]).stdin(&mended).text();
    assert_eq!(out, "M-1\tAdams\nM-2\tBaker\n");
}
