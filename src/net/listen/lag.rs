//! How long messages are under way.

use crate::core::time::{Timestamp, days_from_civil};
use jiff::civil::date;
use jiff::tz::TimeZone;
use std::time::{SystemTime, UNIX_EPOCH};

/// The seconds between MSH-7 and now, negative if it lies ahead; `None` if it is no point in time
/// at least to the minute. Without an offset it is local time of `zone`.
pub(super) fn seconds(msh7: &[u8], zone: &TimeZone) -> Option<f64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
    let sent = since_1970(&Timestamp::parse(msh7)?, zone)?;
    Some(now - sent)
}

fn since_1970(time: &Timestamp, zone: &TimeZone) -> Option<f64> {
    if time.precision() < crate::core::time::Precision::Minute {
        return None;
    }
    let fraction = f64::from(time.nanosecond()) / 1e9;
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let Some(offset) = time.offset() else {
        let small = |n: u8| i8::try_from(n).ok();
        let day = date(i16::try_from(time.year()).ok()?, small(time.month())?, small(time.day())?);
        let local = day.at(small(hour)?, small(minute)?, small(second)?, 0);
        let at = zone.to_ambiguous_timestamp(local).compatible().ok()?;
        return Some(at.as_second() as f64 + fraction);
    };
    let days = days_from_civil(time.year(), time.month(), time.day());
    let clock = i32::from(hour) * 3600 + i32::from(minute) * 60 + i32::from(second);
    let whole = f64::from(days) * 86_400.0 + f64::from(clock) - f64::from(offset) * 60.0;
    Some(whole + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_an_offset() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let at = |text: &str| since_1970(&Timestamp::parse(text.as_bytes()).unwrap(), &zone);
        assert_eq!(at("19700101000000+0000"), Some(0.0));
        assert_eq!(at("197001010100+0100"), Some(0.0));
        assert_eq!(at("19700102030405.5"), Some(86_400.0 + 3600.0 + 245.5));
        assert_eq!(at("1970010103"), None);
        assert_eq!(seconds(b"soon", &zone), None);
    }
}
