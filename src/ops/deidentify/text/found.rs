//! What was found, counted.

use std::ops::AddAssign;

/// What something in a text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Id,
    Ssn,
    Phone,
    Email,
    Url,
    Address,
    Date,
    Age,
    Word,
}

/// Names of the counts, as reports have them.
const NAMES: [&str; 10] =
    ["names", "ids", "ssns", "phones", "emails", "urls", "addresses", "dates", "ages", "words"];

/// What was found in texts, by what it was taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    counts: [u64; NAMES.len()],
}

impl Found {
    pub(super) fn count(&mut self, sort: Sort) {
        self.counts[sort as usize] += 1;
    }

    /// How much was found of what, in a fixed order: names, ids and so on. Words are those that
    /// are masked because no list has them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        NAMES.into_iter().zip(self.counts)
    }

    /// How much was found.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

impl AddAssign<&Found> for Found {
    fn add_assign(&mut self, other: &Found) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }
}
