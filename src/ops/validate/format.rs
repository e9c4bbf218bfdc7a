//! The forms of primitive data types.

/// The form of a primitive value (chapter 2A of the standard).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Any text: ST, TX, FT and all that has no form of its own.
    Text,
    /// FT: text with formatting commands.
    Formatted,
    /// ID and IS: a code.
    Code,
    /// NM: digits with a sign and a decimal point.
    Number,
    /// SI: digits.
    SequenceId,
    /// DT: `YYYY[MM[DD]]`.
    Date,
    /// TM: `HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]`.
    Time,
    /// DTM, and the first component of TS: a date with a time.
    DateTime,
    /// TN: a telephone number.
    Telephone,
}

impl Format {
    /// Of a data type by its id, such as `NM`.
    #[must_use]
    pub fn of(data_type: &str) -> Self {
        match data_type {
            "FT" => Self::Formatted,
            "ID" | "IS" => Self::Code,
            "NM" => Self::Number,
            "SI" => Self::SequenceId,
            "DT" => Self::Date,
            "TM" => Self::Time,
            "DTM" | "TS" => Self::DateTime,
            "TN" => Self::Telephone,
            _ => Self::Text,
        }
    }
}
