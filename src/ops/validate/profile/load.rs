//! Profiles out of files: what kind each file is, its content tells.

use super::sheet::{Sheet, Word};
use super::{Profile, ProfileError, Profiles, Source, hl7v2x, map, nist, overlay, xml};
use std::path::{Component, Path, PathBuf};

/// Where files come from.
pub trait Store {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Why there are none.
    fn read(&self, path: &Path) -> Result<Vec<u8>, String>;

    /// What is in a folder, sorted; `None` if it is no folder.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn list(&self, path: &Path) -> Result<Option<Vec<PathBuf>>, String>;

    /// A file of a folder is not read, for it is no profile; whoever wants to know is told.
    fn pass_over(&self, _path: &Path) {}
}

/// How many profiles may extend each other.
const DEPTH_MAX: usize = 16;

/// How deep folders may lie in each other.
const FOLDERS_MAX: usize = 16;

/// Loads profiles and what they need.
pub(super) struct Loader<'f> {
    store: &'f dyn Store,
    is_nist: bool,
    /// The files that are being read, each because the one before names it.
    open: Vec<PathBuf>,
    /// Files that others extend.
    bases: Vec<PathBuf>,
}

/// Files beside one that names them.
pub(super) struct Beside<'l, 'f> {
    pub(super) loader: &'l mut Loader<'f>,
    pub(super) folder: &'l Path,
}

/// What a file is.
enum Kind {
    Overlay,
    /// TOML that is neither a profile nor a map.
    Toml,
    Map,
    /// The outermost element.
    Xml(String),
    /// Nothing that is known here.
    Other,
}

/// Files of a folder, or one that was named, by what they are.
#[derive(Default)]
struct Found {
    /// Overlays and HL7v2x profiles, in order.
    profiles: Vec<PathBuf>,
    /// Table files of HL7v2x profiles.
    tables: Vec<PathBuf>,
    /// NIST's files, those of one folder together.
    sets: Vec<Set>,
    /// NIST's files that were named.
    named: Set,
}

/// Files of NIST's that belong together.
#[derive(Default)]
struct Set {
    /// The profiles themselves.
    profiles: Vec<PathBuf>,
    /// Constraints, value sets and the like, for each of the profiles.
    parts: Vec<PathBuf>,
}

impl Found {
    /// How many files.
    fn len(&self) -> usize {
        let of = |set: &Set| set.profiles.len() + set.parts.len();
        let sets: usize = self.sets.iter().map(of).sum();
        self.profiles.len() + self.tables.len() + sets + of(&self.named)
    }
}

impl Set {
    fn push(&mut self, path: PathBuf, root: &str) {
        if root == nist::PROFILE { self.profiles.push(path) } else { self.parts.push(path) }
    }
}

/// Loads all profiles of some files and folders, and the map if there is one. `is_nist`: value sets
/// that a profile of NIST does not have are not looked for in the standard.
///
/// # Errors
/// The file, the line, and what is wrong there.
pub fn load(
    store: &dyn Store,
    paths: &[PathBuf],
    map: Option<&Path>,
    is_nist: bool,
) -> Result<Profiles, ProfileError> {
    let mut loader = Loader { store, is_nist, open: Vec::new(), bases: Vec::new() };
    let mut profiles = Profiles::default();
    let mut found = Found::default();
    for path in paths {
        loader.find(path, &mut found)?;
    }
    profiles.all = loader.profiles(&found)?;
    // Tables alone are not what messages can be held against.
    if let Some(first) = paths.first().filter(|_| profiles.all.is_empty()) {
        return Err(ProfileError::new(&shown(first), 0, "there is no profile"));
    }
    if let Some(path) = map {
        let file = shown(path);
        let text = loader.text(path)?;
        let read = map::read(&mut loader, path, &file, &text, &mut profiles.all)?;
        profiles.map = Some(read);
    }
    Ok(profiles)
}

/// A path as it is told.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

