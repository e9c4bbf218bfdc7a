//! What the program is built from has the licences that deny.toml allows, and none of what it bans.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The words in quotes between two marks of deny.toml.
fn quoted(policy: &str, from: &str, to: &str) -> Vec<String> {
    let (_, rest) = policy.split_once(from).unwrap();
    let (part, _) = rest.split_once(to).unwrap();
    part.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with what is allowed: all sides of `AND`, one of `OR`.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    // No crate has more than one level of brackets, which hold what is joined by OR.
    expression.split(" AND ").all(|side| {
        let side = side.trim().trim_start_matches('(').trim_end_matches(')');
        side.split(" OR ").any(|name| {
            let name = name.trim().trim_start_matches('(').trim_end_matches(')');
            allowed.iter().any(|allowed| allowed == name)
        })
    })
}

#[test]
fn licences_and_crates_are_allowed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = fs::read_to_string(root.join("deny.toml")).unwrap();
    let allowed = quoted(&policy, "allow = [", "]");
    let banned = quoted(&policy, "deny = [", "]");
    assert!(allowed.len() > 5 && banned.len() == 2, "{allowed:?} {banned:?}");
    assert!(!is_met("GPL-3.0", &allowed) && !is_met("MIT AND AGPL-3.0", &allowed));
    assert!(
        is_met("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed) && is_met("MIT/GPL-2.0", &allowed)
    );
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--all-features"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: Value = serde_json::from_slice(&out.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(is_met(licence, &allowed), "{name}: {licence}");
        assert!(!banned.iter().any(|banned| banned == name), "{name} is banned");
        let source = package["source"].as_str();
        let known =
            source.is_none_or(|s| s == "registry+https://github.com/rust-lang/crates.io-index");
        assert!(known, "{name}: {source:?}");
    }
}
