//! Format-preserving encryption: FF1 of NIST SP 800-38G.
//!
//! A permutation of all strings of one length over an alphabet, so that no two become the same.
//! Halves are numbers of 128 bits: up to 76 decimal digits, or 48 letters and digits.

use aes::cipher::consts::U16;
use aes::cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser,
};

/// The smallest number of strings that are permuted (SP 800-38G, revision 1, section 5.1): fewer
/// can be tried out.
const MIN_DOMAIN: u128 = 1_000_000;

/// The most bytes of a half in `Q`, which has a block of its own then.
const WHOLE: usize = 16;

/// FF1 with a block cipher of 128 bits and its key.
pub(super) struct Ff1<C>(pub(super) C);

/// What depends on the alphabet, the length and the tweak alone. Blocks are numbers here.
pub(super) struct Form {
    radix: u8,
    /// `u` and `v`: how long the halves are.
    lengths: [usize; 2],
    /// `radix` to the power of the lengths.
    moduli: [u128; 2],
    /// `b`: the bytes of a half in `Q`.
    bytes: usize,
    /// `d`: the bytes of `S` that count.
    taken: usize,
    /// The state of the CBC-MAC behind `P` and the whole blocks of `Q` that no round changes, with
    /// what no round changes of the next one, in which the round's number stands.
    state: u128,
}

impl<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>> Ff1<C> {
    /// Makes ready for strings of `length` symbols, each `0..radix`, radix up to 36.
    ///
    /// `None` if they are fewer than a million, or too long for halves of 128 bits.
    pub(super) fn form(&self, radix: u8, length: usize, tweak: &[u8]) -> Option<Form> {
        let lengths = [length / 2, length - length / 2];
        let power = |n: usize| u128::from(radix).checked_pow(n.try_into().ok()?);
        let moduli = [power(lengths[0])?, power(lengths[1])?];
        // Their sum must not overflow, see `Rounds`.
        let is_small = moduli[0].checked_mul(moduli[1]).is_some_and(|n| n < MIN_DOMAIN);
        if is_small || moduli[1] > 1 << 127 {
            return None;
        }
        let bits = u128::BITS - (moduli[1] - 1).leading_zeros();
        let bytes = bits.div_ceil(8) as usize;
        let mut p = [1, 2, 1, 0, 0, radix, 10, lengths[0] as u8, 0, 0, 0, 0, 0, 0, 0, 0];
        p[8..12].copy_from_slice(&u32::try_from(length).ok()?.to_be_bytes());
        p[12..].copy_from_slice(&u32::try_from(tweak.len()).ok()?.to_be_bytes());
        let mut q = tweak.to_vec();
        q.resize((tweak.len() + bytes + 1).next_multiple_of(16), 0);
        let (blocks, _) = q.as_chunks::<16>();
        let fixed = blocks.len() - if bytes == WHOLE { 1 } else { 0 };
        let mut state = u128::from_be_bytes(p);
        for block in blocks.iter().take(fixed) {
            let mut mixed = Array::from(state.to_be_bytes());
            self.0.encrypt_block(&mut mixed);
            state = u128::from_be_bytes(mixed.into()) ^ u128::from_be_bytes(*block);
        }
        let taken = 4 * bytes.div_ceil(4) + 4;
        Some(Form { radix, lengths, moduli, bytes, taken, state })
    }

    /// Encrypts symbols, as many as the form is for.
    pub(super) fn encrypt(&self, form: &Form, symbols: &mut [u8]) {
        let (left, right) = symbols.split_at_mut(form.lengths[0]);
        let mut halves = [number(form.radix, left), number(form.radix, right)];
        // All rounds at once: to make the cipher ready costs more than to encrypt a block.
        self.0.encrypt_with_backend(Rounds { form, halves: &mut halves });
        write(form.radix, halves[0], left);
        write(form.radix, halves[1], right);
    }
}

/// Strings that are encrypted side by side, each in its form: no more than a processor can have
/// under way.
#[derive(Default)]
pub(super) struct Lanes<'f> {
    forms: [Option<&'f Form>; LANES],
    halves: [[u128; 2]; LANES],
    count: usize,
}

/// The most strings that are encrypted side by side.
pub(super) const LANES: usize = 8;

