//! The examples of the helps work: each is run as it stands there.

use crate::folders::{folder, put};
use crate::inputs::{fixture, gzip};
use crate::program::{pipehat, search_path};
use std::fs;
use std::process::Command;

/// The commands that the help lists, and those below them.
fn commands() -> Vec<Vec<String>> {
    let help = pipehat(&["--help"]).text();
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let names = list.lines().take_while(|line| !line.is_empty());
    let names = names.map(|line| line.split_whitespace().next().unwrap().to_owned());
    let mut commands: Vec<_> = names.filter(|name| name != "help").map(|name| vec![name]).collect();
    for below in ["attach extract", "attach restore", "deidentify keygen"] {
        commands.push(below.split(' ').map(str::to_owned).collect());
    }
    assert!(commands.len() > 18, "{commands:?}");
    commands
}

/// The lines below `Examples:` of a help, without what is told beside them.
fn examples(help: &str) -> Vec<String> {
    let Some((_, rest)) = help.split_once("\nExamples:\n") else { return Vec::new() };
    let lines = rest.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().split("    ").next().unwrap().to_owned()).collect()
}

/// What needs a peer, a terminal or the network, or never ends. Tests of their own run these.
fn is_live(example: &str) -> bool {
    let starts = ["tail -f", "generate |"].iter().any(|start| example.starts_with(start));
    starts || ["pipehat listen", "pipehat send"].iter().any(|live| example.contains(live))
}

/// A folder with all that the examples name.
fn workplace() -> tempfile::TempDir {
    let dir = folder();
    let messages = fs::read(fixture("readme/results.hl7")).unwrap();
    for name in [
        "adt",
        "in",
        "results",
        "before",
        "after",
        "old",
        "new",
        "old",
        "new",
        "sent",
        "received",
        "updates",
        "small",
        "archive/a",
        "tests/messages/a",
    ] {
        put(&dir, &format!("{name}.hl7"), &messages);
    }
    put(&dir, "in", &messages);
    for name in ["old", "new", "archive/b", "big"] {
        put(&dir, &format!("{name}.hl7.gz"), gzip(&messages));
    }
    put(&dir, "m.json", "");
    put(&dir, "rules.hat", "set MSH-3 = \"LAB\"\n");
    put(&dir, "site.rules", "ZDS = remove\n");
    put(&dir, "loinc.csv", "from,to,text,system\nHGB,718-7,Hemoglobin,LN\n");
    put(&dir, "local-to-loinc.csv", "L,HGB,http://loinc.org,718-7,Hemoglobin\n");
    put(&dir, "names.csv", "L,https://lab.example/codes\n");
    let homes = [".local/share/bash-completion/completions", ".config/fish/completions", ".zfunc"];
    for name in ["documents", "out"].iter().chain(&homes) {
        fs::create_dir_all(dir.path().join(name)).unwrap();
    }
    dir
}

#[test]
fn examples_work() {
    let has_jq = Command::new("jq").arg("--version").output().is_ok();
    let mut run = 0;
    for command in commands() {
        let args: Vec<_> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let help = pipehat(&args).text();
        for example in examples(&help) {
            assert!(example.contains("pipehat ") || is_live(&example), "{example}");
            if is_live(&example) || (example.contains("jq ") && !has_jq) {
                continue;
            }
            let dir = workplace();
            for name in ["study.key", "test.key"] {
                if !example.contains("keygen") {
                    let path = dir.path().join(name);
                    pipehat(&["deidentify", "keygen", path.to_str().unwrap()]).bytes();
                }
            }
            let line = example.replace("/scratch", ".");
            let out = Command::new("bash")
                .args(["-o", "pipefail", "-c", &line])
                .current_dir(dir.path())
                .env("PATH", search_path("/usr/bin:/bin"))
                .env("HOME", dir.path())
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&out.stderr);
            // 1 is an answer: nothing matched, files differ, findings.
            let code = out.status.code();
            assert!(matches!(code, Some(0 | 1)), "{example}\nexit {code:?}\n{said}");
            run += 1;
        }
    }
    assert!(run > 45 || !has_jq, "only {run} examples were found");
}
