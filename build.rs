//! Tells the program which commit and target it is built of, for `--version`.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=PIPEHAT_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let told_by = [Some(".cargo_vcs_info.json".to_owned()), git(&["--git-path", "logs/HEAD"])];
    for file in told_by.into_iter().flatten().filter(|file| Path::new(file).exists()) {
        println!("cargo::rerun-if-changed={file}");
    }
    println!("cargo::rustc-env=PIPEHAT_COMMIT={}", commit());
    println!("cargo::rustc-env=PIPEHAT_TARGET={}", std::env::var("TARGET").unwrap_or_default());
}

/// The commit: as who builds it says, as the package or the clone tells, or nothing.
fn commit() -> String {
    let told = std::env::var("PIPEHAT_COMMIT").ok();
    told.or_else(packaged)
        .or_else(|| git(&["--short=12", "HEAD"]))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// What `cargo package` noted: `"sha1": "…"`.
fn packaged() -> Option<String> {
    let info = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let hash = info.split_once("\"sha1\": \"")?.1.split_once('"')?.0;
    Some(hash.chars().take(12).collect())
}

/// What `git rev-parse` says of this clone or work tree, if it is one.
fn git(args: &[&str]) -> Option<String> {
    // A folder around the package may be a clone of something else.
    if !Path::new(".git").exists() {
        return None;
    }
    let out = Command::new("git").arg("rev-parse").args(args).output().ok()?;
    let said = String::from_utf8(out.stdout).ok()?.trim().to_owned();
    (out.status.success() && !said.is_empty()).then_some(said)
}
