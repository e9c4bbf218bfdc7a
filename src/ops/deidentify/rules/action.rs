//! What is done with a field.

/// What is done with a field, or with one of its components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It stays. What the message itself identifies somebody by is cleaned out of it.
    Keep,
    /// It is emptied.
    Remove,
    /// What identifies is replaced by sixteen letters and digits.
    Token,
    /// What identifies is replaced by something of its form.
    Surrogate,
    /// As surrogates; a value without components is a name.
    Name,
    /// Dates are moved.
    Shift,
    /// Of dates the year stays.
    Year,
    /// Of addresses the state, the country and the first three digits of the postal code stay.
    Zip3,
    /// Each part by what its data type says it is: text is cleaned, codes stay, dates and
    /// identifiers are treated as everywhere in the profile.
    Clean,
    /// What identifies is replaced by something that could be real.
    Fake,
    /// The field becomes a value that the rules give, by its number.
    Constant(u16),
}

impl Action {
    /// How many kinds of actions have parts of their own.
    pub(super) const COUNT: usize = 11;

    const WORDS: [(&'static str, Self); 10] = [
        ("keep", Self::Keep),
        ("remove", Self::Remove),
        ("token", Self::Token),
        ("surrogate", Self::Surrogate),
        ("name", Self::Name),
        ("shift", Self::Shift),
        ("year", Self::Year),
        ("zip3", Self::Zip3),
        ("clean", Self::Clean),
        ("fake", Self::Fake),
    ];

    /// Reads a word; `constant` is none, for it has an argument.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|&(_, action)| action)
    }

    /// The word for it in rules and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|&&(_, action)| action == self);
        known.map_or("constant", |(word, _)| word)
    }

    pub(super) fn index(self) -> usize {
        Self::WORDS.iter().position(|&(_, action)| action == self).unwrap_or(Self::WORDS.len())
    }

    /// Whether what identifies is replaced by something.
    pub(crate) fn replaces(self) -> bool {
        matches!(self, Self::Token | Self::Surrogate | Self::Name | Self::Fake)
    }
}
