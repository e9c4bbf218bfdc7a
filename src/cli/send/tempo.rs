//! How often and how fast, as options give it.

use std::time::Duration;

/// How often more; `None` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Retries(pub(super) Option<u32>);

/// The time from one message to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(pub(super) Duration);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_rates_are_read() {
        assert_eq!(retries("forever"), Ok(Retries(None)));
        assert_eq!(retries("3"), Ok(Retries(Some(3))));
        assert!(retries("-1").is_err());
        assert_eq!(rate("50"), Ok(Rate(Duration::from_millis(20))));
        assert_eq!(rate("600/m"), Ok(Rate(Duration::from_millis(100))));
        for wrong in ["0", "/s", "5/d", "NaN", "-1/s"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
