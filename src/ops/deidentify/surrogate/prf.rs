//! The pseudo-random function: HMAC-SHA256 (RFC 2104), with a key of its own for each purpose.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::array;
use zeroize::Zeroizing;

/// HMAC-SHA256 with a key that is taken in already: two compressions for a value of up to 55
/// bytes instead of four.
#[derive(Clone)]
pub(super) struct Prf(Hmac<Sha256>);

/// 256 bits that tell nothing of the value that they came from.
pub(super) type Digest = [u8; 32];

/// Keys that follow from a key, one for each purpose, none telling of another.
pub(super) struct Subkeys(Hkdf<Sha256>);

impl Subkeys {
    /// `key` is random, all of it; so it needs no extraction (RFC 5869, section 3.3).
    pub(super) fn of(key: &[u8; 32]) -> Self {
        Self(Hkdf::from_prk(key).expect("32 bytes are the length of a hash"))
    }

    /// The key for a purpose. The label must never change: another one makes other surrogates.
    pub(super) fn bytes(&self, label: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        let info: [&[u8]; 2] = [b"pipehat deidentify 1: ", label.as_bytes()];
        self.0.expand_multi_info(&info, &mut *key).expect("32 bytes are fewer than 255 hashes");
        key
    }

    /// The function for a purpose.
    pub(super) fn prf(&self, label: &str) -> Prf {
        Prf::of_key(&self.bytes(label))
    }
}

impl Prf {
    pub(super) fn of_key(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    pub(super) fn digest(&self, value: &[u8]) -> Digest {
        let mut mac = self.0.clone();
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

/// The first 64 bits.
pub(super) fn first_64(digest: &Digest) -> u64 {
    u64::from_be_bytes(*digest.first_chunk().expect("a digest has 32 bytes"))
}

/// The first 128 bits.
pub(super) fn first_128(digest: &Digest) -> u128 {
    u128::from_be_bytes(*digest.first_chunk().expect("a digest has 32 bytes"))
}

/// The second 64 bits of the other half, for a second choice by one digest.
pub(super) fn last_64(digest: &Digest) -> u64 {
    u64::from_be_bytes(*digest.last_chunk().expect("a digest has 32 bytes"))
}

/// Appends the first 80 bits as 16 capital letters and digits, base32 without I, L, O and U, which
/// are easily misread.
pub(super) fn write_token(digest: &Digest, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = first_128(digest) >> 48;
    let (high, low) = ((bits >> 40) as u64, bits as u64);
    let digit = |half: u64, n: usize| DIGITS[(half >> (35 - 5 * n) & 31) as usize];
    let token: [u8; 16] =
        array::from_fn(|n| if n < 8 { digit(high, n) } else { digit(low, n - 8) });
    out.extend_from_slice(&token);
}

/// As [`write_token`], of a value that must not stand in it, as it does by chance in one token of
/// 2,300 for three letters or digits: a room. Then it is the token of the digest's digest.
pub(super) fn write_token_for(value: &[u8], prf: &Prf, digest: Digest, out: &mut Vec<u8>) {
    let start = out.len();
    let mut digest = digest;
    loop {
        write_token(&digest, out);
        if !stands_in(value, &out[start..]) {
            return;
        }
        out.truncate(start);
        digest = prf.digest(&digest);
    }
}

/// Whether a value of three letters or more stands in a token, in any case.
fn stands_in(value: &[u8], token: &[u8]) -> bool {
    let [first, _, _, ..] = value else { return false };
    let first = first.to_ascii_uppercase();
    let mut parts = token.windows(value.len());
    parts.any(|part| part[0] == first && part.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digit = |b: u8| char::from(b).to_digit(16).unwrap() as u8;
        hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
    }

    /// RFC 4231, test case 6, has a key of 131 bytes; so this is what HMAC does to keys of 32
    /// bytes, reckoned with another implementation.
    #[test]
    fn digests_are_hmac_sha256() {
        let key: [u8; 32] = std::array::from_fn(|n| n as u8);
        let expected = bytes("0a66c13dcb5b2eb9f2955c0768311b11183793f733e013175997fe6b85a91d0c");
        assert_eq!(Prf::of_key(&key).digest(b"MRN123456").to_vec(), expected);
    }

    /// HKDF-Expand (RFC 5869, section 2.3), reckoned with HMAC of another implementation: one
    /// block, so HMAC of the label and 1.
    #[test]
    fn subkeys_are_hkdf() {
        let key: [u8; 32] = std::array::from_fn(|n| n as u8);
        let expected = bytes("94cdf4f748e9598c7842242f4c9d4ad3a555f7314980211664840ff7114a5c58");
        assert_eq!(Subkeys::of(&key).bytes("id").to_vec(), expected);
    }

    #[test]
    fn tokens_are_the_first_bits() {
        let mut out = Vec::new();
        write_token(&std::array::from_fn(|n| if n < 10 { 0xFF } else { 0 }), &mut out);
        write_token(&std::array::from_fn(|n| if n == 9 { 33 } else { 0 }), &mut out);
        assert_eq!(out, b"ZZZZZZZZZZZZZZZZ0000000000000011");
    }

    #[test]
    fn tokens_do_not_hold_what_they_stand_for() {
        let prf = Prf::of_key(&[7; 32]);
        let digest = prf.digest(b"value");
        let token = |value: &[u8]| {
            let mut out = Vec::new();
            write_token_for(value, &prf, digest, &mut out);
            out
        };
        let usual = token(b"value");
        for part in [&usual[..3], &usual[5..9].to_ascii_lowercase(), &usual[..]] {
            let other = token(part);
            assert_eq!(other.len(), 16);
            assert!(!stands_in(part, &other), "{other:?}");
        }
        // Two letters stand in many.
        assert_eq!(token(&usual[..2]), usual);
    }
}
