//! The checks of the fuzz targets over their seeds and over what fuzzing has found.

#[allow(unreachable_pub)]
#[path = "../fuzz/src/checks.rs"]
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
