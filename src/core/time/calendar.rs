//! Days of the Gregorian calendar.

/// The number of days from 1970-01-01 to a day of the Gregorian calendar, negative before it.
///
/// `month` is 1 to 12, `day` from 1; days past the end of the month run on into the next one.
#[must_use]
pub fn days_from_civil(year: u16, month: u8, day: u8) -> i32 {
    // Years begin in March here, so that the leap day is the last of its year. The days before
    // a month are 153 for every five of them, from March on.
    let (month, day) = (i32::from(month), i32::from(day));
    let year = i32::from(year) - i32::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970-01-01, the inverse of [`days_from_civil`];
/// `None` outside the years 1 to 9999.
#[must_use]
pub fn civil_from_days(days: i32) -> Option<(u16, u8, u8)> {
    let days = i64::from(days) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
    Some((year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

/// The number of days of a month of the Gregorian calendar.
pub(super) fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