impl<'f> Lanes<'f> {
    /// Adds symbols; there is room for [`LANES`] of them.
    pub(super) fn add(&mut self, form: &'f Form, symbols: &[u8]) {
        let (left, right) = symbols.split_at(form.lengths[0]);
        self.forms[self.count] = Some(form);
        self.halves[self.count] = [number(form.radix, left), number(form.radix, right)];
        self.count += 1;
    }

    /// The symbols that became of those that were added as the `n`th, from 0.
    pub(super) fn write(&self, n: usize, symbols: &mut [u8]) {
        if let Some(form) = self.forms[n] {
            let (left, right) = symbols.split_at_mut(form.lengths[0]);
            write(form.radix, self.halves[n][0], left);
            write(form.radix, self.halves[n][1], right);
        }
    }
}

impl<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>> Ff1<C> {
    /// Encrypts all strings.
    pub(super) fn encrypt_all(&self, lanes: &mut Lanes<'_>) {
        if lanes.count > 0 {
            self.0.encrypt_with_backend(AllRounds(lanes));
        }
    }
}

/// The ten rounds of several strings.
struct AllRounds<'l, 'f>(&'l mut Lanes<'f>);

impl BlockSizeUser for AllRounds<'_, '_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for AllRounds<'_, '_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, cipher: &B) {
        let lanes = self.0;
        let count = lanes.count;
        for round in 0..10 {
            for (form, halves) in lanes.forms.iter().zip(&mut lanes.halves).take(count) {
                if let Some(form) = form {
                    *halves = form.step(cipher, round, *halves);
                }
            }
        }
    }
}

/// The ten rounds over two halves.
struct Rounds<'f> {
    form: &'f Form,
    halves: &'f mut [u128; 2],
}

impl BlockSizeUser for Rounds<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Rounds<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, cipher: &B) {
        *self.halves = (0..10).fold(*self.halves, |halves, n| self.form.step(cipher, n, halves));
    }
}

impl Form {
    /// The halves behind a round.
    #[inline(always)]
    fn step<B: BlockCipherEncBackend<BlockSize = U16>>(
        &self,
        cipher: &B,
        round: u8,
        [a, b]: [u128; 2],
    ) -> [u128; 2] {
        let modulus = self.moduli[usize::from(round % 2)];
        let sum = a + self.round(cipher, round, b, modulus);
        [b, if sum < modulus { sum } else { sum - modulus }]
    }

    /// `y` of a round, less whole multiples of the modulus.
    #[inline(always)]
    fn round<B: BlockCipherEncBackend<BlockSize = U16>>(
        &self,
        cipher: &B,
        round: u8,
        half: u128,
        modulus: u128,
    ) -> u128 {
        let encrypted = |number: u128| {
            let mut block = Array::from(number.to_be_bytes());
            cipher.encrypt_block((&mut block).into());
            u128::from_be_bytes(block.into())
        };
        // In `Q` the half is behind the round.
        let round = u128::from(round);
        let s = if self.bytes == WHOLE {
            encrypted(encrypted(self.state ^ round) ^ half)
        } else {
            encrypted(self.state ^ round << (8 * self.bytes) ^ half)
        };
        match self.taken {
            // Division of 64 bits is many times as fast, and serves up to 18 decimal digits.
            8 => u128::from((s >> 64) as u64 % modulus as u64),
            taken @ 12..=16 => (s >> (128 - 8 * taken)) % modulus,
            taken => {
                // `S` goes on with the encryption of `R` XOR 1.
                let more = encrypted(s ^ 1);
                // Bit by bit, as the number has more than 128 of them.
                (0..8 * (taken - 16))
                    .fold(s % modulus, |y, bit| (y << 1 | more >> (127 - bit) & 1) % modulus)
            }
        }
    }
}

/// The number that symbols are.
fn number(radix: u8, symbols: &[u8]) -> u128 {
    // No half of 12 symbols has more than 64 bits.
    let few = |symbols: &[u8]| symbols.iter().fold(0, |n, s| n * u64::from(radix) + u64::from(*s));
    symbols.chunks(12).fold(0, |n, symbols| {
        n * u128::from(u64::from(radix).pow(symbols.len() as u32)) + u128::from(few(symbols))
    })
}

/// The symbols that a number is.
fn write(radix: u8, mut number: u128, symbols: &mut [u8]) {
    for symbols in symbols.rchunks_mut(12) {
        let power = u64::from(radix).pow(symbols.len() as u32);
        let few = match u64::try_from(number) {
            Ok(number) => number % power,
            Err(_) => (number % u128::from(power)) as u64,
        };
        number = if number < u128::from(power) { 0 } else { number / u128::from(power) };
        // A radix that is known when this is compiled needs no division.
        match radix {
            10 => write_few(10, few, symbols),
            _ => write_few(radix.into(), few, symbols),
        }
    }
}

