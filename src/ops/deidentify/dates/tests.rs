use super::*;
use proptest::prelude::*;

fn shifted(value: &str, days: i32) -> (String, Outcome) {
    let mut out = Vec::new();
    let outcome = shift(value.as_bytes(), days, &mut out);
    (String::from_utf8(out).unwrap(), outcome)
}

fn years(value: &str) -> (String, Outcome) {
    let mut out = Vec::new();
    let outcome = year(value.as_bytes(), &mut out);
    (String::from_utf8(out).unwrap(), outcome)
}

/// Days by the calendar: 2024 is a leap year, 2023 and 1900 are not.
#[test]
fn dates_are_moved_in_their_spelling() {
    for (value, days, expected) in [
        ("20230105", -7, "20221229"),
        ("20240301", -1, "20240229"),
        ("20230301", -1, "20230228"),
        ("19000301", -1, "19000228"),
        ("20240229", -364, "20230302"),
        ("20241231", 1, "20250101"),
        ("202301051030", -7, "202212291030"),
        ("20230105103015", -7, "20221229103015"),
        ("2023010510", -7, "2022122910"),
        ("20230105103015.1234", -7, "20221229103015.1234"),
        ("20230105103015.12-0500", -7, "20221229103015.12-0500"),
        ("202301051030+0100", -7, "202212291030+0100"),
        ("20230105+0100", -7, "20221229+0100"),
        ("2023-01-05", -7, "2022-12-29"),
        ("2023/01/05", -7, "2022/12/29"),
        ("20230105T100000Z", -7, "20221229T100000Z"),
        ("20230105T10", -7, "20221229T10"),
        ("20230105 10:00", -7, "20221229 10:00"),
        ("2023-01-05T10:00:00Z", -7, "2022-12-29T10:00:00Z"),
        ("2023-01-05 10:00", -7, "2022-12-29 10:00"),
        ("2023-01-05T10:00:00.123+01:00", -7, "2022-12-29T10:00:00.123+01:00"),
        ("01/05/2023", -7, "12/29/2022"),
        ("1/5/2023", -7, "12/29/2022"),
        ("12/29/2022", 7, "01/05/2023"),
        ("9/12/2022", 7, "9/19/2022"),
        ("25/01/2023", -7, "18/01/2023"),
        ("5.1.2023", -7, "29.12.2022"),
        ("01-15-2023", -7, "01-08-2023"),
        ("01/05/2023 10:30", -7, "12/29/2022 10:30"),
        ("01/05/2023 9:30:15 pm", -7, "12/29/2022 9:30:15 pm"),
        (" 20230105 ", -7, "20221229"),
        ("202301", -7, "2023"),
        ("2023-01", -7, "2023"),
        ("202301+0100", -7, "2023"),
    ] {
        assert_eq!(shifted(value, days), (expected.to_owned(), Outcome::Written), "{value}");
    }
}

#[test]
fn days_are_moved_within_a_year_as_over_centuries() {
    for year in [1, 2, 4, 1900, 1901, 1999, 2000, 2023, 2024, 9999] {
        let begin = days_from_civil(year, 1, 1);
        for (of_year, days) in (0..366).flat_map(|day| (-364..=0).map(move |days| (day, days))) {
            let Some((year, month, day)) = civil_from_days(begin + of_year) else { continue };
            assert_eq!(moved(year, month, day, days), civil_from_days(begin + of_year + days));
        }
    }
}

#[test]
fn what_has_no_day_stays() {
    for value in
        ["", "\"\"", "2023", "2023-0500", "1030", "10", "1030-0500", "103015.5", "103015+0100"]
    {
        assert_eq!(shifted(value, -7), (value.to_owned(), Outcome::Kept), "{value}");
    }
}

#[test]
fn what_cannot_be_read_is_emptied() {
    for value in [
        "00000000",
        "20230229",
        "20231301",
        "20230105240000",
        "20230105999999",
        "010523",
        "230105",
        "250123",
        "2023010",
        "2023010510301",
        "20230105-20230112",
        "unknown",
        "5 Jan 2023",
        "13/13/2023",
        "01/05/23",
        "01/05-2023",
        "01/05/2023 at noon",
        "02/30/2023",
        "123456",
        "143000",
        "2023-1-5",
        "5\u{e9}",
    ] {
        let expected = (String::new(), Outcome::Emptied);
        assert_eq!((shifted(value, -7), years(value)), (expected.clone(), expected), "{value}");
    }
    assert_eq!(shifted("00010101", -7).1, Outcome::Emptied);
    assert_eq!(shifted("99991231", 7).1, Outcome::Emptied);
}

#[test]
fn years_of_dates() {
    for value in [
        "20230105",
        "202301051030",
        "20230105103015.1-0500",
        "202301",
        "2023-0500",
        "2023-01-05",
        "2023-01-05T10:00:00Z",
        "01/05/2023",
        "5.1.2023",
    ] {
        assert_eq!(years(value), ("2023".to_owned(), Outcome::Written), "{value}");
    }
    for value in ["2023", "1030", "10", "", "\"\"", "103015.5"] {
        assert_eq!(years(value), (value.to_owned(), Outcome::Kept), "{value}");
    }
}

/// 45 CFR 164.514(b)(2)(i)(C): all ages over 89.
#[test]
fn ages_over_89() {
    for (birth, at, expected) in [
        ("19330105", "20230104", false),
        ("19330105", "20230105", true),
        ("19330105", "202301051030", true),
        ("19340105", "20231231", false),
        ("19320229", "20220228", false),
        ("19320229", "20220301", true),
        ("193301", "20230101", true),
        ("1933", "20230101", true),
        ("1934", "20231231", false),
        ("19330631", "2023", true),
        ("19331231", "2023", true),
        ("19330601", "202306", true),
        ("19330701", "202306", false),
        ("1933-01-05", "01/05/2023", true),
        ("unknown", "20230101", true),
        ("19900101", "", true),
    ] {
        assert_eq!(is_over_89(birth.as_bytes(), at.as_bytes()), expected, "{birth} {at}");
    }
}

proptest! {
    #[test]
    fn moving_back_gives_the_value(
        year in 2..9998_u16, month in 1..=12_u8, day in 1..=28_u8, time in "([01][0-9][0-5][0-9]([0-5][0-9](\\.[0-9]{1,4})?)?)?",
        weeks in 1..=52, separator in "-?",
    ) {
        let clock = if separator.is_empty() { time.as_str() } else { "" };
        let value = format!("{year:04}{separator}{month:02}{separator}{day:02}{clock}");
        let (there, outcome) = shifted(&value, -7 * weeks);
        prop_assert_eq!(outcome, Outcome::Written);
        prop_assert_eq!(there.len(), value.len());
        prop_assert!(there < value);
        prop_assert_eq!(shifted(&there, 7 * weeks).0, value);
    }

    /// What is taken the short way is what the standard's reading takes.
    #[test]
    fn plain_days_are_days(digits in "[0-2][0-9]{3}[01][0-9][0-3][0-9]([0-2][0-9][0-6][0-9]([0-6][0-9])?)?") {
        let time = Timestamp::parse(digits.as_bytes());
        let expected = time.map(|time| (time.year(), time.month(), time.day()));
        prop_assert_eq!(plain_day(digits.as_bytes()), expected);
    }

    #[test]
    fn nothing_panics(value: Vec<u8>, text in "[0-9 :/.+TZ-]{0,24}", days: i32) {
        for value in [&value[..], text.as_bytes()] {
            let mut out = Vec::new();
            shift(value, days, &mut out);
            year(value, &mut out);
            let _ = is_over_89(value, value);
        }
    }
}
