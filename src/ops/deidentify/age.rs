//! Ages over 89, which tell of few enough people to tell who it is (45 CFR 164.514(b)(2)(i)(C)).
//!
//! Any date that lies so far back tells of such an age, not only that of birth.

/// Whether somebody born on a date is 90 or older on a day (eight digits); with no day, nobody is
/// known to be younger.
pub(super) fn is_over_89(birth: &[u8], today: Option<[u8; 8]>) -> bool {
    let number = |digits: &[u8]| {
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| digits.iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0')))
    };
    let Some(today) = today else { return true };
    let (Some(year), Some(now)) = (birth.get(..4).and_then(number), number(&today)) else {
        return true;
    };
    // Of what is not known of the date the earliest counts.
    let month = birth.get(4..6).and_then(number).unwrap_or(1);
    let day = birth.get(6..8).and_then(number).unwrap_or(1);
    let born = year * 10_000 + month * 100 + day;
    now >= born + 90 * 10_000
}
