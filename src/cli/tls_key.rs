//! Private keys of TLS that everybody can read.

use crate::io::Diagnostics;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Warns of a key that any user of the machine can read or change. A group may: systems have one for
/// such keys (`ssl-cert`). It is no reason to end, as no web server takes it for one: a link that
/// worked yesterday has to work tomorrow.
pub(super) fn warn_if_open(key: &Path, diagnostics: &Diagnostics) {
    let mode = fs::metadata(key).map_or(0, |file| file.mode());
    if mode & 0o007 != 0 {
        diagnostics.warn(&format!(
            "{}: everybody on this machine can read or change this key (mode {:03o}); \
             `chmod 600` it",
            key.display(),
            mode & 0o777
        ));
    }
}
