//! How many different values there are, in bounded memory.
//!
//! Up to [`EXACT`] they are counted exactly, by their hashes. Then HyperLogLog takes over (Flajolet
//! and others 2007) with 2^12 registers, whose standard error is 1.04 / sqrt(4096) = 1.6 %, and the
//! estimator of Ertl (2017, "New cardinality estimation algorithms for HyperLogLog sketches",
//! algorithm 6), which needs no tables of corrections. Both depend on nothing but which values there
//! are: not on their order, nor on how they are split and merged.

/// So many different values are counted exactly.
pub(super) const EXACT: usize = 256;

const BITS: u32 = 12;
const REGISTERS: usize = 1 << BITS;
/// The greatest value of a register: one more than the bits that are left of a hash.
const MOST: usize = 64 - BITS as usize + 1;

/// The different values of a field, by their hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct {
    /// Hashes at the places that they lead to; 0 is an empty place.
    seen: Vec<u64>,
    count: usize,
    /// Once there are more than [`EXACT`].
    registers: Option<Box<Registers>>,
}

#[derive(Clone, Debug)]
struct Registers {
    values: [u8; REGISTERS],
    /// Values that wait to be entered, each a register's number and, in the last byte, what it is
    /// to be at least. The registers of all fields do not fit the nearest cache: to fetch those of
    /// many values at once costs a fraction of fetching one and waiting for it, many times.
    waiting: [u32; WAITING],
    count: usize,
    /// No register is less, so that most values of a field that has many are done with at once.
    least: u8,
    /// How often values were entered since `least` was found.
    rounds: u8,
}

/// So many values wait.
const WAITING: usize = 64;

impl Distinct {
    /// Counts a value.
    #[inline]
    pub(super) fn add(&mut self, hash: u64) {
        match &mut self.registers {
            Some(registers) => registers.add(hash),
            None => self.remember(hash.max(1)),
        }
    }

    fn remember(&mut self, hash: u64) {
        if self.seen.len() <= self.count * 2 {
            self.grow();
        }
        let mask = self.seen.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.seen[at] {
                0 => break,
                known if known == hash => return,
                _ => at = (at + 1) & mask,
            }
        }
        self.seen[at] = hash;
        self.count += 1;
        if self.count > EXACT {
            self.estimate_from_now_on();
        }
    }

    fn grow(&mut self) {
        let bigger = (self.seen.len() * 2).max(8);
        let before = std::mem::replace(&mut self.seen, vec![0; bigger]);
        for hash in before.into_iter().filter(|&hash| hash != 0) {
            let mut at = hash as usize & (bigger - 1);
            while self.seen[at] != 0 {
                at = (at + 1) & (bigger - 1);
            }
            self.seen[at] = hash;
        }
    }

    fn estimate_from_now_on(&mut self) {
        let mut registers = Box::<Registers>::default();
        self.seen.iter().filter(|&&hash| hash != 0).for_each(|&hash| registers.add(hash));
        self.seen = Vec::new();
        self.count = 0;
        self.registers = Some(registers);
    }

    /// Adds the values of another.
    pub(super) fn merge(&mut self, other: &Self) {
        match &other.registers {
            None => other.seen.iter().filter(|&&hash| hash != 0).for_each(|&hash| self.add(hash)),
            Some(theirs) => {
                if self.registers.is_none() {
                    self.estimate_from_now_on();
                }
                if let Some(own) = &mut self.registers {
                    own.merge(theirs);
                }
            }
        }
    }

    /// Whether [`Distinct::count`] is no estimate.
    pub(super) fn is_exact(&self) -> bool {
        self.registers.is_none()
    }

    /// How many different values there are.
    pub(super) fn count(&self) -> u64 {
        match &self.registers {
            None => self.count as u64,
            Some(registers) => estimate(&registers.settled().values).round() as u64,
        }
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.seen.fill(0);
        self.count = 0;
        self.registers = None;
    }
}

