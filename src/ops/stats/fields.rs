//! The fields of one segment: where each stands in the bytes, and what is counted of it.

use super::distinct::Distinct;
use super::hash::hash;
use super::values::Values;
use super::{Limits, Reading};
use crate::core::message::{hits, pieces};
use crate::core::{SegmentId, Separators};
use crate::ops::deidentify::codes::{holds_codes, is_like_a_code};

/// The last field that is counted: no segment of the standard has half as many.
pub(super) const LAST: usize = 128;

/// What is counted of the fields of a segment, field 1 first.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) columns: Vec<Column>,
    /// Fields behind [`LAST`] that were not empty.
    pub(super) beyond: u64,
}

/// What is counted of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    /// How often there was something in it.
    pub(super) filled: u64,
    /// How often it said that the value is to be deleted (`""`), which is not filled.
    pub(super) nulls: u64,
    /// The most repetitions.
    pub(super) repetitions: u64,
    /// The longest value with all its repetitions, in bytes.
    pub(super) longest: u64,
    pub(super) distinct: Distinct,
    pub(super) told: Told,
    /// The hash of the value before.
    last: u64,
}

/// Which values of a field may be told.
#[derive(Clone, Debug, Default)]
pub(super) enum Told {
    /// None.
    #[default]
    Nothing,
    /// The first component of each repetition, which is a code.
    Codes(Box<Values>),
    /// All of it.
    Whole(Box<Values>),
}

impl Fields {
    /// Counts the fields of a segment; `bytes` is the segment behind its id and the separator.
    #[inline]
    pub(super) fn add(&mut self, id: SegmentId, bytes: &[u8], reading: &Reading<'_, '_>) {
        split(bytes, reading.separators, |index, value, repetitions| {
            self.add_value(id, index, value, repetitions, reading);
        });
    }

    /// Counts MSH, whose first field is the separator itself, and whose second is not to be split.
    /// Its values are handed to `tell` with the numbers of their fields.
    pub(super) fn add_header<'m>(
        &mut self,
        bytes: &'m [u8],
        reading: &Reading<'_, '_>,
        mut tell: impl FnMut(usize, &'m [u8]),
    ) {
        let Some((_, rest)) = bytes.split_at_checked(4) else { return };
        self.add_value(*b"MSH", 0, &bytes[3..4], 1, reading);
        let end = memchr::memchr(reading.separators.field, rest).unwrap_or(rest.len());
        self.add_value(*b"MSH", 1, &rest[..end], 1, reading);
        let rest = rest.get(end + 1..).unwrap_or_default();
        split(rest, reading.separators, |index, value, repetitions| {
            self.add_value(*b"MSH", index + 2, value, repetitions, reading);
            tell(index + 3, value);
        });
    }

    #[inline]
    fn add_value(
        &mut self,
        id: SegmentId,
        index: usize,
        value: &[u8],
        repetitions: u64,
        reading: &Reading<'_, '_>,
    ) {
        if index >= self.columns.len() {
            if index >= LAST {
                self.beyond += 1;
                return;
            }
            self.begin(id, index, reading.values);
        }
        let limit = if is_local(id) { reading.limits.local } else { reading.limits.values };
        self.columns[index].add(value, repetitions, limit, reading);
    }

    #[cold]
    fn begin(&mut self, id: SegmentId, index: usize, all_values: bool) {
        while self.columns.len() <= index {
            let field = u16::try_from(self.columns.len() + 1).unwrap_or(u16::MAX);
            let told = match () {
                () if holds_codes(id, field) => Told::Codes(Box::default()),
                () if all_values => Told::Whole(Box::default()),
                () => Told::Nothing,
            };
            self.columns.push(Column { told, ..Column::default() });
        }
    }

    /// Gives away which different values there were.
    pub(super) fn give_distinct(&mut self, to: Option<&mut Self>) {
        if let Some(to) = to {
            for (own, theirs) in self.columns.iter().zip(&mut to.columns) {
                theirs.distinct.merge(&own.distinct);
            }
        }
        for column in &mut self.columns {
            column.distinct.clear();
            column.last = 0;
        }
    }

    /// How many fields have so many values that they are estimated.
    pub(super) fn estimated(&self) -> usize {
        self.columns.iter().filter(|column| !column.distinct.is_exact()).count()
    }

    /// Adds what comes behind, and empties it, but for the different values.
    pub(super) fn merge(&mut self, id: SegmentId, other: &mut Self, limits: &Limits) {
        self.beyond += std::mem::take(&mut other.beyond);
        let limit = if is_local(id) { limits.local } else { limits.values };
        for (index, theirs) in other.columns.iter_mut().enumerate() {
            match self.columns.get_mut(index) {
                Some(_) if theirs.is_untouched() => {}
                Some(own) => own.merge(theirs, limit),
                None => {
                    let mut own = Column { told: theirs.told.empty(), ..Column::default() };
                    own.merge(theirs, limit);
                    self.columns.push(own);
                }
            }
        }
    }
}

