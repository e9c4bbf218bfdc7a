//! Keys as files: made once, read by every run, never shown.

use crate::ops::deidentify::surrogate::Key;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Names the file of the key where no option does.
pub(super) const VARIABLE: &str = "PIPEHAT_KEY_FILE";

/// More bytes than the text of any key has.
const LONGEST: u64 = 4096;

/// Makes a new key in a file that only its owner can read.
///
/// # Errors
/// When the file is there already, or cannot be written whole; then there is none.
pub(super) fn generate(path: &Path) -> Result<()> {
    let named = || format!("creating {}", path.display());
    let key = Key::random().context("random bytes of the system")?;
    let text = Zeroizing::new(key.to_hex());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(named)?;
    let written = write(&mut file, text.as_bytes());
    if written.is_err() {
        // A part of a key is worse than none: it would be taken for one that is damaged.
        _ = std::fs::remove_file(path);
    }
    written.with_context(named)
}

fn write(file: &mut File, text: &[u8]) -> std::io::Result<()> {
    file.write_all(text)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// Where the key is: as the option says, else the environment.
pub(super) fn place(option: Option<&Path>) -> Option<PathBuf> {
    let variable = || std::env::var_os(VARIABLE).filter(|name: &OsString| !name.is_empty());
    option.map(Path::to_owned).or_else(|| variable().map(PathBuf::from))
}

/// The permissions that a key may not have: any of others, but that systemd (254 and later) shows a
/// service its credentials as readable by a group, in a folder that nobody else can enter.
fn refused(path: &Path) -> u32 {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let (Some(folder), Some(around)) = (folder, path.parent()) else { return 0o077 };
    let same = matches!((folder.canonicalize(), around.canonicalize()), (Ok(a), Ok(b)) if a == b);
    let closed = std::fs::metadata(&folder).is_ok_and(|folder| folder.mode() & 0o007 == 0);
    if same && closed { 0o037 } else { 0o077 }
}

/// Reads a key from a file that nobody but its owner can read.
///
/// # Errors
/// When others can read it, or it holds no key.
pub(super) fn read(path: &Path) -> Result<Key> {
    let name = path.display();
    let named = || format!("reading {name}");
    // What is looked at is what is read: the same open file.
    let file = File::open(path).with_context(named)?;
    let metadata = file.metadata().with_context(named)?;
    if metadata.is_dir() {
        bail!("{name}: it is a folder, and no key");
    }
    let mode = metadata.mode();
    if mode & refused(path) != 0 {
        bail!(
            "{name}: others than its owner can read or change this key (mode {:03o}); \
             `chmod 600` it, or make a new one if others may have seen it",
            mode & 0o777
        );
    }
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    file.take(LONGEST + 1).read_to_end(&mut text).with_context(named)?;
    Key::from_hex(&text).map_err(|error| anyhow::anyhow!("{name}: {error}"))
}
