//! Pseudonyms by a secret key: HMAC (RFC 2104) with SHA-256, in base32 (RFC 4648).
//!
//! The key stands in a file, since others can see the arguments of a command.

use super::tables::{Tables, shown};
use super::{Bound, Literals, arg};
use crate::core::expr::{ExternalFunction, Host};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::fs;
use std::sync::Arc;

/// The fewest bytes of a key.
const MIN_KEY: usize = 16;

/// How long a pseudonym is if nothing is said: 80 bits.
const LENGTH: usize = 16;

/// All 256 bits in base32.
const MAX_LENGTH: usize = 52;

struct Hash {
    keyed: Hmac<Sha256>,
    length: usize,
}

impl fmt::Debug for Hash {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hash").field("length", &self.length).finish_non_exhaustive()
    }
}

/// `hash(x, "keyfile"[, length])`
pub(super) fn hash(tables: &Tables, args: Literals<'_>) -> Bound {
    let file = args.text(1, "the name of a key file in quotes")?;
    let expected = "a length from 1 to 52";
    let length = match args.optional(2, expected)? {
        None => LENGTH,
        Some(text) => text
            .parse()
            .ok()
            .filter(|length| (1..=MAX_LENGTH).contains(length))
            .ok_or_else(|| (2, expected.to_owned()))?,
    };
    let path = tables.path(file);
    let wrong = |reason: String| (1, format!("a key file, but {}: {reason}", shown(&path)));
    let bytes = fs::read(&path).map_err(|error| wrong(error.to_string()))?;
    let key = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let key = key.strip_suffix(b"\r").unwrap_or(key);
    if key.len() < MIN_KEY {
        return Err(wrong(format!("a key has at least {MIN_KEY} bytes")));
    }
    let keyed = Hmac::new_from_slice(key).map_err(|error| wrong(error.to_string()))?;
    Ok(Arc::new(Hash { keyed, length }))
}

impl ExternalFunction for Hash {
    fn call(&self, args: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        let x = arg(args, 0);
        // Nothing has no pseudonym, nor has a null.
        if x.is_empty() || x == b"\"\"" {
            return x.to_vec();
        }
        let mut mac = self.keyed.clone();
        mac.update(x);
        let mut text = base32(&mac.finalize().into_bytes());
        text.truncate(self.length);
        text
    }
}

/// Base32 in small letters without padding.
fn base32(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut out = Vec::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut bits = 0_u64;
        for n in 0..5 {
            bits = bits << 8 | u64::from(group.get(n).copied().unwrap_or(0));
        }
        let digits = (group.len() * 8).div_ceil(5);
        out.extend((0..digits).map(|n| DIGITS[(bits >> (35 - 5 * n) & 31) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn base32_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text.as_bytes());
        }
        assert_eq!(base32(&[0xFF; 32]).len(), MAX_LENGTH);
    }

    /// RFC 4231, test cases 1 and 2.
    #[test]
    fn digests_of_the_standard() {
        let digest = |key: &[u8], data: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(data);
            let bytes = mac.finalize().into_bytes();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(
            digest(&[0x0B; 20], b"Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            digest(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
