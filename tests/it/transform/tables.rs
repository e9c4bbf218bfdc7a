//! Codes that are mapped by tables.

use super::*;

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
