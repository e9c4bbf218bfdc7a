//! The checks of the fuzz targets over their seeds and over what fuzzing has found.

#[allow(unreachable_pub)]
#[path = "../fuzz/src/checks/mod.rs"]
mod checks;

use std::fs;
use std::path::Path;

#[test]
#[allow(clippy::print_stdout)]
fn every_check_holds_for_its_inputs() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (target, check) in checks::ALL {
        let mut count = 0;
        for folder in ["seeds", "regressions"] {
            let Ok(entries) = fs::read_dir(fuzz.join(folder).join(target)) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                // Shown when the check fails.
                println!("{}", path.display());
                check(&fs::read(path).unwrap());
                count += 1;
            }
        }
        assert!(count > 0, "no inputs for {target}");
    }
}

#[test]
fn every_target_can_be_built() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let text = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let manifest = toml::de::DeTable::parse(&text).unwrap();
    let bins = manifest.get_ref()["bin"].get_ref().as_array().unwrap();
    let name = |bin: &toml::de::DeValue<'_>| bin["name"].get_ref().as_str().unwrap().to_owned();
    let mut named: Vec<_> = bins.iter().map(|bin| name(bin.get_ref())).collect();
    let mut targets: Vec<_> = checks::ALL.iter().map(|(target, _)| *target).collect();
    named.sort_unstable();
    targets.sort_unstable();
    assert_eq!(named, targets);
    for target in targets {
        assert!(fuzz.join("fuzz_targets").join(target).with_extension("rs").exists(), "{target}");
    }
}
