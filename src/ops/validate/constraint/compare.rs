//! Values compared by their data types.
//!
//! Numbers compare as numbers, dates and times with dates and times of the same type, all of them
//! also with text that has their form. What does not compare is no answer at all.

use std::cmp::Ordering;

/// What a value is compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Date,
    Time,
    DateTime,
}

impl Kind {
    /// Of a data type by its name.
    pub(super) fn of(data_type: Option<&str>) -> Self {
        match data_type {
            Some("NM" | "SI") => Self::Number,
            Some("DT") => Self::Date,
            Some("TM") => Self::Time,
            Some("DTM") => Self::DateTime,
            _ => Self::Text,
        }
    }
}

/// Compares two values; `None` if they do not compare.
pub(super) fn compare(left: (Kind, &[u8]), right: (Kind, &[u8])) -> Option<Ordering> {
    let kind = match (left.0, right.0) {
        (Kind::Text, Kind::Text) => return Some(left.1.cmp(right.1)),
        (Kind::Text, kind) | (kind, Kind::Text) => kind,
        (a, b) if a == b => a,
        _ => return None,
    };
    let (left, right) = (left.1, right.1);
    if left == super::super::tree::NULL && left == right {
        return Some(Ordering::Equal);
    }
    match kind {
        Kind::Number => number(left)?.partial_cmp(&number(right)?),
        Kind::Date => both(left, right, is_date),
        Kind::DateTime => both(left, right, is_date_time),
        Kind::Time => Some(milliseconds(left)?.cmp(&milliseconds(right)?)),
        Kind::Text => Some(left.cmp(right)),
    }
}

/// Compares what has a form as text.
fn both(left: &[u8], right: &[u8], has_form: fn(&[u8]) -> bool) -> Option<Ordering> {
    (has_form(left) && has_form(right)).then(|| left.cmp(right))
}

/// A number: a sign, digits, a point, digits; one of the digits may be missing.
pub(in super::super) fn is_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"+").or_else(|| value.strip_prefix(b"-")).unwrap_or(value);
    let mut parts = digits.splitn(2, |&b| b == b'.');
    let all = |part: Option<&[u8]>| part.unwrap_or_default().iter().all(u8::is_ascii_digit);
    all(parts.next()) && all(parts.next()) && digits.iter().any(u8::is_ascii_digit)
}

fn number(value: &[u8]) -> Option<f64> {
    if !is_number(value) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// `YYYY[MM[DD]]`, with days that the month has; every fourth year is a leap year, as for NIST.
pub(in super::super) fn is_date(value: &[u8]) -> bool {
    matches!(value.len(), 4 | 6 | 8) && is_date_time(value)
}

/// `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`, with days that the month has.
pub(in super::super) fn is_date_time(value: &[u8]) -> bool {
    let Some((stamp, fraction)) = without_zone(value) else { return false };
    let mut parts = [0; 7];
    let Some(parts) = pairs(stamp, &mut parts) else { return false };
    let [century, year, rest @ ..] = parts else { return false };
    let year = u32::from(*century) * 100 + u32::from(*year);
    let fits = |n: usize, from: u8, to: u8| rest.get(n).is_none_or(|p| (from..=to).contains(p));
    let days = match rest.first() {
        Some(2) if year.is_multiple_of(4) => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    };
    fits(0, 1, 12)
        && fits(1, 1, days)
        && fits(2, 0, 23)
        && fits(3, 0, 59)
        && fits(4, 0, 59)
        && rest.len() <= 5
        && (fraction.is_none() || rest.len() == 5)
}

/// `HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]`.
pub(in super::super) fn is_time(value: &[u8]) -> bool {
    let Some((stamp, fraction)) = without_zone(value) else { return false };
    let mut parts = [0; 7];
    let Some(parts) = pairs(stamp, &mut parts) else { return false };
    let fits = |n: usize, to: u8| parts.get(n).is_none_or(|&p| p <= to);
    (1..=3).contains(&parts.len())
        && fits(0, 23)
        && fits(1, 59)
        && fits(2, 59)
        && (fraction.is_none() || parts.len() == 3)
}

/// The digits before a zone and a fraction, and the fraction; `None` if either has no proper form.
fn without_zone(value: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let sign = value.iter().position(|b| matches!(b, b'+' | b'-'));
    let (stamp, zone) = value.split_at(sign.unwrap_or(value.len()));
    if let [_, zone @ ..] = zone
        && !matches!(pairs(zone, &mut [0; 7])?, [0..=23, 0..=59])
    {
        return None;
    }
    let Some(point) = stamp.iter().position(|&b| b == b'.') else { return Some((stamp, None)) };
    let fraction = &stamp[point + 1..];
    let proper = (1..=4).contains(&fraction.len()) && fraction.iter().all(u8::is_ascii_digit);
    proper.then_some((&stamp[..point], Some(fraction)))
}

/// Two digits at a time, 14 at most.
fn pairs<'p>(digits: &[u8], into: &'p mut [u8; 7]) -> Option<&'p [u8]> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let parts = into.get_mut(..pairs.len())?;
    for (part, [a, b]) in parts.iter_mut().zip(pairs) {
        *part = (a - b'0') * 10 + (b - b'0');
    }
    Some(parts)
}

