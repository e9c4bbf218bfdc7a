//! What is installed beside the program: units for systemd, the nightly script, the Debian package.

use crate::folders::{folder, mode, put, secret};
use crate::inputs::{adt, many};
use crate::program::{pipehat, search_path};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

fn tree() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The lines `name=value` of a unit.
fn values<'a>(unit: &'a str, name: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

fn unit(name: &str) -> String {
    fs::read_to_string(tree().join("docs/systemd").join(name)).unwrap()
}

/// The nightly script for the day 2026-01-01 of an archive.
fn nightly(dir: &tempfile::TempDir) -> std::process::Output {
    let path = |name: &str| dir.path().join(name);
    let key = secret(dir, "study.key", &"0123456789abcdef".repeat(4));
    for name in ["study", "state"] {
        fs::create_dir_all(path(name)).unwrap();
    }
    Command::new("/bin/sh")
        .arg(tree().join("docs/systemd/nightly-deidentify"))
        .arg("2026-01-01")
        .env_clear()
        .env("PATH", search_path("/usr/bin:/bin"))
        .env("PIPEHAT_KEY_FILE", key)
        .env("ARCHIVE", path("archive"))
        .env("STUDY", path("study"))
        .env("STATE_DIRECTORY", path("state"))
        .output()
        .unwrap()
}

#[test]
fn the_nightly_script_makes_a_copy_of_a_day() {
    let dir = folder();
    put(&dir, "archive/2026-01-01/a.hl7", adt("ID-1", "Canary"));
    put(&dir, "archive/2026-01-01/b.hl7", adt("ID-2", "Canary"));
    let out = nightly(&dir);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(out.stdout.is_empty() && out.stderr.is_empty(), "cron sends no mail");
    let copy = dir.path().join("study/2026-01-01.hl7");
    let text = fs::read_to_string(&copy).unwrap();
    assert!(text.lines().count() == 2 && !text.contains("Canary"), "{text}");
    let report = dir.path().join("state/2026-01-01.json");
    for file in [&copy, &report] {
        assert_eq!(mode(file.to_str().unwrap()), 0o600);
    }
    assert_eq!(fs::read(dir.path().join("state/2026-01-01.rejects.hl7")).unwrap(), b"");
}

#[test]
fn the_nightly_script_keeps_what_it_cannot_handle() {
    let dir = folder();
    let broken = "MSH|Canary\rPID|1\r\n";
    put(&dir, "archive/2026-01-01/a.hl7", [&*adt("ID-1", "Canary"), broken].concat());
    let out = nightly(&dir);
    assert_eq!(out.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&out.stderr).contains("Canary"));
    let kept = dir.path().join("state/2026-01-01.rejects.hl7");
    assert!(fs::read_to_string(&kept).unwrap().contains("MSH|Canary"));
    assert_eq!(mode(kept.to_str().unwrap()), 0o600);
    let copy = fs::read_to_string(dir.path().join("study/2026-01-01.hl7")).unwrap();
    assert!(copy.lines().count() == 1 && !copy.contains("Canary"));
}

/// The options of a unit are those of this version.
#[test]
fn the_listening_unit_starts() {
    let dir = folder();
    let unit = unit("pipehat-listen.service");
    let start = values(&unit, "ExecStart")[0];
    let state = dir.path().join("hl7");
    fs::create_dir(&state).unwrap();
    let start = start.replace("/var/lib/hl7", state.to_str().unwrap());
    let mut words = start.split(' ');
    assert_eq!(words.next(), Some("pipehat"));
    let out = pipehat(&words.collect::<Vec<_>>()).run();
    // All is right but that nobody hands it a socket, which is where the port would be.
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("a port is missing"), "{out:?}");
}

#[test]
fn units_name_what_is_there() {
    for name in ["pipehat-listen.service", "pipehat-deidentify.service"] {
        let unit = unit(name);
        for page in values(&unit, "Documentation") {
            let page = page.trim_start_matches("man:").trim_end_matches("(1)");
            assert!(tree().join(format!("man/{page}.1")).exists(), "{name}: {page}");
        }
        assert_eq!(values(&unit, "User"), ["hl7"]);
        assert_eq!(values(&unit, "UMask"), ["0077"], "{name}: files are for their owner");
    }
    assert!(unit("hl7.sysusers.conf").contains("\nu hl7 "));
}

