//! Profiles from files and folders.

use crate::io::Diagnostics;
use crate::ops::validate::not_checked;
use crate::ops::validate::profile::{Profiles, Store, load};
use anyhow::Result;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The greatest file that is read as a profile or as what belongs to one, in bytes.
const SIZE_MAX: u64 = 256 << 20;

/// The file system.
#[derive(Debug)]
struct Disk<'d> {
    diagnostics: &'d Diagnostics,
}

impl Store for Disk<'_> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        let read = || {
            let mut bytes = Vec::new();
            File::open(path)?.take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|error: std::io::Error| error.to_string())?;
        if bytes.len() as u64 > SIZE_MAX {
            return Err(format!("the file is larger than {} MB", SIZE_MAX >> 20));
        }
        Ok(bytes)
    }

    fn list(&self, path: &Path) -> Result<Option<Vec<PathBuf>>, String> {
        // What is before a file in the folder of the run.
        let folder = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        if !folder.is_dir() {
            return Ok(None);
        }
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(|error| error.to_string())?;
        let mut paths: Vec<_> = entries.iter().map(|entry| path.join(entry.file_name())).collect();
        paths.sort();
        Ok(Some(paths))
    }

    fn pass_over(&self, path: &Path) {
        self.diagnostics.note(&format!("{}: no profile; it is not read", path.display()));
    }
}

/// Loads the profiles of some files and folders, and the map of a file. `is_nist`: as NIST's
/// validator would.
pub(super) fn profiles(
    paths: &[PathBuf],
    map: Option<&Path>,
    is_nist: bool,
    diagnostics: &Diagnostics,
) -> Result<Profiles> {
    let profiles = load(&Disk { diagnostics }, paths, map, is_nist)?;
    for profile in &profiles.all {
        let unchecked = profile.model.unchecked_bindings();
        if unchecked > 0 {
            diagnostics.note(&format!("{}: {}", profile.source, not_checked(unchecked)));
        }
    }
    Ok(profiles)
}
