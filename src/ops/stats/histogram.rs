//! Numbers by their size, to tell medians and percentiles in bounded memory.

/// Numbers below 256 are counted each for itself; above, a bucket is at most 1/128 as wide as its
/// numbers are great, so that the middle of it is wrong by less than 0.4 %.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    sum: u128,
    range: Option<(u64, u64)>,
}

/// Buckets to each power of two, as bits.
const BITS: u32 = 7;

impl Histogram {
    pub(super) fn add(&mut self, value: u64) {
        let at = bucket(value);
        if at >= self.buckets.len() {
            self.buckets.resize(at + 1, 0);
        }
        self.buckets[at] += 1;
        self.count += 1;
        self.sum += u128::from(value);
        let (least, most) = self.range.unwrap_or((value, value));
        self.range = Some((least.min(value), most.max(value)));
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all numbers.
    pub(super) fn sum(&self) -> u64 {
        u64::try_from(self.sum).unwrap_or(u64::MAX)
    }

    /// The least and the greatest number, if there is any.
    pub(super) fn range(&self) -> Option<(u64, u64)> {
        self.range
    }

    /// A number that so many percent of all are no greater than: of an ordered list the one at
    /// that place, rounded up.
    pub(super) fn percentile(&self, percent: u64) -> u64 {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        let mut passed = 0_u128;
        let found = self.buckets.iter().position(|&count| {
            passed += u128::from(count);
            passed >= rank
        });
        let (least, most) = self.range.unwrap_or_default();
        found.map_or(0, middle).clamp(least, most)
    }
}

fn bucket(value: u64) -> usize {
    let shift = (64 - value.leading_zeros()).saturating_sub(BITS + 1);
    ((shift as usize) << BITS) + (value >> shift) as usize
}

/// The middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let shift = (bucket >> BITS).saturating_sub(1);
    let first = ((bucket - (shift << BITS)) as u64) << shift;
    first + (1_u64 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_bucket_is_near_all_its_numbers() {
        let powers = (0..64).flat_map(|n| [1_u64 << n, (1_u64 << n) - 1, (1_u64 << n) | 1]);
        for value in (0..3000).chain(powers).chain([u64::MAX]) {
            let near = middle(bucket(value));
            assert!(near.abs_diff(value) as f64 <= value as f64 * 0.004, "{value}: {near}");
            assert!(value > 255 || near == value);
        }
        assert!((1..5000).all(|n| bucket(n) - bucket(n - 1) <= 1));
    }

    #[test]
    fn percentiles_are_places_in_order() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.percentile(50), histogram.range()), (0, None));
        [40, 10, 30, 20].into_iter().for_each(|n| histogram.add(n));
        let of = |percent| histogram.percentile(percent);
        assert_eq!([of(0), of(25), of(50), of(51), of(99), of(100)], [10, 10, 20, 30, 40, 40]);
        assert_eq!((histogram.sum(), histogram.range()), (100, Some((10, 40))));
    }
}