/// Whether a segment is one of a site, of whose fields less is kept.
pub(super) fn is_local(id: SegmentId) -> bool {
    id[0] == b'Z'
}

impl Column {
    #[inline]
    fn add(&mut self, value: &[u8], repetitions: u64, limit: usize, reading: &Reading<'_, '_>) {
        if value == b"\"\"" {
            self.nulls += 1;
            return;
        }
        // Delimiters alone are no value.
        let by = reading.separators;
        let says = |&b: &u8| by.has_value(&[b]) && (repetitions == 1 || b != by.repetition);
        if !value.iter().any(says) {
            return;
        }
        self.filled += 1;
        self.repetitions = self.repetitions.max(repetitions);
        self.longest = self.longest.max(value.len() as u64);
        let hashed = hash(value);
        if hashed != self.last {
            self.last = hashed;
            self.distinct.add(hashed);
        }
        match &mut self.told {
            Told::Nothing => {}
            Told::Whole(values) => {
                values.add(value, hashed, limit, |raw| reading.scope.text(raw));
            }
            Told::Codes(values) => {
                let Separators { component, repetition, .. } = reading.separators;
                for raw in pieces(value, if repetitions > 1 { repetition } else { b'\r' }) {
                    let code = pieces(raw, component).next().unwrap_or_default();
                    let hashed = if code.len() == value.len() { hashed } else { hash(code) };
                    if !is_like_a_code(code) {
                        values.add_other();
                    } else if !code.is_empty() {
                        values.add(code, hashed, limit, |raw| reading.scope.text(raw));
                    }
                }
            }
        }
    }

    fn is_untouched(&self) -> bool {
        self.filled == 0 && self.nulls == 0
    }

    fn merge(&mut self, other: &mut Self, limit: usize) {
        self.filled += std::mem::take(&mut other.filled);
        self.nulls += std::mem::take(&mut other.nulls);
        self.repetitions = self.repetitions.max(std::mem::take(&mut other.repetitions));
        self.longest = self.longest.max(std::mem::take(&mut other.longest));
        if let (Some(own), Some(theirs)) = (self.told.values_mut(), other.told.values_mut()) {
            own.merge(theirs, limit);
        }
    }
}

impl Told {
    fn empty(&self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Codes(_) => Self::Codes(Box::default()),
            Self::Whole(_) => Self::Whole(Box::default()),
        }
    }

    pub(super) fn values(&self) -> Option<&Values> {
        match self {
            Self::Nothing => None,
            Self::Codes(values) | Self::Whole(values) => Some(values),
        }
    }

    fn values_mut(&mut self) -> Option<&mut Values> {
        match self {
            Self::Nothing => None,
            Self::Codes(values) | Self::Whole(values) => Some(values),
        }
    }
}

/// Calls `each` with the fields that are not empty: the number of separators before the field, its
/// bytes, and how many repetitions they are. One walk over the bytes, a word at a time, finds both
/// kinds of separators.
#[inline]
fn split<'m>(bytes: &'m [u8], by: Separators, mut each: impl FnMut(usize, &'m [u8], u64)) {
    let (mut index, mut start, mut repetitions) = (0, 0, 1);
    let (words, tail) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..tail.len()].copy_from_slice(tail);
    for (n, word) in words.iter().chain(std::iter::once(&last)).enumerate() {
        let mut found = hits(*word, by.field) | hits(*word, by.repetition);
        while found != 0 {
            let at = n * 8 + found.trailing_zeros() as usize / 8;
            found &= found - 1;
            if bytes[at] != by.field {
                repetitions += 1;
                continue;
            }
            if at > start {
                each(index, &bytes[start..at], repetitions);
            }
            index += 1;
            start = at + 1;
            repetitions = 1;
        }
    }
    if start < bytes.len() {
        each(index, &bytes[start..], repetitions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Segment;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fields_are_those_of_the_segment(rest in "[|~a^]{0,40}") {
            let by = Separators::default();
            let bytes = format!("PID|{rest}");
            let segment = Segment::new(bytes.as_bytes(), by);
            let all = segment.fields().filter(|(_, field)| !field.raw().is_empty());
            let expected: Vec<_> =
                all.map(|(n, f)| (n - 1, f.raw(), f.repetitions().count() as u64)).collect();
            let mut found = Vec::new();
            split(rest.as_bytes(), by, |n, value, count| found.push((n, value, count)));
            prop_assert_eq!(found, expected);
        }
    }
}
