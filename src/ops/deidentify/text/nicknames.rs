//! Short and familiar forms of given names: who is called William is called Bill, too.
//!
//! `nicknames.txt` has a name a line, and behind it what those are called who bear it.

use super::identity::{Hold, Identity, Noted};
use super::letters::{Case, case, key, mark};
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

/// A name by its key, with what those are called who bear it, each with its mark.
type Forms = (u64, Vec<(&'static [u8], u16)>);

/// How many places the table of names has, a power of two, of which most are free.
const PLACES: usize = 256;

/// Where a key is in a table of names, or would be.
fn place(table: &[Option<Forms>], hash: u64) -> usize {
    let mut at = (hash >> 7) as usize % PLACES;
    while table.get(at).is_some_and(|place| place.as_ref().is_some_and(|(of, _)| *of != hash)) {
        at = (at + 1) % PLACES;
    }
    at
}

/// What those are called, too, who bear a name, given by its key.
pub(super) fn forms_of(hash: u64) -> &'static [(&'static [u8], u16)] {
    static TABLE: OnceLock<Vec<Option<Forms>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = vec![None; PLACES];
        for (name, nicknames) in NICKNAMES.lines().filter_map(|line| line.split_once(' ')) {
            let forms = nicknames.split(' ').map(str::as_bytes);
            let hash = key(name.as_bytes());
            let at = place(&table, hash);
            table[at] = Some((hash, forms.map(|form| (form, mark(key(form)))).collect()));
        }
        table
    });
    table[place(table, hash)].as_ref().map_or(&[], |(_, forms)| forms)
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
