//! Archives that one machine does not hold: the recipe for Spark, and splits by hand.

use crate::folders::{folder, put};
use crate::inputs::many;
use crate::program::{binary, pipehat};
use std::fs;
use std::io::Write;
use std::process::Command;

/// A Python with PySpark beside a Java, if there is one; `PYTHON` names another.
fn python() -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let works = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|out| out.status.success())
    };
    (works("java", &["-version"]) && works(&python, &["-c", "import pyspark"])).then_some(python)
}

#[test]
fn a_cluster_writes_what_one_machine_writes() {
    let Some(python) = python() else {
        let _ = writeln!(std::io::stderr(), "skipped: no Java, or no Python with PySpark");
        return;
    };
    let dir = folder();
    // A line feed inside a field begins no message.
    let input = many(3000).replace("||M-7||", "||M-7\n||");
    let archive = put(&dir, "archive.hl7", &input);
    let key = put(&dir, "key", "5a".repeat(32));
    Command::new("chmod").args(["600", &key]).status().unwrap();
    let filters: [&[&str]; 2] =
        [&["deidentify", "--profile", "pseudonymise", "--key-file", &key], &["to-fhir"]];
    for (n, filter) in filters.into_iter().enumerate() {
        let out = dir.path().join(n.to_string());
        let script = format!("{}/docs/spark/pipehat_on_spark.py", env!("CARGO_MANIFEST_DIR"));
        // The script sets up its own session; the master comes from the environment.
        let mut run = Command::new(&python);
        run.env("PYSPARK_SUBMIT_ARGS", "--master local-cluster[2,1,1024] pyspark-shell")
            .env("PYSPARK_PYTHON", &python)
            .arg(script)
            .args(["--split-mb", "0.05", "--out"])
            .arg(&out)
            .args([&archive, "--"])
            .arg(binary())
            .args(filter);
        let done = run.output().unwrap();
        let log = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{log}");
        let mut parts: Vec<_> =
            fs::read_dir(&out).unwrap().map(|part| part.unwrap().path()).collect();
        parts.sort();
        assert!(parts.len() > 3, "the archive is split: {}", parts.len());
        let together: Vec<u8> = parts.iter().flat_map(|part| fs::read(part).unwrap()).collect();
        let alone = pipehat(&[filter, &[archive.as_str()]].concat()).run();
        assert_eq!(alone.code, 0, "{alone:?}");
        assert!(together == alone.stdout, "{filter:?}");
    }
}

#[test]
fn parts_of_an_archive_together_are_the_whole() {
    let dir = folder();
    let input = many(500);
    let lines: Vec<&str> = input.split_inclusive('\n').collect();
    let filters: [&[&str]; 4] = [
        &["to-fhir"],
        &["parse", "-f", "json"],
        &["transform", "set MSH-5 = X"],
        &["query", "MSH-10", "PID-5"],
    ];
    let archive = put(&dir, "all.hl7", &input);
    for filter in filters {
        let whole = pipehat(&[filter, &[archive.as_str()]].concat()).bytes();
        let mut together = Vec::new();
        for part in lines.chunks(170) {
            together.extend(pipehat(filter).stdin(part.concat()).bytes());
        }
        assert!(together == whole, "{filter:?}");
    }
}
