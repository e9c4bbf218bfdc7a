//! Codes exchanged by a table.

use super::Fault;
use super::functions::tables::{Index, Table};
use crate::core::{Part, Path, Select, Separators};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::AddAssign;
use std::sync::Arc;

/// What becomes of a code that the table does not have.
#[derive(Clone, Debug)]
pub(super) enum Keep {
    /// It stays.
    Code,
    /// Nothing is left.
    Nothing,
    /// This text.
    Text(String),
    /// The message cannot be handled.
    Reject,
}

/// What becomes of the code that was exchanged (`keep original`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Original {
    /// It goes.
    Goes,
    /// It becomes the alternate code; where there is one, the message cannot be handled.
    Alternate,
    /// It becomes the alternate code in place of any other (`keep original always`).
    Replaces,
}

/// The names of the columns, where the script gives other ones than the usual.
#[derive(Debug, Default)]
pub(super) struct MapColumns {
    from: Option<String>,
    to: Option<String>,
    display: Option<String>,
    system: Option<String>,
    from_system: Option<String>,
}

impl MapColumns {
    pub(super) fn named(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "from" => &mut self.from,
            "to" => &mut self.to,
            "display" => &mut self.display,
            "system" => &mut self.system,
            "from_system" => &mut self.from_system,
            _ => return None,
        })
    }
}

/// A statement that exchanges codes.
#[derive(Debug)]
pub(super) struct Map {
    pub(super) path: Path,
    /// The path without indices, for reports.
    every: Arc<str>,
    /// The file's name, for reports.
    file: Arc<str>,
    table: Arc<Table>,
    /// By code, or by code and coding system.
    index: Arc<Index>,
    by_system: bool,
    /// The columns of the code, its text and its coding system.
    to: [Option<usize>; 3],
    keep: Keep,
    original: Original,
}

