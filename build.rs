//! Tells the program which commit and target it is built of, for `--version`.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=PIPEHAT_COMMIT");
    for file in ["build.rs", ".git/logs/HEAD", ".cargo_vcs_info.json"] {
        if Path::new(file).exists() {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    println!("cargo::rustc-env=PIPEHAT_COMMIT={}", commit());
    println!("cargo::rustc-env=PIPEHAT_TARGET={}", std::env::var("TARGET").unwrap_or_default());
}

/// The commit: as who builds it says, as the package or the clone tells, or nothing.
fn commit() -> String {
    let told = std::env::var("PIPEHAT_COMMIT").ok();
    told.or_else(packaged).or_else(cloned).unwrap_or_else(|| "unknown".to_owned())
}

/// What `cargo package` noted: `"sha1": "…"`.
fn packaged() -> Option<String> {
    let info = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let hash = info.split_once("\"sha1\": \"")?.1.split_once('"')?.0;
    Some(hash.chars().take(12).collect())
}

fn cloned() -> Option<String> {
    // A folder around the package may be a clone of something else.
    if !Path::new(".git").exists() {
        return None;
    }
    let out = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
    let hash = String::from_utf8(out.stdout).ok()?.trim().to_owned();
    (out.status.success() && !hash.is_empty()).then_some(hash)
}