/// The time since midnight in Greenwich; `None` without a time zone.
fn milliseconds(value: &[u8]) -> Option<i64> {
    if !is_time(value) {
        return None;
    }
    let sign = value.iter().position(|b| matches!(b, b'+' | b'-'))?;
    let (stamp, zone) = value.split_at(sign);
    let digits = |text: &[u8], from: usize| -> i64 {
        let two = text.get(from..from + 2).unwrap_or(b"00");
        i64::from(two[0] - b'0') * 10 + i64::from(two[1] - b'0')
    };
    let clock = |text: &[u8]| (digits(text, 0) * 60 + digits(text, 2)) * 60;
    let mut milliseconds = 0;
    for n in 0..4 {
        milliseconds = milliseconds * 10 + stamp.get(7 + n).map_or(0, |d| i64::from(d - b'0'));
    }
    let since = (clock(stamp) + digits(stamp, 4)) * 10_000 + milliseconds;
    let shift = clock(&zone[1..]) * 10_000;
    Some(if zone[0] == b'-' { since - shift } else { since + shift })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked() {
        for yes in [&b"5."[..], b".5", b"-1", b"+0.0"] {
            assert!(is_number(yes), "{yes:?}");
        }
        for no in [&b""[..], b".", b"-", b"1e5", b"1,5", b"1.2.3", b" 1"] {
            assert!(!is_number(no), "{no:?}");
        }
        for yes in [&b"2024"[..], b"202402", b"20240229"] {
            assert!(is_date(yes) && is_date_time(yes), "{yes:?}");
        }
        for no in [&b"20230229"[..], b"20240431", b"20241301", b"2024023", b"20240100", b"24"] {
            assert!(!is_date(no) && !is_date_time(no), "{no:?}");
        }
        for yes in [&b"2024010123"[..], b"20240101235959.1234-0500", b"2024+0100"] {
            assert!(is_date_time(yes) && !is_date(yes), "{yes:?}");
        }
        for no in [&b"2024010124"[..], b"20240101235960", b"20240101.1", b"2024-05", b"x"] {
            assert!(!is_date_time(no), "{no:?}");
        }
        assert!(is_time(b"23") && is_time(b"235959.1+0000") && !is_time(b"2360") && !is_time(b""));
    }

    #[test]
    fn values_compare_by_their_kind() {
        let as_kind = |kind, a: &'static str, b: &'static str| {
            compare((kind, a.as_bytes()), (Kind::Text, b.as_bytes()))
        };
        assert_eq!(as_kind(Kind::Number, "10", "9"), Some(Ordering::Greater));
        assert_eq!(as_kind(Kind::Number, "x", "9"), None);
        assert_eq!(as_kind(Kind::Text, "10", "9"), Some(Ordering::Less));
        assert_eq!(as_kind(Kind::Date, "20240101", "2024"), Some(Ordering::Greater));
        assert_eq!(as_kind(Kind::DateTime, "20240131", "20240201"), Some(Ordering::Less));
        assert_eq!(as_kind(Kind::Time, "10", "11"), None);
        assert_eq!(as_kind(Kind::Time, "10+0000", "1000+0000"), Some(Ordering::Equal));
        assert_eq!(as_kind(Kind::Time, "10.5", "11"), None);
        assert_eq!(compare((Kind::Date, b"2024"), (Kind::Time, b"10")), None);
        assert_eq!(compare((Kind::Date, b"\"\""), (Kind::Text, b"\"\"")), Some(Ordering::Equal));
    }
}
