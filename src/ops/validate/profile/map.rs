//! Profile maps: files that say which messages are held against which profile.
//!
//! ```toml
//! default = "none"
//!
//! [[use]]
//! msh-4 = "ACME"
//! msh-9 = ["ADT^A01", "ADT^A04"]
//! profile = "acme-adt.toml"
//! ```

use super::header::applies;
use super::load::Loader;
use super::sheet::{Sheet, Word, none};
use super::{Profile, ProfileError, ProfileMap, Target};
use std::path::{Path, PathBuf};

/// Reads the file at `path`, whose text it is, and appends the profiles that it names to `all`.
pub(super) fn read(
    loader: &mut Loader<'_>,
    path: &Path,
    file: &str,
    text: &str,
    all: &mut Vec<Profile>,
) -> Result<ProfileMap, ProfileError> {
    let sheet = Sheet { file, text };
    let root = sheet.read()?;
    let mut keys = sheet.keys(&root);
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut known: Vec<(PathBuf, usize)> = Vec::new();
    let mut target = |word: &Word<'_>| -> Result<Target, ProfileError> {
        if word.text == "none" {
            return Ok(Target::Standard);
        }
        let path = folder.join(word.text);
        if let Some((_, at)) = known.iter().find(|(other, _)| *other == path) {
            return Ok(Target::Profile(*at));
        }
        all.push(loader.base(folder, word)?);
        known.push((path, all.len() - 1));
        Ok(Target::Profile(all.len() - 1))
    };
    let mut map = ProfileMap::default();
    let default = keys.word("default")?;
    for mut entry in keys.tables("use")? {
        let asked = applies(&mut entry)?;
        let profile = entry.word("profile")?;
        entry.end(none)?;
        let profile = profile.ok_or_else(|| {
            entry.error("`profile` is missing: a file, or \"none\" for the standard")
        })?;
        map.entries.push((asked, target(&profile)?));
    }
    keys.end(none)?;
    map.default = default.as_ref().map(&mut target).transpose()?;
    if map.entries.is_empty() && map.default.is_none() {
        return Err(ProfileError::new(
            file,
            0,
            "there is no [[use]], so that nothing has a profile",
        ));
    }
    Ok(map)
}
