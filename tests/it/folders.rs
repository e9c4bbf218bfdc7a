//! Folders of tests and what is put there.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A folder for one test; it goes with the value.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file and the folders above it, and returns its path.
pub(crate) fn put(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// As [`put`], readable by nobody else: a key.
pub(crate) fn secret(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = put(folder, name, text);
    set_mode(&path, 0o600);
    path
}

/// Gives a file or folder these permissions.
pub(crate) fn set_mode(path: impl AsRef<Path>, mode: u32) {
    let mode = PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, mode).unwrap();
}

/// The permissions of a file.
pub(crate) fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
