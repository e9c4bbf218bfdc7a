//! `query`: rows and messages.

use crate::folders::{folder, put};
use crate::inputs::{adt, fixture, many};
use crate::program::pipehat;
use serde_json::{Value, json};

fn query(args: &[&str], file: &str) -> String {
    pipehat(&[&["query"], args, &[&fixture(file)]].concat()).text()
}

#[test]
fn rows_in_every_format() {
    let paths = ["PID-3.1", "name=PID-5[1].2", "PV1-16", "AL1-5"];
    let with = |args: &[&'static str]| query(&[args, &paths].concat(), "adt_a01.hl7");
    let tsv = "4711~900-12-345\tWilma\t\"\"\tHives & swelling\\nseen twice\n";
    assert_eq!(with(&[]), tsv);
    assert_eq!(with(&["-f", "tsv", "-H"]), format!("PID-3.1\tname\tPV1-16\tAL1-5\n{tsv}"));
    let csv = "4711~900-12-345,Wilma,\"\"\"\"\"\",\"Hives & swelling\nseen twice\"\n";
    assert_eq!(with(&["-f", "csv"]), csv);
    assert_eq!(with(&["-f", "csv", "--header"]), format!("PID-3.1,name,PV1-16,AL1-5\n{csv}"));
    let object = json!({
        "PID-3.1": ["4711", "900-12-345"],
        "name": ["Wilma"],
        "PV1-16": [null],
        "AL1-5": ["Hives & swelling\nseen twice"],
    });
    let ndjson = with(&["-f", "ndjson"]);
    assert!(ndjson.ends_with('\n') && ndjson.lines().count() == 1);
    assert_eq!(serde_json::from_str::<Value>(&ndjson).unwrap(), object);
    let array: Value = serde_json::from_str(&with(&["-f", "json"])).unwrap();
    assert_eq!(array, json!([object]));
    assert_eq!(
        with(&["-f", "values"]),
        "4711\n900-12-345\nWilma\n\"\"\nHives & swelling\\nseen twice\n"
    );
}

#[test]
fn an_array_of_many_rows_is_one_document() {
    let input = many(3000);
    for threads in ["-j1", "-j3"] {
        let args = ["query", "-f", "json", "--first", "MSH-10", "@n", threads];
        let array: Value = serde_json::from_slice(&pipehat(&args).stdin(&input).bytes()).unwrap();
        let rows = array.as_array().unwrap();
        assert_eq!(rows.len(), 3000);
        assert_eq!(rows[2999], json!({"MSH-10": "M-3000", "@n": 3000}));
    }
}

#[test]
fn an_object_has_no_two_members_of_one_name() {
    let twice = ["query", "-f", "ndjson", "a=PID-3.1", "a=PID-5.1"];
    let out = pipehat(&twice).stdin(many(1)).run();
    assert!(out.code == 2 && out.stderr.contains("two columns are called a"), "{out:?}");
    assert_eq!(pipehat(&["query", "MSH-10", "MSH-10"]).stdin(many(1)).text(), "M-1\tM-1\n");
}

#[test]
fn several_values_are_joined_or_cut() {
    assert_eq!(query(&["--join", "; ", "PID-3.1"], "adt_a01.hl7"), "4711; 900-12-345\n");
    assert_eq!(query(&["--first", "PID-3.1"], "adt_a01.hl7"), "4711\n");
    // A repetition that has no such component has its place, so that columns match.
    assert_eq!(query(&["PID-5.1", "PID-5.2"], "adt_a01.hl7"), "Brook~Brooke\tWilma~\n");
    assert_eq!(query(&["OBX-3.1"], "oru_r01.hl7"), "718-7~6690-2~2345-7~8251-1~2345-7\n");
    let joined = query(&["--join", "+", "-f", "ndjson", "PID-3.1"], "adt_a01.hl7");
    assert_eq!(joined, "{\"PID-3.1\":\"4711+900-12-345\"}\n");
    let first = query(&["--first", "-f", "ndjson", "PV1-16", "ZZZ-1"], "adt_a01.hl7");
    assert_eq!(
        serde_json::from_str::<Value>(&first).unwrap(),
        json!({"PV1-16": null, "ZZZ-1": ""})
    );
}

#[test]
fn raw_values_are_as_written() {
    let escaped = r"one\.br\two \X41\\E\ \Zown\ 5\S\6 \R\";
    assert_eq!(query(&["--raw", "OBX[3]-5"], "mdm_t02.hl7"), format!("{escaped}\n"));
    // A value is a line, whatever is in it.
    let decoded = "one\\ntwo A\\\\ \\\\Zown\\\\ 5^6 ~\n";
    assert_eq!(query(&["-f", "values", "OBX[3]-5"], "mdm_t02.hl7"), decoded);
    assert_eq!(
        query(&["--raw", "-f", "values", "OBX[3]-5"], "mdm_t02.hl7"),
        format!("{escaped}\n")
    );
    // A whole field keeps its delimiters, a whole segment too.
    assert_eq!(query(&["PID-3[1]"], "adt_a01.hl7"), "4711^^^NORTH&1.2.3.4&ISO^MR\n");
    assert_eq!(query(&["EVN"], "mdm_t02.hl7"), "EVN|T02|20240131160000\n");
}

#[test]
fn paths_select() {
    for (path, shown) in [
        ("PID.3.1", "4711~900-12-345"),
        ("PID-3[5=MR].1", "4711"),
        ("PID-3[5=SS].1", "900-12-345"),
        ("PID-3[5=XX].1", ""),
        ("PID-3[last].1", "900-12-345"),
        ("PID-3[4.1=NORTH].4.2", "1.2.3.4"),
        ("NK1[2]-2.2", "Pebbles"),
        ("NK1[last]-1", "2"),
        ("NK1[3.1=SPO]-2.2", "Fred"),
        ("NK1[*]-2.2", "Fred~Pebbles"),
        ("NK1[3]-2", ""),
        ("PID-5[2].1", "Brooke"),
        ("PID[1]-3[2].1", "900-12-345"),
        ("ZPD-1.2.2", "sub"),
    ] {
        assert_eq!(query(&[path], "adt_a01.hl7"), format!("{shown}\n"), "{path}");
    }
    assert_eq!(query(&["OBX[3.1=2345-7]-5"], "oru_r01.hl7"), ">500~88\n");
    assert_eq!(query(&["OBX[3.1=718-7 and 5 > 13]-6"], "oru_r01.hl7"), "g/dL\n");
}

#[test]
fn conditions_choose_messages() {
    for (condition, holds) in [
        ("MSH-9.1 = ADT", true),
        ("MSH-9.1 == 'ORU'", false),
        ("MSH-9.1 != ORU", true),
        ("MSH-9.1 in (ORU, ADT)", true),
        ("MSH-9.1 not in (ORU, ADT)", false),
        ("PID-5.2 ~ /^wil/i", true),
        ("PID-5.2 ~ /^wil/", false),
        ("PID-5.2 !~ /x/", true),
        ("PID-7 < 1980-03-01", true),
        ("PID-7 >= 1980-02-29", true),
        ("PID-7 > 1980-02-29", false),
        ("PID-7 <= 19800228", false),
        ("MSH-7 = 2024-01-31", true),
        ("PID-3.1 = 4711", true),
        ("PID-3.1 = '04711'", false),
        ("PID-3.1 > 4710 and PID-3.1 < 4712.0", true),
        ("PID-8 = F and MSH-9.2 = A02", false),
        ("PID-8 = M or MSH-9.2 = A01", true),
        ("not (PID-8 = M) and (EVN-1 = A01 or EVN-1 = A02)", true),
        ("valued(PID-8)", true),
        ("valued(PV1-16)", false),
        ("null(PV1-16)", true),
        ("null(PID-8)", false),
        ("exists(ZPD)", true),
        ("exists(ZZZ)", false),
        ("count(NK1) = 2", true),
        ("count(PID-3) > 2", false),
        ("PID-3[5=MR].1 = 4711", true),
        ("length(PID-5[1].1) = 5 and upper(PID-5[1].1) = 'BROOK'", true),
        ("PV1-3.1 = 2E", true),
        ("AL1-5 ~ /swelling\\nseen/", true),
        ("ZZZ-1 != x", false),
    ] {
        let path = fixture("adt_a01.hl7");
        let rows = |args: &[&str]| {
            let args = [&["query", "--where", condition, "MSH-10"], args, &[&path]].concat();
            let out = pipehat(&args).run();
            assert_eq!(out.stderr, "", "{condition}");
            assert_eq!(out.code, i32::from(out.stdout.is_empty()), "{condition}");
            out.text().to_owned()
        };
        assert_eq!(rows(&[]) == "ADT-0001\n", holds, "{condition}");
        assert_eq!(rows(&["--invert"]) == "ADT-0001\n", !holds, "not {condition}");
    }
}

#[test]
fn matching_messages_counts_and_files() {
    let dir = folder();
    put(&dir, "a.hl7", many(3).replace('\r', "\r\n"));
    put(&dir, "b.hl7", adt("X-1", "Baker"));
    put(&dir, "c.hl7", many(2));
    let run = |args: &[&str]| pipehat(&[&["query"], args].concat()).dir(dir.path()).run();
    let files = ["a.hl7", "b.hl7", "c.hl7"];
    let rows = |args: &[&str]| {
        let out = run(&[args, &files].concat());
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{args:?}");
        out.text().to_owned()
    };
    let m2 = ["--where", "MSH-10 = 'M-2'"];
    assert_eq!(rows(&m2), adt("M-2", "Adams^Ann").repeat(2));
    assert_eq!(rows(&[&m2[..], &["--messages"]].concat()), adt("M-2", "Adams^Ann").repeat(2));
    assert_eq!(rows(&["--messages"]), many(3) + &adt("X-1", "Baker") + &many(2));
    assert_eq!(
        rows(&[&m2[..], &["MSH-10", "--messages"]].concat()).len(),
        2 * adt("M-2", "Adams^Ann").len()
    );
    assert_eq!(rows(&[&m2[..], &["-c"]].concat()), "2\n");
    assert_eq!(rows(&[&m2[..], &["--count", "-v"]].concat()), "4\n");
    assert_eq!(rows(&[&m2[..], &["-l"]].concat()), "a.hl7\nc.hl7\n");
    assert_eq!(rows(&["--where", "MSH-10 = 'X-1'", "--files-with-matches"]), "b.hl7\n");
    assert_eq!(rows(&["-m", "2", "MSH-10"]), "M-1\nM-2\n");
    assert_eq!(
        rows(&["--max", "4", "@file", "@n", "--where", "MSH-10 ~ /./"]),
        "a.hl7\t1\na.hl7\t2\na.hl7\t3\nb.hl7\t1\n"
    );
    assert_eq!(rows(&["-m", "1", "--messages", "-j2"]), adt("M-1", "Adams^Ann"));
    let none = run(&[&["--where", "MSH-10 = Y", "-l"], &files[..]].concat());
    none.is(1, "", "");
    run(&[&["--where", "MSH-10 = Y", "-c"], &files[..]].concat()).is(1, "0\n", "");
    // The standard input is a source, too.
    let out = pipehat(&["query", "--where", "MSH-10 = 'M-1'", "-l"]).stdin(many(1)).run();
    out.is(0, "-\n", "");
}

#[test]
fn origins_are_columns() {
    let dir = folder();
    put(&dir, "in/a.hl7", many(2));
    put(&dir, "in/b.hl7", many(2));
    let second = adt("M-1", "Adams^Ann").len();
    let expected: String = ["a", "b"]
        .iter()
        .flat_map(|f| [(f, 1, 0), (f, 2, second)])
        .map(|(f, n, at)| format!("in/{f}.hl7\t{n}\t{at}\tM-{n}\n"))
        .collect();
    for threads in ["-j1", "-j2"] {
        let args = ["query", "@file", "@n", "@offset", "MSH-10", "in", threads];
        assert_eq!(pipehat(&args).dir(dir.path()).text(), expected);
    }
    let args = ["query", "-f", "ndjson", "@file", "number=@n", "@offset"];
    let row: Value = serde_json::from_slice(&pipehat(&args).stdin(adt("M", "A")).bytes()).unwrap();
    assert_eq!(row, json!({"@file": "-", "number": 1, "@offset": 0}));
}

#[test]
fn each_segment_has_a_row_with_what_belongs_to_it() {
    let shown = query(
        &["--each", "OBX", "PID-3.1", "OBR-4.1", "OBX-3.1", "OBX-5", "NTE-3", "MSH-10"],
        "oru_r01.hl7",
    );
    let expected = "\
4711\t58410-2\t718-7\t13.5\t\tORU-0001
4711\t58410-2\t6690-2\t15.2\trepeated~and confirmed\tORU-0001
4711\t24323-8\t2345-7\t>500\t\tORU-0001
4711\t24323-8\t8251-1\tfasting | no\t\tORU-0001
4712\t2345-7\t2345-7\t88\t\tORU-0001
";
    assert_eq!(shown, expected);
    let obr =
        query(&["--each", "OBR", "PID-5.1", "ORC-3", "OBR-4.1", "OBX-3.1", "NTE-3"], "oru_r01.hl7");
    let expected = "\
Brook\tF-1\t58410-2\t718-7~6690-2\tabout the panel
Brook\tF-1\t24323-8\t2345-7~8251-1\t
Rubble\tF-3\t2345-7\t2345-7\t
";
    assert_eq!(obr, expected);
    let pid = query(&["--each", "PID", "PID-5.1", "NTE-3", "PV1-2"], "oru_r01.hl7");
    assert_eq!(pid, "Brook\tabout the patient\tO\nRubble\t\t\n");
    let ft1 = query(&["--each", "FT1", "FT1-7.1", "FT1-11.1", "PID-5.1"], "dft_p03.hl7");
    assert_eq!(ft1, "99213\t150.00\tRubble\n85025\t30.50\tRubble\n");
}

#[test]
fn each_takes_conditions_and_groups() {
    let high = query(&["--each", "OBX[8 ~ /^H/]", "OBX-3.1", "OBX-8", "OBR-2"], "oru_r01.hl7");
    assert_eq!(high, "6690-2\tH\tP-1\n2345-7\tHH\tP-1\n");
    let group = query(
        &["--each", "ORDER_OBSERVATION", "PID-3.1", "OBR-4.1", "OBX-5", "-f", "csv"],
        "oru_r01.hl7",
    );
    assert_eq!(group, "4711,58410-2,13.5~15.2\n4711,24323-8,>500~fasting | no\n4712,2345-7,88\n");
    let patients = query(&["--each", "patient_result", "PID-5.1", "OBX-3.1"], "oru_r01.hl7");
    assert_eq!(patients, "Brook\t718-7~6690-2~2345-7~8251-1\nRubble\t2345-7\n");
    let orders = query(&["--each", "ORDER", "ORC-2", "SPM-4.1", "DG1-3.1"], "oml_o21.hl7");
    assert_eq!(orders, "P-9\tBLD\tD64.9\nP-10\tSER\t\n");
    assert_eq!(query(&["-c", "--each", "OBX", "MSH-10"], "oru_r01.hl7"), "5\n");
    let none = pipehat(&["query", "--each", "OBX", "OBX-3", &fixture("adt_a01.hl7")]).run();
    none.is(1, "", "");
    // A message of a structure that nobody knows.
    let own = "MSH|^~\\&|||||||ZZZ^Z01|1|P|2.5\rPID|||1\rOBR|1||||\rOBX|1|NM|A||1\rOBR|2\rOBX|1|NM|B||2\r\n";
    let shown = pipehat(&["query", "--each", "OBX", "OBR-1", "OBX-3", "PID-3"]).stdin(own).text();
    assert_eq!(shown, "1\tA\t1\n2\tB\t1\n");
}

#[test]
fn a_file_named_like_a_path_is_told_from_a_path() {
    let dir = folder();
    put(&dir, "PID-3", adt("X-1", "Baker"));
    put(&dir, "LOG.1", adt("X-2", "Clark"));
    let run = |args: &[&str]| {
        pipehat(&[&["query"], args].concat()).dir(dir.path()).stdin(adt("in", "Adams")).text()
    };
    assert_eq!(run(&["PID-3"]), "in\n", "`PID-3` is a path, whatever files there are");
    assert_eq!(run(&["PID-5.1", "./PID-3"]), "Baker\n");
    assert_eq!(run(&["PID-5.1", "LOG.1"]), "Clark\n", "a file that is there");
    assert_eq!(run(&["-p", "LOG.1", "-p", "PID-3"]), "\tin\n", "-p is always a path");
    assert_eq!(run(&["-p", "PID-5", "LOG.1", "./PID-3"]), "Clark\nBaker\n");
    // Behind the first file all operands are files.
    assert_eq!(run(&["PID-5.1", "./LOG.1", "PID-3"]), "Clark\nBaker\n");
}

#[test]
fn errors_in_paths_and_conditions_have_a_caret() {
    for (args, text, column) in [
        (&["PID-0"][..], "PID-0", 4),
        (&["-p", "PID-3."], "PID-3.", 6),
        (&["-p", "PID-3[5=MR"], "PID-3[5=MR", 10),
        (&["-p", "x=PID-3.1.2.3"], "x=PID-3.1.2.3", 11),
        (&["@what"], "@what", 0),
        (&["MSH-10", "--where", "MSH-9.1 ="], "MSH-9.1 =", 9),
        (&["--where", "MSH-9.1 = A and", "MSH-10"], "MSH-9.1 = A and", 15),
        (&["--where", "(MSH-9.1 = A", "MSH-10"], "(MSH-9.1 = A", 12),
        (&["--where", "PID-5 ~ /(/", "MSH-10"], "PID-5 ~ /(/", 9),
        (&["--each", "OBX-3", "MSH-10"], "OBX-3", 3),
        // Neither a number of those that begin at 1, nor a condition.
        (&["PID-3[-1]"], "PID-3[-1]", 6),
        (&["--where", "5", "MSH-10"], "5", 0),
        (&["--where", "PID-3 and 'x'", "MSH-10"], "PID-3 and 'x'", 10),
    ] {
        let out = pipehat(&[&["query"], args].concat()).stdin(adt("M", "A")).run();
        assert_eq!((out.code, out.text()), (2, ""), "{args:?}");
        let mut lines = out.stderr.lines().skip_while(|line| line.trim() != text);
        assert!(lines.next().is_some(), "{text} in {}", out.stderr);
        let caret = lines.next().unwrap();
        assert_eq!(caret.find('^'), Some(column), "{}", out.stderr);
        assert!(caret.contains("^ expected "), "{caret}");
    }
}
