//! What is counted of a run, so that nothing is lost without a word.

use super::id::IdHasher;
use super::json::Json;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many different codes and names are told apart; those beyond are counted together, for
/// values of a sender's making must not fill the memory.
const DISTINCT: usize = 10_000;
/// So many bytes of a code or name are kept.
const LONGEST: usize = 80;

/// What could not be carried over, or only by assumption, with how often.
#[derive(Debug)]
pub struct Report {
    /// No other report has it; it tells whose numbers [`Counted`] has.
    key: u64,
    /// Whether codes and systems are not counted.
    is_without_names: bool,
    /// Valued fields that no map asked for, and components of such as one did: the id of the segment
    /// and, in the last two bytes, the field.
    fields: HashMap<u64, u64, BuildHasherDefault<IdHasher>>,
    /// Codes that a table of the guide does not have, by its name.
    codes: BTreeMap<&'static str, Names>,
    /// Names of coding systems and authorities without a URI.
    systems: Names,
    /// How often each of these names was there, by the numbers that they have.
    counts: Vec<u64>,
    /// What was counted since [`Report::record`], which may be within another.
    recorded: Vec<Counted>,
    /// How many recordings there are within each other.
    recordings: usize,
    /// Values that no resource can hold, by their kind: `time`, `number`.
    dropped: BTreeMap<&'static str, u64>,
    /// Fields that are HL7's null.
    pub nulls: u64,
    /// Patients beyond the first in messages whose structure has one.
    pub other_patients: u64,
    /// Times that got their offset from MSH-7.
    pub zones_of_header: u64,
    /// Times that got their offset from the settings.
    pub zones_of_settings: u64,
    /// Times cut to their date, because no offset is known.
    pub zones_unknown: u64,
}

/// Names with their numbers in [`Report::counts`].
type Names = HashMap<Vec<u8>, u32>;

/// A name that was counted, to be counted again.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    /// The table that does not have it; none if it is a system.
    table: Option<&'static str>,
    name: Box<[u8]>,
    /// Its number in a report.
    n: u32,
}

impl Default for Report {
    fn default() -> Self {
        static KEYS: AtomicU64 = AtomicU64::new(1);
        Self {
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            is_without_names: false,
            fields: HashMap::default(),
            codes: BTreeMap::new(),
            systems: Names::new(),
            counts: Vec::new(),
            recorded: Vec::new(),
            recordings: 0,
            dropped: BTreeMap::new(),
            nulls: 0,
            other_patients: 0,
            zones_of_header: 0,
            zones_of_settings: 0,
            zones_unknown: 0,
        }
    }
}

impl Report {
    /// All of it, an object a line: `{"unmapped":"PID-31","count":12}`.
    #[must_use]
    pub fn to_ndjson(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |count: u64, write: &dyn Fn(&mut Json)| {
            let mut w = Json::default();
            w.root(|w| {
                write(w);
                w.total("count", count);
            });
            out.extend_from_slice(w.bytes());
            out.push(b'\n');
        };
        for (field, count) in self.fields.iter().collect::<BTreeMap<_, _>>() {
            let [.., a, b, c, high, low] = field.to_be_bytes();
            let field = u16::from_be_bytes([high, low]);
            let place = format!("{}-{field}", String::from_utf8_lossy(&[a, b, c]));
            line(*count, &|w| _ = w.string("unmapped", place.as_bytes()));
        }
        for (table, codes) in &self.codes {
            for (code, count) in self.sorted(codes) {
                line(count, &|w| {
                    w.string("table", table.as_bytes());
                    w.string("code", code);
                });
            }
        }
        for (name, count) in self.sorted(&self.systems) {
            line(count, &|w| _ = w.string("system", name));
        }
        for (kind, count) in &self.dropped {
            line(*count, &|w| _ = w.string("dropped", kind.as_bytes()));
        }
        let zones = [
            ("header", self.zones_of_header),
            ("settings", self.zones_of_settings),
            ("unknown", self.zones_unknown),
        ];
        for (from, count) in zones.into_iter().filter(|(_, count)| *count > 0) {
            line(count, &|w| _ = w.string("zone", from.as_bytes()));
        }
        if self.nulls > 0 {
            line(self.nulls, &|w| _ = w.string("null", b"field"));
        }
        if self.other_patients > 0 {
            line(self.other_patients, &|w| _ = w.string("contradiction", b"patient"));
        }
        out
    }

