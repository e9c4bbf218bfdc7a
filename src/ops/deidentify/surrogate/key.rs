//! Keys.

use super::prf::Prf;
use std::fmt;
use std::io;
use zeroize::Zeroizing;

/// 32 secret bytes, wiped when they are dropped.
pub struct Key(Zeroizing<[u8; 32]>);

/// What is wrong with a key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError;

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key is 64 hexadecimal digits on a line")
    }
}

impl std::error::Error for KeyError {}

impl fmt::Debug for Key {
    /// Without the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

impl Key {
    /// A key of random bytes of the operating system.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> io::Result<Self> {
        let mut key = Self(Zeroizing::new([0; 32]));
        getrandom::fill(&mut *key.0).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(key)
    }

    /// Reads a key as [`Key::to_hex`] writes it, in capitals or not; blanks and line ends around it
    /// do not count.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn from_hex(text: &[u8]) -> Result<Self, KeyError> {
        let digits = text.trim_ascii();
        if digits.len() != 64 {
            return Err(KeyError);
        }
        let mut key = Self(Zeroizing::new([0; 32]));
        for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
            for &digit in pair {
                let value = char::from(digit).to_digit(16).ok_or(KeyError)?;
                *byte = *byte << 4 | value as u8;
            }
        }
        Ok(key)
    }

    /// 64 hexadecimal digits. Whoever takes the text has to wipe it.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(&*self.0)
    }

    /// By which two places can tell that they have the same key: 16 hexadecimal digits, the first
    /// 8 bytes of an HMAC, so that they tell nothing of the key.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&Prf::of_key(self.bytes()).digest(b"pipehat deidentify: key id")[..8])
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn hex(bytes: &[u8]) -> String {
    // In one piece: a text that grows leaves copies of itself behind.
    let mut text = String::with_capacity(bytes.len() * 2);
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = Key::from_hex(format!(" {HEX}\r\n").as_bytes()).unwrap();
        assert_eq!(key.to_hex(), HEX);
        let capitals = Key::from_hex(HEX.to_uppercase().as_bytes()).unwrap();
        assert_eq!(capitals.to_hex(), HEX);
        for wrong in ["", &HEX[1..], &format!("{HEX}00"), &HEX.replace('f', "g")] {
            assert_eq!(Key::from_hex(wrong.as_bytes()).unwrap_err(), KeyError, "{wrong}");
        }
        assert!(!format!("{key:?}").contains("01"));
    }

    #[test]
    fn random_keys_differ() {
        let (a, b) = (Key::random().unwrap(), Key::random().unwrap());
        assert_ne!(a.to_hex(), b.to_hex());
        assert_ne!(a.id(), b.id());
    }

    /// HMAC-SHA256 (RFC 2104), reckoned with another implementation.
    #[test]
    fn key_ids_are_a_hash() {
        let key = Key::from_hex(HEX.as_bytes()).unwrap();
        assert_eq!(key.id(), "659146490e2af779");
    }
}