/// Where the Debian package puts what: pairs of a pattern in the tree and a place.
fn packaged() -> Vec<(String, String)> {
    let manifest = fs::read_to_string(tree().join("Cargo.toml")).unwrap();
    let (_, assets) = manifest.split_once("\nassets = [\n").unwrap();
    let rows = assets.lines().take_while(|line| *line != "]");
    let row = |row: &str| {
        let row: [String; 3] = serde_json::from_str(row.trim().trim_end_matches(',')).unwrap();
        let [from, to, _] = row;
        (from, to)
    };
    rows.map(row).collect()
}

/// The files that a pattern names: `*` stands for a name, with what is behind it as ending.
fn named_by(pattern: &str) -> Vec<PathBuf> {
    let Some((folder, ending)) = pattern.split_once('*') else {
        return vec![tree().join(pattern)];
    };
    let entries = fs::read_dir(tree().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_str().unwrap().ends_with(ending)).collect()
}

#[test]
fn the_package_has_all_there_is() {
    let packaged = packaged();
    let patterns = packaged.iter().map(|(pattern, _)| pattern);
    let patterns = patterns.filter(|name| !name.starts_with("target/") && !name.contains("**"));
    let mut files = Vec::new();
    for pattern in patterns {
        let found = named_by(pattern);
        assert!(!found.is_empty() && found.iter().all(|file| file.exists()), "{pattern}");
        files.extend(found);
    }
    for folder in ["man", "completions", "docs/systemd", "docs"] {
        for entry in fs::read_dir(tree().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            assert!(path.is_dir() || files.contains(&path), "{} is in no package", path.display());
        }
    }
    // The unit starts the script where the package puts it.
    let unit = unit("pipehat-deidentify.service");
    let script = values(&unit, "ExecStart")[0].trim_start_matches('/');
    let place = packaged.iter().find(|(from, _)| from == "docs/systemd/nightly-deidentify");
    assert_eq!(format!("{}nightly-deidentify", place.unwrap().1), script);
}

/// A server that takes the first thing that is posted to it, refuses the second, and so on; it
/// returns them all.
fn server(requests: usize) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let take = move |n: usize| {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut header = String::new();
        while reader.read_line(&mut header).unwrap() > 2 {}
        let header = header.to_ascii_lowercase();
        assert!(header.starts_with("post /r4 ") && header.contains("application/fhir+json"));
        if header.contains("expect: 100-continue") {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
        let (_, length) = header.split_once("content-length: ").unwrap();
        let length: usize = length.lines().next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let status = if n.is_multiple_of(2) { "200 OK" } else { "422 Unprocessable Entity" };
        let answer =
            format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(body).unwrap()
    };
    (port, std::thread::spawn(move || (0..requests).map(take).collect()))
}

/// The recipe of README.md as it stands there, but for the addresses.
#[test]
fn bundles_go_to_a_server_and_refused_ones_are_kept() {
    if Command::new("curl").arg("--version").output().is_err() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no curl");
        return;
    }
    let readme = fs::read_to_string(tree().join("README.md")).unwrap();
    let start = readme.find("pipehat to-fhir --bundle transaction").unwrap();
    let recipe = readme[start..].split("```").next().unwrap();
    let dir = folder();
    let archive = dir.path().join("in");
    put(&dir, "in/a.hl7", many(3));
    let (port, server) = server(3);
    let recipe = recipe
        .replace("https://fhir.example", &format!("http://127.0.0.1:{port}"))
        .replace("/var/lib/hl7/in/", archive.to_str().unwrap());
    let out = Command::new("/bin/sh")
        .args(["-c", &recipe])
        .current_dir(dir.path())
        .env("PATH", search_path("/usr/bin:/bin"))
        .env_remove("http_proxy")
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let posted = server.join().unwrap();
    let args = ["to-fhir", "--bundle", "transaction", "--timezone", "Europe/Berlin"];
    let made = pipehat(&args).stdin(many(3)).text();
    let made: Vec<_> = made.lines().collect();
    assert_eq!(posted, made);
    let refused = fs::read_to_string(dir.path().join("refused.ndjson")).unwrap();
    assert_eq!(refused.lines().collect::<Vec<_>>(), made[1..2]);
}
