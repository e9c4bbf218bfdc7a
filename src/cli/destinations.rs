//! Where a run writes: the standard output, or files, none of them an input and no two the same.
//!
//! An input is never replaced, not even by an output that appears whole when all is done: rejected
//! messages, those that a condition leaves out, and what stands between messages would be gone.

use crate::io::Output;
use crate::io::output::place;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Opens the standard output, or a file that appears whole.
pub(super) fn open(path: Option<&Path>) -> Result<Output> {
    match path {
        None => Output::stdout().context("standard output"),
        Some(path) if is_dash(path) => Output::stdout().context("standard output"),
        Some(path) => Output::file(path).with_context(|| format!("creating {}", path.display())),
    }
}

/// Whether a file that is there is among `files`, or below a folder of them.
pub(super) fn is_among(path: &Path, files: &[OsString]) -> bool {
    let Ok(own) = place(path) else { return false };
    // Devices such as /dev/null take anything; what is not there yet is no input.
    let Some(found) = std::fs::metadata(&own).ok().filter(std::fs::Metadata::is_file) else {
        return false;
    };
    let is_same =
        |other: &std::fs::Metadata| (other.dev(), other.ino()) == (found.dev(), found.ino());
    let is_below = |folder: &OsString| place(Path::new(folder)).is_ok_and(|f| own.starts_with(f));
    let is_read = |name: &OsString| {
        let input = if name == "-" { stdin_metadata() } else { std::fs::metadata(name) };
        input.is_ok_and(|input| is_same(&input) || input.is_dir() && is_below(name))
    };
    files.iter().any(is_read)
}

/// Why a file is not written.
pub(super) fn replaced(path: &Path) -> String {
    format!("{}: it is an input, too", path.display())
}

/// Why the output is not written, and how to replace a file by it.
pub(super) fn replaced_by_output(path: &Path) -> String {
    format!("{}; write another file, and mv it here if the exit status is 0", replaced(path))
}

/// Whether a name means the standard output.
pub(super) fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Refuses `-` where the standard output would mix two things.
pub(super) fn no_dash(path: &Path) -> Result<()> {
    if is_dash(path) {
        bail!("-: a file is needed here; one of that name is ./-");
    }
    Ok(())
}

/// Where files will be that are written, the output first, of which no two may be the same.
pub(super) fn destinations(
    output: Option<&Path>,
    others: &[Option<&Path>],
) -> Result<Vec<PathBuf>> {
    let mut places = Vec::new();
    let others = others.iter().copied().flatten();
    others.clone().try_for_each(no_dash)?;
    let output = output.filter(|path| !is_dash(path));
    for path in output.into_iter().chain(others) {
        let place = place(path).with_context(|| format!("creating {}", path.display()))?;
        // Devices such as /dev/null take anything.
        let is_device = std::fs::metadata(&place).is_ok_and(|found| !found.is_file());
        if places.contains(&place) && !is_device {
            bail!(
                "{}: one file for two things; the second would replace the first",
                path.display()
            );
        }
        places.push(place);
    }
    Ok(places)
}

pub(super) fn stdin_metadata() -> std::io::Result<std::fs::Metadata> {
    std::fs::File::from(std::io::stdin().as_fd().try_clone_to_owned()?).metadata()
}
