//! Short and familiar forms of given names: who is called William is called Bill, too.
//!
//! `nicknames.txt` has a name a line, and behind it what those are called who bear it.

use super::identity::{Hold, Identity, Noted};
use super::letters::{Case, Filter, case, key};
use super::words::words;
use crate::ops::deidentify::Kind;
use std::collections::HashMap;
use std::sync::OnceLock;

static NICKNAMES: &str = include_str!("nicknames.txt");

/// Names by the keys of what those are called who bear them.
fn nicknames() -> &'static HashMap<u64, Vec<&'static str>> {
    static TABLE: OnceLock<HashMap<u64, Vec<&'static str>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<u64, Vec<&str>> = HashMap::new();
        for line in NICKNAMES.lines() {
            let mut names = line.split(' ');
            let Some(name) = names.next() else { continue };
            for nickname in names {
                table.entry(key(nickname.as_bytes())).or_default().push(name);
            }
        }
        table
    })
}

/// Names by their keys, with what those are called who bear them, behind a filter: most names that are
/// noted have none.
struct Forms {
    filter: Filter,
    table: HashMap<u64, Vec<&'static str>>,
}

/// What those are called, too, who bear a name.
pub(super) fn forms_of(name: &[u8]) -> &'static [&'static str] {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    let forms = FORMS.get_or_init(|| {
        let mut forms = Forms { filter: Filter::default(), table: HashMap::new() };
        for (name, nicknames) in NICKNAMES.lines().filter_map(|line| line.split_once(' ')) {
            forms.filter.add(name.as_bytes());
            forms.table.insert(key(name.as_bytes()), nicknames.split(' ').collect());
        }
        forms
    });
    if !forms.filter.may_have(name) {
        return &[];
    }
    forms.table.get(&key(name)).map_or(&[], Vec::as_slice)
}

/// The given name of the message of which a word with a capital is another form. One that is
/// a word (`Will`) is as weak as a name that is.
pub(super) fn nickname_of(identity: &Identity, word: &[u8]) -> Option<Noted> {
    const LONGEST: usize = 8;
    if word.len() > LONGEST || !word.first()?.is_ascii_uppercase() {
        return None;
    }
    let names = nicknames().get(&key(word))?;
    // Short ones in capitals are abbreviations: ED, CAT, PEG.
    if word.len() < 5 && case(word) == Case::Upper {
        return None;
    }
    let mut noted = names.iter().flat_map(|name| identity.of_word(name.as_bytes()));
    let mut noted = noted.find(|noted| noted.kind == Kind::Given)?;
    noted.hold = if words().of(word).is_word() { Hold::Weak } else { Hold::Capital };
    Some(noted)
}