/// What the table has for a code.
#[derive(Debug)]
pub(super) enum Mapped<'t> {
    /// There is no code.
    Same,
    Unknown(&'t Keep),
    /// The code, its text and its coding system, as far as the table has columns for them.
    To([Option<&'t [u8]>; 3]),
}

impl Map {
    /// Prepares the table.
    ///
    /// # Errors
    /// What was expected of its columns.
    pub(super) fn new(
        path: Path,
        file: &str,
        table: &Arc<Table>,
        columns: &MapColumns,
        keep: Keep,
        original: Original,
    ) -> Result<Self, String> {
        let find = |given: &Option<String>, usual: &str| match given {
            None => Ok(table.column(usual)),
            Some(name) => match table.column(name) {
                Some(column) => Ok(Some(column)),
                None => Err(format!("a column of the table, which has no {name:?}")),
            },
        };
        let needed = |found: Option<usize>, usual: &str| {
            found.ok_or_else(|| {
                format!("a column {usual:?} in the table, or the name of one: ({usual}: \"...\")")
            })
        };
        let from = needed(find(&columns.from, "from")?, "from")?;
        let to = needed(find(&columns.to, "to")?, "to")?;
        let from_system = find(&columns.from_system, "from_system")?;
        let coded = path.position.as_ref().is_some_and(|position| position.part == Part::WHOLE);
        if original != Original::Goes && !coded {
            return Err("a whole field, for only that can keep the original".to_owned());
        }
        if from_system.is_some() && !coded {
            return Err("a whole field, for the table tells coding systems apart".to_owned());
        }
        if let Some(row) = (0..table.len()).find(|&row| table.cell(row, to).trim_ascii().is_empty())
        {
            let line = table.line(row);
            return Err(format!("a code in each row of the table, but line {line} has none"));
        }
        let keys: Vec<usize> = std::iter::once(from).chain(from_system).collect();
        let [display, system] = if coded {
            [find(&columns.display, "display")?, find(&columns.system, "system")?]
        } else {
            [None, None]
        };
        let mut every = path.clone();
        every.which = Select::All;
        if let Some(position) = &mut every.position {
            position.repetition = Select::All;
        }
        Ok(Self {
            every: every.to_string().into(),
            index: table.index(&keys)?,
            by_system: from_system.is_some(),
            to: [Some(to), display, system],
            table: table.clone(),
            path,
            file: file.into(),
            keep,
            original,
        })
    }

    /// Looks up a code: as text the code, and of a coded element its text and its coding system.
    pub(super) fn look_up(&self, texts: &[Cow<'_, [u8]>]) -> Mapped<'_> {
        let part = |n: usize| texts.get(n).map(|text| &**text).unwrap_or_default();
        if matches!(part(0), b"" | b"\"\"") {
            return Mapped::Same;
        }
        let found = if self.by_system {
            // A row without a system is for any.
            let own = self.index.row(&[part(0), part(2)]);
            own.or_else(|| self.index.row(&[part(0), b""]))
        } else {
            self.index.row(&[part(0)])
        };
        match found {
            None => Mapped::Unknown(&self.keep),
            Some(row) => {
                let [to, display, system] = self.to.map(|to| to.map(|to| self.table.cell(row, to)));
                Mapped::To([to, display.filter(|text| !text.is_empty()), system])
            }
        }
    }

    /// A value with a new code, text and coding system, as they are to stand in the message; what
    /// the table does not have stays. The old ones become the alternate ones if they are kept
    /// (CWE.4 to CWE.6; HL7 v2.8.2, chapter 2A, section 2.A.9).
    pub(super) fn rewritten(
        &self,
        parts: &[&[u8]],
        new: [Option<&[u8]>; 3],
        s: Separators,
    ) -> Result<Vec<u8>, Fault> {
        let coded = self.path.position.as_ref().is_some_and(|p| p.part == Part::WHOLE);
        let [code, display, system] = new;
        if !coded {
            return Ok(code.unwrap_or_default().to_vec());
        }
        // The old coding system is not that of the new code.
        let system = system.or(Some(b""));
        let mut parts: Vec<&[u8]> = parts.to_vec();
        if self.original != Original::Goes {
            let taken = parts.iter().skip(3).take(3).any(|part| !part.is_empty());
            if taken && self.original == Original::Alternate {
                let why = "the original cannot be kept, for there is an alternate code; \
                           `keep original always` replaces it";
                return Err(Fault::of(why));
            }
            for n in 0..3 {
                let old = parts.get(n).copied().unwrap_or_default();
                put(&mut parts, n + 3, old);
            }
        }
        for (n, new) in [code, display, system].into_iter().enumerate() {
            if let Some(new) = new {
                put(&mut parts, n, new);
            }
        }
        if parts.len() > 1 && s.component == s.field {
            return Err(Fault::of("the message has no delimiter for this place"));
        }
        Ok(parts.join(&s.component))
    }
}

/// Sets a component, which is added if it is not there and there is something to set.
pub(super) fn put<'p>(parts: &mut Vec<&'p [u8]>, n: usize, part: &'p [u8]) {
    if n >= parts.len() {
        if part.is_empty() {
            return;
        }
        parts.resize(n + 1, b"");
    }
    parts[n] = part;
}

/// How often which codes were in no table, and what else of a script came to nothing.
#[derive(Debug, Default)]
pub struct Unmapped {
    codes: HashMap<UnmappedCode, u64>,
    /// How often any was.
    total: u64,
    /// How often a value came out empty and replaced nothing.
    empty: u64,
}

/// A code that a table does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnmappedCode {
    /// The name of the table's file.
    pub table: Arc<str>,
    /// The path in the statement, without indices.
    pub path: Arc<str>,
    /// The code.
    pub code: Vec<u8>,
    /// Its coding system, if it is one of a coded element.
    pub system: Vec<u8>,
}

impl Unmapped {
    /// So many different codes are told apart; of those beyond only the number is known.
    const MOST: usize = 100_000;

    pub(super) fn count(&mut self, map: &Map, texts: &[Cow<'_, [u8]>]) {
        let part = |n: usize| texts.get(n).map(|text| text.to_vec()).unwrap_or_default();
        let (table, path) = (map.file.clone(), map.every.clone());
        self.add(UnmappedCode { table, path, code: part(0), system: part(2) }, 1);
        self.total += 1;
    }

    fn add(&mut self, code: UnmappedCode, count: u64) {
        if self.codes.len() < Self::MOST || self.codes.contains_key(&code) {
            *self.codes.entry(code).or_default() += count;
        }
    }

    pub(super) fn count_empty(&mut self) {
        self.empty += 1;
    }

    /// How often a value that a script worked out came out empty, and so replaced nothing.
    #[must_use]
    pub fn empty(&self) -> u64 {
        self.empty
    }

    /// How often a code was in no table.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The codes in order, and how often each was met.
    pub fn codes(&self) -> impl Iterator<Item = (&UnmappedCode, u64)> {
        let mut codes: Vec<_> = self.codes.iter().map(|(code, count)| (code, *count)).collect();
        codes.sort_unstable();
        codes.into_iter()
    }
}

impl AddAssign for Unmapped {
    fn add_assign(&mut self, other: Self) {
        self.total += other.total;
        self.empty += other.empty;
        for (code, count) in other.codes {
            self.add(code, count);
        }
    }
}
