//! Times, rates and sizes as options give them.

use std::time::Duration;

/// How often more; `None` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Retries(pub(super) Option<u32>);

/// The time from one message to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(pub(super) Duration);

/// A time: a number of seconds, or with a unit: `500ms`, `30s`, `5m`, `2h`.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("a unit is expected to be ms, s, m or h".to_owned()),
    };
    let number = digits.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    let time = number.map(|n| n * unit).filter(|n| (0.001..=864_000.0).contains(n));
    time.map(Duration::from_secs_f64)
        .ok_or_else(|| "a time is expected, such as 30 or 500ms".to_owned())
}

/// A number, or `forever`.
pub(super) fn retries(text: &str) -> Result<Retries, String> {
    if text == "forever" {
        return Ok(Retries(None));
    }
    let number = text.parse().map_err(|_| "a number is expected, or forever".to_owned())?;
    Ok(Retries(Some(number)))
}

/// Messages in a time: `50`, `50/s`, `600/m`, `1000/h`.
pub(super) fn rate(text: &str) -> Result<Rate, String> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let time = match unit {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("N/s, N/m or N/h is expected".to_owned()),
    };
    let number = number.parse::<f64>().ok().filter(|n| (0.001..=1e7).contains(n));
    let number = number.ok_or_else(|| "N/s, N/m or N/h is expected".to_owned())?;
    Ok(Rate(Duration::from_secs_f64(time / number)))
}

/// Bytes, with K, M, G or T for powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err("K, M, G or T is expected behind the number".to_owned()),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift));
    bytes.filter(|&n| n > 0).ok_or_else(|| "a number of bytes is expected".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read() {
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "-1", "0", "x", "1d", "1e99", "NaN", "inf"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(retries("forever"), Ok(Retries(None)));
        assert_eq!(retries("3"), Ok(Retries(Some(3))));
        assert!(retries("-1").is_err());
        assert_eq!(rate("50"), Ok(Rate(Duration::from_millis(20))));
        assert_eq!(rate("600/m"), Ok(Rate(Duration::from_millis(100))));
        for wrong in ["0", "/s", "5/d", "NaN", "-1/s"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
        assert_eq!(size("1G"), Ok(1 << 30));
        assert_eq!(size("512"), Ok(512));
        for wrong in ["0", "G", "1X", "99999999999T"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
