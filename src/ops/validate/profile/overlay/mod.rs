//! Profiles of our own: a TOML file that says what a partner does otherwise than a version of the
//! standard, or than another profile. docs/profile-format.md tells the format.

mod codes;
mod draft;
mod fields;
mod structures;
mod values;

use super::header::applies;
use super::load::{Beside, Loader};
use super::sheet::{Keys, Sheet, Word, none};
use super::{Ask, Profile, ProfileError, ProfileRule};
use crate::core::{SegmentId, segment_id};
use crate::dictionary::{Version, standard};
use crate::ops::query::Each;
use crate::ops::validate::model::Model;
use crate::ops::validate::rule::Severity;
use crate::ops::validate::settings::{Override, PlacePattern};
use draft::Draft;
pub(super) use draft::any_element;
use std::path::Path;

/// A profile while it is read.
struct Overlay<'s, 'l, 'f> {
    sheet: Sheet<'s>,
    files: Beside<'l, 'f>,
    /// All but its model.
    profile: Profile,
    draft: Draft,
}

/// Reads the file at `path`, whose text it is.
///
/// # Errors
/// Where it is not understood, and why; so for files that it names.
pub(super) fn read(
    loader: &mut Loader<'_>,
    path: &Path,
    file: &str,
    text: &str,
) -> Result<Profile, ProfileError> {
    let sheet = Sheet { file, text };
    let root = sheet.read()?;
    let mut keys = sheet.keys(&root);
    let name = keys.word("name")?;
    let Some(extends) = keys.word("extends")? else {
        let wrong = "`extends` is missing: a version such as \"2.5.1\", or the file of a profile";
        return Err(ProfileError::new(file, 0, wrong));
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut profile = match Version::ALL.into_iter().find(|v| v.as_str() == extends.text) {
        Some(version) => Profile::of(file, draft::of_version(version)),
        None if Version::from_msh12(extends.text.as_bytes()).is_some() => {
            let all: Vec<_> = Version::ALL.iter().map(|v| v.as_str()).collect();
            return Err(extends.error(format!("there are the versions {}", all.join(", "))));
        }
        None => loader.base(folder, &extends)?,
    };
    profile.source = file.to_owned();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.map_or(stem.into_owned(), |word| word.text.to_owned());
    let draft = Draft::new(profile.model.clone());
    let files = Beside { loader, folder };
    let mut overlay = Overlay { sheet, files, profile, draft };
    overlay.sections(keys)?;
    overlay.profile.model = Model { name: name.into(), ..overlay.draft.end() };
    Ok(overlay.profile)
}

impl Overlay<'_, '_, '_> {
    fn sections(&mut self, mut keys: Keys<'_>) -> Result<(), ProfileError> {
        if let Some(value) = keys.take("applies-to") {
            let mut asked = value.keys()?;
            self.profile.applies = applies(&mut asked)?;
            asked.end(none)?;
        }
        for word in keys.words("identifiers")? {
            self.profile.identifiers.push(word.text.to_owned());
        }
        for (id, value) in keys.entries("value-sets")? {
            let set = codes::value_set(&id, value.keys()?, &mut self.files)?;
            self.draft.add_set(set);
        }
        let types = keys.entries("types")?;
        for (name, value) in types {
            self.data_type(&name, value.keys()?)?;
        }
        let mut segments = keys.entries("segments")?;
        segments.sort_by(|(a, _), (b, _)| a.text.cmp(b.text));
        for (id, value) in segments {
            self.segment(&id, value.keys()?)?;
        }
        let fields = keys.entries("fields")?;
        self.fields(fields)?;
        let structures = keys.entries("structures")?;
        self.structures(structures)?;
        let events = keys.entries("events")?;
        self.events(events)?;
        for rule in keys.tables("rules")? {
            self.rule(rule)?;
        }
        for (rule, value) in keys.entries("severities")? {
            let level = value.word()?;
            let said = format!("{}={}", rule.text, level.text);
            let said: Override = said.parse().map_err(|why: String| rule.error(why))?;
            self.profile.severities.push(said);
        }
        keys.end(none)
    }

    /// `[types.CX]`: components of a type by their numbers; or a new type, with `components`.
    fn data_type(&mut self, name: &Word<'_>, mut keys: Keys<'_>) -> Result<(), ProfileError> {
        let components = keys.tables("components")?;
        let is_number = |key: &str| key.bytes().all(|b| b.is_ascii_digit());
        keys.end(is_number)?;
        let is_known = self.draft.model.types.iter().any(|ty| ty.name == name.text);
        if !components.is_empty() {
            if is_known {
                return Err(name.error("there is such a data type; its components go by number"));
            }
            let mut elements = Vec::new();
            for (n, component) in (1..).zip(components) {
                let place = PlacePattern { component: n, ..PlacePattern::default() };
                elements.push(self.element(place, component)?);
            }
            self.draft.add_type(name.text, elements);
            return Ok(());
        }
        for (number, value) in keys.inner(is_number) {
            let n: u16 = number.text.parse().map_err(|_| number.error("a number is expected"))?;
            let mut keys = value.keys()?;
            let place = PlacePattern { component: n, ..PlacePattern::default() };
            let change = self.change(place, &mut keys)?;
            keys.end(none)?;
            let done = self.draft.change_type(name.text, &[n], &mut |e| change.apply(e));
            done.map_err(|why| number.error(why))?;
        }
        Ok(())
    }

    /// `[segments.ZPD]`: a segment that the base does not have.
    fn segment(&mut self, id: &Word<'_>, mut keys: Keys<'_>) -> Result<(), ProfileError> {
        let wrong = || id.error("a segment id of three capital letters or digits is expected");
        let segment = <SegmentId>::try_from(id.text.as_bytes()).map_err(|_| wrong())?;
        if !segment_id::is_proper(segment) {
            return Err(wrong());
        }
        if self.draft.segment_named(segment).is_some() {
            let wrong =
                format!("{} has this segment; [fields] can say more of it", self.draft.model.name);
            return Err(id.error(wrong));
        }
        let name = keys.word("name")?.map_or("", |word| word.text);
        let fields = keys.tables("fields")?;
        keys.end(none)?;
        let at = self.draft.add_segment(segment, name);
        for (n, field) in (1..).zip(fields) {
            let place = PlacePattern { segment, field: n, ..PlacePattern::default() };
            let element = self.element(place, field)?;
            self.draft.model.segments[at.0 as usize].fields.push(element);
        }
        Ok(())
    }

    /// `[[rules]]`.
    fn rule(&mut self, mut keys: Keys<'_>) -> Result<(), ProfileError> {
        let id = keys.word("id")?;
        let message = keys.word("message")?;
        let each = keys.word("each")?;
        let when = keys.word("when")?;
        let require = keys.word("require")?;
        let at = keys.word("at")?;
        let level = keys.word("severity")?;
        keys.end(none)?;
        let require = require.ok_or_else(|| keys.error("a rule needs `require`"))?;
        let each = each.map(|word| self.each(&word)).transpose()?;
        let number = self.profile.rules.len() + 1;
        let said = || match &when {
            Some(when) => format!("where {}: {}", when.text, require.text),
            None => require.text.to_owned(),
        };
        let rule = ProfileRule {
            id: id.map_or_else(|| format!("rule-{number}"), |word| word.text.to_owned()),
            description: message.map_or_else(said, |word| word.text.to_owned()),
            each,
            when: when.as_ref().map(values::condition).transpose()?,
            ask: Ask::Holds(values::condition(&require)?),
            at: at.as_ref().map(values::place).transpose()?,
            severity: level.as_ref().map(severity).transpose()?,
        };
        // A profile takes the place of a rule of its base.
        self.profile.rules.retain(|other| other.id != rule.id);
        if rule.severity != Some(Severity::Off) {
            self.profile.rules.push(rule);
        }
        Ok(())
    }
}

impl Overlay<'_, '_, '_> {
    /// What a rule is asked for each of.
    fn each(&self, word: &Word<'_>) -> Result<Each, ProfileError> {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let unknown = || word.error("there is no such segment or group");
        let each =
            word.text.parse::<Each>().map_err(|error| match word.text.bytes().all(is_name) {
                true => unknown(),
                false => word.error(format!("{error}")),
            })?;
        if let Each::Segment(path) = &each
            && path.segment[0] != b'Z'
            && self.draft.segment_named(path.segment).is_none()
            && standard().segment_or_newest(self.draft.model.version, &path.segment).is_none()
        {
            return Err(unknown());
        }
        Ok(each)
    }
}

fn severity(word: &Word<'_>) -> Result<Severity, ProfileError> {
    word.text.parse().map_err(|why: String| word.error(why))
}
