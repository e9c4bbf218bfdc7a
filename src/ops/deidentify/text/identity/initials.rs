//! With which letters the names of the persons of a message begin.

/// Which letters begin a family name together with a given name of the same person.
#[derive(Debug, Default)]
pub(super) struct Initials {
    /// By the letter of a given name, those of family names, as bits.
    families: [u32; 32],
    /// That of the last family name, to which the given names behind it belong.
    last: u32,
}

impl Initials {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes the first letter of a name.
    #[inline]
    pub(super) fn add(&mut self, is_family: bool, name: &[u8]) {
        let letter = name.first().copied().unwrap_or_default();
        if is_family {
            self.last = if letter.is_ascii_alphabetic() { 1 << (letter & 31) } else { 0 };
        } else if letter < 0x80 {
            self.families[usize::from(letter & 31)] |= self.last;
        }
    }

    /// Whether somebody has a given name that begins with a letter, and a family name with another.
    pub(super) fn are(&self, given: u8, family: u8) -> bool {
        let families = self.families[usize::from(given & 31)];
        given.is_ascii_alphabetic()
            && family.is_ascii_alphabetic()
            && families >> (family & 31) & 1 != 0
    }
}