    /// Names and how often they were there, in their order.
    fn sorted<'n>(&self, names: &'n Names) -> BTreeMap<&'n [u8], u64> {
        let count = |n: u32| self.counts.get(n as usize).copied().unwrap_or(0);
        names.iter().map(|(name, &n)| (name.as_slice(), count(n))).collect()
    }

    /// Whether codes and systems are counted from now on.
    pub(super) fn counts_names(&mut self, counts: bool) {
        self.is_without_names = !counts;
    }

    pub(super) fn field(&mut self, id: [u8; 3], field: usize) {
        let [high, low] = u16::try_from(field).unwrap_or(u16::MAX).to_be_bytes();
        let key = u64::from_be_bytes([0, 0, 0, id[0], id[1], id[2], high, low]);
        match self.fields.get_mut(&key) {
            Some(count) => *count += 1,
            None => _ = self.fields.insert(key, 1),
        }
    }

    pub(super) fn code(&mut self, table: &'static str, code: &[u8]) {
        self.name(Some(table), code);
    }

    pub(super) fn system(&mut self, name: &[u8]) {
        self.name(None, name);
    }

    fn name(&mut self, table: Option<&'static str>, name: &[u8]) {
        if self.is_without_names {
            return;
        }
        let name = name.get(..LONGEST).unwrap_or(name);
        let n = self.number(table, name);
        self.count(n);
        if self.recordings > 0 {
            self.recorded.push(Counted { table, name: name.into(), n });
        }
    }

    /// The number of a name of a sender's making.
    fn number(&mut self, table: Option<&'static str>, name: &[u8]) -> u32 {
        let names = match table {
            Some(table) => self.codes.entry(table).or_default(),
            None => &mut self.systems,
        };
        if let Some(&n) = names.get(name) {
            return n;
        }
        let name = if names.len() < DISTINCT { name } else { b"" };
        *names.entry(name.to_vec()).or_insert_with(|| next_number(&mut self.counts))
    }

    #[inline]
    fn count(&mut self, n: u32) {
        if let Some(count) = self.counts.get_mut(n as usize) {
            *count += 1;
        }
    }

    pub(super) fn dropped(&mut self, kind: &'static str) {
        *self.dropped.entry(kind).or_default() += 1;
    }

    /// Tells this report from others.
    pub(super) fn key(&self) -> u64 {
        self.key
    }

    /// What was counted of that which depends on more than the value: on the header, say.
    pub(super) fn circumstances(&self) -> u64 {
        let zones = self.zones_of_header + self.zones_of_settings + self.zones_unknown;
        self.dropped.values().sum::<u64>() + zones
    }

    /// Begins to record which codes and systems are counted. Returns where the record begins.
    pub(super) fn record(&mut self) -> usize {
        self.recordings += 1;
        self.recorded.len()
    }

    /// What was counted since.
    pub(super) fn recorded(&mut self, since: usize) -> Vec<Counted> {
        let counted = self.recorded.get(since..).unwrap_or_default().to_vec();
        self.recordings = self.recordings.saturating_sub(1);
        if self.recordings == 0 {
            self.recorded.clear();
        }
        counted
    }

    /// Counts again what was counted before. `of`: the key of the report that had it last.
    #[inline]
    pub(super) fn again(&mut self, counted: &mut [Counted], of: &mut u64) {
        if counted.is_empty() {
            return;
        }
        if *of != self.key {
            *of = self.key;
            counted.iter_mut().for_each(|one| one.n = self.number(one.table, &one.name));
        }
        counted.iter().for_each(|one| self.count(one.n));
        if self.recordings > 0 {
            self.recorded.extend_from_slice(counted);
        }
    }
}

fn next_number(counts: &mut Vec<u64>) -> u32 {
    counts.push(0);
    u32::try_from(counts.len() - 1).unwrap_or(u32::MAX)
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        for (field, count) in other.fields {
            *self.fields.entry(field).or_default() += count;
        }
        let from = other.counts;
        let mut merge = |into: &mut Names, names: Names| {
            for (name, n) in names {
                let to = *into.entry(name).or_insert_with(|| next_number(&mut self.counts));
                self.counts[to as usize] += from.get(n as usize).copied().unwrap_or(0);
            }
        };
        for (table, names) in other.codes {
            merge(self.codes.entry(table).or_default(), names);
        }
        merge(&mut self.systems, other.systems);
        for (kind, count) in other.dropped {
            *self.dropped.entry(kind).or_default() += count;
        }
        self.nulls += other.nulls;
        self.other_patients += other.other_patients;
        self.zones_of_header += other.zones_of_header;
        self.zones_of_settings += other.zones_of_settings;
        self.zones_unknown += other.zones_unknown;
    }
}
