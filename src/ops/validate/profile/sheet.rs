//! TOML as profiles use it: tables whose keys are all known, and the line of each.

use super::ProfileError;
use crate::core::expr::nearest;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file in TOML.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

/// A value of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'s> {
    pub(super) sheet: Sheet<'s>,
    value: &'s Spanned<DeValue<'s>>,
}

/// A text of a file.
#[derive(Clone, Debug)]
pub(super) struct Word<'s> {
    pub(super) sheet: Sheet<'s>,
    pub(super) text: &'s str,
    span: Range<usize>,
}

/// A table of a file, whose keys are taken out one by one.
#[derive(Debug)]
pub(super) struct Keys<'s> {
    pub(super) sheet: Sheet<'s>,
    table: &'s DeTable<'s>,
    span: Range<usize>,
    /// The keys that were asked for.
    known: Vec<&'static str>,
}

impl<'t> Sheet<'t> {
    /// Reads the file.
    pub(super) fn read(self) -> Result<Spanned<DeTable<'t>>, ProfileError> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.error(at, error.message().trim())
        })
    }

    /// The keys of a file that was read.
    pub(super) fn keys(self, root: &'t Spanned<DeTable<'t>>) -> Keys<'t> {
        Keys { sheet: self, table: root.get_ref(), span: 0..0, known: Vec::new() }
    }

    /// Something is wrong at byte `at`.
    pub(super) fn error(&self, at: usize, wrong: impl Into<String>) -> ProfileError {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        ProfileError::new(self.file, line as u32, wrong)
    }
}

impl<'s> Word<'s> {
    pub(super) fn error(&self, wrong: impl Into<String>) -> ProfileError {
        self.sheet.error(self.span.start, wrong)
    }
}

impl<'s> Value<'s> {
    pub(super) fn error(&self, wrong: impl Into<String>) -> ProfileError {
        self.sheet.error(self.value.span().start, wrong)
    }

    fn expected<T>(&self, what: &str) -> Result<T, ProfileError> {
        Err(self.error(format!("{what} is expected, and no {}", self.value.get_ref().type_str())))
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// The text that it is.
    pub(super) fn word(&self) -> Result<Word<'s>, ProfileError> {
        match self.value.get_ref().as_str() {
            Some(text) => Ok(Word { sheet: self.sheet, text, span: self.value.span() }),
            None => self.expected("a text in quotes"),
        }
    }

    /// The text that it is, if it is one.
    pub(super) fn as_word(&self) -> Option<Word<'s>> {
        self.word().ok()
    }

    /// The number that it is, if it is one.
    pub(super) fn as_number(&self) -> Option<u32> {
        let number = self.value.get_ref().as_integer()?;
        u32::from_str_radix(number.as_str(), number.radix()).ok()
    }

    pub(super) fn flag(&self) -> Result<bool, ProfileError> {
        self.value.get_ref().as_bool().map_or_else(|| self.expected("true or false"), Ok)
    }

    pub(super) fn keys(&self) -> Result<Keys<'s>, ProfileError> {
        match self.value.get_ref().as_table() {
            Some(table) => {
                let span = self.value.span();
                Ok(Keys { sheet: self.sheet, table, span, known: Vec::new() })
            }
            None => self.expected("a table"),
        }
    }

    /// What an array holds.
    pub(super) fn items(&self) -> Result<Vec<Value<'s>>, ProfileError> {
        match self.value.get_ref().as_array() {
            Some(array) => {
                Ok(array.iter().map(|value| Value { sheet: self.sheet, value }).collect())
            }
            None => self.expected("an array"),
        }
    }

    /// One text, or an array of texts.
    pub(super) fn words(&self) -> Result<Vec<Word<'s>>, ProfileError> {
        match self.as_word() {
            Some(word) => Ok(vec![word]),
            None => match self.value.get_ref().is_array() {
                true => self.items()?.iter().map(Value::word).collect(),
                false => self.expected("a text in quotes, or an array of texts,"),
            },
        }
    }
}

impl<'s> Keys<'s> {
    /// The value of a key.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'s>> {
        self.known.push(key);
        let sheet = self.sheet;
        self.table.get(key).map(|value| Value { sheet, value })
    }

    pub(super) fn word(&mut self, key: &'static str) -> Result<Option<Word<'s>>, ProfileError> {
        self.take(key).map(|value| value.word()).transpose()
    }

    pub(super) fn words(&mut self, key: &'static str) -> Result<Vec<Word<'s>>, ProfileError> {
        self.take(key).map_or_else(|| Ok(Vec::new()), |value| value.words())
    }

    /// What an array of tables holds.
    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<Keys<'s>>, ProfileError> {
        let items = self.take(key).map_or_else(|| Ok(Vec::new()), |value| value.items())?;
        items.iter().map(Value::keys).collect()
    }

    /// The entries of a table, in the order of the file.
    pub(super) fn entries(
        &mut self,
        key: &'static str,
    ) -> Result<Vec<(Word<'s>, Value<'s>)>, ProfileError> {
        self.take(key).map_or_else(|| Ok(Vec::new()), |value| Ok(value.keys()?.all()))
    }

    /// All entries, in the order of the file.
    pub(super) fn all(&self) -> Vec<(Word<'s>, Value<'s>)> {
        let sheet = self.sheet;
        let word = |key: &'s Spanned<_>| -> Word<'s> {
            let text: &'s std::borrow::Cow<'s, str> = key.get_ref();
            Word { sheet, text, span: key.span() }
        };
        let entries = self.table.iter();
        let mut all: Vec<_> =
            entries.map(|(key, value)| (word(key), Value { sheet, value })).collect();
        all.sort_by_key(|(key, _)| key.span.start);
        all
    }

    /// Those entries whose keys are of no property: what a table holds beside them.
    pub(super) fn inner(&self, is_inner: impl Fn(&str) -> bool) -> Vec<(Word<'s>, Value<'s>)> {
        let mut all = self.all();
        all.retain(|(key, _)| is_inner(key.text));
        all
    }

    /// That there were no other keys than those asked for, and those that `is_inner`.
    pub(super) fn end(&self, is_inner: impl Fn(&str) -> bool) -> Result<(), ProfileError> {
        for (key, _) in self.all() {
            if is_inner(key.text) || self.known.contains(&key.text) {
                continue;
            }
            let shown: String = key.text.chars().take(40).collect();
            let shown = shown.escape_debug();
            let advice = match nearest(key.text, self.known.iter().copied()) {
                Some(near) => format!("perhaps `{near}` is meant"),
                None => format!("there are {}", self.known.join(", ")),
            };
            return Err(key.error(format!("`{shown}` is no key here; {advice}")));
        }
        Ok(())
    }

    /// Something is wrong with the table.
    pub(super) fn error(&self, wrong: impl Into<String>) -> ProfileError {
        // A table of its own header begins behind it.
        let first = self.all().first().map_or(self.span.start, |(key, _)| key.span.start);
        self.sheet.error(first, wrong)
    }
}

/// No key is of a part.
pub(super) fn none(_: &str) -> bool {
    false
}