impl Loader<'_> {
    fn bytes(&self, path: &Path) -> Result<Vec<u8>, ProfileError> {
        self.store.read(path).map_err(|why| ProfileError::new(&shown(path), 0, why))
    }

    fn text(&self, path: &Path) -> Result<String, ProfileError> {
        let bytes = self.bytes(path)?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let line = 1 + memchr::memchr_iter(b'\n', before).count();
                Err(ProfileError::new(&shown(path), line as u32, "the file is not in UTF-8"))
            }
        }
    }

    /// The one profile that a file in a folder names.
    ///
    /// # Errors
    /// What is wrong with it, or else what is wrong with naming it.
    pub(super) fn base(&mut self, folder: &Path, name: &Word<'_>) -> Result<Profile, ProfileError> {
        if name.text.is_empty() {
            return Err(name.error("the file of a profile is expected"));
        }
        let path = folder.join(name.text);
        let mut found = Found::default();
        self.find(&path, &mut found)?;
        self.bases.push(path.clone());
        let mut all = self.profiles(&found)?;
        match all.len() {
            1 => Ok(all.remove(0)),
            0 => Err(name.error(format!("{}: there is no profile", shown(&path)))),
            n => Err(name.error(format!("{}: there are {n} profiles; name one", shown(&path)))),
        }
    }

    /// What a file or folder that was named holds.
    fn find(&self, path: &Path, found: &mut Found) -> Result<(), ProfileError> {
        let list = |path: &Path| {
            self.store.list(path).map_err(|why| ProfileError::new(&shown(path), 0, why))
        };
        if list(path)?.is_some() {
            let before = found.len();
            self.find_in(path, 0, found)?;
            return match found.len() > before {
                true => Ok(()),
                false => Err(ProfileError::new(&shown(path), 0, "no profile in this folder")),
            };
        }
        match self.kind(path)? {
            Kind::Overlay | Kind::Toml => found.profiles.push(path.to_owned()),
            Kind::Xml(root) if root == hl7v2x::ROOT => found.profiles.push(path.to_owned()),
            Kind::Xml(root) if root == hl7v2x::TABLES => found.tables.push(path.to_owned()),
            Kind::Xml(root) if is_nist(&root) => found.named.push(path.to_owned(), &root),
            Kind::Map => {
                let wrong = "this is a profile map; it is given with --profile-map";
                return Err(ProfileError::new(&shown(path), 0, wrong));
            }
            Kind::Xml(_) | Kind::Other => {
                let wrong = "this is no profile: TOML, HL7v2xConformanceProfile, or NIST's ConformanceProfile is expected";
                return Err(ProfileError::new(&shown(path), 0, wrong));
            }
        }
        Ok(())
    }

    fn find_in(&self, folder: &Path, depth: usize, found: &mut Found) -> Result<(), ProfileError> {
        if depth > FOLDERS_MAX {
            return Err(ProfileError::new(&shown(folder), 0, "folders lie too deep in each other"));
        }
        let list = |path: &Path| {
            self.store.list(path).map_err(|why| ProfileError::new(&shown(path), 0, why))
        };
        let mut set = Set::default();
        for path in list(folder)?.unwrap_or_default() {
            if list(&path)?.is_some() {
                self.find_in(&path, depth + 1, found)?;
                continue;
            }
            if !has_extension(&path, "xml") && !has_extension(&path, "toml") {
                continue;
            }
            match self.kind_in_folder(&path)? {
                Kind::Overlay => found.profiles.push(path),
                Kind::Xml(root) if root == hl7v2x::ROOT => found.profiles.push(path),
                Kind::Xml(root) if root == hl7v2x::TABLES => found.tables.push(path),
                Kind::Xml(root) if is_nist(&root) => set.push(path, &root),
                Kind::Map => {}
                Kind::Xml(_) | Kind::Toml | Kind::Other => self.store.pass_over(&path),
            }
        }
        if !set.profiles.is_empty() || !set.parts.is_empty() {
            found.sets.push(set);
        }
        Ok(())
    }

    /// What lies beside a profile of NIST, which alone says less than half.
    fn beside(&self, profile: &Path) -> Result<Vec<PathBuf>, ProfileError> {
        let folder = profile.parent().unwrap_or(Path::new(""));
        let list = self.store.list(folder);
        let mut parts = Vec::new();
        for path in
            list.map_err(|why| ProfileError::new(&shown(folder), 0, why))?.unwrap_or_default()
        {
            if has_extension(&path, "xml")
                && self.store.list(&path).is_ok_and(|list| list.is_none())
                && matches!(self.kind_in_folder(&path)?, Kind::Xml(root) if is_nist(&root) && root != nist::PROFILE)
            {
                parts.push(path);
            }
        }
        Ok(parts)
    }

    /// Reads the profiles of a set, each with all the parts.
    fn set(&self, set: &Set, all: &mut Vec<Profile>) -> Result<(), ProfileError> {
        let read = |path: &PathBuf| Ok((shown(path), self.bytes(path)?));
        let parts = set.parts.iter().map(read).collect::<Result<Vec<_>, ProfileError>>()?;
        let profiles = set.profiles.iter().map(|path| read(path).map(Some));
        // Parts without a profile are an error, which the reader knows how to tell.
        let none = set.profiles.is_empty().then_some(Ok(None));
        for profile in profiles.chain(none) {
            let profile = profile?;
            let files = profile.iter().chain(&parts);
            let files: Vec<_> = files.map(|(name, bytes)| Source { name, bytes }).collect();
            let model = nist::read(&files, self.is_nist)?;
            let source = files.first().map_or("", |file| file.name);
            all.push(Profile::of(source, model));
        }
        Ok(())
    }

    /// What a file is, by its content.
    fn kind(&self, path: &Path) -> Result<Kind, ProfileError> {
        self.kind_of(path, &self.bytes(path)?)
    }

    /// As [`Loader::kind`] for a file that nobody named: what cannot be read is an error only if
    /// it speaks of a profile.
    fn kind_in_folder(&self, path: &Path) -> Result<Kind, ProfileError> {
        let bytes = self.bytes(path)?;
        self.kind_of(path, &bytes).or_else(|error| {
            let speaks = |of: &&str| memchr::memmem::find(&bytes, of.as_bytes()).is_some();
            let of = [hl7v2x::ROOT, hl7v2x::TABLES, "extends", "[[use]]"];
            match of.iter().chain(&nist::ROOTS).any(speaks) {
                true => Err(error),
                false => Ok(Kind::Other),
            }
        })
    }

    fn kind_of(&self, path: &Path, bytes: &[u8]) -> Result<Kind, ProfileError> {
        let text = xml::text(bytes);
        let file = shown(path);
        if text.trim_start().starts_with('<') {
            let xml = xml::Xml::read(&file, &text)?;
            return Ok(Kind::Xml(xml.root().name().to_owned()));
        }
        if !has_extension(path, "toml") && !text.contains("extends") {
            return Ok(Kind::Other);
        }
        let text = self.text(path)?;
        let sheet = Sheet { file: &file, text: &text };
        let root = sheet.read()?;
        let mut keys = sheet.keys(&root);
        let (is_map, extends) = (keys.take("use").is_some(), keys.take("extends").is_some());
        Ok(match (extends, is_map) {
            (true, _) => Kind::Overlay,
            (false, true) => Kind::Map,
            (false, false) => Kind::Toml,
        })
    }

    /// Reads what was found.
    fn profiles(&mut self, found: &Found) -> Result<Vec<Profile>, ProfileError> {
        let mut tables = hl7v2x::Tables::default();
        for path in &found.tables {
            let bytes = self.bytes(path)?;
            tables.read(&shown(path), &xml::text(&bytes))?;
        }
        let mut all = Vec::new();
        for path in &found.profiles {
            let profile = self.profile(path, &tables)?;
            all.push((path, profile));
        }
        // What others extend is there for their sake.
        if all.len() > 1 {
            all.retain(|(path, _)| !self.bases.contains(path));
        }
        let mut all: Vec<_> = all.into_iter().map(|(_, profile)| profile).collect();
        for set in &found.sets {
            self.set(set, &mut all)?;
        }
        match &found.named {
            Set { profiles, parts } if profiles.is_empty() && parts.is_empty() => {}
            Set { profiles, parts } if parts.is_empty() => {
                for profile in profiles {
                    let (profiles, parts) = (vec![profile.clone()], self.beside(profile)?);
                    self.set(&Set { profiles, parts }, &mut all)?;
                }
            }
            named => self.set(named, &mut all)?,
        }
        Ok(all)
    }

    fn profile(&mut self, path: &Path, tables: &hl7v2x::Tables) -> Result<Profile, ProfileError> {
        let file = shown(path);
        if self.open.iter().any(|open| *open == plain(path)) {
            return Err(ProfileError::new(&file, 0, "the profile extends itself"));
        }
        if self.open.len() >= DEPTH_MAX {
            let wrong = format!("more than {DEPTH_MAX} profiles extend each other");
            return Err(ProfileError::new(&file, 0, wrong));
        }
        let bytes = self.bytes(path)?;
        if xml::text(&bytes).trim_start().starts_with('<') {
            return hl7v2x::read(&file, &xml::text(&bytes), tables);
        }
        let text = self.text(path)?;
        self.open.push(plain(path));
        let read = overlay::read(self, path, &file, &text);
        self.open.pop();
        read
    }
}

impl Beside<'_, '_> {
    /// The file of that name: as it is told, and its bytes.
    pub(super) fn read(&self, name: &Word<'_>) -> Result<(String, Vec<u8>), ProfileError> {
        let path = self.folder.join(name.text);
        let bytes = self.loader.store.read(&path);
        let bytes = bytes.map_err(|why| name.error(format!("{}: {why}", shown(&path))))?;
        Ok((shown(&path), bytes))
    }
}

/// A path without detours by `.` and `..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let named = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if named => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(wanted))
}

/// Whether an outermost element is of NIST's files.
fn is_nist(root: &str) -> bool {
    nist::ROOTS.contains(&root)
}
