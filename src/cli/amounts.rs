//! Numbers, times and sizes as options give them.

use std::ops::{Bound, RangeBounds};
use std::time::Duration;

/// A reader of whole numbers of a range.
pub(super) fn whole<T: TryFrom<u64>>(
    range: impl RangeBounds<u64> + Clone,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|n| range.contains(n));
        number.and_then(|n| T::try_from(n).ok()).ok_or_else(|| {
            let at_least = match range.start_bound() {
                Bound::Included(n) | Bound::Excluded(n) => *n,
                Bound::Unbounded => 0,
            };
            match range.end_bound() {
                Bound::Included(most) => {
                    format!("a whole number from {at_least} to {most} is expected")
                }
                _ => format!("a whole number is expected, {at_least} or more"),
            }
        })
    }
}

/// A time: a number of seconds, or with a unit: `500ms`, `30s`, `5m`, `2h`, `1d`.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    const EXPECTED: &str = "a time is expected: seconds, or a number with ms, s, m, h or d";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(EXPECTED.to_owned()),
    };
    let number = digits.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    let time = number.map(|n| n * unit).filter(|n| (0.001..=31_536_000.0).contains(n));
    time.map(Duration::from_secs_f64).ok_or_else(|| EXPECTED.to_owned())
}

/// Bytes, with K, M, G or T for powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    const EXPECTED: &str = "a number of bytes is expected, perhaps with K, M, G or T behind it";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err(EXPECTED.to_owned()),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift));
    bytes.filter(|&n| n > 0).ok_or_else(|| EXPECTED.to_owned())
}

/// How much memory may be used.
pub(super) fn memory(text: &str) -> Result<usize, String> {
    match usize::try_from(size(text)?) {
        Ok(bytes) if bytes >= 1 << 20 => Ok(bytes),
        _ => Err("it must be 1M at least".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_of_their_range() {
        let threads = whole::<u16>(1..=512);
        assert_eq!((threads("1"), threads("512")), (Ok(1), Ok(512)));
        for wrong in ["0", "513", "-1", "1.5", "x", "", "99999999999999999999"] {
            let error = "a whole number from 1 to 512 is expected";
            assert_eq!(threads(wrong), Err(error.to_owned()), "{wrong}");
        }
        assert_eq!(
            whole::<u16>(1..)("65536"),
            Err("a whole number is expected, 1 or more".to_owned())
        );
        assert_eq!(whole::<u64>(..)("0"), Ok(0));
    }

    #[test]
    fn amounts_are_read() {
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(seconds("1d"), Ok(Duration::from_secs(86_400)));
        for wrong in ["", "-1", "0", "x", "1y", "1e99", "NaN", "inf"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(size("1G"), Ok(1 << 30));
        assert_eq!(size("512"), Ok(512));
        for wrong in ["0", "G", "1X", "99999999999T"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
