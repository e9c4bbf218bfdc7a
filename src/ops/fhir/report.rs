//! What is counted of a run, so that nothing is lost without a word.

use super::json::Json;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// So many different codes and names are told apart; those beyond are counted together, for
/// values of a sender's making must not fill the memory.
const DISTINCT: usize = 10_000;
/// So many bytes of a code or name are kept.
const LONGEST: usize = 80;

/// What could not be carried over, or only by assumption, with how often.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Valued fields that no map asked for, and components of such as one did: segment and field.
    pub fields: BTreeMap<([u8; 3], u16), u64>,
    /// Codes that a table of the guide does not have, by its name.
    pub codes: BTreeMap<&'static str, BTreeMap<Vec<u8>, u64>>,
    /// Names of coding systems and authorities without a URI.
    pub systems: BTreeMap<Vec<u8>, u64>,
    /// Values that no resource can hold, by their kind: `time`, `number`.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Fields that are HL7's null.
    pub nulls: u64,
    /// Times that got their offset from MSH-7.
    pub zones_of_header: u64,
    /// Times that got their offset from the settings.
    pub zones_of_settings: u64,
    /// Times cut to their date, because no offset is known.
    pub zones_unknown: u64,
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
        for ((id, field), count) in &self.fields {
            let place = format!("{}-{field}", String::from_utf8_lossy(id));
            line(*count, &|w| _ = w.string("unmapped", place.as_bytes()));
        }
        let codes = self
            .codes
            .iter()
            .flat_map(|(table, codes)| codes.iter().map(move |(code, count)| (table, code, count)));
        for (table, code, count) in codes {
            line(*count, &|w| {
                w.string("table", table.as_bytes());
                w.string("code", code);
            });
        }
        for (name, count) in &self.systems {
            line(*count, &|w| _ = w.string("system", name));
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
        out
    }

    pub(super) fn field(&mut self, id: [u8; 3], field: usize) {
        let field = u16::try_from(field).unwrap_or(u16::MAX);
        *self.fields.entry((id, field)).or_default() += 1;
    }

    pub(super) fn code(&mut self, table: &'static str, code: &[u8]) {
        count_name(self.codes.entry(table).or_default(), code);
    }

    pub(super) fn system(&mut self, name: &[u8]) {
        count_name(&mut self.systems, name);
    }

    pub(super) fn dropped(&mut self, kind: &'static str) {
        *self.dropped.entry(kind).or_default() += 1;
    }
}

/// Counts a name of a sender's making.
fn count_name(counts: &mut BTreeMap<Vec<u8>, u64>, name: &[u8]) {
    let name = name.get(..LONGEST).unwrap_or(name);
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
        return;
    }
    let name = if counts.len() < DISTINCT { name } else { b"" };
    *counts.entry(name.to_vec()).or_default() += 1;
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        fn merge<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
            for (key, count) in from {
                *into.entry(key).or_default() += count;
            }
        }
        merge(&mut self.fields, other.fields);
        for (table, codes) in other.codes {
            merge(self.codes.entry(table).or_default(), codes);
        }
        merge(&mut self.systems, other.systems);
        merge(&mut self.dropped, other.dropped);
        self.nulls += other.nulls;
        self.zones_of_header += other.zones_of_header;
        self.zones_of_settings += other.zones_of_settings;
        self.zones_unknown += other.zones_unknown;
    }
}
