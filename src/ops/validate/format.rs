//! The forms of primitive data types.

use super::rule::Rule;
use crate::core::time::{Time, Timestamp};

/// The form of a primitive value (chapter 2A of the standard).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Any text: ST, TX, FT and all that has no form of its own.
    Text,
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

    /// What a raw value has not: the rule that it breaks, and the form that is expected.
    #[inline]
    #[must_use]
    pub fn fault(self, value: &[u8]) -> Option<(Rule, &'static str)> {
        let (is_right, rule) = match self {
            Self::Text | Self::Code => return None,
            Self::Number => (is_number(value), Rule::Fmt2),
            Self::SequenceId => (value.iter().all(u8::is_ascii_digit), Rule::Fmt2),
            Self::Date => {
                let is_date = value.len() <= 8 && value.iter().all(u8::is_ascii_digit);
                (is_date && Timestamp::parse(value).is_some(), Rule::Fmt1)
            }
            Self::Time => (has_short_fraction(value) && Time::parse(value).is_some(), Rule::Fmt1),
            Self::DateTime => {
                (has_short_fraction(value) && Timestamp::parse(value).is_some(), Rule::Fmt1)
            }
            Self::Telephone => (is_telephone(value), Rule::Fmt3),
        };
        if is_right { None } else { self.expected().map(|expected| (rule, expected)) }
    }

    /// The form in words, if it has one.
    #[must_use]
    pub fn expected(self) -> Option<&'static str> {
        Some(match self {
            Self::Text | Self::Code => return None,
            Self::Number => "digits, with a sign and a point if need be",
            Self::SequenceId => "digits alone",
            Self::Date => "a date of the calendar, YYYY[MM[DD]]",
            Self::Time => "a time of day, HH[MM[SS[.SSSS]]][+/-ZZZZ]",
            Self::DateTime => {
                "a date of the calendar with or without a time, \
                 YYYY[MM[DD[HH[MM[SS[.SSSS]]]]]][+/-ZZZZ]"
            }
            Self::Telephone => {
                "a telephone number, [NN] [(999)]999-9999[X99999][B99999][C any text]"
            }
        })
    }
}

/// An optional sign, digits, an optional decimal point (chapter 2A, "NM").
fn is_number(value: &[u8]) -> bool {
    let digits = match value {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    let points = digits.iter().filter(|&&b| b == b'.').count();
    points <= 1 && digits.len() > points && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

/// At most four digits stand behind the point.
fn has_short_fraction(value: &[u8]) -> bool {
    let fraction = value.iter().position(|&b| b == b'.').map(|at| &value[at + 1..]);
    fraction.is_none_or(|f| f.iter().take_while(|b| b.is_ascii_digit()).count() <= 4)
}

/// `[NN] [(999)]999-9999[X99999][B99999][C any text]` (chapter 2A, "TN"), with any number of
/// digits in its parts: numbers outside of North America have other lengths.
fn is_telephone(value: &[u8]) -> bool {
    let number = value.split(|b| *b == b'C').next().unwrap_or_default();
    number.iter().any(u8::is_ascii_digit)
        && number.iter().all(|b| {
            b.is_ascii_digit()
                || matches!(b, b' ' | b'(' | b')' | b'-' | b'+' | b'.' | b'/' | b'X' | b'B')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_right(data_type: &str, value: &str) -> bool {
        Format::of(data_type).fault(value.as_bytes()).is_none()
    }

    #[test]
    fn dates_are_in_the_calendar() {
        for right in ["2024", "202402", "20240229", "20000229"] {
            assert!(is_right("DT", right), "{right}");
            assert!(is_right("DTM", right), "{right}");
        }
        for wrong in
            ["", "24", "20241", "20240230", "20230229", "19000229", "20241301", "2024-01-01"]
        {
            assert!(!is_right("DT", wrong), "{wrong}");
            assert!(!is_right("DTM", wrong), "{wrong}");
        }
        assert!(!is_right("DT", "202401011200"));
        for right in ["202401311200", "20240131235959.1234+0100", "2024013112-0500"] {
            assert!(is_right("DTM", right), "{right}");
        }
        for wrong in [
            "20240131240000",
            "202401311260",
            "20240131120060",
            "20240131120000.12345",
            "202401311200+2500",
            "20240131120000.",
            "20240131T1200",
        ] {
            assert!(!is_right("DTM", wrong), "{wrong}");
        }
        for (value, right) in [
            ("0905", true),
            ("23", true),
            ("235959.9999-0330", true),
            ("2400", false),
            ("9:05", false),
        ] {
            assert_eq!(is_right("TM", value), right, "{value}");
        }
    }

    #[test]
    fn numbers_have_digits() {
        for right in ["0", "-1", "+1.5", "007", "5.", ".5", "123456789012345678901234567890"] {
            assert!(is_right("NM", right), "{right}");
        }
        for wrong in ["", "-", ".", "1,5", "1e3", "<5", "1.2.3", "5 ", "--1", "1-"] {
            assert!(!is_right("NM", wrong), "{wrong}");
        }
        assert!(is_right("SI", "12") && !is_right("SI", "-1") && !is_right("SI", "1.0"));
    }

    #[test]
    fn telephone_numbers_are_numbers() {
        for right in ["(555)555-2004", "1 (555)555-2004X123B456Cask for Ann", "+44 20 7946 0000"] {
            assert!(is_right("TN", right), "{right}");
        }
        for wrong in ["none", "555-HELP", "Cafter noon"] {
            assert!(!is_right("TN", wrong), "{wrong}");
        }
    }
}
