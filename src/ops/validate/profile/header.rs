//! How profiles and maps write which messages they are about.

use super::sheet::Keys;
use super::{Applies, ProfileError, Wanted};

/// Fields of MSH by which messages are told apart.
const FIELDS: [(u16, &str); 10] = [
    (3, "msh-3"),
    (4, "msh-4"),
    (5, "msh-5"),
    (6, "msh-6"),
    (9, "msh-9"),
    (11, "msh-11"),
    (12, "msh-12"),
    (15, "msh-15"),
    (18, "msh-18"),
    (21, "msh-21"),
];

/// Takes the keys `msh-3` and so on, and `when`.
pub(super) fn applies(keys: &mut Keys<'_>) -> Result<Applies, ProfileError> {
    let mut applies = Applies::default();
    for (field, key) in FIELDS {
        let mut wanted = Vec::new();
        for word in keys.words(key)? {
            wanted.push(Wanted::of(word.text).map_err(|error| word.error(format!("{error}")))?);
        }
        if !wanted.is_empty() {
            applies.header.push((field, wanted));
        }
    }
    if let Some(word) = keys.word("when")? {
        let read = word.text.parse();
        applies.when = Some(read.map_err(|error| word.error(format!("{error}")))?);
    }
    Ok(applies)
}
