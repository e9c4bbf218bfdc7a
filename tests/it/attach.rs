//! `attach`: documents leave messages and come back byte for byte.

use crate::folders::{folder, mode};
use crate::inputs::adt;
use crate::program::{Out, pipehat};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "MSH|^~\\&|A|B|C|D|20240101||ORU^R01|D-1|P|2.5\rPID|1||1\r";

/// A message with OBX segments.
fn message(observations: &[String]) -> String {
    format!("{HEAD}{}\r\n", observations.join("\r"))
}

fn encapsulated(n: usize, subtype: &str, data: &str) -> String {
    format!("OBX|{n}|ED|D^Document^L||REG^application^{subtype}^Base64^{data}||||||F")
}

fn pdf(length: usize) -> Vec<u8> {
    [b"%PDF-1.4 ".to_vec(), (0..length).map(|n| (n * 31 % 251) as u8).collect()].concat()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn run(what: &str, folder: &Path, input: &str) -> Out {
    pipehat(&["attach", what, "--dir", folder.to_str().unwrap()]).stdin(input).run()
}

#[test]
fn a_document_becomes_a_file_that_any_program_reads() {
    let dir = folder();
    let documents = dir.path().join("documents");
    let data = STANDARD.encode(pdf(5000));
    let input = message(&[encapsulated(1, "PDF", &data), "OBX|2|NM|X||5".to_owned()]);
    let small = run("extract", &documents, &(input.clone() + &input));
    assert_eq!((small.code, small.stderr.as_str()), (0, ""), "{small:?}");
    let stored = files(&documents);
    assert_eq!(stored.len(), 1, "the same document is kept once");
    assert_eq!(fs::read(&stored[0]).unwrap(), pdf(5000));
    let name = stored[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("pipehat-sha256-") && name.ends_with(".pdf"), "{name}");
    assert_eq!(
        (mode(stored[0].to_str().unwrap()), mode(documents.to_str().unwrap())),
        (0o600, 0o700)
    );
    let expected = message(&[encapsulated(1, "PDF", name), "OBX|2|NM|X||5".to_owned()]);
    assert_eq!(small.text(), expected.clone() + &expected);
    run("restore", &documents, small.text()).is(0, &(input.clone() + &input), "");
    // Once more makes no difference.
    run("extract", &documents, &expected).is(0, &expected, "");
}

/// Base64 whose last letter stands for bits that belong to no byte.
fn stray_bits(data: &str) -> String {
    let whole = data.strip_suffix("==").unwrap();
    format!("{}B==", &whole[..whole.len() - 1])
}

#[test]
fn what_base64_would_write_otherwise_comes_back_as_it_was() {
    let dir = folder();
    let data = STANDARD.encode(pdf(4000));
    let (a, b) = data.split_at(76);
    let odd = [
        format!("{a}\\X0D0A\\{b}"),
        format!("{a}\\.br\\{b}"),
        data.trim_end_matches('=').to_owned() + "A",
        data[..4001].to_owned(),
        "no base64 at all, but long ".repeat(60),
        // Bits behind the last byte that are not zero.
        stray_bits(&STANDARD.encode(&pdf(4000)[..4000])),
    ];
    let segments: Vec<String> =
        odd.iter().enumerate().map(|(n, data)| encapsulated(n + 1, "PDF", data)).collect();
    let input = message(&segments);
    let small = run("extract", dir.path(), &input);
    assert_eq!(small.code, 0, "{small:?}");
    assert!(small.stdout.len() < 2000, "{small:?}");
    run("restore", dir.path(), small.text()).is(0, &input, "");
}

#[test]
fn short_values_other_types_and_other_encodings_stay() {
    let dir = folder();
    let data = STANDARD.encode(pdf(5000));
    let input = message(&[
        encapsulated(1, "PDF", "JVBERi0="),
        encapsulated(2, "PDF", &data).replace("|ED|", "|ST|"),
        encapsulated(3, "PDF", &data).replace("^Base64^", "^A^"),
        "OBX|4|ED".to_owned(),
        "OBX".to_owned(),
    ]);
    run("extract", dir.path(), &input).is(0, &input, "");
    assert!(files(dir.path()).is_empty());
}

#[test]
fn paths_take_out_what_is_there() {
    let dir = folder();
    let data = "text ".repeat(300);
    let input = format!("{HEAD}ZDS|1|{data}~{data}x|keep\r\n");
    let folder = dir.path().to_str().unwrap();
    let args = ["attach", "extract", "--dir", folder, "--path", "ZDS-2", "--path", "ZDS-2.1"];
    let small = pipehat(&args).stdin(&input).run();
    assert_eq!((small.code, files(dir.path()).len()), (0, 2), "{small:?}");
    assert!(small.text().ends_with(".b64|keep\r\n") && small.stdout.len() < 400, "{small:?}");
    run("restore", dir.path(), small.text()).is(0, &input, "");
    assert_eq!(pipehat(&["attach", "extract", "--dir", folder, "--path", "ZDS"]).run().code, 2);
}

#[test]
fn a_document_that_is_missing_or_changed_rejects_its_message() {
    let dir = folder();
    let documents = dir.path().join("documents");
    let input = message(&[encapsulated(1, "PDF", &STANDARD.encode(pdf(5000)))]);
    let other = adt("A", "B");
    let small = run("extract", &documents, &input);
    let stored = files(&documents).remove(0);
    fs::write(&stored, b"%PDF changed").unwrap();
    let both = small.text().to_owned() + &other;
    let rejects = dir.path().join("rejects");
    let args = [
        "attach",
        "restore",
        "--dir",
        documents.to_str().unwrap(),
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    let out = pipehat(&args).stdin(&both).run();
    assert_eq!((out.code, out.text()), (2, other.as_str()));
    assert!(
        out.stderr.starts_with("pipehat: stdin: message 1 (byte 0): the document pipehat-"),
        "{out:?}"
    );
    assert!(out.stderr.ends_with(" is not what it was\n"), "{out:?}");
    assert_eq!(fs::read(&rejects).unwrap(), small.stdout);
    fs::remove_file(&stored).unwrap();
    assert_eq!(run("restore", &documents, small.text()).code, 2);
    // A folder is needed only where a document is: `extract` in the same pipe may not have made it.
    let nowhere = dir.path().join("nowhere");
    let out = run("restore", &nowhere, &both);
    assert_eq!((out.code, out.text()), (2, other.as_str()));
    assert!(out.stderr.contains("nowhere: No such file or directory"), "{out:?}");
    run("restore", &nowhere, &other).is(0, &other, "");
}

#[test]
fn delimiters_that_names_have_are_told() {
    let dir = folder();
    let data = STANDARD.encode(pdf(3000));
    let input = format!("MSH|^-\\&|A|B\rOBX|1|ED|X||a^b^c^Base64^{data}\r\n");
    let out = run("extract", dir.path(), &input);
    out.is(2, "", "pipehat: stdin: message 1 (byte 0): one of its delimiters is a character of the names of files\n");
    assert!(files(dir.path()).is_empty());
}

#[test]
fn what_else_has_the_name_of_a_document_is_replaced_and_nothing_behind_a_link() {
    let dir = folder();
    let documents = dir.path().join("documents");
    let input = message(&[encapsulated(1, "PDF", &STANDARD.encode(pdf(5000)))]);
    let small = run("extract", &documents, &input);
    let stored = files(&documents).remove(0);
    // A file that was damaged, of the same length: its message would have the name alone.
    let mut damaged = pdf(5000);
    damaged[4000] ^= 1;
    fs::write(&stored, damaged).unwrap();
    assert_eq!(run("extract", &documents, &input), small);
    run("restore", &documents, small.text()).is(0, &input, "");
    let other = dir.path().join("other");
    fs::write(&other, "of somebody else").unwrap();
    fs::remove_file(&stored).unwrap();
    std::os::unix::fs::symlink(&other, &stored).unwrap();
    assert_eq!(run("extract", &documents, &input), small);
    assert_eq!(fs::read_to_string(&other).unwrap(), "of somebody else");
    run("restore", &documents, small.text()).is(0, &input, "");
    // Where it leads to what is meant, it may stay.
    fs::rename(&stored, &other).unwrap();
    std::os::unix::fs::symlink(&other, &stored).unwrap();
    assert_eq!(run("extract", &documents, &input), small);
    assert!(fs::symlink_metadata(&stored).unwrap().is_symlink());
}