#[inline(always)]
fn write_few(radix: u64, mut number: u64, symbols: &mut [u8]) {
    for symbol in symbols.iter_mut().rev() {
        *symbol = (number % radix) as u8;
        number /= radix;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::cipher::KeyInit;
    use aes::{Aes128, Aes192, Aes256};
    use fpe::ff1::{FF1, FlexibleNumeralString};
    use proptest::prelude::*;

    const KEY: [u8; 32] = [
        0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F,
        0x3C, 0xEF, 0x43, 0x59, 0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F, 0x04, 0xFC,
        0x6A, 0x94,
    ];

    fn encrypted<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit>(
        key: &[u8],
        radix: u8,
        tweak: &[u8],
        text: &str,
    ) -> String {
        let ff1 = Ff1(C::new_from_slice(key).unwrap());
        let form = ff1.form(radix, text.len(), tweak).unwrap();
        let mut symbols: Vec<u8> =
            text.chars().map(|c| c.to_digit(radix.into()).unwrap() as u8).collect();
        ff1.encrypt(&form, &mut symbols);
        symbols.iter().map(|&s| char::from_digit(s.into(), radix.into()).unwrap()).collect()
    }

    /// The FF1 samples 1 to 9 that NIST publishes as examples for SP 800-38G.
    #[test]
    fn samples_of_nist() {
        let tweaks: [&[u8]; 3] = [b"", b"9876543210", b"7777pqrs777"];
        let texts = [(10, "0123456789"), (10, "0123456789"), (36, "0123456789abcdefghi")];
        let expected = [
            ["2433477484", "6124200773", "a9tv40mll9kdu509eum"],
            ["2830668132", "2496655549", "xbj3kv35jrawxv32ysr"],
            ["6657667009", "1001623463", "xs8a0azh2avyalyzuwd"],
        ];
        for n in 0..3 {
            let ((radix, text), tweak) = (texts[n], tweaks[n]);
            assert_eq!(encrypted::<Aes128>(&KEY[..16], radix, tweak, text), expected[0][n]);
            assert_eq!(encrypted::<Aes192>(&KEY[..24], radix, tweak, text), expected[1][n]);
            assert_eq!(encrypted::<Aes256>(&KEY, radix, tweak, text), expected[2][n]);
        }
    }

    #[test]
    fn domains_are_neither_small_nor_too_large() {
        let ff1 = Ff1(Aes256::new_from_slice(&KEY).unwrap());
        let lengths = |radix| (1..100).filter(move |&n| ff1.form(radix, n, b"").is_some());
        assert_eq!(lengths(10).collect::<Vec<_>>(), (6..=76).collect::<Vec<_>>());
        let ff1 = Ff1(Aes256::new_from_slice(&KEY).unwrap());
        let lengths = (1..100).filter(|&n| ff1.form(36, n, b"").is_some());
        assert_eq!(lengths.collect::<Vec<_>>(), (4..=48).collect::<Vec<_>>());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// The `fpe` crate says the same.
        #[test]
        fn another_implementation_agrees(
            key: [u8; 32],
            is_decimal: bool,
            tweak in proptest::collection::vec(any::<u8>(), 0..40),
            symbols in proptest::collection::vec(0..36_u8, 6..=76),
        ) {
            let radix = if is_decimal { 10 } else { 36 };
            let most = if is_decimal { 76 } else { 48 };
            let mut symbols: Vec<u8> = symbols.iter().map(|s| s % radix).take(most).collect();
            let oracle = FF1::<Aes256>::new(&key, radix.into()).unwrap();
            let text = symbols.iter().map(|&s| s.into()).collect::<Vec<u16>>();
            let expected = oracle.encrypt(&tweak, &FlexibleNumeralString::from(text)).unwrap();
            let expected: Vec<u8> =
                Vec::<u16>::from(expected).iter().map(|&s| s as u8).collect();
            let ff1 = Ff1(Aes256::new_from_slice(&key).unwrap());
            let form = ff1.form(radix, symbols.len(), &tweak).unwrap();
            ff1.encrypt(&form, &mut symbols);
            prop_assert_eq!(symbols, expected);
        }
    }
}