impl Default for Registers {
    fn default() -> Self {
        let values = [0; REGISTERS];
        Self { values, waiting: [0; WAITING], count: 0, least: 0, rounds: 0 }
    }
}

impl Registers {
    /// The hash's first bits choose a register, which keeps the most zeros that the others begin
    /// with, and one.
    #[inline]
    fn add(&mut self, hash: u64) {
        let zeros = (hash << BITS).leading_zeros().min(MOST as u32 - 1);
        if zeros >= u32::from(self.least) {
            let register = (hash >> (64 - BITS)) as u32;
            self.put(register << 8 | (zeros + 1));
        }
    }

    #[inline]
    fn put(&mut self, entry: u32) {
        self.waiting[self.count % WAITING] = entry;
        self.count += 1;
        if self.count == WAITING {
            self.enter();
        }
    }

    /// Enters the values that wait.
    fn enter(&mut self) {
        for entry in &self.waiting[..self.count] {
            let register = &mut self.values[(entry >> 8) as usize % REGISTERS];
            *register = (*register).max(*entry as u8);
        }
        self.count = 0;
        self.rounds = self.rounds.wrapping_add(1);
        if self.rounds == 0 {
            self.least = self.values.iter().copied().min().unwrap_or(0);
        }
    }

    /// Adds the values of others.
    fn merge(&mut self, other: &Self) {
        let pairs = self.values.iter_mut().zip(&other.values);
        pairs.for_each(|(own, &their)| *own = (*own).max(their));
        other.waiting[..other.count].iter().for_each(|&entry| self.put(entry));
    }

    /// The registers with all values.
    fn settled(&self) -> Self {
        let mut settled = self.clone();
        settled.enter();
        settled
    }
}

fn estimate(registers: &[u8; REGISTERS]) -> f64 {
    const M: f64 = REGISTERS as f64;
    let mut with = [0_u32; MOST + 1];
    registers.iter().for_each(|&value| with[usize::from(value)] += 1);
    let share = |n: u32| f64::from(n) / M;
    let mut z = M * tau(1.0 - share(with[MOST]));
    for &count in with[1..MOST].iter().rev() {
        z = 0.5 * (z + f64::from(count));
    }
    z += M * sigma(share(with[0]));
    M * M / (2.0 * std::f64::consts::LN_2 * z)
}

/// `x + sum of x^(2^k) 2^(k-1)` for all k from 1.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

/// `(1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3` for all k from 1.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::hash;
    use super::*;

    fn of(values: std::ops::Range<u64>) -> Distinct {
        let mut distinct = Distinct::default();
        values.for_each(|n| distinct.add(hash(n.to_string().as_bytes())));
        distinct
    }

    #[test]
    fn few_are_counted_exactly() {
        for n in [0, 1, 7, 255, 256] {
            let mut distinct = of(0..n);
            distinct.merge(&of(0..n));
            assert!(distinct.is_exact());
            assert_eq!(distinct.count(), n);
        }
    }

    #[test]
    fn many_are_estimated_within_five_percent() {
        // Three times the standard error; most are within one.
        let mut within_one = 0;
        let counts = [257, 1000, 3000, 5000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
        for n in counts {
            let estimate = of(0..n).count() as f64;
            let error = (estimate / n as f64 - 1.0).abs();
            assert!(error < 0.05, "{n}: {estimate}");
            within_one += usize::from(error < 0.0163);
        }
        assert!(within_one * 2 > counts.len(), "{within_one}");
    }

    #[test]
    fn order_and_parts_make_no_difference() {
        let whole = of(0..2000);
        for parts in [[0..300, 300..2000], [1000..2000, 0..1500], [0..2000, 0..10]] {
            let mut merged = Distinct::default();
            parts.into_iter().for_each(|part| merged.merge(&of(part)));
            let values = |d: Distinct| d.registers.map(|registers| registers.settled().values);
            assert_eq!(values(merged), values(whole.clone()));
        }
    }
}
