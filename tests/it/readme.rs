//! The documents say what happens: every `console` block of README.md and of docs/ is run.
//!
//! A line `$ command` is run by `sh` in a folder that has the `fixtures`, with the program first
//! in PATH; the lines behind it are what it must print. A command ends with status 0 and prints
//! nothing on stderr, unless the block says otherwise with `2>&1` or `; echo $?`. A line that ends
//! with a backslash or a bar goes on in the next one. `# needs: jq` at the start of a block skips
//! it where there is no jq. `UPDATE=1 cargo test readme` writes what the commands print into the
//! documents.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn documents_print_what_they_say() {
    let mut wrong = String::new();
    let update = std::env::var_os("UPDATE").is_some();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let name = document.strip_prefix(root()).unwrap().display().to_string();
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root().join("fixtures"), dir.path().join("fixtures")).unwrap();
        let after = replay(&text, &name, dir.path(), update, &mut wrong);
        if update && after != text {
            fs::write(&document, after).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_function_is_documented() {
    let text = fs::read_to_string(root().join("docs/paths-and-expressions.md")).unwrap();
    for function in pipehat::core::expr::functions() {
        let row = format!("| `{}` | {} |", function.usage, function.about);
        assert!(text.contains(&row), "docs/paths-and-expressions.md lacks the row\n{row}");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let path = document.parent().unwrap().join(file);
            assert!(path.exists(), "{}: there is no {file}", document.display());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let mut documents = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                documents.push(path);
            }
        }
    }
    documents.sort();
    documents
}

/// Runs the commands of a document; returns it with what they print, and tells what is wrong,
/// which a difference is not if the document is to be updated.
fn replay(text: &str, name: &str, dir: &Path, update: bool, wrong: &mut String) -> String {
    let mut after = String::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((_, line)) = lines.next() {
        after += line;
        after.push('\n');
        if line != "```console" {
            continue;
        }
        let mut skip = false;
        let mut closed = false;
        while let Some((number, line)) = lines.next() {
            after += line;
            after.push('\n');
            if line == "```" {
                closed = true;
                break;
            }
            if let Some(tool) = line.strip_prefix("# needs: ") {
                skip = !sh(&format!("command -v {tool}"), dir).ok;
                continue;
            }
            let mut command = line.strip_prefix("$ ").expect("output without a command").to_owned();
            while command.ends_with(['\\', '|']) {
                let (_, more) = lines.next().expect("a command goes on");
                after += more;
                after.push('\n');
                command.push('\n');
                command += more;
            }
            let mut expected = String::new();
            while let Some((_, line)) =
                lines.next_if(|(_, line)| *line != "```" && !line.starts_with("$ "))
            {
                expected += line;
                expected.push('\n');
            }
            if skip {
                after += &expected;
                continue;
            }
            let found = sh(&command, dir);
            after += &found.stdout;
            if !found.stdout.is_empty() && !found.stdout.ends_with('\n') {
                after.push('\n');
            }
            let differs = !update && found.stdout != expected;
            if !found.ok || !found.stderr.is_empty() || differs {
                let _ = writeln!(
                    wrong,
                    "{name}:{}: $ {command}\nit should print\n{expected}but prints\n{}{}",
                    number + 1,
                    found.stdout,
                    if found.ok { found.stderr } else { format!("{}and fails\n", found.stderr) },
                );
            }
        }
        assert!(closed, "{name}: a block does not end");
    }
    after
}

struct Ran {
    ok: bool,
    stdout: String,
    stderr: String,
}

fn sh(command: &str, dir: &Path) -> Ran {
    let bin = Path::new(env!("CARGO_BIN_EXE_pipehat")).parent().unwrap();
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(bin.to_owned()).chain(std::env::split_paths(&old)));
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(dir)
        .env("PATH", path.unwrap())
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran {
        ok: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
