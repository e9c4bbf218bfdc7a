//! Messages of others, which are not part of the project: those that read them say where they are.

use crate::folders::folder;
use crate::inputs::hl7_files;
use crate::program::pipehat;
use crate::transform::ACTS_ON_NOTHING;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// The `.hl7` files at and below the folders that `PIPEHAT_CORPORA` names, joined by colons.
fn corpora() -> Option<Vec<PathBuf>> {
    let folders = std::env::var_os("PIPEHAT_CORPORA")?;
    Some(std::env::split_paths(&folders).flat_map(|folder| hl7_files(&folder)).collect())
}

/// The lines of a text that are not blank, whatever ends them.
fn segments(bytes: &[u8]) -> Vec<&[u8]> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let lines = bytes.split(|b| matches!(b, b'\r' | b'\n'));
    lines.filter(|line| !line.trim_ascii().is_empty()).collect()
}

fn is_envelope(segment: &[u8]) -> bool {
    matches!(segment.get(..3), Some(b"FHS" | b"BHS" | b"BTS" | b"FTS"))
}

#[test]
fn messages_of_the_corpora_pass_unchanged() {
    let Some(corpora) = corpora() else {
        let _ = writeln!(std::io::stderr(), "skipped: PIPEHAT_CORPORA names no folders");
        return;
    };
    assert!(!corpora.is_empty(), "PIPEHAT_CORPORA names folders with messages");
    for path in corpora {
        let name = path.to_str().unwrap();
        let input = fs::read(&path).unwrap();
        let clean = pipehat(&["parse", "-f", "hl7", name]).run();
        if clean.code == 2 {
            // Of what is rejected nothing is lost either.
            let dir = folder();
            let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
            let out = pipehat(&["parse", "-f", "hl7", name, "--rejects", &rejects]).run();
            let kept = out.stdout.len() + fs::read(&rejects).unwrap().len();
            let all: usize = segments(&input).iter().map(|s| s.len()).sum();
            assert!(kept >= all, "{name}: {}", out.stderr);
            continue;
        }
        let mut expected = segments(&input);
        expected.retain(|segment| !is_envelope(segment));
        assert!(segments(&clean.stdout) == expected, "{name}");
        let done = pipehat(&["transform", ACTS_ON_NOTHING, name]).run();
        assert!(done.stdout == clean.stdout, "{name}: {}", done.stderr);
        let raw = pipehat(&["parse", "--raw", name]).run().stdout;
        assert!(pipehat(&["from-json"]).stdin(raw).run().stdout == clean.stdout, "{name}");
        let decoded = pipehat(&["parse", name]).run().stdout;
        let back = pipehat(&["from-json"]).stdin(&decoded).run();
        assert_eq!(back.code, clean.code, "{name}: {}", back.stderr);
        assert!(pipehat(&["parse"]).stdin(&back.stdout).run().stdout == decoded, "{name}");
    }
}
