//! Files by the digest of their content, spread over folders.

use super::folder::make_private;
use super::output::Output;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A folder of files whose names tell their content. Only the owner can read what is made here.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// A folder, made unless it is there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        make_private(path)?;
        Ok(Self { path: path.to_owned() })
    }

    /// A folder that is there.
    ///
    /// # Errors
    /// When it is not.
    pub fn open(path: &Path) -> io::Result<Self> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Self { path: path.to_owned() }),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Where a file is: below a folder named after the first two digits of its digest, so that no
    /// folder has too many.
    fn place(&self, name: &str) -> PathBuf {
        let digest = name.rsplit('-').next().unwrap_or(name);
        self.path.join(digest.get(..2).unwrap_or("00")).join(name)
    }

    /// Keeps content under its name, on the disk when this returns; `false` if it was there. What
    /// else is there is replaced, for the message will have no more than the name; a link itself,
    /// and not the file that it leads to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&self, name: &str, content: &[u8]) -> io::Result<bool> {
        let place = self.place(name);
        if is_there(&place, content) {
            return Ok(false);
        }
        place.parent().map_or(Ok(()), make_private)?;
        if fs::symlink_metadata(&place).is_ok_and(|found| found.is_symlink()) {
            fs::remove_file(&place)?;
        }
        let mut file = Output::file(&place)?;
        file.write_all(content)?;
        file.finish()?;
        Ok(true)
    }

    /// The content of a file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        File::open(self.place(name))?.read_to_end(&mut content)?;
        Ok(content)
    }
}

/// Whether a file holds this and nothing else. It is read, for one that was damaged has the same length.
fn is_there(place: &Path, content: &[u8]) -> bool {
    let same_length = fs::metadata(place)
        .is_ok_and(|found| found.is_file() && found.len() == content.len() as u64);
    same_length && fs::read(place).is_ok_and(|found| found == content)
}
